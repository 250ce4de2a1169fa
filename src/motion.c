// SPDX-License-Identifier: GPL-2.0-or-later
/* Edges and bursts of characters, from samples of their counters. */
#include "motion.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "timed.h"

#define US_PER_S INT64_C(1000000)
/* Two clocks count the second: the receiver's, and ours before it is disciplined. */
#define SECOND_MAX_US (US_PER_S + US_PER_S / 100)

/* ---- lines ---- */

/* One edge's lines, put into stamps. */
struct edge_lines {
	struct stamps *to;
	uint32_t seq;
	bool begun;
};

static void put_stamp(struct stamps *to, const struct stamp *stamp)
{
	if (to->n == STAMPS_MAX)
		to->dropped++;
	else
		to->v[to->n++] = *stamp;
}

/* The first is of an edge before the window, maybe of one long ago: it only counts. */
static void take_stamp(struct edge_lines *e, const struct stamp *stamp)
{
	const uint32_t more = stamp->seq - e->seq;	/* right across the counter's wrap, too */

	e->seq = stamp->seq;
	if (!e->begun) {
		e->begun = true;
		return;
	}
	if (!more)
		return;
	/* backwards: the source was made anew, and what it missed is not known */
	if (more <= INT32_MAX)
		e->to->dropped += more - 1;
	put_stamp(e->to, stamp);
}

static int edge_line(struct edge_lines *e, struct word value)
{
	char text[64];
	struct stamp stamp;

	if (!value.len)
		return 0;	/* an edge that the source cannot see */
	if (value.len >= sizeof(text))
		return -EINVAL;
	memcpy(text, value.s, value.len);
	text[value.len] = '\0';
	if (stamp_parse(text, &stamp) < 0)
		return -EINVAL;
	take_stamp(e, &stamp);
	return 0;
}

static int parse_edges(const char *text, struct motion *m)
{
	struct edge_lines asserts = { .to = &m->asserts }, clears = { .to = &m->clears };
	struct timed t;
	struct word what;
	int err = timed_begin(&t, text), more;

	if (err)
		return err;
	while ((more = timed_next(&t, &what)) > 0) {
		if (timed_word(&what, "assert"))
			err = edge_line(&asserts, what);
		else if (timed_word(&what, "clear"))
			err = edge_line(&clears, what);
		if (err)
			return err;
	}
	m->ms = fact_from(0, t.us / 1000);
	return more;
}

/* ---- bursts ---- */

/* A second from its pulse on; microseconds since the beginning of the sampling. */
struct second {
	int64_t pulse_us, first_us, last_us;
	bool heard, cut;
};

struct listening {
	struct second seconds[STAMPS_MAX];
	unsigned int n;
	/* the burst that is being heard */
	bool open, cut;
	int64_t first_us, last_us;
	/* the counter */
	bool begun;
	uint32_t rx;
	int64_t begun_us, chars;
	int64_t whole_s, whole_chars;	/* whole seconds since the first sample */
};

static void find_seconds(struct listening *l, const struct stamps *pulses, int64_t real_ns)
{
	for (l->n = 0; l->n < pulses->n; l->n++)
		l->seconds[l->n].pulse_us = (pulses->v[l->n].time_ns - real_ns) / 1000;
}

/* The second in which this moment lies. */
static struct second *second_of(struct listening *l, int64_t us)
{
	for (unsigned int i = l->n; i-- > 0;)
		if (l->seconds[i].pulse_us <= us)
			return us < l->seconds[i].pulse_us + SECOND_MAX_US ? &l->seconds[i] : NULL;
	return NULL;
}

/* A burst belongs to the second in which it begins, also when it ends in the next one. */
static void close_burst(struct listening *l)
{
	struct second *s = l->open ? second_of(l, l->first_us) : NULL;

	l->open = false;
	if (!s)
		return;
	if (!s->heard)
		s->first_us = l->first_us;
	s->last_us = l->last_us;
	s->heard = true;
	s->cut = s->cut || l->cut;
}

static void characters_at(struct listening *l, int64_t us)
{
	if (l->open && us - l->last_us >= BURST_SILENCE_US)
		close_burst(l);
	if (!l->open) {
		l->open = true;
		l->first_us = us;
		l->cut = us - l->begun_us < BURST_SILENCE_US;	/* it may have begun before us */
	}
	l->last_us = us;
}

