// SPDX-License-Identifier: GPL-2.0-or-later
/* MediaTek PMTK: what proves it, what is sent, what answers mean; changes of a whole unit. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "model_mtk.h"
#include "receiver/change.h"
#include "talk.h"

static const struct receiver *const mtk = &receiver_mtk;
static const struct receiver_id old_id = { .firmware = "AXN_1.30" };

static receiver_set set_of(const char *list)
{
	receiver_set set;
	const char *bad;
	size_t len;

	assert_int_equal(receiver_parse_set(mtk, list, &set, &bad, &len), 0);
	return set;
}

/* ---- identity ---- */

static void test_proof(void **state)
{
	static const char *const proofs[] = {
		"$PMTK001,314,3*36", "$PMTK001,300,3*33", "$PMTK001,301,3*32", "$PMTK001,313,3*31",
		"$PMTK001,320,2*30", "$PMTK001,424,1*30", "$PMTK001,604,1*30",
		"$PMTK705,AXN_2.51_3339_19071200,0002,QUECTEL-L70,1.0*32",
		"$PMTK705,AXN_1.30,0145,Fastrax IT500,*67",
		"$PQVERNO,R,L70BGR03A05S,2019/10/09,21:12*23",
		"$PMTK011,MTKGPS*08", "$PMTK010,001*2E",
	};
	/* our own lines that come back, and what others say */
	static const char *const none[] = {
		"PMTK605", "PMTK414", "PMTK400", "PMTK314,-1", "PMTK220,1000", "PMTK285,2,100",
		"PMTK251,9600", "PMTK000", "PMTK705", "PMTK001", "PQVERNO,R", "PQTMVERNO",
		"GPTXT,01,01,01,PMTK inv format", "GNTXT,01,01,01,PMTK605", "PMTKCHN,1,2", "PMTK",
		"PAIR001,062,0", "GPRMC,,V,,,,,,,,,,N",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(proofs) / sizeof(proofs[0]); i++)
		talk_make_is(mtk, talk_line(proofs[i]));
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		if (talk_proves(mtk, talk_body(none[i])))
			fail_msg("%s proves it", none[i]);
}

static void test_identity(void **state)
{
	struct receiver_id id = { .model = "" };

	(void)state;
	talk_learn(mtk, talk_line("$PQVERNO,R,L70BGR03A05S,2019/10/09,21:12*23"), &id);
	assert_string_equal(id.model, "L70BGR03A05S");
	talk_learn(mtk, talk_line("$PMTK705,AXN_2.51_3339_19071200,0002,QUECTEL-L70,1.0*32"), &id);
	assert_string_equal(id.model, "QUECTEL-L70");
	assert_string_equal(id.firmware, "AXN_2.51_3339_19071200");
	/* what it does not name stays; too long a name is cut */
	talk_learn(mtk, talk_body("PMTK705,,,,"), &id);
	talk_learn(mtk, talk_body("PMTK001,605,3"), &id);
	assert_string_equal(id.model, "QUECTEL-L70");
	talk_learn(mtk, talk_body("PMTK705,A,,0123456789012345678901234567890123456789x"), &id);
	assert_string_equal(id.model, "012345678901234567890123456789012345678");
	/* just too long */
	id.firmware[0] = 'x';
	talk_learn(mtk, talk_body("PMTK705,A,,abcdefghijabcdefghijabcdefghijabcdefghij"), &id);
	assert_string_equal(id.model, "abcdefghijabcdefghijabcdefghijabcdefghi");
	assert_string_equal(id.firmware, "A");
}

static void test_replies(void **state)
{
	(void)state;
	assert_true(mtk->is_reply(talk_body("PMTK001,314,3")));
	assert_true(mtk->is_reply(talk_body("PMTK514,0")));
	assert_true(mtk->is_reply(talk_body("PMTK011,MTKGPS")));
	assert_true(mtk->is_reply(talk_body("PQVERNO,R,x,y")));
	assert_false(mtk->is_reply(talk_body("PMTKCHN,1")));
	assert_false(mtk->is_reply(talk_body("GPRMC,1")));
}

