// SPDX-License-Identifier: GPL-2.0-or-later
/* The pulse itself, as it reaches DCD. */
#include "check.h"

#include <stdio.h>
#include <stdlib.h>

#define WINDOW_MIN_MS 3000
#define NS_PER_MS INT64_C(1000000)
#define MS_PER_S 1000

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
static int64_t misfit_ns(const struct stamp *from, const struct stamp *to, int64_t period_ns)
{
	const int64_t ns = to->time_ns - from->time_ns;
	const uint32_t steps = to->seq - from->seq;
	int64_t periods;

	if (ns <= 0 || !steps)
		return period_ns;
	if (steps > 1)
		return llabs(ns / steps - period_ns);
	periods = (ns + period_ns / 2) / period_ns;
	return periods < 1 || periods > MISSED_MAX ? period_ns : llabs(ns - periods * period_ns);
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
		const int64_t off_ns = misfit_ns(&s->v[i], &s->v[i + 1], period_ns);

		r->odd += off_ns > period_ns / FALSE_SHARE;
		r->uneven += off_ns > UNEVEN_NS || off_ns > period_ns / FALSE_SHARE;
	}
	r->wanders = is_a_second(r->period_ns) && is_wandering(s, NS_PER_S);
	return r->period_ns > 0;
}

/* Edges are stamped when they come: not when a character does. */
static bool are_stamps_true(const struct port_facts *f)
{
	struct uart_regs regs;

	return facts_is_attached(f) && (f->pulse_only || facts_msi(f, &regs) != MSI_OFF);
}

static double seconds(int64_t ns)
{
	return (double)ns / NS_PER_S;
}

/* The name that a daemon's configuration has for the pulse. */
static const char *pulse_node(const struct port_facts *f)
{
	return f->gpspps.name[0] && fact_is(f->gpspps.exists, 1) ? f->gpspps.name :
		f->pulse.name;
}

static void run_signal_noise(const struct port_facts *f, struct finding *out)
{
	struct rhythm r;

	if (!are_stamps_true(f) || !find_rhythm(f, &r))
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
	if (!most || window_ms < WINDOW_MIN_MS || most * MS_PER_S * 2 < window_ms * 3)
		return false;
	*r = (struct rhythm) { .period_ns = window_ms * NS_PER_MS / most };
	return true;
}

static void fix_rate(const struct port_facts *f, int hertz, struct finding *out)
{
	if (hertz > 1)
		finding_fix(out, "set the receiver's pulse to 1 Hz; or, as it is, with chrony alone: refclock PPS /dev/%s rate %d",
			    pulse_node(f), hertz);
	else
		finding_fix(out, "set the receiver's pulse to 1 Hz");
}

