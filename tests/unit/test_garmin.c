// SPDX-License-Identifier: GPL-2.0-or-later
/* Who a Garmin is, the lines that change what it sends, and the change as a whole. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "receiver/change.h"

#define NS_PER_MS 1000000LL
#define NS_PER_S 1000000000LL

static const struct receiver *const garmin = &receiver_garmin;
static const struct receiver_id no_id;
static const struct receiver_settings unknown;

static struct nmea_sentence sentence(const char *body)
{
	static char text[128];
	struct nmea_sentence s;
	int n = nmea_format(text, sizeof(text), body);

	assert_true(n > 0);
	nmea_parse(text, (size_t)n - 2, &s);
	return s;
}

static void hear(struct receiver_view *v, const char *body)
{
	struct nmea_sentence s = sentence(body);

	receiver_hear(v, &s);
}

static receiver_set set_of(const char *list)
{
	receiver_set set;
	const char *bad;
	size_t len;

	assert_int_equal(receiver_parse_set(garmin, list, &set, &bad, &len), 0);
	return set;
}

/* ---- identity ---- */

static bool proves(const char *body)
{
	struct receiver_view v = { .rx = NULL };

	hear(&v, body);
	return v.rx == garmin;
}

static void test_proof(void **state)
{
	struct receiver_view v = { .rx = NULL };
	struct nmea_sentence s;

	(void)state;
	assert_true(proves("PGRME,3.1,M,4.2,M,5.2,M"));
	assert_true(proves("PGRMT,GPS 18-LVC software ver. 3.10,,,,,,,,"));
	assert_true(proves("PGRMC,A,00018.0,100"));
	assert_false(proves("GPRMC,,V,,,,,,,,,,N"));
	/* others imitate these two for the sake of old chart plotters */
	assert_false(proves("PGRMZ,93,f,3"));
	assert_false(proves("PGRMM,WGS 84"));
	/* a receiver that echoes what it does not know proves nothing by our own question */
	assert_false(proves("PGRMCE"));
	assert_false(proves("PGRMC1E"));
	assert_false(proves("PGRMO,GPRMC,1"));
	assert_false(proves("GNTXT,01,01,01,PGRM inv format"));
	/* a bad checksum and none at all prove nothing */
	nmea_parse("$PGRME,3.1,M*00", 15, &s);
	receiver_hear(&v, &s);
	nmea_parse("$PGRME,3.1,M", 12, &s);
	receiver_hear(&v, &s);
	assert_null(v.rx);
	/* nor is a line of noise a sentence */
	nmea_parse("$XYZAB,1", 8, &s);
	v.good = 0;
	receiver_hear(&v, &s);
	assert_int_equal(v.good, 0);
	nmea_parse("$GPRMC,,V", 9, &s);
	receiver_hear(&v, &s);
	assert_int_equal(v.good, 1);
}

static void identity_is(const char *pgrmt, const char *model, const char *firmware)
{
	struct receiver_view v = { .rx = NULL };

	hear(&v, pgrmt);
	assert_string_equal(v.id.model, model);
	assert_string_equal(v.id.firmware, firmware);
}

static void test_identity(void **state)
{
	(void)state;
	identity_is("PGRMT,GPS 18x-LVC software ver. 3.70,,,,,,,,", "GPS 18x-LVC", "3.70");
	identity_is("PGRMT,GPS 15x-W software ver. 4.20,,,,,,,,", "GPS 15x-W", "4.20");
	identity_is("PGRMT,GPS 25LP VER 1.10,P,P,R,R,P,,23,R", "GPS 25LP", "1.10");
	identity_is("PGRMT,GPS 18x VER 2.05", "GPS 18x", "2.05");
	identity_is("PGRMT,Something else,,", "Something else", "");
	identity_is("PGRMT,software ver. ,,", "software", "");
	identity_is("PGRMT,ver,,", "", "");
	identity_is("PGRMT,,,", "", "");
	identity_is("PGRMT,A name that is longer than what we keep of a model's name ver. 123456789.123456789",
		    "A name that is longer than what we keep", "123456789.123456789");
}

