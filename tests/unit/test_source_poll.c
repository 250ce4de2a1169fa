/* LDFLAGS: -Wl,--wrap=clock_gettime,--wrap=clock_nanosleep */
/* LDFLAGS: -Wl,--wrap=pread,--wrap=pread64,--wrap=open,--wrap=open64 */
/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Polling of levels and of sysfs, in a time of its own: minutes of pulses in milliseconds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "source/kind.h"

#define US INT64_C(1000)
#define MS NS_PER_MS
#define S NS_PER_S
#define START_NS (100 * NS_PER_S)
#define REAL_NS (INT64_C(1795237317) * NS_PER_S)	/* the clock when the other is 0 */

int __wrap_clock_gettime(clockid_t clock, struct timespec *t);
int __wrap_clock_nanosleep(clockid_t clock, int flags, const struct timespec *t,
			   struct timespec *rest);
int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);
int __wrap_open64(const char *path, int flags, ...);
ssize_t __wrap_pread(int fd, void *buf, size_t size, off_t at);
ssize_t __wrap_pread64(int fd, void *buf, size_t size, off_t at);

#define STEP_NS (500 * MS)	/* further than any window */

/* The pulse at the line, and what a look costs. */
static struct world {
	int64_t now_ns;			/* CLOCK_MONOTONIC */
	int64_t period_ns, width_ns, first_ns;
	int64_t jitter_ns;		/* of the pulse, to both sides */
	int64_t look_min_ns, look_max_ns;
	int64_t sleep_late_ns;		/* at most */
	int64_t pause_from_ns, pause_to_ns;
	int64_t step_at_ns;		/* the pulse moves then; 0: never */
	int64_t end_ns;
	unsigned int miss_every;
	uint64_t random;
	unsigned int looks;
	int pipe[2];
	struct source source;
} w;

static struct tally {
	unsigned int edges[2];
	unsigned int wrong;		/* the edge was not in the time that it says */
	int64_t late_max_ns;
	int64_t settled_ns;		/* the same, once it has run for 20 s */
	int64_t late_sum_ns;
	int64_t apart_max_ns;		/* between two of the same kind */
	int64_t last_ns[2];
} seen;

static uint32_t number[2];		/* of the last assert and clear of sysfs */

static int64_t pick(int64_t min, int64_t max)
{
	w.random = w.random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return max > min ? min + (int64_t)((w.random >> 33) % (uint64_t)(max - min)) : min;
}

int __wrap_clock_gettime(clockid_t clock, struct timespec *t)
{
	const int64_t ns = w.now_ns + (clock == CLOCK_REALTIME ? REAL_NS : 0);

	t->tv_sec = ns / NS_PER_S;
	t->tv_nsec = ns % NS_PER_S;
	return 0;
}

int __wrap_clock_nanosleep(clockid_t clock, int flags, const struct timespec *t,
			   struct timespec *rest)
{
	const int64_t until_ns = ns_of(*t);

	assert_int_equal(clock, CLOCK_MONOTONIC);
	assert_int_equal(flags, TIMER_ABSTIME);
	assert_null(rest);
	if (until_ns > w.now_ns)
		w.now_ns = until_ns;
	w.now_ns += pick(0, w.sleep_late_ns);
	return 0;
}

/* The same for the same pulse, whoever asks. */
static int64_t rise_of(int64_t n)
{
	uint64_t mix = (uint64_t)n * UINT64_C(0x9e3779b97f4a7c15);
	int64_t jitter = 0;

	mix ^= mix >> 29;
	if (w.jitter_ns)
		jitter = (int64_t)(mix % (uint64_t)(2 * w.jitter_ns)) - w.jitter_ns;
	return w.first_ns + n * w.period_ns + jitter;
}

static bool is_left_out(int64_t n, int64_t at_ns)
{
	return (w.miss_every && n % w.miss_every == 0) ||
	       (at_ns >= w.pause_from_ns && at_ns < w.pause_to_ns);
}

