// SPDX-License-Identifier: GPL-2.0-or-later
/* glob(7) by a probe. */
#include "probe_glob.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATH_TEXT_MAX 256
#define PARTS_MAX 16		/* of a path: deeper ones are not looked for */
#define MATCHES_MAX 256

struct search {
	struct probe *p;
	int *budget;
	bool inside;		/* behind a wildcard: a directory need not be there */
	char **paths;
	int n;
};

static bool has_magic(const char *text)
{
	return strpbrk(text, "*?[\\") != NULL;
}

static int add_path(struct search *s, const char *path)
{
	char **more;

	if (s->n == MATCHES_MAX)
		return -E2BIG;
	more = realloc(s->paths, (s->n + 1) * sizeof(*more));
	if (!more)
		return -ENOMEM;
	s->paths = more;
	more[s->n] = strdup(path);
	if (!more[s->n])
		return -ENOMEM;
	s->n++;
	return 0;
}

static int search_in(struct search *s, const char *dir, const char *rest, int parts);

/* The path so far, with one name more; then what is behind it in the pattern. */
static int go_on(struct search *s, const char *dir, const char *name, size_t len,
		 const char *rest, int parts)
{
	char path[PATH_TEXT_MAX], text[80];

	if ((size_t)snprintf(path, sizeof(path), "%s/%.*s", dir, (int)len, name) >= sizeof(path))
		return -ENAMETOOLONG;
	if (*rest)
		return search_in(s, path, rest, parts + 1);
	if (probe_getf(s->p, text, sizeof(text), "stat:%s", path) == -ENOENT)
		return 0;
	return add_path(s, path);
}

static int try_names(struct search *s, const char *dir, const char *part, const char *rest,
		     int parts)
{
	const bool inside = s->inside;
	char **names;
	int n, err = 0;

	if ((*s->budget)-- <= 0)
		return -E2BIG;
	n = probe_list(s->p, *dir ? dir : "/", &names);
	if (n < 0)
		return n == -ENOTDIR || (n == -ENOENT && inside) ? 0 : n;
	s->inside = true;
	for (int i = 0; i < n && !err; i++)
		if (!fnmatch(part, names[i], FNM_PERIOD))
			err = go_on(s, dir, names[i], strlen(names[i]), rest, parts);
	s->inside = inside;
	probe_free_names(names, n);
	return err;
}

/* `rest` begins with the next name of the pattern; a path has PARTS_MAX names at most. */
static int search_in(struct search *s, const char *dir, const char *rest, int parts)
{
	const size_t len = strcspn(rest, "/");
	char part[PATH_TEXT_MAX];

	if (parts == PARTS_MAX || len >= sizeof(part))
		return -ENAMETOOLONG;
	memcpy(part, rest, len);
	part[len] = '\0';
	rest += len;
	rest += strspn(rest, "/");
	if (!has_magic(part))
		return go_on(s, dir, part, len, rest, parts);
	return try_names(s, dir, part, rest, parts);
}

static int by_bytes(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int probe_glob(struct probe *p, const char *pattern, int *budget, char ***paths)
{
	struct search s = { .p = p, .budget = budget };
	int err;

	*paths = NULL;
	if (!has_magic(pattern))
		err = add_path(&s, pattern);
	else if (pattern[0] != '/')
		err = -EINVAL;
	else
		err = search_in(&s, "", pattern + strspn(pattern, "/"), 0);
	if (err) {
		probe_free_names(s.paths, s.n);
		return err;
	}
	if (s.n > 1)
		qsort(s.paths, s.n, sizeof(*s.paths), by_bytes);
	*paths = s.paths;
	return s.n;
}
