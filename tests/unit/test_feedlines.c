// SPDX-License-Identifier: GPL-2.0-or-later
/* The lines for what is fed: to the letter, and as our readers of those files understand them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "daemon/ntpd_unit.h"
#include "feedlines.h"

static struct feedlines lines;
static struct ntpd_conf conf;

static const struct feedlines_input none = { .shm = -1 };

static void write_lines(const struct feedlines_input *in)
{
	memset(&lines, 'x', sizeof(lines));
	feedlines_write(in, &lines);
}

/* ---- to the letter ---- */

static void seconds_and_pulses(void **state)
{
	const struct feedlines_input in = { .mode = FEED_BOTH, .shm = 2 };

	(void)state;
	write_lines(&in);
	assert_string_equal(lines.ntp,
		"server 127.127.28.2 minpoll 4 maxpoll 4 noselect\n"
		"fudge 127.127.28.2 flag1 1 refid GPS\n"
		"server 127.127.28.3 minpoll 4 maxpoll 4 prefer\n"
		"fudge 127.127.28.3 flag1 1 refid PPS\n");
	assert_string_equal(lines.ntpsec,
		"refclock shm unit 2 minpoll 4 maxpoll 4 noselect refid GPS\n"
		"refclock shm unit 3 minpoll 4 maxpoll 4 prefer refid PPS\n");
	assert_string_equal(lines.chrony,
		"refclock SHM 2 refid GPS precision 1e-3 noselect\n"
		"refclock SHM 3 refid PPS precision 1e-6\n");
}

static void calibrated_pulses(void **state)
{
	const struct feedlines_input in = { .mode = FEED_BOTH, .shm = 0, .time1_s = 2.3456e-5 };

	(void)state;
	write_lines(&in);
	assert_non_null(strstr(lines.ntp, "fudge 127.127.28.0 flag1 1 refid GPS\n"));
	assert_non_null(strstr(lines.ntp,
			       "fudge 127.127.28.1 flag1 1 time1 0.000023456 refid PPS\n"));
	assert_non_null(strstr(lines.ntpsec, "unit 0 minpoll 4 maxpoll 4 noselect refid GPS\n"));
	assert_non_null(strstr(lines.ntpsec, "prefer time1 0.000023456 refid PPS\n"));
	assert_non_null(strstr(lines.chrony, "SHM 0 refid GPS precision 1e-3 noselect\n"));
	assert_non_null(strstr(lines.chrony, "precision 1e-6 offset 0.000023456\n"));
}

static void socket_of_chrony(void **state)
{
	static const struct {
		enum feed_mode mode;
		const char *pps, *line;
		enum pulse_edge edge;
	} cases[] = {
		{ FEED_BOTH, NULL, "refclock SOCK /run/chrony.ttyS0.sock refid PPS precision 1e-6\n",
		  EDGE_UNKNOWN },
		{ FEED_PULSES, NULL,
		  "refclock SOCK /run/chrony.ttyS0.sock refid PPS precision 1e-6\n", EDGE_UNKNOWN },
		{ FEED_SECONDS, NULL,
		  "refclock SOCK /run/chrony.ttyS0.sock refid NMEA precision 1e-3 delay 0.2\n",
		  EDGE_UNKNOWN },
		{ FEED_SECONDS, "/dev/gpspps0",
		  "refclock SOCK /run/chrony.ttyS0.sock refid NMEA precision 1e-3 noselect\n"
		  "refclock PPS /dev/gpspps0 lock NMEA refid PPS\n", EDGE_ASSERT },
		{ FEED_SECONDS, "/dev/gpspps0",
		  "refclock SOCK /run/chrony.ttyS0.sock refid NMEA precision 1e-3 noselect\n"
		  "refclock PPS /dev/gpspps0:clear lock NMEA refid PPS\n", EDGE_CLEAR },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct feedlines_input in = none;

		in.mode = cases[i].mode;
		in.sock = "/run/chrony.ttyS0.sock";
		in.pps = cases[i].pps;
		in.edge = cases[i].edge;
		write_lines(&in);
		assert_string_equal(lines.chrony, cases[i].line);
		assert_string_equal(lines.ntp, "");	/* they have no such socket */
		assert_string_equal(lines.ntpsec, "");
	}
}

static void pulses_beside_ntpds_own_sentences(void **state)
{
	struct feedlines_input in = { .mode = FEED_PULSES, .shm = 1, .gps = "/dev/gps0" };

	(void)state;
	write_lines(&in);
	assert_string_equal(lines.ntp,
		"tos mindist 0.4\n"
		"server 127.127.20.0 minpoll 4 maxpoll 4\n"
		"fudge 127.127.20.0 refid GPS\n"
		"server 127.127.28.1 minpoll 4 maxpoll 4 prefer\n"
		"fudge 127.127.28.1 flag1 1 refid PPS\n");
	assert_string_equal(lines.ntpsec,
		"tos mindist 0.4\n"
		"refclock nmea unit 0 minpoll 4 maxpoll 4 refid GPS\n"
		"refclock shm unit 1 minpoll 4 maxpoll 4 prefer refid PPS\n");
	assert_string_equal(lines.chrony, "refclock SHM 1 refid PPS precision 1e-6\n");
	in.gps_unit = 3;
	write_lines(&in);
	assert_non_null(strstr(lines.ntpsec,
			       "nmea unit 3 minpoll 4 maxpoll 4 path /dev/gps0 refid GPS\n"));
	in.gps = NULL;
	write_lines(&in);
	assert_null(strstr(lines.ntp, "127.127.20"));
	assert_null(strstr(lines.ntpsec, "mindist"));
}

