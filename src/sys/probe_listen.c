// SPDX-License-Identifier: GPL-2.0-or-later
/* The live probe's ears: several ports at once, each put back as it was found. */
#include "probe_listen.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>

#include "../nmea.h"
#include "borrow.h"
#include "control.h"
#include "tape.h"

#define PORTS_MAX 64		/* one poll() takes them all */
#define SETTLE_NS (BORROW_SKIP_MS * INT64_C(1000000))

struct listener {
	struct listener *next;
	char tty[64];
	struct borrow port;
	struct tape tape;
	bool settled;		/* what comes is new */
	unsigned int steps;	/* towards that */
	int64_t step_ns;
	int err;		/* the port went away */
};

static struct listener **find(struct listener **list, const char *tty)
{
	while (*list && strcmp((*list)->tty, tty))
		list = &(*list)->next;
	return list;
}

static void drop(struct listener **at)
{
	struct listener *l = *at;

	*at = l->next;
	borrow_close(&l->port);
	tape_free(&l->tape);
	free(l);
}

/* "ttyS0/free/4800", "pts/3/held": the port's name may have slashes. */
static int parse(const char *arg, char *tty, size_t size, enum borrow_how *how,
		 unsigned int *baud)
{
	const char *at = strstr(arg, "/held");
	char *end;

	*how = BORROW_HELD;
	*baud = 0;
	if (!at) {
		at = strstr(arg, "/free/");
		if (!at)
			return -EINVAL;
		*how = BORROW_FREE;
		*baud = strtoul(at + strlen("/free/"), &end, 10);
		if (*end)
			return -EINVAL;
	}
	if (at == arg || (size_t)(at - arg) >= size)
		return -EINVAL;
	snprintf(tty, size, "%.*s", (int)(at - arg), arg);
	return 0;
}

/* Our holder, if it has one, keeps its hands off the port meanwhile. */
static int pause_holder(const char *tty, int *control)
{
	char reply[CONTROL_REPLY_MAX];
	int err;

	*control = control_open(tty);
	if (*control == -ENOENT) {
		*control = -1;
		return 0;
	}
	if (*control < 0)
		return *control;
	err = control_ask(*control, "pause", reply, sizeof(reply), CONTROL_TIMEOUT_MS);
	if (err)
		control_close(*control);
	return err;
}

static int begin_tape(struct listener *l)
{
	l->settled = false;
	l->steps = 0;
	l->step_ns = tape_now_ns();
	return tape_begin(&l->tape, " baud %u", l->port.baud);
}

static int open_port(struct listener *l, enum borrow_how how, unsigned int baud)
{
	int control = -1, err = 0;

	if (how == BORROW_HELD)
		err = pause_holder(l->tty, &control);
	if (!err)
		err = borrow_open(&l->port, l->tty, how, baud, control);
	if (err)
		return err;
	err = begin_tape(l);
	if (err)
		borrow_close(&l->port);
	return err;
}

/* The same port once more: only its speed can be meant. */
static int change_speed(struct listener *l, unsigned int baud)
{
	int err = borrow_set_baud(&l->port, baud);

	return err ? err : begin_tape(l);
}

static unsigned int count(const struct listener *list)
{
	unsigned int n = 0;

	for (; list; list = list->next)
		n++;
	return n;
}

int listen_begin(struct listener **list, const char *arg)
{
	enum borrow_how how;
	unsigned int baud;
	struct listener *l;
	char tty[64];
	int err = parse(arg, tty, sizeof(tty), &how, &baud);

	if (err)
		return err;
	l = *find(list, tty);
	if (l)
		return change_speed(l, baud);
	if (count(*list) == PORTS_MAX)
		return -EMFILE;
	l = calloc(1, sizeof(*l));
	if (!l)
		return -ENOMEM;
	strcpy(l->tty, tty);
	err = open_port(l, how, baud);
	if (err) {
		tape_free(&l->tape);
		free(l);
		return err;
	}
	l->next = *list;
	*list = l;
	return 0;
}

int listen_heard(struct listener **list, const char *arg, char *buf, size_t size)
{
	size_t len = strlen(arg);
	bool on = len > 3 && !strcmp(arg + len - 3, "/on");
	struct listener **at;
	char tty[64];
	int n;

	snprintf(tty, sizeof(tty), "%.*s", (int)(len - (on ? 3 : 0)), arg);
	at = find(list, tty);
	if (!*at)
		return -ENOENT;
	n = (*at)->err ? (*at)->err : tape_play(&(*at)->tape, buf, size);
	if (!on)
		drop(at);
	return n;
}

/* One question is allowed, which changes nothing: a Garmin's configuration. */
int listen_ask(struct listener *list, const char *arg)
{
	static const char question[] = "/$PGRMCE";
	const char *at = strstr(arg, question);
	char tty[64], line[32];
	struct listener *l;

	if (!at || at[strlen(question)])
		return -EINVAL;
	snprintf(tty, sizeof(tty), "%.*s", (int)(at - arg), arg);
	l = *find(&list, tty);
	if (!l)
		return -EAGAIN;
	nmea_format(line, sizeof(line), question + 2);
	return borrow_write(&l->port, line, strlen(line));
}

int listen_modem(struct listener *list, const char *tty, char *buf, size_t size)
{
	struct listener *l = *find(&list, tty);
	int lines;

	if (!l || l->port.how != BORROW_FREE)
		return -EAGAIN;
	if (ioctl(l->port.fd, TIOCMGET, &lines) < 0)
		return -errno;
	return snprintf(buf, size, "%d", (lines & TIOCM_CAR) != 0);
}

/* ---- while time passes ---- */

static void settle(struct listener *l)
{
	int more;

	if (l->settled || l->err || tape_now_ns() < l->step_ns)
		return;
	more = borrow_skip_step(&l->port);
	l->step_ns = tape_now_ns() + SETTLE_NS;
	l->steps++;
	if (more < 0) {
		l->err = more;
		return;
	}
	/* the first step only shows what had piled up */
	if (l->steps < 2 || (more && l->steps < BORROW_SKIP_STEPS_MAX))
		return;
	l->settled = true;
	tape_begin(&l->tape, " baud %u", l->port.baud);
}

void listen_settle(struct listener *list)
{
	for (; list; list = list->next)
		settle(list);
}

static void hear(struct listener *l)
{
	char buf[512];
	ssize_t n = borrow_read(&l->port, buf, sizeof(buf), 0);

	if (n < 0)
		l->err = (int)n;
	else if (n)
		tape_note_bytes(&l->tape, buf, n);
}

void listen_wait(struct listener *list, int64_t wait_ns)
{
	struct timespec wait = { wait_ns / 1000000000, wait_ns % 1000000000 };
	struct listener *who[PORTS_MAX];
	struct pollfd fds[PORTS_MAX];
	nfds_t n = 0;

	for (; list; list = list->next) {
		if (!list->settled || list->err)
			continue;
		who[n] = list;
		fds[n++] = (struct pollfd){ .fd = list->port.fd, .events = POLLIN };
	}
	if (ppoll(fds, n, &wait, NULL) <= 0)
		return;
	for (nfds_t i = 0; i < n; i++)
		if (fds[i].revents)
			hear(who[i]);
}

void listen_end_all(struct listener **list)
{
	while (*list)
		drop(list);
}
