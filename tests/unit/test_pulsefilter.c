// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The filter's limits, its corners and times from hostile logs.  Its judgement and its
 * figures are compared with other computations in tests/tree/test_pulsefilter.py, for which
 * this program reads a log:   test_pulsefilter EDGE GATE PPM PERIOD LENGTH METHOD <LOG
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pulsefilter.h"
#include "watchlog.h"

#define AT (INT64_C(1700000000) * NS_PER_S)

static struct filter f;
static int64_t ring[FILTER_LENGTH_MAX], sorted[FILTER_LENGTH_MAX], work[FILTER_LENGTH_MAX];
static struct judged p;
static struct filter_estimate est;

static const struct filter_config usual = {
	.edge = EDGE_ASSERT, .gate_ns = FILTER_GATE_NS, .ppm = FILTER_PPM,
	.period_ns = NS_PER_S, .length = FILTER_LENGTH,
};

static enum pulse_fate feed(int64_t time_ns, uint32_t seq, enum pulse_edge which)
{
	const struct edge e = { time_ns, -1, seq, which, STAMP_KERNEL };

	filter_feed(&f, &e, &p);
	filter_estimate(&f, work, &est);
	return p.fate;
}

static void limits(void **state)
{
	static const struct filter_config bad[] = {
		{ .length = 0 },
		{ .length = FILTER_LENGTH_MAX + 1 },
		{ .length = 1, .gate_ns = -1 },
		{ .length = 1, .gate_ns = FILTER_GATE_MAX_NS + 1 },
		{ .length = 1, .ppm = FILTER_PPM_MAX + 1 },
		{ .length = 1, .period_ns = 1 },
		{ .length = 1, .period_ns = -NS_PER_S },
		{ .length = 1, .method = N_FILTER_METHODS },
		{ .length = 1, .edge = EDGE_CLEAR + 1 },
	};
	const struct filter_config least = { .length = 1 };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(filter_init(&f, &bad[i], ring, sorted), -EINVAL);
	assert_int_equal(filter_init(&f, &least, ring, sorted), 0);
	assert_int_equal(filter_init(&f, &usual, ring, sorted), 0);
	filter_estimate(&f, work, &est);
	assert_int_equal(est.n, 0);
	for (size_t i = 0; i < N_PULSE_FATES; i++)
		assert_non_null(pulse_fate_names[i]);
	for (size_t i = 0; i < N_FILTER_METHODS; i++)
		assert_non_null(filter_method_names[i]);
	assert_int_equal(filter_method_of(STAMP_KERNEL), FILTER_TRIMMED_MEAN);
	assert_int_equal(filter_method_of(STAMP_USER), FILTER_LOW_QUARTER);
	assert_int_equal(filter_method_of(STAMP_POLL), FILTER_LOW_QUARTER);
}

