/* LDFLAGS: -Wl,--wrap=ioctl,--wrap=open,--wrap=open64 */
/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The ladder, events, their numbers, going away and stopping; the kernel's part is played here. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/gpio.h>
#include <linux/pps.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "source/kind.h"
#include "sys/tty.h"

#define PATIENCE_MS 20000
#define FAR_MS 400		/* that nothing comes in this time is luck at worst */

int __real_ioctl(int fd, unsigned long request, ...);
int __wrap_ioctl(int fd, unsigned long request, ...);
int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);
int __wrap_open64(const char *path, int flags, ...);

/* ---- the kernel ---- */

static struct {
	pthread_mutex_t lock;
	int wake[2];		/* a byte for each wait that is to end */
	/* a port */
	bool no_miwait, no_mget;
	int lines;
	struct serial_icounter_struct count;
	unsigned int waits;
	/* a PPS source */
	struct pps_kinfo pps;
	int pps_err;
	unsigned int fetches;
	/* a GPIO line */
	int gpio_errno[3];	/* of each request in turn */
	unsigned int requests;
	uint64_t gpio_flags;
	char consumer[32];
	int gpio_events[2];
	atomic_int value;
	unsigned int looks;
	/* the file system */
	bool denied;		/* /dev/pps0 */
	char dir[32];
} k = { .lock = PTHREAD_MUTEX_INITIALIZER };

static int fail_with(int err)
{
	errno = err;
	return -1;
}

/* As long as the kernel would: until somebody says so, or a signal. */
static int wait_byte(int timeout_ms)
{
	struct pollfd pfd = { .fd = k.wake[0], .events = POLLIN };
	char c;
	int n = poll(&pfd, 1, timeout_ms);

	if (n < 0)
		return fail_with(EINTR);
	if (n == 0)
		return fail_with(ETIMEDOUT);
	return read(k.wake[0], &c, 1) == 1 ? 0 : fail_with(EINTR);
}

static int fetch(struct pps_fdata *data)
{
	const int timeout_ms = (int)(data->timeout.sec * 1000 + data->timeout.nsec / 1000000);
	int rc = 0;

	if (timeout_ms)
		rc = wait_byte(timeout_ms);
	pthread_mutex_lock(&k.lock);
	k.fetches++;
	if (k.pps_err)
		rc = fail_with(k.pps_err);
	data->info = k.pps;
	pthread_mutex_unlock(&k.lock);
	return rc;
}

static int request_line(struct gpio_v2_line_request *r)
{
	const unsigned int n = k.requests++;

	if (n < 3 && k.gpio_errno[n])
		return fail_with(k.gpio_errno[n]);
	k.gpio_flags = r->config.flags;
	strcpy(k.consumer, r->consumer);
	r->fd = dup(k.gpio_events[0]);
	return 0;
}

static int port_ioctl(unsigned long request, void *arg)
{
	int rc = 0;

	pthread_mutex_lock(&k.lock);
	if (request == TIOCMGET)
		*(int *)arg = k.lines;
	if (request == TIOCMGET && k.no_mget)
		rc = fail_with(ENOTTY);
	if (request == TIOCGICOUNT)
		memcpy(arg, &k.count, sizeof(k.count));
	k.waits += request == TIOCMIWAIT;
	pthread_mutex_unlock(&k.lock);
	if (request == TIOCMIWAIT)
		rc = k.no_miwait ? fail_with(ENOTTY) : wait_byte(-1);
	return rc;
}

static int look(struct gpio_v2_line_values *values)
{
	const int value = k.value;

	values->bits = (unsigned int)value;
	pthread_mutex_lock(&k.lock);
	k.looks++;
	pthread_mutex_unlock(&k.lock);
	return value < 0 ? fail_with(ENODEV) : 0;
}

int __wrap_ioctl(int fd, unsigned long request, ...)
{
	va_list args;
	void *arg;

	va_start(args, request);
	arg = va_arg(args, void *);
	va_end(args);
	switch (request) {
	case PPS_FETCH:
		return fetch(arg);
	case PPS_SETPARAMS:
		abort();
	case GPIO_V2_GET_LINE_IOCTL:
		return request_line(arg);
	case GPIO_V2_LINE_GET_VALUES_IOCTL:
		return look(arg);
	case TIOCMGET:
	case TIOCGICOUNT:
	case TIOCMIWAIT:
		return port_ioctl(request, arg);
	default:
		return __real_ioctl(fd, request, arg);
	}
}

