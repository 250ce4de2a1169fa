// SPDX-License-Identifier: GPL-2.0-or-later
/* What daemons and logs say, asked through a scripted probe. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "fakeprobe.h"
#include "sys/gather_daemon.h"

static struct daemon room[DAEMONS_MAX];
static struct daemon_list list;
static struct ntpd_conf ntpd;

static struct daemon *add(enum daemon_kind kind, int pid)
{
	struct daemon *d = &room[list.n++];

	memset(d, 0, sizeof(*d));
	d->kind = kind;
	d->pid = pid ? fact_from(0, pid) : fact_from(-ENOENT, 0);
	return d;
}

static int set_up(void **state)
{
	(void)state;
	memset(&list, 0, sizeof(list));
	list.v = room;
	return 0;
}

static unsigned int asked;

static void gather(const struct fake_line *script, bool watch, bool thorough)
{
	struct probe *p = fake_open(script);

	if (watch)
		gather_said_begin(p, &list);
	if (thorough)
		gather_said(p, &list);
	else
		gather_said_nothing(&list);
	asked = ((struct fake *)p)->asked;
	probe_close(p);
}

static struct daemon *an_ntpsec(int pid)
{
	static const char conf[] = "refclock nmea unit 7 flag1 1\nrefclock pps unit 0\n";
	struct daemon *d = add(DAEMON_NTPSEC, pid);

	ntpd_conf_text(&ntpd, NTPD_NTPSEC, conf, sizeof(conf) - 1);
	d->ntpd = &ntpd;
	daemon_find_clocks(d);
	assert_int_equal(d->n_clocks, 2);
	return d;
}

#define NTPQ \
	"     remote           refid      st t when poll reach   delay   offset   jitter\n" \
	"===============================================================================\n" \
	"oNMEA(7)         .GPS.            0 l    5   16  377    0.000   -0.659    0.004\n" \
	" PPS(0)          .PPS.            0 l    3   16    0    0.000   -0.001    0.001\n" \
	"associd=0 status=0115 leap_none, sync_pps, 1 event, clock_sync,\n" \
	"leap=00, stratum=1, peer=101, version=\"ntpd ntpsec-1.2.2\", refid=PPS\n" \
	"srcadr=127.127.20.7\n" \
	"associd=101 status=0011 1 event, clk_no_reply,\n" \
	"device=\"NMEA GPS Clock\", poll=107, noreply=3, flags=1\n" \
	"srcadr=127.127.22.0\n" \
	"associd=103 status=0011 1 event,\ndevice=\"PPS\", poll=9, flags=0\n"

static void ntpd_is_asked(void **state)
{
	static const struct fake_line script[] = { { 0, "ntpq:", NTPQ, 0 }, { 0 } };
	const struct daemon *d = an_ntpsec(731);

	(void)state;
	gather(script, true, true);
	assert_int_equal(d->peers.said, SAID_WELL);
	assert_int_equal(daemon_peer(d, &d->clocks[0])->tally, 'o');
	assert_string_equal(d->system.version, "ntpd ntpsec-1.2.2");
	assert_int_equal(d->clock_said[0].said, SAID_WELL);
	assert_int_equal(d->clock_said[0].noreply.val, 3);
	assert_int_equal(d->clock_said[1].flags.val, 0);
	assert_int_equal(d->clock_said[2].said, SAID_NOTHING);
	assert_int_equal(d->sources.said, SAID_NOTHING);
	assert_int_equal(d->gpsd_answers.state, FACT_ABSENT);
}

static void ntpd_knows_best_which_it_is(void **state)
{
	static const struct fake_line classic[] = { { 0, "ntpq:",
		"associd=0 status=0415 leap_none, sync_uhf_radio, 1 event, clock_sync,\n"
		"version=\"ntpd 4.2.8p15@1.3728-o Wed Sep 23 11:46:38 UTC 2020 (1)\",\n"
		"leap=00, stratum=1, peer=31019, refid=GPS\n", 0 }, { 0 } };
	static const struct fake_line ntpsec[] = { { 0, "ntpq:",
		"associd=0 status=0415 leap_none, sync_uhf_radio, 1 event, clock_sync,\n"
		"version=\"ntpd ntpsec-1.2.2\", leap=00, stratum=1\n", 0 }, { 0 } };
	struct daemon *d = an_ntpsec(731);

	(void)state;
	gather(classic, false, true);
	assert_int_equal(d->kind, DAEMON_NTPD);
	gather(ntpsec, false, true);
	assert_int_equal(d->kind, DAEMON_NTPSEC);
}

static void ntpd_that_does_not_answer(void **state)
{
	static const struct fake_line silent[] = { { 0, "ntpq:", "", -ETIMEDOUT }, { 0 } };
	static const struct fake_line refused[] = {
		{ 0, "ntpq:", "***Socket error; probably ntpd is not running\n", 0 }, { 0 },
	};
	static const struct fake_line none[] = { { 0 } };
	const struct daemon *d = an_ntpsec(731);

	(void)state;
	gather(silent, false, true);
	assert_int_equal(d->peers.said, SAID_SILENT);
	assert_int_equal(d->system.said, SAID_SILENT);
	gather(refused, false, true);
	assert_int_equal(d->peers.said, SAID_NOBODY);
	assert_int_equal(d->clock_said[0].said, SAID_NOTHING);
	assert_int_equal(d->clock_said[0].flags.state, FACT_ABSENT);
	gather(none, false, true);
	assert_int_equal(d->peers.said, SAID_NOTHING);
}

/* What takes long is left out on demand; what does not run is not asked. */
static void who_is_not_asked(void **state)
{
	static const struct fake_line script[] = {
		{ 0, "ntpq:", NTPQ, 0 }, { 0, "chronyc:tracking", "x\n", 0 },
		{ 0, "gpsd:devices", "{\"class\":\"VERSION\"}\n", 0 }, { 0 },
	};
	const struct daemon *d = an_ntpsec(731), *c, *g;

	(void)state;
	gather(script, true, false);
	assert_int_equal(d->peers.said, SAID_NOTHING);
	set_up(NULL);
	d = an_ntpsec(0);
	c = add(DAEMON_CHRONY, 0);
	g = add(DAEMON_GPSD, 0);
	gather(script, true, true);
	assert_int_equal(d->peers.said, SAID_NOTHING);
	assert_int_equal(c->tracking.said, SAID_NOTHING);
	assert_int_equal(g->gpsd_answers.state, FACT_ABSENT);
	/* the log of the one with a clock, the kernel's and systemd's */
	assert_int_equal(asked, 3);
}

