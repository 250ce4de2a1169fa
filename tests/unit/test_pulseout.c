/* LDFLAGS: -Wl,--wrap=ioctl,--wrap=clock_gettime,--wrap=clock_nanosleep */
/* LDFLAGS: -Wl,--wrap=tcgetattr,--wrap=tcsetattr,--wrap=msg_error */
/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * generate's pulses on a line that moves some time after its ioctl has begun, in a time of
 * its own, on a machine that wakes us up late: where the line really moves.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "cmd/generate_pulse.c"

#define US INT64_C(1000)
#define MS NS_PER_MS
#define S NS_PER_S
#define NOON (INT64_C(1795262400) * S)
#define READ_NS 30		/* what it costs to read a clock */

int __wrap_ioctl(int fd, unsigned long request, ...);
int __wrap_clock_gettime(clockid_t clock, struct timespec *t);
int __wrap_clock_nanosleep(clockid_t clock, int flags, const struct timespec *t,
			   struct timespec *rest);
int __wrap_tcgetattr(int fd, struct termios *t);
int __wrap_tcsetattr(int fd, int when, const struct termios *t);

static struct world {
	int64_t mono_ns, real_ns;	/* CLOCK_REALTIME when the other is 0 */
	/* the port */
	int64_t moves_ns, returns_ns;	/* after the ioctl begins; one-sided noise on both */
	int64_t noise_ns;
	int lines, err;			/* TIOCM_*; of the next TIOCMBIS */
	struct termios mode;
	bool exclusive;
	int64_t rose_ns, fell_ns;	/* CLOCK_REALTIME of the line itself */
	/* the machine */
	int64_t late_min_ns, late_max_ns;	/* a wake-up */
	unsigned int stall_every;	/* wake-ups: one that takes 20 ms */
	unsigned int sleeps;
	int64_t set_at_ns, set_by_ns;	/* CLOCK_MONOTONIC, once */
} w;

static int64_t up_to(int64_t ns)
{
	return ns ? rand() % (ns + 1) : 0;
}

static void pass(int64_t ns)
{
	w.mono_ns += ns;
	if (w.set_at_ns && w.mono_ns >= w.set_at_ns) {
		w.real_ns += w.set_by_ns;
		w.set_at_ns = 0;
	}
}

int __wrap_clock_gettime(clockid_t clock, struct timespec *t)
{
	int64_t ns;

	pass(READ_NS);
	ns = w.mono_ns + (clock == CLOCK_REALTIME ? w.real_ns : 0);
	*t = (struct timespec){ ns / S, ns % S };
	return 0;
}

int __wrap_clock_nanosleep(clockid_t clock, int flags, const struct timespec *t,
			   struct timespec *rest)
{
	const int64_t until_ns = t->tv_sec * S + t->tv_nsec;

	(void)rest;
	assert_int_equal(clock, CLOCK_MONOTONIC);
	assert_int_equal(flags, TIMER_ABSTIME);
	if (until_ns > w.mono_ns)
		pass(until_ns - w.mono_ns);
	pass(w.late_min_ns + up_to(w.late_max_ns - w.late_min_ns));
	if (w.stall_every && ++w.sleeps % w.stall_every == 0)
		pass(20 * MS);
	return 0;
}

static int move(unsigned long request, int bits)
{
	const int64_t moves_ns = w.moves_ns + up_to(w.noise_ns);
	const bool was = w.lines & TIOCM_RTS;

	if (request == TIOCMBIS && w.err) {
		errno = w.err;
		return -1;
	}
	pass(moves_ns);
	w.lines = request == TIOCMBIS ? w.lines | bits : w.lines & ~bits;
	if (was != !!(w.lines & TIOCM_RTS))
		*(was ? &w.fell_ns : &w.rose_ns) = w.mono_ns + w.real_ns;
	pass(w.returns_ns - w.moves_ns + up_to(w.noise_ns));
	return 0;
}

int __wrap_ioctl(int fd, unsigned long request, ...)
{
	va_list ap;
	int *arg;

	(void)fd;
	va_start(ap, request);
	arg = va_arg(ap, int *);
	va_end(ap);
	switch (request) {
	case TIOCMGET:
		*arg = w.lines;
		return 0;
	case TIOCMBIS:
	case TIOCMBIC:
		return move(request, *arg);
	case TIOCEXCL:
	case TIOCNXCL:
		w.exclusive = request == TIOCEXCL;
		return 0;
	default:
		fail_msg("ioctl %#lx", request);
		return -1;
	}
}

int __wrap_tcgetattr(int fd, struct termios *t)
{
	(void)fd;
	*t = w.mode;
	return 0;
}

