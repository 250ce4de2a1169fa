// SPDX-License-Identifier: GPL-2.0-or-later
/* Do sentences come, can they be read, and does the receiver know the time? */
#include "check.h"

/* Fewer bytes than a sentence prove nothing about the speed. */
#define BYTES_MIN 20
/* One character in so many with a framing error is noise; more is another speed. */
#define FRAME_ERRORS_SHARE 10
#define FRAME_ERRORS_MIN 3

static bool was_heard(const struct port_facts *f)
{
	return fact_known(f->sentences.ms);
}

static bool does_not_apply(const struct port_facts *f)
{
	return f->pulse_only || !fact_is(f->present, 1) ||
	       (!facts_is_open(f) && !was_heard(f));
}

static void skip_unheard(const struct port_facts *f, struct finding *out)
{
	finding_skip(out, "%s", f->sentences.obstacle[0] ? f->sentences.obstacle :
		     "the port was not listened to");
	finding_fix(out, "%s", f->sentences.allow);
}

void check_nmea_silent(const struct port_facts *f, struct finding *out)
{
	struct fact rx = facts_moved(f, IC_RX);
	bool silent = check_is_silent(f) ||
		(!fact_known(rx) && was_heard(f) && !f->sentences.bytes);

	if (does_not_apply(f))
		return;
	finding_saw(out, "rx", rx);
	if (!fact_known(rx) && !was_heard(f)) {
		check_denied(out, "the counter of received characters", rx);
		return;
	}
	out->severity = SEV_OK;
	if (!silent)
		return;
	finding_fail(out, "NO SENTENCES: not one character comes from the receiver");
	if (fact_known(rx))
		finding_observed(out, "counter of received characters stood still for %.1f s%s",
				 facts_window_ms(f) / 1000.0,
				 facts_has_pulse(f) ? ", pulses arrive" : "");
	else
		finding_observed(out, "nothing heard in %.1f s", f->sentences.ms.val / 1000.0);
	if (facts_has_pulse(f))
		finding_why(out, "the pulse says when a second begins, and nothing says which: the receiver's sentences are switched off, or its TX does not reach RXD");
	else
		finding_why(out, "neither sentences nor pulses: the receiver has no power, is not connected, or is on another port");
	finding_fix(out, "check power and the wire from the receiver's TX to RXD (pin 2 of 9); sentences: gpsppsctl receiver /dev/%s --defaults",
		    f->port.name);
}

/* By the UART's own error counters: without reading a character. */
static void judge_frame_errors(const struct port_facts *f, struct finding *out)
{
	struct fact rx = facts_moved(f, IC_RX), frame = facts_moved(f, IC_FRAME);
	struct fact brk = facts_moved(f, IC_BRK);
	int64_t errors = fact_known(frame) && fact_known(brk) ? frame.val + brk.val : 0;

	finding_saw(out, "rx", rx);
	finding_saw(out, "frame", frame);
	finding_saw(out, "brk", brk);
	if (fact_is(rx, 0))
		return;
	if (!fact_known(rx) || errors < FRAME_ERRORS_MIN ||
	    errors * FRAME_ERRORS_SHARE < rx.val) {
		skip_unheard(f, out);
		return;
	}
	finding_fail(out, "NO SENTENCES: the receiver talks at another speed than %d",
		     (int)f->port.baud.val);
	finding_observed(out, "%d framing errors and breaks among %d characters", (int)errors,
			 (int)rx.val);
}

static void judge_heard(const struct port_facts *f, struct finding *out)
{
	const struct sentence_facts *s = &f->sentences;

	finding_saw(out, "baud", s->baud);
	finding_saw(out, "bytes", fact_from(0, s->bytes));
	finding_saw(out, "sentences", fact_from(0, s->good));
	finding_saw(out, "found_baud", s->found_baud);
	if (s->good) {
		out->severity = SEV_OK;
		return;
	}
	if (s->bytes < BYTES_MIN)
		return;
	if (fact_known(s->found_baud))
		finding_fail(out, "NO SENTENCES: the receiver talks at %d, the port is at %d",
			     (int)s->found_baud.val, (int)s->baud.val);
	else if (facts_is_open(f) && !facts_are_settings_final(f))
		finding_warn(out, "what comes at %d is no NMEA: the daemon must set another speed",
			     (int)s->baud.val);
	else
		finding_fail(out, "NO SENTENCES: what comes at %d is no NMEA", (int)s->baud.val);
	finding_observed(out, "%d bytes in %.1f s at %d baud, no valid sentence",
			 (int)s->bytes, s->ms.val / 1000.0, (int)s->baud.val);
}

void check_nmea_baud(const struct port_facts *f, struct finding *out)
{
	if (does_not_apply(f))
		return;
	if (was_heard(f))
		judge_heard(f, out);
	else
		judge_frame_errors(f, out);
	if (out->severity != SEV_FAIL)
		return;
	finding_why(out, "port and receiver disagree about the speed (or the receiver sends a binary protocol)");
	if (fact_known(f->sentences.found_baud))
		finding_fix(out, "gpsppsctl attach --baud %d /dev/%s     # for good: baud=%d in /etc/gpsppsctl.conf",
			    (int)f->sentences.found_baud.val, f->port.name,
			    (int)f->sentences.found_baud.val);
	else
		finding_fix(out, "gpsppsctl detach /dev/%s; gpsppsctl diag --active %s     # tries the speeds",
			    f->port.name, f->port.name);
}

void check_receiver_no_fix(const struct port_facts *f, struct finding *out)
{
	const struct sentence_facts *s = &f->sentences;

	if (does_not_apply(f) || check_is_silent(f))
		return;
	if (!was_heard(f)) {
		skip_unheard(f, out);
		return;
	}
	finding_saw(out, "fix", s->fix);
	finding_saw(out, "satellites", s->satellites);
	finding_saw(out, "sentences", fact_from(0, s->good));
	if (!s->good) {
		finding_skip(out, "no sentence was understood");
		finding_fix(out, "put the speed right first (nmea.baud)");
		return;
	}
	if (!fact_known(s->fix)) {
		finding_skip(out, "no sentence tells whether the receiver has a fix");
		finding_fix(out, "gpsppsctl receiver /dev/%s --sentences RMC", f->port.name);
		return;
	}
	if (s->fix.val) {
		out->severity = SEV_OK;
		return;
	}
	finding_fail(out, "%s: the receiver has no fix",
		     facts_has_pulse(f) ? "NO TIME" : "NO PULSE");
	if (fact_known(s->satellites))
		finding_observed(out, "its sentences say void (V), %d satellites used",
				 (int)s->satellites.val);
	else
		finding_observed(out, "its sentences say void (V)");
	finding_why(out, "it does not know the time yet; most receivers give no pulse until they do (ppstest: \"Connection timed out\")");
	finding_fix(out, "give the antenna a view of the sky and wait: up to 15 minutes after a cold start");
}