static void chronyd_is_asked(void **state)
{
	static const struct fake_line script[] = {
		{ 0, "chronyc:tracking", "50505300,PPS,1,1700000000.5,0.000000001,0.000000002,"
		  "0.000000003,-1.5,0.001,0.01,0.000000001,0.00001,16.0,Normal\n", 0 },
		{ 0, "chronyc:sources", "#,*,PPS,0,4,377,11,0.000000012,0.000000013,0.000000200\n", 0 },
		{ 0 },
	};
	static const struct fake_line no_sources[] = {
		{ 0, "chronyc:tracking", "00000000,,0,0.0,0.0,0.0,0.0,-1.5,0.0,0.0,1.0,1.0,0.0,"
		  "Not synchronised\n", 0 },
		{ 0, "chronyc:sources", "", 0 },
		{ 0 },
	};
	static const struct fake_line missing[] = { { 0 } };
	const struct daemon *d = add(DAEMON_CHRONY, 732);

	(void)state;
	gather(script, true, true);
	assert_int_equal(d->tracking.said, SAID_WELL);
	assert_string_equal(d->tracking.source, "PPS");
	assert_int_equal(d->sources.n, 1);
	assert_int_equal(d->sources.sources[0].state, '*');
	gather(no_sources, true, true);
	assert_int_equal(d->sources.said, SAID_NO_SOURCES);
	gather(missing, true, true);
	assert_int_equal(d->sources.said, SAID_NOTHING);
}

