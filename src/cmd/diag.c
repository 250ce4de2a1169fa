// SPDX-License-Identifier: GPL-2.0-or-later
/* diag: name the one reason why there is no pulse, or no time. */
#include "cmd.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../sys/gather.h"
#include "../sys/probe.h"
#include "../sys/signals.h"
#include "../sys/survey.h"
#include "../unittab.h"
#include "diag.h"

/* More than three pulses a second apart; the counters need no more. */
#define WINDOW_MS 3200

struct options {
	bool active, json, help;
	const char *what;	/* a port or a source; NULL: all that matter */
};

/* One run: what is there, and whom we look at. */
struct clinic {
	struct probe *probe;
	struct unittab units;
	struct port_list ports;
	struct pulse_list pulses;
	struct kernel_facts kernel;
	struct host_facts host;
	struct patient *patients;
	size_t n;
};

static void usage(void)
{
	fputs("Usage: gpsppsctl diag [OPTION...] [PORT|PPS]\n"
	      "Name the one reason why there is no pulse (or no time), what proves it, and what\n"
	      "cures it.  Looks for 3 seconds and disturbs nothing.  Without PORT: the ports of the\n"
	      "table of units; else those that are in use; else all.\n"
	      "\n"
	      "  -A, --active   also open a port that nobody has open, and listen to it\n"
	      "  -j, --json     one JSON object\n"
	      "  -h, --help     this help\n"
	      "\n"
	      "Exit status: 0 healthy, 1 a fault was found, 2 trouble.\n", stdout);
}

static int parse_options(int argc, char **argv, struct options *o)
{
	static const struct option longs[] = {
		{ "active", no_argument, NULL, 'A' },
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "Ajh", longs, NULL)) != -1) {
		switch (c) {
		case 'A': o->active = true; break;
		case 'j': o->json = true; break;
		case 'h': o->help = true; break;
		default: return usage_error("diag");
		}
	}
	if (argc - optind > 1) {
		msg_error(argv[optind + 1], "one port or source at a time");
		return usage_error("diag");
	}
	o->what = argv[optind];
	return 0;
}

/* ---- whom to look at ---- */

static int out_of_memory(void)
{
	msg_error(NULL, "out of memory");
	return EXIT_TROUBLE;
}

/* "ttyS0", "/dev/gps0" and "pps0" lead to a name in /dev.  0 or -errno. */
static int resolve(const struct clinic *c, const char *what, char *node, size_t size)
{
	char real[512];
	int n = probe_getf(c->probe, real, sizeof(real), "real:%s%s",
			   strchr(what, '/') ? "" : "/dev/", what);

	if (n < 0)
		return n;
	if (strncmp(real, "/dev/", 5) || strlen(real + 5) >= size)
		return -ENOTTY;
	strcpy(node, real + 5);
	return 0;
}

/* The table's line for this port, whatever name it calls it by. */
static void set_unit(const struct clinic *c, struct port_facts *f)
{
	char node[SURVEY_NAME_MAX];

	f->unit = f->table_baud = fact_from(-ENOENT, 0);
	for (size_t i = 0; i < c->units.n; i++) {
		const struct unit *u = &c->units.units[i];

		if (resolve(c, u->port, node, sizeof(node)) || strcmp(node, f->port.name))
			continue;
		f->unit = fact_from(0, u->unit);
		if (u->baud)
			f->table_baud = fact_from(0, u->baud);
		return;
	}
}

/* A new patient, empty.  NULL when out of memory. */
static struct port_facts *admit(struct clinic *c)
{
	struct patient *more = realloc(c->patients, (c->n + 1) * sizeof(*more));

	if (!more)
		return NULL;
	c->patients = more;
	memset(&more[c->n], 0, sizeof(*more));
	more[c->n].facts.kernel = c->kernel;
	more[c->n].facts.host = c->host;
	more[c->n].facts.pulses = &c->pulses;
	return &more[c->n++].facts;
}

static int admit_port(struct clinic *c, const struct port *port)
{
	const struct pulse *pulse = survey_pulse_of(&c->pulses, port->name);
	struct port_facts *f = admit(c);

	if (!f)
		return out_of_memory();
	f->present = fact_from(0, 1);
	f->port = *port;
	if (pulse)
		f->pulse = *pulse;
	set_unit(c, f);
	return 0;
}

static int admit_pulse(struct clinic *c, const struct pulse *pulse)
{
	struct port_facts *f = admit(c);

	if (!f)
		return out_of_memory();
	f->present = fact_from(0, 1);
	f->pulse_only = true;
	f->pulse = *pulse;
	f->unit = f->table_baud = fact_from(-ENOENT, 0);
	return 0;
}

/* The table names it and it is not there: unplugged, or not yet. */
static int admit_absent(struct clinic *c, const struct unit *u)
{
	struct port_facts *f = admit(c);
	const char *name = strncmp(u->port, "/dev/", 5) ? u->port : u->port + 5;

	if (!f)
		return out_of_memory();
	f->present = fact_from(0, 0);
	snprintf(f->port.name, sizeof(f->port.name), "%.31s", name);
	f->unit = fact_from(0, u->unit);
	return 0;
}

static int choose_named(struct clinic *c, const char *what)
{
	const struct port *port;
	const struct pulse *pulse;
	char node[64];
	int err = resolve(c, what, node, sizeof(node));

	if (err && err != -ENOTTY) {
		msg_error(what, "no such port: %s", strerror(-err));
		msg_hint("gpsppsctl list");
		return EXIT_TROUBLE;
	}
	pulse = err ? NULL : survey_find_pulse(&c->pulses, node);
	port = err ? NULL : survey_find_port(&c->ports, pulse && pulse->port[0] ? pulse->port : node);
	if (port)
		return admit_port(c, port);
	if (pulse)
		return admit_pulse(c, pulse);
	msg_error(what, "this is neither a serial port nor a source of pulses");
	msg_hint("gpsppsctl list");
	return EXIT_TROUBLE;
}

