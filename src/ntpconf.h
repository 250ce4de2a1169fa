/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What ntp.conf says of an NMEA receiver.  Pure: text in, numbers out. */
#ifndef GPSPPSCTL_NTPCONF_H
#define GPSPPSCTL_NTPCONF_H

#include <stddef.h>

/*
 * The speed in bits a second at which ntpd will open /dev/gpsUNIT, from
 *     server 127.127.20.UNIT [mode M]              (classic ntp and NTPsec)
 *     refclock nmea [unit UNIT] [mode M] [baud B]  (NTPsec)
 * Bits 4 to 6 of the mode are the speed: 4800 unless they say otherwise.
 * 0, or -ENOENT when no line is about this unit.
 */
int ntpconf_baud(const char *text, size_t len, unsigned int unit, unsigned int *baud);

#endif
