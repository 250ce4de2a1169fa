/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The figures of a series: what is in it, where it lies, how it scatters and drifts.  Pure. */
#ifndef GPSPPSCTL_FIGURES_H
#define GPSPPSCTL_FIGURES_H

#include <stddef.h>
#include <stdint.h>

/* The figures of one series; seconds unless the name says otherwise, NAN: not known. */
struct report_figures {
	uint64_t count, gaps, missing;	/* samples; gaps; samples that are missing in them */
	uint64_t bad_lines;		/* lines that could not be read */
	double mean, rms, median, p01, p05, p25, p75, p95, p99, min, max;
	double jitter;			/* RMS of successive differences */
	double drift;			/* slope of a line through all, s/s */
	double daemon_jitter;		/* the daemon's own, RMS */
	double daemon_precision;	/* the floor under it; NAN: none is seen */
	double daemon_at_floor;		/* share of the lines whose jitter is just that floor */
};

/*
 * Room for exact percentiles without a sorted copy: the samples' bits are counted, eleven of
 * 64 at a time, for fourteen ranks at once.  400 kB, whatever the number of samples.
 */
#define FIGURES_RANKS 14
#define FIGURES_DIGIT_BITS 11
#define FIGURES_DIGITS 6
struct figures_work {
	uint64_t counts[FIGURES_RANKS][1 << FIGURES_DIGIT_BITS];
	uint8_t next[FIGURES_DIGITS][FIGURES_RANKS][1 << FIGURES_DIGIT_BITS];
};

/*
 * All of *f but bad_lines and the daemon's, which stay.  Missing samples are NAN; percentiles
 * between two samples are interpolated.
 */
void figures_reckon(const double *phase_s, size_t n, double tau0_s, struct figures_work *work,
		    struct report_figures *f);

/*
 * The jitter that a daemon wrote beside each offset.  ntpd and NTPsec never show less than
 * their precision, a power of two that they measured at their start (ntp_proto.c,
 * clock_filter(): MAX of the jitter and LOGTOD(sys_precision); ntp_loopfilter.c,
 * local_clock(): each difference likewise), with nine digits behind the point.
 * All zero is none yet.
 */
#define DAEMON_EXPONENTS 31
struct daemon_jitter {
	uint64_t n;
	uint64_t at[DAEMON_EXPONENTS];		/* 2^-i s to the printed digits */
	uint64_t above[DAEMON_EXPONENTS];	/* between 2^-i and 2^-(i-1), none of the two */
	double sum_squares;
};

/* A negative jitter or one that is no number counts for nothing. */
void daemon_jitter_add(struct daemon_jitter *d, double jitter_s);

/*
 * f->daemon_*.  A power of two is the floor when at least 1 in 100 figures are just it, more
 * than any other, and less than 1 in 100 are smaller.
 */
void daemon_jitter_reckon(const struct daemon_jitter *d, struct report_figures *f);

#endif
