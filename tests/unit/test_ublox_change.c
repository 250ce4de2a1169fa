// SPDX-License-Identifier: GPL-2.0-or-later
/* Whole changes of a u-blox receiver, of both generations, with all that can go wrong. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "model_ublox.h"

static const struct receiver *const rx = &receiver_ublox;

static const unsigned int generations[] = { 18, 34 };

#define RMC (1u << 0)

struct bench {
	struct ublox_unit u;
	struct model m;
	struct receiver_change c;
	struct ublox_memory before;
	struct receiver_request req;
};

static struct receiver_id id_of(const struct ublox_unit *u)
{
	struct receiver_id id = { .model = "" };

	if (!u->no_packets)
		snprintf(id.firmware, sizeof(id.firmware), "SPG PROTVER %u.00", u->protver);
	return id;
}

static struct receiver_request for_a_clock(unsigned int baud)
{
	static const struct receiver_id m8 = { .firmware = "SPG PROTVER 18.00" };
	struct receiver_request req = { .op = RECEIVER_KEEP };

	rx->for_a_clock(&m8, &req);
	if (baud) {
		req.to.known |= RECEIVER_BAUD;
		req.to.baud = baud;
	}
	return req;
}

/* A factory-new receiver at 9600, but for a pulse that does not stop and is 300 ms wide. */
static void prepare(struct bench *b, unsigned int protver, struct receiver_request req)
{
	static const uint8_t wide[8] = { 0xe0, 0x93, 4, 0, 0xe0, 0x93, 4, 0 };

	ublox_unit_init(&b->u, &b->m, protver, 9600);
	memcpy(b->u.now.tp5 + 16, wide, sizeof(wide));
	b->u.battery = b->u.flash = b->u.now;
	b->before = b->u.now;
	b->req = req;
}

static void begin(struct bench *b)
{
	const struct receiver_found found = {
		.seen.set = receiver_default_set(rx), .baud = b->m.baud,
	};
	struct receiver_id id = id_of(&b->u);

	assert_int_equal(receiver_change_begin(&b->c, rx, &id, &b->req, &found, b->m.now_ns), 0);
}

static enum receiver_outcome play(struct bench *b)
{
	begin(b);
	return model_play(&b->m, &b->c, 0);
}

static bool same(const struct ublox_memory *a, const struct ublox_memory *b)
{
	return !memcmp(a, b, sizeof(*a));
}

/* RMC alone, 100 ms that stop without a fix, each second. */
static bool is_clock(const struct ublox_memory *mem, unsigned int baud)
{
	static const uint8_t rmc[UNIT_SENTENCES] = { 1 };

	return !memcmp(mem->rates, rmc, sizeof(rmc)) && mem->tp5[28] & 1 &&
	       unit_u32(mem->tp5 + 16) == 0 && unit_u32(mem->tp5 + 20) == 100000 &&
	       unit_u16(mem->rate) == 1000 && unit_u32(mem->prt + 8) == baud;
}

static void power_cycle(struct bench *b)
{
	model_restart(&b->m);
	model_sleep(&b->m, 5 * MODEL_NS_PER_S);
}

static void test_clock(void **state)
{
	struct bench b;

	(void)state;
	for (unsigned int g = 0; g < 2; g++) {
		prepare(&b, generations[g], for_a_clock(0));
		assert_int_equal(play(&b), RECEIVER_DONE);
		assert_true(is_clock(&b.u.now, 9600));
		assert_true(is_clock(&b.u.battery, 9600));
		assert_true(is_clock(&b.u.flash, 9600));
		/* the cable's delay is nobody's business */
		assert_int_equal(b.u.now.tp5[4], 0x32);
		power_cycle(&b);
		assert_true(is_clock(&b.u.now, 9600));
	}
}

static void test_speed(void **state)
{
	struct bench b;

	(void)state;
	for (unsigned int g = 0; g < 4; g++) {
		prepare(&b, generations[g / 2], for_a_clock(115200));
		b.u.ack_at_new = g % 2;
		assert_int_equal(play(&b), RECEIVER_DONE);
		assert_int_equal(b.m.baud, 115200);
		assert_int_equal(b.c.baud, 115200);
		assert_true(is_clock(&b.u.flash, 115200));
	}
}

static void test_no_flash(void **state)
{
	struct bench b;

	(void)state;
	prepare(&b, 34, for_a_clock(38400));
	b.u.has_flash = false;
	assert_int_equal(play(&b), RECEIVER_DONE);
	assert_true(is_clock(&b.u.battery, 38400));
	assert_true(same(&b.u.flash, &b.before));
}

/* A sentence that it does not have cannot be switched off, and is off. */
static void test_unknown_sentence(void **state)
{
	struct bench b;

	(void)state;
	for (unsigned int g = 0; g < 2; g++) {
		prepare(&b, generations[g], for_a_clock(0));
		b.u.unknown = 12;	/* VLW */
		assert_int_equal(play(&b), RECEIVER_DONE);
		assert_true(is_clock(&b.u.now, 9600));
		/* but not on */
		prepare(&b, generations[g], (struct receiver_request){ .op = RECEIVER_ADJUST,
								       .on = 1u << 12 });
		b.u.unknown = 12;
		assert_int_equal(play(&b), RECEIVER_PUT_BACK);
		assert_true(same(&b.u.now, &b.before));
	}
}

