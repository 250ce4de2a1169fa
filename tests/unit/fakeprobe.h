/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A probe that plays a script: what is answered to which key from which instant on. */
#ifndef FAKEPROBE_H
#define FAKEPROBE_H

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sys/probe.h"

/*
 * The newest line whose instant has come answers; a key without one is -ENOENT.
 * Lists are keys "list:DIR" with a name a line.
 */
struct fake_line {
	int instant;
	const char *key, *value;
	int err;		/* refused so (-EACCES); or > 0: the bytes of value, with NULs */
};

struct fake {
	struct probe probe;
	const struct fake_line *lines;	/* up to one without key */
	int instant;
	int64_t now_ns;
	unsigned int asked;
	char last_key[512];
};

static inline const struct fake_line *fake_find(const struct fake *f, const char *key)
{
	const struct fake_line *found = NULL;

	for (const struct fake_line *l = f->lines; l->key; l++)
		if (l->instant <= f->instant && !strcmp(l->key, key))
			found = l;
	return found;
}

static inline int fake_get(struct probe *p, const char *key, char *buf, size_t size)
{
	struct fake *f = (struct fake *)p;
	const struct fake_line *l = fake_find(f, key);

	f->asked++;
	snprintf(f->last_key, sizeof(f->last_key), "%s", key);
	if (!l)
		return -ENOENT;
	if (l->err < 0)
		return l->err;
	if (!l->err) {
		snprintf(buf, size, "%s", l->value);
		return (int)strlen(buf);
	}
	if ((size_t)l->err >= size)
		return -EMSGSIZE;
	memcpy(buf, l->value, (size_t)l->err);
	buf[l->err] = '\0';
	return l->err;
}

static inline int fake_list(struct probe *p, const char *dir, char ***names)
{
	char key[512], text[8192], *save = NULL, *word;
	int n;

	*names = NULL;
	snprintf(key, sizeof(key), "list:%s", dir);
	n = fake_get(p, key, text, sizeof(text));
	if (n < 0)
		return n;
	*names = calloc(strlen(text) + 1, sizeof(**names));
	n = 0;
	for (word = strtok_r(text, "\n", &save); word; word = strtok_r(NULL, "\n", &save))
		(*names)[n++] = strdup(word);
	return n;
}

static inline void fake_sleep_ms(struct probe *p, int ms)
{
	struct fake *f = (struct fake *)p;

	f->instant++;
	f->now_ns += ms * INT64_C(1000000);
}

/* Time goes on by itself, too, as it does. */
static inline int64_t fake_now_ns(struct probe *p)
{
	return ((struct fake *)p)->now_ns += 1000;
}

static inline void fake_close(struct probe *p)
{
	free(p);
}

static inline struct probe *fake_open(const struct fake_line *lines)
{
	static const struct probe_ops ops = {
		.get = fake_get, .list = fake_list, .sleep_ms = fake_sleep_ms,
		.now_ns = fake_now_ns, .close = fake_close,
	};
	struct fake *f = calloc(1, sizeof(*f));

	f->probe.ops = &ops;
	f->lines = lines;
	f->now_ns = 1000000000;
	return &f->probe;
}

#endif
