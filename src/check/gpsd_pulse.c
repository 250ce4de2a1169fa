// SPDX-License-Identifier: GPL-2.0-or-later
/* Does gpsd get at the kernel's stamps of the port's pulse? */
#include "gpsd.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ppsthread.c looks at /sys/devices/virtual/pps/pps?/path: one digit. */
#define GPSD_SOURCE_MAX 9

static bool has_any_pulse(const struct daemon *d)
{
	for (unsigned int i = 0; i < d->n_nodes; i++)
		if (!strncmp(d->nodes[i].name, "pps", 3))
			return true;
	return false;
}

/* gpsd was also given /dev/ppsN itself. */
static bool is_given_a_pulse(const struct daemon *d)
{
	for (size_t i = 0; i < d->gpsd.n_devices; i++)
		if (d->gpsd.devices[i].kind == GPSD_PPS)
			return true;
	return false;
}

/*
 * It has the port, and the pulse's device is not among what it has open.  What is
 * refused is skipped; with the device, all is well.
 */
static bool lacks_pulse(const struct port_facts *f, struct gpsd_at *g, struct finding *out)
{
	if (!facts_is_attached(f) || !gpsd_find_running(f, g) || !g->is_open)
		return false;
	if (g->d->nodes_known.state == FACT_DENIED) {
		check_denied(out, "what gpsd has open", g->d->nodes_known);
		return false;
	}
	if (!fact_known(g->d->nodes_known))
		return false;
	out->severity = SEV_OK;
	return !has_any_pulse(g->d) && !is_given_a_pulse(g->d);
}

static bool is_link(const struct port_facts *f, const char *path)
{
	return path[0] && (strncmp(path, "/dev/", 5) != 0 || strcmp(path + 5, f->port.name) != 0);
}

static void run_gpsd_symlink(const struct port_facts *f, struct finding *out)
{
	struct gpsd_at g;

	if (!lacks_pulse(f, &g, out) || !is_link(f, g.path))
		return;
	finding_warn(out, "gpsd does not find the kernel's pulse, as it was given a link");
	finding_observed(out, "gpsd[%d] was started with %s, which leads to %s; it has the port open and no PPS device, and %s belongs to /dev/%s",
			 (int)g.d->pid.val, g.path, f->port.name, f->pulse.name, f->port.name);
	finding_why(out, "it compares the path of each PPS device (/dev/%s) with the name that it was given, letter by letter; without a match it stamps the pulse itself, later and less evenly (\"KPPS:%.40s device not found\")",
		    f->port.name, g.path);
	finding_fix(out, "/etc/default/gpsd: DEVICES=\"/dev/%s\"     # then systemctl restart gpsd.service",
		    f->port.name);
}

const struct check check_gpsd_symlink = {
	.id = "gpsd.symlink",
	.title = "gpsd was given a link, and so does not find the kernel's pulse",
	.explain = "gpsd attaches the PPS line discipline and then looks for the PPS device whose "
		"path is the name of its port. A link (/dev/gps0, /dev/serial/by-id/...) never "
		"matches, and gpsd falls back on stamps of its own, which wake up with the process. "
		"diag sees that gpsd has the port open by another name and no PPS device. Give it "
		"the port's own name; chrony's socket is then named by that, too.",
	.see = "gpsd/ppsthread.c, init_kernel_pps()",
	.stage = STAGE_DAEMON,
	.explains = 0,
	.run = run_gpsd_symlink,
};

static void run_gpsd_many_sources(const struct port_facts *f, struct finding *out)
{
	struct gpsd_at g;
	long number;

	if (!lacks_pulse(f, &g, out) || strncmp(f->pulse.name, "pps", 3) != 0)
		return;
	number = strtol(f->pulse.name + 3, NULL, 10);
	if (number <= GPSD_SOURCE_MAX)
		return;
	finding_saw(out, "number", fact_from(0, number));
	finding_warn(out, "gpsd looks at pps0 to pps9 only, and the pulse is %s", f->pulse.name);
	finding_observed(out, "the pulse of /dev/%s is %s; gpsd[%d] has the port open and no PPS device",
			 f->port.name, f->pulse.name, (int)g.d->pid.val);
	finding_why(out, "ppsthread.c looks for /sys/devices/virtual/pps/pps?/path, one digit; without a match gpsd stamps the pulse itself, later and less evenly");
	finding_fix(out, "/etc/default/gpsd: DEVICES=\"/dev/%s\" before the other sources are attached     # then systemctl restart gpsd.service",
		    f->port.name);
}

