/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the plans for machines without systemd share.  Pure. */
#ifndef GPSPPSCTL_SETUP_PLAN_INIT_H
#define GPSPPSCTL_SETUP_PLAN_INIT_H

#include <stdbool.h>
#include <stddef.h>

#include "plan_inside.h"

/* ---- plan_init.c ---- */

/* As it is installed with the program; not SETUP_TEXT, and it is refused: there is none. */
struct setup_file plan_example(struct planner *p, const char *name);
/* The unit's pulse is that of a pin, where a driver of buttons may sit. */
bool plan_on_gpio(struct planner *p);

/* ---- plan_busybox.c ---- */

void plan_busybox(struct planner *p);
/* No login on the port, no second client of NTP, and these lines of ours. */
void plan_inittab(struct planner *p, const char *lines, const char *why);

/* ---- plan_inittab.c: /etc/inittab, of busybox and of procd: ID:RUNLEVELS:ACTION:PROCESS ---- */

struct inittab_wish {
	const char *tty;	/* nobody is to log in here */
	unsigned int unit;	/* whose lines are in the block of ours */
	const char *lines;	/* that block; "": none */
	bool ntpd_is_busybox;	/* the command ntpd is the client of busybox */
};

struct inittab_found {
	bool login, ntpd;	/* there was such a line: it is a comment from now on */
};

/* The new text; *found says what was taken out. */
void inittab_edit(struct plan_text *out, const char *text, size_t len,
		  const struct inittab_wish *wish, struct inittab_found *found);

/* Does a line that is not in the unit's block run this command on the port? */
bool inittab_runs(const char *text, size_t len, unsigned int unit, const char *command,
		  const char *port);

#endif
