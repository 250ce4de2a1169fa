// SPDX-License-Identifier: GPL-2.0-or-later
/* Does a time daemon wait for the pulse's device at boot? */
#include "check.h"

#include <stdio.h>
#include <string.h>

#include "../daemon/daemon.h"
#include "../systemfacts.h"
#include "../unitfile.h"

/* A daemon that was started by the boot, and not later by somebody. */
#define BOOT_MS (5 * 60 * INT64_C(1000))

/* Those that systemd/gpsppsctl-generator orders behind the devices of the table. */
static bool is_ordered_by_us(const char *service)
{
	static const char *const names[] = {
		"ntpsec.service", "ntp.service", "ntpd.service", "chrony.service",
		"chronyd.service",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(service, names[i]))
			return true;
	return false;
}

static const struct service_fact *service_of(const struct port_facts *f, const struct daemon *d)
{
	for (unsigned int i = 0; d->service[0] && i < f->system->n_services; i++)
		if (!strcmp(f->system->services[i].name, d->service))
			return &f->system->services[i];
	return NULL;
}

/* gpsd opens its devices again and again, and attaches the pulse itself. */
static const struct daemon *find_daemon(const struct port_facts *f,
					const struct service_fact **service)
{
	for (size_t i = 0; f->daemons && i < f->daemons->n; i++) {
		const struct daemon *d = &f->daemons->v[i];

		*service = d->kind == DAEMON_GPSD || !daemon_pulse_clock_of(d, f) ? NULL :
			   service_of(f, d);
		if (*service && (daemon_runs(d) || fact_is((*service)->enabled, 1)))
			return d;
	}
	return NULL;
}

/* ---- what it waits for ---- */

static bool is_device(const char *unit, size_t len)
{
	return len > 7 && !memcmp(unit + len - 7, ".device", 7);
}

/* "ldattach@ttyS0.service" is no other port's; "gps-attach.service" may be this one's. */
static bool may_attach(const char *unit, size_t len, const char *port)
{
	const char *at = memchr(unit, '@', len);
	const size_t rest = at ? (size_t)(unit + len - (at + 1)) : 0;

	if (is_device(unit, len))
		return false;
	return !at || (rest > strlen(port) && !strncmp(at + 1, port, strlen(port)) &&
		       at[1 + strlen(port)] == '.');
}

static bool waits_for_service(const struct service_fact *s, const struct port_facts *f)
{
	for (const char *p = s->after; *p; ) {
		const size_t len = strcspn(p, " ");

		if (may_attach(p, len, f->port.name))
			return true;
		p += len + strspn(p + len, " ");
	}
	return false;
}

/* systemd starts no job for a device that is in After= alone: nothing is waited for then. */
static bool lists_device(const char *list, const struct port_facts *f)
{
	const char *const names[] = { f->gpspps.name, f->pulse.name };
	char unit[SURVEY_NAME_MAX + 16];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(unit, sizeof(unit), "dev-%s.device", names[i]);
		if (names[i][0] && unitfile_lists(list, unit))
			return true;
	}
	return false;
}

static bool is_ordered(const struct service_fact *s, const struct port_facts *f)
{
	return waits_for_service(s, f) ||
	       (lists_device(s->after, f) && lists_device(s->wants, f));
}

/* ---- what to say ---- */

static const char *pulse_link(const struct port_facts *f)
{
	return f->gpspps.name[0] ? f->gpspps.name : f->pulse.name;
}

static void fix_order(const struct port_facts *f, const struct service_fact *s,
		      struct finding *out)
{
	char unit[FACT_TEXT_MAX];

