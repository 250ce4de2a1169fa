// SPDX-License-Identifier: GPL-2.0-or-later
/* kernel: for programs. */
#include "kernel.h"

#include "../sys/output.h"

#define DECIMALS 6

static void add_ppm(struct out *o, const char *key, int64_t scaled)
{
	out_real(o, key, (double)scaled / CLOCK_PPM, DECIMALS);
}

static struct out *flags(unsigned int status)
{
	struct out *array = out_array();
	const char *flag;

	for (size_t i = 0; (flag = kernelclock_flag(status, i)); i++)
		out_add_text(array, flag);
	return array;
}

static struct out *edges_of(unsigned int edges)
{
	struct out *array = out_array();

	if (edges & HARDPPS_ASSERT)
		out_add_text(array, "assert");
	if (edges & HARDPPS_CLEAR)
		out_add_text(array, "clear");
	return array;
}

static void add_clock(struct out *o, const struct kernelclock *c)
{
	out_text(o, "state", kernelclock_state_name(c->state));
	out_text(o, "meaning", kernelclock_meaning(c));
	out_number(o, "status", c->status);
	out_child(o, "flags", flags(c->status));
	out_number(o, "offset_ns", c->offset_ns);
	add_ppm(o, "frequency_ppm", c->frequency);
	add_ppm(o, "tolerance_ppm", c->tolerance);
	out_number(o, "max_error_us", c->max_error_us);
	out_number(o, "est_error_us", c->est_error_us);
	out_number(o, "precision_us", c->precision_us);
	out_number(o, "tick_us", c->tick_us);
	out_number(o, "time_constant", c->constant);
	out_number(o, "tai_s", c->tai_s);
}

/* Null where the kernel cannot. */
static void add_figures(struct out *o, const struct kernelclock *c)
{
	struct out *figures;

	if (!kernelclock_has_hardpps(c)) {
		out_null(o, "hardpps");
		return;
	}
	figures = out_object();
	add_ppm(figures, "frequency_ppm", c->pps_frequency);
	add_ppm(figures, "stability_ppm", c->pps_stability);
	out_number(figures, "jitter_ns", c->pps_jitter_ns);
	out_number(figures, "shift", c->pps_shift);
	out_number(figures, "calibrations", c->pps_calibrations);
	out_number(figures, "jitters", c->pps_jitters);
	out_number(figures, "wanders", c->pps_wanders);
	out_number(figures, "errors", c->pps_errors);
	out_child(o, "hardpps", figures);
}

static void add_consumer(struct out *o, const struct kernel_view *v)
{
	const struct consumer *c = &v->consumer;
	const bool bound = c->state == CONSUMER_BOUND;
	const enum hardpps_use use = hardpps_judge(&v->clock, c, v->pulses.n);
	struct out *consumer = out_object();

	out_text(consumer, "use", hardpps_use_name(use));
	out_text(consumer, "why", hardpps_use_text(use));
	out_text(consumer, "source", bound ? c->source : NULL);
	out_text(consumer, "edge", bound ? hardpps_edges_text(c->edges) : NULL);
	out_child(o, "consumer", consumer);
}

static void add_sources(struct out *o, const struct kernel_view *v)
{
	struct out *array = out_array();

	for (size_t i = 0; i < v->pulses.n; i++) {
		const struct pulse *pulse = &v->pulses.v[i];
		const unsigned int edges = kernel_edges(pulse);
		const char *obstacle = hardpps_obstacle(&v->clock, &v->consumer, pulse->name, edges);
		struct out *source;

		if (v->chosen && v->chosen != pulse)
			continue;
		source = out_object();
		out_text(source, "pps", pulse->name);
		out_fact_text(source, "path", &pulse->path);
		out_fact_text(source, "name", &pulse->source);
		out_child(source, "edges", edges_of(edges));
		out_bool(source, "bindable", !obstacle);
		out_text(source, "obstacle", obstacle);
		out_add(array, source);
	}
	out_child(o, "sources", array);
}

void kernel_json(const struct kernel_view *v)
{
	struct out *o = out_object();

	out_number(o, "version", 1);
	add_clock(o, &v->clock);
	if (v->was_tick_us)
		out_number(o, "was_tick_us", v->was_tick_us);
	add_figures(o, &v->clock);
	add_consumer(o, v);
	add_sources(o, v);
	out_print(o);
}
