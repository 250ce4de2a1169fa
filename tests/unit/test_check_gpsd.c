// SPDX-License-Identifier: GPL-2.0-or-later
/* gpsd on a port, and what it hands on: pass, fail, refused, and healthy machines. */
#include "examine.h"

#include "daemon/receiver_said.h"
#include "daemons.h"

#define NMEA_LINE "refclock SHM 0 refid NMEA offset 0.15 delay 0.3 noselect\n"
#define PPS_LINE "refclock PPS /dev/pps0 lock NMEA refid PPS\n"
#define HEARD(refid) "#,*," refid ",0,4,377,11,-0.000000012,-0.000000020,0.000000400\n"
#define UNHEARD(refid) "#,?," refid ",0,4,0,4294967295,0,0,0\n"

static struct daemon *gpsd, *other;

#define START(line) start(line, sizeof(line))

/* gpsd alone on the port: it attached the pulse itself. */
static void start(const char *cmdline, size_t len)
{
	no_daemons();
	other = NULL;
	gpsd = a_gpsd(cmdline, len);
	facts.port.holders.n = 0;
	hold(0, 733, "gpsd");
	facts.unit = fact_from(-ENOENT, 0);
	facts.gps.name[0] = facts.gpspps.name[0] = '\0';
	facts.exclusive = fact_from(0, 1);
}

static void alone(void) { START("gpsd\0-n\0-b\0/dev/ttyS1"); }

/* It numbers its pulses itself. */
static void late(void)
{
	alone();
	facts.motion.burst_first_ms = fact_from(0, 300);
	facts.motion.burst_last_ms = fact_from(0, 440);
}

static void has_nothing_open(void)
{
	gpsd->n_nodes = 0;
	facts.port.holders.n = 0;
}

static void with_chrony(const char *conf, const char *sources)
{
	other = a_chronyd(conf);
	says_sources(other, sources);
}

static void healthy_lock(void)
{
	alone();
	with_chrony(NMEA_LINE PPS_LINE, HEARD("PPS") "#,?,NMEA,0,4,377,12,0.004,0.004,0.15\n");
}

static void healthy_sock(void)
{
	alone();
	with_chrony("refclock SOCK /run/chrony.ttyS1.sock refid PPS\n", HEARD("PPS"));
	other->n_nodes = 0;
}

#define PEERS "     remote           refid      st t when poll reach   delay   offset  jitter\n" \
	"==============================================================================\n"

static void with_ntpsec(const char *conf, const char *peers)
{
	other = a_daemon(DAEMON_NTPSEC, 731);
	other->ntpd = &ntpd_room[other - daemon_room];
	strcpy(other->conf_path, "/etc/ntpsec/ntp.conf");
	ntpd_conf_text(other->ntpd, NTPD_NTPSEC, conf, strlen(conf));
	find_clocks(other);
	says_peers(other, peers);
}

static void healthy_ntpsec(void)
{
	alone();
	with_ntpsec("refclock shm unit 0 refid GPS time1 0.15\nrefclock shm unit 1 prefer refid PPS\n",
		    PEERS " SHM(0)          .GPS.            0 l   12   64  377   0.0000   4.1230   0.5000\n"
		    "*SHM(1)          .PPS.            0 l   11   64  377   0.0000   0.0010   0.0005\n");
}

static void healthy_without_gpsd(void)
{
	no_daemons();
	other = a_chronyd("pool 2.debian.pool.ntp.org iburst\nrefclock PPS /dev/pps0 refid PPS\n");
}

static void no_gpsd(void) { no_daemons(); }

static void elsewhere(void)
{
	START("gpsd\0-n\0/dev/ttyS0");
	has_nothing_open();
	hold(0, 412, "gpsppsctl-hold");
}

/* ---- without -n ---- */

static void no_n(void) { START("gpsd\0/dev/ttyS1"); has_nothing_open(); }

static void no_n_waiting(void)
{
	START("gpsd\0-b\0/dev/ttyS1");
	has_nothing_open();
	with_chrony("refclock SHM 0 refid NMEA\n", UNHEARD("NMEA"));
}

static void no_n_open(void)
{
	START("gpsd\0/dev/ttyS1");
	with_chrony("refclock SHM 0 refid NMEA\n", HEARD("NMEA"));
}

static void no_n_unseen(void)
{
	no_n();
	gpsd->nodes_known = fact_from(-EACCES, 0);
}

static void socket_alone(void)
{
	no_n_waiting();
	gpsd->pid = gpsd->start_ms = fact_from(-ENOENT, 0);
	gpsd->socket_activated = true;
}

