// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Whatever stands in a file of offsets: no value and no jitter that is not finite, a source
 * that a terminal can show, the same for the same line, and a guess that reads something.
 * The first byte chooses the options.
 */
/* SOURCES: src/series*.c src/decimal.c src/watchlog.c src/words.c src/nmea_number.c src/nmea_date.c */
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "decimal.h"
#include "series.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_sample(const struct sample *s, const char *line, size_t len)
{
	if (!isfinite(s->value) || isinf(s->jitter))
		abort();
	if (s->source.len && (s->source.s < line || s->source.s + s->source.len > line + len))
		abort();
	for (size_t i = 0; i < s->source.len; i++)
		if (s->source.s[i] <= ' ' || s->source.s[i] > '~')
			abort();
}

static size_t read_all(const struct series_options *o, const char *text, size_t size)
{
	size_t used = 0;

	for (const char *p = text, *end = text + size; p < end;) {
		const char *feed = memchr(p, '\n', (size_t)(end - p));
		const size_t len = (size_t)((feed ? feed : end) - p);
		struct sample s;
		const int r = series_read(o, p, len, &s);

		if (r == SERIES_SAMPLE)
			check_sample(&s, p, len);
		used += r >= SERIES_NONE;
		p += len + 1;
	}
	return used;
}

/* strtod() is right; it takes more, so it is asked only about what we take. */
static void check_number(const char *text, size_t size)
{
	char copy[1000];
	struct decimal d;
	double v;
	const char *end = decimal_read(text, text + size, &d);

	if (!end || (size_t)(end - text) >= sizeof(copy))
		return;
	memcpy(copy, text, (size_t)(end - text));
	copy[end - text] = '\0';
	if (decimal_double(&d, 0, &v) < 0)
		v = d.negative ? -HUGE_VAL : HUGE_VAL;
	if (v != strtod(copy, NULL))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const double units[] = { 0, 1e-3, 1e-6, 1e-9, 1e300 };
	struct series_options o = { 0 };
	enum series_format format;
	char *text;

	if (!size)
		return 0;
	o.column = data[0] & 3;
	o.edge = data[0] & 4 ? EDGE_CLEAR : EDGE_UNKNOWN;
	o.period_ns = data[0] & 8 ? 200000000 : 0;
	o.unit_s = units[(data[0] >> 4) % 5];
	/* a copy without a byte to spare, so that reads behind it are seen */
	text = malloc(size - 1 + (size == 1));
	memcpy(text, data + 1, size - 1);
	for (o.format = SERIES_UNKNOWN + 1; o.format < N_SERIES_FORMATS; o.format++)
		read_all(&o, text, size - 1);
	format = series_guess(text, size - 1);
	if (format >= N_SERIES_FORMATS)
		abort();
	o = (struct series_options){ .format = format };
	if (format != SERIES_UNKNOWN && !read_all(&o, text, size - 1))
		abort();
	check_number(text, size - 1);
	free(text);
	return 0;
}
