// SPDX-License-Identifier: GPL-2.0-or-later
/* gnuplot's SVG, mended for those who do not see it and for a page with more than one. */
#include <errno.h>
#include <string.h>

#include "report_cell.h"
#include "report_pictures.h"

struct rest {
	const char *s;
	size_t len;
};

/* What is before `text` goes to f (NULL: nowhere); r is behind it then.  False: there is none. */
static bool copy_to(FILE *f, struct rest *r, const char *text)
{
	const char *at = memmem(r->s, r->len, text, strlen(text));
	size_t n;

	if (!at)
		return false;
	n = (size_t)(at - r->s);
	if (f)
		fwrite(r->s, 1, n, f);
	n += strlen(text);
	r->s += n;
	r->len -= n;
	return true;
}

static void put_name(FILE *f, const struct report_series *s)
{
	char name[PLOT_NAME_SIZE], escaped[PLOT_NAME_SIZE * 6];

	fputs(plot_escape(plot_name(s->name, name), escaped, sizeof(escaped)), f);
}

/* In words what the picture shows. */
static void put_description(FILE *f, enum picture which, const struct report_series *series,
			    size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct report_figures *r = &series[i].figures;

		put_name(f, &series[i]);
		if (which == PICTURE_OFFSET)
			fprintf(f, ": between %s and %s. ", cell_seconds(r->min).text,
				cell_seconds(r->max).text);
		else if (which == PICTURE_HISTOGRAM)
			fprintf(f, ": median %s, 90 %% of the samples between %s and %s. ",
				cell_seconds(r->median).text, cell_seconds(r->p05).text,
				cell_seconds(r->p95).text);
		else
			fprintf(f, ": %zu averaging times. ", series[i].n_points);
	}
}

/*
 * What has a name in gnuplot's picture, and who uses it, gets the picture's in front of
 * it, unless it is a letter's or a line's own.
 */
static void put_line(FILE *f, struct rest l, const char *name)
{
	static const char *const marks[] = { " id='", " id=\"", "xlink:href='#" };

	while (l.len) {
		for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
			const size_t n = strlen(marks[i]);

			if (l.len <= n || memcmp(l.s, marks[i], n) != 0)
				continue;
			fprintf(f, "%s%s-", marks[i], name);
			l.s += n;
			l.len -= n;
		}
		fputc(*l.s, f);
		l.s++;
		l.len--;
	}
}

/*
 * The names of curves ("offset_plot_1", shown where the mouse rests) are nobody's, and the
 * same in each panel: they go.  In a text there are no names but ours.
 */
static void put_body(FILE *f, struct rest r, const char *name)
{
	while (r.len) {
		const char *end = memchr(r.s, '\n', r.len);
		const struct rest l = { r.s, end ? (size_t)(end + 1 - r.s) : r.len };

		r.s += l.len;
		r.len -= l.len;
		if (memmem(l.s, l.len, "<text", 5))
			fwrite(l.s, 1, l.len, f);
		else if (memmem(l.s, l.len, "_plot_", 6) && memmem(l.s, l.len, "<title>", 7))
			fputs("<g>\n", f);
		else
			put_line(f, l, name);
	}
}

static bool ends_with(const char *s, size_t len, const char *text)
{
	while (len && s[len - 1] == '\n')
		len--;
	return len >= strlen(text) && !memcmp(s + len - strlen(text), text, strlen(text));
}

int svg_mend(FILE *to, const char *svg, size_t len, enum picture which,
	     const struct report_series *series, size_t n, bool page)
{
	struct rest r = { svg, len };
	const char *name = picture_names[which];

	if (!ends_with(svg, len, "</svg>") || !copy_to(page ? NULL : to, &r, "<svg"))
		return -ENODATA;
	fprintf(to, "<svg role=\"img\" aria-labelledby=\"%s-title %s-desc\"", name, name);
	if (!copy_to(to, &r, ">"))
		return -ENODATA;
	fprintf(to, ">\n<title id=\"%s-title\">%s</title>\n<desc id=\"%s-desc\">", name,
		picture_titles[which], name);
	put_description(to, which, series, n);
	fputs("</desc>\n", to);
	/* gnuplot's own */
	if (!copy_to(NULL, &r, "</desc>"))
		return -ENODATA;
	put_body(to, r, name);
	return 0;
}