static void test_view(void **state)
{
	struct receiver_view v = { .rx = NULL };
	struct receiver_seen seen;

	(void)state;
	hear(&v, "GPRMC,120001,A,5128.6740,N,00000.0840,W,000.0,000.0,010926,001.2,E");
	hear(&v, "GPGGA,120001,5128.6740,N,00000.0840,W,1,09,0.9,61.4,M,45.6,M,,");
	hear(&v, "GPGSA,A,3,02,05,07,09,13,14,16,20,23,,,,1.6,0.9,1.3");
	hear(&v, "GPGSV,3,1,11,02,12,318,38");
	hear(&v, "PGRME,3.1,M,4.2,M,5.2,M");
	hear(&v, "PGRMO,GPRMC,1");
	assert_int_equal(v.last.fix, 3);
	assert_true(v.last.valid);
	assert_int_equal(v.last.satellites_used, 9);
	assert_int_equal(v.last.satellites_in_view, 11);
	assert_int_equal(v.last.utc.year, 2026);
	assert_int_equal(v.last.utc.second, 1);
	/* the make is known from the fifth; the census knows all, and no echo */
	receiver_seen_in(garmin, &v.census, &seen);
	assert_int_equal(seen.set, set_of("RMC,GGA,GSA,GSV,PGRME"));
	assert_false(seen.others);
	hear(&v, "GPRTE,1,1,c,0");
	receiver_seen_in(garmin, &v.census, &seen);
	assert_true(seen.others);
	assert_string_equal(seen.other, "RTE");
}

/* ---- sets and lines ---- */

static void test_sets(void **state)
{
	receiver_set set;
	const char *bad;
	size_t len;
	char names[64];

	(void)state;
	assert_int_equal(set_of("RMC"), 1);
	assert_int_equal(set_of("gprmc,rmc"), 1);
	receiver_name_set(garmin, set_of("pgrme,GGA,GPRMC"), names, sizeof(names));
	assert_string_equal(names, "RMC GGA PGRME");
	receiver_name_set(garmin, 0, names, sizeof(names));
	assert_string_equal(names, "");
	assert_int_equal(receiver_parse_set(garmin, "RMC,ZDA", &set, &bad, &len), -EINVAL);
	assert_memory_equal(bad, "ZDA", len);
	assert_int_equal(receiver_parse_set(garmin, "", &set, &bad, &len), -EINVAL);
	assert_int_equal(receiver_parse_set(garmin, "RMC,", &set, &bad, &len), -EINVAL);
	assert_int_equal(receiver_parse_set(garmin, "RM", &set, &bad, &len), -EINVAL);
	assert_int_equal(receiver_check_names("RMC", &bad, &len), 0);
	assert_int_equal(receiver_check_names("RMX", &bad, &len), -EINVAL);
}

static void plan_is(struct receiver_request req, const char *lines, const char *must)
{
	struct receiver_plan plan;
	char text[1024] = "";

	assert_int_equal(receiver_make_plan(garmin, &no_id, &unknown, &req, &plan), 0);
	for (unsigned int i = 0; i < plan.n; i++)
		strcat(text, plan.steps[i].bytes);
	assert_string_equal(text, lines);
	assert_int_equal(plan.must, set_of(must));
}

static void test_plans(void **state)
{
	(void)state;
	plan_is((struct receiver_request){ .op = RECEIVER_EXACTLY, .on = set_of("RMC") },
		"$PGRMO,,2*75\r\n$PGRMO,GPRMC,1*3D\r\n", "RMC");
	plan_is((struct receiver_request){ .op = RECEIVER_ADJUST, .on = set_of("PGRMF"),
					   .off = set_of("GSV,GSA") },
		"$PGRMO,GPGSA,0*35\r\n$PGRMO,GPGSV,0*22\r\n$PGRMO,PGRMF,1*38\r\n", "PGRMF");
	plan_is((struct receiver_request){ .op = RECEIVER_DEFAULTS }, "$PGRMO,,4*73\r\n", "RMC,GSA");
	/* once a minute: not waited for */
	plan_is((struct receiver_request){ .op = RECEIVER_EXACTLY, .on = set_of("RMC,PGRMT") },
		"$PGRMO,,2*75\r\n$PGRMO,GPRMC,1*3D\r\n$PGRMO,PGRMT,1*2A\r\n", "RMC");
	/* all of them at once fit */
	plan_is((struct receiver_request){ .op = RECEIVER_EXACTLY, .on = 0xfff },
		"$PGRMO,,2*75\r\n$PGRMO,GPRMC,1*3D\r\n$PGRMO,GPGGA,1*20\r\n$PGRMO,GPGSA,1*34\r\n"
		"$PGRMO,GPGSV,1*23\r\n$PGRMO,PGRME,1*3B\r\n$PGRMO,GPGLL,1*26\r\n"
		"$PGRMO,GPVTG,1*24\r\n$PGRMO,PGRMV,1*28\r\n$PGRMO,PGRMF,1*38\r\n"
		"$PGRMO,PGRMB,1*3C\r\n$PGRMO,PGRMM,1*33\r\n$PGRMO,PGRMT,1*2A\r\n",
		"RMC,GGA,GSA,GSV,PGRME,GLL,VTG,PGRMV,PGRMF,PGRMB,PGRMM");
}

