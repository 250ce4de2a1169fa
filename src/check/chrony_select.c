// SPDX-License-Identifier: GPL-2.0-or-later
/* May chronyd select the pulse at all, and does it set the clock? */
#include "chrony.h"

#include <errno.h>
#include <string.h>

/* Sources that may be selected; a pool is many, so that a number is only known without one. */
static unsigned int count_selectable(const struct chrony_conf *conf, bool *is_exact)
{
	unsigned int n = 0;

	*is_exact = !conf->servers && !conf->pools && !conf->peers && !conf->n_sourcedirs;
	for (size_t i = 0; i < conf->n_refclocks; i++)
		if (!(conf->refclocks[i].flags & CHRONY_NOSELECT))
			n++;
	return n;
}

static void run_chrony_noselect(const struct port_facts *f, struct finding *out)
{
	struct chrony_pulse p;
	bool is_exact;

	if (!chrony_find_pulse(f, out, &p))
		return;
	out->severity = SEV_OK;
	if (!(p.rc->flags & CHRONY_NOSELECT))
		return;
	chrony_quote(p.d, &p.rc->where, "", out);
	if (!count_selectable(p.d->chrony, &is_exact) && is_exact)
		finding_fail(out, "NO TIME: the pulse is marked noselect, and nothing else sets the clock");
	else
		finding_warn(out, "the pulse is marked noselect: the clock is never set by it");
	finding_why(out, "noselect is for the refclock with the sentences, which are poor time and only number the pulses; on the pulse's own line it makes it a measurement without effect");
	chrony_fix_line(p.d, &p.rc->where, &(struct chrony_edit){ "noselect", false, "" }, out);
}

const struct check check_chrony_noselect = {
	.id = "chrony.noselect",
	.title = "the pulse's own refclock is marked noselect",
	.explain = "A refclock with noselect is measured and never used for the clock. That is right "
		"for the sentences (SHM, SOCK), to which the pulse is locked all the same, and wrong "
		"for the pulse, unless it shall only be compared. diag reads it in the configuration; "
		"chronyc sources shows the source with \"?\" and a reach that is not 0.",
	.see = "https://chrony-project.org/doc/latest/chrony.conf.html#refclock (noselect)",
	.stage = STAGE_DAEMON,
	.explains = EXPLAINS_NO_ACCESS,
	.run = run_chrony_noselect,
};

static void run_chrony_minsources(const struct port_facts *f, struct finding *out)
{
	struct chrony_pulse p;
	char restart[96];
	unsigned int n;
	bool is_exact;

	if (!chrony_find_pulse(f, out, &p))
		return;
	n = count_selectable(p.d->chrony, &is_exact);
	finding_saw(out, "minsources", fact_from(0, p.d->chrony->minsources));
	finding_saw(out, "selectable", fact_from(is_exact ? 0 : -ENOENT, n));
	out->severity = SEV_OK;
	/* without any at all it is noselect's, and nobody else's word */
	if (!is_exact || !n || (int)n >= p.d->chrony->minsources ||
	    (p.said && (p.said->state == '*' || p.said->state == '+')))
		return;
	finding_fail(out, "NO TIME: chronyd wants %d sources, and has %u",
		     p.d->chrony->minsources, n);
	finding_observed(out, "minsources %d in %s; refclocks that may be selected: %u, servers: none",
			 p.d->chrony->minsources, p.d->conf_path, n);
	finding_why(out, "the clock is not set before so many sources are selectable; a refclock with noselect is none");
	daemon_restart_text(p.d, restart, sizeof(restart));
	finding_fix(out, "chrony.conf: minsources %u     # then %s", n, restart);
}

const struct check check_chrony_minsources = {
	.id = "chrony.minsources",
	.title = "chronyd wants more sources than are configured",
	.explain = "With minsources N chronyd sets the clock only when N sources may be selected at "
		"once. A receiver alone is one source (its sentences have noselect, or are a second "
		"one), so that a 2 or 3 that some guides recommend for servers stops it. diag counts "
		"the refclocks of the configuration where there are no servers beside them.",
	.see = "https://chrony-project.org/doc/latest/chrony.conf.html (minsources)",
	.stage = STAGE_DAEMON,
	.explains = EXPLAINS_NO_ACCESS,
	.run = run_chrony_minsources,
};

