// SPDX-License-Identifier: GPL-2.0-or-later
/* One sentence: its tag, checksum and fields, and what they mean. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "census.h"
#include "nmea.h"

static const char rmc[] = "$GPRMC,,V,,,,,,,,,,N*53";

static struct nmea_sentence parsed(const char *text)
{
	struct nmea_sentence s;

	nmea_parse(text, strlen(text), &s);
	return s;
}

static void tag_is(const char *text, const char *talker, const char *type)
{
	struct nmea_sentence s = parsed(text);

	assert_string_equal(s.talker, talker);
	assert_string_equal(s.type, type);
}

static void test_tags(void **state)
{
	(void)state;
	tag_is("$GPRMC,1", "GP", "RMC");
	tag_is("$INRMC", "IN", "RMC");
	tag_is("$BDGSV*00", "BD", "GSV");
	/* an echo of PGRMC is no RMC of the talker PG */
	tag_is("$PGRMC,A,18.0", "P", "PGRMC");
	tag_is("$PGRMC1,1", "P", "PGRMC1");
	tag_is("$PGRMCE*0E", "P", "PGRMCE");
	tag_is("$PMTK001,314,3*36", "P", "PMTK001");
	tag_is("$PQTMVERNO,x", "P", "PQTMVERNO");
	/* Quectel's talker of QZSS */
	tag_is("$PQGSV,1,1,00", "PQ", "GSV");
	tag_is("!AIVDM,1", "AI", "VDM");
	tag_is("$STI,1", "", "STI");
	tag_is("$gprmc,1", "", "");
	tag_is("$GP\x01MC,1", "", "");
	tag_is("$,1", "", "");
	tag_is("$GP,1", "", "");
	tag_is("$ABCDEFGHIJKLMNOP,1", "", "");
}

static void test_fields(void **state)
{
	struct nmea_sentence s = parsed("$GPZDA,1,,22,333*4D");
	size_t len;

	(void)state;
	assert_int_equal(s.n_fields, 4);
	assert_true(nmea_field_is(&s, 0, "1"));
	assert_true(nmea_field_is(&s, 1, ""));
	assert_true(nmea_field_is(&s, 3, "333"));
	nmea_field(&s, 4, &len);
	assert_int_equal(len, 0);
	assert_int_equal(parsed("$GPZDA*4D").n_fields, 0);
	assert_int_equal(parsed("$GPZDA,").n_fields, 1);
	assert_int_equal(parsed("").n_fields, 0);
	assert_int_equal(parsed("$").n_fields, 0);
	assert_int_equal(parsed("*").n_fields, 0);
	/* commas behind the '*' make no fields */
	assert_int_equal(parsed("$GPZDA,1*,,").n_fields, 1);
	assert_int_equal(parsed("$GPZDA,1*,,,,").n_fields, 1);
}

static void test_many_fields(void **state)
{
	char text[NMEA_LINE_MAX + 1] = "$GPGSV";
	struct nmea_sentence s;

	(void)state;
	memset(text + 6, ',', 500);
	s = parsed(text);
	assert_int_equal(s.n_fields, NMEA_FIELDS_MAX);
	assert_true(nmea_field_is(&s, NMEA_FIELDS_MAX - 1, ""));
}

