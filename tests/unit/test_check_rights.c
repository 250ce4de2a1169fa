// SPDX-License-Identifier: GPL-2.0-or-later
/* What keeps a daemon from the port, the pulse and the clock. */
#include "examine.h"

#include "daemons.h"

#define NTPSEC_CONF "refclock nmea unit 0 mode 1 flag1 1\n"
#define NTPD_CONF "server 127.127.20.0 mode 1\nfudge 127.127.20.0 flag1 1\n"
#define CHRONY_CONF "refclock PPS /dev/pps0 refid PPS\nserver 192.0.2.1\n"
#define PEERS "     remote           refid      st t when poll reach   delay   offset  jitter\n" \
	"==============================================================================\n"

static struct daemon *ntpsec(void)
{
	no_daemons();
	return an_ntpd(DAEMON_NTPSEC, NTPSEC_CONF);
}

static struct daemon *ntpd(void)
{
	no_daemons();
	return an_ntpd(DAEMON_NTPD, NTPD_CONF);
}

static struct daemon *chronyd(void)
{
	no_daemons();
	return a_chronyd(CHRONY_CONF);
}

static struct daemon *gpsd(void)
{
	static const char one[] = "gpsd\0-n\0/dev/ttyS1";

	no_daemons();
	return a_gpsd(one, sizeof(one));
}

/* It has nothing of the receiver's open. */
static struct daemon *empty(struct daemon *d)
{
	d->n_nodes = 0;
	facts.port.holders.n = 1;
	return d;
}

static struct daemon *without_group(struct daemon *d)
{
	d->process.n_groups = 0;
	return d;
}

static void has_nothing(void) { no_daemons(); }
static void has_ntpsec(void) { ntpsec(); }
static void has_ntpd(void) { ntpd(); }
static void has_chronyd(void) { chronyd(); }
static void has_gpsd(void) { gpsd(); }

/* ---- perm.port ---- */

static void port_unopened(void) { without_group(empty(ntpsec())); }

/* Each failure is told twice, and the reason comes first. */
static void port_shut(void)
{
	port_unopened();
	logs(&daemon_room[0], "ntpd[731]: REFCLOCK: refclock_open /dev/gps0: Permission denied");
	logs(&daemon_room[0], "ntpd[731]: REFCLOCK: NMEA(0) NMEA device open(/dev/gps0) failed");
}

/* Root without CAP_DAC_OVERRIDE, and the port is another's. */
static void port_shut_to_root(void)
{
	port_unopened();
	daemon_room[0].process.uid = fact_from(0, 0);
	facts.port_node.uid = fact_from(0, 65534);
}

static void port_shut_but_open(void) { without_group(ntpsec()); }
static void port_open_to_its_group(void) { empty(ntpsec()); }
static void port_open_to_all(void)
{
	port_shut();
	facts.port_node.mode = fact_from(0, 0666);
}

static void port_unasked(void)
{
	port_shut();
	facts.port_node.mode = fact_from(-EACCES, 0);
}

static void files_refused(void)
{
	empty(ntpsec())->nodes_known = fact_from(-EACCES, 0);
}

static void port_not_there_at_start(void)
{
	logs(without_group(empty(ntpsec())),
	     "ntpd[731]: REFCLOCK: refclock_open /dev/gps0: No such file or directory");
}

/* ntpd 4.2.8 opens it as root. */
static void port_shut_to_ntpd(void) { without_group(empty(ntpd())); }
static void port_refused_to_ntpd(void)
{
	logs(without_group(empty(ntpd())), "ntpd[731]: refclock_open /dev/gps0: Permission denied");
}

static void port_refused_to_confined_ntpd(void)
{
	port_refused_to_ntpd();
	set_text(&daemon_room[0].label, "/usr/sbin/ntpd (enforce)");
}

static void another_receiver(void)
{
	no_daemons();
	without_group(empty(an_ntpd(DAEMON_NTPSEC, "refclock nmea unit 1 flag1 1\n")));
}

