// SPDX-License-Identifier: GPL-2.0-or-later
/* The figures of a series beside a sorted copy and sums in long double; a daemon's precision. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <stdio.h>

#include "figures.h"

static struct figures_work work;

static void assert_near(double value, double expected, double margin)
{
	if (!(fabs(value - expected) <= margin))
		fail_msg("%.17g is not %.17g", value, expected);
}

static uint32_t seed;

static double random_unit(void)
{
	seed = seed * 1664525u + 1013904223u;
	return seed / 4294967296.0;
}

static struct report_figures figures_of(const double *x, size_t n, double tau0_s)
{
	struct report_figures f = { .bad_lines = 7, .daemon_jitter = 3 };

	figures_reckon(x, n, tau0_s, &work, &f);
	assert_int_equal(f.bad_lines, 7);
	assert_true(f.daemon_jitter == 3);
	return f;
}

/* ---- by hand ---- */

static void test_by_hand(void **state)
{
	const double x[] = { 1, 2, NAN, NAN, 5, NAN, -3, 0, 1 };
	struct report_figures f = figures_of(x, 9, 0.5);

	(void)state;
	assert_int_equal(f.count, 6);
	assert_int_equal(f.gaps, 2);
	assert_int_equal(f.missing, 3);
	assert_near(f.mean, 1, 1e-15);
	assert_near(f.rms, sqrt(40 / 6.0), 1e-15);
	assert_near(f.median, 1, 0);			/* -3 0 1 1 2 5 */
	assert_near(f.p25, 0.25, 1e-15);		/* place 1.25 */
	assert_near(f.p75, 1.75, 1e-15);		/* place 3.75 */
	assert_near(f.p95, 4.25, 1e-14);		/* place 4.75 */
	assert_near(f.min, -3, 0);
	assert_near(f.max, 5, 0);
	assert_near(f.jitter, sqrt(11 / 3.0), 1e-15);	/* steps 1, 3, 1 */
	/* places 0 1 4 6 7 8: mean 26/6; sum of products 12 - 26; of squares 166 - 26^2/6 */
	assert_near(f.drift, (12 - 26) / (166 - 676 / 6.0) / 0.5, 1e-15);
}

static void test_few(void **state)
{
	const double nothing[] = { NAN, NAN }, one[] = { NAN, -2.5, NAN };
	struct report_figures f = figures_of(nothing, 2, 1);

	(void)state;
	assert_int_equal(f.count, 0);
	assert_int_equal(f.missing, 2);
	assert_true(isnan(f.mean) && isnan(f.median) && isnan(f.min) && isnan(f.drift));
	f = figures_of(nothing, 0, 1);
	assert_int_equal(f.count, 0);
	f = figures_of(one, 3, 1);
	assert_int_equal(f.count, 1);
	assert_int_equal(f.gaps, 2);
	assert_true(f.mean == -2.5 && f.median == -2.5 && f.p01 == -2.5 && f.p99 == -2.5);
	assert_true(isnan(f.jitter) && isnan(f.drift));
}

/* ---- beside a sorted copy ---- */

