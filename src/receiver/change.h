/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One change of a receiver, from the first question to the proof, as a state
 * machine in bytes and times: the caller owns the port, the clock and the journal.
 *
 *	receiver_change_begin(&c, rx, &id, &request, &found, now);
 *	for (;;) switch (receiver_change_step(&c, now, &wake_ns)) {
 *	case RECEIVER_WAIT:	 hear (below) until wake_ns or for a moment, then step again
 *	case RECEIVER_WRITE:	 c.out (c.len bytes) to the port
 *	case RECEIVER_SET_SPEED: the port to c.baud
 *	case RECEIVER_INTEND:	 c.intent to where it survives us; when that fails,
 *				 receiver_change_interrupt(), and nothing is sent
 *	case RECEIVER_ENDED:	 c.outcome; unless it is RECEIVER_LOST the journal can go
 *	}
 *
 * The order: questions (what is set now), the intent, the steps, each with its
 * answer and one more try, restart and speed where steps have them; what is on its
 * way arrives; the stream is watched; the questions once more.  What cannot be
 * proven is tried once more, then what was before is put back and proven in the
 * same way.  A receiver that is not heard any more is looked for at the old speed,
 * the new one and the usual ones.
 *
 * Only the first attempt leaves out what the answers say is so already: an answer
 * tells what is stored, not what a restart or a "save" that got lost would have
 * made of it.  Whatever follows a failure or a kill sends everything.
 */
#ifndef GPSPPSCTL_CHANGE_H
#define GPSPPSCTL_CHANGE_H

#include "receiver.h"

#define RECEIVER_REASON_MAX 96

enum receiver_outcome {
	RECEIVER_PENDING,
	RECEIVER_DONE,		/* as asked, proven */
	RECEIVER_PUT_BACK,	/* not as asked; what was before is back, proven */
	RECEIVER_LOST,		/* neither could be proven */
	RECEIVER_REFUSED,	/* nothing was changed: no answer, or (blind) no silence */
};

enum receiver_action {
	RECEIVER_WAIT,
	RECEIVER_WRITE,
	RECEIVER_SET_SPEED,
	RECEIVER_INTEND,
	RECEIVER_ENDED,
};

/* What is known before a change: from a census of at least 3 s. */
struct receiver_found {
	struct receiver_seen seen;
	unsigned int baud;		/* of the port, at which it was heard */
};

/* What a journal keeps, and what the next run needs. */
struct receiver_intent {
	receiver_set sentences_before;
	bool others_before;
	unsigned int baud_before;
	struct receiver_settings before;	/* as far as the questions told */
	struct receiver_request request;
};

/* Whose steps are being sent. */
enum receiver_stage {
	STAGE_ASK,		/* questions: what is now? */
	STAGE_CHANGE,
	STAGE_PROVE,		/* the same questions: is it as it should be? */
};

enum receiver_phase {
	PHASE_INTEND,
	PHASE_SEND,
	PHASE_ANSWER,
	PHASE_DRAIN,		/* only blind: behind the line that silences the receiver ... */
	PHASE_QUIET,		/* ... and has it? */
	PHASE_SPEED,		/* the step has left the port, which follows to the new speed */
	PHASE_RESTART,		/* the receiver starts anew */
	PHASE_SPEAK,		/* and should be heard */
	PHASE_HUNT,		/* it was not: one speed more */
	PHASE_HUNT_LISTEN,
	PHASE_HUNT_ANSWER,	/* it may send nothing by itself: a question was sent */
	PHASE_SETTLE,		/* what was on its way still arrives */
	PHASE_WATCH,
	RECEIVER_PHASES,
};

struct receiver_change {
	const struct receiver *rx;
	struct receiver_id id;
	struct receiver_request request;
	struct receiver_request back;	/* what puts back what was before */
	struct receiver_intent intent;
	struct receiver_seen found;
	struct receiver_plan questions;
	struct receiver_plan plan;	/* for the request; for --dry-run, too */
	struct receiver_plan undo;
	struct receiver_plan probe;	/* its first step makes a silent receiver speak */
	enum receiver_outcome outcome;
	enum receiver_stage stage;
	enum receiver_phase phase;

