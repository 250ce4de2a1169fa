// SPDX-License-Identifier: GPL-2.0-or-later
/* What a name in a directory is; and making it so at once. */
#include "changes_state.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "../fnv.h"
#include "replace.h"

#define XATTR_NAMES_MAX 4096
#define XATTR_VALUE_MAX 65536	/* the kernel's XATTR_SIZE_MAX */

/* ---- looking ---- */

/* To the end, wherever that is by now. */
static ssize_t read_text(int fd, char *text)
{
	size_t len = 0;

	while (len <= STATE_SIZE_MAX) {
		const ssize_t n = read(fd, text + len, STATE_SIZE_MAX + 1 - len);

		if (n < 0 && errno != EINTR)
			return -errno;
		if (n == 0)
			break;
		if (n > 0)
			len += (size_t)n;
	}
	return len > STATE_SIZE_MAX ? -EFBIG : (ssize_t)len;
}

static int take_text(int fd, struct state *s, char **text)
{
	char *all = malloc(STATE_SIZE_MAX + 2), *fit;
	const ssize_t n = all ? read_text(fd, all) : -ENOMEM;

	if (n < 0) {
		free(all);
		return (int)n;
	}
	all[n] = '\0';
	s->size = (size_t)n;
	s->hash = fnv1a(all, s->size);
	fit = text ? realloc(all, s->size + 1) : NULL;
	if (text)
		*text = fit ? fit : all;
	else
		free(all);
	return 0;
}

static int look_at_file(int dir, const char *name, struct state *s, char **text)
{
	const int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct stat st;
	int err = 0;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) < 0)
		err = -errno;
	else if (!S_ISREG(st.st_mode))
		err = -EOPNOTSUPP;
	else if (st.st_size > STATE_SIZE_MAX)
		err = -EFBIG;
	if (!err) {
		s->mode = st.st_mode & 07777;
		s->uid = st.st_uid;
		s->gid = st.st_gid;
		err = take_text(fd, s, text);
	}
	close(fd);
	return err;
}

static int look_at_link(int dir, const char *name, struct state *s)
{
	char target[PATH_MAX];
	const ssize_t n = readlinkat(dir, name, target, sizeof(target));

	if (n < 0)
		return -errno;
	if (n >= (ssize_t)sizeof(target))
		return -ENAMETOOLONG;
	target[n] = '\0';
	s->target = strdup(target);
	if (!s->target)
		return -ENOMEM;
	s->is = STATE_LINK;
	return 0;
}

int state_look(int dir, const char *name, struct state *s, char **text)
{
	struct stat st;

	*s = (struct state){ .is = STATE_ABSENT };
	if (text)
		*text = NULL;
	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : -errno;
	s->uid = st.st_uid;
	s->gid = st.st_gid;
	if (S_ISLNK(st.st_mode))
		return look_at_link(dir, name, s);
	s->is = STATE_FILE;
	/* to open a device can do something: a serial port raises DTR */
	if (!S_ISREG(st.st_mode))
		return S_ISDIR(st.st_mode) ? -EISDIR : -EOPNOTSUPP;
	return look_at_file(dir, name, s, text);
}

void state_free(struct state *s)
{
	free(s->target);
	s->target = NULL;
}

bool state_same_content(const struct state *a, const struct state *b)
{
	if (a->is != b->is)
		return false;
	if (a->is == STATE_LINK)	/* without a target where memory has ended */
		return a->target && b->target && !strcmp(a->target, b->target);
	return a->is == STATE_ABSENT || (a->size == b->size && a->hash == b->hash);
}

bool state_same(const struct state *a, const struct state *b)
{
	return state_same_content(a, b) &&
	       (a->is == STATE_ABSENT || (a->uid == b->uid && a->gid == b->gid)) &&
	       (a->is != STATE_FILE || a->mode == b->mode);
}

struct state state_of_text(const char *text, size_t len, mode_t mode, uid_t uid, gid_t gid)
{
	return (struct state){
		.is = STATE_FILE, .size = len, .hash = fnv1a(text, len),
		.mode = mode, .uid = uid, .gid = gid,
	};
}

/* ---- making ---- */

/*
 * Access lists and security labels.  What this file system or this user cannot set, the
 * file goes without: mode and owner are what counts.
 */
static void copy_xattrs(int from, int to)
{
	char names[XATTR_NAMES_MAX], value[XATTR_VALUE_MAX];
	const ssize_t len = flistxattr(from, names, sizeof(names));

	for (const char *name = names; name < names + len; name += strlen(name) + 1) {
		const ssize_t n = fgetxattr(from, name, value, sizeof(value));

		if (n >= 0)
			(void)!fsetxattr(to, name, value, (size_t)n, 0);
	}
}

static int copy_times(int from, int to)
{
	struct stat st;

	if (fstat(from, &st) < 0)
		return -errno;
	return futimens(to, (const struct timespec[]){ st.st_atim, st.st_mtim }) < 0 ? -errno : 0;
}

static int fill(int fd, const struct state *s, const char *text, struct state_like like)
{
	int err = 0;

	if (fchown(fd, s->uid, s->gid) < 0 || fchmod(fd, s->mode) < 0)
		return -errno;
	if (like.fd >= 0)
		copy_xattrs(like.fd, fd);
	err = write_all(fd, text, s->size);
	if (!err && like.fd >= 0 && like.times)
		err = copy_times(like.fd, fd);
	if (!err && fsync(fd) < 0)
		err = -errno;
	return err;
}

int state_write(int dir, const char *name, const struct state *s, const char *text,
		struct state_like like)
{
	int fd, err;

	if (unlinkat(dir, name, 0) < 0 && errno != ENOENT)
		return -errno;
	fd = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	err = fill(fd, s, text, like);
	if (close(fd) < 0 && !err)
		err = -errno;
	if (err)
		unlinkat(dir, name, 0);
	return err;
}

static int write_link(int dir, const char *name, const struct state *s)
{
	if (unlinkat(dir, name, 0) < 0 && errno != ENOENT)
		return -errno;
	if (symlinkat(s->target, dir, name) < 0)
		return -errno;
	return fchownat(dir, name, s->uid, s->gid, AT_SYMLINK_NOFOLLOW) < 0 ? -errno : 0;
}

/* What we have seen and kept is what goes: to sync takes long, and somebody may have saved. */
static int check_was(int dir, const char *name, const struct state *was)
{
	struct state now;
	int err = state_look(dir, name, &now, NULL);

	if (!err && !state_same(&now, was))
		err = -ESTALE;
	state_free(&now);
	return err;
}

static int make(int dir, const char *name, const struct state *was, const struct state *s,
		const char *text, struct state_like like)
{
	int err = 0;

	if (s->is != STATE_ABSENT)
		err = s->is == STATE_LINK ? write_link(dir, STATE_TEMP, s) :
					    state_write(dir, STATE_TEMP, s, text, like);
	if (!err)
		err = check_was(dir, name, was);
	if (!err && s->is == STATE_ABSENT)
		return unlinkat(dir, name, 0) < 0 && errno != ENOENT ? -errno : 0;
	if (!err && renameat(dir, STATE_TEMP, dir, name) < 0)
		err = -errno;
	return err;
}

int state_put(int dir, const char *name, const struct state *was, const struct state *s,
	      const char *text, struct state_like like)
{
	int err = make(dir, name, was, s, text, like);

	if (err)
		unlinkat(dir, STATE_TEMP, 0);
	else if (fsync(dir) < 0)
		err = -errno;
	return err;
}
