// SPDX-License-Identifier: GPL-2.0-or-later
/* watch: each pulse as it comes, judged, shown and written down. */
#include "watch.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../sys/signals.h"
#include "watch_screen.h"

/* ---- the end ---- */

static void say_silent(const struct watch *w, const struct watch_source *s)
{
	const struct watch_chosen *c = &s->chosen;

	if (c->what != WATCH_PPS || !watch_say_cause(w->ctx, c->port, w->o->timeout_s))
		msg_error(c->port, "no pulse for %ld s", w->o->timeout_s);
	if (c->what == WATCH_PPS)
		msg_hint("gpsppsctl diag %s", c->port);
	else if (c->what == WATCH_LINE && c->wish.line == LINE_DCD)
		msg_hint("gpsppsctl diag --active %s", c->port);
}

static void summarize(struct watch *w)
{
	for (size_t i = 0; i < w->n && !w->out_err; i++) {
		struct watch_source *s = w->v[i];

		if (s->begun)
			filter_estimate(&s->filter, s->work, &w->views[i].estimate);
		if (w->o->json)
			watch_json_summary(w, s);
		else
			watch_text_summary(w, s);
	}
}

static int judge(const struct watch *w)
{
	bool any = false, left = false;
	int code = EXIT_DONE;

	for (size_t i = 0; i < w->n_replays; i++) {
		const int one = w->done ? EXIT_DONE : watch_replay_judge(w->replays[i]);

		code = one > code ? one : code;
	}
	for (size_t i = 0; i < w->n; i++) {
		any = any || w->v[i]->on_time;
		left = left || !w->views[i].gone;
	}
	if (w->silent)
		return EXIT_NO;
	if (w->done && w->o->count)
		return EXIT_DONE;
	if (w->n && !left)
		return EXIT_GONE;
	return code || any ? code : EXIT_NO;
}

static int finish(struct watch *w)
{
	for (size_t i = 0; i < w->n; i++)
		watch_release(w, w->v[i], NULL);
	if (w->screen)
		screen_end();
	watch_stop(w);
	for (size_t i = 0; i < w->n && w->silent; i++)
		say_silent(w, w->v[i]);
	summarize(w);
	return judge(w);
}

/* ---- the command ---- */

static int add_all(struct watch *w, const struct watch_list *list)
{
	int code = 0;

	for (size_t i = 0; i < list->n && !code; i++) {
		const struct watch_chosen *c = &list->v[i];

		if (c->what == WATCH_LOG)
			code = watch_replay_open(w, c->wish.path);
		else if (!watch_add(w, c))
			code = EXIT_TROUBLE;
	}
	return code;
}

/* A log that comes through a pipe may still be being written: it is watched, not told at once. */
static bool is_file(const struct watch_replay *r)
{
	struct stat st;

	return fstat(r->log.fd, &st) < 0 || S_ISREG(st.st_mode);
}

static bool wants_screen(const struct watch *w)
{
	for (size_t i = 0; i < w->n_replays; i++)
		if (is_file(w->replays[i]))
			return false;
	return isatty(STDOUT_FILENO) && !w->o->json && !w->o->plain && !w->o->quiet;
}

static int work(struct watch *w, const struct watch_list *list)
{
	int code = add_all(w, list);

	if (!code)
		code = watch_files_open(w);
	if (!code && pipe2(w->pipe, O_CLOEXEC) < 0) {
		msg_error(NULL, "cannot make a pipe: %s", strerror(errno));
		code = EXIT_TROUBLE;
	}
	signals_catch();
	if (!code)
		code = watch_start(w);
	if (!code) {
		w->screen = wants_screen(w) && !screen_begin();
		w->log.mute = w->clockstats.mute = w->screen;
		watch_loop(w);
		code = finish(w);
	}
	watch_stop(w);
	return watch_files_close(w, code);
}

static int no_source(const struct ctx *ctx)
{
	bool cause;

	msg_error(NULL, "there is no source of pulses");
	cause = watch_say_cause(ctx, NULL, 0);
	msg_hint(cause ? "gpsppsctl diag" : "gpsppsctl attach PORT; or name an idle port: "
		 "gpsppsctl watch PORT");
	return cause ? EXIT_NO : EXIT_TROUBLE;
}

static int watch(const struct ctx *ctx, const struct watch_options *o)
{
	struct watch_list list = { 0 };
	struct watch *w = calloc(1, sizeof(*w));
	int code;

	if (!w) {
		msg_error(NULL, "out of memory");
		return EXIT_TROUBLE;
	}
	w->ctx = ctx;
	w->o = o;
	w->pipe[0] = w->pipe[1] = w->log.fd = w->clockstats.fd = -1;
	code = watch_choose(ctx, o, &list);
	if (!code)
		code = work(w, &list);
	else if (code == EXIT_NO)
		code = no_source(ctx);
	code = w->out_err == -EPIPE ? EXIT_DONE : finish_stdout(code);
	watch_free(w);
	free(w);
	watch_free_list(&list);
	return code;
}

static int run(const struct ctx *ctx, int argc, char **argv)
{
	struct watch_options o;
	int code = watch_parse_options(argc, argv, &o);

	if (code)
		return code;
	if (o.help) {
		watch_usage();
		return finish_stdout(EXIT_DONE);
	}
	if (o.last)
		return finish_stdout(watch_last(ctx, &o));
	/* "| head" has enough some day: ports are to be put back then */
	signal(SIGPIPE, SIG_IGN);
	code = watch(ctx, &o);
	signals_release();
	return code;
}

const struct cmd cmd_watch = {
	.name = "watch",
	.args = "[SOURCE...]",
	.help = "each pulse as it comes, judged",
	.run = run,
};
