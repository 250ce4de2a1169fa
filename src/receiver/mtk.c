// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * MediaTek MT3318, 3329, 3339, 3333 (GlobalTop, Adafruit, Quectel L70 to L86): $PMTK.
 * GlobalTop, "PMTK command packet"; Quectel, "L76 Series GNSS Protocol Specification".
 */
#include "receiver.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "mtk_common.h"
#include "parts.h"

#define RATES "PMTK514"		/* the answer that holds every sentence's rate */
#define INTERVAL_MIN_MS 100
#define INTERVAL_MAX_MS 10000
#define WIDTH_MIN_MS 2
#define WIDTH_MAX_MS 998

/*
 * Shortest: all values empty.  Longest: as the longest in recorded streams (GGA of
 * an MT3339 has 84 without CR LF); GSA and GSV once for GPS and for GLONASS.
 */
static const struct receiver_sentence sentences[] = {
	{ .name = "RMC", .target = "GPRMC", .min_chars = 20, .max_chars = 90,
	  .by_default = true, .core = true },
	{ .name = "GGA", .target = "GPGGA", .min_chars = 20, .max_chars = 92,
	  .by_default = true, .core = true },
	{ .name = "GSA", .target = "GPGSA", .min_chars = 20, .max_chars = 2 * 72,
	  .by_default = true, .core = true },
	/* the factory's set has it once in five seconds on some units */
	{ .name = "GSV", .target = "GPGSV", .min_chars = 16, .max_chars = 8 * 74,
	  .by_default = true },
	{ .name = "VTG", .target = "GPVTG", .min_chars = 18, .max_chars = 50,
	  .by_default = true },
	{ .name = "GLL", .target = "GPGLL", .min_chars = 18, .max_chars = 60,
	  .by_default = true },
	{ .name = "ZDA", .target = "GPZDA", .min_chars = 16, .max_chars = 42 },
	{ .name = "GRS", .target = "GPGRS", .min_chars = 16, .max_chars = 2 * 90 },
	{ .name = "GST", .target = "GPGST", .min_chars = 16, .max_chars = 70 },
	/* each channel with its signal */
	{ .name = "PMTKCHN", .target = "PMTKCHN", .min_chars = 16, .max_chars = 350 },
};

/* Of these sentences, in PMTK314 and 514. */
static const uint8_t numbers[] = { 1, 3, 4, 5, 2, 0, 17, 6, 7, 18 };

#define N_SENTENCES (sizeof(sentences) / sizeof(sentences[0]))

_Static_assert(sizeof(numbers) == N_SENTENCES, "a number for each sentence");

/* Commands and answers have numbers; what it sends by itself (PMTKCHN, PMTKLOG) has names. */
static bool is_reply(const struct nmea_sentence *s)
{
	return mtk_is_numbered(s, "PMTK") || !strcmp(s->type, "PQVERNO");
}

/*
 * Acknowledgements, what it says when it starts, and answers (5xx, 7xx).  Not our
 * own questions: SiRF receivers send back what they do not know.
 */
static bool is_proof(const struct receiver_message *m)
{
	const struct nmea_sentence *s = m->sentence;

	if (!s || s->sum != NMEA_SUM_OK)
		return false;
	if (!strcmp(s->type, "PQVERNO"))
		return s->n_fields >= 3;	/* the question has one */
	return mtk_is_numbered(s, "PMTK") && s->n_fields && strchr("057", s->type[4]) &&
	       strcmp(s->type, "PMTK000");
}

/* PMTK705,firmware,build,model,... and Quectel's PQVERNO,R,version,date,time */
static void learn(const struct receiver_message *m, struct receiver_id *id)
{
	const struct nmea_sentence *s = m->sentence;

	if (!s || s->sum != NMEA_SUM_OK)
		return;
	if (!strcmp(s->type, "PMTK705")) {
		receiver_keep_field(id->firmware, sizeof(id->firmware), s, 0);
		receiver_keep_field(id->model, sizeof(id->model), s, 2);
	} else if (!strcmp(s->type, "PQVERNO") && s->n_fields >= 3 && !id->model[0]) {
		receiver_keep_field(id->model, sizeof(id->model), s, 1);
	}
}

static int write_probe(struct receiver_plan *plan)
{
	return receiver_asked(plan, receiver_add_line(plan, "PMTK605"));
}

/* An MT3329 and older: its pulse has no command. */
static bool has_fixed_pulse(const struct receiver_id *id)
{
	return !strncmp(id->firmware, "AXN_1.", 6) || !strncmp(id->firmware, "AXN_0.", 6);
}

static bool has_speed(unsigned int baud)
{
	static const unsigned int speeds[] = {
		4800, 9600, 14400, 19200, 38400, 57600, 115200,
	};

	return receiver_has_speed(speeds, sizeof(speeds) / sizeof(speeds[0]), baud);
}

