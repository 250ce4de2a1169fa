// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Scenes of a receiver and a host in simulated time (feedsim.h): whatever goes wrong, each
 * sample is true, or there is none; and where all is well again they come.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>

#include "feedsim.h"

#define SEEDS 3
#define HOUR_MS (3600 * INT64_C(1000))
#define S(s) ((s) * INT64_C(1000))
#define END S(100000)

#define FILTER(e, p) { .edge = (e), .gate_ns = FILTER_GATE_NS, .ppm = FILTER_PPM, \
	.period_ns = (p), .length = FILTER_LENGTH }
#define BOTH { .mode = FEED_BOTH, .filter = FILTER(EDGE_ASSERT, NS_PER_S), .seconds_delay_ns = -1 }
#define SHAPE { .mode = FEED_BOTH, .filter = FILTER(EDGE_UNKNOWN, 0), .seconds_delay_ns = -1 }
#define ONLY_PULSES { .mode = FEED_PULSES, .filter = FILTER(EDGE_ASSERT, NS_PER_S) }
#define ONLY_SECONDS { .mode = FEED_SECONDS, .filter = FILTER(EDGE_UNKNOWN, 0), \
	.seconds_delay_ns = -1 }
#define NEW_YEAR 1798761600	/* 2027-01-01 */

