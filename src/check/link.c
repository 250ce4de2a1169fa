// SPDX-License-Identifier: GPL-2.0-or-later
/* Do /dev/gpsN and /dev/gpsppsN lead where they should, and may a daemon open them? */
#include "../daemon/mark.h"
#include "access.h"

#include <string.h>

#include "../systemfacts.h"

static bool link_is(const struct link_fact *l, const char *node)
{
	return l->target.state == FACT_OK && !strcmp(l->target.val, node);
}

static bool link_exists(const struct link_fact *l)
{
	return fact_is(l->exists, 1);
}

/* gpsd finds its devices without our links. */
static bool links_matter(const struct port_facts *f)
{
	if (f->pulse_only && !fact_known(f->unit))
		return false;
	return fact_is(f->present, 1) && !facts_holder(f, ROLE_GPSD) &&
	       (facts_is_attached(f) || fact_known(f->unit));
}

/* A port with the sentences alone is not where its unit's pulse comes from. */
static bool has_pulse_link(const struct port_facts *f)
{
	return links_matter(f) && f->gpspps.name[0] && !f->no_pulse && facts_is_attached(f);
}

static void link_fix(const struct port_facts *f, struct finding *out, const char *subsystem,
		     const char *node, const char *name)
{
	out->cure = CURE_COMMAND;
	if (fact_is(f->kernel.udev, 1) && fact_known(f->unit))
		finding_fix(out, "udevadm trigger --action=add --subsystem-match=%s --sysname-match=%s && udevadm settle",
			    subsystem, node);
	else
		finding_fix(out, "ln -sfn %s /dev/%s", node, name);
}

/* Attached by hand, and no unit number is known from anywhere. */
static bool is_unnamed(const struct port_facts *f, struct finding *out)
{
	if (f->gps.name[0])
		return false;
	if (facts_holder(f, ROLE_KEEPER)) {
		out->severity = SEV_INFO;
		finding_observed(out, "no link /dev/gpsN leads to /dev/%s: ntpd's NMEA driver would need 'path' and 'ppspath'",
				 f->port.name);
	}
	return true;
}

static void run_link_gps_missing(const struct port_facts *f, struct finding *out)
{
	if (!links_matter(f) || f->no_sentences || is_unnamed(f, out))
		return;
	if (link_exists(&f->gps)) {
		out->severity = SEV_OK;
		return;
	}
	finding_fail(out, "NOT USABLE: there is no /dev/%s", f->gps.name);
	finding_observed(out, "/dev/%s does not exist; it should lead to %s", f->gps.name,
			 f->port.name);
	finding_why(out, "ntpd's NMEA driver opens /dev/%s for the sentences: \"No such file or directory\"",
		    f->gps.name);
	link_fix(f, out, "tty", f->port.name, f->gps.name);
}

const struct check check_link_gps_missing = {
	.id = "link.gps-missing",
	.title = "there is no /dev/gpsN",
	.explain = "ntpd's NMEA driver opens /dev/gpsN, N being the unit's number, and has no "
		"device without it (\"No such file or directory\"). The link is made by udev "
		"from the table of units, or by attach where no udev runs; diag looks for "
		"it in /dev. If it is missing although the table names the port, udev has "
		"not seen the port since the table was written.",
	.see = "udev(7); https://docs.ntpsec.org/latest/driver_nmea.html",
	.stage = STAGE_LINKS,
	.explains = EXPLAINS_NO_ACCESS,
	.run = run_link_gps_missing,
};

/* Whose rule gave the name to the device that it leads to now. */
static void see_who_claims(const struct port_facts *f, struct finding *out)
{
	const struct rule_fact *r = f->gps.target.state != FACT_OK ? NULL :
		check_rule_giving(f, f->gps.target.val, f->gps.name);

	if (!r)
		return;
	finding_saw(out, "rule_line", fact_from(0, r->at.line));
	/* the line of one chip of several */
	finding_observed(out, "/dev/%s leads to %.40s, not to %s: %s makes links %s (line %u)",
			 f->gps.name, f->gps.target.val, f->port.name, r->at.file, r->links,
			 r->at.line);
}

