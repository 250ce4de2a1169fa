// SPDX-License-Identifier: GPL-2.0-or-later
/* Positions out of what a receiver said. */
#include "redact_heard.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "letters.h"
#include "nmea.h"
#include "redact_binary.h"

/* ---- bytes, as they are or with the line's polarity inverted ---- */

struct view {
	uint8_t *bytes;
	size_t n;
	bool inverted;		/* nmea_uninvert() */
};

/* The character, or 0 for one that no sentence has. */
static char get(const struct view *v, size_t i)
{
	uint8_t byte = v->bytes[i];

	if (!v->inverted)
		return byte < 0x80 ? (char)byte : '\0';
	return byte & 1 ? nmea_uninvert(byte) : '\0';
}

static void set(const struct view *v, size_t i, char c)
{
	v->bytes[i] = v->inverted ? (uint8_t)(~(unsigned int)c << 1) | 1 : (uint8_t)c;
}

/* ---- fields ---- */

/* The bytes of a sentence's field. */
struct span {
	size_t begin, end;
};

struct sentence {
	struct span fields[NMEA_FIELDS_MAX];	/* the tag is the first */
	size_t n;
};

static void blank_digits(const struct view *v, struct span f)
{
	for (size_t i = f.begin; i < f.end; i++)
		if (is_digit(get(v, i)))
			set(v, i, '0');
}

static bool is_number(const struct view *v, struct span f)
{
	bool digit = false;

	for (size_t i = f.begin; i < f.end; i++) {
		char c = get(v, i);

		if (!is_digit(c) && c != '.' && c != '-')
			return false;
		digit = digit || is_digit(c);
	}
	return digit;
}

/* 'N' or 'S' gives 'N', 'E' or 'W' gives 'E'; else 0. */
static char hemisphere(const struct view *v, struct span f)
{
	const char *at;
	char c = f.end - f.begin == 1 ? get(v, f.begin) : '\0';

	at = c ? strchr("NSEW", c) : NULL;
	return at ? "NNEE"[at - "NSEW"] : '\0';
}

/* Whatever the sentence is: a number with a hemisphere behind it is a place. */
static void blank_places(const struct view *v, const struct sentence *s)
{
	for (size_t i = 0; i + 1 < s->n; i++) {
		char side = hemisphere(v, s->fields[i + 1]);

		if (!side || !is_number(v, s->fields[i]))
			continue;
		blank_digits(v, s->fields[i]);
		set(v, s->fields[i + 1].begin, side);
	}
}

/* ---- sentences ---- */

#define FIELD(i) (1u << (i))	/* 1 is the first behind the tag */

/* Places that may have lost their hemisphere, and heights. */
static const struct {
	const char *tag;	/* ends so */
	uint32_t fields;
} types[] = {
	{ "RMC", FIELD(3) | FIELD(4) | FIELD(5) | FIELD(6) },
	{ "GGA", FIELD(2) | FIELD(3) | FIELD(4) | FIELD(5) | FIELD(9) | FIELD(11) },
	{ "GLL", FIELD(1) | FIELD(2) | FIELD(3) | FIELD(4) },
	{ "GNS", FIELD(2) | FIELD(3) | FIELD(4) | FIELD(5) | FIELD(9) | FIELD(10) },
	{ "PGRMF", FIELD(6) | FIELD(7) | FIELD(8) | FIELD(9) },
	{ "PGRMI", FIELD(1) | FIELD(2) | FIELD(3) | FIELD(4) },
	{ "PGRMZ", FIELD(1) },
	/* where satellites stand at a known time is a place, too */
	{ "GSV", FIELD(5) | FIELD(6) | FIELD(9) | FIELD(10) | FIELD(13) | FIELD(14) | FIELD(17) |
		 FIELD(18) },
};

static bool tag_ends(const struct view *v, struct span tag, const char *with)
{
	size_t n = strlen(with);

	if (tag.end - tag.begin < n)
		return false;
	for (size_t i = 0; i < n; i++)
		if (get(v, tag.end - n + i) != with[i])
			return false;
	return true;
}

/* $PUBX,00,time,lat,N,lon,E,height: the others of that tag have times there. */
static uint32_t fields_of(const struct view *v, const struct sentence *s)
{
	if (s->n > 1 && tag_ends(v, s->fields[0], "PUBX") && tag_ends(v, s->fields[1], "00"))
		return FIELD(3) | FIELD(4) | FIELD(5) | FIELD(6) | FIELD(7);
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (tag_ends(v, s->fields[0], types[i].tag))
			return types[i].fields;
	return 0;
}

static void split(const struct view *v, size_t begin, size_t end, struct sentence *s)
{
	size_t at = begin;

	for (s->n = 0; s->n < NMEA_FIELDS_MAX && at <= end; s->n++) {
		s->fields[s->n].begin = at;
		while (at < end && get(v, at) != ',')
			at++;
		s->fields[s->n].end = at++;
	}
}

static int hex_value(char c)
{
	static const char digits[] = "0123456789ABCDEF0123456789abcdef";
	const char *at = c ? strchr(digits, c) : NULL;

	return at ? (int)(at - digits) % 16 : -1;
}

