/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Change one option in the text of the table of units, and nothing else of it.  Pure. */
#ifndef GPSPPSCTL_UNITEDIT_H
#define GPSPPSCTL_UNITEDIT_H

#include <stddef.h>

#define UNITEDIT_LINE_MAX 512

struct unitedit {
	char before[UNITEDIT_LINE_MAX];	/* the line as it was, without its end */
	char after[UNITEDIT_LINE_MAX];
	size_t at, len;			/* where the old line is in the text */
};

/*
 * In line `line` (from 1) of a table that unittab_parse() has understood, let the
 * option `name` ("baud=") have this value: the first word that begins with it is
 * replaced, or one is added behind the last word; `value` NULL: it is taken out, with the
 * blanks before it.  Blanks, comments and a CR at the end stay.  0; -ENOENT when there is no such line, or it has no words;
 * -ENOSPC when it is too long.
 */
int unitedit_option(const char *text, size_t len, unsigned int line, const char *name,
		    const char *value, struct unitedit *edit);

/* The same for the first word, the unit's number. */
int unitedit_unit(const char *text, size_t len, unsigned int line, unsigned int unit,
		  struct unitedit *edit);

/* The whole text with the line exchanged.  Its length, or -ENOSPC. */
int unitedit_apply(const char *text, size_t len, const struct unitedit *edit, char *buf,
		   size_t size);

#endif
