// SPDX-License-Identifier: GPL-2.0-or-later
/* What the receiver says of itself: fix, pulse, date, leap seconds, firmware. */
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../daemon/receiver_said.h"

#define S_PER_DAY INT64_C(86400)
/* GPS counts 1024 weeks and begins anew; some firmware's own date does so after 256. */
#define ROLLOVER_S (INT64_C(256) * 7 * S_PER_DAY)
#define ROLLOVERS_1024 4
/* GPS - UTC since 2017-01-01 (IERS Bulletin C 52). */
#define LEAP_S 18
/* A receiver without it says GPS time, or uses what its firmware was built with. */
#define LEAP_LATE_MIN_S 10
#define LEAP_LATE_MAX_S 20
#define FIRMWARE_GOOD 370	/* 3.70 */

static void judge_no_fix(const struct port_facts *f, struct fact satellites, const char *who,
			 struct finding *out)
{
	finding_fail(out, "%s: the receiver has no fix",
		     facts_has_pulse(f) ? "NO TIME" : "NO PULSE");
	if (fact_known(satellites))
		finding_observed(out, "%s, %d satellites used", who, (int)satellites.val);
	else
		finding_observed(out, "%s", who);
	finding_why(out, "it does not know the time yet; most receivers give no pulse until they do (ppstest: \"Connection timed out\")");
	finding_fix(out, "give the antenna a view of the sky and wait: up to 15 minutes after a cold start");
}

/* Nobody could listen; the daemon that reads the port may have said it. */
static void judge_unheard(const struct port_facts *f, struct finding *out)
{
	struct receiver_said r;
	char who[64], text[128];

	daemon_receiver_said(f, &r);
	if (!r.by) {
		check_unheard(f, out);
		return;
	}
	finding_saw(out, "fix", r.fix);
	finding_saw(out, "satellites", r.satellites);
	out->severity = SEV_OK;
	if (r.fix.val)
		return;
	daemon_text(r.by, who, sizeof(who));
	snprintf(text, sizeof(text), "%s says so: %s", who,
		 r.by->kind == DAEMON_GPSD ? "\"mode\":1" : "the last sentence is void");
	judge_no_fix(f, r.satellites, text, out);
}

