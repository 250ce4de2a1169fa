// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Lines of the table of units, of files in /etc/default, where comments have lines of their own,
 * and of AppArmor's.
 */
#include "fragment_inside.h"

/* ---- the table ---- */

static void table(const struct fragment_in *in, const char *service, struct fragment_text *t)
{
	fragment_add(t,
		"# The unit: N of /dev/gpsN and /dev/gpsppsN.  Then the port, by which the receiver and\n"
		"#   its pulse, on DCD, come.\n"
		"# baud=: the receiver's speed.\n"
		"# restart=: restarted when a re-plugged receiver has become a new PPS source.\n"
		"%u  /dev/%s  baud=%u restart=%s\n", in->unit, in->tty, fragment_baud(in), service);
}

void fragment_table_ntpsec(const struct fragment_in *in, struct fragment_text *t)
{
	table(in, "ntpsec.service", t);
}

void fragment_table_ntp(const struct fragment_in *in, struct fragment_text *t)
{
	table(in, "ntp.service", t);
}

void fragment_table_chrony(const struct fragment_in *in, struct fragment_text *t)
{
	table(in, "chrony.service", t);
}

void fragment_table_gpio(const struct fragment_in *in, struct fragment_text *t)
{
	fragment_add(t,
		"# The unit: N of /dev/gpsppsN.  -: nobody sends sentences.\n"
		"# pulse=: the source by its name in /sys/class/pps/ppsN/name.  pps-gpio.-1 is the one that\n"
		"#   the kernel's pps-gpio makes where no number is given; a device tree's is another,\n"
		"#   such as pps@12.-1, and pps-gpio-poll.-1 is our module's.\n"
		"%u  -  pulse=pps-gpio.-1\n", in->unit);
}

/* ---- gpsppsctl-feed@.service ---- */

void fragment_default_shm(const struct fragment_in *in, struct fragment_text *t)
{
	fragment_add(t,
		"# Seconds to this unit of ntpd's driver 28, pulses to the next one.\n"
		"# Then: systemctl enable --now gpsppsctl-feed@%s.service\n"
		"FEED_OPTIONS=--shm %u\n", in->tty, fragment_shm(in));
}

void fragment_default_sock(const struct fragment_in *in, struct fragment_text *t)
{
	fragment_add(t,
		"# auto: /run/chrony.%s.sock.  Pulses alone are sent to a socket: it is one source.\n"
		"# Then: systemctl enable --now gpsppsctl-feed@%s.service\n"
		"FEED_OPTIONS=--sock auto\n", in->tty, in->tty);
}

void fragment_default_seconds(const struct fragment_in *in, struct fragment_text *t)
{
	fragment_add(t,
		"# Seconds alone: chronyd looks at the pulse itself.  auto: /run/chrony.%s.sock.\n"
		"# Then: systemctl enable --now gpsppsctl-feed@%s.service\n"
		"FEED_OPTIONS=--seconds-only --sock auto\n", in->tty, in->tty);
}

/* ---- gpsd ---- */

void fragment_default_gpsd(const struct fragment_in *in, struct fragment_text *t)
{
	fragment_add(t,
		"# The port's own name, not a link: by this text gpsd finds its pulse.  It attaches the\n"
		"#   port itself, so there must be no line for it in /etc/gpsppsctl.conf.\n"
		"DEVICES=\"/dev/%s\"\n"
		"# -n: it reads the receiver at once, not only when a client asks.\n"
		"# -b: it leaves the receiver's settings alone.\n"
		"# -s: the receiver's speed, which it need not look for then.\n"
		"GPSD_OPTIONS=\"-n -b -s %u\"\n"
		"# It takes no other receiver that is plugged in.\n"
		"USBAUTO=\"false\"\n", in->tty, fragment_baud(in));
}

/* ---- AppArmor ---- */

/* It sees where a link leads to, not the link. */
void fragment_apparmor(const struct fragment_in *in, struct fragment_text *t)
{
	fragment_add(t,
		"# Where Debian's profile is in force: the port itself, /dev/gps%u is a link to it.\n"
		"# Then: apparmor_parser -r /etc/apparmor.d/usr.sbin.ntpd\n"
		"@{NTPD_DEVICE}+=\"/dev/%s\"\n", in->unit, in->tty);
}
