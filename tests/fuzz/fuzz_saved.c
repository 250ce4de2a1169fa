// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Whatever a disk makes of a file of settings: an error with a line that the text has,
 * or settings that are written and read again as they are.
 */
/* SOURCES: src/nmea*.c src/census.c src/binary.c src/receiver/[a-z]*.c */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "receiver/saved.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_error(const char *text, size_t len, const struct saved_error *err)
{
	unsigned int lines = 1;

	for (size_t i = 0; i < len; i++)
		lines += text[i] == '\n';
	if (err->line < 1 || err->line > lines || !err->reason || !err->reason[0])
		abort();
}

static void check_text(const char *text, size_t size)
{
	if (!memchr(text, '\0', size))
		abort();
	for (; *text; text++)
		if ((*text < 0x20 || *text > 0x7e) && *text != '\n' && *text != '\t')
			abort();
}

static void check_settings(const struct receiver_settings *s)
{
	for (size_t i = 0; i < RECEIVER_NATIVE_MAX; i++)
		check_text(s->native[i], sizeof(s->native[i]));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char text[SAVED_TEXT_MAX], again[SAVED_TEXT_MAX];
	static struct saved s, t;
	struct saved_error err;
	/* a copy of its own, so that reading behind it is seen */
	char *copy = malloc(size ? size : 1);
	int n, m;

	if (!copy)
		return 0;
	memcpy(copy, data, size);
	if (saved_read(copy, size, &s, &err)) {
		check_error(copy, size, &err);
		free(copy);
		return 0;
	}
	free(copy);
	check_text(s.id.model, sizeof(s.id.model));
	check_text(s.id.firmware, sizeof(s.id.firmware));
	check_settings(&s.settings);
	check_settings(&s.wanted.to);
	n = saved_write(&s, text, sizeof(text));
	if (n <= 0)
		abort();
	check_text(text, sizeof(text));
	if (saved_read(text, (size_t)n, &t, &err))
		abort();
	m = saved_write(&t, again, sizeof(again));
	if (m != n || strcmp(text, again) != 0)
		abort();
	return 0;
}
