/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Changes of files that can be taken back: each file as it was is kept below
 * ROOT/var/lib/gpsppsctl/setup, on the disk before the file itself is touched, so
 * that whatever ends us (a signal, a power cut) leaves a state that the next
 * setup completes and `--undo` takes back to the byte: content, mode, owner,
 * links, directories that were not there; of files also their times and extended
 * attributes.  What is on the disk is so for good when a call returns.
 *
 * Where /var is a link to /tmp (OpenWrt), which a boot empties, the record is in
 * ROOT/etc/gpsppsctl.setup.
 */
#ifndef GPSPPSCTL_CHANGES_H
#define GPSPPSCTL_CHANGES_H

#define CHANGES_PLACE "/var/lib/gpsppsctl/setup"
#define CHANGES_PLACE_WITHOUT_VAR "/etc/gpsppsctl.setup"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct changes;		/* an open record; one at a time (flock) */

/*
 * `root` is "" or the directory of an image; paths are absolute below it, and
 * never leave it (links in an image are the image's).  A record that is there is
 * continued; one is made, and the lock taken, by the first change: to look changes
 * nothing, but who may not look into the record gets -EACCES.  0; -EWOULDBLOCK: another
 * setup works; -EBADMSG: the record is spoilt; -EPROTONOSUPPORT: a newer program's; -errno.
 */
int changes_open(struct changes **c, const char *root);
void changes_close(struct changes *c);

/*
 * Before what was looked at since changes_open() is acted on: nobody else makes changes from
 * now on.  0; -ESTALE: another setup did since then; -EWOULDBLOCK: does; -errno.
 */
int changes_claim(struct changes *c);

/* Does an earlier setup stand, that could be undone? */
bool changes_any(const struct changes *c);

/*
 * `path` has this text from now on; `mode` is for a new file.  Through a link to what it
 * points to; one that points nowhere is replaced by the file.  Nothing is done when it is
 * so already.  0 or -errno, then it is as before: -EFBIG (1 MB), -EISDIR, -EOPNOTSUPP (a
 * device, a pipe), -EWOULDBLOCK, -ESTALE (somebody changed it in this moment), -ENOSPC ...
 */
int changes_write(struct changes *c, const char *path, const char *text, size_t len, mode_t mode);
/* `path` itself is a link to `target` from now on; there is no `path`, be it a link. */
int changes_symlink(struct changes *c, const char *path, const char *target);
int changes_remove(struct changes *c, const char *path);

/* Is the file as this record's last change left it (so that it is ours to change)? */
bool changes_is_ours(const struct changes *c, const char *path);

/*
 * Take back everything, the last first.  A file that somebody has changed since is
 * left as it is, and told: `left` gets its path, once each, or with the -errno why it cannot be
 * put back; the rest goes on.  The record is gone when nothing is left of it, else it has what
 * is left.  It can be cut off, and run again.  0; 1 when files were left; -errno.
 */
int changes_undo(struct changes *c, void (*left)(void *ctx, const char *path, int err), void *ctx);

/* Each path that the record has, without links, in the order of the changes; no directories. */
void changes_each(const struct changes *c, void (*each)(void *ctx, const char *path), void *ctx);

#endif
