// SPDX-License-Identifier: GPL-2.0-or-later
/* ntpd's configuration and state, classic and NTPsec: pass, fail, refused, and the healthy. */
#include "examine.h"

#include "check/ntp.h"
#include "daemons.h"
#include "unittab.h"

#define PEERS								\
	"     remote                                   refid      st t when poll reach   delay   offset   jitter\n" \
	"=======================================================================================================\n"

static struct daemon *ntp;	/* of the row */

/* A machine that has run for a day, its ntpd since a minute after boot. */
static void machine(void)
{
	no_daemons();
	facts.first.at_ns = UPTIME_S * NS_PER_S;
	facts.second.at_ns = facts.first.at_ns + 3210000000;
	facts.kernel.ntp_pps = fact_from(0, 0);
}

static void runs(enum daemon_kind kind, const char *conf)
{
	machine();
	ntp = an_ntpd(kind, conf);
	snprintf(ntp->ntpd->files[0].path, NTPD_PATH_MAX, "%s", ntp->conf_path);
}

static void classic(const char *conf) { runs(DAEMON_NTPD, conf); }
static void sec(const char *conf) { runs(DAEMON_NTPSEC, conf); }

/* NMEA(0), or the clock with this name, as ntpq -p has it. */
static void marked(const char *name, char tally, const char *reach, const char *offset_ms)
{
	char text[512];

	snprintf(text, sizeof(text), PEERS "%c%s .GPS. 0 l 5 16 %s 0.0000 %s 0.0010\n", tally,
		 name, reach, offset_ms);
	says_peers(ntp, text);
}

static void cv(unsigned int clock, const char *text)
{
	ntpq_read_clock(text, strlen(text), &ntp->clock_said[clock]);
}

/* The sentences begin and end so long after the pulse; `dated`: the one with the date was heard. */
static void burst(int first_ms, int last_ms, int dated_ms)
{
	facts.motion.burst_first_ms = fact_from(0, first_ms);
	facts.motion.burst_last_ms = fact_from(0, last_ms);
	if (dated_ms)
		facts.sentences.dated_ms = fact_from(0, dated_ms);
}

static void drops_node(const char *name)
{
	for (unsigned int i = 0; i < ntp->n_nodes; i++)
		if (!strcmp(ntp->nodes[i].name, name))
			ntp->nodes[i--] = ntp->nodes[--ntp->n_nodes];
}

static void unheard(void)
{
	facts.sentences.ms = fact_from(-EBUSY, 0);
	facts.sentences.good = 0;
}

/* 100 ms wide, from this edge on, as the holder measured it. */
static void begins_with(enum pulse_edge edge)
{
	facts.hold.edge = fact_from(0, edge);
	facts.hold.width_us = fact_from(0, 100000);
	pulses(3, 0);
}

#define COMMENT "server 127.127.20.0 mode 0 minpoll 4 maxpoll 4 prefer\n" \
	"fudge 127.127.20.0 flag1 1 flag2 0 flag3 1 time2 0.600\n"

/* ---- healthy machines, which must stay silent ---- */

static void good_classic(void)
{
	classic("server 127.127.20.0 mode 1 minpoll 4 prefer\n"
		"fudge 127.127.20.0 flag1 1 time2 0.150 refid PPS\n");
	marked("GPS_NMEA(0)", 'o', "377", "0.002");
	burst(40, 150, 0);
	unheard();
	begins_with(EDGE_ASSERT);
}

static void good_sec(void)
{
	sec("refclock nmea unit 0 mode 1 baud 4800 minpoll 4 prefer flag1 1 time2 0.431\n");
	marked("NMEA(0)", 'o', "377", "0.002");
	cv(0, "associd=1 status=0011\nname=\"NMEA\", timecode=\"$GPRMC,1\", poll=60, badformat=3, baddata=0, fudgetime2=431.000, stratum=0, flags=1\n");
	logs(ntp, "2026-11-21T10:00:00 ntpd[731]: NMEA(0) serial /dev/gps0 open at 4800 bps");
	logs(ntp, "2026-11-21T10:00:00 ntpd[731]: NMEA(0) PPS /dev/gpspps0 opened");
	burst(100, 700, 300);
	begins_with(EDGE_ASSERT);
}

static void good_inverted(void)
{
	sec("refclock nmea unit 0 flag1 1 flag2 1 prefer\n");
	marked("NMEA(0)", 'o', "377", "0.002");
	begins_with(EDGE_CLEAR);
	pulses(0, 3);
}

static void good_pps_beside_server(void)
{
	sec("refclock pps ppspath /dev/gpspps0\nserver ntp.example.org iburst prefer\n");
	marked("PPS(0)", 'o', "377", "0.002");
	begins_with(EDGE_ASSERT);
}

static void good_by_gpsd(void)
{
	static const char line[] = "gpsd\0-n\0/dev/ttyS1";

	sec("refclock shm unit 0 time1 0.4\nrefclock shm unit 1 prefer\n");
	a_gpsd(line, sizeof(line));
	marked("SHM(1)", '*', "377", "0.002");
}

static void good_chrony(void)
{
	machine();
	a_chronyd("refclock SHM 0 refid NMEA noselect\nrefclock PPS /dev/pps0 lock NMEA refid PPS\n");
}

static void nobody(void) { machine(); }

/* All but no-pps-line, which never warns. */
static const struct check *const checks[] = {
	&check_daemon_panic, &check_daemon_conf, &check_daemon_unit, &check_daemon_speed,
	&check_daemon_sentences, &check_daemon_rejected, &check_daemon_no_flag1,
	&check_daemon_no_ppsapi, &check_daemon_flag3, &check_daemon_flag2, &check_daemon_time1,
	&check_daemon_time2, &check_daemon_no_prefer, &check_daemon_mindist,
	&check_daemon_falseticker, &check_daemon_not_selected,
};

