// SPDX-License-Identifier: GPL-2.0-or-later
/* gpsppsctl feed on a port, and clocks that nobody feeds: pass, fail, refused, healthy. */
#include "examine.h"

#include "daemons.h"

#define SHM_LINES "refclock SHM 0 refid GPS noselect\nrefclock SHM 1 refid PPS\n"
#define SOCK_LINE(path) "refclock SOCK " path " refid GPS\n"
#define LOCK_LINES "refclock SHM 0 refid NMEA noselect\nrefclock PPS /dev/gpspps0 lock NMEA refid PPS\n"
#define HEARD(refid) "#,*," refid ",0,4,377,11,-0.000000012,-0.000000020,0.000000400\n"
#define UNHEARD(refid) "#,?," refid ",0,4,0,4294967295,0,0,0\n"
#define PEERS "     remote           refid      st t when poll reach   delay   offset  jitter\n" \
	"==============================================================================\n"
#define FEED_PID 640

static struct daemon *d;
static struct holder on_pulse[1];

static void chronyd(const char *conf, const char *sources)
{
	no_daemons();
	d = a_chronyd(conf);
	d->n_nodes = 0;
	says_sources(d, sources);
	facts.first.at_ns = INT64_C(3660) * NS_PER_S;
	facts.second.at_ns = facts.first.at_ns + 3210 * NS_PER_MS;
}

static void ntpsec(const char *conf, const char *peers)
{
	no_daemons();
	d = an_ntpd(DAEMON_NTPSEC, conf);
	d->n_nodes = 0;
	facts.port.holders.n = 1;
	says_peers(d, peers);
}

/* It reads the port, and has these segments attached: bit 0 is segment 0. */
static void feed(int64_t segments)
{
	hold(1, FEED_PID, "gpsppsctl-feed");
	facts.feed.pid = fact_from(0, FEED_PID);
	facts.feed.segments = fact_from(0, segments);
	facts.sentences.ms = fact_from(-EAGAIN, 0);
	strcpy(facts.sentences.obstacle, "gpsppsctl-feed[640] reads the port");
}

/* It has the pulse's device alone. */
static void pulse_feed(int64_t segments)
{
	snprintf(on_pulse[0].comm, sizeof(on_pulse[0].comm), "gpsppsctl-pulse");
	on_pulse[0].pid = FEED_PID;
	facts.pulse.holders = (struct holders){ .v = on_pulse, .n = 1 };
	facts.feed.pid = fact_from(0, FEED_PID);
	facts.feed.segments = fact_from(0, segments);
}

static void gpsd_is_told(const char *cmdline, size_t len, bool runs)
{
	struct daemon *gpsd = a_gpsd(cmdline, len);

	gpsd->n_nodes = 0;
	if (!runs)
		gpsd->pid = gpsd->start_ms = fact_from(-ENOENT, 0);
}

#define GPSD(line, runs) gpsd_is_told(line, sizeof(line), runs)

/* ---- machines in health ---- */

static void chrony_fed(void)
{
	chronyd(SHM_LINES, HEARD("PPS") "#,?,GPS,0,4,377,12,0.004,0.004,0.15\n");
	feed(3);
}

static void ntpsec_fed(void)
{
	ntpsec("refclock shm unit 0 refid GPS\nrefclock shm unit 1 prefer refid PPS\n",
	       PEERS " SHM(0)          .GPS.            0 l   12   64  377   0.0000   4.1230   0.5000\n"
	       "*SHM(1)          .PPS.            0 l   11   64  377   0.0000   0.0010   0.0005\n");
	feed(3);
}

static void sock_fed(void)
{
	chronyd(SOCK_LINE("/run/chrony.ttyS1.sock"), HEARD("GPS"));
	feed(0);
}

static void lock_fed(void)
{
	chronyd(LOCK_LINES, HEARD("PPS") "#,?,NMEA,0,4,377,12,0.004,0.004,0.15\n");
	has_open(d, "pps0", false);
	feed(1);
}

/* The sentences end late, and feed takes that off itself: no offset is missing. */
static void lock_fed_late(void)
{
	lock_fed();
	facts.motion.burst_first_ms = fact_from(0, 510);
	facts.motion.burst_last_ms = fact_from(0, 610);
}

