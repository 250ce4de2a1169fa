// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a u-blox receiver's answers mean.  A packet of the class CFG is answered by
 * ACK-ACK or ACK-NAK with its class and id (M8, "Acknowledgement"); a question by
 * the packet asked for, and then by ACK-ACK.
 */
#include "ublox.h"

#include <string.h>

enum { ACK_NAK = 0x00, ACK_ACK = 0x01 };

#define MSGOUT 0x2091	/* the upper half of all CFG-MSGOUT keys */

/* A packet that was sent, or one that came: without the frame. */
struct ubx {
	uint8_t class, id;
	const uint8_t *payload;
	size_t len;
};

static bool open_packet(const void *bytes, size_t len, struct ubx *u)
{
	const uint8_t *p = bytes;

	if (len < UBX_FRAME || p[0] != UBX_SYNC1 || p[1] != UBX_SYNC2)
		return false;
	*u = (struct ubx){ p[2], p[3], p + UBX_HEAD, len - UBX_FRAME };
	return true;
}

static uint32_t get_key(const uint8_t *p)
{
	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

/*
 * A refusal that does no harm: what is not known is not sent either, and without a
 * flash memory the battery-backed RAM has it.
 */
static bool can_be_refused(const struct ubx *sent)
{
	if (sent->class != UBX_CFG)
		return false;
	if (sent->id == UBX_CFG_MSG && sent->len == 3)
		return sent->payload[2] == 0;
	if (sent->id != UBX_CFG_VALSET || sent->len < UBX_KEYS_HEAD + 5)
		return false;
	if (sent->payload[1] == UBX_LAYER_FLASH)
		return true;
	return get_key(sent->payload + UBX_KEYS_HEAD) >> 16 == MSGOUT &&
	       sent->payload[UBX_KEYS_HEAD + 4] == 0;
}

static enum receiver_answer judge_ack(const struct receiver_step *step, const struct ubx *sent,
				      const struct ubx *got)
{
	if (got->len != 2 || got->payload[0] != sent->class || got->payload[1] != sent->id)
		return RECEIVER_UNRELATED;
	if (got->id == ACK_ACK)		/* behind the answer to a question: that is what counts */
		return step->asks ? RECEIVER_UNRELATED : RECEIVER_ACCEPTED;
	if (got->id != ACK_NAK)
		return RECEIVER_UNRELATED;
	return !step->asks && can_be_refused(sent) ? RECEIVER_ACCEPTED : RECEIVER_REJECTED;
}

static const struct ublox_key *find_key(uint32_t key)
{
	for (unsigned int i = 0; i < ublox_n_keys; i++)
		if (ublox_keys[i].key == key)
			return &ublox_keys[i];
	return NULL;
}

/* A bit for each key of a config. */
static uint32_t all_keys(enum ublox_config which)
{
	uint32_t all = 0;

	for (unsigned int i = 0; i < ublox_n_keys; i++)
		if (ublox_keys[i].config == which)
			all |= (uint32_t)1 << i;
	return all;
}

/* VALGET's answer: all keys that were asked for, in any order, with their values. */
static enum receiver_answer judge_keys(const struct ubx *sent, const struct ubx *got,
				       struct receiver_settings *now)
{
	const struct ublox_key *asked = sent->len < UBX_KEYS_HEAD + 4 ? NULL :
					find_key(get_key(sent->payload + UBX_KEYS_HEAD));
	size_t at = UBX_KEYS_HEAD;
	struct ublox_payload p;
	uint32_t missing;

	if (!asked || got->len < UBX_KEYS_HEAD || got->payload[0] != 1)
		return RECEIVER_UNRELATED;
	ublox_factory(asked->config, &p);
	missing = all_keys(asked->config);
	while (at + 4 < got->len) {
		const struct ublox_key *k = find_key(get_key(got->payload + at));
		size_t end = at + 4 + (k ? ublox_key_size(k->key) : 0);

		if (!k || k->config != asked->config || end > got->len)
			return RECEIVER_UNRELATED;
		ublox_key_set(k, got->payload + at + 4, &p);
		missing &= ~((uint32_t)1 << (k - ublox_keys));
		at = end;
	}
	return !missing && ublox_read(asked->config, &p, now) ? RECEIVER_ACCEPTED :
								RECEIVER_UNRELATED;
}

static enum receiver_answer judge_config(const struct ubx *got, struct receiver_settings *now)
{
	enum ublox_config which = ublox_find_config(got->id);
	struct ublox_payload p = { .len = got->len };

	if (which == UBLOX_CONFIGS || got->len > sizeof(p.bytes))
		return RECEIVER_UNRELATED;
	memcpy(p.bytes, got->payload, got->len);
	return ublox_read(which, &p, now) ? RECEIVER_ACCEPTED : RECEIVER_UNRELATED;
}

static enum receiver_answer judge_packet(const struct receiver_step *step, const struct ubx *got,
					 struct receiver_settings *now)
{
	struct ubx sent;

	if (!open_packet(step->bytes, step->len, &sent))
		return RECEIVER_UNRELATED;
	if (got->class == UBX_ACK)
		return judge_ack(step, &sent, got);
	if (!step->asks || got->class != sent.class || got->id != sent.id)
		return RECEIVER_UNRELATED;
	if (sent.class == UBX_MON)
		return got->len >= 40 ? RECEIVER_ACCEPTED : RECEIVER_UNRELATED;
	if (sent.id == UBX_CFG_VALGET)
		return judge_keys(&sent, got, now);
	return judge_config(got, now);
}

/* Sentences: the answer to $PUBX,04, and "PUBX inv format". */
static enum receiver_answer judge_text(const struct receiver_step *step,
				       const struct nmea_sentence *s)
{
	const char *text;
	size_t len;

	if (s->sum != NMEA_SUM_OK || step->len < 5 || memcmp(step->bytes, "$PUBX", 5) != 0)
		return RECEIVER_UNRELATED;
	if (!strcmp(s->type, "PUBX") && step->asks)
		return nmea_field_is(s, 0, "04") && s->n_fields > 1 ? RECEIVER_ACCEPTED :
								      RECEIVER_UNRELATED;
	text = nmea_field(s, 3, &len);
	if (!strcmp(s->type, "TXT") && len >= 8 && !memcmp(text, "PUBX inv", 8))
		return RECEIVER_REJECTED;
	return RECEIVER_UNRELATED;
}

enum receiver_answer ublox_judge(const struct receiver_step *step,
				 const struct receiver_message *m,
				 struct receiver_settings *now)
{
	struct ubx got;

	if (m->sentence)
		return judge_text(step, m->sentence);
	if (m->packet->protocol != BINARY_UBX || m->packet->len < UBX_FRAME ||
	    !open_packet(m->packet->bytes, m->packet->len, &got))
		return RECEIVER_UNRELATED;
	return judge_packet(step, &got, now);
}
