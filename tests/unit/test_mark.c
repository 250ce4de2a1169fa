// SPDX-License-Identifier: GPL-2.0-or-later
/* What a daemon makes of a port's clocks. */
#include "patient.h"

#include "daemon/mark.h"
#include "daemons.h"

#define PEERS_HEAD \
	"     remote           refid      st t when poll reach   delay   offset   jitter\n" \
	"===============================================================================\n"

static int begin(void **state)
{
	(void)state;
	healthy();
	no_daemons();
	return 0;
}

static void test_ntpsec_says_o(void **state)
{
	struct daemon *d = an_ntpd(DAEMON_NTPSEC, "refclock nmea unit 0 flag1 1\n");
	struct clock_mark m;
	char text[320];

	(void)state;
	assert_true(mark_of(d, &d->clocks[0], &m));
	assert_int_equal(m.mark, 0);
	assert_false(mark_is_pulse_used(d, &facts));
	says_peers(d, PEERS_HEAD "oNMEA(0)         .GPS.            0 l   13   16  377   0.0000  -0.0120   0.0030\n");
	assert_true(mark_of(d, &d->clocks[0], &m));
	assert_int_equal(m.mark, 'o');
	assert_true(m.has_pulse);
	assert_true(mark_is_pulse_used(d, &facts));
	mark_text(&m, text, sizeof(text));
	assert_string_equal(text, "o NMEA(0): the pulse disciplines the clock; offset -0.012 ms, reach 377");
}

/* The sentences are used: their pulse need not be. */
static void test_a_star_is_no_pulse(void **state)
{
	struct daemon *d = an_ntpd(DAEMON_NTPD, "server 127.127.20.0\nfudge 127.127.20.0 flag1 1\n");
	struct clock_mark m;

	(void)state;
	says_peers(d, PEERS_HEAD "*127.127.20.0    .GPS.            0 l   13   16  377    0.000    0.012   0.003\n");
	assert_true(mark_of(d, &d->clocks[0], &m));
	assert_string_equal(m.name, "127.127.20.0");
	assert_int_equal(m.mark, '*');
	assert_false(mark_is_pulse_used(d, &facts));
}

static void test_chrony_selects_the_pulse(void **state)
{
	struct daemon *d = a_chronyd("refclock SHM 0 refid NMEA noselect\n"
				     "refclock PPS /dev/pps0 lock NMEA refid PPS\n");
	struct clock_mark m;

	(void)state;
	says_sources(d, "#,?,NMEA,0,4,377,12,0.100000000,0.100000000,0.050000000\n"
		     "#,*,PPS,0,4,377,12,0.000000120,0.000000120,0.000000500\n");
	assert_true(mark_of(d, &d->clocks[0], &m));
	assert_int_equal(m.mark, '?');
	assert_non_null(strstr(m.words, "noselect says"));
	assert_false(m.has_pulse);
	assert_true(mark_of(d, &d->clocks[1], &m));
	assert_int_equal(m.mark, '*');
	assert_true(m.has_pulse);
	assert_true(mark_is_pulse_used(d, &facts));
	says_sources(d, "#,?,PPS,0,4,0,4294967295,0.000000000,0.000000000,0.000000000\n");
	assert_false(mark_is_pulse_used(d, &facts));
}

static void test_gpsd_marks_nothing(void **state)
{
	static const char line[] = "gpsd\0-n\0/dev/ttyS1";
	struct daemon *d = a_gpsd(line, sizeof(line));
	struct clock_mark m;

	(void)state;
	assert_false(mark_of(d, &d->clocks[0], &m));
	assert_false(mark_is_pulse_used(d, &facts));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_ntpsec_says_o, begin),
		cmocka_unit_test_setup(test_a_star_is_no_pulse, begin),
		cmocka_unit_test_setup(test_chrony_selects_the_pulse, begin),
		cmocka_unit_test_setup(test_gpsd_marks_nothing, begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