static void fed_late(void)
{
	chrony_fed();
	facts.motion.burst_first_ms = fact_from(0, 760);
	facts.motion.burst_last_ms = fact_from(0, 910);
}

/* Nothing is heard yet: of the lock's distance nothing is known all the same. */
static void lock_fed_early(void)
{
	lock_fed_late();
	says_sources(d, UNHEARD("PPS") UNHEARD("NMEA"));
	d->start_ms = fact_from(0, 3660000);
}

static void lock_fed_silent(void)
{
	lock_fed();
	d->sources.n = 0;
	says_sources(d, UNHEARD("PPS") UNHEARD("NMEA"));
}

static void ntpd_reads_beside(void)
{
	no_daemons();
	d = an_ntpd(DAEMON_NTPSEC, "refclock nmea unit 0 mode 1 time2 0.150 minpoll 3 maxpoll 3 prefer\nrefclock shm unit 1 refid PPS\ntos mindist 0.5\n");
	d->n_nodes = 1;
	says_peers(d, PEERS " NMEA(0)         .GPS.            0 l   12    8  377   0.0000   4.1230   0.5000\n"
		   "*SHM(1)          .PPS.            0 l   11   64  377   0.0000   0.0010   0.0005\n");
	pulse_feed(2);
}

/* Its sentences are false beside the pulse, as is natural. */
static void ntpd_reads_falsely_beside(void)
{
	ntpd_reads_beside();
	d->peers.n = 0;
	says_peers(d, PEERS "xNMEA(0)         .GPS.            0 l   12    8  377   0.0000  14.1230   0.5000\n"
		   "*SHM(1)          .PPS.            0 l   11   64  377   0.0000   0.0010   0.0005\n");
	facts.first.at_ns = INT64_C(3660) * NS_PER_S;
	facts.second.at_ns = facts.first.at_ns + 3210 * NS_PER_MS;
}

/* ---- nobody feeds ---- */

static void unfed(void) { chronyd(SHM_LINES, UNHEARD("GPS") UNHEARD("PPS")); }
static void unfed_lock(void) { chronyd(LOCK_LINES, UNHEARD("NMEA") UNHEARD("PPS")); has_open(d, "pps0", false); }
static void unfed_sock(void) { chronyd(SOCK_LINE("/run/chrony.ttyS1.sock"), UNHEARD("GPS")); }
static void unfed_path(void) { chronyd(SOCK_LINE("/run/gps.sock"), UNHEARD("GPS")); }
static void unfed_other(void) { chronyd(SOCK_LINE("/run/chrony.ttyS10.sock"), UNHEARD("GPS")); }
static void not_told(void) { chronyd(SHM_LINES, ""); }
static void no_clocks(void) { chronyd("server 192.0.2.1\n", "^,*,192.0.2.1,2,6,377,30,0.001,0.001,0.02\n"); }

static void unfed_ntpsec(void)
{
	ntpsec("refclock shm unit 3\nrefclock shm unit 2\n",
	       PEERS " SHM(2)          .SHM.            0 l    -   64    0   0.0000   0.0000   0.0005\n"
	       " SHM(3)          .SHM.            0 l    -   64    0   0.0000   0.0000   0.0005\n");
}

/* By somebody whom we do not know. */
static void one_is_heard(void) { chronyd(SHM_LINES, UNHEARD("GPS") HEARD("PPS")); }
static void heard_then_not(void) { chronyd(SHM_LINES, HEARD("GPS") UNHEARD("PPS")); }
static void stopped(void) { unfed(); d->pid = d->start_ms = fact_from(-ENOENT, 0); }
static void gpsd_runs(void) { unfed(); GPSD("gpsd\0-n\0/dev/ttyS0", true); }
static void gpsd_shall(void) { unfed(); GPSD("gpsd\0-n\0/dev/ttyS1", false); }
static void gpsd_idle(void) { unfed(); GPSD("gpsd", false); }
static void read_by_other(void) { unfed(); hold(1, 812, "cat"); }
static void unseen(void) { unfed(); facts.port.holders.unseen = 3; }
static void detached(void) { unfed(); facts.pulse.name[0] = '\0'; }