/* Only whole seconds give a rate: four bursts lie in 3.2 s as well as three. */
static void count_until(struct listening *l, int64_t us)
{
	const int64_t whole_s = (us - l->begun_us) / US_PER_S;

	if (l->begun && whole_s > l->whole_s) {
		l->whole_s = whole_s;
		l->whole_chars = l->chars;
	}
}

static void take_rx(struct listening *l, int64_t us, uint32_t rx)
{
	const uint32_t more = rx - l->rx;

	l->rx = rx;
	if (!l->begun) {
		l->begun = true;
		l->begun_us = us;
		return;
	}
	if (!more)
		return;
	count_until(l, us);
	l->chars += more;
	characters_at(l, us);
}

static int parse_rx(const char *text, const struct stamps *pulses, struct listening *l)
{
	struct timed t;
	struct word what;
	int64_t rx;
	int more = timed_begin(&t, text);

	if (more)
		return more;
	find_seconds(l, pulses, t.real_ns);
	while ((more = timed_next(&t, &what)) > 0) {
		if (!timed_word(&what, "rx"))
			continue;
		if (timed_number(&what, &rx) || rx > UINT32_MAX)
			return -EINVAL;
		take_rx(l, t.us, (uint32_t)rx);
	}
	if (more < 0)
		return more;
	count_until(l, t.us);
	l->cut = l->cut || t.us - l->last_us < BURST_SILENCE_US;	/* it may go on behind us */
	close_burst(l);
	/* what is left of the last second may lack a burst */
	while (l->n && l->seconds[l->n - 1].pulse_us + US_PER_S > t.us)
		l->n--;
	return 0;
}

/* ---- what follows ---- */

static int by_value(const void *a, const void *b)
{
	const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* Sorts; the upper one of two. */
static int64_t median(int64_t *v, unsigned int n)
{
	qsort(v, n, sizeof(*v), by_value);
	return v[n / 2];
}

static void summarize(const struct listening *l, struct motion *m)
{
	int64_t first[STAMPS_MAX], last[STAMPS_MAX];
	unsigned int n = 0;

	for (unsigned int i = 0; i < l->n; i++) {
		const struct second *s = &l->seconds[i];

		if (!s->heard || s->cut)
			continue;
		first[n] = (s->first_us - s->pulse_us) / 1000;
		last[n++] = (s->last_us - s->pulse_us) / 1000;
	}
	if (l->whole_s)
		m->chars_per_s = fact_from(0, (l->whole_chars + l->whole_s / 2) / l->whole_s);
	if (!n)
		return;
	m->burst_first_ms = fact_from(0, median(first, n));
	m->burst_last_ms = fact_from(0, median(last, n));
	if (n > 1)
		m->burst_spread_ms = fact_from(0, last[n - 1] - last[0]);
}

enum pulse_edge motion_edge(const struct motion *m, enum pulse_edge on_time)
{
	struct pulse_shape shape;

	if (on_time != EDGE_UNKNOWN)
		return on_time;
	if (!m->asserts.n && !m->clears.n)
		return EDGE_UNKNOWN;
	if (!m->clears.n)
		return EDGE_ASSERT;
	if (!m->asserts.n)
		return EDGE_CLEAR;
	if (pulse_shape(&m->asserts.v[m->asserts.n - 1], &m->clears.v[m->clears.n - 1], &shape))
		return EDGE_UNKNOWN;
	return shape.edge;
}

static void clear_motion(struct motion *m)
{
	const struct fact absent = fact_from(-ENOENT, 0);

	memset(m, 0, sizeof(*m));
	m->ms = m->burst_first_ms = m->burst_last_ms = m->burst_spread_ms = absent;
	m->chars_per_s = absent;
}

int motion_parse(const char *text, enum pulse_edge on_time, struct motion *m)
{
	static const struct stamps none;
	const struct stamps *pulses = &none;
	struct listening l = { 0 };
	enum pulse_edge edge;

	clear_motion(m);
	if (parse_edges(text, m) < 0)
		goto bad;
	edge = motion_edge(m, on_time);
	if (edge != EDGE_UNKNOWN)
		pulses = edge == EDGE_ASSERT ? &m->asserts : &m->clears;
	if (parse_rx(text, pulses, &l) < 0)
		goto bad;
	summarize(&l, m);
	return 0;
bad:
	clear_motion(m);
	return -EINVAL;
}
