/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's own use of a source (PPS_KC_BIND, drivers/pps/pps.c and kc.c).  It takes one
 * source; the binding ends with the source or by consumer_unbind(), not with the descriptor
 * by which it was made.  libc only: the holder has it, too.
 */
#ifndef GPSPPSCTL_CONSUMER_H
#define GPSPPSCTL_CONSUMER_H

#include "../measure.h"

/*
 * Of "pps0".  0 or -errno.  -EPERM: without CAP_SYS_TIME; -EOPNOTSUPP: the kernel has no
 * CONFIG_NTP_PPS; -EINVAL: another source is bound, or this one captures no such edge.
 */
int consumer_bind(const char *pps, enum pulse_edge edge);

/* The same; -EINVAL: this one is not bound. */
int consumer_unbind(const char *pps);

#endif