static const struct scene scenes[] = {
	{ "all is well", BOTH, 120, .pulses = 112, .said = 112, .first_s = 6,
	  .text = "pulses and seconds are fed; sentences begin 0.4" },
	{ "nothing is known of the pulse", SHAPE, 120, .pulses = 105, .said = 105, .first_s = 14 },
	{ "an inverted pulse", SHAPE, 120, .inverted = true, .pulses = 105, .first_s = 14 },
	{ "no count of edges", SHAPE, 120, .no_seq = true, .pulses = 105, .first_s = 14 },
	{ "one edge only", SHAPE, 120, .one_edge = true, .pulses = 105, .first_s = 14 },
	{ "a crystal of +100 ppm", BOTH, 300, .crystal_ppb = 100000, .pulses = 290 },
	{ "a crystal of -100 ppm", BOTH, 300, .crystal_ppb = -100000, .pulses = 290 },
	{ "slewed by 500 ppm", BOTH, 300, .crystal_ppb = 30000, .pulses = 290,
	  .faults = { { SLEW, S(50), S(150), 500 }, { SLEW, S(170), S(250), -500 } } },
	{ "stepped by a second", BOTH, 120, .pulses = 105, .steps = 2,
	  .faults = { { STEP, 40300, 0, NS_PER_S }, { STEP, 80100, 0, -NS_PER_S } } },
	{ "stepped by an hour", BOTH, 120, .pulses = 105, .steps = 2,
	  .faults = { { STEP, 40000, 0, 3600 * NS_PER_S }, { STEP, 80500, 0, -3600 * NS_PER_S } } },
	{ "stepped by a day", BOTH, 120, .pulses = 105, .steps = 1,
	  .faults = { { STEP, 40400, 0, -86400 * NS_PER_S } } },
	{ "stepped by little, often", BOTH, 120, .pulses = 80, .steps = 4, .faults = {
	  { STEP, 40100, 0, 128000000 }, { STEP, 50400, 0, -500000000 },
	  { STEP, 60990, 0, 10000000 }, { STEP, 70010, 0, 1000000 } } },
	{ "stepped between a pulse and its telling", BOTH, 160, .pulses = 130, .steps = 4, .faults = {
	  { STEP, S(40), 0, NS_PER_S }, { GONE, 38500, 39500, 0 },
	  { STEP, S(60), 0, -NS_PER_S }, { STEP, S(80), 0, 3 * NS_PER_S },
	  { GONE, 76500, 79500, 0 }, { STEP, S(100), 0, 2 * NS_PER_S },
	  { GONE, 96500, 99500, 0 } } },
	{ "a clock that is years off", BOTH, 120, .pulses = 112,
	  .clock_off_ns = -1000000000 * NS_PER_S },
	{ "no fix from the start", BOTH, 60, .pulses_most = -1, .end = FEED_NO_FIX,
	  .faults = { { VOID, 0, END, 0 } },
	  .text = "no fix yet, after 5" },
	{ "the fix comes late, the date was old", BOTH, 120, .pulses = 52, .first_s = 67,
	  .silent_from_s = 0, .silent_to_s = 60, .faults = { { VOID, 0, S(60), 7000 } } },
	{ "the fix is lost", BOTH, 120, .pulses = 70, .silent_from_s = 42, .silent_to_s = 80,
	  .faults = { { VOID, S(40), S(80), 0 } } },
	{ "sentences are lost for a while", BOTH, 120, .pulses = 70,
	  .silent_from_s = 44, .silent_to_s = 80, .faults = { { UNHEARD, S(40), S(80), 0 } } },
	{ "holdover", { .mode = FEED_BOTH, .filter = FILTER(EDGE_ASSERT, NS_PER_S),
	  .seconds_delay_ns = -1, .holdover_ns = 60 * NS_PER_S }, 200, .pulses = 132,
	  .pulses_most = 145, .silent_from_s = 102, .silent_to_s = 160,
	  .faults = { { UNHEARD, S(40), S(160), 0 } } },
	{ "every other sentence is lost", BOTH, 200, .pulses = 80, .said = 60,
	  .faults = { { UNHEARD, 0, END, 2 } } },
	{ "late by a second from the start, and a clock knows it", BOTH, 100, .synced = true,
	  .pulses_most = -1, .end = FEED_REFUSED, .faults = { { LATE, 0, END, 1000 } },
	  .text = "1 s behind the synchronised clock" },
	{ "the same, and the clock ends to be synchronised", BOTH, 200,
	  .pulses_most = -1, .end = FEED_REFUSED,
	  .faults = { { LATE, 0, END, 1000 }, { SYNCED, 0, S(60), 0 } } },
	{ "the same, and it is told", { .mode = FEED_BOTH, .lead_ns = NS_PER_S,
	  .filter = FILTER(EDGE_ASSERT, NS_PER_S), .seconds_delay_ns = -1 }, 100,
	  .pulses = 90, .said = 90, .faults = { { LATE, 0, END, 1000 } } },
	{ "the clock is asked no more where it was told so", { .mode = FEED_BOTH,
	  .filter = FILTER(EDGE_ASSERT, NS_PER_S), .seconds_delay_ns = -1, .ignore_clock = true },
	  100, .synced = true, .clock_off_ns = 5 * NS_PER_S, .pulses = 90 },
	{ "a synchronised clock that is wrong", BOTH, 100, .synced = true,
	  .clock_off_ns = 5 * NS_PER_S, .pulses_most = -1, .end = FEED_REFUSED },
	{ "it is set right", BOTH, 200, .synced = true, .clock_off_ns = 5 * NS_PER_S,
	  .pulses = 90, .silent_from_s = 0, .silent_to_s = 100, .steps = 1,
	  .faults = { { STEP, 100300, 0, -5 * NS_PER_S } } },
	{ "late by a second in the middle", BOTH, 120, .pulses = 90,
	  .silent_from_s = 54, .silent_to_s = 60, .faults = { { LATE, S(50), S(60), 1000 } } },
	{ "late by a second for an hour", BOTH, 3900, .pulses = 270, .silent_from_s = 104,
	  .silent_to_s = 3700, .faults = { { LATE, S(100), S(3700), 1000 } } },
	{ "late by two seconds and a half", BOTH, 120, .pulses = 90,
	  .silent_from_s = 54, .silent_to_s = 60, .faults = { { LATE, S(50), S(60), 2500 } } },
	{ "early by a second", BOTH, 120, .pulses = 90, .silent_from_s = 52,
	  .silent_to_s = 58, .faults = { { LATE, S(50), S(60), -1000 } } },
	{ "late by half a second", BOTH, 120, .pulses = 95, .said = 80,
	  .faults = { { LATE, S(50), S(60), 450 } } },
	{ "later and later", BOTH, 400, .pulses = 100,
	  .faults = { { WANDER, S(50), S(350), 1500 } }, .bound_ms = 350 },
	{ "around the pulse from the start", BOTH, 200, .delay_ms = 10, .pulses_most = -1,
	  .end = FEED_AMBIGUOUS,
	  .text = "too near to a pulse" },
	{ "around the pulse, and it is told", { .mode = FEED_BOTH, .lead_ns = -300 * NS_PER_MS,
	  .filter = FILTER(EDGE_ASSERT, NS_PER_S), .seconds_delay_ns = -1 }, 100, .delay_ms = 5,
	  .pulses = 90, .said = 90 },
	{ "a burst across the pulse", BOTH, 100, .delay_ms = 900, .pulses_most = -1,
	  .end = FEED_AMBIGUOUS },
	{ "jitter of 200 ms", BOTH, 300, .pulses = 250, .faults = { { JITTER, 0, END, 200 } } },
	{ "jitter of two seconds", BOTH, 300, .synced = true, .bound_ms = 300,
	  .faults = { { JITTER, 0, END, 2000 } } },
	{ "each sentence twice", BOTH, 120, .pulses = 112, .said = 112,
	  .faults = { { TWICE, 0, END, 300 } } },
	{ "each sentence again in the next second", BOTH, 120,
	  .faults = { { TWICE, 0, END, 900 } } },
	{ "stamps that are late by up to 15 ms", { .mode = FEED_BOTH, .seconds_delay_ns = -1,
	  .filter = { .edge = EDGE_ASSERT, .gate_ns = 20 * NS_PER_MS, .ppm = 40000,
		      .period_ns = NS_PER_S, .length = FILTER_LENGTH } }, 200, .jitter_us = 15000,
	  .pulses = 185, .said = 185 },
	{ "out of order", BOTH, 120, .pulses = 90, .faults = { { TWICE, S(50), S(60), 1400 } } },
	{ "the time stands still", BOTH, 120, .pulses = 80, .silent_from_s = 54,
	  .silent_to_s = 70, .faults = { { STUCK, S(50), S(70), 0 } } },
	{ "rubbish with a good checksum", BOTH, 300, .pulses = 150, .synced = true,
	  .faults = { { RUBBISH, 0, END, 20 } } },
	{ "a receiver that finds out the leap seconds", BOTH, 300, .synced = true, .pulses = 150,
	  .silent_from_s = 0, .silent_to_s = 100, .faults = { { EARLY_LEAP, 0, S(100), 3 } } },
	{ "it jumps, and there is no clock", BOTH, 300, .pulses = 90, .end = FEED_CONTRADICTED,
	  .silent_from_s = 103, .silent_to_s = 300, .faults = { { WRONG, S(100), END, -3 } },
	  .text = "3 s behind what was counted, for 19" },
	{ "a date 1024 weeks ago", BOTH, 120, .pulses = 112, .faults = { { ROLLED, 0, END, 0 } } },
	{ "no pulse for 10 s", BOTH, 120, .pulses = 95, .faults = { { GONE, S(50), S(60), 0 } } },
	{ "the same at 100 ppm", BOTH, 120, .crystal_ppb = 100000, .pulses = 85, .said = 100,
	  .faults = { { GONE, S(50), S(60), 0 } } },
	{ "no pulse for 600 s", BOTH, 800, .crystal_ppb = 50000, .pulses = 170, .said = 780,
	  .faults = { { GONE, S(50), S(650), 0 } } },
	{ "no pulse for 2000 s", BOTH, 2200, .crystal_ppb = -50000, .pulses = 170, .said = 2170,
	  .faults = { { GONE, S(50), S(2050), 0 } } },
	{ "neither pulse nor sentence for 2000 s", BOTH, 2200, .pulses = 170,
	  .faults = { { GONE, S(50), S(2050), 0 }, { UNHEARD, S(50), S(2050), 0 } } },
	{ "late by a second since the pulse was lost", BOTH, 2400, .pulses = 40,
	  .silent_from_s = 54, .silent_to_s = 2400, .end = FEED_CONTRADICTED,
	  .faults = { { GONE, S(50), S(2050), 0 }, { LATE, S(50), END, 1000 } } },
	{ "the pulse moves by 0.2 s", BOTH, 200, .pulses = 170, .faults = {
	  { SHIFTED, S(100), END, 200 } } },
	{ "it moves, and the sentences become late", BOTH, 2000, .pulses = 90,
	  .silent_from_s = 104, .silent_to_s = 2000, .end = FEED_CONTRADICTED,
	  .faults = { { SHIFTED, S(100), END, -200 }, { LATE, S(100), END, 1000 } } },
	{ "the pulse is lost and back elsewhere", BOTH, 1000, .pulses = 350,
	  .faults = { { GONE, S(50), S(650), 0 }, { SHIFTED, S(650), END, 150 } } },
	{ "two pulses a second", BOTH, 120, .pulses_most = -1, .end = FEED_TWO_PULSES,
	  .faults = { { TRAIN, 0, END, 300 } },
	  .text = "two trains of pulses, 0.300 s apart" },
	{ "two pulses half a second apart", SHAPE, 120, .pulses_most = -1, .end = FEED_TWO_PULSES,
	  .faults = { { TRAIN, 0, END, 500 } } },
	{ "another train comes and goes", BOTH, 200, .pulses = 130, .silent_from_s = 65,
	  .silent_to_s = 109, .faults = { { TRAIN, S(60), S(100), 700 } } },
	{ "stamps that a busy machine makes late", BOTH, 500, .pulses = 190,
	  .faults = { { STALLED, 0, END, 2 } } },
	{ "glitches", BOTH, 500, .pulses = 480, .faults = { { GLITCH, 0, END, 10 } } },
	{ "glitches, and nothing is known", SHAPE, 500, .pulses = 470,
	  .faults = { { GLITCH, 0, END, 10 } } },
	{ "one pulse in five is lost", BOTH, 500, .pulses = 370,
	  .faults = { { DROPPED, 0, END, 5 } } },
	{ "the wrong edge", { .mode = FEED_BOTH, .filter = FILTER(EDGE_CLEAR, NS_PER_S),
	  .seconds_delay_ns = -1 }, 100, .pulses_most = -1, .end = FEED_WIDTH, .bound_ms = 600,
	  .text = "0.900 s wide: its other edge" },
	{ "the polarity is turned", SHAPE, 200, .pulses = 150,
	  .faults = { { TURNED, S(100), END, 0 } } },
	{ "the polarity is turned among glitches", SHAPE, 500, .pulses = 200, .faults = {
	  { GLITCH, 0, END, 0 }, { TURNED, S(100), S(106), 0 }, { TURNED, S(160), S(172), 0 },
	  { TURNED, S(230), S(240), 0 }, { TURNED, S(300), S(400), 0 } } },
	{ "it is turned while pulses are lost", BOTH, 300, .pulses = 50, .no_seq = true, .faults = {
	  { DROPPED, S(50), END, 2 }, { TURNED, S(80), S(180), 0 } } },
	{ "the same with the edge given", BOTH, 200, .pulses = 90, .end = FEED_WIDTH,
	  .silent_from_s = 108, .silent_to_s = 0, .faults = { { TURNED, S(100), END, 0 } } },
	{ "a square wave", SHAPE, 100, .bound_ms = 600, .pulses_most = -1, .end = FEED_WIDTH,
	  .faults = { { SQUARE, 0, END, 0 } },
	  .text = "0.500 s wide, about half" },
	{ "a square wave with its edge", BOTH, 100, .pulses = 90,
	  .faults = { { SQUARE, 0, END, 0 } } },
	{ "a width that was told", { .mode = FEED_BOTH, .filter = FILTER(EDGE_ASSERT, NS_PER_S),
	  .seconds_delay_ns = -1, .width_ns = 100 * NS_PER_MS }, 100, .pulses = 90 },
	{ "another width than was told", { .mode = FEED_BOTH, .width_ns = 20 * NS_PER_MS,
	  .filter = FILTER(EDGE_ASSERT, NS_PER_S), .seconds_delay_ns = -1 }, 100,
	  .bound_ms = 600, .pulses_most = -1, .end = FEED_WIDTH,
	  .text = "0.100 s wide, not 0.020 s" },
	{ "0.5 Hz", SHAPE, 200, .half_hz = true, .pulses = 85, .said = 160 },
	{ "5 Hz", SHAPE, 100, .hz = 5, .bound_ms = 600, .pulses_most = -1, .end = FEED_RATE,
	  .text = "5 pulses a second" },
	{ "5 Hz where 1 Hz was told", BOTH, 100, .hz = 5, .pulses_most = -1,
	  .end = FEED_TWO_PULSES },
	{ "sentences five times a second", BOTH, 120, .pulses = 112, .duration_ms = 30,
	  .faults = { { FRACTIONS, 0, END, 0 } } },
	{ "never a whole second", BOTH, 60, .fraction = 4, .pulses_most = -1,
	  .end = FEED_NO_SENTENCES, .text = "no sentence with a whole second yet" },
	{ "sentences each 10 s", BOTH, 300, .every_s = 10, .pulses = 200, .said = 25 },
	{ "GGA before RMC", BOTH, 120, .says = SAYS_GGA_RMC, .delay_ms = 200, .pulses = 112,
	  .said = 112 },
	{ "RMC and ZDA", BOTH, 120, .says = SAYS_RMC_ZDA, .delay_ms = 200, .pulses = 112 },
	{ "ZDA alone", BOTH, 120, .says = SAYS_ZDA, .pulses = 100 },
	{ "no date at all", BOTH, 120, .says = SAYS_GGA, .pulses_most = -1,
	  .end = FEED_NUMBERING,
	  .text = "no sentence says the date" },
	{ "no sentences at all", BOTH, 60, .says = SAYS_NOTHING, .pulses_most = -1,
	  .end = FEED_NO_SENTENCES,
	  .text = "no sentence with a time yet, after 5" },
	{ "a leap second", BOTH, 300, .begin = NEW_YEAR - 100, .leap_at = 100, .pulses = 280,
	  .silent_from_s = 100, .silent_to_s = 102 },
	{ "a leap second that the system clock knows", BOTH, 300, .synced = true,
	  .begin = NEW_YEAR - 100, .leap_at = 100, .pulses = 280, .silent_from_s = 100,
	  .silent_to_s = 102, .faults = { { STEP, 100000, 0, -NS_PER_S } }, .steps = 1 },
	{ "a leap second that is not told", BOTH, 300, .begin = NEW_YEAR - 100, .leap_at = 100,
	  .hides_leap = true, .pulses = 90, .silent_from_s = 100, .silent_to_s = 300,
	  .end = FEED_CONTRADICTED,
	  .text = "1 s behind what was counted, for 19" },
	{ "a leap second while sentences are lost", { .mode = FEED_BOTH,
	  .filter = FILTER(EDGE_ASSERT, NS_PER_S), .seconds_delay_ns = -1,
	  .holdover_ns = 100 * NS_PER_S }, 300, .begin = NEW_YEAR - 100, .leap_at = 100,
	  .pulses = 90, .silent_from_s = 100, .silent_to_s = 110, .end = FEED_CONTRADICTED,
	  .faults = { { UNHEARD, S(90), S(110), 0 } } },
	{ "a leap second, seconds alone", ONLY_SECONDS, 300, .no_pulse = true, .said = 280,
	  .begin = NEW_YEAR - 100, .leap_at = 100, .bound_ms = 600, .end = FEED_WELL },
	{ "a new year without one", BOTH, 200, .begin = NEW_YEAR - 100, .pulses = 188 },
	{ "the receiver starts again", BOTH, 300, .pulses = 210, .faults = {
	  { GONE, S(100), S(140), 0 }, { UNHEARD, S(100), S(110), 0 },
	  { VOID, S(110), S(150), 9000 }, { SHIFTED, S(140), S(150), 321 } } },
	{ "seconds alone", ONLY_SECONDS, 120, .said = 105, .pulses_most = -1, .first_s = 14 },
	{ "seconds alone, no pulse", ONLY_SECONDS, 120, .no_pulse = true, .said = 110,
	  .bound_ms = 600, .pulses_most = -1 },
	{ "the same with a delay", { .mode = FEED_SECONDS, .filter = FILTER(EDGE_UNKNOWN, 0),
	  .seconds_delay_ns = 400 * NS_PER_MS }, 120, .no_pulse = true, .said = 110,
	  .bound_ms = 50,
	  .text = "taken to begin 0.400 s after" },
	{ "both, and no pulse", BOTH, 120, .no_pulse = true, .said = 108, .bound_ms = 600,
	  .end = FEED_NO_PULSE,
	  .text = "no pulse yet, after 11" },
	{ "the same until a pulse comes", BOTH, 300, .said = 280, .bound_ms = 600, .pulses = 190,
	  .faults = { { GONE, 0, S(100), 0 } } },
	{ "seconds late by a second without a pulse", ONLY_SECONDS, 300, .no_pulse = true,
	  .said = 180, .bound_ms = 600, .silent_from_s = 102, .silent_to_s = 200,
	  .faults = { { LATE, S(100), S(200), 1000 } } },
	{ "pulses alone", ONLY_PULSES, 120, .says = SAYS_NOTHING, .clock_off_ns = 300000000,
	  .pulses = 113, .first_s = 6,
	  .text = "the clock is 0.300 s off" },
	{ "pulses alone, the clock is far", ONLY_PULSES, 120, .says = SAYS_NOTHING,
	  .clock_off_ns = 450000000, .pulses_most = -1, .end = FEED_CLOCK_FAR,
	  .text = "0.450 s off" },
	{ "pulses alone, two trains", ONLY_PULSES, 120, .says = SAYS_NOTHING, .pulses_most = -1,
	  .end = FEED_TWO_PULSES, .faults = { { TRAIN, 0, END, 250 } } },
	{ "a cable", { .mode = FEED_BOTH, .filter = FILTER(EDGE_ASSERT, NS_PER_S),
	  .seconds_delay_ns = -1, .offset_ns = -170 }, 100, .pulses = 90 },
	{ "interrupted between the clocks", BOTH, 300, .pulses = 180,
	  .faults = { { INTERRUPTED, 0, END, 30 } } },
};

