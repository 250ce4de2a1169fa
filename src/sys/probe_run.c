// SPDX-License-Identifier: GPL-2.0-or-later
/* Run a program for what it prints. */
#include "probe_run.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "probe.h"
#include "signals.h"
#include "tape.h"

#define SYSTEM_DIRS "/usr/bin:/usr/sbin:/bin:/sbin"
#define ERRORS_MAX 4096
#define REAP_PERIOD_MS 5
#define CANNOT_RUN 127		/* as a shell's */

/* ---- which program ---- */

/* We may be root: what somebody else could have written there is not run. */
static bool is_trusted(const struct stat *st)
{
	return !(st->st_mode & (S_IWGRP | S_IWOTH)) && (geteuid() != 0 || st->st_uid == 0);
}

static int find_program(const char *dirs, const char *name, char *path, size_t size)
{
	while (*dirs) {
		const size_t len = strcspn(dirs, ":");
		struct stat st;

		snprintf(path, size, "%.*s/%s", (int)len, dirs, name);
		if (stat(path, &st) == 0 && S_ISREG(st.st_mode) && access(path, X_OK) == 0)
			return is_trusted(&st) ? 0 : -EPERM;
		dirs += len + (dirs[len] == ':');
	}
	return -ENOENT;
}

/* ---- what it prints ---- */

struct catch {
	char *buf;
	size_t size, len;
	bool newest, cut;
	int fd;			/* -1: it has ended */
};

/* The older half goes, up to a line's end. */
static void drop_oldest(struct catch *c)
{
	const size_t half = c->len / 2;
	const char *at = memchr(c->buf + half, '\n', c->len - half);
	const size_t from = at ? (size_t)(at + 1 - c->buf) : half;

	memmove(c->buf, c->buf + from, c->len - from);
	c->len -= from;
	c->cut = true;
}

static void catch_end(struct catch *c)
{
	if (c->fd >= 0)
		close(c->fd);
	c->fd = -1;
}

/* A full one ends: the program is not let write on for ever. */
static void catch_more(struct catch *c)
{
	ssize_t n;

	if (c->len + 1 >= c->size && c->newest)
		drop_oldest(c);
	c->cut = c->cut || c->len + 1 >= c->size;
	n = c->len + 1 < c->size ? read(c->fd, c->buf + c->len, c->size - 1 - c->len) : 0;
	if (n > 0)
		c->len += (size_t)n;
	else if (n == 0 || (errno != EINTR && errno != EAGAIN))
		catch_end(c);
}

/* Until both have ended.  0, -ETIMEDOUT or -EINTR. */
static int catch_all(struct catch *c, size_t n, int64_t until_ms)
{
	while (c[0].fd >= 0 || (n > 1 && c[1].fd >= 0)) {
		struct pollfd fds[2] = {
			{ .fd = c[0].fd, .events = POLLIN },
			{ .fd = n > 1 ? c[1].fd : -1, .events = POLLIN },
		};
		const int64_t left = until_ms - tape_now_ms();

		if (signals_seen())
			return -EINTR;
		if (left <= 0)
			return -ETIMEDOUT;
		if (poll(fds, 2, (int)left) < 0 && errno != EINTR)
			return -errno;
		for (size_t i = 0; i < n; i++)
			if (fds[i].revents)
				catch_more(&c[i]);
	}
	return 0;
}

/* Lines behind lines. */
static size_t append(char *buf, size_t len, size_t size, const char *text, size_t n)
{
	if (n && len && buf[len - 1] != '\n' && len + 1 < size)
		buf[len++] = '\n';
	if (n > size - 1 - len)
		n = size - 1 - len;
	memcpy(buf + len, text, n);
	return len + n;
}

/* ---- the process ---- */

__attribute__((noreturn))
static void become(const struct run *r, const char *path, int out, int err)
{
	static const char *const env[] = { "PATH=" SYSTEM_DIRS, "LC_ALL=C", NULL };
	const int none = open("/dev/null", O_RDWR | O_CLOEXEC);
	sigset_t empty;

	setpgid(0, 0);
	sigemptyset(&empty);
	sigprocmask(SIG_SETMASK, &empty, NULL);
	signal(SIGPIPE, SIG_DFL);
	if (none < 0 || chdir(r->in ? r->in : "/") < 0 || dup2(none, STDIN_FILENO) < 0 ||
	    dup2(out, STDOUT_FILENO) < 0 || dup2(err >= 0 ? err : none, STDERR_FILENO) < 0)
		_exit(CANNOT_RUN);
	execve(path, (char **)r->argv, (char **)env);
	_exit(CANNOT_RUN);
}

