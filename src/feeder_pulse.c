// SPDX-License-Identifier: GPL-2.0-or-later
/* Whether the pulses that the filter takes are the right ones. */
#include "feeder_inside.h"

#include <string.h>

#define SETTLE_SHAPE 8			/* pulses; five show the filter a wrong edge */
#define SETTLE_STEP 3
#define SHAPE_SURE 3
#define SHAPE_MOST 8
#define TRAIN_SURE 3
#define TRAIN_GAP 2			/* periods */
#define TRAIN_AWAY_NS (10 * NS_PER_S)
#define DRIFT_PART 2000			/* 500 ppm, as the filter's */

/* ---- two trains of pulses ---- */

static int64_t magnitude(int64_t ns)
{
	return ns < 0 ? -ns : ns;
}

static int64_t near_ns(const struct feeder *f)
{
	return f->config.filter.gate_ns ? f->config.filter.gate_ns : FILTER_GATE_NS;
}

int64_t feeder_period_ns(const struct feeder *f)
{
	return f->filter.period_ns ? f->filter.period_ns : NS_PER_S;
}

/* Whole periods, at most `most` of them (0: any number), within what the filter allows. */
static bool goes_on(const struct feeder *f, int64_t from_ns, int64_t to_ns, int64_t most)
{
	const int64_t since_ns = to_ns - from_ns, period = feeder_period_ns(f);
	const int64_t off_ns = filter_fold(since_ns, period);

	if (most && (since_ns < period / 2 || since_ns > most * period + period / 2))
		return false;
	return magnitude(off_ns) <= near_ns(f) + magnitude(since_ns) / DRIFT_PART;
}

static void note_train(struct feeder *f, enum pulse_edge which, int64_t raw_ns)
{
	struct feeder_train *oldest = f->pulse.trains;

	for (size_t i = 0; i < FEEDER_TRAINS; i++) {
		struct feeder_train *t = &f->pulse.trains[i];

		if (t->n && t->which == which && goes_on(f, t->at_ns, raw_ns, TRAIN_GAP)) {
			t->n++;
			t->at_ns = raw_ns;
			return;
		}
		if (!t->n || (oldest->n && t->at_ns < oldest->at_ns))
			oldest = t;
	}
	*oldest = (struct feeder_train) { .which = which, .n = 1, .at_ns = raw_ns };
}

/* Beside the good ones: those before the lock were of the same train. */
static void look_for_trains(struct feeder *f)
{
	struct feeder_pulse *p = &f->pulse;

	if (!p->good_seen)
		return;
	for (size_t i = 0; i < FEEDER_TRAINS; i++) {
		const struct feeder_train *t = &p->trains[i];

		if (t->n < TRAIN_SURE || t->which != f->filter.on_time ||
		    p->good_ns - t->at_ns > TRAIN_AWAY_NS ||
		    goes_on(f, t->at_ns, p->good_ns, 0))
			continue;
		if (!p->two || t->at_ns > p->two_ns)
			p->two_ns = t->at_ns;
		p->two = true;
	}
}

/* ---- pulses ---- */

/* A lock, or another: from here on the pulses have to show that they are the right ones. */
static void note_lock(struct feeder *f, enum pulse_fate fate)
{
	struct feeder_pulse *p = &f->pulse;

	if (fate != PULSE_STEP && p->on_time == f->filter.on_time)
		return;
	if (p->on_time != EDGE_UNKNOWN && p->on_time != f->filter.on_time)
		memset(p->trains, 0, sizeof(p->trains));
	p->settled = 0;
	if (fate != PULSE_STEP && f->config.filter.edge != EDGE_UNKNOWN &&
	    f->config.mode != FEED_PULSES)	/* there the numbering takes its time */
		p->settled = SETTLE_STEP;
	p->on_time = f->filter.on_time;
	p->width_ns = p->last_width_ns = -1;
	p->shape = 0;
	p->moved |= fate == PULSE_STEP;
}

