/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A Garmin, written from the manuals and not from the driver: what it stores, what it
 * answers, and what waits for a restart.  It hears lines and says bodies; the line
 * between it and us is somebody else's (model.h, or a list).  Include it behind
 * cmocka's headers.
 *
 * Manuals: GPS 18 (190-00307), 18x (190-00879), 16x (190-00228), GPS 25LP.
 */
#ifndef MODEL_GARMIN_H
#define MODEL_GARMIN_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nmea.h"

#define GARMIN_UNIT_SENTENCES 12
#define GARMIN_UNIT_FIELDS 15

/* In the order of emission. */
static const char *const garmin_unit_names[GARMIN_UNIT_SENTENCES] = {
	"GPRMC", "GPGGA", "GPGSA", "GPGSV", "PGRME", "GPGLL", "GPVTG", "PGRMV", "PGRMF", "PGRMB",
	"PGRMM", "PGRMT",
};

enum {
	GARMIN_UNIT_PGRMB = 9,
	GARMIN_UNIT_PGRMT = 11,
	GARMIN_UNIT_FACTORY = 0x1f | 1 << GARMIN_UNIT_PGRMB | 1 << GARMIN_UNIT_PGRMT,
	GARMIN_UNIT_RMC = 1 << 0,
};

/* A field holds one of some letters, or a number; no width: no effect, always empty. */
struct garmin_unit_field {
	const char *letters;
	double low, high;
	int padded_width, padded_decimals;	/* as the 16x writes it: zeros in front */
	int plain_decimals;		/* as the GPS 25 does */
};

static const struct garmin_unit_field garmin_unit_pgrmc[14] = {
	{ .letters = "A23" },
	{ NULL, -1500, 18000, 7, 1, 1 },
	{ NULL, 0, 999, 3, 0, 0 },
	{ NULL, 6360000, 6380000, 11, 3, 3 },
	{ NULL, 285, 310, 13, 9, 9 },
	{ NULL, -5000, 5000, 4, 0, 1 },
	{ NULL, -5000, 5000, 4, 0, 1 },
	{ NULL, -5000, 5000, 4, 0, 1 },
	{ .letters = "AD" },
	{ NULL, 1, 8, 1, 0, 0 },
	{ NULL, 0, 255, 1, 0, 0 },
	{ NULL, 1, 2, 1, 0, 0 },
	{ NULL, 0, 48, 2, 0, 0 },
	{ NULL, 0, 30, 1, 1, 0 },
};

static const struct garmin_unit_field garmin_unit_pgrmc1[15] = {
	{ NULL, 1, 900, 1, 0, 0 },
	{ NULL, 1, 2, 1, 0, 0 },
	{ NULL, 1, 2, 1, 0, 0 },
	{ NULL, 0, 0, 0, 0, 0 }, { NULL, 0, 0, 0, 0, 0 }, { NULL, 0, 0, 0, 0, 0 },
	{ NULL, 1, 2, 1, 0, 0 },
	{ .letters = "WNA" },
	{ .letters = "PN" },
	{ NULL, 0, 0, 0, 0, 0 }, { NULL, 0, 0, 0, 0, 0 }, { NULL, 0, 0, 0, 0, 0 },
	{ NULL, 1, 2, 1, 0, 0 },
	{ NULL, 1, 2, 1, 0, 0 },
	{ NULL, 1, 2, 1, 0, 0 },
};

union garmin_unit_value {
	char letter;
	double number;
};

struct garmin_unit {
	/* which kind of unit */
	bool plain;			/* numbers as the GPS 25 writes them */
	bool echoes_pgrmo;
	bool echoes_all;		/* an accepted sentence comes back with all values */
	bool no_restart_echo;
	bool no_mode_4;			/* GPS 25, 35, 36 */
	unsigned int pgrmc1_fields;	/* 15; 13: GPS 18; 7: GPS 25; 0: it has no PGRMC1 */
	bool pgrmc1_waits;		/* for a restart: GPS 25 */
	bool only_to_19200;		/* code 8 is refused */
	bool ignores_pulse;		/* and says nothing: a silent refusal */
	bool never_restarts;		/* PGRMI is not heard */
	char not_sent[8];		/* cannot be switched on: "PGRMB" of an 18x */

	/* who hears what it says */
	void (*say)(struct garmin_unit *u, const char *body);
	void *line;

	/* stored, and in force */
	unsigned int sentences;
	union garmin_unit_value pgrmc[GARMIN_UNIT_FIELDS], pgrmc1[GARMIN_UNIT_FIELDS];
	unsigned int baud;
	bool pulse, stops, binary;
	unsigned int interval_s;
	unsigned int seconds;		/* of life */
	unsigned int restarts;
	bool cold;			/* PGRMI,...,A */
};

static inline unsigned int garmin_unit_baud(unsigned int code)
{
	static const unsigned int bauds[] = { 0, 1200, 2400, 4800, 9600, 19200, 300, 600, 38400 };

	return bauds[code];
}

