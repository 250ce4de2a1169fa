/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Receiver makes.  A driver is one file with one `const struct receiver`: how
 * the make is known, which sentences it can send, and which lines make it send
 * others.  Drivers work on text; they own no descriptor and never sleep.
 */
#ifndef GPSPPSCTL_RECEIVER_H
#define GPSPPSCTL_RECEIVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../census.h"
#include "../nmea.h"

#define RECEIVER_LINE_MAX 83	/* NMEA 0183: 82 with '$' and CR LF; and the NUL */
#define RECEIVER_LINES_MAX 20
#define RECEIVER_MODEL_MAX 40
#define RECEIVER_FIRMWARE_MAX 16

/* A sentence that a make can be told to send or not. */
struct receiver_sentence {
	const char *name;	/* as people say it, and as the stream shows it: "RMC", "PGRME" */
	const char *target;	/* as the receiver's own commands name it: "GPRMC" */
	uint16_t min_chars, max_chars;	/* all of it in one second, CR and LF included */
	bool by_default;	/* part of the factory's set of some model */
	bool core;		/* part of the factory's set of every model */
	bool rare;		/* so seldom that a few seconds show neither presence nor absence */
};

/* Bit i stands for the make's sentences[i]. */
typedef uint32_t receiver_set;

enum receiver_op {
	RECEIVER_EXACTLY,	/* these and no others */
	RECEIVER_ADJUST,	/* switch some on, some off, leave the rest */
	RECEIVER_DEFAULTS,	/* the factory's set */
};

struct receiver_request {
	enum receiver_op op;
	receiver_set on;	/* RECEIVER_EXACTLY: the set */
	receiver_set off;
};

/* The lines that carry out a request, and how the stream must look afterwards. */
struct receiver_plan {
	char lines[RECEIVER_LINES_MAX][RECEIVER_LINE_MAX];	/* with checksum and CR LF */
	unsigned int n;
	receiver_set must;
	receiver_set must_not;
	bool no_others;		/* no sentence outside the make's table either */
	bool silences;		/* the first line makes the receiver fall silent */
	unsigned int min_chars, max_chars;	/* of one second */
};

/* Who the receiver is, as far as it has said. */
struct receiver_id {
	char model[RECEIVER_MODEL_MAX];		/* "" unknown */
	char firmware[RECEIVER_FIRMWARE_MAX];
};

struct receiver {
	const char *make;
	const struct receiver_sentence *sentences;	/* the first is RMC */
	unsigned int n_sentences;
	const char *query;	/* changes nothing; the answer proves the make */

	/* This sentence is only sent by this make. */
	bool (*is_proof)(const struct nmea_sentence *s);
	/* It answers a command or a question: no part of what the receiver sends by itself. */
	bool (*is_reply)(const struct nmea_sentence *s);
	/* Learn from a sentence; keeps what it does not name. */
	void (*learn)(const struct nmea_sentence *s, struct receiver_id *id);
	/* Fill plan->lines, n and silences.  0, or -ENOSPC. */
	int (*write_lines)(const struct receiver_request *req, struct receiver_plan *plan);
};

extern const struct receiver receiver_garmin;

/* ---- what a stream shows ---- */

/* Fed with sentences, it says who the receiver is and what it does.  All zero begins. */
struct receiver_view {
	const struct receiver *rx;	/* NULL: the make is not known (yet) */
	struct receiver_id id;
	struct census census;
	uint64_t good;		/* sentences that count: checksum right, or none but a known type */
	unsigned int has;		/* NMEA_HAS_*: which values of `last` were ever said */
	struct nmea_data last;		/* the newest of each value (.text is not kept) */
};

/* Which sentences of a make a stream has. */
struct receiver_seen {
	receiver_set set;
	bool others;			/* sentences outside the make's table, too */
	char other[NMEA_TYPE_MAX + 1];	/* the first of them */
};

void receiver_hear(struct receiver_view *v, const struct nmea_sentence *s);

/* The set that a census shows, in terms of a make; only sentences whose checksum was right. */
void receiver_seen_in(const struct receiver *rx, const struct census *c,
		      struct receiver_seen *seen);

/* Count one more sentence into `seen`. */
void receiver_see(const struct receiver *rx, const struct nmea_sentence *s,
		  struct receiver_seen *seen);

/* ---- sets and plans ---- */

/*
 * "RMC,GGA" (any case, the receiver's own name GPRMC too) to a set.  -EINVAL
 * with *bad and *bad_len at the word that is none of this make's sentences.
 */
int receiver_parse_set(const struct receiver *rx, const char *list, receiver_set *set,
		       const char **bad, size_t *bad_len);

/* "RMC GGA", in the order of emission; "" for none.  Cut when size is too small. */
void receiver_name_set(const struct receiver *rx, receiver_set set, char *buf, size_t size);

receiver_set receiver_default_set(const struct receiver *rx);
receiver_set receiver_rare_set(const struct receiver *rx);

/* Each word of the list names a sentence of some make: 0, or -EINVAL as receiver_parse_set(). */
int receiver_check_names(const char *list, const char **bad, size_t *bad_len);

/* The stream is already as the request wants it, as far as a few seconds can show. */
bool receiver_is_already(const struct receiver *rx, const struct receiver_request *req,
			 const struct receiver_seen *seen);

/* Makes whose sentences can be switched: the i-th, or NULL behind the last. */
const struct receiver *receiver_nth(unsigned int i);

/* The lines for a request, checked and with checksums.  0, or -ENOSPC. */
int receiver_make_plan(const struct receiver *rx, const struct receiver_request *req,
		       struct receiver_plan *plan);

/* The request that puts back what a stream showed before a change. */
struct receiver_request receiver_undo_of(const struct receiver *rx,
					 const struct receiver_seen *before);

/* Add a line from its body to a plan; for drivers.  0, -ENOSPC or -EINVAL. */
__attribute__((format(printf, 2, 3)))
int receiver_add_line(struct receiver_plan *plan, const char *fmt, ...);

#endif