static void test_healthy(void **state)
{
	static void (*const machines[])(void) = {
		NULL, nobody, good_classic, good_sec, good_inverted, good_pps_beside_server,
		good_by_gpsd, good_chrony,
	};

	(void)state;
	for (size_t m = 0; m < sizeof(machines) / sizeof(machines[0]); m++) {
		for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
			struct finding out = { .severity = SEV_NONE };

			healthy();
			if (machines[m])
				machines[m]();
			checks[i]->run(&facts, &out);
			if (out.severity >= SEV_INFO)
				fail_msg("machine %zu: %s is %s: %s %s", m, checks[i]->id,
					 severity_name(out.severity), out.headline, out.observed);
		}
	}
}

/* ---- what the pulse is taken by ---- */

static void comment(void)
{
	classic(COMMENT);
	drops_node("pps0");
	marked("GPS_NMEA(0)", '*', "377", "-450.0");
	burst(40, 150, 0);
	unheard();
}

static void comment_sec(void) { comment(); no_daemons(); sec(COMMENT); drops_node("pps0"); }
static void comment_logged(void)
{
	comment_sec();
	facts.kernel.ntp_pps = fact_from(-ENOENT, 0);
	logs(ntp, "Nov 21 10:00:00 host ntpd[731]: REFCLOCK: refclock_params: kernel PLL (hardpps, RFC 1589) not implemented");
}

static void flag3_ignored(void)
{
	comment_sec();
	logs(ntp, "ntpd[731]: REFCLOCK: refclock_params: kernel PLL (hardpps, RFC 1589) not implemented, flag3 ignored");
	strcpy(ntp->system.version, "ntpd ntpsec-1.2.2+pps1");
}

static void flag3_newer(void) { sec("refclock nmea flag1 1 flag3 1\n"); }
static void flag3_hardpps(void) { flag3_newer(); facts.kernel.ntp_pps = fact_from(0, 1); }
static void flag3_unknown(void) { flag3_newer(); facts.kernel.ntp_pps = fact_from(-EACCES, 0); }
static void flag3_of_pps(void)
{
	sec("refclock pps ppspath /dev/gpspps0 flag3 1\nserver a prefer\n");
	drops_node("pps0");
}

static void flag3_without_flag1(void) { sec("refclock nmea flag3 1\n"); drops_node("pps0"); }
static void unmarked(void) { sec("refclock nmea flag1 1\n"); }

static void no_flag1(void)
{
	classic("server 127.127.20.0 prefer\nfudge 127.127.20.0 time2 0.1 # flag1 0\n");
	drops_node("pps0");
}

static void no_flag1_sec(void)
{
	sec("refclock nmea unit 0 prefer # no flag\n");
	drops_node("pps0");
}

static void no_flag1_bare(void)
{
	classic("server 127.127.20.0\n");
	drops_node("pps0");
}

static void no_flag1_watched(void)
{
	classic("server 127.127.20.0 noselect\n");
	drops_node("pps0");
}

static void no_flag1_in_file(void)
{
	no_flag1_sec();
	cv(0, "associd=1 status=0011\nname=\"NMEA\", poll=6, flags=1\n");
}

static void no_flag1_by_chrony(void)
{
	no_flag1();
	a_chronyd("refclock PPS /dev/pps0\n");
}

static void no_flag1_without_pulse(void) { no_flag1(); pulses(0, 0); }
static void no_flag1_from_elsewhere(void) { no_flag1(); facts.no_pulse = true; }

static void mute(void)
{
	sec("refclock nmea flag1 1\n");
	drops_node("pps0");
	cv(0, "associd=1 status=0011\nname=\"NMEA\", poll=6, flags=1\n");
	logs(ntp, "2026-11-21T10:00:00 ntpd[731]: NMEA(0) serial /dev/gps0 open at 4800 bps");
}

static void mute_classic(void)
{
	mute();
	ntp->kind = DAEMON_NTPD;
}

static void mute_flag_unset(void)
{
	mute();
	cv(0, "associd=1 status=0011\nname=\"NMEA\", poll=6, flags=0\n");
}

static void mute_log_refused(void) { mute(); ntp->log_known = fact_from(-EACCES, 0); }

static void loud(void)
{
	mute();
	logs(ntp, "2026-11-21T10:00:00 ntpd[731]: REFCLOCK: NMEA(0) flag1 1 but PPSAPI fails");
}

/* ---- the time ---- */

static void time2_warn(void)
{
	sec("refclock nmea unit 0 flag1 1 time2 0.35 prefer\n");
	marked("NMEA(0)", 'o', "377", "0.002");
	burst(40, 150, 0);
}

static void time2_used(void) { comment(); marked("GPS_NMEA(0)", 'o', "377", "0.0"); }
static void time2_second(void) { time2_used(); burst(900, 1150, 250); }
static void time2_in_burst(void) { comment(); burst(300, 900, 0); }
static void time2_one(void)
{
	sec("refclock nmea unit 0 flag1 1\n");
	burst(380, 520, 0);
	facts.motion.chars_per_s = fact_from(0, 68);
}

static void time2_dated(void) { comment(); burst(40, 900, 110); }
/* The sentences are late, and time2 says so. */
static void delay_told(void)
{
	sec("refclock nmea flag1 1 time2 0.55\n");
	burst(450, 550, 0);
}

static void delay_untold(void) { machine(); burst(450, 550, 0); }

static void time2_glued(void)
{
	sec("refclock nmea flag1 1 time2 0.6#0.15 \"was\" better\n");
	burst(40, 150, 0);
}

static void time2_second_line(void)
{
	classic("server 127.127.20.0\nfudge 127.127.20.0 flag1 1\nfudge 127.127.20.0 time2 0.6\n");
	burst(40, 150, 0);
}

static void time2_unmeasured(void) { classic(COMMENT); }

static void time2_not_restarted(void)
{
	good_sec();
	cv(0, "associd=1 status=0011\nname=\"NMEA\", poll=60, fudgetime2=900.000, stratum=0, flags=1\n");
}

static void time2_unsaid(void)
{
	good_sec();
	cv(0, "associd=1 status=0011\nname=\"NMEA\", poll=60, stratum=0, flags=1\n");
}

