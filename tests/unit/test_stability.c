// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Deviations: known answers, the definitions written out for all m of small series with and
 * without gaps, and long series in integers, in which nothing is rounded.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "stability.h"

static void assert_near(double value, double expected, double relative)
{
	if (isnan(expected) && isnan(value))
		return;
	if (!(fabs(value - expected) <= relative * fabs(expected)))
		fail_msg("%.17g is not %.17g", value, expected);
}

/* ---- known answers: NIST SP 1065's 1000 random frequencies ---- */

#define NIST_N 1001

static void nist_phases(double x[NIST_N])
{
	uint64_t n = 1234567890;

	x[0] = 0;
	for (size_t i = 1; i < NIST_N; i++) {
		x[i] = x[i - 1] + (double)n / 2147483647.0;
		n = n * 16807 % 2147483647;
	}
}

static const struct known {
	uint64_t m;
	double adev, oadev, mdev, tdev, mtie;
} nist[] = {
	{ 1, 2.922319e-01, 2.922319e-01, 2.922319e-01, 1.687202e-01, 9.957453e-01 },
	{ 10, 9.965736e-02, 9.159953e-02, 6.172376e-02, 3.563623e-01, 7.596560e+00 },
	{ 100, 3.897804e-02, 3.241343e-02, 2.170921e-02, 1.253382e+00, 5.538177e+01 },
};

/* Half a unit of the last of seven digits. */
static void assert_printed(double value, double printed)
{
	const double unit = pow(10, floor(log10(printed)) - 6);

	if (!(fabs(value - printed) <= 0.5000001 * unit))
		fail_msg("%.9e is not %.6e", value, printed);
}

static void test_known_answers(void **state)
{
	double x[NIST_N];
	struct stability_point p;

	(void)state;
	nist_phases(x);
	for (size_t i = 0; i < sizeof(nist) / sizeof(nist[0]); i++) {
		assert_int_equal(stability_at(x, NIST_N, 1, nist[i].m, &p), 0);
		assert_printed(p.adev, nist[i].adev);
		assert_printed(p.oadev, nist[i].oadev);
		assert_printed(p.mdev, nist[i].mdev);
		assert_printed(p.tdev, nist[i].tdev);
		assert_printed(p.mtie, nist[i].mtie);
	}
	/* 1001 phases: 1001 - 2 m overlapping terms, 1001 - 3 m + 1 modified ones */
	assert_int_equal(p.n_adev, 9);
	assert_int_equal(p.n_oadev, 801);
	assert_int_equal(p.n_mdev, 702);
	assert_int_equal(p.n_mtie, 901);
}

/* ---- the definitions, written out ---- */

static double term(const double *x, size_t i, size_t m)
{
	return x[i + 2 * m] - 2 * x[i + m] + x[i];
}

static double plain_avar(const double *x, size_t n, size_t m, size_t step, uint64_t *terms)
{
	double sum = 0;

	*terms = 0;
	for (size_t i = 0; i + 2 * m < n; i += step) {
		if (isnan(term(x, i, m)))
			continue;
		sum += pow(term(x, i, m), 2);
		++*terms;
	}
	return *terms ? sqrt(sum / 2 / (double)*terms) / (double)m : NAN;
}

static double plain_mvar(const double *x, size_t n, size_t m, uint64_t *terms)
{
	double sum = 0;

	*terms = 0;
	for (size_t j = 0; j + 3 * m <= n; j++) {
		double inner = 0;
		size_t there = 0;

		for (size_t i = j; i < j + m; i++) {
			if (isnan(term(x, i, m)))
				continue;
			inner += term(x, i, m);
			there++;
		}
		if (2 * there < m || !there)
			continue;
		sum += pow(inner / (double)there, 2);
		++*terms;
	}
	return *terms ? sqrt(sum / 2 / (double)*terms) / (double)m : NAN;
}

static double plain_mtie(const double *x, size_t n, size_t m, uint64_t *windows)
{
	double worst = NAN;

	*windows = 0;
	for (size_t j = 0; j + m < n; j++) {
		size_t there = 0;

		for (size_t i = j; i <= j + m; i++) {
			there += !isnan(x[i]);
			for (size_t k = j; k <= j + m; k++)
				if (i != k && !(x[i] - x[k] <= worst) && !isnan(x[i] - x[k]))
					worst = x[i] - x[k];
		}
		*windows += there >= 2;
	}
	return worst;
}

