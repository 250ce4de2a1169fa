// SPDX-License-Identifier: GPL-2.0-or-later
/* What chronyc prints, in the formats of client.c. */
#include "words_of.h"

#include "daemon/chronyc_state.h"

static const struct chronyc_sources *sources_of(const char *text)
{
	static struct chronyc_sources sources;
	char *p = exact(text);

	chronyc_read_sources(p, strlen(text), &sources);
	free(p);
	return &sources;
}

static void sources_between_commas(void **state)
{
	const struct chronyc_sources *s = sources_of(
		"#,?,GPS,0,4,377,14,0.125000000,0.124000000,0.100000000\n"
		"#,*,PPS,0,4,377,15,-0.000000123,-0.000000456,0.000000200\n"
		"^,-,192.0.2.1,2,6,17,23,+0.001000000,0.001500000,0.020000000\n"
		"=,x,2001:db8::1,3,10,0,4294967295,0.000000000,0.000000000,0.000000000\n");

	(void)state;
	assert_int_equal(s->said, SAID_WELL);
	assert_int_equal(s->n, 4);
	assert_int_equal(s->sources[1].mode, '#');
	assert_int_equal(s->sources[1].state, '*');
	assert_string_equal(s->sources[1].name, "PPS");
	is(s->sources[1].stratum, 0);
	is(s->sources[1].poll_exponent, 4);
	is(s->sources[1].reach, 255);
	is(s->sources[1].last_rx_s, 15);
	is(s->sources[1].offset_ns, -123);
	is(s->sources[1].measured_ns, -456);
	is(s->sources[1].error_ns, 200);
	is(s->sources[2].reach, 017);
	is(s->sources[2].offset_ns, 1000000);
	assert_string_equal(s->sources[3].name, "2001:db8::1");
	is_absent(s->sources[3].last_rx_s);
	assert_ptr_equal(chronyc_find_clock(s, "GPS"), &s->sources[0]);
	assert_null(chronyc_find_clock(s, "192.0.2.1"));
	assert_null(chronyc_find_clock(s, "PPS0"));
}

static void sources_for_people(void **state)
{
	const struct chronyc_sources *s = sources_of(
		"MS Name/IP address         Stratum Poll Reach LastRx Last sample               \n"
		"===============================================================================\n"
		"#* PPS0                          0   4   377    15   -123ns[ -456ns] +/-  200ns\n"
		"#x SHM0                          0   4   377    17m   +56ms[  +57ms] +/-  100ms\n"
		"^~ 192.0.2.1                     2   6     1     3h  +1.5s[-2us] +/- 30ms\n"
		"^? 2001:db8::1                   0   6     0     -     +0ns[   +0ns] +/-    0ns\n");

	(void)state;
	assert_int_equal(s->n, 4);
	assert_string_equal(s->sources[0].name, "PPS0");
	is(s->sources[0].offset_ns, -123);
	is(s->sources[0].measured_ns, -456);
	is(s->sources[0].error_ns, 200);
	is(s->sources[1].last_rx_s, 17 * 60);
	is(s->sources[1].offset_ns, 56000000);
	assert_int_equal(s->sources[2].state, '~');
	is(s->sources[2].last_rx_s, 3 * 3600);
	is(s->sources[2].offset_ns, 1500000000);
	is(s->sources[2].measured_ns, -2000);
	is_absent(s->sources[3].last_rx_s);
	is(s->sources[3].reach, 0);
}

