// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What is sent to a u-blox receiver.  Three dialects: packets of the class CFG up
 * to protocol version 26, CFG-VALSET from 27 on, and $PUBX sentences for one that
 * does not listen to packets.
 */
#include "ublox.h"

#include <errno.h>
#include <string.h>

#define PAYLOAD_MAX (RECEIVER_STEP_BYTES_MAX - UBX_FRAME)

/* ---- packets ---- */

/* 8-bit Fletcher over class, id, length and payload. */
static void put_checksum(uint8_t *packet, size_t len)
{
	uint8_t a = 0, b = 0;

	for (size_t i = 2; i < len - 2; i++) {
		a = (uint8_t)(a + packet[i]);
		b = (uint8_t)(b + a);
	}
	packet[len - 2] = a;
	packet[len - 1] = b;
}

int ublox_add_packet(struct receiver_plan *plan, uint8_t class, uint8_t id,
		     const uint8_t *payload, size_t len)
{
	uint8_t packet[RECEIVER_STEP_BYTES_MAX] = { UBX_SYNC1, UBX_SYNC2, class, id };
	int err;

	if (len > PAYLOAD_MAX)
		return -ENOSPC;
	packet[4] = (uint8_t)len;
	if (len)
		memcpy(packet + UBX_HEAD, payload, len);
	put_checksum(packet, len + UBX_FRAME);
	err = receiver_add_packet(plan, packet, len + UBX_FRAME);
	if (!err)
		receiver_last_step(plan)->await = RECEIVER_MUST_ANSWER;
	return err;
}

static int ask(struct receiver_plan *plan, uint8_t id, const uint8_t *payload, size_t len)
{
	int err = ublox_add_packet(plan, UBX_CFG, id, payload, len);

	if (!err)
		receiver_last_step(plan)->asks = true;
	return err;
}

/* Keys with their values, or alone. */
struct key_list {
	uint8_t payload[PAYLOAD_MAX];
	size_t len;
};

static void begin_keys(struct key_list *list, uint8_t layers)
{
	memset(list, 0, sizeof(*list));
	list->payload[1] = layers;
	list->len = UBX_KEYS_HEAD;
}

static bool put_key(struct key_list *list, uint32_t key, const uint8_t *value, size_t size)
{
	uint8_t *p = list->payload + list->len;

	if (list->len + 4 + size > sizeof(list->payload))
		return false;
	for (unsigned int i = 0; i < 4; i++)
		p[i] = (uint8_t)(key >> 8 * i);
	if (size)
		memcpy(p + 4, value, size);
	list->len += 4 + size;
	return true;
}

static int set_keys(struct receiver_plan *plan, const struct key_list *list)
{
	return ublox_add_packet(plan, UBX_CFG, UBX_CFG_VALSET, list->payload, list->len);
}

/* ---- sentences ---- */

/* Without a port's number CFG-MSG is for the one it came by. */
static int rate_by_packet(const struct ublox_message *m, bool on, struct receiver_plan *plan)
{
	const uint8_t payload[] = { m->class, m->id, on };

	return ublox_add_packet(plan, UBX_CFG, UBX_CFG_MSG, payload, sizeof(payload));
}

/*
 * One key in a packet: a refusal is of the whole packet.  Each port has a key of its
 * own, and no question tells at which we are: a pulse comes with UART1's wires.
 */
static int rate_by_key(const struct ublox_message *m, bool on, struct receiver_plan *plan)
{
	struct key_list list;
	uint8_t value = on;

	begin_keys(&list, UBX_LAYER_RAM | UBX_LAYER_BATTERY);
	put_key(&list, m->key, &value, sizeof(value));
	return set_keys(plan, &list);
}

/* M8, "PUBX,40": rates at I2C, UART1, UART2, USB, SPI.  Nothing says that it was obeyed. */
static int rate_by_text(const struct ublox_message *m, bool on, struct receiver_plan *plan)
{
	int err;

	if (!m->text)
		return 0;
	err = receiver_add_line(plan, "PUBX,40,%s,0,%d,0,0,0,0", m->text, on);
	if (!err)
		receiver_last_step(plan)->await = RECEIVER_MAY_ANSWER;
	return err;
}

