// SPDX-License-Identifier: GPL-2.0-or-later
/* setup's work: the files, one after another, each with what it was on record; the services. */
#include "setup.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "../sys/control.h"
#include "../sys/signals.h"

#define DETACH_TIMEOUT_MS 15000	/* as detach's */

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

static void hint_undo(const struct setup *s)
{
	if (!changes_any(s->changes))
		return;
	if (s->o->root)
		msg_hint("what was changed is undone by: gpsppsctl setup --undo --root %s", s->root);
	else
		msg_hint("what was changed is undone by: gpsppsctl setup --undo");
}

static void tell_step(const struct setup_step *step)
{
	printf("%-12s %s\n", step->kind == SETUP_REMOVE ? "removed" :
	       step->kind == SETUP_SYMLINK ? "linked" : "wrote", step->path);
}

static int make_steps(struct setup *s)
{
	for (size_t i = 0; i < s->plan.n; i++) {
		const struct setup_step *step = &s->plan.steps[i];
		int err;

		if (step->kind == SETUP_BY_HAND)
			continue;
		if (signals_seen()) {
			msg_error("setup", "interrupted before %s", step->path);
			return EXIT_TROUBLE;
		}
		err = make_step(s, step);
		if (err) {
			msg_error(step->path, "cannot be changed: %s", strerror(-err));
			return EXIT_TROUBLE;
		}
		if (!s->o->json)
			tell_step(step);
	}
	return 0;
}

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

static int make_all(struct setup *s)
{
	int code = setup_units_note(s);

	if (!code && s->in.init == SETUP_SYSTEMD && !s->in.image &&
	    setup_systemctl("stop", s->plan.stop))
		code = EXIT_TROUBLE;
	if (!code)
		code = make_steps(s);
	if (!code && !s->in.image)
		code = start(s);
	return code;
}

int setup_apply(struct setup *s)
{
	int code;

	/* Ctrl-C waits for the file that is being written, and then says where we are */
	s->applied = true;
	code = make_all(s);
	fflush(stdout);
	if (code)
		hint_undo(s);
	setup_files_forget(s->files);
	return code;
}
