// SPDX-License-Identifier: GPL-2.0-or-later
/* diag's look: all ports share one window of time. */
#include "diag.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../motion.h"
#include "../sys/gather.h"
#include "../sys/signals.h"

static void say_progress(int wait_ms)
{
	if (!isatty(STDERR_FILENO))
		return;
	fprintf(stderr, "\r%-60s\r", "");
	if (wait_ms)
		fprintf(stderr, "watching for %g seconds ...", wait_ms / 1000.0);
}

static bool is_worth_watching(const struct patient *p)
{
	const struct port_facts *f = &p->facts;

	return p->ear || (fact_is(f->present, 1) && (f->pulse_only || facts_is_open(f)));
}

/* ---- what is sampled while we wait ---- */

static void begin_series(struct clinic *c, struct patient *p)
{
	const struct port_facts *f = &p->facts;
	char text[8];

	/* a port that we opened ourselves counts nothing that matters */
	if (!is_worth_watching(p) || p->ear == EAR_FREE)
		return;
	snprintf(p->watched, sizeof(p->watched), "%s+%s", f->pulse_only ? "" : f->port.name,
		 f->pulse.name);
	if (probe_getf(c->probe, text, sizeof(text), "watch:%s", p->watched) < 0)
		p->watched[0] = '\0';
}

static void end_series(struct clinic *c, struct patient *p, char *text)
{
	if (!p->watched[0])
		return;
	if (probe_getf(c->probe, text, PROBE_TAPE_MAX, "series:%s", p->watched) > 0)
		motion_parse(text, facts_known_edge(&p->facts), &p->facts.motion);
}

static void end_all_series(struct clinic *c)
{
	char *text = malloc(PROBE_TAPE_MAX);

	for (size_t i = 0; text && i < c->n; i++)
		end_series(c, &c->patients[i], text);
	free(text);
}

/* ---- the window ---- */

/* Without a second look nothing is known to have moved or to have stood still. */
static void leave_out(const struct instant *first, struct instant *second)
{
	const struct fact none = fact_from(-ETIME, 0);

	second->at_ns = first->at_ns;
	second->real_ns = first->real_ns;
	for (int i = 0; i < IC_LINES; i++)
		second->icount[i] = fact_known(first->icount[i]) ? none : first->icount[i];
	second->assert_edge.time_ns = second->assert_edge.seq = none;
	second->clear_edge.time_ns = second->clear_edge.seq = none;
	second->irq_count = none;
	second->gpio = first->gpio;	/* counters of the driver's whole life tell alone, too */
}

static uint32_t add_sum(uint32_t sum, int n, const char *text)
{
	sum = sum * 31 + (uint32_t)n;
	for (; n > 0 && *text; text++)
		sum = sum * 31 + (unsigned char)*text;
	return sum;
}

/* A sum over the files that change at once when something happens to a port. */
static uint32_t glance(struct clinic *c)
{
	static const struct {
		const char *before, *behind;
	} keys[] = {
		{ "file:/sys/class/tty/", "/flags" }, { "file:/run/gpsppsctl/", ".events" },
		{ "stat:/dev/", "" },
	};
	char text[32768];	/* the holder keeps 120 events of 200 bytes at most */
	uint32_t sum = 0;

	for (size_t i = 0; i < c->n; i++) {
		const struct port_facts *f = &c->patients[i].facts;

		for (size_t k = 0; k < sizeof(keys) / sizeof(keys[0]); k++)
			sum = add_sum(sum, probe_getf(c->probe, text, sizeof(text), "%s%s%s",
						      keys[k].before, f->port.name,
						      keys[k].behind), text);
		sum = add_sum(sum, probe_getf(c->probe, text, sizeof(text), "real:/dev/%s",
					      f->gps.name), text);
		sum = add_sum(sum, probe_getf(c->probe, text, sizeof(text), "real:/dev/%s",
					      f->gpspps.name), text);
		sum = add_sum(sum, probe_getf(c->probe, text, sizeof(text),
					      "stat:/sys/class/pps/%s", f->pulse.name), text);
	}
	return sum;
}