static void socket_alone_unused(void)
{
	socket_alone();
	daemons.n = 1;
}

/* ---- two on one port ---- */

static void shut_out(void)
{
	alone();
	has_nothing_open();
	hold(0, 412, "gpsppsctl-hold");
	facts.unit = fact_from(0, 0);
}

static void shut_out_waiting(void)
{
	shut_out();
	logs(gpsd, "gpsd[733]: gpsd:ERROR: SER: /dev/ttyS1 already opened by another process");
	with_chrony("refclock SHM 0 refid NMEA\n", UNHEARD("NMEA"));
}

static void by_ldattach(void)
{
	shut_out_waiting();
	holders[0].pid = 555;
	strcpy(holders[0].comm, "ldattach");
}

static void gpsd_ended(void)
{
	shut_out_waiting();
	gpsd->pid = gpsd->start_ms = fact_from(-ENOENT, 0);
}

static void beside_ntpd(void)
{
	gpsd_ended();
	daemons.n = 1;
	other = an_ntpd(DAEMON_NTPSEC, "refclock nmea unit 0 path /dev/ttyS1 flag1 1\n");
	facts.port.holders.n = 0;
	hold(0, 731, "ntpd");
}

/* After "systemctl disable --now gpsd.socket gpsd.service": its devices are still in its file. */
static struct system_facts services;

static void given_up(void)
{
	beside_ntpd();
	memset(&services, 0, sizeof(services));
	strcpy(services.services[0].name, "gpsd.service");
	services.services[0].enabled = fact_from(0, 0);
	services.n_services = 1;
	facts.system = &services;
}

static void enabled_beside(void) { given_up(); services.services[0].enabled = fact_from(0, 1); }
static void socket_beside(void) { given_up(); gpsd->socket_activated = true; }

static void log_is_old(void)
{
	alone();
	logs(gpsd, "gpsd[733]: gpsd:ERROR: SER: /dev/ttyS1 already opened by another process");
}

/* Its lock is left on a port that a unit of ours has, and ntpd wants. */
static void lock_left(void)
{
	gpsd_ended();
	daemons.n = 1;
	strcpy(facts.gps.name, "gps0");
}

static void lock_left_by_path(void)
{
	lock_left();
	gpsd->n_clocks = 0;
}

static void lock_left_by_link(void)
{
	lock_left();
	strcpy(gpsd->log[0].path, "/dev/gps0");
	strcpy(gpsd->clocks[0].port, "/dev/gps0");
}

static void lock_by_whom(void) { lock_left(); gpsd->n_log = 0; }
static void lock_of_another(void) { lock_left(); strcpy(gpsd->log[0].path, "/dev/ttyS7"); }
static void lock_and_reader(void) { lock_left(); hold(1, 812, "minicom"); }

static void lock_left_ntpd(void)
{
	lock_left();
	other = an_ntpd(DAEMON_NTPSEC, "refclock nmea unit 0 flag1 1\n");
	other->n_nodes = 0;
	facts.port.holders.n = 1;
}

/* chronyd opens no port. */
static void lock_left_chrony(void)
{
	lock_left();
	other = a_chronyd("refclock PPS /dev/pps0 refid PPS\n");
}

static void lock_left_waiting(void)
{
	lock_left();
	with_chrony("refclock SHM 0 refid NMEA\n", UNHEARD("NMEA"));
}

static void lock_pulse_alone(void) { lock_left(); facts.no_sentences = true; }

static void both(void) { alone(); hold(1, 412, "gpsppsctl-hold"); }
static void of_the_table(void) { alone(); facts.unit = fact_from(0, 3); }

/* ---- configures ---- */

static void configures(void) { START("gpsd\0-n\0/dev/ttyS1"); }
static void a_garmin(void) { configures(); strcpy(facts.sentences.model, "Garmin GPS 18x LVC"); }
static void passive_garmin(void) { a_garmin(); gpsd->gpsd.passive = true; }