static bool level_at(int64_t t_ns)
{
	const int64_t n = (t_ns - w.first_ns + w.jitter_ns) / w.period_ns;

	for (int64_t i = n - 1; i <= n; i++)
		if (i >= 0 && t_ns >= rise_of(i) && t_ns < rise_of(i) + w.width_ns &&
		    !is_left_out(i, rise_of(i)))
			return true;
	return false;
}

/* The kernel's: each by its number, in its time. */
static void judge_stamp(const struct edge *e)
{
	const int i = e->which == EDGE_CLEAR;

	assert_int_equal(e->late_ns, -1);
	seen.edges[i]++;
	seen.wrong += e->seq != ++number[i] || e->time_ns != REAL_NS + w.first_ns +
		      (e->seq - 1) * w.period_ns + (i ? w.width_ns : 0);
}

static void judge(const struct edge *e)
{
	const int64_t to_ns = e->time_ns - REAL_NS, from_ns = to_ns - e->late_ns;
	const int i = e->which == EDGE_CLEAR;

	if (e->by == STAMP_KERNEL) {
		judge_stamp(e);
		return;
	}
	assert_int_equal(e->by, STAMP_POLL);
	assert_int_equal(e->seq, 0);
	seen.edges[i]++;
	seen.wrong += level_at(from_ns) == (e->which == EDGE_ASSERT) ||
		      level_at(to_ns) != (e->which == EDGE_ASSERT);
	seen.late_sum_ns += e->late_ns;
	if (e->late_ns > seen.late_max_ns)
		seen.late_max_ns = e->late_ns;
	if (to_ns > START_NS + 20 * S && e->late_ns > seen.settled_ns)
		seen.settled_ns = e->late_ns;
	if (seen.last_ns[i] && to_ns - seen.last_ns[i] > seen.apart_max_ns)
		seen.apart_max_ns = to_ns - seen.last_ns[i];
	seen.last_ns[i] = to_ns;
}

static void drain(void)
{
	struct source_event e;

	while (read(w.pipe[0], &e, sizeof(e)) == sizeof(e))
		if (e.kind == SOURCE_EDGE)
			judge(&e.edge);
}

/* What the kind would do by an ioctl(): the level is that of some moment within. */
static int look(struct source *s, int *lines)
{
	const int64_t cost_ns = pick(w.look_min_ns, w.look_max_ns);
	const int64_t sampled_ns = w.now_ns + pick(0, cost_ns);

	drain();
	w.now_ns += cost_ns;
	if (w.step_at_ns && w.now_ns > w.step_at_ns) {
		w.first_ns += STEP_NS;
		w.step_at_ns = 0;
	}
	w.looks++;
	*lines = level_at(sampled_ns) ? TIOCM_CAR : 0;
	if (w.now_ns >= w.end_ns)
		atomic_store(&s->stop, true);
	return level_at(sampled_ns);
}

static void forget_seen(void)
{
	memset(&seen, 0, sizeof(seen));
	w.looks = 0;
}

/* A UART or GPIO: 2 to 12 us a look.  Begun anew it goes on at w.now_ns. */
static void pulse(int64_t period_ns, int64_t width_ns)
{
	w.now_ns = START_NS;
	w.first_ns = START_NS + 345678;
	w.period_ns = period_ns;
	w.width_ns = width_ns;
	w.jitter_ns = 0;
	w.look_min_ns = 2 * US;
	w.look_max_ns = 12 * US;
	w.sleep_late_ns = 60 * US;
	w.pause_from_ns = w.pause_to_ns = w.step_at_ns = 0;
	w.miss_every = 0;
	w.random = 1;
	w.source = (struct source){ .out = w.pipe[1] };
	forget_seen();
}

static void run_s(int64_t seconds)
{
	int err;

	w.end_ns = w.now_ns + seconds * S;
	atomic_store(&w.source.stop, false);
	err = source_watch_level(&w.source, look);
	assert_true(err == 0 || err == -EINTR);		/* told to stop with an edge in hand */
	drain();
}

