/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From edges and sentences to samples for a daemon: what is given is right, or nothing
 * is given.  Pure: the caller tells the time, reads, and writes.
 *
 * Edges go through watch's filter in the time of a clock that nobody sets
 * (CLOCK_MONOTONIC_RAW), so neither a step nor a slew of the system clock looks like a
 * bad pulse; the stamp that is given is the system clock's.  A stamp that a step of the
 * clock may lie behind is dropped.
 */
#ifndef GPSPPSCTL_FEEDER_H
#define GPSPPSCTL_FEEDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "edge.h"
#include "nmea.h"
#include "numbering.h"
#include "pulsefilter.h"

/* One moment on three clocks, read together.  real - mono changes only by a step. */
struct instant {
	int64_t real_ns, mono_ns, raw_ns;
};

enum feed_mode {
	FEED_BOTH,		/* seconds, and pulses numbered by them */
	FEED_PULSES,		/* pulses alone, numbered by the system clock within +-0.4 s */
	FEED_SECONDS,		/* seconds alone */
};

#define FEED_CLOCK_WITHIN_NS (400 * NS_PER_MS)	/* FEED_PULSES, as shmpps did */
#define FEED_VOUCH_NS (2500 * NS_PER_MS)	/* a sentence vouches for pulses so long */

struct feeder_config {
	enum feed_mode mode;
	struct filter_config filter;	/* .length at most FILTER_LENGTH */
	int64_t lead_ns;		/* of numbering.h */
	int64_t offset_ns;		/* added to the true time of pulses: the cable's delay */
	/* the seconds' own delay, when no pulse is there to measure it; -1: as they come */
	int64_t seconds_delay_ns;
	int64_t holdover_ns;		/* pulses without a vouching sentence, after the last; 0 */
	int64_t width_ns;		/* +-20 % and 2 ms, else a pulse is none; 0: any */
	bool ignore_clock;		/* a synchronised clock that contradicts is not asked */
};

enum sample_kind { SAMPLE_SECONDS, SAMPLE_PULSE };
enum leap { LEAP_NONE, LEAP_INSERT, LEAP_DELETE };

/* What a daemon is told: at `stamp` of the system clock it was `true` in truth. */
struct sample {
	enum sample_kind kind;
	int64_t true_ns;	/* UTC since the epoch */
	int64_t stamp_ns;	/* CLOCK_REALTIME */
	enum leap leap;
	bool is_numbered;	/* false: only the fraction of true_ns means something */
	uint32_t seq;		/* of the edge; 0: its source has none */
};

/* At most one of each kind comes of an event. */
#define FEEDER_SAMPLES_MAX 2

/* Why nothing is given, or that it is: the first that is so. */
enum feed_state {
	FEED_WELL,		/* all that was asked for is given */
	FEED_HOLDOVER,		/* pulses are, without a valid sentence */
	FEED_NO_PULSE,		/* none (any more); seconds may be given */
	FEED_LOCKING,		/* pulses come; the filter is not sure of them yet */
	FEED_TWO_PULSES,	/* two trains of pulses: which one is on time is not known */
	FEED_RATE,		/* not 1 or 0.5 Hz */
	FEED_WIDTH,		/* another width than it was told */
	FEED_NO_SENTENCES,	/* with a time, or none for too long */
	FEED_NO_FIX,		/* the receiver does not vouch */
	FEED_NUMBERING,		/* too few sentences yet to be sure of the second */
	FEED_CONTRADICTED,	/* numbering.h */
	FEED_AMBIGUOUS,
	FEED_REFUSED,
	FEED_CLOCK_FAR,		/* FEED_PULSES: the clock is more than 0.4 s off the pulse */
	N_FEED_STATES,
};

/* "feeding", "no_pulse" ...: what JSON and the status call them. */
extern const char *const feed_state_names[N_FEED_STATES];

/* ---- private: the parts of struct feeder ---- */

