// SPDX-License-Identifier: GPL-2.0-or-later
/* What watch makes of edges: how many pulses, what waits for its sentence, the strip. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "cmd/watch_judge.c"

#define BEGIN_S 1795237317
#define WIDTH_NS (100 * NS_PER_MS)
#define LENGTH 8

static struct watch_options options;
static struct watch w;
static struct watch_source source;
static struct watch_source *sources[] = { &source };
static struct view_source view;
static int64_t ring[LENGTH], sorted[LENGTH], work[LENGTH];

/* What was shown. */
static struct {
	struct judged pulse;
	bool named;
} shown[64];
static size_t n_shown;

int64_t watch_now_ns(void)
{
	return 0;
}

void watch_said_pulse(struct watch *x, struct watch_source *s)
{
	(void)x;
	(void)s;
}

void watch_text_pulse(struct watch *x, const struct watch_source *s, const struct judged *p,
		      const struct watch_named *named)
{
	(void)x;
	(void)s;
	shown[n_shown].named = named != NULL;
	shown[n_shown++].pulse = *p;
}

void watch_json_pulse(struct watch *x, const struct watch_source *s, const struct judged *p,
		      const struct watch_named *named)
{
	watch_text_pulse(x, s, p, named);
}

static int setup(void **state)
{
	(void)state;
	memset(&options, 0, sizeof(options));
	memset(&w, 0, sizeof(w));
	memset(&source, 0, sizeof(source));
	memset(&view, 0, sizeof(view));
	options.gate_ns = FILTER_GATE_NS;
	options.ppm = FILTER_PPM;
	options.length = LENGTH;
	source.ring = ring;
	source.sorted = sorted;
	source.work = work;
	source.said.port.fd = -1;
	w.o = &options;
	w.v = sources;
	w.views = &view;
	w.n = 1;
	n_shown = 0;
	return 0;
}

static void feed(int64_t time_ns, enum pulse_edge which)
{
	const struct edge e = {
		.time_ns = time_ns, .late_ns = -1, .which = which, .by = STAMP_KERNEL,
	};

	watch_edge(&w, &source, &e);
}

/* The pulse of this second, from its edge on time to the other one. */
static void pulse(int i, enum pulse_edge begins)
{
	const int64_t at_ns = (BEGIN_S + i) * NS_PER_S;

	feed(at_ns, begins);
	feed(at_ns + WIDTH_NS, begins == EDGE_ASSERT ? EDGE_CLEAR : EDGE_ASSERT);
}

static void test_pulses_are_counted_once(void **state)
{
	(void)state;
	for (int i = 0; i < 10; i++)
		pulse(i, EDGE_ASSERT);
	assert_int_equal(source.on_time, 10);
	assert_int_equal(view.edge, EDGE_ASSERT);
	assert_int_equal(view.width_ns, WIDTH_NS);
	/* for people a line a pulse */
	assert_int_equal(n_shown, 10);
	for (size_t i = 0; i < n_shown; i++)
		assert_int_equal(shown[i].pulse.edge.which, EDGE_ASSERT);
}

/* Begun within a pulse: its end is no pulse, once the shape is known. */
static void test_end_of_a_pulse_comes_first(void **state)
{
	(void)state;
	feed((BEGIN_S - 1) * NS_PER_S + WIDTH_NS, EDGE_CLEAR);
	for (int i = 0; i < 9; i++)
		pulse(i, EDGE_ASSERT);
	assert_int_equal(source.on_time, 9);
	assert_int_equal(source.count[EDGE_ASSERT], 9);
}

static void test_inverted(void **state)
{
	(void)state;
	for (int i = 0; i < 10; i++)
		pulse(i, EDGE_CLEAR);
	assert_int_equal(source.on_time, 10);
	assert_int_equal(view.edge, EDGE_CLEAR);
	assert_int_equal(shown[n_shown - 1].pulse.edge.which, EDGE_CLEAR);
}

