// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a daemon would get of `gpsppsctl feed`, and what the kernel saw meanwhile:
 *   feed_witness [pps] [shm UNIT]... [sock PATH]...
 * A line an event; the three clocks (real mono raw, ns) are read when it is written:
 *   T real mono raw                               each 0.2 s
 *   F real mono raw                               the clock was stepped (real - mono changed)
 *   P real mono raw PPS TTY which SEQ STAMP STEPPED   an edge; how the clock was stepped meanwhile
 *   S real mono raw UNIT CLOCK RECEIVE LEAP PRECISION NSAMPLES    as ntpd's driver 28 takes it
 *   K real mono raw PATH TIME OFFSET PULSE LEAP   a datagram as chrony's SOCK driver takes it
 *   B real mono raw PATH SIZE                     one that it would not take
 * Layouts: NTPsec's refclock_shm.c, chrony's refclock_sock.c; nothing of ours is included.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/pps.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define NS INT64_C(1000000000)
#define NR_PPS 32
#define NR_MAX 16
#define LOOK_MS 10
#define TICK_NS (NS / 5)
#define STEP_NS 1000000
#define TOGETHER_NS 100000
#define SHM_KEY 0x4e545030
#define SOCK_MAGIC 0x534f434b

struct clocks {
	int64_t real, mono, raw;
};

struct ntp_shm {
	int mode;
	volatile int count;
	time_t clock_sec;
	int clock_usec;
	time_t receive_sec;
	int receive_usec;
	int leap, precision, nsamples;
	volatile int valid;
	unsigned int clock_nsec, receive_nsec;
	int dummy[8];
};

struct sock_sample {
	struct timeval tv;
	double offset;
	int pulse, leap, pad, magic;
};

struct unit {
	int number, id;
	struct ntp_shm *at;
};

struct sock {
	const char *path;
	int fd;
};

static int64_t read_clock(clockid_t id)
{
	struct timespec t;

	clock_gettime(id, &t);
	return t.tv_sec * NS + t.tv_nsec;
}

/* Whoever is kept waiting between two of them reads them again. */
static struct clocks read_clocks(void)
{
	struct clocks c;
	int64_t begun;
	int tries = 0;

	do {
		begun = read_clock(CLOCK_MONOTONIC_RAW);
		c.real = read_clock(CLOCK_REALTIME);
		c.mono = read_clock(CLOCK_MONOTONIC);
		c.raw = read_clock(CLOCK_MONOTONIC_RAW);
	} while (c.raw - begun > TOGETHER_NS && tries++ < 20);
	return c;
}

/* One write() a line: the threads' do not mix. */
#define tell(kind, c, format, ...) \
	dprintf(1, "%c %" PRId64 " %" PRId64 " %" PRId64 format "\n", kind, (c)->real, \
		(c)->mono, (c)->raw, ##__VA_ARGS__)

/* ---- edges ---- */

static void tty_of(int number, char *tty, size_t size)
{
	char path[64];
	ssize_t n = -1;
	int fd;

	snprintf(path, sizeof(path), "/sys/class/pps/pps%d/path", number);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		n = read(fd, tty, size - 1);
		close(fd);
	}
	while (n > 0 && tty[n - 1] == '\n')
		n--;
	if (n <= 0) {
		strcpy(tty, "-");
		return;
	}
	tty[n] = '\0';
}

/* What is new of both edges. */
static void tell_edges(const struct pps_kinfo *was, const struct pps_kinfo *is, const char *source,
		       const struct clocks *now, int64_t stepped)
{
	if (is->assert_sequence != was->assert_sequence)
		tell('P', now, " %s assert %u %" PRId64 " %" PRId64, source, is->assert_sequence,
		     (int64_t)(is->assert_tu.sec * NS + is->assert_tu.nsec), stepped);
	if (is->clear_sequence != was->clear_sequence)
		tell('P', now, " %s clear %u %" PRId64 " %" PRId64, source, is->clear_sequence,
		     (int64_t)(is->clear_tu.sec * NS + is->clear_tu.nsec), stepped);
}

/* Until nothing comes for a while: then it may be another source by now. */
static void follow_source(int fd, int number)
{
	struct pps_fdata data = { .timeout = { .sec = 1, .nsec = NS / 2 } };
	struct clocks before, now;
	struct pps_kinfo was;
	char tty[64], source[80];

	tty_of(number, tty, sizeof(tty));
	snprintf(source, sizeof(source), "pps%d %s", number, tty);
	if (ioctl(fd, PPS_FETCH, &data))
		return;
	for (;;) {
		was = data.info;
		before = read_clocks();
		if (ioctl(fd, PPS_FETCH, &data))
			return;
		now = read_clocks();
		tell_edges(&was, &data.info, source, &now,
			   (now.real - now.mono) - (before.real - before.mono));
	}
}