static void test_undo(void **state)
{
	struct receiver_seen before = { .set = set_of("RMC,GGA,GSA,GSV,PGRME,PGRMB") };

	(void)state;
	/* the factory's set has PGRMT, whether it was heard or not */
	assert_int_equal(receiver_undo_of(garmin, &before).on, before.set | set_of("PGRMT"));
	before.set = set_of("RMC");
	assert_int_equal(receiver_undo_of(garmin, &before).on, set_of("RMC"));
}

static void test_already(void **state)
{
	struct receiver_seen seen = { .set = set_of("RMC,GGA") };
	struct receiver_request req = { .op = RECEIVER_EXACTLY, .on = set_of("RMC,GGA") };

	(void)state;
	assert_true(receiver_is_already(garmin, &req, &seen));
	req.on = set_of("RMC");
	assert_false(receiver_is_already(garmin, &req, &seen));
	req.op = RECEIVER_ADJUST;
	assert_true(receiver_is_already(garmin, &req, &seen));
	req.off = set_of("GSV");
	assert_true(receiver_is_already(garmin, &req, &seen));
	req.off = set_of("GGA");
	assert_false(receiver_is_already(garmin, &req, &seen));
	req = (struct receiver_request){ .op = RECEIVER_ADJUST, .on = set_of("PGRMT") };
	assert_false(receiver_is_already(garmin, &req, &seen));
	req.op = RECEIVER_DEFAULTS;
	assert_false(receiver_is_already(garmin, &req, &seen));
}

/* ---- a change as a whole, against a receiver of a few lines and a clock turned by hand ---- */

struct unit {
	receiver_set on;
	bool deaf;
	bool no_mode4;			/* GPS 25, 35, 36 */
	bool echoes;
	unsigned int lose_line;		/* this one of the lines does not arrive; from 1 */
	unsigned int deaf_from;		/* this line and all behind it do not arrive */
	const char *stranger;		/* a sentence that nobody can switch off */
	bool slow;			/* a burst says what was on two bursts ago */
	bool longest;			/* its sentences are as long as they get */
	int phase_ms;			/* of its bursts */
	receiver_set was[2];
	unsigned int lines;		/* heard so far */
	char log[1024];
};

static void obey(struct unit *u, const char *line)
{
	char target[16] = "";
	char mode;

	u->lines++;
	strcat(u->log, line);
	if (u->deaf || u->lines == u->lose_line || (u->deaf_from && u->lines >= u->deaf_from))
		return;
	if (sscanf(line, "$PGRMO,%15[A-Z],%c", target, &mode) < 2)
		assert_int_equal(sscanf(line, "$PGRMO,,%c", &mode), 1);
	if (mode == '0')
		u->on &= ~set_of(target);
	if (mode == '1')
		u->on |= set_of(target);
	if (mode == '2')
		u->on = 0;
	if (mode == '4' && !u->no_mode4)
		u->on = set_of("RMC,GGA,GSA,GSV,PGRME,PGRMB,PGRMT");
}

