// SPDX-License-Identifier: GPL-2.0-or-later
/* A pulse as a line for people, and the summary. */
#include "watch.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "../watchlog.h"

#define US_NS 1e3

void watch_put(struct watch *w)
{
	int err = line_write(&w->line, stdout);

	if (err && !w->out_err)
		w->out_err = err;
}

/* "12:34:56", of the second, or the part of one, that the pulse should be at */
static void clock_text(char *text, size_t size, const struct judged *p)
{
	const int64_t due_ns = p->edge.time_ns - p->offset_ns;
	const bool fast = p->interval_ns >= 0 && p->interval_ns < NS_PER_S / 2;
	/* before 1970, too, a second begins below */
	const int64_t second = (due_ns - (due_ns < 0 ? NS_PER_S - 1 : 0)) / NS_PER_S;
	const time_t t = (time_t)second;
	struct tm tm;
	size_t n;

	gmtime_r(&t, &tm);
	n = strftime(text, size, "%H:%M:%S", &tm);
	if (fast)
		snprintf(text + n, size - n, ".%d", (int)((due_ns - second * NS_PER_S) / (NS_PER_S / 10)));
}

/* The sentence's own second is told where the pulse's is another one. */
static void add_named(struct line *l, const struct judged *p, const struct watch_named *named)
{
	const int64_t due_s = (p->edge.time_ns + NS_PER_S / 2) / NS_PER_S;
	const time_t t = (time_t)named->second;
	char text[16];
	struct tm tm;

	line_addf(l, "  %s ", named->type);
	if (named->second != due_s) {
		gmtime_r(&t, &tm);
		strftime(text, sizeof(text), "%H:%M:%S", &tm);
		line_addf(l, "names %s (%+" PRId64 " s) ", text, named->second - due_s);
	}
	line_addf(l, "%.3f s later", (double)named->delay_ns / NS_PER_S);
}

/* By one of the filter's tests. */
static bool is_dropped(enum pulse_fate fate)
{
	return fate == PULSE_DUPLICATE || fate == PULSE_BACKWARD || fate == PULSE_GATE ||
	       fate == PULSE_FREQUENCY;
}

/* "other_edge", as JSON has it */
static void add_fate(struct line *l, enum pulse_fate fate)
{
	char text[32];

	snprintf(text, sizeof(text), "%s", pulse_fate_names[fate]);
	for (char *p = text; *p; p++)
		if (*p == '_')
			*p = ' ';
	line_add(l, text);
}

static void add_interval(struct line *l, int64_t ns)
{
	if (ns < 0)
		line_addf(l, "  interval %11s", "-");
	else
		line_addf(l, "  interval %" PRId64 ".%09" PRId64, ns / NS_PER_S, ns % NS_PER_S);
}

static void add_width(struct line *l, int64_t ns)
{
	if (ns < 0)
		line_addf(l, "  width %8s", "-");
	else
		line_addf(l, "  width %5.1f ms", (double)ns / NS_PER_MS);
}

static void add_jitter(struct line *l, const struct filter_estimate *e)
{
	if (e->n < 2)
		line_addf(l, "  jitter %s", "-");
	else
		line_addf(l, "  jitter %.1f us", e->jitter_ns / US_NS);
}

void watch_text_pulse(struct watch *w, const struct watch_source *s, const struct judged *p,
		      const struct watch_named *named)
{
	const struct view_source *view = &w->views[s->index];
	struct line *l = &w->line;
	char text[32];

	clock_text(text, sizeof(text), p);
	line_addf(l, "%s %-*s %-6s", text, (int)w->name_width, view->name,
	    watchlog_edge_names[p->edge.which]);
	line_addf(l, " %+11.3f us", (double)p->offset_ns / US_NS);
	add_interval(l, p->interval_ns);
	add_width(l, p->width_ns);
	if (p->fate == PULSE_USED) {
		add_jitter(l, &view->estimate);
	} else {
		line_add(l, is_dropped(p->fate) ? "  dropped: " : "  ");
		add_fate(l, p->fate);
	}
	if (p->edge.late_ns >= 0)
		line_addf(l, "  at most %.1f us late", (double)p->edge.late_ns / US_NS);
	if (p->missed)
		line_addf(l, "  missed %" PRIu32, p->missed);
	if (named)
		add_named(l, p, named);
	watch_put(w);
}

/* ---- the summary ---- */

static void add_fates(struct line *l, const struct filter *f)
{
	const char *sep = "; ";

	for (int i = 0; i < N_PULSE_FATES; i++) {
		if (!f->fates[i])
			continue;
		line_addf(l, "%s%" PRIu64 " ", sep, f->fates[i]);
		add_fate(l, (enum pulse_fate)i);
		sep = ", ";
	}
}

/* By what was heard, or by what the holder has measured so long ago. */
static void add_sentences(struct line *l, const struct watch_source *s,
			  const struct view_source *view)
{
	if (view->burst_begin_ms < 0)
		return;
	line_addf(l, "; sentences %d to %d ms after the pulse", view->burst_begin_ms, view->burst_end_ms);
	if (s->chosen.burst_begin_ms >= 0)
		line_addf(l, " (measured %ld s ago)", s->chosen.burst_age_s);
}

void watch_text_summary(struct watch *w, const struct watch_source *s)
{
	const struct view_source *view = &w->views[s->index];
	const struct filter_estimate *e = &view->estimate;
	struct line *l = &w->line;

	line_addf(l, "%s: %" PRIu64 " pulse%s", view->name, s->on_time, s->on_time == 1 ? "" : "s");
	if (s->begun) {
		line_addf(l, ", %" PRIu64 " missed", view->missed);
		if (e->n)
			line_addf(l, ", offset %+.3f us", (double)e->offset_ns / US_NS);
		if (e->n > 1)
			line_addf(l, ", jitter %.3f us", e->jitter_ns / US_NS);
		line_addf(l, " (%s of %zu, %s stamps)", filter_method_names[view->method], e->n,
		    watchlog_stamp_names[s->by]);
		add_fates(l, &s->filter);
	}
	add_sentences(l, s, view);
	if (view->gone)
		line_add(l, "; it went away");
	watch_put(w);
}
