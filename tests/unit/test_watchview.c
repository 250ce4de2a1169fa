// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The screen of `watch` as text: pictures that were looked at, kept in
 * tests/fixtures/watch/screen-*.txt.  `test_watchview show [NAME]` prints them as they are now.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "watchview.h"

#define FIXTURES "tests/fixtures/watch"
#define MANY 256
#define ROWS_MAX 60
#define COLS_MAX 200
#define NOON_S INT64_C(1795262400)	/* 2026-11-22 12:00:00 UTC */
#define PICTURE_MAX (ROWS_MAX * (COLS_MAX * 4 + 1) + 1)

static struct view_source sources[MANY];
static char names[MANY][16];
static struct view view;

/* ---- made-up sources ---- */

static void second(struct view_source *s, bool seen, enum pulse_fate fate, int64_t offset_ns)
{
	s->strip[s->next] = (struct view_second){ offset_ns, fate, seen };
	s->next = (s->next + 1) % VIEW_STRIP_MAX;
	s->n += s->n < VIEW_STRIP_MAX;
}

/* A slow wave of so many ns around `middle` with a little noise; the same in each run. */
static int64_t wave(unsigned int i, int64_t middle, int64_t high)
{
	return middle + (int64_t)((double)high * (0.7 * sin(i / 19.0) + 0.3 * sin(i * 2.4)));
}

static void healthy(struct view_source *s)
{
	*s = (struct view_source){
		.name = "pps0", .about = "ttyS0, kernel stamps", .width_ns = 100021000,
		.edge = EDGE_ASSERT, .estimate = { .offset_ns = -412, .jitter_ns = 812, .n = 60,
						   .kept = 36 },
		.lines = VIEW_DCD | VIEW_CTS | VIEW_DTR | VIEW_RTS,
		.burst_begin_ms = 120, .burst_end_ms = 431, .named_s = NOON_S,
		.fix = "3D, 9 satellites", .load_percent = 75, .period_ns = NS_PER_S,
		.begun_ns = (NOON_S - 300) * NS_PER_S,
	};
	s->last.edge.time_ns = NOON_S * NS_PER_S - 412;
	s->last.interval_ns = NS_PER_S;
	s->fates[PULSE_FIRST] = 1;
	s->fates[PULSE_USED] = 299;
	for (unsigned int i = 0; i < 300; i++)
		second(s, true, PULSE_USED, wave(i, -200, 1600));
}

static void no_pulse(struct view_source *s)
{
	healthy(s);
	for (unsigned int i = 0; i < 7; i++)
		second(s, false, PULSE_USED, 0);
	s->last.edge.time_ns -= 7 * NS_PER_S;
	s->lines = VIEW_CTS | VIEW_DTR | VIEW_RTS;
	s->named_s = 0;
	s->word = "the UART's modem-status interrupt is off";
}

static void never(struct view_source *s)
{
	healthy(s);
	s->n = s->next = 0;
	for (unsigned int i = 0; i < 12; i++)
		second(s, false, PULSE_USED, 0);
	memset(&s->last, 0, sizeof(s->last));
	memset(s->fates, 0, sizeof(s->fates));
	s->width_ns = -1;
	s->estimate.n = 0;
	s->lines = -1;
	s->begun_ns = (NOON_S - 12) * NS_PER_S;
	s->burst_begin_ms = s->burst_end_ms = s->load_percent = -1;
	s->named_s = 0;
	s->fix = NULL;
}

static void no_fix(struct view_source *s)
{
	healthy(s);
	s->fix = "no fix, 2 satellites";
}

