/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Give up capabilities: what is not needed any more cannot be misused. */
#ifndef GPSPPSCTL_CAPABILITIES_H
#define GPSPPSCTL_CAPABILITIES_H

#include <stdbool.h>
#include <stdint.h>

#define CAPABILITY(c) (1ull << (c))

/*
 * Keep only these (bits: CAPABILITY(CAP_SYS_TIME) ...) of what there is, also in the
 * bounding set, none inheritable, and no_new_privs.  What cannot be given up (in a
 * container, below a seccomp filter) stays: it never fails.  It is the calling thread's
 * doing alone, and of those that it starts later: before the first one, then.
 */
void capabilities_keep(uint64_t keep);

/* This one is in effect. */
bool capabilities_has(unsigned int capability);

#endif
