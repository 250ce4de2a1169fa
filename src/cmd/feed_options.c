// SPDX-License-Identifier: GPL-2.0-or-later
/* feed: the words of the command line. */
#include "feed.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "../decimal.h"
#include "../sys/tty.h"
#include "../unittab.h"
#include "watch_options.h"

#define COUNT_MAX 1000000000L
#define SECONDS_MAX 86400
#define NS_PER_US 1000
#define PRIORITY_MAX 99
#define WIDTH_MAX_MS 999
#define HOLDOVER_MAX_S INT64_C(86400)

void feed_usage(void)
{
	fputs("Usage: gpsppsctl feed PORT... [OPTION...]\n"
	      "Pulses and seconds of a receiver to ntpd, NTPsec or chrony, by shared memory or\n"
	      "chrony's socket: which second each pulse begins is told by the sentences, and\n"
	      "what is not sure is not given.  A port that nobody has is attached meanwhile.\n"
	      "\n"
	      "  --shm N            seconds to unit N of shared memory, pulses to N+1 (2 x the unit)\n"
	      "  --sock PATH        to chrony's socket; auto: /run/chrony.TTY.sock\n"
	      "  --unit N           else the holder's, the table's, else 0, 1, ... in turn\n"
	      "  --pulse-only       pulses alone, their seconds by the system clock\n"
	      "  --seconds-only     seconds alone\n"
	      "  --pulse SOURCE     the pulse comes from there: PPS, PORT, gpiochipN:LINE\n"
	      "  --line L           of the port: dcd, cts, dsr, ri (dcd)\n"
	      "  --edge E           assert, clear: this one is on time (found by the pulse's shape)\n"
	      "  --width MS         drop pulses of another width\n"
	      "  --offset S         add to the time of pulses: the cable's delay\n"
	      "  --delay S          from the second to the beginning of its sentence (found within a second)\n"
	      "  --holdover S       give pulses so long without valid sentences (0)\n"
	      "  --gate US          drop pulses further from the prediction than this (500); 0: none\n"
	      "  --ppm N            drop pulses whose frequency is off by more (500); 0: none\n"
	      "  --no-clock-check   a synchronised system clock that contradicts is not asked\n"
	      "  --baud B           speed of a port that nobody has (else the table's, ntp.conf's, 4800)\n"
	      "  --priority N       of SCHED_FIFO (50); 0: leave scheduler and memory alone\n"
	      "  --wakeup-latency US  keep the processors out of idle states that take longer to leave\n"
	      "  --calibrate SOURCE compare with another source; clock: with the system's; print the\n"
	      "                     offset\n"
	      "  --count N          end after N pulses (with --seconds-only: seconds) were given\n"
	      "  --timeout S        nothing was given for S seconds: say why, and end with exit code 1\n"
	      "  --json             a JSON object a line\n"
	      "  --quiet            only errors\n"
	      "  -h, --help         this help\n"
	      "SIGUSR1: print the status.\n", stdout);
}

/* ---- whole numbers, and seconds with a fraction ---- */

struct number {
	int letter;
	const char *name;
	long min, max;
	size_t at;		/* of the long in struct feed_options */
};

#define AT(member) offsetof(struct feed_options, member)

static const struct number numbers[] = {
	{ 'u', "unit", 0, UNIT_MAX, AT(unit) },
	{ 's', "shm", 0, SHM_UNIT_MAX, AT(shm) },
	{ 'b', "baud", 1, 4000000, AT(baud) },
	{ 'r', "priority", 0, PRIORITY_MAX, AT(priority) },
	{ 'w', "wakeup-latency", 0, WAKEUP_LATENCY_MAX_US, AT(wakeup_latency_us) },
	{ 'c', "count", 1, COUNT_MAX, AT(count) },
	{ 't', "timeout", 1, SECONDS_MAX, AT(timeout_s) },
	{ 'P', "ppm", 0, FILTER_PPM_MAX, AT(ppm) },
	{ 'g', "gate", 0, FILTER_GATE_MAX_NS / NS_PER_US, AT(gate_us) },
	{ 'W', "width", 1, WIDTH_MAX_MS, AT(width_ms) },
};

struct seconds {
	int letter;
	const char *name;
	int64_t min_ns, max_ns;
	size_t at;		/* of the int64_t */
};

static const struct seconds spans[] = {
	{ 'o', "offset", -NS_PER_S / 2, NS_PER_S / 2, AT(offset_ns) },
	{ 'd', "delay", -NS_PER_S, 5 * NS_PER_S, AT(delay_ns) },
	{ 'H', "holdover", 0, HOLDOVER_MAX_S * NS_PER_S, AT(holdover_ns) },
};

static int parse_whole(const struct number *n, struct feed_options *o)
{
	long *value = (long *)((char *)o + n->at);

	return parse_number(optarg, n->min, n->max, value) < 0 ? bad_value("feed", n->name, optarg) : 0;
}

static int parse_seconds(const struct seconds *s, struct feed_options *o)
{
	const char *end = optarg + strlen(optarg);
	struct decimal d;
	int64_t ns;

	if (decimal_read(optarg, end, &d) != end || decimal_scaled(&d, 9, &ns, NULL) < 0 ||
	    ns < s->min_ns || ns > s->max_ns)
		return bad_value("feed", s->name, optarg);
	*(int64_t *)((char *)o + s->at) = ns;
	return 0;
}