static const struct row ports[] = {
	{ "healthy", healthy_lock, &check_gpsd_no_n, SEV_OK, NULL, 0 },
	{ "nobody waits", no_n, &check_gpsd_no_n, SEV_WARN, "GPSD_OPTIONS=\"-n\"", 0 },
	{ "chronyd waits", no_n_waiting, &check_gpsd_no_n, SEV_FAIL,
	  "GPSD_OPTIONS=\"-n -b\" and DEVICES=\"/dev/ttyS1\"", 0 },
	{ "for whom", no_n_waiting, &check_gpsd_no_n, SEV_FAIL, "chronyd[732]", 0 },
	{ "a client is there", no_n_open, &check_gpsd_no_n, SEV_WARN, "is open by it", 0 },
	{ "refused", no_n_unseen, &check_gpsd_no_n, SEV_SKIPPED, "Permission denied", 0 },
	{ "socket", socket_alone, &check_gpsd_no_n, SEV_FAIL, "gpsd (not running)", 0 },
	{ "socket, unused", socket_alone_unused, &check_gpsd_no_n, SEV_NONE, NULL, 0 },
	{ "another port", elsewhere, &check_gpsd_no_n, SEV_NONE, NULL, 0 },
	{ "none", no_gpsd, &check_gpsd_no_n, SEV_NONE, NULL, 0 },
	{ "healthy", healthy_lock, &check_gpsd_holder, SEV_OK, NULL, 0 },
	{ "shut out", shut_out, &check_gpsd_holder, SEV_WARN, "gpsppsctl-hold[412]", 0 },
	{ "and awaited", shut_out_waiting, &check_gpsd_holder, SEV_FAIL,
	  "gpsppsctl detach /dev/ttyS1 && systemctl restart gpsd.service", 0 },
	{ "its words", shut_out_waiting, &check_gpsd_holder, SEV_FAIL,
	  "SER: /dev/ttyS1 already opened by another process", 0 },
	{ "ldattach", by_ldattach, &check_gpsd_holder, SEV_FAIL,
	  "kill 555 && systemctl restart gpsd.service", 0 },
	{ "and ended", gpsd_ended, &check_gpsd_holder, SEV_FAIL, "SER: /dev/ttyS1 already", 0 },
	{ "beside ntpd", beside_ntpd, &check_gpsd_holder, SEV_WARN,
	  "disable --now gpsd.socket gpsd.service     # or take", 0 },
	{ "given up", given_up, &check_gpsd_holder, SEV_NONE, NULL, 0 },
	{ "enabled", enabled_beside, &check_gpsd_holder, SEV_WARN, NULL, 0 },
	{ "by its socket", socket_beside, &check_gpsd_holder, SEV_WARN, NULL, 0 },
	{ "an old line", log_is_old, &check_gpsd_holder, SEV_OK, NULL, 0 },
	{ "both", both, &check_gpsd_holder, SEV_WARN, "gpsd[733] and gpsppsctl-hold[412]", 0 },
	{ "of the table", of_the_table, &check_gpsd_holder, SEV_WARN, "as unit 3", 0 },
	{ "another port", elsewhere, &check_gpsd_holder, SEV_NONE, NULL, 0 },
	{ "its lock", lock_left, &check_port_exclusive, SEV_FAIL,
	  "systemctl disable --now gpsd.socket gpsd.service; systemctl restart gpsppsctl@ttyS1.service", 0 },
	{ "who left it", lock_left, &check_port_exclusive, SEV_FAIL, "gpsd locked it", 0 },
	{ "its words", lock_left_by_path, &check_port_exclusive, SEV_FAIL,
	  "SER: /dev/ttyS1 already opened by another process", 0 },
	{ "by a link", lock_left_by_link, &check_port_exclusive, SEV_FAIL, "gpsd locked it", 0 },
	{ "ntpd waits", lock_left_ntpd, &check_port_exclusive, SEV_FAIL, "gpsd locked it", 0 },
	{ "not said", lock_by_whom, &check_port_exclusive, SEV_FAIL, "is not known", CURE_COMMAND },
	{ "of another port", lock_of_another, &check_port_exclusive, SEV_FAIL, "is not known",
	  CURE_COMMAND },
	{ "a reader", lock_and_reader, &check_port_exclusive, SEV_FAIL, "kill 812", 0 },
	{ "chronyd alone", lock_left_chrony, &check_port_exclusive, SEV_INFO, "gpsd, which", 0 },
	{ "gpsd is awaited", lock_left_waiting, &check_port_exclusive, SEV_INFO, "gpsd, which", 0 },
	{ "pulse alone", lock_pulse_alone, &check_port_exclusive, SEV_INFO, NULL, 0 },
	{ "-b", alone, &check_gpsd_configures, SEV_OK, NULL, 0 },
	{ "a receiver", configures, &check_gpsd_configures, SEV_INFO, "without -p", 0 },
	{ "a Garmin", a_garmin, &check_gpsd_configures, SEV_WARN, "40 ms", 0 },
	{ "passive", passive_garmin, &check_gpsd_configures, SEV_OK, NULL, 0 },
	{ "none", no_gpsd, &check_gpsd_configures, SEV_NONE, NULL, 0 },

	{ "late sentences", late, &check_nmea_delay, SEV_INFO, NULL, 0 },
};