int __wrap_open(const char *path, int flags, ...)
{
	static const char class[] = "/sys/class/pps/";
	char real[128];

	if (k.denied && strstr(path, "/pps0"))
		return fail_with(EACCES);
	if (strncmp(path, class, sizeof(class) - 1))
		return __real_open(path, flags);
	snprintf(real, sizeof(real), "%s%s", k.dir, strrchr(path, '/'));
	return __real_open(real, flags);
}

int __wrap_open64(const char *path, int flags, ...)
{
	return __wrap_open(path, flags);
}

/* ---- each test's own ---- */

struct bench {
	int master, slave, events[2];
	char tty[64], pps[64], chip[64];
	struct source source;
	struct source_wish wish;
};

static void name_in_dir(char *path, size_t size, const char *name)
{
	snprintf(path, size, "%s/%s", k.dir, name);
}

static int setup(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));

	*state = b;
	k.no_miwait = k.no_mget = k.denied = false;
	k.lines = TIOCM_DSR;
	k.waits = k.fetches = k.requests = 0;
	k.value = k.pps_err = 0;
	memset(k.gpio_errno, 0, sizeof(k.gpio_errno));
	memset(&k.count, 0, sizeof(k.count));
	memset(&k.pps, 0, sizeof(k.pps));
	strcpy(k.dir, "/tmp/gpsppsctl-XXXXXX");
	if (!b || !mkdtemp(k.dir) || pipe(k.wake) || pipe(k.gpio_events) || pipe(b->events) ||
	    openpty(&b->master, &b->slave, b->tty, NULL, NULL))
		return -1;
	name_in_dir(b->pps, sizeof(b->pps), "pps0");
	name_in_dir(b->chip, sizeof(b->chip), "gpiochip0");
	return symlink(b->tty, b->pps) || symlink("/dev/null", b->chip) ? -1 : 0;
}

static void close_pair(const int fds[2])
{
	close(fds[0]);
	close(fds[1]);
}

static int teardown(void **state)
{
	struct bench *b = *state;
	char command[64];

	source_stop(&b->source);
	close_pair(k.wake);
	close_pair(k.gpio_events);
	close_pair(b->events);
	close(b->master);
	close(b->slave);
	snprintf(command, sizeof(command), "rm -rf %s", k.dir);
	free(b);
	return system(command);
}

static int open_source(struct bench *b, const char *path)
{
	strcpy(b->wish.path, path);
	return source_open(&b->source, &b->wish);
}

static void start(struct bench *b)
{
	assert_int_equal(source_start(&b->source, 7, b->events[1]), 0);
}

static bool is_event_there(struct bench *b, int timeout_ms)
{
	struct pollfd pfd = { .fd = b->events[0], .events = POLLIN };

	return poll(&pfd, 1, timeout_ms) == 1;
}

static struct source_event next(struct bench *b)
{
	struct source_event e;

	assert_true(is_event_there(b, PATIENCE_MS));
	assert_int_equal(read(b->events[0], &e, sizeof(e)), sizeof(e));
	assert_int_equal(e.index, 7);
	return e;
}

static struct edge next_edge(struct bench *b, enum pulse_edge which)
{
	struct source_event e = next(b);

	assert_int_equal(e.kind, SOURCE_EDGE);
	assert_int_equal(e.edge.which, which);
	return e.edge;
}

static void expect_end(struct bench *b, enum source_event_kind kind, int err)
{
	struct source_event e = next(b);

	assert_int_equal(e.kind, kind);
	assert_int_equal(e.err, err);
	assert_false(is_event_there(b, 0));
}

static void wake(void)
{
	assert_int_equal(write(k.wake[1], "", 1), 1);
}

/* It waits now: what changes from here on is new to it. */
static void wait_until_more(unsigned int *counter, unsigned int n)
{
	unsigned int now;

	for (int ms = 0; ms < PATIENCE_MS; ms++) {
		pthread_mutex_lock(&k.lock);
		now = *counter;
		pthread_mutex_unlock(&k.lock);
		if (now >= n)
			return;
		usleep(1000);
	}
	fail_msg("the source does not wait");
}

/* ---- the ladder ---- */

