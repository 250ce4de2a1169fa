/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Group dialout: who may use serial ports without being root. */
#ifndef GPSPPSCTL_DIALOUT_H
#define GPSPPSCTL_DIALOUT_H

/*
 * Give a file (a socket, a device node) to group dialout, mode 0660.  0, also
 * on a system without that group (then nothing is changed); -errno.
 */
int dialout_share(const char *path);

/* Only if nobody has decided about it: root's alone, as devtmpfs makes a node. */
int dialout_share_kernels(const char *path);

#endif