/* ---- gpsd: a client that watches makes it open its receiver ---- */

static void has_open(struct daemon *d, const char *node, bool gone)
{
	snprintf(d->nodes[d->n_nodes].name, sizeof(d->nodes[0].name), "%s", node);
	d->nodes[d->n_nodes++].gone = gone;
}

static const struct fake_line gpsd_script[] = {
	{ 0, "gpsd:watch", "", 0 },
	{ 0, "gpsd:said", "{\"class\":\"VERSION\",\"release\":\"3.22\"}\r\n"
	  "{\"class\":\"DEVICES\",\"devices\":[{\"class\":\"DEVICE\",\"path\":\"/dev/ttyS1\"}]}\r\n"
	  "{\"class\":\"PPS\",\"device\":\"/dev/ttyS1\",\"real_sec\":5,\"real_nsec\":0,"
	  "\"clock_sec\":5,\"clock_nsec\":7,\"precision\":-20}\r\n", 0 },
	{ 0, "gpsd:devices", "{\"class\":\"VERSION\",\"release\":\"3.25\"}\n", 0 },
	{ 0 },
};

static void gpsd_with_its_receiver_open(void **state)
{
	struct daemon *d = add(DAEMON_GPSD, 733);

	(void)state;
	has_open(d, "pps0", false);
	has_open(d, "ttyS1", false);
	gather(gpsd_script, true, true);
	assert_int_equal(d->gpsd_answers.val, 1);
	assert_string_equal(d->gpsd_said.release, "3.22");
	assert_int_equal(d->gpsd_said.devices[0].pulse.n, 1);
	/* the log and the kernel's two; begun and ended */
	assert_int_equal(asked, 5);
}

static void gpsd_without_one_is_not_watched(void **state)
{
	struct daemon *d = add(DAEMON_GPSD, 733);

	(void)state;
	gather(gpsd_script, true, true);
	assert_string_equal(d->gpsd_said.release, "3.25");
	assert_int_equal(asked, 4);
	has_open(d, "ttyS1", true);
	has_open(d, "pps0", false);
	gather(gpsd_script, true, true);
	assert_string_equal(d->gpsd_said.release, "3.25");
	assert_int_equal(asked, 4);
}

/* On the usual port another one would answer, or be started by its socket. */
static void gpsd_on_another_port(void **state)
{
	struct daemon *d = add(DAEMON_GPSD, 733);

	(void)state;
	has_open(d, "ttyS1", false);
	strcpy(d->gpsd.port, "2948");
	gather(gpsd_script, true, true);
	assert_int_equal(d->gpsd_answers.state, FACT_ABSENT);
	/* the log and the kernel's two */
	assert_int_equal(asked, 3);
}

static void gpsd_that_was_not_listened_to(void **state)
{
	static const struct fake_line script[] = {
		{ 0, "gpsd:said", "", -EBADF },
		{ 0, "gpsd:devices", "{\"class\":\"VERSION\",\"release\":\"3.25\"}\n", 0 }, { 0 },
	};
	static const struct fake_line silent[] = { { 0, "gpsd:devices", "", 0 }, { 0 } };
	static const struct fake_line refused[] = {
		{ 0, "gpsd:devices", "", -ECONNREFUSED }, { 0 },
	};
	struct daemon *d = add(DAEMON_GPSD, 733);

	(void)state;
	has_open(d, "ttyS1", false);
	gather(script, false, true);
	assert_string_equal(d->gpsd_said.release, "3.25");
	gather(silent, false, true);
	assert_int_equal(d->gpsd_answers.state, FACT_DENIED);
	assert_int_equal(d->gpsd_answers.err, ETIMEDOUT);
	gather(refused, false, true);
	assert_int_equal(d->gpsd_answers.err, ECONNREFUSED);
}

