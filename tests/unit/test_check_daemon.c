// SPDX-License-Identifier: GPL-2.0-or-later
/* What runs: facts that pass, that fail, and that were refused. */
#include "examine.h"

#include "daemons.h"

#define NTPSEC_CONF "refclock nmea unit 0 mode 1 flag1 1\n"
#define PPS_CONF "refclock PPS /dev/gpspps0 refid PPS\nserver 192.0.2.1\n"
#define SHM_CONF "refclock SHM 0 refid NMEA offset 0.15 noselect\n"
#define PEERS "     remote           refid      st t when poll reach   delay   offset  jitter\n" \
	"==============================================================================\n"
#define PEER_O PEERS \
	"oNMEA(0)         .GPS.            0 l   10   64  377   0.0000   0.0010   0.0005\n"

static struct daemon *ntpsec(void)
{
	no_daemons();
	return an_ntpd(DAEMON_NTPSEC, NTPSEC_CONF);
}

static struct daemon *chronyd(const char *conf)
{
	no_daemons();
	return a_chronyd(conf);
}

/* No table and no holder of ours: gpsd attaches the port by itself. */
static void by_hand(void)
{
	facts.unit = fact_from(-ENOENT, 0);
	facts.gps.name[0] = facts.gpspps.name[0] = '\0';
	facts.port.holders.n = 0;
}

/* Beside those that there are. */
static struct daemon *and_gpsd(void)
{
	static const char one[] = "gpsd\0-n\0/dev/ttyS1";

	return a_gpsd(one, sizeof(one));
}

static struct daemon *stop(struct daemon *d)
{
	d->pid = d->start_ms = fact_from(-ENOENT, 0);
	d->n_nodes = 0;
	facts.port.holders.n = 1;
	return d;
}

static void has_nothing(void) { no_daemons(); }
static void has_ntpsec(void) { ntpsec(); }
static void has_chronyd(void) { chronyd(PPS_CONF); }
static void has_gpsd_and_chronyd(void)
{
	by_hand();
	chronyd(SHM_CONF "refclock PPS /dev/pps0 lock NMEA refid PPS\n");
	and_gpsd();
}

static void has_gpsd_and_ntpsec(void)
{
	no_daemons();
	an_ntpd(DAEMON_NTPSEC, "refclock shm unit 0 refid GPS\nrefclock shm unit 1 prefer refid PPS\n")->n_nodes = 0;
	by_hand();
	and_gpsd();
}

/* ---- daemon.dead-handle ---- */

static void pulse_gone(void)
{
	struct daemon *d = ntpsec();

	d->n_nodes = 1;
	has_open(d, "pps0", true);
}

/* Built with patches/ntpsec; ntpq says so. */
static void is_patched(void)
{
	strcpy(daemon_room[0].system.version, "ntpd ntpsec-1.2.2+pps1");
}

static void pulse_gone_of_patched(void) { pulse_gone(); is_patched(); }
static void pulse_alone_gone_of_patched(void)
{
	no_daemons();
	an_ntpd(DAEMON_NTPSEC, "refclock pps unit 0 ppspath /dev/gpspps0\n")->n_nodes = 0;
	has_open(&daemon_room[0], "pps0", true);
	is_patched();
}

static void pulse_gone_and_used(void)
{
	pulse_gone();
	says_peers(&daemon_room[0], PEER_O);
}

/* Of another receiver: this one's it has. */
static void other_pulse_gone(void) { has_open(ntpsec(), "pps1", true); }

static void pulse_gone_of_chronyd(void)
{
	struct daemon *d = chronyd(PPS_CONF);

	d->n_nodes = 0;
	has_open(d, "pps1", true);
}

static void tty_gone(void)
{
	struct daemon *d = ntpsec();

	facts.port.holders.n = 1;
	d->n_nodes = 0;
	has_open(d, "pps0", false);
	has_open(d, "ttyS1", true);
}

static void strange_unit(void)
{
	pulse_gone();
	strcpy(daemon_room[0].service, "x;reboot.service");
}

