// SPDX-License-Identifier: GPL-2.0-or-later
/* diag --follow: look again and again, and say what has changed. */
#include "diag.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../sys/output.h"
#include "../sys/probe.h"
#include "../sys/signals.h"
#include "cmd.h"

/* What the last round said of a port. */
struct memory {
	char name[SURVEY_NAME_MAX];
	const char *cause;			/* a check's id, which is static; NULL */
	enum severity severity[CHECKS_MAX];	/* the last one that was decided */
	int64_t event_ns;			/* of the newest event told */
};

/* A driver that is bound anew takes the port's node away for a moment. */
#define MISSING_MS 1000

struct follow {
	struct memory *v;
	size_t n;
	bool missing;		/* the one port that is followed, in the last round */
};

static const char *name_of(const struct port_facts *f)
{
	if (f->pulse_only)
		return f->pulse.name[0] ? f->pulse.name : f->pulse_from;
	return f->port.name;
}

static struct memory *recall(struct follow *m, const char *name)
{
	struct memory *more;

	for (size_t i = 0; i < m->n; i++)
		if (!strcmp(m->v[i].name, name))
			return &m->v[i];
	more = realloc(m->v, (m->n + 1) * sizeof(*more));
	if (!more)
		return NULL;
	m->v = more;
	memset(&more[m->n], 0, sizeof(*more));
	snprintf(more[m->n].name, sizeof(more[m->n].name), "%s", name);
	return &more[m->n++];
}

/* A check that could not look, or did not apply, says nothing new. */
static bool is_decided(enum severity s)
{
	return s != SEV_NONE && s != SEV_SKIPPED;
}

static bool is_trouble(enum severity s)
{
	return s >= SEV_WARN;
}

static int64_t newest_event(const struct port_facts *f)
{
	return f->n_events ? f->events[f->n_events - 1].real_ns : 0;
}

/*
 * A look without a window cannot see whether a fault that takes one is over: the
 * cause stays, unless one that stands above it was seen.
 */
static const char *cause_now(const struct memory *m, const struct patient *p)
{
	const struct verdict *v = &p->verdict;
	const char *cause = v->cause ? v->cause->id : NULL;

	for (size_t i = 0; m->cause && !facts_window_ms(&p->facts) && i < v->n; i++) {
		const struct finding *old = &v->findings[i];

		if (old->id == m->cause && !is_decided(old->severity) &&
		    (!v->cause || v->cause > old))
			return m->cause;
	}
	return cause;
}

static void remember(struct memory *m, const struct patient *p)
{
	m->cause = cause_now(m, p);
	for (size_t i = 0; i < p->verdict.n; i++)
		if (is_decided(p->verdict.findings[i].severity))
			m->severity[i] = p->verdict.findings[i].severity;
	m->event_ns = newest_event(&p->facts);
}

/* ---- what is said ---- */

struct change {
	const char *port, *what, *from, *to, *text;
};

static void say_json(const struct change *ch, int64_t now_s)
{
	struct out *o = out_object();
	char path[SURVEY_NAME_MAX + 8];

	snprintf(path, sizeof(path), "/dev/%s", ch->port);
	out_number(o, "version", 1);
	out_number(o, "time_s", now_s);
	out_text(o, "port", path);
	out_text(o, "what", ch->what);
	out_text(o, "from", ch->from);
	out_text(o, "to", ch->to);
	out_text(o, "text", ch->text && *ch->text ? ch->text : NULL);
	out_print(o);
}

static void say(const struct change *ch, bool json)
{
	const time_t now = time(NULL);
	char when[32], line[FINDING_TEXT_MAX + 128];
	struct tm tm;

	if (json) {
		say_json(ch, now);
	} else {
		strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%S", localtime_r(&now, &tm));
		snprintf(line, sizeof(line), "%s /dev/%s %s: %s -> %s%s%s", when, ch->port,
			 ch->what, ch->from ? ch->from : "-", ch->to ? ch->to : "-",
			 ch->text && *ch->text ? "  " : "", ch->text ? ch->text : "");
		diag_put_clean(line);
		putchar('\n');
	}
	fflush(stdout);
}

