// SPDX-License-Identifier: GPL-2.0-or-later
/* receiver --send: a sentence of the user's own, and what comes back. */
#include "receiver_port.h"

#include <stdio.h>
#include <string.h>

#include "../sys/signals.h"
#include "cmd.h"

#define NS_PER_S 1000000000LL

static struct receiver_came came;

/* NULL, or why the line is only sent when the user insists; of any make when it is not known. */
static const char *risk_of(const struct receiver_view *v, const char *body)
{
	const struct receiver *rx;
	const char *why = NULL;

	if (v->rx)
		return v->rx->risk_of ? v->rx->risk_of(body) : NULL;
	for (unsigned int i = 0; !why && (rx = receiver_nth(i)); i++)
		why = rx->risk_of ? rx->risk_of(body) : NULL;
	return why;
}

static int check(const struct receiver_port *w)
{
	const struct receiver_options *o = w->o;
	const char *why = risk_of(&w->report.view, o->send);

	if (why && !o->force) {
		msg_error(w->path, "not sent: %s", why);
		msg_hint("--force sends it all the same");
		return EXIT_TROUBLE;
	}
	if (w->port.how == BORROW_BESIDE && !o->while_running && !o->dry_run) {
		msg_error(w->path, "%s reads it: nothing was sent", w->reader);
		msg_hint("stop it first, or --while-running: sent all the same, "
			 "the answer is not seen");
		return EXIT_TROUBLE;
	}
	return 0;
}

static bool is_of_before(const struct receiver_port *w, const struct nmea_sentence *s)
{
	const struct census *c = &w->report.view.census;

	for (unsigned int i = 0; i < c->n; i++)
		if (!strcmp(c->rows[i].type, s->type))
			return true;
	return false;
}

/* What it has sent before is no answer; whatever else comes is shown. */
static void hear(struct receiver_port *w, const struct receiver_message *m)
{
	const struct nmea_sentence *s = m->sentence;

	if (!s)
		return;
	if (is_of_before(w, s) || came.n == RECEIVER_CAME_MAX) {
		came.others++;
		return;
	}
	came.line[came.n].len = s->len < RECEIVER_CAME_LEN ? (unsigned int)s->len :
				RECEIVER_CAME_LEN;
	memcpy(came.line[came.n].raw, s->raw, came.line[came.n].len);
	came.n++;
}

static int send_and_hear(struct receiver_port *w, const char *line, size_t len)
{
	const int64_t end_ns = probe_now_ns(w->probe) + w->o->seconds * NS_PER_S;
	ssize_t n = receiver_port_write(w, line, len);

	w->hear = hear;
	while (n >= 0 && probe_now_ns(w->probe) < end_ns && !signals_seen())
		n = receiver_port_take(w, receiver_port_slice_ms(w, end_ns));
	return n < 0 ? receiver_port_gone(w, (int)n) : 0;
}

int receiver_send_it(struct receiver_port *w)
{
	static struct receiver_plan plan;
	int code = check(w);

	if (code)
		return code;
	if (w->o->send_sum[0])
		msg_error(w->path, "the checksum was %s: corrected", w->o->send_sum);
	/* its body was checked with the options */
	(void)receiver_add_line(&plan, "%s", w->o->send);
	if (w->o->dry_run) {
		w->report.plan = &plan;
	} else {
		code = send_and_hear(w, plan.steps[0].bytes, plan.steps[0].len);
		w->report.came = &came;
	}
	return receiver_finish(&w->report, w->o->json, code);
}