/* One second of what it sends: the change hears it, or its characters are counted. */
static void burst(struct unit *u, struct receiver_change *c)
{
	receiver_set set = u->slow ? u->was[1] : u->on;
	struct nmea_sentence s;

	u->was[1] = u->was[0];
	u->was[0] = u->on;
	for (unsigned int i = 0; i < garmin->n_sentences; i++) {
		if (!(set >> i & 1) || garmin->sentences[i].rare)
			continue;
		s = sentence(garmin->sentences[i].target);
		receiver_change_count(c, u->longest ? garmin->sentences[i].max_chars :
					 garmin->sentences[i].max_chars * 3 / 4);
		if (!c->blind)
			receiver_change_hear(c, &s);
	}
	if (u->stranger && !c->blind) {
		s = sentence(u->stranger);
		receiver_change_hear(c, &s);
	}
}

/* To the end, in steps of 50 ms; the seconds it took. */
static int64_t play(struct unit *u, struct receiver_change *c, int interrupt_at_ms)
{
	const char *line;
	int64_t now, wake;
	struct nmea_sentence s;

	for (now = 0; receiver_change_step(c, now, &line, &wake); now += 50 * NS_PER_MS) {
		assert_true(wake > now || line);
		assert_true(now < 120 * NS_PER_S);
		if (line)
			obey(u, line);
		if (line && u->echoes) {
			nmea_parse(line, strlen(line) - 2, &s);
			receiver_change_hear(c, &s);
		}
		if (now % NS_PER_S == (u->phase_ms + 300) % 1000 * NS_PER_MS)
			burst(u, c);
		if (now / NS_PER_MS == interrupt_at_ms)
			receiver_change_interrupt(c, now);
	}
	return now / NS_PER_S;
}

static const struct receiver_request rmc_only = { .op = RECEIVER_EXACTLY, .on = 1 };

static receiver_set factory(void)
{
	return set_of("RMC,GGA,GSA,GSV,PGRME,PGRMB,PGRMT");
}

static void begin(struct receiver_change *c, const struct receiver_request *req,
		  receiver_set before)
{
	struct receiver_seen seen = { .set = before & ~set_of("PGRMT") };

	assert_int_equal(receiver_change_begin(c, garmin, req, &seen, 0), 0);
}

static void test_change(void **state)
{
	struct unit u = { .on = factory() };
	struct receiver_change c;

	(void)state;
	begin(&c, &rmc_only, u.on);
	assert_true(play(&u, &c, -1) < 8);
	assert_int_equal(c.outcome, RECEIVER_DONE);
	assert_int_equal(u.on, set_of("RMC"));
	assert_string_equal(u.log, "$PGRMO,,2*75\r\n$PGRMO,GPRMC,1*3D\r\n");
	assert_int_equal(c.seen.set, set_of("RMC"));
	assert_int_equal(c.replies, 0);
}

static void test_change_echo(void **state)
{
	struct unit u = { .on = factory(), .echoes = true };
	struct receiver_change c;

	(void)state;
	begin(&c, &rmc_only, u.on);
	play(&u, &c, -1);
	assert_int_equal(c.outcome, RECEIVER_DONE);
	assert_int_equal(c.replies, 2);
}

/* At 4800 baud a burst of 1.1 s is still on its way: no reason to send anything twice. */
static void test_change_slow(void **state)
{
	struct unit u = { .on = factory(), .slow = true };
	struct receiver_change c;

	(void)state;
	u.was[0] = u.was[1] = factory();
	begin(&c, &rmc_only, u.on);
	play(&u, &c, -1);
	assert_int_equal(c.outcome, RECEIVER_DONE);
	assert_string_equal(u.log, "$PGRMO,,2*75\r\n$PGRMO,GPRMC,1*3D\r\n");
}

/* A PGRMT that was due at just that moment is no disobedience. */
static void test_change_rare(void **state)
{
	struct unit u = { .on = factory(), .stranger = "PGRMT,GPS 18-LVC" };
	struct receiver_change c;

	(void)state;
	begin(&c, &rmc_only, u.on);
	play(&u, &c, -1);
	assert_int_equal(c.outcome, RECEIVER_DONE);
}

/* Any one line lost: the second try makes it good. */
static void test_change_line_lost(void **state)
{
	(void)state;
	for (unsigned int lost = 1; lost <= 2; lost++) {
		struct unit u = { .on = factory(), .lose_line = lost };
		struct receiver_change c;

		begin(&c, &rmc_only, u.on);
		play(&u, &c, -1);
		assert_int_equal(c.outcome, RECEIVER_DONE);
		assert_int_equal(u.on, set_of("RMC"));
	}
}

