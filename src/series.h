/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files of measured offsets, a line at a time: our own logs, ntpd's and NTPsec's
 * statistics, chrony's, plain columns.  Nothing in them is trusted.  Pure.
 */
#ifndef GPSPPSCTL_SERIES_H
#define GPSPPSCTL_SERIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "measure.h"
#include "words.h"

enum series_format {
	SERIES_UNKNOWN,
	SERIES_WATCH,			/* watch --log */
	SERIES_PPSTEST,			/* what ppstest prints */
	SERIES_CLOCKSTATS,		/* flag4's lines of one offset a second; the PPS driver's */
	SERIES_LOOPSTATS,
	SERIES_PEERSTATS,
	SERIES_CHRONY_STATISTICS,
	SERIES_CHRONY_TRACKING,
	SERIES_CHRONY_REFCLOCKS,	/* each sample, with corrections applied */
	SERIES_PHASE,			/* columns: a phase, or a time in seconds and a phase */
	SERIES_PHASE_MJD,		/* the same with a time in days: MJD with a fraction */
	SERIES_STAMPS,			/* a column of times of pulses */
	SERIES_FREQUENCY,		/* as SERIES_PHASE, fractional frequencies; never guessed */
	N_SERIES_FORMATS,
};

/* "watch", "ppstest", "clockstats", "loopstats", "peerstats", "statistics", "tracking",
 * "refclocks", "phase", "mjd", "stamps", "frequency"; "unknown" */
extern const char *const series_format_names[N_SERIES_FORMATS];

/*
 * What a positive value means, as each writes it: "clock fast" (the stamp of an edge is
 * behind its second), "clock slow", NULL: it does not say.  chrony is of both minds:
 * statistics and tracking fast, refclocks slow; ntpd is always slow.
 */
extern const char *const series_positive_is[N_SERIES_FORMATS];

/* One value. */
struct sample {
	int64_t time_ns;	/* since 1970; INT64_MIN: the file has no times */
	double value;		/* seconds (offset, phase), or fractional frequency; finite */
	double jitter;		/* the daemon's own figure beside it, s; NAN: none */
	struct word source;	/* "127.127.20.0", "PPS(0)", "GPPS", "pps0": graphic ASCII, in the
				 * line; empty: the file has one only */
};

struct series_options {
	enum series_format format;	/* SERIES_UNKNOWN: guess */
	/*
	 * Of plain columns, from 1; 0: the last of one or two, and more are an error.  The
	 * first one is the time if the value is another one.
	 */
	unsigned int column;
	double unit_s;			/* of plain columns' values: 1, 1e-3, 1e-6, 1e-9; 0 is 1 */
	enum pulse_edge edge;		/* of watch's and ppstest's; EDGE_UNKNOWN: assert */
	int64_t period_ns;		/* of watch's, ppstest's, stamps' pulses; 0: a second */
};

/*
 * Whose format the first lines (up to 64 kB) are: the one most of them can be read in, if
 * that is a quarter at least.  SERIES_UNKNOWN with an empty or binary text.  A last line
 * without line feed counts only when there is no other.
 */
enum series_format series_guess(const char *text, size_t len);

/* What series_read() makes of a line. */
enum series_line {
	SERIES_NONE,		/* a comment, a heading, a line of another kind: as it should be */
	SERIES_SAMPLE,		/* *s */
	SERIES_GAP,		/* "nan" where a value belongs; s->time_ns is set */
};

/*
 * One line, without its line feed; o->format is not SERIES_UNKNOWN.  An enum series_line, or
 * -EINVAL: it is none of the format's, or its value or time is out of range.
 *
 * A line that was cut in a number still has one: a last line without its line feed is not to
 * be trusted but in plain columns.
 *
 * ppstest prints a line for each edge, with the stamps of both: the same sample comes twice
 * where both are captured.  A sample with the time of the one before is that one again.
 */
int series_read(const struct series_options *o, const char *line, size_t len, struct sample *s);

#endif
