// SPDX-License-Identifier: GPL-2.0-or-later
/* Does gpsd open the port, and may it? */
#include "gpsd.h"

#include <stdio.h>
#include <string.h>

/* ---- what its checks share ---- */

static bool find_at(const struct daemon *d, const struct port_facts *f, struct gpsd_at *g)
{
	const struct daemon_clock *c;

	if (d->kind != DAEMON_GPSD || f->pulse_only)
		return false;
	c = daemon_clock_of(d, f);
	g->d = d;
	g->path = c && c->port[0] ? c->port : "";
	g->is_open = daemon_runs(d) &&
		     (daemon_has_open(d, f->port.name) || facts_holder(f, ROLE_GPSD));
	return g->path[0] || (daemon_runs(d) && daemon_has_open(d, f->port.name));
}

bool gpsd_find_running(const struct port_facts *f, struct gpsd_at *g)
{
	for (size_t i = 0; f->daemons && i < f->daemons->n; i++)
		if (daemon_runs(&f->daemons->v[i]) && find_at(&f->daemons->v[i], f, g))
			return true;
	return false;
}

bool gpsd_find_any(const struct port_facts *f, struct gpsd_at *g)
{
	if (gpsd_find_running(f, g))
		return true;
	for (size_t i = 0; f->daemons && i < f->daemons->n; i++)
		if (find_at(&f->daemons->v[i], f, g))
			return true;
	return false;
}

static bool takes_from_gpsd(const struct daemon *d, const struct port_facts *f)
{
	if (d->kind == DAEMON_GPSD || !daemon_runs(d) || !daemon_clock_of(d, f))
		return false;
	for (unsigned int i = 0; i < d->n_clocks; i++)
		if (d->clocks[i].kind == CLOCK_SHM || d->clocks[i].kind == CLOCK_SOCK)
			return true;
	return false;
}

const struct daemon *gpsd_waiting(const struct port_facts *f)
{
	/* what it would take from gpsd our feed gives */
	if (facts_feed(f))
		return NULL;
	for (size_t i = 0; f->daemons && i < f->daemons->n; i++)
		if (takes_from_gpsd(&f->daemons->v[i], f))
			return &f->daemons->v[i];
	return NULL;
}

struct fact gpsd_is_clock_heard(const struct daemon *d, const struct daemon_clock *c)
{
	const struct chronyc_source *s = d->chrony ? daemon_source(d, c) : NULL;
	const struct ntpq_peer *p = d->ntpd ? daemon_peer(d, c) : NULL;
	const struct fact reach = s ? s->reach : p ? p->reach :
				  (struct fact){ .state = FACT_ABSENT };

	return fact_known(reach) ? fact_from(0, reach.val != 0) : reach;
}

bool gpsd_is_older(const struct gpsd_at *g, int minor)
{
	int major = 0, its = 0;

	if (sscanf(g->d->gpsd_said.release, "%3d.%3d", &major, &its) != 2)
		return false;
	return major < 3 || (major == 3 && its < minor);
}

void gpsd_restart(const struct gpsd_at *g, char restart[GPSD_RESTART_MAX])
{
	daemon_restart_text(g->d, restart, GPSD_RESTART_MAX);
}

/* ---- without -n ---- */

static void fix_no_n(const struct gpsd_at *g, struct finding *out)
{
	const struct gpsd_conf *conf = &g->d->gpsd;

	finding_fix(out, "/etc/default/gpsd: GPSD_OPTIONS=\"-n%s%s\" and DEVICES=\"%s\"     # then systemctl enable gpsd.service && systemctl restart gpsd.service",
		    conf->readonly ? " -b" : "", conf->passive ? " -p" : "", g->path);
}

static void judge_no_n(const struct port_facts *f, const struct gpsd_at *g, struct finding *out)
{
	const struct daemon *waiting = gpsd_waiting(f);
	char who[64], waits[64] = "nobody";

	daemon_text(g->d, who, sizeof(who));
	if (waiting)
		daemon_text(waiting, waits, sizeof(waits));
	if (waiting && !g->is_open)
		finding_fail(out, "NO TIME: gpsd has not opened the receiver, as no client came");
	else
		finding_warn(out, "gpsd opens the receiver only while a client is there");
	finding_observed(out, "%s was started for %s without -n; the port is %s by it; its time is awaited by %s",
			 who, g->path, g->is_open ? "open" : "not open", waits);
	finding_why(out, "without -n gpsd waits for a client (cgps, gpspipe) and lets go when the last one leaves; who reads its shared memory or its socket for chronyd is none");
	fix_no_n(g, out);
}

