// SPDX-License-Identifier: GPL-2.0-or-later
/* attach: leave the ports to gpsppsctl-hold, in this process or in one of its own. */
#include "attach.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../sys/control.h"

#define HOLDER "gpsppsctl-hold"
#define START_TIMEOUT_MS 3000

/*
 * Beside this program in a build tree, else where it is installed, as seen from
 * here or as built; never by PATH: it is run as root.
 */
int attach_find_holder(struct attach_plan *plan)
{
	static const char *const places[] = { "", "/../libexec/gpsppsctl" };
	char dir[sizeof(plan->holder) - 64];

	program_directory(dir, sizeof(dir));
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		snprintf(plan->holder, sizeof(plan->holder), "%s%s/" HOLDER, dir, places[i]);
		if (dir[0] && access(plan->holder, X_OK) == 0)
			return 0;
	}
	snprintf(plan->holder, sizeof(plan->holder), "%s", LIBEXECDIR "/" HOLDER);
	if (access(plan->holder, X_OK) == 0)
		return 0;
	msg_error(HOLDER, "cannot hold a port: %s", strerror(errno));
	msg_hint("install the whole of gpsppsctl: make install");
	return EXIT_TROUBLE;
}

static int64_t boottime_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_BOOTTIME, &t);
	return t.tv_sec * NS_PER_S + t.tv_nsec;
}

_Static_assert(UNIT_RESTART_MAX <= HANDOVER_UNITS_MAX && UNIT_PATH_MAX <= HANDOVER_FILE_MAX,
	       "what the table may say can be handed over");

static void fill(const struct attaching *a, struct handover_port *h)
{
	const struct attach_plan *plan = &a->plan;

	h->tty_fd = a->port.fd;
	h->latency_fd = a->latency_fd;
	h->needs_flag = a->port.needs_flag;
	h->bind = a->bound ? plan->bind : EDGE_UNKNOWN;
	h->control_fd = a->control_fd;
	strcpy(h->socket, a->socket);
	strcpy(h->tty, plan->tty);
	strcpy(h->pps, a->port.pps);
	strcpy(h->gps_link, plan->gps_link);
	strcpy(h->pps_link, plan->pps_link);
	h->unit = plan->unit;
	h->baud = plan->baud;
	h->links = plan->links;
	h->no_pulse = a->port.no_pulse;
	h->no_sentences = a->port.no_sentences;
	h->mode = a->port.mode;
	h->saved = a->port.found_mode;
	h->ldisc = ppsport_ldisc_after(&a->port);
	h->shape = a->shape;
	h->shape_at_ns = boottime_ns();
	strcpy(h->restart, plan->restart);
	strcpy(h->on_lost, plan->on_lost);
	strcpy(h->on_back, plan->on_back);
	strcpy(h->metrics, plan->metrics);
}

/* For the holder to run `diag` when the pulse is lost; "" when it has no name any more. */
static void find_program(char *path, size_t size)
{
	const ssize_t n = readlink("/proc/self/exe", path, size);

	path[n > 0 && (size_t)n < size ? n : 0] = '\0';
	if (access(path, X_OK) < 0)
		path[0] = '\0';
}

static void keep_across_exec(int fd, bool keep)
{
	fcntl(fd, F_SETFD, keep ? 0 : FD_CLOEXEC);
}

static void keep_ports(const struct attaching *a, size_t n, bool keep)
{
	for (size_t i = 0; i < n; i++) {
		keep_across_exec(a[i].port.fd, keep);
		keep_across_exec(a[i].control_fd, keep);
		if (a[i].latency_fd)
			keep_across_exec(a[i].latency_fd, keep);
	}
}

/* Returns only on failure: -errno. */
static int exec_holder(struct attaching *a, size_t n, uint32_t flags)
{
	char number[16];
	char *argv[2 + HANDOVER_PORTS_MAX + 1] = { (char *)HOLDER, number };	/* and for ps(1) */
	struct handover h = { .flags = flags, .n = (uint32_t)n };
	int fd, err;

	for (size_t i = 0; i < n; i++) {
		fill(&a[i], &h.ports[i]);
		argv[2 + i] = a[i].plan.node;
	}
	find_program(h.program, sizeof(h.program));
	fd = handover_write(&h);
	if (fd < 0)
		return fd;
	snprintf(number, sizeof(number), "%d", fd);
	keep_across_exec(fd, true);
	keep_ports(a, n, true);
	execv(a->plan.holder, argv);
	err = -errno;
	keep_ports(a, n, false);
	close(fd);
	return err;
}

int attach_exec(struct attaching *a, size_t n)
{
	int err = exec_holder(a, n, 0);

	msg_error(a->plan.holder, "cannot run: %s", strerror(-err));
	return EXIT_TROUBLE;
}

/* The grandchild: no terminal, nobody's child; tells its errno when exec fails. */
static void be_daemon(struct attaching *a, size_t n, int report_fd)
{
	int err;
	pid_t pid;

	if (setsid() < 0)
		_exit(EXIT_TROUBLE);
	pid = fork();
	if (pid)
		_exit(pid < 0 ? EXIT_TROUBLE : 0);
	err = exec_holder(a, n, HOLD_DAEMON);
	if (write(report_fd, &err, sizeof(err)) < 0)
		_exit(EXIT_TROUBLE);
	_exit(EXIT_TROUBLE);
}

/* The pipe closes by the holder's exec, or brings the errno of its failure. */
static int await_exec(pid_t child, int fd)
{
	int status, err = 0;
	ssize_t n;

	do
		n = waitpid(child, &status, 0);
	while (n < 0 && errno == EINTR);
	if (n < 0 || !WIFEXITED(status) || WEXITSTATUS(status))
		return -EAGAIN;
	do
		n = read(fd, &err, sizeof(err));
	while (n < 0 && errno == EINTR);
	return n == (ssize_t)sizeof(err) ? err : n < 0 ? -errno : 0;
}

static int fork_holder(struct attaching *a, size_t n)
{
	int pipe_fd[2], err;
	pid_t child;

	if (pipe2(pipe_fd, O_CLOEXEC) < 0)
		return -errno;
	child = fork();
	if (child == 0)
		be_daemon(a, n, pipe_fd[1]);
	err = child < 0 ? -errno : 0;
	close(pipe_fd[1]);
	if (!err)
		err = await_exec(child, pipe_fd[0]);
	close(pipe_fd[0]);
	return err;
}

int attach_spawn(struct attaching *a, size_t n)
{
	char reply[CONTROL_REPLY_MAX], pid[16];
	int err = fork_holder(a, n);

	if (!err)
		err = control_request(a->plan.tty, "status", reply, sizeof(reply),
				      START_TIMEOUT_MS);
	if (!err)
		err = control_value(reply, "pid", pid, sizeof(pid));
	if (!err)
		return (int)strtol(pid, NULL, 10);
	msg_error(a->plan.holder, "cannot start it as a daemon: %s", strerror(-err));
	return -1;
}
