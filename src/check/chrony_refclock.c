// SPDX-License-Identifier: GPL-2.0-or-later
/* What the line of the pulse's refclock says: its lock, its edge, whether it may be selected. */
#include "chrony.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- the lock ---- */

/* Samples come all the same: no fault, and yet worth a line. */
static bool is_refuted(const struct chrony_pulse *p, struct finding *out)
{
	if (!chrony_is_heard(p->said))
		return false;
	out->severity = SEV_INFO;
	finding_why(out, "chronyd takes samples of it all the same (chronyc sources)");
	return true;
}

static void fix_lock(const struct chrony_pulse *p, struct finding *out)
{
	const struct chrony_refclock *rc = chrony_numbering(p->d->chrony);
	char lock[16];

	if (!rc || rc == p->rc) {
		chrony_fix_line(p->d, &p->rc->where,
				&(struct chrony_edit){ "lock", true, "" }, out);
		return;
	}
	snprintf(lock, sizeof(lock), "lock %s", rc->refid);
	chrony_fix_line(p->d, &p->rc->where, &(struct chrony_edit){ "lock", true, lock }, out);
}

static void judge_missing(const struct chrony_pulse *p, struct finding *out)
{
	const bool others = chrony_seconds_of(p->d->chrony, p->index) == CHRONY_SECONDS_OTHERS;

	chrony_quote(p->d, &p->rc->where, "no refclock has this refid", out);
	if (is_refuted(p, out))
		return;
	if (others)
		finding_warn(out, "the pulse is locked to %s, which is no refclock's refid",
			     p->rc->lock);
	else
		finding_fail(out, "NO TIME: the pulse is locked to %s, which does not exist",
			     p->rc->lock);
	finding_why(out, "chronyd warns (\"Invalid lock refid\") and goes on without the lock: %s",
		    others ? "the seconds are then numbered by its other sources" :
		    "then nothing numbers the seconds, and the pulse is never used");
	fix_lock(p, out);
}

static void judge_old(const struct chrony_pulse *p, struct finding *out)
{
	chrony_quote(p->d, &p->rc->where, "its source is polled less often", out);
	if (is_refuted(p, out))
		return;
	finding_warn(out, "the pulse's lock is older than maxlockage most of the time");
	finding_why(out, "a sample of %s must be younger than %d pulses, or the pulse is dropped (\"maxlockage too small\")",
		    p->rc->lock, p->rc->maxlockage_pulses);
	chrony_fix_line(p->d, &p->rc->where,
			&(struct chrony_edit){ "maxlockage", true, "maxlockage 32" }, out);
}

static void judge_self(const struct chrony_pulse *p, struct finding *out)
{
	chrony_quote(p->d, &p->rc->where, "that is its own refid", out);
	if (is_refuted(p, out))
		return;
	finding_fail(out, "NO TIME: the pulse is locked to itself");
	finding_why(out, "it never has a sample to lock to, so all of its own are dropped: \"lock\" names the refclock with the sentences");
	fix_lock(p, out);
}

static void run_chrony_lock_unknown(const struct port_facts *f, struct finding *out)
{
	struct chrony_pulse p;
	size_t partner;

	if (!chrony_find_pulse(f, out, &p) || !p.rc->lock[0])
		return;
	switch (chrony_lock_of(p.d->chrony, p.index, &partner)) {
	case CHRONY_LOCK_MISSING:
		judge_missing(&p, out);
		break;
	case CHRONY_LOCK_SELF:
		judge_self(&p, out);
		break;
	case CHRONY_LOCK_OLD:
		judge_old(&p, out);
		break;
	case CHRONY_LOCK_FOUND:
		out->severity = SEV_OK;
		break;
	default:
		break;
	}
}

const struct check check_chrony_lock_unknown = {
	.id = "chrony.lock-unknown",
	.title = "the pulse's refclock is locked to no source that could number it",
	.explain = "The option lock of a refclock PPS names the refid of another refclock, from "
		"which each pulse takes the number of its second. A refid that no refclock has "
		"makes chronyd warn (\"Invalid lock refid\") and go on without a lock; its own refid "
		"makes the pulse useless; and a partner that is polled more seldom than maxlockage "
		"allows lets most pulses fall. diag reads it in the configuration.",
	.see = "https://chrony-project.org/doc/latest/chrony.conf.html#refclock (lock, maxlockage)",
	.stage = STAGE_DAEMON,
	.explains = EXPLAINS_NO_ACCESS,
	.run = run_chrony_lock_unknown,
};

