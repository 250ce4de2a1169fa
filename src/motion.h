/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What moved while we waited: the probe's key series:TTY+PPS, which samples the
 * counter of received characters and both edges every 5 ms.  Its lines (timed.h)
 * are "rx COUNT", "assert STAMP" and "clear STAMP"; the first of each is how
 * things stood at the beginning, each other one a change.
 */
#ifndef GPSPPSCTL_MOTION_H
#define GPSPPSCTL_MOTION_H

#include "portfacts.h"

/*
 * 0; or -EINVAL for a text that is none, with everything in *m absent.  `on_time`
 * is the edge that is known to be on time (by our holder), or EDGE_UNKNOWN.
 */
int motion_parse(const char *text, enum pulse_edge on_time, struct motion *m);

/* The edge on time: the known one; else the only one that moves; else by the pulse's shape. */
enum pulse_edge motion_edge(const struct motion *m, enum pulse_edge on_time);

#endif
