// SPDX-License-Identifier: GPL-2.0-or-later
/* The checks of the pulse itself. */
#include "examine.h"

#define T0 INT64_C(1700000000000000000)
#define MS INT64_C(1000000)

static void no_pulse(void)
{
	move(IC_DCD, 0);
	pulses(0, 0);
}

static void mode(int value) { facts.pps_mode = fact_from(0, value); }
static void not_attached(void) { facts.pulse.name[0] = '\0'; }
static void msi_off(void) { ier(0x05); }

/* Edges at so many ms, numbered one after the other. */
static void edges(struct stamps *s, const int *at_ms, unsigned int n)
{
	facts.motion.ms = fact_from(0, 3200);
	s->n = n;
	for (unsigned int i = 0; i < n; i++)
		s->v[i] = (struct stamp) { .time_ns = T0 + at_ms[i] * MS, .seq = 10 + i };
}

#define ASSERTS(...) edges(&facts.motion.asserts, (const int []) { __VA_ARGS__ },	\
			   sizeof((const int []) { __VA_ARGS__ }) / sizeof(int))
#define CLEARS(...) edges(&facts.motion.clears, (const int []) { __VA_ARGS__ },		\
			  sizeof((const int []) { __VA_ARGS__ }) / sizeof(int))

/* ---- the rhythm ---- */

static void steady(void) { ASSERTS(0, 1000, 2000, 3000); }
static void late_by_emulation(void) { ASSERTS(0, 1009, 2001, 3010); }
static void one_missed(void) { ASSERTS(0, 1000, 3000, 4000); }
static void away_twice(void) { ASSERTS(0, 1000, 6000, 7000, 12000, 13000, 14000); }
static void counted(void)
{
	facts.gpio.driver = GPIO_DRIVER_POLL;
	facts.second.gpio.missed = fact_from(0, 8);
}
static void away_counted(void) { away_twice(); counted(); }
static void echo_counted(void) { ASSERTS(0, 300, 1000, 1300, 2000, 2300); counted(); }
static void one_late(void) { ASSERTS(0, 1000, 2060, 3000); }
static void clock_set(void) { ASSERTS(0, 1000, 2000, 3400, 4400, 5400); }
static void echo(void) { ASSERTS(0, 300, 1000, 1300, 2000, 2300); }
static void bounce_of_20_ms(void) { ASSERTS(0, 20, 1000, 1020, 2000, 2020); }
static void bounce_before(void) { ASSERTS(20, 1000, 1020, 2000, 2020, 3000); }
static void wandering(void) { ASSERTS(0, 1090, 2040, 3070, 4015, 5055, 6100); }
static void two_edges(void) { ASSERTS(0, 300); }
static void noise_before(void) { steady(); not_attached(); }
static void noise_msi_off(void) { echo(); msi_off(); }
static void clears_only(void)
{
	mode(PPS_CLEAR_EDGE);
	ASSERTS(0, 13);
	CLEARS(0, 300, 1000, 1300, 2000, 2300);
}
static void clears_steady(void) { mode(PPS_CLEAR_EDGE); echo(); CLEARS(0, 1000, 2000); }
static void unsampled(void) { echo(); facts.motion.ms = fact_from(-ENOENT, 0); }

/* Two edges between two looks of the sampler. */
static void bounce_of_1_ms(void)
{
	steady();
	for (unsigned int i = 0; i < 4; i++)
		facts.motion.asserts.v[i].seq = 10 + 2 * i;
}

/* The sampler slept over one, and the pulse was there. */
static void sampler_slept(void)
{
	one_missed();
	facts.motion.asserts.v[2].seq++;
	facts.motion.asserts.v[3].seq++;
}

static void five_hertz(void) { ASSERTS(0, 200, 400, 600, 800, 1000, 1200); }
static void ten_hertz(void) { ASSERTS(0, 100, 200, 300, 400, 500, 600); }
static void every_two_seconds(void) { ASSERTS(0, 2000, 4000); }
static void five_hertz_counted(void) { pulses(16, 16); move(IC_DCD, 32); }
static void two_hertz_counted(void) { pulses(0, 6); }
static void four_in_three(void) { pulses(4, 4); }
static void many_in_a_short_look(void) { five_hertz_counted(); facts.second.at_ns = 900000000; }
/* Attached anew meanwhile: the new source's numbers begin at 1. */
static void counted_anew(void)
{
	facts.first.assert_edge.seq = facts.first.clear_edge.seq = fact_from(0, 4711);
	facts.second.assert_edge.seq = facts.second.clear_edge.seq = fact_from(0, 2);
}
static void counted_impossibly(void)
{
	facts.second.at_ns = facts.first.at_ns + FACTS_WINDOW_MIN_MS * MS;
	facts.first.assert_edge.seq = fact_from(0, INT64_C(1) << 32);
	facts.second.assert_edge.seq = fact_from(0, (INT64_C(1) << 32) + INT32_MAX);
}
static void five_hertz_linked(void) { five_hertz(); strcpy(facts.pulse.name, "pps3"); }
static void five_hertz_unlinked(void)
{
	five_hertz_linked();
	facts.gpspps.exists = fact_from(0, 0);
}

