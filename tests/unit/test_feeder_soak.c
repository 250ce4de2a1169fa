// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Thousands of mixes of what can go wrong (feedsim.h), each from its seed: never a sample that
 * is not true.  Left out is what nobody can know: sentences that lie from the beginning while no
 * synchronised clock is there, and a pulse that only seems to be one where the true one is lost.
 *
 *	test_feeder_soak SEED [COUNT]	runs these alone and says what is in them
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "feedsim.h"

#define MIXES 4000
#define CLEAN_S 45		/* at the beginning: time to be sure */
#define LONGEST_S 320
#define NEW_YEAR 1798761600	/* 2027-01-01 */

static struct sim sim;
static struct sim dice;		/* for its random numbers */

static int64_t any(int64_t below)
{
	return sim_random(&dice, below);
}

static int64_t between(int64_t least, int64_t most)
{
	return least + any(most - least + 1);
}

static bool one_in(int64_t n)
{
	return !any(n);
}

/* What each kind may be worth. */
static int64_t value_of(enum fault_kind kind)
{
	static const int64_t steps[] = {
		NS_PER_S, -NS_PER_S, 3600 * NS_PER_S, -3600 * NS_PER_S, -86400 * NS_PER_S,
		2 * NS_PER_S, -500000000, 128000000, -3000000,
	};

	switch (kind) {
	case STEP:	return steps[any(sizeof(steps) / sizeof(steps[0]))];
	case SLEW:	return between(-500, 500);
	case VOID:	return one_in(2) ? 0 : between(1, 9000);
	case UNHEARD:	return one_in(3) ? 0 : between(2, 5);
	case LATE:	return one_in(2) ? 1000 : between(-1500, 2500);
	case JITTER:	return between(10, 2000);
	case WANDER:	return between(-2000, 2000);
	case TWICE:	return between(100, 3000);
	case WRONG:	return one_in(2) ? between(-3, 3) : between(-100000000, 100000000);
	case RUBBISH:	return between(1, 30);
	case SHIFTED:	return between(-300, 300);
	case TRAIN:	return between(20, 900);
	case GLITCH:	return between(1, 20);
	case DROPPED:	return between(2, 20);
	case INTERRUPTED: return between(1, 50);
	case EARLY_LEAP: return between(1, 5);
	default:	return 0;
	}
}

static bool has(const struct scene *x, enum fault_kind kind)
{
	for (size_t i = 0; i < SIM_FAULTS; i++)
		if (x->faults[i].kind == kind)
			return true;
	return false;
}

/* A train that is not the true one where that one is not seen, or is one by its shape. */
static bool is_unknowable(const struct scene *x, enum fault_kind kind)
{
	static const enum fault_kind losses[] = { GONE, SHIFTED, DROPPED, TURNED, SQUARE };

	for (size_t i = 0; i < sizeof(losses) / sizeof(losses[0]); i++)
		if ((kind == TRAIN && has(x, losses[i])) || (kind == losses[i] && has(x, TRAIN)))
			return true;
	if (kind == TURNED || kind == SQUARE)
		return x->one_edge || has(x, kind == TURNED ? SQUARE : TURNED);
	return kind == STEP && x->synced;
}

/* Sentences that are off by a second, or seem so by the pulse, hide a leap second. */
static bool is_lie(enum fault_kind kind)
{
	return (kind >= LATE && kind <= WRONG) || kind == RUBBISH || kind == EARLY_LEAP ||
	       kind == SHIFTED;
}

static void add_faults(struct scene *x)
{
	const int64_t begin_s = x->synced ? 0 : x->every_s ? 2 * CLEAN_S : CLEAN_S;

	for (int64_t i = 0, n = between(1, SIM_FAULTS - 1); i < n; i++) {
		const enum fault_kind kind = (enum fault_kind)between(STEP, EARLY_LEAP);
		const int64_t least_s = is_lie(kind) && x->leap_at ? x->leap_at + 75 : begin_s;
		const int64_t from_ms = between(least_s * MS_PER_S, LONGEST_S * MS_PER_S);

		if (kind == SYNCED || is_unknowable(x, kind) || (kind == WANDER && x->synced))
			continue;
		x->faults[i] = (struct fault) {
			kind, from_ms, from_ms + (one_in(4) ? LONGEST_S * MS_PER_S :
						  between(500, 60000)), value_of(kind),
		};
	}
}

