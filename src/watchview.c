// SPDX-License-Identifier: GPL-2.0-or-later
/* The screen of `watch`: what is shown where, for any size. */
#include "watchview_pen.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "words.h"

#define LABEL_COLS 12		/* left of the strip: "+312.345 ms " */
#define NARROW_COLS 40		/* below it there are no labels */
#define HEAD_ROWS_MIN 10	/* from so many rows on there is a head */
#define FOOT_ROWS_MIN 8
#define BLOCK_ROWS_MIN 9	/* a source in full: everything, a strip of three rows */
#define BLOCK_ROWS_MAX 22
#define FIX_COLS_MIN 10		/* with fewer the fix is not worth its cells */
#define LIST_ROWS_MIN 3		/* above a source in full */

/* Rows that are divided among the sources. */
struct layout {
	unsigned int top, rows;		/* between head and foot */
	unsigned int list;		/* rows of the list; 0: every source has a block */
	unsigned int block;		/* rows of a block; 0: there is only the list */
};

static struct layout lay_out(size_t n, unsigned int rows)
{
	struct layout l = { .top = rows >= HEAD_ROWS_MIN, .rows = rows };

	l.rows -= l.top + (rows >= FOOT_ROWS_MIN);
	if (n <= 1) {
		l.block = l.rows;
	} else if (n <= l.rows && (l.rows - (n - 1)) / n >= BLOCK_ROWS_MIN) {
		l.block = (unsigned int)((l.rows - (n - 1)) / n);
	} else if (l.rows >= LIST_ROWS_MIN + 1 + BLOCK_ROWS_MIN) {
		l.list = l.rows - 1 - BLOCK_ROWS_MIN;
		if (n < l.list)
			l.list = (unsigned int)n;
		l.block = l.rows - 1 - l.list;
	} else {
		l.list = l.rows;
	}
	if (l.block > BLOCK_ROWS_MAX)
		l.block = BLOCK_ROWS_MAX;
	return l;
}

void view_move(struct view *v, enum view_key key, unsigned int rows)
{
	struct layout l = lay_out(v->n, rows);
	size_t page = l.list > 1 ? l.list - 1 : 1, last = v->n ? v->n - 1 : 0;

	switch (key) {
	case VIEW_UP:
		v->selected -= v->selected > 0;
		break;
	case VIEW_DOWN:
		v->selected++;
		break;
	case VIEW_PAGE_UP:
		v->selected -= v->selected < page ? v->selected : page;
		break;
	case VIEW_PAGE_DOWN:
		v->selected += page;
		break;
	case VIEW_HOME:
		v->selected = 0;
		break;
	case VIEW_END:
		v->selected = last;
		break;
	}
	if (v->selected > last)
		v->selected = last;
}

/* ---- a source in full ---- */

static unsigned int margin(unsigned int cols)
{
	return cols >= NARROW_COLS ? LABEL_COLS : 0;
}

/* "offset", then what follows begins in the strip's column. */
static struct pen begin_row(const struct pen *p, unsigned int row, const char *label)
{
	struct pen q = pen_at(p, row, 0);

	if (margin(p->cols)) {
		pen_text(&q, label, INK_DIM);
		pen_column(&q, margin(p->cols));
	}
	return q;
}

static void draw_title(const struct pen *p, const struct view_source *s, int64_t now_ns,
		       unsigned int row)
{
	char verdict[VIEW_VERDICT_MAX];
	enum view_ink ink = view_verdict(s, now_ns, verdict, sizeof(verdict));
	struct pen q = pen_at(p, row, 0);
	size_t about = s->about ? strlen(s->about) : 0;

	pen_text(&q, s->name, INK_BOLD);
	pen_code(&q, ' ', ' ', INK_PLAIN);
	pen_column(&q, margin(p->cols));
	pen_text(&q, verdict, ink);
	if (about && q.at + 2 + about <= q.end) {
		pen_column(&q, q.end - (unsigned int)about);
		pen_text(&q, s->about, INK_DIM);
	}
}

/* "  width 100.0 ms" behind what is there; left out when it does not fit. */
static void put_item(struct pen *q, const char *name, const char *value)
{
	if (q->at + strlen(name) + strlen(value) > q->end)
		return;
	pen_text(q, name, INK_DIM);
	pen_text(q, value, INK_PLAIN);
}

static uint64_t count_rejected(const struct view_source *s)
{
	uint64_t n = 0;

	for (unsigned int i = 0; i < N_PULSE_FATES; i++)
		n += fate_rejected((enum pulse_fate)i) ? s->fates[i] : 0;
	return n;
}

