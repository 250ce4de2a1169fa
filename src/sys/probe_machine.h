/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The live probe's keys about the machine as a whole and about our holders, as
 * probe.h says them.  The text's length, or -errno.
 */
#ifndef GPSPPSCTL_PROBE_MACHINE_H
#define GPSPPSCTL_PROBE_MACHINE_H

#include "probe.h"

/* These two look into files, which `p` finds. */
int machine_kconfig(struct probe *p, const char *name, char *buf, size_t size);
int machine_environ(struct probe *p, const char *pid_and_name, char *buf, size_t size);

/* These ask the running machine, wherever p's root is. */
int machine_adjtimex(char *buf, size_t size);
int machine_wakeup(char *buf, size_t size);
int machine_holder(const char *tty, char *buf, size_t size);

#endif