static void tell_finding(const struct patient *p, const struct memory *m, size_t i, bool json)
{
	const struct finding *now = &p->verdict.findings[i];
	const enum severity was = m->severity[i];

	if (!is_decided(now->severity) || now->severity == was ||
	    (!is_trouble(now->severity) && !is_trouble(was)))
		return;
	say(&(struct change){
		.port = m->name, .what = now->id,
		.from = was == SEV_NONE ? NULL : severity_name(was),
		.to = severity_name(now->severity),
		.text = is_trouble(now->severity) ? now->headline : now->observed,
	}, json);
}

static void tell_events(const struct port_facts *f, const struct memory *m, bool json)
{
	for (unsigned int i = 0; i < f->n_events; i++)
		if (f->events[i].real_ns > m->event_ns)
			say(&(struct change){
				.port = m->name, .what = "holder", .to = f->events[i].what,
				.text = f->events[i].text,
			}, json);
}

static void tell(const struct patient *p, struct memory *m, bool json)
{
	const char *cause = cause_now(m, p);

	tell_events(&p->facts, m, json);
	for (size_t i = 0; i < p->verdict.n; i++)
		tell_finding(p, m, i, json);
	/* the ids are the table's own: the same text is the same pointer */
	if (cause != m->cause)
		say(&(struct change){
			.port = m->name, .what = "cause",
			.from = m->cause ? m->cause : "healthy", .to = cause ? cause : "healthy",
		}, json);
}

/* ---- the rounds ---- */

static void first_round(struct clinic *c, struct follow *m, const struct diag_options *o)
{
	for (size_t i = 0; i < c->n; i++) {
		struct memory *one = recall(m, name_of(&c->patients[i].facts));

		if (!o->json)
			diag_print_text(&c->patients[i], o->verbose);
		if (one)
			remember(one, &c->patients[i]);
	}
	if (o->json)
		diag_print_json(c->patients, c->n);
	fflush(stdout);
}

static void next_round(struct clinic *c, struct follow *m, const struct diag_options *o)
{
	for (size_t i = 0; i < c->n; i++) {
		struct memory *one = recall(m, name_of(&c->patients[i].facts));

		if (!one)
			continue;
		c->ask = c->ask || cause_now(one, &c->patients[i]) != one->cause;
		tell(&c->patients[i], one, o->json);
		remember(one, &c->patients[i]);
	}
}

/*
 * One look, and what is new.  A window in which something happened is followed at
 * once by a look without one.
 */
static int one_round(struct clinic *c, struct follow *m, const struct diag_options *o,
		     int *answer)
{
	struct diag_options now = *o;
	int code;

	if (c->startled)
		now.wait_ms = 0;
	c->startled = false;
	/* it was there in the round before */
	c->forgives = m->n && o->what[0] && !m->missing;
	code = diag_look(c, &now, answer);
	m->missing = code == EXIT_GONE && c->forgives;
	if (m->missing) {
		probe_sleep_ms(c->probe, MISSING_MS);
		return 0;
	}
	if (code && m->n && o->what[0] && !signals_seen())
		return EXIT_GONE;
	if (code || c->startled)
		return code;
	if (m->n)
		next_round(c, m, o);
	else
		first_round(c, m, o);
	if (!o->wait_ms)
		probe_sleep_ms(c->probe, DIAG_GLANCE_MS);
	return 0;
}

int diag_follow(struct clinic *c, const struct diag_options *o)
{
	struct follow m = { 0 };
	int code = EXIT_DONE, answer = EXIT_DONE;

	c->impatient = true;
	while (!code && !ferror(stdout)) {
		signals_catch();
		code = one_round(c, &m, o, &answer);
		diag_forget_but_said(c);
		if (!code)
			code = diag_open_probe(c, NULL);	/* a new one: nothing is remembered */
	}
	free(m.v);
	return finish_stdout(signals_seen() ? answer : code);
}
