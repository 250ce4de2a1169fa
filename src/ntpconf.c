// SPDX-License-Identifier: GPL-2.0-or-later
/* What ntp.conf says of an NMEA receiver. */
#include "ntpconf.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "words.h"

static const char nmea_address[] = "127.127.20.";	/* driver type 20 */

struct refclock {
	unsigned int unit, mode, baud;	/* baud 0: not said */
};

static bool word_is(struct word w, const char *text)
{
	return w.len == strlen(text) && !memcmp(w.s, text, w.len);
}

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : 16;
}

/* Decimal, or hexadecimal after 0x, as ntpd's scanner takes them. */
static bool word_number(struct word w, unsigned int *value)
{
	const unsigned int base = w.len > 2 && w.s[0] == '0' && (w.s[1] | 0x20) == 'x' ? 16 : 10;
	unsigned long long v = 0;

	for (size_t i = base == 16 ? 2 : 0; i < w.len; i++) {
		const unsigned int d = (unsigned int)digit(w.s[i]);

		if (d >= base || v > 0xffffffff)
			return false;
		v = v * base + d;
	}
	*value = (unsigned int)v;
	return w.len > 0 && v <= 0xffffffff;
}

static unsigned int mode_baud(unsigned int mode)
{
	static const unsigned int bauds[8] = { 4800, 9600, 19200, 38400, 57600, 115200 };
	const unsigned int baud = bauds[mode >> 4 & 7];

	return baud ? baud : 4800;	/* refclock_nmea.c's default branch */
}

/* Is this line about an NMEA receiver?  Then p stands behind its name. */
static bool begins_nmea(const char **p, const char *end, struct refclock *clock)
{
	const size_t prefix = sizeof(nmea_address) - 1;
	struct word verb = next_word(p, end);
	struct word what = next_word(p, end);

	if (word_is(verb, "refclock"))
		return word_is(what, "nmea");
	if (!word_is(verb, "server") || what.len <= prefix ||
	    memcmp(what.s, nmea_address, prefix))
		return false;
	what.s += prefix;
	what.len -= prefix;
	return word_number(what, &clock->unit);
}

static bool parse_line(const char *p, const char *end, struct refclock *clock)
{
	struct word w;

	memset(clock, 0, sizeof(*clock));
	if (!begins_nmea(&p, end, clock))
		return false;
	while ((w = next_word(&p, end)).len) {
		if (word_is(w, "unit"))
			word_number(next_word(&p, end), &clock->unit);
		else if (word_is(w, "mode"))
			word_number(next_word(&p, end), &clock->mode);
		else if (word_is(w, "baud"))
			word_number(next_word(&p, end), &clock->baud);
	}
	return true;
}

int ntpconf_baud(const char *text, size_t len, unsigned int unit, unsigned int *baud)
{
	const char *end = text + len;

	while (text < end) {
		const char *nl = memchr(text, '\n', (size_t)(end - text));
		struct refclock clock;

		if (parse_line(text, nl ? nl : end, &clock) && clock.unit == unit) {
			*baud = clock.baud ? clock.baud : mode_baud(clock.mode);
			return 0;
		}
		text = nl ? nl + 1 : end;
	}
	return -ENOENT;
}