/* By TIOCMIWAIT on CTS: late by tens of us; one glitch, two missing. */
static void user_stamps(struct view_source *s)
{
	healthy(s);
	s->name = "ttyS1:cts";
	s->about = "ttyS1 CTS, TIOCMIWAIT";
	s->estimate = (struct filter_estimate){ 58200, 17400, 60, 15 };
	s->method = FILTER_LOW_QUARTER;
	s->lines = VIEW_CTS;
	s->burst_begin_ms = s->burst_end_ms = s->load_percent = -1;
	s->fix = NULL;
	s->named_s = 0;
	s->n = s->next = 0;
	for (unsigned int i = 0; i < 200; i++)
		second(s, i != 150 && i != 151, i == 180 ? PULSE_GATE : PULSE_USED,
		       i == 180 ? 900000 : 55000 + llabs(wave(i, 0, 30000)));
	s->missed = 2;
	s->fates[PULSE_GATE] = 1;
}

static void stepped(struct view_source *s)
{
	healthy(s);
	for (unsigned int i = 0; i < 20; i++)
		second(s, true, i == 0 ? PULSE_STEP : i % 7 == 3 ? PULSE_FREQUENCY : PULSE_USED,
		       wave(i, 312345678, 800));
	s->fates[PULSE_STEP] = 1;
	s->fates[PULSE_FREQUENCY] = 3;
	s->estimate.offset_ns = 312345678;
	s->off = "capture of clear, by ntpd[731]";
}

/* A daemon's dispute: sentences run into the next pulse; 5 a second on the other edge. */
static void crowded(struct view_source *s)
{
	healthy(s);
	s->period_ns = NS_PER_S / 5;
	s->width_ns = 20 * NS_PER_MS;
	s->edge = EDGE_CLEAR;
	s->burst_begin_ms = 310;
	s->burst_end_ms = 1080;
	s->load_percent = 103;
}

static void extreme(struct view_source *s)
{
	healthy(s);
	s->width_ns = -1;
	s->estimate = (struct filter_estimate){ INT64_C(-500000000000), 1e300, SIZE_MAX, 1 };
	for (unsigned int i = 0; i < 60; i++)
		second(s, true, PULSE_USED, (i % 2 ? -1 : 1) * INT64_C(500000000000));
	s->fates[PULSE_USED] = s->fates[PULSE_GATE] = s->missed = UINT64_MAX / 2;
	s->burst_begin_ms = 0;
	s->burst_end_ms = INT32_MAX;
	s->load_percent = INT32_MAX;
	s->fix = "3D\x1b[2J, \xc3\xa4";
	s->lines = 0;
	s->named_s = 0;
}

static void one(void (*make)(struct view_source *s))
{
	make(&sources[0]);
	view = (struct view){ .sources = sources, .n = 1, .utf8 = true,
			      .now_ns = NOON_S * NS_PER_S + 500 * NS_PER_MS };
}

static void scene_healthy(void) { one(healthy); }
static void scene_no_pulse(void) { one(no_pulse); }
static void scene_never(void) { one(never); }
static void scene_no_fix(void) { one(no_fix); }
static void scene_user(void) { one(user_stamps); }
static void scene_stepped(void) { one(stepped); }
static void scene_crowded(void) { one(crowded); view.help = true; }
static void scene_extreme(void) { one(extreme); }

static void scene_ascii(void)
{
	one(user_stamps);
	sources[0].burst_begin_ms = 60;
	sources[0].burst_end_ms = 431;
	view.utf8 = false;
	view.help = true;
}

static void scene_two(void)
{
	one(healthy);
	user_stamps(&sources[1]);
	view.n = 2;
}

static void scene_many(void)
{
	static void (*const kinds[])(struct view_source *s) = {
		healthy, healthy, user_stamps, healthy, no_pulse, no_fix, healthy, stepped,
	};

	one(healthy);
	for (unsigned int i = 0; i < MANY; i++) {
		kinds[i % 8](&sources[i]);
		snprintf(names[i], sizeof(names[i]), "pps%u", i);
		sources[i].name = names[i];
	}
	view.n = MANY;
	view.selected = 100;
}

static void scene_three(void)
{
	scene_many();
	view.n = 3;
	view.selected = 2;
}

