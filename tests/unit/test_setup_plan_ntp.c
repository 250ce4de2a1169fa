// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "daemon/envfile.h"
#include "setupreads.h"

#define OWN "/etc/ntpsec/ntp.d/gpsppsctl.conf"
#define CLASSIC "/etc/ntp.conf"
#define MS INT64_C(1000000)

/* ---- what ntpd would make of the files ---- */

/* The one clock that reads this unit, with no mistake in any line. */
static struct ntpd_unit nmea(const char *path, unsigned int unit)
{
	struct ntpd_unit u;
	unsigned int n = 0;

	read_ntpd(path, w.in.daemon);
	for (size_t i = 0; i < ntpd.n_errors; i++)
		fail_msg("%s: %s", ntpd.errors[i].at.text, ntpd.errors[i].reason);
	for (size_t i = 0; i < ntpd.n_clocks; i++)
		n += ntpd.clocks[i].unit == unit && ntpd.clocks[i].driver == NTPD_DRIVER_NMEA;
	assert_int_equal(n, 1);
	assert_int_equal(ntpd_unit_find(&ntpd, NTPD_DRIVER_NMEA, unit, &u), 0);
	return u;
}

static void is_as_measured(const struct ntpd_unit *u)
{
	assert_int_equal(u->set.value[NTPD_FLAG1], 1);
	assert_int_equal(u->set.value[NTPD_FLAG2], w.in.edge == EDGE_CLEAR);
	assert_int_equal(u->set.value[NTPD_TIME2], w.in.delay_ms.val * MS);
	assert_int_equal(u->set.value[NTPD_MODE], 0x11);	/* RMC, 9600 */
	assert_int_equal(u->set.value[NTPD_PREFER], 1);
}

static int64_t minsane(void)
{
	const struct ntpd_knob *k = ntpd_knob_find(&ntpd, "tos", "minsane");

	return k ? k->billionths / 1000000000 : -1;
}

static void untouched(const char *path, const char *text)
{
	assert_string_equal(text_of(path), text);
}

/* ---- NTPsec ---- */

static void as_shipped(void **state)
{
	struct ntpd_unit u;

	(void)state;
	assert_int_equal(make_plan(), 0);
	/* the holder is before ntpd, which looks for the pulse once */
	assert_string_equal(w.plan.start, "gpsppsctl@ttyS0.service ntpsec.service");
	assert_string_equal(w.plan.stop, "");
	assert_non_null(strstr(w.plan.reload, "apparmor_parser -r /etc/apparmor.d/usr.sbin.ntpd\n"));
	set_up();
	u = nmea(NTPSEC_CONF, 0);
	is_as_measured(&u);
	assert_string_equal(w.plan.reload, "");
	/* the three servers that Debian's file waits for need not be there */
	assert_int_equal(minsane(), 1);
	/* its own lines all stay, and come first */
	assert_memory_equal(text_of(NTPSEC_CONF), debian_ntpsec, strlen(debian_ntpsec));
	assert_null(text_of(OWN));
	untouched("/etc/default/ntpsec", debian_ntpsec_defaults);
}

static void inverted(void **state)
{
	struct ntpd_unit u;

	(void)state;
	w.in.edge = EDGE_CLEAR;
	set_up();
	u = nmea(NTPSEC_CONF, 0);
	is_as_measured(&u);
	has(NTPSEC_CONF, "# flag2 1");
}

/* Nothing was measured, for an image: no time2 is better than a wrong one. */
static void unmeasured(void **state)
{
	struct ntpd_unit u;

	(void)state;
	w.in.image = true;
	w.in.edge = EDGE_UNKNOWN;
	w.in.baud.state = w.in.delay_ms.state = FACT_ABSENT;
	set_up();
	u = nmea(NTPSEC_CONF, 0);
	assert_null(u.from[NTPD_TIME2]);
	assert_int_equal(u.set.value[NTPD_BAUD], 4800);
	assert_int_equal(u.set.value[NTPD_FLAG1], 1);
	assert_int_equal(u.set.value[NTPD_FLAG2], 0);
	has(NTPSEC_CONF, "# time2, how late they end, is not known yet");
}

