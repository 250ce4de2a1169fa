/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * NMEA 0183 and the sentences that receivers add to it.  Pure: bytes in,
 * sentences out; no allocation, no locale, no time zone, no clock.
 *
 * Two steps.  nmea_next() cuts a stream of bytes, in whatever pieces it
 * arrives, into sentences and judges their checksums.  nmea_decode() takes the
 * values out of one sentence; every value is judged by itself, since receivers
 * send rubbish under a valid checksum: a bad position does not spoil a good time.
 */
#ifndef GPSPPSCTL_NMEA_H
#define GPSPPSCTL_NMEA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The longest sentence, from '$' to before CR LF.  The standard says 80;
 * receivers send 205.
 */
#define NMEA_LINE_MAX 512
#define NMEA_FIELDS_MAX 48
#define NMEA_TYPE_MAX 15

enum nmea_sum {
	NMEA_SUM_OK,
	NMEA_SUM_BAD,
	NMEA_SUM_NONE,		/* the sentence has none; some receivers never send one */
};

struct nmea_sentence {
	const char *raw;	/* from '$'; no NUL behind; valid until the parser's next call */
	size_t len;
	uint64_t offset;	/* of the '$' in the stream */
	enum nmea_sum sum;
	bool cut;		/* ended by the next '$', not by CR or LF */
	char talker[3];		/* "GP"; "P" for a proprietary sentence; "" when malformed */
	char type[NMEA_TYPE_MAX + 1];	/* "RMC"; the whole tag of a proprietary one, "PGRMT" */
	unsigned int n_fields;	/* behind the tag */
	uint16_t at[NMEA_FIELDS_MAX + 2];	/* see nmea_field() */
};

struct nmea_stats {
	uint64_t sentences;	/* all: good, bad and without checksum */
	uint64_t bad;
	uint64_t none;
	uint64_t overlong;	/* dropped, not in `sentences` */
	uint64_t junk_bytes;	/* between sentences, CR and LF not counted */
};

/* A parser; all zero is its beginning.  Read stats at any time. */
struct nmea {
	struct nmea_stats stats;
	uint64_t offset;	/* of the next byte */
	uint64_t start;		/* of the '$' in line[] */
	size_t len;		/* characters in line[]; 0 between sentences */
	bool skipping;		/* in an over-long line */
	char line[NMEA_LINE_MAX];
};

/*
 * Take bytes until one sentence is complete: true, with *s filled and *buf and
 * *len moved behind it.  False when the bytes are used up; an unfinished
 * sentence waits for the next call.  So:
 *
 *	while (nmea_next(&parser, &buf, &len, &s))
 *		use(&s);
 *
 * Any cut into pieces gives the same sentences and statistics.  Every '$'
 * begins anew, so a good sentence behind a bad, cut or over-long one is found.
 */
bool nmea_next(struct nmea *p, const char **buf, size_t *len, struct nmea_sentence *s);

/* The end of the stream: a last sentence without CR LF, or false. */
bool nmea_end(struct nmea *p, struct nmea_sentence *s);

/* Analyse one sentence that is already cut out: from '$' to before CR LF. */
void nmea_parse(const char *raw, size_t len, struct nmea_sentence *s);

/* The text of a field (the first behind the tag is 0); length 0 when absent. */
const char *nmea_field(const struct nmea_sentence *s, unsigned int i, size_t *len);

/* The field is exactly this text. */
bool nmea_field_is(const struct nmea_sentence *s, unsigned int i, const char *text);

/* XOR of all characters: what stands behind '*' in hexadecimal. */
uint8_t nmea_checksum(const char *text, size_t len);

/*
 * "$BODY*HH\r\n" from BODY.  The length without the NUL, -ENOSPC, or -EINVAL
 * when BODY has a character that no sentence may have.
 */
int nmea_format(char *buf, size_t size, const char *body);

/*
 * The character that was sent, when the data line's polarity is inverted.  An
 * LVC receiver on a TTL UART: start bits read as data, so each 7-bit character
 * c arrives as (~c << 1) | 1.
 */
static inline char nmea_uninvert(uint8_t byte)
{
	return (char)(~(byte >> 1) & 0x7f);
}

/* ---- values ---- */

struct nmea_utc {
	int16_t year;		/* 2026; two-digit years from 80 are 19yy (GPS began in 1980) */
	uint8_t month, day;
	uint8_t hour, minute;
	uint8_t second;		/* 60 in a leap second, which is 23:59:60 */
	uint32_t ns;
};

