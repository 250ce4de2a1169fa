/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which binary protocol is in a stream of bytes: whole packets are looked for,
 * and their checksums judged, where a protocol has one.  Pure.
 */
#ifndef GPSPPSCTL_BINARY_H
#define GPSPPSCTL_BINARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BINARY_PACKET_MAX 2048

enum binary_protocol {
	BINARY_UBX,
	BINARY_SIRF,
	BINARY_RTCM,
	BINARY_SKYTRAQ,
	BINARY_GARMIN,
	BINARY_TSIP,
	BINARY_ONCORE,
	BINARY_PROTOCOLS,
};

/* All zero is the beginning. */
struct binary {
	uint8_t buf[BINARY_PACKET_MAX];
	size_t n;
	size_t done;		/* of buf: the packet given last and what was before it */
	unsigned int packets[BINARY_PROTOCOLS];
};

struct binary_packet {
	enum binary_protocol protocol;
	const uint8_t *bytes;	/* the whole packet, frame and checksum; valid until the next call */
	size_t len;
};

/*
 * Take bytes, in whatever pieces they arrive, until one packet is complete: true,
 * with *packet filled and *p and *n moved on.  False when the bytes are used up.
 */
bool binary_next(struct binary *b, const uint8_t **p, size_t *n, struct binary_packet *packet);

/* The same, where only the number of packets matters. */
void binary_feed(struct binary *b, const uint8_t *p, size_t n);

/* The stream is over: what waited for more bytes is judged without them. */
void binary_end(struct binary *b);

/* The protocol with the most packets, "" for none. */
const char *binary_name(const struct binary *b);

#endif
