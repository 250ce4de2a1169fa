/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Between the parts of changes.h. */
#ifndef GPSPPSCTL_CHANGES_INSIDE_H
#define GPSPPSCTL_CHANGES_INSIDE_H

#include <limits.h>
#include <stdbool.h>

#include "changes_log.h"

struct changes {
	int root;
	int dir;			/* the record's, locked; -1: there is none (yet) */
	bool is_swept;
	char place[PATH_MAX];		/* its path, resolved */
	bool is_open;			/* nobody else has it */
	bool is_in_var;
	struct changes_log log;
};

/* Where a text written to the path goes: 0 or -errno. */
int changes_resolve_file(const struct changes *c, const char *path, char real[PATH_MAX]);

/* The record's directory, if there is one: locked, read.  0 or -errno. */
int changes_attach(struct changes *c);
/* It goes, with all that is in it. */
int changes_remove_place(struct changes *c);
/* What a change that was cut off left beside its file goes. */
void changes_sweep(struct changes *c);
/* The directories above the path that we made, as far as nothing is in them. */
void changes_drop_dirs(const struct changes *c, const char *real);

#endif
