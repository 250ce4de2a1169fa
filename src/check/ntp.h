/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the checks of ntpd's configuration and state share: the port's clocks, lines to write. */
#ifndef GPSPPSCTL_CHECK_NTP_H
#define GPSPPSCTL_CHECK_NTP_H

#include "../daemon/daemon.h"
#include "check.h"

/* The ntpd (of either kind) that runs and has this port configured. */
struct ntp_view {
	const struct daemon *d;
	const struct daemon_clock *clock;	/* with the sentences; else the pulse alone */
	const struct daemon_clock *pulse;	/* with the pulse: the same, another, or NULL */
	struct ntpd_unit unit;			/* settings of clock ... */
	struct ntpd_unit pulse_unit;		/* ... and of pulse, when there is one */
};

/* False when ntpd has nothing to do with this port, or gets it from gpsd. */
bool ntp_find(const struct port_facts *f, struct ntp_view *v);
/* The same, and the clock reads the port's sentences. */
bool ntp_find_nmea(const struct port_facts *f, struct ntp_view *v);

/* The port's unit, by the table of units or by the link's name. */
struct fact ntp_unit_of(const struct port_facts *f);
/* The ntpd that runs and has this port, or may have been meant to, from *i on; NULL: no more. */
const struct daemon *ntp_next(const struct port_facts *f, size_t *i);

/* "NTPsec" or "ntpd" */
const char *ntp_name(const struct daemon *d);

/* What it said of this clock when it was asked, or NULL. */
const struct ntpq_peer *ntp_peer(const struct daemon *d, const struct daemon_clock *c);
const struct ntpq_clock *ntp_said(const struct daemon *d, const struct daemon_clock *c);

/*
 * A flag or a time as it is in effect: by its own word, else by the configuration.  The
 * two differ when the file was changed since it started.
 */
int64_t ntp_in_effect(const struct daemon *d, const struct daemon_clock *c,
		      const struct ntpd_unit *u, enum ntpd_option option);

/* A pulse disciplines the clock, of whatever receiver: `o`. */
bool ntp_follows_pulse(const struct daemon *d);
/* It is this port's. */
bool ntp_uses_pulse(const struct ntp_view *v);
/* Since the daemon's start; 0 when that is not known. */
int64_t ntp_age_s(const struct port_facts *f, const struct daemon *d);
/* Nothing was heard of the clock in several polls. */
bool ntp_is_unreached(const struct port_facts *f, const struct ntp_view *v);
/* The port has the speed that an ntpd was told to set: whether that is right is daemon.speed's. */
bool ntp_sets_speed(const struct port_facts *f);

/* ---- lines ---- */

#define NTP_QUOTE_MAX 280

/* "/etc/ntp.conf:12: fudge 127.127.20.0 flag1 1" */
void ntp_quote(const struct daemon *d, const struct ntpd_place *at, char *buf, size_t size);
/* NTPsec's "refclock nmea unit 0", which takes all options. */
bool ntp_is_refclock(const struct ntpd_place *at);
/* The line that says an option; else the clock's own. */
const struct ntpd_place *ntp_place(const struct ntpd_unit *u, enum ntpd_option option);

/*
 * The fix: the user's own line with this option changed or added, what it belongs to,
 * and the restart.  `value` is NULL for a word without one (prefer).
 */
void ntp_fix(const struct daemon *d, const struct ntpd_unit *u, enum ntpd_option option,
	     const char *value, struct finding *out);
/* The same for a line and a word of it. */
void ntp_fix_word(const struct daemon *d, const struct ntpd_place *at, const char *word,
		  const char *value, struct finding *out);
/* The same for another line to write. */
__attribute__((format(printf, 3, 4)))
void ntp_fix_line(const struct daemon *d, struct finding *out, const char *fmt, ...);

#endif
