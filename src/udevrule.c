// SPDX-License-Identifier: GPL-2.0-or-later
/* Read udev's rules. */
#include "udevrule.h"

#include <stdio.h>
#include <string.h>

#include "daemon/conftext.h"
#include "letters.h"

#define RULE_MAX 2048

/* One key of a rule: KEY{attribute}OP"value". */
struct term {
	struct word key;		/* without its attribute */
	struct word value;
	bool matches;			/* == or != */
};

void udevrule_begin(struct udevrule_reader *rd, const char *text, size_t len)
{
	rd->p = text;
	rd->end = text + len;
	rd->line = 1;
	rd->gated = false;
}

/* ---- lines: a backslash at the end of one goes on in the next ---- */

static size_t take_line(struct udevrule_reader *rd, char *buf, size_t size)
{
	size_t n = 0;

	while (rd->p < rd->end) {
		const char *eol = memchr(rd->p, '\n', (size_t)(rd->end - rd->p));
		const char *stop = eol ? eol : rd->end;
		const bool goes_on = stop > rd->p && stop[-1] == '\\';
		size_t len = (size_t)(stop - rd->p) - goes_on;

		if (len > size - n)
			len = size - n;
		memcpy(buf + n, rd->p, len);
		n += len;
		rd->p = eol ? eol + 1 : rd->end;
		rd->line++;
		if (!goes_on)
			break;
	}
	return n;
}

/* ---- terms ---- */

static bool is_between(char c)
{
	return is_space(c) || c == ',';
}

static bool is_operator(char c)
{
	return c && strchr("=!+-:", c);
}

/* Behind the opening quote: up to the closing one, a backslash takes the next along. */
static struct word take_value(const char **p, const char *end)
{
	struct word w = { .s = *p };

	while (*p < end && **p != '"')
		*p += **p == '\\' && *p + 1 < end ? 2 : 1;
	w.len = (size_t)(*p - w.s);
	if (*p < end)
		(*p)++;
	return w;
}

/* False at the end, and where the line makes no sense (udev drops it then). */
static bool next_term(const char **p, const char *end, struct term *t)
{
	const char *s, *attribute, *op;

	while (*p < end && is_between(**p))
		(*p)++;
	for (s = *p; *p < end && !is_operator(**p) && **p != '{'; )
		(*p)++;
	t->key = (struct word){ .s = s, .len = (size_t)(*p - s) };
	while (t->key.len && is_space(s[t->key.len - 1]))
		t->key.len--;
	if (*p < end && **p == '{') {
		attribute = memchr(*p, '}', (size_t)(end - *p));
		*p = attribute ? attribute + 1 : end;
	}
	while (*p < end && is_space(**p))
		(*p)++;
	for (op = *p; *p < end && is_operator(**p); )
		(*p)++;
	t->matches = *p - op == 2 && op[1] == '=' && (op[0] == '=' || op[0] == '!');
	while (*p < end && (is_space(**p) || **p == 'e' || **p == 'i'))
		(*p)++;
	if (*p == end || **p != '"' || op == *p)
		return false;
	(*p)++;
	t->value = take_value(p, end);
	return t->key.len > 0;
}

/* What tells one device from another of its sort. */
static bool is_identifying(const struct term *t)
{
	static const char *const keys[] = {
		"ATTR", "ATTRS", "ENV", "KERNELS", "DEVPATH", "PROGRAM", "RESULT",
	};

	for (size_t i = 0; t->matches && i < sizeof(keys) / sizeof(keys[0]); i++)
		if (word_is(t->key, keys[i]))
			return true;
	return false;
}

static void add_links(struct rule_fact *r, struct word value)
{
	const size_t len = strlen(r->links);

	if (value.len + 2 > sizeof(r->links) - len)
		return;
	snprintf(r->links + len, sizeof(r->links) - len, "%s%.*s", len ? " " : "",
		 (int)value.len, value.s);
}

/* What it says of which devices the rules behind it see; see udevrule_next(). */
struct gate {
	bool jumps, lands;
};

