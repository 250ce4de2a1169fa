/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Two sources of the same pulse: by how much the one stamps it later than the other.
 * Pure.
 */
#ifndef GPSPPSCTL_COMPARE_H
#define GPSPPSCTL_COMPARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define COMPARE_MAX 3600
#define COMPARE_NEAR_NS INT64_C(400000000)	/* stamps of one pulse are not further apart */

struct compare {
	int64_t newest_ns[2];		/* stamps that wait for their partner; 0: none */
	size_t n;
	int64_t difference_ns[COMPARE_MAX];	/* of source 0 less source 1 */
};

struct comparison {
	size_t n;
	int64_t median_ns, mean_ns;
	int64_t low_quarter_ns;		/* mean of the lowest quarter */
	double deviation_ns;		/* standard, of all; 0 of one */
	int64_t min_ns, max_ns;
	/*
	 * The mean of the 60 % about the median, as the filters of ntpd (refclock_sample())
	 * and chrony (refclock's "filter") leave them: their time1 and offset
	 */
	int64_t suggested_ns;
};

/*
 * `which`: 0 the one to be calibrated, 1 the one that is right.  A stamp has one partner, the
 * newest of the other source.  True: a pair was found.
 */
bool compare_feed(struct compare *c, unsigned int which, int64_t stamp_ns);
/* Of n > 0 pairs; sorts in place. */
void compare_result(struct compare *c, struct comparison *r);

#endif
