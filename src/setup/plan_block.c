// SPDX-License-Identifier: GPL-2.0-or-later
/* Blocks of ours in files of others, and assignments in theirs. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "../words.h"
#include "plan_inside.h"

#define MARK_MAX 160

/* ---- lines of a text ---- */

struct line {
	const char *s;
	size_t len;		/* without its end, and without a CR there */
	size_t whole;		/* with both */
};

static bool next_line(const char **p, const char *end, struct line *l)
{
	const char *nl;

	if (*p == end)
		return false;
	nl = memchr(*p, '\n', (size_t)(end - *p));
	l->s = *p;
	l->whole = (size_t)((nl ? nl + 1 : end) - *p);
	l->len = l->whole - (nl != NULL);
	if (l->len && l->s[l->len - 1] == '\r')
		l->len--;
	*p += l->whole;
	return true;
}

static bool line_is(const struct line *l, const char *text)
{
	return word_is((struct word){ l->s, l->len }, text);
}

/* A file that some other system's editor wrote stays in its style. */
static bool has_crlf(const char *text, size_t len)
{
	const char *nl = memchr(text, '\n', len);

	return nl && nl > text && nl[-1] == '\r';
}

static void append_lines(struct plan_text *t, const char *lines, bool crlf)
{
	const char *end = lines + strlen(lines);
	struct line l;

	while (next_line(&lines, end, &l)) {
		plan_append(t, l.s, l.len);
		plan_add(t, crlf ? "\r\n" : "\n");
	}
}

/* ---- blocks ---- */

static void mark(char *buf, const char *which, const char *name)
{
	snprintf(buf, MARK_MAX, "# gpsppsctl: %s %s", which, name);
}

int plan_block_find(const char *text, size_t len, const char *name, size_t *at, size_t *size)
{
	const char *p = text, *end = text + len;
	char begin_mark[MARK_MAX], end_mark[MARK_MAX];
	bool inside = false;
	struct line l;

	mark(begin_mark, "begin", name);
	mark(end_mark, "end", name);
	while (len && next_line(&p, end, &l)) {
		/* what an earlier beginning without an end may have been is not ours to take */
		if (line_is(&l, begin_mark)) {
			inside = true;
			*at = (size_t)(l.s - text);
		} else if (inside && line_is(&l, end_mark)) {
			*size = (size_t)(p - text) - *at;
			return 0;
		}
	}
	return inside ? -EINVAL : -ENOENT;
}

bool plan_has_block(const struct planner *p, const char *path, const char *name)
{
	const struct setup_file f = plan_file(p, path, NULL);
	size_t at, size;

	return f.is == SETUP_TEXT && plan_block_find(f.text, f.len, name, &at, &size) != -ENOENT;
}

static void add_block(struct plan_text *t, const char *name, const char *lines, bool crlf)
{
	char text[MARK_MAX + 1];

	if (!lines[0])
		return;
	mark(text, "begin", name);
	append_lines(t, text, crlf);
	append_lines(t, lines, crlf);
	mark(text, "end", name);
	append_lines(t, text, crlf);
}

/* The whole file with the block as it shall be. */
static void with_block(struct plan_text *t, const struct setup_file *f, const char *name,
		       const char *lines)
{
	const bool crlf = f->is == SETUP_TEXT && has_crlf(f->text, f->len);
	size_t at = f->is == SETUP_TEXT ? f->len : 0, size = 0;

	if (f->is == SETUP_TEXT && plan_block_find(f->text, f->len, name, &at, &size) < 0)
		at = f->len;
	plan_append(t, f->text, at);
	if (lines[0] && at && f->text[at - 1] != '\n')
		plan_add(t, crlf ? "\r\n" : "\n");
	add_block(t, name, lines, crlf);
	if (f->is == SETUP_TEXT)
		plan_append(t, f->text + at + size, f->len - at - size);
}

/* Somebody's own file: what he is to put there, marks and all, so that we find it next time. */
static void block_by_hand(struct planner *p, const char *path, const char *name,
			  const char *lines, const char *why)
{
	const bool there = plan_has_block(p, path, name);
	struct plan_text t = { 0 };

	if (there)
		plan_add(&t, "# instead of the lines from \"# gpsppsctl: begin %s\" to its end:\n", name);
	add_block(&t, name, lines, false);
	plan_by_hand(p, path, plan_text_of(p, &t), why);
	plan_text_free(&t);
}

void plan_block(struct planner *p, const char *path, const char *name, const char *lines,
		const char *why)
{
	char where[PLAN_PATH_MAX];
	struct setup_file f = plan_file(p, path, where);
	struct plan_text t = { 0 };
	size_t at, size;

	if (p->err || (!lines[0] && !plan_has_block(p, path, name)))
		return;
	if (f.is == SETUP_DENIED || f.is == SETUP_DIRECTORY) {
		plan_refuse(p, "%s: cannot be read as a file", path);
		return;
	}
	with_block(&t, &f, name, lines);
	plan_text_of(p, &t);
	if (f.is == SETUP_TEXT && !f.len)
		f.pristine = true;	/* nobody's words are in it */
	if (f.is == SETUP_TEXT && t.len == f.len && !memcmp(t.s ? t.s : "", f.text, f.len))
		;	/* it is so */
	else if (f.is == SETUP_TEXT &&
		 (!f.pristine || plan_block_find(f.text, f.len, name, &at, &size) == -EINVAL))
		block_by_hand(p, path, name, lines, why);
	else
		plan_write(p, where, plan_text_of(p, &t), t.len, 0644, why);
	plan_text_free(&t);
}

/* ---- assignments ---- */

/* The last line that sets `name`; at the end, with no length, when there is none. */
static void find_assignment(const struct setup_file *f, const char *name, size_t *at, size_t *size)
{
	const char *p = f->text, *end = f->text + f->len;
	const size_t n = strlen(name);
	struct line l;

	*at = f->len;
	*size = 0;
	while (next_line(&p, end, &l)) {
		if (l.len <= n || memcmp(l.s, name, n) != 0 || l.s[n] != '=')
			continue;
		*at = (size_t)(l.s - f->text);
		*size = l.whole;
	}
}

void plan_assign(struct planner *p, const char *path, const char *name, const char *value,
		 const char *why)
{
	struct setup_file f = plan_file(p, path, NULL);
	struct plan_text line = { 0 }, t = { 0 };
	size_t at, size;

	plan_add(&line, "%s=\"%s\"\n", name, value);
	if (f.is == SETUP_DENIED || f.is == SETUP_DIRECTORY) {
		plan_refuse(p, "%s: cannot be read as a file", path);
	} else if (f.is == SETUP_TEXT && !f.pristine) {
		plan_by_hand(p, path, plan_text_of(p, &line), why);
	} else {
		if (f.is == SETUP_ABSENT)
			f = (struct setup_file){ .is = SETUP_TEXT, .text = "" };
		find_assignment(&f, name, &at, &size);
		plan_append(&t, f.text, at);
		if (at && f.text[at - 1] != '\n')
			plan_add(&t, "\n");
		plan_append(&t, line.s, line.len);
		plan_append(&t, f.text + at + size, f.len - at - size);
		plan_text_of(p, &line);
		plan_write(p, path, plan_text_of(p, &t), t.len, 0644, why);
	}
	plan_text_free(&line);
	plan_text_free(&t);
}