static void run_receiver_no_fix(const struct port_facts *f, struct finding *out)
{
	const struct sentence_facts *s = &f->sentences;

	if (check_needs_no_sentences(f) || check_is_silent(f))
		return;
	if (!check_was_heard(f)) {
		judge_unheard(f, out);
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
	out->severity = SEV_OK;
	if (!s->fix.val)
		judge_no_fix(f, s->satellites, "its sentences say void (V)", out);
}

const struct check check_receiver_no_fix = {
	.id = "receiver.no-fix",
	.title = "the receiver has no fix",
	.explain = "Without a fix the receiver does not know the time; most give no pulse "
		"then, and daemons reject their sentences. diag hears them say void (RMC with "
		"V, GGA with quality 0). The antenna needs a view of the sky, and a cold start "
		"takes up to 15 minutes. Where nobody may listen, diag asks the daemon that reads "
		"the port: gpsd on its socket, ntpd by ntpq -c clockvar.",
	.see = "https://gpsd.gitlab.io/gpsd/gpsd-time-service-howto.html",
	.stage = STAGE_SENTENCES,
	.explains = EXPLAINS_NO_PULSE | EXPLAINS_NO_SENTENCES,
	.run = run_receiver_no_fix,
};

static void run_receiver_pps_off(const struct port_facts *f, struct finding *out)
{
	const struct fact enabled = f->sentences.pulse_enabled;

	if (!check_hears(f, out) || !fact_known(enabled))
		return;
	finding_saw(out, "pulse_enabled", enabled);
	out->severity = SEV_OK;
	if (enabled.val)
		return;
	if (facts_has_pulse(f))
		finding_warn(out, "the receiver's pulse is switched off for its next start");
	else
		finding_fail(out, "NO PULSE: the receiver's pulse output is switched off");
	finding_observed(out, "$PGRMC, the receiver's settings: field 12 is 1 (no pulse)");
	finding_why(out, "Garmin's receivers keep this setting without power; a new one is shipped so, or a program has changed it");
	finding_fix(out, "gpsppsctl receiver /dev/%s --pps on     # and a restart of the receiver",
		    f->port.name);
}

const struct check check_receiver_pps_off = {
	.id = "receiver.pps-off",
	.title = "the receiver's pulse output is switched off",
	.explain = "A Garmin gives a pulse only when field 12 of its settings ($PGRMC) is 2, "
		"which is not so on each new one. Sentences and fix are fine, and DCD stays "
		"still. diag --active asks for the settings by $PGRMCE. The change needs a "
		"restart of the receiver, by $PGRMI with R or by its power.",
	.see = "Garmin GPS 18x Technical Specifications (190-00879-08), PGRMC",
	.stage = STAGE_PULSE,
	.explains = EXPLAINS_NO_PULSE,
	.run = run_receiver_pps_off,
};

/* The receiver's clock can be judged: it has a time, and does not call it void. */
static bool has_time(const struct port_facts *f, struct finding *out)
{
	const struct sentence_facts *s = &f->sentences;

	if (!check_hears(f, out) || !fact_known(s->late_s) || fact_is(s->fix, 0))
		return false;
	finding_saw(out, "late_s", s->late_s);
	finding_saw(out, "clock_synced", f->host.clock_synced);
	return true;
}

static void run_receiver_week_rollover(const struct port_facts *f, struct finding *out)
{
	const int64_t late_s = f->sentences.late_s.val;
	const int64_t half = late_s < 0 ? -ROLLOVER_S / 2 : ROLLOVER_S / 2;
	int64_t n, rest;

	if (!has_time(f, out))
		return;
	n = (late_s + half) / ROLLOVER_S;
	rest = late_s - n * ROLLOVER_S;
	/* a date that is wrong otherwise is as likely the system's */
	if (rest < -S_PER_DAY || rest > S_PER_DAY)
		return;
	out->severity = SEV_OK;
	if (!n)
		return;
	finding_fail(out, "WRONG TIME: the receiver's date is %d weeks %s", (int)llabs(n) * 256,
		     n < 0 ? "in the past" : "in the future");
	finding_observed(out, "the sentences' date is %d days %s the system's clock, to the day %d x %d weeks",
			 (int)((llabs(late_s) + S_PER_DAY / 2) / S_PER_DAY),
			 n < 0 ? "behind" : "before",
			 n % ROLLOVERS_1024 ? (int)llabs(n) : (int)llabs(n) / ROLLOVERS_1024,
			 n % ROLLOVERS_1024 ? 256 : 1024);
	finding_why(out, "GPS numbers its weeks from 0 to 1023 only; the receiver's firmware is older than the span for which it can tell which 1024 are meant");
	finding_fix(out, "update the receiver's firmware; until then NTPsec: time1 0g (each g adds 1024 weeks), or let servers of the network tell the date");
}

const struct check check_receiver_week_rollover = {
	.id = "receiver.week-rollover",
	.title = "the receiver's date is off by a multiple of 1024 (or 256) weeks",
	.explain = "GPS sends ten bits of the week's number, which began anew in 1999 and "
		"2019; firmware guesses the rest, and old firmware guesses wrong: the date is "
		"19.6 years back while the time of day is right. diag compares the date with "
		"the system's clock and finds a multiple of 256 weeks to within a day. New "
		"firmware cures it; NTPsec's time1 with the suffix g works around it.",
	.see = "https://docs.ntpsec.org/latest/driver_nmea.html",
	.stage = STAGE_SENTENCES,
	.explains = EXPLAINS_WRONG_TIME,
	.run = run_receiver_week_rollover,
};

/* The clock, set by others, agrees with the receiver to the second. */
static bool is_confirmed(const struct port_facts *f)
{
	return fact_is(f->host.clock_synced, 1) && fact_known(f->sentences.late_s) &&
	       llabs(f->sentences.late_s.val) <= 1;
}

static void run_receiver_leap_unknown(const struct port_facts *f, struct finding *out)
{
	const struct sentence_facts *s = &f->sentences;
	bool told, seen;

	if (!check_hears(f, out))
		return;
	finding_saw(out, "leap_s", s->leap_s);
	finding_saw(out, "late_s", s->late_s);
	/* after a leap second to come the number here is the old one */
	told = fact_known(s->leap_s) && s->leap_s.val != LEAP_S && !is_confirmed(f);
	seen = fact_is(f->host.clock_synced, 1) && fact_known(s->late_s) &&
	       s->late_s.val >= LEAP_LATE_MIN_S && s->late_s.val <= LEAP_LATE_MAX_S;
	if (fact_known(s->leap_s) || is_confirmed(f))
		out->severity = SEV_OK;
	if (!told && !seen)
		return;
	finding_warn(out, "the receiver does not know the leap seconds yet");
	if (told)
		finding_observed(out, "$PGRMF says GPS - UTC = %d s; it is %d s", (int)s->leap_s.val,
				 LEAP_S);
	else
		finding_observed(out, "the sentences are %d s before the system's clock, which is synchronised",
				 (int)s->late_s.val);
	finding_why(out, "satellites send the number only every 12.5 minutes; until then the time is off by whole seconds, and says nothing of it");
	finding_fix(out, "wait for 15 minutes with a view of the sky, then run it again; keep the receiver's backup battery charged");
}

const struct check check_receiver_leap_unknown = {
	.id = "receiver.leap-unknown",
	.title = "the receiver does not know the leap seconds yet",
	.explain = "UTC is GPS time less the leap seconds, 18 since 2017, which the satellites "
		"send once in 12.5 minutes. After a cold start a receiver gives GPS time, or "
		"uses an old number, and is off by whole seconds with a valid fix. diag reads "
		"the number in Garmin's PGRMF, or sees sentences 10 to 20 s before a clock "
		"that is synchronised. It goes by itself.",
	.see = "https://www.ietf.org/timezones/data/leap-seconds.list",
	.stage = STAGE_SENTENCES,
	.explains = EXPLAINS_WRONG_TIME,
	.run = run_receiver_leap_unknown,
};

static void run_receiver_firmware_late(const struct port_facts *f, struct finding *out)
{
	const struct sentence_facts *s = &f->sentences;

	if (!check_hears(f, out) || !strstr(s->model, "18x") || !fact_known(s->firmware))
		return;
	finding_saw(out, "firmware", s->firmware);
	finding_saw(out, "late_s", s->late_s);
	out->severity = SEV_OK;
	if (s->firmware.val >= FIRMWARE_GOOD)
		return;
	if (fact_is(f->host.clock_synced, 1) && fact_known(s->late_s) && s->late_s.val < 0)
		finding_fail(out, "WRONG TIME: this firmware sends its sentences too late");
	else
		finding_warn(out, "this firmware sends its sentences too late at times");
	finding_observed(out, "%s, firmware %d.%02d", s->model, (int)s->firmware.val / 100,
			 (int)s->firmware.val % 100);
	finding_why(out, "a GPS 18x before 3.70 may send them more than a second after their pulse: the clock jumps by a second while the pulse is perfect");
	finding_fix(out, "update the receiver to firmware 3.70 or newer (Garmin's updater)");
}

const struct check check_receiver_firmware_late = {
	.id = "receiver.firmware-late",
	.title = "a GPS 18x with firmware that sends its sentences too late",
	.explain = "A Garmin GPS 18x with firmware before 3.70 may send the sentences of a "
		"second more than a second after its pulse, so that each pulse gets the number "
		"of the one before; seen from pulse and sentences alone this looks right. diag "
		"knows the firmware by PGRMT, which comes once a minute, and compares with the "
		"system's clock where that is synchronised. An update cures it.",
	.see = "http://satsignal.eu/ntp/Garmin-GSP18x-LVC-firmware-issue.htm",
	.stage = STAGE_SENTENCES,
	.explains = EXPLAINS_WRONG_TIME,
	.run = run_receiver_firmware_late,
};
