// SPDX-License-Identifier: GPL-2.0-or-later
/* Is the port attached again after the next boot, and is it left alone then? */
#include "check.h"

#include <stdio.h>
#include <string.h>

#include "../daemon/daemon.h"
#include "../systemfacts.h"
#include "../unittab.h"

bool check_is_systemd(const struct port_facts *f)
{
	return f->system && fact_is(f->system->systemd, 1);
}

/* Somebody uses it as a receiver's, or shall: any other port may have what it likes. */
static bool is_for_time(const struct port_facts *f)
{
	return facts_is_attached(f) || fact_known(f->unit) || daemon_of(f, DAEMONS_ALL);
}

/* ---- a login prompt ---- */

static void judge_getty(const struct port_facts *f, struct finding *out)
{
	const struct boot_facts *b = &f->boot;
	const bool made = !fact_is(b->getty_enabled, 1);

	finding_saw(out, "console", b->console);
	finding_warn(out, "a login prompt is going to be on the port after the next boot");
	finding_observed(out, "%s/getty.target.wants/serial-getty@%s.service is there%s%s",
			 made ? "/run/systemd/generator" : "/etc/systemd/system", f->port.name,
			 fact_is(b->console, 1) ? ", the kernel's command line has console=" : "",
			 fact_is(b->console, 1) ? f->port.name : "");
	finding_why(out, "agetty takes the receiver's sentences for a user's name, answers them and hangs the port up; whether it or the receiver's service wins is chance");
	if (made)
		finding_fix(out, "systemctl mask serial-getty@%s.service     # and take console=%s out of the kernel's command line",
			    f->port.name, f->port.name);
	else
		finding_fix(out, "systemctl disable serial-getty@%s.service", f->port.name);
	out->cure = CURE_COMMAND;
}

static void run_port_getty_generated(const struct port_facts *f, struct finding *out)
{
	const struct boot_facts *b = &f->boot;
	const bool comes = fact_is(b->getty_enabled, 1) || fact_is(b->getty_generated, 1);

	if (f->pulse_only || !fact_is(f->present, 1) || !check_is_systemd(f) || !is_for_time(f))
		return;
	/* one that is there already is port.getty's */
	if (b->getty_enabled.state == FACT_UNREAD || facts_holder(f, ROLE_GETTY))
		return;
	finding_saw(out, "enabled", b->getty_enabled);
	finding_saw(out, "generated", b->getty_generated);
	finding_saw(out, "masked", b->getty_masked);
	if (comes && !fact_is(b->getty_masked, 1))
		judge_getty(f, out);
	else if (!comes && !(fact_known(b->getty_enabled) && fact_known(b->getty_generated)))
		check_denied(out, "which login prompts systemd starts",
			     fact_known(b->getty_enabled) ? b->getty_generated : b->getty_enabled);
	else
		out->severity = SEV_OK;
}

const struct check check_port_getty_generated = {
	.id = "port.getty-generated",
	.title = "a login prompt is going to be on the port after the next boot",
	.explain = "systemd starts serial-getty@PORT.service on each port that the kernel's command "
		"line names with console=, and on those for which the unit was enabled. A port that "
		"was freed by hand gets its login prompt back at the next boot, and that takes the "
		"receiver's sentences. diag looks for the unit in getty.target.wants of "
		"/etc/systemd/system and of /run/systemd/generator. Mask or disable the unit, and "
		"remove console= for this port from the boot loader.",
	.see = "systemd-getty-generator(8)",
	.stage = STAGE_BOOT,
	.explains = EXPLAINS_NO_PULSE | EXPLAINS_NO_SENTENCES,
	.run = run_port_getty_generated,
};

/* ---- who attaches it ---- */

bool check_is_held_by_service(const struct port_facts *f)
{
	const struct fact_text *unit = &f->boot.keeper_unit;
	const size_t len = unit->state == FACT_OK ? strlen(unit->val) : 0;

	return len > 8 && !strcmp(unit->val + len - 8, ".service");
}

static bool is_taken(const struct unittab *table, unsigned int unit)
{
	for (size_t i = 0; table && i < table->n; i++)
		if (table->units[i].unit == unit)
			return true;
	return false;
}

/* Its number in the table to be: that of the links that it has, or one that is free. */
static unsigned int unit_number(const struct port_facts *f)
{
	unsigned int unit = 0;

	if (sscanf(f->gps.name, "gps%3u", &unit) == 1 ||
	    sscanf(f->gpspps.name, "gpspps%3u", &unit) == 1)
		return unit;
	while (is_taken(f->table, unit))
		unit++;
	return unit;
}

