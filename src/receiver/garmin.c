// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Garmin GPS 15, 16, 17, 18, 18x, 25, 35: which sentences they send, by $PGRMO.
 * Garmin GPS 18 Technical Specifications (190-00307-00), "Output Sentence
 * Enable/Disable (PGRMO)"; the 18x's (190-00879-08) and the 16/17's say the same.
 */
#include "receiver.h"

#include <string.h>
#include <strings.h>

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

	return s && s->sum == NMEA_SUM_OK && !strncmp(s->type, "PGRM", 4) && s->type[4] != '\0' &&
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

/* Where "ver" starts in the text of a PGRMT, or its end. */
static size_t find_version(const char *text, size_t len)
{
	for (size_t i = 0; i + 3 <= len; i++)
		if (!strncasecmp(text + i, "ver", 3))
			return i;
	return len;
}

static void copy(char *buf, size_t size, const char *text, size_t len)
{
	if (len >= size)
		len = size - 1;
	memcpy(buf, text, len);
	buf[len] = '\0';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* "3.70" in "ver. 3.70", "VER 2.05" */
static void learn_firmware(const char *text, size_t len, struct receiver_id *id)
{
	size_t start = 0, end;

	while (start < len && !is_digit(text[start]))
		start++;
	for (end = start; end < len; end++)
		if (!is_digit(text[end]) && text[end] != '.')
			break;
	if (end > start)
		copy(id->firmware, sizeof(id->firmware), text + start, end - start);
}

/*
 * PGRMT is "GPS 18x-LVC software ver. 3.70" on newer units, "GPS 25LP VER 1.10"
 * on older ones.
 */
static void learn(const struct receiver_message *m, struct receiver_id *id)
{
	static const char software[] = " software";
	struct nmea_data d;
	size_t model;

	if (!m->sentence || !nmea_decode(m->sentence, &d) || !(d.has & NMEA_HAS_TEXT))
		return;
	model = find_version(d.text, d.text_len);
	learn_firmware(d.text + model, d.text_len - model, id);
	while (model && d.text[model - 1] == ' ')
		model--;
	if (model >= strlen(software) &&
	    !strncasecmp(d.text + model - strlen(software), software, strlen(software)))
		model -= strlen(software);
	copy(id->model, sizeof(id->model), d.text, model);
}

static int switch_all(receiver_set set, int mode, struct receiver_plan *plan)
{
	int err = 0;

	for (unsigned int i = 0; i < N_SENTENCES && !err; i++)
		if (set >> i & 1)
			err = receiver_add_line(plan, "PGRMO,%s,%d", sentences[i].target, mode);
	return err;
}

/* PGRMO modes: 0 off, 1 on, 2 all off, 4 the factory's set. */
static int write_steps(const struct receiver_id *id, const struct receiver_settings *from,
		       const struct receiver_request *req, struct receiver_plan *plan)
{
	int err;

	(void)id;
	(void)from;

	switch (req->op) {
	case RECEIVER_KEEP:
		break;
	case RECEIVER_DEFAULTS:
		return receiver_add_line(plan, "PGRMO,,4");
	case RECEIVER_EXACTLY:
		plan->silences = true;
		err = receiver_add_line(plan, "PGRMO,,2");
		return err ? err : switch_all(req->on, 1, plan);
	case RECEIVER_ADJUST:
		err = switch_all(req->off, 0, plan);
		return err ? err : switch_all(req->on, 1, plan);
	}
	return 0;
}

static int write_probe(struct receiver_plan *plan)
{
	int err = receiver_add_line(plan, "PGRMCE");

	if (!err) {
		receiver_last_step(plan)->asks = true;
		receiver_last_step(plan)->await = RECEIVER_MUST_ANSWER;
	}
	return err;
}

const struct receiver receiver_garmin = {
	.make = "Garmin",
	.sentences = sentences,
	.n_sentences = N_SENTENCES,
	.is_proof = is_proof,
	.is_reply = is_reply,
	.learn = learn,
	.write_probe = write_probe,
	.write_steps = write_steps,
};
