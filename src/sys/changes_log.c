// SPDX-License-Identifier: GPL-2.0-or-later
/* The record of changes. */
#include "changes_log.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "changes_line.h"
#include "replace.h"

#define RECORD "record"
#define RECORD_NEW "record.new"

/* ---- reading ---- */

static int take_first(const char *words)
{
	return strcmp(words, LINE_WORDS) != 0 ? -EPROTONOSUPPORT : 0;
}

/* Each line that is whole; the last one may be torn, and was never acted on then. */
static int take_lines(struct changes_log *l, char *text, size_t size)
{
	char *const end = text + size;
	char *line = text, *feed;
	int err = 0;

	while (!err && line < end && (feed = memchr(line, '\n', (size_t)(end - line)))) {
		char *words = line_unseal(line, (size_t)(feed - line));

		if (!words)
			return feed + 1 == end ? 0 : -EBADMSG;
		err = line == text ? take_first(words) : line_apply(l, words);
		line = feed + 1;
		l->len = line - text;
	}
	return err;
}

/* More than the one original that is kept before its line is written. */
static bool has_kept(int dir)
{
	const int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *e;
	bool found = false;

	while (d && !found && (e = readdir(d)))
		found = e->d_name[0] > '0' && e->d_name[0] <= '9' && strcmp(e->d_name, "1") != 0;
	if (d)
		closedir(d);
	else if (fd >= 0)
		close(fd);
	return found;
}

int changes_log_load(struct changes_log *l, int dir)
{
	struct state s;
	char *text;
	int err;

	*l = (struct changes_log){ .dir = dir, .fd = -1 };
	err = state_look(dir, RECORD, &s, &text);
	if (err)
		return err;
	if (s.is == STATE_LINK)
		err = -EBADMSG;
	else if (text)
		err = take_lines(l, text, s.size);
	if (!err && text && !l->n && has_kept(dir))
		err = -EBADMSG;
	state_free(&s);
	free(text);
	if (err)
		changes_log_free(l);
	return err;
}

void changes_log_free(struct changes_log *l)
{
	for (size_t i = 0; i < l->n; i++) {
		struct change *c = &l->changes[i];

		for (size_t k = 0; k < c->n_ours; k++)
			state_free(&c->ours[k]);
		free(c->ours);
		state_free(&c->before);
		free(c->path);
	}
	free(l->changes);
	if (l->fd >= 0)
		close(l->fd);
	*l = (struct changes_log){ .dir = -1, .fd = -1 };
}

struct change *changes_log_find(const struct changes_log *l, const char *path)
{
	for (size_t i = l->n; i > 0; i--)
		if (l->changes[i - 1].number && !strcmp(l->changes[i - 1].path, path))
			return &l->changes[i - 1];
	return NULL;
}

unsigned int changes_log_next_number(const struct changes_log *l)
{
	unsigned int number = 0;

	for (size_t i = 0; i < l->n; i++)
		if (l->changes[i].number > number)
			number = l->changes[i].number;
	return number + 1;
}

bool change_is_ours(const struct change *c, const struct state *s)
{
	for (size_t i = 0; i < c->n_ours; i++)
		if (state_same_content(&c->ours[i], s))
			return true;
	return false;
}

/* ---- writing ---- */

/* Behind the last whole line; what is not whole there goes. */
static int append_line(struct changes_log *l, const char *words)
{
	char line[LINE_SIZE_MAX + 32];
	const size_t len = line_seal(line, words);
	int err = 0;

	if (l->len + (off_t)len > STATE_SIZE_MAX)
		return -EFBIG;
	if (ftruncate(l->fd, l->len) < 0 || lseek(l->fd, l->len, SEEK_SET) < 0)
		return -errno;
	err = write_all(l->fd, line, len);
	if (!err && fsync(l->fd) < 0)
		err = -errno;
	if (!err)
		l->len += (off_t)len;
	return err;
}

static int begin(struct changes_log *l, const char *name)
{
	int err;

	l->fd = openat(l->dir, name, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (l->fd < 0)
		return -errno;
	err = l->len ? 0 : append_line(l, LINE_WORDS);
	if (!err && fsync(l->dir) < 0)
		err = -errno;
	if (err) {
		close(l->fd);
		l->fd = -1;
	}
	return err;
}

static int append(struct changes_log *l, char *words)
{
	int err = l->fd < 0 ? begin(l, RECORD) : 0;

	if (!err)
		err = append_line(l, words);
	return err ? err : line_apply(l, words);
}

int changes_log_dir(struct changes_log *l, const char *path)
{
	char words[LINE_SIZE_MAX];

	for (size_t i = 0; i < l->n; i++)
		if (!l->changes[i].number && !strcmp(l->changes[i].path, path))
			return 0;
	line_dir(words, path);
	return append(l, words);
}

int changes_log_before(struct changes_log *l, const char *path, unsigned int number,
		       const struct state *s)
{
	char words[LINE_SIZE_MAX];

	line_before(words, path, number, s);
	return append(l, words);
}

int changes_log_ours(struct changes_log *l, unsigned int number, const struct state *s)
{
	char words[LINE_SIZE_MAX];

	line_ours(words, number, s);
	return append(l, words);
}

/* ---- going ---- */

static int copy_change(struct changes_log *to, const struct change *c)
{
	char words[LINE_SIZE_MAX];
	int err;

	if (!c->number)
		return changes_log_dir(to, c->path);
	line_before(words, c->path, c->number, &c->before);
	err = append(to, words);
	for (size_t i = 0; i < c->n_ours && !err; i++)
		err = changes_log_ours(to, c->number, &c->ours[i]);
	return err;
}

static int write_rest(const struct changes_log *l, struct changes_log *rest)
{
	int err;

	if (unlinkat(l->dir, RECORD_NEW, 0) < 0 && errno != ENOENT)
		return -errno;
	err = begin(rest, RECORD_NEW);
	for (size_t i = 0; i < l->n && !err; i++)
		if (!l->changes[i].done)
			err = copy_change(rest, &l->changes[i]);
	if (!err && renameat(l->dir, RECORD_NEW, l->dir, RECORD) < 0)
		err = -errno;
	if (!err && fsync(l->dir) < 0)
		err = -errno;
	return err;
}

int changes_log_drop_done(struct changes_log *l)
{
	struct changes_log rest = { .dir = l->dir, .fd = -1 };
	const int err = write_rest(l, &rest);

	if (err) {
		changes_log_free(&rest);
		return err;
	}
	for (size_t i = 0; i < l->n; i++) {
		char name[16];

		snprintf(name, sizeof(name), "%u", l->changes[i].number);
		if (l->changes[i].done && l->changes[i].before.is == STATE_FILE)
			unlinkat(l->dir, name, 0);
	}
	changes_log_free(l);
	*l = rest;
	return 0;
}

/* All files of the directory. */
static int empty(int dir)
{
	const int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *e;
	int err = 0;

	if (!d) {
		err = -errno;
		if (fd >= 0)
			close(fd);
		return err;
	}
	while (!err && (e = readdir(d)))
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0 &&
		    unlinkat(dir, e->d_name, 0) < 0)
			err = -errno;
	closedir(d);
	return err;
}

/* Without a record the rest means nothing: a later one begins anew. */
int changes_log_remove(struct changes_log *l)
{
	const int dir = l->dir;
	int err = 0;

	if ((unlinkat(dir, RECORD, 0) < 0 && errno != ENOENT) || fsync(dir) < 0)
		err = -errno;
	if (!err)
		err = empty(dir);
	changes_log_free(l);
	l->dir = dir;
	return err;
}
