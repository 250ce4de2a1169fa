/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a picture of a series shows: columns instead of millions of samples, the range of an
 * axis, the bins of a histogram.  Samples are seconds, NAN where one is missing.  Pure.
 */
#ifndef GPSPPSCTL_PLOTDATA_H
#define GPSPPSCTL_PLOTDATA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---- over time ---- */

#define PLOT_COLUMNS_MAX 1500

/* Neighbouring samples that are drawn as one. */
struct plot_column {
	size_t first, n;		/* the places it stands for: first ... first + n - 1 */
	uint64_t count;			/* samples in them; 0: the rest is NAN */
	double mean, low, high;
};

/* How many columns n places become. */
size_t plot_columns(size_t n);
/* Column i of so many: all columns together have each place once. */
struct plot_column plot_column(const double *v, size_t n, size_t columns, size_t i);

/* ---- ranges ---- */

struct plot_range {
	double low, high;		/* NAN: there is nothing */
};

/* How one series is spread. */
struct plot_spread {
	struct plot_range all;		/* the least and the greatest sample */
	struct plot_range inner;	/* 5 and 95 % of the samples are below */
	struct plot_range middle;	/* 25 and 75 % */
	double step;			/* all are multiples of it; 0: of none */
	uint64_t count;
};

/*
 * The step in which the samples come, as told by PLOT_STEP_SAMPLES of them: a file with six
 * digits behind the point has one of a microsecond.  0: there is none.
 */
#define PLOT_STEP_SAMPLES 512
double plot_step(const double *v, size_t n);

double plot_width(struct plot_range r);
/* What holds both. */
struct plot_range plot_join(struct plot_range a, struct plot_range b);
/* With some room on both sides, and never without a width. */
struct plot_range plot_room(struct plot_range r);

/* One picture shows all of them: none is a mere line beside the others. */
bool plot_fits_together(const struct plot_spread *spread, size_t n);

/*
 * The range in which the better part of the samples can be seen when a few far ones would
 * press it flat.  False: all of them can be shown.
 */
bool plot_zoom(const struct plot_spread *spread, size_t n, struct plot_range *zoom);

/* ---- histogram ---- */

#define PLOT_BINS_MAX 128

struct plot_bins {
	double low, width;		/* of the first bin; of each */
	size_t n;
};

/*
 * Bins for this range: as wide as Freedman and Diaconis say (On the histogram as a density
 * estimator, 1981: twice the distance of the quartiles, over the cube root of the count) of
 * the series that wants the narrowest, 8 to PLOT_BINS_MAX of them.  Where samples
 * come in steps, as many steps are in each bin, and none is on an edge: some would get one
 * more than others and stand out.
 */
struct plot_bins plot_bins(struct plot_range r, const struct plot_spread *spread, size_t n);

/* Count the samples; those outside are in *below and *above. */
void plot_count(const double *v, size_t n, const struct plot_bins *b,
		uint64_t count[PLOT_BINS_MAX], uint64_t *below, uint64_t *above);

#endif
