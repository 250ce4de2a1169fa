// SPDX-License-Identifier: GPL-2.0-or-later
/* receiver: what the receiver at a port is and sends; make it send other sentences. */
#include "cmd.h"

#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../sys/signals.h"
#include "../sys/tty.h"
#include "../unittab.h"
#include "receiver_port.h"

#define DEFAULT_BAUD 4800	/* what NMEA 0183 says, and Garmin's LVC units do */
#define DEFAULT_SECONDS 3	/* a burst each second: this shows each type */
#define SECONDS_MAX 3600

static void usage(void)
{
	fputs("Usage: gpsppsctl receiver PORT [OPTION...]\n"
	      "What the receiver at a port is, what it sends and how full that makes the line.\n"
	      "With --sentences, --enable, --disable or --defaults: make it send others, watch\n"
	      "that it does, and put back what was before if it does not.\n"
	      "\n"
	      "  --sentences LIST   exactly these, as in RMC or RMC,GGA\n"
	      "  --enable LIST      these, too\n"
	      "  --disable LIST     these no longer\n"
	      "  --defaults         the maker's set\n"
	      "  --dry-run          print the lines that would be sent\n"
	      "  --seconds N        listen so long (3)\n"
	      "  --baud B           the line's speed, and no other (else the table's, 4800, ...)\n"
	      "  --json             one JSON object\n"
	      "  -h, --help         this help\n", stdout);
}

static int bad_value(const char *option, const char *value)
{
	msg_error("receiver", "invalid --%s '%s'", option, value);
	return usage_error("receiver");
}

static int parse_baud(const char *text, struct receiver_options *o)
{
	long baud;

	if (parse_number(text, 1, 4000000, &baud) < 0 || tty_speed((unsigned int)baud) == B0)
		return bad_value("baud", text);
	o->baud = (unsigned int)baud;
	return 0;
}

static int parse_seconds(const char *text, struct receiver_options *o)
{
	long seconds;

	if (parse_number(text, 1, SECONDS_MAX, &seconds) < 0)
		return bad_value("seconds", text);
	o->seconds = (int)seconds;
	return 0;
}

static int parse_list(const char *option, const char *text, const char **list)
{
	const char *bad;
	size_t len;

	*list = text;
	if (receiver_check_names(text, &bad, &len) == 0)
		return 0;
	msg_error("receiver", "--%s: no receiver can be told about '%.*s'", option, (int)len, bad);
	return usage_error("receiver");
}

static int parse_option(int c, struct receiver_options *o)
{
	switch (c) {
	case 's':
		return parse_list("sentences", optarg, &o->sentences);
	case 'e':
		return parse_list("enable", optarg, &o->enable);
	case 'd':
		return parse_list("disable", optarg, &o->disable);
	case 'D':
		o->defaults = true;
		return 0;
	case 'n':
		o->dry_run = true;
		return 0;
	case 'S':
		return parse_seconds(optarg, o);
	case 'b':
		return parse_baud(optarg, o);
	case 'j':
		o->json = true;
		return 0;
	case 'h':
		o->help = true;
		return 0;
	default:
		return usage_error("receiver");
	}
}

static bool is_change(const struct receiver_options *o)
{
	return o->sentences || o->enable || o->disable || o->defaults;
}

static int check_options(int argc, char **argv, struct receiver_options *o)
{
	int ways = !!o->sentences + o->defaults + (o->enable || o->disable);

	if (argc != 1) {
		msg_error("receiver", argc ? "one port at a time" : "which port?");
		return usage_error("receiver");
	}
	if (ways > 1) {
		msg_error("receiver",
			  "--sentences, --defaults and --enable/--disable exclude each other");
		return usage_error("receiver");
	}
	if (o->dry_run && !ways) {
		msg_error("receiver", "--dry-run of what?");
		return usage_error("receiver");
	}
	o->port = argv[0];
	return 0;
}

static int parse_options(int argc, char **argv, struct receiver_options *o)
{
	static const struct option options[] = {
		{ "sentences", required_argument, NULL, 's' },
		{ "enable", required_argument, NULL, 'e' },
		{ "disable", required_argument, NULL, 'd' },
		{ "defaults", no_argument, NULL, 'D' },
		{ "dry-run", no_argument, NULL, 'n' },
		{ "seconds", required_argument, NULL, 'S' },
		{ "baud", required_argument, NULL, 'b' },
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int c, code = 0;

	*o = (struct receiver_options){ .seconds = DEFAULT_SECONDS };
	/* no '+': "receiver PORT --sentences RMC" has its options behind the port */
	while (!code && !o->help && (c = getopt_long(argc, argv, "h", options, NULL)) != -1)
		code = parse_option(c, o);
	if (code || o->help)
		return code;
	return check_options(argc - optind, argv + optind, o);
}

/* The speed that the table has for this port; 0 when it has none. */
static int table_baud(const struct ctx *ctx, const char *port, unsigned int *baud)
{
	const struct unit *unit;
	struct unittab tab;
	unsigned int role;
	char name[64];
	int code = load_table(ctx, &tab);

	*baud = 0;
	if (code || tty_resolve(port, name, sizeof(name)))
		return code;
	unit = table_find_port(&tab, name, &role);
	if (unit)
		*baud = unit->baud;
	return 0;
}

/* Listen, at other speeds too where that disturbs nobody.  0 or an exit code. */
static int listen(struct receiver_port *w, const struct receiver_options *o)
{
	const struct receiver_report *r = &w->report;
	int code = receiver_port_listen(w, o->seconds);

	if (code || signals_seen())
		return code ? code : EXIT_NO;
	if (w->port.how != BORROW_FREE || o->baud)
		return 0;
	if (r->heard != HEARD_NOISE && r->heard != HEARD_NOTHING)
		return 0;
	return receiver_port_scan(w) ? receiver_port_listen(w, o->seconds) : 0;
}

static int show(struct receiver_port *w, const struct receiver_options *o)
{
	enum heard heard = w->report.heard;
	int code = EXIT_DONE;

	if (heard != HEARD_SENTENCES && heard != HEARD_COUNT)
		code = receiver_explain(w);
	return receiver_finish(&w->report, o->json, code);
}

static int work(const struct ctx *ctx, const struct receiver_options *o)
{
	struct receiver_port w = { .port = { .fd = -1, .control = -1 } };
	unsigned int baud;
	int code = table_baud(ctx, o->port, &baud);

	if (o->baud)
		baud = o->baud;
	if (!code)
		code = receiver_port_open(&w, o->port, baud ? baud : DEFAULT_BAUD, o->baud != 0);
	if (code)
		goto out;
	signals_catch();
	code = listen(&w, o);
	if (!code)
		code = is_change(o) ? receiver_change_sentences(&w, o) : show(&w, o);
out:
	receiver_port_close(&w);
	signals_release();
	return code;
}

static int run(const struct ctx *ctx, int argc, char **argv)
{
	struct receiver_options o;
	int code = parse_options(argc, argv, &o);

	if (code)
		return code;
	if (o.help) {
		usage();
		return finish_stdout(EXIT_DONE);
	}
	return work(ctx, &o);
}

const struct cmd cmd_receiver = {
	.name = "receiver",
	.args = "PORT [OPTION...]",
	.help = "what the receiver is and sends; make it send other sentences",
	.run = run,
};
