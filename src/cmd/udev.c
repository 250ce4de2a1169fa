// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * udev DEVNAME: for our udev rules, the properties of a serial port or a PPS
 * source.  Files only: it runs once for each tty of the machine at boot.
 */
#include "cmd.h"

#include <getopt.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../unittab.h"

/* attach writes a line here for a port that is not in the table. */
#define RUNTIME_TABLE "/run/gpsppsctl/units.d/%s"

static void usage(void)
{
	fputs("Usage: gpsppsctl udev DEVNAME\n"
	      "For 61-gpsppsctl.rules: print GPSPPSCTL_UNIT, GPSPPSCTL_LINK (not of a port that\n"
	      "has the pulse only) and, for a port of the table without holder=none,\n"
	      "GPSPPSCTL_SERVICE; of a PCI card's port, in the table or not, GPSPPSCTL_PLACE, a link\n"
	      "that stays when the ports' numbers change.  Nothing for any other device.  DEVLINKS,\n"
	      "from udev, has the links that the port will get.\n"
	      "\n"
	      "  -h, --help   this help\n", stdout);
}

struct device {
	char tty[64];		/* the port, or the port of the pulse; "" */
	char source[64];	/* the name of a PPS source; "" for a port */
	const char *links;	/* of a port, as udev is going to make them */
};

/* The first line of a file of sysfs, without its end; "" when there is none. */
__attribute__((format(printf, 3, 4)))
static void read_line(char *line, size_t size, const char *fmt, ...)
{
	char path[128];
	va_list ap;
	FILE *f;
	int n;

	line[0] = '\0';
	va_start(ap, fmt);
	n = vsnprintf(path, sizeof(path), fmt, ap);
	va_end(ap);
	f = n < (int)sizeof(path) ? fopen(path, "re") : NULL;
	if (!f)
		return;
	if (!fgets(line, (int)size, f))
		line[0] = '\0';
	fclose(f);
	line[strcspn(line, "\n")] = '\0';
}

/* "pps3": its name, and the port that it was made from ("/dev/ttyS0"), if any. */
static void look_at_pps(const char *pps, struct device *d)
{
	char path[64];

	read_line(d->source, sizeof(d->source), "/sys/class/pps/%s/name", pps);
	read_line(path, sizeof(path), "/sys/class/pps/%s/path", pps);
	if (!strncmp(path, "/dev/", 5))
		strcpy(d->tty, path + 5);
}

/*
 * A port that was pulled out stays as a name with nothing behind it (type
 * PORT_UNKNOWN, serial8250's own): it is no receiver's any more.  USB adapters
 * have no such file.
 */
static bool is_placeholder(const char *tty)
{
	char type[16];

	read_line(type, sizeof(type), "/sys/class/tty/%s/type", tty);
	return !strcmp(type, "0");
}

/* The device's line and what the device is for there.  NULL: it has none. */
static const struct unit *find_line(const struct unittab *tab, const struct device *d,
				    unsigned int *role)
{
	const struct unit *u = NULL;

	if (d->tty[0] && !is_placeholder(d->tty))
		u = table_find_device(tab, d->tty, d->links, role);
	if (!d->source[0] || (u && (*role & ROLE_PULSE)))
		return u;
	*role = ROLE_PULSE;
	return unittab_find_source(tab, d->source);
}

static void print_properties(const struct unit *u, const struct device *d, unsigned int role,
			     bool in_table)
{
	const bool is_pps = d->source[0];

	printf("GPSPPSCTL_UNIT=%u\n", u->unit);
	if (is_pps || (role & ROLE_SENTENCES))
		printf("GPSPPSCTL_LINK=%s%u\n", is_pps ? "gpspps" : "gps", u->unit);
	if (in_table && !is_pps && !u->no_holder)
		puts("GPSPPSCTL_SERVICE=1");
}

/* "serial/by-path/pci-0000:00:10.0-bar0": what a port is, whatever the table says. */
static void print_place(const char *tty)
{
	char place[PCIPLACE_MAX];

	if (!find_place(tty, place))
		printf("GPSPPSCTL_PLACE=%s%s\n", unit_port_name(PCIPLACE_DIR), place);
}

/* Look in the table, then in the line that a running attach left. */
static int properties(const struct ctx *ctx, const struct device *d)
{
	struct unittab tab;
	const struct unit *u;
	char path[128];
	struct ctx runtime = { .table = path };
	unsigned int role;
	int code = load_table(ctx, &tab);

	if (code)
		return code;
	u = find_line(&tab, d, &role);
	if (u) {
		print_properties(u, d, role, true);
		return EXIT_DONE;
	}
	if (!d->tty[0] || snprintf(path, sizeof(path), RUNTIME_TABLE, d->tty) >= (int)sizeof(path))
		return EXIT_DONE;
	code = load_table(&runtime, &tab);
	if (code)
		return code;
	u = find_line(&tab, d, &role);
	if (u)
		print_properties(u, d, role, false);
	return EXIT_DONE;
}

static int run(const struct ctx *ctx, int argc, char **argv)
{
	static const struct option options[] = {
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	struct device d = { .links = getenv("DEVLINKS") };
	const char *name;
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
	if (strchr(name, '/') || strlen(name) >= sizeof(d.tty)) {
		msg_error(argv[optind], "this is no device name");
		return usage_error("udev");
	}
	if (!d.links)
		d.links = "";
	if (strncmp(name, "pps", 3)) {
		strcpy(d.tty, name);
		print_place(d.tty);
	} else {
		look_at_pps(name, &d);
	}
	return finish_stdout(properties(ctx, &d));
}

const struct cmd cmd_udev = {
	.name = "udev",
	.args = "DEVNAME",
	.help = "the properties of a device, for our udev rules",
	.run = run,
};
