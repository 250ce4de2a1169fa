// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "daemon/chrony_conf.h"

#define MS INT64_C(1000000)

static struct chrony_conf conf;
static struct chrony_dirs dirs;

/* A text without other files. */
static void parse(const char *text)
{
	struct chrony_reader r;

	chrony_conf_init(&conf);
	assert_int_equal(chrony_read_begin(&conf, &r, "main", text, strlen(text), NULL), 0);
	assert_int_equal(chrony_read_on(&conf, &r, &dirs), CHRONY_READ);
	chrony_read_end(&conf);
}

static void test_debians_own_file(void **state)
{
	struct chrony_reader r;
	static const char text[] =
		"# Welcome to the chrony configuration file.\n"
		"confdir /etc/chrony/conf.d\n\n"
		"pool 2.debian.pool.ntp.org iburst\n"
		"sourcedir /run/chrony-dhcp\n"
		"sourcedir /etc/chrony/sources.d\n"
		"keyfile /etc/chrony/chrony.keys\n"
		"driftfile /var/lib/chrony/chrony.drift\n"
		"ntsdumpdir /var/lib/chrony\n"
		"#log tracking measurements statistics\n"
		"logdir /var/log/chrony\n"
		"maxupdateskew 100.0\n"
		"rtcsync\n"
		"makestep 1 3\n"
		"leapsectz right/UTC\n";

	(void)state;
	chrony_conf_init(&conf);
	assert_int_equal(chrony_read_begin(&conf, &r, "c", text, sizeof(text) - 1, NULL), 0);
	assert_int_equal(chrony_read_on(&conf, &r, &dirs), CHRONY_CONFDIR);
	assert_int_equal(dirs.n, 1);
	assert_string_equal(dirs.dirs[0], "/etc/chrony/conf.d");
	assert_int_equal(dirs.where.line, 2);
	assert_int_equal(chrony_read_on(&conf, &r, &dirs), CHRONY_READ);
	assert_int_equal(chrony_read_on(&conf, &r, &dirs), CHRONY_READ);
	chrony_read_end(&conf);
	assert_int_equal(conf.n_errors, 0);
	assert_int_equal(conf.pools, 1);
	assert_int_equal(conf.servers + conf.peers + conf.never_selected, 0);
	assert_int_equal(conf.n_sourcedirs, 2);
	assert_string_equal(conf.sourcedirs[1].dirs[0], "/etc/chrony/sources.d");
	assert_string_equal(conf.logdir, "/var/log/chrony");
	assert_int_equal(conf.log, 0);
	assert_true(conf.rtcsync);
	assert_true(conf.has_makestep);
	assert_int_equal(conf.makestep_ns, 1000 * MS);
	assert_int_equal(conf.makestep_limit, 3);
	assert_true(conf.has_leap_seconds);
	assert_int_equal(conf.n_refclocks, 0);
	assert_int_equal(conf.cmdport, -1);
}

/* The manual's own examples. */
static void test_refclocks(void **state)
{
	const struct chrony_refclock *rc = conf.refclocks;

	(void)state;
	parse("refclock PPS /dev/pps0 lock NMEA refid GPS1\n"
	      "  refclock SOCK /var/run/chrony.clk.ttyS0.sock offset 0.5 delay 0.2 "
	      "refid NMEA noselect\r\n"
	      "refclock PPS /dev/pps1:clear refid GPS2\n"
	      "refclock SHM 1:perm=0644 refid GPS3\n"
	      "refclock PHC /dev/ptp2:extpps:pin=1 width 0.2 poll 2");
	assert_int_equal(conf.n_errors, 0);
	assert_int_equal(conf.n_refclocks, 5);
	assert_int_equal(rc[0].driver, CHRONY_PPS);
	assert_string_equal(rc[0].param, "/dev/pps0");
	assert_string_equal(rc[0].refid, "GPS1");
	assert_true(rc[0].has_refid);
	assert_string_equal(rc[0].lock, "NMEA");
	assert_int_equal(rc[0].param_options, 0);
	assert_int_equal(rc[0].where.line, 1);
	assert_int_equal(rc[0].where.file, 0);
	assert_string_equal(rc[0].where.text, "refclock PPS /dev/pps0 lock NMEA refid GPS1");
	assert_int_equal(rc[1].driver, CHRONY_SOCK);
	assert_int_equal(rc[1].offset_ns, 500 * MS);
	assert_true(rc[1].has_offset);
	assert_int_equal(rc[1].delay_ns, 200 * MS);
	assert_int_equal(rc[1].flags, CHRONY_NOSELECT);
	assert_string_equal(rc[1].lock, "");
	assert_string_equal(rc[1].where.text, "refclock SOCK /var/run/chrony.clk.ttyS0.sock "
			    "offset 0.5 delay 0.2 refid NMEA noselect");
	assert_string_equal(rc[2].param, "/dev/pps1");
	assert_int_equal(rc[2].param_options, CHRONY_CLEAR);
	assert_int_equal(rc[3].driver, CHRONY_SHM);
	assert_int_equal(rc[3].unit, 1);
	assert_int_equal(rc[3].perm, 0644);
	assert_string_equal(rc[3].param, "1");
	assert_int_equal(rc[4].param_options, CHRONY_EXTPPS | CHRONY_PIN);
	assert_int_equal(rc[4].width_ns, 200 * MS);
	assert_int_equal(rc[4].poll, 2);
}

