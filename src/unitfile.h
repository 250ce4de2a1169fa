/* SPDX-License-Identifier: GPL-2.0-or-later */
/* systemd's unit files and drop-ins: what a unit waits for.  Pure. */
#ifndef GPSPPSCTL_UNITFILE_H
#define GPSPPSCTL_UNITFILE_H

#include <stddef.h>

#include "systemfacts.h"

/* Add what a file says; `path` is for quoting. */
void unitfile_read(const char *path, const char *text, size_t len, struct service_fact *s);

/* "dev-gpspps0.device" stands in a list of units with blanks between. */
bool unitfile_lists(const char *list, const char *unit);

/*
 * A name that may stand in a command as it is.  One that systemd escaped (\x2d) may not,
 * nor what somebody called a directory below cgroup.
 */
bool unitfile_is_plain(const char *name);

/*
 * The unit that a process belongs to, from the text of /proc/PID/cgroup:
 * "ldattach@ttyS0.service", "session-3.scope".  False: none of systemd's, or no plain name.
 */
bool unitfile_of_cgroup(const char *text, char *buf, size_t size);
/* The same; but a service of the system, which systemctl can restart. */
bool unitfile_service_of_cgroup(const char *text, char *buf, size_t size);

#endif
