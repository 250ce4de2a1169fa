/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Judge the pulses of one source: sequence and duplicates, range gate, frequency
 * discriminator, then a median filter with trimmed mean.  Integer nanoseconds until
 * the statistics.  Pure; the caller owns all memory.
 *
 * An offset is the stamp less the true second: late is positive.  (NTPsec's and ntpd's
 * are the other way round: what their clock must be put forward by.)
 *
 * The filter is locked when three edges go on from each other by whole periods within
 * the gate and the frequency's tolerance.  It judges by the last good one, whatever is
 * between.  It begins anew (PULSE_STEP) when five edges agree with each other and none
 * with it meanwhile: the clock was set, or the pulse has moved.  With the edge or the
 * period left open, it also does so when eight in a row have another nominal period, when
 * the edge on time is captured no more, and when five pulses show that it is the wrong one.
 */
#ifndef GPSPPSCTL_PULSEFILTER_H
#define GPSPPSCTL_PULSEFILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "edge.h"
#include "pulsetrack.h"

#define FILTER_LENGTH 60		/* NTPsec's MAXSTAGE, ntp_refclock.c */
#define FILTER_LENGTH_MAX 3600
#define FILTER_GATE_NS INT64_C(500000)
#define FILTER_GATE_MAX_NS NS_PER_S
#define FILTER_PPM 500
#define FILTER_PPM_MAX 100000

/* What becomes of an edge. */
enum pulse_fate {
	PULSE_USED,		/* passed everything: in the median filter */
	PULSE_FIRST,		/* nothing to compare with yet, or too little */
	PULSE_OTHER_EDGE,	/* the edge that is not on time: it gives the width */
	PULSE_DUPLICATE,	/* its number or time was there before */
	PULSE_BACKWARD,		/* its time is before the last one's */
	PULSE_GATE,		/* outside the range gate */
	PULSE_FREQUENCY,	/* the interval is no multiple of a period by --ppm */
	PULSE_STEP,		/* the clock, or the pulse, has moved for good: begun anew */
	N_PULSE_FATES,
};

/* "used", "first", "other_edge", "duplicate" ...: what JSON and the counts call them. */
extern const char *const pulse_fate_names[N_PULSE_FATES];

enum filter_method {
	FILTER_TRIMMED_MEAN,	/* drop the farthest from the median until 60 % remain */
	FILTER_LOW_QUARTER,	/* mean of the lowest quarter: for stamps with one-sided delays */
	N_FILTER_METHODS,
};

/* "trimmed mean", "low quarter". */
extern const char *const filter_method_names[N_FILTER_METHODS];

/* The one for stamps taken so: what is only ever late has its truth at the low end. */
enum filter_method filter_method_of(enum stamp_by by);

struct filter_config {
	enum pulse_edge edge;	/* on time; EDGE_UNKNOWN: by the pulse's shape */
	int64_t gate_ns;	/* +-, to FILTER_GATE_MAX_NS; 0: none */
	unsigned int ppm;	/* of the frequency discriminator, to FILTER_PPM_MAX; 0: none */
	int64_t period_ns;	/* nominal: of 0.5, 1, 5, 10 Hz; 0: found from the pulses */
	size_t length;		/* of the median filter, 1 to FILTER_LENGTH_MAX */
	enum filter_method method;
};

/* One edge judged. */
struct judged {
	struct edge edge;
	enum pulse_fate fate;
	int64_t offset_ns;	/* from the nearest multiple of the period since the epoch */
	int64_t interval_ns;	/* since the last edge of this kind; -1 not known */
	int64_t width_ns;	/* of the pulse that this edge ends or, by the last one, begins; -1 */
	uint32_t missed;	/* since the last good one: by number, or by time none came */
};

struct filter_estimate {
	int64_t offset_ns;
	double jitter_ns;	/* RMS of successive differences of what is in the filter */
	size_t n;		/* samples in the filter; 0: no estimate */
	size_t kept;		/* of them, those that the mean is of */
};

/* The edges of one kind. */
struct filter_side {
	bool seen;
	struct edge prev;	/* as it came */
	struct edge last;	/* the latest by its time */
	bool counted;
	uint32_t seq;		/* the highest count */
	uint32_t unseen;	/* by the count, since the last pulse that was good */
	uint32_t refused;	/* periods since then with a pulse that was not good */
	int64_t refused_at;	/* the last of them */
	int64_t shortest_ns;	/* nominal period that an interval had before the lock; 0: none */
	struct tracks tracks;
};

struct filter {
	struct filter_config config;
	int64_t *ring;		/* config.length offsets, newest last; the caller's */
	size_t n, next;
	uint64_t fates[N_PULSE_FATES];
	uint64_t missed;
	/* what it goes by now: config's, or what was found; EDGE_UNKNOWN and 0 before */
	enum pulse_edge on_time;
	int64_t period_ns;

	/* private from here on */
	int64_t *sorted;	/* the ring's offsets by size */
	struct filter_side side[2];
	struct track lock;	/* the good ones; n 0: none yet */
	int64_t width_ns;	/* of the last good pulse; -1 */
	bool last_good;		/* the last edge of the kind on time was good */
	unsigned int inverted;	/* pulses in a row with a shape that says: the other edge */
	int64_t run_period_ns;	/* another nominal period that the last intervals had */
	unsigned int run;	/* how many of them */
};

/*
 * `ring` and `sorted` have config->length places each.  0, or -EINVAL for a configuration
 * out of range.
 */
int filter_init(struct filter *f, const struct filter_config *config, int64_t *ring,
		int64_t *sorted);

/* Judge one edge; every edge has a fate. */
void filter_feed(struct filter *f, const struct edge *e, struct judged *p);

/*
 * `work` has config.length places; its time grows with the length.  The trimmed mean is
 * that of NTPsec's refclock_sample(), but not the jitter: there the differences are of the
 * sorted samples, so that it comes out far too small.
 */
void filter_estimate(const struct filter *f, int64_t *work, struct filter_estimate *est);

/* ---- between the files of the filter ---- */

/* From the nearest multiple of the period: more than -period/2, up to period/2. */
int64_t filter_fold(int64_t ns, int64_t period_ns);
void filter_clear(struct filter *f);
void filter_add(struct filter *f, int64_t offset_ns);

#endif
