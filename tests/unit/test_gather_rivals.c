// SPDX-License-Identifier: GPL-2.0-or-later
/* What sets the clock beside the daemons, and since when a device is there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "fakeprobe.h"
#include "sys/gather.h"
#include "sys/gather_daemon.h"

static struct daemon_list list;
static struct daemon daemon;

static void gather(const struct fake_line *lines)
{
	struct probe *p = fake_open(lines);

	memset(&list, 0, sizeof(list));
	list.v = &daemon;
	list.n = 1;
	gather_rivals(p, &list);
	probe_close(p);
}

static void test_none(void **state)
{
	static const struct fake_line lines[] = {
		{ 0, "processes:ntpd", "", 0 }, { 0, "processes:systemd-timesyn", "", 0 },
		{ 0, "processes:ntp-daemon", "", 0 }, { 0, "processes:vmtoolsd", "", 0 },
		{ 0, "processes:VBoxService", "", 0 }, { 0, "processes:phc2sys", "", 0 },
		{ 0, "processes:htpdate", "", 0 }, { 0 },
	};

	(void)state;
	gather(lines);
	assert_true(fact_is(list.rivals_known, 1));
	assert_int_equal(list.n_rivals, 0);
}

/* The names of the script are those of the table: each of them is found. */
static void test_all(void **state)
{
	static const struct fake_line lines[] = {
		{ 0, "processes:ntpd", "20\n21\n22", 0 },
		{ 0, "file:/proc/20/cmdline", "/usr/sbin/ntpd", 0 },
		{ 0, "link:/proc/20/exe", "/usr/sbin/ntpd", 0 },
		{ 0, "file:/proc/21/cmdline", "ntpd: ntp engine", 0 },
		{ 0, "link:/proc/21/exe", "/usr/sbin/ntpd", 0 },
		{ 0, "file:/proc/22/cmdline", "ntpd", 0 },
		{ 0, "link:/proc/22/exe", "/bin/busybox", 0 },
		{ 0, "processes:systemd-timesyn", "30", 0 },
		{ 0, "processes:ntp-daemon", "31", 0 }, { 0, "processes:vmtoolsd", "32\n33", 0 },
		{ 0, "processes:VBoxService", "34", 0 },
		{ 0, "file:/proc/34/cmdline", "/usr/sbin/VBoxService", 0 },
		{ 0, "processes:phc2sys", "35", 0 },	/* its arguments are not to be seen */
		{ 0, "processes:htpdate", "36", 0 }, { 0 },
	};
	static const struct rival expected[] = {
		{ RIVAL_TIMESYNCD, 30 }, { RIVAL_OPENNTPD, 21 }, { RIVAL_BUSYBOX, 22 },
		{ RIVAL_NTPD_RS, 31 }, { RIVAL_VMWARE, 32 }, { RIVAL_VIRTUALBOX, 34 },
		{ RIVAL_HTPDATE, 36 },
	};
	const size_t n = sizeof(expected) / sizeof(expected[0]);

	(void)state;
	gather(lines);
	assert_int_equal(list.n_rivals, n);
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(list.rivals[i].kind, expected[i].kind);
		assert_int_equal(list.rivals[i].pid, expected[i].pid);
	}
}

static void test_refused(void **state)
{
	static const struct fake_line lines[] = {
		{ 0, "processes:ntpd", "", 0 }, { 0, "processes:htpdate", NULL, -EACCES }, { 0 },
	};

	(void)state;
	gather(lines);
	assert_false(fact_known(list.rivals_known));
	assert_int_equal(list.n_rivals, 0);
}

/* A record without daemons does not have these keys, and need not. */
static void test_without_daemons_nobody_is_asked(void **state)
{
	static const struct fake_line lines[] = { { 0 } };
	struct probe *p = fake_open(lines);

	(void)state;
	memset(&list, 0, sizeof(list));
	gather_rivals(p, &list);
	assert_int_equal(((struct fake *)p)->asked, 0);
	assert_int_equal(list.rivals_known.state, FACT_UNREAD);
	probe_close(p);
}

