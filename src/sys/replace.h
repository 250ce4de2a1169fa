/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Exchange the text of a file so that it is never half there. */
#ifndef GPSPPSCTL_REPLACE_H
#define GPSPPSCTL_REPLACE_H

#include <stddef.h>

/*
 * The file at `path` (a link is followed) has this text from now on, its mode and
 * owner stay; a file that is not there is made, with mode 0644.  Written beside
 * it, synced, and renamed; into a device or a pipe it is just written.  0 or -errno.
 */
int replace_file(const char *path, const char *text, size_t len);

/* All of the bytes; 0 or -errno. */
int write_all(int fd, const char *text, size_t len);

#endif
