// SPDX-License-Identifier: GPL-2.0-or-later
/* report --html: one page with the pictures in it, and nothing from elsewhere. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../sys/replace.h"
#include "../sys/signals.h"
#include "cmd.h"
#include "report_cell.h"
#include "report_pictures.h"

/* Letters in the pictures get the page's colour, so that they can be read on a dark one. */
static const char style[] =
	":root{color-scheme:light dark;--paper:#fff;--ink:#222;--rule:#ccc;--stripe:#f4f4f4}\n"
	"@media(prefers-color-scheme:dark){:root{--paper:#111;--ink:#ddd;--rule:#444;--stripe:#1b1b1b}}\n"
	"@media print{:root{--paper:#fff;--ink:#000;--rule:#999;--stripe:#fff}\n"
	"figure,table{break-inside:avoid}h2,h3{break-after:avoid}}\n"
	"body{margin:0 auto;padding:1em;max-width:62em;font:1em/1.45 system-ui,sans-serif;\n"
	"background:var(--paper);color:var(--ink)}\n"
	"h1{font-size:1.6em}h2{font-size:1.25em;margin-top:2em}h3{font-size:1em}\n"
	"figure{margin:0;overflow-x:auto}figcaption{position:sticky;left:0}\n"
	"figure svg{display:block;width:100%;min-width:38em;height:auto}\n"
	"figure svg g[font-family]{fill:var(--ink);font-family:inherit}\n"
	".wide{overflow-x:auto}table{border-collapse:collapse;font-variant-numeric:tabular-nums}\n"
	"th,td{padding:.2em .8em;border-bottom:1px solid var(--rule)}\n"
	"th,td{text-align:right;white-space:nowrap}\n"
	"th:first-child{text-align:left}tbody tr:nth-child(even){background:var(--stripe)}\n";

static void put_name(FILE *f, const struct report_series *s)
{
	char name[PLOT_NAME_SIZE], escaped[PLOT_NAME_SIZE * 6];

	fputs(plot_escape(plot_name(s->name, name), escaped, sizeof(escaped)), f);
}

/* ---- the figures ---- */

enum kind {
	COUNT,		/* uint64_t */
	SECONDS,	/* double */
	RATIO,		/* s/s */
	SHARE,		/* 0 to 1, as % */
};

#define FIGURE(label, kind, member) { label, kind, offsetof(struct report_series, member) }

static const struct {
	const char *label;
	enum kind kind;
	size_t at;
} figures[] = {
	FIGURE("samples", COUNT, figures.count),
	FIGURE("gaps", COUNT, figures.gaps),
	FIGURE("samples missing in them", COUNT, figures.missing),
	FIGURE("lines that could not be read", COUNT, figures.bad_lines),
	FIGURE("left out: earlier than the one before", COUNT, out_of_order),
	FIGURE("left out: at the same time as another", COUNT, doubled),
	FIGURE("jumps of the clock", COUNT, jumps),
	FIGURE("interval", SECONDS, tau0_s),
	FIGURE("mean", SECONDS, figures.mean),
	FIGURE("RMS", SECONDS, figures.rms),
	FIGURE("least", SECONDS, figures.min),
	FIGURE("1 % are below", SECONDS, figures.p01),
	FIGURE("5 %", SECONDS, figures.p05),
	FIGURE("25 %", SECONDS, figures.p25),
	FIGURE("50 % (median)", SECONDS, figures.median),
	FIGURE("75 %", SECONDS, figures.p75),
	FIGURE("95 %", SECONDS, figures.p95),
	FIGURE("99 %", SECONDS, figures.p99),
	FIGURE("greatest", SECONDS, figures.max),
	FIGURE("jitter (RMS of differences)", SECONDS, figures.jitter),
	FIGURE("drift, s/s", RATIO, figures.drift),
	FIGURE("the daemon's own jitter (RMS)", SECONDS, figures.daemon_jitter),
	FIGURE("the daemon's precision, the floor under it", SECONDS, figures.daemon_precision),
	FIGURE("share of the lines that are at this floor", SHARE, figures.daemon_at_floor),
};

static double value_of(const struct report_series *s, size_t i)
{
	const char *at = (const char *)s + figures[i].at;
	uint64_t count;
	double value;

	memcpy(&count, at, sizeof(count));
	memcpy(&value, at, sizeof(value));
	return figures[i].kind == COUNT ? (double)count : value;
}

static void put_value(FILE *f, enum kind kind, double value)
{
	if (kind == COUNT)
		fprintf(f, "<td>%s</td>", cell_number((uint64_t)value).text);
	else if (kind == SECONDS)
		fprintf(f, "<td>%s</td>", cell_seconds(value).text);
	else if (kind == RATIO)
		fprintf(f, "<td>%s</td>", cell_fraction(value).text);
	else if (isfinite(value))
		fprintf(f, "<td>%.1f %%</td>", 100 * value);
	else
		fputs("<td>-</td>", f);
}

/* What no series knows, or has any of, is left out. */
static bool is_known(const struct report_series *series, size_t n, size_t figure)
{
	for (size_t i = 0; i < n; i++) {
		const double value = value_of(&series[i], figure);

		if (isfinite(value) && (figures[figure].kind != COUNT || value > 0))
			return true;
	}
	return false;
}

/* What the numbers are. */
static void put_kinds(FILE *f, const struct report_series *series, size_t n)
{
	fputs("<tr><th scope=\"row\">format</th>", f);
	for (size_t i = 0; i < n; i++)
		fprintf(f, "<td>%s</td>", series_format_names[series[i].format]);
	fputs("</tr>\n<tr><th scope=\"row\">a positive offset is</th>", f);
	for (size_t i = 0; i < n; i++)
		fprintf(f, "<td>%s</td>", cell_text(series_positive_is[series[i].format]).text);
	fputs("</tr>\n", f);
}