/* ---- the pulse ---- */

static void loses_pulse(void) { gpsd->n_nodes = 1; }
static void a_link(void) { START("gpsd\0-n\0/dev/gps0"); loses_pulse(); }
static void a_link_with_pulse(void) { START("gpsd\0-n\0/dev/gps0"); }
static void a_link_and_pulse(void) { START("gpsd\0-n\0/dev/gps0\0/dev/pps0"); loses_pulse(); }
static void own_name(void) { alone(); loses_pulse(); }

static void nodes_unseen(void)
{
	a_link();
	gpsd->n_nodes = 0;
	gpsd->nodes_known = fact_from(-EACCES, 0);
}

static void tenth(void) { own_name(); strcpy(facts.pulse.name, "pps10"); }
static void ninth(void) { own_name(); strcpy(facts.pulse.name, "pps9"); }

static void hotplugged(const char *line)
{
	START("gpsd\0-n");
	loses_pulse();
	logs(gpsd, line);
}

#define NO_LDISC "gpsd[733]: gpsd:INFO: KPPS:/dev/ttyS1 cannot set PPS line discipline Operation not permitted"

static void no_rights(void) { hotplugged(NO_LDISC); }
static void rights_at_last(void) { no_rights(); has_open(gpsd, "pps0", false); }

static void no_module(void)
{
	hotplugged("gpsd[733]: gpsd:INFO: KPPS:/dev/ttyS1 cannot set PPS line discipline Invalid argument");
}

static const struct row pulse_rows[] = {
	{ "healthy", healthy_lock, &check_gpsd_symlink, SEV_OK, NULL, 0 },
	{ "a link", a_link, &check_gpsd_symlink, SEV_WARN, "DEVICES=\"/dev/ttyS1\"", 0 },
	{ "which", a_link, &check_gpsd_symlink, SEV_WARN, "/dev/gps0, which leads to ttyS1", 0 },
	{ "with pulse", a_link_with_pulse, &check_gpsd_symlink, SEV_OK, NULL, 0 },
	{ "pulse given", a_link_and_pulse, &check_gpsd_symlink, SEV_OK, NULL, 0 },
	{ "own name", own_name, &check_gpsd_symlink, SEV_OK, NULL, 0 },
	{ "refused", nodes_unseen, &check_gpsd_symlink, SEV_SKIPPED, "Permission denied", 0 },
	{ "none", no_gpsd, &check_gpsd_symlink, SEV_NONE, NULL, 0 },
	{ "pps10", tenth, &check_gpsd_many_sources, SEV_WARN, "is pps10", 0 },
	{ "pps9", ninth, &check_gpsd_many_sources, SEV_OK, NULL, 0 },
	{ "none", no_gpsd, &check_gpsd_many_sources, SEV_NONE, NULL, 0 },
	{ "healthy", healthy_lock, &check_gpsd_no_pulse_rights, SEV_OK, NULL, 0 },
	{ "hotplug", no_rights, &check_gpsd_no_pulse_rights, SEV_WARN, "DEVICES=\"/dev/ttyS1\"", 0 },
	{ "its words", no_rights, &check_gpsd_no_pulse_rights, SEV_WARN, "cannot set PPS line", 0 },
	{ "has it now", rights_at_last, &check_gpsd_no_pulse_rights, SEV_OK, NULL, 0 },
	{ "no module", no_module, &check_gpsd_no_pulse_rights, SEV_NONE, NULL, 0 },
	{ "none", no_gpsd, &check_gpsd_no_pulse_rights, SEV_NONE, NULL, 0 },
};

/* ---- what it hands on ---- */

static void by_a_person(void)
{
	healthy_lock();
	gpsd->nice = fact_from(0, 0);
	gpsd->process.uid = fact_from(0, 1000);
	says_sources(other, UNHEARD("PPS") UNHEARD("NMEA"));
}

static void by_a_person_heard(void)
{
	healthy_lock();
	gpsd->process.uid = fact_from(0, 1000);
}

/* User=gpsd in its unit: another user than root, and nobody knows since when. */
static void by_a_system_user(void) { by_a_person(); gpsd->process.uid = fact_from(0, 106); gpsd->nice = fact_from(0, 0); }
static void by_a_system_user_heard(void)
{
	healthy_lock();
	gpsd->nice = fact_from(0, 0);
}

