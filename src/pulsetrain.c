// SPDX-License-Identifier: GPL-2.0-or-later
/* A train of pulses: when each is due, when to wake up for it, when to begin it. */
#include "pulsetrain.h"

#include <stdlib.h>
#include <string.h>

#define ENOUGH_WAKES 10
#define WAKES_PERCENT 99
#define SPARE_NS INT64_C(20000)		/* for the way from the wake-up to the first look */
#define LAG_MAX_NS (5 * NS_PER_MS)	/* a USB adapter's call is a transfer or two */

/* ---- the schedule ---- */

/* The first moment of the train after `ns`. */
static int64_t moment_after(const struct pulsetrain *t, int64_t ns)
{
	const int64_t into_ns = ((ns - t->phase_ns) % t->period_ns + t->period_ns) % t->period_ns;

	return ns - into_ns + t->period_ns;
}

static int64_t apart(struct clocks c)
{
	return c.real_ns - c.mono_ns;
}

int64_t pulsetrain_call_ns(const struct pulsetrain *t)
{
	return t->due_ns - t->lag_ns;
}

int64_t pulsetrain_set_by(const struct pulsetrain *t, struct clocks now)
{
	return apart(now) - t->apart_ns;
}

static bool was_set(const struct pulsetrain *t, struct clocks now)
{
	const int64_t by_ns = pulsetrain_set_by(t, now);

	return by_ns > TRAIN_SET_NS || by_ns < -TRAIN_SET_NS;
}

/* The earliest pulse for which there is still time to wake up. */
static int64_t reachable(const struct pulsetrain *t, int64_t real_ns)
{
	return moment_after(t, real_ns + t->lag_ns + t->margin_ns);
}

void pulsetrain_begin(struct pulsetrain *t, struct clocks now)
{
	if (!t->margin_ns)
		t->margin_ns = TRAIN_MARGIN_BEGIN_NS;
	t->apart_ns = apart(now);
	t->due_ns = reachable(t, now.real_ns);
}

/*
 * A sleep is by CLOCK_MONOTONIC: one until a moment of CLOCK_REALTIME would last an hour
 * longer when that is put back by an hour.
 */
enum train_step pulsetrain_look(const struct pulsetrain *t, struct clocks now, int64_t *wake_ns)
{
	const int64_t call_ns = pulsetrain_call_ns(t);
	const int64_t left_ns = call_ns - t->margin_ns - now.real_ns;

	if (was_set(t, now))
		return TRAIN_SET;
	if (now.real_ns > call_ns + t->late_ns)
		return TRAIN_LATE;
	if (left_ns <= 0)
		return TRAIN_SPIN;
	*wake_ns = now.mono_ns + (left_ns < TRAIN_SLICE_NS ? left_ns : TRAIN_SLICE_NS);
	return TRAIN_SLEEP;
}

void pulsetrain_next(struct pulsetrain *t, struct clocks now, bool made)
{
	const int64_t next_ns = t->due_ns + t->period_ns;

	t->left_out += !made;
	t->due_ns = next_ns;
	/* pulsetrain_look() says so: nothing was left out of seconds that never were */
	if (was_set(t, now) || pulsetrain_call_ns(t) > now.real_ns)
		return;
	t->due_ns = reachable(t, now.real_ns);
	t->left_out += (uint64_t)((t->due_ns - next_ns) / t->period_ns);
}

/* ---- what is learnt ---- */

static int by_value(const void *a, const void *b)
{
	const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* The value below which so many percent of them are. */
static int64_t percentile(const int64_t *v, size_t n, unsigned int percent)
{
	int64_t sorted[TRAIN_WAKES];

	memcpy(sorted, v, n * sizeof(*v));
	qsort(sorted, n, sizeof(*sorted), by_value);
	return sorted[(n * percent + 99) / 100 - 1];
}

static int64_t within(int64_t ns, int64_t min_ns, int64_t max_ns)
{
	return ns < min_ns ? min_ns : ns > max_ns ? max_ns : ns;
}

void pulsetrain_woken(struct pulsetrain *t, int64_t late_ns)
{
	size_t n;

	t->wakes[t->n_wakes++ % TRAIN_WAKES] = late_ns;
	n = t->n_wakes < TRAIN_WAKES ? t->n_wakes : TRAIN_WAKES;
	if (n < ENOUGH_WAKES)
		return;
	late_ns = percentile(t->wakes, n, WAKES_PERCENT);
	t->margin_ns = within(late_ns + late_ns / 4 + SPARE_NS, TRAIN_MARGIN_MIN_NS,
			      TRAIN_MARGIN_MAX_NS);
}

void pulsetrain_called(struct pulsetrain *t, int64_t bracket_ns)
{
	size_t n;

	t->brackets[t->n_brackets++ % TRAIN_BRACKETS] = bracket_ns;
	n = t->n_brackets < TRAIN_BRACKETS ? t->n_brackets : TRAIN_BRACKETS;
	t->lag_ns = within(percentile(t->brackets, n, 50) / 2, 0, LAG_MAX_NS);
}
