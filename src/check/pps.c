// SPDX-License-Identifier: GPL-2.0-or-later
/* Is the pulse device the right one, and does it stamp the right edge? */
#include "check.h"

#include <string.h>

/* Beyond it the shorter half does not say which edge is on time. */
#define WIDTH_CERTAIN_US 450000

/* What drivers/pps/clients/pps-ktimer.c calls its source. */
#define KTIMER "ktimer"

static const struct pulse *find_pulse(const struct port_facts *f, const char *name)
{
	for (size_t i = 0; f->pulses && i < f->pulses->n; i++)
		if (!strcmp(f->pulses->v[i].name, name))
			return &f->pulses->v[i];
	return NULL;
}

/* "serial0", "ptp0"; for texts. */
static const char *source_name(const struct pulse *p)
{
	return p->source.state == FACT_OK ? p->source.val : "unknown";
}

static bool is_ktimer(const struct pulse *p)
{
	return p->source.state == FACT_OK && !strcmp(p->source.val, KTIMER);
}

/* Where the daemon's link leads, when it is a source of pulses that we know. */
static const struct pulse *linked_pulse(const struct port_facts *f)
{
	return f->gpspps.target.state == FACT_OK ? find_pulse(f, f->gpspps.target.val) : NULL;
}

static void run_pps_ktimer(const struct port_facts *f, struct finding *out)
{
	const struct pulse *linked = linked_pulse(f);

	if (!fact_is(f->present, 1))
		return;
	if (linked && is_ktimer(linked)) {
		finding_observed(out, "/dev/%s leads to %s, whose name is %s", f->gpspps.name,
				 linked->name, KTIMER);
	} else if (is_ktimer(&f->pulse)) {
		finding_observed(out, "/sys/class/pps/%s/name is %s", f->pulse.name, KTIMER);
	} else {
		if (f->pulse.source.state == FACT_DENIED)
			check_denied(out, "the PPS device's name", fact_from(-f->pulse.source.err, 0));
		else if (f->pulse.source.state == FACT_OK)
			out->severity = SEV_OK;
		return;
	}
	finding_fail(out, "WRONG TIME: the pulse is made by the kernel's own timer");
	finding_why(out, "pps-ktimer is for tests: it ticks with this machine's clock, no receiver has a part in it; a daemon that follows it follows its own clock and calls it exact");
	finding_fix(out, "modprobe -r pps_ktimer     # for good: echo 'blacklist pps_ktimer' >/etc/modprobe.d/pps_ktimer.conf");
	out->cure = CURE_COMMAND;
}

const struct check check_pps_ktimer = {
	.id = "pps.ktimer",
	.title = "the pulse is made by the kernel's own timer, not by a receiver",
	.explain = "The module pps_ktimer makes a PPS device that ticks once a second by the "
		"machine's own clock. It is there to test programs; some images load it, it takes "
		"the name pps0, and everything seems to work without a receiver. diag knows it by "
		"its name in sysfs, \"ktimer\", and looks where /dev/gpsppsN leads. Unload the "
		"module, keep it away, and restart the daemon.",
	.see = "drivers/pps/clients/pps-ktimer.c",
	.stage = STAGE_PULSE,
	.explains = EXPLAINS_WRONG_TIME,
	.run = run_pps_ktimer,
};

/* ---- which edges are captured ---- */

/* A pulse whose beginning is known to be the assert edge, and only its end is stamped. */
static bool stamps_only_the_end(const struct port_facts *f)
{
	return (f->pps_mode.val & PPS_BOTH_EDGES) == PPS_CLEAR_EDGE &&
	       fact_is(f->hold.edge, EDGE_ASSERT) && fact_known(f->hold.width_us) &&
	       f->hold.width_us.val < WIDTH_CERTAIN_US;
}

static void judge_end_only(const struct port_facts *f, struct finding *out)
{
	double width_ms = f->hold.width_us.val / 1000.0;
	const struct holders *users = &f->pulse.holders;

	/* nobody takes it now, and a daemon that starts sets what it wants */
	if (users->n)
		finding_fail(out, "WRONG TIME: the end of the pulse is taken for its beginning");
	else
		finding_warn(out, "only the end of the pulse is captured");
	finding_observed(out, "PPS_GETPARAMS says clear only (mode 0x%x), the pulse begins with assert and is %.1f ms wide%s%.15s",
			 (unsigned int)f->pps_mode.val, width_ms,
			 users->n ? "; in use by " : "", users->n ? users->v[0].comm : "");
	finding_why(out, "stamps come %.1f ms after the second; parameters are the device's, so no program gets the other edge",
		    width_ms);
	finding_fix(out, "take flag2 1 (ntpd, NTPsec) or :clear (chrony) out of the daemon's configuration and restart it");
}

/*
 * One edge alone is what ntpd and chronyd set, and healthy: there is one struct
 * pps_kparams a device, and the kernel refuses to capture none ("capture mode
 * unspecified", pps_cdev_ioctl() in drivers/pps/pps.c).  That an inverted pulse is
 * taken on assert is signal.inverted's.
 */
