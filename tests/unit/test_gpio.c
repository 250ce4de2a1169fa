// SPDX-License-Identifier: GPL-2.0-or-later
/* GPIO chips and lines: the probe's texts, debugfs, and which line may carry a pulse. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "fakeprobe.h"
#include "gpio.h"
#include "sys/survey_gpio.h"

/* ---- the probe's texts ---- */

static void test_chip(void **state)
{
	char label[GPIO_NAME_MAX];
	unsigned int lines;

	(void)state;
	assert_int_equal(gpio_read_chip("54 pinctrl-bcm2835", &lines, label), 0);
	assert_int_equal(lines, 54);
	assert_string_equal(label, "pinctrl-bcm2835");
	assert_int_equal(gpio_read_chip("1 a\\x20b\\x5c\\x1b", &lines, label), 0);
	assert_string_equal(label, "a b\\\033");
	assert_int_equal(gpio_read_chip("3 -", &lines, label), 0);
	assert_string_equal(label, "");
	assert_int_equal(gpio_read_chip("", &lines, label), -EINVAL);
	assert_int_equal(gpio_read_chip("x -", &lines, label), -EINVAL);
	assert_int_equal(gpio_read_chip("99999999999999 -", &lines, label), -EINVAL);
	/* longer than the kernel's names can be */
	gpio_read_chip("3 01234567890123456789012345678901234567890123456789", &lines, label);
	assert_int_equal(strlen(label), GPIO_NAME_MAX - 1);
}

static void test_lines(void **state)
{
	const char *text = "0 in - -\n"
		"1 used,in,active-low,pull-up,falling GPIO#1 pps-gpio.0\n"
		"2 used,out,new-flag LED\\x202 \\x2d\n"
		"rubbish";
	struct gpio_line l;

	(void)state;
	assert_true(gpio_read_line(&text, &l));
	assert_int_equal(l.flags, GPIO_IN);
	assert_string_equal(l.name, "");
	assert_true(gpio_read_line(&text, &l));
	assert_int_equal(l.offset, 1);
	assert_int_equal(l.flags, GPIO_USED | GPIO_IN | GPIO_ACTIVE_LOW | GPIO_PULL_UP | GPIO_FALLING);
	assert_string_equal(l.name, "GPIO#1");
	assert_string_equal(l.consumer, "pps-gpio.0");
	assert_true(gpio_read_line(&text, &l));
	assert_int_equal(l.flags, GPIO_USED | GPIO_OUT);
	assert_string_equal(l.name, "LED 2");
	assert_string_equal(l.consumer, "-");
	assert_false(gpio_read_line(&text, &l));
	text = "";
	assert_false(gpio_read_line(&text, &l));
}

/* ---- debugfs, as 6.1, a newer kernel and gpio-sim of that one print it ---- */

static const char debug[] =
	"gpiochip1: GPIOs 512-515, parent: platform/fakegpio, fakegpio:\n"
	" gpio-512 (                    |pps-gpio-poll       ) in  hi \n"
	" gpio-513 (no consumer         )\n"
	" gpio-514 (a) in  hi (         |hi                  ) out lo IRQ ACTIVE LOW\n"
	" gpio-515 (                    |who                 ) in  ?  \n"
	"\n"
	"gpiochip10: GPIOs 516-519, parent: platform/gpio-sim.0, board, can sleep:\n"
	" gpio-516 (                    |x                   ) in  lo IRQ \n"
	"\n"
	"gpiochip2: 4 GPIOs, parent: platform/y, y:\n"
	" line-1   (                    |x                   ) input,high\n";

static void expect_level(const char *chip, unsigned int offset, int level)
{
	const struct fact f = gpio_debug_level(debug, chip, offset);

	if (level < 0)
		assert_int_equal(f.state, FACT_ABSENT);
	else if (!fact_is(f, level))
		fail_msg("%s %u: state %d, %d", chip, offset, f.state, (int)f.val);
}

