/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A directory of our own: in it files are made that others shall only see when they are whole. */
#ifndef GPSPPSCTL_WORKDIR_H
#define GPSPPSCTL_WORKDIR_H

#include <limits.h>
#include <stdio.h>

struct workdir {
	char path[PATH_MAX];
};

/* Make one in `parent`, mode 0700.  0 or -errno. */
int workdir_make(struct workdir *w, const char *parent);

/* fopen() of a file in it; NULL and errno. */
FILE *workdir_open(const struct workdir *w, const char *name, const char *mode);

/* Give its files to `parent`, where one of the same name is replaced.  0 or -errno. */
int workdir_give(const struct workdir *w, const char *parent);

/* Remove it with all files that are in it yet. */
void workdir_remove(const struct workdir *w);

#endif
