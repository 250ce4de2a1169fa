// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * gpsppsctl-hold FD: keep the ports of a handover attached until a hang-up, a
 * signal or a request ends it; then put back what attach has changed.  A port
 * that goes leaves the others to be held.
 *
 * attach has blocked SIGTERM, SIGINT and SIGHUP before it touched a port:
 * one that came meanwhile is still pending here, and none is ever lost.
 */
#include "hold.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "../sys/notify.h"

/* The watches of several ports share a wake-up when they are due so close together. */
#define TOGETHER_MS 1500

enum { FD_TTY, FD_CONTROL, FD_CLIENTS, FDS_PER_PORT = FD_CLIENTS + CLIENTS_MAX };

/* ---- end ---- */

static unsigned int count_held(struct holder *all)
{
	unsigned int n = 0;

	for (struct hold *hold = holder_next(all, NULL); hold; hold = holder_next(all, hold))
		n++;
	return n;
}

/* The code of the worst end is that of the whole. */
static void note_end(struct holder *all, int code)
{
	if (code > all->code)
		all->code = code;
}

static void end_all(struct holder *all, int code)
{
	note_end(all, code);
	notify_send("STOPPING=1");
	for (struct hold *hold = holder_next(all, NULL); hold; hold = holder_next(all, hold))
		note_end(all, hold_put_back(hold));
}

/* One of several, or the last. */
static void end_port(struct holder *all, struct hold *hold, bool is_gone)
{
	if (count_held(all) == 1)
		notify_send(is_gone ? "STOPPING=1\nSTATUS=the port went away" : "STOPPING=1");
	note_end(all, is_gone ? hold_gone(hold) : hold_put_back(hold));
}

/* ---- the loop ---- */

/* A slot of -1 is passed over by poll(2). */
static nfds_t fill_pollfds(const struct holder *all, struct pollfd *fds)
{
	nfds_t n = 0;

	fds[n++] = (struct pollfd) { .fd = all->signal_fd, .events = POLLIN };
	for (unsigned int i = 0; i < all->n; i++) {
		const struct hold *hold = &all->ports[i];
		struct pollfd *f = fds + n;
		const bool held = !hold->has_ended;

		/* events 0: only a hang-up.  Characters, which nobody here reads, wake nobody. */
		f[FD_TTY] = (struct pollfd) { .fd = held ? hold->h.tty_fd : -1 };
		f[FD_CONTROL] = (struct pollfd) { .fd = held ? hold->h.control_fd : -1,
						  .events = POLLIN };
		for (size_t c = 0; c < CLIENTS_MAX; c++)
			f[FD_CLIENTS + c] = (struct pollfd) { .fd = hold->clients[c].fd,
							      .events = POLLIN };
		n += FDS_PER_PORT;
	}
	return n;
}

/* One SIGCHLD may stand for several, and a port that has ended may have left one, too. */
static void reap_tasks(struct holder *all)
{
	for (unsigned int i = 0; i < all->n; i++)
		task_reap(&all->ports[i]);
}

/* A signal has come.  True, and it is noted whose it was, when it tells us to end. */
static bool has_signal(struct holder *all)
{
	struct signalfd_siginfo info;
	char who[EVENT_WHO_MAX] = "the terminal";
	const char *name;

	if (read(all->signal_fd, &info, sizeof(info)) != (ssize_t)sizeof(info))
		return false;
	if (info.ssi_signo == SIGCHLD) {
		reap_tasks(all);
		return false;
	}
	name = info.ssi_signo == SIGINT ? "SIGINT" : info.ssi_signo == SIGHUP ? "SIGHUP" : "SIGTERM";
	if (info.ssi_pid)	/* 0: the kernel's own, as by Ctrl-C */
		events_who((pid_t)info.ssi_pid, who, sizeof(who));
	for (struct hold *hold = holder_next(all, NULL); hold; hold = holder_next(all, hold))
		events_note(hold, "detached", "by %s from %s", name, who);
	return true;
}

static int sooner_ms(int a_ms, int b_ms)
{
	return b_ms == WAIT_FOR_EVER || (a_ms != WAIT_FOR_EVER && a_ms < b_ms) ? a_ms : b_ms;
}