static void test_checksums(void **state)
{
	struct nmea_sentence s;

	(void)state;
	assert_int_equal(parsed(rmc).sum, NMEA_SUM_OK);
	assert_int_equal(parsed("$GPZDA,,,,,00,00*48").sum, NMEA_SUM_OK);
	assert_int_equal(parsed("$GPGLL,,,,,,V,N*64").sum, NMEA_SUM_OK);
	/* Magellan EC-10X: lower case */
	assert_int_equal(parsed("$GPGSA,A,1,,,,,,,,,,,,,,,*1e").sum, NMEA_SUM_OK);
	assert_int_equal(parsed("$GPGSA,A,1,,,,,,,,,,,,,,,*1F").sum, NMEA_SUM_BAD);
	assert_int_equal(parsed("$GPZDA,,,,,00,00").sum, NMEA_SUM_NONE);
	assert_int_equal(parsed("$GPZDA,,,,,00,00*4").sum, NMEA_SUM_BAD);
	assert_int_equal(parsed("$GPZDA,,,,,00,00*").sum, NMEA_SUM_BAD);
	assert_int_equal(parsed("$GPZDA,,,,,00,00*480").sum, NMEA_SUM_BAD);
	assert_int_equal(parsed("$GPZDA,,,,,00,00*4G").sum, NMEA_SUM_BAD);
	assert_int_equal(parsed("$PGRMO,,G*00").sum, NMEA_SUM_OK);
	/* a text with a '*' of its own */
	assert_int_equal(parsed("$GPTXT,01,01,02,a*b*64").sum, NMEA_SUM_OK);
	/* whoever has cut it out knows where it ends: 'a' ^ '$' ^ '\r' ^ 'b' is 2A more than "" */
	assert_int_equal(parsed("$GPTXT,01,01,02,*4D").sum, NMEA_SUM_OK);
	assert_int_equal(parsed("$GPTXT,01,01,02,a$\rb*67").sum, NMEA_SUM_OK);
	assert_int_equal(parsed("$GPTXT,01,01,02,a$\rb,*4B").n_fields, 5);
	/* nothing behind its end is looked at */
	nmea_parse("$GPZDA,,,,,00,00*48", strlen("$GPZDA,,,,,00,00*4"), &s);
	assert_int_equal(s.sum, NMEA_SUM_BAD);
}

