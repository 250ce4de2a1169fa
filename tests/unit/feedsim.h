/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A scene (feedworld.h) and the feeder in it.  The truth is known: each sample that the feeder
 * gives is compared with it, so no scene has to say what is right.
 */
#ifndef FEEDSIM_H
#define FEEDSIM_H

#include "feedsays.h"
#include "feedworld.h"

/* ---- what came ---- */

static void sim_wrong(struct sim *s, const char *what, const struct sample *o)
{
	if (!s->wrong[0])
		snprintf(s->wrong, sizeof(s->wrong), "%s: %s at %.3f s: true %" PRId64 " stamp %"
			 PRId64 " (begin %" PRId64 ")", s->scene->name, what, (double)s->t_ns / 1e9,
			 o->true_ns, o->stamp_ns, s->begin);
}

static void sim_check_pulse(struct sim *s, const struct sample *o)
{
	const int64_t true_ns = o->true_ns - s->scene->config.offset_ns;

	for (size_t i = 0; i < SIM_EDGES; i++) {
		const struct event *e = &s->edges[i];
		int64_t age_ns = s->t_ns - e->at_ns;

		if (!e->t_ns || e->edge.time_ns != o->stamp_ns)
			continue;
		if (e->label < 0 && (e->label != LEAP_LABEL || s->scene->config.mode != FEED_PULSES))
			sim_wrong(s, "no pulse", o);
		else if (s->scene->config.mode == FEED_PULSES ?
			 true_ns % NS_PER_S || llabs(o->stamp_ns - true_ns) > FEED_CLOCK_WITHIN_NS :
			 true_ns != e->label * NS_PER_S)
			sim_wrong(s, "wrong second", o);
		else if (llabs(s->real_ns - age_ns - o->stamp_ns) > 60 * NS_PER_MS)
			sim_wrong(s, "stamp from before a step", o);
		else if (o->seq != e->edge.seq ||
			 o->is_numbered != (s->scene->config.mode != FEED_PULSES))
			sim_wrong(s, "not as it was", o);
		return;
	}
	sim_wrong(s, "never stamped", o);
}

static void sim_check_second(struct sim *s, const struct sample *o)
{
	const int64_t bound_ns = (s->scene->bound_ms ? s->scene->bound_ms : 250) * NS_PER_MS;
	/* when the system clock, as it goes now, was there, on the true time */
	const int64_t at_ns = s->t_ns - (s->real_ns - o->stamp_ns);
	const int64_t second = (at_ns + NS_PER_S / 2) / NS_PER_S;

	if (o->true_ns % NS_PER_S || !o->is_numbered)
		sim_wrong(s, "not whole", o);
	for (int64_t i = second - 2; i <= second + 2; i++)
		if (i >= 0 && sim_label(s, i) * NS_PER_S == o->true_ns && !sim_is_leap(s, i) &&
		    at_ns - i * NS_PER_S <= bound_ns && i * NS_PER_S - at_ns <= bound_ns)
			return;
	sim_wrong(s, "second out of bounds", o);
}

static void sim_take(struct sim *s, const struct sample *out, size_t n)
{
	const struct scene *x = s->scene;

	for (size_t i = 0; i < n; i++) {
		if (out[i].kind == SAMPLE_PULSE)
			sim_check_pulse(s, &out[i]);
		else
			sim_check_second(s, &out[i]);
		if (out[i].leap != LEAP_NONE)
			sim_wrong(s, "leap", &out[i]);
		if (x->silent_to_s && s->t_ns >= x->silent_from_s * NS_PER_S &&
		    s->t_ns < x->silent_to_s * NS_PER_S)
			sim_wrong(s, "given in the silence", &out[i]);
		if (!s->given[0] && !s->given[1])
			s->first_ns = s->t_ns;
		s->given[out[i].kind]++;
	}
}

static void sim_state(struct sim *s)
{
	const struct instant now = sim_read(s);

	feeder_clock(&s->f, s->scene->synced || sim_fault(s, SYNCED, s->t_ns));
	s->state = feeder_state(&s->f, &now);
	s->states |= 1U << s->state;
	feeder_tell(&s->f, s->state, &now, s->text, sizeof(s->text));
	if (!s->text[0] || strchr(s->text, '\n') || strlen(s->text) > 120)
		snprintf(s->wrong, sizeof(s->wrong), "%s: text: %s", s->scene->name, s->text);
}

