// SPDX-License-Identifier: GPL-2.0-or-later
/* A column of the table against the characters that stand there. */
#include <string.h>

#include "nmea_layout.h"

unsigned int column_list_fields(const struct column_list *l, const struct nmea_sentence *s)
{
	unsigned int before_tail = (unsigned int)l->first + l->tail_max;
	unsigned int n;

	if (s->n_fields <= before_tail + l->min_fields)
		return l->min_fields;
	n = s->n_fields - before_tail;
	return (n + l->step - 1) / l->step * l->step;
}

/* The unit that stands behind a value: this one, or none. */
static bool unit_fits(const struct nmea_sentence *s, unsigned int field, const char *unit)
{
	size_t n;
	const char *p = nmea_field(s, field, &n);

	return !n || (n == 1 && *p == *unit);
}

static bool hex_number(const char *p, size_t n, struct number *v)
{
	static const char hex[] = "0123456789ABCDEF";
	const char *digit = n == 1 && *p ? strchr(hex, *p) : NULL;

	if (!digit)
		return false;
	v->digits = digit - hex;
	v->places = 0;
	return true;
}

bool column_number(const struct nmea_sentence *s, const struct column *c, unsigned int field,
		   struct number *v)
{
	size_t n;
	const char *p = nmea_field(s, field, &n);

	if (!(c->kind == COLUMN_HEX ? hex_number(p, n, v) : number_read(p, n, v)))
		return false;
	if (!number_within(v, c->min, c->max))
		return false;
	if (c->kind != COLUMN_NUMBER && (v->places || memchr(p, '.', n)))
		return false;
	if (c->letters && !unit_fits(s, field + 1, c->letters))
		return false;
	v->digits += c->kind == COLUMN_FROM_0;
	return true;
}

bool column_angle(const struct nmea_sentence *s, const struct column *c, int64_t *ndeg)
{
	size_t n, n_letter;
	const char *p = nmea_field(s, c->field, &n);
	const char *letter = nmea_field(s, c->field + 1, &n_letter);
	struct number v;

	if (n_letter != 1 || (*letter != c->letters[0] && *letter != c->letters[1]))
		return false;
	if (c->kind == COLUMN_ANGLE) {
		if (!number_angle(p, n, c->max, ndeg))
			return false;
	} else {
		if (!number_read(p, n, &v) || !number_within(&v, 0, c->max))
			return false;
		*ndeg = number_scaled(&v, NUMBER_PLACES_MAX);
	}
	if (*letter == c->letters[1])
		*ndeg = -*ndeg;
	return true;
}

bool column_letters(const struct nmea_sentence *s, const struct column *c)
{
	size_t n;
	const char *p = nmea_field(s, c->field, &n);

	if (!n || (n > 1 && c->kind == COLUMN_LETTER))
		return false;
	for (size_t i = 0; i < n; i++)
		if (!p[i] || !strchr(c->letters, p[i]))
			return false;
	return true;
}