/* ---- what is sent ---- */

static void sends(const struct receiver_request *req, const char *lines)
{
	talk_sends(mtk, &talk_no_id, &talk_unknown, req, lines);
}

static void test_documents(void **state)
{
	/* not sent by us, or only with other values */
	static const char *const known[] = {
		"$PMTK251,0*28", "$PMTK285,2,100*3E", "$PMTK285,4,100*38", "$PQVERNO,R*3F",
		"$PMTK000*32",
	};
	static const struct {
		unsigned int baud;
		const char *line;
	} speeds[] = {
		{ 4800, "$PMTK251,4800*14" }, { 9600, "$PMTK251,9600*17" },
		{ 19200, "$PMTK251,19200*22" }, { 38400, "$PMTK251,38400*27" },
		{ 57600, "$PMTK251,57600*2C" }, { 115200, "$PMTK251,115200*1F" },
	};
	struct receiver_request req = { .op = RECEIVER_EXACTLY };
	struct receiver_plan plan = { .n = 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		talk_line(known[i]);
	req.on = set_of("RMC");
	sends(&req, "$PMTK314,0,1,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0*29");
	req.on = set_of("rmc,ZDA");
	sends(&req, "$PMTK314,0,1,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,1,0*28");
	req = (struct receiver_request){ .op = RECEIVER_DEFAULTS };
	sends(&req, "$PMTK314,-1*04");
	for (size_t i = 0; i < sizeof(speeds) / sizeof(speeds[0]); i++) {
		req = (struct receiver_request){ .op = RECEIVER_KEEP };
		req.to.known = RECEIVER_BAUD;
		req.to.baud = speeds[i].baud;
		sends(&req, speeds[i].line);
	}
	assert_int_equal(mtk->write_probe(&plan), 0);
	assert_string_equal(talk_plan(&plan), "$PMTK605*31");
	plan.n = 0;
	assert_int_equal(mtk->write_queries(&talk_no_id, &plan), 0);
	/* 400 instead of 414: 33 ^ ('1' ^ '0') ^ ('4' ^ '0') */
	assert_string_equal(talk_plan(&plan), "$PMTK414*33\n$PMTK400*36");
	assert_true(plan.steps[0].asks && plan.steps[1].asks);
}

static void test_every_sentence(void **state)
{
	/* numbers of the document */
	static const struct {
		const char *name;
		int slot;
	} slots[] = {
		{ "GLL", 0 }, { "RMC", 1 }, { "VTG", 2 }, { "GGA", 3 }, { "GSA", 4 }, { "GSV", 5 },
		{ "GRS", 6 }, { "GST", 7 }, { "ZDA", 17 }, { "PMTKCHN", 18 },
	};

	(void)state;
	assert_int_equal(mtk->n_sentences, sizeof(slots) / sizeof(slots[0]));
	assert_string_equal(mtk->sentences[0].name, "RMC");
	for (size_t i = 0; i < sizeof(slots) / sizeof(slots[0]); i++) {
		struct receiver_request req = { .op = RECEIVER_EXACTLY };
		char body[64] = "PMTK314";
		struct receiver_plan plan;

		for (int k = 0; k < 19; k++)
			strcat(body, k == slots[i].slot ? ",1" : ",0");
		req.on = set_of(slots[i].name);
		assert_int_equal(receiver_make_plan(mtk, &talk_no_id, &talk_unknown, &req, &plan),
				 0);
		assert_int_equal(plan.n, 1);
		assert_memory_equal(plan.steps[0].bytes + 1, body, strlen(body));
		assert_int_equal(plan.steps[0].await, RECEIVER_MUST_ANSWER);
	}
}

static void test_settings_sent(void **state)
{
	struct receiver_request req = { .op = RECEIVER_KEEP };
	struct receiver_settings from = { .known = RECEIVER_INTERVAL, .interval_ms = 200 };
	struct receiver_plan plan;

	(void)state;
	mtk->for_a_clock(&talk_no_id, &req);
	sends(&req, "$PMTK314,0,1,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0*29\n"
		    "$PMTK300,1000,0,0,0,0*1C\n$PMTK220,1000*1F\n$PMTK285,3,100*3F\n$PMTK255,1*2D");
	/* also without a fix: from the first one on */
	req = (struct receiver_request){ .op = RECEIVER_KEEP };
	req.to.known = RECEIVER_PULSE | RECEIVER_PULSE_STOPS;
	req.to.pulse = true;
	sends(&req, "$PMTK285,1,100*3D\n$PMTK255,1*2D");
	/* the NMEA of more than one fix a second cannot be bound to the pulse */
	talk_sends(mtk, &talk_no_id, &from, &req, "$PMTK285,1,100*3D");
	/* off keeps the width that was */
	req.to.known = RECEIVER_PULSE;
	req.to.pulse = false;
	from = (struct receiver_settings){ .known = RECEIVER_PULSE_WIDTH, .pulse_ms = 200 };
	assert_int_equal(receiver_make_plan(mtk, &talk_no_id, &from, &req, &plan), 0);
	assert_int_equal(plan.n, 1);
	assert_memory_equal(plan.steps[0].bytes, "$PMTK285,0,200*", 15);
	/* the speed comes last, and nothing can be heard at the old one behind it */
	req.to.known |= RECEIVER_BAUD;
	req.to.baud = 38400;
	assert_int_equal(receiver_make_plan(mtk, &talk_no_id, &from, &req, &plan), 0);
	assert_int_equal(plan.n, 2);
	assert_int_equal(plan.steps[0].baud, 0);
	assert_int_equal(plan.steps[1].baud, 38400);
	assert_int_equal(plan.steps[1].await, RECEIVER_NO_ANSWER);
	/* an MT3329 has no command for the pulse */
	mtk->for_a_clock(&old_id, &req);
	assert_int_equal(req.to.known, RECEIVER_INTERVAL);
}

static void test_rates(void **state)
{
	struct receiver_request req = { .op = RECEIVER_ADJUST };
	struct receiver_settings from = { .known = 0 };
	struct receiver_plan plan;

	(void)state;
	/* all are set at once: what is not known cannot be left as it is */
	req.on = set_of("ZDA");
	req.off = set_of("GSV,VTG");
	assert_int_equal(receiver_make_plan(mtk, &talk_no_id, &from, &req, &plan), -ENODATA);
	strcpy(from.native[1], "PMTK514,0,1,1,1,1,5,0,0,0,0,0,0,0,0,0,0,0,0,0");
	assert_int_equal(receiver_make_plan(mtk, &talk_no_id, &from, &req, &plan), 0);
	assert_memory_equal(plan.steps[0].bytes,
			    "$PMTK314,0,1,0,1,1,0,0,0,0,0,0,0,0,0,0,0,0,1,0*", 47);
	/* put back as it was: GSV once in five fixes, and a slot that has no name here */
	req = (struct receiver_request){ .op = RECEIVER_KEEP };
	strcpy(req.to.native[0], "PMTK514,0,1,0,1,1,5,0,0,2,0,0,0,0,0,0,0,0,0,0");
	assert_int_equal(receiver_make_plan(mtk, &talk_no_id, &talk_unknown, &req, &plan), 0);
	assert_memory_equal(plan.steps[0].bytes,
			    "$PMTK314,0,1,0,1,1,5,0,0,2,0,0,0,0,0,0,0,0,0,0*", 47);
	/* nothing is said where it is so already, unless nothing that was told counts */
	req = (struct receiver_request){ .op = RECEIVER_EXACTLY, .on = set_of("RMC,ZDA") };
	strcpy(from.native[1], "PMTK514,0,1,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,1,0");
	from.known = RECEIVER_BAUD;
	talk_sends(mtk, &talk_no_id, &from, &req, "");
	from.known = 0;
	talk_sends(mtk, &talk_no_id, &from, &req,
		   "$PMTK314,0,1,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,1,0*28");
	/* not all told: sent */
	strcpy(from.native[1], "PMTK514,0,1,0,0,0,0,0,0,0,0,0,0,0,0,0,0,,1,0");
	from.known = RECEIVER_BAUD;
	talk_sends(mtk, &talk_no_id, &from, &req,
		   "$PMTK314,0,1,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,1,0*28");
	req = (struct receiver_request){ .op = RECEIVER_KEEP };
	/* a file that says rubbish puts nothing back */
	strcpy(req.to.native[0], "PMTK514,0,1,999,1,1,-5,x");
	assert_int_equal(receiver_make_plan(mtk, &talk_no_id, &talk_unknown, &req, &plan), 0);
	assert_int_equal(plan.n, 0);
}

static const char *refused(const struct receiver_id *id, unsigned int known,
			   struct receiver_settings to, bool *risky)
{
	const struct receiver_request req = { .to = to };
	struct receiver_request r = req;

	r.to.known = known;
	*risky = true;
	return mtk->refuse(id, &r, risky);
}

static void test_refusals(void **state)
{
	struct receiver_settings to = { .baud = 9600, .pulse_ms = 100, .interval_ms = 1000 };
	const unsigned int all = mtk->can;
	bool risky;

	(void)state;
	assert_null(refused(&talk_no_id, all, to, &risky));
	assert_false(risky);
	to.baud = 12345;
	assert_non_null(refused(&talk_no_id, all, to, &risky));
	to.baud = 4800;
	to.pulse_ms = 1;
	assert_non_null(refused(&talk_no_id, all, to, &risky));
	to.pulse_ms = 999;
	assert_non_null(refused(&talk_no_id, all, to, &risky));
	to.pulse_ms = 998;
	assert_null(refused(&talk_no_id, all, to, &risky));
	to.interval_ms = 99;
	assert_non_null(refused(&talk_no_id, all, to, &risky));
	to.interval_ms = 10001;
	assert_non_null(refused(&talk_no_id, all, to, &risky));
	assert_false(risky);
	to.interval_ms = 10000;
	assert_non_null(refused(&old_id, all, to, &risky));
	assert_true(risky);
	assert_null(refused(&old_id, RECEIVER_BAUD, to, &risky));
	assert_non_null(refused(&talk_no_id, RECEIVER_VERSION, to, &risky));
}

/* ---- what answers mean ---- */

static enum receiver_answer judged(const char *command, const char *answer,
				   struct receiver_settings *now)
{
	char text[256];
	struct nmea_sentence s;
	int n = nmea_format(text, sizeof(text), answer);

	assert_true(n > 0);
	nmea_parse(text, (size_t)n - 2, &s);
	return talk_judge(mtk, command, command[4] == '4' || command[4] == '6', &s, now);
}

static void test_answers(void **state)
{
	struct receiver_settings now = { .known = 0 };

	(void)state;
	assert_int_equal(judged("PMTK285,3,200", "PMTK001,285,3", &now), RECEIVER_ACCEPTED);
	assert_int_equal(now.known, RECEIVER_PULSE | RECEIVER_PULSE_WIDTH | RECEIVER_PULSE_STOPS);
	assert_true(now.pulse && now.pulse_stops);
	assert_int_equal(now.pulse_ms, 200);
	assert_int_equal(judged("PMTK285,1,100", "PMTK001,285,3", &now), RECEIVER_ACCEPTED);
	assert_true(now.pulse && !now.pulse_stops);
	for (const char *flag = "012456789"; *flag; flag++) {
		char ack[20];

		snprintf(ack, sizeof(ack), "PMTK001,285,%c", *flag);
		assert_int_equal(judged("PMTK285,0,100", ack, &now), RECEIVER_REJECTED);
	}
	assert_true(now.pulse);
	assert_int_equal(judged("PMTK220,200", "PMTK001,220,3", &now), RECEIVER_ACCEPTED);
	assert_int_equal(now.interval_ms, 200);
	/* of another command; without a flag; flags of no use; our own line, returned */
	assert_int_equal(judged("PMTK220,100", "PMTK001,314,3", &now), RECEIVER_UNRELATED);
	assert_int_equal(judged("PMTK220,100", "PMTK001,220", &now), RECEIVER_UNRELATED);
	assert_int_equal(judged("PMTK220,100", "PMTK001,220,", &now), RECEIVER_UNRELATED);
	assert_int_equal(judged("PMTK220,100", "PMTK001,220,-3", &now), RECEIVER_UNRELATED);
	assert_int_equal(judged("PMTK220,100", "PMTK001,220,33333333333", &now),
			 RECEIVER_UNRELATED);
	assert_int_equal(judged("PMTK220,100", "PMTK220,100", &now), RECEIVER_UNRELATED);
	assert_int_equal(judged("PMTK220,100", "PMTK001", &now), RECEIVER_UNRELATED);
	assert_int_equal(judged("PMTK220,100", "GPTXT,01,01,01,PMTK inv format", &now),
			 RECEIVER_UNRELATED);
	assert_int_equal(now.interval_ms, 200);
	/* an answer may be any bytes: a bad checksum is none */
	assert_int_equal(talk_judge(mtk, "PMTK220,100", false, &(struct nmea_sentence){
				 .sum = NMEA_SUM_BAD }, &now), RECEIVER_UNRELATED);
}

static void test_questions(void **state)
{
	struct receiver_settings now = { .known = 0 };
	static const char rates[] = "PMTK514,0,1,0,1,1,5,0,0,0,0,0,0,0,0,0,0,0,0,0";

	(void)state;
	/* the acknowledgement comes first, the answer is still to come */
	assert_int_equal(judged("PMTK414", "PMTK001,414,3", &now), RECEIVER_HALF_SAID);
	assert_int_equal(judged("PMTK414", rates, &now), RECEIVER_ACCEPTED);
	assert_string_equal(now.native[0], rates);
	/* newer units have more slots than we know */
	assert_int_equal(judged("PMTK414", "PMTK514,0,1,0,1,1,5,0,0,0,0,0,0,0,0,0,0,0,0,0,0,1",
				&now), RECEIVER_ACCEPTED);
	assert_string_equal(now.native[0], rates);
	assert_int_equal(judged("PMTK400", "PMTK500,1000,0,0,0.0,0.0", &now), RECEIVER_ACCEPTED);
	assert_int_equal(now.interval_ms, 1000);
	/* a question that it does not know is answered: nothing is learnt */
	assert_int_equal(judged("PMTK400", "PMTK001,400,1", &now), RECEIVER_ACCEPTED);
	assert_int_equal(judged("PMTK400", "PMTK500,99999999999", &now), RECEIVER_ACCEPTED);
	assert_int_equal(judged("PMTK400", "PMTK500,0000", &now), RECEIVER_ACCEPTED);
	assert_int_equal(now.interval_ms, 1000);
	assert_int_equal(judged("PMTK605", "PMTK705,AXN_2.51,0002,L70,1.0", &now),
			 RECEIVER_ACCEPTED);
	/* a set that is not known any more, and one that is rubbish */
	assert_int_equal(judged("PMTK314,-1", "PMTK001,314,3", &now), RECEIVER_ACCEPTED);
	assert_string_equal(now.native[0], "PMTK514,,,,,,,,,,,,,,,,,,,");
	assert_int_equal(judged("PMTK414", "PMTK514,1,1,1,1,99", &now), RECEIVER_ACCEPTED);
	assert_string_equal(now.native[0], "PMTK514,,,,,,,,,,,,,,,,,,,");
	assert_string_equal(now.native[1], "");
}

/* ---- a whole unit ---- */

static struct model model;
static struct mtk_unit unit;
static struct receiver_change change;

static const struct receiver_found found = { .baud = 9600 };

static struct receiver_request timing(void)
{
	struct receiver_request req;

	mtk->for_a_clock(&talk_no_id, &req);
	return req;
}

/* Timing, and another speed: all there is. */
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
	struct receiver_found f = found;

	f.seen.set = set_of("RMC,GGA,GSA,GSV,VTG");
	assert_int_equal(receiver_change_begin(&change, mtk, &talk_no_id, req, &f, model.now_ns),
			 0);
}