static void best_kind_is_chosen(void **state)
{
	struct bench *b = *state;

	assert_int_equal(open_source(b, b->tty), 0);
	assert_ptr_equal(b->source.kind, &source_miwait);
	source_stop(&b->source);
	assert_null(b->source.kind);
	source_stop(&b->source);	/* also twice */
	k.no_miwait = true;
	assert_int_equal(open_source(b, b->tty), 0);
	assert_ptr_equal(b->source.kind, &source_poll);
	source_stop(&b->source);
	k.no_mget = true;
	assert_int_equal(open_source(b, b->tty), -ENOTTY);
	assert_null(b->source.kind);
	assert_int_equal(open_source(b, b->pps), 0);
	assert_ptr_equal(b->source.kind, &source_pps);
	source_stop(&b->source);
	assert_int_equal(open_source(b, b->chip), 0);
	assert_ptr_equal(b->source.kind, &source_gpio);
	source_stop(&b->source);
	assert_int_equal(open_source(b, "/tmp/no-such-port"), -ENOENT);
	assert_int_equal(open_source(b, k.dir), -EISDIR);
}

static void put_file(const char *name, const char *text)
{
	char path[64];
	FILE *f;

	name_in_dir(path, sizeof(path), name);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
}

static void without_the_right_sysfs_tells(void **state)
{
	struct bench *b = *state;
	struct edge e;

	k.denied = true;
	assert_int_equal(open_source(b, b->pps), -ENOENT);
	put_file("assert", "1795237317.100177999#41\n");
	put_file("clear", "");		/* a source that cannot see it */
	assert_int_equal(open_source(b, b->pps), 0);
	assert_ptr_equal(b->source.kind, &source_sysfs);
	start(b);
	assert_false(is_event_there(b, FAR_MS));	/* what was there is not news */
	put_file("assert", "");		/* never so in the kernel, and no edge */
	usleep(50000);
	put_file("assert", "1795237319.100178001#43\n");
	e = next_edge(b, EDGE_ASSERT);
	assert_int_equal(e.time_ns, 1795237319100178001);
	assert_int_equal(e.seq, 43);
	assert_int_equal(e.late_ns, -1);
	assert_int_equal(e.by, STAMP_KERNEL);
	put_file("clear", "1795237319.300178001#9\n");
	assert_int_equal(next_edge(b, EDGE_CLEAR).seq, 9);
}

/* ---- the kernel's pulses ---- */

static void tell_pps(uint32_t sets, int64_t set_ns, uint32_t clears, int64_t clear_ns)
{
	pthread_mutex_lock(&k.lock);
	k.pps.assert_sequence = sets;
	k.pps.assert_tu.sec = set_ns / NS_PER_S;
	k.pps.assert_tu.nsec = (int)(set_ns % NS_PER_S);
	k.pps.clear_sequence = clears;
	k.pps.clear_tu.sec = clear_ns / NS_PER_S;
	k.pps.clear_tu.nsec = (int)(clear_ns % NS_PER_S);
	pthread_mutex_unlock(&k.lock);
	wake();
}

static void both_edges_in_their_order(void **state)
{
	struct bench *b = *state;
	struct edge e;

	tell_pps(5, 100 * NS_PER_S, 4, 99 * NS_PER_S);
	assert_int_equal(open_source(b, b->pps), 0);
	tell_pps(6, 101 * NS_PER_S, 4, 99 * NS_PER_S);		/* opened, not yet begun */
	start(b);
	wait_until_more(&k.fetches, 4);
	assert_false(is_event_there(b, 0));
	tell_pps(7, 102 * NS_PER_S + 3, 4, 99 * NS_PER_S);
	e = next_edge(b, EDGE_ASSERT);
	assert_int_equal(e.seq, 7);
	assert_int_equal(e.time_ns, 102 * NS_PER_S + 3);
	assert_int_equal(e.by, STAMP_KERNEL);
	tell_pps(8, 103 * NS_PER_S, 5, 103 * NS_PER_S + 20);
	assert_int_equal(next_edge(b, EDGE_ASSERT).seq, 8);
	assert_int_equal(next_edge(b, EDGE_CLEAR).seq, 5);
	tell_pps(9, 104 * NS_PER_S, 6, 104 * NS_PER_S - 20);
	assert_int_equal(next_edge(b, EDGE_CLEAR).seq, 6);
	assert_int_equal(next_edge(b, EDGE_ASSERT).time_ns, 104 * NS_PER_S);
	tell_pps(9, 104 * NS_PER_S, 7, 104 * NS_PER_S + 999);	/* assert is switched off */
	assert_int_equal(next_edge(b, EDGE_CLEAR).time_ns, 104 * NS_PER_S + 999);
}

