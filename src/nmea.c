// SPDX-License-Identifier: GPL-2.0-or-later
/* NMEA 0183: a stream of bytes cut into sentences, their checksums and fields. */
#include "nmea.h"

#include <errno.h>
#include <string.h>

/* What ends a sentence; '$' begins the next one as well. */
static const uint8_t is_end[256] = { ['\r'] = 1, ['\n'] = 1, ['$'] = 1 };

static bool is_start(char c)
{
	/* '!' starts an encapsulated sentence (AIS); only '$' interrupts another one */
	return c == '$' || c == '!';
}

uint8_t nmea_checksum(const char *text, size_t len)
{
	uint8_t sum = 0;

	for (size_t i = 0; i < len; i++)
		sum ^= (uint8_t)text[i];
	return sum;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	if (c >= 'a' && c <= 'f')	/* Magellan EC-10X and others */
		return c - 'a' + 10;
	return -1;
}

#define EACH_BYTE 0x0101010101010101ULL
#define HIGH_BITS (EACH_BYTE * 0x80)

/* Eight characters, the first in the lowest byte. */
static uint64_t load(const char *p)
{
	uint64_t w;

	memcpy(&w, p, sizeof(w));
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	w = __builtin_bswap64(w);
#endif
	return w;
}

/* Not 0 if one of the characters may end a sentence: '$', or below 14 as CR and LF are. */
static uint64_t ends(uint64_t w)
{
	uint64_t dollars = w ^ EACH_BYTE * '$';

	return ((dollars - EACH_BYTE) & ~dollars & HIGH_BITS) |
	       ((w - EACH_BYTE * 14) & ~w & HIGH_BITS);
}

/* The high bit of each byte that is a comma, and no other bit. */
static uint64_t commas(uint64_t w)
{
	uint64_t x = w ^ EACH_BYTE * ',';

	return ~(((x & ~HIGH_BITS) + ~HIGH_BITS) | x) & HIGH_BITS;
}

/* Note that fields begin behind these commas. */
static unsigned int note_commas(struct nmea_sentence *s, unsigned int n, uint64_t found, size_t i)
{
	for (; found && n <= NMEA_FIELDS_MAX; found &= found - 1)
		s->at[n++] = (uint16_t)(i + (unsigned int)__builtin_ctzll(found) / 8 + 1);
	return n;
}

static uint8_t fold(uint64_t x)
{
	x ^= x >> 32;
	x ^= x >> 16;
	return (uint8_t)(x ^ x >> 8);
}

/*
 * One pass over a sentence from behind its '$': the XOR, and where fields begin.
 * Ends before an end character (`whole`: at the end of the text only) and says
 * where.
 */
static size_t scan(const char *raw, size_t len, bool whole, struct nmea_sentence *s, uint8_t *sum)
{
	unsigned int n = 0;
	uint64_t x = 0;
	size_t i = 1;

	for (; i + 8 <= len; i += 8) {
		uint64_t w = load(raw + i);

		if (!whole && ends(w))
			break;
		x ^= w;
		n = note_commas(s, n, commas(w), i);
	}
	x = fold(x);
	for (; i < len && (whole || !is_end[(uint8_t)raw[i]]); i++) {
		x ^= (uint8_t)raw[i];
		if (raw[i] == ',')
			n = note_commas(s, n, 0x80, i);
	}
	s->n_fields = n;
	*sum = (uint8_t)x;
	return i;
}

/* Judge the checksum, given the XOR of all; *body is the length up to the '*' or the end. */
static enum nmea_sum judge(const char *raw, size_t len, uint8_t sum, size_t *body)
{
	const char *star;
	int high, low;