/* Somebody's own file stays as it is; ours is beside it, and DHCP's copy is not read instead. */
static void hand_edited(void **state)
{
	static const char own[] = "server ntp1.example iburst\ntos minsane 2";
	struct ntpd_unit u;
	char value[16];

	(void)state;
	edited(NTPSEC_CONF, own);
	set_up();
	untouched(NTPSEC_CONF, own);
	u = nmea(NTPSEC_CONF, 0);
	is_as_measured(&u);
	assert_int_equal(minsane(), 1);
	assert_int_equal(envfile_value(text_of("/etc/default/ntpsec"),
				       strlen(text_of("/etc/default/ntpsec")), "IGNORE_DHCP",
				       value, sizeof(value)), 0);
	assert_string_equal(value, "yes");
	has("/etc/default/ntpsec", "NTPD_OPTS=\"-g -N\"\n");
	/* nor is an edited /etc/default/ntpsec overwritten */
	edited("/etc/default/ntpsec", "NTPD_OPTS=\"-g\"\n");
	set_up();
	assert_int_equal(step_of("/etc/default/ntpsec")->kind, SETUP_BY_HAND);
	assert_string_equal(step_of("/etc/default/ntpsec")->text, "IGNORE_DHCP=\"yes\"\n");
}

static void no_plan_for(const char *path, const char *text)
{
	debian(NULL);
	edited(path, text);
	w.in.daemon = strcmp(path, CLASSIC) ? SETUP_NTPSEC : SETUP_NTP;
	set_up();
	untouched(path, text);
	assert_null(step_of(path));
	assert_null(text_of(OWN));
}

/* It is configured, in whatever words: nothing to add, no second clock on the device. */
static void done_already(void **state)
{
	(void)state;
	no_plan_for(NTPSEC_CONF, "refclock nmea unit 0 mode 17 flag1 1 time2 0.43 prefer\n");
	no_plan_for(NTPSEC_CONF, "server 127.127.20.0\nfudge 127.127.20.0 flag1 1\n");
	no_plan_for(NTPSEC_CONF, "refclock nmea unit 5 path /dev/ttyS0 ppspath /dev/gpspps0 flag1 1\n");
	no_plan_for(NTPSEC_CONF, "refclock nmea unit 0\nrefclock pps unit 1 ppspath /dev/gpspps0\n");
	no_plan_for(CLASSIC, "server 127.127.20.0 mode 17\nfudge 127.127.20.0 flag1 1\n");
}

static void without_pulse(void **state)
{
	(void)state;
	edited(NTPSEC_CONF, "# mine\nrefclock nmea unit 0 mode 17\n");
	set_up();
	assert_int_equal(step_of(NTPSEC_CONF)->kind, SETUP_BY_HAND);
	assert_string_equal(step_of(NTPSEC_CONF)->text,
			    "# beside line 2, refclock nmea unit 0 mode 17\n# at its end: flag1 1\n");
	w.in.daemon = SETUP_NTP;
	w.in.edge = EDGE_CLEAR;
	edited(CLASSIC, "server 127.127.20.0 mode 17\n");
	set_up();
	assert_string_equal(step_of(CLASSIC)->text, "# beside line 1, server 127.127.20.0 mode 17\n"
			    "fudge 127.127.20.0 flag1 1 flag2 1\n");
}

static void refused(const char *because)
{
	assert_int_equal(make_plan(), -EINVAL);
	if (!strstr(w.plan.why_not, because))
		fail_msg("\"%s\" has no \"%s\"", w.plan.why_not, because);
}

static void contradicted(void **state)
{
	(void)state;
	edited(NTPSEC_CONF, "\nrefclock nmea unit 0 path /dev/ttyS3 flag1 1\n");
	refused("/etc/ntpsec/ntp.conf:2: NMEA unit 0 is /dev/ttyS3");
}

