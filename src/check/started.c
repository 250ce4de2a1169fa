// SPDX-License-Identifier: GPL-2.0-or-later
/* Does the daemon that runs have this port's devices: those of now, not those of then? */
#include <stdio.h>
#include <string.h>

#include "../daemon/mark.h"
#include "access.h"

/* ---- one that needs no restart ---- */

static void judge_retry(const struct daemon *d, const char *what, struct finding *out)
{
	finding_warn(out, "%s %s, and tries again at its next poll", daemon_row(d->kind)->comm,
		     what);
	finding_why(out, "this NTPsec is patched (+pps): it opens the pulse once more at each poll that had none, and its log tells what keeps it out");
	finding_fix(out, "journalctl -b -t ntpd -g PPS -n 1     # what its last try came to");
}

/* ---- a handle of what is gone ---- */

/* It wants this device, and has another open that is gone: the same before it came anew. */
static const struct daemon_node *find_dead(const struct port_facts *f, const struct daemon *d,
					   enum access_what what)
{
	const struct daemon_node *dead = daemon_dead_node(d, what == ACCESS_PULSE ? "pps" : "tty");
	struct access a;

	if (!dead || !access_of(f, d, what, &a) || fact_is(a.open, 1))
		return NULL;
	return dead;
}

static void judge_dead(const struct port_facts *f, const struct daemon *d,
		       const struct daemon_node *dead, struct finding *out)
{
	const bool pulse = !strncmp(dead->name, "pps", 3);
	const char *now = pulse ? f->pulse.name : f->port.name;
	char name[80];

	daemon_text(d, name, sizeof(name));
	finding_saw(out, "pid", d->pid);
	finding_observed(out, "%s has /dev/%s (deleted) open, and not the /dev/%s of now", name,
			 dead->name, now);
	if (pulse && daemon_retries_pulse(d, daemon_pulse_clock_of(d, f))) {
		judge_retry(d, "has a pulse open that is gone", out);
		return;
	}
	finding_fail(out, "NOT USABLE: %s has a %s open that is gone", daemon_row(d->kind)->comm,
		     pulse ? "pulse" : "port");
	if (pulse)
		finding_why(out, "the port was attached anew since the daemon opened it: the old handle shows the last pulse for ever (chronyd: \"time_pps_fetch() failed\", ntpd: no o)");
	else
		finding_why(out, "the adapter was plugged in anew since the daemon opened it: no sentence comes from the old handle, and the daemon keeps it");
	access_fix_restart(d, out);
}

/* What it has open decides; refused: skipped, unless another daemon's is dead. */
static bool judge_handles(const struct port_facts *f, const struct daemon *d,
			  struct finding *out)
{
	const struct daemon_node *dead = find_dead(f, d, ACCESS_PULSE);

	if (!dead)
		dead = find_dead(f, d, ACCESS_PORT);
	/* its mark may still be that of the last polls */
	if (dead) {
		judge_dead(f, d, dead, out);
		return true;
	}
	if (d->nodes_known.state == FACT_DENIED)
		check_denied(out, "what the daemon has open", d->nodes_known);
	else if (fact_known(d->nodes_known) && out->severity == SEV_NONE)
		out->severity = SEV_OK;
	return false;
}

static void run_daemon_dead_handle(const struct port_facts *f, struct finding *out)
{
	const struct daemon *d;

	if (!fact_is(f->present, 1))
		return;
	for (size_t i = 0; (d = access_next(f, &i)); )
		if (daemon_runs(d) && judge_handles(f, d, out))
			return;
}

const struct check check_daemon_dead_handle = {
	.id = "daemon.dead-handle",
	.title = "the daemon has a device open that is gone",
	.explain = "Each time a port is attached anew it gets a new PPS device, often with the same "
		"number; an adapter that is plugged in anew is a new port. A daemon keeps what it "
		"had opened: the old PPS device shows the last pulse for ever, without any error. "
		"diag looks at the daemon's descriptors in /proc/PID/fd, where the kernel writes "
		"\"(deleted)\" behind what is gone. Restart the daemon; units named by restart= in "
		"gpsppsctl's table are restarted by themselves.",
	.see = "proc_pid_fd(5); drivers/pps/pps.c",
	.stage = STAGE_DAEMON,
	.explains = EXPLAINS_NO_ACCESS | EXPLAINS_WRONG_TIME,
	.run = run_daemon_dead_handle,
};