static void flag2_clear(void) { good_classic(); begins_with(EDGE_CLEAR); }
static void flag2_assert(void) { good_inverted(); begins_with(EDGE_ASSERT); pulses(0, 3); }
static void flag2_pps(void) { good_pps_beside_server(); begins_with(EDGE_CLEAR); }
static void flag2_captured(void) { flag2_clear(); facts.pps_mode = fact_from(0, 2); pulses(0, 3); }
static void flag2_square(void) { flag2_clear(); facts.hold.width_us = fact_from(0, 495000); }
static void flag2_unmeasured(void) { good_classic(); facts.hold.edge = fact_from(-ENOENT, 0); }

static void flag2_compensated(void)
{
	sec("refclock nmea flag1 1 time1 0.1\n");
	begins_with(EDGE_CLEAR);
}

static void flag2_wrong_and_captured(void) { flag2_clear(); facts.pps_mode = fact_from(0, 1); }
static void flag2_end_captured(void)
{
	flag2_assert();
	facts.pps_mode = fact_from(0, 2);
}

static void flag2_of_chrony(void)
{
	good_chrony();
	begins_with(EDGE_CLEAR);
	facts.pps_mode = fact_from(0, 1);
}

static void time1_delay(void)
{
	sec("refclock nmea flag1 1 time1 0.15\n");
	begins_with(EDGE_ASSERT);
}

static void time1_unknown(void) { sec("refclock nmea flag1 1 time1 0.15\n"); }
static void time1_small(void)
{
	sec("refclock nmea flag1 1 time1 -0.002\n");
	begins_with(EDGE_ASSERT);
}

static void time1_cable(void) { sec("refclock nmea flag1 1 time1 0.00002\n"); }

/* ---- configuration ---- */

static void conf_error(void) { classic("server 127.127.20.0 flag1 1\n"); }
static void conf_clock_lost(void)
{
	classic("server 127.127.20.0 mode x\n");
	ntp->n_nodes = 0;
}

static void conf_other_clock(void)
{
	classic("server 127.127.20.0\nfudge 127.127.20.0 flag1 1\nfudge 127.127.20.1 flag1 x\n"
		"fudge 127.127.28.0 flag1 x\n");
}

static void conf_used(void) { conf_error(); marked("GPS_NMEA(0)", 'o', "377", "0.0"); }
static void conf_stray(void)
{
	sec("refclock nmea unit 0 prefer\nfudge 127.127.20.1 flag1 1\n");
}

static void conf_stray_of_another(void)
{
	sec("refclock nmea unit 0 flag1 1\nfudge 127.127.20.1 flag1 1\n");
}

static void conf_denied(void)
{
	machine();
	ntp = a_daemon(DAEMON_NTPSEC, 731);
	ntp->conf = fact_from(-EACCES, 0);
	has_open(ntp, "ttyS1", false);
}

static void unit_one(void)
{
	sec("refclock nmea unit 1 flag1 1 # the roof\n");
	ntp->n_nodes = 0;
}

static void unit_one_classic(void)
{
	classic("server 127.127.20.1\nfudge 127.127.20.1 flag1 1\n");
	ntp->n_nodes = 0;
}

/* Unit 1 is another receiver, which is unplugged now. */
static void unit_of_unplugged(void)
{
	static const struct unittab table = {
		.units = { { .unit = 0, .port = "ttyS1" }, { .unit = 1, .port = "ttyUSB0" } }, .n = 2,
	};

	unit_one();
	facts.table = &table;
}

/* The table has this one alone. */
static void unit_of_nobody(void)
{
	static const struct unittab table = { .units = { { .unit = 0, .port = "ttyS1" } }, .n = 1 };

	unit_one();
	facts.table = &table;
}

static struct system_facts with_rule;

static void unit_by_rule(void)
{
	unit_one();
	memset(&with_rule, 0, sizeof(with_rule));
	strcpy(with_rule.rules[0].kernel, "ttyUSB*");
	strcpy(with_rule.rules[0].links, "gps1");
	with_rule.n_rules = 1;
	facts.system = &with_rule;
}

static void unit_by_serial(void)
{
	unit_by_rule();
	with_rule.rules[0].kernel[0] = '\0';
}

static void unit_by_path(void)
{
	sec("refclock nmea unit 1 path /dev/ttyUSB0 flag1 1\n");
	ntp->n_nodes = 0;
	ntp->clocks[0].port_node = fact_text_from(-ENOENT, "");
}

static void unit_by_another(void) { unit_one(); a_chronyd("refclock PPS /dev/pps0\n"); }
static void unit_of_another(void)
{
	unit_one();
	ntp->clocks[0].port_node = fact_text_from(0, "ttyS0");
}

static void unit_unknown(void)
{
	unit_one();
	facts.unit = fact_from(-ENOENT, 0);
	facts.gps.name[0] = '\0';
}

static void unit_unknown_and_open(void) { unit_unknown(); has_open(ntp, "ttyS1", false); }

static void pulse_unit(void)
{
	sec("refclock nmea unit 0 prefer\nrefclock pps unit 3\n");
	drops_node("pps0");
	ntp->clocks[1].pulse_node = fact_text_from(-ENOENT, "");
}

static void pulse_unit_classic(void)
{
	classic("server 127.127.20.0 prefer\nserver 127.127.22.3\n");
	drops_node("pps0");
	ntp->clocks[1].pulse_node = fact_text_from(-ENOENT, "");
}

/* ---- sentences ---- */

static void speed_heard(void)
{
	classic("server 127.127.20.0 mode 17 prefer # 9600\nfudge 127.127.20.0 flag1 1\n");
}

static void speed_baud(void) { sec("refclock nmea mode 1 baud 9600\n"); }
static void speed_odd(void)
{
	classic("server 127.127.20.0\n");
	facts.sentences.baud = fact_from(0, 230400);
}

static void speed_odd_sec(void)
{
	sec("refclock nmea\n");
	facts.sentences.baud = fact_from(0, 230400);
}

static void speed_table(void)
{
	speed_heard();
	unheard();
	marked("GPS_NMEA(0)", ' ', "0", "0.0");
	facts.port.baud = fact_from(0, 9600);
}

