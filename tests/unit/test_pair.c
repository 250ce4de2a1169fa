// SPDX-License-Identifier: GPL-2.0-or-later
/* Airoha PAIR: what proves it, what is sent, what answers mean; changes of a whole unit. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "model_pair.h"
#include "receiver/change.h"
#include "talk.h"

static const struct receiver *const pair = &receiver_pair;
static const struct receiver_id pa_id = { .firmware = "LC76GPANR02A02S" };

static receiver_set set_of(const char *list)
{
	receiver_set set;
	const char *bad;
	size_t len;

	assert_int_equal(receiver_parse_set(pair, list, &set, &bad, &len), 0);
	return set;
}

/* ---- identity ---- */

static void test_proof(void **state)
{
	static const char *const proofs[] = {
		"PAIR001,062,0", "PAIR001,002,1", "PAIR010,0,0,2230,123456",
		"PAIR020,AG3352Q_V2.3.0.AG3352_20220303,S,N,9ec7cbd,2203031512",
		"PAIR021,AG3335A_V1.3.0.AG3335_20200821,S,N",
		"PQTMVERNO,LC29HAANR01A03S,2022/01/01,10:00",
		"PQTMVERNO,LC86GLANR01A02S,2022/01/01,10:00:00",
	};
	static const char *const none[] = {
		"PQTMVERNO", "PAIR020", "PAIR021", "PAIR063,4", "PAIR062,4,1", "PAIR752,2,100",
		"PAIR864,0,0,115200", "PAIR051", "PAIR513", "PAIR001", "PAIR001,062", "PAIR010",
		/* Quectel modules with other makers' chips */
		"PQTMVERNO,LG69TAPNR11A03S,2022/01/01,10:00:00",
		"PQTMVERNO,LG290P03AANR01A03S,2024/01/01,10:00:00",
		"PQTMVERNO,LC76G", "PQTMVERNO,,",
		"PMTK001,314,3", "GNTXT,01,01,01,PAIR inv format", "PQGSV,1,1,00",
	};

	(void)state;
	talk_make_is(pair, talk_line("$PQTMVERNO,LC76GABNR02A01S,2022/09/14,11:47:03*3D"));
	for (size_t i = 0; i < sizeof(proofs) / sizeof(proofs[0]); i++)
		talk_make_is(pair, talk_body(proofs[i]));
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		if (talk_proves(pair, talk_body(none[i])))
			fail_msg("%s proves it", none[i]);
}

static void test_identity(void **state)
{
	struct receiver_id id = { .model = "" };

	(void)state;
	talk_learn(pair, talk_body("PAIR020,AG3352Q_V2.3.0.AG3352_20220303,S,N"), &id);
	assert_string_equal(id.model, "AG3352Q");
	assert_string_equal(id.firmware, "AG3352Q_V2.3.0.AG3352_20220303");
	talk_learn(pair, talk_line("$PQTMVERNO,LC76GABNR02A01S,2022/09/14,11:47:03*3D"), &id);
	assert_string_equal(id.model, "LC76G");
	assert_string_equal(id.firmware, "LC76GABNR02A01S");
	/* the module's name is better than its chip's; an empty or odd answer teaches nothing */
	talk_learn(pair, talk_body("PAIR020,AG3352Q_V2.3.0.AG3352_20220303,S,N"), &id);
	talk_learn(pair, talk_body("PAIR021,,,"), &id);
	talk_learn(pair, talk_body("PQTMVERNO"), &id);
	assert_string_equal(id.model, "LC76G");
	assert_string_equal(id.firmware, "LC76GABNR02A01S");
}

static void test_replies(void **state)
{
	(void)state;
	assert_true(pair->is_reply(talk_body("PAIR001,062,0")));
	assert_true(pair->is_reply(talk_body("PAIR010,0,0,1,1")));
	assert_true(pair->is_reply(talk_line("$PQTMSAVEPAR,OK*72")));
	assert_false(pair->is_reply(talk_body("PAIRSPF,1")));
	assert_false(pair->is_reply(talk_body("PQTMEPE,2,1.0")));
}

/* ---- what is sent ---- */

static void sends(const struct receiver_request *req, const char *lines)
{
	talk_sends(pair, &talk_no_id, &talk_unknown, req, lines);
}

