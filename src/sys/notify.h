/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sd_notify(3) without the library: it is one datagram. */
#ifndef GPSPPSCTL_NOTIFY_H
#define GPSPPSCTL_NOTIFY_H

#include <stdbool.h>

/* Does a service manager wait for a word of ours ($NOTIFY_SOCKET)? */
bool notify_wanted(void);

/*
 * Send "READY=1\nSTATUS=...".  0, also when nobody wants it; -errno.  Never
 * waits for the other side.
 */
int notify_send(const char *state);

#endif
