// SPDX-License-Identifier: GPL-2.0-or-later
/* The receiver command's options: --help, their values, which go together. */
#include "receiver_options.h"

#include <getopt.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "../sys/journal.h"
#include "cmd.h"

#define DEFAULT_SECONDS 3	/* a burst each second: this shows each type */

void receiver_usage(void)
{
	fputs("Usage: gpsppsctl receiver PORT [OPTION...]\n"
	      "What the receiver at a port is, what it sends and how full that makes the line.\n"
	      "With a change: carry it out, prove that the receiver does as told, and put back\n"
	      "what was before if it does not.\n"
	      "\n"
	      "Changes, which go together\n"
	      "  --timing           what is best for a clock: RMC alone, the pulse on\n"
	      "  --sentences LIST   exactly these, as in RMC or RMC,GGA\n"
	      "  --enable LIST      these, too\n"
	      "  --disable LIST     these no longer\n"
	      "  --defaults         the maker's set of sentences\n"
	      "  --baud B           the receiver's new speed; port, holder and table follow\n"
	      "  --pps on|off       the pulse\n"
	      "  --pulse MS         its width in milliseconds\n"
	      "  --rate N           N bursts a second; or Ns, as in 2s: one in two seconds\n"
	      "  --nmea-version V   2.0, 2.3, 4.0 or 4.1\n"
	      "\n"
	      "Other actions\n"
	      "  --save FILE        write its settings to a file (-: standard output)\n"
	      "  --restore FILE     give it the settings of such a file\n"
	      "  --send '$...'      send a line of your own, its checksum added; show the answer\n"
	      "\n"
	      "  --dry-run          print the exact bytes, and send nothing that changes anything\n"
	      "  --passive          only listen: nothing is sent, not even a question\n"
	      "  --force            also what the receiver's manual warns of\n"
	      "  --while-running    although a daemon reads: proven by counting characters\n"
	      "  --journal DIR      where a change is noted until it has ended (" JOURNAL_DIR ")\n"
	      "  --no-journal       it is noted nowhere\n"
	      "  --at B             the line's speed now, no other (else the table's, 4800, ...)\n"
	      "  --seconds N        listen so long (3)\n"
	      "  --json             one JSON object\n"
	      "  -h, --help         this help\n", stdout);
}

/* What an option does: reads its value, sets a flag, or keeps its text. */
struct known {
	const char *name;
	int (*value)(const char *text, struct receiver_options *o);
	size_t flag, text;	/* of struct receiver_options, whose first member is neither */
};

#define FLAG(name_, member) \
	{ .name = (name_), .flag = offsetof(struct receiver_options, member) }
#define TEXT(name_, member) \
	{ .name = (name_), .text = offsetof(struct receiver_options, member) }

static const struct known known[] = {
	{ .name = "sentences", .value = receiver_value_sentences },
	{ .name = "enable", .value = receiver_value_enable },
	{ .name = "disable", .value = receiver_value_disable },
	{ .name = "baud", .value = receiver_value_baud },
	{ .name = "pps", .value = receiver_value_pps },
	{ .name = "pulse", .value = receiver_value_pulse },
	{ .name = "rate", .value = receiver_value_rate },
	{ .name = "nmea-version", .value = receiver_value_version },
	{ .name = "send", .value = receiver_value_send },
	{ .name = "at", .value = receiver_value_at },
	{ .name = "seconds", .value = receiver_value_seconds },
	FLAG("timing", timing),
	FLAG("defaults", defaults),
	FLAG("dry-run", dry_run),
	FLAG("passive", passive),
	FLAG("force", force),
	FLAG("while-running", while_running),
	FLAG("no-journal", no_journal),
	FLAG("json", json),
	FLAG("help", help),
	TEXT("save", save),
	TEXT("restore", restore),
	TEXT("journal", journal),
};

#define N_KNOWN (sizeof(known) / sizeof(known[0]))
#define FIRST_KNOWN 256		/* behind every letter */

static int take_option(const struct known *k, const char *text, struct receiver_options *o)
{
	if (k->value)
		return k->value(text, o);
	if (k->flag)
		*(bool *)((char *)o + k->flag) = true;
	else
		*(const char **)((char *)o + k->text) = text;
	return 0;
}

bool receiver_is_change(const struct receiver_options *o)
{
	return o->sentences || o->enable || o->disable || o->defaults || o->timing ||
	       o->to.known || o->restore;
}

/* NULL, or what does not go together. */
static const char *conflict(const struct receiver_options *o)
{
	const bool single = o->sentences || o->enable || o->disable || o->defaults || o->timing ||
			    o->to.known;
	const int ways = !!o->sentences + o->defaults + o->timing + (o->enable || o->disable);

	if (ways > 1)
		return "--sentences, --defaults, --timing and --enable/--disable "
		       "exclude each other";
	if (single + !!o->save + !!o->restore + !!o->send[0] > 1)
		return "--save, --restore, --send and changes exclude each other";
	if (o->passive && (single || o->save || o->restore || o->send[0]) && !o->dry_run)
		return "--passive sends nothing: that cannot be done";
	if (o->dry_run && !single && !o->restore && !o->send[0])
		return "--dry-run of what?";
	if (o->journal && o->no_journal)
		return "--journal and --no-journal exclude each other";
	if (o->json && o->save && !strcmp(o->save, "-"))
		return "--json and --save - both want standard output";
	return NULL;
}

static int check_options(int argc, char **argv, struct receiver_options *o)
{
	const char *wrong = argc == 1 ? conflict(o) : argc ? "one port at a time" : "which port?";

	if (wrong) {
		msg_error("receiver", "%s", wrong);
		return usage_error("receiver");
	}
	if (!o->journal)
		o->journal = JOURNAL_DIR;
	o->port = argv[0];
	return 0;
}

static int parse_option(int c, struct receiver_options *o)
{
	if (c == 'h')
		o->help = true;
	else if (c >= FIRST_KNOWN && c < FIRST_KNOWN + (int)N_KNOWN)
		return take_option(&known[c - FIRST_KNOWN], optarg, o);
	else
		return usage_error("receiver");
	return 0;
}

int receiver_parse_options(int argc, char **argv, struct receiver_options *o)
{
	struct option options[N_KNOWN + 1] = { { 0 } };
	int c, code = 0;

	for (size_t i = 0; i < N_KNOWN; i++) {
		options[i].name = known[i].name;
		options[i].has_arg = known[i].flag ? no_argument : required_argument;
		options[i].val = FIRST_KNOWN + (int)i;
	}
	*o = (struct receiver_options){ .seconds = DEFAULT_SECONDS };
	/* no '+': "receiver PORT --sentences RMC" has its options behind the port */
	while (!code && !o->help && (c = getopt_long(argc, argv, "h", options, NULL)) != -1)
		code = parse_option(c, o);
	if (code || o->help)
		return code;
	return check_options(argc - optind, argv + optind, o);
}
