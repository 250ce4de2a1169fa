// SPDX-License-Identifier: GPL-2.0-or-later
/* The strip of offsets. */
#include "watchview_pen.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define FAR_NS INT64_C(1000000000000000)	/* 11 days: no scale goes further */
#define SCALE_STEPS 2		/* at most so many steps of 1, 2 or 5 from bottom to top */
#define SCALE_FIGURES 1000000	/* a scale's label has at most so many steps */
#define ASCII_DOTS 3		/* heights that . - ' tell apart in a cell */
#define ASCII_ROWS_TALL 4	/* from here on a row is one height */
#define BRAILLE 0x2800
#define BRAILLE_DOTS 4
#define BRAILLE_SECONDS 2

struct scale {
	int64_t low, high;	/* ns */
};

/* How the plot's cells are divided. */
struct grid {
	unsigned int dots;	/* heights in a cell */
	unsigned int seconds;	/* columns in a cell */
};

static int64_t near(int64_t ns)
{
	return ns > FAR_NS ? FAR_NS : ns < -FAR_NS ? -FAR_NS : ns;
}

/* The multiple of `step` that is not above. */
static int64_t floor_to(int64_t ns, int64_t step)
{
	int64_t n = ns / step;

	return (n - (ns % step < 0)) * step;
}

/*
 * From the least to the greatest offset, widened to multiples of 1, 2 or 5 times a power of
 * ten: it moves only when an offset leaves it, or the one that had widened it leaves the strip.
 */
static struct scale scale_around(int64_t least, int64_t greatest)
{
	static const int64_t steps[] = { 1, 2, 5 };
	int64_t far = -least > greatest ? -least : greatest;
	struct scale sc;

	for (int64_t ten = 1;; ten *= 10)
		for (unsigned int i = 0; i < 3; i++) {
			int64_t step = steps[i] * ten;

			sc.low = floor_to(least, step);
			sc.high = -floor_to(-greatest, step);
			if (sc.low == sc.high) {
				sc.low -= step;
				sc.high += step;
			}
			if (sc.high - sc.low <= SCALE_STEPS * step && far / step < SCALE_FIGURES)
				return sc;
		}
}

/* Of the offsets that are shown, since the last step.  False: none is. */
static bool find_scale(const struct view_source *s, size_t seconds, struct scale *sc)
{
	const struct view_second *v;
	int64_t least = INT64_MAX, greatest = INT64_MIN;

	for (size_t age = 0; age < seconds && (v = strip_second(s, age)); age++) {
		if (!v->seen || !fate_measured(v->fate))
			continue;
		if (near(v->offset_ns) < least)
			least = near(v->offset_ns);
		if (near(v->offset_ns) > greatest)
			greatest = near(v->offset_ns);
		if (v->fate == PULSE_STEP)
			break;
	}
	if (least > greatest)
		return false;
	*sc = scale_around(least, greatest);
	return true;
}

/* All the figures that the step has: "+2.5 us", "-312.345 ms", "0". */
static void put_label(char *buf, size_t size, int64_t ns)
{
	static const struct {
		const char *name;
		int64_t ns;
		int places;
	} units[] = { { "s", 1000000000, 9 }, { "ms", 1000000, 6 }, { "us", 1000, 3 }, { "ns", 1, 0 } };
	int64_t n = ns < 0 ? -ns : ns, rest;
	unsigned int u = 0;
	int places;

	if (!n) {
		snprintf(buf, size, "0");
		return;
	}
	while (n < units[u].ns)
		u++;
	rest = n % units[u].ns;
	for (places = units[u].places; places && rest % 10 == 0; places--)
		rest /= 10;
	if (places)
		snprintf(buf, size, "%c%" PRId64 ".%0*" PRId64 " %s", ns < 0 ? '-' : '+',
			 n / units[u].ns, places, rest, units[u].name);
	else
		snprintf(buf, size, "%c%" PRId64 " %s", ns < 0 ? '-' : '+', n / units[u].ns,
			 units[u].name);
}

