// SPDX-License-Identifier: GPL-2.0-or-later
/* A held port falls ill and is healed, second by second in virtual time. */
#include "heldport.h"

#include <malloc.h>

/* ---- what heals ---- */

static int fake_rearm(int fd)
{
	(void)fd;
	port.rearms++;
	if (!port.rearm_err)
		port.is_armed = true;
	return -port.rearm_err;
}

static int fake_set_flag(int fd)
{
	(void)fd;
	if (port.flag_err)
		return -port.flag_err;
	port.flags_set += strcmp(port.flags, FLAGS_ON) != 0;
	port.flags = FLAGS_ON;
	return 0;
}

static void detached(void)
{
	port.ldisc = N_TTY;
	port.flags = FLAGS_OFF;
	port.has_edges = port.is_armed = false;
}

/* N_PPS makes a source, which counts from 0; the driver hears of it. */
static int fake_set_ldisc(int fd, int ldisc)
{
	(void)fd;
	if (port.ldisc_err)
		return -port.ldisc_err;
	port.ldiscs_set++;
	if (ldisc == N_TTY) {
		detached();
	} else if (port.ldisc != N_PPS) {
		port.ldisc = N_PPS;
		port.flags = port.is_deaf ? FLAGS_OFF : FLAGS_ON;
		port.is_armed = !port.is_deaf;
		port.has_edges = true;
		port.source = port.next_source;
		memset(&port.assert_edge, 0, sizeof(port.assert_edge));
		memset(&port.clear_edge, 0, sizeof(port.clear_edge));
	}
	return 0;
}

static int fake_flush(int fd, int what)
{
	(void)fd;
	assert_int_equal(what, TCOFLUSH);	/* what comes in is a daemon's */
	return 0;
}

#define rearm_fd fake_rearm
#define rearm_set_flag fake_set_flag
#define tty_set_ldisc fake_set_ldisc
#define tcflush fake_flush
#include "hold/heal.c"
#include "hold/meter.c"

/* ---- a receiver, and time ---- */

static struct {
	bool is_off, is_mute;
	bool moves_unseen;	/* DCD is counted, and no source hears of it */
} receiver;

static int setup(void **state)
{
	(void)state;
	memset(&receiver, 0, sizeof(receiver));
	fresh();
	watch_init(&holder);
	return 0;
}

static void second(void)
{
	pass(1);
	if (!receiver.is_off && port.is_armed && port.has_edges)
		pulse(1, 1);
	if (receiver.moves_unseen)
		port.dcd += 2;
	if (!receiver.is_off && !receiver.is_mute)
		port.rx += 300;
	if (watch_timeout_ms(&holder) == 0)
		watch_step(&holder);
	if (meter_timeout_ms(&holder) == 0)
		meter_step(&holder);
}

static void run(int seconds)
{
	while (seconds-- > 0)
		second();
}

/* Begin at the moment that is the worst: a look has just been. */
static void after_a_look(void)
{
	run(PERIOD_S);
	assert_int_equal(watch_timeout_ms(&holder), PERIOD_S * MS_PER_S);
	expect_quiet();
}

/* Run until an event comes; how many seconds. */
static int run_until_told(int seconds_at_most)
{
	for (int s = 1; s <= seconds_at_most; s++) {
		second();
		if (n_said)
			return s;
	}
	fail_msg("no event in %d s", seconds_at_most);
	return 0;
}

static void expect_tally(uint32_t losses, uint32_t heals, uint32_t reattached)
{
	assert_int_equal(holder.tally.losses, losses);
	assert_int_equal(holder.tally.heals, heals);
	assert_int_equal(holder.tally.reattached, reattached);
}

/* ---- the interrupt ---- */

static void an_interrupt_that_went_off(void **state)
{
	(void)state;
	after_a_look();
	port.is_armed = false;
	assert_in_range(run_until_told(20), 10, 16);
	expect("lost no pulse for 1");
	assert_true(holder.tally.lost_ns);
	assert_int_equal(port.rearms, 1);
	assert_in_range(run_until_told(20), 2, 4);
	expect("healed DCD's interrupt armed again, pps3 stays; no pulse for 1");
	expect_quiet();
	assert_string_equal(holder.h.pps, "pps3");
	assert_int_equal(holder.tally.lost_ns, 0);
	expect_tally(1, 1, 0);
	assert_int_equal(port.ldiscs_set, 0);
	assert_string_equal(logged, "gpsppsctl: /dev/ttyS1: healed: DCD's interrupt armed again, "
			    "pps3 stays; no pulse for 15 s\n");
	run(600);
	expect_quiet();
	assert_int_equal(port.rearms, 1);
	assert_int_equal(n_logged, 2);	/* lost, healed: a line each */
}

