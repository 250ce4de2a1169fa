// SPDX-License-Identifier: GPL-2.0-or-later
/* systemd's unit files: what a unit waits for; and whose unit a process is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "unitfile.h"

static struct service_fact service;

static void read_text(const char *text)
{
	unitfile_read("/lib/systemd/system/x.service", text, strlen(text), &service);
}

static int begin(void **state)
{
	(void)state;
	memset(&service, 0, sizeof(service));
	return 0;
}

static void test_what_it_waits_for(void **state)
{
	(void)state;
	read_text("[Unit]\n"
		  "Description=Network Time Service\n"
		  "After=network.target dev-gps0.device\n"
		  "After = dev-gpspps0.device\n"
		  "Wants=network.target dev-gpspps0.device\n"
		  "BindsTo=dev-pps0.device\n"
		  "[Install]\n"
		  "Alias=ntp.service ntpd.service\n");
	assert_string_equal(service.after, "dev-gps0.device dev-gpspps0.device");
	assert_string_equal(service.wants, "dev-gpspps0.device dev-pps0.device");
	assert_string_equal(service.aliases, "ntp.service ntpd.service");
	assert_int_equal(service.condition.line, 0);
	assert_true(unitfile_lists(service.after, "dev-gps0.device"));
	assert_false(unitfile_lists(service.after, "dev-gps.device"));
	assert_false(unitfile_lists("", "dev-gps0.device"));
}

/* A drop-in adds to what the unit says. */
static void test_dropin(void **state)
{
	(void)state;
	read_text("[Unit]\nAfter=ldattach@ttyS0.service\n");
	read_text("[Unit]\nAfter=dev-gpspps0.device ldattach@ttyS0.service\n");
	assert_string_equal(service.after, "ldattach@ttyS0.service dev-gpspps0.device");
}

static void test_lines_that_go_on(void **state)
{
	(void)state;
	read_text("# After=dev-gps1.device\n;After=dev-gps2.device\n"
		  "After=network.target \\\n# between\n  dev-gps0.device\n"
		  "Before=dev-gps3.device\n");
	assert_string_equal(service.after, "dev-gps0.device");
}

/* gpsd takes its time from the daemon's socket, which must be there first: no attacher. */
static void test_gpsd_is_none(void **state)
{
	(void)state;
	read_text("After=gpsd.service gpsd.socket\n");
	assert_string_equal(service.after, "");
}

static void test_condition(void **state)
{
	(void)state;
	read_text("[Unit]\nConditionCapability=CAP_SYS_TIME\n"
		  "ConditionPathExists=!/etc/ntp.disabled\n"
		  "ConditionPathExistsGlob=/sys/class/pps/pps*\n");
	assert_int_equal(service.condition.line, 4);
	assert_string_equal(service.condition.file, "/lib/systemd/system/x.service");
	assert_string_equal(service.condition.text, "ConditionPathExistsGlob=/sys/class/pps/pps*");
	begin(NULL);
	read_text("ConditionPathExists=!/dev/pps0\nConditionPathExists=/etc/chrony.conf\n");
	assert_int_equal(service.condition.line, 0);
}

static void test_too_much(void **state)
{
	char many[4096] = "After=";

	(void)state;
	for (int i = 0; i < 150; i++)
		strcat(many, "dev-gps0123456.device ");
	many[7] = 'D';
	read_text(many);
	assert_true(strlen(service.after) < sizeof(service.after));
	memset(many, '\\', sizeof(many));
	unitfile_read("x", many, sizeof(many), &service);
	unitfile_read("x", "\\\n\\\n\\", 5, &service);
	unitfile_read("x", "=\nAfter", 7, &service);
	unitfile_read("x", "", 0, &service);
}

static void test_cgroups(void **state)
{
	static const struct {
		const char *text, *unit;
	} rows[] = {
		{ "0::/system.slice/system-gpsppsctl.slice/gpsppsctl@ttyS0.service",
		  "gpsppsctl@ttyS0.service" },
		{ "0::/user.slice/user-1000.slice/session-3.scope", "session-3.scope" },
		{ "0::/user.slice/user-1000.slice/user@1000.service/app.slice/x.scope", "x.scope" },
		{ "0::/system.slice/docker.service/inner", "docker.service" },
		{ "12:pids:/\n1:name=systemd:/system.slice/ntp.service\n0::/", "ntp.service" },
		{ "0::/", NULL },
		{ "0::/init.scope", "init.scope" },
		{ "", NULL },
		{ "0::", NULL },
		{ "0::/.service", NULL },
		{ "0::/system.slice/$(reboot).service", NULL },
		{ "0::/system.slice/a b.service", NULL },
		{ "0::/system.slice/-x.service", NULL },
		{ "0::/system.slice/gps\\x2da.service", NULL },
	};
	char unit[64];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(unitfile_of_cgroup(rows[i].text, unit, sizeof(unit)),
				 rows[i].unit != NULL);
		assert_string_equal(unit, rows[i].unit ? rows[i].unit : "");
	}
	/* no room */
	assert_false(unitfile_of_cgroup(rows[0].text, unit, 8));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_what_it_waits_for, begin),
		cmocka_unit_test_setup(test_dropin, begin),
		cmocka_unit_test_setup(test_lines_that_go_on, begin),
		cmocka_unit_test_setup(test_gpsd_is_none, begin),
		cmocka_unit_test_setup(test_condition, begin),
		cmocka_unit_test_setup(test_too_much, begin),
		cmocka_unit_test(test_cgroups),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