static void person_not_told(void) { by_a_person(); other->sources.said = SAID_NOTHING; other->sources.n = 0; }

static void unit_2(void)
{
	alone();
	with_ntpsec("refclock shm unit 2 refid GPS\n",
		    PEERS " SHM(2)          .GPS.            0 l    -   64    0   0.0000   0.0000   0.0005\n");
}

static void unit_2_by_a_person(void)
{
	unit_2();
	gpsd->nice = fact_from(0, 0);
	gpsd->process.uid = fact_from(0, 1000);
}

/* One is right, and silent for another reason. */
static void right_beside_wrong(void)
{
	alone();
	with_chrony("refclock SHM 2 refid A\nrefclock SHM 0 refid B\n", UNHEARD("A") UNHEARD("B"));
}

static void unit_2_by_a_system_user(void) { unit_2(); gpsd->nice = fact_from(0, 0); }
static void unit_2_by_nobody(void)
{
	unit_2_by_a_system_user();
	gpsd->process.uid = fact_from(0, 65534);
}

static void unit_7(void)
{
	alone();
	with_chrony("refclock SHM 7 refid GPS\n", "");
}

static void unit_7_by_a_system_user(void) { unit_7(); gpsd->nice = fact_from(0, 0); }

static void two_devices(void)
{
	START("gpsd\0-n\0/dev/ttyS0\0/dev/ttyS1");
	with_chrony("refclock SHM 2 refid NMEA\n", UNHEARD("NMEA"));
}

static void other_socket(void)
{
	alone();
	with_chrony("refclock SOCK /run/chrony.gps0.sock refid PPS\n", UNHEARD("PPS"));
}

static void foreign_socket(void)
{
	alone();
	with_chrony("refclock SOCK /run/feeder.sock refid PPS\n", UNHEARD("PPS"));
}

static void gpsd_first(void)
{
	alone();
	with_chrony("refclock SOCK /run/chrony.ttyS1.sock refid PPS\n", UNHEARD("PPS"));
	other->start_ms = fact_from(0, 75500);
}

static void gpsd_first_not_told(void)
{
	gpsd_first();
	other->sources.said = SAID_NOTHING;
	other->sources.n = 0;
}

static void gpsd_first_heard(void)
{
	healthy_sock();
	other->start_ms = fact_from(0, 75500);
}

static void together(void) { gpsd_first(); other->start_ms = fact_from(0, 60900); }
static void together_heard(void) { healthy_sock(); other->start_ms = fact_from(0, 60900); }
static void gpsd_second(void) { gpsd_first(); other->start_ms = fact_from(0, 50000); }

static void socket_logged(void)
{
	together();
	logs(gpsd, "gpsd[733]: gpsd:INFO: PPS:/dev/ttyS1 chrony socket /run/chrony.ttyS1.sock doesn't exist");
}

static void clk_of_old(void)
{
	alone();
	with_chrony("refclock SOCK /run/chrony.clk.ttyS1.sock refid GPS\n", UNHEARD("GPS"));
	strcpy(gpsd->gpsd_said.release, "3.22");
}

static void clk_of_new(void) { clk_of_old(); strcpy(gpsd->gpsd_said.release, "3.25"); }