	/* a text may hold a '*' of its own: the one that counts is third from the end */
	if (len >= 4 && raw[len - 3] == '*')
		star = raw + len - 3;
	else
		star = memchr(raw, '*', len);
	*body = star ? (size_t)(star - raw) : len;
	if (!star)
		return NMEA_SUM_NONE;
	if (*body + 3 != len)
		return NMEA_SUM_BAD;
	high = hex_digit(star[1]);
	low = hex_digit(star[2]);
	sum ^= (uint8_t)('*' ^ star[1] ^ star[2]);
	return high >= 0 && low >= 0 && sum == high * 16 + low ? NMEA_SUM_OK : NMEA_SUM_BAD;
}

/* The fields end with the body, and are no more than there is room for. */
static void close_fields(struct nmea_sentence *s, size_t body)
{
	while (s->n_fields && s->at[s->n_fields - 1] > body)
		s->n_fields--;
	if (s->n_fields > NMEA_FIELDS_MAX)
		s->n_fields = NMEA_FIELDS_MAX;
	else
		s->at[s->n_fields] = (uint16_t)(body + 1);
}

static bool tag_is_clean(const char *tag, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!((tag[i] >= 'A' && tag[i] <= 'Z') || (tag[i] >= '0' && tag[i] <= '9')))
			return false;
	return len >= 3 && len <= NMEA_TYPE_MAX;
}

/*
 * Proprietary tags start with P: $PGRMC must not be taken for an RMC of the
 * talker PG.  The exception is Quectel, whose QZSS talker is PQ.
 */
static bool has_talker(const char *tag, size_t len)
{
	if (len != 5)
		return false;
	return tag[0] != 'P' || !memcmp(tag, "PQGSA", 5) || !memcmp(tag, "PQGSV", 5);
}

static void set_tag(struct nmea_sentence *s, const char *tag, size_t len)
{
	memset(s->talker, 0, sizeof(s->talker));
	memset(s->type, 0, sizeof(s->type));
	if (!tag_is_clean(tag, len))
		return;
	if (has_talker(tag, len)) {
		memcpy(s->talker, tag, 2);
		memcpy(s->type, tag + 2, 3);
		return;
	}
	s->talker[0] = tag[0] == 'P' ? 'P' : '\0';
	memcpy(s->type, tag, len);
}

/* What is known when the sentence's end and its XOR are. */
static void analyse(const char *raw, size_t len, uint8_t sum, struct nmea_sentence *s)
{
	size_t body;

	s->raw = raw;
	s->len = len;
	s->sum = judge(raw, len, sum, &body);
	close_fields(s, body ? body : 1);	/* the start belongs to no field */
	set_tag(s, raw + 1, s->at[0] - 2);
}

void nmea_parse(const char *raw, size_t len, struct nmea_sentence *s)
{
	uint8_t sum;

	scan(raw, len, true, s, &sum);
	analyse(raw, len, sum, s);
	s->offset = 0;
	s->cut = false;
}

static void advance(struct nmea *p, const char **buf, size_t *len, size_t n)
{
	*buf += n;
	*len -= n;
	p->offset += n;
}

/* Drop what lies between two sentences. */
static void skip_junk(struct nmea *p, const char **buf, size_t *len)
{
	size_t n = 0;

	for (; n < *len && !is_start((*buf)[n]); n++)
		if ((*buf)[n] != '\r' && (*buf)[n] != '\n')
			p->stats.junk_bytes++;
	advance(p, buf, len, n);
}

/* How many of these bytes belong to the line they continue. */
static size_t line_part(const char *buf, size_t len, bool fresh)
{
	size_t n = fresh ? 1 : 0;	/* the '$' that it starts with does not end it */

	while (n < len && !is_end[(uint8_t)buf[n]])
		n++;
	return n;
}

static void count(struct nmea *p, const struct nmea_sentence *s)
{
	p->stats.sentences++;
	p->stats.bad += s->sum == NMEA_SUM_BAD;
	p->stats.none += s->sum == NMEA_SUM_NONE;
}

/* A complete line: analyse it, count it.  False for a lone '$'. */
static bool finish(struct nmea *p, const char *raw, size_t len, struct nmea_sentence *s)
{
	p->len = 0;
	if (len < 2) {
		p->stats.junk_bytes += len;
		return false;
	}
	nmea_parse(raw, len, s);
	s->offset = p->start;
	count(p, s);
	return true;
}

