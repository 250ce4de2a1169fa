/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a line of a log proves about a receiver and its pulse: of ntpd (classic and
 * NTPsec), chronyd, gpsd, the kernel and systemd.  Pure.
 */
#ifndef GPSPPSCTL_LOGLINE_H
#define GPSPPSCTL_LOGLINE_H

#include <stdbool.h>
#include <stddef.h>

#include "../facts.h"

enum log_who {
	LOG_BY_ANY,	/* a line without its program's name */
	LOG_BY_NTPD, LOG_BY_CHRONYD, LOG_BY_GPSD, LOG_BY_KERNEL, LOG_BY_SYSTEMD,
};

enum log_what {
	LOG_NOTHING,		/* no line that is known */

	/* a file, .path, that a daemon could not open: .err says why */
	LOG_PORT_NOT_OPENED,
	LOG_PULSE_NOT_OPENED,
	LOG_PORT_HELD,		/* gpsd: another process has the port */

	/* the pulse */
	LOG_PULSE_NO_SOURCE,	/* no PPS source was opened: ntpd fell back on the port */
	LOG_PULSE_NOT_SET,	/* time_pps_setparams(): EPERM is a missing CAP_SYS_TIME */
	LOG_PULSE_NO_HARDPPS,	/* flag3 on a kernel that cannot: ntpd drops the pulse */
	LOG_PULSE_DROPPED,	/* ntpd gave the pulse up, flag1 or not */
	LOG_PULSE_WRONG_KIND,	/* gpsd: pps-ktimer, a pulse that is none */
	LOG_PULSE_NO_LDISC,	/* gpsd could not set the line discipline */
	LOG_PULSE_NO_KERNEL,	/* gpsd goes on without the kernel's stamps */
	LOG_PULSE_NONE,		/* gpsd waited, and none came */
	LOG_PULSE_NO_SECONDS,	/* gpsd has pulses, and no seconds to number them */
	LOG_PULSE_THREAD_DIED,	/* gpsd watches the pulse no more */
	LOG_PULSE_UNFETCHED,	/* chronyd: time_pps_fetch() failed, the handle is dead */
	LOG_PULSE_OPENED,	/* good: ntpd has it */
	LOG_PULSE_USED,		/* good: gpsd uses the kernel's stamps, ntpd the pulse */

	/* the receiver */
	LOG_PORT_OPENED,	/* good: NTPsec has it, .number is the speed */

	/* configuration */
	LOG_LOCK_UNKNOWN,	/* chronyd: "lock" names no source */
	LOG_LOCK_AGE,		/* chronyd: maxlockage too small */
	LOG_DRIVER_UNKNOWN,	/* chronyd: no such refclock driver, or not built in */
	LOG_CONF_ERROR,		/* a line of the configuration that the daemon does not take */
	LOG_SOCKET_MISSING,	/* gpsd: chronyd's socket was not there when it looked */

	/* the clock */
	LOG_CLOCK_DENIED,	/* no right to set the clock */
	LOG_CLOCK_TOO_FAR,	/* the clock is off by more than ntpd will set: it exits */
	LOG_CLOCK_BUSY,		/* port 123 is not to be had */

	/* who forbids */
	LOG_APPARMOR,		/* .path, .mask: what was asked for; .profile */
	LOG_APPARMOR_CAPABILITY,	/* .path is the capability's name: "sys_time" */
	LOG_SELINUX,
	LOG_LOCKDOWN,

	/* the port and its source, by the kernel */
	LOG_UART_GONE,		/* LSR reads 0xff: there is no UART */
	LOG_UART_BUSY,		/* an interrupt that does not end; .number is the IRQ */
	LOG_INPUT_OVERRUN,	/* nobody reads the port; .number is how many were lost */
	LOG_SOURCE_ADDED,	/* ppsN, .number, belongs to .path */
	LOG_SOURCE_REMOVED,	/* ppsN, .number */

	/* systemd */
	LOG_DEVICE_TIMEOUT,	/* it waited for a device that did not come */
	LOG_NOT_STARTED,	/* a condition of the unit was not met */
};

#define LOG_PATH_MAX 128
#define LOG_MASK_MAX 16
#define LOG_TEXT_MAX 240

struct logline {
	enum log_what what;
	enum log_who who;
	bool good;		/* all is well with it */
	int err;		/* the errno that its text names; 0: none */
	struct fact unit;	/* of the clock that it is about: NMEA(0), /dev/gps0 */
	struct fact number;
	char path[LOG_PATH_MAX];	/* "" when it names none */
	char mask[LOG_MASK_MAX];	/* AppArmor: "r", "wr" */
	char profile[LOG_PATH_MAX];	/* AppArmor */
	char text[LOG_TEXT_MAX];	/* the line, to be quoted: printable, cut */
};

/*
 * With the date, the host and the program's name before it, as syslog and
 * journalctl write them, or without.  False when nothing is known of it: .what is
 * LOG_NOTHING.  A line of a program that is none of these is never believed.
 */
bool logline_read(const char *line, size_t len, struct logline *out);

/* What it proves, in words. */
const char *logline_words(enum log_what what);

#endif
