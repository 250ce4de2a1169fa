// SPDX-License-Identifier: GPL-2.0-or-later
/* Does what gpsd writes into shared memory arrive where the time daemon reads? */
#include "gpsd.h"

#include <stdio.h>
#include <string.h>

/* Users that a distribution makes are below; gpsd's own fallback is nobody. */
#define UID_PERSON_MIN 1000
#define UID_NOBODY 65534

#define FIRST_OF_ROOT 0
#define FIRST_OF_OTHERS 2
#define FIRST_UNKNOWN (-1)

/*
 * It attaches units 0 and 1 only as root, and root it is no more when it is seen.  One
 * that a person started never was; and a root raises its priority before it becomes
 * another (gpsd.c, NICEVAL), which nobody else may.
 */
static int first_unit(const struct daemon *gpsd)
{
	const struct fact uid = gpsd->process.uid;

	if ((fact_known(gpsd->nice) && gpsd->nice.val < 0) || fact_is(uid, 0) ||
	    fact_is(uid, UID_NOBODY))
		return FIRST_OF_ROOT;
	return fact_known(uid) && uid.val >= UID_PERSON_MIN ? FIRST_OF_OTHERS : FIRST_UNKNOWN;
}

/* Of those that gpsd may write for its first device. */
static bool is_right(int unit, int first)
{
	if (first == FIRST_UNKNOWN)
		return unit <= FIRST_OF_OTHERS + 1;
	return unit == first || unit == first + 1;
}

struct segments {
	const struct daemon *d;
	const struct daemon_clock *wrong;	/* the first that gpsd does not write; or NULL */
	bool is_any_right, is_any_heard, is_wrong_unheard;
};

static void look_at_segments(const struct daemon *d, int first, struct segments *s)
{
	*s = (struct segments){ .d = d };
	for (unsigned int i = 0; i < d->n_clocks; i++) {
		const struct daemon_clock *c = &d->clocks[i];
		struct fact heard;

		if (!daemon_is_by_gpsd(c))
			continue;
		heard = gpsd_is_clock_heard(d, c);
		s->is_any_heard = s->is_any_heard || fact_is(heard, 1);
		if (c->kind != CLOCK_SHM)
			continue;
		if (is_right(c->unit, first)) {
			s->is_any_right = true;
		} else if (!s->wrong) {
			s->wrong = c;
			s->is_wrong_unheard = fact_is(heard, 0);
		}
	}
}

static const char *origin_text(int first)
{
	if (first == FIRST_UNKNOWN)
		return "or to 2 and 3, if it was not started as root";
	return first == FIRST_OF_ROOT ? "it was started as root" : "it was not started as root";
}

static void fix_segments(const struct segments *s, int origin, struct finding *out)
{
	/* that of every distribution is started as root */
	const int first = origin == FIRST_UNKNOWN ? FIRST_OF_ROOT : origin;
	char where[CLOCK_PATH_MAX + 16], restart[GPSD_RESTART_MAX];

	daemon_where(s->d, s->wrong, where, sizeof(where));
	daemon_restart_text(s->d, restart, sizeof(restart));
	finding_observed(out, "%.120s reads segment %d; gpsd writes the first device's sentences to %d and its pulse to %d (%s)",
			 where, s->wrong->unit, first, first + 1,
			 origin_text(origin));
	if (s->d->kind == DAEMON_CHRONY)
		finding_fix(out, "%.120s: refclock SHM %d refid NMEA (the pulse: SHM %d)     # then %s",
			    where, first, first + 1, restart);
	else if (s->d->kind == DAEMON_NTPSEC)
		finding_fix(out, "%.120s: refclock shm unit %d (the pulse: unit %d)     # then %s",
			    where, first, first + 1, restart);
	else
		finding_fix(out, "%.120s: server 127.127.28.%d (the pulse: 127.127.28.%d)     # then %s",
			    where, first, first + 1, restart);
}

/* It may write these or the two others, and nothing that it writes arrives. */
static void skip_segments(const struct daemon *gpsd, struct finding *out)
{
	finding_skip(out, "whether gpsd was started as root is not known: it writes segments 0 and 1, or 2 and 3");
	finding_fix(out, "sudo grep SYSV4e5450 /proc/%d/maps     # the last digit is the segment's number",
		    (int)gpsd->pid.val);
}

static void judge_segments(const struct segments *s, int first, struct finding *out)
{
	/* by the user alone it is likely, and no more */
	if (s->is_wrong_unheard || s->wrong->unit > FIRST_OF_OTHERS + 1)
		finding_fail(out, "NO TIME: gpsd writes other segments than the time daemon reads");
	else
		finding_warn(out, "gpsd may write other segments than the time daemon reads");
	finding_why(out, "gpsd gives each device two segments of shared memory in turn, from 0 on, or from 2 on when it was not started as root; the others are never written");
	fix_segments(s, first, out);
}

static void run_gpsd_segments(const struct port_facts *f, struct finding *out)
{
	struct segments s;
	struct gpsd_at g;
	int first;

	/* the order in which several devices were opened is not known */
	if (!gpsd_find_running(f, &g) || g.d->n_clocks != 1 || !g.path[0] || facts_feed(f))
		return;
	first = first_unit(g.d);
	for (size_t i = 0; i < f->daemons->n; i++) {
		const struct daemon *d = &f->daemons->v[i];

		if (d->kind == DAEMON_GPSD || !daemon_runs(d) || !daemon_clock_of(d, f))
			continue;
		look_at_segments(d, first, &s);
		if (s.is_any_heard || (s.is_any_right && first != FIRST_UNKNOWN))
			out->severity = SEV_OK;
		else if (s.is_any_right)
			skip_segments(g.d, out);
		else if (s.wrong) {
			judge_segments(&s, first, out);
			return;
		}
	}
}

const struct check check_gpsd_segments = {
	.id = "gpsd.segments",
	.title = "the time daemon reads another SHM segment than gpsd writes",
	.explain = "gpsd hands the time on in shared memory: for each device a segment with the "
		"sentences' time and one with the pulse's, from number 0 on, which only root may use, "
		"or from 2 on when a person started it. A refclock with another number stays at reach "
		"0. diag compares the configuration with gpsd's user, priority and devices, and asks the "
		"daemon whether the segment is heard.",
	.see = "gpsd/timehint.c, ntpshm_context_init(); ipcs -m (keys 0x4e545030 and on)",
	.stage = STAGE_DAEMON,
	.explains = EXPLAINS_NO_ACCESS,
	.run = run_gpsd_segments,
};
