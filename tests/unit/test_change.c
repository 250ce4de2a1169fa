// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The change of a receiver as a whole, with a make of our own invention: whatever
 * the line or the receiver does, it ends as it was or as asked, and we know which.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "model.h"

/*
 * The invented make.  $PFAKO,RMC,1 and 0, $PFAKO,,2 and 4 as a Garmin's $PGRMO.
 * $PFAKP (pulse on), $PFAKW (width), $PFAKI (interval), $PFAKB (speed) are answered by
 * $PFAKK,P,1 (done) 0 (no) 2 (wait).  $PFAKQ asks: $PFAKA,pulse,width,interval,speed,
 * and a number that has no name here ($PFAKN).  Model "R" keeps all and wants a restart
 * ($PFAKR) for pulse and speed; model "S" obeys at once and forgets what was not saved
 * ($PFAKS), and its $PFAKO,,2 makes the number 0; model "M" obeys and keeps at once,
 * and never answers.
 */
static const struct receiver_sentence sentences[] = {
	{ .name = "RMC", .target = "GPRMC", .min_chars = 20, .max_chars = 82,
	  .by_default = true, .core = true },
	{ .name = "GGA", .target = "GPGGA", .min_chars = 20, .max_chars = 84, .by_default = true },
	{ .name = "GSA", .target = "GPGSA", .min_chars = 20, .max_chars = 68,
	  .by_default = true, .core = true },
	{ .name = "GSV", .target = "GPGSV", .min_chars = 16, .max_chars = 216, .by_default = true },
	{ .name = "VTG", .target = "GPVTG", .min_chars = 18, .max_chars = 46 },
	{ .name = "TXT", .target = "GPTXT", .by_default = true, .rare = true },
};

#define N_SENTENCES (sizeof(sentences) / sizeof(sentences[0]))
#define RMC 1U
#define GGA 2U
#define GSA 4U
#define GSV 8U
#define VTG 16U
#define TXT 32U
#define FACTORY (RMC | GGA | GSA | GSV | TXT)

static bool is_fake_reply(const struct nmea_sentence *s)
{
	return !strncmp(s->type, "PFAK", 4);
}

static bool is_fake(const struct receiver_message *m)
{
	return m->sentence && is_fake_reply(m->sentence);
}

static void learn_fake(const struct receiver_message *m, struct receiver_id *id)
{
	(void)m;
	(void)id;
}

static void must(struct receiver_plan *plan)
{
	receiver_last_step(plan)->await = RECEIVER_MUST_ANSWER;
}

static int fake_queries(const struct receiver_id *id, struct receiver_plan *plan)
{
	int err = receiver_add_line(plan, "PFAKQ");

	(void)id;
	receiver_last_step(plan)->asks = true;
	must(plan);
	return err;
}

static int fake_probe(struct receiver_plan *plan)
{
	return fake_queries(NULL, plan);
}

static int switch_set(receiver_set set, int mode, struct receiver_plan *plan)
{
	for (unsigned int i = 0; i < N_SENTENCES; i++)
		if (set >> i & 1 && receiver_add_line(plan, "PFAKO,%s,%d", sentences[i].name, mode))
			return -ENOSPC;
	return 0;
}

static void fake_sentences(const struct receiver_request *req, struct receiver_plan *plan)
{
	switch (req->op) {
	case RECEIVER_KEEP:
		break;
	case RECEIVER_EXACTLY:
		plan->silences = true;
		receiver_add_line(plan, "PFAKO,,2");
		switch_set(req->on, 1, plan);
		break;
	case RECEIVER_ADJUST:
		switch_set(req->off, 0, plan);
		switch_set(req->on, 1, plan);
		break;
	case RECEIVER_DEFAULTS:
		receiver_add_line(plan, "PFAKO,,4");
		break;
	}
}

static void fake_set(struct receiver_plan *plan, char letter, unsigned int value)
{
	receiver_add_line(plan, "PFAK%c,%u", letter, value);
	must(plan);
}

static void fake_speed(const struct receiver_id *id, unsigned int need,
		       const struct receiver_settings *to, struct receiver_plan *plan)
{
	if (need & RECEIVER_BAUD) {
		receiver_add_line(plan, "PFAKB,%u", to->baud);
		receiver_last_step(plan)->baud = to->baud;
	}
	if (id->model[0] == 'M')
		return;
	if (id->model[0] == 'S' && plan->n) {
		receiver_add_line(plan, "PFAKS");
		must(plan);
		return;
	}
	if (need & RECEIVER_BAUD) {
		receiver_last_step(plan)->baud = 0;
		must(plan);
	}
	if (need & (RECEIVER_BAUD | RECEIVER_PULSE)) {
		receiver_add_line(plan, "PFAKR");
		receiver_last_step(plan)->await = RECEIVER_MAY_ANSWER;
		receiver_last_step(plan)->restarts = true;
		receiver_last_step(plan)->baud = need & RECEIVER_BAUD ? to->baud : 0;
	}
}

static int fake_steps(const struct receiver_id *id, const struct receiver_settings *from,
		      const struct receiver_request *req, struct receiver_plan *plan)
{
	unsigned int need = receiver_settings_differ(&req->to, from);

	fake_sentences(req, plan);
	if (need & RECEIVER_PULSE_WIDTH)
		fake_set(plan, 'W', req->to.pulse_ms);
	if (need & RECEIVER_INTERVAL)
		fake_set(plan, 'I', req->to.interval_ms);
	if (need & RECEIVER_PULSE)
		fake_set(plan, 'P', req->to.pulse);
	if (req->to.native[0][0] &&
	    (!from->known || strcmp(req->to.native[0], from->native[0]) != 0)) {
		receiver_add_line(plan, "PFAKN,%s", req->to.native[0]);
		must(plan);
	}
	fake_speed(id, need, &req->to, plan);
	return 0;
}

static unsigned int number(const struct nmea_sentence *s, unsigned int i)
{
	size_t len;
	const char *text = nmea_field(s, i, &len);
	unsigned int n = 0;

	for (size_t k = 0; k < len && k < 6 && text[k] >= '0' && text[k] <= '9'; k++)
		n = n * 10 + (unsigned int)(text[k] - '0');
	return n;
}

static enum receiver_answer fake_judge(const struct receiver_step *step,
				       const struct receiver_message *m,
				       struct receiver_settings *now)
{
	static const enum receiver_answer answers[] = {
		RECEIVER_REJECTED, RECEIVER_ACCEPTED, RECEIVER_HALF_SAID,
	};
	const struct nmea_sentence *s = m->sentence;
	const char letter[2] = { step->bytes[5], '\0' };

	if (s && !strcmp(s->type, "PFAKA") && letter[0] == 'Q' && s->n_fields == 5) {
		now->known = RECEIVER_PULSE | RECEIVER_PULSE_WIDTH | RECEIVER_INTERVAL |
			     RECEIVER_BAUD;
		now->pulse = number(s, 0);
		now->pulse_ms = number(s, 1);
		now->interval_ms = number(s, 2);
		now->baud = number(s, 3);
		snprintf(now->native[0], sizeof(now->native[0]), "%u", number(s, 4));
		return RECEIVER_ACCEPTED;
	}
	if (!s || strcmp(s->type, "PFAKK") || !nmea_field_is(s, 0, letter))
		return RECEIVER_UNRELATED;
	return answers[number(s, 1) % 3];
}

