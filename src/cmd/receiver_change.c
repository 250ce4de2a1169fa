// SPDX-License-Identifier: GPL-2.0-or-later
/* receiver --sentences and its like: decide, carry out, tell how it ended. */
#include "receiver_port.h"

#include <stdio.h>
#include <string.h>

#include "cmd.h"

#define NAMES_MAX 256

static int request_of(const struct receiver_options *o, const struct receiver *rx,
		      struct receiver_request *req)
{
	const char *bad = "";
	size_t len = 0;
	int err = 0;

	*req = (struct receiver_request){ .op = RECEIVER_EXACTLY };
	if (o->defaults)
		req->op = RECEIVER_DEFAULTS;
	if (o->enable || o->disable)
		req->op = RECEIVER_ADJUST;
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

/* Which make the lines are for.  0 or an exit code. */
static int find_make(struct receiver_port *w)
{
	struct receiver_view *v = &w->report.view;

	/*
	 * Where a daemon reads, nobody tells us the make.  $PGRMO is Garmin's
	 * alone, others ignore it, and a receiver that falls silent on it has
	 * shown what it is (change.h).
	 */
	if (w->port.how == BORROW_BESIDE)
		v->rx = &receiver_garmin;
	if (v->rx || w->report.heard == HEARD_INVERTED || receiver_port_ask(w))
		return 0;
	if (w->report.heard != HEARD_SENTENCES)
		return receiver_explain(w);
	msg_error(w->path, "the make of this receiver is not known: nothing was changed");
	msg_hint("only Garmin's can be told what to send so far");
	return EXIT_TROUBLE;
}

static int refuse_blind(const struct receiver_port *w, const struct receiver_options *o)
{
	if (w->port.how != BORROW_BESIDE || (!o->enable && !o->disable))
		return 0;
	msg_error(w->path, "%s reads it: its set cannot be seen, so nothing can be added or taken",
		  w->reader);
	msg_hint("name the whole set (--sentences LIST), or stop the daemon");
	return EXIT_TROUBLE;
}

/* What cannot be switched on by name cannot be put back after "all off". */
static int refuse_others(const struct receiver_port *w, const struct receiver_request *req,
			 const struct receiver_seen *before)
{
	if (req->op != RECEIVER_EXACTLY || !before->others)
		return 0;
	msg_error(w->path, "it sends %s too, which could not be put back: nothing was changed",
		  before->other);
	msg_hint("--disable LIST switches single sentences off");
	return EXIT_TROUBLE;
}

/* How a change ended, when it did not end well. */
static int report_failure(const struct receiver_port *w, const struct receiver_change *c)
{
	char saw[NAMES_MAX], now[NAMES_MAX];

	receiver_name_set(c->rx, c->failed.set, saw, sizeof(saw));
	receiver_name_set(c->rx, c->seen.set, now, sizeof(now));
	if (c->outcome == RECEIVER_REFUSED && !c->interrupted) {
		msg_error(w->path, "nothing was changed: it did not fall silent on %.*s",
			  (int)strcspn(c->plan.steps[0].bytes, "\r"), c->plan.steps[0].bytes);
		msg_hint("it is no Garmin, or does not hear us (this port's TxD to its data in)");
	} else if (c->interrupted) {
		msg_error(w->path, c->sent ? "interrupted: %s" : "interrupted: nothing was sent",
			  c->outcome == RECEIVER_PUT_BACK ? "what was before is back"
			  : "what was before could not be put back");
	} else if (c->blind) {
		msg_error(w->path, "not as asked: %u characters a second, counted",
			  c->failed_chars_per_s);
		msg_hint("the maker's set was asked for again: gpsppsctl diag %s", w->path);
	} else {
		msg_error(w->path, "not as asked: it sent %s; %s %s", saw[0] ? saw : "nothing",
			  c->outcome == RECEIVER_PUT_BACK ? "put back:" :
			  "it could not be put back, and sends now:", now[0] ? now : "nothing");
		msg_hint("does it hear us?  This port's TxD goes to the receiver's data in");
	}
	return EXIT_NO;
}

static int begin_change(struct receiver_port *w, struct receiver_change *c,
			const struct receiver_seen *before)
{
	const struct receiver_request *req = w->report.request;
	const struct receiver *rx = w->report.view.rx;
	int64_t now_ns = probe_now_ns(w->probe);
	int err;

	if (w->port.how == BORROW_BESIDE)
		err = receiver_change_begin_blind(c, rx, req, now_ns);
	else
		err = receiver_change_begin(c, rx, req, before, now_ns);
	if (!err)
		return 0;
	msg_error(w->path, "cannot write the lines for that: %s", strerror(-err));
	return EXIT_TROUBLE;
}

static int carry_out(struct receiver_port *w, const struct receiver_options *o,
		     const struct receiver_seen *before)
{
	struct receiver_report *r = &w->report;
	struct receiver_change *c = &w->change;
	int code = begin_change(w, c, before);

	if (code)
		return code;
	if (o->dry_run) {
		r->plan = &c->plan;
		return receiver_finish(r, o->json, EXIT_DONE);
	}
	code = receiver_port_change(w, c);
	r->change = c;
	if (!code && c->outcome != RECEIVER_DONE)
		code = report_failure(w, c);
	return receiver_finish(r, o->json, code);
}

int receiver_change_sentences(struct receiver_port *w, const struct receiver_options *o)
{
	struct receiver_report *r = &w->report;
	struct receiver_request *req = &w->request;
	struct receiver_seen before;
	int code = refuse_blind(w, o);

	if (!code)
		code = find_make(w);
	if (!code && r->heard == HEARD_INVERTED)
		code = receiver_explain(w);
	if (!code)
		code = request_of(o, r->view.rx, req);
	if (code)
		return code;
	receiver_seen_in(r->view.rx, &r->view.census, &before);
	code = refuse_others(w, req, &before);
	if (code)
		return code;
	r->request = req;
	r->already = w->port.how != BORROW_BESIDE &&
		     receiver_is_already(r->view.rx, req, &before);
	if (r->already && !o->dry_run)
		return receiver_finish(r, o->json, EXIT_DONE);
	return carry_out(w, o, &before);
}
