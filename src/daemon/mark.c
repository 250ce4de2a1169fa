// SPDX-License-Identifier: GPL-2.0-or-later
/* Tally marks in words. */
#include "mark.h"

#include <stdio.h>
#include <string.h>

void mark_name(const struct daemon *d, const struct daemon_clock *c, char *buf, size_t size)
{
	const struct ntpd_entry *e = d->ntpd ? &d->ntpd->clocks[c->index] : NULL;
	const char *driver = e && d->kind == DAEMON_NTPSEC ? ntpd_driver_name(e->driver) : NULL;

	if (driver)
		snprintf(buf, size, "%s(%u)", driver, e->unit);
	else if (e)
		snprintf(buf, size, "127.127.%u.%u", e->driver, e->unit);
	else
		snprintf(buf, size, "%s", d->chrony ? d->chrony->refclocks[c->index].refid : "");
}

static void mark_ntpd(const struct daemon *d, const struct daemon_clock *c, struct clock_mark *m)
{
	const struct ntpq_peer *peer = daemon_peer(d, c);

	m->has_pulse = c->pulse[0];
	if (!peer)
		return;
	m->mark = peer->tally;
	m->words = ntpq_tally_words(peer->tally);
	m->offset_ns = peer->offset_ns;
	m->reach = peer->reach;
}

static void mark_chrony(const struct daemon *d, const struct daemon_clock *c,
			struct clock_mark *m)
{
	const struct chrony_refclock *rc = &d->chrony->refclocks[c->index];
	const struct chronyc_source *source = daemon_source(d, c);

	m->has_pulse = chrony_is_pulse(rc);
	if (!source)
		return;
	m->mark = source->state;
	m->words = source->state == '?' && rc->flags & CHRONY_NOSELECT ?
		   "never selected, as noselect says: what is locked to it takes its seconds" :
		   chronyc_state_words(source->state);
	m->offset_ns = source->offset_ns;
	m->reach = source->reach;
}

bool mark_of(const struct daemon *d, const struct daemon_clock *c, struct clock_mark *m)
{
	memset(m, 0, sizeof(*m));
	mark_name(d, c, m->name, sizeof(m->name));
	if (d->ntpd)
		mark_ntpd(d, c, m);
	else if (d->chrony)
		mark_chrony(d, c, m);
	return d->ntpd || d->chrony;
}

void mark_text(const struct clock_mark *m, char *buf, size_t size)
{
	int len = snprintf(buf, size, "%c %s: %s", m->mark, m->name, m->words ? m->words : "?");

	if (fact_known(m->offset_ns) && len > 0 && (size_t)len < size)
		len += snprintf(buf + len, size - (size_t)len, "; offset %+.3f ms",
				(double)m->offset_ns.val / 1e6);
	if (fact_known(m->reach) && len > 0 && (size_t)len < size)
		snprintf(buf + len, size - (size_t)len, ", reach %llo",
			 (unsigned long long)m->reach.val);
}

static bool gpsd_sees_pulses(const struct daemon *d, const struct daemon_clock *c)
{
	const struct gpsd_seen *seen = gpsd_find(&d->gpsd_said, *c->port ? c->port : c->pulse);

	return fact_is(d->gpsd_answers, 1) && seen && seen->pulse.n;
}

bool mark_is_pulse_used(const struct daemon *d, const struct port_facts *f)
{
	const struct daemon_clock *c = daemon_pulse_clock_of(d, f);
	struct clock_mark m;

	if (d->kind == DAEMON_GPSD) {
		c = c ? c : daemon_clock_of(d, f);
		return c && gpsd_sees_pulses(d, c);
	}
	if (!c || !mark_of(d, c, &m) || !m.mark)
		return false;
	/* `*` before a clock that has sentences, too, says nothing of their pulse */
	return strchr(c->kind == CLOCK_PPS ? "o*+" : "o", m.mark) != NULL;
}