static void no_unit(void)
{
	pulse_gone();
	daemon_room[0].service[0] = '\0';
}

static void files_refused(void)
{
	struct daemon *d = ntpsec();

	d->n_nodes = 0;
	facts.port.holders.n = 1;
	d->nodes_known = fact_from(-EACCES, 0);
}

static void test_dead_handle(void **state)
{
	static const struct row rows[] = {
		{ "not asked", NULL, &check_daemon_dead_handle, SEV_NONE, NULL, 0 },
		{ "no daemon", has_nothing, &check_daemon_dead_handle, SEV_NONE, NULL, 0 },
		{ "alive", has_ntpsec, &check_daemon_dead_handle, SEV_OK, NULL, 0 },
		{ "pulse", pulse_gone, &check_daemon_dead_handle, SEV_FAIL,
		  "NTPsec's ntpd[731] has /dev/pps0 (deleted) open, and not the /dev/pps0 of now",
		  CURE_COMMAND },
		{ "its cure", pulse_gone, &check_daemon_dead_handle, SEV_FAIL,
		  "systemctl restart ntpsec.service", CURE_COMMAND },
		{ "still says o", pulse_gone_and_used, &check_daemon_dead_handle, SEV_FAIL,
		  "/dev/pps0 (deleted)", CURE_COMMAND },
		{ "patched", pulse_gone_of_patched, &check_daemon_dead_handle, SEV_WARN,
		  "at its next poll", 0 },
		{ "patched, driver 22", pulse_alone_gone_of_patched, &check_daemon_dead_handle,
		  SEV_FAIL, NULL, CURE_COMMAND },
		{ "another's", other_pulse_gone, &check_daemon_dead_handle, SEV_OK, NULL, 0 },
		{ "chronyd", pulse_gone_of_chronyd, &check_daemon_dead_handle, SEV_FAIL,
		  "chronyd[732] has /dev/pps1 (deleted)", CURE_COMMAND },
		{ "tty", tty_gone, &check_daemon_dead_handle, SEV_FAIL,
		  "/dev/ttyS1 (deleted)", CURE_COMMAND },
		{ "strange unit", strange_unit, &check_daemon_dead_handle, SEV_FAIL, NULL, 0 },
		{ "no unit", no_unit, &check_daemon_dead_handle, SEV_FAIL, "restart ntpd", 0 },
		{ "refused", files_refused, &check_daemon_dead_handle, SEV_SKIPPED, "root", 0 },
	};

	(void)state;
	EXAMINE(rows);
}

/* ---- daemon.started-early ---- */

/* It has the port, and not the pulse. */
static struct daemon *without_pulse(int64_t start_ms, int64_t since_ms)
{
	struct daemon *d = ntpsec();

	d->n_nodes = 1;
	d->start_ms = fact_from(0, start_ms);
	facts.pulse_since_ms = fact_from(since_ms ? 0 : -ENOENT, since_ms);
	return d;
}

static void early(void) { without_pulse(12300, 15040); }
static void late(void) { without_pulse(90000, 15040); }
static void whenever(void) { without_pulse(12300, 0); }
static void early_and_used(void) { early(); says_peers(&daemon_room[0], PEER_O); }
static void early_by_its_log(void)
{
	early();
	logs(&daemon_room[0], "ntpd[731]: REFCLOCK: refclock_pps: /dev/gpspps0 open failed: No such file or directory");
}

static void early_and_patched(void) { early(); is_patched(); }
static void early_and_retrying(void)
{
	early();
	logs(&daemon_room[0], "ntpd[731]: REFCLOCK: NMEA(0) flag1 1 but PPSAPI fails, will retry");
}

static void early_dead_and_patched(void) { early_and_patched(); has_open(&daemon_room[0], "pps0", true); }
static void early_and_dead(void) { early(); has_open(&daemon_room[0], "pps0", true); }
static void late_and_shut_out(void)
{
	late();
	facts.pps_node.mode = fact_from(0, 0600);
	logs(&daemon_room[0], "ntpd[731]: REFCLOCK: NMEA(0) PPS device open(/dev/gpspps0) failed");
}

