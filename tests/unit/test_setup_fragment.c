// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The pieces of configuration that setup --print gives, as our readers of those files understand
 * them: without a mistake, and each says what it is for.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "daemon/chrony_conf.h"
#include "daemon/envfile.h"
#include "daemon/gpsd_conf.h"
#include "daemon/ntpd_unit.h"
#include "setup/fragment.h"
#include "unittab.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define LINE_MAX_CHARS 96	/* of a comment that is read in an editor */

static struct fragment_text out;
static struct ntpd_conf ntpd;
static struct chrony_conf chrony;
static struct unittab tab;
static struct gpsd_conf gpsd;

/* Nothing is known of the port; all is, of another one; and what has no bits in "mode". */
static const struct fragment_in plain = { .tty = "ttyS0" };
static const struct fragment_in other = {
	.tty = "ttyUSB3", .unit = 3, .baud = 38400, .edge = EDGE_CLEAR,
	.delay_ms = { .state = FACT_OK, .val = 431 }, .pps = { .state = FACT_OK, .val = 5 },
};
static const struct fragment_in odd = { .tty = "ttyS12", .unit = 127, .baud = 230400 };
static const struct fragment_in *const inputs[] = { &plain, &other, &odd };

static const char *write_fragment(const char *name, const struct fragment_in *in)
{
	const struct fragment *f = fragment_find(name);

	assert_non_null(f);
	memset(&out, 'x', sizeof(out));
	fragment_write(f, in, &out);
	assert_int_equal(strlen(out.text), out.len);
	return out.text;
}

/* ---- the readers, each of its file ---- */

static void read_ntpd(enum ntpd_kind kind)
{
	ntpd_conf_text(&ntpd, kind, out.text, out.len);
	if (ntpd.n_errors)
		print_error("line %u: %s\n", ntpd.errors[0].at.line, ntpd.errors[0].reason);
	assert_int_equal(ntpd.n_errors + ntpd.errors_lost, 0);
}

static void read_chrony(void)
{
	static struct chrony_dirs dirs;
	struct chrony_reader r;

	chrony_conf_init(&chrony);
	assert_int_equal(chrony_read_begin(&chrony, &r, "/etc/chrony/chrony.conf", out.text,
					   out.len, NULL), 0);
	assert_int_equal(chrony_read_on(&chrony, &r, &dirs), CHRONY_READ);
	chrony_read_end(&chrony);
	if (chrony.n_errors)
		print_error("%s: %s\n", chrony.errors[0].where.text, chrony.errors[0].reason);
	assert_int_equal(chrony.n_errors, 0);
}

static void read_table(void)
{
	struct unittab_error err = { .line = 0 };

	if (unittab_parse(out.text, out.len, &tab, &err))
		print_error("line %u: %s\n", err.line, err.reason);
	assert_int_equal(err.line, 0);
	assert_int_equal(tab.n, 1);
}

static void read_gpsd(void)
{
	struct gpsd_defaults defaults;

	gpsd_defaults_parse(out.text, out.len, &gpsd, &defaults);
	assert_int_equal(gpsd.wrong, GPSD_OK);
	assert_false(defaults.usbauto);
}

static void read_feed(void)
{
	char value[128];

	assert_int_equal(envfile_value(out.text, out.len, "FEED_OPTIONS", value, sizeof(value)), 0);
}

/* One definition, added to what is there (apparmor.d(5), "Variables"). */
static void read_apparmor(void)
{
	const char *at = strstr(out.text, "\n@{NTPD_DEVICE}+=\"/dev/tty");

	assert_non_null(at);
	assert_non_null(strstr(at + 1, "\"\n"));
}

static void read_ntpsec(void)
{
	read_ntpd(NTPD_NTPSEC);
}

static void read_classic(void)
{
	read_ntpd(NTPD_CLASSIC);
}

static const struct {
	const char *file;
	void (*read)(void);
} readers[] = {
	{ "/etc/ntpsec/ntp.conf", read_ntpsec },
	{ "/etc/ntp.conf", read_classic },
	{ "/etc/chrony/chrony.conf", read_chrony },
	{ "/etc/gpsppsctl.conf", read_table },
	{ "/etc/default/gpsd", read_gpsd },
	{ "/etc/default/gpsppsctl-feed@", read_feed },
	{ "/etc/apparmor.d/tunables/ntpd", read_apparmor },
};

static void read_back(const struct fragment *f)
{
	for (size_t i = 0; i < ARRAY_SIZE(readers); i++)
		if (!strcmp(readers[i].file, f->file)) {
			readers[i].read();
			return;
		}
	fail_msg("nobody reads %s", f->file);
}