/* ---- nobody numbers the seconds ---- */

static void fix_no_lock(const struct chrony_pulse *p, struct finding *out)
{
	char restart[96];

	if (chrony_numbering(p->d->chrony)) {
		fix_lock(p, out);
		return;
	}
	daemon_restart_text(p->d, restart, sizeof(restart));
	finding_fix(out, "chrony.conf: pool 2.debian.pool.ntp.org iburst     # or gpsd's sentences: refclock SHM 0 refid NMEA offset 0.15 noselect, and 'lock NMEA' on the pulse's line; then %s",
		    restart);
}

static void judge_nobody(const struct chrony_pulse *p, struct finding *out)
{
	chrony_quote(p->d, &p->rc->where, "no lock, and no other source", out);
	if (is_refuted(p, out))
		return;
	finding_fail(out, "NO TIME: nothing numbers the seconds of the pulse");
	finding_why(out, "a pulse says when a second begins, not which: chronyd drops its samples until another source has set the clock, and there is none (state ?, reach 0)");
	fix_no_lock(p, out);
}

/* The refclock's option "local": a steady clock, beside which the others tell the time. */
static bool is_stabilizer(const struct chrony_pulse *p)
{
	const struct chrony_conf *conf = p->d->chrony;

	return (p->rc->flags & CHRONY_LOCAL) &&
	       (conf->n_refclocks > 1 || conf->servers || conf->pools || conf->peers);
}

/* Whoever set the clock by hand or by its RTC may have been right to half a second. */
static void judge_local(const struct port_facts *f, const struct chrony_pulse *p,
			struct finding *out)
{
	const struct fact late_s = f->sentences.late_s;

	chrony_quote(p->d, &p->rc->where, "\"local\", and no source that numbers it", out);
	if (is_stabilizer(p)) {
		out->severity = SEV_INFO;
		return;
	}
	finding_saw(out, "late_s", late_s);
	if (fact_known(late_s) && late_s.val)
		finding_fail(out, "WRONG TIME: the clock itself numbers the seconds, and is %d s off",
			     (int)llabs(late_s.val));
	else
		finding_warn(out, "nothing but the clock itself numbers the seconds of the pulse");
	finding_why(out, "the pulse keeps the clock's fraction right, and whole seconds stay as wrong as they were when chronyd started");
	fix_no_lock(p, out);
}

static void run_chrony_no_lock(const struct port_facts *f, struct finding *out)
{
	struct chrony_pulse p;

	if (!chrony_find_pulse(f, out, &p))
		return;
	switch (chrony_seconds_of(p.d->chrony, p.index)) {
	case CHRONY_SECONDS_LOCK:
		out->severity = SEV_OK;
		break;
	case CHRONY_SECONDS_OTHERS:
		out->severity = SEV_INFO;
		chrony_quote(p.d, &p.rc->where, "no lock: other sources number its seconds", out);
		break;
	case CHRONY_SECONDS_LOCAL:
		judge_local(f, &p, out);
		break;
	case CHRONY_SECONDS_NOBODY:
		/* a lock that leads nowhere is chrony.lock-unknown's */
		if (!check_fails(&check_chrony_lock_unknown, f))
			judge_nobody(&p, out);
		break;
	default:
		break;
	}
}

const struct check check_chrony_no_lock = {
	.id = "chrony.no-lock",
	.title = "nothing numbers the seconds of the pulse",
	.explain = "A pulse marks the beginning of a second and does not say which. chronyd takes "
		"the number from the refclock that the pulse is locked to, or from whatever else "
		"set the clock to within half a second: servers, or gpsd's sentences. Without either "
		"it drops each sample (chronyc sources: #? and reach 0); with \"local\" it keeps a "
		"wrong second for good. diag reads which sources are configured.",
	.see = "https://chrony-project.org/faq.html (using a PPS reference clock)",
	.stage = STAGE_DAEMON,
	.explains = EXPLAINS_NO_ACCESS | EXPLAINS_WRONG_TIME,
	.run = run_chrony_no_lock,
};

