// SPDX-License-Identifier: GPL-2.0-or-later
/* The fields of a sentence by name. */
#include "nmea.h"

#include "nmea_layout.h"

#define ANGLE_PLACES 9

static bool read_text(const struct nmea_sentence *s, const struct column *c, unsigned int field,
		      struct nmea_value *v)
{
	if ((c->kind == COLUMN_LETTER || c->kind == COLUMN_LETTERS) && !column_letters(s, c))
		return false;
	v->text = nmea_field(s, field, &v->text_len);
	if (c->kind == COLUMN_REST && field < s->n_fields)
		v->text_len = (size_t)(s->at[s->n_fields] - 1 - s->at[field]);
	return v->text_len > 0;
}

static bool read_number(const struct nmea_sentence *s, const struct column *c,
			unsigned int field, struct nmea_value *v)
{
	struct number number;

	if (!column_number(s, c, field, &number))
		return false;
	v->number = number.digits;
	v->places = number.places;
	return true;
}

/* `base` is the field that the column's own is counted from. */
static void read_value(const struct nmea_sentence *s, const struct column *c, unsigned int base,
		       struct nmea_value *v)
{
	enum nmea_kind kind = NMEA_KIND_NUMBER;
	bool good;

	*v = (struct nmea_value){ .name = c->name };
	switch (c->kind) {
	case COLUMN_ANGLE:
	case COLUMN_TOWARDS:
		good = column_angle(s, c, &v->number);
		v->places = ANGLE_PLACES;
		break;
	case COLUMN_LETTER:
	case COLUMN_LETTERS:
	case COLUMN_TEXT:
	case COLUMN_REST:
		kind = NMEA_KIND_TEXT;
		good = read_text(s, c, base + c->field, v);
		break;
	default:
		good = read_number(s, c, base + c->field, v);
		break;
	}
	v->kind = good ? kind : NMEA_KIND_NONE;
}

static bool is_empty(const struct nmea_sentence *s, unsigned int field, unsigned int n_fields)
{
	size_t n = 0;

	while (n_fields-- && !n)
		nmea_field(s, field + n_fields, &n);
	return !n;
}

/* The *i-th value among the list's elements that are not empty; else *i less their values. */
static bool list_value(const struct nmea_sentence *s, const struct column_list *l,
		       unsigned int *i, struct nmea_value *v)
{
	unsigned int end = l->first + column_list_fields(l, s), element = 0;

	for (unsigned int field = l->first; field < end; field += l->n_columns) {
		if (is_empty(s, field, l->n_columns))
			continue;
		if (*i < l->n_columns) {
			read_value(s, &l->columns[*i], field, v);
			v->of = l->of;
			v->element = element;
			return true;
		}
		*i -= l->n_columns;
		element++;
	}
	return false;
}

bool nmea_value(const struct nmea_sentence *s, unsigned int i, struct nmea_value *v)
{
	const struct layout *l = nmea_layout(s);
	unsigned int unnamed = 0;

	if (!l)
		return false;
	while (!l->columns[unnamed].name)
		unnamed++;
	if (i < l->n_columns - unnamed) {
		read_value(s, &l->columns[unnamed + i], 0, v);
		return true;
	}
	i -= l->n_columns - unnamed;
	if (!l->list)
		return false;
	if (list_value(s, l->list, &i, v))
		return true;
	if (i >= l->n_tail)
		return false;
	read_value(s, &l->tail[i], l->list->first + column_list_fields(l->list, s), v);
	return true;
}
