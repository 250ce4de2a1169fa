// SPDX-License-Identifier: GPL-2.0-or-later
/* receiver --save and --restore: a receiver's settings in a file. */
#include "receiver_port.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "../receiver/saved.h"
#include "../sys/replace.h"
#include "cmd.h"

/* ---- to a file ---- */

static int find_out(struct receiver_port *w)
{
	struct receiver_report *r = &w->report;

	if (w->port.how == BORROW_BESIDE) {
		msg_error(w->path, "%s reads it: its answers cannot be seen", w->reader);
		msg_hint("stop the daemon first");
		return EXIT_TROUBLE;
	}
	if (r->heard != HEARD_SENTENCES)
		return receiver_explain(w);
	if (!receiver_ask_make(w)) {
		msg_error(w->path, "the make of this receiver is not known: nothing was saved");
		return EXIT_TROUBLE;
	}
	receiver_ask_settings(w);
	if (r->settings.known || !r->view.rx->write_queries)
		return 0;
	msg_error(w->path, "it does not answer: its settings are not known, nothing was saved");
	msg_hint("does it hear us?  This port's TxD goes to the receiver's data in");
	return EXIT_NO;
}

static void saved_of(const struct receiver_port *w, struct saved *s)
{
	const struct receiver_view *v = &w->report.view;
	struct receiver_seen seen;

	receiver_seen_in(v->rx, &v->census, &seen);
	*s = (struct saved){
		.rx = v->rx, .id = v->id,
		/* with those that are too seldom to be seen, as a change would put them back */
		.has_sentences = true, .sentences = receiver_undo_of(v->rx, &seen).on,
		.others = seen.others, .line_baud = w->port.baud, .settings = w->report.settings,
	};
}

static int write_file(const struct receiver_port *w, const char *text, size_t len)
{
	const char *file = w->o->save;
	int err;

	if (!strcmp(file, "-")) {
		fwrite(text, 1, len, stdout);
		return finish_stdout(EXIT_DONE);
	}
	err = replace_file(file, text, len);
	if (err) {
		msg_error(file, "cannot be written: %s", strerror(-err));
		return EXIT_TROUBLE;
	}
	if (!w->o->json)
		printf("%s: its settings are in %s\n", w->path, file);
	return w->o->json ? receiver_finish(&w->report, true, EXIT_DONE) : finish_stdout(EXIT_DONE);
}

int receiver_save_it(struct receiver_port *w)
{
	char text[SAVED_TEXT_MAX];
	struct saved s;
	int n, code = find_out(w);

	if (code)
		return receiver_finish(&w->report, w->o->json, code);
	saved_of(w, &s);
	n = saved_write(&s, text, sizeof(text));
	if (n < 0) {
		msg_error(w->path, "its settings do not fit: %s", strerror(-n));
		return EXIT_TROUBLE;
	}
	return write_file(w, text, (size_t)n);
}

/* ---- from a file ---- */

static ssize_t read_file(const char *file, char *buf, size_t size)
{
	FILE *f = strcmp(file, "-") != 0 ? fopen(file, "re") : stdin;
	ssize_t n;

	if (!f)
		return -errno;
	n = (ssize_t)fread(buf, 1, size, f);
	if (ferror(f))
		n = errno ? -errno : -EIO;
	if (f != stdin)
		fclose(f);
	return n == (ssize_t)size ? -EFBIG : n;
}

/* A file of another receiver. */
static int check_owner(const struct receiver_port *w, const struct saved *s)
{
	const struct receiver_view *v = &w->report.view;

	if (s->rx != v->rx) {
		msg_error(w->o->restore, "is of a %s, and this is a %s", s->rx->make, v->rx->make);
		return EXIT_TROUBLE;
	}
	if (!s->id.model[0] || !v->id.model[0] || !strcmp(s->id.model, v->id.model) || w->o->force)
		return 0;
	msg_error(w->o->restore, "is of a %s, and this is a %s", s->id.model, v->id.model);
	msg_hint("--force restores it all the same");
	return EXIT_TROUBLE;
}

int receiver_restore_request(struct receiver_port *w, struct receiver_request *req)
{
	char text[SAVED_TEXT_MAX];
	struct saved_error err;
	struct saved s;
	ssize_t n = read_file(w->o->restore, text, sizeof(text));
	int code;

	if (n < 0) {
		msg_error(w->o->restore, "cannot be read: %s", strerror((int)-n));
		return EXIT_TROUBLE;
	}
	if (saved_read(text, (size_t)n, &s, &err) < 0) {
		msg_error(w->o->restore, "line %u: %s", err.line, err.reason);
		return EXIT_TROUBLE;
	}
	code = check_owner(w, &s);
	if (!code)
		*req = saved_request(&s);
	return code;
}
