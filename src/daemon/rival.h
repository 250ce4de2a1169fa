/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Programs that set the clock and are none of our daemons.  Pure. */
#ifndef GPSPPSCTL_RIVAL_H
#define GPSPPSCTL_RIVAL_H

#include <stdbool.h>
#include <stddef.h>

enum rival_kind {
	RIVAL_TIMESYNCD, RIVAL_OPENNTPD, RIVAL_BUSYBOX, RIVAL_NTPD_RS,
	RIVAL_VMWARE, RIVAL_VIRTUALBOX, RIVAL_PHC2SYS, RIVAL_HTPDATE,
	N_RIVALS,
};

struct rival_row {
	const char *name;	/* "systemd-timesyncd" */
	const char *comm;	/* of its process: 15 characters at most */
	bool is_daemon;		/* it steers all the time, as ntpd does; else now and then */
	bool is_optional;	/* it sets the clock only when it was told to, which is not seen */
	const char *stop;	/* a command */
	const char *why;	/* what it does to the clock */
};

const struct rival_row *rival_row(enum rival_kind kind);

#define RIVALS_MAX 8

struct rival {
	enum rival_kind kind;
	int pid;
};

/*
 * Is the process with this comm a rival of this kind?  By its command line (a NUL behind
 * each argument; some programs write a title over it) and its program's name ("busybox").
 */
bool rival_is(enum rival_kind kind, const char *cmdline, size_t len, const char *program);

#endif
