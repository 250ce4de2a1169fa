// SPDX-License-Identifier: GPL-2.0-or-later
/* The values inside NMEA sentences, each judged by itself. */
#include "nmea.h"

#include <string.h>

#define NS_DIGITS 9
#define NDEG 1000000000LL
#define PIVOT_YEAR 80		/* the first GPS time is of January 1980 */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* All n characters are digits, and not too many for an int64_t. */
static bool digits(const char *p, size_t n, int64_t *value)
{
	*value = 0;
	if (n < 1 || n > 15)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (!is_digit(p[i]))
			return false;
		*value = *value * 10 + (p[i] - '0');
	}
	return true;
}

/*
 * ".", ".5", ".99" behind a number, any number of digits: `places` of them as
 * a whole number, the rest cut off.  Nothing at all is 0.
 */
static bool fraction(const char *p, size_t n, unsigned int places, int64_t *value)
{
	*value = 0;
	if (n && p[0] != '.')
		return false;
	for (size_t i = 1; i < n; i++)
		if (!is_digit(p[i]))
			return false;
	for (size_t i = 1; i <= places; i++)
		*value = *value * 10 + (i < n ? p[i] - '0' : 0);
	return true;
}

static size_t whole_part(const char *p, size_t n)
{
	size_t i = 0;

	while (i < n && is_digit(p[i]))
		i++;
	return i;
}

static int64_t power_of_10(unsigned int n)
{
	int64_t v = 1;

	while (n--)
		v *= 10;
	return v;
}

/* An unsigned decimal number times 10^places. */
static bool decimal(const char *p, size_t n, unsigned int places, int64_t *value)
{
	size_t w = whole_part(p, n);
	int64_t whole, rest;

	if (w > 8 || !digits(p, w, &whole) || !fraction(p + w, n - w, places, &rest))
		return false;
	*value = whole * power_of_10(places) + rest;
	return true;
}

static bool number_field(const struct nmea_sentence *s, unsigned int i, int max, int *value)
{
	size_t n;
	const char *p = nmea_field(s, i, &n);
	int64_t v;

	if (!digits(p, n, &v) || v > max)
		return false;
	*value = (int)v;
	return true;
}

/* hhmmss and a fraction of any length; second 60 only where a leap second can be. */
static void time_field(const struct nmea_sentence *s, unsigned int i, struct nmea_data *d)
{
	size_t n;
	const char *p = nmea_field(s, i, &n);
	int64_t hour, minute, second, ns;

	if (n < 6 || !digits(p, 2, &hour) || !digits(p + 2, 2, &minute) ||
	    !digits(p + 4, 2, &second) || !fraction(p + 6, n - 6, NS_DIGITS, &ns))
		return;
	if (hour > 23 || minute > 59 || second > 60)
		return;
	if (second == 60 && (hour != 23 || minute != 59))
		return;
	d->utc.hour = (uint8_t)hour;
	d->utc.minute = (uint8_t)minute;
	d->utc.second = (uint8_t)second;
	d->utc.ns = (uint32_t)ns;
	d->has |= NMEA_HAS_TIME;
}

