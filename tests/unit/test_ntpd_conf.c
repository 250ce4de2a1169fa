// SPDX-License-Identifier: GPL-2.0-or-later
/* ntp.conf in both grammars, and an ntpd's command line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/ntpd_command.h"
#include "daemon/ntpd_lex.h"
#include "daemon/ntpd_unit.h"

#define MS 1000000LL
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static struct ntpd_conf conf;

static void parse(enum ntpd_kind kind, const char *text)
{
	/* no byte behind it, so that the sanitizer sees who reads on */
	size_t len = strlen(text);
	char *copy = malloc(len ? len : 1);

	memcpy(copy, text, len);
	ntpd_conf_text(&conf, kind, copy, len);
	free(copy);
}

static struct ntpd_unit unit_of(unsigned int driver, unsigned int unit)
{
	struct ntpd_unit u;

	assert_int_equal(ntpd_unit_find(&conf, driver, unit, &u), 0);
	return u;
}

/* ---- words and numbers ---- */

static void words_are_cut_as_ntpd_cuts_them(void **state)
{
	static const struct {
		const char *line;
		enum lex_next next;
		const char *words[4];
	} rows[] = {
		{ "server\t127.127.20.0\r", LEX_TOKEN, { "server", "127.127.20.0" } },
		{ "mode 17#fast", LEX_TOKEN, { "mode", "17" } },
		{ "# all of it", LEX_TOKEN, { NULL } },
		{ "\"a # b\" c", LEX_TOKEN, { "a # b", "c" } },
		{ "/dev/\"my gps\"0", LEX_TOKEN, { "/dev/my gps", "0" } },
		{ "\"open end", LEX_TOKEN, { "open end" } },
		{ "\"\" x", LEX_TOKEN, { "x" } },
		{ "a;b", LEX_TOKEN, { "a", ";", "b" } },
		{ "a;b", LEX_STRING, { "a;b" } },
		{ "\xef\xbb\xbfserver", LEX_TOKEN, { "server" } },
		{ "a\xc2\xa0" "b", LEX_TOKEN, { "ab" } },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *p = rows[i].line, *end = p + strlen(p);
		struct lexeme w;

		for (size_t j = 0; rows[i].words[j]; j++) {
			assert_true(lex_word(&p, end, rows[i].next, &w));
			assert_string_equal(w.s, rows[i].words[j]);
		}
		assert_false(lex_word(&p, end, rows[i].next, &w));
		assert_int_equal(w.len, 0);
	}
}

static bool read_as(const char *text, bool (*read)(const struct lexeme *w, int64_t *v), int64_t *v)
{
	const char *p = text;
	struct lexeme w;

	assert_true(lex_word(&p, text + strlen(text), LEX_TOKEN, &w));
	return read(&w, v);
}

static bool number(const struct lexeme *w, int64_t *v)
{
	return lex_billionths(w, false, v);
}

static bool number_of_ntpsec(const struct lexeme *w, int64_t *v)
{
	return lex_billionths(w, true, v);
}

