// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Programs that run beside the holder, for a port: systemctl for the units of the
 * table, gpsppsctl diag for the cause of a loss.  One at a time, the others wait
 * for their turn; the holder itself waits for none and reads what one has printed
 * when it has ended.
 */
#include "hold.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../sys/systemd.h"

/* diag looks for four seconds; a systemctl --no-block that needs longer has met a dead bus. */
#define TASK_NS (30 * NS_PER_S)
/* The kernel's own value; ours, a second, would be inherited, and stretch each look of diag. */
#define SLACK_NS 50000
#define CANNOT_RUN 127		/* as a shell's exit code */
#define STATUS_UNKNOWN (-1)	/* somebody else has reaped it */
#define LINE_SIZE 512
#define ID_MAX 48

static bool is_cause(const struct task *task)
{
	return !task->verb[0];
}

/* ---- the child ---- */

/* Signals as at a login, and no terminal that could stop it. */
static void forget_ours(void)
{
	sigset_t none;

	setsid();
	for (int i = 1; i < NSIG; i++)
		signal(i, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	prctl(PR_SET_TIMERSLACK, SLACK_NS, 0, 0, 0);
}

/*
 * Our descriptors are all closed by exec but the three streams: /dev/null twice
 * (leave_terminal()), and what the log is written to.
 */
static void become(const struct hold *hold, const struct task *task, int out_fd)
{
	static char *environment[] = {
		(char *)"PATH=/usr/sbin:/usr/bin:/sbin:/bin", (char *)"LC_ALL=C", NULL
	};
	char node[HANDOVER_NAME_MAX + 8];

	forget_ours();
	environ = environment;
	if (!is_cause(task))
		systemd_become(task->verb, task->units);
	snprintf(node, sizeof(node), "/dev/%s", hold->h.tty);
	dup2(out_fd, STDOUT_FILENO);
	execl(hold->program, "gpsppsctl", "diag", node, (char *)NULL);
	_exit(CANNOT_RUN);
}

/* ---- what is told ---- */

static void say_cause(struct hold *hold, const char *id, const char *text)
{
	events_note(hold, "cause", "%s: %s", id, text);
	hold_say(hold, "%s: %s", id, text);
}

/* "start alarm.service": of the table, and one never knows. */
static void say_units(struct hold *hold, const struct task *task, const char *trouble)
{
	char units[HANDOVER_UNITS_MAX];

	snprintf(units, sizeof(units), "%s", task->units);
	for (char *p = units; *p; p++)
		if (*p <= ' ' || *p > '~')
			*p = '?';
	events_note(hold, "units", "%s %s%s%s", task->verb, units, *trouble ? ": " : "", trouble);
	if (*trouble)
		hold_say(hold, "systemctl %s %s: %s", task->verb, units, trouble);
}

static void say_trouble(struct hold *hold, const struct task *task, const char *trouble)
{
	char text[96];

	if (!is_cause(task)) {
		say_units(hold, task, trouble);
		return;
	}
	snprintf(text, sizeof(text), "gpsppsctl diag %s", trouble);
	say_cause(hold, "unknown", text);
}

/* ---- the start ---- */

static int start(struct hold *hold, const struct task *task)
{
	struct tasks *t = &hold->tasks;
	int out[2] = { -1, -1 };
	pid_t pid;

	if (is_cause(task) && pipe2(out, O_CLOEXEC) < 0)
		return -errno;
	pid = fork();
	if (pid == 0)
		become(hold, task, out[1]);
	if (out[1] >= 0)
		close(out[1]);
	if (pid < 0) {
		const int err = -errno;

		if (out[0] >= 0)
			close(out[0]);
		return err;
	}
	t->pid = pid;
	t->out_fd = out[0];
	t->was_killed = false;
	t->due_ns = hold_now_ns() + TASK_NS;
	return 0;
}

static void drop_first(struct tasks *t)
{
	t->n--;
	memmove(&t->v[0], &t->v[1], t->n * sizeof(t->v[0]));
}

static void start_next(struct hold *hold)
{
	struct tasks *t = &hold->tasks;

	while (t->n && !t->pid) {
		const int err = start(hold, &t->v[0]);
		char trouble[64];

		if (!err)
			return;
		snprintf(trouble, sizeof(trouble), "cannot be started: %s", strerror(-err));
		say_trouble(hold, &t->v[0], trouble);
		drop_first(t);
	}
}

static void add(struct hold *hold, const struct task *task)
{
	struct tasks *t = &hold->tasks;

	if (t->n == TASKS_MAX) {
		say_trouble(hold, task, "is left out: too much to do already");
		return;
	}
	t->v[t->n++] = *task;
	start_next(hold);
}

/* ---- the end ---- */

/* What has gone wrong with it; "": nothing. */
static void describe(int status, bool was_killed, char *buf, size_t size)
{
	buf[0] = '\0';
	if (was_killed)
		snprintf(buf, size, "did not end within %d s", (int)(TASK_NS / NS_PER_S));
	else if (status == STATUS_UNKNOWN)
		snprintf(buf, size, "has ended, nobody knows how");
	else if (WIFSIGNALED(status))
		snprintf(buf, size, "was killed by signal %d", WTERMSIG(status));
	else if (WEXITSTATUS(status) == CANNOT_RUN)
		snprintf(buf, size, "cannot be run");
	else if (WEXITSTATUS(status))
		snprintf(buf, size, "ended with code %d", WEXITSTATUS(status));
}

/* The first line that it printed, as plain text. */
static void read_line(int fd, char *line, size_t size)
{
	ssize_t n;

	/* it has ended, but who inherited its end of the pipe may live on */
	fcntl(fd, F_SETFL, O_NONBLOCK);
	n = read(fd, line, size - 1);
	line[n > 0 ? n : 0] = '\0';
	line[strcspn(line, "\n")] = '\0';
	for (char *p = line; *p; p++)
		if (*p < ' ' || *p > '~')
			*p = '?';
}

/*
 * diag's first line, "/dev/ttyS0   HEADLINE      ID" (cmd/diag_print.c), taken
 * apart; without a fault it has no ID.  False: it is none.
 */
static bool parse_line(char *line, const char **headline, const char **id)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789.-";
	char *at = line + strcspn(line, " "), *last, *end;

	if (strncmp(line, "/dev/", 5))
		return false;
	at += strspn(at, " ");
	end = at + strlen(at);
	last = strrchr(at, ' ');
	*id = NULL;
	if (last && strchr(last, '.') && !last[1 + strspn(last + 1, letters)] &&
	    strlen(last + 1) <= ID_MAX) {
		*id = last + 1;
		end = last;
	}
	while (end > at && end[-1] == ' ')
		end--;
	*end = '\0';
	*headline = at;
	return end > at;
}