/* What is stored comes into force. */
static inline void garmin_unit_restart(struct garmin_unit *u)
{
	u->baud = garmin_unit_baud((unsigned int)u->pgrmc[9].number);
	u->pulse = u->pgrmc[11].number == 2;
	u->binary = u->pgrmc1[1].number == 2;
	u->stops = u->pgrmc1[12].number == 2;
	u->interval_s = (unsigned int)u->pgrmc1[0].number;
}

/* As delivered: 4800 baud, pulse on, 100 ms. */
static inline void garmin_unit_make(struct garmin_unit *u)
{
	static const double pgrmc[] = { 0, 18, 100, 0, 0, 0, 0, 0, 0, 3, 0, 2, 4, 1 };
	static const double pgrmc1[] = { 1, 1, 2, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 2, 2 };

	memset(u, 0, sizeof(*u));
	u->pgrmc1_fields = 15;
	u->sentences = GARMIN_UNIT_FACTORY;
	for (size_t i = 0; i < 14; i++)
		u->pgrmc[i].number = pgrmc[i];
	for (size_t i = 0; i < 15; i++)
		u->pgrmc1[i].number = pgrmc1[i];
	u->pgrmc[0].letter = 'A';
	u->pgrmc[8].letter = 'A';
	u->pgrmc1[7].letter = 'A';
	u->pgrmc1[8].letter = 'N';
	garmin_unit_restart(u);
}

/* "PGRMC,A,..." with the values in force. */
static inline void garmin_unit_tell(struct garmin_unit *u, const char *tag,
				    const struct garmin_unit_field *fields, size_t n,
				    const union garmin_unit_value *values)
{
	char body[128];
	size_t used = (size_t)snprintf(body, sizeof(body), "%s", tag);

	for (size_t i = 0; i < n; i++) {
		body[used++] = ',';
		if (fields[i].letters)
			body[used++] = values[i].letter;
		else if (fields[i].padded_width && u->plain)
			used += (size_t)snprintf(body + used, sizeof(body) - used, "%.*f",
						 fields[i].plain_decimals, values[i].number);
		else if (fields[i].padded_width)
			used += (size_t)snprintf(body + used, sizeof(body) - used, "%0*.*f",
						 fields[i].padded_width, fields[i].padded_decimals,
						 values[i].number);
		assert_true(used < sizeof(body) - 1);
	}
	body[used] = '\0';
	u->say(u, body);
}

/* False: an error, and nothing is taken of the sentence. */
static inline bool garmin_unit_merge(const struct garmin_unit_field *fields, size_t n,
				     union garmin_unit_value *values,
				     const struct nmea_sentence *s)
{
	for (unsigned int i = 0; i < s->n_fields; i++) {
		char text[32], *end;
		size_t len;
		const char *p = nmea_field(s, i, &len);

		if (!len)
			continue;
		if (i >= n || len >= sizeof(text))
			return false;
		memcpy(text, p, len);
		text[len] = '\0';
		if (fields[i].letters) {
			if (len != 1 || !strchr(fields[i].letters, text[0]))
				return false;
			values[i].letter = text[0];
			continue;
		}
		values[i].number = strtod(text, &end);
		if (*end || !fields[i].padded_width || values[i].number < fields[i].low ||
		    values[i].number > fields[i].high)
			return false;
	}
	return true;
}

static inline void garmin_unit_echo(struct garmin_unit *u, const char *line)
{
	char body[128];

	snprintf(body, sizeof(body), "%.*s", (int)strcspn(line + 1, "*"), line + 1);
	u->say(u, body);
}

static inline void garmin_unit_hear_pgrmc(struct garmin_unit *u, const char *line,
					  const struct nmea_sentence *s)
{
	union garmin_unit_value values[GARMIN_UNIT_FIELDS];
	bool good;

	memcpy(values, u->pgrmc, sizeof(values));
	good = garmin_unit_merge(garmin_unit_pgrmc, 14, values, s);
	if (values[9].number == 8 && u->only_to_19200)
		good = false;
	/* the user datum comes with all of its numbers, or not at all */
	if (values[2].number == 96 && values[3].number == 0)
		good = false;
	if (u->ignores_pulse) {
		values[11] = u->pgrmc[11];
		values[12] = u->pgrmc[12];
	}
	if (good)
		memcpy(u->pgrmc, values, sizeof(values));
	if (!good || u->echoes_all)
		garmin_unit_tell(u, "PGRMC", garmin_unit_pgrmc, 14, u->pgrmc);
	else
		garmin_unit_echo(u, line);
}

static inline void garmin_unit_hear_pgrmc1(struct garmin_unit *u, const char *line,
					   const struct nmea_sentence *s)
{
	union garmin_unit_value values[GARMIN_UNIT_FIELDS];
	bool good;

	if (!u->pgrmc1_fields)
		return;
	memcpy(values, u->pgrmc1, sizeof(values));
	good = garmin_unit_merge(garmin_unit_pgrmc1, u->pgrmc1_fields, values, s);
	if (good)
		memcpy(u->pgrmc1, values, sizeof(values));
	if (good && !u->pgrmc1_waits) {
		u->interval_s = (unsigned int)values[0].number;
		u->stops = values[12].number == 2;
	}
	if (!good || u->echoes_all)
		garmin_unit_tell(u, "PGRMC1", garmin_unit_pgrmc1, u->pgrmc1_fields, u->pgrmc1);
	else
		garmin_unit_echo(u, line);
}

