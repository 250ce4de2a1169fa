// SPDX-License-Identifier: GPL-2.0-or-later
/* feed: pulses and seconds to ntpd, NTPsec or chrony.  Choose, open, feed, put back. */
#include "feed.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "../sys/capabilities.h"
#include "../sys/notify.h"
#include "../sys/signals.h"

/* ---- no two ports of one thing ---- */

static bool shares_shm(const struct feed_chosen *a, const struct feed_chosen *b)
{
	return a->shm >= 0 && b->shm >= 0 && a->shm <= b->shm + (b->mode == FEED_BOTH) &&
	       b->shm <= a->shm + (a->mode == FEED_BOTH);
}

static int check_pair(const struct feed_chosen *a, const struct feed_chosen *b)
{
	if (!strcmp(a->port, b->port)) {
		msg_error(b->port, "given twice");
		return usage_error("feed");
	}
	if (shares_shm(a, b)) {
		msg_error(b->port, "unit %u: its shared memory is that of %s already", b->unit,
			  a->port);
		msg_hint("give each its unit in " UNITTAB_PATH);
		return EXIT_TROUBLE;
	}
	return 0;
}

static int check_distinct(const struct feed *f)
{
	int code = 0;

	for (size_t i = 0; i < f->n; i++)
		for (size_t k = 0; k < i && !code; k++)
			code = check_pair(&f->ports[k].chosen, &f->ports[i].chosen);
	return code;
}

/* ---- open ---- */

static int choose_all(struct feed *f)
{
	int code = 0;

	for (size_t i = 0; i < f->n && !code; i++) {
		code = feed_look(f, i, false, &f->ports[i].chosen);
		f->ports[i].was_held = f->ports[i].chosen.is_held;
	}
	return code ? code : check_distinct(f);
}

/* Nobody has it yet: by a holder of our own, which we then join like any other. */
static int hold(struct feed *f, struct feed_port *p)
{
	int code;

	if (!p->chosen.needs_holder)
		return 0;
	code = feed_attach(f, p);
	if (!code && !signals_seen())
		code = feed_look(f, p->nth, false, &p->chosen);
	return code;
}

static int open_port(struct feed *f, struct feed_port *p)
{
	int code = hold(f, p);

	if (code || signals_seen())
		return code;
	code = feed_open_targets(f, p);
	if (!code && p->chosen.has_sentences)
		code = feed_open_said(f, p, false);
	return code;
}

static int start_port(struct feed *f, struct feed_port *p)
{
	int code = p->chosen.has_pulse ? feed_open_pulse(f, p, false) : 0;

	return code ? code : feed_begin_feeder(f, p);
}

/* A holder of our own may have to be started once more, and needs them then. */
static void drop_capabilities(const struct feed *f)
{
	for (size_t i = 0; i < f->n; i++)
		if (f->ports[i].holder)
			return;
	/* the memory of a thread that begins later is to be locked, too */
	capabilities_keep(CAPABILITY(CAP_IPC_LOCK));
}

static int open_all(struct feed *f)
{
	int code = 0;

	for (size_t i = 0; i < f->n && !code && !signals_seen(); i++)
		code = open_port(f, &f->ports[i]);
	if (code || signals_seen())
		return code;
	/* the threads of the sources begin as this one is */
	realtime_begin(&f->realtime, (int)f->o->priority, (int32_t)f->o->wakeup_latency_us);
	drop_capabilities(f);
	for (size_t i = 0; i < f->n && !code && !signals_seen(); i++)
		code = start_port(f, &f->ports[i]);
	return code;
}

/* ---- the end ---- */

static int finish(struct feed *f)
{
	const struct instant now = feed_now();
	char text[256];

	notify_send("STOPPING=1");
	for (size_t i = 0; i < f->n && f->silent; i++) {
		struct feed_port *p = &f->ports[i];

		if (!feed_is_silent(f, p, now.mono_ns))
			continue;
		feeder_tell(&p->feeder, p->seen, &now, text, sizeof(text));
		msg_error(p->chosen.port, "nothing was fed for %ld s: %s", f->o->timeout_s, text);
	}
	feed_tell_summary(f);
	return f->silent ? EXIT_NO : f->code;
}

static int feed_all(struct feed *f)
{
	int code = choose_all(f);

	if (!code && pipe2(f->pipe, O_CLOEXEC) < 0) {
		msg_error(NULL, "cannot make a pipe: %s", strerror(errno));
		code = EXIT_TROUBLE;
	}
	if (code)
		return code;
	signals_catch();
	signals_catch_asking();
	code = open_all(f);
	if (code || signals_seen())
		return code;
	feed_tell_start(f);
	notify_send("READY=1\nSTATUS=reading");
	feed_loop(f);
	return finish(f);
}

/* ---- the command ---- */

static int out_of_memory(void)
{
	msg_error(NULL, "out of memory");
	return EXIT_TROUBLE;
}

static void init_ports(struct feed *f)
{
	for (size_t i = 0; i < f->n; i++) {
		struct feed_port *p = &f->ports[i];

		p->what = f->o->ports[i];
		p->nth = i;
		p->said.fd = p->said.control = p->sock.fd = -1;
	}
}

static int work(struct feed *f)
{
	int code = load_table(f->ctx, &f->units);

	if (code)
		return code;
	f->n = f->o->n;
	f->probe = probe_open_live();
	f->ports = calloc(f->n, sizeof(*f->ports));
	if (!f->probe || !f->ports) {
		probe_close(f->probe);
		free(f->ports);
		return out_of_memory();
	}
	init_ports(f);
	code = feed_all(f);
	for (size_t i = 0; i < f->n; i++)
		feed_close(&f->ports[i]);
	realtime_end(&f->realtime);
	probe_close(f->probe);
	free(f->ports);
	return code;
}

static int feed(const struct ctx *ctx, const struct feed_options *o)
{
	struct feed *f = calloc(1, sizeof(*f));
	int code;

	if (!f)
		return out_of_memory();
	f->ctx = ctx;
	f->o = o;
	f->is_service = notify_wanted();
	/* diag and list tell a reader from a holder by the name (portfacts.c) */
	prctl(PR_SET_NAME, o->mode == FEED_PULSES ? "gpsppsctl-pulse" : "gpsppsctl-feed");
	code = work(f);
	code = f->out_err == -EPIPE ? EXIT_DONE : finish_stdout(code);
	free(f);
	return code;
}

static int run(const struct ctx *ctx, int argc, char **argv)
{
	struct feed_options o;
	int code = feed_parse_options(argc, argv, &o);

	if (code)
		return code;
	if (o.help) {
		feed_usage();
		return finish_stdout(EXIT_DONE);
	}
	/* "| head" has enough some day: ports are to be put back then */
	signal(SIGPIPE, SIG_IGN);
	code = o.calibrate ? finish_stdout(feed_calibrate(ctx, &o)) : feed(ctx, &o);
	signals_release();
	return code;
}

const struct cmd cmd_feed = {
	.name = "feed",
	.args = "PORT...",
	.help = "pulses and seconds to ntpd, NTPsec or chrony",
	.run = run,
};