/* ---- the shape ---- */

static void instants(int assert_ms, int clear_ms)
{
	facts.second.assert_edge.time_ns = fact_from(0, T0 + assert_ms * MS);
	facts.second.clear_edge.time_ns = fact_from(0, T0 + clear_ms * MS);
}

static void plain(void) { mode(3); instants(2000, 2100); }
static void inverted(void) { mode(3); instants(2100, 2000); }
static void inverted_sampled(void) { mode(3); ASSERTS(100, 1100, 2100); CLEARS(0, 1000, 2000); }
static void measured(int edge, int width_us)
{
	mode(PPS_ASSERT_EDGE);
	pulses(3, 0);
	facts.hold.edge = fact_from(0, edge);
	facts.hold.width_us = fact_from(0, width_us);
	facts.hold.shape_age_s = fact_from(0, 7200);
}
static void inverted_and_assert(void) { measured(EDGE_CLEAR, 100000); }
static void inverted_by_design(void)
{
	inverted_and_assert();
	mode(PPS_CLEAR_EDGE);
	pulses(0, 3);
}
static void inverted_mode_denied(void)
{
	inverted_and_assert();
	facts.pps_mode = fact_from(-EACCES, 0);
}
static void plain_and_assert(void) { measured(EDGE_ASSERT, 100000); }
static void inverted_now_plain(void) { inverted_and_assert(); plain(); pulses(3, 3); }
static void inverted_and_silent(void) { inverted_and_assert(); no_pulse(); }
static void stale_clear(void) { mode(PPS_ASSERT_EDGE); pulses(3, 0); instants(2100, 2000); }
static void inverted_source(void) { inverted(); facts.pulse_only = true; }

static void square(void) { mode(3); instants(2000, 2500); }
static void square_at_attach(void) { measured(EDGE_CLEAR, 480000); }
static void five_hertz_square(void) { five_hertz(); instants(2000, 2500); }
static void wide(void) { mode(3); instants(2000, 2400); }

/* ---- short, or stuck, or not there ---- */

static void only_ends(void) { mode(3); move(IC_DCD, 3); pulses(0, 3); }
static void only_ends_assert_captured(void) { mode(1); move(IC_DCD, 4); pulses(0, 0); }
static void only_ends_mode_denied(void)
{
	only_ends();
	facts.pps_mode = fact_from(-EACCES, 0);
}
static void clear_by_design(void) { mode(2); move(IC_DCD, 6); pulses(0, 3); }
static void only_ends_and_clear_wanted(void) { only_ends(); mode(2); }
static void only_ends_msi_off(void) { only_ends(); msi_off(); }
static void counted_in_part(void) { mode(3); move(IC_DCD, 3); pulses(3, 3); }
static void half_a_ms(void) { measured(EDGE_ASSERT, 500); }
static void one_ms(void) { measured(EDGE_ASSERT, 1000); }
static void dcd_denied(void) { no_pulse(); facts.first.icount[IC_DCD] = fact_from(-EACCES, 0); }

static void held_on(void) { no_pulse(); mode(3); instants(2100, 2000); }
static void held_off(void) { no_pulse(); mode(3); instants(2000, 2100); }
static void held_on_since_ever(void)
{
	held_on();
	facts.second.clear_edge.time_ns = fact_from(-ENOENT, 0);
}
static void held_on_one_edge(void) { held_on(); mode(PPS_ASSERT_EDGE); }
static void held_on_mode_denied(void) { held_on(); facts.pps_mode = fact_from(-EACCES, 0); }
static void held_on_no_fix(void) { held_on(); heard(8, 0); }
static void held_on_on_cts(void) { held_on(); move(IC_CTS, 6); }
static void held_on_msi_off(void) { held_on(); msi_off(); }

