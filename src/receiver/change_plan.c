// SPDX-License-Identifier: GPL-2.0-or-later
/* A change of a receiver: what to send, and whether the result is as asked. */
#include "change_inside.h"

#include <stdio.h>
#include <string.h>

/* A burst so seldom is not waited for: the answers alone tell. */
#define SELDOM_MS 10000

const struct receiver_request *change_goal(const struct receiver_change *c)
{
	return c->undoing ? &c->back : &c->request;
}

const struct receiver_plan *change_steps(const struct receiver_change *c)
{
	if (c->stage != STAGE_CHANGE)
		return &c->questions;
	return c->undoing ? &c->undo : &c->plan;
}

const struct receiver_step *change_step_of(const struct receiver_change *c)
{
	return &change_steps(c)->steps[c->line];
}

bool change_has_native(const struct receiver_settings *s)
{
	for (unsigned int i = 0; i < RECEIVER_NATIVE_MAX; i++)
		if (s->native[i][0])
			return true;
	return false;
}

bool change_wants_settings(const struct receiver_request *req)
{
	return req->to.known || change_has_native(&req->to);
}

bool change_acknowledges(const struct receiver_plan *plan)
{
	for (unsigned int i = 0; i < plan->n; i++)
		if (plan->steps[i].await == RECEIVER_MUST_ANSWER)
			return true;
	return false;
}

/* The first question also makes a receiver speak that sends nothing by itself. */
int change_write_questions(struct receiver_change *c)
{
	int err = 0;

	if (c->rx->write_queries)
		err = c->rx->write_queries(&c->id, &c->questions);
	if (!err && c->questions.n)
		c->probe = c->questions;
	else if (!err && c->rx->write_probe)
		err = c->rx->write_probe(&c->probe);
	return err;
}

/* ---- plans ---- */

/* What was not to be touched must still be there. */
static void keep_rest(const struct receiver_change *c, const struct receiver_request *req,
		      struct receiver_plan *plan)
{
	if (req->op == RECEIVER_ADJUST || req->op == RECEIVER_KEEP)
		plan->must |= c->intent.sentences_before & ~req->off &
			      ~receiver_rare_set(c->rx);
}

/*
 * What was before, as the ground on which settings are put, and so that none of
 * them looks as if it were there already, nor a line that the request replaces.
 */
static struct receiver_settings ground(const struct receiver_change *c)
{
	struct receiver_settings from = c->intent.before;

	from.known = 0;
	for (unsigned int i = 0; i < RECEIVER_NATIVE_MAX; i++)
		if (c->request.to.native[i][0])
			from.native[i][0] = '\0';
	return from;
}

int change_make_plan(struct receiver_change *c, bool all)
{
	struct receiver_settings from = all ? ground(c) : c->now;
	int err;

	err = receiver_make_plan(c->rx, &c->id, &from, &c->request, &c->plan);
	keep_rest(c, &c->request, &c->plan);
	return err;
}

/* The sentences that were; where some have no name, only those that were touched. */
static struct receiver_request sentences_back(const struct receiver_change *c)
{
	const struct receiver_request *req = &c->request;
	const struct receiver_seen before = {
		.set = c->intent.sentences_before, .others = c->intent.others_before,
	};
	struct receiver_request back = receiver_undo_of(c->rx, &before);

	if (req->op == RECEIVER_KEEP) {
		back.op = RECEIVER_KEEP;
		back.on = 0;
	} else if (req->op == RECEIVER_ADJUST && before.others) {
		back.op = RECEIVER_ADJUST;
		back.off = (req->on | req->off) & ~back.on;
		back.on &= req->on | req->off;
	}
	return back;
}

int change_make_undo(struct receiver_change *c)
{
	const struct receiver_settings from = ground(c);
	struct receiver_settings to = c->intent.before;
	int err;

	/* its own words stay: a make may have to send them where a command holds more */
	if (!change_has_native(&c->request.to))
		to.known &= c->request.to.known;
	/* heard, not told: what is stored can wait for a restart */
	to.baud = c->intent.baud_before;
	to.known &= ~(unsigned int)RECEIVER_BAUD;
	if (c->request.to.known & RECEIVER_BAUD || c->baud != c->intent.baud_before)
		to.known |= RECEIVER_BAUD & c->rx->can;
	c->back = sentences_back(c);
	c->back.to = to;
	err = receiver_make_plan(c->rx, &c->id, &from, &c->back, &c->undo);
	keep_rest(c, &c->back, &c->undo);
	/* others than ours cannot be switched, so they prove nothing either */
	if (c->intent.others_before)
		c->undo.no_others = false;
	return err;
}

