// SPDX-License-Identifier: GPL-2.0-or-later
/* What is taken from a receiver's bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <errno.h>
#include <cmocka.h>

#include "heard.h"
#include "nmea.h"

/* 2026-09-21 14:13:20 UTC */
#define BEGIN "1790000000000000000"

static char text[400000];
static size_t used;
static struct sentence_facts s;

static void begin(int baud)
{
	used = (size_t)sprintf(text, "real " BEGIN " baud %d\n", baud);
}

/* One read of these bytes, so many ms after the beginning. */
static void bytes(int ms, const void *data, size_t n)
{
	const uint8_t *p = data;

	used += (size_t)sprintf(text + used, "%d ", ms * 1000);
	for (size_t i = 0; i < n; i++)
		if (p[i] >= 0x20 && p[i] < 0x7f && p[i] != '\\')
			text[used++] = (char)p[i];
		else
			used += (size_t)sprintf(text + used, "\\x%02x", p[i]);
	text[used++] = '\n';
}

static void sentence(int ms, const char *body)
{
	char buf[128];
	int n = nmea_format(buf, sizeof(buf), body);

	assert_true(n > 0);
	bytes(ms, buf, (size_t)n);
}

static int end(int ms)
{
	sprintf(text + used, "%d end\n", ms * 1000);
	return heard_parse(text, &s);
}

#define RMC_AT(time, status, date) \
	"GPRMC," time "," status ",4221.4394,N,01321.9948,E,000.0,000.0," date ",001.4,E"
#define GGA_AT(time, quality) \
	"GPGGA," time ",4221.4394,N,01321.9948,E," quality ",08,1.0,100.0,M,40.0,M,,"

static void a_garmin(void **state)
{
	(void)state;
	begin(4800);
	for (int i = 0; i < 2; i++) {
		sentence(350 + i * 1000, i ? RMC_AT("141321", "A", "210926") :
			 RMC_AT("141320", "A", "210926"));
		sentence(550 + i * 1000, i ? GGA_AT("141321", "1") : GGA_AT("141320", "1"));
	}
	sentence(1700, "PGRMF,389,137618,210926,141320,18,4733.2519,N,12208.3664,W,A,2,0,337,2,1");
	sentence(1900, "PGRMT,GPS 18x-LVC software ver. 3.60,,,,,,,,");
	assert_int_equal(end(2500), 0);
	assert_int_equal(s.ms.val, 2500);
	assert_int_equal(s.baud.val, 4800);
	assert_int_equal(s.good, 6);
	assert_int_equal(s.bad, 0);
	assert_int_equal(s.unread, 0);
	assert_int_equal(s.inverted, 0);
	assert_string_equal(s.binary, "");
	assert_true(fact_is(s.fix, 1));
	assert_true(fact_is(s.satellites, 8));
	assert_true(fact_is(s.has_date, 1));
	assert_true(fact_is(s.has_time, 1));
	assert_true(fact_is(s.voids, 0));
	assert_true(fact_is(s.late_s, 0));
	assert_true(fact_is(s.leap_s, 18));
	assert_true(fact_is(s.firmware, 360));
	assert_string_equal(s.model, "Garmin GPS 18x-LVC");
	assert_int_equal(s.pulse_enabled.state, FACT_ABSENT);
	assert_int_equal(s.found_baud.state, FACT_ABSENT);
	assert_string_equal(s.obstacle, "");
}

/* Any cut into reads gives the same. */
static void in_pieces(void **state)
{
	const char stream[] = "14,1.0,M*00\r\n$GPGSA,A,3,02,,,,,,,,,,,,1.6,0.8,1.4*3E\r\n"
		"$GPGGA,070213,5959.1474,N,01101.5623,E,1,10,0.8,141.1,M,35.8,M,,*42\r\n$GPRM";
	const size_t n = sizeof(stream) - 1;

	(void)state;
	for (size_t size = 1; size <= n; size++) {
		begin(4800);
		for (size_t at = 0; at < n; at += size)
			bytes((int)at, stream + at, at + size < n ? size : n - at);
		assert_int_equal(end(900), 0);
		assert_int_equal(s.bytes, n);
		/* the GSA's checksum is not right */
		assert_int_equal(s.good, 1);
		assert_int_equal(s.bad, 1);
		/* "14,1.0,M*00" */
		assert_int_equal(s.unread, 11);
		assert_true(fact_is(s.satellites, 10));
		assert_true(fact_is(s.has_date, 0));
		assert_true(fact_is(s.has_time, 1));
		assert_int_equal(s.late_s.state, FACT_ABSENT);
	}
}