/* A port that is healthy by now has no cause any more, and one that is gone tells so itself. */
static void tell_cause(struct hold *hold, int status, const char *trouble)
{
	const int code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
	const char *headline, *id;
	char line[LINE_SIZE];

	if (code == EXIT_DONE || code == EXIT_GONE)
		return;
	read_line(hold->tasks.out_fd, line, sizeof(line));
	if (code <= EXIT_TROUBLE && code > 0 && parse_line(line, &headline, &id))
		say_cause(hold, id ? id : "unknown", headline);
	else
		say_trouble(hold, &hold->tasks.v[0], trouble);
}

/* The memory of a port that has been let go ends with its end. */
static void finish(struct hold *hold, int status)
{
	struct tasks *t = &hold->tasks;
	char trouble[64];

	describe(status, t->was_killed, trouble, sizeof(trouble));
	if (!hold->has_ended && is_cause(&t->v[0]))
		tell_cause(hold, status, trouble);
	else if (!hold->has_ended)
		say_units(hold, &t->v[0], trouble);
	if (t->out_fd >= 0)
		close(t->out_fd);
	t->pid = 0;
	drop_first(t);
}

static void kill_running(const struct tasks *t)
{
	if (kill(-t->pid, SIGKILL) < 0)		/* with all that it has started; */
		kill(t->pid, SIGKILL);		/* it may not have got to its setsid() */
}

/* ---- for the rest of the holder ---- */

void task_units(struct hold *hold, const char *verb, const char *units)
{
	struct task task;

	if (!*units)
		return;
	snprintf(task.verb, sizeof(task.verb), "%s", verb);
	snprintf(task.units, sizeof(task.units), "%s", units);
	if (systemd_is_booted()) {
		add(hold, &task);
		return;
	}
	if (!hold->tasks.has_no_systemd)
		say_units(hold, &task, "systemd is not the init of this machine");
	hold->tasks.has_no_systemd = true;
}

void task_cause(struct hold *hold)
{
	static const struct task task;

	for (unsigned int i = 0; i < hold->tasks.n; i++)
		if (is_cause(&hold->tasks.v[i]))
			return;		/* one answer is enough */
	if (hold->program[0])
		add(hold, &task);
}

int task_timeout_ms(const struct hold *hold)
{
	const struct tasks *t = &hold->tasks;
	int64_t left_ns;

	if (!t->pid || t->was_killed)
		return WAIT_FOR_EVER;
	left_ns = t->due_ns - hold_now_ns();
	return left_ns <= 0 ? 0 : (int)((left_ns + NS_PER_MS - 1) / NS_PER_MS);
}

void task_step(struct hold *hold)
{
	struct tasks *t = &hold->tasks;

	if (task_timeout_ms(hold) != 0)
		return;
	kill_running(t);
	t->was_killed = true;
}

void task_reap(struct hold *hold)
{
	struct tasks *t = &hold->tasks;
	int status;
	pid_t pid;

	if (!t->pid)
		return;
	pid = waitpid(t->pid, &status, WNOHANG);
	if (pid == 0)
		return;
	finish(hold, pid < 0 ? STATUS_UNKNOWN : status);
	start_next(hold);
}

void task_end(struct hold *hold)
{
	struct tasks *t = &hold->tasks;

	if (!t->pid) {
		t->n = 0;
		return;
	}
	t->n = 1;
	if (is_cause(&t->v[0]))
		kill_running(t);
}
