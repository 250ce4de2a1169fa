/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of the Garmin driver share; nobody else needs it. */
#ifndef GPSPPSCTL_GARMIN_H
#define GPSPPSCTL_GARMIN_H

#include "receiver.h"

/* ---- garmin_unit.c: which unit it is, and how the units differ ---- */

enum garmin_trait {
	GARMIN_KNOWN		= 1 << 0,	/* the family is one of the manuals' */
	GARMIN_18X		= 1 << 1,
	GARMIN_5_HZ		= 1 << 2,
	GARMIN_OLD		= 1 << 3,	/* of the nineties */
	GARMIN_AT_ONCE		= 1 << 4,	/* PGRMC1 acts without a restart */
	GARMIN_STOPS		= 1 << 5,	/* PGRMC1 has field 13 ... */
	GARMIN_NEVER_STOPS	= 1 << 6,	/* ... or has not; neither: not known */
	GARMIN_38400		= 1 << 7,	/* by its manual */
};

unsigned int garmin_traits(const struct receiver_id *id);
/* The factory's sentences where PGRMO has no mode 4, else NULL. */
const char *garmin_factory_list(const struct receiver_id *id);
bool garmin_is_proof_packet(const struct binary_packet *p);
void garmin_learn_text(const char *text, size_t len, struct receiver_id *id);
void garmin_learn_packet(const struct binary_packet *p, struct receiver_id *id);
const char *garmin_firmware_note(const struct receiver_id *id);
int garmin_write_escape(struct receiver_plan *plan);
enum receiver_answer garmin_judge_packet(const struct receiver_step *step,
					 const struct binary_packet *p);

/* ---- garmin_config.c: PGRMC and PGRMC1, their fields and values ---- */

#define GARMIN_CONFIGS 2	/* as many as use receiver_settings.native */
#define GARMIN_FIELDS_MAX 15
#define GARMIN_BIT(i) (1u << (i))

/* Fields of PGRMC, from 0: the manuals count from 1. */
enum {
	GARMIN_ALTITUDE = 1,
	GARMIN_DATUM = 2,
	GARMIN_AXIS = 3,
	GARMIN_DZ = 7,
	GARMIN_BAUD = 9,
	GARMIN_PULSE = 11,
	GARMIN_WIDTH = 12,
};
/* Fields of PGRMC1. */
enum {
	GARMIN_INTERVAL = 0,
	GARMIN_BINARY = 1,
	GARMIN_NMEA_230 = 6,
	GARMIN_AUTO_OFF = 12,
};

struct garmin_config {
	const char *tag;
	const char *question;
	unsigned int n_fields;
	unsigned int setting[GARMIN_FIELDS_MAX];	/* RECEIVER_BAUD ...; 0: only kept */
	unsigned int never_empty;	/* in an answer to the question; at once in none of ours */
	unsigned int not_restored;
};

extern const struct garmin_config garmin_configs[GARMIN_CONFIGS];

const struct garmin_config *garmin_config_of(const char *tag);
const struct garmin_config *garmin_config_asked_by(const char *question);

/* Analyse a body; *s is good as long as raw is.  False when it is too long. */
bool garmin_parse_body(const char *body, char raw[RECEIVER_LINE_MAX + 1],
		       struct nmea_sentence *s);

/* The code of PGRMC's field 10, '\0' for a speed that has none. */
char garmin_baud_code(unsigned int baud);

/* "04" and "4", "1.0" and "1" are the same. */
bool garmin_same_value(const char *a, size_t a_len, const char *b, size_t b_len);

void garmin_write_value(const struct receiver_settings *to, unsigned int setting,
			char *buf, size_t size);
void garmin_learn_settings(const struct garmin_config *c, const struct nmea_sentence *s,
			   struct receiver_settings *now);
bool garmin_is_complete(const struct garmin_config *c, const struct nmea_sentence *s);

/* The settings that a complete answer to PGRMCE or PGRMC1E names; 0 for anything else. */
unsigned int garmin_settings_in(const struct nmea_sentence *s);

/* ---- garmin_judge.c ---- */

enum receiver_answer garmin_judge(const struct receiver_step *step,
				  const struct receiver_message *m,
				  struct receiver_settings *now);

/* ---- garmin_write.c ---- */

int garmin_write_question(const char *body, enum receiver_await await, struct receiver_plan *plan);
int garmin_write_questions(const struct receiver_id *id, struct receiver_plan *plan);
int garmin_write_settings(const struct receiver_id *id, const struct receiver_settings *from,
			  const struct receiver_settings *to, struct receiver_plan *plan);

/* ---- garmin_rules.c: what is not done, and what is best ---- */

const char *garmin_refuse(const struct receiver_id *id, const struct receiver_request *req,
			  bool *risky);
const char *garmin_risk_of(const char *body);
void garmin_for_a_clock(const struct receiver_id *id, struct receiver_request *req);

static inline bool garmin_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

#endif
