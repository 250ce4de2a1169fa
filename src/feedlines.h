/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The lines that make a daemon take what is fed, ready to be pasted.  Pure.
 */
#ifndef GPSPPSCTL_FEEDLINES_H
#define GPSPPSCTL_FEEDLINES_H

#include "feeder.h"

struct feedlines_input {
	enum feed_mode mode;
	int shm;		/* the first unit: seconds at it, pulses at the next; -1: none.
				   One kind alone is at it itself. */
	const char *sock;	/* of chrony; NULL: none */
	const char *pps;	/* "/dev/gpspps0": FEED_SECONDS, for chrony's own PPS; NULL */
	const char *gps;	/* "/dev/gps0": FEED_PULSES beside ntpd's NMEA driver; NULL */
	unsigned int gps_unit;
	enum pulse_edge edge;
	double time1_s;		/* of --calibrate; 0 */
	unsigned int nth;	/* 0: refids are NMEA and PPS; else another receiver's: NME1, PPS1 */
};

#define FEEDLINES_MAX 512

/* Lines, each ended by a newline; "" when that daemon cannot take it. */
struct feedlines {
	char ntp[FEEDLINES_MAX];	/* classic */
	char ntpsec[FEEDLINES_MAX];
	char chrony[FEEDLINES_MAX];
};

void feedlines_write(const struct feedlines_input *in, struct feedlines *out);

#endif