#define N_SCENES (sizeof(scenes) / sizeof(scenes[0]))

static struct sim sim;

static void check(const struct scene *x, uint64_t seed)
{
	const int pulses = sim.given[SAMPLE_PULSE], said = sim.given[SAMPLE_SECONDS];
	const bool quiet = x->pulses_most < 0;

	if (getenv("FEEDSIM"))
		print_message("# %s (%" PRIu64 "): %d pulses, %d seconds, first %.1f s, %s: %s, %"
			      PRIu64 " steps\n", x->name, seed, pulses, said,
			      (double)sim.first_ns / 1e9, feed_state_names[sim.state], sim.text,
			      sim.f.clock_steps);
	if (sim.wrong[0])
		fail_msg("%s", sim.wrong);
	if (pulses < x->pulses || said < x->said ||
	    (quiet && pulses) || (x->pulses_most > 0 && pulses > x->pulses_most))
		fail_msg("%s (%" PRIu64 "): %d pulses, %d seconds", x->name, seed, pulses, said);
	if (x->first_s && sim.first_ns > x->first_s * NS_PER_S)
		fail_msg("%s (%" PRIu64 "): first after %.1f s", x->name, seed,
			 (double)sim.first_ns / 1e9);
	if (x->end && sim.state != x->end)
		fail_msg("%s (%" PRIu64 "): ends %s", x->name, seed, feed_state_names[sim.state]);
	if (x->text && !strstr(sim.text, x->text))
		fail_msg("%s (%" PRIu64 "): %s", x->name, seed, sim.text);
	for (size_t i = 0; i < SIM_FAULTS; i++)
		if (x->faults[i].kind == INTERRUPTED)	/* twice the same looks like a step */
			return;
	if ((uint64_t)x->steps != sim.f.clock_steps)
		fail_msg("%s (%" PRIu64 "): %" PRIu64 " steps", x->name, seed, sim.f.clock_steps);
}

