// SPDX-License-Identifier: GPL-2.0-or-later
/* The receiver command's port: who has it, and how it may be opened then. */
#include "receiver_port.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../sys/control.h"
#include "../sys/tty.h"
#include "cmd.h"

#define HOLDERS_MAX 1024

enum role {
	ROLE_STRANGER,
	ROLE_KEEPS,		/* has it open and never reads */
	ROLE_READS,		/* reads sentences and configures nothing */
	ROLE_GPSD,
};

static const struct {
	const char *comm;
	enum role role;
} roles[] = {
	{ .comm = "ldattach", .role = ROLE_KEEPS },
	{ .comm = "ntpd", .role = ROLE_READS },
	{ .comm = "gpsd", .role = ROLE_GPSD },
};

static enum role role_of(const char *comm, pid_t pid, pid_t our_holder)
{
	if (pid == our_holder)
		return ROLE_KEEPS;
	for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++)
		if (!strcmp(roles[i].comm, comm))
			return roles[i].role;
	return ROLE_STRANGER;
}

static int refuse(const struct receiver_port *w, enum role role, const char *comm, long pid)
{
	if (role == ROLE_GPSD) {
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
	enum role role;

	snprintf(comm, sizeof(comm), "%.*s", (int)strcspn(end + (*end == ' '), "\n"),
		 end + (*end == ' '));
	role = role_of(comm, (pid_t)pid, our_holder);
	switch (role) {
	case ROLE_KEEPS:
		if (*how == BORROW_FREE)
			*how = BORROW_HELD;
		return 0;
	case ROLE_READS:
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

static int open_as(struct receiver_port *w, int control, unsigned int baud, bool baud_asked)
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
	if (how != BORROW_FREE && baud_asked && baud != w->port.baud) {
		msg_error(w->path, "is open at %u baud already: its speed stays", w->port.baud);
		borrow_close(&w->port);
		return EXIT_TROUBLE;
	}
	return 0;
}

int receiver_port_open(struct receiver_port *w, const char *what, unsigned int baud,
		       bool baud_asked)
{
	int control, err;

	err = tty_resolve(what, w->tty, sizeof(w->tty));
	if (err) {
		msg_error(what, err == -ENOTTY ? "is no serial port" : "no such port: %s",
			  strerror(-err));
		return EXIT_TROUBLE;
	}
	snprintf(w->path, sizeof(w->path), "/dev/%s", w->tty);
	w->report.path = w->path;
	w->probe = probe_open_live();
	if (!w->probe) {
		msg_error(NULL, "out of memory");
		return EXIT_TROUBLE;
	}
	control = control_open(w->tty);
	if (control == -EACCES)
		return cannot_open(w, control);
	return open_as(w, control < 0 ? -1 : control, baud, baud_asked);
}

void receiver_port_close(struct receiver_port *w)
{
	borrow_close(&w->port);
	probe_close(w->probe);
}
