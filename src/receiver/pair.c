// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Airoha AG333x and AG335x (Quectel LC29H, LC26G, LC76G, LC86G, SIMCom SIM65M): $PAIR.
 * Quectel, "LC26G&LC76G&LC86G GNSS Protocol Specification", and the LC29H's.
 */
#include "receiver.h"

#include <stdio.h>
#include <string.h>

#include "mtk_common.h"
#include "parts.h"

/* Kept answers: on all types in one line, which is our own; on the interval. */
#define RATES "PAIR063"
#define INTERVAL "PAIR051"
#define TYPES 10		/* of sentences in PAIR062 and 063 */
#define INTERVAL_MIN_MS 100
#define WIDTH_MAX_MS 999

/*
 * Positions have six or seven decimals.  One GSA for each of five constellations,
 * and up to four GSV.
 */
static const struct receiver_sentence sentences[] = {
	{ .name = "RMC", .target = "GNRMC", .min_chars = 20, .max_chars = 96,
	  .by_default = true, .core = true },
	{ .name = "GGA", .target = "GNGGA", .min_chars = 20, .max_chars = 96,
	  .by_default = true, .core = true },
	{ .name = "GLL", .target = "GNGLL", .min_chars = 18, .max_chars = 64,
	  .by_default = true },
	{ .name = "GSA", .target = "GNGSA", .min_chars = 20, .max_chars = 5 * 76,
	  .by_default = true, .core = true },
	{ .name = "GSV", .target = "GPGSV", .min_chars = 16, .max_chars = 5 * 4 * 76,
	  .by_default = true, .core = true },
	{ .name = "VTG", .target = "GNVTG", .min_chars = 18, .max_chars = 54,
	  .by_default = true },
	{ .name = "ZDA", .target = "GNZDA", .min_chars = 16, .max_chars = 42 },
	{ .name = "GRS", .target = "GNGRS", .min_chars = 16, .max_chars = 10 * 100 },
	{ .name = "GST", .target = "GNGST", .min_chars = 16, .max_chars = 80 },
	{ .name = "GNS", .target = "GNGNS", .min_chars = 16, .max_chars = 100 },
};

/* Of these sentences, in PAIR062 and 063. */
static const uint8_t numbers[] = { 4, 0, 1, 2, 3, 5, 6, 7, 8, 9 };

#define N_SENTENCES (sizeof(sentences) / sizeof(sentences[0]))

_Static_assert(sizeof(numbers) == N_SENTENCES, "a number for each sentence");

/* PAIRSPF and PQTMEPE it sends by itself. */
static bool is_reply(const struct nmea_sentence *s)
{
	static const char *const tags[] = {
		"PQTMVERNO", "PQTMSAVEPAR", "PQTMRESTOREPAR", "PQTMCFGMSGRATE",
	};

	for (size_t i = 0; i < sizeof(tags) / sizeof(tags[0]); i++)
		if (!strcmp(s->type, tags[i]))
			return true;
	return mtk_is_numbered(s, "PAIR");
}

/*
 * Which Quectel module answers PQTMVERNO so, or NULL: their modules with chips of
 * others (LG69T, LG290P) answer it, too, and know no PAIR.
 */
static const char *module_of(const struct nmea_sentence *s)
{
	static const char *const modules[] = {
		"LC29H", "LC79H", "LC26G", "LC76G", "LC86G", "L89",
	};
	size_t len;
	const char *text = nmea_field(s, 0, &len);

	/* version, date, time; the question has none of them */
	if (strcmp(s->type, "PQTMVERNO") || s->n_fields < 2)
		return NULL;
	for (size_t i = 0; i < sizeof(modules) / sizeof(modules[0]); i++)
		if (len >= strlen(modules[i]) && !memcmp(text, modules[i], strlen(modules[i])))
			return modules[i];
	return NULL;
}

/*
 * An acknowledgement, a version, what it says when it starts (010 with its values):
 * not a question or a command of ours that came back.
 */
static bool is_proof(const struct receiver_message *m)
{
	const struct nmea_sentence *s = m->sentence;

	if (!s || s->sum != NMEA_SUM_OK)
		return false;
	if (!strcmp(s->type, "PAIR001"))
		return s->n_fields >= 2;
	if (!strcmp(s->type, "PAIR010") || !strcmp(s->type, "PAIR020") ||
	    !strcmp(s->type, "PAIR021"))
		return s->n_fields >= 2;
	return module_of(s) != NULL;
}

/* AG3352Q_V2.3.0.AG3352_20220303: the chip, and its software */
static void learn_chip(const struct nmea_sentence *s, struct receiver_id *id)
{
	size_t len;
	const char *text = nmea_field(s, 0, &len);
	const char *end = len ? memchr(text, '_', len) : NULL;

	if (s->n_fields < 2 || !end || id->model[0])
		return;
	receiver_keep_text(id->model, sizeof(id->model), text, (size_t)(end - text));
	receiver_keep_text(id->firmware, sizeof(id->firmware), text, len);
}

