// SPDX-License-Identifier: GPL-2.0-or-later
/* Range gate and frequency discriminator, from the edges before. */
#include "pulsetrack.h"

#include "measure.h"

#define PARTS INT64_C(1000000)	/* per million */

/* The longest first: it is the one with fewer edges to explain. */
static const int64_t nominal_ns[] = {
	2 * NS_PER_S, NS_PER_S, 200 * NS_PER_MS, 100 * NS_PER_MS,
};

#define N_NOMINAL (sizeof(nominal_ns) / sizeof(nominal_ns[0]))

int64_t track_since(int64_t from_ns, int64_t to_ns)
{
	const uint64_t since = (uint64_t)to_ns - (uint64_t)from_ns;

	return to_ns < from_ns || since > INT64_MAX / 2 ? -1 : (int64_t)since;
}

bool track_is_nominal(int64_t period_ns)
{
	for (size_t i = 0; i < N_NOMINAL; i++)
		if (nominal_ns[i] == period_ns)
			return true;
	return false;
}

/* From the nearest whole number of periods; at least one must have passed. */
static int64_t deviation(int64_t since_ns, int64_t period_ns)
{
	const int64_t rest = since_ns % period_ns;

	if (since_ns < period_ns)
		return since_ns - period_ns;
	return rest > period_ns / 2 ? rest - period_ns : rest;
}

static int64_t magnitude(int64_t v)
{
	return v < 0 ? -v : v;
}

/* Not more than the parts per million of the whole periods that it is near to. */
static bool frequency_is_right(const struct track_rule *rule, int64_t since_ns, int64_t period_ns)
{
	const int64_t off = deviation(since_ns, period_ns), nominal = since_ns - off;
	const int64_t allowed = nominal / PARTS * rule->ppm + nominal % PARTS * rule->ppm / PARTS;

	return magnitude(off) <= allowed;
}

static enum track_fit judge(const struct track_rule *rule, int64_t since_ns, int64_t base_ns,
			    int64_t period_ns)
{
	if (since_ns < 0 || base_ns < 0)
		return TRACK_GATE;
	if (rule->gate_ns && magnitude(deviation(since_ns, period_ns)) > rule->gate_ns)
		return TRACK_GATE;
	if (rule->ppm && (since_ns < period_ns / 2 ||
			  !frequency_is_right(rule, base_ns, period_ns)))
		return TRACK_FREQUENCY;
	return TRACK_FITS;
}

int64_t track_nominal(const struct track_rule *rule, int64_t since_ns)
{
	for (size_t i = 0; i < N_NOMINAL; i++) {
		const int64_t period_ns = nominal_ns[i];

		/* where the rule allows anything, what is near */
		if (magnitude(since_ns - period_ns) <= period_ns / 8 &&
		    judge(rule, since_ns, since_ns, period_ns) == TRACK_FITS)
			return period_ns;
	}
	return 0;
}

void track_begin(struct track *t, int64_t time_ns, int64_t period_ns)
{
	t->period_ns = period_ns;
	t->recent_ns[0] = time_ns;
	t->n = 1;
}

/* The edge `back` before the next one. */
static int64_t recent(const struct track *t, uint64_t back)
{
	return t->recent_ns[(t->n - back) % TRACK_RECENT];
}

int64_t track_last(const struct track *t)
{
	return recent(t, 1);
}

/*
 * A second ago: noise that a second's time forgives would be many parts per million of a
 * tenth of a second.
 */
static int64_t base(const struct track *t)
{
	const uint64_t back = t->period_ns < NS_PER_S ? (uint64_t)(NS_PER_S / t->period_ns) : 1;

	return recent(t, back < t->n ? back : t->n);
}

static uint32_t whole_periods(int64_t since_ns, int64_t period_ns)
{
	const int64_t periods = since_ns < 0 ? 0 :
				(since_ns - deviation(since_ns, period_ns)) / period_ns;

	return periods < UINT32_MAX ? (uint32_t)periods : UINT32_MAX;
}

void track_judge(const struct track *t, const struct track_rule *rule, int64_t time_ns,
		 struct track_step *step)
{
	const int64_t since_ns = track_since(track_last(t), time_ns);

	*step = (struct track_step) { .period_ns = t->period_ns, .periods = 1 };
	if (!t->period_ns) {
		step->period_ns = track_nominal(rule, since_ns);
		step->fit = step->period_ns ? TRACK_FITS : TRACK_FREQUENCY;
		return;
	}
	step->fit = judge(rule, since_ns, track_since(base(t), time_ns), t->period_ns);
	step->periods = whole_periods(since_ns, t->period_ns);
}

void track_add(struct track *t, int64_t time_ns, const struct track_step *step)
{
	t->period_ns = step->period_ns;
	t->recent_ns[t->n % TRACK_RECENT] = time_ns;
	t->n++;
}

/* A place for one more: that of the track which has waited longest. */
static struct track *place(struct tracks *all)
{
	struct track *oldest = all->of;

	if (all->n < TRACKS)
		return &all->of[all->n++];
	for (size_t i = 1; i < TRACKS; i++)
		if (track_last(&all->of[i]) < track_last(oldest))
			oldest = &all->of[i];
	return oldest;
}

/* While the period is being found, a track is of neighbours: any two edges have some period. */
static void step_of(const struct track *t, const struct track_rule *rule, int64_t time_ns,
		    bool finding, struct track_step *s)
{
	track_judge(t, rule, time_ns, s);
	if (finding && t->n < TRACK_SURE && s->fit == TRACK_FITS && s->periods > 1)
		s->fit = TRACK_FREQUENCY;
}

const struct track *tracks_feed(struct tracks *all, const struct track_rule *rule, int64_t time_ns,
				int64_t period_ns, struct track_step *step)
{
	const struct track *longest = NULL;
	struct track_step s;

	*step = (struct track_step) { .fit = TRACK_FITS, .period_ns = period_ns, .periods = 1 };
	for (size_t i = 0; i < all->n; i++) {
		struct track *t = &all->of[i];

		step_of(t, rule, time_ns, !period_ns, &s);
		if (s.fit == TRACK_FITS)
			track_add(t, time_ns, &s);
		else if (longest)
			continue;
		if (!longest || t->n > longest->n)
			*step = s;
		if (s.fit == TRACK_FITS && (!longest || t->n > longest->n))
			longest = t;
	}
	if (!longest || (!period_ns && longest->n < TRACK_SURE))
		track_begin(place(all), time_ns, period_ns);
	return longest;
}

const struct track *tracks_alive(const struct tracks *all, int64_t time_ns)
{
	const struct track *longest = NULL;

	for (size_t i = 0; i < all->n; i++) {
		const struct track *t = &all->of[i];
		const int64_t since_ns = track_since(track_last(t), time_ns);

		if (since_ns >= 0 && since_ns < t->period_ns && (!longest || t->n > longest->n))
			longest = t;
	}
	return longest;
}