/* Out of the manuals of receivers: lines whose checksums were computed independently. */
static void test_format(void **state)
{
	static const char *const lines[] = {
		"$PGRMO,GPGSV,0*22", "$PGRMO,GPRMC,1*3D", "$PGRMO,,2*75", "$PGRMO,,3*74",
		"$PGRMO,,4*73", "$PGRMO,,G*00", "$PGRMO,GPALM,1*21", "$PGRMO,GPRMC,0*3C",
		"$PGRMO,GPGGA,1*20", "$PGRMO,GPGGA,0*21", "$PGRMO,GPGLL,1*26", "$PGRMO,GPGLL,0*27",
		"$PGRMO,GPGSA,1*34", "$PGRMO,GPGSA,0*35", "$PGRMO,GPGSV,1*23", "$PGRMO,GPVTG,1*24",
		"$PGRMO,GPVTG,0*25", "$PGRMO,PGRME,1*3B", "$PGRMO,PGRME,0*3A", "$PGRMO,PGRMF,1*38",
		"$PGRMO,PGRMF,0*39", "$PGRMO,PGRMM,0*32", "$PGRMO,PGRMT,1*2A", "$PGRMO,PGRMT,0*2B",
		"$PGRMO,PGRMV,1*28", "$PGRMO,PGRMV,0*29", "$PGRMO,PGRMB,0*3D",
		"$PGRMCE*0E", "$PGRMC1E*3F", "$PGRMIE*04", "$PGRMI,,,,,,,R*3F", "$PGRMI,,,,,,,A*2C",
		"$PGRMC,,,,,,,,,,,,2,4*61", "$PGRMC,,,,,,,,,,,,2,9*6C", "$PGRMC,,,,,,,,,,3*78",
		"$PGRMC1,1,1*7A", "$PGRMC1,,,,,,,2*64", "$PGRMC1,,,,,,,1*67",
		"$PGRMC,,,,,,,,,,,,1*7A", "$PGRMC,,,,,,,,,,,,2*79", "$PGRMC,,,,,,,,,,,,,9*5E",
		"$PGRMC,,,,,,,,,,4*7F", "$PGRMC,,,,,,,,,,5*7E", "$PGRMC,,,,,,,,,,8*73",
		"$PGRMC,,,,,,,,,,3,,2,4*52", "$PGRMC1,,,,,,,,W*2D", "$PGRMC1,,,,,,,,N*34",
		"$PGRMC1,1,1,1,,,,2,W,N*4C", "$PGRMC1,1*67", "$PGRMC1,1,1,,,,,,,N,,,,2*2A",
		"$PGRMC2,5,LOW,,,,,0*04", "$PGRMC2E*3C",
		/* u-blox */
		"$PUBX,40,GGA,0,0,0,0,0,0*5A", "$PUBX,40,GLL,0,0,0,0,0,0*5C",
		"$PUBX,40,GSA,0,0,0,0,0,0*4E", "$PUBX,40,GSV,0,0,0,0,0,0*59",
		"$PUBX,40,VTG,0,0,0,0,0,0*5E", "$PUBX,40,GNS,0,0,0,0,0,0*41",
		"$PUBX,40,GST,0,0,0,0,0,0*5B", "$PUBX,40,GRS,0,0,0,0,0,0*5D",
		"$PUBX,40,GBS,0,0,0,0,0,0*4D", "$PUBX,40,RMC,0,1,0,0,0,0*46",
		"$PUBX,40,ZDA,0,1,0,0,0,0*45", "$PUBX,41,1,0007,0003,9600,0*10",
		"$PUBX,41,1,0007,0003,38400,0*20", "$PUBX,41,1,0007,0003,115200,0*18",
		/* MediaTek, Airoha, Quectel, CASIC */
		"$PMTK314,0,1,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0*29",
		"$PMTK314,0,1,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,1,0*28",
		"$PMTK314,-1*04", "$PMTK414*33", "$PMTK220,1000*1F", "$PMTK300,1000,0,0,0,0*1C",
		"$PMTK251,9600*17", "$PMTK251,4800*14", "$PMTK251,19200*22", "$PMTK251,38400*27",
		"$PMTK251,57600*2C", "$PMTK251,115200*1F", "$PMTK251,0*28", "$PMTK285,2,100*3E",
		"$PMTK285,4,100*38", "$PMTK285,3,100*3F", "$PMTK285,1,100*3D", "$PMTK255,1*2D",
		"$PMTK605*31", "$PMTK705,AXN_2.51_3339_19071200,0002,QUECTEL-L70,1.0*32",
		"$PQVERNO,R*3F", "$PMTK000*32", "$PAIR062,0,0*3E", "$PAIR062,5,0*3B",
		"$PAIR062,4,1*3B", "$PAIR062,6,1*39", "$PAIR050,1000*12", "$PAIR752,2,100*39",
		"$PAIR864,0,0,115200*1B", "$PAIR513*3D", "$PAIR002*38", "$PAIR020*38",
		"$PAIR021*39", "$PQTMVERNO*58", "$PQTMSAVEPAR*5A", "$PQTMSAVEPAR,OK*72",
		"$PQTMVERNO,LC76GABNR02A01S,2022/09/14,11:47:03*3D",
		"$PCAS03,0,0,0,0,1,0,1,0*02", "$PCAS00*01", "$PCAS06,0*1B",
		/* SiRF, Oncore, Trimble, ST, Unicore */
		"$PSRF103,00,00,00,01*24", "$PSRF103,01,00,00,01*25", "$PSRF103,02,00,00,01*26",
		"$PSRF103,03,00,00,01*27", "$PSRF103,04,00,01,01*21",
		"$PSRF103,05,00,00,01*21", "$PSRF103,06,00,00,01*22", "$PSRF103,08,00,01,01*2D",
		"$PSRF103,00,01,00,01*25", "$PSRF103,05,00,01,01*20", "$PSRF105,1*3E",
		"$PSRF100,1,9600,8,1,0*0D", "$PSRF100,1,4800,8,1,0*0E", "$PSRF100,1,38400,8,1,0*3D",
		"$PMOTG,RMC,0001*1C", "$PMOTG,RMC,0000*1D", "$PMOTG,ZDA,0001*1F",
		"$PTNLSNM,0139,01*5C", "$PTNLSNM,0120,01*54", "$PTNLSNM,0100,01*56",
		"$PTNLQVR,S*2C", "$PSTMSAVEPAR*58", "$PDTINFO*4E",
		"$GNTXT,01,01,01,PGRM inv format*2A", "$GNTXT,01,01,01,PMTK inv format*20",
		"$GNTXT,01,01,01,PSRF inv format*35", "$GNTXT,01,01,01,PFEC inv format*32",
		"$GNTXT,01,01,01,PTNL inv format*24", "$GNTXT,01,01,01,PASH inv format*28",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		char body[80], out[96], expected[96];

		snprintf(body, sizeof(body), "%.*s", (int)(strlen(lines[i]) - 4), lines[i] + 1);
		snprintf(expected, sizeof(expected), "%s\r\n", lines[i]);
		assert_int_equal(nmea_format(out, sizeof(out), body), strlen(expected));
		assert_string_equal(out, expected);
		assert_int_equal(parsed(lines[i]).sum, NMEA_SUM_OK);
	}
}

