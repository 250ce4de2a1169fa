/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the system around the ports does at boot: systemd's units, udev's rules,
 * modules.  The same for every port, but for what is asked by the port's name.
 * sys/gather_system.c fills it.  Pure.
 */
#ifndef GPSPPSCTL_SYSTEMFACTS_H
#define GPSPPSCTL_SYSTEMFACTS_H

#include "facts.h"
#include "port.h"

#define SYSTEM_QUOTE_MAX 160
#define SYSTEM_RULES_MAX 8

/* A line of a udev rule that says something about our links. */
struct rule_fact {
	char file[96];			/* "/etc/udev/rules.d/99-gps.rules" */
	unsigned int line;
	char text[SYSTEM_QUOTE_MAX];	/* printable */
};

struct system_facts {
	struct fact systemd;		/* 1: it is process 1 */
	/* Rules that name a link gpspps* by the kernel's number, KERNEL=="pps0". */
	struct rule_fact by_number[SYSTEM_RULES_MAX];
	unsigned int n_by_number;
	struct fact modules_load;	/* 1: a file of modules-load.d (or /etc/modules) names pps_ldisc */
};

#endif
