// SPDX-License-Identifier: GPL-2.0-or-later
/* The holder's watch on a fake port in virtual time: which change is an event, and which is none. */
#include "heldport.h"

static struct remedy_facts told;	/* what the healing was told last */

/* ---- healing, which test_heal.c has ---- */

void heal_init(struct hold *h)
{
	(void)h;
}

bool heal_step(struct hold *h, const struct remedy_facts *f)
{
	(void)h;
	told = *f;
	return false;
}

bool heal_has_worked(struct hold *h, long lost_s)
{
	(void)h, (void)lost_s;
	return false;
}

/* ---- time ---- */

static int setup(void **state)
{
	(void)state;
	fresh();
	watch_init(&holder);
	return 0;
}

/* A period of a healthy port. */
static void healthy_period(void)
{
	pass(PERIOD_S);
	pulse(12, 12);
	speak();
	watch_step(&holder);
}

/* ---- no events ---- */

static void a_healthy_port_has_no_events(void **state)
{
	(void)state;
	for (int i = 0; i < 20; i++)
		healthy_period();
	expect_quiet();
}

static void one_look_in_a_period(void **state)
{
	(void)state;
	assert_int_equal(watch_timeout_ms(&holder), 12000);
	pass(11);
	assert_int_equal(watch_timeout_ms(&holder), 1000);
	pulse(11, 11);
	pass(1);
	assert_int_equal(watch_timeout_ms(&holder), 0);
	watch_step(&holder);
	assert_int_equal(watch_timeout_ms(&holder), 12000);
}

/* Another port of this process was due: ours is looked at, too. */
static void a_look_before_its_time_loses_nothing(void **state)
{
	(void)state;
	healthy_period();
	pass(9);
	watch_step(&holder);
	expect_quiet();		/* no pulse for nine seconds only */
	assert_in_range(watch_timeout_ms(&holder), 1, 3000);
	pass(3);
	watch_step(&holder);
	expect("lost no pulse for 12 s");
}

static void one_edge_is_enough(void **state)
{
	(void)state;
	for (int i = 0; i < 4; i++) {
		pass(PERIOD_S);
		pulse(i < 2 ? 12 : 0, i < 2 ? 0 : 12);
		watch_step(&holder);
	}
	expect_quiet();
}

static void a_port_that_never_spoke_is_not_silent(void **state)
{
	(void)state;
	port.rx = 77;		/* of an earlier holder */
	setup(state);
	for (int i = 0; i < 4; i++) {
		pass(PERIOD_S);
		pulse(12, 12);
		watch_step(&holder);
	}
	expect_quiet();
}

static void a_clock_step_is_no_event(void **state)
{
	(void)state;
	healthy_period();
	port.real_ns += 86400 * NS_PER_S;
	healthy_period();
	port.real_ns -= 2 * 86400 * NS_PER_S;
	healthy_period();
	expect_quiet();
}

/* The clock is stepped between the last pulse and the look at it. */
static void a_clock_step_makes_no_age(void **state)
{
	static const int64_t steps_s[] = { 86400, -86400 };
	static const char *const says[] = { "lost no pulse for 24 s, ", "lost no pulse for 12 s, " };

	for (size_t i = 0; i < 2; i++) {
		setup(state);
		pass(PERIOD_S);
		pulse(12, 12);
		speak();
		port.real_ns += steps_s[i] * NS_PER_S;
		watch_step(&holder);
		expect_quiet();
		pass(PERIOD_S);
		speak();
		watch_step(&holder);
		expect(says[i]);
		expect_quiet();
	}
}

static void sleep_of_the_machine_is_no_event(void **state)
{
	(void)state;
	healthy_period();
	pass(3600);
	watch_step(&holder);
	expect_quiet();
	healthy_period();
	expect_quiet();
}

static void a_new_device_counts_from_0(void **state)
{
	(void)state;
	healthy_period();
	pass(PERIOD_S);
	port.assert_edge.seq = port.clear_edge.seq = 4;
	speak();
	watch_step(&holder);
	expect_quiet();
	assert_false(told.has_source);
	healthy_period();
	assert_true(told.has_source);
}