static void compare(const double *x, size_t n, double tau0_s)
{
	struct stability_point p;
	size_t m;
	uint64_t terms;

	for (m = 1; 2 * m < n; m++) {
		assert_int_equal(stability_at(x, n, tau0_s, m, &p), 0);
		assert_int_equal(p.m, m);
		assert_near(p.adev, plain_avar(x, n, m, m, &terms) / tau0_s, 1e-9);
		assert_int_equal(p.n_adev, terms);
		assert_near(p.oadev, plain_avar(x, n, m, 1, &terms) / tau0_s, 1e-9);
		assert_int_equal(p.n_oadev, terms);
		assert_near(p.mdev, plain_mvar(x, n, m, &terms) / tau0_s, 1e-9);
		assert_int_equal(p.n_mdev, terms);
		assert_near(p.tdev, plain_mvar(x, n, m, &terms) * (double)m / sqrt(3), 1e-9);
		assert_near(p.mtie, plain_mtie(x, n, m, &terms), 1e-12);
		assert_int_equal(p.n_mtie, terms);
	}
	assert_int_equal(stability_at(x, n, tau0_s, m, &p), -EINVAL);
}

static uint32_t seed;

static double random_unit(void)
{
	seed = seed * 1664525u + 1013904223u;
	return seed / 4294967296.0;
}

/* `gaps` in 100 places are missing, some of them in a row. */
static void fill(double *x, size_t n, unsigned int gaps)
{
	double phase = 0;

	for (size_t i = 0; i < n; i++) {
		phase += random_unit() - 0.5;
		x[i] = 3 + phase + 10 * random_unit();
	}
	for (size_t i = 0; i < n; i++) {
		if (random_unit() * 100 >= gaps)
			continue;
		for (size_t k = 0; k < 4 && i < n; k++)
			x[i++] = NAN;
	}
}

static void test_all_m(void **state)
{
	static const unsigned int gaps[] = { 0, 2, 15, 60, 100 };
	double x[80];

	(void)state;
	seed = 18;
	for (size_t n = 0; n <= sizeof(x) / sizeof(x[0]); n += n < 12 ? 1 : 17) {
		for (size_t g = 0; g < sizeof(gaps) / sizeof(gaps[0]); g++) {
			fill(x, n, gaps[g]);
			compare(x, n, 1);
			compare(x, n, 0.2);
		}
	}
}

/* A frequency offset is no noise, whatever is missing. */
static void test_offset_and_gaps(void **state)
{
	struct stability_point p;
	double x[600];

	(void)state;
	for (size_t i = 0; i < 600; i++)
		x[i] = i % 7 == 3 || (i > 200 && i < 230) ? NAN : (double)i * 0x1p-10;
	for (uint64_t m = 1; m < 300; m *= 2) {
		assert_int_equal(stability_at(x, 600, 1, m, &p), 0);
		assert_true(p.n_oadev > 0 && p.oadev == 0);
		assert_true(isnan(p.mdev) ? p.n_mdev == 0 : p.mdev == 0);
	}
}

/* ---- long series, in integers ---- */

#define LONG_N 1000000

/* Phases of whole units of 2^-30 s, with a step of a second in them. */
static int64_t *whole_phases(double *x)
{
	int64_t *whole = malloc(LONG_N * sizeof(*whole));

	assert_non_null(whole);
	for (size_t i = 0; i < LONG_N; i++) {
		whole[i] = (int64_t)(random_unit() * 2000) + (i == LONG_N / 3 ? 1 << 30 : 0);
		x[i] = (double)whole[i] * 0x1p-30;
	}
	return whole;
}

static double whole_mdev(const int64_t *w, size_t n, size_t m)
{
	int64_t inner = 0;
	long double sum = 0;

	for (size_t i = 0; i + 2 * m < n; i++) {
		inner += w[i + 2 * m] - 2 * w[i + m] + w[i];
		if (i >= m)
			inner -= w[i + m] - 2 * w[i] + w[i - m];
		if (i + 1 >= m)
			sum += (long double)inner * (long double)inner;
	}
	sum /= 2.0L * (long double)(n - 3 * m + 1);
	return (double)(sqrtl(sum) / (long double)m / (long double)m) * 0x1p-30;
}

