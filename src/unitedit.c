// SPDX-License-Identifier: GPL-2.0-or-later
/* One option of one line of the table of units. */
#include "unitedit.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "words.h"

/* The line's beginning, and in *len its length without its end; NULL: there are fewer. */
static const char *find_line(const char *text, size_t size, unsigned int line, size_t *len)
{
	const char *end = text + size, *nl;

	while (line > 1 && (nl = memchr(text, '\n', (size_t)(end - text))) != NULL) {
		text = nl + 1;
		line--;
	}
	if (line != 1 || text == end)
		return NULL;
	nl = memchr(text, '\n', (size_t)(end - text));
	*len = (size_t)((nl ? nl : end) - text);
	return text;
}

/* What is to be replaced: the option's word, or nothing behind the last word. */
static struct word find_place(const char *p, const char *end, const char *name)
{
	const size_t len = strlen(name);
	struct word place = { NULL, 0 }, w;

	while ((w = next_word(&p, end)).len) {
		if (w.len >= len && !memcmp(w.s, name, len))
			return w;
		place = (struct word){ w.s + w.len, 0 };
	}
	return place;
}

/* The line with `word` in the place of what is there. */
static int replace(const char *text, const char *p, size_t n, struct word place, const char *word,
		   struct unitedit *edit)
{
	const size_t head = (size_t)(place.s - p);
	int wrote;

	if (n >= sizeof(edit->before))
		return -ENOSPC;
	memcpy(edit->before, p, n);
	edit->before[n] = '\0';
	edit->at = (size_t)(p - text);
	edit->len = n;
	wrote = snprintf(edit->after, sizeof(edit->after), "%.*s%s%s", (int)head, edit->before,
			 word, edit->before + head + place.len);
	return wrote < 0 || (size_t)wrote >= sizeof(edit->after) ? -ENOSPC : 0;
}

/* With the blanks before it: the line's first word is never an option. */
static struct word with_blanks(const char *line, struct word w)
{
	while (w.s > line && (w.s[-1] == ' ' || w.s[-1] == '\t')) {
		w.s--;
		w.len++;
	}
	return w;
}

int unitedit_option(const char *text, size_t len, unsigned int line, const char *name,
		    const char *value, struct unitedit *edit)
{
	char word[UNITEDIT_LINE_MAX];
	size_t n;
	const char *p = find_line(text, len, line, &n);
	struct word place;

	if (!p)
		return -ENOENT;
	if (n >= sizeof(edit->before))
		return -ENOSPC;
	place = find_place(p, p + n, name);
	if (!place.s)
		return -ENOENT;
	if (!value)
		return replace(text, p, n, place.len ? with_blanks(p, place) : place, "", edit);
	if (snprintf(word, sizeof(word), "%s%s%s", place.len ? "" : " ", name, value) >=
	    (int)sizeof(word))
		return -ENOSPC;
	return replace(text, p, n, place, word, edit);
}

int unitedit_unit(const char *text, size_t len, unsigned int line, unsigned int unit,
		  struct unitedit *edit)
{
	char word[16];
	size_t n;
	const char *p = find_line(text, len, line, &n), *at = p;
	struct word first;

	if (!p)
		return -ENOENT;
	first = next_word(&at, p + n);
	if (!first.len)
		return -ENOENT;
	snprintf(word, sizeof(word), "%u", unit);
	return replace(text, p, n, first, word, edit);
}

int unitedit_apply(const char *text, size_t len, const struct unitedit *edit, char *buf,
		   size_t size)
{
	const size_t n = strlen(edit->after), tail = len - edit->at - edit->len;

	if (edit->at + n + tail > size)
		return -ENOSPC;
	memcpy(buf, text, edit->at);
	memcpy(buf + edit->at, edit->after, n);
	memcpy(buf + edit->at + n, text + edit->at + edit->len, tail);
	return (int)(edit->at + n + tail);
}
