/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the receiver command found out, and how it prints it. */
#ifndef GPSPPSCTL_RECEIVER_SHOW_H
#define GPSPPSCTL_RECEIVER_SHOW_H

#include <stdbool.h>
#include <stdint.h>

#include "../receiver/change.h"
#include "../unitedit.h"

#define RECEIVER_SENT_MAX 64
#define RECEIVER_CAME_MAX 32
#define RECEIVER_CAME_LEN 128

enum heard {
	HEARD_NOTHING,		/* not one character */
	HEARD_NOISE,		/* characters and no sentence: a wrong speed, most often */
	HEARD_INVERTED,		/* sentences, once every bit is turned over */
	HEARD_BINARY,		/* packets of a binary protocol, and no sentence */
	HEARD_SENTENCES,
	HEARD_COUNT,		/* a daemon reads: characters were counted, not read */
};

/* Bytes that were sent. */
struct receiver_sent {
	unsigned int len;
	char bytes[RECEIVER_STEP_BYTES_MAX];
};

/* What came back for --send: sentences of types that it did not send before. */
struct receiver_came {
	unsigned int n;
	unsigned int others;
	struct {
		unsigned int len;
		char raw[RECEIVER_CAME_LEN];
	} line[RECEIVER_CAME_MAX];
};

struct receiver_report {
	const char *path;		/* "/dev/ttyS0" */
	unsigned int baud;
	enum heard heard;
	const char *protocol;		/* "UBX" with HEARD_BINARY */
	const char *reader;		/* "ntpd[731]" with HEARD_COUNT */
	struct receiver_view view;
	struct nmea_stats stats;
	struct receiver_settings settings;	/* as it has answered; .known */
	/* What our holder measured at attach (control.h), 0 when there is none. */
	long pulse_width_us;
	long burst_first_ms, burst_last_ms;	/* after the pulse */
	uint64_t bytes;
	int64_t elapsed_ns;
	unsigned int chars_per_s;
	const struct receiver_request *request;	/* NULL: nothing was to be changed */
	const struct receiver_plan *plan;	/* --dry-run */
	const struct receiver_change *change;	/* NULL: nothing was to be sent */
	struct receiver_seen sends;	/* as the change saw it last */
	bool already;			/* nothing needed to be sent */
	struct receiver_sent sent[RECEIVER_SENT_MAX];
	unsigned int n_sent;		/* may be more than there is place for */
	const struct receiver_came *came;	/* --send */
	const char *journal;		/* where a change that has not ended is noted, or NULL */
	bool resumed;			/* a change of a run before this one was mended: */
	enum receiver_outcome resume_outcome;
	/* the table of units: which line, and whether it was changed */
	const char *table;		/* NULL: nothing to be changed there */
	struct unitedit edit;
	bool table_written;
};

/*
 * The result on stdout: as JSON whatever the exit code, for people only a good
 * one (the rest has been said on stderr).  Returns the code, or EXIT_TROUBLE.
 */
int receiver_finish(const struct receiver_report *r, bool json, int code);

/* ---- receiver_json.c ---- */

void receiver_print_json(const struct receiver_report *r);

/* The member "sentences": an array with an object for each type. */
struct out;
void receiver_json_census(struct out *o, const struct census *c);

/* ---- receiver_text.c: pieces that both need ---- */

/* "$PGRMCE*0E", or "b5 62 06 01 ...": without CR LF.  The length as snprintf(). */
int receiver_bytes_text(const char *bytes, unsigned int len, char *buf, size_t size);

/* "none", "2D", "3D", "yes"; NULL when it has not said. */
const char *receiver_fix_name(const struct receiver_view *v);

/* "done", "put-back", ... */
const char *receiver_outcome_name(enum receiver_outcome outcome);

/* "pulse on, 100 ms, 4800 baud" of those that are in `which`. */
void receiver_settings_text(const struct receiver_settings *s, unsigned int which, char *buf,
			    size_t size);

/*
 * What --timing would change here: "RMC only, 15 % of the line", "pulse on".
 * False: nothing, or the make cannot be told.
 */
bool receiver_better(const struct receiver_report *r, char *buf, size_t size);

#endif
