// SPDX-License-Identifier: GPL-2.0-or-later
/* Whole machines: the healthy ones stay silent, and of a faulty one the first cure is the cause. */
#include "examine.h"

#include "daemons.h"
#include "systemfacts.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

static struct system_facts sys;
static struct pulse pulse_room[3];
static struct pulse_list pulse_list = { .v = pulse_room };

/* ---- what they have in common ---- */

/* systemd, udev, the table and all of ours; a day after the boot. */
static void debian(void)
{
	const struct fact yes = fact_from(0, 1), no = fact_from(0, 0);
	struct boot_facts *b = &facts.boot;

	memset(&sys, 0, sizeof(sys));
	memset(pulse_room, 0, sizeof(pulse_room));
	no_daemons();
	facts.system = &sys;
	facts.pulses = &pulse_list;
	pulse_list.n = 1;
	pulse_room[0] = facts.pulse;
	sys.systemd = sys.table = sys.our_rules = sys.our_unit = sys.our_generator = yes;
	sys.modules_load = no;
	b->getty_enabled = b->getty_generated = b->getty_masked = b->console = no;
	set_text(&b->keeper_unit, "gpsppsctl@ttyS1.service");
	b->udev_unit = facts.unit;
	set_text(&b->power_dir, "/sys/devices/pnp0/00:04/power");
	set_text(&b->power_control, "auto");
	set_text(&b->power_status, "unsupported");
	b->autosuspend_ms = fact_from(-EIO, 0);
	facts.pps_mode = fact_from(0, 0x33);
	facts.assert_off_ns = facts.clear_off_ns = no;
	facts.kernel.ntp_pps = no;
	facts.pulse_since_ms = fact_from(0, 9000);
	facts.first.at_ns = UPTIME_S * NS_PER_S;
	facts.second.at_ns = facts.first.at_ns + 3210000000;
}

/* Its unit, as our generator and the package have it. */
static void has_service(const struct daemon *d)
{
	struct service_fact *s = &sys.services[sys.n_services++];

	memset(s, 0, sizeof(*s));
	strcpy(s->name, d->service);
	s->known = s->enabled = fact_from(0, 1);
	snprintf(s->file, sizeof(s->file), "/lib/systemd/system/%s", d->service);
	strcpy(s->after, "dev-gpspps0.device");
	strcpy(s->wants, "dev-gpspps0.device");
}

static void stop(struct daemon *d)
{
	d->pid = d->start_ms = fact_from(-ENOENT, 0);
	d->n_nodes = 0;
	d->nodes_known = d->pid;
	memset(&d->process, 0, sizeof(d->process));
}

/* Nobody has the port: nothing is attached, and its links are not there. */
static void idle_port(void)
{
	facts.port.holders.n = 0;
	facts.port.ldisc = facts.port.baud = fact_from(-EAGAIN, 0);
	facts.port.pps = fact_text_from(-ENOENT, "");
	facts.port.flags = fact_from(0, 0x10000040);
	memset(&facts.pulse, 0, sizeof(facts.pulse));
	facts.gpspps.target = fact_text_from(-ENOENT, "");
	facts.gpspps.exists = fact_from(0, 0);
	facts.boot.keeper_unit = fact_text_from(-ENOENT, "");
	facts.pulse_since_ms = facts.pps_mode = fact_from(-ENOENT, 0);
	facts.assert_off_ns = facts.clear_off_ns = facts.pps_mode;
	facts.pps_node.mode = facts.pps_node.uid = facts.pps_node.gid = facts.pps_mode;
	facts.n_samples = 0;
	memset(&facts.sentences, 0, sizeof(facts.sentences));
	facts.sentences.ms = facts.pps_mode;
	facts.second = facts.first;
	for (int i = 0; i < IC_LINES; i++)
		facts.first.icount[i] = facts.second.icount[i] = fact_from(-EAGAIN, 0);
	pulse_list.n = 0;
}

static void not_a_receivers_port(void)
{
	facts.unit = facts.table_baud = fact_from(-ENOENT, 0);
	facts.boot.udev_unit = facts.unit;
	memset(&facts.gps, 0, sizeof(facts.gps));
	memset(&facts.gpspps, 0, sizeof(facts.gpspps));
}

