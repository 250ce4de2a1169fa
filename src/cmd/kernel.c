// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * kernel: the kernel's clock and the pulse that it uses itself.  Gather, choose the source,
 * change what is to be changed, tell.
 */
#include "kernel.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../sys/kernelclock.h"
#include "../sys/probe.h"
#include "../sys/tty.h"
#include "../words.h"

/* ---- what there is ---- */

static int trouble(const char *what, const char *action, int err)
{
	msg_error(what, "%s: %s", action, strerror(-err));
	return EXIT_TROUBLE;
}

/* Not to know who is bound is no trouble: it is told. */
static void read_log(struct probe *probe, struct kernel_view *v)
{
	char *text = malloc(PROBE_TAPE_MAX);
	const int n = text ? probe_get(probe, "log:kernel", text, PROBE_TAPE_MAX) : -ENOMEM;

	v->log_err = n < 0 ? n : 0;
	if (n >= 0)
		consumer_from_log(text, &v->consumer);
	free(text);
}

static int gather(struct probe *probe, struct kernel_view *v)
{
	int err = kernelclock_read(&v->clock);

	if (err)
		return trouble("kernel", "cannot read its clock", err);
	err = survey_pulses(probe, &v->pulses);
	if (err)
		return trouble("/sys/class/pps", "cannot look for sources", err);
	if (kernelclock_has_hardpps(&v->clock))
		read_log(probe, v);
	return 0;
}

/* ---- which source ---- */

/* "/dev/gpspps0" and "pps0", else what was made of the port. */
static const struct pulse *find_device(struct probe *probe, const struct kernel_view *v,
				       const char *name)
{
	const struct pulse *pulse = NULL;
	char real[256], tty[64];
	const int n = probe_getf(probe, real, sizeof(real), "real:%s%s",
				 name[0] == '/' ? "" : "/dev/", name);

	if (n >= 0)
		pulse = survey_find_pulse(&v->pulses, base_name(real));
	if (!pulse && tty_resolve(name, tty, sizeof(tty)) == 0)
		pulse = survey_pulse_of(&v->pulses, tty);
	return pulse;
}

static int choose(struct probe *probe, const char *name, struct kernel_view *v)
{
	v->chosen = survey_pulse_named(&v->pulses, name);
	if (!v->chosen)
		v->chosen = find_device(probe, v, name);
	if (v->chosen)
		return 0;
	msg_error(name, "is no source of pulses, and none was made of it");
	msg_hint("gpsppsctl list");
	return EXIT_TROUBLE;
}

/* ---- the clock ---- */

static int set_tick(const struct kernel_options *o, struct kernel_view *v)
{
	const long was_us = (long)v->clock.tick_us;
	int err = kernelclock_set_tick(o->tick_us);

	if (err) {
		trouble("kernel", "cannot set the tick", err);
		if (err == -EPERM)
			msg_hint("run it as root: sudo gpsppsctl kernel --tick %ld", o->tick_us);
		return EXIT_TROUBLE;
	}
	err = kernelclock_read(&v->clock);
	if (err)
		return trouble("kernel", "cannot read its clock", err);
	v->was_tick_us = was_us;
	if (!o->json)
		printf("tick   %ld us, before %ld us; back: gpsppsctl kernel --tick %ld\n",
		       (long)v->clock.tick_us, was_us, was_us);
	return 0;
}

/* ---- all of it ---- */

static int change(const struct kernel_options *o, struct kernel_view *v)
{
	if (o->bind)
		return kernel_bind(o, v);
	return o->unbind ? kernel_unbind(o, v) : set_tick(o, v);
}

/* May the one that was named be bound? */
static int answer(const struct kernel_view *v)
{
	return v->chosen && hardpps_obstacle(&v->clock, &v->consumer, v->chosen->name,
					     kernel_edges(v->chosen)) ? EXIT_NO : EXIT_DONE;
}

static int work(const struct kernel_options *o, struct probe *probe, struct kernel_view *v)
{
	const bool changes = o->bind || o->unbind || o->tick_us;
	int code = gather(probe, v);

	if (!code && o->name)
		code = choose(probe, o->name, v);
	if (!code && changes)
		code = change(o, v);
	if (code)
		return code;
	if (o->json)
		kernel_json(v);
	else if (!changes)
		kernel_show(v);
	return finish_stdout(changes ? EXIT_DONE : answer(v));
}

static int run(const struct ctx *ctx, int argc, char **argv)
{
	struct kernel_view v = { 0 };
	struct kernel_options o;
	struct probe *probe;
	int code = kernel_parse_options(argc, argv, &o);

	(void)ctx;
	if (code)
		return code;
	if (o.help) {
		kernel_usage();
		return finish_stdout(EXIT_DONE);
	}
	probe = probe_open_live();
	if (!probe)
		return trouble("kernel", "cannot look at it", -ENOMEM);
	code = work(&o, probe, &v);
	survey_free_pulses(&v.pulses);
	probe_close(probe);
	return code;
}

const struct cmd cmd_kernel = {
	.name = "kernel",
	.args = "[PPS|PORT]",
	.help = "the kernel's clock, and the pulse that it uses itself",
	.run = run,
};