static void gpsd_without_pulse(void)
{
	static const char two[] = "gpsd\0-n\0/dev/ttyS1\0/dev/pps0";

	no_daemons();
	a_gpsd(two, sizeof(two))->n_nodes = 1;
}

static void early_without_flag1(void)
{
	no_daemons();
	an_ntpd(DAEMON_NTPSEC, "refclock nmea unit 0\n")->n_nodes = 1;
}

static void flag3_without_hardpps(void)
{
	no_daemons();
	an_ntpd(DAEMON_NTPSEC, "refclock nmea unit 0 flag1 1 flag3 1\n")->n_nodes = 1;
	facts.kernel.ntp_pps = fact_from(0, 0);
}

static void flag3_with_hardpps(void)
{
	flag3_without_hardpps();
	facts.kernel.ntp_pps = fact_from(0, 1);
}

static void link_missing(void)
{
	early();
	facts.gpspps.target = daemon_room[0].clocks[0].pulse_node = fact_text_from(-ENOENT, "");
}

static void chronyds_helper(void)
{
	chronyd(PPS_CONF);
	stop(a_chronyd(PPS_CONF))->pid = fact_from(0, 745);
}

static void chronyds_helper_first(void)
{
	stop(chronyd(PPS_CONF))->pid = fact_from(0, 745);
	a_chronyd(PPS_CONF);
}

static void test_started_early(void **state)
{
	static const struct row rows[] = {
		{ "not asked", NULL, &check_daemon_started_early, SEV_NONE, NULL, 0 },
		{ "has it", has_ntpsec, &check_daemon_started_early, SEV_OK, NULL, 0 },
		{ "chronyd", has_chronyd, &check_daemon_started_early, SEV_OK, NULL, 0 },
		{ "a helper", chronyds_helper, &check_daemon_started_early, SEV_OK, NULL, 0 },
		{ "a helper first", chronyds_helper_first, &check_daemon_started_early, SEV_OK,
		  NULL, 0 },
		{ "early", early, &check_daemon_started_early, SEV_FAIL,
		  "was started 12.3 s after boot, /dev/pps0 came at 15.0 s", CURE_COMMAND },
		{ "late", late, &check_daemon_started_early, SEV_WARN,
		  "systemctl restart ntpsec.service", CURE_COMMAND },
		{ "not known", whenever, &check_daemon_started_early, SEV_FAIL,
		  "which of them came first is not known", CURE_COMMAND },
		{ "its log", early_by_its_log, &check_daemon_started_early, SEV_FAIL,
		  "open failed: No such file", CURE_COMMAND },
		{ "says o", early_and_used, &check_daemon_started_early, SEV_OK, NULL, 0 },
		{ "patched", early_and_patched, &check_daemon_started_early, SEV_WARN,
		  "at its next poll", 0 },
		{ "patched, by its log", early_and_retrying, &check_daemon_started_early, SEV_WARN,
		  "at its next poll", 0 },
		{ "patched, dead: told", early_dead_and_patched, &check_daemon_started_early,
		  SEV_NONE, NULL, 0 },
		{ "dead: told", early_and_dead, &check_daemon_started_early, SEV_NONE, NULL, 0 },
		{ "shut out: told", late_and_shut_out, &check_daemon_started_early, SEV_NONE, NULL, 0 },
		{ "no flag1", early_without_flag1, &check_daemon_started_early, SEV_NONE, NULL, 0 },
		{ "gpsd", gpsd_without_pulse, &check_daemon_started_early, SEV_NONE, NULL, 0 },
		{ "flag3", flag3_without_hardpps, &check_daemon_started_early, SEV_NONE, NULL, 0 },
		{ "flag3, hardpps", flag3_with_hardpps, &check_daemon_started_early, SEV_FAIL,
		  NULL, CURE_COMMAND },
		{ "no link", link_missing, &check_daemon_started_early, SEV_NONE, NULL, 0 },
		{ "refused", files_refused, &check_daemon_started_early, SEV_SKIPPED, "root", 0 },
	};

	(void)state;
	EXAMINE(rows);
}