const struct check check_gpsd_many_sources = {
	.id = "gpsd.many-sources",
	.title = "gpsd looks at pps0 to pps9 only, and the pulse has a higher number",
	.explain = "gpsd finds the PPS device of its port among those with one digit, pps0 to pps9. "
		"On a machine with more sources (many ports, network cards with clocks) a receiver's "
		"may be pps10, and gpsd falls back on stamps of its own. diag compares the number of "
		"the port's pulse, and sees that gpsd has no PPS device open. Let gpsd start earlier, "
		"or drop sources that nobody uses.",
	.see = "gpsd/ppsthread.c, init_kernel_pps()",
	.stage = STAGE_DAEMON,
	.explains = 0,
	.run = run_gpsd_many_sources,
};

/* ---- after its privileges were dropped ---- */

/* The newest line that says why it has no stamps of the kernel's, if none says later that it has. */
static const struct logline *find_refusal(const struct gpsd_at *g, const char *path)
{
	static const enum log_what refusals[] = {
		LOG_PULSE_NO_LDISC, LOG_PULSE_NOT_OPENED, LOG_PULSE_NOT_SET, LOG_PULSE_NO_KERNEL,
	};
	const struct logline *used = daemon_logged(g->d, LOG_PULSE_USED, path);
	const struct logline *used_any = daemon_logged(g->d, LOG_PULSE_USED, NULL);

	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		const struct logline *l = daemon_logged(g->d, refusals[i], NULL);

		/* both point into one log, which is in the order of time */
		if (l && (l->err == EPERM || l->err == EACCES) && l > used_any && l > used)
			return l;
	}
	return NULL;
}

static void run_gpsd_no_pulse_rights(const struct port_facts *f, struct finding *out)
{
	const struct logline *l;
	struct gpsd_at g;
	char path[SURVEY_NAME_MAX + 8];

	if (!gpsd_find_running(f, &g) || !g.is_open)
		return;
	snprintf(path, sizeof(path), "/dev/%s", f->port.name);
	l = find_refusal(&g, g.path[0] ? g.path : path);
	if (fact_known(g.d->nodes_known) && has_any_pulse(g.d)) {
		out->severity = SEV_OK;
		return;
	}
	if (!l)
		return;
	finding_warn(out, "gpsd may not take the kernel's pulse: it is root no more");
	finding_observed(out, "the log of this boot: %.220s%s", l->text,
			 g.path[0] ? "" : "; the device is not in gpsd's command line");
	finding_why(out, "gpsd gives up root after it has opened the devices of its command line: for one that is added later (hotplug, gpsdctl) the line discipline and /dev/ppsN are refused");
	finding_fix(out, "/etc/default/gpsd: DEVICES=\"%s\"     # then systemctl restart gpsd.service",
		    path);
}

const struct check check_gpsd_no_pulse_rights = {
	.id = "gpsd.no-pulse-rights",
	.title = "gpsd had no rights left when it wanted the kernel's pulse",
	.explain = "gpsd starts as root, opens the devices of its command line with their PPS "
		"devices, and goes on as another user. A receiver that is added later, by udev's "
		"hotplug or gpsdctl, is opened without those rights: it has sentences, and at best "
		"stamps of gpsd's own. diag finds the refusal in the log of this boot. Name the port "
		"in DEVICES, so that it is opened at the start.",
	.see = "gpsd(8), BUGS; https://gpsd.gitlab.io/gpsd/gpsd-time-service-howto.html",
	.stage = STAGE_PERMISSIONS,
	.explains = 0,
	.run = run_gpsd_no_pulse_rights,
};

/* ---- sentences of before NMEA 2.30 ---- */

/* 3.26 is the first that takes a fix without a mode for a fix. */
#define MINOR_OF_BARE 26

