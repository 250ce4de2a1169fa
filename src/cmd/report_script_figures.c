// SPDX-License-Identifier: GPL-2.0-or-later
/* The script's histogram and deviations. */
#include <math.h>

#include "report_cell.h"
#include "report_script.h"

#define HISTOGRAM_HEIGHT 400
#define BAR_ROOM 0.09		/* of a series' line above the histogram, of the highest bin */
#define DEVIATIONS_HEIGHT 460
#define LEGEND_LINE 18

/* ---- histogram ---- */

/* Of the share of samples that is between these; the letters have the figures. */
static void histogram_series(struct curves *c, const struct pictures *p, size_t i,
			     const struct plot_unit *unit, double bar)
{
	const struct report_figures *r = &p->series[i].figures;
	char name[QUOTED_SIZE];

	curve(c, "'histogram-%zu.dat' index 0 using ($1*%g):3 with fillsteps fillstyle solid noborder "
		 "linecolor rgb '#c0%s' notitle", i + 1, unit->scale, script_colour(i));
	curve(c, "'histogram-%zu.dat' index 0 using ($1*%g):3 with steps linestyle %zu notitle",
	      i + 1, unit->scale, i + 1);
	curve(c, "'histogram-%zu.dat' index 1 using ($1*%g):(%g):(($5-$1)*%g):(0) with vectors nohead "
		 "linestyle %zu dashtype solid notitle", i + 1, unit->scale, bar, unit->scale, i + 1);
	curve(c, "'histogram-%zu.dat' index 1 using ($2*%g):(%g):(($4-$2)*%g):(0) with vectors nohead "
		 "linestyle %zu dashtype solid linewidth 5 notitle", i + 1, unit->scale, bar,
	      unit->scale, i + 1);
	curve(c, "'histogram-%zu.dat' index 1 using ($3*%g):(%g) with points linestyle %zu "
		 "pointsize 1.1 notitle", i + 1, unit->scale, bar, i + 1);
	curve(c, "NaN with linespoints linestyle %zu title '%s: median %s, 5 to 95 %%: %s to %s'",
	      i + 1, script_name(p, i, name), cell_seconds(r->median).text,
	      cell_seconds(r->p05).text, cell_seconds(r->p95).text);
}

static void histogram_panel(FILE *f, const struct pictures *p, const struct picture_group *g)
{
	const double high = g->bins.low + (double)g->bins.n * g->bins.width;
	const double peak = g->peak > 0 ? g->peak : 1;
	const struct plot_unit unit = plot_unit(fmax(fabs(g->bins.low), fabs(high)));
	struct curves c = { .f = f };

	fprintf(f, "set xrange [%.9g:%.9g]\n", g->bins.low * unit.scale, high * unit.scale);
	fprintf(f, "set yrange [0:%.6g]\n", peak * (1 + BAR_ROOM * ((double)g->n + 1)));
	fprintf(f, "set xlabel 'offset, %s", unit.name);
	if (g->outside)
		fprintf(f, "     (%llu samples are farther out)", (unsigned long long)g->outside);
	fputs("'\n", f);
	for (size_t i = g->first; i < g->first + g->n; i++)
		histogram_series(&c, p, i, &unit,
				 peak * (1 + BAR_ROOM * (double)(g->n - (i - g->first))));
	end_curves(&c);
}

void histogram_picture(FILE *f, const struct pictures *p)
{
	const int panels = (int)p->n_groups;

	script_begin(f, p, PICTURE_HISTOGRAM, panels == 1 ? HISTOGRAM_HEIGHT + LEGEND_LINE * (int)p->n :
		     60 + 280 * panels, p->n_groups, 1);
	fputs("set xtics autofreq\n"
	      "set xtics numeric format '% h'\n"
	      "set ylabel 'share of the samples, %'\n"
	      "set key tmargin left vertical Left reverse maxcols 1\n"
	      "set lmargin 11\n"
	      "set rmargin 4\n", f);
	for (size_t i = 0; i < p->n_groups; i++)
		histogram_panel(f, p, &p->groups[i]);
	script_end(f);
}

/* ---- deviations ---- */

/* Two kinds of deviation share a panel. */
struct panel {
	const char *title, *label;
	double (*of[2])(const struct stability_point *t);
	struct {
		const char *name;
		int column, point, hollow;
	} kinds[2];
	double slopes[2];
	const char *slope_names[2];
	const char *(*mark)(int exponent, char text[PLOT_DECADE_SIZE]);
};

static double get_oadev(const struct stability_point *t)
{
	return t->oadev;
}

static double get_mdev(const struct stability_point *t)
{
	return t->mdev;
}

static double get_tdev(const struct stability_point *t)
{
	return t->tdev;
}

static double get_mtie(const struct stability_point *t)
{
	return t->mtie;
}

static const struct panel panels[] = {
	{
		"Allan deviation", "s/s", { get_oadev, get_mdev },
		{ { "overlapping", 2, 7, 6 }, { "modified", 3, 5, 4 } },
		{ -1, -0.5 }, { "slope -1", "slope -1/2" }, plot_decade,
	},
	{
		"Time deviation and MTIE", "", { get_tdev, get_mtie },
		{ { "time deviation", 4, 7, 6 }, { "MTIE", 5, 9, 8 } },
		{ -0.5, 0.5 }, { "slope -1/2", "slope 1/2" }, plot_decade_seconds,
	},
};

