// SPDX-License-Identifier: GPL-2.0-or-later
/* chrony's refclocks: pass, fail, refused, and the healthy machines that stay silent. */
#include "examine.h"

#include "daemons.h"

#define NMEA_LINE "refclock SHM 0 refid NMEA offset 0.15 delay 0.3 noselect\n"
#define PPS_LINE "refclock PPS /dev/pps0 lock NMEA refid PPS\n"
#define POOL "pool 2.debian.pool.ntp.org iburst\n"

/* chronyc -c -n sources: mode, state, name, stratum, poll, reach, last, offset, measured, error */
#define HEARD "#,*,PPS,0,4,377,11,-0.000000012,-0.000000020,0.000000400\n"
#define UNHEARD "#,?,PPS,0,4,0,4294967295,0.000000000,0.000000000,0.000000000\n"
#define NMEA_HEARD "#,?,NMEA,0,4,377,12,0.004000000,0.004000000,0.150000000\n"

static struct daemon *chronyd;

static void start(const char *conf)
{
	no_daemons();
	chronyd = a_chronyd(conf);
	chronyd->chrony_command.conf[0] = '\0';
	/* an hour after chronyd's start */
	facts.first.at_ns = INT64_C(3660) * NS_PER_S;
	facts.second.at_ns = facts.first.at_ns + 3210 * NS_PER_MS;
}

static void gpsd_beside(void)
{
	static const char line[] = "gpsd\0-n\0-p\0/dev/ttyS1";

	a_gpsd(line, sizeof(line));
	facts.port.holders.n = 0;
	hold(0, 733, "gpsd");
	facts.unit = fact_from(-ENOENT, 0);
	find_clocks(chronyd);
}

static void bursts(int first_ms, int last_ms)
{
	facts.motion.burst_first_ms = fact_from(0, first_ms);
	facts.motion.burst_last_ms = fact_from(0, last_ms);
}

static void tracks(const char *source)
{
	char text[256];

	snprintf(text, sizeof(text), "50505300,%s,1,1700000000.000000000,0.000000001,0.000000002,0.000000003,-12.345,0.001,0.010,0.000000001,0.000010000,16.0,Normal\n",
		 source);
	chronyc_read_tracking(text, strlen(text), &chronyd->tracking);
	assert_int_equal(chronyd->tracking.said, SAID_WELL);
}

static void no_chrony(void) { no_daemons(); }
static void with_lock(void) { start(NMEA_LINE PPS_LINE); }

static void with_lock_heard(void)
{
	with_lock();
	says_sources(chronyd, HEARD NMEA_HEARD);
	tracks("PPS");
	bursts(60, 150);
}

static void with_gpsd(void) { with_lock_heard(); gpsd_beside(); }

static void with_servers(void)
{
	start(POOL "refclock PPS /dev/pps0 refid PPS\n");
	says_sources(chronyd, HEARD "^,-,192.0.2.1,2,6,377,30,0.001,0.001,0.02\n");
	tracks("PPS");
}

static void with_sock(void)
{
	start("refclock SOCK /run/chrony.ttyS1.sock refid PPS\n");
	says_sources(chronyd, HEARD);
	gpsd_beside();
	chronyd->n_nodes = 0;
}

static void conf_refused(void)
{
	with_lock();
	chronyd->chrony = NULL;
	chronyd->n_clocks = 0;
	chronyd->conf = fact_from(-EACCES, 0);
}

/* ---- the configuration ---- */

static void stop(const char *conf)
{
	start(conf);
	chronyd->pid = chronyd->start_ms = fact_from(-ENOENT, 0);
	chronyd->n_nodes = 0;
}

static void driver_unknown(void)
{
	stop("refclock kPPS /dev/pps0 refid PPS\n");
	logs(chronyd, "chronyd[700]: Fatal error : unknown refclock driver kPPS");
}

static void option_refused(void) { stop(NMEA_LINE "refclock PPS /dev/pps0 lock NMEA poll x\n"); }

