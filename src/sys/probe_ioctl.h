/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the live probe asks of an open port or PPS device, as the probe's text. */
#ifndef GPSPPSCTL_PROBE_IOCTL_H
#define GPSPPSCTL_PROBE_IOCTL_H

#include <stddef.h>

/* `what` is "ldisc", "termios", "icount" or "exclusive".  The text's length, or -errno. */
int probe_ioctl_tty(int fd, const char *what, char *buf, size_t size);
/* The parameters of a PPS device, by PPS_GETPARAMS: needs no right but the open. */
int probe_ioctl_pps(int fd, char *buf, size_t size);

#endif
