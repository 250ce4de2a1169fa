// SPDX-License-Identifier: GPL-2.0-or-later
/* What all the sentences were, in the last lines. */
#include <stdio.h>
#include <string.h>

#include "nmea_show.h"

void nmea_tally_add(struct nmea_tally *t, const struct nmea_seen *seen)
{
	const struct nmea_data *d = &seen->d;

	census_add(&t->census, seen->s);
	if (!nmea_says(seen, NMEA_HAS_DATE | NMEA_HAS_TIME))
		return;
	t->dated++;
	/* a receiver that has no fix yet may say any time at all */
	if (d->has & NMEA_HAS_VALID && !d->valid)
		return;
	t->last = seen->corrected;
	if (!t->believed++)
		t->first = t->last;
}

/* Of all talkers, for the first row of a type; 0 for its other rows. */
static uint64_t count_of_type(const struct census *c, unsigned int row)
{
	uint64_t count = 0;

	for (unsigned int i = 0; i < c->n; i++) {
		if (strcmp(c->rows[i].type, c->rows[row].type) != 0)
			continue;
		if (i < row)
			return 0;
		count += c->rows[i].count;
	}
	return count;
}

/* ---- JSON ---- */

static void json_types(struct line *l, const struct census *c)
{
	line_open(l, "types", '{');
	for (unsigned int i = 0; i < c->n; i++) {
		const uint64_t count = count_of_type(c, i);

		if (count)
			line_json_number(l, c->rows[i].type, count);
	}
	line_close(l, '}');
	line_json_number(l, "other_types", c->other);
}

static void json_time(struct line *l, const char *key, const struct nmea_utc *t, bool known)
{
	line_key(l, key);
	line_add(l, known ? "\"" : "null");
	if (known)
		nmea_line_utc(l, t, 'T', "Z\"");
}

static void print_json(struct nmea_input *in)
{
	const struct nmea_stats *st = &in->parser.stats;
	const struct nmea_tally *t = &in->tally;
	struct line *l = &in->line;

	line_open(l, NULL, '{');
	line_json_text(l, "type", "summary");
	line_json_number(l, "sentences", st->sentences);
	line_json_number(l, "bad_checksums", st->bad);
	line_json_number(l, "no_checksums", st->none);
	line_json_number(l, "overlong", st->overlong);
	line_json_number(l, "junk_bytes", st->junk_bytes);
	line_json_number(l, "bytes", in->parser.offset);
	line_json_number(l, "with_time", t->dated);
	json_time(l, "first_time", &t->first, t->believed);
	json_time(l, "last_time", &t->last, t->believed);
	line_json_bool(l, "inverted", in->polarity == NMEA_INVERTED);
	json_types(l, &t->census);
	line_json_number(l, "version", 1);
	line_close(l, '}');
}

/* ---- for people ---- */

static void text_types(struct nmea_input *in)
{
	const struct census *c = &in->tally.census;

	for (unsigned int i = 0; i < c->n; i++) {
		const uint64_t count = count_of_type(c, i);

		if (count)
			printf("%12llu  %s\n", (unsigned long long)count, c->rows[i].type);
	}
	if (c->other)
		printf("%12llu  others\n", (unsigned long long)c->other);
}

static void text_number(struct line *l, const char *before, uint64_t number, const char *behind)
{
	line_add(l, before);
	line_digits(l, number, 1);
	line_add(l, behind);
}

static void text_totals(struct nmea_input *in)
{
	const struct nmea_stats *st = &in->parser.stats;
	struct line *l = &in->line;

	text_number(l, "", st->sentences, st->sentences == 1 ? " sentence" : " sentences");
	text_number(l, "; checksums: ", st->bad, " bad");
	text_number(l, ", ", st->none, " missing");
	text_number(l, "; ", st->overlong, " over-long");
	text_number(l, "; ", st->junk_bytes, " bytes between");
}

static void text_times(struct nmea_input *in)
{
	const struct nmea_tally *t = &in->tally;
	struct line *l = &in->line;

	text_number(l, "", t->dated, " with date and time");
	if (!t->believed)
		return;
	line_add(l, ": ");
	nmea_line_utc(l, &t->first, ' ', " to ");
	nmea_line_utc(l, &t->last, ' ', "");
}

void nmea_print_summary(struct nmea_input *in)
{
	if (in->o->json) {
		print_json(in);
	} else if (in->o->count) {
		text_types(in);
		text_totals(in);
		line_write(&in->line, stdout);
		text_times(in);
	} else {
		text_totals(in);
	}
	line_write(&in->line, stdout);
}
