// SPDX-License-Identifier: GPL-2.0-or-later
/* Does ntpd take the pulse?  flag1, flag3, what its driver was built for, where ntpq shows it. */
#include "../daemon/mark.h"
#include "ntp.h"

#include <string.h>

/* ---- where to look ---- */

static void run_no_pps_line(const struct port_facts *f, struct finding *out)
{
	const struct ntpq_peer *peer;
	char name[MARK_NAME_MAX];
	struct ntp_view v;

	if (!ntp_find_nmea(f, &v) || v.pulse != v.clock)
		return;
	mark_name(v.d, v.clock, name, sizeof(name));
	peer = ntp_peer(v.d, v.clock);
	out->severity = SEV_INFO;
	if (peer)
		finding_observed(out, "ntpq -p has '%c' before %s: %s", peer->tally, name,
				 ntpq_tally_words(peer->tally));
	else
		finding_observed(out, "%s takes the pulse with %s itself (flag1 1)",
				 ntp_name(v.d), name);
	finding_why(out, "the NMEA driver has no line of its own for the pulse in ntpq -p: an 'o' before its one line says that the pulse is used, a '*' that only the sentences are");
	if (!ntp_uses_pulse(&v))
		finding_fix(out, "ntpq -p     # look for o before %s, some minutes after the start",
			    name);
}

const struct check check_daemon_no_pps_line = {
	.id = "daemon.no-pps-line",
	.title = "ntpq shows no line of its own for the pulse: look for o",
	.explain = "ntpd's NMEA driver reads the sentences and the pulse, and ntpq -p has one "
		"line for both: NMEA(0) in NTPsec, 127.127.20.0 in classic ntp. Whether the pulse "
		"is used is told by the mark before it: 'o' is a pulse that disciplines the "
		"clock, '*' the sentences alone, 'x' a source that disagrees with the others, a "
		"blank one that is not used. This is no fault; only the driver for a pulse alone "
		"(22) has a line PPS(0).",
	.see = "ntpq(1), tally codes; https://docs.ntpsec.org/latest/driver_nmea.html",
	.stage = STAGE_DAEMON,
	.run = run_no_pps_line,
};

/* ---- flag1 ---- */

/* Somebody takes this pulse, if not this clock: another clock, another daemon, by our feed. */
static bool is_pulse_taken(const struct port_facts *f)
{
	for (size_t i = 0; i < f->daemons->n; i++)
		if (daemon_runs(&f->daemons->v[i]) &&
		    (daemon_pulse_clock_of(&f->daemons->v[i], f) ||
		     daemon_takes_feed(&f->daemons->v[i], f)))
			return true;
	return false;
}

/* By its own word, or by what it has open: the file was changed since its start. */
static bool has_pulse_all_the_same(const struct port_facts *f, const struct ntp_view *v)
{
	return ntp_in_effect(v->d, v->clock, &v->unit, NTPD_FLAG1) ||
	       daemon_has_open(v->d, f->pulse.name);
}

static void run_no_flag1(const struct port_facts *f, struct finding *out)
{
	char quote[NTP_QUOTE_MAX];
	struct ntp_view v;

	if (!ntp_find_nmea(f, &v) || f->no_pulse || !facts_is_attached(f))
		return;
	if (v.pulse) {
		out->severity = SEV_OK;
		return;
	}
	/* a clock for a pulse that opens nothing is daemon.unit's */
	if (!facts_saw_pulse(f) || is_pulse_taken(f) || check_fails(&check_daemon_unit, f))
		return;
	ntp_quote(v.d, ntp_place(&v.unit, NTPD_FLAG1), quote, sizeof(quote));
	finding_observed(out, "%s", quote);
	if (ntp_follows_pulse(v.d) || v.unit.set.value[NTPD_NOSELECT] ||
	    has_pulse_all_the_same(f, &v))
		out->severity = SEV_INFO;
	else
		finding_fail(out, "NOT USABLE: %s leaves the pulse alone: flag1 is not set",
			     ntp_name(v.d));
	finding_why(out, "without flag1 1 the NMEA driver takes the time from the sentences alone, which wander by milliseconds: '*' before it in ntpq -p, and never 'o'");
	ntp_fix(v.d, &v.unit, NTPD_FLAG1, "1", out);
}

