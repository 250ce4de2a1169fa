// SPDX-License-Identifier: GPL-2.0-or-later
/* Characters to numbers, without locale and without surprises. */
#include "nmea_number.h"

#include "letters.h"

#define NDEG 1000000000LL
#define WHOLE_MAX 9		/* digits: 18 with the places, so that an int64_t holds them */
#define NS_DIGITS 9

static const int64_t power_of_10[NUMBER_PLACES_MAX + 1] = {
	1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000,
};

/* The digits up to the first other character, at most `max`, added behind those in *value. */
static size_t digits(const char *p, size_t n, size_t max, int64_t *value)
{
	size_t i = 0;

	if (n > max)
		n = max;
	for (; i < n && is_digit(p[i]); i++)
		*value = *value * 10 + (p[i] - '0');
	return i;
}

static bool only_digits(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!is_digit(p[i]))
			return false;
	return true;
}

/* What is behind the whole digits: nothing, or a point and any number of digits. */
static bool fraction(const char *p, size_t n, int64_t *value, unsigned int *places)
{
	size_t used;

	*places = 0;
	if (!n)
		return true;
	if (p[0] != '.')
		return false;
	used = digits(p + 1, n - 1, NUMBER_PLACES_MAX, value);
	*places = (unsigned int)used;
	return only_digits(p + 1 + used, n - 1 - used);
}

bool number_read(const char *p, size_t n, struct number *v)
{
	bool negative = n && p[0] == '-';
	bool sign = n && (p[0] == '-' || p[0] == '+');
	size_t whole;

	p += sign;
	n -= sign;
	v->digits = 0;
	whole = digits(p, n, WHOLE_MAX, &v->digits);
	if (!fraction(p + whole, n - whole, &v->digits, &v->places))
		return false;
	if (negative)
		v->digits = -v->digits;
	return whole + v->places > 0;
}

bool number_whole(const char *p, size_t n, int *value)
{
	int64_t v = 0;

	if (!n || digits(p, n, WHOLE_MAX, &v) != n)
		return false;
	*value = (int)v;
	return true;
}

int64_t number_scaled(const struct number *v, unsigned int places)
{
	if (v->places > places)
		return v->digits / power_of_10[v->places - places];
	return v->digits * power_of_10[places - v->places];
}

bool number_within(const struct number *v, int32_t min, int32_t max)
{
	int64_t one = power_of_10[v->places];

	return v->digits >= min * one && v->digits <= max * one;
}

bool number_angle(const char *p, size_t n, int max_deg, int64_t *ndeg)
{
	const size_t whole_digits = max_deg > 90 ? 5 : 4;
	int64_t whole = 0, part = 0;
	unsigned int places;

	if (digits(p, n, whole_digits, &whole) != whole_digits)
		return false;
	if (!fraction(p + whole_digits, n - whole_digits, &part, &places))
		return false;
	if (whole % 100 >= 60)
		return false;
	part *= power_of_10[NUMBER_PLACES_MAX - places];
	*ndeg = whole / 100 * NDEG + (whole % 100 * NDEG + part) / 60;
	return *ndeg <= max_deg * NDEG;
}

static int two(const char *p)
{
	return is_digit(p[0]) && is_digit(p[1]) ? (p[0] - '0') * 10 + (p[1] - '0') : 100;
}

bool number_time(const char *p, size_t n, struct nmea_utc *t)
{
	int64_t part = 0;
	unsigned int places;
	int hour, minute, second;

	if (n < 6)
		return false;
	hour = two(p);
	minute = two(p + 2);
	second = two(p + 4);
	if (hour > 23 || minute > 59 || second > 60)
		return false;
	if (second == 60 && (hour != 23 || minute != 59))
		return false;
	if (!fraction(p + 6, n - 6, &part, &places))
		return false;
	t->hour = (uint8_t)hour;
	t->minute = (uint8_t)minute;
	t->second = (uint8_t)second;
	t->ns = (uint32_t)(part * power_of_10[NS_DIGITS - places]);
	return true;
}

bool number_is_date(int year, int month, int day)
{
	static const uint8_t days[12] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	if (year < 1980 || year > 9999 || month < 1 || month > 12)
		return false;
	return day >= 1 && day <= days[month - 1] + (month == 2 && leap);
}
