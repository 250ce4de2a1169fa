// SPDX-License-Identifier: GPL-2.0-or-later
/* The receiver command's questions: who is it, what is it set to.  They change nothing. */
#include "receiver_port.h"

#include <string.h>

#include "../sys/signals.h"
#include "cmd.h"

#define NS_PER_MS 1000000LL
#define ANSWER_NS (2500 * NS_PER_MS)	/* a burst may be on its way before the answer */
#define PAUSE_NS (300 * NS_PER_MS)	/* behind a step that has no answer */
#define RESTART_S 4			/* a Garmin speaks again after two, with a margin */
#define TRIES_MAX 2

/* Take what comes until an answer, or until the time is over.  0 or -errno. */
static int await(struct receiver_port *w, int64_t length_ns)
{
	const int64_t end_ns = probe_now_ns(w->probe) + length_ns;
	ssize_t n = 0;

	while (n >= 0 && w->answer == RECEIVER_UNRELATED && probe_now_ns(w->probe) < end_ns &&
	       !signals_seen())
		n = receiver_port_take(w, receiver_port_slice_ms(w, end_ns));
	return n < 0 ? (int)n : 0;
}

/* One step and what comes for it.  0 or -errno; w->answer. */
static int ask(struct receiver_port *w, const struct receiver_step *step, int64_t length_ns)
{
	int err;

	w->asked = step;
	w->answer = RECEIVER_UNRELATED;
	err = receiver_port_write(w, step->bytes, step->len);
	return err ? err : await(w, length_ns);
}

/* ---- who is it? ---- */

/* Into a view of its own: the census is of the time before the question. */
static void hear_proof(struct receiver_port *w, const struct receiver_message *m)
{
	struct receiver_view *v = &w->report.view;
	struct receiver_view answer = { .rx = v->rx, .id = v->id };

	if (m->sentence)
		receiver_hear(&answer, m->sentence);
	else
		receiver_hear_packet(&answer, m->packet);
	v->rx = answer.rx;
	v->id = answer.id;
	if (v->rx)
		w->answer = RECEIVER_ACCEPTED;
}

/* Has it named itself, as far as it does when it is asked? */
static bool is_named(const struct receiver_port *w)
{
	const struct receiver_view *v = &w->report.view;

	return v->rx && (v->rx->names_itself || v->id.model[0] || v->id.firmware[0]);
}

static void hear_name(struct receiver_port *w, const struct receiver_message *m)
{
	w->report.view.rx->learn(m, &w->report.view.id);
	if (is_named(w))
		w->answer = RECEIVER_ACCEPTED;
}

/* One make's questions, until there is what they are for. */
static void ask_one_make(struct receiver_port *w, const struct receiver *rx,
			 bool (*is_enough)(const struct receiver_port *w))
{
	struct receiver_plan probe = { .n = 0 };

	if (!rx->write_probe || rx->write_probe(&probe) < 0)
		return;
	for (unsigned int i = 0; i < probe.n && !is_enough(w) && !signals_seen(); i++) {
		receiver_progress(w, "asking: is it", (long)i + 1, rx->make);
		if (ask(w, &probe.steps[i], ANSWER_NS) < 0)
			return;
	}
}

static bool is_known(const struct receiver_port *w)
{
	return w->report.view.rx != NULL;
}

bool receiver_ask_make(struct receiver_port *w)
{
	const struct receiver *rx;

	w->hear = hear_proof;
	for (unsigned int i = 0; !is_known(w) && (rx = receiver_nth(i)); i++)
		ask_one_make(w, rx, is_known);
	/* it may have proven itself by another make's question, or by what it sends anyhow */
	w->hear = hear_name;
	if (is_known(w) && !is_named(w))
		ask_one_make(w, w->report.view.rx, is_named);
	return is_known(w);
}

/* ---- what is it set to? ---- */

static void hear_settings(struct receiver_port *w, const struct receiver_message *m)
{
	const struct receiver *rx = w->report.view.rx;
	enum receiver_answer answer = rx->judge(w->asked, m, &w->report.settings);

	rx->learn(m, &w->report.view.id);
	if (answer == RECEIVER_ACCEPTED || answer == RECEIVER_REJECTED)
		w->answer = answer;
}

static bool ask_setting(struct receiver_port *w, const struct receiver_step *step)
{
	int tries = step->await == RECEIVER_MUST_ANSWER ? TRIES_MAX : 1;

	do {
		if (ask(w, step, ANSWER_NS) < 0)
			return false;
	} while (w->answer == RECEIVER_UNRELATED && --tries && !signals_seen());
	return w->answer != RECEIVER_UNRELATED || step->await != RECEIVER_MUST_ANSWER;
}

void receiver_ask_settings(struct receiver_port *w)
{
	const struct receiver *rx = w->report.view.rx;
	struct receiver_plan plan = { .n = 0 };

	memset(&w->report.settings, 0, sizeof(w->report.settings));
	if (!rx || !rx->write_queries || !rx->judge ||
	    rx->write_queries(&w->report.view.id, &plan) < 0)
		return;
	w->hear = hear_settings;
	for (unsigned int i = 0; i < plan.n && !signals_seen(); i++)
		if (!ask_setting(w, &plan.steps[i]))
			return;	/* it does not hear us: the others would take as long */
}

/* ---- out of a binary mode ---- */

/* Behind a restart or a change of its mode: a sentence, at this speed or at another. */
static bool finds_sentences(struct receiver_port *w)
{
	if (receiver_port_listen(w, RESTART_S))
		return false;
	if (w->report.heard != HEARD_SENTENCES && receiver_port_scan(w))
		receiver_port_listen(w, w->o->seconds);
	return w->report.heard == HEARD_SENTENCES;
}

/* Whatever it says is taken as its answer: what counts is that it speaks sentences then. */
static bool send_escape(struct receiver_port *w, const struct receiver_step *step)
{
	if (ask(w, step, PAUSE_NS) < 0)
		return false;
	return !step->restarts || finds_sentences(w);
}

int receiver_leave_binary(struct receiver_port *w)
{
	const struct receiver *rx = w->report.view.rx;
	struct receiver_plan plan = { .n = 0 };
	bool ok = true;

	if (rx && rx->write_steps && !rx->write_escape)
		return 0;	/* it hears commands in any mode */
	if (!rx || !rx->write_escape || rx->write_escape(&plan) < 0)
		return receiver_explain(w);
	for (unsigned int i = 0; ok && i < plan.n && !signals_seen(); i++) {
		receiver_progress(w, "out of the binary mode: step", (long)i + 1, "sent");
		ok = send_escape(w, &plan.steps[i]);
	}
	if (ok && w->report.heard == HEARD_SENTENCES)
		return 0;
	msg_error(w->path, "it was told to leave its binary mode, and sends no sentences");
	msg_hint("switch it off and on, then once more");
	return EXIT_NO;
}
