// SPDX-License-Identifier: GPL-2.0-or-later
/* What ntpd says of itself through ntpq: variables with their values. */
#include "ntpq_state.h"

#include <string.h>

#include "ntpq_inside.h"

#define LEN(array) (sizeof(array) / sizeof((array)[0]))

enum kind { KIND_TEXT, KIND_INT, KIND_MS };

struct variable {
	const char *name;
	enum kind kind;
	size_t offset;
	size_t size;		/* of a text */
};

#define TEXT(type, name_) { #name_, KIND_TEXT, offsetof(type, name_), sizeof(((type *)0)->name_) }
#define FACT(type, name_, kind, member) { name_, kind, offsetof(type, member), 0 }

static const struct variable system_variables[] = {
	TEXT(struct ntpq_system, version),
};

static const struct variable assoc_variables[] = {
	FACT(struct ntpq_assoc, "associd", KIND_INT, associd),
	TEXT(struct ntpq_assoc, srcadr),
};

static const struct variable clock_variables[] = {
	TEXT(struct ntpq_clock, timecode),
	FACT(struct ntpq_clock, "noreply", KIND_INT, noreply),
	FACT(struct ntpq_clock, "badformat", KIND_INT, badformat),
	FACT(struct ntpq_clock, "baddata", KIND_INT, baddata),
	FACT(struct ntpq_clock, "fudgetime1", KIND_MS, fudgetime1_ns),
	FACT(struct ntpq_clock, "fudgetime2", KIND_MS, fudgetime2_ns),
	FACT(struct ntpq_clock, "flags", KIND_INT, flags),
};

static struct fact read_value(struct word value, enum kind kind)
{
	const struct word w = said_word(&value);

	return kind == KIND_MS ? said_ns(w, 6) : said_whole(w, 10);
}

/* The first one counts. */
static void set_variable(const struct variable *v, struct word value, void *out)
{
	char *at = (char *)out + v->offset;

	if (v->kind == KIND_TEXT) {
		if (!at[0])
			said_copy(at, v->size, value);
	} else if (!fact_known(*(struct fact *)(void *)at)) {
		*(struct fact *)(void *)at = read_value(value, v->kind);
	}
}

static void drop(struct word *w, size_t n)
{
	w->s += n;
	w->len -= n;
}

/* Up to the quote that ends it: NTPsec's are escaped as in Python. */
static struct word take_quoted(struct word *text)
{
	struct word w = { text->s + 1, 0 };

	drop(text, 1);
	while (text->len && text->s[0] != '"') {
		const size_t n = text->s[0] == '\\' && text->len > 1 ? 2 : 1;

		w.len += n;
		drop(text, n);
	}
	if (text->len)
		drop(text, 1);
	return w;
}

/* A value ends with a comma or its line; that of associd, which a blank follows, with the blank. */
static struct word take_value(struct word *text, bool ends_with_blank)
{
	struct word w;

	while (text->len && (text->s[0] == ' ' || text->s[0] == '\t'))
		drop(text, 1);
	if (text->len && text->s[0] == '"')
		return take_quoted(text);
	for (w = (struct word){ text->s, 0 }; text->len; drop(text, 1), w.len++)
		if (text->s[0] == ',' || text->s[0] == '\n' ||
		    (ends_with_blank && text->s[0] == ' '))
			break;
	return said_trim(w);
}

static bool is_name(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

static bool take_name(struct word *text, struct word *name)
{
	while (text->len && !is_name(text->s[0])) {
		/* what is quoted here is nobody's value */
		if (text->s[0] == '"')
			take_quoted(text);
		else
			drop(text, 1);
	}
	for (*name = (struct word){ text->s, 0 }; text->len && is_name(text->s[0]); name->len++)
		drop(text, 1);
	return name->len > 0;
}

/* How many of these variables the text has. */
static size_t read_variables(struct word text, const struct variable *v, size_t n, void *out)
{
	struct word name;
	size_t known = 0;

	while (take_name(&text, &name)) {
		struct word value;

		/* words of a date or of a status are no names */
		if (!text.len || text.s[0] != '=')
			continue;
		drop(&text, 1);
		value = take_value(&text, word_is(name, "associd"));
		for (size_t i = 0; i < n; i++) {
			if (!word_is(name, v[i].name))
				continue;
			set_variable(&v[i], value, out);
			/* it is there even when nothing else is */
			known += !word_is(name, "associd");
		}
	}
	return known;
}

/* All is absent until it is said. */
static void forget(const struct variable *v, size_t n, void *out)
{
	for (size_t i = 0; i < n; i++)
		if (v[i].kind != KIND_TEXT)
			*(struct fact *)(void *)((char *)out + v[i].offset) = said_absent();
}

static enum said read_all(struct word text, const struct variable *v, size_t n, void *out,
			  char error[SAID_ERROR_MAX])
{
	forget(v, n, out);
	if (read_variables(text, v, n, out))
		return SAID_WELL;
	return ntpq_error(text, error);
}

void ntpq_read_system(const char *text, size_t len, struct ntpq_system *out)
{
	memset(out, 0, sizeof(*out));
	out->said = read_all((struct word){ text, len }, system_variables, LEN(system_variables),
			     out, out->error);
}

void ntpq_read_assoc(const char *text, size_t len, struct ntpq_assoc *out)
{
	struct word name;

	memset(out, 0, sizeof(*out));
	out->said = read_all((struct word){ text, len }, assoc_variables, LEN(assoc_variables),
			     out, out->error);
	name = (struct word){ out->srcadr, strlen(out->srcadr) };
	out->is_clock = ntpq_clock_name(name, &out->driver, &out->unit);
}

void ntpq_read_clock(const char *text, size_t len, struct ntpq_clock *out)
{
	memset(out, 0, sizeof(*out));
	out->said = read_all((struct word){ text, len }, clock_variables, LEN(clock_variables),
			     out, out->error);
}
