// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Fragments of ntp.conf, in NTPsec's grammar and in classic ntp's: drivers 20 (NMEA), 22 (PPS)
 * and 1 (the clock itself).
 */
#include "../ntplines.h"
#include "fragment_inside.h"

#include <stdio.h>

#define POLL "minpoll 4 maxpoll 4"
#define ABOUT_POLL "# minpoll 4 maxpoll 4: the clock is corrected every 16 s.\n"

static unsigned int kernels_number(const struct fragment_in *in)
{
	return fact_known(in->pps) ? (unsigned int)in->pps.val : 0;
}

/* ---- driver 20: sentences and pulse ---- */

/* Flags and mode: driver20.html of 4.2.8, driver_nmea.adoc of NTPsec 1.2.2 */
static void explain_nmea(const struct fragment_in *in, struct fragment_text *t)
{
	fragment_add(t,
		"# mode: 1 reads RMC alone, which has time and date.  The speed is added: 0 is 4800\n"
		"#   baud, 16 9600, 32 19200, 48 38400, 64 57600, 80 115200.\n"
		"# flag1 1: use the pulse of /dev/gpspps%u.  ntpd asks for it once, when it starts.\n"
		"# flag2 1: on time is the edge at which DCD is cleared.  0, or not said: asserted.\n"
		"# flag3 1 would give the pulse to the kernel (hardpps).  Debian's kernel takes none,\n"
		"#   and then there is no pulse at all: leave it out.\n"
		"# flag4 1 would leave the position out of clockstats.\n", in->unit);
	fragment_add(t, fact_known(in->delay_ms) ?
		"# time2: seconds from the pulse to the end of its sentence, right to 0.4 s.  This is\n"
		"#   the end of a single one, or the middle of several, as the port's holder counted them.\n" :
		"# time2: seconds from the pulse to the end of its sentence, right to 0.4 s.  It was not\n"
		"#   measured yet: gpsppsctl diag --verbose says it.\n");
	fragment_add(t,
		"# prefer: where other servers are configured as well, this one's time is taken.\n"
		ABOUT_POLL);
}

static void nmea_lines(const struct fragment_in *in, struct ntplines *lines)
{
	char pps[32];
	const struct ntplines_input input = {
		.unit = fact_from(0, in->unit),
		.pps = pps,
		.edge = in->edge,
		.delay_ms = in->delay_ms,
		.baud = fact_from(0, fragment_baud(in)),
	};

	snprintf(pps, sizeof(pps), "gpspps%u", in->unit);
	ntplines_write(&input, lines);
}

void fragment_ntpsec_nmea(const struct fragment_in *in, struct fragment_text *t)
{
	struct ntplines lines;

	nmea_lines(in, &lines);
	explain_nmea(in, t);
	fragment_add(t, "%s\n", lines.ntpsec);
}

void fragment_ntp_nmea(const struct fragment_in *in, struct fragment_text *t)
{
	struct ntplines lines;

	nmea_lines(in, &lines);
	explain_nmea(in, t);
	fragment_add(t, "%s\n", lines.ntp);
}

/* ---- driver 22: the pulse, whose seconds something else numbers ---- */

static void ntpsec_pulse(const struct fragment_in *in, enum pulse_edge edge,
			 struct fragment_text *t)
{
	fragment_add(t,
		"# ppspath: without it this is /dev/pps%u, a number that the kernel gives anew at each\n"
		"#   boot and re-plug.\n"
		ABOUT_POLL
		"refclock pps unit %u ppspath /dev/gpspps%u " POLL "%s refid PPS\n", in->unit,
		in->unit, in->unit, edge == EDGE_CLEAR ? " flag2 1" : "");
}

static void ntp_pulse(const struct fragment_in *in, enum pulse_edge edge, struct fragment_text *t)
{
	const unsigned int unit = kernels_number(in);

	fragment_add(t,
		"# 127.127.22.%u is /dev/pps%u, by the kernel's own number: readlink /dev/gpspps%u\n"
		"#   says which it is.\n"
		ABOUT_POLL
		"server 127.127.22.%u " POLL "\nfudge 127.127.22.%u%s refid PPS\n", unit, unit, in->unit,
		unit, unit, edge == EDGE_CLEAR ? " flag2 1" : "");
}

/* Flags of driver 22: driver22.html, driver_pps.adoc */
static void explain_pulse(struct fragment_text *t)
{
	fragment_add(t,
		"# flag2 1: on time is the edge at which DCD is cleared.  0, or not said: asserted.\n"
		"# flag3 1 would give the pulse to the kernel, as with the NMEA driver: leave it out.\n"
		"# flag4 1 would write each second's offset to clockstats.\n");
}