static bool is_rmc_alone(void)
{
	for (int i = 0; i < MTK_UNIT_SLOTS; i++)
		if (unit.is.rates[i] != (i == 1))
			return false;
	return true;
}

static bool has_old_sentences(void)
{
	return !memcmp(unit.is.rates, unit.factory.rates, sizeof(unit.is.rates));
}

static void test_timing(void **state)
{
	struct receiver_request req = timing();

	(void)state;
	mtk_unit_init(&model, &unit);
	begin(&req);
	assert_int_equal(model_play(&model, &change, 0), RECEIVER_DONE);
	assert_true(is_rmc_alone());
	assert_int_equal(unit.is.pulse_mode, 3);
	assert_int_equal(unit.is.pulse_ms, 100);
	assert_true(unit.is.synced);
	/* without a battery it is all forgotten: this is what the note says */
	mtk_unit_restart(&model);
	assert_true(has_old_sentences());
	assert_non_null(strstr(mtk->firmware_note(&talk_no_id), "VBACKUP"));
}

static void test_speed(void **state)
{
	struct receiver_request req = everything();

	(void)state;
	mtk_unit_init(&model, &unit);
	unit.backup = true;
	begin(&req);
	assert_int_equal(model_play(&model, &change, 0), RECEIVER_DONE);
	assert_int_equal(change.baud, 38400);
	assert_int_equal(unit.is.interval_ms, 500);
	mtk_unit_restart(&model);
	assert_true(is_rmc_alone());
	assert_int_equal(model.baud, 38400);
}

