// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "setupworld.h"

/* The table's only line of this unit, or a failure. */
static const struct unit *line_of(unsigned int unit)
{
	static struct unittab tab;
	struct unittab_error err;
	const char *text = text_of(UNITTAB_PATH);

	assert_non_null(text);
	if (unittab_parse(text, strlen(text), &tab, &err))
		fail_msg("%u: %s\n%s", err.line, err.reason, text);
	for (size_t i = 0; i < tab.n; i++)
		if (tab.units[i].unit == unit)
			return &tab.units[i];
	fail_msg("no unit %u:\n%s", unit, text);
	return NULL;
}

static void refused(const char *because)
{
	assert_int_equal(make_plan(), -EINVAL);
	if (!strstr(w.plan.why_not, because))
		fail_msg("\"%s\" has no \"%s\"", w.plan.why_not, because);
}

/* ---- the table ---- */

static void new_table(void **state)
{
	const struct unit *u;

	(void)state;
	set_up();
	u = line_of(0);
	assert_string_equal(u->port, "/dev/ttyS0");
	assert_int_equal(u->baud, 9600);
	assert_string_equal(u->restart, "ntpsec.service");
	assert_false(u->no_holder);
	/* somebody who opens the file sees what its columns are */
	has(UNITTAB_PATH, "# unit  port        options\n");
}

static void second_unit(void **state)
{
	(void)state;
	set_up();
	port("/dev/ttyUSB0", "ttyUSB0", 7);
	w.in.baud.val = 4800;
	set_up();
	assert_string_equal(line_of(0)->port, "/dev/ttyS0");
	assert_int_equal(line_of(0)->baud, 9600);
	assert_string_equal(line_of(7)->port, "/dev/ttyUSB0");
	assert_int_equal(line_of(7)->baud, 4800);
}

/* Whatever a person wrote into the table stays, but for the words that are changed. */
static void words_stay(void **state)
{
	(void)state;
	edited(UNITTAB_PATH, "# roof\r\n1 ttyS1 baud=4800\r\n0\tttyS0  pulse=pps-gpio.-1 "
	       "restart=my.service   baud=4800 # mast\r\n");
	set_up();
	assert_string_equal(text_of(UNITTAB_PATH), "# roof\r\n1 ttyS1 baud=4800\r\n0\tttyS0  "
			    "pulse=pps-gpio.-1 restart=my.service,ntpsec.service   baud=9600 # mast\r\n");
	edited(UNITTAB_PATH, "1 ttyS1 baud=4800\r\n2 ttyS2");
	set_up();
	assert_string_equal(text_of(UNITTAB_PATH), "1 ttyS1 baud=4800\r\n2 ttyS2\r\n"
			    "0       /dev/ttyS0  baud=9600 restart=ntpsec.service\r\n");
}

/* Not measured: 4800, and what the line says is not overwritten with it. */
static void unknown_speed(void **state)
{
	(void)state;
	w.in.baud = (struct fact){ .state = FACT_ABSENT };
	w.in.image = true;
	set_up();
	assert_int_equal(line_of(0)->baud, 4800);
	edited(UNITTAB_PATH, "0 ttyS0 baud=38400\n");
	set_up();
	assert_int_equal(line_of(0)->baud, 38400);
}

static void renumbered(void **state)
{
	(void)state;
	w.in.daemon = SETUP_CHRONY;
	port("/dev/ttyS0", "ttyS0", 3);
	set_up();
	has(CHRONY_OURS, "/dev/gpspps3");
	w.in.unit = 0;
	set_up();
	assert_string_equal(line_of(0)->port, "/dev/ttyS0");
	has_not(UNITTAB_PATH, "\n3 ");
	has(CHRONY_OURS, "/dev/gpspps0");
	has_not(CHRONY_OURS, "/dev/gpspps3");
	has_not(CHRONY_OURS, "unit 3");
}

static void other_port(void **state)
{
	(void)state;
	set_up();
	port("/dev/ttyS1", "ttyS1", 0);
	refused("unit 0 is /dev/ttyS0 in line 3 of /etc/gpsppsctl.conf");
	/* the port brings another unit's pulse */
	edited(UNITTAB_PATH, "4 ttyUSB0 pulse=ttyS1\n");
	refused("ttyS1 brings unit 4's pulse");
	/* by its link in the table, by its name now: the same port */
	edited(UNITTAB_PATH, "0 /dev/serial/by-path/pci-0000:00:05.0 baud=9600\n");
	port("/dev/serial/by-path/pci-0000:00:05.0", "ttyUSB3", 0);
	set_up();
	assert_string_equal(line_of(0)->port, "/dev/serial/by-path/pci-0000:00:05.0");
}

static void bad_table(void **state)
{
	(void)state;
	edited(UNITTAB_PATH, "0 ttyS1\n1 ttyS2 boud=1\n");
	refused("/etc/gpsppsctl.conf:2: unknown option");
	put(UNITTAB_PATH, SETUP_DENIED, "", 0, false);
	refused("/etc/gpsppsctl.conf: cannot be read");
	put(UNITTAB_PATH, SETUP_DIRECTORY, "", 0, false);
	refused("/etc/gpsppsctl.conf: cannot be read");
}

static void bad_names(void **state)
{
	static const char *const names[] = { "", "tty S0", "ttyS0\n", "ttyS0;", "../null", "ttyS0/x" };

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		port("/dev/ttyS0", names[i], 0);
		refused("this is no name of a port");
	}
	port("/dev/ttyS0 # x", "ttyS0", 0);
	refused("this is no name of a port");
}

/* ---- the machine ---- */

