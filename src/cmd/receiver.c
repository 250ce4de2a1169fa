// SPDX-License-Identifier: GPL-2.0-or-later
/* receiver: what the receiver at a port is and sends; make it send other sentences. */
#include "cmd.h"

#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../sys/tty.h"
#include "../unittab.h"
#include "receiver_port.h"

#define DEFAULT_BAUD 4800	/* what NMEA 0183 says, and Garmin's LVC units do */
#define DEFAULT_SECONDS 3	/* older units send one GSV a second in turn: this shows each type */
#define SECONDS_MAX 3600
#define NAMES_MAX 256

struct options {
	const char *port;
	const char *sentences, *enable, *disable;
	bool defaults, dry_run, json, help;
	unsigned int baud;		/* 0: not named */
	int seconds;
};

static void usage(void)
{
	fputs("Usage: gpsppsctl receiver PORT [OPTION...]\n"
	      "What the receiver at a port is, what it sends and how full that makes the line.\n"
	      "With --sentences, --enable, --disable or --defaults: make it send others, watch that\n"
	      "it does, and put back what was before if it does not.\n"
	      "\n"
	      "  --sentences LIST   exactly these, as in RMC or RMC,GGA\n"
	      "  --enable LIST      these, too\n"
	      "  --disable LIST     these no longer\n"
	      "  --defaults         the maker's set\n"
	      "  --dry-run          print the lines that would be sent\n"
	      "  --seconds N        listen so long (3)\n"
	      "  --baud B           the line's speed, and no other; else the table's or 4800 first\n"
	      "  --json             one JSON object\n"
	      "  -h, --help         this help\n", stdout);
}

static int bad_value(const char *option, const char *value)
{
	msg_error("receiver", "invalid --%s '%s'", option, value);
	return usage_error("receiver");
}

static int parse_baud(const char *text, struct options *o)
{
	long baud;

	if (parse_number(text, 1, 4000000, &baud) < 0 || tty_speed((unsigned int)baud) == B0)
		return bad_value("baud", text);
	o->baud = (unsigned int)baud;
	return 0;
}

static int parse_seconds(const char *text, struct options *o)
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

static int parse_option(int c, struct options *o)
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

static bool is_change(const struct options *o)
{
	return o->sentences || o->enable || o->disable || o->defaults;
}

static int check_options(int argc, char **argv, struct options *o)
{
	int ways = !!o->sentences + o->defaults + (o->enable || o->disable);

	if (argc != 1) {
		msg_error("receiver", argc ? "one port at a time" : "which port?");
		return usage_error("receiver");
	}
	if (ways > 1) {
		msg_error("receiver", "--sentences, --defaults and --enable/--disable exclude each other");
		return usage_error("receiver");
	}
	if (o->dry_run && !ways) {
		msg_error("receiver", "--dry-run of what?");
		return usage_error("receiver");
	}
	o->port = argv[0];
	return 0;
}

static int parse_options(int argc, char **argv, struct options *o)
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

	*o = (struct options){ .seconds = DEFAULT_SECONDS };
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
	char name[64], other[64];
	struct unittab tab;
	int code = load_table(ctx, &tab);

	*baud = 0;
	if (code || tty_resolve(port, name, sizeof(name)))
		return code;
	for (size_t i = 0; i < tab.n; i++)
		if (!tty_resolve(tab.units[i].port, other, sizeof(other)) && !strcmp(name, other))
			*baud = tab.units[i].baud;
	return 0;
}

/* ---- what was heard ---- */

/* Nothing to work with: say what there was instead. */
static int explain(const struct receiver_port *w)
{
	const struct receiver_report *r = &w->report;

	switch (r->heard) {
	case HEARD_NOTHING:
		msg_error(w->path, "silent: not one character in %.1f s at %u baud",
			  (double)r->elapsed_ns / 1e9, r->baud);
		msg_hint("is the receiver powered, its data line wired to this port's RxD?");
		break;
	case HEARD_NOISE:
		msg_error(w->path, "%llu characters, no sentence at %u baud: probably the wrong speed",
			  (unsigned long long)r->bytes, r->baud);
		if (w->port.how == BORROW_FREE)
			msg_hint("a receiver in its binary mode sends no sentences at any speed");
		else
			msg_hint("other speeds can be tried when nobody has the port: gpsppsctl detach %s",
				 w->path);
		break;
	case HEARD_INVERTED:
		msg_error(w->path, "the polarity of the data line is inverted: sentences arrive with every bit turned over");
		msg_hint("an LVC receiver has RS-232 polarity at 0 to 5 V: put an inverter (MAX232) before a TTL UART");
		break;
	default:
		break;
	}
	return EXIT_NO;
}