static void test_format_refuses(void **state)
{
	char out[16];

	(void)state;
	assert_int_equal(nmea_format(out, 12, "PGRMO,"), -ENOSPC);
	assert_int_equal(nmea_format(out, 13, "PGRMO,"), 12);
	assert_int_equal(nmea_format(out, sizeof(out), "a\r\nb"), -EINVAL);
	assert_int_equal(nmea_format(out, sizeof(out), "a$b"), -EINVAL);
	assert_int_equal(nmea_format(out, sizeof(out), "a*b"), -EINVAL);
	assert_int_equal(nmea_format(out, sizeof(out), "a\xe4"), -EINVAL);
}

/* ---- values ---- */

static struct nmea_data decoded(const char *text)
{
	struct nmea_sentence s = parsed(text);
	struct nmea_data d;

	assert_true(nmea_decode(&s, &d));
	return d;
}

/* "2016-12-31T23:59:60.000000000", with "-" for what the sentence does not have */
static void time_is(const char *text, const char *expected)
{
	struct nmea_data d = decoded(text);
	char date[32] = "-", clock[32] = "-", both[65];

	if (d.has & NMEA_HAS_DATE)
		snprintf(date, sizeof(date), "%d-%02d-%02d", d.utc.year, d.utc.month, d.utc.day);
	if (d.has & NMEA_HAS_TIME)
		snprintf(clock, sizeof(clock), "%02d:%02d:%02d.%09u", d.utc.hour, d.utc.minute,
			 d.utc.second, d.utc.ns);
	snprintf(both, sizeof(both), "%sT%s", date, clock);
	assert_string_equal(both, expected);
}

#define RMC_AT(t, d) "$GPRMC," t ",A,5001.1900,N,00840.6570,E,0.0,0.0," d ",,,A"

