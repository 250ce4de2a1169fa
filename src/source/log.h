/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A log of watch (watchlog.h), from a file or a pipe, a piece at a time:
 *
 *	while (log_fill(&l))
 *		while (log_next(&l, &e, &source))
 *			...
 */
#ifndef GPSPPSCTL_LOG_H
#define GPSPPSCTL_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../edge.h"
#include "../words.h"

struct log {
	int fd;			/* -1: at its end */
	int err;		/* of reading: -errno */
	bool cut;		/* it ended within a line: a crash; all before is good */
	uint64_t bytes, edges;	/* so far */
	uint64_t bad;		/* lines that are none of a log */

	/* private from here on */
	bool skipping;		/* in a line that is too long to be one */
	size_t from, len;	/* what is in buf, and not taken yet */
	char buf[65536];
};

/* "-": standard input.  0 or -errno; log_close() in both cases. */
int log_open(struct log *l, const char *path);
void log_close(struct log *l);

/*
 * Read once, after all edges that are there were taken; it waits for a pipe.  False: at its
 * end, or what has come so far is no log; the descriptor is closed then.
 */
bool log_fill(struct log *l);
/* The next edge of what was read.  `source` is in the buffer: until log_fill(). */
bool log_next(struct log *l, struct edge *e, struct word *source);

#endif
