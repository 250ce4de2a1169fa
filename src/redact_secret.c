// SPDX-License-Identifier: GPL-2.0-or-later
/* Passwords out of configurations and command lines. */
#include "redact_secret.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "letters.h"

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

/* Passwords are among its words, and names. */
static void hide_words(char *at, const char *end)
{
	for (; at < end; at++)
		if (!is_blank(*at))
			*at = 'x';
}

static void hide_in_line(char *at, char *end)
{
	while (at < end && is_blank(*at))
		at++;
	if (begins(at, end, "crypto") && end - at > 6 && is_blank(at[6]))
		hide_words(at + 6, end);
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