static const char *refuse(const struct receiver_id *id, const struct receiver_request *req,
			  bool *risky)
{
	const struct receiver_settings *to = &req->to;

	*risky = false;
	if (to->known & RECEIVER_VERSION)
		return "PMTK has no command for the version of NMEA";
	if (to->known & RECEIVER_BAUD && !has_speed(to->baud))
		return "it has 4800, 9600, 14400, 19200, 38400, 57600 and 115200 baud";
	if (to->known & RECEIVER_PULSE_WIDTH &&
	    (to->pulse_ms < WIDTH_MIN_MS || to->pulse_ms > WIDTH_MAX_MS))
		return "a pulse is 2 to 998 ms wide";
	if (to->known & RECEIVER_INTERVAL &&
	    (to->interval_ms < INTERVAL_MIN_MS || to->interval_ms > INTERVAL_MAX_MS))
		return "a burst comes every 0.1 to 10 s";
	if (to->known & MTK_PULSE && has_fixed_pulse(id)) {
		*risky = true;
		return "receivers with this firmware (AXN_1) have no command for the pulse";
	}
	return NULL;
}

static int write_queries(const struct receiver_id *id, struct receiver_plan *plan)
{
	int err = receiver_asked(plan, receiver_add_line(plan, "PMTK414"));

	(void)id;
	if (!err)
		err = receiver_asked(plan, receiver_add_line(plan, "PMTK400"));
	if (!err)
		receiver_last_step(plan)->await = RECEIVER_MAY_ANSWER;
	return err;
}

static void learn_interval(const struct nmea_sentence *s, struct receiver_settings *now)
{
	unsigned int ms;

	if (!receiver_field_number(s, 0, INTERVAL_MAX_MS, &ms) || ms < INTERVAL_MIN_MS)
		return;
	now->known |= RECEIVER_INTERVAL;
	now->interval_ms = ms;
}

static void learn_rates(const struct nmea_sentence *s, struct receiver_settings *now)
{
	struct mtk_rates rates;

	/* "-1" is the factory's set; that and rubbish mean rates we do not know */
	if (!mtk_read_rates(s, &rates))
		mtk_forget_rates(&rates);
	mtk_keep_rates(now, RATES, &rates);
}

/*
 * What was set is told by an answer, or by the acknowledgement of the command: the
 * pulse has no question.
 */
static const struct lesson {
	const char *asked;
	const char *answer;	/* NULL: the acknowledgement */
	void (*learn)(const struct nmea_sentence *s, struct receiver_settings *now);
} lessons[] = {
	{ "PMTK414", RATES, learn_rates },
	{ "PMTK400", "PMTK500", learn_interval },
	{ "PMTK314", NULL, learn_rates },
	{ "PMTK220", NULL, learn_interval },
	{ "PMTK285", NULL, mtk_learn_pulse },
};

static const struct lesson *lesson_of(const char *asked)
{
	for (size_t i = 0; i < sizeof(lessons) / sizeof(lessons[0]); i++)
		if (!strcmp(lessons[i].asked, asked))
			return &lessons[i];
	return NULL;
}

/*
 * $PMTK001,command,flag: 0 invalid, 1 unsupported, 2 failed, 3 done.  A question
 * that is refused is answered, too: there is nothing to learn.
 */
static enum receiver_answer judge_ack(const struct nmea_sentence *ack,
				      const struct nmea_sentence *sent, bool asks,
				      const struct lesson *lesson,
				      struct receiver_settings *now)
{
	unsigned int flag;

	if (!nmea_field_is(ack, 0, sent->type + 4) || !receiver_field_number(ack, 1, 9, &flag))
		return RECEIVER_UNRELATED;
	if (asks)
		return flag == 3 ? RECEIVER_HALF_SAID : RECEIVER_ACCEPTED;
	if (flag != 3)
		return RECEIVER_REJECTED;
	if (lesson && !lesson->answer)
		lesson->learn(sent, now);
	return RECEIVER_ACCEPTED;
}

static enum receiver_answer judge(const struct receiver_step *step,
				  const struct receiver_message *m,
				  struct receiver_settings *now)
{
	const struct nmea_sentence *s = m->sentence;
	const struct lesson *lesson;
	struct nmea_sentence sent;

	if (!s || s->sum != NMEA_SUM_OK || !receiver_step_sentence(step, &sent) ||
	    !mtk_is_numbered(&sent, "PMTK"))
		return RECEIVER_UNRELATED;
	lesson = lesson_of(sent.type);
	if (!strcmp(s->type, "PMTK001"))
		return judge_ack(s, &sent, step->asks, lesson, now);
	if (!strcmp(sent.type, "PMTK605") && !strcmp(s->type, "PMTK705"))
		return RECEIVER_ACCEPTED;
	if (!lesson || !lesson->answer || strcmp(lesson->answer, s->type))
		return RECEIVER_UNRELATED;
	lesson->learn(s, now);
	return RECEIVER_ACCEPTED;
}

