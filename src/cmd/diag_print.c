// SPDX-License-Identifier: GPL-2.0-or-later
/* diag's report for people. */
#include "diag.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../plottext.h"

#define WIDTH 100
#define INDENT 9	/* "  seen   " */

void diag_put_clean(const char *s)
{
	while (*s) {
		const size_t n = plot_letter(s);

		if (n)
			fwrite(s, 1, n, stdout);
		else
			putchar('?');
		s += n ? n : 1;
	}
}

void diag_put_line(const char *label, const char *text, bool wrap)
{
	size_t room = WIDTH - INDENT;

	printf("  %-7s", label);
	while (wrap && strlen(text) > room) {
		size_t n = room;
		char part[WIDTH];

		while (n && text[n] != ' ')
			n--;
		if (!n)
			break;
		snprintf(part, sizeof(part), "%.*s", (int)n, text);
		diag_put_clean(part);
		printf("\n%*s", INDENT, "");
		text += n + 1;
	}
	diag_put_clean(text);
	putchar('\n');
}

static bool is_utf8(void)
{
	static const char *const names[] = { "LC_ALL", "LC_CTYPE", "LANG" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *value = getenv(names[i]);

		if (value && *value)
			return strstr(value, "UTF-8") || strstr(value, "utf8");
	}
	return false;
}

static const char *stage_word(enum severity s)
{
	switch (s) {
	case SEV_NONE:
		return "-";
	case SEV_OK:
	case SEV_INFO:
		return "ok";
	case SEV_FAIL:
		return "FAIL";
	default:
		return severity_name(s);
	}
}

static void put_chain(const struct verdict *v)
{
	const char *sep = is_utf8() ? " \u00b7 " : ", ";
	char line[DIAG_LINE_MAX];
	size_t len = 0;

	for (int i = 0; i < N_STAGES && len < sizeof(line); i++)
		len += snprintf(line + len, sizeof(line) - len, "%s%s %s", i ? sep : "",
				diagnose_stage_name(i), stage_word(diagnose_stage(v, i)));
	diag_put_line("chain", line, false);
}

static const char *name_of(const struct port_facts *f)
{
	return f->pulse_only ? f->pulse.name : f->port.name;
}

void diag_put_headline(const struct port_facts *f, const char *text, const char *id)
{
	const bool is_source = f->pulse_only && !f->pulse.name[0];
	int used = is_source ? printf("%-12s ", f->pulse_from) :
		   printf("/dev/%-7s ", name_of(f));

	diag_put_clean(text);
	used += strlen(text);
	if (id)
		printf("  %*s", used + 2 < WIDTH ? WIDTH - used - 2 : 0, id);
	putchar('\n');
}

/* ---- the report ---- */

/* A command stands on a line of its own, unbroken: it is there to be copied. */
static void put_fix(const struct finding *f)
{
	if (f->fix[0])
		diag_put_line("", f->fix, false);
}

static void put_other(const struct finding *f)
{
	char line[DIAG_LINE_MAX];

	snprintf(line, sizeof(line), "%s %s: %s", severity_name(f->severity), f->id,
		 f->headline[0] ? f->headline : f->observed);
	diag_put_line("also", line, true);
	put_fix(f);
}

/* The same step may decide between several: those stand on one line. */
static bool same_step(const struct finding *a, const struct finding *b)
{
	return !strcmp(a->fix, b->fix);
}

static bool step_was_shown(const struct verdict *v, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (same_step(v->also_possible[k], v->also_possible[i]))
			return true;
	return false;
}

static void put_possible(const struct verdict *v)
{
	char line[DIAG_LINE_MAX];

	for (size_t i = 0; i < v->n_also_possible; i++) {
		const char *sep = "";

		if (step_was_shown(v, i))
			continue;
		line[0] = '\0';
		for (size_t k = i; k < v->n_also_possible; k++) {
			if (!same_step(v->also_possible[i], v->also_possible[k]))
				continue;
			diag_add(line, "%s%s", sep, v->also_possible[k]->id);
			sep = ", ";
		}
		diag_add(line, " (%s); this decides:", v->also_possible[i]->headline);
		diag_put_line("or", line, true);
		put_fix(v->also_possible[i]);
	}
}

static bool is_possible(const struct verdict *v, const struct finding *f)
{
	for (size_t i = 0; i < v->n_also_possible; i++)
		if (v->also_possible[i] == f)
			return true;
	return false;
}

static void put_others(const struct verdict *v, enum severity least)
{
	for (size_t i = 0; i < v->n; i++) {
		const struct finding *f = &v->findings[i];

		if (f->severity >= least && f != v->cause && !is_possible(v, f))
			put_other(f);
	}
}

/* ---- what the holder remembers, and what the measured values give ---- */

static void put_events(const struct port_facts *f)
{
	for (unsigned int i = 0; i < f->n_events; i++) {
		const struct event_fact *e = &f->events[i];
		const time_t at = (time_t)(e->real_ns / NS_PER_S);
		char when[32], line[DIAG_LINE_MAX];
		struct tm tm;

		strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%S", localtime_r(&at, &tm));
		snprintf(line, sizeof(line), "%s %s: %s", when, e->what, e->text);
		diag_put_line("before", line, true);
	}
}

static void put_config(const char *daemon, const char *text)
{
	while (*text) {
		const size_t n = strcspn(text, "\n");
		char line[NTPLINES_TEXT_MAX];

		snprintf(line, sizeof(line), "%.*s", (int)n, text);
		diag_put_line(daemon, line, false);
		daemon = "";
		text += n + (text[n] == '\n');
	}
}

static void put_lines(const struct port_facts *f)
{
	struct ntplines lines;

	diag_lines(f, &lines);
	put_config("ntp", lines.ntp);
	put_config("ntpsec", lines.ntpsec);
	put_config("chrony", lines.chrony);
}

void diag_print_text(const struct patient *p, bool verbose)
{
	const struct verdict *v = &p->verdict;

	if (!v->cause) {
		diag_put_healthy(&p->facts);
		diag_put_daemons(&p->facts);
		put_others(v, verbose ? SEV_INFO :
			   facts_saw_pulse(&p->facts) ? SEV_WARN : SEV_SKIPPED);
		if (verbose) {
			put_lines(&p->facts);
			put_events(&p->facts);
		}
		return;
	}
	diag_put_headline(&p->facts, v->cause->headline, v->cause->id);
	diag_put_line("seen", v->cause->observed, true);
	diag_put_line("means", v->cause->why, true);
	diag_put_line("do", v->cause->fix, false);
	put_possible(v);
	put_others(v, verbose ? SEV_INFO : SEV_WARN);
	diag_put_daemons(&p->facts);
	put_events(&p->facts);
	put_chain(v);
	if (verbose)
		put_lines(&p->facts);
}