static void dates(void **state)
{
	static const struct {
		const char *body;
		int ms;
		int64_t late_s;
	} rows[] = {
		{ RMC_AT("141320", "A", "210926"), 0, 0 },
		{ RMC_AT("141320", "A", "210926"), 499, 0 },
		{ RMC_AT("141320", "A", "210926"), 501, -1 },
		{ RMC_AT("141319.99", "A", "210926"), 400, 0 },
		{ RMC_AT("141338", "A", "210926"), 400, 18 },
		/* 7168 days = 1024 weeks before */
		{ RMC_AT("141320", "A", "050207"), 400, -619315200 },
		{ RMC_AT("141320", "A", "290224"), 400, -80784000 },	/* 935 days */
		{ "GPZDA,000000,01,01,2100,00,00", 0, INT64_C(2312444800) },
		{ "GPZDA,000000,01,03,2100,00,00", 0, INT64_C(2317542400) },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		begin(4800);
		sentence(rows[i].ms, rows[i].body);
		assert_int_equal(end(2500), 0);
		assert_int_equal(s.late_s.state, FACT_OK);
		if (s.late_s.val != rows[i].late_s)
			fail_msg("%s: %lld", rows[i].body, (long long)s.late_s.val);
	}
	/* the least late of two; a later one is later by the wire, too */
	begin(4800);
	sentence(900, RMC_AT("141320", "A", "210926"));
	sentence(1200, RMC_AT("141321", "A", "210926"));
	sentence(2900, RMC_AT("141322", "A", "210926"));
	assert_int_equal(end(3500), 0);
	assert_true(fact_is(s.late_s, 0));
	/* what no clock can say */
	begin(4800);
	sentence(0, "GPZDA,000000,01,01,9999,00,00");
	assert_int_equal(end(100), 0);
	assert_int_equal(s.late_s.state, FACT_ABSENT);
	assert_true(fact_is(s.has_date, 1));
}

/* From the burst's first byte to the end of its RMC, wherever that stands. */
static void when_the_date_comes(void **state)
{
	(void)state;
	begin(4800);
	/* cut: it began before us */
	sentence(10, RMC_AT("141320", "A", "210926"));
	sentence(60, GGA_AT("141320", "1"));
	assert_int_equal(end(300), 0);
	assert_int_equal(s.dated_ms.state, FACT_ABSENT);
	begin(4800);
	sentence(10, RMC_AT("141320", "A", "210926"));
	bytes(1000, "$GP", 3);
	bytes(1060, "RMC,14", 6);
	bytes(1100, "1321,A\r\n", 8);
	sentence(1150, RMC_AT("141321", "A", "210926"));
	sentence(1200, "GPZDA,141321,21,09,2026,00,00");
	assert_int_equal(end(1500), 0);
	/* the first line has no checksum, but a known type */
	assert_true(fact_is(s.dated_ms, 100));
	/* void or not, it takes its time */
	begin(4800);
	sentence(500, GGA_AT("141320", "0"));
	sentence(560, RMC_AT("141320", "V", "210926"));
	assert_int_equal(end(1500), 0);
	assert_true(fact_is(s.dated_ms, 60));
}

static void void_ones(void **state)
{
	(void)state;
	/* a time that is void is none; a date is expected of RMC, though it is empty now */
	begin(4800);
	sentence(0, "GPRMC,,V,,,,,,,,,,N");
	sentence(100, RMC_AT("235946", "V", "050180"));
	sentence(200, GGA_AT("235946", "0"));
	sentence(300, "GPZDA,235946,05,01,1980,00,00");
	assert_int_equal(end(2500), 0);
	assert_true(fact_is(s.fix, 0));
	assert_true(fact_is(s.voids, 3));
	assert_true(fact_is(s.has_date, 1));
	assert_int_equal(s.late_s.state, FACT_ABSENT);
	/* RMC says void, GGA has a fix: somebody has one */
	for (int i = 0; i < 2; i++) {
		begin(4800);
		sentence(0, i ? GGA_AT("141320", "1") : RMC_AT("141320", "V", "210926"));
		sentence(100, i ? RMC_AT("141320", "V", "210926") : GGA_AT("141320", "1"));
		assert_int_equal(end(2500), 0);
		assert_true(fact_is(s.fix, 1));
		assert_true(fact_is(s.voids, 1));
		assert_int_equal(s.late_s.state, FACT_ABSENT);
	}
	/* found again */
	begin(4800);
	sentence(0, RMC_AT("141320", "V", "210926"));
	sentence(1000, RMC_AT("141321", "A", "210926"));
	assert_int_equal(end(2500), 0);
	assert_true(fact_is(s.fix, 1));
	assert_true(fact_is(s.late_s, 0));
}

