// SPDX-License-Identifier: GPL-2.0-or-later
/* A line of a file of offsets: whose it is, and what its words stand for. */
#include "series_inside.h"

#include <errno.h>
#include <math.h>

#include "decimal.h"
#include "letters.h"
#include "nmea_number.h"
#include "watchlog.h"

#define S_PER_DAY INT64_C(86400)
#define MJD_1970 40587
#define MJD_MAX 140000		/* year 2242: within 2^63 ns of 1970 */
#define YEAR_MIN 1980		/* as number_is_date() */
#define YEAR_MAX 2261

const char *const series_format_names[N_SERIES_FORMATS] = {
	[SERIES_UNKNOWN] = "unknown",
	[SERIES_WATCH] = "watch",
	[SERIES_PPSTEST] = "ppstest",
	[SERIES_CLOCKSTATS] = "clockstats",
	[SERIES_LOOPSTATS] = "loopstats",
	[SERIES_PEERSTATS] = "peerstats",
	[SERIES_CHRONY_STATISTICS] = "statistics",
	[SERIES_CHRONY_TRACKING] = "tracking",
	[SERIES_CHRONY_REFCLOCKS] = "refclocks",
	[SERIES_PHASE] = "phase",
	[SERIES_PHASE_MJD] = "mjd",
	[SERIES_STAMPS] = "stamps",
	[SERIES_FREQUENCY] = "frequency",
};

/*
 * A sample is "-(fraction)" of a stamp in NTPsec's and ntpd's refclock_catcher() and
 * "-second" in chrony's RCL_AddCookedPulse() (refclock.c); chrony's sourcestats.c turns it
 * round ("positive means the local clock is FAST"), and reference.c logs that.
 */
const char *const series_positive_is[N_SERIES_FORMATS] = {
	[SERIES_WATCH] = "clock fast",
	[SERIES_PPSTEST] = "clock fast",
	[SERIES_STAMPS] = "clock fast",
	[SERIES_CLOCKSTATS] = "clock slow",
	[SERIES_LOOPSTATS] = "clock slow",
	[SERIES_PEERSTATS] = "clock slow",
	[SERIES_CHRONY_STATISTICS] = "clock fast",
	[SERIES_CHRONY_TRACKING] = "clock fast",
	[SERIES_CHRONY_REFCLOCKS] = "clock slow",
};

/* ---- words ---- */

static size_t split(const char *p, const char *end, struct series_line_words *l)
{
	l->n = 0;
	for (;;) {
		while (p < end && is_blank(*p))
			p++;
		if (p == end)
			return l->n;
		if (l->n++ == SERIES_WORDS_MAX)
			return l->n;
		l->w[l->n - 1].s = p;
		while (p < end && !is_blank(*p))
			p++;
		l->w[l->n - 1].len = (size_t)(p - l->w[l->n - 1].s);
	}
}

static int whole_number(struct word w, struct decimal *d)
{
	const char *end = w.s + w.len;

	return decimal_read(w.s, end, d) == end ? 0 : -EINVAL;
}

int series_number(struct word w, double *value)
{
	struct decimal d;
	const int err = whole_number(w, &d);

	return err ? err : decimal_double(&d, 0, value);
}

double series_jitter(struct word w)
{
	double value;

	return series_number(w, &value) < 0 ? NAN : value;
}

/* As series_number(), in ns. */
static int seconds(struct word w, int64_t *ns)
{
	struct decimal d;
	const int err = whole_number(w, &d);

	return err ? err : decimal_scaled(&d, 9, ns, NULL);
}

static bool all_of(struct word w, bool (*is)(char c))
{
	for (size_t i = 0; i < w.len; i++)
		if (!is(w.s[i]))
			return false;
	return true;
}

static bool is_graphic(char c)
{
	return c > ' ' && c <= '~';
}

bool series_is_name(struct word w)
{
	return all_of(w, is_graphic);
}

/* Of numbers, "nan" and "inf" as printf() writes them. */
static bool is_numeric(char c)
{
	return is_digit(c) || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'n' ||
	       c == 'a' || c == 'i' || c == 'f';
}

static bool is_leap(char c)
{
	return c == 'N' || c == '+' || c == '-' || c == '?';
}

static bool word_fits(struct word w, char letter)
{
	switch (letter) {
	case 'd':
		return w.len == 5 && all_of(w, is_digit);
	case 's':
	case 'T':
		return is_digit(w.s[0]);
	case 'D':
		return w.len == 10 && is_digit(w.s[0]);
	case 'w':
		return series_is_name(w);
	case 'i':
		return all_of(w, is_digit);
	case 'x':
		return all_of(w, is_hex);
	case 'o':
		return word_is(w, "-") || all_of(w, is_digit);
	case 'c':
		return w.len == 1 && is_leap(w.s[0]);
	case 'p':
		return all_of(w, is_numeric) && memchr(w.s, '.', w.len);
	default:	/* 'n', and 'f', whose "-" is of the same characters */
		return all_of(w, is_numeric);
	}
}

bool series_fits(const struct series_line_words *l, const char *pattern, size_t min)
{
	if (l->n < min || l->n > strlen(pattern))
		return false;
	for (size_t i = 0; i < l->n; i++)
		if (!word_fits(l->w[i], pattern[i]))
			return false;
	return true;
}

/* ---- times ---- */

int series_mjd(struct word day, struct word second, int64_t *ns)
{
	int mjd;

	if (!number_whole(day.s, day.len, &mjd) || mjd > MJD_MAX)
		return -EINVAL;
	/* a leap second is 86400.xxx */
	if (seconds(second, ns) < 0 || *ns < 0 || *ns > S_PER_DAY * NS_PER_S + NS_PER_S)
		return -EINVAL;
	*ns += (mjd - MJD_1970) * S_PER_DAY * NS_PER_S;
	return 0;
}

