// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Changes of a Garmin from the first question to the proof, against a unit made from the
 * manuals, on a line that fails in every way: it ends as asked or as it was, and what is
 * said of it is true.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "model.h"
#include "model_garmin.h"

static const struct receiver *const garmin = &receiver_garmin;

struct bench {
	struct model m;
	struct garmin_unit u, before;
	struct receiver_change c;
	struct receiver_id id;
};

static void say(struct garmin_unit *u, const char *body)
{
	model_say_line(u->line, body);
}

static unsigned int stored_baud(const struct garmin_unit *u)
{
	return garmin_unit_baud((unsigned int)u->pgrmc[9].number);
}

static void hear(struct model *m, const char *bytes, size_t len)
{
	struct garmin_unit *u = m->self;

	(void)len;
	if (bytes[0] == '$' && garmin_unit_hear(u, bytes))
		model_restart(m);
	m->stored_baud = stored_baud(u);
}

static void burst(struct model *m)
{
	garmin_unit_burst(m->self);
}

static void restart(struct model *m)
{
	garmin_unit_restart(m->self);
}

static struct receiver_settings most(void)
{
	return (struct receiver_settings){
		.known = RECEIVER_BAUD | RECEIVER_PULSE | RECEIVER_PULSE_WIDTH |
			 RECEIVER_PULSE_STOPS | RECEIVER_VERSION,
		.baud = 9600, .pulse = false, .pulse_ms = 200, .pulse_stops = true,
		.nmea_version = 230,
	};
}

static const struct receiver_request nothing = { .op = RECEIVER_KEEP };

static void make(struct bench *b)
{
	memset(b, 0, sizeof(*b));
	garmin_unit_make(&b->u);
	b->u.say = say;
	b->u.line = &b->m;
	b->m = (struct model){ .baud = 4800, .stored_baud = 4800, .hear = hear, .burst = burst,
			       .restart = restart, .self = &b->u };
}

static struct receiver_found found(const struct bench *b)
{
	struct receiver_found f = { .baud = b->u.baud };

	for (unsigned int i = 0; i < garmin->n_sentences; i++)
		for (unsigned int k = 0; k < GARMIN_UNIT_SENTENCES; k++)
			if (b->u.sentences >> k & 1 && !garmin->sentences[i].rare &&
			    !strcmp(garmin->sentences[i].target, garmin_unit_names[k]))
				f.seen.set |= (receiver_set)1 << i;
	return f;
}

static enum receiver_outcome play(struct bench *b, const struct receiver_request *req)
{
	struct receiver_found f = found(b);

	b->before = b->u;
	assert_int_equal(receiver_change_begin(&b->c, garmin, &b->id, req, &f, b->m.now_ns), 0);
	return model_play(&b->m, &b->c, 0);
}

static bool is_new(const struct bench *b, const struct receiver_request *req)
{
	const struct garmin_unit *u = &b->u;

	return (req->op == RECEIVER_KEEP || u->sentences == GARMIN_UNIT_RMC) &&
	       u->baud == req->to.baud && u->pulse == req->to.pulse &&
	       u->pgrmc[12].number == req->to.pulse_ms / 20 - 1 && u->stops == req->to.pulse_stops &&
	       u->pgrmc1[6].number == (req->to.nmea_version == 230 ? 2 : 1) &&
	       stored_baud(u) == u->baud;
}

/* In force and stored. */
static bool is_old(const struct bench *b)
{
	const struct garmin_unit *u = &b->u, *o = &b->before;

	return u->sentences == o->sentences && u->baud == o->baud && u->pulse == o->pulse &&
	       u->stops == o->stops && !memcmp(u->pgrmc, o->pgrmc, sizeof(u->pgrmc)) &&
	       !memcmp(u->pgrmc1, o->pgrmc1, sizeof(u->pgrmc1));
}

static void said_truly(const struct bench *b, const struct receiver_request *req)
{
	switch (b->c.outcome) {
	case RECEIVER_DONE:
		assert_true(is_new(b, req));
		break;
	case RECEIVER_PUT_BACK:
	case RECEIVER_REFUSED:
		assert_true(is_old(b));
		break;
	default:
		/* only where nothing is heard any more, or nothing hears */
		assert_true(b->m.dead || b->m.deaf_from);
	}
}

static struct receiver_request all_of_it(void)
{
	return (struct receiver_request){ .op = RECEIVER_EXACTLY, .on = 1, .to = most() };
}

