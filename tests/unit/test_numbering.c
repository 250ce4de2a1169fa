// SPDX-License-Identifier: GPL-2.0-or-later
/* Which second a pulse begins: when it is sure, when not, and for how long. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <time.h>

#include "numbering_inside.h"

#define DAY INT64_C(1795046400)		/* a midnight, no month's first */
#define NEW_YEAR INT64_C(1798761600)	/* 2027-01-01 */
#define DELAY_NS (400 * NS_PER_MS)

static struct numbering n;
static int64_t second;

static void begin(int64_t period_ns, int64_t lead_ns)
{
	const struct numbering_config config = { period_ns, lead_ns, 0 };

	numbering_init(&n, &config);
}

/* On a whole second of the clock here. */
static bool pulse(int64_t here_s)
{
	return numbering_pulse(&n, here_s * NS_PER_S, &second);
}

static bool say_at(int64_t begun_ns, int64_t said)
{
	const struct named_second s = {
		.second = said, .valid = true, .begun_ns = begun_ns,
		.ended_ns = begun_ns + 100 * NS_PER_MS,
	};

	return numbering_sentence(&n, &s);
}

static bool say(int64_t here_s, int64_t said)
{
	return say_at(here_s * NS_PER_S + DELAY_NS, said);
}

/* All is well from one second to before another. */
static void well(int64_t from_s, int64_t to_s, int64_t zero)
{
	for (int64_t i = from_s; i < to_s; i++) {
		pulse(i);
		say(i, zero + i);
	}
}

static void three_pairs(void **state)
{
	(void)state;
	begin(NS_PER_S, 0);
	assert_int_equal(n.state, NUMBERING_NONE);
	for (int64_t i = 10; i < 13; i++) {
		assert_false(pulse(i));
		assert_false(say(i, DAY + i));
		assert_int_equal(n.state, i < 12 ? NUMBERING_UNSURE : NUMBERING_SURE);
	}
	assert_true(pulse(13));
	assert_true(second == DAY + 13 && n.second == second && n.at_ns == 13 * NS_PER_S);
	assert_true(say(13, DAY + 13));
	assert_true(n.delay_ns == DELAY_NS && n.heard_ns == 13 * NS_PER_S + DELAY_NS);
	/* the right second, but not where its beginning usually is */
	assert_true(pulse(14));
	assert_false(say_at(14 * NS_PER_S + DELAY_NS + 201 * NS_PER_MS, DAY + 14));
	assert_true(pulse(15) && n.heard_ns > 14 * NS_PER_S);
}

/* Neither one that is not valid, nor one that comes again, counts. */
static void those_that_do_not_count(void **state)
{
	struct named_second s = { .second = DAY, .begun_ns = 0, .ended_ns = 1 };

	(void)state;
	begin(NS_PER_S, 0);
	for (int64_t i = 10; i < 20; i++) {
		pulse(i);
		s.second = DAY + i;
		s.begun_ns = i * NS_PER_S + DELAY_NS;
		s.ended_ns = s.begun_ns + 1;
		assert_false(numbering_sentence(&n, &s));
	}
	assert_int_equal(n.state, NUMBERING_NONE);
	begin(NS_PER_S, 0);
	pulse(10);
	say(10, DAY);
	say_at(10 * NS_PER_S + 500 * NS_PER_MS, DAY);
	pulse(11);
	say(11, DAY + 1);
	say_at(11 * NS_PER_S + 500 * NS_PER_MS, DAY + 1);
	assert_int_equal(n.state, NUMBERING_UNSURE);
}