/* Whenever it happens between two looks. */
static void healed_in_time(void **state)
{
	for (int after_s = 0; after_s < 24; after_s++) {
		int s = 0;

		setup(state);
		run(after_s);
		port.is_armed = false;
		while (!holder.tally.heals && s++ < 40)
			second();
		assert_in_range(s, 1, 20);
	}
}

static void a_pulse_that_comes_back_by_itself(void **state)
{
	(void)state;
	after_a_look();
	receiver.is_off = receiver.is_mute = true;
	run(30);
	expect("lost no pulse for 1");
	expect("silent ");
	expect_quiet();
	assert_int_equal(port.rearms, 0);	/* it has no power */
	receiver.is_off = receiver.is_mute = false;
	run(PERIOD_S);
	expect("back ");
	expect("speaking ");
	expect_quiet();
	expect_tally(1, 0, 0);
	assert_int_equal(holder.tally.lost_ns, 0);
}

/* Sentences without pulses: no fix, or a broken wire. */
static void a_pulse_that_does_not_come_back(void **state)
{
	(void)state;
	strcpy(holder.h.on_lost, "alarm.service");
	strcpy(holder.h.on_back, "calm.service");
	after_a_look();
	for (int s = 0; s < 3600; s++) {
		receiver.is_off = true;
		second();
		port.rx += 300;
	}
	expect("lost ");
	expect_quiet();
	assert_int_equal(port.rearms, 4);	/* at once, after 1, 6, 36 minutes */
	assert_int_equal(n_logged, 1);	/* lost; diag's cause is a program's word */
	assert_string_equal(tasks, "start alarm.service;diag;");
	receiver.is_off = false;
	run(PERIOD_S);
	expect("back ");
	expect_quiet();
	assert_int_equal(n_logged, 2);
	assert_string_equal(tasks, "start alarm.service;diag;start calm.service;");
	/* the next loss is told like the first */
	receiver.is_off = true;
	for (int s = 0; s < 30; s++) {
		port.rx += 300;
		second();
	}
	assert_int_equal(n_logged, 3);
	assert_string_equal(tasks, "start alarm.service;diag;start calm.service;"
			    "start alarm.service;diag;");
}

static void a_port_that_never_spoke_is_armed(void **state)
{
	(void)state;
	receiver.is_mute = true;
	after_a_look();
	port.is_armed = false;
	run(20);
	expect("lost ");
	expect("healed ");
	expect_quiet();
}

/* Another port's look comes before there can be a pulse. */
static void an_early_look_is_no_verdict(void **state)
{
	(void)state;
	after_a_look();
	port.is_armed = false;
	run_until_told(20);
	expect("lost ");
	receiver.is_off = true;		/* the wire has a hiccup */
	pass_ms(1000);
	watch_step(&holder);
	assert_int_equal(watch_timeout_ms(&holder), 1500);
	receiver.is_off = false;
	run(2);
	expect("healed ");
	expect_quiet();
}

static void a_driver_that_cannot_arm(void **state)
{
	(void)state;
	port.rearm_err = ENOTTY;
	after_a_look();
	port.is_armed = false;
	run(600);
	expect("lost no pulse");
	expect("lost DCD's interrupt cannot be armed again: Inappropriate ioctl for device");
	expect_quiet();
	expect_tally(1, 0, 0);
}

static void nothing_is_healed_while_a_client_works(void **state)
{
	(void)state;
	after_a_look();
	holder.pauser = &pauser;
	port.is_armed = false;
	run(60);
	expect("lost ");
	detached();
	run(60);
	expect("ldisc ");
	expect_quiet();
	assert_int_equal(port.rearms + port.ldiscs_set, 0);
	assert_int_equal(n_logged, 1);
	holder.pauser = NULL;
	run(20);
	expect("ldisc N_PPS is back");
	expect("healed ");
	expect_quiet();
}

