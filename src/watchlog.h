/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The log of `watch --log`, a line an edge:
 *
 *	# gpsppsctl watch 1
 *	1795237317.100177999 pps0 assert 412 kernel -
 *
 * time (seconds of CLOCK_REALTIME, nine places), source, edge, the source's count
 * ("-" none), who stamped (kernel, user, poll), the ns by which it may be late ("-": not
 * bounded).  Lines of '#' are comments; the first one of each run names the version.  A
 * line without its line feed was cut by a crash and is not used.  Pure.
 */
#ifndef GPSPPSCTL_WATCHLOG_H
#define GPSPPSCTL_WATCHLOG_H

#include <stddef.h>

#include "edge.h"
#include "words.h"

#define WATCHLOG_FIRST "# gpsppsctl watch 1\n"
#define WATCHLOG_LINE_MAX 160	/* with the line feed and a NUL */
#define WATCHLOG_SOURCE_MAX 63	/* characters of a source's name that are written */

/* Watch's lines and JSON call them so, too. */
extern const char *const watchlog_edge_names[];		/* EDGE_ASSERT, EDGE_CLEAR */
extern const char *const watchlog_stamp_names[];	/* by enum stamp_by */

/*
 * With the line feed and a NUL; its length without the NUL, 0 where it does not fit
 * (WATCHLOG_LINE_MAX always does) or the edge is neither of the two.  What is not printable
 * ASCII in the source's name, a blank and '#' become '_'.
 */
size_t watchlog_write(char *buf, size_t size, const char *source, const struct edge *e);

/*
 * One line without its line feed.  1: an edge, its source's name printable ASCII of at most
 * WATCHLOG_SOURCE_MAX characters; 0: a comment or empty; -EINVAL: anything else, *e is not
 * to be used then.
 */
int watchlog_read(const char *line, size_t len, struct edge *e, struct word *source);

/*
 * NTPsec's PPS driver's line of clockstats (refclock_pps.c): "MJD SECONDS PPS(UNIT)
 * SEQ USED NOT-YET ERRORS NO-PULSE", the seconds of the day with three places.  With the line
 * feed and a NUL; its length without the NUL, 0 where it does not fit.
 */
struct clockstats {
	unsigned int unit;
	uint32_t seq;			/* the kernel's count */
	uint64_t used, not_set_up, errors, no_pulse;
};
size_t clockstats_write(char *buf, size_t size, int64_t time_ns, const struct clockstats *c);

#endif
