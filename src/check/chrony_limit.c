// SPDX-License-Identifier: GPL-2.0-or-later
/* Is the source that numbers a pulse near enough to it for chronyd's lock? */
#include "chrony.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How far the sentences' seconds are behind the pulse, with the refclock's offset. */
struct distance {
	int64_t low_ns, high_ns;	/* gpsd's moment lies somewhere in the burst */
	int64_t offset_ns;		/* the refclock's that would make it 0 */
	/* By chronyc, or fed by gpsd: another feeder may make up for the delay itself. */
	bool is_certain;
	char how[96];
};

static bool is_port_of_gpsd(const struct port_facts *f)
{
	return daemon_of(f, DAEMON_BIT(DAEMON_GPSD));
}

/* A gpsd that has other ports alone: its segments tell of another receiver. */
static bool is_other_receiver(const struct port_facts *f)
{
	if (is_port_of_gpsd(f))
		return false;
	for (size_t i = 0; f->daemons && i < f->daemons->n; i++)
		if (f->daemons->v[i].kind == DAEMON_GPSD && daemon_runs(&f->daemons->v[i]))
			return true;
	return false;
}

/*
 * By chronyc: true when the clock is right by something else than this source, or it
 * would be measured against itself.
 */
static bool find_told(const struct chrony_pulse *p, const struct chrony_refclock *partner,
		      struct distance *to)
{
	const struct chronyc_source *s = chronyc_find_clock(&p->d->sources, partner->refid);
	const struct chronyc_tracking *t = &p->d->tracking;

	if (!s || !chrony_is_heard(s) || !fact_known(s->measured_ns) || t->said != SAID_WELL ||
	    !fact_is(t->synchronised, 1) || !t->source[0] || !strcmp(t->source, partner->refid))
		return false;
	to->is_certain = true;
	to->low_ns = to->high_ns = s->measured_ns.val;
	to->offset_ns = partner->offset_ns + s->measured_ns.val;
	snprintf(to->how, sizeof(to->how), "by chronyc it is %.3f s behind the clock (%.20s keeps that)",
		 (double)s->measured_ns.val / NS_PER_S, t->source);
	return true;
}

/* By what we saw on the port. */
static bool find_measured(const struct port_facts *f, const struct chrony_refclock *partner,
			  struct distance *to)
{
	const struct fact delay_ms = facts_delay_ms(f);
	struct fact first_ms, last_ms;

	/* our feed takes the delay off itself */
	if (!fact_known(delay_ms) || fact_known(f->feed.pid) || is_other_receiver(f) || !facts_burst(f, &first_ms, &last_ms))
		return false;
	to->is_certain = is_port_of_gpsd(f);
	to->offset_ns = delay_ms.val * NS_PER_MS;
	to->high_ns = to->offset_ns - partner->offset_ns;
	to->low_ns = to->is_certain ? first_ms.val * NS_PER_MS - partner->offset_ns :
		     to->high_ns;
	snprintf(to->how, sizeof(to->how), "its sentence ends %d ms after the pulse, offset is %.3f",
		 (int)delay_ms.val, (double)partner->offset_ns / NS_PER_S);
	return true;
}

static int64_t floor_s(int64_t ns)
{
	return ns >= 0 ? ns / NS_PER_S : -((-ns + NS_PER_S - 1) / NS_PER_S);
}

/* refclock.c folds the difference to half a second: it is what is left that counts. */
static bool is_dropped(const struct distance *to, int64_t limit_ns)
{
	const int64_t low_s = floor_s(to->low_ns);

	return low_s == floor_s(to->high_ns) && to->low_ns - low_s * NS_PER_S > limit_ns &&
	       to->high_ns - low_s * NS_PER_S < NS_PER_S - limit_ns;
}

/* So near to another pulse than its own that chronyd takes that; 0: its own, or not certain. */
static int64_t wrong_second(const struct distance *to, int64_t limit_ns)
{
	const int64_t n = floor_s(to->high_ns + NS_PER_S / 2);

	return to->is_certain && to->low_ns > n * NS_PER_S - limit_ns &&
	       to->high_ns < n * NS_PER_S + limit_ns ? n : 0;
}

static void fix_offset(const struct chrony_pulse *p, const struct chrony_refclock *partner,
		       const struct distance *to, struct finding *out)
{
	char offset[32];

	snprintf(offset, sizeof(offset), "offset %.3f", (double)to->offset_ns / NS_PER_S);
	chrony_fix_line(p->d, &partner->where, &(struct chrony_edit){ "offset", true, offset },
			out);
}