static void unreadable(void **state)
{
	(void)state;
	put(NTPSEC_CONF, SETUP_DENIED, "", 0, false);
	refused("/etc/ntpsec/ntp.conf: not all of it can be read");
	debian(NULL);
	edited(NTPSEC_CONF, "includefile /etc/ntpsec/more.conf\n");
	put("/etc/ntpsec/more.conf", SETUP_DENIED, "", 0, false);
	refused("not all of it can be read");
	put(NTPSEC_CONF, SETUP_ABSENT, NULL, 0, false);
	put(CLASSIC, SETUP_ABSENT, NULL, 0, false);
	refused("there is no /etc/ntpsec/ntp.conf: is ntpsec installed?");
}

/* ---- a second time ---- */

static void measured_again(void **state)
{
	struct ntpd_unit u;

	(void)state;
	set_up();
	w.in.delay_ms.val = 470;
	assert_int_equal(make_plan(), 0);
	assert_int_equal(w.plan.n, 0);
	w.in.delay_ms.state = FACT_DENIED;
	assert_int_equal(make_plan(), 0);
	assert_int_equal(w.plan.n, 0);
	/* only counted, beside a reader: ours ends within the burst */
	w.in.delay_ms = (struct fact){ .state = FACT_OK, .val = 567 };
	w.in.delay_from_ms = (struct fact){ .state = FACT_OK, .val = 220 };
	w.in.delay_to_ms = (struct fact){ .state = FACT_OK, .val = 914 };
	assert_int_equal(make_plan(), 0);
	assert_int_equal(w.plan.n, 0);
	w.in.delay_from_ms.val = 600;
	assert_int_equal(make_plan(), 0);
	assert_int_equal(w.plan.n, 1);
	w.in.delay_from_ms.val = 20;
	w.in.delay_to_ms.val = 370;
	assert_int_equal(make_plan(), 0);
	assert_int_equal(w.plan.n, 1);
	w.in.delay_to_ms.state = w.in.delay_from_ms.state = FACT_ABSENT;
	w.in.delay_ms.val = 690;
	set_up();
	u = nmea(NTPSEC_CONF, 0);
	is_as_measured(&u);
}

static void two_receivers(void **state)
{
	struct ntpd_unit u;

	(void)state;
	set_up();
	port("/dev/ttyS1", "ttyS1", 1);
	w.in.edge = EDGE_CLEAR;
	w.in.delay_ms.val = 600;
	set_up();
	/* one of the two is preferred: of two the last would be */
	u = nmea(NTPSEC_CONF, 1);
	assert_int_equal(u.set.value[NTPD_PREFER], 0);
	assert_int_equal(u.set.value[NTPD_FLAG2], 1);
	assert_int_equal(u.set.value[NTPD_TIME2], 600 * MS);
	u = nmea(NTPSEC_CONF, 0);
	assert_int_equal(u.set.value[NTPD_PREFER], 1);
	assert_int_equal(u.set.value[NTPD_TIME2], 431 * MS);
	/* the first one again: nothing of it changes by the second */
	port("/dev/ttyS0", "ttyS0", 0);
	w.in.edge = EDGE_ASSERT;
	w.in.delay_ms.val = 431;
	assert_int_equal(make_plan(), 0);
	assert_int_equal(w.plan.n, 0);
}

/* Nor is the receiver preferred where somebody prefers a server. */
static void preferred_server(void **state)
{
	struct ntpd_unit u;

	(void)state;
	edited(NTPSEC_CONF, "server a.example prefer\n");
	set_up();
	u = nmea(NTPSEC_CONF, 0);
	assert_int_equal(u.set.value[NTPD_PREFER], 0);
}

static void renumbered(void **state)
{
	(void)state;
	for (int own = 0; own < 2; own++) {
		debian(NULL);
		if (own)
			edited(NTPSEC_CONF, "driftfile /x\n");
		w.in.unit = 2;
		set_up();
		nmea(NTPSEC_CONF, 2);
		w.in.unit = 0;
		set_up();
		nmea(NTPSEC_CONF, 0);
		assert_int_equal(ntpd.n_clocks, 1);
	}
}

