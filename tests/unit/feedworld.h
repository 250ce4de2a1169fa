/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A receiver, a host with three clocks, and what can go wrong with them, in simulated time. */
#ifndef FEEDWORLD_H
#define FEEDWORLD_H

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "feeder.h"

#define SIM_FAULTS 8
#define SIM_EVENTS 512
#define SIM_EDGES 64
#define SIM_SECONDS 16384
#define SIM_AHEAD_S 4	/* a second's events are made so long before */

enum fault_kind {
	NO_FAULT,
	STEP,		/* of the system clock, ns at from_ms */
	SLEW,		/* ppm */
	VOID,		/* no fix; value: the date is so many days old, pulses go on */
	UNHEARD,	/* one sentence of so many comes; 0: none */
	LATE,		/* ms */
	JITTER,		/* ms, 0 to that */
	WANDER,		/* ms, there and back within the fault's time */
	TWICE,		/* the sentence comes again after ms */
	STUCK,		/* the time stands still */
	WRONG,		/* the time is so many s off */
	ROLLED,		/* 1024 weeks early */
	RUBBISH,	/* one sentence of so many has any time */
	GONE,		/* no pulse */
	SHIFTED,	/* the pulse, ms */
	TRAIN,		/* another pulse so many ms behind */
	GLITCH,		/* one more edge in so many pulses, anywhere */
	DROPPED,	/* one pulse in so many is lost */
	STALLED,	/* one pulse in so many is stamped 3 ms late */
	TURNED,		/* the polarity */
	SQUARE,		/* half of the period long */
	SYNCED,		/* the system clock is synchronised */
	INTERRUPTED,	/* one reading of the clocks in so many takes ms */
	FRACTIONS,	/* sentences five times a second */
	EARLY_LEAP,	/* value: GPS - UTC is so many s too small, as after a cold start */
};

struct fault {
	enum fault_kind kind;
	int64_t from_ms, to_ms;
	int64_t value;
};

enum sentences { SAYS_RMC, SAYS_GGA_RMC, SAYS_ZDA, SAYS_RMC_ZDA, SAYS_GGA, SAYS_NOTHING };

struct scene {
	const char *name;
	struct feeder_config config;
	int seconds;
	int64_t begin;			/* UTC of second 0; 0: some day */
	int leap_at;			/* second that is 23:59:60; 0: none */
	bool hides_leap;		/* it says 23:59:59 twice */
	int crystal_ppb;
	int64_t clock_off_ns;		/* of the system clock at the beginning */
	bool synced;			/* always */
	enum sentences says;
	int delay_ms, duration_ms;	/* 0: 400, 150; -1: none */
	int every_s;			/* sentence; 0: 1 */
	int fraction;			/* of its second, 0 to 9 tenths */
	int hz;				/* of the pulse; 0: 1 */
	bool half_hz, no_pulse, one_edge, inverted;
	int width_ms;			/* 0: 100 */
	int jitter_us;			/* of the pulse's stamps, besides 4 */
	bool no_seq;
	struct fault faults[SIM_FAULTS];
	/* what must come of it */
	int pulses, pulses_most;	/* most 0: any */
	int said;			/* seconds */
	int first_s;			/* a sample by then; 0: any */
	int silent_from_s, silent_to_s;	/* no sample of any kind */
	enum feed_state end;
	int steps;
	int bound_ms;			/* of seconds; 0: 250 */
	const char *text;		/* what is told at the end */
};

#define LEAP_LABEL (-2)	/* a pulse that begins 23:59:60 has no number */

enum event_kind { EV_EDGE, EV_EDGE_TOLD, EV_SAID, EV_STATE, EV_STEP };

struct event {
	int64_t t_ns;
	enum event_kind kind;
	struct edge edge;	/* as it will be stamped */
	int64_t label;		/* of a true pulse, else -1 */
	int64_t at_ns;		/* when it really was */
	char text[128];
	int64_t duration_ns;
	int64_t value;
};

struct sim {
	const struct scene *scene;
	struct feeder f;
	uint64_t seed;
	int64_t t_ns;			/* true time since the beginning */
	int64_t real_ns, mono_ns, raw_ns;
	struct event events[SIM_EVENTS];
	size_t n_events;
	struct event edges[SIM_EDGES];	/* told last */
	size_t n_edges;
	uint32_t seq[3];
	int64_t labels[SIM_SECONDS];
	int64_t begin;
	/* what came */
	int given[2];
	int64_t first_ns;
	enum feed_state state;
	unsigned int states;		/* seen, as bits */
	char text[200];			/* told last */
	char wrong[300];		/* the first thing that was not true */
};

static int64_t sim_random(struct sim *s, int64_t below)
{
	s->seed ^= s->seed << 13;
	s->seed ^= s->seed >> 7;
	s->seed ^= s->seed << 17;
	return below > 0 ? (int64_t)(s->seed % (uint64_t)below) : 0;
}

static const struct fault *sim_fault(const struct sim *s, enum fault_kind kind, int64_t t_ns)
{
	const int64_t ms = t_ns / NS_PER_MS;

	for (size_t i = 0; i < SIM_FAULTS; i++) {
		const struct fault *x = &s->scene->faults[i];

		if (x->kind == kind && ms >= x->from_ms && ms < x->to_ms)
			return x;
	}
	return NULL;
}

