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

/* What those that run say of themselves, and their lines of the log. */
void gather_said(struct probe *p, struct daemon_list *list);

/*
 * gpsd is listened to while time passes: begin it before, gather_said() ends it.
 * Only a gpsd that has its receiver open already: a client makes it open it.
 */
void gather_said_begin(struct probe *p, struct daemon_list *list);

void gather_system(struct probe *p, struct system_facts *s);

#endif