static void learn(const struct receiver_message *m, struct receiver_id *id)
{
	const struct nmea_sentence *s = m->sentence;
	const char *module;

	if (!s || s->sum != NMEA_SUM_OK)
		return;
	if (!strcmp(s->type, "PAIR020") || !strcmp(s->type, "PAIR021"))
		learn_chip(s, id);
	module = module_of(s);
	if (!module)
		return;
	receiver_keep_text(id->model, sizeof(id->model), module, strlen(module));
	receiver_keep_field(id->firmware, sizeof(id->firmware), s, 0);
}

static int write_probe(struct receiver_plan *plan)
{
	int err = receiver_asked(plan, receiver_add_line(plan, "PQTMVERNO"));

	return err ? err : receiver_asked(plan, receiver_add_line(plan, "PAIR020"));
}

/* LC76G (PA) and (PB): one fix a second, and no command for it. */
static bool has_fixed_interval(const struct receiver_id *id)
{
	return !strncmp(id->firmware, "LC76GPA", 7) || !strncmp(id->firmware, "LC76GPB", 7);
}

static bool has_speed(unsigned int baud)
{
	static const unsigned int speeds[] = {
		9600, 19200, 38400, 57600, 115200, 230400, 460800, 921600,
	};

	return receiver_has_speed(speeds, sizeof(speeds) / sizeof(speeds[0]), baud);
}

static const char *refuse(const struct receiver_id *id, const struct receiver_request *req,
			  bool *risky)
{
	const struct receiver_settings *to = &req->to;

	*risky = false;
	if (to->known & RECEIVER_VERSION)
		return "PAIR has no command for the version of NMEA";
	if (to->known & RECEIVER_BAUD && !has_speed(to->baud))
		return "it has 9600, 19200, 38400, 57600, 115200, 230400, 460800 and 921600 baud";
	if (to->known & RECEIVER_PULSE_WIDTH && (!to->pulse_ms || to->pulse_ms > WIDTH_MAX_MS))
		return "a pulse is 1 to 999 ms wide";
	if (!(to->known & RECEIVER_INTERVAL))
		return NULL;
	if (to->interval_ms < INTERVAL_MIN_MS || to->interval_ms > MTK_INTERVAL_1HZ_MS)
		return "a burst comes every 0.1 to 1 s";
	if (to->interval_ms != MTK_INTERVAL_1HZ_MS && has_fixed_interval(id))
		return "the LC76G (PA) and (PB) have one burst a second and no other";
	return NULL;
}

static int write_queries(const struct receiver_id *id, struct receiver_plan *plan)
{
	int err = 0;

	(void)id;
	for (unsigned int i = 0; i < TYPES && !err; i++) {
		err = receiver_asked(plan, receiver_add_line(plan, "PAIR063,%u", i));
	}
	if (!err)
		err = receiver_asked(plan, receiver_add_line(plan, "PAIR051"));
	return err ? err : receiver_asked(plan, receiver_add_line(plan, "PAIR865,0,0"));
}

/* "4,1": RMC with every fix; in an answer and in a command */
static void learn_rate(const struct nmea_sentence *s, struct receiver_settings *now)
{
	struct mtk_rates rates;
	unsigned int type, rate;

	if (!receiver_field_number(s, 0, TYPES - 1, &type) ||
	    !receiver_field_number(s, 1, MTK_RATE_MAX, &rate))
		return;
	if (!mtk_kept_rates(now, RATES, &rates))
		mtk_forget_rates(&rates);
	rates.of[type] = (int8_t)rate;
	mtk_keep_rates(now, RATES, &rates);
}

static void learn_interval(const struct nmea_sentence *s, struct receiver_settings *now)
{
	char body[RECEIVER_LINE_MAX];
	unsigned int ms;

	if (!receiver_field_number(s, 0, MTK_INTERVAL_1HZ_MS, &ms) || ms < INTERVAL_MIN_MS)
		return;
	snprintf(body, sizeof(body), "%s,%u", INTERVAL, ms);
	receiver_keep_native(now, INTERVAL, body);
	now->known |= RECEIVER_INTERVAL;
	now->interval_ms = ms;
}

/* The speed alone, or behind the port's type and number as in the question. */
static void learn_baud(const struct nmea_sentence *s, struct receiver_settings *now)
{
	unsigned int baud;

	if (!s->n_fields || !receiver_field_number(s, s->n_fields - 1, 921600, &baud) ||
	    !has_speed(baud))
		return;
	now->known |= RECEIVER_BAUD;
	now->baud = baud;
}

