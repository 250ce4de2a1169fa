// SPDX-License-Identifier: GPL-2.0-or-later
/* What a sentence says about time and fix, each value judged by itself. */
#include "nmea.h"

#include <string.h>

#include "nmea_layout.h"

#define PIVOT_YEAR 80		/* the first GPS time is of January 1980 */
#define MM_PLACES 3

static unsigned int decode_date(const char *p, size_t n, struct nmea_utc *t)
{
	int day, month, year;

	if (n != 6 || !number_whole(p, 2, &day) || !number_whole(p + 2, 2, &month) ||
	    !number_whole(p + 4, 2, &year))
		return 0;
	year += year >= PIVOT_YEAR ? 1900 : 2000;
	if (!number_is_date(year, month, day))
		return 0;
	t->year = (int16_t)year;
	t->month = (uint8_t)month;
	t->day = (uint8_t)day;
	return NMEA_HAS_DATE;
}

static unsigned int decode_day_month_year(const struct nmea_sentence *s, unsigned int i,
					  struct nmea_utc *t)
{
	int v[3];

	for (unsigned int k = 0; k < 3; k++) {
		size_t n;
		const char *p = nmea_field(s, i + k, &n);

		if (!number_whole(p, n, &v[k]))
			return 0;
	}
	if (!number_is_date(v[2], v[1], v[0]))
		return 0;
	t->day = (uint8_t)v[0];
	t->month = (uint8_t)v[1];
	t->year = (int16_t)v[2];
	return NMEA_HAS_DATE;
}

static unsigned int decode_status(const struct nmea_sentence *s, const struct column *c,
				  struct nmea_data *d)
{
	d->valid = nmea_field_is(s, c->field, "A");
	return d->valid || nmea_field_is(s, c->field, "V") ? NMEA_HAS_VALID : 0;
}

/*
 * The mode indicator (NMEA 2.3) goes before the status: a fix that is
 * estimated, set by hand, simulated or none is not valid, whatever the status
 * says (IEC 61162-1).  Quectel's U is "unsafe".
 */
static bool is_trusted(char mode)
{
	return !strchr("NEMSU", mode);
}

static unsigned int decode_mode(const struct nmea_sentence *s, const struct column *c,
				struct nmea_data *d)
{
	if (column_letters(s, c) && !is_trusted(s->raw[s->at[c->field]]))
		d->valid = false;
	return 0;
}

/* GNS: a mode for each constellation, and one that is good is enough. */
static unsigned int decode_modes(const struct nmea_sentence *s, const struct column *c,
				 struct nmea_data *d)
{
	size_t n;
	const char *p = nmea_field(s, c->field, &n);

	if (!column_letters(s, c))
		return 0;
	for (size_t i = 0; i < n; i++)
		d->valid |= is_trusted(p[i]);
	return NMEA_HAS_VALID;
}

static unsigned int decode_angle(const struct nmea_sentence *s, const struct column *c,
				 struct nmea_data *d)
{
	int64_t *to = c->has == HALF_LAT ? &d->lat_ndeg : &d->lon_ndeg;

	return column_angle(s, c, to) ? c->has : 0;
}

static unsigned int decode_number(const struct nmea_sentence *s, const struct column *c,
				  struct nmea_data *d)
{
	struct number v;

	if (!column_number(s, c, c->field, &v))
		return 0;
	if (c->has == NMEA_HAS_ERROR)
		d->error_mm = number_scaled(&v, MM_PLACES);
	else
		*(int *)((char *)d + c->to) = (int)v.digits;
	if (c->kind != COLUMN_FROM_0)
		return c->has;
	d->valid = d->fix > 1;	/* PGRMF */
	return c->has | NMEA_HAS_VALID;
}

static unsigned int decode_text(const struct nmea_sentence *s, const struct column *c,
				struct nmea_data *d)
{
	size_t n;
	const char *p = nmea_field(s, c->field, &n);

	for (size_t i = 0; i < n; i++)
		if (p[i] < 0x20 || p[i] > 0x7e)
			return 0;
	d->text = p;
	d->text_len = n;
	return n ? c->has : 0;
}

static unsigned int decode_time(const struct nmea_sentence *s, const struct column *c,
				struct nmea_data *d)
{
	size_t n;
	const char *p = nmea_field(s, c->field, &n);

	return number_time(p, n, &d->utc) ? c->has : 0;
}

static unsigned int decode_column(const struct nmea_sentence *s, const struct column *c,
				  struct nmea_data *d)
{
	size_t n;
	const char *p;

	switch (c->kind) {
	case COLUMN_TIME:
		return decode_time(s, c, d);
	case COLUMN_DATE:
		p = nmea_field(s, c->field, &n);
		return decode_date(p, n, &d->utc);
	case COLUMN_DAY_MONTH_YEAR:
		return decode_day_month_year(s, c->field, &d->utc);
	case COLUMN_STATUS:
		return decode_status(s, c, d);
	case COLUMN_LETTER:
		return decode_mode(s, c, d);
	case COLUMN_LETTERS:
		return decode_modes(s, c, d);
	case COLUMN_ANGLE:
		return decode_angle(s, c, d);
	case COLUMN_TEXT:
		return decode_text(s, c, d);
	default:
		return decode_number(s, c, d);
	}
}

/* Count the satellites that GSA lists. */
static void count_used(const struct nmea_sentence *s, const struct column_list *l,
		       struct nmea_data *d)
{
	unsigned int n = column_list_fields(l, s);
	size_t len;

	for (unsigned int i = 0; i < n; i++) {
		nmea_field(s, l->first + i, &len);
		d->satellites_used += len > 0;
	}
	d->has |= NMEA_HAS_USED;
}

/* What follows from two fields, or from the kind of sentence. */
static void conclude(const struct layout *l, struct nmea_data *d)
{
	const unsigned int position = HALF_LAT | HALF_LON, week = HALF_WEEK | HALF_SECOND;
	const unsigned int both = NMEA_HAS_TIME | NMEA_HAS_DATE;

	if ((d->has & position) == position)
		d->has |= NMEA_HAS_POSITION;
	if ((d->has & week) == week)
		d->has |= NMEA_HAS_GPS_TIME;
	d->has &= ~(position | week);
	if (d->has & NMEA_HAS_QUALITY) {
		/* 6 estimated, 7 by hand, 8 simulated */
		d->valid = d->quality >= 1 && d->quality <= 5;
		d->has |= NMEA_HAS_VALID;
	}
	if (!l->next_pulse)
		return;
	if ((d->has & both) == both)
		d->has |= NMEA_HAS_NEXT_PULSE;
	d->has &= ~both;
	d->next_pulse = d->utc;
	memset(&d->utc, 0, sizeof(d->utc));
}

bool nmea_decode(const struct nmea_sentence *s, struct nmea_data *d)
{
	const struct layout *l = nmea_layout(s);
	bool says = false;

	memset(d, 0, sizeof(*d));
	if (!l)
		return false;
	for (const struct column *c = l->columns; c < l->columns + l->n_columns; c++) {
		if (!c->has)
			continue;
		d->has |= decode_column(s, c, d);
		says = true;
	}
	if (d->has & NMEA_HAS_FIX && l->list)
		count_used(s, l->list, d);
	conclude(l, d);
	return says;
}