/* ---- daemon.two ---- */

static void add_rival(enum rival_kind kind, int pid)
{
	daemons.rivals[daemons.n_rivals].kind = kind;
	daemons.rivals[daemons.n_rivals++].pid = pid;
}

static void two_ntp(void)
{
	chronyd("server 192.0.2.1\n")->n_nodes = 0;
	an_ntpd(DAEMON_NTPSEC, NTPSEC_CONF);
}

static void two_and_one_may_not(void)
{
	two_ntp();
	daemon_room[0].process.cap_eff = fact_from(0, 0);
}

static void two_and_one_looks_on(void)
{
	two_ntp();
	daemon_room[0].chrony_command.no_clock = true;
}

static void two_and_ntpd_looks_on(void)
{
	chronyd(PPS_CONF);
	an_ntpd(DAEMON_NTPSEC, "server 192.0.2.1\ndisable ntp\n");
}

static void two_and_ntpd_steers(void)
{
	chronyd(PPS_CONF);
	an_ntpd(DAEMON_NTPSEC, "server 192.0.2.1\ndisable ntp\nenable ntp\n");
}

static void two_and_one_stopped(void)
{
	chronyd("server 192.0.2.1\n");
	stop(&daemon_room[0]);
	an_ntpd(DAEMON_NTPSEC, NTPSEC_CONF);
}

static void timesyncd(void) { ntpsec(); add_rival(RIVAL_TIMESYNCD, 300); }
static void openntpd(void) { ntpsec(); add_rival(RIVAL_OPENNTPD, 301); }
static void itself(void) { ntpsec(); add_rival(RIVAL_BUSYBOX, 731); }
static void two_elsewhere(void)
{
	chronyd("server 192.0.2.1\n");
	add_rival(RIVAL_TIMESYNCD, 300);
}

static void rivals_refused(void)
{
	ntpsec();
	daemons.rivals_known = fact_from(-EACCES, 0);
}

static void rivals_unasked(void)
{
	ntpsec();
	daemons.rivals_known = (struct fact){ .state = FACT_UNREAD };
}

static void test_two(void **state)
{
	static const struct row rows[] = {
		{ "not asked", NULL, &check_daemon_two, SEV_NONE, NULL, 0 },
		{ "no daemon", has_nothing, &check_daemon_two, SEV_NONE, NULL, 0 },
		{ "one", has_ntpsec, &check_daemon_two, SEV_OK, NULL, 0 },
		{ "chronyd's helper", chronyds_helper, &check_daemon_two, SEV_OK, NULL, 0 },
		{ "gpsd only hands it on", has_gpsd_and_chronyd, &check_daemon_two, SEV_OK, NULL, 0 },
		{ "two", two_ntp, &check_daemon_two, SEV_FAIL,
		  "systemctl disable --now chrony.service", 0 },
		{ "seen", two_ntp, &check_daemon_two, SEV_FAIL,
		  "NTPsec's ntpd[731] and chronyd[732] run", 0 },
		{ "one may not", two_and_one_may_not, &check_daemon_two, SEV_OK, NULL, 0 },
		{ "chronyd -x", two_and_one_looks_on, &check_daemon_two, SEV_OK, NULL, 0 },
		{ "ntpd looks on", two_and_ntpd_looks_on, &check_daemon_two, SEV_OK, NULL, 0 },
		{ "ntpd steers", two_and_ntpd_steers, &check_daemon_two, SEV_FAIL,
		  "systemctl disable --now ntpsec.service", 0 },
		{ "one stopped", two_and_one_stopped, &check_daemon_two, SEV_OK, NULL, 0 },
		{ "timesyncd", timesyncd, &check_daemon_two, SEV_FAIL,
		  "systemctl disable --now systemd-timesyncd.service", 0 },
		{ "OpenNTPD", openntpd, &check_daemon_two, SEV_FAIL, "OpenNTPD[301]", 0 },
		{ "itself", itself, &check_daemon_two, SEV_OK, NULL, 0 },
		{ "not its receiver", two_elsewhere, &check_daemon_two, SEV_NONE, NULL, 0 },
		{ "refused", rivals_refused, &check_daemon_two, SEV_SKIPPED, "root", 0 },
		{ "not asked for", rivals_unasked, &check_daemon_two, SEV_NONE, NULL, 0 },
	};

	(void)state;
	EXAMINE(rows);
}