static void pairs_that_do_not_agree(void **state)
{
	(void)state;
	begin(NS_PER_S, 0);
	well(10, 12, DAY);
	pulse(12);
	say(12, DAY + 13);		/* a second too far */
	pulse(13);
	say(13, DAY + 14);
	assert_int_equal(n.state, NUMBERING_UNSURE);
	pulse(14);
	say(14, DAY + 15);
	assert_int_equal(n.state, NUMBERING_SURE);
	/* the more there were that did not agree, the more have to */
	begin(NS_PER_S, 0);
	for (int64_t i = 10; i < 20; i++) {
		pulse(i);
		say(i, DAY + 2 * i);
	}
	well(20, 28, DAY);
	assert_int_equal(n.state, NUMBERING_UNSURE);
	well(28, 30, DAY);
	assert_int_equal(n.state, NUMBERING_SURE);
	begin(NS_PER_S, 0);
	for (int64_t i = 10; i < 40; i++) {
		pulse(i);
		say_at(i * NS_PER_S + (i % 3) * 200 * NS_PER_MS + 100 * NS_PER_MS, DAY + i);
	}
	assert_int_equal(n.state, NUMBERING_UNSURE);	/* they come at any time */
}

static void pulses_are_counted(void **state)
{
	(void)state;
	begin(NS_PER_S, 0);
	well(10, 20, DAY);
	assert_true(pulse(29) && second == DAY + 29);
	/* 100 ppm of drift in 500 s */
	assert_true(numbering_pulse(&n, 529 * NS_PER_S + 50 * NS_PER_MS, &second));
	assert_true(second == DAY + 529);
	/* elsewhere: it has to be named again */
	assert_false(numbering_pulse(&n, 530 * NS_PER_S + 350 * NS_PER_MS, &second));
	assert_int_equal(n.state, NUMBERING_UNSURE);
	for (int64_t i = 531; i < 534; i++) {
		assert_false(numbering_pulse(&n, i * NS_PER_S + 350 * NS_PER_MS, &second));
		say_at(i * NS_PER_S + 750 * NS_PER_MS, DAY + i);
	}
	assert_true(numbering_pulse(&n, 534 * NS_PER_S + 350 * NS_PER_MS, &second));
	assert_true(second == DAY + 534);
}

static void half_a_hertz(void **state)
{
	(void)state;
	begin(2 * NS_PER_S, 0);
	for (int64_t i = 10; i < 20; i++) {
		if (i % 2 == 0)
			pulse(i);
		say(i, DAY + i);
	}
	assert_true(pulse(20) && second == DAY + 20);
	assert_true(pulse(24) && second == DAY + 24);
	assert_false(pulse(25));	/* no whole period */
}

/* To the millisecond, and its end has to be between the same pulses. */
static void too_near(void **state)
{
	static const struct {
		int begun_ms;
		enum numbering_state state;
	} rows[] = {
		{ 0, NUMBERING_AMBIGUOUS }, { 29, NUMBERING_AMBIGUOUS }, { 30, NUMBERING_SURE },
		{ 899, NUMBERING_SURE }, { 900, NUMBERING_AMBIGUOUS }, { 970, NUMBERING_AMBIGUOUS },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		begin(NS_PER_S, 0);
		for (int64_t k = 10; k < 20; k++) {
			pulse(k);
			say_at(k * NS_PER_S + rows[i].begun_ms * NS_PER_MS, DAY + k);
		}
		if (n.state != rows[i].state)
			fail_msg("%d ms: state %d", rows[i].begun_ms, n.state);
	}
	/* the same is sure when it is told */
	begin(NS_PER_S, -500 * NS_PER_MS);
	for (int64_t k = 10; k < 20; k++) {
		pulse(k);
		say_at(k * NS_PER_S + 10 * NS_PER_MS, DAY + k);
	}
	assert_true(pulse(20) && second == DAY + 20);
	assert_true(n.delay_ns == 10 * NS_PER_MS);
}

