// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Decimal numbers.  strtod() asks the locale which character the point is, and would take
 * "0x1p3" and "nan"; and it is three times as slow where tens of millions of numbers are read.
 */
#include "decimal.h"

#include <errno.h>
#include <math.h>
#include <stddef.h>

#include "letters.h"

/*
 * Larger exponents are all the same: beyond every double, however many digits (up to
 * 10^9 of them in a line) stand before or behind the point.
 */
#define EXPONENT_MAX INT64_C(10000000000)

/* The digits from p on, added behind *value; it wraps around when there are too many. */
static const char *digits(const char *p, const char *end, uint64_t *value)
{
	uint64_t v = *value;

	for (; p < end && is_digit(*p); p++)
		v = v * 10 + (uint64_t)(*p - '0');
	*value = v;
	return p;
}

/* The first digits only, of a number with more than DECIMAL_DIGITS. */
static void first_digits(struct decimal *d)
{
	bool behind = false;
	unsigned int n = 0;

	d->digits = 0;
	d->exp10 = 0;
	for (const char *p = d->text; p < d->end && (is_digit(*p) || *p == '.'); p++) {
		if (*p == '.') {
			behind = true;
			continue;
		}
		if (n < DECIMAL_DIGITS) {
			d->digits = d->digits * 10 + (uint64_t)(*p - '0');
			n += d->digits != 0;
			d->exp10 -= behind;
		} else {
			d->cut |= *p != '0';
			d->exp10 += !behind;
		}
	}
}

/* What stands behind an 'e'. */
static const char *exponent(const char *p, const char *end, int64_t *value)
{
	const bool negative = p < end && *p == '-';
	const char *first;
	int64_t v = 0;

	if (p < end && (*p == '-' || *p == '+'))
		p++;
	for (first = p; p < end && is_digit(*p); p++)
		if (v < EXPONENT_MAX)
			v = v * 10 + (*p - '0');
	*value = negative ? -v : v;
	return p == first ? NULL : p;
}

const char *decimal_read(const char *p, const char *end, struct decimal *d)
{
	const char *point, *first;
	int64_t e = 0;
	ptrdiff_t n;

	d->negative = p < end && *p == '-';
	if (p < end && (*p == '-' || *p == '+'))
		p++;
	d->text = first = p;
	d->digits = 0;
	d->exp10 = 0;
	d->cut = false;
	point = p = digits(p, end, &d->digits);
	n = p - first;
	if (p < end && *p == '.') {
		p = digits(p + 1, end, &d->digits);
		d->exp10 = point + 1 - p;
		n -= d->exp10;
	}
	if (!n)
		return NULL;
	d->end = p;
	if (n > DECIMAL_DIGITS)
		first_digits(d);
	if (p < end && (*p == 'e' || *p == 'E')) {
		p = exponent(p + 1, end, &e);
		d->exp10 += e;
	}
	return p;
}

/* ---- to a double ---- */

#define MANTISSA_BITS 53

/* A double has these and their products with whole numbers up to 2^53 to the last bit. */
static const double exact_power[] = {
	1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11,
	1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
};
#define EXACT_POWER_MAX 22
#define EXACT_DIGITS_MAX (UINT64_C(1) << MANTISSA_BITS)

/*
 * The first 64 bits of 10^-40 to 10^-1, for numbers of 17 and more digits, which is what programs
 * print that want no bit to be lost.  They decide in all but some of a thousand cases.
 */
static const uint64_t power_bits[] = {
	0x8b61313bbabce2c6, 0xae397d8aa96c1b77, 0xd9c7dced53c72255, 0x881cea14545c7575,
	0xaa242499697392d2, 0xd4ad2dbfc3d07787, 0x84ec3c97da624ab4, 0xa6274bbdd0fadd61,
	0xcfb11ead453994ba, 0x81ceb32c4b43fcf4, 0xa2425ff75e14fc31, 0xcad2f7f5359a3b3e,
	0xfd87b5f28300ca0d, 0x9e74d1b791e07e48, 0xc612062576589dda, 0xf79687aed3eec551,
	0x9abe14cd44753b52, 0xc16d9a0095928a27, 0xf1c90080baf72cb1, 0x971da05074da7bee,
	0xbce5086492111aea, 0xec1e4a7db69561a5, 0x9392ee8e921d5d07, 0xb877aa3236a4b449,
	0xe69594bec44de15b, 0x901d7cf73ab0acd9, 0xb424dc35095cd80f, 0xe12e13424bb40e13,
	0x8cbccc096f5088cb, 0xafebff0bcb24aafe, 0xdbe6fecebdedd5be, 0x89705f4136b4a597,
	0xabcc77118461cefc, 0xd6bf94d5e57a42bc, 0x8637bd05af6c69b5, 0xa7c5ac471b478423,
	0xd1b71758e219652b, 0x83126e978d4fdf3b, 0xa3d70a3d70a3d70a, 0xcccccccccccccccc,
};
#define POWER_MIN (-40)
#define BITS_OFF 2	/* the product's first 64 bits are too low by less than this */
#define CUT_OFF 34	/* and by less than this when a digit was cut off behind DECIMAL_DIGITS */

