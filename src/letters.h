/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Kinds of characters, in ASCII whatever the locale.  Pure. */
#ifndef GPSPPSCTL_LETTERS_H
#define GPSPPSCTL_LETTERS_H

#include <stdbool.h>

static inline bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline bool is_hex(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* Of a name: letters, digits, "_". */
static inline bool is_word(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/* Between the words of a line. */
static inline bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* What isspace() says in the C locale. */
static inline bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

#endif
