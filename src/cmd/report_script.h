/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the parts of gnuplot's script share. */
#ifndef GPSPPSCTL_REPORT_SCRIPT_H
#define GPSPPSCTL_REPORT_SCRIPT_H

#include "report_pictures.h"

/* A plot command under construction. */
struct curves {
	FILE *f;
	bool begun;
};

/* One more curve. */
__attribute__((format(printf, 2, 3)))
void curve(struct curves *c, const char *fmt, ...);
void end_curves(const struct curves *c);

#define QUOTED_SIZE (2 * PLOT_NAME_SIZE)
/* The name of series i, for between single quotes. */
const char *script_name(const struct pictures *p, size_t i, char quoted[QUOTED_SIZE]);
/* Its colour, "rrggbb"; everything else is in `linestyle i + 1`. */
const char *script_colour(size_t i);

/* A picture of so many panels begins with its size and title, and ends. */
void script_begin(FILE *f, const struct pictures *p, enum picture which, int height, size_t rows,
		  size_t columns);
void script_end(FILE *f);

void histogram_picture(FILE *f, const struct pictures *p);
void deviations_picture(FILE *f, const struct pictures *p);

#endif
