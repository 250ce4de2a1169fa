/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which lines go and which come between two texts.  Pure. */
#ifndef GPSPPSCTL_SETUP_DIFF_SCRIPT_H
#define GPSPPSCTL_SETUP_DIFF_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>

struct diff_line {
	const char *s;
	size_t len;		/* with its line feed, which the last one may be without */
};

struct diff_side {
	struct diff_line *lines;
	size_t n;
	bool *changed;		/* it goes (before), it comes (after); the others stand in both */
};

/* Take a text apart; `changed` is all false.  0 or -ENOMEM; to be freed in any case. */
int diff_split(struct diff_side *side, const char *text, size_t len);
void diff_side_free(struct diff_side *side);

/*
 * Mark what changed: as few lines as can be; when there are too many to look for that,
 * all between the common beginning and the common end.  0 or -ENOMEM.
 */
int diff_script(struct diff_side *before, struct diff_side *after);

#endif