/* A port's daemons open their paths: where these lead is gone with the pulse. */
static void lose_pulse_node(struct daemon *d)
{
	for (unsigned int i = 0; i < d->n_clocks; i++)
		if (d->clocks[i].pulse_node.state == FACT_OK)
			d->clocks[i].pulse_node = fact_text_from(-ENOENT, "");
	d->n_nodes = 0;
	has_open(d, "ttyS1", false);
}

#define PEERS								\
	"     remote           refid      st t when poll reach   delay   offset   jitter\n" \
	"==============================================================================\n"
#define NMEA_O PEERS "oNMEA(0) .GPS. 0 l 5 16 377 0.0000 0.0010 0.0010\n"
#define SERVER_LINES "*192.0.2.1 .GPS. 1 u 5 64 377 3.1 0.2 0.1\n" \
	"+192.0.2.2 .GPS. 1 u 9 64 377 2.1 0.3 0.1\n"

static struct daemon *ntpsec(const char *conf)
{
	struct daemon *d = an_ntpd(DAEMON_NTPSEC, conf);

	snprintf(d->ntpd->files[0].path, NTPD_PATH_MAX, "%s", d->conf_path);
	has_service(d);
	return d;
}

static struct daemon *chrony(const char *conf)
{
	struct daemon *d = a_chronyd(conf);

	d->chrony_command.conf[0] = '\0';
	has_service(d);
	return d;
}

#define NTPSEC_CONF "refclock nmea unit 0 mode 1 flag1 1 time2 0.150\npool 2.debian.pool.ntp.org iburst\n"
#define CHRONY_CONF "pool 2.debian.pool.ntp.org iburst\nrefclock PPS /dev/gpspps0 refid PPS\n"
#define GPSD_LINES "refclock shm unit 0 refid GPS time1 0.15\nrefclock shm unit 1 prefer refid PPS\n"
#define PPS_SELECTED "#,*,PPS,0,4,377,11,-0.000000012,-0.000000020,0.000000400\n"
#define PPS_UNHEARD "#,?,PPS,0,4,0,4294967295,0.000000000,0.000000000,0.000000000\n"

/* ---- the healthy ---- */

static void with_ntpsec(void) { debian(); says_peers(ntpsec(NTPSEC_CONF), NMEA_O); }
static void with_chrony(void) { debian(); says_sources(chrony(CHRONY_CONF), PPS_SELECTED); }

/* chrony is Debian's default: installed, tried, and given up. */
static void chrony_left_over(void)
{
	struct daemon *d;

	with_ntpsec();
	d = chrony("refclock PPS /dev/pps0 lock NMEA poll x\n" CHRONY_CONF);
	stop(d);
	logs(d, "chronyd[700]: Could not open /dev/gpspps0 : No such file or directory");
	logs(d, "chronyd[700]: time_pps_setparams() failed on /dev/pps0 : Operation not permitted");
	logs(NULL, "audit: type=1400 audit(1700000000.1:9): apparmor=\"DENIED\" operation=\"open\" profile=\"/usr/sbin/chronyd\" name=\"/dev/pps0\" pid=700 comm=\"chronyd\" requested_mask=\"r\" denied_mask=\"r\" fsuid=0 ouid=0");
}

/* A receiver that nobody takes yet: ntpd has servers, chrony.conf was an attempt. */
static void attempt_of_chrony(void)
{
	struct daemon *d;

	debian();
	d = ntpsec("pool 2.debian.pool.ntp.org iburst\n");
	d->n_nodes = 0;
	facts.port.holders.n = 1;
	says_peers(d, PEERS SERVER_LINES);
	stop(chrony("refclock PPS /dev/pps3 poll x\n"));
}

/* gpsd's package comes along with other programs, and only its socket waits. */
static void gpsd_unused(void)
{
	static const char line[] = "gpsd";
	struct daemon *d;

	with_ntpsec();
	d = a_gpsd(line, sizeof(line));
	stop(d);
	d->socket_activated = true;
}

/* The same, given the port at its installation. */
static void gpsd_unused_with_port(void)
{
	static const char line[] = "gpsd\0/dev/gps0";
	struct daemon *d;

	with_chrony();
	d = a_gpsd(line, sizeof(line));
	stop(d);
	d->socket_activated = true;
}

