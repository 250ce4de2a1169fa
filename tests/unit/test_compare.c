// SPDX-License-Identifier: GPL-2.0-or-later
/* Pairs of stamps of two sources, and their figures beside what was reckoned by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "compare.h"

#define S INT64_C(1000000000)
#define T0 (INT64_C(1700000000) * S)

static struct compare c;

static int begin(void **state)
{
	(void)state;
	memset(&c, 0, sizeof(c));
	return 0;
}

/* Source 0's stamp less source 1's, whoever is told first. */
static void pair_is_made(void **state)
{
	(void)state;
	assert_false(compare_feed(&c, 0, T0 + 7000));
	assert_true(compare_feed(&c, 1, T0));
	assert_false(compare_feed(&c, 1, T0 + S));
	assert_true(compare_feed(&c, 0, T0 + S + 9000));
	assert_false(compare_feed(&c, 1, T0 + 2 * S + 500));
	assert_true(compare_feed(&c, 0, T0 + 2 * S));
	assert_int_equal(c.n, 3);
	assert_int_equal(c.difference_ns[0], 7000);
	assert_int_equal(c.difference_ns[1], 9000);
	assert_int_equal(c.difference_ns[2], -500);
}

static void one_that_misses_pulses(void **state)
{
	(void)state;
	for (int i = 0; i < 10; i++) {
		if (i % 3)
			compare_feed(&c, 1, T0 + i * S);
		compare_feed(&c, 0, T0 + i * S + 100 + i);
	}
	assert_int_equal(c.n, 6);	/* 1 2 4 5 7 8 */
	assert_int_equal(c.difference_ns[0], 101);
	assert_int_equal(c.difference_ns[5], 108);
}

static void near_is_up_to_four_tenths(void **state)
{
	(void)state;
	compare_feed(&c, 0, T0);
	assert_true(compare_feed(&c, 1, T0 + COMPARE_NEAR_NS));
	compare_feed(&c, 0, T0 + S);
	assert_false(compare_feed(&c, 1, T0 + S + COMPARE_NEAR_NS + 1));
	assert_int_equal(c.n, 1);
	assert_int_equal(c.difference_ns[0], -COMPARE_NEAR_NS);
	/* the clock was set back: the old stamp of the other side is no partner */
	assert_false(compare_feed(&c, 0, T0 - 100 * S));
}

static void partner_is_had_once(void **state)
{
	(void)state;
	compare_feed(&c, 1, T0);
	assert_true(compare_feed(&c, 0, T0 + 10));
	assert_false(compare_feed(&c, 0, T0 + 20));
	assert_int_equal(c.n, 1);
}

static void no_more_than_there_is_room_for(void **state)
{
	(void)state;
	for (int64_t i = 0; i < COMPARE_MAX; i++) {
		compare_feed(&c, 1, T0 + i * S);
		assert_true(compare_feed(&c, 0, T0 + i * S));
	}
	compare_feed(&c, 1, T0 - S);
	assert_false(compare_feed(&c, 0, T0 - S));
	assert_int_equal(c.n, COMPARE_MAX);
}

/* ---- figures ---- */

static struct comparison result_of(const int64_t *v, size_t n)
{
	struct comparison r;

	memcpy(c.difference_ns, v, n * sizeof(*v));
	c.n = n;
	compare_result(&c, &r);
	return r;
}

/*
 * Sorted: 10 20 30 30 40 50 60 90 100 1000; 4 of 10 are dropped, those farthest from the
 * middle: 1000, 100, 90, and of 10 20 30 30 40 50 60 (middle 30) the 60.
 */
static void figures_by_hand(void **state)
{
	static const int64_t v[] = { 30, 10, 40, 100, 50, 90, 20, 60, 1000, 30 };
	const struct comparison r = result_of(v, 10);

	(void)state;
	assert_int_equal(r.n, 10);
	assert_int_equal(r.median_ns, 45);
	assert_int_equal(r.mean_ns, 143);
	assert_int_equal(r.min_ns, 10);
	assert_int_equal(r.max_ns, 1000);
	assert_int_equal(r.low_quarter_ns, 20);		/* 10 20 30 */
	assert_int_equal(r.suggested_ns, 30);		/* 180 / 6 */
	/* squares of 133 123 113 113 103 93 83 53 43 857 */
	assert_true(fabs(r.deviation_ns - sqrt(823610.0 / 9)) < 1e-9);
}

static void one_and_two(void **state)
{
	static const int64_t one[] = { -7 }, two[] = { 5, -10 };
	struct comparison r = result_of(one, 1);

	(void)state;
	assert_int_equal(r.median_ns, -7);
	assert_int_equal(r.suggested_ns, -7);
	assert_int_equal(r.low_quarter_ns, -7);
	assert_true(r.deviation_ns == 0);
	r = result_of(two, 2);
	assert_int_equal(r.median_ns, -3);
	assert_int_equal(r.min_ns, -10);
	assert_int_equal(r.max_ns, 5);
}

/* Late by 20 us at least, with a long tail on one side: what is suggested is not the mean. */
static void long_tail(void **state)
{
	int64_t v[100];
	struct comparison r;

	(void)state;
	for (int i = 0; i < 100; i++)
		v[i] = 20000 + (i < 90 ? i * 10 : i * 40000);
	r = result_of(v, 100);
	assert_int_equal(r.low_quarter_ns, 20120);
	assert_in_range(r.suggested_ns, 20200, 20500);
	assert_in_range(r.mean_ns, 300000, 500000);
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup(f, begin)
	const struct CMUnitTest tests[] = {
		CASE(pair_is_made),
		CASE(one_that_misses_pulses),
		CASE(near_is_up_to_four_tenths),
		CASE(partner_is_had_once),
		CASE(no_more_than_there_is_room_for),
		CASE(figures_by_hand),
		CASE(one_and_two),
		CASE(long_tail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
