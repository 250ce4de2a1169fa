// SPDX-License-Identifier: GPL-2.0-or-later
/* Where the record of changes is. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../words.h"
#include "beneath.h"
#include "changes.h"
#include "changes_inside.h"

/* On OpenWrt /var is a link to /tmp, which forgets at each boot. */
static int find_place(struct changes *c)
{
	char var[PATH_MAX];
	int err = beneath_resolve(c->root, "/var/lib", true, var);

	if (err < 0)
		return err;
	c->is_in_var = !text_begins(var, "/tmp/");
	err = beneath_resolve(c->root, c->is_in_var ? CHANGES_PLACE : CHANGES_PLACE_WITHOUT_VAR,
			      true, c->place);
	return err < 0 ? err : 0;
}

/* Whoever had the lock before us may have taken the directory away: 1. */
static int lock(const struct changes *c, int fd)
{
	const int again = flock(fd, LOCK_EX | LOCK_NB) < 0 ? -errno :
			  beneath_open(c->root, c->place, strlen(c->place));
	struct stat ours, there;
	int is_gone;

	if (again == -ENOENT)
		return 1;
	if (again < 0)
		return again;
	is_gone = fstat(fd, &ours) < 0 || fstat(again, &there) < 0 ||
		  ours.st_ino != there.st_ino || ours.st_dev != there.st_dev;
	close(again);
	return is_gone;
}

int changes_attach(struct changes *c)
{
	int fd, err;

	do {
		fd = beneath_open(c->root, c->place, strlen(c->place));
		if (fd < 0)
			return fd == -ENOENT ? 0 : fd;
		err = lock(c, fd);
		if (err)
			close(fd);
	} while (err > 0);
	if (err)
		return err;
	err = changes_log_load(&c->log, fd);
	if (err)
		close(fd);
	else
		c->dir = fd;
	return err;
}

int changes_open(struct changes **c, const char *root)
{
	struct changes *new = calloc(1, sizeof(*new));
	int err = 0;

	*c = NULL;
	if (!new)
		return -ENOMEM;
	new->dir = new->log.dir = new->log.fd = -1;
	new->root = open(*root ? root : "/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (new->root < 0)
		err = -errno;
	if (!err)
		err = find_place(new);
	if (!err)
		err = changes_attach(new);
	new->is_open = !err;
	if (err)
		changes_close(new);
	else
		*c = new;
	return err;
}

/* /var/lib/gpsppsctl has other things, too: it goes when it is empty. */
static void remove_parent(const struct changes *c)
{
	char path[PATH_MAX];
	const char *name;
	int parent;

	if (!c->is_in_var)
		return;
	strcpy(path, c->place);
	*strrchr(path, '/') = '\0';
	parent = beneath_parent(c->root, path, &name);
	if (parent < 0)
		return;
	unlinkat(parent, name, AT_REMOVEDIR);
	close(parent);
}

/* A change that came to nothing leaves no record, nor one that was killed before it had any. */
void changes_close(struct changes *c)
{
	if (!c)
		return;
	if (c->dir >= 0 && !c->log.n)
		changes_remove_place(c);
	else if (c->dir < 0 && c->is_open)
		remove_parent(c);
	changes_log_free(&c->log);
	if (c->dir >= 0)
		close(c->dir);
	if (c->root >= 0)
		close(c->root);
	free(c);
}

int changes_remove_place(struct changes *c)
{
	const char *name;
	int err = c->dir < 0 ? 0 : changes_log_remove(&c->log);
	int parent;

	parent = beneath_parent(c->root, c->place, &name);
	if (!err && parent >= 0 && unlinkat(parent, name, AT_REMOVEDIR) < 0 && errno != ENOENT)
		err = -errno;
	if (parent >= 0) {
		fsync(parent);
		close(parent);
	}
	if (!err)
		remove_parent(c);
	return err;
}
