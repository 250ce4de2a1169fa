// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * feed: the pulse's number changes when its holder heals the port, and a port may be
 * plugged out and in again.  What has gone is looked for each second.
 */
#include "feed.h"

#include <errno.h>
#include <string.h>

#define AWAY_NS (10 * NS_PER_S)

static bool is_away(const struct feed_port *p)
{
	return (p->pulse_gone || !p->chosen.has_pulse) &&
	       (p->said_gone || !p->chosen.has_sentences);
}

static void lose(struct feed *f, struct feed_port *p, const char *what, int err)
{
	if (err == -ENODEV || err == -EIO || err == -ENXIO || err == -ENOENT)
		feed_say(f, p, "%s went away", what);
	else
		msg_error(what, "%s", strerror(-err));
	if (is_away(p))
		p->gone_ns = feed_now().mono_ns;
}

void feed_lose_pulse(struct feed *f, struct feed_port *p, int err)
{
	source_stop(&p->source);
	p->pulse_gone = true;
	lose(f, p, p->chosen.wish.name, err);
}

void feed_lose_said(struct feed *f, struct feed_port *p, int err)
{
	borrow_close(&p->said);
	p->said_gone = true;
	lose(f, p, p->chosen.port, err);
}

/* A service waits for as long as it takes: what comes back is fed again. */
static void judge_away(struct feed *f, struct feed_port *p)
{
	if (f->is_service || !is_away(p) || feed_now().mono_ns - p->gone_ns < AWAY_NS)
		return;
	msg_error(p->chosen.port, "it has been away for %d s", (int)(AWAY_NS / NS_PER_S));
	f->code = EXIT_GONE;
	f->done = true;
}

/* Somebody has detached it: the port may have another speed now, and is not ours to attach. */
static void follow_detached(struct feed *f, struct feed_port *p)
{
	if (p->chosen.has_sentences && !p->said_gone)
		feed_lose_said(f, p, -ENODEV);
	judge_away(f, p);
}

static int attach_again(struct feed *f, struct feed_port *p, struct feed_chosen *found)
{
	int code;

	if (p->holder && feed_holder_ended(p) < 0)
		return EXIT_GONE;	/* it sees to the port itself */
	code = feed_attach(f, p);
	return code ? code : feed_look(f, p->nth, true, found);
}

/* The targets stay. */
static void take_over(struct feed_port *p, const struct feed_chosen *found)
{
	const struct feed_chosen was = p->chosen;

	p->chosen = *found;
	p->chosen.mode = was.mode;
	p->chosen.unit = was.unit;
	p->chosen.shm = was.shm;
	memcpy(p->chosen.sock, was.sock, sizeof(was.sock));
}

static int open_again(struct feed *f, struct feed_port *p)
{
	int code = 0;

	if (p->said_gone)
		code = feed_open_said(f, p, true);
	if (!code && p->pulse_gone)
		code = feed_open_pulse(f, p, true);
	return code ? code : feed_begin_feeder(f, p);
}

/* Our own holder was killed: N_PPS stays for as long as we read, and it is to be put back. */
static void follow_holder(struct feed *f, struct feed_port *p)
{
	if (!p->holder || feed_holder_ended(p) < 0)
		return;
	feed_say(f, p, "its holder has ended, once more");
	feed_attach(f, p);
}

void feed_follow(struct feed *f, struct feed_port *p)
{
	struct feed_chosen found;
	int code;

	if (!p->pulse_gone && !p->said_gone) {
		follow_holder(f, p);
		return;
	}
	code = feed_look(f, p->nth, true, &found);
	if (!code && found.needs_holder && p->was_held) {
		follow_detached(f, p);
		return;
	}
	if (!code && found.needs_holder)
		code = attach_again(f, p, &found);
	if (!code) {
		take_over(p, &found);
		code = open_again(f, p);
	}
	if (code)
		judge_away(f, p);
	else
		feed_say(f, p, "%s is there again", p->chosen.has_pulse ? p->chosen.wish.name : p->chosen.port);
}