static void installed_beside_ntpd(void)
{
	option_refused();
	an_ntpd(DAEMON_NTPSEC, "refclock nmea unit 0 flag1 1\n");
}

static void mistake_after_start(void) { start(NMEA_LINE PPS_LINE "makestep x\n"); }

static void logged_alone(void)
{
	stop(PPS_LINE);
	logs(chronyd, "chronyd[700]: Fatal error : Could not parse refclock directive at line 7 in file /etc/chrony/chrony.conf");
}

/* ---- the device ---- */

#define COULD_NOT "chronyd[700]: Fatal error : Could not open /dev/pps0 : No such file or directory"

static void too_early(void) { stop(PPS_LINE); logs(chronyd, COULD_NOT); }

static void not_there_yet(void)
{
	too_early();
	memset(&facts.pulse, 0, sizeof(facts.pulse));
}

static void other_number(void) { too_early(); strcpy(facts.pulse.name, "pps1"); }

static void the_port(void)
{
	stop("refclock PPS /dev/ttyS1 refid PPS\n");
	logs(chronyd, "chronyd[700]: Fatal error : time_pps_create() failed on /dev/ttyS1 : Operation not supported");
}

static void another_pulse(void)
{
	static struct pulse other = { .name = "pps3" };
	static const struct pulse_list all = { .v = &other, .n = 1 };

	stop("refclock PPS /dev/pps3 refid PPS\n");
	facts.pulses = &all;
	logs(chronyd, "chronyd[700]: Fatal error : Could not open /dev/pps3 : No such file or directory");
}

static void denied(void)
{
	stop(PPS_LINE);
	logs(chronyd, "chronyd[700]: Fatal error : Could not open /dev/pps0 : Permission denied");
}

/* gpsd has the sentences of ttyS1, whose pulse is pps1; chronyd takes pps0. */
static void on_pps0(const char *source)
{
	static struct pulse first;
	static const struct pulse_list all = { .v = &first, .n = 1 };

	start("refclock SHM 0 refid NMEA\n" PPS_LINE);
	gpsd_beside();
	strcpy(facts.pulse.name, "pps1");
	strcpy(first.name, "pps0");
	set_text(&first.source, source);
	facts.pulses = &all;
}

static void of_a_card(void) { on_pps0("ptp0"); }
static void of_a_gpio(void) { on_pps0("pps@12.-1"); }

static const struct row starts[] = {
	{ "a card's", of_a_card, &check_chrony_other_pulse, SEV_WARN,
	  "chrony.conf:2: refclock PPS /dev/gpspps0 lock NMEA refid PPS", 0 },
	{ "which", of_a_card, &check_chrony_other_pulse, SEV_WARN, "pps0 is ptp0", 0 },
	{ "a GPIO's", of_a_gpio, &check_chrony_other_pulse, SEV_OK, NULL, 0 },
	{ "healthy", with_gpsd, &check_chrony_other_pulse, SEV_OK, NULL, 0 },
	{ "none", no_chrony, &check_chrony_other_pulse, SEV_NONE, NULL, 0 },
	{ "healthy", with_lock_heard, &check_chrony_conf, SEV_OK, NULL, 0 },
	{ "driver", driver_unknown, &check_chrony_conf, SEV_FAIL, "refclock kPPS /dev/pps0", 0 },
	{ "option", option_refused, &check_chrony_conf, SEV_FAIL, "line 2 of /etc/chrony/chrony.conf", 0 },
	{ "log alone", logged_alone, &check_chrony_conf, SEV_FAIL, "at line 7 in file", 0 },
	{ "beside ntpd", installed_beside_ntpd, &check_chrony_conf, SEV_NONE, NULL, 0 },
	{ "after its start", mistake_after_start, &check_chrony_conf, SEV_WARN, "makestep x", 0 },
	{ "none", no_chrony, &check_chrony_conf, SEV_NONE, NULL, 0 },
	{ "runs", with_lock_heard, &check_chrony_device, SEV_OK, NULL, 0 },
	{ "too early", too_early, &check_chrony_device, SEV_FAIL,
	  "systemctl restart chrony.service     # at boot", CURE_COMMAND },
	{ "its words", too_early, &check_chrony_device, SEV_FAIL, "Could not open /dev/pps0", CURE_COMMAND },
	{ "not attached", not_there_yet, &check_chrony_device, SEV_FAIL,
	  "gpsppsctl attach /dev/ttyS1 && systemctl restart chrony.service", 0 },
	{ "another number", other_number, &check_chrony_device, SEV_FAIL,
	  "/dev/gpspps0 instead of /dev/pps0", 0 },
	{ "the port", the_port, &check_chrony_device, SEV_FAIL, "refclock PPS /dev/gpspps0", 0 },
	{ "another source's", another_pulse, &check_chrony_device, SEV_NONE, NULL, 0 },
	{ "perm.pps tells", denied, &check_chrony_device, SEV_NONE, NULL, 0 },
	{ "none", no_chrony, &check_chrony_device, SEV_NONE, NULL, 0 },
};

