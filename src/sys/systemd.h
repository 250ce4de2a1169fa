/* SPDX-License-Identifier: GPL-2.0-or-later */
/* systemd, where it is the init of the machine. */
#ifndef GPSPPSCTL_SYSTEMD_H
#define GPSPPSCTL_SYSTEMD_H

#include <stdbool.h>

#define SYSTEMD_UNITS_MAX 128	/* the length of a comma-separated list of units */

/* sd_booted(3) */
bool systemd_is_booted(void);

/*
 * In a child: become systemctl VERB (such as "try-restart", "start") of the units in a
 * comma-separated list, without waiting for them.  Ends the child when it cannot.
 */
__attribute__((noreturn))
void systemd_become(const char *verb, const char *units);

/*
 * systemctl try-restart of the units in a comma-separated list, without waiting
 * for their restart: what does not run stays stopped.  0, also where systemd is
 * not the init; -errno, or -EIO when systemctl refused.
 */
int systemd_try_restart(const char *units);

#endif
