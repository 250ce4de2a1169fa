// SPDX-License-Identifier: GPL-2.0-or-later
/* What the kernel allows, and whether N_PPS stayed: pass, fail, refused. */
#include "examine.h"

static void not_attached(void)
{
	hold(0, 412, "gpsppsctl");
	facts.hold.pid = fact_from(0, 412);
	memset(&facts.pulse, 0, sizeof(facts.pulse));
	facts.port.ldisc = fact_from(0, LDISC_TTY);
	facts.port.flags = fact_from(0, 0x10000040);
}

static void idle(void)
{
	not_attached();
	facts.port.holders.n = 0;
	facts.port.ldisc = fact_from(-EAGAIN, 0);
}

static void only_a_pulse(void) { facts.pulse_only = true; }
static void no_port(void) { idle(); facts.present = fact_from(0, 0); }

/* ---- autoload ---- */

static void autoload_off(void)
{
	idle();
	facts.kernel.autoload = facts.kernel.ldisc = fact_from(0, 0);
}

static void off_but_attached(void)
{
	facts.kernel.autoload = facts.kernel.ldisc = fact_from(0, 0);
}

static void off_but_loaded(void) { idle(); facts.kernel.autoload = fact_from(0, 0); }
static void off_no_module(void)
{
	autoload_off();
	facts.kernel.ldisc_module = fact_text_from(-ENOENT, "");
}

static void off_placeholder(void) { autoload_off(); facts.port.type = fact_from(0, 0); }
static void on_not_loaded(void) { idle(); facts.kernel.ldisc = fact_from(0, 0); }
static void autoload_refused(void)
{
	autoload_off();
	facts.kernel.autoload = fact_from(-EACCES, 0);
}

/* Before 5.1 there is no such sysctl. */
static void no_sysctl(void)
{
	autoload_off();
	facts.kernel.autoload = fact_from(-ENOENT, 0);
}

static void test_autoload(void **state)
{
	static const struct row rows[] = {
		{ "on", NULL, &check_kernel_autoload_off, SEV_OK, NULL, 0 },
		{ "off", autoload_off, &check_kernel_autoload_off, SEV_FAIL,
		  "modprobe pps_ldisc", CURE_COMMAND },
		{ "off, attached", off_but_attached, &check_kernel_autoload_off, SEV_OK, NULL, 0 },
		{ "off, loaded", off_but_loaded, &check_kernel_autoload_off, SEV_OK, NULL, 0 },
		{ "off, no module", off_no_module, &check_kernel_autoload_off, SEV_NONE, NULL, 0 },
		{ "off, no UART", off_placeholder, &check_kernel_autoload_off, SEV_NONE, NULL, 0 },
		{ "on, not loaded", on_not_loaded, &check_kernel_autoload_off, SEV_OK, NULL, 0 },
		{ "refused", autoload_refused, &check_kernel_autoload_off, SEV_SKIPPED, "autoload", 0 },
		{ "old kernel", no_sysctl, &check_kernel_autoload_off, SEV_NONE, NULL, 0 },
		{ "pulse only", only_a_pulse, &check_kernel_autoload_off, SEV_NONE, NULL, 0 },
	};

	(void)state;
	EXAMINE(rows);
}

/* ---- lockdown, hardpps ---- */

static void integrity(void)
{
	set_text(&facts.kernel.lockdown, "none [integrity] confidentiality");
}

static void confidentiality(void)
{
	set_text(&facts.kernel.lockdown, "none integrity [confidentiality]");
}

static void no_lockdown(void) { facts.kernel.lockdown = fact_text_from(-ENOENT, ""); }
static void lockdown_refused(void) { facts.kernel.lockdown = fact_text_from(-EACCES, ""); }
static void memory_mapped(void) { integrity(); facts.port.io_type = fact_from(0, 2); }
static void no_hardpps(void) { facts.kernel.ntp_pps = fact_from(0, 0); }
static void no_config(void) { facts.kernel.ntp_pps = fact_from(-ENOENT, 0); }
static void config_refused(void) { facts.kernel.ntp_pps = fact_from(-EACCES, 0); }

static void test_limits_are_told_and_are_no_faults(void **state)
{
	static const struct row rows[] = {
		{ "none", NULL, &check_kernel_lockdown, SEV_OK, NULL, 0 },
		{ "integrity", integrity, &check_kernel_lockdown, SEV_INFO, "lockdown is integrity", 0 },
		{ "confidentiality", confidentiality, &check_kernel_lockdown, SEV_INFO,
		  "lockdown is confidentiality", 0 },
		{ "no such LSM", no_lockdown, &check_kernel_lockdown, SEV_NONE, NULL, 0 },
		{ "lockdown refused", lockdown_refused, &check_kernel_lockdown, SEV_SKIPPED,
		  "Permission denied", 0 },
		{ "no I/O ports", memory_mapped, &check_kernel_lockdown, SEV_NONE, NULL, 0 },
		{ "hardpps", NULL, &check_kernel_no_hardpps, SEV_OK, NULL, 0 },
		{ "no hardpps", no_hardpps, &check_kernel_no_hardpps, SEV_INFO, "flag3", 0 },
		{ "no configuration", no_config, &check_kernel_no_hardpps, SEV_NONE, NULL, 0 },
		{ "configuration refused", config_refused, &check_kernel_no_hardpps, SEV_SKIPPED,
		  "Permission denied", 0 },
	};

	(void)state;
	EXAMINE(rows);
}