/* ---- logs ---- */

#define LINE(pid, text) "Nov 21 15:57:17 box ntpd[" pid "]: " text "\n"
#define OPENED "NMEA(7) PPS /dev/gpspps7 opened"
#define DENIED "REFCLOCK: refclock_open /dev/gps7: Permission denied"

static void lines_of_this_process(void **state)
{
	static const struct fake_line script[] = {
		{ 0, "log:ntpd", LINE("700", DENIED) LINE("731", "INIT: precision = 1 usec")
		  LINE("731", OPENED) LINE("7310", DENIED), 0 }, { 0 },
	};
	const struct daemon *d = an_ntpsec(731);

	(void)state;
	gather(script, false, true);
	assert_int_equal(d->log_known.val, 1);
	assert_int_equal(d->n_log, 1);
	assert_int_equal(d->log[0].what, LOG_PULSE_OPENED);
}

/* It ran last as 740, and what it said is not known; then that is it. */
static void lines_of_the_last_run(void **state)
{
	static const struct fake_line known[] = {
		{ 0, "log:ntpd", LINE("700", OPENED) LINE("731", DENIED), 0 }, { 0 },
	};
	static const struct fake_line unknown[] = {
		{ 0, "log:ntpd", LINE("731", DENIED) LINE("740", "exiting"), 0 }, { 0 },
	};
	const struct daemon *d = an_ntpsec(0);

	(void)state;
	gather(known, false, true);
	assert_int_equal(d->n_log, 1);
	assert_int_equal(d->log[0].what, LOG_PORT_NOT_OPENED);
	gather(unknown, false, true);
	assert_int_equal(d->n_log, 0);
	assert_int_equal(d->log_known.val, 1);
}

static void ntpds_own_file(void **state)
{
	static const struct fake_line script[] = {
		{ 0, "log:ntpd", "", -EACCES },
		{ 0, "tail:/var/log/ntp.log", "2026-11-21T15:57:17 ntpd[731]: " OPENED "\n", 0 }, { 0 },
	};
	static const struct fake_line command[] = {
		{ 0, "log:ntpd", "", -EACCES },
		{ 0, "tail:/var/log/cmd.log", "2026-11-21T15:57:17 ntpd[731]: " DENIED "\n", 0 }, { 0 },
	};
	struct daemon *d = an_ntpsec(731);

	(void)state;
	strcpy(ntpd.logfile, "/var/log/ntp.log");
	gather(script, false, true);
	assert_int_equal(d->log_known.val, 1);
	assert_int_equal(d->log[0].what, LOG_PULSE_OPENED);
	strcpy(d->ntpd_command.logfile, "/var/log/cmd.log");
	gather(command, false, true);
	assert_int_equal(d->n_log, 1);
	assert_int_equal(d->log[0].what, LOG_PORT_NOT_OPENED);
}

/* A file goes on over boots, in which ntpd often has the same number. */
static void ntpd_of_another_boot(void **state)
{
	static const struct fake_line classic[] = {
		{ 0, "tail:/var/log/ntp.log",
		  "20 Nov 15:57:17 ntpd[731]: ntpd 4.2.8p15@1.3728-o: Starting\n"
		  "20 Nov 15:57:17 ntpd[731]: " DENIED "\n"
		  "21 Nov 15:57:16 ntpd[731]: ntpd 4.2.8p15@1.3728-o: Starting\n"
		  "21 Nov 15:57:17 ntpd[731]: " OPENED "\n"
		  "21 Nov 15:57:17 ntpd[732]: ntpd 4.2.8p15@1.3728-o: Starting\n", 0 }, { 0 },
	};
	static const struct fake_line ntpsec[] = {
		{ 0, "log:ntpd", "Nov 20 15:57:17 box ntpd[731]: " DENIED "\n"
		  "Nov 21 15:57:17 box ntpd[731]: INIT: ntpd ntpsec-1.2.2: Starting\n"
		  "Nov 21 15:57:17 box ntpd[731]: " OPENED "\n", 0 }, { 0 },
	};
	struct daemon *d = an_ntpsec(731);

	(void)state;
	gather(ntpsec, false, true);
	assert_int_equal(d->n_log, 1);
	assert_int_equal(d->log[0].what, LOG_PULSE_OPENED);
	strcpy(ntpd.logfile, "/var/log/ntp.log");
	gather(classic, false, true);
	assert_int_equal(d->n_log, 1);
	assert_int_equal(d->log[0].what, LOG_PULSE_OPENED);
}

