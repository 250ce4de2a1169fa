// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * SiRFstar II to V (BU-353 and many other receivers on USB): known, not told.
 * SiRF, "NMEA Reference Manual" and "Binary Protocol Reference Manual".
 */
#include "receiver.h"

#include <string.h>

#include "parts.h"

#define HEAD 4			/* A0 A2 and the length */
#define TAIL 4			/* the sum and B0 B3 */
#define MID_VERSION 6

/* They send back what they do not know, so a command of ours that returns proves nothing. */
static bool is_proof(const struct receiver_message *m)
{
	static const char *const commands[] = {
		"PSRF100", "PSRF101", "PSRF102", "PSRF103", "PSRF104", "PSRF105", "PSRF106",
	};
	const struct nmea_sentence *s = m->sentence;

	if (m->packet)
		/* from 128 on they are for a receiver, maybe ours that was sent back */
		return m->packet->protocol == BINARY_SIRF && m->packet->bytes[4] < 128;
	if (!s || s->sum != NMEA_SUM_OK || strncmp(s->type, "PSRF", 4) || !s->n_fields)
		return false;
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (!strcmp(s->type, commands[i]))
			return false;
	return true;
}

static bool is_reply(const struct nmea_sentence *s)
{
	return !strncmp(s->type, "PSRF", 4);
}

/* Message 6: the version as text, filled up with zeros. */
static void learn_packet(const struct binary_packet *p, struct receiver_id *id)
{
	const char *text = (const char *)p->bytes + HEAD + 1;
	size_t len;

	if (p->protocol != BINARY_SIRF || p->len < HEAD + 2 + TAIL ||
	    p->bytes[HEAD] != MID_VERSION)
		return;
	len = strnlen(text, p->len - HEAD - 1 - TAIL);
	if (len)
		receiver_keep_text(id->firmware, sizeof(id->firmware), text, len);
}

/* "PSRFTXT,Version: GSW3.2.4_3.1.00.12", when it starts */
static void learn(const struct receiver_message *m, struct receiver_id *id)
{
	static const char version[] = "Version:";
	const size_t skip = sizeof(version) - 1;
	const struct nmea_sentence *s = m->sentence;
	const char *text;
	size_t len;

	if (m->packet) {
		learn_packet(m->packet, id);
		return;
	}
	if (!s || s->sum != NMEA_SUM_OK || strcmp(s->type, "PSRFTXT"))
		return;
	text = nmea_field(s, 0, &len);
	if (len <= skip || memcmp(text, version, skip))
		return;
	for (text += skip, len -= skip; len && *text == ' '; text++)
		len--;
	if (len)
		receiver_keep_text(id->firmware, sizeof(id->firmware), text, len);
}

/*
 * Message 132, which only a unit that speaks SiRF binary hears.  NMEA has no
 * question for the version; PSRF100, which would leave NMEA, is never sent.
 */
static int write_probe(struct receiver_plan *plan)
{
	static const uint8_t version[] = {
		0xa0, 0xa2, 0x00, 0x02, 0x84, 0x00, 0x00, 0x84, 0xb0, 0xb3,
	};

	return receiver_asked(plan, receiver_add_packet(plan, version, sizeof(version)));
}

const struct receiver receiver_sirf = {
	.make = "SiRF",
	.is_proof = is_proof,
	.is_reply = is_reply,
	.learn = learn,
	.write_probe = write_probe,
	.by_hand =
	"SiRF receivers confirm nothing, so they are set up by hand.  RMC alone:\n"
	"  gpsppsctl receiver PORT --send '$PSRF103,00,00,00,01'    GGA off\n"
	"  gpsppsctl receiver PORT --send '$PSRF103,01,00,00,01'    GLL off\n"
	"  gpsppsctl receiver PORT --send '$PSRF103,02,00,00,01'    GSA off\n"
	"  gpsppsctl receiver PORT --send '$PSRF103,03,00,00,01'    GSV off\n"
	"  gpsppsctl receiver PORT --send '$PSRF103,05,00,00,01'    VTG off\n"
	"  gpsppsctl receiver PORT --send '$PSRF103,04,00,01,01'    RMC once a second\n"
	"Another speed, here 9600 baud:\n"
	"  gpsppsctl receiver PORT --send '$PSRF100,1,9600,8,1,0'\n"
	"Many forget it all without power.  The pulse, where there is one, is fixed.",
};
