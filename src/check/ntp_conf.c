// SPDX-License-Identifier: GPL-2.0-or-later
/* Does ntpd take the lines of its configuration, and do they name this port? */
#include "ntp.h"

#include <stdio.h>
#include <string.h>

#include "../daemon/ntpd_lex.h"
#include "../ntplines.h"

/* By the table of units, or by the link's name. */
static struct fact unit_of(const struct port_facts *f)
{
	struct ntplines_input in;

	ntplines_of(f, &in);
	return in.unit;
}

/* It has this port, or may have been meant to: no daemon has it. */
static bool concerns(const struct daemon *d, const struct port_facts *f)
{
	return daemon_clock_of(d, f) || daemon_has_open(d, f->port.name) ||
	       (fact_known(unit_of(f)) && !daemon_of(f, DAEMONS_ALL));
}

/* The ntpd that runs and concerns this port, from `i` on; NULL: no more. */
static const struct daemon *next_ntp(const struct port_facts *f, size_t *i)
{
	while (f->daemons && *i < f->daemons->n) {
		const struct daemon *d = &f->daemons->v[(*i)++];

		if (DAEMON_BIT(d->kind) & DAEMONS_NTP && daemon_runs(d) && concerns(d, f))
			return d;
	}
	return NULL;
}

/* ---- lines that it does not take ---- */

static bool takes_port(unsigned int driver)
{
	return driver == NTPD_DRIVER_NMEA || driver == NTPD_DRIVER_PPS;
}

/* A line about the reference clock with this unit, right or wrong as it may be. */
static bool is_about_unit(const char *line, int64_t unit)
{
	const char *p = line, *end = line + strlen(line);
	bool refclock = false;
	int64_t named = 0;
	struct lexeme w;

	while (lex_word(&p, end, LEX_TOKEN, &w)) {
		unsigned int driver, of_address;

		if (sscanf(w.s, "127.127.%3u.%3u", &driver, &of_address) == 2)
			return of_address == unit && takes_port(driver);
		if (refclock && (lex_is(&w, "shm") || lex_is(&w, "gpsd")))
			return false;
		refclock = refclock || lex_is(&w, "refclock");
		if (refclock && lex_is(&w, "unit") &&
		    lex_word(&p, end, LEX_TOKEN, &w) && !lex_uint(&w, &named))
			return true;
	}
	return refclock && named == unit;
}

static const struct ntpd_error *find_error(const struct daemon *d, int64_t unit)
{
	for (size_t i = 0; i < d->ntpd->n_errors; i++)
		if (is_about_unit(d->ntpd->errors[i].at.text, unit))
			return &d->ntpd->errors[i];
	return NULL;
}

static void judge_error(const struct port_facts *f, const struct daemon *d,
			const struct ntpd_error *e, struct finding *out)
{
	char quote[NTP_QUOTE_MAX], restart[96];

	ntp_quote(d, &e->at, quote, sizeof(quote));
	finding_observed(out, "%.220s (%.90s)", quote, e->reason);
	if (ntp_follows_pulse(d))
		out->severity = SEV_INFO;
	else if (daemon_clock_of(d, f))
		finding_warn(out, "%s does not take a line about this receiver", ntp_name(d));
	else
		finding_fail(out, "NOT USABLE: %s does not take the line about this receiver",
			     ntp_name(d));
	finding_why(out, "ntpd logs a syntax error and goes on; %s",
		    e->in_part ? "what stands behind the mistake has no effect" :
		    "the whole line has no effect");
	daemon_restart_text(d, restart, sizeof(restart));
	finding_fix(out, "correct line %u of %.100s; then %s", e->at.line,
		    d->ntpd->files[e->at.file].path, restart);
}

/* A fudge line for another clock than the one that is configured, which has none. */
static const struct ntpd_entry *find_stray(const struct daemon *d, const struct daemon_clock *c)
{
	const struct ntpd_entry *stray = NULL;
	struct ntpd_unit u;

	if (c->kind != CLOCK_NMEA || daemon_unit(d, c, &u))
		return NULL;
	for (unsigned int i = NTPD_FLAG1; i <= NTPD_TIME2; i++)
		if (u.from[i])
			return NULL;
	while ((stray = ntpd_stray_fudge(d->ntpd, stray)))
		if (takes_port(stray->driver))
			return stray;
	return NULL;
}

