// SPDX-License-Identifier: GPL-2.0-or-later
/* What setup would change: the sequence. */
#include "plan.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plan_chrony.h"
#include "plan_inside.h"
#include "plan_ntp.h"

static const char *const names[SETUP_DAEMONS] = {
	[SETUP_NTPSEC] = "ntpsec",
	[SETUP_NTP] = "ntp",
	[SETUP_CHRONY] = "chrony",
	[SETUP_GPSD] = "gpsd",
};

int setup_daemon_of(const char *name)
{
	for (int i = 0; i < SETUP_DAEMONS; i++)
		if (!strcmp(names[i], name))
			return i;
	return -1;
}

const char *setup_daemon_name(enum setup_daemon d)
{
	return names[d];
}

/* The holder, where the port has one: the daemons look for the pulse when they start. */
static void start_holder(struct planner *p)
{
	char unit[PLAN_PATH_MAX];

	snprintf(unit, sizeof(unit), "gpsppsctl@%s.service", p->in->tty);
	if (p->in->daemon == SETUP_GPSD)
		plan_stop(p, unit);
	else
		plan_start(p, unit);
}

/* One that is installed and not enabled would be gone with the next boot. */
static void enable_daemon(struct planner *p)
{
	const enum setup_daemon d = p->in->daemon == SETUP_GPSD ? p->in->taker : p->in->daemon;
	const char *unit = d == SETUP_CHRONY ? chrony_service(p) : ntp_service(p, d);
	char path[PLAN_PATH_MAX];

	if (p->in->init == SETUP_SYSTEMD && plan_unit_path(p, unit, path))
		plan_enable(p, unit, "multi-user.target", "the daemon begins with the boot");
}

static void plan_daemon(struct planner *p)
{
	switch (p->in->daemon) {
	case SETUP_NTPSEC:
	case SETUP_NTP:
		setup_plan_ntp(p, p->in->daemon);
		break;
	case SETUP_CHRONY:
		setup_plan_chrony(p);
		break;
	default:
		setup_plan_gpsd(p);
		break;
	}
	if (p->in->daemon != SETUP_CHRONY)
		chrony_plan_unfeed(p);
	if (p->in->daemon != SETUP_GPSD)
		gpsd_plan_leave(p);
	enable_daemon(p);
}

/* A name that may stand in a unit's name, a link's and a line of each configuration. */
static bool is_plain(const char *name, const char *also)
{
	if (!name || !name[0])
		return false;
	for (; *name; name++)
		if (!((*name >= 'a' && *name <= 'z') || (*name >= 'A' && *name <= 'Z') ||
		      (*name >= '0' && *name <= '9') || strchr(also, *name)))
			return false;
	return true;
}

static void check_wish(struct planner *p)
{
	const struct setup_in *in = p->in;

	if (!is_plain(in->tty, "") || !is_plain(in->port, "/-_.:+,=@"))
		plan_refuse(p, "this is no name of a port");
	else if (in->daemon == SETUP_GPSD && in->taker == SETUP_GPSD)
		plan_refuse(p, "who is to take gpsd's samples? chrony, ntpsec or ntp");
}

int setup_plan_make(const struct setup_in *in, const struct setup_reader *files,
		    struct setup_plan *plan)
{
	struct planner p = { .in = in, .files = files, .plan = plan, .old_unit = -1 };

	memset(plan, 0, sizeof(*plan));
	check_wish(&p);
	if (!p.err)
		setup_plan_table(&p);
	if (!p.err)
		setup_plan_system(&p);
	if (!p.err)
		setup_plan_init(&p);
	if (!p.err)
		start_holder(&p);
	if (!p.err)
		plan_daemon(&p);
	return p.err;
}

void setup_plan_free(struct setup_plan *plan)
{
	for (size_t i = 0; i < plan->n; i++) {
		free(plan->steps[i].path);
		free(plan->steps[i].text);
	}
	free(plan->steps);
	memset(plan, 0, sizeof(*plan));
}
