/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The live probe's "log:NAME": lines of this boot. */
#ifndef GPSPPSCTL_PROBE_LOG_H
#define GPSPPSCTL_PROBE_LOG_H

#include <stdbool.h>
#include <stddef.h>

#include "probe.h"

/*
 * Of "ntpd", "chronyd", "gpsd", "kernel" or "systemd", oldest first; of what does not fit
 * the newest.  `live`: the journal's and the kernel's own; without a journal, or in a
 * copied tree, the lines of the files in /var/log, through p.
 */
int log_get(struct probe *p, bool live, const char *name, char *buf, size_t size);

/* The end of an open file, from a line's beginning. */
int log_tail(int fd, char *buf, size_t size);

#endif