static int by_value(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double sorted_percentile(const double *sorted, size_t n, double percent)
{
	const double place = percent / 100 * (double)(n - 1);
	const size_t i = (size_t)place;

	return i + 1 < n ? sorted[i] + (sorted[i + 1] - sorted[i]) * (place - (double)i) : sorted[i];
}

#define MANY 20000

static void compare(const double *x, size_t n)
{
	static double sorted[MANY];
	struct report_figures f = figures_of(x, n, 1);
	long double sum = 0, squares = 0;
	const double *got[] = { &f.p01, &f.p05, &f.p25, &f.median, &f.p75, &f.p95, &f.p99 };
	const double percent[] = { 1, 5, 25, 50, 75, 95, 99 };
	size_t there = 0;

	for (size_t i = 0; i < n; i++) {
		if (isnan(x[i]))
			continue;
		sorted[there++] = x[i];
		sum += x[i];
		squares += (long double)x[i] * x[i];
	}
	qsort(sorted, there, sizeof(*sorted), by_value);
	assert_int_equal(f.count, there);
	assert_near(f.mean, (double)(sum / there), fabs((double)(sum / there)) * 1e-15);
	assert_near(f.rms, (double)sqrtl(squares / there), (double)sqrtl(squares / there) * 1e-15);
	assert_true(f.min == sorted[0] && f.max == sorted[there - 1]);
	for (size_t i = 0; i < 7; i++) {
		double expected = sorted_percentile(sorted, there, percent[i]);

		assert_near(*got[i], expected, fabs(expected) * 1e-15);
	}
}

static double value_of_kind(int kind, size_t i)
{
	switch (kind) {
	case 0: return random_unit() - 0.5;
	case 1: return 0.5 + 1e-9 * random_unit();		/* all begin with the same bits */
	case 2: return floor(8 * random_unit()) - 4;		/* few values, and both zeros */
	case 3: return pow(10, 40 * random_unit() - 20) * (i & 1 ? 1 : -1);
	case 4: return -0.25;
	default: return random_unit() < 0.3 ? NAN : -1e-6 * random_unit();
	}
}

static void test_sorted(void **state)
{
	static const size_t lengths[] = { 1, 2, 3, 13, 14, 15, 100, MANY };
	static double x[MANY];

	(void)state;
	seed = 11;
	for (int kind = 0; kind < 6; kind++) {
		for (size_t l = 0; l < sizeof(lengths) / sizeof(lengths[0]); l++) {
			for (size_t i = 0; i < lengths[l]; i++)
				x[i] = value_of_kind(kind, i);
			x[0] = 0.125;
			compare(x, lengths[l]);
		}
	}
}

/* A small slope on a great offset: 1 ns/s at 1000 s, of which a double has 1.1e-13 s. */
static void test_drift(void **state)
{
	static double x[MANY];

	(void)state;
	for (size_t i = 0; i < MANY; i++)
		x[i] = i % 10 == 4 ? NAN : 1000 + 1e-9 * 16 * (double)i;
	assert_near(figures_of(x, MANY, 16).drift, 1e-9, 1e-15);
}

/* ---- a daemon's jitter ---- */

static struct daemon_jitter fed(const char *const *printed, size_t n)
{
	struct daemon_jitter d = { .n = 0 };

	for (size_t i = 0; i < n; i++)
		daemon_jitter_add(&d, strtod(printed[i], NULL));
	return d;
}

static void test_precision(void **state)
{
	/* 2^-20 s = 0.00000095367 s */
	static const char *const lines[] = { "0.000000954", "0.000000954", "0.000001200", "0.000000954",
					     "nan", "-1", "inf" };
	struct daemon_jitter d = fed(lines, 7);
	struct report_figures f;

	(void)state;
	daemon_jitter_reckon(&d, &f);
	assert_near(f.daemon_precision, 1 / 1048576.0, 0);
	assert_near(f.daemon_at_floor, 0.75, 0);
	assert_near(f.daemon_jitter, sqrt((3 * 0.954 * 0.954 + 1.44) / 4) * 1e-6, 1e-18);
}

static void test_no_precision(void **state)
{
	static const char *const above[] = { "0.000004012", "0.000003900", "0.000005000", "0.000004100" };
	/* 2^-20 among smaller ones is no floor */
	static const char *const among[] = { "0.000000954", "0.000000200", "0.000000954", "0.000000300" };
	struct daemon_jitter d = fed(above, 4);
	struct report_figures f;

	(void)state;
	daemon_jitter_reckon(&d, &f);
	assert_true(isnan(f.daemon_precision) && isnan(f.daemon_at_floor));
	assert_near(f.daemon_jitter, 4.27e-6, 1e-8);
	d = fed(among, 4);
	daemon_jitter_reckon(&d, &f);
	assert_true(isnan(f.daemon_precision));
	d = fed(among, 0);
	daemon_jitter_reckon(&d, &f);
	assert_true(isnan(f.daemon_precision) && isnan(f.daemon_jitter));
}

/* Each power of two as printf("%.9f") prints it. */
static void test_powers(void **state)
{
	(void)state;
	for (int k = 0; k <= 28; k++) {
		struct daemon_jitter d = { .n = 0 };
		struct report_figures f;
		char text[32];

		snprintf(text, sizeof(text), "%.9f", ldexp(1, -k));
		for (int i = 0; i < 3; i++)
			daemon_jitter_add(&d, strtod(text, NULL));
		daemon_jitter_add(&d, 1.3 * ldexp(1, -k) + 1e-9);
		daemon_jitter_add(&d, 900);
		daemon_jitter_reckon(&d, &f);
		assert_true(f.daemon_precision == ldexp(1, -k));
		assert_near(f.daemon_at_floor, 0.6, 1e-15);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_by_hand),
		cmocka_unit_test(test_few),
		cmocka_unit_test(test_sorted),
		cmocka_unit_test(test_drift),
		cmocka_unit_test(test_precision),
		cmocka_unit_test(test_no_precision),
		cmocka_unit_test(test_powers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