static void gibberish(void)
{
	sec("refclock nmea baud 9600\n");
	unheard();
	facts.table_baud = fact_from(-ENOENT, 0);
	facts.port.baud = fact_from(0, 9600);
	marked("NMEA(0)", ' ', "0", "0.0");
	cv(0, "associd=1 status=0011\nname=\"NMEA\", timecode=\"\", poll=60, noreply=60, badformat=9, baddata=0\n");
}

static void gibberish_timeouts(void)
{
	gibberish();
	cv(0, "associd=1 status=0011\nname=\"NMEA\", poll=0, noreply=60, badformat=0, baddata=0\n");
}

static void gibberish_to_rmc(void)
{
	gibberish();
	ntp->ntpd->clocks[0].set.value[NTPD_MODE] = 1;
	ntp->ntpd->clocks[0].set.given |= 1u << NTPD_MODE;
}

static void other_sentences(void)
{
	gibberish_timeouts();
	ntp->ntpd->clocks[0].set.value[NTPD_MODE] = 1;
	ntp->ntpd->clocks[0].set.given |= 1u << NTPD_MODE;
}

/* As the port was opened. */
static void other_sentences_cut(void)
{
	other_sentences();
	cv(0, "associd=1 status=0011\nname=\"NMEA\", poll=0, noreply=60, badformat=1, baddata=0\n");
}

static void gibberish_silence(void) { gibberish(); move(IC_RX, 0); }
static void gibberish_understood(void)
{
	gibberish();
	cv(0, "associd=1 status=0011\nname=\"NMEA\", timecode=\"$GPRMC,,V,,,,,,,\", poll=60, noreply=60, badformat=9, baddata=0\n");
}

static void gibberish_framed(void)
{
	gibberish();
	facts.first.icount[IC_FRAME] = fact_from(0, 0);
	facts.second.icount[IC_FRAME] = fact_from(0, 900);
}

static void speed_young(void)
{
	speed_table();
	ntp->start_ms = fact_from(0, (UPTIME_S - 10) * MS_PER_S);
}

static void speed_reached(void) { speed_table(); marked("GPS_NMEA(0)", '*', "377", "0.0"); }
static void speed_refused(void) { speed_table(); ntp->peers.said = SAID_REFUSED; }

static void undated(void) { sec("refclock nmea mode 2 flag1 1\n"); }
static void undated_unset(void) { undated(); facts.host.clock_synced = fact_from(0, 0); }
static void undated_used(void) { undated_unset(); marked("NMEA(0)", 'o', "377", "0.0"); }
static void zda(void)
{
	classic("server 127.127.20.0 mode 8\nfudge 127.127.20.0 flag1 1\n");
	marked("GPS_NMEA(0)", ' ', "0", "0.0");
}

static void zda_reached(void) { zda(); marked("GPS_NMEA(0)", '*', "17", "0.0"); }
static void zda_silence(void) { zda(); move(IC_RX, 0); }

static void rejected(void)
{
	unmarked();
	marked("NMEA(0)", ' ', "0", "0.0");
	cv(0, "associd=1 status=0011\nname=\"NMEA\", timecode=\"$GPRMC,1\", poll=60, badformat=412, baddata=1, flags=1\n");
}

static void rejected_dates(void)
{
	rejected();
	cv(0, "associd=1 status=0011\nname=\"NMEA\", timecode=\"$GPRMC,1\", poll=60, badformat=1, baddata=412, flags=1\n");
}

static void rejected_cut(void)
{
	rejected();
	cv(0, "associd=1 status=0011\nname=\"NMEA\", timecode=\"$GPRMC,1\", poll=60, badformat=1, baddata=0, flags=1\n");
}

static void rejected_once(void) { rejected(); marked("NMEA(0)", '*', "1", "0.0"); }
static void rejected_no_fix(void) { rejected(); heard(8, 0); }

/* ---- the choice ---- */

static void unpreferred(void)
{
	sec("refclock nmea unit 0\nrefclock pps ppspath /dev/gpspps0\n");
}

static void unpreferred_alone(void)
{
	sec("refclock pps ppspath /dev/gpspps0\nserver a\nserver b\n");
}

static void unpreferred_used(void) { unpreferred(); marked("PPS(0)", 'o', "377", "0.0"); }
static void preferred_server(void) { classic("server 127.127.22.0\nserver a prefer\n"); }
static void preferred_itself(void) { sec("refclock pps ppspath /dev/gpspps0 prefer\nserver a\n"); }
static void preferred_itself_classic(void) { classic("server 127.127.22.0 prefer\nserver a\n"); }
static void minsane(void) { classic("server 127.127.22.0\ntos minsane 0\n"); }

static void apart(void)
{
	sec("refclock nmea unit 0 prefer time2 0.1\nrefclock pps ppspath /dev/gpspps0\n");
	marked("NMEA(0)", 'x', "377", "-231.5");
	burst(40, 100, 0);
	unheard();
}

/* Each is false to the other: that is told once. */
static void apart_both(void)
{
	apart();
	says_peers(ntp, PEERS "xNMEA(0) .GPS. 0 l 5 16 377 0.0 -231.5 0.1\n"
		   "xPPS(0) .PPS. 0 l 5 16 377 0.0 0.02 0.1\n");
}

static void apart_time2(void) { apart(); burst(300, 330, 0); }
static void apart_young(void)
{
	apart();
	ntp->start_ms = fact_from(0, (UPTIME_S - 300) * MS_PER_S);
}

static void apart_within(void)
{
	sec("refclock nmea unit 0 prefer time2 0.1\nrefclock pps ppspath /dev/gpspps0\ntos mindist 0.5\n");
	marked("NMEA(0)", 'x', "377", "-231.5");
}

static void falseticker(void) { unmarked(); marked("NMEA(0)", 'x', "377", "17.2"); }
static void falseticker_flag3(void) { comment(); marked("GPS_NMEA(0)", 'x', "377", "17.2"); }
static void falseticker_unreached(void) { unmarked(); marked("NMEA(0)", 'x', "37", "17.2"); }

