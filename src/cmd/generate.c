// SPDX-License-Identifier: GPL-2.0-or-later
/* generate: a pulse on RTS or DTR at each second of the system clock. */
#include "generate.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../sys/probe.h"
#include "../sys/signals.h"

/* ---- the train ---- */

static void tell(struct generate *g, const struct generate_pulse *p)
{
	if (g->o->quiet)
		return;
	if (g->o->json)
		generate_json_pulse(g, p);
	else
		generate_text_pulse(g, p);
}

static void count(struct generate *g, const struct generate_pulse *p)
{
	if (!p->made)
		return;
	pulsetally_add(&g->offsets, p->offset_ns);
	pulsetally_add(&g->brackets, p->bracket_ns);
}

static bool is_done(const struct generate *g)
{
	return signals_seen() || g->out_err || g->loopback.err || generate_is_silent(g) ||
	       (g->o->count && g->offsets.n >= (uint64_t)g->o->count);
}

/* 0 or -errno of the port. */
static int make_train(struct generate *g)
{
	struct generate_pulse p;
	struct clocks now;
	int err = 0;

	pulseout_clocks(&now);
	pulsetrain_begin(&g->train, now);
	while (!err && !is_done(g)) {
		err = generate_make(g, &p);
		if (err)
			break;
		if (g->o->loopback)
			generate_listen(g, &p);
		count(g, &p);
		tell(g, &p);
		pulseout_clocks(&now);
		pulsetrain_next(&g->train, now, p.made);
	}
	return err == -EINTR ? 0 : err;
}

/* ---- the command ---- */

static int judge(const struct generate *g, int err)
{
	const struct generate_loopback *l = &g->loopback;

	if (err)
		return generate_lose(g->path, "move its line", err);
	if (l->err)
		return generate_lose(l->path, "watch it", l->err);
	if (g->o->loopback && g->offsets.n && (generate_is_silent(g) || !l->arrivals.n))
		return generate_say_silent(g);
	return EXIT_DONE;
}

static int work(struct generate *g)
{
	int err, err_back;

	/* what listens needs no priority: its stamps are the kernel's */
	realtime_begin(&g->realtime, (int)g->o->priority, (int32_t)g->o->wakeup_latency_us);
	if (g->o->json && !g->o->quiet)
		generate_json_begin(g);
	else if (!g->o->quiet)
		generate_text_begin(g);
	err = make_train(g);
	err_back = pulseout_close(&g->out);
	if (err_back && !err)
		msg_error(g->path, "cannot put the port back: %s", strerror(-err_back));
	realtime_end(&g->realtime);
	if (!g->out_err && g->o->json)
		generate_json_summary(g);
	else if (!g->out_err)
		generate_text_summary(g);
	return judge(g, err);
}

static int open_all(struct generate *g)
{
	int code = generate_find_port(g->o->port, g->tty, sizeof(g->tty));

	if (code)
		return code;
	snprintf(g->path, sizeof(g->path), "/dev/%s", g->tty);
	snprintf(g->name, sizeof(g->name), "%s:%s", g->tty, generate_line_name(g->o->line));
	code = generate_check_idle(g->probe, g->tty);
	signals_catch();
	if (!code && g->o->loopback)
		code = generate_loopback_open(g);
	return code ? code : generate_open(g);
}

static int generate(const struct generate_options *o)
{
	struct generate *g = calloc(1, sizeof(*g));
	int code = EXIT_TROUBLE;

	if (g)
		g->probe = probe_open_live();
	if (!g || !g->probe) {
		msg_error(NULL, "out of memory");
		free(g);
		return EXIT_TROUBLE;
	}
	g->o = o;
	g->out.fd = g->loopback.port.fd = g->loopback.pipe[0] = g->loopback.pipe[1] = -1;
	g->train.period_ns = o->period_ns;
	g->train.phase_ns = o->phase_ns;
	g->train.late_ns = o->late_ns;
	code = open_all(g);
	if (!code)
		code = work(g);
	pulseout_close(&g->out);
	generate_loopback_close(g);
	code = g->out_err == -EPIPE ? EXIT_DONE : finish_stdout(code);
	probe_close(g->probe);
	free(g);
	return code;
}

static int run(const struct ctx *ctx, int argc, char **argv)
{
	struct generate_options o;
	int code = generate_parse_options(argc, argv, &o);

	(void)ctx;
	if (code)
		return code;
	if (o.help) {
		generate_usage();
		return finish_stdout(EXIT_DONE);
	}
	/* "| head" has enough some day: the line is to be low then */
	signal(SIGPIPE, SIG_IGN);
	code = generate(&o);
	signals_release();
	return code;
}

const struct cmd cmd_generate = {
	.name = "generate",
	.args = "PORT",
	.help = "a pulse per second on RTS or DTR",
	.run = run,
};
