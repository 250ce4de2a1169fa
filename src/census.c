// SPDX-License-Identifier: GPL-2.0-or-later
/* Count sentences by type, and how full they make the line. */
#include "census.h"

#include <string.h>

#define BITS_PER_CHAR 10
#define NS_PER_S 1000000000LL
#define CRLF_CHARS 2

static struct census_row *row_of(struct census *c, const struct nmea_sentence *s)
{
	struct census_row *row;

	for (unsigned int i = 0; i < c->n; i++) {
		row = &c->rows[i];
		/* all of both: NULs behind the text are part of them, and it is faster */
		if (!memcmp(row->type, s->type, sizeof(row->type)) &&
		    !memcmp(row->talker, s->talker, sizeof(row->talker)))
			return row;
	}
	if (c->n == CENSUS_ROWS_MAX)
		return NULL;
	row = &c->rows[c->n++];
	memcpy(row->type, s->type, sizeof(row->type));
	memcpy(row->talker, s->talker, sizeof(row->talker));
	return row;
}

void census_add(struct census *c, const struct nmea_sentence *s)
{
	uint32_t chars = (uint32_t)s->len + CRLF_CHARS;
	struct census_row *row;

	if (s->sum == NMEA_SUM_BAD || !s->type[0])
		return;
	row = row_of(c, s);
	if (!row) {
		c->other++;
		return;
	}
	row->count++;
	row->checked += s->sum == NMEA_SUM_OK;
	row->chars += chars;
	if (row->max_chars < chars)
		row->max_chars = chars;
}

unsigned int census_rate(uint64_t chars, int64_t elapsed_ns)
{
	if (elapsed_ns <= 0)
		return 0;
	return (unsigned int)((chars * NS_PER_S + (uint64_t)elapsed_ns / 2) /
			      (uint64_t)elapsed_ns);
}

unsigned int census_load_percent(unsigned int chars_per_s, unsigned int baud)
{
	if (!baud)
		return 0;
	return (unsigned int)(((uint64_t)chars_per_s * BITS_PER_CHAR * 100 + baud / 2) / baud);
}
