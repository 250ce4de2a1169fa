// SPDX-License-Identifier: GPL-2.0-or-later
/* A change of a receiver: the hunt for one that is not heard any more. */
#include "change_inside.h"

/* at a speed: a receiver says something every second */
#define LISTEN_NS (1600 * NS_PER_MS)

const struct receiver_step *change_hunt_question(const struct receiver_change *c)
{
	return c->probe.n ? &c->probe.steps[0] : NULL;
}

void change_hunt(struct receiver_change *c, bool for_step, int64_t now_ns)
{
	c->hunts_for_step = for_step;
	c->hunt = 0;
	c->hunt_first = c->baud;
	change_enter(c, PHASE_HUNT, now_ns);
}

#define HUNT_OWN 3

/* The i-th speed to be tried; 0: none here. */
static unsigned int hunt_speed(const struct receiver_change *c, unsigned int i)
{
	static const unsigned int usual[] = { 4800, 9600, 38400, 115200, 19200, 57600 };
	const unsigned int own[HUNT_OWN] = {
		c->hunt_first, c->intent.baud_before,
		c->request.to.known & RECEIVER_BAUD ? c->request.to.baud : 0,
	};

	return i < HUNT_OWN ? own[i] : usual[i - HUNT_OWN];
}

#define HUNT_SPEEDS (HUNT_OWN + 6)

/* From index `i` on, the first that was not tried before; HUNT_SPEEDS behind the last. */
static unsigned int hunt_index(const struct receiver_change *c, unsigned int i)
{
	for (; i < HUNT_SPEEDS; i++) {
		unsigned int k = 0;

		while (k < i && hunt_speed(c, k) != hunt_speed(c, i))
			k++;
		if (k == i && hunt_speed(c, i))
			break;
	}
	return i;
}

static void found(struct receiver_change *c, int64_t now_ns)
{
	const struct receiver_step *step = change_step_of(c);

	if (!c->hunts_for_step) {
		/* it can be at a speed that nobody asked for: then this is to be put back, too */
		if (c->undoing && change_make_undo(c))
			change_end(c, RECEIVER_LOST);
		else
			change_send(c, c->stage, now_ns);
	} else if (!step->baud || step->baud == c->baud) {
		change_next_step(c, now_ns);
	} else {
		change_blame(c, "its speed is another");
		change_failed(c, now_ns);
	}
}

/*
 * Nowhere.  It may be silent and have no questions: what puts back is sent all the
 * same, at the speed before and then at the one that was asked for.
 */
static enum receiver_action not_found(struct receiver_change *c, int64_t now_ns)
{
	change_blame(c, "it is not heard at any speed");
	if (c->stage == STAGE_ASK) {
		change_undo(c, now_ns);
		return RECEIVER_WAIT;
	}
	if (!c->undoing || c->hunts_for_step) {
		change_failed(c, now_ns);
		return RECEIVER_WAIT;
	}
	change_send(c, STAGE_CHANGE, now_ns);
	c->baud = c->intent.baud_before;
	if (c->tries && c->request.to.known & RECEIVER_BAUD)
		c->baud = c->request.to.baud;
	return RECEIVER_SET_SPEED;
}

enum receiver_action change_hunt_next(struct receiver_change *c, int64_t now_ns)
{
	unsigned int baud;

	c->hunt = hunt_index(c, c->hunt);
	if (c->hunt == HUNT_SPEEDS)
		return not_found(c, now_ns);
	baud = hunt_speed(c, c->hunt);
	change_enter(c, PHASE_HUNT_LISTEN, now_ns + LISTEN_NS);
	if (baud == c->baud)
		return RECEIVER_WAIT;
	c->baud = baud;
	return RECEIVER_SET_SPEED;
}

static void hunt_on(struct receiver_change *c, int64_t now_ns)
{
	c->hunt++;
	change_enter(c, PHASE_HUNT, now_ns);
}

enum receiver_action change_hunt_listened(struct receiver_change *c, int64_t now_ns)
{
	if (c->good) {
		found(c, now_ns);
		return RECEIVER_WAIT;
	}
	if (!change_hunt_question(c)) {
		hunt_on(c, now_ns);
		return RECEIVER_WAIT;
	}
	change_enter(c, PHASE_HUNT_ANSWER, now_ns + ANSWER_NS);
	return change_put(c, change_hunt_question(c), now_ns);
}

enum receiver_action change_hunt_asked(struct receiver_change *c, int64_t now_ns)
{
	if (c->good)
		found(c, now_ns);
	else
		hunt_on(c, now_ns);
	return RECEIVER_WAIT;
}