static void by_a_user(void)
{
	const struct fact refused = fact_from(-EACCES, 0);

	with_ntpsec();
	daemon_room[0].nodes_known = daemon_room[0].log_known = refused;
	daemon_room[0].label = fact_text_from(-EACCES, "");
	daemon_room[0].n_nodes = 0;
	daemons.kernel_log_known = refused;
	facts.exclusive = facts.pps_mode = facts.assert_off_ns = facts.clear_off_ns = refused;
	facts.kernel.euid = fact_from(0, 1000);
	facts.n_samples = 0;
	facts.port.holders.n = 0;
	facts.port.holders.unseen = 90;
	facts.boot.keeper_unit = fact_text_from(-ENOENT, "");
	heard(0, -1);
	facts.sentences.ms = refused;
	strcpy(facts.sentences.obstacle, "not readable");
	strcpy(facts.sentences.allow, "run as root");
}

static void by_a_user_with_chrony(void)
{
	by_a_user();
	no_daemons();
	says_sources(chrony(CHRONY_CONF), PPS_SELECTED);
	daemon_room[0].nodes_known = daemon_room[0].log_known = fact_from(-EACCES, 0);
	daemon_room[0].n_nodes = 0;
	daemons.kernel_log_known = fact_from(-EACCES, 0);
}

/* hidepid=: other users' processes are not to be seen at all. */
static void by_a_user_who_sees_nobody(void)
{
	struct daemon *d;

	by_a_user_with_chrony();
	d = &daemon_room[0];
	stop(d);
	d->pid = d->start_ms = d->nodes_known = d->log_known = fact_from(-EACCES, 0);
	memset(&d->sources, 0, sizeof(d->sources));
	daemons.rivals_known = d->pid;
}

/* OpenRC, mdev: no unit, nothing of systemd's. */
static void without_systemd(void)
{
	struct daemon *d;

	debian();
	memset(&sys, 0, sizeof(sys));
	sys.systemd = sys.our_rules = fact_from(0, 0);
	sys.table = fact_from(0, 1);
	facts.kernel.udev = fact_from(0, 0);
	memset(&facts.boot, 0, sizeof(facts.boot));
	facts.boot.keeper_unit = facts.boot.power_dir = fact_text_from(-ENOENT, "");
	facts.boot.power_status = facts.boot.power_control = facts.boot.power_dir;
	facts.boot.udev_unit = facts.pulse_since_ms = fact_from(-ENOENT, 0);
	d = an_ntpd(DAEMON_NTPD, "server 127.127.20.0 mode 1 prefer\nfudge 127.127.20.0 flag1 1 time2 0.15\n");
	d->service[0] = '\0';
	says_peers(d, PEERS "o127.127.20.0 .GPS. 0 l 5 16 377 0.0000 0.0010 0.0010\n");
}

/* A Raspberry Pi: the pulse on a GPIO, the sentences with gpsd; the report of the pulse. */
static void pi_pulse(void)
{
	static const char line[] = "gpsd\0-n\0/dev/ttyAMA0\0/dev/pps0";
	struct daemon *gpsd, *d;

	debian();
	not_a_receivers_port();
	facts.pulse_only = true;
	memset(&facts.port, 0, sizeof(facts.port));
	memset(&facts.port_node, 0, sizeof(facts.port_node));
	memset(&facts.boot, 0, sizeof(facts.boot));
	memset(&facts.sentences, 0, sizeof(facts.sentences));
	for (int i = 0; i < IC_LINES; i++)
		facts.first.icount[i] = facts.second.icount[i] = fact_from(-ENOENT, 0);
	facts.pulse.port[0] = '\0';
	set_text(&facts.pulse.source, "pps@12.-1");
	pulses(3, 0);
	facts.pps_node.mode = fact_from(0, 0600);
	facts.pps_node.gid = fact_from(0, 0);
	pulse_room[0] = facts.pulse;
	sys.our_rules = sys.our_unit = sys.our_generator = sys.table = fact_from(0, 0);
	gpsd = a_gpsd(line, sizeof(line));
	gpsd->n_nodes = 0;
	has_open(gpsd, "ttyAMA0", false);
	has_open(gpsd, "pps0", false);
	d = a_chronyd("pool 2.debian.pool.ntp.org iburst\n"
		      "refclock SHM 0 refid NMEA offset 0.4 noselect\n"
		      "refclock PPS /dev/pps0 lock NMEA refid PPS\n");
	says_sources(d, PPS_SELECTED "#,?,NMEA,0,4,377,12,0.004,0.004,0.15\n");
}

