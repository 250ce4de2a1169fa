// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Modem lines for QEMU's serial ports.
 *
 * QEMU asks the tty behind a serial chardev for its modem lines by
 * ioctl(TIOCMGET) and sets RTS and DTR by ioctl(TIOCMSET).  A pty has no
 * modem lines, so this library, preloaded into QEMU, answers for it from a
 * page shared with the testbed, and records what the guest sets.  All other
 * ioctls go to the C library.
 *
 * struct shim_port is mirrored in ports.py (LINE and PORT).
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define NR_PORTS	64
#define NR_LINES	4

/* QEMU looks at the lines every 10 ms: an edge nearer than this comes first */
#define POLL_US		11000
/* A pulse shorter than this is over before the guest's interrupt handler looks */
#define NARROW_US	1000

enum line_mode {
	LINE_LOW,
	LINE_HIGH,
	LINE_PULSE,
	LINE_CROSS,		/* follows an output of another port */
};

/* A line of a port; times in microseconds of CLOCK_REALTIME. */
struct shim_line {
	uint32_t mode;
	uint32_t inverted;
	int64_t period;
	int64_t width;
	int64_t phase;
	int64_t jitter;		/* each pulse is off by up to this, either way */
	int64_t extra;		/* a second pulse this long after each; 0: none */
	int64_t miss_every;	/* each n-th pulse is missing; 0: none */
	int64_t miss_from;	/* pulses of these numbers are missing */
	int64_t miss_to;
	uint32_t cross_port;
	uint32_t cross_bit;	/* TIOCM_RTS or TIOCM_DTR */
};

struct shim_port {
	uint64_t rdev;		/* the pty's device number; 0: unused */
	uint32_t seq;		/* odd while the testbed writes */
	uint32_t exact;		/* wait for an edge that is near */
	uint32_t out;		/* what the guest set last: TIOCM_RTS, _DTR */
	uint32_t pad;
	struct shim_line line[NR_LINES];
};

static const int line_bit[NR_LINES] = {
	TIOCM_CAR, TIOCM_CTS, TIOCM_DSR, TIOCM_RNG,
};

static struct shim_port *ports;
static int (*next_ioctl)(int, unsigned long, ...);

__attribute__((constructor))
static void shim_init(void)
{
	const char *path = getenv("TESTBED_SHIM");
	int fd;

	next_ioctl = dlsym(RTLD_NEXT, "ioctl");
	if (!path)
		return;
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd >= 0) {
		ports = mmap(NULL, NR_PORTS * sizeof(*ports),
			     PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
		close(fd);
	}
	if (fd < 0 || ports == MAP_FAILED) {
		perror(path);
		exit(1);
	}
}

static int64_t now_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return ts.tv_sec * 1000000LL + ts.tv_nsec / 1000;
}

static void sleep_until(int64_t us)
{
	struct timespec ts = {
		.tv_sec = us / 1000000,
		.tv_nsec = us % 1000000 * 1000,
	};

	clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &ts, NULL);
}

/* The same pulse must have the same jitter each time it is looked at. */
static int64_t pulse_jitter(const struct shim_line *l, int64_t number)
{
	uint64_t x = number * 0x9e3779b97f4a7c15ULL;

	if (!l->jitter)
		return 0;
	x ^= x >> 29;
	x *= 0xbf58476d1ce4e5b9ULL;
	x ^= x >> 32;
	return (int64_t)(x % (2 * l->jitter + 1)) - l->jitter;
}

static bool pulse_missing(const struct shim_line *l, int64_t number)
{
	if (l->miss_every && number % l->miss_every == 0)
		return true;
	return number >= l->miss_from && number < l->miss_to;
}

/*
 * Look at the pulse that starts at @start: is @now inside it (*high), and
 * which of its edges comes next (*edge)?
 */
static void look_at_pulse(int64_t start, int64_t width, int64_t now,
			  bool *high, int64_t *edge)
{
	int64_t end = start + width;

	if (now >= start && now < end)
		*high = true;
	if (start > now && start < *edge)
		*edge = start;
	if (end > now && end < *edge)
		*edge = end;
}

/* The level of a pulsing line at @now, and the time of its next edge. */
static bool pulse_level(const struct shim_line *l, int64_t now, int64_t *edge)
{
	int64_t number, start, nearest;
	bool high = false;

	*edge = INT64_MAX;
	if (l->period <= 0)
		return l->inverted;
	/* the neighbours count too: jitter, long pulses and extra pulses */
	nearest = (now - l->phase) / l->period;
	for (number = nearest - 1; number <= nearest + 1; number++) {
		if (pulse_missing(l, number))
			continue;
		start = number * l->period + l->phase + pulse_jitter(l, number);
		look_at_pulse(start, l->width, now, &high, edge);
		if (l->extra)
			look_at_pulse(start + l->extra, l->width, now,
				      &high, edge);
	}
	return high != !!l->inverted;
}

