/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What stands where in a sentence: one table for its meaning and for its fields by name. */
#ifndef GPSPPSCTL_NMEA_LAYOUT_H
#define GPSPPSCTL_NMEA_LAYOUT_H

#include "nmea.h"
#include "nmea_number.h"

enum column_kind {
	COLUMN_NUMBER,		/* decimal, in its range; `letters`: its unit, in the next field */
	COLUMN_WHOLE,		/* the same without a fraction */
	COLUMN_FROM_0,		/* the same, said one too low: PGRMF's fix */
	COLUMN_HEX,		/* one hexadecimal digit, in its range */
	COLUMN_ANGLE,		/* [d]ddmm.mmmm and one of two letters in the next field */
	COLUMN_TOWARDS,		/* degrees and one of two letters in the next field */
	COLUMN_LETTER,		/* one of `letters` */
	COLUMN_LETTERS,		/* some of `letters` */
	COLUMN_TEXT,
	COLUMN_REST,		/* a text that may have commas: all up to the end */
	/* nmea_decode()'s alone, without a name */
	COLUMN_TIME,		/* hhmmss.s */
	COLUMN_DATE,		/* ddmmyy */
	COLUMN_DAY_MONTH_YEAR,	/* three fields */
	COLUMN_STATUS,		/* A or V */
};

struct column {
	const char *name;	/* NULL: has none; such columns stand first */
	const char *letters;
	int32_t min, max;
	uint32_t has;		/* what nmea_decode() makes of it, NMEA_HAS_*; or 0 */
	uint16_t to;		/* and where: the int at this offset in struct nmea_data */
	uint8_t field;
	uint8_t kind;
};

/* What is repeated in the middle of a sentence: the satellites of GSA and GSV. */
struct column_list {
	const char *of;
	const struct column *columns;
	uint8_t n_columns;
	uint8_t first;		/* field of the first element */
	uint8_t min_fields;	/* so many have their place, even when empty */
	uint8_t step;		/* and are more by so many at a time */
	uint8_t tail_max;	/* fields that may stand behind the last element */
};

struct layout {
	char type[8];		/* padded with NUL */
	const struct column *columns;
	const struct column_list *list;	/* behind the columns; or NULL */
	const struct column *tail;	/* behind the list: their fields count from its end */
	uint8_t n_columns, n_tail;
	bool next_pulse;	/* its time is GPS time, and of the pulse that follows */
};

/* Bits of `has` that never leave nmea_decode(): halves that mean nothing alone. */
#define HALF_LAT	(1u << 28)
#define HALF_LON	(1u << 29)
#define HALF_WEEK	(1u << 30)
#define HALF_SECOND	(1u << 31)

/* NULL for a type that is not decoded. */
const struct layout *nmea_layout(const struct nmea_sentence *s);

/* How many fields the list has in this sentence. */
unsigned int column_list_fields(const struct column_list *l, const struct nmea_sentence *s);

/* COLUMN_NUMBER, _WHOLE, _FROM_0 or _HEX in this field: false for anything else or too much. */
bool column_number(const struct nmea_sentence *s, const struct column *c, unsigned int field,
		   struct number *v);

/* COLUMN_ANGLE or _TOWARDS: degrees times 10^9, north and east positive. */
bool column_angle(const struct nmea_sentence *s, const struct column *c, int64_t *ndeg);

/* COLUMN_LETTER or _LETTERS: the field is one or some of them. */
bool column_letters(const struct nmea_sentence *s, const struct column *c);

#endif