static void blank(void) { unmarked(); marked("NMEA(0)", ' ', "377", "0.2"); }
static void star(void) { unmarked(); marked("NMEA(0)", '*', "377", "0.2"); }
static void star_young(void) { star(); ntp->start_ms = fact_from(0, (UPTIME_S - 599) * MS_PER_S); }
static void star_start_unknown(void) { star(); ntp->start_ms = fact_from(-EACCES, 0); }
static void star_not_open(void) { star(); drops_node("pps0"); }
static void star_nodes_refused(void)
{
	star_not_open();
	ntp->nodes_known = fact_from(-EACCES, 0);
}

static void star_late(void)
{
	good_classic();
	marked("GPS_NMEA(0)", '*', "377", "-450.0");
	burst(530, 600, 0);
}

static void plus_beside_pulse(void)
{
	unmarked();
	says_peers(ntp, PEERS "+NMEA(0) .GPS. 0 l 5 16 377 0.0 0.2 0.1\n"
		   "oPPS(4) .PPS. 0 l 5 16 377 0.0 0.0 0.1\n");
}

static void watched(void)
{
	sec("refclock nmea flag1 1 noselect\n");
	marked("NMEA(0)", ' ', "377", "0.2");
}

static void panic(void)
{
	classic("server 127.127.20.0\n");
	ntp->pid = fact_from(-ENOENT, 0);
	logs(ntp, "Nov 21 10:00:00 host ntpd[731]: time correction of 3600 seconds exceeds sanity limit (1000); set clock manually to the correct UTC time.");
}

static void panic_sec(void)
{
	sec("refclock nmea flag1 1\n");
	ntp->pid = fact_from(-ENOENT, 0);
	logs(ntp, "2026-11-21T10:00:00 ntpd[731]: CLOCK: Panic: offset too big: 123456.789");
}

static void panic_over(void) { panic(); ntp->pid = fact_from(0, 740); }
static void panic_chrony(void) { panic(); a_chronyd("refclock PPS /dev/pps0\n"); }
static void stopped(void) { panic(); ntp->n_log = 0; }

