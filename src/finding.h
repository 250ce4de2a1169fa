/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a check found: the unit in which diag thinks, prints and replays. */
#ifndef GPSPPSCTL_FINDING_H
#define GPSPPSCTL_FINDING_H

#include <stddef.h>

#include "facts.h"

enum severity {
	SEV_NONE,	/* does not apply here, or was not reached */
	SEV_OK,
	SEV_INFO,
	SEV_SKIPPED,	/* could not be looked at; .fix says what would allow it */
	SEV_WARN,
	SEV_FAIL,	/* stops or falsifies the time */
};

/* What `diag --fix` may do about it. */
enum cure {
	CURE_NONE,	/* nothing that a program could do, or could do safely */
	CURE_REARM,	/* turn the modem-status interrupt on again, in the way that keeps ppsN */
	CURE_COMMAND,	/* run .fix, a shell command made of our own words and a device's name */
};

#define FINDING_TEXT_MAX 320
#define FINDING_SAW_MAX 8

/* A value that was seen: a member of "observed" in JSON. */
struct saw {
	const char *key;
	struct fact value;
};

struct finding {
	const char *id;			/* "uart.msi-off"; stable, part of the interface */
	enum severity severity;
	struct saw saw[FINDING_SAW_MAX];	/* the evidence, for programs */
	size_t n_saw;
	char observed[FINDING_TEXT_MAX];	/* the evidence, for people */
	char headline[FINDING_TEXT_MAX];	/* "NO PULSE: ..."; what the report's first line says */
	char why[FINDING_TEXT_MAX];		/* what it means */
	char fix[FINDING_TEXT_MAX];		/* one command, or one thing to do */
	enum cure cure;
	const char *see;		/* where to read more */
};

/* Note a value; beyond FINDING_SAW_MAX it is dropped. */
void finding_saw(struct finding *f, const char *key, struct fact value);

/*
 * The texts; each is cut to its room.  finding_fail(), finding_warn() and
 * finding_skip() also set the severity and the text that goes with it: a
 * headline, or for a skipped check what stood in the way.
 */
__attribute__((format(printf, 2, 3)))
void finding_observed(struct finding *f, const char *fmt, ...);
__attribute__((format(printf, 2, 3)))
void finding_why(struct finding *f, const char *fmt, ...);
__attribute__((format(printf, 2, 3)))
void finding_fix(struct finding *f, const char *fmt, ...);
__attribute__((format(printf, 2, 3)))
void finding_fail(struct finding *f, const char *fmt, ...);
__attribute__((format(printf, 2, 3)))
void finding_warn(struct finding *f, const char *fmt, ...);
__attribute__((format(printf, 2, 3)))
void finding_skip(struct finding *f, const char *fmt, ...);

/* "ok", "info", "skipped", "warn", "fail"; "none". */
const char *severity_name(enum severity s);

#endif
