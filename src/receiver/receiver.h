/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Receiver makes.  A driver is one file with one `const struct receiver`: how
 * the make is known, what it can be told, in which lines or packets, and what
 * its answers mean.  Drivers work on bytes; they own no descriptor and never
 * sleep.  change.h carries a change out.
 */
#ifndef GPSPPSCTL_RECEIVER_H
#define GPSPPSCTL_RECEIVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../binary.h"
#include "../census.h"
#include "../nmea.h"

#define RECEIVER_LINE_MAX 83	/* NMEA 0183: 82 with '$' and CR LF; and the NUL */
#define RECEIVER_STEP_BYTES_MAX 128
#define RECEIVER_STEPS_MAX 32
#define RECEIVER_MODEL_MAX 40
#define RECEIVER_FIRMWARE_MAX 40
#define RECEIVER_NATIVE_MAX 4

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
	RECEIVER_KEEP,		/* the sentences are not to be touched */
	RECEIVER_EXACTLY,	/* these and no others */
	RECEIVER_ADJUST,	/* switch some on, some off, leave the rest */
	RECEIVER_DEFAULTS,	/* the factory's set */
};

/* What a receiver can be set to beside its sentences: bits. */
enum receiver_setting {
	RECEIVER_BAUD		= 1 << 0,
	RECEIVER_PULSE		= 1 << 1,
	RECEIVER_PULSE_WIDTH	= 1 << 2,
	RECEIVER_PULSE_STOPS	= 1 << 3,
	RECEIVER_INTERVAL	= 1 << 4,
	RECEIVER_VERSION	= 1 << 5,
};

struct receiver_settings {
	unsigned int known;		/* which of them: RECEIVER_BAUD ... */
	unsigned int baud;		/* as stored; a change can wait for a restart */
	bool pulse;
	unsigned int pulse_ms;		/* width */
	bool pulse_stops;		/* when the fix is lost (Garmin: PPS auto-off) */
	unsigned int interval_ms;	/* from burst to burst */
	unsigned int nmea_version;	/* times 100: 200, 230, 410 */
	/*
	 * The receiver's own answers, as bodies of sentences, "" for none: what they
	 * hold beyond the above is kept by --save and put back from here.
	 */
	char native[RECEIVER_NATIVE_MAX][RECEIVER_LINE_MAX];
};

struct receiver_request {
	enum receiver_op op;
	receiver_set on;	/* RECEIVER_EXACTLY: the set */
	receiver_set off;
	struct receiver_settings to;	/* to.known: these, too; native: all that is in them */
};

/* What comes back for a step. */
enum receiver_await {
	RECEIVER_NO_ANSWER,
	RECEIVER_MAY_ANSWER,	/* units differ: an answer is judged, silence is not */
	RECEIVER_MUST_ANSWER,
};

/* Something to send: a sentence, with checksum and CR LF, or a packet. */
struct receiver_step {
	char bytes[RECEIVER_STEP_BYTES_MAX];
	unsigned int len;
	enum receiver_await await;
	bool asks;		/* a question: changes nothing */
	bool restarts;		/* the receiver starts anew, and with it what waited for that */
	unsigned int baud;	/* not 0: behind this step (and its answer) it speaks at this speed */
};

/* The steps that carry out a request, and how the stream must look afterwards. */
struct receiver_plan {
	struct receiver_step steps[RECEIVER_STEPS_MAX];
	unsigned int n;
	receiver_set must;
	receiver_set must_not;
	bool no_others;		/* no sentence outside the make's table either */
	bool silences;		/* the first step makes the receiver fall silent */
	unsigned int min_chars, max_chars;	/* of one second */
};

/* What a receiver said: one of the two is not NULL. */
struct receiver_message {
	const struct nmea_sentence *sentence;	/* any checksum: drivers look at .sum */
	const struct binary_packet *packet;	/* its checksum was right */
};

/* What a message says about a step that was sent. */
enum receiver_answer {
	RECEIVER_UNRELATED,	/* nothing; it may be anything else */
	RECEIVER_HALF_SAID,	/* a part of the answer (PAIR's "processing"): wait on */
	RECEIVER_ACCEPTED,	/* done as asked, or the question answered */
	RECEIVER_REJECTED,	/* understood and not done, or not understood */
};

/* Who the receiver is, as far as it has said. */
struct receiver_id {
	char model[RECEIVER_MODEL_MAX];		/* "" unknown */
	char firmware[RECEIVER_FIRMWARE_MAX];
	unsigned int shown;	/* settings that its own answers named: RECEIVER_BAUD ... */
};

struct receiver {
	const char *make;
	const struct receiver_sentence *sentences;	/* the first is RMC */
	unsigned int n_sentences;
	/* This is only sent by this make. */
	bool (*is_proof)(const struct receiver_message *m);
	/* It answers a command or a question: no part of what the receiver sends by itself. */
	bool (*is_reply)(const struct nmea_sentence *s);
	/* Learn from what it says; keeps what it does not name. */
	void (*learn)(const struct receiver_message *m, struct receiver_id *id);

