// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "unittab.h"

static struct unittab tab;
static struct unittab_error err;

static int parse(const char *text)
{
	return unittab_parse(text, strlen(text), &tab, &err);
}

static void test_units(void **state)
{
	(void)state;
	assert_int_equal(parse("# a comment\n\n"
			       "0 /dev/ttyS0 baud=4800 restart=ntpsec.service,chrony.service\n"
			       "\t12\tttyUSB0   # behind it\r\n"
			       "255 /dev/serial/by-path/x"), 0);
	assert_int_equal(tab.n, 3);
	assert_int_equal(tab.units[0].unit, 0);
	assert_string_equal(tab.units[0].port, "/dev/ttyS0");
	assert_int_equal(tab.units[0].baud, 4800);
	assert_string_equal(tab.units[0].restart, "ntpsec.service,chrony.service");
	assert_int_equal(tab.units[0].line, 3);
	assert_int_equal(tab.units[1].unit, 12);
	assert_string_equal(tab.units[1].port, "ttyUSB0");
	assert_int_equal(tab.units[1].baud, 0);
	assert_string_equal(tab.units[1].restart, "");
	assert_int_equal(tab.units[1].line, 4);
	assert_int_equal(tab.units[2].unit, 255);
	assert_int_equal(parse(""), 0);
	assert_int_equal(tab.n, 0);
}

static void test_what_a_line_may_say(void **state)
{
	(void)state;
	assert_int_equal(parse("0 ttyS0 on_lost=alarm.service,led@off.service on_back=calm.service "
			       "metrics=/run/node_exporter/gps.prom wakeup-latency=0\n"
			       "1 ttyS1\n"
			       "2 ttyS2 wakeup-latency=1000000 bind=clear\n"), 0);
	assert_string_equal(tab.units[0].on_lost, "alarm.service,led@off.service");
	assert_string_equal(tab.units[0].on_back, "calm.service");
	assert_string_equal(tab.units[0].metrics, "/run/node_exporter/gps.prom");
	assert_int_equal(tab.units[0].wakeup_latency_us, 0);
	assert_string_equal(tab.units[1].on_lost, "");
	assert_string_equal(tab.units[1].on_back, "");
	assert_string_equal(tab.units[1].metrics, "");
	assert_int_equal(tab.units[1].wakeup_latency_us, -1);
	assert_int_equal(tab.units[2].wakeup_latency_us, 1000000);
	assert_int_equal(tab.units[0].bind, BIND_NONE);
	assert_int_equal(tab.units[2].bind, BIND_CLEAR);
	assert_int_equal(parse("0 ttyS0 bind=assert pulse=pps-gpio.-1\n"), 0);
	assert_int_equal(tab.units[0].bind, BIND_ASSERT);
	assert_int_equal(parse("0 - bind=assert pulse=ttyS1\n"), 0);
	assert_int_equal(parse("0 ttyS0\n1 ttyS1 holder=none baud=9600\n"), 0);
	assert_false(tab.units[0].no_holder);
	assert_true(tab.units[1].no_holder);
	assert_int_equal(tab.units[1].baud, 9600);
}

