// SPDX-License-Identifier: GPL-2.0-or-later
/* Packets of the protocols that GPS receivers speak beside NMEA. */
#include "binary.h"

#include <string.h>

#define DLE 0x10
#define ETX 0x03
#define DLE_PACKET_MAX 600	/* 255 bytes, each maybe doubled, and the frame */
#define ONCORE_PACKET_MAX 300	/* @@Cj's answer has 294 */

/* A length; or one of these. */
enum { NONE = 0, MORE = -1 };

static int whole(size_t length, size_t n)
{
	if (length > BINARY_PACKET_MAX)
		return NONE;
	return length <= n ? (int)length : MORE;
}

/* u-blox: B5 62, class, id, length (little end first), payload, 8-bit Fletcher. */
static int ubx(const uint8_t *p, size_t n)
{
	uint8_t a = 0, b = 0;
	int length;

	if (p[0] != 0xb5 || (n > 1 && p[1] != 0x62))
		return NONE;
	if (n < 6)
		return MORE;
	length = whole(8u + p[4] + 256u * p[5], n);
	if (length <= 0)
		return length;
	for (int i = 2; i < length - 2; i++) {
		a = (uint8_t)(a + p[i]);
		b = (uint8_t)(b + a);
	}
	return p[length - 2] == a && p[length - 1] == b ? length : NONE;
}

/* SiRF: A0 A2, length (big end first), payload, 15-bit sum, B0 B3. */
static int sirf(const uint8_t *p, size_t n)
{
	unsigned int sum = 0;
	int length;

	if (p[0] != 0xa0 || (n > 1 && p[1] != 0xa2))
		return NONE;
	if (n < 4)
		return MORE;
	length = whole(8u + 256u * p[2] + p[3], n);
	if (length <= 0)
		return length;
	for (int i = 4; i < length - 4; i++)
		sum = (sum + p[i]) & 0x7fff;
	if (p[length - 2] != 0xb0 || p[length - 1] != 0xb3)
		return NONE;
	return p[length - 4] == sum >> 8 && p[length - 3] == (sum & 0xff) ? length : NONE;
}

/* SkyTraq: A0 A1, length (big end first), payload, XOR, CR LF. */
static int skytraq(const uint8_t *p, size_t n)
{
	uint8_t sum = 0;
	int length;

	if (p[0] != 0xa0 || (n > 1 && p[1] != 0xa1))
		return NONE;
	if (n < 4)
		return MORE;
	length = whole(7u + 256u * p[2] + p[3], n);
	if (length <= 0)
		return length;
	for (int i = 4; i < length - 3; i++)
		sum ^= p[i];
	return p[length - 3] == sum && p[length - 2] == '\r' && p[length - 1] == '\n' ?
	       length : NONE;
}

/* RTCM 3: D3, six zero bits and a length of ten, payload, CRC-24Q. */
static int rtcm3(const uint8_t *p, size_t n)
{
	uint32_t crc = 0;
	int length;

	if (p[0] != 0xd3 || (n > 1 && p[1] & 0xfc))
		return NONE;
	if (n < 3)
		return MORE;
	length = whole(6u + 256u * p[1] + p[2], n);
	if (length <= 0)
		return length;
	for (int i = 0; i < length; i++) {
		crc ^= (uint32_t)p[i] << 16;
		for (int bit = 0; bit < 8; bit++)
			crc = (crc << 1) ^ (crc & 0x800000 ? 0x1864cfb : 0);
	}
	return crc & 0xffffff ? NONE : length;	/* over its own CRC it is 0 */
}

/* What stands between DLE and DLE ETX, where a DLE in the data is doubled. */
struct frame {
	unsigned int bytes;	/* id included */
	uint8_t size;		/* the second one */
	uint8_t sum;
};

static int dle_frame(const uint8_t *p, size_t n, struct frame *f)
{
	memset(f, 0, sizeof(*f));
	if (p[0] != DLE || (n > 1 && (p[1] == DLE || p[1] == ETX)))
		return NONE;
	for (size_t i = 1; i < n && i < DLE_PACKET_MAX; i++) {
		if (p[i] == DLE) {
			if (++i == n)
				return MORE;
			if (p[i] == ETX)
				return (int)i + 1;
			if (p[i] != DLE)
				return NONE;
		}
		f->sum = (uint8_t)(f->sum + p[i]);
		if (++f->bytes == 2)
			f->size = p[i];
	}
	return n < DLE_PACKET_MAX ? MORE : NONE;
}