static void run_link_gps_wrong(const struct port_facts *f, struct finding *out)
{
	if (!links_matter(f) || !f->gps.name[0] || !link_exists(&f->gps))
		return;
	if (link_is(&f->gps, f->port.name)) {
		out->severity = SEV_OK;
		return;
	}
	finding_fail(out, "NOT USABLE: /dev/%s leads elsewhere", f->gps.name);
	finding_observed(out, "/dev/%s leads to %s, not to %s", f->gps.name,
			 f->gps.target.state == FACT_OK ? f->gps.target.val : "nothing",
			 f->port.name);
	see_who_claims(f, out);
	finding_why(out, "ntpd reads the sentences of another device, or none (gpsd's udev rules make gpsN, too)");
	link_fix(f, out, "tty", f->port.name, f->gps.name);
}

const struct check check_link_gps_wrong = {
	.id = "link.gps-wrong",
	.title = "/dev/gpsN leads to another device",
	.explain = "The daemon reads its sentences from wherever /dev/gpsN leads: another "
		"receiver, or nothing at all. gpsd's udev rules claim the names gpsN, too, "
		"in the order in which USB receivers come. diag follows the link; "
		"gpsppsctl's own rules win by their link priority once udev has seen the "
		"port anew.",
	.see = "udev(7) (OPTIONS=\"link_priority=\"); /lib/udev/rules.d/60-gpsd.rules",
	.stage = STAGE_LINKS,
	.explains = EXPLAINS_NO_ACCESS,
	.run = run_link_gps_wrong,
};

static void run_link_pps_missing(const struct port_facts *f, struct finding *out)
{
	if (!has_pulse_link(f))
		return;
	if (link_exists(&f->gpspps)) {
		out->severity = SEV_OK;
		return;
	}
	finding_fail(out, "NOT USABLE: there is no /dev/%s", f->gpspps.name);
	finding_observed(out, "/dev/%s does not exist; it should lead to %s", f->gpspps.name,
			 f->pulse.name);
	finding_why(out, "ntpd then tries the port itself: \"refclock_ppsapi: time_pps_create: Operation not supported\"; it looks only once, so restart it afterwards");
	link_fix(f, out, "pps", f->pulse.name, f->gpspps.name);
}

const struct check check_link_pps_missing = {
	.id = "link.pps-missing",
	.title = "there is no /dev/gpsppsN",
	.explain = "ntpd's NMEA driver takes the pulse from /dev/gpsppsN; when that is missing "
		"it tries the serial port in its place, which the kernel answers with "
		"\"Operation not supported\". It looks once, at its start, so it must be "
		"restarted afterwards. diag looks for the link in /dev; udev makes it from "
		"the table of units when the PPS device appears, or attach does.",
	.see = "udev(7); https://docs.ntpsec.org/latest/driver_nmea.html",
	.stage = STAGE_LINKS,
	.explains = EXPLAINS_NO_ACCESS,
	.run = run_link_pps_missing,
};

static void run_link_pps_wrong(const struct port_facts *f, struct finding *out)
{
	if (!has_pulse_link(f) || !link_exists(&f->gpspps))
		return;
	if (link_is(&f->gpspps, f->pulse.name)) {
		out->severity = SEV_OK;
		return;
	}
	finding_fail(out, "NOT USABLE: /dev/%s is not this port's pulse", f->gpspps.name);
	finding_observed(out, "/dev/%s leads to %s, the pulse of %s%s is %s", f->gpspps.name,
			 f->gpspps.target.state == FACT_OK ? f->gpspps.target.val : "nothing",
			 f->pulse_only ? "this unit" : "/dev/", f->port.name, f->pulse.name);
	finding_why(out, "the numbers of PPS devices change with the order of attaching; a daemon on another source takes its time from there");
	link_fix(f, out, "pps", f->pulse.name, f->gpspps.name);
}

const struct check check_link_pps_wrong = {
	.id = "link.pps-wrong",
	.title = "/dev/gpsppsN is not this port's pulse",
	.explain = "The number of a PPS device says nothing: it follows the order in which "
		"sources appear, and a network card's clock is often pps0. A link that "
		"leads to another source makes the daemon take its seconds from there, or "
		"from nothing. diag compares where the link leads with the PPS device whose "
		"path is the port. Match in udev on ATTR{path}, never on KERNEL==\"pps0\".",
	.see = "udev(7); Documentation/ABI/testing/sysfs-pps",
	.stage = STAGE_LINKS,
	.explains = EXPLAINS_NO_ACCESS,
	.run = run_link_pps_wrong,
};