static void run_signal_rate(const struct port_facts *f, struct finding *out)
{
	struct rhythm r;
	int hertz;

	if (!are_stamps_true(f) || !(find_rhythm(f, &r) || find_rate_by_count(f, &r)) || r.odd)
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

/* ---- its shape: width and polarity ---- */

struct shape {
	enum pulse_edge edge;
	int64_t width_ns;
	char when[48];		/* ", measured at attach 7200 s ago"; "" now */
};

static bool shape_of(const struct stamp *a, const struct stamp *c, struct shape *s)
{
	struct pulse_shape now;

	if (pulse_shape(a, c, &now) < 0)
		return false;
	*s = (struct shape) { .edge = now.edge, .width_ns = now.width_ns };
	return true;
}

/* Both edges were stamped while we looked: else one of the two is of another day. */
static bool shape_by_samples(const struct port_facts *f, struct shape *s)
{
	const struct stamps *a = &f->motion.asserts, *c = &f->motion.clears;

	return fact_known(f->motion.ms) && a->n && c->n &&
	       shape_of(&a->v[a->n - 1], &c->v[c->n - 1], s);
}

static bool shape_by_instants(const struct port_facts *f, struct shape *s)
{
	const struct edge_fact *a = &f->second.assert_edge, *c = &f->second.clear_edge;
	const struct fact asserts = facts_asserts(f), clears = facts_clears(f);
	struct stamp rise, fall;

	if (!fact_known(asserts) || !asserts.val || !fact_known(clears) || !clears.val ||
	    !fact_known(a->time_ns) || !fact_known(c->time_ns))
		return false;
	rise = (struct stamp) { .time_ns = a->time_ns.val };
	fall = (struct stamp) { .time_ns = c->time_ns.val };
	return shape_of(&rise, &fall, s);
}

static bool shape_by_holder(const struct port_facts *f, struct shape *s)
{
	const struct hold_facts *h = &f->hold;

	if (!fact_known(h->edge) || !fact_known(h->width_us) || h->edge.val == EDGE_UNKNOWN)
		return false;
	*s = (struct shape) { .edge = h->edge.val, .width_ns = h->width_us.val * 1000 };
	if (fact_known(h->shape_age_s))
		snprintf(s->when, sizeof(s->when), ", measured at attach %lld s ago",
			 (long long)h->shape_age_s.val);
	else
		snprintf(s->when, sizeof(s->when), ", measured at attach");
	return true;
}

/* The shorter half of a second is the pulse: that needs a pulse a second. */
static bool find_shape(const struct port_facts *f, struct shape *s)
{
	if (!are_stamps_true(f) || !facts_has_pulse(f) || check_fails(&check_signal_noise, f) ||
	    check_fails(&check_signal_rate, f))
		return false;
	return shape_by_samples(f, s) || shape_by_instants(f, s) || shape_by_holder(f, s);
}

static const char *edge_name(enum pulse_edge edge)
{
	return edge == EDGE_CLEAR ? "clear" : "assert";
}

static void observe_shape(const struct shape *s, struct finding *out)
{
	finding_saw(out, "width_us", fact_from(0, s->width_ns / 1000));
	finding_observed(out, "%.3f ms wide, from %s to %s%s", (double)s->width_ns / NS_PER_MS,
			 edge_name(s->edge),
			 s->edge == EDGE_CLEAR ? "assert" : "clear", s->when);
}

#define SQUARE_MIN_NS (NS_PER_S * 45 / 100)

static bool is_square(const struct shape *s)
{
	return s->width_ns >= SQUARE_MIN_NS;	/* a width is half a second at most */
}

static void run_signal_square(const struct port_facts *f, struct finding *out)
{
	struct shape s;

	if (!find_shape(f, &s))
		return;
	observe_shape(&s, out);
	out->severity = SEV_OK;
	if (!is_square(&s))
		return;
	finding_warn(out, "the pulse is as long as the pause: either edge may be the right one");
	finding_why(out, "with a square wave nothing tells which edge begins the second: with the wrong one the clock is half a second off");
	finding_fix(out, "set the receiver's pulse to 100 or 200 ms; until then read its manual for the edge that is on time");
}

const struct check check_signal_square = {
	.id = "signal.square",
	.title = "the pulse is a square wave: either edge may be the right one",
	.explain = "Which edge begins the second is told from the width: the pulse is the shorter "
		"part. At half a second that fails, and a daemon that takes the wrong edge is "
		"half a second off. diag measures the width from the stamps of both edges, or "
		"takes what the holder measured at attach. A receiver that can be set should give "
		"100 or 200 ms.",
	.see = "gpsd/ppsthread.c; the receiver's manual, \"pulse width\"",
	.stage = STAGE_PULSE,
	.explains = EXPLAINS_WRONG_TIME,
	.run = run_signal_square,
};

/* ---- its polarity ---- */

/* Which edges are stamped: as PPS_GETPARAMS says, else by those that are counted. */
static unsigned int captured(const struct port_facts *f)
{
	const struct fact asserts = facts_asserts(f), clears = facts_clears(f);

	if (fact_known(f->pps_mode))
		return f->pps_mode.val & PPS_BOTH_EDGES;
	return (fact_known(asserts) && asserts.val ? PPS_ASSERT_EDGE : 0) |
	       (fact_known(clears) && clears.val ? PPS_CLEAR_EDGE : 0);
}

static void fix_inverted(const struct port_facts *f, struct finding *out)
{
	finding_fix(out, "ntpd, NTPsec: flag2 1; chrony: refclock PPS /dev/%s:clear", pulse_node(f));
}

static void run_signal_inverted(const struct port_facts *f, struct finding *out)
{
	unsigned int edges = captured(f);
	struct shape s;

	if (!find_shape(f, &s) || is_square(&s))
		return;
	observe_shape(&s, out);
	finding_saw(out, "captured", fact_from(0, edges));
	out->severity = SEV_OK;
	if (s.edge != EDGE_CLEAR || edges == PPS_CLEAR_EDGE)
		return;
	fix_inverted(f, out);
	if (edges != PPS_ASSERT_EDGE) {
		out->severity = SEV_INFO;
		finding_why(out, "the pulse is inverted: the second begins with the clear edge, and the daemon must be told so");
		return;
	}
	finding_fail(out, "WRONG TIME: the pulse is inverted, and its end is taken for its beginning");
	finding_why(out, "the second begins with the clear edge, and a daemon captures the assert edge: the clock is %.1f ms late",
		    (double)s.width_ns / NS_PER_MS);
}

const struct check check_signal_inverted = {
	.id = "signal.inverted",
	.title = "the pulse is inverted: its clear edge begins the second",
	.explain = "A level shifter or a TTL adapter may turn the pulse over; then the second "
		"begins when DCD goes off. A daemon that takes the assert edge is off by exactly "
		"the pulse's width. diag knows the polarity from the stamps of both edges (the "
		"shorter part of a second is the pulse), or from what the holder measured at "
		"attach, and which edge is captured from PPS_GETPARAMS. It is a fault only when a "
		"daemon captures the wrong edge; inverted by design, with the clear edge "
		"captured, is fine.",
	.see = "https://docs.ntpsec.org/latest/driver_nmea.html (flag2); chrony.conf(5), refclock PPS, clear",
	.stage = STAGE_PULSE,
	.explains = EXPLAINS_WRONG_TIME,
	.run = run_signal_inverted,
};

/* ---- too short ---- */

#define SHORT_NS NS_PER_MS

/* As many edges as seconds: both edges of a pulse a second would be twice as many. */
static bool is_one_a_second(const struct port_facts *f, struct fact edges)
{
	return fact_known(edges) && edges.val >= 2 &&
	       llabs(edges.val * MS_PER_S - facts_window_ms(f)) <= MS_PER_S;
}

/*
 * When the interrupt is served DCD is back where it was: MSR says "changed" with
 * the old level, which is counted once and stamped as the edge behind the pulse
 * (uart_handle_dcd_change()).
 */
static bool is_half_seen(const struct port_facts *f)
{
	const struct fact asserts = facts_asserts(f), clears = facts_clears(f);
	const bool clears_off = fact_known(f->pps_mode) &&
		(f->pps_mode.val & PPS_BOTH_EDGES) == PPS_ASSERT_EDGE;

	if (facts_window_ms(f) < WINDOW_MIN_MS || !fact_is(asserts, 0) ||
	    !is_one_a_second(f, facts_moved(f, IC_DCD)))
		return false;
	return is_one_a_second(f, clears) || (clears_off && fact_is(clears, 0));
}

static void fail_short(const struct port_facts *f, struct finding *out)
{
	static const char text[] = "the pulse is too short: only its end is seen";

	finding_saw(out, "dcd", facts_moved(f, IC_DCD));
	finding_saw(out, "asserts", facts_asserts(f));
	finding_saw(out, "clears", facts_clears(f));
	if (fact_known(f->pps_mode) && f->pps_mode.val & PPS_ASSERT_EDGE)
		finding_fail(out, "NO PULSE: %s", text);
	else
		finding_warn(out, "%s", text);
	finding_observed(out, "DCD counter moved by %d in %.1f s (once a pulse, not twice), assert by 0, clear by %d",
			 (int)facts_moved(f, IC_DCD).val, facts_window_ms(f) / 1000.0,
			 (int)facts_clears(f).val);
	finding_why(out, "it is over before the interrupt is served: the kernel finds DCD off again and stamps no assert edge");
}

static void run_signal_short_pulse(const struct port_facts *f, struct finding *out)
{
	struct shape s;

	if (f->pulse_only || !facts_is_attached(f) || check_is_deaf(f))
		return;
	if (facts_moved(f, IC_DCD).state == FACT_DENIED && !facts_has_pulse(f)) {
		check_denied(out, "the DCD counter", facts_moved(f, IC_DCD));
		return;
	}
	if (is_half_seen(f)) {
		fail_short(f, out);
	} else if (find_shape(f, &s)) {
		observe_shape(&s, out);
		out->severity = SEV_OK;
		if (s.width_ns >= SHORT_NS)
			return;
		finding_warn(out, "the pulse is short: a late interrupt misses it");
		finding_why(out, "the kernel must look at DCD while it is on");
	} else {
		return;
	}
	finding_fix(out, "set the receiver's pulse to 20 ms or more (USB adapters and virtual machines need that much), or use a pulse stretcher");
}

const struct check check_signal_short_pulse = {
	.id = "signal.short-pulse",
	.title = "the pulse is too short for the interrupt",
	.explain = "The kernel learns of an edge by an interrupt and then looks at the level of "
		"DCD. A pulse of microseconds is over by then: the change is counted once a "
		"second instead of twice and stamped as a clear edge, and the assert edge that "
		"daemons wait for never comes. diag sees just that in the counters, or a width "
		"under 1 ms in the stamps. The receiver should be set to 20 ms or more.",
	.see = "drivers/tty/serial/serial_core.c: uart_handle_dcd_change()",
	.stage = STAGE_PULSE,
	.explains = EXPLAINS_NO_PULSE,
	.run = run_signal_short_pulse,
};

/* ---- none at all ---- */

static const char *const pin_names[] = {
	[IC_CTS] = "CTS (pin 8)", [IC_DSR] = "DSR (pin 6)", [IC_RNG] = "RI (pin 9)",
	[IC_DCD] = "DCD (pin 1)",
};

static void run_signal_wrong_pin(const struct port_facts *f, struct finding *out)
{
	enum icount_line pin;
	struct fact moved;

	if (!check_can_judge_line(f, out))
		return;
	if (f->first.icount[IC_CTS].state == FACT_DENIED) {
		check_denied(out, "the counters of the modem lines", f->first.icount[IC_CTS]);
		return;
	}
	finding_saw(out, "cts", facts_moved(f, IC_CTS));
	finding_saw(out, "dsr", facts_moved(f, IC_DSR));
	finding_saw(out, "rng", facts_moved(f, IC_RNG));
	finding_saw(out, "dcd", facts_moved(f, IC_DCD));
	out->severity = SEV_OK;
	pin = check_pulse_pin(f);
	if (pin == IC_DCD || !fact_is(facts_moved(f, IC_DCD), 0))
		return;
	moved = facts_moved(f, pin);
	finding_fail(out, "NO PULSE: the pulse is on %s, not on DCD", pin_names[pin]);
	finding_observed(out, "%s moved %d times in %.1f s, DCD not once", pin_names[pin],
			 (int)moved.val, facts_window_ms(f) / 1000.0);
	finding_why(out, "Linux stamps DCD's edges only");
	finding_fix(out, "move the pulse's wire from %s to DCD (pin 1 of a 9-pin connector)",
		    pin_names[pin]);
}

const struct check check_signal_wrong_pin = {
	.id = "signal.wrong-pin",
	.title = "the pulse arrives on another pin than DCD",
	.explain = "The PPS line discipline is called for changes of DCD, and of no other line. "
		"diag compares the kernel's counters of CTS, DSR and RI over its watch: one that "
		"moves like a pulse a second while DCD stands still has the wire that belongs on "
		"pin 1.",
	.see = "drivers/pps/clients/pps-ldisc.c: pps_tty_dcd_change()",
	.stage = STAGE_PULSE,
	.explains = EXPLAINS_NO_PULSE,
	.run = run_signal_wrong_pin,
};

/* A dead receiver, one without a fix, one whose pulse is off: those say it better. */
static bool is_receivers_fault(const struct port_facts *f)
{
	return check_is_silent(f) || fact_is(f->sentences.fix, 0) ||
	       fact_is(f->sentences.pulse_enabled, 0);
}

/* Edges of whatever pin were counted: the wire is not dead. */
static bool is_any_edge_counted(const struct port_facts *f)
{
	struct fact dcd = facts_moved(f, IC_DCD);

	return (fact_known(dcd) && dcd.val) || check_pulse_pin(f) != IC_DCD;
}

/* The last edge was the assertion.  The stamp of an edge that is not captured is stale. */
static bool is_last_edge_assert(const struct port_facts *f)
{
	const struct fact a = f->second.assert_edge.time_ns, c = f->second.clear_edge.time_ns;

	if (!fact_known(f->pps_mode) ||
	    (f->pps_mode.val & PPS_BOTH_EDGES) != PPS_BOTH_EDGES || !fact_known(a))
		return false;
	return c.state == FACT_ABSENT || (fact_known(c) && a.val > c.val);
}

static void fail_stuck(const struct port_facts *f, const char *evidence, struct finding *out)
{
	finding_fail(out, "NO PULSE: DCD is held on all the time");
	finding_observed(out, "%s, no edge in %.1f s", evidence, facts_window_ms(f) / 1000.0);
	finding_why(out, "a pulse would switch it off and on: DCD is tied to DTR (a null-modem cable does that) or to a supply, or the receiver holds its output");
	finding_fix(out, "take the bridge to DCD away and wire the receiver's pulse to it (pin 1 of 9): gpsppsctl diag /dev/%s",
		    f->port.name);
}

/*
 * On a port that --active opened one look at the level is no proof, as pulses and
 * pauses have levels, too; that no edge was counted while the interrupt was on is.
 */
static void judge_level(const struct port_facts *f, struct finding *out)
{
	struct uart_regs regs;

	finding_saw(out, "dcd_level", f->dcd_level);
	finding_saw(out, "dcd", facts_moved(f, IC_DCD));
	if (f->dcd_level.state == FACT_DENIED) {
		check_denied(out, "DCD's level", f->dcd_level);
		return;
	}
	if (!fact_known(f->dcd_level) || !f->dcd_level.val)
		return;
	if (facts_window_ms(f) >= WINDOW_MIN_MS && fact_is(facts_moved(f, IC_DCD), 0) &&
	    facts_msi(f, &regs) == MSI_ON) {
		fail_stuck(f, "DCD is on", out);
		return;
	}
	out->severity = SEV_INFO;
	finding_observed(out, "DCD was on when it was looked at");
}

static void run_signal_stuck(const struct port_facts *f, struct finding *out)
{
	if (!f->pulse_only && !facts_is_attached(f)) {
		judge_level(f, out);
		return;
	}
	if (!check_can_judge_line(f, out))
		return;
	if (f->pps_mode.state == FACT_DENIED) {
		check_denied(out, "which edges are captured", f->pps_mode);
		return;
	}
	finding_saw(out, "pps_mode", f->pps_mode);
	if (is_any_edge_counted(f) || is_receivers_fault(f) || !is_last_edge_assert(f))
		return;
	fail_stuck(f, "the last edge switched DCD on", out);
}

const struct check check_signal_stuck = {
	.id = "signal.stuck",
	.title = "DCD is held on all the time",
	.explain = "No edge comes, and the last one that came switched DCD on: something holds the "
		"line there. A null-modem cable ties DCD to DTR, and some receivers keep an "
		"inverted output on while it is switched off. diag compares the last stamps of "
		"both edges, as far as both are captured; it does not ask for the level while the "
		"port is in use, since reading it can swallow an edge.",
	.see = "tty_ioctl(4), TIOCMGET; drivers/tty/serial/8250/8250_port.c: serial8250_modem_status()",
	.stage = STAGE_PULSE,
	.explains = EXPLAINS_NO_PULSE,
	.by_exclusion = true,
	.run = run_signal_stuck,
};

/* A source without a port: a GPIO line, a network card, another driver. */
static void judge_source(const struct port_facts *f, struct finding *out)
{
	if (facts_has_pulse(f)) {
		out->severity = SEV_OK;
		return;
	}
	if (!facts_no_pulse(f)) {
		finding_skip(out, "%s was not watched for long enough", f->pulse.name);
		return;
	}
	finding_fail(out, "NO PULSE: %s stood still", f->pulse.name);
	finding_observed(out, "source %s, no edge in %.1f s", f->pulse.source.val,
			 facts_window_ms(f) / 1000.0);
	finding_why(out, "nothing reaches its input; whoever waits for the pulse gets \"Connection timed out\"");
	finding_fix(out, "check the wire, and that the source is switched on");
}

static void run_signal_absent(const struct port_facts *f, struct finding *out)
{
	char movement[120];

	if (f->pulse_only) {
		judge_source(f, out);
		return;
	}
	if (!check_can_judge_line(f, out))
		return;
	/* others explain it better */
	if (is_any_edge_counted(f) || is_receivers_fault(f) ||
	    check_fails(&check_driver_no_dcd, f) || check_fails(&check_signal_stuck, f))
		return;
	check_movement_text(f, movement, sizeof(movement));
	finding_saw(out, "dcd", facts_moved(f, IC_DCD));
	finding_saw(out, "rx", facts_moved(f, IC_RX));
	finding_saw(out, "fix", f->sentences.fix);
	finding_saw(out, "satellites", f->sentences.satellites);
	finding_fail(out, "NO PULSE: nothing arrives on DCD");
	finding_observed(out, "%s attached, %s%s", f->pulse.name, movement,
			 fact_is(f->sentences.fix, 1) ? ", the receiver has a fix" : "");
	if (fact_is(f->sentences.fix, 1))
		finding_why(out, "the receiver knows the time and gives no pulse here: it is switched off in the receiver, or its wire does not reach DCD (ppstest: \"Connection timed out\")");
	else
		finding_why(out, "the receiver has no fix yet, its pulse is switched off, or the wire does not reach DCD (ppstest: \"Connection timed out\")");
	finding_fix(out, "wire the pulse to DCD (pin 1 of 9), with RS-232 or 5 V level; switch it on: gpsppsctl receiver /dev/%s",
		    f->port.name);
}

const struct check check_signal_absent = {
	.id = "signal.absent",
	.title = "nothing arrives on DCD",
	.explain = "N_PPS is attached, the interrupt is on, and no edge comes on DCD or any other "
		"line: what is left is the wire, its level, or a pulse that is switched off in "
		"the receiver (a Garmin GPS 18 leaves the factory so in some firmware). diag "
		"names it only when nothing else explains the silence, and lists what it could "
		"not look at. A cable of three wires has no DCD.",
	.see = "ppscheck(8); the receiver's manual, \"pulse output\"",
	.stage = STAGE_PULSE,
	.explains = EXPLAINS_NO_PULSE,
	.by_exclusion = true,
	.run = run_signal_absent,
};