static const struct row rows[] = {
	/* where ntpq shows the pulse */
	{ "o", good_sec, &check_daemon_no_pps_line, SEV_INFO, "'o' before NMEA(0): the pulse disciplines", 0 },
	{ "*", comment, &check_daemon_no_pps_line, SEV_INFO, "'*' before 127.127.20.0: the system's source", 0 },
	{ "not asked", unmarked, &check_daemon_no_pps_line, SEV_INFO, "look for o before NMEA(0)", 0 },
	{ "no flag1", no_flag1, &check_daemon_no_pps_line, SEV_NONE, NULL, 0 },
	{ "driver 22", good_pps_beside_server, &check_daemon_no_pps_line, SEV_NONE, NULL, 0 },

	{ "flag1", good_sec, &check_daemon_no_flag1, SEV_OK, NULL, 0 },
	{ "another clock", good_pps_beside_server, &check_daemon_no_flag1, SEV_NONE, NULL, 0 },
	{ "no flag1", no_flag1, &check_daemon_no_flag1, SEV_FAIL,
	  "fudge 127.127.20.0 time2 0.1 flag1 1     #", 0 },
	{ "no flag1, restart", no_flag1, &check_daemon_no_flag1, SEV_FAIL,
	  "then systemctl restart ntp.service", 0 },
	{ "no flag1, NTPsec", no_flag1_sec, &check_daemon_no_flag1, SEV_FAIL,
	  "refclock nmea unit 0 prefer flag1 1     #", 0 },
	{ "no fudge", no_flag1_bare, &check_daemon_no_flag1, SEV_FAIL,
	  "fudge 127.127.20.0 flag1 1     # in /etc/ntp.conf", 0 },
	{ "noselect", no_flag1_watched, &check_daemon_no_flag1, SEV_INFO, NULL, 0 },
	{ "in effect", no_flag1_in_file, &check_daemon_no_flag1, SEV_INFO, NULL, 0 },
	{ "chrony has it", no_flag1_by_chrony, &check_daemon_no_flag1, SEV_NONE, NULL, 0 },
	{ "no pulse", no_flag1_without_pulse, &check_daemon_no_flag1, SEV_NONE, NULL, 0 },
	{ "pulse=", no_flag1_from_elsewhere, &check_daemon_no_flag1, SEV_NONE, NULL, 0 },
	{ "dead PPS", pulse_unit, &check_daemon_no_flag1, SEV_NONE, NULL, 0 },

	{ "the comment", comment, &check_daemon_flag3, SEV_FAIL,
	  "fudge 127.127.20.0 flag1 1 flag2 0 flag3 0 time2 0.600     #", 0 },
	{ "why", comment, &check_daemon_flag3, SEV_FAIL,
	  "refclock_params: kernel PLL (hardpps, RFC 1589) not implemented", 0 },
	{ "NTPsec", comment_sec, &check_daemon_flag3, SEV_FAIL, "ntp.conf:2: ", 0 },
	{ "by its log", comment_logged, &check_daemon_flag3, SEV_FAIL, "the log: ", 0 },
	{ "patched", flag3_ignored, &check_daemon_flag3, SEV_INFO, "flag3 ignored", 0 },
	{ "flag3 0", good_sec, &check_daemon_flag3, SEV_OK, NULL, 0 },
	{ "still has it", flag3_newer, &check_daemon_flag3, SEV_INFO, NULL, 0 },
	{ "used", time2_used, &check_daemon_flag3, SEV_INFO, NULL, 0 },
	{ "hardpps", flag3_hardpps, &check_daemon_flag3, SEV_OK, NULL, 0 },
	{ "refused", flag3_unknown, &check_daemon_flag3, SEV_SKIPPED, "Permission denied", 0 },
	{ "driver 22", flag3_of_pps, &check_daemon_flag3, SEV_NONE, NULL, 0 },
	{ "no flag1", flag3_without_flag1, &check_daemon_flag3, SEV_NONE, NULL, 0 },

	{ "built without", mute, &check_daemon_no_ppsapi, SEV_FAIL, "ntpd[731]", 0 },
	{ "has it", good_sec, &check_daemon_no_ppsapi, SEV_OK, NULL, 0 },
	{ "flag1 not in effect", mute_flag_unset, &check_daemon_no_ppsapi, SEV_NONE, NULL, 0 },
	{ "no log", mute_log_refused, &check_daemon_no_ppsapi, SEV_NONE, NULL, 0 },
	{ "no device", loud, &check_daemon_no_ppsapi, SEV_NONE, NULL, 0 },
	{ "classic", mute_classic, &check_daemon_no_ppsapi, SEV_NONE, NULL, 0 },

	/* the time */
	{ "the comment", comment, &check_daemon_time2, SEV_FAIL, "time2 is 0.45 s off", 0 },
	{ "its words", comment, &check_daemon_time2, SEV_FAIL,
	  "ntp.conf says time2 0.600, the sentence ends 0.150 s after the pulse", 0 },
	{ "its line", comment, &check_daemon_time2, SEV_FAIL,
	  "fudge 127.127.20.0 flag1 1 flag2 0 flag3 1 time2 0.150     # /etc/ntp.conf:2; then systemctl restart ntp.service", 0 },
	{ "NTPsec", comment_sec, &check_daemon_time2, SEV_FAIL, "time2 0.150     #", 0 },
	{ "0.2 s", time2_warn, &check_daemon_time2, SEV_WARN,
	  "refclock nmea unit 0 flag1 1 time2 0.150 prefer     #", 0 },
	{ "used all the same", time2_used, &check_daemon_time2, SEV_WARN, NULL, 0 },
	{ "another second", time2_second, &check_daemon_time2, SEV_FAIL, "time2 is 0.55 s off", 0 },
	{ "within the burst", time2_in_burst, &check_daemon_time2, SEV_OK, NULL, 0 },
	{ "one sentence", time2_one, &check_daemon_time2, SEV_FAIL,
	  "refclock nmea unit 0 flag1 1 time2 0.520     #", 0 },
	{ "heard", time2_dated, &check_daemon_time2, SEV_FAIL, "time2 is 0.45 s off", 0 },
	{ "right", good_classic, &check_daemon_time2, SEV_OK, NULL, 0 },
	{ "a comment at the number", time2_glued, &check_daemon_time2, SEV_FAIL,
	  "refclock nmea flag1 1 time2 0.150     #", 0 },
	{ "its own line", time2_second_line, &check_daemon_time2, SEV_FAIL,
	  "fudge 127.127.20.0 time2 0.150     # /etc/ntp.conf:3", 0 },
	{ "not measured", time2_unmeasured, &check_daemon_time2, SEV_NONE, NULL, 0 },
	{ "not restarted", time2_not_restarted, &check_daemon_time2, SEV_FAIL,
	  "NTPsec says that time2 is 0.900", 0 },
	{ "0 is not said", time2_unsaid, &check_daemon_time2, SEV_WARN,
	  "NTPsec says that time2 is 0.000", 0 },

	{ "late, and told", delay_told, &check_daemon_time2, SEV_OK, NULL, 0 },
	{ "late, and told", delay_told, &check_nmea_delay, SEV_INFO, NULL, 0 },
	{ "late", delay_untold, &check_nmea_delay, SEV_WARN, NULL, 0 },

	{ "inverted", flag2_clear, &check_daemon_flag2, SEV_FAIL,
	  "time2 0.150 refid PPS flag2 1     # /etc/ntp.conf:2", 0 },
	{ "late", flag2_clear, &check_daemon_flag2, SEV_FAIL, "by 100.0 ms", 0 },
	{ "not inverted", flag2_assert, &check_daemon_flag2, SEV_FAIL,
	  "refclock nmea unit 0 flag1 1 flag2 0 prefer     #", 0 },
	{ "driver 22", flag2_pps, &check_daemon_flag2, SEV_FAIL, "flag2 1     #", 0 },
	{ "right", good_inverted, &check_daemon_flag2, SEV_OK, NULL, 0 },
	{ "the right one is captured", flag2_captured, &check_daemon_flag2, SEV_INFO, NULL, 0 },
	{ "time1 makes up", flag2_compensated, &check_daemon_flag2, SEV_INFO, NULL, 0 },
	{ "square", flag2_square, &check_daemon_flag2, SEV_NONE, NULL, 0 },
	{ "not measured", flag2_unmeasured, &check_daemon_flag2, SEV_NONE, NULL, 0 },
	/* told once */
	{ "told once", flag2_wrong_and_captured, &check_signal_inverted, SEV_INFO, NULL, 0 },
	{ "told once, the other", flag2_end_captured, &check_pps_edge_disabled, SEV_NONE, NULL, 0 },
	{ "of chrony", flag2_of_chrony, &check_signal_inverted, SEV_INFO, NULL, 0 },

	{ "the sentences' delay", time1_delay, &check_daemon_time1, SEV_FAIL,
	  "time1 shifts the pulse by 0.150 s", 0 },
	{ "its line", time1_delay, &check_daemon_time1, SEV_FAIL, "flag1 1 time1 0.0     #", 0 },
	{ "which edge?", time1_unknown, &check_daemon_time1, SEV_WARN, NULL, 0 },
	{ "2 ms", time1_small, &check_daemon_time1, SEV_WARN, "-0.002", 0 },
	{ "a wrong edge", flag2_compensated, &check_daemon_time1, SEV_WARN, NULL, 0 },
	{ "a cable", time1_cable, &check_daemon_time1, SEV_OK, NULL, 0 },

	/* configuration */
	{ "flag on server", conf_error, &check_daemon_conf, SEV_WARN, "line 1 of ", 0 },
	{ "clock lost", conf_clock_lost, &check_daemon_conf, SEV_FAIL, "mode x", 0 },
	{ "another's", conf_other_clock, &check_daemon_conf, SEV_OK, NULL, 0 },
	{ "used", conf_used, &check_daemon_conf, SEV_INFO, NULL, 0 },
	{ "stray", conf_stray, &check_daemon_conf, SEV_WARN, "fudge 127.127.20.0 flag1 1     #", 0 },
	{ "another's stray", conf_stray_of_another, &check_daemon_conf, SEV_OK, NULL, 0 },
	{ "refused", conf_denied, &check_daemon_conf, SEV_SKIPPED, "as root", 0 },
	{ "right", good_sec, &check_daemon_conf, SEV_OK, NULL, 0 },

	{ "unit 1", unit_one, &check_daemon_unit, SEV_FAIL,
	  "refclock nmea unit 0 flag1 1     # ", 0 },
	{ "unit 1, why", unit_one, &check_daemon_unit, SEV_FAIL, "/dev/gps1, which does not exist", 0 },
	{ "unit 1, classic", unit_one_classic, &check_daemon_unit, SEV_FAIL,
	  "server 127.127.20.0 ..., and fudge 127.127.20.0", 0 },
	{ "not in the table", unit_of_nobody, &check_daemon_unit, SEV_FAIL, "unit 1", 0 },
	{ "unplugged", unit_of_unplugged, &check_daemon_unit, SEV_NONE, NULL, 0 },
	{ "a rule's", unit_by_rule, &check_daemon_unit, SEV_NONE, NULL, 0 },
	{ "by its serial number", unit_by_serial, &check_daemon_unit, SEV_NONE, NULL, 0 },
	{ "a path", unit_by_path, &check_daemon_unit, SEV_NONE, NULL, 0 },
	{ "chrony has it", unit_by_another, &check_daemon_unit, SEV_NONE, NULL, 0 },
	{ "another receiver", unit_of_another, &check_daemon_unit, SEV_NONE, NULL, 0 },
	{ "no unit", unit_unknown, &check_daemon_unit, SEV_NONE, NULL, 0 },
	{ "no unit, and read", unit_unknown_and_open, &check_daemon_unit, SEV_NONE, NULL, 0 },
	{ "unit 0", good_sec, &check_daemon_unit, SEV_OK, NULL, 0 },
	{ "pps3", pulse_unit, &check_daemon_unit, SEV_FAIL,
	  "refclock pps unit 3 ppspath /dev/gpspps0     #", 0 },
	{ "pps3, classic", pulse_unit_classic, &check_daemon_unit, SEV_FAIL,
	  "fudge 127.127.20.0 flag1 1, and", 0 },

	/* sentences */
	{ "heard", speed_heard, &check_daemon_speed, SEV_FAIL,
	  "server 127.127.20.0 mode 1 prefer     # /etc/ntp.conf:1", 0 },
	{ "numbers", speed_heard, &check_daemon_speed, SEV_FAIL, "9600 baud, the receiver talks at 4800", 0 },
	{ "baud", speed_baud, &check_daemon_speed, SEV_FAIL, "refclock nmea mode 1 baud 4800     #", 0 },
	{ "no bits", speed_odd, &check_daemon_speed, SEV_FAIL, "set the receiver", 0 },
	{ "no bits, NTPsec", speed_odd_sec, &check_daemon_speed, SEV_FAIL,
	  "refclock nmea baud 230400     #", 0 },
	{ "table", speed_table, &check_daemon_speed, SEV_FAIL, "/etc/gpsppsctl.conf", 0 },
	{ "nothing understood", gibberish, &check_daemon_speed, SEV_FAIL,
	  "understands nothing of what comes at 9600 baud", 0 },
	{ "what to do", gibberish, &check_daemon_speed, SEV_FAIL,
	  "systemctl stop ntpsec.service; gpsppsctl detach /dev/ttyS1; gpsppsctl diag --active ttyS1", 0 },
	{ "for RMC alone", gibberish_to_rmc, &check_daemon_speed, SEV_FAIL, NULL, 0 },
	{ "no line came to an end", gibberish_timeouts, &check_daemon_speed, SEV_FAIL,
	  "badformat 0", 0 },
	{ "not the selected ones", other_sentences, &check_daemon_speed, SEV_NONE, NULL, 0 },
	{ "one was cut", other_sentences_cut, &check_daemon_speed, SEV_NONE, NULL, 0 },
	{ "silence", gibberish_silence, &check_daemon_speed, SEV_NONE, NULL, 0 },
	{ "void", gibberish_understood, &check_daemon_speed, SEV_NONE, NULL, 0 },
	{ "nmea.baud's", gibberish_framed, &check_daemon_speed, SEV_NONE, NULL, 0 },
	{ "just started", speed_young, &check_daemon_speed, SEV_WARN,
	  "reads at 9600 baud, the table of units says 4800", 0 },
	{ "reached", speed_reached, &check_daemon_speed, SEV_OK, NULL, 0 },
	{ "not a setting that differs", speed_young, &check_tty_differs, SEV_OK, NULL, 0 },
	{ "not asked", speed_refused, &check_daemon_speed, SEV_NONE, NULL, 0 },
	{ "right", good_sec, &check_daemon_speed, SEV_OK, NULL, 0 },

	{ "GGA", undated, &check_daemon_sentences, SEV_WARN, "refclock nmea mode 3 flag1 1", 0 },
	{ "GGA, not set", undated_unset, &check_daemon_sentences, SEV_FAIL, "NO TIME", 0 },
	{ "GGA, used", undated_used, &check_daemon_sentences, SEV_INFO, NULL, 0 },
	{ "ZDA", zda, &check_daemon_sentences, SEV_WARN, "server 127.127.20.0 mode 9     #", 0 },
	{ "ZDA comes", zda_reached, &check_daemon_sentences, SEV_OK, NULL, 0 },
	{ "nothing comes", zda_silence, &check_daemon_sentences, SEV_OK, NULL, 0 },
	{ "all", good_sec, &check_daemon_sentences, SEV_OK, NULL, 0 },

	{ "void", rejected, &check_daemon_rejected, SEV_FAIL, "badformat 412, baddata 1", 0 },
	{ "dates", rejected_dates, &check_daemon_rejected, SEV_FAIL, "impossible", 0 },
	{ "some", good_sec, &check_daemon_rejected, SEV_OK, NULL, 0 },
	{ "one was cut", rejected_cut, &check_daemon_rejected, SEV_OK, NULL, 0 },
	{ "reached", rejected_once, &check_daemon_rejected, SEV_OK, NULL, 0 },
	{ "no fix was heard", rejected_no_fix, &check_daemon_rejected, SEV_OK, NULL, 0 },
	{ "nothing understood", gibberish, &check_daemon_rejected, SEV_NONE, NULL, 0 },
	{ "not asked", unmarked, &check_daemon_rejected, SEV_NONE, NULL, 0 },

	/* the choice */
	{ "no prefer", unpreferred, &check_daemon_no_prefer, SEV_FAIL,
	  "refclock nmea unit 0 prefer     #", 0 },
	{ "servers", unpreferred_alone, &check_daemon_no_prefer, SEV_FAIL, "best server", 0 },
	{ "used", unpreferred_used, &check_daemon_no_prefer, SEV_OK, NULL, 0 },
	{ "prefer", preferred_server, &check_daemon_no_prefer, SEV_OK, NULL, 0 },
	{ "itself", preferred_itself, &check_daemon_no_prefer, SEV_OK, NULL, 0 },
	{ "itself, classic", preferred_itself_classic, &check_daemon_no_prefer, SEV_FAIL, NULL, 0 },
	{ "minsane 0", minsane, &check_daemon_no_prefer, SEV_OK, NULL, 0 },
	{ "NMEA needs none", unmarked, &check_daemon_no_prefer, SEV_NONE, NULL, 0 },

	{ "apart", apart, &check_daemon_mindist, SEV_WARN, "tos mindist 0.3     #", 0 },
	{ "apart, both", apart_both, &check_daemon_mindist, SEV_WARN, "tos mindist 0.3     #", 0 },
	{ "apart, both", apart_both, &check_daemon_falseticker, SEV_OK, NULL, 0 },
	{ "time2 is wrong", apart_time2, &check_daemon_mindist, SEV_OK, NULL, 0 },
	{ "young", apart_young, &check_daemon_mindist, SEV_NONE, NULL, 0 },
	{ "within", apart_within, &check_daemon_mindist, SEV_OK, NULL, 0 },

	{ "x", falseticker, &check_daemon_falseticker, SEV_WARN, "offset 17.200 ms", 0 },
	{ "x by flag3", falseticker_flag3, &check_daemon_falseticker, SEV_OK, NULL, 0 },
	{ "x, reach 37", falseticker_unreached, &check_daemon_falseticker, SEV_NONE, NULL, 0 },
	{ "o", good_sec, &check_daemon_falseticker, SEV_OK, NULL, 0 },

	{ "blank", blank, &check_daemon_not_selected, SEV_WARN, "not used: not heard", 0 },
	{ "*", star, &check_daemon_not_selected, SEV_WARN, "follows the sentences", 0 },
	{ "young", star_young, &check_daemon_not_selected, SEV_NONE, NULL, 0 },
	{ "start unknown", star_start_unknown, &check_daemon_not_selected, SEV_NONE, NULL, 0 },
	{ "not open", star_not_open, &check_daemon_not_selected, SEV_NONE, NULL, 0 },
	{ "is it open?", star_nodes_refused, &check_daemon_not_selected, SEV_WARN, NULL, 0 },
	{ "by time2", star_late, &check_daemon_not_selected, SEV_OK, NULL, 0 },
	{ "another pulse", plus_beside_pulse, &check_daemon_not_selected, SEV_OK, NULL, 0 },
	{ "noselect", watched, &check_daemon_not_selected, SEV_NONE, NULL, 0 },
	{ "o", good_sec, &check_daemon_not_selected, SEV_OK, NULL, 0 },

	{ "classic", panic, &check_daemon_panic, SEV_FAIL, "exceeds sanity limit (1000)", 0 },
	{ "NTPsec", panic_sec, &check_daemon_panic, SEV_FAIL, "/etc/default/ntpsec", 0 },
	{ "runs again", panic_over, &check_daemon_panic, SEV_OK, NULL, 0 },
	{ "chrony runs", panic_chrony, &check_daemon_panic, SEV_NONE, NULL, 0 },
	{ "stopped", stopped, &check_daemon_panic, SEV_NONE, NULL, 0 },
};