static void test_times(void **state)
{
	(void)state;
	time_is("$GPRMC,235960.00,A,5001.1900,N,00840.6570,E,0.0,0.0,311216,,,A*57",
		"2016-12-31T23:59:60.000000000");
	time_is("$GPZDA,235960.00,31,12,2016,00,00*69", "2016-12-31T23:59:60.000000000");
	/* second 60 is nowhere else */
	time_is("$GPRMC,000000.00,A,5001.1900,N,00840.6570,E,0.0,0.0,010117,,,A*5C",
		"2017-01-01T00:00:00.000000000");
	time_is("$GPRMC,120316,V,4221.4394,N,01321.9948,E,000.0,000.0,150305,001.4,E*63",
		"2005-03-15T12:03:16.000000000");
	time_is("$PGRMF,379,524003,180726,013305,18,2112.7781,N,10549.9131,E,A,2,0,0,2,1*19",
		"2026-07-18T01:33:05.000000000");
	time_is(RMC_AT("225960", "311216"), "2016-12-31T-");
	time_is(RMC_AT("226000", "311216"), "2016-12-31T-");
	time_is(RMC_AT("225900", "3112161"), "-T22:59:00.000000000");
	time_is(RMC_AT("235861", "311216"), "2016-12-31T-");
	time_is(RMC_AT("164517.99", "280319"), "2019-03-28T16:45:17.990000000");
	time_is(RMC_AT("164517.5", "280319"), "2019-03-28T16:45:17.500000000");
	time_is(RMC_AT("164517.", "280319"), "2019-03-28T16:45:17.000000000");
	time_is(RMC_AT("164517.0123456789", "280319"), "2019-03-28T16:45:17.012345678");
	time_is(RMC_AT("16451", "280319"), "2019-03-28T-");
	time_is(RMC_AT("164517x", "280319"), "2019-03-28T-");
	time_is(RMC_AT("164517.1.2", "280319"), "2019-03-28T-");
	time_is(RMC_AT(" 64517", "280319"), "2019-03-28T-");
	time_is(RMC_AT("-64517", "280319"), "2019-03-28T-");
	time_is(RMC_AT("240000", "280319"), "2019-03-28T-");
	time_is(RMC_AT("000000", "2208-1"), "-T00:00:00.000000000");
	time_is(RMC_AT("000000", "220899"), "1999-08-22T00:00:00.000000000");
	time_is(RMC_AT("000000", "010180"), "1980-01-01T00:00:00.000000000");
	time_is(RMC_AT("000000", "311279"), "2079-12-31T00:00:00.000000000");
	time_is(RMC_AT("000000", "290224"), "2024-02-29T00:00:00.000000000");
	time_is(RMC_AT("000000", "290223"), "-T00:00:00.000000000");
	time_is(RMC_AT("000000", "001223"), "-T00:00:00.000000000");
	time_is(RMC_AT("000000", "011323"), "-T00:00:00.000000000");
	time_is(RMC_AT("000000", "010023"), "-T00:00:00.000000000");
	time_is("$GPRMC,,V,,,,,,,,,,N*53", "-T-");
	time_is("$GPZDA,,,,,00,00*48", "-T-");
	/* the local zone is none of our business: NMEA's time is UTC */
	time_is("$GPZDA,000041,27,03,2005,-05,00", "2005-03-27T00:00:41.000000000");
	time_is("$GPGGA,120317,4221.4394,N,01321.9948,E,0,00,,,M,,M,,*59", "-T12:03:17.000000000");
	time_is("$GPGLL,4221.4394,N,01321.9948,E,120317,A", "-T12:03:17.000000000");
	time_is("$GNGNS,043548.00,4333.190127,N,00127.618382,E,AAAAN,14,1.3,250.7,50.0,,,V*69",
		"-T04:35:48.000000000");
	time_is("$GNGST,004024.00,201423,,,,2.4,3.5,4.2*4B", "-T00:40:24.000000000");
	/* a year that GPS cannot say, and one that is not said whole */
	time_is("$GPZDA,000041,27,03,1979,,", "-T00:00:41.000000000");
	time_is("$GPZDA,000041,27,03,10000,,", "-T00:00:41.000000000");
	time_is("$GPZDA,000041,29,02,2100,,", "-T00:00:41.000000000");
	time_is("$GPZDA,000041,29,02,2000,,", "2000-02-29T00:00:41.000000000");
	time_is("$PGRMF,0,0,060419,235942,18,4733.2519,N,12208.3664,W,A,2,0,337,2,1*36",
		"2019-04-06T23:59:42.000000000");
}

/* Accord's ZDG tells the time of the pulse to come, on the scale of GPS: never taken for UTC. */
static void test_next_pulse(void **state)
{
	struct nmea_data d = decoded("$GPZDG,150400.5,02,09,2026,01.25,2");

	(void)state;
	assert_int_equal(d.has, NMEA_HAS_NEXT_PULSE | NMEA_HAS_QUALITY | NMEA_HAS_VALID);
	assert_int_equal(d.utc.year, 0);
	assert_int_equal(d.utc.hour, 0);
	assert_int_equal(d.next_pulse.year, 2026);
	assert_int_equal(d.next_pulse.month, 9);
	assert_int_equal(d.next_pulse.day, 2);
	assert_int_equal(d.next_pulse.hour, 15);
	assert_int_equal(d.next_pulse.minute, 4);
	assert_int_equal(d.next_pulse.second, 0);
	assert_int_equal(d.next_pulse.ns, 500000000);
	assert_int_equal(decoded("$GPZDG,150400.5,31,09,2026,,").has, 0);
	assert_int_equal(decoded("$GPZDG,,02,09,2026,,").has, 0);
}