/* ---- it writes elsewhere ---- */

static void fed_elsewhere(void) { unfed(); feed(3 << 4); }
static void fed_socket_alone(void) { unfed(); feed(0); }
static void fed_not_told(void) { not_told(); feed(3 << 4); }
static void fed_unheard(void) { unfed(); feed(3); }
static void fed_sock_unheard(void) { unfed_sock(); feed(3); }
static void fed_unseen(void) { unfed(); feed(0); facts.feed.segments = fact_from(-EACCES, 0); }

static void fed_by_a_pulse(void) { unfed(); pulse_feed(2); }

static const struct row rows[] = {
	{ "none waits", no_clocks, &check_feed_absent, SEV_NONE, NULL, 0 },
	{ "SHM", unfed, &check_feed_absent, SEV_FAIL,
	  "gpsppsctl feed /dev/ttyS1     # for good: systemctl enable --now gpsppsctl-feed@ttyS1.service", 0 },
	{ "who", unfed, &check_feed_absent, SEV_FAIL,
	  "chronyd[732] reads shared memory 0 (/etc/chrony/chrony.conf:1)", 0 },
	{ "behind a lock", unfed_lock, &check_feed_absent, SEV_FAIL, "nobody feeds", 0 },
	{ "its socket", unfed_sock, &check_feed_absent, SEV_FAIL, "feed --sock auto /dev/ttyS1 ", 0 },
	{ "a socket", unfed_path, &check_feed_absent, SEV_FAIL, "feed --sock /run/gps.sock /dev", 0 },
	{ "another's socket", unfed_other, &check_feed_absent, SEV_NONE, NULL, 0 },
	{ "the lowest", unfed_ntpsec, &check_feed_absent, SEV_FAIL, "feed --shm 2 /dev/ttyS1", 0 },
	{ "not asked", not_told, &check_feed_absent, SEV_INFO, "neither", 0 },
	{ "one is heard", one_is_heard, &check_feed_absent, SEV_NONE, NULL, 0 },
	{ "the first is heard", heard_then_not, &check_feed_absent, SEV_NONE, NULL, 0 },
	{ "does not run", stopped, &check_feed_absent, SEV_NONE, NULL, 0 },
	{ "gpsd", gpsd_runs, &check_feed_absent, SEV_NONE, NULL, 0 },
	{ "gpsd to come", gpsd_shall, &check_feed_absent, SEV_NONE, NULL, 0 },
	{ "gpsd without a device", gpsd_idle, &check_feed_absent, SEV_FAIL, NULL, 0 },
	{ "a reader", read_by_other, &check_feed_absent, SEV_NONE, NULL, 0 },
	{ "unseen", unseen, &check_feed_absent, SEV_SKIPPED, NULL, 0 },
	{ "not attached", detached, &check_feed_absent, SEV_NONE, NULL, 0 },
	{ "fed", fed_unheard, &check_feed_absent, SEV_NONE, NULL, 0 },
	{ "fed by its pulse alone", fed_by_a_pulse, &check_feed_absent, SEV_NONE, NULL, 0 },
	{ "fed its pulse", ntpd_reads_beside, &check_feed_absent, SEV_NONE, NULL, 0 },

	{ "no feed", unfed, &check_feed_segments, SEV_NONE, NULL, 0 },
	{ "these", chrony_fed, &check_feed_segments, SEV_OK, NULL, 0 },
	{ "these, not heard yet", fed_unheard, &check_feed_segments, SEV_OK, NULL, 0 },
	{ "others", fed_elsewhere, &check_feed_segments, SEV_FAIL, "feed[640] writes: 4, 5", 0 },
	{ "others: the cure", fed_elsewhere, &check_feed_segments, SEV_FAIL,
	  "gpsppsctl feed --shm 0 /dev/ttyS1", 0 },
	{ "a socket alone", fed_socket_alone, &check_feed_segments, SEV_FAIL, "writes: none", 0 },
	{ "others, not asked", fed_not_told, &check_feed_segments, SEV_WARN, NULL, 0 },
	{ "waits at a socket", fed_sock_unheard, &check_feed_segments, SEV_OK, NULL, 0 },
	{ "refused", fed_unseen, &check_feed_segments, SEV_SKIPPED, "Permission denied", 0 },
};

