/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Take what is nobody's business out of what the probe saw, before it goes into
 * a record that is sent to strangers: serial numbers, the host's name, hardware
 * addresses, user names, servers, passwords, positions.  What it means for a pulse stays the same,
 * and so do lengths, where they can.  The same input gives the same output.
 * Pure: the caller gives the memory.
 */
#ifndef GPSPPSCTL_REDACT_H
#define GPSPPSCTL_REDACT_H

#include <stddef.h>
#include <stdint.h>

#define REDACT_WORDS_MAX 32
#define REDACT_WORD_MAX 80
#define REDACT_SERVERS_MAX 64

/* A word that stands for another one of the same length. */
struct redact_word {
	char is[REDACT_WORD_MAX], was[REDACT_WORD_MAX];
};

struct redact {
	char host[REDACT_WORD_MAX];	/* the host's name; "": unknown */
	/* For what was heard: room for its bytes (as many as the text is long). */
	uint8_t *scratch;
	size_t scratch_size;
	/* Words that were replaced: a path made of them must be found again. */
	struct redact_word words[REDACT_WORDS_MAX];
	size_t n_words;
	/* Servers of the time: the first is "server-1". */
	char servers[REDACT_SERVERS_MAX][REDACT_WORD_MAX];
	size_t n_servers;
};

/*
 * The value of `key` (probe.h), n bytes, as it may be recorded: in `out`, NUL-
 * terminated.  Its length; a text that does not fit is cut.
 */
int redact_value(struct redact *r, const char *key, const char *in, size_t n,
		 char *out, size_t size);

/* A key as it may be recorded. */
void redact_key(struct redact *r, const char *key, char *out, size_t size);
/* Back: a key that was made of redacted values, as the machine knows it. */
void redact_restore(const struct redact *r, const char *key, char *out, size_t size);

#endif
