/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One line of a stream under construction, for people or JSON: a stream of any
 * length is written without a tree of objects.  What does not fit is left out, and
 * `full` says so.
 */
#ifndef GPSPPSCTL_LINE_H
#define GPSPPSCTL_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define LINE_SIZE 16384

/* All zero is an empty one. */
struct line {
	size_t len;
	bool full;
	char text[LINE_SIZE];	/* no NUL behind */
};

/* Write it with a line feed and empty it.  0, or -errno of the stream. */
int line_write(struct line *l, FILE *f);

/* ---- for people ---- */

void line_add(struct line *l, const char *text);
__attribute__((format(printf, 2, 3)))
void line_addf(struct line *l, const char *fmt, ...);	/* at most 255 characters */
/* Text, then blanks up to column `column`, one at least. */
void line_column(struct line *l, const char *text, size_t column);
/* Bytes from the wire: printable ASCII but the backslash as it is, all else as \xHH. */
void line_wire(struct line *l, const char *bytes, size_t n);
/* number / 10^places with all its places. */
void line_decimal(struct line *l, int64_t number, unsigned int places);
/* At least so many digits, zeros in front. */
void line_digits(struct line *l, uint64_t number, unsigned int digits);

/* ---- JSON ---- */

/*
 * The comma that is due, and "key":.  Without a key (NULL) the comma alone, for an
 * element of an array.  Keys are ours: they are not escaped.
 */
void line_key(struct line *l, const char *key);
void line_open(struct line *l, const char *key, char bracket);	/* '{' or '[' */
void line_close(struct line *l, char bracket);
void line_json_number(struct line *l, const char *key, uint64_t number);
/* number / 10^places, as line_decimal(). */
void line_json_decimal(struct line *l, const char *key, int64_t number, unsigned int places);
/* The same without places; null where it is not known. */
void line_json_known(struct line *l, const char *key, bool is_known, int64_t number);
void line_json_bool(struct line *l, const char *key, bool value);
void line_json_null(struct line *l, const char *key);
void line_json_text(struct line *l, const char *key, const char *text);
/*
 * Bytes from the wire as a string: each byte outside printable ASCII as the escape
 * of the code point of its number, \u00e4 for 0xe4, so that the line is ASCII and
 * every byte can be had back.
 */
void line_json_wire(struct line *l, const char *key, const char *bytes, size_t n);

#endif
