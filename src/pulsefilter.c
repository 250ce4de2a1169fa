// SPDX-License-Identifier: GPL-2.0-or-later
/* From edges to pulses: which are good, and why the others are not. */
#include "pulsefilter.h"

#include <errno.h>
#include <stdlib.h>

#define LOCK_PULSES TRACK_SURE	/* that agree, at the beginning */
#define STEP_PULSES 5		/* against what was good before */
#define RUN_PULSES 7		/* intervals of another period in a row */

const char *const pulse_fate_names[N_PULSE_FATES] = {
	[PULSE_USED] = "used",
	[PULSE_FIRST] = "first",
	[PULSE_OTHER_EDGE] = "other_edge",
	[PULSE_DUPLICATE] = "duplicate",
	[PULSE_BACKWARD] = "backward",
	[PULSE_GATE] = "gate",
	[PULSE_FREQUENCY] = "frequency",
	[PULSE_STEP] = "step",
};

int filter_init(struct filter *f, const struct filter_config *config, int64_t *ring,
		int64_t *sorted)
{
	if (config->length < 1 || config->length > FILTER_LENGTH_MAX ||
	    config->gate_ns < 0 || config->gate_ns > FILTER_GATE_MAX_NS ||
	    config->ppm > FILTER_PPM_MAX || config->method >= N_FILTER_METHODS ||
	    config->edge > EDGE_CLEAR ||
	    (config->period_ns && !track_is_nominal(config->period_ns)))
		return -EINVAL;
	*f = (struct filter) {
		.config = *config, .ring = ring, .sorted = sorted,
		.on_time = config->edge, .period_ns = config->period_ns, .width_ns = -1,
	};
	return 0;
}

/* ---- what every edge goes through ---- */

static struct filter_side *side_of(struct filter *f, const struct edge *e)
{
	return &f->side[e->which == EDGE_CLEAR];
}

static struct filter_side *other_side(struct filter *f, const struct filter_side *s)
{
	return &f->side[s == f->side];
}

static struct track_rule rule_of(const struct filter *f)
{
	return (struct track_rule) { .gate_ns = f->config.gate_ns, .ppm = f->config.ppm };
}

static bool same(const struct edge *a, const struct edge *b)
{
	return a->time_ns == b->time_ns || (a->seq && a->seq == b->seq);
}

static bool is_duplicate(const struct filter_side *s, const struct edge *e)
{
	return s->seen && (same(&s->prev, e) || same(&s->last, e));
}

/* Half of the range is ahead, half behind.  Behind 2^32 - 1 comes 0, which is not "none" then. */
static void count_unseen(struct filter_side *s, const struct edge *e, bool backward)
{
	const uint32_t ahead = e->seq - s->seq;

	if (!e->seq && !(s->counted && s->seq > INT32_MAX))
		return;
	if (s->counted && ahead - 1 <= INT32_MAX)
		s->unseen = ahead - 1 > UINT32_MAX - s->unseen ? UINT32_MAX :
			    s->unseen + (ahead - 1);
	else if (s->counted && backward)
		return;			/* one that was overtaken */
	s->counted = true;
	s->seq = e->seq;
}

/* Whether its time is behind another's. */
static bool take(struct filter_side *s, const struct edge *e, struct judged *p)
{
	const bool backward = s->seen && e->time_ns < s->last.time_ns;

	if (s->seen && !backward)
		p->interval_ns = track_since(s->last.time_ns, e->time_ns);
	count_unseen(s, e, backward);
	s->prev = *e;
	if (!backward)
		s->last = *e;
	s->seen = true;
	return backward;
}

static void begin_count(struct filter_side *s)
{
	s->unseen = 0;
	s->refused = 0;
	s->refused_at = 0;
}

/* A pulse that came at about its time and was refused is not missing: one in a period is it. */
static void count_refused(const struct filter *f, struct filter_side *s, const struct edge *e)
{
	const int64_t since_ns = track_since(track_last(&f->lock), e->time_ns);
	const int64_t periods = since_ns / f->period_ns +
				(since_ns % f->period_ns > f->period_ns / 2);

	if (periods <= s->refused_at ||
	    llabs(since_ns - periods * f->period_ns) > f->period_ns / 4)
		return;
	s->refused_at = periods;
	s->refused++;
}

/* By the count or by the time, so many periods after the last good one. */
static void count_missed(struct filter_side *s, uint32_t periods, struct judged *p)
{
	const uint32_t refused = s->refused - (s->refused_at == periods);
	const uint32_t absent = periods - 1 > refused ? periods - 1 - refused : 0;

	p->missed = s->unseen > absent ? s->unseen : absent;
	begin_count(s);
}

/* ---- being locked ---- */

static void forget_others(struct filter *f)
{
	f->side[0].tracks.n = f->side[1].tracks.n = 0;
	f->run = f->inverted = 0;
}

/*
 * Where pulses are missing at the beginning, each second one that is left may make a track of
 * its own, of half the frequency: an interval of less shows it.
 */
