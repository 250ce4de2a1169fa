/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the checks of chrony share. */
#ifndef GPSPPSCTL_CHECK_CHRONY_H
#define GPSPPSCTL_CHECK_CHRONY_H

#include "../daemon/daemon.h"
#include "check.h"

/* The refclock of a chronyd that runs which takes the port's pulse. */
struct chrony_pulse {
	const struct daemon *d;
	const struct chrony_refclock *rc;
	size_t index;				/* in d->chrony->refclocks */
	const struct chronyc_source *said;	/* by chronyc; NULL: not known */
};

/*
 * False where there is none; skipped where a chronyd may have one, and its
 * configuration cannot be read.
 */
bool chrony_find_pulse(const struct port_facts *f, struct finding *out, struct chrony_pulse *p);

/* Samples of it were taken: what says that it cannot be used is refuted. */
bool chrony_is_heard(const struct chronyc_source *s);
/* chronyc knows it, and none of its last eight polls gave a sample. */
bool chrony_is_unheard(const struct chronyc_source *s);

/* Observed: the line with its file and number, as the evidence, behind `what`. */
void chrony_quote(const struct daemon *d, const struct chrony_where *at, const char *what,
		  struct finding *out);

/* How a line is to be changed. */
struct chrony_edit {
	const char *option;	/* this word, in any case, ... */
	bool takes_value;	/* ... with the one behind it ... */
	const char *becomes;	/* ... becomes this, at the end where there is none; "": nothing */
};

/* The fix: the user's own line, changed, and the restart. */
void chrony_fix_line(const struct daemon *d, const struct chrony_where *at,
		     const struct chrony_edit *edit, struct finding *out);

/* A refclock with sentences that could number this pulse; NULL: none. */
const struct chrony_refclock *chrony_numbering(const struct chrony_conf *conf);

#endif