static void test_every_option(void **state)
{
	const struct chrony_refclock *rc = conf.refclocks;

	(void)state;
	parse("leapseclist /usr/share/zoneinfo/leap-seconds.list\n"
	      "REFCLOCK PPS /dev/gpspps0 Poll 3 dpoll -2 filter 16 RATE 5 maxlockage 10 "
	      "minsamples 4 maxsamples 32 stratum 1 offset -1.5e-6 delay 0.001 precision 1e-7 "
	      "maxdispersion .25 "
	      "width 0.1 prefer trust require pps tai local noselect refid ab lock c\n");
	assert_int_equal(conf.n_errors, 0);
	assert_int_equal(rc->poll, 3);
	assert_int_equal(rc->dpoll, -2);
	assert_int_equal(rc->filter, 16);
	assert_int_equal(rc->rate_hz, 5);
	assert_int_equal(rc->maxlockage_pulses, 10);
	assert_int_equal(rc->minsamples, 4);
	assert_int_equal(rc->maxsamples, 32);
	assert_int_equal(rc->stratum, 1);
	assert_int_equal(rc->offset_ns, -1500);
	assert_int_equal(rc->delay_ns, MS);
	assert_int_equal(rc->precision_ns, 100);
	assert_int_equal(rc->maxdispersion_ns, 250 * MS);
	assert_int_equal(rc->width_ns, 100 * MS);
	assert_int_equal(rc->flags, 127);
	assert_string_equal(rc->refid, "ab");
	assert_string_equal(rc->lock, "c");
}

static void test_defaults(void **state)
{
	const struct chrony_refclock *rc = conf.refclocks;

	(void)state;
	parse("refclock SHM x");
	assert_int_equal(conf.n_errors, 0);
	assert_int_equal(rc->unit, 0);		/* atoi("x") */
	assert_int_equal(rc->perm, 0600);
	assert_int_equal(rc->poll, 4);
	assert_int_equal(rc->dpoll, 0);
	assert_int_equal(rc->filter, 64);
	assert_int_equal(rc->rate_hz, 1);
	assert_int_equal(rc->maxlockage_pulses, 2);
	assert_int_equal(rc->delay_ns, 1);
	assert_int_equal(rc->offset_ns, 0);
	assert_false(rc->has_offset);
	assert_int_equal(rc->minsamples, -1);
	assert_string_equal(rc->lock, "");
	assert_false(rc->has_refid);
}