static void test_change_deaf(void **state)
{
	struct unit u = { .on = factory(), .deaf = true };
	struct receiver_change c;

	(void)state;
	begin(&c, &rmc_only, u.on);
	play(&u, &c, -1);
	/* never obeyed, so what was before is what is seen */
	assert_int_equal(c.outcome, RECEIVER_PUT_BACK);
	assert_int_equal(u.on, factory());
	assert_int_equal(c.failed.set, factory() & ~set_of("PGRMT"));
}

/* It cannot do what is asked, but hears us: what was before must be back. */
static void test_change_put_back(void **state)
{
	struct unit u = { .on = factory(), .stranger = "GPRTE,1" };
	struct receiver_change c;
	struct receiver_seen before = { .set = factory() & ~set_of("PGRMT"), .others = true };

	(void)state;
	assert_int_equal(receiver_change_begin(&c, garmin, &rmc_only, &before, 0), 0);
	play(&u, &c, -1);
	assert_int_equal(c.outcome, RECEIVER_PUT_BACK);
	assert_int_equal(u.on, factory());
	assert_true(c.failed.others);
}

static void test_change_lost(void **state)
{
	struct unit u = { .on = factory(), .deaf_from = 2 };
	struct receiver_change c;

	(void)state;
	begin(&c, &rmc_only, u.on);
	play(&u, &c, -1);
	assert_int_equal(c.outcome, RECEIVER_LOST);
	assert_int_equal(c.seen.set, 0);
}

static void test_change_adjust(void **state)
{
	struct unit u = { .on = factory() };
	struct receiver_change c;
	struct receiver_request req = { .op = RECEIVER_ADJUST, .on = set_of("PGRMF"),
					.off = set_of("GSV") };

	(void)state;
	begin(&c, &req, u.on);
	play(&u, &c, -1);
	assert_int_equal(c.outcome, RECEIVER_DONE);
	assert_int_equal(u.on, (factory() | set_of("PGRMF")) & ~set_of("GSV"));
	/* a receiver that lost more than it was told to is not as asked */
	u.on = 0;
	begin(&c, &req, factory());
	play(&u, &c, -1);
	assert_int_equal(c.outcome, RECEIVER_PUT_BACK);
	assert_int_equal(u.on, factory());
}

static void test_change_defaults(void **state)
{
	struct unit u = { .on = set_of("RMC") };
	struct receiver_change c;
	struct receiver_request req = { .op = RECEIVER_DEFAULTS };

	(void)state;
	begin(&c, &req, u.on);
	play(&u, &c, -1);
	assert_int_equal(c.outcome, RECEIVER_DONE);
	assert_int_equal(u.on, factory());
	u = (struct unit){ .on = set_of("RMC"), .no_mode4 = true };
	begin(&c, &req, u.on);
	play(&u, &c, -1);
	assert_int_equal(c.outcome, RECEIVER_PUT_BACK);
	assert_int_equal(u.on, set_of("RMC"));
}

/* Ctrl-C at any moment: nothing sent, or put back and proven. */
static void test_change_interrupted(void **state)
{
	(void)state;
	for (int at_ms = 0; at_ms < 6000; at_ms += 250) {
		struct unit u = { .on = factory() };
		struct receiver_change c;

		begin(&c, &rmc_only, u.on);
		play(&u, &c, at_ms);
		if (c.outcome == RECEIVER_DONE)
			continue;
		assert_true(c.interrupted);
		assert_int_equal(c.outcome, RECEIVER_PUT_BACK);
		assert_int_equal(u.on, factory());
	}
}

static void test_interrupted_before(void **state)
{
	struct receiver_change c;
	const char *line;
	int64_t wake;

	(void)state;
	begin(&c, &rmc_only, factory());
	receiver_change_interrupt(&c, 0);
	assert_false(receiver_change_step(&c, 0, &line, &wake));
	assert_null(line);
	assert_int_equal(c.outcome, RECEIVER_REFUSED);
}

/* ---- blind: a daemon reads, characters are counted ---- */

static void blind(struct unit *u, struct receiver_change *c, const struct receiver_request *req)
{
	assert_int_equal(receiver_change_begin_blind(c, garmin, req, 0), 0);
	play(u, c, -1);
}

