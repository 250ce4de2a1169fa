// SPDX-License-Identifier: GPL-2.0-or-later
/* Words, numbers and quotations of a configuration. */
#include "conftext.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "../letters.h"

static void skip_space(const char **p, const char *end)
{
	while (*p < end && is_space(**p))
		(*p)++;
}

struct word conf_word(const char **p, const char *end)
{
	struct word w;

	skip_space(p, end);
	w.s = *p;
	while (*p < end && !is_space(**p))
		(*p)++;
	w.len = (size_t)(*p - w.s);
	return w;
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool conf_same(struct word w, const char *text)
{
	size_t i = 0;

	while (i < w.len && text[i] && lower(w.s[i]) == lower(text[i]))
		i++;
	return i == w.len && !text[i];
}

bool conf_copy(char *buf, size_t size, struct word w)
{
	const bool fits = w.len < size && !memchr(w.s, '\0', w.len);

	if (fits)
		memcpy(buf, w.s, w.len);
	buf[fits ? w.len : 0] = '\0';
	return fits;
}

void conf_quote(char *buf, size_t size, const char *s, size_t len)
{
	static const char cut[] = "...";
	const size_t n = len < size ? len : size - 1;

	for (size_t i = 0; i < n; i++)
		buf[i] = (char)(s[i] >= 0x20 && s[i] < 0x7f ? s[i] : '?');
	buf[n] = '\0';
	if (n < len && n >= sizeof(cut))
		memcpy(buf + n - (sizeof(cut) - 1), cut, sizeof(cut));
}

static bool digit_at(const char *p, const char *end)
{
	return p < end && is_digit(*p);
}

static bool is_minus(const char **p, const char *end)
{
	const bool minus = *p < end && **p == '-';

	if (minus || (*p < end && **p == '+'))
		(*p)++;
	return minus;
}

int conf_int(const char **p, const char *end, int *value)
{
	const char *q = *p;
	int64_t v = 0;
	bool minus;

	skip_space(&q, end);
	minus = is_minus(&q, end);
	if (!digit_at(q, end))
		return -EINVAL;
	for (; digit_at(q, end); q++)
		if (v <= INT_MAX)
			v = v * 10 + (*q - '0');
	v = minus ? -v : v;
	if (v < INT_MIN || v > INT_MAX)
		return -ERANGE;
	*value = (int)v;
	*p = q;
	return 0;
}

/* A number on its way: digits * 10^exponent. */
struct decimal {
	uint64_t digits;
	int exponent;
	bool seen;		/* a digit */
};

#define DIGITS_MAX ((UINT64_MAX - 9) / 10)
#define EXPONENT_MAX 1000	/* far out of any range, and far from an overflow */

/* Digits, of which those that no longer fit only count. */
static void take_digits(const char **p, const char *end, int each, struct decimal *d)
{
	for (; digit_at(*p, end); (*p)++) {
		d->seen = true;
		if (d->digits <= DIGITS_MAX) {
			d->digits = d->digits * 10 + (unsigned int)(**p - '0');
			d->exponent += each;
		} else if (d->exponent < EXPONENT_MAX) {
			d->exponent += each + 1;
		}
	}
}

/* "e-3"; what glibc's scanf() makes of an e without digits is its own affair. */
static int take_exponent(const char **p, const char *end, struct decimal *d)
{
	bool minus;
	int e = 0;

	if (*p >= end || lower(**p) != 'e')
		return 0;
	(*p)++;
	minus = is_minus(p, end);
	if (!digit_at(*p, end))
		return -ERANGE;
	for (; digit_at(*p, end); (*p)++)
		if (e < EXPONENT_MAX)
			e = e * 10 + (**p - '0');
	d->exponent += minus ? -e : e;
	return 0;
}

/* To the nearest nanosecond. */
static int decimal_ns(const struct decimal *d, uint64_t *ns)
{
	int e = d->exponent + 9;
	uint64_t rest = 0, v = d->digits;

	for (; e > 0 && v; e--) {
		if (v > INT64_MAX / 10)
			return -ERANGE;
		v *= 10;
	}
	for (; e < 0 && (v || rest); e++) {
		rest = v % 10;
		v /= 10;
	}
	v += rest >= 5;
	if (v > INT64_MAX)
		return -ERANGE;
	*ns = v;
	return 0;
}

/* Forms that scanf() knows besides. */
static bool is_odd_form(const char *p, const char *end)
{
	if (p < end && (lower(*p) == 'i' || lower(*p) == 'n'))
		return true;
	return end - p > 1 && p[0] == '0' && lower(p[1]) == 'x';
}

int conf_seconds(const char **p, const char *end, int64_t *ns)
{
	struct decimal d = { .digits = 0 };
	const char *q = *p;
	uint64_t v;
	bool minus;

	skip_space(&q, end);
	minus = is_minus(&q, end);
	if (is_odd_form(q, end))
		return -ERANGE;
	take_digits(&q, end, 0, &d);
	if (q < end && *q == '.') {
		q++;
		take_digits(&q, end, -1, &d);
	}
	if (!d.seen)
		return -EINVAL;
	if (take_exponent(&q, end, &d) < 0 || decimal_ns(&d, &v) < 0)
		return -ERANGE;
	*ns = minus ? -(int64_t)v : (int64_t)v;
	*p = q;
	return 0;
}
