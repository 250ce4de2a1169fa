/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A u-blox receiver in virtual time: packets of the class CFG (protver below 27) or
 * keys (from 27 on), $PUBX sentences, and its memories.  Written from the M8
 * protocol specification (UBX-13003221) and the F9 interface description
 * (UBX-18010854), not from our driver.
 *
 *	struct ublox_unit u;
 *	struct model m;
 *	ublox_unit_init(&u, &m, 18, 9600);
 *
 * Include it behind cmocka's headers.
 */
#ifndef MODEL_UBLOX_H
#define MODEL_UBLOX_H

#include "model.h"

enum { UNIT_SENTENCES = 16 };

/* What one of its memories holds. */
struct ublox_memory {
	uint8_t rates[UNIT_SENTENCES];	/* of its port */
	uint8_t tp5[32];
	uint8_t rate[6];
	uint8_t nmea[20];
	uint8_t prt[20];
};

struct ublox_unit {
	unsigned int protver;
	struct ublox_memory now, battery, flash;
	bool has_battery, has_flash;
	bool no_packets;	/* its port takes no UBX (inProtoMask) */
	bool ack_at_new;	/* a speed is acknowledged at the new one, else at the old */
	bool ack_only;		/* it says yes and does nothing, but for what follows: */
	unsigned int obeys;	/* it does what the first so many packets say */
	unsigned int heard;
	bool refuses;		/* it says no to whatever would change something */
	int unknown;		/* this of its sentences it does not have; -1: all there */
};

/* Class, id, the key for UART1, and what is sent: nothing on the sky, so all is empty. */
static const struct {
	uint8_t class, id;
	uint32_t key;
	const char *name, *body;
} unit_sentences[UNIT_SENTENCES] = {
	{ 0xf0, 0x04, 0x209100ac, "RMC", "GNRMC,120000.00,V,,,,,,,010926,,,N" },
	{ 0xf0, 0x05, 0x209100b1, "VTG", "GNVTG,,,,,,,,,N" },
	{ 0xf0, 0x00, 0x209100bb, "GGA", "GNGGA,120000.00,,,,,0,00,99.99,,,,,," },
	{ 0xf0, 0x02, 0x209100c0, "GSA", "GNGSA,A,1,,,,,,,,,,,,,99.99,99.99,99.99" },
	{ 0xf0, 0x03, 0x209100c5, "GSV", "GPGSV,1,1,00" },
	{ 0xf0, 0x01, 0x209100ca, "GLL", "GNGLL,,,,,120000.00,V,N" },
	{ 0xf0, 0x0d, 0x209100b6, "GNS", "GNGNS,120000.00,,,,,NN,00,99.99,,,," },
	{ 0xf0, 0x07, 0x209100d4, "GST", "GNGST,120000.00,,,,,,," },
	{ 0xf0, 0x08, 0x209100d9, "ZDA", "GNZDA,120000.00,01,09,2026,00,00" },
	{ 0xf0, 0x06, 0x209100cf, "GRS", "GNGRS,120000.00,1,,,,,,,,,,,," },
	{ 0xf0, 0x09, 0x209100de, "GBS", "GNGBS,120000.00,,,,,,," },
	{ 0xf0, 0x0a, 0x209100a7, "DTM", "GNDTM,W84,,0.0,N,0.0,E,0.0,W84" },
	{ 0xf0, 0x0f, 0x209100e8, "VLW", "GNVLW,,N,,N,,N,,N" },
	{ 0xf1, 0x00, 0x209100ed, "", "PUBX,00,120000.00,,,,,,NF,,,,,,,,,,,,0" },
	{ 0xf1, 0x03, 0x209100f2, "", "PUBX,03,00" },
	{ 0xf1, 0x04, 0x209100f7, "", "PUBX,04,120000.00,010926,1,2,18D,3,4,5,6" },
};

