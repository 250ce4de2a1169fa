/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The live probe's "processes:", "nodes:" and "segments:" keys, as probe.h says them.  The
 * text's length, or -errno.
 */
#ifndef GPSPPSCTL_PROBE_PROCESS_H
#define GPSPPSCTL_PROBE_PROCESS_H

#include "probe.h"

/* One look at /proc serves the questions for all names: "PID COMM" a line.  Zeroed first. */
struct process_scan {
	char *text;
	int err;		/* what is not seen is not known: -errno */
};

int process_find(struct process_scan *s, struct probe *p, const char *name, char *buf,
		 size_t size);
void process_forget(struct process_scan *s);
int process_nodes(struct probe *p, const char *pid, char *buf, size_t size);
int process_segments(struct probe *p, const char *pid, char *buf, size_t size);

#endif
