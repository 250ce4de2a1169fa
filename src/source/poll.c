// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A level that can only be looked at: a modem line whose driver has no TIOCMIWAIT
 * (cp210x), a GPIO line without an interrupt.  Coarsely until both edges are known, then
 * in a window around each expected edge, which narrows with their spread.
 */
#include "kind.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>

#define COARSE_NS NS_PER_MS
#define WINDOW_MIN_NS (NS_PER_MS / 10)
#define LOOKS_HALF 4			/* looks in half a window */
#define SPREADS 4			/* half a window: so many times the mean error */
#define MISSES_MAX 4			/* then coarsely again */
#define PERIOD_MIN_NS (20 * NS_PER_MS)
#define PERIOD_MAX_NS (5 * NS_PER_S / 2)

/* When the next edge of one kind is expected; times of CLOCK_MONOTONIC. */
struct expected {
	int64_t last_ns;	/* 0: none was seen */
	int64_t next_ns;
	int64_t period_ns;	/* 0: not known */
	int64_t half_ns;	/* of the window */
	int64_t spread_ns;	/* mean distance from what was expected */
	unsigned int misses;
};

struct level {
	struct expected edges[2];	/* to 0, to 1 */
	int64_t period_ns;		/* as wished; 0: found out */
	int64_t looked_ns;		/* before the last look */
	bool level;
	int lines;
};

static int64_t clamp_ns(int64_t ns, int64_t min, int64_t max)
{
	return ns < min ? min : ns > max ? max : ns;
}

static void forget(struct expected *e)
{
	*e = (struct expected){ 0 };
}

static void begin_expecting(const struct level *l, struct expected *e, int64_t at_ns,
			    int64_t late_ns)
{
	const int64_t apart_ns = at_ns - e->last_ns;
	int64_t period_ns = l->period_ns;

	if (!period_ns && e->last_ns && apart_ns >= PERIOD_MIN_NS && apart_ns <= PERIOD_MAX_NS)
		period_ns = apart_ns;
	e->last_ns = at_ns;
	e->period_ns = period_ns;
	e->next_ns = at_ns + period_ns;
	e->spread_ns = late_ns;
	e->misses = 0;
}

/* The period follows slowly: the clock that we wait by is off by up to 500 ppm. */
static void correct(struct expected *e, int64_t at_ns)
{
	const int64_t error_ns = at_ns - e->next_ns;

	e->spread_ns += (llabs(error_ns) - e->spread_ns) / 4;
	e->period_ns += error_ns / 8;
	e->last_ns = at_ns;
	e->next_ns += error_ns / 2 + e->period_ns;
	e->misses = 0;
}

static void note_edge(struct level *l, struct expected *e, int64_t at_ns, int64_t late_ns)
{
	if (e->period_ns)
		correct(e, at_ns);
	else
		begin_expecting(l, e, at_ns, late_ns);
	if (e->period_ns)
		e->half_ns = clamp_ns(SPREADS * e->spread_ns + late_ns / 2, WINDOW_MIN_NS,
				      e->period_ns / 4);
}

static void note_miss(struct expected *e)
{
	e->next_ns += e->period_ns;
	e->half_ns = clamp_ns(e->half_ns * 4, WINDOW_MIN_NS, e->period_ns / 4);
	if (++e->misses >= MISSES_MAX)
		forget(e);
}

/* When to look next for this one. */
static int64_t next_look(struct expected *e, int64_t now_ns)
{
	while (e->period_ns && now_ns > e->next_ns + e->half_ns)
		note_miss(e);
	if (!e->period_ns)
		return now_ns + COARSE_NS;
	if (now_ns < e->next_ns - e->half_ns)
		return e->next_ns - e->half_ns;
	return now_ns + e->half_ns / LOOKS_HALF;
}

static int64_t wake_at(struct level *l, int64_t now_ns)
{
	const int64_t a = next_look(&l->edges[0], now_ns);
	const int64_t b = next_look(&l->edges[1], now_ns);
	const int64_t tick = now_ns + SOURCE_TICK_NS;

	return a < b ? (a < tick ? a : tick) : (b < tick ? b : tick);
}

/*
 * One that came while we were not looking is known to no better than that: its time is
 * worth nothing, and the next window is wider.
 */
static bool was_seen(const struct expected *e, int64_t late_ns)
{
	const int64_t limit_ns = e->period_ns ? 2 * e->half_ns : 0;

	return late_ns <= (limit_ns > 8 * COARSE_NS ? limit_ns : 8 * COARSE_NS);
}

static int put_edge(struct source *s, struct level *l, int64_t real_ns, int64_t late_ns)
{
	const struct edge edge = {
		.time_ns = real_ns,
		.late_ns = late_ns,
		.which = l->level ? EDGE_ASSERT : EDGE_CLEAR,
		.by = STAMP_POLL,
	};

	return source_put(s, SOURCE_EDGE, &edge, l->lines, 0);
}

static int look_once(struct source *s, struct level *l, source_look *look)
{
	const int lines_were = l->lines;
	const int64_t before_ns = source_now(CLOCK_MONOTONIC);
	const int level = look(s, &l->lines);
	const int64_t real_ns = source_now(CLOCK_REALTIME);
	const int64_t now_ns = source_now(CLOCK_MONOTONIC);
	const int64_t late_ns = now_ns - l->looked_ns;

	if (level < 0)
		return level;
	l->looked_ns = before_ns;
	if (l->level != level) {
		l->level = level;
		if (was_seen(&l->edges[level], late_ns)) {
			note_edge(l, &l->edges[level], now_ns - late_ns / 2, late_ns);
			return put_edge(s, l, real_ns, late_ns);
		}
	}
	return l->lines == lines_were ? 0 : source_put(s, SOURCE_LINES, NULL, l->lines, 0);
}

int source_watch_level(struct source *s, source_look *look)
{
	struct level l = { .period_ns = s->wish.period_ns, .lines = -1 };
	int err;

	l.looked_ns = source_now(CLOCK_MONOTONIC);
	err = look(s, &l.lines);
	if (err < 0)
		return err;
	l.level = err;
	err = l.lines < 0 ? 0 : source_put(s, SOURCE_LINES, NULL, l.lines, 0);
	while (!err && !atomic_load(&s->stop)) {
		if (source_sleep_until(wake_at(&l, source_now(CLOCK_MONOTONIC))) == 0)
			err = look_once(s, &l, look);
	}
	return err;
}

/* ---- a port ---- */

int port_look(struct source *s, int *lines)
{
	if (ioctl(s->fd, TIOCMGET, lines) < 0)
		return -errno;
	return !!(*lines & port_line_bit(s->wish.line));
}

static int poll_open(struct source *s)
{
	int lines, err = port_open(s);

	if (err)
		return err;
	err = port_look(s, &lines);
	if (err < 0) {
		source_close_fd(s);
		return err;
	}
	return 0;
}

static int poll_run(struct source *s)
{
	return source_watch_level(s, port_look);
}

const struct source_kind source_poll = {
	.name = "poll",
	.by = STAMP_POLL,
	.open = poll_open,
	.run = poll_run,
	.close = source_close_fd,
};
