/* SPDX-License-Identifier: GPL-2.0-or-later */
/* When pulses are due, by two clocks that are set, slept through and leapt by a second. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "pulsetrain.h"

#define US INT64_C(1000)
#define MS NS_PER_MS
#define S NS_PER_S
#define HOUR (3600 * S)
#define NOON (INT64_C(1795262400) * S)	/* 2026-11-21 12:00:00 UTC */
#define BOOT_NS (5000 * S)

/* CLOCK_REALTIME and CLOCK_MONOTONIC, as long as nobody sets the one. */
static struct clocks at(int64_t real_ns)
{
	return (struct clocks){ .real_ns = real_ns, .mono_ns = BOOT_NS + real_ns - NOON };
}

static struct pulsetrain train(int64_t period_ns, int64_t phase_ns, int64_t now_ns)
{
	struct pulsetrain t = { .period_ns = period_ns, .phase_ns = phase_ns,
				.late_ns = TRAIN_LATE_NS };

	pulsetrain_begin(&t, at(now_ns));
	return t;
}

/* ---- the schedule ---- */

static void test_rates_and_phases(void **state)
{
	static const struct {
		int64_t period_ns, phase_ns, now_ns, due_ns;
	} rows[] = {
		{ S, 0, NOON + 300 * MS, NOON + S },
		/* too near to wake up for it */
		{ S, 0, NOON - MS, NOON + S },
		{ S, 0, NOON - 3 * MS, NOON },
		{ S, 0, NOON, NOON + S },
		{ S, 250 * MS, NOON + 100 * MS, NOON + 250 * MS },
		{ S, -250 * MS, NOON + 100 * MS, NOON + 750 * MS },
		{ S, -999 * MS, NOON + 100 * MS, NOON + S + MS },
		{ S, -12345, NOON + 100 * MS, NOON + S - 12345 },
		{ 2 * S, 0, NOON + S, NOON + 2 * S },
		{ 2 * S, 0, NOON + 2 * S + 1, NOON + 4 * S },
		{ 2 * S, S, NOON, NOON + S },
		{ S / 5, 0, NOON + 401 * MS, NOON + 600 * MS },
		{ S / 10, 30 * MS, NOON + 401 * MS, NOON + 430 * MS },
		{ S / 10, -30 * MS, NOON + 401 * MS, NOON + 470 * MS },
		/* a clock that was never set */
		{ S, 0, 200 * MS, S },
		{ S, 0, -1800 * MS, -S },
		{ S, -100 * MS, 0, 900 * MS },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct pulsetrain t = train(rows[i].period_ns, rows[i].phase_ns, rows[i].now_ns);

		assert_int_equal(t.due_ns, rows[i].due_ns);
		pulsetrain_next(&t, at(t.due_ns + MS), true);
		assert_int_equal(t.due_ns, rows[i].due_ns + rows[i].period_ns);
		assert_int_equal(t.left_out, 0);
	}
}

static void test_sleeps_in_slices_then_spins(void **state)
{
	struct pulsetrain t = train(S, 0, NOON + 100 * MS);
	int64_t wake_ns = 0, now_ns = NOON + 100 * MS;
	unsigned int slices = 0;

	(void)state;
	while (pulsetrain_look(&t, at(now_ns), &wake_ns) == TRAIN_SLEEP) {
		assert_true(wake_ns > at(now_ns).mono_ns);
		assert_true(wake_ns <= at(now_ns).mono_ns + TRAIN_SLICE_NS);
		now_ns += wake_ns - at(now_ns).mono_ns;
		slices++;
	}
	assert_int_equal(slices, 4);
	assert_int_equal(now_ns, NOON + S - TRAIN_MARGIN_BEGIN_NS);
	assert_int_equal(pulsetrain_look(&t, at(now_ns), &wake_ns), TRAIN_SPIN);
	assert_int_equal(pulsetrain_look(&t, at(NOON + S), &wake_ns), TRAIN_SPIN);
}

static void test_late_is_left_out(void **state)
{
	struct pulsetrain t = train(S, 0, NOON + 100 * MS);
	int64_t wake_ns;

	(void)state;
	assert_int_equal(pulsetrain_look(&t, at(NOON + S + TRAIN_LATE_NS), &wake_ns), TRAIN_SPIN);
	assert_int_equal(pulsetrain_look(&t, at(NOON + S + TRAIN_LATE_NS + 1), &wake_ns), TRAIN_LATE);
	/* stopped for 10 s: the pulses of ten seconds, and this one */
	pulsetrain_next(&t, at(NOON + 11 * S + 1), false);
	assert_int_equal(t.due_ns, NOON + 12 * S);
	assert_int_equal(t.left_out, 11);
	/* stdout was full for a while, after a pulse that was made: no time to wake up for 14 */
	pulsetrain_next(&t, at(NOON + 14 * S - 10 * US), true);
	assert_int_equal(t.due_ns, NOON + 15 * S);
	assert_int_equal(t.left_out, 13);
	pulsetrain_next(&t, at(NOON + 16 * S - 10 * US), true);
	assert_int_equal(t.due_ns, NOON + 16 * S);
	assert_int_equal(t.left_out, 13);
}

/* ---- the clock is set ---- */

static struct clocks set(struct clocks c, int64_t by_ns)
{
	c.real_ns += by_ns;
	return c;
}

