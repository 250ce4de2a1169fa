// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Whatever a wire carries, in whatever pieces: the same sentences with the same
 * values, no sentence longer than the limit, every value in its range, no date
 * repaired to a day before the reference.
 */
/* SOURCES: src/nmea*.c src/census.c src/binary.c src/receiver/[a-z]*.c */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "receiver/receiver.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What must be the same however the stream is cut: a running hash of all sentences. */
struct digest {
	uint64_t hash;
	struct receiver_view view;
};

static void mix(struct digest *d, const void *data, size_t len)
{
	const uint8_t *p = data;

	for (size_t i = 0; i < len; i++)
		d->hash = (d->hash ^ p[i]) * 1099511628211ULL;
}

static void check_values(const struct nmea_data *d)
{
	const struct nmea_utc *t = &d->utc;

	if (t->hour > 23 || t->minute > 59 || t->second > 60 || t->ns > 999999999)
		abort();
	if (t->second == 60 && (t->hour != 23 || t->minute != 59))
		abort();
	if (d->has & NMEA_HAS_DATE && (t->month < 1 || t->month > 12 || t->day < 1 || t->day > 31))
		abort();
	if (d->has & NMEA_HAS_POSITION &&
	    (llabs(d->lat_ndeg) > 90000000000LL || llabs(d->lon_ndeg) > 180000000000LL))
		abort();
}

static int64_t order_of(const struct nmea_utc *t)
{
	return (t->year * 100LL + t->month) * 100 + t->day;
}

/* Whatever the date and the reference: none is early afterwards, and a late one stays. */
static void check_repair(const struct nmea_data *d, const struct nmea_sentence *s)
{
	const struct nmea_utc reference = {
		.year = (int16_t)(1980 + s->len * 15), .month = (uint8_t)(1 + s->len % 12),
		.day = 28,
	};
	struct nmea_utc t = d->utc;
	bool early = order_of(&t) < order_of(&reference);

	if (!(d->has & NMEA_HAS_DATE)) {
		if (nmea_repair_rollover(&t, &reference))
			abort();
		return;
	}
	if (nmea_repair_rollover(&t, &reference) != early || order_of(&t) < order_of(&reference))
		abort();
	if (t.month < 1 || t.month > 12 || t.day < 1 || t.day > 31)
		abort();
	if (t.hour != d->utc.hour || t.second != d->utc.second || t.ns != d->utc.ns)
		abort();
}

static void check_value(const struct nmea_sentence *s, const struct nmea_value *v)
{
	if (!v->name || v->places > 9 || (v->of && v->element > NMEA_FIELDS_MAX))
		abort();
	if (v->kind == NMEA_KIND_NUMBER && llabs(v->number) >= 1000000000000000000LL)
		abort();
	if (v->kind == NMEA_KIND_TEXT && (!v->text_len || v->text < s->raw ||
					  v->text + v->text_len > s->raw + s->len))
		abort();
}

static void take_values(struct digest *d, const struct nmea_sentence *s)
{
	struct nmea_value v;

	for (unsigned int i = 0; nmea_value(s, i, &v); i++) {
		if (i > NMEA_FIELDS_MAX + 20)
			abort();
		check_value(s, &v);
		mix(d, v.name, strlen(v.name));
		mix(d, &v.kind, sizeof(v.kind));
		mix(d, &v.element, sizeof(v.element));
		if (v.kind == NMEA_KIND_NUMBER)
			mix(d, &v.number, sizeof(v.number));
		else if (v.kind == NMEA_KIND_TEXT)
			mix(d, v.text, v.text_len);
	}
}

static void take(struct digest *d, const struct nmea_sentence *s)
{
	struct nmea_data values;
	size_t len;

	if (s->len < 2 || s->len > NMEA_LINE_MAX || s->n_fields > NMEA_FIELDS_MAX)
		abort();
	mix(d, s->raw, s->len);
	mix(d, &s->offset, sizeof(s->offset));
	mix(d, &s->cut, sizeof(s->cut));
	for (unsigned int i = 0; i <= s->n_fields; i++) {
		const char *field = nmea_field(s, i, &len);

		if (len && (field < s->raw || field + len > s->raw + s->len))
			abort();
	}
	if (nmea_decode(s, &values)) {
		check_values(&values);
		check_repair(&values, s);
	}
	take_values(d, s);
	receiver_hear(&d->view, s);
}

static void run(struct digest *d, const uint8_t *data, size_t size, size_t piece)
{
	struct nmea p = { .len = 0 };
	struct nmea_sentence s;

	while (size) {
		size_t n = piece && piece < size ? piece : size;
		/* a copy of its own, so that reading behind the piece is seen */
		char *copy = malloc(n);
		const char *buf = copy;
		size_t left = n;

		memcpy(copy, data, n);
		while (nmea_next(&p, &buf, &left, &s))
			take(d, &s);
		free(copy);
		data += n;
		size -= n;
	}
	if (nmea_end(&p, &s))
		take(d, &s);
	mix(d, &p.stats, sizeof(p.stats));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct digest whole, pieces;

	if (!size)
		return 0;
	memset(&whole, 0, sizeof(whole));
	memset(&pieces, 0, sizeof(pieces));
	whole.hash = pieces.hash = 14695981039346656037ULL;
	run(&whole, data + 1, size - 1, 0);
	run(&pieces, data + 1, size - 1, 1 + data[0] % 64);
	if (whole.hash != pieces.hash || memcmp(&whole.view.census, &pieces.view.census,
						sizeof(whole.view.census)))
		abort();
	return 0;
}
