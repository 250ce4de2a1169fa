/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An Airoha receiver (PAIR) in virtual time, from Quectel's documents: acknowledges
 * with PAIR001, may say "being worked on" first, takes a new speed with a restart,
 * and forgets at a restart what was not saved.
 */
#ifndef MODEL_PAIR_H
#define MODEL_PAIR_H

#include <stdlib.h>

#include "model.h"

#define PAIR_UNIT_TYPES 10

struct pair_settings {
	int rates[PAIR_UNIT_TYPES];
	unsigned int interval_ms;
	unsigned int pulse_mode, pulse_ms;
	unsigned int baud;		/* of the next start */
};

struct pair_unit {
	struct pair_settings is, saved, factory;
	bool gnss_off;			/* PAIR003: silent, still hears commands */
	bool works_on_it;		/* says 1 before 0 */
	bool is_busy;			/* says 1, and nothing more (LC29H: failed) */
	bool no_gns;			/* LC76GABNR02A01S: type 9 is a parameter error */
	bool fixed_interval;		/* LC76G (PA): PAIR050 is not supported */
	bool mute;
	unsigned int refuses;		/* this command with 2, obeying nothing */
	unsigned int fixes, restarts;
};

/* 0 done, 2 failed, 3 not supported, 4 a wrong parameter (LC76G) */
static inline int pair_unit_set_rate(struct pair_unit *u, int type, int rate)
{
	if (type == -1) {
		memcpy(u->is.rates, u->factory.rates, sizeof(u->is.rates));
		return 0;
	}
	if (type < 0 || type >= PAIR_UNIT_TYPES - u->no_gns || rate < 0 || rate > 20)
		return 4;
	u->is.rates[type] = rate;
	return 0;
}

static inline int pair_unit_save(struct pair_unit *u)
{
	/* more than one fix a second: only without the GNSS part */
	if (u->is.interval_ms < 1000 && !u->gnss_off)
		return 2;
	u->saved = u->is;
	return 0;
}

static inline int pair_unit_obey(struct model *m, struct pair_unit *u, int command,
				 const int *at)
{
	switch (command) {
	case 2:
	case 3:
		u->gnss_off = command == 3;
		return 0;
	case 50:
		if (u->fixed_interval)
			return 3;
		if (at[0] < 100 || at[0] > 1000)
			return 4;
		u->is.interval_ms = m->interval_ms = (unsigned int)at[0];
		return 0;
	case 62:
		return pair_unit_set_rate(u, at[0], at[1]);
	case 63:
		return at[0] >= 0 && at[0] < PAIR_UNIT_TYPES - u->no_gns ? 0 : 4;
	case 51:
	case 382:
	case 865:
		return 0;
	case 513:
		return pair_unit_save(u);
	case 752:
		u->is.pulse_mode = (unsigned int)at[0];
		u->is.pulse_ms = (unsigned int)at[1];
		return 0;
	case 864:
		u->is.baud = (unsigned int)at[2];
		return 0;
	default:
		return 3;
	}
}

static inline void pair_unit_answer(struct model *m, const struct pair_unit *u, int command,
				    const int *at)
{
	char body[60];

	switch (command) {
	case 63:
		snprintf(body, sizeof(body), "PAIR063,%d,%d", at[0], u->is.rates[at[0]]);
		break;
	case 51:
		snprintf(body, sizeof(body), "PAIR051,%u", u->is.interval_ms);
		break;
	case 865:
		snprintf(body, sizeof(body), "PAIR865,%u", u->is.baud);
		break;
	default:
		return;
	}
	model_say_line(m, body);
}

static inline void pair_unit_ack(struct model *m, const char *command, int result)
{
	char body[40];

	snprintf(body, sizeof(body), "PAIR001,%.3s,%d", command, result);
	model_say_line(m, body);
}

static inline void pair_unit_hear(struct model *m, const char *bytes, size_t len)
{
	struct pair_unit *u = (struct pair_unit *)m->self;
	int at[4] = { 0 }, command, result;
	struct nmea_sentence s;

	nmea_parse(bytes, len, &s);
	if (s.sum != NMEA_SUM_OK)
		return;
	if (!strcmp(s.type, "PQTMVERNO"))
		model_say_line(m, "PQTMVERNO,LC76GABNR02A01S,2022/09/14,11:47:03");
	if (strncmp(s.type, "PAIR", 4))
		return;
	command = atoi(s.type + 4);
	for (unsigned int i = 0; i < 4; i++) {
		size_t n;
		const char *text = nmea_field(&s, i, &n);

		at[i] = n ? atoi(text) : 0;
	}
	if (command == 23) {
		u->restarts++;
		model_restart(m);
		return;
	}
	if (u->is_busy && command != 63 && command != 51 && command != 865) {
		pair_unit_ack(m, s.type + 4, 1);
		return;
	}
	result = (int)u->refuses == command ? 2 : pair_unit_obey(m, u, command, at);
	if (u->mute)
		return;
	if (u->works_on_it)
		pair_unit_ack(m, s.type + 4, 1);
	pair_unit_ack(m, s.type + 4, result);
	if (!result)
		pair_unit_answer(m, u, command, at);
}

static inline void pair_unit_burst(struct model *m)
{
	static const struct {
		int type;
		const char *body;
	} said[] = {
		{ 0, "GNGGA,120000.000,5128.673900,N,00000.084100,W,1,9,0.90,61.4,M,45.6,M,," },
		{ 1, "GNGLL,5128.673900,N,00000.084100,W,120000.000,A,A" },
		{ 2, "GNGSA,A,3,02,05,07,09,13,14,16,20,23,,,,1.60,0.90,1.30,1" },
		{ 3, "GPGSV,1,1,04,02,12,318,38,05,31,067,43,07,68,201,50,09,44,143,47,1" },
		{ 4, "GNRMC,120000.000,A,5128.673900,N,00000.084100,W,0.00,0.00,010926,,,A,V" },
		{ 5, "GNVTG,0.00,T,,M,0.00,N,0.00,K,A" },
		{ 6, "GNZDA,120000.000,01,09,2026,," },
	};
	struct pair_unit *u = (struct pair_unit *)m->self;

	if (u->gnss_off)
		return;
	for (size_t i = 0; i < sizeof(said) / sizeof(said[0]); i++) {
		int rate = u->is.rates[said[i].type];

		if (rate && u->fixes % (unsigned int)rate == 0)
			model_say_line(m, said[i].body);
	}
	u->fixes++;
}

static inline void pair_unit_restart(struct model *m)
{
	struct pair_unit *u = (struct pair_unit *)m->self;

	u->is = u->saved;
	u->gnss_off = false;
	m->interval_ms = u->is.interval_ms;
	m->baud = m->stored_baud = u->is.baud;
}

/* As from the factory: 115200 baud, GGA GLL GSA GSV RMC VTG. */
__attribute__((unused))
static void pair_unit_init(struct model *m, struct pair_unit *u)
{
	memset(m, 0, sizeof(*m));
	memset(u, 0, sizeof(*u));
	u->factory = (struct pair_settings){
		.rates = { 1, 1, 1, 1, 1, 1 },
		.interval_ms = 1000, .pulse_mode = 2, .pulse_ms = 100, .baud = 115200,
	};
	u->is = u->saved = u->factory;
	m->baud = m->stored_baud = 115200;
	m->interval_ms = 1000;
	m->hear = pair_unit_hear;
	m->burst = pair_unit_burst;
	m->restart = pair_unit_restart;
	m->self = u;
}

#endif
