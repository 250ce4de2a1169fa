// SPDX-License-Identifier: GPL-2.0-or-later
/* Who a Garmin is, and the lines that change what it sends. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "receiver/receiver.h"

static const struct receiver *const garmin = &receiver_garmin;
static const struct receiver_id no_id;
static const struct receiver_settings unknown;

static struct nmea_sentence sentence(const char *body)
{
	static char text[128];
	struct nmea_sentence s;
	int n = nmea_format(text, sizeof(text), body);

	assert_true(n > 0);
	nmea_parse(text, (size_t)n - 2, &s);
	return s;
}

static void hear(struct receiver_view *v, const char *body)
{
	struct nmea_sentence s = sentence(body);

	receiver_hear(v, &s);
}

static receiver_set set_of(const char *list)
{
	receiver_set set;
	const char *bad;
	size_t len;

	assert_int_equal(receiver_parse_set(garmin, list, &set, &bad, &len), 0);
	return set;
}

/* ---- identity ---- */

static bool proves(const char *body)
{
	struct receiver_view v = { .rx = NULL };

	hear(&v, body);
	return v.rx == garmin;
}

static void test_proof(void **state)
{
	struct receiver_view v = { .rx = NULL };
	struct nmea_sentence s;

	(void)state;
	assert_true(proves("PGRME,3.1,M,4.2,M,5.2,M"));
	assert_true(proves("PGRMT,GPS 18-LVC software ver. 3.10,,,,,,,,"));
	assert_true(proves("PGRMC,A,00018.0,100"));
	assert_false(proves("GPRMC,,V,,,,,,,,,,N"));
	/* others imitate these two for the sake of old chart plotters */
	assert_false(proves("PGRMZ,93,f,3"));
	assert_false(proves("PGRMM,WGS 84"));
	/* a receiver that echoes what it does not know proves nothing by our own question */
	assert_false(proves("PGRMCE"));
	assert_false(proves("PGRMC1E"));
	assert_false(proves("PGRMO,GPRMC,1"));
	assert_false(proves("GNTXT,01,01,01,PGRM inv format"));
	/* a bad checksum and none at all prove nothing */
	nmea_parse("$PGRME,3.1,M*00", 15, &s);
	receiver_hear(&v, &s);
	nmea_parse("$PGRME,3.1,M", 12, &s);
	receiver_hear(&v, &s);
	assert_null(v.rx);
	/* nor is a line of noise a sentence */
	nmea_parse("$XYZAB,1", 8, &s);
	v.good = 0;
	receiver_hear(&v, &s);
	assert_int_equal(v.good, 0);
	nmea_parse("$GPRMC,,V", 9, &s);
	receiver_hear(&v, &s);
	assert_int_equal(v.good, 1);
}

static void identity_is(const char *pgrmt, const char *model, const char *firmware)
{
	struct receiver_view v = { .rx = NULL };

	hear(&v, pgrmt);
	assert_string_equal(v.id.model, model);
	assert_string_equal(v.id.firmware, firmware);
}

static void test_identity(void **state)
{
	(void)state;
	identity_is("PGRMT,GPS 18x-LVC software ver. 3.70,,,,,,,,", "GPS 18x-LVC", "3.70");
	identity_is("PGRMT,GPS 15x-W software ver. 4.20,,,,,,,,", "GPS 15x-W", "4.20");
	identity_is("PGRMT,GPS 25LP VER 1.10,P,P,R,R,P,,23,R", "GPS 25LP", "1.10");
	identity_is("PGRMT,GPS 18x VER 2.05", "GPS 18x", "2.05");
	identity_is("PGRMT,Something else,,", "Something else", "");
	identity_is("PGRMT,software ver. ,,", "software", "");
	identity_is("PGRMT,ver,,", "", "");
	identity_is("PGRMT,,,", "", "");
	identity_is("PGRMT,A name that is longer than what we keep of a model's name ver. 123456789.123456789",
		    "A name that is longer than what we keep", "123456789.123456789");
}

static void test_view(void **state)
{
	struct receiver_view v = { .rx = NULL };
	struct receiver_seen seen;

	(void)state;
	hear(&v, "GPRMC,120001,A,5128.6740,N,00000.0840,W,000.0,000.0,010926,001.2,E");
	hear(&v, "GPGGA,120001,5128.6740,N,00000.0840,W,1,09,0.9,61.4,M,45.6,M,,");
	hear(&v, "GPGSA,A,3,02,05,07,09,13,14,16,20,23,,,,1.6,0.9,1.3");
	hear(&v, "GPGSV,3,1,11,02,12,318,38");
	hear(&v, "PGRME,3.1,M,4.2,M,5.2,M");
	hear(&v, "PGRMO,GPRMC,1");
	assert_int_equal(v.last.fix, 3);
	assert_true(v.last.valid);
	assert_int_equal(v.last.satellites_used, 9);
	assert_int_equal(v.last.satellites_in_view, 11);
	assert_int_equal(v.last.utc.year, 2026);
	assert_int_equal(v.last.utc.second, 1);
	/* the make is known from the fifth; the census knows all, and no echo */
	receiver_seen_in(garmin, &v.census, &seen);
	assert_int_equal(seen.set, set_of("RMC,GGA,GSA,GSV,PGRME"));
	assert_false(seen.others);
	hear(&v, "GPRTE,1,1,c,0");
	receiver_seen_in(garmin, &v.census, &seen);
	assert_true(seen.others);
	assert_string_equal(seen.other, "RTE");
}