static void roll(struct scene *x, uint64_t seed)
{
	dice.seed = seed * UINT64_C(0xd1342543de82ef95) + 1;
	*x = (struct scene) {
		.name = "a mix", .seconds = (int)between(100, LONGEST_S),
		.config = {
			.mode = (enum feed_mode)(one_in(3) ? any(3) : FEED_BOTH),
			.filter = { .edge = EDGE_ASSERT, .gate_ns = FILTER_GATE_NS,
				    .ppm = FILTER_PPM, .period_ns = NS_PER_S,
				    .length = FILTER_LENGTH },
			.seconds_delay_ns = -1,
			.holdover_ns = one_in(4) ? any(100) * NS_PER_S : 0,
		},
		.crystal_ppb = (int)between(-100000, 100000),
		.synced = one_in(4), .no_seq = one_in(5), .one_edge = one_in(6),
		.inverted = one_in(6), .half_hz = one_in(8),
		.says = (enum sentences)any(SAYS_GGA), .delay_ms = (int)between(60, 600),
		.duration_ms = one_in(3) ? 20 : 0, .every_s = one_in(8) ? 5 : 0, .bound_ms = 900,
	};
	if (one_in(2)) {
		x->config.filter.edge = EDGE_UNKNOWN;
		x->config.filter.period_ns = 0;
	} else if (x->half_hz) {
		x->config.filter.period_ns = 2 * NS_PER_S;
	}
	if (x->inverted && x->config.filter.edge)
		x->config.filter.edge = EDGE_CLEAR;
	if (x->inverted)
		x->one_edge = false;
	if (one_in(6)) {
		x->leap_at = one_in(3) ? 0 : (int)between(60, 90);
		x->begin = NEW_YEAR - (x->leap_at ? x->leap_at : 80);
		x->hides_leap = one_in(4);
		x->synced = false;
	}
	add_faults(x);
}

static void show(const struct scene *x)
{
	print_message("# mode %d edge %d period %" PRId64 " synced %d seq %d one %d inv %d "
		      "half %d says %d delay %d dur %d every %d leap %d hides %d ppb %d hold %"
		      PRId64 "\n",
		      x->config.mode, x->config.filter.edge, x->config.filter.period_ns, x->synced,
		      !x->no_seq, x->one_edge, x->inverted, x->half_hz, x->says, x->delay_ms,
		      x->duration_ms, x->every_s, x->leap_at, x->hides_leap, x->crystal_ppb,
		      x->config.holdover_ns);
	for (size_t i = 0; i < SIM_FAULTS; i++)
		if (x->faults[i].kind)
			print_message("#   fault %d from %" PRId64 " to %" PRId64 " ms: %" PRId64
				      "\n", x->faults[i].kind, x->faults[i].from_ms,
				      x->faults[i].to_ms, x->faults[i].value);
}

static int soak(uint64_t first, uint64_t count, bool talk)
{
	uint64_t given[2] = { 0 };
	unsigned int states = 0;
	struct scene x;
	int wrong = 0;

	for (uint64_t seed = first; seed < first + count; seed++) {
		roll(&x, seed);
		sim_run(&sim, &x, seed);
		given[0] += (uint64_t)sim.given[0];
		given[1] += (uint64_t)sim.given[1];
		states |= sim.states;
		if (talk || (sim.wrong[0] && ++wrong <= 5)) {
			print_message("# seed %" PRIu64 ": %d %d %s\n", seed, sim.given[0],
				      sim.given[1], sim.wrong);
			show(&x);
		}
	}
	print_message("# %" PRIu64 " pulses, %" PRIu64 " seconds, states %x, %d wrong\n",
		      given[SAMPLE_PULSE], given[SAMPLE_SECONDS], states, wrong);
	/* all of it in vain if nothing came; about a third of the time something is wrong */
	if (count == MIXES &&
	    (given[SAMPLE_PULSE] < count * 40 || given[SAMPLE_SECONDS] < count * 40))
		wrong++;
	return wrong;
}

static void mixes(void **state)
{
	(void)state;
	assert_int_equal(soak(1, MIXES, false), 0);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(mixes) };

	if (argc > 1)
		return soak(strtoull(argv[1], NULL, 10),
			    argc > 2 ? strtoull(argv[2], NULL, 10) : 1, argc == 2);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