/* Keys beside MSGOUT's: where in the memory, and which bit. */
static const struct {
	uint32_t key;
	size_t at;
	uint8_t mask;
} unit_keys[] = {
	{ 0x10050007, offsetof(struct ublox_memory, tp5) + 28, 0x01 },
	{ 0x10050008, offsetof(struct ublox_memory, tp5) + 28, 0x02 },
	{ 0x10050009, offsetof(struct ublox_memory, tp5) + 28, 0x04 },
	{ 0x20050023, offsetof(struct ublox_memory, tp5) + 28, 0x08 },
	{ 0x20050030, offsetof(struct ublox_memory, tp5) + 28, 0x10 },
	{ 0x1005000a, offsetof(struct ublox_memory, tp5) + 28, 0x20 },
	{ 0x1005000b, offsetof(struct ublox_memory, tp5) + 28, 0x40 },
	{ 0x40050002, offsetof(struct ublox_memory, tp5) + 8, 0 },
	{ 0x40050003, offsetof(struct ublox_memory, tp5) + 12, 0 },
	{ 0x40050004, offsetof(struct ublox_memory, tp5) + 16, 0 },
	{ 0x40050005, offsetof(struct ublox_memory, tp5) + 20, 0 },
	{ 0x30210001, offsetof(struct ublox_memory, rate), 0 },
	{ 0x30210002, offsetof(struct ublox_memory, rate) + 2, 0 },
	{ 0x20930001, offsetof(struct ublox_memory, nmea) + 1, 0 },
	{ 0x40520001, offsetof(struct ublox_memory, prt) + 8, 0 },
};

#define UNIT_KEYS (sizeof(unit_keys) / sizeof(unit_keys[0]))

