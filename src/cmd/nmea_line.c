// SPDX-License-Identifier: GPL-2.0-or-later
/* A sentence as a line of JSON; the times and names that its line for people has, too. */
#include <stdio.h>
#include <string.h>

#include "nmea_show.h"

#define NS_DECIMALS 9
#define TIME_DECIMALS 3		/* at least */

/* ---- times ---- */

void nmea_line_date(struct line *l, const struct nmea_utc *t)
{
	line_digits(l, (uint64_t)t->year, 4);
	line_add(l, "-");
	line_digits(l, t->month, 2);
	line_add(l, "-");
	line_digits(l, t->day, 2);
}

void nmea_line_time(struct line *l, const struct nmea_utc *t)
{
	unsigned int decimals = NS_DECIMALS;
	uint32_t fraction = t->ns;

	for (; decimals > TIME_DECIMALS && fraction % 10 == 0; decimals--)
		fraction /= 10;
	line_digits(l, t->hour, 2);
	line_add(l, ":");
	line_digits(l, t->minute, 2);
	line_add(l, ":");
	line_digits(l, t->second, 2);
	line_add(l, ".");
	line_digits(l, fraction, decimals);
}

void nmea_line_utc(struct line *l, const struct nmea_utc *t, char between, const char *end)
{
	nmea_line_date(l, t);
	line_add(l, (const char[]){ between, '\0' });
	nmea_line_time(l, t);
	line_add(l, end);
}

static void json_utc(struct line *l, const char *key, const struct nmea_utc *t)
{
	line_key(l, key);
	line_add(l, "\"");
	nmea_line_utc(l, t, 'T', "Z\"");
}

void nmea_tag(char *tag, size_t size, const char *talker, const char *type)
{
	/* a maker's own tag has no talker in front */
	snprintf(tag, size, "%s%s", strcmp(talker, "P") != 0 ? talker : "", type);
}

/* ---- JSON ---- */

static void json_value(struct line *l, const struct nmea_value *v, const char *key)
{
	switch (v->kind) {
	case NMEA_KIND_NUMBER:
		line_key(l, key);
		line_decimal(l, v->number, v->places);
		break;
	case NMEA_KIND_TEXT:
		line_json_wire(l, key, v->text, v->text_len);
		break;
	default:
		line_json_null(l, key);
	}
}

/* The list that is being written, as the values come one after the other. */
struct list {
	const char *of;		/* NULL: none */
	unsigned int element;
	bool objects;		/* its elements have names in them */
};

static void end_list(struct line *l, struct list *list)
{
	if (!list->of)
		return;
	if (list->objects)
		line_close(l, '}');
	line_close(l, ']');
	list->of = NULL;
}

static void begin_element(struct line *l, struct list *list, const struct nmea_value *v)
{
	if (!list->of) {
		line_open(l, v->of, '[');
	} else if (v->element == list->element) {
		return;
	} else if (list->objects) {
		line_close(l, '}');
	}
	list->of = v->of;
	list->element = v->element;
	list->objects = v->name[0] != '\0';
	if (list->objects)
		line_open(l, NULL, '{');
}

static void json_values(struct line *l, const struct nmea_sentence *s)
{
	struct list list = { .of = NULL };
	struct nmea_value v;

	for (unsigned int i = 0; nmea_value(s, i, &v); i++) {
		if (list.of && (!v.of || strcmp(v.of, list.of) != 0))
			end_list(l, &list);
		if (v.of)
			begin_element(l, &list, &v);
		json_value(l, &v, v.name[0] ? v.name : NULL);
	}
	end_list(l, &list);
}

/* What a sentence says that has one half of a time alone. */
static void json_half_time(struct line *l, const struct nmea_seen *seen)
{
	if (nmea_says(seen, NMEA_HAS_TIME) == nmea_says(seen, NMEA_HAS_DATE))
		return;
	line_key(l, nmea_says(seen, NMEA_HAS_TIME) ? "time_of_day" : "date");
	line_add(l, "\"");
	if (nmea_says(seen, NMEA_HAS_TIME))
		nmea_line_time(l, &seen->d.utc);
	else
		nmea_line_date(l, &seen->d.utc);
	line_add(l, "\"");
}

/* GPS time is ahead of UTC by the leap seconds: no Z */
static void json_next_pulse(struct line *l, const struct nmea_seen *seen)
{
	if (!nmea_says(seen, NMEA_HAS_NEXT_PULSE))
		return;
	line_key(l, "next_pulse_gps");
	line_add(l, "\"");
	nmea_line_utc(l, &seen->d.next_pulse, 'T', "\"");
}

void nmea_line_json(struct line *l, const struct nmea_seen *seen)
{
	static const char *const sums[] = {
		[NMEA_SUM_OK] = "ok",
		[NMEA_SUM_BAD] = "bad",
		[NMEA_SUM_NONE] = "none",
	};
	const struct nmea_sentence *s = seen->s;

	line_open(l, NULL, '{');
	line_json_number(l, "n", seen->n);
	line_json_number(l, "offset", s->offset);
	line_json_text(l, "type", s->type);
	line_json_text(l, "talker", s->talker);
	line_json_text(l, "checksum", sums[s->sum]);
	if (nmea_says(seen, NMEA_HAS_DATE | NMEA_HAS_TIME))
		json_utc(l, "time", &seen->d.utc);
	else
		line_json_null(l, "time");
	if (seen->repaired)
		json_utc(l, "time_corrected", &seen->corrected);
	if (nmea_says(seen, NMEA_HAS_VALID))
		line_json_bool(l, "valid", seen->d.valid);
	else
		line_json_null(l, "valid");
	line_json_wire(l, "raw", s->raw, s->len);
	if (seen->arrived)
		json_utc(l, "arrived", seen->arrived);
	json_half_time(l, seen);
	json_next_pulse(l, seen);
	if (seen->trusted)
		json_values(l, s);
	line_close(l, '}');
}