static void test_port(void **state)
{
	static const struct row rows[] = {
		{ "not asked", NULL, &check_perm_port, SEV_NONE, NULL, 0 },
		{ "no daemon", has_nothing, &check_perm_port, SEV_NONE, NULL, 0 },
		{ "has it", has_ntpsec, &check_perm_port, SEV_OK, NULL, 0 },
		{ "the pulse alone", has_chronyd, &check_perm_port, SEV_NONE, NULL, 0 },
		{ "opened as root", port_unopened, &check_perm_port, SEV_OK, NULL, 0 },
		{ "of another", port_shut_to_root, &check_perm_port, SEV_FAIL, NULL, 0 },
		{ "shut out", port_shut, &check_perm_port, SEV_FAIL,
		  "chgrp dialout /dev/ttyS1; chmod 660 /dev/ttyS1; usermod -aG dialout $(ps -o user:32= -p 731); systemctl restart ntpsec.service",
		  0 },
		{ "seen", port_shut, &check_perm_port, SEV_FAIL,
		  "/dev/ttyS1 is mode 0660, user 0, group 20 (dialout); ntpd[731] runs as user 106",
		  0 },
		{ "has it all the same", port_shut_but_open, &check_perm_port, SEV_OK, NULL, 0 },
		{ "in the group", port_open_to_its_group, &check_perm_port, SEV_OK, NULL, 0 },
		{ "for all", port_open_to_all, &check_perm_port, SEV_OK, NULL, 0 },
		{ "mode refused", port_unasked, &check_perm_port, SEV_SKIPPED, "root", 0 },
		{ "files refused", files_refused, &check_perm_port, SEV_SKIPPED, "root", 0 },
		{ "was not there", port_not_there_at_start, &check_perm_port, SEV_OK, NULL, 0 },
		{ "opened as root", port_shut_to_ntpd, &check_perm_port, SEV_OK, NULL, 0 },
		{ "refused", port_refused_to_ntpd, &check_perm_port, SEV_FAIL,
		  "systemctl restart ntp.service", 0 },
		{ "confined", port_refused_to_confined_ntpd, &check_perm_port, SEV_OK, NULL, 0 },
		{ "not its receiver", another_receiver, &check_perm_port, SEV_NONE, NULL, 0 },
	};

	(void)state;
	EXAMINE(rows);
}

/* ---- perm.pps ---- */

static void roots_pulse(void)
{
	facts.pps_node.mode = fact_from(0, 0600);
	facts.pps_node.gid = fact_from(0, 0);
}

/* It has the port, or only driver 22's pulse. */
static void pulse_unopened(void)
{
	ntpsec()->n_nodes = 1;
	roots_pulse();
}

/* The log has no reason; but the device was there. */
static void pulse_shut(void)
{
	pulse_unopened();
	facts.pulse_since_ms = fact_from(0, 4000);
	daemon_room[0].start_ms = fact_from(0, 5000);
	logs(&daemon_room[0], "ntpd[731]: REFCLOCK: NMEA(0) PPS device open(/dev/gpspps0) failed");
}

/* Built with patches/ntpsec: it says why, and asks as the user that it is by then. */
static void pulse_shut_for_patched(void)
{
	pulse_shut();
	logs(&daemon_room[0], "ntpd[731]: REFCLOCK: NMEA(0) PPS device open(/dev/gpspps0) failed: Permission denied");
	strcpy(daemon_room[0].system.version, "ntpd ntpsec-1.2.2+pps1");
}

static void pulse_came_later(void)
{
	pulse_shut();
	facts.pulse_since_ms = fact_from(0, 6000);
}

static void pulse_alone_shut(void)
{
	no_daemons();
	empty(an_ntpd(DAEMON_NTPSEC, "refclock pps unit 0\nserver 192.0.2.1 prefer\n"));
	roots_pulse();
	logs(&daemon_room[0], "ntpd[731]: REFCLOCK: refclock_pps: /dev/pps0 open failed: Permission denied");
}

static void pulse_shut_without_flag1(void)
{
	no_daemons();
	an_ntpd(DAEMON_NTPSEC, "refclock nmea unit 0\n")->n_nodes = 1;
	roots_pulse();
	facts.processes[0] = daemon_room[0].process;
	facts.n_processes = 1;
}

static void chronyd_opened_as_root(void)
{
	without_group(chronyd());
	roots_pulse();
}