static void draw_numbers(const struct pen *p, const struct view_source *s, unsigned int row)
{
	struct pen q = begin_row(p, row, "offset");
	char text[96];

	if (!s->estimate.n) {
		pen_text(&q, "-", INK_PLAIN);
	} else {
		view_ns(text, sizeof(text), s->estimate.offset_ns, true);
		pen_text(&q, text, INK_BOLD);
	}
	snprintf(text, sizeof(text), "%" PRIu64, s->fates[PULSE_USED]);
	put_item(&q, "  used ", text);
	snprintf(text, sizeof(text), "%" PRIu64, s->missed);
	if (s->missed)
		put_item(&q, "  missing ", text);
	snprintf(text, sizeof(text), "%" PRIu64, count_rejected(s));
	if (count_rejected(s))
		put_item(&q, "  rejected ", text);
	if (s->width_ns >= 0) {
		view_ns(text, sizeof(text), s->width_ns, false);
		put_item(&q, "  width ", text);
	}
	if (s->burst_begin_ms >= 0 && s->burst_end_ms >= 0) {
		snprintf(text, sizeof(text), "%d-%d ms", s->burst_begin_ms, s->burst_end_ms);
		put_item(&q, "  sentences ", text);
	}
}

static void draw_lamps(const struct pen *p, const struct view_source *s, unsigned int row)
{
	static const struct {
		const char *name;
		int bit;
	} lamps[] = {
		{ "DCD", VIEW_DCD }, { "CTS", VIEW_CTS }, { "DSR", VIEW_DSR }, { "RI", VIEW_RI },
		{ "DTR", VIEW_DTR }, { "RTS", VIEW_RTS },
	};
	struct pen q = begin_row(p, row, "lines");
	char load[24];

	for (size_t i = 0; i < sizeof(lamps) / sizeof(lamps[0]); i++) {
		bool on = s->lines >= 0 && (s->lines & lamps[i].bit);

		if (i)
			pen_code(&q, ' ', ' ', INK_PLAIN);
		pen_text(&q, lamps[i].name, INK_DIM);
		pen_code(&q, ' ', ' ', INK_PLAIN);
		if (s->lines < 0)
			pen_code(&q, '-', '-', INK_DIM);
		else
			pen_code(&q, on ? 0x25cf : 0x25cb, on ? '*' : '.',
				 on ? INK_LAMP : INK_DIM);
	}
	if (s->load_percent >= 0) {
		snprintf(load, sizeof(load), "%d %%", s->load_percent);
		put_item(&q, "  load ", load);
	}
	if (!s->fix || q.end - q.at < FIX_COLS_MIN)
		return;
	pen_text(&q, text_begins(s->fix, "no fix") ? "  " : "  fix ", INK_DIM);
	pen_text(&q, s->fix, INK_PLAIN);
}

static void draw_off(const struct pen *p, const struct view_source *s, unsigned int row)
{
	struct pen q = begin_row(p, row, "off");

	pen_text(&q, s->off, INK_WARN);
}

/*
 * What comes first has a row first.  What is left is the strip's.
 *	name and verdict, strip, numbers, lines, second, its axis, marks, what is off
 */
static void draw_block(const struct pen *p, const struct view_source *s, int64_t now_ns,
		       unsigned int top, unsigned int rows)
{
	unsigned int label = margin(p->cols);
	struct strip_place strip = { .col = label, .cols = p->cols - label, .label = label };
	bool marks = rows >= 7, off = rows >= 8 && s->off, axis = rows >= 6, second = rows >= 5,
	     lamps = rows >= 4, numbers = rows >= 3;
	int64_t silent_s;
	bool pulses = s->last.edge.time_ns && !s->gone && !view_silent(s, now_ns, &silent_s);
	unsigned int row = top;
	struct pen q;

	draw_title(p, s, now_ns, row++);
	if (numbers)
		draw_numbers(p, s, row++);
	strip.row = row;
	strip.rows = rows - 1U - numbers - lamps - second - axis - marks - off;
	strip.marks = marks;
	if (rows > 1)
		strip_draw(p, s, &strip);
	row += strip.rows + marks;
	if (second) {
		q = begin_row(p, row++, "second");
		second_draw(&q, s, label, pulses, axis);
		row += axis;
	}
	if (lamps)
		draw_lamps(p, s, row++);
	if (off)
		draw_off(p, s, row);
}

/* ---- many sources: a line each ---- */

/* Where the columns of a line of the list begin. */
struct columns {
	unsigned int offset, strip, verdict;	/* offset and strip 0: not there */
};

static struct columns divide(unsigned int cols)
{
	struct columns c = { .verdict = cols < 20 ? 0 : 11 };

	if (cols >= 60) {
		c.offset = 15;
		c.verdict = 26;
	}
	if (cols >= 80) {
		c.strip = 27;
		c.verdict = 36 + (cols - 80) / 2;
	}
	return c;
}

