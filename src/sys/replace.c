// SPDX-License-Identifier: GPL-2.0-or-later
/* Exchange the text of a file so that it is never half there. */
#include "replace.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NEW_SUFFIX ".XXXXXX"

int write_all(int fd, const char *text, size_t len)
{
	while (len) {
		ssize_t n = write(fd, text, len);

		if (n < 0 && errno != EINTR)
			return -errno;
		if (n > 0) {
			text += n;
			len -= (size_t)n;
		}
	}
	return 0;
}

/* A name is only there for good when its directory is synced. */
static int sync_directory_of(char *path)
{
	char *slash = strrchr(path, '/');
	int fd, err;

	slash[slash == path] = '\0';
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	err = fsync(fd) < 0 ? -errno : 0;
	close(fd);
	return err;
}

static int fill(int fd, const char *real, const char *text, size_t len)
{
	struct stat st = { .st_mode = 0644 };
	int err = 0;

	if (stat(real, &st) == 0 && fchown(fd, st.st_uid, st.st_gid) < 0)
		err = -errno;
	if (!err && fchmod(fd, st.st_mode & 07777) < 0)
		err = -errno;
	if (!err)
		err = write_all(fd, text, len);
	if (!err && fsync(fd) < 0)
		err = -errno;
	return err;
}

/* A device or a pipe is no file that could be exchanged. */
static int write_into(const char *path, const char *text, size_t len)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
	int err;

	if (fd < 0)
		return -errno;
	err = write_all(fd, text, len);
	close(fd);
	return err;
}

/* Where the file is, or will be. */
static int real_path(const char *path, char *real, size_t size)
{
	int n;

	if (realpath(path, real))
		return 0;
	if (errno != ENOENT)
		return -errno;
	n = snprintf(real, size, "%s%s", strchr(path, '/') ? "" : "./", path);
	return n < 0 || (size_t)n >= size ? -ENAMETOOLONG : 0;
}

int replace_file(const char *path, const char *text, size_t len)
{
	char real[PATH_MAX], fresh[PATH_MAX + sizeof(NEW_SUFFIX)];
	int fd, err = real_path(path, real, sizeof(real));
	struct stat st;

	if (err)
		return err;
	if (stat(real, &st) == 0 && !S_ISREG(st.st_mode))
		return write_into(real, text, len);
	snprintf(fresh, sizeof(fresh), "%s" NEW_SUFFIX, real);
	fd = mkostemp(fresh, O_CLOEXEC);
	if (fd < 0)
		return -errno;
	err = fill(fd, real, text, len);
	if (close(fd) < 0 && !err)
		err = -errno;
	if (!err && rename(fresh, real) < 0)
		err = -errno;
	if (err)
		unlink(fresh);
	return err ? err : sync_directory_of(real);
}
