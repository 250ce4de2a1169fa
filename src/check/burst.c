// SPDX-License-Identifier: GPL-2.0-or-later
/* When the sentences come after the pulse, and whether the line can carry them. */
#include "check.h"

#include "../census.h"

#define LOAD_MAX_PERCENT 95
/* A burst that is longer than this and ends behind the next pulse is too long, not too late. */
#define BURST_LONG_MS 500
#define SECOND_MS 1000
/*
 * ntpd pairs a sentence with the nearest pulse when the rest is within 0.45 s,
 * NTPsec says 0.4 (refclock_ppsrelate()), and so does chrony's lock
 * (PPS_LOCK_LIMIT).
 */
#define DELAY_MAX_MS 400

/* Characters sent, of what the line can carry; at the wrong speed that means nothing. */
static struct fact load_percent(const struct port_facts *f)
{
	const struct fact rate = f->motion.chars_per_s;

	if (check_was_heard(f))
		return f->sentences.good ? f->sentences.load_percent : (struct fact) { 0 };
	if (!fact_known(rate) || !fact_known(f->port.baud) || f->port.baud.val <= 0 ||
	    !facts_are_settings_final(f))
		return (struct fact) { 0 };
	return fact_from(0, census_load_percent((unsigned int)rate.val,
						(unsigned int)f->port.baud.val));
}

static bool is_too_long(const struct port_facts *f)
{
	const struct motion *m = &f->motion;

	return fact_known(m->burst_first_ms) && fact_known(m->burst_last_ms) &&
	       m->burst_last_ms.val >= SECOND_MS &&
	       m->burst_last_ms.val - m->burst_first_ms.val >= BURST_LONG_MS;
}

/*
 * What the UART lost (TIOCGICOUNT's overrun), and what the tty's buffer did.  The
 * latter runs over on each port that nobody reads: it counts only with a reader.
 */
static int64_t lost_characters(const struct port_facts *f)
{
	const struct fact uart = facts_moved(f, IC_OVERRUN), tty = facts_moved(f, IC_BUF_OVERRUN);
	int64_t lost = fact_known(uart) ? uart.val : 0;

	if (facts_reader(f) && fact_known(tty))
		lost += tty.val;
	return lost;
}

static void tell_too_much(const struct port_facts *f, struct fact load, struct finding *out)
{
	const struct motion *m = &f->motion;

	finding_fail(out, "WRONG TIME: the receiver sends more than fits into a second");
	if (is_too_long(f))
		finding_observed(out, "the sentences run from %.2f s to %.2f s after the pulse",
				 m->burst_first_ms.val / 1000.0, m->burst_last_ms.val / 1000.0);
	else
		finding_observed(out, "the line is %d %% full at %d baud", (int)load.val,
				 (int)f->port.baud.val);
	finding_why(out, "the next pulse comes before the sentences of this second are through: they are taken for the next second's, and lag more and more");
	finding_fix(out, "gpsppsctl receiver /dev/%s --sentences RMC", f->port.name);
}

static void tell_lost(const struct port_facts *f, int64_t lost, struct finding *out)
{
	finding_warn(out, "characters were lost: the computer was too slow for them");
	finding_observed(out, "%d overruns in %.1f s", (int)lost, facts_window_ms(f) / 1000.0);
	finding_why(out, "something kept interrupts off for as long as the UART's FIFO could hold; pulses are stamped late at such moments, too");
	finding_fix(out, "cat /proc/interrupts     # who shares the processor; is the port a console?");
}

static void run_nmea_overrun(const struct port_facts *f, struct finding *out)
{
	const struct fact load = load_percent(f), overrun = facts_moved(f, IC_OVERRUN);
	const int64_t lost = lost_characters(f);

	if (check_needs_no_sentences(f) || check_is_silent(f))
		return;
	finding_saw(out, "overrun", overrun);
	finding_saw(out, "buf_overrun", facts_moved(f, IC_BUF_OVERRUN));
	finding_saw(out, "load_percent", load);
	finding_saw(out, "burst_first_ms", f->motion.burst_first_ms);
	finding_saw(out, "burst_last_ms", f->motion.burst_last_ms);
	if (is_too_long(f) || (fact_known(load) && load.val > LOAD_MAX_PERCENT))
		tell_too_much(f, load, out);
	else if (lost)
		tell_lost(f, lost, out);
	else if (fact_known(overrun))
		out->severity = SEV_OK;
	else if (overrun.state == FACT_DENIED)
		check_denied(out, "the counter of overruns", overrun);
}