/* The file was edited behind us: the block in it is somebody's now, when it is not as it shall be. */
static void edited_since(void **state)
{
	char text[4096];

	(void)state;
	set_up();
	snprintf(text, sizeof(text), "%s# mine\n", text_of(NTPSEC_CONF));
	edited(NTPSEC_CONF, text);
	assert_int_equal(make_plan(), 0);
	assert_int_equal(w.plan.n, 0);
	w.in.edge = EDGE_CLEAR;
	set_up();
	untouched(NTPSEC_CONF, text);
	assert_non_null(strstr(step_of(NTPSEC_CONF)->text, "# instead of the lines from"));
	assert_non_null(strstr(step_of(NTPSEC_CONF)->text, "flag2 1"));
	/* a block without its end is no place to write to */
	*strstr(text, "# gpsppsctl: end") = '!';
	edited(NTPSEC_CONF, text);
	set_up();
	untouched(NTPSEC_CONF, text);
}

/* ---- the file's form ---- */

static void forms(void **state)
{
	struct ntpd_unit u;

	(void)state;
	shipped(NTPSEC_CONF, "driftfile /x");
	set_up();
	has(NTPSEC_CONF, "driftfile /x\n# gpsppsctl: begin unit 0\n");
	u = nmea(NTPSEC_CONF, 0);
	is_as_measured(&u);
	shipped(NTPSEC_CONF, "driftfile /x\r\ntos minsane 3\r\n");
	set_up();
	has(NTPSEC_CONF, "# gpsppsctl: end unit 0\r\n");
	u = nmea(NTPSEC_CONF, 0);
	is_as_measured(&u);
	shipped(NTPSEC_CONF, "");
	set_up();
	u = nmea(NTPSEC_CONF, 0);
	is_as_measured(&u);
	/* behind a link: the link stays */
	put(NTPSEC_CONF, SETUP_LINK_TO, "../shared.conf", 14, true);
	shipped("/etc/ntpsec/../shared.conf", "driftfile /x\n");
	set_up();
	untouched(NTPSEC_CONF, "../shared.conf");
	has("/etc/ntpsec/../shared.conf", "refclock nmea unit 0");
	put(NTPSEC_CONF, SETUP_LINK_TO, "ntp.conf", 8, true);
	refused("not all of it can be read");
}

/* ---- ntp.org's ---- */

static void classic(void **state)
{
	struct ntpd_unit u;

	(void)state;
	w.in.daemon = SETUP_NTP;
	set_up();
	u = nmea(CLASSIC, 0);
	is_as_measured(&u);
	assert_memory_equal(text_of(CLASSIC), debian_ntp, strlen(debian_ntp));
	assert_non_null(strstr(w.plan.start, " ntp.service"));
	/* it reads no other file: then it is for the person who edited this one */
	edited(CLASSIC, debian_ntp);
	set_up();
	untouched(CLASSIC, debian_ntp);
	assert_int_equal(step_of(CLASSIC)->kind, SETUP_BY_HAND);
	do_by_hand();
	assert_int_equal(make_plan(), 0);
	assert_int_equal(w.plan.n, 0);
	u = nmea(CLASSIC, 0);
	is_as_measured(&u);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(as_shipped, debian),
		cmocka_unit_test_setup(inverted, debian),
		cmocka_unit_test_setup(unmeasured, debian),
		cmocka_unit_test_setup(hand_edited, debian),
		cmocka_unit_test_setup(done_already, debian),
		cmocka_unit_test_setup(without_pulse, debian),
		cmocka_unit_test_setup(contradicted, debian),
		cmocka_unit_test_setup(unreadable, debian),
		cmocka_unit_test_setup(measured_again, debian),
		cmocka_unit_test_setup(two_receivers, debian),
		cmocka_unit_test_setup(preferred_server, debian),
		cmocka_unit_test_setup(renumbered, debian),
		cmocka_unit_test_setup(edited_since, debian),
		cmocka_unit_test_setup(forms, debian),
		cmocka_unit_test_setup(classic, debian),
	};

	return cmocka_run_group_tests(tests, NULL, debian);
}
