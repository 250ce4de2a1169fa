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

/*
 * Write the line of "ttyS0", for what it is for (enum unit_role: bits), and let udev
 * look at the port once more (a "change" uevent).  0 or -errno.
 */
int udev_announce(const char *tty, unsigned int unit, unsigned int role, unsigned int baud);

/*
 * Take the line away again, and wait a moment until udev has taken the link
 * ("/dev/gps0").  Nothing to do is no error, and there is none to act upon.
 */
void udev_forget(const char *tty, const char *link);

#endif
