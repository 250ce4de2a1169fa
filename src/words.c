// SPDX-License-Identifier: GPL-2.0-or-later
/* The words of a line. */
#include "words.h"

#include <stdbool.h>

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

struct word next_word(const char **p, const char *end)
{
	struct word w;

	while (*p < end && is_blank(**p))
		(*p)++;
	if (*p < end && **p == '#')
		*p = end;
	w.s = *p;
	while (*p < end && !is_blank(**p) && **p != '#')
		(*p)++;
	w.len = (size_t)(*p - w.s);
	return w;
}
