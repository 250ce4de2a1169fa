/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pieces of configuration to be pasted, for each set-up that is known to work:
 * `setup --print NAME`.  Each is whole: what is not known is left out, never a word to
 * be replaced.  Pure.
 */
#ifndef GPSPPSCTL_SETUP_FRAGMENT_H
#define GPSPPSCTL_SETUP_FRAGMENT_H

#include <stddef.h>

#include "../facts.h"
#include "../measure.h"

struct fragment_in {
	const char *tty;	/* "ttyS0" */
	unsigned int unit;
	unsigned int baud;	/* 0: not known, 4800 then */
	enum pulse_edge edge;
	struct fact delay_ms;	/* from the pulse to the end of a sentence, or the middle of several */
	struct fact pps;	/* N of the unit's /dev/ppsN now; not known: 0 */
};

#define FRAGMENT_MAX 4096

struct fragment_text {
	char text[FRAGMENT_MAX];	/* lines, each ended by a newline */
	size_t len;
};

struct fragment {
	const char *name;	/* "ntpsec-nmea" */
	/* where it belongs: "/etc/ntpsec/ntp.conf"; the port's name is to follow a final '@' */
	const char *file;
	const char *what;	/* half a line */
	const char *with;	/* other fragments that it needs, blank separated; or NULL */
	void (*write)(const struct fragment_in *in, struct fragment_text *out);
};

extern const struct fragment fragments[];	/* ends with a NULL name */
/* NULL when there is none of this name. */
const struct fragment *fragment_find(const char *name);

/* The lines, with comments that explain each flag: a heading that says where they belong, too. */
void fragment_write(const struct fragment *f, const struct fragment_in *in,
		    struct fragment_text *out);

#endif