static void judge_by_hand(const struct port_facts *f, struct finding *out)
{
	const struct system_facts *s = f->system;
	const struct holder *keeper = facts_holder(f, ROLE_KEEPER);

	finding_saw(out, "pid", fact_from(0, keeper->pid));
	finding_observed(out, "%s[%d] keeps /dev/%s attached, started by hand (%.60s)",
			 keeper->comm, keeper->pid, f->port.name, f->boot.keeper_unit.val);
	if (!fact_known(f->unit)) {
		out->severity = SEV_INFO;
		finding_why(out, "nothing attaches the port at the next boot, nor after a re-plug");
		finding_fix(out, "echo '%u /dev/%s' >>/etc/gpsppsctl.conf     # from the next boot on udev starts gpsppsctl@%s.service",
			    unit_number(f), f->port.name, f->port.name);
	} else if (fact_is(s->our_unit, 0)) {
		finding_warn(out, "the port is not attached after the next boot");
		finding_why(out, "the table of units names it, but systemd has no gpsppsctl@.service that udev could start");
		finding_fix(out, "make install && systemctl daemon-reload     # in gpsppsctl's source");
	} else if (fact_is(s->our_rules, 1) && fact_is(s->our_unit, 1)) {
		/* what the table names udev starts, however it was attached today */
		out->severity = SEV_OK;
	}
}

static void run_boot_service(const struct port_facts *f, struct finding *out)
{
	const struct fact_text *unit = &f->boot.keeper_unit;

	if (f->pulse_only || !check_is_systemd(f) || !facts_is_attached(f) ||
	    !facts_holder(f, ROLE_KEEPER))
		return;
	if (unit->state == FACT_DENIED) {
		check_denied(out, "who started the program that keeps the port attached",
			     fact_from(-unit->err, 0));
		return;
	}
	if (check_is_held_by_service(f))
		out->severity = SEV_OK;
	else if (unit->state == FACT_OK)
		judge_by_hand(f, out);
}

const struct check check_boot_service = {
	.id = "boot.service",
	.title = "nothing attaches the port at the next boot",
	.explain = "A port is attached for as long as a process holds it: one that was started in a "
		"terminal is gone after a reboot, and so is the pulse. diag asks for the systemd unit "
		"of the process that holds the port: a service comes again, a session does not. "
		"For a port that /etc/gpsppsctl.conf names, udev starts gpsppsctl@PORT.service at "
		"every boot and re-plug.",
	.see = "gpsppsctl(8); systemd.device(5) (SYSTEMD_WANTS=)",
	.stage = STAGE_BOOT,
	.explains = EXPLAINS_NO_PULSE,
	.run = run_boot_service,
};

/* ---- the module ---- */

/*
 * Our service lets systemd load it (modprobe@pps_ldisc.service), and who attaches as root
 * has CAP_SYS_MODULE.  gpsd has not, behind its AppArmor profile or as its own user.
 */
static void judge_module(const struct port_facts *f, struct finding *out)
{
	const struct holder *gpsd = facts_holder(f, ROLE_GPSD);

	if (!gpsd || facts_holder(f, ROLE_KEEPER)) {
		if (fact_known(f->unit) && check_is_systemd(f))
			out->severity = SEV_OK;
		return;
	}
	finding_saw(out, "pid", fact_from(0, gpsd->pid));
	finding_warn(out, "gpsd may get no pulse after the next boot");
	finding_observed(out, "dev.tty.ldisc_autoload is 0, no file of modules-load.d names pps_ldisc, %s[%d] has the port",
			 gpsd->comm, gpsd->pid);
	finding_why(out, "the module is loaded now; at boot only a process with CAP_SYS_MODULE could make the kernel load it, others get \"cannot set line discipline: Operation not permitted\"");
	finding_fix(out, "echo pps_ldisc >/etc/modules-load.d/pps_ldisc.conf");
}

static void run_boot_module(const struct port_facts *f, struct finding *out)
{
	const struct kernel_facts *k = &f->kernel;

	if (f->pulse_only || !f->system || !facts_is_attached(f) || !fact_known(k->autoload) ||
	    f->system->modules_load.state == FACT_UNREAD)
		return;
	finding_saw(out, "ldisc_autoload", k->autoload);
	finding_saw(out, "modules_load", f->system->modules_load);
	if (fact_is(k->autoload, 1) || fact_is(f->system->modules_load, 1) ||
	    (k->ldisc_module.state == FACT_OK && !strcmp(k->ldisc_module.val, "builtin")))
		out->severity = SEV_OK;
	else if (f->system->modules_load.state == FACT_DENIED)
		check_denied(out, "modules-load.d", f->system->modules_load);
	else
		judge_module(f, out);
}

const struct check check_boot_module = {
	.id = "boot.module",
	.title = "nothing loads the module pps_ldisc at boot for a program that cannot",
	.explain = "Where the sysctl dev.tty.ldisc_autoload is 0 the kernel loads a line "
		"discipline's module only for a process with CAP_SYS_MODULE. gpsd behind its "
		"AppArmor profile has no such right: what works while the module happens to be "
		"loaded fails after a reboot. diag reads the sysctl and the files of modules-load.d. "
		"gpsppsctl's service has the module loaded by systemd.",
	.see = "modules-load.d(5); tty_ldisc_get() in drivers/tty/tty_ldisc.c",
	.stage = STAGE_BOOT,
	.explains = EXPLAINS_NO_PULSE,
	.run = run_boot_module,
};