/* The factory's set, and RMC where a unit does not know that command (GPS 25, 35, 36). */
int change_make_blind_undo(struct receiver_change *c)
{
	static const struct receiver_settings unknown;
	const struct receiver_request rmc = { .op = RECEIVER_ADJUST, .on = 1 };
	int err;

	c->back = (struct receiver_request){ .op = RECEIVER_DEFAULTS };
	err = receiver_make_plan(c->rx, &c->id, &unknown, &c->back, &c->undo);
	if (!err)
		err = c->rx->write_steps(&c->id, &unknown, &rmc, &c->undo);
	c->undo.min_chars = c->rx->sentences[0].min_chars;
	return err;
}

/* ---- the result ---- */

static unsigned int interval_ms(const struct receiver_change *c)
{
	const struct receiver_settings *to = &change_goal(c)->to;

	if (to->known & RECEIVER_INTERVAL)
		return to->interval_ms;
	return c->intent.before.known & RECEIVER_INTERVAL ? c->intent.before.interval_ms : 0;
}

static bool is_seldom(const struct receiver_change *c)
{
	return interval_ms(c) > SELDOM_MS;
}

int64_t change_more_ns(const struct receiver_change *c)
{
	unsigned int ms = interval_ms(c);

	return ms > 1000 && !is_seldom(c) ? (ms - 1000) * NS_PER_MS : 0;
}

bool change_stream_is(const struct receiver_change *c, const struct receiver_plan *plan,
		      const struct receiver_seen *seen)
{
	if (c->blind)
		return c->chars >= BURSTS_MIN * (uint64_t)plan->min_chars &&
		       c->chars <= BURSTS_MAX * (uint64_t)plan->max_chars;
	if (plan->no_others && seen->others)
		return false;
	if ((seen->set & plan->must) != plan->must && !is_seldom(c))
		return false;
	return !(seen->set & plan->must_not);
}

bool change_speed_is_right(const struct receiver_change *c)
{
	const struct receiver_settings *to = &change_goal(c)->to;

	if (c->blind)
		return true;
	if (to->known & RECEIVER_BAUD)
		return c->baud == to->baud;
	/* a restart can bring up a speed that was stored before */
	return c->baud == c->intent.baud_before ||
	       (!c->undoing && c->now.known & c->askable & RECEIVER_BAUD &&
		c->baud == c->now.baud);
}

unsigned int change_settings_wrong(const struct receiver_change *c)
{
	return receiver_settings_differ(&change_goal(c)->to, &c->now) & c->askable;
}

/* ---- why not ---- */

void change_blame(struct receiver_change *c, const char *why)
{
	if (!c->undoing)
		snprintf(c->reason, sizeof(c->reason), "%s", why);
}

/* A step in words: a line as it is (its characters were judged when it was made). */
void change_blame_step(struct receiver_change *c, const char *what,
		       const struct receiver_step *step)
{
	char why[RECEIVER_REASON_MAX];
	int len = step->bytes[0] == '$' ? (int)strcspn(step->bytes, "*\r") : 0;

	snprintf(why, sizeof(why), "%s %.*s", what, len ? len : 8, len ? step->bytes : "a packet");
	change_blame(c, why);
}

static unsigned int number_of(const struct receiver_settings *s, unsigned int bit)
{
	switch (bit) {
	case RECEIVER_BAUD:
		return s->baud;
	case RECEIVER_PULSE:
		return s->pulse;
	case RECEIVER_PULSE_WIDTH:
		return s->pulse_ms;
	case RECEIVER_PULSE_STOPS:
		return s->pulse_stops;
	case RECEIVER_INTERVAL:
		return s->interval_ms;
	default:
		return s->nmea_version;
	}
}

static void number_text(char *buf, size_t size, const struct receiver_settings *s,
			unsigned int bit, const char *unit)
{
	unsigned int n = number_of(s, bit);

	if (!(s->known & bit))
		snprintf(buf, size, "nothing");
	else if (unit)
		snprintf(buf, size, "%u%s", n, unit);
	else
		snprintf(buf, size, "%s", n ? "on" : "off");
}

void change_blame_settings(struct receiver_change *c, unsigned int wrong)
{
	static const struct {
		unsigned int bit;
		const char *name, *unit;
	} names[] = {
		{ RECEIVER_BAUD, "speed", " baud" },
		{ RECEIVER_PULSE, "pulse", NULL },
		{ RECEIVER_PULSE_WIDTH, "pulse width", " ms" },
		{ RECEIVER_PULSE_STOPS, "pulse stops without a fix", NULL },
		{ RECEIVER_INTERVAL, "interval", " ms" },
		{ RECEIVER_VERSION, "NMEA version times 100", "" },
	};
	char why[RECEIVER_REASON_MAX], is[24], asked[24];
	size_t i = 0;

	while (i + 1 < sizeof(names) / sizeof(names[0]) && !(wrong & names[i].bit))
		i++;
	number_text(is, sizeof(is), &c->now, names[i].bit, names[i].unit);
	number_text(asked, sizeof(asked), &change_goal(c)->to, names[i].bit, names[i].unit);
	snprintf(why, sizeof(why), "%s: it says %s, asked for %s", names[i].name, is, asked);
	change_blame(c, why);
}