/* Listen, at other speeds too where that disturbs nobody.  0 or an exit code. */
static int listen(struct receiver_port *w, const struct options *o)
{
	const struct receiver_report *r = &w->report;
	int code = receiver_port_listen(w, o->seconds);

	if (code || receiver_signals_seen())
		return code ? code : EXIT_NO;
	if (w->port.how != BORROW_FREE || o->baud)
		return 0;
	if (r->heard != HEARD_NOISE && r->heard != HEARD_NOTHING)
		return 0;
	return receiver_port_scan(w) ? receiver_port_listen(w, o->seconds) : 0;
}

/* ---- changing ---- */

static int request_of(const struct options *o, const struct receiver *rx,
		      struct receiver_request *req)
{
	const char *bad = "";
	size_t len = 0;
	int err = 0;

	*req = (struct receiver_request){ .op = RECEIVER_EXACTLY };
	if (o->defaults)
		req->op = RECEIVER_DEFAULTS;
	if (o->enable || o->disable)
		req->op = RECEIVER_ADJUST;
	if (o->sentences)
		err = receiver_parse_set(rx, o->sentences, &req->on, &bad, &len);
	if (!err && o->enable)
		err = receiver_parse_set(rx, o->enable, &req->on, &bad, &len);
	if (!err && o->disable)
		err = receiver_parse_set(rx, o->disable, &req->off, &bad, &len);
	if (err) {
		msg_error("receiver", "a %s cannot be told about '%.*s'", rx->make, (int)len, bad);
		return EXIT_TROUBLE;
	}
	if (req->on & req->off) {
		msg_error("receiver", "a sentence is both in --enable and in --disable");
		return EXIT_TROUBLE;
	}
	return 0;
}

/* Which make the lines are for.  0 or an exit code. */
static int find_make(struct receiver_port *w)
{
	struct receiver_view *v = &w->report.view;

	/*
	 * Where a daemon reads, nobody tells us the make.  $PGRMO is Garmin's
	 * alone, others ignore it, and a receiver that falls silent on it has
	 * shown what it is (change.h).
	 */
	if (w->port.how == BORROW_BESIDE)
		v->rx = &receiver_garmin;
	if (v->rx || w->report.heard == HEARD_INVERTED || receiver_port_ask(w))
		return 0;
	if (w->report.heard != HEARD_SENTENCES)
		return explain(w);
	msg_error(w->path, "the make of this receiver is not known: nothing was changed");
	msg_hint("only Garmin's can be told what to send so far");
	return EXIT_TROUBLE;
}

static int refuse_blind(const struct receiver_port *w, const struct options *o)
{
	if (w->port.how != BORROW_BESIDE || (!o->enable && !o->disable))
		return 0;
	msg_error(w->path, "%s reads it: what it sends now cannot be seen, so nothing can be added or taken away",
		  w->reader);
	msg_hint("name the whole set (--sentences LIST), or stop the daemon");
	return EXIT_TROUBLE;
}

/* What cannot be switched on by name cannot be put back after "all off". */
static int refuse_others(const struct receiver_port *w, const struct receiver_request *req,
			 const struct receiver_seen *before)
{
	if (req->op != RECEIVER_EXACTLY || !before->others)
		return 0;
	msg_error(w->path, "it sends %s too, which could not be put back: nothing was changed",
		  before->other);
	msg_hint("--disable LIST switches single sentences off");
	return EXIT_TROUBLE;
}

