// SPDX-License-Identifier: GPL-2.0-or-later
/* The median filter: what is in it, its trimmed mean or low end, its jitter. */
#include "pulsefilter.h"

#include <math.h>
#include <string.h>

const char *const filter_method_names[N_FILTER_METHODS] = {
	[FILTER_TRIMMED_MEAN] = "trimmed mean",
	[FILTER_LOW_QUARTER] = "low quarter",
};

enum filter_method filter_method_of(enum stamp_by by)
{
	return by == STAMP_KERNEL ? FILTER_TRIMMED_MEAN : FILTER_LOW_QUARTER;
}

int64_t filter_fold(int64_t ns, int64_t period_ns)
{
	const int64_t half = period_ns / 2;
	const int64_t rest = ns % period_ns;

	if (rest > half)
		return rest - period_ns;
	return rest <= -half ? rest + period_ns : rest;
}

void filter_clear(struct filter *f)
{
	f->n = f->next = 0;
}

/* The first place whose offset is not less. */
static size_t place_of(const int64_t *sorted, size_t n, int64_t offset_ns)
{
	size_t low = 0, high = n;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if (sorted[middle] < offset_ns)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Of the ring and of those by size. */
static void drop_oldest(struct filter *f)
{
	const size_t at = place_of(f->sorted, f->n, f->ring[f->next]);

	f->n--;
	memmove(f->sorted + at, f->sorted + at + 1, (f->n - at) * sizeof(*f->sorted));
}

void filter_add(struct filter *f, int64_t offset_ns)
{
	size_t at;

	if (f->n == f->config.length)
		drop_oldest(f);
	at = place_of(f->sorted, f->n, offset_ns);
	memmove(f->sorted + at + 1, f->sorted + at, (f->n - at) * sizeof(*f->sorted));
	f->sorted[at] = offset_ns;
	f->ring[f->next] = offset_ns;
	f->next = (f->next + 1) % f->config.length;
	f->n++;
}

/* The i-th, the oldest first. */
static int64_t sample(const struct filter *f, size_t i)
{
	return f->ring[(f->next + f->config.length - f->n + i) % f->config.length];
}

/*
 * As differences from the newest, ascending.  Half a period away an offset's sign is
 * chance: what is folded about the newest one is in order again, but for its beginning.
 */
static void differences(const struct filter *f, int64_t newest, int64_t *work)
{
	size_t begin = 0;

	for (size_t i = 1; i < f->n; i++)
		if (filter_fold(f->sorted[i] - newest, f->period_ns) <
		    filter_fold(f->sorted[i - 1] - newest, f->period_ns))
			begin = i;
	for (size_t i = 0; i < f->n; i++)
		work[i] = filter_fold(f->sorted[(begin + i) % f->n] - newest, f->period_ns);
}

struct range {
	size_t from, to;	/* without `to` */
};

/* Drop the one farther from the median, time and again, until 60 % remain; of equals the higher. */
static struct range trim(const int64_t *work, size_t n)
{
	const size_t keep = n - n * 4 / 10;
	struct range r = { 0, n };

	while (r.to - r.from > keep) {
		const int64_t median = work[(r.from + r.to) / 2];

		if (work[r.to - 1] - median < median - work[r.from])
			r.from++;
		else
			r.to--;
	}
	return r;
}

static struct range low_quarter(size_t n)
{
	return (struct range) { 0, 1 + (n - 1) / 4 };
}

/* To the nearest, halves away from zero. */
static int64_t mean(const int64_t *work, struct range r)
{
	const int64_t n = (int64_t)(r.to - r.from);
	int64_t sum = 0;

	for (size_t i = r.from; i < r.to; i++)
		sum += work[i];
	if (n < 1)		/* of nothing; a filter with samples keeps one */
		return 0;
	return (2 * sum + (sum < 0 ? -n : n)) / (2 * n);
}

static double jitter(const struct filter *f)
{
	double sum = 0;

	for (size_t i = 1; i < f->n; i++) {
		const double d = (double)filter_fold(sample(f, i) - sample(f, i - 1), f->period_ns);

		sum += d * d;
	}
	return f->n > 1 ? sqrt(sum / (double)(f->n - 1)) : 0;
}

void filter_estimate(const struct filter *f, int64_t *work, struct filter_estimate *est)
{
	struct range r;
	int64_t newest;

	*est = (struct filter_estimate) { .n = f->n };
	if (!f->n)
		return;
	newest = sample(f, f->n - 1);
	differences(f, newest, work);
	r = f->config.method == FILTER_LOW_QUARTER ? low_quarter(f->n) : trim(work, f->n);
	est->kept = r.to - r.from;
	est->offset_ns = filter_fold(newest + mean(work, r), f->period_ns);
	est->jitter_ns = jitter(f);
}
