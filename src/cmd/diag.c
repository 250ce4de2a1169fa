// SPDX-License-Identifier: GPL-2.0-or-later
/* diag: name the one reason why there is no pulse, or no time. */
#include "diag.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../sys/gather.h"
#include "../sys/probe_record.h"
#include "../sys/probe_tree.h"
#include "../sys/signals.h"
#include "../sys/survey.h"
#include "cmd.h"
#include "diag_fix.h"

#define TABLE_TEXT_MAX 32768

static int out_of_memory(void)
{
	msg_error(NULL, "out of memory");
	return EXIT_TROUBLE;
}

/* ---- where the facts come from ---- */

int diag_open_probe(struct clinic *c, const char *sysroot)
{
	probe_close(c->probe);
	c->probe = sysroot ? probe_open_tree(sysroot) : probe_open_live();
	if (c->probe)
		return 0;
	if (!sysroot)
		return out_of_memory();
	msg_error(sysroot, "%s", errno == EBADMSG ? "this is not a record of gpsppsctl diag" :
		  strerror(errno));
	return EXIT_TROUBLE;
}

static int begin_record(struct clinic *c, const struct diag_options *o)
{
	struct probe *tee = probe_open_record(c->probe, o->record);
	char text[DIAG_RUN_MAX];

	if (!tee) {
		msg_error(o->record, "cannot record there: %s", strerror(errno));
		msg_hint("name a directory that does not exist yet, or an empty one");
		return EXIT_TROUBLE;
	}
	c->probe = tee;
	diag_write_run(o, text, sizeof(text));
	probe_record_say(tee, "run:", text);
	return 0;
}

static int load_units(struct clinic *c, const char *path)
{
	char text[TABLE_TEXT_MAX];
	int n = probe_getf(c->probe, text, sizeof(text), "table:%s", path);

	/* half a table is no table */
	if (n == sizeof(text) - 1)
		n = -EFBIG;
	return parse_table(path, text, n, &c->units);
}

static int open_clinic(struct clinic *c, struct diag_options *o)
{
	char text[DIAG_RUN_MAX];
	int code = diag_open_probe(c, o->sysroot);

	if (!code && o->sysroot && probe_get(c->probe, "run:", text, sizeof(text)) > 0)
		diag_read_run(o, text);
	if (o->wait_ms < 0)
		o->wait_ms = DIAG_WAIT_MS;
	if (!code && o->record)
		code = begin_record(c, o);
	return code ? code : load_units(c, o->table);
}

static void close_clinic(struct clinic *c)
{
	diag_forget(c);
	gather_free_daemons(&c->before);
	probe_close(c->probe);
}

/* ---- one look ---- */

void diag_forget(struct clinic *c)
{
	free(c->patients);
	c->patients = NULL;
	c->n = 0;
	gather_free_daemons(&c->daemons);
	survey_free_ports(&c->ports);
	survey_free_pulses(&c->pulses);
}

void diag_forget_but_said(struct clinic *c)
{
	const struct daemon_list now = c->daemons;

	gather_free_daemons(&c->before);
	c->before = now;
	memset(&c->daemons, 0, sizeof(c->daemons));
	diag_forget(c);
}

static int survey(struct clinic *c)
{
	int err = survey_ports(c->probe, &c->ports);

	if (!err)
		err = survey_pulses(c->probe, &c->pulses);
	if (err) {
		msg_error("/sys/class", "cannot look for ports: %s", strerror(-err));
		return EXIT_TROUBLE;
	}
	gather_kernel(c->probe, &c->kernel);
	gather_host(c->probe, &c->host);
	gather_daemons(c->probe, &c->daemons);
	gather_rivals(c->probe, &c->daemons);
	gather_system(c->probe, &c->daemons, &c->system);
	return 0;
}

static int decide(struct clinic *c)
{
	int code = EXIT_DONE;

	for (size_t i = 0; i < c->n; i++) {
		struct patient *p = &c->patients[i];

		diagnose(&p->facts, &p->verdict);
		if (p->facts.gone)
			code = EXIT_GONE;
		else if (p->verdict.cause && code != EXIT_GONE)
			code = EXIT_NO;
		else if (!p->facts.no_pulse && !facts_saw_pulse(&p->facts) && code == EXIT_DONE)
			code = EXIT_TROUBLE;
	}
	return code;
}

