// SPDX-License-Identifier: GPL-2.0-or-later
/* When the pulses come: once a second, or with others between them. */
#include "check.h"

#include <stdlib.h>

/* ---- the rhythm of the edges ---- */

#define INTERVALS_MIN 2
#define INTERVALS_MAX (STAMPS_MAX - 1)
/*
 * A false edge lies anywhere; a pulse that came late is not far off.  Emulated
 * machines delay one by up to 10 ms (QEMU looks at the lines that often).
 */
#define FALSE_SHARE 5
#define UNEVEN_NS (20 * NS_PER_MS)
#define SAME_PHASE_NS (10 * NS_PER_MS)
#define MISSED_MAX 3	/* so many periods are still pulses that were missed */
#define WANDER_STAMPS_MIN 4

struct rhythm {
	unsigned int n;			/* intervals */
	unsigned int odd;		/* that fit no rhythm: false edges */
	unsigned int uneven;		/* more or less than whole periods, those included */
	bool wanders;			/* no phase that most stamps agree on */
	int64_t period_ns;		/* the median */
	int64_t shortest_ns, longest_ns;
};

/* The edge whose stamps count: the one that is captured, else the one that has more. */
static const struct stamps *judged_edge(const struct port_facts *f)
{
	const struct stamps *asserts = &f->motion.asserts, *clears = &f->motion.clears;

	if (fact_known(f->pps_mode) && f->pps_mode.val & PPS_BOTH_EDGES)
		return f->pps_mode.val & PPS_ASSERT_EDGE ? asserts : clears;
	return clears->n > asserts->n ? clears : asserts;
}

/*
 * How far an interval is from whole periods; a period when it cannot be any.  The
 * sampler sees the last stamp only, every few ms: more than one number at a time
 * is a bounce, or the sampler was late.
 */
static int64_t misfit_ns(const struct stamp *from, const struct stamp *to, int64_t period_ns,
			 int64_t missed_max)
{
	const int64_t ns = to->time_ns - from->time_ns;
	const uint32_t steps = to->seq - from->seq;
	int64_t periods;

	if (ns <= 0 || !steps)
		return period_ns;
	if (steps > 1)
		return llabs(ns / steps - period_ns);
	periods = (ns + period_ns / 2) / period_ns;
	return periods < 1 || periods > missed_max ? period_ns : llabs(ns - periods * period_ns);
}

/* Who polls takes no edge but an expected one, and counts what is missed: gpio.missed tells. */
static int64_t missed_max(const struct port_facts *f)
{
	return f->gpio.driver == GPIO_DRIVER_POLL && fact_known(f->second.gpio.missed) ?
		INT64_MAX : MISSED_MAX;
}

/* One late pulse leaves the others where they were, a clock that is set moves all of them. */
static bool is_wandering(const struct stamps *s, int64_t period_ns)
{
	unsigned int most = 0;

	for (unsigned int i = 0; i < s->n; i++) {
		unsigned int agree = 0;

		for (unsigned int k = 0; k < s->n; k++) {
			const int64_t off = llabs(s->v[i].time_ns - s->v[k].time_ns) % period_ns;

			agree += off <= SAME_PHASE_NS || period_ns - off <= SAME_PHASE_NS;
		}
		most = agree > most ? agree : most;
	}
	return s->n >= WANDER_STAMPS_MIN && most * 2 <= s->n;
}

static bool is_a_second(int64_t ns)
{
	return llabs(ns - NS_PER_S) <= NS_PER_S / FALSE_SHARE;
}

static void insert_sorted(int64_t *v, unsigned int n, int64_t value)
{
	for (; n && v[n - 1] > value; n--)
		v[n] = v[n - 1];
	v[n] = value;
}

/* False when there are too few edges for a rhythm, or nobody sampled them. */
static bool find_rhythm(const struct port_facts *f, struct rhythm *r)
{
	const struct stamps *s = judged_edge(f);
	int64_t sorted[INTERVALS_MAX];

	*r = (struct rhythm) { .n = s->n ? s->n - 1 : 0 };
	if (!fact_known(f->motion.ms) || r->n < INTERVALS_MIN)
		return false;
	for (unsigned int i = 0; i < r->n; i++)
		insert_sorted(sorted, i, s->v[i + 1].time_ns - s->v[i].time_ns);
	r->period_ns = sorted[r->n / 2];
	r->shortest_ns = sorted[0];
	r->longest_ns = sorted[r->n - 1];
	for (unsigned int i = 0; i < r->n && r->period_ns > 0; i++) {
		const int64_t period_ns = is_a_second(r->period_ns) ? NS_PER_S : r->period_ns;
		const int64_t off_ns = misfit_ns(&s->v[i], &s->v[i + 1], period_ns,
						missed_max(f));

		r->odd += off_ns > period_ns / FALSE_SHARE;
		r->uneven += off_ns > UNEVEN_NS || off_ns > period_ns / FALSE_SHARE;
	}
	r->wanders = is_a_second(r->period_ns) && is_wandering(s, NS_PER_S);
	return r->period_ns > 0;
}

static double seconds(int64_t ns)
{
	return (double)ns / NS_PER_S;
}

