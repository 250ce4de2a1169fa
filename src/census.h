/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who says how much on a serial line: sentences by type, and how full the line is. */
#ifndef GPSPPSCTL_CENSUS_H
#define GPSPPSCTL_CENSUS_H

#include <stdint.h>

#include "nmea.h"

#define CENSUS_ROWS_MAX 40

struct census_row {
	char talker[3];
	char type[NMEA_TYPE_MAX + 1];
	uint64_t count;
	uint64_t checked;	/* of these with a right checksum, not without any */
	uint64_t chars;		/* CR and LF included */
	uint32_t max_chars;	/* of the longest */
};

/* All zero is an empty one.  Rows stand in the order of their first sentence. */
struct census {
	struct census_row rows[CENSUS_ROWS_MAX];
	unsigned int n;
	uint64_t other;		/* sentences beyond the table's size */
};

/* Count a sentence; one whose checksum is bad or whose tag is malformed is left out. */
void census_add(struct census *c, const struct nmea_sentence *s);

/* Characters a second, rounded; 0 for no time at all. */
unsigned int census_rate(uint64_t chars, int64_t elapsed_ns);

/* How full a line is in percent, rounded: 8N1 sends 10 bits for each character. */
unsigned int census_load_percent(unsigned int chars_per_s, unsigned int baud);

#endif