/* ---- started before the pulse ---- */

/* What another check says of the same. */
static bool is_told(const struct port_facts *f)
{
	static const struct check *const others[] = {
		&check_perm_port, &check_perm_pps, &check_perm_time, &check_mac_apparmor,
		&check_mac_selinux,
		&check_pps_wrong_number, &check_daemon_flag3, &check_daemon_no_ppsapi,
	};

	return check_severity(&check_daemon_dead_handle, f) >= SEV_WARN ||
	       check_any_fails(others, sizeof(others) / sizeof(others[0]), f);
}

/* As soon as it starts, and once.  gpsd opens its devices when it needs them, and again. */
static bool opens_at_start(const struct daemon *d)
{
	return d->kind != DAEMON_GPSD;
}

static void judge_early(const struct port_facts *f, const struct access *a, struct finding *out)
{
	const struct daemon *d = a->daemon;
	const struct fact since = f->pulse_since_ms, start = d->start_ms;
	const struct logline *line = access_refusal(a);
	const char *comm = daemon_row(d->kind)->comm;
	const bool is_known = fact_known(since) && fact_known(start);
	char name[80];

	daemon_text(d, name, sizeof(name));
	finding_saw(out, "pid", d->pid);
	finding_saw(out, "start_ms", start);
	finding_saw(out, "pulse_since_ms", since);
	if (daemon_retries_pulse(d, a->clock)) {
		finding_observed(out, "%s wants %s and does not have /dev/%s open%s%s", name,
				 a->clock->pulse, a->node, line ? "; its log says: " : "",
				 line ? line->text : "");
		judge_retry(d, "does not have its pulse open", out);
		return;
	}
	if (is_known && start.val < since.val)
		finding_fail(out, "NOT USABLE: %s was started before its pulse was there", comm);
	else if (is_known)
		finding_warn(out, "%s does not have its pulse open", comm);
	else
		finding_fail(out, "NOT USABLE: %s does not have its pulse open", comm);
	if (line)
		finding_observed(out, "its log says: %s", line->text);
	else if (is_known)
		finding_observed(out, "%s was started %.1f s after boot, /dev/%s came at %.1f s; it does not have that open",
				 name, start.val / 1000.0, a->node, since.val / 1000.0);
	else
		finding_observed(out, "%s wants %s and does not have /dev/%s open; which of them came first is not known",
				 name, a->clock->pulse, a->node);
	finding_why(out, "it opens the pulse once, at its start, and never again (ntpd: \"refclock_ppsapi: time_pps_create: Operation not supported\")");
	access_fix_restart(d, out);
}

static void run_daemon_started_early(const struct port_facts *f, struct finding *out)
{
	const struct daemon *d;
	struct access a;

	if (!facts_is_attached(f))
		return;
	for (size_t i = 0; (d = access_next(f, &i)); ) {
		if (!daemon_runs(d) || !opens_at_start(d) || !access_of(f, d, ACCESS_PULSE, &a))
			continue;
		if (a.open.state == FACT_DENIED) {
			check_denied(out, "what the daemon has open", a.open);
		} else if (fact_is(a.open, 1) || mark_is_pulse_used(d, f)) {
			if (out->severity == SEV_NONE)
				out->severity = SEV_OK;
		} else if (!is_told(f)) {
			judge_early(f, &a, out);
			return;
		}
	}
}

const struct check check_daemon_started_early = {
	.id = "daemon.started-early",
	.title = "the daemon was started before its pulse was there",
	.explain = "ntpd and NTPsec open /dev/gpsppsN once, while they read their configuration, and "
		"never try again: when the port is attached later they run without pulses until "
		"they are restarted. That is why a machine works after a restart by hand and not "
		"after a boot. diag sees that the daemon's configuration wants the pulse, that it "
		"does not have it open, and which came first: the process, or the device by udev's "
		"database. Order the daemon's unit after the device.",
	.see = "https://docs.ntpsec.org/latest/driver_nmea.html; systemd.unit(5) (After=)",
	.stage = STAGE_DAEMON,
	.explains = EXPLAINS_NO_ACCESS | EXPLAINS_WRONG_TIME,
	.run = run_daemon_started_early,
};
