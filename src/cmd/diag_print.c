// SPDX-License-Identifier: GPL-2.0-or-later
/* diag's report for people. */
#include "diag.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define WIDTH 100
#define INDENT 9	/* "  seen   " */
#define LINE_MAX_CHARS 1024

void diag_put_clean(const char *s)
{
	for (; *s; s++)
		putchar((unsigned char)*s < 0x20 || *s == 0x7f ? '?' : *s);
}

/* Break at blanks before WIDTH; a command is never broken (wrap false). */
static void put_line(const char *label, const char *text, bool wrap)
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
	char line[LINE_MAX_CHARS];
	size_t len = 0;

	for (int i = 0; i < N_STAGES && len < sizeof(line); i++)
		len += snprintf(line + len, sizeof(line) - len, "%s%s %s", i ? sep : "",
				diagnose_stage_name(i), stage_word(diagnose_stage(v, i)));
	put_line("chain", line, false);
}

/* ---- a healthy port ---- */

static void add(char *line, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void add(char *line, const char *fmt, ...)
{
	size_t len = strlen(line);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line + len, LINE_MAX_CHARS - len, fmt, ap);
	va_end(ap);
}

static bool moves(struct fact f)
{
	return fact_known(f) && f.val > 0;
}

/* A daemon captures one edge: what attach measured before it came. */
static void add_known_width(const struct port_facts *f, char *line)
{
	const int64_t age_s = f->hold.shape_age_s.val;

	if (!fact_known(f->hold.width_us) || !fact_known(f->hold.shape_age_s))
		return;
	add(line, ", width %lld ms (measured at attach, ", (long long)(f->hold.width_us.val + 500) / 1000);
	if (age_s < 3600)
		add(line, "%lld min ago)", (long long)age_s / 60);
	else
		add(line, "%lld h ago)", (long long)age_s / 3600);
}

static void add_delay(const struct port_facts *f, char *line)
{
	const struct fact delay_ms = facts_delay_ms(f);

	if (fact_known(delay_ms))
		add(line, ", the sentence ends %.3f s after it", delay_ms.val / 1000.0);
}

/* From the last assert to the clear behind it; the clear may belong to the pulse before. */
static void add_pulse(const struct port_facts *f, char *line)
{
	bool asserts = moves(facts_asserts(f)), clears = moves(facts_clears(f));
	int64_t edges = asserts ? facts_asserts(f).val : facts_clears(f).val;
	int64_t period_ms = facts_window_ms(f) / (edges ? edges : 1);
	int64_t width_ns;

	if (period_ms > 700 && period_ms < 1700)
		add(line, "1 pulse/s on %s", asserts ? "assert" : "clear");
	else
		add(line, "%lld pulses in %.1f s on %s", (long long)edges,
		    facts_window_ms(f) / 1000.0, asserts ? "assert" : "clear");
	if (!asserts || !clears) {
		add_known_width(f, line);
		return;
	}
	width_ns = f->second.clear_edge.time_ns.val - f->second.assert_edge.time_ns.val;
	if (width_ns < 0)
		width_ns += 1000000000;
	add(line, ", width %lld ms", (long long)((width_ns + NS_PER_MS / 2) / NS_PER_MS));
}

static void add_users(const struct port_facts *f, char *line)
{
	const char *sep = ", used by ";

	for (size_t i = 0; i < f->pulse.holders.n; i++) {
		const struct holder *h = &f->pulse.holders.v[i];

		if (holder_role(h->comm) == ROLE_KEEPER)
			continue;
		add(line, "%s%s[%d]", sep, h->comm, h->pid);
		sep = ", ";
	}
}

static const char *name_of(const struct port_facts *f)
{
	return f->pulse_only ? f->pulse.name : f->port.name;
}

static void put_headline(const struct port_facts *f, const char *text, const char *id)
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

static void print_sentences_only(const struct port_facts *f)
{
	char line[LINE_MAX_CHARS] = "sentences only: ";

	if (f->pulse_from[0])
		add(line, "the pulse comes from %s", f->pulse_from);
	else
		add(line, "its pulse is not looked for here");
	if (fact_is(f->sentences.fix, 1))
		add(line, ", the receiver has a fix");
	put_headline(f, line, NULL);
}

static void print_healthy(const struct port_facts *f)
{
	struct fact age_ms = facts_pulse_age_ms(f);
	char line[LINE_MAX_CHARS];

	if (f->no_pulse && !facts_has_pulse(f)) {
		print_sentences_only(f);
		return;
	}
	if (!facts_window_ms(f) && facts_saw_pulse(f)) {
		snprintf(line, sizeof(line),
			 "no fault to be seen at once; the last pulse is %lld ms old",
			 (long long)age_ms.val);
		put_headline(f, line, NULL);
		return;
	}
	if (!facts_has_pulse(f)) {
		put_headline(f, "no fault found, and no pulse seen: too little could be looked at",
			     NULL);
		return;
	}
	snprintf(line, sizeof(line), "healthy: ");
	add_pulse(f, line);
	add_delay(f, line);
	if (fact_is(f->sentences.fix, 1))
		add(line, ", the receiver has a fix");
	add_users(f, line);
	put_headline(f, line, NULL);
}

/* ---- the report ---- */

/* A command stands on a line of its own, unbroken: it is there to be copied. */
static void put_fix(const struct finding *f)
{
	if (f->fix[0])
		put_line("", f->fix, false);
}

static void put_other(const struct finding *f)
{
	char line[LINE_MAX_CHARS];

	snprintf(line, sizeof(line), "%s %s: %s", severity_name(f->severity), f->id,
		 f->headline[0] ? f->headline : f->observed);
	put_line("also", line, true);
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
	char line[LINE_MAX_CHARS];

	for (size_t i = 0; i < v->n_also_possible; i++) {
		const char *sep = "";

		if (step_was_shown(v, i))
			continue;
		line[0] = '\0';
		for (size_t k = i; k < v->n_also_possible; k++) {
			if (!same_step(v->also_possible[i], v->also_possible[k]))
				continue;
			add(line, "%s%s", sep, v->also_possible[k]->id);
			sep = ", ";
		}
		add(line, " (%s); this decides:", v->also_possible[i]->headline);
		put_line("or", line, true);
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
		char when[32], line[LINE_MAX_CHARS];
		struct tm tm;

		strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%S", localtime_r(&at, &tm));
		snprintf(line, sizeof(line), "%s %s: %s", when, e->what, e->text);
		put_line("before", line, true);
	}
}

static void put_config(const char *daemon, const char *text)
{
	while (*text) {
		const size_t n = strcspn(text, "\n");
		char line[NTPLINES_TEXT_MAX];

		snprintf(line, sizeof(line), "%.*s", (int)n, text);
		put_line(daemon, line, false);
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
		print_healthy(&p->facts);
		put_others(v, verbose ? SEV_INFO :
			   facts_saw_pulse(&p->facts) ? SEV_WARN : SEV_SKIPPED);
		if (verbose) {
			put_lines(&p->facts);
			put_events(&p->facts);
		}
		return;
	}
	put_headline(&p->facts, v->cause->headline, v->cause->id);
	put_line("seen", v->cause->observed, true);
	put_line("means", v->cause->why, true);
	put_line("do", v->cause->fix, false);
	put_possible(v);
	put_others(v, verbose ? SEV_INFO : SEV_WARN);
	put_events(&p->facts);
	put_chain(v);
	if (verbose)
		put_lines(&p->facts);
}
