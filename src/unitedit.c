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

int unitedit_option(const char *text, size_t len, unsigned int line, const char *name,
		    const char *value, struct unitedit *edit)
{
	size_t n, head;
	const char *p = find_line(text, len, line, &n);
	struct word place;
	int wrote;

	if (!p)
		return -ENOENT;
	if (n >= sizeof(edit->before))
		return -ENOSPC;
	place = find_place(p, p + n, name);
	if (!place.s)
		return -ENOENT;
	memcpy(edit->before, p, n);
	edit->before[n] = '\0';
	edit->at = (size_t)(p - text);
	edit->len = n;
	head = (size_t)(place.s - p);
	wrote = snprintf(edit->after, sizeof(edit->after), "%.*s%s%s%s%s", (int)head, edit->before,
			 place.len ? "" : " ", name, value, edit->before + head + place.len);
	return wrote < 0 || (size_t)wrote >= sizeof(edit->after) ? -ENOSPC : 0;
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
