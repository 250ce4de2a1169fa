// SPDX-License-Identifier: GPL-2.0-or-later
/* Does ntpd choose the receiver?  prefer, falsetickers, what it never selects, its panic. */
#include "../daemon/mark.h"
#include "ntp.h"

#include <stdlib.h>

/* ---- prefer ---- */

static bool is_any_preferred(const struct daemon *d)
{
	const struct ntpd_knob *minsane = ntpd_knob_find(d->ntpd, "tos", "minsane");

	/* without any source that must agree, the pulse is taken alone (clock_select()) */
	if (d->ntpd->servers_prefer || (minsane && !minsane->billionths))
		return true;
	for (size_t i = 0; i < d->ntpd->n_clocks; i++) {
		const struct ntpd_settings *set = &d->ntpd->clocks[i].set;

		/* the pulse's own counts in NTPsec alone */
		if (set->value[NTPD_PREFER] && (d->kind == DAEMON_NTPSEC ||
						d->ntpd->clocks[i].driver != NTPD_DRIVER_PPS))
			return true;
	}
	return false;
}

/* The clock that has the sentences beside the pulse, else what the network says. */
static void fix_prefer(const struct ntp_view *v, struct finding *out)
{
	if (v->clock->kind == CLOCK_NMEA)
		ntp_fix(v->d, &v->unit, NTPD_PREFER, NULL, out);
	else if (v->d->ntpd->servers)
		ntp_fix_line(v->d, out, "... prefer, at the end of the best server's line");
	else
		ntp_fix_line(v->d, out, "server ... iburst prefer");
}

static void run_no_prefer(const struct port_facts *f, struct finding *out)
{
	char quote[NTP_QUOTE_MAX];
	struct ntp_view v;

	if (!ntp_find(f, &v) || !v.pulse || v.pulse->kind != CLOCK_PPS)
		return;
	if (is_any_preferred(v.d) || ntp_uses_pulse(&v)) {
		out->severity = SEV_OK;
		return;
	}
	ntp_quote(v.d, &v.pulse_unit.clock->at, quote, sizeof(quote));
	finding_observed(out, "%s; no source is marked prefer", quote);
	if (ntp_follows_pulse(v.d))
		out->severity = SEV_INFO;
	else
		finding_fail(out, "NOT USABLE: %s does not use the pulse: no source is preferred",
			     ntp_name(v.d));
	finding_why(out, "a pulse alone does not say which second it is: ntpd takes the number from the source that is marked prefer, and without one the pulse never becomes 'o'");
	fix_prefer(&v, out);
}

const struct check check_daemon_no_prefer = {
	.id = "daemon.no-prefer",
	.title = "ntpd's driver for a pulse alone has no preferred source beside it",
	.explain = "ntpd's driver 22 (PPS, in classic ntp ATOM) stamps pulses and knows no "
		"numbers of seconds. ntpd uses it only while a source marked prefer is good and "
		"the clock is within 0.4 s of it; without that word it stays a source like others "
		"and is never 'o'. The NMEA driver with flag1 needs none. diag reads the "
		"configuration of the daemon that runs. Mark one source: the receiver's NMEA "
		"clock, or a near server.",
	.see = "https://docs.ntpsec.org/latest/driver_pps.html; ntpd/ntp_proto.c: clock_select()",
	.stage = STAGE_DAEMON,
	.explains = EXPLAINS_NO_ACCESS | EXPLAINS_WRONG_TIME,
	.run = run_no_prefer,
};

/* ---- what is not chosen ---- */

#define SETTLED_S 600
#define REACH_ALL 0377
#define MINDIST_NS NS_PER_MS	/* of both: MINDISTANCE */

/* Long enough with all polls answered: the mark is no accident. */
static bool is_settled(const struct port_facts *f, const struct daemon *d,
		       const struct ntpq_peer *peer)
{
	return peer && fact_is(peer->reach, REACH_ALL) && ntp_age_s(f, d) >= SETTLED_S;
}

/* The mark of the clock that has the pulse, else the sentences'; NULL: nothing to say. */
static const struct ntpq_peer *judged_peer(const struct port_facts *f, struct ntp_view *v)
{
	const struct ntpq_peer *peer = ntp_find(f, v) && !v->unit.set.value[NTPD_NOSELECT] ?
		ntp_peer(v->d, v->pulse ? v->pulse : v->clock) : NULL;

	/* sentences that only number the pulse of our feed need not be chosen */
	if (peer && !v->pulse && daemon_takes_feed(v->d, f))
		return NULL;
	return is_settled(f, v->d, peer) ? peer : NULL;
}

static int64_t mindist_ns(const struct daemon *d)
{
	const struct ntpd_knob *k = ntpd_knob_find(d->ntpd, "tos", "mindist");

	return k ? k->billionths : MINDIST_NS;
}

