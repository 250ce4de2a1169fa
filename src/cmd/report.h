/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts of the report command: read, reckon, print, plot. */
#ifndef GPSPPSCTL_REPORT_H
#define GPSPPSCTL_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../figures.h"
#include "../series.h"
#include "../stability.h"

/* ---- report_options.c ---- */

enum report_taus { TAUS_OCTAVE, TAUS_DECADE, TAUS_LIST };

struct report_options {
	struct series_options series;
	double tau0_s;			/* 0: as the times say, or 1 */
	const char *source;		/* the only one that counts; NULL: all */
	enum report_taus taus;
	double tau_s[STABILITY_OCTAVES_MAX];	/* TAUS_LIST */
	size_t n_taus;
	const char *plot, *html;	/* directory, file; NULL: none */
	bool png, json, help;
	char **files;			/* n_files, "-" is standard input */
	size_t n_files;
};

/* 0 or an exit code after a message. */
int report_parse_options(int argc, char **argv, struct report_options *o);
void report_usage(void);

/* ---- report_read.c ---- */

/* One source in one file. */
struct report_series {
	char *name;			/* "loopstats", or "refclocks.log: GPPS"; any bytes */
	char *source;			/* "GPPS", graphic ASCII; NULL: the file names none */
	const char *file;		/* as it was given */
	enum series_format format;
	double *phase_s;		/* n places on a regular grid, NAN where one is missing; mapped */
	size_t n, room;
	double tau0_s;
	int64_t begin_ns;		/* time of phase_s[0]; INT64_MIN: the file has no times */
	/* of the file: */
	uint64_t first_bad_line;	/* 0: none */
	/* left out: earlier than the sample before; at a place that is taken; jumps of the clock */
	uint64_t out_of_order, doubled, jumps;
	struct report_figures figures;
	struct stability_point points[STABILITY_OCTAVES_MAX];
	size_t n_points;
};

struct report_set {
	struct report_series *series;
	size_t n;
};

/* Adds the series of one file.  0 or an exit code after a message. */
int report_read(const struct report_options *o, const char *path, struct report_set *set);
void report_free(struct report_set *set);

/* ---- report_text.c, report_json.c ---- */

void report_text(const struct report_set *set);
void report_json(const struct report_set *set);

/* ---- report_plot.c, report_html.c ---- */

/*
 * Plots of all series together, by gnuplot: offset over time, histogram, deviations.  `dir`
 * is made when it is not there; format "svg" or "png".  0 or an exit code after a message
 * (also when there is no gnuplot).
 */
int report_plot(const struct report_series *series, size_t n, const char *dir, const char *format);
/* One self-contained page with the same pictures and the tables.  0 or an exit code. */
int report_html(const struct report_series *series, size_t n, const char *path);

#endif