/* A card's clock came first: pps0 is its, and the receiver's pulse is pps1. */
static void ptp_is_pps0(void)
{
	struct daemon *d;

	debian();
	pulse_list.n = 2;
	pulse_room[1] = facts.pulse;
	strcpy(pulse_room[0].name, "pps0");
	set_text(&pulse_room[0].source, "ptp0");
	pulse_room[0].port[0] = '\0';
	strcpy(pulse_room[1].name, "pps1");
	facts.pulse = pulse_room[1];
	set_text(&facts.port.pps, "pps1");
	set_text(&facts.gpspps.target, "pps1");
	d = ntpsec(NTPSEC_CONF);
	set_text(&d->clocks[0].pulse_node, "pps1");
	d->n_nodes = 0;
	has_open(d, "ttyS1", false);
	has_open(d, "pps1", false);
	says_peers(d, NMEA_O);
}

/* Two receivers, units 0 and 1; this is the second's report, or the first's. */
static struct daemon *two_receivers(void)
{
	struct daemon *d;

	debian();
	pulse_list.n = 2;
	pulse_room[1] = facts.pulse;
	strcpy(pulse_room[1].name, "pps1");
	strcpy(pulse_room[1].port, "ttyS2");
	d = ntpsec("refclock nmea unit 0 mode 1 flag1 1 time2 0.15 prefer\n"
		   "refclock nmea unit 1 mode 1 flag1 1 time2 0.15\n");
	set_text(&d->clocks[1].port_node, "ttyS2");
	set_text(&d->clocks[1].pulse_node, "pps1");
	has_open(d, "ttyS2", false);
	has_open(d, "pps1", false);
	strcpy(sys.services[0].after, "dev-gpspps0.device dev-gpspps1.device");
	strcpy(sys.services[0].wants, sys.services[0].after);
	says_peers(d, NMEA_O "+NMEA(1) .GPS. 0 l 5 16 377 0.0000 0.0010 0.0010\n");
	return d;
}

static void first_of_two(void) { two_receivers(); }

static void second_of_two(void)
{
	two_receivers();
	strcpy(facts.port.name, "ttyS2");
	facts.pulse = pulse_room[1];
	set_text(&facts.port.pps, "pps1");
	set_text(&facts.irq_names, "ttyS2");
	facts.unit = facts.boot.udev_unit = fact_from(0, 1);
	strcpy(facts.gps.name, "gps1");
	strcpy(facts.gpspps.name, "gpspps1");
	set_text(&facts.gps.target, "ttyS2");
	set_text(&facts.gpspps.target, "pps1");
	set_text(&facts.boot.keeper_unit, "gpsppsctl@ttyS2.service");
	says_peers(&daemon_room[0], NMEA_O "oNMEA(1) .GPS. 0 l 5 16 377 0.0000 0.0010 0.0010\n");
}

/* An inverted pulse, with its width taken off by the line of the refclock. */
static void chrony_makes_up_for_the_edge(void)
{
	debian();
	facts.hold.width_us = fact_from(0, 100000);
	facts.hold.edge = fact_from(0, EDGE_CLEAR);
	facts.hold.pid = fact_from(0, 412);
	facts.pps_mode = fact_from(0, 0x11);
	pulses(3, 0);
	says_sources(chrony("pool 2.debian.pool.ntp.org iburst\n"
			    "refclock PPS /dev/gpspps0 refid PPS offset -0.1\n"), PPS_SELECTED);
}

/* A container: the host keeps clock and port, chronyd looks on; no systemd, no udev. */
static void container(void)
{
	without_systemd();
	no_daemons();
	set_text(&facts.host.container, "docker");
	a_chronyd("refclock PPS /dev/pps0 refid PPS\npool 192.0.2.1\n");
	daemon_room[0].service[0] = '\0';
	daemon_room[0].chrony_command.no_clock = true;
	daemon_room[0].process.cap_eff = fact_from(0, 0x400);
	says_sources(&daemon_room[0], PPS_SELECTED);
}