static int parse_figure(int c, struct feed_options *o)
{
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (numbers[i].letter == c)
			return parse_whole(&numbers[i], o);
	for (size_t i = 0; i < sizeof(spans) / sizeof(spans[0]); i++)
		if (spans[i].letter == c)
			return parse_seconds(&spans[i], o);
	return usage_error("feed");	/* getopt has said what is wrong */
}

/* ---- words ---- */

static int parse_edge(struct feed_options *o)
{
	if (!strcmp(optarg, "assert"))
		o->edge = EDGE_ASSERT;
	else if (!strcmp(optarg, "clear"))
		o->edge = EDGE_CLEAR;
	else
		return bad_value("feed", "edge", optarg);
	return 0;
}

static int parse_line(struct feed_options *o)
{
	for (int i = LINE_DCD; i <= LINE_RI; i++)
		if (!strcmp(optarg, watch_line_names[i])) {
			o->line = (enum source_line)i;
			o->line_given = true;
			return 0;
		}
	return bad_value("feed", "line", optarg);
}

static int parse_mode(enum feed_mode mode, struct feed_options *o)
{
	if (o->mode != FEED_BOTH && o->mode != mode) {
		msg_error("feed", "--pulse-only and --seconds-only exclude each other");
		return usage_error("feed");
	}
	o->mode = mode;
	return 0;
}

static int parse_option(int c, struct feed_options *o)
{
	switch (c) {
	case 'p': return parse_mode(FEED_PULSES, o);
	case 'S': return parse_mode(FEED_SECONDS, o);
	case 'e': return parse_edge(o);
	case 'L': return parse_line(o);
	case 'k': o->sock = optarg; return 0;
	case 'm': o->pulse = optarg; return 0;
	case 'C': o->calibrate = optarg; return 0;
	case 'n': o->ignore_clock = true; return 0;
	case 'j': o->json = true; return 0;
	case 'q': o->quiet = true; return 0;
	case 'h': o->help = true; return 0;
	default: return parse_figure(c, o);
	}
}

/* ---- together ---- */

/* What is said of one unit, pulse or target cannot be of several ports. */
static const char *single_option(const struct feed_options *o)
{
	return o->unit >= 0 ? "--unit" : o->shm >= 0 ? "--shm" : o->pulse ? "--pulse" :
	       o->calibrate ? "--calibrate" :
	       o->sock && strcmp(o->sock, "auto") ? "--sock PATH" : NULL;
}

static int check_ports(const struct feed_options *o)
{
	if (!o->n)
		msg_error("feed", "which PORT?");
	else if (o->n > FEED_PORTS_MAX)
		msg_error("feed", "%zu ports: at most %d", o->n, FEED_PORTS_MAX);
	else if (o->n > 1 && single_option(o))
		msg_error("feed", "%s is for one PORT", single_option(o));
	else
		return 0;
	return usage_error("feed");
}

static int check_options(const struct feed_options *o)
{
	if (o->mode == FEED_SECONDS && (o->pulse || o->line_given || o->edge != EDGE_UNKNOWN ||
					o->width_ms || o->calibrate))
		msg_error("feed", "--seconds-only: no pulse is looked at");
	else if (o->shm == SHM_UNIT_MAX && o->mode == FEED_BOTH)
		msg_error("feed", "--shm %d: pulses go to the next unit, and there is none",
			  SHM_UNIT_MAX);
	else if (o->baud && tty_speed((unsigned int)o->baud) == B0)
		msg_error("feed", "--baud %ld: there is no such speed", o->baud);
	else
		return check_ports(o);
	return usage_error("feed");
}

int feed_parse_options(int argc, char **argv, struct feed_options *o)
{
	static const struct option longs[] = {
		{ "unit", required_argument, NULL, 'u' },
		{ "shm", required_argument, NULL, 's' },
		{ "sock", required_argument, NULL, 'k' },
		{ "pulse-only", no_argument, NULL, 'p' },
		{ "seconds-only", no_argument, NULL, 'S' },
		{ "pulse", required_argument, NULL, 'm' },
		{ "line", required_argument, NULL, 'L' },
		{ "edge", required_argument, NULL, 'e' },
		{ "width", required_argument, NULL, 'W' },
		{ "offset", required_argument, NULL, 'o' },
		{ "delay", required_argument, NULL, 'd' },
		{ "holdover", required_argument, NULL, 'H' },
		{ "gate", required_argument, NULL, 'g' },
		{ "ppm", required_argument, NULL, 'P' },
		{ "no-clock-check", no_argument, NULL, 'n' },
		{ "baud", required_argument, NULL, 'b' },
		{ "priority", required_argument, NULL, 'r' },
		{ "wakeup-latency", required_argument, NULL, 'w' },
		{ "calibrate", required_argument, NULL, 'C' },
		{ "count", required_argument, NULL, 'c' },
		{ "timeout", required_argument, NULL, 't' },
		{ "json", no_argument, NULL, 'j' },
		{ "quiet", no_argument, NULL, 'q' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int c, code = 0;

	*o = (struct feed_options){
		.unit = -1, .shm = -1, .delay_ns = FEED_DELAY_FOUND, .wakeup_latency_us = -1,
		.gate_us = FILTER_GATE_NS / NS_PER_US, .ppm = FILTER_PPM,
		.priority = REALTIME_PRIORITY,
	};
	while (!code && !o->help && (c = getopt_long(argc, argv, "h", longs, NULL)) != -1)
		code = parse_option(c, o);
	o->ports = argv + optind;
	o->n = (size_t)(argc - optind);
	return code || o->help ? code : check_options(o);
}
