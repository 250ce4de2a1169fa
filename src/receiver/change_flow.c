// SPDX-License-Identifier: GPL-2.0-or-later
/* A change of a receiver: what comes after what. */
#include "change_inside.h"

#include <errno.h>
#include <string.h>

/* older units send one GSV a second in turn: three seconds and a margin show each type */
#define WATCH_NS (3200 * NS_PER_MS)
/* within this time nothing may arrive; a receiver that did not obey sends each second */
#define QUIET_NS (1200 * NS_PER_MS)
#define NOISE_CHARS 4

void change_enter(struct receiver_change *c, enum receiver_phase phase, int64_t due_ns)
{
	c->phase = phase;
	c->due_ns = due_ns;
	c->chars = 0;
	c->good = 0;
	memset(&c->seen, 0, sizeof(c->seen));
}

void change_end(struct receiver_change *c, enum receiver_outcome outcome)
{
	c->outcome = outcome;
	if (outcome == RECEIVER_DONE)
		c->reason[0] = '\0';
}

void change_send(struct receiver_change *c, enum receiver_stage stage, int64_t now_ns)
{
	int64_t pause_over_ns = c->sent_ns + PAUSE_NS;

	c->stage = stage;
	c->unanswered = 0;
	c->ignored = 0;
	c->line = 0;
	c->sends = 0;
	change_enter(c, PHASE_SEND, now_ns > pause_over_ns ? now_ns : pause_over_ns);
}

void change_start(struct receiver_change *c, int64_t now_ns)
{
	c->stage = STAGE_CHANGE;
	c->gaps = false;
	if (c->speed_at_risk)
		change_hunt(c, false, now_ns);
	else
		change_send(c, STAGE_CHANGE, now_ns);
}

void change_undo(struct receiver_change *c, int64_t now_ns)
{
	c->failed = c->seen;
	c->failed_chars_per_s = c->chars_per_s;
	c->undoing = true;
	c->tries = 0;
	/* it could be written before; only that the speed is another now can be new */
	if (!c->blind && change_make_undo(c))
		change_end(c, RECEIVER_LOST);
	else
		change_start(c, now_ns);
}

void change_failed(struct receiver_change *c, int64_t now_ns)
{
	if (++c->tries == TRIES_MAX) {
		if (c->undoing)
			change_end(c, RECEIVER_LOST);
		else
			change_undo(c, now_ns);
		return;
	}
	/* it could be written with less knowledge */
	if (!c->undoing && change_make_plan(c, true))
		change_undo(c, now_ns);
	else
		change_start(c, now_ns);
}

static void proven(struct receiver_change *c)
{
	/* where no answer tells the speed it is the one at which it is heard */
	if (!(c->askable & RECEIVER_BAUD)) {
		c->now.known |= RECEIVER_BAUD;
		c->now.baud = c->baud;
	}
	change_end(c, c->undoing ? RECEIVER_PUT_BACK : RECEIVER_DONE);
}

/* ---- the questions have been asked ---- */

static void refuse(struct receiver_change *c, const char *why)
{
	if (why)
		change_blame(c, why);
	change_end(c, RECEIVER_REFUSED);
}

/* A run that was killed: finish it where that is all that is missing, else put back. */
static void choose_direction(struct receiver_change *c, int64_t now_ns)
{
	bool intended = c->plan.n && change_stream_is(c, &c->plan, &c->found) &&
			change_speed_is_right(c) && !change_settings_wrong(c);

	change_blame(c, intended ? "" : "it was broken off");
	if (intended)
		change_start(c, now_ns);
	else
		change_undo(c, now_ns);
}

static void note_answers(struct receiver_change *c)
{
	c->askable = c->now.known;
	if (!(c->now.known & RECEIVER_BAUD)) {
		c->now.known |= RECEIVER_BAUD;
		c->now.baud = c->intent.baud_before;
	}
	c->intent.before = c->now;
	c->untold = c->request.to.known & ~c->now.known;
}

/* Nothing needs to be sent: the answers say that all is as asked. */
static bool is_already(const struct receiver_change *c)
{
	return !c->plan.n && change_speed_is_right(c) && !change_settings_wrong(c);
}

