// SPDX-License-Identifier: GPL-2.0-or-later
/* detach: ask the holder of a port to put it back, and wait until it has. */
#include "cmd.h"

#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>

#include "../sys/control.h"
#include "../sys/probe.h"
#include "../sys/tty.h"

#define TTY_NAME_MAX_LEN 32
#define DETACH_TIMEOUT_MS 15000	/* TIOCSETD alone may wait 5 s for a busy port (tty_ldisc.c) */

static void usage(void)
{
	fputs("Usage: gpsppsctl detach PORT\n"
	      "Put a port back that gpsppsctl attach holds: line discipline, settings, links.\n"
	      "\n"
	      "  -h, --help   this help\n", stdout);
}

/* "ldattach[99]" for "99 ldattach\n..."; the first holder says enough. */
static int first_holder(const char *tty, char *comm, int *pid)
{
	struct probe *p = probe_open_live();
	char text[1024];
	int n;

	if (!p)
		return -ENOMEM;
	n = probe_getf(p, text, sizeof(text), "holders:%s", tty);
	probe_close(p);
	if (n < 0)
		return n;
	return sscanf(text, "%d %15[^\n]", pid, comm) == 2 ? 0 : -ENOENT;
}

static int not_ours(const char *node, const char *tty)
{
	char comm[16];
	int pid;

	if (first_holder(tty, comm, &pid) < 0) {
		msg_error(node, "is not attached by gpsppsctl");
		return EXIT_NO;
	}
	msg_error(node, "is not attached by gpsppsctl, but held by %s[%d]", comm, pid);
	if (!strcmp(comm, "ldattach"))
		msg_hint("kill %d", pid);
	return EXIT_NO;
}

/* The holder closes the connection by its end, after the answer. */
static void await_end(int fd)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };

	poll(&pfd, 1, CONTROL_TIMEOUT_MS);
}

static int ask(const char *node, const char *tty, int fd)
{
	char reply[CONTROL_REPLY_MAX];
	const pid_t pid = control_peer(fd);
	int err = control_ask(fd, "detach", reply, sizeof(reply), DETACH_TIMEOUT_MS);
	int again;

	if (!err) {
		await_end(fd);
		return EXIT_DONE;
	}
	/* it has ended without an answer: another detach, or a signal, was first */
	again = err == -ECONNRESET || err == -EPIPE ? control_open(tty) : -EBUSY;
	control_close(again);
	if (again == -ENOENT)
		return EXIT_DONE;
	if (err == -EPROTO)
		msg_error(node, "gpsppsctl[%d]: %.*s", (int)pid, (int)strcspn(reply, "\n"), reply);
	else
		msg_error(node, "gpsppsctl[%d] does not answer: %s", (int)pid, strerror(-err));
	msg_hint("kill %d", (int)pid);
	return EXIT_TROUBLE;
}

static int detach(const char *what)
{
	char tty[TTY_NAME_MAX_LEN], node[TTY_NAME_MAX_LEN + 8];
	int fd, code, err = tty_resolve(what, tty, sizeof(tty));

	if (err) {
		msg_error(what, "%s", err == -ENOTTY ? "this is not a serial port" : strerror(-err));
		return EXIT_TROUBLE;
	}
	snprintf(node, sizeof(node), "/dev/%s", tty);
	fd = control_open(tty);
	if (fd == -ENOENT)
		return not_ours(node, tty);
	if (fd < 0) {
		msg_error(node, "cannot ask its holder: %s", strerror(-fd));
		if (fd == -EACCES)
			msg_hint("you are not in group dialout: sudo gpsppsctl detach %s", tty);
		return EXIT_TROUBLE;
	}
	code = ask(node, tty, fd);
	control_close(fd);
	return code;
}

static int run(const struct ctx *ctx, int argc, char **argv)
{
	static const struct option options[] = {
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	(void)ctx;
	while ((c = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		if (c != 'h')
			return usage_error("detach");
		usage();
		return finish_stdout(EXIT_DONE);
	}
	if (argc - optind != 1) {
		msg_error("detach", argc == optind ? "which PORT?" : "one PORT at a time");
		return usage_error("detach");
	}
	return detach(argv[optind]);
}

const struct cmd cmd_detach = {
	.name = "detach",
	.args = "PORT",
	.help = "put back a port that attach holds",
	.run = run,
};