static void run_pps_edge_disabled(const struct port_facts *f, struct finding *out)
{
	if (!fact_is(f->present, 1) || !f->pulse.name[0] || f->pps_mode.state == FACT_UNREAD ||
	    f->pps_mode.state == FACT_ABSENT)
		return;
	finding_saw(out, "mode", f->pps_mode);
	finding_saw(out, "width_us", f->hold.width_us);
	if (f->pps_mode.state == FACT_DENIED) {
		check_denied(out, "which edges are captured (PPS_GETPARAMS)", f->pps_mode);
		return;
	}
	if (check_is_edge_told(f))
		return;
	if (stamps_only_the_end(f))
		judge_end_only(f, out);
	else
		out->severity = SEV_OK;
}

const struct check check_pps_edge_disabled = {
	.id = "pps.edge-disabled",
	.title = "the edge that is on time is not captured",
	.explain = "The parameters of a PPS device are the device's own, not each program's: when one "
		"program sets the capture of one edge (PPS_SETPARAMS), the other edge stands "
		"still for all. One edge is normal where a daemon runs. But the clear edge "
		"alone of a pulse that begins with assert is late by the pulse's width. diag asks PPS_GETPARAMS, and the holder which edge was on time "
		"when both were captured.",
	.see = "drivers/pps/pps.c; https://docs.ntpsec.org/latest/driver_nmea.html (flag2)",
	.stage = STAGE_PULSE,
	.explains = EXPLAINS_WRONG_TIME,
	.run = run_pps_edge_disabled,
};

/* ---- which device the daemon has ---- */

static bool holds(const struct pulse *p, int pid)
{
	for (size_t i = 0; i < p->holders.n; i++)
		if (p->holders.v[i].pid == pid)
			return true;
	return false;
}

/*
 * A source that the daemon has instead of the port's own.  What its own link
 * leads to is link.pps-wrong's, or pps.ktimer's.
 */
static const struct pulse *find_other_pulse(const struct port_facts *f, int pid)
{
	const struct pulse *linked = linked_pulse(f);

	for (size_t i = 0; f->pulses && i < f->pulses->n; i++) {
		const struct pulse *p = &f->pulses->v[i];

		if (p != linked && strcmp(p->name, f->pulse.name) && holds(p, pid))
			return p;
	}
	return NULL;
}

static void judge_other_pulse(const struct port_facts *f, const struct process_fact *daemon,
			      const struct pulse *other, struct finding *out)
{
	/* it may well read that port, too, and take no pulse from this one */
	if (other->port[0])
		finding_warn(out, "%s has %s open, the pulse of /dev/%s, and not %s", daemon->comm,
			     other->name, other->port, f->pulse.name);
	else
		finding_fail(out, "WRONG TIME: %s takes its pulses from another source",
			     daemon->comm);
	finding_saw(out, "pid", fact_from(0, daemon->pid));
	finding_observed(out, "%s[%d] reads /dev/%s and has %s (%s) open; the port's pulse is %s",
			 daemon->comm, daemon->pid, f->port.name, other->name,
			 source_name(other), f->pulse.name);
	finding_why(out, "the numbers of PPS devices follow the order in which they appear: a configuration that names one may meet a network card's clock (ptp0) or nothing");
	finding_fix(out, "let the daemon open /dev/%s (NTPsec: ppspath /dev/%s), not a number; then restart it",
		    f->gpspps.name[0] ? f->gpspps.name : "gpspps0",
		    f->gpspps.name[0] ? f->gpspps.name : f->pulse.name);
}

static void run_pps_wrong_number(const struct port_facts *f, struct finding *out)
{
	if (f->pulse_only || !facts_is_attached(f))
		return;
	for (unsigned int i = 0; i < f->n_processes; i++) {
		const struct process_fact *p = &f->processes[i];
		const struct pulse *other;

		if (holder_role(p->comm) != ROLE_NTP)
			continue;
		other = fact_is(p->has_pps, 1) ? NULL : find_other_pulse(f, p->pid);
		if (other) {
			judge_other_pulse(f, p, other, out);
			return;
		}
		if (fact_is(p->has_pps, 1))
			out->severity = SEV_OK;
	}
}

const struct check check_pps_wrong_number = {
	.id = "pps.wrong-number",
	.title = "the daemon has another PPS device open than this port's",
	.explain = "PPS devices are numbered in the order in which they appear: a network card's "
		"clock is often pps0 and the receiver pps1, and after a re-plug it may be the other "
		"way round. diag sees which devices the daemon that reads this port has open. "
		"Configure /dev/gpsppsN, the link that follows the port, or leave it to the NMEA "
		"driver, which opens that by itself with flag1.",
	.see = "https://docs.ntpsec.org/latest/driver_nmea.html; Documentation/ABI/testing/sysfs-pps",
	.stage = STAGE_LINKS,
	.explains = EXPLAINS_NO_ACCESS | EXPLAINS_WRONG_TIME,
	.run = run_pps_wrong_number,
};
