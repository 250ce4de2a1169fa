// SPDX-License-Identifier: GPL-2.0-or-later
/* What ntpq prints: ntp.org's 4.2.8 and NTPsec's 1.2, in the formats of their sources. */
#include "words_of.h"

#include <errno.h>

#include "daemon/ntpq_state.h"

#define HEADER "     remote           refid      st t when poll reach   delay   offset  jitter\n" \
	"==============================================================================\n"

static struct ntpq_peers *peers_of(const char *text)
{
	static struct ntpq_peers peers;
	char *p = exact(text);

	ntpq_read_peers(p, strlen(text), &peers);
	free(p);
	return &peers;
}

static void numbers(void **state)
{
	static const struct {
		const char *text;
		int places;
		int64_t val;	/* INT64_MIN: none */
	} rows[] = {
		{ "0.000", 6, 0 }, { "-0.659", 6, -659000 }, { "+3", 6, 3000000 }, { ".5", 3, 500 },
		{ "5.", 0, 5 }, { "6e-05", 9, 60000 }, { "1E3", 0, 1000 }, { "1e-12", 6, 0 },
		{ "123456789012345678901234567890", 0, INT64_MIN }, { "0.12345678901234567890", 9, 123456789 },
		{ "1e400", 0, INT64_MIN }, { "0e99", 0, 0 }, { "1e-99999999999", 3, 0 },
		{ "", 0, INT64_MIN }, { "-", 0, INT64_MIN }, { ".", 0, INT64_MIN }, { "1.2.3", 0, INT64_MIN },
		{ "nan", 0, INT64_MIN }, { "1e", 0, INT64_MIN }, { "12x", 0, INT64_MIN }, { "0x10", 0, INT64_MIN },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct word w = { rows[i].text, strlen(rows[i].text) };
		const struct fact f = said_number(w, rows[i].places);

		if (fact_known(f) != (rows[i].val != INT64_MIN) ||
		    (fact_known(f) && f.val != rows[i].val))
			fail_msg("\"%s\": %lld", rows[i].text, (long long)f.val);
	}
}