	if (fact_known(f->unit) && is_ordered_by_us(s->name)) {
		finding_fix(out, fact_is(f->system->our_generator, 0) ?
			    "make install && systemctl daemon-reload     # in gpsppsctl's source: its generator is missing" :
			    "systemctl daemon-reload     # runs gpsppsctl's generator, which orders it behind the links of the table");
		return;
	}
	if (!fact_known(f->unit) && check_is_held_by_service(f))
		snprintf(unit, sizeof(unit), "%.63s", f->boot.keeper_unit.val);
	else
		snprintf(unit, sizeof(unit), "dev-%s.device", pulse_link(f));
	finding_fix(out, "mkdir -p /etc/systemd/system/%s.d && printf '[Unit]\\nWants=%.63s\\nAfter=%.63s\\n' >/etc/systemd/system/%s.d/pulse.conf && systemctl daemon-reload",
		    s->name, unit, unit, s->name);
}

/* It has the pulse since the boot: the race was won this time. */
static bool went_well(const struct daemon *d, const struct port_facts *f)
{
	return daemon_runs(d) && daemon_has_open(d, f->pulse.name) && fact_known(d->start_ms) &&
	       d->start_ms.val < BOOT_MS;
}

/* A pulse that comes later is taken then. */
static bool needs_no_order(const struct daemon *d, const struct service_fact *s,
			   const struct port_facts *f)
{
	return !s->condition.line && daemon_retries_pulse(d, daemon_pulse_clock_of(d, f));
}

static void judge_order(const struct port_facts *f, const struct daemon *d,
			const struct service_fact *s, struct finding *out)
{
	const char *name = daemon_row(d->kind)->name;

	if (went_well(d, f))
		out->severity = SEV_INFO;
	else
		finding_warn(out, "%s may start before /dev/%s is there", name, pulse_link(f));
	if (s->condition.line)
		finding_observed(out, "%s:%u: %s", s->condition.file, s->condition.line,
				 s->condition.text);
	else if (lists_device(s->after, f))
		finding_observed(out, "%s: After= names the device, Wants= does not: systemd does not wait for it",
				 s->file);
	else
		finding_observed(out, "%s and its drop-ins have no After= for dev-%s.device",
				 s->file, pulse_link(f));
	if (s->condition.line)
		finding_why(out, "systemd asks once, when the unit is to start: a receiver that comes later finds it skipped (\"was skipped because of an unmet condition check\")");
	else if (d->kind == DAEMON_CHRONY)
		finding_why(out, "chronyd ends when the device is missing: \"Could not open /dev/%s : No such file or directory\"",
			    pulse_link(f));
	else
		finding_why(out, "ntpd opens the pulse's device once, at its start: works after a restart by hand, and has no pulse after a reboot");
	fix_order(f, s, out);
}

/* The device is made at boot, by us or by a service: else there is nothing to wait for. */
static bool is_made_at_boot(const struct port_facts *f)
{
	return fact_known(f->unit) || check_is_held_by_service(f);
}

static void run_boot_order(const struct port_facts *f, struct finding *out)
{
	const struct service_fact *s;
	const struct daemon *d;

	if (f->pulse_only || f->no_pulse || !check_is_systemd(f) || !is_made_at_boot(f))
		return;
	d = find_daemon(f, &s);
	if (!d || s->known.state == FACT_ABSENT)
		return;
	if (s->known.state == FACT_DENIED)
		check_denied(out, "the daemon's unit", s->known);
	else if (is_ordered(s, f) || needs_no_order(d, s, f))
		out->severity = SEV_OK;
	else
		judge_order(f, d, s, out);
}

const struct check check_boot_order = {
	.id = "boot.order",
	.title = "the daemon does not wait for the pulse's device at boot",
	.explain = "ntpd and NTPsec open /dev/gpsppsN once, when they start, and chronyd ends "
		"without its device: started before it is there, they run without pulses until "
		"somebody restarts them. diag reads the daemon's unit with its drop-ins: it must "
		"name the device, or the service that attaches the port, in After=, and a device "
		"in Wants=, too. gpsppsctl's generator writes that for the ports of the "
		"table. A ConditionPath...= on the device makes it worse: it skips the daemon.",
	.see = "systemd.unit(5) (After=); systemd.device(5)",
	.stage = STAGE_BOOT,
	.explains = EXPLAINS_NO_ACCESS,
	.run = run_boot_order,
};
