// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * setup --print NAME [PORT]: a piece of configuration to be pasted, for the port and the unit as
 * the table and the port's holder know them.  Nothing is opened, and nothing changed.
 */
#include "setup.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../setup/fragment.h"
#include "../sys/gather.h"
#include "../sys/output.h"
#include "../sys/survey.h"
#include "../sys/tty.h"

#define DEFAULT_TTY "ttyS0"

/* ---- the list ---- */

static void list(FILE *out)
{
	int name_width = 0, file_width = 0;

	for (const struct fragment *f = fragments; f->name; f++) {
		const int name = (int)strlen(f->name), file = (int)strlen(f->file);

		name_width = name > name_width ? name : name_width;
		file_width = file > file_width ? file : file_width;
	}
	for (const struct fragment *f = fragments; f->name; f++)
		fprintf(out, "%-*s  %-*s  %s\n", name_width, f->name, file_width, f->file, f->what);
}

/* ---- the same for programs ---- */

/* Without `text` it is one of the list. */
static struct out *describe(const struct fragment *f, const char *tty, const char *text)
{
	const bool of_port = f->file[strlen(f->file) - 1] == '@';
	struct out *o = out_object(), *with = out_array();
	char file[PATH_MAX];

	snprintf(file, sizeof(file), "%s%s", f->file, of_port ? tty : "");
	if (text)
		out_number(o, "version", 1);
	out_text(o, "name", f->name);
	out_text(o, "file", file);
	out_text(o, "what", f->what);
	for (const char *p = f->with ? f->with : ""; *p; p += strcspn(p, " "), p += *p == ' ') {
		char name[32];

		snprintf(name, sizeof(name), "%.*s", (int)strcspn(p, " "), p);
		out_add_text(with, name);
	}
	out_child(o, "with", with);
	if (text)
		out_text(o, "text", text);
	return o;
}

static void list_json(void)
{
	struct out *o = out_object(), *all = out_array();

	for (const struct fragment *f = fragments; f->name; f++)
		out_add(all, describe(f, "", NULL));
	out_number(o, "version", 1);
	out_child(o, "fragments", all);
	out_print(o);
}

/* ---- the port ---- */

/* Its name, also where there is no such port: the lines may be for another machine. */
static void name_port(const char *typed, char *tty, size_t size)
{
	if (tty_resolve(typed, tty, size) < 0)
		snprintf(tty, size, "%s", unit_port_name(typed));
}

/* The line of the table that is meant, or NULL. */
static const struct unit *choose(const struct unittab *tab, const struct setup_options *o)
{
	if (o->port) {
		unsigned int role;
		char tty[SURVEY_NAME_MAX];

		name_port(o->port, tty, sizeof(tty));
		return table_find_port(tab, tty, &role);
	}
	for (size_t i = 0; i < tab->n; i++)
		if (o->unit < 0 || tab->units[i].unit == (unsigned int)o->unit)
			return &tab->units[i];
	return NULL;
}

static void take_unit(const struct unit *u, const struct setup_options *o, char *tty, size_t size,
		      struct fragment_in *in)
{
	if (u && !o->port && unit_has_port(u))
		name_port(u->port, tty, size);
	if (u) {
		in->unit = u->unit;
		in->baud = u->baud;
	}
	if (o->unit >= 0)
		in->unit = (unsigned int)o->unit;
}

/* ---- what is known of it ---- */

/* By the survey, which opens no port that nobody has open, and by its holder. */
static void look(struct probe *probe, struct port_facts *f, struct fragment_in *in)
{
	struct port_list ports = { 0 };
	struct pulse_list pulses = { 0 };
	const struct port *port;
	const struct pulse *pulse;

	survey_ports(probe, &ports);
	survey_pulses(probe, &pulses);
	port = survey_find_port(&ports, in->tty);
	pulse = survey_pulse_of(&pulses, in->tty);
	if (port && pulse) {
		f->port = *port;
		f->pulse = *pulse;
		gather_hold(probe, f);
		in->edge = facts_known_edge(f);
		/* when RMC alone ends nobody has listened for */
		in->delay_ms = facts_one_sentence(f) ? f->hold.burst_last_ms :
			facts_middle_ms(f->hold.burst_first_ms, f->hold.burst_last_ms);
		if (!in->baud && fact_known(port->baud))
			in->baud = (unsigned int)port->baud.val;
	}
	survey_free_pulses(&pulses);
	survey_free_ports(&ports);
}

/* N of the /dev/ppsN to which the unit's link leads. */
static struct fact kernels_number(struct probe *probe, unsigned int unit)
{
	char real[256];
	unsigned int n;
	const int len = probe_getf(probe, real, sizeof(real), "real:/dev/gpspps%u", unit);

	if (len >= 0 && sscanf(real, "/dev/pps%u", &n) == 1)
		return fact_from(0, n);
	return fact_from(len < 0 ? len : -ENOENT, 0);
}

static int gather(struct fragment_in *in)
{
	struct probe *probe = probe_open_live();
	struct port_facts *f = calloc(1, sizeof(*f));

	if (!probe || !f) {
		msg_error(NULL, "out of memory");
		free(f);
		if (probe)
			probe_close(probe);
		return EXIT_TROUBLE;
	}
	look(probe, f, in);
	in->pps = kernels_number(probe, in->unit);
	free(f);
	probe_close(probe);
	return 0;
}

/* ---- the command ---- */

static int print(const struct ctx *ctx, const struct setup_options *o, const struct fragment *f)
{
	char tty[SURVEY_NAME_MAX] = DEFAULT_TTY;
	struct fragment_in in = { .tty = tty, .edge = EDGE_UNKNOWN };
	struct fragment_text out;
	struct unittab tab;
	int code = load_table(ctx, &tab);

	if (code)
		return code;
	if (o->port)
		name_port(o->port, tty, sizeof(tty));
	take_unit(choose(&tab, o), o, tty, sizeof(tty), &in);
	code = gather(&in);
	if (code)
		return code;
	fragment_write(f, &in, &out);
	if (o->json)
		out_print(describe(f, tty, out.text));
	else
		fputs(out.text, stdout);
	return finish_stdout(EXIT_DONE);
}

int setup_print(const struct ctx *ctx, const struct setup_options *o)
{
	const struct fragment *f = fragment_find(o->print);

	if (f)
		return print(ctx, o, f);
	if (!strcmp(o->print, "list")) {
		if (o->json)
			list_json();
		else
			list(stdout);
		return finish_stdout(EXIT_DONE);
	}
	/* not to stdout, which may lead into somebody's configuration */
	msg_error(o->print, "there is no such fragment; there are");
	list(stderr);
	return EXIT_TROUBLE;
}
