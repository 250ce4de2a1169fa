// SPDX-License-Identifier: GPL-2.0-or-later
/* Stamps, the shape of a pulse, the burst behind it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>

#include "measure.h"

#define MS INT64_C(1000000)
#define AT (INT64_C(1700000000) * NS_PER_S)

static void stamps_as_sysfs_prints_them(void **state)
{
	static const char *const bad[] = {
		"", "1", "1.2", "1.2#", "1.2#x", "a.b#c", "1.1234567890#1", ".5#1", "1.5#1 ",
		"1.5#--1", "-1.5#1", "99999999999.0#1",
	};
	struct stamp s;

	(void)state;
	assert_int_equal(stamp_parse("1700000000.123456789#42", &s), 0);
	assert_true(s.time_ns == AT + 123456789);
	assert_int_equal(s.seq, 42);
	assert_int_equal(stamp_parse("0.000000000#0", &s), 0);
	assert_true(s.time_ns == 0);
	/* after 68 years of pulses */
	assert_int_equal(stamp_parse("1700000000.000000000#-2147483648", &s), 0);
	assert_int_equal(s.seq, 0x80000000);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (stamp_parse(bad[i], &s) != -EINVAL)
			fail_msg("\"%s\" was taken", bad[i]);
}

static void shapes(void **state)
{
	static const struct {
		const char *what;
		int64_t assert_ns, clear_ns;
		int err;
		enum pulse_edge edge;
		int64_t width_ns;
	} rows[] = {
		{ "100 ms", AT, AT + 100 * MS, 0, EDGE_ASSERT, 100 * MS },
		{ "100 ms, seen in the pulse", AT + NS_PER_S, AT + 100 * MS, 0, EDGE_ASSERT, 100 * MS },
		{ "inverted", AT + 200 * MS, AT, 0, EDGE_CLEAR, 200 * MS },
		{ "inverted, seen in the pulse", AT + 200 * MS, AT + NS_PER_S, 0, EDGE_CLEAR, 200 * MS },
		{ "half a second", AT, AT + 500 * MS, 0, EDGE_ASSERT, 500 * MS },
		{ "10 us", AT, AT + 10000, 0, EDGE_ASSERT, 10000 },
		{ "no edge yet", 0, 0, -EAGAIN, 0, 0 },
		{ "one edge yet", AT, 0, -EAGAIN, 0, 0 },
		{ "an edge not captured for long", AT + 7 * NS_PER_S, AT + 100 * MS, -EAGAIN, 0, 0 },
		{ "the other one", AT, AT + NS_PER_S, -EAGAIN, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct stamp a = { rows[i].assert_ns, 1 }, c = { rows[i].clear_ns, 1 };
		struct pulse_shape shape = { EDGE_UNKNOWN, 0 };
		int err = pulse_shape(&a, &c, &shape);

		if (err != rows[i].err || shape.edge != rows[i].edge ||
		    shape.width_ns != rows[i].width_ns)
			fail_msg("%s: %d, edge %d, %lld ns", rows[i].what, err, shape.edge,
				 (long long)shape.width_ns);
	}
}

static void a_burst(void **state)
{
	struct burst b;

	(void)state;
	burst_begin(&b);
	burst_sample(&b, 0, 4294967290u);	/* the counter is about to wrap */
	burst_sample(&b, 300, 4294967290u);
	burst_sample(&b, 305, 4294967295u);
	burst_sample(&b, 310, 10);
	burst_sample(&b, 995, 10);
	assert_int_equal(b.first_ms, 305);
	assert_int_equal(b.last_ms, 310);
	assert_int_equal(b.chars, 16);
	burst_begin(&b);
	burst_sample(&b, 0, 5);
	burst_sample(&b, 995, 5);
	assert_int_equal(b.first_ms, -1);
	assert_int_equal(b.chars, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stamps_as_sysfs_prints_them),
		cmocka_unit_test(shapes),
		cmocka_unit_test(a_burst),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