	/* for the caller, by action */
	const char *out;
	unsigned int len;
	unsigned int baud;		/* of the port, now or after RECEIVER_SET_SPEED */

	unsigned int line;		/* next of the steps to send */
	unsigned int sends;		/* of this step */
	enum receiver_answer answer;	/* to this step */
	bool half_said;
	bool waited_on;
	unsigned int unanswered;	/* questions that must be answered */
	unsigned int ignored;		/* questions that need not be */
	bool gaps;			/* steps of the undo were refused or not answered */
	unsigned int tries;
	bool undoing;
	bool interrupted;
	bool blind;			/* judged by counted characters, not by sentences */
	bool resumed;
	bool sent;			/* anything that is no question */
	bool speed_at_risk;		/* something was sent behind which it may speak otherwise */
	bool hunts_for_step;
	unsigned int hunt;		/* index of the speed */
	unsigned int hunt_first;	/* the speed that is listened at first */
	int64_t sent_ns;		/* when the last step has left the port */
	int64_t due_ns;			/* when this phase ends */

	unsigned int askable;		/* settings that its answers tell: RECEIVER_BAUD ... */
	/* asked for, and no answer tells of it: proven by an acknowledgement, not put back */
	unsigned int untold;
	struct receiver_settings now;	/* as told last */
	uint64_t good;			/* in this phase: sentences and answers */
	struct receiver_seen seen;	/* in this PHASE_WATCH */
	struct receiver_seen failed;	/* what made us put back */
	uint64_t chars;			/* in this phase */
	unsigned int chars_per_s;	/* in the last PHASE_WATCH */
	unsigned int failed_chars_per_s;	/* in the one that made us put back */
	unsigned int replies;		/* echoes of our lines */
	char reason[RECEIVER_REASON_MAX];	/* why it was not as asked; "" when it is */
};

/*
 * 0, -ENOSPC, or -EINVAL.  *c must stay where it is.  c->plan has all that can be
 * written before the questions are answered: what proves to be so already is left
 * out then.  A make whose command holds more than was asked for (-ENODATA from
 * write_steps) has none yet.
 */
int receiver_change_begin(struct receiver_change *c, const struct receiver *rx,
			  const struct receiver_id *id, const struct receiver_request *req,
			  const struct receiver_found *found, int64_t now_ns);

/*
 * Where a daemon reads the port, its bytes can be counted and not read.  What
 * was before is not known then: what is put back is the factory's set, and RMC
 * in any case.  Only for RECEIVER_EXACTLY and RECEIVER_DEFAULTS, no settings.
 */
int receiver_change_begin_blind(struct receiver_change *c, const struct receiver *rx,
				const struct receiver_id *id, const struct receiver_request *req,
				unsigned int baud, int64_t now_ns);

/*
 * A run before this one was killed amid a change.  `found` is where the receiver
 * was heard, or, when it is silent, the speed before the change.  What looks as
 * intended is completed (RECEIVER_DONE), else what was before is put back
 * (RECEIVER_PUT_BACK); both are sent in full and proven.
 */
int receiver_change_begin_resume(struct receiver_change *c, const struct receiver *rx,
				 const struct receiver_id *id, const struct receiver_intent *intent,
				 const struct receiver_found *found, int64_t now_ns);

/* What is next; with RECEIVER_WAIT call again at *wake_ns or earlier, else at once. */
enum receiver_action receiver_change_step(struct receiver_change *c, int64_t now_ns,
					  int64_t *wake_ns);

/* A sentence or a packet arrived. */
void receiver_change_hear(struct receiver_change *c, const struct receiver_message *m);

/* `n` more characters arrived on the line. */
void receiver_change_count(struct receiver_change *c, uint64_t n);

/*
 * The user wants out: put back what was before, if anything was sent.  A resumed
 * change that has sent nothing yet ends as RECEIVER_LOST: its journal must stay.
 */
void receiver_change_interrupt(struct receiver_change *c, int64_t now_ns);

#endif