/* floor(log2(10^e)), right for all e of the table */
static int log2_of_10(int64_t e)
{
	return (int)(e * 217706 >> 16);
}

/* The upper half of a product. */
static uint64_t multiply_high(uint64_t a, uint64_t b)
{
	const uint64_t a1 = a >> 32, a0 = (uint32_t)a, b1 = b >> 32, b0 = (uint32_t)b;
	const uint64_t low = a0 * b0, mid = a1 * b0 + (low >> 32);

	return a1 * b1 + (mid >> 32) + ((a0 * b1 + (uint32_t)mid) >> 32);
}

/* False: what is not known of v * 10^e could make it another double. */
static bool near_double(uint64_t v, int64_t e, bool cut, double *value)
{
	const int shift = __builtin_clzll(v);
	uint64_t product, rest, half;
	int extra;

	if (e < POWER_MIN || e >= 0)
		return false;
	product = multiply_high(v << shift, power_bits[e - POWER_MIN]);
	extra = 64 - __builtin_clzll(product) - MANTISSA_BITS;
	half = UINT64_C(1) << (extra - 1);
	rest = product & (2 * half - 1);
	if (rest <= half && rest + (cut ? CUT_OFF : BITS_OFF) >= half)
		return false;
	product = (product >> extra) + (rest > half);
	*value = ldexp((double)product, extra + log2_of_10(e) + 1 - shift);
	return true;
}

/*
 * Below 10^-324 everything is zero, from 10^309 on nothing is a double.  The number halfway
 * between two doubles has at most 767 significant digits: more can only say "a little more".
 */
#define TOP_MAX 309
#define TOP_MIN (-323)
#define DIGITS_MAX 768
#define LIMBS 128	/* of 32 bits: 10^(DIGITS_MAX + 1 - TOP_MIN) has 3628 bits */

#define EXPONENT_MIN (-1022)	/* of the smallest normal double */
#define EXPONENT_OVER 1024

struct big {
	uint32_t limb[LIMBS];	/* the lowest first */
	size_t n;
};

static void big_muladd(struct big *b, uint32_t factor, uint32_t more)
{
	uint64_t carry = more;

	for (size_t i = 0; i < b->n; i++) {
		carry += (uint64_t)b->limb[i] * factor;
		b->limb[i] = (uint32_t)carry;
		carry >>= 32;
	}
	if (carry)
		b->limb[b->n++] = (uint32_t)carry;
}

static void big_power_of_10(struct big *b, int64_t n)
{
	for (; n >= 9; n -= 9)
		big_muladd(b, 1000000000, 0);
	for (; n > 0; n--)
		big_muladd(b, 10, 0);
}

static int big_bits(const struct big *b)
{
	uint32_t top = b->n ? b->limb[b->n - 1] : 0;
	int bits = (int)b->n * 32;

	for (; !(top >> 31) && bits; top = top << 1 | 1)
		bits--;
	return bits;
}

static void big_shift(struct big *b, int bits)
{
	const size_t whole = (size_t)bits / 32;

	big_muladd(b, UINT32_C(1) << (bits % 32), 0);
	if (!whole)
		return;
	for (size_t i = b->n; i-- > 0;)
		b->limb[i + whole] = b->limb[i];
	for (size_t i = 0; i < whole; i++)
		b->limb[i] = 0;
	b->n += whole;
}

static int big_compare(const struct big *a, const struct big *b)
{
	if (a->n != b->n)
		return a->n < b->n ? -1 : 1;
	for (size_t i = a->n; i-- > 0;)
		if (a->limb[i] != b->limb[i])
			return a->limb[i] < b->limb[i] ? -1 : 1;
	return 0;
}

/* a -= b, which is not greater */
static void big_subtract(struct big *a, const struct big *b)
{
	uint64_t borrow = 0;

	for (size_t i = 0; i < a->n; i++) {
		const uint64_t take = (i < b->n ? b->limb[i] : 0) + borrow;

		borrow = a->limb[i] < take;
		a->limb[i] = (uint32_t)(a->limb[i] - take);
	}
	while (a->n && !a->limb[a->n - 1])
		a->n--;
}

