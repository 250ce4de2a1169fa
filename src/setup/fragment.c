// SPDX-License-Identifier: GPL-2.0-or-later
/* The fragments by name, and what all of them begin with. */
#include "fragment_inside.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define NTPSEC "/etc/ntpsec/ntp.conf"
#define NTP "/etc/ntp.conf"
#define CHRONY "/etc/chrony/chrony.conf"
#define TABLE "/etc/gpsppsctl.conf"
#define FEED "/etc/default/gpsppsctl-feed@"

const struct fragment fragments[] = {
	{ "ntpsec-nmea", NTPSEC, "sentences and pulse by the NMEA driver",
	  "table-ntpsec apparmor", fragment_ntpsec_nmea },
	{ "ntp-nmea", NTP, "sentences and pulse by the NMEA driver", "table-ntp", fragment_ntp_nmea },
	{ "ntpsec-pps", NTPSEC, "the pulse beside another server, with statistics", "table-ntpsec",
	  fragment_ntpsec_pps },
	{ "ntp-pps", NTP, "the pulse beside another server, with statistics", "table-ntp",
	  fragment_ntp_pps },
	{ "ntpsec-trailing", NTPSEC, "the pulse by its trailing edge", "table-ntpsec",
	  fragment_ntpsec_trailing },
	{ "ntp-trailing", NTP, "the pulse by its trailing edge", "table-ntp", fragment_ntp_trailing },
	{ "ntpsec-alone", NTPSEC, "the pulse alone, of a clock that was set before", "table-ntpsec",
	  fragment_ntpsec_alone },
	{ "ntp-alone", NTP, "the pulse alone, of a clock that was set before", "table-ntp",
	  fragment_ntp_alone },
	{ "ntpsec-gpsd", NTPSEC, "what gpsd writes to shared memory", "gpsd", fragment_ntpsec_gpsd },
	{ "ntp-gpsd", NTP, "what gpsd writes to shared memory", "gpsd", fragment_ntp_gpsd },
	{ "ntpsec-feed", NTPSEC, "what gpsppsctl feed writes to shared memory",
	  "table-ntpsec feed-shm", fragment_ntpsec_feed },
	{ "ntp-feed", NTP, "what gpsppsctl feed writes to shared memory", "table-ntp feed-shm",
	  fragment_ntp_feed },
	{ "ntpsec-gpio", NTPSEC, "a GPIO's pulse beside servers of the pool", "table-gpio",
	  fragment_ntpsec_gpio },
	{ "ntp-gpio", NTP, "a GPIO's pulse beside servers of the pool", "table-gpio",
	  fragment_ntp_gpio },
	{ "chrony-pps", CHRONY, "the pulse, its seconds by gpsppsctl feed",
	  "table-chrony feed-seconds", fragment_chrony_pps },
	{ "chrony-feed", CHRONY, "pulses numbered by gpsppsctl feed", "table-chrony feed-sock",
	  fragment_chrony_feed },
	{ "chrony-gpsd", CHRONY, "what gpsd writes to shared memory", "gpsd", fragment_chrony_gpsd },
	{ "chrony-gpio", CHRONY, "a GPIO's pulse beside servers of the pool", "table-gpio",
	  fragment_chrony_gpio },
	{ "table-ntpsec", TABLE, "a unit whose pulse NTPsec takes", NULL, fragment_table_ntpsec },
	{ "table-ntp", TABLE, "a unit whose pulse classic ntpd takes", NULL, fragment_table_ntp },
	{ "table-chrony", TABLE, "a unit whose pulse chrony takes", NULL, fragment_table_chrony },
	{ "table-gpio", TABLE, "a unit that is a GPIO's pulse alone", NULL, fragment_table_gpio },
	{ "feed-shm", FEED, "seconds and pulses to ntpd's shared memory", NULL,
	  fragment_default_shm },
	{ "feed-sock", FEED, "numbered pulses to chrony's socket", NULL, fragment_default_sock },
	{ "feed-seconds", FEED, "the seconds alone to chrony's socket", NULL,
	  fragment_default_seconds },
	{ "gpsd", "/etc/default/gpsd", "gpsd has the receiver, and attaches its pulse", NULL,
	  fragment_default_gpsd },
	{ "apparmor", "/etc/apparmor.d/tunables/ntpd", "NTPsec may open the receiver's port", NULL,
	  fragment_apparmor },
	{ NULL, NULL, NULL, NULL, NULL },
};

const struct fragment *fragment_find(const char *name)
{
	for (const struct fragment *f = fragments; f->name; f++)
		if (!strcmp(f->name, name))
			return f;
	return NULL;
}

void fragment_add(struct fragment_text *t, const char *fmt, ...)
{
	const size_t room = sizeof(t->text) - t->len;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(t->text + t->len, room, fmt, ap);
	va_end(ap);
	t->len += n < 0 ? 0 : (size_t)n < room ? (size_t)n : room - 1;
}

unsigned int fragment_baud(const struct fragment_in *in)
{
	return in->baud ? in->baud : FRAGMENT_BAUD;
}

unsigned int fragment_shm(const struct fragment_in *in)
{
	return 2 * in->unit;
}

void fragment_write(const struct fragment *f, const struct fragment_in *in,
		    struct fragment_text *out)
{
	const bool of_port = f->file[strlen(f->file) - 1] == '@';

	out->text[0] = '\0';
	out->len = 0;
	fragment_add(out, "# %s%s: %s\n", f->file, of_port ? in->tty : "", f->what);
	if (f->with)
		fragment_add(out, "# It needs, too (gpsppsctl setup --print): %s\n", f->with);
	f->write(in, out);
}