static void test_bad_position_good_time(void **state)
{
	struct nmea_data d = decoded("$GPRMC,120316,V,36000.0000,N,72000.0000,E,,,150305,,");

	(void)state;
	assert_int_equal(d.has, NMEA_HAS_TIME | NMEA_HAS_DATE | NMEA_HAS_VALID);
	assert_false(d.valid);
	d = decoded("$GPGGA,|19322|1.00,|2037.|72792,N,1,E,1,05,,,M,,M,,");
	assert_int_equal(d.has, NMEA_HAS_QUALITY | NMEA_HAS_VALID | NMEA_HAS_USED);
}

static void test_positions(void **state)
{
	struct nmea_data d = decoded("$GPRMC,120316,A,4733.2519,N,12208.3664,W,,,150305,,");

	(void)state;
	assert_true(d.has & NMEA_HAS_POSITION);
	assert_int_equal(d.lat_ndeg, 47554198333LL);
	assert_int_equal(d.lon_ndeg, -122139440000LL);
	assert_true(decoded("$GPRMC,,A,9000.0000,S,18000.0000,E").has & NMEA_HAS_POSITION);
	assert_false(decoded("$GPRMC,,A,9000.0001,S,18000.0000,E").has & NMEA_HAS_POSITION);
	assert_false(decoded("$GPRMC,,A,4760.0000,S,00000.0000,E").has & NMEA_HAS_POSITION);
	assert_false(decoded("$GPRMC,,A,4700.0000,E,00000.0000,E").has & NMEA_HAS_POSITION);
	assert_false(decoded("$GPRMC,,A,4700.00-0,N,00000.0000,E").has & NMEA_HAS_POSITION);
	assert_false(decoded("$GPRMC,,A,700.0000,N,00000.0000,E").has & NMEA_HAS_POSITION);
}

static int valid_of(const char *text)
{
	struct nmea_data d = decoded(text);

	return d.has & NMEA_HAS_VALID ? d.valid : -1;
}

static void test_validity(void **state)
{
	(void)state;
	assert_int_equal(valid_of("$GPRMC,,A,,,,,,,,,"), 1);
	assert_int_equal(valid_of("$GPRMC,,V,,,,,,,,,"), 0);
	assert_int_equal(valid_of("$GPRMC,,,,,,,,,,,"), -1);
	assert_int_equal(valid_of("$GPRMC,,A,,,,,,,,,,A"), 1);
	assert_int_equal(valid_of("$GPRMC,,A,,,,,,,,,,D"), 1);
	assert_int_equal(valid_of("$GNRMC,,A,,,,,,,,,,R,V"), 1);
	/* estimated, manual, simulated, none: the mode goes before the status */
	assert_int_equal(valid_of("$GPRMC,,A,,,,,,,,,,E"), 0);
	assert_int_equal(valid_of("$GPRMC,,A,,,,,,,,,,N"), 0);
	assert_int_equal(valid_of("$GPRMC,,A,,,,,,,,,,S"), 0);
	assert_int_equal(valid_of("$GPRMC,,A,,,,,,,,,,M"), 0);
	/* high precision */
	assert_int_equal(valid_of("$GPRMC,,A,,,,,,,,,,F"), 1);
	assert_int_equal(valid_of("$GPRMC,,A,,,,,,,,,,P"), 1);
	/* Quectel: caution, unsafe */
	assert_int_equal(valid_of("$GPRMC,,A,,,,,,,,,,C"), 1);
	assert_int_equal(valid_of("$GPRMC,,A,,,,,,,,,,U"), 0);
	/* no mode at all */
	assert_int_equal(valid_of("$GPRMC,,A,,,,,,,,,,x"), 1);
	assert_int_equal(valid_of("$GPRMC,,A,,,,,,,,,,EE"), 1);
	/* a good mode does not lift what the status denies */
	assert_int_equal(valid_of("$GPRMC,,V,,,,,,,,,,A"), 0);
	assert_int_equal(valid_of("$GPRMC,,,,,,,,,,,,A"), -1);
	/* V as navigational status: there is none, as all u-blox receivers say */
	assert_int_equal(valid_of("$GNRMC,,A,,,,,,,,,,A,V"), 1);
	assert_int_equal(valid_of("$GPGLL,,,,,,A"), 1);
	assert_int_equal(valid_of("$GPGLL,,,,,,A,A"), 1);
	assert_int_equal(valid_of("$GPGLL,,,,,,A,N"), 0);
	assert_int_equal(valid_of("$GPGLL,,,,,,V,N*64"), 0);
	/* one constellation is enough */
	assert_int_equal(valid_of("$GNGNS,,,,,,AN"), 1);
	assert_int_equal(valid_of("$GNGNS,,,,,,NNNR"), 1);
	assert_int_equal(valid_of("$GNGNS,,,,,,NNNN"), 0);
	assert_int_equal(valid_of("$GNGNS,,,,,,NE"), 0);
	assert_int_equal(valid_of("$GNGNS,,,,,,"), -1);
	assert_int_equal(valid_of("$GNGNS,,,,,,a"), -1);
	assert_int_equal(valid_of("$PGRMF,,,,,,,,,,A,1"), 1);
	assert_int_equal(valid_of("$PGRMF,,,,,,,,,,A,0"), 0);
	assert_int_equal(valid_of("$PGRMF,,,,,,,,,,A,3"), -1);
	assert_int_equal(valid_of("$GPZDG,,,,,,0"), 0);
	assert_int_equal(valid_of("$GPZDG,,,,,,1"), 1);
	assert_int_equal(valid_of("$GPGGA,,,,,,0,00"), 0);
	assert_int_equal(valid_of("$GPGGA,,,,,,5,05"), 1);
	assert_int_equal(valid_of("$GPGGA,,,,,,1,05"), 1);
	assert_int_equal(valid_of("$GPGGA,,,,,,6,05"), 0);
	assert_int_equal(valid_of("$GPGGA,,,,,,x,05"), -1);
}

