/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pieces of what a program printed: lines, words, numbers.  None of it is to be
 * trusted, and none of it is NUL-terminated.  Pure.
 */
#ifndef GPSPPSCTL_SAID_H
#define GPSPPSCTL_SAID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../facts.h"
#include "../words.h"

/* How a question to a daemon ended; the text of an error is kept beside it. */
enum said {
	SAID_NOTHING,	/* no text, or none that is known: nothing may be concluded */
	SAID_WELL,	/* an answer */
	SAID_NOBODY,	/* no daemon listens */
	SAID_SILENT,	/* one may listen, and did not answer */
	SAID_REFUSED,	/* it answers, and not to us */
	SAID_NO_SOURCES,	/* it runs without any source of time */
	SAID_UNKNOWN,	/* it has no such source, or the source is no clock */
	SAID_ERROR,	/* another error */
};

#define SAID_ERROR_MAX 96

/* An error's phrase, anywhere in a line. */
struct said_phrase {
	const char *text;
	enum said means;
};

/* The next line, without its end and without a CR before it. */
bool said_line(struct word *text, struct word *line);
/* The next word between blanks; without any, its length is 0. */
struct word said_word(struct word *text);
/* All up to the separator, which is dropped, or up to the end.  Blanks around it are cut. */
struct word said_field(struct word *text, char separator);

struct word said_trim(struct word w);
/* What stands behind the first `phrase`; its .s is NULL without one. */
struct word said_after(struct word w, const char *phrase);

/*
 * Printable ASCII, NUL-terminated, cut to its room; each byte of anything else is
 * a question mark.
 */
void said_copy(char *out, size_t size, struct word w);

static inline struct fact said_absent(void)
{
	return (struct fact){ .state = FACT_ABSENT };
}

/* Digits, with a sign or without, in base 8, 10 or 16; absent when there is more or no room. */
struct fact said_whole(struct word w, int base);
/*
 * "-0.25", "+3", ".5", "6e-05", times 10^places; what is smaller is cut off.
 * Absent when it is no number, or too large.
 */
struct fact said_number(struct word w, int places);
/*
 * A time in ns: a number with a unit behind it ("-659.8ms", "12us", "3s"), or
 * without one a number of the unit that has so many places (6: ms, 9: s).
 */
struct fact said_ns(struct word w, int places);

/* Seconds, or with a unit minutes, hours, days or years: "1024", "17m", "3h", "5d"; "-": never. */
struct fact said_interval_s(struct word w);

/* The first error that a text tells, copied; SAID_NOTHING without one. */
enum said said_error(struct word text, const struct said_phrase *phrases, size_t n,
		     char out[SAID_ERROR_MAX]);

#endif
