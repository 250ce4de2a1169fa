// SPDX-License-Identifier: GPL-2.0-or-later
/* The kernel's clock in words; who is bound, by the kernel's log; what comes of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "hardpps.h"
#include "kernelclock.h"
#include "sys/kernelclock.h"

#define LEN(array) (sizeof(array) / sizeof((array)[0]))

/* ---- the clock ---- */

static void states_have_names(void **state)
{
	static const struct {
		int state;
		const char *name, *word;
	} rows[] = {
		{ CLOCK_OK, "TIME_OK", "synchronised" },
		{ CLOCK_INS, "TIME_INS", "comes at the end" },
		{ CLOCK_DEL, "TIME_DEL", "left out" },
		{ CLOCK_OOP, "TIME_OOP", "being inserted" },
		{ CLOCK_WAIT, "TIME_WAIT", "just passed" },
		{ CLOCK_ERROR, "TIME_ERROR", "not synchronised" },
		{ 6, "unknown", "not known" },
		{ -1, "unknown", "not known" },
	};

	(void)state;
	for (size_t i = 0; i < LEN(rows); i++) {
		const struct kernelclock c = { .state = (enum clock_state)rows[i].state };

		assert_string_equal(kernelclock_state_name(c.state), rows[i].name);
		assert_non_null(strstr(kernelclock_meaning(&c), rows[i].word));
	}
}

/* By is_error_status() and pps_ntp_error() of kernel/time/ntp.c. */
static void an_error_has_a_reason(void **state)
{
	static const struct {
		unsigned int status;
		const char *word;
	} rows[] = {
		{ CLOCK_UNSYNC, "nobody" },
		{ CLOCK_CLOCKERR | CLOCK_UNSYNC, "hardware" },
		{ CLOCK_PLL | CLOCK_PPSTIME, "gets none" },
		{ CLOCK_PPSFREQ | CLOCK_UNSYNC, "gets none" },
		{ CLOCK_PPSTIME | CLOCK_PPSSIGNAL | CLOCK_PPSJITTER, "jitters" },
		{ CLOCK_PPSFREQ | CLOCK_PPSSIGNAL | CLOCK_PPSWANDER, "wanders" },
		{ CLOCK_PPSFREQ | CLOCK_PPSSIGNAL | CLOCK_PPSERROR, "wanders or fails" },
		/* jitter spoils the phase alone, wander the frequency alone */
		{ CLOCK_PPSFREQ | CLOCK_PPSSIGNAL | CLOCK_PPSJITTER, "not synchronised" },
		{ CLOCK_PPSTIME | CLOCK_PPSSIGNAL | CLOCK_PPSWANDER, "not synchronised" },
		{ CLOCK_PPSTIME | CLOCK_PPSSIGNAL | CLOCK_UNSYNC, "nobody" },
	};

	(void)state;
	for (size_t i = 0; i < LEN(rows); i++) {
		struct kernelclock c = { .state = CLOCK_ERROR, .status = rows[i].status };

		assert_non_null(strstr(kernelclock_meaning(&c), rows[i].word));
		c.state = CLOCK_OK;
		assert_string_equal(kernelclock_meaning(&c), "synchronised");
	}
}

static void each_bit_has_a_word(void **state)
{
	/* in the order of include/uapi/linux/timex.h */
	static const char *const names[] = {
		"STA_PLL", "STA_PPSFREQ", "STA_PPSTIME", "STA_FLL", "STA_INS", "STA_DEL",
		"STA_UNSYNC", "STA_FREQHOLD", "STA_PPSSIGNAL", "STA_PPSJITTER", "STA_PPSWANDER",
		"STA_PPSERROR", "STA_CLOCKERR", "STA_NANO", "STA_MODE", "STA_CLK",
	};

	(void)state;
	for (size_t i = 0; i < LEN(names); i++) {
		assert_string_equal(kernelclock_flag(1u << i, 0), names[i]);
		assert_null(kernelclock_flag(1u << i, 1));
		assert_string_equal(kernelclock_flag(0xffff, i), names[i]);
	}
	assert_null(kernelclock_flag(0xffff, LEN(names)));
	assert_null(kernelclock_flag(0, 0));
	assert_null(kernelclock_flag(0x10000, 0));
	assert_string_equal(kernelclock_flag(0x2041, 1), "STA_UNSYNC");
}

