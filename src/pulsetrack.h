/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Edges that go on from each other by whole periods.  The one that a filter is locked to
 * is such a track, and so is what might become the next.  Pure.
 */
#ifndef GPSPPSCTL_PULSETRACK_H
#define GPSPPSCTL_PULSETRACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TRACK_RECENT 10		/* edges in a second of the fastest pulse */
#define TRACKS 8		/* that are followed at a time: so many false edges in a period */
#define TRACK_SURE 3		/* edges that show a period */

struct track_rule {
	int64_t gate_ns;	/* +-, from the last edge and whole periods; 0: none */
	unsigned int ppm;	/* of the time since the edge about a second ago; 0: none */
};

struct track {
	int64_t period_ns;	/* 0: one edge, so not known yet */
	int64_t recent_ns[TRACK_RECENT];	/* of edge i at i % TRACK_RECENT */
	uint64_t n;		/* edges since it began; 0: none */
};

enum track_fit { TRACK_FITS, TRACK_GATE, TRACK_FREQUENCY };

/* What a new edge was to a track. */
struct track_step {
	enum track_fit fit;
	int64_t period_ns;
	uint32_t periods;	/* since the last one, at least 1; all ones: more than that */
};

/* to - from, or -1 where it is negative or more than a century and a half. */
int64_t track_since(int64_t from_ns, int64_t to_ns);

/* The nominal periods are those of 0.5, 1, 5 and 10 Hz. */
bool track_is_nominal(int64_t period_ns);
/* The one of them that this time between two edges is by the rule; 0: none. */
int64_t track_nominal(const struct track_rule *rule, int64_t since_ns);

/* period_ns 0: the next edge tells. */
void track_begin(struct track *t, int64_t time_ns, int64_t period_ns);
int64_t track_last(const struct track *t);	/* of one with an edge */
/* A track with an edge: how this time goes on from it. */
void track_judge(const struct track *t, const struct track_rule *rule, int64_t time_ns,
		 struct track_step *step);
void track_add(struct track *t, int64_t time_ns, const struct track_step *step);

/* Several, of which each edge may continue some. */
struct tracks {
	struct track of[TRACKS];
	unsigned int n;
};

/*
 * Give them an edge.  The longest one that it continues, or NULL: it has begun one with
 * the period given (0: to be found).  *step is of that track, or of the last one that
 * refused it; with none before, it fits.
 */
const struct track *tracks_feed(struct tracks *all, const struct track_rule *rule, int64_t time_ns,
				int64_t period_ns, struct track_step *step);
/* The longest of which the last edge is less than a period before this time; NULL: none. */
const struct track *tracks_alive(const struct tracks *all, int64_t time_ns);

#endif
