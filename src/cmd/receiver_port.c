// SPDX-License-Identifier: GPL-2.0-or-later
/* The receiver command's port: who has it, and how it may be opened then. */
#include "receiver_port.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../sys/control.h"
#include "../sys/tty.h"
#include "../unittab.h"
#include "cmd.h"

#define HOLDERS_MAX 1024
#define DEFAULT_BAUD 4800	/* what NMEA 0183 says, and Garmin's LVC units do */

enum holder {
	HOLDER_STRANGER,
	HOLDER_KEEPS,		/* has it open and never reads */
	HOLDER_READS,		/* reads sentences and configures nothing */
	HOLDER_GPSD,
};

static const struct {
	const char *comm;
	enum holder role;
} roles[] = {
	{ .comm = "ldattach", .role = HOLDER_KEEPS },
	{ .comm = "ntpd", .role = HOLDER_READS },
	{ .comm = "gpsppsctl-feed", .role = HOLDER_READS },
	{ .comm = "gpsppsctl-pulse", .role = HOLDER_KEEPS },
	{ .comm = "gpsd", .role = HOLDER_GPSD },
};

static enum holder role_of(const char *comm, pid_t pid, pid_t our_holder)
{
	if (pid == our_holder)
		return HOLDER_KEEPS;
	for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++)
		if (!strcmp(roles[i].comm, comm))
			return roles[i].role;
	return HOLDER_STRANGER;
}

static int refuse(const struct receiver_port *w, enum holder role, const char *comm, long pid)
{
	if (role == HOLDER_GPSD) {
		msg_error(w->path, "gpsd[%ld] has the port: it configures the receiver itself",
			  pid);
		msg_hint("systemctl stop gpsd.socket gpsd, then once more");
	} else {
		msg_error(w->path, "%s[%ld] has the port open: its bytes would be taken from it",
			  comm, pid);
		msg_hint("end it first: kill %ld", pid);
	}
	return EXIT_TROUBLE;
}

/* One "PID COMM" line.  0, or an exit code. */
static int judge_holder(struct receiver_port *w, const char *line, pid_t our_holder,
			enum borrow_how *how)
{
	char *end;
	char comm[32];
	long pid = strtol(line, &end, 10);
	enum holder role;

	snprintf(comm, sizeof(comm), "%.*s", (int)strcspn(end + (*end == ' '), "\n"),
		 end + (*end == ' '));
	role = role_of(comm, (pid_t)pid, our_holder);
	switch (role) {
	case HOLDER_KEEPS:
		if (*how == BORROW_FREE)
			*how = BORROW_HELD;
		return 0;
	case HOLDER_READS:
		*how = BORROW_BESIDE;
		snprintf(w->reader, sizeof(w->reader), "%s[%ld]", comm, pid);
		return 0;
	default:
		return refuse(w, role, comm, pid);
	}
}

static int no_holders(const struct receiver_port *w, int err)
{
	/* a pty has no ntpd at it, and no kernel that would be disturbed */
	if (err == -EACCES && !strncmp(w->tty, "pts/", 4))
		return 0;
	if (err == -EACCES) {
		msg_error(w->path, "cannot see who has the port open: Permission denied");
		msg_hint("a daemon that reads it would lose its sentences: run as root (sudo)");
	} else {
		msg_error(w->path, "cannot see who has the port open: %s", strerror(-err));
	}
	return EXIT_TROUBLE;
}

static int choose(struct receiver_port *w, pid_t our_holder, enum borrow_how *how)
{
	char holders[HOLDERS_MAX];
	int n = probe_getf(w->probe, holders, sizeof(holders), "holders:%s", w->tty);
	int code = 0;

	*how = BORROW_FREE;
	if (n < 0)
		return no_holders(w, n);
	for (const char *line = holders; *line && !code; line += *line == '\n') {
		code = judge_holder(w, line, our_holder, how);
		line += strcspn(line, "\n");
	}
	return code;
}

static int cannot_open(const struct receiver_port *w, int err)
{
	msg_error(w->path, "cannot open: %s", strerror(-err));
	if (err == -EACCES)
		msg_hint("you are not in group dialout: run as root (sudo)");
	else if (err == -EBUSY)
		msg_hint("another program (gpsd?) has the port for itself alone");
	return err == -ENODEV ? EXIT_GONE : EXIT_TROUBLE;
}