/*
 * What was set is told by an answer, which has more fields than the question (some
 * receivers send back what they do not know), or by the acknowledgement of the
 * command: the pulse has no question.
 */
static const struct lesson {
	const char *asked;
	unsigned int fields;	/* of an answer, at least; 0: the acknowledgement */
	void (*learn)(const struct nmea_sentence *s, struct receiver_settings *now);
} lessons[] = {
	{ "PAIR063", 2, learn_rate },
	{ "PAIR051", 1, learn_interval },
	{ "PAIR865", 1, learn_baud },
	{ "PAIR062", 0, learn_rate },
	{ "PAIR050", 0, learn_interval },
	{ "PAIR752", 0, mtk_learn_pulse },
};

static const struct lesson *lesson_of(const char *asked)
{
	for (size_t i = 0; i < sizeof(lessons) / sizeof(lessons[0]); i++)
		if (!strcmp(lessons[i].asked, asked))
			return &lessons[i];
	return NULL;
}

/* "PAIR062,9,0": not all units have all types, and what is not there is off. */
static bool switches_off(const struct nmea_sentence *sent)
{
	return !strcmp(sent->type, "PAIR062") && nmea_field_is(sent, 1, "0");
}

/*
 * $PAIR001,command,result: 0 done, 1 being worked on (LC76G; in the LC29H's manual
 * it has failed: no better result will follow).  The numbers of refusals differ
 * between manuals.  A question that is refused is answered, too; a sentence that
 * cannot be switched off will be seen in the stream, or is not there.
 */
static enum receiver_answer judge_ack(const struct nmea_sentence *ack,
				      const struct nmea_sentence *sent, bool asks,
				      struct receiver_settings *now)
{
	const struct lesson *lesson = lesson_of(sent->type);
	unsigned int result;

	if (!nmea_field_is(ack, 0, sent->type + 4) ||
	    !receiver_field_number(ack, 1, 9, &result))
		return RECEIVER_UNRELATED;
	if (result == 1 || (result == 0 && asks))
		return RECEIVER_HALF_SAID;
	if (result != 0)
		return asks || switches_off(sent) ? RECEIVER_ACCEPTED : RECEIVER_REJECTED;
	if (lesson && !lesson->fields)
		lesson->learn(sent, now);
	return RECEIVER_ACCEPTED;
}

/* The answer to this very question, and not the question itself. */
static bool answers(const struct nmea_sentence *s, const struct nmea_sentence *sent,
		    const struct lesson *lesson)
{
	size_t len;
	const char *asked = nmea_field(sent, 0, &len);
	size_t told_len;
	const char *told = nmea_field(s, 0, &told_len);

	if (!lesson || !lesson->fields || strcmp(s->type, sent->type) ||
	    s->n_fields < lesson->fields)
		return false;
	if (s->n_fields == sent->n_fields && s->len == sent->len &&
	    !memcmp(s->raw, sent->raw, s->len))
		return false;
	return strcmp(s->type, "PAIR063") || (len == told_len && !memcmp(asked, told, len));
}

static enum receiver_answer judge(const struct receiver_step *step,
				  const struct receiver_message *m,
				  struct receiver_settings *now)
{
	const struct nmea_sentence *s = m->sentence;
	struct nmea_sentence sent;
	const struct lesson *lesson;

	if (!s || s->sum != NMEA_SUM_OK || !receiver_step_sentence(step, &sent))
		return RECEIVER_UNRELATED;
	if (!strcmp(s->type, "PAIR001"))
		return judge_ack(s, &sent, step->asks, now);
	if (step->asks && is_proof(m) && !strcmp(s->type, sent.type))
		return RECEIVER_ACCEPTED;
	lesson = lesson_of(sent.type);
	if (!answers(s, &sent, lesson))
		return RECEIVER_UNRELATED;
	lesson->learn(s, now);
	return RECEIVER_ACCEPTED;
}

/* What is told to be so already is left out, unless nothing that was told counts any more. */
static int write_sentences(const struct receiver_settings *from,
			   const struct receiver_request *req, struct receiver_plan *plan)
{
	struct mtk_rates rates, told;
	int err = 0;

	if (!from->known || !mtk_kept_rates(from, RATES, &told))
		mtk_forget_rates(&told);
	if (req->op == RECEIVER_DEFAULTS)
		return receiver_acked(plan, receiver_add_line(plan, "PAIR062,-1"));
	mtk_forget_rates(&rates);
	mtk_want_rates(&receiver_pair, numbers, req, RATES, &rates);
	for (unsigned int i = 0; i < TYPES && !err; i++) {
		if (rates.of[i] < 0 || rates.of[i] == told.of[i])
			continue;
		err = receiver_acked(plan, receiver_add_line(plan, "PAIR062,%u,%d", i,
							     rates.of[i]));
	}
	return err;
}

