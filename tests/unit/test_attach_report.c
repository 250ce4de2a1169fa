// SPDX-License-Identifier: GPL-2.0-or-later
/* What attach says of a port: how its interrupt was turned on, and whether any pulse can come. */
#include "patient.h"

#include <sys/mman.h>
#include <unistd.h>

#include "cmd/attach_report.c"

static struct port port;
static struct attaching a;
static char out_text[2048], err_text[2048];

static int setup(void **state)
{
	(void)state;
	healthy();
	port = facts.port;
	memset(&a, 0, sizeof(a));
	a.plan.port = &port;
	a.plan.baud = 4800;
	a.plan.baud_from = "from the table";
	strcpy(a.plan.node, "/dev/ttyAMA0");
	a.plan.role = ROLE_SENTENCES | ROLE_PULSE;
	a.plan.wakeup_latency_us = -1;
	strcpy(a.port.pps, "pps0");
	a.port.ier = fact_from(-ENOENT, 0);
	return 0;
}

static int start(int fd, int *old)
{
	const int memory = memfd_create("text", 0);

	fflush(NULL);
	*old = dup(fd);
	dup2(memory, fd);
	return memory;
}

static void stop(int fd, int old, int memory, char *text, size_t size)
{
	ssize_t n;

	fflush(NULL);
	dup2(old, fd);
	close(old);
	n = pread(memory, text, size - 1, 0);
	text[n > 0 ? n : 0] = '\0';
	close(memory);
}

static int hear(int (*say)(void))
{
	int old_out, old_err, code;
	const int out = start(STDOUT_FILENO, &old_out), err = start(STDERR_FILENO, &old_err);

	code = say();
	stop(STDERR_FILENO, old_err, err, err_text, sizeof(err_text));
	stop(STDOUT_FILENO, old_out, out, out_text, sizeof(out_text));
	return code;
}

static int report(void) { attach_report(&a); return 0; }
static int tell_driver(void) { attach_tell_driver(&a); return 0; }
static int refused(void) { return attach_step_failed(&a, -EPERM); }
static int not_set(void) { return attach_step_failed(&a, -EIO); }

static void says(const char *text, const char *what)
{
	if (!strstr(text, what))
		fail_msg("\"%s\" is not in \"%s\"", what, text);
}

static void how_it_was_armed(void **state)
{
	(void)state;
	a.port.is_armed = true;
	hear(report);
	says(out_text, "DCD interrupt on (by the driver's flag");
	a.port.needs_flag = true;
	hear(report);
	says(out_text, "DCD interrupt on (by TIOCSSERIAL: its driver does not notice N_PPS)");
	a.port.is_armed = a.port.needs_flag = false;
	a.port.flag_err = -EINVAL;
	hear(report);
	says(out_text, "on until the speed changes (no flag: TIOCSSERIAL says Invalid argument)");
	a.port.flag_err = 0;
	hear(report);
	says(out_text, "cannot prove its DCD interrupt");
	a.port.ier = fact_from(0, 0x0d);
	hear(report);
	says(out_text, "DCD interrupt on (IER 0x0d)");
	a.port.needs_flag = true;
	hear(report);
	says(out_text, "on (IER 0x0d; by TIOCSSERIAL: its driver does not notice N_PPS)");
}

static void a_driver_that_never_tells(void **state)
{
	(void)state;
	set_text(&port.driver, "cp210x");
	hear(tell_driver);
	says(err_text, "/dev/ttyAMA0: the driver cp210x never reports DCD: no pulse will come; ");
	says(err_text, "FTDI");
	set_text(&port.driver, "meson_uart");
	hear(tell_driver);
	says(err_text, "never reports DCD: no pulse will come\n");
	says(err_text, "pps-gpio");
}

/* The very port that gave its pulse's wire to another one. */
static void no_word_of_a_pulse_that_is_elsewhere(void **state)
{
	(void)state;
	a.plan.role = ROLE_SENTENCES;
	set_text(&port.driver, "cp210x");
	hear(tell_driver);
	assert_string_equal(err_text, "");
}

static void where_the_pulse_comes_from(void **state)
{
	(void)state;
	strcpy(a.plan.tty, "ttyS1");
	strcpy(a.plan.gps_link, "/dev/gps0");
	a.plan.role = ROLE_SENTENCES;
	a.port.pps[0] = '\0';
	a.plan.source = SOURCE_NONE;
	hear(report);
	says(out_text, "pulse        none, by the table\n/dev/gps0 -> ttyS1\n");
	a.plan.source = SOURCE_PORT;
	strcpy(a.plan.pulse, "/dev/ttyS2");
	hear(report);
	says(out_text, "pulse        from /dev/ttyS2: gpsppsctl attach /dev/ttyS2\n");
	a.plan.source = SOURCE_NAMED;
	strcpy(a.plan.pulse, "pps-gpio.-1");
	hear(report);
	says(out_text, "pulse        from pps-gpio.-1, which is not there yet");
	strcpy(a.plan.pps, "pps1");
	strcpy(a.port.pps, "pps1");
	a.looked = true;
	hear(report);
	says(out_text, "pulse        from pps-gpio.-1, /dev/pps1, no pulse yet\n");
}

static void a_port_for_its_pulse(void **state)
{
	(void)state;
	strcpy(a.plan.pps_link, "/dev/gpspps0");
	a.plan.role = ROLE_PULSE;
	hear(report);
	says(out_text, "for its pulse only: what it receives is not read\n");
	says(out_text, "/dev/pps0    attached");
	says(out_text, "\n/dev/gpspps0 -> pps0\n");
}

static void others_are_not_slandered(void **state)
{
	static const char *const names[] = { "serial", "ftdi_sio", "cdc_acm", "uart-pl011", "new" };

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		set_text(&port.driver, names[i]);
		hear(tell_driver);
		assert_string_equal(err_text, "");
	}
	port.driver = fact_text_from(-EACCES, "");
	hear(tell_driver);
	assert_string_equal(err_text, "");
}

static void why_it_could_not_be_armed(void **state)
{
	(void)state;
	a.port.step = STEP_ARM;
	assert_int_equal(hear(refused), EXIT_TROUBLE);
	says(err_text, "cannot turn its DCD interrupt on: Operation not permitted");
	says(err_text, "hint: its driver must be told of N_PPS by TIOCSSERIAL, which needs CAP_");
	a.port.step = STEP_CHECK_FLAGS;
	a.port.flags = fact_from(0, 0x40);
	assert_int_equal(hear(not_set), EXIT_TROUBLE);
	says(err_text, "serial flags 0x40 are without 0x800");
}

/* Only where a pulse was looked for: what is known of the driver may be why. */
static void a_hint_when_none_came(void **state)
{
	(void)state;
	a.looked = true;
	set_text(&port.driver, "cdc_acm");
	hear(tell_driver);
	says(err_text, "gpsppsctl: hint: cdc_acm tells of DCD from Linux 6.6 on");
	set_text(&port.driver, "ftdi_sio");
	hear(tell_driver);
	assert_string_equal(err_text, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(how_it_was_armed, setup),
		cmocka_unit_test_setup(a_driver_that_never_tells, setup),
		cmocka_unit_test_setup(no_word_of_a_pulse_that_is_elsewhere, setup),
		cmocka_unit_test_setup(where_the_pulse_comes_from, setup),
		cmocka_unit_test_setup(a_port_for_its_pulse, setup),
		cmocka_unit_test_setup(others_are_not_slandered, setup),
		cmocka_unit_test_setup(a_hint_when_none_came, setup),
		cmocka_unit_test_setup(why_it_could_not_be_armed, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