static void a_source_that_is_gone(void **state)
{
	struct bench *b = *state;

	assert_int_equal(open_source(b, b->pps), 0);
	start(b);
	wait_until_more(&k.fetches, 3);
	unlink(b->pps);			/* and PPS_FETCH goes on as if there were no pulse */
	expect_end(b, SOURCE_GONE, -ENODEV);
	source_stop(&b->source);

	assert_int_equal(symlink(b->tty, b->pps), 0);
	assert_int_equal(open_source(b, b->pps), 0);
	start(b);
	wait_until_more(&k.fetches, 3);
	pthread_mutex_lock(&k.lock);
	k.pps_err = ENXIO;
	pthread_mutex_unlock(&k.lock);
	wake();
	expect_end(b, SOURCE_GONE, -ENXIO);
}

/* ---- a port's lines ---- */

static void tell_port(int lines, int dcd, int cts)
{
	pthread_mutex_lock(&k.lock);
	k.lines = lines;
	k.count.dcd = dcd;
	k.count.cts = cts;
	k.waits = 0;
	pthread_mutex_unlock(&k.lock);
	wake();
}

static void start_port(struct bench *b, enum source_line line)
{
	struct source_event e;

	b->wish.line = line;
	assert_int_equal(open_source(b, b->tty), 0);
	start(b);
	e = next(b);
	assert_int_equal(e.kind, SOURCE_LINES);
	assert_int_equal(e.lines, k.lines);
	wait_until_more(&k.waits, 2);	/* the first was the proof that it can */
}

static void a_line_has_its_edges(void **state)
{
	struct bench *b = *state;
	int64_t before, after;
	struct source_event e;

	k.count.cts = 10;
	start_port(b, LINE_CTS);
	before = source_now(CLOCK_REALTIME);
	tell_port(TIOCM_DSR | TIOCM_CTS, 0, 11);
	e = next(b);
	after = source_now(CLOCK_REALTIME);
	assert_int_equal(e.kind, SOURCE_EDGE);
	assert_int_equal(e.edge.which, EDGE_ASSERT);
	assert_int_equal(e.edge.seq, 6);	/* five of each kind were before */
	assert_int_equal(e.edge.late_ns, -1);
	assert_int_equal(e.edge.by, STAMP_USER);
	assert_int_equal(e.lines, TIOCM_DSR | TIOCM_CTS);
	assert_true(e.edge.time_ns >= before && e.edge.time_ns <= after);
	wait_until_more(&k.waits, 1);
	tell_port(TIOCM_DSR | TIOCM_CTS | TIOCM_CAR, 1, 11);	/* another line's */
	e = next(b);
	assert_int_equal(e.kind, SOURCE_LINES);
	assert_int_equal(e.lines, TIOCM_DSR | TIOCM_CTS | TIOCM_CAR);
	wait_until_more(&k.waits, 1);
	tell_port(TIOCM_DSR | TIOCM_CAR, 1, 12);
	assert_int_equal(next_edge(b, EDGE_CLEAR).seq, 6);
	wait_until_more(&k.waits, 1);
	tell_port(TIOCM_DSR | TIOCM_CAR, 1, 12);	/* a wake-up for nothing */
	wait_until_more(&k.waits, 1);
	assert_false(is_event_there(b, 0));
}

/* A pulse that is over before we look, and more than one of them. */
static void the_count_tells_of_more(void **state)
{
	struct bench *b = *state;
	struct edge first, last;

	start_port(b, LINE_DCD);
	tell_port(TIOCM_DSR, 2, 0);
	first = next_edge(b, EDGE_ASSERT);
	last = next_edge(b, EDGE_CLEAR);
	assert_int_equal(first.seq, 1);
	assert_int_equal(last.seq, 1);
	assert_int_equal(first.late_ns, -1);
	assert_int_equal(last.time_ns - last.late_ns, first.time_ns);
	wait_until_more(&k.waits, 1);
	tell_port(TIOCM_DSR | TIOCM_CAR, 7, 0);		/* five: up, ..., up */
	assert_int_equal(next_edge(b, EDGE_ASSERT).seq, 2);
	assert_int_equal(next_edge(b, EDGE_ASSERT).seq, 4);
	wait_until_more(&k.waits, 1);
	tell_port(TIOCM_DSR, 8, 0);
	assert_int_equal(next_edge(b, EDGE_CLEAR).seq, 4);
	wait_until_more(&k.waits, 1);
	/* shorter than the UART's own look: counted once, the level as before */
	tell_port(TIOCM_DSR, 9, 0);
	assert_int_equal(next_edge(b, EDGE_CLEAR).seq, 5);
}

