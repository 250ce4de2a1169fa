// SPDX-License-Identifier: GPL-2.0-or-later
/* The files that setup may change, as they are: each read once, below the root. */
#include "setup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../sys/beneath.h"
#include "../sys/pristine.h"

#define FILE_MAX_BYTES (1024 * 1024)

struct entry {
	struct entry *next;
	char *path;
	char *text;		/* malloced, with a NUL behind it */
	struct setup_file file;
};

struct setup_files {
	struct setup *s;
	int root;		/* a descriptor */
	struct entry *entries;
	struct entry none;	/* without memory */
};

/* ---- one file ---- */

static int take_link(struct entry *e, int dir, const char *name)
{
	char target[PATH_MAX];
	ssize_t n = readlinkat(dir, name, target, sizeof(target) - 1);

	if (n < 0)
		return -errno;
	target[n] = '\0';
	e->text = strdup(target);
	e->file.is = SETUP_LINK_TO;
	return e->text ? 0 : -ENOMEM;
}

/* All of it, or nothing: half a file is none to change. */
static int read_all(struct entry *e, int fd, size_t size)
{
	ssize_t got = 1;

	if (size > FILE_MAX_BYTES)
		return -EFBIG;
	e->text = malloc(size + 1);
	if (!e->text)
		return -ENOMEM;
	e->file.is = SETUP_TEXT;
	while (e->file.len < size && got > 0) {
		got = read(fd, e->text + e->file.len, size - e->file.len);
		if (got < 0)
			return -errno;
		e->file.len += (size_t)got;
	}
	e->text[e->file.len] = '\0';
	return 0;
}

static int take_text(struct entry *e, int dir, const char *name)
{
	int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat st;
	int err;

	if (fd < 0)
		return -errno;
	err = fstat(fd, &st) < 0 ? -errno : S_ISREG(st.st_mode) ? read_all(e, fd, (size_t)st.st_size) :
	      -EINVAL;
	close(fd);
	return err;
}

/* A directory's names, a line each. */
static int take_names(struct entry *e, int dir, const char *name)
{
	int fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	FILE *f = d ? open_memstream(&e->text, &e->file.len) : NULL;
	struct dirent *one;

	e->file.is = SETUP_DIRECTORY;
	while (f && (one = readdir(d)) != NULL)
		if (strcmp(one->d_name, ".") != 0 && strcmp(one->d_name, "..") != 0)
			fprintf(f, "%s\n", one->d_name);
	if (d)
		closedir(d);
	else if (fd >= 0)
		close(fd);
	return f && fclose(f) == 0 ? 0 : -ENOMEM;
}

static int take_as(struct entry *e, int dir, const char *name)
{
	struct stat st;

	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	if (S_ISLNK(st.st_mode))
		return take_link(e, dir, name);
	return S_ISDIR(st.st_mode) ? take_names(e, dir, name) : take_text(e, dir, name);
}

static int read_entry(struct setup_files *f, struct entry *e)
{
	char real[PATH_MAX];
	const char *name;
	int dir, err = beneath_resolve(f->root, e->path, false, real);

	if (err)
		return err > 0 ? -ENOENT : err;
	dir = beneath_parent(f->root, real, &name);
	if (dir < 0)
		return dir;
	err = take_as(e, dir, name);
	close(dir);
	return err;
}

/* The package's own, or ours: to be changed without a question. */
static bool is_pristine(const struct setup_files *f, const struct entry *e)
{
	const struct setup *s = f->s;

	if (e->file.is != SETUP_TEXT)
		return false;
	return (s->changes && changes_is_ours(s->changes, e->path)) ||
	       pristine_ask(s->root, e->path) == 1;
}

static void fill(struct setup_files *f, struct entry *e)
{
	int err = read_entry(f, e);

	if (err) {
		free(e->text);
		e->text = NULL;
		e->file = (struct setup_file){
			.is = err == -ENOENT || err == -ENOTDIR ? SETUP_ABSENT : SETUP_DENIED };
		return;
	}
	e->file.text = e->text;
	if (e->file.is == SETUP_LINK_TO)
		e->file.len = strlen(e->text);
	e->file.pristine = is_pristine(f, e);
}

/* ---- all of them ---- */

static const struct setup_file *get(void *ctx, const char *path)
{
	struct setup_files *f = ctx;
	struct entry *e;

	for (e = f->entries; e; e = e->next)
		if (!strcmp(e->path, path))
			return &e->file;
	e = calloc(1, sizeof(*e));
	if (e)
		e->path = strdup(path);
	if (!e || !e->path) {
		free(e);
		f->none.file.is = SETUP_DENIED;
		return &f->none.file;
	}
	fill(f, e);
	e->next = f->entries;
	f->entries = e;
	return &e->file;
}

struct setup_reader setup_files_reader(struct setup_files *f)
{
	return (struct setup_reader){ .file = get, .ctx = f };
}

bool setup_exists(struct setup *s, const char *path)
{
	/* without reading it: it may be a program */
	const struct setup_files *f = s->files;
	char real[PATH_MAX];

	return beneath_resolve(f->root, path, true, real) == 0;
}

struct setup_files *setup_files_new(struct setup *s)
{
	struct setup_files *f = calloc(1, sizeof(*f));

	if (!f)
		return NULL;
	f->s = s;
	f->root = open(*s->root ? s->root : "/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	return f;
}

void setup_files_forget(struct setup_files *f)
{
	while (f->entries) {
		struct entry *e = f->entries;

		f->entries = e->next;
		free(e->path);
		free(e->text);
		free(e);
	}
}

void setup_files_free(struct setup_files *f)
{
	if (!f)
		return;
	setup_files_forget(f);
	if (f->root >= 0)
		close(f->root);
	free(f);
}