/* It says yes and does nothing: from each packet on. */
static void test_yes_and_nothing(void **state)
{
	enum receiver_outcome outcome;
	struct bench b;

	(void)state;
	for (unsigned int g = 0; g < 2; g++) {
		for (unsigned int obeys = 4; obeys < 24; obeys += 3) {
			prepare(&b, generations[g], for_a_clock(0));
			b.u.ack_only = true;
			b.u.obeys = obeys;
			outcome = play(&b);
			/* nothing was done: so all is as before; else it cannot be put back */
			if (obeys == 4) {
				assert_int_equal(outcome, RECEIVER_PUT_BACK);
				assert_true(same(&b.u.now, &b.before));
			} else if (outcome == RECEIVER_DONE) {
				assert_true(is_clock(&b.u.now, 9600));
			} else {
				assert_int_equal(outcome, RECEIVER_LOST);
			}
		}
	}
}

static void test_refuses(void **state)
{
	struct bench b;

	(void)state;
	for (unsigned int g = 0; g < 2; g++) {
		prepare(&b, generations[g], for_a_clock(0));
		b.req.to.pulse_ms = 0;	/* no question of ours: refuse() would say so */
		b.u.refuses = true;
		assert_int_not_equal(play(&b), RECEIVER_DONE);
		assert_true(same(&b.u.now, &b.before));
		assert_true(b.c.reason[0]);
	}
}

/* $PUBX alone: sentences and speed, and nothing lasts. */
static void test_text(void **state)
{
	struct bench b;

	(void)state;
	prepare(&b, 18, (struct receiver_request){ .op = RECEIVER_EXACTLY, .on = RMC });
	b.u.no_packets = true;
	b.req.to = (struct receiver_settings){ .known = RECEIVER_BAUD, .baud = 38400 };
	assert_int_equal(play(&b), RECEIVER_DONE);
	assert_int_equal(b.m.baud, 38400);
	assert_int_equal(b.u.now.rates[0], 1);
	assert_int_equal(b.u.now.rates[4], 0);
	power_cycle(&b);
	assert_int_equal(b.m.baud, 9600);
	assert_int_equal(b.u.now.rates[4], 1);
}

static void test_silent_is_refused(void **state)
{
	struct bench b;

	(void)state;
	prepare(&b, 18, for_a_clock(0));
	b.m.deaf = true;
	assert_int_equal(play(&b), RECEIVER_REFUSED);
	assert_true(same(&b.u.now, &b.before));
}

/* Whatever the outcome says is true of the receiver, and of its memory, too. */
static void assert_true_to(struct bench *b, enum receiver_outcome outcome)
{
	unsigned int baud = b->req.to.known & RECEIVER_BAUD ? b->req.to.baud : 9600;

	if (outcome == RECEIVER_DONE) {
		assert_true(is_clock(&b->u.now, baud));
		assert_true(is_clock(&b->u.battery, baud));
		assert_true(is_clock(&b->u.flash, baud));
	} else {
		assert_true(outcome == RECEIVER_PUT_BACK || outcome == RECEIVER_REFUSED);
		assert_true(same(&b->u.now, &b->before));
		assert_true(same(&b->u.battery, &b->before));
	}
	assert_int_equal(b->m.baud, b->c.baud);
}

/* One fault at a time, at each place where it can be. */
static void with_each_fault(unsigned int protver, size_t fault, bool of_answers)
{
	unsigned int last;
	struct bench b;

	prepare(&b, protver, for_a_clock(38400));
	assert_int_equal(play(&b), RECEIVER_DONE);
	last = of_answers ? b.m.answers : b.m.commands;
	assert_true(last > 20);
	for (unsigned int n = 1; n <= last; n++) {
		prepare(&b, protver, for_a_clock(38400));
		*(unsigned int *)((char *)&b.m + fault) = n;
		assert_true_to(&b, play(&b));
	}
}

static void test_lost_commands(void **state)
{
	(void)state;
	with_each_fault(18, offsetof(struct model, lose_command), false);
	with_each_fault(34, offsetof(struct model, lose_command), false);
}

static void test_damaged_commands(void **state)
{
	(void)state;
	with_each_fault(18, offsetof(struct model, damage_command), false);
	with_each_fault(34, offsetof(struct model, damage_command), false);
}

static void test_lost_answers(void **state)
{
	(void)state;
	with_each_fault(18, offsetof(struct model, lose_answer), true);
	with_each_fault(34, offsetof(struct model, lose_answer), true);
}

static void test_damaged_answers(void **state)
{
	(void)state;
	with_each_fault(18, offsetof(struct model, damage_answer), true);
	with_each_fault(34, offsetof(struct model, damage_answer), true);
}

