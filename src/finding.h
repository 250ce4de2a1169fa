/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a check found: the unit in which diag thinks, prints and replays. */
#ifndef GPSPPSCTL_FINDING_H
#define GPSPPSCTL_FINDING_H

#include <stddef.h>

enum severity {
	SEV_OK,
	SEV_INFO,
	SEV_SKIPPED,	/* could not be looked at; .fix says what would allow it */
	SEV_WARN,
	SEV_FAIL,	/* stops or falsifies the time */
};

#define FINDING_TEXT_MAX 320

struct finding {
	const char *id;			/* "uart.msi-off"; stable, part of the interface */
	enum severity severity;
	char observed[FINDING_TEXT_MAX];	/* the evidence, for people and (as text) for JSON */
	char why[FINDING_TEXT_MAX];
	char fix[FINDING_TEXT_MAX];		/* one command, or one thing to do */
	const char *see;		/* where to read more, or NULL */
};

#endif
