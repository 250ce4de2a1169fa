// SPDX-License-Identifier: GPL-2.0-or-later
/* One verified, reversible change of what a receiver sends. */
#include "change.h"

#include <string.h>

#define NS_PER_MS 1000000LL
#define NS_PER_S 1000000000LL

/*
 * A line has 30 characters at most, 63 ms at 4800 baud; some units lose
 * commands that follow each other closely (gpsd sends one, then waits).
 */
#define PAUSE_NS (500 * NS_PER_MS)
/* a burst that was begun under the old set: 538 characters, 1.12 s, have been seen at 4800 */
#define SETTLE_NS (1500 * NS_PER_MS)
/* older units send one GSV a second in turn: three seconds and a margin show each type */
#define WATCH_NS (3200 * NS_PER_MS)
/* so many bursts of one a second begin or end in it */
#define BURSTS_MIN 3
#define BURSTS_MAX 4
/* within this time nothing may arrive; a receiver that did not obey sends each second */
#define QUIET_NS (1200 * NS_PER_MS)
#define NOISE_CHARS 4
#define TRIES_MAX 2

static const struct receiver_id no_id;
static const struct receiver_settings nothing_known;

static const struct receiver_plan *current(const struct receiver_change *c)
{
	return c->undoing ? &c->undo : &c->plan;
}

static void enter(struct receiver_change *c, enum receiver_phase phase, int64_t due_ns)
{
	c->phase = phase;
	c->due_ns = due_ns;
	c->chars = 0;
	memset(&c->seen, 0, sizeof(c->seen));
}

static void send_all(struct receiver_change *c, int64_t now_ns)
{
	c->line = 0;
	enter(c, PHASE_SEND, now_ns);
}

static int begin(struct receiver_change *c, const struct receiver *rx,
		 const struct receiver_request *req, int64_t now_ns)
{
	memset(c, 0, sizeof(*c));
	c->rx = rx;
	send_all(c, now_ns);
	return receiver_make_plan(rx, &no_id, &nothing_known, req, &c->plan);
}

int receiver_change_begin(struct receiver_change *c, const struct receiver *rx,
			  const struct receiver_request *req,
			  const struct receiver_seen *before, int64_t now_ns)
{
	struct receiver_request undo = receiver_undo_of(rx, before);
	int err = begin(c, rx, req, now_ns);

	if (err)
		return err;
	/* what was not to be touched must still be there */
	if (req->op == RECEIVER_ADJUST)
		c->plan.must |= before->set & ~req->off & ~receiver_rare_set(rx);
	err = receiver_make_plan(rx, &no_id, &nothing_known, &undo, &c->undo);
	/* others than ours cannot be switched, so they prove nothing either */
	c->undo.no_others = !before->others;
	return err;
}

/* The factory's set, and RMC where a unit does not know that command (GPS 25, 35, 36). */
static int blind_undo(const struct receiver *rx, struct receiver_plan *undo)
{
	const struct receiver_request defaults = { .op = RECEIVER_DEFAULTS };
	const struct receiver_request rmc = { .op = RECEIVER_ADJUST, .on = 1 };
	int err = receiver_make_plan(rx, &no_id, &nothing_known, &defaults, undo);

	if (!err)
		err = rx->write_steps(&no_id, &nothing_known, &rmc, undo);
	undo->min_chars = rx->sentences[0].min_chars;
	return err;
}

int receiver_change_begin_blind(struct receiver_change *c, const struct receiver *rx,
				const struct receiver_request *req, int64_t now_ns)
{
	int err = begin(c, rx, req, now_ns);

	c->blind = true;
	return err ? err : blind_undo(rx, &c->undo);
}

static bool is_as_planned(const struct receiver_change *c)
{
	const struct receiver_plan *plan = current(c);

	if (c->blind)
		return c->chars >= BURSTS_MIN * (uint64_t)plan->min_chars &&
		       c->chars <= BURSTS_MAX * (uint64_t)plan->max_chars;
	if (plan->no_others && c->seen.others)
		return false;
	return (c->seen.set & plan->must) == plan->must && !(c->seen.set & plan->must_not);
}

static bool start_undo(struct receiver_change *c, int64_t now_ns)
{
	c->failed = c->seen;
	c->failed_chars_per_s = c->chars_per_s;
	c->undoing = true;
	c->tries = 0;
	send_all(c, now_ns);
	return true;
}

static bool end(struct receiver_change *c, enum receiver_outcome outcome)
{
	c->outcome = outcome;
	return false;
}

/* A watch is over.  False when all is. */
static bool judge(struct receiver_change *c, int64_t now_ns)
{
	c->chars_per_s = census_rate(c->chars, WATCH_NS);
	if (is_as_planned(c))
		return end(c, c->undoing ? RECEIVER_PUT_BACK : RECEIVER_DONE);
	if (++c->tries < TRIES_MAX) {
		send_all(c, now_ns);
		return true;
	}
	return c->undoing ? end(c, RECEIVER_LOST) : start_undo(c, now_ns);
}

/* The receiver should be silent by now. */
static bool judge_quiet(struct receiver_change *c, int64_t now_ns)
{
	if (c->chars <= NOISE_CHARS) {
		enter(c, PHASE_SEND, now_ns);
		return true;
	}
	if (++c->tries == TRIES_MAX)
		return end(c, RECEIVER_REFUSED);
	send_all(c, now_ns);
	return true;
}

static void send_next(struct receiver_change *c, int64_t now_ns, const char **line)
{
	const struct receiver_plan *plan = current(c);

	if (c->line == plan->n) {
		enter(c, PHASE_SETTLE, now_ns + SETTLE_NS);
		return;
	}
	*line = plan->steps[c->line++].bytes;
	c->sent = true;
	if (c->blind && plan->silences && c->line == 1)
		enter(c, PHASE_DRAIN, now_ns + SETTLE_NS);
	else
		c->due_ns = now_ns + PAUSE_NS;
}

/* A phase is over. */
static bool next_phase(struct receiver_change *c, int64_t now_ns, const char **line)
{
	switch (c->phase) {
	case PHASE_SEND:
		send_next(c, now_ns, line);
		return true;
	case PHASE_DRAIN:
		enter(c, PHASE_QUIET, now_ns + QUIET_NS);
		return true;
	case PHASE_QUIET:
		return judge_quiet(c, now_ns);
	case PHASE_SETTLE:
		enter(c, PHASE_WATCH, now_ns + WATCH_NS);
		return true;
	case PHASE_WATCH:
		return judge(c, now_ns);
	}
	return false;
}

bool receiver_change_step(struct receiver_change *c, int64_t now_ns, const char **line,
			  int64_t *wake_ns)
{
	*line = NULL;
	while (!*line && now_ns >= c->due_ns && c->outcome == RECEIVER_PENDING)
		if (!next_phase(c, now_ns, line))
			break;
	*wake_ns = c->due_ns;
	return c->outcome == RECEIVER_PENDING;
}

void receiver_change_hear(struct receiver_change *c, const struct nmea_sentence *s)
{
	if (s->sum == NMEA_SUM_OK && c->rx->is_reply(s))
		c->replies++;
	else
		receiver_see(c->rx, s, &c->seen);	/* enter() begins anew */
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
	if (!c->sent)
		end(c, RECEIVER_REFUSED);
	else if (!c->undoing)
		start_undo(c, now_ns);
}
