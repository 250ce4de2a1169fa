// SPDX-License-Identifier: GPL-2.0-or-later
/* The table of drivers: whose row a name gets, and what it says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>

#include "driver.h"

static const struct fact no_type = { .state = FACT_ABSENT };

static struct fact type(int64_t val)
{
	return fact_from(0, val);
}

/* The names as sysfs has them, on a kernel's machine of that kind. */
static void what_each_does(void **state)
{
	static const struct {
		const char *name;
		bool sets_flag, reports_dcd, is_late;
		enum driver_bus bus;
	} rows[] = {
		{ "serial", true, true, false, BUS_CHIP },
		{ "serial8250", true, true, false, BUS_CHIP },
		{ "dw-apb-uart", true, true, false, BUS_CHIP },
		{ "atmel_usart_serial", true, true, false, BUS_CHIP },
		{ "uart-pl010", true, true, false, BUS_CHIP },
		{ "uart-pl011", false, true, false, BUS_CHIP },
		{ "serial-tegra", false, true, false, BUS_CHIP },	/* "serial" is not it */
		{ "imx-uart", false, true, true, BUS_CHIP },
		{ "sc16is7xx", false, true, true, BUS_SLOW },
		{ "ftdi_sio", true, true, true, BUS_USB },
		{ "ch341-uart", true, true, true, BUS_USB },
		{ "cdc_acm", true, true, true, BUS_USB },
		{ "cp210x", true, false, false, BUS_USB },
		{ "ti_usb_3410_5052_1", true, false, false, BUS_USB },
		{ "edgeport_ti_2", true, false, false, BUS_USB },
		{ "meson_uart", false, false, false, BUS_CHIP },
		{ "max310x", false, false, false, BUS_SLOW },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct driver_facts *d = driver_find(rows[i].name);

		if (!d)
			fail_msg("no row for %s", rows[i].name);
		if (d->sets_flag != rows[i].sets_flag || d->reports_dcd != rows[i].reports_dcd ||
		    !!d->late != rows[i].is_late || d->bus != rows[i].bus)
			fail_msg("%s", rows[i].name);
		assert_true(d->see && d->see[0]);
	}
}

static void what_is_not_known_is_not_held_against_it(void **state)
{
	(void)state;
	assert_null(driver_find("a_new_driver"));
	assert_null(driver_find("ftdi"));
	assert_null(driver_find(""));
	assert_null(driver_find(NULL));
	assert_null(driver_dcd_text("a_new_driver", no_type));
	assert_null(driver_dcd_text(NULL, fact_from(-EACCES, 0)));
}

static void when_it_stamps(void **state)
{
	(void)state;
	assert_string_equal(driver_dcd_text("uart-pl011", type(32)), "at once");
	assert_string_equal(driver_dcd_text("exar_serial", type(24)), "at once");
	assert_string_equal(driver_dcd_text("ftdi_sio", no_type), "late");
	assert_string_equal(driver_dcd_text("cp210x", no_type), "never");
}

/* By its driver's name or, the drivers are many, by the kind of UART. */
static void the_8250_family(void **state)
{
	(void)state;
	assert_true(driver_is_8250("serial", no_type));
	assert_true(driver_is_8250("serial8250", fact_from(-EACCES, 0)));
	assert_true(driver_is_8250("exar_serial", type(24)));
	assert_true(driver_is_8250(NULL, type(1)));
	assert_true(driver_is_8250(NULL, type(30)));
	assert_false(driver_is_8250(NULL, type(0)));	/* no UART */
	assert_false(driver_is_8250(NULL, type(31)));
	assert_false(driver_is_8250("uart-pl011", type(32)));
	assert_false(driver_is_8250("serial-tegra", type(70)));
	assert_false(driver_is_8250("ftdi_sio", no_type));
	assert_false(driver_is_8250(NULL, fact_from(-EACCES, 4)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_each_does),
		cmocka_unit_test(what_is_not_known_is_not_held_against_it),
		cmocka_unit_test(when_it_stamps),
		cmocka_unit_test(the_8250_family),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
