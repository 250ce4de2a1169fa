/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The record of changes: a text file that only grows, each line synced before what it
 * announces is done.
 *
 *   CHECK gpsppsctl setup 1
 *   CHECK dir PATH				we make this directory
 *   CHECK file N MODE UID GID SIZE HASH PATH	change N is of a file, kept as N beside the record
 *   CHECK link N UID GID TARGET PATH		... of a link
 *   CHECK none N PATH				... of nothing
 *   CHECK wrote N SIZE HASH			we make it a file of this text
 *   CHECK linked N TARGET			... a link
 *   CHECK removed N				... nothing
 *
 * CHECK is the FNV-1a of the rest of the line in 16 hexadecimal digits; HASH the text's.
 * In paths and targets a byte that is no printable ASCII, a blank and % are %HH.  Paths
 * are absolute below the root, without links.  A last line that is not whole was never
 * acted on.  A path has several changes when somebody else changed it between ours.
 */
#ifndef GPSPPSCTL_CHANGES_LOG_H
#define GPSPPSCTL_CHANGES_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "changes_state.h"

struct change {
	unsigned int number;		/* 0: a directory */
	char *path;
	struct state before;
	struct state *ours;		/* what we made it, or were about to */
	size_t n_ours;
	bool done;			/* taken back; the record still has it */
};

struct changes_log {
	int dir;			/* where it is; not ours to close */
	int fd;				/* -1: not opened for writing yet */
	off_t len;			/* of its whole lines */
	struct change *changes;
	size_t n;
};

/* 0, also when there is none; -EBADMSG: it makes no sense; -EPROTONOSUPPORT: another
   version's; -errno. */
int changes_log_load(struct changes_log *l, int dir);
void changes_log_free(struct changes_log *l);

/* Each is on the disk when it returns 0; else -errno, and nothing is noted. */
int changes_log_dir(struct changes_log *l, const char *path);
int changes_log_before(struct changes_log *l, const char *path, unsigned int number,
		       const struct state *s);
int changes_log_ours(struct changes_log *l, unsigned int number, const struct state *s);

/* What is done leaves the record, all at once.  0 or -errno. */
int changes_log_drop_done(struct changes_log *l);

/* The record and all that is kept beside it go, the record first.  0 or -errno. */
int changes_log_remove(struct changes_log *l);

/* The newest change of the path; NULL. */
struct change *changes_log_find(const struct changes_log *l, const char *path);
unsigned int changes_log_next_number(const struct changes_log *l);

/* Is it one of those that we made it? */
bool change_is_ours(const struct change *c, const struct state *s);

#endif