/* ---- the lock ---- */

static void lock_missing(void) { start(NMEA_LINE "refclock PPS /dev/pps0 lock GPS refid PPS\n"); }

static void lock_missing_servers(void)
{
	start(POOL NMEA_LINE "refclock PPS /dev/pps0 lock GPS refid PPS\n");
}

static void lock_missing_heard(void)
{
	lock_missing_servers();
	says_sources(chronyd, HEARD);
}

static void lock_self(void) { start(NMEA_LINE "refclock PPS /dev/pps0 lock PPS refid PPS\n"); }

static void lock_old(void)
{
	start("refclock SHM 0 refid NMEA poll 4 dpoll 4\n" PPS_LINE);
}

static void no_lock(void) { start("refclock PPS /dev/pps0 refid PPS\n"); }
static void no_lock_noselect(void) { start(NMEA_LINE "refclock PPS /dev/pps0 refid PPS\n"); }
static void no_lock_heard(void) { no_lock(); says_sources(chronyd, HEARD); }
static void no_lock_local(void) { start("local stratum 1\nrefclock PPS /dev/pps0 refid PPS\n"); }

static void no_lock_local_wrong(void)
{
	no_lock_local();
	facts.sentences.late_s = fact_from(0, -2);
}

static void stabilizer(void) { start(POOL "refclock PPS /dev/pps0 refid PPS local\n"); }
static void other_pulse(void) { start("refclock PPS /dev/pps7 refid PPS\n"); }

/* ---- the edge ---- */

static void begins_with(enum pulse_edge edge, int width_us)
{
	facts.hold.edge = fact_from(0, edge);
	facts.hold.width_us = fact_from(0, width_us);
}

static void edge_right(void) { with_lock_heard(); begins_with(EDGE_ASSERT, 100000); }
static void edge_wrong(void) { with_lock_heard(); begins_with(EDGE_CLEAR, 100000); }
static void edge_square(void) { with_lock_heard(); begins_with(EDGE_CLEAR, 480000); }

static void edge_clear(void)
{
	start(NMEA_LINE "refclock PPS /dev/pps0:clear lock NMEA refid PPS\n");
	begins_with(EDGE_ASSERT, 200000);
}

static void edge_clear_right(void)
{
	start(NMEA_LINE "refclock PPS /dev/pps0:clear lock NMEA refid PPS\n");
	begins_with(EDGE_CLEAR, 200000);
}