static bool sim_one_in(struct sim *s, enum fault_kind kind, int64_t t_ns)
{
	const struct fault *x = sim_fault(s, kind, t_ns);

	return x && (!x->value || !sim_random(s, x->value));
}

static int64_t sim_value(const struct sim *s, enum fault_kind kind, int64_t t_ns)
{
	const struct fault *x = sim_fault(s, kind, t_ns);

	return x ? x->value : 0;
}

/* ---- the truth ---- */

static int64_t sim_label(const struct sim *s, int64_t second)
{
	if (!s->scene->leap_at || second <= s->scene->leap_at)
		return s->begin + second;
	return s->begin + second - 1;
}

static bool sim_is_leap(const struct sim *s, int64_t second)
{
	return s->scene->leap_at && second == s->scene->leap_at;
}

/* ---- clocks ---- */

static void sim_go(struct sim *s, int64_t t_ns)
{
	const int64_t dt = t_ns - s->t_ns;
	const int64_t crystal = dt / 1000 * s->scene->crystal_ppb / 1000000;
	const int64_t slew = dt / 1000 * sim_value(s, SLEW, s->t_ns) / 1000;

	s->t_ns = t_ns;
	s->raw_ns += dt + crystal;
	s->mono_ns += dt + crystal + slew;
	s->real_ns += dt + crystal + slew;
}

static struct instant sim_read(struct sim *s)
{
	struct instant now;
	const struct fault *x = sim_fault(s, INTERRUPTED, s->t_ns);
	const bool late = x && !sim_random(s, 10);

	now.real_ns = s->real_ns;
	sim_go(s, s->t_ns + 100 + (late ? sim_random(s, x->value * NS_PER_MS) : 0));
	now.mono_ns = s->mono_ns;
	sim_go(s, s->t_ns + 100);
	now.raw_ns = s->raw_ns;
	return now;
}

/* ---- events ---- */

static struct event *sim_push(struct sim *s, int64_t t_ns, enum event_kind kind)
{
	size_t i = s->n_events;

	if (i == SIM_EVENTS)
		abort();
	for (; i && s->events[i - 1].t_ns < t_ns; i--)
		s->events[i] = s->events[i - 1];
	s->n_events++;
	s->events[i] = (struct event) { .t_ns = t_ns, .kind = kind, .label = -1 };
	return &s->events[i];
}

static void sim_push_edge(struct sim *s, int64_t t_ns, enum pulse_edge which, int64_t label)
{
	struct event *e;

	if (s->scene->one_edge && which != EDGE_ASSERT)
		return;
	e = sim_push(s, t_ns, EV_EDGE);
	e->edge.which = which;
	e->edge.late_ns = -1;
	e->label = label;
}

static void sim_push_pulse(struct sim *s, int64_t t_ns, int64_t width_ns, bool turned,
			   int64_t label)
{
	const int64_t stall_ns = sim_one_in(s, STALLED, t_ns) ? 3 * NS_PER_MS : 0;
	const int64_t jitter_ns = sim_random(s, 4000 + s->scene->jitter_us * INT64_C(1000)) + stall_ns;

	sim_push_edge(s, t_ns + jitter_ns, turned ? EDGE_CLEAR : EDGE_ASSERT, label);
	sim_push_edge(s, t_ns + jitter_ns + width_ns, turned ? EDGE_ASSERT : EDGE_CLEAR, -1);
}

/* One that comes within the gate is as good as the pulse. */
static void sim_glitch(struct sim *s, int64_t second)
{
	const int64_t in_ns = sim_random(s, NS_PER_S);
	const int64_t shifted_ns = sim_value(s, SHIFTED, second * NS_PER_S) * NS_PER_MS;
	int64_t label = -1;

	for (int64_t i = -1; i < 2; i++)
		if (llabs(in_ns - i * NS_PER_S - shifted_ns) <= FILTER_GATE_NS)
			label = sim_label(s, second + i);
	sim_push_edge(s, second * NS_PER_S + in_ns, (enum pulse_edge)(sim_random(s, 2) + 1), label);
}

static void sim_pulse(struct sim *s, int64_t second)
{
	const struct scene *x = s->scene;
	const int64_t t_ns = second * NS_PER_S;
	const int hz = x->hz ? x->hz : 1;
	const bool turned = x->inverted != (sim_fault(s, TURNED, t_ns) != NULL);
	int64_t width_ns = (x->width_ms ? x->width_ms : 100) * NS_PER_MS;
	const int64_t behind_ns = sim_value(s, TRAIN, t_ns) * NS_PER_MS;

	if (sim_one_in(s, GLITCH, t_ns))
		sim_glitch(s, second);
	if (behind_ns)
		sim_push_pulse(s, t_ns + behind_ns, 20 * NS_PER_MS, turned, -1);
	if (x->no_pulse || sim_fault(s, GONE, t_ns) || sim_one_in(s, DROPPED, t_ns) ||
	    (x->half_hz && second % 2))
		return;
	if (sim_fault(s, SQUARE, t_ns))
		width_ns = NS_PER_S / 2;
	for (int i = 0; i < hz; i++)
		sim_push_pulse(s, t_ns + i * NS_PER_S / hz +
			       sim_value(s, SHIFTED, t_ns) * NS_PER_MS, width_ns / hz, turned,
			       i ? -1 : sim_is_leap(s, second) ? LEAP_LABEL : sim_label(s, second));
}

#endif
