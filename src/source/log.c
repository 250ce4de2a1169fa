// SPDX-License-Identifier: GPL-2.0-or-later
/* A log of watch: its edges, and what in it is none. */
#include "log.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "../watchlog.h"

#define GIVE_UP_BYTES (1 << 20)		/* without one edge: this is no log */

int log_open(struct log *l, const char *path)
{
	memset(l, 0, sizeof(*l));
	l->fd = strcmp(path, "-") ? open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY) :
		fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0);
	/* a directory can be opened, and not be read */
	return l->fd < 0 || read(l->fd, NULL, 0) < 0 ? -errno : 0;
}

void log_close(struct log *l)
{
	if (l->fd >= 0)
		close(l->fd);
	l->fd = -1;
}

/* The beginning of a line stays. */
static void make_room(struct log *l)
{
	memmove(l->buf, l->buf + l->from, l->len);
	l->from = 0;
	if (l->len < sizeof(l->buf))
		return;
	l->bad += !l->skipping;		/* no line is that long */
	l->skipping = true;
	l->len = 0;
}

static bool end(struct log *l, int err)
{
	l->err = err;
	l->cut = l->len && !l->skipping;
	log_close(l);
	return false;
}

bool log_fill(struct log *l)
{
	ssize_t n;

	make_room(l);
	if (!l->edges && l->bytes > GIVE_UP_BYTES)
		return end(l, 0);
	n = read(l->fd, l->buf + l->len, sizeof(l->buf) - l->len);
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return true;
	if (n <= 0)
		return end(l, n < 0 ? -errno : 0);
	l->bytes += (uint64_t)n;
	l->len += (size_t)n;
	return true;
}

/* Without its line feed, which is taken, too; NULL: there is no whole one. */
static const char *next_line(struct log *l, size_t *len)
{
	const char *line = l->buf + l->from, *lf = memchr(line, '\n', l->len);

	if (!lf)
		return NULL;
	*len = (size_t)(lf - line);
	l->from += *len + 1;
	l->len -= *len + 1;
	return line;
}

bool log_next(struct log *l, struct edge *e, struct word *source)
{
	const char *line;
	size_t len;
	int kind;

	while ((line = next_line(l, &len))) {
		kind = l->skipping ? 0 : watchlog_read(line, len, e, source);
		l->skipping = false;
		if (kind < 0)
			l->bad++;
		if (kind <= 0)
			continue;
		l->edges++;
		return true;
	}
	return false;
}