static void expect_looks(unsigned int pulses, unsigned int most)
{
	print_message("%u.%02u looks a pulse, %lld us late, at most %lld, later %lld\n",
		      w.looks / pulses, w.looks * 100 / pulses % 100,
		      (long long)(seen.late_sum_ns / (2 * pulses) / US),
		      (long long)(seen.late_max_ns / US), (long long)(seen.settled_ns / US));
	assert_in_range(w.looks, pulses, most * pulses);
}

/* Of 600 pulses of a clock that is 200 ppm off. */
static void one_a_second(void **state)
{
	(void)state;
	pulse(S + 200 * US, 100 * MS);
	run_s(600);
	assert_in_range(seen.edges[0], 596, 600);
	assert_in_range(seen.edges[1], 596, 600);
	assert_int_equal(seen.wrong, 0);
	assert_in_range(seen.apart_max_ns, S, S + 3 * MS);
	assert_in_range(seen.settled_ns, 0, 300 * US);
	expect_looks(600, 24);		/* a thousand each second until the period is known */
}

/* A full-speed USB adapter: a look takes a millisecond. */
static void slow_looks(void **state)
{
	(void)state;
	pulse(S, 100 * MS);
	w.look_min_ns = 200 * US;
	w.look_max_ns = 1100 * US;
	run_s(600);
	assert_in_range(seen.edges[0], 590, 600);
	assert_in_range(seen.edges[1], 590, 600);
	assert_int_equal(seen.wrong, 0);
	assert_in_range(seen.settled_ns, 0, 6 * MS);
	assert_in_range(seen.late_sum_ns / (2 * 600), 0, 3 * MS);
	expect_looks(600, 16);
}

static void a_pulse_that_jitters(void **state)
{
	(void)state;
	pulse(S, 20 * MS);
	w.jitter_ns = 300 * US;
	run_s(600);
	assert_in_range(seen.edges[0], 580, 600);
	assert_int_equal(seen.wrong, 0);
	expect_looks(600, 40);
}

static void ten_a_second(void **state)
{
	(void)state;
	pulse(S / 10, 10 * MS);
	w.source.wish.period_ns = S / 10;
	run_s(60);
	assert_in_range(seen.edges[0], 590, 600);
	assert_in_range(seen.edges[1], 590, 600);
	assert_int_equal(seen.wrong, 0);
	expect_looks(600, 24);
}

static void missing_pulses(void **state)
{
	(void)state;
	pulse(S, 100 * MS);
	w.miss_every = 7;		/* 86 of 600 */
	run_s(600);
	assert_in_range(seen.edges[0], 600 - 86 - 6, 600 - 86);
	assert_int_equal(seen.wrong, 0);
	assert_in_range(seen.apart_max_ns, 2 * S, 2 * S + 3 * MS);
}

/* No pulse for a minute, and when it is back it has moved. */
static void a_pause(void **state)
{
	(void)state;
	pulse(S, 100 * MS);
	w.pause_from_ns = w.now_ns + 60 * S + S / 2;
	w.pause_to_ns = w.now_ns + 120 * S + S / 2;
	w.step_at_ns = START_NS + 100 * S;
	run_s(180);
	assert_in_range(seen.edges[0], 115, 121);
	assert_in_range(seen.edges[1], 115, 121);
	assert_int_equal(seen.wrong, 0);
	assert_in_range(seen.apart_max_ns, 60 * S, 66 * S);
	assert_in_range(START_NS + 180 * S - seen.last_ns[0], 0, S);
}

/* A pulse that moves at once, by more than the window. */
static void a_step(void **state)
{
	(void)state;
	pulse(S, 100 * MS);
	w.step_at_ns = START_NS + 30 * S + S / 2;
	run_s(60);
	assert_in_range(seen.edges[0], 51, 60);
	assert_int_equal(seen.wrong, 0);
	assert_in_range(START_NS + 60 * S - seen.last_ns[0], 0, S);
}

