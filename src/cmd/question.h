/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A question on the terminal: on stderr, its answer from stdin. */
#ifndef GPSPPSCTL_QUESTION_H
#define GPSPPSCTL_QUESTION_H

#include <stdbool.h>
#include <stddef.h>

/* Somebody is there to ask. */
bool question_can_be_asked(void);

/*
 * Ask, and read a line: without its end, as much of it as fits.  False when it was broken off
 * (Ctrl-C where signals are caught, Ctrl-D): the question's line is ended then.
 */
bool question_read(const char *question, char *answer, size_t size);

/* "y", "yes", with blanks before it. */
bool question_is_yes(const char *answer);

#endif
