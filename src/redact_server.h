/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Servers in a text: the same one is always "server-N".  Pure. */
#ifndef GPSPPSCTL_REDACT_SERVER_H
#define GPSPPSCTL_REDACT_SERVER_H

#include <stdbool.h>
#include <stddef.h>

#include "redact.h"
#include "words.h"

/* Where the redacted text goes: NUL-terminated, cut when it is full. */
struct redact_sink {
	struct redact *r;
	char *out;
	size_t len, size;
};

void sink_put(struct redact_sink *s, const char *text, size_t n);
/* A text with addresses and URLs in it: those that lead to other machines go. */
void sink_put_text(struct redact_sink *s, struct word text);
/* The name or address of a server; one of this machine stays as it is.  N of server-N, or 0. */
unsigned int sink_put_server(struct redact_sink *s, struct word name);

#endif