static void play(void **state)
{
	const struct scene *x = *state;

	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		sim_run(&sim, x, seed);
		check(x, seed);
	}
}

/* ---- edges whose stamps tell nothing ---- */

static const struct scene usual = { .name = "usual", .config = BOTH, .seconds = 60 };

/* So long after the pulses 59 to 63 were lost, or before the next comes. */
static size_t tell_late(int64_t stamped_ns, int64_t told_ns, int64_t step_ns, int states)
{
	struct sample out[FEEDER_SAMPLES_MAX];
	struct edge e = { .which = EDGE_ASSERT, .late_ns = -1 };
	struct instant now;

	sim_run(&sim, &usual, 1);
	assert_true(sim.given[SAMPLE_PULSE] > 50);
	sim_go(&sim, 60 * NS_PER_S);
	e.time_ns = sim.real_ns + stamped_ns - 60 * NS_PER_S;
	sim.real_ns += step_ns;
	for (int i = 0; i < states; i++)
		sim_state(&sim);
	sim_go(&sim, told_ns);
	now = sim_read(&sim);
	return feeder_edge(&sim.f, &e, &now, out);
}

static void told_late(void **state)
{
	const int64_t at_ns = 60 * NS_PER_S;

	(void)state;
	assert_int_equal(tell_late(at_ns, at_ns + 5 * NS_PER_MS, 0, 0), 1);
	assert_int_equal(tell_late(at_ns, at_ns + 4900 * NS_PER_MS, 0, 0), 1);
	assert_int_equal(tell_late(at_ns, at_ns + 5100 * NS_PER_MS, 0, 0), 0);
	assert_int_equal(tell_late(at_ns, at_ns - 2 * NS_PER_MS, 0, 0), 0);
	/* stamped before a step that has long been seen */
	assert_int_equal(tell_late(at_ns, at_ns + 5 * NS_PER_MS, NS_PER_S, 3), 0);
	assert_int_equal(sim.f.clock_steps, 1);
	assert_int_equal(tell_late(at_ns, at_ns + 1100 * NS_PER_MS, -NS_PER_S, 3), 0);
}

static void configurations(void **state)
{
	static const struct feeder_config good = BOTH;
	struct feeder_config c = good;
	static struct feeder f;

	(void)state;
	assert_int_equal(feeder_init(&f, &c), 0);
	c.filter.length = FILTER_LENGTH + 1;
	assert_int_equal(feeder_init(&f, &c), -EINVAL);
	c = good;
	c.width_ns = -1;
	assert_int_equal(feeder_init(&f, &c), -EINVAL);
	c = good;
	c.mode = FEED_SECONDS + 1;
	assert_int_equal(feeder_init(&f, &c), -EINVAL);
	for (size_t i = 0; i < N_FEED_STATES; i++)
		assert_non_null(feed_state_names[i]);
}

int main(void)
{
	static struct CMUnitTest tests[N_SCENES + 2] = {
		[N_SCENES] = cmocka_unit_test(told_late), cmocka_unit_test(configurations),
	};

	for (size_t i = 0; i < N_SCENES; i++)
		tests[i] = (struct CMUnitTest) { scenes[i].name, play, NULL, NULL,
						 (void *)&scenes[i] };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
