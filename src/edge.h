/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One edge of a pulse, wherever its stamp was taken: what src/source/ gives. */
#ifndef GPSPPSCTL_EDGE_H
#define GPSPPSCTL_EDGE_H

#include <stdint.h>

#include "measure.h"	/* enum pulse_edge, NS_PER_S */

/* Who took the stamp: that decides on which side it errs. */
enum stamp_by {
	STAMP_KERNEL,		/* in the interrupt: late by its latency */
	STAMP_USER,		/* after a wake-up: late by one-sided, long-tailed delays */
	STAMP_POLL,		/* between two looks at a line */
};

struct edge {
	int64_t time_ns;	/* CLOCK_REALTIME as stamped, not corrected */
	int64_t late_ns;	/* the edge was at most so long before time_ns; -1: not bounded */
	uint32_t seq;		/* the source's own count of this kind of edge; 0: it has none */
	enum pulse_edge which;	/* EDGE_ASSERT or EDGE_CLEAR */
	enum stamp_by by;
};

#endif