static void test_blind(void **state)
{
	struct unit u = { .on = factory() };
	struct receiver_change c;

	(void)state;
	blind(&u, &c, &rmc_only);
	assert_int_equal(c.outcome, RECEIVER_DONE);
	assert_int_equal(u.on, set_of("RMC"));
	assert_in_range(c.chars_per_s, 40, 82);
}

/* A receiver that is no Garmin, or a wire that is not there: RMC alone would look right. */
static void test_blind_deaf(void **state)
{
	struct unit u = { .on = set_of("RMC"), .deaf = true };
	struct receiver_change c;

	(void)state;
	blind(&u, &c, &rmc_only);
	assert_int_equal(c.outcome, RECEIVER_REFUSED);
	/* only the question was sent, twice, never the answer */
	assert_string_equal(u.log, "$PGRMO,,2*75\r\n$PGRMO,,2*75\r\n");
}

static void test_blind_line_lost(void **state)
{
	(void)state;
	for (unsigned int lost = 1; lost <= 2; lost++) {
		struct unit u = { .on = factory(), .lose_line = lost };
		struct receiver_change c;

		blind(&u, &c, &rmc_only);
		assert_int_equal(c.outcome, RECEIVER_DONE);
		assert_int_equal(u.on, set_of("RMC"));
	}
}

/* Wherever in the second the count begins: it takes in three bursts or four. */
static void test_blind_phase(void **state)
{
	(void)state;
	for (int phase_ms = 0; phase_ms < 1000; phase_ms += 50) {
		struct unit u = { .on = factory(), .longest = true, .phase_ms = phase_ms };
		struct receiver_change c;

		blind(&u, &c, &rmc_only);
		assert_int_equal(c.outcome, RECEIVER_DONE);
		assert_int_equal(c.tries, 0);
		assert_int_equal(u.on, set_of("RMC"));
	}
}

static void test_blind_put_back(void **state)
{
	struct unit u = { .on = factory() };
	struct receiver_change c;

	(void)state;
	assert_int_equal(receiver_change_begin_blind(&c, garmin, &rmc_only, 0), 0);
	play(&u, &c, 1000);
	assert_true(c.interrupted);
	assert_int_equal(c.outcome, RECEIVER_PUT_BACK);
	assert_int_equal(u.on, factory());
	/* a unit without a command for the factory's set: ntpd has RMC at least */
	u = (struct unit){ .on = factory(), .no_mode4 = true };
	assert_int_equal(receiver_change_begin_blind(&c, garmin, &rmc_only, 0), 0);
	play(&u, &c, 1000);
	assert_int_equal(c.outcome, RECEIVER_PUT_BACK);
	assert_int_equal(u.on, set_of("RMC"));
}

static void test_blind_defaults(void **state)
{
	struct receiver_request req = { .op = RECEIVER_DEFAULTS };
	struct unit u = { .on = set_of("RMC") };
	struct receiver_change c;

	(void)state;
	blind(&u, &c, &req);
	assert_int_equal(c.outcome, RECEIVER_DONE);
	assert_int_equal(u.on, factory());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_proof),
		cmocka_unit_test(test_identity),
		cmocka_unit_test(test_view),
		cmocka_unit_test(test_sets),
		cmocka_unit_test(test_plans),
		cmocka_unit_test(test_undo),
		cmocka_unit_test(test_already),
		cmocka_unit_test(test_change),
		cmocka_unit_test(test_change_echo),
		cmocka_unit_test(test_change_slow),
		cmocka_unit_test(test_change_rare),
		cmocka_unit_test(test_change_line_lost),
		cmocka_unit_test(test_change_deaf),
		cmocka_unit_test(test_change_put_back),
		cmocka_unit_test(test_change_lost),
		cmocka_unit_test(test_change_adjust),
		cmocka_unit_test(test_change_defaults),
		cmocka_unit_test(test_change_interrupted),
		cmocka_unit_test(test_interrupted_before),
		cmocka_unit_test(test_blind),
		cmocka_unit_test(test_blind_deaf),
		cmocka_unit_test(test_blind_line_lost),
		cmocka_unit_test(test_blind_phase),
		cmocka_unit_test(test_blind_put_back),
		cmocka_unit_test(test_blind_defaults),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