/* A pulse that gpsd feeds is awaited, and known to be missed. */
static bool is_missed(const struct port_facts *f, bool *is_awaited)
{
	bool any = false;

	*is_awaited = false;
	for (size_t i = 0; i < f->daemons->n; i++) {
		const struct daemon *d = &f->daemons->v[i];

		if (d->kind == DAEMON_GPSD || !daemon_runs(d) || !daemon_clock_of(d, f))
			continue;
		for (unsigned int k = 0; k < d->n_clocks; k++) {
			const struct fact heard = daemon_is_by_gpsd(&d->clocks[k]) ?
				gpsd_is_clock_heard(d, &d->clocks[k]) : fact_from(0, 1);

			*is_awaited = *is_awaited || !fact_is(heard, 1);
			any = any || fact_is(heard, 0);
		}
	}
	return any;
}

static void judge_bare(const struct port_facts *f, const struct gpsd_at *g, struct finding *out)
{
	bool is_awaited;

	if (is_missed(f, &is_awaited))
		finding_fail(out, "NOT USABLE: gpsd passes no pulse on, as RMC has no mode field");
	else if (is_awaited)
		finding_warn(out, "gpsd passes no pulse on, as RMC has no mode field");
	else
		out->severity = SEV_INFO;
	finding_observed(out, "gpsd %s told of no pulse of /dev/%s while %s stamped them; its RMC with a fix has 11 fields (%u of them came)",
			 g->d->gpsd_said.release, f->port.name, f->pulse.name,
			 (unsigned int)g->d->gpsd_said.rmc_bare);
	finding_why(out, "before 3.26 gpsd takes such an RMC for no fix, and wants four fixes in a row before it believes a pulse (\"no fix\"); the mode came with NMEA 2.30, and a Garmin sends it only when told to");
	finding_fix(out, "systemctl stop gpsd.socket gpsd.service; gpsppsctl receiver /dev/%s --nmea-version 2.3; systemctl start gpsd.socket gpsd.service     # or a gpsd from 3.26 on",
		    f->port.name);
}

/* Of two devices nobody says whose sentence it is; one in a binary mode has gpsd's own. */
static void run_gpsd_no_mode_field(const struct port_facts *f, struct finding *out)
{
	const struct gpsd_seen *seen;
	const struct gpsd_state *s;
	struct gpsd_at g;

	if (!gpsd_find_running(f, &g) || !g.is_open || !fact_is(g.d->gpsd_answers, 1))
		return;
	s = &g.d->gpsd_said;
	seen = daemon_gpsd_seen(g.d, f);
	if (!seen || !fact_is(s->watching_pulses, 1) || !facts_has_pulse(f))
		return;
	finding_saw(out, "gpsd_pulses", fact_from(0, seen->pulse.n));
	if (seen->pulse.n)
		out->severity = SEV_OK;
	else if (s->n == 1 && !s->n_lost && s->rmc_bare && !s->rmc_moded &&
		 !fact_is(seen->native, 1) && gpsd_is_older(&g, MINOR_OF_BARE))
		judge_bare(f, &g, out);
}

const struct check check_gpsd_no_mode_field = {
	.id = "gpsd.no-mode-field",
	.title = "gpsd passes no pulse on while RMC has no mode field (NMEA 2.30)",
	.explain = "gpsd before 3.26 reads the twelfth field of RMC even where the sentence ends "
		"before it, and takes the missing mode for no fix: it then never counts the four "
		"fixes after which it believes a pulse, and hands none on, neither by shared memory "
		"nor by socket. A Garmin 18x is so from the factory. diag watches gpsd's socket "
		"for some seconds: pulses that the kernel stamps and gpsd does not tell of, and the "
		"receiver's RMC. Have the receiver speak NMEA 2.30 ($PGRMC1, field 7 = 2).",
	.see = "gpsd/drivers/driver_nmea0183.c, processRMC(), faa_mode(); gpsd/timehint.c, report_hook()",
	.stage = STAGE_DAEMON,
	.explains = EXPLAINS_NO_ACCESS,
	.run = run_gpsd_no_mode_field,
};
