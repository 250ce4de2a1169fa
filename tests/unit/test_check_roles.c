// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A port that is there for its sentences only, one for its pulse only, and a source
 * that the table names: what is no fault of theirs, and what still is one.
 */
#include "examine.h"
#include "ntplines.h"

/* ---- sentences only: the pulse comes from elsewhere ---- */

static void sentences_only(void)
{
	facts.no_pulse = true;
	strcpy(facts.pulse_from, "/dev/ttyS2");
	memset(&facts.pulse, 0, sizeof(facts.pulse));
	facts.port.ldisc = fact_from(0, LDISC_TTY);
	facts.port.flags = fact_from(0, 0x10000040);
	facts.port.pps = fact_text_from(-ENOENT, "");
	facts.gpspps.name[0] = '\0';
	move(IC_DCD, 0);
	pulses(0, 0);
	ier(0x05);
}

/* ---- pulse only: nobody sends anything, and nobody would read it ---- */

static void pulse_only(void)
{
	facts.no_sentences = true;
	facts.gps.name[0] = '\0';
	move(IC_RX, 0);
	memset(&facts.sentences, 0, sizeof(facts.sentences));
	set_text(&facts.port.termios,
		 "4800 i:ignbrk,ignpar,icrnl o: c:cs8,clocal l:icanon cc:0 line:18");
}

static void pulse_only_without_a_pulse(void)
{
	pulse_only();
	move(IC_DCD, 0);
	pulses(0, 0);
}

static void pulse_only_not_attached(void)
{
	pulse_only_without_a_pulse();
	memset(&facts.pulse, 0, sizeof(facts.pulse));
	facts.port.ldisc = fact_from(0, LDISC_TTY);
}

static void pulse_only_without_link(void)
{
	pulse_only();
	facts.gpspps.exists = fact_from(0, 0);
}

/* Somebody has attached N_PPS there all the same, and the unit's link leads elsewhere. */
static void sentences_only_attached(void)
{
	facts.no_pulse = true;
	set_text(&facts.gpspps.target, "pps3");
}

static void pulse_only_with_echo(void)
{
	pulse_only();
	set_text(&facts.port.termios,
		 "4800 i:ignbrk o: c:cs8,cread,clocal l:icanon,echo cc:0 line:18");
}

static void pulse_only_without_clocal(void)
{
	pulse_only();
	set_text(&facts.port.termios, "4800 i:ignbrk o: c:cs8 l:icanon cc:0 line:18");
}

/* ---- a source without a port, which a line of the table names ---- */

static void source(void)
{
	memset(&facts.port, 0, sizeof(facts.port));
	facts.pulse_only = true;
	set_text(&facts.pulse.source, "pps-gpio.-1");
	facts.pulse.port[0] = facts.gps.name[0] = '\0';
	memset(&facts.sentences, 0, sizeof(facts.sentences));
}

static void source_without_link(void)
{
	source();
	facts.gpspps.exists = fact_from(0, 0);
	facts.gpspps.target = fact_text_from(-ENOENT, "");
}

static void source_linked_wrong(void)
{
	source();
	set_text(&facts.gpspps.target, "pps1");
}

static void source_of_no_unit(void)
{
	source_without_link();
	facts.unit = fact_from(-ENOENT, 0);
	facts.gpspps.name[0] = '\0';
}

static void no_such_source(void)
{
	source();
	facts.present = fact_from(0, 0);
	memset(&facts.pulse, 0, sizeof(facts.pulse));
	strcpy(facts.pulse_from, "pps-gpio.-1");
}

static const struct row rows[] = {
	{ "pulse only", pulse_only, &check_nmea_silent, SEV_NONE, NULL, 0 },
	{ "pulse only", pulse_only, &check_nmea_baud, SEV_NONE, NULL, 0 },
	{ "pulse only", pulse_only, &check_link_gps_missing, SEV_NONE, NULL, 0 },
	{ "pulse only", pulse_only, &check_link_pps_missing, SEV_OK, NULL, 0 },
	{ "pulse only", pulse_only, &check_tty_differs, SEV_NONE, NULL, 0 },
	{ "pulse only, echo", pulse_only_with_echo, &check_tty_differs, SEV_NONE, NULL, 0 },
	{ "pulse only, no clocal", pulse_only_without_clocal, &check_tty_clocal_off, SEV_FAIL,
	  "clocal", CURE_COMMAND },
	{ "pulse only, no pulse", pulse_only_without_a_pulse, &check_signal_absent, SEV_FAIL,
	  "nothing arrives on DCD", 0 },
	{ "pulse only, not attached", pulse_only_not_attached, &check_ldisc_lost, SEV_NONE, NULL, 0 },
	{ "pulse only, not attached", pulse_only_not_attached, &check_ldisc_not_attached, SEV_FAIL,
	  "attach", CURE_COMMAND },
	{ "pulse only, no link", pulse_only_without_link, &check_link_pps_missing, SEV_FAIL,
	  "/dev/gpspps0", CURE_COMMAND },
	{ "sentences only, attached", sentences_only_attached, &check_link_pps_wrong, SEV_NONE, NULL, 0 },
	{ "source", source, &check_link_pps_missing, SEV_OK, NULL, 0 },
	{ "source", source, &check_link_pps_wrong, SEV_OK, NULL, 0 },
	{ "source, no link", source_without_link, &check_link_pps_missing, SEV_FAIL, "/dev/gpspps0",
	  CURE_COMMAND },
	{ "source, no link", source_without_link, &check_link_gps_missing, SEV_NONE, NULL, 0 },
	{ "source, linked wrong", source_linked_wrong, &check_link_pps_wrong, SEV_FAIL,
	  "this unit is pps0", CURE_COMMAND },
	{ "source of no unit", source_of_no_unit, &check_link_pps_missing, SEV_NONE, NULL, 0 },
	{ "no such source", no_such_source, &check_port_absent, SEV_FAIL,
	  "no source named pps-gpio.-1", 0 },
};