int __wrap_tcsetattr(int fd, int when, const struct termios *t)
{
	(void)fd;
	assert_int_equal(when, TCSANOW);
	w.mode = *t;
	return 0;
}

/* ---- the command's own state ---- */

void __wrap_msg_error(const char *object, const char *fmt, ...);

/* That the clock was set: thousands of times here. */
void __wrap_msg_error(const char *object, const char *fmt, ...)
{
	(void)object;
	(void)fmt;
}

static struct generate_options options;
static struct generate g;

/* A port that was just opened: both lines high.  /dev/null will do for a descriptor. */
static void begin(int64_t moves_us, int64_t returns_us, int64_t noise_us)
{
	struct clocks now;

	srand(1);
	memset(&w, 0, sizeof(w));
	memset(&g, 0, sizeof(g));
	w.mono_ns = 5000 * S;
	w.real_ns = NOON - w.mono_ns + 123 * MS;
	w.moves_ns = moves_us * US;
	w.returns_ns = returns_us * US;
	w.noise_ns = noise_us * US;
	w.late_min_ns = 20 * US;
	w.late_max_ns = 60 * US;
	w.lines = TIOCM_RTS | TIOCM_DTR;
	w.mode.c_cflag = B9600 | CS7 | CRTSCTS | PARENB;
	w.mode.c_lflag = ECHO | ICANON;
	options = (struct generate_options){ .line = TIOCM_RTS, .period_ns = S, .width_ns = 100 * MS };
	g.o = &options;
	strcpy(g.path, "/dev/null");
	g.train.period_ns = options.period_ns;
	g.train.late_ns = TRAIN_LATE_NS;
	assert_int_equal(pulseout_open(&g.out, "null", options.line, options.inverted), 0);
	pulseout_clocks(&now);
	pulsetrain_begin(&g.train, now);
}

static void end(void)
{
	assert_int_equal(pulseout_close(&g.out), 0);
	assert_int_equal(w.lines, TIOCM_DTR);
	assert_false(w.exclusive);
	assert_int_equal(w.mode.c_cflag, B9600 | CS7 | CRTSCTS | PARENB);
	assert_int_equal(w.mode.c_lflag, ECHO | ICANON);
}

/* One pulse; how far the line was from the second when it rose. */
static int64_t one(struct generate_pulse *p)
{
	struct clocks now;

	w.rose_ns = w.fell_ns = 0;
	assert_int_equal(generate_make(&g, p), 0);
	pulseout_clocks(&now);
	pulsetrain_next(&g.train, now, p->made);
	assert_false(w.lines & TIOCM_RTS);
	return w.rose_ns - p->due_ns;
}

/* ---- where the line moves ---- */