static void judge_stray(const struct daemon *d, const struct ntpd_entry *stray,
			const struct daemon_clock *c, struct finding *out)
{
	const struct ntpd_entry *clock = &d->ntpd->clocks[c->index];
	char quote[NTP_QUOTE_MAX];
	int behind = 0;

	ntp_quote(d, &stray->at, quote, sizeof(quote));
	finding_warn(out, "a fudge line is about a clock that is not configured");
	finding_observed(out, "%s; the receiver's is 127.127.%u.%u", quote, clock->driver,
			 clock->unit);
	finding_why(out, "fudge changes a clock that a server or refclock line has started: this line does nothing, and the receiver's clock has none");
	(void)sscanf(stray->at.text, "%*s %*s %n", &behind);
	ntp_fix_line(d, out, "fudge 127.127.%u.%u %s", clock->driver, clock->unit,
		     behind ? stray->at.text + behind : "...");
}

static void judge_conf(const struct port_facts *f, const struct daemon *d, struct finding *out)
{
	const struct daemon_clock *c = daemon_clock_of(d, f);
	const struct fact unit = c && c->unit >= 0 ? fact_from(0, c->unit) : unit_of(f);
	const struct ntpd_error *e = fact_known(unit) ? find_error(d, unit.val) : NULL;
	const struct ntpd_entry *stray = c ? find_stray(d, c) : NULL;

	if (e)
		judge_error(f, d, e, out);
	else if (c && stray)
		judge_stray(d, stray, c, out);
	else if (c)
		out->severity = SEV_OK;
}

static void run_conf(const struct port_facts *f, struct finding *out)
{
	const struct daemon *d;
	size_t i = 0;

	while (out->severity <= SEV_OK && (d = next_ntp(f, &i))) {
		if (d->conf.state == FACT_DENIED)
			check_denied(out, "ntpd's configuration", d->conf);
		else if (d->ntpd)
			judge_conf(f, d, out);
	}
}

const struct check check_daemon_conf = {
	.id = "daemon.conf",
	.title = "ntpd does not take a line of its configuration about this receiver",
	.explain = "At a mistake ntpd logs a syntax error, leaves out the line or what is left of "
		"it, and runs: the receiver's clock is then missing, or lacks its flags. Classic "
		"ntp takes flags and times on a fudge line alone, NTPsec on the refclock line, "
		"too; a fudge line for a clock that no server or refclock line starts does "
		"nothing. diag reads the configuration, with what it includes, as that ntpd does.",
	.see = "ntp.conf(5); https://docs.ntpsec.org/latest/ntp_conf.html",
	.stage = STAGE_DAEMON,
	.explains = EXPLAINS_NO_ACCESS,
	.run = run_conf,
};

/* ---- the unit ---- */

/* A clock of this kind whose device is not there. */
static const struct daemon_clock *find_dead(const struct daemon *d, enum clock_kind kind)
{
	for (unsigned int i = 0; d->ntpd && i < d->n_clocks; i++) {
		const struct daemon_clock *c = &d->clocks[i];
		const struct fact_text *node = kind == CLOCK_PPS ? &c->pulse_node : &c->port_node;

		if (c->kind == kind && node->state == FACT_ABSENT)
			return c;
	}
	return NULL;
}

static void observe_dead(const struct daemon *d, const struct daemon_clock *c,
			 const char *ours, struct finding *out)
{
	char where[CLOCK_PATH_MAX + 16];

	daemon_where(d, c, where, sizeof(where));
	finding_observed(out, "unit %d in %.100s is %.80s, which does not exist; here it is /dev/%s",
			 c->unit, where, c->kind == CLOCK_PPS ? c->pulse : c->port, ours);
}

