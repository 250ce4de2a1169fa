// SPDX-License-Identifier: GPL-2.0-or-later
/* The words of a line. */
#include "words.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

void text_add(char *text, size_t size, const char *fmt, ...)
{
	const size_t n = strlen(text);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text + n, size - n, fmt, ap);
	va_end(ap);
}

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
