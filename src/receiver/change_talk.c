// SPDX-License-Identifier: GPL-2.0-or-later
/* A change of a receiver: steps and their answers, restarts and speeds. */
#include "change_inside.h"

#include <string.h>

/* an answer that may as well not come, and would only say no */
#define MAYBE_NS (800 * NS_PER_MS)
/* PAIR: "processing"; flash is slow */
#define HALF_NS (5 * NS_PER_S)
#define SENDS_MAX 2
/* until then what it says may be from before the restart */
#define RESTART_NS (2 * NS_PER_S)
#define RESTART_MAX_NS (15 * NS_PER_S)
#define SPEAK_NS (3500 * NS_PER_MS)

const struct receiver_step *change_awaited(const struct receiver_change *c)
{
	if (c->phase == PHASE_HUNT_ANSWER)
		return change_hunt_question(c);
	if (c->phase != PHASE_ANSWER)
		return NULL;
	if (c->stage == STAGE_CHANGE && change_step_of(c)->await == RECEIVER_NO_ANSWER)
		return NULL;
	return change_step_of(c);
}

bool change_is_early(const struct receiver_change *c, int64_t now_ns)
{
	switch (c->phase) {
	case PHASE_ANSWER:
		return c->answer != RECEIVER_UNRELATED && now_ns >= c->sent_ns + PAUSE_NS;
	case PHASE_SPEAK:
	case PHASE_HUNT_LISTEN:
	case PHASE_HUNT_ANSWER:
		return c->good > 0;
	default:
		return false;
	}
}

/* ---- one step ---- */

/* Until all of it has left the port: 8N1 has 10 bits for a character. */
static int64_t line_time(const struct receiver_change *c, unsigned int len)
{
	return c->baud ? len * 10 * NS_PER_S / c->baud : 0;
}

enum receiver_action change_put(struct receiver_change *c, const struct receiver_step *step,
				int64_t now_ns)
{
	c->out = step->bytes;
	c->len = step->len;
	c->sent_ns = now_ns + line_time(c, step->len);
	c->answer = RECEIVER_UNRELATED;
	c->half_said = false;
	c->waited_on = false;
	return RECEIVER_WRITE;
}

static int64_t answer_time(const struct receiver_change *c, const struct receiver_step *step)
{
	static const int64_t times_ns[] = {
		[RECEIVER_NO_ANSWER] = PAUSE_NS,
		[RECEIVER_MAY_ANSWER] = MAYBE_NS,
		[RECEIVER_MUST_ANSWER] = ANSWER_NS,
	};

	if (c->blind)
		return PAUSE_NS;
	/* of a question even an answer that may not come is wanted */
	return c->stage == STAGE_CHANGE ? times_ns[step->await] : ANSWER_NS;
}

enum receiver_action change_talk(struct receiver_change *c, int64_t now_ns)
{
	const struct receiver_step *step = change_step_of(c);

	if (c->line == change_steps(c)->n) {
		change_sent(c, now_ns);
		return RECEIVER_WAIT;
	}
	c->sends++;
	if (c->stage == STAGE_CHANGE && !step->asks)
		c->sent = true;
	if (step->baud || step->restarts)
		c->speed_at_risk = true;
	if (c->blind && change_steps(c)->silences && !c->line) {
		c->line++;
		c->sends = 0;
		change_enter(c, PHASE_DRAIN, now_ns + SETTLE_NS);
	} else {
		change_enter(c, PHASE_ANSWER,
			     now_ns + line_time(c, step->len) + answer_time(c, step));
	}
	return change_put(c, step, now_ns);
}

static int64_t behind_pause(const struct receiver_change *c, int64_t now_ns)
{
	return now_ns > c->sent_ns + PAUSE_NS ? now_ns : c->sent_ns + PAUSE_NS;
}

void change_next_step(struct receiver_change *c, int64_t now_ns)
{
	c->line++;
	c->sends = 0;
	change_enter(c, PHASE_SEND, behind_pause(c, now_ns));
}

