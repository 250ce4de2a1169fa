// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "daemon/gpsd_conf.h"

static struct gpsd_conf conf;
static struct gpsd_defaults defaults;

#define CMDLINE(text) gpsd_cmdline_parse(text, sizeof(text), &conf)

static void parse_defaults(const char *text)
{
	gpsd_defaults_parse(text, strlen(text), &conf, &defaults);
}

static void test_nothing_said(void **state)
{
	(void)state;
	CMDLINE("/usr/sbin/gpsd");
	assert_int_equal(conf.n_devices, 0);
	assert_false(conf.nowait);
	assert_false(conf.readonly);
	assert_int_equal(conf.speed, 0);
	assert_int_equal(conf.wrong, GPSD_OK);
	gpsd_cmdline_parse("", 0, &conf);
	assert_int_equal(conf.n_devices, 0);
}

static void test_a_command_line(void **state)
{
	(void)state;
	CMDLINE("/usr/sbin/gpsd\0-nbD\0" "2\0-N\0-s\0" "9600\0-f\0" "8N1\0-F\0/run/gpsd.sock\0"
		"-S\0" "3000\0-G\0/dev/gps0\0/dev/pps0\0tcp://host:2222\0-p");
	assert_true(conf.nowait);
	assert_true(conf.readonly);
	assert_true(conf.foreground);
	assert_true(conf.any_address);
	assert_true(conf.passive);
	assert_false(conf.bad_time);
	assert_int_equal(conf.debug, 2);
	assert_int_equal(conf.speed, 9600);
	assert_string_equal(conf.framing, "8N1");
	assert_string_equal(conf.socket, "/run/gpsd.sock");
	assert_string_equal(conf.port, "3000");
	assert_int_equal(conf.n_devices, 3);
	assert_string_equal(conf.devices[0].text, "/dev/gps0");
	assert_int_equal(conf.devices[0].kind, GPSD_TTY);
	assert_string_equal(gpsd_device_name(&conf.devices[0]), "gps0");
	assert_int_equal(conf.devices[1].kind, GPSD_PPS);
	assert_int_equal(conf.devices[2].kind, GPSD_NETWORK);
	assert_int_equal(conf.wrong, GPSD_OK);
}

static void test_long_options(void **state)
{
	(void)state;
	CMDLINE("gpsd\0--nowait\0--badtime\0--speed=115200\0--readonly\0"
		"--debug\0" "0x3\0/dev/ttyS0");
	assert_true(conf.nowait);
	assert_true(conf.bad_time);
	assert_true(conf.readonly);
	assert_int_equal(conf.speed, 115200);
	assert_int_equal(conf.debug, 3);
	assert_string_equal(conf.devices[0].text, "/dev/ttyS0");
}

#define WRONG(text, what, said) do {				\
	CMDLINE(text);						\
	assert_int_equal(conf.wrong, what);			\
	assert_string_equal(conf.wrong_text, said);		\
} while (0)

static void test_what_gpsd_refuses(void **state)
{
	(void)state;
	WRONG("gpsd\0-s\0" "9600N1", GPSD_SPEED, "9600N1");
	assert_int_equal(conf.speed, 0);
	WRONG("gpsd\0-s\0" "0", GPSD_SPEED, "0");
	WRONG("gpsd\0-s0x", GPSD_SPEED, "0x");
	WRONG("gpsd\0-s\0" "99999999999999", GPSD_SPEED, "99999999999999");
	WRONG("gpsd\0-f\0" "8N3", GPSD_FRAMING, "8N3");
	WRONG("gpsd\0-f\0" "8N1x", GPSD_FRAMING, "8N1x");
	WRONG("gpsd\0-n\0-k\0-s\0x", GPSD_OPTION, "k");
	WRONG("gpsd\0--fast", GPSD_OPTION, "--fast");
	WRONG("gpsd\0-\x1b[2J", GPSD_OPTION, "?");
	CMDLINE("gpsd\0-s\0" "0x2580");		/* strtol() with base 0 */
	assert_int_equal(conf.speed, 9600);
	CMDLINE("gpsd\0-s\0" "011300");
	assert_int_equal(conf.speed, 4800);
}

static void test_more_than_is_kept(void **state)
{
	char text[8 + 2 * 200] = "gpsd";

	(void)state;
	for (size_t i = 0; i < 200; i++)
		text[5 + 2 * i] = 'a';
	gpsd_cmdline_parse(text, sizeof(text), &conf);
	assert_int_equal(conf.n_devices, GPSD_DEVICES_MAX);
	assert_int_equal(conf.wrong, GPSD_CUT);
	memset(text + 5, 'b', sizeof(text) - 5);
	gpsd_cmdline_parse(text, sizeof(text), &conf);
	assert_int_equal(conf.n_devices, 0);
	assert_int_equal(conf.wrong, GPSD_CUT);
}

/* Debian's own file, and what users make of it. */
static void test_defaults(void **state)
{
	(void)state;
	parse_defaults("# Devices gpsd should collect to at boot time.\nDEVICES=\"\"\n\n"
		       "GPSD_OPTIONS=\"\"\n\nUSBAUTO=\"true\"\n");
	assert_int_equal(conf.n_devices, 0);
	assert_false(conf.nowait);
	assert_true(defaults.usbauto);
	assert_false(defaults.has_start_daemon);

	parse_defaults("START_DAEMON=\"false\"\nUSBAUTO='false'\n"
		       "DEVICES=\"/dev/ttyS0 /dev/pps0\"\nGPSD_OPTIONS=-n -s 9600\n");
	assert_int_equal(conf.n_devices, 2);
	assert_string_equal(conf.devices[0].text, "/dev/ttyS0");
	assert_string_equal(conf.devices[1].text, "/dev/pps0");
	assert_true(conf.nowait);
	assert_int_equal(conf.speed, 9600);
	assert_false(defaults.usbauto);
	assert_true(defaults.has_start_daemon);
	assert_false(defaults.start_daemon);
	assert_int_equal(conf.wrong, GPSD_OK);

	parse_defaults("OPTIONS=\"-b\"\nDEVICES=/dev/gps0\nSTART_DAEMON=true\n");
	assert_true(conf.readonly);
	assert_string_equal(conf.devices[0].text, "/dev/gps0");
	assert_true(defaults.start_daemon);
}

/* systemd puts what stands behind a closing quote into the value. */
static void test_a_comment_that_is_none(void **state)
{
	(void)state;
	parse_defaults("DEVICES=\"/dev/ttyS0\" # the GPS\n");
	assert_string_equal(conf.devices[0].text, "/dev/ttyS0#");
	assert_string_equal(conf.devices[1].text, "the");
	assert_int_equal(conf.wrong, GPSD_COMMENT);
	assert_string_equal(conf.wrong_text, "/dev/ttyS0#");
}

static void test_defaults_that_are_too_long(void **state)
{
	static char text[3 * GPSD_ARGS_MAX] = "GPSD_OPTIONS=-n\nDEVICES=";

	(void)state;
	memset(text + strlen(text), 'x', 2 * GPSD_ARGS_MAX);
	parse_defaults(text);
	assert_true(conf.nowait);
	assert_int_equal(conf.n_devices, 0);
	assert_int_equal(conf.wrong, GPSD_CUT);
	assert_string_equal(conf.wrong_text, "DEVICES");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_said),
		cmocka_unit_test(test_a_command_line),
		cmocka_unit_test(test_long_options),
		cmocka_unit_test(test_what_gpsd_refuses),
		cmocka_unit_test(test_more_than_is_kept),
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_a_comment_that_is_none),
		cmocka_unit_test(test_defaults_that_are_too_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
