// SPDX-License-Identifier: GPL-2.0-or-later
/* One line of the record of changes. */
#include "changes_line.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../fnv.h"
#include "../letters.h"

#define CHECK_DIGITS 16
#define WORDS_MAX 8

/* ---- writing ---- */

static const char *escape(const char *text, char escaped[LINE_ESCAPED_MAX])
{
	char *at = escaped;

	for (; *text && at + 3 < escaped + LINE_ESCAPED_MAX; text++) {
		if (*text > ' ' && *text < 0x7f && *text != '%')
			*at++ = *text;
		else
			at += sprintf(at, "%%%02X", (unsigned char)*text);
	}
	*at = '\0';
	return escaped;
}

void line_dir(char words[LINE_SIZE_MAX], const char *path)
{
	char escaped[LINE_ESCAPED_MAX];

	snprintf(words, LINE_SIZE_MAX, "dir %s", escape(path, escaped));
}

void line_before(char words[LINE_SIZE_MAX], const char *path, unsigned int number,
		 const struct state *s)
{
	char where[LINE_ESCAPED_MAX], target[LINE_ESCAPED_MAX];

	escape(path, where);
	if (s->is == STATE_FILE)
		snprintf(words, LINE_SIZE_MAX, "file %u %o %u %u %zu %016llx %s", number, s->mode,
			 s->uid, s->gid, s->size, (unsigned long long)s->hash, where);
	else if (s->is == STATE_LINK)
		snprintf(words, LINE_SIZE_MAX, "link %u %u %u %s %s", number, s->uid, s->gid,
			 escape(s->target, target), where);
	else
		snprintf(words, LINE_SIZE_MAX, "none %u %s", number, where);
}

void line_ours(char words[LINE_SIZE_MAX], unsigned int number, const struct state *s)
{
	char target[LINE_ESCAPED_MAX];

	if (s->is == STATE_FILE)
		snprintf(words, LINE_SIZE_MAX, "wrote %u %zu %016llx", number, s->size,
			 (unsigned long long)s->hash);
	else if (s->is == STATE_LINK)
		snprintf(words, LINE_SIZE_MAX, "linked %u %s", number, escape(s->target, target));
	else
		snprintf(words, LINE_SIZE_MAX, "removed %u", number);
}

size_t line_seal(char line[LINE_SIZE_MAX + 32], const char *words)
{
	return (size_t)snprintf(line, LINE_SIZE_MAX + 32, "%016llx %s\n",
				(unsigned long long)fnv1a(words, strlen(words)), words);
}

/* ---- reading ---- */

/* A digit is 0 to 15, anything else more. */
static unsigned int digit_of(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = c ? strchr(digits, c) : NULL;

	return at ? (unsigned int)(at - digits) : 16;
}

static bool number_of(const char *word, unsigned int base, uint64_t max, uint64_t *value)
{
	*value = 0;
	if (!*word)
		return false;
	for (; *word; word++) {
		const unsigned int digit = digit_of(*word);

		if (digit >= base || *value > (max - digit) / base)
			return false;
		*value = *value * base + digit;
	}
	return true;
}

char *line_unseal(char *line, size_t len)
{
	uint64_t check;

	if (len < CHECK_DIGITS + 2 || line[CHECK_DIGITS] != ' ' || memchr(line, 0, len))
		return NULL;
	line[CHECK_DIGITS] = '\0';
	line[len] = '\0';
	if (!number_of(line, 16, UINT64_MAX, &check) ||
	    check != fnv1a(line + CHECK_DIGITS + 1, len - CHECK_DIGITS - 1))
		return NULL;
	return line + CHECK_DIGITS + 1;
}

/* In place; NULL when it makes no sense. */
static char *unescape(char *text)
{
	char *to = text;

	for (const char *from = text; *from; from++) {
		const char code[3] = { from[0] == '%' ? from[1] : '\0',
				       from[0] == '%' && from[1] ? from[2] : '\0' };

		if (*from != '%') {
			*to++ = *from;
			continue;
		}
		if (!is_hex(code[0]) || !is_hex(code[1]))
			return NULL;
		*to++ = (char)strtoul(code, NULL, 16);
		from += 2;
	}
	*to = '\0';
	return *text ? text : NULL;
}

/* ---- what the words mean ---- */

static bool take_ids(char **w, struct state *s)
{
	uint64_t uid, gid;

	if (!number_of(w[0], 10, UINT32_MAX, &uid) || !number_of(w[1], 10, UINT32_MAX, &gid))
		return false;
	s->uid = (uid_t)uid;
	s->gid = (gid_t)gid;
	return true;
}

