// SPDX-License-Identifier: GPL-2.0-or-later
/* What follows from a port's facts: without time to look, and of the burst. */
#include "patient.h"

#define REAL_NS (1700000000 * INT64_C(1000000000))

/* One look and no second one. */
static void one_look(int64_t assert_ago_ms, int64_t clear_ago_ms)
{
	memset(&facts, 0, sizeof(facts));
	facts.first.at_ns = facts.second.at_ns = 5;
	facts.first.real_ns = REAL_NS;
	facts.first.assert_edge.time_ns = fact_from(0, REAL_NS - assert_ago_ms * 1000000);
	facts.first.clear_edge.time_ns = fact_from(0, REAL_NS - clear_ago_ms * 1000000);
}

static void test_the_younger_edge_counts(void **state)
{
	(void)state;
	one_look(300, 200);
	assert_int_equal(facts_pulse_age_ms(&facts).val, 200);
	assert_true(facts_saw_pulse(&facts));
	one_look(300, 90000);
	assert_int_equal(facts_pulse_age_ms(&facts).val, 300);
	assert_true(facts_saw_pulse(&facts));
	one_look(2500, 2400);
	assert_false(facts_saw_pulse(&facts));
}

static void test_without_a_stamp(void **state)
{
	(void)state;
	one_look(300, 200);
	facts.first.assert_edge.time_ns = facts.first.clear_edge.time_ns = fact_from(-ENOENT, 0);
	assert_int_equal(facts_pulse_age_ms(&facts).state, FACT_ABSENT);
	assert_false(facts_saw_pulse(&facts));
	/* the clock was set back: nothing is known */
	one_look(-5000, -5100);
	assert_false(facts_saw_pulse(&facts));
}

/* Where there was time, a young stamp alone is no pulse. */
static void test_with_a_window(void **state)
{
	(void)state;
	one_look(300, 200);
	facts.second.at_ns = 3200 * INT64_C(1000000);
	assert_false(facts_saw_pulse(&facts));
	facts.first.assert_edge.seq = fact_from(0, 7);
	facts.second.assert_edge.seq = fact_from(0, 10);
	assert_true(facts_saw_pulse(&facts));
}

/* ---- when the sentences come ---- */

static void measured(struct fact *first, struct fact *last, int first_ms, int last_ms)
{
	*first = fact_from(0, first_ms);
	*last = fact_from(0, last_ms);
}

static void test_burst_of_now_or_of_the_holder(void **state)
{
	struct fact first, last;

	(void)state;
	healthy();
	assert_false(facts_burst(&facts, &first, &last));
	assert_int_equal(facts_delay_ms(&facts).state, FACT_ABSENT);
	measured(&facts.hold.burst_first_ms, &facts.hold.burst_last_ms, 250, 480);
	assert_true(facts_burst(&facts, &first, &last));
	assert_true(fact_is(first, 250) && fact_is(last, 480));
	measured(&facts.motion.burst_first_ms, &facts.motion.burst_last_ms, 300, 700);
	assert_true(facts_burst(&facts, &first, &last));
	assert_true(fact_is(first, 300) && fact_is(last, 700));
	/* after which pulse? */
	pulses(0, 0);
	assert_false(facts_burst(&facts, &first, &last));
	assert_int_equal(facts_delay_ms(&facts).state, FACT_ABSENT);
	pulses(3, 3);
	facts.motion.burst_first_ms = fact_from(-EACCES, 0);
	assert_false(facts_burst(&facts, &first, &last));
}

static void test_delay_is_the_dated_sentences(void **state)
{
	(void)state;
	healthy();
	measured(&facts.motion.burst_first_ms, &facts.motion.burst_last_ms, 300, 700);
	facts.sentences.dated_ms = fact_from(-EACCES, 0);
	assert_true(fact_is(facts_delay_ms(&facts), 700));
	facts.sentences.dated_ms = fact_from(0, 150);
	assert_true(fact_is(facts_delay_ms(&facts), 450));
	/* heard more slowly than it came: the counter knows better */
	facts.sentences.dated_ms = fact_from(0, 500);
	assert_true(fact_is(facts_delay_ms(&facts), 700));
}

/* Whichever of the sentences counts: half of the burst is the most that its middle is wrong. */
static void test_counted_is_the_middle(void **state)
{
	bool counted;

	(void)state;
	healthy();
	facts.sentences.dated_ms = fact_from(-EACCES, 0);
	assert_false(fact_known(facts_delay_to_write_ms(&facts, &counted)));
	assert_false(counted);
	facts.motion.chars_per_s = fact_from(0, 362);
	for (int first = 50; first < 400; first += 50)
		for (int last = first; last <= first + 800; last += 100) {
			measured(&facts.motion.burst_first_ms, &facts.motion.burst_last_ms, first, last);
			const int64_t ms = facts_delay_to_write_ms(&facts, &counted).val;

			assert_true(counted);
			assert_true(ms - first <= 400 && last - ms <= 400);
		}
	/* one sentence, or one that was heard: its end is known */
	measured(&facts.motion.burst_first_ms, &facts.motion.burst_last_ms, 300, 700);
	assert_true(fact_is(facts_delay_to_write_ms(&facts, &counted), 500));
	facts.motion.chars_per_s = fact_from(0, 82);
	assert_true(fact_is(facts_delay_to_write_ms(&facts, &counted), 700));
	assert_false(counted);
	facts.motion.chars_per_s = fact_from(0, 83);
	facts.sentences.dated_ms = fact_from(0, 150);
	assert_true(fact_is(facts_delay_to_write_ms(&facts, &counted), 450));
	assert_false(counted);
	/* what was counted once, by the holder */
	assert_false(fact_known(facts_middle_ms(fact_from(0, 300), fact_from(-ENOENT, 0))));
	assert_true(fact_is(facts_middle_ms(fact_from(-ENOENT, 0), fact_from(0, 700)), 700));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_younger_edge_counts),
		cmocka_unit_test(test_without_a_stamp),
		cmocka_unit_test(test_with_a_window),
		cmocka_unit_test(test_burst_of_now_or_of_the_holder),
		cmocka_unit_test(test_delay_is_the_dated_sentences),
		cmocka_unit_test(test_counted_is_the_middle),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
