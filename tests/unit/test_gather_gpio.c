// SPDX-License-Identifier: GPL-2.0-or-later
/* The GPIO line behind a source, or the one that a missing source would need. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "fakeprobe.h"
#include "sys/gather.h"

/* A chip of four lines, numbers from 100 on; line 1 is a button's, line 2 w1's. */
#define CHIP									\
	{ 0, "list:/sys/bus/gpio/devices", "gpiochip0", 0 },			\
	{ 0, "gpio:gpiochip0", "4 pinctrl", 0 },				\
	{ 0, "gpio:gpiochip0/0", "0 in - -\n1 used,in - Reset\n"		\
	  "2 used,in,pull-down W1 w1\n3 used,in - pps@3", 0 },			\
	{ 0, "file:/sys/kernel/debug/gpio", "gpiochip0: GPIOs 100-103, pinctrl:\n" \
	  " gpio-102 (W1                  |w1                  ) in  lo \n"	\
	  " gpio-103 (                    |pps@3               ) in  lo \n", 0 }, \
	{ 1, "file:/sys/kernel/debug/gpio", "gpiochip0: GPIOs 100-103, pinctrl:\n" \
	  " gpio-103 (                    |pps@3               ) in  hi \n", 0 }

#define END { 0, NULL, NULL, 0 }

static struct port_facts facts;
static struct pulse pulses[1];
static const struct pulse_list list = { pulses, 1 };

static void source(const char *name)
{
	memset(&facts, 0, sizeof(facts));
	memset(pulses, 0, sizeof(pulses));
	facts.pulse_only = true;
	facts.present = fact_from(0, 1);
	strcpy(facts.pulse.name, "pps0");
	facts.pulse.source = fact_text_from(0, name);
	pulses[0] = facts.pulse;
	facts.pulses = &list;
}

static void missing(const char *name)
{
	memset(&facts, 0, sizeof(facts));
	facts.pulse_only = true;
	facts.present = fact_from(0, 0);
	strcpy(facts.pulse_from, name);
}

static void gather(const struct fake_line *lines)
{
	struct probe *p = fake_open(lines);

	gather_gpio(p, &facts);
	gather_gpio_look(p, &facts, &facts.first.gpio);
	probe_sleep_ms(p, 1);
	gather_gpio_look(p, &facts, &facts.second.gpio);
	probe_close(p);
}

static void expect_line(unsigned int offset, const char *consumer, const char *where)
{
	assert_true(fact_is(facts.gpio.line_known, 1));
	assert_int_equal(facts.gpio.line.offset, offset);
	assert_string_equal(facts.gpio.chip, "pinctrl");
	assert_string_equal(facts.gpio.line.consumer, consumer);
	assert_string_equal(facts.gpio.where, where);
}

/* ---- sources that are there ---- */

static void test_by_interrupt(void **state)
{
	static const struct fake_line lines[] = {
		CHIP,
		{ 0, "link:/sys/class/pps/pps0/device/driver", "../../bus/platform/drivers/pps-gpio", 0 },
		{ 0, "real:/sys/class/pps/pps0/device", "/sys/devices/platform/pps@3", 0 },
		END,
	};

	(void)state;
	source("pps@3.-1");
	gather(lines);
	assert_int_equal(facts.gpio.driver, GPIO_DRIVER_IRQ);
	expect_line(3, "pps@3", "");
	assert_true(fact_is(facts.first.gpio.level, 0));
	assert_true(fact_is(facts.second.gpio.level, 1));
	assert_int_equal(facts.first.gpio.captured.state, FACT_UNREAD);
}

#define POLL(attribute) "file:/sys/class/pps/pps0/device/" attribute

static const struct fake_line polled[] = {
	CHIP,
	{ 0, "link:/sys/class/pps/pps0/device/driver", "../drivers/pps-gpio-poll", 0 },
	{ 0, POLL("chip"), "pinctrl", 0 }, { 0, POLL("line"), "2", 0 },
	{ 0, POLL("edge"), "falling", 0 }, { 0, POLL("poll_us"), "100", 0 },
	{ 0, POLL("wait_us"), "15", 0 }, { 0, POLL("rate_hz"), "1", 0 },
	{ 0, POLL("captured"), "7", 0 }, { 0, POLL("missed"), "1", 0 },
	{ 0, POLL("half_level"), "-", 0 }, { 0, POLL("precision_ns"), "900", 0 },
	{ 1, POLL("captured"), "8", 0 }, { 1, POLL("half_level"), "1", 0 },
	END,
};

