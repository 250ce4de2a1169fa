// SPDX-License-Identifier: GPL-2.0-or-later
/* Taking changes back: the record is only read, until there is nothing left to do. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../words.h"
#include "beneath.h"
#include "changes.h"
#include "changes_inside.h"

#define LEFT 1			/* somebody else's by now */

/* ---- a file ---- */

static int check_kept(const struct state *kept, const struct state *before)
{
	return state_same_content(kept, before) ? 0 : -EBADMSG;
}

static int put_file(struct changes *c, const struct change *one, int dir, const char *name,
		    const struct state *now)
{
	struct state_like like = { .times = true };
	struct state kept;
	char number[16], *text;
	int err;

	snprintf(number, sizeof(number), "%u", one->number);
	err = state_look(c->dir, number, &kept, &text);
	if (err)
		return err;
	err = check_kept(&kept, &one->before);
	like.fd = openat(c->dir, number, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (!err && like.fd < 0)
		err = -errno;
	if (!err)
		err = state_put(dir, name, now, &one->before, text, like);
	if (like.fd >= 0)
		close(like.fd);
	state_free(&kept);
	free(text);
	return err;
}

static int put_back(struct changes *c, const struct change *one, int dir, const char *name,
		    const struct state *now)
{
	if (one->before.is == STATE_FILE)
		return put_file(c, one, dir, name, now);
	return state_put(dir, name, now, &one->before, NULL, (struct state_like){ .fd = -1 });
}

/* Its directory is gone, and it with that; unless a link stands there, and it behind that. */
static int without_dir(const struct changes *c, const struct change *one)
{
	char real[PATH_MAX];

	return one->before.is == STATE_ABSENT && beneath_resolve(c->root, one->path, false, real) ?
	       0 : LEFT;
}

/* 0: it is as it was before; LEFT; -errno. */
static int take_back(struct changes *c, const struct change *one)
{
	struct state now;
	const char *name;
	int err, dir = beneath_parent(c->root, one->path, &name);

	if (dir == -ENOENT || dir == -ENOTDIR)
		return without_dir(c, one);
	if (dir < 0)
		return dir;
	err = state_look(dir, name, &now, NULL);
	if (err == -EISDIR || err == -EOPNOTSUPP || err == -EFBIG)
		err = LEFT;
	else if (!err && !state_same(&now, &one->before)) {
		if (change_is_ours(one, &now))
			err = put_back(c, one, dir, name, &now);
		else if (!state_same_content(&now, &one->before))
			err = LEFT;
	}
	state_free(&now);
	close(dir);
	return err == -ESTALE ? LEFT : err;
}

/* ---- a directory ---- */

static bool is_above(const char *dir, const char *path)
{
	return text_begins(path, dir) && path[strlen(dir)] == '/';
}

static int remove_dir(const struct changes *c, const char *path)
{
	const char *name;
	const int dir = beneath_parent(c->root, path, &name);
	int err = 0;

	if (dir < 0)
		return dir == -ENOENT || dir == -ENOTDIR ? 0 : dir;
	if (unlinkat(dir, name, AT_REMOVEDIR) < 0)
		err = -errno;
	else if (fsync(dir) < 0)
		err = -errno;
	close(dir);
	/* somebody has something in it, or made something else of it */
	return err == -ENOENT || err == -ENOTEMPTY || err == -EEXIST || err == -ENOTDIR ? 0 : err;
}

void changes_drop_dirs(const struct changes *c, const char *real)
{
	for (size_t i = c->log.n; i > 0; i--) {
		const struct change *one = &c->log.changes[i - 1];

		if (!one->number && is_above(one->path, real))
			remove_dir(c, one->path);
	}
}

/* It is still to be removed when the files in it that are left are. */
static bool has_left(const struct changes *c, const char *dir)
{
	for (size_t i = 0; i < c->log.n; i++) {
		const struct change *one = &c->log.changes[i];

		if (one->number && !one->done && is_above(dir, one->path))
			return true;
	}
	return false;
}

/* ---- all ---- */

/* A path with several changes is told once. */
static bool is_told(const struct changes *c, size_t i)
{
	for (size_t k = i + 1; k < c->log.n; k++)
		if (!c->log.changes[k].done && !strcmp(c->log.changes[k].path, c->log.changes[i].path))
			return true;
	return false;
}

static int undo_one(struct changes *c, size_t i,
		    void (*left)(void *ctx, const char *path, int err), void *ctx)
{
	struct change *one = &c->log.changes[i];
	int err = one->number ? take_back(c, one) : remove_dir(c, one->path);

	one->done = !err && (one->number || !has_left(c, one->path));
	if (err && left && !is_told(c, i))
		left(ctx, one->path, err == LEFT ? 0 : err);
	return err;
}

int changes_undo(struct changes *c, void (*left)(void *ctx, const char *path, int err), void *ctx)
{
	int err = c->dir < 0 ? changes_attach(c) : 0, worst = 0;

	if (err)
		return err;
	changes_sweep(c);
	for (size_t i = c->log.n; i > 0; i--) {
		err = undo_one(c, i - 1, left, ctx);
		if (err < 0 && worst >= 0)
			worst = err;
		else if (!worst)
			worst = err;
	}
	if (worst) {
		err = changes_log_drop_done(&c->log);
		return err ? err : worst;
	}
	err = changes_remove_place(c);
	if (!err && c->dir >= 0) {
		close(c->dir);
		c->dir = c->log.dir = -1;
	}
	return err;
}
