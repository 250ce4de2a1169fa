// SPDX-License-Identifier: GPL-2.0-or-later
/* setup's plan, of what was found and of the files as they are. */
#include "setup.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEEP_NS (60 * NS_PER_MS)

/*
 * The delay changes from one look to the next with what the receiver has to say.  One that
 * is configured already and fits as well stays, or each setup would find something to change.
 */
static bool configured_delay(const struct daemon *d, const struct daemon_clock *c, int64_t *ns)
{
	struct ntpd_unit u;

	if (d->ntpd && c->kind == CLOCK_NMEA && !daemon_unit(d, c, &u)) {
		*ns = u.set.value[NTPD_TIME2];
		return u.from[NTPD_TIME2] != NULL;
	}
	if (d->chrony && (c->kind == CLOCK_SHM || c->kind == CLOCK_SOCK)) {
		*ns = d->chrony->refclocks[c->index].offset_ns;
		return d->chrony->refclocks[c->index].has_offset;
	}
	return false;
}

/* Where somebody reads the port, its sentence ends somewhere in the burst that was counted. */
static bool fits(const struct port_facts *f, struct fact delay_ms, int64_t ns)
{
	struct fact first_ms, last_ms;
	int64_t from_ms = delay_ms.val;

	if (!fact_known(f->sentences.dated_ms) && facts_burst(f, &first_ms, &last_ms))
		from_ms = first_ms.val;
	return ns >= from_ms * NS_PER_MS - KEEP_NS && ns <= delay_ms.val * NS_PER_MS + KEEP_NS;
}

static void keep_delay(struct setup *s)
{
	const enum setup_daemon kind = s->in.daemon == SETUP_GPSD ? s->in.taker : s->in.daemon;
	const struct daemon *d = setup_daemon_of_clinic(s, kind);
	const struct daemon_clock *c;
	int64_t ns;

	if (s->in.image || !d || !fact_known(s->in.delay_ms) || !s->clinic.n)
		return;
	c = daemon_clock_of(d, &s->clinic.patients[0].facts);
	if (c && configured_delay(d, c, &ns) &&
	    fits(&s->clinic.patients[0].facts, s->in.delay_ms, ns))
		s->in.delay_ms.val = (ns + NS_PER_MS / 2) / NS_PER_MS;
}

int setup_make_plan(struct setup *s)
{
	const struct setup_reader reader = setup_files_reader(s->files);
	int err;

	if (s->has_plan)
		setup_plan_free(&s->plan);
	memset(&s->plan, 0, sizeof(s->plan));
	keep_delay(s);
	err = setup_plan_make(&s->in, &reader, &s->plan);
	s->has_plan = true;
	if (!err)
		return 0;
	if (err == -EINVAL)
		msg_error(s->in.port, "%s", s->plan.why_not);
	else
		msg_error(NULL, "%s", err == -ENOMEM ? "out of memory" : strerror(-err));
	return EXIT_TROUBLE;
}

size_t setup_count(const struct setup *s, bool by_hand)
{
	size_t n = 0;

	for (size_t i = 0; i < s->plan.n; i++)
		n += (s->plan.steps[i].kind == SETUP_BY_HAND) == by_hand;
	return n;
}
