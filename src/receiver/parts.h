/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What several drivers need to read answers and to ask questions. */
#ifndef GPSPPSCTL_RECEIVER_PARTS_H
#define GPSPPSCTL_RECEIVER_PARTS_H

#include "receiver.h"

/* The field is a number of digits alone, up to max. */
bool receiver_field_number(const struct nmea_sentence *s, unsigned int i, unsigned int max,
			   unsigned int *value);

/* Keep a text that a receiver said: cut to size, what is not printable as '?'. */
void receiver_keep_text(char *buf, size_t size, const char *text, size_t len);

/* The same for field i of a sentence; an absent or empty one leaves buf as it is. */
void receiver_keep_field(char *buf, size_t size, const struct nmea_sentence *s, unsigned int i);

/*
 * The line that a step sends, or a kept answer's body, as a sentence.  False when
 * it is none.  *s points into the step, and into line.
 */
bool receiver_step_sentence(const struct receiver_step *step, struct nmea_sentence *s);
bool receiver_body_sentence(const char *body, char line[RECEIVER_LINE_MAX],
			    struct nmea_sentence *s);

/* The kept answer with this tag, or NULL; and keep one (a full table keeps no more). */
const char *receiver_find_native(const struct receiver_settings *set, const char *tag);
void receiver_keep_native(struct receiver_settings *set, const char *tag, const char *body);

/*
 * What the step just added is: a command that is acknowledged, a question.  `err` is
 * what adding it gave, and is given back:
 *
 *	err = receiver_acked(plan, receiver_add_line(plan, "PMTK220,%u", ms));
 */
int receiver_acked(struct receiver_plan *plan, int err);
int receiver_asked(struct receiver_plan *plan, int err);

bool receiver_has_speed(const unsigned int *speeds, size_t n, unsigned int baud);

#endif
