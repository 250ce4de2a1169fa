/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Assignments of /etc/default/DAEMON, as systemd reads them (EnvironmentFile= in
 * systemd.exec(5)), which is not quite as a shell does: a value without quotes
 * goes on to the end of its line, and so does a '#' behind one.  Pure.
 */
#ifndef GPSPPSCTL_DAEMON_ENVFILE_H
#define GPSPPSCTL_DAEMON_ENVFILE_H

#include <stddef.h>

/*
 * The last value of the variable `name`.  0 with it in buf; -ENOENT when it is not
 * set; -ENOSPC when it does not fit; buf is empty unless it is 0.
 */
int envfile_value(const char *text, size_t len, const char *name, char *buf, size_t size);

/*
 * What a unit's $NAME becomes: words between white space, quotes taken off
 * (systemd.service(5), "Command lines"), appended to args with a NUL behind each.
 * The new length, or -ENOSPC.
 */
int envfile_split(const char *value, char *args, size_t len, size_t size);

#endif
