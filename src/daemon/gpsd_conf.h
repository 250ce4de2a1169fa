/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What gpsd is told when it starts: gpsd(8), main() of gpsd 3.22 to 3.25, and
 * the units that distributions start it with.  Pure: texts in, a struct out.
 */
#ifndef GPSPPSCTL_DAEMON_GPSD_CONF_H
#define GPSPPSCTL_DAEMON_GPSD_CONF_H

#include <stdbool.h>
#include <stddef.h>

#define GPSD_DEVICES_MAX 8	/* gpsd stops at more than 4 (3.22) or 6 (3.25) */
#define GPSD_PATH_MAX 128
#define GPSD_ARGS_MAX 2048

enum gpsd_device_kind {
	GPSD_TTY,		/* or a link to one: see the text */
	GPSD_PPS,		/* /dev/ppsN: only a pulse */
	GPSD_NETWORK,		/* tcp://, ntrip://, nmea2000://, ... */
};

struct gpsd_device {
	/* As written: gpsd looks for its pulse, and names chrony's sockets, by this text. */
	char text[GPSD_PATH_MAX];
	enum gpsd_device_kind kind;
};

enum gpsd_wrong {
	GPSD_OK,
	GPSD_OPTION,		/* it prints its help and ends */
	GPSD_SPEED,		/* -s, which it refuses */
	GPSD_FRAMING,		/* -f, which it refuses */
	GPSD_COMMENT,		/* a '#' behind a value: for systemd it belongs to the value */
	GPSD_CUT,		/* more, or longer, than is kept here */
};

struct gpsd_conf {
	struct gpsd_device devices[GPSD_DEVICES_MAX];
	size_t n_devices;
	bool nowait;		/* -n: it opens its devices without a client */
	bool readonly;		/* -b: it writes nothing to a receiver */
	bool passive;		/* -p: it does not configure one by itself */
	bool foreground;	/* -N */
	bool any_address;	/* -G */
	bool bad_time;		/* -r: the time of a receiver without a fix, too */
	unsigned int speed;	/* -s, bits a second; 0: it hunts for it */
	char framing[4];	/* -f: "8N1", or "" */
	int debug;		/* -D */
	char socket[GPSD_PATH_MAX];	/* -F, or "" */
	char port[GPSD_PATH_MAX];	/* -S, or "": 2947 */
	enum gpsd_wrong wrong;	/* the first thing */
	char wrong_text[GPSD_PATH_MAX];	/* the argument, printable */
};

/* From the text of /proc/PID/cmdline: a NUL behind each argument. */
void gpsd_cmdline_parse(const char *text, size_t len, struct gpsd_conf *conf);

/* What else /etc/default/gpsd says. */
struct gpsd_defaults {
	bool usbauto;		/* USBAUTO is "true": receivers on USB are added by udev */
	bool has_start_daemon;	/* only old init scripts, and OpenWrt's, look at it */
	bool start_daemon;	/* START_DAEMON is "true" */
};

/*
 * From /etc/default/gpsd: the command line that gpsd.service makes of it,
 * "gpsd $GPSD_OPTIONS $OPTIONS $DEVICES".
 */
void gpsd_defaults_parse(const char *text, size_t len, struct gpsd_conf *conf,
			 struct gpsd_defaults *defaults);

/* "ttyS0" of "/dev/ttyS0", as in gpsd's /run/chrony.ttyS0.sock (a link's own name for a link). */
const char *gpsd_device_name(const struct gpsd_device *device);

#endif