/* ---- settings ---- */

/* What they will be: what a file or the receiver said is there now, with the changes. */
static void payload_for(enum ublox_config which, const struct receiver_settings *from,
			const struct receiver_settings *to, struct ublox_payload *p)
{
	/* the port is the one we are at, not the one a file was saved at */
	if (which == UBLOX_PORT || !ublox_kept(which, to, p))
		if (!ublox_kept(which, from, p))
			ublox_factory(which, p);
	ublox_apply(which, to, p);
}

static int config_by_packet(enum ublox_config which, const struct ublox_payload *p,
			    struct receiver_plan *plan)
{
	return ublox_add_packet(plan, UBX_CFG, ublox_config_id(which), p->bytes, p->len);
}

/* All keys of one config in a packet: a pulse longer than its period is refused on the way. */
static int config_by_keys(enum ublox_config which, const struct ublox_payload *p,
			  struct receiver_plan *plan)
{
	struct key_list list;

	begin_keys(&list, UBX_LAYER_RAM | UBX_LAYER_BATTERY);
	for (unsigned int i = 0; i < ublox_n_keys; i++) {
		const struct ublox_key *k = &ublox_keys[i];
		uint8_t value[4];

		if (k->config != which)
			continue;
		ublox_key_get(k, p, value);
		put_key(&list, k->key, value, ublox_key_size(k->key));
	}
	return set_keys(plan, &list);
}

/* M8, "PUBX,41": UART1, in UBX NMEA RTCM, out UBX NMEA; all it can set is the port. */
static int speed_by_text(unsigned int baud, struct receiver_plan *plan)
{
	return receiver_add_line(plan, "PUBX,41,1,0007,0003,%u,0", baud);
}

/* ---- lasting ---- */

/* CFG-CFG: save all of it, wherever there is a memory: battery-backed RAM, flash, EEPROM. */
static int save_by_packet(unsigned int first, struct receiver_plan *plan)
{
	static const uint8_t payload[13] = { [4] = 0x1f, [5] = 0x1f, [12] = 0x07 };

	(void)first;
	return ublox_add_packet(plan, UBX_CFG, UBX_CFG_CFG, payload, sizeof(payload));
}

/*
 * The same keys again, for the flash memory.  By themselves, since a receiver that
 * has none (M10) refuses the whole packet.
 */
static int save_by_keys(unsigned int first, struct receiver_plan *plan)
{
	unsigned int n = plan->n;
	struct key_list list;
	int err = 0;

	begin_keys(&list, UBX_LAYER_FLASH);
	for (unsigned int i = first; i < n && !err; i++) {
		const struct receiver_step *step = &plan->steps[i];
		size_t len = step->len - UBX_FRAME - UBX_KEYS_HEAD;

		if (list.len + len > sizeof(list.payload)) {
			err = set_keys(plan, &list);
			begin_keys(&list, UBX_LAYER_FLASH);
		}
		memcpy(list.payload + list.len, step->bytes + UBX_HEAD + UBX_KEYS_HEAD, len);
		list.len += len;
	}
	return err ? err : set_keys(plan, &list);
}

static int save_by_text(unsigned int first, struct receiver_plan *plan)
{
	(void)first;
	(void)plan;	/* no sentence does that */
	return 0;
}

static const struct dialect {
	int (*rate)(const struct ublox_message *m, bool on, struct receiver_plan *plan);
	int (*config)(enum ublox_config which, const struct ublox_payload *p,
		      struct receiver_plan *plan);
	int (*save)(unsigned int first, struct receiver_plan *plan);	/* the steps from there */
} dialects[] = {
	[UBLOX_TEXT] = { rate_by_text, NULL, save_by_text },
	[UBLOX_CFG] = { rate_by_packet, config_by_packet, save_by_packet },
	[UBLOX_KEYS] = { rate_by_key, config_by_keys, save_by_keys },
};

/* ---- questions ---- */

static int ask_by_packet(enum ublox_config which, struct receiver_plan *plan)
{
	static const uint8_t first_pin = 0;

	return ask(plan, ublox_config_id(which), &first_pin, which == UBLOX_PULSE);
}

