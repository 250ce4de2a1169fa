/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One line of the record of changes (changes_log.h). */
#ifndef GPSPPSCTL_CHANGES_LINE_H
#define GPSPPSCTL_CHANGES_LINE_H

#include <limits.h>
#include <stddef.h>

#include "changes_log.h"

#define LINE_WORDS "gpsppsctl setup 1"		/* the first line */
#define LINE_ESCAPED_MAX (3 * PATH_MAX)		/* each byte %HH */
#define LINE_SIZE_MAX (2 * LINE_ESCAPED_MAX + 256)

/* The words of the line, without its check. */
void line_dir(char words[LINE_SIZE_MAX], const char *path);
void line_before(char words[LINE_SIZE_MAX], const char *path, unsigned int number,
		 const struct state *s);
void line_ours(char words[LINE_SIZE_MAX], unsigned int number, const struct state *s);

/* The whole line: its length. */
size_t line_seal(char line[LINE_SIZE_MAX + 32], const char *words);
/* Its words, which are cut off at their end; NULL: the check is not theirs. */
char *line_unseal(char *line, size_t len);

/* What it says is added to the changes.  0, -EBADMSG, -ENOMEM.  The words are cut to pieces. */
int line_apply(struct changes_log *l, char *words);

#endif