static void level(int value) { not_attached(); no_pulse(); facts.dcd_level = fact_from(0, value); }
static void level_on(void) { level(1); }
static void level_off(void) { level(0); }
static void level_on_msi_off(void) { level(1); msi_off(); }
static void level_on_edges(void) { level(1); move(IC_DCD, 6); }
static void level_denied(void) { level(1); facts.dcd_level = fact_from(-EACCES, 0); }

static void pulse_is_off(void) { no_pulse(); facts.sentences.pulse_enabled = fact_from(0, 0); }
/* One more pulse as the window begins, then none. */
static void stopped(void) { pulses(1, 1); move(IC_DCD, 3); }
static void on_dsr(void) { no_pulse(); move(IC_DSR, 7); }
static void irq_dead(void)
{
	no_pulse();
	facts.second.irq_count = facts.first.irq_count;
}

static const struct row rows[] = {
	{ "not sampled", NULL, &check_signal_noise, SEV_NONE, NULL, 0 },
	{ "steady", steady, &check_signal_noise, SEV_OK, NULL, 0 },
	{ "emulated", late_by_emulation, &check_signal_noise, SEV_OK, NULL, 0 },
	{ "one missed", one_missed, &check_signal_noise, SEV_OK, NULL, 0 },
	{ "away twice", away_twice, &check_signal_noise, SEV_FAIL, "2 of 6 intervals", 0 },
	{ "away, counted", away_counted, &check_signal_noise, SEV_OK, NULL, 0 },
	{ "echo, counted", echo_counted, &check_signal_noise, SEV_FAIL, "0.300 s", 0 },
	{ "one late", one_late, &check_signal_noise, SEV_WARN, "2 of 3 intervals", 0 },
	{ "clock set", clock_set, &check_signal_noise, SEV_WARN, "1 of 5 intervals", 0 },
	{ "echo", echo, &check_signal_noise, SEV_FAIL, "0.300 s, the longest 0.700 s", 0 },
	{ "bounce", bounce_of_20_ms, &check_signal_noise, SEV_FAIL, "0.020 s", 0 },
	{ "bounce before", bounce_before, &check_signal_noise, SEV_FAIL, "0.980 s", 0 },
	{ "fast bounce", bounce_of_1_ms, &check_signal_noise, SEV_FAIL, "3 of 3", 0 },
	{ "sampler slept", sampler_slept, &check_signal_noise, SEV_OK, NULL, 0 },
	{ "wandering", wandering, &check_signal_noise, SEV_FAIL, NULL, 0 },
	{ "two edges", two_edges, &check_signal_noise, SEV_NONE, NULL, 0 },
	{ "not attached", noise_before, &check_signal_noise, SEV_NONE, NULL, 0 },
	{ "msi off", noise_msi_off, &check_signal_noise, SEV_NONE, NULL, 0 },
	{ "clear edge", clears_only, &check_signal_noise, SEV_FAIL, NULL, 0 },
	{ "clear edge is steady", clears_steady, &check_signal_noise, SEV_OK, NULL, 0 },
	{ "unsampled", unsampled, &check_signal_noise, SEV_NONE, NULL, 0 },

	{ "not sampled", NULL, &check_signal_rate, SEV_NONE, NULL, 0 },
	{ "steady", steady, &check_signal_rate, SEV_OK, NULL, 0 },
	{ "emulated", late_by_emulation, &check_signal_rate, SEV_OK, NULL, 0 },
	{ "one missed", one_missed, &check_signal_rate, SEV_OK, NULL, 0 },
	{ "5 Hz", five_hertz_linked, &check_signal_rate, SEV_FAIL,
	  "refclock PPS /dev/gpspps0 rate 5", 0 },
	{ "5 Hz, no link", five_hertz_unlinked, &check_signal_rate, SEV_FAIL,
	  "refclock PPS /dev/pps3 rate 5", 0 },
	{ "10 Hz", ten_hertz, &check_signal_rate, SEV_FAIL, "10 pulses come a second", 0 },
	{ "1/2 Hz", every_two_seconds, &check_signal_rate, SEV_FAIL, "every 2.0 s", 0 },
	{ "noise", echo, &check_signal_rate, SEV_NONE, NULL, 0 },
	{ "5 Hz counted", five_hertz_counted, &check_signal_rate, SEV_FAIL, "by the counters", 0 },
	{ "2 Hz counted", two_hertz_counted, &check_signal_rate, SEV_FAIL, "2 pulses", 0 },
	{ "4 in 3 s", four_in_three, &check_signal_rate, SEV_NONE, NULL, 0 },
	{ "short look", many_in_a_short_look, &check_signal_rate, SEV_NONE, NULL, 0 },
	{ "no pulse", no_pulse, &check_signal_rate, SEV_NONE, NULL, 0 },
	{ "anew", counted_anew, &check_signal_rate, SEV_NONE, NULL, 0 },
	{ "impossible", counted_impossibly, &check_signal_rate, SEV_FAIL, "by the counters", 0 },

	{ "no stamps", NULL, &check_signal_inverted, SEV_NONE, NULL, 0 },
	{ "plain", plain, &check_signal_inverted, SEV_OK, "100.000 ms wide, from assert", 0 },
	{ "inverted", inverted, &check_signal_inverted, SEV_INFO, "flag2 1", 0 },
	{ "sampled", inverted_sampled, &check_signal_inverted, SEV_INFO, "gpspps0:clear", 0 },
	{ "assert only", inverted_and_assert, &check_signal_inverted, SEV_FAIL,
	  "100.0 ms late", 0 },
	{ "age", inverted_and_assert, &check_signal_inverted, SEV_FAIL, "7200 s ago", 0 },
	{ "by design", inverted_by_design, &check_signal_inverted, SEV_OK, NULL, 0 },
	{ "mode?", inverted_mode_denied, &check_signal_inverted, SEV_FAIL, "flag2 1", 0 },
	{ "plain, assert only", plain_and_assert, &check_signal_inverted, SEV_OK, NULL, 0 },
	{ "since rewired", inverted_now_plain, &check_signal_inverted, SEV_OK, NULL, 0 },
	{ "no pulse", inverted_and_silent, &check_signal_inverted, SEV_NONE, NULL, 0 },
	{ "stale", stale_clear, &check_signal_inverted, SEV_NONE, NULL, 0 },
	{ "square", square_at_attach, &check_signal_inverted, SEV_NONE, NULL, 0 },
	{ "a source", inverted_source, &check_signal_inverted, SEV_INFO, NULL, 0 },

	{ "no stamps", NULL, &check_signal_square, SEV_NONE, NULL, 0 },
	{ "plain", plain, &check_signal_square, SEV_OK, NULL, 0 },
	{ "wide", wide, &check_signal_square, SEV_OK, NULL, 0 },
	{ "square", square, &check_signal_square, SEV_WARN, "500.000 ms", 0 },
	{ "at attach", square_at_attach, &check_signal_square, SEV_WARN, "480.000 ms", 0 },
	{ "5 Hz", five_hertz_square, &check_signal_square, SEV_NONE, NULL, 0 },

	{ "no stamps", NULL, &check_signal_short_pulse, SEV_NONE, NULL, 0 },
	{ "plain", plain, &check_signal_short_pulse, SEV_OK, NULL, 0 },
	{ "only ends", only_ends, &check_signal_short_pulse, SEV_FAIL, "moved by 3 in 3.2 s", 0 },
	{ "assert captured", only_ends_assert_captured, &check_signal_short_pulse, SEV_FAIL,
	  "moved by 4", 0 },
	{ "mode?", only_ends_mode_denied, &check_signal_short_pulse, SEV_WARN, NULL, 0 },
	{ "clear wanted", only_ends_and_clear_wanted, &check_signal_short_pulse, SEV_WARN, NULL,
	  0 },
	{ "clear by design", clear_by_design, &check_signal_short_pulse, SEV_NONE, NULL, 0 },
	{ "in part", counted_in_part, &check_signal_short_pulse, SEV_NONE, NULL, 0 },
	{ "msi off", only_ends_msi_off, &check_signal_short_pulse, SEV_NONE, NULL, 0 },
	{ "0.5 ms", half_a_ms, &check_signal_short_pulse, SEV_WARN, "0.500 ms", 0 },
	{ "1 ms", one_ms, &check_signal_short_pulse, SEV_OK, NULL, 0 },
	{ "dcd?", dcd_denied, &check_signal_short_pulse, SEV_SKIPPED, NULL, 0 },

	{ "healthy", NULL, &check_signal_stuck, SEV_OK, NULL, 0 },
	{ "held on", held_on, &check_signal_stuck, SEV_FAIL, "last edge switched DCD on", 0 },
	{ "held off", held_off, &check_signal_stuck, SEV_NONE, NULL, 0 },
	{ "since ever", held_on_since_ever, &check_signal_stuck, SEV_FAIL, NULL, 0 },
	{ "one edge", held_on_one_edge, &check_signal_stuck, SEV_NONE, NULL, 0 },
	{ "mode?", held_on_mode_denied, &check_signal_stuck, SEV_SKIPPED, NULL, 0 },
	{ "no fix", held_on_no_fix, &check_signal_stuck, SEV_NONE, NULL, 0 },
	{ "on CTS", held_on_on_cts, &check_signal_stuck, SEV_NONE, NULL, 0 },
	{ "msi off", held_on_msi_off, &check_signal_stuck, SEV_NONE, NULL, 0 },
	{ "level on", level_on, &check_signal_stuck, SEV_FAIL, "DCD is on", 0 },
	{ "level off", level_off, &check_signal_stuck, SEV_NONE, NULL, 0 },
	{ "level on, deaf", level_on_msi_off, &check_signal_stuck, SEV_INFO, NULL, 0 },
	{ "level on, edges", level_on_edges, &check_signal_stuck, SEV_INFO, NULL, 0 },
	{ "level?", level_denied, &check_signal_stuck, SEV_SKIPPED, NULL, 0 },

	{ "healthy", NULL, &check_signal_absent, SEV_OK, NULL, 0 },
	{ "no pulse", no_pulse, &check_signal_absent, SEV_FAIL, "Connection timed out", 0 },
	{ "stopped", stopped, &check_signal_absent, SEV_FAIL, "it stopped while", 0 },
	{ "held off", held_off, &check_signal_absent, SEV_FAIL, NULL, 0 },
	{ "held on", held_on, &check_signal_absent, SEV_NONE, NULL, 0 },
	{ "pulse off", pulse_is_off, &check_signal_absent, SEV_NONE, NULL, 0 },
	{ "irq dead", irq_dead, &check_signal_absent, SEV_NONE, NULL, 0 },

	{ "healthy", NULL, &check_signal_wrong_pin, SEV_OK, NULL, 0 },
	{ "on DSR", on_dsr, &check_signal_wrong_pin, SEV_FAIL, "DSR (pin 6) moved 7 times", 0 },
};

