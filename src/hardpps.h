/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A pulse that the kernel uses itself (hardpps, RFC 2783's kernel consumer): which source
 * it is bound to, and what comes of it.  Pure: sys/consumer.h binds.
 */
#ifndef GPSPPSCTL_HARDPPS_H
#define GPSPPSCTL_HARDPPS_H

#include <stdbool.h>
#include <stddef.h>

#include "kernelclock.h"

#define CONSUMER_NAME_MAX 16

/* As PPS_CAPTUREASSERT and PPS_CAPTURECLEAR of include/uapi/linux/pps.h */
enum hardpps_edges { HARDPPS_ASSERT = 1, HARDPPS_CLEAR = 2 };

enum consumer_state {
	CONSUMER_UNKNOWN,	/* the log does not reach back to the boot, or is not for us */
	CONSUMER_NONE,
	CONSUMER_BOUND,
};

struct consumer {
	enum consumer_state state;
	char source[CONSUMER_NAME_MAX];	/* "pps0", of CONSUMER_BOUND */
	unsigned int edges;		/* enum hardpps_edges */
};

/*
 * The kernel tells it to its log alone (drivers/pps/kc.c): "pps pps0: bound kernel
 * consumer: edge=0x1", "pps pps0: unbound kernel consumer", the latter also when the
 * source goes.  `text` are lines, oldest first; without one of these nothing was bound,
 * if they begin with the boot ("Linux version").
 */
void consumer_from_log(const char *text, struct consumer *c);

/* What the kernel does with pulses: the first that applies. */
enum hardpps_use {
	HARDPPS_UNSUPPORTED,	/* no CONFIG_NTP_PPS */
	HARDPPS_NO_SOURCE,
	HARDPPS_UNBOUND,	/* no source is bound */
	HARDPPS_UNKNOWN,
	HARDPPS_NO_PULSE,	/* bound, and none within 10 s (PPS_VALID, kernel/time/ntp.c) */
	HARDPPS_BAD_PULSE,
	HARDPPS_MEASURES,	/* and does not follow it */
	HARDPPS_STEERS,
	N_HARDPPS_USES
};

enum hardpps_use hardpps_judge(const struct kernelclock *clock, const struct consumer *consumer,
			       size_t sources);

/* One word for programs, and a sentence for people: what it does, or why it does nothing. */
const char *hardpps_use_name(enum hardpps_use use);
const char *hardpps_use_text(enum hardpps_use use);

/* "assert", "clear", "both edges"; "no edge" */
const char *hardpps_edges_text(unsigned int edges);

/*
 * Why a source that captures these edges cannot be bound now; NULL: it can, or it is bound.
 */
const char *hardpps_obstacle(const struct kernelclock *clock, const struct consumer *consumer,
			     const char *source, unsigned int edges);

#endif
