/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A record on disk: what a run asked and was answered, in small files that a
 * person can read and edit.
 *
 *   VERSION          "gpsppsctl recording 1"
 *   NOTE             for people
 *   INSTANT/KEY      the answer at an instant; 0, 1, 2 ...: probe_sleep_ms() makes
 *                    the next.  An answer ends with a line end that is not part of
 *                    it; "! ENOENT" is a refusal.  An answer that itself begins with
 *                    "!" or "\" has a "\" before it
 *   INSTANT/KEY~3    the third answer in one instant, when it differs from the second
 *
 * In KEY "/" is "@"; what is not a letter, a digit or one of . : _ - + , = is %HH.
 * A key too long for a file name is cut and has ~~HASH behind it.  A file that is
 * not there in an instant stands unchanged from the newest one before.  Beside the
 * probe's keys there are list:DIR (a name a line), now (CLOCK_MONOTONIC in ns) and
 * run: (how the command was called).
 */
#ifndef GPSPPSCTL_RECORD_H
#define GPSPPSCTL_RECORD_H

#include <stddef.h>

#define RECORD_VERSION "gpsppsctl recording 1"
#define RECORD_NAME_MAX 256

/* The file's name of the nth answer (from 1) to a key. */
void record_name(const char *key, unsigned int nth, char *name, size_t size);

/*
 * Write an answer (n bytes of text, or a refusal when n is -errno) to path below
 * the directory.  0 or -errno.
 */
int record_write(int dir, const char *path, const char *text, int n);

/*
 * Read it: the answer's length (cut to size - 1) or its refusal goes to *n.  0;
 * -ENOENT: no such file; -EBADMSG: it makes no sense; another -errno.
 */
int record_read(int dir, const char *path, char *buf, size_t size, int *n);

#endif