static void times_have_units(void **state)
{
	static const struct {
		const char *text;
		int64_t ns;	/* -1: none */
	} rows[] = {
		{ "1.5", 1500000 }, { "60ns", 60 }, { "1us", 1000 }, { "2\xc2\xb5s", 2000 },
		{ "32.651ms", 32651000 }, { "2s", 2000000000 }, { "1ks", 1000000000000 },
		{ "3min", -1 }, { "ms", -1 }, { "", -1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct fact f = said_ns((struct word){ rows[i].text, strlen(rows[i].text) }, 6);

		if (fact_known(f) ? f.val != rows[i].ns : rows[i].ns != -1)
			fail_msg("\"%s\": %lld", rows[i].text, (long long)f.val);
	}
}

static void whole_numbers_have_a_base(void **state)
{
	(void)state;
	is(said_whole((struct word){ "377", 3 }, 8), 255);
	is(said_whole((struct word){ "c416", 4 }, 16), 0xc416);
	is(said_whole((struct word){ "-20", 3 }, 10), -20);
	is(said_whole((struct word){ "9223372036854775807", 19 }, 10), INT64_MAX);
	is_absent(said_whole((struct word){ "9223372036854775808", 19 }, 10));
	is_absent(said_whole((struct word){ "378", 3 }, 8));
	is_absent(said_whole((struct word){ "", 0 }, 10));
	is_absent(said_whole((struct word){ "1 ", 2 }, 10));
}

static void classic_rows(void **state)
{
	const struct ntpq_peers *p = peers_of(HEADER
		"o127.127.20.0    .PPS.            0 l    5   16  377    0.000   -0.002   0.004\n"
		"+192.0.2.17      198.51.100.4     2 u  17m 1024  177   12.345    1.250   0.750\n"
		" 2001:db8:1111:2 .INIT.          16 u    -   64    0    0.000    0.000   0.000\n");
	const struct ntpq_peer *gps = &p->peers[0], *net = &p->peers[1];

	(void)state;
	assert_int_equal(p->said, SAID_WELL);
	assert_int_equal(p->n, 3);
	assert_int_equal(p->n_lost, 0);
	assert_int_equal(gps->tally, 'o');
	assert_string_equal(gps->remote, "127.127.20.0");
	assert_string_equal(gps->refid, "PPS");
	assert_true(gps->is_clock);
	is(gps->driver, 20);
	is(gps->unit, 0);
	is(gps->stratum, 0);
	assert_int_equal(gps->type, 'l');
	is(gps->when_s, 5);
	is(gps->poll_s, 16);
	is(gps->reach, 255);
	is(gps->delay_ns, 0);
	is(gps->offset_ns, -2000);
	is(gps->jitter_ns, 4000);
	assert_int_equal(net->tally, '+');
	assert_string_equal(net->refid, "198.51.100.4");
	assert_false(net->is_clock);
	is(net->when_s, 17 * 60);
	is(net->poll_s, 1024);
	is(net->reach, 0177);
	is(net->delay_ns, 12345000);
	assert_int_equal(p->peers[2].tally, ' ');
	is_absent(p->peers[2].when_s);
	is(p->peers[2].reach, 0);
}

static void ntpsec_rows(void **state)
{
	const struct ntpq_peers *p = peers_of(HEADER
		" SHM(0)          .GPS.            0 l    -   64    0   0.0000   0.0000   0.0001\n"
		"*NMEA(7)         .GPS.            0 l    4   64    3   0.0000 -659.817  32.6512\n"
		"-ntp.example.org .DCFa.           1 8   3h   64  377  10.0000   1.5000   0.2500\n"
		"xSPECTRACOM(2)   .USNO.           0 l   5d   64  377   0.0000   0.0000   0.0000\n");

	(void)state;
	assert_int_equal(p->n, 4);
	assert_int_equal(p->peers[1].tally, '*');
	is(p->peers[1].driver, 20);
	is(p->peers[1].unit, 7);
	is(p->peers[1].offset_ns, -659817000);
	is(p->peers[1].jitter_ns, 32651200);
	assert_int_equal(p->peers[2].type, '8');	/* NTS cookies */
	is(p->peers[2].when_s, 3 * 3600);
	assert_true(p->peers[3].is_clock);
	is_absent(p->peers[3].driver);
	is(p->peers[3].unit, 2);
	is(p->peers[3].when_s, 5 * 86400);
	assert_ptr_equal(ntpq_find_clock(p, 20, 7), &p->peers[1]);
	assert_ptr_equal(ntpq_find_clock(p, NTPQ_DRIVER_SHM, 0), &p->peers[0]);
	assert_null(ntpq_find_clock(p, 20, 0));
}

static void a_long_name_has_its_own_line(void **state)
{
	const struct ntpq_peers *p = peers_of(HEADER
		"+2001:db8:1111:2222:3333:4444:5555:6666\n"
		"                 .INIT.          16 u    -   64    0   0.0000   0.0000   0.0001\n"
		" PPS(0)          .PPS.            0 l    1   16  377   0.0000   0.0012   0.0020\n");

	(void)state;
	assert_int_equal(p->n, 2);
	assert_int_equal(p->peers[0].tally, '+');
	assert_string_equal(p->peers[0].remote, "2001:db8:1111:2222:3333:4444:5555:6666");
	assert_string_equal(p->peers[0].refid, "INIT");
	assert_int_equal(p->peers[1].tally, ' ');
	is(p->peers[1].driver, 22);
}

static void units_of_ntpsec(void **state)
{
	const struct ntpq_peers *p = peers_of(HEADER
		"*NMEA(0)         .GPS.            0 l    5   64    3      0ns -659.8ms 32.651ms\n"
		" 192.0.2.1       .INIT.          16 u    -   64    0    1.5s   12\xc2\xb5s     60ns\n");

	(void)state;
	is(p->peers[0].offset_ns, -659800000);
	is(p->peers[1].delay_ns, 1500000000);
	is(p->peers[1].offset_ns, 12000);
	is(p->peers[1].jitter_ns, 60);
}

static void rows_that_are_none(void **state)
{
	static const char *const rows[] = {
		"", "*", "*NMEA(0)", "o127.127.20.0 .PPS. 0 l 5 16",
		"*NMEA(0) .GPS. 0 l 5 64 400 0.0 0.0 0.0",	/* reach has eight bits */
		"*NMEA(0) .GPS. 0 l 5 64 8 0.0 0.0 0.0",
		"*NMEA(0) .GPS. zero l 5 64 3 0.0 0.0 0.0",
		"*NMEA(0) .GPS. 0 ll 5 64 3 0.0 0.0 0.0",
		"*a b c d e f g h i j k 0 l 5 64 3 0.0 0.0 0.0",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (peers_of(rows[i])->n)
			fail_msg("\"%s\"", rows[i]);
	/* a refid with a blank, values that are none, and bytes that are no text */
	assert_string_equal(peers_of("*NMEA(0) .G S. 0 l 5 64 3 nan - X\n")->peers[0].refid, "G S");
	is_absent(peers_of("*NMEA(0) .G S. 0 l 5 64 3 nan - X\n")->peers[0].offset_ns);
	assert_string_equal(peers_of("*a\033[2J\377b .X. 0 l 5 64 3 0 0 0")->peers[0].remote,
			    "a?[2J?b");
}

static void more_rows_than_room(void **state)
{
	static const char row[] = " 192.0.2.1 .INIT. 16 u - 64 0 0.0 0.0 0.0\n";
	char text[sizeof(row) * (NTPQ_PEERS_MAX + 3)] = "";

	(void)state;
	for (int i = 0; i < NTPQ_PEERS_MAX + 3; i++)
		strcat(text, row);
	assert_int_equal(peers_of(text)->n, NTPQ_PEERS_MAX);
	assert_int_equal(peers_of(text)->n_lost, 3);
}

static void errors_are_told_apart(void **state)
{
	static const struct {
		const char *text;
		enum said said;
	} rows[] = {
		{ "", SAID_NOTHING },
		{ "some words\n", SAID_NOTHING },
		{ HEADER, SAID_NO_SOURCES },
		{ "ntpq: read: Connection refused\n", SAID_NOBODY },
		{ "***Socket error; probably ntpd is not running\n", SAID_NOBODY },
		{ "localhost: timed out, nothing received\n***Request timed out\n", SAID_SILENT },
		{ "***Request timed out\n", SAID_SILENT },
		{ "No association ID's returned\n", SAID_NO_SOURCES },
		{ "server=localhost No association IDs returned\n", SAID_NO_SOURCES },
		{ "***Server disallowed request (authentication?)\n", SAID_REFUSED },
		{ "***Server error code BADASSOC\n", SAID_UNKNOWN },
		{ "***Association ID 77 unknown to server\n", SAID_UNKNOWN },
		{ "***Command `cx' unknown\n", SAID_ERROR },
		{ "Traceback (most recent call last):\n  File\n", SAID_ERROR },
	};
	struct ntpq_clock c;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (peers_of(rows[i].text)->said != rows[i].said)
			fail_msg("\"%s\": %d", rows[i].text, peers_of(rows[i].text)->said);
	assert_string_equal(peers_of("ntpq: read: Connection refused\r\n")->error,
			    "ntpq: read: Connection refused");
	ntpq_read_clock("This command requires the association ID of a clock.\n", 53, &c);
	assert_int_equal(c.said, SAID_UNKNOWN);
}

/* One source that is gone between two questions does not spoil the others. */
static void an_error_beside_rows(void **state)
{
	const struct ntpq_peers *p = peers_of("***No information returned for association 7\n"
		HEADER "*127.127.20.0 .GPS. 0 l 5 16 377 0.000 0.000 0.000\n");

	(void)state;
	assert_int_equal(p->said, SAID_WELL);
	assert_int_equal(p->n, 1);
}

static void system_of_classic(void **state)
{
	static const char text[] =
		"associd=0 status=0115 leap_none, sync_pps, 1 event, clock_sync,\n"
		"version=\"ntpd 4.2.8p15@1.3728-o Wed Sep 23 11:46:38 UTC 2020 (1)\",\n"
		"processor=\"x86_64\", system=\"Linux/5.10.0\", leap=00, stratum=1,\n"
		"precision=-23, rootdelay=0.000, rootdisp=1.050, refid=PPS,\n"
		"reftime=e5a1b2c3.11111111  Fri, Feb  4 2022 10:11:12.066,\n"
		"clock=e5a1b2c4.22222222  Fri, Feb  4 2022 10:11:13.133, peer=17768, tc=4,\n"
		"mintc=3, offset=-0.001250, frequency=-12.345, sys_jitter=0.000954,\n"
		"clk_jitter=0.002, clk_wander=0.001, tai=37, leapsec=201701010000\n";
	struct ntpq_system s;

	(void)state;
	ntpq_read_system(text, sizeof(text) - 1, &s);
	assert_int_equal(s.said, SAID_WELL);
	assert_string_equal(s.version, "ntpd 4.2.8p15@1.3728-o Wed Sep 23 11:46:38 UTC 2020 (1)");
}

/* Lines end within a variable's list, floats are Python's, and no two commas are alike. */
static void system_of_ntpsec(void **state)
{
	static const char text[] =
		"associd=0 status=c416 leap_alarm, sync_uhf_radio, 1 event, restart,\n"
		"leap=11, stratum=16, precision=-24, rootdelay=0.0, rootdisp=4597.835,\n"
		"refid=INIT, reftime=eeac3e78.73dd979c 2026-11-21T15:59:52.452Z, tc=6,\n"
		"peer=0, offset=0.0, frequency=1.5, sys_jitter=0.0, clk_jitter=6e-05,\n"
		"version=\"ntpd ntpsec-1.2.2\", clk_wander=0.0\n";
	struct ntpq_system s;

	(void)state;
	ntpq_read_system(text, sizeof(text) - 1, &s);
	assert_string_equal(s.version, "ntpd ntpsec-1.2.2");
}

static void some_variables_only(void **state)
{
	static const char text[] = "leap=00, version=\"ntpd 4\"\n";
	static const char head[] = "associd=0 status=c012 leap_alarm, sync_unspec, 1 event,\n";
	struct ntpq_system s;

	(void)state;
	ntpq_read_system(text, sizeof(text) - 1, &s);
	assert_int_equal(s.said, SAID_WELL);
	ntpq_read_system(head, sizeof(head) - 1, &s);
	assert_int_equal(s.said, SAID_NOTHING);
	ntpq_read_system("ntpq: read: Connection refused\n", 31, &s);
	assert_int_equal(s.said, SAID_NOBODY);
}

static void association(void **state)
{
	static const char text[] =
		"associd=17768 status=971a conf, reach, sel_pps.peer, 1 event, sys_peer,\n"
		"srcadr=127.127.20.7, srcport=123, leap=00, hmode=3, stratum=0, ppoll=6,\n"
		"hpoll=4, precision=-9, rootdelay=0.0, rootdisp=0.25, refid=GPS,\n"
		"reach=377, unreach=0, delay=0.0, offset=-659.816654, jitter=32.651198,\n"
		"dispersion=3937.928635, keyid=0,  filtdelay =~\t0.00\t0.00,\n"
		"filtoffset =~\t0.00\t-659.82,\npmode=4,\n  filtdisp =~\t0.00\t16000.00,\n"
		"flash=1200 peer_stratum peer_unreach, mode=0, srchost=\"NMEA(7)\"\n";
	struct ntpq_assoc a;

	(void)state;
	ntpq_read_assoc(text, sizeof(text) - 1, &a);
	assert_int_equal(a.said, SAID_WELL);
	is(a.associd, 17768);
	assert_string_equal(a.srcadr, "127.127.20.7");
	assert_true(a.is_clock);
	is(a.driver, 20);
	is(a.unit, 7);
}

static void clock_of_classic(void **state)
{
	static const char text[] =
		"associd=35014 status=0011 1 event, clk_no_reply,\n"
		"device=\"NMEA GPS Clock\",\n"
		"timecode=\"$GPRMC,101113,A,0000.0000,N,00000.0000,E,,,040222,,*11\", poll=107,\n"
		"noreply=3, badformat=1, baddata=2, fudgetime1=0.000, fudgetime2=600.000,\n"
		"stratum=0, refid=GPS, flags=5\n";
	struct ntpq_clock c;

	(void)state;
	ntpq_read_clock(text, sizeof(text) - 1, &c);
	assert_int_equal(c.said, SAID_WELL);
	assert_string_equal(c.timecode,
			    "$GPRMC,101113,A,0000.0000,N,00000.0000,E,,,040222,,*11");
	is(c.noreply, 3);
	is(c.badformat, 1);
	is(c.baddata, 2);
	is(c.fudgetime1_ns, 0);
	is(c.fudgetime2_ns, 600000000);
	is(c.flags, 5);
}

/* A sentence is the receiver's: it may look like a variable, or never end. */
static void a_timecode_that_lies(void **state)
{
	static const char quoted[] = "timecode=\"$GP\\\", flags=15, \\\"\", poll=2, flags=1\n";
	static const char endless[] = "poll=2, timecode=\"$GP, flags=15\n";
	struct ntpq_clock c;

	(void)state;
	ntpq_read_clock(quoted, sizeof(quoted) - 1, &c);
	is(c.flags, 1);
	ntpq_read_clock(endless, sizeof(endless) - 1, &c);
	is_absent(c.flags);
}

static void words_for_marks(void **state)
{
	(void)state;
	for (const char *p = " x.-+#*o"; *p; p++)
		assert_non_null(ntpq_tally_words(*p));
	assert_string_equal(ntpq_tally_words('o'), "the pulse disciplines the clock");
	assert_string_equal(ntpq_tally_words('*'), "the system's source");
	assert_null(ntpq_tally_words('?'));
	assert_null(ntpq_tally_words('\0'));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers),
		cmocka_unit_test(times_have_units),
		cmocka_unit_test(whole_numbers_have_a_base),
		cmocka_unit_test(classic_rows),
		cmocka_unit_test(ntpsec_rows),
		cmocka_unit_test(a_long_name_has_its_own_line),
		cmocka_unit_test(units_of_ntpsec),
		cmocka_unit_test(rows_that_are_none),
		cmocka_unit_test(more_rows_than_room),
		cmocka_unit_test(errors_are_told_apart),
		cmocka_unit_test(an_error_beside_rows),
		cmocka_unit_test(system_of_classic),
		cmocka_unit_test(system_of_ntpsec),
		cmocka_unit_test(some_variables_only),
		cmocka_unit_test(association),
		cmocka_unit_test(clock_of_classic),
		cmocka_unit_test(a_timecode_that_lies),
		cmocka_unit_test(words_for_marks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