static const struct scene {
	const char *name;
	void (*make)(void);
	unsigned int rows, cols;
} scenes[] = {
	{ "healthy-80x24", scene_healthy, 24, 80 },
	{ "healthy-120x40", scene_healthy, 40, 120 },
	{ "healthy-40x10", scene_healthy, 10, 40 },
	{ "healthy-20x5", scene_healthy, 5, 20 },
	{ "healthy-1x1", scene_healthy, 1, 1 },
	{ "no-pulse-80x24", scene_no_pulse, 24, 80 },
	{ "no-pulse-20x5", scene_no_pulse, 5, 20 },
	{ "never-80x24", scene_never, 24, 80 },
	{ "no-fix-80x24", scene_no_fix, 24, 80 },
	{ "user-80x24", scene_user, 24, 80 },
	{ "ascii-80x24", scene_ascii, 24, 80 },
	{ "ascii-40x10", scene_ascii, 10, 40 },
	{ "stepped-80x24", scene_stepped, 24, 80 },
	{ "crowded-80x24", scene_crowded, 24, 80 },
	{ "extreme-80x24", scene_extreme, 24, 80 },
	{ "two-80x24", scene_two, 24, 80 },
	{ "two-120x40", scene_two, 40, 120 },
	{ "two-40x10", scene_two, 10, 40 },
	{ "two-20x5", scene_two, 5, 20 },
	{ "three-80x24", scene_three, 24, 80 },
	{ "256-80x24", scene_many, 24, 80 },
	{ "256-120x40", scene_many, 40, 120 },
	{ "256-20x5", scene_many, 5, 20 },
};

#define N_SCENES (sizeof(scenes) / sizeof(scenes[0]))

/* ---- cells as text ---- */

static size_t put_utf8(char *buf, uint32_t code)
{
	if (code < 0x80) {
		buf[0] = (char)code;
		return 1;
	}
	if (code < 0x800) {
		buf[0] = (char)(0xc0 | code >> 6);
		buf[1] = (char)(0x80 | (code & 0x3f));
		return 2;
	}
	buf[0] = (char)(0xe0 | code >> 12);
	buf[1] = (char)(0x80 | (code >> 6 & 0x3f));
	buf[2] = (char)(0x80 | (code & 0x3f));
	return 3;
}

/* Without the blanks at the end of each line. */
static void draw(unsigned int rows, unsigned int cols, char *text)
{
	struct view_cell *cells = calloc((size_t)rows * cols, sizeof(*cells));
	size_t n = 0;

	assert_non_null(cells);
	view_draw(&view, cells, rows, cols);
	for (unsigned int r = 0; r < rows; r++) {
		size_t end = n;

		for (unsigned int c = 0; c < cols; c++) {
			uint32_t code = cells[(size_t)r * cols + c].code;

			n += put_utf8(text + n, code);
			if (code != ' ')
				end = n;
		}
		n = end;
		text[n++] = '\n';
	}
	text[n] = '\0';
	free(cells);
}

static void picture(const struct scene *s, char *text)
{
	s->make();
	draw(s->rows, s->cols, text);
}

static void test_pictures(void **state)
{
	static char want[PICTURE_MAX], got[PICTURE_MAX];
	unsigned int bad = 0;

	(void)state;
	for (size_t i = 0; i < N_SCENES; i++) {
		char path[128];
		FILE *f;
		size_t n;

		snprintf(path, sizeof(path), FIXTURES "/screen-%s.txt", scenes[i].name);
		f = fopen(path, "r");
		if (!f)
			fail_msg("%s is not there", path);
		n = fread(want, 1, sizeof(want) - 1, f);
		want[n] = '\0';
		fclose(f);
		picture(&scenes[i], got);
		if (strcmp(want, got)) {
			print_error("%s: is now\n%s", path, got);
			bad++;
		}
	}
	assert_int_equal(bad, 0);
}

