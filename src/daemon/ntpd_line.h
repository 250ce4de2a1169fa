/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One line of an ntp.conf: what ntpd_conf.c shares with the grammar. */
#ifndef GPSPPSCTL_NTPD_LINE_H
#define GPSPPSCTL_NTPD_LINE_H

#include "ntpd_conf.h"
#include "ntpd_lex.h"

enum {
	NTPD_GRAMMAR_CLASSIC = 1,
	NTPD_GRAMMAR_NTPSEC = 2,
};

struct ntpd_line {
	struct ntpd_conf *conf;
	unsigned int grammar;		/* NTPD_GRAMMAR_*: one or both */
	unsigned int file, line;	/* where it is */
	const char *begin, *end;
	const char *p;			/* what is left of it */
	char include[NTPD_PATH_MAX];	/* a file that it wants to be read now, or "" */
	bool ended;			/* "end": nothing more is read, in no file */
	struct lexeme w;		/* the word last read */
};

/*
 * What the line between begin and end says goes into conf, with an error if ntpd takes
 * it in part.  -EINVAL: ntpd does not take it; then nothing went in but an error.
 */
int ntpd_line_parse(struct ntpd_line *s);

/* Note an error of this line; -EINVAL. */
__attribute__((format(printf, 2, 3)))
int ntpd_complain(struct ntpd_line *s, const char *fmt, ...);

#endif
