// SPDX-License-Identifier: GPL-2.0-or-later
/* A record on disk: names, answers, refusals. */
#include "record.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../fnv.h"

#define KEPT_MAX 200		/* of a key too long for a file name */
#define WHOLE_MAX 230
#define FILE_SIZE_MAX (4 << 20)

/* By name: numbers differ between architectures, and nobody can read them. */
#define ERRNO(e) { e, #e }
static const struct {
	int err;
	const char *name;
} errors[] = {
	ERRNO(EPERM), ERRNO(ENOENT), ERRNO(ESRCH), ERRNO(EINTR), ERRNO(EIO), ERRNO(ENXIO),
	ERRNO(E2BIG), ERRNO(EBADF), ERRNO(EAGAIN), ERRNO(ENOMEM), ERRNO(EACCES), ERRNO(EFAULT),
	ERRNO(EBUSY), ERRNO(EEXIST), ERRNO(EXDEV), ERRNO(ENODEV), ERRNO(ENOTDIR), ERRNO(EISDIR),
	ERRNO(EINVAL), ERRNO(ENFILE), ERRNO(EMFILE), ERRNO(ENOTTY), ERRNO(EFBIG), ERRNO(ENOSPC),
	ERRNO(EROFS), ERRNO(EPIPE), ERRNO(ERANGE), ERRNO(ENAMETOOLONG), ERRNO(ENOSYS),
	ERRNO(ELOOP), ERRNO(ENODATA), ERRNO(ETIME), ERRNO(EPROTO), ERRNO(EBADMSG),
	ERRNO(EOVERFLOW), ERRNO(EMSGSIZE), ERRNO(EOPNOTSUPP), ERRNO(EADDRINUSE),
	ERRNO(ECONNRESET), ERRNO(ECONNREFUSED), ERRNO(ETIMEDOUT),
};

#define N_ERRORS (sizeof(errors) / sizeof(errors[0]))

/* ---- names ---- */

static bool is_plain(unsigned char c)
{
	return (c < 0x80 && isalnum(c)) || (c && strchr(".:_-+,=", c));
}

static void escape(const char *key, char *name, size_t size)
{
	size_t len = 0;

	for (name[0] = '\0'; *key && len + 4 < size; key++) {
		unsigned char c = *key;

		len += snprintf(name + len, size - len,
				is_plain(c) ? "%c" : c == '/' ? "@" : "%%%02X", c);
	}
}

void record_name(const char *key, unsigned int nth, char *name, size_t size)
{
	char escaped[3 * 512 + 8];
	int n;

	escape(key, escaped, sizeof(escaped));
	if (strlen(escaped) > WHOLE_MAX)
		n = snprintf(name, size, "%.*s~~%016llx", KEPT_MAX, escaped,
			     (unsigned long long)fnv1a(key, strlen(key)));
	else
		n = snprintf(name, size, "%.*s", WHOLE_MAX, escaped);
	if (nth > 1 && n >= 0 && (size_t)n < size)
		snprintf(name + n, size - n, "~%u", nth);
}

/* ---- answers ---- */

static void print_refusal(FILE *f, int err)
{
	for (size_t i = 0; i < N_ERRORS; i++) {
		if (errors[i].err != err)
			continue;
		fprintf(f, "! %s", errors[i].name);
		return;
	}
	fprintf(f, "! %d", err);
}

int record_write(int dir, const char *path, const char *text, int n)
{
	int fd = openat(dir, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	int err = 0;
	FILE *f;

	if (fd < 0)
		return -errno;
	f = fdopen(fd, "w");
	if (!f) {
		err = -errno;
		close(fd);
		return err;
	}
	if (n < 0)
		print_refusal(f, -n);
	else if (n && (text[0] == '!' || text[0] == '\\'))
		fputc('\\', f);
	if (n > 0)
		fwrite(text, 1, n, f);
	fputc('\n', f);
	if (ferror(f))
		err = -EIO;
	if (fclose(f) && !err)
		err = -errno;
	return err;
}

static int parse_refusal(const char *text, int *n)
{
	char *end;
	long err;

	if (text[0] != '!' || text[1] != ' ')
		return -EBADMSG;
	for (size_t i = 0; i < N_ERRORS; i++) {
		if (strcmp(errors[i].name, text + 2))
			continue;
		*n = -errors[i].err;
		return 0;
	}
	err = strtol(text + 2, &end, 10);
	if (*end || err <= 0 || err > 4095)
		return -EBADMSG;
	*n = -(int)err;
	return 0;
}

/* The whole file in new memory, NUL-terminated, without its last line end. */
static int read_whole(int fd, char **text, size_t *len)
{
	struct stat st;
	ssize_t n;

	if (fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode) || st.st_size > FILE_SIZE_MAX)
		return -EBADMSG;
	*text = malloc(st.st_size + 1);
	if (!*text)
		return -ENOMEM;
	for (*len = 0; *len < (size_t)st.st_size; *len += n) {
		n = read(fd, *text + *len, st.st_size - *len);
		if (n < 0)
			return -errno;
		if (!n)
			break;
	}
	if (*len && (*text)[*len - 1] == '\n')
		(*len)--;
	(*text)[*len] = '\0';
	return 0;
}

static int take(const char *text, size_t len, char *buf, size_t size, int *n)
{
	if (text[0] == '!')
		return parse_refusal(text, n);
	if (text[0] == '\\') {
		text++;
		len--;
	}
	if (len >= size)
		len = size - 1;
	memcpy(buf, text, len);
	buf[len] = '\0';
	*n = (int)len;
	return 0;
}

int record_read(int dir, const char *path, char *buf, size_t size, int *n)
{
	int fd = openat(dir, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	char *text = NULL;
	size_t len = 0;
	int err;

	if (fd < 0)
		return -errno;
	err = read_whole(fd, &text, &len);
	if (!err && text)
		err = take(text, len, buf, size, n);
	free(text);
	close(fd);
	return err;
}
