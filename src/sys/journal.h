/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The journal of a change of a receiver: what is intended, and what was before,
 * on the disk before the first byte is sent, so that a run that is killed, or a
 * machine that loses its power, leaves enough behind to mend it.  One file a port,
 * DIR/receiver-ttyS0; whoever has it open has the receiver for himself (flock).
 */
#ifndef GPSPPSCTL_JOURNAL_H
#define GPSPPSCTL_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define JOURNAL_DIR "/var/lib/gpsppsctl"
#define JOURNAL_NAME_MAX 80

struct journal {
	int fd;				/* -1: not open */
	int dir_fd;
	char name[JOURNAL_NAME_MAX];	/* in dir_fd: "receiver-ttyS0" */
	bool has_text;			/* of a change that has not ended */
	bool read_only;			/* found, and not ours to write */
};

/*
 * Open the journal of "ttyS0", and make it and its directory where they are not
 * there.  0; -EWOULDBLOCK when somebody else works on this receiver; -errno.
 */
int journal_open(struct journal *j, const char *dir, const char *tty);

/* The same where one is there already; -ENOENT otherwise.  It may be readable only. */
int journal_open_found(struct journal *j, const char *dir, const char *tty);

/* What it says, 0 bytes when nothing is under way; -EFBIG when it is longer than size. */
ssize_t journal_read(struct journal *j, char *buf, size_t size);

/* Whole, synced, its name as well; or -errno, and then it is empty. */
int journal_write(struct journal *j, const char *text, size_t len);

/* The change has ended: nothing is left of it. */
int journal_clear(struct journal *j);

/* Keep what cannot be understood as NAME.bad, and begin an empty one.  0 or -errno. */
int journal_set_aside(struct journal *j);

/* An empty one goes with it. */
void journal_close(struct journal *j);

#endif