/* A record that breaks off, or cannot be written.  0 or an exit code. */
static int tell_trouble(const struct clinic *c)
{
	const char *trouble = probe_trouble(c->probe);

	if (!trouble)
		return 0;
	msg_error(NULL, "%s", trouble);
	return EXIT_TROUBLE;
}

static void tell_missing(const struct clinic *c, const char *sysroot)
{
	const char *first;
	unsigned int n = sysroot ? probe_tree_missing(c->probe, &first) : 0;

	if (n == 1)
		msg_error(sysroot, "not in this recording: %s", first);
	else if (n)
		msg_error(sysroot, "not in this recording: %s, and %u more", first, n - 1);
}

int diag_look(struct clinic *c, const struct diag_options *o, int *answer)
{
	int code = survey(c), trouble;

	if (!code)
		code = diag_choose(c, o->what[0] ? o->what : NULL);
	if (!code)
		diag_gather(c, o->active, o->wait_ms);
	if (!code && signals_seen())
		return EXIT_TROUBLE;
	trouble = tell_trouble(c);
	/* a record with a hole in it gives no verdict; one that cannot be written does */
	if (code || (trouble && o->sysroot))
		return code ? code : trouble;
	tell_missing(c, o->sysroot);
	*answer = decide(c);
	if (trouble)
		*answer = trouble;
	return 0;
}

static void print(const struct clinic *c, const struct diag_options *o)
{
	if (o->quiet)
		return;
	if (o->json) {
		diag_print_json(c->patients, c->n);
		return;
	}
	for (size_t i = 0; i < c->n; i++)
		diag_print_text(&c->patients[i], o->verbose);
	fflush(stdout);
}

/* ---- --fix ---- */

/* The cures of all causes.  *any: something was done, look again. */
static int cure_all(struct clinic *c, const struct diag_options *o, bool *any)
{
	int code = EXIT_DONE;

	*any = false;
	for (size_t i = 0; i < c->n; i++) {
		struct patient *p = &c->patients[i];
		bool applied;
		int one = diag_fix(&p->facts, &p->verdict, o->yes, &applied);

		*any = *any || applied;
		if (one > code)
			code = one;
	}
	return code;
}

static int fix(struct clinic *c, const struct diag_options *o, int *answer)
{
	bool any;
	int code;

	if (!o->json)
		print(c, o);
	code = cure_all(c, o, &any);
	if (!any) {
		if (o->json)
			print(c, o);
		*answer = code ? code : *answer;
		return 0;
	}
	diag_forget(c);
	code = diag_open_probe(c, NULL);
	if (!code)
		code = diag_look(c, o, answer);
	if (!code)
		print(c, o);
	return code;
}

/* ---- the command ---- */

static int examine(struct clinic *c, struct diag_options *o)
{
	int code = open_clinic(c, o), answer = EXIT_DONE;

	if (code)
		return code;
	if (o->follow)
		return diag_follow(c, o);
	code = diag_look(c, o, &answer);
	if (code)
		return code;
	if (o->fix)
		code = fix(c, o, &answer);
	else
		print(c, o);
	return finish_stdout(code ? code : answer);
}

static int run(const struct ctx *ctx, int argc, char **argv)
{
	struct diag_options o;
	struct clinic c = { 0 };
	int code = diag_parse_options(argc, argv, ctx->table, &o);

	if (code)
		return code;
	if (o.help)
		diag_usage();
	else if (o.list)
		diag_list(o.json);
	else if (o.explain)
		code = diag_explain(o.explain, o.json);
	if (o.help || o.list || o.explain)
		return finish_stdout(code);
	code = examine(&c, &o);
	close_clinic(&c);
	return code;
}

const struct cmd cmd_diag = {
	.name = "diag",
	.args = "[PORT|PPS]",
	.help = "name the cause of a missing pulse",
	.run = run,
};
