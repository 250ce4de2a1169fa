// SPDX-License-Identifier: GPL-2.0-or-later
/* The family of daemons: which clock of which daemon is this port's. */
#include "daemon.h"

#include <stdio.h>
#include <string.h>

#include "../portfacts.h"

static const struct daemon_row rows[N_DAEMON_KINDS] = {
	[DAEMON_NTPD] = { "ntpd", "ntpd", "ntp", true },
	[DAEMON_NTPSEC] = { "NTPsec", "ntpd", "ntpsec", true },
	[DAEMON_CHRONY] = { "chrony", "chronyd", "chrony", true },
	[DAEMON_GPSD] = { "gpsd", "gpsd", "gpsd", false },
};

const struct daemon_row *daemon_row(enum daemon_kind kind)
{
	return &rows[kind];
}

bool daemon_runs(const struct daemon *d)
{
	return fact_known(d->pid);
}

bool daemon_is_stopped(const struct daemon *d)
{
	return d->pid.state == FACT_ABSENT;
}

void daemon_text(const struct daemon *d, char *buf, size_t size)
{
	const struct daemon_row *row = daemon_row(d->kind);

	if (!daemon_runs(d))
		snprintf(buf, size, "%s (not running)", row->name);
	else if (d->kind == DAEMON_NTPSEC)
		snprintf(buf, size, "NTPsec's ntpd[%d]", (int)d->pid.val);
	else
		snprintf(buf, size, "%s[%d]", row->comm, (int)d->pid.val);
}

void daemon_restart_text(const struct daemon *d, char *buf, size_t size)
{
	if (d->service[0])
		snprintf(buf, size, "systemctl restart %s", d->service);
	else
		snprintf(buf, size, "restart %s", daemon_row(d->kind)->comm);
}

/* ---- what it has open ---- */

bool daemon_has_open(const struct daemon *d, const char *node)
{
	for (unsigned int i = 0; i < d->n_nodes; i++)
		if (!d->nodes[i].gone && !strcmp(d->nodes[i].name, node))
			return true;
	return false;
}

const struct daemon_node *daemon_dead_node(const struct daemon *d, const char *prefix)
{
	for (unsigned int i = 0; i < d->n_nodes; i++)
		if (d->nodes[i].gone && !strncmp(d->nodes[i].name, prefix, strlen(prefix)))
			return &d->nodes[i];
	return NULL;
}

/* ---- a clock in its configuration ---- */

int daemon_unit(const struct daemon *d, const struct daemon_clock *c, struct ntpd_unit *u)
{
	const struct ntpd_entry *e = &d->ntpd->clocks[c->index];

	return ntpd_unit_find(d->ntpd, e->driver, e->unit, u);
}

void daemon_where(const struct daemon *d, const struct daemon_clock *c, char *buf, size_t size)
{
	buf[0] = '\0';
	if (d->ntpd) {
		const struct ntpd_place *at = &d->ntpd->clocks[c->index].at;

		snprintf(buf, size, "%s:%u", d->ntpd->files[at->file].path, at->line);
	} else if (d->chrony) {
		const struct chrony_where *at = &d->chrony->refclocks[c->index].where;

		snprintf(buf, size, "%s:%u", d->chrony->files[at->file], at->line);
	}
}

/* ---- whose clock is this port's ---- */

static bool leads_to(const struct fact_text *node, const char *name)
{
	return node->state == FACT_OK && name[0] && !strcmp(node->val, name);
}

/* The link is missing: then its name alone tells what was meant. */
static bool is_named(const char *path, const struct link_fact *l)
{
	return l->name[0] && l->target.state != FACT_OK && !strncmp(path, "/dev/", 5) &&
	       !strcmp(path + 5, l->name);
}

static bool takes_sentences(const struct daemon_clock *c, const struct port_facts *f)
{
	return leads_to(&c->port_node, f->port.name) || is_named(c->port, &f->gps);
}

static bool takes_pulse(const struct daemon_clock *c, const struct port_facts *f)
{
	return leads_to(&c->pulse_node, f->pulse.name) || is_named(c->pulse, &f->gpspps);
}

/*
 * gpsd gives each of its devices two segments, in their order (timehint.c,
 * ntpshm_alloc()): 0 and 1 for the first, or 2 and 3 when it was not started as root.
 */
static bool is_fed_by_gpsd(const struct daemon_clock *c, const struct port_facts *f)
{
	for (size_t i = 0; f->daemons && i < f->daemons->n; i++) {
		const struct daemon *d = &f->daemons->v[i];
		const struct daemon_clock *device;

		if (d->kind != DAEMON_GPSD)
			continue;
		device = daemon_clock_of(d, f);
		if (device && (c->kind != CLOCK_SHM || d->n_clocks == 1 ||
			       c->unit / 2 == (int)device->index))
			return true;
	}
	return false;
}

