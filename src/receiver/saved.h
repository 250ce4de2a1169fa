/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A receiver's settings as text: what --save writes, and the journal of a change.
 *
 *	make Garmin
 *	model GPS 18x-LVC
 *	firmware 3.70
 *	sentences RMC GGA		"none": no sentence at all
 *	line-baud 4800			the speed it was heard at
 *	baud 4800			and the rest: as the receiver tells it
 *	pulse on
 *	pulse-ms 100
 *	pulse-stops off
 *	interval-ms 1000
 *	nmea-version 2.00
 *	native-1 PGRMC,A,00018.0,100	the receiver's own words
 *	end
 *
 * Each line but "make" and "end" may be missing: then nothing is said about it.  A
 * journal goes on, before "end", with what is wanted: "wanted exactly", "wanted-on",
 * "wanted-off" and the settings with "wanted-" in front.  Lines that begin with '#'
 * are for people.  "end" proves that nothing is missing.
 */
#ifndef GPSPPSCTL_SAVED_H
#define GPSPPSCTL_SAVED_H

#include "change.h"

#define SAVED_TEXT_MAX 4096	/* no text of ours is longer */

struct saved {
	const struct receiver *rx;
	struct receiver_id id;		/* model and firmware */
	bool has_sentences;
	receiver_set sentences;
	bool others;			/* it sent sentences outside the make's table, too */
	unsigned int line_baud;		/* 0: not said */
	struct receiver_settings settings;
	bool has_wanted;		/* a journal */
	struct receiver_request wanted;
};

struct saved_error {
	unsigned int line;		/* from 1 */
	const char *reason;		/* static */
};

/* The length without the NUL, or -ENOSPC; SAVED_TEXT_MAX bytes are enough. */
int saved_write(const struct saved *s, char *buf, size_t size);

/* Any bytes.  0, or -EINVAL with *err. */
int saved_read(const char *text, size_t len, struct saved *s, struct saved_error *err);

/* What a change keeps, as a journal, and back. */
void saved_of_intent(const struct receiver *rx, const struct receiver_id *id,
		     const struct receiver_intent *intent, struct saved *s);
void saved_to_intent(const struct saved *s, struct receiver_intent *intent);

/* What brings a receiver to these settings. */
struct receiver_request saved_request(const struct saved *s);

#endif