/* Not where it is so already: units with a fixed interval refuse the command. */
static int write_interval(const struct receiver_settings *from,
			  const struct receiver_settings *to, struct receiver_plan *plan)
{
	if (from->known & RECEIVER_INTERVAL && from->interval_ms == to->interval_ms)
		return 0;
	return receiver_acked(plan, receiver_add_line(plan, "PAIR050,%u", to->interval_ms));
}

static int write_pulse(const struct receiver_settings *from, const struct receiver_settings *to,
		       struct receiver_plan *plan)
{
	struct mtk_pulse pulse = mtk_want_pulse(from, to);

	return receiver_acked(plan, receiver_add_line(plan, "PAIR752,%u,%u", pulse.mode, pulse.ms));
}

/* More than one fix a second, at the time when it is saved. */
static bool will_be_fast(const struct receiver_settings *from,
			 const struct receiver_settings *to)
{
	const char *kept = receiver_find_native(from, INTERVAL);
	char line[RECEIVER_LINE_MAX];
	struct nmea_sentence s;
	unsigned int ms;

	if (to->known & RECEIVER_INTERVAL)
		return to->interval_ms < MTK_INTERVAL_1HZ_MS;
	return kept && receiver_body_sentence(kept, line, &s) &&
	       receiver_field_number(&s, 0, MTK_INTERVAL_1HZ_MS, &ms) &&
	       ms < MTK_INTERVAL_1HZ_MS;
}

/*
 * To flash.  With more than one fix a second it can only be written while the GNSS
 * part has no power: kept awake (382), off (003), saved, on (002).  An attempt
 * before this one may have ended with it off.
 */
static int write_save(const struct receiver_settings *from, const struct receiver_settings *to,
		      struct receiver_plan *plan)
{
	bool fast = will_be_fast(from, to);
	bool again = to->known & RECEIVER_INTERVAL && !from->known;
	int err = 0;

	if (fast)
		err = receiver_add_line(plan, "PAIR382,1");
	if (fast && !err)
		err = receiver_add_line(plan, "PAIR003");
	if (!err)
		err = receiver_acked(plan, receiver_add_line(plan, "PAIR513"));
	if ((fast || again) && !err)
		err = receiver_add_line(plan, "PAIR002");
	return err;
}

/* The new speed waits for a restart of the whole module. */
static int write_restart(const struct receiver_settings *to, struct receiver_plan *plan)
{
	struct receiver_step *step;
	int err = receiver_add_line(plan, "PAIR023");

	if (err)
		return err;
	step = receiver_last_step(plan);
	step->restarts = true;
	step->baud = to->baud;
	return 0;
}

static int write_baud(const struct receiver_settings *to, struct receiver_plan *plan)
{
	return receiver_acked(plan, receiver_add_line(plan, "PAIR864,0,0,%u", to->baud));
}

static bool asks_anything(const struct receiver_request *req)
{
	struct mtk_rates rates;

	return req->op != RECEIVER_KEEP || req->to.known ||
	       mtk_kept_rates(&req->to, RATES, &rates);
}

/* Answers tell what is in use and not what is in flash: it is saved in any case. */
static int write_steps(const struct receiver_id *id, const struct receiver_settings *from,
		       const struct receiver_request *req, struct receiver_plan *plan)
{
	const struct receiver_settings *to = &req->to;
	int err = write_sentences(from, req, plan);

	(void)id;
	if (!err && to->known & RECEIVER_INTERVAL)
		err = write_interval(from, to, plan);
	if (!err && to->known & MTK_PULSE)
		err = write_pulse(from, to, plan);
	if (!err && to->known & RECEIVER_BAUD)
		err = write_baud(to, plan);
	if (!err && asks_anything(req))
		err = write_save(from, to, plan);
	if (!err && to->known & RECEIVER_BAUD)
		err = write_restart(to, plan);
	return err;
}

static void for_a_clock(const struct receiver_id *id, struct receiver_request *req)
{
	unsigned int can = MTK_PULSE;

	if (!has_fixed_interval(id))
		can |= RECEIVER_INTERVAL;
	mtk_for_a_clock(can, req);
}

const struct receiver receiver_pair = {
	.make = "Airoha",
	.sentences = sentences,
	.n_sentences = N_SENTENCES,
	.is_proof = is_proof,
	.is_reply = is_reply,
	.learn = learn,
	.write_probe = write_probe,
	.can = RECEIVER_BAUD | MTK_PULSE | RECEIVER_INTERVAL,
	.refuse = refuse,
	.write_queries = write_queries,
	.judge = judge,
	.write_steps = write_steps,
	.for_a_clock = for_a_clock,
};