static const struct row lines[] = {
	{ "lock", with_lock, &check_chrony_lock_unknown, SEV_OK, NULL, 0 },
	{ "missing", lock_missing, &check_chrony_lock_unknown, SEV_FAIL,
	  "/etc/chrony/chrony.conf:2: refclock PPS /dev/pps0 lock NMEA refid PPS     # then systemctl restart chrony.service", 0 },
	{ "its words", lock_missing, &check_chrony_lock_unknown, SEV_FAIL, "Invalid lock refid", 0 },
	{ "with servers", lock_missing_servers, &check_chrony_lock_unknown, SEV_WARN, "lock GPS", 0 },
	{ "refuted", lock_missing_heard, &check_chrony_lock_unknown, SEV_INFO, NULL, 0 },
	{ "self", lock_self, &check_chrony_lock_unknown, SEV_FAIL, "lock NMEA refid PPS", 0 },
	{ "its words", lock_self, &check_chrony_lock_unknown, SEV_FAIL, "locked to itself", 0 },
	{ "old", lock_old, &check_chrony_lock_unknown, SEV_WARN, "maxlockage 32", 0 },
	{ "no lock", with_servers, &check_chrony_lock_unknown, SEV_NONE, NULL, 0 },
	{ "refused", conf_refused, &check_chrony_lock_unknown, SEV_SKIPPED, "Permission denied", 0 },
	{ "none", no_chrony, &check_chrony_lock_unknown, SEV_NONE, NULL, 0 },
	{ "lock", with_lock, &check_chrony_no_lock, SEV_OK, NULL, 0 },
	{ "servers", with_servers, &check_chrony_no_lock, SEV_INFO, "other sources", 0 },
	{ "nobody", no_lock, &check_chrony_no_lock, SEV_FAIL, "pool 2.debian.pool.ntp.org", 0 },
	{ "noselect", no_lock_noselect, &check_chrony_no_lock, SEV_FAIL,
	  "chrony.conf:2: refclock PPS /dev/pps0 refid PPS lock NMEA", 0 },
	{ "refuted", no_lock_heard, &check_chrony_no_lock, SEV_INFO, NULL, 0 },
	{ "local", no_lock_local, &check_chrony_no_lock, SEV_WARN, "the clock itself", 0 },
	{ "local, wrong", no_lock_local_wrong, &check_chrony_no_lock, SEV_FAIL, "is 2 s off", 0 },
	{ "stabilizes", stabilizer, &check_chrony_no_lock, SEV_INFO, NULL, 0 },
	{ "lock-unknown tells", lock_self, &check_chrony_no_lock, SEV_NONE, NULL, 0 },
	{ "another's", other_pulse, &check_chrony_no_lock, SEV_NONE, NULL, 0 },
	{ "right", edge_right, &check_chrony_edge, SEV_OK, NULL, 0 },
	{ "inverted", edge_wrong, &check_chrony_edge, SEV_FAIL,
	  "refclock PPS /dev/pps0:clear lock NMEA refid PPS", 0 },
	{ "by how much", edge_wrong, &check_chrony_edge, SEV_FAIL, "100.0 ms off", 0 },
	{ "clear", edge_clear, &check_chrony_edge, SEV_FAIL,
	  "chrony.conf:2: refclock PPS /dev/pps0 lock NMEA refid PPS", 0 },
	{ "clear of an inverted", edge_clear_right, &check_chrony_edge, SEV_OK, NULL, 0 },
	{ "square", edge_square, &check_chrony_edge, SEV_NONE, NULL, 0 },
	{ "not known", with_lock_heard, &check_chrony_edge, SEV_NONE, NULL, 0 },
};

/* ---- selection ---- */

static void noselect(void) { start(NMEA_LINE "refclock PPS /dev/pps0 lock NMEA noselect\n"); }

static void noselect_servers(void)
{
	start(POOL NMEA_LINE "refclock PPS /dev/pps0 lock NMEA noselect\n");
}

static void minsources(void) { start("minsources 2\n" NMEA_LINE PPS_LINE); }
static void minsources_pool(void) { start("minsources 2\n" POOL NMEA_LINE PPS_LINE); }

static void tai(void)
{
	start("leapsectz right/UTC\nrefclock SHM 0 refid NMEA tai offset 0.15\n" PPS_LINE);
	gpsd_beside();
}

