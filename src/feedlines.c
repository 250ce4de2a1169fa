// SPDX-License-Identifier: GPL-2.0-or-later
/* Lines for ntp.conf in both grammars and for chrony.conf, for what is fed. */
#include "feedlines.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "words.h"

#define POLL "minpoll 4 maxpoll 4"

/* chrony takes neither from the segment nor from the datagram how exact a sample is. */
#define PULSE_PRECISION "1e-6"
#define SECONDS_PRECISION "1e-3"

/*
 * Sentences of which nobody knows how late they end: both ntpds drop two sources that do not
 * overlap, and this makes them overlap (driver20's and the miscellaneous options' pages).
 */
#define LOOSE "tos mindist 0.4\n"

#define add(text, ...) text_add(text, FEEDLINES_MAX, __VA_ARGS__)

static bool has_time1(const struct feedlines_input *in)
{
	return in->time1_s != 0.0;
}

struct refid {
	char s[5];
};

/* Four characters, which "lock" finds again: of the second receiver they end in 1. */
static struct refid refid(const struct feedlines_input *in, const char *of_first)
{
	struct refid r;
	char n[4];
	int keep;

	keep = 4 - snprintf(n, sizeof(n), "%u", in->nth % 1000);
	snprintf(r.s, sizeof(r.s), "%.*s%s", in->nth ? keep : 4, of_first, in->nth ? n : "");
	return r;
}

/* One unit of the driver 28: what it is, and how it is used. */
struct use {
	int unit;
	const char *refid;
	const char *role;	/* " prefer", " noselect" */
	bool is_measured;	/* the one that --calibrate spoke of */
};

/* Of two preferred ones the last would count: the first receiver is. */
static const char *role_of(const struct feedlines_input *in, const struct use *u)
{
	return in->nth && !strcmp(u->role, " prefer") ? "" : u->role;
}

/*
 * Classic: flag1 1 takes a time that is further than 4 h off, as after a boot without a clock
 * that is kept alive; NTPsec takes any, and its flag1 is the contrary (driver_shm.adoc).
 */
static void add_classic(char *text, const struct feedlines_input *in, const struct use *u)
{
	add(text, "server 127.127.28.%d " POLL "%s\n", u->unit, role_of(in, u));
	add(text, "fudge 127.127.28.%d flag1 1", u->unit);
	if (u->is_measured && has_time1(in))
		add(text, " time1 %.9f", in->time1_s);
	add(text, " refid %s\n", u->refid);
}

static void add_ntpsec(char *text, const struct feedlines_input *in, const struct use *u)
{
	add(text, "refclock shm unit %d " POLL "%s", u->unit, role_of(in, u));
	if (u->is_measured && has_time1(in))
		add(text, " time1 %.9f", in->time1_s);
	add(text, " refid %s\n", u->refid);
}

static void add_both(struct feedlines *out, const struct feedlines_input *in,
		     const struct use *u)
{
	add_classic(out->ntp, in, u);
	add_ntpsec(out->ntpsec, in, u);
}

static void add_offset(char *text, const struct feedlines_input *in)
{
	if (has_time1(in))
		add(text, " offset %.9f", in->time1_s);
}

/* ---- one function a mode ---- */

/*
 * The pulses are numbered: they are all that is needed.  The seconds are shown and not used:
 * of two that differ by more than their jitter neither would be.
 */
static void write_both(const struct feedlines_input *in, struct feedlines *out)
{
	if (in->shm >= 0) {
		const struct use seconds = { in->shm, "GPS", " noselect", false };
		const struct use pulses = { in->shm + 1, "PPS", " prefer", true };

		add_both(out, in, &seconds);
		add_both(out, in, &pulses);
	}
	/* one socket is one source: only the pulses are sent to it */
	if (in->sock) {
		add(out->chrony, "refclock SOCK %s refid %s precision " PULSE_PRECISION, in->sock,
		    refid(in, "PPS").s);
	} else if (in->shm >= 0) {
		add(out->chrony, "refclock SHM %d refid %s precision " SECONDS_PRECISION
		    " noselect\n", in->shm, refid(in, "GPS").s);
		add(out->chrony, "refclock SHM %d refid %s precision " PULSE_PRECISION,
		    in->shm + 1, refid(in, "PPS").s);
	} else {
		return;
	}
	add_offset(out->chrony, in);
	add(out->chrony, "\n");
}

/* ntpd reads the sentences itself, until the clock is near enough for the pulses. */
static void write_nmea(const struct feedlines_input *in, struct feedlines *out)
{
	char usual[32];		/* classic ntp opens no other */

	snprintf(usual, sizeof(usual), "/dev/gps%u", in->gps_unit);
	add(out->ntp, LOOSE "server 127.127.20.%u " POLL "\nfudge 127.127.20.%u refid GPS\n",
	    in->gps_unit, in->gps_unit);
	add(out->ntpsec, LOOSE "refclock nmea unit %u " POLL, in->gps_unit);
	if (strcmp(in->gps, usual) != 0)
		add(out->ntpsec, " path %s", in->gps);
	add(out->ntpsec, " refid GPS\n");
}

static void write_pulses(const struct feedlines_input *in, struct feedlines *out)
{
	if (in->shm >= 0) {
		const struct use pulses = { in->shm, "PPS", " prefer", true };

		if (in->gps)
			write_nmea(in, out);
		add_both(out, in, &pulses);
	}
	if (in->sock)
		add(out->chrony, "refclock SOCK %s refid %s precision " PULSE_PRECISION, in->sock,
		    refid(in, "PPS").s);
	else if (in->shm >= 0)
		add(out->chrony, "refclock SHM %d refid %s precision " PULSE_PRECISION, in->shm,
		    refid(in, "PPS").s);
	else
		return;
	add_offset(out->chrony, in);
	add(out->chrony, "\n");
}

static void write_seconds(const struct feedlines_input *in, struct feedlines *out)
{
	if (in->shm >= 0) {
		const struct use seconds = { in->shm, "GPS", " prefer", true };

		add_both(out, in, &seconds);
	}
	if (in->sock)
		add(out->chrony, "refclock SOCK %s", in->sock);
	else if (in->shm >= 0)
		add(out->chrony, "refclock SHM %d", in->shm);
	else
		return;
	add(out->chrony, " refid %s precision " SECONDS_PRECISION, refid(in, "NMEA").s);
	add_offset(out->chrony, in);
	/* alone it is used, but never before a source that is better: see chrony.conf's delay */
	if (!in->pps) {
		add(out->chrony, " delay 0.2\n");
		return;
	}
	add(out->chrony, " noselect\nrefclock PPS %s%s lock %s refid %s\n", in->pps,
	    in->edge == EDGE_CLEAR ? ":clear" : "", refid(in, "NMEA").s, refid(in, "PPS").s);
}

void feedlines_write(const struct feedlines_input *in, struct feedlines *out)
{
	static void (*const write[])(const struct feedlines_input *, struct feedlines *) = {
		[FEED_BOTH] = write_both,
		[FEED_PULSES] = write_pulses,
		[FEED_SECONDS] = write_seconds,
	};

	memset(out, 0, sizeof(*out));
	write[in->mode](in, out);
}
