// SPDX-License-Identifier: GPL-2.0-or-later
/* What the pictures of report show: which series together, in which range. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "report_pictures.h"

#define TIME_ROOM 0.01		/* on both sides */
#define APART 2			/* so many times the time that is covered: not side by side */

const char *const picture_names[N_PICTURES] = { "offset", "histogram", "deviations" };
const char *const picture_titles[N_PICTURES] = {
	"Offset over time", "Histogram of the offset", "Deviation by averaging time",
};

/* ---- each series ---- */

/* A figure that is not known: of few samples all that there is. */
static struct plot_range range_or(double low, double high, struct plot_range other)
{
	return (struct plot_range){ isfinite(low) ? low : other.low,
				    isfinite(high) ? high : other.high };
}

static struct plot_spread spread_of(const struct report_series *s)
{
	const struct plot_column whole = plot_column(s->phase_s, s->n, 1, 0);
	struct plot_spread spread = {
		.all = { whole.low, whole.high },
		.step = plot_step(s->phase_s, s->n),
		.count = whole.count,
	};

	spread.inner = range_or(s->figures.p05, s->figures.p95, spread.all);
	spread.middle = range_or(s->figures.p25, s->figures.p75, spread.inner);
	return spread;
}

/* ---- time ---- */

static double begin_s(const struct report_series *s)
{
	return (double)s->begin_ns / 1e9;
}

static double span_s(const struct report_series *s)
{
	return s->n > 1 ? (double)(s->n - 1) * s->tau0_s : 0;
}

double series_begin_s(const struct pictures *p, const struct report_series *s)
{
	return p->utc ? begin_s(s) : 0;
}

static void measure_time(struct pictures *p)
{
	struct plot_range utc = { NAN, NAN };
	double sum_s = 0, longest_s = 0, room_s;

	p->utc = true;
	for (size_t i = 0; i < p->n; i++) {
		const struct report_series *s = &p->series[i];
		const struct plot_range mine = { begin_s(s), begin_s(s) + span_s(s) };

		p->utc = p->utc && s->begin_ns != INT64_MIN;
		utc = plot_join(utc, mine);
		sum_s += span_s(s);
		longest_s = fmax(longest_s, span_s(s));
	}
	p->utc = p->utc && plot_width(utc) <= APART * sum_s;
	p->time_s = p->utc ? utc : (struct plot_range){ 0, longest_s };
	room_s = plot_width(p->time_s) > 0 ? TIME_ROOM * plot_width(p->time_s) : 1;
	p->time_s.low -= room_s;
	p->time_s.high += room_s;
}

/* ---- groups ---- */

static void count_series(struct pictures *p, struct picture_group *g, size_t i)
{
	const struct report_series *s = &p->series[i];
	uint64_t below, above;

	plot_count(s->phase_s, s->n, &g->bins, p->count[i], &below, &above);
	g->outside += below + above;
}

static void find_peak(const struct pictures *p, struct picture_group *g)
{
	for (size_t i = g->first; i < g->first + g->n; i++)
		for (size_t b = 0; b < g->bins.n; b++)
			g->peak = fmax(g->peak, 100 * (double)p->count[i][b] /
						       (double)p->spread[i].count);
}

static void measure_group(struct pictures *p, struct picture_group *g)
{
	const struct plot_spread *spread = p->spread + g->first;
	struct plot_range all = { NAN, NAN };

	for (size_t i = 0; i < g->n; i++)
		all = plot_join(all, spread[i].all);
	g->all = plot_room(all);
	g->zoomed = plot_zoom(spread, g->n, &g->zoom);
	g->bins = plot_bins(g->zoomed ? g->zoom : plot_room(all), spread, g->n);
	for (size_t i = g->first; i < g->first + g->n; i++)
		count_series(p, g, i);
	find_peak(p, g);
}

int pictures_measure(struct pictures *p)
{
	p->spread = calloc(p->n, sizeof(*p->spread));
	p->count = calloc(p->n, sizeof(*p->count));
	p->groups = calloc(p->n, sizeof(*p->groups));
	if (!p->spread || !p->count || !p->groups)
		return -ENOMEM;
	for (size_t i = 0; i < p->n; i++)
		p->spread[i] = spread_of(&p->series[i]);
	p->n_groups = plot_fits_together(p->spread, p->n) ? 1 : p->n;
	for (size_t i = 0; i < p->n_groups; i++) {
		p->groups[i].first = i;
		p->groups[i].n = p->n_groups == 1 ? p->n : 1;
		measure_group(p, &p->groups[i]);
	}
	measure_time(p);
	return 0;
}

void pictures_free(struct pictures *p)
{
	free(p->spread);
	free(p->count);
	free(p->groups);
}
