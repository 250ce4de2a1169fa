// SPDX-License-Identifier: GPL-2.0-or-later
/* setup's work: the files, one after another, each with what it was on record; the services. */
#include "setup.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "../sys/control.h"
#include "../sys/signals.h"

#define DETACH_TIMEOUT_MS 15000	/* as detach's */

/* ---- what was looked at is still so ---- */

static int refuse_changed(const struct setup *s, const char *path)
{
	msg_error(path, "was changed meanwhile, and is left as it is");
	msg_hint("look at it anew: gpsppsctl setup %s", s->found.tty);
	return EXIT_TROUBLE;
}

/* Between the question and its answer, minutes go by. */
static int check_all(const struct setup *s)
{
	int err = changes_claim(s->changes);

	if (err == -EWOULDBLOCK || err == -ESTALE) {
		msg_error("setup", "nothing was changed: another gpsppsctl setup %s",
			  err == -ESTALE ? "was at work meanwhile" : "is at work");
		return EXIT_TROUBLE;
	}
	if (err) {
		msg_error("setup", "cannot keep a record of the changes: %s", strerror(-err));
		return EXIT_TROUBLE;
	}
	for (size_t i = 0; i < s->plan.n; i++)
		if (s->plan.steps[i].kind != SETUP_BY_HAND &&
		    !setup_files_is_same(s->files, s->plan.steps[i].path))
			return refuse_changed(s, s->plan.steps[i].path);
	return 0;
}

/* ---- the files ---- */

static int make_step(struct setup *s, const struct setup_step *step)
{
	switch (step->kind) {
	case SETUP_WRITE:
		return changes_write(s->changes, step->path, step->text, step->len,
				     (mode_t)step->mode);
	case SETUP_SYMLINK:
		return changes_symlink(s->changes, step->path, step->text);
	case SETUP_REMOVE:
		return changes_remove(s->changes, step->path);
	default:
		return 0;
	}
}

/* Cut off before the first file, services may have been stopped already. */
static void hint_undo(const struct setup *s)
{
	if (!setup_stands(s))
		return;
	if (s->o->root)
		msg_hint("what was changed is undone by: gpsppsctl setup --undo --root %s", s->root);
	else
		msg_hint("what was changed is undone by: gpsppsctl setup --undo");
}

static void tell_step(const struct setup_step *step)
{
	setup_put(step->kind == SETUP_REMOVE ? "removed" :
		  step->kind == SETUP_SYMLINK ? "linked" : "wrote", step->path);
}

static int make_steps(struct setup *s)
{
	for (size_t i = 0; i < s->plan.n; i++) {
		const struct setup_step *step = &s->plan.steps[i];
		int err;

		if (step->kind == SETUP_BY_HAND)
			continue;
		if (signals_seen())
			return EXIT_TROUBLE;
		err = setup_files_is_same(s->files, step->path) ? make_step(s, step) : -ESTALE;
		if (err == -ESTALE)
			return refuse_changed(s, step->path);
		if (err) {
			msg_error(step->path, "cannot be changed: %s", strerror(-err));
			return EXIT_TROUBLE;
		}
		if (!s->o->json)
			tell_step(step);
	}
	return 0;
}

/* ---- the services ---- */

/* Held by hand, or by a session: the service cannot have it then, nor gpsd. */
static void free_port(const struct setup *s)
{
	char unit[64], reply[CONTROL_REPLY_MAX];

	snprintf(unit, sizeof(unit), "gpsppsctl@%s.service", s->found.tty);
	if (s->in.init == SETUP_SYSTEMD && !setup_is_active(unit) &&
	    !control_request(s->found.tty, "detach", reply, sizeof(reply), DETACH_TIMEOUT_MS) &&
	    !s->o->json)
		printf("%-12s %s: the service holds it from now on\n", "detached", s->in.port);
}

static int start(struct setup *s)
{
	unsigned int failed = 0;

	free_port(s);
	setup_reload(s);
	if (s->plan.reload[0])
		failed += setup_shell(s->plan.reload);
	if (s->in.init == SETUP_SYSTEMD)
		failed += setup_systemctl("restart", s->plan.start);
	else
		failed += setup_shell(s->plan.start);
	return failed ? EXIT_TROUBLE : 0;
}

/* ---- all ---- */

static int make_files(struct setup *s)
{
	int code = setup_units_note(s);

	if (!code && s->in.init == SETUP_SYSTEMD && !s->in.image &&
	    setup_systemctl("stop", s->plan.stop))
		code = EXIT_TROUBLE;
	return code ? code : make_steps(s);
}

/* Half of it is no use to anybody, and the disk may be full. */
static void take_back(struct setup *s)
{
	s->applied = setup_stands(s) && setup_undo(s) != EXIT_DONE;
	if (!s->applied && !signals_seen())
		msg_hint("all is as it was before; mend that, then once more");
}

static void tell_half(const struct setup *s)
{
	if (signals_seen())
		msg_error("setup", "interrupted");
	hint_undo(s);
}

int setup_apply(struct setup *s)
{
	int code = check_all(s);
	bool stood;

	if (code)
		return code;
	/* what an earlier run set up is not ours to take back */
	stood = setup_stands(s);
	/* Ctrl-C waits for the file that is being written */
	s->applied = true;
	code = make_files(s);
	fflush(stdout);
	if (code && !stood) {
		take_back(s);
	} else {
		if (!code && !s->in.image)
			code = start(s);
		if (code)
			tell_half(s);
	}
	setup_files_forget(s->files);
	return code;
}