static void test_documents(void **state)
{
	/* not sent by us, or only with other values */
	static const char *const known[] = {
		"$PAIR062,5,0*3B", "$PAIR062,6,1*39", "$PAIR752,2,100*39", "$PAIR002*38",
		"$PAIR020*38", "$PAIR021*39", "$PQTMSAVEPAR*5A", "$PAIR382,1*2E", "$PAIR003*39",
	};
	struct receiver_request req = { .op = RECEIVER_EXACTLY };
	struct receiver_plan plan = { .n = 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		talk_line(known[i]);
	/* types 0 to 3: 3E 3F 3C 3D; RMC on 3B; the rest by the same rule */
	req.on = set_of("RMC");
	sends(&req, "$PAIR062,0,0*3E\n$PAIR062,1,0*3F\n$PAIR062,2,0*3C\n$PAIR062,3,0*3D\n"
		    "$PAIR062,4,1*3B\n$PAIR062,5,0*3B\n$PAIR062,6,0*38\n$PAIR062,7,0*39\n"
		    "$PAIR062,8,0*36\n$PAIR062,9,0*37\n$PAIR513*3D");
	/* -1: 3E ^ '0' ^ '-' ^ '1' ^ (",0": 2C ^ 30) */
	req = (struct receiver_request){ .op = RECEIVER_DEFAULTS };
	sends(&req, "$PAIR062,-1*0E\n$PAIR513*3D");
	assert_int_equal(pair->write_probe(&plan), 0);
	assert_string_equal(talk_plan(&plan), "$PQTMVERNO*58\n$PAIR020*38");
	plan.n = 0;
	assert_int_equal(pair->write_queries(&talk_no_id, &plan), 0);
	assert_int_equal(plan.n, 12);
	for (unsigned int i = 0; i < 12; i++)
		assert_true(plan.steps[i].asks && plan.steps[i].await == RECEIVER_MUST_ANSWER);
	assert_memory_equal(plan.steps[0].bytes, "$PAIR063,0*23", 13);
	assert_memory_equal(plan.steps[10].bytes, "$PAIR051*3E", 11);
	assert_memory_equal(plan.steps[11].bytes, "$PAIR865,0,0*", 13);
}

static void test_every_sentence(void **state)
{
	static const char *const types[] = {
		"GGA", "GLL", "GSA", "GSV", "RMC", "VTG", "ZDA", "GRS", "GST", "GNS",
	};

	(void)state;
	assert_int_equal(pair->n_sentences, 10);
	assert_string_equal(pair->sentences[0].name, "RMC");
	for (unsigned int i = 0; i < 10; i++) {
		struct receiver_request req = { .op = RECEIVER_ADJUST, .on = set_of(types[i]) };
		struct receiver_plan plan;
		char line[32];

		snprintf(line, sizeof(line), "$PAIR062,%u,1*", i);
		assert_int_equal(receiver_make_plan(pair, &talk_no_id, &talk_unknown, &req, &plan),
				 0);
		assert_int_equal(plan.n, 2);
		assert_memory_equal(plan.steps[0].bytes, line, strlen(line));
		assert_memory_equal(plan.steps[1].bytes, "$PAIR513*3D", 11);
	}
}

static void test_settings_sent(void **state)
{
	struct receiver_request req = { .op = RECEIVER_KEEP };
	struct receiver_settings from = { .known = RECEIVER_INTERVAL, .interval_ms = 1000 };
	struct receiver_plan plan;

	(void)state;
	pair->for_a_clock(&talk_no_id, &req);
	assert_int_equal(req.op, RECEIVER_EXACTLY);
	assert_int_equal(req.on, set_of("RMC"));
	req.op = RECEIVER_KEEP;
	/* 3D is 39, 2D or 3D is one bit off */
	from.known = RECEIVER_BAUD;
	talk_sends(pair, &talk_no_id, &from, &req,
		   "$PAIR050,1000*12\n$PAIR752,3,100*38\n$PAIR513*3D");
	/* nothing is known: an attempt before this one may have left the GNSS part off */
	sends(&req, "$PAIR050,1000*12\n$PAIR752,3,100*38\n$PAIR513*3D\n$PAIR002*38");
	from.known = RECEIVER_INTERVAL;
	/* where it is so already nothing is said: some units refuse */
	talk_sends(pair, &talk_no_id, &from, &req, "$PAIR752,3,100*38\n$PAIR513*3D");
	/* faster than one fix a second: saved while the GNSS part is off */
	req.to.known = RECEIVER_INTERVAL;
	req.to.interval_ms = 200;
	sends(&req, "$PAIR050,200*21\n$PAIR382,1*2E\n$PAIR003*39\n$PAIR513*3D\n$PAIR002*38");
	/* also where it was so before */
	req.to.known = RECEIVER_PULSE;
	req.to.pulse = true;
	strcpy(from.native[3], "PAIR051,200");
	talk_sends(pair, &talk_no_id, &from, &req, "$PAIR752,3,100*38\n$PAIR382,1*2E\n$PAIR003*39\n"
						   "$PAIR513*3D\n$PAIR002*38");
	/* a new speed is saved, and waits for the restart */
	req.to.known = RECEIVER_BAUD;
	req.to.baud = 115200;
	sends(&req, "$PAIR864,0,0,115200*1B\n$PAIR513*3D\n$PAIR023*3B");
	assert_int_equal(receiver_make_plan(pair, &talk_no_id, &talk_unknown, &req, &plan), 0);
	assert_int_equal(plan.steps[0].baud, 0);
	assert_true(plan.steps[2].restarts);
	assert_int_equal(plan.steps[2].baud, 115200);
	/* what is so already is not said, and saved all the same: it may not be in flash */
	req = (struct receiver_request){ .op = RECEIVER_EXACTLY, .on = set_of("RMC") };
	strcpy(from.native[3], "PAIR063,1,0,0,,1,0,0,0,0,0");
	talk_sends(pair, &talk_no_id, &from, &req, "$PAIR062,0,0*3E\n$PAIR062,3,0*3D\n$PAIR513*3D");
	strcpy(from.native[3], "PAIR063,0,0,0,0,1,0,0,0,0,0");
	talk_sends(pair, &talk_no_id, &from, &req, "$PAIR513*3D");
	from.known = 0;
	assert_int_equal(receiver_make_plan(pair, &talk_no_id, &from, &req, &plan), 0);
	assert_int_equal(plan.n, 11);
	/* nothing to do, nothing to save */
	req = (struct receiver_request){ .op = RECEIVER_KEEP };
	sends(&req, "");
	pair->for_a_clock(&pa_id, &req);
	assert_false(req.to.known & RECEIVER_INTERVAL);
}

static void test_put_back(void **state)
{
	struct receiver_request req = { .op = RECEIVER_EXACTLY, .on = set_of("RMC,GSV") };

	(void)state;
	/* rates as they were told, and what was not told stays as it is */
	strcpy(req.to.native[2], "PAIR063,0,,1,5,1,0,,,,");
	sends(&req, "$PAIR062,0,0*3E\n$PAIR062,1,0*3F\n$PAIR062,2,1*3D\n$PAIR062,3,5*38\n"
		    "$PAIR062,4,1*3B\n$PAIR062,5,0*3B\n$PAIR062,6,0*38\n$PAIR062,7,0*39\n"
		    "$PAIR062,8,0*36\n$PAIR062,9,0*37\n$PAIR513*3D");
	req.op = RECEIVER_KEEP;
	sends(&req, "$PAIR062,0,0*3E\n$PAIR062,2,1*3D\n$PAIR062,3,5*38\n$PAIR062,4,1*3B\n"
		    "$PAIR062,5,0*3B\n$PAIR513*3D");
	strcpy(req.to.native[2], "PAIR063,0,,1,55,1");
	sends(&req, "");
}

static void test_refusals(void **state)
{
	struct receiver_request req = { .op = RECEIVER_KEEP };
	struct receiver_settings *to = &req.to;
	bool risky = true;

	(void)state;
	to->known = pair->can;
	to->baud = 9600;
	to->pulse_ms = 999;
	to->interval_ms = 100;
	assert_null(pair->refuse(&talk_no_id, &req, &risky));
	assert_false(risky);
	assert_non_null(pair->refuse(&pa_id, &req, &risky));
	to->interval_ms = 1000;
	assert_null(pair->refuse(&pa_id, &req, &risky));
	to->interval_ms = 1001;
	assert_non_null(pair->refuse(&talk_no_id, &req, &risky));
	to->interval_ms = 99;
	assert_non_null(pair->refuse(&talk_no_id, &req, &risky));
	to->interval_ms = 1000;
	to->baud = 4800;
	assert_non_null(pair->refuse(&talk_no_id, &req, &risky));
	to->baud = 921600;
	to->pulse_ms = 0;
	assert_non_null(pair->refuse(&talk_no_id, &req, &risky));
	to->pulse_ms = 1000;
	assert_non_null(pair->refuse(&talk_no_id, &req, &risky));
	to->known = RECEIVER_VERSION;
	assert_non_null(pair->refuse(&talk_no_id, &req, &risky));
}

/* ---- what answers mean ---- */

static enum receiver_answer judged(const char *command, bool asks, const char *answer,
				   struct receiver_settings *now)
{
	return talk_judge(pair, command, asks, talk_body(answer), now);
}

static void test_answers(void **state)
{
	struct receiver_settings now = { .known = 0 };

	(void)state;
	assert_int_equal(judged("PAIR752,3,200", false, "PAIR001,752,1", &now),
			 RECEIVER_HALF_SAID);
	assert_int_equal(now.known, 0);
	assert_int_equal(judged("PAIR752,3,200", false, "PAIR001,752,0", &now),
			 RECEIVER_ACCEPTED);
	assert_int_equal(now.known, RECEIVER_PULSE | RECEIVER_PULSE_WIDTH | RECEIVER_PULSE_STOPS);
	assert_true(now.pulse && now.pulse_stops);
	assert_int_equal(now.pulse_ms, 200);
	/* 2 failed, 3 not supported, 4 wrong, 5 busy; LC29H: 2 not supported, 3 wrong, 4 late */
	for (const char *result = "23456789"; *result; result++) {
		char ack[20];

		snprintf(ack, sizeof(ack), "PAIR001,752,%c", *result);
		assert_int_equal(judged("PAIR752,0,100", false, ack, &now), RECEIVER_REJECTED);
	}
	assert_true(now.pulse);
	/* a type that is not there is off; one that cannot be switched on is a refusal */
	assert_int_equal(judged("PAIR062,9,0", false, "PAIR001,062,4", &now), RECEIVER_ACCEPTED);
	assert_int_equal(judged("PAIR062,9,1", false, "PAIR001,062,4", &now), RECEIVER_REJECTED);
	assert_int_equal(judged("PAIR062,3,5", false, "PAIR001,062,0", &now), RECEIVER_ACCEPTED);
	assert_string_equal(now.native[0], "PAIR063,,,,5,,,,,,,,,,,,,,,");
	assert_int_equal(judged("PAIR050,200", false, "PAIR001,050,0", &now), RECEIVER_ACCEPTED);
	assert_int_equal(now.interval_ms, 200);
	/* of another command; cut; our own line, returned */
	assert_int_equal(judged("PAIR050,100", false, "PAIR001,062,0", &now), RECEIVER_UNRELATED);
	assert_int_equal(judged("PAIR050,100", false, "PAIR001,050", &now), RECEIVER_UNRELATED);
	assert_int_equal(judged("PAIR050,100", false, "PAIR001,050,", &now), RECEIVER_UNRELATED);
	assert_int_equal(judged("PAIR050,100", false, "PAIR001,50,0", &now), RECEIVER_UNRELATED);
	assert_int_equal(judged("PAIR050,100", false, "PAIR050,100", &now), RECEIVER_UNRELATED);
	assert_int_equal(judged("PAIR050,100", false, "PMTK001,050,3", &now), RECEIVER_UNRELATED);
	assert_int_equal(now.interval_ms, 200);
}

static void test_questions(void **state)
{
	struct receiver_settings now = { .known = 0 };

	(void)state;
	assert_int_equal(judged("PAIR063,0", true, "PAIR001,063,0", &now), RECEIVER_HALF_SAID);
	assert_int_equal(judged("PAIR063,0", true, "PAIR063,0,3", &now), RECEIVER_ACCEPTED);
	assert_int_equal(judged("PAIR063,4", true, "PAIR063,4,1", &now), RECEIVER_ACCEPTED);
	assert_string_equal(now.native[0], "PAIR063,3,,,,1,,,,,,,,,,,,,,");
	/* of another type; our own question, returned; rubbish */
	assert_int_equal(judged("PAIR063,4", true, "PAIR063,3,1", &now), RECEIVER_UNRELATED);
	assert_int_equal(judged("PAIR063,4", true, "PAIR063,4", &now), RECEIVER_UNRELATED);
	assert_int_equal(judged("PAIR063,4", true, "PAIR063,4,77", &now), RECEIVER_ACCEPTED);
	assert_int_equal(judged("PAIR063,40", true, "PAIR063,40,1", &now), RECEIVER_ACCEPTED);
	assert_string_equal(now.native[0], "PAIR063,3,,,,1,,,,,,,,,,,,,,");
	/* a question that is refused is answered */
	assert_int_equal(judged("PAIR063,9", true, "PAIR001,063,4", &now), RECEIVER_ACCEPTED);
	assert_int_equal(judged("PAIR051", true, "PAIR051,1000", &now), RECEIVER_ACCEPTED);
	assert_int_equal(now.interval_ms, 1000);
	assert_int_equal(judged("PAIR051", true, "PAIR051", &now), RECEIVER_UNRELATED);
	assert_string_equal(now.native[1], "PAIR051,1000");
	assert_int_equal(judged("PAIR051", true, "PAIR051,0", &now), RECEIVER_ACCEPTED);
	assert_int_equal(now.interval_ms, 1000);
	assert_int_equal(judged("PAIR865,0,0", true, "PAIR865,0,0", &now), RECEIVER_UNRELATED);
	assert_int_equal(judged("PAIR865,0,0", true, "PAIR865", &now), RECEIVER_UNRELATED);
	assert_int_equal(judged("PAIR865,0,0", true, "PAIR865,115200", &now), RECEIVER_ACCEPTED);
	assert_int_equal(now.baud, 115200);
	assert_int_equal(judged("PAIR865,0,0", true, "PAIR865,0,0,9600", &now), RECEIVER_ACCEPTED);
	assert_int_equal(now.baud, 9600);
	/* no speed there is */
	assert_int_equal(judged("PAIR865,0,0", true, "PAIR865,12345", &now), RECEIVER_ACCEPTED);
	assert_int_equal(now.baud, 9600);
	assert_int_equal(judged("PQTMVERNO", true, "PQTMVERNO", &now), RECEIVER_UNRELATED);
	assert_int_equal(judged("PQTMVERNO", true, "PQTMVERNO,LC76GABNR02A01S,2022/09/14,11:47:03",
				&now), RECEIVER_ACCEPTED);
}

/* ---- a whole unit ---- */

static struct model model;
static struct pair_unit unit;
static struct receiver_change change;

static const char *const factory = "RMC,GGA,GLL,GSA,GSV,VTG";

static struct receiver_request timing(void)
{
	struct receiver_request req;

	pair->for_a_clock(&talk_no_id, &req);
	return req;
}

static struct receiver_request everything(void)
{
	struct receiver_request req = timing();

	req.to.known |= RECEIVER_BAUD;
	req.to.baud = 38400;
	req.to.interval_ms = 500;
	return req;
}

static void begin(const struct receiver_request *req)
{
	struct receiver_found f = { .baud = 115200 };

	f.seen.set = set_of(factory);
	assert_int_equal(receiver_change_begin(&change, pair, &talk_no_id, req, &f, model.now_ns),
			 0);
}

static bool is_rmc_alone(const struct pair_settings *s)
{
	for (int i = 0; i < PAIR_UNIT_TYPES; i++)
		if (s->rates[i] != (i == 4))
			return false;
	return true;
}

static bool has_old_sentences(const struct pair_settings *s)
{
	return !memcmp(s->rates, unit.factory.rates, sizeof(s->rates));
}

static void test_timing(void **state)
{
	struct receiver_request req = timing();

	(void)state;
	pair_unit_init(&model, &unit);
	unit.works_on_it = true;
	begin(&req);
	assert_int_equal(model_play(&model, &change, 0), RECEIVER_DONE);
	/* and so it is behind a power cycle */
	pair_unit_restart(&model);
	assert_true(is_rmc_alone(&unit.is));
	assert_int_equal(unit.is.pulse_mode, 3);
	assert_int_equal(unit.is.pulse_ms, 100);
	assert_int_equal(unit.restarts, 0);
}

static void test_speed(void **state)
{
	struct receiver_request req = everything();

	(void)state;
	pair_unit_init(&model, &unit);
	begin(&req);
	assert_int_equal(model_play(&model, &change, 0), RECEIVER_DONE);
	assert_int_equal(change.baud, 38400);
	assert_int_equal(model.baud, 38400);
	assert_int_equal(unit.is.interval_ms, 500);
	assert_int_equal(unit.restarts, 1);
	assert_true(is_rmc_alone(&unit.saved));
}

static void test_other_units(void **state)
{
	struct receiver_request req = timing();

	(void)state;
	/* old firmware without GNS; with a fixed interval that is as asked */
	pair_unit_init(&model, &unit);
	unit.no_gns = true;
	unit.fixed_interval = true;
	begin(&req);
	assert_int_equal(model_play(&model, &change, 0), RECEIVER_DONE);
	assert_true(is_rmc_alone(&unit.saved));
	/* 1 means failed, as with the LC29H, and nothing comes behind it */
	pair_unit_init(&model, &unit);
	unit.is_busy = true;
	begin(&req);
	model_play(&model, &change, 0);
	assert_int_not_equal(change.outcome, RECEIVER_DONE);
	assert_true(has_old_sentences(&unit.is));
	/* it refuses the pulse: the sentences are put back */
	pair_unit_init(&model, &unit);
	unit.refuses = 752;
	begin(&req);
	assert_int_equal(model_play(&model, &change, 0), RECEIVER_PUT_BACK);
	assert_true(has_old_sentences(&unit.is) && has_old_sentences(&unit.saved));
	/* it refuses to save: not as asked */
	pair_unit_init(&model, &unit);
	unit.refuses = 513;
	begin(&req);
	model_play(&model, &change, 0);
	assert_int_not_equal(change.outcome, RECEIVER_DONE);
	/* it never answers: nothing is changed */
	pair_unit_init(&model, &unit);
	unit.mute = true;
	begin(&req);
	assert_int_equal(model_play(&model, &change, 0), RECEIVER_REFUSED);
	assert_true(has_old_sentences(&unit.is));
}

static void state_is_told(enum receiver_outcome outcome, const char *fault, unsigned int at)
{
	const unsigned int baud = change.request.to.known & RECEIVER_BAUD ? 38400 : 115200;
	bool is_new = is_rmc_alone(&unit.is) && model.baud == baud &&
		      unit.is.interval_ms == 500 && unit.is.pulse_mode == 3;
	bool is_old = has_old_sentences(&unit.is) && model.baud == 115200 &&
		      unit.is.interval_ms == 1000;

	if (unit.gnss_off)
		fail_msg("%s %u: left without GNSS\n%s", fault, at, model.log);
	if (outcome == RECEIVER_DONE ? is_new :
	    (outcome == RECEIVER_PUT_BACK || outcome == RECEIVER_REFUSED) && is_old)
		return;
	fail_msg("%s %u: outcome %d, %s; %s\n%s", fault, at, outcome,
		 is_new ? "new" : is_old ? "old" : "neither", change.reason, model.log);
}

static void play_fault(const char *name, size_t offset)
{
	struct receiver_request req = everything();

	for (unsigned int at = 1; at < 48; at++) {
		pair_unit_init(&model, &unit);
		*(unsigned int *)((char *)&model + offset) = at;
		begin(&req);
		state_is_told(model_play(&model, &change, 0), name, at);
	}
}

static void test_every_fault(void **state)
{
	(void)state;
	play_fault("lost command", offsetof(struct model, lose_command));
	play_fault("lost answer", offsetof(struct model, lose_answer));
	play_fault("damaged answer", offsetof(struct model, damage_answer));
	play_fault("late answer", offsetof(struct model, delay_answer));
}

static unsigned int play_killed(const struct receiver_request *req)
{
	unsigned int at;

	for (at = 1; at < 100; at++) {
		struct receiver_found f = { .baud = 0 };

		pair_unit_init(&model, &unit);
		begin(req);
		if (model_play(&model, &change, at) != RECEIVER_PENDING)
			break;
		if (!model.intended) {
			assert_true(has_old_sentences(&unit.is));
			continue;
		}
		model_sleep(&model, 5 * MODEL_NS_PER_S);
		f.seen.set = is_rmc_alone(&unit.is) ? 1 : set_of(factory);
		f.baud = model.baud;
		assert_int_equal(receiver_change_begin_resume(&change, pair, &talk_no_id,
							      &model.intent, &f, model.now_ns), 0);
		state_is_told(model_play(&model, &change, 0), "killed at", at);
	}
	return at;
}

static void test_killed(void **state)
{
	struct receiver_request req = everything();
	unsigned int n;

	(void)state;
	n = play_killed(&req);
	assert_true(n > 20 && n < 100);
	/* without the restart that a new speed needs */
	req.to.known &= ~(unsigned int)RECEIVER_BAUD;
	n = play_killed(&req);
	assert_true(n > 20 && n < 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_proof),
		cmocka_unit_test(test_identity),
		cmocka_unit_test(test_replies),
		cmocka_unit_test(test_documents),
		cmocka_unit_test(test_every_sentence),
		cmocka_unit_test(test_settings_sent),
		cmocka_unit_test(test_put_back),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_questions),
		cmocka_unit_test(test_timing),
		cmocka_unit_test(test_speed),
		cmocka_unit_test(test_other_units),
		cmocka_unit_test(test_every_fault),
		cmocka_unit_test(test_killed),
	};

	return cmocka_run_group_tests_name("pair", tests, NULL, NULL);
}
