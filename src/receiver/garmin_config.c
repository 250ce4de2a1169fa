// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Garmin's stored configuration: PGRMC, PGRMC1, and the restart by PGRMI that some
 * of it waits for.  Garmin GPS 18x Technical Specifications (190-00879), "Sensor
 * Configuration Information (PGRMC)", "Additional Sensor Configuration Information
 * (PGRMC1)", "Sensor Initialization Information (PGRMI)"; those of the 16x
 * (190-00228) and of the GPS 25LP.
 *
 * A null field leaves its value as it is.  An accepted sentence comes back; one that
 * is not comes back with the values in force: so the answer is compared field by
 * field, as numbers, since units write them with zeros in front or without ("04",
 * "4"), with decimals or without.
 */
#include "garmin.h"

#include <stdio.h>
#include <string.h>

const struct garmin_config garmin_configs[GARMIN_CONFIGS] = {
	{
		.tag = "PGRMC", .question = "PGRMCE", .n_fields = 14,
		.setting = {
			[GARMIN_BAUD] = RECEIVER_BAUD, [GARMIN_PULSE] = RECEIVER_PULSE,
			[GARMIN_WIDTH] = RECEIVER_PULSE_WIDTH,
		},
		.never_empty = GARMIN_BIT(0) | GARMIN_BIT(GARMIN_DATUM) | GARMIN_BIT(GARMIN_BAUD),
		/* of another place or hour, maybe; and a 3D fix finds its own */
		.not_restored = GARMIN_BIT(GARMIN_ALTITUDE),
	},
	{
		.tag = "PGRMC1", .question = "PGRMC1E", .n_fields = 15,
		.setting = {
			[GARMIN_INTERVAL] = RECEIVER_INTERVAL, [GARMIN_NMEA_230] = RECEIVER_VERSION,
			[GARMIN_AUTO_OFF] = RECEIVER_PULSE_STOPS,
		},
		.never_empty = GARMIN_BIT(GARMIN_INTERVAL) | GARMIN_BIT(GARMIN_BINARY) |
			       GARMIN_BIT(GARMIN_NMEA_230),
		/* nobody who restores a file wants to lose the receiver to a binary mode */
		.not_restored = GARMIN_BIT(GARMIN_BINARY),
	},
};

const struct garmin_config *garmin_config_of(const char *tag)
{
	for (size_t i = 0; i < GARMIN_CONFIGS; i++)
		if (!strcmp(garmin_configs[i].tag, tag))
			return &garmin_configs[i];
	return NULL;
}

const struct garmin_config *garmin_config_asked_by(const char *question)
{
	for (size_t i = 0; i < GARMIN_CONFIGS; i++)
		if (!strcmp(garmin_configs[i].question, question))
			return &garmin_configs[i];
	return NULL;
}

bool garmin_parse_body(const char *body, char raw[RECEIVER_LINE_MAX + 1],
		       struct nmea_sentence *s)
{
	int n = snprintf(raw, RECEIVER_LINE_MAX + 1, "$%s", body);

	nmea_parse(raw, strlen(raw), s);
	return n > 0 && n <= RECEIVER_LINE_MAX;
}

/* ---- values ---- */

/* PGRMC field 10; 300 and 600 baud (6, 7) hold no burst and are left out. */
static const struct {
	char code;
	unsigned int baud;
} speeds[] = {
	{ '1', 1200 }, { '2', 2400 }, { '3', 4800 }, { '4', 9600 }, { '5', 19200 }, { '8', 38400 },
};

#define N_SPEEDS (sizeof(speeds) / sizeof(speeds[0]))

char garmin_baud_code(unsigned int baud)
{
	for (size_t i = 0; i < N_SPEEDS; i++)
		if (speeds[i].baud == baud)
			return speeds[i].code;
	return '\0';
}

static unsigned int baud_of_code(unsigned int code)
{
	for (size_t i = 0; i < N_SPEEDS; i++)
		if ((unsigned int)(speeds[i].code - '0') == code)
			return speeds[i].baud;
	return 0;
}

/* A decimal number in parts: what zeros before and behind it do not change. */
struct decimal {
	bool negative;
	const char *whole, *part;
	size_t whole_len, part_len;
};

static bool read_decimal(const char *p, size_t n, struct decimal *d)
{
	size_t i = 0;

	memset(d, 0, sizeof(*d));
	d->negative = n && p[0] == '-';
	i += d->negative;
	while (i + 1 < n && p[i] == '0' && garmin_is_digit(p[i + 1]))
		i++;
	d->whole = p + i;
	while (i < n && garmin_is_digit(p[i]))
		i++;
	d->whole_len = (size_t)(p + i - d->whole);
	if (i < n && p[i] == '.')
		i++;
	d->part = p + i;
	while (i < n && garmin_is_digit(p[i]))
		i++;
	d->part_len = (size_t)(p + i - d->part);
	while (d->part_len && d->part[d->part_len - 1] == '0')
		d->part_len--;
	if (d->whole_len == 1 && d->whole[0] == '0' && !d->part_len)
		d->negative = false;
	return d->whole_len && i == n;
}

