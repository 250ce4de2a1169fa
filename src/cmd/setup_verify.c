// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * setup's proof: the pulse, diag's verdict, and the daemon's own word for it.  A cold start
 * takes minutes: what the receiver says meanwhile is shown.
 */
#include "setup.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../daemon/mark.h"
#include "../daemon/receiver_said.h"
#include "../sys/signals.h"

#define FAULT_S 120	/* a daemon that has just been started finds its way until then */

static int64_t now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec;
}

/* ---- what is there ---- */

static enum setup_daemon taker_of(const struct setup *s)
{
	return s->in.daemon == SETUP_GPSD ? s->in.taker : s->in.daemon;
}

/* By way of gpsd the pulse has no clock of its own kind: what is selected is it. */
static bool is_selected(const struct daemon *d, const struct port_facts *f)
{
	for (unsigned int i = 0; i < d->n_clocks; i++) {
		const struct daemon_clock *c = &d->clocks[i];
		struct clock_mark m;

		if (daemon_is_clock_of(d, c, f) && c->kind != CLOCK_NMEA && mark_of(d, c, &m) &&
		    m.mark && strchr("o*", m.mark))
			return true;
	}
	return false;
}

static bool is_used(const struct setup *s, const struct port_facts *f)
{
	const struct daemon *d = setup_daemon_of_clinic(s, taker_of(s));

	if (!d || !daemon_runs(d))
		return false;
	return mark_is_pulse_used(d, f) || (s->in.daemon == SETUP_GPSD && is_selected(d, f));
}

/* By who reads it now, else by what was heard before. */
static void add_receiver(const struct setup *s, const struct port_facts *f, char *text)
{
	struct receiver_said r;
	struct fact fix, satellites;

	daemon_receiver_said(f, &r);
	fix = r.by ? r.fix : fact_known(f->sentences.fix) ? f->sentences.fix : s->found.fix;
	satellites = r.by ? r.satellites : f->sentences.satellites;
	if (fact_known(fix))
		diag_add(text, ", the receiver has %s fix", fix.val ? "a" : "no");
	if (fact_known(satellites))
		diag_add(text, ", %lld satellites", (long long)satellites.val);
}

static void look(const struct setup *s, struct setup_proof *p)
{
	const struct patient *patient = &s->clinic.patients[0];
	const struct port_facts *f = &patient->facts;

	p->looked = true;
	p->pulse = facts_has_pulse(f);
	p->cause = patient->verdict.cause ? patient->verdict.cause->id : NULL;
	p->healthy = p->pulse && !p->cause;
	p->used = is_used(s, f);
	p->text[0] = '\0';
	if (!p->pulse)
		diag_add(p->text, "no pulse yet");
	else if (!p->healthy)
		diag_add(p->text, "the pulse is there; %s", patient->verdict.cause->headline);
	else if (!p->used)
		diag_add(p->text, "the pulse is there; %s has not selected it yet",
			 setup_daemon_name(taker_of(s)));
	add_receiver(s, f, p->text);
}

/* ---- while we wait ---- */

static void tell(const struct setup_proof *p, const struct setup_proof *before, int64_t waited_s)
{
	if (!isatty(STDERR_FILENO) || (p->healthy && p->used) || !strcmp(p->text, before->text))
		return;
	fprintf(stderr, "%4lld s: %s\n", (long long)waited_s, p->text);
}

static void tell_learnt(const struct setup *s)
{
	char delay[DIAG_LINE_MAX];

	setup_delay_text(s, delay);
	printf("measured only now: the %s edge, %s\n", s->in.edge == EDGE_CLEAR ? "clear" : "assert",
	       delay);
}

/* What could not be measured before is known now: the files get it. */
static int learn(struct setup *s, bool *learnt)
{
	const bool had_delay = fact_known(s->in.delay_ms), had_edge = s->in.edge != EDGE_UNKNOWN;
	int code;

	if (*learnt || (had_delay && had_edge))
		return 0;
	setup_take(s, &s->clinic.patients[0].facts);
	if (!fact_known(s->in.delay_ms) || s->in.edge == EDGE_UNKNOWN)
		return 0;
	*learnt = true;
	code = setup_make_plan(s);
	if (code || !setup_count(s, false))
		return code;
	setup_json_steps(s);
	if (!s->o->json)
		tell_learnt(s);
	return setup_apply(s);
}

/* The same fault for so long, and it is not that the pulse has not come yet. */
static bool is_hopeless(const struct setup_proof *p)
{
	return p->pulse && p->cause && now_s() - p->cause_s > FAULT_S;
}

static int tell_interrupted(void)
{
	msg_error("setup", "interrupted: all is written and started, and not verified");
	msg_hint("gpsppsctl diag tells how it goes on; gpsppsctl setup --undo puts all back");
	return EXIT_NO;
}

static int await(struct setup *s, struct setup_proof *p)
{
	const int64_t from_s = now_s();
	struct setup_proof before = { .cause_s = from_s };
	bool learnt = s->found.note[0] == '\0' && fact_known(s->in.delay_ms);
	int code = 0;

	while (!code) {
		code = setup_glance(s, s->found.tty, false, DIAG_WAIT_MS);
		if (signals_seen())
			return tell_interrupted();
		if (code)
			return code;
		look(s, p);
		/* ids are constants of the table of checks */
		p->cause_s = p->cause == before.cause ? before.cause_s : now_s();
		tell(p, &before, now_s() - from_s);
		before = *p;
		if ((p->healthy && p->used) || is_hopeless(p) || now_s() - from_s >= s->o->wait_s)
			return 0;
		if (p->pulse)
			code = learn(s, &learnt);
	}
	return code;
}

/* ---- the end ---- */

/* What is to be seen from now on, and where. */
static void tell_next(const struct setup *s, bool used)
{
	const bool is_chrony = taker_of(s) == SETUP_CHRONY;

	if (used)
		printf("this machine takes its time from the pulse.  %s shows it at any time;\n"
		       "`gpsppsctl diag` says why when it does not, `gpsppsctl setup --undo` puts all back\n",
		       is_chrony ? "`chronyc sources` (* before it)" : "`ntpq -p` (o before it)");
	else if (is_chrony)
		puts("chrony marks the pulse * within a minute of the first one: chronyc sources");
	else
		puts("ntpd marks the pulse o (PPS) within some ten minutes of the first one: ntpq -p");
}

/* A time server that nobody can ask: chrony's default, and ntpd's is the other way round. */
static void tell_clients(const struct setup *s)
{
	const struct daemon *d = setup_daemon_of_clinic(s, taker_of(s));

	if (taker_of(s) == SETUP_CHRONY && d && d->chrony && !d->chrony->allow)
		puts("chrony answers no other machine yet: a line `allow 192.168.0.0/16` in its\n"
		     "configuration lets those ask it (man chrony.conf)");
}

static void tell_cold_start(const struct setup *s)
{
	msg_error(s->in.port, "no pulse in %ld s", s->o->wait_s);
	msg_hint("a receiver that never was here needs up to 15 minutes under the open sky; "
		 "then: gpsppsctl diag %s", s->found.tty);
}

int setup_verify(struct setup *s)
{
	struct setup_proof *p = &s->proof;
	int code = await(s, p);

	if (code)
		return code;
	if (!s->o->json)
		diag_print_text(&s->clinic.patients[0], false);
	if (!p->pulse)
		tell_cold_start(s);
	if (!s->o->json) {
		tell_next(s, p->healthy && p->used);
		tell_clients(s);
	}
	fflush(stdout);
	return p->healthy && p->used ? EXIT_DONE : EXIT_NO;
}
