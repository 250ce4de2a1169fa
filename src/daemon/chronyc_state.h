/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What chronyd says of itself through chronyc: `chronyc -c -n COMMAND`, whose
 * values are separated by commas, and the table that people read of `sources`.
 * Pure.
 */
#ifndef GPSPPSCTL_CHRONYC_STATE_H
#define GPSPPSCTL_CHRONYC_STATE_H

#include <stddef.h>

#include "../facts.h"
#include "said.h"

#define CHRONYC_SOURCES_MAX 32

struct chronyc_source {
	char mode;		/* ^ a server, = a peer, # a clock of this machine */
	char state;		/* one of "*+-?x~" */
	char name[64];		/* of a clock of this machine its refid */
	struct fact stratum, poll_exponent;
	struct fact reach;	/* of the last eight polls, the newest in bit 0 */
	struct fact last_rx_s;	/* absent: never */
	/* of the last sample; positive: this clock is ahead of the source */
	struct fact offset_ns;		/* with what was slewed since then */
	struct fact measured_ns;	/* as it was then */
	struct fact error_ns;
};

struct chronyc_sources {
	enum said said;
	char error[SAID_ERROR_MAX];
	size_t n, n_lost;	/* those that had no room */
	struct chronyc_source sources[CHRONYC_SOURCES_MAX];
};

/* Without sources chronyc -c prints nothing at all: SAID_NOTHING, and exit status 0. */
void chronyc_read_sources(const char *text, size_t len, struct chronyc_sources *out);

/* The clock of this machine with this refid; NULL: chronyd does not have it. */
const struct chronyc_source *chronyc_find_clock(const struct chronyc_sources *s,
						const char *refid);

/* `chronyc -c tracking` */
struct chronyc_tracking {
	enum said said;
	char error[SAID_ERROR_MAX];
	char source[64];		/* its name: "PPS"; "" without one */
	struct fact synchronised;	/* 0 or 1, from the leap status */
};

void chronyc_read_tracking(const char *text, size_t len, struct chronyc_tracking *out);

/* What a mark of `sources` says, in words; NULL: no mark of chronyc's. */
const char *chronyc_state_words(char state);

#endif