/* ---- host.time-sync-rival ---- */

static void virtualbox(void) { ntpsec(); add_rival(RIVAL_VIRTUALBOX, 400); }
static void vmware(void) { ntpsec(); add_rival(RIVAL_VMWARE, 401); }
static void both_hosts(void) { vmware(); add_rival(RIVAL_PHC2SYS, 402); }
static void nobody_steers(void)
{
	stop(ntpsec());
	add_rival(RIVAL_PHC2SYS, 402);
}

static void test_rival(void **state)
{
	static const struct row rows[] = {
		{ "no daemon", has_nothing, &check_host_rival, SEV_NONE, NULL, 0 },
		{ "none", has_ntpsec, &check_host_rival, SEV_OK, NULL, 0 },
		{ "VirtualBox", virtualbox, &check_host_rival, SEV_WARN, "--disable-timesync", 0 },
		{ "VMware", vmware, &check_host_rival, SEV_INFO,
		  "vmware-toolbox-cmd timesync disable", 0 },
		{ "the certain one", both_hosts, &check_host_rival, SEV_WARN, "phc2sys[402]", 0 },
		{ "a daemon is daemon.two's", timesyncd, &check_host_rival, SEV_OK, NULL, 0 },
		{ "no steering daemon", nobody_steers, &check_host_rival, SEV_NONE, NULL, 0 },
		{ "refused", rivals_refused, &check_host_rival, SEV_SKIPPED, "root", 0 },
	};

	(void)state;
	EXAMINE(rows);
}

/* ---- daemon.not-running ---- */

static void stopped(void) { stop(ntpsec()); }
static void stopped_by(const char *line)
{
	stopped();
	logs(&daemon_room[0], line);
}

static void stopped_busy(void)
{
	stopped_by("ntpd[731]: IO: unable to bind to wildcard address 0.0.0.0 - another process may be running - EXITING");
}

static void stopped_busy_by_chronyd(void)
{
	stopped_busy();
	a_chronyd("server 192.0.2.1\n")->n_nodes = 0;
}

static void stopped_too_far(void)
{
	stopped_by("ntpd[731]: CLOCK: Panic: offset too big: 12345.6");
}

static void stopped_by_a_line(void)
{
	stop(chronyd(PPS_CONF));
	logs(&daemon_room[0], "chronyd[732]: Could not parse refclock directive at line 3 in file /etc/chrony/chrony.conf");
}

static void stopped_log_refused(void)
{
	stopped();
	daemon_room[0].log_known = fact_from(-EACCES, 0);
}

static void another_took_over(void)
{
	stopped();
	a_chronyd(PPS_CONF);
}

static void both_stopped(void)
{
	another_took_over();
	stop(&daemon_room[1]);
}

static void gpsd_stopped(void)
{
	has_gpsd_and_chronyd();
	stop(&daemon_room[1]);
}

static void gpsd_not_needed(void)
{
	ntpsec();
	stop(and_gpsd());
	hold(1, 731, "ntpd");
}

static void chronyd_beside_gpsd_stopped(void)
{
	has_gpsd_and_chronyd();
	stop(&daemon_room[0]);
	hold(1, 733, "gpsd");
}

static void nobody_configured(void) { chronyd("server 192.0.2.1\n"); }
static void conf_refused(void)
{
	nobody_configured();
	daemon_room[0].n_clocks = 0;
	daemon_room[0].conf = fact_from(-EACCES, 0);
}

static void unknown_reader(void)
{
	no_daemons();
	hold(1, 731, "ntpd");
}

