/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The command line of a running program, from the text of /proc/PID/cmdline:
 * arguments with a NUL behind each.  Options as getopt_long(3) takes them; it is
 * not called, since it keeps state and prints.  Pure.
 */
#ifndef GPSPPSCTL_DAEMON_ARGS_H
#define GPSPPSCTL_DAEMON_ARGS_H

#include <stdbool.h>
#include <stddef.h>

#include "../words.h"

struct args_long {
	const char *name;	/* without its dashes; NULL behind the last */
	int letter;
};

struct args {
	const char *p, *end;
	const char *letters;	/* "bD:F:": a colon behind those with a value */
	const struct args_long *longs;	/* or NULL */
	struct word rest;	/* letters of this argument that are still to come */
	bool only_operands;	/* behind "--" */
};

enum {
	ARGS_END = 0,
	ARGS_OPERAND = 1,	/* not an option: *value is it */
	ARGS_UNKNOWN = '?',	/* *value is the argument */
	ARGS_MISSING = ':',	/* an option without its value */
};

/* Begin behind the program's own name. */
void args_begin(struct args *a, const char *text, size_t len, const char *letters,
		const struct args_long *longs);

/*
 * The next option's letter with its *value, or one of the above.  Operands may
 * stand between options, as glibc allows.
 */
int args_next(struct args *a, struct word *value);

#endif
