// SPDX-License-Identifier: GPL-2.0-or-later
/* LDFLAGS: -Wl,--wrap=open,--wrap=open64,--wrap=ioctl,--wrap=adjtimex */
/*
 * What the kernel is asked for, to the bit, and what becomes of its refusals: the kernel
 * that takes it is in the testbed (kernelclock.*).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/pps.h>
#include <string.h>
#include <sys/timex.h>
#include <unistd.h>

#include "sys/consumer.h"
#include "sys/kernelclock.h"

static int open_refusal, ioctl_refusal;	/* errno, or 0 */
static int asked, opened;
static struct pps_bind_args args;
static struct timex theirs, ours;
static int clock_says;			/* -1: EPERM */

int __wrap_open(const char *path, int flags, ...);
int __wrap_open64(const char *path, int flags, ...);
int __wrap_ioctl(int fd, unsigned long request, ...);
int __wrap_adjtimex(struct timex *t);

int __wrap_open(const char *path, int flags, ...)
{
	assert_string_equal(path, "/dev/pps7");
	assert_true(flags & O_CLOEXEC);
	errno = open_refusal;
	opened = open_refusal ? -1 : dup(STDIN_FILENO);
	return opened;
}

int __wrap_open64(const char *path, int flags, ...)
{
	return __wrap_open(path, flags);
}

int __wrap_ioctl(int fd, unsigned long request, ...)
{
	va_list ap;

	assert_int_equal(fd, opened);
	assert_int_equal(request, PPS_KC_BIND);
	va_start(ap, request);
	args = *va_arg(ap, struct pps_bind_args *);
	va_end(ap);
	asked++;
	errno = ioctl_refusal;
	return ioctl_refusal ? -1 : 0;
}

int __wrap_adjtimex(struct timex *t)
{
	ours = *t;
	errno = EPERM;
	if (clock_says >= 0)
		*t = theirs;
	return clock_says;
}

static int begin(void **state)
{
	(void)state;
	open_refusal = ioctl_refusal = asked = clock_says = 0;
	opened = -1;
	memset(&args, 0xff, sizeof(args));
	memset(&theirs, 0, sizeof(theirs));
	return 0;
}

static void assert_asked(int edge)
{
	assert_int_equal(asked, 1);
	assert_int_equal(args.tsformat, PPS_TSFMT_TSPEC);
	assert_int_equal(args.consumer, PPS_KC_HARDPPS);
	assert_int_equal(args.edge, edge);
	/* the binding stays, the descriptor does not */
	assert_int_equal(fcntl(opened, F_GETFD), -1);
	asked = 0;
}

static void the_edge_is_told(void **state)
{
	(void)state;
	assert_int_equal(consumer_bind("pps7", EDGE_ASSERT), 0);
	assert_asked(PPS_CAPTUREASSERT);
	assert_int_equal(consumer_bind("pps7", EDGE_CLEAR), 0);
	assert_asked(PPS_CAPTURECLEAR);
	assert_int_equal(consumer_bind("pps7", EDGE_UNKNOWN), 0);
	assert_asked(PPS_CAPTUREASSERT);
	assert_int_equal(consumer_unbind("pps7"), 0);
	assert_asked(0);
}

static void refusals_are_passed_on(void **state)
{
	static const int errors[] = { EPERM, EINVAL, EOPNOTSUPP };

	(void)state;
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		ioctl_refusal = errors[i];
		assert_int_equal(consumer_bind("pps7", EDGE_ASSERT), -errors[i]);
		assert_asked(PPS_CAPTUREASSERT);
		assert_int_equal(consumer_unbind("pps7"), -errors[i]);
		assert_asked(0);
	}
	open_refusal = EACCES;
	assert_int_equal(consumer_bind("pps7", EDGE_ASSERT), -EACCES);
	assert_int_equal(asked, 0);
}

/* ---- the clock ---- */

static void units_are_by_the_status(void **state)
{
	struct kernelclock c;

	(void)state;
	clock_says = TIME_WAIT;
	theirs = (struct timex){
		.status = STA_PLL | STA_PPSSIGNAL, .offset = -12, .jitter = 34, .freq = -196608,
		.maxerror = 5, .esterror = 6, .precision = 1, .tick = 10001, .constant = 7,
		.tolerance = 500 << 16, .tai = 37, .ppsfreq = 1 << 16, .stabil = 2, .shift = 8,
		.jitcnt = 10, .calcnt = 11, .errcnt = 12, .stbcnt = 13,
	};
	assert_int_equal(kernelclock_read(&c), 0);
	assert_int_equal(ours.modes, 0);	/* nothing is set */
	assert_int_equal(c.state, CLOCK_WAIT);
	assert_int_equal(c.status, 0x101);
	assert_int_equal(c.offset_ns, -12000);
	assert_int_equal(c.pps_jitter_ns, 34000);
	assert_int_equal(c.frequency, -196608);
	assert_int_equal(c.max_error_us, 5);
	assert_int_equal(c.est_error_us, 6);
	assert_int_equal(c.tick_us, 10001);
	assert_int_equal(c.constant, 7);
	assert_int_equal(c.tai_s, 37);
	assert_int_equal(c.pps_frequency, 65536);
	assert_int_equal(c.pps_stability, 2);
	assert_int_equal(c.pps_shift, 8);
	assert_int_equal(c.pps_jitters, 10);
	assert_int_equal(c.pps_calibrations, 11);
	assert_int_equal(c.pps_errors, 12);
	assert_int_equal(c.pps_wanders, 13);
	theirs.status |= STA_NANO;
	assert_int_equal(kernelclock_read(&c), 0);
	assert_int_equal(c.offset_ns, -12);
	assert_int_equal(c.pps_jitter_ns, 34);
	clock_says = -1;
	assert_int_equal(kernelclock_read(&c), -EPERM);
}

/* Neither the time nor anything else goes along. */
static void the_tick_alone_is_set(void **state)
{
	(void)state;
	assert_int_equal(kernelclock_set_tick(10001), 0);
	assert_int_equal(ours.modes, ADJ_TICK);
	assert_int_equal(ours.tick, 10001);
	clock_says = TIME_ERROR;	/* of a clock that nobody synchronises: no error */
	assert_int_equal(kernelclock_set_tick(9999), 0);
	clock_says = -1;
	assert_int_equal(kernelclock_set_tick(9999), -EPERM);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(the_edge_is_told, begin),
		cmocka_unit_test_setup(refusals_are_passed_on, begin),
		cmocka_unit_test_setup(units_are_by_the_status, begin),
		cmocka_unit_test_setup(the_tick_alone_is_set, begin),
	};

	return cmocka_run_group_tests_name("consumer", tests, NULL, NULL);
}
