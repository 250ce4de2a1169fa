// SPDX-License-Identifier: GPL-2.0-or-later
/* watch's loop: what comes, what is due, what is typed. */
#include "watch.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "../sys/signals.h"
#include "watch_screen.h"

#define EVENTS 64			/* taken at a time */
#define WAIT_MAX_MS 1000
#define DRAW_NS NS_PER_S

static int64_t clock_ns(clockid_t id)
{
	struct timespec t;

	clock_gettime(id, &t);
	return t.tv_sec * NS_PER_S + t.tv_nsec;
}

int64_t watch_now_ns(void)
{
	return clock_ns(CLOCK_MONOTONIC);
}

int64_t watch_real_ns(void)
{
	return clock_ns(CLOCK_REALTIME);
}

/* ---- what comes ---- */

static void take_event(struct watch *w, const struct source_event *e)
{
	struct watch_source *s = w->v[e->index];

	if (e->lines >= 0)
		w->views[e->index].lines = e->lines;
	switch (e->kind) {
	case SOURCE_EDGE:
		watch_log_edge(w, s, &e->edge);
		watch_edge(w, s, &e->edge);
		break;
	case SOURCE_GONE:
		watch_lose(w, s, e->err);
		break;
	case SOURCE_LINES:
		break;
	}
}

static void take_events(struct watch *w)
{
	struct source_event events[EVENTS];
	const ssize_t n = read(w->pipe[0], events, sizeof(events));

	for (size_t i = 0; n > 0 && i < (size_t)n / sizeof(events[0]) && !w->done; i++)
		take_event(w, &events[i]);
}

/* ---- what is due ---- */

static void earlier(int64_t *due_ns, int64_t ns)
{
	if (ns < *due_ns)
		*due_ns = ns;
}

static int wait_ms(const struct watch *w, int64_t now_ns)
{
	int64_t due_ns = now_ns + WAIT_MAX_MS * NS_PER_MS;

	if (w->o->timeout_s)
		earlier(&due_ns, w->heard_ns + w->o->timeout_s * NS_PER_S);
	if (w->screen)
		earlier(&due_ns, w->draw_ns);
	for (size_t i = 0; i < w->n; i++)
		if (w->v[i]->n_held)
			earlier(&due_ns, w->v[i]->held_until_ns);
	return due_ns <= now_ns ? 0 : (int)((due_ns - now_ns + NS_PER_MS - 1) / NS_PER_MS);
}

/* A log has a time of its own, which goes on from its newest edge. */
static int64_t shown_time_ns(const struct watch *w, int64_t now_ns)
{
	return w->n_replays && w->shown_ns ? w->shown_ns + now_ns - w->heard_ns : watch_real_ns();
}

static void draw(struct watch *w, int64_t now_ns)
{
	const int64_t real_ns = shown_time_ns(w, now_ns);

	/* a pulse may be late by less than a second before its second counts as empty */
	for (size_t i = 0; i < w->n; i++)
		if (w->v[i]->waiting || w->n_replays)
			watch_strip_until(w, w->v[i], real_ns / NS_PER_S - 1);
	screen_draw(w->views, w->n, real_ns);
	w->draw_ns = now_ns + DRAW_NS - real_ns % NS_PER_S + NS_PER_S / 2;
	if (w->draw_ns > now_ns + DRAW_NS)
		w->draw_ns -= DRAW_NS;
}

static void tick(struct watch *w)
{
	const int64_t now_ns = watch_now_ns();

	for (size_t i = 0; i < w->n; i++)
		if (w->v[i]->n_held && now_ns >= w->v[i]->held_until_ns)
			watch_release(w, w->v[i], NULL);
	watch_files_tick(w, now_ns);
	if (w->o->timeout_s && w->n_waiting && now_ns - w->heard_ns >= w->o->timeout_s * NS_PER_S)
		w->silent = w->done = true;
	if (w->screen && now_ns >= w->draw_ns)
		draw(w, now_ns);
}

static void take_key(struct watch *w)
{
	switch (screen_key()) {
	case SCREEN_QUIT:
		w->done = true;
		break;
	case SCREEN_DRAW:
		draw(w, watch_now_ns());
		break;
	case SCREEN_NOTHING:
		break;
	}
}

/* ---- the loop ---- */

/* The pipe, the keys, each port's sentences, each log: their places are fixed. */
static size_t fill(const struct watch *w, struct pollfd *fds)
{
	size_t n = 0;

	fds[n++] = (struct pollfd){ .fd = w->pipe[0], .events = POLLIN };
	fds[n++] = (struct pollfd){ .fd = w->screen ? screen_fd() : -1, .events = POLLIN };
	for (size_t i = 0; i < w->n_replays; i++)
		fds[n++] = (struct pollfd){ .fd = w->replays[i]->log.fd, .events = POLLIN };
	for (size_t i = 0; i < w->n; i++)
		fds[n++] = (struct pollfd){ .fd = w->v[i]->said.port.fd, .events = POLLIN };
	return n;
}

static void take(struct watch *w, const struct pollfd *fds)
{
	const size_t n = w->n;	/* a log adds to them */
	size_t at = 2;

	if (fds[0].revents)
		take_events(w);
	for (size_t i = 0; i < w->n_replays; i++)
		if (fds[at++].revents && !w->done)
			watch_replay_take(w, w->replays[i]);
	for (size_t i = 0; i < n; i++)
		if (fds[at++].revents && !w->done && w->v[i]->said.port.fd >= 0)
			watch_said_take(w, w->v[i]);
	if (w->screen)
		take_key(w);
}

static bool is_over(const struct watch *w)
{
	for (size_t i = 0; i < w->n_replays; i++)
		if (w->replays[i]->log.fd >= 0)
			return false;
	return !w->n_waiting;
}

void watch_loop(struct watch *w)
{
	/* a log's sources have no descriptor, but a place */
	static struct pollfd fds[2 + 2 * WATCH_MAX];
	int timeout_ms;

	w->heard_ns = watch_now_ns();
	while (!w->done && !w->out_err && !signals_seen() && !is_over(w)) {
		const size_t n = fill(w, fds);

		timeout_ms = wait_ms(w, watch_now_ns());
		/* what is shown is on its way before we wait */
		if (timeout_ms && !w->screen && fflush(stdout) == EOF && !w->out_err)
			w->out_err = -errno;
		if (poll(fds, n, timeout_ms) > 0)
			take(w, fds);
		else if (w->screen)
			take_key(w);
		tick(w);
	}
}