static uint8_t sum_of(const struct view *v, size_t begin, size_t end)
{
	uint8_t sum = 0;

	for (size_t i = begin; i < end; i++)
		sum ^= (uint8_t)get(v, i);
	return sum;
}

/* The digits of a checksum, changed by as much as the text was. */
static void mend_sum(const struct view *v, size_t at, uint8_t change)
{
	for (int i = 0; i < 2; i++) {
		char c = get(v, at + i);
		int value = hex_value(c) ^ (i ? change & 15 : change >> 4);

		set(v, at + i, (c >= 'a' ? "0123456789abcdef" : "0123456789ABCDEF")[value]);
	}
}

/* From behind '$' (or a beginning that we missed) to before the line's end. */
static void blank_sentence(const struct view *v, size_t begin, size_t end)
{
	struct sentence s;
	size_t body = end;
	uint32_t fields;
	uint8_t before;
	bool summed;

	while (body > begin && (get(v, body - 1) == '\r' || get(v, body - 1) == ' '))
		body--;
	end = body;
	summed = end - begin >= 3 && get(v, end - 3) == '*' &&
		hex_value(get(v, end - 2)) >= 0 && hex_value(get(v, end - 1)) >= 0;
	/* a checksum that was cut off is no part of the last field */
	for (body = end; body > begin && end - body < 3 && get(v, body - 1) != '*'; body--)
		;
	body = summed ? end - 3 : body > begin && get(v, body - 1) == '*' ? body - 1 : end;
	before = sum_of(v, begin, body);
	split(v, begin, body, &s);
	fields = fields_of(v, &s);
	for (size_t i = 1; i < s.n && i < 32; i++)
		if (fields & FIELD(i))
			blank_digits(v, s.fields[i]);
	blank_places(v, &s);
	if (summed)
		mend_sum(v, end - 2, before ^ sum_of(v, begin, body));
}

static bool ends_line(char c)
{
	return c == '\r' || c == '\n' || c == '$' || !c;
}

static void blank_lines(const struct view *v)
{
	for (size_t at = 0, end; at < v->n; at = end + 1) {
		end = at;
		while (end < v->n && !ends_line(get(v, end)))
			end++;
		if (end > at)
			blank_sentence(v, at, end);
	}
}

void redact_bytes(uint8_t *bytes, size_t n)
{
	struct view plain = { bytes, n, false }, inverted = { bytes, n, true };

	redact_packets(bytes, n);
	blank_lines(&plain);
	blank_lines(&inverted);
}

/* ---- the text of the key ---- */

/* "\xHH", or a character. */
static uint8_t take_byte(const char **at)
{
	const char *p = *at;

	if (p[0] == '\\' && p[1] == 'x' && hex_value(p[2]) >= 0 && hex_value(p[3]) >= 0) {
		*at += 4;
		return (uint8_t)(hex_value(p[2]) * 16 + hex_value(p[3]));
	}
	return (uint8_t)*(*at)++;
}

/* The bytes of a line begin behind its time; NULL: it has none, as the last one, which is "end". */
static const char *bytes_of(const char *line)
{
	const char *at = line + strspn(line, "0123456789");

	if (at == line || *at != ' ' || !strcmp(at, " end") || !strcmp(at, " end\n"))
		return NULL;
	return at + 1;
}

static const char *next_line(const char *at)
{
	at += strcspn(at, "\n");
	return *at ? at + 1 : at;
}

static size_t decode(const char *text, uint8_t *bytes, size_t room)
{
	size_t n = 0;

	for (; *text; text = next_line(text)) {
		const char *at = bytes_of(text);

		while (at && *at && *at != '\n' && n < room)
			bytes[n++] = take_byte(&at);
	}
	return n;
}

struct writer {
	char *out;
	size_t len, size;
};

static void put(struct writer *w, const char *text, size_t n)
{
	if (w->len + n + 1 > w->size)
		return;
	memcpy(w->out + w->len, text, n);
	w->len += n;
	w->out[w->len] = '\0';
}

static void put_byte(struct writer *w, uint8_t byte)
{
	char hex[8];

	if (byte >= 0x20 && byte <= 0x7e && byte != '\\')
		put(w, (const char *)&byte, 1);
	else
		put(w, hex, snprintf(hex, sizeof(hex), "\\x%02x", byte));
}

int redact_heard(const char *text, uint8_t *bytes, size_t room, char *out, size_t size)
{
	struct writer w = { out, 0, size };
	size_t n = decode(text, bytes, room), i = 0;

	out[0] = '\0';
	redact_bytes(bytes, n);
	for (; *text; text = next_line(text)) {
		const char *at = bytes_of(text), *end = next_line(text);

		put(&w, text, at ? at - text : end - text);
		while (at && *at && *at != '\n' && i < n) {
			take_byte(&at);
			put_byte(&w, bytes[i++]);
		}
		if (at)
			put(&w, at, end - at);
	}
	return (int)w.len;
}