/* ---- what is said, by hand ---- */

static void assert_verdict(const char *text, enum view_ink ink)
{
	char got[VIEW_VERDICT_MAX];

	assert_int_equal(view_verdict(&sources[0], view.now_ns, got, sizeof(got)), ink);
	assert_string_equal(got, text);
}

static void test_verdicts(void **state)
{
	struct view_source *s = &sources[0];

	(void)state;
	one(healthy);
	assert_verdict("healthy: 1 pulse/s on assert, jitter 812 ns", INK_GOOD);
	s->edge = EDGE_CLEAR;
	s->period_ns = NS_PER_S / 5;
	s->estimate.jitter_ns = 12345.6;
	assert_verdict("healthy: 5 pulses/s on clear, jitter 12.35 us", INK_GOOD);
	s->period_ns = 2 * NS_PER_S;
	s->edge = EDGE_UNKNOWN;
	assert_verdict("healthy: 0.5 pulses/s, jitter 12.35 us", INK_GOOD);

	/* the newest settles what is said; the worst comes first */
	one(healthy);
	s->named_s = NOON_S + 1;
	assert_verdict("WRONG SECOND: this clock is 1 s behind the sentence", INK_WARN);
	s->named_s = NOON_S - 7200;
	assert_verdict("WRONG SECOND: this clock is 2 h ahead of the sentence", INK_WARN);
	s->fix = "no fix";
	assert_verdict("NO FIX: the pulse may not be the second", INK_WARN);
	second(s, true, PULSE_STEP, 0);
	second(s, true, PULSE_USED, 0);
	assert_verdict("STEPPED 1 s ago: the clock or the pulse has moved", INK_WARN);
	for (int i = 0; i < 5; i++)
		second(s, true, PULSE_GATE, 900000);
	assert_verdict("REJECTED 5 of the last 10 pulses: outside the gate", INK_BAD);
	s->gone = true;
	assert_verdict("GONE: the port or source is no more", INK_BAD);
	s->gone = false;
	for (int i = 0; i < 6; i++)
		second(s, true, PULSE_USED, 0);
	/* five are still among the last minute, four among the last ten; the step is 12 s old */
	assert_verdict("STEPPED 12 s ago: the clock or the pulse has moved", INK_WARN);

	one(healthy);
	second(s, true, PULSE_FREQUENCY, 0);
	assert_verdict("REJECTED 1 pulse in the last minute: at a wrong interval", INK_WARN);
	second(s, false, PULSE_USED, 0);
	assert_verdict("REJECTED 1 pulse in the last minute: at a wrong interval", INK_WARN);
	second(s, true, PULSE_USED, 0);
	assert_verdict("MISSING 1 pulse in the last minute", INK_WARN);
	s->burst_end_ms = 1000;
	assert_verdict("LATE SENTENCES: they run into the next pulse", INK_WARN);
}

static void test_silence(void **state)
{
	struct view_source *s = &sources[0];

	(void)state;
	one(healthy);
	second(s, false, PULSE_USED, 0);
	second(s, false, PULSE_USED, 0);
	assert_verdict("healthy: 1 pulse/s on assert, jitter 812 ns", INK_GOOD);
	second(s, false, PULSE_USED, 0);
	assert_verdict("NO PULSE for 3 s", INK_BAD);
	/* a clock that was set tells of days: the strip is right */
	view.now_ns += 100000 * NS_PER_S;
	assert_verdict("NO PULSE for 3 s", INK_BAD);
	view.now_ns = 1;
	assert_verdict("NO PULSE for 3 s", INK_BAD);
	/* at 0.5 pulses/s that is one pulse */
	s->period_ns = 2 * NS_PER_S;
	assert_verdict("healthy: 0.5 pulses/s on assert, jitter 812 ns", INK_GOOD);

	/* the strip is full of silence: only the clock knows */
	one(healthy);
	for (int i = 0; i < VIEW_STRIP_MAX; i++)
		second(s, false, PULSE_USED, 0);
	s->last.edge.time_ns = view.now_ns - 3 * 86400 * NS_PER_S;
	s->word = "the antenna is down";
	assert_verdict("NO PULSE for 3 days: the antenna is down", INK_BAD);

	one(never);
	assert_verdict("NO PULSE for 12 s", INK_BAD);
	s->n = s->next = 2;
	s->begun_ns = view.now_ns - 2 * NS_PER_S;
	assert_verdict("waiting for the first pulse", INK_DIM);

	one(healthy);
	s->estimate.n = 1;
	assert_verdict("settling: 1 pulse so far", INK_DIM);
	s->estimate.n = 60;
	s->estimate.jitter_ns = NAN;
	assert_verdict("settling: 60 pulses so far", INK_DIM);
}