static void turned_over(void **state)
{
	const char *stream = "$GPGGA,070213,5959.1474,N,01101.5623,E,1,10,0.8,141.1,M,35.8,M,,*42\r\n"
		"$GPGSV,3,1,12,02,39,100,17,03,09,342,35,06,29,049,21,12,57,099,25*7B\r\n";
	uint8_t wire[256];

	(void)state;
	for (size_t i = 0; i < strlen(stream); i++)
		wire[i] = (uint8_t)(~(unsigned int)stream[i] << 1 | 1);
	assert_int_equal(wire[0], 0xb7);	/* receivers' documents: $GP is B7 71 5F */
	begin(4800);
	bytes(0, wire, strlen(stream));
	assert_int_equal(end(2500), 0);
	assert_int_equal(s.good, 0);
	assert_int_equal(s.inverted, 2);
	assert_true(s.unread > 100);
	assert_int_equal(s.fix.state, FACT_ABSENT);
	assert_int_equal(s.has_date.state, FACT_ABSENT);
}

#define PACKET(...) { __VA_ARGS__ }, sizeof((uint8_t[]) { __VA_ARGS__ })

static const struct {
	const char *name;
	uint8_t v[32];
	size_t n;
} packets[] = {
	{ "UBX", PACKET(0xb5, 0x62, 0x0a, 0x04, 0x00, 0x00, 0x0e, 0x34) },
	{ "SiRF", PACKET(0xa0, 0xa2, 0x00, 0x02, 0x84, 0x00, 0x00, 0x84, 0xb0, 0xb3) },
	{ "SkyTraq", PACKET(0xa0, 0xa1, 0x00, 0x02, 0x02, 0x01, 0x03, 0x0d, 0x0a) },
	{ "Garmin", PACKET(0x10, 0x0a, 0x02, 0x26, 0x00, 0xce, 0x10, 0x03) },
	/* a DLE in the data is doubled: 10 - 0x0a - 0x02 - 0x10 - 0x00 = 0xe4 */
	{ "Garmin", PACKET(0x10, 0x0a, 0x02, 0x10, 0x10, 0x00, 0xe4, 0x10, 0x03) },
	{ "Trimble TSIP", PACKET(0x10, 0x8e, 0x4e, 0x02, 0x10, 0x03) },
	{ "Motorola", PACKET('@', '@', 'C', 'j', 0x29, '\r', '\n') },
	/* message 1005, the example of RTCM 10403 */
	{ "RTCM", PACKET(0xd3, 0x00, 0x13, 0x3e, 0xd7, 0xd3, 0x02, 0x02, 0x98, 0x0e, 0xde, 0xef,
			 0x34, 0xb4, 0xbd, 0x62, 0xac, 0x09, 0x41, 0x98, 0x6f, 0x33, 0x36, 0x0b,
			 0x98) },
};

#define N_PACKETS (sizeof(packets) / sizeof(packets[0]))

/* Three of a kind, with a little rubbish before each, in reads of any size. */
static void say_packets(const uint8_t *v, size_t n, size_t size)
{
	uint8_t stream[128];
	size_t len = 0;

	for (int i = 0; i < 3; i++) {
		stream[len++] = (uint8_t)i;
		memcpy(stream + len, v, n);
		len += n;
	}
	begin(9600);
	for (size_t at = 0; at < len; at += size)
		bytes((int)at, stream + at, at + size < len ? size : len - at);
	assert_int_equal(end(2500), 0);
}

static void packets_are_known(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_PACKETS; i++)
		for (size_t size = 1; size < 40; size++) {
			say_packets(packets[i].v, packets[i].n, size);
			assert_string_equal(s.binary, packets[i].name);
			assert_int_equal(s.good, 0);
		}
}

