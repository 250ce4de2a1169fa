// SPDX-License-Identifier: GPL-2.0-or-later
/* Ask a gpsd on this machine. */
#include "probe_gpsd.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "probe.h"
#include "signals.h"
#include "tape.h"

#define CONNECT_MS 300
#define ANSWER_MS 900		/* one that opens its receivers just now is slow */

static bool is_ready(int fd, short events, int64_t until_ms)
{
	struct pollfd p = { .fd = fd, .events = events };
	const int64_t left = until_ms - tape_now_ms();

	return left > 0 && !signals_seen() && poll(&p, 1, (int)left) > 0;
}

static int finish_connect(int fd)
{
	socklen_t len = sizeof(int);
	int err = 0;

	if (!is_ready(fd, POLLOUT, tape_now_ms() + CONNECT_MS))
		return -ETIMEDOUT;
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &len) < 0)
		err = errno;
	return -err;
}

static int connect_here(uint16_t port)
{
	const struct sockaddr_in addr = {
		.sin_family = AF_INET, .sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), err = 0;

	if (fd < 0)
		return -errno;
	if (connect(fd, (const struct sockaddr *)&addr, sizeof(addr)) < 0)
		err = errno == EINPROGRESS ? finish_connect(fd) : -errno;
	if (!err)
		return fd;
	close(fd);
	return err;
}

/* A few bytes: they fit a new socket's buffer. */
static int ask(uint16_t port, const char *question)
{
	const int fd = connect_here(port);
	int err = 0;

	if (fd < 0)
		return fd;
	if (send(fd, question, strlen(question), MSG_NOSIGNAL) != (ssize_t)strlen(question))
		err = errno ? -errno : -EIO;
	if (!err)
		return fd;
	close(fd);
	return err;
}

static size_t take(int fd, char *buf, size_t len, size_t size, bool *ended)
{
	const ssize_t n = recv(fd, buf + len, size - 1 - len, MSG_DONTWAIT);

	*ended = n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR);
	if (n > 0) {
		probe_blank_nuls(buf + len, (size_t)n);
		len += (size_t)n;
	}
	buf[len] = '\0';
	return len;
}

static bool has_answer(const char *buf)
{
	const char *at = strstr(buf, "\"class\":\"DEVICES\"");

	return at && strchr(at, '\n');
}

int gpsd_devices(uint16_t port, char *buf, size_t size)
{
	const int64_t until_ms = tape_now_ms() + ANSWER_MS;
	const int fd = ask(port, "?DEVICES;\n");
	bool ended = false;
	size_t len = 0;

	buf[0] = '\0';
	if (fd < 0)
		return fd;
	while (!ended && !has_answer(buf) && len + 1 < size && is_ready(fd, POLLIN, until_ms))
		len = take(fd, buf, len, size, &ended);
	close(fd);
	return (int)len;
}

int gpsd_watch(int *fd, uint16_t port)
{
	if (*fd >= 0)
		close(*fd);
	/* "nmea": what a receiver that speaks NMEA says, to the letter; gpsd's own for others */
	*fd = ask(port, "?DEVICES;\n"
		  "?WATCH={\"enable\":true,\"json\":true,\"nmea\":true,\"pps\":true};\n");
	if (*fd >= 0)
		return 0;
	return *fd;
}

/* What the socket's buffer holds now: it is finite, and a flood fills it no further. */
int gpsd_said(int *fd, char *buf, size_t size)
{
	const int64_t until_ms = tape_now_ms() + ANSWER_MS;
	bool ended = false;
	size_t len = 0, before;

	buf[0] = '\0';
	if (*fd < 0)
		return -EBADF;
	do {
		before = len;
		len = take(*fd, buf, len, size, &ended);
	} while (!ended && len > before && len + 1 < size && tape_now_ms() < until_ms);
	close(*fd);
	*fd = -1;
	return (int)len;
}
