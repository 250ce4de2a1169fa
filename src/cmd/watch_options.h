/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The words of the watch command's line. */
#ifndef GPSPPSCTL_WATCH_OPTIONS_H
#define GPSPPSCTL_WATCH_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../measure.h"
#include "../source/source.h"

enum watch_method {
	METHOD_BY_STAMP,	/* by who takes the stamps */
	METHOD_TRIMMED,
	METHOD_LOW_QUARTER,
};

struct watch_options {
	char *const *names;		/* ports, sources, logs */
	int n;
	bool json, plain, quiet, last, help;
	bool both;			/* a line also for the edge that is not on time */
	enum pulse_edge edge;		/* on time; EDGE_UNKNOWN: by the pulse's shape */
	enum source_line line;		/* of a port */
	bool line_given;
	long count;			/* of pulses; 0: no limit */
	long timeout_s;			/* 0: none */
	int64_t gate_ns;		/* 0: none */
	unsigned int ppm;		/* of the frequency discriminator; 0: none */
	int64_t period_ns;		/* 0: found from the pulses */
	size_t length;			/* of the median filter */
	enum watch_method method;
	unsigned int baud;		/* of an idle port; 0: the table's, 4800, ... */
	const char *log, *clockstats;	/* files, or NULL */
};

void watch_usage(void);

/* 0, or an exit code after a message. */
int watch_parse_options(int argc, char **argv, struct watch_options *o);

/* "dcd", "cts", "dsr", "ri" */
extern const char *const watch_line_names[];

#endif
