// SPDX-License-Identifier: GPL-2.0-or-later
/* One edge through the pipeline, and what is to be seen of it. */
#include "watch.h"

#include <string.h>

/* A receiver's sentence that has not come by then belongs to another pulse. */
#define HOLD_NS (950 * NS_PER_MS)

static enum filter_method method(const struct watch_options *o, enum stamp_by by)
{
	if (o->method == METHOD_BY_STAMP)
		return filter_method_of(by);
	return o->method == METHOD_TRIMMED ? FILTER_TRIMMED_MEAN : FILTER_LOW_QUARTER;
}

/* With the first edge, as it tells who takes the stamps. */
static void begin(struct watch_source *s, struct view_source *view, const struct watch_options *o,
		  enum stamp_by by)
{
	const struct filter_config config = {
		.edge = o->edge,
		.gate_ns = o->gate_ns,
		.ppm = o->ppm,
		.period_ns = o->period_ns,
		.length = o->length,
		.method = method(o, by),
	};

	/* the options were checked against the same limits */
	filter_init(&s->filter, &config, s->ring, s->sorted);
	view->method = config.method;
	s->by = by;
	s->begun = true;
}

bool watch_is_on_time(const struct judged *p)
{
	return p->fate != PULSE_OTHER_EDGE && p->fate != PULSE_DUPLICATE;
}

/* Before the shape of the pulse is known a pulse is shown as one that begins with assert. */
static bool begins_pulse(const struct watch_source *s, const struct judged *p)
{
	return watch_is_on_time(p) &&
	       (s->filter.on_time != EDGE_UNKNOWN || p->edge.which == EDGE_ASSERT ||
		!s->count[EDGE_ASSERT]);
}

/*
 * Before the shape of the pulse is known each edge may be the one on time: those of
 * both kinds are counted, until it is.
 */
static void count(struct watch_source *s, enum pulse_edge which)
{
	const enum pulse_edge on_time = s->filter.on_time;

	s->count[which]++;
	if (on_time != EDGE_UNKNOWN)
		s->on_time = s->count[on_time];
	else if (s->on_time < s->count[which])
		s->on_time = s->count[which];
}

/* ---- the strip ---- */

static struct view_second *next_second(struct view_source *view)
{
	struct view_second *place = &view->strip[view->next];

	view->next = (view->next + 1) % VIEW_STRIP_MAX;
	if (view->n < VIEW_STRIP_MAX)
		view->n++;
	*place = (struct view_second){ 0 };
	return place;
}

void watch_strip_until(struct watch *w, struct watch_source *s, int64_t second)
{
	int64_t missing = s->second ? second - s->second : 0;

	if (missing > VIEW_STRIP_MAX)
		missing = VIEW_STRIP_MAX;
	for (; missing > 0; missing--)
		next_second(&w->views[s->index]);
	if (s->second && second > s->second)
		s->second = second;
}

static void strip_pulse(struct watch *w, struct watch_source *s, const struct judged *p)
{
	struct view_source *view = &w->views[s->index];
	const int64_t second = (p->edge.time_ns + NS_PER_S / 2) / NS_PER_S;
	struct view_second *place;

	/* of several pulses in a second, or of a clock set back, the last one stays */
	if (s->second && second <= s->second) {
		place = &view->strip[(view->next + VIEW_STRIP_MAX - 1) % VIEW_STRIP_MAX];
	} else {
		watch_strip_until(w, s, second - 1);
		s->second = second;
		place = next_second(view);
	}
	place->offset_ns = p->offset_ns;
	place->fate = p->fate;
	place->seen = true;
}

/* ---- what is seen of it ---- */

static void note(struct watch *w, struct watch_source *s, const struct judged *p)
{
	struct view_source *view = &w->views[s->index];

	memcpy(view->fates, s->filter.fates, sizeof(view->fates));
	view->missed = s->filter.missed;
	if (p->width_ns >= 0)
		view->width_ns = p->width_ns;
	if (watch_is_on_time(p))
		count(s, p->edge.which);
	if (!begins_pulse(s, p))
		return;
	view->last = *p;
	view->edge = s->filter.on_time;
	view->period_ns = s->filter.period_ns;
	view->named_s = 0;		/* until its own sentence comes */
	s->seq = p->edge.seq;
	strip_pulse(w, s, p);
	w->heard_ns = watch_now_ns();
	w->shown_ns = p->edge.time_ns;
}

static void show(struct watch *w, struct watch_source *s, const struct judged *p,
		 const struct watch_named *named)
{
	struct view_source *view = &w->views[s->index];
	const bool on_time = watch_is_on_time(p);

	if (w->done)
		return;
	if (on_time && (w->screen || !w->o->quiet))
		filter_estimate(&s->filter, s->work, &view->estimate);
	if (on_time && named)
		view->named_s = named->second;
	if (!w->screen && !w->o->quiet) {
		if (w->o->json)
			watch_json_pulse(w, s, p, named);
		else
			watch_text_pulse(w, s, p, named);
	}
	w->done = w->o->count && !s->n_held && s->on_time >= (uint64_t)w->o->count;
}

void watch_release(struct watch *w, struct watch_source *s, const struct watch_named *named)
{
	const size_t n = s->n_held;

	s->n_held = 0;
	for (size_t i = 0; i < n; i++)
		show(w, s, &s->held[i], i ? NULL : named);
}

static void hold(struct watch_source *s, const struct judged *p)
{
	s->held[s->n_held++] = *p;
	if (s->n_held == 1)
		s->held_until_ns = watch_now_ns() + HOLD_NS;
}

/* The edge that is not on time is told of in JSON, and where it was asked for. */
static bool is_wanted(const struct watch *w, const struct watch_source *s, const struct judged *p)
{
	const struct watch_options *o = w->o;

	return o->both || (o->json && o->edge == EDGE_UNKNOWN) || begins_pulse(s, p);
}

void watch_edge(struct watch *w, struct watch_source *s, const struct edge *e)
{
	struct judged p;

	if (!s->begun)
		begin(s, &w->views[s->index], w->o, e->by);
	filter_feed(&s->filter, e, &p);
	if (begins_pulse(s, &p)) {
		watch_release(w, s, NULL);
		watch_said_pulse(w, s);
	}
	note(w, s, &p);
	if (!is_wanted(w, s, &p))
		return;
	/* the edge behind a pulse that waits, waits with it */
	if (s->said.port.fd >= 0 && s->n_held < 2 && (s->n_held || begins_pulse(s, &p)))
		hold(s, &p);
	else
		show(w, s, &p, NULL);
}
