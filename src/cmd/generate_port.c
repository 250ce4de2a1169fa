// SPDX-License-Identifier: GPL-2.0-or-later
/* generate's port: that nobody has it, and its line. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../sys/control.h"
#include "../sys/probe.h"
#include "../sys/tty.h"
#include "../words.h"
#include "generate.h"

#define HOLDERS_MAX 1024

int generate_find_port(const char *what, char *tty, size_t size)
{
	const int err = tty_resolve(what, tty, size);

	if (!err)
		return 0;
	msg_error(what, err == -ENOTTY ? "is no serial port" : "no such port: %s", strerror(-err));
	msg_hint("gpsppsctl list");
	return EXIT_TROUBLE;
}

/* The first of "PID COMM" lines. */
static int refuse(const char *tty, const char *holders)
{
	const int control = control_open(tty);
	char *end;
	const long pid = strtol(holders, &end, 10);
	const char *comm = end + (*end == ' ');
	char path[72];

	snprintf(path, sizeof(path), "/dev/%.60s", tty);
	msg_error(path, "%.*s[%ld] has the port open: it must be idle", (int)strcspn(comm, "\n"),
		  comm, pid);
	if (control >= 0)
		msg_hint("gpsppsctl detach %s", path);
	else
		msg_hint("end that first, or take another port: gpsppsctl list");
	control_close(control);
	return EXIT_TROUBLE;
}

int generate_check_idle(struct probe *probe, const char *tty)
{
	char holders[HOLDERS_MAX], path[80];
	const int n = probe_getf(probe, holders, sizeof(holders), "holders:%s", tty);

	/* a pty has no ntpd at it */
	if (n == -EACCES && text_begins(tty, "pts/"))
		return 0;
	if (n < 0) {
		snprintf(path, sizeof(path), "/dev/%s", tty);
		msg_error(path, "cannot see who has the port open: %s", strerror(-n));
		if (n == -EACCES)
			msg_hint("a daemon's port must be left alone: run as root (sudo)");
		return EXIT_TROUBLE;
	}
	return holders[0] ? refuse(tty, holders) : 0;
}

int generate_lose(const char *path, const char *what, int err)
{
	if (err == -EIO || err == -ENODEV || err == -ENXIO) {
		msg_error(path, "the port went away (%s)", strerror(-err));
		return EXIT_GONE;
	}
	msg_error(path, "cannot %s: %s", what, strerror(-err));
	return EXIT_TROUBLE;
}

static int cannot_open(const struct generate *g, int err)
{
	const char *line = generate_line_name(g->o->line);

	if (err == -ENOTTY || err == -EINVAL)
		msg_error(g->path, "has no modem lines to make pulses with: %s", strerror(-err));
	else
		msg_error(g->path, "cannot move its %s: %s", line, strerror(-err));
	if (err == -EACCES)
		msg_hint("you are not in group dialout: run as root (sudo)");
	else if (err == -EBUSY)
		msg_hint("another program has the port for itself alone");
	else if (err == -EIO)
		msg_hint("is there a UART behind it?  gpsppsctl list");
	return err == -ENODEV || err == -ENXIO ? EXIT_GONE : EXIT_TROUBLE;
}

int generate_open(struct generate *g)
{
	const int err = pulseout_open(&g->out, g->tty, g->o->line, g->o->inverted);

	return err ? cannot_open(g, err) : 0;
}
