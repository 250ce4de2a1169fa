// SPDX-License-Identifier: GPL-2.0-or-later
/* Binary packets without what they carry. */
#include "redact_binary.h"

#include <stdbool.h>
#include <string.h>

#define DLE 0x10
#define ETX 0x03
#define DLE_PACKET_MAX 600
#define ONCORE_PACKET_MAX 300
#define PAYLOAD_MAX 2048

/*
 * Each looks at one packet at p, n bytes to the stream's end, blanks it, and
 * returns its length; 0 when there is none.  A packet that the stream's end cuts
 * off cannot be judged: it is blanked.
 */

static size_t blank_rest(uint8_t *p, size_t n, size_t header)
{
	if (n > header)
		memset(p + header, 0, n - header);
	return n;
}

/* u-blox: B5 62, class, id, length (little end first), payload, 8-bit Fletcher. */
static void ubx_sum(const uint8_t *p, size_t n, uint8_t *sum)
{
	sum[0] = sum[1] = 0;
	for (size_t i = 2; i < n - 2; i++) {
		sum[0] = (uint8_t)(sum[0] + p[i]);
		sum[1] = (uint8_t)(sum[1] + sum[0]);
	}
}

static size_t blank_ubx(uint8_t *p, size_t n)
{
	uint8_t sum[2];
	size_t length;

	if (n < 6 || p[0] != 0xb5 || p[1] != 0x62)
		return 0;
	length = 8u + p[4] + 256u * p[5];
	if (length > PAYLOAD_MAX)
		return 0;
	if (length > n)
		return blank_rest(p, n, 6);
	ubx_sum(p, length, sum);
	if (memcmp(sum, p + length - 2, 2))
		return 0;
	memset(p + 6, 0, length - 8);
	ubx_sum(p, length, p + length - 2);
	return length;
}

/* SiRF: A0 A2, length (big end first), payload (its first byte names it), 15-bit sum, B0 B3. */
static size_t blank_sirf(uint8_t *p, size_t n)
{
	unsigned int sum = 0;
	size_t length;

	if (n < 5 || p[0] != 0xa0 || p[1] != 0xa2)
		return 0;
	length = 8u + 256u * p[2] + p[3];
	if (length > PAYLOAD_MAX || length < 9)
		return 0;
	if (length > n)
		return blank_rest(p, n, 5);
	for (size_t i = 4; i < length - 4; i++)
		sum = (sum + p[i]) & 0x7fff;
	if (p[length - 2] != 0xb0 || p[length - 1] != 0xb3 ||
	    p[length - 4] != sum >> 8 || p[length - 3] != (sum & 0xff))
		return 0;
	memset(p + 5, 0, length - 9);
	p[length - 4] = 0;
	p[length - 3] = p[4];
	return length;
}

static uint32_t crc24(const uint8_t *p, size_t n)
{
	uint32_t crc = 0;

	for (size_t i = 0; i < n; i++) {
		crc ^= (uint32_t)p[i] << 16;
		for (int bit = 0; bit < 8; bit++)
			crc = (crc << 1) ^ (crc & 0x800000 ? 0x1864cfb : 0);
	}
	return crc & 0xffffff;
}

/* RTCM 3: D3, 10 bits of length, payload (12 bits name it), CRC-24Q.  1005 is a position. */
static size_t blank_rtcm(uint8_t *p, size_t n)
{
	uint32_t crc;
	size_t length;

	if (n < 5 || p[0] != 0xd3 || (p[1] & 0xfc))
		return 0;
	length = 6u + 256u * p[1] + p[2];
	if (length > n || length < 8 || crc24(p, length))
		return 0;
	memset(p + 5, 0, length - 8);
	crc = crc24(p, length - 3);
	p[length - 3] = crc >> 16;
	p[length - 2] = crc >> 8 & 0xff;
	p[length - 1] = crc & 0xff;
	return length;
}

/* Where DLE ETX begins, the DLEs of the data being doubled; 0: not in sight. */
static size_t dle_end(const uint8_t *p, size_t n)
{
	for (size_t i = 2; i + 1 < n && i < DLE_PACKET_MAX; i++) {
		if (p[i] != DLE)
			continue;
		if (p[i + 1] == ETX)
			return i;
		if (p[i + 1] != DLE)
			return 0;
		i++;
	}
	return 0;
}

/*
 * Garmin: DLE, id, size, data, two's complement of their sum, DLE ETX.  Trimble:
 * DLE, id, data, DLE ETX.  Doubled bytes stay: lengths must not change.  One sum
 * in 256 would itself have to be doubled: that packet's is left wrong.
 */
static size_t blank_dle(uint8_t *p, size_t n)
{
	size_t end, from = 2;
	unsigned int sum = 0;
	bool garmin;

	if (n < 4 || p[0] != DLE || p[1] == DLE || p[1] == ETX)
		return 0;
	end = dle_end(p, n);
	if (!end)
		return 0;
	for (size_t i = 1; i < end; i++) {
		sum += p[i];
		if (i > 1 && p[i] == DLE)
			i++;
	}
	garmin = end > 3 && !(sum & 0xff);
	if (garmin)
		from += p[2] == DLE ? 2 : 1;
	for (size_t i = from; i < end; i++)
		if (p[i] != DLE)
			p[i] = 0;
	if (!garmin)
		return end + 2;
	sum = 0;
	for (size_t i = 1; i < end - 1; i++) {
		sum += p[i];
		if (i > 1 && p[i] == DLE)
			i++;
	}
	if (p[end - 1] != DLE && (-sum & 0xff) != DLE)
		p[end - 1] = -sum & 0xff;
	return end + 2;
}

/* Motorola Oncore: @@, two letters, data, XOR of all behind @@, CR LF. */
static size_t blank_oncore(uint8_t *p, size_t n)
{
	uint8_t sum = 0;

	if (n < 7 || p[0] != '@' || p[1] != '@')
		return 0;
	for (size_t i = 2; i + 2 < n && i < ONCORE_PACKET_MAX; i++) {
		if (i > 3 && p[i] == sum && p[i + 1] == '\r' && p[i + 2] == '\n') {
			memset(p + 4, 0, i - 4);
			p[i] = p[2] ^ p[3];
			return i + 3;
		}
		sum ^= p[i];
	}
	return 0;
}

void redact_packets(uint8_t *bytes, size_t n)
{
	static size_t (*const blank[])(uint8_t *p, size_t n) = {
		blank_ubx, blank_sirf, blank_rtcm, blank_dle, blank_oncore,
	};

	for (size_t at = 0; at < n;) {
		size_t length = 0;

		for (size_t i = 0; i < sizeof(blank) / sizeof(blank[0]) && !length; i++)
			length = blank[i](bytes + at, n - at);
		at += length ? length : 1;
	}
}
