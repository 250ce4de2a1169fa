// SPDX-License-Identifier: GPL-2.0-or-later
/* The checks of sentences, of their timing and of the receiver: pass, fail, refused. */
#include "patient.h"

static const struct finding *find(const char *id)
{
	for (size_t i = 0; i < verdict.n; i++)
		if (!strcmp(verdict.findings[i].id, id))
			return &verdict.findings[i];
	fail_msg("no check %s", id);
	return NULL;
}

/* A healthy port whose receiver was listened to, with all that heard.c would find. */
static void listened(void)
{
	struct sentence_facts *s = &facts.sentences;
	const struct fact absent = fact_from(-ENOENT, 0);

	healthy();
	s->has_date = s->has_time = fact_from(0, 1);
	s->voids = s->late_s = fact_from(0, 0);
	s->load_percent = fact_from(0, 60);
	s->dated_ms = s->leap_s = s->firmware = s->pulse_enabled = absent;
}

static void no_pulse(void)
{
	move(IC_DCD, 0);
	pulses(0, 0);
}

static void nothing_said(void)
{
	struct sentence_facts *s = &facts.sentences;

	heard(0, -1);
	s->has_date = s->has_time = s->voids = s->late_s = fact_from(-ENOENT, 0);
}

static void burst(int first_ms, int last_ms, int spread_ms)
{
	facts.motion.ms = fact_from(0, 3200);
	facts.motion.burst_first_ms = fact_from(0, first_ms);
	facts.motion.burst_last_ms = fact_from(0, last_ms);
	facts.motion.burst_spread_ms = fact_from(0, spread_ms);
	facts.motion.chars_per_s = fact_from(0, 280);
}

static void unheard(void)
{
	memset(&facts.sentences, 0, sizeof(facts.sentences));
	facts.sentences.ms = fact_from(-ENOENT, 0);
	strcpy(facts.sentences.obstacle, "ntpd[731] reads the port");
	hold(1, 731, "ntpd");
}

/* ---- what may be wrong ---- */

static void speaks_ubx(void)
{
	nothing_said();
	strcpy(facts.sentences.binary, "UBX");
	facts.sentences.unread = 900;
}

/* Banners in text, the rest in packets. */
static void speaks_mostly_ubx(void)
{
	strcpy(facts.sentences.binary, "UBX");
	facts.sentences.good = 3;
	facts.sentences.has_date = facts.sentences.has_time = fact_from(0, 0);
	facts.sentences.fix = facts.sentences.late_s = fact_from(-ENOENT, 0);
	facts.sentences.unread = 850;
}

static void both_at_once(void)
{
	strcpy(facts.sentences.binary, "UBX");
	facts.sentences.unread = 400;
	facts.sentences.bad = 5;
}

static void upside_down(void) { nothing_said(); facts.sentences.inverted = 9; }
static void one_mirrored(void) { nothing_said(); facts.sentences.inverted = 1; }
static void rubbish(void) { nothing_said(); facts.sentences.unread = 900; }

static void some_bad(void) { facts.sentences.bad = 2; }		/* of 10 */
static void most_bad(void) { facts.sentences.bad = 8; }		/* of 16 */
static void one_bad(void) { facts.sentences.bad = 1; }		/* of 9 */
/* of 900 bytes, and the first sentence may be a piece of 82 */
static void a_piece(void) { facts.sentences.unread = 82 + 89; }
static void some_unread(void) { facts.sentences.unread = 82 + 90; }
static void most_unread(void) { facts.sentences.unread = 82 + 450; }

static void only_gga(void)
{
	facts.sentences.has_date = fact_from(0, 0);
	facts.sentences.late_s = fact_from(-ENOENT, 0);
}

static void only_gsv(void) { only_gga(); facts.sentences.has_time = fact_from(0, 0); }
static void clock_not_set(void) { facts.host.clock_synced = fact_from(0, 0); }
static void only_gga_no_clock(void) { only_gga(); clock_not_set(); }
static void only_gga_clock_unread(void)
{
	only_gga();
	facts.host.clock_synced = fact_from(-EPERM, 0);
}