/* 900000 / USER_HZ to 1100000 / USER_HZ: adjtimex(2) */
static void ticks_have_limits(void **state)
{
	long min_us, max_us;

	(void)state;
	kernelclock_tick_limits(100, &min_us, &max_us);
	assert_int_equal(min_us, 9000);
	assert_int_equal(max_us, 11000);
	kernelclock_tick_limits(1024, &min_us, &max_us);
	assert_int_equal(min_us, 878);
	assert_int_equal(max_us, 1074);
}

/* This machine has a clock; nothing of it is set. */
static void the_clock_is_read(void **state)
{
	struct kernelclock c;
	long min_us, max_us;
	const int err = kernelclock_read(&c);

	(void)state;
	if (err == -EPERM || err == -ENOSYS)
		skip();		/* a container's filter of system calls */
	assert_int_equal(err, 0);
	kernelclock_tick_range(&min_us, &max_us);
	assert_in_range(c.tick_us, min_us, max_us);
	assert_true(c.state < N_CLOCK_STATES);
	/* MAXFREQ is 500 ppm */
	assert_int_equal(c.tolerance, 500 << 16);
	assert_true(c.frequency <= c.tolerance && c.frequency >= -c.tolerance);
	assert_true(kernelclock_has_hardpps(&c) || !c.pps_calibrations);
}

/* ---- who is bound ---- */

#define BOOT "[    0.000000] Linux version 6.1.192-pps (debian-kernel@lists.debian.org)\n"

static void the_log_tells_who_is_bound(void **state)
{
	static const struct {
		const char *log;
		enum consumer_state state;
		const char *source;
		unsigned int edges;
	} rows[] = {
		{ "", CONSUMER_UNKNOWN, "", 0 },
		{ BOOT, CONSUMER_NONE, "", 0 },
		{ "[ 9.0] pps pps0: new PPS source serial0\n", CONSUMER_UNKNOWN, "", 0 },
		{ "[ 9.0] pps pps0: bound kernel consumer: edge=0x1\n", CONSUMER_BOUND, "pps0", 1 },
		{ BOOT "[ 9.0] pps pps12: bound kernel consumer: edge=0x2", CONSUMER_BOUND, "pps12", 2 },
		{ "Nov 22 06:00:00 host kernel: pps pps1: bound kernel consumer: edge=0x3\n",
		  CONSUMER_BOUND, "pps1", 3 },
		{ "[ 9.0] pps pps0: bound kernel consumer: edge=0x1\n"
		  "[ 9.1] pps pps1: another kernel consumer is already bound\n"
		  "[ 9.2] pps pps1: selected kernel consumer is not bound\n", CONSUMER_BOUND, "pps0", 1 },
		{ "[ 9.0] pps pps0: bound kernel consumer: edge=0x1\n"
		  "[ 9.1] pps pps0: bound kernel consumer: edge=0x2\n", CONSUMER_BOUND, "pps0", 2 },
		{ "[ 9.0] pps pps0: bound kernel consumer: edge=0x1\n"
		  "[ 9.1] pps pps0: unbound kernel consumer\n", CONSUMER_NONE, "", 0 },
		{ "[ 9.0] pps pps0: bound kernel consumer: edge=0x1\n"
		  "[ 9.1] pps pps0: unbound kernel consumer on device removal\n"
		  "[ 9.1] pps pps0: removed\n", CONSUMER_NONE, "", 0 },
		{ "[ 9.0] pps pps0: unbound kernel consumer\n"
		  "[ 9.1] pps pps3: bound kernel consumer: edge=0x1\n", CONSUMER_BOUND, "pps3", 1 },
		/* nothing of ours, cut off, or longer than a name can be */
		{ "[ 9.0] pps pps: bound kernel consumer: edge=0x1\n", CONSUMER_UNKNOWN, "", 0 },
		{ "[ 9.0] pps pps0", CONSUMER_UNKNOWN, "", 0 },
		{ "[ 9.0] pps pps0:", CONSUMER_UNKNOWN, "", 0 },
		{ "[ 9.0] pps pps0: bound kernel consumer: edge=0x", CONSUMER_UNKNOWN, "", 0 },
		{ "[ 9.0] pps pps12345678901234567890: bound kernel consumer: edge=0x1\n",
		  CONSUMER_UNKNOWN, "", 0 },
	};

	(void)state;
	for (size_t i = 0; i < LEN(rows); i++) {
		struct consumer c;

		consumer_from_log(rows[i].log, &c);
		assert_int_equal(c.state, rows[i].state);
		assert_string_equal(c.source, rows[i].source);
		assert_int_equal(c.edges, rows[i].edges);
	}
}