/* gpsd has the port and attaches it; NTPsec reads its segments. */
static void gpsd_and_ntpsec(void)
{
	static const char line[] = "gpsd\0-n\0-p\0/dev/ttyS1";
	struct daemon *d;

	debian();
	not_a_receivers_port();
	facts.port.holders.n = 0;
	hold(0, 733, "gpsd");
	facts.boot.keeper_unit = fact_text_from(-ENOENT, "");
	sys.our_rules = sys.our_unit = sys.our_generator = sys.table = fact_from(0, 0);
	a_gpsd(line, sizeof(line));
	d = a_daemon(DAEMON_NTPSEC, 731);
	d->ntpd = &ntpd_room[d - daemon_room];
	strcpy(d->conf_path, "/etc/ntpsec/ntp.conf");
	ntpd_conf_text(d->ntpd, NTPD_NTPSEC, GPSD_LINES, strlen(GPSD_LINES));
	find_clocks(d);
	has_service(d);
	sys.services[0].after[0] = sys.services[0].wants[0] = '\0';
	says_peers(d, PEERS " SHM(0) .GPS. 0 l 12 64 377 0.0 4.1 0.5\n*SHM(1) .PPS. 0 l 11 64 377 0.0 0.001 0.0005\n");
}

/* Without gpsppsctl: a unit with ldattach, and the daemon behind it. */
static void ldattach_by_a_unit(void)
{
	with_ntpsec();
	facts.port.holders.n = 0;
	hold(0, 500, "ldattach");
	hold(1, 731, "ntpd");
	facts.unit = facts.table_baud = fact_from(-ENOENT, 0);
	facts.boot.udev_unit = facts.unit;
	set_text(&facts.boot.keeper_unit, "ldattach@ttyS1.service");
	strcpy(sys.services[0].after, "ldattach@ttyS1.service");
	sys.our_rules = sys.our_unit = sys.our_generator = sys.table = fact_from(0, 0);
}

/* A minute after the boot: nothing is selected yet. */
static void just_booted(void)
{
	with_ntpsec();
	facts.first.at_ns = 70 * NS_PER_S;
	facts.second.at_ns = facts.first.at_ns + 3210000000;
	says_peers(&daemon_room[0], PEERS " NMEA(0) .GPS. 0 l - 64 0 0.0000 0.0000 0.0010\n");
}

static void chrony_just_started(void)
{
	with_chrony();
	facts.first.at_ns = 70 * NS_PER_S;
	facts.second.at_ns = facts.first.at_ns + 3210000000;
	says_sources(&daemon_room[0], PPS_UNHEARD);
}

/* No ntpq, no chronyc: nothing was said. */
static void says_nothing(void)
{
	with_ntpsec();
	memset(&daemon_room[0].peers, 0, sizeof(daemon_room[0].peers));
}

static void test_healthy_machines(void **state)
{
	static void (*const machines[])(void) = {
		with_ntpsec, with_chrony, chrony_left_over, attempt_of_chrony,
		gpsd_unused, gpsd_unused_with_port,
		by_a_user, by_a_user_with_chrony, by_a_user_who_sees_nobody,
		without_systemd, pi_pulse, ptp_is_pps0,
		first_of_two, second_of_two, chrony_makes_up_for_the_edge, container,
		gpsd_and_ntpsec, ldattach_by_a_unit, just_booted, chrony_just_started,
		says_nothing,
	};

	(void)state;
	expect_silence(machines, N(machines));
}

/* ---- machines with one thing to tell ---- */

/* A laptop: timesyncd, a port that nothing is on. */
static void laptop(void)
{
	debian();
	idle_port();
	not_a_receivers_port();
	daemons.rivals[daemons.n_rivals].kind = RIVAL_TIMESYNCD;
	daemons.rivals[daemons.n_rivals++].pid = 300;
	sys.our_rules = sys.our_unit = sys.our_generator = sys.table = fact_from(0, 0);
}

/* The same, and a chrony.conf that somebody began to write. */
static void laptop_with_chrony_conf(void)
{
	laptop();
	stop(chrony("refclock PPS /dev/pps0 poll x\n"));
}

static void laptop_with_servers(void)
{
	laptop();
	has_service(a_chronyd("pool 2.debian.pool.ntp.org iburst\n"));
	daemon_room[0].n_nodes = 0;
	daemons.n_rivals = 0;
}

/* The other port of a server: ntpd has unit 0 on ttyS1. */
static void other_port_of_a_server(void)
{
	with_ntpsec();
	idle_port();
	not_a_receivers_port();
	strcpy(facts.port.name, "ttyS0");
}

/* ntpd and chronyd with lines that are wrong, as soon as the port is attached. */
static struct daemon *not_yet(struct daemon *d)
{
	idle_port();
	lose_pulse_node(d);
	return d;
}

static void ntpd_waits_for_it(void) { debian(); not_yet(ntpsec(NTPSEC_CONF)); }

