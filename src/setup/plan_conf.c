// SPDX-License-Identifier: GPL-2.0-or-later
/* The daemons' configurations by the plan's files, without a block of ours. */
#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../daemon/chrony_conf.h"
#include "../daemon/ntpd_conf.h"
#include "plan_inside.h"

#define FOUND_MAX 128		/* files of one directory */

void plan_conf_free(struct plan_conf *c)
{
	for (size_t i = 0; i < sizeof(c->text) / sizeof(c->text[0]); i++)
		plan_text_free(&c->text[i]);
}

static int why_not(struct plan_conf *c, const struct setup_file *f)
{
	switch (f->is) {
	case SETUP_TEXT:
		return 0;
	case SETUP_DIRECTORY:
		return -EISDIR;
	case SETUP_ABSENT:
		return -ENOENT;
	default:
		c->denied = -EACCES;
		return -EACCES;
	}
}

void plan_block_names(const struct planner *p, char name[PLAN_BLOCK_MAX], char old[PLAN_BLOCK_MAX])
{
	snprintf(name, PLAN_BLOCK_MAX, "unit %u", p->in->unit);
	old[0] = '\0';
	if (p->old_unit >= 0)
		snprintf(old, PLAN_BLOCK_MAX, "unit %d", p->old_unit);
}

static void cut_block(struct plan_text *t, const char *name)
{
	size_t at, size;

	if (!t->len || !name[0] || plan_block_find(t->s, t->len, name, &at, &size) < 0)
		return;
	memmove(t->s + at, t->s + at + size, t->len - at - size + 1);
	t->len -= size;
}

/* The text that counts, in t. */
static void hide(struct plan_conf *c, const struct setup_file *f, struct plan_text *t)
{
	char name[PLAN_BLOCK_MAX], old[PLAN_BLOCK_MAX];

	plan_text_free(t);
	plan_append(t, f->text, f->len);
	plan_text_of(c->p, t);
	if (c->all)
		return;
	plan_block_names(c->p, name, old);
	cut_block(t, name);
	cut_block(t, old);
}

/* ---- ntpd ---- */

static int read_at(void *ctx, unsigned int depth, const char *path, const char **text)
{
	struct plan_conf *c = ctx;
	const struct setup_file f = plan_file(c->p, path, NULL);
	const int err = why_not(c, &f);

	if (err)
		return err;
	hide(c, &f, &c->text[depth]);
	*text = plan_text_of(c->p, &c->text[depth]);
	return (int)c->text[depth].len;
}

static int list_at(void *ctx, unsigned int depth, const char *path, const char **names)
{
	struct plan_conf *c = ctx;

	plan_text_free(&c->text[depth]);
	if (!plan_list(c->p, path, &c->text[depth]))
		return -ENOENT;
	*names = plan_text_of(c->p, &c->text[depth]);
	return (int)c->text[depth].len;
}

int plan_read_ntpd(struct plan_conf *c, int kind, const char *path, struct ntpd_conf *conf)
{
	const struct ntpd_reader reader = { .read = read_at, .list = list_at, .ctx = c };

	_Static_assert(sizeof(c->text) / sizeof(c->text[0]) > NTPD_DEPTH_MAX, "a text a depth");
	return ntpd_conf_read(conf, (enum ntpd_kind)kind, path, &reader);
}

/* ---- chronyd ---- */

struct walk {
	struct plan_conf *c;
	struct chrony_conf *conf;
	char *dir;
};

static int read_chrony(struct walk *w, const char *path, const struct chrony_reader *from);

static void note_dir(struct walk *w, const char *dir)
{
	if (!w->dir[0] || (strncmp(w->dir, "/etc/", 5) != 0 && !strncmp(dir, "/etc/", 5)))
		snprintf(w->dir, PLAN_PATH_MAX, "%s", dir);
}

/* The names that chronyd takes, each a piece of a directory's text. */
struct names {
	struct chrony_found found[FOUND_MAX];
	size_t n;
};