/* When real - mono is another than before, the clock was set: or the reading was interrupted. */
struct feeder_clock {
	bool begun, doubted, stepped;
	bool synchronised;
	bool far;		/* FEED_PULSES: from the last pulse */
	int64_t difference_ns;	/* real - mono */
	int64_t doubt_ns;	/* another one, seen once */
	int64_t doubt_mono_ns, since_mono_ns;	/* seen first then */
	int64_t off_ns;		/* from the last pulse */
};

/* Refused edges of one kind that go on from each other. */
#define FEEDER_TRAINS 8
struct feeder_train {
	enum pulse_edge which;
	unsigned int n;
	int64_t at_ns;
};

struct feeder_pulse {
	bool seen, good_seen, two;
	bool moves;		/* the newest came where none was due, instead of a good one */
	bool moved;		/* the lock is not the first one */
	int shape;		/* pulses that are short, less those that are not */
	int64_t begun_ns;	/* first event at all; all times are raw */
	int64_t edge_ns, good_ns, two_ns;	/* the last of each */
	int64_t stamp_ns[2];	/* as stamped, of assert and clear */
	unsigned int settled;	/* good ones since the lock */
	enum pulse_edge on_time;
	int64_t width_ns;	/* as two pulses in a row had it; -1 */
	int64_t last_width_ns;
	int64_t other_ns;	/* last edge of the kind that is not on time; 0: none */
	struct feeder_train trains[FEEDER_TRAINS];
};

/* The sentences of one second. */
struct feeder_second {
	bool known, dated, valid, invalid, told, given;
	uint32_t tod_s;
	int64_t second;
	int64_t begun_ns, ended_ns, begun_real_ns;	/* of the first */
};

#define FEEDER_INTERVALS 5
struct feeder_said {
	struct feeder_second now;
	bool before_invalid;	/* the second before */
	bool judges;		/* some sentence has a verdict on validity */
	bool seen, void_seen, fraction;
	unsigned int n;		/* seconds */
	unsigned int n_intervals;
	int64_t seen_ns, void_ns;	/* last: with a whole second, without a fix */
	int64_t heard_ns;	/* what numbering agreed with, before */
	int64_t intervals_ns[FEEDER_INTERVALS];
};

struct feeder {
	struct feeder_config config;
	struct filter filter;
	struct numbering numbering;
	uint64_t given[2];		/* samples by kind */
	uint64_t dropped;		/* good pulses that were not given */
	uint64_t clock_steps;
	/* private from here on */
	struct feeder_clock clock;
	struct feeder_pulse pulse;
	struct feeder_said said;
	int64_t ring[FILTER_LENGTH], sorted[FILTER_LENGTH];
};

/* 0 or -EINVAL. */
int feeder_init(struct feeder *f, const struct feeder_config *config);

/*
 * Each may give samples (how many is returned) in out[FEEDER_SAMPLES_MAX].  `now` is read
 * right after the event was taken.
 */
size_t feeder_edge(struct feeder *f, const struct edge *e, const struct instant *now,
		   struct sample *out);
/*
 * A sentence with a good checksum, decoded.  `ended_real_ns`: when its last character
 * was read (CLOCK_REALTIME); `duration_ns`: of its characters at the port's speed.
 */
size_t feeder_sentence(struct feeder *f, const struct nmea_data *d, int64_t ended_real_ns,
		       int64_t duration_ns, const struct instant *now, struct sample *out);
/* The system clock is synchronised by somebody (adjtimex(2) without STA_UNSYNC), or not. */
void feeder_clock(struct feeder *f, bool synchronised);
/* Time passes: at least once a second. */
enum feed_state feeder_state(struct feeder *f, const struct instant *now);
/*
 * The state in words, with its numbers: "no pulse for 12 s; seconds are fed".  One line,
 * no newline.
 */
void feeder_tell(const struct feeder *f, enum feed_state state, const struct instant *now,
		 char *buf, size_t size);

#endif
