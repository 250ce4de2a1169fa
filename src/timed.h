/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A text of what came when, the form of the probe's keys series: and heard::
 *
 *	real 1790000000123456789 ...	CLOCK_REALTIME at the beginning
 *	4980 rx 1234			microseconds since then, and what came
 *	3200000 end			always the last line: how long it took
 *
 * A text may come out of a file that anybody wrote: nothing in it is trusted.
 */
#ifndef GPSPPSCTL_TIMED_H
#define GPSPPSCTL_TIMED_H

#include <stdbool.h>
#include <stdint.h>

#include "words.h"

/*
 * So long a silence ends a burst of sentences.  Longer than a UART keeps
 * characters back (14 of them at 2400 baud are 58 ms) and than a USB adapter
 * does (16 ms).
 */
#define BURST_SILENCE_US INT64_C(70000)

struct timed {
	int64_t real_ns;	/* CLOCK_REALTIME of microsecond 0 */
	struct word more;	/* of the first line, behind the number */
	int64_t us;		/* of the newest line */
	const char *p;		/* the next line */
};

/* Read the first line.  0, or -EINVAL. */
int timed_begin(struct timed *t, const char *text);

/*
 * One more line: 1 with what stands behind its time and one blank; 0 at the end
 * (t->us is the length then); -EINVAL for a line without a time, one that goes
 * back in time, and for a text that was cut before its end.
 */
int timed_next(struct timed *t, struct word *what);

/* The decimal number that *w begins with, taken off it.  0, or -EINVAL. */
int timed_number(struct word *w, int64_t *value);

/* *w begins with this word, which is taken off it with the blank behind. */
bool timed_word(struct word *w, const char *word);

#endif