static void chronyds_helper(void)
{
	chronyd_opened_as_root();
	without_group(empty(a_chronyd(CHRONY_CONF)))->pid = fact_from(0, 745);
}

static void ntpd_opened_as_root(void)
{
	ntpd()->n_nodes = 1;
	roots_pulse();
}

static void pulse_shut_and_used(void)
{
	pulse_shut();
	says_peers(&daemon_room[0], PEERS
		   "oNMEA(0)         .GPS.            0 l   10   64  377   0.0000   0.0010   0.0005\n");
}

static void test_pulse(void **state)
{
	static const struct row rows[] = {
		{ "has it", has_ntpsec, &check_perm_pps, SEV_OK, NULL, 0 },
		{ "opened as root", pulse_unopened, &check_perm_pps, SEV_OK, NULL, 0 },
		{ "came later", pulse_came_later, &check_perm_pps, SEV_OK, NULL, 0 },
		{ "shut out", pulse_shut, &check_perm_pps, SEV_FAIL,
		  "chmod 660 /dev/pps0; systemctl restart ntpsec.service", 0 },
		{ "patched", pulse_shut_for_patched, &check_perm_pps, SEV_FAIL,
		  "OWNER=\\\"$(id -nu 1", 0 },
		{ "driver 22", pulse_alone_shut, &check_perm_pps, SEV_FAIL, "ntpd[731]", 0 },
		{ "does not want it", pulse_shut_without_flag1, &check_perm_pps, SEV_OK, NULL, 0 },
		{ "chronyd", chronyd_opened_as_root, &check_perm_pps, SEV_OK, NULL, 0 },
		{ "chronyd's helper", chronyds_helper, &check_perm_pps, SEV_OK, NULL, 0 },
		{ "ntpd", ntpd_opened_as_root, &check_perm_pps, SEV_OK, NULL, 0 },
		{ "says o", pulse_shut_and_used, &check_perm_pps, SEV_OK, NULL, 0 },
	};

	(void)state;
	EXAMINE(rows);
}

/* ---- perm.time-capability ---- */

static struct daemon *without_caps(struct daemon *d)
{
	d->process.cap_eff = fact_from(0, 0x400);
	return d;
}

static void no_caps(void) { without_caps(ntpsec()); }
static void no_caps_by_hand(void) { without_caps(ntpsec())->service[0] = '\0'; }
static void no_caps_in_docker(void)
{
	no_caps();
	set_text(&facts.host.container, "docker");
}

static void no_caps_and_used(void)
{
	says_peers(without_caps(ntpsec()), PEERS
		   "oNMEA(0)         .GPS.            0 l   10   64  377   0.0000   0.0010   0.0005\n");
}

static void gpsd_gave_them_up(void) { gpsd()->process.cap_eff = fact_from(0, 0); }
static void gpsd_was_refused(void)
{
	gpsd_gave_them_up();
	logs(&daemon_room[0],
	     "gpsd[733]: KPPS:/dev/ttyS1 time_pps_setparams(mode=0x1133) failed: Operation not permitted");
}

static void chronyd_leaves_the_clock(void)
{
	without_caps(chronyd())->chrony_command.no_clock = true;
}

static void chronyd_ended(void)
{
	struct daemon *d = chronyd();

	d->pid = d->process.cap_eff = fact_from(-ENOENT, 0);
	logs(d, "chronyd[732]: time_pps_setparams() failed on /dev/pps0 : Operation not permitted");
}

static void refused_with_caps(void)
{
	logs(ntpsec(), "ntpd[731]: REFCLOCK: refclock_params: time_pps_setparams: Operation not permitted");
}

static void wrong_edge(void)
{
	logs(ntpsec(), "ntpd[731]: REFCLOCK: refclock_params: time_pps_setparams: Invalid argument");
}

static void caps_refused(void) { ntpsec()->process.cap_eff = fact_from(-EACCES, 0); }
static void apparmor_took_it(void)
{
	no_caps();
	logs(NULL, "kernel: audit: type=1400 apparmor=\"DENIED\" operation=\"capable\" profile=\"/usr/sbin/ntpd\" pid=731 comm=\"ntpd\" capability=25 capname=\"sys_time\"");
}

