/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The figures of a run beside the same by sorting. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "pulsetally.h"

#define N 5000

static struct pulsetally t;
static int64_t v[N], sizes[N];

static int by_value(const void *a, const void *b)
{
	const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static void near(int64_t is, int64_t should)
{
	assert_true(llabs(is - should) <= llabs(should) / 64 + 1);
}

static void check_against_sorted(size_t n)
{
	static const unsigned int percents[] = { 1, 5, 25, 50, 75, 95, 99, 100 };
	double sum = 0, squares = 0;

	for (size_t i = 0; i < n; i++) {
		sizes[i] = llabs(v[i]);
		sum += (double)v[i];
	}
	for (size_t i = 0; i < n; i++)
		squares += pow((double)v[i] - sum / (double)n, 2);
	qsort(v, n, sizeof(*v), by_value);
	qsort(sizes, n, sizeof(*sizes), by_value);
	for (size_t i = 0; i < sizeof(percents) / sizeof(percents[0]); i++) {
		size_t rank = (n * percents[i] + 99) / 100;

		near(pulsetally_rank_ns(&t, percents[i]), v[rank - 1]);
		near(pulsetally_within_ns(&t, percents[i]), sizes[rank - 1]);
	}
	assert_int_equal(t.min_ns, v[0]);
	assert_int_equal(t.max_ns, v[n - 1]);
	assert_int_equal(pulsetally_worst_ns(&t), sizes[n - 1]);
	assert_true(fabs(t.mean_ns - sum / (double)n) <= fabs(sum / (double)n) * 1e-9 + 1e-6);
	assert_true(fabs(pulsetally_sd_ns(&t) / sqrt(squares / (double)(n - 1)) - 1) < 1e-9);
}

/* Of all sizes, on both sides of zero. */
static void test_beside_sorting(void **state)
{
	(void)state;
	srand(1);
	for (unsigned int bits = 1; bits < 39; bits += 3) {
		memset(&t, 0, sizeof(t));
		for (size_t i = 0; i < N; i++) {
			v[i] = (((int64_t)rand() << 20) ^ rand()) & ((INT64_C(1) << bits) - 1);
			v[i] = rand() % 3 ? v[i] : -v[i] / 2;
			pulsetally_add(&t, v[i]);
		}
		check_against_sorted(N);
	}
}

static void test_few(void **state)
{
	(void)state;
	memset(&t, 0, sizeof(t));
	assert_int_equal(pulsetally_rank_ns(&t, 50), 0);
	assert_int_equal(pulsetally_within_ns(&t, 99), 0);
	pulsetally_add(&t, -700);
	assert_int_equal(pulsetally_rank_ns(&t, 50), -700);
	assert_int_equal(pulsetally_within_ns(&t, 99), 700);
	assert_int_equal(pulsetally_worst_ns(&t), 700);
	assert_true(pulsetally_sd_ns(&t) == 0);
	/* beyond the bins: the size is lost, the extremes and the mean are not */
	pulsetally_add(&t, INT64_C(1) << 60);
	assert_int_equal(pulsetally_rank_ns(&t, 1), -700);
	assert_true(pulsetally_rank_ns(&t, 100) > INT64_C(1000000000000));
	assert_int_equal(t.max_ns, INT64_C(1) << 60);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_beside_sorting),
		cmocka_unit_test(test_few),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
