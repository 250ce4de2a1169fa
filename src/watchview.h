/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The screen of `watch`: what is to be seen of each source, laid out as rows of cells for a
 * terminal of any size.  Pure: cmd/watch_screen.c puts the cells on a terminal.
 */
#ifndef GPSPPSCTL_WATCHVIEW_H
#define GPSPPSCTL_WATCHVIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pulsefilter.h"

#define VIEW_STRIP_MAX 300	/* seconds of offsets that are kept for the strip */

/* One second of the strip. */
struct view_second {
	int64_t offset_ns;
	enum pulse_fate fate;
	bool seen;		/* false: no pulse in this second */
};

/* What cmd/watch keeps of a source, for the screen and for the line of text. */
struct view_source {
	const char *name;		/* "pps0" */
	const char *about;		/* "ttyS0, kernel stamps", "ttyS1 CTS, TIOCMIWAIT" */
	struct judged last;		/* the newest edge on time; edge.time_ns 0: none yet */
	int64_t width_ns;		/* -1 not known */
	enum pulse_edge edge;		/* on time */
	struct filter_estimate estimate;
	enum filter_method method;
	uint64_t fates[N_PULSE_FATES], missed;
	/* A ring, one place a second, also for a second without a pulse; newest at (next - 1). */
	struct view_second strip[VIEW_STRIP_MAX];
	size_t next, n;
	int lines;			/* TIOCM_* as last seen; -1: not known */
	int burst_begin_ms, burst_end_ms;	/* the sentences after the pulse; -1: not known */
	int64_t named_s;		/* the second that a sentence gave it; 0: none did */
	const char *fix;		/* "3D, 9 satellites", "no fix"; NULL: not known */
	int load_percent;		/* of the line; -1 not known */
	const char *off;		/* what a daemon has switched off; NULL: nothing */
	bool gone;			/* the source is no more */
	int64_t period_ns;		/* of the pulses; 0: taken from the last interval */
	int64_t begun_ns;		/* CLOCK_REALTIME at which it was first watched; 0: not known */
	const char *word;		/* diag's word on a missing pulse; NULL: none */
};

/* How a cell is to look; colours are the terminal's. */
enum view_ink { INK_PLAIN, INK_DIM, INK_BOLD, INK_GOOD, INK_WARN, INK_BAD, INK_LAMP, N_INKS };

struct view_cell {
	uint32_t code;			/* Unicode, one column wide; never a control code */
	enum view_ink ink;
};

/* What is looked at, and how. */
struct view {
	const struct view_source *sources;
	size_t n;
	size_t selected;		/* the source that is shown in full when not all can be */
	int64_t now_ns;			/* CLOCK_REALTIME, or a log's own time */
	bool utf8;			/* the terminal can show more than ASCII */
	bool held;			/* the picture stands still: said at the foot */
	bool help;			/* what the marks mean, at the foot */
};

enum view_key { VIEW_UP, VIEW_DOWN, VIEW_PAGE_UP, VIEW_PAGE_DOWN, VIEW_HOME, VIEW_END };

/* Fill all rows * cols cells, row by row.  Any size, 1 x 1 too; 0 does nothing. */
void view_draw(const struct view *v, struct view_cell *cells, unsigned int rows,
	       unsigned int cols);

/* Select another source; a page is what `rows` rows show of the list. */
void view_move(struct view *v, enum view_key key, unsigned int rows);

/*
 * What is to be said of a source, in a few words that need no colour: "healthy: 1 pulse/s on
 * assert, jitter 812 ns", "NO PULSE for 7 s".  INK_GOOD: healthy; INK_WARN: it can be used with
 * care; INK_BAD: it cannot; INK_DIM: too early to say.
 */
#define VIEW_VERDICT_MAX 192
enum view_ink view_verdict(const struct view_source *s, int64_t now_ns, char *buf, size_t size);

/* Four figures with the unit that fits: "-412 ns", "3.145 us", "+499.9 ms". */
#define VIEW_NS_MAX 32
void view_ns(char *buf, size_t size, int64_t ns, bool plus);

/* Bits of view_source.lines: TIOCM_* of the machine that this is built for. */
#ifdef __mips__
enum { VIEW_DTR = 0x2, VIEW_RTS = 0x4, VIEW_CTS = 0x40, VIEW_DCD = 0x100, VIEW_RI = 0x200,
	VIEW_DSR = 0x400 };
#else
enum { VIEW_DTR = 0x2, VIEW_RTS = 0x4, VIEW_CTS = 0x20, VIEW_DCD = 0x40, VIEW_RI = 0x80,
	VIEW_DSR = 0x100 };
#endif

#endif