/* The dot that an offset is at; 0 is the lowest. */
static unsigned int height(int64_t ns, const struct scale *sc, unsigned int dots)
{
	int64_t span = sc->high - sc->low, up = near(ns) - sc->low;

	if (up <= 0)
		return 0;
	if (up >= span)
		return dots - 1;
	return (unsigned int)((double)up / (double)span * (dots - 1) + 0.5);
}

/* The mark of a second: nothing, or why it has no offset. */
struct mark {
	char c;
	enum view_ink ink;
};

static struct mark mark_of(const struct view_second *v, bool missing)
{
	if (!v->seen)
		return (struct mark){ missing ? 'o' : ' ', INK_BAD };
	if (v->fate == PULSE_STEP)
		return (struct mark){ 'S', INK_WARN };
	if (fate_rejected(v->fate))
		return (struct mark){ 'x', INK_BAD };
	return (struct mark){ ' ', INK_PLAIN };
}

/* Where two seconds share a cell the graver is shown. */
static bool graver(char a, char b)
{
	static const char order[] = "Sxo ";

	return strchr(order, a) < strchr(order, b);
}

static void dot(const struct pen *p, const struct strip_place *at, const struct grid *g,
		unsigned int x, unsigned int y, char ascii)
{
	static const unsigned char bits[BRAILLE_SECONDS][BRAILLE_DOTS] = {
		{ 0x40, 0x04, 0x02, 0x01 }, { 0x80, 0x20, 0x10, 0x08 },
	};
	struct pen q = pen_at(p, at->row + at->rows - 1 - y / g->dots, at->col + x / g->seconds);
	struct view_cell *cell = &q.cells[(size_t)q.row * q.cols + q.at];
	uint32_t code = BRAILLE | bits[x % BRAILLE_SECONDS][y % BRAILLE_DOTS];

	if ((cell->code & ~0xffU) == BRAILLE)
		code |= cell->code;
	pen_code(&q, code, ascii, INK_PLAIN);
}

/* An offset in its column, joined to the height `to` half-way to the next one's. */
static void join(const struct pen *p, const struct strip_place *at, const struct grid *g,
		 unsigned int x, unsigned int y, unsigned int to)
{
	for (unsigned int i = y; i != to; i += to > y ? 1 : -1U)
		if (g->dots != ASCII_DOTS)
			dot(p, at, g, x, i, '|');
	dot(p, at, g, x, y, g->dots == ASCII_DOTS ? ".-'"[y % ASCII_DOTS] : '*');
}

/* A second whose offset is drawn.  What was before a step has no place on the scale after it. */
static bool drawn(const struct view_second *v, const struct scale *sc)
{
	return v && v->seen && fate_measured(v->fate) && near(v->offset_ns) >= sc->low &&
		near(v->offset_ns) <= sc->high;
}

static void draw_offsets(const struct pen *p, const struct view_source *s,
			 const struct strip_place *at, const struct scale *sc,
			 const struct grid *g)
{
	unsigned int width = at->cols * g->seconds, dots = at->rows * g->dots;

	for (unsigned int age = 0; age < width && strip_second(s, age); age++) {
		const struct view_second *v = strip_second(s, age);
		const struct view_second *sides[] = { age ? strip_second(s, age - 1) : NULL,
						      strip_second(s, age + 1) };
		unsigned int y;

		if (!drawn(v, sc))
			continue;
		y = height(v->offset_ns, sc, dots);
		for (unsigned int i = 0; i < 2; i++)
			join(p, at, g, width - 1 - age, y, drawn(sides[i], sc)
			     ? (y + height(sides[i]->offset_ns, sc, dots) + i) / 2 : y);
	}
}

