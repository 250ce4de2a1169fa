// SPDX-License-Identifier: GPL-2.0-or-later
/* A directory of our own. */
#include "workdir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define WORKDIR_NAME ".gpsppsctl.XXXXXX"

static int join(char path[PATH_MAX], const char *dir, const char *name)
{
	const int n = snprintf(path, PATH_MAX, "%s/%s", dir, name);

	return n < 0 || n >= PATH_MAX ? -ENAMETOOLONG : 0;
}

int workdir_make(struct workdir *w, const char *parent)
{
	const int err = join(w->path, parent, WORKDIR_NAME);

	if (err)
		return err;
	return mkdtemp(w->path) ? 0 : -errno;
}

FILE *workdir_open(const struct workdir *w, const char *name, const char *mode)
{
	char path[PATH_MAX];
	const int err = join(path, w->path, name);

	if (err) {
		errno = -err;
		return NULL;
	}
	return fopen(path, mode);
}

/* Each file in it; the first error ends it. */
static int for_each(const struct workdir *w,
		    int (*act)(int dir, const char *name, const void *with), const void *with)
{
	DIR *d = opendir(w->path);
	const struct dirent *e;
	int err = 0;

	if (!d)
		return -errno;
	while (!err && (e = readdir(d)))
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
			err = act(dirfd(d), e->d_name, with);
	closedir(d);
	return err;
}

static int give(int dir, const char *name, const void *with)
{
	const int *to = with;

	return renameat(dir, name, *to, name) < 0 ? -errno : 0;
}

int workdir_give(const struct workdir *w, const char *parent)
{
	int to = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int err;

	if (to < 0)
		return -errno;
	err = for_each(w, give, &to);
	close(to);
	return err;
}

static int drop(int dir, const char *name, const void *with)
{
	(void)with;
	unlinkat(dir, name, 0);
	return 0;
}

void workdir_remove(const struct workdir *w)
{
	for_each(w, drop, NULL);
	rmdir(w->path);
}