static const struct check *const checks[] = {
	&check_signal_noise, &check_signal_rate, &check_signal_inverted, &check_signal_square,
	&check_signal_short_pulse, &check_signal_stuck, &check_signal_absent,
	&check_signal_wrong_pin,
};

EXAMINE_ALL(checks, rows)

/* More edges than there is room for. */
static void test_many_stamps(void **state)
{
	int at_ms[STAMPS_MAX];
	struct finding out = { .severity = SEV_NONE };

	(void)state;
	healthy();
	for (int i = 0; i < STAMPS_MAX; i++)
		at_ms[i] = i * 50;
	edges(&facts.motion.asserts, at_ms, STAMPS_MAX);
	facts.motion.asserts.dropped = 12;
	check_signal_rate.run(&facts, &out);
	assert_int_equal(out.severity, SEV_FAIL);
	assert_non_null(strstr(out.headline, "20 pulses"));
}

static const struct {
	const char *name;
	void (*edit)(void);
	const char *cause;	/* NULL: healthy */
} causes[] = {
	{ "steady", steady, NULL },
	{ "one late", one_late, NULL },
	{ "plain", plain, NULL },
	{ "inverted, both edges", inverted, NULL },
	{ "by design", inverted_by_design, NULL },
	{ "clear captured", clear_by_design, NULL },
	{ "square", square, NULL },
	{ "echo", echo, "signal.noise" },
	{ "5 Hz", five_hertz_counted, "signal.rate" },
	{ "inverted", inverted_and_assert, "signal.inverted" },
	{ "only ends", only_ends, "signal.short-pulse" },
	{ "only ends, assert", only_ends_assert_captured, "signal.short-pulse" },
	{ "stuck", held_on, "signal.stuck" },
	{ "off", held_off, "signal.absent" },
	{ "stuck, no fix", held_on_no_fix, "receiver.no-fix" },
};

static void test_causes(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(causes) / sizeof(causes[0]); i++) {
		const char *wanted = causes[i].cause ? causes[i].cause : "(healthy)", *found;

		healthy();
		causes[i].edit();
		diagnose(&facts, &verdict);
		found = verdict.cause ? verdict.cause->id : "(healthy)";
		if (strcmp(found, wanted))
			fail_msg("%s: %s instead of %s", causes[i].name, found, wanted);
		for (size_t k = 0; k < verdict.n; k++)
			if (&verdict.findings[k] != verdict.cause &&
			    verdict.findings[k].severity == SEV_FAIL)
				fail_msg("%s: %s fails, too", causes[i].name,
					 verdict.findings[k].id);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		EXAMINE_TESTS,
		cmocka_unit_test(test_many_stamps),
		cmocka_unit_test(test_causes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