static void *watch_source(void *arg)
{
	int fd, number = (int)(intptr_t)arg;
	char path[32];

	snprintf(path, sizeof(path), "/dev/pps%d", number);
	for (;;) {
		fd = open(path, O_RDWR | O_CLOEXEC);
		if (fd < 0) {
			usleep(200000);
			continue;
		}
		follow_source(fd, number);
		close(fd);
	}
	return NULL;
}

static void watch_sources(void)
{
	pthread_t thread;

	for (intptr_t n = 0; n < NR_PPS; n++)
		pthread_create(&thread, NULL, watch_source, (void *)n);
}

/* ---- shared memory ---- */

/* The segment that the key leads to now. */
static bool attach_unit(struct unit *u)
{
	int id = shmget(SHM_KEY + u->number, 0, 0);

	if (u->at && id == u->id)
		return true;
	if (u->at)
		shmdt(u->at);
	u->at = NULL;
	u->id = id;
	if (id < 0 || shmget(SHM_KEY + u->number, sizeof(struct ntp_shm), 0) != id)
		return false;
	u->at = shmat(id, NULL, 0);
	if (u->at == (void *)-1)
		u->at = NULL;
	return u->at;
}

/* Nanoseconds where they say the same as the microseconds, as ntpd does. */
static int64_t stamp(time_t sec, int usec, unsigned int nsec)
{
	return sec * NS + ((int)(nsec / 1000) == usec ? (int64_t)nsec : usec * INT64_C(1000));
}

static void look_at_unit(struct unit *u)
{
	struct ntp_shm copy;
	struct clocks now;
	int count;

	if (!attach_unit(u) || !u->at->valid)
		return;
	count = u->at->count;
	__sync_synchronize();
	copy = *u->at;
	__sync_synchronize();
	if (copy.mode == 1 && count != u->at->count)
		return;
	u->at->valid = 0;
	now = read_clocks();
	tell('S', &now, " %d %" PRId64 " %" PRId64 " %d %d %d", u->number,
	     stamp(copy.clock_sec, copy.clock_usec, copy.clock_nsec),
	     stamp(copy.receive_sec, copy.receive_usec, copy.receive_nsec), copy.leap,
	     copy.precision, copy.nsamples);
}

/* ---- sockets ---- */

static int listen_at(const char *path)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	snprintf(to.sun_path, sizeof(to.sun_path), "%s", path);
	unlink(path);
	if (fd < 0 || bind(fd, (struct sockaddr *)&to, sizeof(to))) {
		perror(path);
		exit(1);
	}
	return fd;
}

static void take_datagrams(const struct sock *s)
{
	struct sock_sample sample;
	struct clocks now;
	ssize_t n;

	while ((n = recv(s->fd, &sample, sizeof(sample), MSG_TRUNC)) >= 0) {
		now = read_clocks();
		if (n != sizeof(sample) || sample.magic != SOCK_MAGIC)
			tell('B', &now, " %s %zd", s->path, n);
		else
			tell('K', &now, " %s %" PRId64 " %.9f %d %d", s->path,
			     (int64_t)(sample.tv.tv_sec * NS + sample.tv.tv_usec * 1000),
			     sample.offset, sample.pulse, sample.leap);
	}
}

/* ---- time ---- */

static void tell_time(void)
{
	static struct clocks told, before;
	struct clocks now = read_clocks();

	if (before.raw && llabs((now.real - now.mono) - (before.real - before.mono)) > STEP_NS)
		tell('F', &now, "");
	before = now;
	if (told.raw && now.raw - told.raw < TICK_NS)
		return;
	tell('T', &now, "");
	told = now;
}

int main(int argc, char **argv)
{
	struct unit units[NR_MAX];
	struct sock socks[NR_MAX];
	struct pollfd waited[NR_MAX];
	int n_units = 0, n_socks = 0, n;

	for (n = 1; n < argc; n++) {
		if (!strcmp(argv[n], "pps"))
			watch_sources();
		else if (n + 1 < argc && !strcmp(argv[n], "shm") && n_units < NR_MAX)
			units[n_units++] = (struct unit){ atoi(argv[++n]), -1, NULL };
		else if (n + 1 < argc && !strcmp(argv[n], "sock") && n_socks < NR_MAX)
			socks[n_socks++] = (struct sock){ argv[++n], -1 };
	}
	for (n = 0; n < n_socks; n++) {
		socks[n].fd = listen_at(socks[n].path);
		waited[n] = (struct pollfd){ .fd = socks[n].fd, .events = POLLIN };
	}
	for (;;) {
		tell_time();
		for (n = 0; n < n_units; n++)
			look_at_unit(&units[n]);
		for (n = 0; n < n_socks; n++)
			take_datagrams(&socks[n]);
		poll(waited, n_socks, LOOK_MS);
	}
}
