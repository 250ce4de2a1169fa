/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The nmea command: bytes in, a line for each sentence out, the summary at the end. */
#ifndef GPSPPSCTL_NMEA_SHOW_H
#define GPSPPSCTL_NMEA_SHOW_H

#include "../census.h"
#include "../nmea.h"
#include "../sys/line.h"
#include "cmd.h"

struct nmea_options {
	const char *what;		/* "-" is standard input */
	bool json, count, follow, strict, help;
	bool repair;			/* dates before `reference` */
	struct nmea_utc reference;
	unsigned int baud;		/* 0: not named */
	int seconds;			/* 0: not named */
	int census_s;			/* 0: no census */
};

/* One sentence and what is known about it. */
struct nmea_seen {
	const struct nmea_sentence *s;
	uint64_t n;			/* from 1 */
	bool trusted;			/* its checksum lets us look at its values */
	struct nmea_data d;		/* nothing where it is not trusted */
	bool repaired;
	struct nmea_utc corrected;	/* d.utc, the date put right where `repaired` */
	const struct nmea_utc *arrived;	/* NULL: not told */
};

/* It says all of these (NMEA_HAS_...). */
static inline bool nmea_says(const struct nmea_seen *seen, unsigned int what)
{
	return (seen->d.has & what) == what;
}

struct nmea_tally {
	struct census census;
	uint64_t understood;		/* sentences that are worth the name */
	uint64_t dated;			/* with date and time */
	uint64_t believed;		/* of these not void */
	struct nmea_utc first, last;	/* of the believed ones */
};

/* Whether the bytes are as they were sent; until it is known they are kept back. */
enum nmea_polarity {
	NMEA_UNDECIDED,
	NMEA_UPRIGHT,
	NMEA_INVERTED,
};

#define NMEA_HEAD_MAX 32768

struct nmea_input {
	const struct nmea_options *o;
	const char *name;		/* for messages */
	struct nmea parser;
	enum nmea_polarity polarity;
	struct nmea upright, mirror;	/* both ways to read the head, until one has sense */
	size_t n_head;
	char head[NMEA_HEAD_MAX];
	bool timed;			/* .arrived is that of the bytes being fed */
	struct nmea_utc arrived;
	struct nmea_tally tally;
	struct line line;
	int out_err;			/* stdout takes no more: -errno */
};

void nmea_input_start(struct nmea_input *in, const struct nmea_options *o, const char *name);

/* Bytes, in any pieces; prints what they complete. */
void nmea_input_feed(struct nmea_input *in, const char *buf, size_t len);

/* The end of a file: the last sentence may lack its line feed. */
void nmea_input_end(struct nmea_input *in);

/* Let go what was kept back for its polarity. */
void nmea_input_settle(struct nmea_input *in);

/* No sense at this speed, while it is undecided: forget what was fed. */
void nmea_input_forget(struct nmea_input *in);

/* All that was printed is on its way.  Sets out_err. */
void nmea_input_flush(struct nmea_input *in);

/* The line of a sentence, for people or JSON. */
void nmea_line_text(struct line *l, const struct nmea_seen *seen);
void nmea_line_json(struct line *l, const struct nmea_seen *seen);

/* The tag of the two: "GPRMC" of GP and RMC, "PGRMT" of P and PGRMT. */
void nmea_tag(char *tag, size_t size, const char *talker, const char *type);

/* "2022-10-18", and "11:32:58.000": three decimals, more where there are more. */
void nmea_line_date(struct line *l, const struct nmea_utc *t);
void nmea_line_time(struct line *l, const struct nmea_utc *t);
/* "2022-10-18T11:32:58.000Z" */
void nmea_line_utc(struct line *l, const struct nmea_utc *t, char between, const char *end);

void nmea_tally_add(struct nmea_tally *t, const struct nmea_seen *seen);

/* The last lines. */
void nmea_print_summary(struct nmea_input *in);

/* Listen to a port, with a line for each sentence, for the summary or for a census. */
int nmea_port(const struct ctx *ctx, const struct nmea_options *o, struct nmea_input *in);

#endif
