/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One change of what a receiver sends, from the first line to the proof, as a
 * state machine: the caller owns the port and the clock.
 *
 *	receiver_change_begin(&c, rx, &request, &before, now);
 *	while (receiver_change_step(&c, now, &line, &wake_ns)) {
 *		if (line)
 *			write it to the port;
 *		wait for bytes until wake_ns; for each sentence
 *			receiver_change_hear(&c, &sentence);
 *	}
 *	c.outcome says how it ended.
 *
 * Garmin receivers acknowledge $PGRMO not at all or by an echo (units differ),
 * so the proof is the stream: what must be there was heard, what must not be
 * there was not.  A change that cannot be proven is tried once more, then what
 * was seen before is put back, and that is proven in the same way.
 */
#ifndef GPSPPSCTL_CHANGE_H
#define GPSPPSCTL_CHANGE_H

#include "receiver.h"

enum receiver_outcome {
	RECEIVER_PENDING,
	RECEIVER_DONE,		/* the stream is as asked */
	RECEIVER_PUT_BACK,	/* it is not; what was before is back, proven */
	RECEIVER_LOST,		/* it is not, and what was before could not be proven either */
	RECEIVER_REFUSED,	/* it did not even fall silent; nothing has changed */
};

enum receiver_phase {
	PHASE_SEND,
	PHASE_DRAIN,		/* only blind: behind the line that silences the receiver ... */
	PHASE_QUIET,		/* ... and has it? */
	PHASE_SETTLE,		/* what was on its way still arrives */
	PHASE_WATCH,
};

struct receiver_change {
	const struct receiver *rx;
	struct receiver_plan plan;
	struct receiver_plan undo;
	enum receiver_outcome outcome;
	enum receiver_phase phase;
	unsigned int line;		/* next of the lines to send */
	unsigned int tries;
	bool undoing;
	bool interrupted;
	bool blind;			/* judged by counted characters, not by sentences */
	bool sent;			/* anything at all */
	int64_t due_ns;			/* when this phase ends */
	struct receiver_seen seen;	/* in this PHASE_WATCH */
	struct receiver_seen failed;	/* what made us put back */
	uint64_t chars;			/* in this phase */
	unsigned int chars_per_s;	/* in the last PHASE_WATCH */
	unsigned int failed_chars_per_s;	/* in the one that made us put back */
	unsigned int replies;		/* echoes of our lines */
};

/* `before` is what a census of at least 3 s saw.  0 or -ENOSPC.  *c must stay where it is. */
int receiver_change_begin(struct receiver_change *c, const struct receiver *rx,
			  const struct receiver_request *req,
			  const struct receiver_seen *before, int64_t now_ns);

/*
 * Where a daemon reads the port, its bytes can be counted and not read.  What
 * was before is not known then: what is put back is the factory's set, and RMC
 * in any case.  Only for RECEIVER_EXACTLY and RECEIVER_DEFAULTS.
 */
int receiver_change_begin_blind(struct receiver_change *c, const struct receiver *rx,
				const struct receiver_request *req, int64_t now_ns);

/*
 * What is next.  True: write *line if it is not NULL (it ends in CR LF), then
 * call again at *wake_ns, or earlier.  False: ended, see c->outcome.
 */
bool receiver_change_step(struct receiver_change *c, int64_t now_ns, const char **line,
			  int64_t *wake_ns);

/* A sentence arrived. */
void receiver_change_hear(struct receiver_change *c, const struct nmea_sentence *s);

/* `n` more characters arrived on the line. */
void receiver_change_count(struct receiver_change *c, uint64_t n);

/* The user wants out: put back what was before, if anything was sent. */
void receiver_change_interrupt(struct receiver_change *c, int64_t now_ns);

#endif
