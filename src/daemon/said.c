// SPDX-License-Identifier: GPL-2.0-or-later
/* Pieces of what a program printed. */
#include "said.h"

#include <string.h>

#include "../letters.h"

#define EXPONENT_MAX 99
#define INTERVAL_MAX 99999	/* of its unit: both programs have four columns for it */

static void skip(struct word *w, size_t n)
{
	if (!n)
		return;		/* .s may be NULL */
	w->s += n;
	w->len -= n;
}

struct word said_trim(struct word w)
{
	while (w.len && is_space(w.s[0]))
		skip(&w, 1);
	while (w.len && is_space(w.s[w.len - 1]))
		w.len--;
	return w;
}

/* Up to the separator, which is dropped; false when there was none. */
static bool cut_at(struct word *text, char separator, struct word *piece)
{
	const char *at = text->len ? memchr(text->s, separator, text->len) : NULL;

	piece->s = text->s;
	piece->len = at ? (size_t)(at - text->s) : text->len;
	skip(text, piece->len + (at != NULL));
	return at != NULL;
}

bool said_line(struct word *text, struct word *line)
{
	if (!text->len)
		return false;
	cut_at(text, '\n', line);
	if (line->len && line->s[line->len - 1] == '\r')
		line->len--;
	return true;
}

struct word said_word(struct word *text)
{
	struct word w;

	while (text->len && is_space(text->s[0]))
		skip(text, 1);
	w = (struct word){ text->s, 0 };
	while (w.len < text->len && !is_space(w.s[w.len]))
		w.len++;
	skip(text, w.len);
	return w;
}

struct word said_field(struct word *text, char separator)
{
	struct word w;

	cut_at(text, separator, &w);
	return said_trim(w);
}

struct word said_after(struct word w, const char *phrase)
{
	const size_t n = strlen(phrase);

	for (; w.len >= n; skip(&w, 1)) {
		if (memcmp(w.s, phrase, n))
			continue;
		skip(&w, n);
		return w;
	}
	return (struct word){ NULL, 0 };
}

void said_copy(char *out, size_t size, struct word w)
{
	size_t n = 0;

	for (; n < w.len && n + 1 < size; n++)
		out[n] = w.s[n] >= 0x20 && w.s[n] < 0x7f ? w.s[n] : '?';
	out[n] = '\0';
}

/* ---- numbers ---- */

static bool take_sign(struct word *w)
{
	const bool negative = w->len && w->s[0] == '-';

	if (negative || (w->len && w->s[0] == '+'))
		skip(w, 1);
	return negative;
}

static int digit_of(char c)
{
	if (is_digit(c))
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : 16;
}

struct fact said_whole(struct word w, int base)
{
	const bool negative = take_sign(&w);
	int64_t v = 0;

	if (!w.len)
		return said_absent();
	for (; w.len; skip(&w, 1)) {
		const int d = digit_of(w.s[0]);

		if (d >= base || v > (INT64_MAX - d) / base)
			return said_absent();
		v = v * base + d;
	}
	return fact_from(0, negative ? -v : v);
}

/* digits * 10^exponent */
struct decimal {
	int64_t digits;
	int exponent;
	bool any;
};

/* The digits before or behind the point; of a long number the last ones do not count. */
static void take_digits(struct word *w, struct decimal *d, int each)
{
	for (; w->len && is_digit(w->s[0]); skip(w, 1)) {
		d->any = true;
		if (d->digits > (INT64_MAX - 9) / 10) {
			if (d->exponent < EXPONENT_MAX)
				d->exponent += 1 + each;
			continue;
		}
		d->digits = d->digits * 10 + (w->s[0] - '0');
		if (d->exponent > -EXPONENT_MAX)
			d->exponent += each;
	}
}

/* Python prints 6e-05 where C prints 0.00006. */
static void take_exponent(struct word *w, struct decimal *d)
{
	struct word rest = *w;
	bool negative;
	int v = 0;

	if (rest.len < 2 || (rest.s[0] | 0x20) != 'e')
		return;
	skip(&rest, 1);
	negative = take_sign(&rest);
	if (!rest.len || !is_digit(rest.s[0]))
		return;
	for (; rest.len && is_digit(rest.s[0]); skip(&rest, 1))
		v = v > EXPONENT_MAX ? v : v * 10 + (rest.s[0] - '0');
	d->exponent += negative ? -v : v;
	*w = rest;
}

static struct fact scaled(struct decimal d, int places)
{
	for (places += d.exponent; places < 0 && d.digits; places++)
		d.digits /= 10;
	for (; places > 0 && d.digits; places--) {
		if (d.digits > INT64_MAX / 10)
			return said_absent();
		d.digits *= 10;
	}
	return fact_from(0, d.digits);
}

/* A number at the beginning of *w, which is moved behind it. */
static bool take_number(struct word *w, struct decimal *d, bool *negative)
{
	*d = (struct decimal){ .digits = 0 };
	*negative = take_sign(w);
	take_digits(w, d, 0);
	if (w->len && w->s[0] == '.') {
		skip(w, 1);
		take_digits(w, d, -1);
	}
	if (d->any)
		take_exponent(w, d);
	return d->any;
}

static struct fact signed_of(struct decimal d, bool negative, int places)
{
	struct fact f = scaled(d, places);

	if (negative)
		f.val = -f.val;
	return f;
}

struct fact said_number(struct word w, int places)
{
	struct decimal d;
	bool negative;

	if (!take_number(&w, &d, &negative) || w.len)
		return said_absent();
	return signed_of(d, negative, places);
}

struct fact said_ns(struct word w, int places)
{
	/* the micro sign is U+00B5 in NTPsec's ntpq, where the terminal can show it */
	static const struct {
		const char *name;
		int places;
	} units[] = {
		{ "ns", 0 }, { "us", 3 }, { "\xc2\xb5s", 3 }, { "ms", 6 }, { "s", 9 }, { "ks", 12 },
	};
	struct decimal d;
	bool negative;

	if (!take_number(&w, &d, &negative))
		return said_absent();
	if (!w.len)
		return signed_of(d, negative, places);
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (word_is(w, units[i].name))
			return signed_of(d, negative, units[i].places);
	return said_absent();
}

struct fact said_interval_s(struct word w)
{
	static const struct {
		char unit;
		int seconds;
	} units[] = { { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 }, { 'y', 365 * 86400 } };
	struct fact f;
	int seconds = 1;

	for (size_t i = 0; w.len && i < sizeof(units) / sizeof(units[0]); i++)
		if (w.s[w.len - 1] == units[i].unit)
			seconds = units[i].seconds;
	w.len -= seconds != 1;
	f = said_whole(w, 10);
	if (!fact_known(f) || f.val < 0 || f.val > INTERVAL_MAX)
		return said_absent();
	f.val *= seconds;
	return f;
}

/* ---- errors ---- */

enum said said_error(struct word text, const struct said_phrase *phrases, size_t n,
		     char out[SAID_ERROR_MAX])
{
	struct word line;

	out[0] = '\0';
	while (said_line(&text, &line)) {
		for (size_t i = 0; i < n; i++) {
			if (!said_after(line, phrases[i].text).s)
				continue;
			said_copy(out, SAID_ERROR_MAX, said_trim(line));
			return phrases[i].means;
		}
	}
	return SAID_NOTHING;
}