static void test_polled(void **state)
{
	(void)state;
	source("pps-gpio-poll.-1");
	gather(polled);
	assert_int_equal(facts.gpio.driver, GPIO_DRIVER_POLL);
	expect_line(2, "w1", "");
	assert_true(fact_is(facts.gpio.rising, 0));
	assert_true(fact_is(facts.gpio.poll_us, 100));
	assert_true(fact_is(facts.gpio.precision_ns, 900));
	assert_true(fact_is(facts.first.gpio.captured, 7));
	assert_true(fact_is(facts.second.gpio.captured, 8));
	assert_true(fact_is(facts.second.gpio.missed, 1));
	assert_int_equal(facts.second.gpio.late.state, FACT_ABSENT);
	assert_int_equal(facts.first.gpio.half_level.state, FACT_ABSENT);
	assert_true(fact_is(facts.second.gpio.half_level, 1));
	assert_true(fact_is(facts.first.gpio.level, 0));
	/* somebody else's line by then: its level is not told */
	assert_int_equal(facts.second.gpio.level.state, FACT_ABSENT);
}

/* A user who may not ask the chip knows what the module says. */
static void test_polled_without_rights(void **state)
{
	struct fake_line lines[sizeof(polled) / sizeof(polled[0]) + 3];

	(void)state;
	memcpy(lines, polled, sizeof(polled));
	for (size_t i = 0; lines[i].key; i++)
		if (!strncmp(lines[i].key, "gpio:", 5) || strstr(lines[i].key, "debug"))
			lines[i].err = -EACCES;
	source("pps-gpio-poll.-1");
	gather(lines);
	assert_true(fact_is(facts.gpio.line_known, 1));
	assert_string_equal(facts.gpio.chip, "pinctrl");
	assert_int_equal(facts.gpio.line.offset, 2);
	assert_true(fact_is(facts.second.gpio.captured, 8));
}

/* A network card, the kernel's timer: one question, and no more. */
static void test_no_gpio(void **state)
{
	static const struct fake_line lines[] = { CHIP, END };

	(void)state;
	source("ptp0");
	gather(lines);
	assert_int_equal(facts.gpio.driver, GPIO_DRIVER_NONE);
	assert_int_equal(facts.gpio.line_known.state, FACT_UNREAD);
	missing("ptp0");
	gather(lines);
	assert_int_equal(facts.gpio.driver, GPIO_DRIVER_NONE);
}

/* ---- sources that are not ---- */

#define PARAMETERS "/sys/module/pps_gpio_poll/parameters"

static void test_wanted_by_parameters(void **state)
{
	static const struct fake_line lines[] = {
		CHIP,
		{ 0, "file:" PARAMETERS "/chip", "(null)", 0 },
		{ 0, "file:" PARAMETERS "/line", "-1", 0 },
		{ 0, "file:" PARAMETERS "/gpio", "102", 0 },
		END,
	};

	(void)state;
	missing("pps-gpio-poll.-1");
	gather(lines);
	expect_line(2, "w1", PARAMETERS);
	assert_string_equal(facts.gpio.button_driver, "");
	assert_true(facts.gpio.line.flags & GPIO_PULL_DOWN);
}

#define KEYS "/sys/bus/platform/drivers/gpio-keys"

static const struct fake_line buttons[] = {
	CHIP,
	{ 0, "list:/etc/modprobe.d", "README\na.conf", 0 },
	{ 0, "file:/etc/modprobe.d/README", "options pps-gpio-poll", 0 },
	{ 0, "file:/etc/modprobe.d/a.conf", "# options pps-gpio-poll chip=x line=3\n"
	  "options other chip=x line=3\noptions pps_gpio_poll chip=pinctrl poll_us=50 line=1", 0 },
	{ 0, "list:" KEYS, "bind\nkeys\nmodule\nother\nuevent\nunbind", 0 },
	{ 0, "list:" KEYS "/keys/of_node", "name\nreset", 0 },
	{ 0, "file:" KEYS "/keys/of_node/reset/label", "Reset", 0 },
	END,
};

static void test_wanted_by_modprobe(void **state)
{
	(void)state;
	missing("pps-gpio-poll.-1");
	gather(buttons);
	expect_line(1, "Reset", "/etc/modprobe.d/a.conf");
	assert_string_equal(facts.gpio.button_driver, "gpio-keys");
	assert_string_equal(facts.gpio.button_device, "keys");
}

