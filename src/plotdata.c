// SPDX-License-Identifier: GPL-2.0-or-later
/* What a picture of a series shows. */
#include "plotdata.h"

#include <math.h>

#define ROOM 0.05		/* on both sides, of the width */
#define ROOM_OF_A_VALUE 0.1	/* the same of a value that never changes */
#define LEAST_WIDTH_S 2e-9
#define TOGETHER_RATIO 25	/* the smallest one's share of the axis: 1/25 */
#define ZOOM_RATIO 10
#define ZOOM_ROOM 0.75		/* beyond the inner range, of its width */
#define BINS_MIN 8
#define LEAST_STEP_S 1e-13
#define STEP_ERROR 0.02
#define STEP_PLACES 16

/* ---- over time ---- */

size_t plot_columns(size_t n)
{
	return n < PLOT_COLUMNS_MAX ? n : PLOT_COLUMNS_MAX;
}

static size_t column_begin(size_t n, size_t columns, size_t i)
{
	return (size_t)((uint64_t)n * i / columns);
}

struct plot_column plot_column(const double *v, size_t n, size_t columns, size_t i)
{
	const size_t end = column_begin(n, columns, i + 1);
	struct plot_column c = { column_begin(n, columns, i), 0, 0, 0, INFINITY, -INFINITY };

	c.n = end - c.first;
	for (size_t k = c.first; k < end; k++) {
		if (!isfinite(v[k]))
			continue;
		c.count++;
		/* step by step: a sum of 20000 big offsets would lose their last digits */
		c.mean += (v[k] - c.mean) / (double)c.count;
		c.low = fmin(c.low, v[k]);
		c.high = fmax(c.high, v[k]);
	}
	if (!c.count)
		c.mean = c.low = c.high = NAN;
	return c;
}

/* ---- ranges ---- */

double plot_width(struct plot_range r)
{
	return r.high - r.low;
}

struct plot_range plot_join(struct plot_range a, struct plot_range b)
{
	return (struct plot_range){ fmin(a.low, b.low), fmax(a.high, b.high) };
}

struct plot_range plot_room(struct plot_range r)
{
	double room = ROOM * plot_width(r);

	if (!isfinite(room))
		return (struct plot_range){ -LEAST_WIDTH_S / 2, LEAST_WIDTH_S / 2 };
	if (room <= 0)
		room = fmax(ROOM_OF_A_VALUE * fabs(r.low), LEAST_WIDTH_S / 2);
	return (struct plot_range){ r.low - room, r.high + room };
}

/* Nothing is known of an empty one: it is not in the way. */
static bool is_empty(const struct plot_spread *s)
{
	return !isfinite(plot_width(s->inner));
}

static struct plot_range join_inner(const struct plot_spread *spread, size_t n)
{
	struct plot_range r = { NAN, NAN };

	/* fmin() and fmax() leave NAN out */
	for (size_t i = 0; i < n; i++)
		r = plot_join(r, spread[i].inner);
	return r;
}

bool plot_fits_together(const struct plot_spread *spread, size_t n)
{
	const double width = plot_width(join_inner(spread, n));

	for (size_t i = 0; i < n; i++)
		if (!is_empty(&spread[i]) && width > TOGETHER_RATIO * plot_width(spread[i].inner))
			return false;
	return true;
}

bool plot_zoom(const struct plot_spread *spread, size_t n, struct plot_range *zoom)
{
	const struct plot_range inner = join_inner(spread, n);
	const double width = plot_width(inner);
	struct plot_range all = { NAN, NAN };

	for (size_t i = 0; i < n; i++)
		all = plot_join(all, spread[i].all);
	if (!(width > 0) || !(plot_width(all) > ZOOM_RATIO * width))
		return false;
	zoom->low = fmax(all.low, inner.low - ZOOM_ROOM * width);
	zoom->high = fmin(all.high, inner.high + ZOOM_ROOM * width);
	return true;
}

/* ---- histogram ---- */

/*
 * Up to PLOT_STEP_SAMPLES of them, sorted: neighbours from several places, since every k-th
 * alone may be special.  How many.
 */
static size_t pick_sorted(const double *v, size_t n, double picked[PLOT_STEP_SAMPLES])
{
	const size_t jump = n > PLOT_STEP_SAMPLES ? (n - PLOT_STEP_SAMPLES) / STEP_PLACES : 0;
	size_t len = 0, k;

	for (size_t i = 0; i < n && i < PLOT_STEP_SAMPLES; i++) {
		const double value = v[i + i / (PLOT_STEP_SAMPLES / STEP_PLACES) * jump];

		if (!isfinite(value))
			continue;
		for (k = len++; k > 0 && picked[k - 1] > value; k--)
			picked[k] = picked[k - 1];
		picked[k] = value;
	}
	return len;
}

double plot_step(const double *v, size_t n)
{
	double picked[PLOT_STEP_SAMPLES], step = INFINITY;
	const size_t len = pick_sorted(v, n, picked);

	for (size_t i = 1; i < len; i++)
		if (picked[i] - picked[i - 1] > LEAST_STEP_S)
			step = fmin(step, picked[i] - picked[i - 1]);
	for (size_t i = 1; i < len; i++) {
		const double steps = (picked[i] - picked[i - 1]) / step;

		if (fabs(steps - round(steps)) > STEP_ERROR)
			return 0;
	}
	/* multiples of something, too: else 3 samples would have one */
	return len && isfinite(step) && fabs(picked[0] / step - round(picked[0] / step)) < STEP_ERROR ?
	       step : 0;
}

static double bin_width(const struct plot_spread *s)
{
	return 2 * plot_width(s->middle) / cbrt((double)s->count);
}

struct plot_bins plot_bins(struct plot_range r, const struct plot_spread *spread, size_t n)
{
	struct plot_bins b = { .low = r.low };
	double width = INFINITY, step = 0;

	for (size_t i = 0; i < n; i++) {
		if (bin_width(&spread[i]) > 0)
			width = fmin(width, bin_width(&spread[i]));
		step = fmax(step, spread[i].step);
	}
	/* a value that never changes: in the middle of its bin */
	if (isinf(width))
		b.low -= plot_width(r) / BINS_MIN / 2;
	width = fmin(fmax(width, plot_width(r) / (PLOT_BINS_MAX - 2)), plot_width(r) / BINS_MIN);
	if (step > 0) {
		width = step * ceil(width / step - STEP_ERROR);
		b.low = step * (floor(r.low / step) - 0.5);
	}
	b.width = width;
	b.n = (size_t)fmax(ceil((r.high - b.low) / width - STEP_ERROR), 1);
	return b;
}

void plot_count(const double *v, size_t n, const struct plot_bins *b,
		uint64_t count[PLOT_BINS_MAX], uint64_t *below, uint64_t *above)
{
	for (size_t i = 0; i < b->n; i++)
		count[i] = 0;
	*below = *above = 0;
	for (size_t i = 0; i < n; i++) {
		const double at = (v[i] - b->low) / b->width;

		if (!isfinite(v[i]))
			continue;
		if (at < 0)
			++*below;
		else if (at > (double)b->n)
			++*above;
		else		/* the last bin has its upper edge, too */
			count[at < (double)b->n ? (size_t)at : b->n - 1]++;
	}
}