static void a_stepped_clock_and_sleep_heal_nothing(void **state)
{
	(void)state;
	after_a_look();
	port.real_ns += 3600 * NS_PER_S;
	run(30);
	port.real_ns -= 7200 * NS_PER_S;
	run(30);
	pass(3600);
	watch_step(&holder);
	run(30);
	expect_quiet();
	assert_int_equal(port.rearms, 0);
	expect_tally(0, 0, 0);
}

/* ---- the flag ---- */

static void the_flag_is_set_again(void **state)
{
	(void)state;
	after_a_look();
	port.flags = FLAGS_OFF;
	assert_in_range(run_until_told(20), 1, 12);
	expect("flags 0x10000840 -> 0x10000040: DCD's interrupt goes off");
	expect("healed the driver's flag for DCD (0x800) set again; pulses went on");
	run(60);
	expect_quiet();
	assert_int_equal(port.flags_set, 1);
	expect_tally(0, 1, 0);
}

/* A driver that does not hear of N_PPS is armed as attach does it. */
static void a_driver_without_set_ldisc(void **state)
{
	(void)state;
	after_a_look();
	port.is_deaf = true;
	detached();
	run_until_told(20);
	assert_string_equal(port.flags, FLAGS_ON);
	assert_int_equal(port.ldisc, N_PPS);
	assert_true(port.is_armed);
	run(5);
	assert_int_equal(holder.tally.heals, 1);
}

/* The holder has given away the right to do so; the next change of termios does the harm. */
static void the_flag_is_refused(void **state)
{
	(void)state;
	port.flag_err = EPERM;
	after_a_look();
	port.flags = FLAGS_OFF;
	run(60);
	expect("flags 0x10000840 -> 0x10000040");
	expect("flags 0x800 cannot be set again (gpsppsctl diag --fix sets it): Operation not permitted");
	expect_quiet();
	port.is_armed = false;
	run(20);
	expect("lost ");
	expect("healed DCD's interrupt armed again, pps3 stays");
	expect_quiet();
	expect_tally(1, 1, 0);
}

/* Written back by an old snapshot, and the change of termios came before our look. */
static void flag_and_interrupt_at_once(void **state)
{
	(void)state;
	after_a_look();
	port.flags = FLAGS_OFF;
	port.is_armed = false;
	run(20);
	expect("flags ");
	expect("lost ");
	expect("healed DCD's interrupt armed again, pps3 stays");
	expect("healed the driver's flag for DCD (0x800) set again");
	run(60);
	expect_quiet();
	assert_string_equal(port.flags, FLAGS_ON);
	assert_int_equal(port.flags_set, 1);
	expect_tally(1, 2, 0);
}

static void a_driver_that_never_had_the_flag(void **state)
{
	(void)state;
	fresh();
	port.flags = FLAGS_OFF;
	watch_init(&holder);
	run(60);
	expect_quiet();
	assert_int_equal(port.flags_set, 0);
}

/* The line is counted, and nobody stamps it: arming is in vain, a new N_PPS is not. */
static void a_line_that_moves_in_vain(void **state)
{
	(void)state;
	port.flag_err = EPERM;
	after_a_look();
	port.flags = FLAGS_OFF;
	run(PERIOD_S);
	n_said = 0;
	port.rearm_err = EIO;
	port.is_armed = false;
	receiver.moves_unseen = true;
	run(30);
	expect("lost ");
	expect("lost DCD's interrupt cannot be armed again: Input/output error");
	expect("ldisc N_PPS is back, as pps4 instead of pps3");
	expect("healed N_PPS attached anew, as pps4 instead of pps3; no pulse for ");
	expect_quiet();
	assert_int_equal(port.ldiscs_set, 2);
	expect_tally(1, 1, 1);
}

/* ---- the line discipline ---- */

static void n_pps_is_put_back(void **state)
{
	(void)state;
	after_a_look();
	detached();
	assert_in_range(run_until_told(20), 1, 12);
	expect("ldisc line discipline 18 -> 0: another program has taken N_PPS off the port");
	if (!strncmp(said[0], "lost", 4))
		expect("lost pps3 is gone");
	expect("ldisc N_PPS is back, as pps4 instead of pps3");
	assert_int_equal(port.ldisc, N_PPS);
	assert_string_equal(holder.h.pps, "pps4");
	/* links are ours: the new one, for who had the old one */
	assert_string_equal(port.link, "/dev/gpspps1 pps4");
	assert_string_equal(port.node, "/dev/pps4 20 660");
	/* both edges are captured again: measured anew, with fine timers */
	assert_int_equal(holder.meter.state, METER_SHAPE);
	assert_int_equal(holder.meter.shape.edge, EDGE_UNKNOWN);
	assert_in_range(meter_timeout_ms(&holder), 1, 1200);
	assert_in_range(run_until_told(20), 2, 4);
	expect("healed N_PPS is back, as pps4 instead of pps3; no pulse for 1");
	run(60);
	expect_quiet();
	assert_int_equal(holder.tally.reattached, 1);
	assert_int_equal(holder.tally.heals, 1);
}

