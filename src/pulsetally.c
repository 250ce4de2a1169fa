// SPDX-License-Identifier: GPL-2.0-or-later
/* The figures of a run of any length, in a fixed room. */
#include "pulsetally.h"

#include <math.h>
#include <stddef.h>

#define STEPS (1U << TALLY_STEP_BITS)

/* ---- bins: the small numbers one each, then STEPS to each power of two ---- */

static size_t bin_of(uint64_t size)
{
	unsigned int shift;

	if (size >> TALLY_BITS)
		return TALLY_BINS - 1;
	if (size < STEPS)
		return (size_t)size;
	shift = 63 - (unsigned int)__builtin_clzll(size) - TALLY_STEP_BITS;
	return ((size_t)shift << TALLY_STEP_BITS) + (size_t)(size >> shift);
}

/* Its middle. */
static int64_t size_of(size_t bin)
{
	unsigned int shift;

	if (bin < STEPS)
		return (int64_t)bin;
	shift = (unsigned int)(bin >> TALLY_STEP_BITS) - 1;
	return (int64_t)((((uint64_t)(bin & (STEPS - 1)) + STEPS) << shift) + ((1ULL << shift) >> 1));
}

static int64_t clamp(int64_t ns, int64_t min_ns, int64_t max_ns)
{
	return ns < min_ns ? min_ns : ns > max_ns ? max_ns : ns;
}

/* How many of them it takes. */
static uint64_t share(const struct pulsetally *t, unsigned int percent)
{
	const uint64_t n = (t->n * percent + 99) / 100;

	return n ? n : 1;
}

/* ---- the figures ---- */

void pulsetally_add(struct pulsetally *t, int64_t ns)
{
	const double from_mean = (double)ns - t->mean_ns;

	if (!t->n || ns < t->min_ns)
		t->min_ns = ns;
	if (!t->n || ns > t->max_ns)
		t->max_ns = ns;
	t->n++;
	t->mean_ns += from_mean / (double)t->n;
	t->squares += from_mean * ((double)ns - t->mean_ns);
	if (ns < 0)
		t->below[bin_of(-(uint64_t)ns)]++;
	else
		t->above[bin_of((uint64_t)ns)]++;
}

double pulsetally_sd_ns(const struct pulsetally *t)
{
	return t->n > 1 ? sqrt(t->squares / (double)(t->n - 1)) : 0;
}

int64_t pulsetally_rank_ns(const struct pulsetally *t, unsigned int percent)
{
	uint64_t left = share(t, percent);

	if (!t->n)
		return 0;
	for (size_t i = TALLY_BINS; i-- > 0; left -= t->below[i])
		if (left <= t->below[i])
			return clamp(-size_of(i), t->min_ns, t->max_ns);
	for (size_t i = 0; i < TALLY_BINS; left -= t->above[i++])
		if (left <= t->above[i])
			return clamp(size_of(i), t->min_ns, t->max_ns);
	return t->max_ns;
}

int64_t pulsetally_worst_ns(const struct pulsetally *t)
{
	return t->max_ns > -t->min_ns ? t->max_ns : -t->min_ns;
}

int64_t pulsetally_within_ns(const struct pulsetally *t, unsigned int percent)
{
	uint64_t left = share(t, percent);

	if (!t->n)
		return 0;
	for (size_t i = 0; i < TALLY_BINS; i++) {
		const uint64_t here = t->below[i] + t->above[i];

		if (left <= here)
			return clamp(size_of(i), 0, pulsetally_worst_ns(t));
		left -= here;
	}
	return pulsetally_worst_ns(t);
}
