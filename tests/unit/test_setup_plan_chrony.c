// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "daemon/envfile.h"
#include "setupreads.h"

#define FEED_DEFAULTS "/etc/default/gpsppsctl-feed@ttyS0"
#define FEED_WANTED WANTS "dev-ttyS0.device.wants/gpsppsctl-feed@ttyS0.service"

/* ---- what chronyd would make of the files: no wildcards, one directory ---- */

/* The pulse of this unit: the one clock on it, numbered by this socket or segment. */
static const struct chrony_refclock *pulse(enum chrony_driver driver, const char *param,
					   const char *seconds)
{
	const struct chrony_refclock *found = NULL;
	size_t n = 0, partner = 0;

	read_chrony(CHRONY_CONF);
	for (size_t i = 0; i < chrony.n_errors; i++)
		fail_msg("%s: %s", chrony.errors[i].where.text, chrony.errors[i].reason);
	for (size_t i = 0; i < chrony.n_refclocks; i++) {
		const struct chrony_refclock *rc = &chrony.refclocks[i];

		if (rc->driver != driver || strcmp(rc->param, param) != 0)
			continue;
		found = rc;
		n++;
		if (seconds)
			assert_int_equal(chrony_lock_of(&chrony, i, &partner), CHRONY_LOCK_FOUND);
	}
	assert_int_equal(n, 1);
	if (seconds) {
		assert_string_equal(chrony.refclocks[partner].param, seconds);
		assert_true(chrony.refclocks[partner].flags & CHRONY_NOSELECT);
	}
	return found;
}

static void fed(const char *path)
{
	char value[128];

	assert_non_null(text_of(path));
	assert_int_equal(envfile_value(text_of(path), strlen(text_of(path)), "FEED_OPTIONS", value,
				       sizeof(value)), 0);
	assert_string_equal(value, "--seconds-only --sock auto");
}

static int debian_with_chrony(void **state)
{
	debian(state);
	w.in.daemon = SETUP_CHRONY;
	return 0;
}

/* ---- tests ---- */

static void as_shipped(void **state)
{
	const struct chrony_refclock *rc;

	(void)state;
	assert_int_equal(make_plan(), 0);
	/* chronyd ends when there is no pulse's source; and it makes the socket for the feed */
	assert_string_equal(w.plan.start, "gpsppsctl@ttyS0.service chrony.service "
			    "gpsppsctl-feed@ttyS0.service");
	set_up();
	rc = pulse(CHRONY_PPS, "/dev/gpspps0", "/run/chrony.ttyS0.sock");
	assert_int_equal(rc->param_options, 0);
	fed(FEED_DEFAULTS);
	assert_string_equal(text_of(FEED_WANTED), UNITS "gpsppsctl-feed@.service");
	assert_string_equal(text_of(CHRONY_CONF), debian_chrony);
	has(UNITTAB_PATH, "restart=chrony.service");
}

static void inverted(void **state)
{
	(void)state;
	w.in.edge = EDGE_CLEAR;
	set_up();
	assert_int_equal(pulse(CHRONY_PPS, "/dev/gpspps0", "/run/chrony.ttyS0.sock")->param_options,
			 CHRONY_CLEAR);
}

/* In chronyd's directory is room for us, whoever wrote its own file. */
static void hand_edited(void **state)
{
	static const char text[] = "server a.example\nconfdir /usr/share/x /etc/chrony/conf.d";

	(void)state;
	edited(CHRONY_CONF, text);
	set_up();
	assert_string_equal(text_of(CHRONY_CONF), text);
	pulse(CHRONY_PPS, "/dev/gpspps0", "/run/chrony.ttyS0.sock");
}

