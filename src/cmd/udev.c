// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * udev DEVNAME: for our udev rules, the properties of a serial port or a PPS
 * source.  Files only: it runs once for each tty of the machine at boot.
 */
#include "cmd.h"

#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../unittab.h"

/* attach writes a line here for a port that is not in the table. */
#define RUNTIME_TABLE "/run/gpsppsctl/units.d/%s"

static void usage(void)
{
	fputs("Usage: gpsppsctl udev DEVNAME\n"
	      "For 60-gpsppsctl.rules: print GPSPPSCTL_UNIT, GPSPPSCTL_LINK and, for a port of\n"
	      "the table, GPSPPSCTL_SERVICE.  Nothing for any other device.\n"
	      "\n"
	      "  -h, --help   this help\n", stdout);
}

/* "pps3": the port it was made from, by its sysfs path ("/dev/ttyS0"). */
static int pps_port(const char *pps, char *tty, size_t size)
{
	char path[64], line[64] = "";
	FILE *f;

	if (snprintf(path, sizeof(path), "/sys/class/pps/%s/path", pps) >= (int)sizeof(path))
		return -ENAMETOOLONG;
	f = fopen(path, "re");
	if (!f)
		return -errno;
	if (!fgets(line, sizeof(line), f))
		line[0] = '\0';
	fclose(f);
	line[strcspn(line, "\n")] = '\0';
	if (strncmp(line, "/dev/", 5) || !line[5] || strlen(line + 5) >= size)
		return -ENOENT;		/* a PPS source that no tty feeds */
	strcpy(tty, line + 5);
	return 0;
}

/*
 * A port that was pulled out stays as a name with nothing behind it (type
 * PORT_UNKNOWN, serial8250's own): it is no receiver's any more.  USB adapters
 * have no such file.
 */
static bool is_placeholder(const char *tty)
{
	char path[128], type[16] = "";
	FILE *f;

	if (snprintf(path, sizeof(path), "/sys/class/tty/%s/type", tty) >= (int)sizeof(path))
		return false;
	f = fopen(path, "re");
	if (!f)
		return false;
	if (!fgets(type, sizeof(type), f))
		type[0] = '\0';
	fclose(f);
	return !strcmp(type, "0\n");
}

static void print_properties(const struct unit *u, bool is_pps, bool in_table)
{
	printf("GPSPPSCTL_UNIT=%u\n", u->unit);
	printf("GPSPPSCTL_LINK=%s%u\n", is_pps ? "gpspps" : "gps", u->unit);
	if (in_table && !is_pps)
		puts("GPSPPSCTL_SERVICE=1");
}

/* Look in the table, then in the line that a running attach left. */
static int properties(const struct ctx *ctx, const char *tty, bool is_pps)
{
	struct unittab tab;
	const struct unit *u;
	char path[128];
	struct ctx runtime = { .table = path };
	int code = load_table(ctx, &tab);

	if (code)
		return code;
	u = table_find_port(&tab, tty);
	if (u) {
		print_properties(u, is_pps, true);
		return EXIT_DONE;
	}
	if (snprintf(path, sizeof(path), RUNTIME_TABLE, tty) >= (int)sizeof(path))
		return EXIT_DONE;
	code = load_table(&runtime, &tab);
	if (code)
		return code;
	u = table_find_port(&tab, tty);
	if (u)
		print_properties(u, is_pps, false);
	return EXIT_DONE;
}

static int run(const struct ctx *ctx, int argc, char **argv)
{
	static const struct option options[] = {
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	char tty[64];
	const char *name;
	bool is_pps;
	int c;

	while ((c = getopt_long(argc, argv, "+h", options, NULL)) != -1) {
		if (c != 'h')
			return usage_error("udev");
		usage();
		return finish_stdout(EXIT_DONE);
	}
	if (argc - optind != 1)
		return usage_error("udev");
	name = argv[optind];
	if (!strncmp(name, "/dev/", 5))
		name += 5;
	if (strchr(name, '/') || strlen(name) >= sizeof(tty)) {
		msg_error(argv[optind], "this is no device name");
		return usage_error("udev");
	}
	is_pps = !strncmp(name, "pps", 3);
	if (!is_pps)
		strcpy(tty, name);
	else if (pps_port(name, tty, sizeof(tty)) < 0)
		return EXIT_DONE;
	if (is_placeholder(tty))
		return EXIT_DONE;
	return finish_stdout(properties(ctx, tty, is_pps));
}

const struct cmd cmd_udev = {
	.name = "udev",
	.args = "DEVNAME",
	.help = "the properties of a device, for our udev rules",
	.run = run,
};
