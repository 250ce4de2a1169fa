// SPDX-License-Identifier: GPL-2.0-or-later
/* Does ntpd hear the receiver: its speed, the sentences that it takes, those that it rejects? */
#include "ntp.h"

#include <stdio.h>

/* ---- speed ---- */

/* What the receiver talks at, when its sentences were heard. */
static struct fact heard_baud(const struct sentence_facts *s)
{
	if (fact_known(s->found_baud))
		return s->found_baud;
	return fact_known(s->ms) && s->good ? s->baud : (struct fact){ .state = FACT_ABSENT };
}

/* mode's bits 4 to 6, or NTPsec's own word where the line has it or mode has no bits. */
static void fix_speed(const struct ntp_view *v, int64_t baud, struct finding *out)
{
	static const int speeds[] = { 4800, 9600, 19200, 38400, 57600, 115200 };
	const int64_t mode = v->unit.set.value[NTPD_MODE];
	size_t bits = 0;
	char value[24];

	while (bits < sizeof(speeds) / sizeof(speeds[0]) && speeds[bits] != baud)
		bits++;
	if (bits == sizeof(speeds) / sizeof(speeds[0]) && v->d->kind != DAEMON_NTPSEC) {
		finding_fix(out, "set the receiver to a speed that ntpd has, 4800 to 115200: gpsppsctl receiver --help");
		return;
	}
	if (v->unit.from[NTPD_BAUD] || bits == sizeof(speeds) / sizeof(speeds[0])) {
		snprintf(value, sizeof(value), "%d", (int)baud);
		ntp_fix(v->d, &v->unit, NTPD_BAUD, value, out);
		return;
	}
	snprintf(value, sizeof(value), "%lld",
		 (long long)((mode & ~INT64_C(0x70)) | (int64_t)bits << 4));
	ntp_fix(v->d, &v->unit, NTPD_MODE, value, out);
}

static void judge_speed(const struct ntp_view *v, unsigned int baud, int64_t real,
			const char *evidence, struct finding *out)
{
	const enum ntpd_option said = v->unit.from[NTPD_BAUD] ? NTPD_BAUD : NTPD_MODE;
	char quote[NTP_QUOTE_MAX];

	ntp_quote(v->d, ntp_place(&v->unit, said), quote, sizeof(quote));
	finding_fail(out, "NO SENTENCES: %s reads at %u baud, the receiver talks at %d",
		     ntp_name(v->d), baud, (int)real);
	finding_observed(out, "%.200s; %s", quote, evidence);
	finding_why(out, "bits 4 to 6 of mode are the speed (NTPsec: or baud), 4800 when nothing says it, whatever the port was set to before: ntpd sets it");
	fix_speed(v, real, out);
}

/* Lines that ntpd met in their middle, as it opened the port. */
#define CUT_MAX 2

/*
 * Something arrives, and in all polls no sentence was made of it: one that ntpd
 * understands, void or not, stays as the last timecode (save_ltc()).
 */
static bool is_gibberish(const struct port_facts *f, const struct ntp_view *v,
			 const struct ntpd_nmea *nmea)
{
	const struct ntpq_clock *said = ntp_said(v->d, v->clock);

	if (!said || said->timecode[0] || !fact_known(said->badformat) ||
	    !check_has_moved(facts_moved(f, IC_RX)) || check_fails(&check_nmea_baud, f))
		return false;
	/* else those that mode leaves out may be what comes */
	return said->badformat.val > CUT_MAX ||
	       (nmea->any_sentence && check_has_moved(said->noreply));
}

static void judge_gibberish(const struct port_facts *f, const struct ntp_view *v,
			    unsigned int baud, struct finding *out)
{
	const struct ntpq_clock *said = ntp_said(v->d, v->clock);
	const char *service = v->d->service;

	finding_fail(out, "NO SENTENCES: %s understands nothing of what comes at %u baud",
		     ntp_name(v->d), baud);
	finding_observed(out, "%d characters came in %.1f s; ntpq: reach 0, badformat %d, no timecode",
			 (int)facts_moved(f, IC_RX).val, facts_window_ms(f) / 1000.0,
			 (int)said->badformat.val);
	finding_why(out, "mostly the receiver talks at another speed than mode (bits 4 to 6) or NTPsec's baud say; else it speaks a binary protocol, or the data line is inverted");
	finding_fix(out, "%s%s; gpsppsctl detach /dev/%s; gpsppsctl diag --active %s     # tries the speeds",
		    service[0] ? "systemctl stop " : "stop ", service[0] ? service : "ntpd",
		    f->port.name, f->port.name);
}

