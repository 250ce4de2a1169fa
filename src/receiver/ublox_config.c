// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What u-blox receivers can be set to: the payloads of CFG-TP5, CFG-RATE, CFG-NMEA
 * and CFG-PRT (M8, chapter "UBX-CFG").  Newer receivers have a key for each field
 * of them instead; their values are put into the same payloads, so that all else is
 * done once.
 */
#include "ublox.h"

#include <string.h>

#define US_PER_MS 1000
#define US_PER_S 1000000

static uint16_t get16(const uint8_t *p)
{
	return (uint16_t)(p[0] | p[1] << 8);
}

static uint32_t get32(const uint8_t *p)
{
	return get16(p) | (uint32_t)get16(p + 2) << 16;
}

static void put16(uint8_t *p, unsigned int value)
{
	p[0] = (uint8_t)value;
	p[1] = (uint8_t)(value >> 8);
}

static void put32(uint8_t *p, uint32_t value)
{
	put16(p, value & 0xffff);
	put16(p + 2, value >> 16);
}

/* ---- the pulse: CFG-TP5 ---- */

#define PULSE_SETTINGS (RECEIVER_PULSE | RECEIVER_PULSE_WIDTH | RECEIVER_PULSE_STOPS)
#define PULSE_MS_USUAL 100

/* The width as a part of the period is one of 2^32 parts. */
static unsigned int width_ms(const uint8_t *p, uint32_t period_us, uint32_t length)
{
	if (!(p[UBX_TP_FLAGS] & UBX_TP_IS_LENGTH))
		length = (uint32_t)((uint64_t)length * period_us >> 32);
	return length / US_PER_MS;
}

/* Only a pulse at each second is a pulse to us: a pin with another frequency has none. */
static bool pulse_read(const uint8_t *p, struct receiver_settings *now)
{
	uint8_t flags = p[UBX_TP_FLAGS];
	bool other = flags & UBX_TP_LOCKED_OTHER;
	uint32_t period_us = get32(p + (other ? UBX_TP_PERIOD_LOCKED : UBX_TP_PERIOD));
	uint32_t length = get32(p + (other ? UBX_TP_LENGTH_LOCKED : UBX_TP_LENGTH));

	if (p[UBX_TP_INDEX] != 0)	/* the second pin */
		return false;
	now->pulse = flags & UBX_TP_ACTIVE && !(flags & UBX_TP_IS_FREQ) &&
		     flags & UBX_TP_ALIGNED && period_us == US_PER_S && length;
	now->pulse_ms = width_ms(p, period_us, length);
	now->pulse_stops = other && (!get32(p + UBX_TP_LENGTH) || !get32(p + UBX_TP_PERIOD));
	now->known |= PULSE_SETTINGS;
	return true;
}

static void pulse_shape(uint8_t *p, unsigned int ms, bool stops)
{
	p[UBX_TP_FLAGS] |= UBX_TP_LOCK_GNSS | UBX_TP_LOCKED_OTHER | UBX_TP_IS_LENGTH |
			   UBX_TP_ALIGNED;
	p[UBX_TP_FLAGS] &= (uint8_t)~UBX_TP_IS_FREQ;
	put32(p + UBX_TP_PERIOD, US_PER_S);
	put32(p + UBX_TP_PERIOD_LOCKED, US_PER_S);
	put32(p + UBX_TP_LENGTH, stops ? 0 : ms * US_PER_MS);
	put32(p + UBX_TP_LENGTH_LOCKED, ms * US_PER_MS);
}

static void pulse_apply(uint8_t *p, const struct receiver_settings *to)
{
	struct receiver_settings want = { .known = 0 };
	unsigned int differ;

	pulse_read(p, &want);
	differ = receiver_settings_differ(to, &want) & PULSE_SETTINGS;
	if (to->known & RECEIVER_PULSE) {
		p[UBX_TP_FLAGS] &= (uint8_t)~UBX_TP_ACTIVE;
		p[UBX_TP_FLAGS] |= to->pulse ? UBX_TP_ACTIVE : 0;
	}
	/* to switch it off needs no other shape */
	if (differ == RECEIVER_PULSE && !to->pulse)
		return;
	if (want.pulse_ms < 1 || want.pulse_ms > 999)
		want.pulse_ms = PULSE_MS_USUAL;
	if (to->known & RECEIVER_PULSE_WIDTH)
		want.pulse_ms = to->pulse_ms;
	if (to->known & RECEIVER_PULSE_STOPS)
		want.pulse_stops = to->pulse_stops;
	pulse_shape(p, want.pulse_ms, want.pulse_stops);
}

