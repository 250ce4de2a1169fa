// SPDX-License-Identifier: GPL-2.0-or-later
/* The lines that a user would put into the daemons' configurations. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <errno.h>
#include <cmocka.h>

#include "ntplines.h"

static struct ntplines out;

static struct ntplines_input all_known(void)
{
	return (struct ntplines_input) {
		.unit = fact_from(0, 0), .pps = "gpspps0", .edge = EDGE_ASSERT,
		.delay_ms = fact_from(0, 431), .baud = fact_from(0, 4800),
	};
}

static void everything_known(void **state)
{
	struct ntplines_input in = all_known();

	(void)state;
	ntplines_write(&in, &out);
	assert_string_equal(out.ntp,
		"server 127.127.20.0 mode 1 minpoll 4 maxpoll 4 prefer\n"
		"fudge 127.127.20.0 flag1 1 time2 0.431 refid PPS");
	assert_string_equal(out.ntpsec,
		"refclock nmea unit 0 mode 1 baud 4800 minpoll 4 maxpoll 4 prefer "
		"flag1 1 time2 0.431 refid PPS");
	assert_string_equal(out.chrony,
		"refclock SHM 0 offset 0.431 delay 0.1 refid GPS noselect\n"
		"refclock PPS /dev/gpspps0 lock GPS refid PPS");
}

static void the_clear_edge(void **state)
{
	struct ntplines_input in = all_known();

	(void)state;
	in.edge = EDGE_CLEAR;
	ntplines_write(&in, &out);
	assert_non_null(strstr(out.ntp, " flag1 1 flag2 1 time2"));
	assert_non_null(strstr(out.ntpsec, " flag1 1 flag2 1 time2"));
	assert_non_null(strstr(out.chrony, "/dev/gpspps0:clear lock GPS"));
}

/* ntp.org's driver20: bits 4 to 6 are 0 for 4800 up to 5 for 115200, and RMC is 1. */
static void speeds(void **state)
{
	static const struct {
		int baud;
		const char *ntp, *ntpsec;
	} rows[] = {
		{ 4800, " mode 1 ", " mode 1 baud 4800 " },
		{ 9600, " mode 17 ", " mode 17 baud 9600 " },
		{ 19200, " mode 33 ", " mode 33 baud 19200 " },
		{ 38400, " mode 49 ", " mode 49 baud 38400 " },
		{ 57600, " mode 65 ", " mode 65 baud 57600 " },
		{ 115200, " mode 81 ", " mode 81 baud 115200 " },
	};
	struct ntplines_input in = all_known();

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		in.baud = fact_from(0, rows[i].baud);
		ntplines_write(&in, &out);
		assert_non_null(strstr(out.ntp, rows[i].ntp));
		assert_non_null(strstr(out.ntpsec, rows[i].ntpsec));
	}
	/* classic ntp has no bits for it */
	in.baud = fact_from(0, 230400);
	ntplines_write(&in, &out);
	assert_null(strstr(out.ntp, "mode"));
	assert_non_null(strstr(out.ntpsec, " mode 1 baud 230400 "));
}

static void nothing_is_guessed(void **state)
{
	struct ntplines_input in = { 0 };

	(void)state;
	ntplines_write(&in, &out);
	assert_string_equal(out.ntp, "");
	assert_string_equal(out.ntpsec, "");
	assert_string_equal(out.chrony, "");
	/* a pulse alone: ntpd needs a unit, chrony does not */
	in.pps = "pps3";
	in.unit = in.delay_ms = in.baud = fact_from(-ENOENT, 0);
	ntplines_write(&in, &out);
	assert_string_equal(out.ntp, "");
	assert_string_equal(out.chrony, "refclock SHM 0 delay 0.1 refid GPS noselect\n"
			    "refclock PPS /dev/pps3 lock GPS refid PPS");
	/* a unit under another name, nothing measured */
	in.unit = fact_from(0, 2);
	ntplines_write(&in, &out);
	assert_string_equal(out.ntp, "server 127.127.20.2 minpoll 4 maxpoll 4 prefer\n"
			    "fudge 127.127.20.2 flag1 1 refid PPS");
	assert_string_equal(out.ntpsec, "refclock nmea unit 2 ppspath /dev/pps3 "
			    "minpoll 4 maxpoll 4 prefer flag1 1 refid PPS");
	/* sentences without a pulse */
	in.pps = "";
	in.edge = EDGE_CLEAR;
	ntplines_write(&in, &out);
	assert_string_equal(out.ntp, "server 127.127.20.2 minpoll 4 maxpoll 4 prefer\n"
			    "fudge 127.127.20.2 refid GPS");
	assert_string_equal(out.chrony, "refclock SHM 0 delay 0.1 refid GPS");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everything_known),
		cmocka_unit_test(the_clear_edge),
		cmocka_unit_test(speeds),
		cmocka_unit_test(nothing_is_guessed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
