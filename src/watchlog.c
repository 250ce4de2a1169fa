// SPDX-License-Identifier: GPL-2.0-or-later
/* The lines of a log of edges, and those of NTPsec's clockstats. */
#include "watchlog.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>

#include "letters.h"

#define PLACES 9		/* of a second */
#define S_PER_DAY 86400
#define MJD_OF_1970 40587

const char *const watchlog_edge_names[] = {
	[EDGE_ASSERT] = "assert", [EDGE_CLEAR] = "clear",
};
const char *const watchlog_stamp_names[] = {
	[STAMP_KERNEL] = "kernel", [STAMP_USER] = "user", [STAMP_POLL] = "poll",
};

#define N_NAMES(names) (sizeof(names) / sizeof((names)[0]))

/* ---- writing ---- */

/* One word of the line, and nothing that a terminal or next_word() would take for more. */
static bool is_plain(char c)
{
	return c > ' ' && c <= '~' && c != '#';
}

static void plain_name(char *name, const char *source)
{
	size_t i = 0;

	for (; i < WATCHLOG_SOURCE_MAX && source[i]; i++)
		name[i] = is_plain(source[i]) ? source[i] : '_';
	if (i == 0)
		name[i++] = '_';
	name[i] = '\0';
}

static void number_or_none(char *text, size_t size, bool some, int64_t number)
{
	if (some)
		snprintf(text, size, "%" PRId64, number);
	else
		snprintf(text, size, "-");
}

/* What snprintf() said, as a length: 0 where the line was cut. */
static size_t whole(int n, size_t size)
{
	return n > 0 && (size_t)n < size ? (size_t)n : 0;
}

size_t watchlog_write(char *buf, size_t size, const char *source, const struct edge *e)
{
	/* INT64_MIN has a magnitude, too */
	const uint64_t ns = e->time_ns < 0 ? -(uint64_t)e->time_ns : (uint64_t)e->time_ns;
	char name[WATCHLOG_SOURCE_MAX + 1], seq[24], late[24];

	if (e->which != EDGE_ASSERT && e->which != EDGE_CLEAR)
		return 0;
	if ((size_t)e->by >= N_NAMES(watchlog_stamp_names))
		return 0;
	plain_name(name, source);
	number_or_none(seq, sizeof(seq), e->seq != 0, e->seq);
	number_or_none(late, sizeof(late), e->late_ns >= 0, e->late_ns);
	return whole(snprintf(buf, size, "%s%" PRIu64 ".%09" PRIu64 " %s %s %s %s %s\n",
			      e->time_ns < 0 ? "-" : "", ns / NS_PER_S, ns % NS_PER_S, name,
			      watchlog_edge_names[e->which], seq, watchlog_stamp_names[e->by],
			      late), size);
}

/* ---- reading ---- */

/* All of the characters are digits, and the number is no greater than `max`. */
static bool read_digits(const char *s, size_t len, uint64_t max, uint64_t *value)
{
	*value = 0;
	for (size_t i = 0; i < len; i++) {
		const uint64_t digit = (uint64_t)(s[i] - '0');

		if (!is_digit(s[i]) || *value > (max - digit) / 10)
			return false;
		*value = *value * 10 + digit;
	}
	return len > 0;
}

/* Seconds with nine places, of either sign. */
static bool read_time(struct word w, int64_t *time_ns)
{
	const bool negative = w.len && w.s[0] == '-';
	const uint64_t max = (uint64_t)INT64_MAX + negative;
	uint64_t s, ns;
	size_t point;

	w.s += negative;
	w.len -= negative;
	if (w.len < PLACES + 2)		/* a digit and the point */
		return false;
	point = w.len - PLACES - 1;
	if (w.s[point] != '.' || !read_digits(w.s, point, max / NS_PER_S, &s) ||
	    !read_digits(w.s + point + 1, PLACES, NS_PER_S - 1, &ns))
		return false;
	if (s * NS_PER_S > max - ns)
		return false;
	ns += s * NS_PER_S;
	*time_ns = (int64_t)(negative ? -ns : ns);
	return true;
}

/* A number up to `max`, or "-", which stands for `none`. */
static bool read_number(struct word w, uint64_t max, int64_t none, int64_t *value)
{
	uint64_t number;

	*value = none;
	if (word_is(w, "-"))
		return true;
	if (!read_digits(w.s, w.len, max, &number))
		return false;
	*value = (int64_t)number;
	return true;
}

/* Its index in the table, or -1. */
static int read_name(struct word w, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (names[i] && word_is(w, names[i]))
			return (int)i;
	return -1;
}

static bool read_source(struct word w, struct word *source)
{
	for (size_t i = 0; i < w.len; i++)
		if (!is_plain(w.s[i]))
			return false;
	*source = w;
	return w.len > 0 && w.len <= WATCHLOG_SOURCE_MAX;
}

int watchlog_read(const char *line, size_t len, struct edge *e, struct word *source)
{
	const char *p = line, *const end = line + len;
	struct word w = next_word(&p, end);
	int64_t seq;
	int which, by;

	if (!w.len)
		return 0;
	if (!read_time(w, &e->time_ns) || !read_source(next_word(&p, end), source))
		return -EINVAL;
	which = read_name(next_word(&p, end), watchlog_edge_names, N_NAMES(watchlog_edge_names));
	if (which < 0 || !read_number(next_word(&p, end), UINT32_MAX, 0, &seq))
		return -EINVAL;
	by = read_name(next_word(&p, end), watchlog_stamp_names, N_NAMES(watchlog_stamp_names));
	if (by < 0 || !read_number(next_word(&p, end), INT64_MAX, -1, &e->late_ns))
		return -EINVAL;
	if (next_word(&p, end).len)
		return -EINVAL;
	e->which = (enum pulse_edge)which;
	e->seq = (uint32_t)seq;
	e->by = (enum stamp_by)by;
	return 1;
}

/* ---- NTPsec's clockstats ---- */

/*
 * As record_clock_stats() and timespec_to_MJDtime() of ntpd/ntp_util.c and pps_poll() of
 * ntpd/refclock_pps.c write it: milliseconds cut off, the clock's name and unit as one word.
 */
size_t clockstats_write(char *buf, size_t size, int64_t time_ns, const struct clockstats *c)
{
	const int64_t ns_per_day = S_PER_DAY * NS_PER_S;
	int64_t day = time_ns / ns_per_day, ns = time_ns % ns_per_day;

	if (ns < 0) {
		ns += ns_per_day;
		day--;
	}
	return whole(snprintf(buf, size, "%" PRId64 " %" PRId64 ".%03" PRId64 " PPS(%u) %" PRIu32
			      " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 "\n",
			      day + MJD_OF_1970, ns / NS_PER_S, ns % NS_PER_S / NS_PER_MS, c->unit,
			      c->seq, c->used, c->not_set_up, c->errors, c->no_pulse), size);
}
