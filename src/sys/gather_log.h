/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Ask the probe for the lines of the logs that are known (daemon/logline.h). */
#ifndef GPSPPSCTL_GATHER_LOG_H
#define GPSPPSCTL_GATHER_LOG_H

#include "../daemon/daemon.h"
#include "probe.h"

/* `text`: room for PROBE_TAPE_MAX. */
void gather_log(struct probe *p, struct daemon *d, char *text);
/* The kernel's lines, and systemd's. */
void gather_kernel_log(struct probe *p, struct daemon_list *list, char *text);

#endif
