// SPDX-License-Identifier: GPL-2.0-or-later
/* receiver: what the receiver at a port is, sends and is set to; change that, provably. */
#include "cmd.h"

#include <stdbool.h>
#include <stddef.h>

#include "../sys/signals.h"
#include "../sys/tty.h"
#include "receiver_port.h"

/* Listen, at other speeds too where that is allowed.  0 or an exit code. */
static int listen(struct receiver_port *w)
{
	const struct receiver_report *r = &w->report;
	const struct receiver_options *o = w->o;
	int code = receiver_port_listen(w, o->seconds);

	if (code || signals_seen())
		return code ? code : EXIT_NO;
	if (w->port.how == BORROW_BESIDE || o->at)
		return 0;
	if (r->heard != HEARD_NOISE && r->heard != HEARD_NOTHING)
		return 0;
	return receiver_port_scan(w) ? receiver_port_listen(w, o->seconds) : 0;
}

/* Whoever keeps the port keeps it at a speed at which nobody understands the receiver. */
static void tell_other_speed(const struct receiver_port *w)
{
	const unsigned int kept = tty_baud(cfgetospeed(&w->port.found));

	if (w->port.how != BORROW_HELD || w->report.heard != HEARD_SENTENCES ||
	    kept == w->port.baud)
		return;
	msg_error(w->path, "is kept at %u baud, and the receiver speaks at %u", kept,
		  w->port.baud);
	msg_hint("gpsppsctl receiver %s --baud %u changes the receiver, --baud %u the port",
		 w->path, kept, w->port.baud);
}

static int show(struct receiver_port *w)
{
	enum heard heard = w->report.heard;
	int code = EXIT_DONE;

	if ((heard == HEARD_SENTENCES || heard == HEARD_BINARY) && !w->o->passive) {
		receiver_ask_make(w);
		if (heard == HEARD_SENTENCES)
			receiver_ask_settings(w);
	}
	if (heard != HEARD_SENTENCES && heard != HEARD_COUNT)
		code = receiver_explain(w);
	tell_other_speed(w);
	return receiver_finish(&w->report, w->o->json, code);
}

static int act(struct receiver_port *w)
{
	if (receiver_is_change(w->o))
		return receiver_change_it(w);
	if (w->o->send[0])
		return receiver_send_it(w);
	if (w->o->save)
		return receiver_save_it(w);
	return show(w);
}

static int work(const struct ctx *ctx, const struct receiver_options *o)
{
	static struct receiver_port w = {
		.port = { .fd = -1, .control = -1 }, .journal = { .fd = -1 },
	};
	int code;

	w.o = o;
	code = receiver_port_open(ctx, &w);
	if (code)
		goto out;
	signals_catch();
	code = receiver_journal_find(&w);
	if (!code)
		code = listen(&w);
	if (!code)
		code = receiver_journal_resume(&w);
	if (!code)
		code = act(&w);
	else if (w.report.resumed)
		code = receiver_finish(&w.report, o->json, code);
out:
	receiver_port_close(&w);
	signals_release();
	return code;
}

static int run(const struct ctx *ctx, int argc, char **argv)
{
	struct receiver_options o;
	int code = receiver_parse_options(argc, argv, &o);

	if (code)
		return code;
	if (o.help) {
		receiver_usage();
		return finish_stdout(EXIT_DONE);
	}
	return work(ctx, &o);
}

const struct cmd cmd_receiver = {
	.name = "receiver",
	.args = "PORT",
	.help = "what the receiver is and sends; configure it",
	.run = run,
};
