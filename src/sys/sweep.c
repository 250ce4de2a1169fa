// SPDX-License-Identifier: GPL-2.0-or-later
/* Read the files of a set of directories. */
#include "sweep.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SEEN_MAX 64
#define TEXT_MAX 65536

struct seen {
	char names[SEEN_MAX][64];
	unsigned int n;
	int err;
};

/* What is there under this name, or a link to /dev/null, hides what comes later. */
static bool is_new(struct seen *seen, const char *name)
{
	for (unsigned int i = 0; i < seen->n; i++)
		if (!strcmp(seen->names[i], name))
			return false;
	if (seen->n == SEEN_MAX || strlen(name) >= sizeof(seen->names[0])) {
		seen->err = seen->err ? seen->err : -E2BIG;
		return false;
	}
	strcpy(seen->names[seen->n++], name);
	return true;
}

static bool ends_so(const char *name, const char *suffix)
{
	const size_t len = strlen(name), end = strlen(suffix);

	return len > end && !strcmp(name + len - end, suffix);
}

static void refuse(struct seen *seen, int err)
{
	/* -EISDIR: not a file, as /dev/null; -ENOENT: a link to nothing */
	if (!seen->err && err != -ENOENT && err != -ENOTDIR && err != -EISDIR)
		seen->err = err;
}

static void read_dir(struct probe *p, const struct sweep *s, const char *dir, struct seen *seen,
		     char *text)
{
	char path[256], **names = NULL;
	int n_names = -ENAMETOOLONG, n;

	if (snprintf(path, sizeof(path), "%s%s", dir, s->below) < (int)sizeof(path))
		n_names = probe_list(p, path, &names);
	if (n_names < 0)
		refuse(seen, n_names);
	for (int i = 0; i < n_names; i++) {
		if (!ends_so(names[i], s->suffix) || (s->wants && !s->wants(dir, names[i])) ||
		    !is_new(seen, names[i]) ||
		    snprintf(path, sizeof(path), "%s%s/%s", dir, s->below, names[i]) >=
		    (int)sizeof(path))
			continue;
		n = probe_getf(p, text, TEXT_MAX, "file:%s", path);
		if (n < 0)
			refuse(seen, n);
		else
			s->use(s->to, path, text, (size_t)n);
	}
	if (n_names >= 0)
		probe_free_names(names, n_names);
}

int sweep_files(struct probe *p, const struct sweep *s)
{
	struct seen *seen = calloc(1, sizeof(*seen));
	char *text = malloc(TEXT_MAX);
	int err = -ENOMEM;

	if (seen && text) {
		for (size_t i = 0; s->dirs[i]; i++)
			read_dir(p, s, s->dirs[i], seen, text);
		err = seen->err;
	}
	free(text);
	free(seen);
	return err;
}