static void test_numbers(void **state)
{
	static const struct {
		int64_t ns;
		bool plus;
		const char *text;
	} rows[] = {
		{ 0, true, "0 ns" }, { -412, true, "-412 ns" }, { 999, true, "+999 ns" },
		{ 1000, false, "1.000 us" }, { 3145, false, "3.145 us" },
		{ 58204, true, "+58.20 us" }, { 58205, true, "+58.21 us" },
		{ 999949, false, "999.9 us" }, { 999950, false, "1.000 ms" },
		{ -100021000, true, "-100.0 ms" }, { 312345678, true, "+312.3 ms" },
		{ 500000000000, true, "+500.0 s" }, { -1500000000, false, "-1.500 s" },
		{ INT64_MIN, true, "-9223372036.9 s" },
	};
	char got[VIEW_NS_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		view_ns(got, sizeof(got), rows[i].ns, rows[i].plus);
		assert_string_equal(got, rows[i].text);
	}
}

/* ---- any size, any bytes ---- */

/* Each cell is written, none behind them, and none with what a terminal would act on. */
static void check_cells(unsigned int rows, unsigned int cols)
{
	struct view_cell *cells = malloc((size_t)rows * cols * sizeof(*cells));

	assert_non_null(cells);
	memset(cells, 0xff, (size_t)rows * cols * sizeof(*cells));
	view_draw(&view, cells, rows, cols);
	for (size_t i = 0; i < (size_t)rows * cols; i++) {
		uint32_t code = cells[i].code;

		assert_true((code >= 0x20 && code < 0x7f) ||
			    (view.utf8 && code >= 0x2000 && code < 0x2900));
		assert_true((unsigned int)cells[i].ink < N_INKS);
	}
	free(cells);
}

static void test_all_sizes(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_SCENES; i++) {
		bool seen = false;

		for (size_t k = 0; k < i; k++)
			seen |= scenes[k].make == scenes[i].make;
		if (seen)
			continue;
		scenes[i].make();
		for (unsigned int rows = 1; rows <= ROWS_MAX; rows += rows < 26 ? 1 : 7)
			for (unsigned int cols = 1; cols <= COLS_MAX; cols += cols < 42 ? 1 : cols < 82 ? 5 : 23)
				check_cells(rows, cols);
		check_cells(ROWS_MAX, COLS_MAX);
	}
	view.n = 0;
	check_cells(24, 80);
	view_draw(&view, NULL, 0, 80);
	view_draw(&view, NULL, 24, 0);
}