static bool tells_all(const struct mtk_rates *rates)
{
	for (unsigned int i = 0; i < MTK_SLOTS; i++)
		if (rates->of[i] < 0)
			return false;
	return true;
}

/*
 * All rates are set at once: to leave some as they are, they must be known.  Nothing
 * is sent where all are told to be so already.
 */
static int write_rates(const struct receiver_settings *from,
		       const struct receiver_request *req, struct receiver_plan *plan)
{
	char body[RECEIVER_LINE_MAX];
	struct mtk_rates rates, told;
	int used;

	if (!mtk_kept_rates(from, RATES, &told))
		mtk_forget_rates(&told);
	rates = told;
	mtk_want_rates(&receiver_mtk, numbers, req, RATES, &rates);
	if (from->known && tells_all(&told) && !memcmp(&rates, &told, sizeof(rates)))
		return 0;
	used = snprintf(body, sizeof(body), "PMTK314");
	for (unsigned int i = 0; i < MTK_SLOTS; i++) {
		if (rates.of[i] < 0 && req->op == RECEIVER_ADJUST)
			return -ENODATA;
		used += snprintf(body + used, sizeof(body) - (size_t)used, ",%d",
				 rates.of[i] < 0 ? 0 : rates.of[i]);
	}
	return receiver_acked(plan, receiver_add_line(plan, "%s", body));
}

static int write_sentences(const struct receiver_settings *from,
			   const struct receiver_request *req, struct receiver_plan *plan)
{
	struct mtk_rates kept;

	if (req->op == RECEIVER_KEEP && !mtk_kept_rates(&req->to, RATES, &kept))
		return 0;
	if (req->op == RECEIVER_DEFAULTS)
		return receiver_acked(plan, receiver_add_line(plan, "PMTK314,-1"));
	return write_rates(from, req, plan);
}

/* PMTK220 is how often it speaks; 300 how often it looks, which not all units know. */
static int write_interval(const struct receiver_settings *to, struct receiver_plan *plan)
{
	int err = receiver_add_line(plan, "PMTK300,%u,0,0,0,0", to->interval_ms);

	if (err)
		return err;
	return receiver_acked(plan, receiver_add_line(plan, "PMTK220,%u", to->interval_ms));
}

/*
 * PMTK255: the first character comes at a fixed time behind the pulse (170 to 180
 * ms), at one fix a second only.  Good to have; not all units know it.
 */
static int write_pulse(const struct receiver_settings *from, const struct receiver_settings *to,
		       struct receiver_plan *plan)
{
	const struct receiver_settings *interval = to->known & RECEIVER_INTERVAL ? to : from;
	struct mtk_pulse pulse = mtk_want_pulse(from, to);
	int err;

	err = receiver_acked(plan, receiver_add_line(plan, "PMTK285,%u,%u", pulse.mode, pulse.ms));
	if (err || !pulse.mode)
		return err;
	if (interval->known & RECEIVER_INTERVAL && interval->interval_ms != MTK_INTERVAL_1HZ_MS)
		return 0;
	return receiver_add_line(plan, "PMTK255,1");
}

/* The acknowledgement comes at either speed, or not at all. */
static int write_baud(const struct receiver_settings *to, struct receiver_plan *plan)
{
	int err = receiver_add_line(plan, "PMTK251,%u", to->baud);

	if (!err)
		receiver_last_step(plan)->baud = to->baud;
	return err;
}

static int write_steps(const struct receiver_id *id, const struct receiver_settings *from,
		       const struct receiver_request *req, struct receiver_plan *plan)
{
	const struct receiver_settings *to = &req->to;
	int err = write_sentences(from, req, plan);

	(void)id;
	if (!err && to->known & RECEIVER_INTERVAL)
		err = write_interval(to, plan);
	if (!err && to->known & MTK_PULSE)
		err = write_pulse(from, to, plan);
	if (!err && to->known & RECEIVER_BAUD)
		err = write_baud(to, plan);
	return err;
}

static void for_a_clock(const struct receiver_id *id, struct receiver_request *req)
{
	unsigned int can = RECEIVER_INTERVAL;

	if (!has_fixed_pulse(id))
		can |= MTK_PULSE;
	mtk_for_a_clock(can, req);
}

static const char *firmware_note(const struct receiver_id *id)
{
	(void)id;
	return "it keeps its settings only as long as its backup battery (VBACKUP) lasts; "
	       "without one they are lost with the power";
}

const struct receiver receiver_mtk = {
	.make = "MediaTek",
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
	.firmware_note = firmware_note,
};