/* A name of the pool, so that it can be pasted as it is. */
static void other_server(struct fragment_text *t)
{
	fragment_add(t,
		"# It numbers the seconds.  prefer: the pulse is used only while a preferred server is\n"
		"#   among those that agree.  Better than one of the pool is one near you.\n"
		"server 0.pool.ntp.org iburst prefer\n");
}

/* Directories of Debian's packages */
static void statistics(const char *driftfile, const char *statsdir, struct fragment_text *t)
{
	static const char *const names[] = { "loopstats", "peerstats", "clockstats" };

	fragment_add(t, "# The clock's frequency, so that it need not be measured again for minutes.\n"
		     "driftfile %s\n"
		     "# For gpsppsctl report: the clock's offset, each server's, and what the driver says:\n"
		     "#   classic ntp's PPS driver says nothing without flag4 1.\n"
		     "statsdir %s\n"
		     "statistics loopstats peerstats clockstats\n", driftfile, statsdir);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		fragment_add(t, "filegen %s file %s type day enable\n", names[i], names[i]);
}

void fragment_ntpsec_pps(const struct fragment_in *in, struct fragment_text *t)
{
	other_server(t);
	explain_pulse(t);
	ntpsec_pulse(in, in->edge, t);
	statistics("/var/lib/ntpsec/ntp.drift", "/var/log/ntpsec/", t);
}

void fragment_ntp_pps(const struct fragment_in *in, struct fragment_text *t)
{
	other_server(t);
	explain_pulse(t);
	ntp_pulse(in, in->edge, t);
	statistics("/var/lib/ntp/ntp.drift", "/var/log/ntpstats/", t);
}

static void explain_trailing(struct fragment_text *t)
{
	fragment_add(t,
		"# The example of the driver's own page.  It is right where the pulse comes inverted\n"
		"#   (gpsppsctl diag says so), and else late by the width of the pulse.\n");
}

void fragment_ntpsec_trailing(const struct fragment_in *in, struct fragment_text *t)
{
	other_server(t);
	explain_trailing(t);
	explain_pulse(t);
	ntpsec_pulse(in, EDGE_CLEAR, t);
}

void fragment_ntp_trailing(const struct fragment_in *in, struct fragment_text *t)
{
	other_server(t);
	explain_trailing(t);
	explain_pulse(t);
	ntp_pulse(in, EDGE_CLEAR, t);
}

/*
 * Driver 22 waits until something has set the clock (refclock_atom.c and refclock_pps.c:
 * LEAP_NOTINSYNC), so driver 1 begins.  It stops being asked once the pulse has been chosen, and
 * from then on minsane 0 is what keeps the pulse (clock_select() of both).
 */
static void explain_alone(struct fragment_text *t)
{
	fragment_add(t,
		"# A pulse says when a second begins, not which one it is: the clock must have been set\n"
		"#   to better than 0.4 s, and nobody notices when it is wrong by whole seconds.\n"
		"# minsane 0: the pulse is used when no other source is left.\n"
		"# mindist 0.4: a clock that is that far off and the pulse still agree.\n"
		"tos minsane 0 mindist 0.4\n"
		"# The clock itself, which numbers the first seconds.  stratum 10: without the pulse\n"
		"#   nobody shall take us for a good server.\n");
}

void fragment_ntpsec_alone(const struct fragment_in *in, struct fragment_text *t)
{
	explain_alone(t);
	fragment_add(t, "refclock local unit 0 " POLL " prefer stratum 10\n");
	explain_pulse(t);
	ntpsec_pulse(in, in->edge, t);
}

void fragment_ntp_alone(const struct fragment_in *in, struct fragment_text *t)
{
	explain_alone(t);
	fragment_add(t, "server 127.127.1.0 " POLL " prefer\nfudge 127.127.1.0 stratum 10\n");
	explain_pulse(t);
	ntp_pulse(in, in->edge, t);
}

/* "pool ... prefer" prefers none of its servers in NTPsec (pool_xmit() passes iburst alone). */
static void pool_servers(struct fragment_text *t)
{
	fragment_add(t,
		"# Any of them numbers the seconds.  prefer: the pulse is used only while a preferred\n"
		"#   server is among those that agree; two, as one may fail.\n"
		"server 0.pool.ntp.org iburst prefer\n"
		"server 1.pool.ntp.org iburst prefer\n"
		"pool 2.pool.ntp.org iburst\n");
}

void fragment_ntpsec_gpio(const struct fragment_in *in, struct fragment_text *t)
{
	pool_servers(t);
	explain_pulse(t);
	ntpsec_pulse(in, in->edge, t);
}

void fragment_ntp_gpio(const struct fragment_in *in, struct fragment_text *t)
{
	pool_servers(t);
	explain_pulse(t);
	ntp_pulse(in, in->edge, t);
}
