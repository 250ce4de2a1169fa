// SPDX-License-Identifier: GPL-2.0-or-later
/* What the gatherers make of systemd's, udev's and modules-load.d's files: a scripted probe. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "fakeprobe.h"
#include "sys/gather.h"
#include "sys/gather_daemon.h"

static struct system_facts sys;
static struct port_facts facts;
static struct holder holder = { .pid = 412, .comm = "ldattach" };
static struct daemon daemon_room[2];
static struct daemon_list daemons = { .v = daemon_room };

static void ask_system(const struct fake_line *lines)
{
	struct probe *p = fake_open(lines);

	gather_system(p, &daemons, &sys);
	probe_close(p);
}

static void ask_port(const struct fake_line *lines)
{
	struct probe *p = fake_open(lines);

	gather_boot(p, &facts);
	probe_close(p);
}

static int begin(void **state)
{
	(void)state;
	memset(&facts, 0, sizeof(facts));
	memset(daemon_room, 0, sizeof(daemon_room));
	daemons.n = 0;
	strcpy(facts.port.name, "ttyS1");
	facts.port.driver = fact_text_from(0, "serial");
	facts.port.holders.v = &holder;
	facts.port.holders.n = 1;
	return 0;
}

static void a_daemon(const char *service)
{
	strcpy(daemon_room[daemons.n++].service, service);
}

/* ---- the machine ---- */

static void test_nothing_there(void **state)
{
	static const struct fake_line none[] = { { 0 } };

	(void)state;
	ask_system(none);
	assert_true(fact_is(sys.systemd, 0));
	assert_true(fact_is(sys.table, 0));
	assert_true(fact_is(sys.our_rules, 0));
	assert_true(fact_is(sys.modules_load, 0));
	assert_int_equal(sys.our_unit.state, FACT_UNREAD);
	assert_int_equal(sys.n_rules, 0);
}

static void test_ours(void **state)
{
	static const struct fake_line lines[] = {
		{ 0, "stat:/run/systemd/system", "d 755 0 0 0:0", 0 },
		{ 0, "stat:/etc/gpsppsctl.conf", "f 644 0 0 0:0", 0 },
		{ 0, "stat:/lib/systemd/system/gpsppsctl@.service", "f 644 0 0 0:0", 0 },
		{ 0, "stat:/usr/lib/systemd/system-generators/gpsppsctl-generator", "f 755 0 0 0:0", 0 },
		{ 0, "list:/lib/udev/rules.d", "60-serial.rules\n61-gpsppsctl.rules", 0 },
		{ 0, "file:/lib/udev/rules.d/61-gpsppsctl.rules", "SYMLINK+=\"gps0\"", 0 },
		{ 0 },
	};

	(void)state;
	ask_system(lines);
	assert_true(fact_is(sys.systemd, 1));
	assert_true(fact_is(sys.table, 1));
	assert_true(fact_is(sys.our_rules, 1));
	assert_true(fact_is(sys.our_unit, 1));
	assert_true(fact_is(sys.our_generator, 1));
	/* ours are no others' */
	assert_int_equal(sys.n_rules, 0);
}

