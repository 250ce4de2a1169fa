// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Whether a screen can be drawn on the terminal.  A file of its own: term.h makes macros of words
 * like "lines" and "pulse".  Asked before newterm(), which leaks when it does not know a terminal.
 */
#include "watch_screen.h"

#ifdef HAVE_NCURSES

#include <curses.h>
#include <term.h>

bool screen_possible(int fd)
{
	bool can;
	int err;

	if (setupterm(NULL, fd, &err) != OK)
		return false;
	/* TERM=dumb has no word for it */
	can = cursor_address != NULL;
	del_curterm(cur_term);
	return can;
}

#endif