static void run_signal_noise(const struct port_facts *f, struct finding *out)
{
	struct rhythm r;

	if (!check_are_stamps_true(f) || !find_rhythm(f, &r))
		return;
	finding_saw(out, "intervals", fact_from(0, r.n));
	finding_saw(out, "odd_intervals", fact_from(0, r.uneven));
	finding_saw(out, "shortest_us", fact_from(0, r.shortest_ns / 1000));
	finding_saw(out, "longest_us", fact_from(0, r.longest_ns / 1000));
	finding_observed(out, "%u of %u intervals fit no rhythm: the shortest is %.3f s, the longest %.3f s",
			 r.uneven, r.n, seconds(r.shortest_ns), seconds(r.longest_ns));
	out->severity = SEV_OK;
	if (!r.uneven)
		return;
	/* a false edge makes two odd intervals out of one, a clock that is set one */
	if (r.odd < 2 && (r.uneven < 2 || !r.wanders)) {
		finding_warn(out, "a pulse came out of step");
		finding_why(out, "the machine was stopped or its clock set meanwhile, or a false edge came");
		finding_fix(out, "gpsppsctl diag --wait 20     # longer: does it come again?");
		return;
	}
	finding_fail(out, "WRONG TIME: edges come at irregular times");
	finding_why(out, "noise on the line, or a pulse that bounces or wanders: each false edge is taken for the beginning of a second");
	finding_fix(out, "connect the receiver's ground to pin 5 of 9, shorten or shield the wire, and drive DCD with an RS-232 or 5 V level: an open input picks up anything");
}

const struct check check_signal_noise = {
	.id = "signal.noise",
	.title = "edges come at irregular times: noise, or a bouncing pulse",
	.explain = "The seconds of a clock come from the times of the edges; false ones among them "
		"spoil it, and ntpd's or chrony's filter can do only so much. diag samples the "
		"stamps of the captured edge and compares their intervals with the median: an "
		"interval that is no multiple of it, or several edges within milliseconds, is out "
		"of step. One such may be a clock that was set, or a machine that was stopped for "
		"a moment; more, or pulses that agree on no phase, are noise, mostly of an open "
		"or badly grounded input.",
	.see = "https://www.febo.com/time-freq/ntp/",
	.stage = STAGE_PULSE,
	.explains = EXPLAINS_WRONG_TIME,
	.run = run_signal_noise,
};

/* ---- how many a second ---- */

/* Without the stamps: what the counters tell, as far as they are beyond doubt. */
static bool find_rate_by_count(const struct port_facts *f, struct rhythm *r)
{
	const struct fact edges[] = { facts_asserts(f), facts_clears(f) };
	const int64_t window_ms = facts_window_ms(f);
	int64_t most = 0;

	for (size_t i = 0; i < sizeof(edges) / sizeof(edges[0]); i++)
		if (fact_known(edges[i]) && edges[i].val > most)
			most = edges[i].val;
	/* one more than seconds is what a window cuts out of a pulse a second */
	if (!most || window_ms < FACTS_WINDOW_MIN_MS || most * MS_PER_S * 2 < window_ms * 3)
		return false;
	/* a counter moves by less than 2^31, so that it is never 0 (facts_moved()) */
	*r = (struct rhythm) { .period_ns = window_ms * NS_PER_MS / most };
	return true;
}

static void fix_rate(const struct port_facts *f, int hertz, struct finding *out)
{
	if (hertz > 1)
		finding_fix(out, "set the receiver's pulse to 1 Hz; or, as it is, with chrony alone: refclock PPS /dev/%s rate %d",
			    check_pulse_node(f), hertz);
	else
		finding_fix(out, "set the receiver's pulse to 1 Hz");
}

static void run_signal_rate(const struct port_facts *f, struct finding *out)
{
	struct rhythm r;
	int hertz;

	if (!check_are_stamps_true(f) || !(find_rhythm(f, &r) || find_rate_by_count(f, &r)) || r.odd)
		return;
	finding_saw(out, "period_us", fact_from(0, r.period_ns / 1000));
	out->severity = SEV_OK;
	if (is_a_second(r.period_ns))
		return;
	hertz = (int)((NS_PER_S + r.period_ns / 2) / r.period_ns);
	if (r.period_ns < NS_PER_S)
		finding_fail(out, "WRONG TIME: %d pulses come a second, not one", hertz);
	else
		finding_fail(out, "WRONG TIME: a pulse comes every %.1f s, not every second",
			     seconds(r.period_ns));
	finding_observed(out, "a pulse every %.3f s%s", seconds(r.period_ns),
			 r.n ? ", regularly" : " by the counters");
	finding_why(out, "a pulse stands for the beginning of a second: with others in between the daemon cannot tell which it is");
	fix_rate(f, hertz, out);
}

const struct check check_signal_rate = {
	.id = "signal.rate",
	.title = "the pulse is regular, but not one a second",
	.explain = "Some receivers pulse five or ten times a second (Garmin GPS 18-5Hz and "
		"18x-5Hz), or can be set to. ntpd and NTPsec take each pulse for the beginning of "
		"a second and reject or follow the wrong ones; chrony can be told by its option "
		"rate. diag takes the median interval of the sampled stamps, or the counters of "
		"edges when nothing was sampled.",
	.see = "https://chrony-project.org/doc/latest/chrony.conf.html#refclock (rate)",
	.stage = STAGE_PULSE,
	.explains = EXPLAINS_WRONG_TIME,
	.run = run_signal_rate,
};