static const struct receiver fake = {
	.make = "Fake",
	.sentences = sentences,
	.n_sentences = N_SENTENCES,
	.is_proof = is_fake,
	.is_reply = is_fake_reply,
	.learn = learn_fake,
	.write_probe = fake_probe,
	.can = RECEIVER_BAUD | RECEIVER_PULSE | RECEIVER_PULSE_WIDTH | RECEIVER_INTERVAL,
	.write_queries = fake_queries,
	.judge = fake_judge,
	.write_steps = fake_steps,
};

/* A make that has nothing to say but its sentences. */
static const struct receiver mute_make = {
	.make = "Mute",
	.sentences = sentences,
	.n_sentences = N_SENTENCES,
	.is_proof = is_fake,
	.is_reply = is_fake_reply,
	.learn = learn_fake,
	.can = RECEIVER_BAUD,
	.write_steps = fake_steps,
};

/* ---- its model ---- */

struct state {
	receiver_set on;
	bool pulse;
	unsigned int pulse_ms, interval_ms, baud, nameless;
};

struct unit {
	struct model m;
	struct receiver_id id;
	struct state is;		/* in effect */
	struct state kept;		/* as of the next restart */
	bool echoes, no_mode4, longest, slow;
	const char *stranger;		/* a sentence that nobody can switch off */
	char rejects, ignores;		/* this command: P W I B N */
	unsigned int obeys;		/* ... so often before */
	bool lies;			/* says done, and does not */
	bool processes;			/* says "wait" first, and "done" later */
	bool no_answers, no_questions;
	receiver_set was[2];
};

static struct unit *unit_of(struct model *m)
{
	return m->self;
}

static receiver_set set_of(const char *name)
{
	receiver_set set;
	const char *bad;
	size_t len;

	assert_int_equal(receiver_parse_set(&fake, name, &set, &bad, &len), 0);
	return set;
}

static void acknowledge(struct unit *u, char letter, unsigned int how)
{
	char body[32];

	snprintf(body, sizeof(body), "PFAKK,%c,%u", letter, how);
	if (!u->no_answers)
		model_say_line(&u->m, body);
}

static void obey_sentence(struct unit *u, const char *line)
{
	char name[8] = "";
	char mode;

	if (sscanf(line, "$PFAKO,%7[A-Z],%c", name, &mode) < 2)
		assert_int_equal(sscanf(line, "$PFAKO,,%c", &mode), 1);
	if (mode == '0')
		u->is.on &= ~set_of(name);
	if (mode == '1')
		u->is.on |= set_of(name);
	if (mode == '2') {
		u->is.on = 0;
		if (u->id.model[0] == 'S')
			u->is.nameless = 0;
	}
	if (mode == '4' && !u->no_mode4)
		u->is.on = FACTORY;
	if (u->id.model[0] != 'S')
		u->kept.on = u->is.on;
}

static void obey_setting(struct unit *u, char letter, unsigned int value)
{
	/* what "R" does is kept; pulse and speed wait for the restart there */
	bool r = u->id.model[0] == 'R';
	struct state *s = r ? &u->kept : &u->is;

	if (letter == u->ignores && !u->obeys)
		return;
	u->obeys -= letter == u->ignores;
	if (letter == u->rejects) {
		acknowledge(u, letter, 0);
		return;
	}
	if (u->processes)
		acknowledge(u, letter, 2);
	if (letter == 'W' && !u->lies)
		u->is.pulse_ms = s->pulse_ms = value;
	if (letter == 'I' && !u->lies)
		u->m.interval_ms = u->is.interval_ms = s->interval_ms = value;
	if (letter == 'N')
		u->is.nameless = s->nameless = value;
	if (letter == 'P' && !u->lies)
		s->pulse = value;
	if (letter == 'B' && !u->lies)
		s->baud = value;
	if (r)
		u->m.stored_baud = u->kept.baud;
	else if (letter == 'B')
		u->m.baud = u->is.baud;
	if (u->id.model[0] == 'M') {
		u->kept = u->is;
		u->m.stored_baud = u->is.baud;
	} else if (r || letter != 'B') {
		acknowledge(u, letter, 1);
	}
}

static void tell(struct unit *u)
{
	const struct state *s = u->id.model[0] == 'R' ? &u->kept : &u->is;
	char body[64];

	snprintf(body, sizeof(body), "PFAKA,%d,%u,%u,%u,%u", s->pulse, s->pulse_ms,
		 s->interval_ms, s->baud, s->nameless);
	if (!u->no_answers && !u->no_questions)
		model_say_line(&u->m, body);
}

static void unit_hear(struct model *m, const char *line, size_t len)
{
	struct unit *u = unit_of(m);
	unsigned int value = 0;
	char letter = line[5];

	assert_true(len > 5 && !strncmp(line, "$PFAK", 5));
	sscanf(line + 6, ",%u", &value);
	if (letter == 'O' && u->echoes)
		model_say_line(m, "PFAKO");
	if (letter == 'O')
		obey_sentence(u, line);
	else if (letter == 'Q')
		tell(u);
	else if (letter == 'R') {
		acknowledge(u, 'R', 1);
		model_restart(m);
	} else if (letter == 'S') {
		u->kept = u->is;
		m->stored_baud = u->is.baud;
		acknowledge(u, 'S', 1);
	} else
		obey_setting(u, letter, value);
}

static void unit_restart(struct model *m)
{
	struct unit *u = unit_of(m);

	u->is = u->kept;
	m->interval_ms = u->is.interval_ms;
}

static void say_sentence(struct unit *u, unsigned int i)
{
	unsigned int chars = sentences[i].max_chars * (u->longest ? 4 : 3) / 4;
	char body[256];
	int n = snprintf(body, sizeof(body), "%s,", sentences[i].target);

	/* '$', "*hh" and CR LF */
	while (n + 6 < (int)chars)
		body[n++] = '1';
	body[n] = '\0';
	model_say_line(&u->m, body);
}

static void unit_burst(struct model *m)
{
	struct unit *u = unit_of(m);
	receiver_set set = u->slow ? u->was[1] : u->is.on;

	u->was[1] = u->was[0];
	u->was[0] = u->is.on;
	for (unsigned int i = 0; i < N_SENTENCES; i++)
		if (set >> i & 1 && !sentences[i].rare)
			say_sentence(u, i);
	if (u->stranger)
		model_say_line(m, u->stranger);
}

static const struct state old_state = {
	.on = FACTORY, .pulse_ms = 100, .interval_ms = 1000, .baud = 4800,
	.nameless = 7,
};

/* As one that was just bought, but for what is given. */
static void set_up(struct unit *u, const char *model)
{
	strcpy(u->id.model, model);
	if (!u->is.baud)
		u->is = old_state;
	u->kept = u->is;
	u->was[0] = u->was[1] = u->is.on;
	u->m.self = u;
	u->m.baud = u->m.stored_baud = u->is.baud;
	u->m.interval_ms = u->is.interval_ms;
	u->m.hear = unit_hear;
	u->m.burst = unit_burst;
	u->m.restart = unit_restart;
}

static struct receiver_found found_of(const struct unit *u)
{
	return (struct receiver_found){ .seen.set = u->is.on & ~TXT, .baud = u->m.baud };
}

static const struct receiver *make_of(const struct unit *u)
{
	return u->id.model[0] == 'M' ? &mute_make : &fake;
}

