/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The live probe's "watch:" and "series:": counters and stamps, sampled while it waits. */
#ifndef GPSPPSCTL_PROBE_WATCH_H
#define GPSPPSCTL_PROBE_WATCH_H

#include <stdbool.h>
#include <stddef.h>

struct watch;

/* Open descriptors of what is watched, -1 for what is not; the watch closes them. */
struct watch_fds {
	int tty, assert_edge, clear_edge;
};

/* Begin `names` ("TTY+PPS") in the list; takes the descriptors, also when it fails. */
int watch_begin(struct watch **list, const char *names, const struct watch_fds *fds);
/* What was seen, as text; the watch ends.  Its length, or -ENOENT: it never began. */
int watch_end(struct watch **list, const char *names, char *buf, size_t size);
/* Look at all of them once; at the stamps in sysfs only when `edges`. */
void watch_sample(struct watch *list, bool edges);
void watch_end_all(struct watch **list);

#endif
