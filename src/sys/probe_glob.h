/* SPDX-License-Identifier: GPL-2.0-or-later */
/* glob(7) by a probe. */
#ifndef GPSPPSCTL_PROBE_GLOB_H
#define GPSPPSCTL_PROBE_GLOB_H

#include "probe.h"

/*
 * The paths that match the pattern (a whole path), sorted by their bytes, as glob(3)
 * has them; one without wildcards is handed back as it is, whether it is there or not
 * (GLOB_NOMAGIC).  Each directory that is listed takes one from *budget; below 0 it is
 * -E2BIG.  Returns their number or -errno, also when a directory cannot be listed, or is
 * missing before the first wildcard (glibc's GLOB_ERR); the caller frees them with
 * probe_free_names().
 */
int probe_glob(struct probe *p, const char *pattern, int *budget, char ***paths);

#endif