static void begin(struct receiver_change *c, struct unit *u, const struct receiver_request *req)
{
	struct receiver_found found = found_of(u);

	assert_int_equal(receiver_change_begin(c, make_of(u), &u->id, req, &found, u->m.now_ns),
			 0);
}

/* The change from first to last; u as set up by the caller, but for set_up(). */
static enum receiver_outcome run(struct unit *u, struct receiver_change *c,
				 const struct receiver_request *req)
{
	if (!u->m.self)
		set_up(u, "R");
	begin(c, u, req);
	return model_play(&u->m, c, 0);
}

static const struct receiver_request rmc_only = { .op = RECEIVER_EXACTLY, .on = RMC };

/* ---- sentences ---- */

static void test_change(void **state)
{
	struct unit u = { .longest = false };
	struct receiver_change c;

	(void)state;
	assert_int_equal(run(&u, &c, &rmc_only), RECEIVER_DONE);
	assert_true(u.m.now_ns < 8 * MODEL_NS_PER_S);
	assert_int_equal(u.is.on, RMC);
	/* no question, the intent before the first line, each line once */
	assert_string_equal(u.m.log, "$PFAKO,,2*61\r\n$PFAKO,RMC,1*3E\r\n");
	assert_true(u.m.intended);
	assert_int_equal(u.m.intent.sentences_before, FACTORY & ~TXT);
	assert_int_equal(u.m.intent.baud_before, 4800);
	assert_int_equal(c.seen.set, RMC);
	assert_int_equal(c.replies, 0);
	assert_string_equal(c.reason, "");
}

static void test_change_echo(void **state)
{
	struct unit u = { .echoes = true };
	struct receiver_change c;

	(void)state;
	assert_int_equal(run(&u, &c, &rmc_only), RECEIVER_DONE);
	assert_int_equal(c.replies, 2);
}

/* At 4800 baud a burst of 1.1 s is still on its way: no reason to send anything twice. */
static void test_change_slow(void **state)
{
	struct unit u = { .slow = true, .longest = true };
	struct receiver_change c;

	(void)state;
	assert_int_equal(run(&u, &c, &rmc_only), RECEIVER_DONE);
	assert_string_equal(u.m.log, "$PFAKO,,2*61\r\n$PFAKO,RMC,1*3E\r\n");
}

/* What is rare may be due at just that moment: no disobedience. */
static void test_change_rare(void **state)
{
	struct unit u = { .stranger = "GPTXT,1" };
	struct receiver_change c;

	(void)state;
	assert_int_equal(run(&u, &c, &rmc_only), RECEIVER_DONE);
}

static void test_change_deaf(void **state)
{
	struct unit u = { .m.deaf = true };
	struct receiver_change c;

	(void)state;
	/* never obeyed, so what was before is what is seen */
	assert_int_equal(run(&u, &c, &rmc_only), RECEIVER_PUT_BACK);
	assert_int_equal(c.failed.set, FACTORY & ~TXT);
	assert_string_equal(c.reason, "its sentences are others");
}

/* It cannot do what is asked, but hears us: what was before must be back. */
static void test_change_put_back(void **state)
{
	struct unit u = { .stranger = "GPRTE,1" };
	struct receiver_change c;
	struct receiver_found found;

	(void)state;
	set_up(&u, "R");
	found = found_of(&u);
	found.seen.others = true;
	assert_int_equal(receiver_change_begin(&c, &fake, &u.id, &rmc_only, &found, 0), 0);
	assert_int_equal(model_play(&u.m, &c, 0), RECEIVER_PUT_BACK);
	assert_int_equal(u.is.on, FACTORY);
	assert_true(c.failed.others);
}

static void test_change_lost(void **state)
{
	struct unit u = { .m.deaf_from = 2 };
	struct receiver_change c;

	(void)state;
	assert_int_equal(run(&u, &c, &rmc_only), RECEIVER_LOST);
	assert_int_equal(c.seen.set, 0);
}

static void test_change_adjust(void **state)
{
	const struct receiver_request req = { .op = RECEIVER_ADJUST, .on = VTG, .off = GSV };
	struct unit u = { .longest = false };
	struct receiver_change c;
	struct receiver_found found;

	(void)state;
	assert_int_equal(run(&u, &c, &req), RECEIVER_DONE);
	assert_int_equal(u.is.on, (FACTORY | VTG) & ~GSV);
	/* a receiver that has lost more than it was told to is not as asked */
	u = (struct unit){ .longest = false };
	set_up(&u, "R");
	found = found_of(&u);
	u.is.on = 0;
	assert_int_equal(receiver_change_begin(&c, &fake, &u.id, &req, &found, 0), 0);
	assert_int_equal(model_play(&u.m, &c, 0), RECEIVER_PUT_BACK);
	assert_int_equal(u.is.on, FACTORY);
}

/* "All off" would take with it what has no name here: only what was touched is put back. */
static void test_change_adjust_others(void **state)
{
	const struct receiver_request req = { .op = RECEIVER_ADJUST, .on = VTG, .off = GSV };
	struct unit u = { .stranger = "GPRTE,1", .m.interrupt_at_ms = 6000 };
	struct receiver_change c;
	struct receiver_found found;

	(void)state;
	set_up(&u, "R");
	found = found_of(&u);
	found.seen.others = true;
	assert_int_equal(receiver_change_begin(&c, &fake, &u.id, &req, &found, 0), 0);
	assert_int_equal(model_play(&u.m, &c, 0), RECEIVER_PUT_BACK);
	assert_int_equal(u.is.on, FACTORY);
	assert_null(strstr(u.m.log, "PFAKO,,2"));
}

static void test_change_defaults(void **state)
{
	const struct receiver_request req = { .op = RECEIVER_DEFAULTS };
	struct state rmc = old_state;
	struct unit u;
	struct receiver_change c;

	(void)state;
	rmc.on = RMC;
	u = (struct unit){ .is = rmc };
	assert_int_equal(run(&u, &c, &req), RECEIVER_DONE);
	assert_int_equal(u.is.on, FACTORY);
	u = (struct unit){ .is = rmc, .no_mode4 = true };
	assert_int_equal(run(&u, &c, &req), RECEIVER_PUT_BACK);
	assert_int_equal(u.is.on, RMC);
}

/* ---- settings ---- */

static const struct receiver_request timing = {
	.op = RECEIVER_EXACTLY, .on = RMC,
	.to = { .known = RECEIVER_BAUD | RECEIVER_PULSE | RECEIVER_PULSE_WIDTH,
		.baud = 9600, .pulse = true, .pulse_ms = 200 },
};
static const struct receiver_request width_only = {
	.op = RECEIVER_KEEP, .to = { .known = RECEIVER_PULSE_WIDTH, .pulse_ms = 200 },
};
static const struct receiver_request speed_only = {
	.op = RECEIVER_KEEP, .to = { .known = RECEIVER_BAUD, .baud = 38400 },
};
static const struct receiver_request pulse_and_set = {
	.op = RECEIVER_ADJUST, .on = VTG, .off = GSV | GSA,
	.to = { .known = RECEIVER_PULSE, .pulse = true },
};
static const struct receiver_request restored = {
	.op = RECEIVER_EXACTLY, .on = RMC | GGA,
	.to = { .known = RECEIVER_PULSE_WIDTH, .pulse_ms = 60, .native = { "12" } },
};
static const struct receiver_request set_and_speed = {
	.op = RECEIVER_EXACTLY, .on = RMC, .to = { .known = RECEIVER_BAUD, .baud = 9600 },
};