/* Keep a part until the rest arrives. */
static void store(struct nmea *p, const char *part, size_t n)
{
	memcpy(p->line + p->len, part, n);
	p->len += n;
}

/* One line or the part of it that is here; true when a sentence is complete. */
static bool take_line(struct nmea *p, const char **buf, size_t *len, struct nmea_sentence *s)
{
	const char *part = *buf;
	bool fresh = !p->len && !p->skipping;
	size_t n = line_part(part, *len, fresh);
	bool ended = n < *len;
	bool cut = ended && part[n] == '$';
	size_t stored = p->len;

	if (fresh)
		p->start = p->offset;
	advance(p, buf, len, n);
	if (!p->skipping && stored + n > NMEA_LINE_MAX) {
		p->stats.overlong++;
		p->skipping = true;
		p->len = 0;
	}
	if (p->skipping) {
		p->skipping = !ended;
		return false;
	}
	if (stored || !ended)
		store(p, part, n);
	if (!ended)
		return false;
	if (!finish(p, stored ? p->line : part, stored + n, s))
		return false;
	s->cut = cut;
	return true;
}

/*
 * A line that is here from its start to its end, as all but the first and the
 * last of a large piece are: found, summed and split in one pass.  False, and
 * nothing taken, for any other.
 */
static bool take_whole(struct nmea *p, const char **buf, size_t *len, struct nmea_sentence *s)
{
	size_t limit = *len <= NMEA_LINE_MAX ? *len : NMEA_LINE_MAX + 1;
	uint8_t sum;
	size_t n = scan(*buf, limit, false, s, &sum);

	if (n == limit || n < 2)
		return false;
	analyse(*buf, n, sum, s);
	s->offset = p->offset;
	s->cut = (*buf)[n] == '$';
	advance(p, buf, len, n);
	count(p, s);
	return true;
}

bool nmea_next(struct nmea *p, const char **buf, size_t *len, struct nmea_sentence *s)
{
	while (*len) {
		if (!p->len && !p->skipping) {
			skip_junk(p, buf, len);
			if (*len && take_whole(p, buf, len, s))
				return true;
		}
		if (*len && take_line(p, buf, len, s))
			return true;
	}
	return false;
}

bool nmea_end(struct nmea *p, struct nmea_sentence *s)
{
	p->skipping = false;
	if (!p->len || !finish(p, p->line, p->len, s))
		return false;
	s->cut = true;
	return true;
}

const char *nmea_field(const struct nmea_sentence *s, unsigned int i, size_t *len)
{
	*len = 0;
	if (i >= s->n_fields)
		return "";
	*len = (size_t)(s->at[i + 1] - 1 - s->at[i]);
	return s->raw + s->at[i];
}

bool nmea_field_is(const struct nmea_sentence *s, unsigned int i, const char *text)
{
	size_t len;
	const char *field = nmea_field(s, i, &len);

	return len == strlen(text) && !memcmp(field, text, len);
}

int nmea_format(char *buf, size_t size, const char *body)
{
	static const char digits[] = "0123456789ABCDEF";
	size_t n = strlen(body);
	uint8_t sum = nmea_checksum(body, n);

	for (size_t i = 0; i < n; i++)
		if (body[i] < 0x20 || body[i] > 0x7e || is_start(body[i]) || body[i] == '*')
			return -EINVAL;
	if (size < n + sizeof("$*hh\r\n"))
		return -ENOSPC;
	buf[0] = '$';
	memcpy(buf + 1, body, n);
	buf[n + 1] = '*';
	buf[n + 2] = digits[sum >> 4];	/* upper case: Garmin wants it so */
	buf[n + 3] = digits[sum & 15];
	memcpy(buf + n + 4, "\r\n", sizeof("\r\n"));
	return (int)(n + 6);
}
