// SPDX-License-Identifier: GPL-2.0-or-later
/* Which remedy for what is seen and was tried: a row each; then some histories. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>

#include "measure.h"
#include "remedy.h"

#define S(n) ((n) * NS_PER_S)
#define NOW_NS S(10000)
#define TTY 0
#define SLIP 1
#define PPS 18

/* A port with its pulses. */
#define HEALTHY .at_ns = NOW_NS, .ldisc = PPS, .has_source = true, .wire_lives = true
#define LOST HEALTHY, .is_lost = true
#define TAKEN_OFF .at_ns = NOW_NS, .ldisc = TTY, .wire_lives = true

static const struct {
	const char *what;
	struct remedy_facts f;
	struct remedy_past past;
	enum remedy want;
} rows[] = {
	{ "healthy", { HEALTHY }, { 0 }, REMEDY_NONE },
	{ "lost", { LOST }, { 0 }, REMEDY_REARM },
	{ "lost while a client has the port", { LOST, .is_paused = true }, { 0 }, REMEDY_NONE },
	{ "lost, and the wire is dead", { .at_ns = NOW_NS, .ldisc = PPS, .has_source = true,
	  .is_lost = true }, { 0 }, REMEDY_NONE },
	{ "lost for half a minute", { LOST },
	  { .rearms = 1, .rearm_ns = NOW_NS + S(30) }, REMEDY_NONE },
	{ "lost, and it is time again", { LOST },
	  { .rearms = 1, .rearm_ns = NOW_NS }, REMEDY_REARM },

	{ "the flag alone", { HEALTHY, .flag_missing = true }, { 0 }, REMEDY_FLAG },
	{ "the flag was refused", { HEALTHY, .flag_missing = true },
	  { .flag_tried = true }, REMEDY_NONE },
	{ "lost without the flag", { LOST, .flag_missing = true },
	  { .flag_tried = true }, REMEDY_REARM },
	{ "armed in vain, no flag, the line stands still", { LOST, .flag_missing = true },
	  { .rearms = 1, .rearm_ns = NOW_NS + S(57), .flag_tried = true }, REMEDY_NONE },
	{ "armed in vain, no flag, the line moves", { LOST, .flag_missing = true,
	  .dcd_moves = true }, { .rearms = 1, .rearm_ns = NOW_NS + S(57) }, REMEDY_RENEW },
	{ "armed in vain, the line moves", { LOST, .dcd_moves = true },
	  { .rearms = 1, .rearm_ns = NOW_NS + S(57) }, REMEDY_NONE },
	{ "renewed in vain", { LOST, .flag_missing = true, .dcd_moves = true },
	  { .rearms = 1, .rearm_ns = NOW_NS + S(57), .renewed = true }, REMEDY_NONE },

	{ "taken off", { TAKEN_OFF }, { 0 }, REMEDY_REATTACH },
	{ "taken off while a client has the port", { TAKEN_OFF, .is_paused = true }, { 0 },
	  REMEDY_NONE },
	{ "taken off, and lost", { TAKEN_OFF, .is_lost = true }, { 0 }, REMEDY_REATTACH },
	{ "taken off, and the wire is dead", { .at_ns = NOW_NS, .ldisc = TTY }, { 0 },
	  REMEDY_REATTACH },
	{ "SLIP has a user", { .at_ns = NOW_NS, .ldisc = SLIP, .is_lost = true }, { 0 },
	  REMEDY_NONE },
	{ "never had it", { TAKEN_OFF, .is_foreign = true, .is_lost = true }, { 0 }, REMEDY_NONE },
	{ "the pulse of another source", { LOST, .is_foreign = true }, { 0 }, REMEDY_NONE },
	{ "hung up", { .at_ns = NOW_NS, .ldisc = -EIO, .is_lost = true }, { 0 }, REMEDY_NONE },
	{ "attached by another", { .at_ns = NOW_NS, .ldisc = PPS, .is_lost = true }, { 0 },
	  REMEDY_REATTACH },
	{ "attached by another, hard to find", { .at_ns = NOW_NS, .ldisc = PPS },
	  { .refusals = 1, .attach_ns = NOW_NS + S(50) }, REMEDY_NONE },
	{ "taken again soon, once", { TAKEN_OFF }, { .put_back_ns = NOW_NS - S(59) },
	  REMEDY_REATTACH },
	{ "taken again soon, twice", { TAKEN_OFF },
	  { .put_back_ns = NOW_NS - S(59), .taken = 1 }, REMEDY_REATTACH },
	{ "taken again soon, three times", { TAKEN_OFF },
	  { .put_back_ns = NOW_NS - S(59), .taken = 2 }, REMEDY_LEAVE },
	{ "taken again, but not so soon", { TAKEN_OFF },
	  { .put_back_ns = NOW_NS - S(60), .taken = 2 }, REMEDY_REATTACH },
	{ "left", { TAKEN_OFF }, { .put_back_ns = NOW_NS - S(3000), .taken = 2, .left = true },
	  REMEDY_NONE },
	{ "left, and attached by another", { .at_ns = NOW_NS, .ldisc = PPS },
	  { .put_back_ns = NOW_NS - S(59), .taken = 2, .left = true }, REMEDY_REATTACH },
};

