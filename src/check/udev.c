// SPDX-License-Identifier: GPL-2.0-or-later
/* What udev's rules make of the port, and whether ours were asked. */
#include "check.h"

#include <stdio.h>
#include <string.h>

#include "../systemfacts.h"
#include "../udevrule.h"

const struct rule_fact *check_rule_giving(const struct port_facts *f, const char *node,
					  const char *link)
{
	for (unsigned int i = 0; f->system && i < f->system->n_rules; i++)
		if (udevrule_gives(&f->system->rules[i], node, link))
			return &f->system->rules[i];
	return NULL;
}

/* ---- rules that go by a number ---- */

/* Its link is the one that this port's daemon opens, whatever device gets it today. */
static bool is_about(const struct rule_fact *r, const struct port_facts *f)
{
	const bool is_pps = !strncmp(r->kernel, "pps", 3);
	const struct link_fact *l = is_pps ? &f->gpspps : &f->gps;
	const char *node = is_pps ? f->pulse.name : f->port.name;
	char same[SURVEY_NAME_MAX];

	/* "gpspps%n": the one with the link's own number */
	snprintf(same, sizeof(same), "pps%s", l->name + (is_pps && *l->name ? 6 : 0));
	return udevrule_gives(r, r->kernel, l->name) || udevrule_gives(r, node, l->name) ||
	       (is_pps && udevrule_gives(r, same, l->name));
}

static const struct rule_fact *find_by_number(const struct system_facts *s,
					      const struct port_facts *f)
{
	for (unsigned int i = 0; i < s->n_rules; i++)
		if (udevrule_by_number(&s->rules[i]) && is_about(&s->rules[i], f))
			return &s->rules[i];
	return NULL;
}

static bool leads_right(const struct link_fact *l, const char *node)
{
	return l->target.state == FACT_OK && !strcmp(l->target.val, node);
}

/* Our link wins by its priority; or there is nothing yet that it could be confused with. */
static bool is_harmless_now(const struct port_facts *f, bool is_pps)
{
	if (!leads_right(is_pps ? &f->gpspps : &f->gps, is_pps ? f->pulse.name : f->port.name))
		return false;
	return fact_known(f->unit) || !is_pps || (f->pulses && f->pulses->n == 1);
}

static void run_udev_rule_number(const struct port_facts *f, struct finding *out)
{
	const struct system_facts *s = f->system;
	const struct rule_fact *r;
	bool is_pps;

	if (!fact_is(f->present, 1) || !s || !fact_is(f->kernel.udev, 1) ||
	    s->our_rules.state == FACT_UNREAD || !(f->gps.name[0] || f->gpspps.name[0]))
		return;
	r = find_by_number(s, f);
	if (!r) {
		if (s->our_rules.state == FACT_DENIED)
			check_denied(out, "udev's rules", s->our_rules);
		else
			out->severity = SEV_OK;
		return;
	}
	is_pps = !strncmp(r->kernel, "pps", 3);
	finding_saw(out, "line", fact_from(0, r->at.line));
	if (is_harmless_now(f, is_pps))
		out->severity = SEV_INFO;
	else
		finding_warn(out, "a udev rule names the %s by a number that changes",
			     is_pps ? "pulse" : "port");
	finding_observed(out, "%s:%u: %s", r->at.file, r->at.line, r->at.text);
	if (is_pps)
		finding_why(out, "PPS devices are numbered as they appear: %s may be a network card's clock (ptp0) at the next boot, and /dev/%s leads there",
			    r->kernel, f->gpspps.name);
	else
		finding_why(out, "USB ports are numbered as they are plugged in: after a re-plug %s may be another adapter, and /dev/%s leads there",
			    r->kernel, f->gps.name);
	finding_fix(out, is_pps ? "in that line: SUBSYSTEM==\"pps\", ATTR{path}==\"/dev/%s\" in place of KERNEL; then: udevadm control --reload; udevadm trigger -c add -s pps" :
		    "in that line: ENV{ID_PATH}== or ATTRS{serial}== (udevadm info /dev/%s) in place of KERNEL; then: udevadm control --reload; udevadm trigger -c add -s tty",
		    f->port.name);
}