static void login_prompt(void **state)
{
	static const char mask[] = WANTS "serial-getty@ttyS0.service";

	(void)state;
	set_up();
	assert_null(text_of(mask));
	w.in.getty = true;
	set_up();
	assert_string_equal(text_of(mask), "/dev/null");
	assert_string_equal(w.plan.stop, "serial-getty@ttyS0.service");
	/* a unit that somebody wrote is his */
	edited(mask, "[Unit]\n");
	set_up();
	assert_int_equal(step_of(mask)->kind, SETUP_BY_HAND);
	assert_string_equal(text_of(mask), "[Unit]\n");
}

static void apparmor(void **state)
{
	(void)state;
	set_up();
	has(TUNABLE, debian_tunable);
	has(TUNABLE, "\n@{NTPD_DEVICE}+=\"/dev/ttyS0\"\n");
	/* chronyd and gpsd need none of it */
	debian(NULL);
	w.in.daemon = SETUP_CHRONY;
	set_up();
	assert_string_equal(text_of(TUNABLE), debian_tunable);
	/* an adapter's number changes */
	debian(NULL);
	port("/dev/ttyUSB1", "ttyUSB1", 0);
	w.in.usb = true;
	set_up();
	has(TUNABLE, "\n@{NTPD_DEVICE}+=\"/dev/ttyUSB[0-9]*\"\n");
	/* a second one is allowed by the same line; a comment allows nothing */
	port("/dev/ttyUSB2", "ttyUSB2", 1);
	set_up();
	assert_null(strstr(strstr(text_of(TUNABLE), "+=") + 2, "+="));
	port("/dev/ttyS1", "ttyS1", 2);
	w.in.usb = false;
	set_up();
	has(TUNABLE, "\n@{NTPD_DEVICE}+=\"/dev/ttyS1\"\n");
	/* so does that of a card's port */
	port("/dev/serial/by-path/pci-0000:00:10.0-bar0+0x8", "ttyS5", 3);
	set_up();
	assert_string_equal(line_of(3)->port, "/dev/serial/by-path/pci-0000:00:10.0-bar0+0x8");
	has(TUNABLE, "\n@{NTPD_DEVICE}+=\"/dev/ttyS[0-9]*\"\n");
}

static void apparmor_by_hand(void **state)
{
	(void)state;
	edited(TUNABLE, "@{NTPD_DEVICE}=\"/dev/ttyS0\" \"/dev/ttyS9\"\n");
	set_up();
	assert_null(step_of(TUNABLE));
	edited(TUNABLE, "@{NTPD_DEVICE}=\"/dev/ttyS9\"\n");
	set_up();
	assert_int_equal(step_of(TUNABLE)->kind, SETUP_BY_HAND);
	do_by_hand();
	set_up();
	assert_null(step_of(TUNABLE));
	/* no such profile: no file of it is made */
	put(TUNABLE, SETUP_ABSENT, NULL, 0, false);
	set_up();
	assert_null(text_of(TUNABLE));
}

/* The same command there and back, and none for a file that no profile reads. */
static void apparmor_reload(void **state)
{
	char text[512] = "", all[512] = "";

	(void)state;
	assert_int_equal(make_plan(), 0);
	assert_string_not_equal(w.plan.reload, "");
	for (size_t i = 0; i < w.plan.n; i++)
		setup_plan_reload(w.plan.steps[i].path, text, sizeof(text));
	assert_string_equal(text, w.plan.reload);
	setup_plan_reload(NULL, all, sizeof(all));
	assert_non_null(strstr(all, w.plan.reload));
	assert_non_null(strstr(all, "apparmor_parser -r /etc/apparmor.d/usr.sbin.gpsd\n"));
}

/* What runs today only because it was started by hand would not run after the next boot. */
static void daemon_at_boot(void **state)
{
	static const char wants[] = "/etc/systemd/system/multi-user.target.wants/chrony.service";
	static const char unit[] = "[Service]\n";

	(void)state;
	w.in.daemon = SETUP_CHRONY;
	put("/lib/systemd/system/chrony.service", SETUP_TEXT, unit, strlen(unit), true);
	set_up();
	assert_string_equal(text_of(wants), "/lib/systemd/system/chrony.service");
	/* it has one, wherever that leads */
	debian(NULL);
	w.in.daemon = SETUP_CHRONY;
	put("/lib/systemd/system/chrony.service", SETUP_TEXT, unit, strlen(unit), true);
	put(wants, SETUP_LINK_TO, "/x", 2, false);
	set_up();
	assert_string_equal(text_of(wants), "/x");
}

static void daemon_names(void **state)
{
	(void)state;
	for (int d = 0; d < SETUP_DAEMONS; d++)
		assert_int_equal(setup_daemon_of(setup_daemon_name(d)), d);
	assert_int_equal(setup_daemon_of("ntpd"), -1);
	assert_int_equal(setup_daemon_of(""), -1);
	w.in.daemon = w.in.taker = SETUP_GPSD;
	refused("who is to take gpsd's samples?");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(new_table, debian),
		cmocka_unit_test_setup(second_unit, debian),
		cmocka_unit_test_setup(words_stay, debian),
		cmocka_unit_test_setup(unknown_speed, debian),
		cmocka_unit_test_setup(renumbered, debian),
		cmocka_unit_test_setup(other_port, debian),
		cmocka_unit_test_setup(bad_table, debian),
		cmocka_unit_test_setup(bad_names, debian),
		cmocka_unit_test_setup(login_prompt, debian),
		cmocka_unit_test_setup(apparmor, debian),
		cmocka_unit_test_setup(apparmor_by_hand, debian),
		cmocka_unit_test_setup(apparmor_reload, debian),
		cmocka_unit_test_setup(daemon_at_boot, debian),
		cmocka_unit_test_setup(daemon_names, debian),
	};

	return cmocka_run_group_tests(tests, NULL, debian);
}
