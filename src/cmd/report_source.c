// SPDX-License-Identifier: GPL-2.0-or-later
/* One source of one file: its intervals, its grid, its values. */
#include "report_source.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report.h"

#define NO_TIME INT64_MIN
#define ROOM_MIN 10000000	/* missing places that any grid may have: 80 MB */
#define ROOM_SAMPLE 8		/* and more for each sample */

static bool has_name(const struct report_source *source, struct word name)
{
	const size_t len = strlen(source->name);

	if (name.len >= REPORT_SOURCE_NAME)
		name.len = REPORT_SOURCE_NAME - 1;
	return len == name.len && (!len || !memcmp(source->name, name.s, len));
}

static struct report_source *make(struct report_sources *all, struct word name)
{
	struct report_source *source;

	if (all->n == REPORT_SOURCES_MAX)
		return NULL;
	source = calloc(1, sizeof(*source));
	if (!source)
		return NULL;
	if (name.len >= REPORT_SOURCE_NAME)
		name.len = REPORT_SOURCE_NAME - 1;
	if (name.len)
		memcpy(source->name, name.s, name.len);
	source->previous_ns = source->begin_ns = NO_TIME;
	all->last = all->n;
	all->source[all->n++] = source;
	return source;
}

struct report_source *report_source_find(struct report_sources *all, struct word name)
{
	if (all->n && has_name(all->source[all->last], name))
		return all->source[all->last];
	for (size_t i = 0; i < all->n; i++) {
		if (!has_name(all->source[i], name))
			continue;
		all->last = i;
		return all->source[i];
	}
	return make(all, name);
}

void report_sources_free(struct report_sources *all)
{
	for (size_t i = 0; i < all->n; i++) {
		mapped_free(&all->source[i]->values);
		free(all->source[i]);
	}
	all->n = 0;
}

/* The interval from the line before; lines in disorder have none that counts. */
static int add_interval(struct report_source *source, int64_t time_ns)
{
	const int64_t previous_ns = source->previous_ns;
	int64_t interval_ns;

	source->timed = true;
	source->previous_ns = time_ns;
	if (previous_ns == NO_TIME || time_ns <= previous_ns ||
	    __builtin_sub_overflow(time_ns, previous_ns, &interval_ns))
		return 0;
	return mapped_add(&source->values, (double)interval_ns * 1e-9);
}

int report_source_add(struct report_source *source, const struct sample *s)
{
	if (!isnan(s->value)) {
		source->samples++;
		daemon_jitter_add(&source->jitter, s->jitter);
	}
	if (s->time_ns == NO_TIME)
		return mapped_add(&source->values, s->value);
	return add_interval(source, s->time_ns);
}

/* ---- the grid ---- */

/*
 * Pulses and polls come in round figures, and lines a little early or late: what is within
 * half a percent of whole seconds, tenths, hundredths or thousandths is meant to be that.
 */
static int64_t round_tau0(double tau0_s)
{
	static const int64_t units_ns[] = { 1000000000, 100000000, 10000000, 1000000 };
	const double tau0_ns = fmax(1, fmin(tau0_s * 1e9, 9e18));

	for (size_t i = 0; i < sizeof(units_ns) / sizeof(units_ns[0]); i++) {
		const double unit_ns = (double)units_ns[i];
		const double whole = nearbyint(tau0_ns / unit_ns);

		if (fabs(tau0_ns - whole * unit_ns) <= 0.005 * tau0_ns)
			return (int64_t)whole * units_ns[i];
	}
	return (int64_t)tau0_ns;
}

static int64_t median_interval(const struct report_source *source)
{
	static struct figures_work work;
	struct report_figures f;

	figures_reckon(source->values.at, source->values.n, 1, &work, &f);
	return f.count ? round_tau0(f.median) : 1000000000;
}

bool report_sources_settle(struct report_sources *all, double tau0_s)
{
	bool timed = false;

	for (size_t i = 0; i < all->n; i++) {
		struct report_source *source = all->source[i];
		int64_t tau0_ns;

		source->tau0_s = tau0_s > 0 ? tau0_s : 1;
		if (!source->timed)
			continue;
		tau0_ns = tau0_s > 0 ? llround(tau0_s * 1e9) : median_interval(source);
		source->tau0_s = (double)tau0_ns * 1e-9;
		grid_begin(&source->grid, tau0_ns, ROOM_MIN + ROOM_SAMPLE * source->samples);
		source->values.n = 0;
		source->samples = 0;
		timed = true;
	}
	return timed;
}

int report_source_place(struct report_source *source, const struct sample *s)
{
	uint64_t place;
	int err;

	/* a gap in the times is one in the grid without more ado */
	if (isnan(s->value) || s->time_ns == NO_TIME || !grid_place(&source->grid, s->time_ns, &place))
		return 0;
	if (source->begin_ns == NO_TIME)
		source->begin_ns = s->time_ns;
	if (place >= SIZE_MAX / sizeof(double))
		return -ENOMEM;
	err = mapped_resize(&source->values, place + 1);
	if (err)
		return err;
	source->values.at[place] = s->value;
	source->samples++;
	return 0;
}

int report_source_integrate(struct report_source *source)
{
	struct mapped *values = &source->values;
	double frequency = 0, phase_s = 0;
	bool gap = false;

	for (size_t i = 0; i < values->n; i++) {
		const double here = values->at[i];

		values->at[i] = gap && isnan(here) ? NAN : phase_s;
		gap = isnan(here);
		if (!gap)
			frequency = here;
		phase_s += frequency * source->tau0_s;
	}
	return mapped_add(values, gap ? NAN : phase_s);
}

void report_source_series(struct report_source *source, struct report_series *series)
{
	series->phase_s = source->values.at;
	series->n = source->values.n;
	series->room = source->values.room;
	source->values = (struct mapped){ .n = 0 };
	series->tau0_s = source->tau0_s;
	series->begin_ns = source->begin_ns;
	series->out_of_order = source->grid.back;
	series->doubled = source->grid.doubled;
	series->jumps = source->grid.jumps;
	daemon_jitter_reckon(&source->jitter, &series->figures);
}
