// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A Garmin's PGRMC, PGRMC1 and PGRMI: what is asked and sent, what its answers mean,
 * what is refused; and dialogues with a unit made from the manuals.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "model_garmin.h"
#include "receiver/receiver.h"

static const struct receiver *const garmin = &receiver_garmin;
static const struct receiver_settings unknown;

static struct receiver_id unit(const char *model)
{
	struct receiver_id id = { .shown = 0 };

	snprintf(id.model, sizeof(id.model), "%s", model);
	return id;
}

/* ---- sentences to the letter ---- */

/* receivers.md has them with their checksums, recomputed from the manuals' text. */
static void test_checksums(void **state)
{
	static const char *const lines[] = {
		"$PGRMO,GPGSV,0*22", "$PGRMO,GPRMC,1*3D", "$PGRMO,,2*75", "$PGRMO,,3*74",
		"$PGRMO,,4*73", "$PGRMO,,G*00", "$PGRMO,GPALM,1*21", "$PGRMO,GPRMC,0*3C",
		"$PGRMO,GPGGA,1*20", "$PGRMO,GPGGA,0*21", "$PGRMO,GPGLL,1*26",
		"$PGRMO,GPGLL,0*27", "$PGRMO,GPGSA,1*34", "$PGRMO,GPGSA,0*35",
		"$PGRMO,GPGSV,1*23", "$PGRMO,GPVTG,1*24", "$PGRMO,GPVTG,0*25",
		"$PGRMO,PGRME,1*3B", "$PGRMO,PGRME,0*3A", "$PGRMO,PGRMF,1*38",
		"$PGRMO,PGRMF,0*39", "$PGRMO,PGRMM,0*32", "$PGRMO,PGRMT,1*2A",
		"$PGRMO,PGRMT,0*2B", "$PGRMO,PGRMV,1*28", "$PGRMO,PGRMV,0*29",
		"$PGRMO,PGRMB,0*3D",
		"$PGRMCE*0E", "$PGRMC,,,,,,,,,,,,2,4*61", "$PGRMC,,,,,,,,,,,,2,9*6C",
		"$PGRMC,,,,,,,,,,,,1*7A", "$PGRMC,,,,,,,,,,,,2*79", "$PGRMC,,,,,,,,,,,,,9*5E",
		"$PGRMC,,,,,,,,,,3*78", "$PGRMC,,,,,,,,,,4*7F", "$PGRMC,,,,,,,,,,5*7E",
		"$PGRMC,,,,,,,,,,8*73", "$PGRMC,,,,,,,,,,3,,2,4*52",
		"$PGRMC,A,00018.0,100,0000000.000,000.000000000,0000,0000,0000,A,3,0,2,04,1.0*47",
		"$PGRMC1E*3F", "$PGRMC1,1,1,2,,,,1,A,N,,,,2,2,2*68", "$PGRMC1,,,,,,,2*64",
		"$PGRMC1,,,,,,,1*67", "$PGRMC1,,,,,,,,W*2D", "$PGRMC1,,,,,,,,N*34",
		"$PGRMC1,1,1,1,,,,2,W,N*4C", "$PGRMC1,1,1*7A", "$PGRMC1,1*67",
		"$PGRMC1,1,1,,,,,,,N,,,,2*2A",
		"$PGRMIE*04", "$PGRMI,,,,,,,R*3F", "$PGRMI,,,,,,,A*2C",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		char body[100], text[100], want[100];

		snprintf(body, sizeof(body), "%.*s", (int)strcspn(lines[i] + 1, "*"), lines[i] + 1);
		snprintf(want, sizeof(want), "%s\r\n", lines[i]);
		assert_int_equal(nmea_format(text, sizeof(text), body), strlen(want));
		assert_string_equal(text, want);
	}
}

static struct receiver_plan plan_of(const struct receiver_id *id,
				    const struct receiver_settings *from,
				    const struct receiver_settings *to)
{
	struct receiver_request req = { .op = RECEIVER_KEEP, .to = *to };
	struct receiver_plan plan;

	assert_int_equal(receiver_make_plan(garmin, id, from, &req, &plan), 0);
	return plan;
}

static void steps_are(const struct receiver_plan *plan, const char *lines)
{
	char text[1024] = "";

	for (unsigned int i = 0; i < plan->n; i++) {
		assert_int_equal(plan->steps[i].len, strlen(plan->steps[i].bytes));
		strcat(text, plan->steps[i].bytes);
	}
	assert_string_equal(text, lines);
}

#define RESTART "$PGRMI,,,,,,,R*3F\r\n"

static void sends(const char *model, struct receiver_settings to, const char *lines)
{
	struct receiver_id id = unit(model);
	struct receiver_plan plan = plan_of(&id, &unknown, &to);

	steps_are(&plan, lines);
}

static void test_lines(void **state)
{
	(void)state;
	sends("", (struct receiver_settings){ .known = RECEIVER_PULSE | RECEIVER_PULSE_WIDTH,
		.pulse = true, .pulse_ms = 100 }, "$PGRMC,,,,,,,,,,,,2,4*61\r\n" RESTART);
	sends("", (struct receiver_settings){ .known = RECEIVER_PULSE | RECEIVER_PULSE_WIDTH,
		.pulse = true, .pulse_ms = 200 }, "$PGRMC,,,,,,,,,,,,2,9*6C\r\n" RESTART);
	sends("", (struct receiver_settings){ .known = RECEIVER_PULSE },
	      "$PGRMC,,,,,,,,,,,,1*7A\r\n" RESTART);
	sends("", (struct receiver_settings){ .known = RECEIVER_PULSE, .pulse = true },
	      "$PGRMC,,,,,,,,,,,,2*79\r\n" RESTART);
	sends("", (struct receiver_settings){ .known = RECEIVER_PULSE_WIDTH, .pulse_ms = 200 },
	      "$PGRMC,,,,,,,,,,,,,9*5E\r\n" RESTART);
	sends("", (struct receiver_settings){ .known = RECEIVER_BAUD, .baud = 4800 },
	      "$PGRMC,,,,,,,,,,3*78\r\n" RESTART);
	sends("", (struct receiver_settings){ .known = RECEIVER_BAUD, .baud = 9600 },
	      "$PGRMC,,,,,,,,,,4*7F\r\n" RESTART);
	sends("", (struct receiver_settings){ .known = RECEIVER_BAUD, .baud = 19200 },
	      "$PGRMC,,,,,,,,,,5*7E\r\n" RESTART);
	sends("", (struct receiver_settings){ .known = RECEIVER_BAUD, .baud = 38400 },
	      "$PGRMC,,,,,,,,,,8*73\r\n" RESTART);
	sends("", (struct receiver_settings){
		.known = RECEIVER_BAUD | RECEIVER_PULSE | RECEIVER_PULSE_WIDTH,
		.baud = 4800, .pulse = true, .pulse_ms = 100 },
	      "$PGRMC,,,,,,,,,,3,,2,4*52\r\n" RESTART);
	/* nothing asked, nothing sent */
	sends("", unknown, "");
}