/* Three letters of the driver and the number among all refclocks; from 10 on two letters. */
static void test_default_refids(void **state)
{
	char text[16 * 32] = "";

	(void)state;
	parse("refclock SHM 0\nrefclock PPS /dev/pps0 refid X\nrefclock PPS /dev/pps0\n"
	      "refclock SOCK /s\nrefclock PHC /dev/ptp0\n");
	assert_string_equal(conf.refclocks[0].refid, "SHM0");
	assert_string_equal(conf.refclocks[1].refid, "X");
	assert_string_equal(conf.refclocks[2].refid, "PPS2");
	assert_string_equal(conf.refclocks[3].refid, "SOC3");
	assert_string_equal(conf.refclocks[4].refid, "PHC4");
	for (size_t i = 0; i < 16; i++)
		strcat(text, "refclock PPS /dev/pps0\n");
	parse(text);
	assert_string_equal(conf.refclocks[9].refid, "PPS9");
	assert_string_equal(conf.refclocks[12].refid, "PP12");
}

static void test_comments(void **state)
{
	(void)state;
	parse("! a\n ;b\n#c\n\t% d\n\n \r\nserver a # b\nserver c!\n");
	assert_int_equal(conf.n_errors, 0);
	assert_int_equal(conf.servers, 2);
	parse("refclock PPS /dev/pps0 # my receiver\n");
	assert_int_equal(conf.n_errors, 1);
	assert_int_equal(conf.errors[0].fault, CHRONY_REFUSED);
	assert_string_equal(conf.errors[0].reason, "a comment must be a line of its own");
}

/* Each of these was shown to chronyd 4.3 with -p, or is refused when it starts its refclocks. */
static void test_mistakes(void **state)
{
	static const struct {
		const char *text;
		enum chrony_fault fault;
	} rows[] = {
		{ "nonsense", CHRONY_UNKNOWN },
		{ "refclock", CHRONY_UNKNOWN },
		{ "refclock PPS", CHRONY_REFUSED },
		{ "refclock pps /dev/pps0", CHRONY_UNKNOWN },
		{ "refclock kPPS /dev/pps0", CHRONY_UNKNOWN },
		{ "refclock PPS :clear", CHRONY_REFUSED },
		{ "refclock PPS /dev/pps0:Clear", CHRONY_REFUSED },
		{ "refclock PPS /dev/pps0:perm=0", CHRONY_REFUSED },
		{ "refclock PPS /dev/pps0::clear", CHRONY_REFUSED },
		{ "refclock SOCK /s:clear", CHRONY_REFUSED },
		{ "refclock PPS /dev/pps0 refid ABCDE", CHRONY_REFUSED },
		{ "refclock PPS /dev/pps0 lock", CHRONY_REFUSED },
		{ "refclock PPS /dev/pps0 poll", CHRONY_REFUSED },
		{ "refclock PPS /dev/pps0 poll 4.5", CHRONY_UNKNOWN },
		{ "refclock PPS /dev/pps0 offset 0.5ms", CHRONY_UNKNOWN },
		{ "refclock PPS /dev/pps0 stratum 16", CHRONY_REFUSED },
		{ "refclock PPS /dev/pps0 flag3 1", CHRONY_UNKNOWN },
		{ "refclock PPS /dev/pps0 width 0x1p-3", CHRONY_UNREAD },
		{ "refclock PPS /dev/pps0 poll 99999999999", CHRONY_UNREAD },
		{ "refclock PPS /dev/pps0 tai", CHRONY_REFUSED },
		{ "refclock PPS /dev/pps0 refid \xc3\xa4", CHRONY_UNREAD },
		{ "server", CHRONY_REFUSED },
		{ "rtcsync 1", CHRONY_REFUSED },
		{ "makestep 1", CHRONY_REFUSED },
		{ "makestep x 3", CHRONY_REFUSED },
		{ "makestep 1 3 4", CHRONY_REFUSED },
		{ "log Tracking", CHRONY_UNKNOWN },
		{ "sched_priority x", CHRONY_REFUSED },
		{ "user a b", CHRONY_REFUSED },
		{ "logdir", CHRONY_REFUSED },
		{ "include", CHRONY_REFUSED },
		{ "include a b", CHRONY_REFUSED },
		{ "confdir", CHRONY_REFUSED },
		{ "confdir 1 2 3 4 5 6 7 8 9 10 11", CHRONY_REFUSED },
	};
	char text[128];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(text, sizeof(text), "pool a\n%s\npeer b\n", rows[i].text);
		parse(text);
		assert_int_equal(conf.n_errors, 1);
		assert_int_equal(conf.errors[0].fault, rows[i].fault);
		assert_int_equal(conf.errors[0].where.line, 2);
		assert_true(conf.errors[0].reason[0]);
		assert_int_equal(conf.pools + conf.peers, 2);
	}
}

