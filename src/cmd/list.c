// SPDX-License-Identifier: GPL-2.0-or-later
/* list: the ports, their UARTs, their pulses, the links, and who has them. */
#include "list.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "../driver.h"
#include "../sys/output.h"
#include "../sys/probe.h"
#include "../sys/survey.h"
#include "../sys/tty.h"
#include "cmd.h"

#define NS_PER_S 1000000000LL
#define CELL_MAX 160

enum {
	COL_PORT, COL_DRIVER, COL_UART, COL_BASE, COL_IRQ, COL_LDISC, COL_PPS, COL_FEEDS,
	COL_EDGES, COL_AGE, COL_BAUD, COL_HELD_BY, COL_LINKS, COL_FLAGS, COL_DCD,
	N_COLS
};

static const struct out_column columns[N_COLS] = {
	[COL_PORT] = { .name = "PORT", .help = "the device" },
	[COL_DRIVER] = { .name = "DRIVER", .help = "its driver; a lone source's own name" },
	[COL_UART] = { .name = "UART", .help = "the kind of UART" },
	[COL_BASE] = { .name = "BASE", .help = "I/O port or address", .right = true },
	[COL_IRQ] = { .name = "IRQ", .help = "interrupt; 0 is polled", .right = true },
	[COL_LDISC] = { .name = "LDISC", .help = "line discipline of an open port" },
	[COL_PPS] = { .name = "PPS", .help = "the pulse source made from it" },
	[COL_FEEDS] = { .name = "FEEDS", .help = "links to the pulse source; shared memory that feed fills" },
	[COL_EDGES] = { .name = "EDGES", .help = "edges since it was attached", .right = true },
	[COL_AGE] = { .name = "AGE", .help = "since the last edge", .right = true },
	[COL_BAUD] = { .name = "BAUD", .help = "speed of an open port", .right = true },
	[COL_HELD_BY] = { .name = "HELD-BY", .help = "who has the port or the source open" },
	[COL_LINKS] = { .name = "LINKS", .help = "links to the port" },
	[COL_FLAGS] = { .name = "FLAGS", .help = "serial flags; 0x800: told to listen to DCD",
			.right = true, .optional = true },
	[COL_DCD] = { .name = "DCD", .help = "when its driver stamps a pulse: at once, late, never",
		      .optional = true },
};

struct found {
	struct probe *probe;
	struct port_list ports;
	struct pulse_list pulses;
	int64_t now_ns;			/* CLOCK_REALTIME, as the edges' stamps */
};

static void usage(void)
{
	fputs("Usage: gpsppsctl list [OPTION...] [PORT...]\n"
	      "       gpsppsctl list --gpio [OPTION...] [CHIP...]\n"
	      "Serial ports, their UARTs, the pulses made from them, links and holders; then the\n"
	      "pulse sources without a port.  Opens nothing, disturbs nothing.\n"
	      "\n"
	      "  -a, --all              also ports without a UART behind them\n"
	      "  -g, --gpio             the lines of the GPIO chips, and which may carry a pulse\n"
	      "      --active           their level, too, where nobody has them: each is asked for\n"
	      "                         as it is, and some boards make a GPIO of a pin for that\n"
	      "  -n, --noheadings       no headings\n"
	      "  -o, --output COLUMNS   these columns; +COLUMN adds to the usual ones\n"
	      "  -j, --json             one JSON object\n"
	      "  -h, --help             this help\n"
	      "\n"
	      "Columns:\n", stdout);
	for (size_t i = 0; i < N_COLS; i++)
		printf("  %-9s %s\n", columns[i].name, columns[i].help);
	fputs("\nColumns with --gpio:\n", stdout);
	list_gpio_columns();
}

enum { OPT_ACTIVE = 256 };

static int parse_options(int argc, char **argv, struct list_options *o)
{
	static const struct option longs[] = {
		{ "all", no_argument, NULL, 'a' },
		{ "gpio", no_argument, NULL, 'g' },
		{ "active", no_argument, NULL, OPT_ACTIVE },
		{ "noheadings", no_argument, NULL, 'n' },
		{ "output", required_argument, NULL, 'o' },
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "agno:jh", longs, NULL)) != -1) {
		switch (c) {
		case 'a': o->all = true; break;
		case 'g': o->gpio = true; break;
		case OPT_ACTIVE: o->active = true; break;
		case 'n': o->headings = false; break;
		case 'o': o->columns = optarg; break;
		case 'j': o->json = true; break;
		case 'h': o->help = true; break;
		default: return usage_error("list");
		}
	}
	if (o->active && !o->gpio) {
		msg_error("--active", "only with --gpio: of a port nothing is opened");
		return usage_error("list");
	}
	return 0;
}

