// SPDX-License-Identifier: GPL-2.0-or-later
/* gpsppsctl: the options before the command, the table of commands, the exit code. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "cmd/cmd.h"
#include "unittab.h"
#include "version.h"

static const struct cmd *const commands[] = {
	&cmd_attach,
	&cmd_detach,
	&cmd_setup,
	&cmd_list,
	&cmd_diag,
	&cmd_receiver,
	&cmd_watch,
	&cmd_feed,
	&cmd_generate,
	&cmd_nmea,
	&cmd_report,
	&cmd_kernel,
	&cmd_udev,
};

#define N_COMMANDS (sizeof(commands) / sizeof(commands[0]))

static void usage(FILE *f)
{
	fputs("Usage: gpsppsctl [-C FILE] COMMAND [ARGUMENT...]\n"
	      "Take a serial GPS receiver with a pulse per second to a clock that ntpd, NTPsec\n"
	      "or chrony can trust, and say exactly why when there is no pulse.\n"
	      "\n"
	      "Commands:\n", f);
	for (size_t i = 0; i < N_COMMANDS; i++)
		fprintf(f, "  %-9s %-20s %s\n", commands[i]->name, commands[i]->args,
			commands[i]->help);
	fputs("\n"
	      "Options:\n"
	      "  -C, --config FILE   the table of units (" UNITTAB_PATH ")\n"
	      "  -h, --help          this help; 'gpsppsctl COMMAND --help' for a command's\n"
	      "  -V, --version       the version\n"
	      "\n"
	      "Without a command: the ports, as 'gpsppsctl list' shows them.\n"
	      "The manual: man 8 gpsppsctl\n", f);
}

static const struct cmd *find_command(const char *name)
{
	for (size_t i = 0; i < N_COMMANDS; i++)
		if (!strcmp(commands[i]->name, name))
			return commands[i];
	return NULL;
}

/* Without a command: what is there, and the commands that matter. */
static int overview(const struct ctx *ctx)
{
	char *argv[] = { (char *)"list", NULL };
	int code;

	optind = 0;	/* as in run_command(): the options before the command are read */
	code = cmd_list.run(ctx, 1, argv);

	fputs("\n"
	      "  gpsppsctl setup            all of it: find the receiver, show, ask, write, verify\n"
	      "  gpsppsctl attach PORT      make the port /dev/gps0 and its pulse /dev/gpspps0\n"
	      "  gpsppsctl diag             no pulse? the cause and its cure\n"
	      "  gpsppsctl receiver PORT    what the receiver is and sends\n", stdout);
	return finish_stdout(code);
}

static int run_command(const struct ctx *ctx, int argc, char **argv)
{
	const struct cmd *cmd = find_command(argv[0]);
	char name[64];

	if (!cmd) {
		msg_error(argv[0], "there is no such command");
		return usage_error(NULL);
	}
	snprintf(name, sizeof(name), "gpsppsctl: %s", cmd->name);
	argv[0] = name;	/* getopt's messages begin with it */
	optind = 0;	/* glibc: begin anew, also with the leading '+' */
	return cmd->run(ctx, argc, argv);
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "config", required_argument, NULL, 'C' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 },
	};
	struct ctx ctx = { .table = UNITTAB_PATH };
	int c;

	while ((c = getopt_long(argc, argv, "+C:hV", options, NULL)) != -1) {
		switch (c) {
		case 'C':
			ctx.table = optarg;
			break;
		case 'h':
			usage(stdout);
			return finish_stdout(EXIT_DONE);
		case 'V':
			puts("gpsppsctl " VERSION);
			return finish_stdout(EXIT_DONE);
		default:
			return usage_error(NULL);
		}
	}
	if (optind == argc)
		return overview(&ctx);
	return run_command(&ctx, argc - optind, argv + optind);
}