static void test_what_is_no_mistake(void **state)
{
	(void)state;
	parse("refclock PPS /dev/pps0: offset 0.5delay 0.1\n"
	      "makestep 1 3x\nlinux_hz 100\nsourcedir\n");
	assert_int_equal(conf.n_errors, 0);
	assert_int_equal(conf.refclocks[0].offset_ns, 500 * MS);
	assert_int_equal(conf.refclocks[0].delay_ns, 100 * MS);
	assert_int_equal(conf.n_sourcedirs, 0);
}

/* What stands before the mistake is still worth to know. */
static void test_an_entry_with_a_mistake(void **state)
{
	(void)state;
	parse("refclock PPS /dev/pps0 refid PPS sometime 3 lock GPS\n");
	assert_int_equal(conf.n_refclocks, 1);
	assert_true(conf.refclocks[0].incomplete);
	assert_string_equal(conf.refclocks[0].refid, "PPS");
	assert_string_equal(conf.refclocks[0].lock, "");
}

static void test_other_directives(void **state)
{
	(void)state;
	parse("server a noselect\nserver noselect\npeer b prefer NOSELECT trust noselect\n"
	      "lock_all\n"
	      "sched_priority 50\nlog refclocks tracking\nlog rawmeasurements\nuser _chrony\n"
	      "minsources 2\ncmdport 0\nbindcmdaddress /run/c.sock\nbindcmdaddress ::1\n"
	      "local stratum 8\n"
	      "pidfile /run/p\nhwclockfile /etc/adjtime\nmakestep 0.1 -1\n");
	assert_int_equal(conf.n_errors, 0);
	assert_int_equal(conf.servers, 2);
	assert_int_equal(conf.peers, 1);
	assert_int_equal(conf.never_selected, 2);
	assert_true(conf.lock_all);
	assert_int_equal(conf.sched_priority, 50);
	assert_int_equal(conf.log, CHRONY_LOG_REFCLOCKS | CHRONY_LOG_TRACKING | CHRONY_LOG_RAW |
			 CHRONY_LOG_MEASUREMENTS);
	assert_string_equal(conf.user, "_chrony");
	assert_int_equal(conf.minsources, 2);
	assert_int_equal(conf.cmdport, 0);
	assert_string_equal(conf.command_socket, "/run/c.sock");
	assert_true(conf.local);
	assert_string_equal(conf.pidfile, "/run/p");
	assert_string_equal(conf.hwclockfile, "/etc/adjtime");
	assert_int_equal(conf.makestep_ns, 100 * MS);
	assert_int_equal(conf.makestep_limit, -1);
}

/* Without it chronyd is a client alone. */
static void test_who_is_answered(void **state)
{
	(void)state;
	parse("cmdallow all\ndeny 10.1.0.0/16\n# allow\n");
	assert_false(conf.allow);
	parse("Allow 10.0.0.0/8\n");
	assert_true(conf.allow);
	parse("allow\n");
	assert_true(conf.allow);
}

/* ---- more files than one ---- */

static const char main_text[] = "refclock SHM 0\ninclude /etc/a.conf\nrefclock PPS /dev/pps0\n";
static const char inner_text[] = "refclock PPS /dev/pps1\n\nnonsense\n";

/* The order of files decides on the refids that chronyd makes. */
static void test_an_included_file(void **state)
{
	struct chrony_reader r, inner;

	(void)state;
	chrony_conf_init(&conf);
	chrony_read_begin(&conf, &r, "main", main_text, strlen(main_text), NULL);
	assert_int_equal(chrony_read_on(&conf, &r, &dirs), CHRONY_INCLUDE);
	assert_string_equal(dirs.dirs[0], "/etc/a.conf");
	assert_true(dirs.must_exist);
	assert_int_equal(chrony_read_begin(&conf, &inner, "/etc/a.conf", inner_text,
					   strlen(inner_text), &r), 0);
	assert_int_equal(chrony_read_on(&conf, &inner, &dirs), CHRONY_READ);
	assert_int_equal(chrony_read_on(&conf, &r, &dirs), CHRONY_READ);
	assert_string_equal(conf.refclocks[1].refid, "PPS1");
	assert_string_equal(conf.refclocks[1].param, "/dev/pps1");
	assert_int_equal(conf.refclocks[1].where.file, 1);
	assert_int_equal(conf.refclocks[2].where.file, 0);
	assert_int_equal(conf.refclocks[2].where.line, 3);
	assert_string_equal(conf.files[1], "/etc/a.conf");
	assert_int_equal(conf.errors[0].where.file, 1);
	assert_int_equal(conf.errors[0].where.line, 3);
}

