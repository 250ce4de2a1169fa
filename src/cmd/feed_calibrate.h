/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Between the files of feed --calibrate. */
#ifndef GPSPPSCTL_FEED_CALIBRATE_H
#define GPSPPSCTL_FEED_CALIBRATE_H

#include "../compare.h"
#include "../pulsefilter.h"
#include "feed.h"

/* One of the two. */
struct side {
	struct feed_chosen chosen;
	struct source source;
	struct filter filter;
	int64_t ring[FILTER_LENGTH], sorted[FILTER_LENGTH];
	const char *by;			/* its kind; the source itself is gone at the end */
	bool heard;
};

struct calibration {
	const struct feed_options *o;
	struct side side[2];		/* the PORT's, the SOURCE's */
	bool by_clock;			/* there is no SOURCE */
	struct compare compare;
	struct comparison result;
	size_t wanted;
	int pipe[2];
};

/* feed_calibrate_pairs.c: each 0 or an exit code after a message. */
int calibrate_start(struct calibration *k);
int calibrate_collect(struct calibration *k);
void calibrate_stop(struct calibration *k);

/* feed_calibrate_tell.c */
void calibrate_tell(const struct calibration *k);

#endif
