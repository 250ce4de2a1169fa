/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Ask the probe for the daemons of the machine (daemon/daemon.h), and for the system around. */
#ifndef GPSPPSCTL_GATHER_DAEMON_H
#define GPSPPSCTL_GATHER_DAEMON_H

#include "../daemon/daemon.h"
#include "../systemfacts.h"
#include "probe.h"

/*
 * All daemons that run or are installed, with their configuration: once a run.  The
 * list is empty where there are none, or without memory.
 */
void gather_daemons(struct probe *p, struct daemon_list *list);
void gather_free_daemons(struct daemon_list *list);
/* What else sets the clock; behind gather_daemons(). */
void gather_rivals(struct probe *p, struct daemon_list *list);

/* What those that run say of themselves, and the lines of the logs: takes a second or more. */
void gather_said(struct probe *p, struct daemon_list *list);
/* Instead: nobody is asked, for who has no time. */
void gather_said_nothing(struct daemon_list *list);
/* Instead: what `before` said.  False, and nothing is done, when other daemons run now. */
bool gather_said_again(const struct daemon_list *before, struct daemon_list *list);

/*
 * gpsd is listened to while time passes: begin it before, gather_said() ends it.
 * Only a gpsd that has its receiver open already: a client makes it open it.
 */
void gather_said_begin(struct probe *p, struct daemon_list *list);

/* What the system does at boot; the units of these daemons. */
void gather_system(struct probe *p, const struct daemon_list *daemons, struct system_facts *s);

#endif