static void test_wildcards(void **state)
{
	struct chrony_reader r;
	static const char text[] = "InClude /etc/chrony.d/*.conf\nconfdir /a /b\n";

	(void)state;
	chrony_conf_init(&conf);
	chrony_read_begin(&conf, &r, "main", text, strlen(text), NULL);
	assert_int_equal(chrony_read_on(&conf, &r, &dirs), CHRONY_INCLUDE);
	assert_false(dirs.must_exist);
	assert_int_equal(chrony_read_on(&conf, &r, &dirs), CHRONY_CONFDIR);
	assert_int_equal(dirs.n, 2);
	assert_string_equal(dirs.dirs[1], "/b");
}

/* A file that includes itself: chronyd stops at the eleventh level. */
static void test_files_in_a_circle(void **state)
{
	struct chrony_reader r[12];
	size_t i;

	(void)state;
	chrony_conf_init(&conf);
	assert_int_equal(chrony_read_begin(&conf, &r[0], "m", "include m", 9, NULL), 0);
	for (i = 1; i < 12; i++) {
		assert_int_equal(chrony_read_on(&conf, &r[i - 1], &dirs), CHRONY_INCLUDE);
		if (chrony_read_begin(&conf, &r[i], "m", "include m", 9, &r[i - 1]) < 0)
			break;
	}
	assert_int_equal(i, 10);
	assert_int_equal(conf.n_errors, 1);
	assert_int_equal(conf.errors[0].fault, CHRONY_REFUSED);
	/* a failed begin reads nothing */
	assert_int_equal(chrony_read_on(&conf, &r[10], &dirs), CHRONY_READ);
}

static void test_more_files_than_are_kept(void **state)
{
	struct chrony_reader r;

	(void)state;
	chrony_conf_init(&conf);
	for (size_t i = 0; i < CHRONY_FILES_MAX; i++)
		assert_int_equal(chrony_read_begin(&conf, &r, "m", "", 0, NULL), 0);
	assert_int_equal(chrony_read_begin(&conf, &r, "m", "", 0, NULL), -ENOSPC);
	assert_int_equal(conf.errors[0].fault, CHRONY_UNREAD);
}

static void test_sources(void **state)
{
	static const char text[] = "server a\nPool b noselect\nrefclock PPS /dev/pps0\n# server c\n"
				   "server\npeer d\nserver cut";

	(void)state;
	parse("server x\n");
	chrony_read_sources(&conf, text, sizeof(text) - 1);
	assert_int_equal(conf.servers, 2);
	assert_int_equal(conf.pools, 1);
	assert_int_equal(conf.peers, 1);
	assert_int_equal(conf.never_selected, 1);
	assert_int_equal(conf.n_refclocks, 0);
	assert_int_equal(conf.n_errors, 0);
}

static void test_files_of_directories(void **state)
{
	struct chrony_found found[] = {
		{ "b.conf", 0 }, { "a.conf", 1 }, { "b.conf", 1 }, { "10.conf", 1 },
		{ "a.conf", 0 }, { "B.conf", 1 },
	};

	(void)state;
	assert_int_equal(chrony_sort_files(found, 6), 4);
	assert_string_equal(found[0].name, "10.conf");
	assert_string_equal(found[1].name, "B.conf");
	assert_string_equal(found[2].name, "a.conf");
	assert_int_equal(found[2].dir, 0);
	assert_string_equal(found[3].name, "b.conf");
	assert_int_equal(found[3].dir, 0);
	assert_int_equal(chrony_sort_files(found, 0), 0);
	assert_true(chrony_takes_file("gps.conf", ".conf"));
	assert_false(chrony_takes_file("gps.conf~", ".conf"));
	assert_false(chrony_takes_file(".gps.conf", ".conf"));
	assert_false(chrony_takes_file("README", ".conf"));
	assert_false(chrony_takes_file("conf", ".conf"));
}

