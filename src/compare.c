// SPDX-License-Identifier: GPL-2.0-or-later
/* Two sources of the same pulse: pairs, and what they tell. */
#include "compare.h"

#include <math.h>
#include <stdlib.h>

bool compare_feed(struct compare *c, unsigned int which, int64_t stamp_ns)
{
	const int64_t other_ns = c->newest_ns[!which];
	const int64_t later_ns = stamp_ns - other_ns;

	if (other_ns == 0 || later_ns > COMPARE_NEAR_NS || later_ns < -COMPARE_NEAR_NS) {
		c->newest_ns[which] = stamp_ns;
		return false;
	}
	c->newest_ns[0] = c->newest_ns[1] = 0;
	if (c->n == COMPARE_MAX)
		return false;
	c->difference_ns[c->n++] = which == 0 ? later_ns : -later_ns;
	return true;
}

/* ---- figures ---- */

static int by_size(const void *a, const void *b)
{
	const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* Of at most COMPARE_MAX figures below 0.4 s: the sum fits by far. */
static int64_t mean(const int64_t *v, size_t n)
{
	int64_t sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += v[i];
	return llround((double)sum / (double)n);
}

static int64_t median(const int64_t *v, size_t n)
{
	return n % 2 ? v[n / 2] : mean(&v[n / 2 - 1], 2);
}

static double deviation(const int64_t *v, size_t n, int64_t mean_ns)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += (double)(v[i] - mean_ns) * (double)(v[i] - mean_ns);
	return n > 1 ? sqrt(sum / (double)(n - 1)) : 0;
}

/* Drop the one that is farthest from the median, until 60 % are left (refclock_sample()). */
static int64_t trimmed(const int64_t *v, size_t n)
{
	const size_t keep = n - n * 4 / 10;
	size_t from = 0, to = n;

	while (to - from > keep) {
		const int64_t middle = v[(from + to) / 2];

		if (v[to - 1] - middle < middle - v[from])
			from++;
		else
			to--;
	}
	return mean(&v[from], to - from);
}

void compare_result(struct compare *c, struct comparison *r)
{
	int64_t *const v = c->difference_ns;
	const size_t n = c->n;

	qsort(v, n, sizeof(*v), by_size);
	r->n = n;
	r->median_ns = median(v, n);
	r->mean_ns = mean(v, n);
	r->low_quarter_ns = mean(v, (n + 3) / 4);
	r->deviation_ns = deviation(v, n, r->mean_ns);
	r->min_ns = v[0];
	r->max_ns = v[n - 1];
	r->suggested_ns = trimmed(v, n);
}
