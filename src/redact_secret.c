// SPDX-License-Identifier: GPL-2.0-or-later
/* Passwords out of configurations and command lines. */
#include "redact_secret.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static char *word_end(char *at, const char *end)
{
	while (at < end && (unsigned char)*at > ' ')
		at++;
	return at;
}

static bool begins(const char *at, const char *end, const char *with)
{
	const size_t n = strlen(with);

	return (size_t)(end - at) >= n && !memcmp(at, with, n);
}

/* Up to the last "@" before the path: a password may have one in it. */
static void hide_login(char *at, const char *end)
{
	char *stop = at, *last = NULL;

	for (; stop < end && (unsigned char)*stop > ' ' && !strchr("/\"'", *stop); stop++)
		if (*stop == '@')
			last = stop;
	if (last)
		memset(at, 'x', (size_t)(last - at));
}

/* Up to its second quotation mark, or to the next blank. */
static void hide_word(char *at, const char *end)
{
	if (at < end && *at == '"')
		for (at++; at < end && *at != '"' && *at != '\n'; at++)
			*at = 'x';
	else
		memset(at, 'x', (size_t)(word_end(at, end) - at));
}

/* A line that begins with "crypto". */
static void hide_crypto(char *at, char *end)
{
	while (at < end) {
		char *stop;

		while (at < end && is_blank(*at))
			at++;
		stop = word_end(at, end);
		if (stop - at == 2 && !memcmp(at, "pw", 2)) {
			for (at = stop; at < end && is_blank(*at); at++)
				;
			hide_word(at, end);
		}
		at = stop < end ? stop + 1 : end;
	}
}

static void hide_in_line(char *at, char *end)
{
	while (at < end && is_blank(*at))
		at++;
	if (begins(at, end, "crypto") && end - at > 6 && is_blank(at[6]))
		hide_crypto(at, end);
	for (; at < end; at++)
		if (begins(at, end, "://"))
			hide_login(at + 3, end);
}

void redact_secrets(char *text, char *end)
{
	while (text < end) {
		char *nl = memchr(text, '\n', (size_t)(end - text));

		hide_in_line(text, nl ? nl : end);
		text = nl ? nl + 1 : end;
	}
}