static void done_with_step(struct receiver_change *c, int64_t now_ns)
{
	const struct receiver_step *step = change_step_of(c);

	if (c->stage == STAGE_CHANGE && (step->baud || step->restarts))
		change_enter(c, PHASE_SPEED, behind_pause(c, now_ns));
	else
		change_next_step(c, now_ns);
}

/* No answer: is the step sent once more? */
static bool is_sent_again(const struct receiver_change *c, const struct receiver_step *step)
{
	if (c->sends == SENDS_MAX)
		return false;
	if (c->stage != STAGE_CHANGE || step->await == RECEIVER_MUST_ANSWER)
		return true;
	/* nothing else would tell that a restart at the same speed has got lost */
	return step->restarts && (!step->baud || step->baud == c->baud);
}

/*
 * What puts back goes on: the receiver may know no such command at all, and then
 * there is nothing to put back.  The answers to the questions decide.
 */
static void not_done(struct receiver_change *c, int64_t now_ns, bool lenient)
{
	if (!lenient) {
		change_failed(c, now_ns);
		return;
	}
	c->gaps = true;
	change_next_step(c, now_ns);
}

static void refused(struct receiver_change *c, const struct receiver_step *step, int64_t now_ns)
{
	change_blame_step(c, "it refuses", step);
	not_done(c, now_ns, c->undoing);
}

static void unanswered(struct receiver_change *c, const struct receiver_step *step, int64_t now_ns)
{
	bool must = step->await == RECEIVER_MUST_ANSWER;

	if (must)
		change_blame_step(c, "no answer to", step);
	/* nor will the other questions be: what is not known is enough to decide */
	if (must && c->stage != STAGE_CHANGE) {
		c->unanswered++;
		c->line = change_steps(c)->n - 1;
	}
	if (!must && c->stage != STAGE_CHANGE)
		c->ignored++;
	/* behind a new speed it may have answered at that: hearing it decides */
	if (!must || c->stage != STAGE_CHANGE || step->baud || step->restarts)
		done_with_step(c, now_ns);
	else
		not_done(c, now_ns, c->undoing && c->tries);
}

enum receiver_action change_answered(struct receiver_change *c, int64_t now_ns)
{
	const struct receiver_step *step = change_step_of(c);

	if (c->answer == RECEIVER_ACCEPTED || c->blind) {
		done_with_step(c, now_ns);
	} else if (c->answer == RECEIVER_REJECTED && c->stage == STAGE_CHANGE) {
		refused(c, step, now_ns);
	} else if (c->half_said && !c->waited_on) {
		c->waited_on = true;
		c->due_ns = now_ns + HALF_NS;
	} else if (is_sent_again(c, step)) {
		change_enter(c, PHASE_SEND, behind_pause(c, now_ns));
	} else {
		unanswered(c, step, now_ns);
	}
	return RECEIVER_WAIT;
}

/* ---- speed and restart ---- */

enum receiver_action change_speed(struct receiver_change *c, int64_t now_ns)
{
	const struct receiver_step *step = change_step_of(c);
	bool moves = step->baud && step->baud != c->baud;

	if (step->restarts)
		change_enter(c, PHASE_RESTART, now_ns + RESTART_NS);
	else
		change_enter(c, PHASE_SPEAK, now_ns + SPEAK_NS + change_more_ns(c));
	if (!moves)
		return RECEIVER_WAIT;
	c->baud = step->baud;
	return RECEIVER_SET_SPEED;
}

enum receiver_action change_restarted(struct receiver_change *c, int64_t now_ns)
{
	change_enter(c, PHASE_SPEAK, now_ns + RESTART_MAX_NS - RESTART_NS + change_more_ns(c));
	return RECEIVER_WAIT;
}

enum receiver_action change_spoken(struct receiver_change *c, int64_t now_ns)
{
	if (c->good)
		change_next_step(c, now_ns);
	else
		change_hunt(c, true, now_ns);
	return RECEIVER_WAIT;
}