static void some_void(void) { facts.sentences.voids = fact_from(0, 2); }
static void dated_void(void) { some_void(); facts.sentences.late_s = fact_from(-ENOENT, 0); }
static void no_fix(void) { heard(8, 0); dated_void(); }
static void void_without_pulse(void) { dated_void(); no_pulse(); }

static void line_full(void) { facts.sentences.load_percent = fact_from(0, 96); }
static void line_nearly_full(void) { facts.sentences.load_percent = fact_from(0, 95); }
static void full_at_another_speed(void) { nothing_said(); line_full(); }
static void full_by_counter(void)
{
	unheard();
	burst(100, 900, 0);
	facts.motion.chars_per_s = fact_from(0, 461);	/* of 480 */
}

static void nearly_full_by_counter(void)
{
	unheard();
	burst(100, 390, 0);
	facts.motion.chars_per_s = fact_from(0, 456);
}

static void too_long(void) { burst(400, 1100, 0); }
static void chars_lost(void) { move(IC_OVERRUN, 1); }
static void buffer_full(void) { move(IC_BUF_OVERRUN, 500); }
static void buffer_full_of_a_reader(void) { unheard(); buffer_full(); }
static void counters_refused(void)
{
	for (int i = 0; i < IC_LINES; i++)
		facts.first.icount[i] = facts.second.icount[i] = fact_from(-EACCES, 0);
}

static void early(void) { burst(105, 251, 5); }
static void nearly_late(void) { burst(250, 399, 0); }
static void late(void) { burst(255, 400, 0); }
static void wandering(void) { burst(100, 350, 50); }
static void very_late(void) { burst(850, 999, 0); }
static void in_the_next_second(void) { burst(850, 1000, 0); }
static void late_by_the_holder(void)
{
	facts.hold.burst_first_ms = fact_from(0, 300);
	facts.hold.burst_last_ms = fact_from(0, 450);
}

/* Default sentences at 4800 baud: RMC is the first, and the others do not matter. */
static void long_but_dated_early(void)
{
	burst(105, 850, 150);
	facts.sentences.dated_ms = fact_from(0, 150);
}

static void dated_late(void)
{
	burst(300, 850, 0);
	facts.sentences.dated_ms = fact_from(0, 100);
}

/* The listening had another burst before it: no sentence ends behind the last character. */
static void dated_after_the_end(void)
{
	burst(100, 250, 0);
	facts.sentences.dated_ms = fact_from(0, 700);
}

static void late_and_no_pulse(void) { late_by_the_holder(); no_pulse(); }
static void now_early_once_late(void) { late_by_the_holder(); early(); }

static void pulse_off(void) { no_pulse(); facts.sentences.pulse_enabled = fact_from(0, 0); }
static void pulse_off_soon(void) { facts.sentences.pulse_enabled = fact_from(0, 0); }
static void pulse_on(void) { facts.sentences.pulse_enabled = fact_from(0, 1); }

static void late_s(int64_t value) { facts.sentences.late_s = fact_from(0, value); }
#define WEEK_S INT64_C(604800)
static void weeks_1024(void) { late_s(-1024 * WEEK_S); }
static void weeks_2048(void) { late_s(-2048 * WEEK_S - 86000); }
static void weeks_256(void) { late_s(-256 * WEEK_S + 86400); }
static void weeks_ahead(void) { late_s(1024 * WEEK_S); }
static void weeks_1024_and_more(void) { late_s(-1024 * WEEK_S - 86401); }
static void a_month(void) { late_s(-30 * 86400); }
static void a_day(void) { late_s(86400); }
static void weeks_void(void) { weeks_1024(); facts.sentences.fix = fact_from(0, 0); }

static void leap_15(void) { facts.sentences.leap_s = fact_from(0, 15); late_s(3); }
static void leap_18(void) { facts.sentences.leap_s = fact_from(0, 18); }
/* one more, in a year to come */
static void leap_19(void) { facts.sentences.leap_s = fact_from(0, 19); }
static void leap_19_alone(void) { leap_19(); clock_not_set(); }
static void gps_time(void) { late_s(18); }
static void ten_s(void) { late_s(10); }
static void nine_s(void) { late_s(9); }
static void twenty_one_s(void) { late_s(21); }
static void gps_time_no_clock(void) { gps_time(); clock_not_set(); }

