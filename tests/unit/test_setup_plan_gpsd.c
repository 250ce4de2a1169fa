// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "daemon/gpsd_conf.h"
#include "daemon/ntpd_unit.h"
#include "setupworld.h"

#define GPSD_WANTED WANTS "multi-user.target.wants/gpsd.service"
#define LOCAL "/etc/apparmor.d/local/usr.sbin.gpsd"

/* gpsd as its service would start it: without waiting, with these devices. */
static void has_devices(const char *const *devices)
{
	const char *text = text_of(GPSD_DEFAULTS);
	struct gpsd_defaults defaults;
	struct gpsd_conf conf;
	size_t n = 0;

	gpsd_defaults_parse(text, strlen(text), &conf, &defaults);
	assert_int_equal(conf.wrong, GPSD_OK);
	assert_true(conf.nowait);
	for (; devices[n]; n++) {
		assert_true(n < conf.n_devices);
		assert_string_equal(conf.devices[n].text, devices[n]);
	}
	assert_int_equal(conf.n_devices, n);
}

static bool is_without_holder(unsigned int unit)
{
	static struct unittab tab;
	struct unittab_error err;
	const char *text = text_of(UNITTAB_PATH);

	assert_int_equal(unittab_parse(text, strlen(text), &tab, &err), 0);
	for (size_t i = 0; i < tab.n; i++)
		if (tab.units[i].unit == unit)
			return tab.units[i].no_holder;
	fail_msg("no unit %u", unit);
	return false;
}

static void refused(const char *because)
{
	assert_int_equal(make_plan(), -EINVAL);
	if (!strstr(w.plan.why_not, because))
		fail_msg("\"%s\" has no \"%s\"", w.plan.why_not, because);
}

static int debian_with_gpsd(void **state)
{
	debian(state);
	w.in.daemon = SETUP_GPSD;
	return 0;
}

/* ---- tests ---- */

static void for_chrony(void **state)
{
	static const char *const devices[] = { "/dev/ttyS0", NULL };

	(void)state;
	assert_int_equal(make_plan(), 0);
	assert_string_equal(w.plan.start, "chrony.service gpsd.service");
	/* a holder of an earlier setup must not have the port */
	assert_string_equal(w.plan.stop, "gpsppsctl@ttyS0.service");
	set_up();
	has_devices(devices);
	has(GPSD_DEFAULTS, "USBAUTO=\"true\"\n");
	assert_true(is_without_holder(0));
	has_not(UNITTAB_PATH, "restart=");
	/* numbered by gpsd itself: no lock, and no wait for a device that only gpsd makes */
	has(CHRONY_OURS, "refclock SHM 0 refid GPS precision 1e-3 noselect\n"
	    "refclock SHM 1 refid PPS precision 1e-6\n");
	has_not(CHRONY_OURS, "gpspps0");
	assert_string_equal(text_of(GPSD_WANTED), UNITS "gpsd.service");
	assert_null(text_of("/etc/default/gpsppsctl-feed@ttyS0"));
	assert_string_equal(text_of(TUNABLE), debian_tunable);
}

static void for_ntpsec(void **state)
{
	(void)state;
	w.in.taker = SETUP_NTPSEC;
	set_up();
	has(NTPSEC_CONF, "refclock shm unit 0 minpoll 4 maxpoll 4 noselect refid GPS\n"
	    "refclock shm unit 1 minpoll 4 maxpoll 4 prefer refid PPS\n");
	has(NTPSEC_CONF, "\ntos minsane 1\n");
	assert_memory_equal(text_of(NTPSEC_CONF), debian_ntpsec, strlen(debian_ntpsec));
	debian_with_gpsd(NULL);
	w.in.taker = SETUP_NTP;
	set_up();
	has("/etc/ntp.conf", "server 127.127.28.1 minpoll 4 maxpoll 4 prefer\n"
	    "fudge 127.127.28.1 flag1 1 refid PPS\n");
	has_not("/etc/ntp.conf", "tos minsane");
}

/* Units of shared memory go by the place among the devices. */
static void second_device(void **state)
{
	static const char *const devices[] = { "/dev/ttyS0", "/dev/ttyUSB0", NULL };

	(void)state;
	set_up();
	port("/dev/ttyUSB0", "ttyUSB0", 1);
	set_up();
	has_devices(devices);
	has(CHRONY_OURS, "refclock SHM 1 refid PPS");
	has(CHRONY_OURS, "refclock SHM 2 refid GPS1");
	has(CHRONY_OURS, "refclock SHM 3 refid PPS1");
	assert_true(is_without_holder(1));
}

/* gpsd looks for its pulse by the device's name as it was given: a link's is not found. */
static void by_its_real_name(void **state)
{
	static const char *const devices[] = { "/dev/pps7", "/dev/ttyS3", "/dev/ttyUSB0", NULL };

	(void)state;
	port("/dev/serial/by-path/x-usb-0:1", "ttyUSB0", 0);
	shipped(GPSD_DEFAULTS, "DEVICES=\"/dev/pps7 /dev/ttyS3 /dev/gps0 /dev/ttyUSB0\"\n"
		"GPSD_OPTIONS=\"-b\"");
	set_up();
	has_devices(devices);
	has(GPSD_DEFAULTS, "\"-b -n\"");
	/* a source of pulses is no device with units of its own */
	has(CHRONY_OURS, "refclock SHM 3 refid PPS");
}

