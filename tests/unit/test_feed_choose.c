// SPDX-License-Identifier: GPL-2.0-or-later
/* LDFLAGS: -Wl,--wrap=tty_resolve,--wrap=control_open,--wrap=control_peer,--wrap=control_ask */
/* What a word of feed's line means, who has the port, which pulse is the unit's, who gets it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

#include "fakeprobe.h"

#include "cmd/feed_choose.c"
#include "cmd/feed_choose_pulse.c"
#include "cmd/feed_who.c"

#define HOLDER_PID 412

static struct feed_options options;
static struct feed f;
static struct feed_chosen chosen;
static struct feed_chooser chooser;
static struct pulse pulses[2];
static struct port ports[2];
static struct ctx ctx = { .table = "/etc/gpsppsctl.conf" };
static const char *status;	/* of our holder; NULL: none */
static int holder_err;		/* of asking for it */
static int idle_code;		/* of another port's line */

const char *const watch_line_names[] = {
	[LINE_DCD] = "dcd", [LINE_CTS] = "cts", [LINE_DSR] = "dsr", [LINE_RI] = "ri",
};

int watch_check_idle(struct probe *probe, enum source_line which, const char *tty)
{
	(void)probe;
	(void)which;
	(void)tty;
	return idle_code;
}

bool watch_parse_gpio(const char *what, char *chip, size_t size, unsigned int *offset)
{
	*offset = 17;
	snprintf(chip, size, "gpiochip0");
	return !strcmp(what, "gpiochip0:17");
}

int __wrap_tty_resolve(const char *what, char *name, size_t size);
int __wrap_tty_resolve(const char *what, char *name, size_t size)
{
	const char *base = base_name(what);

	if (!text_begins(base, "tty"))
		return -ENOENT;
	snprintf(name, size, "%s", base);
	return 0;
}

int __wrap_control_open(const char *tty);
int __wrap_control_open(const char *tty)
{
	(void)tty;
	return holder_err ? holder_err : status ? 1000 : -ENOENT;
}

pid_t __wrap_control_peer(int fd);
pid_t __wrap_control_peer(int fd)
{
	(void)fd;
	return HOLDER_PID;
}

int __wrap_control_ask(int fd, const char *line, char *reply, size_t size, int timeout_ms);
int __wrap_control_ask(int fd, const char *line, char *reply, size_t size, int timeout_ms)
{
	(void)fd;
	(void)line;
	(void)timeout_ms;
	snprintf(reply, size, "%s", status);
	return 0;
}

static struct fake_line script[8];

static void answer(const char *key, const char *value, int err)
{
	size_t n = 0;

	while (script[n].key && strcmp(script[n].key, key))
		n++;
	script[n] = (struct fake_line){ .key = key, .value = value, .err = err };
}

static void make_port(struct port *p, const char *name, const char *driver)
{
	memset(p, 0, sizeof(*p));
	strcpy(p->name, name);
	p->driver = fact_text_from(0, driver);
}

static void make_pulse(struct pulse *p, const char *name, const char *source, const char *port)
{
	memset(p, 0, sizeof(*p));
	strcpy(p->name, name);
	p->source = fact_text_from(0, source);
	strcpy(p->port, port);
}

static void table(const char *text)
{
	struct unittab_error err;

	assert_int_equal(unittab_parse(text, strlen(text), &f.units, &err), 0);
}

static int setup(void **state)
{
	(void)state;
	options = (struct feed_options){ .unit = -1, .shm = -1 };
	memset(script, 0, sizeof(script));
	answer("holders:ttyS1", "", 0);
	answer("holders:ttyUSB0", "", 0);
	f = (struct feed){ .ctx = &ctx, .o = &options, .probe = fake_open(script) };
	make_pulse(&pulses[0], "pps0", "pps-gpio.-1", "");
	make_pulse(&pulses[1], "pps1", "serial1", "ttyS1");
	make_port(&ports[0], "ttyS1", "serial");
	make_port(&ports[1], "ttyUSB0", "cp210x");
	chooser = (struct feed_chooser){
		.pulses = { .v = pulses, .n = 1 },
		.ports = { .v = ports, .n = 2 },
	};
	status = NULL;
	holder_err = idle_code = 0;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	probe_close(f.probe);
	return 0;
}

