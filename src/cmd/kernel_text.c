// SPDX-License-Identifier: GPL-2.0-or-later
/* kernel: for people. */
#include "kernel.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "../sys/kernelclock.h"

#define NAME_WIDTH 11

static void begin(const char *name)
{
	printf("%-*s", NAME_WIDTH, name);
}

static double ppm(int64_t scaled)
{
	return (double)scaled / CLOCK_PPM;
}

static double us(int64_t ns)
{
	return (double)ns / 1e3;
}

/* 16 s is what the kernel says when it does not know: microseconds are hard to read then. */
static void print_error(int64_t error_us)
{
	if (error_us < 1000000)
		printf("%" PRId64 " us", error_us);
	else
		printf("%.3f s", (double)error_us / 1e6);
}

static void print_flags(unsigned int status)
{
	const char *flag;

	begin("status");
	printf("0x%04x", status);
	for (size_t i = 0; (flag = kernelclock_flag(status, i)); i++)
		printf(" %s", flag);
	putchar('\n');
}

static void print_clock(const struct kernelclock *c)
{
	long min_us, max_us;

	begin("clock");
	printf("%s: %s\n", kernelclock_state_name(c->state), kernelclock_meaning(c));
	print_flags(c->status);
	begin("offset");
	printf("%+.3f us still to be slewed\n", us(c->offset_ns));
	begin("frequency");
	printf("%+.3f ppm, at most %.0f\n", ppm(c->frequency), ppm(c->tolerance));
	begin("error");
	fputs("estimated ", stdout);
	print_error(c->est_error_us);
	fputs(", at most ", stdout);
	print_error(c->max_error_us);
	begin("\ntick");
	kernelclock_tick_range(&min_us, &max_us);
	printf(" %" PRId64 " us (%ld to %ld), precision %" PRId64 " us, time constant %" PRId64 "\n",
	       c->tick_us, min_us, max_us, c->precision_us, c->constant);
	begin("TAI");
	if (c->tai_s)
		printf("UTC %+" PRId64 " s\n", c->tai_s);
	else
		puts("nobody has told the kernel how far UTC is behind");
}

static void print_figures(const struct kernelclock *c)
{
	begin("");
	printf("frequency %+.3f ppm, stability %.3f ppm, jitter %.3f us\n", ppm(c->pps_frequency),
	       ppm(c->pps_stability), us(c->pps_jitter_ns));
	begin("");
	printf("%" PRId64 " intervals measured, now of %lld s; dropped: %" PRId64 " pulses for jitter, "
	       "%" PRId64 " intervals for wander, %" PRId64 " for errors\n", c->pps_calibrations,
	       1LL << (c->pps_shift & 31), c->pps_jitters, c->pps_wanders, c->pps_errors);
}

static void print_pulse(const struct kernel_view *v)
{
	const struct consumer *consumer = &v->consumer;
	const enum hardpps_use use = hardpps_judge(&v->clock, consumer, v->pulses.n);

	begin("pulse");
	if (consumer->state == CONSUMER_BOUND)
		printf("%s is bound by %s: ", consumer->source, hardpps_edges_text(consumer->edges));
	else if (consumer->state == CONSUMER_UNKNOWN && v->clock.status & CLOCK_PPSSIGNAL)
		fputs("one was used in the last 10 s, which is not known: ", stdout);
	printf("%s", hardpps_use_text(use));
	if (use == HARDPPS_UNKNOWN && v->log_err)
		printf(" (%s)", strerror(-v->log_err));
	putchar('\n');
	if (use != HARDPPS_UNSUPPORTED)
		print_figures(&v->clock);
}

static void print_chosen(const struct kernel_view *v)
{
	const struct pulse *pulse = v->chosen;
	const unsigned int edges = kernel_edges(pulse);
	const char *obstacle = hardpps_obstacle(&v->clock, &v->consumer, pulse->name, edges);

	begin(pulse->name);
	printf("%s%s, captures %s: ", pulse->port[0] ? "/dev/" : "",
	       pulse->port[0] ? pulse->port :
	       pulse->source.state == FACT_OK ? pulse->source.val : "without a name",
	       hardpps_edges_text(edges));
	if (obstacle)
		printf("cannot be bound: %s\n", obstacle);
	else if (v->consumer.state == CONSUMER_BOUND)
		puts("is bound");
	else
		puts("may be bound");
}

void kernel_show(const struct kernel_view *v)
{
	print_clock(&v->clock);
	print_pulse(v);
	if (v->chosen)
		print_chosen(v);
}
