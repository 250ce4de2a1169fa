// SPDX-License-Identifier: GPL-2.0-or-later
/* Do sentences come, can they be read, and does the receiver know the time? */
#include "check.h"

/* Fewer bytes than a sentence prove nothing about the speed. */
#define BYTES_MIN 20
/* One character in so many with a framing error is noise; more is another speed. */
#define FRAME_ERRORS_SHARE 10
#define FRAME_ERRORS_MIN 3
#define INVERTED_MIN 2
/* Losses in percent: below the first a line is good, from the second on it is useless. */
#define LOST_WARN 10
#define LOST_FAIL 50
/* The first sentence was heard from its middle on; one broken sentence is no habit. */
#define PIECE_MAX 82
#define BAD_MIN 2

static void run_nmea_silent(const struct port_facts *f, struct finding *out)
{
	struct fact rx = facts_moved(f, IC_RX);
	bool silent = check_is_silent(f) ||
		(!fact_known(rx) && check_was_heard(f) && !f->sentences.bytes);

	if (check_needs_no_sentences(f))
		return;
	finding_saw(out, "rx", rx);
	if (!fact_known(rx) && !check_was_heard(f)) {
		check_denied(out, "the counter of received characters", rx);
		return;
	}
	/* a UART that hears nothing hears no sentences either: told there */
	if (silent && check_is_deaf(f))
		return;
	out->severity = SEV_OK;
	if (!silent)
		return;
	/* a pulse that numbers no seconds is what some want: chrony with the network's time */
	if (facts_has_pulse(f) && !facts_reader(f))
		finding_warn(out, "not one character comes from the receiver, only pulses");
	else
		finding_fail(out, "NO SENTENCES: not one character comes from the receiver");
	if (fact_known(rx))
		finding_observed(out, "counter of received characters stood still for %.1f s%s",
				 facts_window_ms(f) / 1000.0,
				 facts_has_pulse(f) ? ", pulses arrive" : "");
	else
		finding_observed(out, "nothing heard in %.1f s", f->sentences.ms.val / 1000.0);
	if (facts_has_pulse(f))
		finding_why(out, "the pulse says when a second begins, and nothing says which: the receiver's sentences are switched off, or its TX does not reach RXD");
	else
		finding_why(out, "neither sentences nor pulses: the receiver has no power, is not connected, or is on another port");
	finding_fix(out, "check power and the wire from the receiver's TX to RXD (pin 2 of 9); sentences: gpsppsctl receiver /dev/%s --defaults",
		    f->port.name);
}

const struct check check_nmea_silent = {
	.id = "nmea.silent",
	.title = "not one character comes from the receiver",
	.explain = "Without sentences nothing says which second a pulse begins. diag sees "
		"that the UART's counter of received characters stands still, or hears "
		"nothing where it may listen. With pulses the sentences are switched off or "
		"the receiver's TX does not reach RXD: a fault when a daemon waits for them, "
		"else a warning. Without pulses the receiver has no power, is not connected, "
		"or is on another port.",
	.see = "https://gpsd.gitlab.io/gpsd/gpsd-time-service-howto.html",
	.stage = STAGE_SENTENCES,
	.explains = EXPLAINS_NO_PULSE | EXPLAINS_NO_SENTENCES,
	.run = run_nmea_silent,
};

/* Two right checksums are no chance. */
static bool is_inverted(const struct sentence_facts *s)
{
	return !s->good && s->inverted >= INVERTED_MIN;
}

/* By the UART's own error counters: without reading a character. */
static void judge_frame_errors(const struct port_facts *f, struct finding *out)
{
	struct fact rx = facts_moved(f, IC_RX), frame = facts_moved(f, IC_FRAME);
	struct fact brk = facts_moved(f, IC_BRK);
	int64_t errors = fact_known(frame) && fact_known(brk) ? frame.val + brk.val : 0;

	finding_saw(out, "rx", rx);
	finding_saw(out, "frame", frame);
	finding_saw(out, "brk", brk);
	if (fact_is(rx, 0))
		return;
	if (!fact_known(rx) || errors < FRAME_ERRORS_MIN ||
	    errors * FRAME_ERRORS_SHARE < rx.val) {
		check_unheard(f, out);
		return;
	}
	finding_fail(out, "NO SENTENCES: the receiver talks at another speed than %d",
		     (int)f->port.baud.val);
	finding_observed(out, "%d framing errors and breaks among %d characters", (int)errors,
			 (int)rx.val);
}