static void rows_that_are_none(void **state)
{
	static const char *const rows[] = {
		"", "\n\n", "#,*,PPS", "#,*,PPS,0,4,377,15,0,0", "#,*,PPS,0,4,377,15,0,0,0,0",
		"#,*,PPS,0,4,377,15,0,0,0,", "#,o,PPS,0,4,377,15,0,0,0", "##,*,PPS,0,4,377,15,0,0,0",
		",,,,,,,,,", "#,*,,0,4,377,15,0,0,0", "#,*,PPS,0,4,8,15,0,0,0", "#* PPS0", "#* PPS0 0 4",
		"==============",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (sources_of(rows[i])->n)
			fail_msg("\"%s\"", rows[i]);
	assert_string_equal(sources_of("#,*,P\033\377,0,4,377,1,x,0,0")->sources[0].name, "P??");
	is_absent(sources_of("#,*,PPS,0,4,377,1,x,0,0")->sources[0].offset_ns);
}

static void more_rows_than_room(void **state)
{
	static const char row[] = "^,?,192.0.2.1,0,6,0,1,0,0,0\n";
	char text[sizeof(row) * (CHRONYC_SOURCES_MAX + 2)] = "";

	(void)state;
	for (int i = 0; i < CHRONYC_SOURCES_MAX + 2; i++)
		strcat(text, row);
	assert_int_equal(sources_of(text)->n, CHRONYC_SOURCES_MAX);
	assert_int_equal(sources_of(text)->n_lost, 2);
}

static void errors_are_told_apart(void **state)
{
	struct chronyc_tracking t;

	(void)state;
	assert_int_equal(sources_of("506 Cannot talk to daemon\n")->said, SAID_NOBODY);
	assert_string_equal(sources_of("506 Cannot talk to daemon\n")->error,
			    "506 Cannot talk to daemon");
	assert_int_equal(sources_of("Could not open connection to daemon\n")->said, SAID_NOBODY);
	assert_int_equal(sources_of("501 Not authorised\n")->said, SAID_REFUSED);
	assert_int_equal(sources_of("503 No such source\n")->said, SAID_UNKNOWN);
	assert_int_equal(sources_of("519 Client logging is not active in the daemon\n")->said,
			 SAID_ERROR);
	assert_int_equal(sources_of("MS Name/IP address Stratum\n====\n")->said, SAID_NO_SOURCES);
	assert_int_equal(sources_of("")->said, SAID_NOTHING);
	chronyc_read_tracking("506 Cannot talk to daemon\n", 26, &t);
	assert_int_equal(t.said, SAID_NOBODY);
	assert_string_equal(t.error, "506 Cannot talk to daemon");
	is_absent(t.synchronised);
}

static void tracking(void **state)
{
	static const char text[] =
		"50505300,PPS,1,1795276645.123456789,-0.000000021,0.000000034,0.000000120,"
		"-12.345,0.001,0.005,0.000000001,0.000012345,16.1,Normal\n";
	static const char none[] =
		"00000000,,0,0.000000000,0.000000000,0.000000000,0.000000000,0.000,0.000,"
		"0.000,1.000000000,1.000000000,0.0,Not synchronised\n";
	struct chronyc_tracking t;

	(void)state;
	chronyc_read_tracking(text, sizeof(text) - 1, &t);
	assert_int_equal(t.said, SAID_WELL);
	assert_string_equal(t.source, "PPS");
	is(t.synchronised, 1);
	chronyc_read_tracking(none, sizeof(none) - 1, &t);
	assert_int_equal(t.said, SAID_WELL);
	assert_string_equal(t.source, "");
	is(t.synchronised, 0);
}

static void words_for_marks(void **state)
{
	(void)state;
	for (const char *p = "*+-?x~"; *p; p++)
		assert_non_null(chronyc_state_words(*p));
	assert_string_equal(chronyc_state_words('*'), "the system's source");
	assert_string_equal(chronyc_state_words('~'), "its time varies too much");
	assert_null(chronyc_state_words('o'));
	assert_null(chronyc_state_words('\0'));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sources_between_commas),
		cmocka_unit_test(sources_for_people),
		cmocka_unit_test(rows_that_are_none),
		cmocka_unit_test(more_rows_than_room),
		cmocka_unit_test(errors_are_told_apart),
		cmocka_unit_test(tracking),
		cmocka_unit_test(words_for_marks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