const struct check check_daemon_no_flag1 = {
	.id = "daemon.no-flag1",
	.title = "ntpd does not take the pulse: flag1 is not set",
	.explain = "The pulse is off by default in ntpd's NMEA driver, classic and NTPsec: flag1 "
		"1 switches it on (on a fudge line, in NTPsec also on the refclock line). Without "
		"it everything looks well, and the clock follows the end of a serial sentence. "
		"diag sees pulses, reads the configuration of the daemon that runs, and finds no "
		"clock that takes them. Add flag1 1 and restart the daemon.",
	.see = "https://docs.ntpsec.org/latest/driver_nmea.html (flag1)",
	.stage = STAGE_DAEMON,
	.explains = EXPLAINS_NO_ACCESS | EXPLAINS_WRONG_TIME,
	.run = run_no_flag1,
};

/* ---- flag3 ---- */

/*
 * In both ntpds the NMEA driver destroys its handle when the kernel cannot bind the
 * pulse (refclock_params(), nmea_control()).  The driver for a pulse alone tries it once,
 * says so, and goes on (refclock_catcher()).
 */
static bool asks_for_hardpps(const struct ntp_view *v)
{
	return v->unit.set.value[NTPD_FLAG3] ||
	       ntp_in_effect(v->d, v->clock, &v->unit, NTPD_FLAG3);
}

static void observe_flag3(const struct port_facts *f, const struct ntp_view *v,
			  const struct logline *log, struct finding *out)
{
	char quote[NTP_QUOTE_MAX];

	ntp_quote(v->d, ntp_place(&v->unit, NTPD_FLAG3), quote, sizeof(quote));
	if (log)
		finding_observed(out, "%.170s; the log: %.130s", quote, log->text);
	else
		finding_observed(out, "%.200s; kernel %.40s is built without CONFIG_NTP_PPS", quote,
				 f->kernel.release.val);
}

static void judge_flag3(const struct port_facts *f, const struct ntp_view *v,
			const struct logline *log, struct finding *out)
{
	observe_flag3(f, v, log, out);
	if (daemon_retries_pulse(v->d, v->clock)) {
		out->severity = SEV_INFO;
		finding_why(out, "this kernel cannot steer its clock by the pulse itself; this NTPsec is patched (+pps), ignores flag3 then, and steers the clock by the same stamps");
		ntp_fix(v->d, &v->unit, NTPD_FLAG3, "0", out);
		return;
	}
	/* it still has the pulse: the line is newer than its start */
	if (ntp_uses_pulse(v) || (!log && daemon_has_open(v->d, f->pulse.name)))
		out->severity = SEV_INFO;
	else
		finding_fail(out, "NOT USABLE: %s drops the pulse: flag3 asks for hardpps",
			     ntp_name(v->d));
	finding_why(out, "this kernel cannot steer its clock by the pulse itself; the NMEA driver then gives the pulse up: \"refclock_params: kernel PLL (hardpps, RFC 1589) not implemented\"");
	ntp_fix(v->d, &v->unit, NTPD_FLAG3, "0", out);
}

static void run_flag3(const struct port_facts *f, struct finding *out)
{
	const struct logline *log;
	struct ntp_view v;

	if (!ntp_find_nmea(f, &v) || v.pulse != v.clock)
		return;
	finding_saw(out, "flag3", fact_from(0, v.unit.set.value[NTPD_FLAG3]));
	finding_saw(out, "ntp_pps", f->kernel.ntp_pps);
	if (!asks_for_hardpps(&v)) {
		out->severity = SEV_OK;
		return;
	}
	log = daemon_logged(v.d, LOG_PULSE_NO_HARDPPS, NULL);
	if (log || fact_is(f->kernel.ntp_pps, 0))
		judge_flag3(f, &v, log, out);
	else if (fact_known(f->kernel.ntp_pps))
		out->severity = SEV_OK;
	else if (f->kernel.ntp_pps.state == FACT_DENIED && !ntp_uses_pulse(&v))
		check_denied(out, "whether the kernel has hardpps (flag3)", f->kernel.ntp_pps);
}

