// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Files to series on a grid.  Lines that have times are read twice: for the intervals, whose
 * median is the grid's, and for the values, which take their place; so a sample never needs
 * more than 8 bytes.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../grid.h"
#include "../sys/mapped.h"
#include "../sys/textfile.h"
#include "cmd.h"
#include "report.h"
#include "report_source.h"

#define VALUE_MAX 1e10		/* s: three centuries are no phase; squares stay far from infinite */

/* One file being read. */
struct reading {
	const struct report_options *o;
	struct series_options series;	/* with the format that the file has */
	struct report_sources sources;
	uint64_t bad, first_bad;
	uint64_t other;			/* samples of other sources than the wanted one */
	bool again;			/* the second time */
};

static int bad_line(struct reading *r, uint64_t number)
{
	if (r->again)
		return 0;
	if (!r->bad++)
		r->first_bad = number;
	return 0;
}

static bool is_wanted(const struct reading *r, struct word source)
{
	return !r->o->source || !source.len || word_is(source, r->o->source);
}

/* ppstest prints a line for each edge, with the stamps of both: what comes again is no new one. */
static bool is_again(const struct reading *r, const struct report_source *source,
		     const struct sample *s)
{
	return r->again && r->series.format == SERIES_PPSTEST && source->grid.places &&
	       s->time_ns == source->grid.last_ns;
}

static int take_line(void *data, uint64_t number, const char *line, size_t len)
{
	struct reading *r = data;
	struct report_source *source;
	struct sample s;
	int kind = line ? series_read(&r->series, line, len, &s) : -EINVAL;

	if (kind < 0 || (kind == SERIES_SAMPLE && !(fabs(s.value) <= VALUE_MAX)))
		return bad_line(r, number);
	if (kind == SERIES_NONE)
		return 0;
	if (!is_wanted(r, s.source)) {
		r->other++;
		return 0;
	}
	source = report_source_find(&r->sources, s.source);
	if (!source)
		return -ENOSPC;
	if (is_again(r, source, &s))
		return 0;
	if (kind == SERIES_GAP)
		s.value = NAN;
	return r->again ? report_source_place(source, &s) : report_source_add(source, &s);
}

/* ---- what is said of it ---- */

static const char *shown(const char *path)
{
	return strcmp(path, "-") ? path : "standard input";
}

static int refuse(const struct reading *r, const struct textfile *t, const char *path)
{
	const char *name = shown(path);

	if (!t->head_len)
		msg_error(name, "empty: not one byte");
	else if (t->binary)
		msg_error(name, "binary: not a log, nor columns of numbers");
	else if (!r->series.format)
		msg_error(name, "neither a log of watch, ntpd, NTPsec or chrony nor columns of numbers");
	else if (r->other)
		msg_error(name, "no sample of the source %s, but %llu of others", r->o->source,
			  (unsigned long long)r->other);
	else if (r->bad)
		msg_error(name, "no sample: %llu lines are none of the format %s, the first: line %llu",
			  (unsigned long long)r->bad, series_format_names[r->series.format],
			  (unsigned long long)r->first_bad);
	else
		msg_error(name, "no sample of the format %s",
			  series_format_names[r->series.format]);
	return EXIT_NO;
}

static int trouble(const char *path, const char *action, int err)
{
	if (err == -ENOSPC && !strcmp(action, "read"))
		msg_error(shown(path), "more than %d sources: name one with --source",
			  REPORT_SOURCES_MAX);
	else
		msg_error(shown(path), "cannot %s: %s", action, strerror(-err));
	return EXIT_TROUBLE;
}

static void say_left_out(const char *path, const struct reading *r)
{
	if (r->bad)
		msg_error(shown(path), "%llu line%s could not be read, the first: line %llu",
			  (unsigned long long)r->bad, r->bad == 1 ? "" : "s",
			  (unsigned long long)r->first_bad);
}

/* ---- from source to series ---- */

/* The file's name alone where no other file has it. */
static const char *short_name(const struct report_options *o, const char *path)
{
	for (size_t i = 0; i < o->n_files; i++)
		if (o->files[i] != path && !strcmp(base_name(o->files[i]), base_name(path)))
			return path;
	return *base_name(path) ? base_name(path) : path;
}

static int name_series(struct report_series *s, const struct reading *r, const char *path,
		       const struct report_source *source)
{
	const char *name = strcmp(path, "-") ? short_name(r->o, path) : "stdin";

	if (source->name[0])
		s->source = strdup(source->name);
	if (r->sources.n < 2 || !s->source)
		s->name = strdup(name);
	else if (asprintf(&s->name, "%s: %s", name, s->source) < 0)
		s->name = NULL;
	return s->name && (s->source || !source->name[0]) ? 0 : -ENOMEM;
}

static int add_series(struct report_set *set, const struct reading *r, const char *path,
		      struct report_source *source)
{
	struct report_series *grown = realloc(set->series, (set->n + 1) * sizeof(*grown)), *s;
	int err;

	if (!grown)
		return -ENOMEM;
	set->series = grown;
	s = &grown[set->n++];
	*s = (struct report_series){ .file = path, .format = r->series.format,
				     .first_bad_line = r->first_bad };
	s->figures.bad_lines = r->bad;
	err = name_series(s, r, path, source);
	if (!err && s->format == SERIES_FREQUENCY)
		err = report_source_integrate(source);
	report_source_series(source, s);
	return err;
}

/* The sources that have samples; -ENOENT: none has. */
static int add_all(struct report_set *set, struct reading *r, const char *path)
{
	const size_t before = set->n;
	int err = 0;

	for (size_t i = 0; !err && i < r->sources.n; i++)
		if (r->sources.source[i]->samples)
			err = add_series(set, r, path, r->sources.source[i]);
	return err ? err : set->n == before ? -ENOENT : 0;
}

/* ---- a file ---- */

static int read_lines(struct reading *r, struct textfile *t)
{
	int err;

	err = textfile_each(t, take_line, r);
	if (err || !report_sources_settle(&r->sources, r->o->tau0_s))
		return err;
	r->again = true;
	return textfile_each(t, take_line, r);
}

static int read_open(struct reading *r, struct textfile *t, const char *path,
		     struct report_set *set)
{
	int err;

	if (!t->binary && !r->series.format)
		r->series.format = series_guess(t->head, t->head_len);
	if (t->binary || !t->head_len || !r->series.format)
		return refuse(r, t, path);
	err = read_lines(r, t);
	if (!err)
		err = add_all(set, r, path);
	if (err == -ENOENT)
		return refuse(r, t, path);
	if (err)
		return trouble(path, "read", err);
	say_left_out(path, r);
	return 0;
}

int report_read(const struct report_options *o, const char *path, struct report_set *set)
{
	static struct textfile t;	/* too much for a stack of a small machine */
	struct reading r = { .o = o, .series = o->series };
	const char *action;
	int code, err = textfile_open(&t, path, &action);

	if (err)
		return trouble(path, action, err);
	code = read_open(&r, &t, path, set);
	report_sources_free(&r.sources);
	textfile_close(&t);
	return code;
}

void report_free(struct report_set *set)
{
	for (size_t i = 0; i < set->n; i++) {
		free(set->series[i].name);
		free(set->series[i].source);
		mapped_free(&(struct mapped){ .at = set->series[i].phase_s,
					      .room = set->series[i].room });
	}
	free(set->series);
	*set = (struct report_set){ .n = 0 };
}
