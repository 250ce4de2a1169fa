// SPDX-License-Identifier: GPL-2.0-or-later
/* Texts in pictures and pages. */
#include "plottext.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define TIME_MARKS 8		/* at most */

/* ---- numbers ---- */

static const struct {
	struct plot_unit unit;
	int exponent;
} units[] = {
	{ { "s", 1 }, 0 },
	{ { "ms", 1e3 }, -3 },
	{ { "us", 1e6 }, -6 },
	{ { "ns", 1e9 }, -9 },
	{ { "ps", 1e12 }, -12 },
};

struct plot_unit plot_unit(double seconds)
{
	size_t i = 0;

	/* 999.96 ns would be printed as 1000 ns */
	while (i + 1 < ARRAY_SIZE(units) && fabs(seconds) * units[i].unit.scale < 0.99995)
		i++;
	return units[seconds == 0 || !isfinite(seconds) ? 3 : i].unit;
}

double plot_time_step(double span_s)
{
	static const double steps_s[] = {
		1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200,
		86400, 2 * 86400, 7 * 86400, 14 * 86400, 28 * 86400.,
	};
	double decade;

	for (size_t i = 0; i < ARRAY_SIZE(steps_s); i++)
		if (span_s > 1 && span_s <= TIME_MARKS * steps_s[i])
			return steps_s[i];
	/* parts of a second, or years */
	decade = pow(10, ceil(log10(fmax(span_s, 1e-9) / TIME_MARKS)));
	return fmax(decade, span_s > 1 ? 100 * 86400. : 0);
}

static const char *const raised[] = {
	"\xe2\x81\xb0", "\xc2\xb9", "\xc2\xb2", "\xc2\xb3", "\xe2\x81\xb4",
	"\xe2\x81\xb5", "\xe2\x81\xb6", "\xe2\x81\xb7", "\xe2\x81\xb8", "\xe2\x81\xb9",
};

const char *plot_decade(int exponent, char text[PLOT_DECADE_SIZE])
{
	char digits[12];
	size_t len = 0;

	snprintf(digits, sizeof(digits), "%d", exponent);
	len += (size_t)snprintf(text, PLOT_DECADE_SIZE, "10");
	for (const char *d = digits; *d && len < PLOT_DECADE_SIZE; d++)
		len += (size_t)snprintf(text + len, PLOT_DECADE_SIZE - len, "%s",
					*d == '-' ? "\xe2\x81\xbb" : raised[*d - '0']);
	return text;
}

const char *plot_decade_seconds(int exponent, char text[PLOT_DECADE_SIZE])
{
	static const char *const sizes[] = { "1", "10", "100", "1000" };
	char decade[PLOT_DECADE_SIZE];
	size_t i = 0;

	while (i + 1 < ARRAY_SIZE(units) && exponent < units[i].exponent)
		i++;
	exponent -= units[i].exponent;
	if (exponent >= 0 && exponent < (i ? 3 : 4))
		snprintf(text, PLOT_DECADE_SIZE, "%s %s", sizes[exponent], units[i].unit.name);
	else
		snprintf(text, PLOT_DECADE_SIZE, "%.24s %s", plot_decade(exponent, decade),
			 units[i].unit.name);
	return text;
}

/* ---- names ---- */

static bool is_follower(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

size_t plot_letter(const char *s)
{
	const unsigned char c = (unsigned char)s[0];
	const size_t len = c < 0x80 ? 1 : c < 0xc2 ? 0 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : c < 0xf5 ? 4 : 0;
	unsigned int code = len < 2 ? c : c & (0xffU >> (len + 1));

	for (size_t i = 1; i < len; i++) {
		if (!is_follower(s[i]))
			return 0;
		code = code << 6 | ((unsigned char)s[i] & 0x3f);
	}
	if (code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0xfffe || code == 0xffff ||
	    (len == 3 && (code < 0x800 || (code >= 0xd800 && code < 0xe000))) ||
	    (len == 4 && (code < 0x10000 || code > 0x10ffff)))
		return 0;
	/* marks that turn the direction of what stands beside a name */
	if ((code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069) ||
	    code == 0x2028 || code == 0x2029)
		return 0;
	return len;
}

/* The letter at *s as it is shown; *s moves behind it.  False: there is no more. */
static bool next_letter(const char **s, char shown[5])
{
	const size_t len = plot_letter(*s);

	if (!**s)
		return false;
	if (len) {
		memcpy(shown, *s, len);
		shown[len] = '\0';
	} else {
		snprintf(shown, 5, "\\x%02x", (unsigned char)**s);
	}
	*s += len ? len : 1;
	return true;
}

const char *plot_name(const char *name, char text[PLOT_NAME_SIZE])
{
	const size_t head = PLOT_NAME_LETTERS / 2 - 1, tail = PLOT_NAME_LETTERS - 1 - head;
	const char *s = name;
	char shown[5];
	size_t letters = 0, len = 0;

	while (next_letter(&s, shown))
		letters++;
	s = name;
	for (size_t i = 0; next_letter(&s, shown) && len < PLOT_NAME_SIZE; i++) {
		if (letters > PLOT_NAME_LETTERS && i >= head && i < letters - tail) {
			if (i > head)
				continue;
			snprintf(shown, sizeof(shown), "\xe2\x80\xa6");
		}
		len += (size_t)snprintf(text + len, PLOT_NAME_SIZE - len, "%s", shown);
	}
	text[len < PLOT_NAME_SIZE ? len : PLOT_NAME_SIZE - 1] = '\0';
	return text;
}

/* `with` stands for the letters that have a meaning; NULL: the letter itself will do. */
static const char *replace_letters(const char *text, char *out, size_t size,
				   const char *(*with)(char c))
{
	size_t len = 0;

	for (; *text; text++) {
		const char *piece = with(*text);
		const size_t n = piece ? strlen(piece) : 1;

		if (len + n >= size)
			break;
		memcpy(out + len, piece ? piece : text, n);
		len += n;
	}
	out[len] = '\0';
	return out;
}

static const char *in_quotes(char c)
{
	switch (c) {
	case '\'':
		return "\xe2\x80\x99";
	case '`':
		return "\xe2\x80\x98";
	default:
		return (unsigned char)c < 0x20 ? "?" : NULL;
	}
}

const char *plot_quote(const char *text, char *quoted, size_t size)
{
	return replace_letters(text, quoted, size, in_quotes);
}

static const char *in_xml(char c)
{
	switch (c) {
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '&':
		return "&amp;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	default:
		return NULL;
	}
}

const char *plot_escape(const char *text, char *escaped, size_t size)
{
	return replace_letters(text, escaped, size, in_xml);
}