/* ttyS1 is held by a holder of ours, or by somebody else's, and is pps1. */
static void hold(const char *said, const char *holders)
{
	status = said;
	answer("holders:ttyS1", holders, 0);
	chooser.pulses.n = 2;
}

static int take(const char *what)
{
	chosen = (struct feed_chosen){ .mode = options.mode, .shm = -1 };
	chooser = (struct feed_chooser){
		.f = &f, .c = &chosen, .held_unit = -1, .quiet = chooser.quiet,
		.ports = chooser.ports, .pulses = chooser.pulses,
	};
	return choose(&chooser, what);
}

static void expect_pulse(const char *name, const char *path, bool by_kernel)
{
	assert_true(chosen.has_pulse);
	assert_string_equal(chosen.wish.name, name);
	assert_string_equal(chosen.wish.path, path);
	assert_int_equal(chosen.by_kernel, by_kernel);
	assert_false(chosen.needs_holder);
}

static void test_held_port_is_joined(void **state)
{
	(void)state;
	hold("port ttyS1\nunit 3\npps pps1\nbaud 4800\n", "412 gpsppsctl-hold\n");
	assert_int_equal(take("/dev/ttyS1"), 0);
	expect_pulse("pps1", "/dev/pps1", true);
	assert_true(chosen.is_held && chosen.has_sentences);
	assert_string_equal(chosen.holder, "gpsppsctl[412]");
	assert_string_equal(chosen.port, "/dev/ttyS1");
	/* its unit is the holder's */
	assert_int_equal(chosen.unit, 3);
	assert_int_equal(chosen.shm, 6);
}

static void test_ldattach_is_joined(void **state)
{
	(void)state;
	hold(NULL, "733 ldattach\n");
	assert_int_equal(take("ttyS1"), 0);
	expect_pulse("pps1", "/dev/pps1", true);
	assert_true(chosen.is_held);
	assert_string_equal(chosen.holder, "ldattach[733]");
	assert_int_equal(chosen.unit, 0);
}

/* A name that only begins like it is somebody else's. */
static void test_readers_are_refused(void **state)
{
	static const char *const readers[] = { "731 ntpd\n", "731 gpsd\n", "731 ldattacher\n",
					       "731 gpsppsctl-feed\n", "412 gpsppsctl-hold\n731 cat\n" };

	(void)state;
	for (size_t i = 0; i < sizeof(readers) / sizeof(readers[0]); i++) {
		hold("unit 0\npps pps1\n", readers[i]);
		assert_int_equal(take("ttyS1"), EXIT_TROUBLE);
	}
}

static void test_pulse_alone_beside_a_reader(void **state)
{
	(void)state;
	options.mode = FEED_PULSES;
	hold("unit 1\npps pps1\n", "412 gpsppsctl-hold\n731 ntpd\n");
	assert_int_equal(take("ttyS1"), 0);
	expect_pulse("pps1", "/dev/pps1", true);
	assert_false(chosen.has_sentences);
	/* where a pair's pulses would be */
	assert_int_equal(chosen.shm, 3);
}

static void test_unseen_readers(void **state)
{
	(void)state;
	hold("unit 1\npps pps1\n", "");
	answer("holders:ttyS1", "", -EACCES);
	assert_int_equal(take("ttyS1"), EXIT_TROUBLE);
	/* later on we were there before */
	chooser.quiet = true;
	assert_int_equal(take("ttyS1"), 0);
	chooser.quiet = false;
	options.mode = FEED_PULSES;
	assert_int_equal(take("ttyS1"), 0);
}

