// SPDX-License-Identifier: GPL-2.0-or-later
/* The receiver has another speed: its port's holder, the table and the daemons have to follow. */
#include "receiver_port.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../sys/replace.h"
#include "../sys/tty.h"
#include "cmd.h"

#define TABLE_MAX 32768

/* ---- the table ---- */

/* The line for this port, with its new speed; r->table when there is something to change. */
static int edit_table(struct receiver_port *w, unsigned int baud, char *text, size_t *len)
{
	struct receiver_report *r = &w->report;
	struct unittab tab;
	const struct unit *unit;
	unsigned int role;
	char value[16];
	ssize_t n = read_table(w->table, text, TABLE_MAX);
	int code = parse_table(w->table, text, n, &tab);

	r->table = NULL;
	if (code || n < 0)
		return code;
	unit = table_find_port(&tab, w->tty, &role);
	if (!unit || !(role & ROLE_SENTENCES) || unit->baud == baud)
		return 0;
	snprintf(value, sizeof(value), "%u", baud);
	*len = (size_t)n;
	if (unitedit_option(text, *len, unit->line, "baud=", value, &r->edit) < 0) {
		msg_error(w->table, "line %u cannot be changed: write baud=%s into it yourself",
			  unit->line, value);
		return EXIT_TROUBLE;
	}
	r->table = w->table;
	return 0;
}

static void print_edit(const struct receiver_port *w)
{
	const struct receiver_report *r = &w->report;

	if (r->table && !w->o->json)
		printf("%s:\n-%s\n+%s\n", r->table, r->edit.before, r->edit.after);
	fflush(stdout);
}

int receiver_show_table(struct receiver_port *w, unsigned int baud)
{
	char *text = malloc(2 * TABLE_MAX);
	size_t len;
	int code;

	if (!text)
		return EXIT_TROUBLE;
	code = edit_table(w, baud, text, &len);
	if (!code)
		print_edit(w);
	free(text);
	return code;
}

static int write_table(struct receiver_port *w, unsigned int baud, char *text, char *changed)
{
	struct receiver_report *r = &w->report;
	size_t len;
	int n, code = edit_table(w, baud, text, &len);

	if (code || !r->table)
		return code;
	print_edit(w);
	n = unitedit_apply(text, len, &r->edit, changed, TABLE_MAX);
	if (n >= 0)
		n = replace_file(w->table, changed, (size_t)n);
	r->table_written = n == 0;
	if (!n)
		return 0;
	msg_error(w->table, "cannot be written: %s", strerror(-n));
	msg_hint("the receiver speaks at %u baud now: write that line yourself", baud);
	return EXIT_TROUBLE;
}

static int change_table(struct receiver_port *w, unsigned int baud)
{
	char *text = malloc(2 * TABLE_MAX);
	int code;

	if (!text) {
		msg_error(NULL, "out of memory");
		return EXIT_TROUBLE;
	}
	code = write_table(w, baud, text, text + TABLE_MAX);
	free(text);
	return code;
}

/* ---- daemons ---- */

/* ntpd opens the port at a speed of its own configuration. */
static void tell_ntp_conf(const struct receiver_port *w)
{
	unsigned int baud;
	const char *from;

	if (!w->has_unit || !ntp_baud(w->probe, w->unit, &baud, &from) || baud == w->port.baud)
		return;
	msg_hint("%s opens unit %u at %u baud: change its mode or baud to %u there",
		 strchr(from, '/'), w->unit, baud, w->port.baud);
}

/* ---- the holder ---- */

static int tell_holder(struct receiver_port *w)
{
	int err = borrow_keep_speed(&w->port);

	if (!err)
		return 0;
	msg_error(w->path, "its holder does not take the new speed, %u baud: %s", w->port.baud,
		  err == -EPROTO ? "it does not know how" : strerror(-err));
	msg_hint("gpsppsctl detach %s, then attach it again", w->path);
	return EXIT_TROUBLE;
}

int receiver_keep_speed(struct receiver_port *w)
{
	/* a held port may have been at a speed where nobody understood the receiver */
	const bool is_other = w->port.how == BORROW_HELD &&
			      tty_baud(cfgetospeed(&w->port.found)) != w->port.baud;
	int code = tell_holder(w), code_table = 0;

	if (is_other || w->report.request->to.known & RECEIVER_BAUD) {
		code_table = change_table(w, w->port.baud);
		tell_ntp_conf(w);
	}
	return code ? code : code_table;
}
