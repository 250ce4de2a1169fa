/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What ntpd says of itself through ntpq: classic ntp 4.2.8's and NTPsec's, which
 * print nearly the same.  Text in, structs out; what was not said is an absent
 * fact or "".  Texts are printable.  Pure.
 */
#ifndef GPSPPSCTL_NTPQ_STATE_H
#define GPSPPSCTL_NTPQ_STATE_H

#include <stddef.h>

#include "../facts.h"
#include "said.h"

#define NTPQ_PEERS_MAX 32

/* The numbers of ntpd's drivers that matter to a pulse (refclock types of ntp.org). */
enum ntpq_driver {
	NTPQ_DRIVER_LOCAL = 1,
	NTPQ_DRIVER_NMEA = 20,
	NTPQ_DRIVER_PPS = 22,
	NTPQ_DRIVER_SHM = 28,
	NTPQ_DRIVER_GPSD = 46,
};

/* A row of `ntpq -p`. */
struct ntpq_peer {
	char tally;		/* one of " x.-+#*o" */
	char type;		/* l: a clock of this machine; a digit: NTS cookies; u, p, ... */
	char remote[64];	/* of an address that did not fit, its beginning */
	char refid[20];		/* without the dots around a name */
	/* 127.127.DRIVER.UNIT or NAME(UNIT); the driver of an unknown name is absent */
	bool is_clock;
	struct fact driver, unit;
	struct fact stratum;
	struct fact when_s;	/* since it was heard last; absent: never */
	struct fact poll_s;
	struct fact reach;	/* of the last eight polls, the newest in bit 0 */
	struct fact delay_ns, offset_ns, jitter_ns;
};

struct ntpq_peers {
	enum said said;
	char error[SAID_ERROR_MAX];
	size_t n, n_lost;	/* those that had no room */
	struct ntpq_peer peers[NTPQ_PEERS_MAX];
};

/* `ntpq -pn`, -p, -pw, -pu */
void ntpq_read_peers(const char *text, size_t len, struct ntpq_peers *out);

/* The clock of this machine with this driver and unit; NULL: ntpd does not have it. */
const struct ntpq_peer *ntpq_find_clock(const struct ntpq_peers *p, int driver, int unit);

/* `ntpq -c rv`: the system. */
struct ntpq_system {
	enum said said;
	char error[SAID_ERROR_MAX];
	char version[80];
};

void ntpq_read_system(const char *text, size_t len, struct ntpq_system *out);

/* `ntpq -c "rv ASSOCIATION"`: a source. */
struct ntpq_assoc {
	enum said said;
	char error[SAID_ERROR_MAX];
	struct fact associd;
	char srcadr[64];
	bool is_clock;
	struct fact driver, unit;
};

void ntpq_read_assoc(const char *text, size_t len, struct ntpq_assoc *out);

/* `ntpq -c "cv ASSOCIATION"`, `-c clockvar`: a clock of this machine. */
struct ntpq_clock {
	enum said said;
	char error[SAID_ERROR_MAX];
	char timecode[128];		/* the last sentence: it may hold a position */
	struct fact noreply, badformat, baddata;	/* how often */
	struct fact fudgetime1_ns, fudgetime2_ns;	/* NTPsec leaves out those that are 0 */
	struct fact flags;		/* flag1 to flag4 are bits 0 to 3 */
};

void ntpq_read_clock(const char *text, size_t len, struct ntpq_clock *out);

/* What a tally mark says, in words; NULL: no mark of ntpq's. */
const char *ntpq_tally_words(char tally);

#endif
