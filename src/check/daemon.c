// SPDX-License-Identifier: GPL-2.0-or-later
/* Does a daemon run that takes this port's time? */
#include <stdio.h>
#include <string.h>

#include "access.h"

/* ---- why it stopped ---- */

static const struct logline *find_reason(const struct daemon *d)
{
	/* what ends a daemon, or keeps systemd from starting it */
	static const enum log_what ends[] = {
		LOG_CLOCK_BUSY, LOG_PULSE_NOT_OPENED, LOG_PULSE_NO_SOURCE, LOG_PULSE_NOT_SET,
		LOG_PORT_HELD, LOG_DEVICE_TIMEOUT, LOG_NOT_STARTED,
	};

	for (unsigned int i = d->n_log; i-- > 0; )
		for (size_t k = 0; k < sizeof(ends) / sizeof(ends[0]); k++)
			if (d->log[i].what == ends[k])
				return &d->log[i];
	return NULL;
}

/* Another one that keeps the clock, and so has port 123. */
static const struct daemon *find_rival(const struct port_facts *f, const struct daemon *d)
{
	for (size_t i = 0; i < f->daemons->n; i++) {
		const struct daemon *other = &f->daemons->v[i];

		if (other != d && daemon_runs(other) && daemon_row(other->kind)->keeps_clock)
			return other;
	}
	return NULL;
}

static void start_text(const struct daemon *d, char *buf, size_t size)
{
	if (d->service[0])
		snprintf(buf, size, "systemctl start %s", d->service);
	else
		snprintf(buf, size, "start %s", daemon_row(d->kind)->comm);
}

static void fix_start(const struct port_facts *f, const struct daemon *d,
		      const struct logline *reason, struct finding *out)
{
	const enum log_what what = reason ? reason->what : LOG_NOTHING;
	const struct daemon *rival = what == LOG_CLOCK_BUSY ? find_rival(f, d) : NULL;
	char start[96];

	start_text(d, start, sizeof(start));
	if (rival && rival->service[0])
		finding_fix(out, "systemctl disable --now %s && %s", rival->service, start);
	else if (what == LOG_CLOCK_BUSY)
		finding_fix(out, "ss -ulpn 'sport = :123'     # stop what is there, then: %s",
			    start);
	else
		finding_fix(out, "%s", start);
}

/* ---- which one ---- */

/* What would say otherwise: a file that was refused, or a daemon on the port. */
static bool is_open_question(const struct port_facts *f, struct finding *out)
{
	for (size_t i = 0; i < f->daemons->n; i++)
		if (f->daemons->v[i].conf.state == FACT_DENIED) {
			check_denied(out, f->daemons->v[i].conf_path[0] ?
				     f->daemons->v[i].conf_path : "a daemon's configuration",
				     f->daemons->v[i].conf);
			return true;
		}
	return facts_holder(f, ROLE_NTP) || facts_holder(f, ROLE_GPSD);
}

/* Nothing that is configured wants this port. */
static void judge_nobody(const struct port_facts *f, struct finding *out)
{
	if (is_open_question(f, out))
		return;
	out->severity = SEV_INFO;
	if (f->daemons->n) {
		finding_observed(out, "no daemon is configured for this receiver");
		finding_fix(out, "gpsppsctl diag -v     # has the lines to write into its configuration");
	} else {
		finding_observed(out, "no daemon that keeps the clock is installed");
		finding_fix(out, "install chrony, ntpsec or ntp     # gpsppsctl diag -v has the lines to write");
	}
}

static void judge_stopped(const struct port_facts *f, const struct daemon *d,
			  struct finding *out)
{
	const struct logline *reason = find_reason(d);
	const struct daemon_row *row = daemon_row(d->kind);

	finding_warn(out, "%s is configured for this receiver and does not run", row->name);
	if (reason)
		finding_observed(out, "its log says: %s", reason->text);
	else
		finding_observed(out, "%s takes this receiver, there is no process %s%s",
				 d->conf_path[0] ? d->conf_path : "its configuration", row->comm,
				 fact_known(d->log_known) ? ", and its log of this boot has no reason" : "");
	if (reason)
		finding_why(out, "%s; nobody takes the pulse until it runs",
			    logline_words(reason->what));
	else
		finding_why(out, "nobody takes the pulse until it runs");
	fix_start(f, d, reason, out);
}

/* The checks of one daemon know better why it does not run. */
static bool is_told(const struct port_facts *f)
{
	static const struct check *const others[] = {
		&check_daemon_panic, &check_chrony_conf, &check_chrony_device, &check_gpsd_no_n,
		&check_gpsd_holder,
	};

	return check_severity(&check_chrony_conf, f) == SEV_WARN ||
	       check_any_fails(others, sizeof(others) / sizeof(others[0]), f);
}

static void run_daemon_not_running(const struct port_facts *f, struct finding *out)
{
	const struct daemon *d;

	if (!fact_is(f->present, 1) || !f->daemons ||
	    !(facts_is_attached(f) || fact_known(f->unit)))
		return;
	for (size_t i = 0; (d = access_next(f, &i)); ) {
		if (daemon_runs(d) || access_is_leftover(f, d))
			continue;
		if (!daemon_is_stopped(d))
			check_denied(out, "the list of processes", d->pid);
		else if (!is_told(f))
			judge_stopped(f, d, out);
		return;
	}
	if (daemon_of(f, DAEMONS_ALL))
		out->severity = SEV_OK;
	else if (check_severity(&check_feed_absent, f) < SEV_INFO)
		judge_nobody(f, out);
}

const struct check check_daemon_not_running = {
	.id = "daemon.not-running",
	.title = "the daemon that is configured for the receiver does not run",
	.explain = "The receiver and its pulse are there, and nobody takes the time from them: the "
		"daemon whose configuration names this port has no process. It was stopped, it "
		"is not enabled, or it ended: port 123 was taken by another daemon, the clock was "
		"further off than ntpd sets it without -g, a line of its configuration is wrong, "
		"or systemd waited for a device. diag looks for the process and quotes the line of "
		"the log. The kernel stamps the pulse all the same.",
	.see = "systemctl status; journalctl -b -u UNIT",
	.stage = STAGE_DAEMON,
	.explains = EXPLAINS_WRONG_TIME,
	.run = run_daemon_not_running,
};
