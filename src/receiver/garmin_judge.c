// SPDX-License-Identifier: GPL-2.0-or-later
/* What a Garmin's answers say about what it was told. */
#include "garmin.h"

#include <string.h>

/*
 * The receiver's own words, with what it has said since put in.  Kept only as a
 * sentence that could be sent again.
 */
static void keep_native(const struct garmin_config *c, const struct nmea_sentence *s, char *native)
{
	char raw[RECEIVER_LINE_MAX + 1], body[RECEIVER_LINE_MAX], line[RECEIVER_LINE_MAX + 8];
	unsigned int n_fields = s->n_fields;
	struct nmea_sentence old;
	size_t used, n;

	if (garmin_is_complete(c, s))
		native[0] = '\0';
	else if (!native[0])
		return;
	(void)garmin_parse_body(native, raw, &old);
	native[0] = '\0';
	if (old.n_fields > n_fields)
		n_fields = old.n_fields;
	used = strlen(c->tag);
	memcpy(body, c->tag, used);
	for (unsigned int i = 0; i < n_fields; i++) {
		const char *p = nmea_field(s, i, &n);

		if (!n)
			p = nmea_field(&old, i, &n);
		if (used + 1 + n >= sizeof(body))
			return;
		body[used++] = ',';
		memcpy(body + used, p, n);
		used += n;
	}
	body[used] = '\0';
	if (nmea_format(line, sizeof(line), body) > 0)
		memcpy(native, body, used + 1);
}

static void learn(const struct garmin_config *c, const struct nmea_sentence *s,
		  struct receiver_settings *now)
{
	garmin_learn_settings(c, s, now);
	keep_native(c, s, now->native[c - garmin_configs]);
}

static enum receiver_answer judge_question(const struct nmea_sentence *asked,
					   const struct nmea_sentence *s,
					   struct receiver_settings *now)
{
	const struct garmin_config *c = garmin_config_asked_by(asked->type);

	/* the late echo of a command is no answer */
	if (!garmin_is_complete(c, s))
		return RECEIVER_UNRELATED;
	learn(c, s, now);
	return RECEIVER_ACCEPTED;
}

/* Each field that was asked for is in the answer. */
static bool is_as_asked(const struct nmea_sentence *asked, const struct nmea_sentence *s)
{
	for (unsigned int i = 0; i < asked->n_fields; i++) {
		size_t a_len, b_len;
		const char *a = nmea_field(asked, i, &a_len), *b = nmea_field(s, i, &b_len);

		if (a_len && !garmin_same_value(a, a_len, b, b_len))
			return false;
	}
	return true;
}

static enum receiver_answer judge_config(const struct nmea_sentence *asked,
					 const struct nmea_sentence *s,
					 struct receiver_settings *now)
{
	const struct garmin_config *c = garmin_config_of(asked->type);
	bool accepted = is_as_asked(asked, s);

	/* other values and not all of them: the late echo of another command */
	if (!accepted && !garmin_is_complete(c, s))
		return RECEIVER_UNRELATED;
	learn(c, s, now);
	return accepted ? RECEIVER_ACCEPTED : RECEIVER_REJECTED;
}

/* No unit is documented to answer PGRMO; those that do send it back. */
static enum receiver_answer judge_echo(const struct nmea_sentence *asked,
				       const struct nmea_sentence *s,
				       struct receiver_settings *now)
{
	(void)now;
	return is_as_asked(asked, s) ? RECEIVER_ACCEPTED : RECEIVER_UNRELATED;
}

/* Refused, it comes back with the position in force, and without our command. */
static enum receiver_answer judge_init(const struct nmea_sentence *asked,
				       const struct nmea_sentence *s,
				       struct receiver_settings *now)
{
	size_t n;

	(void)now;
	if (is_as_asked(asked, s))
		return RECEIVER_ACCEPTED;
	nmea_field(s, 0, &n);
	return n ? RECEIVER_REJECTED : RECEIVER_UNRELATED;
}

static enum receiver_answer judge_init_question(const struct nmea_sentence *asked,
						const struct nmea_sentence *s,
						struct receiver_settings *now)
{
	(void)asked;
	(void)s;
	(void)now;
	return RECEIVER_ACCEPTED;
}

static const struct {
	const char *asked, *answer;
	enum receiver_answer (*judge)(const struct nmea_sentence *asked,
				      const struct nmea_sentence *s,
				      struct receiver_settings *now);
} rules[] = {
	{ "PGRMO", "PGRMO", judge_echo },
	{ "PGRMC", "PGRMC", judge_config },
	{ "PGRMC1", "PGRMC1", judge_config },
	{ "PGRMCE", "PGRMC", judge_question },
	{ "PGRMC1E", "PGRMC1", judge_question },
	{ "PGRMI", "PGRMI", judge_init },
	{ "PGRMIE", "PGRMI", judge_init_question },
};

enum receiver_answer garmin_judge(const struct receiver_step *step,
				  const struct receiver_message *m,
				  struct receiver_settings *now)
{
	struct nmea_sentence asked;

	if (m->packet)
		return garmin_judge_packet(step, m->packet);
	if (step->len < 3 || step->bytes[0] != '$' || m->sentence->sum != NMEA_SUM_OK)
		return RECEIVER_UNRELATED;
	nmea_parse(step->bytes, step->len - 2, &asked);
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (!strcmp(rules[i].asked, asked.type) &&
		    !strcmp(rules[i].answer, m->sentence->type))
			return rules[i].judge(&asked, m->sentence, now);
	return RECEIVER_UNRELATED;
}
