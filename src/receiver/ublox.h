/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * u-blox, the parts of the driver among themselves: ublox.c says who it is and
 * what it can, ublox_steps.c what is sent, ublox_answers.c what came back,
 * ublox_config.c and ublox_keys.c what is in it.  The numbers are those of the
 * "u-blox 8 / u-blox M8 Receiver Description Including Protocol Specification"
 * (UBX-13003221, "M8" below) and of the "ZED-F9P Interface Description"
 * (UBX-18010854, "F9").
 */
#ifndef GPSPPSCTL_RECEIVER_UBLOX_H
#define GPSPPSCTL_RECEIVER_UBLOX_H

#include "receiver.h"

#define UBX_SYNC1 0xb5
#define UBX_SYNC2 0x62
#define UBX_HEAD 6		/* B5 62, class, id, length (little end first) */
#define UBX_FRAME 8		/* and the two bytes of the checksum */

#define UBX_ACK 0x05
#define UBX_CFG 0x06
#define UBX_MON 0x0a
#define UBX_NMEA 0xf0		/* not sent as packets: names of sentences in CFG-MSG */
#define UBX_PUBX 0xf1
#define UBX_MON_VER 0x04

enum {
	UBX_CFG_MSG = 0x01,
	UBX_CFG_CFG = 0x09,
	UBX_CFG_VALSET = 0x8a,
	UBX_CFG_VALGET = 0x8b,
};

/* VALSET's, a mask; VALGET reads layer 0, what is in use now. */
enum { UBX_LAYER_RAM = 1, UBX_LAYER_BATTERY = 2, UBX_LAYER_FLASH = 4 };

#define UBX_KEYS_HEAD 4		/* of their payloads: version, layers, and two bytes more */

/* How a receiver is told. */
enum ublox_dialect {
	UBLOX_TEXT,	/* $PUBX alone: it has not answered any packet */
	UBLOX_CFG,	/* CFG-MSG, CFG-TP5 ...: protocol versions below 27 (u-blox 5 to 8) */
	UBLOX_KEYS,	/* CFG-VALSET: 27 and later (F9, M9, M10) */
};

/* One message that a sentence of the table stands for. */
struct ublox_message {
	uint8_t sentence;	/* index in the table */
	uint8_t class, id;	/* in CFG-MSG */
	uint32_t key;		/* CFG-MSGOUT-..._UART1 */
	const char *text;	/* in $PUBX,40; NULL: it has no name there */
};

extern const struct ublox_message ublox_messages[];
extern const unsigned int ublox_n_messages;

/* ---- ublox_config.c ---- */

/* Where the fields are in the payloads. */
enum {
	UBX_TP_INDEX = 0,
	UBX_TP_PERIOD = 8,		/* us; with UBX_TP_IS_FREQ Hz */
	UBX_TP_PERIOD_LOCKED = 12,
	UBX_TP_LENGTH = 16,		/* us; without UBX_TP_IS_LENGTH a part of the period */
	UBX_TP_LENGTH_LOCKED = 20,
	UBX_TP_FLAGS = 28,
};

enum {
	UBX_TP_ACTIVE = 1 << 0,
	UBX_TP_LOCK_GNSS = 1 << 1,
	UBX_TP_LOCKED_OTHER = 1 << 2,	/* with a fix the ..._LOCKED fields count */
	UBX_TP_IS_FREQ = 1 << 3,
	UBX_TP_IS_LENGTH = 1 << 4,
	UBX_TP_ALIGNED = 1 << 5,
};

enum { UBX_RATE_MEASURE = 0, UBX_RATE_NAVIGATE = 2 };	/* ms; measurements for one sentence */

/* What is said to be longer than an hour is no interval that we know what to do with. */
#define UBX_INTERVAL_MAX_MS 3600000
enum { UBX_NMEA_VERSION = 1 };
enum { UBX_PORT_ID = 0, UBX_PORT_BAUD = 8 };

/* The settings, as the payloads of CFG-TP5 ... hold them; also the index in native[]. */
enum ublox_config {
	UBLOX_PULSE,
	UBLOX_RATE,
	UBLOX_NMEA,
	UBLOX_PORT,
	UBLOX_CONFIGS,
};

#define UBLOX_PAYLOAD_MAX 32

struct ublox_payload {
	uint8_t bytes[UBLOX_PAYLOAD_MAX];
	size_t len;
};

uint8_t ublox_config_id(enum ublox_config which);
unsigned int ublox_config_settings(enum ublox_config which);	/* RECEIVER_BAUD ... */

/* NMEA's version, times 100, is one of those there are. */
bool ublox_has_version(unsigned int version);

/* The config whose packets have this id, or UBLOX_CONFIGS. */
enum ublox_config ublox_find_config(uint8_t id);

/* What the factory sets, where the receiver has not told what is set. */
void ublox_factory(enum ublox_config which, struct ublox_payload *p);

/* Put what a payload says into settings, and itself into native[].  False: it makes no sense. */
bool ublox_read(enum ublox_config which, const struct ublox_payload *p,
		struct receiver_settings *now);

/* The payload that was kept in native[]; false: none, or it makes no sense. */
bool ublox_kept(enum ublox_config which, const struct receiver_settings *from,
		struct ublox_payload *p);

/* Change what has to be changed for these settings and leave the rest. */
void ublox_apply(enum ublox_config which, const struct receiver_settings *to,
		 struct ublox_payload *p);

/* ---- ublox_keys.c ---- */

/* Which keys there are, and their values in and out of a payload. */
struct ublox_key {
	uint32_t key;
	enum ublox_config config;
	uint8_t at;		/* in the payload */
	uint8_t mask;		/* not 0: this bit of the byte there */
};

extern const struct ublox_key ublox_keys[];
extern const unsigned int ublox_n_keys;

/* Bytes of a key's value; 0 for a key that cannot be. */
unsigned int ublox_key_size(uint32_t key);
void ublox_key_get(const struct ublox_key *k, const struct ublox_payload *p, uint8_t *value);
void ublox_key_set(const struct ublox_key *k, const uint8_t *value, struct ublox_payload *p);

/* ---- ublox_steps.c, ublox_answers.c ---- */

int ublox_add_packet(struct receiver_plan *plan, uint8_t class, uint8_t id,
		     const uint8_t *payload, size_t len);
int ublox_write_queries(enum ublox_dialect dialect, struct receiver_plan *plan);
int ublox_write_steps(enum ublox_dialect dialect, const struct receiver_settings *from,
		      const struct receiver_request *req, receiver_set factory,
		      struct receiver_plan *plan);
enum receiver_answer ublox_judge(const struct receiver_step *step,
				 const struct receiver_message *m,
				 struct receiver_settings *now);

#endif
