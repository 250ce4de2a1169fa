// SPDX-License-Identifier: GPL-2.0-or-later
/* Does chronyd start with this configuration, and with which device? */
#include "chrony.h"

#include <errno.h>
#include <string.h>

/* ---- lines that it does not take ---- */

/* The first mistake that stops chronyd; one that a newer chronyd may know only with `proof`. */
static const struct chrony_error *find_error(const struct daemon *d, bool proof)
{
	const struct chrony_conf *conf = d->chrony;

	for (size_t i = 0; conf && i < conf->n_errors && i < CHRONY_ERRORS_MAX; i++) {
		const enum chrony_fault fault = conf->errors[i].fault;

		if (fault == CHRONY_REFUSED || (fault == CHRONY_UNKNOWN && proof))
			return &conf->errors[i];
	}
	return NULL;
}

static const struct logline *find_logged(const struct daemon *d)
{
	const struct logline *l = daemon_logged(d, LOG_CONF_ERROR, NULL);

	return l ? l : daemon_logged(d, LOG_DRIVER_UNKNOWN, NULL);
}

/* The machine's clock is in other hands, wherever they take their time from. */
static bool is_clock_kept(const struct port_facts *f)
{
	for (size_t i = 0; i < f->daemons->n; i++)
		if (daemon_runs(&f->daemons->v[i]) &&
		    daemon_row(f->daemons->v[i].kind)->keeps_clock)
			return true;
	return false;
}

/* A broken line may be the very one that names the port: then there is no clock of it. */
static bool concerns(const struct daemon *d, const struct port_facts *f,
		     const struct chrony_error *e)
{
	return daemon_clock_of(d, f) ||
	       (e && strstr(e->where.text, "refclock") && !is_clock_kept(f));
}

static void tell_error(const struct daemon *d, const struct chrony_error *e,
		       const struct logline *l, struct finding *out)
{
	char restart[96];

	daemon_restart_text(d, restart, sizeof(restart));
	if (e) {
		finding_saw(out, "line", fact_from(0, e->where.line));
		chrony_quote(d, &e->where, e->reason, out);
		finding_fix(out, "mend line %u of %s (%s); then %s", e->where.line,
			    d->chrony->files[e->where.file], e->reason, restart);
	} else {
		finding_observed(out, "the log of this boot: %s", l->text);
		finding_fix(out, "mend that line of %s; then %s",
			    d->conf_path[0] ? d->conf_path : "chrony.conf", restart);
	}
	finding_why(out, "chronyd ends at the first thing that it does not take (\"Fatal error : Could not parse ... directive\", \"unknown refclock driver\")");
}

static void judge_running(const struct daemon *d, const struct port_facts *f, struct finding *out)
{
	const struct chrony_error *e = find_error(d, false);

	if (!daemon_clock_of(d, f) || !d->chrony)
		return;
	out->severity = SEV_OK;
	if (!e)
		return;
	finding_warn(out, "chronyd runs, and will not start again with its configuration");
	tell_error(d, e, NULL, out);
}

static bool judge_stopped(const struct daemon *d, const struct port_facts *f, struct finding *out)
{
	const struct logline *l = find_logged(d);
	const struct chrony_error *e = find_error(d, l);

	if ((!e && !l) || !concerns(d, f, e))
		return false;
	if (is_clock_kept(f))
		finding_warn(out, "chronyd does not start: a line of its configuration");
	else
		finding_fail(out, "NO TIME: chronyd does not start: a line of its configuration");
	tell_error(d, e, l, out);
	return true;
}

/* Another daemon that keeps the clock by this port: then chrony is only installed. */
static bool has_other_keeper(const struct port_facts *f)
{
	return daemon_of(f, DAEMONS_NTP | DAEMON_BIT(DAEMON_CHRONY));
}

static void run_chrony_conf(const struct port_facts *f, struct finding *out)
{
	for (size_t i = 0; f->daemons && i < f->daemons->n; i++) {
		const struct daemon *d = &f->daemons->v[i];

		if (d->kind != DAEMON_CHRONY)
			continue;
		if (daemon_runs(d))
			judge_running(d, f, out);
		else if (daemon_is_stopped(d) && !has_other_keeper(f) && judge_stopped(d, f, out))
			return;
	}
}

const struct check check_chrony_conf = {
	.id = "chrony.conf",
	.title = "chronyd does not take a line of its configuration",
	.explain = "chronyd stops at the first directive or option that it does not know, so that "
		"one word keeps the clock without any time: the driver, the refid and the device of "
		"a refclock are different things (refclock PPS /dev/pps0 refid KPPS). diag reads the "
		"configuration with what it includes, and the log of this boot, and quotes the line. "
		"Mend it and restart chronyd.",
	.see = "chrony.conf(5)",
	.stage = STAGE_DAEMON,
	.explains = EXPLAINS_NO_ACCESS,
	.run = run_chrony_conf,
};

/* ---- the device ---- */