const struct check check_daemon_flag3 = {
	.id = "daemon.flag3",
	.title = "flag3 asks for hardpps, which the kernel lacks: the pulse is dropped",
	.explain = "flag3 1 asks the kernel to discipline its clock by the pulse (hardpps, "
		"CONFIG_NTP_PPS), which distributions' kernels cannot. ntpd's NMEA driver, "
		"classic and NTPsec, then drops the pulse altogether, not only the kernel's part: "
		"\"kernel PLL (hardpps, RFC 1589) not implemented\", \"set PPSAPI params fails\". "
		"diag reads the configuration, the kernel's, and the daemon's log. Set flag3 0: "
		"ntpd steers the clock by the same stamps.",
	.see = "ntpd/ntp_refclock.c: refclock_params(); https://docs.ntpsec.org/latest/driver_nmea.html (flag3)",
	.stage = STAGE_DAEMON,
	.explains = EXPLAINS_NO_ACCESS | EXPLAINS_WRONG_TIME,
	.run = run_flag3,
};

/* ---- built without it ---- */

/* NTPsec says that it opened the port, and of the pulse neither that nor why not. */
static bool is_mute_about_pulse(const struct ntp_view *v)
{
	static const enum log_what of_pulse[] = {
		LOG_PULSE_OPENED, LOG_PULSE_NOT_OPENED, LOG_PULSE_NO_SOURCE, LOG_PULSE_NOT_SET,
		LOG_PULSE_NO_HARDPPS, LOG_PULSE_DROPPED, LOG_PULSE_USED,
	};

	for (size_t i = 0; i < sizeof(of_pulse) / sizeof(of_pulse[0]); i++)
		if (daemon_logged(v->d, of_pulse[i], NULL))
			return false;
	return daemon_logged(v->d, LOG_PORT_OPENED, NULL);
}

static void run_no_ppsapi(const struct port_facts *f, struct finding *out)
{
	const struct ntpq_clock *said;
	struct ntp_view v;

	/* classic ntp logs nothing of a pulse that it opened: there nothing tells */
	if (!ntp_find_nmea(f, &v) || v.d->kind != DAEMON_NTPSEC || v.pulse != v.clock)
		return;
	if (daemon_has_open(v.d, f->pulse.name)) {
		out->severity = SEV_OK;
		return;
	}
	said = ntp_said(v.d, v.clock);
	if (!said || !fact_known(said->flags) || !(said->flags.val & 1) ||
	    !fact_is(v.d->nodes_known, 1) || !fact_is(v.d->log_known, 1) ||
	    !is_mute_about_pulse(&v))
		return;
	finding_fail(out, "NOT USABLE: this ntpd was built without the interface for pulses");
	finding_observed(out, "flag1 is set in %s[%d], it logged the port and nothing of a pulse, and has %s not open",
			 v.d->process.comm, (int)v.d->pid.val, f->pulse.name);
	finding_why(out, "PPSAPI is built in only where timepps.h (pps-tools) was there: otherwise flag1 is taken and does nothing");
	finding_fix(out, "install the distribution's ntpsec, or build it again with pps-tools (libpps-dev) installed");
}

const struct check check_daemon_no_ppsapi = {
	.id = "daemon.no-ppsapi",
	.title = "ntpd was built without the interface for pulses (PPSAPI)",
	.explain = "ntpd compiles its code for pulses only where it finds timepps.h, which is in "
		"pps-tools (libpps-dev). An ntpd that lacks it takes flag1 1 without a word and "
		"never opens /dev/gpsppsN. diag names it only when NTPsec itself says that flag1 "
		"is set, its log of this start has the port and nothing about the pulse, and it "
		"does not have the pulse's device open. \"flag1 1 but PPSAPI fails\" is another "
		"fault: then it is built in, and the device was missing.",
	.see = "ntpd/refclock_nmea.c: nmea_control(), HAVE_PPSAPI; https://docs.ntpsec.org/latest/driver_nmea.html",
	.stage = STAGE_DAEMON,
	.explains = EXPLAINS_NO_ACCESS,
	.run = run_no_ppsapi,
};
