// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The script by which gnuplot draws report's pictures.  It is for people, too: they may change
 * it and run it again.  Names are the only text in it that is not ours (plot_quote()).
 */
#include <math.h>
#include <stdarg.h>
#include <string.h>
#include <time.h>

#include "report_script.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define WIDTH 960
#define PNG_SCALE 1.6
#define FEW_SAMPLES 120		/* each is drawn as a point */
#define MARKS 12		/* on a longer line, when there are others */

/* Of middle brightness: they can be seen on white and on black. */
static const struct {
	const char *colour;
	const char *dash;
	int point;
} styles[] = {
	{ "3b82c4", "solid", 7 },
	{ "d9730d", "(10,4)", 5 },
	{ "2e9e5b", "(3,3)", 9 },
	{ "a05cc0", "(12,4,3,4)", 13 },
	{ "d64545", "(16,6)", 11 },
	{ "1a9ba1", "(6,3,2,3,2,3)", 7 },
	{ "a8763e", "(5,5)", 5 },
	{ "d1559b", "(14,3,3,3)", 9 },
};

const char *script_name(const struct pictures *p, size_t i, char quoted[QUOTED_SIZE])
{
	char name[PLOT_NAME_SIZE];

	return plot_quote(plot_name(p->series[i].name, name), quoted, QUOTED_SIZE);
}

const char *script_colour(size_t i)
{
	return styles[i % ARRAY_SIZE(styles)].colour;
}

/* ---- common to all ---- */

static void write_head(FILE *f, const struct pictures *p)
{
	fprintf(f, "# Pictures by gpsppsctl report.  Change what you like, then: gnuplot %s\n"
		   "# What the columns are is said at the beginning of each .dat file.\n",
		SCRIPT_NAME);
	fputs("set encoding utf8\n"
	      "set datafile missing 'nan'\n", f);
	fprintf(f, "ink = '%s'\n", p->page ? "#777777" : "#333333");
	fputs("set border 3 linecolor rgb ink linewidth 0.8\n"
	      "set tics nomirror out scale 0.6 textcolor rgb ink\n"
	      "set grid linecolor rgb '#c0808080' linewidth 0.6 dashtype solid\n"
	      "set title textcolor rgb ink\n"
	      "set xlabel textcolor rgb ink\n"
	      "set ylabel textcolor rgb ink\n"
	      "set key textcolor rgb ink noenhanced samplen 3\n", f);
	for (size_t i = 0; i < p->n; i++)
		fprintf(f, "set style line %zu linecolor rgb '#%s' dashtype %s linewidth 1.6 "
			   "pointtype %d pointsize 0.6\n", i + 1,
			styles[i % ARRAY_SIZE(styles)].colour, styles[i % ARRAY_SIZE(styles)].dash,
			styles[i % ARRAY_SIZE(styles)].point);
}

void script_begin(FILE *f, const struct pictures *p, enum picture which, int height, size_t rows,
		  size_t columns)
{
	fprintf(f, "\n# ---- %s ----\n", picture_names[which]);
	if (p->format[0] == 's')
		fprintf(f, "set terminal svg size %d,%d dynamic noenhanced "
			   "font 'sans-serif,13' name '%s'%s\n", WIDTH, height, picture_names[which],
			p->page ? "" : " background '#ffffff'");
	else
		fprintf(f, "set terminal pngcairo size %d,%d noenhanced font 'sans,10' "
			   "fontscale %g linewidth %g pointscale %g\n", (int)(WIDTH * PNG_SCALE),
			(int)(height * PNG_SCALE), PNG_SCALE, PNG_SCALE, PNG_SCALE);
	fprintf(f, "set output '%s.%s'\n", picture_names[which], p->format);
	fprintf(f, "set multiplot layout %zu,%zu", rows, columns);
	/* a page has a heading of its own */
	if (!p->page)
		fprintf(f, " title \"%s\\n\" textcolor rgb ink", picture_titles[which]);
	fputc('\n', f);
}

void script_end(FILE *f)
{
	fputs("unset multiplot\n"
	      "set output\n", f);
}

void curve(struct curves *c, const char *fmt, ...)
{
	va_list ap;

	fputs(c->begun ? ", \\\n     " : "plot ", c->f);
	c->begun = true;
	va_start(ap, fmt);
	vfprintf(c->f, fmt, ap);
	va_end(ap);
}

void end_curves(const struct curves *c)
{
	if (c->begun)
		fputc('\n', c->f);
}

static size_t count_panels(const struct pictures *p)
{
	size_t n = p->n_groups;

	for (size_t i = 0; i < p->n_groups; i++)
		n += p->groups[i].zoomed;
	return n;
}

/* ---- offset over time ---- */

static const char *utc_day(double s, char text[32])
{
	const time_t t = (time_t)s;
	struct tm tm;

	if (!gmtime_r(&t, &tm) || !strftime(text, 32, "%Y-%m-%d", &tm))
		text[0] = '\0';
	return text;
}