/* ---- its edge ---- */

/* Beyond it the shorter half does not say which edge is on time. */
#define WIDTH_CERTAIN_NS (NS_PER_S * 45 / 100)
/* An offset so near to the width is meant to take it back. */
#define COMPENSATED_NS (5 * NS_PER_MS)

/*
 * The edge on time: chronyd captures one alone, so that it is known from the time
 * when both were, by the holder, or where another program keeps both on.
 */
static bool find_edge(const struct port_facts *f, struct pulse_shape *shape)
{
	const struct motion *m = &f->motion;

	shape->edge = facts_known_edge(f);
	shape->width_ns = fact_known(f->hold.width_us) ? f->hold.width_us.val * 1000 : 0;
	if (shape->edge == EDGE_UNKNOWN &&
	    (!m->asserts.n || !m->clears.n || !check_are_stamps_true(f) ||
	     pulse_shape(&m->asserts.v[m->asserts.n - 1], &m->clears.v[m->clears.n - 1], shape)))
		return false;
	return shape->edge != EDGE_UNKNOWN && shape->width_ns > 0 &&
	       shape->width_ns < WIDTH_CERTAIN_NS;
}

static void fix_edge(const struct chrony_pulse *p, struct finding *out)
{
	const bool clear = p->rc->param_options & CHRONY_CLEAR;
	char is[CHRONY_PATH_MAX + 8], wanted[CHRONY_PATH_MAX + 8];

	snprintf(is, sizeof(is), "%s%s", p->rc->param, clear ? ":clear" : "");
	snprintf(wanted, sizeof(wanted), "%s%s", p->rc->param, clear ? "" : ":clear");
	chrony_fix_line(p->d, &p->rc->where, &(struct chrony_edit){ is, false, wanted }, out);
}

static void run_chrony_edge(const struct port_facts *f, struct finding *out)
{
	struct pulse_shape shape;
	struct chrony_pulse p;
	const char *is, *wanted;
	double width_ms;

	if (!chrony_find_pulse(f, out, &p) || p.rc->driver != CHRONY_PPS || !find_edge(f, &shape))
		return;
	finding_saw(out, "width_us", fact_from(0, shape.width_ns / 1000));
	out->severity = SEV_OK;
	is = p.rc->param_options & CHRONY_CLEAR ? "clear" : "assert";
	wanted = shape.edge == EDGE_CLEAR ? "clear" : "assert";
	width_ms = (double)shape.width_ns / NS_PER_MS;
	if (!strcmp(is, wanted))
		return;
	chrony_quote(p.d, &p.rc->where, "", out);
	if (llabs(llabs(p.rc->offset_ns) - shape.width_ns) < COMPENSATED_NS) {
		out->severity = SEV_INFO;
		finding_why(out, "the pulse's end is taken for its beginning, and offset makes up for its width");
		return;
	}
	finding_fail(out, "WRONG TIME: chronyd takes the end of the pulse for its beginning");
	finding_why(out, "the pulse begins with the %s edge and is %.1f ms wide, and chronyd takes the %s edge: the clock is %.1f ms off. With 'width %.3f' it would have dropped the wrong edge",
		    wanted, width_ms, is, width_ms, width_ms / MS_PER_S);
	fix_edge(&p, out);
}

const struct check check_chrony_edge = {
	.id = "chrony.edge",
	.title = "chronyd's refclock takes the pulse's wrong edge",
	.explain = "chronyd captures the assert edge, or with :clear behind the device's name the "
		"clear edge, and the clock is off by the pulse's width with the wrong one. diag "
		"compares the configuration with the edge that is on time: the holder measured it at "
		"attach, while both edges were captured. The option width lets chronyd itself drop "
		"the wrong edge, as long as something else is right to less than that.",
	.see = "https://chrony-project.org/doc/latest/chrony.conf.html#refclock (PPS, width)",
	.stage = STAGE_DAEMON,
	.explains = EXPLAINS_WRONG_TIME,
	.run = run_chrony_edge,
};
