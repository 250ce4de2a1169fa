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
#include "../sys/changes_state.h"
#include "../sys/pristine.h"

struct entry {
	struct entry *next;
	char *path;
	char *text;		/* malloced, with a NUL behind it */
	struct state state;
	struct setup_file file;
};

struct setup_files {
	struct setup *s;
	int root;		/* a descriptor */
	struct entry *entries;
	struct entry none;	/* without memory */
};

/* ---- one file ---- */

/* What the name is now, without following it.  -EISDIR, -EACCES ... */
static int look(const struct setup_files *f, const char *path, char real[PATH_MAX],
		struct state *now, char **text)
{
	const char *name;
	int dir, err = beneath_resolve(f->root, path, false, real);

	*now = (struct state){ .is = STATE_ABSENT };
	if (err)
		return err == -ENOENT || err == -ENOTDIR || err > 0 ? 0 : err;
	dir = beneath_parent(f->root, real, &name);
	if (dir < 0)
		return dir == -ENOENT || dir == -ENOTDIR ? 0 : dir;
	err = state_look(dir, name, now, text);
	close(dir);
	return err;
}

/* A directory's names, a line each. */
static int take_names(struct entry *e, int fd)
{
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

static int read_entry(struct setup_files *f, struct entry *e)
{
	static const int is[] = {
		[STATE_ABSENT] = SETUP_ABSENT, [STATE_FILE] = SETUP_TEXT, [STATE_LINK] = SETUP_LINK_TO,
	};
	char real[PATH_MAX];
	const int err = look(f, e->path, real, &e->state, &e->text);

	if (err)
		return err == -EISDIR ? take_names(e, beneath_open(f->root, real, strlen(real))) : err;
	e->file.is = is[e->state.is];
	e->file.len = e->state.size;
	if (e->state.is == STATE_LINK) {
		e->text = strdup(e->state.target);
		e->file.len = strlen(e->state.target);
	}
	return e->state.is == STATE_LINK && !e->text ? -ENOMEM : 0;
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
		e->file = (struct setup_file){ .is = SETUP_DENIED };
		return;
	}
	e->file.text = e->text;
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
		state_free(&e->state);
		free(e->path);
		free(e->text);
		free(e);
	}
}

/* What could not be read then is no step's. */
bool setup_files_is_same(struct setup_files *f, const char *path)
{
	const struct entry *e = f->entries;
	char real[PATH_MAX];
	struct state now;
	bool same;

	while (e && strcmp(e->path, path) != 0)
		e = e->next;
	if (!e || e->file.is == SETUP_DENIED || e->file.is == SETUP_DIRECTORY)
		return true;
	same = look(f, path, real, &now, NULL) == 0 && state_same_content(&now, &e->state);
	state_free(&now);
	return same;
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
