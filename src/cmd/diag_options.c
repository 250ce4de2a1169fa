// SPDX-License-Identifier: GPL-2.0-or-later
/* diag's options: parsed, checked, and told to a record. */
#include "diag_options.h"

#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"

#define WAIT_MAX_S 3600

void diag_usage(void)
{
	fputs("Usage: gpsppsctl diag [OPTION...] [PORT|PPS]\n"
	      "       gpsppsctl diag --list | --explain ID\n"
	      "Name the one reason why there is no pulse (or no time), what proves it, and what\n"
	      "cures it.  Looks for 3 seconds and disturbs nothing.  Without PORT: the ports of\n"
	      "the table of units; else those that are in use; else all.\n"
	      "\n"
	      "  -A, --active        also open a port that nobody has open, and listen to it\n"
	      "  -w, --wait SECONDS  look for so long (3.2); 0: only what is to be seen at once\n"
	      "  -F, --follow        go on, and say what changes when it changes; until Ctrl-C\n"
	      "      --fix           show the cure of the cause, ask, apply it, diagnose again\n"
	      "  -y, --yes           do not ask\n"
	      "  -q, --quiet         print nothing: the exit status is the answer\n"
	      "  -v, --verbose       also what was skipped, and the lines for ntpd, NTPsec and chrony\n"
	      "      --record DIR    write all that was looked at into DIR, a new directory\n"
	      "      --sysroot DIR   look at such a record instead of at this machine\n"
	      "      --list          all ids that diag knows, in the order of cure\n"
	      "      --explain ID    what an id means; all: all of them\n"
	      "  -j, --json          one JSON object (with --follow one a line)\n"
	      "  -h, --help          this help\n"
	      "\n"
	      "A record has no serial numbers, names of hosts, servers and users, hardware\n"
	      "addresses, positions or passwords.\n"
	      "\n"
	      "Exit status: 0 healthy, 1 a fault was found, 2 trouble, 3 the port went away\n"
	      "meanwhile.\n", stdout);
}

static int parse_wait(const char *text, int *ms)
{
	char *end;
	double s;

	if (!isdigit((unsigned char)text[0]) && text[0] != '.')
		return -EINVAL;
	s = strtod(text, &end);
	/* neither hexadecimal nor an exponent, which strtod() would take */
	if (*end || strspn(text, "0123456789.") != strlen(text) || !(s <= WAIT_MAX_S))
		return -EINVAL;
	*ms = (int)(s * 1000 + 0.5);
	return 0;
}

static int set_text(char *to, size_t size, const char *from)
{
	if (strlen(from) >= size) {
		msg_error(from, "%s", strerror(ENAMETOOLONG));
		return EXIT_TROUBLE;
	}
	strcpy(to, from);
	return 0;
}

static int take_wait(struct diag_options *o, const char *text)
{
	if (parse_wait(text, &o->wait_ms) == 0)
		return 0;
	msg_error(text, "not a number of seconds from 0 to %d", WAIT_MAX_S);
	return usage_error("diag");
}

enum { RECORD = 256, SYSROOT, FIX, LIST, EXPLAIN };

static int take_option(int c, struct diag_options *o)
{
	switch (c) {
	case 'A': o->active = true; return 0;
	case 'w': return take_wait(o, optarg);
	case 'F': o->follow = true; return 0;
	case FIX: o->fix = true; return 0;
	case 'y': o->yes = true; return 0;
	case 'q': o->quiet = true; return 0;
	case 'v': o->verbose = true; return 0;
	case RECORD: o->record = optarg; return 0;
	case SYSROOT: o->sysroot = optarg; return 0;
	case LIST: o->list = true; return 0;
	case EXPLAIN: o->explain = optarg; return 0;
	case 'j': o->json = true; return 0;
	case 'h': o->help = true; return 0;
	default: return usage_error("diag");
	}
}

/* What makes no sense together. */
static int check_options(const struct diag_options *o)
{
	const struct {
		bool clash;
		const char *text;
	} clashes[] = {
		{ o->yes && !o->fix, "--yes is for --fix" },
		{ o->fix && o->follow, "--fix and --follow exclude each other" },
		{ o->fix && o->sysroot, "a record cannot be mended: --fix is for this machine" },
		{ o->follow && (o->sysroot || o->record), "a record is of one look, not of --follow" },
		{ o->fix && o->record, "a record is of one look: --fix looks again" },
		{ o->follow && o->quiet, "--quiet --follow would never say a thing" },
		{ o->sysroot && o->record, "--sysroot is a record already" },
		{ o->list && o->explain, "--list or --explain ID" },
	};

	for (size_t i = 0; i < sizeof(clashes) / sizeof(clashes[0]); i++) {
		if (!clashes[i].clash)
			continue;
		msg_error("diag", "%s", clashes[i].text);
		return usage_error("diag");
	}
	return 0;
}

int diag_parse_options(int argc, char **argv, const char *table, struct diag_options *o)
{
	static const struct option longs[] = {
		{ "active", no_argument, NULL, 'A' },
		{ "wait", required_argument, NULL, 'w' },
		{ "follow", no_argument, NULL, 'F' },
		{ "fix", no_argument, NULL, FIX },
		{ "yes", no_argument, NULL, 'y' },
		{ "quiet", no_argument, NULL, 'q' },
		{ "verbose", no_argument, NULL, 'v' },
		{ "record", required_argument, NULL, RECORD },
		{ "sysroot", required_argument, NULL, SYSROOT },
		{ "list", no_argument, NULL, LIST },
		{ "explain", required_argument, NULL, EXPLAIN },
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int c, code = 0;

	*o = (struct diag_options){ .wait_ms = -1 };
	while (!code && (c = getopt_long(argc, argv, "Aw:Fyqvjh", longs, NULL)) != -1)
		code = take_option(c, o);
	if (code || o->help)
		return code;
	if (argc - optind > 1) {
		msg_error(argv[optind + 1], "one port or source at a time");
		return usage_error("diag");
	}
	code = check_options(o);
	if (!code)
		code = set_text(o->table, sizeof(o->table), table);
	if (!code && optind < argc)
		code = set_text(o->what, sizeof(o->what), argv[optind]);
	return code;
}

void diag_write_run(const struct diag_options *o, char *text, size_t size)
{
	snprintf(text, size, "table %s\nactive %d\nwait_ms %d\nwhat %s", o->table, o->active,
		 o->wait_ms, o->what);
}

void diag_read_run(struct diag_options *o, char *text)
{
	char *line, *save = NULL;
	int active, wait_ms;

	for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		if (!strncmp(line, "table ", 6))
			snprintf(o->table, sizeof(o->table), "%s", line + 6);
		else if (!strncmp(line, "what ", 5) && !o->what[0])
			snprintf(o->what, sizeof(o->what), "%s", line + 5);
		else if (sscanf(line, "active %d", &active) == 1)
			o->active = o->active || active;
		else if (sscanf(line, "wait_ms %d", &wait_ms) == 1 && o->wait_ms < 0)
			o->wait_ms = wait_ms;
	}
}
