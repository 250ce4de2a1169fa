// SPDX-License-Identifier: GPL-2.0-or-later
/* The command line of a running program. */
#include "args.h"

#include <string.h>

#include "conftext.h"

static bool take(struct args *a, struct word *w)
{
	const char *nul;

	if (a->p >= a->end)
		return false;
	nul = memchr(a->p, '\0', (size_t)(a->end - a->p));
	w->s = a->p;
	w->len = (size_t)((nul ? nul : a->end) - a->p);
	a->p = nul ? nul + 1 : a->end;
	return true;
}

void args_begin(struct args *a, const char *text, size_t len, const char *letters,
		const struct args_long *longs)
{
	struct word name;

	memset(a, 0, sizeof(*a));
	a->p = text;
	a->end = text + len;
	a->letters = letters;
	a->longs = longs;
	take(a, &name);
}

/* Does this option want a value?  Or -1: there is none such. */
static int wants_value(const struct args *a, int letter)
{
	const char *l = letter != ':' ? strchr(a->letters, letter) : NULL;

	return l && *l ? l[1] == ':' : -1;
}

/* An option's value is what stands behind its letter, or the next argument. */
static int finish(struct args *a, int letter, bool here, struct word *value)
{
	if (wants_value(a, letter) == 1)
		return here || take(a, value) ? letter : ARGS_MISSING;
	return letter;
}

static int next_letter(struct args *a, struct word *value)
{
	const int letter = (unsigned char)a->rest.s[0];
	const int wants = wants_value(a, letter);

	*value = (struct word){ a->rest.s, 1 };
	a->rest.s++;
	a->rest.len--;
	if (wants < 0)
		return ARGS_UNKNOWN;
	*value = a->rest;
	if (wants == 0) {
		value->len = 0;
		return letter;
	}
	a->rest.len = 0;
	return finish(a, letter, value->len > 0, value);
}

/* A beginning of a name is enough when no other begins so; the first of two is taken here. */
static const struct args_long *find_long(const struct args *a, struct word name)
{
	const struct args_long *found = NULL;

	for (const struct args_long *l = a->longs; l && l->name; l++) {
		if (word_is(name, l->name))
			return l;
		if (!found && !strncmp(l->name, name.s, name.len))
			found = l;
	}
	return found;
}

static int next_long(struct args *a, struct word whole, struct word *value)
{
	const char *end = whole.s + whole.len, *eq = memchr(whole.s, '=', whole.len);
	const struct word name = { whole.s + 2, (size_t)((eq ? eq : end) - whole.s) - 2 };
	const struct args_long *found = find_long(a, name);

	*value = whole;
	if (!found || name.len == 0)
		return ARGS_UNKNOWN;
	value->s = eq ? eq + 1 : end;
	value->len = (size_t)(end - value->s);
	return finish(a, found->letter, eq, value);
}

int args_next(struct args *a, struct word *value)
{
	if (a->rest.len)
		return next_letter(a, value);
	if (!take(a, value))
		return ARGS_END;
	if (a->only_operands || value->len < 2 || value->s[0] != '-')
		return ARGS_OPERAND;
	if (word_is(*value, "--")) {
		a->only_operands = true;
		return args_next(a, value);
	}
	if (value->s[1] == '-' && a->longs)
		return next_long(a, *value, value);
	a->rest = (struct word){ value->s + 1, value->len - 1 };
	return next_letter(a, value);
}