static void test_where_the_pulse_comes_from(void **state)
{
	static const struct {
		const char *text;
		enum unit_source source;
		bool has_port;
	} rows[] = {
		{ "0 ttyS0", SOURCE_OWN, true },
		{ "0 ttyS0 pulse=none", SOURCE_NONE, true },
		{ "0 ttyS0 pulse=ttyS1", SOURCE_PORT, true },
		{ "0 ttyS0 pulse=/dev/serial/by-path/pci-0000:00:04.0-usb-0:1:1.0", SOURCE_PORT, true },
		{ "0 - pulse=/dev/ttyS1", SOURCE_PORT, false },
		{ "0 ttyS0 pulse=pps@12.-1", SOURCE_NAMED, true },
		{ "0 - pulse=pps-gpio.-1", SOURCE_NAMED, false },
		{ "0 ttyS0 pulse=ptp0", SOURCE_NAMED, true },
		{ "0 ttyS0 pulse=abcdefghijklmnopqrstuvwxyzabcde", SOURCE_NAMED, true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(parse(rows[i].text), 0);
		assert_int_equal(unit_source(&tab.units[0]), rows[i].source);
		assert_int_equal(unit_has_port(&tab.units[0]), rows[i].has_port);
	}
	assert_int_equal(parse("0 ttyS0 pulse=ttyS1\n1 - pulse=ptp0\n2 none\n"), 0);
	assert_ptr_equal(unittab_find_source(&tab, "ptp0"), &tab.units[1]);
	assert_null(unittab_find_source(&tab, "ptp1"));
	assert_null(unittab_find_source(&tab, "ttyS1"));
	assert_null(unittab_find_source(&tab, ""));
	/* the port - is nobody's: there may be many; so may units without a pulse */
	assert_int_equal(parse("0 - pulse=ptp0\n1 - pulse=ttyS1\n"
			       "2 ttyS2 pulse=none\n3 ttyS3 pulse=none\n"), 0);
}

static void test_mistakes(void **state)
{
	static const struct {
		const char *text;
		unsigned int line;
		const char *word;	/* that the reason must hold */
	} rows[] = {
		{ "256 ttyS0\n", 1, "unit number" },
		{ "-1 ttyS0\n", 1, "unit number" },
		{ "ttyS0 0\n", 1, "unit number" },
		{ "99999999999999999999 ttyS0\n", 1, "unit number" },
		{ "0\n", 1, "port is missing" },
		{ "0 # ttyS0\n", 1, "port is missing" },
		{ "\n0 ttyS0 baud=\n", 2, "baud=" },
		{ "0 ttyS0 baud=0\n", 1, "baud=" },
		{ "0 ttyS0 baud=48oo\n", 1, "baud=" },
		{ "0 ttyS0 bauds=4800\n", 1, "bind= holder=)" },
		{ "0 ttyS0 restart=\n", 1, "restart=" },
		{ "0 ttyS0 restart=--now\n", 1, "restart=" },
		{ "0 ttyS0 restart=a;reboot\n", 1, "restart=" },
		{ "0 ttyS0\n0 ttyS1\n", 2, "unit is in the table twice" },
		{ "0 ttyS0\n1 ttyS0\n", 2, "port is in the table twice" },
		{ "0 ttyS0\n1 /dev/ttyS0\n", 2, "port is in the table twice" },
		{ "0 ttyS0 restart=a,--now\n", 1, "restart=" },
		{ "0 ttyS0 on_lost=\n", 1, "on_lost=" },
		{ "0 ttyS0 on_lost=a;b\n", 1, "on_lost=" },
		{ "0 ttyS0 on_back=-b\n", 1, "on_back=" },
		{ "0 ttyS0 metrics=x.prom\n", 1, "metrics=" },
		{ "0 ttyS0 metrics=/run/\n", 1, "metrics=" },
		{ "0 ttyS0 metrics=\n", 1, "metrics=" },
		{ "0 ttyS0 wakeup-latency=1000001\n", 1, "wakeup-latency=" },
		{ "0 ttyS0 wakeup-latency=-1\n", 1, "wakeup-latency=" },
		{ "0 ttyS0 holder=\n", 1, "holder=" },
		{ "0 ttyS0 holder=gpsd\n", 1, "holder= wants none" },
		{ "0 ttyS0 bind=\n", 1, "bind=" },
		{ "0 ttyS0 bind=both\n", 1, "assert or clear" },
		{ "0 ttyS0 bind=assert pulse=none\n", 1, "a port to attach" },
		{ "0 - bind=assert pulse=pps-gpio.-1\n", 1, "a port to attach" },
		{ "0 ttyS0 bind=assert\n1 ttyS1 bind=clear\n", 2, "takes one pulse" },
		{ "0 ttyS0 pulse=\n", 1, "pulse=" },
		{ "0 ttyS0 pulse=pps1\n", 1, "numbers change" },
		{ "0 ttyS0 pulse=/dev/pps12\n", 1, "numbers change" },
		/* 32 letters; the kernel's names have 31 */
		{ "0 ttyS0 pulse=abcdefghijklmnopqrstuvwxyzabcdef\n", 1, "longer" },
		{ "0 ttyS0 pulse=/dev/ttyS0\n", 1, "the port itself" },
		{ "0 -\n", 1, "has no pulse" },
		{ "0 - pulse=none\n", 1, "has no pulse" },
		{ "0 ttyS0 pulse=ttyS1\n1 /dev/ttyS1\n", 2, "port is in the table twice" },
		{ "0 /dev/ttyS1\n1 ttyS0 pulse=ttyS1\n", 2, "pulse's port is in the table twice" },
		{ "0 ttyS0 pulse=ttyS2\n1 ttyS1 pulse=/dev/ttyS2\n", 2, "pulse's port" },
		{ "0 ttyS0 pulse=ptp0\n1 - pulse=ptp0\n", 2, "pulse is in the table twice" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_not_equal(parse(rows[i].text), 0);
		assert_int_equal(err.line, rows[i].line);
		assert_non_null(strstr(err.reason, rows[i].word));
	}
}

static void test_hostile(void **state)
{
	char text[400];

	(void)state;
	memcpy(text, "0 tty\0S0\n", 9);
	assert_int_not_equal(unittab_parse(text, 9, &tab, &err), 0);
	memset(text, 'a', sizeof(text));
	memcpy(text, "0 ", 2);
	assert_int_not_equal(unittab_parse(text, sizeof(text), &tab, &err), 0);
	assert_non_null(strstr(err.reason, "too long"));
	/* the longest name that fits */
	text[2 + UNIT_PORT_MAX - 1] = '\n';
	assert_int_equal(unittab_parse(text, 2 + UNIT_PORT_MAX, &tab, &err), 0);
	assert_int_equal(strlen(tab.units[0].port), UNIT_PORT_MAX - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_units),
		cmocka_unit_test(test_what_a_line_may_say),
		cmocka_unit_test(test_where_the_pulse_comes_from),
		cmocka_unit_test(test_mistakes),
		cmocka_unit_test(test_hostile),
	};

	return cmocka_run_group_tests_name("unittab", tests, NULL, NULL);
}