static void test_time(void **state)
{
	static const struct row rows[] = {
		{ "no daemon", has_nothing, &check_perm_time, SEV_NONE, NULL, 0 },
		{ "has it", has_ntpsec, &check_perm_time, SEV_OK, NULL, 0 },
		{ "lacks it", no_caps, &check_perm_time, SEV_FAIL,
		  "systemctl edit ntpsec.service", 0 },
		{ "seen", no_caps, &check_perm_time, SEV_FAIL,
		  "CapEff is 400 in /proc/731/status, bit 25 is clear", 0 },
		{ "by hand", no_caps_by_hand, &check_perm_time, SEV_FAIL, "restart ntpd", 0 },
		{ "in a container", no_caps_in_docker, &check_perm_time, SEV_FAIL,
		  "--cap-add SYS_TIME --device /dev/gpspps0", 0 },
		{ "says o", no_caps_and_used, &check_perm_time, SEV_INFO, NULL, 0 },
		{ "gpsd", gpsd_gave_them_up, &check_perm_time, SEV_NONE, NULL, 0 },
		{ "gpsd refused", gpsd_was_refused, &check_perm_time, SEV_WARN,
		  "KPPS:/dev/ttyS1 time_pps_setparams", 0 },
		{ "chronyd -x", chronyd_leaves_the_clock, &check_perm_time, SEV_NONE, NULL, 0 },
		{ "chronyd ended", chronyd_ended, &check_perm_time, SEV_FAIL,
		  "time_pps_setparams() failed on /dev/pps0", 0 },
		{ "filtered", refused_with_caps, &check_perm_time, SEV_FAIL,
		  "a filter of system calls", 0 },
		{ "another error", wrong_edge, &check_perm_time, SEV_OK, NULL, 0 },
		{ "refused", caps_refused, &check_perm_time, SEV_SKIPPED, "root", 0 },
		{ "AppArmor's", apparmor_took_it, &check_perm_time, SEV_OK, NULL, 0 },
		{ "AppArmor tells", apparmor_took_it, &check_mac_apparmor, SEV_FAIL,
		  "echo 'capability sys_time,' >>/etc/apparmor.d/local/usr.sbin.ntpd", 0 },
	};

	(void)state;
	EXAMINE(rows);
}

/* ---- AppArmor ---- */

#define DENIED(profile, path, pid, comm) \
	"kernel: audit: type=1400 audit(1700000000.123:45): apparmor=\"DENIED\" operation=\"open\" profile=\"" \
	profile "\" name=\"" path "\" pid=" pid " comm=\"" comm "\" requested_mask=\"wr\" denied_mask=\"wr\""

static struct daemon *confine(struct daemon *d)
{
	char label[64];

	snprintf(label, sizeof(label), "/usr/sbin/%s (enforce)", daemon_row(d->kind)->comm);
	set_text(&d->label, label);
	return d;
}

static void confined(void) { confine(ntpsec()); }
static void tty_denied(void)
{
	empty(confine(ntpsec()));
	logs(NULL, DENIED("/usr/sbin/ntpd", "/dev/ttyS1", "731", "ntpd"));
}

static void tty_denied_then_open(void)
{
	confine(ntpsec());
	logs(NULL, DENIED("/usr/sbin/ntpd", "/dev/ttyS1", "731", "ntpd"));
}

static void tty_denied_to_an_earlier_run(void)
{
	empty(confine(ntpsec()));
	logs(NULL, DENIED("/usr/sbin/ntpd", "/dev/ttyS1", "512", "ntpd"));
}

static void other_tty_denied(void)
{
	empty(confine(ntpsec()));
	logs(NULL, DENIED("/usr/sbin/ntpd", "/dev/ttyS10", "731", "ntpd"));
}

static void stranger_denied(void)
{
	empty(confine(ntpsec()));
	logs(NULL, DENIED("/usr/bin/man", "/dev/ttyS1", "99", "man"));
}

static void stranger_without_pid_denied(void)
{
	empty(confine(ntpsec()));
	logs(NULL, "kernel: audit: apparmor=\"DENIED\" operation=\"open\" profile=\"cat\" name=\"/dev/ttyS1\" comm=\"cat\"");
}

