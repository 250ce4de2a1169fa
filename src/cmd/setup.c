// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * setup: from a box with a receiver on a serial port to a time server.  Find, look, plan,
 * show, ask, apply, verify.
 */
#include "setup.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../sys/gather_daemon.h"
#include "../sys/signals.h"
#include "own_holder.h"

static int out_of_memory(void)
{
	msg_error(NULL, "out of memory");
	return EXIT_TROUBLE;
}

/* ---- before anything is looked at ---- */

static int check_table(const struct ctx *ctx)
{
	if (!strcmp(ctx->table, UNITTAB_PATH))
		return 0;
	msg_error(ctx->table, "setup writes " UNITTAB_PATH ", which udev and systemd read: no -C");
	return EXIT_TROUBLE;
}

/* `root` gets its path from "/": programs that are asked about its files run elsewhere. */
static int check_root(const struct setup_options *o, char root[PATH_MAX])
{
	struct stat st;

	root[0] = '\0';
	if (!o->root)
		return 0;
	if (realpath(o->root, root) && stat(root, &st) == 0) {
		if (S_ISDIR(st.st_mode))
			return 0;
		errno = ENOTDIR;
	}
	msg_error(o->root, "no image is there: %s", strerror(errno));
	return EXIT_TROUBLE;
}

/* A dry run of a user sees less, and says so where it does. */
static int check_rights(const struct setup_options *o)
{
	char words[512] = "";
	size_t n = 0;

	if (!geteuid() || o->dry_run || (o->root && access(o->root, W_OK) == 0))
		return 0;
	msg_error("setup", "cannot write the system's files: %s", strerror(EACCES));
	for (char *const *w = o->words; *w && n < sizeof(words); w++)
		n += (size_t)snprintf(words + n, sizeof(words) - n, " %s", *w);
	msg_hint("run it as root: sudo gpsppsctl setup%s", words);
	return EXIT_TROUBLE;
}

/* What was changed can be undone by hand then: files and record are plain text. */
static int refuse_record(int err)
{
	msg_error("setup", err == -EWOULDBLOCK ? "another gpsppsctl setup is at work" :
		  err == -EBADMSG ? "the record of its changes is damaged" :
		  err == -EPROTONOSUPPORT ? "the record of its changes is a newer gpsppsctl's" :
		  "cannot keep a record of the changes: %s", strerror(-err));
	if (err == -EBADMSG || err == -EPROTONOSUPPORT)
		msg_hint("the files as they were are kept in " CHANGES_PLACE " (OpenWrt: "
			 CHANGES_PLACE_WITHOUT_VAR "); \"record\" there has their names");
	return EXIT_TROUBLE;
}

static int open_changes(struct setup *s)
{
	int err = changes_open(&s->changes, s->root);

	if (!err)
		return 0;
	s->changes = NULL;
	if (s->o->dry_run && err != -EWOULDBLOCK)
		return 0;		/* nothing is noted, so nothing is known to be ours */
	return refuse_record(err);
}

/* ---- the sequence ---- */

/* Which port, what is on it, and who gets it. */
static int look(struct setup *s)
{
	int code;

	if (s->o->root)
		return setup_imagine(s);
	code = s->o->port ? setup_name_port(s, s->o->port) : setup_find(s);
	return code ? code : setup_look(s);
}

static bool is_to_do(const struct setup *s)
{
	return setup_count(s, false) > 0;
}

static int agree(struct setup *s)
{
	char question[64];

	if (!is_to_do(s))
		return 0;
	snprintf(question, sizeof(question), "make these changes (%zu files)? [y/N] ",
		 setup_count(s, false));
	return setup_ask(s, question);
}

/* Something is left for the reader: the answer is no, whatever else went well. */
static int finish(struct setup *s, int code)
{
	if (!setup_count(s, true))
		return code;
	if (!s->o->json)
		setup_show_by_hand(s);
	return code == EXIT_DONE ? EXIT_NO : code;
}

static int change(struct setup *s)
{
	int code = agree(s);

	if (code)
		return code;
	if (is_to_do(s))
		code = setup_apply(s);
	else if (!s->o->json)
		puts("nothing to change");
	fflush(stdout);
	if (!code && !s->o->root && s->o->wait_s)
		code = setup_verify(s);
	return finish(s, code);
}

static int show(struct setup *s)
{
	if (s->o->json) {
		setup_json_steps(s);
		return 0;
	}
	setup_show_found(s);
	return setup_show_plan(s);
}

static int set_up(struct setup *s)
{
	int code = s->o->dry_run ? 0 : setup_can_ask(s->o);

	if (!code)
		code = open_changes(s);
	if (code)
		return code;
	s->files = setup_files_new(s);
	if (!s->files)
		return out_of_memory();
	code = look(s);
	if (!code)
		code = setup_make_plan(s);
	if (!code)
		code = setup_check_gpsd(s);
	if (code)
		return code;
	code = show(s);
	if (code)
		return code;
	code = s->o->dry_run ? setup_count(s, true) ? EXIT_NO : EXIT_DONE : change(s);
	if (s->o->json)
		setup_put_json(s);
	return code;
}

/* ---- the command ---- */

static int undo(struct setup *s)
{
	int code = open_changes(s);

	if (code)
		return code;
	s->in.image = s->o->root != NULL;
	s->files = setup_files_new(s);
	return s->files ? setup_undo(s) : out_of_memory();
}

static void close_all(struct setup *s)
{
	own_holder_end(&s->holder);
	setup_resume(s);
	diag_forget(&s->clinic);
	gather_free_daemons(&s->clinic.before);
	probe_close(s->clinic.probe);
	if (s->has_plan)
		setup_plan_free(&s->plan);
	setup_files_free(s->files);
	if (s->changes)
		changes_close(s->changes);
}

static int begin(const struct ctx *ctx, const struct setup_options *o, char root[PATH_MAX])
{
	int code = check_table(ctx);

	if (!code)
		code = check_root(o, root);
	return code ? code : check_rights(o);
}

static int work(const struct ctx *ctx, const struct setup_options *o)
{
	char root[PATH_MAX];
	struct setup *s;
	int code = begin(ctx, o, root);

	if (code)
		return code;
	s = calloc(1, sizeof(*s));
	if (!s)
		return out_of_memory();
	s->ctx = ctx;
	s->o = o;
	s->root = root;
	/* from here on Ctrl-C ends what is going on: ports and records are put in order */
	signals_catch();
	code = o->undo ? undo(s) : set_up(s);
	close_all(s);
	if (signals_seen() && !s->applied && !o->undo)
		msg_error("setup", "interrupted: nothing was changed");
	signals_release();
	free(s);
	return finish_stdout(code);
}

static int run(const struct ctx *ctx, int argc, char **argv)
{
	struct setup_options o;
	int code = setup_parse_options(argc, argv, &o);

	if (code)
		return code;
	if (o.help) {
		setup_usage();
		return finish_stdout(EXIT_DONE);
	}
	if (o.print)
		return setup_print(ctx, &o);
	/* "| head" must not end us between two files */
	signal(SIGPIPE, SIG_IGN);
	return work(ctx, &o);
}

const struct cmd cmd_setup = {
	.name = "setup",
	.args = "[PORT]",
	.help = "make this machine a time server by the receiver on PORT",
	.run = run,
};