static void judge_heard(const struct port_facts *f, struct finding *out)
{
	const struct sentence_facts *s = &f->sentences;

	finding_saw(out, "baud", s->baud);
	finding_saw(out, "bytes", fact_from(0, s->bytes));
	finding_saw(out, "sentences", fact_from(0, s->good));
	finding_saw(out, "found_baud", s->found_baud);
	/* packets with a right checksum prove the speed, too; so do mirrored sentences */
	if (s->good || s->binary[0] || is_inverted(s)) {
		out->severity = SEV_OK;
		return;
	}
	if (s->bytes < BYTES_MIN)
		return;
	if (fact_known(s->found_baud))
		finding_fail(out, "NO SENTENCES: the receiver talks at %d, the port is at %d",
			     (int)s->found_baud.val, (int)s->baud.val);
	else if (facts_is_open(f) && !facts_are_settings_final(f))
		finding_warn(out, "what comes at %d is no NMEA: the daemon must set another speed",
			     (int)s->baud.val);
	else
		finding_fail(out, "NO SENTENCES: what comes at %d is no NMEA", (int)s->baud.val);
	finding_observed(out, "%d bytes in %.1f s at %d baud, no valid sentence",
			 (int)s->bytes, s->ms.val / 1000.0, (int)s->baud.val);
}

static void run_nmea_baud(const struct port_facts *f, struct finding *out)
{
	if (check_needs_no_sentences(f))
		return;
	if (check_was_heard(f))
		judge_heard(f, out);
	else
		judge_frame_errors(f, out);
	if (out->severity != SEV_FAIL)
		return;
	finding_why(out, "port and receiver disagree about the speed, or the receiver speaks a protocol that is not known here");
	if (fact_known(f->sentences.found_baud))
		finding_fix(out, "gpsppsctl attach --baud %d /dev/%s     # for good: baud=%d in /etc/gpsppsctl.conf",
			    (int)f->sentences.found_baud.val, f->port.name,
			    (int)f->sentences.found_baud.val);
	else
		finding_fix(out, "gpsppsctl detach /dev/%s; gpsppsctl diag --active %s     # tries the speeds",
			    f->port.name, f->port.name);
}

const struct check check_nmea_baud = {
	.id = "nmea.baud",
	.title = "port and receiver disagree about the speed",
	.explain = "At the wrong speed every character arrives as another one, and the "
		"daemon's source stays unreachable. diag sees bytes without a valid sentence, "
		"or, where a daemon reads, many framing errors in the UART's counters; on an "
		"idle port --active tries the usual speeds. Give attach, the table of units "
		"and the daemon the speed of the receiver.",
	.see = "https://docs.ntpsec.org/latest/driver_nmea.html",
	.stage = STAGE_SENTENCES,
	.explains = EXPLAINS_NO_SENTENCES,
	.run = run_nmea_baud,
};

static void run_nmea_binary(const struct port_facts *f, struct finding *out)
{
	const struct sentence_facts *s = &f->sentences;

	if (!check_hears(f, out) || s->bytes < BYTES_MIN)
		return;
	finding_saw(out, "bytes", fact_from(0, s->bytes));
	finding_saw(out, "sentences", fact_from(0, s->good));
	finding_saw(out, "baud", s->baud);
	/* both at once is what u-blox receivers do when they are told to */
	if (!s->binary[0] || fact_is(s->has_time, 1)) {
		if (s->good)
			out->severity = SEV_OK;
		return;
	}
	finding_fail(out, "NO SENTENCES: the receiver speaks %s, a binary protocol", s->binary);
	finding_observed(out, "%d bytes in %.1f s at %d baud: %s packets with right checksums, %s",
			 (int)s->bytes, s->ms.val / 1000.0, (int)s->baud.val, s->binary,
			 s->good ? "no NMEA sentence with a time" : "no NMEA sentence");
	finding_why(out, "ntpd's NMEA driver reads text only (gpsd would read this); gpsd or a maker's program may have left the receiver so");
	finding_fix(out, "gpsctl -f -n /dev/%s     # of gpsd-clients: switches the receiver to NMEA",
		    f->port.name);
}

const struct check check_nmea_binary = {
	.id = "nmea.binary",
	.title = "the receiver speaks a binary protocol, not NMEA",
	.explain = "ntpd and NTPsec read NMEA sentences only, so a receiver in its maker's "
		"binary mode is mute for them; gpsd understands both, and often leaves a "
		"receiver in binary mode. diag finds whole packets (UBX, SiRF, SkyTraq, RTCM, "
		"Garmin, Trimble TSIP, Motorola) by their frames and checksums, and no "
		"sentence with a time. gpsctl -n switches most receivers back; some keep the "
		"setting only when it is saved.",
	.see = "gpsctl(1)",
	.stage = STAGE_SENTENCES,
	.explains = EXPLAINS_NO_SENTENCES,
	.run = run_nmea_binary,
};