EXAMINE_ALL(checks, rows)

/* The whole verdict of the configuration under the source document. */
static void expect(const char *id, enum severity severity)
{
	for (size_t i = 0; i < verdict.n; i++)
		if (!strcmp(verdict.findings[i].id, id) &&
		    verdict.findings[i].severity != severity)
			fail_msg("%s is %s", id, severity_name(verdict.findings[i].severity));
}

static void test_comment(void **state)
{
	(void)state;
	healthy();
	comment();
	diagnose(&facts, &verdict);
	expect("daemon.no-pps-line", SEV_INFO);
	expect("daemon.time2", SEV_FAIL);
	expect("daemon.flag3", SEV_FAIL);
	expect("daemon.not-selected", SEV_NONE);
	assert_non_null(verdict.cause);
	assert_string_equal(verdict.cause->id, "daemon.flag3");

	pulses(0, 0);
	move(IC_DCD, 0);
	diagnose(&facts, &verdict);
	assert_string_equal(verdict.cause->id, "signal.absent");
	assert_non_null(strstr(verdict.cause->fix, "3.3 V does not drive an RS-232 input"));
	assert_non_null(strstr(verdict.cause->fix, "MAX3232"));
}

/* A line as long as ntpd allows: its texts fit, and one that was cut is not written back. */
static void test_long_line(void **state)
{
	struct finding out = { .severity = SEV_NONE };
	char conf[400];

	(void)state;
	healthy();
	memset(conf, ' ', sizeof(conf));
	memcpy(conf, "refclock nmea flag1 1 time2 0.6", 31);
	snprintf(conf + 200, sizeof(conf) - 200, "prefer\n");
	sec(conf);
	burst(40, 150, 0);
	check_daemon_time2.run(&facts, &out);
	assert_int_equal(out.severity, SEV_FAIL);
	assert_non_null(strstr(out.fix, "fudge 127.127.20.0 time2 0.150     # in "));
	assert_null(strstr(out.fix, "..."));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		EXAMINE_TESTS,
		cmocka_unit_test(test_healthy),
		cmocka_unit_test(test_comment),
		cmocka_unit_test(test_long_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
