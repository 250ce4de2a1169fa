// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Fragments for time that comes through user space, gpsd's or feed's, and of chrony.conf.  In
 * chrony.conf a comment has a line of its own.
 */
#include "../feedlines.h"
#include "fragment_inside.h"

#include <stdio.h>

/* Beside Debian's makestep 1 3, of which the later one counts. */
static void makestep(struct fragment_text *t)
{
	fragment_add(t, "# A clock that is more than 0.1 s off is set at once, in the first 3 updates.\n"
		     "makestep 0.1 3\n");
}

static void shm_lines(unsigned int shm, struct feedlines *lines)
{
	const struct feedlines_input input = { .mode = FEED_BOTH, .shm = (int)shm };

	feedlines_write(&input, lines);
}

/* ---- shared memory: driver 28 ---- */

/* Of its first receiver, and the fragment "gpsd" has one. */
#define GPSD_SHM 0u

static void explain_shm(unsigned int shm, const char *who, struct fragment_text *t)
{
	fragment_add(t,
		"# %s writes the seconds to unit %u, and the pulses, which are numbered by them, to\n"
		"#   unit %u.\n"
		"# noselect: the seconds are shown, not used: next to the pulses they are far off.\n"
		"# prefer: where other servers are configured as well, the pulse's time is taken.\n"
		"# minpoll 4 maxpoll 4: the clock is corrected every 16 s.\n", who, shm, shm + 1);
}

static void explain_classic(struct fragment_text *t)
{
	fragment_add(t, "# flag1 1: also a time that is more than 4 h away from the clock's.\n");
}

static void ntp_shm(unsigned int shm, const char *who, struct fragment_text *t)
{
	struct feedlines lines;

	shm_lines(shm, &lines);
	explain_shm(shm, who, t);
	explain_classic(t);
	fragment_add(t, "%s", lines.ntp);
}

static void ntpsec_shm(unsigned int shm, const char *who, struct fragment_text *t)
{
	struct feedlines lines;

	shm_lines(shm, &lines);
	explain_shm(shm, who, t);
	fragment_add(t, "%s", lines.ntpsec);
}

void fragment_ntpsec_gpsd(const struct fragment_in *in, struct fragment_text *t)
{
	(void)in;
	ntpsec_shm(GPSD_SHM, "gpsd", t);
}

void fragment_ntp_gpsd(const struct fragment_in *in, struct fragment_text *t)
{
	(void)in;
	ntp_shm(GPSD_SHM, "gpsd", t);
}

void fragment_ntpsec_feed(const struct fragment_in *in, struct fragment_text *t)
{
	ntpsec_shm(fragment_shm(in), "feed", t);
}

void fragment_ntp_feed(const struct fragment_in *in, struct fragment_text *t)
{
	ntp_shm(fragment_shm(in), "feed", t);
}

void fragment_chrony_gpsd(const struct fragment_in *in, struct fragment_text *t)
{
	struct feedlines lines;

	(void)in;
	shm_lines(GPSD_SHM, &lines);
	fragment_add(t,
		"# gpsd writes the seconds to segment %u, and the pulses, numbered by them, to the next.\n"
		"# noselect: the seconds are shown, not used.\n"
		"# precision: how exact a sample is, which the segment does not say.\n"
		"%s", GPSD_SHM, lines.chrony);
	makestep(t);
}

/* ---- chrony's socket, and its own look at the pulse ---- */

static void sock_lines(const struct fragment_in *in, enum feed_mode mode, struct feedlines *lines)
{
	char sock[64], pps[32];
	const struct feedlines_input input = {
		.mode = mode, .shm = -1, .sock = sock, .pps = pps, .edge = in->edge,
	};

	snprintf(sock, sizeof(sock), "/run/chrony.%s.sock", in->tty);
	snprintf(pps, sizeof(pps), "/dev/gpspps%u", in->unit);
	feedlines_write(&input, lines);
}

static void explain_sock(struct fragment_text *t)
{
	fragment_add(t,
		"# chronyd makes the socket, and gpsppsctl-feed@.service writes to it: which of the two\n"
		"#   starts first does not matter.\n"
		"# precision: how exact a sample is, which the datagram does not say.\n");
}

void fragment_chrony_feed(const struct fragment_in *in, struct fragment_text *t)
{
	struct feedlines lines;

	sock_lines(in, FEED_BOTH, &lines);
	explain_sock(t);
	fragment_add(t, "%s", lines.chrony);
	makestep(t);
}

void fragment_chrony_pps(const struct fragment_in *in, struct fragment_text *t)
{
	struct feedlines lines;

	sock_lines(in, FEED_SECONDS, &lines);
	explain_sock(t);
	fragment_add(t,
		"# noselect: the seconds only number the pulses.  lock NMEA: by this source, which must\n"
		"#   be within 0.4 s.  :clear, if it is there: on time is the edge at which DCD is\n"
		"#   cleared.\n"
		"%s", lines.chrony);
	makestep(t);
}

void fragment_chrony_gpio(const struct fragment_in *in, struct fragment_text *t)
{
	fragment_add(t,
		"# They number the seconds: without \"lock\" the pulse is used once the clock is right\n"
		"#   to better than 0.5 s.\n"
		"pool pool.ntp.org iburst\n"
		"# prefer: it is chosen before them.\n"
		"refclock PPS /dev/gpspps%u%s refid PPS prefer\n", in->unit,
		in->edge == EDGE_CLEAR ? ":clear" : "");
	makestep(t);
}
