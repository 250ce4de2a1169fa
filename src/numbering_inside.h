/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of the numbering have in common. */
#ifndef GPSPPSCTL_NUMBERING_INSIDE_H
#define GPSPPSCTL_NUMBERING_INSIDE_H

#include "numbering.h"

#define NUMBERING_SPREAD_NS (300 * NS_PER_MS)	/* of delays, until it is sure */

/* ---- numbering.c ---- */

/* By how much a pulse may be off whole seconds so long after another. */
int64_t numbering_tolerance(const struct numbering *n, int64_t since_ns);
int64_t numbering_utc(const struct numbering *n, int64_t at_ns);
void numbering_forget_old(struct numbering *n, int64_t at_ns);
/* The first second of this one's month, UTC. */
int64_t numbering_month(int64_t second);
/* The pulse at at_ns is this second's, from now on; or the beginning of its sentence. */
void numbering_begin(struct numbering *n, int64_t at_ns, int64_t second, bool of_pulse);

/* ---- numbering_judge.c ---- */

/* One more for a run.  True: there are enough in a row now. */
bool numbering_run(struct numbering_run *r, int64_t second, int64_t at_ns, int64_t delay_ns,
		   int64_t tolerance_ns);
/* Whether a synchronised clock is against this second, or one that was. */
bool numbering_refuse(struct numbering *n, int64_t second, int64_t at_ns);
void numbering_contradict(struct numbering *n, const struct named_second *said, int64_t off_s);
/* A leap second seems to have been missed, and no clock says that it was not. */
bool numbering_missed_leap(struct numbering *n, int64_t second, int64_t at_ns);
/* True: enough in a row after what was wrong. */
bool numbering_agree(struct numbering *n, const struct named_second *said, int64_t at_ns,
		     bool sure);
/* What is left of the difference when a leap second explains it. */
int64_t numbering_explain(struct numbering *n, const struct named_second *said, int64_t off_s,
			  int64_t tick_ns);
/* An agreeing sentence says that no leap second was, or that it is over. */
void numbering_end_waiting(struct numbering *n, const struct named_second *said,
			   int64_t tick_ns);

/* ---- numbering_alone.c ---- */

/* A sentence without a pulse to pair it with.  True: it agrees with what is sure. */
bool numbering_alone(struct numbering *n, const struct named_second *said, bool pulses);

#endif
