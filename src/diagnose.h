/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From the facts of a port to a verdict: the first cause, in the order in which
 * one would cure them, that explains the worst symptom.
 */
#ifndef GPSPPSCTL_DIAGNOSE_H
#define GPSPPSCTL_DIAGNOSE_H

#include <stdbool.h>
#include <stddef.h>

#include "finding.h"
#include "portfacts.h"

/* The chain from the port to the daemon; each link has its checks. */
enum stage {
	STAGE_PORT, STAGE_UART, STAGE_HOLDER, STAGE_KERNEL, STAGE_LDISC, STAGE_TERMIOS,
	STAGE_INTERRUPT, STAGE_PULSE, STAGE_SENTENCES, STAGE_LINKS, STAGE_PERMISSIONS,
	STAGE_DAEMON, STAGE_BOOT, STAGE_HOST,
	N_STAGES,
};

/* What a fault can be the reason of. */
enum {
	EXPLAINS_NO_PULSE = 1,
	EXPLAINS_NO_SENTENCES = 2,
	EXPLAINS_NO_ACCESS = 4,
	EXPLAINS_WRONG_TIME = 8,
};

struct check {
	const char *id;			/* "uart.msi-off"; stable, part of the interface */
	const char *title;		/* what is wrong, in a line of at most 70 characters */
	const char *explain;		/* why it matters, how it is seen, what cures it: a paragraph */
	const char *see;		/* where to read more: a URL, a man page, or a file of the kernel's source */
	enum stage stage;
	unsigned int explains;
	/* Found by excluding others: an alternative that was skipped stays possible. */
	bool by_exclusion;
	void (*run)(const struct port_facts *f, struct finding *out);
};

#define CHECKS_MAX 128

/* All checks in the order of cure; *n of them. */
const struct check *const *diagnose_checks(size_t *n);

#define ALSO_POSSIBLE_MAX 16

struct verdict {
	struct finding findings[CHECKS_MAX];	/* one a check, in the order of the checks */
	size_t n;
	const struct finding *cause;		/* one of the findings; NULL: healthy */
	const struct finding *also_possible[ALSO_POSSIBLE_MAX];	/* skipped; .fix decides */
	size_t n_also_possible;
	bool no_pulse;				/* the symptom */
};

void diagnose(const struct port_facts *f, struct verdict *v);

const char *diagnose_stage_name(enum stage stage);
/* The worst of a stage's findings; SEV_NONE when the chain did not reach it. */
enum severity diagnose_stage(const struct verdict *v, enum stage stage);

#endif