static void a_wrong_checksum_is_none(void **state)
{
	uint8_t v[32];

	(void)state;
	for (size_t i = 0; i < N_PACKETS * 2; i++) {
		const char *name = packets[i / 2].name;

		memcpy(v, packets[i / 2].v, sizeof(v));
		v[2 + i % 2] ^= 0x20;
		say_packets(v, packets[i / 2].n, 128);
		/* TSIP has no checksum, and a Garmin packet with a wrong one has TSIP's frame */
		if (!strcmp(name, "Garmin"))
			assert_string_not_equal(s.binary, "Garmin");
		else
			assert_string_equal(s.binary, strcmp(name, "Trimble TSIP") ? "" : name);
	}
}

static void noise_is_nothing(void **state)
{
	uint8_t noise[200];

	(void)state;
	srand(1);
	begin(9600);
	for (int i = 0; i < 100; i++) {
		for (size_t k = 0; k < sizeof(noise); k++)
			noise[k] = (uint8_t)(rand() >> 8);
		bytes(i * 20, noise, sizeof(noise));
	}
	assert_int_equal(end(2500), 0);
	assert_string_equal(s.binary, "");
	assert_int_equal(s.good, 0);
	assert_int_equal(s.inverted, 0);
	assert_int_equal(s.bytes, 20000);
	/* all but the ends of lines */
	assert_in_range(s.unread, 19000, 20000);
}

/* A packet as long as nothing can be, and then one that is whole. */
static void a_long_wait_is_over(void **state)
{
	static const uint8_t endless[] = { 0xb5, 0x62, 0x01, 0x02, 0xf0, 0x07, };
	static const uint8_t never[3000];

	(void)state;
	begin(9600);
	bytes(0, endless, sizeof(endless));
	bytes(1, never, sizeof(never));
	bytes(2, packets[0].v, packets[0].n);
	assert_int_equal(end(2500), 0);
	assert_string_equal(s.binary, "UBX");
	/* the end comes first */
	begin(9600);
	bytes(0, endless, sizeof(endless));
	bytes(2, packets[0].v, packets[0].n);
	assert_int_equal(end(2500), 0);
	assert_string_equal(s.binary, "UBX");
}

