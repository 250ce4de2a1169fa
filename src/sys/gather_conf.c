// SPDX-License-Identifier: GPL-2.0-or-later
/* A daemon's configuration by the probe: what is common, ntpd and gpsd. */
#include "gather_conf.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../daemon/conftext.h"

/* ---- files ---- */

void conf_begin(struct conf_source *s, struct probe *p, const struct look *l)
{
	memset(s, 0, sizeof(*s));
	s->p = p;
	s->look = l;
	s->budget = CONF_ASKS_MAX;
	if (l->argv_len < 0)
		conf_note(s, l->argv_len);
	if (!look_is_trusted(p, l))
		conf_note(s, -EPERM);
}

int conf_note(struct conf_source *s, int err)
{
	const bool meets_it_too = err == -ENOENT || err == -ENOTDIR || err == -EISDIR ||
				  err == -ELOOP;

	if (err < 0 && !meets_it_too && !s->refused)
		s->refused = err;
	return err;
}

int conf_whole_path(struct conf_source *s, const char *path, char *whole, size_t size)
{
	char cwd[CLOCK_PATH_MAX] = "";
	int n;

	/* a process of somebody's leads us to no files */
	if (s->refused == -EPERM)
		return -EPERM;
	if (path[0] != '/' && s->look->pid) {
		n = probe_getf(s->p, cwd, sizeof(cwd), "link:/proc/%d/cwd", s->look->pid);
		if (n < 0)
			return n;
	}
	n = snprintf(whole, size, path[0] == '/' ? "%s%s" : "%s/%s", cwd, path);
	return (size_t)n < size ? 0 : -ENAMETOOLONG;
}

/* 0, or why nothing more may be asked. */
static int may_ask(struct conf_source *s, const char *path, char *whole, size_t size)
{
	if (s->budget <= 0)
		return -E2BIG;
	s->budget--;
	return conf_whole_path(s, path, whole, size);
}

/* The probe takes a last line end away: to the parsers a line without one is cut. */
int conf_read(struct conf_source *s, const char *path, char *buf)
{
	char whole[CONF_PATH_MAX];
	int n = may_ask(s, path, whole, sizeof(whole));

	if (!n)
		n = probe_getf(s->p, buf, CONF_TEXT_MAX, "file:%s", whole);
	if (n >= CONF_TEXT_MAX - 2)
		n = -EFBIG;
	if (n < 0)
		return conf_note(s, n);
	if (n) {
		buf[n++] = '\n';
		buf[n] = '\0';
	}
	return n;
}

int conf_list(struct conf_source *s, const char *path, char ***names)
{
	char whole[CONF_PATH_MAX];
	int n = may_ask(s, path, whole, sizeof(whole));

	if (!n)
		n = probe_list(s->p, whole, names);
	if (n < 0)
		*names = NULL;
	return conf_note(s, n);
}

void conf_end(const struct conf_source *s, struct daemon *d, const char *path, int err)
{
	d->conf = fact_from(s->refused ? s->refused : err == -ENOENT ? -ENOENT : 0, 1);
	conf_quote(d->conf_path, sizeof(d->conf_path), path, strlen(path));
}

/* ---- ntpd ---- */

struct ntpd_texts {
	struct conf_source source;
	char text[NTPD_DEPTH_MAX + 1][CONF_TEXT_MAX];
};

static int read_at(void *ctx, unsigned int depth, const char *path, const char **text)
{
	struct ntpd_texts *t = ctx;

	*text = t->text[depth];
	return conf_read(&t->source, path, t->text[depth]);
}

/* A name with a line end in it would be two, and is none of a configuration. */
static int list_at(void *ctx, unsigned int depth, const char *path, const char **text)
{
	struct ntpd_texts *t = ctx;
	char **names, *buf = t->text[depth];
	int n = conf_list(&t->source, path, &names);
	size_t len = 0;

	if (n < 0)
		return n;
	for (int i = 0; i < n && len < CONF_TEXT_MAX; i++)
		if (!strchr(names[i], '\n'))
			len += snprintf(buf + len, CONF_TEXT_MAX - len, "%s\n", names[i]);
	probe_free_names(names, n);
	*text = buf;
	return len < CONF_TEXT_MAX ? (int)len : conf_note(&t->source, -EFBIG);
}

/* Only a unit says that it is the classic one: else it may be either. */
static enum ntpd_kind grammar_of(const struct daemon *d)
{
	if (d->kind == DAEMON_NTPSEC)
		return NTPD_NTPSEC;
	return strcmp(d->service, "ntp.service") ? NTPD_EITHER : NTPD_CLASSIC;
}

/* All is read before it goes to its jail (-i), and by the names outside. */
static void read_ntpd(struct ntpd_texts *t, struct daemon *d)
{
	const struct ntpd_reader reader = { .read = read_at, .list = list_at, .ctx = t };
	const enum ntpd_kind kind = grammar_of(d);
	const char *path = d->ntpd_command.config;
	int err = -ENOENT;

	if (path[0])
		err = ntpd_conf_read(d->ntpd, kind, path, &reader);
	for (unsigned int i = 0; !d->ntpd_command.config[0] && err == -ENOENT; i++) {
		path = ntpd_default_config(kind, i);
		if (!path)
			break;
		err = ntpd_conf_read(d->ntpd, kind, path, &reader);
	}
	conf_end(&t->source, d, path ? path : "", err);
}

void gather_ntpd_conf(struct probe *p, struct daemon *d, const struct look *l)
{
	struct ntpd_texts *t = malloc(sizeof(*t));

	d->ntpd = calloc(1, sizeof(*d->ntpd));
	ntpd_command_parse(&d->ntpd_command, l->argv, l->argv_len > 0 ? (size_t)l->argv_len : 0);
	/* its log is no better than its configuration */
	if (!look_is_trusted(p, l))
		d->ntpd_command.logfile[0] = '\0';
	if (t && d->ntpd) {
		conf_begin(&t->source, p, l);
		read_ntpd(t, d);
	} else {
		d->conf = fact_from(-ENOMEM, 0);
	}
	free(t);
}

/* ---- gpsd ---- */

/* Its options come from there; the file is no more than where a person changes them. */
static int read_gpsd_defaults(struct probe *p, char *text, size_t size, const char **path)
{
	static const char *const places[] = { "/etc/default/gpsd", "/etc/sysconfig/gpsd" };
	int n = -ENOENT;

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]) && n == -ENOENT; i++) {
		*path = places[i];
		n = probe_getf(p, text, size, "file:%s", places[i]);
	}
	return n >= 0 && (size_t)n + 2 >= size ? -EFBIG : n;
}

void gather_gpsd_conf(struct probe *p, struct daemon *d, const struct look *l)
{
	struct gpsd_defaults defaults;
	const char *path;
	char text[8192];
	int n = read_gpsd_defaults(p, text, sizeof(text), &path);

	if (n >= 0)
		snprintf(d->conf_path, sizeof(d->conf_path), "%s", path);
	d->conf = fact_from(l->pid && l->argv_len < 0 ? l->argv_len : l->pid || n >= 0 ? 0 : n, 1);
	if (l->pid)
		gpsd_cmdline_parse(l->argv, l->argv_len > 0 ? (size_t)l->argv_len : 0, &d->gpsd);
	else
		gpsd_defaults_parse(text, n > 0 ? (size_t)n : 0, &d->gpsd, &defaults);
}
