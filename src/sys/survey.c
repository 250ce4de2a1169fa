// SPDX-License-Identifier: GPL-2.0-or-later
/* What there is: serial ports and sources of pulses, from /sys, /proc and /dev. */
#include "survey.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../measure.h"
#include "../words.h"

#define PATH_TEXT_MAX 512
#define HOLDERS_TEXT_MAX 65536
/* ttyS0's device on 6.12 is serial-base/port, then serial-base/ctrl, then the real one. */
#define CLIMB_MAX 4

/* include/uapi/linux/serial.h; the names are drivers/tty/serial/8250's own. */
static const char *const uart_names[] = {
	[1] = "8250", [2] = "16450", [3] = "16550", [4] = "16550A", [5] = "Cirrus",
	[6] = "16650", [7] = "16650V2", [8] = "16750", [9] = "Startech", [10] = "16C950",
	[11] = "16654", [12] = "16850", [13] = "RSA", [14] = "NS16550A", [15] = "XScale",
	[16] = "RM9000", [17] = "OCTEON", [18] = "AR7", [19] = "U6_16550A", [20] = "Tegra",
	[21] = "XR17D15x", [22] = "LPC3220", [23] = "8250_CIR", [24] = "XR17V35x",
	[25] = "BRCM_TRUMANAGE", [26] = "ALTR_16550_F32", [27] = "ALTR_16550_F64",
	[28] = "ALTR_16550_F128", [29] = "RT2880", [30] = "16550A_FSL64", [32] = "PL011",
};

static const char *uart_name(struct fact type)
{
	if (!fact_known(type) || type.val < 0 ||
	    (size_t)type.val >= sizeof(uart_names) / sizeof(uart_names[0]))
		return NULL;
	return uart_names[type.val];
}

/* What several ports and pulses are told from: read once. */
struct survey {
	struct probe *probe;
	char *holders;		/* the probe's "holders:" */
	unsigned int unseen;
	char **dev;		/* names in /dev */
	int n_dev;
};

static int survey_begin(struct survey *s, struct probe *p)
{
	const char *rest;
	int n;

	memset(s, 0, sizeof(*s));
	s->probe = p;
	s->holders = malloc(HOLDERS_TEXT_MAX);
	if (!s->holders)
		return -ENOMEM;
	n = probe_get(p, "holders:", s->holders, HOLDERS_TEXT_MAX);
	if (n < 0) {
		s->holders[0] = '\0';
		s->unseen = 1;
	}
	rest = strstr(s->holders, "* 0 ");
	if (rest)
		s->unseen = strtoul(rest + 4, NULL, 10);
	s->n_dev = probe_list(p, "/dev", &s->dev);
	return 0;
}

static void survey_end(struct survey *s)
{
	probe_free_names(s->dev, s->n_dev);
	free(s->holders);
}

/* ---- holders and links ---- */

static int holders_add(struct holders *h, int pid, const char *comm)
{
	struct holder *more = realloc(h->v, (h->n + 1) * sizeof(*more));

	if (!more)
		return -ENOMEM;
	h->v = more;
	more[h->n].pid = pid;
	snprintf(more[h->n].comm, sizeof(more[h->n].comm), "%s", comm);
	h->n++;
	return 0;
}

static int find_holders(const struct survey *s, const char *node, struct holders *h)
{
	char name[SURVEY_NAME_MAX], comm[16];
	const char *line;
	int pid, err = 0;

	h->unseen = s->unseen;
	for (line = s->holders; *line && !err; line += strcspn(line, "\n")) {
		line += *line == '\n';
		if (sscanf(line, "%31s %d %15[^\n]", name, &pid, comm) == 3 &&
		    !strcmp(name, node))
			err = holders_add(h, pid, comm);
	}
	return err;
}

static int find_links(const struct survey *s, const char *node, struct links *links)
{
	char real[PATH_TEXT_MAX], want[64];

	snprintf(want, sizeof(want), "/dev/%s", node);
	for (int i = 0; i < s->n_dev; i++) {
		char (*more)[SURVEY_NAME_MAX];

		if (strncmp(s->dev[i], "gps", 3) || strlen(s->dev[i]) >= SURVEY_NAME_MAX)
			continue;
		if (probe_getf(s->probe, real, sizeof(real), "real:/dev/%s", s->dev[i]) < 0 ||
		    strcmp(real, want))
			continue;
		more = realloc(links->v, (links->n + 1) * sizeof(*more));
		if (!more)
			return -ENOMEM;
		links->v = more;
		strcpy(more[links->n++], s->dev[i]);
	}
	return 0;
}

