// SPDX-License-Identifier: GPL-2.0-or-later
/* The journal of a change of a receiver. */
#include "journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "replace.h"

/* "receiver-pts-3" of "pts/3" */
static int name_of(struct journal *j, const char *tty)
{
	int n = snprintf(j->name, sizeof(j->name), "receiver-%s", tty);

	if (n < 0 || (size_t)n >= sizeof(j->name))
		return -ENAMETOOLONG;
	for (char *p = j->name; *p; p++)
		if (*p == '/')
			*p = '-';
	return 0;
}

/* Between open and lock its owner may have taken it away: 1, then it is to be opened anew. */
static int lock(int dir_fd, const char *name, int fd)
{
	struct stat ours, there;

	if (flock(fd, LOCK_EX | LOCK_NB) < 0)
		return -errno;
	if (fstat(fd, &ours) < 0)
		return -errno;
	if (!S_ISREG(ours.st_mode))
		return -EINVAL;
	return fstatat(dir_fd, name, &there, AT_SYMLINK_NOFOLLOW) < 0 ||
	       ours.st_ino != there.st_ino || ours.st_dev != there.st_dev;
}

static int open_and_lock(int dir_fd, const char *name, int flags)
{
	int fd, err;

	do {
		fd = openat(dir_fd, name, flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0644);
		if (fd < 0)
			return -errno;
		err = lock(dir_fd, name, fd);
		if (err)
			close(fd);
	} while (err > 0);
	return err ? err : fd;
}

static int open_in(struct journal *j, const char *dir, int flags)
{
	struct stat st;
	int err;

	j->dir_fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (j->dir_fd < 0)
		return -errno;
	j->fd = open_and_lock(j->dir_fd, j->name, flags);
	j->read_only = !(flags & O_CREAT) && (j->fd == -EACCES || j->fd == -EROFS);
	if (j->read_only)
		j->fd = open_and_lock(j->dir_fd, j->name, O_RDONLY);
	if (j->fd >= 0) {
		j->has_text = fstat(j->fd, &st) == 0 && st.st_size > 0;
		return 0;
	}
	err = j->fd;
	close(j->dir_fd);
	j->fd = j->dir_fd = -1;
	return err;
}

static int begin(struct journal *j, const char *tty)
{
	*j = (struct journal){ .fd = -1, .dir_fd = -1 };
	return name_of(j, tty);
}

int journal_open(struct journal *j, const char *dir, const char *tty)
{
	int err = begin(j, tty);

	if (!err && mkdir(dir, 0755) < 0 && errno != EEXIST)
		err = -errno;
	return err ? err : open_in(j, dir, O_RDWR | O_CREAT);
}

int journal_open_found(struct journal *j, const char *dir, const char *tty)
{
	int err = begin(j, tty);

	return err ? err : open_in(j, dir, O_RDWR);
}

ssize_t journal_read(struct journal *j, char *buf, size_t size)
{
	size_t n = 0;
	ssize_t got;

	while ((got = pread(j->fd, buf + n, size - n, (off_t)n)) > 0)
		n += (size_t)got;
	if (got < 0)
		return -errno;
	return n == size ? -EFBIG : (ssize_t)n;
}

int journal_clear(struct journal *j)
{
	j->has_text = false;
	return ftruncate(j->fd, 0) < 0 || fsync(j->fd) < 0 ? -errno : 0;
}

int journal_write(struct journal *j, const char *text, size_t len)
{
	int err = 0;

	if (ftruncate(j->fd, 0) < 0 || lseek(j->fd, 0, SEEK_SET) < 0)
		err = -errno;
	if (!err)
		err = write_all(j->fd, text, len);
	if (!err && (fsync(j->fd) < 0 || fsync(j->dir_fd) < 0))
		err = -errno;
	if (err)
		journal_clear(j);
	j->has_text = !err;
	return err;
}

int journal_set_aside(struct journal *j)
{
	char aside[JOURNAL_NAME_MAX + 8];
	int fd;

	snprintf(aside, sizeof(aside), "%s.bad", j->name);
	if (renameat(j->dir_fd, j->name, j->dir_fd, aside) < 0)
		return -errno;
	j->has_text = false;
	fd = open_and_lock(j->dir_fd, j->name, O_RDWR | O_CREAT);
	if (fd < 0)
		return fd;
	close(j->fd);
	j->fd = fd;
	return 0;
}

void journal_close(struct journal *j)
{
	if (j->fd < 0)
		return;
	if (!j->has_text && !j->read_only && unlinkat(j->dir_fd, j->name, 0) == 0)
		fsync(j->dir_fd);
	close(j->fd);
	close(j->dir_fd);
	j->fd = j->dir_fd = -1;
}