static void observe_mark(const struct ntp_view *v, const struct daemon_clock *c,
			 const struct ntpq_peer *peer, struct finding *out)
{
	char name[MARK_NAME_MAX];

	mark_name(v->d, c, name, sizeof(name));
	finding_saw(out, "offset_ns", peer->offset_ns);
	finding_saw(out, "reach", peer->reach);
	finding_observed(out, "ntpq -p has '%c' before %s (%s), offset %.3f ms, reach %o",
			 peer->tally, name, ntpq_tally_words(peer->tally),
			 (double)peer->offset_ns.val / NS_PER_MS, (unsigned int)peer->reach.val);
}

/* What another check tells, be it as a warning, is not told a second time. */
static bool warns(const struct check *other, const struct port_facts *f)
{
	return check_severity(other, f) >= SEV_WARN;
}

/* Its sentences' offset is beyond mindist, and the pulse is another clock's, or nobody's. */
static bool is_beyond_mindist(const struct ntp_view *v, const struct ntpq_peer *peer)
{
	return v->clock->kind == CLOCK_NMEA && v->pulse != v->clock && peer->tally == 'x' &&
	       fact_known(peer->offset_ns) && llabs(peer->offset_ns.val) > mindist_ns(v->d);
}

static void run_mindist(const struct port_facts *f, struct finding *out)
{
	const struct ntpq_peer *peer;
	struct ntp_view v;
	int64_t tenths;

	if (!ntp_find_nmea(f, &v) || v.unit.set.value[NTPD_NOSELECT] ||
	    !is_settled(f, v.d, peer = ntp_peer(v.d, v.clock)))
		return;
	out->severity = SEV_OK;
	/* when time2 is wrong, that is to be cured */
	if (!is_beyond_mindist(&v, peer) || warns(&check_daemon_time2, f))
		return;
	observe_mark(&v, v.clock, peer, out);
	finding_warn(out, "%s takes receiver and pulse for falsetickers of each other",
		     ntp_name(v.d));
	if (ntp_follows_pulse(v.d))
		out->severity = SEV_INFO;
	finding_why(out, "sentences and pulse are more than tos mindist apart (%.3f s), so their intervals do not overlap",
		    (double)mindist_ns(v.d) / NS_PER_S);
	tenths = (llabs(peer->offset_ns.val) + 100 * NS_PER_MS) / (100 * NS_PER_MS);
	ntp_fix_line(v.d, out, "tos mindist %lld.%lld", (long long)tenths / 10,
		     (long long)tenths % 10);
}

const struct check check_daemon_mindist = {
	.id = "daemon.mindist",
	.title = "sentences and pulse are farther apart than tos mindist: falsetickers",
	.explain = "ntpd compares its sources by intervals, each at least mindist wide (0.001 s). "
		"Sentences wander by tens of milliseconds and the pulse does not: apart by more, "
		"they exclude each other, and both are marked 'x' in ntpq -p. diag sees that mark "
		"on the receiver's clock ten minutes after the start, with an offset beyond "
		"mindist while time2 is right. tos mindist 0.1 or more lets them overlap.",
	.see = "ntp.conf(5), tos mindist; https://docs.ntpsec.org/latest/select.html",
	.stage = STAGE_DAEMON,
	.explains = EXPLAINS_WRONG_TIME,
	.run = run_mindist,
};

/* Another check says why. */
static bool is_explained(const struct port_facts *f)
{
	static const struct check *const reasons[] = {
		&check_daemon_no_flag1, &check_daemon_no_ppsapi, &check_daemon_flag3,
		&check_daemon_flag2, &check_daemon_time1, &check_daemon_time2,
		&check_daemon_no_prefer, &check_daemon_mindist,
	};

	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (warns(reasons[i], f))
			return true;
	return false;
}

static void run_falseticker(const struct port_facts *f, struct finding *out)
{
	struct ntp_view v;
	const struct ntpq_peer *peer = judged_peer(f, &v);

	if (!peer)
		return;
	out->severity = SEV_OK;
	if (peer->tally != 'x' || is_beyond_mindist(&v, peer) || is_explained(f))
		return;
	observe_mark(&v, v.pulse ? v.pulse : v.clock, peer, out);
	finding_warn(out, "%s takes the receiver for a falseticker", ntp_name(v.d));
	if (ntp_follows_pulse(v.d))
		out->severity = SEV_INFO;
	finding_why(out, "most other sources agree with each other and not with it: two bad servers outvote one receiver, or the receiver is wrong (week rollover, leap seconds, its edge)");
	finding_fix(out, "ntpq -pn     # whose offset differs? then mark the receiver prefer and true, or take bad servers out");
}