static void a_log_that_is_refused(void **state)
{
	static const struct fake_line script[] = {
		{ 0, "log:ntpd", "", -EACCES }, { 0, "log:kernel", "", -EPERM }, { 0 },
	};
	const struct daemon *d = an_ntpsec(731);

	(void)state;
	gather(script, false, true);
	assert_int_equal(d->log_known.state, FACT_DENIED);
	assert_int_equal(d->log_known.err, EACCES);
	assert_int_equal(list.kernel_log_known.state, FACT_DENIED);
	assert_int_equal(list.n_kernel_log, 0);
}

/* A denial each minute leaves room for what was said once; the newest of it stays. */
static void what_is_said_again_and_again(void **state)
{
	static char text[20000];
	struct fake_line script[] = { { 0, "log:ntpd", text, 0 }, { 0 } };
	const struct daemon *d = an_ntpsec(731);
	size_t n = 0;

	(void)state;
	n += (size_t)snprintf(text, sizeof(text), LINE("731", OPENED));
	for (int i = 0; i < 100; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n,
				      "Nov 21 16:%02d:00 box ntpd[731]: " DENIED "\n", i);
	gather(script, false, true);
	assert_int_equal(d->n_log, 2);
	assert_int_equal(d->log[0].what, LOG_PULSE_OPENED);
	assert_non_null(strstr(d->log[1].text, "16:99:00"));
	/* different ones: the oldest go */
	for (int i = n = 0; i < DAEMON_LOG_MAX + 5; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n,
				      "x ntpd[731]: REFCLOCK: refclock_open /dev/gps%d: Permission denied\n",
				      i);
	gather(script, false, true);
	assert_int_equal(d->n_log, DAEMON_LOG_MAX);
	assert_string_equal(d->log[0].path, "/dev/gps5");
	assert_string_equal(d->log[DAEMON_LOG_MAX - 1].path, "/dev/gps36");
}

static void the_kernels_lines(void **state)
{
	static const struct fake_line script[] = {
		{ 0, "log:kernel", "[    3.1] usb 1-1: something else\n"
		  "[   27.421900] ttyS1: LSR safety check engaged!\n", 0 },
		{ 0, "log:systemd", "Nov 21 15:57:17 box systemd[1]: Timed out waiting for device "
		  "dev-gpspps0.device - /dev/gpspps0.\n", 0 },
		{ 0 },
	};

	(void)state;
	/* without a daemon nobody asks for them */
	gather(script, false, true);
	assert_int_equal(list.n_kernel_log, 0);
	an_ntpsec(731);
	gather(script, false, true);
	assert_int_equal(list.kernel_log_known.val, 1);
	assert_int_equal(list.n_kernel_log, 2);
	assert_int_equal(list.kernel_log[1].what, LOG_UART_GONE);
	assert_string_equal(list.kernel_log[1].path, "ttyS1");
	assert_int_equal(list.kernel_log[0].what, LOG_DEVICE_TIMEOUT);
}

/* ---- the same again ---- */