/* ---- TAI ---- */

/* The first refclock that is called TAI and has a part in the time. */
static const struct chrony_refclock *find_tai(const struct chrony_conf *conf)
{
	for (size_t i = 0; i < conf->n_refclocks; i++) {
		const struct chrony_refclock *rc = &conf->refclocks[i];
		bool is_partner = false;

		if (!(rc->flags & CHRONY_TAI) || chrony_is_pulse(rc) ||
		    (rc->driver != CHRONY_SHM && rc->driver != CHRONY_SOCK))
			continue;
		for (size_t j = 0; j < conf->n_refclocks; j++)
			is_partner = is_partner || !strcmp(conf->refclocks[j].lock, rc->refid);
		if (is_partner || !(rc->flags & CHRONY_NOSELECT))
			return rc;
	}
	return NULL;
}

/* What gpsd writes is UTC (ntp_write() in timehint.c); of another feeder nothing is known. */
static void run_chrony_tai(const struct port_facts *f, struct finding *out)
{
	const struct daemon *d = daemon_of(f, DAEMON_BIT(DAEMON_CHRONY));
	const struct chrony_refclock *rc;

	if (!d || !d->chrony || !daemon_of(f, DAEMON_BIT(DAEMON_GPSD)))
		return;
	rc = find_tai(d->chrony);
	out->severity = SEV_OK;
	if (!rc)
		return;
	finding_fail(out, "WRONG TIME: gpsd's UTC is taken for TAI, which is 37 s ahead");
	chrony_quote(d, &rc->where, "", out);
	finding_why(out, "with 'tai' chronyd takes off the leap seconds that gpsd has taken off already: the clock is 37 s slow");
	chrony_fix_line(d, &rc->where, &(struct chrony_edit){ "tai", false, "" }, out);
}

const struct check check_chrony_tai = {
	.id = "chrony.tai",
	.title = "gpsd's UTC is taken for TAI",
	.explain = "The option tai says that a refclock keeps TAI, as a PTP hardware clock does; "
		"chronyd then takes off the difference to UTC, 37 s since 2017. gpsd hands on UTC, so "
		"that the clock is wrong by all of it, and the pulse keeps it there. diag reads the "
		"option on a refclock that gpsd feeds. Take it out.",
	.see = "https://chrony-project.org/doc/latest/chrony.conf.html#refclock (tai)",
	.stage = STAGE_DAEMON,
	.explains = EXPLAINS_WRONG_TIME,
	.run = run_chrony_tai,
};

/* ---- chronyd -x ---- */

static void run_chrony_no_clock(const struct port_facts *f, struct finding *out)
{
	const struct daemon *d = daemon_of(f, DAEMON_BIT(DAEMON_CHRONY));
	char restart[96];

	if (!d)
		return;
	out->severity = SEV_OK;
	if (!d->chrony_command.no_clock || d->chrony_command.once)
		return;
	finding_observed(out, "chronyd[%d] runs with -x", (int)d->pid.val);
	if (f->host.container.state == FACT_OK) {
		out->severity = SEV_INFO;
		finding_why(out, "in a container the host keeps the clock");
		return;
	}
	daemon_restart_text(d, restart, sizeof(restart));
	finding_warn(out, "chronyd only measures: it was told not to set the clock (-x)");
	finding_why(out, "with -x chronyd serves the receiver's time to others and leaves this machine's clock alone; Debian's start script adds it when there is no CAP_SYS_TIME");
	finding_fix(out, "take -x out of DAEMON_OPTS in /etc/default/chrony (and give the unit CAP_SYS_TIME); then %s",
		    restart);
}

const struct check check_chrony_no_clock = {
	.id = "chrony.no-clock",
	.title = "chronyd runs with -x and does not set the clock",
	.explain = "With the option -x chronyd measures its sources and serves their time, and the "
		"system's clock is left as it is: right in a container, a surprise elsewhere. Some "
		"start scripts add it by themselves when the capability CAP_SYS_TIME is missing. "
		"diag reads the command line of the process that runs.",
	.see = "chronyd(8), -x",
	.stage = STAGE_DAEMON,
	.explains = EXPLAINS_NO_ACCESS,
	.run = run_chrony_no_clock,
};