static void put_figures(FILE *f, const struct report_series *series, size_t n)
{
	fputs("<section>\n<h2>Figures</h2>\n<div class=\"wide\"><table>\n"
	      "<thead><tr><th scope=\"col\">figure</th>", f);
	for (size_t i = 0; i < n; i++) {
		fputs("<th scope=\"col\">", f);
		put_name(f, &series[i]);
		fputs("</th>", f);
	}
	fputs("</tr></thead>\n<tbody>\n", f);
	put_kinds(f, series, n);
	for (size_t k = 0; k < sizeof(figures) / sizeof(figures[0]); k++) {
		if (!is_known(series, n, k))
			continue;
		fprintf(f, "<tr><th scope=\"row\">%s</th>", figures[k].label);
		for (size_t i = 0; i < n; i++)
			put_value(f, figures[k].kind, value_of(&series[i], k));
		fputs("</tr>\n", f);
	}
	fputs("</tbody>\n</table></div>\n</section>\n", f);
}

/* ---- the deviations ---- */

static void put_point(FILE *f, const struct report_series *s, const struct stability_point *t)
{
	fprintf(f, "<tr><th scope=\"row\">%s</th>", cell_tau((double)t->m * s->tau0_s).text);
	put_value(f, RATIO, t->adev);
	put_value(f, RATIO, t->oadev);
	put_value(f, RATIO, t->mdev);
	put_value(f, SECONDS, t->tdev);
	put_value(f, SECONDS, t->mtie);
	put_value(f, COUNT, (double)t->n_adev);
	put_value(f, COUNT, (double)t->n_oadev);
	put_value(f, COUNT, (double)t->n_mdev);
	put_value(f, COUNT, (double)t->n_mtie);
	fputs("</tr>\n", f);
}

static void put_deviations(FILE *f, const struct report_series *s)
{
	static const char *const heads[] = {
		"averaging time", "Allan deviation", "overlapping", "modified", "time deviation",
		"MTIE", "terms: Allan", "overlapping", "modified, time", "MTIE",
	};

	fputs("<h3>", f);
	put_name(f, s);
	fputs("</h3>\n", f);
	if (!s->n_points) {
		fputs("<p>too few samples</p>\n", f);
		return;
	}
	fputs("<div class=\"wide\"><table>\n<thead><tr>", f);
	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++)
		fprintf(f, "<th scope=\"col\">%s</th>", heads[i]);
	fputs("</tr></thead>\n<tbody>\n", f);
	for (size_t i = 0; i < s->n_points; i++)
		put_point(f, s, &s->points[i]);
	fputs("</tbody>\n</table></div>\n", f);
}

/* ---- the page ---- */

static int put_picture(FILE *f, const struct workdir *w, enum picture which,
		       const struct report_series *series, size_t n)
{
	static const char *const captions[N_PICTURES] = {
		"The line is the mean of neighbouring samples, the band behind it all of them.",
		"Above each histogram: 5 to 95 % of the samples (thin), 25 to 75 % (thick), the median.",
		"Hollow marks have fewer than 5 intervals behind them: they are guesses.",
	};
	char name[64], *text = NULL;
	size_t len = 0;
	int err;

	snprintf(name, sizeof(name), "%s.svg", picture_names[which]);
	err = picture_read(w, name, &text, &len);
	fprintf(f, "<section>\n<h2>%s</h2>\n<figure>\n", picture_titles[which]);
	if (!err)
		err = svg_mend(f, text, len, which, series, n, true);
	fprintf(f, "<figcaption>%s</figcaption>\n</figure>\n</section>\n", captions[which]);
	free(text);
	return err;
}

static int put_page(FILE *f, const struct workdir *w, const struct report_series *series, size_t n)
{
	int err = 0;

	fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
	      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	      "<title>Pulse report: ", f);
	for (size_t i = 0; i < n; i++) {
		fputs(i ? ", " : "", f);
		put_name(f, &series[i]);
	}
	fprintf(f, "</title>\n<style>\n%s</style>\n</head>\n<body>\n<main>\n", style);
	fputs("<h1>Pulse report</h1>\n", f);
	for (int i = 0; i < N_PICTURES && !err; i++)
		err = put_picture(f, w, i, series, n);
	put_figures(f, series, n);
	fputs("<section>\n<h2>Deviations</h2>\n", f);
	for (size_t i = 0; i < n; i++)
		put_deviations(f, &series[i]);
	fputs("</section>\n</main>\n</body>\n</html>\n", f);
	return err;
}

static int write_page(const struct workdir *w, const struct report_series *series, size_t n,
		      const char *path)
{
	char *text = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);
	int err = f ? put_page(f, w, series, n) : -errno;

	if (f && fclose(f) < 0 && !err)
		err = -errno;
	if (!err)
		err = replace_file(path, text, len);
	free(text);
	if (!err)
		return EXIT_DONE;
	msg_error(path, "cannot write the page: %s",
		  err == -ENODATA ? "gnuplot left a picture half done (is the disk full?)" :
		  strerror(-err));
	return EXIT_TROUBLE;
}

int report_html(const struct report_series *series, size_t n, const char *path)
{
	const char *parent = getenv("TMPDIR");
	struct workdir w;
	int code, err;

	parent = parent && *parent ? parent : "/tmp";
	err = workdir_make(&w, parent);
	if (err) {
		msg_error(parent, "no room to draw in: %s", strerror(-err));
		return EXIT_TROUBLE;
	}
	signals_catch();
	code = pictures_draw(&w, series, n, "svg", true, path);
	if (!code)
		code = write_page(&w, series, n, path);
	workdir_remove(&w);
	signals_release();
	return code;
}
