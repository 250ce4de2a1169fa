/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The words of a line of a configuration file: blanks between them, # begins a comment. */
#ifndef GPSPPSCTL_WORDS_H
#define GPSPPSCTL_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* A piece of somebody else's text: not NUL-terminated. */
struct word {
	const char *s;
	size_t len;		/* 0: the line has no more */
};

/* The word is this text, or begins with it, to the letter. */
static inline bool word_is(struct word w, const char *text)
{
	return w.len == strlen(text) && !memcmp(w.s, text, w.len);
}

static inline bool word_begins(struct word w, const char *text)
{
	return w.len >= strlen(text) && !memcmp(w.s, text, strlen(text));
}

static inline bool text_begins(const char *text, const char *with)
{
	return !strncmp(text, with, strlen(with));
}

/* What stands behind a path's last slash. */
static inline const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* Append to a text in a buffer of `size` bytes; what does not fit is cut off. */
__attribute__((format(printf, 3, 4)))
void text_add(char *text, size_t size, const char *fmt, ...);

/* The next word from *p on, which is moved behind it, at most to `end`. */
struct word next_word(const char **p, const char *end);

#endif
