/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table of units, /etc/gpsppsctl.conf: a line a unit,
 *
 *     # unit  port        options
 *     0       /dev/ttyS0  baud=4800 restart=ntpsec.service
 *
 * Pure: text in, units out.  The port is kept as written (a name, a path, a
 * /dev/serial link); whoever uses it resolves it.
 */
#ifndef GPSPPSCTL_UNITTAB_H
#define GPSPPSCTL_UNITTAB_H

#include <stddef.h>

#define UNITTAB_PATH "/etc/gpsppsctl.conf"
#define UNIT_MAX 255		/* ntp's 127.127.20.u and /dev/gpsN */
#define UNITS_MAX 64		/* lines; the kernel itself stops at 16 PPS sources */
#define UNIT_PORT_MAX 128
#define UNIT_RESTART_MAX 128

struct unit {
	unsigned int unit;	/* N of /dev/gpsN and /dev/gpsppsN */
	char port[UNIT_PORT_MAX];
	unsigned int baud;	/* bits a second; 0 when the line does not say */
	/* systemd units that a new ppsN makes useless until restarted, comma separated, or "" */
	char restart[UNIT_RESTART_MAX];
	unsigned int line;	/* of the table, from 1 */
};

struct unittab {
	struct unit units[UNITS_MAX];
	size_t n;
};

/* The first mistake in a table: which line, and what is wrong with it. */
struct unittab_error {
	unsigned int line;
	char reason[96];
};

/*
 * Parse `len` bytes of text.  0, or -EINVAL with *err filled; then `tab` holds
 * the lines before the bad one.
 */
int unittab_parse(const char *text, size_t len, struct unittab *tab,
		  struct unittab_error *err);

#endif