static void numbers(void **state)
{
	static const struct {
		const char *text;
		bool (*read)(const struct lexeme *w, int64_t *v);
		bool ok;
		int64_t value;
	} rows[] = {
		{ "0.600", number, true, 600000000 },
		{ "-0.5", number, true, -500000000 },
		{ ".15", number, true, 150000000 },
		{ "+2.", number, true, 2000000000 },
		{ "1e-3", number, true, 1000000 },
		{ "25E-4", number, true, 2500000 },
		{ "3", number, true, 3000000000 },
		{ "0.1234567894", number, true, 123456789 },
		{ "0.1234567895", number, true, 123456790 },
		{ "1e-400", number, true, 0 },
		{ "0e9999", number, true, 0 },
		{ "00000000000000000000000000000001.5", number, true, 1500000000 },
		{ "0.00000000000000000000000000000001", number, true, 0 },
		{ "9223372036", number, true, 9223372036000000000 },
		{ "9223372037", number, false, 0 },
		{ "1e300", number, false, 0 },
		{ "99999999999999999999999999999999", number, false, 0 },
		{ ".", number, false, 0 },
		{ "-", number, false, 0 },
		{ "0x10", number, false, 0 },
		{ "0.5s", number, false, 0 },
		{ "1,5", number, true, 1000000000 },	/* the comma is a word by itself */
		{ "\"0.5\"", number, false, 0 },
		{ "0.5g", number, false, 0 },
		/* 1024 weeks of 604800 s */
		{ "0.5g", number_of_ntpsec, true, 619315200500000000 },
		{ "0.0GG", number_of_ntpsec, false, 0 },
		{ "17", lex_uint, true, 17 },
		{ "0x51", lex_uint, true, 81 },
		{ "0X0F", lex_uint, true, 15 },
		{ "4294967295", lex_uint, true, 4294967295 },
		{ "4294967296", lex_uint, false, 0 },
		{ "-1", lex_uint, true, -1 },
		{ "0x", lex_uint, false, 0 },
		{ "0x1g", lex_uint, false, 0 },
		{ "1.0", lex_uint, false, 0 },
		{ "2147483647", lex_int, true, 2147483647 },
		{ "2147483648", lex_int, false, 0 },
		{ "0x1", lex_int, false, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		int64_t v = 0;
		const bool ok = read_as(rows[i].text, rows[i].read, &v);

		if (ok != rows[i].ok || (ok && v != rows[i].value))
			fail_msg("row %zu, %s: %d %lld", i, rows[i].text, ok, (long long)v);
	}
}

/* ---- receivers ---- */

/* The configuration from a comment under our source document. */
static void a_classic_receiver(void **state)
{
	struct ntpd_nmea nmea;
	struct ntpd_unit u;
	char path[64];

	(void)state;
	parse(NTPD_CLASSIC,
	      "# the GPS\n"
	      "  server 127.127.20.0 mode 0 minpoll 4 maxpoll 6 prefer \t\n"
	      "fudge 127.127.20.0 flag1 1 flag2 0 flag3 1\n"
	      "fudge 127.127.20.0 time2 0.600 refid GPS1x\n");
	assert_int_equal(conf.n_errors, 0);
	u = unit_of(NTPD_DRIVER_NMEA, 0);
	assert_int_equal(u.clock->at.line, 2);
	assert_string_equal(u.clock->at.text,
			    "server 127.127.20.0 mode 0 minpoll 4 maxpoll 6 prefer");
	assert_int_equal(u.set.value[NTPD_FLAG1], 1);
	assert_int_equal(u.set.value[NTPD_FLAG2], 0);
	assert_int_equal(u.set.value[NTPD_FLAG3], 1);
	assert_int_equal(u.set.value[NTPD_FLAG4], 0);
	assert_int_equal(u.set.value[NTPD_TIME2], 600 * MS);
	assert_int_equal(u.set.value[NTPD_MINPOLL], 4);
	assert_int_equal(u.set.value[NTPD_MAXPOLL], 6);
	assert_int_equal(u.set.value[NTPD_PREFER], 1);
	assert_string_equal(u.set.refid, "GPS1");
	assert_int_equal(u.from[NTPD_FLAG3]->at.line, 3);
	assert_int_equal(u.from[NTPD_TIME2]->at.line, 4);
	assert_int_equal(u.from[NTPD_MODE]->at.line, 2);
	assert_null(u.from[NTPD_TIME1]);
	ntpd_unit_port(&u, path, sizeof(path));
	assert_string_equal(path, "/dev/gps0");
	ntpd_unit_pulse(&u, path, sizeof(path));
	assert_string_equal(path, "/dev/gpspps0");
	ntpd_nmea_mode(conf.kind, &u.set, &nmea);
	assert_int_equal(nmea.baud, 4800);
	assert_true(nmea.any_sentence);
}

static void what_nobody_says_is_the_default(void **state)
{
	struct ntpd_unit u;
	char path[64] = "x";

	(void)state;
	parse(NTPD_EITHER, "refclock nmea unit 3");
	u = unit_of(NTPD_DRIVER_NMEA, 3);
	assert_int_equal(u.set.given, 0);
	assert_int_equal(u.set.value[NTPD_FLAG1], 0);
	assert_int_equal(u.set.value[NTPD_TIME2], 0);
	assert_int_equal(u.set.value[NTPD_MINPOLL], NTPD_UNSAID);
	assert_string_equal(u.set.refid, "");
	/* no flag1: it does not look for the pulse */
	ntpd_unit_pulse(&u, path, sizeof(path));
	assert_string_equal(path, "");
	assert_int_equal(ntpd_unit_find(&conf, NTPD_DRIVER_NMEA, 0, &u), -ENOENT);
	assert_int_equal(ntpd_unit_find(&conf, NTPD_DRIVER_PPS, 3, &u), -ENOENT);
}

static void a_receiver_of_ntpsec(void **state)
{
	struct ntpd_nmea nmea;
	struct ntpd_unit u;
	char path[64];

	(void)state;
	parse(NTPD_NTPSEC,
	      "fudge 127.127.20.1 time1 -0.0000012\n"
	      "refclock NMEA unit 1 path /dev/ttyS1 ppspath \"/dev/pps0\" mode 17 minpoll 3 "
	      "maxpoll 3 flag1 1 baud 115200 time1 0.5 time2 .25 prefer refid PPS\n"
	      "refclock pps unit 2 flag2 1\n"
	      "refclock shm\n"
	      "refclock Gpsd unit 128 mode 1\n");
	assert_int_equal(conf.n_errors, 0);
	assert_int_equal(conf.n_clocks, 4);
	u = unit_of(NTPD_DRIVER_NMEA, 1);
	assert_int_equal(u.set.value[NTPD_TIME2], 250 * MS);
	/* a fudge line is obeyed after the clock's own line, wherever it stands */
	assert_int_equal(u.set.value[NTPD_TIME1], -1200);
	assert_int_equal(u.from[NTPD_TIME1]->at.line, 1);
	ntpd_unit_port(&u, path, sizeof(path));
	assert_string_equal(path, "/dev/ttyS1");
	ntpd_unit_pulse(&u, path, sizeof(path));
	assert_string_equal(path, "/dev/pps0");
	ntpd_nmea_mode(conf.kind, &u.set, &nmea);
	assert_int_equal(nmea.baud, 115200);
	assert_int_equal(nmea.sentences, NMEA_MODE_RMC);
	u = unit_of(NTPD_DRIVER_PPS, 2);
	ntpd_unit_pulse(&u, path, sizeof(path));
	assert_string_equal(path, "/dev/pps2");
	ntpd_unit_port(&u, path, sizeof(path));
	assert_string_equal(path, "");
	assert_int_equal(unit_of(NTPD_DRIVER_SHM, 0).clock->at.line, 4);
	assert_int_equal(unit_of(NTPD_DRIVER_GPSD, 128).set.value[NTPD_MODE], 1);
}

static void later_words_win(void **state)
{
	struct ntpd_unit u;

	(void)state;
	parse(NTPD_EITHER,
	      "server 127.127.20.0\n"
	      "fudge 127.127.20.0 flag1 1 time2 0.6 time2 0.4\n"
	      "fudge 127.127.20.0 flag1 0\n"
	      "fudge 127.127.20.0 flag2 5 flag3 true\n"
	      "fudge 127.127.20.1 flag1 1\n"
	      "fudge 127.127.22.0 flag1 1\n"
	      "tos mindist 0.1 minsane 1\n"
	      "tos mindist 0.4\n");
	u = unit_of(NTPD_DRIVER_NMEA, 0);
	assert_int_equal(u.set.value[NTPD_FLAG1], 0);
	assert_int_equal(u.from[NTPD_FLAG1]->at.line, 3);
	assert_int_equal(u.set.value[NTPD_TIME2], 400 * MS);
	assert_int_equal(u.set.value[NTPD_FLAG2], 1);	/* "Assuming 1" */
	assert_int_equal(u.set.value[NTPD_FLAG3], 1);
	assert_int_equal(ntpd_knob_find(&conf, "tos", "mindist")->billionths, 400 * MS);
	assert_int_equal(ntpd_knob_find(&conf, "tos", "mindist")->at.line, 8);
	assert_int_equal(ntpd_knob_find(&conf, "tos", "minsane")->billionths, 1000 * MS);

	const struct ntpd_entry *stray = ntpd_stray_fudge(&conf, NULL);

	assert_int_equal(stray->at.line, 5);
	stray = ntpd_stray_fudge(&conf, stray);
	assert_int_equal(stray->at.line, 6);
	assert_null(ntpd_stray_fudge(&conf, stray));
}

static void the_rest_of_a_configuration(void **state)
{
	(void)state;
	/* as Debian ships it, and what users add */
	parse(NTPD_NTPSEC,
	      "driftfile /var/lib/ntpsec/ntp.drift\n"
	      "leapfile /usr/share/zoneinfo/leap-seconds.list\n"
	      "statsdir /var/log/ntpsec/\n"
	      "statistics loopstats peerstats clockstats\n"
	      "filegen clockstats file clockstats type day enable\n"
	      "tos maxclock 11\n"
	      "tos minclock 4 minsane 3\n"
	      "pool 0.debian.pool.ntp.org iburst\n"
	      "server -4 ntp.example.org iburst prefer key 3\n"
	      "server time.cloudflare.com nts\n"
	      "peer 192.0.2.1 noselect prefer\n"
	      "restrict default kod nomodify nopeer noquery limited\n"
	      "restrict ::1\n"
	      "trustedkey 1 (3 ... 5)\n"
	      "setvar owner=\"me\" default\n"
	      "logfile /var/log/ntpd.log\n"
	      "tinker panic 0 step 0.5\n"
	      "disable kernel monitor\n"
	      "enable stats\n");
	assert_int_equal(conf.n_errors, 0);
	assert_int_equal(conf.n_clocks, 0);
	assert_int_equal(conf.servers, 3);
	assert_int_equal(conf.servers_noselect, 1);
	assert_true(conf.servers_prefer);
	assert_string_equal(conf.logfile, "/var/log/ntpd.log");
	assert_string_equal(conf.statsdir, "/var/log/ntpsec/");
	assert_int_equal(ntpd_knob_find(&conf, "tinker", "panic")->billionths, 0);
	assert_int_equal(ntpd_knob_find(&conf, "tinker", "step")->billionths, 500 * MS);
	assert_int_equal(ntpd_knob_find(&conf, "system", "kernel")->billionths, 0);
	assert_int_equal(ntpd_knob_find(&conf, "system", "stats")->billionths, 1);
	assert_null(ntpd_knob_find(&conf, "system", "ntp"));
	assert_null(ntpd_knob_find(&conf, "tos", "mindist"));
}

/* ---- lines that ntpd does not take ---- */

static void a_bad_line_has_no_effect(void **state)
{
	static const struct {
		enum ntpd_kind kind;
		const char *line, *reason;
	} rows[] = {
		{ NTPD_EITHER, "sever 127.127.20.0", "\"sever\" is no command of ntpd" },
		{ NTPD_EITHER, "Server 127.127.20.0", "\"Server\" is no command of ntpd" },
		{ NTPD_EITHER, "\"server\" 127.127.20.0", "\"server\" is no command of ntpd" },
		{ NTPD_CLASSIC, "refclock nmea", "\"refclock\" is no command of ntpd" },
		{ NTPD_NTPSEC, "crypto", "\"crypto\" is no command of NTPsec" },
		{ NTPD_EITHER, "server 127.127.20.0 mode", "mode wants a whole number" },
		{ NTPD_EITHER, "server 127.127.20.0 mode fast",
		  "\"fast\" is not what mode wants: a whole number" },
		{ NTPD_EITHER, "server 127.127.20.0 mode 1.5",
		  "\"1.5\" is not what mode wants: a whole number" },
		{ NTPD_EITHER, "server", "server wants an address" },
		{ NTPD_EITHER, "refclock", "refclock wants a driver, such as nmea" },
		{ NTPD_EITHER, "refclock nema",
		  "\"nema\" is no driver of NTPsec: ntpd does not start" },
		{ NTPD_EITHER, "refclock nmea unit 256", "\"256\" is no unit: those are 0 to 255" },
		{ NTPD_EITHER, "refclock nmea unit -1", "\"-1\" is no unit: those are 0 to 255" },
		{ NTPD_EITHER, "fudge 127.127.20.0", "fudge wants a setting, such as flag1 1" },
		{ NTPD_EITHER, "fudge 127.127.20.0 flag1", "flag1 wants 0 or 1" },
		{ NTPD_EITHER, "fudge 127.127.20.0 flag1 yes",
		  "\"yes\" is not what flag1 wants: 0 or 1" },
		{ NTPD_EITHER, "fudge 127.127.20.0 time2 0.4s",
		  "\"0.4s\" is not what time2 wants: a number" },
		{ NTPD_EITHER, "fudge 127.127.20 flag1 1",
		  "\"127.127.20\" is no reference clock's address: fudge wants 127.127.T.U" },
		{ NTPD_EITHER, "tos", "tos alone says nothing" },
		{ NTPD_EITHER, "logfile", "logfile wants a text" },
		{ NTPD_EITHER, "fudge 127.127.20.0 flag5 1",
		  "\"flag5\" is no option of ntpd's fudge" },
		{ NTPD_EITHER, "tos mindust 1", "\"mindust\" is no word of ntpd's tos" },
		{ NTPD_EITHER, "tos mindist 0.4 minsane x",
		  "\"x\" is not what minsane wants: a whole number" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char text[128];

		snprintf(text, sizeof(text), "%s\nserver 127.127.28.1", rows[i].line);
		parse(rows[i].kind, text);
		if (conf.n_errors != 1)
			fail_msg("%s: %zu errors", rows[i].line, conf.n_errors);
		assert_string_equal(conf.errors[0].reason, rows[i].reason);
		assert_string_equal(conf.errors[0].at.text, rows[i].line);
		assert_int_equal(conf.errors[0].at.line, 1);
		assert_false(conf.errors[0].in_part);
		/* the next line is read; nothing of the bad one is left */
		assert_int_equal(conf.n_clocks, 1);
		assert_int_equal(conf.clocks[0].driver, NTPD_DRIVER_SHM);
		assert_int_equal(conf.clocks[0].at.line, 2);
		assert_int_equal(conf.n_fudges + conf.n_knobs + conf.servers, 0);
	}
}

/*
 * Seen of Debian's NTPsec 1.2.2 with driver 28, which leaves its segments behind for
 * everybody to see.
 */
static void a_word_too_many_ends_a_line(void **state)
{
	(void)state;
	parse(NTPD_CLASSIC,
	      "server 127.127.20.0 mode 17 flag1 1 prefer\n"
	      "fudge 127.127.20.0 flag1 1 time2 0,4\n"
	      "tos mindist 0.4 mindust 1\n"
	      "disable ntp pps kernel\n"
	      "logfile /var/log/ntp.log yes\n"
	      "server 127.127.22.0 prefer;\n");
	assert_int_equal(conf.n_errors, 6);
	for (size_t i = 0; i < conf.n_errors; i++) {
		assert_true(conf.errors[i].in_part);
		assert_int_equal(conf.errors[i].at.line, i + 1);
	}
	assert_string_equal(conf.errors[0].reason, "\"flag1\" is no option of ntpd's server");
	assert_string_equal(conf.errors[1].reason, "\",\" is no option of ntpd's fudge");
	assert_string_equal(conf.errors[2].reason, "\"mindust\" is no word of ntpd's tos");
	assert_string_equal(conf.errors[3].reason, "\"pps\" is no word of ntpd's disable");
	assert_string_equal(conf.errors[4].reason, "\"yes\" behind the path fits nowhere");
	assert_string_equal(conf.errors[5].reason, "\";\" is no option of ntpd's server");

	const struct ntpd_unit u = unit_of(NTPD_DRIVER_NMEA, 0);

	assert_int_equal(u.set.value[NTPD_MODE], 17);
	assert_int_equal(u.set.value[NTPD_PREFER], 0);
	assert_int_equal(u.set.value[NTPD_FLAG1], 1);
	assert_int_equal(u.from[NTPD_TIME2]->at.line, 2);
	assert_int_equal(u.set.value[NTPD_TIME2], 0);
	assert_int_equal(unit_of(NTPD_DRIVER_PPS, 0).set.value[NTPD_PREFER], 1);
	assert_int_equal(ntpd_knob_find(&conf, "tos", "mindist")->billionths, 400 * MS);
	assert_int_equal(ntpd_knob_find(&conf, "system", "ntp")->billionths, 0);
	assert_null(ntpd_knob_find(&conf, "system", "kernel"));
	assert_string_equal(conf.logfile, "/var/log/ntp.log");
}

static void a_unit_is_started_once(void **state)
{
	(void)state;
	parse(NTPD_EITHER, "server 127.127.20.0 mode 1\nserver 127.127.20.0 mode 17\n");
	assert_int_equal(conf.n_clocks, 1);
	assert_int_equal(conf.clocks[0].set.value[NTPD_MODE], 1);
	assert_int_equal(conf.n_errors, 1);
	assert_int_equal(conf.errors[0].at.line, 2);
	assert_string_equal(conf.errors[0].reason,
			    "ntpd ignores this line: 127.127.20.0 is in line 1");
}

static void what_is_quoted_is_printable_and_short(void **state)
{
	char text[1200];

	(void)state;
	parse(NTPD_EITHER, "fudge 127.127.20.0\t\x1b[31mflag1 1");
	assert_string_equal(conf.errors[0].at.text, "fudge 127.127.20.0 ?[31mflag1 1");
	assert_string_equal(conf.errors[0].reason, "\"?[31mflag1\" is no option of ntpd's fudge");

	memset(text, 'x', sizeof(text));
	memcpy(text, "refclock nmea path /dev/", 24);
	text[320] = '\0';
	parse(NTPD_EITHER, text);
	assert_int_equal(conf.n_clocks, 0);
	assert_string_equal(conf.errors[0].reason,
			    "a path of more than 255 characters is not looked at");
	assert_int_equal(strlen(conf.errors[0].at.text), NTPD_QUOTE_MAX - 1);
	assert_string_equal(conf.errors[0].at.text + NTPD_QUOTE_MAX - 4, "...");

	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	parse(NTPD_EITHER, text);
	assert_string_equal(conf.errors[0].reason,
			    "a word of more than 1024 characters: ntpd does not start");

	ntpd_conf_text(&conf, NTPD_EITHER, "server a\0b\nserver c", 19);
	assert_string_equal(conf.errors[0].reason, "a NUL byte: this is not a text");
	assert_int_equal(conf.servers, 1);
}

static void limits_are_told(void **state)
{
	static char text[40 * 64 * 3];
	size_t n = 0;

	(void)state;
	for (int i = 0; i < NTPD_CLOCKS_MAX + 1; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "server 127.127.28.%d\n", i);
	for (int i = 0; i < NTPD_FUDGES_MAX + 1; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "fudge 127.127.28.0 time1 1\n");
	for (int i = 0; i < NTPD_KNOBS_MAX + 1; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "tos floor %d\n", i);
	parse(NTPD_EITHER, text);
	assert_int_equal(conf.n_clocks, NTPD_CLOCKS_MAX);
	assert_int_equal(conf.n_fudges, NTPD_FUDGES_MAX);
	assert_int_equal(conf.n_knobs, NTPD_KNOBS_MAX);
	assert_int_equal(conf.n_errors, 3);
	assert_string_equal(conf.errors[0].reason, "more than 16 reference clocks: not looked at");
	assert_string_equal(conf.errors[1].reason, "more than 32 fudge lines: not looked at");
	assert_string_equal(conf.errors[2].reason, "more than 32 words of tos, tinker, enable and "
			    "disable: floor is not looked at");

	n = 0;
	for (int i = 0; i < NTPD_ERRORS_MAX + 5; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "x\n");
	text[n] = '\0';
	parse(NTPD_EITHER, text);
	assert_int_equal(conf.n_errors, NTPD_ERRORS_MAX);
	assert_int_equal(conf.errors_lost, 5);
}

/* ---- files ---- */

struct tree_file {
	const char *path, *text;	/* of a directory: its names; path ends in '/' */
};

struct tree {
	const struct tree_file *files;
	unsigned int deepest, reads;
};

static const char *tree_find(const struct tree *t, const char *path, const char *end)
{
	char name[NTPD_PATH_MAX + 1];

	snprintf(name, sizeof(name), "%s%s", path, end);
	for (const struct tree_file *f = t->files; f->path; f++)
		if (!strcmp(f->path, name))
			return f->text;
	return NULL;
}

static int tree_read(void *ctx, unsigned int depth, const char *path, const char **text)
{
	struct tree *t = ctx;

	assert_true(depth <= NTPD_DEPTH_MAX);
	t->reads++;
	if (depth > t->deepest)
		t->deepest = depth;
	if (tree_find(t, path, "/"))
		return -EISDIR;
	*text = tree_find(t, path, "");
	if (*text && !strcmp(*text, "denied"))
		return -EACCES;
	return *text ? (int)strlen(*text) : -ENOENT;
}

static int tree_list(void *ctx, unsigned int depth, const char *path, const char **names)
{
	(void)depth;
	*names = tree_find(ctx, path, "/");
	return *names ? (int)strlen(*names) : -ENOENT;
}

static int read_tree(struct tree *t, enum ntpd_kind kind, const char *path)
{
	const struct ntpd_reader reader = { tree_read, tree_list, t };

	return ntpd_conf_read(&conf, kind, path, &reader);
}

static void includes_and_ntp_d(void **state)
{
	static const struct tree_file files[] = {
		{ "/etc/ntpsec/ntp.conf", "server a\nincludefile gps.conf\n"
		  "fudge 127.127.20.0 time2 0.3\nincludefile /etc/missing\n" },
		{ "/etc/ntpsec/gps.conf", "server 127.127.20.0\n"
		  "fudge 127.127.20.0 time2 0.2 flag1 1\nincludefile secret" },
		{ "/etc/ntpsec/secret", "denied" },
		{ "/etc/ntpsec/ntp.d/", "zz.conf\nab.conf\nnotes.txt\nconf\n"
		  "ab.conf.dpkg-old\nsub.conf" },
		{ "/etc/ntpsec/ntp.d/ab.conf", "fudge 127.127.20.0 time1 0.1\nlogfile /a\n" },
		{ "/etc/ntpsec/ntp.d/zz.conf", "fudge 127.127.20.0 time1 0.9\nlogfile /z\n" },
		{ "/etc/ntpsec/ntp.d/notes.txt", "logfile /never" },
		{ "/etc/ntpsec/ntp.d/sub.conf/", "deep.conf\n" },
		{ "/etc/ntpsec/ntp.d/sub.conf/deep.conf", "logfile /deep\nserver b" },
		{ NULL, NULL },
	};
	struct tree t = { .files = files };
	char path[NTPD_PATH_MAX + 1] = "";
	struct ntpd_unit u;

	(void)state;
	assert_int_equal(read_tree(&t, NTPD_NTPSEC, "/etc/ntpsec/ntp.conf"), 0);
	assert_int_equal(conf.n_errors, 0);
	u = unit_of(NTPD_DRIVER_NMEA, 0);
	assert_string_equal(conf.files[u.clock->at.file].path, "/etc/ntpsec/gps.conf");
	assert_int_equal(u.clock->at.line, 1);
	/* what stands behind the includefile comes after it */
	assert_int_equal(u.set.value[NTPD_TIME2], 300 * MS);
	assert_int_equal(u.from[NTPD_TIME2]->at.file, 0);
	assert_int_equal(u.from[NTPD_TIME2]->at.line, 3);
	assert_int_equal(u.set.value[NTPD_FLAG1], 1);
	/* the alphabet is read backwards */
	assert_int_equal(u.set.value[NTPD_TIME1], 100 * MS);
	assert_string_equal(conf.files[u.from[NTPD_TIME1]->at.file].path,
			    "/etc/ntpsec/ntp.d/ab.conf");
	assert_string_equal(conf.logfile, "/a");
	assert_int_equal(conf.servers, 2);
	assert_string_equal(conf.files[1].path, "/etc/ntpsec/gps.conf");
	assert_int_equal(conf.files[1].from_line, 2);
	assert_int_equal(conf.files[1].err, 0);
	assert_string_equal(conf.files[2].path, "/etc/ntpsec/secret");
	assert_int_equal(conf.files[2].err, -EACCES);
	assert_int_equal(conf.files[2].from_file, 1);
	assert_int_equal(conf.files[2].from_line, 3);
	assert_int_equal(conf.files[3].err, -ENOENT);
	assert_string_equal(conf.files[4].path, "/etc/ntpsec/ntp.d");
	assert_int_equal(conf.n_files, 9);

	/* classic ntp has no such directory, and no such place for a file */
	assert_int_equal(read_tree(&t, NTPD_CLASSIC, "/etc/ntpsec/ntp.conf"), 0);
	assert_string_equal(conf.files[1].path, "gps.conf");
	assert_int_equal(conf.n_files, 3);
	assert_string_equal(conf.logfile, "");

	/* -c moves the directory, too: Debian's file of DHCP has none beside it */
	assert_int_equal(read_tree(&t, NTPD_NTPSEC, "/run/ntpsec/ntp.conf.dhcp"), -ENOENT);
	assert_int_equal(conf.n_files, 1);

	memset(path, 'x', sizeof(path) - 1);
	assert_int_equal(read_tree(&t, NTPD_NTPSEC, path), -ENAMETOOLONG);
}

static void an_end_is_the_end(void **state)
{
	static const struct tree_file files[] = {
		{ "/etc/ntp.conf", "includefile b\nserver never\n" },
		{ "/etc/b", "server a\nend\nserver never" },
		{ "/etc/ntp.d/", "x.conf\ny.conf" },
		{ "/etc/ntp.d/x.conf", "server never" },
		{ "/etc/ntp.d/y.conf", "server y\nend" },
		{ NULL, NULL },
	};
	struct tree t = { .files = files };

	(void)state;
	assert_int_equal(read_tree(&t, NTPD_EITHER, "/etc/ntp.conf"), 0);
	assert_int_equal(conf.servers, 2);	/* a and y */
}

static void files_in_a_circle(void **state)
{
	static const struct tree_file files[] = {
		{ "/etc/ntp.conf", "server a\nincludefile ntp.conf\nincludefile ntp.conf\n" },
		{ NULL, NULL },
	};
	struct tree t = { .files = files };

	(void)state;
	assert_int_equal(read_tree(&t, NTPD_NTPSEC, "/etc/ntp.conf"), 0);
	assert_int_equal(t.deepest, NTPD_DEPTH_MAX);
	assert_true(t.reads <= NTPD_FILES_MAX);
	assert_int_equal(conf.n_files, NTPD_FILES_MAX);
	/* 5 files within the first, and then no more */
	assert_int_equal(conf.files[6].err, -ELOOP);
	assert_string_equal(conf.errors[0].reason, "more than 32 files: this one is not looked at");
}

/* ---- mode ---- */

static void modes_of_driver_20(void **state)
{
	static const struct {
		enum ntpd_kind kind;
		int64_t mode, baud_option;
		unsigned int baud;
		bool unknown;
		const char *sentences;
		bool any, subsecond, counters, trusts, quiet;
	} rows[] = {
		{ NTPD_CLASSIC, 0, 0, 4800, false, "RMC GGA GLL ZDA PGRMF PUBX,04", true,
		  false, false, false, false },
		{ NTPD_NTPSEC, 0, 0, 4800, false, "RMC GGA GLL ZDA PGRMF", true,
		  false, false, false, false },
		{ NTPD_CLASSIC, 17, 0, 9600, false, "RMC", false, false, false, false, false },
		{ NTPD_CLASSIC, 0x58, 0, 115200, false, "ZDA", false, false, false, false, false },
		{ NTPD_CLASSIC, 0x60, 0, 4800, true, "RMC GGA GLL ZDA PGRMF PUBX,04", true,
		  false, false, false, false },
		{ NTPD_NTPSEC, 0x71, 0, 9600, true, "RMC", false, false, false, false, false },
		{ NTPD_NTPSEC, 17, 230400, 230400, false, "RMC", false,
		  false, false, false, false },
		{ NTPD_NTPSEC, 17, 3, 38400, false, "RMC", false, false, false, false, false },
		{ NTPD_NTPSEC, 17, 14400, 9600, true, "RMC", false, false, false, false, false },
		{ NTPD_CLASSIC, 0x10183, 0, 4800, false, "RMC GGA PGRMF", false,
		  true, true, false, false },
		{ NTPD_CLASSIC, 0x60201, 0, 4800, false, "RMC PUBX,04", false,
		  false, false, true, true },
		{ NTPD_NTPSEC, 0x60201, 0, 4800, false, "RMC", false, false, false, false, false },
		{ NTPD_NTPSEC, 0x2000401, 0, 4800, false, "RMC", false, false, false, true, false },
		/* a bit for a sentence that there is not: none is taken */
		{ NTPD_NTPSEC, 0x400, 0, 4800, false, "", false, false, false, false, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct ntpd_settings set = { .given = 0 };
		struct ntpd_nmea n;
		char text[64];

		set.value[NTPD_MODE] = rows[i].mode;
		set.value[NTPD_BAUD] = rows[i].baud_option;
		ntpd_nmea_mode(rows[i].kind, &set, &n);
		ntpd_nmea_sentences(n.sentences, text, sizeof(text));
		if (n.baud != rows[i].baud || n.baud_unknown != rows[i].unknown ||
		    n.any_sentence != rows[i].any || n.subsecond != rows[i].subsecond ||
		    n.counters != rows[i].counters || n.trusts_date != rows[i].trusts ||
		    n.quiet_pps != rows[i].quiet || strcmp(text, rows[i].sentences) != 0)
			fail_msg("row %zu: %u %s", i, n.baud, text);
	}
}

static void drivers_have_names(void **state)
{
	(void)state;
	assert_string_equal(ntpd_driver_name(20), "NMEA");
	assert_string_equal(ntpd_driver_name(28), "SHM");
	assert_null(ntpd_driver_name(9));
}

/* ---- the command line ---- */

#define COMMAND(cmd, argv) ntpd_command_parse(cmd, argv, sizeof(argv))

static void the_command_line(void **state)
{
	struct ntpd_command c;

	(void)state;
	/* Debian's, when DHCP named servers */
	COMMAND(&c, "/usr/sbin/ntpd\0-p\0/run/ntpd.pid\0-g\0-N\0-c\0/run/ntpsec/ntp.conf.dhcp"
		"\0-u\0ntpsec:ntpsec");
	assert_string_equal(c.config, "/run/ntpsec/ntp.conf.dhcp");
	assert_string_equal(c.user, "ntpsec:ntpsec");
	assert_true(c.panicgate && c.nice);
	assert_false(c.slew || c.foreground || c.unclear || c.quits || c.step_once);
	assert_int_equal(c.servers, 0);

	COMMAND(&c, "ntpd\0-gnc/a\0-x\0-c\0/b\0-l/log\0ntp.example.org\0-g");
	assert_string_equal(c.config, "/b");
	assert_string_equal(c.logfile, "/log");
	assert_true(c.panicgate && c.foreground && c.slew);
	assert_int_equal(c.servers, 2);
	assert_false(c.unclear);

	COMMAND(&c, "ntpd\0--configfile=/c\0--stats\0/s\0--jail=/j\0--quit\0--priority\0" "5"
		"\0--force\0--\0-x");
	assert_string_equal(c.config, "/c");
	assert_string_equal(c.statsdir, "/s");
	assert_string_equal(c.jail, "/j");
	assert_true(c.quits && c.foreground && c.nice && c.step_once);
	assert_false(c.slew || c.unclear);
	assert_int_equal(c.servers, 1);

	COMMAND(&c, "ntpd");
	assert_string_equal(c.config, "");
	assert_false(c.unclear);
}

static void an_unclear_command_line(void **state)
{
	static const struct {
		const char *argv;
		size_t len;
	} rows[] = {
		{ "", 0 },
		{ "ntpd", 4 },			/* cut before its end */
		{ "ntpd\0-c", 8 },		/* no file */
		{ "ntpd\0-c\0/etc", 12 },	/* cut in it */
		{ "ntpd\0-j", 8 },
		{ "ntpd\0--n", 9 },		/* nofork, nice, novirtualips */
		{ "ntpd\0--slew=1", 14 },
		{ "ntpd\0--nonsense", 16 },
		{ "ntpd\0--user", 12 },
	};
	static char long_path[400] = "ntpd\0-c";
	struct ntpd_command c;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		ntpd_command_parse(&c, rows[i].argv, rows[i].len);
		if (!c.unclear || c.config[0])
			fail_msg("row %zu", i);
	}
	memset(long_path + 8, 'x', sizeof(long_path) - 9);
	ntpd_command_parse(&c, long_path, sizeof(long_path));
	assert_true(c.unclear);
	assert_string_equal(c.config, "");
}

static void where_it_looks_by_itself(void **state)
{
	(void)state;
	assert_string_equal(ntpd_default_config(NTPD_NTPSEC, 0), "/etc/ntpsec/ntp.conf");
	assert_string_equal(ntpd_default_config(NTPD_NTPSEC, 1), "/etc/ntp.conf");
	assert_null(ntpd_default_config(NTPD_NTPSEC, 2));
	assert_string_equal(ntpd_default_config(NTPD_CLASSIC, 0), "/etc/ntp.conf");
	assert_null(ntpd_default_config(NTPD_CLASSIC, 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_are_cut_as_ntpd_cuts_them),
		cmocka_unit_test(numbers),
		cmocka_unit_test(a_classic_receiver),
		cmocka_unit_test(what_nobody_says_is_the_default),
		cmocka_unit_test(a_receiver_of_ntpsec),
		cmocka_unit_test(later_words_win),
		cmocka_unit_test(the_rest_of_a_configuration),
		cmocka_unit_test(a_bad_line_has_no_effect),
		cmocka_unit_test(a_word_too_many_ends_a_line),
		cmocka_unit_test(a_unit_is_started_once),
		cmocka_unit_test(what_is_quoted_is_printable_and_short),
		cmocka_unit_test(limits_are_told),
		cmocka_unit_test(includes_and_ntp_d),
		cmocka_unit_test(an_end_is_the_end),
		cmocka_unit_test(files_in_a_circle),
		cmocka_unit_test(modes_of_driver_20),
		cmocka_unit_test(drivers_have_names),
		cmocka_unit_test(the_command_line),
		cmocka_unit_test(an_unclear_command_line),
		cmocka_unit_test(where_it_looks_by_itself),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
