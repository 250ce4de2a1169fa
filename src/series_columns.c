// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Plain columns of numbers: what other programs and instruments write.  These files are the
 * long ones, so each line is gone through once.
 */
#include "series_inside.h"

#include <errno.h>
#include <math.h>

#include "decimal.h"
#include "letters.h"

#define MJD_1970 40587
#define MJD_PLACES 14			/* of a day: 0.9 ns */
#define MJD_ONE INT64_C(100000000000000)

/* A unit as a power of ten, which costs no precision; 1: it is none. */
static int unit_shift(double unit_s)
{
	static const struct {
		double unit_s;
		int shift;
	} units[] = {
		{ 0, 0 }, { 1, 0 }, { 1e-3, -3 }, { 1e-6, -6 }, { 1e-9, -9 }, { 1e-12, -12 },
	};

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (unit_s == units[i].unit_s)
			return units[i].shift;
	return 1;
}

static const char *word_end(const char *p, const char *end)
{
	while (p < end && !is_blank(*p))
		p++;
	return p;
}

static const char *skip_blanks(const char *p, const char *end)
{
	while (p < end && is_blank(*p))
		p++;
	return p;
}

/* The number at *p, to the end of its word and the blanks behind it. */
static int take_number(const char **p, const char *end, struct decimal *d)
{
	const char *q = decimal_read(*p, end, d);

	if (!q || (q < end && !is_blank(*q)))
		return -EINVAL;
	*p = skip_blanks(q, end);
	return 0;
}

static bool is_nan(const char *p, const char *end)
{
	struct word w = { p, (size_t)(word_end(p, end) - p) };

	if (w.len && (w.s[0] == '-' || w.s[0] == '+')) {
		w.s++;
		w.len--;
	}
	return word_is(w, "nan") || word_is(w, "NaN") || word_is(w, "NAN");
}

static int time_of(enum series_format format, const struct decimal *d, int64_t *ns)
{
	int64_t t;
	int err;

	if (format != SERIES_PHASE_MJD)
		return decimal_scaled(d, 9, ns, NULL);
	err = decimal_scaled(d, MJD_PLACES, &t, NULL);
	if (err || t < 0)
		return -ERANGE;
	/* 86400 s in a day of MJD_ONE */
	*ns = (t / MJD_ONE - MJD_1970) * 86400 * NS_PER_S + t % MJD_ONE * 864 / 1000;
	return 0;
}

static int scaled(const struct series_options *o, const struct decimal *d, struct sample *s)
{
	const int shift = unit_shift(o->unit_s);
	const int err = decimal_double(d, shift > 0 ? 0 : shift, &s->value);

	if (err || shift <= 0)
		return err;
	s->value *= o->unit_s;
	return isfinite(s->value) ? 0 : -ERANGE;
}

/* A stamp may have more places than nanoseconds: an instrument's has picoseconds. */
static int stamp(const struct series_options *o, const struct decimal *d, struct sample *s)
{
	const int shift = unit_shift(o->unit_s);
	double rest_ns;
	const int err = decimal_scaled(d, 9 + (shift > 0 ? 0 : shift), &s->time_ns, &rest_ns);

	if (err || shift > 0)
		return -EINVAL;
	s->value = series_offset(o, s->time_ns);
	if (rest_ns)
		s->value += rest_ns / 1e9;
	return 0;
}

/* Go to column `column`, past the first one, which is the time. */
static int to_column(const struct series_options *o, const char **p, const char *end,
		     struct sample *s)
{
	struct decimal d;

	if (take_number(p, end, &d) < 0 || time_of(o->format, &d, &s->time_ns) < 0)
		return -EINVAL;
	for (unsigned int i = 2; i < o->column && *p < end; i++)
		*p = skip_blanks(word_end(*p, end), end);
	return 0;
}

static int value_at(const struct series_options *o, const char *p, const char *end, bool last,
		    struct sample *s)
{
	const bool stamps = o->format == SERIES_STAMPS;
	struct decimal d;
	int err;

	if (!stamps && is_nan(p, end)) {
		p = skip_blanks(word_end(p, end), end);
		return last && p < end ? -EINVAL : SERIES_GAP;
	}
	if (take_number(&p, end, &d) < 0 || (last && p < end))
		return -EINVAL;
	err = stamps ? stamp(o, &d, s) : scaled(o, &d, s);
	return err ? err : SERIES_SAMPLE;
}

int series_read_columns(const struct series_options *o, const char *p, const char *end,
			struct sample *s)
{
	const bool alone = skip_blanks(word_end(p, end), end) == end;

	if (o->column == 1 || (!o->column && alone))
		return value_at(o, p, end, !o->column, s);
	if (to_column(o, &p, end, s) < 0)
		return -EINVAL;
	return value_at(o, p, end, !o->column, s);
}
