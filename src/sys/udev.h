/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * udev, where it runs with our rules: they make the links and permissions.
 * A port that is not in the table gets a line in a file of its own, which
 * "gpsppsctl udev" reads beside the table, for as long as it is attached.
 */
#ifndef GPSPPSCTL_UDEV_H
#define GPSPPSCTL_UDEV_H

#include <stdbool.h>

#define UDEV_UNITS_DIR "/run/gpsppsctl/units.d"

/* Does udev run, with a gpsppsctl.rules in one of its directories? */
bool udev_makes_links(void);

/* Write or take away the line of "ttyS0".  0 or -errno; no such line is 0. */
int udev_unit_write(const char *tty, unsigned int unit, unsigned int baud);
int udev_unit_remove(const char *tty);

/* Let udev look at the port once more (a "change" uevent).  0 or -errno. */
int udev_trigger(const char *tty);

#endif