/* What the middle of the call cannot know is all that is left, and the noise. */
static void test_compensated(void **state)
{
	static const struct {
		int64_t moves_us, returns_us, noise_us;
	} rows[] = {
		{ 1, 2, 0 }, { 3, 6, 1 }, { 5, 6, 2 }, { 1, 10, 2 }, { 500, 1000, 100 },
		{ 900, 1000, 10 }, { 3000, 4000, 500 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const int64_t off_us = llabs(2 * rows[i].moves_us - rows[i].returns_us) / 2;
		const int64_t bound_ns = (off_us + 2 * rows[i].noise_us) * US + 100;
		struct generate_pulse p;

		begin(rows[i].moves_us, rows[i].returns_us, rows[i].noise_us);
		for (int n = 0; n < 100; n++) {
			const int64_t error_ns = one(&p);

			assert_true(p.made);
			/* what it says of itself is right to half of the call */
			assert_true(llabs(error_ns - p.offset_ns) <= p.bracket_ns / 2);
			assert_true(p.spun_ns >= 0 && p.spun_ns <= TRAIN_MARGIN_MAX_NS);
			if (n > 0)
				assert_true(llabs(error_ns) <= bound_ns);
			assert_true(llabs(w.fell_ns - w.rose_ns - options.width_ns) <=
				    rows[i].noise_us * US + 100);
		}
		assert_int_equal(g.train.left_out, 0);
		end();
	}
}

/* A stall now and then: what cannot be in time is not made at all, and the rest is. */
static void test_stalls(void **state)
{
	unsigned int made = 0, left_out = 0;
	struct generate_pulse p;

	(void)state;
	begin(1, 2, 0);
	w.stall_every = 23;
	for (int n = 0; n < 300; n++) {
		const int64_t error_ns = one(&p);

		made += p.made;
		left_out += !p.made;
		if (p.made)
			assert_true(llabs(error_ns) <= TRAIN_LATE_NS + 2 * US);
		else
			assert_true(p.late_ns > TRAIN_LATE_NS && !w.rose_ns);
	}
	assert_int_equal(g.train.left_out, left_out);
	assert_true(left_out > 20 && made > 200);
	end();
}

/* At any moment, also while the clock is read: only ever at the second that the clock has. */
static void test_clock_is_set(void **state)
{
	static const int64_t by_ns[] = {
		3600 * S, -3600 * S, 300 * MS, -300 * MS, S, -S, 7 * MS, -7 * MS,
	};
	struct generate_pulse p;

	(void)state;
	for (size_t i = 0; i < sizeof(by_ns) / sizeof(by_ns[0]); i++)
		for (int64_t after_ns = 0; after_ns < S; after_ns += 4999979) {
			unsigned int made = 0;

			begin(1, 2, 0);
			one(&p);
			w.set_at_ns = w.mono_ns + after_ns + 1;
			w.set_by_ns = by_ns[i];
			for (int n = 0; n < 4; n++) {
				const int64_t error_ns = one(&p);

				made += p.made;
				/* during the call itself nobody can know */
				if (p.made)
					assert_true(llabs(error_ns) < 2 * US);
			}
			assert_true(made >= 3);
			assert_true(g.set == 1);
			/* not for an hour's seconds, and no hour's sleep */
			assert_true(g.train.left_out <= 1);
			assert_true(w.mono_ns < 5000 * S + 8 * S);
			end();
		}
}

/* While the clock is read until it is time: nobody reads it for another second. */
static void test_clock_goes_back_in_the_spin(void **state)
{
	struct generate_pulse p;

	(void)state;
	begin(1, 2, 0);
	for (int n = 0; n < 20; n++)
		one(&p);
	w.set_at_ns = g.train.due_ns - w.real_ns - 20 * US;
	w.set_by_ns = -S;
	assert_true(llabs(one(&p)) < 2 * US);
	assert_true(p.made && p.spun_ns < MS);
	assert_int_equal(w.set_at_ns, 0);
	assert_int_equal(g.set, 1);
	end();
}

static void test_inverted(void **state)
{
	struct generate_pulse p;

	(void)state;
	begin(1, 2, 0);
	assert_int_equal(pulseout_close(&g.out), 0);
	options.inverted = true;
	w.mode.c_cflag = B9600 | CS7 | CRTSCTS | PARENB;
	assert_int_equal(pulseout_open(&g.out, "null", options.line, true), 0);
	assert_true(w.lines & TIOCM_RTS);
	for (int n = 0; n < 3; n++) {
		assert_int_equal(generate_make(&g, &p), 0);
		pulsetrain_next(&g.train, (struct clocks){ w.mono_ns + w.real_ns, w.mono_ns }, true);
		assert_true(w.lines & TIOCM_RTS);
		assert_true(llabs(w.fell_ns - p.due_ns) < 2 * US);
	}
	end();
}

/* ---- the port ---- */

static void test_mode_meanwhile(void **state)
{
	(void)state;
	begin(1, 2, 0);
	assert_int_equal(w.mode.c_cflag & (CRTSCTS | CREAD | PARENB | CSIZE), CS8);
	assert_int_equal(w.mode.c_cflag & (CLOCAL | HUPCL), CLOCAL | HUPCL);
	assert_int_equal(w.mode.c_lflag, 0);
	assert_int_equal(cfgetospeed(&w.mode), B9600);
	assert_true(w.exclusive);
	assert_int_equal(w.lines, TIOCM_DTR);
	end();
}

static void test_port_goes_away(void **state)
{
	struct generate_pulse p;

	(void)state;
	begin(1, 2, 0);
	one(&p);
	w.err = EIO;
	assert_int_equal(generate_make(&g, &p), -EIO);
	w.err = 0;
	end();
}

static void test_signal_ends_it(void **state)
{
	struct generate_pulse p;

	(void)state;
	begin(1, 2, 0);
	one(&p);
	signals_catch();
	raise(SIGTERM);
	w.rose_ns = 0;
	assert_int_equal(generate_make(&g, &p), -EINTR);
	signals_release();
	assert_false(p.made);
	assert_int_equal(w.rose_ns, 0);
	end();
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_compensated),
		cmocka_unit_test(test_stalls),
		cmocka_unit_test(test_clock_is_set),
		cmocka_unit_test(test_clock_goes_back_in_the_spin),
		cmocka_unit_test(test_inverted),
		cmocka_unit_test(test_mode_meanwhile),
		cmocka_unit_test(test_port_goes_away),
		cmocka_unit_test(test_signal_ends_it),	/* stays signalled: the last one */
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
