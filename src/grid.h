/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Times of samples to places on a regular grid, whatever is wrong with the times.  Pure. */
#ifndef GPSPPSCTL_GRID_H
#define GPSPPSCTL_GRID_H

#include <stdbool.h>
#include <stdint.h>

/* So many lines in a row that are earlier than the last sample are a clock set back. */
#define GRID_BACK_LINES 16

/*
 * Each place is the nearest to the sample's time, counted from where the last sample was
 * expected; that follows the times slowly, since daemons take their samples a little early
 * or late (ntpd's poll of 16 s is 15 to 17 s long).  grid_begin() fills it.
 */
struct grid {
	int64_t tau0_ns;	/* > 0 */
	uint64_t room;		/* missing places that the whole grid may still have */
	uint64_t places;	/* so far */
	int64_t expected_ns;	/* of the last place */
	int64_t last_ns, back_ns;
	unsigned int back_run;
	/* samples left out, as one is there or a later one was; jumps of the clock */
	uint64_t doubled, back, jumps;
};

void grid_begin(struct grid *g, int64_t tau0_ns, uint64_t room);

/*
 * The place of the next sample, always behind all others.  False: it is to be left out.  A
 * jump further than there is room for, or back, leaves one place missing.
 */
bool grid_place(struct grid *g, int64_t time_ns, uint64_t *place);

#endif
