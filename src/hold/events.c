// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The memory of what happened to a port, in /run/gpsppsctl/TTY.events: it
 * answers "why did it stop last night?" after this holder has ended, too.  A
 * failure to write it harms nobody, so none is told.
 */
#include "hold.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../sys/control.h"

#define NEW_SUFFIX ".new"

/* A process may call itself what it likes (prctl(2)): one plain word of it. */
static void read_comm(pid_t pid, char *buf, size_t size)
{
	char path[32];
	ssize_t n = -1;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/comm", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		n = read(fd, buf, size - 1);
		close(fd);
	}
	if (n > 0 && buf[n - 1] == '\n')
		n--;
	buf[n > 0 ? n : 0] = '\0';
	for (char *p = buf; *p; p++)
		if (*p <= ' ' || *p > '~')
			*p = '?';
}

void events_who(pid_t pid, char *buf, size_t size)
{
	char comm[16];

	read_comm(pid, comm, sizeof(comm));
	snprintf(buf, size, "%s[%d]", comm[0] ? comm : "a process that has ended", (int)pid);
}

/* ---- the file ---- */

/* The number of its lines; where line `nth` (from 0) begins in *offset, which may be NULL. */
static unsigned int count_lines(int fd, unsigned int nth, off_t *offset)
{
	char buf[512];
	unsigned int lines = 0;
	off_t at = 0;
	ssize_t n;

	while ((n = pread(fd, buf, sizeof(buf), at)) > 0) {
		for (ssize_t i = 0; i < n; i++)
			if (buf[i] == '\n' && ++lines == nth && offset)
				*offset = at + i + 1;
		at += n;
	}
	return lines;
}

/* Nothing is written yet, or the last event is an end that a holder could tell. */
static bool has_ended(int fd)
{
	char tail[EVENT_LINE_MAX];
	const off_t size = lseek(fd, 0, SEEK_END);
	const char *line, *what;
	ssize_t n = pread(fd, tail, sizeof(tail),
			  size > (off_t)sizeof(tail) ? size - (off_t)sizeof(tail) : 0);

	if (n <= 0)
		return true;
	tail[n - 1] = '\0';	/* its newline */
	line = strrchr(tail, '\n');
	what = strchr(line ? line + 1 : tail, ' ');
	return what && (!strncmp(what, " detached ", 10) || !strncmp(what, " hangup ", 8));
}

static int copy_rest(int from, off_t at, int to)
{
	char buf[512];
	ssize_t n;

	while ((n = pread(from, buf, sizeof(buf), at)) > 0) {
		if (write(to, buf, (size_t)n) != n)
			return -1;
		at += n;
	}
	return n < 0 ? -1 : 0;
}

/* Who reads meanwhile reads the old file or the new one, whole. */
static void replace_by_rest(const char *path, int fd, off_t at)
{
	char fresh[EVENTS_PATH_MAX + sizeof(NEW_SUFFIX)];
	int to, err;

	snprintf(fresh, sizeof(fresh), "%s" NEW_SUFFIX, path);
	to = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (to < 0)
		return;
	err = copy_rest(fd, at, to);
	close(to);
	if (err || rename(fresh, path) < 0)
		unlink(fresh);
}

static void trim(struct hold *hold)
{
	const char *path = hold->events.path;
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	off_t at = 0;

	if (fd < 0)
		return;
	count_lines(fd, hold->events.lines - EVENTS_KEPT, &at);
	replace_by_rest(path, fd, at);
	hold->events.lines = EVENTS_KEPT;
	close(fd);
}

/* ---- for the rest of the holder ---- */

bool events_open(struct hold *hold)
{
	const char *socket_path = hold->h.socket;
	const char *suffix = strstr(socket_path, CONTROL_SUFFIX);
	const size_t len = suffix ? (size_t)(suffix - socket_path) : strlen(socket_path);
	bool ended = true;
	int fd;

	snprintf(hold->events.path, sizeof(hold->events.path), "%.*s" EVENTS_SUFFIX, (int)len,
		 socket_path);
	fd = open(hold->events.path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd >= 0) {
		hold->events.lines = count_lines(fd, 0, NULL);
		ended = has_ended(fd);
		close(fd);
	}
	return ended;
}

void events_note(struct hold *hold, const char *what, const char *fmt, ...)
{
	char line[EVENT_LINE_MAX];
	struct timespec t;
	size_t n;
	va_list ap;
	int fd;

	clock_gettime(CLOCK_REALTIME, &t);
	n = (size_t)snprintf(line, sizeof(line), "%lld %s ", (long long)t.tv_sec, what);
	va_start(ap, fmt);
	vsnprintf(line + n, sizeof(line) - n, fmt, ap);
	va_end(ap);
	n = strlen(line);
	line[n++] = '\n';	/* in the place of the final NUL */
	fd = open(hold->events.path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (fd < 0)
		return;
	if (write(fd, line, n) == (ssize_t)n && ++hold->events.lines > EVENTS_MOST)
		trim(hold);
	close(fd);
}