/* PGRMC1 acts at once on 18 and 18x; on a GPS 25 it waits, and so it may on an unknown one. */
static void test_lines_pgrmc1(void **state)
{
	struct receiver_settings v23 = { .known = RECEIVER_VERSION, .nmea_version = 230 };

	(void)state;
	sends("GPS 18x-LVC", v23, "$PGRMC1,,,,,,,2*64\r\n");
	sends("GPS 18-LVC", v23, "$PGRMC1,,,,,,,2*64\r\n");
	sends("GPS 25LP", v23, "$PGRMC1,,,,,,,2*64\r\n" RESTART);
	sends("GPS 16x-HVS", v23, "$PGRMC1,,,,,,,2*64\r\n" RESTART);
	sends("", v23, "$PGRMC1,,,,,,,2*64\r\n" RESTART);
	v23.nmea_version = 200;
	sends("GPS 18x-LVC", v23, "$PGRMC1,,,,,,,1*67\r\n");
	sends("GPS 18x-LVC",
	      (struct receiver_settings){ .known = RECEIVER_INTERVAL, .interval_ms = 1000 },
	      "$PGRMC1,1*67\r\n");
	sends("GPS 18x-LVC", (struct receiver_settings){
		.known = RECEIVER_INTERVAL | RECEIVER_PULSE_STOPS,
		.interval_ms = 900000, .pulse_stops = true },
	      "$PGRMC1,900,,,,,,,,,,,,2*5D\r\n");
	/* the speed is in the last sentence before the restart */
	sends("GPS 18x-LVC", (struct receiver_settings){
		.known = RECEIVER_BAUD | RECEIVER_INTERVAL, .baud = 9600, .interval_ms = 1000 },
	      "$PGRMC1,1*67\r\n$PGRMC,,,,,,,,,,4*7F\r\n" RESTART);
}

static void test_steps(void **state)
{
	struct receiver_id id = unit("GPS 18x-LVC");
	struct receiver_request req = { .op = RECEIVER_EXACTLY, .on = 1,
					.to = { .known = RECEIVER_BAUD, .baud = 9600 } };
	struct receiver_settings from = { .known = RECEIVER_BAUD, .baud = 4800 };
	struct receiver_plan plan;

	(void)state;
	assert_int_equal(receiver_make_plan(garmin, &id, &from, &req, &plan), 0);
	steps_are(&plan, "$PGRMO,,2*75\r\n$PGRMO,GPRMC,1*3D\r\n$PGRMC,,,,,,,,,,4*7F\r\n" RESTART);
	assert_true(plan.silences);
	assert_int_equal(plan.steps[0].await, RECEIVER_MAY_ANSWER);
	assert_int_equal(plan.steps[1].await, RECEIVER_MAY_ANSWER);
	assert_int_equal(plan.steps[2].await, RECEIVER_MUST_ANSWER);
	assert_int_equal(plan.steps[2].baud, 0);
	assert_int_equal(plan.steps[3].await, RECEIVER_MAY_ANSWER);
	assert_true(plan.steps[3].restarts);
	assert_int_equal(plan.steps[3].baud, 9600);
	/* what is so already is not sent */
	from.baud = 9600;
	req.op = RECEIVER_KEEP;
	assert_int_equal(receiver_make_plan(garmin, &id, &from, &req, &plan), 0);
	assert_int_equal(plan.n, 0);
	/* a stored speed that has waited for a restart comes with ours */
	req.to = (struct receiver_settings){ .known = RECEIVER_PULSE, .pulse = true };
	assert_int_equal(receiver_make_plan(garmin, &id, &from, &req, &plan), 0);
	assert_true(plan.steps[1].restarts);
	assert_int_equal(plan.steps[1].baud, 9600);
	assert_int_equal(receiver_make_plan(garmin, &id, &unknown, &req, &plan), 0);
	assert_int_equal(plan.steps[1].baud, 0);
	/* no speed of a Garmin */
	req.to = (struct receiver_settings){ .known = RECEIVER_BAUD, .baud = 57600 };
	assert_int_equal(receiver_make_plan(garmin, &id, &unknown, &req, &plan), -EINVAL);
}

static void test_questions(void **state)
{
	struct receiver_id id = unit("");
	struct receiver_plan plan = { .n = 0 };

	(void)state;
	assert_int_equal(garmin->write_probe(&plan), 0);
	steps_are(&plan, "$PGRMCE*0E\r\n");
	assert_true(plan.steps[0].asks);
	assert_int_equal(plan.steps[0].await, RECEIVER_MUST_ANSWER);
	plan.n = 0;
	assert_int_equal(garmin->write_queries(&id, &plan), 0);
	steps_are(&plan, "$PGRMCE*0E\r\n$PGRMC1E*3F\r\n");
	assert_true(plan.steps[0].asks && plan.steps[1].asks);
	assert_int_equal(plan.steps[0].await, RECEIVER_MUST_ANSWER);
	assert_int_equal(plan.steps[1].await, RECEIVER_MAY_ANSWER);
	/* a unit that is known to have PGRMC1, by its name or by an answer, must tell it */
	id = unit("GPS 18x-LVC");
	plan.n = 0;
	assert_int_equal(garmin->write_queries(&id, &plan), 0);
	assert_int_equal(plan.steps[1].await, RECEIVER_MUST_ANSWER);
	id = unit("");
	id.shown = RECEIVER_VERSION;
	plan.n = 0;
	assert_int_equal(garmin->write_queries(&id, &plan), 0);
	assert_int_equal(plan.steps[1].await, RECEIVER_MUST_ANSWER);
}