/* ---- what the others' checks make of it ---- */

static void gpsd_shut_out(void)
{
	fed_unheard();
	hold(0, 412, "gpsppsctl");
	GPSD("gpsd\0-n\0/dev/ttyS1", true);
}

static void gpsd_no_n(void) { fed_unheard(); GPSD("gpsd\0/dev/ttyS1", true); }

static void gpsd_other_unit(void)
{
	chronyd("refclock SHM 6 refid GPS\n", UNHEARD("GPS"));
	feed(3 << 6);
	GPSD("gpsd\0-n\0/dev/ttyS1", true);
}

static void gpsd_other_socket(void)
{
	chronyd(SOCK_LINE("/run/chrony.gps0.sock"), UNHEARD("GPS"));
	feed(0);
	GPSD("gpsd\0-n\0/dev/ttyS1", true);
}

static void and_cat(void) { chrony_fed(); hold(2, 812, "cat"); }
static void and_ntpd(void) { chrony_fed(); hold(2, 731, "ntpd"); }
static void pulse_beside_ntpd(void) { ntpd_reads_beside(); hold(2, FEED_PID, "gpsppsctl-pulse"); }

static const struct row beside[] = {
	{ "gpsd is not missed", gpsd_shut_out, &check_gpsd_holder, SEV_WARN, NULL, 0 },
	{ "gpsd -n is not missed", gpsd_no_n, &check_gpsd_no_n, SEV_WARN, NULL, 0 },
	{ "not gpsd's segments", gpsd_other_unit, &check_gpsd_segments, SEV_NONE, NULL, 0 },
	{ "not gpsd's socket", gpsd_other_socket, &check_gpsd_socket, SEV_NONE, NULL, 0 },
	{ "told once", unfed_lock, &check_chrony_unused, SEV_INFO, NULL, 0 },
	{ "somebody is configured", unfed, &check_daemon_not_running, SEV_NONE, NULL, 0 },
	{ "it may be", not_told, &check_daemon_not_running, SEV_NONE, NULL, 0 },
	{ "it runs", chrony_fed, &check_daemon_not_running, SEV_OK, NULL, 0 },
	{ "feed is asked", lock_fed_silent, &check_chrony_unused, SEV_WARN, "kill -USR1 640", 0 },
	{ "its delay is its own", lock_fed_early, &check_chrony_lock_limit, SEV_NONE, NULL, 0 },
	{ "measures the delay itself", fed_late, &check_nmea_delay, SEV_INFO, NULL, 0 },
	{ "reads", and_cat, &check_port_second_reader, SEV_FAIL, "kill 812", 0 },
	{ "reads beside ntpd", and_ntpd, &check_port_second_reader, SEV_FAIL,
	  "--pulse-only", 0 },
	{ "sees the pulse alone", pulse_beside_ntpd, &check_port_second_reader, SEV_OK, NULL, 0 },
};

static const struct check *const checks[] = { &check_feed_absent, &check_feed_segments };

EXAMINE_ALL(checks, rows)

static void test_beside(void **state)
{
	(void)state;
	EXAMINE(beside);
}

static void test_healthy_machines(void **state)
{
	static void (*const machines[])(void) = {
		chrony_fed, ntpsec_fed, sock_fed, lock_fed, lock_fed_late, ntpd_reads_beside,
		ntpd_reads_falsely_beside,
		no_clocks, not_told,
	};

	(void)state;
	expect_silence(machines, sizeof(machines) / sizeof(machines[0]));
}

/* The first cause that is told is this one, and not what follows from it. */
static void test_verdict(void **state)
{
	(void)state;
	healthy();
	unfed_lock();
	diagnose(&facts, &verdict);
	assert_non_null(verdict.cause);
	assert_string_equal(verdict.cause->id, "feed.absent");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		EXAMINE_TESTS,
		cmocka_unit_test(test_beside),
		cmocka_unit_test(test_healthy_machines),
		cmocka_unit_test(test_verdict),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
