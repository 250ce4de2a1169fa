// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Garmin GPS 15, 16, 17, 18, 18x, 25, 35: the driver, and which sentences they send,
 * by $PGRMO.
 * Garmin GPS 18 Technical Specifications (190-00307-00), "Output Sentence
 * Enable/Disable (PGRMO)"; the 18x's (190-00879-08) and the 16/17's say the same.
 */
#include "garmin.h"

#include <string.h>

/*
 * In the order of emission.  Longest: the specification's table of maximum
 * lengths.  Shortest: all values empty.  GSV is up to three a second (12
 * channels), or one a second in turn on older units.
 */
static const struct receiver_sentence sentences[] = {
	{ .name = "RMC", .target = "GPRMC", .min_chars = 20, .max_chars = 82,
	  .by_default = true, .core = true },
	{ .name = "GGA", .target = "GPGGA", .min_chars = 20, .max_chars = 84,
	  .by_default = true },
	{ .name = "GSA", .target = "GPGSA", .min_chars = 20, .max_chars = 68,
	  .by_default = true, .core = true },
	{ .name = "GSV", .target = "GPGSV", .min_chars = 16, .max_chars = 3 * 72,
	  .by_default = true },
	{ .name = "PGRME", .target = "PGRME", .min_chars = 18, .max_chars = 40,
	  .by_default = true },
	{ .name = "GLL", .target = "GPGLL", .min_chars = 18, .max_chars = 48 },
	{ .name = "VTG", .target = "GPVTG", .min_chars = 18, .max_chars = 46,
	  .by_default = true },
	{ .name = "PGRMV", .target = "PGRMV", .min_chars = 12, .max_chars = 36,
	  .by_default = true },
	{ .name = "PGRMF", .target = "PGRMF", .min_chars = 24, .max_chars = 86 },
	{ .name = "PGRMB", .target = "PGRMB", .min_chars = 14, .max_chars = 44,
	  .by_default = true },
	{ .name = "PGRMM", .target = "PGRMM", .min_chars = 12, .max_chars = 36,
	  .by_default = true },
	/* once a minute, whatever the speed */
	{ .name = "PGRMT", .target = "PGRMT", .by_default = true, .rare = true },
};

#define N_SENTENCES (sizeof(sentences) / sizeof(sentences[0]))

static bool is_one_of(const char *type, const char *const *tags, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(type, tags[i]))
			return true;
	return false;
}

static bool is_proof(const struct receiver_message *m)
{
	const struct nmea_sentence *s = m->sentence;
	/*
	 * PGRMZ and PGRMM are also sent by others' receivers, in imitation of
	 * Garmin's handhelds.  The rest is ours: a receiver that sends back what it
	 * does not know (SiRF) proves nothing.
	 */
	static const char *const no_proof[] = {
		"PGRMZ", "PGRMM", "PGRMO", "PGRMCE", "PGRMC1E", "PGRMIE",
	};

	if (m->packet)
		return garmin_is_proof_packet(m->packet);
	return s->sum == NMEA_SUM_OK && !strncmp(s->type, "PGRM", 4) && s->type[4] != '\0' &&
	       !is_one_of(s->type, no_proof, sizeof(no_proof) / sizeof(no_proof[0]));
}

/* Echoes of commands, answers to queries. */
static bool is_reply(const struct nmea_sentence *s)
{
	static const char *const tags[] = {
		"PGRMO", "PGRMC", "PGRMC1", "PGRMC2", "PGRMI", "PGRMCE", "PGRMC1E", "PGRMIE",
	};

	return is_one_of(s->type, tags, sizeof(tags) / sizeof(tags[0]));
}

static void learn(const struct receiver_message *m, struct receiver_id *id)
{
	struct nmea_data d;

	if (m->packet) {
		garmin_learn_packet(m->packet, id);
		return;
	}
	id->shown |= garmin_settings_in(m->sentence);
	/* the only text that is decoded of a type that begins so */
	if (!strcmp(m->sentence->type, "PGRMT") && nmea_decode(m->sentence, &d) &&
	    d.has & NMEA_HAS_TEXT)
		garmin_learn_text(d.text, d.text_len, id);
}

/* Some units send it back, most do not. */
static int add_switch(const char *target, int mode, struct receiver_plan *plan)
{
	int err = receiver_add_line(plan, "PGRMO,%s,%d", target, mode);

	if (!err)
		receiver_last_step(plan)->await = RECEIVER_MAY_ANSWER;
	return err;
}

static int switch_all(receiver_set set, int mode, struct receiver_plan *plan)
{
	int err = 0;

	for (unsigned int i = 0; i < N_SENTENCES && !err; i++)
		if (set >> i & 1)
			err = add_switch(sentences[i].target, mode, plan);
	return err;
}

static int switch_only(receiver_set set, struct receiver_plan *plan)
{
	int err;

	plan->silences = true;
	err = add_switch("", 2, plan);
	return err ? err : switch_all(set, 1, plan);
}

static int switch_defaults(const struct receiver_id *id, struct receiver_plan *plan)
{
	const char *list = garmin_factory_list(id);
	const char *bad;
	size_t bad_len;
	receiver_set set;
	int err;

	if (!list)
		return add_switch("", 4, plan);
	err = receiver_parse_set(&receiver_garmin, list, &set, &bad, &bad_len);
	return err ? err : switch_only(set, plan);
}

/* PGRMO modes: 0 off, 1 on, 2 all off, 4 the factory's set. */
static int switch_sentences(const struct receiver_id *id, const struct receiver_request *req,
			    struct receiver_plan *plan)
{
	int err;

	switch (req->op) {
	case RECEIVER_KEEP:
		break;
	case RECEIVER_DEFAULTS:
		return switch_defaults(id, plan);
	case RECEIVER_EXACTLY:
		return switch_only(req->on, plan);
	case RECEIVER_ADJUST:
		err = switch_all(req->off, 0, plan);
		return err ? err : switch_all(req->on, 1, plan);
	}
	return 0;
}

static int write_steps(const struct receiver_id *id, const struct receiver_settings *from,
		       const struct receiver_request *req, struct receiver_plan *plan)
{
	int err = switch_sentences(id, req, plan);

	return err ? err : garmin_write_settings(id, from, &req->to, plan);
}

/* One question: who does not answer it would not answer PGRMC1E either. */
static int write_probe(struct receiver_plan *plan)
{
	return garmin_write_question("PGRMCE", RECEIVER_MUST_ANSWER, plan);
}

const struct receiver receiver_garmin = {
	.make = "Garmin",
	.sentences = sentences,
	.n_sentences = N_SENTENCES,
	.is_proof = is_proof,
	.is_reply = is_reply,
	.learn = learn,
	.write_probe = write_probe,
	.names_itself = true,
	.can = RECEIVER_BAUD | RECEIVER_PULSE | RECEIVER_PULSE_WIDTH | RECEIVER_PULSE_STOPS |
	       RECEIVER_INTERVAL | RECEIVER_VERSION,
	.refuse = garmin_refuse,
	.write_queries = garmin_write_questions,
	.judge = garmin_judge,
	.write_steps = write_steps,
	.for_a_clock = garmin_for_a_clock,
	.risk_of = garmin_risk_of,
	.write_escape = garmin_write_escape,
	.firmware_note = garmin_firmware_note,
};
