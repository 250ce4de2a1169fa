// SPDX-License-Identifier: GPL-2.0-or-later
/* Which clock of which daemon is a port's. */
#include "patient.h"

#include "daemons.h"

static int begin(void **state)
{
	(void)state;
	healthy();
	no_daemons();
	return 0;
}

static void test_ntpd_takes_both_by_its_links(void **state)
{
	struct daemon *d = an_ntpd(DAEMON_NTPSEC, "refclock nmea unit 0 flag1 1\n");
	const struct daemon_clock *c;

	(void)state;
	assert_ptr_equal(daemon_of(&facts, DAEMONS_ALL), d);
	c = daemon_clock_of(d, &facts);
	assert_non_null(c);
	assert_string_equal(c->port, "/dev/gps0");
	assert_string_equal(c->pulse, "/dev/gpspps0");
	assert_ptr_equal(daemon_pulse_clock_of(d, &facts), c);
	assert_null(daemon_of(&facts, DAEMON_BIT(DAEMON_CHRONY)));
}

static void test_another_unit_is_another_receiver(void **state)
{
	struct daemon *d = an_ntpd(DAEMON_NTPSEC, "refclock nmea unit 1 flag1 1\n");

	(void)state;
	assert_null(daemon_clock_of(d, &facts));
	assert_null(daemon_of(&facts, DAEMONS_ALL));
}

/* Without the links the names tell what was meant. */
static void test_links_that_are_missing(void **state)
{
	struct daemon *d = an_ntpd(DAEMON_NTPD, "server 127.127.20.0\nfudge 127.127.20.0 flag1 1\n");

	(void)state;
	d->clocks[0].port_node = d->clocks[0].pulse_node = fact_text_from(-ENOENT, "");
	assert_null(daemon_clock_of(d, &facts));
	facts.gps.target = fact_text_from(-ENOENT, "");
	assert_non_null(daemon_clock_of(d, &facts));
}

static void test_chrony_takes_the_pulse(void **state)
{
	struct daemon *d = a_chronyd("refclock SHM 0 refid NMEA\n"
				     "refclock PPS /dev/pps0 lock NMEA refid PPS\n");
	const struct daemon_clock *c = daemon_clock_of(d, &facts);

	(void)state;
	assert_non_null(c);
	assert_int_equal(c->index, 1);
	assert_int_equal(c->kind, CLOCK_PPS);
}

static void test_chrony_gets_it_from_gpsd(void **state)
{
	static const char one[] = "gpsd\0-n\0/dev/ttyS1", two[] = "gpsd\0/dev/ttyS0\0/dev/ttyS1";
	struct daemon *chrony = a_chronyd("refclock SHM 0 refid NMEA\n");

	(void)state;
	assert_null(daemon_clock_of(chrony, &facts));
	a_gpsd(one, sizeof(one));
	assert_non_null(daemon_clock_of(chrony, &facts));
	/* the second device's segments are 2 and 3 */
	daemons.n--;
	a_gpsd(two, sizeof(two));
	assert_null(daemon_clock_of(chrony, &facts));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_ntpd_takes_both_by_its_links, begin),
		cmocka_unit_test_setup(test_another_unit_is_another_receiver, begin),
		cmocka_unit_test_setup(test_links_that_are_missing, begin),
		cmocka_unit_test_setup(test_chrony_takes_the_pulse, begin),
		cmocka_unit_test_setup(test_chrony_gets_it_from_gpsd, begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