/* SIZE HASH */
static bool take_text(char **w, struct state *s)
{
	uint64_t size;

	if (!number_of(w[0], 10, STATE_SIZE_MAX, &size) || !number_of(w[1], 16, UINT64_MAX, &s->hash))
		return false;
	s->is = STATE_FILE;
	s->size = (size_t)size;
	return true;
}

/* MODE UID GID SIZE HASH */
static bool take_file(char **w, struct state *s)
{
	uint64_t mode;

	if (!number_of(w[0], 8, 07777, &mode))
		return false;
	s->mode = (mode_t)mode;
	return take_ids(w + 1, s) && take_text(w + 3, s);
}

/* TARGET: still a piece of the line */
static bool take_target(char **w, struct state *s)
{
	s->is = STATE_LINK;
	s->target = unescape(w[0]);
	return s->target != NULL;
}

/* UID GID TARGET */
static bool take_link(char **w, struct state *s)
{
	return take_ids(w, s) && take_target(w + 2, s);
}

static bool take_nothing(char **w, struct state *s)
{
	(void)w;
	s->is = STATE_ABSENT;
	return true;
}

static int add_change(struct changes_log *l, unsigned int number, const char *path,
		      const struct state *before)
{
	struct change *more = realloc(l->changes, (l->n + 1) * sizeof(*more));
	char *copy = strdup(path);

	if (more)
		l->changes = more;
	if (!more || !copy) {
		free(copy);
		return -ENOMEM;
	}
	l->changes[l->n++] = (struct change){ .number = number, .path = copy, .before = *before };
	return 0;
}

static int add_ours(struct changes_log *l, unsigned int number, const struct state *s)
{
	struct change *c = NULL;
	struct state *more;

	for (size_t i = 0; i < l->n && number; i++)
		if (l->changes[i].number == number)
			c = &l->changes[i];
	if (!c)
		return -EBADMSG;
	more = realloc(c->ours, (c->n_ours + 1) * sizeof(*more));
	if (!more)
		return -ENOMEM;
	c->ours = more;
	c->ours[c->n_ours++] = *s;
	return 0;
}

static const struct verb {
	const char *name;
	size_t words;
	bool (*take)(char **w, struct state *s);	/* from the third word on */
	bool has_path;		/* in its last word: a change begins */
} verbs[] = {
	{ .name = "dir", .words = 2, .take = take_nothing, .has_path = true },
	{ .name = "file", .words = 8, .take = take_file, .has_path = true },
	{ .name = "link", .words = 6, .take = take_link, .has_path = true },
	{ .name = "none", .words = 3, .take = take_nothing, .has_path = true },
	{ .name = "wrote", .words = 4, .take = take_text },
	{ .name = "linked", .words = 3, .take = take_target },
	{ .name = "removed", .words = 2, .take = take_nothing },
};

static const struct verb *verb_of(char **words, size_t n)
{
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (n == verbs[i].words && !strcmp(words[0], verbs[i].name))
			return &verbs[i];
	return NULL;
}

/* A directory has no number. */
static bool take_number(const struct verb *v, const char *word, uint64_t *number)
{
	*number = 0;
	return v == verbs || (number_of(word, 10, UINT32_MAX, number) && *number);
}

static int apply(struct changes_log *l, const struct verb *v, char **w)
{
	const char *path = v->has_path ? unescape(w[v->words - 1]) : "/";
	struct state s = { .is = STATE_ABSENT };
	uint64_t number;
	int err;

	if (!path || path[0] != '/' || !take_number(v, w[1], &number) || !v->take(w + 2, &s))
		return -EBADMSG;
	if (s.target)
		s.target = strdup(s.target);
	if (s.is == STATE_LINK && !s.target)
		return -ENOMEM;
	err = v->has_path ? add_change(l, (unsigned int)number, path, &s) :
			    add_ours(l, (unsigned int)number, &s);
	if (err)
		state_free(&s);
	return err;
}

int line_apply(struct changes_log *l, char *words)
{
	char none[] = "", *w[WORDS_MAX + 1], *rest = words;
	const struct verb *v;
	size_t n = 0;

	for (size_t i = 0; i <= WORDS_MAX; i++)
		w[i] = none;
	while (rest && n <= WORDS_MAX)
		w[n++] = strsep(&rest, " ");
	v = rest ? NULL : verb_of(w, n);
	return v ? apply(l, v, w) : -EBADMSG;
}