/* Its configuration tells better what it wants than that it has the port. */
static bool is_known(const struct port_facts *f, int pid)
{
	for (size_t i = 0; f->daemons && i < f->daemons->n; i++)
		if (fact_is(f->daemons->v[i].pid, pid) && fact_known(f->daemons->v[i].conf))
			return true;
	return false;
}

/* A daemon that has the port, and neither has the pulse nor could open it. */
static const struct process_fact *find_on_port(const struct port_facts *f)
{
	for (unsigned int i = 0; i < f->n_processes; i++) {
		const struct process_fact *p = &f->processes[i];
		enum holder_role role = holder_role(p->comm);

		if ((role == ROLE_NTP || role == ROLE_GPSD) && !is_known(f, p->pid) &&
		    !fact_is(p->has_pps, 1) && !access_may_open(p, &f->pps_node))
			return p;
	}
	return NULL;
}

/* One whose configuration wants the pulse: the port need not be its. */
static const struct daemon *find_configured(const struct port_facts *f)
{
	const struct daemon *d;
	struct access a;

	for (size_t i = 0; (d = access_next(f, &i)); )
		if (access_of(f, d, ACCESS_PULSE, &a) && access_is_shut_out(&a) &&
		    !mark_is_pulse_used(d, f))
			return d;
	return NULL;
}

/* ntpd -u user:group, as Debian starts it, keeps no other group of its user. */
static void fix_perm_pps(const struct port_facts *f, const struct process_fact *p,
			 const struct daemon *d, struct finding *out)
{
	char restart[96] = "restart the daemon";

	if (d && daemon_retries_pulse(d, daemon_pulse_clock_of(d, f))) {
		finding_fix(out, "echo \"SUBSYSTEM==\\\"pps\\\", OWNER=\\\"$(id -nu %d)\\\"\" >/etc/udev/rules.d/60-ntpsec-pps.rules; udevadm control --reload; udevadm trigger -s pps     # it is opened at the next poll",
			    (int)p->uid.val);
		return;
	}
	if (d)
		daemon_restart_text(d, restart, sizeof(restart));
	finding_fix(out, "chgrp dialout /dev/%s; chmod 660 /dev/%s; %s     # for good: the udev rules of 'make install', the daemon's user in group dialout",
		    f->pulse.name, f->pulse.name, restart);
}

static void run_perm_pps(const struct port_facts *f, struct finding *out)
{
	const struct process_fact *p;
	const struct daemon *d = NULL;

	if (!facts_is_attached(f))
		return;
	finding_saw(out, "mode", f->pps_node.mode);
	finding_saw(out, "uid", f->pps_node.uid);
	finding_saw(out, "gid", f->pps_node.gid);
	if (!fact_known(f->pps_node.mode)) {
		check_denied(out, "/dev/ppsN", f->pps_node.mode);
		return;
	}
	p = find_on_port(f);
	if (!p && (d = find_configured(f)))
		p = &d->process;
	if (!p) {
		out->severity = SEV_OK;
		return;
	}
	finding_saw(out, "pid", fact_from(0, p->pid));
	finding_saw(out, "daemon_uid", p->uid);
	finding_fail(out, "NOT USABLE: %s may not open /dev/%s", p->comm, f->pulse.name);
	access_shut_out_text(p, f->pulse.name, &f->pps_node, out);
	finding_why(out, "the daemon gets \"Permission denied\" and runs without pulses");
	fix_perm_pps(f, p, d, out);
}

const struct check check_perm_pps = {
	.id = "perm.pps",
	.title = "a daemon may not open the pulse's device",
	.explain = "The kernel makes /dev/ppsN for root alone, and no distribution has a rule "
		"that changes it. A daemon that has given up root gets \"Permission denied\" "
		"and goes on without pulses. diag compares the node's mode and owners with "
		"the daemon's user and groups. gpsppsctl's udev rules give the node to the "
		"group dialout.",
	.see = "udev(7); ls -l /dev/pps0",
	.stage = STAGE_PERMISSIONS,
	.explains = EXPLAINS_NO_ACCESS,
	.run = run_perm_pps,
};
