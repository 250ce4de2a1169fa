// SPDX-License-Identifier: GPL-2.0-or-later
/* Samples of edges and of the receive counter, and what they add up to. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <errno.h>
#include <cmocka.h>

#include "motion.h"

#define BEGIN_S 1790000000
#define US_PER_S INT64_C(1000000)

static char text[65536];
static struct motion motion;

__attribute__((format(printf, 1, 2)))
static void line(const char *fmt, ...)
{
	size_t n = strlen(text);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text + n, sizeof(text) - n, fmt, ap);
	va_end(ap);
}

static void begin(void)
{
	text[0] = '\0';
	line("real %d000000000\n", BEGIN_S);
}

/* An edge at so many ms after the beginning, seen 3 ms later. */
static void edge(const char *what, int ms, int seq)
{
	line("%d %s %d.%03d000000#%d\n", ms * 1000 + 3000, what, BEGIN_S + ms / 1000, ms % 1000, seq);
}

/* Pulses from `at_ms` on, and bursts of four characters every 10 ms. */
struct scene {
	int at_ms, width_ms, first_ms, last_ms, length_ms;
	bool asserts, clears;
};

static void event_at(const struct scene *s, int ms, uint32_t *rx)
{
	const int second = (ms - s->at_ms + 1000000) / 1000 - 1000;
	const int since = ms - s->at_ms - second * 1000;

	if (s->asserts && since == 0)
		edge("assert", ms, 100 + second);
	if (s->clears && since == s->width_ms)
		edge("clear", ms, 200 + second);
	/* a burst may belong to the second before */
	for (int k = 0; k < 2; k++) {
		const int ago = since + k * 1000;

		if (ago >= s->first_ms && ago <= s->last_ms && (ago - s->first_ms) % 10 == 0) {
			*rx += 4;
			line("%d rx %u\n", ms * 1000 + 4000, *rx);
		}
	}
}

static void play(const struct scene *s)
{
	uint32_t rx = 4294967280u;	/* it wraps on the way */

	begin();
	line("0 rx %u\n", rx);
	if (s->asserts)
		line("0 assert %d.000000000#%d\n", BEGIN_S - 5000, 99);
	if (s->clears)
		line("0 clear %d.000000000#%d\n", BEGIN_S - 5000, 199);
	for (int ms = 5; ms < s->length_ms - 10; ms++)
		event_at(s, ms, &rx);
	line("%d end\n", s->length_ms * 1000);
}

static const struct scene usual = {
	.at_ms = 300, .width_ms = 100, .first_ms = 200, .last_ms = 400,
	.length_ms = 3200, .asserts = true, .clears = true,
};

static void assert_near(struct fact f, int64_t value)
{
	assert_int_equal(f.state, FACT_OK);
	assert_in_range(f.val, value - 5, value + 5);
}

static void a_usual_second(void **state)
{
	(void)state;
	play(&usual);
	assert_int_equal(motion_parse(text, EDGE_UNKNOWN, &motion), 0);
	assert_int_equal(motion.ms.val, 3200);
	/* the ones of before the window are not in it: 0.3, 1.3, 2.3 s */
	assert_int_equal(motion.asserts.n, 3);
	assert_int_equal(motion.clears.n, 3);
	assert_int_equal(motion.asserts.dropped, 0);
	assert_int_equal(motion.asserts.v[0].seq, 100);
	assert_true(motion.asserts.v[0].time_ns == BEGIN_S * NS_PER_S + 300000000);
	assert_int_equal(motion_edge(&motion, EDGE_UNKNOWN), EDGE_ASSERT);
	assert_near(motion.burst_first_ms, 204);
	assert_near(motion.burst_last_ms, 404);
	assert_int_equal(motion.burst_spread_ms.state, FACT_OK);
	assert_int_equal(motion.burst_spread_ms.val, 0);
	/* 21 samples of 4 characters a second; four bursts lie partly in 3.2 s */
	assert_near(motion.chars_per_s, 84);
}