static bool is_missing(const struct logline *l)
{
	return l && (l->err == ENOENT || l->err == ENODEV || l->err == ENXIO);
}

/* Why it ended: the pulse was not there, or what it was given is no pulse. */
static const struct logline *find_end(const struct daemon *d)
{
	const struct logline *l = daemon_logged(d, LOG_PULSE_NOT_OPENED, NULL);

	return is_missing(l) ? l : daemon_logged(d, LOG_PULSE_NO_SOURCE, NULL);
}

static bool is_there(const struct port_facts *f, const char *name)
{
	for (size_t i = 0; f->pulses && i < f->pulses->n; i++)
		if (!strcmp(f->pulses->v[i].name, name))
			return true;
	return f->pulse.name[0] && !strcmp(f->pulse.name, name);
}

static const char *name_of(const char *path)
{
	return strncmp(path, "/dev/", 5) ? path : path + 5;
}

static bool is_our_link(const struct port_facts *f, const char *name)
{
	return f->gpspps.name[0] && !strcmp(name, f->gpspps.name);
}

/* By its name; or by a number that nobody has now, which this port may have had. */
static bool is_meant(const struct port_facts *f, const char *path)
{
	const char *const name = name_of(path);

	if (is_our_link(f, name) || !strcmp(name, f->port.name))
		return true;
	if (!strncmp(name, "pps", 3) && !is_there(f, name))
		return f->pulse.name[0] || fact_known(f->unit);
	return f->pulse.name[0] && !strcmp(name, f->pulse.name);
}

/* It is there by now: a restart is all that is needed. */
static bool is_late(const struct port_facts *f, const char *path)
{
	const char *const name = name_of(path);

	if (is_our_link(f, name))
		return f->gpspps.target.state == FACT_OK;
	return f->pulse.name[0] && !strcmp(name, f->pulse.name);
}

static void fix_missing(const struct daemon *d, const struct port_facts *f,
			const struct logline *l, struct finding *out)
{
	char restart[96];

	daemon_restart_text(d, restart, sizeof(restart));
	finding_why(out, "chronyd opens %s at its start and ends without it (\"Fatal error : Could not open %s\"); it does not wait for the device",
		    l->path, l->path);
	if (!f->pulse.name[0]) {
		finding_fix(out, "gpsppsctl attach /dev/%s && %s", f->port.name, restart);
	} else if (is_late(f, l->path)) {
		finding_fix(out, "%s     # at boot: Wants= and After=dev-%s.device in a drop-in of it",
			    restart, check_pulse_node(f));
		out->cure = d->service[0] ? CURE_COMMAND : CURE_NONE;
	} else {
		finding_fix(out, "chrony.conf: /dev/%s instead of %s     # then %s",
			    check_pulse_node(f), l->path, restart);
	}
}

static void judge_end(const struct daemon *d, const struct port_facts *f,
		      const struct logline *l, struct finding *out)
{
	char restart[96];

	finding_fail(out, is_missing(l) ? "NO TIME: chronyd ended, as its PPS device was missing" :
		     "NO TIME: chronyd ended, as what it was given is no PPS device");
	finding_observed(out, "the log of this boot: %s", l->text);
	if (is_missing(l)) {
		fix_missing(d, f, l, out);
		return;
	}
	daemon_restart_text(d, restart, sizeof(restart));
	finding_why(out, "a refclock PPS wants /dev/ppsN (or a link to one), not the serial port");
	finding_fix(out, "chrony.conf: refclock PPS /dev/%s     # then %s",
		    f->pulse.name[0] ? check_pulse_node(f) : "gpspps0", restart);
}

static void run_chrony_device(const struct port_facts *f, struct finding *out)
{
	if (!fact_is(f->present, 1))
		return;
	for (size_t i = 0; f->daemons && i < f->daemons->n; i++) {
		const struct daemon *d = &f->daemons->v[i];
		const struct logline *l;

		if (d->kind != DAEMON_CHRONY)
			continue;
		if (daemon_runs(d)) {
			if (f->pulse.name[0] && daemon_has_open(d, f->pulse.name))
				out->severity = SEV_OK;
			continue;
		}
		l = daemon_is_stopped(d) ? find_end(d) : NULL;
		if (l && is_meant(f, l->path) && !has_other_keeper(f)) {
			judge_end(d, f, l, out);
			return;
		}
	}
}

const struct check check_chrony_device = {
	.id = "chrony.device",
	.title = "chronyd ended because its PPS device was not there",
	.explain = "chronyd opens the device of a refclock PPS once, at its start, and ends when it "
		"is missing or no PPS device: at boot it may be earlier than the receiver is "
		"attached. diag sees that chronyd does not run, and finds \"Could not open\" in the "
		"log of this boot. Order chronyd after the device (dev-gpspps0.device); gpsppsctl's "
		"generator does so for each unit of its table.",
	.see = "refclock_pps.c of chrony; systemd.device(5)",
	.stage = STAGE_DAEMON,
	.explains = EXPLAINS_NO_ACCESS,
	.run = run_chrony_device,
};
