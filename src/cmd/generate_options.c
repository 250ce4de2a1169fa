// SPDX-License-Identifier: GPL-2.0-or-later
/* generate's options. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

#include "../decimal.h"
#include "generate.h"

#define COUNT_MAX 1000000000L
#define PRIORITY_MAX 99
#define LATENCY_MAX_US 1000000
#define WIDTH_NS (100 * NS_PER_MS)
#define WIDTH_MIN_NS (NS_PER_MS / 10)
#define REST_NS (20 * NS_PER_MS)	/* from a pulse's end to the next one, to tell of it */
#define MS_PLACES 6			/* nanoseconds of milliseconds */

enum {
	OPT_LINE = 256, OPT_WIDTH, OPT_PHASE, OPT_LATE, OPT_RATE, OPT_INVERT, OPT_COUNT, OPT_LOOPBACK,
	OPT_PRIORITY, OPT_WAKEUP_LATENCY, OPT_QUIET, OPT_JSON,
};

static const struct {
	const char *name;
	int line;
} lines[] = {
	{ "rts", TIOCM_RTS }, { "dtr", TIOCM_DTR },
};

static const struct {
	const char *name;
	int64_t period_ns;
} rates[] = {
	{ "0.5", 2 * NS_PER_S }, { "1", NS_PER_S }, { "5", NS_PER_S / 5 }, { "10", NS_PER_S / 10 },
};

#define N_OF(array) (sizeof(array) / sizeof((array)[0]))

void generate_usage(void)
{
	fputs("Usage: gpsppsctl generate [OPTION...] PORT\n"
	      "A pulse on an output of an idle port at each second of the system clock, and how far\n"
	      "from it; with --loopback also when the kernel sees it come in at another port.\n"
	      "\n"
	      "  --line L            rts, dtr (rts)\n"
	      "  --width MS          of the pulse (100)\n"
	      "  --phase MS          so long after the second; before it if negative (0)\n"
	      "  --rate HZ           of the pulses: 0.5, 1, 5, 10 (1)\n"
	      "  --late MS           leave out a pulse that would be later than this (1)\n"
	      "  --invert            the line is high, and low during the pulse\n"
	      "  --count N           end after N pulses\n"
	      "  --loopback PORT     the line is wired to DCD of this port: measure the whole way\n"
	      "  --priority N        of SCHED_FIFO (50); 0: leave scheduling and memory alone\n"
	      "  --wakeup-latency US keep the processors out of idle states that take longer\n"
	      "  --json              a JSON object a line, the last one a summary\n"
	      "  --quiet             only the summary\n"
	      "  -h, --help          this help\n", stdout);
}

const char *generate_line_name(int line)
{
	for (size_t i = 0; i < N_OF(lines); i++)
		if (lines[i].line == line)
			return lines[i].name;
	return "?";
}

static int parse_in(const char *option, long min, long max, long *value)
{
	return parse_number(optarg, min, max, value) < 0 ? bad_value("generate", option, optarg) : 0;
}

/* Milliseconds, also parts of one. */
static int parse_ms(const char *option, int64_t *ns)
{
	const char *end = optarg + strlen(optarg);
	struct decimal d;

	if (decimal_read(optarg, end, &d) != end || decimal_scaled(&d, MS_PLACES, ns, NULL) < 0)
		return bad_value("generate", option, optarg);
	return 0;
}

static int parse_line(struct generate_options *o)
{
	for (size_t i = 0; i < N_OF(lines); i++)
		if (!strcmp(optarg, lines[i].name)) {
			o->line = lines[i].line;
			return 0;
		}
	return bad_value("generate", "line", optarg);
}

static int parse_rate(struct generate_options *o)
{
	for (size_t i = 0; i < N_OF(rates); i++)
		if (!strcmp(optarg, rates[i].name)) {
			o->period_ns = rates[i].period_ns;
			return 0;
		}
	return bad_value("generate", "rate", optarg);
}

static int parse_option(int c, struct generate_options *o)
{
	switch (c) {
	case OPT_LINE:
		return parse_line(o);
	case OPT_WIDTH:
		return parse_ms("width", &o->width_ns);
	case OPT_PHASE:
		return parse_ms("phase", &o->phase_ns);
	case OPT_LATE:
		return parse_ms("late", &o->late_ns);
	case OPT_RATE:
		return parse_rate(o);
	case OPT_COUNT:
		return parse_in("count", 1, COUNT_MAX, &o->count);
	case OPT_PRIORITY:
		return parse_in("priority", 0, PRIORITY_MAX, &o->priority);
	case OPT_WAKEUP_LATENCY:
		return parse_in("wakeup-latency", 0, LATENCY_MAX_US, &o->wakeup_latency_us);
	case OPT_LOOPBACK:
		o->loopback = optarg;
		return 0;
	case OPT_INVERT:
		o->inverted = true;
		return 0;
	case OPT_QUIET:
		o->quiet = true;
		return 0;
	case OPT_JSON:
		o->json = true;
		return 0;
	case 'h':
		o->help = true;
		return 0;
	default:
		return usage_error("generate");
	}
}

static int check_options(const struct generate_options *o)
{
	const double period_ms = (double)o->period_ns / NS_PER_MS;

	if (o->width_ns < WIDTH_MIN_NS || o->width_ns > o->period_ns - REST_NS)
		msg_error("generate", "--width is %.1f to %.0f ms at this rate",
			  (double)WIDTH_MIN_NS / NS_PER_MS, (double)(o->period_ns - REST_NS) / NS_PER_MS);
	else if (o->phase_ns <= -o->period_ns || o->phase_ns >= o->period_ns)
		msg_error("generate", "--phase is more than -%.0f and less than %.0f ms at this rate",
			  period_ms, period_ms);
	else if (o->late_ns < 0 || o->late_ns > o->period_ns / 2)
		msg_error("generate", "--late is 0 to %.0f ms at this rate", period_ms / 2);
	else
		return 0;
	return usage_error("generate");
}

int generate_parse_options(int argc, char **argv, struct generate_options *o)
{
	static const struct option options[] = {
		{ "line", required_argument, NULL, OPT_LINE },
		{ "width", required_argument, NULL, OPT_WIDTH },
		{ "phase", required_argument, NULL, OPT_PHASE },
		{ "late", required_argument, NULL, OPT_LATE },
		{ "rate", required_argument, NULL, OPT_RATE },
		{ "invert", no_argument, NULL, OPT_INVERT },
		{ "count", required_argument, NULL, OPT_COUNT },
		{ "loopback", required_argument, NULL, OPT_LOOPBACK },
		{ "priority", required_argument, NULL, OPT_PRIORITY },
		{ "wakeup-latency", required_argument, NULL, OPT_WAKEUP_LATENCY },
		{ "json", no_argument, NULL, OPT_JSON },
		{ "quiet", no_argument, NULL, OPT_QUIET },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int c, code = 0;

	*o = (struct generate_options){
		.line = TIOCM_RTS, .period_ns = NS_PER_S, .width_ns = WIDTH_NS,
		.late_ns = TRAIN_LATE_NS,
		.priority = REALTIME_PRIORITY, .wakeup_latency_us = -1,
	};
	while (!code && !o->help && (c = getopt_long(argc, argv, "h", options, NULL)) != -1)
		code = parse_option(c, o);
	if (code || o->help)
		return code;
	if (optind != argc - 1) {
		msg_error("generate", optind == argc ? "on which port?" : "one port at a time");
		return usage_error("generate");
	}
	o->port = argv[optind];
	return check_options(o);
}