/* High, low, and where 0 is between them. */
static void draw_scale(const struct pen *p, const struct strip_place *at, const struct scale *sc,
		       const struct grid *g)
{
	unsigned int zero = at->rows - 1 - height(0, sc, at->rows * g->dots) / g->dots;

	for (unsigned int r = 0; r < at->rows; r++) {
		struct pen q = pen_at(p, at->row + r, at->col - at->label);
		char text[40] = "";
		bool is_zero = sc->low <= 0 && sc->high >= 0 && r == zero;

		if (r == 0)
			put_label(text, sizeof(text), sc->high);
		else if (r == at->rows - 1)
			put_label(text, sizeof(text), sc->low);
		else if (is_zero)
			put_label(text, sizeof(text), 0);
		if (at->label) {
			q.end = at->col - 1;
			if (strlen(text) < at->label - 1)
				pen_column(&q, at->col - 1 - (unsigned int)strlen(text));
			pen_text(&q, text, INK_DIM);
		}
		q = pen_at(p, at->row + r, at->col);
		q.end = at->col + at->cols;
		while (is_zero && pen_code(&q, 0x2508, ' ', INK_DIM))
			;
	}
}

/* "-60 s" where that was, between the marks. */
static void draw_ages(const struct pen *p, const struct strip_place *at, const struct grid *g)
{
	unsigned int width = at->cols * g->seconds, step = width > 100 ? 60 : 30;
	char text[16];

	for (unsigned int age = step; age <= width; age += step) {
		struct pen q = pen_at(p, at->row + at->rows, at->col + (width - age) / g->seconds);
		const struct view_cell *cell = &q.cells[(size_t)q.row * q.cols + q.at];
		size_t free = 0;

		snprintf(text, sizeof(text), "-%u s", age);
		while (q.at + free < q.end && cell[free].code == ' ')
			free++;
		if (free > strlen(text))
			pen_text(&q, text, INK_DIM);
	}
}

/* What the marks mean that are there, left of them. */
static void name_marks(const struct pen *p, const struct strip_place *at, const char *found)
{
	struct pen q = pen_at(p, at->row + at->rows, 0);

	if (at->col < at->label || !at->label || !*found)
		return;
	q.end = at->col;
	pen_text(&q, found[1] ? "marks (h)" : *found == 'o' ? "o missing" : *found == 'x'
		 ? "x rejected" : "S step", INK_WARN);
}

static void draw_marks(const struct pen *p, const struct view_source *s,
		       const struct strip_place *at, const struct grid *g)
{
	unsigned int width = at->cols * g->seconds;
	unsigned int row = at->row + at->rows - (at->marks ? 0 : 1), last = 0;
	const struct view_second *v;
	char shown = ' ', found[4] = "";
	/* not before the first one of all */
	bool had = s->last.edge.time_ns != 0, every = view_each_second(s);

	for (size_t age = 0; age < width && (v = strip_second(s, age)); age++) {
		unsigned int col = at->col + (unsigned int)(width - 1 - age) / g->seconds;
		struct mark m = mark_of(v, had && every);
		struct pen q = pen_at(p, row, col);

		if (!age || last != col)
			shown = ' ';
		last = col;
		if (graver(m.c, shown) && pen_code(&q, (unsigned char)m.c, m.c, m.ink))
			shown = m.c;
		if (m.c != ' ' && !strchr(found, m.c))
			found[strlen(found)] = m.c;
	}
	if (at->marks)
		name_marks(p, at, found);
}

void strip_draw(const struct pen *p, const struct view_source *s, const struct strip_place *at)
{
	struct grid g = { at->rows < ASCII_ROWS_TALL ? ASCII_DOTS : 1, 1 };
	struct scale sc;

	if (p->utf8)
		g = (struct grid){ BRAILLE_DOTS, BRAILLE_SECONDS };
	if (find_scale(s, (size_t)at->cols * g.seconds, &sc)) {
		draw_scale(p, at, &sc, &g);
		draw_offsets(p, s, at, &sc, &g);
	}
	draw_marks(p, s, at, &g);
	if (at->marks)
		draw_ages(p, at, &g);
}
