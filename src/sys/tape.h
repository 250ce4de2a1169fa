/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What happened when: the text of the probe's "series:" and "heard:".  A first
 * line "real REALTIME_NS...", a line "T_US WHAT" for each event, T_US since the
 * beginning, and "T_US end".
 */
#ifndef GPSPPSCTL_TAPE_H
#define GPSPPSCTL_TAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* All zero has not begun. */
struct tape {
	char *text;
	size_t len, room;
	int64_t begin_ns;	/* CLOCK_MONOTONIC */
	int64_t full_ns;	/* from here on nothing more was noted; 0: there is room */
};

/* CLOCK_MONOTONIC. */
int64_t tape_now_ns(void);
int64_t tape_now_ms(void);

/* Begin anew, now; `more` goes behind the time on the first line.  0 or -ENOMEM. */
__attribute__((format(printf, 2, 3)))
int tape_begin(struct tape *t, const char *more, ...);

/* Note an event.  When the tape is full (or memory is), it and all later ones are dropped. */
__attribute__((format(printf, 2, 3)))
void tape_note(struct tape *t, const char *fmt, ...);

/* Note bytes: printable ASCII but the backslash as it is, all else \xHH. */
void tape_note_bytes(struct tape *t, const char *bytes, size_t n);

/* The text up to now, with its end; the tape runs on.  Its length. */
int tape_play(const struct tape *t, char *buf, size_t size);

void tape_free(struct tape *t);

#endif