static void utc_axis(FILE *f, struct plot_range r)
{
	const double step_s = plot_time_step(plot_width(r));
	char first[32], last[32];

	utc_day(r.low, first);
	utc_day(r.high, last);
	fprintf(f, "set xrange [%.3f:%.3f]\n", r.low, r.high);
	fprintf(f, "set xtics time format \"%s\" %.17g\n",
		step_s < 1 ? "%H:%M:%.2S" : step_s < 60 ? "%H:%M:%S" : step_s >= 86400 ? "%Y-%m-%d" :
		plot_width(r) > 86400 ? "%m-%d\\n%H:%M" : "%H:%M", step_s);
	if (first[0] && last[0])
		fprintf(f, "set xlabel 'UTC, %s%s%s'\n", first, strcmp(first, last) ? " to " : "",
			strcmp(first, last) ? last : "");
}

static double elapsed_axis(FILE *f, const struct pictures *p)
{
	const struct plot_range r = p->time_s;
	static const struct {
		double most_s, unit_s;
		const char *name;
	} units[] = {
		{ 300, 1, "s" }, { 3 * 3600, 60, "min" }, { 3 * 86400., 3600, "h" },
		{ INFINITY, 86400, "days" },
	};
	size_t i = 0;

	while (r.high > units[i].most_s)
		i++;
	fprintf(f, "set xrange [%.9g:%.9g]\n", r.low / units[i].unit_s, r.high / units[i].unit_s);
	fprintf(f, "set xlabel 'time since the beginning%s, %s'\n", p->n > 1 ? " of each" : "",
		units[i].name);
	return units[i].unit_s;
}

static void offset_series(struct curves *c, const struct pictures *p, size_t i, double time_unit_s,
			  const struct plot_unit *unit)
{
	const struct report_series *s = &p->series[i];
	const size_t columns = plot_columns(s->n);
	const int marks = s->n <= FEW_SAMPLES ? 1 : p->n > 1 ? (int)columns / MARKS : 0;
	char name[QUOTED_SIZE], interval[32] = "";

	if (marks)
		snprintf(interval, sizeof(interval), " pointinterval %d", marks);
	if (columns < s->n)
		curve(c, "'offset-%zu.dat' using ($1/%g):($3*%g):(0):(($4-$3)*%g) with vectors "
			 "nohead linestyle %zu dashtype solid linecolor rgb '#80%s' linewidth 1 "
			 "notitle", i + 1, time_unit_s, unit->scale, unit->scale, i + 1,
		      script_colour(i));
	curve(c, "'offset-%zu.dat' using ($1/%g):($2*%g) with %s linestyle %zu dashtype solid "
		 "linewidth 1.2%s title '%s'", i + 1, time_unit_s, unit->scale,
	      marks ? "linespoints" : "lines", i + 1, interval, script_name(p, i, name));
	curve(c, "'offset-%zu.dat' using ($5 == 1 ? $1/%g : NaN):($2*%g) with points linestyle %zu "
		 "pointsize 0.4 notitle", i + 1, time_unit_s, unit->scale, i + 1);
}

static void offset_panel(FILE *f, const struct pictures *p, const struct picture_group *g,
			 struct plot_range r, double time_unit_s)
{
	const struct plot_unit unit = plot_unit(fmax(fabs(r.low), fabs(r.high)));
	struct curves c = { .f = f };

	fprintf(f, "set yrange [%.9g:%.9g]\n", r.low * unit.scale, r.high * unit.scale);
	fprintf(f, "set ylabel 'offset, %s'\n", unit.name);
	for (size_t i = g->first; i < g->first + g->n; i++)
		offset_series(&c, p, i, time_unit_s, &unit);
	end_curves(&c);
}

static void offset_picture(FILE *f, const struct pictures *p)
{
	const size_t panels = count_panels(p);
	double unit_s = 1;

	script_begin(f, p, PICTURE_OFFSET, panels < 3 ? 120 + 300 * (int)panels : 240 * (int)panels,
		     panels, 1);
	if (p->utc)
		utc_axis(f, p->time_s);
	else
		unit_s = elapsed_axis(f, p);
	fputs("set key tmargin left horizontal Left reverse\nset lmargin 11\nset rmargin 4\n", f);
	for (size_t i = 0; i < p->n_groups; i++) {
		const struct picture_group *g = &p->groups[i];

		offset_panel(f, p, g, g->all, unit_s);
		if (!g->zoomed)
			continue;
		fputs("set title 'the same, closer: the farthest samples are outside'\n", f);
		offset_panel(f, p, g, g->zoom, unit_s);
		fputs("unset title\n", f);
	}
	script_end(f);
}

void script_write(FILE *f, const struct pictures *p)
{
	write_head(f, p);
	offset_picture(f, p);
	histogram_picture(f, p);
	deviations_picture(f, p);
}
