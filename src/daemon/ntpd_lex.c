// SPDX-License-Identifier: GPL-2.0-or-later
/* The words of an ntp.conf. */
#include "ntpd_lex.h"

#include <string.h>

#include "../letters.h"

#define BILLION 1000000000LL
#define WEEK_S (7LL * 24 * 60 * 60)

static bool is_special(char c)
{
	return c && strchr("{}(),;|=", c);
}

/* Both read 7 bits and skip bytes that have the eighth (lex_getch()): a BOM, too. */
static void add_byte(struct lexeme *w, char c)
{
	if ((unsigned char)c > 0x7f)
		return;
	if (w->len < LEX_MAX)
		w->s[w->len] = c;
	w->len++;
}

static void add_quoted(const char **p, const char *end, struct lexeme *w)
{
	w->quoted = true;
	for ((*p)++; *p < end && **p != '"'; (*p)++)
		add_byte(w, **p);
	if (*p < end)
		(*p)++;
}

/* Up to a blank, a comment, or behind the quotation that it ends with: pre"fix of it" */
static void add_word(const char **p, const char *end, enum lex_next next, struct lexeme *w)
{
	if (*p < end && next == LEX_TOKEN && is_special(**p)) {
		add_byte(w, *(*p)++);
		return;
	}
	for (; *p < end && !is_space(**p); (*p)++) {
		if (**p == '"') {
			add_quoted(p, end, w);
			return;
		}
		if (**p == '#') {
			*p = end;
			return;
		}
		if (next == LEX_TOKEN && is_special(**p))
			return;
		add_byte(w, **p);
	}
}

bool lex_word(const char **p, const char *end, enum lex_next next, struct lexeme *w)
{
	w->len = 0;
	w->quoted = false;
	/* an empty quotation is passed over, too */
	while (w->len == 0 && *p < end) {
		while (*p < end && is_space(**p))
			(*p)++;
		add_word(p, end, next, w);
	}
	w->s[w->len < LEX_MAX ? w->len : LEX_MAX] = '\0';
	return w->len > 0 && w->len <= LEX_MAX;
}

bool lex_is(const struct lexeme *w, const char *keyword)
{
	return !w->quoted && !strcmp(w->s, keyword);
}

/* Digits to the end of the word, at most `max`. */
static bool read_digits(const char *p, unsigned int base, uint64_t max, uint64_t *value)
{
	if (!*p)
		return false;
	for (*value = 0; *p; p++) {
		const char low = (char)(*p | 0x20);
		unsigned int d = 16;

		if (is_digit(*p))
			d = (unsigned int)(*p - '0');
		else if (low >= 'a' && low <= 'f')
			d = (unsigned int)(low - 'a') + 10;
		if (d >= base)
			return false;
		*value = *value * base + d;
		if (*value > max)
			return false;
	}
	return true;
}

bool lex_int(const struct lexeme *w, int64_t *value)
{
	const bool negative = w->s[0] == '-';
	uint64_t v;

	if (w->quoted || !read_digits(w->s + negative, 10, INT32_MAX, &v))
		return false;
	*value = negative ? -(int64_t)v : (int64_t)v;
	return true;
}

bool lex_uint(const struct lexeme *w, int64_t *value)
{
	const bool hex = w->s[0] == '0' && (w->s[1] | 0x20) == 'x';
	uint64_t v;

	if (lex_int(w, value))
		return true;
	if (w->quoted || !read_digits(w->s + (hex ? 2 : 0), hex ? 16 : 10, UINT32_MAX, &v))
		return false;
	*value = (int64_t)v;
	return true;
}

/* digits * 10^power */
struct decimal {
	uint64_t digits;
	int power;
	unsigned int n;		/* how many digits were written */
};

/* Eighteen digits count; the others only say how large it is. */
static void add_digits(const char **p, bool behind_point, struct decimal *d)
{
	for (; is_digit(**p); (*p)++) {
		const bool counts = d->digits < 100000000000000000ULL;

		if (counts)
			d->digits = d->digits * 10 + (unsigned int)(**p - '0');
		if (counts == behind_point)
			d->power += behind_point ? -1 : 1;
		d->n++;
	}
}

static int read_exponent(const char **p)
{
	bool negative;
	int v = 0;

	if ((**p | 0x20) != 'e')
		return 0;
	(*p)++;
	negative = **p == '-';
	if (negative || **p == '+')
		(*p)++;
	for (; is_digit(**p); (*p)++)
		if (v < 10000)
			v = v * 10 + (**p - '0');
	return negative ? -v : v;
}

/* In billionths; false when there is no room for it. */
static bool scale(const struct decimal *d, int64_t *value)
{
	uint64_t v = d->digits;
	int power = d->power + 9;

	for (; power < 0 && v; power++)
		v = power == -1 ? (v + 5) / 10 : v / 10;
	for (; power > 0 && v; power--) {
		if (v > INT64_MAX / 10)
			return false;
		v *= 10;
	}
	*value = (int64_t)v;
	return true;
}

static bool add_eras(const char **p, int64_t *value)
{
	for (; **p == 'g' || **p == 'G'; (*p)++)
		if (__builtin_add_overflow(*value, (**p == 'g' ? 1024 : 8192) * WEEK_S * BILLION,
					   value))
			return false;
	return true;
}

bool lex_billionths(const struct lexeme *w, bool eras, int64_t *value)
{
	struct decimal d = { 0 };
	const char *p = w->s;
	const bool negative = *p == '-';

	if (w->quoted)
		return false;
	if (negative || *p == '+')
		p++;
	add_digits(&p, false, &d);
	if (*p == '.') {
		p++;
		add_digits(&p, true, &d);
	}
	if (d.n == 0)
		return false;
	d.power += read_exponent(&p);
	if (!scale(&d, value))
		return false;
	if (negative)
		*value = -*value;
	return (!eras || add_eras(&p, value)) && !*p;
}
