/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which binary protocol is in a stream of bytes: whole packets are looked for,
 * and their checksums judged, where a protocol has one.  Pure.
 */
#ifndef GPSPPSCTL_BINARY_H
#define GPSPPSCTL_BINARY_H

#include <stddef.h>
#include <stdint.h>

#define BINARY_PACKET_MAX 2048
#define BINARY_PROTOCOLS_MAX 8

/* All zero is the beginning. */
struct binary {
	uint8_t buf[BINARY_PACKET_MAX];
	size_t n;
	unsigned int packets[BINARY_PROTOCOLS_MAX];
};

/* Take bytes, in whatever pieces they arrive. */
void binary_feed(struct binary *b, const uint8_t *p, size_t n);

/* The stream is over: what waited for more bytes is judged without them. */
void binary_end(struct binary *b);

/* The protocol with the most packets, "" for none. */
const char *binary_name(const struct binary *b);

#endif