static int timeout_ms(struct holder *all)
{
	int ms = WAIT_FOR_EVER;

	for (struct hold *hold = holder_next(all, NULL); hold; hold = holder_next(all, hold))
		ms = sooner_ms(ms, sooner_ms(meter_timeout_ms(hold), watch_timeout_ms(hold)));
	for (unsigned int i = 0; i < all->n; i++)
		ms = sooner_ms(ms, task_timeout_ms(&all->ports[i]));
	return ms;
}

/* Clients first: a newcomer may be given the place of one that has just spoken. */
static void serve(struct hold *hold, const struct pollfd *fds)
{
	for (size_t i = 0; i < CLIENTS_MAX && !hold->end; i++)
		if (fds[FD_CLIENTS + i].fd >= 0 && fds[FD_CLIENTS + i].revents)
			server_hear(hold, &hold->clients[i]);
	if (fds[FD_CONTROL].revents & POLLIN)
		server_accept(hold);
}

static void serve_ports(struct holder *all, const struct pollfd *fds)
{
	for (unsigned int i = 0; i < all->n; i++, fds += FDS_PER_PORT) {
		struct hold *hold = &all->ports[i];

		if (hold->has_ended)
			continue;
		if (!fds[FD_TTY].revents)
			serve(hold, fds);
		if (fds[FD_TTY].revents || hold->end)
			end_port(all, hold, fds[FD_TTY].revents);
	}
}

static void run_timers(struct holder *all)
{
	bool look = false;

	for (struct hold *hold = holder_next(all, NULL); hold; hold = holder_next(all, hold))
		look |= watch_timeout_ms(hold) == 0;
	for (struct hold *hold = holder_next(all, NULL); hold; hold = holder_next(all, hold)) {
		if (look && watch_timeout_ms(hold) < TOGETHER_MS) {
			watch_step(hold);
			metrics_write(hold);
		}
		if (meter_timeout_ms(hold) == 0)
			meter_step(hold);
	}
	for (unsigned int i = 0; i < all->n; i++)
		task_step(&all->ports[i]);
}

static void wait_failed(struct holder *all, int err)
{
	for (struct hold *hold = holder_next(all, NULL); hold; hold = holder_next(all, hold)) {
		hold_say(hold, "cannot wait: %s", strerror(err));
		events_note(hold, "detached", "by an error: cannot wait");
	}
	end_all(all, EXIT_TROUBLE);
}

static int run(struct holder *all)
{
	struct pollfd fds[1 + HANDOVER_PORTS_MAX * FDS_PER_PORT];

	while (count_held(all)) {
		if (poll(fds, fill_pollfds(all, fds), timeout_ms(all)) < 0) {
			if (errno != EINTR && errno != ENOMEM)
				wait_failed(all, errno);
			continue;
		}
		if (fds[0].revents & POLLIN && has_signal(all)) {
			end_all(all, EXIT_DONE);
		} else {
			serve_ports(all, fds + 1);
			run_timers(all);
		}
	}
	return all->code;
}

static void say_ready(const struct holder *all)
{
	const struct handover_port *first = &all->ports[0].h;
	char text[256];

	if (all->n == 1)
		snprintf(text, sizeof(text), "READY=1\nSTATUS=/dev/%s attached as %s%s%s",
			 first->tty, first->gps_link,
			 first->gps_link[0] && first->pps_link[0] ? ", " : "", first->pps_link);
	else
		snprintf(text, sizeof(text), "READY=1\nSTATUS=%u ports attached", all->n);
	notify_send(text);
}

int main(int argc, char **argv)
{
	static struct holder all;
	char *end;
	long fd = argc >= 2 ? strtol(argv[1], &end, 10) : -1;
	int err;

	if (argc < 2 || end == argv[1] || *end || fd <= STDERR_FILENO || fd > 65535) {
		fputs("gpsppsctl-hold: not a command of its own: gpsppsctl attach starts it\n",
		      stderr);
		return EXIT_TROUBLE;
	}
	err = holder_receive(&all, (int)fd);
	if (err) {
		fprintf(stderr, "gpsppsctl-hold: descriptor %ld is no handover: %s\n", fd,
			strerror(-err));
		return EXIT_TROUBLE;
	}
	err = holder_start(&all);
	if (err) {
		for (struct hold *hold = holder_next(&all, NULL); hold; hold = holder_next(&all, hold)) {
			hold_say(hold, "the holder cannot start: %s", strerror(-err));
			events_note(hold, "detached", "by an error: %s", strerror(-err));
		}
		end_all(&all, EXIT_TROUBLE);
		return all.code;
	}
	say_ready(&all);
	return run(&all);
}