static void test_rules(void **state)
{
	static const struct fake_line lines[] = {
		{ 0, "list:/etc/udev/rules.d", "99-gps.rules\n10-net.rules\n60-gpsd.rules\nREADME", 0 },
		{ 0, "file:/etc/udev/rules.d/10-net.rules", "SUBSYSTEM==\"net\", NAME=\"lan0\"", 0 },
		{ 0, "file:/etc/udev/rules.d/99-gps.rules",
		  "# mine\nKERNEL==\"pps0\", SYMLINK+=\"gpspps0\"\nKERNEL==\"ttyS1\", SYMLINK+=\"gps0\"", 0 },
		/* a link to /dev/null: it hides the package's */
		{ 0, "file:/etc/udev/rules.d/60-gpsd.rules", NULL, -EISDIR },
		{ 0, "list:/lib/udev/rules.d", "60-gpsd.rules\n70-gpsfake.rules\n50-default.rules", 0 },
		{ 0, "file:/lib/udev/rules.d/60-gpsd.rules", "SYMLINK+=\"gps%n\"", 0 },
		{ 0, "file:/lib/udev/rules.d/70-gpsfake.rules",
		  "ATTRS{idVendor}==\"1546\", SYMLINK+=\"gps%n\"\n"
		  "ATTRS{idVendor}==\"067b\", SYMLINK+=\"gps%n\"", 0 },
		/* a package's file that is not about receivers is not read */
		{ 0, "file:/lib/udev/rules.d/50-default.rules", "SYMLINK+=\"gps9\"", 0 },
		{ 0 },
	};

	(void)state;
	ask_system(lines);
	assert_int_equal(sys.n_rules, 3);
	assert_string_equal(sys.rules[0].at.file, "/etc/udev/rules.d/99-gps.rules");
	assert_int_equal(sys.rules[0].at.line, 2);
	assert_string_equal(sys.rules[0].kernel, "pps0");
	assert_string_equal(sys.rules[1].kernel, "ttyS1");
	/* one of two that say the same */
	assert_string_equal(sys.rules[2].at.file, "/lib/udev/rules.d/70-gpsfake.rules");
	assert_int_equal(sys.rules[2].at.line, 1);
	assert_true(fact_is(sys.our_rules, 0));
}

static void test_rules_refused(void **state)
{
	static const struct fake_line lines[] = {
		{ 0, "list:/etc/udev/rules.d", NULL, -EACCES },
		{ 0 },
	};

	(void)state;
	ask_system(lines);
	assert_int_equal(sys.our_rules.state, FACT_DENIED);
	assert_int_equal(sys.our_rules.err, EACCES);
}

static void test_modules(void **state)
{
	static const struct fake_line listed[] = {
		{ 0, "stat:/run/systemd/system", "d 755 0 0 0:0", 0 },
		{ 0, "list:/etc/modules-load.d", "modules.conf\npps.conf.bak", 0 },
		{ 0, "file:/etc/modules-load.d/modules.conf", "# modules\nloop\n  pps-ldisc\n", 0 },
		{ 0 },
	}, commented[] = {
		{ 0, "stat:/run/systemd/system", "d 755 0 0 0:0", 0 },
		{ 0, "list:/etc/modules-load.d", "pps.conf", 0 },
		{ 0, "file:/etc/modules-load.d/pps.conf", "#pps_ldisc\n; pps_ldisc\npps_ldisc2", 0 },
		/* systemd does not read it */
		{ 0, "file:/etc/modules", "pps_ldisc", 0 },
		{ 0 },
	}, refused[] = {
		{ 0, "list:/run/modules-load.d", NULL, -EACCES },
		{ 0 },
	};

	(void)state;
	ask_system(listed);
	assert_true(fact_is(sys.modules_load, 1));
	ask_system(commented);
	assert_true(fact_is(sys.modules_load, 0));
	/* other inits do */
	ask_system(commented + 3);
	assert_true(fact_is(sys.modules_load, 1));
	ask_system(refused);
	assert_int_equal(sys.modules_load.state, FACT_DENIED);
}

static void test_service(void **state)
{
	static const struct fake_line lines[] = {
		{ 0, "stat:/run/systemd/system", "d 755 0 0 0:0", 0 },
		{ 0, "stat:/etc/systemd/system/multi-user.target.wants/ntpsec.service", "l 777 0 0 0:0", 0 },
		{ 0, "file:/lib/systemd/system/ntpsec.service",
		  "[Unit]\nAfter=network.target\n[Install]\nAlias=ntp.service", 0 },
		{ 0, "list:/run/systemd/generator/ntpsec.service.d", "50-gpsppsctl.conf", 0 },
		{ 0, "file:/run/systemd/generator/ntpsec.service.d/50-gpsppsctl.conf",
		  "[Unit]\nWants=dev-gpspps0.device\nAfter=dev-gpspps0.device", 0 },
		{ 0, "list:/etc/systemd/system/ntp.service.d", "a.conf\nnotes", 0 },
		{ 0, "file:/etc/systemd/system/ntp.service.d/a.conf", "[Unit]\nAfter=ldattach.service", 0 },
		{ 0 },
	};
	const struct service_fact *s = &sys.services[0];

	(void)state;
	a_daemon("ntpsec.service");
	a_daemon("");
	ask_system(lines);
	assert_int_equal(sys.n_services, 1);
	assert_string_equal(s->name, "ntpsec.service");
	assert_string_equal(s->file, "/lib/systemd/system/ntpsec.service");
	assert_true(fact_is(s->known, 1));
	assert_true(fact_is(s->enabled, 1));
	assert_string_equal(s->after, "dev-gpspps0.device ldattach.service");
	assert_string_equal(s->wants, "dev-gpspps0.device");
}