/* By systemd: only gpsd.socket is active, and starts it when a client comes. */
static bool is_socket_alone(const struct daemon *d)
{
	return daemon_is_stopped(d) && d->socket_activated;
}

static void run_gpsd_no_n(const struct port_facts *f, struct finding *out)
{
	struct gpsd_at g;

	if (!gpsd_find_any(f, &g) || !g.path[0] ||
	    (!daemon_runs(g.d) && !(is_socket_alone(g.d) && gpsd_waiting(f))))
		return;
	if (daemon_runs(g.d) && g.d->gpsd.nowait) {
		out->severity = SEV_OK;
		return;
	}
	if (daemon_runs(g.d) && !g.is_open && g.d->nodes_known.state == FACT_DENIED) {
		check_denied(out, "what gpsd has open", g.d->nodes_known);
		return;
	}
	judge_no_n(f, &g, out);
}

const struct check check_gpsd_no_n = {
	.id = "gpsd.no-n",
	.title = "gpsd opens the receiver only when a client comes",
	.explain = "Without the option -n gpsd opens its devices when the first client connects and "
		"closes them after the last one. A time daemon that reads its shared memory or "
		"socket is no client, so that no time comes until somebody starts cgps, and it ends "
		"with it. diag reads gpsd's command line (or /etc/default/gpsd, where only its "
		"socket is active) and sees whether it has the port open.",
	.see = "gpsd(8), -n; https://gpsd.gitlab.io/gpsd/gpsd-time-service-howto.html",
	.stage = STAGE_DAEMON,
	.explains = EXPLAINS_NO_PULSE | EXPLAINS_NO_SENTENCES | EXPLAINS_NO_ACCESS,
	.run = run_gpsd_no_n,
};

/* ---- two on one port ---- */

static void fix_holder(const struct port_facts *f, const struct holder *keeper,
		       const struct gpsd_at *g, struct finding *out)
{
	char restart[GPSD_RESTART_MAX];

	gpsd_restart(g, restart);
	if (!keeper && facts_holder(f, ROLE_NTP))
		finding_fix(out, "systemctl disable --now gpsd.socket gpsd.service     # or take the receiver out of the NTP daemon's configuration");
	else if (keeper && strncmp(keeper->comm, "gpsppsctl", 9) != 0)
		finding_fix(out, "kill %d && %s     # or without gpsd: systemctl disable --now gpsd.socket gpsd.service",
			    keeper->pid, restart);
	else
		finding_fix(out, "gpsppsctl detach /dev/%s && %s     # for good: %s out of /etc/gpsppsctl.conf; or without gpsd: systemctl disable --now gpsd.socket gpsd.service",
			    f->port.name, restart, f->port.name);
}

static void judge_shut_out(const struct port_facts *f, const struct gpsd_at *g,
			   const struct logline *l, struct finding *out)
{
	const struct holder *keeper = facts_holder(f, ROLE_KEEPER);
	char who[160];

	facts_holders_text(f, who, sizeof(who));
	if (gpsd_waiting(f))
		finding_fail(out, "NO TIME: gpsd does not get the port: another program has it");
	else
		finding_warn(out, "gpsd does not get the port: another program has it");
	if (l)
		finding_observed(out, "the log of this boot: %.200s; the port is open by %.80s",
				 l->text, who);
	else
		finding_observed(out, "gpsd is configured for %.80s and does not have it open; the port is open by %.100s",
				 g->path, who);
	finding_why(out, "gpsd takes no port that another process has (\"SER: %s already opened by another process\"); it attaches the pulse itself and needs nobody to keep it",
		    g->path);
	fix_holder(f, keeper, g, out);
}

/* It works now: gpsd came first, or could not see the other one. */
static void judge_both(const struct port_facts *f, const struct gpsd_at *g,
		       const struct holder *keeper, struct finding *out)
{
	finding_warn(out, "the port belongs to two: gpsd, and %s",
		     keeper ? keeper->comm : "the table of gpsppsctl");
	if (keeper)
		finding_observed(out, "gpsd[%d] and %s[%d] have /dev/%s open", (int)g->d->pid.val,
				 keeper->comm, keeper->pid, f->port.name);
	else
		finding_observed(out, "gpsd[%d] has /dev/%s open, and /etc/gpsppsctl.conf names it as unit %d",
				 (int)g->d->pid.val, f->port.name, (int)f->unit.val);
	finding_why(out, "whichever comes first at the next start shuts the other one out (\"already opened by another process\")");
	fix_holder(f, keeper, g, out);
}