static void test_wild_values(void **state)
{
	struct view_source *s = &sources[0];

	(void)state;
	one(healthy);
	for (int i = 0; i < VIEW_STRIP_MAX; i++)
		s->strip[i].offset_ns = i % 2 ? INT64_MIN : INT64_MAX;
	s->last.edge.time_ns = INT64_MAX;
	s->last.interval_ns = INT64_MAX;
	s->period_ns = INT64_MAX;
	s->last.missed = UINT32_MAX;
	s->named_s = INT64_MIN;
	s->width_ns = INT64_MAX;
	s->burst_begin_ms = INT32_MAX;
	s->burst_end_ms = INT32_MAX;
	s->estimate.offset_ns = INT64_MIN;
	s->begun_ns = INT64_MIN;
	view.now_ns = INT64_MIN;
	check_cells(24, 80);
	view.now_ns = INT64_MAX;
	s->last.edge.time_ns = INT64_MIN;
	s->period_ns = 1;
	s->named_s = INT64_MAX;
	s->burst_begin_ms = 0;
	check_cells(24, 80);
	view.utf8 = false;
	s->period_ns = 0;
	s->last.interval_ns = INT64_MIN;
	s->width_ns = INT64_MIN;
	s->name = "";
	s->about = NULL;
	check_cells(24, 80);
}

/* ---- the scale ---- */

/* The scale's labels stand at the top and the bottom of the strip, in rows 3 and 18. */
static void labels(char *high, char *low)
{
	static struct view_cell cells[24 * 80];

	view_draw(&view, cells, 24, 80);
	for (unsigned int c = 0; c < 12; c++) {
		high[c] = (char)cells[3 * 80 + c].code;
		low[c] = (char)cells[18 * 80 + c].code;
	}
	high[12] = low[12] = '\0';
}

/* Ten minutes of a wandering offset: the scale follows, and does not jump each second. */
static void test_scale_is_steady(void **state)
{
	char high[13], low[13], last[26] = "", now[26];
	uint32_t random = 1;
	unsigned int changes = 0;

	(void)state;
	one(healthy);
	for (unsigned int i = 0; i < 600; i++) {
		random = random * 1664525 + 1013904223;
		second(&sources[0], true, PULSE_USED,
		       (int64_t)(random >> 22) - 512 + (int64_t)(3000 * sin(i / 200.0)));
		labels(high, low);
		snprintf(now, sizeof(now), "%s/%s", high, low);
		changes += strcmp(now, last) != 0;
		memcpy(last, now, sizeof(last));
	}
	assert_in_range(changes, 2, 12);
}

/* Labels that hold what is shown: by hand. */
static void test_scale(void **state)
{
	static const struct {
		int64_t least, greatest;
		const char *high, *low;
	} rows[] = {
		{ 0, 0, "      +1 ns ", "      -1 ns " },
		{ 3, 3, "      +4 ns ", "      +2 ns " },
		{ -1, 1, "      +1 ns ", "      -1 ns " },
		{ -1001, 3, "      +2 us ", "      -2 us " },
		{ 100, 800, "      +1 us ", "          0 " },
		{ 51000, 99000, "    +100 us ", "     +50 us " },
		{ 312345678, 312346978, "+312.347 ms ", "+312.345 ms " },
		{ -500000000000, 500000000000, "     +500 s ", "     -500 s " },
	};
	char high[13], low[13];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		one(healthy);
		for (int k = 0; k < VIEW_STRIP_MAX; k++)
			second(&sources[0], true, PULSE_USED,
			       k % 2 ? rows[i].least : rows[i].greatest);
		labels(high, low);
		assert_string_equal(high, rows[i].high);
		assert_string_equal(low, rows[i].low);
	}
}

/* Before it is known which edge is on time, an offset may be the pulse's width. */
static void test_first_pulses_are_not_on_the_scale(void **state)
{
	char high[13], low[13];

	(void)state;
	one(healthy);
	for (int k = 0; k < VIEW_STRIP_MAX; k++)
		second(&sources[0], true, k < 290 ? PULSE_FIRST : PULSE_USED,
		       k < 290 ? 99999600 : 400);
	labels(high, low);
	assert_string_equal(high, "    +401 ns ");
	assert_string_equal(low, "    +399 ns ");
}