static void test_holder_that_may_not_be_asked(void **state)
{
	(void)state;
	holder_err = -EACCES;
	assert_int_equal(take("ttyS1"), EXIT_TROUBLE);
}

static void test_idle_port_needs_a_holder(void **state)
{
	(void)state;
	table("4 ttyS1 baud=9600\n");
	assert_int_equal(take("ttyS1"), 0);
	assert_true(chosen.needs_holder && chosen.in_table);
	assert_false(chosen.is_held);
	assert_int_equal(chosen.unit, 4);
	assert_int_equal(chosen.baud, 9600);
	options.baud = 38400;
	options.unit = 2;
	assert_int_equal(take("ttyS1"), 0);
	assert_int_equal(chosen.unit, 2);
	assert_int_equal(chosen.baud, 38400);
}

/* Its driver never tells the kernel of DCD: the line is looked at by ourselves. */
static void test_driver_that_never_reports(void **state)
{
	(void)state;
	assert_int_equal(take("ttyUSB0"), 0);
	expect_pulse("ttyUSB0:dcd", "/dev/ttyUSB0", false);
	assert_int_equal(chosen.baud, 4800);
}

static void test_line_of_an_idle_port_only(void **state)
{
	(void)state;
	options.line = LINE_CTS;
	options.line_given = true;
	assert_int_equal(take("ttyS1"), 0);
	expect_pulse("ttyS1:cts", "/dev/ttyS1", false);
	hold("unit 0\npps pps1\n", "412 gpsppsctl-hold\n");
	assert_int_equal(take("ttyS1"), EXIT_TROUBLE);
}

static void test_line_beside_a_reader(void **state)
{
	(void)state;
	options.line = LINE_CTS;
	options.line_given = true;
	options.mode = FEED_PULSES;
	answer("holders:ttyS1", "731 ntpd\n", 0);
	assert_int_equal(take("ttyS1"), EXIT_TROUBLE);
}

static void test_held_without_a_source(void **state)
{
	(void)state;
	hold("unit 0\n", "412 gpsppsctl-hold\n");
	chooser.pulses.n = 1;
	assert_int_equal(take("ttyS1"), EXIT_TROUBLE);
}

static void test_pulse_elsewhere(void **state)
{
	(void)state;
	/* by the table */
	table("5 ttyUSB0 pulse=pps-gpio.-1\n");
	assert_int_equal(take("ttyUSB0"), 0);
	expect_pulse("pps0", "/dev/pps0", true);
	assert_true(chosen.has_sentences);
	/* the command line's goes before it */
	options.pulse = "gpiochip0:17";
	assert_int_equal(take("ttyUSB0"), 0);
	expect_pulse("gpiochip0:17", "/dev/gpiochip0", false);
	assert_int_equal(chosen.wish.offset, 17);
	/* another port, with a source and without */
	options.pulse = "ttyS1";
	options.line = LINE_DCD;
	chooser.pulses.n = 2;
	assert_int_equal(take("ttyUSB0"), 0);
	expect_pulse("pps1", "/dev/pps1", true);
	options.line = LINE_RI;
	assert_int_equal(take("ttyUSB0"), 0);
	expect_pulse("ttyS1:ri", "/dev/ttyS1", false);
	idle_code = EXIT_TROUBLE;
	assert_int_equal(take("ttyUSB0"), EXIT_TROUBLE);
	options.pulse = "nothing";
	assert_int_equal(take("ttyUSB0"), EXIT_TROUBLE);
}

/* A holder for the sentences alone knows its unit's pulse. */
static void test_pulse_by_the_holder(void **state)
{
	(void)state;
	hold("unit 7\npps pps0\nonly sentences\n", "412 gpsppsctl-hold\n");
	chooser.pulses.n = 1;
	assert_int_equal(take("ttyS1"), 0);
	expect_pulse("pps0", "/dev/pps0", true);
	assert_int_equal(chosen.unit, 7);
}

