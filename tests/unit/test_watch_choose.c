// SPDX-License-Identifier: GPL-2.0-or-later
/* What the words of watch's line mean, and which sources are watched without a word. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

#include "cmd/watch_choose.c"

static struct watch_options options;
static struct watch_list list;
static struct chooser chooser;
static struct pulse pulses[3];
static char refused[128];

const char *const watch_line_names[] = {
	[LINE_DCD] = "dcd", [LINE_CTS] = "cts", [LINE_DSR] = "dsr", [LINE_RI] = "ri",
};

void watch_about_pulse(struct probe *probe, const struct pulse *pulse, const struct unittab *units,
		       struct watch_chosen *w)
{
	(void)probe;
	(void)pulse;
	(void)units;
	(void)w;
}

int watch_check_idle(struct probe *probe, enum source_line which, const char *tty)
{
	(void)probe;
	(void)which;
	(void)tty;
	return 0;
}

int watch_refuse_held(enum source_line which, const char *tty, const char *who)
{
	(void)which;
	snprintf(refused, sizeof(refused), "%s: %s", tty, who);
	return EXIT_TROUBLE;
}

static void source(struct pulse *p, const char *name, const char *what, const char *port, int64_t n)
{
	memset(p, 0, sizeof(*p));
	strcpy(p->name, name);
	p->source = fact_text_from(0, what);
	strcpy(p->port, port);
	p->assert_edge.seq = fact_from(0, n);
}

static int setup(void **state)
{
	(void)state;
	memset(&options, 0, sizeof(options));
	memset(&chooser, 0, sizeof(chooser));
	refused[0] = '\0';
	source(&pulses[0], "pps0", "ptp0", "", 0);
	source(&pulses[1], "pps1", "serial1", "ttyS1", 0);
	source(&pulses[2], "pps2", "pps-gpio.-1", "", 0);
	chooser.o = &options;
	chooser.list = &list;
	chooser.pulses = (struct pulse_list){ .v = pulses, .n = 3 };
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	watch_free_list(&list);
	return 0;
}

static void expect(size_t i, enum watch_what what, const char *name, const char *path,
		   const char *port)
{
	assert_true(i < list.n);
	assert_int_equal(list.v[i].what, what);
	assert_string_equal(list.v[i].wish.name, name);
	assert_string_equal(list.v[i].wish.path, path);
	assert_string_equal(list.v[i].port, port);
}

static void test_all_but_idle_ptp_clocks(void **state)
{
	(void)state;
	assert_int_equal(choose_all(&chooser), 0);
	assert_int_equal(list.n, 2);
	expect(0, WATCH_PPS, "pps1", "/dev/pps1", "/dev/ttyS1");
	expect(1, WATCH_PPS, "pps2", "/dev/pps2", "pps2");
}

static void test_ptp_clock_with_pulses_or_a_line_of_the_table(void **state)
{
	(void)state;
	pulses[0].assert_edge.seq = fact_from(0, 5);
	assert_int_equal(choose_all(&chooser), 0);
	assert_int_equal(list.n, 3);
	watch_free_list(&list);
	setup(NULL);
	chooser.units.n = 1;
	strcpy(chooser.units.units[0].port, "-");
	strcpy(chooser.units.units[0].pulse, "ptp0");
	assert_int_equal(choose_all(&chooser), 0);
	assert_int_equal(list.n, 3);
}

static void test_nothing_there(void **state)
{
	(void)state;
	chooser.pulses.n = 1;
	assert_int_equal(choose_all(&chooser), EXIT_NO);
}

static void test_source_by_its_name(void **state)
{
	(void)state;
	assert_int_equal(choose(&chooser, "pps-gpio.-1"), 0);
	expect(0, WATCH_PPS, "pps2", "/dev/pps2", "pps2");
}

static void test_gpio_lines(void **state)
{
	static const char *const good[] = { "gpiochip0:17", "gpiochip0/17", "/dev/gpiochip0:17",
					    "/dev/gpiochip0/17" };
	static const char *const bad[] = { "gpiochip0", "gpiochip0:", "gpiochip:1", "gpiochip0:x",
					   "gpiochip0:-1", "gpio17", "gpiochip0:1:2" };
	unsigned int offset;
	char chip[48];

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_int_equal(choose(&chooser, good[i]), 0);
		expect(i, WATCH_GPIO, "gpiochip0:17", "/dev/gpiochip0", "gpiochip0:17");
		assert_int_equal(list.v[i].wish.offset, 17);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(watch_parse_gpio(bad[i], chip, sizeof(chip), &offset));
}

static void test_ports(void **state)
{
	(void)state;
	/* one with a source is that; its other lines are nobody's while N_PPS is attached */
	assert_int_equal(add_port(&chooser, "ttyS1"), 0);
	expect(0, WATCH_PPS, "pps1", "/dev/pps1", "/dev/ttyS1");
	options.line = LINE_CTS;
	assert_int_equal(add_port(&chooser, "ttyS1"), EXIT_TROUBLE);
	assert_string_equal(refused, "ttyS1: N_PPS is attached (pps1)");
	refused[0] = '\0';
	assert_int_equal(choose(&chooser, "serial1"), EXIT_TROUBLE);
	assert_string_equal(refused, "ttyS1: N_PPS is attached (pps1)");
	/* an idle one is opened, at the table's speed */
	chooser.units.n = 1;
	strcpy(chooser.units.units[0].port, "/dev/ttyS2");
	chooser.units.units[0].baud = 9600;
	assert_int_equal(add_port(&chooser, "ttyS2"), 0);
	expect(1, WATCH_LINE, "ttyS2:cts", "/dev/ttyS2", "/dev/ttyS2");
	assert_int_equal(list.v[1].wish.line, LINE_CTS);
	assert_int_equal(list.v[1].baud, 9600);
	assert_int_equal(add_port(&chooser, "ttyS3"), 0);
	assert_int_equal(list.v[2].baud, 4800);
	options.baud = 38400;
	assert_int_equal(add_port(&chooser, "ttyS2"), 0);
	assert_int_equal(list.v[3].baud, 38400);
}

static void test_too_many(void **state)
{
	(void)state;
	for (int i = 0; i < WATCH_MAX; i++)
		assert_int_equal(add_gpio(&chooser, "gpiochip0", (unsigned int)i), 0);
	assert_int_equal(add_gpio(&chooser, "gpiochip0", WATCH_MAX), EXIT_TROUBLE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_all_but_idle_ptp_clocks, setup, teardown),
		cmocka_unit_test_setup_teardown(test_ptp_clock_with_pulses_or_a_line_of_the_table,
						setup, teardown),
		cmocka_unit_test_setup_teardown(test_nothing_there, setup, teardown),
		cmocka_unit_test_setup_teardown(test_source_by_its_name, setup, teardown),
		cmocka_unit_test_setup_teardown(test_gpio_lines, setup, teardown),
		cmocka_unit_test_setup_teardown(test_ports, setup, teardown),
		cmocka_unit_test_setup_teardown(test_too_many, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