static void each_is_read_without_a_mistake(void **state)
{
	(void)state;
	for (const struct fragment *f = fragments; f->name; f++)
		for (size_t i = 0; i < ARRAY_SIZE(inputs); i++) {
			write_fragment(f->name, inputs[i]);
			read_back(f);
		}
}

/* ---- the family ---- */

static void each_is_whole_and_says_where_it_belongs(void **state)
{
	char heading[128];

	(void)state;
	for (const struct fragment *f = fragments; f->name; f++)
		for (size_t i = 0; i < ARRAY_SIZE(inputs); i++) {
			const char *text = write_fragment(f->name, inputs[i]);
			const char *tty = strchr(f->file, '@') && f->file[strlen(f->file) - 1] == '@' ?
				inputs[i]->tty : "";

			snprintf(heading, sizeof(heading), "# %s%s: ", f->file, tty);
			assert_memory_equal(text, heading, strlen(heading));
			assert_true(out.len + 1 < FRAGMENT_MAX && text[out.len - 1] == '\n');
			for (const char *line = text; *line; line += strcspn(line, "\n") + 1)
				if (*line == '#')
					assert_true(strcspn(line, "\n") <= LINE_MAX_CHARS);
		}
}

static void what_a_fragment_needs_is_there(void **state)
{
	char words[128];

	(void)state;
	for (const struct fragment *f = fragments; f->name; f++) {
		assert_ptr_equal(fragment_find(f->name), f);
		snprintf(words, sizeof(words), "%s", f->with ? f->with : "");
		for (char *save, *w = strtok_r(words, " ", &save); w; w = strtok_r(NULL, " ", &save))
			assert_non_null(fragment_find(w));
		if (f->with)
			assert_non_null(strstr(write_fragment(f->name, &plain), f->with));
	}
	assert_null(fragment_find("ntp"));
	assert_null(fragment_find(""));
}

/* Every set-up of one ntpd is one of the other's. */
static void both_grammars(void **state)
{
	static const char *const setups[] = {
		"nmea", "pps", "trailing", "alone", "gpsd", "feed", "gpio",
	};
	char name[32];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(setups); i++) {
		snprintf(name, sizeof(name), "ntp-%s", setups[i]);
		assert_string_equal(fragment_find(name)->file, "/etc/ntp.conf");
		snprintf(name, sizeof(name), "ntpsec-%s", setups[i]);
		assert_string_equal(fragment_find(name)->file, "/etc/ntpsec/ntp.conf");
	}
}

/* ---- what they say ---- */

static struct ntpd_unit unit_of(const char *name, const struct fragment_in *in, unsigned int driver,
				unsigned int unit)
{
	struct ntpd_unit u;

	write_fragment(name, in);
	read_ntpd(strncmp(name, "ntpsec", 6) ? NTPD_CLASSIC : NTPD_NTPSEC);
	assert_int_equal(ntpd_unit_find(&ntpd, driver, unit, &u), 0);
	assert_null(ntpd_stray_fudge(&ntpd, NULL));
	return u;
}

static void pulse_is(const struct ntpd_unit *u, const char *wanted)
{
	char path[64];

	ntpd_unit_pulse(u, path, sizeof(path));
	assert_string_equal(path, wanted);
	/* flag3: on a kernel without hardpps there would be no pulse at all */
	assert_int_equal(u->set.value[NTPD_FLAG3], 0);
}

static void nmea(void **state)
{
	static const struct {
		const char *name;
		enum ntpd_kind kind;
	} rows[] = { { "ntpsec-nmea", NTPD_NTPSEC }, { "ntp-nmea", NTPD_CLASSIC } };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct ntpd_unit u = unit_of(rows[i].name, &plain, NTPD_DRIVER_NMEA, 0);
		struct ntpd_nmea n;

		ntpd_nmea_mode(rows[i].kind, &u.set, &n);
		assert_int_equal(n.sentences, NMEA_MODE_RMC);
		assert_false(n.any_sentence);
		assert_int_equal(n.baud, 4800);
		assert_int_equal(u.set.value[NTPD_FLAG1], 1);
		assert_int_equal(u.set.value[NTPD_FLAG2], 0);
		assert_null(u.from[NTPD_TIME2]);
		assert_int_equal(u.set.value[NTPD_PREFER], 1);
		pulse_is(&u, "/dev/gpspps0");

		u = unit_of(rows[i].name, &other, NTPD_DRIVER_NMEA, 3);
		ntpd_nmea_mode(rows[i].kind, &u.set, &n);
		assert_int_equal(n.baud, 38400);
		assert_int_equal(u.set.value[NTPD_FLAG2], 1);
		assert_int_equal(u.set.value[NTPD_TIME2], 431 * NS_PER_MS);
		pulse_is(&u, "/dev/gpspps3");
	}
}

