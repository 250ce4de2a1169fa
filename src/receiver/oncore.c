// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Motorola Oncore (VP, UT+, GT+, M12): known, not told.
 * Motorola, "Oncore User's Guide" and "M12 Oncore User's Guide".
 */
#include "receiver.h"

#include <stdio.h>
#include <string.h>

#include "parts.h"

/*
 * The checksum is one byte, so "@@...CR LF" may be noise: only known messages of
 * their length prove it.
 */
static bool is_known_message(const struct binary_packet *p)
{
	static const struct {
		char id[3];
		uint16_t bytes;		/* all of it */
	} known[] = {
		{ "Cj", 294 },		/* identity */
		{ "Ea", 76 },		/* position, 8 channels */
		{ "En", 69 },		/* TRAIM, 8 channels */
		{ "Bb", 92 },		/* satellites */
		{ "Ha", 154 },		/* position, 12 channels */
		{ "Hn", 78 },		/* TRAIM, 12 channels */
	};

	if (p->protocol != BINARY_ONCORE)
		return false;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (p->len == known[i].bytes && !memcmp(p->bytes + 2, known[i].id, 2))
			return true;
	return false;
}

/* Its NMEA has no sentence of its own. */
static bool is_proof(const struct receiver_message *m)
{
	return m->packet && is_known_message(m->packet);
}

static bool is_reply(const struct nmea_sentence *s)
{
	return !strcmp(s->type, "PMOTG");
}

/* What stands behind a label in a text of many lines, without spaces around it; 0 for nothing. */
static size_t find_value(const char *text, size_t n, const char *label, const char **value)
{
	const size_t len = strlen(label);
	const char *p = memmem(text, n, label, len);
	const char *end = text + n;
	const char *stop;

	if (!p)
		return 0;
	for (p += len; p < end && *p == ' '; p++)
		;
	for (stop = p; stop < end && *stop >= ' ' && *stop <= '~'; stop++)
		;
	while (stop > p && stop[-1] == ' ')
		stop--;
	*value = p;
	return (size_t)(stop - p);
}

/*
 * @@Cj: ten lines of 25 characters, "SOFTWARE VER # 8", "SOFTWARE REV # 4",
 * "MODEL #    B1121P1114".
 */
static void learn(const struct receiver_message *m, struct receiver_id *id)
{
	const struct binary_packet *p = m->packet;
	const char *text, *model, *version, *revision;
	size_t n, model_len, version_len, revision_len;

	if (!p || !is_known_message(p) || memcmp(p->bytes + 2, "Cj", 2))
		return;
	text = (const char *)p->bytes + 4;
	n = p->len - 7;		/* the id, the checksum, CR LF */
	model_len = find_value(text, n, "MODEL #", &model);
	if (model_len)
		receiver_keep_text(id->model, sizeof(id->model), model, model_len);
	version_len = find_value(text, n, "SOFTWARE VER #", &version);
	revision_len = find_value(text, n, "SOFTWARE REV #", &revision);
	if (version_len && version_len < 9 && revision_len && revision_len < 9)
		snprintf(id->firmware, sizeof(id->firmware), "%.*s.%.*s", (int)version_len,
			 version, (int)revision_len, revision);
}

/* @@Cj: who are you. */
static int write_probe(struct receiver_plan *plan)
{
	static const uint8_t identity[] = { '@', '@', 'C', 'j', 0x29, '\r', '\n' };

	return receiver_asked(plan, receiver_add_packet(plan, identity, sizeof(identity)));
}

const struct receiver receiver_oncore = {
	.make = "Motorola Oncore",
	.is_proof = is_proof,
	.is_reply = is_reply,
	.learn = learn,
	.write_probe = write_probe,
	.by_hand =
	"Oncore receivers are set up by hand.  One that speaks NMEA (4800 baud), RMC each second:\n"
	"  gpsppsctl receiver PORT --send '$PMOTG,RMC,0001'\n"
	"One that speaks packets (9600 baud): by WinOncore12, or a tool that sends bytes:\n"
	"  times in UTC                  40 40 41 77 01 37 0D 0A\n"
	"  pulse always on (M12)         40 40 47 63 01 25 0D 0A\n"
	"ntpd reads its packets with refclock type 30.",
};
