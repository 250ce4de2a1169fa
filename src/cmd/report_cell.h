/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tables of report for people: what stands in a cell. */
#ifndef GPSPPSCTL_REPORT_CELL_H
#define GPSPPSCTL_REPORT_CELL_H

#include <stdint.h>

#include "report.h"

#define CELL 40
#define SIDE_BY_SIDE 4		/* series in a table: what a terminal has room for */

struct cell {
	char text[CELL];
};

/* "953.7 ns", "1.397 us": four digits.  "-": it is not known. */
struct cell cell_seconds(double value);
/* As people say it: 1 s, 0.2 s, 64 s, 1048576 s. */
struct cell cell_tau(double value);
/* "1.067e-07" */
struct cell cell_fraction(double value);
struct cell cell_number(uint64_t value);
/* NULL: "-" */
struct cell cell_text(const char *text);

/* The deviations of 1 to SIDE_BY_SIDE series. */
void report_deviations(const struct report_series *s, size_t n);

#endif