static void asked(struct receiver_change *c, int64_t now_ns)
{
	bool wants = c->request.to.known & ~(unsigned int)RECEIVER_BAUD ||
		     change_has_native(&c->request.to);
	int err;

	if (wants && !c->questions.n) {
		refuse(c, "it cannot be asked what is set now");
		return;
	}
	if ((change_wants_settings(&c->request) || change_acknowledges(&c->plan)) &&
	    c->unanswered) {
		refuse(c, NULL);
		return;
	}
	note_answers(c);
	/* no question tells of it, or this one was lost: then it could not be put back */
	if (c->untold && c->ignored) {
		refuse(c, "it does not tell what is set now");
		return;
	}
	err = change_make_plan(c, false);
	if (err) {
		refuse(c, err == -ENODATA ? "it does not tell what is set now" :
		       "that cannot be sent");
		return;
	}
	if (change_make_undo(c)) {
		refuse(c, "what is set now could not be put back");
		return;
	}
	if (is_already(c)) {
		proven(c);
		return;
	}
	if (!c->plan.n && change_make_plan(c, true)) {
		refuse(c, "that cannot be sent");
		return;
	}
	change_enter(c, PHASE_INTEND, now_ns);
}

enum receiver_action change_intend(struct receiver_change *c, int64_t now_ns)
{
	change_send(c, STAGE_CHANGE, now_ns);
	return RECEIVER_INTEND;
}

/* ---- the steps have been sent ---- */

/*
 * Whole lines are proven by their own answers.  In an undo whose lines were not
 * all answered the questions must have the very same answers as before.
 */
static bool lines_wrong(const struct receiver_change *c)
{
	for (unsigned int i = 0; c->gaps && i < RECEIVER_NATIVE_MAX; i++)
		if (strcmp(c->now.native[i], c->intent.before.native[i]) != 0)
			return true;
	return false;
}

static void compare(struct receiver_change *c, int64_t now_ns)
{
	unsigned int wrong = change_settings_wrong(c);

	if (!wrong && !c->unanswered && !lines_wrong(c) && change_speed_is_right(c)) {
		proven(c);
		return;
	}
	/* a missing answer has been blamed */
	if (wrong && !c->unanswered)
		change_blame_settings(c, wrong);
	else if (!c->unanswered)
		change_blame(c, "its speed is another");
	change_failed(c, now_ns);
}

void change_sent(struct receiver_change *c, int64_t now_ns)
{
	switch (c->stage) {
	case STAGE_ASK:
		if (c->resumed) {
			c->askable = c->unanswered ? c->intent.before.known : c->now.known;
			c->askable &= ~(c->now.known & RECEIVER_BAUD ? 0U : RECEIVER_BAUD);
			choose_direction(c, now_ns);
		} else {
			asked(c, now_ns);
		}
		break;
	case STAGE_CHANGE:
		change_enter(c, PHASE_SETTLE, now_ns + SETTLE_NS);
		break;
	case STAGE_PROVE:
		compare(c, now_ns);
		break;
	}
}

/* The receiver should be silent by now: has it heard us at all? */
enum receiver_action change_drained(struct receiver_change *c, int64_t now_ns)
{
	change_enter(c, PHASE_QUIET, now_ns + QUIET_NS);
	return RECEIVER_WAIT;
}

enum receiver_action change_quiet(struct receiver_change *c, int64_t now_ns)
{
	if (c->chars <= NOISE_CHARS) {
		change_enter(c, PHASE_SEND, now_ns);
	} else if (++c->tries == TRIES_MAX) {
		/* an undo that is not heard either */
		change_end(c, c->undoing ? RECEIVER_LOST : RECEIVER_REFUSED);
		change_blame(c, "it did not fall silent");
	} else {
		change_send(c, STAGE_CHANGE, now_ns);
	}
	return RECEIVER_WAIT;
}

enum receiver_action change_settled(struct receiver_change *c, int64_t now_ns)
{
	change_enter(c, PHASE_WATCH, now_ns + WATCH_NS + change_more_ns(c));
	return RECEIVER_WAIT;
}

enum receiver_action change_watched(struct receiver_change *c, int64_t now_ns)
{
	c->chars_per_s = census_rate(c->chars, WATCH_NS + change_more_ns(c));
	if (!change_stream_is(c, change_steps(c), &c->seen)) {
		change_blame(c, "its sentences are others");
		change_failed(c, now_ns);
	} else if (change_wants_settings(change_goal(c)) && c->questions.n) {
		/* what it says from now on counts, not what it said before */
		c->now.known &= ~c->askable;
		memset(c->now.native, 0, sizeof(c->now.native));
		change_send(c, STAGE_PROVE, now_ns);
	} else {
		compare(c, now_ns);
	}
	return RECEIVER_WAIT;
}