static int gather(struct found *f)
{
	struct probe *p = probe_open_live();
	struct timespec now;
	int err;

	if (!p)
		return -ENOMEM;
	err = survey_ports(p, &f->ports);
	if (!err)
		err = survey_pulses(p, &f->pulses);
	f->probe = p;
	clock_gettime(CLOCK_REALTIME, &now);
	f->now_ns = now.tv_sec * NS_PER_S + now.tv_nsec;
	return err;
}

/* Is this port among those asked for?  No names is all of them. */
static bool wanted(const char *port, char *const *names, int n)
{
	char name[64];

	for (int i = 0; i < n; i++)
		if (tty_resolve(names[i], name, sizeof(name)) == 0 && !strcmp(name, port))
			return true;
	return n == 0;
}

static int check_names(const struct found *f, char *const *names, int n)
{
	char name[64];

	for (int i = 0; i < n; i++) {
		int err = tty_resolve(names[i], name, sizeof(name));

		if (!err && !survey_find_port(&f->ports, name))
			err = -ENOTTY;
		if (err) {
			msg_error(names[i], "%s", err == -ENOTTY ? "this is not a serial port" :
				  strerror(-err));
			return EXIT_TROUBLE;
		}
	}
	return 0;
}

/* A port that was asked for by name is shown even with nothing behind it. */
static bool shown(const struct port *port, const struct list_options *o, char *const *names, int n)
{
	return wanted(port->name, names, n) && (n || o->all || !port_is_placeholder(port));
}

/* ---- what a cell says ---- */

static void append(char *cell, const char *word)
{
	size_t len = strlen(cell);

	if (len && len + 1 < CELL_MAX)
		cell[len++] = ',';
	if (len + strlen(word) < CELL_MAX)
		strcpy(cell + len, word);
}

static bool has_word(const char *cell, const char *word)
{
	const size_t n = strlen(word);

	for (const char *at = cell; (at = strstr(at, word)); at += n)
		if ((at == cell || at[-1] == ',') && (!at[n] || at[n] == ','))
			return true;
	return false;
}

/* Two holders of one name are one word: "ntpd" has the port and its pulse. */
static void append_holders(char *cell, const struct holders *h)
{
	for (size_t i = 0; i < h->n; i++)
		if (!has_word(cell, h->v[i].comm))
			append(cell, h->v[i].comm);
}

static void append_links(char *cell, const struct links *l)
{
	for (size_t i = 0; i < l->n; i++)
		append(cell, l->v[i]);
}

static void decimal(char *cell, struct fact f)
{
	if (fact_known(f))
		snprintf(cell, CELL_MAX, "%" PRId64, f.val);
}

static void hex(char *cell, const char *prefix, struct fact f)
{
	if (fact_known(f))
		snprintf(cell, CELL_MAX, "%s%" PRIx64, prefix, f.val);
}

static const char *ldisc_name(struct fact ldisc, char *cell)
{
	if (fact_is(ldisc, N_PPS))
		return "pps";
	if (fact_is(ldisc, N_TTY))
		return "tty";
	if (fact_known(ldisc))
		snprintf(cell, CELL_MAX, "%" PRId64, ldisc.val);
	return cell;
}

/* "shm0": what feed makes of the port or its pulse */
static void append_segments(char *cell, const struct found *f, const struct holders *h)
{
	const int64_t segments = list_fed_segments(f->probe, h);
	char word[16];

	for (int unit = 0; unit < 63; unit++) {
		snprintf(word, sizeof(word), "shm%d", unit);
		if (segments >> unit & 1 && !has_word(cell, word))
			append(cell, word);
	}
}

static int64_t edges_of(const struct pulse *pulse)
{
	return (fact_known(pulse->assert_edge.seq) ? pulse->assert_edge.seq.val : 0) +
	       (fact_known(pulse->clear_edge.seq) ? pulse->clear_edge.seq.val : 0);
}