static void hand_edited(void **state)
{
	static const char text[] = "DEVICES=/dev/ttyS7\nOTHER=1\n";
	static const char done[] = "# mine\nDEVICES='/dev/ttyS0'\nGPSD_OPTIONS=-n -b\n";

	(void)state;
	edited(GPSD_DEFAULTS, text);
	set_up();
	assert_string_equal(text_of(GPSD_DEFAULTS), text);
	assert_int_equal(step_of(GPSD_DEFAULTS)->kind, SETUP_BY_HAND);
	assert_string_equal(step_of(GPSD_DEFAULTS)->text, "DEVICES=\"/dev/ttyS7 /dev/ttyS0\"\n");
	do_by_hand();
	assert_int_equal(make_plan(), 0);
	assert_null(step_of(GPSD_DEFAULTS));
	edited(GPSD_DEFAULTS, done);
	set_up();
	assert_null(step_of(GPSD_DEFAULTS));
}

static void done_already(void **state)
{
	(void)state;
	edited(CHRONY_CONF, "refclock SHM 0 refid X offset 0.2\nrefclock SHM 1 refid Y prefer\n");
	set_up();
	assert_null(text_of(CHRONY_OURS));
	w.in.taker = SETUP_NTPSEC;
	edited(NTPSEC_CONF, "refclock shm unit 1 refid Y\n");
	set_up();
	has_not(NTPSEC_CONF, "gpsppsctl");
	assert_null(text_of("/etc/ntpsec/ntp.d/gpsppsctl.conf"));
}

static void in_the_way(void **state)
{
	(void)state;
	w.in.taker = SETUP_NTPSEC;
	edited(NTPSEC_CONF, "refclock nmea unit 0 flag1 1\n");
	refused("/etc/ntpsec/ntp.conf: a line there reads /dev/ttyS0");
	debian_with_gpsd(NULL);
	put(GPSD_DEFAULTS, SETUP_DENIED, "", 0, false);
	refused("/etc/default/gpsd: cannot be read");
	put(GPSD_DEFAULTS, SETUP_ABSENT, NULL, 0, false);
	refused("there is no /etc/default/gpsd: is gpsd installed?");
}

static void apparmor(void **state)
{
	(void)state;
	shipped("/etc/apparmor.d/usr.sbin.gpsd", "/usr/sbin/gpsd {\n}\n");
	edited(LOCAL, "");
	set_up();
	assert_string_equal(text_of(LOCAL), "");
	debian_with_gpsd(NULL);
	shipped("/etc/apparmor.d/usr.sbin.gpsd", "/usr/sbin/gpsd {\n}\n");
	edited(LOCAL, "");
	port("/dev/ttymxc2", "ttymxc2", 0);
	set_up();
	has(LOCAL, "\n/dev/ttymxc2 rw,\n");
	edited(LOCAL, "# mine\n");
	set_up();
	assert_int_equal(step_of(LOCAL)->kind, SETUP_BY_HAND);
}

/* From one to another and back: nobody else has the port, and each time it is whole. */
static void there_and_back(void **state)
{
	static const char *const devices[] = { "/dev/ttyS0", NULL };

	(void)state;
	w.in.daemon = SETUP_CHRONY;
	set_up();
	w.in.daemon = SETUP_GPSD;
	assert_int_equal(make_plan(), 0);
	assert_string_equal(w.plan.stop, "gpsppsctl@ttyS0.service gpsppsctl-feed@ttyS0.service");
	set_up();
	has_devices(devices);
	assert_true(is_without_holder(0));
	assert_null(text_of(WANTS "dev-ttyS0.device.wants/gpsppsctl-feed@ttyS0.service"));
	has_not(CHRONY_OURS, "SOCK");
	w.in.daemon = SETUP_CHRONY;
	assert_int_equal(make_plan(), 0);
	assert_string_equal(w.plan.stop, "gpsd.socket gpsd.service");
	set_up();
	has(GPSD_DEFAULTS, "\nDEVICES=\"\"\n");
	assert_false(is_without_holder(0));
	has(CHRONY_OURS, "SOCK");
	has_not(CHRONY_OURS, "SHM");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(for_chrony, debian_with_gpsd),
		cmocka_unit_test_setup(for_ntpsec, debian_with_gpsd),
		cmocka_unit_test_setup(second_device, debian_with_gpsd),
		cmocka_unit_test_setup(by_its_real_name, debian_with_gpsd),
		cmocka_unit_test_setup(hand_edited, debian_with_gpsd),
		cmocka_unit_test_setup(done_already, debian_with_gpsd),
		cmocka_unit_test_setup(in_the_way, debian_with_gpsd),
		cmocka_unit_test_setup(apparmor, debian_with_gpsd),
		cmocka_unit_test_setup(there_and_back, debian_with_gpsd),
	};

	return cmocka_run_group_tests(tests, NULL, debian);
}