/* ---- what comes of it ---- */

static void the_use_is_judged(void **state)
{
	static const struct {
		int shift;
		size_t sources;
		enum consumer_state consumer;
		unsigned int status;
		const char *use;
	} rows[] = {
		{ 0, 1, CONSUMER_NONE, 0, "unsupported" },
		{ 0, 0, CONSUMER_UNKNOWN, 0, "unsupported" },
		{ 2, 0, CONSUMER_NONE, 0, "no-source" },
		{ 2, 1, CONSUMER_NONE, 0, "unbound" },
		/* for 10 s after it was unbound */
		{ 2, 1, CONSUMER_NONE, CLOCK_PPSSIGNAL, "unbound" },
		{ 2, 1, CONSUMER_UNKNOWN, CLOCK_UNSYNC, "unknown" },
		{ 2, 1, CONSUMER_UNKNOWN, CLOCK_PPSSIGNAL, "measures" },
		{ 2, 1, CONSUMER_BOUND, CLOCK_PPSTIME, "no-pulse" },
		{ 8, 1, CONSUMER_BOUND, CLOCK_PPSSIGNAL, "measures" },
		{ 8, 1, CONSUMER_BOUND, CLOCK_PPSSIGNAL | CLOCK_PPSTIME, "steers" },
		{ 8, 1, CONSUMER_BOUND, CLOCK_PPSSIGNAL | CLOCK_PPSFREQ, "steers" },
		{ 2, 1, CONSUMER_BOUND, CLOCK_PPSSIGNAL | CLOCK_PPSTIME | CLOCK_PPSJITTER, "bad-pulse" },
		{ 2, 1, CONSUMER_BOUND, CLOCK_PPSSIGNAL | CLOCK_PPSWANDER, "bad-pulse" },
		{ 2, 1, CONSUMER_BOUND, CLOCK_PPSSIGNAL | CLOCK_PPSERROR, "bad-pulse" },
	};

	(void)state;
	for (size_t i = 0; i < LEN(rows); i++) {
		const struct kernelclock clock = { .status = rows[i].status,
						   .pps_shift = rows[i].shift };
		const struct consumer consumer = { .state = rows[i].consumer };
		const enum hardpps_use use = hardpps_judge(&clock, &consumer, rows[i].sources);

		assert_string_equal(hardpps_use_name(use), rows[i].use);
		assert_true(strlen(hardpps_use_text(use)) > 10);
	}
}

static void an_obstacle_is_named(void **state)
{
	const struct kernelclock can = { .pps_shift = 2 }, cannot = { 0 };
	const struct consumer none = { .state = CONSUMER_NONE },
		bound = { .state = CONSUMER_BOUND, .source = "pps1", .edges = HARDPPS_ASSERT };

	(void)state;
	assert_non_null(strstr(hardpps_obstacle(&cannot, &none, "pps0", 3), "CONFIG_NTP_PPS"));
	assert_non_null(strstr(hardpps_obstacle(&can, &none, "pps0", 0), "no edge"));
	assert_non_null(strstr(hardpps_obstacle(&can, &bound, "pps0", 3), "another"));
	assert_null(hardpps_obstacle(&can, &bound, "pps1", 3));
	assert_null(hardpps_obstacle(&can, &none, "pps0", HARDPPS_CLEAR));
	assert_string_equal(hardpps_edges_text(0), "no edge");
	assert_string_equal(hardpps_edges_text(HARDPPS_ASSERT), "assert");
	assert_string_equal(hardpps_edges_text(HARDPPS_CLEAR), "clear");
	assert_string_equal(hardpps_edges_text(3), "both edges");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(states_have_names),
		cmocka_unit_test(an_error_has_a_reason),
		cmocka_unit_test(each_bit_has_a_word),
		cmocka_unit_test(ticks_have_limits),
		cmocka_unit_test(the_clock_is_read),
		cmocka_unit_test(the_log_tells_who_is_bound),
		cmocka_unit_test(the_use_is_judged),
		cmocka_unit_test(an_obstacle_is_named),
	};

	return cmocka_run_group_tests_name("kernelclock", tests, NULL, NULL);
}
