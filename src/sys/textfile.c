// SPDX-License-Identifier: GPL-2.0-or-later
/* A text of any size, a line at a time. */
#include "textfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- opening ---- */

/* As many as there are, up to `size`.  Or -errno. */
static ssize_t read_full(int fd, char *buf, size_t size)
{
	size_t len = 0;

	while (len < size) {
		ssize_t n = read(fd, buf + len, size - len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		len += (size_t)n;
	}
	return (ssize_t)len;
}

static int write_full(int fd, const char *buf, size_t len)
{
	while (len) {
		ssize_t n = write(fd, buf, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		buf += n;
		len -= (size_t)n;
	}
	return 0;
}

/* A file without a name. */
static int open_nameless(void)
{
	const char *dir = getenv("TMPDIR");
	char path[4096];
	int fd;

	if (snprintf(path, sizeof(path), "%s/gpsppsctl.XXXXXX", dir && *dir ? dir : "/tmp") >=
	    (int)sizeof(path))
		return -ENAMETOOLONG;
	fd = mkostemp(path, O_CLOEXEC);
	if (fd < 0)
		return -errno;
	unlink(path);
	return fd;
}

/* In place of the pipe: what its head was, and the rest. */
static int copy_rest(struct textfile *t, int to)
{
	int err = write_full(to, t->head, t->head_len);
	ssize_t n;

	while (!err) {
		n = read_full(t->fd, t->buffer, sizeof(t->buffer));
		if (n <= 0)
			return (int)n;
		err = write_full(to, t->buffer, (size_t)n);
	}
	return err;
}

static int spool(struct textfile *t)
{
	int err, to = open_nameless();

	if (to < 0)
		return to;
	err = copy_rest(t, to);
	if (err) {
		close(to);
		return err;
	}
	close(t->fd);
	t->fd = to;
	return 0;
}

static int open_it(const char *path)
{
	if (!strcmp(path, "-"))
		return fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
	return open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
}

static int refuse(struct textfile *t, int err)
{
	close(t->fd);
	return err;
}

int textfile_open(struct textfile *t, const char *path, const char **what)
{
	ssize_t n;
	int err;

	*what = "open";
	t->fd = open_it(path);
	if (t->fd < 0)
		return -errno;
	*what = "read";
	n = read_full(t->fd, t->head, sizeof(t->head));
	if (n < 0)
		return refuse(t, (int)n);
	t->head_len = (size_t)n;
	t->binary = memchr(t->head, 0, t->head_len) != NULL;
	if (t->binary || lseek(t->fd, 0, SEEK_SET) == 0)
		return 0;
	*what = "copy";
	err = spool(t);
	return err ? refuse(t, err) : 0;
}

void textfile_close(struct textfile *t)
{
	close(t->fd);
}

/* ---- lines ---- */

struct splitter {
	textfile_line *fn;
	void *data;
	uint64_t number;
	bool skipping;		/* the rest of a line that is too long */
};

static int give(struct splitter *s, const char *line, size_t len)
{
	if (s->skipping || len > TEXTFILE_LINE_MAX) {
		s->skipping = false;
		return s->fn(s->data, ++s->number, NULL, 0);
	}
	if (len && line[len - 1] == '\r')
		len--;
	return s->fn(s->data, ++s->number, line, len);
}

/* The whole lines of the buffer; *used is behind the last. */
static int give_lines(struct splitter *s, const char *buf, size_t len, size_t *used)
{
	const char *feed;
	int err = 0;

	*used = 0;
	while (!err && (feed = memchr(buf + *used, '\n', len - *used))) {
		err = give(s, buf + *used, (size_t)(feed - buf) - *used);
		*used = (size_t)(feed - buf) + 1;
	}
	return err;
}

/* Gigabytes of zeros that are on no disk are not read. */
static void skip_hole(int fd, const char *buf, size_t len)
{
	const off_t here = lseek(fd, 0, SEEK_CUR);
	off_t data;

	if (here < 0 || buf[0] || memcmp(buf, buf + 1, len - 1) != 0)
		return;
	data = lseek(fd, here, SEEK_DATA);
	if (data >= 0)
		lseek(fd, data, SEEK_SET);
	else
		lseek(fd, 0, errno == ENXIO ? SEEK_END : SEEK_CUR);
}

/* What is left of the buffer begins a line; too much of it is none. */
static size_t keep_rest(struct splitter *s, struct textfile *t, size_t used, size_t len)
{
	const size_t rest = len - used;

	if (rest > TEXTFILE_LINE_MAX || s->skipping) {
		s->skipping = s->skipping || rest;
		if (rest)
			skip_hole(t->fd, t->buffer + used, rest);
		return 0;
	}
	memmove(t->buffer, t->buffer + used, rest);
	return rest;
}

int textfile_each(struct textfile *t, textfile_line *fn, void *data)
{
	struct splitter s = { .fn = fn, .data = data };
	size_t len = 0, used;
	ssize_t n;
	int err;

	if (lseek(t->fd, 0, SEEK_SET) < 0)
		return -errno;
	while ((n = read(t->fd, t->buffer + len, sizeof(t->buffer) - len)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		len += (size_t)n;
		err = give_lines(&s, t->buffer, len, &used);
		if (err)
			return err;
		len = keep_rest(&s, t, used, len);
	}
	return len || s.skipping ? give(&s, t->buffer, len) : 0;
}
