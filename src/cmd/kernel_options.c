// SPDX-License-Identifier: GPL-2.0-or-later
/* kernel's options. */
#include "kernel.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "../sys/kernelclock.h"

void kernel_usage(void)
{
	fputs("Usage: gpsppsctl kernel [OPTION...] [PPS|PORT]\n"
	      "The kernel's clock as ntp_adjtime() has it, and which pulse it uses itself (hardpps).\n"
	      "With a source or a port: whether that one may be bound.\n"
	      "\n"
	      "      --bind      bind the source to the kernel's clock (CAP_SYS_TIME); it stays bound\n"
	      "      --edge E    by this edge: assert, clear (assert)\n"
	      "      --unbind    end that; without a source: of whichever is bound\n"
	      "      --tick US   the length of a tick: the clock's rate, in steps of 100 ppm\n"
	      "      --json      a JSON object\n"
	      "  -h, --help      this help\n", stdout);
}

static int parse_edge(struct kernel_options *o)
{
	if (!strcmp(optarg, "assert"))
		o->edge = EDGE_ASSERT;
	else if (!strcmp(optarg, "clear"))
		o->edge = EDGE_CLEAR;
	else
		return bad_value("kernel", "edge", optarg);
	return 0;
}

static int parse_tick(struct kernel_options *o)
{
	long min_us, max_us;

	kernelclock_tick_range(&min_us, &max_us);
	if (parse_number(optarg, min_us, max_us, &o->tick_us) == 0)
		return 0;
	msg_error("kernel", "invalid --tick '%s': from %ld to %ld us", optarg, min_us, max_us);
	return usage_error("kernel");
}

static int parse_option(int c, struct kernel_options *o)
{
	switch (c) {
	case 'b':
		o->bind = true;
		return 0;
	case 'u':
		o->unbind = true;
		return 0;
	case 'e':
		return parse_edge(o);
	case 't':
		return parse_tick(o);
	case 'j':
		o->json = true;
		return 0;
	case 'h':
		o->help = true;
		return 0;
	default:
		return usage_error("kernel");
	}
}

static int refuse(const char *why)
{
	msg_error("kernel", "%s", why);
	return usage_error("kernel");
}

static int check(const struct kernel_options *o)
{
	if (o->bind + o->unbind + (o->tick_us != 0) > 1)
		return refuse("one of --bind, --unbind and --tick at a time");
	if (o->bind && !o->name)
		return refuse("--bind: which source of pulses?");
	if (o->edge != EDGE_UNKNOWN && !o->bind)
		return refuse("--edge: only with --bind");
	if (o->tick_us && o->name)
		return refuse("--tick is the clock's: no source with it");
	return 0;
}

int kernel_parse_options(int argc, char **argv, struct kernel_options *o)
{
	static const struct option options[] = {
		{ "bind", no_argument, NULL, 'b' },
		{ "unbind", no_argument, NULL, 'u' },
		{ "edge", required_argument, NULL, 'e' },
		{ "tick", required_argument, NULL, 't' },
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int c, code = 0;

	*o = (struct kernel_options){ 0 };
	while (!code && !o->help && (c = getopt_long(argc, argv, "h", options, NULL)) != -1)
		code = parse_option(c, o);
	if (code || o->help)
		return code;
	if (argc - optind > 1) {
		msg_error(argv[optind + 1], "one source at a time");
		return usage_error("kernel");
	}
	o->name = argv[optind];
	return check(o);
}