/* ---- how often: CFG-RATE ---- */

static bool rate_read(const uint8_t *p, struct receiver_settings *now)
{
	unsigned int ms = (unsigned int)get16(p + UBX_RATE_MEASURE) * get16(p + UBX_RATE_NAVIGATE);

	if (!ms || ms > UBX_INTERVAL_MAX_MS)
		return false;
	now->interval_ms = ms;
	now->known |= RECEIVER_INTERVAL;
	return true;
}

static void rate_apply(uint8_t *p, const struct receiver_settings *to)
{
	put16(p + UBX_RATE_MEASURE, to->interval_ms);
	put16(p + UBX_RATE_NAVIGATE, 1);
}

/* ---- NMEA's version: CFG-NMEA ---- */

static const struct {
	uint8_t code;
	uint16_t version;
} versions[] = {
	{ 0x21, 210 }, { 0x23, 230 }, { 0x40, 400 }, { 0x41, 410 }, { 0x4b, 411 },
};

#define N_VERSIONS (sizeof(versions) / sizeof(versions[0]))

static bool nmea_read(const uint8_t *p, struct receiver_settings *now)
{
	for (size_t i = 0; i < N_VERSIONS; i++) {
		if (versions[i].code != p[UBX_NMEA_VERSION])
			continue;
		now->nmea_version = versions[i].version;
		now->known |= RECEIVER_VERSION;
	}
	return true;
}

bool ublox_has_version(unsigned int version)
{
	for (size_t i = 0; i < N_VERSIONS; i++)
		if (versions[i].version == version)
			return true;
	return false;
}

static void nmea_apply(uint8_t *p, const struct receiver_settings *to)
{
	for (size_t i = 0; i < N_VERSIONS; i++)
		if (versions[i].version == to->nmea_version)
			p[UBX_NMEA_VERSION] = versions[i].code;
}

/* ---- the port: CFG-PRT ---- */

enum { PORT_UART1 = 1, PORT_UART2 = 2 };

static bool port_read(const uint8_t *p, struct receiver_settings *now)
{
	/* USB and the others have no speed */
	if (p[UBX_PORT_ID] != PORT_UART1 && p[UBX_PORT_ID] != PORT_UART2)
		return true;
	now->baud = get32(p + UBX_PORT_BAUD);
	now->known |= RECEIVER_BAUD;
	return true;
}

static void port_apply(uint8_t *p, const struct receiver_settings *to)
{
	put32(p + UBX_PORT_BAUD, to->baud);
}

/* ---- all of them ---- */

static const struct config {
	uint8_t id;
	uint8_t len_min, len_max;	/* of its payload, in all versions of it */
	unsigned int settings;
	struct ublox_payload factory;
	bool (*read)(const uint8_t *p, struct receiver_settings *now);
	void (*apply)(uint8_t *p, const struct receiver_settings *to);
} configs[UBLOX_CONFIGS] = {
	[UBLOX_PULSE] = {
		.id = 0x31, .len_min = 32, .len_max = 32, .settings = PULSE_SETTINGS,
		/* cable 50 ns, 1 s, 100 ms with a fix and none without, rising edge, UTC */
		.factory = { { 0, 1, 0, 0, 0x32, 0, 0, 0, 0x40, 0x42, 0x0f, 0, 0x40, 0x42, 0x0f,
			       0, 0, 0, 0, 0, 0xa0, 0x86, 0x01, 0, 0, 0, 0, 0, 0x77 }, 32 },
		.read = pulse_read, .apply = pulse_apply,
	},
	[UBLOX_RATE] = {
		.id = 0x08, .len_min = 6, .len_max = 6, .settings = RECEIVER_INTERVAL,
		.factory = { { 0xe8, 0x03, 1, 0, 1, 0 }, 6 },
		.read = rate_read, .apply = rate_apply,
	},
	[UBLOX_NMEA] = {
		.id = 0x17, .len_min = 4, .len_max = 20, .settings = RECEIVER_VERSION,
		.factory = { { 0, 0x40, 0, 2, [11] = 1 }, 20 },
		.read = nmea_read, .apply = nmea_apply,
	},
	[UBLOX_PORT] = {
		.id = 0x00, .len_min = 20, .len_max = 20, .settings = RECEIVER_BAUD,
		/* 8N1, 9600, in UBX NMEA RTCM, out UBX NMEA */
		.factory = { { PORT_UART1, 0, 0, 0, 0xd0, 0x08, 0, 0, 0x80, 0x25, 0, 0, 7, 0, 3 },
			     20 },
		.read = port_read, .apply = port_apply,
	},
};