static void a_contradiction(void **state)
{
	(void)state;
	begin(NS_PER_S, 0);
	well(10, 20, DAY);
	assert_true(pulse(20));
	assert_false(say(20, DAY + 19 - 5));
	assert_int_equal(n.state, NUMBERING_CONTRADICTED);
	assert_int_equal(n.off_s, -6);
	for (int64_t i = 21; i < 5000; i++) {
		assert_false(pulse(i));
		assert_false(say(i, DAY + i - 6));
	}
	pulse(5000);
	assert_false(say(5000, DAY + 5000));
	assert_false(pulse(5001));
	assert_false(say(5001, DAY + 5001));
	assert_false(pulse(5002));
	assert_true(say(5002, DAY + 5002));
	assert_true(pulse(5003) && second == DAY + 5003);
}

static void a_clock_takes_a_side(void **state)
{
	(void)state;
	begin(NS_PER_S, 0);
	well(10, 20, DAY);
	numbering_clock(&n, true, (DAY - 2) * NS_PER_S);
	well(20, 23, DAY);		/* sure: nobody asks it */
	assert_true(pulse(23) && second == DAY + 23);
	say(23, DAY + 21);
	pulse(24);
	say(24, DAY + 22);
	assert_int_equal(n.state, NUMBERING_CONTRADICTED);
	pulse(25);
	say(25, DAY + 23);
	assert_true(pulse(26) && second == DAY + 24);
	/* one that says yet another time takes none */
	numbering_clock(&n, true, (DAY - 9) * NS_PER_S);
	well(26, 60, DAY - 3);
	assert_false(pulse(60));
}

static void a_clock_refuses(void **state)
{
	(void)state;
	begin(NS_PER_S, 0);
	numbering_clock(&n, true, (DAY + 1) * NS_PER_S + 400 * NS_PER_MS);
	well(10, 20, DAY);
	assert_int_equal(n.state, NUMBERING_REFUSED);
	assert_int_equal(n.off_s, -1);
	numbering_clock(&n, false, 0);
	well(20, 2000, DAY);
	assert_int_equal(n.state, NUMBERING_REFUSED);
	numbering_clock(&n, true, DAY * NS_PER_S + 499 * NS_PER_MS);
	well(2000, 2001, DAY);
	assert_true(pulse(2001) && second == DAY + 2001);
	/* of one that was right a moment ago, what it said is remembered */
	begin(NS_PER_S, 0);
	numbering_clock(&n, true, (DAY + 1) * NS_PER_S);
	well(10, 20, DAY);
	numbering_clock(&n, false, 0);
	well(20, 30, DAY + 1);
	assert_true(pulse(30) && second == DAY + 31);
}

static void how_long_it_is_remembered(void **state)
{
	(void)state;
	begin(NS_PER_S, 0);
	well(10, 20, DAY);
	assert_true(pulse(1019) && second == DAY + 1019);
	assert_false(pulse(2020));
	assert_int_equal(n.state, NUMBERING_NONE);
	well(2020, 2030, DAY + 7);	/* anything is believed again */
	assert_true(pulse(2030) && second == DAY + 2037);
	numbering_reset(&n);
	assert_false(pulse(2031));
	assert_int_equal(n.state, NUMBERING_NONE);
	/* sentences alone carry it on, those that are wrong too */
	begin(NS_PER_S, 0);
	well(10, 20, DAY);
	for (int64_t i = 20; i < 4000; i++)
		assert_int_equal(say(i, DAY + i - (i >= 1000)), i < 1000);
	well(4000, 4010, DAY - 1);
	assert_int_equal(n.state, NUMBERING_CONTRADICTED);
	well(4010, 4020, DAY);
	assert_true(pulse(4020) && second == DAY + 4020);
}

