// SPDX-License-Identifier: GPL-2.0-or-later
/* receiver --timing, --baud and their like: decide, carry out, tell how it ended. */
#include "receiver_port.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cmd.h"

#define NAMES_MAX 256
#define CENSUS_MIN_S 3		/* receiver/change.h: so long shows each type */

/* ---- who is to be told ---- */

static int no_make(const struct receiver_port *w)
{
	if (w->report.heard != HEARD_SENTENCES)
		return receiver_explain(w);
	msg_error(w->path, "the make of this receiver is not known: nothing was changed");
	msg_hint("--send '$...' sends what its manual says");
	return EXIT_TROUBLE;
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
	if (w->report.heard == HEARD_INVERTED)
		return receiver_explain(w);
	if (w->port.how != BORROW_BESIDE && !w->o->passive)
		receiver_ask_make(w);
	if (!v->rx)
		return no_make(w);
	if (v->rx->write_steps)
		return 0;
	msg_error(w->path, "a %s cannot be told by this program: nothing was changed", v->rx->make);
	if (v->rx->by_hand)
		msg_hint("%s", v->rx->by_hand);
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

/* ---- how it ended ---- */

static void report_refused(const struct receiver_port *w, const struct receiver_change *c)
{
	if (c->blind && c->plan.silences)
		msg_error(w->path, "nothing was changed: it did not fall silent on %.*s",
			  (int)strcspn(c->plan.steps[0].bytes, "\r"), c->plan.steps[0].bytes);
	else
		msg_error(w->path, "nothing was changed: %s", c->reason);
	msg_hint("does it hear us?  This port's TxD goes to the receiver's data in");
}

static void report_stream(const struct receiver_port *w, const struct receiver_change *c)
{
	char saw[NAMES_MAX], now[NAMES_MAX];

	receiver_name_set(c->rx, c->failed.set, saw, sizeof(saw));
	receiver_name_set(c->rx, w->report.sends.set, now, sizeof(now));
	msg_error(w->path, "not as asked: it sent %s; %s %s", saw[0] ? saw : "nothing",
		  c->outcome == RECEIVER_PUT_BACK ? "put back:" :
		  "it could not be put back, and sends now:", now[0] ? now : "nothing");
}

/* A change of sentences alone is judged by what it sends, else the reason says more. */
static void report_not_as_asked(const struct receiver_port *w, const struct receiver_change *c)
{
	if (!c->request.to.known)
		report_stream(w, c);
	if (c->reason[0])
		msg_error(w->path, "not as asked: %s; %s", c->reason,
			  c->outcome == RECEIVER_PUT_BACK ? "what was before is back" :
			  "what was before could not be put back");
	if (c->outcome == RECEIVER_LOST && w->report.journal)
		msg_hint("noted in %s: gpsppsctl receiver %s looks for it and tries again",
			 w->report.journal, w->path);
	else
		msg_hint("does it hear us?  This port's TxD goes to the receiver's data in");
}

static int report_failure(const struct receiver_port *w, const struct receiver_change *c)
{
	if (c->interrupted) {
		msg_error(w->path, "interrupted: %s",
			  c->outcome == RECEIVER_REFUSED ? "nothing was sent" :
			  c->outcome == RECEIVER_PUT_BACK ? "what was before is back" :
			  "what was before could not be put back");
	} else if (c->outcome == RECEIVER_REFUSED) {
		report_refused(w, c);
	} else if (c->blind) {
		msg_error(w->path, "not as asked: %u characters a second, counted",
			  c->failed_chars_per_s);
		msg_hint("the maker's set was asked for again: gpsppsctl diag %s", w->path);
	} else {
		report_not_as_asked(w, c);
	}
	return EXIT_NO;
}

/* ---- all of it ---- */

static int cannot_write(const struct receiver_port *w, int err)
{
	if (err == -ENODATA)
		msg_error(w->path, "what to send depends on what is set now, which is not known");
	else
		msg_error(w->path, "cannot write the lines for that: %s", strerror(-err));
	return EXIT_TROUBLE;
}

static int begin_change(struct receiver_port *w, struct receiver_change *c,
			const struct receiver_seen *before)
{
	const struct receiver_request *req = w->report.request;
	const struct receiver_view *v = &w->report.view;
	const struct receiver_found found = { .seen = *before, .baud = w->port.baud };
	const int64_t now_ns = probe_now_ns(w->probe);
	int err;

	if (w->port.how == BORROW_BESIDE)
		err = receiver_change_begin_blind(c, v->rx, &v->id, req, w->port.baud, now_ns);
	else
		err = receiver_change_begin(c, v->rx, &v->id, req, &found, now_ns);
	return err ? cannot_write(w, err) : 0;
}

/* What would be sent to a receiver that is set as it says. */
static int dry_run(struct receiver_port *w)
{
	const struct receiver_request *req = w->report.request;
	struct receiver_view *v = &w->report.view;
	int err, code = 0;

	err = receiver_make_plan(v->rx, &v->id, &w->report.settings, req, &w->change.plan);
	if (err)
		return cannot_write(w, err);
	w->report.plan = &w->change.plan;
	if (req->to.known & RECEIVER_BAUD)
		code = receiver_show_table(w, req->to.baud);
	return receiver_finish(&w->report, w->o->json, code);
}

static int carry_out(struct receiver_port *w)
{
	struct receiver_change *c = &w->change;
	int code = receiver_transact(w, c);

	w->report.change = c;
	if (!code && c->outcome != RECEIVER_DONE)
		code = report_failure(w, c);
	else if (!code && w->port.how != BORROW_BESIDE)
		code = receiver_keep_speed(w);
	/* only now: a run that is killed before leaves it to the next one to tell them */
	receiver_journal_end(w, c);
	return receiver_finish(&w->report, w->o->json, code);
}

static int begin_and_carry_out(struct receiver_port *w, const struct receiver_seen *before)
{
	struct receiver_report *r = &w->report;
	int code = begin_change(w, &w->change, before);

	if (code)
		return code;
	if (w->o->dry_run)
		return dry_run(w);
	r->already = w->port.how != BORROW_BESIDE &&
		     !receiver_settings_differ(&r->request->to, &r->settings) &&
		     receiver_is_already(r->view.rx, r->request, before);
	if (r->already)
		return receiver_finish(r, w->o->json, EXIT_DONE);
	code = receiver_journal_begin(w);
	return code ? code : carry_out(w);
}

/* A shorter look was asked for than the proof needs. */
static int look_again(struct receiver_port *w)
{
	if (w->o->seconds >= CENSUS_MIN_S || w->o->dry_run || w->report.heard != HEARD_SENTENCES)
		return 0;
	return receiver_port_listen(w, CENSUS_MIN_S);
}

int receiver_change_it(struct receiver_port *w)
{
	struct receiver_report *r = &w->report;
	struct receiver_seen before;
	int code = 0;

	if (r->heard == HEARD_BINARY && !w->o->dry_run && !w->o->passive)
		code = receiver_leave_binary(w);
	if (!code)
		code = find_make(w);
	if (!code)
		code = look_again(w);
	/* what is best depends on what it can, which its answers show */
	if (!code && (w->o->timing || w->o->dry_run) && !w->o->passive &&
	    w->port.how != BORROW_BESIDE)
		receiver_ask_settings(w);
	if (!code)
		code = receiver_make_request(w, &w->request);
	if (!code)
		code = receiver_check_request(w, &w->request);
	if (code)
		return code;
	receiver_seen_in(r->view.rx, &r->view.census, &before);
	code = refuse_others(w, &w->request, &before);
	if (code)
		return code;
	r->request = &w->request;
	return begin_and_carry_out(w, &before);
}
