// SPDX-License-Identifier: GPL-2.0-or-later
/* Words and values of a line of an ntp.conf, and what is wrong with them. */
#include "ntpd_inside.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* ---- quoting and complaining ---- */

static void quote(const char *s, size_t len, char *text, size_t size)
{
	const bool cut = len >= size;
	size_t n = cut ? size - 1 : len;

	for (size_t i = 0; i < n; i++) {
		text[i] = s[i] == '\t' ? ' ' : s[i];
		if (text[i] < ' ' || text[i] > '~')
			text[i] = '?';
	}
	text[n] = '\0';
	if (cut)
		memcpy(text + n - 3, "...", 3);
}

static bool is_edge(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

void ntpd_say_where(const struct ntpd_line *s, struct ntpd_place *at)
{
	const char *p = s->begin, *end = s->end;

	while (p < end && is_edge(*p))
		p++;
	while (p < end && is_edge(end[-1]))
		end--;
	at->file = s->file;
	at->line = s->line;
	quote(p, (size_t)(end - p), at->text, sizeof(at->text));
}

int ntpd_complain(struct ntpd_line *s, const char *fmt, ...)
{
	struct ntpd_conf *conf = s->conf;
	struct ntpd_error *e = &conf->errors[conf->n_errors];
	va_list ap;

	if (conf->n_errors == NTPD_ERRORS_MAX) {
		conf->errors_lost++;
		return -EINVAL;
	}
	conf->n_errors++;
	ntpd_say_where(s, &e->at);
	va_start(ap, fmt);
	vsnprintf(e->reason, sizeof(e->reason), fmt, ap);
	va_end(ap);
	return -EINVAL;
}

const char *ntpd_grammar_name(const struct ntpd_line *s)
{
	return s->grammar == S ? "NTPsec" : "ntpd";
}

int ntpd_complain_word(struct ntpd_line *s, const char *fmt, ...)
{
	char word[48], what[96];
	va_list ap;

	quote(s->w.s, strlen(s->w.s), word, sizeof(word));
	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	return ntpd_complain(s, "\"%s\" %s", word, what);
}

/*
 * A word that fits nowhere, behind `count` that do.  Bison's parser obeys a command that
 * is complete without it ("least" words) before it looks at what comes next and finds
 * the error: "server 127.127.20.0 mod 17" starts the clock.  Seen of NTPsec 1.2.2.
 */
int ntpd_obey_in_part(struct ntpd_line *s, int count, int least)
{
	struct ntpd_conf *conf = s->conf;

	if (count < least)
		return -EINVAL;
	if (!conf->errors_lost)
		conf->errors[conf->n_errors - 1].in_part = true;
	return count;
}

int ntpd_next(struct ntpd_line *s, enum lex_next mode)
{
	if (lex_word(&s->p, s->end, mode, &s->w))
		return 1;
	if (s->w.len)
		return ntpd_complain(s, "a word of more than %d characters: ntpd does not start",
				     LEX_MAX);
	return 0;
}

/* ---- values ---- */

static bool read_bool(const struct lexeme *w, int64_t *value)
{
	if (lex_is(w, "true")) {
		*value = 1;
		return true;
	}
	/* another number is taken for 1; "false" is no keyword (keyword-gen.c) */
	if (!lex_int(w, value))
		return false;
	*value = *value != 0;
	return true;
}

static bool value_fits(const struct ntpd_line *s, enum value_kind kind, int64_t *value)
{
	switch (kind) {
	case VALUE_INT:
		return lex_int(&s->w, value);
	case VALUE_UINT:
		return lex_uint(&s->w, value);
	case VALUE_BOOL:
		return read_bool(&s->w, value);
	case VALUE_NUMBER:
		return lex_billionths(&s->w, s->grammar & S, value);
	case VALUE_NONE:
	case VALUE_STRING:
		break;
	}
	return true;
}

static const char *const value_wants[] = {
	[VALUE_NONE] = "nothing",
	[VALUE_INT] = "a whole number",
	[VALUE_UINT] = "a whole number",
	[VALUE_BOOL] = "0 or 1",
	[VALUE_NUMBER] = "a number",
	[VALUE_STRING] = "a text",
};

int ntpd_read_value(struct ntpd_line *s, const char *name, enum value_kind kind, int64_t *value)
{
	int n;

	*value = 1;
	if (kind == VALUE_NONE)
		return 0;
	n = ntpd_next(s, kind == VALUE_STRING ? LEX_STRING : LEX_TOKEN);
	if (n == 0)
		return ntpd_complain(s, "%s wants %s", name, value_wants[kind]);
	if (n < 0)
		return n;
	if (!value_fits(s, kind, value))
		return ntpd_complain_word(s, "is not what %s wants: %s", name, value_wants[kind]);
	return 0;
}

int ntpd_copy_path(struct ntpd_line *s, char *path)
{
	if (s->w.len >= NTPD_PATH_MAX)
		return ntpd_complain(s, "a path of more than %d characters is not looked at",
				     NTPD_PATH_MAX - 1);
	memcpy(path, s->w.s, s->w.len + 1);
	return 0;
}