static void test_set_clock(void **state)
{
	static const int64_t by_ns[] = {
		HOUR, -HOUR, 6 * MS, -6 * MS, S, -S, 24 * 365 * HOUR, 300 * MS, -900 * MS,
	};
	int64_t wake_ns;

	(void)state;
	for (size_t i = 0; i < sizeof(by_ns) / sizeof(by_ns[0]); i++) {
		struct pulsetrain t = train(S, 0, NOON + 100 * MS);
		const struct clocks now = set(at(NOON + 400 * MS), by_ns[i]);

		assert_int_equal(pulsetrain_look(&t, now, &wake_ns), TRAIN_SET);
		assert_int_equal(pulsetrain_set_by(&t, now), by_ns[i]);
		pulsetrain_begin(&t, now);
		assert_int_equal(pulsetrain_look(&t, now, &wake_ns), TRAIN_SLEEP);
		/* at the new clock's second, within one of now; nothing was left out of the gap */
		assert_int_equal(t.due_ns % S, 0);
		assert_true(t.due_ns > now.real_ns && t.due_ns <= now.real_ns + S + MS * 2);
		assert_int_equal(t.left_out, 0);
	}
}

/* Within a pulse: the next one is not counted as thousands that were left out. */
static void test_set_within_a_pulse(void **state)
{
	struct pulsetrain t = train(S, 0, NOON + 100 * MS);
	const struct clocks now = set(at(NOON + S + 100 * MS), HOUR);
	int64_t wake_ns;

	(void)state;
	pulsetrain_next(&t, now, true);
	assert_int_equal(t.left_out, 0);
	assert_int_equal(pulsetrain_look(&t, now, &wake_ns), TRAIN_SET);
}

/* What two readings of clocks differ by, and NTP's slewing, is no setting. */
static void test_slewing_is_no_setting(void **state)
{
	struct pulsetrain t = train(S, 0, NOON + 100 * MS);
	int64_t wake_ns;

	(void)state;
	assert_int_equal(pulsetrain_look(&t, set(at(NOON + 400 * MS), TRAIN_SET_NS), &wake_ns),
			 TRAIN_SLEEP);
	assert_int_equal(pulsetrain_look(&t, set(at(NOON + 400 * MS), -TRAIN_SET_NS), &wake_ns),
			 TRAIN_SLEEP);
}

/*
 * 23:59:60: the kernel shows 00:00:00, and some ms later goes back to 23:59:59 (its tick):
 * a second begins at both, and both have a pulse.
 */
static void test_leap_second(void **state)
{
	struct pulsetrain t = train(S, 0, NOON - 900 * MS);
	struct clocks now = at(NOON + 3 * MS);
	int64_t wake_ns, gap_ns;

	(void)state;
	assert_int_equal(t.due_ns, NOON);
	now = set(now, -S);
	pulsetrain_next(&t, now, true);
	assert_int_equal(pulsetrain_look(&t, now, &wake_ns), TRAIN_SET);
	pulsetrain_begin(&t, now);
	assert_int_equal(t.due_ns, NOON);
	/* 997 ms from now, a second after the one before */
	gap_ns = t.due_ns - now.real_ns;
	assert_int_equal(gap_ns, S - 3 * MS);
}

/* ---- what is learnt ---- */

static void test_margin_follows_the_wakeups(void **state)
{
	struct pulsetrain t = train(S, 0, NOON + 100 * MS);

	(void)state;
	for (int i = 0; i < 9; i++)
		pulsetrain_woken(&t, 40 * US);
	assert_int_equal(t.margin_ns, TRAIN_MARGIN_BEGIN_NS);
	for (int i = 0; i < 100; i++)
		pulsetrain_woken(&t, 40 * US);
	assert_int_equal(t.margin_ns, 70 * US);	/* 40 and a quarter, and 20 to spare */
	/* one in a hundred is not waited for, two are */
	pulsetrain_woken(&t, 3 * MS);
	assert_int_equal(t.margin_ns, 70 * US);
	pulsetrain_woken(&t, 2 * MS);
	assert_int_equal(t.margin_ns, 2520 * US);
	for (int i = 0; i < 100; i++)
		pulsetrain_woken(&t, 40 * US);
	assert_int_equal(t.margin_ns, 70 * US);
	/* bounds */
	for (int i = 0; i < 100; i++)
		pulsetrain_woken(&t, 1);
	assert_int_equal(t.margin_ns, TRAIN_MARGIN_MIN_NS);
	for (int i = 0; i < 100; i++)
		pulsetrain_woken(&t, S);
	assert_int_equal(t.margin_ns, TRAIN_MARGIN_MAX_NS);
}

static void test_lag_is_half_the_call(void **state)
{
	struct pulsetrain t = train(S, 0, NOON + 100 * MS);

	(void)state;
	assert_int_equal(pulsetrain_call_ns(&t), t.due_ns);
	pulsetrain_called(&t, 6 * US);
	assert_int_equal(pulsetrain_call_ns(&t), t.due_ns - 3 * US);
	/* those that were interrupted are forgotten, up to a half */
	for (int i = 0; i < 31; i++)
		pulsetrain_called(&t, i % 2 ? 4 * MS : 6 * US);
	assert_int_equal(t.lag_ns, 3 * US);
	/* a USB adapter's, at most */
	for (int i = 0; i < 31; i++)
		pulsetrain_called(&t, 60 * MS);
	assert_int_equal(t.lag_ns, 5 * MS);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rates_and_phases),
		cmocka_unit_test(test_sleeps_in_slices_then_spins),
		cmocka_unit_test(test_late_is_left_out),
		cmocka_unit_test(test_set_clock),
		cmocka_unit_test(test_set_within_a_pulse),
		cmocka_unit_test(test_slewing_is_no_setting),
		cmocka_unit_test(test_leap_second),
		cmocka_unit_test(test_margin_follows_the_wakeups),
		cmocka_unit_test(test_lag_is_half_the_call),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
