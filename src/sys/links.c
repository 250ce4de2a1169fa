// SPDX-License-Identifier: GPL-2.0-or-later
/* The links /dev/gpsN and /dev/gpsppsN where no udev makes them. */
#include "links.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

/* Up to and with its last slash; 0: it has none. */
static int directory_len(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? (int)(slash - path) + 1 : 0;
}

/* "/dev/gps0", "ttyS0": "/dev/ttyS0" */
static int beside(const char *path, const char *target, char *buf, size_t size)
{
	const int dir = directory_len(path);

	return snprintf(buf, size, "%.*s%s", dir, path, target) < (int)size ? 0 : -ENAMETOOLONG;
}

bool link_leads_to(const char *path, const char *target)
{
	char want[PATH_MAX], real[PATH_MAX];

	return beside(path, target, want, sizeof(want)) == 0 && realpath(path, real) &&
	       !strcmp(real, want);
}

int link_is_free(const char *path, const char *target)
{
	char text[PATH_MAX];

	if (readlink(path, text, sizeof(text)) < 0)
		return errno == ENOENT ? 0 : errno == EINVAL ? -EEXIST : -errno;
	if (access(path, F_OK) < 0 && errno == ENOENT)
		return 0;	/* dangling: somebody died */
	return link_leads_to(path, target) ? 0 : -EEXIST;
}

int link_make(const char *path, const char *target)
{
	char temp[PATH_MAX];
	int err;

	if (snprintf(temp, sizeof(temp), "%s.%d~", path, (int)getpid()) >= (int)sizeof(temp))
		return -ENAMETOOLONG;
	unlink(temp);		/* of a namesake that died here */
	if (symlink(target, temp) < 0)
		return -errno;
	if (rename(temp, path) == 0)
		return 0;
	err = -errno;
	unlink(temp);
	return err;
}

int node_make(const char *path, unsigned int major_no, unsigned int minor_no)
{
	return mknod(path, S_IFCHR | 0600, makedev(major_no, minor_no)) < 0 && errno != EEXIST ?
		-errno : 0;
}

static int remove_at(int directory, const char *name, const char *target)
{
	char text[PATH_MAX];
	ssize_t n = readlinkat(directory, name, text, sizeof(text));

	if (n < 0)
		return errno == ENOENT || errno == EINVAL ? 0 : -errno;
	if ((size_t)n != strlen(target) || memcmp(text, target, (size_t)n))
		return 0;	/* somebody's else by now */
	return unlinkat(directory, name, 0) < 0 && errno != ENOENT ? -errno : 0;
}

int link_remove(const char *path, const char *target)
{
	return remove_at(AT_FDCWD, path, target);
}

int link_open_directory(const char *path)
{
	char name[PATH_MAX];
	const int dir = directory_len(path);
	int fd;

	if (!dir || dir >= (int)sizeof(name))
		return -EINVAL;
	snprintf(name, sizeof(name), "%.*s", dir, path);
	fd = open(name, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

int link_remove_in(int directory, const char *path, const char *target)
{
	if (directory < 0)
		return link_remove(path, target);
	return remove_at(directory, path + directory_len(path), target);
}
