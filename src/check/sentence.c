// SPDX-License-Identifier: GPL-2.0-or-later
/* Do sentences come, can they be read, and does the receiver know the time? */
#include "check.h"

/* Fewer bytes than a sentence prove nothing about the speed. */
#define BYTES_MIN 20
/* One character in so many with a framing error is noise; more is another speed. */
#define FRAME_ERRORS_SHARE 10
#define FRAME_ERRORS_MIN 3

static void run_nmea_silent(const struct port_facts *f, struct finding *out)
{
	struct fact rx = facts_moved(f, IC_RX);
	bool silent = check_is_silent(f) ||
		(!fact_known(rx) && check_was_heard(f) && !f->sentences.bytes);

	if (check_needs_no_sentences(f))
		return;
	finding_saw(out, "rx", rx);
	if (!fact_known(rx) && !check_was_heard(f)) {
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

const struct check check_nmea_silent = {
	.id = "nmea.silent",
	.stage = STAGE_SENTENCES,
	.explains = EXPLAINS_NO_PULSE | EXPLAINS_NO_SENTENCES,
	.run = run_nmea_silent,
};

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
		check_unheard(f, out);
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

static void run_nmea_baud(const struct port_facts *f, struct finding *out)
{
	if (check_needs_no_sentences(f))
		return;
	if (check_was_heard(f))
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

const struct check check_nmea_baud = {
	.id = "nmea.baud",
	.stage = STAGE_SENTENCES,
	.explains = EXPLAINS_NO_SENTENCES,
	.run = run_nmea_baud,
};

static void run_nmea_binary(const struct port_facts *f, struct finding *out)
{
	(void)f;
	(void)out;
}

const struct check check_nmea_binary = {
	.id = "nmea.binary",
	.stage = STAGE_SENTENCES,
	.explains = EXPLAINS_NO_SENTENCES,
	.run = run_nmea_binary,
};

static void run_nmea_inverted(const struct port_facts *f, struct finding *out)
{
	(void)f;
	(void)out;
}

const struct check check_nmea_inverted = {
	.id = "nmea.inverted",
	.stage = STAGE_SENTENCES,
	.explains = EXPLAINS_NO_SENTENCES,
	.run = run_nmea_inverted,
};

static void run_nmea_garbage(const struct port_facts *f, struct finding *out)
{
	(void)f;
	(void)out;
}

const struct check check_nmea_garbage = {
	.id = "nmea.garbage",
	.stage = STAGE_SENTENCES,
	.explains = EXPLAINS_NO_SENTENCES,
	.run = run_nmea_garbage,
};

static void run_nmea_no_date(const struct port_facts *f, struct finding *out)
{
	(void)f;
	(void)out;
}

const struct check check_nmea_no_date = {
	.id = "nmea.no-date",
	.stage = STAGE_SENTENCES,
	.explains = EXPLAINS_NO_SENTENCES,
	.run = run_nmea_no_date,
};

static void run_nmea_void(const struct port_facts *f, struct finding *out)
{
	(void)f;
	(void)out;
}

const struct check check_nmea_void = {
	.id = "nmea.void",
	.stage = STAGE_SENTENCES,
	.explains = EXPLAINS_NO_SENTENCES,
	.run = run_nmea_void,
};

static void run_nmea_overrun(const struct port_facts *f, struct finding *out)
{
	(void)f;
	(void)out;
}

const struct check check_nmea_overrun = {
	.id = "nmea.overrun",
	.stage = STAGE_SENTENCES,
	.explains = EXPLAINS_WRONG_TIME,
	.run = run_nmea_overrun,
};

static void run_nmea_delay(const struct port_facts *f, struct finding *out)
{
	(void)f;
	(void)out;
}

const struct check check_nmea_delay = {
	.id = "nmea.delay",
	.stage = STAGE_SENTENCES,
	.explains = EXPLAINS_WRONG_TIME,
	.run = run_nmea_delay,
};