static void no_directory(void **state)
{
	(void)state;
	shipped(CHRONY_CONF, "pool 2.debian.pool.ntp.org iburst");
	set_up();
	has(CHRONY_CONF, "pool 2.debian.pool.ntp.org iburst\n# gpsppsctl: begin unit 0\n");
	pulse(CHRONY_PPS, "/dev/gpspps0", "/run/chrony.ttyS0.sock");
	edited(CHRONY_CONF, "pool mine\n");
	set_up();
	assert_string_equal(text_of(CHRONY_CONF), "pool mine\n");
	assert_int_equal(step_of(CHRONY_CONF)->kind, SETUP_BY_HAND);
	do_by_hand();
	assert_int_equal(make_plan(), 0);
	assert_int_equal(w.plan.n, 0);
	pulse(CHRONY_PPS, "/dev/gpspps0", "/run/chrony.ttyS0.sock");
}

static void by_pattern(void **state)
{
	(void)state;
	edited(CHRONY_CONF, "include /etc/chrony.d/*.conf\n");
	edited("/etc/chrony.d/a.conf", "refclock SHM 0 refid NMEA\n");
	set_up();
	has("/etc/chrony.d/gpsppsctl.conf", "refclock PPS /dev/gpspps0 lock N900 refid P900");
	/* Fedora's place; and a pulse that a file of the pattern has */
	debian_with_chrony(NULL);
	put(CHRONY_CONF, SETUP_ABSENT, NULL, 0, false);
	edited("/etc/chrony.conf", "include /etc/chrony.d/*.conf\n");
	edited("/etc/chrony.d/a.conf", "refclock SHM 0 refid X\nrefclock PPS /dev/gpspps0 lock X\n");
	set_up();
	assert_null(text_of("/etc/chrony.d/gpsppsctl.conf"));
	assert_null(text_of(FEED_DEFAULTS));
}

/* Somebody has it: no second clock on the pulse; our feed only where it is asked for. */
static void done_already(void **state)
{
	static const char by_gpsd[] = "refclock SHM 0 refid G noselect\n"
				      "refclock PPS /dev/gpspps0 lock G\n";
	static const char by_feed[] = "refclock SOCK /run/chrony.ttyS0.sock refid N noselect\n"
				      "refclock PPS /dev/gpspps0 lock N\n";

	(void)state;
	edited(CHRONY_CONF, by_gpsd);
	set_up();
	assert_string_equal(text_of(CHRONY_CONF), by_gpsd);
	assert_null(text_of(CHRONY_OURS));
	assert_null(text_of(FEED_WANTED));
	edited(CHRONY_CONF, by_feed);
	set_up();
	assert_string_equal(text_of(CHRONY_CONF), by_feed);
	fed(FEED_DEFAULTS);
	assert_non_null(text_of(FEED_WANTED));
	/* his own options for our feed */
	edited(FEED_DEFAULTS, "FEED_OPTIONS=--seconds-only --sock auto --delay 0.2\n");
	set_up();
	assert_null(step_of(FEED_DEFAULTS));
	edited(FEED_DEFAULTS, "FEED_OPTIONS=--shm 4\n");
	set_up();
	assert_int_equal(step_of(FEED_DEFAULTS)->kind, SETUP_BY_HAND);
	assert_string_equal(text_of(FEED_DEFAULTS), "FEED_OPTIONS=--shm 4\n");
}

static void refused(const char *because)
{
	assert_int_equal(make_plan(), -EINVAL);
	if (!strstr(w.plan.why_not, because))
		fail_msg("\"%s\" has no \"%s\"", w.plan.why_not, because);
}

static void in_the_way(void **state)
{
	(void)state;
	edited(CHRONY_CONF, "\nrefclock SOCK /run/chrony.ttyS0.sock refid GPS\n");
	refused("/etc/chrony/chrony.conf:2: /run/chrony.ttyS0.sock is used");
	edited(CHRONY_CONF, "include /etc/more\n");
	put("/etc/more", SETUP_DENIED, "", 0, false);
	refused("/etc/chrony/chrony.conf: not all of it can be read");
	/* a file of our name in another directory, which chronyd reads instead */
	edited(CHRONY_CONF, "confdir /usr/share/x /etc/chrony/conf.d\n");
	edited("/usr/share/x/gpsppsctl.conf", "makestep 1 3\n");
	refused("/etc/chrony/chrony.conf: lines in /etc/chrony/conf.d/gpsppsctl.conf would not be");
	put(CHRONY_CONF, SETUP_DENIED, "", 0, false);
	refused("not all of it can be read");
	put(CHRONY_CONF, SETUP_ABSENT, NULL, 0, false);
	refused("there is no /etc/chrony/chrony.conf: is chrony installed?");
	debian_with_chrony(NULL);
	put(UNITS "gpsppsctl-feed@.service", SETUP_ABSENT, NULL, 0, false);
	refused("there is no gpsppsctl-feed@.service");
}

