// SPDX-License-Identifier: GPL-2.0-or-later
/* May the daemon open the port, and set the clock and the pulse's edge? */
#include <errno.h>

#include "../daemon/mark.h"
#include "access.h"

/* ---- the port ---- */

static void judge_shut_out(const struct port_facts *f, const struct access *a,
			   struct finding *out)
{
	const struct process_fact *p = &a->daemon->process;
	char restart[96];

	daemon_restart_text(a->daemon, restart, sizeof(restart));
	finding_saw(out, "pid", a->daemon->pid);
	finding_saw(out, "daemon_uid", p->uid);
	finding_fail(out, "NO SENTENCES: %s may not open /dev/%s", p->comm, a->node);
	access_shut_out_text(p, a->node, a->rights, out);
	finding_why(out, "without the sentences the pulse's seconds have no number; the log says \"refclock_open /dev/%s: Permission denied\"",
		    f->gps.name[0] ? f->gps.name : a->node);
	finding_fix(out, "chgrp dialout /dev/%s; chmod 660 /dev/%s; usermod -aG dialout $(ps -o user:32= -p %d); %s",
		    a->node, a->node, p->pid, restart);
}

/* Of one daemon.  Facts that were refused are told where nothing worse is. */
static void judge_port(const struct port_facts *f, const struct access *a, struct finding *out)
{
	if (fact_is(a->open, 1)) {
		if (out->severity == SEV_NONE)
			out->severity = SEV_OK;
	} else if (a->open.state == FACT_DENIED) {
		check_denied(out, "what the daemon has open", a->open);
	} else if (!fact_known(f->port_node.mode)) {
		check_denied(out, "the rights of the port's device", f->port_node.mode);
	} else if (access_is_shut_out(a)) {
		judge_shut_out(f, a, out);
	} else if (out->severity == SEV_NONE) {
		out->severity = SEV_OK;
	}
}

static void run_perm_port(const struct port_facts *f, struct finding *out)
{
	const struct daemon *d;
	struct access a;

	if (!fact_is(f->present, 1) || f->pulse_only)
		return;
	finding_saw(out, "mode", f->port_node.mode);
	finding_saw(out, "uid", f->port_node.uid);
	finding_saw(out, "gid", f->port_node.gid);
	for (size_t i = 0; out->severity != SEV_FAIL && (d = access_next(f, &i)); )
		if (daemon_runs(d) && access_of(f, d, ACCESS_PORT, &a))
			judge_port(f, &a, out);
}

const struct check check_perm_port = {
	.id = "perm.port",
	.title = "a daemon may not open the serial port",
	.explain = "A serial port belongs to root and the group dialout, mode 660. A daemon that has "
		"given up root and is not in that group gets \"Permission denied\" and has no "
		"sentences, so that nothing numbers the pulse's seconds. diag compares the node's "
		"mode and owners with the user, groups and capabilities of the daemon that is "
		"configured for the port and does not have it open, and with what its log says. "
		"Put the daemon's user into the group.",
	.see = "ls -l /dev/ttyS0; usermod(8); udev(7)",
	.stage = STAGE_PERMISSIONS,
	.explains = EXPLAINS_NO_ACCESS | EXPLAINS_NO_SENTENCES,
	.run = run_perm_port,
};

/* ---- CAP_SYS_TIME ---- */

/* A refusal that it logged: of the pulse's edge, or of the clock. */
static const struct logline *find_time_refusal(const struct daemon *d)
{
	const struct logline *line = daemon_logged(d, LOG_PULSE_NOT_SET, NULL);

	if (!line || line->err != EPERM)
		line = daemon_logged(d, LOG_CLOCK_DENIED, NULL);
	return line;
}

/* gpsd gives up all capabilities once its devices are open; chronyd -x leaves the clock alone. */
static bool must_set_clock(const struct daemon *d)
{
	return daemon_row(d->kind)->keeps_clock && !d->chrony_command.no_clock;
}

