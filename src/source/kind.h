/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the kinds of source share; nobody outside of src/source/ needs it. */
#ifndef GPSPPSCTL_KIND_H
#define GPSPPSCTL_KIND_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "source.h"

/* A source that went away is noticed so long after it at most, doubled. */
#define SOURCE_TICK_NS (NS_PER_S * 3 / 4)

static inline int64_t ns_of(struct timespec t)
{
	return t.tv_sec * NS_PER_S + t.tv_nsec;
}

static inline int64_t source_now(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return ns_of(t);
}

/* Write one event; waits while the pipe is full.  0, -EINTR: to be stopped, or -errno. */
int source_put(struct source *s, enum source_event_kind kind, const struct edge *e, int lines,
	       int err);

/* Of CLOCK_MONOTONIC.  0, or -EINTR: a signal; s->stop says whether to end. */
int source_sleep_until(int64_t mono_ns);

/*
 * A kernel's count of both kinds of edge made into one for each: they alternate.  The
 * count of `which` after `moved` edges, the last of which was it.
 */
struct edge_counts {
	uint32_t seq[2];	/* of assert, of clear */
};
uint32_t edge_count(struct edge_counts *counts, enum pulse_edge which, uint32_t moved);

/*
 * The signal that interrupts a waiting source: its handler does nothing.  With a timer
 * it comes to the thread that began it every so often, for waits without a timeout.
 */
#define SOURCE_SIGNAL SIGUSR2
void source_signal_catch(void);
struct ticker {
	timer_t timer;
};
int ticker_begin(struct ticker *t);
void ticker_arm(struct ticker *t, int64_t ns);
void ticker_end(struct ticker *t);

/* ---- a port ---- */

/* The modem line as TIOCM_* has it. */
int port_line_bit(enum source_line line);
/* Open it, and change nothing.  s->fd; 0 or -errno. */
int port_open(struct source *s);
void source_close_fd(struct source *s);

/* ---- a level that is looked at ---- */

/*
 * 1 or 0, or -errno; *lines: TIOCM_*, or left as it was.
 */
typedef int source_look(struct source *s, int *lines);

/*
 * Until s->stop: coarsely at first, then only around the edges that are expected.
 * 0 or -errno.
 */
int source_watch_level(struct source *s, source_look *look);

/* A port's line. */
source_look port_look;

#endif
