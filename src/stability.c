// SPDX-License-Identifier: GPL-2.0-or-later
/* Allan deviations, time deviation and MTIE of a grid of phases. */
#include "stability.h"

#include <errno.h>
#include <math.h>

#include "twosum.h"

/* A mean of squares under construction. */
struct squares {
	struct twosum sum;
	uint64_t n;
};

static void add_square(struct squares *s, double x)
{
	twosum_add(&s->sum, x * x);
	s->n++;
}

/* The root of half the mean square, a second: what all Allan deviations are of their terms. */
static double deviation(struct squares s, double tau_s)
{
	return s.n ? sqrt(twosum_value(s.sum) / (2.0 * (double)s.n)) / tau_s : NAN;
}

/* The change of the mean frequency from tau to tau, times tau; NAN at a gap. */
static double second_difference(const double *x, uint64_t m)
{
	return (x[2 * m] - x[m]) - (x[m] - x[0]);
}

/* SP 1065, "Allan variance": every m-th phase. */
static struct squares adjacent(const double *x, size_t n, uint64_t m)
{
	struct squares s = { .n = 0 };

	for (size_t i = 0; i + 2 * m < n; i += m) {
		const double d = second_difference(x + i, m);

		if (!isnan(d))
			add_square(&s, d);
	}
	return s;
}

/* The last m second differences: their sum, and how many there are. */
struct window {
	struct twosum sum;
	uint64_t n;
};

static void window_add(struct window *w, double d)
{
	if (isnan(d))
		return;
	twosum_add(&w->sum, d);
	w->n++;
}

static void window_drop(struct window *w, double d)
{
	if (isnan(d))
		return;
	twosum_add(&w->sum, -d);
	w->n--;
}

/* SP 1065, "overlapping" and "modified Allan variance": all phases, in one pass. */
static void overlapping(const double *x, size_t n, uint64_t m,
			struct squares *all, struct squares *modified)
{
	struct window w = { .n = 0 };

	for (size_t i = 0; i + 2 * m < n; i++) {
		const double d = second_difference(x + i, m);

		if (!isnan(d))
			add_square(all, d);
		window_add(&w, d);
		if (i >= m)
			window_drop(&w, second_difference(x + i - m, m));
		if (i + 1 >= m && w.n >= m - m / 2)
			add_square(modified, twosum_value(w.sum) / (double)w.n);
	}
}

/*
 * The greatest difference between two phases at most m apart (G.810, MTIE).  Two such are in
 * one block of m, or in neighbouring ones: going backwards, phase j of the second is compared
 * with those of the first that it reaches, from j - m on, of which one more comes with each
 * step.  Comparisons with NAN are false, so that missing ones are not seen.
 */
static double interval_error(const double *x, size_t n, uint64_t m)
{
	double worst = -INFINITY;

	for (size_t block = 0; block < n; block += m) {
		double high = -INFINITY, low = INFINITY;

		for (size_t i = block + (n - block < m ? n - block : m); i-- > block;) {
			if (x[i] > high)
				high = x[i];
			if (x[i] < low)
				low = x[i];
			if (i + m >= n)
				continue;
			if (x[i + m] - low > worst)
				worst = x[i + m] - low;
			if (high - x[i + m] > worst)
				worst = high - x[i + m];
		}
		if (high - low > worst)
			worst = high - low;
	}
	return worst;
}

/* Windows of m + 1 places in which there are two samples at least. */
static uint64_t count_windows(const double *x, size_t n, uint64_t m)
{
	uint64_t present = 0, windows = 0;

	for (size_t i = 0; i < n; i++) {
		present += !isnan(x[i]);
		if (i < m)
			continue;
		windows += present >= 2;
		present -= !isnan(x[i - m]);
	}
	return windows;
}

int stability_at(const double *phase_s, size_t n, double tau0_s, uint64_t m,
		 struct stability_point *point)
{
	struct squares adev, oadev = { .n = 0 }, mdev = { .n = 0 };
	const double tau_s = (double)m * tau0_s;

	if (!m || m > n / 2 || 2 * m >= n)
		return -EINVAL;
	adev = adjacent(phase_s, n, m);
	overlapping(phase_s, n, m, &oadev, &mdev);
	*point = (struct stability_point){
		.m = m, .n_adev = adev.n, .n_oadev = oadev.n, .n_mdev = mdev.n,
		.n_mtie = count_windows(phase_s, n, m),
		.adev = deviation(adev, tau_s),
		.oadev = deviation(oadev, tau_s),
		.mdev = deviation(mdev, tau_s),
		.mtie = NAN,
	};
	point->tdev = point->mdev * tau_s / sqrt(3.0);
	if (point->n_mtie)
		point->mtie = interval_error(phase_s, n, m);
	return 0;
}
