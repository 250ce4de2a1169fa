// SPDX-License-Identifier: GPL-2.0-or-later
/* feed's loop: what comes, and what is due each second. */
#include "feed.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

#include "../sys/signals.h"

#define EVENTS 64			/* taken at a time */

static int64_t clock_ns(clockid_t id)
{
	struct timespec t;

	clock_gettime(id, &t);
	return t.tv_sec * NS_PER_S + t.tv_nsec;
}

struct instant feed_now(void)
{
	return (struct instant){
		.real_ns = clock_ns(CLOCK_REALTIME),
		.mono_ns = clock_ns(CLOCK_MONOTONIC),
		.raw_ns = clock_ns(CLOCK_MONOTONIC_RAW),
	};
}

/* ---- what comes ---- */

static void take_event(struct feed *f, const struct source_event *e, const struct instant *now)
{
	struct feed_port *p = &f->ports[e->index % FEED_PORTS_MAX];

	if (e->index / FEED_PORTS_MAX != p->generation || p->pulse_gone)
		return;
	if (e->kind == SOURCE_EDGE) {
		struct sample samples[FEEDER_SAMPLES_MAX];

		feed_give(f, p, samples, feeder_edge(&p->feeder, &e->edge, now, samples));
	} else if (e->kind == SOURCE_GONE) {
		feed_lose_pulse(f, p, e->err);
	}
}

static void take_events(struct feed *f)
{
	struct source_event events[EVENTS];
	const ssize_t n = read(f->pipe[0], events, sizeof(events));
	const struct instant now = feed_now();

	for (size_t i = 0; n > 0 && i < (size_t)n / sizeof(events[0]) && !f->done; i++)
		take_event(f, &events[i], &now);
}

/* ---- what is due ---- */

/* Somebody disciplines the clock, and has told the kernel how well: adjtimex(2). */
static bool is_synchronised(struct feed *f)
{
	char text[64];

	if (probe_get(f->probe, "adjtimex:", text, sizeof(text)) <= 0)
		return false;
	return !(strtoul(text, NULL, 16) & STA_UNSYNC);
}

bool feed_is_silent(const struct feed *f, const struct feed_port *p, int64_t mono_ns)
{
	return f->o->timeout_s && mono_ns - p->fed_ns >= f->o->timeout_s * NS_PER_S;
}

static void tick_port(struct feed *f, struct feed_port *p, bool synchronised)
{
	struct instant now;

	feed_follow(f, p);
	feeder_clock(&p->feeder, synchronised);
	now = feed_now();
	p->seen = feeder_state(&p->feeder, &now);
	feed_tell_state(f, p);
	if (feed_is_silent(f, p, now.mono_ns))
		f->silent = f->done = true;
}

static void tick(struct feed *f)
{
	const int64_t now_ns = feed_now().mono_ns;
	bool synchronised;

	if (signals_asked())
		feed_tell_status(f);
	if (now_ns < f->tick_ns)
		return;
	f->tick_ns += NS_PER_S;
	if (f->tick_ns <= now_ns)	/* we were stopped, or a port took its time */
		f->tick_ns = now_ns + NS_PER_S;
	synchronised = is_synchronised(f);
	for (size_t i = 0; i < f->n && !f->done; i++)
		tick_port(f, &f->ports[i], synchronised);
}

/* ---- the loop ---- */

static int wait_ms(const struct feed *f)
{
	const int64_t left_ns = f->tick_ns - feed_now().mono_ns;

	return left_ns <= 0 ? 0 : (int)((left_ns + NS_PER_MS - 1) / NS_PER_MS);
}

static void begin(struct feed *f)
{
	const int64_t now_ns = feed_now().mono_ns;

	f->tick_ns = now_ns + NS_PER_S;
	for (size_t i = 0; i < f->n; i++)
		f->ports[i].fed_ns = now_ns;
}

void feed_loop(struct feed *f)
{
	struct pollfd fds[1 + FEED_PORTS_MAX];

	begin(f);
	while (!f->done && !f->out_err && !signals_seen()) {
		/* what is shown is on its way before we wait */
		if (fflush(stdout) == EOF) {
			f->out_err = -errno;
			break;
		}
		fds[0] = (struct pollfd){ .fd = f->pipe[0], .events = POLLIN };
		for (size_t i = 0; i < f->n; i++)
			fds[1 + i] = (struct pollfd){ .fd = f->ports[i].said.fd, .events = POLLIN };
		if (poll(fds, 1 + f->n, wait_ms(f)) > 0) {
			if (fds[0].revents)
				take_events(f);
			for (size_t i = 0; i < f->n && !f->done; i++)
				if (fds[1 + i].revents)
					feed_said_take(f, &f->ports[i]);
		}
		tick(f);
	}
}