static int ask_by_keys(enum ublox_config which, struct receiver_plan *plan)
{
	struct key_list list;

	begin_keys(&list, 0);
	for (unsigned int i = 0; i < ublox_n_keys; i++)
		if (ublox_keys[i].config == which)
			put_key(&list, ublox_keys[i].key, NULL, 0);
	return ask(plan, UBX_CFG_VALGET, list.payload, list.len);
}

int ublox_write_queries(enum ublox_dialect dialect, struct receiver_plan *plan)
{
	int err = 0;

	if (dialect == UBLOX_TEXT)
		return 0;
	for (unsigned int i = 0; i < UBLOX_CONFIGS && !err; i++)
		err = dialect == UBLOX_KEYS ? ask_by_keys((enum ublox_config)i, plan) :
					      ask_by_packet((enum ublox_config)i, plan);
	return err;
}

/* ---- a request ---- */

static int switch_set(const struct dialect *d, receiver_set set, bool on,
		      struct receiver_plan *plan)
{
	receiver_set left = set;
	int err = 0;

	for (unsigned int i = 0; i < ublox_n_messages && !err; i++) {
		const struct ublox_message *m = &ublox_messages[i];
		receiver_set this = (receiver_set)1 << m->sentence;

		if (!(left & this))
			continue;
		/* of several under one name the first is the one to have */
		if (on)
			left &= ~this;
		err = d->rate(m, on, plan);
	}
	return err;
}

/* What is too much goes first: the line may be full. */
static int write_sentences(const struct dialect *d, const struct receiver_request *req,
			   receiver_set factory, struct receiver_plan *plan)
{
	receiver_set on = req->on, off = req->off;
	int err;

	if (req->op == RECEIVER_KEEP)
		return 0;
	if (req->op == RECEIVER_DEFAULTS)
		on = factory;
	if (req->op != RECEIVER_ADJUST)
		off = ~on;
	err = switch_set(d, off, false, plan);
	return err ? err : switch_set(d, on, true, plan);
}

/* Something of it is asked for, and not what is known to be there. */
static bool is_wanted(enum ublox_config which, const struct receiver_settings *from,
		      const struct receiver_settings *to)
{
	struct ublox_payload p;

	if (receiver_settings_differ(to, from) & ublox_config_settings(which))
		return true;
	return ublox_kept(which, to, &p) &&
	       (!from->known || strcmp(to->native[which], from->native[which]) != 0);
}

static int write_settings(const struct dialect *d, const struct receiver_settings *from,
			  const struct receiver_settings *to, struct receiver_plan *plan)
{
	struct ublox_payload p;
	int err = 0;

	for (unsigned int i = 0; i < UBLOX_PORT && d->config && !err; i++) {
		enum ublox_config which = (enum ublox_config)i;

		if (!is_wanted(which, from, to))
			continue;
		payload_for(which, from, to, &p);
		err = d->config(which, &p, plan);
	}
	return err;
}

/* Its answer comes at the old speed or at the new one, or is lost between them. */
static int write_speed(const struct dialect *d, const struct receiver_settings *from,
		       const struct receiver_settings *to, struct receiver_plan *plan)
{
	struct ublox_payload p;
	int err;

	if (!(receiver_settings_differ(to, from) & RECEIVER_BAUD))
		return 0;
	payload_for(UBLOX_PORT, from, to, &p);
	err = d->config ? d->config(UBLOX_PORT, &p, plan) : speed_by_text(to->baud, plan);
	if (err)
		return err;
	receiver_last_step(plan)->await = RECEIVER_NO_ANSWER;
	receiver_last_step(plan)->baud = to->baud;
	return 0;
}

int ublox_write_steps(enum ublox_dialect dialect, const struct receiver_settings *from,
		      const struct receiver_request *req, receiver_set factory,
		      struct receiver_plan *plan)
{
	const struct dialect *d = &dialects[dialect];
	unsigned int first = plan->n;
	int err = write_sentences(d, req, factory, plan);

	if (!err)
		err = write_settings(d, from, &req->to, plan);
	if (!err)
		err = write_speed(d, from, &req->to, plan);
	if (!err && plan->n > first)
		err = d->save(first, plan);
	return err;
}