static void what_is_not_there_is_no_event(void **state)
{
	fresh();
	port.has_counts = false;
	port.flags = NULL;
	port.ldisc = -EIO;
	watch_init(&holder);
	(void)state;
	for (int i = 0; i < 3; i++)
		healthy_period();
	expect_quiet();
	/* and then it is: what it was before is not known */
	port.flags = "0x10000840\n";
	port.ldisc = N_TTY;
	port.has_counts = true;
	healthy_period();
	expect_quiet();
}

/* ---- events ---- */

static void pulses_lost_and_back(void **state)
{
	(void)state;
	healthy_period();
	pass(PERIOD_S);
	speak();
	watch_step(&holder);
	/* the last edge: 0.25 s before the look at 1700000012 */
	expect("lost no pulse for 12 s, the last at 1700000011.750000000; DCD stands still, characters arrive");
	pass(PERIOD_S);
	speak();
	watch_step(&holder);
	expect_quiet();		/* once is enough */
	pass(PERIOD_S);
	speak();
	pulse(4, 3);
	watch_step(&holder);
	expect("back 4 pulses in 12 s; the one before them came 36 s ago");
	healthy_period();
	expect_quiet();
}

static void a_loss_is_counted(void **state)
{
	(void)state;
	healthy_period();
	assert_int_equal(holder.tally.losses, 0);
	assert_int_equal(holder.tally.lost_ns, 0);
	pass(2 * PERIOD_S - 1);
	watch_step(&holder);
	assert_int_equal(holder.tally.losses, 1);
	/* since the last edge, 0.25 s before the look at 1012 s */
	assert_int_equal(holder.tally.lost_ns, 1012 * NS_PER_S - NS_PER_S / 4);
	pass(PERIOD_S);
	watch_step(&holder);
	healthy_period();
	assert_int_equal(holder.tally.losses, 1);
	assert_int_equal(holder.tally.lost_ns, 0);
	assert_string_equal(tasks, "");	/* what is done about it is test_heal.c's */
}

static void lost_by_another_way_than_the_wire(void **state)
{
	(void)state;
	healthy_period();
	pass(PERIOD_S);
	port.dcd += 24;		/* nobody captures its edges */
	watch_step(&holder);
	expect("lost no pulse for 12 s, the last at 1700000011.750000000; DCD changes, no characters");
	expect("silent no character for 12 s; no pulses either");
	healthy_period();
	expect("back ");
	expect("speaking characters again, after 24 s");
	port.has_edges = false;
	pass(PERIOD_S);
	speak();
	watch_step(&holder);
	expect("lost pps3 is gone; DCD stands still, characters arrive");
	expect_quiet();
}

static void pulses_that_never_came(void **state)
{
	(void)state;
	fresh();
	memset(&port.assert_edge, 0, sizeof(port.assert_edge));
	memset(&port.clear_edge, 0, sizeof(port.clear_edge));
	port.has_counts = false;
	watch_init(&holder);
	pass(PERIOD_S);
	watch_step(&holder);
	expect("lost no pulse since it was attached 12 s ago; the driver counts nothing");
	pass(PERIOD_S);
	watch_step(&holder);
	expect_quiet();
	pass(PERIOD_S);
	pulse(2, 2);
	watch_step(&holder);
	expect("back 2 pulses in 12 s, the first since it was attached 36 s ago");
}

/* They stopped so many seconds before a look. */
static void stop_before_a_look(int seconds)
{
	pass(PERIOD_S);
	pulse(12 - seconds, 12 - seconds);
	speak();
	port.assert_edge.time_ns -= seconds * NS_PER_S;
	port.clear_edge.time_ns -= seconds * NS_PER_S;
	watch_step(&holder);
	expect_quiet();
}

static void a_loss_is_told_soon(void **state)
{
	static const struct {
		int before_s, next_ms;
		const char *says;
	} cases[] = {
		/* the last edge is 0.25 s older */
		{ 1, 12000, "lost no pulse for 13 s, " },
		{ 2, 7750, "lost no pulse for 10 s, " },
		{ 6, 3750, "lost no pulse for 10 s, " },
		{ 9, 3000, "lost no pulse for 12 s, " },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		setup(state);
		healthy_period();
		stop_before_a_look(cases[i].before_s);
		assert_int_equal(watch_timeout_ms(&holder), cases[i].next_ms);
		port.now_ns += cases[i].next_ms * 1000000ll;
		port.real_ns += cases[i].next_ms * 1000000ll;
		speak();
		watch_step(&holder);
		expect(cases[i].says);
		expect_quiet();
		/* then there is no hurry any more */
		assert_int_equal(watch_timeout_ms(&holder), 12000);
	}
}