/* Windows of whole[] with the places of their greatest kept in order (a monotonic queue). */
static int64_t whole_most(const int64_t *w, size_t m, int sign, size_t i, size_t *queue,
			  size_t *head, size_t *tail)
{
	while (*tail > *head && sign * w[queue[*tail - 1]] <= sign * w[i])
		--*tail;
	queue[(*tail)++] = i;
	while (queue[*head] + m < i)
		++*head;
	return w[queue[*head]];
}

static double whole_mtie(const int64_t *w, size_t n, size_t m)
{
	size_t *up = malloc(2 * n * sizeof(*up)), *down = up + n;
	size_t up_head = 0, up_tail = 0, down_head = 0, down_tail = 0;
	int64_t worst = 0;

	assert_non_null(up);
	for (size_t i = 0; i < n; i++) {
		int64_t high = whole_most(w, m, 1, i, up, &up_head, &up_tail);
		int64_t low = whole_most(w, m, -1, i, down, &down_head, &down_tail);

		if (high - low > worst)
			worst = high - low;
	}
	free(up);
	return (double)worst * 0x1p-30;
}

static void test_long(void **state)
{
	static const uint64_t ms[] = { 1, 3, 1000, 77777, 300000 };
	double *x = malloc(LONG_N * sizeof(*x));
	struct stability_point p;
	int64_t *whole;

	(void)state;
	seed = 5;
	assert_non_null(x);
	whole = whole_phases(x);
	for (size_t i = 0; i < sizeof(ms) / sizeof(ms[0]); i++) {
		assert_int_equal(stability_at(x, LONG_N, 1, ms[i], &p), 0);
		assert_near(p.mdev, whole_mdev(whole, LONG_N, ms[i]), 1e-13);
		assert_true(p.mtie == whole_mtie(whole, LONG_N, ms[i]));
	}
	free(whole);
	free(x);
}

/* Beside 80 bits: what a million steps of a window's sum round away cannot be seen. */
static void test_rounding(void **state)
{
	const size_t n = LONG_N, m = 1000;
	double *x = malloc(n * sizeof(*x));
	struct stability_point p;
	long double inner = 0, sum = 0;

	(void)state;
	assert_non_null(x);
	seed = 7;
	for (size_t i = 0; i < n; i++)
		x[i] = random_unit() / 3;
	for (size_t i = 0; i + 2 * m < n; i++) {
		inner += (long double)x[i + 2 * m] - 2 * (long double)x[i + m] + x[i];
		if (i >= m)
			inner -= (long double)x[i + m] - 2 * (long double)x[i] + x[i - m];
		if (i + 1 >= m)
			sum += inner * inner;
	}
	sum = sqrtl(sum / 2 / (n - 3 * m + 1)) / m / m;
	assert_int_equal(stability_at(x, n, 1, m, &p), 0);
	assert_near(p.mdev, (double)sum, 4e-15);
	free(x);
}

/* m = 1, 2, 4, ...: how many of them have samples enough. */
static size_t octaves(const double *x, size_t n, struct stability_point *points)
{
	size_t i = 0;

	while (stability_at(x, n, 1, (uint64_t)1 << i, &points[i]) == 0)
		i++;
	return i;
}

static void test_octaves(void **state)
{
	struct stability_point points[STABILITY_OCTAVES_MAX];
	double x[NIST_N];

	(void)state;
	nist_phases(x);
	/* 2 m < n: up to 256 of 1001, of 513 phases but not of 512 */
	assert_int_equal(octaves(x, NIST_N, points), 9);
	assert_int_equal(points[8].m, 256);
	assert_int_equal(octaves(x, 513, points), 9);
	assert_int_equal(octaves(x, 512, points), 8);
	assert_int_equal(octaves(x, 2, points), 0);
	assert_int_equal(octaves(x, 0, points), 0);
	assert_int_equal(stability_at(x, 512, 1, 0, points), -EINVAL);
	assert_int_equal(stability_at(x, 512, 1, UINT64_MAX / 2 + 2, points), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known_answers),
		cmocka_unit_test(test_all_m),
		cmocka_unit_test(test_offset_and_gaps),
		cmocka_unit_test(test_long),
		cmocka_unit_test(test_rounding),
		cmocka_unit_test(test_octaves),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
