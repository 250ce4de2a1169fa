// SPDX-License-Identifier: GPL-2.0-or-later
/* A pulse as a JSON object, and the summary. */
#include "watch.h"

#include "../watchlog.h"

static void text(struct line *l, const char *key, const char *value)
{
	if (value)
		line_json_text(l, key, value);
	else
		line_json_null(l, key);
}

static void begin(struct line *l, const char *source)
{
	line_open(l, NULL, '{');
	line_json_decimal(l, "version", 1, 0);
	line_json_text(l, "source", source);
}

static void add_time(struct line *l, int64_t time_ns)
{
	int64_t sec = time_ns / NS_PER_S, nsec = time_ns % NS_PER_S;

	if (nsec < 0) {
		nsec += NS_PER_S;
		sec--;
	}
	line_json_decimal(l, "sec", sec, 0);
	line_json_decimal(l, "nsec", nsec, 0);
}

static void add_estimate(struct line *l, const struct filter_estimate *e)
{
	line_json_known(l, "filtered_ns", e->n > 0, e->offset_ns);
	line_json_known(l, "jitter_ns", e->n > 1, (int64_t)(e->jitter_ns + 0.5));
}

void watch_json_pulse(struct watch *w, const struct watch_source *s, const struct judged *p,
		      const struct watch_named *named)
{
	static const struct filter_estimate nothing;
	const struct view_source *view = &w->views[s->index];
	struct line *l = &w->line;

	begin(l, view->name);
	line_json_text(l, "edge", watchlog_edge_names[p->edge.which]);
	add_time(l, p->edge.time_ns);
	line_json_known(l, "late_ns", p->edge.late_ns >= 0, p->edge.late_ns);
	line_json_text(l, "stamp", watchlog_stamp_names[p->edge.by]);
	line_json_known(l, "seq", p->edge.seq > 0, p->edge.seq);
	line_json_text(l, "fate", pulse_fate_names[p->fate]);
	line_json_decimal(l, "offset_ns", p->offset_ns, 0);
	line_json_known(l, "interval_ns", p->interval_ns >= 0, p->interval_ns);
	line_json_known(l, "width_ns", p->width_ns >= 0, p->width_ns);
	line_json_decimal(l, "missed", p->missed, 0);
	add_estimate(l, watch_is_on_time(p) ? &view->estimate : &nothing);
	text(l, "sentence", named ? named->type : NULL);
	line_json_known(l, "named_sec", named, named ? named->second : 0);
	line_json_known(l, "sentence_ns", named, named ? named->delay_ns : 0);
	line_close(l, '}');
	watch_put(w);
}

static void add_fates(struct line *l, const struct filter *f)
{
	line_open(l, "fates", '{');
	for (int i = 0; i < N_PULSE_FATES; i++)
		line_json_number(l, pulse_fate_names[i], f->fates[i]);
	line_close(l, '}');
}

static void add_sentences(struct line *l, const struct watch_source *s,
			  const struct view_source *view)
{
	const bool measured = s->chosen.burst_begin_ms >= 0;

	line_json_known(l, "sentences_begin_ms", view->burst_begin_ms >= 0, view->burst_begin_ms);
	line_json_known(l, "sentences_end_ms", view->burst_end_ms >= 0, view->burst_end_ms);
	/* by the holder, so long ago; else now */
	line_json_known(l, "sentences_age_s", measured, s->chosen.burst_age_s);
	line_json_known(l, "load_percent", view->load_percent >= 0, view->load_percent);
	text(l, "fix", view->fix);
}

void watch_json_summary(struct watch *w, const struct watch_source *s)
{
	const struct view_source *view = &w->views[s->index];
	struct line *l = &w->line;

	begin(l, view->name);
	line_open(l, "summary", '{');
	text(l, "about", s->chosen.about[0] ? s->chosen.about : NULL);
	line_json_number(l, "pulses", s->on_time);
	line_json_number(l, "missed", view->missed);
	add_fates(l, &s->filter);
	text(l, "edge", view->edge == EDGE_UNKNOWN ? NULL : watchlog_edge_names[view->edge]);
	line_json_known(l, "width_ns", view->width_ns >= 0, view->width_ns);
	text(l, "stamp", s->begun ? watchlog_stamp_names[s->by] : NULL);
	text(l, "filter", s->begun ? filter_method_names[view->method] : NULL);
	line_json_number(l, "samples", view->estimate.n);
	line_json_number(l, "kept", view->estimate.kept);
	add_estimate(l, &view->estimate);
	add_sentences(l, s, view);
	text(l, "switched_off", view->off);
	line_json_bool(l, "gone", view->gone);
	line_close(l, '}');
	line_close(l, '}');
	watch_put(w);
}