/* Padded and plain, with echoes and without, answers short and whole, at once and waiting. */
static void test_kinds(void **state)
{
	struct receiver_request req = all_of_it();

	(void)state;
	for (unsigned int kind = 0; kind < 16; kind++) {
		static struct bench b;

		make(&b);
		b.u.plain = kind & 1;
		b.u.pgrmc1_waits = kind & 1;
		b.u.echoes_all = kind & 2;
		b.u.echoes_pgrmo = kind & 4;
		b.u.no_restart_echo = kind & 8;
		assert_int_equal(play(&b, &req), RECEIVER_DONE);
		assert_true(is_new(&b, &req));
		assert_string_equal(b.c.reason, "");
		assert_int_equal(b.u.restarts, 1);
		/* all else is as it was */
		assert_int_equal(b.u.pgrmc[1].number, 18);
		assert_int_equal(b.u.pgrmc[13].number, 1);
		assert_int_equal(b.u.pgrmc1[7].letter, 'A');
		assert_string_equal(b.m.log,
			"$PGRMCE*0E\r\n$PGRMC1E*3F\r\n"
			"$PGRMO,,2*75\r\n$PGRMO,GPRMC,1*3D\r\n"
			"$PGRMC1,,,,,,,2,,,,,,2*56\r\n$PGRMC,,,,,,,,,,4,,1,9*5B\r\n"
			"$PGRMI,,,,,,,R*3F\r\n"
			"$PGRMCE*0E\r\n$PGRMC1E*3F\r\n");
	}
}

static void test_for_a_clock(void **state)
{
	static struct bench b;
	struct receiver_request req;

	(void)state;
	make(&b);
	snprintf(b.id.model, sizeof(b.id.model), "GPS 18-LVC");
	garmin->for_a_clock(&b.id, &req);
	assert_int_equal(play(&b, &req), RECEIVER_DONE);
	assert_int_equal(b.u.sentences, GARMIN_UNIT_RMC);
	assert_true(b.u.pulse && b.u.stops);
	assert_int_equal(b.u.interval_s, 1);
	assert_int_equal(b.u.baud, 4800);
	/* an 18 needs no restart for that */
	assert_int_equal(b.u.restarts, 0);
}

/* A speed that somebody stored and that never came into force. */
static void test_pending_speed(void **state)
{
	static struct bench b;
	struct receiver_request req = nothing;

	(void)state;
	make(&b);
	b.u.pgrmc[9].number = 4;
	b.m.stored_baud = 9600;
	req.to = (struct receiver_settings){ .known = RECEIVER_BAUD, .baud = 9600 };
	assert_int_equal(play(&b, &req), RECEIVER_DONE);
	assert_int_equal(b.u.baud, 9600);
	/* it comes with the restart that something else needs */
	make(&b);
	b.u.pgrmc[9].number = 4;
	b.m.stored_baud = 9600;
	req.to = (struct receiver_settings){ .known = RECEIVER_PULSE };
	assert_int_equal(play(&b, &req), RECEIVER_DONE);
	assert_int_equal(b.u.baud, 9600);
	assert_int_equal(b.c.baud, 9600);
	assert_false(b.u.pulse);
}

static void test_refused(void **state)
{
	static struct bench b;
	struct receiver_request req = all_of_it();

	(void)state;
	/* it comes back with the values in force */
	make(&b);
	b.u.only_to_19200 = true;
	req.to.baud = 38400;
	assert_int_equal(play(&b, &req), RECEIVER_PUT_BACK);
	assert_true(is_old(&b));
	assert_string_not_equal(b.c.reason, "");
	/* it comes back as if all were well */
	make(&b);
	b.u.ignores_pulse = true;
	req = all_of_it();
	assert_int_equal(play(&b, &req), RECEIVER_PUT_BACK);
	assert_true(is_old(&b));
	/* a sentence that the unit does not send: no answer, ever */
	make(&b);
	snprintf(b.u.not_sent, sizeof(b.u.not_sent), "GPVTG");
	req = (struct receiver_request){ .op = RECEIVER_ADJUST, .on = 1 << 6 };
	assert_int_equal(play(&b, &req), RECEIVER_PUT_BACK);
	assert_true(is_old(&b));
	/* no field 13 */
	make(&b);
	b.u.pgrmc1_fields = 7;
	b.u.plain = true;
	req = all_of_it();
	assert_int_equal(play(&b, &req), RECEIVER_PUT_BACK);
	assert_true(is_old(&b));
}

/* No restart: the stored speed is not the one it speaks at. */
static void test_never_restarts(void **state)
{
	static struct bench b;
	struct receiver_request req = all_of_it();

	(void)state;
	make(&b);
	b.u.never_restarts = true;
	play(&b, &req);
	assert_int_not_equal(b.c.outcome, RECEIVER_DONE);
	assert_int_equal(b.u.baud, 4800);
	assert_int_equal(stored_baud(&b.u), 4800);
	assert_int_equal(b.u.pgrmc[11].number, 2);
}

