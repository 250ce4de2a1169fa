/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What changes between two texts, as `diff -u` shows it.  Pure. */
#ifndef GPSPPSCTL_SETUP_DIFF_H
#define GPSPPSCTL_SETUP_DIFF_H

#include <stddef.h>

/*
 * A unified diff with three lines of context, "--- PATH" and "+++ PATH" at its head
 * ("/dev/null" for a side that is NULL: the file is new, or goes).  Bytes that no
 * terminal should get are written as \ooo.  Malloced, "" when the texts are the
 * same; NULL without memory.
 */
char *diff_unified(const char *path, const char *before, size_t before_len,
		   const char *after, size_t after_len);

#endif