/* A pipe for each catch; its other end is the child's. */
static int open_pipes(struct catch *c, size_t n, int ends[2])
{
	for (size_t i = 0; i < n; i++) {
		int pair[2];

		if (pipe2(pair, O_CLOEXEC) < 0)
			return -errno;
		fcntl(pair[0], F_SETFL, O_NONBLOCK);
		c[i].fd = pair[0];
		ends[i] = pair[1];
	}
	return 0;
}

/* It has ended, and is not reaped yet: its process group cannot be another's. */
static bool has_ended(pid_t pid, int64_t until_ms)
{
	const struct timespec period = { .tv_nsec = REAP_PERIOD_MS * 1000000L };

	for (;;) {
		siginfo_t info = { .si_pid = 0 };

		if (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) < 0 &&
		    errno != EINTR)
			return true;
		if (info.si_pid)
			return true;
		if (tape_now_ms() >= until_ms || signals_seen())
			return false;
		nanosleep(&period, NULL);
	}
}

/* Its exit code; -ETIMEDOUT when it had to be killed. */
static int reap(pid_t pid, int64_t until_ms)
{
	const bool ended = has_ended(pid, until_ms);
	int status = 0;

	kill(-pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	if (!ended)
		return -ETIMEDOUT;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -EIO;
}

static int run_child(const struct run *r, const char *path, struct catch *c, size_t n)
{
	const int64_t until_ms = tape_now_ms() + (r->timeout_ms ? r->timeout_ms : RUN_TIMEOUT_MS);
	int ends[2] = { -1, -1 }, code, err = open_pipes(c, n, ends);
	pid_t pid = err ? -1 : fork();

	if (pid == 0)
		become(r, path, ends[0], ends[1]);
	if (pid < 0 && !err)
		err = -errno;
	for (size_t i = 0; i < 2; i++)
		if (ends[i] >= 0)
			close(ends[i]);
	if (!err) {
		setpgid(pid, pid);
		err = catch_all(c, n, until_ms);
		/* what was cut off would wait for a reader */
		code = reap(pid, err || c[0].cut ? 0 : until_ms);
		if (!err && code)
			err = code == -ETIMEDOUT ? code : -EIO;
	}
	for (size_t i = 0; i < n; i++)
		catch_end(&c[i]);
	return err;
}

int run_program(const struct run *r, char *buf, size_t size)
{
	char path[256], errors[ERRORS_MAX];
	struct catch c[2] = {
		{ .buf = buf, .size = size, .newest = r->newest, .fd = -1 },
		{ .buf = errors, .size = sizeof(errors), .newest = true, .fd = -1 },
	};
	int err = find_program(r->dirs ? r->dirs : SYSTEM_DIRS, r->argv[0], path, sizeof(path));

	buf[0] = '\0';
	if (err)
		return err;
	err = run_child(r, path, c, r->errors ? 2 : 1);
	c[0].len = append(buf, c[0].len, size, errors, c[1].len);
	probe_blank_nuls(buf, c[0].len);
	buf[c[0].len] = '\0';
	return c[0].len || !err ? (int)c[0].len : err;
}

/* ---- ntpq ---- */

#define NTPQ_SOURCES 16		/* daemon.h has room for as many clocks */

/*
 * NTPsec's is written in Python: one process for all questions.  &N is the N-th source,
 * for both ntpq; one that is no clock has no clock variables, and its name alone says
 * to ntpq_cut() whose they would be.  Numbers behind the last source give error texts.
 */
int probe_run_ntpq(char *buf, size_t size)
{
	const char *argv[9 + 4 * NTPQ_SOURCES + 2] = {
		"ntpq", "-4", "-n", "-c", "timeout 1000", "-c", "peers", "-c", "rv 0",
	};
	const struct run r = { .argv = argv, .errors = true };
	char text[2 * NTPQ_SOURCES][16];
	size_t n = 9;

	for (unsigned int i = 0; i < NTPQ_SOURCES; i++) {
		snprintf(text[2 * i], sizeof(text[0]), "rv &%u srcadr", i + 1);
		snprintf(text[2 * i + 1], sizeof(text[0]), "cv &%u", i + 1);
		argv[n++] = "-c";
		argv[n++] = text[2 * i];
		argv[n++] = "-c";
		argv[n++] = text[2 * i + 1];
	}
	argv[n++] = "127.0.0.1";
	argv[n] = NULL;
	return run_program(&r, buf, size);
}

/* ---- chronyc ---- */

/* Only what changes nothing. */
int probe_run_chronyc(const char *what, char *buf, size_t size)
{
	static const char *const questions[] = { "sources", "tracking" };
	const char *argv[] = { "chronyc", "-c", "-n", NULL, NULL };
	const struct run r = { .argv = argv, .errors = true };

	for (size_t i = 0; i < sizeof(questions) / sizeof(questions[0]); i++)
		if (!strcmp(what, questions[i]))
			argv[3] = questions[i];
	return argv[3] ? run_program(&r, buf, size) : -EINVAL;
}
