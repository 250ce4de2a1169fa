// SPDX-License-Identifier: GPL-2.0-or-later
/* The client's side of a holder's control socket. */
#include "control.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "dialout.h"

#define BACKLOG 8

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int address(const char *tty, struct sockaddr_un *addr)
{
	addr->sun_family = AF_UNIX;
	if (strchr(tty, '/') ||
	    snprintf(addr->sun_path, sizeof(addr->sun_path), CONTROL_DIR "/%s" CONTROL_SUFFIX, tty) >=
	    (int)sizeof(addr->sun_path))
		return -ENOENT;		/* pts/3: never held */
	return 0;
}

int control_open(const char *tty)
{
	struct sockaddr_un addr;
	int fd, err = address(tty, &addr);

	if (err)
		return err;
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

/* A socket that nobody listens at any more is in the way of bind(). */
static int remove_stale(const char *tty, const char *path)
{
	int fd = control_open(tty);

	if (fd >= 0) {
		control_close(fd);
		return -EADDRINUSE;
	}
	if (fd != -ENOENT)
		return fd == -EAGAIN ? -EADDRINUSE : fd;
	return unlink(path) < 0 && errno != ENOENT ? -errno : 0;
}

/* The directory, locked until it is closed: two attaches must not both replace a stale socket. */
static int lock_directory(void)
{
	int fd;

	if (mkdir(CONTROL_DIR, 0755) < 0 && errno != EEXIST)
		return -errno;
	fd = open(CONTROL_DIR, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (flock(fd, LOCK_EX) == 0)
		return fd;
	close(fd);
	return -EIO;
}

static int bind_and_listen(const struct sockaddr_un *addr)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	mode_t old;
	int err;

	if (fd < 0)
		return -errno;
	old = umask(0117);	/* never wider than it shall be, not even for a moment */
	err = bind(fd, (const struct sockaddr *)addr, sizeof(*addr)) < 0 ? -errno : 0;
	umask(old);
	if (!err)
		err = dialout_share(addr->sun_path);
	if (!err && listen(fd, BACKLOG) < 0)
		err = -errno;
	if (!err)
		return fd;
	if (err != -EADDRINUSE)
		unlink(addr->sun_path);
	close(fd);
	return err;
}

int control_listen(const char *tty, char *path, size_t size)
{
	struct sockaddr_un addr;
	int dir, fd = address(tty, &addr);

	if (fd)
		return fd;
	if (strlen(addr.sun_path) >= size)
		return -ENAMETOOLONG;
	strcpy(path, addr.sun_path);
	dir = lock_directory();
	if (dir < 0)
		return dir;
	fd = remove_stale(tty, path);
	if (!fd)
		fd = bind_and_listen(&addr);
	close(dir);
	return fd;
}

void control_unlisten(int fd, const char *path)
{
	if (fd < 0)
		return;
	unlink(path);
	close(fd);
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
