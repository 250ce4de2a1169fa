// SPDX-License-Identifier: GPL-2.0-or-later
/* Dates that are 1024 weeks early, put right. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "nmea.h"

static struct nmea_utc day(int year, int month, int day_of_month)
{
	return (struct nmea_utc){
		.year = (int16_t)year, .month = (uint8_t)month, .day = (uint8_t)day_of_month,
		.hour = 23, .minute = 59, .second = 60, .ns = 990000000,
	};
}

static void is_day(struct nmea_utc t, int year, int month, int day_of_month)
{
	struct nmea_utc expected = day(year, month, day_of_month);

	assert_int_equal(t.year, expected.year);
	assert_int_equal(t.month, expected.month);
	assert_int_equal(t.day, expected.day);
	/* the time of day stays */
	assert_int_equal(t.hour, expected.hour);
	assert_int_equal(t.minute, expected.minute);
	assert_int_equal(t.second, expected.second);
	assert_int_equal(t.ns, expected.ns);
}

static const struct nmea_utc release = { .year = 2026, .month = 9, .day = 1 };

static struct nmea_utc repaired(struct nmea_utc t)
{
	assert_true(nmea_repair_rollover(&t, &release));
	return t;
}

static void test_repair(void **state)
{
	(void)state;
	/* GPS weeks of 10 bits began anew on 1999-08-22 and 2019-04-07 */
	is_day(repaired(day(2007, 1, 16)), 2026, 9, 1);
	is_day(repaired(day(2007, 4, 8)), 2026, 11, 22);
	/* twice: cold from the factory */
	is_day(repaired(day(1987, 6, 2)), 2026, 9, 1);
	is_day(repaired(day(1999, 8, 22)), 2038, 11, 21);
	is_day(repaired(day(1980, 1, 6)), 2038, 11, 21);
	/* 2016 has a 29 February, 2007 has none */
	is_day(repaired(day(2012, 7, 15)), 2032, 2, 29);
	is_day(repaired(day(2012, 7, 16)), 2032, 3, 1);
	is_day(repaired(day(2012, 2, 29)), 2031, 10, 15);
	is_day(repaired(day(2007, 5, 17)), 2026, 12, 31);
	is_day(repaired(day(2007, 5, 18)), 2027, 1, 1);
}

static void stays(int year, int month, int day_of_month)
{
	struct nmea_utc t = day(year, month, day_of_month), before = t;

	assert_false(nmea_repair_rollover(&t, &release));
	assert_memory_equal(&t, &before, sizeof(t));
}

static void test_stays(void **state)
{
	struct nmea_utc t = day(2007, 1, 16), none = { .year = 0 };

	(void)state;
	stays(2026, 9, 1);
	stays(2026, 9, 2);
	stays(2079, 12, 31);
	stays(9999, 12, 31);
	/* no dates */
	stays(0, 0, 0);
	stays(2007, 13, 1);
	stays(2007, 2, 29);
	stays(-2007, 1, 1);
	assert_false(nmea_repair_rollover(&t, &none));
	is_day(t, 2007, 1, 16);
}

static int days_in(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

	if (month == 2 && year % 4 == 0 && (year % 100 != 0 || year % 400 == 0))
		return 29;
	return days[month - 1];
}

/* Each day of a century and a half against a calendar that counts them one by one. */
static void test_calendar(void **state)
{
	struct nmea_utc early = day(1990, 1, 1), late = day(2009, 8, 17);

	(void)state;
	/* 7168 days are 19 years with 5 leap days (6940) and 228 days: 1 January to 17 August */
	for (int i = 0; i < 55000; i++) {
		struct nmea_utc t = early;
		struct nmea_utc reference = late;

		assert_true(nmea_repair_rollover(&t, &reference));
		is_day(t, late.year, late.month, late.day);
		for (struct nmea_utc *u = &early;; u = &late) {
			if (++u->day > days_in(u->year, u->month)) {
				u->day = 1;
				if (++u->month > 12) {
					u->month = 1;
					u->year++;
				}
			}
			if (u == &late)
				break;
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_repair),
		cmocka_unit_test(test_stays),
		cmocka_unit_test(test_calendar),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
