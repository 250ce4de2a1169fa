// SPDX-License-Identifier: GPL-2.0-or-later
/* generate --loopback: the kernel's stamps of our pulses at another port's DCD. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "../sys/signals.h"
#include "generate.h"

#define PORT_SPEED B9600		/* nothing is read: any will do */
#define TELL_NS (10 * NS_PER_MS)	/* before the next pulse: to write of this one */
#define SILENT_NS (5 * NS_PER_S)
#define SILENT_PULSES 3

/* ---- the other port ---- */

static int attach(struct generate *g)
{
	struct generate_loopback *l = &g->loopback;
	const bool same = !strcmp(l->tty, g->tty);	/* a plug with RTS on its own DCD */
	int code = same ? 0 : generate_check_idle(g->probe, l->tty);
	int err;

	if (code)
		return code;
	l->port = (struct ppsport){ .tty = l->tty, .speed = PORT_SPEED, .no_sentences = true };
	err = ppsport_attach(g->probe, &l->port);
	if (!err) {
		memcpy(l->pps, l->port.pps, sizeof(l->pps));
		return 0;
	}
	msg_error(l->path, "cannot make a source of pulses of it: %s", strerror(-err));
	msg_hint("gpsppsctl attach %s says which step fails", l->path);
	return err == -ENXIO ? EXIT_GONE : EXIT_TROUBLE;
}

static int begin(struct generate_loopback *l)
{
	struct source_wish wish = { 0 };
	int err;

	snprintf(wish.name, sizeof(wish.name), "%s", l->pps);
	snprintf(wish.path, sizeof(wish.path), "/dev/%s", l->pps);
	err = pipe2(l->pipe, O_CLOEXEC) < 0 ? -errno : source_open(&l->source, &wish);
	if (!err)
		err = source_start(&l->source, 0, l->pipe[1]);
	if (!err)
		return 0;
	msg_error(l->pps, "cannot watch it: %s", strerror(-err));
	return EXIT_TROUBLE;
}

int generate_loopback_open(struct generate *g)
{
	struct generate_loopback *l = &g->loopback;
	int err, code = generate_find_port(g->o->loopback, l->tty, sizeof(l->tty));

	if (code)
		return code;
	snprintf(l->path, sizeof(l->path), "/dev/%s", l->tty);
	err = ppsdev_find(g->probe, l->tty, l->pps, sizeof(l->pps));
	if (err == -ENODEV)
		code = attach(g);
	else if (err)
		code = generate_lose(l->path, "find its source of pulses", err);
	return code ? code : begin(l);
}

void generate_loopback_close(struct generate *g)
{
	struct generate_loopback *l = &g->loopback;
	int err;

	source_stop(&l->source);
	for (int i = 0; i < 2; i++)
		if (l->pipe[i] >= 0)
			close(l->pipe[i]);
	err = l->err ? 0 : ppsport_put_back(&l->port);
	if (err)
		msg_error(l->path, "cannot put the port back: %s", strerror(-err));
}

/* ---- what comes ---- */

static int wait_ms(int64_t until_mono_ns)
{
	struct clocks now;

	pulseout_clocks(&now);
	return until_mono_ns <= now.mono_ns ? 0 : (int)((until_mono_ns - now.mono_ns) / NS_PER_MS);
}

/* The next event before then; a signal ends the wait. */
static bool take_event(struct generate_loopback *l, int64_t until_mono_ns,
		       struct source_event *event)
{
	struct pollfd pfd = { .fd = l->pipe[0], .events = POLLIN };

	return !l->err && !signals_seen() && poll(&pfd, 1, wait_ms(until_mono_ns)) == 1 &&
	       read(l->pipe[0], event, sizeof(*event)) == (ssize_t)sizeof(*event);
}

/* Nearer to the pulse's beginning than to its end: of either kind, as a cable may invert it. */
static bool is_it(const struct generate_options *o, const struct generate_pulse *p,
		  const struct edge *e)
{
	const int64_t low_ns = o->period_ns - o->width_ns;
	const int64_t near_ns = (o->width_ns < low_ns ? o->width_ns : low_ns) / 2;
	const int64_t from_ns = e->time_ns - p->due_ns;

	return from_ns > -near_ns && from_ns < near_ns;
}

void generate_listen(struct generate *g, struct generate_pulse *p)
{
	const int64_t until_ns = p->mono_ns + g->o->period_ns - g->train.margin_ns - TELL_NS;
	struct generate_loopback *l = &g->loopback;
	struct source_event event;

	if (!p->made)
		return;
	while (!p->arrived && take_event(l, until_ns, &event)) {
		if (event.kind == SOURCE_GONE)
			l->err = event.err;
		if (event.kind != SOURCE_EDGE || !is_it(g->o, p, &event.edge))
			continue;
		p->arrived = true;
		p->arrived_ns = event.edge.time_ns - p->due_ns;
		p->edge = event.edge.which;
	}
	l->unheard = p->arrived ? 0 : l->unheard + 1;
	if (!p->arrived)
		return;
	l->edges[p->edge]++;
	pulsetally_add(&l->arrivals, p->arrived_ns);
}

/* ---- nothing comes ---- */

bool generate_is_silent(const struct generate *g)
{
	const unsigned int unheard = g->loopback.unheard;

	return unheard >= SILENT_PULSES && unheard * g->o->period_ns >= SILENT_NS;
}

int generate_say_silent(const struct generate *g)
{
	const struct generate_loopback *l = &g->loopback;
	const char *line = g->o->line == TIOCM_RTS ? "RTS" : "DTR";

	msg_error(g->path, "no pulse arrived at %s in %.0f s: is %s of %s wired to DCD of %s?",
		  l->path, (double)l->unheard * (double)g->o->period_ns / NS_PER_S, line, g->path,
		  l->path);
	if (l->port.tty)
		msg_hint("gpsppsctl attach --pulse-only %s; then, while this runs: gpsppsctl diag %s",
			 l->path, l->path);
	else
		msg_hint("gpsppsctl diag %s", l->path);
	return EXIT_NO;
}