static void test_json_has_each_edge(void **state)
{
	(void)state;
	options.json = true;
	for (int i = 0; i < 10; i++)
		pulse(i, EDGE_ASSERT);
	assert_int_equal(n_shown, 20);
}

static void test_count(void **state)
{
	(void)state;
	options.count = 4;
	for (int i = 0; i < 10 && !w.done; i++)
		pulse(i, EDGE_ASSERT);
	assert_true(w.done);
	assert_int_equal(n_shown, 4);
	assert_int_equal(source.on_time, 4);
}

static void test_method_by_stamp(void **state)
{
	struct edge e = { .time_ns = BEGIN_S * NS_PER_S, .late_ns = -1, .which = EDGE_ASSERT,
			  .by = STAMP_USER };

	(void)state;
	watch_edge(&w, &source, &e);
	assert_int_equal(view.method, FILTER_LOW_QUARTER);
	setup(NULL);
	e.by = STAMP_KERNEL;
	watch_edge(&w, &source, &e);
	assert_int_equal(view.method, FILTER_TRIMMED_MEAN);
	setup(NULL);
	options.method = METHOD_LOW_QUARTER;
	watch_edge(&w, &source, &e);
	assert_int_equal(view.method, FILTER_LOW_QUARTER);
}

/* A pulse, and the edge behind it, wait until a sentence names it, or the next one comes. */
static void test_waits_for_its_sentence(void **state)
{
	const struct watch_named named = { .type = "RMC", .second = BEGIN_S };

	(void)state;
	source.said.port.fd = 0;
	options.both = true;
	pulse(0, EDGE_ASSERT);
	assert_int_equal(n_shown, 0);
	assert_int_equal(source.n_held, 2);
	watch_release(&w, &source, &named);
	assert_int_equal(n_shown, 2);
	assert_true(shown[0].named);
	assert_int_equal(shown[0].pulse.edge.which, EDGE_ASSERT);
	assert_false(shown[1].named);
	assert_int_equal(view.named_s, BEGIN_S);
	pulse(1, EDGE_ASSERT);
	assert_int_equal(n_shown, 2);
	pulse(2, EDGE_ASSERT);
	assert_int_equal(n_shown, 4);
	assert_false(shown[2].named);
	assert_int_equal(shown[2].pulse.edge.time_ns, (BEGIN_S + 1) * NS_PER_S);
}

static void test_strip(void **state)
{
	(void)state;
	pulse(0, EDGE_ASSERT);
	pulse(1, EDGE_ASSERT);
	pulse(4, EDGE_ASSERT);
	assert_int_equal(view.n, 5);
	assert_true(view.strip[1].seen);
	assert_false(view.strip[2].seen);
	assert_false(view.strip[3].seen);
	assert_true(view.strip[4].seen);
	/* silence: seconds that are over are empty, once */
	watch_strip_until(&w, &source, BEGIN_S + 6);
	watch_strip_until(&w, &source, BEGIN_S + 6);
	assert_int_equal(view.n, 7);
	assert_false(view.strip[6].seen);
	/* a gap of days fills it, and no more */
	pulse(86400, EDGE_ASSERT);
	assert_int_equal(view.n, VIEW_STRIP_MAX);
	assert_true(view.strip[(view.next + VIEW_STRIP_MAX - 1) % VIEW_STRIP_MAX].seen);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_pulses_are_counted_once, setup),
		cmocka_unit_test_setup(test_end_of_a_pulse_comes_first, setup),
		cmocka_unit_test_setup(test_inverted, setup),
		cmocka_unit_test_setup(test_json_has_each_edge, setup),
		cmocka_unit_test_setup(test_count, setup),
		cmocka_unit_test_setup(test_method_by_stamp, setup),
		cmocka_unit_test_setup(test_waits_for_its_sentence, setup),
		cmocka_unit_test_setup(test_strip, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
