// SPDX-License-Identifier: GPL-2.0-or-later
/* watch's sources: opened, started, lost and given back. */
#include "watch.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct watch_source *out_of_memory(void)
{
	msg_error(NULL, "out of memory");
	return NULL;
}

static void free_source(struct watch_source *s)
{
	free(s->ring);
	free(s->sorted);
	free(s->work);
	free(s);
}

static void fill_view(struct view_source *view, const struct watch_source *s)
{
	const struct watch_chosen *c = &s->chosen;

	memset(view, 0, sizeof(*view));
	view->name = c->wish.name;
	view->about = c->about;
	view->off = c->off[0] ? c->off : NULL;
	view->width_ns = -1;
	view->lines = -1;
	view->load_percent = c->load_percent;
	view->burst_begin_ms = c->burst_begin_ms;
	view->burst_end_ms = c->burst_end_ms;
	view->period_ns = c->wish.period_ns;
	view->begun_ns = c->what == WATCH_LOG ? 0 : watch_real_ns();
}

/* Room for one more of them, and of what is shown. */
static bool make_room(struct watch *w)
{
	struct watch_source **v = realloc(w->v, (w->n + 1) * sizeof(struct watch_source *));
	struct view_source *views;

	if (!v)
		return false;
	w->v = v;
	views = realloc(w->views, (w->n + 1) * sizeof(*views));
	if (!views)
		return false;
	w->views = views;
	return true;
}

struct watch_source *watch_add(struct watch *w, const struct watch_chosen *chosen)
{
	struct watch_source *s = calloc(1, sizeof(*s));
	const size_t width = strlen(chosen->wish.name);

	if (!s)
		return out_of_memory();
	s->ring = calloc(w->o->length, sizeof(*s->ring));
	s->sorted = calloc(w->o->length, sizeof(*s->sorted));
	s->work = calloc(w->o->length, sizeof(*s->work));
	if (!s->ring || !s->sorted || !s->work || !make_room(w)) {
		free_source(s);
		return out_of_memory();
	}
	s->chosen = *chosen;
	s->said.port.fd = s->said.port.control = -1;
	s->said.fix_kind = s->said.satellites = -1;
	s->index = w->n;
	fill_view(&w->views[w->n], s);
	w->v[w->n++] = s;
	if (width > w->name_width)
		w->name_width = width;
	return s;
}

static int cannot_open(const struct watch_chosen *c, int err)
{
	if (c->what == WATCH_LINE && (err == -ENOTTY || err == -EINVAL))
		msg_error(c->wish.path, "it has no modem lines: %s", strerror(-err));
	else
		msg_error(c->wish.path, "cannot watch it: %s", strerror(-err));
	if (err == -EACCES || err == -EPERM)
		msg_hint("run it as root (sudo), or join the group that owns it: ls -l %s",
			 c->wish.path);
	else if (err == -EBUSY)
		msg_hint("another program has it for itself alone");
	return err == -ENODEV || err == -ENXIO || err == -EIO ? EXIT_GONE : EXIT_TROUBLE;
}

/* How the edges are seen, and what a daemon has switched off: once, before the first pulse. */
static void announce(struct watch_source *s)
{
	static const struct {
		const struct source_kind *kind;
		const char *text;
	} kinds[] = {
		{ &source_pps, "kernel stamps" }, { &source_sysfs, "kernel stamps, by sysfs" },
		{ &source_miwait, "TIOCMIWAIT" }, { &source_poll, "polled" },
		{ &source_gpio, "kernel stamps" },
	};
	char *about = s->chosen.about;
	const size_t len = strlen(about);

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (s->source.kind == kinds[i].kind)
			snprintf(about + len, sizeof(s->chosen.about) - len, "%s%s", len ? ", " : "",
				 kinds[i].text);
	if (s->chosen.off[0])
		msg_error(s->chosen.wish.name, "%s", s->chosen.off);
}

static int start_one(struct watch *w, struct watch_source *s)
{
	struct watch_chosen *c = &s->chosen;
	int code, err = source_open(&s->source, &c->wish);

	if (err)
		return cannot_open(c, err);
	code = c->what == WATCH_LINE ? watch_said_open(w, s) : 0;
	if (code)
		return code;
	err = source_start(&s->source, (unsigned int)s->index, w->pipe[1]);
	if (err)
		return cannot_open(c, err);
	s->by = s->source.kind->by;
	s->waiting = true;
	w->n_waiting++;
	announce(s);
	return 0;
}

int watch_start(struct watch *w)
{
	int code = 0;

	for (size_t i = 0; i < w->n && !code; i++)
		code = start_one(w, w->v[i]);
	return code;
}

void watch_lose(struct watch *w, struct watch_source *s, int err)
{
	watch_release(w, s, NULL);
	w->views[s->index].gone = true;
	if (!s->waiting)
		return;
	s->waiting = false;
	w->n_waiting--;
	if (w->screen)
		return;
	if (err == -ENODEV || err == -EIO || err == -ENXIO || err == -ENOENT)
		msg_error(s->chosen.port, "it went away");
	else
		msg_error(s->chosen.port, "cannot watch it any more: %s", strerror(-err));
}

void watch_stop(struct watch *w)
{
	for (size_t i = 0; i < w->n; i++) {
		source_stop(&w->v[i]->source);
		borrow_close(&w->v[i]->said.port);
	}
}

void watch_free(struct watch *w)
{
	for (size_t i = 0; i < w->n; i++)
		free_source(w->v[i]);
	for (size_t i = 0; i < w->n_replays; i++) {
		log_close(&w->replays[i]->log);
		free(w->replays[i]);
	}
	free(w->replays);
	free(w->views);
	free(w->v);
}
