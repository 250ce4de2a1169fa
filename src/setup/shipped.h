/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What package managers say of a configuration file.  Pure: their texts in, the answer out. */
#ifndef GPSPPSCTL_SETUP_SHIPPED_H
#define GPSPPSCTL_SETUP_SHIPPED_H

#include <stdbool.h>

#define SHIPPED_HASH_MAX 64	/* of SHA-256, in hexadecimal */

/*
 * The hash with which the file was shipped, in small letters: among the conffiles of dpkg's
 * and opkg's status (lines of " PATH HASH", deb-conffiles(5), dpkg-query(1)), and in ucf's
 * hashfile ("HASH  PATH").  MD5 has 32 digits, SHA-256 (opkg) 64.  False: they do not know
 * the file.
 */
bool shipped_conffile(const char *text, const char *path, char hash[SHIPPED_HASH_MAX + 1]);
bool shipped_ucf(const char *text, const char *path, char hash[SHIPPED_HASH_MAX + 1]);

/*
 * What `rpm -Vf PATH` prints: nothing of files that are as they were shipped.  1: it is as
 * shipped, 0: it is not, -1: rpm does not know it, or could not tell.
 */
int shipped_rpm(const char *text, const char *path);

#endif
