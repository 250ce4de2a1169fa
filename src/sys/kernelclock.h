/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel's clock, by adjtimex(2).  Nothing here steps it. */
#ifndef GPSPPSCTL_SYS_KERNELCLOCK_H
#define GPSPPSCTL_SYS_KERNELCLOCK_H

#include "../kernelclock.h"

/* Changes nothing and needs no right.  0 or -errno. */
int kernelclock_read(struct kernelclock *c);

/* Microseconds between two ticks of USER_HZ; needs CAP_SYS_TIME.  0 or -errno. */
int kernelclock_set_tick(long tick_us);

/* What the kernel takes for it here. */
void kernelclock_tick_range(long *min_us, long *max_us);

#endif