static int two_digits(const char *p)
{
	return is_digit(p[0]) && is_digit(p[1]) ? (p[0] - '0') * 10 + (p[1] - '0') : -1;
}

int series_date(struct word date, struct word time, int64_t *ns)
{
	struct nmea_utc utc = { 0 };
	struct word second;
	int hour, minute, year;
	int64_t part;

	if (date.len != 10 || date.s[4] != '-' || date.s[7] != '-' || time.len < 8 ||
	    time.s[2] != ':' || time.s[5] != ':')
		return -EINVAL;
	year = two_digits(date.s) * 100 + two_digits(date.s + 2);
	if (year > YEAR_MAX ||
	    !number_is_date(year, two_digits(date.s + 5), two_digits(date.s + 8)))
		return -EINVAL;
	utc.year = (int16_t)year;
	utc.month = (uint8_t)two_digits(date.s + 5);
	utc.day = (uint8_t)two_digits(date.s + 8);
	hour = two_digits(time.s);
	minute = two_digits(time.s + 3);
	second = (struct word){ time.s + 6, time.len - 6 };
	if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || !is_digit(second.s[0]) ||
	    seconds(second, &part) < 0 || part >= 61 * NS_PER_S)
		return -EINVAL;
	utc.hour = (uint8_t)hour;
	utc.minute = (uint8_t)minute;
	*ns = nmea_utc_ns(&utc) + part;
	return 0;
}

double series_offset(const struct series_options *o, int64_t time_ns)
{
	const int64_t period = o->period_ns > 0 ? o->period_ns : NS_PER_S;
	int64_t offset = time_ns % period;

	if (offset < 0)
		offset += period;
	if (offset >= period - offset)
		offset -= period;
	return (double)offset / 1e9;
}

/* ---- edges ---- */

static enum pulse_edge wanted(const struct series_options *o)
{
	return o->edge == EDGE_CLEAR ? EDGE_CLEAR : EDGE_ASSERT;
}

static int read_watch(const struct series_options *o, const char *p, const char *end,
		      struct sample *s)
{
	struct edge e;
	const int r = watchlog_read(p, (size_t)(end - p), &e, &s->source);

	if (r <= 0)
		return r < 0 ? r : SERIES_NONE;
	s->time_ns = e.time_ns;
	s->value = series_offset(o, e.time_ns);
	return e.which == wanted(o) ? SERIES_SAMPLE : SERIES_OTHER;
}

/* "1795237317.100177999," with its comma. */
static int ppstest_stamp(struct word w, int64_t *ns)
{
	if (!w.len || w.s[w.len - 1] != ',')
		return -EINVAL;
	w.len--;
	return seconds(w, ns);
}

/*
 * "source 0 - assert 1795237317.100177999, sequence: 412 - clear  0.000000000, sequence: 0"
 * (pps-tools' ppstest.c); before, it says what it tries and finds.
 */
static int read_ppstest(const struct series_options *o, const struct series_line_words *l,
			struct sample *s)
{
	const struct word *w = l->w;
	int64_t clear_ns;

	if (word_is(w[0], "trying") || word_is(w[0], "found") || word_is(w[0], "ok,"))
		return SERIES_OTHER;
	if (l->n != 12 || !word_is(w[0], "source") || !word_is(w[3], "assert") ||
	    !word_is(w[8], "clear") || !all_of(w[1], is_digit) ||
	    ppstest_stamp(w[4], &s->time_ns) < 0 || ppstest_stamp(w[9], &clear_ns) < 0)
		return -EINVAL;
	s->source = w[1];
	if (wanted(o) == EDGE_CLEAR)
		s->time_ns = clear_ns;
	s->value = series_offset(o, s->time_ns);
	/* an edge that was never seen has the time 0 */
	return s->time_ns ? SERIES_SAMPLE : SERIES_OTHER;
}

/* ---- a line ---- */

static int read_words(const struct series_options *o, const char *p, const char *end,
		      struct sample *s)
{
	struct series_line_words l;

	if (!split(p, end, &l))
		return SERIES_NONE;
	switch (o->format) {
	case SERIES_PPSTEST:
		return read_ppstest(o, &l, s);
	case SERIES_CLOCKSTATS:
	case SERIES_LOOPSTATS:
	case SERIES_PEERSTATS:
		return series_read_ntp(o, &l, s);
	default:
		return series_read_chrony(o, &l, s);
	}
}

static bool is_columns(enum series_format format)
{
	return format >= SERIES_PHASE && format < N_SERIES_FORMATS;
}

int series_read_line(const struct series_options *o, const char *line, size_t len,
		     struct sample *s)
{
	const char *p = line, *end = line + len;

	if (end - p >= 3 && !memcmp(p, "\xef\xbb\xbf", 3))	/* a byte order mark */
		p += 3;
	if (p < end && end[-1] == '\r')
		end--;
	while (p < end && is_blank(*p))
		p++;
	if (p == end || *p == '#' || *p == '%' || *p == ';')
		return SERIES_NONE;
	s->time_ns = INT64_MIN;
	s->value = s->jitter = NAN;
	s->source = (struct word){ 0 };
	if (is_columns(o->format))
		return series_read_columns(o, p, end, s);
	if (o->format == SERIES_WATCH)
		return read_watch(o, p, end, s);
	return read_words(o, p, end, s);
}

int series_read(const struct series_options *o, const char *line, size_t len, struct sample *s)
{
	const int r = series_read_line(o, line, len, s);

	if (r == SERIES_OTHER)
		return SERIES_NONE;
	return r < 0 ? -EINVAL : r;
}