static void fix_unit(const struct daemon *d, const struct daemon_clock *c, int unit,
		     struct finding *out)
{
	const struct ntpd_place *at = &d->ntpd->clocks[c->index].at;
	char value[16];

	snprintf(value, sizeof(value), "%d", unit);
	if (!ntp_is_refclock(at))
		ntp_fix_line(d, out, "server 127.127.20.%d ..., and fudge 127.127.20.%d ...", unit,
			     unit);
	else
		ntp_fix_word(d, at, "unit", value, out);
}

static void judge_dead_port(const struct port_facts *f, const struct daemon *d,
			    const struct daemon_clock *c, int unit, struct finding *out)
{
	finding_fail(out, "NOT USABLE: %s looks for unit %d, this port is unit %d", ntp_name(d),
		     c->unit, unit);
	observe_dead(d, c, f->gps.name[0] ? f->gps.name : f->port.name, out);
	finding_why(out, "the number at the end of 127.127.20.N, or behind unit, is the one of /dev/gpsN and /dev/gpsppsN");
	fix_unit(d, c, unit, out);
}

/* Sentences are read, and the driver for a pulse alone finds none. */
static void judge_dead_pulse(const struct port_facts *f, const struct daemon *d,
			     const struct daemon_clock *c, struct finding *out)
{
	const char *node = check_pulse_node(f);
	const struct ntpd_place *at = &d->ntpd->clocks[c->index].at;
	char path[40];

	finding_fail(out, "NOT USABLE: %s looks for the pulse where there is none", ntp_name(d));
	observe_dead(d, c, node, out);
	finding_why(out, "the driver for a pulse alone (22) opens /dev/ppsN with its unit for N: that is the kernel's number, which follows the order of attaching");
	snprintf(path, sizeof(path), "/dev/%s", node);
	if (ntp_is_refclock(at))
		ntp_fix_word(d, at, "ppspath", path, out);
	else
		ntp_fix_line(d, out, "fudge 127.127.20.%d flag1 1, and no line with 127.127.22",
			     daemon_clock_of(d, f)->unit);
}

static void judge_unit(const struct port_facts *f, const struct daemon *d, struct fact unit,
		       struct finding *out)
{
	const struct daemon_clock *c = daemon_clock_of(d, f), *dead;

	if (!c) {
		dead = find_dead(d, CLOCK_NMEA);
		if (dead && fact_known(unit) && dead->unit != unit.val)
			judge_dead_port(f, d, dead, (int)unit.val, out);
		return;
	}
	if (!d->ntpd)
		return;
	dead = f->no_pulse || daemon_pulse_clock_of(d, f) ? NULL : find_dead(d, CLOCK_PPS);
	if (c->kind == CLOCK_NMEA && dead && facts_saw_pulse(f) && !ntp_follows_pulse(d))
		judge_dead_pulse(f, d, dead, out);
	else
		out->severity = SEV_OK;
}

static void run_unit(const struct port_facts *f, struct finding *out)
{
	const struct fact unit = unit_of(f);
	const struct daemon *d;
	size_t i = 0;

	if (!facts_is_attached(f))
		return;
	while (out->severity <= SEV_OK && (d = next_ntp(f, &i)))
		judge_unit(f, d, unit, out);
}

const struct check check_daemon_unit = {
	.id = "daemon.unit",
	.title = "ntpd is configured for another unit than this port's",
	.explain = "ntpd names its devices by the unit: 127.127.20.1, or refclock nmea unit 1, "
		"opens /dev/gps1 and /dev/gpspps1, and the driver for a pulse alone /dev/pps1. "
		"Where these do not exist it goes on without the receiver. diag sees a clock "
		"whose device is missing, and this port, unit N of the table or of its link, that "
		"no daemon uses. Write the right number into the configuration, or another unit "
		"into /etc/gpsppsctl.conf.",
	.see = "https://docs.ntpsec.org/latest/driver_nmea.html; https://docs.ntpsec.org/latest/driver_pps.html",
	.stage = STAGE_DAEMON,
	.explains = EXPLAINS_NO_ACCESS,
	.run = run_unit,
};
