// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The settings by keys (F9, "Configuration interface"): a key stands for a field
 * of the older packets' payloads, and its value goes there.
 */
#include "ublox.h"

#include <string.h>

const struct ublox_key ublox_keys[] = {
	{ 0x10050007, UBLOX_PULSE, UBX_TP_FLAGS, UBX_TP_ACTIVE },	/* CFG-TP-TP1_ENA */
	{ 0x10050008, UBLOX_PULSE, UBX_TP_FLAGS, UBX_TP_LOCK_GNSS },	/* -SYNC_GNSS_TP1 */
	{ 0x10050009, UBLOX_PULSE, UBX_TP_FLAGS, UBX_TP_LOCKED_OTHER },	/* -USE_LOCKED_TP1 */
	{ 0x20050023, UBLOX_PULSE, UBX_TP_FLAGS, UBX_TP_IS_FREQ },	/* -PULSE_DEF */
	{ 0x20050030, UBLOX_PULSE, UBX_TP_FLAGS, UBX_TP_IS_LENGTH },	/* -PULSE_LENGTH_DEF */
	{ 0x1005000a, UBLOX_PULSE, UBX_TP_FLAGS, UBX_TP_ALIGNED },	/* -ALIGN_TO_TOW_TP1 */
	{ 0x40050002, UBLOX_PULSE, UBX_TP_PERIOD, 0 },	/* -PERIOD_TP1 */
	{ 0x40050003, UBLOX_PULSE, UBX_TP_PERIOD_LOCKED, 0 },	/* -PERIOD_LOCK_TP1 */
	{ 0x40050004, UBLOX_PULSE, UBX_TP_LENGTH, 0 },	/* -LEN_TP1 */
	{ 0x40050005, UBLOX_PULSE, UBX_TP_LENGTH_LOCKED, 0 },	/* -LEN_LOCK_TP1 */
	{ 0x30210001, UBLOX_RATE, UBX_RATE_MEASURE, 0 },	/* CFG-RATE-MEAS */
	{ 0x30210002, UBLOX_RATE, UBX_RATE_NAVIGATE, 0 },	/* CFG-RATE-NAV */
	{ 0x20930001, UBLOX_NMEA, UBX_NMEA_VERSION, 0 },	/* CFG-NMEA-PROTVER */
	{ 0x40520001, UBLOX_PORT, UBX_PORT_BAUD, 0 },	/* CFG-UART1-BAUDRATE */
};

const unsigned int ublox_n_keys = sizeof(ublox_keys) / sizeof(ublox_keys[0]);

unsigned int ublox_key_size(uint32_t key)
{
	/* the uppermost digit: one bit (in a byte), 1, 2, 4 and 8 bytes */
	static const uint8_t sizes[8] = { 0, 1, 1, 2, 4, 8, 0, 0 };

	return sizes[key >> 28 & 7];
}

/*
 * NMEA's version is 21, 23, 40, 41 as a key's value and 21 to 41 in hexadecimal in
 * the packet; 4.11 came when neither had room for it.
 */
#define VERSION_411 0x4b
#define VERSION_411_KEY 42

static uint8_t version_to_key(uint8_t code)
{
	return code == VERSION_411 ? VERSION_411_KEY : (uint8_t)((code >> 4) * 10 + (code & 15));
}

static uint8_t version_from_key(uint8_t value)
{
	return value == VERSION_411_KEY ? VERSION_411 : (uint8_t)((value / 10) << 4 | value % 10);
}

void ublox_key_get(const struct ublox_key *k, const struct ublox_payload *p, uint8_t *value)
{
	if (k->mask)
		*value = p->bytes[k->at] & k->mask ? 1 : 0;
	else if (k->config == UBLOX_NMEA)
		*value = version_to_key(p->bytes[k->at]);
	else
		memcpy(value, p->bytes + k->at, ublox_key_size(k->key));
}

void ublox_key_set(const struct ublox_key *k, const uint8_t *value, struct ublox_payload *p)
{
	if (k->mask)
		p->bytes[k->at] = (uint8_t)((p->bytes[k->at] & ~k->mask) | (*value ? k->mask : 0));
	else if (k->config == UBLOX_NMEA)
		p->bytes[k->at] = version_from_key(*value);
	else
		memcpy(p->bytes + k->at, value, ublox_key_size(k->key));
}
