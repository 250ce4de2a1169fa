// SPDX-License-Identifier: GPL-2.0-or-later
/* What ntp.conf says of an NMEA receiver. */
#include "ntpconf.h"

#include "daemon/ntpd_unit.h"

int ntpconf_baud(const char *text, size_t len, unsigned int unit, unsigned int *baud)
{
	struct ntpd_conf conf;
	struct ntpd_nmea nmea;
	struct ntpd_unit u;
	int err;

	ntpd_conf_text(&conf, NTPD_EITHER, text, len);
	err = ntpd_unit_find(&conf, NTPD_DRIVER_NMEA, unit, &u);
	if (err < 0)
		return err;
	ntpd_nmea_mode(conf.kind, &u.set, &nmea);
	*baud = nmea.baud;
	return 0;
}