static void take_shortest(struct filter *f, enum pulse_edge which)
{
	const int64_t period_ns = f->side[which == EDGE_CLEAR].shortest_ns;

	if (!f->config.period_ns && f->lock.period_ns == 2 * period_ns)
		f->lock.period_ns = period_ns;
	f->side[0].shortest_ns = f->side[1].shortest_ns = 0;
}

static void note_shortest(const struct filter *f, struct filter_side *s, int64_t interval_ns)
{
	const struct track_rule rule = rule_of(f);
	const int64_t period_ns = track_nominal(&rule, interval_ns);

	if (period_ns && (!s->shortest_ns || period_ns < s->shortest_ns))
		s->shortest_ns = period_ns;
}

/* These edges are the good ones from now on. */
static void lock_to(struct filter *f, const struct track *t, enum pulse_edge which)
{
	const uint64_t first = t->n > TRACK_RECENT ? t->n - TRACK_RECENT : 0;

	f->lock = *t;		/* before the tracks are forgotten */
	take_shortest(f, which);
	t = &f->lock;
	f->on_time = which;
	f->period_ns = t->period_ns;
	f->last_good = true;
	filter_clear(f);
	for (uint64_t i = first; i < t->n; i++)
		filter_add(f, filter_fold(t->recent_ns[i % TRACK_RECENT], t->period_ns));
	forget_others(f);
}

/* The same by an edge that may be the first since the clock was put back. */
static enum pulse_fate lock_by(struct filter *f, const struct track *t, const struct edge *e,
			       bool backward)
{
	const bool anew = f->lock.n != 0;
	struct filter_side *s = side_of(f, e);

	lock_to(f, t, e->which);
	s->last = *e;
	begin_count(s);
	if (backward)
		other_side(f, s)->seen = false;
	return anew ? PULSE_STEP : PULSE_USED;
}

static enum pulse_fate lock_by_one(struct filter *f, const struct edge *e, int64_t period_ns)
{
	struct track t;

	track_begin(&t, e->time_ns, period_ns);
	return lock_by(f, &t, e, false);
}

/* What an edge is called that is in no track, or not yet in one that is long enough. */
static enum pulse_fate refused(bool backward, enum track_fit fit)
{
	if (backward)
		return PULSE_BACKWARD;
	if (fit == TRACK_FITS)
		return PULSE_FIRST;
	return fit == TRACK_GATE ? PULSE_GATE : PULSE_FREQUENCY;
}

/* ---- an edge of the kind on time ---- */

/* Where the period was left open: intervals that are all of another one, none unseen. */
static bool another_period(struct filter *f, const struct filter_side *s, const struct judged *p)
{
	const struct track_rule rule = rule_of(f);
	const int64_t period_ns = s->unseen || f->config.period_ns ? 0 :
				  track_nominal(&rule, p->interval_ns);

	if (!period_ns || period_ns == f->period_ns) {
		f->run = 0;
		return false;
	}
	f->run = period_ns == f->run_period_ns ? f->run + 1 : 1;
	f->run_period_ns = period_ns;
	return f->run >= RUN_PULSES;
}

/* It goes on from nothing good: does it from others? */
static enum pulse_fate judge_again(struct filter *f, struct filter_side *s, const struct edge *e,
				   bool backward, enum track_fit fit, struct judged *p)
{
	const struct track_rule rule = rule_of(f);
	const unsigned int enough = f->lock.n ? STEP_PULSES : LOCK_PULSES;
	struct track_step step;
	const struct track *t = tracks_feed(&s->tracks, &rule, e->time_ns, f->period_ns, &step);

	if (t && t->n >= enough) {
		count_missed(s, step.periods, p);
		return lock_by(f, t, e, backward);
	}
	if (f->lock.n)
		return refused(backward, fit);
	if (t)
		count_missed(s, step.periods, p);
	return refused(backward, step.fit);
}

static enum pulse_fate on_time(struct filter *f, struct filter_side *s, const struct edge *e,
			       bool backward, struct judged *p)
{
	const struct track_rule rule = rule_of(f);
	struct track_step step = { .fit = TRACK_GATE };

	other_side(f, s)->tracks.n = 0;
	f->last_good = false;
	if (f->lock.n && !backward) {
		if (another_period(f, s, p))
			return lock_by_one(f, e, f->run_period_ns);
		track_judge(&f->lock, &rule, e->time_ns, &step);
	}
	if (step.fit != TRACK_FITS) {
		if (f->lock.n && !backward)
			count_refused(f, s, e);
		return judge_again(f, s, e, backward, step.fit, p);
	}
	track_add(&f->lock, e->time_ns, &step);
	filter_add(f, filter_fold(e->time_ns, f->period_ns));
	count_missed(s, step.periods, p);
	s->tracks.n = 0;
	f->last_good = true;
	return PULSE_USED;
}

/* ---- an edge of the other kind ---- */