/* Once more: only what has no question is said again. */
static void test_again(void **state)
{
	struct receiver_request req = timing();
	struct receiver_found f = { .baud = 9600, .seen.set = 1 };

	(void)state;
	mtk_unit_init(&model, &unit);
	begin(&req);
	assert_int_equal(model_play(&model, &change, 0), RECEIVER_DONE);
	model.log[0] = '\0';
	model.intended = false;
	assert_int_equal(receiver_change_begin(&change, mtk, &talk_no_id, &req, &f, model.now_ns),
			 0);
	assert_int_equal(model_play(&model, &change, 0), RECEIVER_DONE);
	assert_null(strstr(model.log, "PMTK314"));
	assert_non_null(strstr(model.log, "PMTK285"));
	/* a unit that has forgotten is told */
	mtk_unit_restart(&model);
	model.log[0] = '\0';
	model.intended = false;
	begin(&req);
	assert_int_equal(model_play(&model, &change, 0), RECEIVER_DONE);
	assert_non_null(strstr(model.log, "PMTK314"));
}

static void test_old_unit(void **state)
{
	struct receiver_request req = timing();

	(void)state;
	/* no command for the pulse: it says so, and all is as before */
	mtk_unit_init(&model, &unit);
	unit.no_pulse = true;
	begin(&req);
	assert_int_equal(model_play(&model, &change, 0), RECEIVER_PUT_BACK);
	assert_true(has_old_sentences());
	/* known as an old one it is not asked for that */
	mtk->for_a_clock(&old_id, &req);
	mtk_unit_init(&model, &unit);
	unit.no_pulse = true;
	begin(&req);
	assert_int_equal(model_play(&model, &change, 0), RECEIVER_DONE);
	/* a still older one refuses the questions, and still can be told */
	mtk_unit_init(&model, &unit);
	unit.no_pulse = true;
	unit.no_query = true;
	begin(&req);
	assert_int_equal(model_play(&model, &change, 0), RECEIVER_DONE);
	assert_true(is_rmc_alone());
}

