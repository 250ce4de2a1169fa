/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the configurations of all daemons are made of: words, numbers, quotations.  Pure. */
#ifndef GPSPPSCTL_DAEMON_CONFTEXT_H
#define GPSPPSCTL_DAEMON_CONFTEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../words.h"

/*
 * The next word from *p on, up to white space (is_space(): more than next_word()'s
 * blanks, and '#' is a letter) or `end`; p stands behind it then.
 */
struct word conf_word(const char **p, const char *end);

/* The same letters, upper or lower case: ASCII's, in any locale. */
bool conf_same(struct word w, const char *text);

/* A copy with its NUL; false and an empty one when it does not fit, or has a NUL in it. */
bool conf_copy(char *buf, size_t size, struct word w);

/*
 * For quoting: what is not printable ASCII as '?', and "..." at the end of what
 * was cut.
 */
void conf_quote(char *buf, size_t size, const char *s, size_t len);

/*
 * The decimal number that begins at *p, as scanf()'s %d and %lf take it: what
 * stands behind it is left, even without a blank between.  p stands behind the
 * number then.  0; -EINVAL for no number; -ERANGE for one that is out of range or
 * of a form that only scanf() reads (0x1p-3, 1e, inf, nan).
 */
int conf_int(const char **p, const char *end, int *value);
int conf_seconds(const char **p, const char *end, int64_t *ns);

#endif