static void bare_port(void)
{
	no_daemons();
	facts.port.pps = fact_text_from(-ENOENT, "");
	facts.port.ldisc = fact_from(0, LDISC_TTY);
	facts.unit = fact_from(-ENOENT, 0);
	facts.pulse.name[0] = '\0';
}

static void test_not_running(void **state)
{
	static const struct row rows[] = {
		{ "not asked", NULL, &check_daemon_not_running, SEV_NONE, NULL, 0 },
		{ "no receiver", bare_port, &check_daemon_not_running, SEV_NONE, NULL, 0 },
		{ "runs", has_ntpsec, &check_daemon_not_running, SEV_OK, NULL, 0 },
		{ "none installed", has_nothing, &check_daemon_not_running, SEV_INFO,
		  "install chrony, ntpsec or ntp", 0 },
		{ "none configured", nobody_configured, &check_daemon_not_running, SEV_INFO,
		  "no daemon is configured", 0 },
		{ "configuration refused", conf_refused, &check_daemon_not_running, SEV_SKIPPED,
		  "/etc/chrony/chrony.conf", 0 },
		{ "one reads it", unknown_reader, &check_daemon_not_running, SEV_NONE, NULL, 0 },
		{ "stopped", stopped, &check_daemon_not_running, SEV_WARN,
		  "systemctl start ntpsec.service", 0 },
		{ "no reason", stopped, &check_daemon_not_running, SEV_WARN,
		  "/etc/ntpsec/ntp.conf takes this receiver, there is no process ntpd, and its log of this boot has no reason",
		  0 },
		{ "log refused", stopped_log_refused, &check_daemon_not_running, SEV_WARN,
		  "there is no process ntpd", 0 },
		{ "port 123", stopped_busy, &check_daemon_not_running, SEV_WARN,
		  "ss -ulpn 'sport = :123'", 0 },
		{ "port 123 by chronyd", stopped_busy_by_chronyd, &check_daemon_not_running, SEV_WARN,
		  "systemctl disable --now chrony.service && systemctl start ntpsec.service", 0 },
		{ "too far: daemon.panic's", stopped_too_far, &check_daemon_not_running, SEV_NONE, NULL, 0 },
		{ "a line: chrony.conf's", stopped_by_a_line, &check_daemon_not_running, SEV_NONE, NULL, 0 },
		{ "another", another_took_over, &check_daemon_not_running, SEV_OK, NULL, 0 },
		{ "both stopped", both_stopped, &check_daemon_not_running, SEV_WARN,
		  "systemctl start ntpsec.service", 0 },
		{ "gpsd", gpsd_stopped, &check_daemon_not_running, SEV_WARN,
		  "systemctl start gpsd.service", 0 },
		{ "gpsd not needed", gpsd_not_needed, &check_daemon_not_running, SEV_OK, NULL, 0 },
		{ "beside gpsd", chronyd_beside_gpsd_stopped, &check_daemon_not_running, SEV_WARN,
		  "systemctl start chrony.service", 0 },
	};

	(void)state;
	EXAMINE(rows);
}

/* ---- all of them ---- */

static const struct check *const checks[] = {
	&check_daemon_dead_handle, &check_daemon_started_early,
	&check_daemon_two, &check_host_rival, &check_daemon_not_running,
};

static void test_healthy_daemons_are_left_alone(void **state)
{
	static void (*const edits[])(void) = {
		has_ntpsec, has_chronyd, has_gpsd_and_chronyd, has_gpsd_and_ntpsec,
		chronyds_helper, chronyds_helper_first,
	};

	(void)state;
	expect_silence(edits, sizeof(edits) / sizeof(edits[0]));
}

static void test_texts(void **state)
{
	(void)state;
	expect_texts(checks, sizeof(checks) / sizeof(checks[0]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dead_handle),
		cmocka_unit_test(test_started_early),
		cmocka_unit_test(test_two),
		cmocka_unit_test(test_rival),
		cmocka_unit_test(test_not_running),
		cmocka_unit_test(test_healthy_daemons_are_left_alone),
		cmocka_unit_test(test_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
