// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A holder of our own: `gpsppsctl attach PORT` as a child, in a process group of its own,
 * so that Ctrl-C ends it after us.  It does not survive us, however we end.
 */
#include "own_holder.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../sys/control.h"
#include "../sys/signals.h"
#include "cmd.h"

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

static void exec_attach(const struct own_holder_wish *w)
{
	char unit[16], baud[24], port[72], path[PATH_MAX];
	char *argv[12] = { (char *)"gpsppsctl", (char *)"-C", (char *)w->table,
			   (char *)"attach", port, (char *)"--unit", unit };
	size_t n = 7;

	snprintf(port, sizeof(port), "%s", w->tty);
	snprintf(unit, sizeof(unit), "%u", w->unit);
	snprintf(baud, sizeof(baud), "%u", w->baud);
	if (w->baud) {
		argv[n++] = (char *)"--baud";
		argv[n++] = baud;
	}
	if (w->pulse_only)
		argv[n++] = (char *)"--pulse-only";
	/* by its own name: that is what a list of processes shows */
	n = (size_t)readlink("/proc/self/exe", path, sizeof(path) - 1);
	if ((ssize_t)n < 0)
		return;
	path[n] = '\0';
	execv(path, argv);
}

static pid_t start(const struct own_holder_wish *w)
{
	const pid_t parent = getpid();
	pid_t pid = fork();

	if (pid)
		return pid;
	be_child(parent);
	exec_attach(w);
	_exit(NOT_EXECUTED);
}

/* ---- from the outside ---- */

int own_holder_ended(pid_t *pid)
{
	int status;

	if (waitpid(*pid, &status, WNOHANG) != *pid)
		return -1;
	*pid = 0;
	if (!WIFEXITED(status) || WEXITSTATUS(status) == NOT_EXECUTED)
		return EXIT_TROUBLE;
	/* "done" is not what it was asked for */
	return WEXITSTATUS(status) ? WEXITSTATUS(status) : EXIT_TROUBLE;
}

/* Its socket is there from its first moment on, the source of pulses when it holds the port. */
static bool is_ready(const char *tty)
{
	char reply[CONTROL_REPLY_MAX], pps[32];

	return !control_request(tty, "status", reply, sizeof(reply), ANSWER_MS) &&
	       !control_value(reply, "pps", pps, sizeof(pps));
}

static int give_up(const struct own_holder_wish *w, pid_t *pid)
{
	own_holder_end(pid);
	if (signals_seen())
		return EXIT_DONE;
	msg_error(w->tty, "gpsppsctl attach does not hold it after %d s", READY_S);
	return EXIT_TROUBLE;
}

static int64_t now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec;
}

int own_holder_begin(const struct own_holder_wish *w, pid_t *pid)
{
	const int64_t until_s = now_s() + READY_S;

	fflush(stdout);
	*pid = start(w);
	if (*pid < 0) {
		*pid = 0;
		msg_error(w->tty, "cannot start gpsppsctl attach: %s", strerror(errno));
		return EXIT_TROUBLE;
	}
	while (now_s() <= until_s && !signals_seen()) {
		const int code = own_holder_ended(pid);

		if (code >= 0)
			return code;
		if (is_ready(w->tty))
			return 0;
		poll(NULL, 0, STEP_MS);
	}
	return give_up(w, pid);
}

void own_holder_end(pid_t *pid)
{
	int status;

	if (*pid <= 0)
		return;
	kill(*pid, SIGTERM);
	/* until the port is as it was; a second Ctrl-C does not change that */
	while (waitpid(*pid, &status, 0) < 0 && errno == EINTR)
		;
	*pid = 0;
}