/* ---- hostile texts ---- */

static void test_limits_are_told(void **state)
{
	static char text[64 * 1024];

	(void)state;
	text[0] = '\0';
	for (size_t i = 0; i < 20; i++)
		strcat(text, "refclock PPS /dev/pps0\n");
	parse(text);
	assert_int_equal(conf.n_refclocks, CHRONY_REFCLOCKS_MAX);
	assert_int_equal(conf.n_errors, 4);
	assert_int_equal(conf.errors[0].fault, CHRONY_UNREAD);
	assert_int_equal(conf.errors[0].where.line, 17);

	text[0] = '\0';
	for (size_t i = 0; i < 20; i++)
		strcat(text, "x\n");
	parse(text);
	assert_int_equal(conf.n_errors, 20);

	memset(text, 'a', 2048);
	text[2048] = '\0';
	parse(text);
	assert_int_equal(conf.errors[0].fault, CHRONY_REFUSED);
	assert_string_equal(conf.errors[0].where.text + CHRONY_TEXT_MAX - 5, "a...");

	memset(text, '\0', sizeof(text));
	strcpy(text, "refclock PPS /");
	memset(text + strlen(text), 'p', 255);
	parse(text);
	assert_int_equal(conf.errors[0].fault, CHRONY_UNREAD);
	assert_int_equal(conf.n_refclocks, 0);
}

static void test_bytes_that_are_no_text(void **state)
{
	struct chrony_reader r;
	static const char text[] = "server a\0\nserver \x1b[2J\nserver b";

	(void)state;
	chrony_conf_init(&conf);
	chrony_read_begin(&conf, &r, "\x1b", text, sizeof(text) - 1, NULL);
	assert_int_equal(chrony_read_on(&conf, &r, &dirs), CHRONY_READ);
	assert_int_equal(conf.servers, 2);
	assert_int_equal(conf.n_errors, 1);
	assert_int_equal(conf.errors[0].fault, CHRONY_UNREAD);
	assert_string_equal(conf.errors[0].where.text, "server a?");
	assert_string_equal(conf.files[0], "?");
}

/* ---- what the lines say together ---- */