/* What is tried under all that may happen; a mute make has but sentences and a speed. */
static const struct trial {
	const char *model;
	const struct receiver_request *req;
} trials[] = {
	{ "R", &timing }, { "R", &width_only }, { "R", &speed_only }, { "R", &pulse_and_set },
	{ "R", &rmc_only }, { "R", &restored },
	{ "S", &timing }, { "S", &width_only }, { "S", &speed_only }, { "S", &pulse_and_set },
	{ "S", &rmc_only }, { "S", &restored },
	{ "M", &set_and_speed }, { "M", &speed_only }, { "M", &rmc_only },
};

#define N_TRIALS (sizeof(trials) / sizeof(trials[0]))

static struct state new_state(const struct receiver_request *req, const char *model)
{
	struct state s = old_state;

	if (req->op == RECEIVER_EXACTLY)
		s.on = req->on;
	if (req->op == RECEIVER_EXACTLY && model[0] == 'S')
		s.nameless = 0;
	if (req->op == RECEIVER_ADJUST)
		s.on = (s.on | req->on) & ~req->off;
	if (req->to.known & RECEIVER_BAUD)
		s.baud = req->to.baud;
	if (req->to.known & RECEIVER_PULSE)
		s.pulse = req->to.pulse;
	if (req->to.known & RECEIVER_PULSE_WIDTH)
		s.pulse_ms = req->to.pulse_ms;
	if (req->to.known & RECEIVER_INTERVAL)
		s.interval_ms = req->to.interval_ms;
	if (req->to.native[0][0])
		s.nameless = (unsigned int)atoi(req->to.native[0]);
	return s;
}

static bool state_is(const struct state *a, const struct state *b)
{
	return a->on == b->on && a->pulse == b->pulse && a->pulse_ms == b->pulse_ms &&
	       a->interval_ms == b->interval_ms && a->baud == b->baud &&
	       a->nameless == b->nameless;
}

static const char *where;		/* in which trial we are, for a failure */
static unsigned int trial;

static void print_state(const char *what, const struct state *s)
{
	print_error("%s: set %#x, pulse %d, %u ms, each %u ms, %u baud, %u\n", what, s->on,
		    s->pulse, s->pulse_ms, s->interval_ms, s->baud, s->nameless);
}

/* What the change says is true, and stays true over a power cycle. */
static void expect(struct unit *u, const struct receiver_change *c,
		   const struct receiver_request *req, const struct state *wanted)
{
	bool good = state_is(&u->is, wanted) && u->m.baud == wanted->baud &&
		    c->baud == u->m.baud;

	if (good) {
		model_restart(&u->m);
		model_sleep(&u->m, 5 * MODEL_NS_PER_S);
		good = state_is(&u->is, wanted) && u->m.baud == wanted->baud;
	}
	if (good)
		return;
	print_error("%s %u, model %s, op %d, settings %#x: outcome %d, port at %u\n", where, trial,
		    u->id.model, req->op, req->to.known, c->outcome, c->baud);
	print_state("is", &u->is);
	print_state("should be", wanted);
	print_error("%s\n", u->m.log);
	fail();
}

static void expect_truth(struct unit *u, const struct receiver_change *c,
			 const struct receiver_request *req)
{
	const struct state wanted = new_state(req, u->id.model);

	switch (c->outcome) {
	case RECEIVER_DONE:
		assert_string_equal(c->reason, "");
		expect(u, c, req, &wanted);
		break;
	case RECEIVER_PUT_BACK:
	case RECEIVER_REFUSED:
		assert_string_not_equal(c->reason, "");
		expect(u, c, req, &old_state);
		break;
	default:
		assert_int_equal(c->outcome, RECEIVER_LOST);
		if (u->m.dead || u->m.deaf_from)
			break;
		print_error("%s %u, model %s, op %d, settings %#x: lost, and it lives\n%s\n", where,
			    trial, u->id.model, req->op, req->to.known, u->m.log);
		fail();
	}
}

static void test_settings(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_TRIALS; i++) {
		const struct receiver_request *req = trials[i].req;
		struct unit u = { .longest = false };
		struct receiver_change c;

		where = "plain";
		trial = (unsigned int)i;
		set_up(&u, trials[i].model);
		assert_int_equal(run(&u, &c, req), RECEIVER_DONE);
		expect_truth(&u, &c, req);
		assert_true(u.m.now_ns < 30 * MODEL_NS_PER_S);
	}
}

/*
 * To the letter: the questions, each step once, the questions again; also where the
 * answers wait behind a burst that fills its second.
 */
static void test_settings_order(void **state)
{
	(void)state;
	for (unsigned int phase_ms = 0; phase_ms < 1000; phase_ms += 100) {
		struct unit u = { .longest = true, .m.phase_ms = phase_ms };
		struct receiver_change c;

		assert_int_equal(run(&u, &c, &timing), RECEIVER_DONE);
		assert_string_equal(u.m.log,
				    "$PFAKQ*4D\r\n$PFAKO,,2*61\r\n$PFAKO,RMC,1*3E\r\n"
				    "$PFAKW,200*55\r\n$PFAKP,1*51\r\n$PFAKB,9600*7D\r\n"
				    "$PFAKR*4E\r\n$PFAKQ*4D\r\n");
		assert_int_equal(u.m.intent.before.known & timing.to.known, timing.to.known);
		assert_int_equal(u.m.intent.before.pulse_ms, 100);
		assert_int_equal(u.m.intent.before.baud, 4800);
		assert_int_equal(u.m.intent.request.to.baud, 9600);
		assert_int_equal(c.untold, 0);
	}
}

/* What is so already needs no line: the answer was the proof. */
static void test_settings_already(void **state)
{
	struct unit u = { .is = old_state };
	struct receiver_change c;

	(void)state;
	u.is.pulse_ms = 200;
	assert_int_equal(run(&u, &c, &width_only), RECEIVER_DONE);
	assert_string_equal(u.m.log, "$PFAKQ*4D\r\n");
	assert_false(c.sent);
	assert_false(u.m.intended);
}

static int curious_queries(const struct receiver_id *id, struct receiver_plan *plan)
{
	int err = fake_queries(id, plan);

	return err ? err : fake_queries(id, plan);
}

static int half_curious_queries(const struct receiver_id *id, struct receiver_plan *plan)
{
	int err = fake_queries(id, plan);

	receiver_last_step(plan)->await = RECEIVER_MAY_ANSWER;
	return err;
}

/* No answer tells of the pulse. */
static enum receiver_answer half_judge(const struct receiver_step *step,
				       const struct receiver_message *m,
				       struct receiver_settings *now)
{
	enum receiver_answer answer = fake_judge(step, m, now);

	now->known &= ~(unsigned int)RECEIVER_PULSE;
	return answer;
}