static inline uint32_t unit_u32(const uint8_t *p)
{
	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static inline unsigned int unit_u16(const uint8_t *p)
{
	return p[0] | (unsigned int)p[1] << 8;
}

static inline void unit_factory(struct ublox_memory *mem, unsigned int protver, unsigned int baud)
{
	static const uint8_t tp5[32] = { 0, 1, 0, 0, 0x32, 0, 0, 0, 0x40, 0x42, 0x0f, 0, 0x40,
					 0x42, 0x0f, 0, 0, 0, 0, 0, 0xa0, 0x86, 1, 0, 0, 0, 0, 0,
					 0xf7 };
	static const uint8_t rate[6] = { 0xe8, 3, 1, 0, 1, 0 };
	static const uint8_t prt[20] = { 1, 0, 0, 0, 0xd0, 8, 0, 0, 0, 0, 0, 0, 7, 0, 3 };

	memset(mem, 0, sizeof(*mem));
	memset(mem->rates, 1, 6);	/* RMC VTG GGA GSA GSV GLL */
	memcpy(mem->tp5, tp5, sizeof(tp5));
	memcpy(mem->rate, rate, sizeof(rate));
	memcpy(mem->prt, prt, sizeof(prt));
	mem->nmea[1] = protver >= 27 ? 41 : 0x40;
	mem->prt[8] = (uint8_t)baud;
	mem->prt[9] = (uint8_t)(baud >> 8);
	mem->prt[10] = (uint8_t)(baud >> 16);
}

/* ---- saying ---- */

static inline void unit_say(struct model *m, uint8_t class, uint8_t id, const uint8_t *payload,
			    size_t len)
{
	uint8_t packet[MODEL_SAID_BYTES] = { 0xb5, 0x62, class, id, (uint8_t)len,
					     (uint8_t)(len >> 8) };
	uint8_t a = 0, b = 0;

	assert_true(len + 8 <= sizeof(packet));
	memcpy(packet + 6, payload, len);
	for (size_t i = 2; i < len + 6; i++) {
		a = (uint8_t)(a + packet[i]);
		b = (uint8_t)(b + a);
	}
	packet[len + 6] = a;
	packet[len + 7] = b;
	model_say(m, packet, len + 8);
}

static inline void unit_ack(struct model *m, uint8_t id, bool yes)
{
	unit_say(m, 0x05, yes, (const uint8_t[]){ 0x06, id }, 2);
}

static inline void unit_burst(struct model *m)
{
	struct ublox_unit *u = m->self;

	for (unsigned int i = 0; i < UNIT_SENTENCES; i++)
		if (u->now.rates[i] && (int)i != u->unknown)
			model_say_line(m, unit_sentences[i].body);
}

static inline void unit_version(struct model *m)
{
	struct ublox_unit *u = m->self;
	uint8_t payload[100] = "ROM CORE 3.01 (107888)";

	memcpy(payload + 30, u->protver >= 27 ? "000A0000" : "00080000", 8);
	memcpy(payload + 40, u->protver >= 27 ? "FWVER=SPG 5.10" : "FWVER=SPG 3.01", 14);
	snprintf((char *)payload + 70, 30, "PROTVER=%u.00", u->protver);
	unit_say(m, 0x0a, 0x04, payload, sizeof(payload));
}

/* ---- obeying ---- */

static inline bool unit_is_speed(uint32_t baud)
{
	static const uint32_t speeds[] = { 4800, 9600, 19200, 38400, 57600, 115200, 230400,
					   460800 };

	for (size_t i = 0; i < sizeof(speeds) / sizeof(speeds[0]); i++)
		if (speeds[i] == baud)
			return true;
	return false;
}

/* Whether a receiver would take these settings. */
static inline bool unit_is_sane(const struct ublox_memory *mem)
{
	bool length = mem->tp5[28] & 0x10, freq = mem->tp5[28] & 0x08;

	if (length && !freq && (unit_u32(mem->tp5 + 16) > unit_u32(mem->tp5 + 8) ||
				unit_u32(mem->tp5 + 20) > unit_u32(mem->tp5 + 12)))
		return false;
	return unit_u16(mem->rate) >= 25 && unit_u16(mem->rate + 2) >= 1 &&
	       unit_is_speed(unit_u32(mem->prt + 8));
}

/* The new settings are in use; `id` of what is acknowledged. */
static inline void unit_adopt(struct model *m, const struct ublox_memory *mem, uint8_t id)
{
	struct ublox_unit *u = m->self;
	uint32_t baud = unit_u32(mem->prt + 8);
	bool obeys = !u->ack_only || u->heard <= u->obeys;

	if (!u->ack_at_new)
		unit_ack(m, id, true);
	if (obeys) {
		u->now = *mem;
		m->baud = baud;
		m->interval_ms = unit_u16(mem->rate) * unit_u16(mem->rate + 2);
	}
	if (u->ack_at_new)
		unit_ack(m, id, true);
}

static inline bool unit_cfg_msg(struct ublox_unit *u, const uint8_t *p, size_t len,
				struct ublox_memory *mem)
{
	for (int i = 0; i < UNIT_SENTENCES; i++) {
		if (len != 3 || unit_sentences[i].class != p[0] || unit_sentences[i].id != p[1] ||
		    i == u->unknown)
			continue;
		mem->rates[i] = p[2];
		return true;
	}
	return false;
}

/* A packet that holds a whole payload, or asks for it. */
static inline void unit_cfg_whole(struct model *m, uint8_t id, const uint8_t *p, size_t len,
				  size_t at, size_t size)
{
	struct ublox_unit *u = m->self;
	struct ublox_memory mem = u->now;

	if (len <= 1) {
		unit_say(m, 0x06, id, (uint8_t *)&u->now + at, size);
		unit_ack(m, id, true);
		return;
	}
	if (len == size)
		memcpy((uint8_t *)&mem + at, p, size);
	if (len != size || u->refuses || !unit_is_sane(&mem))
		unit_ack(m, id, false);
	else
		unit_adopt(m, &mem, id);
}

/* CFG-CFG: masks to clear, save, load; devices: 1 battery, 2 flash. */
static inline void unit_cfg_cfg(struct model *m, const uint8_t *p, size_t len)
{
	struct ublox_unit *u = m->self;

	if (len != 13 || u->refuses) {
		unit_ack(m, 0x09, false);
		return;
	}
	if ((unit_u32(p + 4) & 0x1f1f) == 0x1f1f && !(u->ack_only && u->heard > u->obeys)) {
		if (p[12] & 1)
			u->battery = u->now;
		if (p[12] & 2)
			u->flash = u->now;
	}
	unit_ack(m, 0x09, true);
}

/* The place of a key's value; NULL: there is no such key. */
static inline uint8_t *unit_key(struct ublox_unit *u, struct ublox_memory *mem, uint32_t key,
				uint8_t *mask)
{
	*mask = 0;
	for (int i = 0; i < UNIT_SENTENCES; i++)
		if (unit_sentences[i].key == key && i != u->unknown)
			return &mem->rates[i];
	for (size_t i = 0; i < UNIT_KEYS; i++) {
		if (unit_keys[i].key != key)
			continue;
		*mask = unit_keys[i].mask;
		return (uint8_t *)mem + unit_keys[i].at;
	}
	return NULL;
}

static inline size_t unit_key_size(uint32_t key)
{
	static const size_t sizes[] = { 0, 1, 1, 2, 4, 8, 0, 0 };

	return sizes[key >> 28 & 7];
}

/* All of a packet's keys into one memory, or none of them. */
static inline bool unit_set_keys(struct ublox_unit *u, const uint8_t *p, size_t len,
				 struct ublox_memory *mem)
{
	struct ublox_memory copy = *mem;
	size_t at = 4;

	while (at + 5 <= len) {
		uint32_t key = unit_u32(p + at);
		size_t size = unit_key_size(key);
		uint8_t mask, *place = unit_key(u, &copy, key, &mask);

		if (!place || !size || at + 4 + size > len)
			return false;
		if (mask)
			*place = (uint8_t)((*place & ~mask) | (p[at + 4] ? mask : 0));
		else
			memcpy(place, p + at + 4, size);
		at += 4 + size;
	}
	if (at != len || !unit_is_sane(&copy))
		return false;
	*mem = copy;
	return true;
}

static inline void unit_valset(struct model *m, const uint8_t *p, size_t len)
{
	struct ublox_unit *u = m->self;
	struct ublox_memory now = u->now, battery = u->battery, flash = u->flash;
	bool ok = len > 4 && p[0] == 0 && !u->refuses;

	/* without a flash memory a packet for it is refused, for all its layers */
	ok = ok && (!(p[1] & 4) || (u->has_flash && unit_set_keys(u, p, len, &flash)));
	ok = ok && (!(p[1] & 2) || unit_set_keys(u, p, len, &battery));
	ok = ok && (!(p[1] & 1) || unit_set_keys(u, p, len, &now));
	if (!ok) {
		unit_ack(m, 0x8a, false);
		return;
	}
	if (!u->ack_only || u->heard <= u->obeys) {
		u->battery = battery;
		u->flash = flash;
	}
	unit_adopt(m, &now, 0x8a);
}

static inline void unit_valget(struct model *m, const uint8_t *p, size_t len)
{
	struct ublox_unit *u = m->self;
	uint8_t answer[MODEL_SAID_BYTES - 8] = { 1 };
	size_t n = 4;

	for (size_t at = 4; at + 4 <= len; at += 4) {
		uint32_t key = unit_u32(p + at);
		uint8_t mask, *place = unit_key(u, &u->now, key, &mask);

		if (!place) {
			unit_ack(m, 0x8b, false);
			return;
		}
		memcpy(answer + n, p + at, 4);
		memcpy(answer + n + 4, place, unit_key_size(key));
		if (mask)
			answer[n + 4] = *place & mask ? 1 : 0;
		n += 4 + unit_key_size(key);
	}
	unit_say(m, 0x06, 0x8b, answer, n);
	unit_ack(m, 0x8b, true);
}

static inline void unit_cfg(struct model *m, uint8_t id, const uint8_t *p, size_t len)
{
	struct ublox_unit *u = m->self;
	struct ublox_memory mem = u->now;
	bool keys = u->protver >= 27;

	if (id == 0x8a && keys)
		unit_valset(m, p, len);
	else if (id == 0x8b && keys)
		unit_valget(m, p, len);
	else if (id == 0x09 && !keys)
		unit_cfg_cfg(m, p, len);
	else if (id == 0x31 && !keys)
		unit_cfg_whole(m, id, p, len, offsetof(struct ublox_memory, tp5), 32);
	else if (id == 0x08 && !keys)
		unit_cfg_whole(m, id, p, len, offsetof(struct ublox_memory, rate), 6);
	else if (id == 0x17 && !keys)
		unit_cfg_whole(m, id, p, len, offsetof(struct ublox_memory, nmea), 20);
	else if (id == 0x00 && !keys)
		unit_cfg_whole(m, id, p, len, offsetof(struct ublox_memory, prt), 20);
	else if (id == 0x01 && !keys && !u->refuses && unit_cfg_msg(u, p, len, &mem))
		unit_adopt(m, &mem, id);
	else
		unit_ack(m, id, false);
}

static inline void unit_pubx(struct model *m, const char *line)
{
	struct ublox_unit *u = m->self;
	unsigned int baud;
	char name[4];
	int rate;

	if (!strncmp(line, "$PUBX,04", 8)) {
		model_say_line(m, unit_sentences[15].body);
	} else if (sscanf(line, "$PUBX,40,%3[A-Z],%*d,%d,", name, &rate) == 2) {
		for (int i = 0; i < UNIT_SENTENCES; i++)
			if (!strcmp(unit_sentences[i].name, name) && !u->refuses)
				u->now.rates[i] = (uint8_t)rate;
	} else if (sscanf(line, "$PUBX,41,1,%*x,%*x,%u,0", &baud) == 1) {
		if (unit_is_speed(baud) && !u->refuses)
			m->baud = baud;
	} else {
		model_say_line(m, "GNTXT,01,01,01,PUBX inv format");
	}
}

static inline void unit_hear(struct model *m, const char *bytes, size_t len)
{
	const uint8_t *p = (const uint8_t *)bytes;
	struct ublox_unit *u = m->self;
	uint8_t a = 0, b = 0;

	if (!strncmp(bytes, "$PUBX,", 6)) {
		unit_pubx(m, bytes);
		return;
	}
	if (len < 8 || p[0] != 0xb5 || p[1] != 0x62 || u->no_packets ||
	    len != 8 + unit_u16(p + 4))
		return;
	for (size_t i = 2; i < len - 2; i++) {
		a = (uint8_t)(a + p[i]);
		b = (uint8_t)(b + a);
	}
	if (p[len - 2] != a || p[len - 1] != b)
		return;
	u->heard++;
	if (p[2] == 0x0a && p[3] == 0x04)
		unit_version(m);
	else if (p[2] == 0x06)
		unit_cfg(m, p[3], p + 6, len - 8);
}

/* Power comes back: the battery's memory, else the flash's. */
static inline void unit_restart(struct model *m)
{
	struct ublox_unit *u = m->self;

	if (!u->has_battery)
		u->battery = u->flash;
	u->now = u->battery;
	m->baud = unit_u32(u->now.prt + 8);
	m->interval_ms = unit_u16(u->now.rate) * unit_u16(u->now.rate + 2);
}

MODEL_UNUSED static void ublox_unit_init(struct ublox_unit *u, struct model *m,
					 unsigned int protver, unsigned int baud)
{
	memset(u, 0, sizeof(*u));
	memset(m, 0, sizeof(*m));
	u->protver = protver;
	u->has_battery = true;
	u->has_flash = true;
	u->unknown = -1;
	unit_factory(&u->now, protver, baud);
	u->battery = u->now;
	u->flash = u->now;
	m->baud = baud;
	m->interval_ms = 1000;
	m->hear = unit_hear;
	m->burst = unit_burst;
	m->restart = unit_restart;
	m->self = u;
}

#endif