enum {
	NMEA_HAS_TIME		= 1 << 0,	/* utc.hour to .ns */
	NMEA_HAS_DATE		= 1 << 1,	/* utc.year, .month, .day */
	NMEA_HAS_VALID		= 1 << 2,
	NMEA_HAS_POSITION	= 1 << 3,
	NMEA_HAS_FIX		= 1 << 4,
	NMEA_HAS_QUALITY	= 1 << 5,
	NMEA_HAS_USED		= 1 << 6,
	NMEA_HAS_IN_VIEW	= 1 << 7,
	NMEA_HAS_GPS_TIME	= 1 << 8,	/* gps_week, gps_second */
	NMEA_HAS_LEAP		= 1 << 9,
	NMEA_HAS_ERROR		= 1 << 10,
	NMEA_HAS_TEXT		= 1 << 11,
	NMEA_HAS_NEXT_PULSE	= 1 << 12,
};

struct nmea_data {
	unsigned int has;	/* which of these the sentence said, and said sensibly */
	struct nmea_utc utc;
	bool valid;		/* status, mode, quality, fix of RMC GLL GNS GGA ZDG PGRMF */
	int64_t lat_ndeg, lon_ndeg;	/* north and east positive */
	int fix;		/* GSA, PGRMF: 1 none, 2 2D, 3 3D */
	int quality;		/* GGA field 6; ZDG 0 none, 1 to 20 ms, 2 to 100 ns */
	int satellites_used;	/* GGA, GSA */
	int satellites_in_view;	/* GSV; of this talker's constellation */
	int gps_week;		/* PGRMF: 0 to 1023 */
	int gps_second;		/* PGRMF: of the week */
	int leap_s;		/* PGRMF: GPS - UTC */
	int64_t error_mm;	/* PGRME: estimated horizontal position error */
	const char *text;	/* PGRMT: product and version; not NUL-terminated, printable */
	size_t text_len;
	struct nmea_utc next_pulse;	/* ZDG: not UTC but GPS time, of the pulse to come */
};

/*
 * What one sentence says of these; false for a type that has none of them.
 * Looks at no checksum: whoever calls decides which checksums to trust.
 */
bool nmea_decode(const struct nmea_sentence *s, struct nmea_data *d);

/* ---- dates ---- */

/*
 * The calendar day that GPS week numbers of 10 bits make ambiguous: a receiver
 * whose firmware has rolled over says a date 1024 weeks early, or several times
 * that.  Adds as many times 1024 weeks as bring *t to `reference` (year, month,
 * day; a day the sentence cannot be before, as that of our release) or later;
 * *t's time of day stays.  True when *t was changed.
 */
bool nmea_repair_rollover(struct nmea_utc *t, const struct nmea_utc *reference);

/* Since 1970; of a whole date and time, year 1678 to 2261. */
int64_t nmea_utc_ns(const struct nmea_utc *t);

/* ---- all fields of a sentence, by name ---- */

enum nmea_kind {
	NMEA_KIND_NONE,		/* the field is absent, empty or no such value: null */
	NMEA_KIND_TEXT,		/* text, text_len; any bytes: whoever prints it escapes them */
	NMEA_KIND_NUMBER,	/* number / 10^places */
};

struct nmea_value {
	const char *name;	/* "latitude_deg", "speed_knots"; its unit in it; static */
	const char *of;		/* the list whose element it belongs to, "satellites"; or NULL */
	unsigned int element;	/* of that list, from 0 */
	enum nmea_kind kind;
	int64_t number;
	unsigned int places;
	const char *text;
	size_t text_len;
};

/*
 * The i-th value of a sentence, in the order of its fields; false behind the
 * last, and for a type whose fields are not known.  Time, date and the verdict
 * on validity are nmea_decode()'s and not among them.  A value of GSV is of the
 * list "satellites" ("prn", "elevation_deg", "azimuth_deg", "snr_db"), those of
 * GSA's satellites are of the list "satellites_used" with the name "" (an array of
 * plain numbers); elements without anything in them are left out.  Numbers have
 * as many places as were sent, angles of a position 9.
 */
bool nmea_value(const struct nmea_sentence *s, unsigned int i, struct nmea_value *v);

#endif
