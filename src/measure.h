/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What two edges and a counter tell of a receiver: the width and the polarity
 * of its pulse, and when its sentences come.  Pure.
 */
#ifndef GPSPPSCTL_MEASURE_H
#define GPSPPSCTL_MEASURE_H

#include <stdbool.h>
#include <stdint.h>

#define NS_PER_S INT64_C(1000000000)
#define NS_PER_MS INT64_C(1000000)
#define MS_PER_S 1000

/* One edge as sysfs has it: "SEC.NSEC#SEQ". */
struct stamp {
	int64_t time_ns;	/* CLOCK_REALTIME; 0 before the first edge */
	uint32_t seq;
};

/* 0, or -EINVAL: an empty text is an edge that the source cannot see. */
int stamp_parse(const char *text, struct stamp *stamp);

enum pulse_edge {
	EDGE_UNKNOWN,
	EDGE_ASSERT,		/* the pulse begins with DCD's assertion (a GPS 18 LVC) */
	EDGE_CLEAR,		/* an inverted one */
};

struct pulse_shape {
	enum pulse_edge edge;	/* the one on time */
	int64_t width_ns;
};

/*
 * The shape from the last stamp of each edge.  The shorter of the two halves of
 * a second is the pulse.  -EAGAIN: no pair of the same second (an edge that
 * nobody captures any more keeps its old stamp).
 */
int pulse_shape(const struct stamp *assert_edge, const struct stamp *clear_edge,
		struct pulse_shape *shape);

/* The characters of one second, from samples of the receive counter. */
struct burst {
	uint32_t rx;		/* last seen */
	bool begun;
	int32_t first_ms, last_ms;	/* after the pulse; -1: no character */
	uint32_t chars;
};

void burst_begin(struct burst *b);
/* The counter's value so many ms after the pulse; the first call sets the start. */
void burst_sample(struct burst *b, int32_t since_pulse_ms, uint32_t rx);

#endif