static void draw_line(const struct pen *p, const struct view_source *s, int64_t now_ns,
		      unsigned int row, bool selected)
{
	struct columns c = divide(p->cols);
	struct pen q = pen_at(p, row, 0);
	char text[VIEW_VERDICT_MAX];
	enum view_ink ink;

	pen_text(&q, selected ? ">" : " ", INK_BOLD);
	q.end = c.verdict ? (c.offset ? c.offset : c.verdict) - 1 : p->cols;
	pen_text(&q, s->name, selected ? INK_BOLD : INK_PLAIN);
	if (c.offset) {
		if (s->estimate.n)
			view_ns(text, sizeof(text), s->estimate.offset_ns, true);
		else
			snprintf(text, sizeof(text), "-");
		q = pen_at(p, row, c.offset);
		q.end = c.offset + 10;
		if (strlen(text) < 10)
			pen_column(&q, c.offset + 10 - (unsigned int)strlen(text));
		pen_text(&q, text, INK_PLAIN);
	}
	if (c.strip)
		strip_draw(p, s, &(struct strip_place){ .row = row, .rows = 1, .col = c.strip,
							.cols = c.verdict - c.strip - 1 });
	if (c.verdict) {
		ink = view_verdict(s, now_ns, text, sizeof(text));
		q = pen_at(p, row, c.verdict);
		pen_text(&q, text, ink);
	}
}

/* The selected one stays in the middle as far as the ends allow. */
static void draw_list(const struct pen *p, const struct view *v, size_t selected,
		      const struct layout *l)
{
	size_t first = selected > l->list / 2 ? selected - l->list / 2 : 0;

	if (first + l->list > v->n)
		first = v->n > l->list ? v->n - l->list : 0;
	for (unsigned int i = 0; i < l->list && first + i < v->n; i++)
		draw_line(p, &v->sources[first + i], v->now_ns, l->top + i, first + i == selected);
}

/* ---- the whole picture ---- */

static void draw_head(const struct pen *p, const struct view *v)
{
	struct pen q = pen_at(p, 0, 0);
	uint64_t day_s = v->now_ns > 0 ? (uint64_t)v->now_ns / NS_PER_S % 86400 : 0;
	char text[80], verdict[VIEW_VERDICT_MAX];
	size_t healthy = 0;

	for (size_t i = 0; i < v->n; i++)
		healthy += view_verdict(&v->sources[i], v->now_ns, verdict, sizeof(verdict)) ==
			INK_GOOD;
	pen_text(&q, "gpsppsctl watch", INK_BOLD);
	if (v->n > 1) {
		snprintf(text, sizeof(text), "   %zu sources, %zu healthy", v->n, healthy);
		pen_text(&q, text, INK_PLAIN);
	}
	snprintf(text, sizeof(text), "%02u:%02u:%02u UTC", (unsigned int)(day_s / 3600),
		 (unsigned int)(day_s / 60 % 60), (unsigned int)(day_s % 60));
	if (q.at + 2 + strlen(text) <= q.end) {
		pen_column(&q, q.end - (unsigned int)strlen(text));
		pen_text(&q, text, INK_PLAIN);
	}
}

static void draw_foot(const struct pen *p, const struct view *v, const struct layout *l,
		      unsigned int row)
{
	struct pen q = pen_at(p, row, 0);

	if (v->help) {
		pen_text(&q, p->utf8 ? "" : "# pulse  = sentences  % both   ", INK_PLAIN);
		if (p->utf8) {
			pen_code(&q, 0x2587, '#', INK_GOOD);
			pen_text(&q, " pulse  ", INK_PLAIN);
			pen_code(&q, 0x2500, '=', INK_PLAIN);
			pen_text(&q, " sentences  ", INK_PLAIN);
			pen_code(&q, 0x25a4, '%', INK_PLAIN);
			pen_text(&q, " both   ", INK_PLAIN);
		}
		pen_text(&q, "o missing  x rejected  S step", INK_PLAIN);
		return;
	}
	if (v->held)
		pen_text(&q, "HELD: p goes on   ", INK_WARN);
	pen_text(&q, "q quit   ", INK_DIM);
	if (l->list)
		pen_text(&q, "up/down select   ", INK_DIM);
	pen_text(&q, v->held ? "" : "p hold   ", INK_DIM);
	pen_text(&q, "h what the marks mean", INK_DIM);
}

void view_draw(const struct view *v, struct view_cell *cells, unsigned int rows, unsigned int cols)
{
	struct pen p = { .cells = cells, .cols = cols, .utf8 = v->utf8, .end = cols };
	size_t selected = v->selected < v->n ? v->selected : v->n ? v->n - 1 : 0;
	struct layout l = lay_out(v->n, rows);

	for (size_t i = 0; i < (size_t)rows * cols; i++)
		cells[i] = (struct view_cell){ ' ', INK_PLAIN };
	if (!rows || !cols)
		return;
	if (l.top)
		draw_head(&p, v);
	if (rows >= FOOT_ROWS_MIN)
		draw_foot(&p, v, &l, rows - 1);
	if (l.list)
		draw_list(&p, v, selected, &l);
	if (l.block && l.list)
		draw_block(&p, &v->sources[selected], v->now_ns, l.top + l.list + 1, l.block);
	for (size_t i = 0; !l.list && i < v->n; i++)
		draw_block(&p, &v->sources[i], v->now_ns,
			   l.top + (unsigned int)i * (l.block + 1), l.block);
}