static void read_terms(const char *text, size_t len, struct rule_fact *r, struct gate *gate)
{
	const char *p = text;
	struct term t;

	while (next_term(&p, text + len, &t)) {
		if (word_is(t.key, "KERNEL") && t.matches)
			conf_copy(r->kernel, sizeof(r->kernel), t.value);
		else if (word_is(t.key, "SYMLINK") && !t.matches)
			add_links(r, t.value);
		else if (word_is(t.key, "GOTO"))
			gate->jumps = true;
		else if (word_is(t.key, "LABEL"))
			gate->lands = true;
		r->identifies = r->identifies || is_identifying(&t);
	}
}

/*
 * "ATTRS{idVendor}!="1546", GOTO="end"" picks out as well as a match in the rule
 * itself does, for all rules up to the next label.
 */
bool udevrule_next(struct udevrule_reader *rd, struct rule_fact *r)
{
	char text[RULE_MAX];

	while (rd->p < rd->end) {
		struct gate gate = { false, false };
		const unsigned int line = rd->line;
		size_t len = take_line(rd, text, sizeof(text)), blank = 0;

		while (blank < len && is_space(text[blank]))
			blank++;
		if (blank == len || text[blank] == '#')
			continue;
		memset(r, 0, sizeof(*r));
		r->at.line = line;
		conf_quote(r->at.text, sizeof(r->at.text), text + blank, len - blank);
		read_terms(text, len, r, &gate);
		if (gate.lands)
			rd->gated = false;
		if (gate.jumps && r->identifies)
			rd->gated = true;
		r->identifies = r->identifies || rd->gated;
		return true;
	}
	return false;
}

/* ---- what a rule does ---- */

static bool next_link(const char **p, struct word *w)
{
	*w = conf_word(p, *p + strlen(*p));
	return w->len > 0;
}

bool udevrule_links(const struct rule_fact *r, const char *prefix)
{
	const char *p = r->links;
	struct word w;

	while (next_link(&p, &w))
		if (w.len >= strlen(prefix) && !strncmp(w.s, prefix, strlen(prefix)))
			return true;
	return false;
}

static const char *number_of(const char *node)
{
	const char *at = node + strlen(node);

	while (at > node && at[-1] >= '0' && at[-1] <= '9')
		at--;
	return at;
}

/* udev_event_apply_format()'s, of which links of this sort are made. */
static bool expand(struct word link, const char *node, char *buf, size_t size)
{
	static const struct {
		const char *says;
		bool number;
	} forms[] = {
		{ "%n", true }, { "$number", true }, { "%k", false }, { "$kernel", false },
	};
	size_t n = 0;

	for (const char *p = link.s, *end = link.s + link.len; p < end; ) {
		const char *fill = NULL;
		size_t i, len = 1;

		for (i = 0; i < sizeof(forms) / sizeof(forms[0]) && !fill; i++) {
			const size_t says = strlen(forms[i].says);

			if ((size_t)(end - p) < says || memcmp(p, forms[i].says, says))
				continue;
			fill = forms[i].number ? number_of(node) : node;
			len = says;
		}
		if (fill)
			n += (size_t)snprintf(buf + n, size - n, "%s", fill);
		else
			n += (size_t)snprintf(buf + n, size - n, "%c", *p);
		if (n >= size)
			return false;
		p += len;
	}
	return true;
}

/* A pattern with alternatives or wildcards is taken for what stands before the first. */
static bool kernel_fits(const char *pattern, const char *node)
{
	const size_t plain = strcspn(pattern, "*?[|");

	return pattern[plain] ? !strncmp(pattern, node, plain) :
	       !*pattern || !strcmp(pattern, node);
}

bool udevrule_gives(const struct rule_fact *r, const char *node, const char *link)
{
	char name[SURVEY_NAME_MAX];
	const char *p = r->links;
	struct word w;

	while (*link && kernel_fits(r->kernel, node) && next_link(&p, &w))
		if (expand(w, node, name, sizeof(name)) && !strcmp(name, link))
			return true;
	return false;
}

bool udevrule_by_number(const struct rule_fact *r)
{
	static const char *const renumbered[] = { "pps", "ttyUSB", "ttyACM" };
	const bool fixed = !r->kernel[strcspn(r->kernel, "*?[|")] && *number_of(r->kernel);
	bool moves = false;

	for (size_t i = 0; i < sizeof(renumbered) / sizeof(renumbered[0]); i++)
		moves = moves || !strncmp(r->kernel, renumbered[i], strlen(renumbered[i]));
	return moves && !r->identifies &&
	       (fixed || strstr(r->links, "%n") || strstr(r->links, "$number"));
}
