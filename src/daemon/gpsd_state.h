/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What gpsd says of its receivers on its socket, a JSON object a line, after
 * ?DEVICES; and ?WATCH={"enable":true,"json":true,"nmea":true,"pps":true};
 * (gpsd_json(5)), and between them the receivers' sentences.  Positions are not read.
 * Pure.
 */
#ifndef GPSPPSCTL_GPSD_STATE_H
#define GPSPPSCTL_GPSD_STATE_H

#include <stddef.h>

#include "../facts.h"
#include "said.h"

#define GPSD_SEEN_MAX 8
#define GPSD_SEEN_PATH_MAX 128

enum gpsd_class {
	GPSD_SAID_OTHER,		/* an object of a class that is not looked at */
	GPSD_SAID_VERSION, GPSD_SAID_DEVICES, GPSD_SAID_DEVICE, GPSD_SAID_WATCH, GPSD_SAID_TPV, GPSD_SAID_PPS, GPSD_SAID_SKY,
	GPSD_SAID_ERROR,
};

/* A pulse as gpsd saw it, in its last PPS object. */
struct gpsd_pulse {
	uint32_t n;		/* how many such objects came */
	struct fact real_s, real_ns;	/* when it was, by the receiver */
	struct fact clock_s, clock_ns;	/* by this machine's clock */
	struct fact offset_ns;		/* the clock less the receiver */
	struct fact precision;		/* 2^N seconds */
};

struct gpsd_seen {
	char path[GPSD_SEEN_PATH_MAX];	/* as gpsd was given it */
	char driver[32];		/* "NMEA0183", "u-blox"; "": gpsd does not know yet */
	char subtype[64];
	char time[40];			/* the receiver's last time; "": none */
	struct fact activated;		/* 0 or 1: gpsd has it open */
	struct fact readonly;		/* 0 or 1; gpsd leaves it out when it is 0 */
	struct fact bps, native;
	struct fact mode;		/* of the last TPV: 0 unknown, 1 no fix, 2, 3 */
	struct fact satellites, used;	/* of the last SKY */
	struct gpsd_pulse pulse;
};

struct gpsd_state {
	char release[24];
	char error[SAID_ERROR_MAX];	/* the last one */
	struct fact protocol_major, protocol_minor;
	struct fact watching, watching_pulses;	/* 0 or 1: the answer to ?WATCH */
	bool listed;			/* ?DEVICES was answered: no devices means none */
	size_t n, n_lost;		/* those that had no room */
	/* RMC with a fix, of all devices: with the mode field of NMEA 2.30, and without. */
	uint32_t rmc_moded, rmc_bare;
	struct gpsd_seen devices[GPSD_SEEN_MAX];
};

void gpsd_init(struct gpsd_state *s);

/* A line of the socket's.  What it was, or -EINVAL when it is no object: nothing is changed. */
int gpsd_read_line(const char *line, size_t len, struct gpsd_state *s);

/* All lines of a text, sentences, too; how many of them were objects. */
size_t gpsd_read(const char *text, size_t len, struct gpsd_state *s);

/* The device of this path; NULL: gpsd does not have it. */
const struct gpsd_seen *gpsd_find(const struct gpsd_state *s, const char *path);

#endif
