/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How often each key was asked in the present instant, and where its last answer is. */
#ifndef GPSPPSCTL_ASKED_H
#define GPSPPSCTL_ASKED_H

#include <stdbool.h>
#include <stdint.h>

/* A key that was asked, since the beginning. */
struct asked {
	char *key;
	unsigned int instant;		/* of the last question */
	unsigned int nth;		/* of it, from 1, in that instant */
	unsigned int at_instant, at_nth;	/* the file with its answer; at_nth 0: none */
	bool missing;			/* for who reads the file: it was counted as such */
	uint64_t answer;		/* for who writes it: a hash of the last one */
};

/* All that were asked; NULL is none. */
struct asked_keys {
	void *root;			/* tsearch(3) */
};

/* The key, counted once more.  NULL: out of memory. */
struct asked *asked_count(struct asked_keys *keys, const char *key, unsigned int instant);
void asked_free(struct asked_keys *keys);

#endif
