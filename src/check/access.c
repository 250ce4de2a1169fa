// SPDX-License-Identifier: GPL-2.0-or-later
/* What a daemon has, wants and may open. */
#include "access.h"

#include <errno.h>
#include <string.h>

#include "../unitfile.h"

#define CAP_DAC_OVERRIDE_BIT 1	/* include/uapi/linux/capability.h */

static bool has_group(const struct process_fact *p, int64_t gid)
{
	for (unsigned int i = 0; i < p->n_groups; i++)
		if (p->groups[i] == gid)
			return true;
	return false;
}

/* generic_permission() in the kernel's fs/namei.c */
bool access_may_open(const struct process_fact *p, const struct node_fact *node)
{
	const int64_t mode = node->mode.val;

	if (!fact_known(p->uid) || !fact_known(node->mode) ||
	    p->cap_eff.val & (1 << CAP_DAC_OVERRIDE_BIT))
		return true;
	if (p->uid.val == node->uid.val)
		return (mode & 0600) == 0600;
	if (has_group(p, node->gid.val))
		return (mode & 0060) == 0060;
	return (mode & 0006) == 0006;
}

bool access_may_set_clock(const struct daemon *d)
{
	return !fact_known(d->process.cap_eff) ||
	       d->process.cap_eff.val & (INT64_C(1) << CAP_SYS_TIME_BIT);
}

/* ---- what it has ---- */

static bool holds(const struct holders *h, int64_t pid)
{
	for (size_t i = 0; i < h->n; i++)
		if (h->v[i].pid == pid)
			return true;
	return false;
}

static bool is_same_daemon(const struct daemon *a, const struct daemon *b)
{
	return a->kind == b->kind && !strcmp(a->service, b->service);
}

struct fact access_has_open(const struct port_facts *f, const struct daemon *d,
			    const char *node)
{
	const struct holders *holders = strcmp(node, f->port.name) ? &f->pulse.holders :
					&f->port.holders;
	struct fact open = fact_from(0, 0);

	for (size_t i = 0; i < f->daemons->n; i++) {
		const struct daemon *other = &f->daemons->v[i];

		if (!daemon_runs(other) || !is_same_daemon(d, other))
			continue;
		if (daemon_has_open(other, node) || holds(holders, other->pid.val))
			return fact_from(0, 1);
		if (!fact_known(other->nodes_known))
			open = other->nodes_known;
	}
	return open;
}

bool access_of(const struct port_facts *f, const struct daemon *d, enum access_what what,
	       struct access *a)
{
	const bool pulse = what == ACCESS_PULSE;
	const struct fact_text *leads;

	*a = (struct access){
		.daemon = d, .node = pulse ? f->pulse.name : f->port.name,
		.clock = pulse ? daemon_pulse_clock_of(d, f) : daemon_clock_of(d, f),
		.rights = pulse ? &f->pps_node : &f->port_node,
		.refusal = pulse ? LOG_PULSE_NOT_OPENED : LOG_PORT_NOT_OPENED,
	};
	if (!a->clock || !a->node[0])
		return false;
	leads = pulse ? &a->clock->pulse_node : &a->clock->port_node;
	if (leads->state != FACT_OK || strcmp(leads->val, a->node))
		return false;
	a->open = access_has_open(f, d, a->node);
	a->was_there = pulse && fact_known(f->pulse_since_ms) && fact_known(d->start_ms) &&
		       f->pulse_since_ms.val < d->start_ms.val;
	return true;
}

/* ---- what keeps it out ---- */

/* A line names the path as the daemon was given it, or where that leads. */
const struct logline *access_refusal(const struct access *a)
{
	const struct daemon_clock *c = a->clock;
	const char *path = a->refusal == LOG_PULSE_NOT_OPENED ? c->pulse : c->port;
	const struct logline *line = daemon_logged(a->daemon, a->refusal, path);
	char node[SURVEY_NAME_MAX + 8] = "/dev/";

	if (line)
		return line;
	strncat(node, a->node, SURVEY_NAME_MAX);
	return daemon_logged(a->daemon, a->refusal, node);
}

/*
 * Who opens devices before giving up root is not kept out by the rights of the user
 * that it is now: chronyd (RCL_Initialise() in main.c), ntpd 4.2.8 and NTPsec
 * (getconfig() in ntpd.c; one built with ENABLE_EARLY_DROPROOT, as Debian's is not, gives
 * root up first, and then its log says so), gpsd with the devices of its command line
 * under -n.  Who is root still has not given anything up.
 */
static bool opens_as_itself(const struct daemon *d)
{
	return fact_is(d->process.uid, 0) || (d->kind == DAEMON_GPSD && !d->gpsd.nowait);
}

bool access_is_shut_out(const struct access *a)
{
	const struct logline *line;

	if (!daemon_runs(a->daemon) || !fact_is(a->open, 0) ||
	    access_may_open(&a->daemon->process, a->rights))
		return false;
	line = access_refusal(a);
	/* NTPsec does not say why it could not open the pulse */
	if (opens_as_itself(a->daemon))
		return !line || line->err == EACCES || !line->err;
	return line && a->daemon->label.state == FACT_ABSENT &&
	       (line->err == EACCES || (!line->err && a->was_there));
}

void access_shut_out_text(const struct process_fact *p, const char *node,
			  const struct node_fact *rights, struct finding *out)
{
	finding_observed(out, "/dev/%s is mode %04o, user %d, group %d (%s); %s[%d] runs as user %d and is in no such group",
			 node, (unsigned int)rights->mode.val, (int)rights->uid.val,
			 (int)rights->gid.val,
			 rights->group.state == FACT_OK ? rights->group.val : "?",
			 p->comm, p->pid, (int)p->uid.val);
}

const struct daemon *access_next(const struct port_facts *f, size_t *i)
{
	while (f->daemons && *i < f->daemons->n) {
		const struct daemon *d = &f->daemons->v[(*i)++];

		if (daemon_clock_of(d, f))
			return d;
	}
	return NULL;
}

/* ---- one that was given up ---- */

static bool needs_gpsd(const struct daemon *d)
{
	for (unsigned int i = 0; i < d->n_clocks; i++)
		if (daemon_is_by_gpsd(&d->clocks[i]))
			return true;
	return false;
}

bool access_is_leftover(const struct port_facts *f, const struct daemon *d)
{
	const struct daemon *other;

	for (size_t i = 0; !daemon_runs(d) && (other = access_next(f, &i)); ) {
		if (other == d || !daemon_runs(other))
			continue;
		if (d->kind != DAEMON_GPSD && other->kind != DAEMON_GPSD)
			return true;
		if (d->kind == other->kind || (d->kind == DAEMON_GPSD && !needs_gpsd(other)))
			return true;
	}
	return false;
}

/* ---- the cure ---- */

void access_fix_restart(const struct daemon *d, struct finding *out)
{
	char text[96];

	daemon_restart_text(d, text, sizeof(text));
	finding_fix(out, "%s", text);
	if (d->service[0] && unitfile_is_plain(d->service))
		out->cure = CURE_COMMAND;
}