static bool same_text(const char *a, size_t a_len, const char *b, size_t b_len)
{
	return a_len == b_len && !memcmp(a, b, a_len);
}

bool garmin_same_value(const char *a, size_t a_len, const char *b, size_t b_len)
{
	struct decimal x, y;

	if (!read_decimal(a, a_len, &x) || !read_decimal(b, b_len, &y))
		return same_text(a, a_len, b, b_len);
	return x.negative == y.negative &&
	       same_text(x.whole, x.whole_len, y.whole, y.whole_len) &&
	       same_text(x.part, x.part_len, y.part, y.part_len);
}

/* A whole number, written in whatever way. */
static bool whole_number(const char *p, size_t n, unsigned int max, unsigned int *v)
{
	struct decimal d;

	*v = 0;
	if (!read_decimal(p, n, &d) || d.negative || d.part_len || d.whole_len > 6)
		return false;
	for (size_t i = 0; i < d.whole_len; i++)
		*v = *v * 10 + (unsigned int)(d.whole[i] - '0');
	return *v <= max;
}

void garmin_write_value(const struct receiver_settings *to, unsigned int setting,
			char *buf, size_t size)
{
	unsigned int v = 0;

	switch (setting) {
	case RECEIVER_BAUD:
		v = (unsigned int)(garmin_baud_code(to->baud) - '0');
		break;
	case RECEIVER_PULSE:
		v = to->pulse ? 2 : 1;
		break;
	case RECEIVER_PULSE_WIDTH:	/* (n + 1) * 20 ms */
		v = to->pulse_ms / 20 - 1;
		break;
	case RECEIVER_INTERVAL:
		v = to->interval_ms / 1000;
		break;
	case RECEIVER_VERSION:
		v = to->nmea_version >= 230 ? 2 : 1;
		break;
	case RECEIVER_PULSE_STOPS:
		v = to->pulse_stops ? 2 : 1;
		break;
	default:
		break;
	}
	(void)snprintf(buf, size, "%u", v);
}

/* False for what is no value of this setting: the receiver may say anything. */
static bool take_value(unsigned int setting, unsigned int v, struct receiver_settings *now)
{
	switch (setting) {
	case RECEIVER_BAUD:
		if (baud_of_code(v))
			now->baud = baud_of_code(v);
		return baud_of_code(v) != 0;
	case RECEIVER_PULSE:
		now->pulse = v == 2;
		return v == 1 || v == 2;
	case RECEIVER_PULSE_WIDTH:
		now->pulse_ms = (v + 1) * 20;
		return v <= 48;
	case RECEIVER_INTERVAL:
		now->interval_ms = v * 1000;
		return v >= 1 && v <= 900;
	case RECEIVER_VERSION:
		now->nmea_version = v == 2 ? 230 : 200;
		return v == 1 || v == 2;
	case RECEIVER_PULSE_STOPS:
		now->pulse_stops = v == 2;
		return v == 1 || v == 2;
	default:
		return false;
	}
}

/* All of it, not the few fields of a sentence of ours that comes back. */
bool garmin_is_complete(const struct garmin_config *c, const struct nmea_sentence *s)
{
	size_t n;

	for (unsigned int i = 0; i < c->n_fields; i++) {
		nmea_field(s, i, &n);
		if (c->never_empty & GARMIN_BIT(i) && !n)
			return false;
	}
	return true;
}

void garmin_learn_settings(const struct garmin_config *c, const struct nmea_sentence *s,
			   struct receiver_settings *now)
{
	bool complete = garmin_is_complete(c, s);

	for (unsigned int i = 0; i < c->n_fields; i++) {
		unsigned int v;
		size_t n;
		const char *p = nmea_field(s, i, &n);

		if (n || complete)
			now->known &= ~c->setting[i];
		if (n && whole_number(p, n, 9999, &v) && take_value(c->setting[i], v, now))
			now->known |= c->setting[i];
	}
}

unsigned int garmin_settings_in(const struct nmea_sentence *s)
{
	const struct garmin_config *c = garmin_config_of(s->type);
	struct receiver_settings now = { .known = 0 };

	if (!c || !garmin_is_complete(c, s))
		return 0;
	garmin_learn_settings(c, s, &now);
	return now.known;
}