/* The pulses of a clock that was stepped look old, and come. */
static void an_early_look_at_a_healthy_port(void **state)
{
	(void)state;
	healthy_period();
	stop_before_a_look(9);
	pass(3);
	pulse(1, 1);
	watch_step(&holder);	/* 3 s without a character are no silence yet */
	expect_quiet();
	assert_int_equal(watch_timeout_ms(&holder), 12000);
	healthy_period();
	/* a pulse missed, and the next ones too, but not for 10 s */
	stop_before_a_look(2);
	pass(8);
	pulse(5, 5);
	watch_step(&holder);
	expect_quiet();
}

static void silent_and_speaking(void **state)
{
	(void)state;
	healthy_period();
	for (int i = 0; i < 3; i++) {
		pass(PERIOD_S);
		pulse(12, 12);
		watch_step(&holder);
	}
	expect("silent no character for 12 s; pulses go on");
	expect_quiet();
	healthy_period();
	expect("speaking characters again, after 48 s");
	expect_quiet();
}

static void flags_off_and_on(void **state)
{
	(void)state;
	port.flags = "0x10000040\n";
	healthy_period();
	expect("flags 0x10000840 -> 0x10000040: DCD's interrupt goes off at the next change");
	port.flags = "0x10002040\n";	/* another bit is no matter of ours */
	healthy_period();
	expect_quiet();
	port.flags = "0x10002840\n";
	healthy_period();
	expect("flags 0x10002040 -> 0x10002840: the kernel listens to DCD");
	expect_quiet();
}

static void line_discipline_off_and_on(void **state)
{
	(void)state;
	port.ldisc = N_TTY;
	healthy_period();
	expect("ldisc line discipline 18 -> 0: another program has taken N_PPS off the port");
	healthy_period();
	expect_quiet();
	port.ldisc = N_PPS;
	healthy_period();
	expect("ldisc line discipline 0 -> 18: N_PPS again, as a new PPS device");
	expect_quiet();
}

static void speed_set_by_another(void **state)
{
	(void)state;
	port.speed = B9600;
	healthy_period();
	expect("speed 4800 -> 9600 baud, set by another program");
	healthy_period();
	expect_quiet();
	/* who has asked for a pause may do so, and the end of the pause mends it */
	holder.pauser = &pauser;
	port.speed = B38400;
	healthy_period();
	holder.pauser = NULL;
	port.speed = B9600;
	healthy_period();
	expect_quiet();
}

/* ---- a port for one of both only ---- */

static void sentences_only_is_asked_for_no_pulse(void **state)
{
	(void)state;
	holder.h.no_pulse = 1;
	holder.h.pps[0] = '\0';
	port.has_edges = false;
	port.ldisc = N_TTY;
	watch_init(&holder);
	for (int i = 0; i < 5; i++) {
		pass(PERIOD_S);
		speak();
		watch_step(&holder);
		assert_int_equal(watch_timeout_ms(&holder), 12000);
	}
	port.ldisc = N_PPS;	/* whoever did so: it is not ours to lose */
	port.flags = "0x10000040\n";
	pass(PERIOD_S);
	speak();
	watch_step(&holder);
	expect_quiet();
	pass(PERIOD_S);
	watch_step(&holder);
	expect("silent no character for 12 s");
	expect_quiet();
}

static void the_pulse_of_a_named_source_is_watched(void **state)
{
	(void)state;
	holder.h.no_pulse = 1;
	healthy_period();
	pass(PERIOD_S);
	speak();
	watch_step(&holder);
	expect("lost no pulse for 12 s");
	expect_quiet();
}

