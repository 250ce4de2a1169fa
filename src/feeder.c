// SPDX-License-Identifier: GPL-2.0-or-later
/* The clocks of an event, and from an edge to a sample. */
#include "feeder_inside.h"

#include <errno.h>
#include <stdlib.h>

#define STEP_NS (NS_PER_MS / 5)		/* less is how long three clocks are read */
#define FUTURE_NS NS_PER_MS		/* of a stamp: the same */
#define PERIOD_PART_NS 2000		/* a millionth of the longest period */
#define JITTER_MOST_NS (100 * NS_PER_MS)
#define OLD_NS (5 * NS_PER_S)
#define REAL_MOST_NS (INT64_C(1) << 62)	/* 2116 */
#define HERE_MOST_NS (INT64_C(1) << 60)	/* 36 years of running */

/* Twice what it lets pass: one may be too early, the next too late. */
static int64_t jitter_ns(const struct filter_config *c)
{
	const int64_t most_ns = c->gate_ns ? c->gate_ns : c->ppm ? c->ppm * PERIOD_PART_NS :
				JITTER_MOST_NS;

	return most_ns < JITTER_MOST_NS / 2 ? 2 * most_ns : JITTER_MOST_NS;
}

int feeder_init(struct feeder *f, const struct feeder_config *config)
{
	const struct numbering_config numbering = {
		.period_ns = config->filter.period_ns, .lead_ns = config->lead_ns,
		.jitter_ns = jitter_ns(&config->filter),
	};

	if (config->filter.length > FILTER_LENGTH || config->mode > FEED_SECONDS ||
	    llabs(config->lead_ns) > NS_PER_S * 10 || config->holdover_ns < 0 ||
	    config->width_ns < 0 || llabs(config->offset_ns) > NS_PER_S)
		return -EINVAL;
	*f = (struct feeder) { .config = *config };
	f->pulse.width_ns = f->pulse.last_width_ns = -1;
	numbering_init(&f->numbering, &numbering);
	return filter_init(&f->filter, &config->filter, f->ring, f->sorted);
}

void feeder_clock(struct feeder *f, bool synchronised)
{
	f->clock.synchronised = synchronised;
}

/* ---- clocks ---- */

static bool is_sane(const struct instant *t)
{
	return t->real_ns >= 0 && t->real_ns < REAL_MOST_NS && t->mono_ns >= 0 &&
	       t->mono_ns < HERE_MOST_NS && t->raw_ns >= 0 && t->raw_ns < HERE_MOST_NS;
}

int64_t feeder_now(const struct feeder *f, const struct instant *now)
{
	return is_sane(now) ? now->raw_ns : f->pulse.begun_ns;
}

/* Nothing that is under way may be from before the step. */
static void doubt(struct feeder *f, int64_t difference_ns, int64_t mono_ns)
{
	struct feeder_clock *c = &f->clock;

	c->doubted = true;
	c->doubt_ns = difference_ns;
	c->doubt_mono_ns = mono_ns;
	f->said.now.known = false;
}

bool feeder_look(struct feeder *f, const struct instant *now)
{
	struct feeder_clock *c = &f->clock;
	int64_t difference_ns;

	if (!is_sane(now))
		return false;
	difference_ns = now->real_ns - now->mono_ns;
	if (!c->begun) {
		c->begun = true;
		c->difference_ns = difference_ns;
		f->pulse.begun_ns = now->raw_ns;
	}
	if (llabs(difference_ns - c->difference_ns) <= STEP_NS) {
		c->doubted = false;
	} else if (c->doubted && llabs(difference_ns - c->doubt_ns) <= STEP_NS) {
		c->doubted = false;
		c->stepped = true;
		c->since_mono_ns = c->doubt_mono_ns;
		f->clock_steps++;
	} else {
		doubt(f, difference_ns, now->mono_ns);
		return false;
	}
	c->difference_ns = difference_ns;
	numbering_clock(&f->numbering, c->synchronised && !f->config.ignore_clock,
			now->real_ns - now->raw_ns);
	return true;
}

bool feeder_raw(struct feeder *f, const struct instant *now, int64_t real_ns, int64_t *raw_ns)
{
	int64_t age_ns;

	if (!feeder_look(f, now) || real_ns < 0 || real_ns > REAL_MOST_NS)
		return false;
	age_ns = now->real_ns - real_ns;
	if (age_ns < -FUTURE_NS || age_ns > OLD_NS)
		return false;
	if (f->clock.stepped && now->mono_ns - age_ns < f->clock.since_mono_ns)
		return false;
	*raw_ns = now->raw_ns - age_ns;
	return true;
}

/* ---- samples ---- */

static bool is_given(struct feeder *f, int64_t raw_ns, bool numbered)
{
	const int64_t since_ns = raw_ns - f->numbering.heard_ns;

	if (!numbered || f->config.mode != FEED_BOTH)
		return false;
	return feeder_is_vouched(f, raw_ns) || since_ns <= f->config.holdover_ns;
}

/* By the system clock. */
static bool by_clock(struct feeder *f, int64_t stamp_ns, int64_t *second)
{
	struct feeder_clock *c = &f->clock;

	*second = numbering_whole(stamp_ns);
	c->off_ns = stamp_ns - *second * NS_PER_S;
	c->far = llabs(c->off_ns) > FEED_CLOCK_WITHIN_NS;
	return !c->far;
}

static size_t give(struct feeder *f, const struct edge *e, int64_t raw_ns, struct sample *out)
{
	const bool alone = f->config.mode == FEED_PULSES;
	int64_t second = 0;
	bool good;

	f->numbering.config.period_ns = feeder_period_ns(f);
	good = alone ? by_clock(f, e->time_ns, &second) :
		       is_given(f, raw_ns, numbering_pulse(&f->numbering, raw_ns, &second));
	if (!good) {
		f->dropped += f->config.mode != FEED_SECONDS;
		return 0;
	}
	*out = (struct sample) {
		.kind = SAMPLE_PULSE, .true_ns = second * NS_PER_S + f->config.offset_ns,
		.stamp_ns = e->time_ns, .is_numbered = !alone, .seq = e->seq,
	};
	f->given[SAMPLE_PULSE]++;
	return 1;
}

static bool is_twice(struct feeder *f, const struct edge *e)
{
	int64_t *before = &f->pulse.stamp_ns[e->which == EDGE_CLEAR];
	const bool twice = f->pulse.seen && *before == e->time_ns;

	*before = e->time_ns;
	return twice;
}

size_t feeder_edge(struct feeder *f, const struct edge *e, const struct instant *now,
		   struct sample *out)
{
	struct edge raw = *e;
	struct judged j;

	if (!feeder_raw(f, now, e->time_ns, &raw.time_ns) || is_twice(f, e))
		return 0;
	filter_feed(&f->filter, &raw, &j);
	feeder_note_pulse(f, &j);
	if (j.fate != PULSE_USED)
		return 0;
	if (feeder_pulses(f, raw.time_ns) != FEED_WELL) {
		f->dropped++;
		return 0;
	}
	return give(f, e, raw.time_ns, out);
}