/* CLOCK_REALTIME of the last edge, or 0. */
static int64_t last_edge_ns(const struct pulse *pulse)
{
	int64_t a = fact_known(pulse->assert_edge.time_ns) ? pulse->assert_edge.time_ns.val : 0;
	int64_t c = fact_known(pulse->clear_edge.time_ns) ? pulse->clear_edge.time_ns.val : 0;

	return a > c ? a : c;
}

static void age(char *cell, int64_t age_ns)
{
	double s = (double)age_ns / NS_PER_S;

	if (s < 10)
		snprintf(cell, CELL_MAX, "%.1fs", s < 0 ? 0 : s);
	else if (s < 7200)
		snprintf(cell, CELL_MAX, "%.0fs", s);
	else
		snprintf(cell, CELL_MAX, "%.0fh", s / 3600);
}

static void pulse_cells(char (*cell)[CELL_MAX], const struct pulse *pulse, const struct found *f)
{
	int64_t last_ns = last_edge_ns(pulse);

	snprintf(cell[COL_PPS], CELL_MAX, "%s", pulse->name);
	append_links(cell[COL_FEEDS], &pulse->links);
	snprintf(cell[COL_EDGES], CELL_MAX, "%" PRId64, edges_of(pulse));
	if (last_ns)
		age(cell[COL_AGE], f->now_ns - last_ns);
	append_holders(cell[COL_HELD_BY], &pulse->holders);
	append_segments(cell[COL_FEEDS], f, &pulse->holders);
}

static void print_cells(struct out_table *t, char (*cell)[CELL_MAX])
{
	const char *texts[N_COLS];

	for (size_t i = 0; i < N_COLS; i++)
		texts[i] = cell[i];
	out_table_row(t, texts);
}

static const char *dcd_text(const struct port *port)
{
	return driver_dcd_text(port->driver.state == FACT_OK ? port->driver.val : NULL, port->type);
}

static void port_row(struct out_table *t, const struct port *port, const struct found *f)
{
	const struct pulse *pulse = survey_pulse_of(&f->pulses, port->name);
	char cell[N_COLS][CELL_MAX] = { "" };
	char ldisc[CELL_MAX] = "";

	snprintf(cell[COL_PORT], CELL_MAX, "/dev/%s", port->name);
	if (port->driver.state == FACT_OK)
		strcpy(cell[COL_DRIVER], port->driver.val);
	if (port->uart)
		snprintf(cell[COL_UART], CELL_MAX, "%s", port->uart);
	if (fact_known(port->base) && port->base.val)
		hex(cell[COL_BASE], "", port->base);
	if (!port_is_placeholder(port))
		decimal(cell[COL_IRQ], port->irq);
	decimal(cell[COL_BAUD], port->baud);
	hex(cell[COL_FLAGS], "0x", port->flags);
	if (dcd_text(port))
		strcpy(cell[COL_DCD], dcd_text(port));
	snprintf(cell[COL_LDISC], CELL_MAX, "%s", ldisc_name(port->ldisc, ldisc));
	append_holders(cell[COL_HELD_BY], &port->holders);
	append_links(cell[COL_LINKS], &port->links);
	if (pulse)
		pulse_cells(cell, pulse, f);
	append_segments(cell[COL_FEEDS], f, &port->holders);
	print_cells(t, cell);
}

/* A source of pulses that no serial port feeds: a network card, a GPIO line. */
static void lone_pulse_row(struct out_table *t, const struct pulse *pulse, const struct found *f)
{
	char cell[N_COLS][CELL_MAX] = { "" };

	if (pulse->source.state == FACT_OK)
		strcpy(cell[COL_DRIVER], pulse->source.val);
	pulse_cells(cell, pulse, f);
	print_cells(t, cell);
}

static int print_table(const struct found *f, const struct list_options *o, char *const *names, int n)
{
	struct out_table *t = out_table_new(columns, N_COLS);
	const char *bad;

	if (out_table_select(t, o->columns, &bad) < 0) {
		msg_error(bad, "there is no such column");
		return usage_error("list");
	}
	for (size_t i = 0; i < f->ports.n; i++)
		if (shown(&f->ports.v[i], o, names, n))
			port_row(t, &f->ports.v[i], f);
	for (size_t i = 0; i < f->pulses.n && n == 0; i++)
		if (!survey_find_port(&f->ports, f->pulses.v[i].port))
			lone_pulse_row(t, &f->pulses.v[i], f);
	out_table_print(t, o->headings);
	return EXIT_DONE;
}