static void nothing_for_nobody(void **state)
{
	(void)state;
	for (int mode = FEED_BOTH; mode <= FEED_SECONDS; mode++) {
		struct feedlines_input in = none;

		in.mode = (enum feed_mode)mode;
		in.gps = "/dev/gps0";
		in.pps = "/dev/gpspps0";
		write_lines(&in);
		assert_string_equal(lines.ntp, "");
		assert_string_equal(lines.ntpsec, "");
		assert_string_equal(lines.chrony, "");
	}
}

/* ---- as they are understood ---- */

static void check_unit(unsigned int driver, unsigned int unit, unsigned int role, double time1_s,
		       const char *refid)
{
	struct ntpd_unit u;

	assert_int_equal(ntpd_unit_find(&conf, driver, unit, &u), 0);
	assert_string_equal(u.set.refid, refid);
	assert_int_equal(u.set.value[NTPD_MINPOLL], 4);
	assert_int_equal(u.set.value[NTPD_MAXPOLL], 4);
	assert_int_equal(u.set.value[NTPD_TIME1], (int64_t)(time1_s * 1e9));
	for (unsigned int i = NTPD_PREFER; i <= NTPD_NOSELECT; i++)
		assert_int_equal(u.set.value[i], i == role);
}

static void read_as(enum ntpd_kind kind)
{
	const char *text = kind == NTPD_CLASSIC ? lines.ntp : lines.ntpsec;

	ntpd_conf_text(&conf, kind, text, strlen(text));
	if (conf.n_errors)
		fail_msg("%s: %s", conf.errors[0].at.text, conf.errors[0].reason);
	assert_null(ntpd_stray_fudge(&conf, NULL));
}

static void both_grammars_take_them(void **state)
{
	static const enum ntpd_kind kinds[] = { NTPD_CLASSIC, NTPD_NTPSEC };
	struct feedlines_input in = { .shm = 200, .time1_s = 0.125, .gps = "/dev/gps1",
				      .gps_unit = 1 };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		in.mode = FEED_BOTH;
		write_lines(&in);
		read_as(kinds[i]);
		assert_int_equal(conf.n_clocks, 2);
		check_unit(NTPD_DRIVER_SHM, 200, NTPD_NOSELECT, 0, "GPS");
		check_unit(NTPD_DRIVER_SHM, 201, NTPD_PREFER, 0.125, "PPS");
		in.mode = FEED_PULSES;
		write_lines(&in);
		read_as(kinds[i]);
		assert_int_equal(conf.n_clocks, 2);
		check_unit(NTPD_DRIVER_NMEA, 1, NTPD_OPTIONS, 0, "GPS");
		check_unit(NTPD_DRIVER_SHM, 200, NTPD_PREFER, 0.125, "PPS");
		assert_int_equal(ntpd_knob_find(&conf, "tos", "mindist")->billionths, 400000000);
		in.mode = FEED_SECONDS;
		write_lines(&in);
		read_as(kinds[i]);
		assert_int_equal(conf.n_clocks, 1);
		check_unit(NTPD_DRIVER_SHM, 200, NTPD_PREFER, 0.125, "GPS");
	}
}

/* The longest of everything fits. */
static void nothing_is_cut(void **state)
{
	char path[108], device[128];
	struct feedlines_input in = { .mode = FEED_SECONDS, .shm = 255, .sock = path,
				      .pps = device, .gps = device, .gps_unit = 255,
				      .edge = EDGE_CLEAR, .time1_s = -0.499999999 };

	(void)state;
	memset(path, 'p', sizeof(path));
	path[sizeof(path) - 1] = '\0';
	memset(device, 'd', sizeof(device));
	device[sizeof(device) - 1] = '\0';
	for (int mode = FEED_BOTH; mode <= FEED_SECONDS; mode++) {
		const char *all[] = { lines.ntp, lines.ntpsec, lines.chrony };

		in.mode = (enum feed_mode)mode;
		write_lines(&in);
		for (int i = 0; i < 3; i++) {
			assert_true(strlen(all[i]) < FEEDLINES_MAX - 1);
			assert_int_equal(all[i][strlen(all[i]) - 1], '\n');
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(seconds_and_pulses),
		cmocka_unit_test(calibrated_pulses),
		cmocka_unit_test(socket_of_chrony),
		cmocka_unit_test(pulses_beside_ntpds_own_sentences),
		cmocka_unit_test(nothing_for_nobody),
		cmocka_unit_test(both_grammars_take_them),
		cmocka_unit_test(nothing_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