static bool within(int64_t ns, int64_t of_ns)
{
	return magnitude(ns - of_ns) <= of_ns / 5 + 2 * NS_PER_MS;
}

/* By its shape alone a square wave has no edge that is on time. */
static bool is_short(const struct feeder *f, int64_t width_ns)
{
	const int64_t most = f->config.filter.edge == EDGE_UNKNOWN ? 40 : 55;

	return width_ns < feeder_period_ns(f) / 100 * most;
}

/* A false edge may be taken for the end of a pulse: two in a row are not. */
static void note_width(struct feeder *f, const struct judged *j)
{
	struct feeder_pulse *p = &f->pulse;

	p->other_ns = j->edge.time_ns;
	if (j->width_ns < 0 || !p->good_seen ||
	    !goes_on(f, p->good_ns, j->edge.time_ns - j->width_ns, 0))
		return;
	p->shape += is_short(f, j->width_ns) ? p->shape < SHAPE_MOST : -(p->shape > -SHAPE_MOST);
	if (p->last_width_ns >= 0 && within(j->width_ns, p->last_width_ns))
		p->width_ns = j->width_ns;
	p->last_width_ns = j->width_ns;
}

/* In whose period no good one came: it may be that one, stamped late by a busy machine. */
static bool is_alone(const struct feeder *f, int64_t raw_ns)
{
	const struct feeder_pulse *p = &f->pulse;

	return p->good_seen && raw_ns - p->good_ns > feeder_period_ns(f) - near_ns(f);
}

void feeder_note_pulse(struct feeder *f, const struct judged *j)
{
	struct feeder_pulse *p = &f->pulse;

	p->seen = true;
	p->edge_ns = j->edge.time_ns;
	if (f->filter.on_time != EDGE_UNKNOWN)
		note_lock(f, j->fate);
	if (j->fate == PULSE_USED) {
		p->good_seen = true;
		p->moves = false;
		p->good_ns = j->edge.time_ns;
		p->settled++;
	} else if (j->fate == PULSE_OTHER_EDGE) {
		note_width(f, j);
		return;
	} else if (j->fate != PULSE_DUPLICATE) {
		p->moves = is_alone(f, j->edge.time_ns);
		if (p->moves)
			numbering_doubt(&f->numbering);
		else
			note_train(f, j->edge.which, j->edge.time_ns);
	}
	look_for_trains(f);
}

static bool is_width_right(const struct feeder *f)
{
	const int64_t width_ns = f->pulse.width_ns;

	if (f->config.width_ns)
		return width_ns >= 0 && within(width_ns, f->config.width_ns);
	return is_short(f, width_ns);
}

/* Where both edges come, the shorter part of the period has to be the pulse again and again. */
static bool is_shape_known(const struct feeder *f, int64_t raw_ns)
{
	const struct feeder_pulse *p = &f->pulse;

	return (f->config.filter.edge != EDGE_UNKNOWN && !p->moved) || p->shape >= SHAPE_SURE ||
	       !p->other_ns ||
	       raw_ns - p->other_ns > 3 * feeder_period_ns(f);
}

enum feed_state feeder_pulses(const struct feeder *f, int64_t raw_ns)
{
	const struct feeder_pulse *p = &f->pulse;
	const int64_t period = feeder_period_ns(f);
	const unsigned int settle = f->config.filter.edge == EDGE_UNKNOWN ? SETTLE_SHAPE :
				    SETTLE_STEP;

	if (!p->seen || raw_ns - p->edge_ns > 3 * period)
		return FEED_NO_PULSE;
	if (p->two && raw_ns - p->two_ns < TRAIN_AWAY_NS)
		return FEED_TWO_PULSES;
	if (period != NS_PER_S && period != 2 * NS_PER_S)
		return FEED_RATE;
	if (!p->good_seen || raw_ns - p->good_ns > 3 * period || p->settled < settle)
		return FEED_LOCKING;
	if (!is_width_right(f))
		return FEED_WIDTH;
	return is_shape_known(f, raw_ns) ? FEED_WELL : FEED_LOCKING;
}
