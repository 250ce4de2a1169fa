// SPDX-License-Identifier: GPL-2.0-or-later
/* What follows from a port's facts where no time was given to look. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "portfacts.h"

#define REAL_NS (1700000000 * INT64_C(1000000000))

static struct port_facts facts;

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_younger_edge_counts),
		cmocka_unit_test(test_without_a_stamp),
		cmocka_unit_test(test_with_a_window),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
