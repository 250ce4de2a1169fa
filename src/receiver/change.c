// SPDX-License-Identifier: GPL-2.0-or-later
/* One verified, reversible change of a receiver: how it begins, goes on, is interrupted. */
#include "change_inside.h"

#include <errno.h>
#include <string.h>

static void clear(struct receiver_change *c, const struct receiver *rx,
		  const struct receiver_id *id, int64_t now_ns)
{
	memset(c, 0, sizeof(*c));
	c->rx = rx;
	c->id = *id;
	/* so that the first step need not wait for its pause */
	c->sent_ns = now_ns - PAUSE_NS;
}

/* What was before, in the terms of a journal; the settings follow with the answers. */
static void note_before(struct receiver_change *c, const struct receiver_request *req,
			const struct receiver_found *found)
{
	c->request = *req;
	c->found = found->seen;
	c->baud = found->baud;
	c->intent.request = *req;
	c->intent.sentences_before = found->seen.set;
	c->intent.others_before = found->seen.others;
	c->intent.baud_before = found->baud;
	c->now.known = RECEIVER_BAUD;
	c->now.baud = found->baud;
}

/*
 * A make that acknowledges can be asked, too: its answers may tell how often each
 * sentence came.  One that does not is not kept waiting for: sentences are seen.
 */
static bool needs_answers(const struct receiver_change *c)
{
	return change_wants_settings(&c->request) || c->request.op == RECEIVER_ADJUST ||
	       change_acknowledges(&c->plan);
}

int receiver_change_begin(struct receiver_change *c, const struct receiver *rx,
			  const struct receiver_id *id, const struct receiver_request *req,
			  const struct receiver_found *found, int64_t now_ns)
{
	int err;

	clear(c, rx, id, now_ns);
	note_before(c, req, found);
	err = change_make_plan(c, false);
	/* a command that holds more than was asked for is written when the answers are there */
	if (err && err != -ENODATA)
		return err;
	c->now.known = 0;
	err = change_write_questions(c);
	if (err)
		return err;
	if (!needs_answers(c))
		c->questions.n = 0;
	change_send(c, STAGE_ASK, now_ns);
	return 0;
}

int receiver_change_begin_blind(struct receiver_change *c, const struct receiver *rx,
				const struct receiver_id *id, const struct receiver_request *req,
				unsigned int baud, int64_t now_ns)
{
	const struct receiver_found found = {
		.seen.set = receiver_default_set(rx), .baud = baud,
	};
	int err;

	if (req->to.known || (req->op != RECEIVER_EXACTLY && req->op != RECEIVER_DEFAULTS))
		return -EINVAL;
	clear(c, rx, id, now_ns);
	note_before(c, req, &found);
	c->blind = true;
	c->now.known = 0;
	err = change_make_plan(c, false);
	if (!err)
		err = change_make_blind_undo(c);
	if (err)
		return err;
	change_enter(c, PHASE_INTEND, now_ns);
	return 0;
}

int receiver_change_begin_resume(struct receiver_change *c, const struct receiver *rx,
				 const struct receiver_id *id, const struct receiver_intent *intent,
				 const struct receiver_found *found, int64_t now_ns)
{
	int err;

	clear(c, rx, id, now_ns);
	note_before(c, &intent->request, found);
	c->intent = *intent;
	c->resumed = true;
	c->speed_at_risk = true;
	c->now.known = 0;
	c->untold = c->request.to.known & ~intent->before.known & ~(unsigned int)RECEIVER_BAUD;
	err = change_make_plan(c, true);
	if (!err || err == -ENODATA)
		err = change_make_undo(c);
	if (!err)
		err = change_write_questions(c);
	if (err)
		return err;
	if (!change_wants_settings(&c->request) && !change_has_native(&intent->before))
		c->questions.n = 0;
	c->stage = STAGE_ASK;
	change_hunt(c, false, now_ns);
	return 0;
}

enum receiver_action receiver_change_step(struct receiver_change *c, int64_t now_ns,
					  int64_t *wake_ns)
{
	static enum receiver_action (*const over[RECEIVER_PHASES])(struct receiver_change *c,
								    int64_t now_ns) = {
		[PHASE_INTEND] = change_intend,
		[PHASE_SEND] = change_talk,
		[PHASE_ANSWER] = change_answered,
		[PHASE_DRAIN] = change_drained,
		[PHASE_QUIET] = change_quiet,
		[PHASE_SPEED] = change_speed,
		[PHASE_RESTART] = change_restarted,
		[PHASE_SPEAK] = change_spoken,
		[PHASE_HUNT] = change_hunt_next,
		[PHASE_HUNT_LISTEN] = change_hunt_listened,
		[PHASE_HUNT_ANSWER] = change_hunt_asked,
		[PHASE_SETTLE] = change_settled,
		[PHASE_WATCH] = change_watched,
	};
	enum receiver_action action = RECEIVER_WAIT;

	while (action == RECEIVER_WAIT && c->outcome == RECEIVER_PENDING &&
	       (now_ns >= c->due_ns || change_is_early(c, now_ns)))
		action = over[c->phase](c, now_ns);
	*wake_ns = c->due_ns;
	/* answered: only the pause behind the step is waited for */
	if (c->phase == PHASE_ANSWER && c->answer != RECEIVER_UNRELATED &&
	    c->sent_ns + PAUSE_NS < c->due_ns)
		*wake_ns = c->sent_ns + PAUSE_NS;
	return action == RECEIVER_WAIT && c->outcome != RECEIVER_PENDING ? RECEIVER_ENDED : action;
}

/* Does it belong to the step that was sent last? */
static bool take_answer(struct receiver_change *c, const struct receiver_message *m)
{
	const struct receiver_step *step = change_awaited(c);
	enum receiver_answer answer;

	if (!step || !c->rx->judge)
		return false;
	answer = c->rx->judge(step, m, &c->now);
	if (answer == RECEIVER_HALF_SAID)
		c->half_said = true;
	else if (c->answer == RECEIVER_UNRELATED)
		c->answer = answer;
	return answer != RECEIVER_UNRELATED;
}

void receiver_change_hear(struct receiver_change *c, const struct receiver_message *m)
{
	const struct nmea_sentence *s = m->sentence;

	/* what was spoilt on the way says nothing */
	if (s && s->sum != NMEA_SUM_OK)
		return;
	/* packets of some protocols are also found in noise: those that answer are none */
	if (take_answer(c, m) || (s && s->type[0]))
		c->good++;
	if (s && c->rx->is_reply(s))
		c->replies++;
	else if (s)
		receiver_see(c->rx, s, &c->seen);	/* change_enter() begins anew */
}

void receiver_change_count(struct receiver_change *c, uint64_t n)
{
	c->chars += n;
}

void receiver_change_interrupt(struct receiver_change *c, int64_t now_ns)
{
	if (c->interrupted || c->outcome != RECEIVER_PENDING)
		return;
	c->interrupted = true;
	change_blame(c, "interrupted");
	if (!c->sent)
		change_end(c, c->resumed ? RECEIVER_LOST : RECEIVER_REFUSED);
	else if (!c->undoing)
		change_undo(c, now_ns);
}
