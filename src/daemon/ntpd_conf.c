// SPDX-License-Identifier: GPL-2.0-or-later
/* ntp.conf and the files that belong to it: text in, a table out. */
#include "ntpd_conf.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "ntpd_line.h"

/* A file on its way through the parser. */
struct scan {
	struct ntpd_line at;
	const struct ntpd_reader *reader;
	unsigned int depth;
};

/* A row of files[]; NULL and a complaint where there is no room. */
static struct ntpd_file *add_file(struct scan *from, const char *path)
{
	struct ntpd_conf *conf = from->at.conf;
	struct ntpd_file *f = &conf->files[conf->n_files];

	if (conf->n_files == NTPD_FILES_MAX) {
		ntpd_complain(&from->at, "more than %d files: this one is not looked at",
			      NTPD_FILES_MAX);
		return NULL;
	}
	conf->n_files++;
	snprintf(f->path, sizeof(f->path), "%s", path);
	f->from_file = from->at.file;
	f->from_line = from->at.line;
	return f;
}

/* `name` in the directory of `file`, unless it is a whole path. */
static bool beside(const char *file, const char *name, char *path)
{
	const char *slash = strrchr(file, '/');
	const int dir = slash && name[0] != '/' ? (int)(slash - file) + 1 : 0;

	return snprintf(path, NTPD_PATH_MAX, "%.*s%s", dir, file, name) < NTPD_PATH_MAX;
}

static void complain_path(struct scan *s)
{
	ntpd_complain(&s->at, "a path of more than %d characters is not looked at",
		      NTPD_PATH_MAX - 1);
}

/* Of the names that end in .conf the greatest that is less than `before` ("": of all). */
static struct lexeme *next_name(const char *names, size_t len, const char *before,
				struct lexeme *found)
{
	const char *end = names + len;

	found->len = 0;
	while (names < end) {
		const char *nl = memchr(names, '\n', (size_t)(end - names));
		const size_t n = (size_t)((nl ? nl : end) - names);
		char name[NTPD_PATH_MAX];

		if (n >= 5 && n < sizeof(name) && !memcmp(names + n - 5, ".conf", 5)) {
			memcpy(name, names, n);
			name[n] = '\0';
			if ((!before[0] || strcmp(name, before) < 0) &&
			    (!found->len || strcmp(name, found->s) > 0)) {
				memcpy(found->s, name, n + 1);
				found->len = n;
			}
		}
		names = nl ? nl + 1 : end;
	}
	return found->len ? found : NULL;
}

static int read_path_at(struct scan *from, const char *path, unsigned int depth);

/*
 * Each that ends in .conf, directories too (lex_push_file()).  The last of the alphabet
 * comes first: they are sorted forwards, and pushed on a stack.  NTPsec's manual says the
 * contrary; 1.2.2 does it.
 */
static int read_directory(struct scan *from, const char *path, unsigned int depth)
{
	const struct ntpd_reader *r = from->reader;
	char before[NTPD_PATH_MAX] = "", whole[NTPD_PATH_MAX];
	const char *names;
	struct lexeme name;
	int len = r->list(r->ctx, depth, path, &names);

	if (len < 0)
		return len;
	while (!from->at.ended && next_name(names, (size_t)len, before, &name)) {
		memcpy(before, name.s, name.len + 1);
		if ((size_t)snprintf(whole, sizeof(whole), "%s/%s", path, before) >= sizeof(whole))
			complain_path(from);
		else
			read_path_at(from, whole, depth + 1);
	}
	return 0;
}

/*
 * NTPsec looks for it beside the file that includes it; classic ntp hands it to fopen():
 * beside the directory that it was started in, which is not known here.
 */
static void include(struct scan *s)
{
	const bool whole = !(s->at.grammar & NTPD_GRAMMAR_NTPSEC);
	char path[NTPD_PATH_MAX];

	if (beside(whole ? "" : s->at.conf->files[s->at.file].path, s->at.include, path))
		read_path_at(s, path, s->depth + 1);
	else
		complain_path(s);
}

static void parse_text(struct scan *s, const char *text, size_t len)
{
	const char *end = text + len;

	while (text < end && !s->at.ended) {
		const char *nl = memchr(text, '\n', (size_t)(end - text));

		s->at.begin = text;
		s->at.end = nl ? nl : end;
		s->at.line++;
		/* a bad one is noted, and passed over */
		if (ntpd_line_parse(&s->at) == 0 && s->at.include[0])
			include(s);
		text = nl ? nl + 1 : end;
	}
}

static void read_file(struct scan *from, unsigned int file, unsigned int depth,
		      const char *text, size_t len)
{
	struct scan s = { .reader = from->reader, .depth = depth };

	s.at.conf = from->at.conf;
	s.at.grammar = from->at.grammar;
	s.at.file = file;
	parse_text(&s, text, len);
	from->at.ended = s.at.ended;
}

/* A file or a directory, said by the line at which `from` is. */
static int read_path_at(struct scan *from, const char *path, unsigned int depth)
{
	const struct ntpd_reader *r = from->reader;
	struct ntpd_file *f = add_file(from, path);
	const char *text;
	int len;

	if (!f)
		return -E2BIG;
	if (!r || depth > NTPD_DEPTH_MAX)
		return f->err = r ? -ELOOP : -ENOENT;
	len = r->read(r->ctx, depth, path, &text);
	if (len == -EISDIR)
		return f->err = read_directory(from, path, depth);
	if (len < 0)
		return f->err = len;
	read_file(from, (unsigned int)(f - from->at.conf->files), depth, text, (size_t)len);
	return 0;
}

static void begin(struct scan *s, struct ntpd_conf *conf, enum ntpd_kind kind,
		  const struct ntpd_reader *reader)
{
	static const unsigned int grammars[] = {
		[NTPD_EITHER] = NTPD_GRAMMAR_CLASSIC | NTPD_GRAMMAR_NTPSEC,
		[NTPD_CLASSIC] = NTPD_GRAMMAR_CLASSIC,
		[NTPD_NTPSEC] = NTPD_GRAMMAR_NTPSEC,
	};

	memset(conf, 0, sizeof(*conf));
	conf->kind = kind;
	memset(s, 0, sizeof(*s));
	s->reader = reader;
	s->at.conf = conf;
	s->at.grammar = grammars[kind];
	s->at.begin = s->at.end = "";
}

/* Most have none: that is not worth a row. */
static void read_ntp_d(struct scan *s, const char *path)
{
	char dir[NTPD_PATH_MAX];
	struct ntpd_file *f;

	if (!beside(path, "ntp.d", dir))
		return;
	f = add_file(s, dir);
	if (!f)
		return;
	f->err = read_directory(s, dir, 0);
	if (f->err == -ENOENT || f->err == -ENOTDIR)
		s->at.conf->n_files--;
}

int ntpd_conf_read(struct ntpd_conf *conf, enum ntpd_kind kind, const char *path,
		   const struct ntpd_reader *reader)
{
	struct scan s;
	int err;

	begin(&s, conf, kind, reader);
	if (strlen(path) >= NTPD_PATH_MAX)
		return -ENAMETOOLONG;
	err = read_path_at(&s, path, 0);
	/* "end" is for the file and what it includes: the directory is read after it */
	s.at.ended = false;
	if (kind != NTPD_CLASSIC)
		read_ntp_d(&s, path);
	return err;
}

void ntpd_conf_text(struct ntpd_conf *conf, enum ntpd_kind kind, const char *text, size_t len)
{
	struct scan s;

	begin(&s, conf, kind, NULL);
	add_file(&s, "");
	parse_text(&s, text, len);
}