static void what_is_a_fault_and_what_is_none(void **state)
{
	(void)state;
	EXAMINE(rows);
}

static void look(void (*edit)(void))
{
	healthy();
	edit();
	diagnose(&facts, &verdict);
}

static enum severity severity_of(const struct check *check)
{
	for (size_t i = 0; i < verdict.n; i++)
		if (!strcmp(verdict.findings[i].id, check->id))
			return verdict.findings[i].severity;
	fail_msg("%s is not in the chain", check->id);
	return SEV_NONE;
}

static void a_pulse_from_elsewhere_is_not_missed_here(void **state)
{
	(void)state;
	look(sentences_only);
	if (verdict.cause)
		fail_msg("%s: %s", verdict.cause->id, verdict.cause->headline);
	assert_false(verdict.no_pulse);
	assert_int_equal(severity_of(&check_ldisc_not_attached), SEV_NONE);
	assert_int_equal(severity_of(&check_signal_absent), SEV_NONE);
	assert_int_equal(severity_of(&check_link_pps_missing), SEV_NONE);
	assert_int_equal(severity_of(&check_link_gps_missing), SEV_OK);
	/* the same port without the table's word is a fault */
	facts.no_pulse = false;
	diagnose(&facts, &verdict);
	assert_non_null(verdict.cause);
	assert_true(verdict.no_pulse);
}

static void silent_sentences(void) { sentences_only(); move(IC_RX, 0); }

static void sentences_are_missed_all_the_same(void **state)
{
	(void)state;
	look(silent_sentences);
	assert_non_null(verdict.cause);
	assert_string_equal(verdict.cause->id, "nmea.silent");
}

static void sentences_are_not_missed_from_a_pulse(void **state)
{
	(void)state;
	look(pulse_only);
	if (verdict.cause)
		fail_msg("%s: %s", verdict.cause->id, verdict.cause->headline);
	look(pulse_only_without_a_pulse);
	assert_non_null(verdict.cause);
	assert_string_equal(verdict.cause->id, "signal.absent");
	look(no_such_source);
	assert_non_null(verdict.cause);
	assert_string_equal(verdict.cause->id, "port.absent");
}

/* What a daemon is told: the unit's pulse with its sentences, and no pulse alone to an NMEA driver. */
static void lines_for_the_daemons(void **state)
{
	struct ntplines_input in;
	struct ntplines lines;

	(void)state;
	look(sentences_only);
	strcpy(facts.gpspps.name, "gpspps0");
	ntplines_of(&facts, &in);
	ntplines_write(&in, &lines);
	assert_non_null(strstr(lines.ntp, "flag1 1"));
	assert_non_null(strstr(lines.ntpsec, "refclock nmea unit 0"));
	assert_non_null(strstr(lines.chrony, "refclock PPS /dev/gpspps0"));
	facts.gpspps.name[0] = '\0';	/* pulse=none */
	ntplines_of(&facts, &in);
	ntplines_write(&in, &lines);
	assert_null(strstr(lines.ntp, "flag1 1"));
	assert_null(strstr(lines.chrony, "refclock PPS"));
	look(pulse_only);
	ntplines_of(&facts, &in);
	ntplines_write(&in, &lines);
	assert_string_equal(lines.ntp, "");
	assert_string_equal(lines.ntpsec, "");
	assert_non_null(strstr(lines.chrony, "refclock PPS /dev/gpspps0"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_a_fault_and_what_is_none),
		cmocka_unit_test(a_pulse_from_elsewhere_is_not_missed_here),
		cmocka_unit_test(sentences_are_missed_all_the_same),
		cmocka_unit_test(sentences_are_not_missed_from_a_pulse),
		cmocka_unit_test(lines_for_the_daemons),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
