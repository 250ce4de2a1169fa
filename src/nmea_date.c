// SPDX-License-Identifier: GPL-2.0-or-later
/* Dates that a receiver says 1024 weeks too early. */
#include "nmea.h"

#include "nmea_number.h"

#define ROLLOVER_DAYS (1024 * 7)	/* IS-GPS-200: the week is sent in 10 bits */
#define DAYS_IN_4_YEARS 1461
#define DAYS_IN_400_YEARS 146097
#define DAYS_TO_1970 719468		/* from 1 March of year 0 */

/*
 * Days since 1 March of year 0, the Gregorian calendar carried on backwards.
 * A year that begins in March has its leap day at the end.
 */
static int64_t days_of(const struct nmea_utc *t)
{
	int64_t year = t->month < 3 ? t->year - 1 : t->year;
	int month = t->month < 3 ? t->month + 9 : t->month - 3;

	/* 153 days in each five months from March on: 31 30 31 30 31 */
	return year * 365 + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 +
	       t->day - 1;
}

int64_t nmea_utc_ns(const struct nmea_utc *t)
{
	const int64_t s = (days_of(t) - DAYS_TO_1970) * 86400 + t->hour * INT64_C(3600) +
		t->minute * 60 + t->second;

	return s * 1000000000 + t->ns;
}

static void set_days(struct nmea_utc *t, int64_t days)
{
	int64_t era = days / DAYS_IN_400_YEARS;
	int64_t day = days % DAYS_IN_400_YEARS;
	/* the days of a cycle without its leap days are 365 a year */
	int64_t year = (day - day / (DAYS_IN_4_YEARS - 1) + day / 36524 -
			day / (DAYS_IN_400_YEARS - 1)) / 365;
	int64_t month;

	day -= year * 365 + year / 4 - year / 100;
	month = (5 * day + 2) / 153;
	t->day = (uint8_t)(day - (153 * month + 2) / 5 + 1);
	t->month = (uint8_t)(month < 10 ? month + 3 : month - 9);
	t->year = (int16_t)(era * 400 + year + (month >= 10));
}

bool nmea_repair_rollover(struct nmea_utc *t, const struct nmea_utc *reference)
{
	int64_t days, missing;

	if (!number_is_date(t->year, t->month, t->day) ||
	    !number_is_date(reference->year, reference->month, reference->day))
		return false;
	days = days_of(t);
	missing = days_of(reference) - days;
	if (missing <= 0)
		return false;
	missing = (missing + ROLLOVER_DAYS - 1) / ROLLOVER_DAYS;
	set_days(t, days + missing * ROLLOVER_DAYS);
	return true;
}
