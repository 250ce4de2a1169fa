/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the receiver command found out, and how it prints it. */
#ifndef GPSPPSCTL_RECEIVER_SHOW_H
#define GPSPPSCTL_RECEIVER_SHOW_H

#include <stdbool.h>
#include <stdint.h>

#include "../receiver/change.h"

enum heard {
	HEARD_NOTHING,		/* not one character */
	HEARD_NOISE,		/* characters and no sentence: a wrong speed, most often */
	HEARD_INVERTED,		/* sentences, once every bit is turned over */
	HEARD_SENTENCES,
	HEARD_COUNT,		/* a daemon reads: characters were counted, not read */
};

struct receiver_report {
	const char *path;		/* "/dev/ttyS0" */
	unsigned int baud;
	enum heard heard;
	const char *reader;		/* "ntpd[731]" with HEARD_COUNT */
	struct receiver_view view;
	struct nmea_stats stats;
	/* What our holder measured at attach (control.h), 0 when there is none. */
	long pulse_width_us;
	long burst_first_ms, burst_last_ms;	/* after the pulse */
	uint64_t bytes;
	int64_t elapsed_ns;
	unsigned int chars_per_s;
	const struct receiver_request *request;	/* NULL: nothing was to be changed */
	const struct receiver_plan *plan;	/* --dry-run */
	const struct receiver_change *change;	/* NULL: nothing was to be sent */
	bool already;			/* nothing needed to be sent */
};

/*
 * The result on stdout: as JSON whatever the exit code, for people only a good
 * one (the rest has been said on stderr).  Returns the code, or EXIT_TROUBLE.
 */
int receiver_finish(const struct receiver_report *r, bool json, int code);

#endif
