/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The source of pulses that the kernel made of a port. */
#ifndef GPSPPSCTL_PPSDEV_H
#define GPSPPSCTL_PPSDEV_H

#include <stddef.h>

#include "../measure.h"
#include "probe.h"

#define PPS_NAME_MAX 16

/*
 * The one source whose sysfs `path` is /dev/TTY ("ttyS0"): numbers say nothing,
 * they are given out in order of attachment.  0 and "pps3" in pps; -ENODEV: there
 * is none; -ENOTUNIQ: several.
 */
int ppsdev_find(struct probe *p, const char *tty, char *pps, size_t size);

/* The last stamp of each edge; an edge that cannot be seen stays {0, 0}.  0 or -errno. */
int ppsdev_read(struct probe *p, const char *pps, struct stamp *assert_edge,
		struct stamp *clear_edge);

#endif