static const struct row feeds[] = {
	{ "healthy", healthy_lock, &check_gpsd_segments, SEV_OK, NULL, 0 },
	{ "ntpsec", healthy_ntpsec, &check_gpsd_segments, SEV_OK, NULL, 0 },
	{ "socket", healthy_sock, &check_gpsd_segments, SEV_OK, NULL, 0 },
	{ "a person's", by_a_person, &check_gpsd_segments, SEV_FAIL, "refclock SHM 2 refid NMEA", 0 },
	{ "a system user's", by_a_system_user, &check_gpsd_segments, SEV_SKIPPED,
	  "grep SYSV4e5450 /proc/733/maps", 0 },
	{ "and heard", by_a_system_user_heard, &check_gpsd_segments, SEV_OK, NULL, 0 },
	{ "unit 2, a system user's", unit_2_by_a_system_user, &check_gpsd_segments, SEV_SKIPPED,
	  "2 and 3", 0 },
	{ "unit 2, nobody's", unit_2_by_nobody, &check_gpsd_segments, SEV_FAIL,
	  "refclock shm unit 0", 0 },
	{ "unit 7, a system user's", unit_7_by_a_system_user, &check_gpsd_segments, SEV_FAIL,
	  "or to 2 and 3", 0 },
	{ "heard", by_a_person_heard, &check_gpsd_segments, SEV_OK, NULL, 0 },
	{ "not told", person_not_told, &check_gpsd_segments, SEV_WARN, "reads segment 0", 0 },
	{ "unit 2", unit_2, &check_gpsd_segments, SEV_FAIL, "refclock shm unit 0", 0 },
	{ "unit 2 is right", unit_2_by_a_person, &check_gpsd_segments, SEV_OK, NULL, 0 },
	{ "one is right", right_beside_wrong, &check_gpsd_segments, SEV_OK, NULL, 0 },
	{ "unit 7", unit_7, &check_gpsd_segments, SEV_FAIL, "reads segment 7", 0 },
	{ "two devices", two_devices, &check_gpsd_segments, SEV_NONE, NULL, 0 },
	{ "none", no_gpsd, &check_gpsd_segments, SEV_NONE, NULL, 0 },
	{ "healthy", healthy_sock, &check_gpsd_socket, SEV_OK, NULL, 0 },
	{ "no socket", healthy_lock, &check_gpsd_socket, SEV_NONE, NULL, 0 },
	{ "a link's", other_socket, &check_gpsd_socket, SEV_FAIL, "SOCK /run/chrony.ttyS1.sock", 0 },
	{ "another feeder's", foreign_socket, &check_gpsd_socket, SEV_NONE, NULL, 0 },
	{ "gpsd first", gpsd_first, &check_gpsd_socket, SEV_FAIL, "systemctl restart gpsd.service", CURE_COMMAND },
	{ "the times", gpsd_first, &check_gpsd_socket, SEV_FAIL, "60.0 s after boot, chronyd since 75.5 s", CURE_COMMAND },
	{ "not told", gpsd_first_not_told, &check_gpsd_socket, SEV_WARN, "may have", CURE_COMMAND },
	{ "and yet heard", gpsd_first_heard, &check_gpsd_socket, SEV_OK, NULL, 0 },
	{ "together", together, &check_gpsd_socket, SEV_SKIPPED, "systemctl restart gpsd.service", 0 },
	{ "together, heard", together_heard, &check_gpsd_socket, SEV_OK, NULL, 0 },
	{ "gpsd second", gpsd_second, &check_gpsd_socket, SEV_OK, NULL, 0 },
	{ "logged", socket_logged, &check_gpsd_socket, SEV_FAIL, "doesn't exist", CURE_COMMAND },
	{ "clk, 3.22", clk_of_old, &check_gpsd_socket, SEV_FAIL, "3.25", 0 },
	{ "clk, 3.25", clk_of_new, &check_gpsd_socket, SEV_SKIPPED, NULL, 0 },
	{ "none", no_gpsd, &check_gpsd_socket, SEV_NONE, NULL, 0 },
};

/* ---- its word on the fix ---- */

static void unheard_port(void)
{
	alone();
	facts.sentences.ms = fact_from(-EBUSY, 0);
	facts.sentences.good = facts.sentences.bytes = 0;
	facts.sentences.fix = fact_from(-ENOENT, 0);
	strcpy(facts.sentences.obstacle, "gpsd reads the port");
}

static void gpsd_says(const char *text)
{
	unheard_port();
	gpsd_init(&gpsd->gpsd_said);
	gpsd_read(text, strlen(text), &gpsd->gpsd_said);
	gpsd->gpsd_answers = fact_from(0, 1);
}

#define DEVICE "{\"class\":\"DEVICES\",\"devices\":[{\"class\":\"DEVICE\",\"path\":\"/dev/ttyS1\",\"activated\":\"2026-11-21T17:00:00.000Z\"}]}\n"

static void gpsd_no_fix(void)
{
	gpsd_says(DEVICE "{\"class\":\"TPV\",\"device\":\"/dev/ttyS1\",\"mode\":1}\n");
}

static void gpsd_fix(void)
{
	gpsd_says(DEVICE "{\"class\":\"TPV\",\"device\":\"/dev/ttyS1\",\"mode\":3}\n");
}

static void gpsd_unknown(void)
{
	gpsd_says(DEVICE "{\"class\":\"TPV\",\"device\":\"/dev/ttyS1\",\"mode\":0}\n");
}

static void ntpd_says(const char *timecode)
{
	unheard_port();
	no_daemons();
	other = an_ntpd(DAEMON_NTPSEC, "refclock nmea unit 0 flag1 1\n");
	other->clock_said[0].said = SAID_WELL;
	strcpy(other->clock_said[0].timecode, timecode);
}

static void ntpd_void(void)
{
	ntpd_says("$GPRMC,170000,V,,,,,,,211126,,,N");
}