/* ---- pulses ---- */

/* "1700000000.123456789#42"; "0.000000000#0" before the first edge. */
static void parse_edge(struct fact_text text, struct edge_fact *edge)
{
	struct stamp stamp;

	edge->time_ns = edge->seq = fact_from(-ENOENT, 0);
	if (text.state == FACT_DENIED) {
		edge->time_ns = edge->seq = fact_from(-text.err, 0);
		return;
	}
	if (text.state != FACT_OK || stamp_parse(text.val, &stamp))
		return;
	edge->seq = fact_from(0, stamp.seq);
	if (stamp.time_ns)
		edge->time_ns = fact_from(0, stamp.time_ns);
}

void survey_edges(struct probe *p, const char *pps, struct edge_fact *assert_edge,
		  struct edge_fact *clear_edge)
{
	parse_edge(probe_text(p, "file:/sys/class/pps/%s/assert", pps), assert_edge);
	parse_edge(probe_text(p, "file:/sys/class/pps/%s/clear", pps), clear_edge);
}

static int fill_pulse(const struct survey *s, const char *name, struct pulse *pulse)
{
	struct probe *p = s->probe;
	int err;

	snprintf(pulse->name, sizeof(pulse->name), "%s", name);
	pulse->source = probe_text(p, "file:/sys/class/pps/%s/name", name);
	pulse->path = probe_text(p, "file:/sys/class/pps/%s/path", name);
	if (pulse->path.state == FACT_OK && !pulse->path.val[0])
		pulse->path = fact_text_from(-ENOENT, "");
	if (pulse->path.state == FACT_OK && !strncmp(pulse->path.val, "/dev/", 5))
		snprintf(pulse->port, sizeof(pulse->port), "%.31s", pulse->path.val + 5);
	survey_edges(p, name, &pulse->assert_edge, &pulse->clear_edge);
	err = find_holders(s, name, &pulse->holders);
	return err ? err : find_links(s, name, &pulse->links);
}

static int fill_pulses(const struct survey *s, struct pulse_list *list)
{
	char **names;
	int n = probe_list(s->probe, "/sys/class/pps", &names);
	int err = 0;

	if (n == -ENOENT)
		return 0;
	if (n < 0)
		return n;
	list->v = calloc(n ? n : 1, sizeof(*list->v));
	if (!list->v)
		err = -ENOMEM;
	for (int i = 0; i < n && !err; i++)
		err = fill_pulse(s, names[i], &list->v[list->n++]);
	probe_free_names(names, n);
	return err;
}

int survey_pulses(struct probe *p, struct pulse_list *list)
{
	struct survey s;
	int err;

	memset(list, 0, sizeof(*list));
	err = survey_begin(&s, p);
	if (err)
		return err;
	err = fill_pulses(&s, list);
	survey_end(&s);
	if (err)
		survey_free_pulses(list);
	return err;
}

/* ---- ports ---- */

/*
 * The driver of a port's device.  Since 6.5 serial_core puts two devices of its
 * own between the tty and the hardware (drivers/tty/serial/serial_base_bus.c).
 */
static struct fact_text find_driver(struct probe *p, const char *name)
{
	char dev[PATH_TEXT_MAX], link[PATH_TEXT_MAX];
	char *slash;
	int n = probe_getf(p, dev, sizeof(dev), "real:/sys/class/tty/%s/device", name);

	for (int i = 0; n >= 0 && i < CLIMB_MAX; i++) {
		n = probe_getf(p, link, sizeof(link), "link:%s/subsystem", dev);
		if (n < 0 || strcmp(base_name(link), "serial-base"))
			break;
		slash = strrchr(dev, '/');
		if (!slash || slash == dev)
			break;
		*slash = '\0';
	}
	if (n < 0)
		return fact_text_from(n, "");
	n = probe_getf(p, link, sizeof(link), "link:%s/driver", dev);
	return fact_text_from(n < 0 ? n : 0, base_name(link));
}

static struct fact find_console(struct probe *p, const char *name)
{
	struct fact_text yn = probe_text(p, "file:/sys/class/tty/%s/console", name);

	if (yn.state == FACT_OK)
		return fact_from(0, yn.val[0] == 'Y');
	return fact_from(yn.state == FACT_DENIED ? -yn.err : -ENOENT, 0);
}

