// SPDX-License-Identifier: GPL-2.0-or-later
/* Does ntpd count the seconds rightly?  time2, time1, and the edge that it takes. */
#include "ntp.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- time2 ---- */

#define TIME2_WARN_NS (100 * NS_PER_MS)
#define TIME2_FAIL_NS (400 * NS_PER_MS)
/* Beyond half a second the sentence is paired with another pulse, and `o` comes all the same. */
#define TIME2_OTHER_NS (500 * NS_PER_MS)

struct delay {
	int64_t ns;			/* the best that is known */
	int64_t from_ns, to_ns;		/* between these the sentence surely ends */
};

/*
 * Where nobody could listen, the sentence that ntpd takes ends somewhere in the burst:
 * a time2 that fits any of them is not to blame.
 */
static bool find_delay(const struct port_facts *f, struct delay *d)
{
	const struct fact ms = facts_delay_ms(f);
	struct fact first, last;

	if (!fact_known(ms) || !facts_burst(f, &first, &last))
		return false;
	d->ns = d->from_ns = d->to_ns = ms.val * NS_PER_MS;
	if (!fact_known(f->sentences.dated_ms) && !facts_one_sentence(f))
		d->from_ns = first.val * NS_PER_MS;
	return true;
}

static int64_t off_by_ns(int64_t time2_ns, const struct delay *d)
{
	if (time2_ns > d->to_ns)
		return time2_ns - d->to_ns;
	return time2_ns < d->from_ns ? d->from_ns - time2_ns : 0;
}

static double seconds(int64_t ns)
{
	return (double)ns / NS_PER_S;
}

static void set_time2_severity(const struct ntp_view *v, int64_t off_ns, struct finding *out)
{
	const bool counts = !v->unit.set.value[NTPD_NOSELECT];

	if (off_ns >= TIME2_OTHER_NS ||
	    (off_ns >= TIME2_FAIL_NS && !ntp_uses_pulse(v)))
		finding_fail(out, "WRONG TIME: time2 is %.2f s off", seconds(off_ns));
	else
		finding_warn(out, "time2 is %.2f s off", seconds(off_ns));
	if (!counts)
		out->severity = SEV_INFO;
}

static void judge_time2(const struct ntp_view *v, int64_t time2_ns, const struct delay *d,
			struct finding *out)
{
	char quote[NTP_QUOTE_MAX], value[32];

	set_time2_severity(v, off_by_ns(time2_ns, d), out);
	ntp_quote(v->d, ntp_place(&v->unit, NTPD_TIME2), quote, sizeof(quote));
	if (v->unit.set.value[NTPD_TIME2] != time2_ns)
		finding_observed(out, "%s says that time2 is %.3f, the sentence ends %.3f s after the pulse; %.190s",
				 ntp_name(v->d), seconds(time2_ns), seconds(d->ns), quote);
	else
		finding_observed(out, "ntp.conf says time2 %.3f, the sentence ends %.3f s after the pulse; %.190s",
				 seconds(time2_ns), seconds(d->ns), quote);
	finding_why(out, "time2 is how late a sentence ends: less it, ntpd looks for the pulse that is nearest, within 0.45 s; with the wrong one the clock is a second off, with none the pulse is not used");
	snprintf(value, sizeof(value), "%.3f", seconds(d->ns));
	ntp_fix(v->d, &v->unit, NTPD_TIME2, value, out);
}

static void run_time2(const struct port_facts *f, struct finding *out)
{
	struct ntp_view v;
	struct delay d;
	int64_t time2_ns;

	if (!ntp_find_nmea(f, &v) || !find_delay(f, &d))
		return;
	time2_ns = ntp_in_effect(v.d, v.clock, &v.unit, NTPD_TIME2);
	finding_saw(out, "time2_ms", fact_from(0, time2_ns / NS_PER_MS));
	finding_saw(out, "delay_ms", fact_from(0, d.ns / NS_PER_MS));
	if (off_by_ns(time2_ns, &d) > TIME2_WARN_NS)
		judge_time2(&v, time2_ns, &d, out);
	else
		out->severity = SEV_OK;
}

const struct check check_daemon_time2 = {
	.id = "daemon.time2",
	.title = "time2 does not say how late the sentences end",
	.explain = "time2 tells ntpd's NMEA driver, classic and NTPsec, how long after the pulse "
		"the end of a sentence comes. It takes that off, and pairs the sentence with the "
		"nearest pulse when 0.45 s at most remain: beyond that the pulse is not used, or "
		"a wrong second is numbered. diag measures when the sentences end, without "
		"reading them, and compares it with the configuration and with what ntpd says is "
		"in effect. A tenth of a second is a warning, 0.4 s a fault.",
	.see = "https://docs.ntpsec.org/latest/driver_nmea.html (time2); ntpd/refclock_nmea.c: refclock_ppsrelate()",
	.stage = STAGE_DAEMON,
	.explains = EXPLAINS_WRONG_TIME,
	.run = run_time2,
};

/* ---- the edge ---- */

#define COMPENSATED_NS (5 * NS_PER_MS)

static const char *edge_name(bool clear)
{
	return clear ? "clear" : "assert";
}

/* The other edge alone is captured: the file is not what is in effect. */
static bool captures_only(const struct port_facts *f, bool clear)
{
	return fact_known(f->pps_mode) && (f->pps_mode.val & PPS_BOTH_EDGES) ==
		(clear ? PPS_CLEAR_EDGE : PPS_ASSERT_EDGE);
}