const struct check check_nmea_overrun = {
	.id = "nmea.overrun",
	.title = "more characters than the line or the computer can take",
	.explain = "At 4800 baud a second carries 480 characters, five or six sentences. A "
		"receiver that sends more falls behind, and its sentences are taken for a "
		"later second's; diag sees a line that is more than 95 % full, or a burst that "
		"runs past the next pulse. Overruns in the UART's counters are another loss: "
		"interrupts were off for too long. Send RMC alone, or raise the speed.",
	.see = "https://docs.ntpsec.org/latest/driver_nmea.html",
	.stage = STAGE_SENTENCES,
	.explains = EXPLAINS_WRONG_TIME,
	.run = run_nmea_overrun,
};

static void tell_delay(const struct port_facts *f, double delay_s, struct finding *out)
{
	finding_why(out, "the end of a sentence is when ntpd and chrony think its second was: more than 0.4 s off, it is paired with the wrong pulse, unless time2 or offset says how late it is");
	if (fact_known(f->unit))
		finding_fix(out, "ntp.conf: fudge 127.127.20.%d time2 %.3f     # NTPsec: time2, chrony: offset %.3f",
			    (int)f->unit.val, delay_s, delay_s);
	else
		finding_fix(out, "ntpd: time2 %.3f; chrony: offset %.3f", delay_s, delay_s);
}

/*
 * What the daemon was told was compared with it, and another check says whether that is
 * right; gpsd and our feed number their pulses themselves, without being told.
 */
static bool is_judged(const struct port_facts *f)
{
	return check_severity(&check_daemon_time2, f) != SEV_NONE ||
	       check_severity(&check_chrony_lock_limit, f) != SEV_NONE ||
	       facts_holder(f, ROLE_GPSD) || facts_holder(f, ROLE_FEED);
}

static void judge_delay(int64_t delay_ms, int64_t jitter_ms, bool judged, struct finding *out)
{
	if (delay_ms >= SECOND_MS)
		finding_fail(out, "WRONG TIME: the sentences end after the next pulse");
	else if (judged)
		out->severity = SEV_INFO;
	else if (delay_ms >= DELAY_MAX_MS)
		finding_warn(out, "the sentences end %.3f s after the pulse: numbered rightly only with time2 or offset",
			     delay_ms / 1000.0);
	else if (delay_ms + jitter_ms >= DELAY_MAX_MS)
		finding_warn(out, "the end of the sentences wanders by %.3f s, at times beyond 0.4 s after the pulse",
			     jitter_ms / 1000.0);
	else
		out->severity = SEV_INFO;
}

static void run_nmea_delay(const struct port_facts *f, struct finding *out)
{
	const struct fact spread = f->motion.burst_spread_ms, delay = facts_delay_ms(f);
	struct fact first, last;
	bool by_end;

	/* what is too long is nmea.overrun's */
	if (check_needs_no_sentences(f) || is_too_long(f) || !facts_burst(f, &first, &last))
		return;
	finding_saw(out, "burst_first_ms", first);
	finding_saw(out, "burst_last_ms", last);
	finding_saw(out, "burst_spread_ms", spread);
	finding_saw(out, "delay_ms", delay);
	by_end = delay.val == last.val;
	if (!by_end)
		finding_observed(out, "the sentences begin %.3f s and end %.3f s after the pulse, the first with a date %.3f s",
				 first.val / 1000.0, last.val / 1000.0, delay.val / 1000.0);
	else
		finding_observed(out, "the sentences begin %.3f s and end %.3f s after the pulse",
				 first.val / 1000.0, last.val / 1000.0);
	tell_delay(f, delay.val / 1000.0, out);
	/* how many other sentences come behind it differs, and does not matter */
	judge_delay(delay.val, by_end && fact_known(spread) ? spread.val : 0, is_judged(f),
		    out);
}

const struct check check_nmea_delay = {
	.id = "nmea.delay",
	.title = "the sentences end late after their pulse",
	.explain = "A daemon takes the end of a sentence for the second that it names, and "
		"pairs it with the pulse that is nearest: more than about 0.4 s late it takes "
		"the wrong one, and the clock is off by a whole second. diag samples the "
		"counter of received characters between pulses, so nothing is read. Tell the "
		"daemon the measured delay (time2, offset), or make it short: RMC alone, a "
		"higher speed.",
	.see = "https://chrony-project.org/faq.html",
	.stage = STAGE_SENTENCES,
	.explains = EXPLAINS_WRONG_TIME,
	.run = run_nmea_delay,
};