static void tai_without_gpsd(void)
{
	start("leapsectz right/UTC\nrefclock SHM 0 refid NMEA tai\n" PPS_LINE);
}

static void no_clock(void) { with_lock(); chronyd->chrony_command.no_clock = true; }
static void in_container(void) { no_clock(); set_text(&facts.host.container, "lxc"); }

static const struct row selected[] = {
	{ "healthy", with_lock_heard, &check_chrony_noselect, SEV_OK, NULL, 0 },
	{ "alone", noselect, &check_chrony_noselect, SEV_FAIL,
	  "chrony.conf:2: refclock PPS /dev/pps0 lock NMEA     # then", 0 },
	{ "servers", noselect_servers, &check_chrony_noselect, SEV_WARN, NULL, 0 },
	{ "healthy", with_lock_heard, &check_chrony_minsources, SEV_OK, NULL, 0 },
	{ "two", minsources, &check_chrony_minsources, SEV_FAIL, "minsources 1", 0 },
	{ "a pool", minsources_pool, &check_chrony_minsources, SEV_OK, NULL, 0 },
	{ "UTC", with_gpsd, &check_chrony_tai, SEV_OK, NULL, 0 },
	{ "TAI", tai, &check_chrony_tai, SEV_FAIL,
	  "chrony.conf:2: refclock SHM 0 refid NMEA offset 0.15     # then", 0 },
	{ "another feeder", tai_without_gpsd, &check_chrony_tai, SEV_NONE, NULL, 0 },
	{ "sets it", with_lock, &check_chrony_no_clock, SEV_OK, NULL, 0 },
	{ "-x", no_clock, &check_chrony_no_clock, SEV_WARN, "CAP_SYS_TIME", 0 },
	{ "container", in_container, &check_chrony_no_clock, SEV_INFO, NULL, 0 },
	{ "none", no_chrony, &check_chrony_no_clock, SEV_NONE, NULL, 0 },
};

/* ---- the distance ---- */

/* The sentences end so long after the pulse; their offset is 0.15. */
static void late(int last_ms) { with_lock(); bursts(60, last_ms); }
static void late_440(void) { late(440); }
static void late_600(void) { late(600); }
static void late_950(void) { late(950); }
static void late_and_unheard(void) { late(600); says_sources(chronyd, UNHEARD NMEA_HEARD); }
static void late_and_heard(void) { late(600); says_sources(chronyd, HEARD NMEA_HEARD); }

/* The half of 100 ms is all that there is. */
static void narrow(void)
{
	start("refclock SHM 0 refid NMEA offset 0.5\n"
	      "refclock PPS /dev/pps0 lock NMEA refid PPS width 0.1\n");
	bursts(300, 440);
}

/* Somewhere between 60 and 700 ms: gpsd's moment is not known. */
static void by_gpsd_unsure(void) { with_lock(); gpsd_beside(); bursts(60, 700); }
static void by_gpsd_next(void) { with_lock(); gpsd_beside(); bursts(900, 1100); }
static void by_gpsd_sure(void) { with_lock(); gpsd_beside(); bursts(570, 700); }

/* The servers keep the clock, and the sentences are 0.48 s behind it. */
static void told(void)
{
	start(POOL NMEA_LINE PPS_LINE);
	says_sources(chronyd, UNHEARD
		     "#,?,NMEA,0,4,377,12,0.480000000,0.480000000,0.150000000\n"
		     "^,*,192.0.2.1,2,6,377,30,0.001,0.001,0.02\n");
	tracks("192.0.2.1");
}

/* The pulse's own row is not among chronyc's. */
static void told_without_pulse(void)
{
	told();
	chronyd->sources.sources[0].name[0] = 'Q';
}

/* Measured against itself it is 0, which says nothing. */
static void told_by_itself(void)
{
	told();
	tracks("NMEA");
}