static void measured_anew_with_fine_timers(void **state)
{
	(void)state;
	after_a_look();
	assert_int_equal(port.slack_ns, NS_PER_S);
	detached();
	run_until_told(20);
	for (int s = 0; s < 20 && holder.meter.state != METER_ALIGN; s++)
		second();
	assert_int_equal(holder.meter.state, METER_ALIGN);
	assert_int_equal(port.slack_ns, 0);
	run(30);
	assert_int_equal(holder.meter.state, METER_DONE);
	assert_int_equal(holder.meter.shape.edge, EDGE_ASSERT);
	assert_int_equal(port.slack_ns, NS_PER_S);
}

static void with_udev_the_link_is_not_ours(void **state)
{
	(void)state;
	holder.h.links = LINKS_UDEV;
	after_a_look();
	detached();
	run(20);
	assert_string_equal(holder.h.pps, "pps4");
	assert_string_equal(port.link, "");
	assert_string_equal(port.node, "");
}

/* The lowest number that is free is the old one's. */
static void a_new_source_of_the_same_name(void **state)
{
	(void)state;
	port.next_source = 3;
	after_a_look();
	detached();
	run(20);
	assert_string_equal(holder.h.pps, "pps3");
	assert_string_equal(said[n_said - 1],
			    "healed N_PPS is back, as pps3 instead of pps3; no pulse for 15 s");
	assert_int_equal(holder.tally.reattached, 1);
}

static void n_pps_put_back_without_a_pulse(void **state)
{
	(void)state;
	after_a_look();
	receiver.is_off = true;
	detached();
	run(60);
	expect("ldisc line discipline");
	expect("lost ");
	expect("silent ");
	expect("ldisc N_PPS is back, as pps4");
	expect_quiet();
	receiver.is_off = false;
	run(PERIOD_S);
	expect("back ");
	expect("speaking ");
	expect_quiet();
	expect_tally(1, 0, 1);
}

/* Somebody else puts N_PPS on it. */
static void a_source_that_another_has_made(void **state)
{
	(void)state;
	strcpy(holder.h.restart, "ntpsec.service");
	after_a_look();
	port.source = 7;
	run_until_told(20);
	expect("lost pps3 is gone");
	expect("ldisc N_PPS is back, as pps7 instead of pps3");
	assert_null(strstr(tasks, "try-restart"));	/* udev has yet to move the link */
	run(4);
	assert_non_null(strstr(tasks, "try-restart ntpsec.service;"));
	expect("healed ");
	expect_quiet();
	assert_string_equal(holder.h.pps, "pps7");
}

/* N_TTY and N_PPS between two looks: who has the device open has a dead one all the same. */
static void a_new_device_of_the_same_name(void **state)
{
	/* which edge goes back: one may not be captured, by the old or by the new */
	static const struct { bool is_assert, is_clear; } cases[] = {
		{ true, false }, { false, true }, { true, true },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		setup(state);
		after_a_look();
		if (cases[i].is_assert)
			port.assert_edge.seq = 0;
		if (cases[i].is_clear)
			port.clear_edge.seq = 0;
		run(20);
		expect("ldisc N_PPS is back, as pps3 instead of pps3");
		expect("healed ");
		expect_quiet();
	}
	assert_int_equal(port.ldisc, N_PPS);
	assert_string_equal(port.node, "/dev/pps3 20 660");
	assert_int_equal(holder.tally.reattached, 1);
	assert_int_equal(n_logged, 2);		/* that it is new, that it is healed */
}

/* Its pulse comes by another way: nothing is put on the port that was not there. */
static void a_port_without_n_pps(void **state)
{
	(void)state;
	fresh();
	port.ldisc = N_TTY;
	watch_init(&holder);
	receiver.is_mute = true;
	run(60);
	expect_quiet();
	port.is_armed = false;
	run(60);
	expect("lost ");
	expect_quiet();
	assert_int_equal(port.rearms + port.ldiscs_set, 0);
	assert_string_equal(tasks, "diag;");
}