static void test_debug(void **state)
{
	(void)state;
	assert_true(fact_is(gpio_debug_base(debug, "gpiochip1"), 512));
	assert_true(fact_is(gpio_debug_base(debug, "gpiochip10"), 516));
	assert_int_equal(gpio_debug_base(debug, "gpiochip2").state, FACT_ABSENT);
	assert_int_equal(gpio_debug_base(debug, "gpiochip3").state, FACT_ABSENT);
	assert_true(fact_is(gpio_debug_sleeps(debug, "gpiochip1"), 0));
	assert_true(fact_is(gpio_debug_sleeps(debug, "gpiochip10"), 1));
	assert_int_equal(gpio_debug_sleeps(debug, "gpiochip3").state, FACT_ABSENT);
	expect_level("gpiochip1", 0, 1);
	expect_level("gpiochip1", 1, -1);
	expect_level("gpiochip1", 2, 0);
	expect_level("gpiochip1", 3, -1);
	expect_level("gpiochip1", 4, -1);		/* the next chip's first */
	expect_level("gpiochip10", 0, 0);
	expect_level("gpiochip2", 1, 1);
	expect_level("gpiochip2", 0, -1);
	expect_level("gpiochip3", 0, -1);
}

/* ---- what a line is good for ---- */

static void test_use(void **state)
{
	static const struct {
		const char *name, *driver, *bus, *consumer, *pps;
		int sleeps;
		unsigned int flags;
		enum gpio_use use;
	} rows[] = {
		{ "free", "pinctrl", "", "", "", 0, GPIO_IN, GPIO_MAY },
		{ "no direction told", "pinctrl", "", "", "", 0, 0, GPIO_MAY },
		{ "output", "pinctrl", "", "", "", 0, GPIO_OUT, GPIO_IS_OUTPUT },
		{ "an LED", "pinctrl", "", "led0", "", 0, GPIO_USED | GPIO_OUT, GPIO_IS_TAKEN },
		{ "a button", "pinctrl", "", "reset", "", 0, GPIO_USED | GPIO_IN, GPIO_IS_TAKEN },
		{ "pulse", "pinctrl", "", "pps@12", "", 0, GPIO_USED | GPIO_IN, GPIO_MAY },
		{ "pulse", "pinctrl", "", "gps", "pps0", 0, GPIO_USED | GPIO_IN, GPIO_MAY },
		{ "nobody's name", "pinctrl", "", "", "", 0, GPIO_USED, GPIO_IS_TAKEN },
		{ "expander", "pcf857x", "i2c", "", "", 1, GPIO_IN, GPIO_IS_SLOW },
		{ "sleeps", "x", "", "", "", 1, GPIO_IN, GPIO_MAY_IRQ },
		{ "simulated", "gpio-sim", "", "", "", 0, GPIO_IN, GPIO_MAY_IRQ },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct gpio_chip chip = { .sleeps = fact_from(0, rows[i].sleeps) };
		struct gpio_line line = { .flags = rows[i].flags };

		chip.driver = fact_text_from(0, rows[i].driver);
		chip.slow_bus = fact_text_from(rows[i].bus[0] ? 0 : -ENOENT, rows[i].bus);
		strcpy(line.consumer, rows[i].consumer);
		strcpy(line.pps, rows[i].pps);
		if (gpio_use(&chip, &line) != rows[i].use)
			fail_msg("%s: %s", rows[i].name, gpio_use_name(gpio_use(&chip, &line)));
	}
}

/* ---- the survey ---- */

#define DEV "/sys/devices/platform/"

static const struct fake_line machine[] = {
	{ 0, "list:/sys/bus/gpio/devices", "gpiochip0\ngpiochip1\ngpiochip2", 0 },
	{ 0, "real:/sys/bus/gpio/devices/gpiochip0", DEV "soc/gpio/gpiochip0", 0 },
	{ 0, "link:" DEV "soc/gpio/driver", "../../../bus/platform/drivers/pinctrl", 0 },
	{ 0, "gpio:gpiochip0", "3 pinctrl", 0 },
	{ 0, "gpio:gpiochip0/0", "0 in - -\n1 used,in GPIO1 pps@1", 0 },
	{ 0, "gpio:gpiochip0/2", "2 used,in - pps-gpio-poll", 0 },
	{ 0, "gpio:gpiochip0/0/level", "1", 0 },
	{ 0, "list:/sys/class/gpio", "export\ngpiochip100\ngpiochip200", 0 },
	{ 0, "file:/sys/class/gpio/gpiochip100/label", "pinctrl", 0 },
	{ 0, "file:/sys/class/gpio/gpiochip100/ngpio", "3", 0 },
	{ 0, "file:/sys/class/gpio/gpiochip100/base", "100", 0 },
	{ 0, "file:/sys/class/gpio/gpiochip200/label", "expander", 0 },
	{ 0, "real:/sys/bus/gpio/devices/gpiochip1", DEV "i2c0/i2c-1/1-0020/mfd/gpiochip1", 0 },
	{ 0, "link:" DEV "i2c0/i2c-1/1-0020/driver", "../bus/i2c/drivers/pcf857x", 0 },
	{ 0, "link:" DEV "i2c0/i2c-1/1-0020/subsystem", "../bus/i2c", 0 },
	{ 0, "gpio:gpiochip1", "1 expander", 0 },
	{ 0, "gpio:gpiochip1/0", "0 in - -", 0 },
	{ 0, "gpio:gpiochip2", NULL, -EACCES },
	{ 0, "real:/sys/class/pps/pps0/device", DEV "pps@1", 0 },
	{ 0, "file:/sys/class/pps/pps1/device/chip", "pinctrl", 0 },
	{ 0, "file:/sys/class/pps/pps1/device/line", "2", 0 },
	{ 0, NULL, NULL, 0 },
};