static void test_settings_unanswered(void **state)
{
	struct unit u = { .no_answers = true };
	struct receiver curious = fake;
	struct receiver_found found;
	struct receiver_change c;

	(void)state;
	assert_int_equal(run(&u, &c, &timing), RECEIVER_REFUSED);
	assert_string_equal(u.m.log, "$PFAKQ*4D\r\n$PFAKQ*4D\r\n");
	assert_string_equal(c.reason, "no answer to $PFAKQ");
	assert_false(u.m.intended);
	/* a make that acknowledges would leave its commands unanswered, too */
	u = (struct unit){ .no_answers = true };
	set_up(&u, "S");
	assert_int_equal(run(&u, &c, &rmc_only), RECEIVER_REFUSED);
	assert_string_equal(u.m.log, "$PFAKQ*4D\r\n$PFAKQ*4D\r\n");
	/* the first that stays without an answer is the last that is asked */
	curious.write_queries = curious_queries;
	u = (struct unit){ .no_answers = true };
	set_up(&u, "R");
	found = found_of(&u);
	assert_int_equal(receiver_change_begin(&c, &curious, &u.id, &timing, &found, 0), 0);
	assert_int_equal(model_play(&u.m, &c, 0), RECEIVER_REFUSED);
	assert_string_equal(u.m.log, "$PFAKQ*4D\r\n$PFAKQ*4D\r\n");
	/* one that need not be answered, and would have told of something that is asked for */
	curious.write_queries = half_curious_queries;
	curious.judge = half_judge;
	for (unsigned int silent = 0; silent < 2; silent++) {
		u = (struct unit){ .no_questions = silent };
		set_up(&u, "R");
		found = found_of(&u);
		assert_int_equal(receiver_change_begin(&c, &curious, &u.id, &timing, &found, 0),
				 0);
		assert_int_equal(model_play(&u.m, &c, 0),
				 silent ? RECEIVER_REFUSED : RECEIVER_DONE);
		assert_true(c.untold & RECEIVER_PULSE);
	}
	/* sentences alone need no answers: the stream is the proof */
	u = (struct unit){ .no_answers = true };
	assert_int_equal(run(&u, &c, &(struct receiver_request){ .op = RECEIVER_ADJUST,
								 .off = GSV }), RECEIVER_DONE);
}

/* A make without questions: sentences and the speed, no other settings. */
static void test_no_questions(void **state)
{
	struct unit u = { .no_answers = true };
	struct receiver_change c;
	struct receiver_found found;

	(void)state;
	set_up(&u, "S");
	found = found_of(&u);
	assert_int_equal(receiver_change_begin(&c, &mute_make, &u.id, &width_only, &found, 0), 0);
	assert_int_equal(model_play(&u.m, &c, 0), RECEIVER_REFUSED);
	assert_string_equal(u.m.log, "");
	assert_string_equal(c.reason, "it cannot be asked what is set now");
}

/* A command that holds more than was asked for: the rest is known from the answers. */
static int needy_steps(const struct receiver_id *id, const struct receiver_settings *from,
		       const struct receiver_request *req, struct receiver_plan *plan)
{
	return from->native[0][0] ? fake_steps(id, from, req, plan) : -ENODATA;
}

static void test_needs_answers(void **state)
{
	const struct receiver_request req = { .op = RECEIVER_ADJUST, .off = GSV };
	struct receiver needy = fake;
	struct receiver_change c;
	struct receiver_found found;

	(void)state;
	needy.write_steps = needy_steps;
	for (unsigned int silent = 0; silent < 2; silent++) {
		struct unit u = { .no_answers = silent };

		set_up(&u, "R");
		found = found_of(&u);
		assert_int_equal(receiver_change_begin(&c, &needy, &u.id, &req, &found, 0), 0);
		assert_int_equal(model_play(&u.m, &c, 0),
				 silent ? RECEIVER_REFUSED : RECEIVER_DONE);
		if (silent)
			assert_string_equal(c.reason, "it does not tell what is set now");
	}
}

static void test_rejected(void **state)
{
	static const char letters[] = "PWB";
	static const char *const reasons[] = { "P,1", "W,200", "B,9600" };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct unit u = { .rejects = letters[i] };
		struct receiver_change c;

		where = "rejected";
		trial = (unsigned int)i;
		set_up(&u, "R");
		assert_int_equal(run(&u, &c, &timing), RECEIVER_PUT_BACK);
		assert_memory_equal(c.reason, "it refuses $PFAK", 16);
		/* why it was not as asked, not what the undo met with */
		assert_memory_equal(c.reason + 16, reasons[i], strlen(reasons[i]) + 1);
		expect_truth(&u, &c, &timing);
	}
}

/* It does not know the command at all, and says nothing: nor will it in the undo. */
static void test_ignored(void **state)
{
	static const char letters[] = "PWBN";

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		const struct receiver_request *req = letters[i] == 'N' ? &restored : &timing;
		struct unit u = { .ignores = letters[i] };
		struct receiver_change c;

		where = "ignored";
		trial = (unsigned int)i;
		set_up(&u, "R");
		assert_int_equal(run(&u, &c, req), RECEIVER_PUT_BACK);
		assert_memory_equal(c.reason, "no answer to $PFAK", 18);
		assert_int_equal(c.reason[18], letters[i]);
		expect_truth(&u, &c, req);
	}
}

/* A whole line that was obeyed, and in the undo is not: nothing proves it put back. */
static void test_ignored_in_undo(void **state)
{
	struct unit u = { .ignores = 'N', .obeys = 1, .lies = true };
	struct receiver_change c;

	(void)state;
	assert_int_equal(run(&u, &c, &restored), RECEIVER_LOST);
	assert_int_equal(u.is.nameless, 12);
}

/* "Done", it says, and its answers show that it is not. */
static void test_lies(void **state)
{
	struct unit u = { .lies = true };
	struct receiver_change c;

	(void)state;
	assert_int_equal(run(&u, &c, &width_only), RECEIVER_PUT_BACK);
	assert_string_equal(c.reason, "pulse width: it says 100 ms, asked for 200 ms");
	/* what was not to be touched is not in the undo either */
	assert_null(strstr(u.m.log, "PFAKO"));
	assert_null(strstr(u.m.log, "PFAKP"));
	u = (struct unit){ .lies = true };
	assert_int_equal(run(&u, &c, &speed_only), RECEIVER_PUT_BACK);
	assert_int_equal(c.baud, 4800);
}

/* A speed was stored before our time, and nobody has restarted the receiver since. */
static void test_pending_speed(void **state)
{
	struct unit u = { .longest = false };
	struct receiver_change c;

	(void)state;
	where = "pending";
	trial = 0;
	/* as asked already, its answers say; that it speaks otherwise shows */
	set_up(&u, "R");
	u.kept.baud = u.m.stored_baud = 9600;
	assert_int_equal(run(&u, &c, &set_and_speed), RECEIVER_DONE);
	expect_truth(&u, &c, &set_and_speed);
	/* not asked for, and the restart for the pulse brings it up */
	u = (struct unit){ .longest = false };
	set_up(&u, "R");
	u.kept.baud = u.m.stored_baud = 9600;
	assert_int_equal(run(&u, &c, &pulse_and_set), RECEIVER_DONE);
	assert_int_equal(u.m.baud, 9600);
	assert_int_equal(c.baud, 9600);
	/* put back, it speaks as it was heard before */
	for (trial = 20; trial < 100; trial++) {
		u = (struct unit){ .m.interrupt_at_ms = trial * 200 };
		set_up(&u, "R");
		u.kept.baud = u.m.stored_baud = 9600;
		run(&u, &c, &pulse_and_set);
		if (c.outcome == RECEIVER_DONE)
			continue;
		assert_int_equal(c.outcome, RECEIVER_PUT_BACK);
		assert_true(state_is(&u.is, &old_state));
		assert_int_equal(c.baud, 4800);
	}
}