static void sim_trace(const struct sim *s, const struct event *e)
{
	const struct numbering *n = &s->f.numbering;

	print_message("# %9.3f kind %d which %d label %" PRId64 " %s\n"
		      "#   number %d counted %d ms %" PRId64 " pairs %u broken %u off %" PRId64
		      " delay %" PRId64 " %s settled %u\n",
		      (double)s->t_ns / 1e9, e->kind, e->edge.which, e->label, e->text, n->state,
		      n->counted, n->count.utc_ns / NS_PER_MS, n->pairs.n, n->pairs.broken, n->off_s,
		      n->delay_ns / NS_PER_MS, feed_state_names[s->state], s->f.pulse.settled);
}

static void sim_event(struct sim *s, struct event *e)
{
	struct sample out[FEEDER_SAMPLES_MAX];
	struct event *told;
	struct nmea_sentence sentence;
	struct nmea_data d;
	struct instant now;
	int64_t read_ns;

	sim_go(s, e->t_ns);
	switch (e->kind) {
	case EV_EDGE:
		told = sim_push(s, e->t_ns + 50000 + sim_random(s, 8 * NS_PER_MS), EV_EDGE_TOLD);
		told->edge = e->edge;
		told->label = e->label;
		told->at_ns = s->t_ns;
		told->edge.time_ns = s->real_ns;
		s->seq[e->edge.which]++;
		told->edge.seq = s->scene->no_seq ? 0 : s->seq[e->edge.which];
		break;
	case EV_EDGE_TOLD:
		now = sim_read(s);
		s->edges[s->n_edges++ % SIM_EDGES] = *e;
		sim_take(s, out, feeder_edge(&s->f, &e->edge, &now, out));
		break;
	case EV_SAID:
		nmea_parse(e->text, strlen(e->text), &sentence);
		if (!nmea_decode(&sentence, &d))
			abort();
		read_ns = s->real_ns;
		now = sim_read(s);
		sim_take(s, out, feeder_sentence(&s->f, &d, read_ns, e->duration_ns, &now, out));
		break;
	case EV_STEP:
		s->real_ns += e->value;
		break;
	case EV_STATE:
		sim_state(s);
		break;
	}
	if (getenv("FEEDSIM_TRACE"))
		sim_trace(s, e);
}

static void sim_steps(struct sim *s)
{
	for (size_t i = 0; i < SIM_FAULTS; i++)
		if (s->scene->faults[i].kind == STEP)
			/* a little later: behind a pulse, before it is told */
			sim_push(s, s->scene->faults[i].from_ms * NS_PER_MS + 20000,
				 EV_STEP)->value = s->scene->faults[i].value;
}

static void sim_run(struct sim *s, const struct scene *scene, uint64_t seed)
{
	memset(s, 0, sizeof(*s));
	s->scene = scene;
	s->seed = seed * UINT64_C(0x9e3779b97f4a7c15) + 1;
	s->begin = scene->begin ? scene->begin : INT64_C(1795000000);
	s->raw_ns = 77 * NS_PER_S + sim_random(s, NS_PER_S);
	s->mono_ns = s->raw_ns + sim_random(s, NS_PER_S);
	s->real_ns = s->begin * NS_PER_S + scene->clock_off_ns;
	if (feeder_init(&s->f, &scene->config))
		abort();
	sim_steps(s);
	for (int64_t i = 0; i < scene->seconds + SIM_AHEAD_S; i++) {
		sim_pulse(s, i);
		sim_sentence(s, i);
		sim_push(s, i * NS_PER_S + sim_random(s, NS_PER_S), EV_STATE);
		while (s->n_events && s->events[s->n_events - 1].t_ns <
		       (i - SIM_AHEAD_S) * NS_PER_S) {
			struct event e = s->events[--s->n_events];

			sim_event(s, &e);
		}
	}
}

#endif
