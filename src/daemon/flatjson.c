// SPDX-License-Identifier: GPL-2.0-or-later
/* The members of a JSON object (RFC 8259), one by one. */
#include "flatjson.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

static void drop(struct word *w, size_t n)
{
	w->s += n;
	w->len -= n;
}

static void skip_blanks(struct word *w)
{
	while (w->len && (w->s[0] == ' ' || w->s[0] == '\t' || w->s[0] == '\r' || w->s[0] == '\n'))
		drop(w, 1);
}

static bool take(struct word *w, char c)
{
	skip_blanks(w);
	if (!w->len || w->s[0] != c)
		return false;
	drop(w, 1);
	return true;
}

/* Behind the opening quote: up to the closing one. */
static int take_string(struct word *w, struct word *out)
{
	*out = (struct word){ w->s, 0 };
	while (w->len && w->s[0] != '"') {
		const size_t n = w->s[0] == '\\' ? 2 : 1;

		if (n > w->len)
			return -EINVAL;
		out->len += n;
		drop(w, n);
	}
	return take(w, '"') ? 0 : -EINVAL;
}

/*
 * From an opening brace or bracket to the one that closes it.  A bit for each
 * level says which of both was opened.
 */
static int take_nested(struct word *w, struct word *out)
{
	struct word string;
	uint32_t arrays = 0;
	unsigned int depth = 0;

	*out = (struct word){ w->s, 0 };
	while (w->len) {
		const char c = w->s[0];

		drop(w, 1);
		if (c == '"') {
			if (take_string(w, &string) < 0)
				return -EINVAL;
		} else if (c == '{' || c == '[') {
			if (depth++ == FLATJSON_DEPTH_MAX)
				return -EINVAL;
			arrays = arrays << 1 | (c == '[');
		} else if (c == '}' || c == ']') {
			if ((arrays & 1) != (c == ']'))
				return -EINVAL;
			arrays >>= 1;
			depth--;
		}
		if (!depth) {
			out->len = (size_t)(w->s - out->s);
			return 0;
		}
	}
	return -EINVAL;
}

static bool ends_plain(char c)
{
	return strchr(",:]}[{\" \t\r\n", c) != NULL;	/* and NUL */
}

static int take_plain(struct word *w, struct word *out)
{
	*out = (struct word){ w->s, 0 };
	while (w->len && !ends_plain(w->s[0])) {
		out->len++;
		drop(w, 1);
	}
	return out->len ? 0 : -EINVAL;
}

static int take_value(struct word *w, struct flatjson_value *v)
{
	skip_blanks(w);
	if (!w->len)
		return -EINVAL;
	switch (w->s[0]) {
	case '"':
		v->kind = FLATJSON_STRING;
		drop(w, 1);
		return take_string(w, &v->text);
	case '{':
	case '[':
		v->kind = w->s[0] == '{' ? FLATJSON_OBJECT : FLATJSON_ARRAY;
		return take_nested(w, &v->text);
	default:
		v->kind = FLATJSON_OTHER;
		return take_plain(w, &v->text);
	}
}

static int take_key(struct word *w, struct word *key)
{
	if (!take(w, '"') || take_string(w, key) < 0 || !take(w, ':'))
		return -EINVAL;
	return 0;
}

int flatjson_open(struct word text, struct flatjson *j)
{
	memset(j, 0, sizeof(*j));
	if (take(&text, '{'))
		j->close = '}';
	else if (take(&text, '['))
		j->close = ']';
	else
		return -EINVAL;
	j->text = text;
	return 0;
}

int flatjson_next(struct flatjson *j, struct flatjson_value *value)
{
	int err;

	*value = (struct flatjson_value){ .kind = FLATJSON_OTHER };
	if (take(&j->text, j->close))
		return 0;
	if (j->begun && !take(&j->text, ','))
		return -EINVAL;
	j->begun = true;
	err = j->close == '}' ? take_key(&j->text, &value->key) : 0;
	if (!err)
		err = take_value(&j->text, value);
	return err ? err : 1;
}

/* The character that the escape behind a backslash stands for; all beyond ASCII is '?'. */
static char unescaped(struct word *w)
{
	const char c = w->s[0];

	drop(w, 1);
	if (c == 'u') {
		drop(w, w->len < 4 ? w->len : 4);
		return '?';
	}
	return strchr("\"\\/", c) ? c : '?';
}

void flatjson_copy(char *out, size_t size, struct word text)
{
	size_t n = 0;

	while (text.len && n + 1 < size) {
		char c = text.s[0];

		drop(&text, 1);
		if (c == '\\' && text.len)
			c = unescaped(&text);
		out[n++] = c >= 0x20 && c < 0x7f ? c : '?';
	}
	out[n] = '\0';
}