/* Speeds that are not usual are looked for where they were and where they were to be. */
static void test_unusual_speeds(void **state)
{
	const struct receiver_request req = {
		.op = RECEIVER_KEEP, .to = { .known = RECEIVER_BAUD, .baud = 1200 },
	};
	struct receiver_change c;

	(void)state;
	for (unsigned int lost = 1; lost < 4; lost++) {
		struct unit u = { .is = old_state, .ignores = 'B' };

		/* it stays at the old one */
		u.is.on = RMC;
		u.is.baud = 2400;
		set_up(&u, "M");
		assert_int_equal(run(&u, &c, &req), RECEIVER_PUT_BACK);
		assert_int_equal(c.baud, 2400);
		assert_true(u.m.now_ns < 30 * MODEL_NS_PER_S);
		/* it is at the new one before the port is */
		u = (struct unit){ .is = old_state, .m.interrupt_at = lost };
		u.is.on = RMC;
		u.is.baud = 2400;
		set_up(&u, "M");
		run(&u, &c, &req);
		assert_true(c.outcome == RECEIVER_PUT_BACK || !c.sent);
		assert_int_equal(u.m.baud, 2400);
		assert_int_equal(c.baud, 2400);
		assert_true(u.m.now_ns < 30 * MODEL_NS_PER_S);
	}
}

/* A line is acknowledged, and then it says nothing any more: that is no proof. */
static void test_dead_at_proof(void **state)
{
	const struct receiver_request req = { .op = RECEIVER_KEEP, .to.native = { "12" } };
	struct unit u = { .m.deaf_from = 3 };
	struct receiver_change c;

	(void)state;
	assert_int_equal(run(&u, &c, &req), RECEIVER_LOST);
	assert_string_equal(c.reason, "no answer to $PFAKN,12");
	assert_memory_equal(u.m.log, "$PFAKQ*4D\r\n$PFAKN,12*7D\r\n$PFAKQ*4D\r\n", 36);
}

/* At 300 baud a line takes more than half a second to leave the port. */
static void test_slow_line(void **state)
{
	const struct receiver_request req = {
		.op = RECEIVER_KEEP, .to = { .known = RECEIVER_BAUD, .baud = 1200 },
	};
	struct unit u = { .is = old_state };
	struct receiver_change c;

	(void)state;
	u.is.on = RMC;
	u.is.baud = 300;
	u.is.interval_ms = 5000;
	set_up(&u, "S");
	assert_int_equal(run(&u, &c, &req), RECEIVER_DONE);
	assert_int_equal(u.m.baud, 1200);
}

/* What is heard at once is of before the restart, which takes its time. */
static void test_slow_restart(void **state)
{
	(void)state;
	for (unsigned int phase_ms = 0; phase_ms < 1000; phase_ms += 100) {
		struct unit u = {
			.m.halt_ms = 1700, .m.boot_ms = 11000, .m.phase_ms = phase_ms,
		};
		struct receiver_change c;

		assert_int_equal(run(&u, &c, &pulse_and_set), RECEIVER_DONE);
		/* two questions, three sentences, P and R */
		assert_int_equal(u.m.commands, 7);
	}
}

/* A speed that was not taken: nothing is saved then but what was before. */
static void test_speed_not_taken(void **state)
{
	struct unit u = { .ignores = 'B' };
	struct receiver_change c;

	(void)state;
	set_up(&u, "S");
	assert_int_equal(run(&u, &c, &speed_only), RECEIVER_PUT_BACK);
	assert_string_equal(c.reason, "its speed is another");
	assert_string_equal(u.m.log, "$PFAKQ*4D\r\n$PFAKB,38400*4D\r\n$PFAKQ*4D\r\n"
				     "$PFAKB,38400*4D\r\n$PFAKQ*4D\r\n"
				     "$PFAKN,7*49\r\n$PFAKB,4800*7E\r\n$PFAKS*4F\r\n"
				     "$PFAKQ*4D\r\n");
}

/* What was spoilt on the way is no answer. */
static void test_bad_checksum(void **state)
{
	static const char spoilt[] = "$PFAKA,1,200,1000,4800,7*00";
	struct unit u = { .longest = false };
	struct receiver_change c;
	struct nmea_sentence s;
	int64_t wake;

	(void)state;
	set_up(&u, "R");
	begin(&c, &u, &width_only);
	assert_int_equal(receiver_change_step(&c, 0, &wake), RECEIVER_WRITE);
	assert_int_equal(receiver_change_step(&c, 0, &wake), RECEIVER_WAIT);
	nmea_parse(spoilt, strlen(spoilt), &s);
	receiver_change_hear(&c, &(struct receiver_message){ .sentence = &s });
	assert_int_equal(c.now.known, 0);
	assert_int_equal(c.answer, RECEIVER_UNRELATED);
	assert_int_equal(c.good, 0);
}

/* "Wait" and "done" belong together. */
static void test_half_said(void **state)
{
	struct unit u = { .processes = true, .m.delay_answer = 3 };
	struct receiver_change c;

	(void)state;
	/* answers: the question's, "wait", and "done" 3 s later */
	assert_int_equal(run(&u, &c, &width_only), RECEIVER_DONE);
	assert_string_equal(u.m.log, "$PFAKQ*4D\r\n$PFAKW,200*55\r\n$PFAKQ*4D\r\n");
}

/* A burst each five seconds: the stream is watched for as long as it takes. */
static void test_interval(void **state)
{
	struct receiver_request req = {
		.op = RECEIVER_KEEP, .to = { .known = RECEIVER_INTERVAL, .interval_ms = 5000 },
	};

	(void)state;
	where = "interval";
	for (size_t i = 0; i < 4; i++) {
		struct unit u = { .longest = false };
		struct receiver_change c;

		set_up(&u, i % 2 ? "R" : "S");
		req.to.interval_ms = i < 2 ? 5000 : 900000;
		assert_int_equal(run(&u, &c, &req), RECEIVER_DONE);
		expect_truth(&u, &c, &req);
	}
}

/* ---- whatever may happen ---- */

enum fault {
	NO_FAULT,
	LOSE_COMMAND, DAMAGE_COMMAND, LOSE_ANSWER, DAMAGE_ANSWER, DELAY_ANSWER,
	SILENT_FROM, DEAD_AFTER, DEAF_FROM, INTERRUPT,
	N_FAULTS,
};

static void set_fault(struct model *m, enum fault fault, unsigned int k)
{
	unsigned int *const at[N_FAULTS] = {
		[LOSE_COMMAND] = &m->lose_command, [DAMAGE_COMMAND] = &m->damage_command,
		[LOSE_ANSWER] = &m->lose_answer, [DAMAGE_ANSWER] = &m->damage_answer,
		[DELAY_ANSWER] = &m->delay_answer, [SILENT_FROM] = &m->silent_from,
		[DEAD_AFTER] = &m->dead_after, [DEAF_FROM] = &m->deaf_from,
		[INTERRUPT] = &m->interrupt_at,
	};

	if (at[fault])
		*at[fault] = k;
}