static int look_and_fail(struct source *s, int *lines)
{
	const int level = look(s, lines);

	return w.looks > 50 ? -EIO : level;
}

static void a_look_that_fails(void **state)
{
	(void)state;
	pulse(S, 100 * MS);
	w.end_ns = INT64_MAX;
	assert_int_equal(source_watch_level(&w.source, look_and_fail), -EIO);
}

/* ---- sysfs ---- */

static int clear_fd = -1;

/* Any file of ours: what is read of it is made below. */
int __wrap_open(const char *path, int flags, ...)
{
	static const char class[] = "/sys/class/pps/pps0/";
	int fd = __real_open("/dev/null", flags);

	assert_int_equal(strncmp(path, class, sizeof(class) - 1), 0);
	if (!strcmp(path + sizeof(class) - 1, "clear"))
		clear_fd = fd;
	return fd;
}

int __wrap_open64(const char *path, int flags, ...)
{
	return __wrap_open(path, flags);
}

/* As the kernel prints it: the last edge, numbered from 1. */
ssize_t __wrap_pread(int fd, void *buf, size_t size, off_t at)
{
	const int64_t from_ns = w.first_ns + (fd == clear_fd ? w.width_ns : 0);
	const int64_t n = w.now_ns < from_ns ? -1 : (w.now_ns - from_ns) / w.period_ns;
	const int64_t at_ns = n < 0 ? 0 : from_ns + n * w.period_ns + REAL_NS;

	assert_int_equal(at, 0);
	w.looks++;
	w.now_ns += pick(w.look_min_ns, w.look_max_ns);
	drain();
	if (w.now_ns >= w.end_ns)
		atomic_store(&w.source.stop, true);
	return snprintf(buf, size, "%lld.%09lld#%lld\n", (long long)(at_ns / NS_PER_S),
			(long long)(at_ns % NS_PER_S), (long long)n + 1);
}

ssize_t __wrap_pread64(int fd, void *buf, size_t size, off_t at)
{
	return __wrap_pread(fd, buf, size, at);
}

static void read_sysfs(int64_t seconds)
{
	int err;

	strcpy(w.source.wish.path, "/dev/pps0");
	number[0] = number[1] = 0;
	w.end_ns = w.now_ns + seconds * S;
	assert_int_equal(source_sysfs.open(&w.source), 0);
	err = source_sysfs.run(&w.source);
	assert_true(err == 0 || err == -EINTR);
	source_sysfs.close(&w.source);
	drain();
}

/* No edge is lost, and looking costs less where less is to be seen. */
static void sysfs_of_any_rate(void **state)
{
	(void)state;
	pulse(S / 10, 50 * MS);
	w.sleep_late_ns = 15 * MS;	/* a busy machine */
	read_sysfs(60);
	assert_in_range(seen.edges[0], 599, 600);
	assert_in_range(seen.edges[1], 599, 600);
	assert_int_equal(seen.wrong, 0);
	pulse(S, 100 * MS);
	read_sysfs(600);
	assert_in_range(seen.edges[0], 599, 600);
	assert_in_range(seen.edges[1], 599, 600);
	assert_int_equal(seen.wrong, 0);
	print_message("%u reads for 600 pulses\n", w.looks);
	assert_in_range(w.looks, 1200, 600 * 12);
}

static int make_pipe(void **state)
{
	(void)state;
	return pipe2(w.pipe, O_NONBLOCK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_a_second),
		cmocka_unit_test(slow_looks),
		cmocka_unit_test(a_pulse_that_jitters),
		cmocka_unit_test(ten_a_second),
		cmocka_unit_test(missing_pulses),
		cmocka_unit_test(a_pause),
		cmocka_unit_test(a_step),
		cmocka_unit_test(a_look_that_fails),
		cmocka_unit_test(sysfs_of_any_rate),
	};

	return cmocka_run_group_tests(tests, make_pipe, NULL);
}
