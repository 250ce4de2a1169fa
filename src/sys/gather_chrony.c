// SPDX-License-Identifier: GPL-2.0-or-later
/* chronyd's configuration by the probe: includes, confdirs and sourcedirs (conf.c). */
#include "gather_conf.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probe_glob.h"

#define FOUND_MAX 256	/* files of one confdir or sourcedir */

struct walk {
	struct conf_source source;
	struct chrony_conf *conf;
};

/* A file that chronyd wants and cannot have: it stops there. */
static void refuse(struct walk *w, const struct chrony_where *where, const char *reason)
{
	struct chrony_conf *conf = w->conf;

	if (conf->n_errors < CHRONY_ERRORS_MAX) {
		struct chrony_error *e = &conf->errors[conf->n_errors];

		e->fault = CHRONY_REFUSED;
		snprintf(e->reason, sizeof(e->reason), "%s", reason);
		e->where = *where;
	}
	conf->n_errors++;
}

static int read_file(struct walk *w, const char *path, const struct chrony_reader *from);

/* ---- the files of directories ---- */

struct listing {
	char **names[CHRONY_DIRS_MAX];
	int n_names[CHRONY_DIRS_MAX];
	struct chrony_found found[FOUND_MAX];
	size_t n;
};

static void add_found(struct walk *w, struct listing *l, size_t dir, const char *suffix)
{
	for (int i = 0; i < l->n_names[dir]; i++) {
		if (!chrony_takes_file(l->names[dir][i], suffix))
			continue;
		if (l->n == FOUND_MAX) {
			conf_note(&w->source, -E2BIG);
			return;
		}
		l->found[l->n].name = l->names[dir][i];
		l->found[l->n++].dir = dir;
	}
}

/* In the order in which chronyd reads them.  NULL without memory. */
static struct listing *list_dirs(struct walk *w, const struct chrony_dirs *dirs,
				 const char *suffix)
{
	struct listing *l = calloc(1, sizeof(*l));

	if (!l) {
		conf_note(&w->source, -ENOMEM);
		return NULL;
	}
	for (size_t i = 0; i < dirs->n; i++) {
		l->n_names[i] = conf_list(&w->source, dirs->dirs[i], &l->names[i]);
		add_found(w, l, i, suffix);
	}
	l->n = chrony_sort_files(l->found, l->n);
	return l;
}

static void free_listing(struct listing *l, const struct chrony_dirs *dirs)
{
	for (size_t i = 0; i < dirs->n; i++)
		probe_free_names(l->names[i], l->n_names[i]);
	free(l);
}

static bool found_path(const struct listing *l, size_t i, const struct chrony_dirs *dirs,
		       char *path, size_t size)
{
	return (size_t)snprintf(path, size, "%s/%s", dirs->dirs[l->found[i].dir],
				l->found[i].name) < size;
}

static void read_confdir(struct walk *w, const struct chrony_dirs *dirs,
			 const struct chrony_reader *from)
{
	struct listing *l = list_dirs(w, dirs, ".conf");
	char path[2 * CHRONY_PATH_MAX];

	for (size_t i = 0; l && i < l->n; i++)
		if (found_path(l, i, dirs, path, sizeof(path)) && read_file(w, path, from) < 0)
			refuse(w, &dirs->where, "a file of this directory cannot be read");
	if (l)
		free_listing(l, dirs);
}

static void read_sourcedir(struct walk *w, const struct chrony_dirs *dirs)
{
	struct listing *l = list_dirs(w, dirs, ".sources");
	char path[2 * CHRONY_PATH_MAX], *text = malloc(CONF_TEXT_MAX);
	int n;

	if (!text)
		conf_note(&w->source, -ENOMEM);
	for (size_t i = 0; l && text && i < l->n; i++) {
		if (!found_path(l, i, dirs, path, sizeof(path)))
			continue;
		n = conf_read(&w->source, path, text);
		if (n > 0)
			chrony_read_sources(w->conf, text, (size_t)n);
	}
	free(text);
	if (l)
		free_listing(l, dirs);
}

/* ---- files that name others ---- */

static void include(struct walk *w, const struct chrony_dirs *dirs,
		    const struct chrony_reader *from)
{
	char **paths = NULL, pattern[CONF_PATH_MAX];
	int n = conf_whole_path(&w->source, dirs->dirs[0], pattern, sizeof(pattern));

	if (!n)
		n = probe_glob(w->source.p, pattern, &w->source.budget, &paths);
	conf_note(&w->source, n);
	if (n < 0)
		refuse(w, &dirs->where, "the directory of this pattern cannot be searched");
	for (int i = 0; paths && i < n; i++)
		if (read_file(w, paths[i], from) < 0)
			refuse(w, &dirs->where, "a file that this wants cannot be read");
	probe_free_names(paths, n);
}

static void read_text(struct walk *w, const char *path, const char *text, size_t len,
		      const struct chrony_reader *from)
{
	struct chrony_reader r;
	struct chrony_dirs dirs;
	enum chrony_wants wants;

	/* what it refuses is in its table of errors */
	if (chrony_read_begin(w->conf, &r, path, text, len, from))
		return;
	while ((wants = chrony_read_on(w->conf, &r, &dirs)) != CHRONY_READ) {
		if (wants == CHRONY_INCLUDE)
			include(w, &dirs, &r);
		else
			read_confdir(w, &dirs, &r);
	}
}

/* Up to CHRONY_INCLUDE_MAX deep: chrony_read_begin() says when it is enough. */
static int read_file(struct walk *w, const char *path, const struct chrony_reader *from)
{
	char *text = malloc(CONF_TEXT_MAX);
	int n = text ? conf_read(&w->source, path, text) : conf_note(&w->source, -ENOMEM);

	if (n >= 0)
		read_text(w, path, text, (size_t)n, from);
	free(text);
	return n < 0 ? n : 0;
}

/* ---- all of it ---- */

/* Where it looks is built into it: Debian's place, and the one of its sources. */
static const char *const places[] = { "/etc/chrony/chrony.conf", "/etc/chrony.conf" };

static void read_first(struct walk *w, struct daemon *d)
{
	const struct chrony_cmdline *c = &d->chrony_command;
	const char *path = c->conf;
	int err = -ENOENT;

	if (c->directives_len) {
		path = "";
		err = 0;
		read_text(w, "(command line)", c->directives, c->directives_len, NULL);
	} else if (path[0]) {
		err = read_file(w, path, NULL);
	}
	for (size_t i = 0; !c->directives_len && !c->conf[0] && err == -ENOENT &&
	     i < sizeof(places) / sizeof(places[0]); i++) {
		path = places[i];
		err = read_file(w, path, NULL);
	}
	if (err == -ENOENT)
		path = c->conf;
	for (size_t i = 0; i < w->conf->n_sourcedirs; i++)
		read_sourcedir(w, &w->conf->sourcedirs[i]);
	chrony_read_end(w->conf);
	conf_end(&w->source, d, path, err);
}

void gather_chrony_conf(struct probe *p, struct daemon *d, const struct look *l)
{
	struct walk w = { .conf = malloc(sizeof(*w.conf)) };

	d->chrony = w.conf;
	chrony_cmdline_parse(l->argv, l->argv_len > 0 ? (size_t)l->argv_len : 0,
			     &d->chrony_command);
	if (!w.conf) {
		d->conf = fact_from(-ENOMEM, 0);
		return;
	}
	chrony_conf_init(w.conf);
	conf_begin(&w.source, p, l);
	if (d->chrony_command.cut)
		conf_note(&w.source, -EFBIG);
	read_first(&w, d);
}