	/*
	 * The questions that make it prove itself and tell its model, for a plan of
	 * their own; least disruptive first.  0 or -ENOSPC.
	 */
	int (*write_probe)(struct receiver_plan *plan);
	/* The model is none of the answers: it comes by itself, now and then (PGRMT). */
	bool names_itself;

	/* ---- makes that can be told; all NULL and 0 where we only know the make ---- */

	unsigned int can;	/* RECEIVER_BAUD ...: settings of at least one model */
	/*
	 * NULL, or why not: a line for people, "a pulse is 20 to 980 ms wide, in
	 * steps of 20".  Of a model as far as id tells; *risky: it can be done when
	 * the user insists (--force).
	 */
	const char *(*refuse)(const struct receiver_id *id, const struct receiver_request *req,
			      bool *risky);
	/* Questions whose answers judge() puts into settings.  0 or -ENOSPC. */
	int (*write_queries)(const struct receiver_id *id, struct receiver_plan *plan);
	/*
	 * What m says about a step of ours; with an answer that tells settings, *now
	 * learns them (known, native).  Never trusts m: it may be any bytes.
	 */
	enum receiver_answer (*judge)(const struct receiver_step *step,
				      const struct receiver_message *m,
				      struct receiver_settings *now);
	/*
	 * Fill steps, n and silences: sentences first, then settings, the speed last, a
	 * restart where something waits for it, and what makes it survive a power
	 * cycle.  `from` is what is known of it now.  0, -ENOSPC, or -ENODATA: what
	 * is set now must be known for this, and it has not been told.
	 */
	int (*write_steps)(const struct receiver_id *id, const struct receiver_settings *from,
			   const struct receiver_request *req, struct receiver_plan *plan);
	/* What is best for a clock: fills *req (--timing). */
	void (*for_a_clock)(const struct receiver_id *id, struct receiver_request *req);
	/*
	 * NULL, or why a sentence of the user's own ("PGRMI,,,,,,,A", without '$' and
	 * checksum) is only sent when he insists (--force).  The member may be NULL.
	 */
	const char *(*risk_of)(const char *body);
	/*
	 * From a binary mode, in which no question of ours is heard, back to NMEA for
	 * good.  0 or -ENOSPC; NULL where there is no such mode.
	 */
	int (*write_escape)(struct receiver_plan *plan);
	/* NULL, or what is known of this firmware that matters for a clock: a line for people. */
	const char *(*firmware_note)(const struct receiver_id *id);

	/* ---- makes that cannot, yet ---- */

	const char *by_hand;	/* what to send with which tool; lines for people */
};

extern const struct receiver receiver_garmin;
extern const struct receiver receiver_mtk;
extern const struct receiver receiver_ublox;
extern const struct receiver receiver_pair;
extern const struct receiver receiver_casic;
extern const struct receiver receiver_unicore;
extern const struct receiver receiver_teseo;
extern const struct receiver receiver_furuno;
extern const struct receiver receiver_skytraq;
extern const struct receiver receiver_sirf;
extern const struct receiver receiver_oncore;
extern const struct receiver receiver_trimble;

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
/* A packet of a binary protocol: it can prove the make and tell the model. */
void receiver_hear_packet(struct receiver_view *v, const struct binary_packet *p);

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

/* All makes, in the order in which they are asked: the i-th, or NULL behind the last. */
const struct receiver *receiver_nth(unsigned int i);

/*
 * The steps for a request, and what must be seen then.  0, -ENOSPC, -ENODATA (see
 * write_steps), or -ENOTSUP: a make that cannot be told, see by_hand.
 */
int receiver_make_plan(const struct receiver *rx, const struct receiver_id *id,
		       const struct receiver_settings *from, const struct receiver_request *req,
		       struct receiver_plan *plan);

/* The request that puts back what a stream showed before a change. */
struct receiver_request receiver_undo_of(const struct receiver *rx,
					 const struct receiver_seen *before);

/* ---- for drivers ---- */

/*
 * Add a sentence from its body, or a packet from its bytes, to a plan: a step that
 * awaits no answer until the caller says otherwise.  0, -ENOSPC or -EINVAL.
 */
__attribute__((format(printf, 2, 3)))
int receiver_add_line(struct receiver_plan *plan, const char *fmt, ...);
int receiver_add_packet(struct receiver_plan *plan, const uint8_t *bytes, size_t len);
/* The step that was added last. */
struct receiver_step *receiver_last_step(struct receiver_plan *plan);

/* Which of the known ones of `to` are otherwise, or not known, in `now`: bits. */
unsigned int receiver_settings_differ(const struct receiver_settings *to,
				      const struct receiver_settings *now);

#endif
