// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * For bench/feed, in the guest: a program's stamp of a pulse and the kernel's of the same
 * one, in ns, a line a pulse.  ASSERT is sysfs' file of the kernel's stamps; "-": the pulse
 * is at the second.
 *
 *   feed_tool source KIND PATH OFFSET ASSERT COUNT   by one of the kinds of src/source/
 *   feed_tool shm UNIT ASSERT COUNT                  what a daemon wrote to its segment
 *   feed_tool pulls PULL CHIP OFFSET PULL2 ASSERT COUNT
 *	lines of gpio-sim, raised in turns: the event of the one after its rise, the stamp
 *	of pps-gpio on the other after its rise
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <time.h>
#include <unistd.h>

#include "source/source.h"

#define NTP_KEY 0x4e545030
#define SHOWN_US 30000		/* the kernel's stamp of the same pulse is in sysfs by then */
#define SHM_STEP_US 50000

/* As ntpd lays it out on a 64-bit machine. */
struct segment {
	int mode, count;
	time_t clock_sec;
	int clock_usec;
	time_t receive_sec;
	int receive_usec, leap, precision, nsamples, valid;
	unsigned int clock_nsec, receive_nsec;
	int dummy[8];
};

static int64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return t.tv_sec * NS_PER_S + t.tv_nsec;
}

static void die(const char *what, int err)
{
	fprintf(stderr, "%s: %s\n", what, strerror(err));
	exit(2);
}

static int64_t kernel_ns(const char *assert, int64_t user_ns)
{
	long long sec = 0, nsec = 0;
	FILE *f;

	if (!strcmp(assert, "-"))
		return (user_ns + NS_PER_S / 2) / NS_PER_S * NS_PER_S;
	f = fopen(assert, "r");
	if (!f || fscanf(f, "%lld.%9lld", &sec, &nsec) != 2)
		die(assert, errno);
	fclose(f);
	return sec * NS_PER_S + nsec;
}

static void print_pair(int64_t user_ns, int64_t of_kernel_ns)
{
	printf("%lld %lld\n", (long long)user_ns, (long long)of_kernel_ns);
	fflush(stdout);
}

/* ---- a source of the program's ---- */

static const struct source_kind *const kinds[] = { &source_miwait, &source_poll, &source_gpio };

#define N_KINDS (sizeof(kinds) / sizeof(kinds[0]))

/* The pipe's end to read from. */
static int begin(struct source *s, const char *kind, const char *path, unsigned int offset)
{
	int fds[2], err = -EINVAL;

	*s = (struct source){ .wish = { .name = "it", .offset = offset }, .fd = -1 };
	snprintf(s->wish.path, sizeof(s->wish.path), "%s", path);
	for (size_t i = 0; i < N_KINDS; i++)
		if (!strcmp(kinds[i]->name, kind))
			s->kind = kinds[i];
	if (s->kind)
		err = s->kind->open(s);
	if (!err && pipe(fds) < 0)
		err = -errno;
	if (!err)
		err = source_start(s, 0, fds[1]);
	if (err)
		die(path, -err);
	return fds[0];
}

static int64_t next_assert(int fd)
{
	struct source_event e;

	do {
		if (read(fd, &e, sizeof(e)) != sizeof(e))
			die("pipe", errno);
		if (e.kind == SOURCE_GONE)
			die("source", -e.err);
	} while (e.kind != SOURCE_EDGE || e.edge.which != EDGE_ASSERT);
	return e.edge.time_ns;
}

static int by_source(char **words)
{
	static struct source s;
	const int fd = begin(&s, words[0], words[1], (unsigned int)atoi(words[2]));

	for (int n = atoi(words[4]); n > 0; n--) {
		const int64_t user_ns = next_assert(fd);

		usleep(SHOWN_US);
		print_pair(user_ns, kernel_ns(words[3], user_ns));
	}
	source_stop(&s);
	return 0;
}

/* ---- a daemon's segment ---- */

static const volatile struct segment *segment_of(int unit)
{
	const int id = shmget(NTP_KEY + unit, sizeof(struct segment), 0);
	const void *at = id < 0 ? (void *)-1 : shmat(id, NULL, SHM_RDONLY);

	if (at == (void *)-1)
		die("segment", errno);
	return at;
}

static int by_shm(char **words)
{
	const volatile struct segment *s = segment_of(atoi(words[0]));
	int count = s->count;

	for (int n = atoi(words[2]); n > 0; ) {
		usleep(SHM_STEP_US);
		if (s->count == count || !s->valid)
			continue;
		count = s->count;
		print_pair(s->receive_sec * NS_PER_S + s->receive_nsec, kernel_ns(words[1], 0));
		n--;
	}
	return 0;
}

/* ---- lines of gpio-sim ---- */

static void pull(const char *path, const char *how)
{
	const int fd = open(path, O_WRONLY);

	if (fd < 0 || write(fd, how, strlen(how)) < 0)
		die(path, errno);
	close(fd);
}

/* The line is up for 50 ms; before it rose. */
static int64_t raise_line(const char *path)
{
	const int64_t before_ns = now_ns();

	pull(path, "pull-up");
	usleep(50000);
	pull(path, "pull-down");
	usleep(50000);
	return before_ns;
}

static int by_pulls(char **words)
{
	static struct source s;
	const int fd = begin(&s, "gpio", words[1], (unsigned int)atoi(words[2]));

	for (int n = atoi(words[5]); n > 0; n--) {
		const int64_t rose_ns = raise_line(words[0]);
		const int64_t rose2_ns = raise_line(words[3]);

		print_pair(next_assert(fd) - rose_ns, kernel_ns(words[4], 0) - rose2_ns);
	}
	source_stop(&s);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 7 && !strcmp(argv[1], "source"))
		return by_source(argv + 2);
	if (argc == 5 && !strcmp(argv[1], "shm"))
		return by_shm(argv + 2);
	if (argc == 8 && !strcmp(argv[1], "pulls"))
		return by_pulls(argv + 2);
	return 2;
}
