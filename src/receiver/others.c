// SPDX-License-Identifier: GPL-2.0-or-later
/* Makes that are known by a sentence of their own, and set up by their makers' tools. */
#include "receiver.h"

#include <string.h>

#include "parts.h"

static bool is_checked(const struct receiver_message *m)
{
	return m->sentence && m->sentence->sum == NMEA_SUM_OK;
}

static bool starts_with(const struct nmea_sentence *s, unsigned int i, const char *text)
{
	size_t len;
	const char *field = nmea_field(s, i, &len);

	return len >= strlen(text) && !memcmp(field, text, strlen(text));
}

/* ---- CASIC: Zhongkewei AT6558 (ATGM336H, Quectel L76K) ---- */

/* TXT,01,01,02,MA=CASIC: when it starts, and as the answer to PCAS06 */
static bool casic_is_proof(const struct receiver_message *m)
{
	const struct nmea_sentence *s = m->sentence;

	return is_checked(m) && !strcmp(s->type, "TXT") &&
	       (starts_with(s, 3, "MA=CASIC") || starts_with(s, 3, "SW=URANUS") ||
		starts_with(s, 3, "IC=AT6558"));
}

static bool casic_is_reply(const struct nmea_sentence *s)
{
	return !strncmp(s->type, "PCAS", 4);
}

static void casic_learn(const struct receiver_message *m, struct receiver_id *id)
{
	const struct nmea_sentence *s = m->sentence;
	size_t len;
	const char *text;

	if (!is_checked(m) || strcmp(s->type, "TXT"))
		return;
	text = nmea_field(s, 3, &len);
	if (len > 3 && starts_with(s, 3, "HW="))
		receiver_keep_text(id->model, sizeof(id->model), text + 3, len - 3);
	else if (len > 3 && starts_with(s, 3, "SW="))
		receiver_keep_text(id->firmware, sizeof(id->firmware), text + 3, len - 3);
}

static int casic_write_probe(struct receiver_plan *plan)
{
	return receiver_asked(plan, receiver_add_line(plan, "PCAS06,0"));
}

const struct receiver receiver_casic = {
	.make = "CASIC",
	.is_proof = casic_is_proof,
	.is_reply = casic_is_reply,
	.learn = casic_learn,
	.write_probe = casic_write_probe,
	.by_hand =
	"CASIC receivers (AT6558, Quectel L76K) confirm nothing, so they are set up by hand.\n"
	"RMC alone, then keep it:\n"
	"  gpsppsctl receiver PORT --send '$PCAS03,0,0,0,0,1,0,0,0'\n"
	"  gpsppsctl receiver PORT --send '$PCAS00'\n"
	"RMC and ZDA:\n"
	"  gpsppsctl receiver PORT --send '$PCAS03,0,0,0,0,1,0,1,0'",
};

/* ---- Unicore (UM621, UM220) ---- */

/* PDTINFO,UM621-02,...; the question has no fields */
static bool unicore_is_proof(const struct receiver_message *m)
{
	return is_checked(m) && !strcmp(m->sentence->type, "PDTINFO") && m->sentence->n_fields;
}

static bool unicore_is_reply(const struct nmea_sentence *s)
{
	return !strcmp(s->type, "PDTINFO");
}

static void unicore_learn(const struct receiver_message *m, struct receiver_id *id)
{
	if (unicore_is_proof(m))
		receiver_keep_field(id->model, sizeof(id->model), m->sentence, 0);
}

static int unicore_write_probe(struct receiver_plan *plan)
{
	return receiver_asked(plan, receiver_add_line(plan, "PDTINFO"));
}

const struct receiver receiver_unicore = {
	.make = "Unicore",
	.is_proof = unicore_is_proof,
	.is_reply = unicore_is_reply,
	.learn = unicore_learn,
	.write_probe = unicore_write_probe,
	.by_hand = "Unicore receivers are set up by the maker's CDT or UPrecise.",
};

