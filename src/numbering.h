/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which second each pulse begins: by the sentences, by counting, and never by one
 * sentence alone.  Pure; all times are of one clock that nobody sets or slews
 * (CLOCK_MONOTONIC_RAW).
 *
 * A sentence names the last pulse before its beginning (config.lead_ns shifts that).
 * Three pairs in a row that go on from each other make the numbering sure.  From then
 * on pulses are counted; each further sentence confirms the count or contradicts it.
 * A contradiction stops everything at once and is not believed however long it lasts:
 * late sentences look just like it.  It ends when three sentences in a row agree with the
 * count again, when a synchronised clock takes the sentences' side, or when the count was
 * lost with the pulse and the sentences for longer than a free-running clock can bridge
 * (NUMBERING_BRIDGE_NS).
 *
 * At the beginning of each month nothing is given until a sentence has said whether a leap
 * second was: 23:59:60 puts the count back by one.  No receiver that is read announces it.
 */
#ifndef GPSPPSCTL_NUMBERING_H
#define GPSPPSCTL_NUMBERING_H

#include <stdbool.h>
#include <stdint.h>

#include "measure.h"

#define NUMBERING_PAIRS 3
/* 100 ppm of it are 0.1 s: far from half a second */
#define NUMBERING_BRIDGE_NS (1000 * NS_PER_S)

struct numbering_config {
	int64_t period_ns;	/* of the pulse: 1 or 2 s */
	/* a sentence names the last pulse before its beginning less this; 0 */
	int64_t lead_ns;
	int64_t jitter_ns;	/* of good pulses: twice what the filter lets pass */
};

/* What one sentence with a whole second says. */
struct named_second {
	int64_t second;		/* POSIX; 23:59:60 is the next day's 00:00:00 */
	bool is_leap;		/* it said :60 */
	bool valid;		/* the receiver vouches for it */
	int64_t begun_ns, ended_ns;	/* of its '$', and of its last character */
};

enum numbering_state {
	NUMBERING_NONE,		/* nothing has named a pulse yet */
	NUMBERING_UNSURE,	/* too few that agree, or not all of them */
	NUMBERING_SURE,
	NUMBERING_CONTRADICTED,	/* the sentences say other seconds than the count */
	NUMBERING_AMBIGUOUS,	/* they begin too near to a pulse to say before or after */
	NUMBERING_REFUSED,	/* a synchronised clock says another second */
	N_NUMBERING_STATES,
};

/* ---- private: the parts of struct numbering ---- */

#define NUMBERING_DELAYS 15	/* the median is of */

/* At at_ns it was utc_ns; whole seconds as long as pulses are counted. */
struct numbering_count {
	bool known;
	bool of_pulse;		/* else of a sentence's beginning: late by a delay not known */
	int64_t utc_ns, at_ns;
};

/* Sentences in a row that go on from each other. */
struct numbering_run {
	unsigned int n;
	int64_t second, at_ns;	/* the last one's; of its pulse, or of its beginning */
	int64_t least_ns, most_ns;	/* of their delays */
	unsigned int broken;	/* by those that did not, less those that did since */
};

/* Around the end of a month, when a leap second may be. */
struct numbering_leap {
	bool waits;		/* for sentences to say whether one was: nothing is given */
	bool said;		/* :60 */
	bool missed;		/* it seems that one was, and no sentence said so */
	int64_t midnight;	/* POSIX */
	int64_t quiet_ns;	/* a sentence of a pulse before this ends no waiting */
};

struct numbering {
	struct numbering_config config;
	enum numbering_state state;
	int64_t second, at_ns;	/* the newest pulse that has a number, when it is sure */
	int64_t heard_ns;	/* of the last valid sentence that agreed; 0: none */
	/* from the pulse to the sentence's beginning, median; -1 not known */
	int64_t delay_ns;
	/* when contradicted or refused: the sentences less the count (clock) */
	int64_t off_s;
	/* private from here on */
	bool has_pulse;
	bool counted;		/* the pulses have numbers that are sure */
	bool bridging;		/* the sentences carry the count on, no pulse */
	bool has_last, last_leap;	/* what the last sentence said */
	bool clock_known;
	bool refused;		/* by a clock that was known */
	unsigned int agreeing;	/* in a row, after a contradiction */
	unsigned int sided;	/* contradictions in a row that the clock agrees with */
	unsigned int near;	/* sentences in a row too near to a pulse */
	unsigned int n_delays;	/* ever */
	int64_t pulse_ns;	/* the newest: where the seconds begin */
	struct numbering_count count;
	struct numbering_run pairs;	/* with pulses */
	struct numbering_run chain;	/* without */
	struct numbering_leap leap;
	int64_t last_second;	/* of the last sentence */
	int64_t heard_s;	/* of the last one that agreed */
	int64_t phase_ns;	/* when bridging: of the count at the sentences' beginnings */
	int64_t clock_ns;	/* its UTC less the time here, when it was known last */
	int64_t refused_ns;	/* known then */
	int64_t delays[NUMBERING_DELAYS];
};

void numbering_init(struct numbering *n, const struct numbering_config *config);
/* A good pulse.  True, with its second: the numbering is sure. */
bool numbering_pulse(struct numbering *n, int64_t at_ns, int64_t *second);
/* A pulse came where none was due: where the seconds begin is not known until a good one. */
void numbering_doubt(struct numbering *n);
/*
 * The next whole-second sentence; only the first of each second counts.  True: it agrees with
 * what is sure, and its beginning is where it should be.
 */
bool numbering_sentence(struct numbering *n, const struct named_second *said);
/*
 * What a synchronised system clock says: its UTC less the time here, or `known` false.
 * Told before each pulse and sentence for as long as it is so.
 */
void numbering_clock(struct numbering *n, bool known, int64_t utc_less_here_ns);
/* The UTC by the count, as near as it is known; false: it is not. */
bool numbering_now(const struct numbering *n, int64_t at_ns, int64_t *utc_ns);
/* Nothing that was counted holds any more. */
void numbering_reset(struct numbering *n);
/* The whole seconds that are nearest. */
int64_t numbering_whole(int64_t ns);

#endif
