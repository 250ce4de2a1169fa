/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a daemon makes of a clock: the mark before it in ntpq -p or chronyc sources, in words.  Pure. */
#ifndef GPSPPSCTL_DAEMON_MARK_H
#define GPSPPSCTL_DAEMON_MARK_H

#include "daemon.h"

#define MARK_NAME_MAX 64

struct clock_mark {
	char name[MARK_NAME_MAX];
	char mark;		/* ntpq's tally, or chronyc's state; 0: the daemon was not asked */
	const char *words;	/* what it means; NULL without one */
	bool has_pulse;		/* its time is the pulse's, not the sentences' */
	struct fact offset_ns;	/* the daemon's own, of its last sample */
	struct fact reach;	/* of the last eight polls, the newest in bit 0 */
};

/* The clock as its daemon writes it: "NMEA(0)", "127.127.20.0", "PPS"; "" for gpsd's. */
void mark_name(const struct daemon *d, const struct daemon_clock *c, char *buf, size_t size);

/* False where gpsd has it: that marks nothing. */
bool mark_of(const struct daemon *d, const struct daemon_clock *c, struct clock_mark *m);

/* "o NMEA(0): the pulse disciplines the clock; offset -0.012 ms, reach 377" */
void mark_text(const struct clock_mark *m, char *buf, size_t size);

/*
 * The daemon takes this port's pulse, by its own words: `o` before a clock with flag1;
 * `o`, `*` or `+` before one that has the pulse alone; gpsd's reports of pulses.
 */
bool mark_is_pulse_used(const struct daemon *d, const struct port_facts *f);

#endif
