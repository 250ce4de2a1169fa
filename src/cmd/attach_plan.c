// SPDX-License-Identifier: GPL-2.0-or-later
/* attach: may we have the port, and which unit, speed and links shall it get? */
#include "attach.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "../sys/control.h"
#include "../sys/links.h"
#include "../sys/tty.h"
#include "../sys/udev.h"
#include "../unittab.h"

#define DEFAULT_BAUD 4800	/* NMEA 0183's own */

/* ---- who has it? ---- */

struct program {
	const char *comm;	/* cut at 15 characters, as the kernel has it */
	const char *why;	/* NULL: may have the port beside us */
	const char *hint;	/* %s is the port's name */
};

static const struct program programs[] = {
	{ "ntpd", NULL, NULL },
	{ "chronyd", NULL, NULL },
	/* ours, which waits for the pulse that we bring */
	{ "gpsppsctl-feed", NULL, NULL },
	{ "gpsppsctl-pulse", NULL, NULL },
	{ "gpsd", "it attaches the pulse by itself",
	  "systemctl stop gpsd.socket gpsd, or let gpsd feed the clock" },
	{ "agetty", "a login prompt is on the port", "systemctl disable --now serial-getty@%s" },
	{ "getty", "a login prompt is on the port", "take %s out of /etc/inittab" },
	{ "mgetty", "a login prompt is on the port", "take %s out of /etc/inittab" },
	{ "login", "somebody logs in on the port", "systemctl disable --now serial-getty@%s" },
	{ "ModemManager", "it looks for a modem on the port", "systemctl stop ModemManager" },
	{ "brltty", "it looks for a Braille display on the port", "systemctl stop brltty" },
	{ "ldattach", "it has the port attached", "stop it, then gpsppsctl attach %s" },
};

static const struct program any_program = {
	NULL, "another program uses the port", "stop it, then gpsppsctl attach %s",
};

static const struct program *find_program(const char *comm)
{
	for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++)
		if (!strcmp(programs[i].comm, comm))
			return &programs[i];
	return &any_program;
}

static int refuse_held(const struct attach_plan *plan, pid_t pid)
{
	msg_error(plan->node, "held by gpsppsctl[%d]", (int)pid);
	msg_hint("gpsppsctl detach %s", plan->tty);
	return EXIT_TROUBLE;
}

static int refuse_program(const struct attach_plan *plan, const struct holder *h,
			  const struct program *program)
{
	const char *name = strstr(program->hint, "%s");

	msg_error(plan->node, "held by %s[%d]: %s", h->comm, h->pid, program->why);
	if (name)
		msg_hint("%.*s%s%s", (int)(name - program->hint), program->hint, plan->tty,
			 name + 2);
	else
		msg_hint("%s", program->hint);
	return EXIT_TROUBLE;
}

/* "ttyUSB0    -W- (EC p  )    188:0": drivers without sysfs' console have this only */
static bool is_console(struct probe *probe, const struct port *port)
{
	char text[1024];
	const size_t len = strlen(port->name);

	if (fact_known(port->console))
		return port->console.val == 1;
	if (probe_get(probe, "file:/proc/consoles", text, sizeof(text)) < 0)
		return false;
	for (const char *p = text; *p; p += strcspn(p, "\n"), p += *p == '\n')
		if (!strncmp(p, port->name, len) && p[len] == ' ')
			return true;
	return false;
}

static int check_free(struct probe *probe, struct attach_plan *plan)
{
	const struct holders *holders = &plan->port->holders;
	int fd = control_open(plan->tty);

	if (fd >= 0) {
		pid_t pid = control_peer(fd);

		control_close(fd);
		return refuse_held(plan, pid);
	}
	if (is_console(probe, plan->port)) {
		msg_error(plan->node, "the kernel's console is on the port");
		msg_hint("take console=%s off the kernel's command line", plan->tty);
		return EXIT_TROUBLE;
	}
	for (size_t i = 0; i < holders->n; i++) {
		const struct program *program = find_program(holders->v[i].comm);

		if (program->why)
			return refuse_program(plan, &holders->v[i], program);
		plan->daemon = holders->v[i];
	}
	return 0;
}

/* ---- which unit? ---- */

static const struct unit *find_unit(const struct unittab *tab, unsigned int unit)
{
	for (size_t i = 0; i < tab->n; i++)
		if (tab->units[i].unit == unit)
			return &tab->units[i];
	return NULL;
}

static int check_unit(const struct ctx *ctx, const struct attach_plan *plan,
		      const struct unittab *tab, const struct unit *ours)
{
	const struct unit *other = find_unit(tab, plan->unit);

	if (ours && ours->unit != plan->unit) {
		msg_error(plan->node, "unit %u: line %u of %s says unit %u", plan->unit,
			  ours->line, ctx->table, ours->unit);
		msg_hint("gpsppsctl attach %s", plan->tty);
		return EXIT_TROUBLE;
	}
	if (other && other != ours) {
		msg_error(plan->node, "unit %u: line %u of %s gives it to %s", plan->unit,
			  other->line, ctx->table, other->port);
		msg_hint("gpsppsctl attach %s --unit N, another one", plan->tty);
		return EXIT_TROUBLE;
	}
	return 0;
}