static void tty_denied_to_gpsd(void)
{
	empty(confine(gpsd()));
	logs(NULL, DENIED("/usr/sbin/gpsd", "/dev/ttyS1", "733", "gpsd"));
}

static void pulse_denied_to_chronyd(void)
{
	struct daemon *d = empty(chronyd());

	d->pid = fact_from(-ENOENT, 0);
	logs(NULL, DENIED("chronyd", "/dev/pps0", "732", "chronyd"));
}

static void pulse_denied_to_gpsd(void)
{
	confine(gpsd())->n_nodes = 1;
	logs(NULL, DENIED("/usr/sbin/gpsd", "/dev/pps0", "733", "gpsd"));
}

static void socket_denied(void)
{
	confine(gpsd());
	a_chronyd("refclock SOCK /run/chrony.ttyS1.sock refid GPS\n");
	logs(NULL, DENIED("/usr/sbin/gpsd", "/run/chrony.ttyS1.sock", "733", "gpsd"));
}

static void unwanted_socket_denied(void)
{
	confine(gpsd());
	logs(NULL, DENIED("/usr/sbin/gpsd", "/run/chrony.ttyS1.sock", "733", "gpsd"));
}

static void log_refused(void)
{
	empty(confine(ntpsec()));
	daemons.kernel_log_known = fact_from(-EACCES, 0);
}

static void log_refused_but_open(void)
{
	confined();
	daemons.kernel_log_known = fact_from(-EACCES, 0);
}

static void log_refused_complain(void)
{
	log_refused();
	set_text(&daemon_room[0].label, "/usr/sbin/ntpd (complain)");
}

static void denied_and_used(void)
{
	tty_denied();
	says_peers(&daemon_room[0], PEERS
		   "oNMEA(0)         .GPS.            0 l   10   64  377   0.0000   0.0010   0.0005\n");
}

static void test_apparmor(void **state)
{
	static const struct row rows[] = {
		{ "no daemon", has_nothing, &check_mac_apparmor, SEV_NONE, NULL, 0 },
		{ "unconfined", has_ntpd, &check_mac_apparmor, SEV_NONE, NULL, 0 },
		{ "confined", confined, &check_mac_apparmor, SEV_OK, NULL, 0 },
		{ "tty", tty_denied, &check_mac_apparmor, SEV_FAIL,
		  "@{NTPD_DEVICE}=\"/dev/ttyS1\",' /etc/apparmor.d/tunables/ntpd && apparmor_parser -r /etc/apparmor.d/usr.sbin.ntpd && systemctl restart ntpsec.service",
		  0 },
		{ "quoted", tty_denied, &check_mac_apparmor, SEV_FAIL,
		  "apparmor=\"DENIED\" operation=\"open\" profile=\"/usr/sbin/ntpd\" name=\"/dev/ttyS1\"",
		  0 },
		{ "open now", tty_denied_then_open, &check_mac_apparmor, SEV_OK, NULL, 0 },
		{ "an earlier run", tty_denied_to_an_earlier_run, &check_mac_apparmor, SEV_OK, NULL, 0 },
		{ "another port", other_tty_denied, &check_mac_apparmor, SEV_OK, NULL, 0 },
		{ "another program", stranger_denied, &check_mac_apparmor, SEV_OK, NULL, 0 },
		{ "another, no pid", stranger_without_pid_denied, &check_mac_apparmor, SEV_OK, NULL, 0 },
		{ "gpsd's tty", tty_denied_to_gpsd, &check_mac_apparmor, SEV_FAIL,
		  "echo '/dev/ttyS1 rw,' >>/etc/apparmor.d/local/usr.sbin.gpsd", 0 },
		{ "chronyd", pulse_denied_to_chronyd, &check_mac_apparmor, SEV_FAIL,
		  "echo '/dev/pps0 rw,' >>/etc/apparmor.d/local/usr.sbin.chronyd && apparmor_parser -r /etc/apparmor.d/usr.sbin.chronyd && systemctl restart chrony.service",
		  0 },
		{ "gpsd", pulse_denied_to_gpsd, &check_mac_apparmor, SEV_WARN,
		  "keeps gpsd from /dev/pps0", 0 },
		{ "socket", socket_denied, &check_mac_apparmor, SEV_FAIL, "chrony.*.sock rw,", 0 },
		{ "no socket", unwanted_socket_denied, &check_mac_apparmor, SEV_OK, NULL, 0 },
		{ "log refused", log_refused, &check_mac_apparmor, SEV_SKIPPED, "journalctl -k", 0 },
		{ "open, log refused", log_refused_but_open, &check_mac_apparmor, SEV_OK, NULL, 0 },
		{ "complain", log_refused_complain, &check_mac_apparmor, SEV_NONE, NULL, 0 },
		{ "says o", denied_and_used, &check_mac_apparmor, SEV_OK, NULL, 0 },
	};

	(void)state;
	EXAMINE(rows);
}