const struct check check_daemon_falseticker = {
	.id = "daemon.falseticker",
	.title = "ntpd takes the receiver for a falseticker",
	.explain = "An 'x' before the receiver in ntpq -p says that most of ntpd's other sources "
		"agree with each other, and not with it. Two or three network servers behind one "
		"slow, lopsided line can outvote a good receiver; or the receiver is off by whole "
		"seconds or by its pulse's width. diag reads the mark ten minutes after the "
		"start, and keeps silent where another check explains it.",
	.see = "ntpq(1), tally codes; https://docs.ntpsec.org/latest/select.html",
	.stage = STAGE_DAEMON,
	.explains = EXPLAINS_WRONG_TIME,
	.run = run_falseticker,
};

static void run_not_selected(const struct port_facts *f, struct finding *out)
{
	struct ntp_view v;
	const struct ntpq_peer *peer = judged_peer(f, &v);

	/* what it could not open others explain */
	if (!peer || !v.pulse || !facts_saw_pulse(f) ||
	    (fact_is(v.d->nodes_known, 1) && !daemon_has_open(v.d, f->pulse.name)))
		return;
	out->severity = SEV_OK;
	if (ntp_follows_pulse(v.d) || peer->tally == 'x' || is_explained(f))
		return;
	observe_mark(&v, v.pulse, peer, out);
	finding_warn(out, "%s has the pulse and does not use it", ntp_name(v.d));
	if (peer->tally == '*' || peer->tally == '+')
		finding_why(out, "it follows the sentences: no sentence could be paired with a pulse, so time2 is more than 0.45 s off, or the pulse was not there when ntpd started");
	else
		finding_why(out, "a pulse is used only when its source is among the survivors, or a preferred one is, and the clock is within 0.4 s of it");
	finding_fix(out, "ntpq -p -c rv -c clockvar     # what ntpd itself thinks; is the device newer than ntpd, restart it");
}

const struct check check_daemon_not_selected = {
	.id = "daemon.not-selected",
	.title = "ntpd has had the pulse for ten minutes and does not use it",
	.explain = "Pulses come, ntpd is configured for them, all of its last eight polls were "
		"answered, it has run for more than ten minutes, and yet there is no 'o' in ntpq "
		"-p: the pulse disciplines nothing. A '*' means that only the sentences do. diag "
		"names this when no other check says why, with the mark and its meaning.",
	.see = "ntpq(1), tally codes; ntpd/ntp_proto.c: clock_select()",
	.stage = STAGE_DAEMON,
	.explains = EXPLAINS_WRONG_TIME,
	.run = run_not_selected,
};

/* ---- panic ---- */

static void judge_panic(const struct daemon *d, const struct logline *log, struct finding *out)
{
	char restart[96];

	finding_fail(out, "NO TIME: %s gave up: the clock is too far off", ntp_name(d));
	finding_observed(out, "%s is not running; its log: %s", ntp_name(d), log->text);
	finding_why(out, "above 1000 s ntpd trusts neither its clock nor its sources, and exits (\"exceeds sanity limit\"); -g lets the first correction be of any size");
	daemon_restart_text(d, restart, sizeof(restart));
	finding_fix(out, "NTPD_OPTS='-g' in /etc/default/%s (or ntpd -g); then %s",
		    d->kind == DAEMON_NTPSEC ? "ntpsec" : "ntp", restart);
}

static void run_panic(const struct port_facts *f, struct finding *out)
{
	for (size_t i = 0; f->daemons && i < f->daemons->n; i++) {
		const struct daemon *d = &f->daemons->v[i];
		const struct logline *log = daemon_logged(d, LOG_CLOCK_TOO_FAR, NULL);

		if (!(DAEMON_BIT(d->kind) & DAEMONS_NTP) || !daemon_clock_of(d, f))
			continue;
		if (daemon_runs(d)) {
			out->severity = SEV_OK;
			return;
		}
		if (log && daemon_is_stopped(d) && !daemon_of(f, DAEMONS_ALL)) {
			judge_panic(d, log, out);
			return;
		}
	}
}

const struct check check_daemon_panic = {
	.id = "daemon.panic",
	.title = "ntpd exited: the clock is off by more than it will set",
	.explain = "A machine whose battery clock is empty starts years off. ntpd exits when its "
		"sources say more than 1000 s (\"time correction of ... seconds exceeds sanity "
		"limit\", in NTPsec \"Panic: offset too big\"), unless -g is on its command line, "
		"as in most distributions. diag finds that line in the log of an ntpd that has "
		"this port and does not run. If it comes with -g, too, the receiver's date is "
		"wrong.",
	.see = "ntpd(8), -g; ntp.conf(5), tinker panic",
	.stage = STAGE_DAEMON,
	.explains = EXPLAINS_WRONG_TIME,
	.run = run_panic,
};
