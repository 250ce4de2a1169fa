// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Trimble (Copernicus, Resolution T, Thunderbolt, ACE): known, not told.
 * Trimble, "Copernicus II Reference Manual" (NMEA and TSIP), "Resolution T".
 */
#include "receiver.h"

#include <stdio.h>
#include <string.h>

#include "parts.h"

#define DLE 0x10
#define REPORT_BYTES_MAX 80

/* A report without its frame: what stood doubled is single. */
struct report {
	uint8_t id;
	uint8_t data[REPORT_BYTES_MAX];
	size_t n;
};

static bool unframe(const struct binary_packet *p, struct report *r)
{
	if (p->protocol != BINARY_TSIP || p->len < 4)
		return false;
	r->id = p->bytes[1];
	r->n = 0;
	for (size_t i = 2; i < p->len - 2; i++) {
		if (p->bytes[i] == DLE)
			i++;
		if (r->n == sizeof(r->data))
			return false;
		r->data[r->n++] = p->bytes[i];
	}
	return true;
}

/*
 * TSIP has no checksum, so a frame alone may be noise: only reports of known
 * length prove it.
 */
static bool is_known_report(const struct binary_packet *p)
{
	static const struct {
		uint8_t id;
		int16_t sub;	/* first byte of the data; -1 any */
		uint8_t bytes;
	} known[] = {
		{ 0x41, -1, 10 },	/* GPS time */
		{ 0x45, -1, 10 },	/* software version */
		{ 0x46, -1, 2 },	/* health */
		{ 0x4b, -1, 3 },	/* machine code and status */
		{ 0x8f, 0x20, 56 },	/* last fix */
		{ 0x8f, 0xab, 17 },	/* primary timing packet */
		{ 0x8f, 0xac, 68 },	/* supplemental timing packet */
	};
	struct report r;

	if (!unframe(p, &r))
		return false;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (known[i].id == r.id && known[i].bytes == r.n &&
		    (known[i].sub < 0 || known[i].sub == r.data[0]))
			return true;
	return r.id == 0x1c && r.n > 9 && r.data[0] == 0x81 && r.n == 10u + r.data[9];
}

static bool is_reply(const struct nmea_sentence *s)
{
	return !strncmp(s->type, "PTNLR", 5) || !strncmp(s->type, "PTNLQ", 5) ||
	       !strncmp(s->type, "PTNLS", 5);
}

/* PTNLR...: an answer; Q and S are questions and commands. */
static bool is_proof(const struct receiver_message *m)
{
	const struct nmea_sentence *s = m->sentence;

	if (m->packet)
		return is_known_report(m->packet);
	return s && s->sum == NMEA_SUM_OK && !strncmp(s->type, "PTNLR", 5) && s->n_fields;
}

/*
 * 0x45: navigation processor's major and minor, ...  0x1C-81: 81, reserved, major,
 * minor, build, month, day, year (2), length and text of the product's name.
 */
static void learn_packet(const struct binary_packet *p, struct receiver_id *id)
{
	struct report r;

	if (!is_known_report(p) || !unframe(p, &r))
		return;
	if (r.id == 0x45) {
		snprintf(id->firmware, sizeof(id->firmware), "%u.%02u", r.data[0], r.data[1]);
	} else if (r.id == 0x1c) {
		snprintf(id->firmware, sizeof(id->firmware), "%u.%02u.%u", r.data[2], r.data[3],
			 r.data[4]);
		receiver_keep_text(id->model, sizeof(id->model), (const char *)r.data + 10,
				   r.data[9]);
	}
}

/* PTNLRVR,S,name,major,minor,... */
static void learn(const struct receiver_message *m, struct receiver_id *id)
{
	const struct nmea_sentence *s = m->sentence;
	unsigned int major, minor;

	if (m->packet) {
		learn_packet(m->packet, id);
		return;
	}
	if (!s || s->sum != NMEA_SUM_OK || strcmp(s->type, "PTNLRVR") ||
	    !nmea_field_is(s, 0, "S"))
		return;
	receiver_keep_field(id->model, sizeof(id->model), s, 1);
	if (receiver_field_number(s, 2, 999, &major) && receiver_field_number(s, 3, 999, &minor))
		snprintf(id->firmware, sizeof(id->firmware), "%u.%02u", major, minor);
}

/* The version: in NMEA (Copernicus), then in TSIP. */
static int write_probe(struct receiver_plan *plan)
{
	static const uint8_t version[] = { DLE, 0x1f, DLE, 0x03 };
	int err = receiver_asked(plan, receiver_add_line(plan, "PTNLQVR,S"));

	if (!err)
		err = receiver_asked(plan, receiver_add_packet(plan, version, sizeof(version)));
	return err;
}

const struct receiver receiver_trimble = {
	.make = "Trimble",
	.is_proof = is_proof,
	.is_reply = is_reply,
	.learn = learn,
	.write_probe = write_probe,
	.by_hand =
	"Trimble receivers are set up by hand.  One that speaks NMEA, RMC alone, once a second:\n"
	"  gpsppsctl receiver PORT --send '$PTNLSNM,0100,01'\n"
	"RMC and ZDA:\n"
	"  gpsppsctl receiver PORT --send '$PTNLSNM,0120,01'\n"
	"One that speaks TSIP (often at 9600 baud, odd parity): by the maker's Trimble Studio or\n"
	"VTS; the pulse always on is packet 8E-4E, saving is 8E-26.",
};