/* A '$' among other bytes begins no sentence; a line without a checksum may be one. */
static void what_is_read(void **state)
{
	static const struct {
		const char *line;
		unsigned int unread;
	} rows[] = {
		{ "$GPTXT,hello\r\n", 0 },
		{ "$PSRFTXT,Version: 2\r\n", 0 },
		{ "$GPXYZ,\x80\r\n", 8 },
		{ "$?!,1\r\n", 5 },
		{ "$\r\n", 1 },
		{ "12345\r\n", 5 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		begin(9600);
		bytes(0, rows[i].line, strlen(rows[i].line));
		assert_int_equal(end(2500), 0);
		assert_int_equal(s.good, 0);
		assert_int_equal(s.unread, rows[i].unread);
	}
}

static void settings(void **state)
{
	static const struct {
		const char *body;
		enum fact_state state;
		int value;
	} rows[] = {
		{ "PGRMC,A,00018.0,100,0000000.000,000.000000000,0000,0000,0000,A,3,0,2,04,1.0",
		  FACT_OK, 1 },
		{ "PGRMC,A,218.8,100,6378137.000,298.257223563,0.0,0.0,0.0,A,3,2,1,4,30",
		  FACT_OK, 0 },
		{ "PGRMC,,,,,,,,,,3", FACT_ABSENT, 0 },
		{ "PGRMC1,1,1,2,,,,1,A,N,,1,1,2,2", FACT_ABSENT, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		begin(4800);
		sentence(0, rows[i].body);
		assert_int_equal(end(2500), 0);
		assert_int_equal(s.good, 1);
		assert_int_equal(s.pulse_enabled.state, rows[i].state);
		assert_int_equal(s.pulse_enabled.val, rows[i].value);
		assert_true(fact_is(s.has_date, 0));	/* it is no RMC */
	}
}

static void firmwares(void **state)
{
	static const struct {
		const char *body, *model;
		int firmware;
	} rows[] = {
		{ "PGRMT,GPS 25LP VER 1.10,P,P,R,R,P,,23,R", "Garmin GPS 25LP", 110 },
		{ "PGRMT,GPS 16x-HVS software ver. 4.4,,,,,,,,", "Garmin GPS 16x-HVS", 440 },
		{ "PGRMT,GPS 18x-LVC software ver. 10.123,,,,,,,,", "Garmin GPS 18x-LVC", 1012 },
		{ "PGRMT,GPS 18x-LVC,,,,,,,,", "Garmin GPS 18x-LVC", -1 },
		{ "PGRMT,GPS ver. 99999999999999999999.9,,,,,,,,", "Garmin GPS", 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		begin(4800);
		sentence(0, rows[i].body);
		assert_int_equal(end(2500), 0);
		assert_string_equal(s.model, rows[i].model);
		if (rows[i].firmware < 0)
			assert_int_equal(s.firmware.state, FACT_ABSENT);
		else if (rows[i].firmware)
			assert_true(fact_is(s.firmware, rows[i].firmware));
	}
}

/* 240 characters in each of two whole seconds, and a third burst that is cut: half a line. */
static void loads(void **state)
{
	char buf[241];

	(void)state;
	memset(buf, 'x', sizeof(buf));
	begin(4800);
	for (int i = 0; i < 3; i++)
		bytes(400 + i * 1000, buf, 240);
	assert_int_equal(end(2500), 0);
	assert_true(fact_is(s.load_percent, 50));
	/* less than a second tells no rate; nor does an unknown speed */
	begin(4800);
	bytes(400, buf, 240);
	assert_int_equal(end(900), 0);
	assert_int_equal(s.load_percent.state, FACT_ABSENT);
	begin(0);
	assert_int_equal(end(2500), 0);
	assert_int_equal(s.load_percent.state, FACT_ABSENT);
}

static void refusals(void **state)
{
	char longer[600] = "refused 16 ";

	(void)state;
	assert_int_equal(heard_parse("refused 13 the port could not be opened\n", &s), 0);
	assert_int_equal(s.ms.state, FACT_DENIED);
	assert_int_equal(s.ms.err, 13);
	assert_string_equal(s.obstacle, "the port could not be opened");
	assert_int_equal(s.fix.state, FACT_ABSENT);
	memset(longer + 11, 'x', 500);
	assert_int_equal(heard_parse(longer, &s), 0);
	assert_int_equal(strlen(s.obstacle), sizeof(s.obstacle) - 1);
	assert_int_equal(heard_parse("refused 13", &s), 0);
	assert_string_equal(s.obstacle, "");
	assert_int_equal(heard_parse("refused", &s), -EINVAL);
	assert_int_equal(heard_parse("refused x", &s), -EINVAL);
	assert_int_equal(heard_parse("refused 99999999999 x", &s), -EINVAL);
}

static void hostile(void **state)
{
	static const char *const bad[] = {
		"", "real 1\n0 end\n", "real 1 baud\n0 end\n", "real 1 baud x\n0 end\n",
		"real 1 baud 99999999999\n0 end\n", "real 1 baud 9600", "real 1 baud 9600\n",
		"real 1 baud 9600\n0 abc\n", "real 1 baud 9600\n0 \\\n1 end\n",
		"real 1 baud 9600\n0 \\x\n1 end\n", "real 1 baud 9600\n0 \\x1\n1 end\n",
		"real 1 baud 9600\n0 \\xgg\n1 end\n", "real 1 baud 9600\n0 \\n00\n1 end\n",
		"real 1 baud 9600\n0 \\x0", "real 1 baud 9600\n5 a\n4 b\n6 end\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		memset(&s, 0xff, sizeof(s));
		if (heard_parse(bad[i], &s) != -EINVAL)
			fail_msg("taken: %s", bad[i]);
		assert_int_equal(s.ms.state, FACT_ABSENT);
		assert_int_equal(s.bytes, 0);
	}
	/* a receiver may say "end", and blanks are its own, too */
	assert_int_equal(heard_parse("real 1 baud 9600\n0 end\n0   \n1 end\n", &s), 0);
	assert_int_equal(s.bytes, 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_garmin),
		cmocka_unit_test(in_pieces),
		cmocka_unit_test(dates),
		cmocka_unit_test(when_the_date_comes),
		cmocka_unit_test(void_ones),
		cmocka_unit_test(turned_over),
		cmocka_unit_test(packets_are_known),
		cmocka_unit_test(a_wrong_checksum_is_none),
		cmocka_unit_test(noise_is_nothing),
		cmocka_unit_test(a_long_wait_is_over),
		cmocka_unit_test(what_is_read),
		cmocka_unit_test(settings),
		cmocka_unit_test(firmwares),
		cmocka_unit_test(loads),
		cmocka_unit_test(refusals),
		cmocka_unit_test(hostile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