const struct check check_udev_rule_number = {
	.id = "udev.rule-number",
	.title = "a udev rule goes by a device's number, which changes",
	.explain = "KERNEL==\"pps0\" in a rule means whatever source of pulses came first: a network "
		"card's clock, a GPIO, or the receiver, which gets another number after a "
		"re-plug; ttyUSB0 is no better. A link made so leads the daemon to another device "
		"some day. diag reads the rules in /etc and /run, and those of packages that are "
		"about receivers. Match ATTR{path} of the pulse and ID_PATH of the port; "
		"gpsppsctl's own rules do.",
	.see = "udev(7); Documentation/ABI/testing/sysfs-pps",
	.stage = STAGE_BOOT,
	.explains = EXPLAINS_NO_ACCESS | EXPLAINS_WRONG_TIME,
	.run = run_udev_rule_number,
};

/* ---- our rules were not asked ---- */

static void judge_no_rules(const struct port_facts *f, struct finding *out)
{
	finding_warn(out, "udev has no rules of gpsppsctl's");
	finding_observed(out, "the table names /dev/%s, and no 61-gpsppsctl.rules is in a rules.d directory of udev's",
			 f->port.name);
	finding_why(out, "udev runs, but makes no links and starts no service for the port: at boot and after a re-plug nothing attaches it");
	finding_fix(out, "make install     # in gpsppsctl's source; then: udevadm control --reload; udevadm trigger -c add -s tty -s pps");
}

/* What a missing or a wrong link says is said there, with the port's own command. */
static bool is_said_by_links(const struct port_facts *f)
{
	return check_fails(&check_link_gps_missing, f) || check_fails(&check_link_gps_wrong, f) ||
	       check_fails(&check_link_pps_missing, f) || check_fails(&check_link_pps_wrong, f);
}

static void judge_stale(const struct port_facts *f, struct finding *out)
{
	const struct fact *known = &f->boot.udev_unit;

	finding_warn(out, "udev has not seen the port since it is in the table");
	if (fact_known(*known))
		finding_observed(out, "the table says unit %d, udev's database of /dev/%s says GPSPPSCTL_UNIT=%d",
				 (int)f->unit.val, f->port.name, (int)known->val);
	else
		finding_observed(out, "the table says unit %d, udev's database of /dev/%s has no GPSPPSCTL_UNIT",
				 (int)f->unit.val, f->port.name);
	finding_why(out, "the table or the rules are newer than the device's last event: its links, its group and its service are those of before");
	finding_fix(out, "udevadm control --reload; udevadm trigger -c add -s tty -s pps");
	out->cure = CURE_COMMAND;
}

static void run_udev_not_triggered(const struct port_facts *f, struct finding *out)
{
	const struct system_facts *s = f->system;

	/* udev reads the table in /etc; a unit of another file means nothing to it */
	if (f->pulse_only || !fact_is(f->present, 1) || !s || !fact_is(f->kernel.udev, 1) ||
	    !fact_known(f->unit) || !fact_is(s->table, 1) ||
	    f->boot.udev_unit.state == FACT_UNREAD)
		return;
	finding_saw(out, "unit", f->unit);
	finding_saw(out, "udev_unit", f->boot.udev_unit);
	if (fact_is(s->our_rules, 0))
		judge_no_rules(f, out);
	else if (f->boot.udev_unit.state == FACT_DENIED)
		check_denied(out, "udev's database", f->boot.udev_unit);
	else if (fact_is(f->boot.udev_unit, f->unit.val))
		out->severity = SEV_OK;
	else if (fact_is(s->our_rules, 1) && !is_said_by_links(f))
		judge_stale(f, out);
}

const struct check check_udev_not_triggered = {
	.id = "udev.not-triggered",
	.title = "udev has not seen the port since it is in the table of units",
	.explain = "udev asks gpsppsctl's rules only when a device appears or is triggered. After a "
		"line was added to /etc/gpsppsctl.conf, or after the installation, a built-in port "
		"has neither its links nor its service until then. diag looks for GPSPPSCTL_UNIT in "
		"udev's database of the device (/run/udev/data), and for the rules themselves. "
		"Reload the rules and trigger the devices once.",
	.see = "udevadm(8); udev(7)",
	.stage = STAGE_BOOT,
	.explains = EXPLAINS_NO_ACCESS,
	.run = run_udev_not_triggered,
};
