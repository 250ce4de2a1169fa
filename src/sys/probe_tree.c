// SPDX-License-Identifier: GPL-2.0-or-later
/* The probe that answers from a record. */
#include "probe_tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "asked.h"
#include "record.h"

#define KEY_TEXT_MAX 1024

struct tree {
	struct probe probe;
	int dir;
	char *path;
	unsigned int instant;
	struct asked_keys asked;
	unsigned int missing;		/* keys */
	char *first_missing;
	char trouble[512];
};

static struct tree *tree_of(struct probe *p)
{
	return (struct tree *)p;
}

static void file_of(const char *key, unsigned int instant, unsigned int nth, char *path,
		    size_t size)
{
	char name[RECORD_NAME_MAX];

	record_name(key, nth, name, sizeof(name));
	snprintf(path, size, "%u/%s", instant, name);
}

static bool is_there(struct tree *t, const struct asked *a, unsigned int instant,
		     unsigned int nth)
{
	char path[RECORD_NAME_MAX + 32];

	file_of(a->key, instant, nth, path, sizeof(path));
	return faccessat(t->dir, path, F_OK, 0) == 0;
}

/* The last answer to a key in one instant: 0 for none.  A tree may have been cut by hand. */
static unsigned int last_of(struct tree *t, const char *key, unsigned int instant)
{
	char name[RECORD_NAME_MAX], number[16];
	unsigned int last = 0, nth;
	struct dirent *e;
	size_t len;
	DIR *d;
	int fd;

	snprintf(number, sizeof(number), "%u", instant);
	record_name(key, 1, name, sizeof(name));
	len = strlen(name);
	fd = openat(t->dir, number, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	d = fd < 0 ? NULL : fdopendir(fd);
	while (d && (e = readdir(d))) {
		if (strncmp(e->d_name, name, len))
			continue;
		if (!e->d_name[len])
			nth = 1;
		else if (sscanf(e->d_name + len, "~%u", &nth) != 1)
			continue;
		last = nth > last ? nth : last;
	}
	if (d)
		closedir(d);
	return last;
}

static void find_earlier(struct tree *t, struct asked *a)
{
	for (unsigned int i = t->instant; i-- > 0 && !a->at_nth;) {
		a->at_nth = last_of(t, a->key, i);
		a->at_instant = i;
	}
}

/*
 * The file with the answer: this instant's, as long as it has new ones for each
 * question; else the newest before.
 */
static void find_answer(struct tree *t, struct asked *a)
{
	if (is_there(t, a, t->instant, a->nth)) {
		a->at_instant = t->instant;
		a->at_nth = a->nth;
	}
	if (!a->at_nth)
		find_earlier(t, a);
}

static int note_missing(struct tree *t, struct asked *a)
{
	if (!a->missing && !t->missing++)
		t->first_missing = strdup(a->key);
	a->missing = true;
	return -ENODATA;
}

static int refuse(struct tree *t, const char *file, int err)
{
	if (!t->trouble[0])
		snprintf(t->trouble, sizeof(t->trouble), "%s/%s: %s", t->path, file,
			 err == -EBADMSG ? "this makes no sense in a record" : strerror(-err));
	return -ENODATA;
}

static int tree_get(struct probe *p, const char *key, char *buf, size_t size)
{
	char path[RECORD_NAME_MAX + 32];
	struct tree *t = tree_of(p);
	struct asked *a = asked_count(&t->asked, key, t->instant);
	int n, err;

	if (!a)
		return -ENOMEM;
	find_answer(t, a);
	if (!a->at_nth)
		return note_missing(t, a);
	file_of(key, a->at_instant, a->at_nth, path, sizeof(path));
	err = record_read(t->dir, path, buf, size, &n);
	return err ? refuse(t, path, err) : n;
}

/* "a\nb" gives two names; "" none. */
static int split(char *text, char ***names)
{
	char *save = NULL, *word, **list = NULL, **more;
	int n = 0;

	for (word = strtok_r(text, "\n", &save); word; word = strtok_r(NULL, "\n", &save)) {
		more = realloc(list, (n + 1) * sizeof(*list));
		if (!more)
			goto err_free;
		list = more;
		list[n] = strdup(word);
		if (!list[n])
			goto err_free;
		n++;
	}
	*names = list;
	return n;

err_free:
	probe_free_names(list, n);
	return -ENOMEM;
}

static int tree_list(struct probe *p, const char *dir, char ***names)
{
	char key[KEY_TEXT_MAX], *text = malloc(PROBE_TAPE_MAX);
	int n = -ENOMEM;

	*names = NULL;
	snprintf(key, sizeof(key), "list:%.1000s", dir);
	if (text)
		n = tree_get(p, key, text, PROBE_TAPE_MAX);
	if (n >= 0)
		n = split(text, names);
	free(text);
	return n;
}

/* Time passes in the record alone. */
static void tree_sleep_ms(struct probe *p, int ms)
{
	(void)ms;
	tree_of(p)->instant++;
}

static int64_t tree_now_ns(struct probe *p)
{
	char text[32], *end;
	long long now;

	if (tree_get(p, "now", text, sizeof(text)) < 0)
		return 0;
	now = strtoll(text, &end, 10);
	if (end != text && !*end && now >= 0)
		return now;
	refuse(tree_of(p), "now", -EBADMSG);
	return 0;
}

static const char *tree_trouble(struct probe *p)
{
	return tree_of(p)->trouble[0] ? tree_of(p)->trouble : NULL;
}

unsigned int probe_tree_missing(struct probe *p, const char **first)
{
	struct tree *t = tree_of(p);

	*first = t->first_missing ? t->first_missing : "";
	return t->missing;
}

static void tree_close(struct probe *p)
{
	struct tree *t = tree_of(p);

	if (t->dir >= 0)
		close(t->dir);
	asked_free(&t->asked);
	free(t->first_missing);
	free(t->path);
	free(t);
}

static const struct probe_ops tree_ops = {
	.get = tree_get,
	.list = tree_list,
	.sleep_ms = tree_sleep_ms,
	.now_ns = tree_now_ns,
	.close = tree_close,
	.trouble = tree_trouble,
};

static int check_version(struct tree *t)
{
	char text[64];
	int n, err = record_read(t->dir, "VERSION", text, sizeof(text), &n);

	if (err == -ENOENT || (!err && (n < 0 || strcmp(text, RECORD_VERSION))))
		return -EBADMSG;
	return err;
}

struct probe *probe_open_tree(const char *dir)
{
	struct tree *t = calloc(1, sizeof(*t));
	int err;

	if (!t)
		return NULL;
	t->probe.ops = &tree_ops;
	t->path = strdup(dir);
	t->dir = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	err = t->dir < 0 ? -errno : check_version(t);
	if (!err && !t->path)
		err = -ENOMEM;
	if (!err)
		return &t->probe;
	tree_close(&t->probe);
	errno = -err;
	return NULL;
}