static void judge_edge(const struct port_facts *f, const struct ntp_view *v, bool clear,
		       int64_t width_ns, struct finding *out)
{
	const int64_t time1_ns = ntp_in_effect(v->d, v->pulse, &v->pulse_unit, NTPD_TIME1);
	char quote[NTP_QUOTE_MAX];

	ntp_quote(v->d, ntp_place(&v->pulse_unit, NTPD_FLAG2), quote, sizeof(quote));
	finding_observed(out, "the pulse is %.1f ms wide and begins with %s, %s takes %s; %.180s",
			 (double)width_ns / NS_PER_MS, edge_name(clear), ntp_name(v->d),
			 edge_name(!clear), quote);
	if (captures_only(f, clear) || llabs(time1_ns - width_ns) < COMPENSATED_NS)
		out->severity = SEV_INFO;
	else
		finding_fail(out, "WRONG TIME: %s takes the end of the pulse for its beginning",
			     ntp_name(v->d));
	finding_why(out, "flag2 1 is the clear edge, without it it is assert: the wrong one is late by the pulse's width, and so is the clock by %.1f ms",
		    (double)width_ns / NS_PER_MS);
	ntp_fix(v->d, &v->pulse_unit, NTPD_FLAG2, clear ? "1" : "0", out);
}

static void run_flag2(const struct port_facts *f, struct finding *out)
{
	enum pulse_edge edge;
	int64_t width_ns;
	struct ntp_view v;
	bool clear;

	if (!ntp_find(f, &v) || !v.pulse)
		return;
	edge = check_edge_on_time(f, &width_ns);
	if (edge == EDGE_UNKNOWN)
		return;
	clear = edge == EDGE_CLEAR;
	finding_saw(out, "width_us", fact_from(0, width_ns / 1000));
	finding_saw(out, "flag2", fact_from(0, v.pulse_unit.set.value[NTPD_FLAG2]));
	if (!ntp_in_effect(v.d, v.pulse, &v.pulse_unit, NTPD_FLAG2) == !clear)
		out->severity = SEV_OK;
	else
		judge_edge(f, &v, clear, width_ns, out);
}

const struct check check_daemon_flag2 = {
	.id = "daemon.flag2",
	.title = "ntpd takes the edge of the pulse that is not on time",
	.explain = "flag2 chooses the edge that ntpd takes for the second: 0, the default, is "
		"DCD's assertion, 1 its clearing. Through a converter that turns the pulse over, "
		"the other one begins the second, and the clock is late by the pulse's width, 20 "
		"to 200 ms, with good looks otherwise. diag knows the right edge from the pulse's "
		"shape (it is shorter than the pause) and compares the line of the configuration.",
	.see = "https://docs.ntpsec.org/latest/driver_nmea.html (flag2)",
	.stage = STAGE_DAEMON,
	.explains = EXPLAINS_WRONG_TIME,
	.run = run_flag2,
};

/* ---- time1 ---- */

#define TIME1_WARN_NS NS_PER_MS
#define TIME1_FAIL_NS (10 * NS_PER_MS)

/* It compensates for the end of a pulse that is taken for its beginning, or may. */
static bool is_compensation(const struct port_facts *f, const struct ntp_view *v,
			    int64_t time1_ns)
{
	int64_t width_ns;
	const enum pulse_edge edge = check_edge_on_time(f, &width_ns);

	if (edge == EDGE_UNKNOWN)
		return true;
	return !ntp_in_effect(v->d, v->pulse, &v->pulse_unit, NTPD_FLAG2) ==
		(edge == EDGE_CLEAR) && llabs(time1_ns - width_ns) < COMPENSATED_NS;
}

static void run_time1(const struct port_facts *f, struct finding *out)
{
	char quote[NTP_QUOTE_MAX];
	struct ntp_view v;
	int64_t time1_ns;

	if (!ntp_find(f, &v) || !v.pulse)
		return;
	time1_ns = ntp_in_effect(v.d, v.pulse, &v.pulse_unit, NTPD_TIME1);
	finding_saw(out, "time1_us", fact_from(0, time1_ns / 1000));
	out->severity = SEV_OK;
	if (llabs(time1_ns) < TIME1_WARN_NS)
		return;
	if (llabs(time1_ns) < TIME1_FAIL_NS || is_compensation(f, &v, time1_ns))
		finding_warn(out, "time1 shifts the pulse by %.3f s", seconds(time1_ns));
	else
		finding_fail(out, "WRONG TIME: time1 shifts the pulse by %.3f s",
			     seconds(time1_ns));
	ntp_quote(v.d, ntp_place(&v.pulse_unit, NTPD_TIME1), quote, sizeof(quote));
	finding_observed(out, "%s", quote);
	finding_why(out, "time1 is added to each pulse: it is there for the microseconds of a cable; how late the sentences end is time2, which edge is right is flag2");
	ntp_fix(v.d, &v.pulse_unit, NTPD_TIME1, "0.0", out);
}

const struct check check_daemon_time1 = {
	.id = "daemon.time1",
	.title = "time1 shifts the pulse by more than any cable does",
	.explain = "time1 corrects the pulse, time2 the sentences: who writes the delay of the "
		"sentences into time1 sets the clock wrong by just that, and nothing else shows "
		"it, as the clock then agrees with its source. A cable or an antenna needs "
		"nanoseconds to microseconds. diag warns from a millisecond on, and fails from "
		"ten on where the edge that ntpd takes is known to be on time, so that nothing is "
		"left to correct.",
	.see = "https://docs.ntpsec.org/latest/driver_nmea.html (time1)",
	.stage = STAGE_DAEMON,
	.explains = EXPLAINS_WRONG_TIME,
	.run = run_time1,
};