/* Classic ntp knows no path: its unit is the kernel's number of the source. */
static void pulse_beside_another_server(void **state)
{
	static const char *const names[] = { "pps", "trailing", "gpio" };
	char name[32];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		const bool trails = !strcmp(names[i], "trailing");
		struct ntpd_unit u;

		snprintf(name, sizeof(name), "ntpsec-%s", names[i]);
		u = unit_of(name, &plain, NTPD_DRIVER_PPS, 0);
		pulse_is(&u, "/dev/gpspps0");
		assert_int_equal(u.set.value[NTPD_FLAG2], trails);
		assert_true(ntpd.servers_prefer && ntpd.servers >= 1 && !ntpd.servers_noselect);
		u = unit_of(name, &other, NTPD_DRIVER_PPS, 3);
		pulse_is(&u, "/dev/gpspps3");
		assert_int_equal(u.set.value[NTPD_FLAG2], 1);

		snprintf(name, sizeof(name), "ntp-%s", names[i]);
		u = unit_of(name, &plain, NTPD_DRIVER_PPS, 0);
		pulse_is(&u, "/dev/pps0");
		assert_int_equal(u.set.value[NTPD_FLAG2], trails);
		assert_true(ntpd.servers_prefer);
		u = unit_of(name, &other, NTPD_DRIVER_PPS, 5);
		pulse_is(&u, "/dev/pps5");
		assert_int_equal(u.set.value[NTPD_FLAG2], 1);
	}
}

static void statistics(void **state)
{
	(void)state;
	unit_of("ntpsec-pps", &plain, NTPD_DRIVER_PPS, 0);
	assert_string_equal(ntpd.statsdir, "/var/log/ntpsec/");
	assert_non_null(strstr(out.text, "\ndriftfile /var/lib/ntpsec/ntp.drift\n"));
	unit_of("ntp-pps", &plain, NTPD_DRIVER_PPS, 0);
	assert_string_equal(ntpd.statsdir, "/var/log/ntpstats/");
	assert_non_null(strstr(out.text, "\ndriftfile /var/lib/ntp/ntp.drift\n"));
}

static void pulse_alone(void **state)
{
	static const char *const names[] = { "ntpsec-alone", "ntp-alone" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		struct ntpd_unit pulse = unit_of(names[i], &plain, NTPD_DRIVER_PPS, 0), local;

		assert_int_equal(ntpd_unit_find(&ntpd, 1, 0, &local), 0);
		assert_int_equal(local.set.value[NTPD_PREFER], 1);
		assert_int_equal(local.set.value[NTPD_STRATUM], 10);
		assert_int_equal(pulse.set.value[NTPD_PREFER], 0);
		assert_int_equal(ntpd.servers, 0);
		assert_int_equal(ntpd_knob_find(&ntpd, "tos", "minsane")->billionths, 0);
		assert_int_equal(ntpd_knob_find(&ntpd, "tos", "mindist")->billionths, 400 * NS_PER_MS);
	}
}

static void shared_memory(void **state)
{
	static const char *const names[] = { "ntpsec-gpsd", "ntp-gpsd", "ntpsec-feed", "ntp-feed" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		/* gpsd's own first one is 0; feed is told where */
		const unsigned int shm = i < 2 ? 0 : 2 * other.unit;
		struct ntpd_unit u = unit_of(names[i], &other, NTPD_DRIVER_SHM, shm);

		assert_int_equal(u.set.value[NTPD_NOSELECT], 1);
		u = unit_of(names[i], &other, NTPD_DRIVER_SHM, shm + 1);
		assert_int_equal(u.set.value[NTPD_PREFER], 1);
		assert_string_equal(u.set.refid, "PPS");
		assert_int_equal(u.set.value[NTPD_FLAG1], strncmp(names[i], "ntpsec", 6) != 0);
	}
	write_fragment("feed-shm", &other);
	assert_non_null(strstr(out.text, "\nFEED_OPTIONS=--shm 6\n"));
}

static const struct chrony_refclock *refclocks_of(const char *name, const struct fragment_in *in,
						  size_t n)
{
	write_fragment(name, in);
	read_chrony();
	assert_int_equal(chrony.n_refclocks, n);
	/* Debian's makestep 1 3 leaves a clock that is half a second off to be slewed */
	assert_true(chrony.has_makestep && chrony.makestep_ns == 100 * NS_PER_MS);
	return chrony.refclocks;
}

