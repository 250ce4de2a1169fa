// SPDX-License-Identifier: GPL-2.0-or-later
/* attach: the words of the command line. */
#include "attach.h"

#include <getopt.h>
#include <stdio.h>

#include "../sys/tty.h"

#define WAIT_MAX_S 86400

enum { OPT_WAIT_PORT = 256, OPT_WAKEUP_LATENCY };	/* without a letter */

void attach_usage(void)
{
	fputs("Usage: gpsppsctl attach PORT... | --all [OPTION...]\n"
	      "Make a serial port /dev/gpsN and its pulse per second (on DCD) /dev/gpsppsN, with\n"
	      "the settings that ntpd will set; prove it; hold it until Ctrl-C or SIGTERM.\n"
	      "\n"
	      "  -a, --all             all ports of the table that are there and not held yet\n"
	      "      --wait-port S     wait up to S seconds until PORT is there; with --all, any\n"
	      "  -u, --unit N          N of /dev/gpsN; else the table's, else 0, 1, ... in turn\n"
	      "  -b, --baud B          speed; else the table's, ntp.conf's, 4800\n"
	      "  -w, --wait-pulse S    wait up to S seconds for the first pulse\n"
	      "  -p, --pulse-only      the port has the pulse and no sentences: no /dev/gpsN\n"
	      "      --wakeup-latency US  keep the processors out of idle states that take longer\n"
	      "                        to leave (microseconds), for as long as the port is held\n"
	      "  -1, --once            attach, verify, report, detach\n"
	      "  -d, --daemon          hold in the background, once all is verified\n"
	      "  -h, --help            this help\n", stdout);
}

static int parse_value(const char *name, long min, long max, long *value)
{
	if (parse_number(optarg, min, max, value) == 0)
		return 0;
	msg_error("attach", "invalid --%s '%s'", name, optarg);
	return usage_error("attach");
}

static int parse_baud(long *baud)
{
	int code = parse_value("baud", 1, 4000000, baud);

	if (code || tty_speed((unsigned int)*baud) != B0)
		return code;
	msg_error("attach", "--baud %ld: there is no such speed", *baud);
	return usage_error("attach");
}

static int parse_option(int c, struct attach_options *o)
{
	switch (c) {
	case 'a': o->all = true; return 0;
	case OPT_WAIT_PORT: return parse_value("wait-port", 1, WAIT_MAX_S, &o->wait_port_s);
	case 'u': return parse_value("unit", 0, UNIT_MAX, &o->unit);
	case 'b': return parse_baud(&o->baud);
	case 'w': return parse_value("wait-pulse", 1, WAIT_MAX_S, &o->wait_pulse_s);
	case 'p': o->pulse_only = true; return 0;
	case OPT_WAKEUP_LATENCY:
		return parse_value("wakeup-latency", 0, WAKEUP_LATENCY_MAX_US, &o->wakeup_latency_us);
	case '1': o->once = true; return 0;
	case 'd': o->daemon = true; return 0;
	case 'h': o->help = true; return 0;
	default: return usage_error("attach");
	}
}

int attach_check_count(const struct attach_options *o)
{
	if (o->n <= HANDOVER_PORTS_MAX)
		return 0;
	msg_error("attach", "%zu ports: the kernel has %d pulse sources at most", o->n,
		  HANDOVER_PORTS_MAX);
	return usage_error("attach");
}

static int check_ports(const struct attach_options *o)
{
	if (o->all && o->n)
		msg_error("attach", "--all and PORT exclude each other");
	else if (o->all && o->unit >= 0)
		msg_error("attach", "--all and --unit exclude each other");
	else if (o->all)
		return 0;
	else if (!o->n)
		msg_error("attach", "which PORT?");
	else if (o->n > 1 && o->unit >= 0)
		msg_error("attach", "--unit is for one PORT; give several their units in " UNITTAB_PATH);
	else
		return attach_check_count(o);
	return usage_error("attach");
}

int attach_parse_options(int argc, char **argv, struct attach_options *o)
{
	static const struct option longs[] = {
		{ "all", no_argument, NULL, 'a' },
		{ "wait-port", required_argument, NULL, OPT_WAIT_PORT },
		{ "unit", required_argument, NULL, 'u' },
		{ "baud", required_argument, NULL, 'b' },
		{ "wait-pulse", required_argument, NULL, 'w' },
		{ "pulse-only", no_argument, NULL, 'p' },
		{ "wakeup-latency", required_argument, NULL, OPT_WAKEUP_LATENCY },
		{ "once", no_argument, NULL, '1' },
		{ "daemon", no_argument, NULL, 'd' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int c, code = 0;

	while (!code && (c = getopt_long(argc, argv, "au:b:w:p1dh", longs, NULL)) != -1)
		code = parse_option(c, o);
	if (code || o->help)
		return code;
	if (o->once && o->daemon) {
		msg_error("attach", "--once and --daemon exclude each other");
		return usage_error("attach");
	}
	o->ports = argv + optind;
	o->n = (size_t)(argc - optind);
	return check_ports(o);
}