static void test_restore(void **state)
{
	static struct bench b;
	struct receiver_request req = nothing;

	(void)state;
	make(&b);
	req.to.known = RECEIVER_BAUD | RECEIVER_PULSE | RECEIVER_PULSE_WIDTH;
	req.to.baud = 4800;
	req.to.pulse = true;
	req.to.pulse_ms = 100;
	snprintf(req.to.native[0], RECEIVER_LINE_MAX, "%s",
		 "PGRMC,A,00018.0,100,0000000.000,000.000000000,0000,0000,0000,A,3,0,2,04,1.0");
	snprintf(req.to.native[1], RECEIVER_LINE_MAX, "%s", "PGRMC1,1,1,2,,,,1,A,N,,,,1,2,2");
	b.u.pgrmc[0].letter = '3';
	b.u.pgrmc[9].number = 5;
	b.u.pgrmc[10].number = 2;
	b.u.pgrmc1[7].letter = 'N';
	garmin_unit_restart(&b.u);
	b.m.baud = b.m.stored_baud = 19200;
	assert_int_equal(play(&b, &req), RECEIVER_DONE);
	assert_int_equal(b.u.baud, 4800);
	assert_int_equal(b.u.pgrmc[0].letter, 'A');
	assert_int_equal(b.u.pgrmc[10].number, 0);
	assert_int_equal(b.u.pgrmc1[7].letter, 'A');
}

/* ---- faults ---- */

enum { LOSE_COMMAND, DAMAGE_COMMAND, LOSE_ANSWER, DAMAGE_ANSWER, DELAY_ANSWER, DEAF, SILENT,
       DEAD, FAULTS };

static void break_line(struct model *m, int fault, unsigned int at)
{
	unsigned int *const which[FAULTS] = {
		&m->lose_command, &m->damage_command, &m->lose_answer, &m->damage_answer,
		&m->delay_answer, &m->deaf_from, &m->silent_from, &m->dead_after,
	};

	*which[fault] = at;
}

static void test_faults(void **state)
{
	struct receiver_request req = all_of_it();

	(void)state;
	for (int fault = 0; fault < FAULTS; fault++)
		for (unsigned int at = 1; at <= 12; at++) {
			static struct bench b;

			make(&b);
			b.u.echoes_pgrmo = at & 1;
			b.u.echoes_all = at & 2;
			break_line(&b.m, fault, at);
			play(&b, &req);
			said_truly(&b, &req);
			/* one line more or less is made good */
			if (fault <= DELAY_ANSWER)
				assert_int_not_equal(b.c.outcome, RECEIVER_LOST);
		}
}

static void test_rubbish(void **state)
{
	struct receiver_request req = all_of_it();
	static struct bench b;

	(void)state;
	make(&b);
	b.m.garbage = true;
	play(&b, &req);
	assert_int_not_equal(b.c.outcome, RECEIVER_DONE);
	assert_true(is_old(&b));
	make(&b);
	b.m.flood = true;
	play(&b, &req);
	if (b.c.outcome == RECEIVER_DONE)
		assert_true(is_new(&b, &req));
	else
		assert_true(is_old(&b));
}

/* Killed at every action, and the next run finds the receiver and mends it. */
static void test_killed(void **state)
{
	struct receiver_request req = all_of_it();
	bool killed = true;

	(void)state;
	for (unsigned int at = 1; killed; at++) {
		static struct bench b;
		struct receiver_found f;
		struct receiver_intent intent;

		make(&b);
		f = found(&b);
		b.before = b.u;
		assert_int_equal(receiver_change_begin(&b.c, garmin, &b.id, &req, &f, b.m.now_ns), 0);
		killed = model_play(&b.m, &b.c, at) == RECEIVER_PENDING;
		if (!killed)
			break;
		model_sleep(&b.m, 5 * MODEL_NS_PER_S);
		if (!b.m.intended) {
			assert_true(is_old(&b));
			continue;
		}
		f = found(&b);
		intent = b.m.intent;
		assert_int_equal(receiver_change_begin_resume(&b.c, garmin, &b.id, &intent, &f,
							      b.m.now_ns), 0);
		b.m.intended = false;
		model_play(&b.m, &b.c, 0);
		assert_true(b.c.outcome == RECEIVER_DONE || b.c.outcome == RECEIVER_PUT_BACK);
		said_truly(&b, &req);
	}
}

static void test_interrupted(void **state)
{
	struct receiver_request req = all_of_it();

	(void)state;
	for (unsigned int at = 1; at <= 14; at++) {
		static struct bench b;

		make(&b);
		b.m.interrupt_at = at;
		play(&b, &req);
		said_truly(&b, &req);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_for_a_clock),
		cmocka_unit_test(test_pending_speed),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_never_restarts),
		cmocka_unit_test(test_restore),
		cmocka_unit_test(test_faults),
		cmocka_unit_test(test_rubbish),
		cmocka_unit_test(test_killed),
		cmocka_unit_test(test_interrupted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
