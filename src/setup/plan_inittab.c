// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Edit an inittab: a login on the port and busybox' ntpd become comments, our lines stand
 * in a block at its end.  Nothing else of it changes.
 */
#include "plan_init.h"

#include <stdio.h>
#include <string.h>

#include "../words.h"

#define BEGIN "# gpsppsctl: begin"
#define END "# gpsppsctl: end"
#define TAKEN_OUT "#gpsppsctl: "

struct entry {
	struct word id, process;
};

/* The next line without its end. */
static struct word next_line(const char **p, const char *end)
{
	const char *s = *p, *nl = memchr(s, '\n', (size_t)(end - s));

	*p = nl ? nl + 1 : end;
	return (struct word){ s, (size_t)((nl ? nl : end) - s) };
}

/* A comment, or what is none of init's lines, is false. */
static bool parse_entry(struct word line, struct entry *e)
{
	const char *end = line.s + line.len, *p = line.s;

	if (!line.len || *p == '#')
		return false;
	for (int i = 0; i < 3; i++) {
		const char *colon = memchr(p, ':', (size_t)(end - p));

		if (!colon)
			return false;
		if (i == 0)
			e->id = (struct word){ p, (size_t)(colon - p) };
		p = colon + 1;
	}
	e->process = (struct word){ p, (size_t)(end - p) };
	return true;
}

static bool base_is(struct word w, const char *name)
{
	const char *slash = memrchr(w.s, '/', w.len);

	if (slash)
		w = (struct word){ slash + 1, (size_t)(w.s + w.len - slash) - 1 };
	return word_is(w, name);
}

/* One of its words is this name, or a path to it. */
static bool names(struct word process, const char *name)
{
	const char *p = process.s, *end = p + process.len;
	struct word w;

	while ((w = next_word(&p, end)).len)
		if (base_is(w, name))
			return true;
	return false;
}

/* init opens the terminal of an entry for it, whatever it runs there. */
static bool is_login(const struct entry *e, const char *tty)
{
	return base_is(e->id, tty) || (names(e->process, "getty") && names(e->process, tty));
}

static bool is_busybox_ntpd(const struct entry *e, bool ntpd_is_busybox)
{
	return names(e->process, "ntpd") && (ntpd_is_busybox || names(e->process, "busybox"));
}

static void copy_line(struct plan_text *out, struct word line, const struct inittab_wish *wish,
		      struct inittab_found *found)
{
	struct entry e;

	if (parse_entry(line, &e)) {
		const bool login = is_login(&e, wish->tty);
		const bool ntpd = is_busybox_ntpd(&e, wish->ntpd_is_busybox);

		found->login |= login;
		found->ntpd |= ntpd;
		if (login || ntpd)
			plan_add(out, TAKEN_OUT);
	}
	plan_append(out, line.s, line.len);
	plan_add(out, "\n");
}

/* Where the unit's block is; at the end and empty when there is none. */
static void find_block(const char *text, size_t len, unsigned int unit, size_t *at, size_t *size)
{
	char name[32];

	snprintf(name, sizeof(name), "unit %u", unit);
	if (plan_block_find(text, len, name, at, size) == 0)
		return;
	*at = len;
	*size = 0;
}

static void copy_lines(struct plan_text *out, const char *p, const char *end,
		       const struct inittab_wish *wish, struct inittab_found *found)
{
	while (p < end)
		copy_line(out, next_line(&p, end), wish, found);
}

void inittab_edit(struct plan_text *out, const char *text, size_t len,
		  const struct inittab_wish *wish, struct inittab_found *found)
{
	size_t at, size;

	*found = (struct inittab_found){ false, false };
	find_block(text, len, wish->unit, &at, &size);
	copy_lines(out, text, text + at, wish, found);
	copy_lines(out, text + at + size, text + len, wish, found);
	if (wish->lines[0])
		plan_add(out, BEGIN " unit %u\n%s" END " unit %u\n", wish->unit, wish->lines,
			 wish->unit);
}

/* Of a shell's command line, too: "gpsppsctl attach /dev/ttyS0" may be within quotes. */
static bool runs(struct word process, const char *command, const char *port)
{
	const char *at = memmem(process.s, process.len, command, strlen(command));
	const size_t n = strlen(port);

	for (; at; at = memmem(at, (size_t)(process.s + process.len - at), port, n)) {
		const char *behind = at + n;

		if (!strncmp(at, port, n) &&
		    (behind == process.s + process.len || strchr(" \t\";", *behind)))
			return true;
		at++;
	}
	return false;
}

static bool any_runs(const char *p, const char *end, const char *command, const char *port)
{
	struct entry e;

	while (p < end)
		if (parse_entry(next_line(&p, end), &e) && runs(e.process, command, port))
			return true;
	return false;
}

bool inittab_runs(const char *text, size_t len, unsigned int unit, const char *command,
		  const char *port)
{
	size_t at, size;

	find_block(text, len, unit, &at, &size);
	return any_runs(text, text + at, command, port) ||
	       any_runs(text + at + size, text + len, command, port);
}