/* "assert 100000 7250", "431 812 362 7249": the n-th word's number, or 0. */
static long number_in(const char *text, unsigned int n)
{
	while (n--) {
		text += strcspn(text, " ");
		text += *text == ' ';
	}
	return strtol(text, NULL, 10);
}

/* What was measured at attach: pulse and sentences, which a paused holder cannot see. */
static void ask_holder(struct receiver_port *w, int control)
{
	struct receiver_report *r = &w->report;
	char reply[CONTROL_REPLY_MAX], text[64];

	if (control_ask(control, "status", reply, sizeof(reply), CONTROL_TIMEOUT_MS) < 0)
		return;
	if (!w->has_unit && !control_value(reply, "unit", text, sizeof(text))) {
		w->unit = (unsigned int)number_in(text, 0);
		w->has_unit = true;
	}
	if (!control_value(reply, "pulse", text, sizeof(text)))
		r->pulse_width_us = number_in(text, 1);
	if (!control_value(reply, "burst", text, sizeof(text))) {
		r->burst_first_ms = number_in(text, 0);
		r->burst_last_ms = number_in(text, 1);
	}
}

/* Our holder takes its hands off while the connection stands. */
static int pause_holder(const struct receiver_port *w, int control)
{
	char reply[CONTROL_REPLY_MAX];
	int err = control_ask(control, "pause", reply, sizeof(reply), CONTROL_TIMEOUT_MS);

	if (!err)
		return 0;
	msg_error(w->path, "the holder did not give the port: %s",
		  err == -EPROTO ? reply : strerror(-err));
	return EXIT_TROUBLE;
}

static int open_as(struct receiver_port *w, int control, unsigned int baud)
{
	pid_t our_holder = control >= 0 ? control_peer(control) : -1;
	enum borrow_how how;
	int err, code = choose(w, our_holder, &how);

	if (!code && control >= 0)
		ask_holder(w, control);
	if (!code && how == BORROW_HELD && control >= 0)
		code = pause_holder(w, control);
	if (code || how != BORROW_HELD) {
		control_close(control);
		control = -1;
	}
	if (code)
		return code;
	err = borrow_open(&w->port, w->tty, how, baud, control);
	if (err)
		return cannot_open(w, err);
	if (how != BORROW_FREE && w->o->at && baud != w->port.baud) {
		msg_error(w->path, "is open at %u baud, not at %u", w->port.baud, baud);
		borrow_close(&w->port);
		return EXIT_TROUBLE;
	}
	return 0;
}

/* What the table has for this port: its unit, and its speed if it says one. */
static int ask_table(const struct ctx *ctx, struct receiver_port *w, unsigned int *baud)
{
	const struct unit *unit;
	struct unittab tab;
	unsigned int role;
	int code = load_table(ctx, &tab);

	if (code)
		return code;
	unit = table_find_port(&tab, w->tty, &role);
	if (unit && role & ROLE_SENTENCES) {
		if (unit->baud)
			*baud = unit->baud;
		w->unit = unit->unit;
		w->has_unit = true;
	}
	return 0;
}

int receiver_port_open(const struct ctx *ctx, struct receiver_port *w)
{
	const char *what = w->o->port;
	unsigned int baud = DEFAULT_BAUD;
	int control, code, err;

	w->table = ctx->table;
	err = tty_resolve(what, w->tty, sizeof(w->tty));
	if (err) {
		msg_error(what, err == -ENOTTY ? "is no serial port" : "no such port: %s",
			  strerror(-err));
		return EXIT_TROUBLE;
	}
	snprintf(w->path, sizeof(w->path), "/dev/%s", w->tty);
	w->report.path = w->path;
	code = ask_table(ctx, w, &baud);
	if (code)
		return code;
	if (w->o->at)
		baud = w->o->at;
	w->probe = probe_open_live();
	if (!w->probe) {
		msg_error(NULL, "out of memory");
		return EXIT_TROUBLE;
	}
	control = control_open(w->tty);
	if (control == -EACCES)
		return cannot_open(w, control);
	return open_as(w, control < 0 ? -1 : control, baud);
}

void receiver_port_close(struct receiver_port *w)
{
	borrow_close(&w->port);
	journal_close(&w->journal);
	probe_close(w->probe);
}
