/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * To be woken in time: SCHED_FIFO, memory that stays, no deep idle states, timers without
 * slack.  Each where it is permitted; what is not, is said and does not matter otherwise.
 */
#ifndef GPSPPSCTL_REALTIME_H
#define GPSPPSCTL_REALTIME_H

#include <stddef.h>
#include <stdint.h>

#define REALTIME_PRIORITY 50

struct realtime {
	int fifo;		/* the priority, or -errno; 0: not wanted */
	int locked;		/* 1, or -errno; 0: not wanted */
	int latency_fd;		/* of latency.h, or -errno; 0: not wanted */
	int32_t latency_us;
};

/*
 * For this process and the threads it starts from now on.  `priority` 0: leave the
 * scheduler and the memory alone; `latency_us` -1: leave the idle states alone.
 */
void realtime_begin(struct realtime *r, int priority, int32_t latency_us);
void realtime_end(struct realtime *r);
/*
 * "SCHED_FIFO 50, memory locked, wake-up latency 0 us"; of what failed: "no SCHED_FIFO
 * (Operation not permitted)".
 */
void realtime_tell(const struct realtime *r, char *buf, size_t size);

#endif
