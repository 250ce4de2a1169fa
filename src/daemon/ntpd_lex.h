/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The words of an ntp.conf, cut as both ntpds cut them (ntp_scanner.c of ntp 4.2.8 and
 * of NTPsec 1.2.2).  Pure.
 */
#ifndef GPSPPSCTL_NTPD_LEX_H
#define GPSPPSCTL_NTPD_LEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LEX_MAX 1024	/* MAX_LEXEME: with a longer word ntpd does not start */

enum lex_next {
	LEX_TOKEN,		/* a keyword or a number: {}(),;|= are words by themselves */
	LEX_STRING,		/* after keywords that a name follows: they are a part of it */
};

struct lexeme {
	char s[LEX_MAX + 1];
	size_t len;
	bool quoted;		/* then it is no keyword and no number */
};

/*
 * The next word of a line from *p on, which is moved behind it.  True when there was
 * one; false with len != 0 when it is longer than LEX_MAX.
 */
bool lex_word(const char **p, const char *end, enum lex_next next, struct lexeme *w);

/* The word is this keyword.  Case matters, to both ntpds. */
bool lex_is(const struct lexeme *w, const char *keyword);

/* "-3", "17"; what fits into an int */
bool lex_int(const struct lexeme *w, int64_t *value);

/* The same, and unsigned: "0x51", "4294967295" */
bool lex_uint(const struct lexeme *w, int64_t *value);

/*
 * "-0.5", ".15", "1e-3", "7", in billionths: a time in seconds becomes nanoseconds,
 * rounded.  With `eras` also NTPsec's "0.5g": each g adds 1024 weeks, each G 8192.
 */
bool lex_billionths(const struct lexeme *w, bool eras, int64_t *value);

#endif
