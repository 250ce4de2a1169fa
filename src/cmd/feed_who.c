// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * feed: who has the port.  Whoever reads it beside us would get a part of the sentences,
 * and we the rest; whoever only keeps it attached does not mind.
 */
#include "feed_choose.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../sys/control.h"
#include "../unittab.h"
#include "../words.h"

#define HOLDERS_MAX 1024
#define LOOKS 5
#define LOOK_MS 200

static void ask_status(struct feed_chooser *ch, int control)
{
	char reply[CONTROL_REPLY_MAX], text[32];

	if (control_ask(control, "status", reply, sizeof(reply), CONTROL_TIMEOUT_MS) < 0)
		return;
	if (!control_value(reply, "unit", text, sizeof(text)) &&
	    parse_number(text, 0, UNIT_MAX, &ch->held_unit) < 0)
		ch->held_unit = -1;
	if (control_value(reply, "pps", ch->held_pps, sizeof(ch->held_pps)) < 0)
		ch->held_pps[0] = '\0';
}

/* Our own holder's pid, or 0, or an exit code (negative) after a message. */
static pid_t ask_holder(struct feed_chooser *ch)
{
	int control = control_open(ch->c->tty);
	pid_t pid;

	if (control == -EACCES)
		return -feed_refuse(ch, ch->c->port, "run it as root (sudo)",
				    "cannot ask its holder: Permission denied");
	if (control < 0)
		return 0;
	pid = control_peer(control);
	ask_status(ch, control);
	control_close(control);
	ch->c->is_held = true;
	snprintf(ch->c->holder, sizeof(ch->c->holder), "gpsppsctl[%d]", (int)pid);
	return pid > 0 ? pid : 0;
}

/* "PID COMM", up to the end of the line */
static void note(struct feed_chooser *ch, const char *line, pid_t our_holder)
{
	char *end;
	const long pid = strtol(line, &end, 10);
	const char *comm = end + (*end == ' ');
	const int len = (int)strcspn(comm, "\n");

	if (pid == our_holder)
		return;
	if (len == (int)strlen("ldattach") && text_begins(comm, "ldattach")) {
		ch->c->is_held = true;
		snprintf(ch->c->holder, sizeof(ch->c->holder), "ldattach[%ld]", pid);
		return;
	}
	snprintf(ch->reader, sizeof(ch->reader), "%.*s[%ld]", len > 32 ? 32 : len, comm, pid);
}

static int cannot_see(const struct feed_chooser *ch, int err)
{
	/* a pty has no ntpd at it; and only sentences can be taken from somebody */
	if (err == -EACCES && (text_begins(ch->c->tty, "pts/") || ch->c->mode == FEED_PULSES))
		return 0;
	/* we were there before, and have given up the right to see */
	if (ch->quiet && err == -EACCES)
		return 0;
	return feed_refuse(ch, ch->c->port, err == -EACCES ? "run it as root (sudo)" : NULL,
			   "cannot see who has the port open: %s", strerror(-err));
}

static int refuse_reader(const struct feed_chooser *ch)
{
	char hint[192];

	if (text_begins(ch->reader, "gpsd["))
		snprintf(hint, sizeof(hint), "gpsd feeds the clock itself; else systemctl stop gpsd.socket "
			 "gpsd, or feed --pulse-only %s", ch->c->tty);
	else
		snprintf(hint, sizeof(hint), "end it, or feed the pulse alone: gpsppsctl feed --pulse-only %s",
			 ch->c->tty);
	return feed_refuse(ch, ch->c->port, hint,
			   "%s reads it: each of us would get a part of the sentences", ch->reader);
}

static int note_all(struct feed_chooser *ch, pid_t our_holder)
{
	char holders[HOLDERS_MAX];
	int n = probe_getf(ch->f->probe, holders, sizeof(holders), "holders:%s", ch->c->tty);

	ch->reader[0] = '\0';
	if (n < 0)
		return n;
	for (const char *line = holders; *line; line += *line == '\n') {
		note(ch, line, our_holder);
		line += strcspn(line, "\n");
	}
	return 0;
}

/* One of ours may only look: feeds of several ports begin together, and each asks all ports. */
static bool may_only_look(const struct feed_chooser *ch)
{
	return text_begins(ch->reader, "gpsppsctl");
}

int feed_who(struct feed_chooser *ch)
{
	pid_t our_holder = ask_holder(ch);
	int err;

	if (our_holder < 0)
		return (int)-our_holder;
	err = note_all(ch, our_holder);
	for (int look = 1; look < LOOKS && !err && may_only_look(ch); look++) {
		probe_sleep_ms(ch->f->probe, LOOK_MS);
		err = note_all(ch, our_holder);
	}
	if (err < 0)
		return cannot_see(ch, err);
	return ch->reader[0] && ch->c->mode != FEED_PULSES ? refuse_reader(ch) : 0;
}
