// SPDX-License-Identifier: GPL-2.0-or-later
/* Does ntpd take the lines of its configuration about this port? */
#include "ntp.h"

#include <stdio.h>
#include <string.h>

#include "../daemon/ntpd_lex.h"

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
	const struct fact unit = c && c->unit >= 0 ? fact_from(0, c->unit) : ntp_unit_of(f);
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

	while (out->severity <= SEV_OK && (d = ntp_next(f, &i))) {
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