static void pulse_only_is_asked_for_no_character(void **state)
{
	(void)state;
	holder.h.no_sentences = 1;
	healthy_period();	/* somebody speaks there all the same */
	for (int i = 0; i < 5; i++) {
		pass(PERIOD_S);
		pulse(12, 12);
		watch_step(&holder);
	}
	expect_quiet();
	pass(PERIOD_S);
	watch_step(&holder);
	expect("lost no pulse for 12 s");
}

/* ---- what the healing is told ---- */

static void told_of_a_healthy_port(void **state)
{
	(void)state;
	healthy_period();
	assert_true(told.at_ns == port.now_ns && told.ldisc == N_PPS && told.has_source);
	assert_true(told.wire_lives && told.dcd_moves);
	assert_false(told.is_lost || told.is_paused || told.is_foreign || told.flag_missing);
	holder.pauser = &pauser;
	healthy_period();
	assert_true(told.is_paused);
}

static void told_of_a_wire(void **state)
{
	(void)state;
	pass(PERIOD_S);
	watch_step(&holder);	/* nothing at all, and nothing was ever heard */
	assert_true(told.is_lost && told.wire_lives && !told.dcd_moves);
	pass(PERIOD_S);
	speak();
	watch_step(&holder);
	assert_true(told.wire_lives && !told.dcd_moves);
	pass(9);
	watch_step(&holder);
	assert_true(told.wire_lives);	/* characters nine seconds ago */
	pass(PERIOD_S);
	watch_step(&holder);
	assert_false(told.wire_lives || told.dcd_moves);
	pass(PERIOD_S);
	port.dcd++;
	watch_step(&holder);
	assert_true(told.wire_lives && told.dcd_moves && told.is_lost);
}

static void told_of_the_flag(void **state)
{
	(void)state;
	port.flags = FLAGS_OFF;
	healthy_period();
	assert_true(told.flag_missing);
	port.flags = NULL;
	healthy_period();
	assert_false(told.flag_missing);
	/* a driver that has never set it lacks nothing */
	fresh();
	port.flags = FLAGS_OFF;
	watch_init(&holder);
	healthy_period();
	assert_false(told.flag_missing);
	port.flags = FLAGS_ON;
	healthy_period();
	port.flags = FLAGS_OFF;
	healthy_period();
	assert_true(told.flag_missing);
}

static void told_of_another_line_discipline(void **state)
{
	(void)state;
	port.ldisc = N_TTY;
	port.has_edges = false;
	healthy_period();
	assert_true(told.ldisc == N_TTY && !told.has_source && !told.is_foreign);
	fresh();
	port.ldisc = N_TTY;
	watch_init(&holder);
	healthy_period();
	assert_true(told.is_foreign);
}

static void slack_only_after_the_measurement(void **state)
{
	(void)state;
	holder.meter.state = METER_BURST;
	healthy_period();
	assert_int_equal(port.slack_ns, 0);
	holder.meter.state = METER_DONE;
	healthy_period();
	assert_int_equal(port.slack_ns, 1000000000);
}

#define TEST(name) cmocka_unit_test_setup(name, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_healthy_port_has_no_events),
		TEST(one_look_in_a_period),
		TEST(a_look_before_its_time_loses_nothing),
		TEST(one_edge_is_enough),
		TEST(a_port_that_never_spoke_is_not_silent),
		TEST(a_clock_step_is_no_event),
		TEST(a_clock_step_makes_no_age),
		TEST(sleep_of_the_machine_is_no_event),
		TEST(a_new_device_counts_from_0),
		TEST(what_is_not_there_is_no_event),
		TEST(pulses_lost_and_back),
		TEST(a_loss_is_counted),
		TEST(lost_by_another_way_than_the_wire),
		TEST(pulses_that_never_came),
		TEST(a_loss_is_told_soon),
		TEST(an_early_look_at_a_healthy_port),
		TEST(silent_and_speaking),
		TEST(flags_off_and_on),
		TEST(line_discipline_off_and_on),
		TEST(speed_set_by_another),
		TEST(sentences_only_is_asked_for_no_pulse),
		TEST(the_pulse_of_a_named_source_is_watched),
		TEST(pulse_only_is_asked_for_no_character),
		TEST(told_of_a_healthy_port),
		TEST(told_of_a_wire),
		TEST(told_of_the_flag),
		TEST(told_of_another_line_discipline),
		TEST(slack_only_after_the_measurement),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
