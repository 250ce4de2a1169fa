// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * chrony's logs: a date and a time (UTC, util.c's UTI_TimeToLogForm()), then columns.  Every
 * 32 lines (directive logbanner) there is a heading between two lines of "=" (logging.c).
 */
#include "series_inside.h"

#include <errno.h>

/*
 * The words of a line (sourcestats.c, reference.c, refclock.c of 4.3).  statistics.log had no
 * asymmetry before 3.0; tracking.log ended behind the offset before 1.28.
 */
static const struct layout {
	const char *pattern;
	size_t min;
	size_t source, value, jitter;	/* words, from 0; 0: none */
} layouts[N_SERIES_FORMATS] = {
	[SERIES_CHRONY_STATISTICS] = { "DTwnnnnnniiin", 12, 2, 4, 3 },
	[SERIES_CHRONY_TRACKING] = { "DTwinnncinnnnn", 7, 0, 6, 9 },
	[SERIES_CHRONY_REFCLOCKS] = { "DTwocofnn", 9, 2, 7, 0 },
};

static bool is_heading(const struct series_line_words *l)
{
	return word_is(l->w[0], "Date") || word_begins(l->w[0], "====");
}

/*
 * refclocks.log has each sample and, with "-" for its number, the filter's result of each
 * poll, made of what was there before.  tracking.log has an offset of 0 while the clock is not
 * synchronised.
 */
static bool is_none(enum series_format format, const struct series_line_words *l)
{
	if (format == SERIES_CHRONY_REFCLOCKS)
		return word_is(l->w[3], "-");
	return format == SERIES_CHRONY_TRACKING && l->n > 7 && word_is(l->w[7], "?");
}

/*
 * Of refclocks.log's two offsets the second one is the pulse's: the first is what the clock was
 * off before chronyd's corrections that are under way, and has no configured offset in it.
 * tracking.log names the source of the moment, and the clock is one.
 */
int series_read_chrony(const struct series_options *o, const struct series_line_words *l,
		       struct sample *s)
{
	const struct layout *layout = &layouts[o->format];
	const struct word *w = l->w;

	if (is_heading(l))
		return SERIES_OTHER;
	if (!series_fits(l, layout->pattern, layout->min) ||
	    series_date(w[0], w[1], &s->time_ns) < 0 ||
	    series_number(w[layout->value], &s->value) < 0)
		return -EINVAL;
	if (layout->source)
		s->source = w[layout->source];
	if (layout->jitter && layout->jitter < l->n)
		s->jitter = series_jitter(w[layout->jitter]);
	return is_none(o->format, l) ? SERIES_OTHER : SERIES_SAMPLE;
}
