// SPDX-License-Identifier: GPL-2.0-or-later
/* setup --undo: every file as it was before the first setup, and every service. */
#include "setup.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATHS_MAX 256		/* more are put back, and not named */

struct undoing {
	char *paths[PATHS_MAX];		/* of the record; NULL where one was left */
	size_t n, left, failed;
	char reload[512];		/* commands: AppArmor's profiles as they are put back */
};

static void note_path(void *ctx, const char *path)
{
	struct undoing *u = ctx;

	setup_plan_reload(path, u->reload, sizeof(u->reload));
	if (u->n < PATHS_MAX)
		u->paths[u->n++] = strdup(path);
}

/* Somebody has edited it since: it is his now.  Or it cannot be done. */
static void note_left(void *ctx, const char *path, int err)
{
	struct undoing *u = ctx;

	if (err)
		msg_error(path, "cannot be put back: %s", err == -EBADMSG ?
			  "what was kept of it is damaged" : strerror(-err));
	else
		msg_error(path, "was changed since setup, and is left as it is");
	*(err ? &u->failed : &u->left) += 1;
	for (size_t i = 0; i < u->n; i++) {
		if (!u->paths[i] || strcmp(u->paths[i], path) != 0)
			continue;
		free(u->paths[i]);
		u->paths[i] = NULL;
	}
}

static void tell_paths(const struct setup *s, struct undoing *u, const char *what)
{
	for (size_t i = 0; i < u->n; i++) {
		if (what && u->paths[i] && !s->o->json)
			setup_put(what, u->paths[i]);
		free(u->paths[i]);
	}
	fflush(stdout);
}

static int undo_files(struct setup *s, struct undoing *u)
{
	int err;

	changes_each(s->changes, note_path, u);
	err = changes_undo(s->changes, note_left, u);
	/* not one was come to, or all are, and only the record stays */
	tell_paths(s, u, err < 0 && !u->failed ? NULL : "put back");
	if (err >= 0)
		return 0;
	if (!u->failed)
		msg_error("setup", "cannot be undone: %s", strerror(-err));
	msg_hint("once more, when that is mended: what was put back stays so");
	return EXIT_TROUBLE;
}

/* The services as they were; what is of an image does not run. */
static void before(struct setup *s)
{
	if (s->in.image)
		return;
	s->in.init = setup_find_init(s);
	load_table(s->ctx, &s->clinic.units);
	strcpy(s->found.tty, "tty*");
	if (s->in.init == SETUP_SYSTEMD)
		setup_units_stop();
	else
		setup_init_stop(s);
}

static void behind(struct setup *s, struct undoing *u)
{
	if (s->in.image)
		return;
	setup_reload(s);
	/* cut off behind its last file: nobody knows any more which they were */
	if (!u->n)
		setup_plan_reload(NULL, u->reload, sizeof(u->reload));
	setup_shell(u->reload);
	if (s->in.init == SETUP_SYSTEMD) {
		setup_units_leave(s);
		setup_units_start();
	} else {
		setup_init_end(s, &s->clinic.units);
	}
}

static int undo(struct setup *s)
{
	struct undoing u = { .n = 0 };
	int code;

	before(s);
	code = undo_files(s, &u);
	if (code)
		return code;
	behind(s, &u);
	if (!u.left)
		return EXIT_DONE;
	msg_hint("what setup wrote there is for you to take out");
	return EXIT_NO;
}

/* Killed before its first file it has stopped services, and noted which. */
bool setup_stands(const struct setup *s)
{
	return changes_any(s->changes) || (!s->o->root && setup_units_noted());
}

int setup_undo(struct setup *s)
{
	struct undoing u = { .n = 0 };

	if (!setup_stands(s)) {
		puts("nothing to undo: no setup stands");
		return EXIT_DONE;
	}
	if (!s->o->dry_run)
		return undo(s);
	changes_each(s->changes, note_path, &u);
	tell_paths(s, &u, "to put back");
	return EXIT_DONE;
}