static void test_unit_without_a_pulse(void **state)
{
	(void)state;
	table("6 ttyS1 pulse=none\n");
	assert_int_equal(take("ttyS1"), 0);
	assert_false(chosen.has_pulse || chosen.needs_holder);
	assert_int_equal(chosen.mode, FEED_SECONDS);
	assert_int_equal(chosen.shm, 12);
	options.mode = FEED_PULSES;
	assert_int_equal(take("ttyS1"), EXIT_TROUBLE);
}

static void test_seconds_alone(void **state)
{
	(void)state;
	options.mode = FEED_SECONDS;
	assert_int_equal(take("ttyS1"), 0);
	assert_false(chosen.has_pulse || chosen.needs_holder);
	assert_true(chosen.has_sentences);
}

static void test_source_without_a_port(void **state)
{
	(void)state;
	table("9 - pulse=pps-gpio.-1\n");
	assert_int_equal(take("pps-gpio.-1"), EXIT_TROUBLE);
	options.mode = FEED_PULSES;
	assert_int_equal(take("pps-gpio.-1"), 0);
	expect_pulse("pps0", "/dev/pps0", true);
	assert_string_equal(chosen.port, "pps0");
	assert_string_equal(chosen.tty, "");
	assert_int_equal(chosen.unit, 9);
	assert_int_equal(chosen.shm, 19);
}

/* A port's source means the port. */
static void test_source_of_a_port(void **state)
{
	(void)state;
	hold("unit 0\npps pps1\n", "412 gpsppsctl-hold\n");
	answer("real:/dev/gpspps0", "/dev/pps1", 0);
	assert_int_equal(take("gpspps0"), 0);
	assert_string_equal(chosen.port, "/dev/ttyS1");
	expect_pulse("pps1", "/dev/pps1", true);
}

static void test_placeholder(void **state)
{
	(void)state;
	ports[0].type = fact_from(0, 0);
	assert_int_equal(take("ttyS1"), EXIT_TROUBLE);
}

static void test_targets(void **state)
{
	(void)state;
	hold("unit 2\npps pps1\n", "412 gpsppsctl-hold\n");
	options.sock = "auto";
	assert_int_equal(take("ttyS1"), 0);
	assert_int_equal(chosen.shm, -1);
	assert_string_equal(chosen.sock, "/run/chrony.ttyS1.sock");
	options.sock = "/tmp/a";
	options.shm = 8;
	assert_int_equal(take("ttyS1"), 0);
	assert_int_equal(chosen.shm, 8);
	assert_string_equal(chosen.sock, "/tmp/a");
	options.shm = -1;
	options.sock = NULL;
	options.unit = 128;
	assert_int_equal(take("ttyS1"), EXIT_TROUBLE);
}

/* A gadget's characters come over USB, at no speed. */
static void test_no_uart(void **state)
{
	(void)state;
	make_port(&ports[1], "ttyACM0", "cdc_acm");
	answer("holders:ttyACM0", "", 0);
	options.mode = FEED_SECONDS;
	assert_int_equal(take("ttyACM0"), 0);
	assert_true(chosen.no_uart);
	assert_int_equal(take("ttyS1"), 0);
	assert_false(chosen.no_uart);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_held_port_is_joined),
		TEST(test_ldattach_is_joined),
		TEST(test_readers_are_refused),
		TEST(test_pulse_alone_beside_a_reader),
		TEST(test_unseen_readers),
		TEST(test_holder_that_may_not_be_asked),
		TEST(test_idle_port_needs_a_holder),
		TEST(test_driver_that_never_reports),
		TEST(test_line_of_an_idle_port_only),
		TEST(test_line_beside_a_reader),
		TEST(test_held_without_a_source),
		TEST(test_pulse_elsewhere),
		TEST(test_pulse_by_the_holder),
		TEST(test_unit_without_a_pulse),
		TEST(test_seconds_alone),
		TEST(test_source_without_a_port),
		TEST(test_source_of_a_port),
		TEST(test_placeholder),
		TEST(test_targets),
		TEST(test_no_uart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