static void seconds_alone(void **state)
{
	(void)state;
	begin(NS_PER_S, 0);
	assert_false(say(10, DAY + 10));
	assert_false(say(11, DAY + 11));
	assert_true(say(12, DAY + 12));
	assert_int_equal(n.state, NUMBERING_SURE);
	assert_true(n.delay_ns == -1);
	assert_true(say_at(13 * NS_PER_S + DELAY_NS + 390 * NS_PER_MS, DAY + 13));
	assert_false(say_at(14 * NS_PER_S + DELAY_NS + 410 * NS_PER_MS, DAY + 14));
	assert_int_equal(n.state, NUMBERING_CONTRADICTED);
	/* a pulse that comes is named by them */
	begin(NS_PER_S, 0);
	for (int64_t i = 10; i < 20; i++)
		say(i, DAY + i);
	well(20, 23, DAY);
	assert_true(pulse(23) && second == DAY + 23);
}

static bool say_leap(int64_t here_s, int64_t said)
{
	const struct named_second s = {
		.second = said, .valid = true, .is_leap = true,
		.begun_ns = here_s * NS_PER_S + DELAY_NS,
		.ended_ns = here_s * NS_PER_S + 2 * DELAY_NS,
	};

	return numbering_sentence(&n, &s);
}

static void leap_seconds(void **state)
{
	(void)state;
	begin(NS_PER_S, 0);
	well(10, 100, NEW_YEAR - 100);
	assert_false(pulse(100));		/* may be 23:59:60 */
	assert_false(say_leap(100, NEW_YEAR));
	assert_false(pulse(101));
	assert_false(say(101, NEW_YEAR));
	assert_false(pulse(102));
	say(102, NEW_YEAR + 1);
	assert_true(pulse(103) && second == NEW_YEAR + 2);
	/* none was */
	begin(NS_PER_S, 0);
	well(10, 100, NEW_YEAR - 100);
	assert_false(pulse(100));
	say(100, NEW_YEAR);
	assert_true(pulse(101) && second == NEW_YEAR + 1);
	/* one that is said in the middle of a month is none */
	begin(NS_PER_S, 0);
	well(10, 100, DAY - 100);
	assert_true(pulse(100));
	assert_false(say_leap(100, DAY));
	assert_int_equal(n.state, NUMBERING_CONTRADICTED);
	/* nor one that the next sentence does not know */
	begin(NS_PER_S, 0);
	well(10, 100, NEW_YEAR - 100);
	pulse(100);
	say_leap(100, NEW_YEAR);
	assert_false(pulse(101));
	well(101, 104, NEW_YEAR - 100);
	assert_true(pulse(104) && second == NEW_YEAR + 4);
	/* nobody said it: what agrees with the count later is as wrong as the count */
	begin(NS_PER_S, 0);
	well(10, 100, NEW_YEAR - 100);
	pulse(100);
	well(101, 110, NEW_YEAR - 101);
	assert_int_equal(n.state, NUMBERING_CONTRADICTED);
	well(110, 120, NEW_YEAR - 100);
	assert_false(pulse(120));
	numbering_clock(&n, true, (NEW_YEAR - 101) * NS_PER_S);
	well(120, 124, NEW_YEAR - 101);
	assert_true(pulse(124) && second == NEW_YEAR + 23);
}

/* Beside the C library, each day to 2100. */
static void months(void **state)
{
	(void)state;
	for (int64_t day = 0; day < 47482; day++) {
		const time_t t = (time_t)(day * 86400 + 4711);
		struct tm tm;

		gmtime_r(&t, &tm);
		tm.tm_mday = 1;
		tm.tm_hour = tm.tm_min = tm.tm_sec = 0;
		assert_true(numbering_month(t) == timegm(&tm));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(three_pairs), cmocka_unit_test(those_that_do_not_count),
		cmocka_unit_test(pairs_that_do_not_agree), cmocka_unit_test(pulses_are_counted),
		cmocka_unit_test(half_a_hertz), cmocka_unit_test(too_near),
		cmocka_unit_test(a_contradiction), cmocka_unit_test(a_clock_takes_a_side),
		cmocka_unit_test(a_clock_refuses), cmocka_unit_test(how_long_it_is_remembered),
		cmocka_unit_test(seconds_alone), cmocka_unit_test(leap_seconds),
		cmocka_unit_test(months),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
