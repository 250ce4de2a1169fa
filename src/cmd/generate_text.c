// SPDX-License-Identifier: GPL-2.0-or-later
/* generate's lines for people. */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>

#include "../watchlog.h"
#include "generate.h"

#define US_NS 1e3
#define TEXT_MAX 200

void generate_put(struct generate *g)
{
	int err = line_write(&g->line, stdout);

	if (!err && fflush(stdout) == EOF)
		err = -errno;
	if (err && !g->out_err)
		g->out_err = err;
}

__attribute__((format(printf, 2, 3)))
static void add(struct generate *g, const char *fmt, ...)
{
	char text[TEXT_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	line_add(&g->line, text);
}

/* ---- the first line ---- */

static void add_rate(struct generate *g)
{
	const struct generate_options *o = g->o;

	if (o->period_ns == NS_PER_S)
		add(g, "at each second");
	else if (o->period_ns > NS_PER_S)
		add(g, "each %.0f s", (double)o->period_ns / NS_PER_S);
	else
		add(g, "%.0f times a second", (double)NS_PER_S / (double)o->period_ns);
	if (o->phase_ns)
		add(g, " %+g ms", (double)o->phase_ns / NS_PER_MS);
}

void generate_text_begin(struct generate *g)
{
	const struct generate_options *o = g->o;
	char realtime[160];

	realtime_tell(&g->realtime, realtime, sizeof(realtime));
	add(g, "%s   %s pulse on %s ", g->path, o->inverted ? "an inverted" : "a",
	    o->line == TIOCM_RTS ? "RTS" : "DTR");
	add_rate(g);
	add(g, ", %g ms wide", (double)o->width_ns / NS_PER_MS);
	if (o->loopback)
		add(g, ", back by DCD of %s (%s)", g->loopback.path, g->loopback.pps);
	if (realtime[0])
		add(g, "; %s", realtime);
	generate_put(g);
}

/* ---- a pulse ---- */

/* "12:34:56", of the second, or the part of one, that the pulse is for */
static void add_clock(struct generate *g, int64_t due_ns)
{
	const int64_t second_ns = due_ns - g->o->phase_ns;
	const time_t t = (time_t)(second_ns / NS_PER_S);
	char text[16];
	struct tm tm;

	gmtime_r(&t, &tm);
	strftime(text, sizeof(text), "%H:%M:%S", &tm);
	add(g, "%s", text);
	if (g->o->period_ns < NS_PER_S)
		add(g, ".%d", (int)(second_ns % NS_PER_S / (NS_PER_S / 10)));
	add(g, " %s", g->name);
}

void generate_text_pulse(struct generate *g, const struct generate_pulse *p)
{
	add_clock(g, p->due_ns);
	if (!p->made) {
		add(g, "  left out: it would be %.3f ms late", (double)p->late_ns / NS_PER_MS);
		generate_put(g);
		return;
	}
	add(g, " %+10.3f us  bracket %7.3f us  spun %7.1f us", (double)p->offset_ns / US_NS,
	    (double)p->bracket_ns / US_NS, (double)p->spun_ns / US_NS);
	if (p->arrived)
		add(g, "  arrived %+10.3f us, %s", (double)p->arrived_ns / US_NS,
		    watchlog_edge_names[p->edge]);
	else if (g->o->loopback)
		add(g, "  did not arrive");
	generate_put(g);
}

/* ---- the summary ---- */

static void summarize_arrivals(struct generate *g)
{
	const struct generate_loopback *l = &g->loopback;
	const struct pulsetally *t = &l->arrivals;

	add(g, "%s: %" PRIu64 " arrived", l->pps, t->n);
	for (int i = EDGE_ASSERT; i <= EDGE_CLEAR; i++)
		if (l->edges[i])
			add(g, ", %" PRIu64 " on %s", l->edges[i], watchlog_edge_names[i]);
	if (t->n)
		add(g, "; median %+.3f us, mean %+.3f us, sd %.3f us, min %+.3f us, max %+.3f us",
		    (double)pulsetally_rank_ns(t, 50) / US_NS, t->mean_ns / US_NS,
		    pulsetally_sd_ns(t) / US_NS, (double)t->min_ns / US_NS,
		    (double)t->max_ns / US_NS);
	generate_put(g);
}

void generate_text_summary(struct generate *g)
{
	const struct pulsetally *t = &g->offsets;

	add(g, "%s: %" PRIu64 " pulse%s, %" PRIu64 " left out", g->name, t->n, t->n == 1 ? "" : "s",
	    g->train.left_out);
	if (g->set)
		add(g, ", the clock was set %u time%s", g->set, g->set == 1 ? "" : "s");
	if (t->n)
		add(g, "; offset mean %+.3f us, sd %.3f us, 99 %% within %.3f us, worst %.3f us",
		    t->mean_ns / US_NS, pulsetally_sd_ns(t) / US_NS,
		    (double)pulsetally_within_ns(t, 99) / US_NS,
		    (double)pulsetally_worst_ns(t) / US_NS);
	if (t->n)
		add(g, "; bracket median %.3f us, max %.3f us",
		    (double)pulsetally_rank_ns(&g->brackets, 50) / US_NS,
		    (double)g->brackets.max_ns / US_NS);
	generate_put(g);
	if (g->o->loopback)
		summarize_arrivals(g);
}
