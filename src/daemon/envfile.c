// SPDX-License-Identifier: GPL-2.0-or-later
/* Assignments of /etc/default/DAEMON, as systemd reads them. */
#include "envfile.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "../letters.h"
#include "conftext.h"

struct sink {
	char *buf;
	size_t size, n;
	size_t kept;		/* what is before it ends with no blank that may go */
	bool full;
};

static void put(struct sink *s, char c, bool keep)
{
	if (s->n + 1 >= s->size) {
		s->full = true;
		return;
	}
	s->buf[s->n++] = c;
	if (keep)
		s->kept = s->n;
}

static bool is_newline(char c)
{
	return c == '\n' || c == '\r';
}

/* Behind the closing quote, or at the end of the text. */
static const char *take_quoted(const char *p, const char *end, struct sink *s)
{
	const char quote = *p++;

	for (; p < end && *p != quote; p++) {
		if (*p != '\\' || quote == '\'' || p + 1 == end) {
			put(s, *p, true);
			continue;
		}
		p++;
		/* the four that a shell escapes there, and a line that goes on */
		if (*p != '\n' && !strchr("\"\\`$", *p))
			put(s, '\\', true);
		if (*p != '\n')
			put(s, *p, true);
	}
	return p < end ? p + 1 : end;
}

/*
 * The value from p to the end of its line.  Quotes count before the first
 * character that stands outside of them; from there on they are letters.
 */
static const char *take_value(const char *p, const char *end, struct sink *s)
{
	bool plain = false;

	while (p < end && !is_newline(*p)) {
		if (!plain && (*p == '"' || *p == '\'')) {
			p = take_quoted(p, end, s);
			continue;
		}
		if (*p == '\\' && p + 1 < end) {
			plain = true;
			if (!is_newline(*++p))
				put(s, *p, true);
		} else if (plain || !is_blank(*p)) {
			plain = true;
			put(s, *p, !is_blank(*p));
		}
		p++;
	}
	s->n = s->kept;
	s->buf[s->n] = '\0';
	return p;
}

/* The name in front of a '=', if this line has one that counts; p stands behind it then. */
static bool begins_name(const char **p, const char *end, struct word *name)
{
	const char *q = *p;

	while (q < end && !is_newline(*q) && *q != '=')
		q++;
	if (q == end || *q != '=' || **p == '#' || **p == ';')
		return false;
	name->s = *p;
	name->len = (size_t)(q - *p);
	while (name->len && is_blank(name->s[name->len - 1]))
		name->len--;
	*p = q + 1;
	return true;
}

/* The next "name=" from p on, which is moved behind it; false at the end of the text. */
static bool next_name(const char **p, const char *end, struct word *name)
{
	while (*p < end) {
		while (*p < end && is_space(**p))
			(*p)++;
		if (*p < end && begins_name(p, end, name))
			return true;
		while (*p < end && !is_newline(**p))
			(*p)++;
	}
	return false;
}

int envfile_value(const char *text, size_t len, const char *name, char *buf, size_t size)
{
	const char *p = text, *nul = memchr(text, '\0', len);
	const char *end = nul ? nul : text + len;
	struct sink nowhere = { .buf = (char[1]){ 0 }, .size = 1 };
	struct word w;
	int rc = -ENOENT;

	buf[0] = '\0';
	while (next_name(&p, end, &w)) {
		struct sink s = { .buf = buf, .size = size };
		const bool ours = word_is(w, name);

		p = take_value(p, end, ours ? &s : &nowhere);
		if (ours)
			rc = s.full ? -ENOSPC : 0;
	}
	if (rc < 0)
		buf[0] = '\0';
	return rc;
}

/* One word, its quotes taken off.  p stands behind it. */
static void take_word(const char **p, struct sink *s)
{
	char quote = '\0';

	for (; **p && (quote || !is_space(**p)); (*p)++) {
		if (**p == quote)
			quote = '\0';
		else if (!quote && (**p == '"' || **p == '\''))
			quote = **p;
		else
			put(s, **p, true);
	}
}

int envfile_split(const char *value, char *args, size_t len, size_t size)
{
	struct sink s = { .buf = args, .size = size, .n = len };

	for (;;) {
		while (is_space(*value))
			value++;
		if (!*value)
			return s.full ? -ENOSPC : (int)s.n;
		take_word(&value, &s);
		put(&s, '\0', true);
	}
}
