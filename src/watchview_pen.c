// SPDX-License-Identifier: GPL-2.0-or-later
/* Cells, texts and numbers of watchview. */
#include "watchview_pen.h"

#include <inttypes.h>
#include <stdio.h>

#define CODE_CUT 0x2026		/* an ellipsis */

struct pen pen_at(const struct pen *p, unsigned int row, unsigned int col)
{
	struct pen q = *p;

	q.row = row;
	q.at = col;
	q.end = p->cols;
	return q;
}

bool pen_code(struct pen *p, uint32_t utf8, char ascii, enum view_ink ink)
{
	struct view_cell *cell;

	if (p->at >= p->end)
		return false;
	cell = &p->cells[(size_t)p->row * p->cols + p->at++];
	cell->code = p->utf8 ? utf8 : (unsigned char)ascii;
	cell->ink = ink;
	return true;
}

/* There was more: the last cell says so. */
static void pen_cut(struct pen *p, enum view_ink ink)
{
	if (p->end == 0 || p->at < p->end)
		return;
	p->at = p->end - 1;
	pen_code(p, CODE_CUT, '~', ink);
}

void pen_text(struct pen *p, const char *text, enum view_ink ink)
{
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;
		char hex[] = "\\x00";
		const char *out = hex;

		if (c >= 0x20 && c < 0x7f) {
			if (!pen_code(p, c, (char)c, ink))
				break;
			continue;
		}
		hex[2] = "0123456789abcdef"[c >> 4];
		hex[3] = "0123456789abcdef"[c & 15];
		while (*out && pen_code(p, (unsigned char)*out, *out, ink))
			out++;
		if (*out)
			break;
	}
	if (*text)
		pen_cut(p, ink);
}

void pen_column(struct pen *p, unsigned int col)
{
	if (p->at < col)
		p->at = col;
}

static const struct {
	const char *name;
	uint64_t ns;
} units[] = {
	{ "s", 1000000000 }, { "ms", 1000000 }, { "us", 1000 }, { "ns", 1 },
};

void view_ns(char *buf, size_t size, int64_t ns, bool plus)
{
	uint64_t n = ns < 0 ? 0 - (uint64_t)ns : (uint64_t)ns, whole, rest;
	const char *sign = ns < 0 ? "-" : plus && ns > 0 ? "+" : "";
	unsigned int u = 0;
	int places;

	/* 999.95 us is 1.000 ms: what four figures would round up is of the next unit */
	while (units[u].ns > 1 && n < units[u].ns - units[u].ns / 20000)
		u++;
	if (units[u].ns <= 1) {
		snprintf(buf, size, "%s%" PRIu64 " ns", sign, n);
		return;
	}
	places = n < 10 * units[u].ns ? 3 : n < 100 * units[u].ns ? 2 : 1;
	rest = places == 3 ? 1000 : places == 2 ? 100 : 10;
	if (n <= UINT64_MAX - units[u].ns)
		n += units[u].ns / rest / 2;
	whole = n / units[u].ns;
	snprintf(buf, size, "%s%" PRIu64 ".%0*" PRIu64 " %s", sign, whole, places,
		 n % units[u].ns / (units[u].ns / rest), units[u].name);
}