static void test_liars(void **state)
{
	struct receiver_request req = timing();

	(void)state;
	/* it confirms what it has not done: the stream tells */
	mtk_unit_init(&model, &unit);
	unit.lies = true;
	begin(&req);
	assert_int_equal(model_play(&model, &change, 0), RECEIVER_PUT_BACK);
	assert_true(has_old_sentences());
	mtk_unit_init(&model, &unit);
	unit.mute = true;
	begin(&req);
	assert_int_equal(model_play(&model, &change, 0), RECEIVER_REFUSED);
	assert_true(has_old_sentences());
}

/* The unit is in the old or the new state, and the outcome says which. */
static void state_is_told(enum receiver_outcome outcome, const char *fault, unsigned int at)
{
	bool is_new = is_rmc_alone() && model.baud == 38400 && unit.is.interval_ms == 500 &&
		      unit.is.pulse_mode == 3;
	bool is_old = has_old_sentences() && model.baud == 9600 && unit.is.interval_ms == 1000;

	if (outcome == RECEIVER_DONE ? is_new :
	    (outcome == RECEIVER_PUT_BACK || outcome == RECEIVER_REFUSED) && is_old)
		return;
	fail_msg("%s %u: outcome %d, %s; %s\n%s", fault, at, outcome,
		 is_new ? "new" : is_old ? "old" : "neither", change.reason, model.log);
}

