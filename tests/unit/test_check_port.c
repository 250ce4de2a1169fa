// SPDX-License-Identifier: GPL-2.0-or-later
/* Who has the port: facts that pass, that fail, and that were refused. */
#include "examine.h"

static void nobody_sees(void)
{
	facts.port.holders.n = 0;
	facts.port.holders.unseen = 90;
}

static void nobody_has_it(void)
{
	facts.port.holders.n = 0;
	facts.exclusive = fact_from(-EAGAIN, 0);
}

static void no_port(void)
{
	facts.present = fact_from(0, 0);
	nobody_has_it();
}

static void only_a_pulse(void)
{
	facts.pulse_only = true;
	nobody_has_it();
}

static void by_hand(void)
{
	facts.unit = fact_from(-ENOENT, 0);
	facts.gps.name[0] = facts.gpspps.name[0] = '\0';
}

/* ---- strangers ---- */

static void modemmanager(void) { hold(1, 640, "ModemManager"); }
static void modemmanager_by_hand(void) { by_hand(); modemmanager(); }
static void modemmanager_seen_alone(void)
{
	modemmanager();
	facts.port.holders.unseen = 12;
}

static void brltty(void) { hold(1, 641, "brltty"); }
static void getty(void) { hold(1, 77, "agetty"); }
static void login(void) { hold(1, 77, "login"); }

static void test_strangers(void **state)
{
	static const struct row rows[] = {
		{ "ours alone", NULL, &check_port_modemmanager, SEV_OK, "gpsppsctl-hold[412]", 0 },
		{ "MM", modemmanager, &check_port_modemmanager, SEV_FAIL, "udevadm trigger --action=add --sysname-match=ttyS1; systemctl restart ModemManager", 0 },
		{ "MM, no unit", modemmanager_by_hand, &check_port_modemmanager, SEV_FAIL,
		  "KERNEL==\"ttyS1\", ENV{ID_MM_PORT_IGNORE}=\"1\"", 0 },
		{ "MM, others hidden", modemmanager_seen_alone, &check_port_modemmanager, SEV_FAIL,
		  "ModemManager[640]", 0 },
		{ "MM, blind", nobody_sees, &check_port_modemmanager, SEV_SKIPPED, "root", 0 },
		{ "MM, idle", nobody_has_it, &check_port_modemmanager, SEV_NONE, NULL, 0 },
		{ "MM, no port", no_port, &check_port_modemmanager, SEV_NONE, NULL, 0 },
		{ "MM, pulse only", only_a_pulse, &check_port_modemmanager, SEV_NONE, NULL, 0 },
		{ "brltty is not MM", brltty, &check_port_modemmanager, SEV_OK, NULL, 0 },
		{ "no brltty", NULL, &check_port_brltty, SEV_OK, NULL, 0 },
		{ "brltty", brltty, &check_port_brltty, SEV_FAIL, "brltty[641] has /dev/ttyS1 open", 0 },
		{ "brltty, blind", nobody_sees, &check_port_brltty, SEV_SKIPPED, "root", 0 },
		{ "no getty", NULL, &check_port_getty, SEV_OK, NULL, 0 },
		{ "getty", getty, &check_port_getty, SEV_FAIL, "serial-getty@ttyS1", CURE_COMMAND },
		{ "somebody logged in", login, &check_port_getty, SEV_FAIL, "login[77]", CURE_NONE },
		{ "getty, blind", nobody_sees, &check_port_getty, SEV_SKIPPED, "root", 0 },
	};

	(void)state;
	EXAMINE(rows);
}

/* ---- the lock ---- */

static void lock(void) { facts.exclusive = fact_from(0, 1); }
static void lock_of_gpsd(void) { lock(); hold(0, 55, "gpsd"); }
static void lock_with_ntpd(void) { lock(); hold(1, 731, "ntpd"); }
static void lock_by_hand(void) { lock(); by_hand(); }
static void lock_of_stranger(void) { lock(); hold(1, 812, "minicom"); }
static void lock_blind(void) { lock(); nobody_sees(); }
static void lock_refused(void) { facts.exclusive = fact_from(-EACCES, 0); }
static void lock_unknown(void) { facts.exclusive = fact_from(-ENOENT, 0); }
static void lock_unread(void) { memset(&facts.exclusive, 0, sizeof(facts.exclusive)); }

