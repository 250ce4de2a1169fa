// SPDX-License-Identifier: GPL-2.0-or-later
/* To be woken in time. */
#include "realtime.h"

#include <errno.h>
#include <linux/capability.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "capabilities.h"
#include "latency.h"

#define SLACK_NS 1	/* 0 would mean the default, 50 us */

static int become_fifo(int priority)
{
	const struct sched_param param = { .sched_priority = priority };

	return sched_setscheduler(0, SCHED_FIFO, &param) < 0 ? -errno : priority;
}

/*
 * With a limit, memory and stacks of threads that come later would be refused where it is
 * reached: then only what there is now is locked.
 */
static int lock_memory(void)
{
	struct rlimit limit = { 0 };
	/* what is never touched takes no memory; what the way of a pulse touches stays from then on */
	int flags = MCL_CURRENT | MCL_ONFAULT;

	if (capabilities_has(CAP_IPC_LOCK) ||
	    (getrlimit(RLIMIT_MEMLOCK, &limit) == 0 && limit.rlim_cur == RLIM_INFINITY))
		flags |= MCL_FUTURE;
	return mlockall(flags) < 0 ? -errno : 1;
}

void realtime_begin(struct realtime *r, int priority, int32_t latency_us)
{
	memset(r, 0, sizeof(*r));
	r->latency_us = latency_us;
	prctl(PR_SET_TIMERSLACK, SLACK_NS, 0, 0, 0);
	if (priority > 0) {
		r->fifo = become_fifo(priority);
		r->locked = lock_memory();
	}
	if (latency_us >= 0)
		r->latency_fd = latency_hold(latency_us);
}

void realtime_end(struct realtime *r)
{
	const struct sched_param other = { .sched_priority = 0 };

	prctl(PR_SET_TIMERSLACK, 0, 0, 0, 0);	/* the default again */
	if (r->latency_fd > 0)
		close(r->latency_fd);
	if (r->locked == 1)
		munlockall();
	if (r->fifo > 0)
		sched_setscheduler(0, SCHED_OTHER, &other);
	memset(r, 0, sizeof(*r));
}

/* ---- in words ---- */

__attribute__((format(printf, 3, 4)))
static void add(char *buf, size_t size, const char *fmt, ...)
{
	size_t n = strlen(buf);
	va_list ap;

	if (n && n + 2 < size) {
		memcpy(buf + n, ", ", 3);
		n += 2;
	}
	va_start(ap, fmt);
	vsnprintf(buf + n, size - n, fmt, ap);
	va_end(ap);
}

void realtime_tell(const struct realtime *r, char *buf, size_t size)
{
	if (size == 0)
		return;
	buf[0] = '\0';
	if (r->fifo > 0)
		add(buf, size, "SCHED_FIFO %d", r->fifo);
	else if (r->fifo < 0)
		add(buf, size, "no SCHED_FIFO (%s)", strerror(-r->fifo));
	if (r->locked > 0)
		add(buf, size, "memory locked");
	else if (r->locked < 0)
		add(buf, size, "memory not locked (%s)", strerror(-r->locked));
	if (r->latency_fd > 0)
		add(buf, size, "wake-up latency %d us", (int)r->latency_us);
	else if (r->latency_fd < 0)
		add(buf, size, "no wake-up latency (%s)", strerror(-r->latency_fd));
}
