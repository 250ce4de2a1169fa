// SPDX-License-Identifier: GPL-2.0-or-later
/* What the daemon that reads a port says of its receiver. */
#include "receiver_said.h"

#include <string.h>

#include "../nmea.h"
#include "../portfacts.h"
#include "said.h"

/* gpsd_json(5), TPV: 0 unknown, 1 no fix, 2 2D, 3 3D. */
static bool ask_gpsd(const struct daemon *d, const struct port_facts *f, struct receiver_said *r)
{
	const struct gpsd_seen *seen = daemon_gpsd_seen(d, f);

	if (!fact_is(d->gpsd_answers, 1) || !seen || !fact_known(seen->mode) || !seen->mode.val)
		return false;
	r->fix = fact_from(0, seen->mode.val >= 2);
	r->satellites = seen->used;
	return true;
}

/* ntpq -c clockvar has the last sentence. */
static bool ask_ntpd(const struct daemon *d, const struct port_facts *f, struct receiver_said *r)
{
	const struct daemon_clock *c = daemon_clock_of(d, f);
	const struct ntpq_clock *said;
	struct nmea_sentence s;
	struct nmea_data data;

	if (!c || c->kind != CLOCK_NMEA)
		return false;
	said = &d->clock_said[c - d->clocks];
	if (said->said != SAID_WELL || said->timecode[0] != '$')
		return false;
	nmea_parse(said->timecode, strlen(said->timecode), &s);
	if (s.sum == NMEA_SUM_BAD || !nmea_decode(&s, &data) || !(data.has & NMEA_HAS_VALID))
		return false;
	r->fix = fact_from(0, data.valid);
	if (data.has & NMEA_HAS_USED)
		r->satellites = fact_from(0, data.satellites_used);
	return true;
}

void daemon_receiver_said(const struct port_facts *f, struct receiver_said *r)
{
	r->by = NULL;
	r->fix = r->satellites = said_absent();
	for (size_t i = 0; !r->by && f->daemons && i < f->daemons->n; i++) {
		const struct daemon *d = &f->daemons->v[i];

		if (daemon_runs(d) && (d->kind == DAEMON_GPSD ? ask_gpsd(d, f, r) :
				       d->ntpd && ask_ntpd(d, f, r)))
			r->by = d;
	}
}