static bool is_leap_year(int year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int days_of(int year, int month)
{
	static const uint8_t days[12] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

	return days[month - 1] + (month == 2 && is_leap_year(year));
}

static void set_date(struct nmea_data *d, int year, int month, int day)
{
	if (month < 1 || month > 12 || day < 1 || day > days_of(year, month))
		return;
	d->utc.year = (int16_t)year;
	d->utc.month = (uint8_t)month;
	d->utc.day = (uint8_t)day;
	d->has |= NMEA_HAS_DATE;
}

/* ddmmyy */
static void date_field(const struct nmea_sentence *s, unsigned int i, struct nmea_data *d)
{
	size_t n;
	const char *p = nmea_field(s, i, &n);
	int64_t day, month, year;

	if (n != 6 || !digits(p, 2, &day) || !digits(p + 2, 2, &month) || !digits(p + 4, 2, &year))
		return;
	year += year >= PIVOT_YEAR ? 1900 : 2000;
	set_date(d, (int)year, (int)month, (int)day);
}

/* [d]ddmm.mmmm and a letter: degrees times 10^9 */
static bool angle(const struct nmea_sentence *s, unsigned int i, int max_deg, const char *letters,
		  int64_t *ndeg)
{
	size_t n, n_letter, degrees = max_deg > 90 ? 3 : 2;
	const char *p = nmea_field(s, i, &n);
	const char *letter = nmea_field(s, i + 1, &n_letter);
	int64_t deg, nmin;

	if (n < degrees + 2 || n_letter != 1 || whole_part(p, n) != degrees + 2)
		return false;
	if (!digits(p, degrees, &deg) || !decimal(p + degrees, n - degrees, NS_DIGITS, &nmin))
		return false;
	*ndeg = deg * NDEG + nmin / 60;
	if (nmin >= 60 * NDEG || *ndeg > max_deg * NDEG)
		return false;
	if (*letter != letters[0] && *letter != letters[1])
		return false;
	if (*letter == letters[1])
		*ndeg = -*ndeg;
	return true;
}

static void position_fields(const struct nmea_sentence *s, unsigned int i, struct nmea_data *d)
{
	if (angle(s, i, 90, "NS", &d->lat_ndeg) && angle(s, i + 2, 180, "EW", &d->lon_ndeg))
		d->has |= NMEA_HAS_POSITION;
}

/*
 * The mode indicator (NMEA 2.3) goes before the status: a fix that is
 * estimated, set by hand, simulated or none is not valid, whatever the status
 * says (IEC 61162-1).
 */
static void status_fields(const struct nmea_sentence *s, unsigned int status, unsigned int mode,
			  struct nmea_data *d)
{
	size_t n;
	const char *m = nmea_field(s, mode, &n);

	if (!nmea_field_is(s, status, "A") && !nmea_field_is(s, status, "V"))
		return;
	d->valid = nmea_field_is(s, status, "A") && (n != 1 || !strchr("NEMS", *m));
	d->has |= NMEA_HAS_VALID;
}

static void decode_rmc(const struct nmea_sentence *s, struct nmea_data *d)
{
	time_field(s, 0, d);
	status_fields(s, 1, 11, d);
	position_fields(s, 2, d);
	date_field(s, 8, d);
}

static void decode_gll(const struct nmea_sentence *s, struct nmea_data *d)
{
	position_fields(s, 0, d);
	time_field(s, 4, d);
	status_fields(s, 5, 6, d);
}

static void decode_gga(const struct nmea_sentence *s, struct nmea_data *d)
{
	time_field(s, 0, d);
	position_fields(s, 1, d);
	if (number_field(s, 5, 9, &d->quality)) {
		/* 6 estimated, 7 by hand, 8 simulated */
		d->valid = d->quality >= 1 && d->quality <= 5;
		d->has |= NMEA_HAS_QUALITY | NMEA_HAS_VALID;
	}
	if (number_field(s, 6, 99, &d->satellites_used))
		d->has |= NMEA_HAS_USED;
}

static void decode_gsa(const struct nmea_sentence *s, struct nmea_data *d)
{
	size_t n;

	if (!number_field(s, 1, 3, &d->fix) || d->fix < 1)
		return;
	d->has |= NMEA_HAS_FIX | NMEA_HAS_USED;
	for (unsigned int i = 2; i < 14; i++) {
		nmea_field(s, i, &n);
		d->satellites_used += n > 0;
	}
}

static void decode_gsv(const struct nmea_sentence *s, struct nmea_data *d)
{
	if (number_field(s, 2, 99, &d->satellites_in_view))
		d->has |= NMEA_HAS_IN_VIEW;
}

static void decode_zda(const struct nmea_sentence *s, struct nmea_data *d)
{
	int day, month, year;

	time_field(s, 0, d);
	if (number_field(s, 1, 31, &day) && number_field(s, 2, 12, &month) &&
	    number_field(s, 3, 9999, &year) && year >= 1980)
		set_date(d, year, month, day);
}

/* Garmin GPS 18 Technical Specifications (190-00307-00), PGRMF */
static void decode_pgrmf(const struct nmea_sentence *s, struct nmea_data *d)
{
	int fix;

	if (number_field(s, 0, 1023, &d->gps_week) && number_field(s, 1, 604799, &d->gps_second))
		d->has |= NMEA_HAS_GPS_TIME;
	date_field(s, 2, d);
	time_field(s, 3, d);
	if (number_field(s, 4, 99, &d->leap_s))
		d->has |= NMEA_HAS_LEAP;
	position_fields(s, 5, d);
	if (number_field(s, 10, 2, &fix)) {
		d->fix = fix + 1;
		d->valid = fix > 0;
		d->has |= NMEA_HAS_FIX | NMEA_HAS_VALID;
	}
}

/* Garmin GPS 18 Technical Specifications, PGRME: field 1 is the horizontal error in metres */
static void decode_pgrme(const struct nmea_sentence *s, struct nmea_data *d)
{
	size_t n;
	const char *p = nmea_field(s, 0, &n);

	if (nmea_field_is(s, 1, "M") && decimal(p, n, 3, &d->error_mm))
		d->has |= NMEA_HAS_ERROR;
}

static void decode_pgrmt(const struct nmea_sentence *s, struct nmea_data *d)
{
	size_t n;
	const char *p = nmea_field(s, 0, &n);

	for (size_t i = 0; i < n; i++)
		if (p[i] < 0x20 || p[i] > 0x7e)
			return;
	if (!n)
		return;
	d->text = p;
	d->text_len = n;
	d->has |= NMEA_HAS_TEXT;
}

static const struct {
	const char *type;
	void (*decode)(const struct nmea_sentence *s, struct nmea_data *d);
} decoders[] = {
	{ .type = "RMC", .decode = decode_rmc },
	{ .type = "GGA", .decode = decode_gga },
	{ .type = "GLL", .decode = decode_gll },
	{ .type = "GSA", .decode = decode_gsa },
	{ .type = "GSV", .decode = decode_gsv },
	{ .type = "ZDA", .decode = decode_zda },
	{ .type = "PGRMF", .decode = decode_pgrmf },
	{ .type = "PGRME", .decode = decode_pgrme },
	{ .type = "PGRMT", .decode = decode_pgrmt },
};

bool nmea_decode(const struct nmea_sentence *s, struct nmea_data *d)
{
	memset(d, 0, sizeof(*d));
	for (size_t i = 0; i < sizeof(decoders) / sizeof(decoders[0]); i++) {
		if (strcmp(decoders[i].type, s->type) != 0)
			continue;
		decoders[i].decode(s, d);
		return true;
	}
	return false;
}