/* Whole decades around all points; *tau's, too.  False: there are none. */
static bool decades_of(const struct pictures *p, const struct panel *panel, int tau[2], int y[2])
{
	struct plot_range taus = { NAN, NAN }, values = { NAN, NAN };

	for (size_t i = 0; i < p->n; i++)
		for (size_t k = 0; k < p->series[i].n_points; k++) {
			const struct stability_point *t = &p->series[i].points[k];
			const double at = (double)t->m * p->series[i].tau0_s;

			taus = plot_join(taus, (struct plot_range){ at, at });
			for (int j = 0; j < 2; j++)
				if (panel->of[j](t) > 0)
					values = plot_join(values, (struct plot_range){
						panel->of[j](t), panel->of[j](t) });
		}
	if (!(taus.low > 0) || !(values.low > 0))
		return false;
	tau[0] = (int)floor(log10(taus.low) + 0.01);
	tau[1] = (int)ceil(fmax(log10(taus.high) - 0.01, tau[0] + 1));
	y[0] = (int)floor(log10(values.low) - 0.1);
	y[1] = (int)ceil(fmax(log10(values.high) + 0.1, y[0] + 1));
	return true;
}

/* "set xtics ('1 s' 1e0, ...)": every decade, or every second or third of many. */
static void decade_marks(FILE *f, char axis, const int decades[2],
			 const char *(*mark)(int exponent, char text[PLOT_DECADE_SIZE]))
{
	const int step = 1 + (decades[1] - decades[0]) / 8;
	char text[PLOT_DECADE_SIZE];

	/* a mark at the very end would be lost by rounding */
	fprintf(f, "set %crange [0.8e%d:1.25e%d]\nset %ctics (", axis, decades[0], decades[1], axis);
	for (int e = decades[0]; e <= decades[1]; e++)
		fprintf(f, "%s'%s' 1e%d", e > decades[0] ? ", " : "",
			(e - decades[0]) % step ? "" : mark(e, text), e);
	fputs(")\n", f);
}

/* How a pure noise falls or rises, faintly, through the middle of the panel. */
static void slopes(struct curves *c, const struct panel *panel, const int tau[2], const int y[2])
{
	const double middle = pow(10, (tau[0] + tau[1]) / 2.0), height = pow(10, (y[0] + y[1]) / 2.0);

	for (int i = 0; i < 2; i++)
		curve(c, "%.6g*(x/%.6g)**%g with lines linecolor rgb '#40808080' linewidth 1 "
			 "dashtype (2,4) title '%s'", height, middle, panel->slopes[i],
		      panel->slope_names[i]);
}

static void deviation_curves(struct curves *c, const struct pictures *p, const struct panel *panel)
{
	char name[QUOTED_SIZE];

	for (size_t i = 0; i < p->n; i++)
		for (int k = 0; k < 2; k++) {
			const int column = panel->kinds[k].column;

			curve(c, "'deviations-%zu.dat' using 1:%d with lines linestyle %zu notitle",
			      i + 1, column, i + 1);
			curve(c, "'deviations-%zu.dat' using ($6 < %d ? NaN : $1):%d with points "
				 "linestyle %zu pointtype %d notitle", i + 1, FEW_TERMS, column,
			      i + 1, panel->kinds[k].point);
			curve(c, "'deviations-%zu.dat' using ($6 < %d ? $1 : NaN):%d with points "
				 "linestyle %zu pointtype %d notitle", i + 1, FEW_TERMS, column,
			      i + 1, panel->kinds[k].hollow);
			curve(c, "NaN with linespoints linestyle %zu pointtype %d title '%s: %s'",
			      i + 1, panel->kinds[k].point, panel->kinds[k].name,
			      script_name(p, i, name));
		}
}

static void deviation_panel(FILE *f, const struct pictures *p, const struct panel *panel)
{
	struct curves c = { .f = f };
	int tau[2], y[2];

	fprintf(f, "set title '%s'\nset ylabel '%s'\n", panel->title, panel->label);
	if (!decades_of(p, panel, tau, y)) {
		tau[0] = y[0] = 0;
		tau[1] = y[1] = 1;
		fputs("set label 1 'too few samples, or no deviation' at graph 0.5, 0.5 center "
		      "textcolor rgb ink\n", f);
	}
	decade_marks(f, 'x', tau, plot_decade_seconds);
	decade_marks(f, 'y', y, panel->mark);
	deviation_curves(&c, p, panel);
	slopes(&c, panel, tau, y);
	end_curves(&c);
	fputs("unset label 1\n", f);
}

void deviations_picture(FILE *f, const struct pictures *p)
{
	script_begin(f, p, PICTURE_DEVIATIONS,
		     DEVIATIONS_HEIGHT + LEGEND_LINE * (2 * (int)p->n + 3), 1, 2);
	fputs("set logscale xy\n"
	      "set xlabel \"averaging time     (hollow: fewer than 5 intervals)\\n\"\n"
	      "set key bmargin left vertical Left reverse maxcols 1\n"
	      "set lmargin 11\n"
	      "set rmargin 3\n", f);
	for (size_t i = 0; i < sizeof(panels) / sizeof(panels[0]); i++)
		deviation_panel(f, p, &panels[i]);
	fputs("unset logscale\n", f);
	script_end(f);
}