static inline int garmin_unit_target(const struct garmin_unit *u, const char *name, size_t len)
{
	for (int i = 0; i < GARMIN_UNIT_SENTENCES; i++)
		if (strlen(garmin_unit_names[i]) == len &&
		    !memcmp(garmin_unit_names[i], name, len) &&
		    strcmp(garmin_unit_names[i], u->not_sent) != 0)
			return i;
	return -1;
}

/* A wrong mode or target and the sentence has no effect, silently (15x, 16/17). */
static inline void garmin_unit_hear_pgrmo(struct garmin_unit *u, const char *line,
					  const struct nmea_sentence *s)
{
	size_t len;
	const char *name = nmea_field(s, 0, &len);
	int target = garmin_unit_target(u, name, len);

	if (nmea_field_is(s, 1, "0") && target >= 0)
		u->sentences &= ~(1u << target);
	else if (nmea_field_is(s, 1, "1") && target >= 0)
		u->sentences |= 1u << target;
	else if (nmea_field_is(s, 1, "2"))
		u->sentences = 0;
	else if (nmea_field_is(s, 1, "3"))
		u->sentences = (1u << GARMIN_UNIT_SENTENCES) - 1;
	else if (nmea_field_is(s, 1, "4") && !u->no_mode_4)
		u->sentences = GARMIN_UNIT_FACTORY;
	else
		return;
	if (u->echoes_pgrmo)
		garmin_unit_echo(u, line);
}

/* True: it starts anew; whoever has the line silences it and calls garmin_unit_restart(). */
static inline bool garmin_unit_hear_pgrmi(struct garmin_unit *u, const char *line,
					  const struct nmea_sentence *s)
{
	bool restarts = nmea_field_is(s, 6, "R");

	if (u->never_restarts)
		return false;
	u->cold = u->cold || nmea_field_is(s, 6, "A");
	if (!restarts || !u->no_restart_echo)
		garmin_unit_echo(u, line);
	u->restarts += restarts;
	return restarts;
}

/* A line from '$', without CR LF, NUL-terminated.  True: it restarts. */
static inline bool garmin_unit_hear(struct garmin_unit *u, const char *line)
{
	struct nmea_sentence s;

	nmea_parse(line, strlen(line), &s);
	if (line[0] != '$' || s.sum == NMEA_SUM_BAD || u->binary)
		return false;
	if (!strcmp(s.type, "PGRMCE"))
		garmin_unit_tell(u, "PGRMC", garmin_unit_pgrmc, 14, u->pgrmc);
	else if (!strcmp(s.type, "PGRMC1E") && u->pgrmc1_fields)
		garmin_unit_tell(u, "PGRMC1", garmin_unit_pgrmc1, u->pgrmc1_fields, u->pgrmc1);
	else if (!strcmp(s.type, "PGRMC"))
		garmin_unit_hear_pgrmc(u, line, &s);
	else if (!strcmp(s.type, "PGRMC1"))
		garmin_unit_hear_pgrmc1(u, line, &s);
	else if (!strcmp(s.type, "PGRMO"))
		garmin_unit_hear_pgrmo(u, line, &s);
	else if (!strcmp(s.type, "PGRMI"))
		return garmin_unit_hear_pgrmi(u, line, &s);
	return false;
}

/* A second begins. */
static inline void garmin_unit_burst(struct garmin_unit *u)
{
	static const char *const bodies[GARMIN_UNIT_SENTENCES] = {
		"GPRMC,120001,A,5128.6740,N,00000.0840,W,000.0,000.0,010926,001.2,E",
		"GPGGA,120001,5128.6740,N,00000.0840,W,1,09,0.9,61.4,M,45.6,M,,",
		"GPGSA,A,3,02,05,07,09,13,14,16,20,23,,,,1.6,0.9,1.3",
		"GPGSV,3,1,11,02,12,318,38,05,31,067,43,07,68,201,50,09,44,143,47",
		"PGRME,3.1,M,4.2,M,5.2,M",
		"GPGLL,5128.6740,N,00000.0840,W,120001,A",
		"GPVTG,000,T,359,M,000.0,N,0000.0,K",
		"PGRMV,0.0,0.0,0.0",
		"PGRMF,370,216018,010926,120001,18,5128.6740,N,00000.0840,W,A,2,0,0,2,1",
		"PGRMB,0.0,200,,,,K,,W,W",
		"PGRMM,WGS 84",
		"PGRMT,GPS 18-LVC software ver. 3.10,,,,,,,,",
	};
	unsigned int second = u->seconds++;

	if (u->binary || second % (u->interval_s ? u->interval_s : 1))
		return;
	for (unsigned int i = 0; i < GARMIN_UNIT_SENTENCES; i++)
		if (u->sentences >> i & 1 && (i != GARMIN_UNIT_PGRMT || second % 60 == 0))
			u->say(u, bodies[i]);
}

#endif