static const struct row distances[] = {
	{ "healthy", with_lock_heard, &check_chrony_lock_limit, SEV_OK, NULL, 0 },
	{ "gpsd", with_gpsd, &check_chrony_lock_limit, SEV_OK, NULL, 0 },
	{ "within", late_440, &check_chrony_lock_limit, SEV_OK, NULL, 0 },
	{ "late, and told", late_440, &check_nmea_delay, SEV_INFO, NULL, 0 },
	{ "beyond", late_600, &check_chrony_lock_limit, SEV_WARN,
	  "chrony.conf:1: refclock SHM 0 refid NMEA offset 0.600 delay 0.3 noselect     # then systemctl restart chrony.service", 0 },
	{ "its limit", late_600, &check_chrony_lock_limit, SEV_WARN, "0.400 s", 0 },
	{ "and unheard", late_and_unheard, &check_chrony_lock_limit, SEV_FAIL, "600 ms after", 0 },
	{ "refuted", late_and_heard, &check_chrony_lock_limit, SEV_INFO, NULL, 0 },
	{ "another second", by_gpsd_next, &check_chrony_lock_limit, SEV_WARN, "1 s too late", 0 },
	{ "who knows", late_950, &check_chrony_lock_limit, SEV_OK, NULL, 0 },
	{ "width", narrow, &check_chrony_lock_limit, SEV_WARN, "0.050 s", 0 },
	{ "gpsd, unsure", by_gpsd_unsure, &check_chrony_lock_limit, SEV_OK, NULL, 0 },
	{ "gpsd, sure", by_gpsd_sure, &check_chrony_lock_limit, SEV_FAIL, "offset 0.700", 0 },
	{ "told", told, &check_chrony_lock_limit, SEV_FAIL,
	  "refclock SHM 0 refid NMEA offset 0.630 delay 0.3 noselect", 0 },
	{ "no row", told_without_pulse, &check_chrony_lock_limit, SEV_FAIL, "offset 0.630", 0 },
	{ "by itself", told_by_itself, &check_chrony_lock_limit, SEV_NONE, NULL, 0 },
	{ "not measured", with_lock, &check_chrony_lock_limit, SEV_NONE, NULL, 0 },
	{ "no lock", with_servers, &check_chrony_lock_limit, SEV_NONE, NULL, 0 },
	{ "refused", conf_refused, &check_chrony_lock_limit, SEV_SKIPPED, NULL, 0 },
};

/* ---- what chronyc says ---- */

static void pulse_false(void)
{
	with_lock();
	says_sources(chronyd, "#,x,PPS,0,4,377,11,0.1,0.1,0.0000004\n" NMEA_HEARD);
}

static void pulse_varies(void)
{
	with_lock();
	says_sources(chronyd, "#,~,PPS,0,4,377,11,0.1,0.1,0.0000004\n" NMEA_HEARD);
}

static void nmea_false(const char *pps)
{
	char text[256];

	start("refclock SHM 0 refid NMEA offset 0.15\n" PPS_LINE);
	snprintf(text, sizeof(text), "%s#,x,NMEA,0,4,377,12,0.09,0.09,0.01\n", pps);
	says_sources(chronyd, text);
}

static void nmea_false_alone(void) { nmea_false(UNHEARD); }
static void nmea_false_beside(void) { nmea_false(HEARD); }
static void unheard(void) { with_lock(); says_sources(chronyd, UNHEARD NMEA_HEARD); }

static void both_unheard(void)
{
	with_lock();
	says_sources(chronyd, UNHEARD "#,?,NMEA,0,4,0,4294967295,0,0,0\n");
	gpsd_beside();
}

static void unheard_just_started(void)
{
	unheard();
	chronyd->start_ms = fact_from(0, 3600000);
}

static void unheard_without_pulse(void) { unheard(); pulses(0, 0); }
static void unheard_explained(void) { late_and_unheard(); }

static void handle_dead(void)
{
	unheard();
	chronyd->nodes[0].gone = true;
}