static void test_lock(void **state)
{
	static const struct row rows[] = {
		{ "open to all", NULL, &check_port_exclusive, SEV_OK, NULL, 0 },
		{ "locked, ours alone", lock, &check_port_exclusive, SEV_FAIL,
		  "systemctl restart gpsppsctl@ttyS1.service", CURE_COMMAND },
		{ "locked by a stranger", lock_of_stranger, &check_port_exclusive, SEV_FAIL,
		  "kill 812", 0 },
		{ "gpsd's", lock_of_gpsd, &check_port_exclusive, SEV_INFO, "gpsd[55]", 0 },
		{ "ntpd is in", lock_with_ntpd, &check_port_exclusive, SEV_INFO, NULL, 0 },
		{ "no unit wants it", lock_by_hand, &check_port_exclusive, SEV_INFO, NULL, 0 },
		{ "locked, blind", lock_blind, &check_port_exclusive, SEV_SKIPPED, "TIOCEXCL", 0 },
		{ "refused", lock_refused, &check_port_exclusive, SEV_SKIPPED, "TIOCGEXCL", 0 },
		{ "no such ioctl", lock_unknown, &check_port_exclusive, SEV_NONE, NULL, 0 },
		{ "not asked", lock_unread, &check_port_exclusive, SEV_NONE, NULL, 0 },
		{ "idle", nobody_has_it, &check_port_exclusive, SEV_NONE, NULL, 0 },
		{ "pulse only", only_a_pulse, &check_port_exclusive, SEV_NONE, NULL, 0 },
	};

	(void)state;
	EXAMINE(rows);
}

/* ---- readers ---- */

static void ntpd(void) { hold(1, 731, "ntpd"); }
static void ntpd_twice(void) { ntpd(); hold(2, 731, "ntpd"); }
static void ntpd_and_cat(void) { hold(1, 812, "cat"); hold(2, 731, "ntpd"); }
static void gpsd_and_ntpd(void) { hold(1, 55, "gpsd"); hold(2, 731, "ntpd"); }
static void shell_and_child(void) { hold(1, 900, "sh"); hold(2, 901, "cat"); }
static void ntpd_and_getty(void) { ntpd(); hold(2, 77, "agetty"); }
static void ntpd_and_keepers(void) { ntpd(); hold(2, 9, "ldattach"); }
static void ntpd_seen_alone(void) { ntpd(); facts.port.holders.unseen = 90; }
static void both_seen(void) { ntpd_and_cat(); facts.port.holders.unseen = 90; }

static void test_readers(void **state)
{
	static const struct row rows[] = {
		{ "none", NULL, &check_port_second_reader, SEV_OK, NULL, 0 },
		{ "one", ntpd, &check_port_second_reader, SEV_OK, NULL, 0 },
		{ "one, open twice", ntpd_twice, &check_port_second_reader, SEV_OK, NULL, 0 },
		{ "two", ntpd_and_cat, &check_port_second_reader, SEV_FAIL, "kill 812     # cat", 0 },
		{ "two daemons", gpsd_and_ntpd, &check_port_second_reader, SEV_FAIL, "gpsd.socket", 0 },
		{ "two, others hidden", both_seen, &check_port_second_reader, SEV_FAIL,
		  "ntpd[731] and cat[812]", 0 },
		{ "a shell's child", shell_and_child, &check_port_second_reader, SEV_WARN, NULL, 0 },
		{ "a getty is told of", ntpd_and_getty, &check_port_second_reader, SEV_OK, NULL, 0 },
		{ "keepers do not read", ntpd_and_keepers, &check_port_second_reader, SEV_OK, NULL, 0 },
		{ "one, others hidden", ntpd_seen_alone, &check_port_second_reader, SEV_SKIPPED,
		  "root", 0 },
		{ "idle", nobody_has_it, &check_port_second_reader, SEV_NONE, NULL, 0 },
	};

	(void)state;
	EXAMINE(rows);
}

static void test_texts(void **state)
{
	static const struct check *const checks[] = {
		&check_port_absent, &check_uart_absent, &check_port_getty,
		&check_port_modemmanager, &check_port_brltty, &check_port_exclusive,
		&check_port_second_reader, &check_link_gps_missing, &check_link_gps_wrong,
		&check_link_pps_missing, &check_link_pps_wrong, &check_perm_pps,
	};

	(void)state;
	expect_texts(checks, sizeof(checks) / sizeof(checks[0]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_strangers),
		cmocka_unit_test(test_lock),
		cmocka_unit_test(test_readers),
		cmocka_unit_test(test_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