static void run_nmea_inverted(const struct port_facts *f, struct finding *out)
{
	const struct sentence_facts *s = &f->sentences;

	if (!check_hears(f, out) || s->bytes < BYTES_MIN)
		return;
	finding_saw(out, "sentences", fact_from(0, s->good));
	finding_saw(out, "inverted", fact_from(0, s->inverted));
	if (s->good)
		out->severity = SEV_OK;
	if (!is_inverted(s))
		return;
	finding_fail(out, "NO SENTENCES: every bit of the data line arrives turned over");
	finding_observed(out, "%d bytes at %d baud, no valid sentence; with every bit turned over %d",
			 (int)s->bytes, (int)s->baud.val, (int)s->inverted);
	finding_why(out, "the receiver's TX has RS-232 polarity and this input wants TTL polarity, or the other way round");
	finding_fix(out, "put a level converter (MAX3232) or an inverter between TX and RXD, or use a true RS-232 port; look at the pulse's polarity, too");
}

const struct check check_nmea_inverted = {
	.id = "nmea.inverted",
	.title = "every bit of the data line arrives turned over",
	.explain = "A Garmin LVC sends 0 to 5 V, but in RS-232's polarity: wired to a TTL "
		"UART or a USB-TTL adapter, each bit reads as its opposite and nothing makes "
		"sense at any speed. diag turns the bits over and finds valid sentences. A "
		"converter or an inverter in the line cures it; one that also carries the "
		"pulse turns that over, too.",
	.see = "Garmin GPS 18x Technical Specifications (190-00879-08), wiring",
	.stage = STAGE_SENTENCES,
	.explains = EXPLAINS_NO_SENTENCES,
	.run = run_nmea_inverted,
};

/* The greater share of two: sentences with a bad checksum, bytes in no sentence. */
static int lost_percent(const struct sentence_facts *s)
{
	const uint64_t all = s->good + s->bad;
	uint64_t of_sentences = 0, of_bytes = 0;

	if (s->bad >= BAD_MIN)
		of_sentences = s->bad * 100 / all;
	if (s->unread > PIECE_MAX && s->bytes)
		of_bytes = (s->unread - PIECE_MAX) * 100 / s->bytes;
	return (int)(of_sentences > of_bytes ? of_sentences : of_bytes);
}

static void run_nmea_garbage(const struct port_facts *f, struct finding *out)
{
	const struct sentence_facts *s = &f->sentences;
	struct fact frame = facts_moved(f, IC_FRAME), overrun = facts_moved(f, IC_OVERRUN);
	int lost;

	/* without any sentence it is nmea.baud's, between packets there may be anything */
	if (!check_hears(f, out) || !s->good || s->binary[0])
		return;
	lost = lost_percent(s);
	finding_saw(out, "good", fact_from(0, s->good));
	finding_saw(out, "bad", fact_from(0, s->bad));
	finding_saw(out, "unread_bytes", fact_from(0, s->unread));
	finding_saw(out, "frame", frame);
	finding_saw(out, "overrun", overrun);
	out->severity = SEV_OK;
	if (lost < LOST_WARN)
		return;
	if (lost >= LOST_FAIL)
		finding_fail(out, "NO SENTENCES: most of what arrives is garbage");
	else
		finding_warn(out, "%d %% of what arrives is garbage", lost);
	finding_observed(out, "%d good sentences, %d with a bad checksum, %d of %d bytes in no sentence; framing errors %d, overruns %d",
			 (int)s->good, (int)s->bad, (int)s->unread, (int)s->bytes,
			 fact_known(frame) ? (int)frame.val : 0,
			 fact_known(overrun) ? (int)overrun.val : 0);
	finding_why(out, "the speed is right, and yet characters are lost or changed: noise on the line, a bad ground, a second reader that takes its share, or an overrun");
	finding_fix(out, "fuser -v /dev/%s     # who else reads; then look at the cable and its ground",
		    f->port.name);
}

const struct check check_nmea_garbage = {
	.id = "nmea.garbage",
	.title = "a good part of what arrives is in no valid sentence",
	.explain = "Sentences with a bad checksum are thrown away by every daemon, and each "
		"lost one is a second without a number. diag counts bad checksums and bytes "
		"outside of sentences beside good ones; the UART's framing errors and overruns "
		"tell noise from loss. Causes are a long or unscreened cable, a missing "
		"ground, a second program that reads the port, or characters lost in the UART.",
	.see = "fuser(1)",
	.stage = STAGE_SENTENCES,
	.explains = EXPLAINS_NO_SENTENCES,
	.run = run_nmea_garbage,
};

