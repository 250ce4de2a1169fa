// SPDX-License-Identifier: GPL-2.0-or-later
/* What package managers say of a configuration file. */
#include "shipped.h"

#include <string.h>

#include "../letters.h"
#include "../words.h"

#define MD5_DIGITS 32
#define RPM_FLAGS 9		/* "S.5....T." */

static const char *line_end(const char *line)
{
	return line + strcspn(line, "\n");
}

static bool take_hash(struct word w, char hash[SHIPPED_HASH_MAX + 1])
{
	if (w.len != MD5_DIGITS && w.len != SHIPPED_HASH_MAX)
		return false;
	for (size_t i = 0; i < w.len; i++)
		if (!is_hex(w.s[i]))
			return false;
	memcpy(hash, w.s, w.len);
	hash[w.len] = '\0';
	return true;
}

/* What stands behind the path is a word like "obsolete": the file is still as it was shipped. */
bool shipped_conffile(const char *text, const char *path, char hash[SHIPPED_HASH_MAX + 1])
{
	const size_t len = strlen(path);

	for (const char *line = text; *line; line += *line == '\n') {
		const char *at = line + 1, *end = line_end(line);

		if (*line == ' ' && (size_t)(end - at) > len && !memcmp(at, path, len) &&
		    at[len] == ' ') {
			at += len;
			if (take_hash(next_word(&at, end), hash))
				return true;
		}
		line = end;
	}
	return false;
}

bool shipped_ucf(const char *text, const char *path, char hash[SHIPPED_HASH_MAX + 1])
{
	for (const char *line = text; *line; line += *line == '\n') {
		const char *at = line, *end = line_end(line);
		const struct word first = next_word(&at, end);

		if (word_is(next_word(&at, end), path) && take_hash(first, hash))
			return true;
		line = end;
	}
	return false;
}

/* rpm(8), "VERIFY OPTIONS": size, digest; a question mark: it could not be read. */
static int judge(const char *flags, const char *end)
{
	if (text_begins(flags, "missing"))
		return 0;
	if (end - flags < RPM_FLAGS)
		return -1;
	if (flags[0] == 'S' || flags[2] == '5')
		return 0;
	return flags[2] == '?' ? -1 : 1;
}

/* "S.5....T.  c /etc/chrony.conf", and "missing   c /etc/chrony.conf" with a reason behind it */
static bool is_about(const char *line, const char *end, const char *path)
{
	const char *at = memchr(line, '/', (size_t)(end - line));
	const size_t len = strlen(path);

	return at && (size_t)(end - at) >= len && !memcmp(at, path, len) &&
	       (at + len == end || at[len] == ' ');
}

int shipped_rpm(const char *text, const char *path)
{
	for (const char *line = text; *line; line += *line == '\n') {
		const char *end = line_end(line);

		if (text_begins(line, "error:") || text_begins(line, "file ") ||
		    text_begins(line, "rpm:"))
			return -1;
		if (is_about(line, end, path))
			return judge(line, end);
		line = end;
	}
	return 1;
}
