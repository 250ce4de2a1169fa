// SPDX-License-Identifier: GPL-2.0-or-later
/* chrony.conf: its files and its lines. */
#include "chrony_conf.h"

#include <errno.h>
#include <string.h>

#include "../letters.h"
#include "chrony_inside.h"
#include "conftext.h"

static void add_error(struct chrony_conf *conf, enum chrony_fault fault, const char *reason,
		      const struct chrony_where *where)
{
	struct chrony_error *e;

	if (conf->n_errors++ >= CHRONY_ERRORS_MAX)
		return;
	e = &conf->errors[conf->n_errors - 1];
	e->fault = fault;
	strncpy(e->reason, reason, sizeof(e->reason) - 1);
	e->where = *where;
}

/* Blank, or a comment: only a line's first character begins one. */
static bool says_nothing(const char *p, const char *end)
{
	while (p < end && is_space(*p))
		p++;
	return p == end || strchr("!;#%", *p);
}

static const char *read_line(struct chrony_conf *conf, struct chrony_line *l,
			     struct chrony_wanted *wanted)
{
	const size_t len = (size_t)(l->end - l->p);

	if (memchr(l->p, '\0', len))
		return chrony_wrong(l, CHRONY_UNREAD, "a NUL byte: this is not a text");
	if (len > CHRONY_LINE_MAX)
		return chrony_wrong(l, CHRONY_REFUSED, "more than 2047 characters");
	return says_nothing(l->p, l->end) ? NULL : chrony_directive(conf, l, wanted);
}

static void quote_line(struct chrony_line *l)
{
	const char *p = l->p, *end = l->end;

	while (p < end && is_space(*p))
		p++;
	while (end > p && is_space(end[-1]))
		end--;
	conf_quote(l->where.text, sizeof(l->where.text), p, (size_t)(end - p));
}

/* The next line of the file; false at its end. */
static bool next_line(struct chrony_reader *r, struct chrony_line *l)
{
	const char *nl;

	if (r->p >= r->end)
		return false;
	nl = memchr(r->p, '\n', (size_t)(r->end - r->p));
	memset(l, 0, sizeof(*l));
	l->p = r->p;
	l->end = nl ? nl : r->end;
	l->where.file = r->file;
	l->where.line = ++r->line;
	quote_line(l);
	r->p = nl ? nl + 1 : r->end;
	return true;
}

void chrony_conf_init(struct chrony_conf *conf)
{
	memset(conf, 0, sizeof(*conf));
	conf->minsources = 1;
	conf->cmdport = -1;
}

int chrony_read_begin(struct chrony_conf *conf, struct chrony_reader *r, const char *path,
		      const char *text, size_t len, const struct chrony_reader *from)
{
	struct chrony_where where = { .line = 0 };
	const int err = from && from->level >= CHRONY_INCLUDE_MAX ? -ELOOP :
			conf->n_files == CHRONY_FILES_MAX ? -ENOSPC : 0;

	memset(r, 0, sizeof(*r));
	if (err) {
		where.file = from ? from->file : 0;
		where.line = from ? from->line : 0;
		conf_quote(where.text, sizeof(where.text), path, strlen(path));
		add_error(conf, err == -ELOOP ? CHRONY_REFUSED : CHRONY_UNREAD,
			  err == -ELOOP ? "files include files more than ten deep" :
					  "more files than are kept here", &where);
		return err;
	}
	conf_quote(conf->files[conf->n_files], CHRONY_PATH_MAX, path, strlen(path));
	*r = (struct chrony_reader) {
		.p = text, .end = text + len, .file = (unsigned int)conf->n_files++,
		.level = from ? from->level + 1 : 1,
	};
	return 0;
}

enum chrony_wants chrony_read_on(struct chrony_conf *conf, struct chrony_reader *r,
				 struct chrony_dirs *dirs)
{
	struct chrony_wanted wanted = { .wants = CHRONY_READ, .dirs = dirs };
	struct chrony_line l;

	while (wanted.wants == CHRONY_READ && next_line(r, &l)) {
		const char *wrong = read_line(conf, &l, &wanted);

		if (wrong)
			add_error(conf, l.fault, wrong, &l.where);
	}
	return wanted.wants;
}

/* A last line without its end is not read: load_source_file(). */
void chrony_read_sources(struct chrony_conf *conf, const char *text, size_t len)
{
	static const struct {
		const char *name;
		size_t at;
	} types[] = {
		{ "server", offsetof(struct chrony_conf, servers) },
		{ "pool", offsetof(struct chrony_conf, pools) },
		{ "peer", offsetof(struct chrony_conf, peers) },
	};
	struct chrony_reader r = { .p = text, .end = text + len };
	struct chrony_line l;

	while (memchr(r.p, '\n', (size_t)(r.end - r.p)) && next_line(&r, &l)) {
		const struct word w = conf_word(&l.p, l.end);

		for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
			if (conf_same(w, types[i].name))
				chrony_source_line(conf, &l, (unsigned int *)(void *)
						   ((char *)conf + types[i].at));
	}
}

void chrony_read_end(struct chrony_conf *conf)
{
	for (size_t i = 0; i < conf->n_refclocks; i++)
		if ((conf->refclocks[i].flags & CHRONY_TAI) && !conf->has_leap_seconds)
			add_error(conf, CHRONY_REFUSED, "tai wants leapsectz or leapseclist, too",
				  &conf->refclocks[i].where);
}