/* A button without a label: the driver's own name, not that of the other one. */
static void test_buttons_without_a_label(void **state)
{
	static const struct {
		const char *consumer, *driver, *device;
	} rows[] = {
		{ "gpio_keys", "gpio-keys", "keys" },
		{ "gpio-keys-polled", "gpio-keys-polled", "polled" },
		{ "gpio-button-hotplug", "gpio-keys-polled", "polled" },
		{ "gpio_keys_other", "gpio_keys_other", "" },
		{ "led0", "", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char text[64];
		const struct fake_line lines[] = {
			{ 0, "list:/sys/bus/gpio/devices", "gpiochip0", 0 },
			{ 0, "gpio:gpiochip0", "1 pinctrl", 0 },
			{ 0, "gpio:gpiochip0/0", text, 0 },
			{ 0, "file:" PARAMETERS "/chip", "pinctrl", 0 },
			{ 0, "file:" PARAMETERS "/line", "0", 0 },
			{ 0, "list:" KEYS, "bind\nkeys\nmodule", 0 },
			{ 0, "list:" KEYS "-polled", "polled\nuevent", 0 },
			END,
		};

		snprintf(text, sizeof(text), "0 used,in - %s", rows[i].consumer);
		missing("pps-gpio-poll.-1");
		gather(lines);
		expect_line(0, rows[i].consumer, PARAMETERS);
		assert_string_equal(facts.gpio.button_driver, rows[i].driver);
		assert_string_equal(facts.gpio.button_device, rows[i].device);
	}
}

static void test_wanted_by_openwrt(void **state)
{
	static const struct fake_line lines[] = {
		CHIP,
		{ 0, "list:/etc/modules.d", "50-pps", 0 },
		{ 0, "file:/etc/modules.d/50-pps", "pps_core\npps-gpio-poll gpio=100\n", 0 },
		END,
	};

	(void)state;
	missing("pps-gpio-poll.-1");
	gather(lines);
	expect_line(0, "", "/etc/modules.d/50-pps");
}

#define PHANDLE(chip) "file:/sys/bus/gpio/devices/" chip "/of_node/phandle"
#define TWO_CHIPS \
	{ 0, "list:/sys/bus/gpio/devices", "gpiochip0\ngpiochip1", 0 }, \
	{ 0, "gpio:gpiochip0", "1 other", 0 }, \
	{ 0, "gpio:gpiochip0/0", "0 in - -", 0 }, \
	{ 0, "gpio:gpiochip1", "1 pinctrl", 0 }, \
	{ 0, "gpio:gpiochip1/0", "18 used,in - led0", 0 }

/* As QEMU's arm64 board and a Raspberry Pi have them: a node of <phandle line flags>. */
static void test_wanted_by_the_devicetree(void **state)
{
	static const struct fake_line lines[] = {
		TWO_CHIPS,
		{ 0, PHANDLE("gpiochip0"), "\0\0\0\3", 4 },
		{ 0, PHANDLE("gpiochip1"), "\0\0\0\7", 4 },
		{ 0, "file:/proc/device-tree/soc/pps@12/gpios", "\0\0\0\7\0\0\0\22\0\0\0\0", 12 },
		END,
	};

	(void)state;
	missing("soc:pps@12.-1");
	gather(lines);
	assert_int_equal(facts.gpio.driver, GPIO_DRIVER_IRQ);
	expect_line(18, "led0", "/proc/device-tree/soc/pps@12");
}

/* 10 is a line's end, too: of a file's last one the probe makes nothing. */
static void test_the_tenth_of_the_devicetree(void **state)
{
	static const struct fake_line lines[] = {
		TWO_CHIPS,
		{ 0, PHANDLE("gpiochip0"), "\0\0\0\0", 4 },
		{ 0, PHANDLE("gpiochip1"), "\0\0\0", 3 },
		{ 0, "file:/proc/device-tree/soc/pps@12/gpios", "\0\0\0\n\0\0\0\22\0\0\0", 11 },
		END,
	};

	(void)state;
	missing("soc:pps@12.-1");
	gather(lines);
	expect_line(18, "led0", "/proc/device-tree/soc/pps@12");
}

static void test_wanted_by_nobody(void **state)
{
	static const struct fake_line lines[] = { CHIP, END };
	static const struct fake_line denied[] = {
		{ 0, "list:/sys/bus/gpio/devices", "gpiochip0", 0 },
		{ 0, "gpio:gpiochip0", NULL, -EACCES },
		{ 0, "file:" PARAMETERS "/gpio", "102", 0 },
		END,
	};

	(void)state;
	missing("pps-gpio-poll.-1");
	gather(lines);
	assert_int_equal(facts.gpio.line_known.state, FACT_ABSENT);
	assert_string_equal(facts.gpio.where, "");
	missing("pps-gpio-poll.-1");
	gather(denied);
	assert_int_equal(facts.gpio.line_known.state, FACT_DENIED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_by_interrupt),
		cmocka_unit_test(test_polled),
		cmocka_unit_test(test_polled_without_rights),
		cmocka_unit_test(test_no_gpio),
		cmocka_unit_test(test_wanted_by_parameters),
		cmocka_unit_test(test_wanted_by_modprobe),
		cmocka_unit_test(test_buttons_without_a_label),
		cmocka_unit_test(test_wanted_by_openwrt),
		cmocka_unit_test(test_wanted_by_the_devicetree),
		cmocka_unit_test(test_the_tenth_of_the_devicetree),
		cmocka_unit_test(test_wanted_by_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
