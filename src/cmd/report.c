// SPDX-License-Identifier: GPL-2.0-or-later
/* report: recorded offsets, reckoned, printed, plotted. */
#include "report.h"

#include <math.h>

#include "cmd.h"

/* 1, 2, 4, 10, 20, 40, 100, ... */
static uint64_t decade(size_t i)
{
	static const uint64_t steps[] = { 1, 2, 4 };
	uint64_t ten = 1;

	for (size_t d = 0; d < i / 3; d++)
		ten *= 10;
	return steps[i % 3] * ten;
}

/* The i-th averaging factor that is asked for; 0: there are no more. */
static uint64_t factor(const struct report_options *o, double tau0_s, size_t i)
{
	switch (o->taus) {
	case TAUS_OCTAVE:
		return (uint64_t)1 << i;
	case TAUS_DECADE:
		return decade(i);
	default:
		/* the nearest that the grid has */
		return i < o->n_taus ? (uint64_t)fmax(1, nearbyint(o->tau_s[i] / tau0_s)) : 0;
	}
}

/* A list is for all series, however long each is: there some taus have no point. */
static void reckon_points(const struct report_options *o, struct report_series *s)
{
	for (size_t i = 0; i < STABILITY_OCTAVES_MAX; i++) {
		const uint64_t m = factor(o, s->tau0_s, i);

		if (!m)
			return;
		if (stability_at(s->phase_s, s->n, s->tau0_s, m, &s->points[s->n_points]) == 0)
			s->n_points++;
		else if (o->taus != TAUS_LIST)
			return;
	}
}

static void reckon(const struct report_options *o, struct report_set *set)
{
	static struct figures_work work;

	for (size_t i = 0; i < set->n; i++) {
		struct report_series *s = &set->series[i];

		figures_reckon(s->phase_s, s->n, s->tau0_s, &work, &s->figures);
		reckon_points(o, s);
	}
}

/* The worst of them; what was good is reported all the same. */
static int worst(int a, int b)
{
	return a > b ? a : b;
}

/* Pictures first: "| head" may end us while we print. */
static int show(const struct report_options *o, const struct report_set *set)
{
	int code = 0;

	if (o->plot)
		code = report_plot(set->series, set->n, o->plot, o->png ? "png" : "svg");
	if (o->html)
		code = worst(code, report_html(set->series, set->n, o->html));
	if (o->json)
		report_json(set);
	else
		report_text(set);
	return code;
}

static int run(const struct ctx *ctx, int argc, char **argv)
{
	struct report_set set = { .n = 0 };
	struct report_options o;
	int code = report_parse_options(argc, argv, &o);

	(void)ctx;
	if (code)
		return code;
	if (o.help) {
		report_usage();
		return finish_stdout(EXIT_DONE);
	}
	for (size_t i = 0; i < o.n_files; i++)
		code = worst(code, report_read(&o, o.files[i], &set));
	reckon(&o, &set);
	if (set.n)
		code = worst(code, show(&o, &set));
	report_free(&set);
	return finish_stdout(code);
}

const struct cmd cmd_report = {
	.name = "report",
	.args = "FILE...",
	.help = "statistics and stability of recorded offsets",
	.run = run,
};
