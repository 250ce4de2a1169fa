/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What all lines of an ntp.conf together say of one reference clock.  Pure. */
#ifndef GPSPPSCTL_NTPD_UNIT_H
#define GPSPPSCTL_NTPD_UNIT_H

#include "ntpd_conf.h"

#define NTPD_UNSAID (-1)

/* The settings in effect, each with the line that says so. */
struct ntpd_unit {
	const struct ntpd_entry *clock;		/* server or refclock */
	const struct ntpd_entry *from[NTPD_OPTIONS];	/* NULL: nobody says it */
	/*
	 * What nobody says is the drivers' default, 0 (no flag, no offset, any sentence);
	 * a poll is NTPD_UNSAID, a text "".
	 */
	struct ntpd_settings set;
};

/*
 * 0, or -ENOENT when no line starts this clock: its fudge lines alone do nothing.
 * Points into conf.
 */
int ntpd_unit_find(const struct ntpd_conf *conf, unsigned int driver, unsigned int unit,
		   struct ntpd_unit *u);

/* From this one on (NULL: the first), a fudge line whose clock is not configured, or NULL. */
const struct ntpd_entry *ntpd_stray_fudge(const struct ntpd_conf *conf,
					  const struct ntpd_entry *after);

/* The last word about a knob, ("tos", "mindist"), or NULL. */
const struct ntpd_knob *ntpd_knob_find(const struct ntpd_conf *conf, const char *command,
				       const char *name);

/* What the driver opens for sentences and for the pulse; "" where it opens nothing. */
void ntpd_unit_port(const struct ntpd_unit *u, char *path, size_t size);
void ntpd_unit_pulse(const struct ntpd_unit *u, char *path, size_t size);

/* ---- mode of driver 20 ---- */

enum {
	NMEA_MODE_RMC = 0x1,
	NMEA_MODE_GGA = 0x2,
	NMEA_MODE_GLL = 0x4,
	NMEA_MODE_ZDA = 0x8,		/* ZDG, too */
	NMEA_MODE_PGRMF = 0x100,
	NMEA_MODE_PUBX04 = 0x200,	/* classic alone */
};

struct ntpd_nmea {
	unsigned int baud;
	bool baud_unknown;	/* it is the driver's choice: there is no such speed */
	unsigned int sentences;	/* NMEA_MODE_*; 0: takes none */
	bool any_sentence;	/* none was selected: then all are taken */
	bool subsecond;		/* clockstats tell when each sentence came */
	bool counters;		/* clockstats count sentences and pulses */
	bool trusts_date;
	bool quiet_pps;		/* classic alone */
};

void ntpd_nmea_mode(enum ntpd_kind kind, const struct ntpd_settings *set, struct ntpd_nmea *n);

/* "RMC ZDA"; "" for none. */
void ntpd_nmea_sentences(unsigned int sentences, char *text, size_t size);

#endif
