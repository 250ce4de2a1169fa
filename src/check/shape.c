// SPDX-License-Identifier: GPL-2.0-or-later
/* The shape of a pulse: its width, and which of its edges is on time. */
#include "check.h"

#include <stdio.h>
#include <stdlib.h>

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
	if (!check_are_stamps_true(f) || !facts_has_pulse(f) || check_fails(&check_signal_noise, f) ||
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

enum pulse_edge check_edge_on_time(const struct port_facts *f, int64_t *width_ns)
{
	struct shape s;

	if (!find_shape(f, &s) || is_square(&s))
		return EDGE_UNKNOWN;
	*width_ns = s.width_ns;
	return s.edge;
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
	finding_fix(out, "ntpd, NTPsec: flag2 1; chrony: refclock PPS /dev/%s:clear", check_pulse_node(f));
}

bool check_is_edge_told(const struct port_facts *f)
{
	static const struct check *const others[] = { &check_daemon_flag2, &check_chrony_edge };

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		const enum severity said = check_severity(others[i], f);

		if (said == SEV_INFO || said == SEV_FAIL)
			return true;
	}
	return false;
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
	if (edges != PPS_ASSERT_EDGE || check_is_edge_told(f)) {
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

	if (facts_window_ms(f) < FACTS_WINDOW_MIN_MS || !fact_is(asserts, 0) ||
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