static void folds(void **state)
{
	static const int64_t rows[][3] = {
		{ 0, NS_PER_S, 0 },
		{ 500000000, NS_PER_S, 500000000 }, { 500000001, NS_PER_S, -499999999 },
		{ -500000000, NS_PER_S, 500000000 }, { -499999999, NS_PER_S, -499999999 },
		{ -1, NS_PER_S, -1 }, { 1300000000, 200000000, 100000000 },
		{ INT64_MAX, NS_PER_S, -145224193 }, { INT64_MIN, NS_PER_S, 145224192 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_true(filter_fold(rows[i][0], rows[i][1]) == rows[i][2]);
}

/* The gate's and the discriminator's last good nanosecond and the first bad one. */
static void to_the_nanosecond(void **state)
{
	static const struct {
		int64_t gate_ns;
		unsigned int ppm;
		int64_t interval_ns;
		enum pulse_fate fate;
	} rows[] = {
		{ 500000, 0, 1000500000, PULSE_USED }, { 500000, 0, 1000500001, PULSE_GATE },
		{ 500000, 0, 999500000, PULSE_USED }, { 500000, 0, 999499999, PULSE_GATE },
		{ 500000, 0, 3000500000, PULSE_USED }, { 500000, 0, 3000500001, PULSE_GATE },
		{ 0, 500, 1000500000, PULSE_USED }, { 0, 500, 1000500001, PULSE_FREQUENCY },
		{ 0, 500, 3001500000, PULSE_USED }, { 0, 500, 3001500001, PULSE_FREQUENCY },
		{ 0, 500, 2998500000, PULSE_USED }, { 0, 500, 2998499999, PULSE_FREQUENCY },
		{ 500000, 500, 20000, PULSE_GATE }, { 0, 500, 20000, PULSE_FREQUENCY },
		{ 0, 0, 20000, PULSE_USED }, { 1, 500, 1000000001, PULSE_USED },
		{ 1, 500, 1000000002, PULSE_GATE },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct filter_config c = usual;

		c.gate_ns = rows[i].gate_ns;
		c.ppm = rows[i].ppm;
		assert_int_equal(filter_init(&f, &c, ring, sorted), 0);
		assert_int_equal(feed(AT, 0, EDGE_ASSERT), PULSE_FIRST);
		assert_int_equal(feed(AT + NS_PER_S, 0, EDGE_ASSERT), PULSE_FIRST);
		assert_int_equal(feed(AT + 2 * NS_PER_S, 0, EDGE_ASSERT), PULSE_USED);
		if (feed(AT + 2 * NS_PER_S + rows[i].interval_ns, 0, EDGE_ASSERT) != rows[i].fate)
			fail_msg("row %zu: %s", i, pulse_fate_names[p.fate]);
	}
}

/* Whatever the first edges are, no pulse is ever judged by a glitch before it. */
static void glitches_at_the_beginning(void **state)
{
	(void)state;
	for (int64_t ms = 1; ms < 1000; ms++) {
		struct filter_config c = usual;

		c.period_ns = ms % 2 ? NS_PER_S : 0;
		assert_int_equal(filter_init(&f, &c, ring, sorted), 0);
		feed(AT, 0, EDGE_ASSERT);
		for (int64_t s = 0; s < 3; s++)
			feed(AT + ms * NS_PER_MS + s * NS_PER_S, 0, EDGE_ASSERT);
		assert_int_equal(p.fate, PULSE_USED);
		assert_int_equal(est.n, 3);
		/* with the period found, a tenth of a second may be what it is taken for */
		assert_true(llabs(est.offset_ns) <= NS_PER_S / 2);
		assert_true(filter_fold(est.offset_ns - ms * NS_PER_MS, f.period_ns) == 0);
		assert_true(f.period_ns == NS_PER_S);
	}
}

/* One to four glitches in the place of pulses, at the same false time even: no step. */
static void few_glitches_move_nothing(void **state)
{
	(void)state;
	for (int few = 1; few <= 4; few++) {
		int64_t s = 0;

		assert_int_equal(filter_init(&f, &usual, ring, sorted), 0);
		for (; s < 10; s++)
			feed(AT + s * NS_PER_S, 0, EDGE_ASSERT);
		for (int i = 0; i < few; i++, s++)
			assert_int_equal(feed(AT + s * NS_PER_S + 300000000, 0, EDGE_ASSERT), PULSE_GATE);
		assert_int_equal(feed(AT + s * NS_PER_S, 0, EDGE_ASSERT), PULSE_USED);
		assert_int_equal(p.missed, few);
		assert_int_equal(f.fates[PULSE_STEP], 0);
		assert_int_equal(est.offset_ns, 0);
	}
}

/* Six false edges in each second, from the first on: the pulse is found among them. */
static void pulses_among_glitches(void **state)
{
	uint64_t x = 4711;

	(void)state;
	assert_int_equal(filter_init(&f, &usual, ring, sorted), 0);
	for (int64_t s = 0; s < 30; s++) {
		feed(AT + s * NS_PER_S, 0, EDGE_ASSERT);
		if (s >= 2)
			assert_int_equal(p.fate, PULSE_USED);
		for (int64_t i = 1; i <= 6; i++) {
			x = x * 6364136223846793005U + 1442695040888963407U;
			feed(AT + s * NS_PER_S + (i * 100 + (int64_t)(x >> 60) * 5) * NS_PER_MS,
			     0, EDGE_ASSERT);
			assert_int_not_equal(p.fate, PULSE_USED);
		}
	}
	assert_int_equal(est.offset_ns, 0);
}

/* An echo is never taken for the pulse, nor keeps a moved one from being found. */
static void echo(void **state)
{
	int64_t s = 0;

	(void)state;
	assert_int_equal(filter_init(&f, &usual, ring, sorted), 0);
	for (; s < 20; s++) {
		feed(AT + s * NS_PER_S, 0, EDGE_ASSERT);
		assert_int_equal(p.fate, s < 2 ? PULSE_FIRST : PULSE_USED);
		feed(AT + s * NS_PER_S + 300000000, 0, EDGE_ASSERT);
		assert_int_not_equal(p.fate, PULSE_USED);
	}
	for (; s < 25; s++) {
		feed(AT + s * NS_PER_S + 100000000, 0, EDGE_ASSERT);
		assert_int_equal(p.fate, s < 24 ? PULSE_GATE : PULSE_STEP);
		feed(AT + s * NS_PER_S + 400000000, 0, EDGE_ASSERT);
		assert_int_equal(p.fate, PULSE_GATE);
	}
	assert_int_equal(est.offset_ns, 100000000);
	assert_int_equal(feed(AT + s * NS_PER_S + 100000000, 0, EDGE_ASSERT), PULSE_USED);
	assert_int_equal(f.fates[PULSE_STEP], 1);
}

/* A daemon switches the edge on time off, then another one that is. */
static void edges_switched_off(void **state)
{
	struct filter_config c = usual;
	int64_t s = 0;

	(void)state;
	c.edge = EDGE_UNKNOWN;
	assert_int_equal(filter_init(&f, &c, ring, sorted), 0);
	for (; s < 10; s++) {
		feed(AT + s * NS_PER_S, 0, EDGE_ASSERT);
		feed(AT + s * NS_PER_S + 100000000, 0, EDGE_CLEAR);
	}
	assert_int_equal(f.on_time, EDGE_ASSERT);
	/* five of the other kind without it, the first of them the last one's end */
	for (; s < 14; s++)
		assert_int_equal(feed(AT + s * NS_PER_S + 100000000, 0, EDGE_CLEAR),
				 s < 13 ? PULSE_OTHER_EDGE : PULSE_STEP);
	assert_int_equal(f.on_time, EDGE_CLEAR);
	assert_int_equal(est.offset_ns, 100000000);
	/* both again: the pulse's shape says which one it is */
	for (; s < 25 && f.on_time == EDGE_CLEAR; s++) {
		feed(AT + s * NS_PER_S, 0, EDGE_ASSERT);
		feed(AT + s * NS_PER_S + 100000000, 0, EDGE_CLEAR);
	}
	assert_int_equal(f.on_time, EDGE_ASSERT);
	assert_true(s < 22);
	assert_int_equal(f.fates[PULSE_STEP], 2);
	/* told which one, it stays with that */
	assert_int_equal(filter_init(&f, &usual, ring, sorted), 0);
	for (s = 0; s < 30; s++)
		assert_int_equal(feed(AT + s * NS_PER_S, 0, EDGE_CLEAR), PULSE_OTHER_EDGE);
}

static void receiver_set_to_another_rate(void **state)
{
	static const int64_t rates[] = { NS_PER_S, 200 * NS_PER_MS, 2 * NS_PER_S, 100 * NS_PER_MS,
					 NS_PER_S };
	struct filter_config c = usual;
	int64_t t = AT;

	(void)state;
	c.period_ns = 0;
	assert_int_equal(filter_init(&f, &c, ring, sorted), 0);
	for (size_t i = 0; i < sizeof(rates) / sizeof(rates[0]); i++) {
		t -= t % rates[i];
		for (int n = 0; n < 10; n++)
			feed(t += rates[i], 0, EDGE_ASSERT);
		assert_true(f.period_ns == rates[i]);
		assert_int_equal(p.fate, PULSE_USED);
		assert_int_equal(est.offset_ns, 0);
	}
	assert_int_equal(f.fates[PULSE_STEP], 4);
}

static uint64_t next(uint64_t *x)
{
	*x ^= *x << 13;
	*x ^= *x >> 7;
	*x ^= *x << 17;
	return *x;
}

/* No time, number, edge or order of them does harm; what is counted adds up. */
static void hostile_times(void **state)
{
	static const int64_t corners[] = { INT64_MIN, INT64_MIN + 1, -1, 0, 1, NS_PER_S, INT64_MAX - 1,
					   INT64_MAX, INT64_MAX / 2, INT64_MIN / 2, AT };
	uint64_t x = UINT64_C(0x9e3779b97f4a7c15);

	(void)state;
	for (int run = 0; run < 200; run++) {
		struct filter_config c = {
			.edge = (enum pulse_edge)(next(&x) % 3), .ppm = run % 3 ? 500 : 0,
			.gate_ns = run % 4 ? (int64_t)(next(&x) % (FILTER_GATE_MAX_NS + 1)) : 0,
			.period_ns = run % 2 ? NS_PER_S / 5 : 0, .length = 1 + next(&x) % 70,
			.method = (enum filter_method)(next(&x) % 2),
		};
		uint64_t sum = 0;
		int64_t t = AT;

		assert_int_equal(filter_init(&f, &c, ring, sorted), 0);
		for (int i = 0; i < 300; i++) {
			uint64_t how = next(&x) % 8;

			if (how == 0)
				t = corners[next(&x) % (sizeof(corners) / sizeof(corners[0]))];
			else if (how == 1)
				t = (int64_t)next(&x);
			else if (t < INT64_MAX - NS_PER_S)
				t += NS_PER_S / 5;
			feed(t, next(&x) % 2 ? 0 : (uint32_t)next(&x),
			     (enum pulse_edge)(next(&x) % 3));
			assert_true(llabs(p.offset_ns) <= NS_PER_S && llabs(est.offset_ns) <= NS_PER_S);
			assert_true(p.interval_ns >= -1 && p.width_ns >= -1);
			assert_true(est.n <= c.length && est.kept <= est.n && est.jitter_ns >= 0);
		}
		for (size_t i = 0; i < N_PULSE_FATES; i++)
			sum += f.fates[i];
		assert_true(sum == 300);
	}
}

/* ---- for test_pulsefilter.py ---- */

static int judge_log(char *const *argv)
{
	const struct filter_config c = {
		.edge = (enum pulse_edge)atoi(argv[1]), .gate_ns = atoll(argv[2]),
		.ppm = (unsigned int)atoi(argv[3]), .period_ns = atoll(argv[4]),
		.length = (size_t)atoll(argv[5]), .method = (enum filter_method)atoi(argv[6]),
	};
	char line[WATCHLOG_LINE_MAX];
	struct word source;
	struct edge e;

	if (filter_init(&f, &c, ring, sorted))
		return 2;
	while (fgets(line, sizeof(line), stdin)) {
		if (watchlog_read(line, strcspn(line, "\n"), &e, &source) != 1)
			return 2;
		filter_feed(&f, &e, &p);
		filter_estimate(&f, work, &est);
		printf("%s %" PRId64 " %" PRId64 " %" PRId64 " %" PRIu32 " %zu %zu %" PRId64 " %.17g\n",
		       pulse_fate_names[p.fate], p.offset_ns, p.interval_ns, p.width_ns, p.missed,
		       est.n, est.kept, est.offset_ns, est.jitter_ns);
	}
	return 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(limits),
		cmocka_unit_test(folds),
		cmocka_unit_test(to_the_nanosecond),
		cmocka_unit_test(glitches_at_the_beginning),
		cmocka_unit_test(few_glitches_move_nothing),
		cmocka_unit_test(pulses_among_glitches),
		cmocka_unit_test(echo),
		cmocka_unit_test(edges_switched_off),
		cmocka_unit_test(receiver_set_to_another_rate),
		cmocka_unit_test(hostile_times),
	};

	if (argc == 7)
		return judge_log(argv);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