/* ---- the line discipline ---- */

static void taken(void) { not_attached(); }
static void taken_by_slip(void) { not_attached(); facts.port.ldisc = fact_from(0, 1); }
static void from_ldattach(void) { not_attached(); hold(0, 9, "ldattach"); }
static void ldattach_slip(void) { from_ldattach(); facts.port.ldisc = fact_from(0, 1); }
static void by_hand(void) { taken(); facts.unit = fact_from(-ENOENT, 0); }
/* It does not answer yet; the socket may be another's. */
static void being_attached(void) { not_attached(); facts.hold.pid = fact_from(-ETIMEDOUT, 0); }
static void receiver_beside(void) { not_attached(); facts.hold.pid = fact_from(0, 411); }
static void a_reader(void) { not_attached(); hold(0, 812, "cat"); }
static void hung_up(void)
{
	from_ldattach();
	facts.port.flags = fact_from(0, 0x10000840);
	facts.port.ldisc = fact_from(-EIO, 0);
}

/* What a user sees who may not ask: no flag, no answer. */
static void lost_unseen(void) { taken(); facts.port.ldisc = fact_from(-EACCES, 0); }
static void nobody_seen(void)
{
	idle();
	facts.port.holders.unseen = 90;
	facts.port.flags = fact_from(0, 0x10000840);
}

static void test_lost(void **state)
{
	static const struct row rows[] = {
		{ "attached", NULL, &check_ldisc_lost, SEV_OK, NULL, 0 },
		{ "taken", taken, &check_ldisc_lost, SEV_FAIL,
		  "systemctl restart gpsppsctl@ttyS1.service", CURE_COMMAND },
		{ "taken, no unit", by_hand, &check_ldisc_lost, SEV_FAIL,
		  "gpsppsctl detach /dev/ttyS1; gpsppsctl attach --daemon /dev/ttyS1", CURE_COMMAND },
		{ "another", taken_by_slip, &check_ldisc_lost, SEV_FAIL, "line discipline 1", CURE_COMMAND },
		{ "from ldattach", from_ldattach, &check_ldisc_lost, SEV_FAIL, "kill 9;", 0 },
		{ "hung up", hung_up, &check_ldisc_lost, SEV_FAIL, "0x800", 0 },
		{ "ldattach's own", ldattach_slip, &check_ldisc_lost, SEV_NONE, NULL, 0 },
		{ "being attached", being_attached, &check_ldisc_lost, SEV_NONE, NULL, 0 },
		{ "receiver at work", receiver_beside, &check_ldisc_lost, SEV_NONE, NULL, 0 },
		{ "a reader", a_reader, &check_ldisc_lost, SEV_NONE, NULL, 0 },
		{ "idle", idle, &check_ldisc_lost, SEV_NONE, NULL, 0 },
		{ "no port", no_port, &check_ldisc_lost, SEV_NONE, NULL, 0 },
		{ "refused", lost_unseen, &check_ldisc_lost, SEV_NONE, NULL, 0 },
		{ "nobody seen", nobody_seen, &check_ldisc_lost, SEV_NONE, NULL, 0 },
		/* told once */
		{ "lost is not absent", taken, &check_ldisc_not_attached, SEV_NONE, NULL, 0 },
		{ "slip is", ldattach_slip, &check_ldisc_not_attached, SEV_FAIL, "kill 9;", 0 },
		{ "refused is", lost_unseen, &check_ldisc_not_attached, SEV_FAIL, NULL, CURE_COMMAND },
		{ "idle is", idle, &check_ldisc_not_attached, SEV_FAIL, "systemctl restart", CURE_COMMAND },
	};

	(void)state;
	EXAMINE(rows);
}

static void test_texts(void **state)
{
	static const struct check *const checks[] = {
		&check_kernel_no_pps, &check_kernel_no_ldisc, &check_kernel_autoload_off,
		&check_kernel_lockdown, &check_kernel_no_hardpps, &check_ldisc_not_attached,
		&check_ldisc_lost,
	};

	(void)state;
	expect_texts(checks, sizeof(checks) / sizeof(checks[0]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_autoload),
		cmocka_unit_test(test_limits_are_told_and_are_no_faults),
		cmocka_unit_test(test_lost),
		cmocka_unit_test(test_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