/*
 * ntpd takes the date for GGA and GLL from the system's clock, which must be
 * right to half a day for that (refclock_nmea.c); gpsd gives no time at all.
 */
static void run_nmea_no_date(const struct port_facts *f, struct finding *out)
{
	const struct sentence_facts *s = &f->sentences;
	bool hopeless = !fact_is(s->has_time, 1) || fact_is(f->host.clock_synced, 0);

	if (!check_hears(f, out) || !s->good || !fact_known(s->has_date))
		return;
	finding_saw(out, "has_date", s->has_date);
	finding_saw(out, "has_time", s->has_time);
	finding_saw(out, "sentences", fact_from(0, s->good));
	finding_saw(out, "clock_synced", f->host.clock_synced);
	/* with packets between them nmea.binary has said it */
	if (s->has_date.val || (s->binary[0] && !fact_is(s->has_time, 1))) {
		if (s->has_date.val)
			out->severity = SEV_OK;
		return;
	}
	if (hopeless)
		finding_fail(out, "NO TIME: no sentence has a date");
	else
		finding_warn(out, "no sentence has a date: it is taken from the system's clock");
	finding_observed(out, "%d sentences in %.1f s, no RMC or ZDA among them; %s",
			 (int)s->good, s->ms.val / 1000.0,
			 fact_is(s->has_time, 1) ? "the time of day comes" : "no time of day either");
	finding_why(out, "a daemon cannot number the seconds of the pulse without a date, or only while the system's clock is right to half a day");
	finding_fix(out, "gpsppsctl receiver /dev/%s --enable RMC", f->port.name);
}

const struct check check_nmea_no_date = {
	.id = "nmea.no-date",
	.title = "no sentence has a date",
	.explain = "Only RMC and ZDA (and Garmin's PGRMF) say the date; GGA and GLL have the "
		"time of day alone. ntpd then takes the date from the system's clock, which "
		"must be right to half a day, and gpsd gives no time. diag hears sentences and "
		"none with a date. It fails where there is no time of day either, or where the "
		"clock is not set. Switch RMC on.",
	.see = "https://docs.ntpsec.org/latest/driver_nmea.html",
	.stage = STAGE_SENTENCES,
	.explains = EXPLAINS_NO_SENTENCES,
	.run = run_nmea_no_date,
};

/*
 * Void, and yet there is a fix and a pulse.  Without a fix it is
 * receiver.no-fix's.  Only what is not void has its time compared with the
 * clock, so that a missing comparison says that all with a date were void.
 */
static void run_nmea_void(const struct port_facts *f, struct finding *out)
{
	const struct sentence_facts *s = &f->sentences;
	bool all;

	if (!check_hears(f, out) || !facts_has_pulse(f) || !fact_known(s->voids))
		return;
	finding_saw(out, "voids", s->voids);
	finding_saw(out, "fix", s->fix);
	finding_saw(out, "sentences", fact_from(0, s->good));
	if (!s->voids.val)
		out->severity = SEV_OK;
	if (!s->voids.val || !fact_is(s->fix, 1))
		return;
	all = fact_is(s->has_date, 1) && !fact_known(s->late_s);
	if (all)
		finding_fail(out, "NO TIME: pulses arrive, but each sentence with a date says void");
	else
		finding_warn(out, "some sentences say void: the fix comes and goes");
	finding_observed(out, "%d of %d sentences say void (V), others have a fix; pulses arrive",
			 (int)s->voids.val, (int)s->good);
	finding_why(out, "daemons reject void sentences: %s",
		    all ? "the pulses have no number" : "some seconds have no number");
	finding_fix(out, "give the antenna a better view of the sky; if it stays so: gpsppsctl receiver /dev/%s --defaults",
		    f->port.name);
}

const struct check check_nmea_void = {
	.id = "nmea.void",
	.title = "sentences say void though pulses arrive and there is a fix",
	.explain = "A sentence that is marked void (RMC with V, GGA with quality 0) is "
		"rejected by ntpd, gpsd and chrony's feeders, however good the pulse is. diag "
		"sees pulses, sentences that say void, and others that claim a fix: the "
		"reception is at its limit, or the receiver works by dead reckoning or in a "
		"set position. No fix at all is receiver.no-fix.",
	.see = "https://docs.ntpsec.org/latest/driver_nmea.html",
	.stage = STAGE_SENTENCES,
	.explains = EXPLAINS_NO_SENTENCES,
	.run = run_nmea_void,
};