static void fill_uart(struct probe *p, struct port *port)
{
	const char *name = port->name;

	port->driver = find_driver(p, name);
	port->type = probe_number(p, "file:/sys/class/tty/%s/type", name);
	port->uart = uart_name(port->type);
	port->io_type = probe_number(p, "file:/sys/class/tty/%s/io_type", name);
	port->base = probe_number(p, "file:/sys/class/tty/%s/%s", name,
				  fact_known(port->io_type) && port->io_type.val >= 2 ?
				  "iomem_base" : "port");
	port->irq = probe_number(p, "file:/sys/class/tty/%s/irq", name);
	port->flags = probe_number(p, "file:/sys/class/tty/%s/flags", name);
	port->console = find_console(p, name);
	port->uartclk_hz = probe_number(p, "file:/sys/class/tty/%s/uartclk", name);
}

static void fill_open_state(struct probe *p, struct port *port)
{
	port->ldisc = probe_number(p, "tty:%s/ldisc", port->name);
	port->termios = probe_text(p, "tty:%s/termios", port->name);
	if (port->termios.state == FACT_OK)
		port->baud = fact_from(0, strtol(port->termios.val, NULL, 10));
	else
		port->baud = fact_from(port->termios.state == FACT_DENIED ?
				       -port->termios.err : -ENOENT, 0);
}

static int fill_port(const struct survey *s, const struct pulse_list *pulses,
		     const char *name, struct port *port)
{
	const struct pulse *pulse = survey_pulse_of(pulses, name);
	int err;

	snprintf(port->name, sizeof(port->name), "%s", name);
	fill_uart(s->probe, port);
	port->pps = fact_text_from(pulse ? 0 : -ENOENT, pulse ? pulse->name : "");
	fill_open_state(s->probe, port);
	err = find_holders(s, name, &port->holders);
	return err ? err : find_links(s, name, &port->links);
}

/* Consoles, ptys and virtual terminals have no device behind them. */
static bool is_serial_port(struct probe *p, const char *name)
{
	char link[PATH_TEXT_MAX];

	return probe_getf(p, link, sizeof(link), "link:/sys/class/tty/%s/device", name) >= 0;
}

static int fill_ports(const struct survey *s, struct port_list *list)
{
	struct pulse_list pulses = { 0 };
	char **names;
	int n = probe_list(s->probe, "/sys/class/tty", &names);
	int err;

	if (n < 0)
		return n;
	err = fill_pulses(s, &pulses);
	list->v = calloc(n ? n : 1, sizeof(*list->v));
	if (!list->v)
		err = -ENOMEM;
	for (int i = 0; i < n && !err; i++)
		if (is_serial_port(s->probe, names[i]))
			err = fill_port(s, &pulses, names[i], &list->v[list->n++]);
	survey_free_pulses(&pulses);
	probe_free_names(names, n);
	return err;
}

int survey_ports(struct probe *p, struct port_list *list)
{
	struct survey s;
	int err;

	memset(list, 0, sizeof(*list));
	err = survey_begin(&s, p);
	if (err)
		return err;
	err = fill_ports(&s, list);
	survey_end(&s);
	if (err)
		survey_free_ports(list);
	return err;
}

void survey_free_ports(struct port_list *list)
{
	for (size_t i = 0; i < list->n; i++) {
		free(list->v[i].holders.v);
		free(list->v[i].links.v);
	}
	free(list->v);
	memset(list, 0, sizeof(*list));
}

void survey_free_pulses(struct pulse_list *list)
{
	for (size_t i = 0; i < list->n; i++) {
		free(list->v[i].holders.v);
		free(list->v[i].links.v);
	}
	free(list->v);
	memset(list, 0, sizeof(*list));
}

static const char *node_name(const char *name)
{
	return strncmp(name, "/dev/", 5) ? name : name + 5;
}

const struct port *survey_find_port(const struct port_list *list, const char *name)
{
	for (size_t i = 0; i < list->n; i++)
		if (!strcmp(list->v[i].name, node_name(name)))
			return &list->v[i];
	return NULL;
}

const struct pulse *survey_find_pulse(const struct pulse_list *list, const char *name)
{
	for (size_t i = 0; i < list->n; i++)
		if (!strcmp(list->v[i].name, node_name(name)))
			return &list->v[i];
	return NULL;
}

const struct pulse *survey_pulse_named(const struct pulse_list *list, const char *source)
{
	for (size_t i = 0; i < list->n; i++)
		if (list->v[i].source.state == FACT_OK && !strcmp(list->v[i].source.val, source))
			return &list->v[i];
	return NULL;
}

const struct pulse *survey_pulse_of(const struct pulse_list *list, const char *port)
{
	for (size_t i = 0; i < list->n; i++)
		if (!strcmp(list->v[i].port, node_name(port)))
			return &list->v[i];
	return NULL;
}
