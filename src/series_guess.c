// SPDX-License-Identifier: GPL-2.0-or-later
/* Whose a file of offsets is: each format votes for the lines that it can read. */
#include "series_inside.h"

#define GUESS_TEXT_MAX 65536
#define STAMP_MIN_NS (INT64_C(100000000) * NS_PER_S)	/* 1973: no phase is so large */
#define MJD_FROM 40000		/* 1968 */
#define MJD_TO 90000		/* 2105 */
#define MJD_STEP_MAX 0.05	/* days between two lines */

/* What the columns look like in all lines so far. */
struct columns {
	struct sample last;
	double time;		/* of the last line, as written */
	bool stamps;		/* one column of large times that grow */
	bool mjd;		/* a first column of days that grow */
	size_t n;
};

static void look_at_columns(struct columns *c, const char *line, size_t len)
{
	const struct series_options as_time = { .format = SERIES_PHASE, .column = 1 };
	const struct series_options as_stamps = { .format = SERIES_STAMPS, .column = 1 };
	const struct series_options as_phase = { .format = SERIES_PHASE };
	struct sample first, stamp, both;

	if (series_read_line(&as_phase, line, len, &both) < SERIES_SAMPLE ||
	    series_read_line(&as_time, line, len, &first) != SERIES_SAMPLE)
		return;
	if (both.time_ns != INT64_MIN ||
	    series_read_line(&as_stamps, line, len, &stamp) != SERIES_SAMPLE ||
	    stamp.time_ns < STAMP_MIN_NS || (c->n && stamp.time_ns <= c->last.time_ns))
		c->stamps = false;
	else
		c->last = stamp;
	if (both.time_ns == INT64_MIN || first.value < MJD_FROM || first.value > MJD_TO ||
	    (c->n && (first.value <= c->time || first.value > c->time + MJD_STEP_MAX)))
		c->mjd = false;
	c->time = first.value;
	c->n++;
}

static enum series_format columns_format(const struct columns *c)
{
	if (c->stamps && c->n)
		return SERIES_STAMPS;
	return c->mjd && c->n > 1 ? SERIES_PHASE_MJD : SERIES_PHASE;
}

/* A refclock's line of peerstats could be one of clockstats without a sample. */
#define SAMPLE_VOTES 2

struct votes {
	size_t lines, of[N_SERIES_FORMATS];
	struct columns columns;
};

static void vote(struct votes *v, const char *line, size_t len)
{
	struct series_options o = { 0 };
	struct sample s;
	int r = SERIES_NONE;

	for (o.format = SERIES_UNKNOWN + 1; o.format <= SERIES_PHASE; o.format++) {
		r = series_read_line(&o, line, len, &s);
		if (r == SERIES_NONE)
			return;
		if (r > 0)
			v->of[o.format] += r == SERIES_OTHER ? 1 : SAMPLE_VOTES;
	}
	v->lines++;
	look_at_columns(&v->columns, line, len);
}

enum series_format series_guess(const char *text, size_t len)
{
	struct votes v = { .columns = { .stamps = true, .mjd = true } };
	enum series_format best = SERIES_UNKNOWN;
	const char *end = text + (len < GUESS_TEXT_MAX ? len : GUESS_TEXT_MAX), *p = text;

	while (p < end) {
		const char *feed = memchr(p, '\n', (size_t)(end - p));

		if (!feed && v.lines)
			break;
		vote(&v, p, (size_t)((feed ? feed : end) - p));
		p = feed ? feed + 1 : end;
	}
	for (enum series_format f = SERIES_UNKNOWN + 1; f <= SERIES_PHASE; f++)
		if (v.of[f] > v.of[best])
			best = f;
	if (v.of[best] * 4 < v.lines * SAMPLE_VOTES)
		return SERIES_UNKNOWN;
	return best == SERIES_PHASE ? columns_format(&v.columns) : best;
}
