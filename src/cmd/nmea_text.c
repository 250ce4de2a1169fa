// SPDX-License-Identifier: GPL-2.0-or-later
/* A sentence as a line for people. */
#include <string.h>

#include "nmea_show.h"

#define PEOPLE_DECIMALS 6	/* at the most: a decimetre of latitude */

/* where the columns of a line for people begin */
#define COLUMN_TIME 8
#define COLUMN_STATE 33
#define COLUMN_VALUES 40

/* What a name ends in, and how people write it. */
static const struct {
	const char *suffix, *unit;
} units[] = {
	{ .suffix = "_deg", .unit = "" },
	{ .suffix = "_knots", .unit = " kn" },
	{ .suffix = "_kmh", .unit = " km/h" },
	{ .suffix = "_mps", .unit = " m/s" },
	{ .suffix = "_m", .unit = " m" },
	{ .suffix = "_km", .unit = " km" },
	{ .suffix = "_ft", .unit = " ft" },
	{ .suffix = "_db", .unit = " dB" },
	{ .suffix = "_s", .unit = " s" },
};

/* True only in how they were sent: who wants them has --json. */
static const char *const unsaid[] = {
	"messages", "message", "elevation_deg", "azimuth_deg",
};

static bool is_unsaid(const char *name)
{
	for (size_t i = 0; i < sizeof(unsaid) / sizeof(unsaid[0]); i++)
		if (!strcmp(unsaid[i], name))
			return true;
	return false;
}

static const char *unit_of(const char *name, size_t *stem)
{
	const size_t n = strlen(name);

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		const size_t tail = strlen(units[i].suffix);

		if (n > tail && !strcmp(name + n - tail, units[i].suffix)) {
			*stem = n - tail;
			return units[i].unit;
		}
	}
	*stem = n;
	return "";
}

static void text_plain(struct line *l, const struct nmea_value *v)
{
	int64_t number = v->number;
	unsigned int places = v->places;

	if (v->kind == NMEA_KIND_TEXT) {
		line_wire(l, v->text, v->text_len);
		return;
	}
	for (; places > 1 && (places > PEOPLE_DECIMALS || number % 10 == 0); places--)
		number /= 10;
	line_decimal(l, number, places);
}

static void put_words(struct line *l, const char *name, size_t n)
{
	for (size_t i = 0; i < n; i++)
		line_add(l, (const char[]){ name[i] == '_' ? ' ' : name[i], '\0' });
	line_add(l, " ");
}

/* The comma, but in front of the first. */
static void next_item(struct line *l)
{
	if (l->len && l->text[l->len - 1] != ' ')
		line_add(l, ", ");
}

static void text_value(struct line *l, const struct nmea_value *v)
{
	size_t stem;
	const char *unit = unit_of(v->name, &stem);

	next_item(l);
	put_words(l, v->name, stem);
	text_plain(l, v);
	line_add(l, unit);
}

/* Of which list, which element the last value was. */
struct place {
	const char *of;
	unsigned int element;
};

/* "satellites 4:38 7:41" */
static void text_element(struct line *l, const struct nmea_value *v, struct place *place)
{
	if (!place->of || strcmp(place->of, v->of) != 0) {
		next_item(l);
		put_words(l, v->of, strlen(v->of));
	} else {
		line_add(l, v->element == place->element ? ":" : " ");
	}
	text_plain(l, v);
	place->of = v->of;
	place->element = v->element;
}

static void text_values(struct line *l, const struct nmea_sentence *s)
{
	struct place place = { .of = NULL };
	struct nmea_value v;

	for (unsigned int i = 0; nmea_value(s, i, &v); i++) {
		if (v.kind == NMEA_KIND_NONE || is_unsaid(v.name))
			continue;
		if (v.of)
			text_element(l, &v, &place);
		else
			text_value(l, &v);
	}
}

static void text_time(struct line *l, const struct nmea_seen *seen)
{
	const struct nmea_utc *t = seen->repaired ? &seen->corrected : &seen->d.utc;

	if (nmea_says(seen, NMEA_HAS_DATE))
		nmea_line_date(l, t);
	else if (nmea_says(seen, NMEA_HAS_TIME))
		line_add(l, "          ");
	if (!nmea_says(seen, NMEA_HAS_TIME))
		return;
	line_add(l, " ");
	nmea_line_time(l, t);
}

static void text_notes(struct line *l, const struct nmea_seen *seen)
{
	if (seen->repaired) {
		next_item(l);
		line_add(l, "says ");
		nmea_line_date(l, &seen->d.utc);
	}
	if (seen->s->sum == NMEA_SUM_NONE) {
		next_item(l);
		line_add(l, "no checksum");
	}
	if (seen->arrived) {
		next_item(l);
		line_add(l, "arrived ");
		nmea_line_time(l, seen->arrived);
	}
}

void nmea_line_text(struct line *l, const struct nmea_seen *seen)
{
	const struct nmea_sentence *s = seen->s;
	char tag[sizeof(s->talker) + sizeof(s->type)];
	const char *state = "";
	size_t begin;

	nmea_tag(tag, sizeof(tag), s->talker, s->type);
	line_column(l, tag[0] ? tag : "?", COLUMN_TIME);
	text_time(l, seen);
	line_column(l, "", COLUMN_STATE);
	if (nmea_says(seen, NMEA_HAS_VALID))
		state = seen->d.valid ? "valid" : "void";
	line_column(l, state, COLUMN_VALUES);
	if (s->sum == NMEA_SUM_BAD)
		line_add(l, "bad checksum: ");
	begin = l->len;
	if (nmea_says(seen, NMEA_HAS_NEXT_PULSE)) {
		line_add(l, "next pulse ");
		nmea_line_utc(l, &seen->d.next_pulse, ' ', " GPS");
	}
	if (seen->trusted)
		text_values(l, s);
	/* nothing that we know: as it came */
	if (l->len == begin)
		line_wire(l, s->raw, s->len);
	text_notes(l, seen);
}