/*
 * Only QEMU's main loop may wait: it polls, and a pulse's edge is due before
 * it polls again.  A vCPU that reads the MSR gets its answer at once.
 */
static bool may_wait(const struct shim_port *p)
{
	return p->exact && gettid() == getpid();
}

/*
 * A pulse shorter than the way of an interrupt: it sets the UART's delta bit, and
 * whoever then reads the level comes too late.  So QEMU's poll sees it, once.
 */
static bool narrow_pulse_now(const struct shim_line *l, bool wait, int64_t *seen)
{
	int64_t edge, number, now = now_us();

	pulse_level(l, now, &edge);
	if (wait && edge != INT64_MAX && edge - now < POLL_US) {
		sleep_until(edge);
		now = now_us();
	}
	number = l->period > 0 ? (now - l->phase) / l->period : 0;
	if (!wait || number == *seen)
		return l->inverted;
	*seen = number;
	return !l->inverted;
}

static bool pulse_now(const struct shim_line *l, bool wait)
{
	int64_t edge, now = now_us();
	bool level = pulse_level(l, now, &edge);

	if (!wait || edge == INT64_MAX || edge - now >= POLL_US)
		return level;
	sleep_until(edge);
	return pulse_level(l, now_us(), &edge);
}

static bool line_level(const struct shim_line *l, bool wait, int64_t *seen)
{
	switch (l->mode) {
	case LINE_HIGH:
		return true;
	case LINE_PULSE:
		if (l->width < NARROW_US)
			return narrow_pulse_now(l, wait, seen);
		return pulse_now(l, wait);
	case LINE_CROSS:
		if (l->cross_port >= NR_PORTS)
			return false;
		return ports[l->cross_port].out & l->cross_bit;
	default:
		return false;
	}
}

/* A copy of the port that is not half written (the writer never sleeps). */
static void snapshot(const struct shim_port *p, struct shim_port *copy)
{
	uint32_t seq;
	int tries;

	for (tries = 0; tries < 1000; tries++) {
		seq = __atomic_load_n(&p->seq, __ATOMIC_ACQUIRE);
		*copy = *p;
		__atomic_thread_fence(__ATOMIC_ACQUIRE);
		if (!(seq & 1) && seq == __atomic_load_n(&p->seq, __ATOMIC_RELAXED))
			return;
	}
}

static int get_lines(const struct shim_port *p)
{
	static int64_t seen[NR_PORTS][NR_LINES];
	struct shim_port copy;
	bool wait = may_wait(p);
	int i, lines;

	snapshot(p, &copy);
	lines = copy.out;
	for (i = 0; i < NR_LINES; i++)
		if (line_level(&copy.line[i], wait, &seen[p - ports][i]))
			lines |= line_bit[i];
	return lines;
}

/*
 * A real UART loses what arrives while its port is closed; the pty would keep
 * it and hand the guest sentences of minutes ago.  So an opening (DTR or RTS
 * rises from both low) starts with an empty line.
 */
static void set_outputs(struct shim_port *p, int fd, int lines)
{
	uint32_t out = lines & (TIOCM_RTS | TIOCM_DTR);

	if (out && !p->out)
		tcflush(fd, TCIFLUSH);
	p->out = out;
}

static struct shim_port *find_port(int fd)
{
	struct stat st;
	int i;

	if (!ports || fstat(fd, &st) || !S_ISCHR(st.st_mode))
		return NULL;
	for (i = 0; i < NR_PORTS; i++)
		if (ports[i].rdev && ports[i].rdev == st.st_rdev)
			return &ports[i];
	return NULL;
}

int ioctl(int fd, unsigned long request, ...)
{
	struct shim_port *p = NULL;
	va_list ap;
	void *arg;

	va_start(ap, request);
	arg = va_arg(ap, void *);
	va_end(ap);

	if (request == TIOCMGET || request == TIOCMSET)
		p = find_port(fd);
	if (!p)
		return next_ioctl(fd, request, arg);
	if (request == TIOCMGET)
		*(int *)arg = get_lines(p);
	else
		set_outputs(p, fd, *(int *)arg);
	return 0;
}
