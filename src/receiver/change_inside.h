/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The parts of a change (change.h) among themselves:
 *
 *   change.c       begin, step, hear, interrupt
 *   change_flow.c  what comes after what: questions, attempts, undo, the end
 *   change_talk.c  steps and their answers, restarts and speeds
 *   change_hunt.c  the hunt for a receiver that is not heard any more
 *   change_plan.c  what to send, and whether the result is as asked
 */
#ifndef GPSPPSCTL_CHANGE_INSIDE_H
#define GPSPPSCTL_CHANGE_INSIDE_H

#include "change.h"

#define NS_PER_MS 1000000LL
#define NS_PER_S 1000000000LL

/* some units lose commands that follow each other closely (gpsd sends one, then waits) */
#define PAUSE_NS (500 * NS_PER_MS)
/* a burst may be on its way before the answer: 1.12 s at 4800 baud */
#define ANSWER_NS (2500 * NS_PER_MS)
/* a burst that was begun under the old set: 538 characters, 1.12 s, have been seen at 4800 */
#define SETTLE_NS (1500 * NS_PER_MS)
/* a change, its undo: so often each */
#define TRIES_MAX 2
/* within WATCH_NS so many bursts of one a second begin or end */
#define BURSTS_MIN 3
#define BURSTS_MAX 4

/* ---- change_flow.c ---- */

void change_enter(struct receiver_change *c, enum receiver_phase phase, int64_t due_ns);
void change_end(struct receiver_change *c, enum receiver_outcome outcome);
/* The steps that come next, from their first. */
void change_send(struct receiver_change *c, enum receiver_stage stage, int64_t now_ns);
void change_start(struct receiver_change *c, int64_t now_ns);
/* This attempt is over without success: the next, or the undo, or the end. */
void change_failed(struct receiver_change *c, int64_t now_ns);
void change_undo(struct receiver_change *c, int64_t now_ns);
/* All steps of the stage are sent and answered. */
void change_sent(struct receiver_change *c, int64_t now_ns);

enum receiver_action change_intend(struct receiver_change *c, int64_t now_ns);
enum receiver_action change_drained(struct receiver_change *c, int64_t now_ns);
enum receiver_action change_quiet(struct receiver_change *c, int64_t now_ns);
enum receiver_action change_settled(struct receiver_change *c, int64_t now_ns);
enum receiver_action change_watched(struct receiver_change *c, int64_t now_ns);

/* ---- change_talk.c ---- */

/* The step whose answer may come now, or NULL. */
const struct receiver_step *change_awaited(const struct receiver_change *c);
/* The bytes of a step to the caller. */
enum receiver_action change_put(struct receiver_change *c, const struct receiver_step *step,
				int64_t now_ns);
void change_next_step(struct receiver_change *c, int64_t now_ns);
/* The phase is over before its time. */
bool change_is_early(const struct receiver_change *c, int64_t now_ns);

enum receiver_action change_talk(struct receiver_change *c, int64_t now_ns);
enum receiver_action change_answered(struct receiver_change *c, int64_t now_ns);
enum receiver_action change_speed(struct receiver_change *c, int64_t now_ns);
enum receiver_action change_restarted(struct receiver_change *c, int64_t now_ns);
enum receiver_action change_spoken(struct receiver_change *c, int64_t now_ns);

/* ---- change_hunt.c ---- */

/* For the attempt that begins, or for the step behind which it should have spoken. */
void change_hunt(struct receiver_change *c, bool for_step, int64_t now_ns);
/* What a receiver is asked that sends nothing by itself, or NULL. */
const struct receiver_step *change_hunt_question(const struct receiver_change *c);

enum receiver_action change_hunt_next(struct receiver_change *c, int64_t now_ns);
enum receiver_action change_hunt_listened(struct receiver_change *c, int64_t now_ns);
enum receiver_action change_hunt_asked(struct receiver_change *c, int64_t now_ns);

/* ---- change_plan.c ---- */

/* The request, or what puts back. */
const struct receiver_request *change_goal(const struct receiver_change *c);
/* The steps of the stage. */
const struct receiver_plan *change_steps(const struct receiver_change *c);
/* The one that is sent next, or was sent last. */
const struct receiver_step *change_step_of(const struct receiver_change *c);
bool change_has_native(const struct receiver_settings *s);
bool change_wants_settings(const struct receiver_request *req);
/* Some of its steps have to be answered. */
bool change_acknowledges(const struct receiver_plan *plan);
int change_write_questions(struct receiver_change *c);
/* c->plan for the request, with what is known to be so already left out or not.  0 or -errno. */
int change_make_plan(struct receiver_change *c, bool all);
int change_make_undo(struct receiver_change *c);
int change_make_blind_undo(struct receiver_change *c);
/* The stream is as the plan wants it, by what was seen (or counted). */
bool change_stream_is(const struct receiver_change *c, const struct receiver_plan *plan,
		      const struct receiver_seen *seen);
bool change_speed_is_right(const struct receiver_change *c);
/* What the answers say that is not as the goal wants it: bits. */
unsigned int change_settings_wrong(const struct receiver_change *c);
/* How long a burst of the receiver is waited for, beyond one a second. */
int64_t change_more_ns(const struct receiver_change *c);

/* Why an attempt failed, for people; of an undo nothing is kept. */
void change_blame_step(struct receiver_change *c, const char *what,
		       const struct receiver_step *step);
void change_blame_settings(struct receiver_change *c, unsigned int wrong);
void change_blame(struct receiver_change *c, const char *why);

#endif
