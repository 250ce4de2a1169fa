// SPDX-License-Identifier: GPL-2.0-or-later
/* Does a pulse reach DCD at all? */
#include "check.h"

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
	return check_dcd_goes_on(f) || check_pulse_pin(f) != IC_DCD;
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
	if (facts_window_ms(f) >= FACTS_WINDOW_MIN_MS && fact_is(facts_moved(f, IC_DCD), 0) &&
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
	/* others explain it better */
	if (check_fails(&check_gpio_pulled_down, f) || check_fails(&check_gpio_missed, f))
		return;
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
	    check_fails(&check_driver_no_dcd, f) || check_fails(&check_signal_stuck, f) ||
	    check_fails(&check_signal_short_pulse, f))
		return;
	check_movement_text(f, movement, sizeof(movement));
	finding_saw(out, "dcd", facts_moved(f, IC_DCD));
	finding_saw(out, "rx", facts_moved(f, IC_RX));
	finding_saw(out, "fix", f->sentences.fix);
	finding_saw(out, "satellites", f->sentences.satellites);
	finding_fail(out, "NO PULSE: %s", check_has_moved(facts_moved(f, IC_DCD)) ?
		     "it stopped while it was watched" : "nothing arrives on DCD");
	finding_observed(out, "%s attached, %s%s", f->pulse.name, movement,
			 fact_is(f->sentences.fix, 1) ? ", the receiver has a fix" : "");
	if (fact_is(f->sentences.fix, 1))
		finding_why(out, "the receiver knows the time and gives no pulse here: it is switched off in the receiver, or its wire does not reach DCD (ppstest: \"Connection timed out\")");
	else
		finding_why(out, "the receiver has no fix yet, its pulse is switched off, or the wire does not reach DCD (ppstest: \"Connection timed out\")");
	finding_fix(out, "wire the pulse to DCD (pin 1 of 9); 3.3 V does not drive an RS-232 input: put a converter (MAX3232) between; switch it on: gpsppsctl receiver /dev/%s --pps on",
		    f->port.name);
}

const struct check check_signal_absent = {
	.id = "signal.absent",
	.title = "nothing arrives on DCD",
	.explain = "N_PPS is attached, the interrupt is on, and no edge comes on DCD or any other "
		"line: what is left is the wire, its level, or a pulse that is switched off in "
		"the receiver (a Garmin GPS 18 leaves the factory so in some firmware). An RS-232 "
		"input is made for 3 to 15 V either side of zero: the 3.3 V of a module's pin does "
		"not drive it, or on one computer and not on the next; a converter (MAX3232) "
		"does, and turns the pulse over. diag names this only when nothing else explains "
		"the silence, and lists what it could not look at. A cable of three wires has no "
		"DCD.",
	.see = "ppscheck(8); the receiver's manual, \"pulse output\"",
	.stage = STAGE_PULSE,
	.explains = EXPLAINS_NO_PULSE,
	.by_exclusion = true,
	.run = run_signal_absent,
};
