// SPDX-License-Identifier: GPL-2.0-or-later
/* The journal of a change: noted before it begins, mended by the next run if it was broken off. */
#include "receiver_port.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "../receiver/saved.h"
#include "cmd.h"

static const char *path_of(const struct receiver_port *w)
{
	static char path[256];

	snprintf(path, sizeof(path), "%s/%s", w->o->journal, w->journal.name);
	return path;
}

static int in_use(const struct receiver_port *w)
{
	msg_error(w->path, "another gpsppsctl changes this receiver now");
	msg_hint("wait until it has ended");
	return EXIT_TROUBLE;
}

int receiver_journal_find(struct receiver_port *w)
{
	int err;

	if (w->o->no_journal)
		return 0;
	err = journal_open_found(&w->journal, w->o->journal, w->tty);
	if (err == -EWOULDBLOCK)
		return in_use(w);
	if (!err && w->journal.has_text)
		w->report.journal = path_of(w);
	return 0;
}

int receiver_journal_begin(struct receiver_port *w)
{
	int err = 0;

	if (w->o->no_journal)
		return 0;
	if (w->journal.fd < 0)
		err = journal_open(&w->journal, w->o->journal, w->tty);
	if (!err)
		return 0;
	if (err == -EWOULDBLOCK)
		return in_use(w);
	msg_error(w->o->journal, "no place to note what is changed: %s", strerror(-err));
	msg_hint("--journal DIR names another; with --no-journal nobody can mend a change "
		 "that is broken off");
	return EXIT_TROUBLE;
}

/* ---- writing ---- */

int receiver_journal_intend(struct receiver_port *w, const struct receiver_change *c)
{
	char text[SAVED_TEXT_MAX];
	struct saved s;
	int n;

	/* of a change that is being mended the first intent is the one that counts */
	if (w->o->no_journal || w->journal.has_text)
		return 0;
	saved_of_intent(c->rx, &c->id, &c->intent, &s);
	n = saved_write(&s, text, sizeof(text));
	if (n >= 0)
		n = journal_write(&w->journal, text, (size_t)n);
	w->report.journal = n < 0 ? NULL : path_of(w);
	if (n >= 0)
		return 0;
	msg_error(path_of(w), "cannot be written: %s", strerror(-n));
	return EXIT_TROUBLE;
}

void receiver_journal_end(struct receiver_port *w, const struct receiver_change *c)
{
	int err;

	if (!w->journal.has_text || c->outcome == RECEIVER_LOST || c->outcome == RECEIVER_PENDING)
		return;
	err = journal_clear(&w->journal);
	if (err)
		msg_error(path_of(w), "cannot be cleared: %s", strerror(-err));
	w->report.journal = NULL;
}

/* ---- mending ---- */

/* Understood?  What is not is kept aside. */
static bool read_it(struct receiver_port *w, struct saved *s)
{
	char text[SAVED_TEXT_MAX];
	struct saved_error err = { 0, "too long" };
	ssize_t n = journal_read(&w->journal, text, sizeof(text));

	if (n >= 0 && saved_read(text, (size_t)n, s, &err) == 0 && s->has_wanted)
		return true;
	if (n < 0 && n != -EFBIG)
		err.reason = strerror((int)-n);
	msg_error(path_of(w), "is no journal (line %u: %s)", err.line,
		  err.reason ? err.reason : "nothing is wanted");
	if (w->o->passive || w->o->dry_run || w->journal.read_only)
		return false;
	if (journal_set_aside(&w->journal) == 0)
		msg_hint("kept as %s.bad; the receiver is taken as it is", path_of(w));
	w->report.journal = NULL;
	return false;
}

/* Who may only look says that there is something to be done. */
static int mention(const struct receiver_port *w)
{
	const bool acts = receiver_is_change(w->o) || w->o->send[0];

	msg_error(w->path, "a change of this receiver was broken off (%s)", path_of(w));
	if (w->journal.read_only)
		msg_hint("only root can mend it (sudo)");
	else if (w->port.how == BORROW_BESIDE)
		msg_hint("stop %s, then: gpsppsctl receiver %s", w->reader, w->path);
	else
		msg_hint("gpsppsctl receiver %s completes it or puts back what was before",
			 w->path);
	return acts && !w->o->dry_run ? EXIT_TROUBLE : 0;
}

static int other_receiver(struct receiver_port *w, const struct saved *s)
{
	msg_error(w->path, "%s is of a %s, and this is a %s: it is not followed", path_of(w),
		  s->rx->make, w->report.view.rx->make);
	if (journal_set_aside(&w->journal) == 0)
		msg_hint("kept as %s.bad", path_of(w));
	w->report.journal = NULL;
	return 0;
}

static int begin_resume(struct receiver_port *w, const struct saved *s)
{
	struct receiver_view *v = &w->report.view;
	struct receiver_found found = { .baud = w->port.baud };
	struct receiver_intent intent;

	saved_to_intent(s, &intent);
	if (!intent.baud_before)
		intent.baud_before = w->port.baud;
	v->rx = s->rx;
	if (w->report.heard == HEARD_SENTENCES)
		receiver_seen_in(v->rx, &v->census, &found.seen);
	else
		found.baud = intent.baud_before;
	if (!v->id.model[0])
		v->id = s->id;
	if (found.baud != w->port.baud && borrow_set_baud(&w->port, found.baud) < 0)
		found.baud = w->port.baud;
	return receiver_change_begin_resume(&w->change, v->rx, &v->id, &intent, &found,
					    probe_now_ns(w->probe));
}

static int tell_lost(const struct receiver_port *w, const struct receiver_change *c)
{
	msg_error(w->path, "a change was broken off, and could neither be completed nor undone%s%s",
		  c->reason[0] ? ": " : "", c->reason);
	msg_hint("is the receiver powered?  Then once more; to give up remove %s", path_of(w));
	return EXIT_NO;
}

/* The holder, and the table where the change got through, follow its speed. */
static int tell_mended(struct receiver_port *w, const struct receiver_change *c)
{
	static const struct receiver_request nothing;
	const bool done = c->outcome == RECEIVER_DONE;
	int code;

	msg_error(w->path, done ? "a change that was broken off is completed now" :
		  "a change that was broken off is undone: what was before is back");
	w->report.request = done ? &c->request : &nothing;
	code = receiver_keep_speed(w);
	receiver_journal_end(w, c);
	w->report.request = NULL;
	w->report.n_sent = 0;
	return code ? code : receiver_port_listen(w, w->o->seconds);
}

static int mend(struct receiver_port *w, const struct saved *s)
{
	struct receiver_change *c = &w->change;
	int code = begin_resume(w, s);

	if (code) {
		msg_error(w->path, "cannot write the lines for that: %s", strerror(-code));
		return EXIT_TROUBLE;
	}
	code = receiver_transact(w, c);
	w->report.resumed = true;
	w->report.resume_outcome = c->outcome;
	if (code)
		return code;
	return c->outcome == RECEIVER_DONE || c->outcome == RECEIVER_PUT_BACK ?
	       tell_mended(w, c) : tell_lost(w, c);
}

int receiver_journal_resume(struct receiver_port *w)
{
	struct saved s;

	if (!w->journal.has_text)
		return 0;
	if (!read_it(w, &s))
		return 0;
	if (w->o->passive || w->o->dry_run || w->port.how == BORROW_BESIDE || w->journal.read_only)
		return mention(w);
	if (w->report.heard == HEARD_INVERTED)
		return receiver_explain(w);
	if (w->report.view.rx && w->report.view.rx != s.rx)
		return other_receiver(w, &s);
	return mend(w, &s);
}