/* Since the last one on time; -1: that was not in the same period. */
static int64_t width(const struct filter *f, const struct filter_side *on, const struct edge *e)
{
	const int64_t ns = on->seen ? track_since(on->prev.time_ns, e->time_ns) : -1;

	return ns > 0 && ns < (f->period_ns ? f->period_ns : NS_PER_S) ? ns : -1;
}

/* Longer than the pause, pulse after pulse; where both are the same it stays as it is. */
static bool is_inverted(struct filter *f, int64_t width_ns)
{
	if (width_ns < 0 || !f->last_good)
		return false;
	f->inverted = width_ns > f->period_ns / 8 * 5 ? f->inverted + 1 : 0;
	return f->inverted >= STEP_PULSES;
}

static enum pulse_fate not_on_time(struct filter *f, struct filter_side *s, const struct edge *e,
				   bool backward, struct judged *p)
{
	const struct track_rule rule = rule_of(f);
	struct track_step step;
	const struct track *t;

	p->width_ns = width(f, other_side(f, s), e);
	if (f->last_good && p->width_ns >= 0)
		f->width_ns = p->width_ns;
	if (f->config.edge != EDGE_UNKNOWN)
		return backward ? PULSE_BACKWARD : PULSE_OTHER_EDGE;
	if (!backward && is_inverted(f, p->width_ns))
		return lock_by_one(f, e, f->period_ns);
	t = tracks_feed(&s->tracks, &rule, e->time_ns, f->period_ns, &step);
	if (t && t->n >= STEP_PULSES)
		return lock_by(f, t, e, backward);
	return backward ? PULSE_BACKWARD : PULSE_OTHER_EDGE;
}

/* ---- an edge when it is not known which kind is on time ---- */

/* The shorter part of the period is the pulse, as pulse_shape() has it. */
static enum pulse_edge shape(const struct edge *e, int64_t since_other_ns, int64_t period_ns)
{
	const int64_t high_ns = e->which == EDGE_CLEAR ? since_other_ns : period_ns - since_other_ns;

	return high_ns <= period_ns / 2 ? EDGE_ASSERT : EDGE_CLEAR;
}

/* No edge of the other kind has come since this track began. */
static bool alone(const struct filter_side *other, const struct track *t)
{
	return !other->seen || other->last.time_ns < t->recent_ns[0];
}

static enum pulse_fate decide(struct filter *f, const struct track *t, const struct edge *e,
			      bool backward, struct judged *p)
{
	struct filter_side *other = other_side(f, side_of(f, e));
	const struct track *u = tracks_alive(&other->tracks, e->time_ns);
	int64_t since_ns;

	if (u && u->n >= LOCK_PULSES - 1 && u->period_ns == t->period_ns) {
		since_ns = track_since(track_last(u), e->time_ns);
		if (shape(e, since_ns, t->period_ns) == e->which)
			return lock_by(f, t, e, backward);
		f->width_ns = p->width_ns = since_ns;
		lock_to(f, u, e->which == EDGE_CLEAR ? EDGE_ASSERT : EDGE_CLEAR);
		return PULSE_OTHER_EDGE;
	}
	if (t->n >= STEP_PULSES || alone(other, t))
		return lock_by(f, t, e, backward);
	return refused(backward, TRACK_FITS);
}

static enum pulse_fate undecided(struct filter *f, struct filter_side *s, const struct edge *e,
				 bool backward, struct judged *p)
{
	const struct track_rule rule = rule_of(f);
	struct track_step step;
	const struct track *t = tracks_feed(&s->tracks, &rule, e->time_ns, f->period_ns, &step);

	if (t)
		count_missed(s, step.periods, p);
	if (t && t->n >= LOCK_PULSES)
		return decide(f, t, e, backward, p);
	return refused(backward, step.fit);
}

/* ---- all ---- */

static enum pulse_fate judge(struct filter *f, const struct edge *e, struct judged *p)
{
	struct filter_side *s = side_of(f, e);
	bool backward;

	if (is_duplicate(s, e))
		return PULSE_DUPLICATE;
	backward = take(s, e, p);
	if (!f->lock.n && !backward)
		note_shortest(f, s, p->interval_ns);
	if (f->on_time == EDGE_UNKNOWN)
		return undecided(f, s, e, backward, p);
	if ((f->on_time == EDGE_CLEAR) != (e->which == EDGE_CLEAR))
		return not_on_time(f, s, e, backward, p);
	p->width_ns = f->width_ns;
	return on_time(f, s, e, backward, p);
}

void filter_feed(struct filter *f, const struct edge *e, struct judged *p)
{
	*p = (struct judged) { .edge = *e, .interval_ns = -1, .width_ns = -1 };
	p->fate = judge(f, e, p);
	p->offset_ns = filter_fold(e->time_ns, f->period_ns ? f->period_ns : NS_PER_S);
	f->fates[p->fate]++;
	f->missed += p->missed;
}