uint8_t ublox_config_id(enum ublox_config which)
{
	return configs[which].id;
}

unsigned int ublox_config_settings(enum ublox_config which)
{
	return configs[which].settings;
}

enum ublox_config ublox_find_config(uint8_t id)
{
	unsigned int i = 0;

	while (i < UBLOX_CONFIGS && configs[i].id != id)
		i++;
	return (enum ublox_config)i;
}

void ublox_factory(enum ublox_config which, struct ublox_payload *p)
{
	*p = configs[which].factory;
}

static bool is_sensible(enum ublox_config which, size_t len)
{
	return len >= configs[which].len_min && len <= configs[which].len_max;
}

void ublox_apply(enum ublox_config which, const struct receiver_settings *to,
		 struct ublox_payload *p)
{
	struct receiver_settings now = { .known = 0 };

	configs[which].read(p->bytes, &now);
	if (receiver_settings_differ(to, &now) & configs[which].settings)
		configs[which].apply(p->bytes, to);
}

/* ---- kept as text: "UBX,0631,", and the payload in hexadecimal ---- */

static const char hex_digits[] = "0123456789ABCDEF";

#define KEPT_PREFIX "UBX,06"
#define KEPT_HEAD (sizeof(KEPT_PREFIX) - 1 + 3)
_Static_assert(KEPT_HEAD + 2 * UBLOX_PAYLOAD_MAX < RECEIVER_LINE_MAX, "a payload fits a line");

static char *put_hex(char *out, uint8_t byte)
{
	*out++ = hex_digits[byte >> 4];
	*out++ = hex_digits[byte & 15];
	return out;
}

static void keep(enum ublox_config which, const struct ublox_payload *p, char *text)
{
	char *out = text + sizeof(KEPT_PREFIX) - 1;

	memcpy(text, KEPT_PREFIX, sizeof(KEPT_PREFIX) - 1);
	out = put_hex(out, configs[which].id);
	*out++ = ',';
	for (size_t i = 0; i < p->len; i++)
		out = put_hex(out, p->bytes[i]);
	*out = '\0';
}

static int hex_value(const char *text)
{
	const char *high = memchr(hex_digits, text[0], 16), *low = memchr(hex_digits, text[1], 16);

	return high && low ? (int)((high - hex_digits) << 4 | (low - hex_digits)) : -1;
}

bool ublox_kept(enum ublox_config which, const struct receiver_settings *from,
		struct ublox_payload *p)
{
	const char *text = from->native[which];
	size_t len = strnlen(text, RECEIVER_LINE_MAX);
	struct receiver_settings unused = { .known = 0 };

	memset(p, 0, sizeof(*p));
	if (len < KEPT_HEAD || memcmp(text, KEPT_PREFIX, sizeof(KEPT_PREFIX) - 1) != 0 ||
	    hex_value(text + sizeof(KEPT_PREFIX) - 1) != configs[which].id ||
	    text[KEPT_HEAD - 1] != ',' ||
	    !is_sensible(which, (len - KEPT_HEAD) / 2))
		return false;
	for (size_t at = KEPT_HEAD; at < len; at += 2) {
		int byte = hex_value(text + at);	/* a lone digit has a NUL behind it */

		if (byte < 0)
			return false;
		p->bytes[p->len++] = (uint8_t)byte;
	}
	return configs[which].read(p->bytes, &unused);
}

bool ublox_read(enum ublox_config which, const struct ublox_payload *p,
		struct receiver_settings *now)
{
	struct receiver_settings said = *now;

	said.known &= ~configs[which].settings;
	if (!is_sensible(which, p->len) || !configs[which].read(p->bytes, &said))
		return false;
	*now = said;
	keep(which, p, now->native[which]);
	return true;
}