/* Faults of this kind one by one, until one comes too late to matter. */
static void try_fault(enum fault fault, const char *name, bool comes_through)
{
	where = name;
	for (size_t i = 0; i < N_TRIALS; i++) {
		const struct receiver_request *req = trials[i].req;
		unsigned int actions = 0;

		for (trial = 0; trial <= actions + 1; trial++) {
			struct unit u = { .longest = false };
			struct receiver_change c;

			set_up(&u, trials[i].model);
			u.m.phase_ms = trial * 130 % 1000;
			if (trial)
				set_fault(&u.m, fault, trial);
			run(&u, &c, req);
			if (!trial)
				actions = u.m.actions;
			expect_truth(&u, &c, req);
			/*
			 * One fault of the line is no reason to give up, but for a make
			 * that fell silent, cannot be asked and then speaks elsewhere.
			 */
			if (comes_through && u.id.model[0] != 'M' && c.outcome != RECEIVER_DONE)
				fail_msg("%s %u, model %s, op %d, settings %#x: %s\n%s", name,
					 trial, u.id.model, req->op, req->to.known, c.reason,
					 u.m.log);
		}
	}
}

static void test_commands_lost(void **state)
{
	(void)state;
	try_fault(LOSE_COMMAND, "lost command", true);
	try_fault(DAMAGE_COMMAND, "damaged command", true);
}

static void test_answers_lost(void **state)
{
	(void)state;
	try_fault(LOSE_ANSWER, "lost answer", true);
	try_fault(DAMAGE_ANSWER, "damaged answer", true);
	try_fault(DELAY_ANSWER, "late answer", true);
}

static void test_goes_dead(void **state)
{
	(void)state;
	try_fault(SILENT_FROM, "silent from command", false);
	try_fault(DEAD_AFTER, "dead after command", false);
	try_fault(DEAF_FROM, "deaf from command", false);
}

static void test_interrupted(void **state)
{
	(void)state;
	try_fault(INTERRUPT, "interrupt at action", false);
}

/* At any time: if it came in time, it is as before. */
static void test_interrupted_in_time(void **state)
{
	(void)state;
	where = "interrupt at time";
	for (size_t i = 0; i < N_TRIALS; i++)
		for (trial = 1; trial < 100; trial++) {
			struct unit u = { .m.interrupt_at_ms = trial * 200 };
			struct receiver_change c;

			set_up(&u, trials[i].model);
			run(&u, &c, trials[i].req);
			expect_truth(&u, &c, trials[i].req);
			assert_int_not_equal(c.outcome, RECEIVER_LOST);
			assert_true(c.interrupted != (c.outcome == RECEIVER_DONE));
		}
}

static void test_interrupted_before(void **state)
{
	struct unit u = { .longest = false };
	struct receiver_change c;
	int64_t wake;

	(void)state;
	set_up(&u, "R");
	begin(&c, &u, &rmc_only);
	receiver_change_interrupt(&c, 0);
	assert_int_equal(receiver_change_step(&c, 0, &wake), RECEIVER_ENDED);
	assert_int_equal(c.outcome, RECEIVER_REFUSED);
	assert_string_equal(c.reason, "interrupted");
}

static void test_no_journal(void **state)
{
	struct unit u = { .m.no_journal = true };
	struct receiver_change c;

	(void)state;
	assert_int_equal(run(&u, &c, &timing), RECEIVER_REFUSED);
	assert_string_equal(u.m.log, "$PFAKQ*4D\r\n");
}

/* Rubbish instead of answers, or all the time. */
static void test_rubbish(void **state)
{
	(void)state;
	where = "rubbish";
	for (trial = 0; trial < N_TRIALS * 2; trial++) {
		const struct receiver_request *req = trials[trial / 2].req;
		struct unit u = { .m.garbage = trial & 1, .m.flood = !(trial & 1) };
		struct receiver_change c;

		set_up(&u, trials[trial / 2].model);
		run(&u, &c, req);
		if (c.outcome != RECEIVER_LOST)
			expect_truth(&u, &c, req);
		for (const char *p = c.reason; *p; p++)
			assert_in_range(*p, ' ', '~');
	}
}

/* A bad line: whatever is lost, it ends, and what it says to be so is so. */
static void test_bad_line(void **state)
{
	unsigned int ends[RECEIVER_REFUSED + 1] = { 0 };

	(void)state;
	where = "bad line";
	for (trial = 0; trial < 60 * N_TRIALS; trial++) {
		const struct trial *t = &trials[trial % N_TRIALS];
		struct state wanted = new_state(t->req, t->model);
		struct unit u = { .m.loss_percent = 5 + trial % 40, .m.dice = trial };
		struct receiver_change c;

		set_up(&u, t->model);
		run(&u, &c, t->req);
		ends[c.outcome]++;
		/* the questions at the end: then it says nothing, and is not said to */
		assert_null(strstr(c.reason, "says nothing"));
		/* a restart that got lost twice is not seen, where nothing else changes */
		if (c.outcome == RECEIVER_LOST || t->model[0] == 'R')
			continue;
		/* nor can what is rare be proven */
		wanted.on |= TXT;
		u.is.on |= TXT;
		if (!state_is(&u.is, c.outcome == RECEIVER_DONE ? &wanted : &old_state)) {
			print_state("is", &u.is);
			fail_msg("%s %u, model %s: outcome %d (%s)\n%s", where, trial, t->model,
				 c.outcome, c.reason, u.m.log);
		}
	}
	for (unsigned int i = RECEIVER_DONE; i <= RECEIVER_REFUSED; i++)
		assert_true(ends[i] > 0);
}

/* ---- kill -9 ---- */

/* What the next run finds when it has listened for a while. */
static struct receiver_found find_again(struct unit *u)
{
	struct receiver_found found;

	model_sleep(&u->m, 4 * MODEL_NS_PER_S);
	found = found_of(u);
	if (!u->is.on)
		found.baud = u->m.intent.baud_before;
	return found;
}

/* False: it was killed, too. */
static bool resume(struct unit *u, struct receiver_change *c, unsigned int kill_at)
{
	struct receiver_found found = find_again(u);

	u->m.actions = 0;
	assert_int_equal(receiver_change_begin_resume(c, make_of(u), &u->id, &u->m.intent, &found,
						      u->m.now_ns), 0);
	return model_play(&u->m, c, kill_at) != RECEIVER_PENDING;
}

/* Killed at this action: false when there was no such action any more. */
static bool killed(struct unit *u, const struct receiver_request *req, const char *model,
		   unsigned int kill_at)
{
	struct receiver_change c;

	memset(u, 0, sizeof(*u));
	set_up(u, model);
	begin(&c, u, req);
	return model_play(&u->m, &c, kill_at) == RECEIVER_PENDING;
}

static void try_kill(const struct receiver_request *req, const char *model, bool power_loss)
{
	struct unit u;
	struct receiver_change c;

	for (trial = 1; killed(&u, req, model, trial); trial++) {
		if (power_loss) {
			model_restart(&u.m);
			model_sleep(&u.m, 2 * MODEL_NS_PER_S);
		}
		if (!u.m.intended) {
			assert_true(state_is(&u.is, &old_state));
			continue;
		}
		assert_true(resume(&u, &c, 0));
		assert_true(c.outcome == RECEIVER_DONE || c.outcome == RECEIVER_PUT_BACK);
		c.reason[0] = c.outcome == RECEIVER_DONE ? '\0' : c.reason[0];
		expect_truth(&u, &c, req);
	}
	assert_true(trial > 3);
}

static void test_killed(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_TRIALS; i++) {
		where = "killed at action";
		try_kill(trials[i].req, trials[i].model, false);
		where = "power loss at action";
		try_kill(trials[i].req, trials[i].model, true);
	}
}

