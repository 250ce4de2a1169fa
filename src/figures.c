// SPDX-License-Identifier: GPL-2.0-or-later
/* Mean, scatter, percentiles, drift; a daemon's jitter and the floor under it. */
#include "figures.h"

#include <math.h>
#include <string.h>

#include "twosum.h"

/* ---- sums ---- */

struct sums {
	struct twosum of, squares, places, steps;
	uint64_t n_steps;
};

static void add_sample(struct report_figures *f, struct sums *s, double x, size_t place)
{
	twosum_add(&s->of, x);
	twosum_add(&s->squares, x * x);
	twosum_add(&s->places, (double)place);
	f->count++;
	f->min = fmin(f->min, x);
	f->max = fmax(f->max, x);
}

/* Places in front of the first sample and behind the last are missing, too. */
static void first_pass(const double *x, size_t n, struct report_figures *f, struct sums *s)
{
	for (size_t i = 0; i < n; i++) {
		if (isnan(x[i])) {
			f->missing++;
			f->gaps += i == 0 || !isnan(x[i - 1]);
			continue;
		}
		add_sample(f, s, x[i], i);
		if (i && !isnan(x[i - 1])) {
			const double step = x[i] - x[i - 1];

			twosum_add(&s->steps, step * step);
			s->n_steps++;
		}
	}
}

/* Least squares, from the means, so that far from zero nothing is lost. */
static double slope(const double *x, size_t n, double mean, double mean_place)
{
	struct twosum both = { 0 }, square = { 0 };

	for (size_t i = 0; i < n; i++) {
		const double place = (double)i - mean_place;

		if (isnan(x[i]))
			continue;
		twosum_add(&both, place * (x[i] - mean));
		twosum_add(&square, place * place);
	}
	return twosum_value(square) > 0 ? twosum_value(both) / twosum_value(square) : NAN;
}

/* ---- percentiles: a radix selection of several ranks at once ---- */

#define DIGIT_MASK ((1u << FIGURES_DIGIT_BITS) - 1)
#define NO_SLOT 0xff

/* Doubles and these are in the same order. */
static uint64_t key_of(double x)
{
	uint64_t bits;

	memcpy(&bits, &x, sizeof(bits));
	return bits >> 63 ? ~bits : bits | (uint64_t)1 << 63;
}

static double value_of(uint64_t key)
{
	const uint64_t bits = key >> 63 ? key & ~((uint64_t)1 << 63) : ~key;
	double x;

	memcpy(&x, &bits, sizeof(x));
	return x;
}

/* The upper digits first; the last one has what is left of 64 bits. */
static unsigned int shift_of(unsigned int digit)
{
	return digit < FIGURES_DIGITS - 1 ? 64 - FIGURES_DIGIT_BITS * (digit + 1) : 0;
}

static unsigned int digit_of(uint64_t key, unsigned int digit)
{
	return (unsigned int)(key >> shift_of(digit)) & DIGIT_MASK;
}

/* A rank on its way down: samples with the same first digits share a slot. */
struct rank {
	uint64_t rest;		/* samples of its slot before it */
	uint64_t key;		/* the digits found so far */
	uint8_t slot;
};

/* Which slot the sample is in after `digits` digits; NO_SLOT: none that matters. */
static uint8_t slot_after(const struct figures_work *w, uint64_t key, unsigned int digits)
{
	uint8_t slot = 0;

	for (unsigned int d = 0; d < digits && slot != NO_SLOT; d++)
		slot = w->next[d][slot][digit_of(key, d)];
	return slot;
}

static void count_digits(struct figures_work *w, const double *x, size_t n, unsigned int digit)
{
	memset(w->counts, 0, sizeof(w->counts));
	for (size_t i = 0; i < n; i++) {
		uint64_t key = key_of(x[i]);
		uint8_t slot;

		if (isnan(x[i]))
			continue;
		slot = slot_after(w, key, digit);
		if (slot != NO_SLOT)
			w->counts[slot][digit_of(key, digit)]++;
	}
}

/* The digit of the rank, by the counts of its slot; the slot for the next one. */
static void settle(struct figures_work *w, struct rank *r, unsigned int digit, uint8_t *slots)
{
	const uint64_t *counts = w->counts[r->slot];
	unsigned int d = 0;

	while (d < DIGIT_MASK && r->rest >= counts[d])
		r->rest -= counts[d++];
	r->key |= (uint64_t)d << shift_of(digit);
	if (w->next[digit][r->slot][d] == NO_SLOT)
		w->next[digit][r->slot][d] = (*slots)++;
	r->slot = w->next[digit][r->slot][d];
}

