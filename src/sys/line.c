// SPDX-License-Identifier: GPL-2.0-or-later
/* One line of a stream, for people or JSON, in a buffer of fixed size. */
#include "line.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

static const char hex[] = "0123456789abcdef";

static void put(struct line *l, const char *text, size_t n)
{
	if (l->full || n > sizeof(l->text) - l->len) {
		l->full = true;
		return;
	}
	memcpy(l->text + l->len, text, n);
	l->len += n;
}

static void put_char(struct line *l, char c)
{
	put(l, &c, 1);
}

int line_write(struct line *l, FILE *f)
{
	size_t n = l->len;

	l->len = 0;
	l->full = false;
	errno = 0;
	if (fwrite(l->text, 1, n, f) == n && putc('\n', f) != EOF)
		return 0;
	return errno ? -errno : -EIO;
}

void line_add(struct line *l, const char *text)
{
	put(l, text, strlen(text));
}

void line_addf(struct line *l, const char *fmt, ...)
{
	char text[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	line_add(l, text);
}

void line_column(struct line *l, const char *text, size_t column)
{
	line_add(l, text);
	do
		put_char(l, ' ');
	while (l->len < column);
}

static bool is_plain(char c)
{
	return c >= 0x20 && c <= 0x7e && c != '\\';
}

void line_wire(struct line *l, const char *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)bytes[i];

		if (is_plain(bytes[i]))
			put_char(l, bytes[i]);
		else
			put(l, (const char[]){ '\\', 'x', hex[c >> 4], hex[c & 15] }, 4);
	}
}

void line_digits(struct line *l, uint64_t number, unsigned int digits)
{
	char text[24];
	size_t i = sizeof(text);

	while (number || (digits && i)) {
		text[--i] = (char)('0' + number % 10);
		number /= 10;
		digits -= digits > 0;
	}
	put(l, text + i, sizeof(text) - i);
}

void line_decimal(struct line *l, int64_t number, unsigned int places)
{
	uint64_t whole = number < 0 ? -(uint64_t)number : (uint64_t)number;
	uint64_t unit = 1;

	for (unsigned int i = 0; i < places && unit < UINT64_MAX / 10; i++)
		unit *= 10;
	if (number < 0)
		put_char(l, '-');
	line_digits(l, whole / unit, 1);
	if (!places)
		return;
	put_char(l, '.');
	line_digits(l, whole % unit, places);
}

void line_key(struct line *l, const char *key)
{
	char last = l->len ? l->text[l->len - 1] : '{';

	if (last != '{' && last != '[')
		put_char(l, ',');
	if (!key)
		return;
	put_char(l, '"');
	line_add(l, key);
	put(l, "\":", 2);
}

void line_open(struct line *l, const char *key, char bracket)
{
	line_key(l, key);
	put_char(l, bracket);
}

void line_close(struct line *l, char bracket)
{
	put_char(l, bracket);
}

void line_json_number(struct line *l, const char *key, uint64_t number)
{
	line_key(l, key);
	line_digits(l, number, 1);
}

void line_json_decimal(struct line *l, const char *key, int64_t number, unsigned int places)
{
	line_key(l, key);
	line_decimal(l, number, places);
}

void line_json_known(struct line *l, const char *key, bool is_known, int64_t number)
{
	if (is_known)
		line_json_decimal(l, key, number, 0);
	else
		line_json_null(l, key);
}

void line_json_bool(struct line *l, const char *key, bool value)
{
	line_key(l, key);
	line_add(l, value ? "true" : "false");
}

void line_json_null(struct line *l, const char *key)
{
	line_key(l, key);
	line_add(l, "null");
}

void line_json_text(struct line *l, const char *key, const char *text)
{
	line_json_wire(l, key, text, strlen(text));
}

/* How many bytes from here on need no escape. */
static size_t plain_part(const char *bytes, size_t n)
{
	size_t i = 0;

	while (i < n && is_plain(bytes[i]) && bytes[i] != '"')
		i++;
	return i;
}

void line_json_wire(struct line *l, const char *key, const char *bytes, size_t n)
{
	line_key(l, key);
	put_char(l, '"');
	while (n) {
		size_t plain = plain_part(bytes, n);
		unsigned char c;

		put(l, bytes, plain);
		bytes += plain;
		n -= plain;
		if (!n)
			break;
		c = (unsigned char)*bytes++;
		n--;
		if (c == '"' || c == '\\')
			put(l, (const char[]){ '\\', (char)c }, 2);
		else
			put(l, (const char[]){ '\\', 'u', '0', '0', hex[c >> 4], hex[c & 15] }, 6);
	}
	put_char(l, '"');
}