static void test_satellites(void **state)
{
	struct nmea_data d = decoded("$GPGSA,A,3,02,03,06,12,14,24,25,29,31,32,,,1.6,0.8,1.4*30");

	(void)state;
	assert_int_equal(d.has, NMEA_HAS_FIX | NMEA_HAS_USED);
	assert_int_equal(d.fix, 3);
	assert_int_equal(d.satellites_used, 10);
	assert_int_equal(decoded("$GPGSA,A,1,,,,,,,,,,,,,,,*1E").fix, 1);
	/* place for 24 */
	d = decoded("$GPGSA,A,3,23,13,07,25,,,,,,,,,,,,,,,,,,,,09,09.2,07.2,05.7");
	assert_int_equal(d.satellites_used, 5);
	assert_int_equal(decoded("$GPGSA,A,3,23,13").satellites_used, 2);
	assert_int_equal(decoded("$GPGSA,A,4,,,,,,,,,,,,,,,").has, 0);
	assert_int_equal(decoded("$GPGSV,3,1,12,02,39").satellites_in_view, 12);
	assert_int_equal(decoded("$GPGGA,,,,,,1,09").satellites_used, 9);
}

static void test_garmin_values(void **state)
{
	struct nmea_data d =
		decoded("$PGRMF,1023,604799,060419,235941,18,4733.2519,N,12208.3664,W,A,2,0,337,"
			"2,1*30");

	(void)state;
	assert_int_equal(d.gps_week, 1023);
	assert_int_equal(d.gps_second, 604799);
	assert_int_equal(d.leap_s, 18);
	assert_int_equal(d.fix, 3);
	assert_true(d.valid);
	assert_int_equal(decoded("$PGRME,3.1,M,4.2,M,5.2,M").error_mm, 3100);
	assert_int_equal(decoded("$PGRME,10.1239,M,,M,,M").error_mm, 10123);
	assert_int_equal(decoded("$PGRME,3.1,f,4.2,M,5.2,M").has, 0);
	assert_int_equal(decoded("$PGRMF,1023,604800,,,,,,,,,").has, 0);
	assert_int_equal(decoded("$PGRMF,1024,604799,,,,,,,,,").has, 0);
	assert_int_equal(decoded("$PGRME,,M,,M,,M").has, 0);
	assert_int_equal(decoded("$PGRME,-3.1,M,,M,,M").has, 0);
	d = decoded("$PGRMT,GPS 15x-W software ver. 4.20,,,,,,,,*6A");
	assert_memory_equal(d.text, "GPS 15x-W software ver. 4.20", d.text_len);
	d = decoded("$PGRMT,GPS 16x-HVS software ver. 4.40,,,,,,,,*75");
	assert_memory_equal(d.text, "GPS 16x-HVS software ver. 4.40", d.text_len);
	d = decoded("$PGRMT,GPS 18x-LVC software ver. 3.70,,,,,,,,*6B");
	assert_int_equal(d.text_len, strlen("GPS 18x-LVC software ver. 3.70"));
	assert_memory_equal(d.text, "GPS 18x-LVC software ver. 3.70", d.text_len);
	assert_int_equal(decoded("$PGRMT,GPS \x1b[2J,,").has, 0);
	assert_int_equal(decoded("$PGRMT,,").has, 0);
}