/* The factory's set: mode 4; where the table of modes ends at 3, the manual's list. */
static void test_defaults(void **state)
{
	static const struct {
		const char *model, *lines;
	} cases[] = {
		{ "", "$PGRMO,,4*73\r\n" },
		{ "GPS 15x-W", "$PGRMO,,4*73\r\n" },
		{ "GPS 18-LVC", "$PGRMO,,4*73\r\n" },
		{ "GPS 25LP", "$PGRMO,,2*75\r\n$PGRMO,GPRMC,1*3D\r\n$PGRMO,GPGGA,1*20\r\n"
		  "$PGRMO,GPGSA,1*34\r\n$PGRMO,GPGSV,1*23\r\n$PGRMO,PGRMT,1*2A\r\n" },
		{ "GPS 36", "$PGRMO,,2*75\r\n$PGRMO,GPRMC,1*3D\r\n$PGRMO,GPGSA,1*34\r\n"
		  "$PGRMO,GPGSV,1*23\r\n$PGRMO,PGRME,1*3B\r\n$PGRMO,PGRMV,1*28\r\n"
		  "$PGRMO,PGRMT,1*2A\r\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct receiver_id id = unit(cases[i].model);
		struct receiver_request req = { .op = RECEIVER_DEFAULTS };
		struct receiver_plan plan;

		assert_int_equal(receiver_make_plan(garmin, &id, &unknown, &req, &plan), 0);
		steps_are(&plan, cases[i].lines);
	}
}

/* ---- answers ---- */

static struct nmea_sentence sentence(const char *body)
{
	static char text[160];
	struct nmea_sentence s;
	int n = nmea_format(text, sizeof(text), body);

	assert_true(n > 0);
	nmea_parse(text, (size_t)n - 2, &s);
	return s;
}

static enum receiver_answer judge(const char *asked, const char *answer,
				  struct receiver_settings *now)
{
	struct receiver_plan plan = { .n = 0 };
	struct nmea_sentence s = sentence(answer);

	assert_int_equal(receiver_add_line(&plan, "%s", asked), 0);
	return garmin->judge(&plan.steps[0], &(struct receiver_message){ .sentence = &s }, now);
}

#define PGRMC_16X "PGRMC,A,00018.0,100,0000000.000,000.000000000,0000,0000,0000,A,3,0,2,04,1.0"
#define PGRMC_25 "PGRMC,A,218.8,100,6378137.000,298.257223563,0.0,0.0,0.0,A,3,1,1,4,30"
#define PGRMC1_16X "PGRMC1,1,1,2,,,,1,A,N,,,,2,2,2"
#define PGRMC1_25 "PGRMC1,1,1,1,,,,1"

static void test_judge_questions(void **state)
{
	struct receiver_settings now = { .known = 0 };

	(void)state;
	assert_int_equal(judge("PGRMCE", PGRMC_16X, &now), RECEIVER_ACCEPTED);
	assert_int_equal(now.known, RECEIVER_BAUD | RECEIVER_PULSE | RECEIVER_PULSE_WIDTH);
	assert_int_equal(now.baud, 4800);
	assert_true(now.pulse);
	assert_int_equal(now.pulse_ms, 100);
	assert_string_equal(now.native[0], PGRMC_16X);
	assert_int_equal(judge("PGRMC1E", PGRMC1_16X, &now), RECEIVER_ACCEPTED);
	assert_int_equal(now.known, RECEIVER_BAUD | RECEIVER_PULSE | RECEIVER_PULSE_WIDTH |
				    RECEIVER_INTERVAL | RECEIVER_VERSION | RECEIVER_PULSE_STOPS);
	assert_int_equal(now.interval_ms, 1000);
	assert_int_equal(now.nmea_version, 200);
	assert_true(now.pulse_stops);
	assert_string_equal(now.native[1], PGRMC1_16X);
	/* the GPS 25's way of writing: pulse off */
	assert_int_equal(judge("PGRMCE", PGRMC_25, &now), RECEIVER_ACCEPTED);
	assert_false(now.pulse);
	assert_int_equal(now.pulse_ms, 100);
	assert_string_equal(now.native[0], PGRMC_25);
	/* its PGRMC1 ends at field 7 */
	now = unknown;
	assert_int_equal(judge("PGRMC1E", PGRMC1_25, &now), RECEIVER_ACCEPTED);
	assert_int_equal(now.known, RECEIVER_INTERVAL | RECEIVER_VERSION);
	/* what comes back late from a command is no answer to a question */
	now = unknown;
	assert_int_equal(judge("PGRMCE", "PGRMC,,,,,,,,,,3,,2,4", &now), RECEIVER_UNRELATED);
	assert_int_equal(judge("PGRMC1E", "PGRMC1,1,1", &now), RECEIVER_UNRELATED);
	assert_int_equal(judge("PGRMCE", PGRMC1_16X, &now), RECEIVER_UNRELATED);
	assert_int_equal(judge("PGRMCE", "GPRMC,120001,A,,,,,,,,,", &now), RECEIVER_UNRELATED);
	assert_int_equal(judge("PGRMCE", "PGRMCE", &now), RECEIVER_UNRELATED);
	assert_memory_equal(&now, &unknown, sizeof(now));
	assert_int_equal(judge("PGRMIE", "PGRMI,5128.674,N,00000.084,W,010926,120001,", &now),
			 RECEIVER_ACCEPTED);
}

static void test_judge_config(void **state)
{
	struct receiver_settings now = { .known = 0 };

	(void)state;
	/* as it came */
	assert_int_equal(judge("PGRMC,,,,,,,,,,,,2,9", "PGRMC,,,,,,,,,,,,2,9", &now),
			 RECEIVER_ACCEPTED);
	assert_int_equal(now.known, RECEIVER_PULSE | RECEIVER_PULSE_WIDTH);
	assert_int_equal(now.pulse_ms, 200);
	assert_string_equal(now.native[0], "");
	/* all of it, with zeros in front: the same number; with another one: refused */
	assert_int_equal(judge("PGRMC,,,,,,,,,,3,,2,4", PGRMC_16X, &now), RECEIVER_ACCEPTED);
	assert_int_equal(now.pulse_ms, 100);
	assert_int_equal(judge("PGRMC,,,,,,,,,,3,,2,9", PGRMC_16X, &now), RECEIVER_REJECTED);
	assert_int_equal(now.pulse_ms, 100);
	assert_int_equal(judge("PGRMC,,,,,,,,,,4", PGRMC_16X, &now), RECEIVER_REJECTED);
	assert_int_equal(judge("PGRMC,,,,,,,,,,,,2", PGRMC_25, &now), RECEIVER_REJECTED);
	assert_int_equal(judge("PGRMC,,,,,,,,,,,,,,1", PGRMC_16X, &now), RECEIVER_ACCEPTED);
	assert_int_equal(judge("PGRMC,,18", PGRMC_16X, &now), RECEIVER_ACCEPTED);
	assert_int_equal(judge("PGRMC,,-18", PGRMC_16X, &now), RECEIVER_REJECTED);
	assert_int_equal(judge("PGRMC,,1.8", PGRMC_16X, &now), RECEIVER_REJECTED);
	assert_int_equal(judge("PGRMC,,,,,,-0", PGRMC_16X, &now), RECEIVER_ACCEPTED);
	assert_int_equal(judge("PGRMC,D", PGRMC_16X, &now), RECEIVER_REJECTED);
	/* the late echo of another command says nothing about this one */
	assert_int_equal(judge("PGRMC,,,,,,,,,,4", "PGRMC,,,,,,,,,,,,2", &now),
			 RECEIVER_UNRELATED);
	assert_int_equal(judge("PGRMC,,,,,,,,,,4", PGRMC1_16X, &now), RECEIVER_UNRELATED);
	/* a field that the unit does not have */
	assert_int_equal(judge("PGRMC1,,,,,,,,,,,,,2", PGRMC1_16X, &now), RECEIVER_ACCEPTED);
	assert_int_equal(judge("PGRMC1,,,,,,,,,,,,,2", PGRMC1_25, &now), RECEIVER_REJECTED);
}

/* What an accepted sentence changed is put into the unit's own words. */
static void test_judge_native(void **state)
{
	struct receiver_settings now = { .known = 0 };

	(void)state;
	judge("PGRMCE", PGRMC_16X, &now);
	judge("PGRMC,,,,,,,,,,4,,1", "PGRMC,,,,,,,,,,4,,1", &now);
	assert_int_equal(now.baud, 9600);
	assert_false(now.pulse);
	assert_string_equal(now.native[0], "PGRMC,A,00018.0,100,0000000.000,000.000000000,0000,"
					   "0000,0000,A,4,0,1,04,1.0");
}

static void test_judge_others(void **state)
{
	struct receiver_settings now = { .known = 0 };
	struct receiver_plan plan = { .n = 0 };
	struct nmea_sentence s;

	(void)state;
	/* PGRMO: some units send it back */
	assert_int_equal(judge("PGRMO,,2", "PGRMO,,2", &now), RECEIVER_ACCEPTED);
	assert_int_equal(judge("PGRMO,GPRMC,1", "PGRMO,GPGGA,1", &now), RECEIVER_UNRELATED);
	assert_int_equal(judge("PGRMO,,2", "GPRMC,,V", &now), RECEIVER_UNRELATED);
	/* a restart that is refused comes back with the position and without the R */
	assert_int_equal(judge("PGRMI,,,,,,,R", "PGRMI,,,,,,,R", &now), RECEIVER_ACCEPTED);
	assert_int_equal(judge("PGRMI,,,,,,,R", "PGRMI,5128.674,N,00000.084,W,010926,120001,R",
			       &now), RECEIVER_ACCEPTED);
	assert_int_equal(judge("PGRMI,,,,,,,R", "PGRMI,5128.674,N,00000.084,W,010926,120001,",
			       &now), RECEIVER_REJECTED);
	/* without a checksum, or with a wrong one, nothing is an answer */
	assert_int_equal(receiver_add_line(&plan, "PGRMO,,2"), 0);
	nmea_parse("$PGRMO,,2", 9, &s);
	assert_int_equal(garmin->judge(&plan.steps[0], &(struct receiver_message){ .sentence = &s },
				       &now), RECEIVER_UNRELATED);
	nmea_parse("$PGRMO,,2*74", 12, &s);
	assert_int_equal(garmin->judge(&plan.steps[0], &(struct receiver_message){ .sentence = &s },
				       &now), RECEIVER_UNRELATED);
	assert_memory_equal(&now, &unknown, sizeof(now));
}

/* A unit that lies: no value outside its range is believed, and none that was before is kept. */
static void test_judge_lies(void **state)
{
	struct receiver_settings now = { .known = 0 };

	(void)state;
	judge("PGRMCE", PGRMC_16X, &now);
	assert_int_equal(judge("PGRMCE", "PGRMC,A,1,100,,,,,,A,9,0,3,49,1", &now),
			 RECEIVER_ACCEPTED);
	assert_int_equal(now.known, 0);
	judge("PGRMC1E", PGRMC1_16X, &now);
	assert_int_equal(judge("PGRMC1E", "PGRMC1,901,1,,,,,3,,,,,,x", &now), RECEIVER_ACCEPTED);
	assert_int_equal(now.known, 0);
	judge("PGRMC1E", "PGRMC1,99999999999999999999,1,,,,,-1,,,,,,2.5", &now);
	assert_int_equal(now.known, 0);
	/* what a complete answer does not name is not known any more */
	judge("PGRMC1E", PGRMC1_16X, &now);
	assert_true(now.known & RECEIVER_PULSE_STOPS);
	judge("PGRMC1E", PGRMC1_25, &now);
	assert_int_equal(now.known, RECEIVER_INTERVAL | RECEIVER_VERSION);
	/* longer than a sentence that could be sent again: not kept */
	assert_int_equal(judge("PGRMCE", "PGRMC,A,1,100,0000000000000000000000000000000000000000000"
				     "0000000000000000000,,,,,,A,3,0,2,4,1", &now), RECEIVER_ACCEPTED);
	assert_string_equal(now.native[0], "");
	/* nor are words that have become so by what was accepted since */
	judge("PGRMCE", PGRMC_16X, &now);
	assert_int_equal(judge("PGRMC,,,,,,,,,,4", "PGRMC,,00000000000000000018.0,,,,,,,,4", &now),
			 RECEIVER_ACCEPTED);
	assert_string_equal(now.native[0], "");
}

/* ---- a saved configuration ---- */

static void restores(const char *now0, const char *now1, const char *then0, const char *then1,
		     const char *lines)
{
	struct receiver_id id = unit("GPS 18x-LVC");
	struct receiver_settings from = { .known = 0 }, to = { .known = 0 };
	struct receiver_plan plan;

	strcpy(from.native[0], now0);
	strcpy(from.native[1], now1);
	strcpy(to.native[0], then0);
	strcpy(to.native[1], then1);
	plan = plan_of(&id, &from, &to);
	steps_are(&plan, lines);
}

static void test_restore(void **state)
{
	(void)state;
	/* nothing differs, in whatever way it is written */
	restores(PGRMC_16X, PGRMC1_16X, PGRMC_16X, PGRMC1_16X, "");
	restores(PGRMC_16X, "", "PGRMC,A,18,0100,,,,,,A,3,00,2,4,1", "", "");
	/* the altitude and the binary output stay; the six settings are not the native's to say */
	restores(PGRMC_16X, PGRMC1_16X, "PGRMC,3,500,100,0.000,0.0,0,0,0,D,8,0,1,48,0.2",
		 "PGRMC1,9,2,1,,,,2,W,N,,,,1,2,1",
		 "$PGRMC1,,,1,,,,,W,,,,,,,1*01\r\n$PGRMC,3,,,,,,,,D,,,,,0.2*10\r\n");
	/* a unit whose present values are not known gets all of it, but no zeros for an ellipsoid */
	restores("", "", PGRMC_16X, PGRMC1_16X,
		 "$PGRMC1,,,2,,,,,A,N,,,,,2,2*6B\r\n$PGRMC,A,,100,,,,,,A,,0,,,1.0*65\r\n");
	/* the user's datum comes whole */
	restores(PGRMC_16X, "", "PGRMC,A,,96,6378137.000,298.257223563,1,2,3,A,3,0,2,4,1", "",
		 "$PGRMC,,,96,6378137.000,298.257223563,1,2,3*7B\r\n");
	restores("PGRMC,A,,96,6378137.000,298.257223563,1,2,4,A,3,0,2,4,1", "",
		 "PGRMC,A,,96,6378137.000,298.257223563,1,2,3,A,3,0,2,4,1", "",
		 "$PGRMC,,,96,6378137.000,298.257223563,1,2,3*7B\r\n");
	restores("PGRMC,A,,96,6378137.000,298.257223563,1,2,3,A,3,0,2,4,1", "", PGRMC_16X, "",
		 "$PGRMC,,,100*56\r\n");
	/* what is no PGRMC does not become one */
	restores("", "", "PGRMI,3", "PGRMC1\r\n$PGRMI,1,1,1", "");
	restores("", "", "", "", "");
}

/* ---- dialogues ---- */

struct dialogue {
	struct receiver_id id;
	struct receiver_settings now;
	const struct receiver_step *step;
	enum receiver_answer answer;
};

static void take(struct garmin_unit *u, const char *body)
{
	struct dialogue *d = u->line;
	struct nmea_sentence s = sentence(body);
	struct receiver_message m = { .sentence = &s };
	enum receiver_answer answer = garmin->judge(d->step, &m, &d->now);

	garmin->learn(&m, &d->id);
	if (answer != RECEIVER_UNRELATED)
		d->answer = answer;
}

/* A step reaches the unit, and its answer us. */
static enum receiver_answer tell(struct garmin_unit *u, struct dialogue *d,
				 const struct receiver_step *step)
{
	char line[RECEIVER_STEP_BYTES_MAX + 1];

	snprintf(line, sizeof(line), "%.*s", (int)step->len - 2, step->bytes);
	d->step = step;
	d->answer = RECEIVER_UNRELATED;
	u->say = take;
	u->line = d;
	if (garmin_unit_hear(u, line))
		garmin_unit_restart(u);
	return d->answer;
}

static void ask(struct garmin_unit *u, struct dialogue *d)
{
	struct receiver_plan plan = { .n = 0 };

	assert_int_equal(garmin->write_queries(&d->id, &plan), 0);
	for (unsigned int i = 0; i < plan.n; i++)
		tell(u, d, &plan.steps[i]);
}

/* All steps, none of them rejected, those answered that must be; then the proof. */
static bool change(struct garmin_unit *u, struct dialogue *d, const struct receiver_request *req)
{
	struct receiver_plan plan;

	ask(u, d);
	assert_int_equal(receiver_make_plan(garmin, &d->id, &d->now, req, &plan), 0);
	for (unsigned int i = 0; i < plan.n; i++) {
		enum receiver_answer answer = tell(u, d, &plan.steps[i]);

		if (answer == RECEIVER_REJECTED)
			return false;
		if (plan.steps[i].await == RECEIVER_MUST_ANSWER && answer != RECEIVER_ACCEPTED)
			return false;
	}
	d->now = unknown;
	ask(u, d);
	return !receiver_settings_differ(&req->to, &d->now);
}

static void test_dialogue(void **state)
{
	struct receiver_request req = {
		.op = RECEIVER_EXACTLY, .on = 1,
		.to = { .known = RECEIVER_BAUD | RECEIVER_PULSE | RECEIVER_PULSE_WIDTH |
				 RECEIVER_PULSE_STOPS | RECEIVER_INTERVAL | RECEIVER_VERSION,
			.baud = 9600, .pulse = true, .pulse_ms = 200, .pulse_stops = true,
			.interval_ms = 2000, .nmea_version = 230 },
	};

	(void)state;
	for (unsigned int kind = 0; kind < 16; kind++) {
		struct dialogue d = { .id = { .shown = 0 } };
		struct garmin_unit u;

		garmin_unit_make(&u);
		u.plain = kind & 1;
		u.echoes_all = kind & 2;
		u.echoes_pgrmo = kind & 4;
		u.no_restart_echo = kind & 8;
		u.pgrmc1_waits = kind & 1;
		u.pgrmc1_fields = kind & 2 ? 13 : 15;
		assert_true(change(&u, &d, &req));
		assert_int_equal(u.sentences, GARMIN_UNIT_RMC);
		assert_int_equal(u.baud, 9600);
		assert_true(u.pulse && u.stops);
		assert_int_equal(u.pgrmc[12].number, 9);
		assert_int_equal(u.interval_s, 2);
		assert_int_equal(u.pgrmc1[6].number, 2);
		assert_int_equal(u.restarts, 1);
		/* all else is as it was */
		assert_int_equal(u.pgrmc[0].letter, 'A');
		assert_int_equal(u.pgrmc[1].number, 18);
		assert_int_equal(u.pgrmc[2].number, 100);
		assert_int_equal(u.pgrmc[13].number, 1);
		assert_int_equal(u.pgrmc1[1].number, 1);
		assert_int_equal(u.pgrmc1[7].letter, 'A');
		/* and once more: nothing to do but the sentences, of which no question tells */
		assert_true(change(&u, &d, &req));
		assert_int_equal(u.restarts, 1);
	}
}

/* What waits for a restart is not in force before it. */
static void test_dialogue_waits(void **state)
{
	struct receiver_request req = { .op = RECEIVER_KEEP,
		.to = { .known = RECEIVER_BAUD | RECEIVER_PULSE, .baud = 19200, .pulse = false } };
	struct dialogue d = { .id = { .shown = 0 } };
	struct garmin_unit u;

	(void)state;
	garmin_unit_make(&u);
	u.never_restarts = true;
	assert_true(change(&u, &d, &req));
	assert_int_equal(u.baud, 4800);
	assert_true(u.pulse);
	u.never_restarts = false;
	/* put back, before any restart: the stored values, and a restart to be sure */
	req.to.baud = 4800;
	req.to.pulse = true;
	assert_true(change(&u, &d, &req));
	assert_int_equal(u.restarts, 1);
	assert_int_equal(u.baud, 4800);
	assert_int_equal(u.pgrmc[9].number, 3);
}

static void test_dialogue_refused(void **state)
{
	struct receiver_request req = { .op = RECEIVER_KEEP,
		.to = { .known = RECEIVER_BAUD, .baud = 38400 } };
	struct dialogue d = { .id = { .shown = 0 } };
	struct garmin_unit u;

	(void)state;
	/* it comes back with the values in force */
	garmin_unit_make(&u);
	u.only_to_19200 = true;
	assert_false(change(&u, &d, &req));
	assert_int_equal(u.pgrmc[9].number, 3);
	assert_int_equal(u.restarts, 0);
	/* it comes back as if all were well, and only the question shows that it is not */
	req.to = (struct receiver_settings){ .known = RECEIVER_PULSE };
	garmin_unit_make(&u);
	u.ignores_pulse = true;
	assert_false(change(&u, &d, &req));
	/* a GPS 25 has no field 13 */
	req.to = (struct receiver_settings){ .known = RECEIVER_PULSE_STOPS, .pulse_stops = true };
	garmin_unit_make(&u);
	u.plain = true;
	u.pgrmc1_fields = 7;
	assert_false(change(&u, &d, &req));
	/* a unit without PGRMC1 is configured by PGRMC all the same */
	req.to = (struct receiver_settings){ .known = RECEIVER_PULSE };
	d = (struct dialogue){ .id = { .shown = 0 } };
	garmin_unit_make(&u);
	u.pgrmc1_fields = 0;
	assert_true(change(&u, &d, &req));
	assert_false(u.pulse);
}

/* Saved, changed, restored: all is as it was. */
static void test_dialogue_restore(void **state)
{
	struct receiver_request req = { .op = RECEIVER_KEEP };
	struct dialogue d = { .id = { .shown = 0 } };
	struct garmin_unit u, before;

	(void)state;
	garmin_unit_make(&u);
	u.pgrmc[0].letter = '3';
	u.pgrmc[10].number = 255;
	before = u;
	ask(&u, &d);
	req.to = d.now;
	u.pgrmc[0].letter = 'A';
	u.pgrmc[8].letter = 'D';
	u.pgrmc[9].number = 5;
	u.pgrmc[10].number = 0;
	u.pgrmc[11].number = 1;
	u.pgrmc1[2].number = 1;
	u.pgrmc1[7].letter = 'N';
	u.pgrmc1[12].number = 2;
	garmin_unit_restart(&u);
	assert_true(change(&u, &d, &req));
	assert_memory_equal(u.pgrmc, before.pgrmc, sizeof(u.pgrmc));
	assert_memory_equal(u.pgrmc1, before.pgrmc1, sizeof(u.pgrmc1));
	assert_int_equal(u.baud, 4800);
}

/* ---- who it is ---- */

/* DLE, id, size, data, checksum, DLE ETX; DLE doubled within. */
static size_t make_packet(uint8_t *out, uint8_t id, const uint8_t *data, uint8_t size)
{
	uint8_t sum = (uint8_t)(id + size);
	size_t n = 0;

	out[n++] = 0x10;
	out[n++] = id;
	for (int i = -1; i <= size; i++) {
		uint8_t byte = i < 0 ? size : i < size ? data[i] : (uint8_t)-sum;

		if (i >= 0 && i < size)
			sum = (uint8_t)(sum + byte);
		out[n++] = byte;
		if (byte == 0x10)
			out[n++] = byte;
	}
	out[n++] = 0x10;
	out[n++] = 0x03;
	return n;
}

static struct binary_packet product_packet(uint8_t *out, uint8_t id, unsigned int version,
					   const char *text)
{
	static struct binary parser;
	struct binary_packet packet;
	uint8_t data[200] = { 0x26, 0x01, (uint8_t)version, (uint8_t)(version >> 8) };
	const uint8_t *p = out;
	size_t n;

	memcpy(data + 4, text, strlen(text) + 1);
	n = make_packet(out, id, data, (uint8_t)(5 + strlen(text)));
	memset(&parser, 0, sizeof(parser));
	assert_true(binary_next(&parser, &p, &n, &packet));
	assert_int_equal(packet.protocol, BINARY_GARMIN);
	return packet;
}

static void test_packets(void **state)
{
	uint8_t bytes[512];
	struct receiver_id id = unit("");
	struct binary_packet p = product_packet(bytes, 255, 370, "GPS 18x-LVC software ver. 3.70");
	struct receiver_message m = { .packet = &p };

	(void)state;
	assert_true(garmin->is_proof(&m));
	garmin->learn(&m, &id);
	assert_string_equal(id.model, "GPS 18x-LVC");
	assert_string_equal(id.firmware, "3.70");
	/* version 2.72 is 0x0110: a byte that is doubled */
	p = product_packet(bytes, 255, 272, "GPS 25LP");
	garmin->learn(&m, &id);
	assert_string_equal(id.model, "GPS 25LP");
	assert_string_equal(id.firmware, "2.72");
	/* a position record, and a product without a name, prove nothing */
	p = product_packet(bytes, 51, 370, "GPS 18x-LVC");
	assert_false(garmin->is_proof(&m));
	p = product_packet(bytes, 255, 370, "\x1b[2J");
	assert_false(garmin->is_proof(&m));
	garmin->learn(&m, &id);
	assert_string_equal(id.model, "GPS 25LP");
	/* what would move a terminal's cursor ends the name */
	p = product_packet(bytes, 255, 370, "GPS 18\x1b[2J");
	garmin->learn(&m, &id);
	assert_string_equal(id.model, "GPS 18");
	/* another protocol's bytes */
	p.protocol = BINARY_TSIP;
	assert_false(garmin->is_proof(&m));
	p = (struct binary_packet){ BINARY_GARMIN, bytes, 1 };
	assert_false(garmin->is_proof(&m));
}

static void test_escape(void **state)
{
	static const uint8_t request[] = { 0x10, 0xfe, 0x00, 0x02, 0x10, 0x03 };
	static const uint8_t escape[] = { 0x10, 0x0a, 0x02, 0x26, 0x00, 0xce, 0x10, 0x03 };
	uint8_t bytes[512];
	struct binary_packet p = product_packet(bytes, 255, 370, "GPS 18x-LVC");
	struct receiver_message m = { .packet = &p };
	struct receiver_plan plan = { .n = 0 };
	struct receiver_settings now = { .known = 0 };

	(void)state;
	assert_int_equal(garmin->write_escape(&plan), 0);
	assert_int_equal(plan.n, 4);
	assert_int_equal(plan.steps[0].len, sizeof(request));
	assert_memory_equal(plan.steps[0].bytes, request, sizeof(request));
	assert_true(plan.steps[0].asks);
	assert_int_equal(plan.steps[1].len, sizeof(escape));
	assert_memory_equal(plan.steps[1].bytes, escape, sizeof(escape));
	/* it goes on at its NMEA speed, which has to be looked for */
	assert_true(plan.steps[1].restarts);
	assert_int_equal(plan.steps[1].baud, 0);
	assert_string_equal(plan.steps[2].bytes, "$PGRMC1,,1*4B\r\n");
	assert_string_equal(plan.steps[3].bytes, RESTART);
	assert_true(plan.steps[3].restarts);
	/* only the question is answered by a packet */
	assert_int_equal(garmin->judge(&plan.steps[0], &m, &now), RECEIVER_ACCEPTED);
	assert_int_equal(garmin->judge(&plan.steps[1], &m, &now), RECEIVER_UNRELATED);
	p = product_packet(bytes, 51, 370, "GPS 18x-LVC");
	assert_int_equal(garmin->judge(&plan.steps[0], &m, &now), RECEIVER_UNRELATED);
	plan.n = RECEIVER_STEPS_MAX - 3;
	assert_int_equal(garmin->write_escape(&plan), -ENOSPC);
}

static void shows(const char *body, unsigned int settings)
{
	struct nmea_sentence s = sentence(body);
	struct receiver_id id = { .shown = 0 };

	garmin->learn(&(struct receiver_message){ .sentence = &s }, &id);
	assert_int_equal(id.shown, settings);
	assert_string_equal(id.model, strncmp(body, "PGRMT", 5) ? "" : "GPS 18-LVC");
}

static void test_shown(void **state)
{
	(void)state;
	shows(PGRMC_16X, RECEIVER_BAUD | RECEIVER_PULSE | RECEIVER_PULSE_WIDTH);
	shows(PGRMC1_16X, RECEIVER_INTERVAL | RECEIVER_VERSION | RECEIVER_PULSE_STOPS);
	shows(PGRMC1_25, RECEIVER_INTERVAL | RECEIVER_VERSION);
	shows("PGRMC,,,,,,,,,,3,,2", 0);
	shows("PGRMT,GPS 18-LVC", 0);
	shows("GPRMC,,V,,,,,,,,,,N", 0);
	/* another sentence's text is no name */
	shows("GPTXT,01,01,02,ANTENNA OK", 0);
}

static void note_is(const char *model, const char *firmware, const char *part)
{
	struct receiver_id id = unit(model);
	const char *note;

	snprintf(id.firmware, sizeof(id.firmware), "%s", firmware);
	note = garmin->firmware_note(&id);
	if (!part)
		assert_null(note);
	else
		assert_non_null(strstr(note, part));
}

static void test_firmware_notes(void **state)
{
	(void)state;
	note_is("GPS 18x-LVC", "3.00", "before 3.70");
	note_is("GPS 18x-LVC", "3.60", "before 3.70");
	note_is("GPS 18x-LVC", "3.6", "before 3.70");
	note_is("GPS 18x-LVC", "3.20", "hang");
	note_is("GPS 18x-LVC", "3.70", NULL);
	note_is("GPS 18x-LVC", "3.90", NULL);
	note_is("GPS 18x-LVC", "4.00", "4.00");
	note_is("GPS 18x PC", "4.50", NULL);
	note_is("GPS 18x", "2.05", NULL);
	note_is("GPS 18x", "", NULL);
	note_is("GPS 18x", "3.", "before 3.70");
	note_is("GPS 18x", "3.123456789.4", "before 3.70");
	note_is("GPS 18x", "99999999999999999999", NULL);
	/* the 18 has another firmware */
	note_is("GPS 18-LVC", "3.10", NULL);
	note_is("GPS 16x-HVS", "3.10", NULL);
	note_is("GPS 25LP", "1.10", "1024 weeks");
	note_is("", "3.10", NULL);
}

/* ---- refused ---- */

enum { NO = 0, RISKY = 1, NEVER = 2 };

static void refused(const char *model, struct receiver_settings to, int how, const char *part)
{
	struct receiver_id id = unit(model);
	struct receiver_request req = { .op = RECEIVER_KEEP, .to = to };
	bool risky;
	const char *why = garmin->refuse(&id, &req, &risky);

	assert_int_equal(why ? risky ? RISKY : NEVER : NO, how);
	if (why)
		assert_non_null(strstr(why, part));
}

static struct receiver_settings baud(unsigned int b)
{
	return (struct receiver_settings){ .known = RECEIVER_BAUD, .baud = b };
}

static struct receiver_settings width(unsigned int ms)
{
	return (struct receiver_settings){ .known = RECEIVER_PULSE_WIDTH, .pulse_ms = ms };
}

static struct receiver_settings interval(unsigned int ms)
{
	return (struct receiver_settings){ .known = RECEIVER_INTERVAL, .interval_ms = ms };
}

static struct receiver_settings version(unsigned int v)
{
	return (struct receiver_settings){ .known = RECEIVER_VERSION, .nmea_version = v };
}

static void test_refuse(void **state)
{
	struct receiver_settings on = { .known = RECEIVER_PULSE, .pulse = true };
	struct receiver_settings off = { .known = RECEIVER_PULSE };

	(void)state;
	refused("", unknown, NO, "");
	refused("", baud(4800), NO, "");
	refused("", baud(19200), NO, "");
	refused("", baud(1200), NO, "");
	refused("", baud(57600), NEVER, "38400");
	refused("", baud(300), NEVER, "1200");
	refused("", baud(0), NEVER, "1200");
	refused("", baud(38400), RISKY, "5 Hz");
	refused("GPS 18x-LVC", baud(38400), RISKY, "5 Hz");
	refused("GPS 18x-5Hz", baud(38400), NO, "");
	refused("GPS 19x HVS", baud(38400), NO, "");
	refused("GPS 18x-LVC", baud(2400), RISKY, "4800");
	refused("GPS 18-LVC", baud(2400), NO, "");
	refused("", width(20), NO, "");
	refused("", width(980), NO, "");
	refused("", width(0), NEVER, "20 to 980");
	refused("", width(1000), NEVER, "20 to 980");
	refused("", width(50), NEVER, "20 to 980");
	refused("GPS 18x-5Hz", width(180), NO, "");
	refused("GPS 18x-5Hz", width(200), NEVER, "180");
	refused("", interval(1000), NO, "");
	refused("", interval(900000), NO, "");
	refused("", interval(901000), NEVER, "900");
	refused("", interval(200), NEVER, "900");
	refused("", interval(1500), NEVER, "900");
	refused("GPS 18-5Hz", interval(1000), NEVER, "five times");
	refused("", version(200), NO, "");
	refused("", version(230), NO, "");
	refused("", version(410), NEVER, "2.3");
	refused("GPS 18x-5Hz", on, RISKY, "five pulses");
	refused("GPS 18x-5Hz", off, NO, "");
	refused("GPS 18x-LVC", on, NO, "");
}

static void test_refuse_stops(void **state)
{
	struct receiver_settings stops = { .known = RECEIVER_PULSE_STOPS, .pulse_stops = true };
	struct receiver_request req = { .op = RECEIVER_KEEP, .to = stops };
	struct receiver_id id = unit("");
	bool risky;

	(void)state;
	refused("GPS 25LP", stops, NEVER, "without a fix");
	refused("GPS 35-HVS", stops, NEVER, "without a fix");
	refused("GPS 18-LVC", stops, NO, "");
	refused("", stops, NO, "");
	/* it has answered PGRMC1E, and its answer had no field 13 */
	id.shown = RECEIVER_INTERVAL | RECEIVER_VERSION;
	assert_non_null(garmin->refuse(&id, &req, &risky));
	assert_false(risky);
	/* what can never be is said before what can be had by insisting */
	req.to = baud(38400);
	req.to.known |= RECEIVER_VERSION;
	assert_non_null(strstr(garmin->refuse(&id, &req, &risky), "NMEA"));
	assert_false(risky);
}

static void test_refuse_beacon(void **state)
{
	struct receiver_request req = { .op = RECEIVER_ADJUST };
	struct receiver_id id = unit("GPS 18x-LVC");
	const char *bad;
	size_t len;
	bool risky;

	(void)state;
	assert_int_equal(receiver_parse_set(garmin, "RMC,PGRMB", &req.on, &bad, &len), 0);
	assert_non_null(strstr(garmin->refuse(&id, &req, &risky), "PGRMB"));
	req.op = RECEIVER_KEEP;
	assert_null(garmin->refuse(&id, &req, &risky));
	req.op = RECEIVER_EXACTLY;
	id = unit("GPS 18-LVC");
	assert_null(garmin->refuse(&id, &req, &risky));
}

static void test_risks(void **state)
{
	(void)state;
	assert_non_null(strstr(garmin->risk_of("PGRMI,,,,,,,A"), "second wrong"));
	assert_null(garmin->risk_of("PGRMI,,,,,,,R"));
	assert_null(garmin->risk_of("PGRMIE"));
	assert_non_null(strstr(garmin->risk_of("PGRMO,,G"), "binary"));
	assert_null(garmin->risk_of("PGRMO,,2"));
	assert_non_null(strstr(garmin->risk_of("PGRMC1,1,2"), "binary"));
	assert_non_null(garmin->risk_of("PGRMC1,,02"));
	assert_null(garmin->risk_of("PGRMC1,1,1"));
	assert_non_null(strstr(garmin->risk_of("PGRMC,,,,,,,,,,4"), "--baud"));
	assert_null(garmin->risk_of("PGRMC,,,,,,,,,,,,2,4"));
	assert_null(garmin->risk_of("PGRMCE"));
	assert_null(garmin->risk_of(""));
}

static void clock_is(const char *model, unsigned int shown, unsigned int known)
{
	struct receiver_id id = unit(model);
	struct receiver_request req;
	bool risky;

	id.shown = shown;
	memset(&req, 0xff, sizeof(req));
	garmin->for_a_clock(&id, &req);
	assert_int_equal(req.op, RECEIVER_EXACTLY);
	assert_int_equal(req.on, 1);
	assert_int_equal(req.off, 0);
	assert_int_equal(req.to.known, known);
	assert_true(req.to.pulse);
	assert_int_equal(req.to.interval_ms, known & RECEIVER_INTERVAL ? 1000 : 0);
	assert_int_equal(req.to.pulse_stops, !!(known & RECEIVER_PULSE_STOPS));
	assert_string_equal(req.to.native[0], "");
	/* what is best is not refused, but for a unit that cannot be a clock */
	if (!strstr(model, "5Hz"))
		assert_null(garmin->refuse(&id, &req, &risky));
}

static void test_for_a_clock(void **state)
{
	const unsigned int pgrmc = RECEIVER_BAUD | RECEIVER_PULSE | RECEIVER_PULSE_WIDTH;
	const unsigned int pgrmc1 = RECEIVER_INTERVAL | RECEIVER_VERSION;
	const unsigned int common = RECEIVER_PULSE | RECEIVER_INTERVAL;

	(void)state;
	clock_is("", 0, common);
	clock_is("GPS 18x-LVC", 0, common | RECEIVER_PULSE_STOPS);
	clock_is("GPS 18-LVC", 0, common | RECEIVER_PULSE_STOPS);
	clock_is("GPS 15x-W", 0, common);
	clock_is("GPS 25LP", 0, common);
	clock_is("GPS 18x-5Hz", 0, RECEIVER_PULSE | RECEIVER_PULSE_STOPS);
	/* by what it has answered */
	clock_is("", pgrmc | pgrmc1 | RECEIVER_PULSE_STOPS, common | RECEIVER_PULSE_STOPS);
	clock_is("GPS 15x-W", pgrmc1 | RECEIVER_PULSE_STOPS, common | RECEIVER_PULSE_STOPS);
	clock_is("", pgrmc | pgrmc1, common);
	clock_is("GPS 18x-LVC", pgrmc | pgrmc1, common);
	clock_is("", pgrmc, RECEIVER_PULSE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_checksums),
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_lines_pgrmc1),
		cmocka_unit_test(test_steps),
		cmocka_unit_test(test_questions),
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_judge_questions),
		cmocka_unit_test(test_judge_config),
		cmocka_unit_test(test_judge_native),
		cmocka_unit_test(test_judge_others),
		cmocka_unit_test(test_judge_lies),
		cmocka_unit_test(test_restore),
		cmocka_unit_test(test_dialogue),
		cmocka_unit_test(test_dialogue_waits),
		cmocka_unit_test(test_dialogue_refused),
		cmocka_unit_test(test_dialogue_restore),
		cmocka_unit_test(test_packets),
		cmocka_unit_test(test_escape),
		cmocka_unit_test(test_shown),
		cmocka_unit_test(test_firmware_notes),
		cmocka_unit_test(test_refuse),
		cmocka_unit_test(test_refuse_stops),
		cmocka_unit_test(test_refuse_beacon),
		cmocka_unit_test(test_risks),
		cmocka_unit_test(test_for_a_clock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
