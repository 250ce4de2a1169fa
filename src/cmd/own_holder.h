/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A holder of our own: a port that nobody has, attached for as long as this program runs. */
#ifndef GPSPPSCTL_OWN_HOLDER_H
#define GPSPPSCTL_OWN_HOLDER_H

#include <stdbool.h>
#include <sys/types.h>

struct own_holder_wish {
	const char *table;		/* path of the table of units */
	const char *tty;		/* "ttyS0" */
	unsigned int unit;
	unsigned int baud;		/* 0: as attach finds it */
	bool pulse_only;
};

/*
 * Start `gpsppsctl attach` as a child and wait until it holds the port.  0 with its pid,
 * or an exit code after a message, without one; a signal that was caught gives EXIT_DONE,
 * without one, too.
 */
int own_holder_begin(const struct own_holder_wish *w, pid_t *pid);
/* The child's exit code when it has ended by itself (then *pid is 0), else -1. */
int own_holder_ended(pid_t *pid);
/* End it: the port is as it was when this returns.  0 is fine. */
void own_holder_end(pid_t *pid);

#endif
