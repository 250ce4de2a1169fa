/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A train of pulses that we make: when the next one is due by CLOCK_REALTIME, how early
 * to wake up for it, how early to begin it so that the line moves in time, and which of
 * them is not to be made any more.  Pure: the caller sleeps, spins and reads the clocks.
 */
#ifndef GPSPPSCTL_PULSETRAIN_H
#define GPSPPSCTL_PULSETRAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "measure.h"	/* NS_PER_S */

/* Later than this a pulse misleads who takes it for the second, unless the caller knows better. */
#define TRAIN_LATE_NS NS_PER_MS
/* Between the last wake-up and the pulse the processor is kept: bounds. */
#define TRAIN_MARGIN_MIN_NS INT64_C(50000)
#define TRAIN_MARGIN_MAX_NS (10 * NS_PER_MS)
#define TRAIN_MARGIN_BEGIN_NS (2 * NS_PER_MS)	/* before enough wake-ups were seen */
/* CLOCK_REALTIME away from CLOCK_MONOTONIC by more: it was set, or the machine slept. */
#define TRAIN_SET_NS (5 * NS_PER_MS)
/* A clock that was set is noticed so long after it at most. */
#define TRAIN_SLICE_NS (250 * NS_PER_MS)

#define TRAIN_WAKES 100
#define TRAIN_BRACKETS 31

/* Both clocks at one moment. */
struct clocks {
	int64_t real_ns, mono_ns;
};

struct pulsetrain {
	int64_t period_ns, phase_ns;	/* the caller's: at each whole period, so much after it */
	int64_t late_ns;		/* the caller's, too: a pulse that is later is left out */
	int64_t due_ns;			/* CLOCK_REALTIME of the next pulse */
	uint64_t left_out;		/* pulses that were due and were not made */
	int64_t lag_ns;			/* from the call to the line, as it seems */
	int64_t margin_ns;		/* from the last wake-up to the call */

	/* private from here on */
	int64_t apart_ns;		/* of the two clocks, when due_ns was found */
	int64_t wakes[TRAIN_WAKES], brackets[TRAIN_BRACKETS];
	size_t n_wakes, n_brackets;	/* ever; the newest are kept */
};

enum train_step {
	TRAIN_SLEEP,	/* until *wake_ns of CLOCK_MONOTONIC, then look again */
	TRAIN_SPIN,	/* read the clock until it is pulsetrain_call_ns() */
	TRAIN_LATE,	/* it is too late for this one */
	TRAIN_SET,	/* the clock was set: pulsetrain_begin() */
};

/* All zero but what is the caller's.  Also after TRAIN_SET. */
void pulsetrain_begin(struct pulsetrain *t, struct clocks now);
enum train_step pulsetrain_look(const struct pulsetrain *t, struct clocks now, int64_t *wake_ns);
/* By how much the clock was set since pulsetrain_begin(). */
int64_t pulsetrain_set_by(const struct pulsetrain *t, struct clocks now);
/* When to make the call, so that the line moves at due_ns. */
int64_t pulsetrain_call_ns(const struct pulsetrain *t);
/* This one was made, or was not: on to the next one that can be reached. */
void pulsetrain_next(struct pulsetrain *t, struct clocks now, bool made);

/* A sleep has ended so long after its time. */
void pulsetrain_woken(struct pulsetrain *t, int64_t late_ns);
/*
 * The call has taken so long.  Nobody tells when in it the line has moved; the middle
 * errs by half of it at most, and the median forgets calls that were interrupted.
 */
void pulsetrain_called(struct pulsetrain *t, int64_t bracket_ns);

#endif
