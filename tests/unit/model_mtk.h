/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A MediaTek receiver (PMTK) in virtual time, from GlobalTop's and Quectel's
 * documents: acknowledges with PMTK001, answers 414 and 400, changes its speed at
 * once, and keeps its settings without power only with a backup battery.
 */
#ifndef MODEL_MTK_H
#define MODEL_MTK_H

#include <stdlib.h>

#include "model.h"

#define MTK_UNIT_SLOTS 19

struct mtk_settings {
	int rates[MTK_UNIT_SLOTS];
	unsigned int interval_ms, fix_ms;
	unsigned int pulse_mode, pulse_ms;
	bool synced;			/* PMTK255 */
	unsigned int baud;
};

struct mtk_unit {
	struct mtk_settings is;
	struct mtk_settings factory;
	bool backup;			/* VBACKUP has power */
	bool no_pulse;			/* MT3329: 285 and 255 are unsupported */
	bool no_query;			/* MT3318: nor are 414 and 400 */
	bool mute;			/* obeys, and acknowledges nothing */
	bool lies;			/* acknowledges, and does not obey */
	unsigned int fixes;
	unsigned int bursts;
};

static inline void mtk_unit_say_rates(struct model *m, const struct mtk_unit *u)
{
	char body[80] = "PMTK514";
	size_t used = strlen(body);

	for (int i = 0; i < MTK_UNIT_SLOTS; i++)
		used += (size_t)snprintf(body + used, sizeof(body) - used, ",%d", u->is.rates[i]);
	model_say_line(m, body);
}

static inline void mtk_unit_set_rates(struct mtk_unit *u, const char *fields)
{
	if (!strcmp(fields, "-1")) {
		memcpy(u->is.rates, u->factory.rates, sizeof(u->is.rates));
		return;
	}
	for (int i = 0; i < MTK_UNIT_SLOTS && *fields; i++) {
		u->is.rates[i] = atoi(fields);
		fields += strcspn(fields, ",");
		fields += *fields == ',';
	}
}

/* 0 invalid, 1 unsupported, 2 failed, 3 done */
static inline int mtk_unit_obey(struct model *m, struct mtk_unit *u, int command,
				const char *fields)
{
	const unsigned int first = (unsigned int)atoi(fields);
	const char *second = strchr(fields, ',');

	switch (command) {
	case 220:
		u->is.interval_ms = m->interval_ms = first;
		return first >= 100 && first <= 10000 ? 3 : 2;
	case 300:
		u->is.fix_ms = first;
		return 3;
	case 314:
		mtk_unit_set_rates(u, fields);
		return 3;
	case 285:
		if (u->no_pulse)
			return 1;
		u->is.pulse_mode = first;
		u->is.pulse_ms = second ? (unsigned int)atoi(second + 1) : 0;
		return 3;
	case 255:
		u->is.synced = first && !u->no_pulse;
		return u->no_pulse ? 1 : 3;
	case 400:
	case 414:
		return u->no_query ? 1 : 3;
	default:
		return 1;
	}
}

static inline void mtk_unit_hear(struct model *m, const char *bytes, size_t len)
{
	struct mtk_unit *u = (struct mtk_unit *)m->self;
	struct mtk_settings before = u->is;
	struct nmea_sentence s;
	char text[256], ack[40];
	int command, flag;

	nmea_parse(bytes, len, &s);
	if (s.sum != NMEA_SUM_OK || strncmp(s.type, "PMTK", 4))
		return;
	command = atoi(s.type + 4);
	snprintf(text, sizeof(text), "%.*s", (int)(len > 8 ? len - 12 : 0), bytes + 9);
	text[strcspn(text, "*")] = '\0';
	if (command == 251) {		/* no acknowledgement at the new speed */
		u->is.baud = m->baud = m->stored_baud = (unsigned int)atoi(text);
		return;
	}
	if (command == 605) {
		model_say_line(m, "PMTK705,AXN_2.51_3339_19071200,0002,QUECTEL-L70,1.0");
		return;
	}
	flag = mtk_unit_obey(m, u, command, text);
	if (u->lies) {
		u->is = before;
		m->interval_ms = before.interval_ms;
	}
	if (u->mute)
		return;
	snprintf(ack, sizeof(ack), "PMTK001,%.3s,%d", s.type + 4, flag);
	model_say_line(m, ack);
	if (flag == 3 && command == 414)
		mtk_unit_say_rates(m, u);
	if (flag == 3 && command == 400) {
		snprintf(ack, sizeof(ack), "PMTK500,%u,0,0,0.0,0.0", u->is.fix_ms);
		model_say_line(m, ack);
	}
}

static inline void mtk_unit_burst(struct model *m)
{
	static const struct {
		int slot;
		const char *body;
	} said[] = {
		{ 3, "GPGGA,120000.000,5128.6739,N,00000.0841,W,1,9,0.90,61.4,M,45.6,M,," },
		{ 4, "GPGSA,A,3,02,05,07,09,13,14,16,20,23,,,,1.60,0.90,1.30" },
		{ 5, "GPGSV,1,1,04,02,12,318,38,05,31,067,43,07,68,201,50,09,44,143,47" },
		{ 1, "GPRMC,120000.000,A,5128.6739,N,00000.0841,W,0.00,0.00,010926,,,A" },
		{ 2, "GPVTG,0.00,T,,M,0.00,N,0.00,K,A" },
		{ 0, "GPGLL,5128.6739,N,00000.0841,W,120000.000,A,A" },
		{ 17, "GPZDA,120000.000,01,09,2026,," },
	};
	struct mtk_unit *u = (struct mtk_unit *)m->self;

	for (size_t i = 0; i < sizeof(said) / sizeof(said[0]); i++) {
		int rate = u->is.rates[said[i].slot];

		if (rate && u->fixes % (unsigned int)rate == 0)
			model_say_line(m, said[i].body);
	}
	u->fixes++;
}

static inline void mtk_unit_restart(struct model *m)
{
	struct mtk_unit *u = (struct mtk_unit *)m->self;

	if (!u->backup)
		u->is = u->factory;
	m->interval_ms = u->is.interval_ms;
	m->baud = m->stored_baud = u->is.baud;
}

/* As from the factory, at 9600 baud: GGA GSA GSV RMC VTG, GSV every fifth time. */
__attribute__((unused))
static void mtk_unit_init(struct model *m, struct mtk_unit *u)
{
	memset(m, 0, sizeof(*m));
	memset(u, 0, sizeof(*u));
	u->factory = (struct mtk_settings){
		.rates = { [1] = 1, [2] = 1, [3] = 1, [4] = 1, [5] = 1 },
		.interval_ms = 1000, .fix_ms = 1000, .pulse_mode = 1, .pulse_ms = 100,
		.baud = 9600,
	};
	u->is = u->factory;
	m->baud = m->stored_baud = 9600;
	m->interval_ms = 1000;
	m->hear = mtk_unit_hear;
	m->burst = mtk_unit_burst;
	m->restart = mtk_unit_restart;
	m->self = u;
}

#endif