static void a_program_that_takes_it_again(void **state)
{
	unsigned int put_back = 0;

	(void)state;
	after_a_look();
	for (int s = 0; s < 600; s++) {
		if (port.ldisc == N_PPS) {
			detached();
			port.next_source++;
		}
		second();
		for (; n_said; put_back += !strncmp(said[0], "ldisc N_PPS is back", 19), expect(""))
			if (!strncmp(said[0], "ldisc N_PPS was taken", 21))
				receiver.moves_unseen = true;
	}
	assert_true(receiver.moves_unseen);	/* it was said */
	assert_int_equal(put_back, 3);
	assert_int_equal(port.ldiscs_set, 3);
	assert_int_equal(port.ldisc, N_TTY);
	expect_tally(1, 0, 3);
}

static void no_source_is_free(void **state)
{
	(void)state;
	port.ldisc_err = EBUSY;
	after_a_look();
	detached();
	run(600);
	expect("ldisc line discipline 18 -> 0");
	expect("lost pps3 is gone");
	expect("ldisc N_PPS cannot be put back: Device or resource busy");
	expect_quiet();
	assert_int_equal(port.ldisc, N_TTY);
	port.ldisc_err = 0;
	run(1860);
	expect("ldisc N_PPS is back, as pps4 instead of pps3");
	expect("healed ");
	expect_quiet();
}

/* ---- for years ---- */

static void fall_ill(int how)
{
	switch (how) {
	case 0:
		port.is_armed = false;
		break;
	case 1:
		port.flags = FLAGS_OFF;
		port.is_armed = false;
		break;
	case 2:
		port.next_source = port.source == 5 ? 4 : 5;
		detached();
		break;
	default:
		receiver.is_off = true;
		break;
	}
}

/* From one N_TTY to the next there is more than a minute: none is a fight. */
static void run_and_forget(int seconds)
{
	while (seconds-- > 0) {
		second();
		n_said = 0;
	}
}

static void a_day_of_holding_compressed(void **state)
{
	enum { CYCLES = 100000, WARM = 100 };
	size_t heap = 0;

	(void)state;
	for (int i = 0; i < WARM + CYCLES; i++) {
		if (i == WARM) {
			heap = mallinfo2().uordblks;
			memset(&holder.tally, 0, sizeof(holder.tally));
		}
		fall_ill(i % 4);
		run_and_forget(15);
		receiver.is_off = false;
		run_and_forget(13);
		assert_int_equal(holder.tally.lost_ns, 0);
	}
	assert_int_equal(port.open_files, 0);
	assert_int_equal(mallinfo2().uordblks, heap);
	assert_int_equal(holder.tally.reattached, CYCLES / 4);
	assert_int_equal(port.ldisc, N_PPS);
	assert_string_equal(port.flags, FLAGS_ON);
}

#define TEST(name) cmocka_unit_test_setup(name, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_interrupt_that_went_off),
		TEST(healed_in_time),
		TEST(a_pulse_that_comes_back_by_itself),
		TEST(a_pulse_that_does_not_come_back),
		TEST(a_port_that_never_spoke_is_armed),
		TEST(an_early_look_is_no_verdict),
		TEST(a_driver_that_cannot_arm),
		TEST(nothing_is_healed_while_a_client_works),
		TEST(a_stepped_clock_and_sleep_heal_nothing),
		TEST(the_flag_is_set_again),
		TEST(a_driver_without_set_ldisc),
		TEST(the_flag_is_refused),
		TEST(flag_and_interrupt_at_once),
		TEST(a_driver_that_never_had_the_flag),
		TEST(a_line_that_moves_in_vain),
		TEST(n_pps_is_put_back),
		TEST(measured_anew_with_fine_timers),
		TEST(with_udev_the_link_is_not_ours),
		TEST(a_new_source_of_the_same_name),
		TEST(n_pps_put_back_without_a_pulse),
		TEST(a_source_that_another_has_made),
		TEST(a_new_device_of_the_same_name),
		TEST(a_port_without_n_pps),
		TEST(a_program_that_takes_it_again),
		TEST(no_source_is_free),
		TEST(a_day_of_holding_compressed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
