/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a name in a directory is: nothing, a file or a link; and making it so at once. */
#ifndef GPSPPSCTL_CHANGES_STATE_H
#define GPSPPSCTL_CHANGES_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define STATE_SIZE_MAX (1 << 20)	/* no configuration file is that big */

/* The new file is written beside the old: no program that reads a directory of fragments
   takes a name like this for one.  Always this, so that one left behind is found. */
#define STATE_TEMP ".gpsppsctl-new"

#define STATE_ANY_ID ((uid_t)-1)	/* whose ever */

struct state {
	enum { STATE_ABSENT, STATE_FILE, STATE_LINK } is;
	size_t size;		/* of a file */
	uint64_t hash;		/* of a file's text */
	char *target;		/* of a link; malloced */
	mode_t mode;		/* of a file */
	uid_t uid;
	gid_t gid;
};

/*
 * `text`, when not NULL, gets a file's text, malloced with a NUL behind it.  0; -EISDIR,
 * -EOPNOTSUPP (a device, a pipe), -EFBIG, -ENOMEM, -errno: then there is nothing to free.
 */
int state_look(int dir, const char *name, struct state *s, char **text);
void state_free(struct state *s);

bool state_same_content(const struct state *a, const struct state *b);
bool state_same(const struct state *a, const struct state *b);

/* A file of this text. */
struct state state_of_text(const char *text, size_t len, mode_t mode, uid_t uid, gid_t gid);

/*
 * Make the name, which is `was`, what `s` says; a file gets the text and, from the file `like`
 * (-1: none), what else belongs to a file: its extended attributes and, `times`, when it was
 * changed.  Whatever ends us, it is as before or as wanted, and a STATE_TEMP may stand beside it.
 * On the disk when it returns.  0 or -errno, then it is as before: -ESTALE, it is not as it was.
 */
struct state_like {
	int fd;
	bool times;
};
int state_put(int dir, const char *name, const struct state *was, const struct state *s,
	      const char *text, struct state_like like);

/* The same for a file that nobody reads yet: a plain new one, synced, the directory not. */
int state_write(int dir, const char *name, const struct state *s, const char *text,
		struct state_like like);

#endif