static void two_receivers(void **state)
{
	(void)state;
	set_up();
	port("/dev/ttyS1", "ttyS1", 1);
	w.in.edge = EDGE_CLEAR;
	set_up();
	assert_int_equal(pulse(CHRONY_PPS, "/dev/gpspps1", "/run/chrony.ttyS1.sock")->param_options,
			 CHRONY_CLEAR);
	assert_int_equal(pulse(CHRONY_PPS, "/dev/gpspps0", "/run/chrony.ttyS0.sock")->param_options, 0);
	assert_int_equal(chrony.n_refclocks, 4);
	fed("/etc/default/gpsppsctl-feed@ttyS1");
	fed(FEED_DEFAULTS);
	/* a name of four characters for each unit there may be */
	port("/dev/ttyS2", "ttyS2", 255);
	set_up();
	pulse(CHRONY_PPS, "/dev/gpspps255", "/run/chrony.ttyS2.sock");
}

/* Ours of before, and somebody's hand in it since. */
static void edited_since(void **state)
{
	char text[2048];

	(void)state;
	set_up();
	snprintf(text, sizeof(text), "%s# mine\n", text_of(CHRONY_OURS));
	edited(CHRONY_OURS, text);
	w.in.edge = EDGE_CLEAR;
	set_up();
	assert_string_equal(text_of(CHRONY_OURS), text);
	assert_int_equal(step_of(CHRONY_OURS)->kind, SETUP_BY_HAND);
}

/* No systemd, and no other init that setup knows: what is to run is told. */
static void another_init(void **state)
{
	(void)state;
	w.in.init = SETUP_OTHER;
	set_up();
	pulse(CHRONY_PPS, "/dev/gpspps0", "/run/chrony.ttyS0.sock");
	assert_non_null(step_of("/etc/init.d/gpsppsctl-feed"));
	assert_non_null(strstr(step_of("/etc/init.d/gpsppsctl-feed")->text,
			       "gpsppsctl feed --seconds-only --sock auto /dev/ttyS0\n"));
	assert_null(text_of(FEED_WANTED));
	assert_string_equal(w.plan.start, "");
}

/* The feed of an earlier setup gives way: two would read the port. */
static void another_daemon(void **state)
{
	(void)state;
	set_up();
	w.in.daemon = SETUP_NTPSEC;
	assert_int_equal(make_plan(), 0);
	assert_string_equal(w.plan.stop, "gpsppsctl-feed@ttyS0.service");
	set_up();
	assert_null(text_of(FEED_WANTED));
	has(UNITTAB_PATH, "restart=chrony.service,ntpsec.service");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(as_shipped, debian_with_chrony),
		cmocka_unit_test_setup(inverted, debian_with_chrony),
		cmocka_unit_test_setup(hand_edited, debian_with_chrony),
		cmocka_unit_test_setup(no_directory, debian_with_chrony),
		cmocka_unit_test_setup(by_pattern, debian_with_chrony),
		cmocka_unit_test_setup(done_already, debian_with_chrony),
		cmocka_unit_test_setup(in_the_way, debian_with_chrony),
		cmocka_unit_test_setup(two_receivers, debian_with_chrony),
		cmocka_unit_test_setup(edited_since, debian_with_chrony),
		cmocka_unit_test_setup(another_init, debian_with_chrony),
		cmocka_unit_test_setup(another_daemon, debian_with_chrony),
	};

	return cmocka_run_group_tests(tests, NULL, debian);
}