static int choose_units(struct clinic *c)
{
	char node[64];
	int code = 0;

	for (size_t i = 0; i < c->units.n && !code; i++) {
		const struct unit *u = &c->units.units[i];
		const struct port *port = NULL;

		if (!resolve(c, u->port, node, sizeof(node)))
			port = survey_find_port(&c->ports, node);
		code = port ? admit_port(c, port) : admit_absent(c, u);
	}
	return code;
}

/* Somebody uses it as a receiver's port; a login prompt alone does not count. */
static bool is_in_use(const struct port *port)
{
	if (port->pps.state == FACT_OK || port->links.n)
		return true;
	for (size_t i = 0; i < port->holders.n; i++)
		if (holder_role(port->holders.v[i].comm) == ROLE_KEEPER ||
		    holder_role(port->holders.v[i].comm) == ROLE_NTP ||
		    holder_role(port->holders.v[i].comm) == ROLE_GPSD)
			return true;
	return false;
}

static int choose_ports(struct clinic *c, bool only_in_use)
{
	int code = 0;

	for (size_t i = 0; i < c->ports.n && !code; i++) {
		const struct port *port = &c->ports.v[i];

		if (only_in_use ? is_in_use(port) : !port_is_placeholder(port))
			code = admit_port(c, port);
	}
	return code;
}

static int choose(struct clinic *c, const char *what)
{
	int code;

	if (what)
		return choose_named(c, what);
	code = choose_units(c);
	if (!code && !c->n)
		code = choose_ports(c, true);
	if (!code && !c->n)
		code = choose_ports(c, false);
	if (code || c->n)
		return code;
	msg_error(NULL, "there is no serial port");
	msg_hint("gpsppsctl list --all");
	return EXIT_TROUBLE;
}

/* ---- looking ---- */

static bool is_worth_watching(const struct port_facts *f)
{
	return fact_is(f->present, 1) && (f->pulse_only || facts_is_open(f));
}

static void say_progress(const char *text)
{
	if (isatty(STDERR_FILENO))
		fprintf(stderr, "\r%-60s\r%s", "", text);
}

/*
 * All ports share one window.  Listening falls into it: it changes nothing that
 * the counters count.
 */
static void gather(struct clinic *c, bool active)
{
	int64_t begin = 0, left_ms;

	for (size_t i = 0; i < c->n; i++) {
		struct port_facts *f = &c->patients[i].facts;

		gather_port(c->probe, f);
		gather_instant(c->probe, f, &f->first);
		if (is_worth_watching(f))
			begin = probe_now_ns(c->probe);
	}
	if (begin)
		say_progress("watching for 3 seconds ...");
	for (size_t i = 0; i < c->n && !signals_seen(); i++)
		diag_listen(&c->patients[i].facts, active);
	left_ms = WINDOW_MS - (probe_now_ns(c->probe) - begin) / 1000000;
	if (begin && left_ms > 0 && !signals_seen())
		probe_sleep_ms(c->probe, (int)left_ms);
	for (size_t i = 0; i < c->n; i++) {
		struct port_facts *f = &c->patients[i].facts;

		gather_instant(c->probe, f, &f->second);
		gather_registers(c->probe, f);
	}
	say_progress("");
}

static int decide(struct clinic *c)
{
	int code = EXIT_DONE;

	for (size_t i = 0; i < c->n; i++) {
		struct patient *p = &c->patients[i];

		diagnose(&p->facts, &p->verdict);
		if (p->verdict.cause)
			code = EXIT_NO;
		else if (!facts_has_pulse(&p->facts) && code == EXIT_DONE)
			code = EXIT_TROUBLE;
	}
	return code;
}

static void print(const struct clinic *c, bool json)
{
	if (json) {
		diag_print_json(c->patients, c->n);
		return;
	}
	for (size_t i = 0; i < c->n; i++)
		diag_print_text(&c->patients[i], false);
}

static int open_clinic(struct clinic *c)
{
	int err;

	c->probe = probe_open_live();
	if (!c->probe)
		return out_of_memory();
	err = survey_ports(c->probe, &c->ports);
	if (!err)
		err = survey_pulses(c->probe, &c->pulses);
	if (err) {
		msg_error("/sys/class", "cannot look for ports: %s", strerror(-err));
		return EXIT_TROUBLE;
	}
	gather_kernel(c->probe, &c->kernel);
	gather_host(c->probe, &c->host);
	return 0;
}

static void close_clinic(struct clinic *c)
{
	free(c->patients);
	survey_free_ports(&c->ports);
	survey_free_pulses(&c->pulses);
	probe_close(c->probe);
}

static int examine(struct clinic *c, const struct options *o)
{
	int code = open_clinic(c);

	if (!code)
		code = choose(c, o->what);
	if (code)
		return code;
	gather(c, o->active);
	if (signals_seen())
		return EXIT_TROUBLE;
	code = decide(c);
	print(c, o->json);
	return finish_stdout(code);
}

static int run(const struct ctx *ctx, int argc, char **argv)
{
	struct options o = { 0 };
	struct clinic c = { 0 };
	int code = parse_options(argc, argv, &o);

	if (code)
		return code;
	if (o.help) {
		usage();
		return finish_stdout(EXIT_DONE);
	}
	code = load_table(ctx, &c.units);
	if (code)
		return code;
	code = examine(&c, &o);
	close_clinic(&c);
	return code;
}

const struct cmd cmd_diag = {
	.name = "diag",
	.args = "[PORT|PPS]",
	.help = "name the cause of a missing pulse",
	.run = run,
};
