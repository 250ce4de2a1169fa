// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The control socket: lines in, lines out.  A client that is slow, silent,
 * gone or talks nonsense costs nobody but itself.
 */
#include "hold.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../sys/control.h"
#include "../sys/tty.h"

pid_t server_peer(const struct client *client)
{
	struct ucred peer;
	socklen_t len = sizeof(peer);

	return getsockopt(client->fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) < 0 ? 0 : peer.pid;
}

/* Whoever had the port may have left it in raw mode, at another speed. */
static void end_pause(struct hold *hold)
{
	struct termios now;

	hold->pauser = NULL;
	if (tcgetattr(hold->h.tty_fd, &now) == 0 && !tty_mode_equal(&now, &hold->h.mode))
		tty_set_mode(hold->h.tty_fd, &hold->h.mode);
}

static void drop(struct hold *hold, struct client *client)
{
	if (hold->pauser == client)
		end_pause(hold);
	if (hold->detacher == client)
		hold->detacher = NULL;
	close(client->fd);
	client->fd = -1;
}

/* Replies are far smaller than a socket's buffer: what does not fit is not awaited. */
static void reply(struct hold *hold, struct client *client, const char *text, size_t n)
{
	if (send(client->fd, text, n, MSG_NOSIGNAL | MSG_DONTWAIT) != (ssize_t)n)
		drop(hold, client);
}

static void reply_text(struct hold *hold, struct client *client, const char *text)
{
	reply(hold, client, text, strlen(text));
}

/* ---- requests ---- */

static void do_status(struct hold *hold, struct client *client, const char *arg)
{
	char text[CONTROL_REPLY_MAX];

	(void)arg;
	reply(hold, client, text, status_write(hold, text, sizeof(text)));
}

static void do_pause(struct hold *hold, struct client *client, const char *arg)
{
	(void)arg;
	if (hold->pauser && hold->pauser != client) {
		reply_text(hold, client, "error somebody else works on the port\n\n");
		return;
	}
	hold->pauser = client;
	reply_text(hold, client, "ok\n\n");
}

static void do_resume(struct hold *hold, struct client *client, const char *arg)
{
	(void)arg;
	if (hold->pauser != client) {
		reply_text(hold, client, "error it was not you who paused\n\n");
		return;
	}
	end_pause(hold);
	reply_text(hold, client, "ok\n\n");
}

/* The receiver was told another speed, and was heard at it: from now on that one is kept. */
static void keep_speed(struct hold *hold, struct client *client, unsigned int baud,
		       const struct termios *now)
{
	char who[EVENT_WHO_MAX];

	events_who(server_peer(client), who, sizeof(who));
	if (baud != hold->h.baud)
		events_note(hold, "speed", "%u -> %u baud, the receiver's as well, by %s",
			    hold->h.baud, baud, who);
	hold->h.baud = baud;
	/* as the port has it; not by cfsetospeed(): each page counts in the holder */
	hold->h.mode.c_cflag = (hold->h.mode.c_cflag & ~(tcflag_t)CBAUD) | (now->c_cflag & CBAUD);
	/* glibc's copies of it; musl has none, nor has glibc on MIPS */
#if defined(_HAVE_STRUCT_TERMIOS_C_ISPEED) && _HAVE_STRUCT_TERMIOS_C_ISPEED
	hold->h.mode.c_ispeed = now->c_ispeed;
	hold->h.mode.c_ospeed = now->c_ospeed;
#endif
	hold->watch.speed = tty_speed(baud);
	meter_again(hold);
}

static void do_speed(struct hold *hold, struct client *client, const char *arg)
{
	struct termios now;
	char *end;
	unsigned long baud = strtoul(arg, &end, 10);

	if (hold->pauser != client)
		reply_text(hold, client, "error it was not you who paused\n\n");
	else if (*end || baud > UINT_MAX || tty_speed((unsigned int)baud) == B0)
		reply_text(hold, client, "error there is no such speed\n\n");
	else if (tcgetattr(hold->h.tty_fd, &now) < 0 ||
		 cfgetospeed(&now) != tty_speed((unsigned int)baud))
		reply_text(hold, client, "error the port has another speed\n\n");
	else {
		keep_speed(hold, client, (unsigned int)baud, &now);
		reply_text(hold, client, "ok\n\n");
	}
}

/* Answered by server_end(), when it is done. */
static void do_detach(struct hold *hold, struct client *client, const char *arg)
{
	char who[EVENT_WHO_MAX];

	(void)arg;
	events_who(server_peer(client), who, sizeof(who));
	events_note(hold, "detached", "by request of %s", who);
	hold->detacher = client;
	hold->end = true;
}

static const struct request {
	const char *word;		/* with a blank behind it: a value follows */
	void (*run)(struct hold *hold, struct client *client, const char *arg);
} requests[] = {
	{ "status", do_status },
	{ "pause", do_pause },
	{ "resume", do_resume },
	{ "speed ", do_speed },
	{ "detach", do_detach },
};

static void run_request(struct hold *hold, struct client *client, const char *line)
{
	for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
		const size_t n = strlen(requests[i].word);

		if (strncmp(line, requests[i].word, n) ||
		    (line[n] && requests[i].word[n - 1] != ' '))
			continue;
		requests[i].run(hold, client, line + n);
		return;
	}
	reply_text(hold, client, "error unknown request\n\n");
}

/* Run the whole lines in a client's buffer; keep the rest. */
static void run_lines(struct hold *hold, struct client *client)
{
	char *nl;

	while (client->fd >= 0 && !hold->end &&
	       (nl = memchr(client->request, '\n', client->n)) != NULL) {
		const size_t len = (size_t)(nl - client->request) + 1;
		char line[REQUEST_MAX];

		memcpy(line, client->request, len);
		line[len - 1] = '\0';
		client->n -= len;
		memmove(client->request, nl + 1, client->n);
		run_request(hold, client, line);
	}
}

void server_hear(struct hold *hold, struct client *client)
{
	ssize_t n = recv(client->fd, client->request + client->n,
			 sizeof(client->request) - client->n, MSG_DONTWAIT);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		drop(hold, client);
		return;
	}
	client->heard_ns = hold_now_ns();
	client->n += (size_t)n;
	run_lines(hold, client);
	if (client->fd >= 0 && client->n == sizeof(client->request)) {
		reply_text(hold, client, "error the line is too long\n\n");
		if (client->fd >= 0)
			drop(hold, client);
	}
}

/* A free place; when all are taken, that of the client which is silent for longest. */
static struct client *find_place(struct hold *hold)
{
	struct client *silent = NULL;

	for (size_t i = 0; i < CLIENTS_MAX; i++) {
		struct client *c = &hold->clients[i];

		if (c->fd < 0)
			return c;
		if (c != hold->pauser && (!silent || c->heard_ns < silent->heard_ns))
			silent = c;
	}
	drop(hold, silent);	/* there is one: only one client can pause */
	return silent;
}

void server_accept(struct hold *hold)
{
	int fd = accept4(hold->h.control_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	struct client *client;

	if (fd < 0)
		return;		/* it has gone away again */
	client = find_place(hold);
	client->fd = fd;
	client->n = 0;
	client->heard_ns = hold_now_ns();
}

void server_end(struct hold *hold)
{
	if (hold->detacher)
		reply_text(hold, hold->detacher, "ok\n\n");
	for (size_t i = 0; i < CLIENTS_MAX; i++) {
		if (hold->clients[i].fd >= 0)
			close(hold->clients[i].fd);
		hold->clients[i].fd = -1;
	}
	close(hold->h.control_fd);
	hold->pauser = hold->detacher = NULL;
}
