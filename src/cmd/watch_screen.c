// SPDX-License-Identifier: GPL-2.0-or-later
/* watchview's cells on a terminal, by ncurses. */
#include "watch_screen.h"

#include <errno.h>

#ifndef HAVE_NCURSES

int screen_begin(void)
{
	return -ENOSYS;
}

int screen_fd(void)
{
	return -1;
}

enum screen_key screen_key(void)
{
	return SCREEN_NOTHING;
}

void screen_draw(const struct view_source *sources, size_t n, int64_t now_ns)
{
	(void)sources;
	(void)n;
	(void)now_ns;
}

void screen_end(void)
{
}

#else

#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <curses.h>

#include "../watchview.h"

#define ESC_WAIT_MS 25		/* between the bytes of a key's sequence */
#define SIDE_MAX 1000		/* rows or columns; what is beyond them stays empty */

_Static_assert(VIEW_DTR == TIOCM_DTR && VIEW_RTS == TIOCM_RTS && VIEW_CTS == TIOCM_CTS &&
	       VIEW_DCD == TIOCM_CAR && VIEW_RI == TIOCM_RNG && VIEW_DSR == TIOCM_DSR,
	       "watchview's lines are TIOCM_*");

static struct {
	SCREEN *screen;			/* NULL: there is none now */
	FILE *keys;
	attr_t inks[N_INKS];
	short pairs[N_INKS];
	struct view view;
	struct view_cell *cells;
	unsigned int rows, cols;
	bool still;			/* what is to be held is on the terminal */
} scr;

static const struct {
	attr_t attr;
	short color;			/* -1: the terminal's own */
} ink_looks[N_INKS] = {
	[INK_PLAIN] = { A_NORMAL, -1 },
	[INK_DIM] = { A_DIM, -1 },
	[INK_BOLD] = { A_BOLD, -1 },
	[INK_GOOD] = { A_NORMAL, COLOR_GREEN },
	[INK_WARN] = { A_BOLD, COLOR_YELLOW },
	[INK_BAD] = { A_BOLD, COLOR_RED },
	[INK_LAMP] = { A_BOLD, COLOR_GREEN },
};

/* https://no-color.org: set and not empty. */
static bool colour_wanted(void)
{
	const char *no = getenv("NO_COLOR");

	return !(no && *no);
}

static void choose_inks(void)
{
	bool colour = colour_wanted() && has_colors() && start_color() == OK &&
		use_default_colors() == OK;

	for (int i = 0; i < N_INKS; i++) {
		scr.inks[i] = ink_looks[i].attr;
		scr.pairs[i] = 0;
		if (colour && ink_looks[i].color >= 0 &&
		    init_pair((short)(i + 1), ink_looks[i].color, -1) == OK)
			scr.pairs[i] = (short)(i + 1);
	}
}

/* `watch -` has a log for its stdin: keys come from the terminal itself then. */
static FILE *open_keys(void)
{
	int fd = isatty(STDIN_FILENO) ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)
				      : open("/dev/tty", O_RDONLY | O_NOCTTY | O_CLOEXEC);
	FILE *f = fd >= 0 ? fdopen(fd, "r") : NULL;

	if (!f && fd >= 0)
		close(fd);
	return f;
}

int screen_begin(void)
{
	if (!isatty(STDOUT_FILENO))
		return -ENOTTY;
	if (!screen_possible(STDOUT_FILENO))
		return -ENODEV;
	setlocale(LC_CTYPE, "");
	scr.keys = open_keys();
	if (!scr.keys)
		return -ENOTTY;
	scr.screen = newterm(NULL, stdout, scr.keys);
	if (!scr.screen) {
		fclose(scr.keys);
		scr.keys = NULL;
		return -ENODEV;
	}
	atexit(screen_end);
	set_escdelay(ESC_WAIT_MS);
	cbreak();
	noecho();
	nonl();
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	curs_set(0);
	choose_inks();
	scr.view.utf8 = !strcmp(nl_langinfo(CODESET), "UTF-8");
	return 0;
}

int screen_fd(void)
{
	return scr.keys ? fileno(scr.keys) : -1;
}

