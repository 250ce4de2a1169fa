// SPDX-License-Identifier: GPL-2.0-or-later
/* report for programs: one object. */
#include <math.h>
#include <stdio.h>
#include <time.h>

#include "../sys/output.h"
#include "report.h"

#define DIGITS 10

static void add_begin(struct out *o, int64_t begin_ns)
{
	int64_t ns = begin_ns % 1000000000, second = begin_ns / 1000000000 - (ns < 0);
	char day[32], text[64];
	const time_t t = (time_t)second;
	struct tm tm;

	if (begin_ns == INT64_MIN || !gmtime_r(&t, &tm)) {
		out_null(o, "begin");
		return;
	}
	strftime(day, sizeof(day), "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(text, sizeof(text), "%s.%09lldZ", day, (long long)(ns < 0 ? ns + 1000000000 : ns));
	out_text(o, "begin", text);
}

static void add_figures(struct out *o, const struct report_figures *f)
{
	const struct {
		const char *key;
		double value;
	} reals[] = {
		{ "mean_s", f->mean }, { "rms_s", f->rms }, { "min_s", f->min }, { "p01_s", f->p01 },
		{ "p05_s", f->p05 }, { "p25_s", f->p25 }, { "median_s", f->median },
		{ "p75_s", f->p75 }, { "p95_s", f->p95 }, { "p99_s", f->p99 }, { "max_s", f->max },
		{ "jitter_s", f->jitter }, { "drift", f->drift },
		{ "daemon_jitter_s", f->daemon_jitter }, { "daemon_precision_s", f->daemon_precision },
		{ "daemon_at_precision", f->daemon_at_floor },
	};

	out_number(o, "samples", (int64_t)f->count);
	out_number(o, "gaps", (int64_t)f->gaps);
	out_number(o, "missing", (int64_t)f->missing);
	for (size_t i = 0; i < sizeof(reals) / sizeof(reals[0]); i++)
		out_significant(o, reals[i].key, reals[i].value, DIGITS);
}

static struct out *deviations(const struct report_series *s)
{
	struct out *list = out_array();

	for (size_t i = 0; i < s->n_points; i++) {
		const struct stability_point *p = &s->points[i];
		struct out *o = out_object();

		out_number(o, "m", (int64_t)p->m);
		out_significant(o, "tau_s", (double)p->m * s->tau0_s, DIGITS);
		out_significant(o, "adev", p->adev, DIGITS);
		out_number(o, "adev_terms", (int64_t)p->n_adev);
		out_significant(o, "oadev", p->oadev, DIGITS);
		out_number(o, "oadev_terms", (int64_t)p->n_oadev);
		out_significant(o, "mdev", p->mdev, DIGITS);
		out_significant(o, "tdev_s", p->tdev, DIGITS);
		out_number(o, "mdev_terms", (int64_t)p->n_mdev);
		out_significant(o, "mtie_s", p->mtie, DIGITS);
		out_number(o, "mtie_windows", (int64_t)p->n_mtie);
		out_add(list, o);
	}
	return list;
}

static struct out *one_series(const struct report_series *s)
{
	struct out *o = out_object();

	out_text(o, "name", s->name);
	out_text(o, "file", s->file);
	out_text(o, "source", s->source);
	out_text(o, "format", series_format_names[s->format]);
	out_text(o, "positive_is", series_positive_is[s->format]);
	add_begin(o, s->begin_ns);
	out_significant(o, "tau0_s", s->tau0_s, DIGITS);
	out_number(o, "bad_lines", (int64_t)s->figures.bad_lines);
	if (s->first_bad_line)
		out_number(o, "first_bad_line", (int64_t)s->first_bad_line);
	else
		out_null(o, "first_bad_line");
	out_number(o, "out_of_order", (int64_t)s->out_of_order);
	out_number(o, "doubled", (int64_t)s->doubled);
	out_number(o, "jumps", (int64_t)s->jumps);
	add_figures(o, &s->figures);
	out_child(o, "deviations", deviations(s));
	return o;
}

void report_json(const struct report_set *set)
{
	struct out *o = out_object(), *list = out_array();

	out_number(o, "version", 1);
	for (size_t i = 0; i < set->n; i++)
		out_add(list, one_series(&set->series[i]));
	out_child(o, "series", list);
	out_print(o);
}