/* Which edge is on time: what the holder measured, what is captured, the shape. */
static void edges(void **state)
{
	struct scene s = usual;

	(void)state;
	play(&s);
	assert_int_equal(motion_parse(text, EDGE_CLEAR, &motion), 0);
	assert_near(motion.burst_first_ms, 104);
	s.asserts = false;
	play(&s);
	assert_int_equal(motion_parse(text, EDGE_UNKNOWN, &motion), 0);
	assert_int_equal(motion_edge(&motion, EDGE_UNKNOWN), EDGE_CLEAR);
	assert_int_equal(motion.asserts.n, 0);
	assert_near(motion.burst_first_ms, 104);
	/* known, and not captured: no pulse to measure from */
	assert_int_equal(motion_parse(text, EDGE_ASSERT, &motion), 0);
	assert_int_equal(motion.burst_first_ms.state, FACT_ABSENT);
	assert_near(motion.chars_per_s, 84);
	/* inverted: the clear is on time, and the assert 100 ms behind it */
	s = usual;
	s.width_ms = 900;
	s.at_ms = 400;
	play(&s);
	assert_int_equal(motion_parse(text, EDGE_UNKNOWN, &motion), 0);
	assert_int_equal(motion_edge(&motion, EDGE_UNKNOWN), EDGE_CLEAR);
	assert_near(motion.burst_first_ms, 304);
	assert_int_equal(motion_edge(&(struct motion) { 0 }, EDGE_UNKNOWN), EDGE_UNKNOWN);
}

/* A burst that ends in the next second is not taken for one that begins with it. */
static void across_the_pulse(void **state)
{
	struct scene s = usual;

	(void)state;
	s.first_ms = 800;
	s.last_ms = 1100;
	for (s.at_ms = 0; s.at_ms < 1000; s.at_ms += 50) {
		play(&s);
		assert_int_equal(motion_parse(text, EDGE_UNKNOWN, &motion), 0);
		assert_near(motion.burst_first_ms, 804);
		assert_near(motion.burst_last_ms, 1104);
	}
}

/* One whole second, and what the window cuts off. */
static void cut_bursts(void **state)
{
	struct scene s = usual;

	(void)state;
	/* the second after the whole one is no evidence: its burst may not be its only one */
	s.length_ms = 1800;
	play(&s);
	assert_int_equal(motion_parse(text, EDGE_UNKNOWN, &motion), 0);
	assert_near(motion.burst_last_ms, 404);
	assert_int_equal(motion.burst_spread_ms.state, FACT_ABSENT);
	/* it begins with the rest of the burst of the second before */
	s.at_ms = 5;
	s.first_ms = 800;
	s.last_ms = 1100;
	s.length_ms = 1300;
	play(&s);
	assert_int_equal(motion_parse(text, EDGE_ASSERT, &motion), 0);
	assert_int_equal(motion.burst_first_ms.state, FACT_ABSENT);
	/* it ends before the burst does */
	s.last_ms = 990;
	s.length_ms = 1010;
	play(&s);
	assert_int_equal(motion_parse(text, EDGE_ASSERT, &motion), 0);
	assert_int_equal(motion.burst_last_ms.state, FACT_ABSENT);
	s.length_ms = 1200;
	play(&s);
	assert_int_equal(motion_parse(text, EDGE_ASSERT, &motion), 0);
	assert_near(motion.burst_last_ms, 994);
}

/* Wherever the window begins, in a burst or between. */
static void every_phase(void **state)
{
	struct scene s = usual;

	(void)state;
	for (s.at_ms = 0; s.at_ms < 1000; s.at_ms += 10) {
		play(&s);
		assert_int_equal(motion_parse(text, EDGE_UNKNOWN, &motion), 0);
		assert_near(motion.burst_first_ms, 204);
		assert_near(motion.burst_last_ms, 404);
		assert_near(motion.chars_per_s, 84);
	}
}

/* Nothing is known of a burst that is never over, but how much it sends. */
static void a_full_line(void **state)
{
	struct scene s = usual;

	(void)state;
	s.first_ms = 0;
	s.last_ms = 990;
	play(&s);
	assert_int_equal(motion_parse(text, EDGE_UNKNOWN, &motion), 0);
	assert_int_equal(motion.burst_last_ms.state, FACT_ABSENT);
	assert_in_range(motion.chars_per_s.val, 396, 404);
}