/* ---- ST Teseo (LIV3, LIV4, Quectel LG69T) ---- */

/* PSTMCPU, PSTMVER, ...; not what we or others would have sent */
static bool teseo_is_proof(const struct receiver_message *m)
{
	const struct nmea_sentence *s = m->sentence;

	return is_checked(m) && !strncmp(s->type, "PSTM", 4) && s->n_fields &&
	       strcmp(s->type, "PSTMGETSWVER") && strcmp(s->type, "PSTMSETPAR") &&
	       strcmp(s->type, "PSTMGETPAR");
}

static bool teseo_is_reply(const struct nmea_sentence *s)
{
	return !strcmp(s->type, "PSTMVER") || !strncmp(s->type, "PSTMSET", 7) ||
	       !strncmp(s->type, "PSTMGET", 7) || !strncmp(s->type, "PSTMSAVE", 8);
}

static void teseo_learn(const struct receiver_message *m, struct receiver_id *id)
{
	if (is_checked(m) && !strcmp(m->sentence->type, "PSTMVER"))
		receiver_keep_field(id->firmware, sizeof(id->firmware), m->sentence, 0);
}

static int teseo_write_probe(struct receiver_plan *plan)
{
	return receiver_asked(plan, receiver_add_line(plan, "PSTMGETSWVER,255"));
}

const struct receiver receiver_teseo = {
	.make = "ST Teseo",
	.is_proof = teseo_is_proof,
	.is_reply = teseo_is_reply,
	.learn = teseo_learn,
	.write_probe = teseo_write_probe,
	.by_hand =
	"Teseo receivers are set up by the maker's Teseo-Suite (NMEA message list: RMC), or by\n"
	"$PSTMSETPAR as the firmware's manual has it; then keep it:\n"
	"  gpsppsctl receiver PORT --send '$PSTMSAVEPAR'",
};

/* ---- Furuno (GT-86 to GT-88, GF-87) ---- */

/* PERDCRX, PERDCRW, ... (each second), PERDSYS; PERDAPI and PERDCFG are commands */
static bool furuno_is_proof(const struct receiver_message *m)
{
	const struct nmea_sentence *s = m->sentence;

	return is_checked(m) && s->n_fields &&
	       (!strncmp(s->type, "PERDCR", 6) || !strcmp(s->type, "PERDACK") ||
		(!strcmp(s->type, "PERDSYS") && s->n_fields >= 3));
}

static bool furuno_is_reply(const struct nmea_sentence *s)
{
	return !strcmp(s->type, "PERDACK") || !strcmp(s->type, "PERDSYS") ||
	       !strcmp(s->type, "PERDAPI") || !strcmp(s->type, "PERDCFG");
}

/* PERDSYS,VERSION,device,version,... */
static void furuno_learn(const struct receiver_message *m, struct receiver_id *id)
{
	if (!is_checked(m) || strcmp(m->sentence->type, "PERDSYS") ||
	    !nmea_field_is(m->sentence, 0, "VERSION") || m->sentence->n_fields < 3)
		return;
	receiver_keep_field(id->model, sizeof(id->model), m->sentence, 1);
	receiver_keep_field(id->firmware, sizeof(id->firmware), m->sentence, 2);
}

static int furuno_write_probe(struct receiver_plan *plan)
{
	return receiver_asked(plan, receiver_add_line(plan, "PERDSYS,VERSION"));
}

const struct receiver receiver_furuno = {
	.make = "Furuno",
	.is_proof = furuno_is_proof,
	.is_reply = furuno_is_reply,
	.learn = furuno_learn,
	.write_probe = furuno_write_probe,
	.by_hand =
	"Furuno receivers are set up by $PERDCFG and $PERDAPI, as the unit's \"Protocol\n"
	"Specifications\" have them; each is sent by\n"
	"  gpsppsctl receiver PORT --send '$PERDAPI,...'",
};