/* Let the window pass; an impatient clinic ends it when something has happened. */
static void wait(struct clinic *c, int wait_ms)
{
	if (!c->impatient) {
		probe_sleep_ms(c->probe, wait_ms);
		return;
	}
	/* it may have happened since the last window, too: before our look or behind it */
	for (int left_ms = wait_ms; left_ms > 0 && !signals_seen(); left_ms -= DIAG_GLANCE_MS) {
		const uint32_t before = c->glance;

		c->glance = glance(c);
		c->startled = before && before != c->glance;
		if (c->startled)
			break;
		probe_sleep_ms(c->probe, left_ms < DIAG_GLANCE_MS ? left_ms : DIAG_GLANCE_MS);
	}
}

static bool is_long_enough(int wait_ms)
{
	return wait_ms >= DIAG_LISTEN_MIN_MS;
}

static void watch(struct clinic *c, bool active, int wait_ms)
{
	bool worth = c->impatient;	/* on an idle port something may begin */

	if (is_long_enough(wait_ms))
		diag_listen_begin(c, active);
	if (!c->said)
		gather_said_begin(c->probe, &c->daemons);
	for (size_t i = 0; i < c->n; i++) {
		begin_series(c, &c->patients[i]);
		worth = worth || is_worth_watching(&c->patients[i]);
	}
	if (worth && !signals_seen()) {
		say_progress(wait_ms);
		wait(c, wait_ms);
	}
	end_all_series(c);
	for (size_t i = 0; i < c->n; i++)
		gather_instant(c->probe, &c->patients[i].facts, &c->patients[i].facts.second);
}

/* What was gathered before and behind is of no port: only who it was stays. */
static void see_who_is_gone(struct clinic *c)
{
	for (size_t i = 0; i < c->n; i++) {
		struct port_facts *f = &c->patients[i].facts;
		const struct port_facts was = *f;

		if (!fact_is(was.present, 1) || !gather_is_gone(c->probe, &was))
			continue;
		*f = (struct port_facts){
			.present = fact_from(0, 0), .gone = true, .pulse_only = was.pulse_only, .unit = was.unit,
			.no_pulse = was.no_pulse, .no_sentences = was.no_sentences,
			.kernel = was.kernel, .host = was.host, .pulses = was.pulses,
			.daemons = was.daemons, .system = was.system,
			.n_events = was.n_events,
		};
		memcpy(f->port.name, was.port.name, sizeof(f->port.name));
		memcpy(f->events, was.events, sizeof(f->events));
		if (was.pulse_only)
			memcpy(f->pulse.name, was.pulse.name, sizeof(f->pulse.name));
	}
}

/* ---- what daemons say ---- */

/*
 * Who looks again and again does not ask each time: what was said before is taken, unless
 * it is old, a verdict has changed since, or other daemons run.
 */
static void recall_daemons(struct clinic *c, int wait_ms)
{
	bool due;

	c->said = false;
	if (!c->impatient || !c->asked_ns)
		return;
	due = c->ask || probe_now_ns(c->probe) - c->asked_ns > DIAG_ASK_NS;
	/* without a window not all is asked: that waits for the next look */
	c->said = (!due || !wait_ms) && gather_said_again(&c->before, &c->daemons);
}

static void ask_daemons(struct clinic *c, bool thorough)
{
	if (thorough)
		gather_said(c->probe, &c->daemons);
	else
		gather_said_nothing(&c->daemons);
	c->ask = !thorough;
	if (c->impatient)
		c->asked_ns = probe_now_ns(c->probe);
}

void diag_gather(struct clinic *c, bool active, int wait_ms)
{
	signals_catch();
	recall_daemons(c, wait_ms);
	for (size_t i = 0; i < c->n; i++)
		gather_port(c->probe, &c->patients[i].facts);
	for (size_t i = 0; i < c->n; i++)
		gather_instant(c->probe, &c->patients[i].facts, &c->patients[i].facts.first);
	if (wait_ms)
		watch(c, active, wait_ms);
	for (size_t i = 0; i < c->n; i++) {
		struct port_facts *f = &c->patients[i].facts;

		if (!wait_ms)
			leave_out(&f->first, &f->second);
		gather_registers(c->probe, f);
	}
	if (is_long_enough(wait_ms))
		diag_listen_end(c, active);
	else
		diag_listen_skip(c);
	if (!c->said)
		ask_daemons(c, wait_ms > 0);
	see_who_is_gone(c);
	say_progress(0);
	signals_release();
}