static void each_row(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (remedy_choose(&rows[i].past, &rows[i].f) != rows[i].want)
			fail_msg("%s: %d instead of %d", rows[i].what,
				 remedy_choose(&rows[i].past, &rows[i].f), rows[i].want);
}

static enum remedy step(struct remedy_past *past, const struct remedy_facts *f, int err)
{
	enum remedy what;

	remedy_observe(past, f);
	what = remedy_choose(past, f);
	remedy_done(past, what, f->at_ns, err);
	return what;
}

/* A loss of a day, looked at every 12 s: at once, after 1, 5, 30 minutes, and each 30 then. */
static void ever_more_seldom(void **state)
{
	static const int at_s[] = { 0, 60, 360, 2160, 3960, 5760, 7560 };
	struct remedy_past past = { 0 };
	struct remedy_facts f = { LOST };
	size_t n = 0;

	(void)state;
	for (int s = 0; s < 8000; s += 12) {
		f.at_ns = NOW_NS + S(s);
		if (step(&past, &f, 0) == REMEDY_NONE)
			continue;
		assert_true(n < sizeof(at_s) / sizeof(at_s[0]));
		assert_int_equal(s, at_s[n++]);
	}
	assert_int_equal(n, sizeof(at_s) / sizeof(at_s[0]));
	/* the next loss begins anew */
	f.is_lost = false;
	assert_int_equal(step(&past, &f, 0), REMEDY_NONE);
	f.is_lost = true;
	assert_int_equal(step(&past, &f, 0), REMEDY_REARM);
	assert_int_equal(past.rearm_ns - f.at_ns, S(60));
}

/* It is taken as soon as it is seen to be back, for ever. */
static void no_fight(void **state)
{
	struct remedy_past past = { 0 };
	struct remedy_facts f = { TAKEN_OFF };
	unsigned int put_back = 0, left = 0;

	(void)state;
	for (int s = 0; s < 10000; s += 3) {
		f.at_ns = NOW_NS + S(s);
		switch (step(&past, &f, 0)) {
		case REMEDY_REATTACH:
			put_back++;
			break;
		case REMEDY_LEAVE:
			left++;
			break;
		default:
			break;
		}
	}
	assert_int_equal(put_back, 3);
	assert_int_equal(left, 1);
	/* somebody attaches it, and for more than a minute it stays: then it is ours again */
	f.ldisc = PPS;
	assert_int_equal(step(&past, &f, 0), REMEDY_REATTACH);
	f.has_source = true;
	f.at_ns += S(61);
	assert_int_equal(step(&past, &f, 0), REMEDY_NONE);
	f.ldisc = TTY;
	f.has_source = false;
	assert_int_equal(step(&past, &f, 0), REMEDY_REATTACH);
}

/* Once an hour is no fight. */
static void each_hour_again(void **state)
{
	struct remedy_past past = { 0 };
	struct remedy_facts f = { TAKEN_OFF };

	(void)state;
	for (int hour = 0; hour < 100; hour++) {
		f.at_ns = NOW_NS + S(hour * 3600);
		f.ldisc = TTY;
		f.has_source = false;
		assert_int_equal(step(&past, &f, 0), REMEDY_REATTACH);
		f.at_ns += S(12);
		f.ldisc = PPS;
		f.has_source = true;
		assert_int_equal(step(&past, &f, 0), REMEDY_NONE);
	}
}

/* All 16 sources of the kernel are taken. */
static void refused_to_be_put_back(void **state)
{
	struct remedy_past past = { 0 };
	struct remedy_facts f = { TAKEN_OFF };
	unsigned int tries = 0;

	(void)state;
	for (int s = 0; s <= 3600; s += 12) {
		f.at_ns = NOW_NS + S(s);
		tries += step(&past, &f, -EBUSY) == REMEDY_REATTACH;
	}
	assert_int_equal(tries, 4);	/* after 0, 1, 6 and 36 minutes */
	assert_int_equal(past.put_back_ns, 0);
}

static void the_flag_is_tried_once_for_each_time(void **state)
{
	struct remedy_past past = { 0 };
	struct remedy_facts f = { HEALTHY };

	(void)state;
	for (int i = 0; i < 3; i++) {
		f.flag_missing = true;
		assert_int_equal(step(&past, &f, -EPERM), REMEDY_FLAG);
		assert_int_equal(step(&past, &f, 0), REMEDY_NONE);
		f.flag_missing = false;
		assert_int_equal(step(&past, &f, 0), REMEDY_NONE);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_row),
		cmocka_unit_test(ever_more_seldom),
		cmocka_unit_test(no_fight),
		cmocka_unit_test(each_hour_again),
		cmocka_unit_test(refused_to_be_put_back),
		cmocka_unit_test(the_flag_is_tried_once_for_each_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