/* The link of a line in the table is udev's matter, by link_priority. */
static int check_link(struct attach_plan *plan)
{
	plan->gps_link_ours = link_leads_to(plan->gps_link, plan->tty);
	if (plan->links == LINKS_UDEV || link_is_free(plan->gps_link, plan->tty) == 0)
		return 0;
	msg_error(plan->gps_link, "this is there already, and is not %s", plan->node);
	msg_hint("gpsppsctl attach %s --unit N, another one", plan->tty);
	return EXIT_TROUBLE;
}

static int choose_links(const struct ctx *ctx, const struct unit *ours, struct attach_plan *plan)
{
	/* udev's rules look into the one table only, whatever -C says */
	if (!udev_makes_links())
		plan->links = LINKS_SELF;
	else if (ours && !strcmp(ctx->table, UNITTAB_PATH))
		plan->links = LINKS_UDEV;
	else
		plan->links = LINKS_UDEV_RUNTIME;
	if (plan->role & ROLE_SENTENCES)
		snprintf(plan->gps_link, sizeof(plan->gps_link), "/dev/gps%u", plan->unit);
	/* udev links a source of its own accord, perhaps long before this port */
	if (plan->role & ROLE_PULSE || (plan->pps[0] && plan->links == LINKS_SELF))
		snprintf(plan->pps_link, sizeof(plan->pps_link), "/dev/gpspps%u", plan->unit);
	return plan->gps_link[0] ? check_link(plan) : 0;
}

_Static_assert((int)BIND_NONE == (int)EDGE_UNKNOWN && (int)BIND_ASSERT == (int)EDGE_ASSERT &&
	       (int)BIND_CLEAR == (int)EDGE_CLEAR, "the table's words are edges");

/* Of a unit with two ports it is the one with the pulse whose loss is told, and that is bound. */
static void take_words(const struct unit *ours, struct attach_plan *plan)
{
	if (plan->source == SOURCE_PORT)
		return;
	strcpy(plan->restart, ours->restart);
	strcpy(plan->on_lost, ours->on_lost);
	strcpy(plan->on_back, ours->on_back);
	strcpy(plan->metrics, ours->metrics);
	plan->bind = (enum pulse_edge)ours->bind;
}

static int choose_unit(const struct ctx *ctx, const struct attach_options *o, size_t nth,
		       const struct unittab *tab, const struct unit *ours,
		       struct attach_plan *plan)
{
	int code;

	plan->unit = o->unit >= 0 ? (unsigned int)o->unit : ours ? ours->unit : (unsigned int)nth;
	if (ours)
		take_words(ours, plan);
	plan->wakeup_latency_us = o->wakeup_latency_us >= 0 || !ours ? o->wakeup_latency_us :
				  ours->wakeup_latency_us;
	code = check_unit(ctx, plan, tab, ours);
	return code ? code : choose_links(ctx, ours, plan);
}

/* ---- which speed? ---- */

static int choose_baud(const struct attach_options *o, const struct unit *ours,
		       struct probe *probe, struct attach_plan *plan)
{
	if (o->baud) {
		plan->baud = (unsigned int)o->baud;
		plan->baud_from = "by --baud";
	} else if (ours && ours->baud) {
		plan->baud = ours->baud;
		plan->baud_from = "from the table";
	} else if (!ntp_baud(probe, plan->unit, &plan->baud, &plan->baud_from)) {
		plan->baud = DEFAULT_BAUD;
		plan->baud_from = "by default";
	}
	if (tty_speed(plan->baud) != B0)
		return 0;
	msg_error(plan->node, "%u baud (%s): there is no such speed", plan->baud, plan->baud_from);
	return EXIT_TROUBLE;
}

/* ---- all of it ---- */

static int find_the_port(const char *typed, struct probe *probe, struct attach_plan *plan)
{
	int err = tty_resolve(typed, plan->tty, sizeof(plan->tty));

	if (!err)
		err = survey_ports(probe, &plan->ports);
	if (!err) {
		plan->port = survey_find_port(&plan->ports, plan->tty);
		err = plan->port ? 0 : -ENOTTY;
	}
	if (err) {
		msg_error(typed, "%s", err == -ENOTTY ? "this is not a serial port" :
			  strerror(-err));
		return EXIT_TROUBLE;
	}
	snprintf(plan->node, sizeof(plan->node), "/dev/%s", plan->tty);
	if (!port_is_placeholder(plan->port))
		return 0;
	msg_error(plan->node, "cannot attach: there is no UART behind it");
	msg_hint("gpsppsctl list shows the ports with a UART");
	return EXIT_TROUBLE;
}

int attach_make_plan(const struct ctx *ctx, const struct attach_options *o, size_t nth,
		     struct probe *probe, struct attach_plan *plan)
{
	const struct unit *ours;
	struct unittab tab;
	int code = load_table(ctx, &tab);

	if (!code)
		code = find_the_port(o->ports[nth], probe, plan);
	if (!code)
		code = check_free(probe, plan);
	if (code)
		return code;
	ours = table_find_port(&tab, plan->tty, &plan->role);
	code = attach_choose_role(ctx, o, ours, probe, plan);
	if (!code)
		code = choose_unit(ctx, o, nth, &tab, ours, plan);
	if (!code)
		code = choose_baud(o, ours, probe, plan);
	if (!code)
		code = attach_find_holder(plan);
	return code;
}

void attach_free_plan(struct attach_plan *plan)
{
	survey_free_ports(&plan->ports);
	plan->port = NULL;
}