/* A signal may have come to another thread: the terminal itself is asked. */
static void follow_size(void)
{
	struct winsize w;
	struct view_cell *cells;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) == 0 && w.ws_row && w.ws_col &&
	    (w.ws_row != LINES || w.ws_col != COLS)) {
		resizeterm(w.ws_row, w.ws_col);
		clearok(stdscr, TRUE);
		scr.still = false;
	}
	if ((unsigned int)LINES == scr.rows && (unsigned int)COLS == scr.cols)
		return;
	if (LINES < 1 || LINES > SIDE_MAX || COLS < 1 || COLS > SIDE_MAX)
		return;
	cells = realloc(scr.cells, sizeof(*cells) * (size_t)LINES * (size_t)COLS);
	if (!cells)
		return;
	scr.cells = cells;
	scr.rows = (unsigned int)LINES;
	scr.cols = (unsigned int)COLS;
}

static void put_cell(unsigned int row, unsigned int col, const struct view_cell *cell)
{
	wchar_t text[2] = { (wchar_t)cell->code, L'\0' };
	cchar_t c;

	if (setcchar(&c, text, scr.inks[cell->ink], scr.pairs[cell->ink], NULL) == OK)
		mvadd_wch((int)row, (int)col, &c);
}

void screen_draw(const struct view_source *sources, size_t n, int64_t now_ns)
{
	if (!scr.screen)
		return;
	follow_size();
	if (!scr.cells || scr.still)
		return;
	scr.still = scr.view.held;
	scr.view.sources = sources;
	scr.view.n = n;
	scr.view.now_ns = now_ns;
	view_draw(&scr.view, scr.cells, scr.rows, scr.cols);
	for (unsigned int row = 0; row < scr.rows; row++)
		for (unsigned int col = 0; col < scr.cols; col++)
			put_cell(row, col, &scr.cells[row * scr.cols + col]);
	refresh();
}

static const struct {
	int key;
	enum view_key move;
} moves[] = {
	{ KEY_UP, VIEW_UP }, { 'k', VIEW_UP }, { KEY_DOWN, VIEW_DOWN }, { 'j', VIEW_DOWN },
	{ KEY_PPAGE, VIEW_PAGE_UP }, { KEY_NPAGE, VIEW_PAGE_DOWN }, { ' ', VIEW_PAGE_DOWN },
	{ KEY_HOME, VIEW_HOME }, { 'g', VIEW_HOME }, { KEY_END, VIEW_END }, { 'G', VIEW_END },
};

/* Whether it was a key of ours: the picture changes. */
static bool take(int key)
{
	if (key == KEY_RESIZE)
		return true;
	if (key == 'h' || key == '?') {
		scr.view.help = !scr.view.help;
		return true;
	}
	if (key == 'p') {
		scr.view.held = !scr.view.held;
		return true;
	}
	for (size_t i = 0; i < sizeof(moves) / sizeof(moves[0]); i++)
		if (moves[i].key == key) {
			view_move(&scr.view, moves[i].move, scr.rows);
			return true;
		}
	return false;
}

/* A terminal that has gone stays readable and gives nothing: the loop would spin. */
static bool terminal_gone(void)
{
	struct pollfd p = { .fd = screen_fd(), .events = POLLIN };
	int n = 0;

	if (poll(&p, 1, 0) <= 0)
		return false;
	if (p.revents & (POLLHUP | POLLERR | POLLNVAL))
		return true;
	return ioctl(p.fd, FIONREAD, &n) != 0 || n == 0;
}

enum screen_key screen_key(void)
{
	enum screen_key result = SCREEN_NOTHING;
	int key;

	if (!scr.screen)
		return SCREEN_NOTHING;
	while ((key = getch()) != ERR) {
		if (key == 'q' || key == 'Q')
			return SCREEN_QUIT;
		if (!take(key))
			continue;
		result = SCREEN_DRAW;
		scr.still = false;
	}
	return terminal_gone() ? SCREEN_QUIT : result;
}

void screen_end(void)
{
	if (!scr.screen)
		return;
	endwin();
	delscreen(scr.screen);
	fclose(scr.keys);
	free(scr.cells);
	memset(&scr, 0, sizeof(scr));
}

#endif