/* An edge while nobody waited, which no wake-up tells: the next look finds it. */
static void an_edge_that_slipped_by(void **state)
{
	struct bench *b = *state;
	struct edge e;

	start_port(b, LINE_DCD);
	pthread_mutex_lock(&k.lock);
	k.lines |= TIOCM_CAR;
	k.count.dcd = 1;
	pthread_mutex_unlock(&k.lock);
	e = next_edge(b, EDGE_ASSERT);		/* after a tick */
	assert_true(e.late_ns >= 0);
	assert_int_equal(e.seq, 1);
}

/* The line moves and its driver counts nothing: polled from then on. */
static void a_driver_that_counts_nothing(void **state)
{
	struct bench *b = *state;
	struct source_event e = { .kind = SOURCE_LINES };

	start_port(b, LINE_DCD);
	for (int i = 0; i < 2000 && e.kind != SOURCE_EDGE; i++) {
		pthread_mutex_lock(&k.lock);
		k.lines ^= TIOCM_CAR;
		pthread_mutex_unlock(&k.lock);
		if (is_event_there(b, 20))
			e = next(b);
	}
	assert_int_equal(e.kind, SOURCE_EDGE);
	assert_int_equal(e.edge.by, STAMP_POLL);
	assert_true(e.edge.late_ns > 0);
}

/* The same, but the count follows later, as an adapter's does: TIOCMIWAIT is believed. */
static void a_driver_that_counts_late(void **state)
{
	struct bench *b = *state;
	int64_t began_ns;

	start_port(b, LINE_DCD);
	wait_until_more(&k.waits, 3);	/* a tick; with the second one the line is looked at */
	usleep(1000000);
	began_ns = source_now(CLOCK_MONOTONIC);
	pthread_mutex_lock(&k.lock);
	k.lines |= TIOCM_CAR;
	pthread_mutex_unlock(&k.lock);
	usleep(10000);
	tell_port(TIOCM_DSR | TIOCM_CAR, 1, 0);
	if (source_now(CLOCK_MONOTONIC) - began_ns > 50 * NS_PER_MS)
		skip();			/* a busy machine: that was too late */
	assert_int_equal(next_edge(b, EDGE_ASSERT).by, STAMP_USER);
}

static void a_port_is_left_as_it_was(void **state)
{
	struct bench *b = *state;
	struct termios before, now;

	assert_int_equal(tcgetattr(b->slave, &before), 0);
	start_port(b, LINE_DCD);
	assert_int_equal(tcgetattr(b->slave, &now), 0);
	assert_true(tty_mode_equal(&before, &now));
	source_stop(&b->source);
	assert_int_equal(tcgetattr(b->slave, &now), 0);
	assert_true(tty_mode_equal(&before, &now));
}