static void chronyc_refused(void)
{
	with_lock();
	says_sources(chronyd, "506 Cannot talk to daemon\n");
}

static const struct row states[] = {
	{ "healthy", with_lock_heard, &check_chrony_falseticker, SEV_OK, NULL, 0 },
	{ "gpsd", with_gpsd, &check_chrony_falseticker, SEV_OK, NULL, 0 },
	{ "servers", with_servers, &check_chrony_falseticker, SEV_OK, NULL, 0 },
	{ "socket", with_sock, &check_chrony_falseticker, SEV_OK, NULL, 0 },
	{ "x", pulse_false, &check_chrony_falseticker, SEV_FAIL, "#x PPS", 0 },
	{ "not told", with_lock, &check_chrony_falseticker, SEV_NONE, NULL, 0 },
	{ "~", pulse_varies, &check_chrony_falseticker, SEV_WARN, "#~ PPS", 0 },
	{ "sentences", nmea_false_alone, &check_chrony_falseticker, SEV_WARN,
	  "chrony.conf:1: refclock SHM 0 refid NMEA offset 0.15 noselect", 0 },
	{ "beside a pulse", nmea_false_beside, &check_chrony_falseticker, SEV_INFO, NULL, 0 },
	{ "healthy", with_lock_heard, &check_chrony_unused, SEV_OK, NULL, 0 },
	{ "socket", with_sock, &check_chrony_unused, SEV_OK, NULL, 0 },
	{ "unheard", unheard, &check_chrony_unused, SEV_WARN, "#? PPS, reach 0", 0 },
	{ "both", both_unheard, &check_chrony_unused, SEV_WARN, "locked to NMEA", 0 },
	{ "just started", unheard_just_started, &check_chrony_unused, SEV_INFO, NULL, 0 },
	{ "no pulse", unheard_without_pulse, &check_chrony_unused, SEV_INFO, NULL, 0 },
	{ "explained", unheard_explained, &check_chrony_unused, SEV_INFO, NULL, 0 },
	{ "dead", handle_dead, &check_chrony_unused, SEV_INFO, NULL, 0 },
	{ "chronyc refused", chronyc_refused, &check_chrony_unused, SEV_SKIPPED, "Cannot talk", 0 },
	{ "conf refused", conf_refused, &check_chrony_unused, SEV_SKIPPED, NULL, 0 },
	{ "none", no_chrony, &check_chrony_unused, SEV_NONE, NULL, 0 },
};

#define N(rows) (sizeof(rows) / sizeof((rows)[0]))

static void test_starts(void **state) { (void)state; EXAMINE(starts); }
static void test_lines(void **state) { (void)state; EXAMINE(lines); }
static void test_selected(void **state) { (void)state; EXAMINE(selected); }
static void test_distances(void **state) { (void)state; EXAMINE(distances); }
static void test_states(void **state) { (void)state; EXAMINE(states); }

/* All checks, of all files. */
static void test_healthy_machines(void **state)
{
	static void (*const machines[])(void) = {
		with_lock_heard, with_gpsd, with_servers, with_sock, edge_clear_right,
	};

	(void)state;
	expect_silence(machines, N(machines));
}

static void test_texts(void **state)
{
	static const struct check *const checks[] = {
		&check_chrony_conf, &check_chrony_device, &check_chrony_other_pulse,
		&check_chrony_lock_unknown,
		&check_chrony_no_lock, &check_chrony_lock_limit, &check_chrony_noselect,
		&check_chrony_minsources, &check_chrony_tai, &check_chrony_edge,
		&check_chrony_falseticker, &check_chrony_unused, &check_chrony_no_clock,
	};

	(void)state;
	expect_texts(checks, N(checks));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_starts),
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_selected),
		cmocka_unit_test(test_distances),
		cmocka_unit_test(test_states),
		cmocka_unit_test(test_healthy_machines),
		cmocka_unit_test(test_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