/* The file in /etc is the unit, the one in /lib is not; a mask is none. */
static void test_service_overridden(void **state)
{
	static const struct fake_line lines[] = {
		{ 0, "stat:/run/systemd/system", "d 755 0 0 0:0", 0 },
		{ 0, "file:/etc/systemd/system/ntpsec.service", "[Unit]\nAfter=dev-pps0.device", 0 },
		{ 0, "file:/lib/systemd/system/ntpsec.service", "[Unit]\nAfter=dev-gps0.device", 0 },
		{ 0, "file:/etc/systemd/system/chrony.service", NULL, -EISDIR },
		{ 0, "file:/lib/systemd/system/chrony.service", "[Unit]\nAfter=dev-gps0.device", 0 },
		{ 0 },
	};

	(void)state;
	a_daemon("ntpsec.service");
	a_daemon("chrony.service");
	ask_system(lines);
	assert_string_equal(sys.services[0].after, "dev-pps0.device");
	assert_true(fact_is(sys.services[0].enabled, 0));
	assert_int_equal(sys.services[1].known.state, FACT_ABSENT);
}

/* ---- the port ---- */

static void test_getty(void **state)
{
	static const struct fake_line lines[] = {
		{ 0, "stat:/run/systemd/generator/getty.target.wants/serial-getty@ttyS1.service",
		  "l 777 0 0 0:0", 0 },
		{ 0, "stat:/etc/systemd/system/getty.target.wants/serial-getty@ttyS1.service", NULL, -EACCES },
		{ 0, "link:/etc/systemd/system/serial-getty@ttyS1.service", "/dev/null", 0 },
		{ 0, "file:/proc/cmdline", "ro console=tty0 console=ttyS1,115200n8 quiet", 0 },
		{ 0 },
	}, others[] = {
		{ 0, "link:/etc/systemd/system/serial-getty@ttyS1.service", "/lib/x", 0 },
		{ 0, "file:/proc/cmdline", "console=ttyS11 xconsole=ttyS1", 0 },
		{ 0 },
	};

	(void)state;
	ask_port(lines);
	assert_int_equal(facts.boot.getty_enabled.state, FACT_DENIED);
	assert_true(fact_is(facts.boot.getty_generated, 1));
	assert_true(fact_is(facts.boot.getty_masked, 1));
	assert_true(fact_is(facts.boot.console, 1));
	ask_port(others);
	assert_true(fact_is(facts.boot.getty_enabled, 0));
	assert_true(fact_is(facts.boot.getty_generated, 0));
	assert_true(fact_is(facts.boot.getty_masked, 0));
	assert_true(fact_is(facts.boot.console, 0));
}

static void test_keeper(void **state)
{
	static const struct fake_line lines[] = {
		{ 0, "file:/proc/412/cgroup", "0::/system.slice/ldattach@ttyS1.service", 0 },
		{ 0 },
	};

	(void)state;
	ask_port(lines);
	assert_string_equal(facts.boot.keeper_unit.val, "ldattach@ttyS1.service");
	facts.port.holders.n = 0;
	ask_port(lines);
	assert_int_equal(facts.boot.keeper_unit.state, FACT_ABSENT);
}

