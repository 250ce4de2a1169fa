/* SPDX-License-Identifier: GPL-2.0-or-later */
/* systemd, where it is the init of the machine. */
#ifndef GPSPPSCTL_SYSTEMD_H
#define GPSPPSCTL_SYSTEMD_H

/*
 * systemctl try-restart of the units in a comma-separated list, without waiting
 * for their restart: what does not run stays stopped.  0, also where systemd is
 * not the init; -errno, or -EIO when systemctl refused.
 */
int systemd_try_restart(const char *units);

#endif
