// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * SkyTraq (Venus 6 to 8, Phoenix PX11xx): known, not told.
 * SkyTraq, AN0003 "Binary Messages of SkyTraq Venus 6 GPS Receiver".
 */
#include "receiver.h"

#include <stdio.h>
#include <string.h>

#include "parts.h"

#define HEAD 4			/* A0 A1 and the length */
#define TAIL 3			/* the XOR and CR LF */
#define MID_VERSION 0x80
#define VERSION_BYTES 14	/* with the id: type, kernel, ODM and revision of 4 bytes each */

static bool is_proof(const struct receiver_message *m)
{
	const struct nmea_sentence *s = m->sentence;

	if (m->packet)
		/* what it sends is from 0x80 on: below are questions, maybe ours that was sent back */
		return m->packet->protocol == BINARY_SKYTRAQ && m->packet->bytes[HEAD] & 0x80;
	return s && s->sum == NMEA_SUM_OK && !strcmp(s->type, "PSTI") && s->n_fields;
}

/* PSTI it sends by itself; answers are packets. */
static bool is_reply(const struct nmea_sentence *s)
{
	(void)s;
	return false;
}

/* Message 0x80: versions as 0 x y z, the revision as 0, years from 2000, month, day. */
static void learn(const struct receiver_message *m, struct receiver_id *id)
{
	const struct binary_packet *p = m->packet;
	const uint8_t *body;

	if (!p || p->protocol != BINARY_SKYTRAQ || p->len < HEAD + VERSION_BYTES + TAIL)
		return;
	body = p->bytes + HEAD;
	if (body[0] != MID_VERSION)
		return;
	snprintf(id->firmware, sizeof(id->firmware), "%u.%u.%u (20%02u-%02u-%02u)", body[3],
		 body[4], body[5], body[11], body[12], body[13]);
}

/* Message 2: query the software version. */
static int write_probe(struct receiver_plan *plan)
{
	static const uint8_t version[] = {
		0xa0, 0xa1, 0x00, 0x02, 0x02, 0x01, 0x03, 0x0d, 0x0a,
	};

	return receiver_asked(plan, receiver_add_packet(plan, version, sizeof(version)));
}

const struct receiver receiver_skytraq = {
	.make = "SkyTraq",
	.is_proof = is_proof,
	.is_reply = is_reply,
	.learn = learn,
	.write_probe = write_probe,
	.by_hand =
	"SkyTraq receivers are set up in packets, by the maker's GNSS Viewer:\n"
	"  Configure NMEA Output: RMC 1, all others 0, to flash\n"
	"  Configure Serial Port: the speed, to flash\n"
	"The packets, for a tool that sends bytes:\n"
	"  RMC alone (Venus)  A0 A1 00 09 08 00 00 00 00 01 00 00 01 08 0D 0A\n"
	"  9600 baud          A0 A1 00 04 05 00 01 01 05 0D 0A\n"
	"The pulse comes with the fix and is always on.",
};
