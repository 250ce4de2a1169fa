// SPDX-License-Identifier: GPL-2.0-or-later
/* Logs of earlier watches, from files or a pipe: the sources that they name, as fast as it goes. */
#include "watch.h"

#include <stdlib.h>
#include <string.h>

int watch_replay_open(struct watch *w, const char *path)
{
	struct watch_replay **more = realloc(w->replays, (w->n_replays + 1) *
					     sizeof(struct watch_replay *));
	struct watch_replay *r = calloc(1, sizeof(*r));
	int err;

	if (more)
		w->replays = more;
	if (!more || !r) {
		free(r);
		msg_error(NULL, "out of memory");
		return EXIT_TROUBLE;
	}
	w->replays[w->n_replays++] = r;
	r->name = strcmp(path, "-") ? path : "standard input";
	err = log_open(&r->log, path);
	if (!err)
		return 0;
	msg_error(r->name, "cannot open: %s", strerror(-err));
	return EXIT_TROUBLE;
}

/* The one that has this name in a log; a new one when there is none yet. */
static struct watch_source *find(struct watch *w, struct word name)
{
	struct watch_chosen chosen = { .what = WATCH_LOG };

	for (size_t i = 0; i < w->n; i++)
		if (w->v[i]->chosen.what == WATCH_LOG && word_is(name, w->v[i]->chosen.wish.name))
			return w->v[i];
	if (w->n == WATCH_MAX || name.len >= sizeof(chosen.wish.name))
		return NULL;
	memcpy(chosen.wish.name, name.s, name.len);
	strcpy(chosen.about, "a log");
	chosen.burst_begin_ms = chosen.burst_end_ms = chosen.load_percent = -1;
	chosen.wish.period_ns = w->o->period_ns;
	return watch_add(w, &chosen);
}

void watch_replay_take(struct watch *w, struct watch_replay *r)
{
	struct watch_source *s;
	struct word name;
	struct edge e;

	if (!log_fill(&r->log) && r->log.err)
		msg_error(r->name, "cannot read: %s", strerror(-r->log.err));
	while (!w->done && !w->out_err && log_next(&r->log, &e, &name)) {
		s = find(w, name);
		if (!s)
			continue;
		r->edges++;
		watch_log_edge(w, s, &e);
		watch_edge(w, s, &e);
	}
}

int watch_replay_judge(const struct watch_replay *r)
{
	const struct log *l = &r->log;
	const uint64_t left_out = l->bad + l->edges - r->edges;

	if (l->err)
		return EXIT_TROUBLE;
	if (r->edges && left_out)
		msg_error(r->name, "%llu lines are none of a log: left out",
			  (unsigned long long)left_out);
	if (r->edges && l->cut)
		msg_error(r->name, "its last line was cut: left out");
	if (r->edges)
		return EXIT_DONE;
	if (!l->bytes) {
		msg_error(r->name, "empty: not one edge");
		return EXIT_NO;
	}
	if (!left_out && !l->cut) {
		msg_error(r->name, "a log without an edge");
		return EXIT_NO;
	}
	msg_error(r->name, "is no log of gpsppsctl watch: no edge in %llu bytes",
		  (unsigned long long)l->bytes);
	return EXIT_TROUBLE;
}
