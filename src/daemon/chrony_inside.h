/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Between the files that read chrony's configuration. */
#ifndef GPSPPSCTL_DAEMON_CHRONY_INSIDE_H
#define GPSPPSCTL_DAEMON_CHRONY_INSIDE_H

#include "chrony_conf.h"

/* A line that is being read. */
struct chrony_line {
	const char *p, *end;		/* behind the directive */
	enum chrony_fault fault;	/* of what is wrong, if anything is */
	struct chrony_where where;
};

/* Other files, which the caller shall read. */
struct chrony_wanted {
	enum chrony_wants wants;
	struct chrony_dirs *dirs;
};

/* A line that says something.  NULL, or what is wrong with it. */
const char *chrony_directive(struct chrony_conf *conf, struct chrony_line *l,
			     struct chrony_wanted *wanted);

/* A line of a server, a pool or a peer, counted in *n.  NULL, or what is wrong with it. */
const char *chrony_source_line(struct chrony_conf *conf, struct chrony_line *l,
			       unsigned int *n);

/* A "refclock" line.  NULL, or what is wrong with it. */
const char *chrony_refclock_line(struct chrony_conf *conf, struct chrony_line *l);

/* What is wrong, and whose fault it is. */
const char *chrony_wrong(struct chrony_line *l, enum chrony_fault fault, const char *reason);

#endif