/* All digits of the text up to DIGITS_MAX, as a whole number; its exponent is in *exp10. */
static void all_digits(const struct decimal *d, struct big *b, int64_t *exp10, bool *cut)
{
	bool behind = false;
	int n = 0;

	b->n = 0;
	*cut = false;
	for (const char *p = d->text; p < d->end; p++) {
		if (*p == '.') {
			behind = true;
		} else if (n < DIGITS_MAX) {
			big_muladd(b, 10, (uint32_t)(*p - '0'));
			n += b->n != 0;
			*exp10 -= behind;
		} else {
			*cut |= *p != '0';
			*exp10 += !behind;
		}
	}
}

/* The double nearest to n / m, or to a little more if `cut`; ties go to the even one. */
static double big_ratio(struct big *n, struct big *m, bool cut)
{
	int e = big_bits(n) - big_bits(m), bits = MANTISSA_BITS, above;
	uint64_t q = 0;

	big_shift(e > 0 ? m : n, e > 0 ? e : -e);
	if (big_compare(n, m) < 0) {
		big_shift(n, 1);
		e--;
	}
	/* n / m is in [1, 2) now, and stands for n / m * 2^e */
	if (e < EXPONENT_MIN)
		bits -= EXPONENT_MIN - e;
	if (bits < 0)
		return 0;
	for (int i = 0; i < bits; i++) {
		q <<= 1;
		if (big_compare(n, m) >= 0) {
			big_subtract(n, m);
			q |= 1;
		}
		big_shift(n, 1);
	}
	above = big_compare(n, m);
	if (above > 0 || (above == 0 && (cut || (q & 1))))
		q++;
	return ldexp((double)q, e - bits + 1);
}

/* The exponent of the digits in the text, without DECIMAL_DIGITS's cut. */
static int64_t text_exponent(const struct decimal *d)
{
	struct decimal plain = { .text = d->text, .end = d->end };

	first_digits(&plain);
	return d->exp10 - plain.exp10;
}

static int slow_double(const struct decimal *d, int shift, double *value)
{
	int64_t exp10 = text_exponent(d) + shift, top = d->exp10 + shift;
	struct big n = { .n = 0 }, m = { .limb = { 1 }, .n = 1 };
	bool cut;

	for (uint64_t v = d->digits; v; v /= 10)
		top++;
	*value = 0;
	if (top > TOP_MAX)
		return -ERANGE;
	if (top < TOP_MIN)
		return 0;
	all_digits(d, &n, &exp10, &cut);
	if (exp10 < 0)
		big_power_of_10(&m, -exp10);
	else
		big_power_of_10(&n, exp10);
	*value = big_ratio(&n, &m, cut);
	if (isinf(*value))
		return -ERANGE;
	if (d->negative)
		*value = -*value;
	return 0;
}

int decimal_double(const struct decimal *d, int shift, double *value)
{
	uint64_t v = d->digits;
	int64_t e = d->exp10 + shift;

	if (!v) {
		*value = 0;
		return 0;
	}
	for (; v > EXACT_DIGITS_MAX && v % 10 == 0 && !d->cut; v /= 10)
		e++;
	if (v <= EXACT_DIGITS_MAX && !d->cut && e >= -EXACT_POWER_MAX && e <= EXACT_POWER_MAX)
		*value = e < 0 ? (double)v / exact_power[-e] : (double)v * exact_power[e];
	else if (!near_double(v, e, d->cut, value))
		return slow_double(d, shift, value);
	if (d->negative)
		*value = -*value;
	return 0;
}

/* ---- to whole units ---- */

#define UNIT_MAX UINT64_C(10000000000000000000)

int decimal_scaled(const struct decimal *d, int places, int64_t *value, double *rest)
{
	uint64_t v = d->digits, part = 0, unit = 1;
	int64_t e = d->exp10 + places;
	double r;

	for (; e > 0 && v; e--) {
		if (v > INT64_MAX / 10)
			return -ERANGE;
		v *= 10;
	}
	for (; e < 0 && unit < UNIT_MAX; e++) {
		part += v % 10 * unit;
		unit *= 10;
		v /= 10;
	}
	if (v > INT64_MAX)
		return -ERANGE;
	*value = d->negative ? -(int64_t)v : (int64_t)v;
	if (!rest)
		return 0;
	for (r = (double)part / (double)unit; e < 0 && r > 0; e++)
		r /= 10;
	*rest = d->negative ? -r : r;
	return 0;
}