static void missed_samples(void **state)
{
	(void)state;
	begin();
	line("0 assert %d.100000000#7\n", BEGIN_S - 1);
	line("5000 assert %d.000000000#10\n", BEGIN_S);
	line("6000 assert %d.000000000#10\n", BEGIN_S);
	line("9000 assert %d.005000000#11\n", BEGIN_S);
	/* made anew: it counts from 1 */
	line("10000 assert %d.006000000#1\n", BEGIN_S);
	line("20000 end\n");
	assert_int_equal(motion_parse(text, EDGE_UNKNOWN, &motion), 0);
	assert_int_equal(motion.asserts.n, 3);
	assert_int_equal(motion.asserts.dropped, 2);
	assert_int_equal(motion.asserts.v[2].seq, 1);
	/* not a second long: no rate; nothing of characters at all */
	assert_int_equal(motion.chars_per_s.state, FACT_ABSENT);
	begin();
	for (int i = 0; i < STAMPS_MAX + 4; i++)
		line("%d clear %d.%03d000000#%d\n", i * 1000, BEGIN_S, i, i);
	line("200000 end");
	assert_int_equal(motion_parse(text, EDGE_UNKNOWN, &motion), 0);
	assert_int_equal(motion.clears.n, STAMPS_MAX);
	assert_int_equal(motion.clears.dropped, 3);
}

static void wandering(void **state)
{
	const int first[] = { 200, 260, 210 };
	uint32_t rx = 0;

	(void)state;
	begin();
	line("0 rx 0\n");
	line("0 assert 0.000000000#0\n");
	for (int i = 0; i < 3; i++) {
		edge("assert", 100 + i * 1000, i + 1);
		line("%d rx %u\n", (100 + i * 1000 + first[i]) * 1000, rx += 10);
		line("%d rx %u\n", (150 + i * 1000 + first[i]) * 1000, rx += 10);
	}
	line("3200000 end\n");
	assert_int_equal(motion_parse(text, EDGE_UNKNOWN, &motion), 0);
	assert_int_equal(motion.burst_first_ms.val, 210);
	assert_int_equal(motion.burst_last_ms.val, 260);
	assert_int_equal(motion.burst_spread_ms.val, 60);
	assert_int_equal(motion.chars_per_s.val, 20);
}

static void hostile(void **state)
{
	static const char *const bad[] = {
		"", "\n", "real", "real x\n0 end\n", "real 1\n", "real 1", "real -1\n0 end\n",
		"real 99999999999999999999\n0 end\n", "real 9223372036854775807\n0 end\n",
		"real 1\n5 rx 1\n", "real 1\n5 rx 1\n4 end\n", "real 1\nrx 1\n5 end\n",
		"real 1\n-5 end\n", "real 1\n99999999999999 end\n", "real 1\n0 rx x\n1 end\n",
		"real 1\n0 rx 4294967296\n1 end\n", "real 1\n0 assert 1.2\n1 end\n",
		"real 1\n0 assert 9999999999.0#1\n1 end\n", "real 1\n1 end\n2 rx 1\n",
		"real 1\n0 clear 111111111111111111111111111111111111111111111111111111111111111.0#1\n"
		"1 end\n",
	};
	static const char *const good[] = {
		"real 1\n0 end", "real 1\n0 end\n", "real 1\n0 what ever\n1 end\n",
		"real 1\n0 assert \n0 clear\n1 end\n", "real 1\n0 end\n0 end\n",
		"real 9000000000000000000\n0 assert 1.0#1\n1 assert 0.0#2\n2 rx 1\n3 rx 0\n4 end\n",
		"real 1\n0 assert 1.0#1\n1 assert 9223372035.0#2\n2 rx 1\n3 rx 5\n31536000000000 end\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (motion_parse(bad[i], EDGE_UNKNOWN, &motion) != -EINVAL)
			fail_msg("taken: %s", bad[i]);
		assert_int_equal(motion.ms.state, FACT_ABSENT);
		assert_int_equal(motion.chars_per_s.state, FACT_ABSENT);
		assert_int_equal(motion.asserts.n, 0);
	}
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		if (motion_parse(good[i], EDGE_UNKNOWN, &motion))
			fail_msg("refused: %s", good[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_usual_second),
		cmocka_unit_test(edges),
		cmocka_unit_test(across_the_pulse),
		cmocka_unit_test(cut_bursts),
		cmocka_unit_test(every_phase),
		cmocka_unit_test(a_full_line),
		cmocka_unit_test(missed_samples),
		cmocka_unit_test(wandering),
		cmocka_unit_test(hostile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
