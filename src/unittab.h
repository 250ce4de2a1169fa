/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table of units, /etc/gpsppsctl.conf: a line a unit,
 *
 *     # unit  port        options
 *     0       /dev/ttyS0  baud=4800 restart=ntpsec.service bind=assert
 *     1       ttyUSB0     pulse=ttyS1
 *     2       -           pulse=pps-gpio.-1
 *     3       ttyS3       holder=none
 *
 * The pulse of a unit is DCD of its port, of another port, a source that the
 * kernel has by itself (a GPIO, a card), or there is none; the port "-" is a
 * pulse without sentences.  Pure: text in, units out.  Ports are kept as written
 * (a name, a path, a /dev/serial link); whoever uses them resolves them.
 */
#ifndef GPSPPSCTL_UNITTAB_H
#define GPSPPSCTL_UNITTAB_H

#include <stdbool.h>
#include <stddef.h>

#define UNITTAB_PATH "/etc/gpsppsctl.conf"
#define UNIT_MAX 255		/* ntp's 127.127.20.u and /dev/gpsN */
#define UNITS_MAX 64		/* lines; the kernel itself stops at 16 PPS sources */
#define UNIT_PORT_MAX 128
#define UNIT_RESTART_MAX 128
#define UNIT_PATH_MAX 128
#define WAKEUP_LATENCY_MAX_US 1000000

/* Where the pulse of a unit comes from. */
enum unit_source {
	SOURCE_OWN,		/* DCD of its port */
	SOURCE_NONE,		/* pulse=none */
	SOURCE_PORT,		/* pulse=PORT: DCD of another port */
	SOURCE_NAMED,		/* pulse=NAME: the source with this name in sysfs */
};

/* What a port is for, by its line: bits. */
enum unit_role {
	ROLE_SENTENCES = 1,
	ROLE_PULSE = 2,
};

/* The edge by which the kernel's clock uses the pulse itself; as enum pulse_edge (measure.h). */
enum unit_bind { BIND_NONE, BIND_ASSERT, BIND_CLEAR };

struct unit {
	unsigned int unit;	/* N of /dev/gpsN and /dev/gpsppsN */
	char port[UNIT_PORT_MAX];	/* "-": nobody sends sentences */
	char pulse[UNIT_PORT_MAX];	/* of pulse=, or "": the port's DCD */
	unsigned int baud;	/* bits a second; 0 when the line does not say */
	/* systemd units that a new ppsN makes useless until restarted, comma separated, or "" */
	char restart[UNIT_RESTART_MAX];
	/* systemd units to start when the pulse is lost, and when it is back; as restart */
	char on_lost[UNIT_RESTART_MAX], on_back[UNIT_RESTART_MAX];
	char metrics[UNIT_PATH_MAX];	/* a file for Prometheus, or "" */
	long wakeup_latency_us;		/* -1 when the line does not say */
	enum unit_bind bind;
	bool no_holder;		/* holder=none: another program (gpsd) attaches the port */
	unsigned int line;	/* of the table, from 1 */
};

struct unittab {
	struct unit units[UNITS_MAX];
	size_t n;
};

/* The first mistake in a table: which line, and what is wrong with it. */
struct unittab_error {
	unsigned int line;
	char reason[112];
};

/*
 * Parse `len` bytes of text.  0, or -EINVAL with *err filled; then `tab` holds
 * the lines before the bad one.
 */
int unittab_parse(const char *text, size_t len, struct unittab *tab,
		  struct unittab_error *err);

enum unit_source unit_source(const struct unit *u);
/* Does the line name a port for sentences? */
bool unit_has_port(const struct unit *u);

/* The line whose pulse is the source with this name in sysfs, or NULL. */
const struct unit *unittab_find_source(const struct unittab *tab, const char *name);

/* "ttyS0" of "/dev/ttyS0"; any other name is its own. */
const char *unit_port_name(const char *port);

#endif