/* rank[].rest: which of the sorted samples, from 0. */
static void select_ranks(struct figures_work *w, const double *x, size_t n, struct rank *rank)
{
	memset(w->next, NO_SLOT, sizeof(w->next));
	for (unsigned int digit = 0; digit < FIGURES_DIGITS; digit++) {
		uint8_t slots = 0;

		count_digits(w, x, n, digit);
		for (size_t i = 0; i < FIGURES_RANKS; i++)
			settle(w, &rank[i], digit, &slots);
	}
}

static void percentiles(struct figures_work *w, const double *x, size_t n,
			struct report_figures *f)
{
	const struct {
		double percent;
		double *to;
	} wanted[FIGURES_RANKS / 2] = {
		{ 1, &f->p01 }, { 5, &f->p05 }, { 25, &f->p25 }, { 50, &f->median },
		{ 75, &f->p75 }, { 95, &f->p95 }, { 99, &f->p99 },
	};
	struct rank rank[FIGURES_RANKS] = { { .rest = 0 } };

	for (size_t i = 0; i < FIGURES_RANKS; i++) {
		const double place = wanted[i / 2].percent / 100 * (double)(f->count - 1);

		rank[i].rest = (uint64_t)(i & 1 ? ceil(place) : floor(place));
	}
	select_ranks(w, x, n, rank);
	for (size_t i = 0; i < FIGURES_RANKS / 2; i++) {
		const double place = wanted[i].percent / 100 * (double)(f->count - 1);
		const double low = value_of(rank[2 * i].key), high = value_of(rank[2 * i + 1].key);

		*wanted[i].to = low + (high - low) * (place - floor(place));
	}
}

void figures_reckon(const double *phase_s, size_t n, double tau0_s, struct figures_work *work,
		    struct report_figures *f)
{
	struct sums s = { .n_steps = 0 };
	double count;

	f->count = f->gaps = f->missing = 0;
	f->min = f->max = NAN;
	f->mean = f->rms = f->jitter = f->drift = NAN;
	f->median = f->p01 = f->p05 = f->p25 = f->p75 = f->p95 = f->p99 = NAN;
	first_pass(phase_s, n, f, &s);
	if (!f->count)
		return;
	count = (double)f->count;
	f->mean = twosum_value(s.of) / count;
	f->rms = sqrt(twosum_value(s.squares) / count);
	if (s.n_steps)
		f->jitter = sqrt(twosum_value(s.steps) / (double)s.n_steps);
	f->drift = slope(phase_s, n, f->mean, twosum_value(s.places) / count) / tau0_s;
	percentiles(work, phase_s, n, f);
}

/* ---- the daemon's own ---- */

#define PRINTED_S 0.5000001e-9	/* half the last printed digit */

void daemon_jitter_add(struct daemon_jitter *d, double jitter_s)
{
	unsigned int i = 0;

	if (!(jitter_s >= 0) || isinf(jitter_s))
		return;
	d->n++;
	d->sum_squares += jitter_s * jitter_s;
	while (i < DAEMON_EXPONENTS - 1 && jitter_s < ldexp(1, -(int)i) - PRINTED_S)
		i++;
	if (fabs(jitter_s - ldexp(1, -(int)i)) <= PRINTED_S)
		d->at[i]++;
	else if (jitter_s > 0)
		d->above[i]++;
}

void daemon_jitter_reckon(const struct daemon_jitter *d, struct report_figures *f)
{
	uint64_t smaller = 0;
	size_t best = DAEMON_EXPONENTS;

	f->daemon_jitter = d->n ? sqrt(d->sum_squares / (double)d->n) : NAN;
	f->daemon_precision = f->daemon_at_floor = NAN;
	for (size_t i = DAEMON_EXPONENTS; i-- > 0 && smaller * 100 < d->n;) {
		if (d->at[i] * 100 >= d->n && d->at[i] &&
		    (best == DAEMON_EXPONENTS || d->at[i] > d->at[best]))
			best = i;
		smaller += d->at[i] + d->above[i];
	}
	if (best == DAEMON_EXPONENTS)
		return;
	f->daemon_precision = ldexp(1, -(int)best);
	f->daemon_at_floor = (double)d->at[best] / (double)d->n;
}
