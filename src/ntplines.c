// SPDX-License-Identifier: GPL-2.0-or-later
/* Lines for ntp.conf in both grammars, and for chrony.conf. */
#include "ntplines.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "motion.h"
#include "words.h"

#define MODE_RMC 1	/* the one sentence that has all, read alone: the least jitter */
#define MODE_UNKNOWN (-1)

/* Mode's bits 4 to 6 (driver20 of ntp.org, "Mode bits"; refclock_nmea.c, nmea_start()). */
static const struct {
	int baud;
	int bits;
} speeds[] = {
	{ 4800, 0x00 }, { 9600, 0x10 }, { 19200, 0x20 },
	{ 38400, 0x30 }, { 57600, 0x40 }, { 115200, 0x50 },
};

/*
 * A mode without a speed means 4800: an unknown speed leaves it out, too, and
 * one that has no bits cannot be told by it.
 */
static int mode_of(struct fact baud)
{
	for (size_t i = 0; fact_known(baud) && i < sizeof(speeds) / sizeof(speeds[0]); i++)
		if (speeds[i].baud == baud.val)
			return MODE_RMC | speeds[i].bits;
	return MODE_UNKNOWN;
}

#define add(text, ...) text_add(text, NTPLINES_TEXT_MAX, __VA_ARGS__)

static bool has_pulse(const struct ntplines_input *in)
{
	return in->pps && in->pps[0];
}

/* The name that both ntpds open by themselves. */
static bool has_usual_name(const struct ntplines_input *in)
{
	char usual[32];

	snprintf(usual, sizeof(usual), "gpspps%d", (int)in->unit.val);
	return !strcmp(in->pps, usual);
}

/* flag1 and flag2: options of NTPsec's line, words of a fudge in classic ntp. */
static void add_flags(char *text, const struct ntplines_input *in)
{
	if (has_pulse(in))
		add(text, " flag1 1");
	if (has_pulse(in) && in->edge == EDGE_CLEAR)
		add(text, " flag2 1");
	/* positive: the sentences end after the pulse that they belong to */
	if (fact_known(in->delay_ms))
		add(text, " time2 %.3f", in->delay_ms.val / 1000.0);
}

static const char *prefer(const struct ntplines_input *in)
{
	return in->not_preferred ? "" : " prefer";
}

static void write_ntp(const struct ntplines_input *in, char *text)
{
	const int unit = (int)in->unit.val, mode = mode_of(in->baud);

	add(text, "server 127.127.20.%d", unit);
	if (mode != MODE_UNKNOWN)
		add(text, " mode %d", mode);
	add(text, " minpoll 4 maxpoll 4%s\nfudge 127.127.20.%d", prefer(in), unit);
	add_flags(text, in);
	add(text, " refid %s", has_pulse(in) ? "PPS" : "GPS");
}

static void write_ntpsec(const struct ntplines_input *in, char *text)
{
	const int mode = mode_of(in->baud);

	add(text, "refclock nmea unit %d", (int)in->unit.val);
	/* "baud" has speeds that mode has no bits for; then mode is the sentence alone */
	if (fact_known(in->baud))
		add(text, " mode %d baud %d", mode == MODE_UNKNOWN ? MODE_RMC : mode,
		    (int)in->baud.val);
	if (has_pulse(in) && !has_usual_name(in))
		add(text, " ppspath /dev/%s", in->pps);
	add(text, " minpoll 4 maxpoll 4%s", prefer(in));
	add_flags(text, in);
	add(text, " refid %s", has_pulse(in) ? "PPS" : "GPS");
}

/*
 * chrony reads no sentences: gpsd does, and tells it the second by SHM (segment
 * 0: its first receiver, when it was started as root).
 */
static void write_chrony(const struct ntplines_input *in, char *text)
{
	add(text, "refclock SHM 0");
	if (fact_known(in->delay_ms))
		add(text, " offset %.3f", in->delay_ms.val / 1000.0);
	add(text, " delay 0.1 refid GPS");
	if (!has_pulse(in))
		return;
	add(text, " noselect\nrefclock PPS /dev/%s%s lock GPS refid PPS", in->pps,
	    in->edge == EDGE_CLEAR ? ":clear" : "");
}

void ntplines_write(const struct ntplines_input *in, struct ntplines *out)
{
	memset(out, 0, sizeof(*out));
	if (fact_known(in->unit)) {
		write_ntp(in, out->ntp);
		write_ntpsec(in, out->ntpsec);
	}
	if (has_pulse(in) || fact_known(in->unit))
		write_chrony(in, out->chrony);
}

/* The number in a link's name: "gps3" with the prefix "gps". */
static struct fact unit_of(const struct port_facts *f)
{
	int unit;

	/* a pulse alone is nothing to ntpd's NMEA driver */
	if (f->pulse_only || f->no_sentences)
		return fact_from(-ENOENT, 0);
	if (fact_known(f->unit))
		return f->unit;
	if (sscanf(f->gps.name, "gps%d", &unit) == 1)
		return fact_from(0, unit);
	return fact_from(-ENOENT, 0);
}

void ntplines_of(const struct port_facts *f, struct ntplines_input *in)
{
	const bool linked = f->gpspps.target.state == FACT_OK &&
			    !strcmp(f->gpspps.target.val, f->pulse.name);

	memset(in, 0, sizeof(*in));
	in->unit = unit_of(f);
	in->pps = linked || f->no_pulse ? f->gpspps.name : f->pulse.name;
	in->edge = motion_edge(&f->motion, facts_known_edge(f));
	in->delay_ms = facts_delay_ms(f);
	in->baud = f->port.baud;
}