/* The pulse stands at 0 ms alone, however the last interval was: 7 of 68 cells are 100 ms. */
static void test_second_has_one_pulse(void **state)
{
	static const struct {
		int64_t interval_ns;
		uint32_t missed;
		unsigned int pulses;
	} rows[] = {
		{ NS_PER_S, 0, 1 }, { NS_PER_S - 1600, 0, 1 }, { NS_PER_S + 1600, 0, 1 },
		{ 3 * NS_PER_S - 1600, 2, 1 }, { 2 * NS_PER_S - 9, 0, 1 },
		{ NS_PER_S / 2 + 700, 0, 2 }, { NS_PER_S / 5 - 700, 0, 5 }, { -1, 0, 1 },
	};
	static struct view_cell cells[24 * 80];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		unsigned int pulses = 0;

		one(healthy);
		sources[0].burst_begin_ms = -1;
		sources[0].period_ns = 0;
		sources[0].last.interval_ns = rows[i].interval_ns;
		sources[0].last.missed = rows[i].missed;
		view_draw(&view, cells, 24, 80);
		for (unsigned int c = 12; c < 80; c++)
			pulses += cells[20 * 80 + c].code == 0x2587 &&
				cells[20 * 80 + c - 1].code == ' ';
		assert_int_equal(pulses, rows[i].pulses);
		assert_int_equal(cells[20 * 80 + 79].code, ' ');
	}
}

/* ---- the list ---- */

static void test_moves(void **state)
{
	static const struct {
		enum view_key key;
		size_t selected;
	} rows[] = {	/* 256 in 24 rows: a list of twelve, a page of eleven */
		{ VIEW_UP, 0 }, { VIEW_DOWN, 1 }, { VIEW_DOWN, 2 }, { VIEW_UP, 1 },
		{ VIEW_PAGE_DOWN, 12 }, { VIEW_PAGE_UP, 1 }, { VIEW_PAGE_UP, 0 },
		{ VIEW_END, 255 }, { VIEW_DOWN, 255 }, { VIEW_PAGE_DOWN, 255 },
		{ VIEW_PAGE_UP, 244 }, { VIEW_HOME, 0 },
	};

	(void)state;
	scene_many();
	view.selected = 0;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		view_move(&view, rows[i].key, 24);
		assert_int_equal(view.selected, rows[i].selected);
	}
	view.n = 0;
	view_move(&view, VIEW_DOWN, 24);
	assert_int_equal(view.selected, 0);
}

/* Each of them can be brought to the screen, in full below the list too. */
static void test_every_source_is_reached(void **state)
{
	static char text[PICTURE_MAX];
	char line[32], title[32];

	(void)state;
	scene_many();
	for (size_t i = 0; i < MANY; i++) {
		view.selected = i;
		draw(24, 80, text);
		snprintf(line, sizeof(line), "\n>pps%zu ", i);
		snprintf(title, sizeof(title), "\npps%zu ", i);
		assert_non_null(strstr(text, line));
		assert_non_null(strstr(text, title));
	}
}

static int show(const char *name)
{
	static char text[PICTURE_MAX];

	for (size_t i = 0; i < N_SCENES; i++)
		if (!name || !strcmp(name, scenes[i].name)) {
			picture(&scenes[i], text);
			printf("%s%s%s", name ? "" : "---- ", name ? "" : scenes[i].name,
			       name ? "" : "\n");
			fputs(text, stdout);
		}
	return 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pictures),
		cmocka_unit_test(test_verdicts),
		cmocka_unit_test(test_silence),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_all_sizes),
		cmocka_unit_test(test_wild_values),
		cmocka_unit_test(test_scale_is_steady),
		cmocka_unit_test(test_scale),
		cmocka_unit_test(test_first_pulses_are_not_on_the_scale),
		cmocka_unit_test(test_second_has_one_pulse),
		cmocka_unit_test(test_moves),
		cmocka_unit_test(test_every_source_is_reached),
	};

	if (argc > 1 && !strcmp(argv[1], "show"))
		return show(argv[2]);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
