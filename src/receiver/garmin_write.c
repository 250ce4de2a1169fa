// SPDX-License-Identifier: GPL-2.0-or-later
/* The sentences that ask for a Garmin's configuration and change it. */
#include "garmin.h"

#include <errno.h>
#include <string.h>

#define USER_DATUM "96"

int garmin_write_question(const char *body, enum receiver_await await, struct receiver_plan *plan)
{
	int err = receiver_add_line(plan, "%s", body);

	if (err)
		return err;
	receiver_last_step(plan)->asks = true;
	receiver_last_step(plan)->await = await;
	return 0;
}

/* The oldest units have no PGRMC1; one that is known to have it must tell. */
int garmin_write_questions(const struct receiver_id *id, struct receiver_plan *plan)
{
	bool tells = garmin_traits(id) & GARMIN_KNOWN || id->shown & RECEIVER_VERSION;
	int err = garmin_write_question("PGRMCE", RECEIVER_MUST_ANSWER, plan);

	return err ? err : garmin_write_question("PGRMC1E", tells ? RECEIVER_MUST_ANSWER :
						 RECEIVER_MAY_ANSWER, plan);
}

/* A configuration as it is, as it is to be, and the fields of that which are sent. */
struct change {
	const struct garmin_config *c;
	const struct receiver_settings *to;
	unsigned int settings;		/* of these */
	char now_raw[RECEIVER_LINE_MAX + 1], then_raw[RECEIVER_LINE_MAX + 1];
	struct nmea_sentence now, then;		/* native */
	unsigned int fields;
};

static bool field_differs(const struct change *ch, unsigned int i)
{
	size_t now_len, then_len;
	const char *now = nmea_field(&ch->now, i, &now_len);
	const char *then = nmea_field(&ch->then, i, &then_len);

	return then_len && !garmin_same_value(now, now_len, then, then_len);
}

/*
 * Fields 4 to 8 describe datum 96, the user's own, and then all of them have to be
 * there with it; with any other datum units fill them with zeros, which would be
 * refused.
 */
static unsigned int datum_fields(const struct change *ch)
{
	unsigned int all = GARMIN_BIT(GARMIN_DATUM), differ = 0;

	if (ch->c != &garmin_configs[0])
		return 0;
	for (unsigned int i = GARMIN_AXIS; i <= GARMIN_DZ; i++)
		all |= GARMIN_BIT(i);
	for (unsigned int i = GARMIN_DATUM; i <= GARMIN_DZ; i++)
		differ |= field_differs(ch, i) ? GARMIN_BIT(i) : 0;
	if (!nmea_field_is(&ch->then, GARMIN_DATUM, USER_DATUM) &&
	    !nmea_field_is(&ch->then, GARMIN_DATUM, "0" USER_DATUM))
		return differ & GARMIN_BIT(GARMIN_DATUM);
	return differ ? all : 0;
}

static bool is_datum_field(const struct change *ch, unsigned int i)
{
	return ch->c == &garmin_configs[0] && i >= GARMIN_DATUM && i <= GARMIN_DZ;
}

static void find_fields(struct change *ch)
{
	ch->fields = datum_fields(ch);
	for (unsigned int i = 0; i < ch->c->n_fields; i++) {
		unsigned int setting = ch->c->setting[i];

		if (setting)
			ch->fields |= setting & ch->settings ? GARMIN_BIT(i) : 0;
		else if (!(ch->c->not_restored & GARMIN_BIT(i)) && !is_datum_field(ch, i))
			ch->fields |= field_differs(ch, i) ? GARMIN_BIT(i) : 0;
	}
}

/* The sentence ends behind the last field that it has a value for. */
static int add_fields(const struct change *ch, struct receiver_plan *plan)
{
	char body[RECEIVER_LINE_MAX];
	size_t used = strlen(ch->c->tag);
	int err;

	memcpy(body, ch->c->tag, used);
	for (unsigned int i = 0; ch->fields >> i; i++) {
		char text[8];
		const char *p = text;
		size_t n = 0;

		if (ch->fields & GARMIN_BIT(i) && ch->c->setting[i]) {
			garmin_write_value(ch->to, ch->c->setting[i], text, sizeof(text));
			n = strlen(text);
		} else if (ch->fields & GARMIN_BIT(i)) {
			p = nmea_field(&ch->then, i, &n);
		}
		if (used + 1 + n >= sizeof(body))
			return -ENOSPC;
		body[used++] = ',';
		memcpy(body + used, p, n);
		used += n;
	}
	body[used] = '\0';
	err = receiver_add_line(plan, "%s", body);
	if (!err)
		receiver_last_step(plan)->await = RECEIVER_MUST_ANSWER;
	return err;
}

/* What the user's own words (native) and the settings want of one configuration. */
static int add_config(const struct garmin_config *c, const struct receiver_settings *from,
		      const struct receiver_settings *to, struct receiver_plan *plan,
		      unsigned int *fields)
{
	struct change ch = { .c = c, .to = to, .settings = receiver_settings_differ(to, from) };
	size_t k = (size_t)(c - garmin_configs);

	if (!garmin_parse_body(from->native[k], ch.now_raw, &ch.now) ||
	    strcmp(ch.now.type, c->tag) != 0)
		ch.now.n_fields = 0;
	if (!garmin_parse_body(to->native[k], ch.then_raw, &ch.then) ||
	    strcmp(ch.then.type, c->tag) != 0)
		ch.then.n_fields = 0;
	find_fields(&ch);
	*fields = ch.fields;
	return ch.fields ? add_fields(&ch, plan) : 0;
}

/*
 * Speed and pulse mode wait for a power cycle or a restart (GPS 35LP, 16); on a GPS
 * 25 all of PGRMC1 does, on a 16x its field 13.  A width acts at once by the manuals,
 * but gpsd's notes on a GPS 15 have a pulse that only came behind a restart.
 */
static bool must_restart(const struct receiver_id *id, unsigned int pgrmc, unsigned int pgrmc1)
{
	if (pgrmc & (GARMIN_BIT(GARMIN_BAUD) | GARMIN_BIT(GARMIN_PULSE) | GARMIN_BIT(GARMIN_WIDTH)))
		return true;
	return pgrmc1 && !(garmin_traits(id) & GARMIN_AT_ONCE);
}

/* It starts at the stored speed, which may be one that has waited for just that. */
static int add_restart(const struct receiver_settings *from, const struct receiver_settings *to,
		       struct receiver_plan *plan)
{
	struct receiver_step *step;
	int err = receiver_add_line(plan, "PGRMI,,,,,,,R");

	if (err)
		return err;
	step = receiver_last_step(plan);
	step->await = RECEIVER_MAY_ANSWER;
	step->restarts = true;
	if (to->known & RECEIVER_BAUD)
		step->baud = to->baud;
	else if (from->known & RECEIVER_BAUD)
		step->baud = from->baud;
	return 0;
}

int garmin_write_settings(const struct receiver_id *id, const struct receiver_settings *from,
			  const struct receiver_settings *to, struct receiver_plan *plan)
{
	unsigned int pgrmc = 0, pgrmc1 = 0;
	int err;

	if (to->known & RECEIVER_BAUD && !garmin_baud_code(to->baud))
		return -EINVAL;
	err = add_config(&garmin_configs[1], from, to, plan, &pgrmc1);

	if (!err)
		err = add_config(&garmin_configs[0], from, to, plan, &pgrmc);
	if (err || !must_restart(id, pgrmc, pgrmc1))
		return err;
	return add_restart(from, to, plan);
}