/* It was started just now: which of the two is right shows at its next polls. */
static void judge_contradiction(const struct ntp_view *v, unsigned int baud, int64_t table,
				struct finding *out)
{
	judge_speed(v, baud, table, "/etc/gpsppsctl.conf has the other; nothing was heard yet",
		    out);
	finding_warn(out, "%s reads at %u baud, the table of units says %d", ntp_name(v->d), baud,
		     (int)table);
}

/* ntpd hears nothing, at a speed that is not the table's, or nothing that it knows. */
static void judge_unheard_speed(const struct port_facts *f, const struct ntp_view *v,
				const struct ntpd_nmea *nmea, struct finding *out)
{
	const struct ntpq_peer *peer = ntp_peer(v->d, v->clock);
	const unsigned int baud = nmea->baud;
	const bool differs = fact_known(f->table_baud) && f->table_baud.val != baud;

	if (!ntp_is_unreached(f, v)) {
		if (peer && differs && fact_is(peer->reach, 0))
			judge_contradiction(v, baud, f->table_baud.val, out);
		else if (peer && fact_is(f->port.baud, baud))
			out->severity = SEV_OK;
		return;
	}
	if (differs)
		judge_speed(v, baud, f->table_baud.val,
			    "/etc/gpsppsctl.conf has the other; reach is 0", out);
	else if (is_gibberish(f, v, nmea))
		judge_gibberish(f, v, baud, out);
}

bool ntp_sets_speed(const struct port_facts *f)
{
	struct ntpd_nmea nmea;
	struct ntp_view v;

	if (!ntp_find_nmea(f, &v) || !daemon_has_open(v.d, f->port.name))
		return false;
	ntpd_nmea_mode(v.d->ntpd->kind, &v.unit.set, &nmea);
	return fact_is(f->port.baud, nmea.baud);
}

static void run_speed(const struct port_facts *f, struct finding *out)
{
	struct ntpd_nmea nmea;
	struct ntp_view v;
	struct fact heard;

	if (!ntp_find_nmea(f, &v))
		return;
	ntpd_nmea_mode(v.d->ntpd->kind, &v.unit.set, &nmea);
	heard = heard_baud(&f->sentences);
	finding_saw(out, "configured_baud", fact_from(0, nmea.baud));
	finding_saw(out, "heard_baud", heard);
	finding_saw(out, "port_baud", f->port.baud);
	finding_saw(out, "table_baud", f->table_baud);
	if (!fact_known(heard))
		judge_unheard_speed(f, &v, &nmea, out);
	else if (heard.val == nmea.baud)
		out->severity = SEV_OK;
	else
		judge_speed(&v, nmea.baud, heard.val, "its sentences were heard at the other", out);
}

const struct check check_daemon_speed = {
	.id = "daemon.speed",
	.title = "ntpd reads the port at another speed than the receiver's",
	.explain = "ntpd sets the speed of the port by itself: bits 4 to 6 of mode (16 is 9600, "
		"80 is 115200), in NTPsec also baud. Without them classic ntp takes 4800, and so "
		"does NTPsec, whatever its documentation says. diag compares that with the speed "
		"at which sentences were heard, or, when ntpd heard nothing for several polls "
		"(reach 0), with the table of units. An ntpd that made no sentence at all of what "
		"arrives is named, too.",
	.see = "https://docs.ntpsec.org/latest/driver_nmea.html (mode, baud); ntpd/refclock_nmea.c: nmea_start()",
	.stage = STAGE_DAEMON,
	.explains = EXPLAINS_NO_SENTENCES,
	.run = run_speed,
};

/* ---- which sentences ---- */

#define SENTENCES_WITH_DATE (NMEA_MODE_RMC | NMEA_MODE_ZDA | NMEA_MODE_PGRMF | NMEA_MODE_PUBX04)

static void describe_sentences(const struct ntp_view *v, const char *names,
			       struct finding *out)
{
	char quote[NTP_QUOTE_MAX], value[24];

	ntp_quote(v->d, ntp_place(&v->unit, NTPD_MODE), quote, sizeof(quote));
	finding_observed(out, "%.230s (takes %s)", quote, names);
	snprintf(value, sizeof(value), "%lld",
		 (long long)(v->unit.set.value[NTPD_MODE] | NMEA_MODE_RMC));
	ntp_fix(v->d, &v->unit, NTPD_MODE, value, out);
}

static void judge_undated(const struct port_facts *f, const struct ntp_view *v,
			  const char *names, struct finding *out)
{
	if (fact_is(f->host.clock_synced, 0) && !ntp_uses_pulse(v))
		finding_fail(out, "NO TIME: %s takes only sentences without a date",
			     ntp_name(v->d));
	else
		finding_warn(out, "%s takes only sentences without a date (%s)", ntp_name(v->d),
			     names);
	if (ntp_uses_pulse(v))
		out->severity = SEV_INFO;
	describe_sentences(v, names, out);
	finding_why(out, "GGA and GLL have the time of day alone: the date is the system clock's, which must be right to half a day when ntpd starts");
}