/* The line that has its clock is the broken one: what the log says of it is wanted. */
static void chronyd_that_ended_at_a_line(void **state)
{
	static const char text[] = "refclock kPPS /dev/pps0\n";
	static const struct fake_line script[] = { { 0, "log:chronyd",
		"[ 124.1] host chronyd[456]: Fatal error : unknown refclock driver kPPS\n", 0 }, { 0 } };
	static struct chrony_conf conf;
	struct daemon *d = add(DAEMON_CHRONY, 0);
	struct chrony_reader r;
	struct chrony_dirs dirs;

	(void)state;
	chrony_conf_init(&conf);
	chrony_read_begin(&conf, &r, "/etc/chrony/chrony.conf", text, sizeof(text) - 1, NULL);
	assert_int_equal(chrony_read_on(&conf, &r, &dirs), CHRONY_READ);
	d->chrony = &conf;
	daemon_find_clocks(d);
	assert_int_equal(d->n_clocks, 0);
	gather(script, false, true);
	assert_int_equal(d->n_log, 1);
	assert_int_equal(d->log[0].what, LOG_DRIVER_UNKNOWN);
}

static void what_was_said_before(void **state)
{
	static const struct fake_line script[] = {
		{ 0, "ntpq:", NTPQ, 0 }, { 0, "log:ntpd", LINE("731", OPENED), 0 },
		{ 0, "log:kernel", "[ 27.4] ttyS1: LSR safety check engaged!\n", 0 }, { 0 },
	};
	static struct daemon then[2];
	struct daemon_list before;
	const struct daemon *d = an_ntpsec(731);

	(void)state;
	add(DAEMON_GPSD, 0);
	gather(script, false, true);
	memcpy(then, room, sizeof(then));
	then[0].kind = DAEMON_NTPD;	/* it said so */
	before = list;
	before.v = then;
	/* they come in another order now */
	set_up(NULL);
	add(DAEMON_GPSD, 0);
	d = an_ntpsec(731);
	assert_true(gather_said_again(&before, &list));
	assert_int_equal(d->kind, DAEMON_NTPD);
	assert_int_equal(d->peers.n, 2);
	assert_int_equal(d->clock_said[0].noreply.val, 3);
	assert_int_equal(d->n_log, 1);
	assert_int_equal(list.n_kernel_log, 1);
	/* restarted, gone, more: what was said is another's */
	set_up(NULL);
	add(DAEMON_GPSD, 0);
	an_ntpsec(735);
	assert_false(gather_said_again(&before, &list));
	set_up(NULL);
	an_ntpsec(731);
	assert_false(gather_said_again(&before, &list));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(ntpd_is_asked, set_up),
		cmocka_unit_test_setup(ntpd_knows_best_which_it_is, set_up),
		cmocka_unit_test_setup(ntpd_that_does_not_answer, set_up),
		cmocka_unit_test_setup(who_is_not_asked, set_up),
		cmocka_unit_test_setup(chronyd_is_asked, set_up),
		cmocka_unit_test_setup(gpsd_with_its_receiver_open, set_up),
		cmocka_unit_test_setup(gpsd_without_one_is_not_watched, set_up),
		cmocka_unit_test_setup(gpsd_on_another_port, set_up),
		cmocka_unit_test_setup(gpsd_that_was_not_listened_to, set_up),
		cmocka_unit_test_setup(lines_of_this_process, set_up),
		cmocka_unit_test_setup(lines_of_the_last_run, set_up),
		cmocka_unit_test_setup(ntpds_own_file, set_up),
		cmocka_unit_test_setup(ntpd_of_another_boot, set_up),
		cmocka_unit_test_setup(a_log_that_is_refused, set_up),
		cmocka_unit_test_setup(what_is_said_again_and_again, set_up),
		cmocka_unit_test_setup(the_kernels_lines, set_up),
		cmocka_unit_test_setup(chronyd_that_ended_at_a_line, set_up),
		cmocka_unit_test_setup(what_was_said_before, set_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