static void a_port_that_is_gone(void **state)
{
	struct bench *b = *state;

	start_port(b, LINE_DCD);
	close(b->master);		/* the slave hangs up */
	b->master = -1;
	expect_end(b, SOURCE_GONE, -ENODEV);
	assert_int_equal(fcntl(b->source.fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
}

/* ---- a GPIO line ---- */

static void tell_gpio(uint32_t seqno, uint32_t id, uint64_t time_ns)
{
	const struct gpio_v2_line_event e = {
		.timestamp_ns = time_ns, .id = id, .offset = 17, .line_seqno = seqno,
	};

	assert_int_equal(write(k.gpio_events[1], &e, sizeof(e)), sizeof(e));
}

static void gpio_edges(void **state)
{
	struct bench *b = *state;
	struct edge e;

	assert_int_equal(open_source(b, b->chip), 0);
	assert_string_equal(k.consumer, "gpsppsctl");
	assert_int_equal(k.gpio_flags, GPIO_V2_LINE_FLAG_INPUT | GPIO_V2_LINE_FLAG_EDGE_RISING |
			 GPIO_V2_LINE_FLAG_EDGE_FALLING |
			 GPIO_V2_LINE_FLAG_EVENT_CLOCK_REALTIME);
	start(b);
	tell_gpio(1, GPIO_V2_LINE_EVENT_RISING_EDGE, 1795237317000000123);
	e = next_edge(b, EDGE_ASSERT);
	assert_int_equal(e.time_ns, 1795237317000000123);
	assert_int_equal(e.seq, 1);
	assert_int_equal(e.by, STAMP_KERNEL);
	tell_gpio(2, GPIO_V2_LINE_EVENT_FALLING_EDGE, 1795237317100000123);
	assert_int_equal(next_edge(b, EDGE_CLEAR).seq, 1);
	tell_gpio(6, GPIO_V2_LINE_EVENT_FALLING_EDGE, 1795237319100000123);	/* 3, 4, 5 lost */
	assert_int_equal(next_edge(b, EDGE_CLEAR).seq, 3);
	tell_gpio(7, GPIO_V2_LINE_EVENT_RISING_EDGE, 1795237320000000123);
	assert_int_equal(next_edge(b, EDGE_ASSERT).seq, 4);
	tell_gpio(8, GPIO_V2_LINE_EVENT_RISING_EDGE, 1795237321000000123);	/* a chip errs */
	assert_int_equal(next_edge(b, EDGE_ASSERT).seq, 5);
	k.value = -1;
	expect_end(b, SOURCE_GONE, -ENODEV);
}

/* Linux 5.10 has no other clock than the monotonic one. */
static void gpio_of_an_old_kernel(void **state)
{
	struct bench *b = *state;
	int64_t mono, real;
	struct edge e;

	k.gpio_errno[0] = EINVAL;
	assert_int_equal(open_source(b, b->chip), 0);
	start(b);
	mono = source_now(CLOCK_MONOTONIC);
	real = source_now(CLOCK_REALTIME);
	tell_gpio(1, GPIO_V2_LINE_EVENT_RISING_EDGE, (uint64_t)mono);
	e = next_edge(b, EDGE_ASSERT);
	assert_true(llabs(e.time_ns - real) < NS_PER_S);
}

static void gpio_without_interrupt(void **state)
{
	struct bench *b = *state;

	k.gpio_errno[0] = ENXIO;
	assert_int_equal(open_source(b, b->chip), 0);
	assert_int_equal(k.gpio_flags, GPIO_V2_LINE_FLAG_INPUT);
	start(b);
	/* the first look finds how the line is */
	wait_until_more(&k.looks, 3);
	assert_false(is_event_there(b, 10));
	k.value = 1;
	assert_int_equal(next_edge(b, EDGE_ASSERT).by, STAMP_POLL);
	source_stop(&b->source);
	memcpy(k.gpio_errno, (int[]){ EBUSY, 0, 0 }, sizeof(k.gpio_errno));
	k.requests = 0;
	assert_int_equal(open_source(b, b->chip), -EBUSY);
	assert_int_equal(k.requests, 1);
}

/* ---- threads ---- */

/* More than the pipe holds: the source waits for its reader, and can be stopped there. */
static void a_slow_reader(void **state)
{
	enum { MANY = 800 };
	struct bench *b = *state;

	assert_int_equal(fcntl(b->events[1], F_SETPIPE_SZ, 4096), 4096);
	for (int again = 0; again < 2; again++) {
		assert_int_equal(open_source(b, b->chip), 0);
		for (uint32_t i = 1; i <= MANY; i++)
			tell_gpio(i, GPIO_V2_LINE_EVENT_RISING_EDGE, i);
		start(b);
		assert_true(is_event_there(b, PATIENCE_MS));
		usleep(50000);
		for (uint32_t i = 1; i <= MANY && !again; i++)
			assert_int_equal(next_edge(b, EDGE_ASSERT).time_ns, i);
		source_stop(&b->source);
	}
	assert_int_equal(fcntl(b->events[0], F_SETFL, O_NONBLOCK), 0);
	for (struct source_event e; read(b->events[0], &e, sizeof(e)) > 0;)
		assert_int_equal(e.kind, SOURCE_EDGE);		/* each is whole */
}

/* A pipe whose reader has gone ends the thread, not the program. */
static void no_reader(void **state)
{
	struct bench *b = *state;

	close(b->events[0]);
	assert_int_equal(open_source(b, b->chip), 0);
	tell_gpio(1, GPIO_V2_LINE_EVENT_RISING_EDGE, 1);
	start(b);
	usleep(20000);
	source_stop(&b->source);
	close(b->events[1]);
	assert_int_equal(pipe(b->events), 0);
}

static void stop_at_any_time(void **state)
{
	struct bench *b = *state;
	const char *const paths[] = { b->pps, b->tty, b->chip };
	sigset_t before, after;

	pthread_sigmask(SIG_SETMASK, NULL, &before);
	for (int i = 0; i < 150; i++) {
		assert_int_equal(open_source(b, paths[i % 3]), 0);
		start(b);
		if (i % 2)
			usleep((unsigned int)i * 7);
		source_stop(&b->source);
		source_stop(&b->source);
	}
	assert_int_equal(open_source(b, b->pps), 0);
	source_stop(&b->source);	/* never begun */
	b->source = (struct source){ 0 };
	source_stop(&b->source);	/* never opened */
	pthread_sigmask(SIG_SETMASK, NULL, &after);
	for (int sig = 1; sig <= SIGRTMAX; sig++)
		assert_int_equal(sigismember(&before, sig), sigismember(&after, sig));
}

/* They are for the main thread, which may be in a wait that is to be interrupted. */
static void the_programs_signals_are_not_taken(void **state)
{
	const struct timespec at_once = { 0 };
	struct bench *b = *state;
	sigset_t term, pending;

	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	pthread_sigmask(SIG_BLOCK, &term, NULL);
	start_port(b, LINE_DCD);
	kill(getpid(), SIGTERM);
	usleep(20000);
	assert_int_equal(sigpending(&pending), 0);
	assert_true(sigismember(&pending, SIGTERM));
	assert_int_equal(sigtimedwait(&term, NULL, &at_once), SIGTERM);
	pthread_sigmask(SIG_UNBLOCK, &term, NULL);
}

static long vm_kb(const char *key)
{
	FILE *f = fopen("/proc/self/status", "r");
	char line[128];
	long kb = -1;

	assert_non_null(f);
	while (fgets(line, sizeof(line), f))
		if (!strncmp(line, key, strlen(key)))
			sscanf(line + strlen(key), ": %ld", &kb);
	fclose(f);
	return kb;
}

static void many_are_cheap(void **state)
{
	enum { MANY = 256 };
	static struct source sources[MANY];
	struct bench *b = *state;
	long before_kb, after_kb;

	assert_int_equal(open_source(b, b->tty), 0);
	source_stop(&b->source);
	before_kb = vm_kb("VmRSS");
	for (unsigned int i = 0; i < MANY; i++) {
		assert_int_equal(source_open(&sources[i], &b->wish), 0);
		assert_int_equal(source_start(&sources[i], 7, b->events[1]), 0);
	}
	for (unsigned int i = 0; i < MANY; i++)
		assert_int_equal(next(b).kind, SOURCE_LINES);
	after_kb = vm_kb("VmRSS");
	for (unsigned int i = 0; i < MANY; i++)
		source_stop(&sources[i]);
	print_message("%ld kB for each of %d\n", (after_kb - before_kb) / MANY, MANY);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
	assert_in_range(after_kb - before_kb, 0, MANY * 40);
#endif
}

#define WITH_BENCH(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_BENCH(best_kind_is_chosen),
		WITH_BENCH(without_the_right_sysfs_tells),
		WITH_BENCH(both_edges_in_their_order),
		WITH_BENCH(a_source_that_is_gone),
		WITH_BENCH(a_line_has_its_edges),
		WITH_BENCH(the_count_tells_of_more),
		WITH_BENCH(an_edge_that_slipped_by),
		WITH_BENCH(a_driver_that_counts_nothing),
		WITH_BENCH(a_driver_that_counts_late),
		WITH_BENCH(a_port_is_left_as_it_was),
		WITH_BENCH(a_port_that_is_gone),
		WITH_BENCH(gpio_edges),
		WITH_BENCH(gpio_of_an_old_kernel),
		WITH_BENCH(gpio_without_interrupt),
		WITH_BENCH(a_slow_reader),
		WITH_BENCH(no_reader),
		WITH_BENCH(stop_at_any_time),
		WITH_BENCH(the_programs_signals_are_not_taken),
		WITH_BENCH(many_are_cheap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
