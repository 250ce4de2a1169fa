/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the readers of files of offsets have in common. */
#ifndef GPSPPSCTL_SERIES_INSIDE_H
#define GPSPPSCTL_SERIES_INSIDE_H

#include "series.h"

/* One more than enum series_line has: the format's own, but without a sample. */
#define SERIES_OTHER 3

#define SERIES_WORDS_MAX 16

/* One line, of at least one word. */
struct series_line_words {
	struct word w[SERIES_WORDS_MAX];
	size_t n;		/* SERIES_WORDS_MAX + 1: there are more */
};

/* The whole word is a number.  0, -EINVAL, -ERANGE. */
int series_number(struct word w, double *value);
/* NAN when it is no number. */
double series_jitter(struct word w);

/* Graphic ASCII: nothing that a terminal obeys. */
bool series_is_name(struct word w);

/* Of NTP's statistics: day and second of the day.  0 or -EINVAL. */
int series_mjd(struct word day, struct word second, int64_t *ns);
/* "2026-11-22" and "01:23:45", "01:23:45.678901".  0 or -EINVAL. */
int series_date(struct word date, struct word time, int64_t *ns);

/* The offset of a pulse from the nearest second (or another period), s. */
double series_offset(const struct series_options *o, int64_t time_ns);

/*
 * The line fits the pattern, a letter for each word, at least `min` of them: d, s day and
 * second of NTP's, D, T date and time of chrony's, w any, i a whole number, x a hexadecimal
 * one, n something like a number, p one with a point, o a whole number or "-", f one like a
 * number or "-", c one of "N+-?".
 */
bool series_fits(const struct series_line_words *l, const char *pattern, size_t min);

/* An enum series_line, SERIES_OTHER, or -EINVAL. */
int series_read_ntp(const struct series_options *o, const struct series_line_words *l,
		    struct sample *s);
int series_read_chrony(const struct series_options *o, const struct series_line_words *l,
		       struct sample *s);
int series_read_columns(const struct series_options *o, const char *p, const char *end,
			struct sample *s);
/* Any format. */
int series_read_line(const struct series_options *o, const char *line, size_t len,
		     struct sample *s);

#endif