static void model(const char *name, int firmware)
{
	strcpy(facts.sentences.model, name);
	facts.sentences.firmware = fact_from(0, firmware);
}

static void firmware_360(void) { model("Garmin GPS 18x-LVC", 360); }
static void firmware_370(void) { model("Garmin GPS 18x-LVC", 370); }
static void other_model(void) { model("Garmin GPS 18-LVC", 240); }
static void firmware_360_late(void) { firmware_360(); late_s(-1); }
static void firmware_360_late_no_clock(void) { firmware_360_late(); clock_not_set(); }
static void model_only(void)
{
	model("Garmin GPS 18x-LVC", 0);
	facts.sentences.firmware = fact_from(-ENOENT, 0);
}

static void nobody_may_listen(void)
{
	memset(&facts.sentences, 0, sizeof(facts.sentences));
	facts.sentences.ms = fact_from(-EACCES, 0);
	strcpy(facts.sentences.obstacle, "refused");
}

static void pulse_only(void)
{
	facts.pulse_only = true;
	memset(&facts.port, 0, sizeof(facts.port));
	burst(100, 2000, 0);
	chars_lost();
}

static void nothing_wrong(void) { }

/* One row: the facts, the check, what it must say, and a text that is in it. */
static const struct {
	const char *name;
	void (*edit)(void);
	const char *id;
	enum severity severity;
	const char *says;
} rows[] = {
	{ "well", nothing_wrong, "nmea.binary", SEV_OK, "" },
	{ "ubx", speaks_ubx, "nmea.binary", SEV_FAIL, "NO SENTENCES: the receiver speaks UBX" },
	{ "ubx", speaks_ubx, "nmea.baud", SEV_OK, "" },
	{ "ubx", speaks_ubx, "nmea.garbage", SEV_NONE, "" },
	{ "ubx", speaks_ubx, "nmea.no-date", SEV_NONE, "" },
	{ "mostly ubx", speaks_mostly_ubx, "nmea.binary", SEV_FAIL, "gpsctl -f -n /dev/ttyS1" },
	{ "mostly ubx", speaks_mostly_ubx, "nmea.no-date", SEV_NONE, "" },
	{ "both", both_at_once, "nmea.binary", SEV_OK, "" },
	{ "both", both_at_once, "nmea.garbage", SEV_NONE, "" },
	{ "rubbish", rubbish, "nmea.binary", SEV_NONE, "" },
	{ "refused", nobody_may_listen, "nmea.binary", SEV_SKIPPED, "refused" },
	{ "ntpd", unheard, "nmea.binary", SEV_NONE, "" },

	{ "well", nothing_wrong, "nmea.inverted", SEV_OK, "" },
	{ "upside down", upside_down, "nmea.inverted", SEV_FAIL, "turned over 9" },
	{ "upside down", upside_down, "nmea.baud", SEV_OK, "" },
	{ "by chance", one_mirrored, "nmea.inverted", SEV_NONE, "" },
	{ "by chance", one_mirrored, "nmea.baud", SEV_FAIL, "no valid sentence" },
	{ "refused", nobody_may_listen, "nmea.inverted", SEV_SKIPPED, "refused" },

	{ "well", nothing_wrong, "nmea.garbage", SEV_OK, "" },
	{ "some bad", some_bad, "nmea.garbage", SEV_WARN, "20 % of" },
	{ "most bad", most_bad, "nmea.garbage", SEV_FAIL, "fuser -v /dev/ttyS1" },
	{ "one bad", one_bad, "nmea.garbage", SEV_OK, "" },
	{ "a piece", a_piece, "nmea.garbage", SEV_OK, "" },
	{ "some unread", some_unread, "nmea.garbage", SEV_WARN, "10 % of" },
	{ "most unread", most_unread, "nmea.garbage", SEV_FAIL, "532 of 900 bytes" },
	{ "rubbish", rubbish, "nmea.garbage", SEV_NONE, "" },
	{ "refused", nobody_may_listen, "nmea.garbage", SEV_SKIPPED, "refused" },

	{ "well", nothing_wrong, "nmea.no-date", SEV_OK, "" },
	{ "GGA", only_gga, "nmea.no-date", SEV_WARN, "--enable RMC" },
	{ "GGA, no clock", only_gga_no_clock, "nmea.no-date", SEV_FAIL, "NO TIME" },
	{ "GGA, unknown clock", only_gga_clock_unread, "nmea.no-date", SEV_WARN, "system's clock" },
	{ "GSV", only_gsv, "nmea.no-date", SEV_FAIL, "no time of day either" },
	{ "no clock", clock_not_set, "nmea.no-date", SEV_OK, "" },
	{ "rubbish", rubbish, "nmea.no-date", SEV_NONE, "" },
	{ "refused", nobody_may_listen, "nmea.no-date", SEV_SKIPPED, "refused" },

	{ "well", nothing_wrong, "nmea.void", SEV_OK, "" },
	{ "some void", some_void, "nmea.void", SEV_WARN, "2 of 8" },
	{ "dated void", dated_void, "nmea.void", SEV_FAIL, "NO TIME" },
	{ "no fix", no_fix, "nmea.void", SEV_NONE, "" },
	{ "no fix", no_fix, "receiver.no-fix", SEV_FAIL, "NO TIME" },
	{ "no pulse", void_without_pulse, "nmea.void", SEV_NONE, "" },
	{ "refused", nobody_may_listen, "nmea.void", SEV_SKIPPED, "refused" },

	{ "well", nothing_wrong, "nmea.overrun", SEV_OK, "" },
	{ "full", line_full, "nmea.overrun", SEV_FAIL, "96 % full" },
	{ "nearly full", line_nearly_full, "nmea.overrun", SEV_OK, "" },
	{ "wrong speed", full_at_another_speed, "nmea.overrun", SEV_OK, "" },
	{ "full, unheard", full_by_counter, "nmea.overrun", SEV_FAIL, "96 % full at 4800" },
	{ "nearly, unheard", nearly_full_by_counter, "nmea.overrun", SEV_OK, "" },
	{ "long", too_long, "nmea.overrun", SEV_FAIL, "from 0.40 s to 1.10 s" },
	{ "long", too_long, "nmea.delay", SEV_NONE, "" },
	{ "lost", chars_lost, "nmea.overrun", SEV_WARN, "1 overruns" },
	{ "unread buffer", buffer_full, "nmea.overrun", SEV_OK, "" },
	{ "reader's buffer", buffer_full_of_a_reader, "nmea.overrun", SEV_WARN, "500 overruns" },
	{ "refused", counters_refused, "nmea.overrun", SEV_SKIPPED, "cannot be read" },
	{ "pulse only", pulse_only, "nmea.overrun", SEV_NONE, "" },

	{ "unsampled", nothing_wrong, "nmea.delay", SEV_NONE, "" },
	{ "early", early, "nmea.delay", SEV_INFO, "end 0.251 s after" },
	{ "nearly late", nearly_late, "nmea.delay", SEV_INFO, "time2 0.399" },
	{ "late", late, "nmea.delay", SEV_WARN, "fudge 127.127.20.0 time2 0.400" },
	{ "wandering", wandering, "nmea.delay", SEV_WARN, "wanders by 0.050 s" },
	{ "very late", very_late, "nmea.delay", SEV_WARN, "0.999 s" },
	{ "next second", in_the_next_second, "nmea.delay", SEV_FAIL, "WRONG TIME" },
	{ "holder's", late_by_the_holder, "nmea.delay", SEV_WARN, "begin 0.300 s and end 0.450 s" },
	{ "holder's, no pulse", late_and_no_pulse, "nmea.delay", SEV_NONE, "" },
	{ "newer", now_early_once_late, "nmea.delay", SEV_INFO, "0.251" },
	{ "dated early", long_but_dated_early, "nmea.delay", SEV_INFO, "time2 0.255" },
	{ "dated early", long_but_dated_early, "nmea.delay", SEV_INFO, "end 0.850 s after" },
	{ "dated late", dated_late, "nmea.delay", SEV_WARN, "time2 0.400" },
	{ "dated after the end", dated_after_the_end, "nmea.delay", SEV_INFO, "time2 0.250" },
	{ "pulse only", pulse_only, "nmea.delay", SEV_NONE, "" },

	{ "not asked", nothing_wrong, "receiver.pps-off", SEV_NONE, "" },
	{ "off", pulse_off, "receiver.pps-off", SEV_FAIL, "NO PULSE" },
	{ "off soon", pulse_off_soon, "receiver.pps-off", SEV_WARN,
	  "gpsppsctl receiver /dev/ttyS1 --pps on" },
	{ "on", pulse_on, "receiver.pps-off", SEV_OK, "" },
	{ "refused", nobody_may_listen, "receiver.pps-off", SEV_SKIPPED, "refused" },

	{ "well", nothing_wrong, "receiver.week-rollover", SEV_OK, "" },
	{ "1024", weeks_1024, "receiver.week-rollover", SEV_FAIL, "1024 weeks in the past" },
	{ "1024", weeks_1024, "receiver.week-rollover", SEV_FAIL, "7168 days behind" },
	{ "2048", weeks_2048, "receiver.week-rollover", SEV_FAIL, "2 x 1024" },
	{ "256", weeks_256, "receiver.week-rollover", SEV_FAIL, "1 x 256" },
	{ "ahead", weeks_ahead, "receiver.week-rollover", SEV_FAIL, "in the future" },
	{ "beside", weeks_1024_and_more, "receiver.week-rollover", SEV_NONE, "" },
	{ "a month", a_month, "receiver.week-rollover", SEV_NONE, "" },
	{ "a day", a_day, "receiver.week-rollover", SEV_OK, "" },
	{ "void", weeks_void, "receiver.week-rollover", SEV_NONE, "" },
	{ "refused", nobody_may_listen, "receiver.week-rollover", SEV_SKIPPED, "refused" },

	{ "well", nothing_wrong, "receiver.leap-unknown", SEV_OK, "" },
	{ "15", leap_15, "receiver.leap-unknown", SEV_WARN, "GPS - UTC = 15 s" },
	{ "18", leap_18, "receiver.leap-unknown", SEV_OK, "" },
	{ "19, confirmed", leap_19, "receiver.leap-unknown", SEV_OK, "" },
	{ "19", leap_19_alone, "receiver.leap-unknown", SEV_WARN, "it is 18 s" },
	{ "GPS time", gps_time, "receiver.leap-unknown", SEV_WARN, "18 s before" },
	{ "10 s", ten_s, "receiver.leap-unknown", SEV_WARN, "10 s before" },
	{ "9 s", nine_s, "receiver.leap-unknown", SEV_NONE, "" },
	{ "21 s", twenty_one_s, "receiver.leap-unknown", SEV_NONE, "" },
	{ "GPS time, no clock", gps_time_no_clock, "receiver.leap-unknown", SEV_NONE, "" },
	{ "refused", nobody_may_listen, "receiver.leap-unknown", SEV_SKIPPED, "refused" },

	{ "no model", nothing_wrong, "receiver.firmware-late", SEV_NONE, "" },
	{ "3.60", firmware_360, "receiver.firmware-late", SEV_WARN, "18x-LVC, firmware 3.60" },
	{ "3.60 late", firmware_360_late, "receiver.firmware-late", SEV_FAIL, "WRONG TIME" },
	{ "3.60, no clock", firmware_360_late_no_clock, "receiver.firmware-late", SEV_WARN, "at times" },
	{ "3.70", firmware_370, "receiver.firmware-late", SEV_OK, "" },
	{ "GPS 18", other_model, "receiver.firmware-late", SEV_NONE, "" },
	{ "model only", model_only, "receiver.firmware-late", SEV_NONE, "" },
	{ "refused", nobody_may_listen, "receiver.firmware-late", SEV_SKIPPED, "refused" },
};