bool daemon_is_by_gpsd(const struct daemon_clock *c)
{
	return c->kind == CLOCK_SHM || c->kind == CLOCK_SOCK || c->kind == CLOCK_GPSD;
}

bool daemon_is_fed_by_us(const struct daemon_clock *c, const struct port_facts *f)
{
	const struct fact segments = f->feed.segments;

	if (!fact_known(f->feed.pid))
		return false;
	if (c->kind == CLOCK_SHM && fact_known(segments))
		return c->unit >= 0 && c->unit < 63 && segments.val >> c->unit & 1;
	return c->kind == CLOCK_SHM || c->kind == CLOCK_SOCK;
}

static const struct daemon_clock *find_clock(const struct daemon *d, const struct port_facts *f,
					     bool (*matches)(const struct daemon_clock *c,
							     const struct port_facts *f))
{
	for (unsigned int i = 0; i < d->n_clocks; i++)
		if (matches(&d->clocks[i], f))
			return &d->clocks[i];
	return NULL;
}

bool daemon_takes_feed(const struct daemon *d, const struct port_facts *f)
{
	return d->kind != DAEMON_GPSD && find_clock(d, f, daemon_is_fed_by_us);
}

static bool takes_by_gpsd(const struct daemon_clock *c, const struct port_facts *f)
{
	return daemon_is_by_gpsd(c) && (daemon_is_fed_by_us(c, f) || is_fed_by_gpsd(c, f));
}

const struct daemon_clock *daemon_clock_of(const struct daemon *d, const struct port_facts *f)
{
	const struct daemon_clock *c = find_clock(d, f, takes_sentences);

	if (!c)
		c = find_clock(d, f, takes_pulse);
	return c || d->kind == DAEMON_GPSD ? c : find_clock(d, f, takes_by_gpsd);
}

bool daemon_is_clock_of(const struct daemon *d, const struct daemon_clock *c,
			const struct port_facts *f)
{
	return takes_sentences(c, f) || takes_pulse(c, f) ||
	       (d->kind != DAEMON_GPSD && takes_by_gpsd(c, f));
}

const struct daemon_clock *daemon_pulse_clock_of(const struct daemon *d,
						 const struct port_facts *f)
{
	return find_clock(d, f, takes_pulse);
}

const struct daemon *daemon_of(const struct port_facts *f, unsigned int kinds)
{
	for (size_t i = 0; f->daemons && i < f->daemons->n; i++) {
		const struct daemon *d = &f->daemons->v[i];

		if (kinds & DAEMON_BIT(d->kind) && daemon_runs(d) && daemon_clock_of(d, f))
			return d;
	}
	return NULL;
}

/* ---- logs ---- */

/* The newest; before it one that names its reason: NTPsec tells each failure twice. */
const struct logline *daemon_logged(const struct daemon *d, enum log_what what, const char *path)
{
	const struct logline *newest = NULL;

	for (unsigned int i = d->n_log; i-- > 0; ) {
		const struct logline *l = &d->log[i];

		if (l->what != what || (path && strcmp(l->path, path) != 0))
			continue;
		if (l->err)
			return l;
		if (!newest)
			newest = l;
	}
	return newest;
}

bool daemon_retries_pulse(const struct daemon *d, const struct daemon_clock *c)
{
	const struct logline *line = daemon_logged(d, LOG_PULSE_DROPPED, NULL);

	/* the driver for a pulse alone is as it was */
	return d->kind == DAEMON_NTPSEC && c && c->kind == CLOCK_NMEA &&
	       (strstr(d->system.version, "+pps") || (line && strstr(line->text, "will retry")));
}

/* ---- its own words ---- */

const struct ntpq_peer *daemon_peer(const struct daemon *d, const struct daemon_clock *c)
{
	const struct ntpd_entry *e = &d->ntpd->clocks[c->index];

	return ntpq_find_clock(&d->peers, (int)e->driver, (int)e->unit);
}

const struct gpsd_seen *daemon_gpsd_seen(const struct daemon *d, const struct port_facts *f)
{
	const struct daemon_clock *c = daemon_clock_of(d, f);
	char path[SURVEY_NAME_MAX + 8];

	snprintf(path, sizeof(path), "/dev/%s", f->port.name);
	return gpsd_find(&d->gpsd_said, c && c->port[0] ? c->port : path);
}

const struct chronyc_source *daemon_source(const struct daemon *d, const struct daemon_clock *c)
{
	return chronyc_find_clock(&d->sources, d->chrony->refclocks[c->index].refid);
}
