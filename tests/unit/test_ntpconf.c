// SPDX-License-Identifier: GPL-2.0-or-later
/* ntp.conf's lines about an NMEA receiver. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "ntpconf.h"

static int baud_of(const char *text, unsigned int unit)
{
	unsigned int baud = 0;
	int err = ntpconf_baud(text, strlen(text), unit, &baud);

	return err ? err : (int)baud;
}

static void lines_of_either_ntp(void **state)
{
	static const struct {
		const char *line;
		int baud;	/* of unit 0 */
	} rows[] = {
		{ "server 127.127.20.0", 4800 },
		{ "server 127.127.20.0 mode 17 minpoll 4", 9600 },
		{ "server 127.127.20.0 minpoll 4 mode 0x51", 115200 },
		{ "server 127.127.20.0 mode 33", 19200 },
		{ "server 127.127.20.0 mode 48", 38400 },
		{ "server 127.127.20.0 mode 64", 57600 },
		{ "server 127.127.20.0 mode 112", 4800 },	/* 7: no such speed */
		{ "refclock nmea baud 12345", 9600 },		/* nor this; NTPsec's own */
		{ "refclock nmea mode 17 unit 1", 9600 },	/* a unit here is a mistake */
		{ "  server\t127.127.20.0\tmode\t17\r", 9600 },
		{ "refclock nmea unit 0 mode 1 flag1 1", 4800 },
		{ "refclock nmea", 4800 },
		{ "refclock nmea mode 17", 9600 },
		{ "refclock nmea baud 57600 mode 17", 57600 },
		{ "refclock nmea unit 0 # baud 9600", 4800 },
		{ "refclock nmea baud", -ENOENT },	/* a syntax error: the line is not there */
		{ "refclock nmea unit 1", -ENOENT },
		{ "server 127.127.20.1 mode 17", -ENOENT },
		{ "server 127.127.20.", -ENOENT },
		{ "server 127.127.22.0", -ENOENT },
		{ "server 127.127.20.0x", -ENOENT },
		{ "server ntp.example.org", -ENOENT },
		{ "# server 127.127.20.0 mode 17", -ENOENT },
		{ "#server 127.127.20.0", -ENOENT },
		{ "refclock shm unit 0", -ENOENT },
		{ "fudge 127.127.20.0 flag1 1", -ENOENT },
		{ "server", -ENOENT },
		{ "", -ENOENT },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (baud_of(rows[i].line, 0) != rows[i].baud)
			fail_msg("\"%s\": %d", rows[i].line, baud_of(rows[i].line, 0));
}

static void the_line_of_the_unit_counts(void **state)
{
	static const char text[] = "driftfile /x\n"
		"server 127.127.20.2 mode 80\n"
		"refclock nmea unit 1 baud 230400\n"
		"server 127.127.20.1 mode 17\n"
		"server 127.127.20.11";

	(void)state;
	assert_int_equal(baud_of(text, 2), 115200);
	assert_int_equal(baud_of(text, 1), 230400);
	assert_int_equal(baud_of(text, 11), 4800);
	assert_int_equal(baud_of(text, 0), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_of_either_ntp),
		cmocka_unit_test(the_line_of_the_unit_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