static void ntpd_without_flag1_waits(void)
{
	debian();
	says_peers(not_yet(ntpsec("refclock nmea unit 0 mode 1\n")),
		   PEERS "*NMEA(0) .GPS. 0 l 5 16 377 0.0000 0.0010 0.0010\n");
}

static void ntpd_logged_it(void)
{
	struct daemon *d;

	debian();
	d = not_yet(ntpsec("refclock nmea unit 0 mode 1 flag1 1 flag3 1 time2 0.15\n"));
	logs(d, "ntpd[731]: REFCLOCK: refclock_ppsapi: time_pps_create: Operation not supported");
}

static void atom_waits_for_it(void)
{
	debian();
	not_yet(ntpsec("refclock pps unit 0 ppspath /dev/gpspps0\nserver 192.0.2.1\n"));
}

static void chronyd_waits_for_it(void)
{
	struct daemon *d;

	debian();
	d = not_yet(chrony(CHRONY_CONF));
	d->n_nodes = 0;
	stop(d);
	logs(d, "chronyd[700]: Fatal error : Could not open /dev/gpspps0 : No such file or directory");
}

static void chronyd_with_a_lock_waits(void)
{
	struct daemon *d;

	debian();
	d = not_yet(chrony("refclock PPS /dev/gpspps0 refid PPS lock NMEA\n"));
	d->n_nodes = 0;
	has_open(d, "pps0", true);
	says_sources(d, PPS_UNHEARD);
}

/* gpsd attaches the port itself, when it opens it. */
static void gpsd_waits_for_a_client(void)
{
	static const char line[] = "gpsd\0/dev/ttyS1";
	struct daemon *d;

	debian();
	idle_port();
	not_a_receivers_port();
	d = a_gpsd(line, sizeof(line));
	d->n_nodes = 0;
	d = a_chronyd("refclock SHM 0 refid NMEA\n");
	d->n_nodes = 0;
	says_sources(d, "#,?,NMEA,0,4,0,4294967295,0,0,0\n");
}

/* As a user's own service has it: it may not attach, and writes segments 2 and 3. */
static void gpsd_is_not_root(void)
{
	static const char line[] = "gpsd\0-n\0/dev/ttyS1";
	struct daemon *d;

	debian();
	idle_port();
	not_a_receivers_port();
	hold(0, 733, "gpsd");
	d = a_gpsd(line, sizeof(line));
	d->process.uid = fact_from(0, 1001);
	d->nice = fact_from(0, 0);
	d->n_nodes = 0;
	has_open(d, "ttyS1", false);
	d = a_chronyd("refclock SHM 0 refid NMEA\n");
	d->n_nodes = 0;
	says_sources(d, "#,?,NMEA,0,4,0,4294967295,0,0,0\n");
}

static void dead_wire_and_wrong_lines(void)
{
	struct daemon *d;

	debian();
	d = ntpsec("refclock nmea unit 0 mode 1 flag1 1 flag3 1 time2 0.6\n");
	logs(d, "ntpd[731]: REFCLOCK: refclock_params: kernel PLL (hardpps, RFC 1589) not implemented");
	facts.second = facts.first;
	facts.second.at_ns = facts.first.at_ns + 3210000000;
	move(IC_RX, 1100);
	facts.second.irq_count = fact_from(0, 5200);
}

/* The clock is kept, if not by this receiver: that is no NO TIME. */
static void test_a_broken_configuration_beside_a_daemon_that_runs(void **state)
{
	(void)state;
	healthy();
	attempt_of_chrony();
	no_daemons();
	ntpsec("pool 2.debian.pool.ntp.org iburst\n");
	stop(chrony("refclock PPS /dev/pps0 poll x\n"));
	diagnose(&facts, &verdict);
	assert_null(verdict.cause);
	for (size_t k = 0; k < verdict.n; k++)
		if (verdict.findings[k].severity >= SEV_WARN)
			assert_string_equal(verdict.findings[k].id, "chrony.conf");
}