/* ---- SELinux ---- */

static void avc(const char *permissive)
{
	char line[300];

	set_text(&empty(chronyd())->label, "system_u:system_r:chronyd_t:s0");
	snprintf(line, sizeof(line),
		 "audit[732]: AVC avc:  denied  { read write } for  pid=732 comm=\"chronyd\" name=\"pps0\" dev=\"devtmpfs\" ino=5 permissive=%s",
		 permissive);
	logs(NULL, line);
}

static void avc_enforced(void) { avc("0"); }
static void avc_permissive(void) { avc("1"); }
static void domain(void) { set_text(&chronyd()->label, "system_u:system_r:chronyd_t:s0"); }
static void domain_blind(void)
{
	domain();
	empty(&daemon_room[0]);
	daemons.kernel_log_known = fact_from(-EPERM, 0);
}

static void no_domain(void)
{
	set_text(&chronyd()->label, "system_u:system_r:unconfined_service_t:s0");
}

static void test_selinux(void **state)
{
	static const struct row rows[] = {
		{ "no label", has_chronyd, &check_mac_selinux, SEV_NONE, NULL, 0 },
		{ "its domain", domain, &check_mac_selinux, SEV_OK, NULL, 0 },
		{ "unconfined", no_domain, &check_mac_selinux, SEV_NONE, NULL, 0 },
		{ "AppArmor's label", confined, &check_mac_selinux, SEV_NONE, NULL, 0 },
		{ "denied", avc_enforced, &check_mac_selinux, SEV_FAIL,
		  "ausearch -m avc -c chronyd --raw | audit2allow -M gpspps && semodule -i gpspps.pp && systemctl restart chrony.service",
		  0 },
		{ "not AppArmor's", avc_enforced, &check_mac_apparmor, SEV_NONE, NULL, 0 },
		{ "permissive", avc_permissive, &check_mac_selinux, SEV_OK, NULL, 0 },
		{ "blind", domain_blind, &check_mac_selinux, SEV_SKIPPED, "avc:", 0 },
	};

	(void)state;
	EXAMINE(rows);
}

/* ---- all of them ---- */

static const struct check *const checks[] = {
	&check_perm_port, &check_perm_time, &check_mac_apparmor, &check_mac_selinux,
};

static void test_healthy_daemons_are_left_alone(void **state)
{
	static void (*const edits[])(void) = {
		has_ntpsec, has_ntpd, has_chronyd, has_gpsd, chronyds_helper, confined, domain,
	};

	(void)state;
	for (size_t i = 0; i < sizeof(edits) / sizeof(edits[0]); i++)
		for (size_t k = 0; k < sizeof(checks) / sizeof(checks[0]); k++) {
			struct finding out = { .severity = SEV_NONE };

			healthy();
			edits[i]();
			checks[k]->run(&facts, &out);
			if (out.severity > SEV_OK)
				fail_msg("%zu: %s: %s", i, checks[k]->id, out.headline);
		}
}

static void test_texts(void **state)
{
	(void)state;
	expect_texts(checks, sizeof(checks) / sizeof(checks[0]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_port),
		cmocka_unit_test(test_pulse),
		cmocka_unit_test(test_time),
		cmocka_unit_test(test_apparmor),
		cmocka_unit_test(test_selinux),
		cmocka_unit_test(test_healthy_daemons_are_left_alone),
		cmocka_unit_test(test_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