static void fix_time(const struct port_facts *f, const struct daemon *d, struct finding *out)
{
	char restart[96];

	daemon_restart_text(d, restart, sizeof(restart));
	if (f->host.container.state == FACT_OK)
		finding_fix(out, "give the container the capability (docker: --cap-add SYS_TIME --device /dev/%s), or run the daemon on the host; then: %s",
			    check_pulse_node(f), restart);
	else if (d->service[0])
		finding_fix(out, "systemctl edit %s     # [Service] ProtectClock=no, and CAP_SYS_TIME in CapabilityBoundingSet= and, with User=, in AmbientCapabilities=; then: %s",
			    d->service, restart);
	else
		finding_fix(out, "start it as root, without what takes CAP_SYS_TIME away (setcap(8), capsh(1)); then: %s",
			    restart);
}

static void judge_time(const struct port_facts *f, const struct daemon *d,
		       const struct logline *refusal, struct finding *out)
{
	const bool lacks = !access_may_set_clock(d);
	char name[80];

	daemon_text(d, name, sizeof(name));
	/* it demonstrably can, whatever it once said */
	if (mark_is_pulse_used(d, f)) {
		out->severity = SEV_INFO;
		finding_observed(out, "%s has no CAP_SYS_TIME, and uses the pulse", name);
		return;
	}
	/* without the kernel's stamps it still has its own */
	if (d->kind == DAEMON_GPSD)
		finding_warn(out, "gpsd may not choose the pulse's edge, and stamps it by itself");
	else
		finding_fail(out, "NO TIME: %s may not set the clock (CAP_SYS_TIME)",
			     daemon_row(d->kind)->comm);
	finding_saw(out, "pid", d->pid);
	finding_saw(out, "cap_eff", d->process.cap_eff);
	if (refusal)
		finding_observed(out, "the log says: %s", refusal->text);
	else
		finding_observed(out, "%s: CapEff is %llx in /proc/%d/status, bit %d is clear",
				 name, (unsigned long long)d->process.cap_eff.val,
				 (int)d->pid.val, CAP_SYS_TIME_BIT);
	finding_why(out, "the kernel lets only CAP_SYS_TIME set the clock or a pulse's edge: \"time_pps_setparams: Operation not permitted\"%s",
		    lacks || !daemon_runs(d) ? "" : "; the daemon has it here, and the kernel refuses: a container, or a filter of system calls");
	fix_time(f, d, out);
}

static void run_perm_time(const struct port_facts *f, struct finding *out)
{
	const struct daemon *d;

	if (!fact_is(f->present, 1))
		return;
	for (size_t i = 0; (d = access_next(f, &i)); ) {
		const struct logline *refusal = access_is_leftover(f, d) ? NULL :
						find_time_refusal(d);
		const bool lacks = daemon_runs(d) && must_set_clock(d) &&
				   !access_may_set_clock(d);

		/* what AppArmor took away is told by mac.apparmor */
		if ((lacks || refusal) && !check_fails(&check_mac_apparmor, f)) {
			judge_time(f, d, refusal, out);
			return;
		}
		if (daemon_runs(d) && must_set_clock(d) && out->severity == SEV_NONE) {
			if (fact_known(d->process.cap_eff))
				out->severity = SEV_OK;
			else
				check_denied(out, "the daemon's capabilities",
					     d->process.cap_eff);
		}
	}
}

const struct check check_perm_time = {
	.id = "perm.time-capability",
	.title = "the daemon may not set the clock, nor choose the pulse's edge",
	.explain = "Setting the clock and choosing which edge of a pulse is stamped both need the "
		"capability CAP_SYS_TIME. A unit with ProtectClock=yes or a narrow "
		"CapabilityBoundingSet=, or a container, takes it away: the pulse is opened, then "
		"\"time_pps_setparams: Operation not permitted\"; chronyd ends there, ntpd goes on "
		"without pulses. diag reads bit 25 of CapEff in /proc/PID/status, and the log. gpsd "
		"needs it only while it opens its devices.",
	.see = "capabilities(7); systemd.exec(5) (ProtectClock=); drivers/pps/pps.c",
	.stage = STAGE_PERMISSIONS,
	.explains = EXPLAINS_NO_ACCESS | EXPLAINS_WRONG_TIME,
	.run = run_perm_time,
};