static void cut_names(struct names *l, size_t dir, char *text, const char *pattern)
{
	char *save;

	for (char *s = strtok_r(text, "\n", &save); s; s = strtok_r(NULL, "\n", &save)) {
		const bool takes = pattern ? !fnmatch(pattern, s, FNM_PERIOD) :
				   chrony_takes_file(s, ".conf");

		if (takes && l->n < FOUND_MAX)
			l->found[l->n++] = (struct chrony_found){ .name = s, .dir = dir };
	}
}

/* All that directories have for chronyd, in its order; the dirs of a list, or a pattern's one. */
static void read_dirs(struct walk *w, const char (*dirs)[CHRONY_PATH_MAX], size_t n_dirs,
		      const char *pattern, const struct chrony_reader *from)
{
	struct plan_text texts[CHRONY_DIRS_MAX] = { 0 };
	struct names *l = calloc(1, sizeof(*l));
	char path[2 * CHRONY_PATH_MAX];

	for (size_t i = 0; l && i < n_dirs; i++) {
		if (plan_list(w->c->p, dirs[i], &texts[i]) && plan_text_of(w->c->p, &texts[i])[0])
			cut_names(l, i, texts[i].s, pattern);
	}
	if (l)
		l->n = chrony_sort_files(l->found, l->n);
	else
		w->c->p->err = -ENOMEM;
	for (size_t i = 0; l && i < l->n; i++) {
		snprintf(path, sizeof(path), "%s/%s", dirs[l->found[i].dir], l->found[i].name);
		read_chrony(w, path, from);
	}
	for (size_t i = 0; i < n_dirs; i++)
		plan_text_free(&texts[i]);
	free(l);
}

/* glob(7) in the last part of a path, where people have it. */
static void include(struct walk *w, const struct chrony_dirs *d, const struct chrony_reader *from)
{
	char dir[1][CHRONY_PATH_MAX];
	const char *slash = strrchr(d->dirs[0], '/');

	if (d->must_exist || !slash) {
		read_chrony(w, d->dirs[0], from);
		return;
	}
	snprintf(dir[0], sizeof(dir[0]), "%.*s", (int)(slash - d->dirs[0]), d->dirs[0]);
	if (!strcmp(slash, "/*.conf"))
		note_dir(w, dir[0]);
	read_dirs(w, (const char (*)[CHRONY_PATH_MAX])dir, 1, slash + 1, from);
}

static void read_text(struct walk *w, const char *path, const struct plan_text *t,
		      const struct chrony_reader *from)
{
	struct chrony_reader r;
	struct chrony_dirs dirs;
	enum chrony_wants wants;

	if (chrony_read_begin(w->conf, &r, path, t->s ? t->s : "", t->len, from))
		return;
	while ((wants = chrony_read_on(w->conf, &r, &dirs)) != CHRONY_READ) {
		if (wants == CHRONY_INCLUDE) {
			include(w, &dirs, &r);
			continue;
		}
		for (size_t i = 0; i < dirs.n; i++)
			note_dir(w, dirs.dirs[i]);
		read_dirs(w, (const char (*)[CHRONY_PATH_MAX])dirs.dirs, dirs.n, NULL, &r);
	}
}

static int read_chrony(struct walk *w, const char *path, const struct chrony_reader *from)
{
	const struct setup_file f = plan_file(w->c->p, path, NULL);
	const int err = why_not(w->c, &f);
	struct plan_text t = { 0 };

	if (err)
		return err;
	hide(w->c, &f, &t);
	read_text(w, path, &t, from);
	plan_text_free(&t);
	return 0;
}

int plan_read_chrony(struct plan_conf *c, const char *path, struct chrony_conf *conf, char *dir)
{
	struct walk w = { .c = c, .conf = conf, .dir = dir };
	int err;

	dir[0] = '\0';
	chrony_conf_init(conf);
	err = read_chrony(&w, path, NULL);
	chrony_read_end(conf);
	return err;
}