static void test_command_lines(void **state)
{
#define LINE(text) text, sizeof(text)
	static const struct {
		enum rival_kind kind;
		const char *cmdline;
		size_t len;
		bool is;
	} rows[] = {
		{ RIVAL_PHC2SYS, LINE("phc2sys\0-s\0eth0\0-w"), true },
		{ RIVAL_PHC2SYS, LINE("phc2sys\0-a\0-r"), true },
		{ RIVAL_PHC2SYS, LINE("phc2sys\0-ar"), true },
		{ RIVAL_PHC2SYS, LINE("phc2sys\0-a"), false },
		{ RIVAL_PHC2SYS, LINE("phc2sys\0-s\0CLOCK_REALTIME\0-c\0eth0"), false },
		{ RIVAL_PHC2SYS, LINE("phc2sys\0-sCLOCK_REALTIME\0-ceth0"), false },
		{ RIVAL_PHC2SYS, LINE("phc2sys\0-s\0eth0\0-c\0eth1"), false },
		{ RIVAL_PHC2SYS, LINE("phc2sys\0-s\0eth0\0-c\0eth1\0-c\0CLOCK_REALTIME"), true },
		{ RIVAL_PHC2SYS, LINE("phc2sys"), false },
		{ RIVAL_PHC2SYS, "", 0, false },
		{ RIVAL_VIRTUALBOX, LINE("VBoxService\0--disable-timesync"), false },
		{ RIVAL_VIRTUALBOX, LINE("VBoxService\0--disable-timesyncs"), true },
		{ RIVAL_VIRTUALBOX, LINE("VBoxService\0-f"), true },
		{ RIVAL_OPENNTPD, LINE("ntpd: dns engine"), false },
		{ RIVAL_OPENNTPD, LINE("ntpd: ntp engine\0\0\0"), true },
		{ RIVAL_OPENNTPD, "ntpd: ntp engin", 15, false },
		{ RIVAL_BUSYBOX, LINE("ntpd\0-n"), false },
		{ RIVAL_TIMESYNCD, "", 0, true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rival_is(rows[i].kind, rows[i].cmdline, rows[i].len, "") != rows[i].is)
			fail_msg("%zu: %s", i, rows[i].cmdline);
}

/* The kernel cuts the name of a process. */
static void test_names(void **state)
{
	(void)state;
	for (int i = 0; i < N_RIVALS; i++) {
		const struct rival_row *row = rival_row(i);

		assert_non_null(row->name);
		assert_true(strlen(row->comm) <= 15);
		assert_true(row->stop[0] && row->why[0]);
	}
}

/* ---- since when ---- */

static struct fact since_of(const char *stat, const char *database)
{
	const struct fake_line lines[] = {
		{ 0, "stat:/dev/pps0", stat, stat ? 0 : -ENOENT },
		{ 0, "file:/run/udev/data/c247:0", database, database ? 0 : -ENOENT }, { 0 },
	};
	struct probe *p = fake_open(lines);
	struct fact since = gather_since_ms(p, "pps0");

	probe_close(p);
	return since;
}

static void test_since(void **state)
{
	static const char stat[] = "c 660 0 20 247:0";
	static const struct {
		const char *stat, *database;
		int64_t ms;	/* 0: absent */
	} rows[] = {
		{ stat, "S:gpspps0\nI:15040123\nE:GPSPPSCTL_UNIT=0\nV:1", 15040 },
		{ stat, "I:999999", 999 },
		{ stat, "E:XI:5000000\nV:1", 0 },
		{ stat, "I:\nV:1", 0 },
		{ stat, "I:-5000\n", 0 },
		{ stat, "I:99999999999999999999\n", 0 },
		{ stat, "", 0 },
		{ stat, NULL, 0 },
		{ "l 777 0 0 247:0", "I:15040123", 0 },
		{ "nonsense", "I:15040123", 0 },
		{ NULL, "I:15040123", 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct fact f = since_of(rows[i].stat, rows[i].database);

		if (f.state != (rows[i].ms ? FACT_OK : FACT_ABSENT) ||
		    (rows[i].ms && f.val != rows[i].ms))
			fail_msg("%zu: state %d, %lld ms", i, f.state, (long long)f.val);
	}
}

/* The rights of the port and the pulse's age are for daemons: without them nobody asks. */
static void test_port_node(void **state)
{
	static const struct fake_line lines[] = {
		{ 0, "stat:/dev/ttyS1", "c 640 0 5 4:65", 0 },
		{ 0, "stat:/dev/pps0", "c 660 0 20 247:0", 0 },
		{ 0, "file:/run/udev/data/c247:0", "I:15040123", 0 },
		{ 0, "file:/etc/group", "root:x:0:\ntty:x:5:\ndialout:x:20:", 0 }, { 0 },
	};
	struct probe *p = fake_open(lines);
	static struct port_facts f;

	(void)state;
	strcpy(f.port.name, "ttyS1");
	strcpy(f.pulse.name, "pps0");
	list.n = 0;
	f.daemons = &list;
	gather_port(p, &f);
	assert_int_equal(f.port_node.mode.state, FACT_UNREAD);
	assert_int_equal(f.pulse_since_ms.state, FACT_UNREAD);
	list.n = 1;
	gather_port(p, &f);
	assert_true(fact_is(f.port_node.mode, 0640) && fact_is(f.port_node.uid, 0) &&
		    fact_is(f.port_node.gid, 5));
	assert_string_equal(f.port_node.group.val, "tty");
	assert_true(fact_is(f.pulse_since_ms, 15040));
	probe_close(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_none),
		cmocka_unit_test(test_all),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_without_daemons_nobody_is_asked),
		cmocka_unit_test(test_command_lines),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_since),
		cmocka_unit_test(test_port_node),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