static const struct {
	const char *name;
	void (*edit)(void);
	const char *cause;
	const char *fix;	/* a part of its cure */
	const char *also;	/* what else is told, all of it; NULL: nothing */
} machines[] = {
	{ "laptop", laptop, "ldisc.not-attached", "gpsppsctl attach", NULL },
	{ "chrony.conf", laptop_with_chrony_conf, "ldisc.not-attached", "gpsppsctl attach", NULL },
	{ "servers", laptop_with_servers, "ldisc.not-attached", "gpsppsctl attach", NULL },
	{ "other port", other_port_of_a_server, "ldisc.not-attached", "gpsppsctl attach", NULL },
	{ "ntpd", ntpd_waits_for_it, "ldisc.not-attached", "gpsppsctl@ttyS1.service", NULL },
	{ "flag1", ntpd_without_flag1_waits, "ldisc.not-attached", "gpsppsctl@ttyS1.service", NULL },
	{ "flag3", ntpd_logged_it, "ldisc.not-attached", "gpsppsctl@ttyS1.service", NULL },
	{ "atom", atom_waits_for_it, "ldisc.not-attached", "gpsppsctl@ttyS1.service", NULL },
	{ "chronyd", chronyd_waits_for_it, "ldisc.not-attached", "gpsppsctl@ttyS1.service", NULL },
	{ "lock", chronyd_with_a_lock_waits, "ldisc.not-attached", "gpsppsctl@ttyS1.service", NULL },
	{ "gpsd", gpsd_waits_for_a_client, "gpsd.no-n", "GPSD_OPTIONS=\"-n\"", NULL },
	{ "gpsd, no root", gpsd_is_not_root, "ldisc.not-attached", "systemctl restart gpsd.service",
	  "gpsd.segments" },
	{ "dead wire", dead_wire_and_wrong_lines, "signal.absent", "MAX3232",
	  "daemon.flag3" },
};

static bool is_listed(const char *list, const char *id)
{
	const char *at = list ? strstr(list, id) : NULL;

	return at && (at[strlen(id)] == ' ' || !at[strlen(id)]);
}

/* The id up to the next blank is a warning's, or a failure's. */
static bool is_told(const char *id)
{
	const size_t len = strcspn(id, " ");

	for (size_t k = 0; k < verdict.n; k++)
		if (!strncmp(verdict.findings[k].id, id, len) && !verdict.findings[k].id[len] &&
		    verdict.findings[k].severity >= SEV_WARN)
			return true;
	return false;
}

static void test_first_cure_is_the_cause(void **state)
{
	(void)state;
	for (size_t i = 0; i < N(machines); i++) {
		healthy();
		machines[i].edit();
		diagnose(&facts, &verdict);
		if (!verdict.cause || strcmp(verdict.cause->id, machines[i].cause) != 0)
			fail_msg("%s: the cause is %s", machines[i].name,
				 verdict.cause ? verdict.cause->id : "none");
		if (!strstr(verdict.cause->fix, machines[i].fix))
			fail_msg("%s: the cure is: %s", machines[i].name, verdict.cause->fix);
		for (size_t k = 0; k < verdict.n; k++)
			if (verdict.findings[k].severity >= SEV_WARN &&
			    &verdict.findings[k] != verdict.cause &&
			    !is_listed(machines[i].also, verdict.findings[k].id))
				fail_msg("%s: also %s: %s", machines[i].name, verdict.findings[k].id,
					 verdict.findings[k].headline);
		for (const char *id = machines[i].also; id; id = strchr(id, ' '), id += id != NULL)
			if (!is_told(id))
				fail_msg("%s: nothing of %s", machines[i].name, id);
	}
}

/* What the next boot brings, and what gpsd would do, is no reason of a pulse that is missing now. */
static void test_alternatives_of_a_dead_wire(void **state)
{
	static const char line[] = "gpsd\0/dev/ttyS1";
	struct daemon *d;

	(void)state;
	healthy();
	dead_wire_and_wrong_lines();
	facts.boot.keeper_unit = fact_text_from(-EACCES, "");
	d = a_gpsd(line, sizeof(line));
	d->n_nodes = 0;
	d->nodes_known = fact_from(-EACCES, 0);
	diagnose(&facts, &verdict);
	assert_string_equal(verdict.cause->id, "signal.absent");
	for (size_t i = 0; i < verdict.n_also_possible; i++)
		if (!strncmp(verdict.also_possible[i]->id, "boot.", 5) ||
		    !strncmp(verdict.also_possible[i]->id, "gpsd.", 5))
			fail_msg("also possible: %s", verdict.also_possible[i]->id);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_healthy_machines),
		cmocka_unit_test(test_a_broken_configuration_beside_a_daemon_that_runs),
		cmocka_unit_test(test_first_cure_is_the_cause),
		cmocka_unit_test(test_alternatives_of_a_dead_wire),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
