// SPDX-License-Identifier: GPL-2.0-or-later
/* The checks of the port's settings. */
#include "examine.h"

static void settings(const char *text)
{
	set_text(&facts.port.termios, text);
	facts.port.baud = fact_from(0, 4800);
}

static void clocal_off(void)
{
	settings("4800 i:ignbrk,ignpar,icrnl o: c:cs8,cread l:icanon cc:0 line:18");
}

static void crtscts(void)
{
	settings("4800 i:ignbrk,ignpar,icrnl o: c:cs8,cread,clocal,crtscts l:icanon cc:0 line:18");
}

static void echo(void)
{
	settings("4800 i:ignbrk,ignpar,icrnl o: c:cs8,cread,clocal l:icanon,echo cc:0 line:18");
}

static void echoes_of_a_terminal(void)
{
	settings("4800 i:ignbrk,ignpar,icrnl o: c:cs8,cread,clocal l:icanon,echoe,echok cc:0 line:18");
}

static void everything(void)
{
	settings("4800 i:ignbrk,ignpar,icrnl o: c:cs7,cread,crtscts l:icanon,echo cc:0 line:18");
}

static void by_ldattach(void)
{
	hold(0, 9, "ldattach");
	facts.unit = facts.table_baud = fact_from(-ENOENT, 0);
}

static void crtscts_by_ldattach(void) { crtscts(); by_ldattach(); }
static void echo_by_ldattach(void) { echo(); by_ldattach(); }
static void clocal_off_by_ldattach(void) { clocal_off(); by_ldattach(); }
static void everything_by_ldattach(void) { everything(); by_ldattach(); }
static void gpsd(void) { everything(); hold(0, 55, "gpsd"); }
static void clocal_off_gpsd(void) { clocal_off(); hold(0, 55, "gpsd"); }
static void not_attached(void) { everything(); facts.pulse.name[0] = '\0'; }
static void a_source(void) { everything(); facts.pulse_only = true; }
static void denied(void) { facts.port.termios = fact_text_from(-EACCES, ""); }

static const struct row rows[] = {
	{ "healthy", NULL, &check_tty_clocal_off, SEV_OK, NULL, 0 },
	{ "clocal off", clocal_off, &check_tty_clocal_off, SEV_FAIL,
	  "stty -F /dev/ttyS1 clocal", CURE_COMMAND },
	{ "by ldattach", clocal_off_by_ldattach, &check_tty_clocal_off, SEV_FAIL, NULL,
	  CURE_COMMAND },
	{ "gpsd", clocal_off_gpsd, &check_tty_clocal_off, SEV_FAIL, NULL, CURE_COMMAND },
	/* stty would wait for CTS */
	{ "with crtscts", everything, &check_tty_clocal_off, SEV_FAIL, NULL, CURE_NONE },
	{ "not attached", not_attached, &check_tty_clocal_off, SEV_NONE, NULL, 0 },
	{ "a source", a_source, &check_tty_clocal_off, SEV_NONE, NULL, 0 },
	{ "denied", denied, &check_tty_clocal_off, SEV_SKIPPED, "root", 0 },

	{ "healthy", NULL, &check_tty_crtscts, SEV_OK, NULL, 0 },
	{ "crtscts", crtscts, &check_tty_crtscts, SEV_WARN, "stty -F /dev/ttyS1 -crtscts", 0 },
	{ "by ldattach", crtscts_by_ldattach, &check_tty_crtscts, SEV_INFO, NULL, 0 },
	{ "gpsd", gpsd, &check_tty_crtscts, SEV_NONE, NULL, 0 },
	{ "not attached", not_attached, &check_tty_crtscts, SEV_NONE, NULL, 0 },
	{ "denied", denied, &check_tty_crtscts, SEV_SKIPPED, "root", 0 },

	{ "healthy", NULL, &check_tty_echo, SEV_OK, NULL, 0 },
	{ "echo", echo, &check_tty_echo, SEV_WARN, "stty -F /dev/ttyS1 -echo", CURE_COMMAND },
	{ "by ldattach", echo_by_ldattach, &check_tty_echo, SEV_INFO, NULL, CURE_COMMAND },
	{ "echoe", echoes_of_a_terminal, &check_tty_echo, SEV_OK, NULL, 0 },
	{ "gpsd", gpsd, &check_tty_echo, SEV_NONE, NULL, 0 },
	{ "denied", denied, &check_tty_echo, SEV_SKIPPED, "root", 0 },

	{ "healthy", NULL, &check_tty_differs, SEV_OK, NULL, 0 },
	{ "clocal off", clocal_off, &check_tty_differs, SEV_OK, NULL, 0 },
	{ "crtscts", crtscts, &check_tty_differs, SEV_OK, NULL, 0 },
	{ "echo", echo, &check_tty_differs, SEV_OK, NULL, 0 },
	{ "echoe", echoes_of_a_terminal, &check_tty_differs, SEV_WARN,
	  "stty -F /dev/ttyS1 -echoe -echok", CURE_COMMAND },
	{ "everything", everything, &check_tty_differs, SEV_FAIL, "stty -F /dev/ttyS1 cs8", 0 },
	{ "by ldattach", everything_by_ldattach, &check_tty_differs, SEV_WARN, "cs8", 0 },
	{ "gpsd", gpsd, &check_tty_differs, SEV_NONE, NULL, 0 },
	{ "denied", denied, &check_tty_differs, SEV_SKIPPED, "root", 0 },
};

static const struct check *const checks[] = {
	&check_tty_clocal_off, &check_tty_crtscts, &check_tty_echo, &check_tty_differs,
};

EXAMINE_ALL(checks, rows)

int main(void)
{
	const struct CMUnitTest tests[] = {
		EXAMINE_TESTS,
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