/* How a change ended, when it did not end well. */
static int report_failure(const struct receiver_port *w, const struct receiver_change *c)
{
	char saw[NAMES_MAX], now[NAMES_MAX];

	receiver_name_set(c->rx, c->failed.set, saw, sizeof(saw));
	receiver_name_set(c->rx, c->seen.set, now, sizeof(now));
	if (c->outcome == RECEIVER_REFUSED && !c->interrupted) {
		msg_error(w->path, "it did not fall silent on %.*s: it is no Garmin, or does not hear us; nothing was changed",
			  (int)strcspn(c->plan.lines[0], "\r"), c->plan.lines[0]);
	} else if (c->interrupted) {
		msg_error(w->path, c->sent ? "interrupted: %s" : "interrupted: nothing was sent",
			  c->outcome == RECEIVER_PUT_BACK ? "what was before is back"
			  : "what was before could not be put back");
	} else if (c->blind) {
		msg_error(w->path, "not as asked: %u characters a second, counted",
			  c->chars_per_s);
		msg_hint("the maker's set was asked for again: gpsppsctl diag %s", w->path);
	} else {
		msg_error(w->path, "not as asked: it sent %s; %s %s", saw[0] ? saw : "nothing",
			  c->outcome == RECEIVER_PUT_BACK ? "put back:" :
			  "it could not be put back, and sends now:", now[0] ? now : "nothing");
		msg_hint("does it hear us?  This port's TxD must be wired to the receiver's data in");
	}
	return EXIT_NO;
}

static int print(const struct receiver_report *r, const struct options *o, int code)
{
	if (o->json)
		receiver_print_json(r);
	else if (code == EXIT_DONE)
		receiver_print(r);
	return finish_stdout(code);
}

static int begin_change(struct receiver_port *w, struct receiver_change *c,
			const struct receiver_seen *before)
{
	const struct receiver_request *req = w->report.request;
	const struct receiver *rx = w->report.view.rx;
	int64_t now_ns = probe_now_ns(w->probe);
	int err;

	if (w->port.how == BORROW_BESIDE)
		err = receiver_change_begin_blind(c, rx, req, now_ns);
	else
		err = receiver_change_begin(c, rx, req, before, now_ns);
	if (!err)
		return 0;
	msg_error(w->path, "cannot write the lines for that: %s", strerror(-err));
	return EXIT_TROUBLE;
}

static int carry_out(struct receiver_port *w, const struct options *o,
		     const struct receiver_seen *before)
{
	struct receiver_report *r = &w->report;
	struct receiver_change c;
	int code = begin_change(w, &c, before);

	if (code)
		return code;
	if (o->dry_run) {
		r->plan = &c.plan;
		return print(r, o, EXIT_DONE);
	}
	code = receiver_port_change(w, &c);
	r->change = &c;
	if (!code && c.outcome != RECEIVER_DONE)
		code = report_failure(w, &c);
	return print(r, o, code);
}

static int change(struct receiver_port *w, const struct options *o)
{
	struct receiver_report *r = &w->report;
	struct receiver_request req;
	struct receiver_seen before;
	int code = refuse_blind(w, o);

	if (!code)
		code = find_make(w);
	if (!code && r->heard == HEARD_INVERTED)
		code = explain(w);
	if (!code)
		code = request_of(o, r->view.rx, &req);
	if (code)
		return code;
	receiver_seen_in(r->view.rx, &r->view.census, &before);
	code = refuse_others(w, &req, &before);
	if (code)
		return code;
	r->request = &req;
	r->already = w->port.how != BORROW_BESIDE && receiver_is_already(r->view.rx, &req, &before);
	if (r->already && !o->dry_run)
		return print(r, o, EXIT_DONE);
	return carry_out(w, o, &before);
}

static int show(struct receiver_port *w, const struct options *o)
{
	enum heard heard = w->report.heard;
	int code = heard == HEARD_SENTENCES || heard == HEARD_COUNT ? EXIT_DONE : explain(w);

	return print(&w->report, o, code);
}

static int work(const struct ctx *ctx, const struct options *o)
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
	receiver_signals_catch();
	code = listen(&w, o);
	if (!code)
		code = is_change(o) ? change(&w, o) : show(&w, o);
out:
	receiver_port_close(&w);
	receiver_signals_release();
	return code;
}

static int run(const struct ctx *ctx, int argc, char **argv)
{
	struct options o;
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
