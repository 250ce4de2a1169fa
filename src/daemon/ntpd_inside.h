/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of ntpd's grammar share: ntpd_word.c, ntpd_option.c, ntpd_clock.c, ntpd_line.c. */
#ifndef GPSPPSCTL_DAEMON_NTPD_INSIDE_H
#define GPSPPSCTL_DAEMON_NTPD_INSIDE_H

#include "ntpd_line.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* Whose grammar has a word: columns of the tables. */
#define C NTPD_GRAMMAR_CLASSIC
#define S NTPD_GRAMMAR_NTPSEC
#define B (C | S)

enum value_kind {
	VALUE_NONE,		/* the word alone */
	VALUE_INT,
	VALUE_UINT,
	VALUE_BOOL,
	VALUE_NUMBER,
	VALUE_STRING,
};

struct knob_word {
	const char *name;
	unsigned int grammar;
	enum value_kind kind;
};

struct command {
	const char *name;
	unsigned int grammar;
	int (*parse)(struct ntpd_line *s, const struct command *cmd);	/* NULL: does not matter */
	const struct knob_word *words;
	size_t n_words;
};

/* ---- words and values: ntpd_word.c ---- */

/* Where the line is, and its text. */
void ntpd_say_where(const struct ntpd_line *s, struct ntpd_place *at);
const char *ntpd_grammar_name(const struct ntpd_line *s);

/* "WORD" WHAT, such as: "flagg1" is no option of fudge */
__attribute__((format(printf, 2, 3)))
int ntpd_complain_word(struct ntpd_line *s, const char *fmt, ...);
int ntpd_obey_in_part(struct ntpd_line *s, int count, int least);

/* 1: s->w is the next word, 0: there is none, or -EINVAL. */
int ntpd_next(struct ntpd_line *s, enum lex_next mode);
/* What follows the word `name`: of a text, s->w. */
int ntpd_read_value(struct ntpd_line *s, const char *name, enum value_kind kind, int64_t *value);
/* A path into an array of NTPD_PATH_MAX. */
int ntpd_copy_path(struct ntpd_line *s, char *path);

/* ---- options of server, refclock and fudge: ntpd_option.c ---- */

#define SERVER_C 1
#define SERVER_S 2	/* and refclock: both have one list (option_list of ntp_parser.y) */
#define FUDGE_C 4
#define FUDGE_S 8
#define SERVER (SERVER_C | SERVER_S)
#define FUDGE (FUDGE_C | FUDGE_S)

/* The rest of the line; the number of options, or -EINVAL. */
int ntpd_read_options(struct ntpd_line *s, const char *command, unsigned int where,
		      struct ntpd_settings *set);

/* ---- commands: ntpd_clock.c ---- */

int ntpd_parse_server(struct ntpd_line *s, const struct command *cmd);
int ntpd_parse_refclock(struct ntpd_line *s, const struct command *cmd);
int ntpd_parse_fudge(struct ntpd_line *s, const struct command *cmd);

#endif
