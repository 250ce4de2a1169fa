/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of fragments share. */
#ifndef GPSPPSCTL_SETUP_FRAGMENT_INSIDE_H
#define GPSPPSCTL_SETUP_FRAGMENT_INSIDE_H

#include "fragment.h"

#define FRAGMENT_BAUD 4800	/* NMEA 0183's, and what a Garmin comes with */

__attribute__((format(printf, 2, 3)))
void fragment_add(struct fragment_text *t, const char *fmt, ...);

/* Where feed writes: two segments a unit, seconds and then pulses. */
unsigned int fragment_shm(const struct fragment_in *in);
unsigned int fragment_baud(const struct fragment_in *in);

typedef void fragment_writer(const struct fragment_in *in, struct fragment_text *t);

/* fragment_ntp.c, the two grammars of ntp.conf */
fragment_writer fragment_ntpsec_nmea, fragment_ntp_nmea, fragment_ntpsec_pps, fragment_ntp_pps,
	fragment_ntpsec_trailing, fragment_ntp_trailing, fragment_ntpsec_alone, fragment_ntp_alone,
	fragment_ntpsec_gpio, fragment_ntp_gpio;
/* fragment_shm.c: what comes by shared memory or a socket, and chrony's pulse */
fragment_writer fragment_ntpsec_gpsd, fragment_ntp_gpsd, fragment_ntpsec_feed, fragment_ntp_feed,
	fragment_chrony_gpsd, fragment_chrony_feed, fragment_chrony_pps, fragment_chrony_gpio;
/* fragment_table.c: the table of units, /etc/default, and what AppArmor allows */
fragment_writer fragment_table_ntpsec, fragment_table_ntp, fragment_table_chrony,
	fragment_table_gpio, fragment_default_gpsd, fragment_default_shm, fragment_default_sock,
	fragment_default_seconds, fragment_apparmor;

#endif
