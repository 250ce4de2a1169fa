/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Paths in a tree that is not ours to leave: what a link in an image says is meant
 * inside the image.  openat2(RESOLVE_IN_ROOT) would do, but does not tell the path
 * without links that it found, and kernels before 5.6 do not have it.
 */
#ifndef GPSPPSCTL_BENEATH_H
#define GPSPPSCTL_BENEATH_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * The path without links and dots, `root` a directory; the last link of it is followed
 * only if `follow`.  0; 1: nothing is there (yet), be it for missing directories;
 * -ELOOP, -ENOTDIR, -ENAMETOOLONG, -EINVAL (it is not absolute, or names no file), -errno.
 */
int beneath_resolve(int root, const char *path, bool follow, char real[PATH_MAX]);

/* The directory of a resolved path's first `len` bytes, or the one that the path's last name
   is in: a descriptor or -errno.  A link that came since is not followed: -ENOTDIR. */
int beneath_open(int root, const char *real, size_t len);
int beneath_parent(int root, const char *real, const char **name);

/*
 * Make the directories that are missing above the resolved path, 0755, each synced;
 * `before` is told of each before it is made, and can refuse by -errno.  0 or -errno.
 */
int beneath_make(int root, const char *real, int (*before)(void *ctx, const char *dir), void *ctx);

#endif
