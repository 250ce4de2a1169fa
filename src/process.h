/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What decides whether a process may open a node: plain data. */
#ifndef GPSPPSCTL_PROCESS_H
#define GPSPPSCTL_PROCESS_H

#include "facts.h"

/* Who may open a node. */
struct node_fact {
	struct fact mode, uid, gid;
	struct fact_text group;		/* the gid's name in /etc/group */
};

#define GROUPS_MAX 32

/* A process that has the port open. */
struct process_fact {
	int pid;
	char comm[16];
	struct fact uid;
	struct fact cap_eff;
	int64_t groups[GROUPS_MAX];	/* supplementary ones and its own */
	unsigned int n_groups;
	struct fact has_pps;		/* 1: it has the port's pulse device open, too */
};

#endif
