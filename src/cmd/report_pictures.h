/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What report's pictures are made from: their ranges, gnuplot's script and its data. */
#ifndef GPSPPSCTL_REPORT_PICTURES_H
#define GPSPPSCTL_REPORT_PICTURES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "../plotdata.h"
#include "../plottext.h"
#include "../sys/workdir.h"
#include "report.h"

enum picture {
	PICTURE_OFFSET,
	PICTURE_HISTOGRAM,
	PICTURE_DEVIATIONS,
	N_PICTURES,
};

/* Of the files ("offset" .svg, -1.dat), and what a picture says it is. */
extern const char *const picture_names[N_PICTURES], *const picture_titles[N_PICTURES];

#define SCRIPT_NAME "report.gp"
#define FEW_TERMS 5		/* fewer intervals behind a deviation: a guess */

/* Series that share an axis: all of them, or one alone when their sizes differ too much. */
struct picture_group {
	size_t first, n;
	struct plot_range all, zoom;	/* what is shown */
	bool zoomed;
	struct plot_bins bins;
	uint64_t outside;		/* samples that have no bin */
	double peak;			/* the highest bin's share, % */
};

struct pictures {
	const struct report_series *series;
	size_t n;
	const char *format;
	bool page;			/* for a page: no background, letters for a dark one, too */
	bool utc;			/* they lie beside each other on one axis of time */
	struct plot_range time_s;	/* since 1970, or since each one's beginning */
	struct plot_spread *spread;	/* n, of each series */
	uint64_t (*count)[PLOT_BINS_MAX];	/* n */
	struct picture_group *groups;	/* at most n */
	size_t n_groups;
};

/* Look at all samples.  0 or -ENOMEM; pictures_free() in both cases. */
int pictures_measure(struct pictures *p);
void pictures_free(struct pictures *p);
double series_begin_s(const struct pictures *p, const struct report_series *s);

/* The script; errors are the stream's. */
void script_write(FILE *f, const struct pictures *p);
/* All data files.  0 or -errno. */
int data_write(const struct workdir *w, const struct pictures *p);

/* Make script, data and pictures in `w`.  0 or an exit code after a message about `object`. */
int pictures_draw(const struct workdir *w, const struct report_series *series, size_t n,
		  const char *format, bool page, const char *object);

/* A file in `w`, the caller's to free().  0 or -errno. */
int picture_read(const struct workdir *w, const char *name, char **text, size_t *len);

/*
 * gnuplot's SVG as it is to be: a title and a description for those who do not see it, and
 * no name of its own that a second picture in a page would have, too.  For a page (`page`)
 * without what stands before <svg>.  0; -ENODATA: it is not whole.
 */
int svg_mend(FILE *to, const char *svg, size_t len, enum picture which,
	     const struct report_series *series, size_t n, bool page);

#endif
