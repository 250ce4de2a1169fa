/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The figures of a run of any length, in a fixed room: mean and deviation exactly, ranks
 * to 1 in 64 by counting (64 bins to each power of two, on both sides of zero).  Pure.
 */
#ifndef GPSPPSCTL_PULSETALLY_H
#define GPSPPSCTL_PULSETALLY_H

#include <stdint.h>

#define TALLY_BITS 40		/* to 18 minutes; what is beyond counts as that */
#define TALLY_STEP_BITS 6
#define TALLY_BINS ((TALLY_BITS - TALLY_STEP_BITS + 1) << TALLY_STEP_BITS)

/* All zero is an empty one. */
struct pulsetally {
	uint64_t n;
	int64_t min_ns, max_ns;
	double mean_ns;
	double squares;			/* of the differences to the mean (Welford) */
	uint64_t below[TALLY_BINS], above[TALLY_BINS];	/* of zero */
};

void pulsetally_add(struct pulsetally *t, int64_t ns);
double pulsetally_sd_ns(const struct pulsetally *t);
/* The value that so many percent do not exceed; of an empty one 0. */
int64_t pulsetally_rank_ns(const struct pulsetally *t, unsigned int percent);
/* The same of their distances from zero. */
int64_t pulsetally_within_ns(const struct pulsetally *t, unsigned int percent);
/* The greatest distance from zero. */
int64_t pulsetally_worst_ns(const struct pulsetally *t);

#endif