/* Garmin: id, size, data and what makes the sum of all 0 (Device Interface Specification). */
static int garmin(const uint8_t *p, size_t n)
{
	struct frame f;
	int length = dle_frame(p, n, &f);

	if (length <= 0)
		return length;
	return f.bytes == f.size + 3u && f.sum == 0 ? length : NONE;
}

/* Trimble: id and data, and no checksum. */
static int tsip(const uint8_t *p, size_t n)
{
	struct frame f;
	int length = dle_frame(p, n, &f);

	return length > 0 && f.bytes < 2 ? NONE : length;
}

/* Motorola Oncore: @@, two letters, data, XOR of all behind @@, CR LF; the letters say how long. */
static int oncore(const uint8_t *p, size_t n)
{
	uint8_t sum = 0;

	if (p[0] != '@' || (n > 1 && p[1] != '@'))
		return NONE;
	for (size_t i = 2; i + 2 < n && i < ONCORE_PACKET_MAX; i++) {
		if (i >= 4 && p[i] == sum && p[i + 1] == '\r' && p[i + 2] == '\n')
			return (int)i + 3;
		sum ^= p[i];
	}
	return n < ONCORE_PACKET_MAX + 2 ? MORE : NONE;
}

/*
 * Where a checksum is weak or missing, one packet may be chance: noise has a
 * million of ways to begin.  A receiver sends several in a second.
 */
static const struct protocol {
	const char *name;
	unsigned int packets_min;
	int (*match)(const uint8_t *p, size_t n);	/* n is at least 1 */
} protocols[BINARY_PROTOCOLS] = {
	[BINARY_UBX] = { "UBX", 1, ubx },
	[BINARY_SIRF] = { "SiRF", 1, sirf },
	[BINARY_RTCM] = { "RTCM", 1, rtcm3 },
	[BINARY_SKYTRAQ] = { "SkyTraq", 2, skytraq },
	[BINARY_GARMIN] = { "Garmin", 2, garmin },
	[BINARY_TSIP] = { "Trimble TSIP", 3, tsip },
	[BINARY_ONCORE] = { "Motorola", 2, oncore },
};

/* What the bytes at p begin with, and which protocol's it is. */
static int match_any(const uint8_t *p, size_t n, size_t *which)
{
	bool more = false;

	for (size_t i = 0; i < BINARY_PROTOCOLS; i++) {
		int length = protocols[i].match(p, n);

		*which = i;
		if (length > 0)
			return length;
		more = more || length == MORE;
	}
	return more ? MORE : NONE;
}

/* Forget what was given or judged: the first n bytes. */
static void drop(struct binary *b, size_t n)
{
	memmove(b->buf, b->buf + n, b->n - n);
	b->n -= n;
}

/*
 * Judge the buffer behind the packet given last; keep what may become a packet.
 * None waits for more than BINARY_PACKET_MAX bytes, so a full buffer is never kept
 * whole.
 */
static bool scan(struct binary *b, bool over, struct binary_packet *packet)
{
	size_t at = b->done, which;

	b->done = 0;
	while (at < b->n) {
		int length = match_any(b->buf + at, b->n - at, &which);

		if (length == MORE && !over)
			break;
		if (length > 0) {
			b->packets[which]++;
			packet->protocol = (enum binary_protocol)which;
			packet->bytes = b->buf + at;
			packet->len = (size_t)length;
			b->done = at + packet->len;
			return true;
		}
		at++;
	}
	drop(b, at);
	return false;
}

bool binary_next(struct binary *b, const uint8_t **p, size_t *n, struct binary_packet *packet)
{
	for (;;) {
		size_t room, part;

		if (scan(b, false, packet))
			return true;
		if (!*n)
			return false;
		room = sizeof(b->buf) - b->n;
		part = *n < room ? *n : room;
		memcpy(b->buf + b->n, *p, part);
		b->n += part;
		*p += part;
		*n -= part;
	}
}

void binary_feed(struct binary *b, const uint8_t *p, size_t n)
{
	struct binary_packet packet;

	while (binary_next(b, &p, &n, &packet))
		;
}

void binary_end(struct binary *b)
{
	struct binary_packet packet;

	while (scan(b, true, &packet))
		;
}

const char *binary_name(const struct binary *b)
{
	const char *name = "";
	unsigned int most = 0;

	for (size_t i = 0; i < BINARY_PROTOCOLS; i++) {
		if (b->packets[i] < protocols[i].packets_min || b->packets[i] <= most)
			continue;
		most = b->packets[i];
		name = protocols[i].name;
	}
	return name;
}
