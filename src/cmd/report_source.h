/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One source of one file on its way to a series. */
#ifndef GPSPPSCTL_REPORT_SOURCE_H
#define GPSPPSCTL_REPORT_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../figures.h"
#include "../grid.h"
#include "../series.h"
#include "../sys/mapped.h"

struct report_series;

#define REPORT_SOURCES_MAX 64
#define REPORT_SOURCE_NAME 64	/* the rest of a longer name is cut off */

struct report_source {
	char name[REPORT_SOURCE_NAME];
	bool timed;
	uint64_t samples;		/* values, not gaps */
	struct mapped values;		/* the first time of lines with times: their intervals, s */
	int64_t previous_ns;		/* INT64_MIN: none */
	int64_t begin_ns;		/* of the first place */
	double tau0_s;
	struct grid grid;
	struct daemon_jitter jitter;
};

struct report_sources {
	struct report_source *source[REPORT_SOURCES_MAX];
	size_t n, last;
};

/* The source of this name, made when there is none yet.  NULL: there are too many. */
struct report_source *report_source_find(struct report_sources *all, struct word name);
void report_sources_free(struct report_sources *all);

/* The first time: count it; without a time keep the value.  0 or -errno. */
int report_source_add(struct report_source *source, const struct sample *s);
/* Between the two: what the grids are.  True: there are times, read the file again. */
bool report_sources_settle(struct report_sources *all, double tau0_s);
/* The second time: put the value in its place.  0 or -errno. */
int report_source_place(struct report_source *source, const struct sample *s);

/*
 * Fractional frequencies, each over the interval behind its place, to phases: one more.
 * In a gap the last frequency is taken to have gone on; the phases there are missing.
 */
int report_source_integrate(struct report_source *source);

/* Hands the values and what is known of them to the series. */
void report_source_series(struct report_source *source, struct report_series *series);

#endif