static void test_not_decoded(void **state)
{
	struct nmea_sentence s = parsed("$gprmc,,V");
	struct nmea_data d;

	(void)state;
	assert_false(nmea_decode(&s, &d));
	s = parsed("$GPGRS,082324.0,1,-1.6,2.8");
	assert_false(nmea_decode(&s, &d));
	/* with nothing of time and place in them */
	s = parsed("$PGRMC,A,00018.0,100");
	assert_false(nmea_decode(&s, &d));
	s = parsed("$GPTXT,01,01,02,hello");
	assert_false(nmea_decode(&s, &d));
}

/* An LVC's data line on a TTL UART: as read, and what was sent. */
static void test_inverted(void **state)
{
	static const uint8_t heard[] = { 0xb7, 0x71, 0x5f, 0x5b, 0x65, 0x79, 0xa7, 0xe5, 0xeb };
	char sent[sizeof(heard) + 1] = "";

	(void)state;
	for (size_t i = 0; i < sizeof(heard); i++)
		sent[i] = nmea_uninvert(heard[i]);
	assert_string_equal(sent, "$GPRMC,\r\n");
}

/* ---- census ---- */

static void count(struct census *c, const char *text)
{
	struct nmea_sentence s = parsed(text);

	census_add(c, &s);
}

static void test_census(void **state)
{
	struct census c = { .n = 0 };

	(void)state;
	count(&c, rmc);
	count(&c, "$GPZDA,,,,,00,00*48");
	count(&c, rmc);
	count(&c, "$GPZDA,,,,,00,00*49");	/* bad */
	count(&c, "$GPZDA,,,,,00");
	assert_int_equal(c.n, 2);
	assert_string_equal(c.rows[0].type, "RMC");
	assert_int_equal(c.rows[0].count, 2);
	assert_int_equal(c.rows[0].chars, 2 * (sizeof(rmc) - 1 + 2));
	assert_int_equal(c.rows[1].count, 2);
	assert_int_equal(c.rows[1].checked, 1);
	assert_int_equal(c.rows[1].max_chars, 21);
}

static void test_load(void **state)
{
	(void)state;
	assert_int_equal(census_rate(1086, 3000000000LL), 362);
	assert_int_equal(census_rate(5, 0), 0);
	assert_int_equal(census_load_percent(362, 4800), 75);
	assert_int_equal(census_load_percent(480, 4800), 100);
	assert_int_equal(census_load_percent(480, 0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tags),
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_many_fields),
		cmocka_unit_test(test_checksums),
		cmocka_unit_test(test_format),
		cmocka_unit_test(test_format_refuses),
		cmocka_unit_test(test_times),
		cmocka_unit_test(test_next_pulse),
		cmocka_unit_test(test_bad_position_good_time),
		cmocka_unit_test(test_positions),
		cmocka_unit_test(test_validity),
		cmocka_unit_test(test_satellites),
		cmocka_unit_test(test_garmin_values),
		cmocka_unit_test(test_not_decoded),
		cmocka_unit_test(test_inverted),
		cmocka_unit_test(test_census),
		cmocka_unit_test(test_load),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