/* ---- JSON ---- */

static struct out *holders_json(const struct holders *h)
{
	struct out *a = out_array();

	for (size_t i = 0; i < h->n; i++) {
		struct out *o = out_object();

		out_number(o, "pid", h->v[i].pid);
		out_text(o, "command", h->v[i].comm);
		out_add(a, o);
	}
	return a;
}

static struct out *links_json(const struct links *l)
{
	struct out *a = out_array();

	for (size_t i = 0; i < l->n; i++)
		out_add_text(a, l->v[i]);
	return a;
}

static struct out *port_json(const struct port *port)
{
	struct out *o = out_object();
	char path[64];

	snprintf(path, sizeof(path), "/dev/%s", port->name);
	out_text(o, "port", path);
	out_fact_text(o, "driver", &port->driver);
	out_text(o, "uart", port->uart);
	out_fact(o, "base", port->base);
	out_fact(o, "io_type", port->io_type);
	out_fact(o, "irq", port->irq);
	out_fact(o, "flags", port->flags);
	out_text(o, "dcd", dcd_text(port));
	out_fact(o, "ldisc", port->ldisc);
	out_fact(o, "baud", port->baud);
	out_fact_text(o, "pps", &port->pps);
	out_child(o, "links", links_json(&port->links));
	out_child(o, "holders", holders_json(&port->holders));
	return o;
}

static struct out *pulse_json(const struct pulse *pulse, int64_t now_ns)
{
	struct out *o = out_object();
	int64_t last_ns = last_edge_ns(pulse);

	out_text(o, "pps", pulse->name);
	out_fact_text(o, "source", &pulse->source);
	out_fact_text(o, "path", &pulse->path);
	out_fact(o, "asserts", pulse->assert_edge.seq);
	out_fact(o, "clears", pulse->clear_edge.seq);
	if (last_ns)
		out_real(o, "age_s", (double)(now_ns - last_ns) / NS_PER_S, 3);
	else
		out_null(o, "age_s");
	out_child(o, "links", links_json(&pulse->links));
	out_child(o, "holders", holders_json(&pulse->holders));
	return o;
}

static int print_json(const struct found *f, const struct list_options *o, char *const *names, int n)
{
	struct out *top = out_object(), *ports = out_array(), *pulses = out_array();

	for (size_t i = 0; i < f->ports.n; i++)
		if (shown(&f->ports.v[i], o, names, n))
			out_add(ports, port_json(&f->ports.v[i]));
	for (size_t i = 0; i < f->pulses.n; i++)
		if (n == 0 || wanted(f->pulses.v[i].port, names, n))
			out_add(pulses, pulse_json(&f->pulses.v[i], f->now_ns));
	out_number(top, "version", 1);
	out_child(top, "ports", ports);
	out_child(top, "pulses", pulses);
	out_print(top);
	return EXIT_DONE;
}

static int run(const struct ctx *ctx, int argc, char **argv)
{
	struct list_options o = { .headings = true };
	struct found f = { .now_ns = 0 };
	int code = parse_options(argc, argv, &o);
	int err;

	(void)ctx;
	if (code)
		return code;
	if (o.help) {
		usage();
		return finish_stdout(EXIT_DONE);
	}
	if (o.gpio)
		return finish_stdout(list_gpio(&o, argv + optind, argc - optind));
	err = gather(&f);
	if (err) {
		msg_error(NULL, "cannot look at the serial ports: %s", strerror(-err));
		code = EXIT_TROUBLE;
	} else {
		code = check_names(&f, argv + optind, argc - optind);
	}
	if (!code)
		code = (o.json ? print_json : print_table)(&f, &o, argv + optind, argc - optind);
	probe_close(f.probe);
	survey_free_ports(&f.ports);
	survey_free_pulses(&f.pulses);
	return finish_stdout(code);
}

const struct cmd cmd_list = {
	.name = "list",
	.args = "[PORT...]",
	.help = "ports, UARTs, pulses, links, holders",
	.run = run,
};
