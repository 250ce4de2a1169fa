// SPDX-License-Identifier: GPL-2.0-or-later
/* Changes of files that can be taken back. */
#include "changes.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../words.h"
#include "beneath.h"
#include "changes_inside.h"

static const struct state_like nothing_else = { .fd = -1 };

/* ---- the record ---- */

void changes_sweep(struct changes *c)
{
	for (size_t i = 0; i < c->log.n && !c->is_swept; i++) {
		const char *name;
		const int dir = beneath_parent(c->root, c->log.changes[i].path, &name);

		if (dir < 0)
			continue;
		unlinkat(dir, STATE_TEMP, 0);
		close(dir);
	}
	c->is_swept = true;
}

static int make_place(struct changes *c)
{
	const char *name;
	int dir, err = beneath_make(c->root, c->place, NULL, NULL);

	if (err)
		return err;
	dir = beneath_parent(c->root, c->place, &name);
	if (dir < 0)
		return dir;
	if (mkdirat(dir, name, 0700) < 0 && errno != EEXIST)
		err = -errno;
	if (!err && fsync(dir) < 0)
		err = -errno;
	close(dir);
	return err;
}

/* Somebody else's undo may take it away again at once. */
static int begin(struct changes *c)
{
	int err = 0;

	while (!err && c->dir < 0) {
		err = make_place(c);
		if (!err)
			err = changes_attach(c);
	}
	/* what an undo that was killed at its end left: it would stand for lost originals */
	if (!err && !c->log.n && c->log.fd < 0)
		err = changes_log_remove(&c->log);
	if (!err)
		changes_sweep(c);
	return err;
}

int changes_claim(struct changes *c)
{
	const bool had = c->dir >= 0;
	const int err = begin(c);

	return !err && !had && c->log.n ? -ESTALE : err;
}

/* ---- a change ---- */

struct job {
	struct changes *c;
	const char *real;		/* the path, resolved */
	const char *name;		/* its last name */
	int parent;			/* -1: that directory is not there yet */
	struct state now, want;
	char *now_text;
	const char *text;
};

static int note_dir(void *ctx, const char *path)
{
	struct changes *c = ctx;

	return changes_log_dir(&c->log, path);
}

static int make_parent(struct job *j)
{
	int err;

	if (j->parent >= 0)
		return 0;
	err = beneath_make(j->c->root, j->real, note_dir, j->c);
	if (!err)
		j->parent = beneath_parent(j->c->root, j->real, &j->name);
	return err ? err : j->parent < 0 ? j->parent : 0;
}

/* The file as it is: whoever can read it need not be able to read the copy. */
static int keep_text(struct job *j, unsigned int number)
{
	struct state copy = j->now;
	struct state_like like = { .times = true };
	char name[16];
	int err;

	snprintf(name, sizeof(name), "%u", number);
	copy.mode = 0600;
	copy.uid = STATE_ANY_ID;
	copy.gid = STATE_ANY_ID;
	like.fd = openat(j->parent, j->name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (like.fd < 0)
		return -errno;
	err = state_write(j->c->dir, name, &copy, j->now_text, like);
	close(like.fd);
	if (!err && fsync(j->c->dir) < 0)
		err = -errno;
	return err;
}

/*
 * The original is kept once.  What somebody else made of our text is an original, too:
 * undo goes back to it, and finds there that the older one cannot be put back.
 */
static int note(struct job *j)
{
	struct changes_log *l = &j->c->log;
	const struct change *c = changes_log_find(l, j->real);
	unsigned int number = c ? c->number : 0;
	int err = 0;

	if (!c || (!change_is_ours(c, &j->now) && !state_same_content(&c->before, &j->now))) {
		number = changes_log_next_number(l);
		err = j->now.is == STATE_FILE ? keep_text(j, number) : 0;
		if (!err)
			err = changes_log_before(l, j->real, number, &j->now);
		c = err ? NULL : changes_log_find(l, j->real);
	}
	if (err || change_is_ours(c, &j->want))
		return err;
	return changes_log_ours(l, number, &j->want);
}

static int put(struct job *j)
{
	struct state_like like = nothing_else;
	int err;

	if (j->now.is == STATE_FILE && j->want.is == STATE_FILE)
		like.fd = openat(j->parent, j->name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	err = state_put(j->parent, j->name, &j->now, &j->want, j->text, like);
	if (like.fd >= 0)
		close(like.fd);
	return err;
}

static int carry_out(struct job *j)
{
	int err = begin(j->c);

	if (err)
		return err;
	err = make_parent(j);
	if (!err)
		err = note(j);
	if (!err)
		err = put(j);
	if (err)
		changes_drop_dirs(j->c, j->real);
	return err;
}

/* A file keeps its mode and owner. */
static void settle_want(struct job *j)
{
	if (j->want.is != STATE_FILE || j->now.is != STATE_FILE)
		return;
	j->want.mode = j->now.mode;
	j->want.uid = j->now.uid;
	j->want.gid = j->now.gid;
}

static int change(struct job *j)
{
	int err = 0;

	j->now = (struct state){ .is = STATE_ABSENT };
	j->parent = beneath_parent(j->c->root, j->real, &j->name);
	if (j->parent < 0 && j->parent != -ENOENT)
		return j->parent;
	if (j->parent >= 0)
		err = state_look(j->parent, j->name, &j->now, &j->now_text);
	settle_want(j);
	if (!err && !state_same_content(&j->now, &j->want))
		err = carry_out(j);
	if (j->parent >= 0)
		close(j->parent);
	state_free(&j->now);
	free(j->now_text);
	return err;
}

int changes_write(struct changes *c, const char *path, const char *text, size_t len, mode_t mode)
{
	struct job j = { .c = c, .text = text };
	char real[PATH_MAX];
	int err = len > STATE_SIZE_MAX ? -EFBIG : changes_resolve_file(c, path, real);

	if (err)
		return err;
	j.real = real;
	j.want = state_of_text(text, len, mode, STATE_ANY_ID, STATE_ANY_ID);
	return change(&j);
}

/* The name itself, be it a link. */
static int change_name(struct changes *c, const char *path, struct state want)
{
	struct job j = { .c = c, .want = want, .text = "" };
	char real[PATH_MAX];
	const int err = beneath_resolve(c->root, path, false, real);

	if (err < 0)
		return err;
	j.real = real;
	return change(&j);
}

int changes_symlink(struct changes *c, const char *path, const char *target)
{
	struct state want = {
		.is = STATE_LINK, .target = strdup(target),
		.uid = STATE_ANY_ID, .gid = STATE_ANY_ID,
	};
	int err = !want.target ? -ENOMEM : !*target ? -EINVAL : 0;

	if (!err)
		err = change_name(c, path, want);
	state_free(&want);
	return err;
}

int changes_remove(struct changes *c, const char *path)
{
	return change_name(c, path, (struct state){ .is = STATE_ABSENT });
}
