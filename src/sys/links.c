// SPDX-License-Identifier: GPL-2.0-or-later
/* The links /dev/gpsN and /dev/gpsppsN where no udev makes them. */
#include "links.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

/* "/dev/gps0", "ttyS0": "/dev/ttyS0" */
static int beside(const char *path, const char *target, char *buf, size_t size)
{
	const char *slash = strrchr(path, '/');
	int dir = slash ? (int)(slash - path) + 1 : 0;

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

int link_remove(const char *path, const char *target)
{
	char text[PATH_MAX];
	ssize_t n = readlink(path, text, sizeof(text));

	if (n < 0)
		return errno == ENOENT || errno == EINVAL ? 0 : -errno;
	if ((size_t)n != strlen(target) || memcmp(text, target, (size_t)n))
		return 0;	/* somebody's else by now */
	return unlink(path) < 0 && errno != ENOENT ? -errno : 0;
}
