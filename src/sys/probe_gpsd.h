/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Ask a gpsd on this machine (gpsd_json(5)).  Nothing here takes longer than 1.2 s. */
#ifndef GPSPPSCTL_PROBE_GPSD_H
#define GPSPPSCTL_PROBE_GPSD_H

#include <stddef.h>
#include <stdint.h>

#define GPSD_PORT 2947

/*
 * Ask it for its devices and to tell all it hears; *fd is -1, or another watch that ends.
 * 0 or -errno.  A gpsd that has no receiver open opens them for a client that watches.
 */
int gpsd_watch(int *fd, uint16_t port);
/* What it has told since; the watch ends.  -EBADF without one. */
int gpsd_said(int *fd, char *buf, size_t size);
/* Its devices alone. */
int gpsd_devices(uint16_t port, char *buf, size_t size);

#endif
