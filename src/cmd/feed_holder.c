// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * feed's own holder: `gpsppsctl attach PORT` as a child, in a process group of its own,
 * so that Ctrl-C ends it after us.  It does not survive us, however we end.
 */
#include "feed.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../sys/control.h"
#include "../sys/signals.h"

#define READY_S 30
#define STEP_MS 100
#define ANSWER_MS 1000
#define NOT_EXECUTED 127

/* ---- the child ---- */

static void be_child(pid_t parent)
{
	const struct sched_param ordinary = { 0 };
	int fd = open("/dev/null", O_RDWR | O_CLOEXEC);

	setpgid(0, 0);
	sched_setscheduler(0, SCHED_OTHER, &ordinary);
	/* exec keeps it; a parent that has died already would send nothing */
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent)
		_exit(NOT_EXECUTED);
	signals_release();
	signal(SIGPIPE, SIG_DFL);
	/* its report is not ours, and it is not the service that systemd waits for */
	dup2(fd, STDIN_FILENO);
	dup2(fd, STDOUT_FILENO);
	unsetenv("NOTIFY_SOCKET");
}

static void exec_attach(const struct feed *f, const struct feed_port *p)
{
	char unit[16], baud[24], port[72], path[PATH_MAX];
	char *argv[12] = { (char *)"gpsppsctl", (char *)"-C", (char *)f->ctx->table,
			   (char *)"attach", port, (char *)"--unit", unit };
	size_t n = 7;

	snprintf(port, sizeof(port), "%s", p->chosen.tty);
	snprintf(unit, sizeof(unit), "%u", p->chosen.unit);
	snprintf(baud, sizeof(baud), "%u", p->chosen.baud);
	if (f->o->baud) {
		argv[n++] = (char *)"--baud";
		argv[n++] = baud;
	}
	if (!p->chosen.has_sentences && !p->chosen.in_table)
		argv[n++] = (char *)"--pulse-only";
	/* by its own name: that is what a list of processes shows */
	n = (size_t)readlink("/proc/self/exe", path, sizeof(path) - 1);
	if ((ssize_t)n < 0)
		return;
	path[n] = '\0';
	execv(path, argv);
}

static pid_t start(const struct feed *f, const struct feed_port *p)
{
	const pid_t parent = getpid();
	pid_t pid = fork();

	if (pid)
		return pid;
	be_child(parent);
	exec_attach(f, p);
	_exit(NOT_EXECUTED);
}

/* ---- from the outside ---- */

int feed_holder_ended(struct feed_port *p)
{
	int status;

	if (waitpid(p->holder, &status, WNOHANG) != p->holder)
		return -1;
	p->holder = 0;
	if (!WIFEXITED(status) || WEXITSTATUS(status) == NOT_EXECUTED)
		return EXIT_TROUBLE;
	/* "done" is not what it was asked for */
	return WEXITSTATUS(status) ? WEXITSTATUS(status) : EXIT_TROUBLE;
}

/* Its socket is there from its first moment on, the source of pulses when it holds the port. */
static bool is_ready(const struct feed_port *p)
{
	char reply[CONTROL_REPLY_MAX], pps[32];

	return !control_request(p->chosen.tty, "status", reply, sizeof(reply), ANSWER_MS) &&
	       !control_value(reply, "pps", pps, sizeof(pps));
}

static int give_up(struct feed_port *p)
{
	feed_detach(p);
	if (signals_seen())
		return EXIT_DONE;
	msg_error(p->chosen.port, "gpsppsctl attach does not hold it after %d s", READY_S);
	return EXIT_TROUBLE;
}

int feed_attach(struct feed *f, struct feed_port *p)
{
	const int64_t until_ns = feed_now().mono_ns + READY_S * NS_PER_S;

	fflush(stdout);
	p->holder = start(f, p);
	if (p->holder < 0) {
		p->holder = 0;
		msg_error(p->chosen.port, "cannot start gpsppsctl attach: %s", strerror(errno));
		return EXIT_TROUBLE;
	}
	while (feed_now().mono_ns < until_ns && !signals_seen()) {
		const int code = feed_holder_ended(p);

		if (code >= 0)
			return code;
		if (is_ready(p))
			return 0;
		poll(NULL, 0, STEP_MS);
	}
	return give_up(p);
}

void feed_detach(struct feed_port *p)
{
	int status;

	if (p->holder <= 0)
		return;
	kill(p->holder, SIGTERM);
	/* until the port is as it was; a second Ctrl-C does not change that */
	while (waitpid(p->holder, &status, 0) < 0 && errno == EINTR)
		;
	p->holder = 0;
}