static bool says(const struct finding *f, const char *text)
{
	return strstr(f->headline, text) || strstr(f->observed, text) ||
	       strstr(f->why, text) || strstr(f->fix, text);
}

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct finding *f;

		listened();
		rows[i].edit();
		diagnose(&facts, &verdict);
		f = find(rows[i].id);
		if (f->severity != rows[i].severity)
			fail_msg("%s: %s is %s, not %s", rows[i].name, rows[i].id,
				 severity_name(f->severity), severity_name(rows[i].severity));
		if (!says(f, rows[i].says))
			fail_msg("%s: '%s' is not said by %s: %s / %s / %s", rows[i].name,
				 rows[i].says, rows[i].id, f->headline, f->observed, f->fix);
		if (f->severity >= SEV_WARN &&
		    (!f->headline[0] || !f->observed[0] || !f->why[0] || !f->fix[0] || !f->n_saw))
			fail_msg("%s: %s lacks a text", rows[i].name, rows[i].id);
	}
}

/* A fault is told once: it is the cause, and no other check fails or warns beside it. */
static void test_told_once(void **state)
{
	static const struct {
		void (*edit)(void);
		const char *id;
	} faults[] = {
		{ speaks_ubx, "nmea.binary" },
		{ speaks_mostly_ubx, "nmea.binary" },
		{ upside_down, "nmea.inverted" },
		{ rubbish, "nmea.baud" },
		{ most_bad, "nmea.garbage" },
		{ only_gga_no_clock, "nmea.no-date" },
		{ dated_void, "nmea.void" },
		{ no_fix, "receiver.no-fix" },
		{ too_long, "nmea.overrun" },
		{ in_the_next_second, "nmea.delay" },
		{ weeks_1024, "receiver.week-rollover" },
		{ firmware_360_late, "receiver.firmware-late" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		listened();
		faults[i].edit();
		diagnose(&facts, &verdict);
		if (!verdict.cause || strcmp(verdict.cause->id, faults[i].id))
			fail_msg("%s instead of %s", verdict.cause ? verdict.cause->id : "healthy",
				 faults[i].id);
		for (size_t k = 0; k < verdict.n; k++)
			if (verdict.findings[k].severity >= SEV_WARN &&
			    &verdict.findings[k] != verdict.cause)
				fail_msg("%s beside %s", verdict.findings[k].id, faults[i].id);
	}
	listened();
	pulse_off();
	diagnose(&facts, &verdict);
	assert_non_null(verdict.cause);
	assert_string_equal(verdict.cause->id, "receiver.pps-off");
}

/* What a healthy system may look like. */
static void test_healthy_ways(void **state)
{
	static void (*const ways[])(void) = {
		nothing_wrong, both_at_once, one_bad, a_piece, only_gga, some_void,
		line_nearly_full, nearly_full_by_counter, buffer_full, chars_lost,
		early, late, very_late, wandering, late_by_the_holder, pulse_on, leap_18, leap_19,
		gps_time, a_day, firmware_370, firmware_360, other_model, unheard,
		buffer_full_of_a_reader, pulse_off_soon, nobody_may_listen, clock_not_set,
	};

	(void)state;
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		listened();
		ways[i]();
		diagnose(&facts, &verdict);
		if (verdict.cause)
			fail_msg("way %zu: %s", i, verdict.cause->id);
	}
}

static void test_texts(void **state)
{
	size_t n;
	const struct check *const *checks = diagnose_checks(&n);

	(void)state;
	for (size_t i = 0; i < n; i++) {
		const struct check *c = checks[i];

		if (strncmp(c->id, "nmea.", 5) && strncmp(c->id, "receiver.", 9))
			continue;
		if (!c->title || !c->explain || !c->see)
			fail_msg("%s lacks a title, an explanation or a place to read more", c->id);
		if (strlen(c->title) > 70)
			fail_msg("%s: the title is too long", c->id);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_told_once),
		cmocka_unit_test(test_healthy_ways),
		cmocka_unit_test(test_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
