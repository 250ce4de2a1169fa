// SPDX-License-Identifier: GPL-2.0-or-later
/* watch's options. */
#include "watch_options.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "../pulsefilter.h"
#include "../sys/tty.h"
#include "cmd.h"

#define COUNT_MAX 1000000000L
#define SECONDS_MAX 86400
#define NS_PER_US 1000

const char *const watch_line_names[] = {
	[LINE_DCD] = "dcd", [LINE_CTS] = "cts", [LINE_DSR] = "dsr", [LINE_RI] = "ri",
};

#define N_LINES (sizeof(watch_line_names) / sizeof(watch_line_names[0]))

static const struct {
	const char *name;
	int64_t period_ns;
} rates[] = {
	{ "0.5", 2 * NS_PER_S }, { "1", NS_PER_S }, { "5", NS_PER_S / 5 }, { "10", NS_PER_S / 10 },
};

void watch_usage(void)
{
	fputs("Usage: gpsppsctl watch [OPTION...] [PORT|PPS|GPIO|LOG|-...]\n"
	      "Each pulse as it comes: when, how far from the second, how wide; all sources of\n"
	      "pulses when none is named.  Nothing is set or changed that a daemon uses.\n"
	      "\n"
	      "  --count N          end when a source has given N pulses\n"
	      "  --timeout S        no pulse for S seconds: say why, and end with exit code 1\n"
	      "  --edge E           assert, clear: this one is on time; both: show the other one, too\n"
	      "  --line L           of a port: dcd, cts, dsr, ri (dcd)\n"
	      "  --last             time and count of the last edge, without waiting\n"
	      "  --log FILE         append each edge to it\n"
	      "  --clockstats FILE  append a line each 64 s, in the columns of NTPsec's PPS driver\n"
	      "  --plain            lines, not the full screen\n"
	      "  --json             a JSON object a line, the last ones a summary\n"
	      "  --quiet            only the summary\n"
	      "  --baud B           speed of the sentences of an idle port (else the table's, 4800, ...)\n"
	      "The filter:\n"
	      "  --gate US          drop pulses further from the prediction than this (500); 0: none\n"
	      "  --ppm N            drop pulses whose frequency is off by more (500); 0: none\n"
	      "  --length N         of the median filter (60)\n"
	      "  --filter F         trimmed, low-quarter (by who takes the stamps)\n"
	      "  --rate HZ          of the pulses: 0.5, 1, 5, 10 (found by themselves)\n"
	      "  -h, --help         this help\n", stdout);
}

static int parse_in(const char *option, long min, long max, long *value)
{
	return parse_number(optarg, min, max, value) < 0 ? bad_value("watch", option, optarg) : 0;
}

static int parse_edge(struct watch_options *o)
{
	if (!strcmp(optarg, "both"))
		o->both = true;
	else if (!strcmp(optarg, "assert"))
		o->edge = EDGE_ASSERT;
	else if (!strcmp(optarg, "clear"))
		o->edge = EDGE_CLEAR;
	else
		return bad_value("watch", "edge", optarg);
	return 0;
}

static int parse_line(struct watch_options *o)
{
	for (size_t i = 0; i < N_LINES; i++)
		if (!strcmp(optarg, watch_line_names[i])) {
			o->line = (enum source_line)i;
			o->line_given = true;
			return 0;
		}
	return bad_value("watch", "line", optarg);
}

static int parse_method(struct watch_options *o)
{
	if (!strcmp(optarg, "trimmed"))
		o->method = METHOD_TRIMMED;
	else if (!strcmp(optarg, "low-quarter"))
		o->method = METHOD_LOW_QUARTER;
	else
		return bad_value("watch", "filter", optarg);
	return 0;
}

static int parse_rate(struct watch_options *o)
{
	for (size_t i = 0; i < sizeof(rates) / sizeof(rates[0]); i++)
		if (!strcmp(optarg, rates[i].name)) {
			o->period_ns = rates[i].period_ns;
			return 0;
		}
	return bad_value("watch", "rate", optarg);
}

static int parse_numeric(int c, struct watch_options *o)
{
	long value = 0;
	int code;

	switch (c) {
	case 'c':
		return parse_in("count", 1, COUNT_MAX, &o->count);
	case 't':
		return parse_in("timeout", 1, SECONDS_MAX, &o->timeout_s);
	case 'g':
		code = parse_in("gate", 0, FILTER_GATE_MAX_NS / NS_PER_US, &value);
		o->gate_ns = value * NS_PER_US;
		return code;
	case 'P':
		code = parse_in("ppm", 0, FILTER_PPM_MAX, &value);
		o->ppm = (unsigned int)value;
		return code;
	case 'n':
		code = parse_in("length", 1, FILTER_LENGTH_MAX, &value);
		o->length = (size_t)value;
		return code;
	default:
		code = parse_in("baud", 1, 4000000, &value);
		if (!code && tty_speed((unsigned int)value) == B0)
			code = bad_value("watch", "baud", optarg);
		o->baud = (unsigned int)value;
		return code;
	}
}

static int parse_option(int c, struct watch_options *o)
{
	switch (c) {
	case 'e':
		return parse_edge(o);
	case 'L':
		return parse_line(o);
	case 'f':
		return parse_method(o);
	case 'r':
		return parse_rate(o);
	case 'l':
		o->log = optarg;
		return 0;
	case 'C':
		o->clockstats = optarg;
		return 0;
	case 'A':
		o->last = true;
		return 0;
	case 'p':
		o->plain = true;
		return 0;
	case 'j':
		o->json = true;
		return 0;
	case 'q':
		o->quiet = true;
		return 0;
	case 'h':
		o->help = true;
		return 0;
	case '?':
		return usage_error("watch");
	default:
		return parse_numeric(c, o);
	}
}

static int check_options(const struct watch_options *o)
{
	const bool waits = o->count || o->timeout_s || o->log || o->clockstats || o->quiet;

	if (o->last && waits) {
		msg_error("watch", "--last does not wait: no --count, --timeout, --log, --clockstats, "
			  "--quiet with it");
		return usage_error("watch");
	}
	if (o->line_given && !o->n && !o->last) {
		msg_error("watch", "--line: of which port?");
		return usage_error("watch");
	}
	return 0;
}

int watch_parse_options(int argc, char **argv, struct watch_options *o)
{
	static const struct option options[] = {
		{ "count", required_argument, NULL, 'c' },
		{ "timeout", required_argument, NULL, 't' },
		{ "edge", required_argument, NULL, 'e' },
		{ "line", required_argument, NULL, 'L' },
		{ "last", no_argument, NULL, 'A' },
		{ "log", required_argument, NULL, 'l' },
		{ "clockstats", required_argument, NULL, 'C' },
		{ "plain", no_argument, NULL, 'p' },
		{ "json", no_argument, NULL, 'j' },
		{ "quiet", no_argument, NULL, 'q' },
		{ "gate", required_argument, NULL, 'g' },
		{ "ppm", required_argument, NULL, 'P' },
		{ "length", required_argument, NULL, 'n' },
		{ "filter", required_argument, NULL, 'f' },
		{ "rate", required_argument, NULL, 'r' },
		{ "baud", required_argument, NULL, 'b' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int c, code = 0;

	*o = (struct watch_options){ .gate_ns = FILTER_GATE_NS, .ppm = FILTER_PPM,
				     .length = FILTER_LENGTH };
	while (!code && !o->help && (c = getopt_long(argc, argv, "h", options, NULL)) != -1)
		code = parse_option(c, o);
	o->names = argv + optind;
	o->n = argc - optind;
	return code || o->help ? code : check_options(o);
}
