/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the parts of watchview share: a pen that writes cells and never leaves its line. */
#ifndef GPSPPSCTL_WATCHVIEW_PEN_H
#define GPSPPSCTL_WATCHVIEW_PEN_H

#include "watchview.h"

#define NS_PER_US 1000

struct pen {
	struct view_cell *cells;	/* of the whole picture */
	unsigned int cols;
	bool utf8;
	unsigned int row, at, end;	/* the next cell is (row, at); none from column `end` on */
};

/* At this row and column, as far as the picture's right side. */
struct pen pen_at(const struct pen *p, unsigned int row, unsigned int col);

/* One cell: the first that the terminal can show.  False: there is no room. */
bool pen_code(struct pen *p, uint32_t utf8, char ascii, enum view_ink ink);

/* Any bytes: what is no printable ASCII becomes \xHH; what is too long is cut, visibly. */
void pen_text(struct pen *p, const char *text, enum view_ink ink);

/* Go on at this column, if that is further right. */
void pen_column(struct pen *p, unsigned int col);

/* The strip of offsets in rows * cols cells, and its scale in the `label` columns to its left. */
struct strip_place {
	unsigned int row, rows, col, cols, label;
	bool marks;		/* a row of its own below for what was missing or rejected */
};
void strip_draw(const struct pen *p, const struct view_source *s, const struct strip_place *at);

/* The seconds that have a place on the strip; the age of the newest is 0. */
const struct view_second *strip_second(const struct view_source *s, size_t age);

/* The second with its pulses, while there are any, and sentences; below it its milliseconds. */
void second_draw(const struct pen *p, const struct view_source *s, unsigned int col, bool pulses,
		 bool axis);

/* Pulses have stopped, or never came: *for_s seconds without one are too many. */
bool view_silent(const struct view_source *s, int64_t now_ns, int64_t *for_s);

/* A second without a pulse is one too few: they do not come more slowly. */
bool view_each_second(const struct view_source *s);

/* What the period is, and 1 s when nothing tells. */
int64_t view_period_ns(const struct view_source *s);

/* The pulse was there but is not used. */
bool fate_rejected(enum pulse_fate fate);

/* It has an offset that means something: the first is of an edge that need not be on time. */
bool fate_measured(enum pulse_fate fate);

#endif
