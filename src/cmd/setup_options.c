// SPDX-License-Identifier: GPL-2.0-or-later
/* setup: the words of the command line. */
#include "setup.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#define WAIT_S 600		/* a cold start without an almanac takes minutes */
#define WAIT_MAX_S 86400

void setup_usage(void)
{
	fputs("Usage: gpsppsctl setup [PORT] [OPTION...]\n"
	      "       gpsppsctl setup --undo | --print NAME [PORT]\n"
	      "Make this machine a time server by the receiver on PORT: look, propose, show each\n"
	      "file's change, ask, write, start, and verify.  Without PORT it is looked for.\n"
	      "\n"
	      "  -d, --daemon D      ntpsec, ntp, chrony; gpsd+chrony, gpsd+ntpsec, gpsd+ntp;\n"
	      "                      gpsd: with the one that there is (the one that there is)\n"
	      "  -u, --unit N        of /dev/gpsN and /dev/gpsppsN (the table's, else the first free)\n"
	      "  -y, --yes           do not ask\n"
	      "  -n, --dry-run       show what would be done, and do nothing\n"
	      "  -w, --wait SECONDS  wait so long for the pulse and the daemon (600); 0: do not verify\n"
	      "      --undo          put back all that setup has changed\n"
	      "      --root DIR      prepare the image in DIR: nothing is measured or started\n"
	      "      --print NAME    print a piece of configuration; list: their names\n"
	      "  -j, --json          one JSON object, at the end; with --yes, --dry-run or --print\n"
	      "  -h, --help          this help\n"
	      "\n"
	      "Configuration that somebody edited is left alone: the lines go to a file of their\n"
	      "own where the daemon reads such, else they are printed.\n"
	      "\n"
	      "Exit status: 0 done and verified, 1 not (yet), or something is left for you to do,\n"
	      "2 trouble, 3 the port went away.\n", stdout);
}

/* "chrony", "gpsd", "gpsd+ntpsec" */
static int take_daemon(struct setup_options *o, const char *text)
{
	const char *plus = strchr(text, '+');
	char name[16];

	snprintf(name, sizeof(name), "%.*s", (int)strcspn(text, "+"), text);
	o->daemon = setup_daemon_of(name);
	if (plus)
		o->taker = setup_daemon_of(plus + 1);
	if (o->daemon >= 0 && (!plus || (o->daemon == SETUP_GPSD && o->taker >= 0 &&
					 o->taker != SETUP_GPSD)))
		return 0;
	msg_error("setup", "invalid --daemon '%s'", text);
	msg_hint("ntpsec, ntp, chrony, gpsd, gpsd+chrony, gpsd+ntpsec or gpsd+ntp");
	return EXIT_TROUBLE;
}

static int take_number(const char *option, long max, const char *text, long *value)
{
	if (parse_number(text, 0, max, value) == 0)
		return 0;
	return bad_value("setup", option, text);
}

enum { UNDO = 256, ROOT, PRINT };

static int take_option(int c, struct setup_options *o)
{
	switch (c) {
	case 'd': return take_daemon(o, optarg);
	case 'u': return take_number("unit", UNIT_MAX, optarg, &o->unit);
	case 'w': return take_number("wait", WAIT_MAX_S, optarg, &o->wait_s);
	case 'y': o->yes = true; return 0;
	case 'n': o->dry_run = true; return 0;
	case UNDO: o->undo = true; return 0;
	case ROOT: o->root = optarg; return 0;
	case PRINT: o->print = optarg; return 0;
	case 'j': o->json = true; return 0;
	case 'h': o->help = true; return 0;
	default: return usage_error("setup");
	}
}

/* What makes no sense together. */
static int check_options(const struct setup_options *o)
{
	const bool image = o->root && !o->undo;
	const struct {
		bool clash;
		const char *text;
	} clashes[] = {
		{ o->undo && o->print, "--undo and --print exclude each other" },
		{ o->undo && (o->port || o->daemon >= 0 || o->unit >= 0),
		  "--undo puts back all of it: no PORT, no --daemon, no --unit" },
		{ o->print && (o->root || o->daemon >= 0 || o->dry_run), "--print takes a name and a PORT" },
		{ o->json && !o->print && !o->yes && !o->dry_run,
		  "--json asks nothing: with --yes, --dry-run or --print" },
		{ image && !o->print && !o->port, "--root: nothing can be found in an image: which PORT?" },
		{ image && !o->print && o->daemon < 0, "--root: nothing runs in an image: which --daemon?" },
		{ image && o->daemon == SETUP_GPSD && o->taker < 0,
		  "--root: nothing runs in an image: --daemon gpsd+chrony, gpsd+ntpsec or gpsd+ntp?" },
	};

	for (size_t i = 0; i < sizeof(clashes) / sizeof(clashes[0]); i++) {
		if (!clashes[i].clash)
			continue;
		msg_error("setup", "%s", clashes[i].text);
		return usage_error("setup");
	}
	return 0;
}

static int take_port(int argc, char **argv, struct setup_options *o)
{
	if (argc - optind > 1) {
		msg_error(argv[optind + 1], "one PORT at a time: give each its own setup");
		return usage_error("setup");
	}
	if (optind == argc)
		return 0;
	if (!*argv[optind] || strlen(argv[optind]) >= UNIT_PORT_MAX) {
		msg_error(argv[optind], "this is no port");
		return usage_error("setup");
	}
	o->port = argv[optind];
	return 0;
}

int setup_parse_options(int argc, char **argv, struct setup_options *o)
{
	static const struct option longs[] = {
		{ "daemon", required_argument, NULL, 'd' },
		{ "unit", required_argument, NULL, 'u' },
		{ "yes", no_argument, NULL, 'y' },
		{ "dry-run", no_argument, NULL, 'n' },
		{ "wait", required_argument, NULL, 'w' },
		{ "undo", no_argument, NULL, UNDO },
		{ "root", required_argument, NULL, ROOT },
		{ "print", required_argument, NULL, PRINT },
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int c, code = 0;

	*o = (struct setup_options){ .unit = -1, .wait_s = WAIT_S, .words = argv + 1,
		.daemon = SETUP_DAEMON_FOUND, .taker = SETUP_DAEMON_FOUND };
	while (!code && (c = getopt_long(argc, argv, "d:u:w:ynjh", longs, NULL)) != -1)
		code = take_option(c, o);
	if (code || o->help)
		return code;
	code = take_port(argc, argv, o);
	return code ? code : check_options(o);
}