/* ---- sets and lines ---- */

static void test_sets(void **state)
{
	receiver_set set;
	const char *bad;
	size_t len;
	char names[64];

	(void)state;
	assert_int_equal(set_of("RMC"), 1);
	assert_int_equal(set_of("gprmc,rmc"), 1);
	receiver_name_set(garmin, set_of("pgrme,GGA,GPRMC"), names, sizeof(names));
	assert_string_equal(names, "RMC GGA PGRME");
	receiver_name_set(garmin, 0, names, sizeof(names));
	assert_string_equal(names, "");
	assert_int_equal(receiver_parse_set(garmin, "RMC,ZDA", &set, &bad, &len), -EINVAL);
	assert_memory_equal(bad, "ZDA", len);
	assert_int_equal(receiver_parse_set(garmin, "", &set, &bad, &len), -EINVAL);
	assert_int_equal(receiver_parse_set(garmin, "RMC,", &set, &bad, &len), -EINVAL);
	assert_int_equal(receiver_parse_set(garmin, "RM", &set, &bad, &len), -EINVAL);
	assert_int_equal(receiver_check_names("RMC", &bad, &len), 0);
	assert_int_equal(receiver_check_names("RMX", &bad, &len), -EINVAL);
}

static void plan_is(struct receiver_request req, const char *lines, const char *must)
{
	struct receiver_plan plan;
	char text[1024] = "";

	assert_int_equal(receiver_make_plan(garmin, &no_id, &unknown, &req, &plan), 0);
	for (unsigned int i = 0; i < plan.n; i++)
		strcat(text, plan.steps[i].bytes);
	assert_string_equal(text, lines);
	assert_int_equal(plan.must, set_of(must));
}

static void test_plans(void **state)
{
	(void)state;
	plan_is((struct receiver_request){ .op = RECEIVER_EXACTLY, .on = set_of("RMC") },
		"$PGRMO,,2*75\r\n$PGRMO,GPRMC,1*3D\r\n", "RMC");
	plan_is((struct receiver_request){ .op = RECEIVER_ADJUST, .on = set_of("PGRMF"),
					   .off = set_of("GSV,GSA") },
		"$PGRMO,GPGSA,0*35\r\n$PGRMO,GPGSV,0*22\r\n$PGRMO,PGRMF,1*38\r\n", "PGRMF");
	plan_is((struct receiver_request){ .op = RECEIVER_DEFAULTS }, "$PGRMO,,4*73\r\n", "RMC,GSA");
	/* once a minute: not waited for */
	plan_is((struct receiver_request){ .op = RECEIVER_EXACTLY, .on = set_of("RMC,PGRMT") },
		"$PGRMO,,2*75\r\n$PGRMO,GPRMC,1*3D\r\n$PGRMO,PGRMT,1*2A\r\n", "RMC");
	/* all of them at once fit */
	plan_is((struct receiver_request){ .op = RECEIVER_EXACTLY, .on = 0xfff },
		"$PGRMO,,2*75\r\n$PGRMO,GPRMC,1*3D\r\n$PGRMO,GPGGA,1*20\r\n$PGRMO,GPGSA,1*34\r\n"
		"$PGRMO,GPGSV,1*23\r\n$PGRMO,PGRME,1*3B\r\n$PGRMO,GPGLL,1*26\r\n"
		"$PGRMO,GPVTG,1*24\r\n$PGRMO,PGRMV,1*28\r\n$PGRMO,PGRMF,1*38\r\n"
		"$PGRMO,PGRMB,1*3C\r\n$PGRMO,PGRMM,1*33\r\n$PGRMO,PGRMT,1*2A\r\n",
		"RMC,GGA,GSA,GSV,PGRME,GLL,VTG,PGRMV,PGRMF,PGRMB,PGRMM");
}

static void test_undo(void **state)
{
	struct receiver_seen before = { .set = set_of("RMC,GGA,GSA,GSV,PGRME,PGRMB") };

	(void)state;
	/* the factory's set has PGRMT, whether it was heard or not */
	assert_int_equal(receiver_undo_of(garmin, &before).on, before.set | set_of("PGRMT"));
	before.set = set_of("RMC");
	assert_int_equal(receiver_undo_of(garmin, &before).on, set_of("RMC"));
}

static void test_already(void **state)
{
	struct receiver_seen seen = { .set = set_of("RMC,GGA") };
	struct receiver_request req = { .op = RECEIVER_EXACTLY, .on = set_of("RMC,GGA") };

	(void)state;
	assert_true(receiver_is_already(garmin, &req, &seen));
	req.on = set_of("RMC");
	assert_false(receiver_is_already(garmin, &req, &seen));
	req.op = RECEIVER_ADJUST;
	assert_true(receiver_is_already(garmin, &req, &seen));
	req.off = set_of("GSV");
	assert_true(receiver_is_already(garmin, &req, &seen));
	req.off = set_of("GGA");
	assert_false(receiver_is_already(garmin, &req, &seen));
	req = (struct receiver_request){ .op = RECEIVER_ADJUST, .on = set_of("PGRMT") };
	assert_false(receiver_is_already(garmin, &req, &seen));
	req.op = RECEIVER_DEFAULTS;
	assert_false(receiver_is_already(garmin, &req, &seen));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_proof),
		cmocka_unit_test(test_identity),
		cmocka_unit_test(test_view),
		cmocka_unit_test(test_sets),
		cmocka_unit_test(test_plans),
		cmocka_unit_test(test_undo),
		cmocka_unit_test(test_already),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
