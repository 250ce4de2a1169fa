// SPDX-License-Identifier: GPL-2.0-or-later
/* What is so now. */
#include "feeder_inside.h"

const char *const feed_state_names[N_FEED_STATES] = {
	[FEED_WELL] = "feeding",
	[FEED_HOLDOVER] = "holdover",
	[FEED_NO_PULSE] = "no_pulse",
	[FEED_LOCKING] = "locking",
	[FEED_TWO_PULSES] = "two_pulses",
	[FEED_RATE] = "rate",
	[FEED_WIDTH] = "width",
	[FEED_NO_SENTENCES] = "no_sentences",
	[FEED_NO_FIX] = "no_fix",
	[FEED_NUMBERING] = "numbering",
	[FEED_CONTRADICTED] = "contradicted",
	[FEED_AMBIGUOUS] = "ambiguous",
	[FEED_REFUSED] = "refused",
	[FEED_CLOCK_FAR] = "clock_far",
};

static const enum feed_state of_numbering[N_NUMBERING_STATES] = {
	[NUMBERING_NONE] = FEED_NUMBERING,
	[NUMBERING_UNSURE] = FEED_NUMBERING,
	[NUMBERING_SURE] = FEED_WELL,
	[NUMBERING_CONTRADICTED] = FEED_CONTRADICTED,
	[NUMBERING_AMBIGUOUS] = FEED_AMBIGUOUS,
	[NUMBERING_REFUSED] = FEED_REFUSED,
};

static enum feed_state numbers(const struct feeder *f, int64_t raw_ns)
{
	const struct feeder_said *s = &f->said;
	const struct numbering *n = &f->numbering;

	if (!s->seen || raw_ns - s->seen_ns > feeder_vouch_ns(f))
		return FEED_NO_SENTENCES;
	if (s->void_seen && s->void_ns > n->heard_ns && raw_ns - s->void_ns < feeder_vouch_ns(f))
		return FEED_NO_FIX;
	if (of_numbering[n->state] != FEED_WELL)
		return of_numbering[n->state];
	if (n->leap.waits)
		return FEED_NUMBERING;
	return feeder_is_vouched(f, raw_ns) ? FEED_WELL : FEED_NO_SENTENCES;
}

static enum feed_state both(const struct feeder *f, int64_t raw_ns)
{
	const enum feed_state pulses = feeder_pulses(f, raw_ns);
	const enum feed_state state = pulses == FEED_WELL ? numbers(f, raw_ns) : pulses;
	const int64_t since_ns = raw_ns - f->numbering.heard_ns;

	if ((state == FEED_NO_SENTENCES || state == FEED_NO_FIX) && f->numbering.counted &&
	    f->numbering.state == NUMBERING_SURE && since_ns <= f->config.holdover_ns)
		return FEED_HOLDOVER;
	return state;
}

enum feed_state feeder_state(struct feeder *f, const struct instant *now)
{
	const int64_t raw_ns = feeder_now(f, now);
	enum feed_state pulses;

	feeder_look(f, now);
	pulses = feeder_pulses(f, raw_ns);
	switch (f->config.mode) {
	case FEED_PULSES:
		return pulses == FEED_WELL && f->clock.far ? FEED_CLOCK_FAR : pulses;
	case FEED_SECONDS:
		return pulses == FEED_TWO_PULSES ? pulses : numbers(f, raw_ns);
	default:
		return both(f, raw_ns);
	}
}
