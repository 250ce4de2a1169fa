// SPDX-License-Identifier: GPL-2.0-or-later
/* watch --last: time and count of the last edge of each source, without waiting. */
#include "watch.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../sys/output.h"
#include "../sys/probe.h"
#include "../sys/survey.h"
#include "../sys/tty.h"
#include "../words.h"

#define N_COUNTERS 4
#define CELL_MAX 64

static const struct out_column columns[] = {
	{ .name = "SOURCE" }, { .name = "LINE" }, { .name = "EDGE" }, { .name = "TIME" },
	{ .name = "AGE", .right = true }, { .name = "COUNT", .right = true },
};

#define N_COLUMNS (sizeof(columns) / sizeof(columns[0]))

struct last {
	const struct watch_options *o;
	struct probe *probe;
	struct pulse_list pulses;
	struct out_table *table;
	struct out *edges;		/* of JSON */
	int64_t now_ns;			/* CLOCK_REALTIME */
	size_t shown;			/* rows */
	bool any;			/* one of them is an edge */
};

/* ---- a row ---- */

static void time_text(char *text, size_t size, int64_t ns)
{
	const time_t t = (time_t)(ns / NS_PER_S);
	struct tm tm;
	size_t n;

	gmtime_r(&t, &tm);
	n = strftime(text, size, "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(text + n, size - n, ".%09" PRId64 "Z", ns % NS_PER_S);
}

static void row_text(struct last *l, const char *const *words, struct fact time_ns,
		     struct fact count)
{
	char when[CELL_MAX] = "", age[CELL_MAX] = "", n[CELL_MAX] = "";

	if (fact_known(time_ns)) {
		time_text(when, sizeof(when), time_ns.val);
		snprintf(age, sizeof(age), "%.1fs", (double)(l->now_ns - time_ns.val) / NS_PER_S);
	}
	if (fact_known(count))
		snprintf(n, sizeof(n), "%" PRId64, count.val);
	out_table_row(l->table, (const char *const[]){ words[0], words[1], words[2],
		      when[0] ? when : NULL, age[0] ? age : NULL, n[0] ? n : NULL });
}

static void row_json(struct last *l, const char *const *words, struct fact time_ns,
		     struct fact count)
{
	const bool known = fact_known(time_ns);
	struct out *o = out_object();

	out_text(o, "source", words[0]);
	out_text(o, "line", words[1]);
	out_text(o, "edge", words[2]);
	out_fact(o, "sec", known ? fact_from(0, time_ns.val / NS_PER_S) : time_ns);
	out_fact(o, "nsec", known ? fact_from(0, time_ns.val % NS_PER_S) : time_ns);
	out_fact(o, "age_ms", known ? fact_from(0, (l->now_ns - time_ns.val) / NS_PER_MS) : time_ns);
	out_fact(o, "count", count);
	out_add(l->edges, o);
}

/* `line` and `edge` NULL: it has none, or counts both kinds. */
static void row(struct last *l, const char *source, const char *line, const char *edge,
		struct fact time_ns, struct fact count)
{
	const char *const words[] = { source, line, edge };

	if (l->o->json)
		row_json(l, words, time_ns, count);
	else
		row_text(l, words, time_ns, count);
	l->shown++;
	l->any = l->any || (fact_known(count) && count.val);
}

/* ---- what there is ---- */

static void show_pulse(struct last *l, const struct pulse *pulse)
{
	const char *line = pulse->port[0] ? watch_line_names[LINE_DCD] : NULL;

	/* an edge without a count is one that the source never sees */
	if (fact_known(pulse->assert_edge.seq) && l->o->edge != EDGE_CLEAR)
		row(l, pulse->name, line, "assert", pulse->assert_edge.time_ns,
		    pulse->assert_edge.seq);
	if (fact_known(pulse->clear_edge.seq) && l->o->edge != EDGE_ASSERT)
		row(l, pulse->name, line, "clear", pulse->clear_edge.time_ns,
		    pulse->clear_edge.seq);
}

/* The probe's "cts dsr rng dcd rx ...": both edges in one count, but for RI: its ends. */
static struct fact counter(struct last *l, const char *tty, enum source_line line)
{
	static const unsigned int places[] = {
		[LINE_CTS] = 0, [LINE_DSR] = 1, [LINE_RI] = 2, [LINE_DCD] = 3,
	};
	int64_t values[N_COUNTERS];
	char text[256], *p = text;
	int n = probe_getf(l->probe, text, sizeof(text), "tty:%s/icount", tty);

	if (n < 0)
		return fact_from(n, 0);
	for (size_t i = 0; i < N_COUNTERS; i++)
		values[i] = strtoll(p, &p, 10);
	return fact_from(0, values[places[line]]);
}

static int show_counter(struct last *l, const char *tty)
{
	const char *line = watch_line_names[l->o->line];
	const struct fact count = counter(l, tty, l->o->line);
	char name[96];

	if (count.state == FACT_DENIED && count.err == EAGAIN) {
		msg_error(tty, "skipped: nobody has it open, and to open it would start it");
		return EXIT_TROUBLE;
	}
	if (!fact_known(count)) {
		msg_error(tty, "cannot read its counters: %s",
			  strerror(count.state == FACT_DENIED ? count.err : ENODEV));
		if (count.state == FACT_DENIED && count.err == EACCES)
			msg_hint("run it as root (sudo)");
		return count.state == FACT_DENIED ? EXIT_TROUBLE : EXIT_GONE;
	}
	snprintf(name, sizeof(name), "%s:%s", tty, line);
	row(l, name, line, NULL, fact_from(-ENOENT, 0), count);
	if (!l->o->json)
		msg_error(name, "the kernel counts this line's edges and keeps no time of them");
	return 0;
}

static int no_such(const char *what, int err)
{
	unsigned int offset;
	char chip[48];

	if (watch_parse_gpio(what, chip, sizeof(chip), &offset)) {
		msg_error(what, "the kernel keeps no time and no count of a GPIO line's edges");
		msg_hint("gpsppsctl watch --count 1 %s:%u", chip, offset);
		return EXIT_TROUBLE;
	}
	msg_error(what, err == -ENOTTY ? "is neither a serial port nor a source of pulses" :
		  "no such port or source: %s", strerror(-err));
	msg_hint("gpsppsctl list");
	return EXIT_TROUBLE;
}

static int show_named(struct last *l, const char *what)
{
	const struct pulse *pulse = survey_pulse_named(&l->pulses, what);
	char real[256], tty[64];
	int err;

	if (!pulse && probe_getf(l->probe, real, sizeof(real), "real:%s%s",
				 what[0] == '/' ? "" : "/dev/", what) > 0)
		pulse = survey_find_pulse(&l->pulses, base_name(real));
	if (pulse && (l->o->line == LINE_DCD || !pulse->port[0])) {
		show_pulse(l, pulse);
		return 0;
	}
	if (pulse)
		return show_counter(l, pulse->port);
	err = tty_resolve(what, tty, sizeof(tty));
	if (err)
		return no_such(what, err);
	pulse = survey_pulse_of(&l->pulses, tty);
	if (pulse && l->o->line == LINE_DCD) {
		show_pulse(l, pulse);
		return 0;
	}
	return show_counter(l, tty);
}

static int show_all(struct last *l)
{
	int code = 0;

	for (size_t i = 0; i < l->pulses.n; i++) {
		const struct pulse *pulse = &l->pulses.v[i];

		if (l->o->line == LINE_DCD)
			show_pulse(l, pulse);
		else if (pulse->port[0] && show_counter(l, pulse->port))
			code = EXIT_TROUBLE;
	}
	if (l->shown || code)
		return code;
	msg_error(NULL, "there is no source of pulses");
	msg_hint("gpsppsctl diag");
	return EXIT_NO;
}

static int show(struct last *l)
{
	int code = l->o->n ? 0 : show_all(l);

	/* one that cannot be looked at does not take the others' place */
	for (int i = 0; i < l->o->n; i++) {
		int one = show_named(l, l->o->names[i]);

		code = one > code ? one : code;
	}
	return code || l->any ? code : EXIT_NO;
}

static void print(struct last *l)
{
	struct out *o;

	if (!l->o->json) {
		out_table_print(l->table, true);
		return;
	}
	o = out_object();
	out_number(o, "version", 1);
	out_child(o, "edges", l->edges);
	out_print(o);
}

int watch_last(const struct ctx *ctx, const struct watch_options *o)
{
	struct last l = { .o = o, .probe = probe_open_live() };
	int code, err = l.probe ? survey_pulses(l.probe, &l.pulses) : -ENOMEM;

	(void)ctx;
	if (err) {
		msg_error("/sys/class/pps", "cannot look for sources: %s", strerror(-err));
		probe_close(l.probe);
		return EXIT_TROUBLE;
	}
	/* after the stamps: no edge has yet to come */
	l.now_ns = watch_real_ns();
	if (o->json)
		l.edges = out_array();
	else
		l.table = out_table_new(columns, N_COLUMNS);
	code = show(&l);
	if (o->json || l.shown)
		print(&l);
	survey_free_pulses(&l.pulses);
	probe_close(l.probe);
	return code;
}