/* Killed, and killed again while mending. */
static void test_killed_twice(void **state)
{
	struct unit u;
	struct receiver_change c;

	(void)state;
	where = "killed twice at action";
	for (size_t i = 0; i < N_TRIALS; i++) {
		for (trial = 1; killed(&u, trials[i].req, trials[i].model, trial); trial++)
			for (unsigned int second = 1; u.m.intended; second++) {
				killed(&u, trials[i].req, trials[i].model, trial);
				if (resume(&u, &c, second))
					break;
				assert_true(resume(&u, &c, 0));
				assert_true(c.outcome == RECEIVER_DONE ||
					    c.outcome == RECEIVER_PUT_BACK);
				expect_truth(&u, &c, trials[i].req);
			}
	}
}

/* Ctrl-C while mending: before anything is sent the journal must stay, then it is mended. */
static void test_resume_interrupted(void **state)
{
	struct unit u;
	struct receiver_change c;

	(void)state;
	where = "resumed and interrupted at action";
	for (trial = 1; trial < 20; trial++) {
		assert_true(killed(&u, &timing, "R", 6));
		u.m.interrupt_at = trial;
		resume(&u, &c, 0);
		if (c.outcome == RECEIVER_LOST) {
			assert_true(c.interrupted && !c.sent);
			u.m.interrupt_at = 0;
			resume(&u, &c, 0);
		}
		assert_int_equal(c.outcome, RECEIVER_PUT_BACK);
		expect_truth(&u, &c, &timing);
	}
}

/* ---- blind: a daemon reads, characters are counted ---- */

static enum receiver_outcome blind(struct unit *u, struct receiver_change *c,
				   const struct receiver_request *req)
{
	set_up(u, "R");
	assert_int_equal(receiver_change_begin_blind(c, &fake, &u->id, req, 4800, 0), 0);
	return model_play(&u->m, c, 0);
}

static void test_blind(void **state)
{
	struct unit u = { .longest = false };
	struct receiver_change c;
	struct receiver_request req = width_only;

	(void)state;
	assert_int_equal(blind(&u, &c, &rmc_only), RECEIVER_DONE);
	assert_int_equal(u.is.on, RMC);
	assert_in_range(c.chars_per_s, 40, 82);
	assert_true(u.m.intended);
	/* settings cannot be proven by counting */
	assert_int_equal(receiver_change_begin_blind(&c, &fake, &u.id, &req, 4800, 0), -EINVAL);
	req.op = RECEIVER_EXACTLY;
	assert_int_equal(receiver_change_begin_blind(&c, &fake, &u.id, &req, 4800, 0), -EINVAL);
	req = (struct receiver_request){ .op = RECEIVER_ADJUST, .on = VTG };
	assert_int_equal(receiver_change_begin_blind(&c, &fake, &u.id, &req, 4800, 0), -EINVAL);
}

/* A receiver of another make, or a wire that is not there: RMC alone would look right. */
static void test_blind_deaf(void **state)
{
	struct unit u = { .m.deaf = true, .is = old_state };
	struct receiver_change c;

	(void)state;
	u.is.on = RMC;
	assert_int_equal(blind(&u, &c, &rmc_only), RECEIVER_REFUSED);
	/* only the line that silences was sent, twice, never the other */
	assert_string_equal(u.m.log, "$PFAKO,,2*61\r\n$PFAKO,,2*61\r\n");
	assert_string_equal(c.reason, "it did not fall silent");
}

static void test_blind_line_lost(void **state)
{
	(void)state;
	for (unsigned int lost = 1; lost <= 2; lost++) {
		struct unit u = { .m.lose_command = lost };
		struct receiver_change c;

		assert_int_equal(blind(&u, &c, &rmc_only), RECEIVER_DONE);
		assert_int_equal(u.is.on, RMC);
	}
}

/* Wherever in the second the count begins: it takes in three bursts or four. */
static void test_blind_phase(void **state)
{
	(void)state;
	for (unsigned int phase_ms = 0; phase_ms < 1000; phase_ms += 50) {
		struct unit u = { .longest = true, .m.phase_ms = phase_ms };
		struct receiver_change c;

		assert_int_equal(blind(&u, &c, &rmc_only), RECEIVER_DONE);
		assert_int_equal(c.tries, 0);
		assert_int_equal(u.is.on, RMC);
	}
}

static void test_blind_put_back(void **state)
{
	struct unit u = { .m.interrupt_at_ms = 1000 };
	struct receiver_change c;

	(void)state;
	assert_int_equal(blind(&u, &c, &rmc_only), RECEIVER_PUT_BACK);
	assert_true(c.interrupted);
	assert_int_equal(u.is.on, FACTORY);
	/* a unit without a command for the factory's set: ntpd has RMC at least */
	u = (struct unit){ .no_mode4 = true, .m.interrupt_at_ms = 1000 };
	assert_int_equal(blind(&u, &c, &rmc_only), RECEIVER_PUT_BACK);
	assert_int_equal(u.is.on, RMC);
}

static void test_blind_defaults(void **state)
{
	const struct receiver_request req = { .op = RECEIVER_DEFAULTS };
	struct unit u = { .is = old_state };
	struct receiver_change c;

	(void)state;
	u.is.on = RMC;
	assert_int_equal(blind(&u, &c, &req), RECEIVER_DONE);
	assert_int_equal(u.is.on, FACTORY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_change),
		cmocka_unit_test(test_change_echo),
		cmocka_unit_test(test_change_slow),
		cmocka_unit_test(test_change_rare),
		cmocka_unit_test(test_change_deaf),
		cmocka_unit_test(test_change_put_back),
		cmocka_unit_test(test_change_lost),
		cmocka_unit_test(test_change_adjust),
		cmocka_unit_test(test_change_adjust_others),
		cmocka_unit_test(test_change_defaults),
		cmocka_unit_test(test_settings),
		cmocka_unit_test(test_settings_order),
		cmocka_unit_test(test_settings_already),
		cmocka_unit_test(test_settings_unanswered),
		cmocka_unit_test(test_no_questions),
		cmocka_unit_test(test_needs_answers),
		cmocka_unit_test(test_rejected),
		cmocka_unit_test(test_ignored),
		cmocka_unit_test(test_lies),
		cmocka_unit_test(test_pending_speed),
		cmocka_unit_test(test_unusual_speeds),
		cmocka_unit_test(test_dead_at_proof),
		cmocka_unit_test(test_slow_line),
		cmocka_unit_test(test_slow_restart),
		cmocka_unit_test(test_speed_not_taken),
		cmocka_unit_test(test_ignored_in_undo),
		cmocka_unit_test(test_bad_checksum),
		cmocka_unit_test(test_half_said),
		cmocka_unit_test(test_interval),
		cmocka_unit_test(test_commands_lost),
		cmocka_unit_test(test_answers_lost),
		cmocka_unit_test(test_goes_dead),
		cmocka_unit_test(test_interrupted),
		cmocka_unit_test(test_interrupted_in_time),
		cmocka_unit_test(test_interrupted_before),
		cmocka_unit_test(test_no_journal),
		cmocka_unit_test(test_rubbish),
		cmocka_unit_test(test_bad_line),
		cmocka_unit_test(test_killed),
		cmocka_unit_test(test_killed_twice),
		cmocka_unit_test(test_resume_interrupted),
		cmocka_unit_test(test_blind),
		cmocka_unit_test(test_blind_deaf),
		cmocka_unit_test(test_blind_line_lost),
		cmocka_unit_test(test_blind_phase),
		cmocka_unit_test(test_blind_put_back),
		cmocka_unit_test(test_blind_defaults),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
