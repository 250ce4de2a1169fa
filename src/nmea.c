// SPDX-License-Identifier: GPL-2.0-or-later
/* NMEA 0183: a stream of bytes cut into sentences, their checksums and fields. */
#include "nmea.h"

#include <errno.h>
#include <string.h>

static bool is_end(char c)
{
	return c == '\r' || c == '\n' || c == '$';
}

static bool is_start(char c)
{
	/* '!' starts an encapsulated sentence (AIS); only '$' interrupts another one */
	return c == '$' || c == '!';
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

	while (n < len && !is_end(buf[n]))
		n++;
	return n;
}

/* A complete line: count it, analyse it.  False for a lone '$'. */
static bool finish(struct nmea *p, const char *raw, size_t len, struct nmea_sentence *s)
{
	p->len = 0;
	if (len < 2) {
		p->stats.junk_bytes += len;
		return false;
	}
	nmea_parse(raw, len, s);
	s->offset = p->start;
	p->stats.sentences++;
	p->stats.bad += s->sum == NMEA_SUM_BAD;
	p->stats.none += s->sum == NMEA_SUM_NONE;
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

bool nmea_next(struct nmea *p, const char **buf, size_t *len, struct nmea_sentence *s)
{
	while (*len) {
		if (!p->len && !p->skipping)
			skip_junk(p, buf, len);
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

/* Judge the checksum; *body is the length up to the '*' or the end. */
static enum nmea_sum judge(const char *raw, size_t len, size_t *body)
{
	const char *star = memchr(raw, '*', len);
	int high, low;

	*body = len;
	if (!star)
		return NMEA_SUM_NONE;
	/* a text may hold a '*' of its own: the one that counts is third from the end */
	if (len >= 4 && raw[len - 3] == '*')
		star = raw + len - 3;
	*body = (size_t)(star - raw);
	if (*body != len - 3)
		return NMEA_SUM_BAD;
	high = hex_digit(star[1]);
	low = hex_digit(star[2]);
	if (high < 0 || low < 0 || nmea_checksum(raw + 1, *body - 1) != high * 16 + low)
		return NMEA_SUM_BAD;
	return NMEA_SUM_OK;
}

static void split(struct nmea_sentence *s, size_t body)
{
	size_t i = 1;

	while (i < body && s->raw[i] != ',')
		i++;
	s->n_fields = 0;
	s->at[0] = (uint16_t)(i + 1);
	for (i++; i <= body && s->n_fields < NMEA_FIELDS_MAX; i++) {
		if (i < body && s->raw[i] != ',')
			continue;
		s->n_fields++;
		s->at[s->n_fields] = (uint16_t)(i + 1);
	}
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
	size_t skip = 0;

	memset(s->talker, 0, sizeof(s->talker));
	memset(s->type, 0, sizeof(s->type));
	if (!tag_is_clean(tag, len))
		return;
	if (has_talker(tag, len))
		skip = 2;
	memcpy(s->talker, tag, skip ? 2 : tag[0] == 'P');
	memcpy(s->type, tag + skip, len - skip);
}

void nmea_parse(const char *raw, size_t len, struct nmea_sentence *s)
{
	size_t body;

	s->raw = raw;
	s->len = len;
	s->offset = 0;
	s->cut = false;
	s->sum = judge(raw, len, &body);
	split(s, body);
	set_tag(s, raw + 1, s->at[0] - 2);
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
