// SPDX-License-Identifier: GPL-2.0-or-later
/* What changes between two texts, as `diff -u` shows it. */
#include "diff.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../plottext.h"
#include "diff_script.h"

#define CONTEXT 3
#define LETTER_MAX 4		/* bytes of UTF-8 */

/* ---- the text that is made ---- */

struct buffer {
	char *s;
	size_t len, size;
	bool failed;
};

static void put(struct buffer *b, const char *s, size_t len)
{
	if (b->len + len + 1 > b->size) {
		const size_t size = 2 * (b->len + len + 1);
		char *more = b->failed ? NULL : realloc(b->s, size);

		b->failed = !more;
		if (b->failed)
			return;
		b->s = more;
		b->size = size;
	}
	if (len)
		memcpy(b->s + b->len, s, len);
	b->len += len;
	b->s[b->len] = '\0';
}

static void put_text(struct buffer *b, const char *s)
{
	put(b, s, strlen(s));
}

/* A terminal obeys controls, and guesses at what is no UTF-8: how many bytes are good for it. */
static size_t shown(const char *s, size_t len)
{
	char letter[LETTER_MAX + 1] = "";

	memcpy(letter, s, len < LETTER_MAX ? len : LETTER_MAX);
	return plot_letter(letter);
}

static void put_shown(struct buffer *b, const char *s, size_t len)
{
	while (len) {
		size_t n = *s == '\t' ? 1 : shown(s, len);
		char code[8];

		snprintf(code, sizeof(code), "\\%03o", (unsigned char)*s);
		if (n)
			put(b, s, n);
		else
			put_text(b, code);
		n = n ? n : 1;
		s += n;
		len -= n;
	}
}

static void put_line(struct buffer *b, char mark, const struct diff_line *line)
{
	const bool has_feed = line->s[line->len - 1] == '\n';

	put(b, &mark, 1);
	put_shown(b, line->s, line->len - has_feed);
	put_text(b, has_feed ? "\n" : "\n\\ No newline at end of file\n");
}

/* ---- hunks ---- */

struct cursor {
	const struct diff_side *before, *after;
	size_t i, j;		/* lines of each that are behind us */
};

static bool is_change(const struct cursor *c)
{
	return (c->i < c->before->n && c->before->changed[c->i]) ||
	       (c->j < c->after->n && c->after->changed[c->j]);
}

static bool is_end(const struct cursor *c)
{
	return c->i == c->before->n && c->j == c->after->n;
}

/* Over the lines that are the same, at most `max`: how many there were. */
static size_t pass_same(struct cursor *c, size_t max)
{
	size_t n = 0;

	for (; n < max && !is_end(c) && !is_change(c); n++) {
		c->i++;
		c->j++;
	}
	return n;
}

static void pass_change(struct cursor *c)
{
	while (c->i < c->before->n && c->before->changed[c->i])
		c->i++;
	while (c->j < c->after->n && c->after->changed[c->j])
		c->j++;
}

/* From its first change to the end of its context: changes that share theirs are one hunk. */
static struct cursor hunk_end(struct cursor c)
{
	struct cursor next;

	do {
		pass_change(&c);
		next = c;
		pass_same(&next, 2 * CONTEXT);
		if (is_change(&next))
			c = next;
	} while (is_change(&c));
	pass_same(&c, CONTEXT);
	return c;
}

/* "12,3"; a single line is "12", and no line stands behind the one before. */
static void put_range(struct buffer *b, const char *mark, size_t from, size_t to)
{
	char text[64];

	if (to - from == 1)
		snprintf(text, sizeof(text), "%s%zu", mark, to);
	else
		snprintf(text, sizeof(text), "%s%zu,%zu", mark, from + (to > from), to - from);
	put_text(b, text);
}

static void put_lines(struct buffer *b, struct cursor c, const struct cursor *end)
{
	while (c.i < end->i || c.j < end->j) {
		const struct cursor from = c;

		pass_change(&c);
		for (size_t i = from.i; i < c.i; i++)
			put_line(b, '-', &c.before->lines[i]);
		for (size_t j = from.j; j < c.j; j++)
			put_line(b, '+', &c.after->lines[j]);
		if (c.i < end->i) {
			put_line(b, ' ', &c.before->lines[c.i++]);
			c.j++;
		}
	}
}

static void put_hunk(struct buffer *b, const struct cursor *from, const struct cursor *end)
{
	put_range(b, "@@ -", from->i, end->i);
	put_range(b, " +", from->j, end->j);
	put_text(b, " @@\n");
	put_lines(b, *from, end);
}

static void put_hunks(struct buffer *b, const struct diff_side *before,
		      const struct diff_side *after)
{
	struct cursor c = { before, after, 0, 0 };

	while (!is_end(&c)) {
		const size_t same = pass_same(&c, before->n), context = same < CONTEXT ? same : CONTEXT;
		const struct cursor from = { before, after, c.i - context, c.j - context };

		if (!is_change(&c))
			return;
		c = hunk_end(c);
		put_hunk(b, &from, &c);
	}
}

static bool is_quoted(const char *path)
{
	for (; *path; path += shown(path, strlen(path)))
		if (strchr(" \"\\", *path) || !shown(path, strlen(path)))
			return true;
	return false;
}

/* patch(1) and git take a name between quotes for a string of C's. */
static void put_name(struct buffer *b, const char *mark, const char *path)
{
	const bool quoted = is_quoted(path);

	put_text(b, mark);
	put_text(b, quoted ? "\"" : "");
	while (*path) {
		const size_t n = shown(path, strlen(path));

		if (*path == '"' || *path == '\\')
			put_text(b, "\\");
		if (*path == '\t')
			put_text(b, "\\t");
		else
			put_shown(b, path, n ? n : 1);
		path += n ? n : 1;
	}
	put_text(b, quoted ? "\"\n" : "\n");
}

static void put_diff(struct buffer *b, const char *from, const char *to,
		     const struct diff_side *before, const struct diff_side *after)
{
	put_name(b, "--- ", from);
	put_name(b, "+++ ", to);
	put_hunks(b, before, after);
}

char *diff_unified(const char *path, const char *before, size_t before_len,
		   const char *after, size_t after_len)
{
	struct diff_side a = { .n = 0 }, b = { .n = 0 };
	struct buffer out = { .s = NULL };

	put_text(&out, "");
	if (diff_split(&a, before, before ? before_len : 0) < 0 ||
	    diff_split(&b, after, after ? after_len : 0) < 0 || diff_script(&a, &b) < 0)
		out.failed = true;
	else if (!before != !after || before_len != after_len ||
		 (before && memcmp(before, after, before_len) != 0))
		put_diff(&out, before ? path : "/dev/null", after ? path : "/dev/null", &a, &b);
	diff_side_free(&a);
	diff_side_free(&b);
	if (!out.failed)
		return out.s;
	free(out.s);
	return NULL;
}
