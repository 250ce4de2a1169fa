// SPDX-License-Identifier: GPL-2.0-or-later
/* generate's lines as JSON objects. */
#include "../watchlog.h"
#include "generate.h"

static void text(struct line *l, const char *key, const char *value)
{
	if (value && value[0])
		line_json_text(l, key, value);
	else
		line_json_null(l, key);
}

static int64_t rounded(double ns)
{
	return (int64_t)(ns < 0 ? ns - 0.5 : ns + 0.5);
}

static void begin(struct generate *g)
{
	line_open(&g->line, NULL, '{');
	line_json_decimal(&g->line, "version", 1, 0);
	line_json_text(&g->line, "port", g->path);
}

static void end(struct generate *g)
{
	line_close(&g->line, '}');
	generate_put(g);
}

void generate_json_begin(struct generate *g)
{
	const struct generate_options *o = g->o;
	struct line *l = &g->line;
	char realtime[160];

	realtime_tell(&g->realtime, realtime, sizeof(realtime));
	begin(g);
	line_json_text(l, "line", generate_line_name(o->line));
	line_json_decimal(l, "period_ns", o->period_ns, 0);
	line_json_decimal(l, "phase_ns", o->phase_ns, 0);
	line_json_decimal(l, "width_ns", o->width_ns, 0);
	line_json_bool(l, "inverted", o->inverted);
	text(l, "realtime", realtime);
	text(l, "loopback", g->loopback.path);
	text(l, "pps", g->loopback.pps);
	end(g);
}

void generate_json_pulse(struct generate *g, const struct generate_pulse *p)
{
	struct line *l = &g->line;

	begin(g);
	line_json_decimal(l, "sec", p->due_ns / NS_PER_S, 0);
	line_json_decimal(l, "nsec", p->due_ns % NS_PER_S, 0);
	line_json_bool(l, "made", p->made);
	line_json_known(l, "late_ns", !p->made, p->late_ns);
	line_json_known(l, "offset_ns", p->made, p->offset_ns);
	line_json_known(l, "bracket_ns", p->made, p->bracket_ns);
	line_json_known(l, "spun_ns", p->made, p->spun_ns);
	line_json_known(l, "lag_ns", p->made, p->lag_ns);
	line_json_known(l, "arrived_ns", p->arrived, p->arrived_ns);
	text(l, "edge", p->arrived ? watchlog_edge_names[p->edge] : NULL);
	end(g);
}

static void add_offsets(struct generate *g)
{
	const struct pulsetally *t = &g->offsets;
	const bool any = t->n > 0;
	struct line *l = &g->line;

	line_json_known(l, "offset_mean_ns", any, rounded(t->mean_ns));
	line_json_known(l, "offset_sd_ns", t->n > 1, rounded(pulsetally_sd_ns(t)));
	line_json_known(l, "offset_p99_ns", any, pulsetally_within_ns(t, 99));
	line_json_known(l, "offset_worst_ns", any, pulsetally_worst_ns(t));
	line_json_known(l, "bracket_median_ns", any, pulsetally_rank_ns(&g->brackets, 50));
	line_json_known(l, "bracket_max_ns", any, g->brackets.max_ns);
	line_json_decimal(l, "margin_ns", g->train.margin_ns, 0);
}

static void add_arrivals(struct generate *g)
{
	const struct generate_loopback *b = &g->loopback;
	const struct pulsetally *t = &b->arrivals;
	const bool any = t->n > 0;
	struct line *l = &g->line;

	line_open(l, "arrivals", '{');
	line_json_decimal(l, "count", (int64_t)t->n, 0);
	line_json_decimal(l, "assert", (int64_t)b->edges[EDGE_ASSERT], 0);
	line_json_decimal(l, "clear", (int64_t)b->edges[EDGE_CLEAR], 0);
	line_json_known(l, "median_ns", any, pulsetally_rank_ns(t, 50));
	line_json_known(l, "mean_ns", any, rounded(t->mean_ns));
	line_json_known(l, "sd_ns", t->n > 1, rounded(pulsetally_sd_ns(t)));
	line_json_known(l, "min_ns", any, t->min_ns);
	line_json_known(l, "max_ns", any, t->max_ns);
	line_close(l, '}');
}

void generate_json_summary(struct generate *g)
{
	struct line *l = &g->line;

	begin(g);
	line_open(l, "summary", '{');
	line_json_number(l, "made", g->offsets.n);
	line_json_number(l, "left_out", g->train.left_out);
	line_json_decimal(l, "clock_set", g->set, 0);
	add_offsets(g);
	if (g->o->loopback)
		add_arrivals(g);
	else
		line_json_null(l, "arrivals");
	line_close(l, '}');
	end(g);
}