static void play_fault(const char *name, size_t offset)
{
	struct receiver_request req = everything();

	for (unsigned int at = 1; at < 16; at++) {
		mtk_unit_init(&model, &unit);
		*(unsigned int *)((char *)&model + offset) = at;
		begin(&req);
		state_is_told(model_play(&model, &change, 0), name, at);
	}
}

static void test_every_fault(void **state)
{
	(void)state;
	play_fault("lost command", offsetof(struct model, lose_command));
	play_fault("damaged command", offsetof(struct model, damage_command));
	play_fault("lost answer", offsetof(struct model, lose_answer));
	play_fault("damaged answer", offsetof(struct model, damage_answer));
	play_fault("late answer", offsetof(struct model, delay_answer));
}

static void test_killed(void **state)
{
	struct receiver_request req = everything();
	struct receiver_found f = found;
	unsigned int at;

	(void)state;
	for (at = 1; at < 100; at++) {
		enum receiver_outcome outcome;

		mtk_unit_init(&model, &unit);
		begin(&req);
		outcome = model_play(&model, &change, at);
		if (outcome != RECEIVER_PENDING)
			break;
		if (!model.intended) {
			assert_true(has_old_sentences());
			continue;
		}
		model_sleep(&model, 5 * MODEL_NS_PER_S);
		f.seen.set = is_rmc_alone() ? 1 : set_of("RMC,GGA,GSA,GSV,VTG");
		f.baud = model.baud;
		assert_int_equal(receiver_change_begin_resume(&change, mtk, &talk_no_id,
							      &model.intent, &f, model.now_ns), 0);
		state_is_told(model_play(&model, &change, 0), "killed at", at);
	}
	assert_true(at > 8 && at < 100);
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
		cmocka_unit_test(test_rates),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_questions),
		cmocka_unit_test(test_timing),
		cmocka_unit_test(test_speed),
		cmocka_unit_test(test_again),
		cmocka_unit_test(test_old_unit),
		cmocka_unit_test(test_liars),
		cmocka_unit_test(test_every_fault),
		cmocka_unit_test(test_killed),
	};

	return cmocka_run_group_tests_name("mtk", tests, NULL, NULL);
}