static void test_locks(void **state)
{
	static const struct {
		const char *text;		/* source 0 is asked */
		enum chrony_lock lock;
		size_t partner;
		enum chrony_seconds seconds;
	} rows[] = {
		{ "refclock PPS /p lock GPS\nrefclock SHM 0 refid GPS noselect\n",
		  CHRONY_LOCK_FOUND, 1, CHRONY_SECONDS_LOCK },
		{ "refclock PPS /p lock SHM1\nrefclock SHM 0\n",
		  CHRONY_LOCK_FOUND, 1, CHRONY_SECONDS_LOCK },
		/* refids count to the letter; without the lock chronyd goes on */
		{ "refclock PPS /p lock gps\nrefclock SHM 0 refid GPS\n",
		  CHRONY_LOCK_MISSING, 9, CHRONY_SECONDS_OTHERS },
		{ "refclock PPS /p lock gps\nrefclock SHM 0 refid GPS noselect\n",
		  CHRONY_LOCK_MISSING, 9, CHRONY_SECONDS_NOBODY },
		{ "refclock PPS /p lock PPS0\nserver a\n",
		  CHRONY_LOCK_SELF, 0, CHRONY_SECONDS_NOBODY },
		{ "refclock PPS /p lock X local\nserver a\n",
		  CHRONY_LOCK_NONE, 9, CHRONY_SECONDS_LOCAL },
		{ "refclock PPS /p\n", CHRONY_LOCK_NONE, 9, CHRONY_SECONDS_NOBODY },
		{ "refclock PPS /p\nlocal\n", CHRONY_LOCK_NONE, 9, CHRONY_SECONDS_LOCAL },
		{ "refclock PPS /p\nserver a\nlocal\n",
		  CHRONY_LOCK_NONE, 9, CHRONY_SECONDS_OTHERS },
		{ "refclock PPS /p\nserver a noselect\n",
		  CHRONY_LOCK_NONE, 9, CHRONY_SECONDS_NOBODY },
		{ "refclock PPS /p\nrefclock PPS /q\n",
		  CHRONY_LOCK_NONE, 9, CHRONY_SECONDS_NOBODY },
		{ "refclock PPS /p\nrefclock SOCK /s\n",
		  CHRONY_LOCK_NONE, 9, CHRONY_SECONDS_OTHERS },
		{ "refclock SHM 0\n", CHRONY_LOCK_NONE, 9, CHRONY_SECONDS_OWN },
		{ "refclock SHM 0 pps\n", CHRONY_LOCK_NONE, 9, CHRONY_SECONDS_NOBODY },
		{ "refclock PHC /c:extpps lock GPS\nrefclock SHM 0 refid GPS\n",
		  CHRONY_LOCK_FOUND, 1, CHRONY_SECONDS_LOCK },
		/* a pulse that is locked to a pulse */
		{ "refclock PPS /p lock B\nrefclock PPS /q refid B lock C\n"
		  "refclock SHM 0 refid C\n",
		  CHRONY_LOCK_FOUND, 1, CHRONY_SECONDS_LOCK },
		{ "refclock PPS /p refid A lock B\nrefclock PPS /q refid B lock A\nserver a\n",
		  CHRONY_LOCK_FOUND, 1, CHRONY_SECONDS_NOBODY },
		/* the first of two */
		{ "refclock PPS /p lock B\nrefclock SHM 0 refid B\nrefclock SHM 1 refid B\n",
		  CHRONY_LOCK_FOUND, 1, CHRONY_SECONDS_LOCK },
		/* asked every 4 s, but pulses take it for 2 s: only what is asked has a dpoll */
		{ "refclock PPS /p lock B\nrefclock SHM 0 refid B dpoll 2\n",
		  CHRONY_LOCK_OLD, 1, CHRONY_SECONDS_LOCK },
		{ "refclock PPS /p lock B maxlockage 4\nrefclock SHM 0 refid B dpoll 2\n",
		  CHRONY_LOCK_FOUND, 1, CHRONY_SECONDS_LOCK },
		{ "refclock PPS /p lock B rate 5 dpoll -3\nrefclock SHM 0 refid B\n",
		  CHRONY_LOCK_OLD, 1, CHRONY_SECONDS_LOCK },
		{ "refclock PPS /p lock B\nrefclock SOCK /s refid B dpoll 2\n",
		  CHRONY_LOCK_FOUND, 1, CHRONY_SECONDS_LOCK },
		/* dpoll is never above poll */
		{ "refclock PPS /p lock B\nrefclock SHM 0 refid B poll 1 dpoll 99\n",
		  CHRONY_LOCK_FOUND, 1, CHRONY_SECONDS_LOCK },
		{ "refclock PPS /p lock B\n"
		  "refclock SHM 0 refid B poll 2147483647 dpoll 2147483647\n",
		  CHRONY_LOCK_OLD, 1, CHRONY_SECONDS_LOCK },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t partner = 9;

		parse(rows[i].text);
		assert_int_equal(conf.n_errors, 0);
		assert_int_equal(chrony_lock_of(&conf, 0, &partner), rows[i].lock);
		assert_int_equal(partner, rows[i].partner);
		assert_int_equal(chrony_seconds_of(&conf, 0), rows[i].seconds);
	}
}

static void test_how_far_they_may_be_apart(void **state)
{
	static const struct {
		const char *options;
		int major, minor;
		int64_t lock_ms;
	} rows[] = {
		{ "", 0, 0, 400 },
		{ "", 4, 1, 400 },
		{ "", 4, 0, 200 },
		{ "", 3, 5, 200 },
		{ "rate 5", 4, 6, 80 },
		{ "rate 0", 4, 6, 400 },
		{ "rate -3", 4, 6, 400 },
		{ "width 0.1", 4, 6, 50 },		/* half of the width */
		{ "width 0.5", 4, 6, 250 },
		{ "width 0.8", 4, 6, 100 },	/* half of the gap */
		{ "width 1", 4, 6, 0 },
	};
	char text[64];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(text, sizeof(text), "refclock PPS /p %s\n", rows[i].options);
		parse(text);
		assert_int_equal(chrony_lock_limit_ns(conf.refclocks, rows[i].major, rows[i].minor),
				 rows[i].lock_ms * MS);
	}
}

