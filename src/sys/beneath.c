// SPDX-License-Identifier: GPL-2.0-or-later
/* Paths in a tree that is not ours to leave. */
#include "beneath.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LINKS_MAX 40		/* the kernel's MAXSYMLINKS */
#define DIR_MODE 0755

/* ---- opening ---- */

static int open_next(int dir, const char *name, size_t len)
{
	char one[NAME_MAX + 1];
	int fd;

	if (len > NAME_MAX)
		return -ENAMETOOLONG;
	memcpy(one, name, len);
	one[len] = '\0';
	fd = openat(dir, one, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd >= 0)
		return fd;
	return errno == ELOOP ? -ENOTDIR : -errno;
}

int beneath_open(int root, const char *real, size_t len)
{
	const char *const end = real + len;
	int fd = openat(root, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	while (fd >= 0 && real < end) {
		const char *name = real + 1;
		const char *slash = memchr(name, '/', (size_t)(end - name));
		const int dir = fd;

		real = slash ? slash : end;
		fd = open_next(dir, name, (size_t)(real - name));
		close(dir);
	}
	return fd;
}

int beneath_parent(int root, const char *real, const char **name)
{
	const char *slash = strrchr(real, '/');

	*name = slash + 1;
	return beneath_open(root, real, (size_t)(slash - real));
}

/* ---- resolving ---- */

struct walk {
	int root;
	char *real;			/* PATH_MAX; "" is the root itself */
	char rest[PATH_MAX];
	bool follow, missing;
	int links;
};

static int join(struct walk *w, const char *name)
{
	const size_t len = strlen(w->real), n = strlen(name);

	if (len + 1 + n >= PATH_MAX)
		return -ENAMETOOLONG;
	w->real[len] = '/';
	memcpy(w->real + len + 1, name, n + 1);
	return 0;
}

/* What is behind nothing is nothing: "none/../x" is not x. */
static int step_up(struct walk *w)
{
	char *slash = strrchr(w->real, '/');

	if (slash)
		*slash = '\0';
	return w->missing ? -ENOENT : 0;
}

/* The link's target stands where the link stood. */
static int follow_link(struct walk *w, const char *target, size_t len)
{
	const size_t rest = strlen(w->rest);

	if (++w->links > LINKS_MAX)
		return -ELOOP;
	if (len + 1 + rest >= sizeof(w->rest))
		return -ENAMETOOLONG;
	memmove(w->rest + len + 1, w->rest, rest + 1);
	memcpy(w->rest, target, len);
	w->rest[len] = '/';
	if (target[0] == '/')
		w->real[0] = '\0';
	return 0;
}

/* 0: joined; else what readlinkat() met. */
static int step_into(struct walk *w, const char *name, bool is_last)
{
	const int dir = w->missing ? -ENOENT : beneath_open(w->root, w->real, strlen(w->real));
	char target[PATH_MAX];
	ssize_t n = -1;
	int err = dir < 0 ? -dir : 0;

	if (!err) {
		n = readlinkat(dir, name, target, sizeof(target));
		err = n < 0 ? errno : 0;
		close(dir);
	}
	if (n >= (ssize_t)sizeof(target))
		return -ENAMETOOLONG;
	if (n >= 0 && (w->follow || !is_last))
		return follow_link(w, target, (size_t)n);
	if (err && err != EINVAL && err != ENOENT)
		return -err;
	w->missing = w->missing || err == ENOENT;
	return join(w, name);
}

/* The first name of the rest is taken away: its length. */
static size_t take_name(struct walk *w, char name[NAME_MAX + 1])
{
	const char *from = w->rest + strspn(w->rest, "/");
	const size_t len = strcspn(from, "/");

	if (len <= NAME_MAX) {
		memcpy(name, from, len);
		name[len] = '\0';
	}
	from += len + strspn(from + len, "/");
	memmove(w->rest, from, strlen(from) + 1);
	return len;
}

int beneath_resolve(int root, const char *path, bool follow, char real[PATH_MAX])
{
	struct walk w = { .root = root, .real = real, .follow = follow };
	char name[NAME_MAX + 1];
	size_t len;
	int err = 0;

	if (path[0] != '/')
		return -EINVAL;
	if (strlen(path) >= sizeof(w.rest))
		return -ENAMETOOLONG;
	strcpy(w.rest, path);
	real[0] = '\0';
	while (!err && (len = take_name(&w, name))) {
		if (len > NAME_MAX)
			return -ENAMETOOLONG;
		if (!strcmp(name, ".."))
			err = step_up(&w);
		else if (strcmp(name, ".") != 0)
			err = step_into(&w, name, !w.rest[0]);
	}
	if (!err && !real[0])
		return -EINVAL;
	return err ? err : w.missing;
}

/* ---- making ---- */

/* As everybody's directories are, whatever our umask; and never for a moment otherwise. */
static int make_one(int root, const char *real, const char *end)
{
	char path[PATH_MAX];
	const char *name;
	mode_t mask;
	int dir, err = 0;

	memcpy(path, real, (size_t)(end - real));
	path[end - real] = '\0';
	dir = beneath_parent(root, path, &name);
	if (dir < 0)
		return dir;
	mask = umask(~DIR_MODE & 0777);
	if (mkdirat(dir, name, DIR_MODE) < 0 && errno != EEXIST)
		err = -errno;
	umask(mask);
	if (!err && fsync(dir) < 0)
		err = -errno;
	close(dir);
	return err;
}

int beneath_make(int root, const char *real, int (*before)(void *ctx, const char *dir), void *ctx)
{
	int err = 0;

	for (const char *end = strchr(real + 1, '/'); end && !err; end = strchr(end + 1, '/')) {
		char path[PATH_MAX];
		const int fd = beneath_open(root, real, (size_t)(end - real));

		if (fd >= 0)
			close(fd);
		if (fd != -ENOENT) {
			err = fd < 0 ? fd : 0;
			continue;
		}
		memcpy(path, real, (size_t)(end - real));
		path[end - real] = '\0';
		err = before ? before(ctx, path) : 0;
		if (!err)
			err = make_one(root, real, end);
	}
	return err;
}