static void test_udev_database(void **state)
{
	static const struct fake_line ours[] = {
		{ 0, "stat:/dev/ttyS1", "c 660 0 20 4:65", 0 },
		{ 0, "file:/run/udev/data/c4:65",
		  "S:gps2\nI:8012345\nE:XE:GPSPPSCTL_UNIT=9\nE:GPSPPSCTL_UNIT=2\nG:systemd", 0 },
		{ 0 },
	}, none[] = {
		{ 0, "stat:/dev/ttyS1", "c 660 0 20 4:65", 0 },
		{ 0, "file:/run/udev/data/c4:65", "I:8012345\nE:ID_MM_CANDIDATE=1", 0 },
		{ 0 },
	}, odd[] = {
		{ 0, "stat:/dev/ttyS1", "b 660", 0 },
		{ 0 },
	};

	(void)state;
	ask_port(ours);
	assert_true(fact_is(facts.boot.udev_unit, 2));
	ask_port(none);
	assert_int_equal(facts.boot.udev_unit.state, FACT_ABSENT);
	ask_port(none + 2);
	assert_int_equal(facts.boot.udev_unit.state, FACT_ABSENT);
	ask_port(odd);
	assert_int_equal(facts.boot.udev_unit.state, FACT_DENIED);
}

/* Linux 6.12: two devices of serial-base stand before the UART's own. */
static void test_power(void **state)
{
	static const struct fake_line lines[] = {
		{ 0, "real:/sys/class/tty/ttyS1/device", "/sys/devices/pnp0/00:04/00:04:0/00:04:0.0", 0 },
		{ 0, "link:/sys/devices/pnp0/00:04/00:04:0/00:04:0.0/subsystem", "../../bus/serial-base", 0 },
		{ 0, "link:/sys/devices/pnp0/00:04/00:04:0/subsystem", "../../bus/serial-base", 0 },
		{ 0, "link:/sys/devices/pnp0/00:04/subsystem", "../../bus/pnp", 0 },
		{ 0, "file:/sys/devices/pnp0/00:04/00:04:0/00:04:0.0/power/runtime_status", "suspended", 0 },
		{ 0, "file:/sys/devices/pnp0/00:04/power/runtime_status", "active", 0 },
		{ 0, "file:/sys/devices/pnp0/00:04/power/control", "auto", 0 },
		{ 0, "file:/sys/devices/pnp0/00:04/power/autosuspend_delay_ms", "-1", 0 },
		{ 0 },
	};

	(void)state;
	ask_port(lines);
	assert_false(facts.boot.is_usb);
	assert_string_equal(facts.boot.power_dir.val, "/sys/devices/pnp0/00:04/power");
	assert_string_equal(facts.boot.power_status.val, "active");
	assert_string_equal(facts.boot.power_control.val, "auto");
	assert_true(fact_is(facts.boot.autosuspend_ms, -1));
	ask_port(lines + 8);
	assert_int_equal(facts.boot.power_status.state, FACT_ABSENT);
}

/* The adapter's power is the USB device's, above the interface and the port. */
static void test_usb_power(void **state)
{
	static const struct fake_line lines[] = {
		{ 0, "real:/sys/class/tty/ttyS1/device", "/sys/devices/usb1/1-1/1-1:1.0/ttyUSB0", 0 },
		{ 0, "link:/sys/devices/usb1/1-1/1-1:1.0/ttyUSB0/subsystem", "../bus/usb-serial", 0 },
		{ 0, "stat:/sys/devices/usb1/1-1/idVendor", "f 444 0 0 0:0", 0 },
		{ 0, "file:/sys/devices/usb1/1-1/power/runtime_status", "suspended", 0 },
		{ 0, "file:/sys/devices/usb1/1-1/power/control", "auto", 0 },
		{ 0 },
	};

	(void)state;
	facts.port.driver = fact_text_from(0, "ftdi_sio");
	ask_port(lines);
	assert_true(facts.boot.is_usb);
	assert_string_equal(facts.boot.power_dir.val, "/sys/devices/usb1/1-1/power");
	assert_string_equal(facts.boot.power_status.val, "suspended");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_nothing_there, begin),
		cmocka_unit_test_setup(test_ours, begin),
		cmocka_unit_test_setup(test_rules, begin),
		cmocka_unit_test_setup(test_rules_refused, begin),
		cmocka_unit_test_setup(test_modules, begin),
		cmocka_unit_test_setup(test_service, begin),
		cmocka_unit_test_setup(test_service_overridden, begin),
		cmocka_unit_test_setup(test_getty, begin),
		cmocka_unit_test_setup(test_keeper, begin),
		cmocka_unit_test_setup(test_udev_database, begin),
		cmocka_unit_test_setup(test_power, begin),
		cmocka_unit_test_setup(test_usb_power, begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