static void ntpd_valid(void)
{
	ntpd_says("$GPRMC,170000,A,4807.038,N,01131.000,E,000.0,000.0,211126,,,A");
}

static void ntpd_nothing(void) { ntpd_says(""); }

static const struct row fixes[] = {
	{ "not said", unheard_port, &check_receiver_no_fix, SEV_SKIPPED, "gpsd reads the port", 0 },
	{ "gpsd: none", gpsd_no_fix, &check_receiver_no_fix, SEV_FAIL, "gpsd[733] says so", 0 },
	{ "gpsd: 3D", gpsd_fix, &check_receiver_no_fix, SEV_OK, NULL, 0 },
	{ "gpsd: unknown", gpsd_unknown, &check_receiver_no_fix, SEV_SKIPPED, NULL, 0 },
	{ "ntpd: void", ntpd_void, &check_receiver_no_fix, SEV_FAIL, "NTPsec's ntpd[731]", 0 },
	{ "ntpd: valid", ntpd_valid, &check_receiver_no_fix, SEV_OK, NULL, 0 },
	{ "ntpd: nothing", ntpd_nothing, &check_receiver_no_fix, SEV_SKIPPED, NULL, 0 },
};

/* ---- what it passes on ---- */

#define RELEASE(r) "{\"class\":\"VERSION\",\"release\":\"" r "\",\"proto_major\":3,\"proto_minor\":14}\r\n"
#define WATCH "{\"class\":\"WATCH\",\"enable\":true,\"json\":true,\"nmea\":true,\"pps\":true}\r\n"
#define FIX "{\"class\":\"TPV\",\"device\":\"/dev/ttyS1\",\"mode\":3}\r\n"
#define NATIVE(n) "{\"class\":\"DEVICE\",\"path\":\"/dev/ttyS1\",\"activated\":\"2026-11-21T17:00:00.000Z\",\"native\":" n "}\r\n"
#define PULSE "{\"class\":\"PPS\",\"device\":\"/dev/ttyS1\",\"real_sec\":1700000000,\"real_nsec\":0,\"clock_sec\":1700000000,\"clock_nsec\":12,\"precision\":-20}\r\n"
#define RMC_BARE "$GPRMC,165430,A,5128.6740,N,00007.0800,W,000.0,000.0,211126,003.1,W*72\r\n"
#define RMC_MODED "$GPRMC,165430,A,5128.6740,N,00007.0800,W,000.0,000.0,211126,003.1,W,A*1F\r\n"
#define RMC_EMPTY "$GPRMC,165430,A,5128.6740,N,00007.0800,W,000.0,000.0,211126,,,*25\r\n"
#define RMC_VOID "$GPRMC,165430,V,,,,,,,211126,,*33\r\n"
#define RMC_SHORT "$GPRMC,165430,A,5128.6740,N,00007.0800,W,000.0,000.0,211126*09\r\n"

/* chronyd takes both from gpsd, and hears neither. */
static void passes(const char *text)
{
	gpsd_says(text);
	with_chrony("refclock SHM 0 refid NMEA\nrefclock SHM 1 refid PPS\n",
		    UNHEARD("NMEA") UNHEARD("PPS"));
	other->n_nodes = 0;
}

#define SAYS(release, native) RELEASE(release) DEVICE WATCH NATIVE(native) FIX

static void bare(void) { passes(SAYS("3.22", "0") RMC_BARE FIX RMC_BARE); }
static void empty_mode(void) { passes(SAYS("3.22", "0") RMC_EMPTY); }
static void bare_passed(void) { passes(SAYS("3.22", "0") RMC_BARE PULSE); }
static void moded(void) { passes(SAYS("3.22", "0") RMC_MODED); }
static void voids(void) { passes(SAYS("3.22", "0") RMC_VOID); }
static void too_short(void) { passes(SAYS("3.22", "0") RMC_SHORT); }
static void damaged(void) { passes(SAYS("3.22", "0") "$GPRMC,165430,A,,,,,,,211126,,*00\r\n"); }
static void binary(void) { passes(SAYS("3.22", "1") RMC_BARE); }
static void bare_of_new(void) { passes(SAYS("3.26", "0") RMC_BARE); }
static void bare_of_whom(void) { passes(DEVICE WATCH NATIVE("0") FIX RMC_BARE); }
static void not_watched(void) { passes(RELEASE("3.22") DEVICE NATIVE("0") FIX RMC_BARE); }
static void bare_no_pulse(void) { bare(); pulses(0, 0); }