/* ---- the command line ---- */

static struct chrony_cmdline cmdline;

#define CMDLINE(text) chrony_cmdline_parse(text, sizeof(text), &cmdline)

static void test_a_command_line(void **state)
{
	(void)state;
	CMDLINE("/usr/sbin/chronyd\0-F\0" "1");		/* Debian's */
	assert_int_equal(cmdline.seccomp_level, 1);
	assert_string_equal(cmdline.conf, "");
	assert_false(cmdline.no_clock);
	assert_false(cmdline.unknown);
	assert_int_equal(cmdline.directives_len, 0);
	CMDLINE("chronyd\0-x4mF-2\0-f\0/etc/c.conf\0-u_chrony\0-P50\0-l\0/log\0-L0");
	assert_int_equal(cmdline.seccomp_level, -2);
	assert_string_equal(cmdline.conf, "/etc/c.conf");
	assert_string_equal(cmdline.user, "_chrony");
	assert_string_equal(cmdline.log_file, "/log");
	assert_int_equal(cmdline.sched_priority, 50);
	assert_true(cmdline.lock_all);
	assert_true(cmdline.no_clock);
	assert_false(cmdline.once);
	CMDLINE("chronyd\0-Q");
	assert_true(cmdline.no_clock);
	assert_true(cmdline.once);
	CMDLINE("chronyd\0-q");
	assert_false(cmdline.no_clock);
	assert_true(cmdline.once);
	CMDLINE("chronyd\0-F\0x");
	assert_true(cmdline.unknown);
	CMDLINE("chronyd\0-W");
	assert_true(cmdline.unknown);
}

static void test_directives_as_arguments(void **state)
{
	struct chrony_reader r;
	static char many[3000];

	(void)state;
	CMDLINE("chronyd\0-d\0refclock SHM 0 refid GPS\0-x\0refclock PPS /p\nlock GPS\0server");
	assert_true(cmdline.no_clock);
	chrony_conf_init(&conf);
	chrony_read_begin(&conf, &r, "command line", cmdline.directives,
			  cmdline.directives_len, NULL);
	assert_int_equal(chrony_read_on(&conf, &r, &dirs), CHRONY_READ);
	assert_int_equal(conf.n_refclocks, 2);
	assert_string_equal(conf.refclocks[1].lock, "GPS");
	assert_int_equal(conf.refclocks[1].where.line, 2);
	assert_int_equal(conf.errors[0].where.line, 3);
	assert_false(cmdline.cut);
	memset(many, 'a', sizeof(many));
	memcpy(many, "chronyd", sizeof("chronyd"));
	CMDLINE(many);
	assert_true(cmdline.cut);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_debians_own_file),
		cmocka_unit_test(test_refclocks),
		cmocka_unit_test(test_every_option),
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_default_refids),
		cmocka_unit_test(test_comments),
		cmocka_unit_test(test_mistakes),
		cmocka_unit_test(test_what_is_no_mistake),
		cmocka_unit_test(test_an_entry_with_a_mistake),
		cmocka_unit_test(test_other_directives),
		cmocka_unit_test(test_who_is_answered),
		cmocka_unit_test(test_an_included_file),
		cmocka_unit_test(test_wildcards),
		cmocka_unit_test(test_files_in_a_circle),
		cmocka_unit_test(test_more_files_than_are_kept),
		cmocka_unit_test(test_sources),
		cmocka_unit_test(test_files_of_directories),
		cmocka_unit_test(test_limits_are_told),
		cmocka_unit_test(test_bytes_that_are_no_text),
		cmocka_unit_test(test_locks),
		cmocka_unit_test(test_how_far_they_may_be_apart),
		cmocka_unit_test(test_a_command_line),
		cmocka_unit_test(test_directives_as_arguments),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
