// SPDX-License-Identifier: GPL-2.0-or-later
/* feed: what people and the service manager are told: a line for each change, no more. */
#include "feed.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "../sys/notify.h"

#define TEXT_MAX 256

void feed_put(struct feed *f)
{
	int err = line_write(&f->line, stdout);

	if (err && !f->out_err)
		f->out_err = err;
}

/* ---- in between ---- */

static void say_line(struct feed *f, const struct feed_port *p, const char *text)
{
	const time_t t = (time_t)(feed_now().real_ns / NS_PER_S);
	char when[16];
	struct tm tm;

	gmtime_r(&t, &tm);
	strftime(when, sizeof(when), "%H:%M:%S", &tm);
	line_addf(&f->line, "%s %s: %s", when, p->chosen.port, text);
	feed_put(f);
}

void feed_say(struct feed *f, const struct feed_port *p, const char *fmt, ...)
{
	char text[TEXT_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (f->o->json)
		feed_json_message(f, p, text);
	else if (!f->o->quiet)
		say_line(f, p, text);
}

/* Of several ports the one that has changed last. */
static void notify_state(const struct feed_port *p, const char *text)
{
	char state[TEXT_MAX + 96];

	snprintf(state, sizeof(state), "STATUS=%s: %s", p->chosen.port, text);
	notify_send(state);
}

/* At the second look: what is over within a second is none of anybody's business. */
void feed_tell_state(struct feed *f, struct feed_port *p)
{
	const struct instant now = feed_now();
	const bool stands = p->seen == p->before;
	char text[TEXT_MAX];

	p->before = p->seen;
	if (!stands || (p->told && p->seen == p->state))
		return;
	p->told = true;
	p->state = p->seen;
	feeder_tell(&p->feeder, p->state, &now, text, sizeof(text));
	notify_state(p, text);
	if (f->o->json)
		feed_json_state(f, p, text);
	else if (!f->o->quiet)
		say_line(f, p, text);
}

/* ---- on demand, and at the end ---- */

static void add_sums(struct line *l, const struct feed_port *p)
{
	const struct feeder *feeder = &p->feeder;

	line_addf(l, "%s: ", p->chosen.port);
	if (p->chosen.mode != FEED_PULSES)
		line_addf(l, "%" PRIu64 " seconds%s", feeder->given[SAMPLE_SECONDS],
		    p->chosen.mode == FEED_BOTH ? " and " : "");
	if (p->chosen.mode != FEED_SECONDS)
		line_addf(l, "%" PRIu64 " pulses", feeder->given[SAMPLE_PULSE]);
	line_add(l, " fed");
	if (feeder->dropped)
		line_addf(l, ", %" PRIu64 " pulses not given", feeder->dropped);
	if (feeder->clock_steps)
		line_addf(l, ", the clock was set %" PRIu64 " times", feeder->clock_steps);
	if (feeder->numbering.delay_ns >= 0)
		line_addf(l, "; sentences begin %.3f s after the pulse",
		    (double)feeder->numbering.delay_ns / NS_PER_S);
}

void feed_tell_status(struct feed *f)
{
	const struct instant now = feed_now();
	char text[TEXT_MAX];

	for (size_t i = 0; i < f->n; i++) {
		struct feed_port *p = &f->ports[i];

		if (f->o->json) {
			feed_json_sums(f, p, "status");
			continue;
		}
		feeder_tell(&p->feeder, p->seen, &now, text, sizeof(text));
		add_sums(&f->line, p);
		line_addf(&f->line, "; now: %s", text);
		feed_put(f);
	}
	if (f->o->json)
		return;
	realtime_tell(&f->realtime, text, sizeof(text));
	if (!text[0])
		return;
	line_add(&f->line, text);
	feed_put(f);
}

void feed_tell_summary(struct feed *f)
{
	for (size_t i = 0; i < f->n && !f->out_err; i++) {
		const struct feed_port *p = &f->ports[i];

		if (f->o->json) {
			feed_json_sums(f, p, "summary");
		} else if (!f->o->quiet) {
			add_sums(&f->line, p);
			feed_put(f);
		}
	}
}
