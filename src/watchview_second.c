// SPDX-License-Identifier: GPL-2.0-or-later
/* The second of a source: where in it its pulse and its sentences are. */
#include "watchview_pen.h"

#include <stdio.h>
#include <string.h>

/* A span of time covers the cell; all in us of the second, and again a second later. */
static bool covers(int64_t begin, int64_t end, int64_t cell_begin, int64_t cell_end, int64_t period)
{
	for (int64_t shift = -period; shift < 2 * period; shift += period)
		if (begin + shift < cell_end && end + shift > cell_begin)
			return true;
	return false;
}

#define US_PER_S 1000000
#define US_PER_MS 1000

static void draw_span(struct pen *q, const struct view_source *s, unsigned int cols, bool pulses)
{
	int64_t period = view_period_ns(s) / NS_PER_US;
	/* no width known: the instant alone */
	int64_t width = s->width_ns > 0 ? s->width_ns / NS_PER_US : 1;
	int64_t b = s->burst_begin_ms, e = s->burst_end_ms;

	if (period > US_PER_S || period < 1)
		period = US_PER_S;
	if (width < 1 || width > period)
		width = width < 1 ? 1 : period;
	if (e > b + MS_PER_S)
		e = b + MS_PER_S;
	for (int64_t i = 0; i < cols; i++) {
		int64_t from = i * US_PER_S / cols, to = (i + 1) * US_PER_S / cols;
		bool pulse = pulses && covers(from / period * period,
			from / period * period + width, from, to, period);
		bool burst = b >= 0 && e >= b && covers(b * US_PER_MS, (e + 1) * US_PER_MS, from,
							to, US_PER_S);

		if (pulse && burst)
			pen_code(q, 0x25a4, '%', INK_PLAIN);
		else if (pulse)
			pen_code(q, s->width_ns > 0 ? 0x2587 : 0x258f, s->width_ns > 0 ? '#' : '|',
				 INK_GOOD);
		else if (burst)
			pen_code(q, 0x2500, '=', INK_PLAIN);
		else
			pen_code(q, ' ', ' ', INK_PLAIN);
	}
}

/* Every 200 ms where there is room, else every 500. */
static void draw_axis(struct pen *q, unsigned int cols)
{
	static const char end[] = "1000 ms";
	unsigned int begin = q->at, step = cols >= 50 ? 200 : 500;

	for (unsigned int ms = 0; ms < MS_PER_S; ms += step) {
		char text[16];

		snprintf(text, sizeof(text), "%u", ms);
		pen_column(q, begin + ms * cols / MS_PER_S);
		if (q->at + strlen(text) <= q->end)
			pen_text(q, text, INK_DIM);
	}
	if (cols > strlen(end) && q->at < begin + cols - strlen(end)) {
		pen_column(q, begin + cols - (unsigned int)strlen(end));
		pen_text(q, end, INK_DIM);
	}
}

void second_draw(const struct pen *p, const struct view_source *s, unsigned int col, bool pulses,
		 bool axis)
{
	struct pen q = pen_at(p, p->row, col);
	unsigned int cols = q.end > col ? q.end - col : 0;

	if (!cols)
		return;
	draw_span(&q, s, cols, pulses);
	if (axis) {
		q = pen_at(p, p->row + 1, col);
		draw_axis(&q, cols);
	}
}
