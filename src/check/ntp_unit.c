// SPDX-License-Identifier: GPL-2.0-or-later
/* Does ntpd's configuration name this port, by its unit? */
#include "ntp.h"

#include <stdio.h>
#include <string.h>

#include "../udevrule.h"
#include "../unittab.h"

/* A rule of udev's makes this link: not for this port, or it would be there. */
static bool has_rule(const struct port_facts *f, const char *link)
{
	for (unsigned int i = 0; f->system && i < f->system->n_rules; i++)
		if (udevrule_gives(&f->system->rules[i], f->system->rules[i].kernel, link))
			return true;
	return false;
}

/*
 * It is meant for another receiver, which is unplugged: the table or a rule knows it,
 * or it has a path of its own.
 */
static bool is_anothers(const struct daemon_clock *c, const struct port_facts *f)
{
	if (strncmp(c->port, "/dev/gps", 8) != 0 || has_rule(f, c->port + 5))
		return true;
	for (size_t i = 0; f->table && i < f->table->n; i++)
		if ((int)f->table->units[i].unit == c->unit)
			return true;
	return false;
}

/* A clock whose device is not there, and nobody knows of one. */
static const struct daemon_clock *find_dead_port(const struct daemon *d,
						 const struct port_facts *f)
{
	for (unsigned int i = 0; d->ntpd && i < d->n_clocks; i++)
		if (d->clocks[i].kind == CLOCK_NMEA &&
		    d->clocks[i].port_node.state == FACT_ABSENT && !is_anothers(&d->clocks[i], f))
			return &d->clocks[i];
	return NULL;
}

static const struct daemon_clock *find_dead_pulse(const struct daemon *d)
{
	for (unsigned int i = 0; d->ntpd && i < d->n_clocks; i++)
		if (d->clocks[i].kind == CLOCK_PPS &&
		    d->clocks[i].pulse_node.state == FACT_ABSENT)
			return &d->clocks[i];
	return NULL;
}

static void observe_dead(const struct daemon *d, const struct daemon_clock *c,
			 const char *ours, struct finding *out)
{
	char where[CLOCK_PATH_MAX + 16];

	daemon_where(d, c, where, sizeof(where));
	finding_observed(out, "unit %d in %.100s is %.80s, which does not exist; here it is /dev/%s",
			 c->unit, where, c->kind == CLOCK_PPS ? c->pulse : c->port, ours);
}

static void fix_unit(const struct daemon *d, const struct daemon_clock *c, int unit,
		     struct finding *out)
{
	const struct ntpd_place *at = &d->ntpd->clocks[c->index].at;
	char value[16];

	snprintf(value, sizeof(value), "%d", unit);
	if (!ntp_is_refclock(at))
		ntp_fix_line(d, out, "server 127.127.20.%d ..., and fudge 127.127.20.%d ...", unit,
			     unit);
	else
		ntp_fix_word(d, at, "unit", value, out);
}

static void judge_dead_port(const struct port_facts *f, const struct daemon *d,
			    const struct daemon_clock *c, int unit, struct finding *out)
{
	finding_fail(out, "NOT USABLE: %s looks for unit %d, this port is unit %d", ntp_name(d),
		     c->unit, unit);
	observe_dead(d, c, f->gps.name[0] ? f->gps.name : f->port.name, out);
	finding_why(out, "the number at the end of 127.127.20.N, or behind unit, is the one of /dev/gpsN and /dev/gpsppsN");
	fix_unit(d, c, unit, out);
}

/* Sentences are read, and the driver for a pulse alone finds none. */
static void judge_dead_pulse(const struct port_facts *f, const struct daemon *d,
			     const struct daemon_clock *c, struct finding *out)
{
	const char *node = check_pulse_node(f);
	const struct ntpd_place *at = &d->ntpd->clocks[c->index].at;
	char path[40];

	finding_fail(out, "NOT USABLE: %s looks for the pulse where there is none", ntp_name(d));
	observe_dead(d, c, node, out);
	finding_why(out, "the driver for a pulse alone (22) opens /dev/ppsN with its unit for N: that is the kernel's number, which follows the order of attaching");
	snprintf(path, sizeof(path), "/dev/%s", node);
	if (ntp_is_refclock(at))
		ntp_fix_word(d, at, "ppspath", path, out);
	else
		ntp_fix_line(d, out, "fudge 127.127.20.%d flag1 1, and no line with 127.127.22",
			     daemon_clock_of(d, f)->unit);
}

static void judge_unit(const struct port_facts *f, const struct daemon *d, struct fact unit,
		       struct finding *out)
{
	const struct daemon_clock *c = daemon_clock_of(d, f), *dead;

	if (!c) {
		dead = find_dead_port(d, f);
		if (dead && fact_known(unit) && dead->unit != unit.val)
			judge_dead_port(f, d, dead, (int)unit.val, out);
		return;
	}
	if (!d->ntpd)
		return;
	dead = f->no_pulse || daemon_pulse_clock_of(d, f) ? NULL : find_dead_pulse(d);
	if (c->kind == CLOCK_NMEA && dead && facts_saw_pulse(f) && !ntp_follows_pulse(d))
		judge_dead_pulse(f, d, dead, out);
	else
		out->severity = SEV_OK;
}

static void run_unit(const struct port_facts *f, struct finding *out)
{
	const struct fact unit = ntp_unit_of(f);
	const struct daemon *d;
	size_t i = 0;

	if (!facts_is_attached(f))
		return;
	while (out->severity <= SEV_OK && (d = ntp_next(f, &i)))
		judge_unit(f, d, unit, out);
}

const struct check check_daemon_unit = {
	.id = "daemon.unit",
	.title = "ntpd is configured for another unit than this port's",
	.explain = "ntpd names its devices by the unit: 127.127.20.1, or refclock nmea unit 1, "
		"opens /dev/gps1 and /dev/gpspps1, and the driver for a pulse alone /dev/pps1. "
		"Where these do not exist it goes on without the receiver. diag sees a clock "
		"whose device is missing and is in no table and no rule of udev's, and this port, "
		"unit N of the table or of its link, that no daemon uses. Write the right number into the configuration, or another unit "
		"into /etc/gpsppsctl.conf.",
	.see = "https://docs.ntpsec.org/latest/driver_nmea.html; https://docs.ntpsec.org/latest/driver_pps.html",
	.stage = STAGE_DAEMON,
	.explains = EXPLAINS_NO_ACCESS,
	.run = run_unit,
};