static void run_sentences(const struct port_facts *f, struct finding *out)
{
	struct ntpd_nmea nmea;
	struct ntp_view v;
	char names[64];

	if (!ntp_find_nmea(f, &v))
		return;
	ntpd_nmea_mode(v.d->ntpd->kind, &v.unit.set, &nmea);
	ntpd_nmea_sentences(nmea.sentences, names, sizeof(names));
	finding_saw(out, "mode", fact_from(0, v.unit.set.value[NTPD_MODE]));
	if (nmea.sentences && !(nmea.sentences & SENTENCES_WITH_DATE)) {
		judge_undated(f, &v, names, out);
		return;
	}
	out->severity = SEV_OK;
	/* RMC is what all receivers send */
	if (nmea.sentences & NMEA_MODE_RMC || !ntp_is_unreached(f, &v) ||
	    !check_has_moved(facts_moved(f, IC_RX)) || check_fails(&check_nmea_baud, f) ||
	    check_fails(&check_daemon_speed, f))
		return;
	finding_warn(out, "%s takes only %s, and hears none", ntp_name(v.d),
		     names[0] ? names : "sentences that it does not know");
	describe_sentences(&v, names[0] ? names : "none", out);
	finding_why(out, "characters arrive, and reach is 0: the receiver sends other sentences than those that mode selects");
}

const struct check check_daemon_sentences = {
	.id = "daemon.sentences",
	.title = "mode selects sentences that do not help ntpd",
	.explain = "The low bits of mode select what ntpd's NMEA driver takes: 1 RMC, 2 GGA, 4 "
		"GLL, 8 ZDA, 256 PGRMF; none of them means all. GGA and GLL have no date. A "
		"receiver that does not send what is selected is not heard, though characters "
		"arrive. diag reads mode, and warns of a selection that has RMC not in it when "
		"ntpd's reach stays 0. mode 1 suits nearly every receiver.",
	.see = "https://docs.ntpsec.org/latest/driver_nmea.html (mode)",
	.stage = STAGE_DAEMON,
	.explains = EXPLAINS_NO_SENTENCES,
	.run = run_sentences,
};

/* ---- what it rejects ---- */

static void run_rejected(const struct port_facts *f, struct finding *out)
{
	const struct ntpq_clock *said;
	struct ntp_view v;
	int64_t format, data;

	if (!ntp_find_nmea(f, &v))
		return;
	said = ntp_said(v.d, v.clock);
	/* without a timecode nothing was understood: daemon.speed */
	if (!said || !said->timecode[0] || !fact_known(said->badformat) ||
	    !fact_known(said->baddata))
		return;
	finding_saw(out, "badformat", said->badformat);
	finding_saw(out, "baddata", said->baddata);
	format = said->badformat.val;
	data = said->baddata.val;
	out->severity = SEV_OK;
	if ((format <= CUT_MAX && !data) || !ntp_is_unreached(f, &v) ||
	    check_fails(&check_receiver_no_fix, f) || check_fails(&check_daemon_speed, f))
		return;
	finding_fail(out, "NO TIME: %s rejects the receiver's sentences", ntp_name(v.d));
	finding_observed(out, "ntpq -c clockvar: badformat %lld, baddata %lld; reach is 0",
			 (long long)format, (long long)data);
	if (data > format)
		finding_why(out, "their time or date is impossible, as a receiver's is before its first fix");
	else
		finding_why(out, "sentences are broken, or marked void: the receiver has no fix yet (RMC with V, GGA with quality 0)");
	finding_fix(out, "give the antenna a clear sky and wait some minutes; then gpsppsctl diag --active /dev/%s with %s stopped",
		    f->port.name, ntp_name(v.d));
}

const struct check check_daemon_rejected = {
	.id = "daemon.rejected",
	.title = "ntpd hears the receiver's sentences and rejects them",
	.explain = "ntpd counts sentences that it cannot use: badformat are broken ones and those "
		"marked void (no fix), baddata those with an impossible time or date. While it "
		"reads the port, diag does not; but ntpq -c clockvar tells these counters. With "
		"some of them and reach 0 after several polls the receiver is connected at the "
		"right speed and has no valid time: mostly the antenna's view of the sky.",
	.see = "ntpq(1), clockvar; ntpd/refclock_nmea.c: nmea_receive()",
	.stage = STAGE_DAEMON,
	.explains = EXPLAINS_NO_SENTENCES,
	.run = run_rejected,
};
