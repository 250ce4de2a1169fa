/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The screen of `watch` on a terminal (ncurses).  A program has one.  The caller's loop waits
 * for screen_fd() to be readable and then calls screen_key(); it calls screen_draw() once a
 * second and when screen_key() asks for it.
 */
#ifndef GPSPPSCTL_WATCH_SCREEN_H
#define GPSPPSCTL_WATCH_SCREEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct view_source;

/*
 * Take the terminal, after signals_catch(): ncurses would take SIGINT and SIGTERM else.
 * 0, or why there can be no screen, and lines are to be written: -ENOTTY (stdout is none, or
 * there is none to take keys from), -ENODEV (it cannot move its cursor: TERM=dumb, or is not
 * known), -ENOSYS (built without ncurses).
 */
int screen_begin(void);

/* The terminal is known and can move its cursor. */
bool screen_possible(int fd);

/* To wait for with POLLIN: stdin, or the terminal itself when stdin is something else. */
int screen_fd(void);

enum screen_key {
	SCREEN_NOTHING,
	SCREEN_DRAW,		/* draw at once */
	SCREEN_QUIT,		/* q, or the terminal is gone */
};

/* Take what was typed; to be called too when a signal interrupted the wait.  Never waits. */
enum screen_key screen_key(void);

/*
 * Show the sources as they are at `now_ns` (CLOCK_REALTIME, or a log's own time).  Follows the
 * terminal's size.  While the user holds the picture it stays as it is.
 */
void screen_draw(const struct view_source *sources, size_t n, int64_t now_ns);

/* Give the terminal back as it was; before any message to stderr.  At any time, also twice. */
void screen_end(void);

#endif
