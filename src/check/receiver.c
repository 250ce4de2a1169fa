// SPDX-License-Identifier: GPL-2.0-or-later
/* What the receiver says of itself: fix, pulse, date, leap seconds, firmware. */
#include "check.h"

static void run_receiver_no_fix(const struct port_facts *f, struct finding *out)
{
	const struct sentence_facts *s = &f->sentences;

	if (check_needs_no_sentences(f) || check_is_silent(f))
		return;
	if (!check_was_heard(f)) {
		check_unheard(f, out);
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

const struct check check_receiver_no_fix = {
	.id = "receiver.no-fix",
	.stage = STAGE_SENTENCES,
	.explains = EXPLAINS_NO_PULSE | EXPLAINS_NO_SENTENCES,
	.run = run_receiver_no_fix,
};

static void run_receiver_pps_off(const struct port_facts *f, struct finding *out)
{
	(void)f;
	(void)out;
}

const struct check check_receiver_pps_off = {
	.id = "receiver.pps-off",
	.stage = STAGE_PULSE,
	.explains = EXPLAINS_NO_PULSE,
	.run = run_receiver_pps_off,
};

static void run_receiver_week_rollover(const struct port_facts *f, struct finding *out)
{
	(void)f;
	(void)out;
}

const struct check check_receiver_week_rollover = {
	.id = "receiver.week-rollover",
	.stage = STAGE_SENTENCES,
	.explains = EXPLAINS_WRONG_TIME,
	.run = run_receiver_week_rollover,
};

static void run_receiver_leap_unknown(const struct port_facts *f, struct finding *out)
{
	(void)f;
	(void)out;
}

const struct check check_receiver_leap_unknown = {
	.id = "receiver.leap-unknown",
	.stage = STAGE_SENTENCES,
	.explains = EXPLAINS_WRONG_TIME,
	.run = run_receiver_leap_unknown,
};

static void run_receiver_firmware_late(const struct port_facts *f, struct finding *out)
{
	(void)f;
	(void)out;
}

const struct check check_receiver_firmware_late = {
	.id = "receiver.firmware-late",
	.stage = STAGE_SENTENCES,
	.explains = EXPLAINS_WRONG_TIME,
	.run = run_receiver_firmware_late,
};