static void bare_of_two(void)
{
	passes(SAYS("3.22", "0") "{\"class\":\"DEVICE\",\"path\":\"/dev/ttyS0\"}\r\n" RMC_BARE);
}

/* The pulse is the kernel's, which chronyd opens itself. */
static void bare_numbers(void)
{
	gpsd_says(SAYS("3.22", "0") RMC_BARE);
	with_chrony(NMEA_LINE PPS_LINE, HEARD("PPS") HEARD("NMEA"));
}

static void bare_not_told(void)
{
	bare();
	other->sources.said = SAID_NOTHING;
	other->sources.n = 0;
}

static void bare_alone(void) { gpsd_says(SAYS("3.22", "0") RMC_BARE); }

static const struct row passed[] = {
	{ "a Garmin's RMC", bare, &check_gpsd_no_mode_field, SEV_FAIL,
	  "gpsppsctl receiver /dev/ttyS1 --nmea-version 2.3;", 0 },
	{ "how many", bare, &check_gpsd_no_mode_field, SEV_FAIL, "gpsd 3.22 told of no pulse", 0 },
	{ "an empty mode", empty_mode, &check_gpsd_no_mode_field, SEV_FAIL, "no mode field", 0 },
	{ "passed on", bare_passed, &check_gpsd_no_mode_field, SEV_OK, NULL, 0 },
	{ "with mode", moded, &check_gpsd_no_mode_field, SEV_NONE, NULL, 0 },
	{ "no fix", voids, &check_gpsd_no_mode_field, SEV_NONE, NULL, 0 },
	{ "no variation", too_short, &check_gpsd_no_mode_field, SEV_NONE, NULL, 0 },
	{ "damaged", damaged, &check_gpsd_no_mode_field, SEV_NONE, NULL, 0 },
	{ "gpsd's own", binary, &check_gpsd_no_mode_field, SEV_NONE, NULL, 0 },
	{ "3.26", bare_of_new, &check_gpsd_no_mode_field, SEV_NONE, NULL, 0 },
	{ "unknown release", bare_of_whom, &check_gpsd_no_mode_field, SEV_NONE, NULL, 0 },
	{ "not watched", not_watched, &check_gpsd_no_mode_field, SEV_NONE, NULL, 0 },
	{ "no pulse", bare_no_pulse, &check_gpsd_no_mode_field, SEV_NONE, NULL, 0 },
	{ "two devices", bare_of_two, &check_gpsd_no_mode_field, SEV_NONE, NULL, 0 },
	{ "the kernel's is used", bare_numbers, &check_gpsd_no_mode_field, SEV_INFO, NULL, 0 },
	{ "not told", bare_not_told, &check_gpsd_no_mode_field, SEV_WARN, NULL, 0 },
	{ "nobody waits", bare_alone, &check_gpsd_no_mode_field, SEV_INFO, NULL, 0 },
	{ "none", no_gpsd, &check_gpsd_no_mode_field, SEV_NONE, NULL, 0 },
	{ "told once", bare, &check_chrony_unused, SEV_INFO, NULL, 0 },
};

#define N(rows) (sizeof(rows) / sizeof((rows)[0]))

static void test_ports(void **state) { (void)state; EXAMINE(ports); }
static void test_pulses(void **state) { (void)state; EXAMINE(pulse_rows); }
static void test_feeds(void **state) { (void)state; EXAMINE(feeds); }
static void test_passed(void **state) { (void)state; EXAMINE(passed); }
static void test_fixes(void **state) { (void)state; EXAMINE(fixes); }

/* All checks, of all files. */
static void test_healthy_machines(void **state)
{
	static void (*const machines[])(void) = {
		alone, healthy_lock, healthy_sock, healthy_ntpsec, healthy_without_gpsd, gpsd_fix,
		a_link_with_pulse, together,
	};

	(void)state;
	expect_silence(machines, N(machines));
}

static void test_texts(void **state)
{
	static const struct check *const checks[] = {
		&check_gpsd_holder, &check_gpsd_no_n, &check_gpsd_segments, &check_gpsd_socket,
		&check_gpsd_no_pulse_rights, &check_gpsd_symlink, &check_gpsd_many_sources,
		&check_gpsd_configures, &check_gpsd_no_mode_field,
	};

	(void)state;
	expect_texts(checks, N(checks));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ports),
		cmocka_unit_test(test_pulses),
		cmocka_unit_test(test_feeds),
		cmocka_unit_test(test_fixes),
		cmocka_unit_test(test_passed),
		cmocka_unit_test(test_healthy_machines),
		cmocka_unit_test(test_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
