/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who has which tty or PPS node open, by /proc. */
#ifndef GPSPPSCTL_PROBE_HOLDERS_H
#define GPSPPSCTL_PROBE_HOLDERS_H

#include "probe.h"

/* All zero is one that has not looked yet. */
struct holder_scan {
	char *text;		/* "NODE PID COMM\n"..., own process too; NULL: none yet */
	int64_t stale_ns;	/* until then it is believed */
	unsigned int unseen;	/* processes whose descriptors we may not list */
};

/* The value of "holders:NODE", as probe.h says it.  Its length or -errno. */
int holders_get(struct holder_scan *h, struct probe *p, const char *node, char *buf, size_t size);

/* How many processes have the node open, this one counted.  Or -errno. */
int holders_count(struct holder_scan *h, struct probe *p, const char *node);

/* The next question looks anew. */
void holders_forget(struct holder_scan *h);

#endif