static void judge_dropped(const struct chrony_pulse *p, const struct chrony_refclock *partner,
			  const struct distance *to, int64_t limit_ns, struct finding *out)
{
	chrony_quote(p->d, &partner->where, to->how, out);
	if (chrony_is_heard(p->said)) {
		out->severity = SEV_INFO;
		return;
	}
	if (to->is_certain || chrony_is_unheard(p->said))
		finding_fail(out, "NO TIME: %s is too far from the pulse that is locked to it",
			     partner->refid);
	else
		finding_warn(out, "%s seems too far from the pulse that is locked to it",
			     partner->refid);
	finding_why(out, "a pulse is dropped when the sentences that number it are more than %.3f s from it (refclock.c, PPS_LOCK_LIMIT): chronyc shows \"#? %s\" with reach 0",
		    (double)limit_ns / NS_PER_S, p->rc->refid);
	fix_offset(p, partner, to, out);
}

/* Only a receiver that announces the next pulse would make it right, so it is no certain fault. */
static void judge_wrong_second(const struct chrony_pulse *p,
			       const struct chrony_refclock *partner, const struct distance *to,
			       int64_t seconds, struct finding *out)
{
	finding_warn(out, "the pulses seem to be numbered %d s too %s", (int)llabs(seconds),
		     seconds > 0 ? "late" : "early");
	chrony_quote(p->d, &partner->where, to->how, out);
	finding_why(out, "chronyd takes the pulse that is nearest to the sentence's end less the offset, and that is another one than the sentence's own");
	fix_offset(p, partner, to, out);
}

static const struct chrony_refclock *find_partner(const struct chrony_pulse *p)
{
	const struct chrony_refclock *partner;
	size_t i;

	if (chrony_lock_of(p->d->chrony, p->index, &i) != CHRONY_LOCK_FOUND)
		return NULL;
	partner = &p->d->chrony->refclocks[i];
	return partner->driver == CHRONY_SHM || partner->driver == CHRONY_SOCK ? partner : NULL;
}

static void run_chrony_lock_limit(const struct port_facts *f, struct finding *out)
{
	const struct chrony_refclock *partner;
	struct distance told, measured;
	bool is_told, is_measured;
	struct chrony_pulse p;
	int64_t limit_ns;

	if (!chrony_find_pulse(f, out, &p) || !(partner = find_partner(&p)))
		return;
	limit_ns = chrony_lock_limit_ns(p.rc, 0, 0);
	is_told = find_told(&p, partner, &told);
	is_measured = find_measured(f, partner, &measured);
	finding_saw(out, "limit_ns", fact_from(0, limit_ns));
	finding_saw(out, "offset_ns", fact_from(0, partner->offset_ns));
	finding_saw(out, "delay_ms", facts_delay_ms(f));
	if (is_told)
		finding_saw(out, "told_ns", fact_from(0, told.low_ns));
	if (is_told && is_dropped(&told, limit_ns))
		judge_dropped(&p, partner, &told, limit_ns, out);
	else if (!is_told && is_measured && is_dropped(&measured, limit_ns))
		judge_dropped(&p, partner, &measured, limit_ns, out);
	else if (is_measured && wrong_second(&measured, limit_ns))
		judge_wrong_second(&p, partner, &measured, wrong_second(&measured, limit_ns), out);
	else if (is_told || is_measured || chrony_is_heard(p.said))
		out->severity = SEV_OK;
}

const struct check check_chrony_lock_limit = {
	.id = "chrony.lock-limit",
	.title = "the sentences are too far from the pulse for chronyd's lock",
	.explain = "A pulse that is locked to another refclock takes its second from there, and is "
		"dropped when that is more than 0.4 s away (0.2 s before chrony 4.1; less with the "
		"option width): chronyc sources shows \"#? PPS0 0 4 0\" though pulses come. "
		"Sentences end some tenths of a second behind their pulse; the option offset of their "
		"refclock says how much. diag measures it, or takes it from chronyc, and writes the "
		"line.",
	.see = "https://chrony-project.org/faq.html (using a PPS reference clock)",
	.stage = STAGE_DAEMON,
	.explains = EXPLAINS_NO_ACCESS | EXPLAINS_WRONG_TIME,
	.run = run_chrony_lock_limit,
};