static void chrony_locks_the_pulse(void **state)
{
	const struct chrony_refclock *rc = refclocks_of("chrony-pps", &plain, 2);
	size_t partner;

	(void)state;
	assert_int_equal(rc[0].driver, CHRONY_SOCK);
	assert_string_equal(rc[0].param, "/run/chrony.ttyS0.sock");
	assert_true(rc[0].flags & CHRONY_NOSELECT);
	assert_int_equal(rc[1].driver, CHRONY_PPS);
	assert_string_equal(rc[1].param, "/dev/gpspps0");
	assert_int_equal(chrony_lock_of(&chrony, 1, &partner), CHRONY_LOCK_FOUND);
	assert_int_equal(partner, 0);
	rc = refclocks_of("chrony-pps", &other, 2);
	assert_string_equal(rc[0].param, "/run/chrony.ttyUSB3.sock");
	assert_string_equal(rc[1].param, "/dev/gpspps3");
	assert_int_equal(rc[1].param_options, CHRONY_CLEAR);
	write_fragment("feed-seconds", &plain);
	assert_non_null(strstr(out.text, "\nFEED_OPTIONS=--seconds-only --sock auto\n"));
}

static void chrony_by_others(void **state)
{
	const struct chrony_refclock *rc = refclocks_of("chrony-feed", &other, 1);

	(void)state;
	assert_string_equal(rc[0].param, "/run/chrony.ttyUSB3.sock");
	write_fragment("feed-sock", &plain);
	assert_non_null(strstr(out.text, "\nFEED_OPTIONS=--sock auto\n"));
	rc = refclocks_of("chrony-gpsd", &other, 2);
	assert_int_equal(rc[0].unit, 0);
	assert_true(rc[0].flags & CHRONY_NOSELECT);
	assert_int_equal(rc[1].unit, 1);
	rc = refclocks_of("chrony-gpio", &other, 1);
	assert_string_equal(rc[0].param, "/dev/gpspps3");
	assert_int_equal(rc[0].param_options, CHRONY_CLEAR);
	assert_int_equal(chrony.pools, 1);
	assert_int_equal(chrony_seconds_of(&chrony, 0), CHRONY_SECONDS_OTHERS);
}

/* ---- the table, gpsd ---- */

static void units(void **state)
{
	static const char *const rows[][2] = {
		{ "table-ntpsec", "ntpsec.service" }, { "table-ntp", "ntp.service" },
		{ "table-chrony", "chrony.service" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		write_fragment(rows[i][0], &other);
		read_table();
		assert_int_equal(tab.units[0].unit, 3);
		assert_string_equal(tab.units[0].port, "/dev/ttyUSB3");
		assert_int_equal(tab.units[0].baud, 38400);
		assert_string_equal(tab.units[0].restart, rows[i][1]);
		assert_int_equal(unit_source(&tab.units[0]), SOURCE_OWN);
	}
	write_fragment("table-gpio", &other);
	read_table();
	assert_false(unit_has_port(&tab.units[0]));
	assert_int_equal(unit_source(&tab.units[0]), SOURCE_NAMED);
	assert_string_equal(tab.units[0].pulse, "pps-gpio.-1");
}

static void gpsd_reads_its_port_alone(void **state)
{
	(void)state;
	write_fragment("gpsd", &other);
	read_gpsd();
	assert_int_equal(gpsd.n_devices, 1);
	assert_string_equal(gpsd.devices[0].text, "/dev/ttyUSB3");
	assert_true(gpsd.nowait && gpsd.readonly);
	assert_int_equal(gpsd.speed, 38400);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_is_read_without_a_mistake),
		cmocka_unit_test(each_is_whole_and_says_where_it_belongs),
		cmocka_unit_test(what_a_fragment_needs_is_there),
		cmocka_unit_test(both_grammars),
		cmocka_unit_test(nmea),
		cmocka_unit_test(pulse_beside_another_server),
		cmocka_unit_test(statistics),
		cmocka_unit_test(pulse_alone),
		cmocka_unit_test(shared_memory),
		cmocka_unit_test(chrony_locks_the_pulse),
		cmocka_unit_test(chrony_by_others),
		cmocka_unit_test(units),
		cmocka_unit_test(gpsd_reads_its_port_alone),
	};

	return cmocka_run_group_tests_name("setup_fragment", tests, NULL, NULL);
}
