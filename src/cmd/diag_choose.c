// SPDX-License-Identifier: GPL-2.0-or-later
/* diag's choice: the ports and sources that are looked at. */
#include "diag.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../sys/survey.h"
#include "cmd.h"

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

static bool leads_to(const struct clinic *c, const char *what, const char *name)
{
	char node[SURVEY_NAME_MAX];

	return !resolve(c, what, node, sizeof(node)) && !strcmp(node, name);
}

static void set_elsewhere(const struct unit *u, struct port_facts *f)
{
	f->no_pulse = unit_source(u) != SOURCE_OWN;
	if (f->no_pulse && unit_source(u) != SOURCE_NONE)
		strcpy(f->pulse_from, u->pulse);
}

/* The table's line for this port, whatever name it calls it by, and what it is for there. */
static void set_unit(const struct clinic *c, struct port_facts *f)
{
	f->unit = f->table_baud = fact_from(-ENOENT, 0);
	for (size_t i = 0; i < c->units.n; i++) {
		const struct unit *u = &c->units.units[i];

		if (unit_has_port(u) && leads_to(c, u->port, f->port.name)) {
			f->unit = fact_from(0, u->unit);
			if (u->baud)
				f->table_baud = fact_from(0, u->baud);
			set_elsewhere(u, f);
			return;
		}
		if (unit_source(u) == SOURCE_PORT && leads_to(c, u->pulse, f->port.name)) {
			f->unit = fact_from(0, u->unit);
			f->no_sentences = true;
			return;
		}
	}
}

/* The table's line for a source that the kernel has by itself: by its name. */
static void set_source_unit(const struct clinic *c, struct port_facts *f)
{
	const struct unit *u = NULL;

	if (f->pulse.source.state == FACT_OK)
		u = unittab_find_source(&c->units, f->pulse.source.val);
	f->unit = fact_from(u ? 0 : -ENOENT, u ? u->unit : 0);
	f->table_baud = fact_from(-ENOENT, 0);
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
	more[c->n].facts.daemons = &c->daemons;
	more[c->n].facts.system = &c->system;
	more[c->n].facts.table = &c->units;
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
	set_source_unit(c, f);
	return 0;
}

/* The table names it and it is not there: unplugged, or not yet. */
static struct port_facts *admit_absent(struct clinic *c, const struct unit *u)
{
	struct port_facts *f = admit(c);

	if (f) {
		f->present = fact_from(0, 0);
		f->unit = fact_from(0, u->unit);
	}
	return f;
}

static int admit_absent_port(struct clinic *c, const struct unit *u, const char *port)
{
	struct port_facts *f = admit_absent(c, u);

	if (!f)
		return out_of_memory();
	snprintf(f->port.name, sizeof(f->port.name), "%.31s", unit_port_name(port));
	return 0;
}

static int admit_absent_source(struct clinic *c, const struct unit *u)
{
	struct port_facts *f = admit_absent(c, u);

	if (!f)
		return out_of_memory();
	f->pulse_only = true;
	strcpy(f->pulse_from, u->pulse);
	return 0;
}

static int choose_named(struct clinic *c, const char *what)
{
	const struct port *port;
	const struct pulse *pulse;
	char node[64];
	int err = resolve(c, what, node, sizeof(node));

	if (err && err != -ENOTTY && c->forgives)
		return EXIT_GONE;
	if (err && err != -ENOTTY) {
		msg_error(what, "no such port: %s", strerror(-err));
		msg_hint("gpsppsctl list");
		return EXIT_TROUBLE;
	}
	pulse = err ? NULL : survey_find_pulse(&c->pulses, node);
	port = err ? NULL :
		survey_find_port(&c->ports, pulse && pulse->port[0] ? pulse->port : node);
	if (port)
		return admit_port(c, port);
	if (pulse)
		return admit_pulse(c, pulse);
	msg_error(what, "this is neither a serial port nor a source of pulses");
	msg_hint("gpsppsctl list");
	return EXIT_TROUBLE;
}

static int choose_unit_port(struct clinic *c, const struct unit *u, const char *what)
{
	const struct port *port = NULL;
	char node[64];

	if (!resolve(c, what, node, sizeof(node)))
		port = survey_find_port(&c->ports, node);
	return port ? admit_port(c, port) : admit_absent_port(c, u, what);
}

static int choose_source(struct clinic *c, const struct unit *u)
{
	const struct pulse *pulse = survey_pulse_named(&c->pulses, u->pulse);

	return pulse ? admit_pulse(c, pulse) : admit_absent_source(c, u);
}

/* A unit's port, and where its pulse comes from. */
static int choose_units(struct clinic *c)
{
	int code = 0;

	for (size_t i = 0; i < c->units.n && !code; i++) {
		const struct unit *u = &c->units.units[i];

		if (unit_has_port(u))
			code = choose_unit_port(c, u, u->port);
		if (!code && unit_source(u) == SOURCE_PORT)
			code = choose_unit_port(c, u, u->pulse);
		else if (!code && unit_source(u) == SOURCE_NAMED)
			code = choose_source(c, u);
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
		    holder_role(port->holders.v[i].comm) == ROLE_FEED ||
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

int diag_choose(struct clinic *c, const char *what)
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
