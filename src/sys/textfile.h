/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A text of any size, to be read more than once, a line at a time. */
#ifndef GPSPPSCTL_TEXTFILE_H
#define GPSPPSCTL_TEXTFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TEXTFILE_HEAD 65536
#define TEXTFILE_LINE_MAX 4096
#define TEXTFILE_BUFFER 131072

struct textfile {
	int fd;
	size_t head_len;
	char head[TEXTFILE_HEAD];	/* the first bytes */
	bool binary;			/* a NUL is among them */
	char buffer[TEXTFILE_BUFFER];
};

/*
 * "-" is standard input.  What cannot be read twice (a pipe) is copied to a file without a
 * name in $TMPDIR, unless its head is binary.  0 or -errno, *what then says of what: "open",
 * "read", or "copy".
 */
int textfile_open(struct textfile *t, const char *path, const char **what);
void textfile_close(struct textfile *t);

/*
 * Each line from the first on, without its line feed and a carriage return before it;
 * one that is longer than TEXTFILE_LINE_MAX is NULL.  Numbers from 1.  Until fn returns
 * anything but 0, which is handed on.  Holes of a file are skipped.  0, or -errno.
 */
typedef int textfile_line(void *data, uint64_t number, const char *line, size_t len);
int textfile_each(struct textfile *t, textfile_line *fn, void *data);

#endif
