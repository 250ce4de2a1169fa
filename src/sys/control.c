// SPDX-License-Identifier: GPL-2.0-or-later
/* The client's side of a holder's control socket. */
#include "control.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int control_open(const char *tty)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd, err;

	if (strchr(tty, '/') ||
	    snprintf(addr.sun_path, sizeof(addr.sun_path), CONTROL_DIR "/%s.sock", tty) >=
	    (int)sizeof(addr.sun_path))
		return -ENOENT;		/* pts/3: never held */
	/* non-blocking: a holder that is stopped, its backlog full, must not stop us */
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	if (connect(fd, (struct sockaddr *)&addr, sizeof(addr)) == 0)
		return fd;
	err = errno;
	close(fd);
	return err == ECONNREFUSED ? -ENOENT : -err;
}

void control_close(int fd)
{
	if (fd >= 0)
		close(fd);
}

pid_t control_peer(int fd)
{
	struct ucred peer;
	socklen_t len = sizeof(peer);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) < 0)
		return -errno;
	return peer.pid;
}

/* The reply ends with an empty line: at its start, or behind another line. */
static bool is_whole(char *reply, size_t n)
{
	if (n == 1 && reply[0] == '\n')
		reply[0] = '\0';
	else if (n >= 2 && reply[n - 1] == '\n' && reply[n - 2] == '\n')
		reply[n - 1] = '\0';
	else
		return false;
	return true;
}

static int read_reply(int fd, char *reply, size_t size, int64_t deadline_ms)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	size_t n = 0;

	while (n < size - 1) {
		int64_t left_ms = deadline_ms - now_ms();
		ssize_t got;

		if (left_ms <= 0)
			return -ETIMEDOUT;
		if (poll(&pfd, 1, (int)left_ms) < 0 && errno != EINTR)
			return -errno;
		got = recv(fd, reply + n, size - 1 - n, MSG_DONTWAIT);
		if (got == 0)
			return -ECONNRESET;
		if (got < 0 && errno != EAGAIN && errno != EINTR)
			return -errno;
		if (got < 0)
			continue;
		n += (size_t)got;
		reply[n] = '\0';
		if (is_whole(reply, n))
			return strncmp(reply, "error ", 6) ? 0 : -EPROTO;
	}
	return -EMSGSIZE;
}

int control_ask(int fd, const char *line, char *reply, size_t size, int timeout_ms)
{
	char request[128];
	int n = snprintf(request, sizeof(request), "%s\n", line);

	reply[0] = '\0';
	if (n >= (int)sizeof(request))
		return -EMSGSIZE;
	/* shorter than any socket buffer: it goes in one piece or not at all */
	if (send(fd, request, (size_t)n, MSG_NOSIGNAL) < 0)
		return -errno;
	return read_reply(fd, reply, size, now_ms() + timeout_ms);
}

int control_request(const char *tty, const char *line, char *reply, size_t size,
		    int timeout_ms)
{
	int fd = control_open(tty);
	int err;

	reply[0] = '\0';
	if (fd < 0)
		return fd;
	err = control_ask(fd, line, reply, size, timeout_ms);
	control_close(fd);
	return err;
}

int control_value(const char *reply, const char *key, char *buf, size_t size)
{
	const size_t len = strlen(key);

	for (const char *p = reply; *p; p += strcspn(p, "\n"), p += *p == '\n') {
		size_t n;

		if (strncmp(p, key, len) || p[len] != ' ')
			continue;
		p += len + 1;
		n = strcspn(p, "\n");
		if (n >= size)
			return -EMSGSIZE;
		memcpy(buf, p, n);
		buf[n] = '\0';
		return 0;
	}
	return -ENOENT;
}
