// SPDX-License-Identifier: GPL-2.0-or-later
/* What the receiver command's options ask for, in terms of a make; and what speaks against it. */
#include "receiver_port.h"

#include <stdio.h>
#include <string.h>

#include "cmd.h"

static int parse_sets(const struct receiver_options *o, const struct receiver *rx,
		      struct receiver_request *req)
{
	const char *bad = "";
	size_t len = 0;
	int err = 0;

	if (o->sentences)
		err = receiver_parse_set(rx, o->sentences, &req->on, &bad, &len);
	if (!err && o->enable)
		err = receiver_parse_set(rx, o->enable, &req->on, &bad, &len);
	if (!err && o->disable)
		err = receiver_parse_set(rx, o->disable, &req->off, &bad, &len);
	if (err) {
		msg_error("receiver", "a %s cannot be told about '%.*s'", rx->make, (int)len, bad);
		return EXIT_TROUBLE;
	}
	if (req->on & req->off) {
		msg_error("receiver", "a sentence is both in --enable and in --disable");
		return EXIT_TROUBLE;
	}
	return 0;
}

/* What was named comes before what is best. */
static void take_settings(struct receiver_settings *to, const struct receiver_settings *named)
{
	to->known |= named->known;
	if (named->known & RECEIVER_BAUD)
		to->baud = named->baud;
	if (named->known & RECEIVER_PULSE)
		to->pulse = named->pulse;
	if (named->known & RECEIVER_PULSE_WIDTH)
		to->pulse_ms = named->pulse_ms;
	if (named->known & RECEIVER_INTERVAL)
		to->interval_ms = named->interval_ms;
	if (named->known & RECEIVER_VERSION)
		to->nmea_version = named->nmea_version;
}

int receiver_make_request(struct receiver_port *w, struct receiver_request *req)
{
	const struct receiver_options *o = w->o;
	const struct receiver_view *v = &w->report.view;
	int code;

	memset(req, 0, sizeof(*req));
	if (o->restore)
		return receiver_restore_request(w, req);
	if (o->timing && !v->rx->for_a_clock) {
		msg_error(w->path, "what is best for a clock is not known of a %s", v->rx->make);
		msg_hint("name it: --sentences RMC, --pps on");
		return EXIT_TROUBLE;
	}
	if (o->timing)
		v->rx->for_a_clock(&v->id, req);
	if (o->sentences)
		req->op = RECEIVER_EXACTLY;
	if (o->defaults)
		req->op = RECEIVER_DEFAULTS;
	if (o->enable || o->disable)
		req->op = RECEIVER_ADJUST;
	code = parse_sets(o, v->rx, req);
	if (!code)
		take_settings(&req->to, &o->to);
	return code;
}

/* ---- what speaks against it ---- */

static int check_possible(const struct receiver_port *w, const struct receiver_request *req)
{
	const struct receiver *rx = w->report.view.rx;
	struct receiver_settings wanted = req->to;
	char text[128];

	wanted.known &= ~rx->can;
	if (!wanted.known)
		return 0;
	receiver_settings_text(&wanted, wanted.known, text, sizeof(text));
	msg_error(w->path, "how to tell a %s is not known: %s", rx->make, text);
	return EXIT_TROUBLE;
}

static int check_manual(const struct receiver_port *w, const struct receiver_request *req)
{
	const struct receiver_view *v = &w->report.view;
	bool risky = false;
	const char *why = v->rx->refuse ? v->rx->refuse(&v->id, req, &risky) : NULL;

	if (!why || (risky && w->o->force))
		return 0;
	msg_error(w->path, "%s", why);
	if (risky)
		msg_hint("--force does it all the same");
	return EXIT_TROUBLE;
}

static int check_blind(const struct receiver_port *w, const struct receiver_request *req)
{
	if (w->port.how != BORROW_BESIDE)
		return 0;
	if (!w->o->while_running && !w->o->dry_run) {
		msg_error(w->path, "%s reads it: nothing was changed", w->reader);
		msg_hint("stop it first, or --while-running: sent all the same, "
			 "proven by counting characters");
		return EXIT_TROUBLE;
	}
	if (req->op == RECEIVER_ADJUST) {
		msg_error(w->path,
			  "%s reads it: its set cannot be seen, so nothing can be added or taken",
			  w->reader);
		msg_hint("name the whole set (--sentences LIST), or stop the daemon");
		return EXIT_TROUBLE;
	}
	if (req->op != RECEIVER_KEEP && !req->to.known)
		return 0;
	msg_error(w->path, "%s reads it: only its set of sentences can be changed and proven then",
		  w->reader);
	msg_hint("--sentences LIST or --defaults; or stop the daemon");
	return EXIT_TROUBLE;
}

int receiver_check_request(const struct receiver_port *w, const struct receiver_request *req)
{
	int code = check_blind(w, req);

	if (!code)
		code = check_possible(w, req);
	return code ? code : check_manual(w, req);
}
