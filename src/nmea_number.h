/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The numbers, angles and times that characters of a field stand for. */
#ifndef GPSPPSCTL_NMEA_NUMBER_H
#define GPSPPSCTL_NMEA_NUMBER_H

#include "nmea.h"

#define NUMBER_PLACES_MAX 9

/* digits / 10^places */
struct number {
	int64_t digits;
	unsigned int places;
};

/*
 * "12", "-3.10", ".5", "5.": up to 9 digits before the point, any number behind
 * it, of which 9 count.
 */
bool number_read(const char *p, size_t n, struct number *v);

/* All of the characters are digits; no more than 9 of them. */
bool number_whole(const char *p, size_t n, int *value);

/* The same with so many places; what is smaller is cut off. */
int64_t number_scaled(const struct number *v, unsigned int places);

/* min <= v <= max */
bool number_within(const struct number *v, int32_t min, int32_t max);

/* ddmm.mmmm, for more than 90 degrees dddmm.mmmm: degrees times 10^9 */
bool number_angle(const char *p, size_t n, int max_deg, int64_t *ndeg);

/* hhmmss and a fraction of any length; second 60 only where a leap second can be */
bool number_time(const char *p, size_t n, struct nmea_utc *t);

/* A day of the calendar, year 1980 to 9999. */
bool number_is_date(int year, int month, int day);

#endif