static void test_late_answers(void **state)
{
	(void)state;
	with_each_fault(18, offsetof(struct model, delay_answer), true);
	with_each_fault(34, offsetof(struct model, delay_answer), true);
}

/* Killed at each place, and the next run finds it and finishes or undoes it. */
static void kill_and_resume(unsigned int protver, unsigned int at, bool *over)
{
	struct receiver_found found = { .baud = 0 };
	enum receiver_outcome outcome;
	struct receiver_id id;
	struct bench b;

	prepare(&b, protver, for_a_clock(38400));
	id = id_of(&b.u);
	begin(&b);
	outcome = model_play(&b.m, &b.c, at);
	*over = outcome != RECEIVER_PENDING;
	if (*over)
		return;
	if (!b.m.intended) {
		assert_true(same(&b.u.now, &b.before));
		return;
	}
	model_sleep(&b.m, 3 * MODEL_NS_PER_S);
	found.baud = b.m.baud;
	for (unsigned int i = 0; i < rx->n_sentences; i++)
		if (b.u.now.rates[i])
			found.seen.set |= 1u << i;
	assert_int_equal(receiver_change_begin_resume(&b.c, rx, &id, &b.m.intent, &found,
						      b.m.now_ns), 0);
	b.m.intended = false;
	outcome = model_play(&b.m, &b.c, 0);
	assert_true(outcome == RECEIVER_DONE || outcome == RECEIVER_PUT_BACK);
	assert_true_to(&b, outcome);
}

static void test_killed(void **state)
{
	bool over = false;

	(void)state;
	for (unsigned int g = 0; g < 2; g++) {
		over = false;
		for (unsigned int at = 1; !over && at < 100; at++)
			kill_and_resume(generations[g], at, &over);
		assert_true(over);
	}
}

/* Ctrl-C at each place: what was is there again, even what settings have no word for. */
static void test_interrupted(void **state)
{
	static const uint8_t ten_mhz[8] = { 0x80, 0x96, 0x98, 0, 0x80, 0x96, 0x98, 0 };
	enum receiver_outcome outcome;
	unsigned int n, put_back = 0;
	struct bench b;

	(void)state;
	for (unsigned int g = 0; g < 2; g++) {
		n = 0;
		do {
			prepare(&b, generations[g], for_a_clock(38400));
			memcpy(b.u.now.tp5 + 8, ten_mhz, sizeof(ten_mhz));
			memset(b.u.now.tp5 + 16, 0, 8);
			b.u.now.tp5[28] = 0xff;
			b.u.battery = b.u.flash = b.before = b.u.now;
			b.m.interrupt_at = ++n;
			outcome = play(&b);
			assert_true_to(&b, outcome);
			put_back += outcome == RECEIVER_PUT_BACK;
			assert_true(n < 100);
		} while (outcome != RECEIVER_DONE);
	}
	assert_true(put_back > 2 * 15);
}

/* It hears no more from each of our packets on: nothing is said to be done that is not. */
static void test_deaf_from(void **state)
{
	enum receiver_outcome outcome;
	struct bench b;
	unsigned int n;

	(void)state;
	for (unsigned int g = 0; g < 2; g++) {
		for (n = 1; n < 60; n++) {
			prepare(&b, generations[g], for_a_clock(38400));
			b.m.deaf_from = n;
			outcome = play(&b);
			if (outcome == RECEIVER_DONE)
				break;
			/* behind the four questions something was sent, and cannot be put back */
			assert_int_equal(outcome, n <= 4 ? RECEIVER_REFUSED : RECEIVER_LOST);
			assert_int_equal(b.m.baud, b.c.baud);
		}
		assert_true(n > 20 && n < 60);
		assert_true_to(&b, outcome);
	}
}

/* Rubbish at all times, and sentences that look like answers. */
static void test_flood(void **state)
{
	struct bench b;

	(void)state;
	for (unsigned int g = 0; g < 2; g++) {
		prepare(&b, generations[g], for_a_clock(0));
		b.m.flood = true;
		assert_int_not_equal(play(&b), RECEIVER_DONE);	/* RMC alone it is not */
		prepare(&b, generations[g], for_a_clock(0));
		b.m.garbage = true;
		assert_int_equal(play(&b), RECEIVER_REFUSED);
		assert_true(same(&b.u.now, &b.before));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_clock),
		cmocka_unit_test(test_speed),
		cmocka_unit_test(test_no_flash),
		cmocka_unit_test(test_unknown_sentence),
		cmocka_unit_test(test_yes_and_nothing),
		cmocka_unit_test(test_refuses),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_silent_is_refused),
		cmocka_unit_test(test_lost_commands),
		cmocka_unit_test(test_damaged_commands),
		cmocka_unit_test(test_lost_answers),
		cmocka_unit_test(test_damaged_answers),
		cmocka_unit_test(test_late_answers),
		cmocka_unit_test(test_killed),
		cmocka_unit_test(test_interrupted),
		cmocka_unit_test(test_deaf_from),
		cmocka_unit_test(test_flood),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