static void test_survey(void **state)
{
	struct pulse pulses[2] = { { .name = "pps0" }, { .name = "pps1" } };
	const struct pulse_list list = { pulses, 2 };
	struct probe *p = fake_open(machine);
	struct gpio_list gpios;
	const struct gpio_chip *c;

	(void)state;
	assert_int_equal(survey_gpios(p, &list, &gpios), 0);
	assert_int_equal(gpios.n, 3);
	c = &gpios.v[0];
	assert_string_equal(c->driver.val, "pinctrl");
	assert_int_equal(c->slow_bus.state, FACT_ABSENT);
	assert_true(fact_is(c->base, 100));
	assert_int_equal(c->n, 3);
	assert_true(fact_is(c->v[2].number, 102));
	assert_string_equal(c->v[0].pps, "");
	assert_string_equal(c->v[1].pps, "pps0");
	assert_string_equal(c->v[2].pps, "pps1");
	assert_int_equal(c->v[0].level.state, FACT_ABSENT);
	assert_ptr_equal(gpio_find_number(&gpios, 102, &c), &gpios.v[0].v[2]);
	assert_null(gpio_find_number(&gpios, 103, &c));
	c = &gpios.v[1];
	assert_string_equal(c->slow_bus.val, "i2c");
	assert_string_equal(c->driver.val, "pcf857x");
	assert_int_equal(c->v[0].number.state, FACT_ABSENT);
	assert_int_equal(gpios.v[2].told.state, FACT_DENIED);
	assert_int_equal(gpios.v[2].n, 0);
	survey_gpio_levels(p, &gpios);
	assert_true(fact_is(gpios.v[0].v[0].level, 1));
	assert_int_equal(gpios.v[0].v[1].level.state, FACT_ABSENT);
	survey_free_gpios(&gpios);
	probe_close(p);
}

/* A chip that goes while it is asked: its lines are not known, nothing is looked for without end. */
static void test_survey_of_a_chip_that_goes(void **state)
{
	static const struct fake_line going[] = {
		{ 0, "list:/sys/bus/gpio/devices", "gpiochip0\ngpiochip1", 0 },
		{ 0, "gpio:gpiochip0", "3 x", 0 },
		{ 0, "gpio:gpiochip0/0", "0 in - -", 0 },
		{ 0, "gpio:gpiochip1", "2 x", 0 },
		{ 0, "gpio:gpiochip1/0", "what", 0 },
		{ 0, NULL, NULL, 0 },
	};
	struct probe *p = fake_open(going);
	struct gpio_list gpios;

	(void)state;
	assert_int_equal(survey_gpios(p, NULL, &gpios), 0);
	assert_int_equal(gpios.v[0].told.state, FACT_ABSENT);
	assert_int_equal(gpios.v[0].n, 0);
	assert_int_equal(gpios.v[1].told.state, FACT_DENIED);
	survey_free_gpios(&gpios);
	probe_close(p);
}

static void test_survey_without_chips(void **state)
{
	static const struct fake_line none[] = { { 0, NULL, NULL, 0 } };
	struct probe *p = fake_open(none);
	struct gpio_list gpios;

	(void)state;
	assert_int_equal(survey_gpios(p, NULL, &gpios), 0);
	assert_int_equal(gpios.n, 0);
	probe_close(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_chip),
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_debug),
		cmocka_unit_test(test_use),
		cmocka_unit_test(test_survey),
		cmocka_unit_test(test_survey_of_a_chip_that_goes),
		cmocka_unit_test(test_survey_without_chips),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
