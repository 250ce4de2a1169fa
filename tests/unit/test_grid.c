// SPDX-License-Identifier: GPL-2.0-or-later
/* Places of samples: regular, early and late, missing, doubled, of a clock that jumps. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "grid.h"

#define S INT64_C(1000000000)
#define OUT UINT64_MAX

struct step {
	int64_t time_ns;
	uint64_t place;		/* OUT: left out */
};

static void check(struct grid *g, const struct step *steps, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		uint64_t place = OUT;

		if (!grid_place(g, steps[i].time_ns, &place))
			place = OUT;
		if (place != steps[i].place)
			fail_msg("step %zu: place %lld", i, (long long)place);
	}
}

#define CHECK(g, ...) do {						\
	const struct step steps_[] = { __VA_ARGS__ };			\
	check(g, steps_, sizeof(steps_) / sizeof(steps_[0]));		\
} while (0)

static void test_regular(void **state)
{
	struct grid g;

	(void)state;
	grid_begin(&g, S, 100);
	CHECK(&g, { 1700000000 * S, 0 }, { 1700000001 * S, 1 }, { 1700000002 * S, 2 },
	      { 1700000005 * S, 5 }, { 1700000006 * S, 6 });
	assert_int_equal(g.places, 7);
	assert_int_equal(g.room, 98);
	assert_int_equal(g.doubled + g.back + g.jumps, 0);
}

/* The nearest place; what is nearer to a place that is taken is left out. */
static void test_early_and_late(void **state)
{
	struct grid g;

	(void)state;
	grid_begin(&g, S, 100);
	CHECK(&g, { 0, 0 }, { S - 1, 1 }, { 2 * S + S / 4, 2 }, { 2 * S + S / 3, OUT },
	      { 3 * S - S / 5, 3 }, { 3 * S - S / 5, OUT }, { 4 * S, 4 });
	assert_int_equal(g.doubled, 2);
}

/* ntpd's polls: their mean is not quite the median, a place each all the same. */
static void test_slow_clock(void **state)
{
	static const int64_t polls_s[] = { 16, 15, 16, 17, 15 };	/* 15.8 on average */
	struct grid g;
	int64_t time_ns = 0;
	uint64_t place;

	(void)state;
	grid_begin(&g, 16 * S, 100);
	for (uint64_t i = 0; i < 10000; i++) {
		assert_true(grid_place(&g, time_ns, &place));
		assert_int_equal(place, i);
		time_ns += polls_s[i % 5] * S;
	}
}

/* Lines in disorder are left out; the grid goes on where it was. */
static void test_disorder(void **state)
{
	struct grid g;

	(void)state;
	grid_begin(&g, S, 100);
	CHECK(&g, { 10 * S, 0 }, { 11 * S, 1 }, { 9 * S, OUT }, { 8 * S, OUT }, { 12 * S, 2 },
	      { 11 * S, OUT }, { 13 * S, 3 });
	assert_int_equal(g.back, 3);
	assert_int_equal(g.jumps, 0);
}

/* Many of them, but never one behind the other: no clock was set back. */
static void test_much_disorder(void **state)
{
	struct grid g;
	uint64_t place;

	(void)state;
	grid_begin(&g, S, 100);
	for (int64_t i = 0; i < 3 * GRID_BACK_LINES; i++) {
		assert_true(grid_place(&g, (1000 + i) * S, &place));
		assert_int_equal(place, i);
		assert_false(grid_place(&g, (500 + i) * S, &place));
	}
	for (int64_t i = 0; i < 3 * GRID_BACK_LINES; i++)
		assert_false(grid_place(&g, (500 - i) * S, &place));
	assert_int_equal(g.jumps, 0);
}

/* A clock that was years ahead: after 15 lines that are left out the grid goes on. */
static void test_set_back(void **state)
{
	struct grid g;
	uint64_t place;

	(void)state;
	grid_begin(&g, S, 100);
	CHECK(&g, { 2000000000 * S, 0 }, { 2000000001 * S, 1 });
	for (int64_t i = 0; i < GRID_BACK_LINES - 1; i++)
		assert_false(grid_place(&g, (1000 + i) * S, &place));
	CHECK(&g, { (1000 + GRID_BACK_LINES) * S, 3 }, { (1001 + GRID_BACK_LINES) * S, 4 });
	assert_int_equal(g.back, GRID_BACK_LINES - 1);
	assert_int_equal(g.jumps, 1);
}

/* Never more missing places than there is room for. */
static void test_set_ahead(void **state)
{
	struct grid g;

	(void)state;
	grid_begin(&g, S, 10);
	CHECK(&g, { 0, 0 }, { 6 * S, 6 }, { 12 * S, 12 }, { 13 * S, 13 }, { 20 * S, 15 },
	      { 21 * S, 16 });
	assert_int_equal(g.jumps, 1);
}

static void test_far(void **state)
{
	struct grid g;

	(void)state;
	grid_begin(&g, S, 10);
	CHECK(&g, { 0, 0 }, { 12 * S, 2 }, { 13 * S, 3 }, { 24 * S, 14 }, { 26 * S, 16 },
	      { INT64_MAX, 18 });
	assert_int_equal(g.jumps, 3);
	grid_begin(&g, 1, 10);
	CHECK(&g, { INT64_MIN + 1, 0 }, { INT64_MAX, 2 }, { INT64_MAX, OUT });
	assert_int_equal(g.jumps, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_regular),
		cmocka_unit_test(test_early_and_late),
		cmocka_unit_test(test_slow_clock),
		cmocka_unit_test(test_disorder),
		cmocka_unit_test(test_much_disorder),
		cmocka_unit_test(test_set_back),
		cmocka_unit_test(test_set_ahead),
		cmocka_unit_test(test_far),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