/* Nothing starts it any more, as our own cure has it. */
static bool is_given_up(const struct port_facts *f, const struct daemon *d)
{
	if (!daemon_is_stopped(d) || d->socket_activated || gpsd_waiting(f))
		return false;
	for (unsigned int i = 0; f->system && d->service[0] && i < f->system->n_services; i++)
		if (!strcmp(f->system->services[i].name, d->service))
			return fact_is(f->system->services[i].enabled, 0);
	return false;
}

static void run_gpsd_holder(const struct port_facts *f, struct finding *out)
{
	const struct holder *keeper = facts_holder(f, ROLE_KEEPER);
	const struct logline *l;
	struct gpsd_at g;

	if (!gpsd_find_any(f, &g) || is_given_up(f, g.d))
		return;
	l = daemon_logged(g.d, LOG_PORT_HELD, g.path[0] ? g.path : NULL);
	if (g.is_open) {
		out->severity = SEV_OK;
		if (keeper || fact_known(f->unit))
			judge_both(f, &g, keeper, out);
	} else if (f->port.holders.n && (l || (keeper && daemon_runs(g.d) && g.d->gpsd.nowait &&
					       fact_known(g.d->nodes_known)))) {
		judge_shut_out(f, &g, l, out);
	}
}

const struct check check_gpsd_holder = {
	.id = "gpsd.holder",
	.title = "gpsd and another program both want the port",
	.explain = "gpsd sets the PPS line discipline itself and takes no port that another process "
		"has open: with gpsppsctl's holder or ldattach on it, it says \"already opened by "
		"another process\" and has no receiver. diag sees who has the port open, gpsd's "
		"devices, its log, and the table of units. Let one of them have the port: gpsd, or "
		"gpsppsctl with ntpd's NMEA driver or chrony's PPS.",
	.see = "https://gpsd.gitlab.io/gpsd/gpsd-time-service-howto.html; gpsd/serial.c",
	.stage = STAGE_DAEMON,
	.explains = EXPLAINS_NO_PULSE | EXPLAINS_NO_SENTENCES | EXPLAINS_NO_ACCESS,
	.run = run_gpsd_holder,
};

/* ---- it writes to the receiver ---- */

static bool is_garmin(const struct port_facts *f, const struct gpsd_at *g)
{
	const struct gpsd_seen *seen = daemon_gpsd_seen(g->d, f);

	return strstr(f->sentences.model, "Garmin") || strstr(f->sentences.model, "GPS 18") ||
	       (seen && (strstr(seen->driver, "Garmin") || strstr(seen->subtype, "GPS18") ||
			 strstr(seen->subtype, "GPS 18")));
}

static void run_gpsd_configures(const struct port_facts *f, struct finding *out)
{
	struct gpsd_at g;

	if (!gpsd_find_running(f, &g) || !g.path[0])
		return;
	out->severity = SEV_OK;
	if (g.d->gpsd.readonly || g.d->gpsd.passive)
		return;
	finding_observed(out, "gpsd[%d] runs without -p and -b", (int)g.d->pid.val);
	finding_why(out, "gpsd then sets a receiver up as it likes it: sentences, speed, protocol%s",
		    is_garmin(f, &g) ? "; a Garmin's pulse becomes 40 ms wide ($PGRMC,A,,100,,,,,,A,,1,2,1,30)" : "");
	finding_fix(out, "/etc/default/gpsd: GPSD_OPTIONS=\"-n -p\"     # then systemctl restart gpsd.service");
	if (is_garmin(f, &g))
		finding_warn(out, "gpsd configures the receiver: a Garmin's pulse becomes 40 ms wide");
	else
		out->severity = SEV_INFO;
}

const struct check check_gpsd_configures = {
	.id = "gpsd.configures",
	.title = "gpsd changes the receiver's settings by itself",
	.explain = "gpsd knows many receivers and sets them up when it finds one: it switches "
		"sentences and protocols, and writes $PGRMC to a Garmin, whose pulse is 40 ms wide "
		"afterwards and not what was configured. What a time server needs is mostly the "
		"receiver as it is. diag reads gpsd's options: with -p (passive) it configures "
		"nothing, with -b it writes nothing at all.",
	.see = "gpsd(8), -p and -b; gpsd/drivers.c",
	.stage = STAGE_DAEMON,
	.explains = 0,
	.run = run_gpsd_configures,
};
