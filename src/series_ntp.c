// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What ntpd and NTPsec write in their statsdir (ntp_util.c of both): a day (MJD) and a second
 * of it, then what the file is for.
 */
#include "series_inside.h"

#include <errno.h>

/* "127.127.22.0", or NTPsec's "PPS(0)" (refclock_name()). */
static bool is_refclock(struct word w)
{
	return series_is_name(w) && (word_begins(w, "127.127.") ||
				     (w.s[w.len - 1] == ')' && memchr(w.s, '(', w.len)));
}

/*
 * Any driver writes what it likes.  With flag4 the PPS drivers write one offset a second,
 * "%.9f" (NTPsec's refclock_pps.c, classic ntpd's refclock_atom.c); no other driver writes
 * one number with a point alone.  The PPS driver's line of each poll is four and one whole
 * numbers; refclock_shm.c's with flag4 five counts, refclock_gpsd.c's seven,
 * refclock_nmea.c's a sentence.
 */
static int read_clockstats(const struct series_line_words *l, struct sample *s)
{
	const struct word *w = l->w;

	if (l->n < 3 || series_mjd(w[0], w[1], &s->time_ns) < 0 || !is_refclock(w[2]))
		return -EINVAL;
	s->source = w[2];
	if (l->n != 4 || !memchr(w[3].s, '.', w[3].len) || series_number(w[3], &s->value) < 0)
		return SERIES_OTHER;
	return SERIES_SAMPLE;
}

/* Day, second, offset, frequency (ppm), jitter, wander (ppm), time constant. */
static int read_loopstats(const struct series_line_words *l, struct sample *s)
{
	const struct word *w = l->w;

	if (!series_fits(l, "dspnnni", 7) || series_mjd(w[0], w[1], &s->time_ns) < 0 ||
	    series_number(w[2], &s->value) < 0)
		return -EINVAL;
	s->jitter = series_jitter(w[4]);
	return SERIES_SAMPLE;
}

/*
 * The offset is "%.9f", and so not what the PPS driver writes in clockstats behind a number.
 * Day, second, address or refclock, status, offset, delay, dispersion, jitter (not in xntp's).
 */
static int read_peerstats(const struct series_line_words *l, struct sample *s)
{
	const struct word *w = l->w;

	if (!series_fits(l, "dswxpnnn", 7) || series_mjd(w[0], w[1], &s->time_ns) < 0 ||
	    series_number(w[4], &s->value) < 0)
		return -EINVAL;
	s->source = w[2];
	if (l->n > 7)
		s->jitter = series_jitter(w[7]);
	return SERIES_SAMPLE;
}

int series_read_ntp(const struct series_options *o, const struct series_line_words *l,
		    struct sample *s)
{
	switch (o->format) {
	case SERIES_CLOCKSTATS:
		return read_clockstats(l, s);
	case SERIES_LOOPSTATS:
		return read_loopstats(l, s);
	default:
		return read_peerstats(l, s);
	}
}
