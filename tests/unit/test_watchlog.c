// SPDX-License-Identifier: GPL-2.0-or-later
/* The log's lines, there and back; NTPsec's clockstats. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "watchlog.h"

#define LINE "1795237317.100177999 pps0 assert 412 kernel -"

static int read_text(const char *line, struct edge *e, struct word *source)
{
	return watchlog_read(line, strlen(line), e, source);
}

static void lines_by_hand(void **state)
{
	static const struct {
		const char *line, *source;
		struct edge e;
	} rows[] = {
		{ LINE, "pps0",
		  { 1795237317100177999, -1, 412, EDGE_ASSERT, STAMP_KERNEL } },
		{ "0.000000000 gpiochip0:17 clear - poll 250000", "gpiochip0:17",
		  { 0, 250000, 0, EDGE_CLEAR, STAMP_POLL } },
		{ "-0.000000001 ttyS0:cts clear 4294967295 user 0", "ttyS0:cts",
		  { -1, 0, UINT32_MAX, EDGE_CLEAR, STAMP_USER } },
		{ "-1.500000000 a assert 1 user -", "a",
		  { -1500000000, -1, 1, EDGE_ASSERT, STAMP_USER } },
		{ "9223372036.854775807 a assert 1 user 9223372036854775807", "a",
		  { INT64_MAX, INT64_MAX, 1, EDGE_ASSERT, STAMP_USER } },
		{ "-9223372036.854775808 a assert 1 user -", "a",
		  { INT64_MIN, -1, 1, EDGE_ASSERT, STAMP_USER } },
	};
	char buf[WATCHLOG_LINE_MAX], want[WATCHLOG_LINE_MAX];
	struct word source;
	struct edge e;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t n = watchlog_write(buf, sizeof(buf), rows[i].source, &rows[i].e);

		snprintf(want, sizeof(want), "%s\n", rows[i].line);
		assert_string_equal(buf, want);
		assert_int_equal(n, strlen(want));
		assert_int_equal(read_text(rows[i].line, &e, &source), 1);
		assert_true(e.time_ns == rows[i].e.time_ns && e.late_ns == rows[i].e.late_ns);
		assert_true(e.seq == rows[i].e.seq && e.which == rows[i].e.which);
		assert_true(e.by == rows[i].e.by && word_is(source, rows[i].source));
	}
}

static void what_is_no_edge(void **state)
{
	static const char *const nothing[] = {
		"", "   ", "#", "# gpsppsctl watch 1", "  # indented", "\r", "#\xff\x01",
	};
	static const char *const bad[] = {
		"x", "\x01", "1795237317", "1795237317.", "1795237317.1",
		"1795237317.100177999", "1795237317.100177999 pps0",
		"1795237317.100177999 pps0 assert", "1795237317.100177999 pps0 assert 412",
		"1795237317.100177999 pps0 assert 412 kernel", LINE " -", LINE "1",
		".100177999 pps0 assert 412 kernel -", "+1.100177999 pps0 assert 412 kernel -",
		"--1.100177999 pps0 assert 412 kernel -", "-.100177999 pps0 assert 412 kernel -",
		"1.1001779990 pps0 assert 412 kernel -", "1.10017799x pps0 assert 412 kernel -",
		"1,100177999 pps0 assert 412 kernel -", "nan pps0 assert 412 kernel -",
		"9223372036.854775808 a assert 1 user -", "-9223372036.854775809 a assert 1 user -",
		"18446744073.709551616 a assert 1 user -",
		"99999999999999999999999999.000000000 a assert 1 user -",
		"1.000000000 a both 1 user -", "1.000000000 a Assert 1 user -",
		"1.000000000 a assert -1 user -", "1.000000000 a assert 4294967296 user -",
		"1.000000000 a assert 1x user -", "1.000000000 a assert 1 users -",
		"1.000000000 a assert 1 us -", "1.000000000 a assert 1 user -1",
		"1.000000000 a assert 1 user 9223372036854775808",
		"1.000000000 a\x1b[2J assert 1 user -", "1.000000000 \xe4 assert 1 user -",
		"1.000000000 " "0123456789012345678901234567890123456789012345678901234567890123"
		" assert 1 user -",
	};
	struct word source;
	struct edge e;

	(void)state;
	for (size_t i = 0; i < sizeof(nothing) / sizeof(nothing[0]); i++)
		assert_int_equal(read_text(nothing[i], &e, &source), 0);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (read_text(bad[i], &e, &source) != -EINVAL)
			fail_msg("\"%s\" was taken", bad[i]);
	/* NULs of a disk's hole; a line that holds one */
	assert_int_equal(watchlog_read("\0\0\0\0", 4, &e, &source), -EINVAL);
	assert_int_equal(watchlog_read(LINE "\0", strlen(LINE) + 1, &e, &source), -EINVAL);
	/* what a line has beyond its length is not looked at */
	assert_int_equal(watchlog_read(LINE "17", strlen(LINE), &e, &source), 1);
}

static void blanks_and_comments_around(void **state)
{
	struct word source;
	struct edge e;

	(void)state;
	assert_int_equal(read_text("  1.000000000\tpps0  clear 7 user 5 # why\r", &e, &source), 1);
	assert_true(e.time_ns == NS_PER_S && e.late_ns == 5 && e.seq == 7);
}

static void names_from_outside(void **state)
{
	static const char *const rows[][2] = {
		{ "a b", "a_b" }, { "", "_" }, { "tty#1", "tty_1" }, { "\x1b[2J", "_[2J" },
		{ "p\n1.0", "p_1.0" }, { "\xc3\xa4\x7f", "___" }, { "/dev/pps0", "/dev/pps0" },
	};
	const struct edge edge = { 1, -1, 2, EDGE_ASSERT, STAMP_KERNEL };
	char buf[WATCHLOG_LINE_MAX], name[200];
	struct word source;
	struct edge e;
	size_t n;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		n = watchlog_write(buf, sizeof(buf), rows[i][0], &edge);
		assert_int_equal(watchlog_read(buf, n - 1, &e, &source), 1);
		assert_true(word_is(source, rows[i][1]));
	}
	memset(name, 'n', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	n = watchlog_write(buf, sizeof(buf), name, &edge);
	assert_int_equal(watchlog_read(buf, n - 1, &e, &source), 1);
	assert_int_equal(source.len, WATCHLOG_SOURCE_MAX);
}

static void longest_line_fits(void **state)
{
	const struct edge edge = { INT64_MIN, INT64_MAX, UINT32_MAX, EDGE_ASSERT, STAMP_KERNEL };
	const struct edge neither = { 0, 0, 0, EDGE_UNKNOWN, STAMP_KERNEL };
	char buf[WATCHLOG_LINE_MAX], name[WATCHLOG_SOURCE_MAX + 1];
	size_t n;

	(void)state;
	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	n = watchlog_write(buf, sizeof(buf), name, &edge);
	assert_true(n > 0 && n < sizeof(buf) && n == strlen(buf));
	assert_int_equal(watchlog_write(buf, n, name, &edge), 0);
	assert_int_equal(watchlog_write(buf, n + 1, name, &edge), n);
	assert_int_equal(watchlog_write(buf, sizeof(buf), name, &neither), 0);
}

/* Any edge, written and read, is the same edge; a fixed seed. */
static void round_trips(void **state)
{
	uint64_t x = UINT64_C(88172645463325252);
	char buf[WATCHLOG_LINE_MAX];
	struct word source;
	struct edge e;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		struct edge in;
		size_t n;

		x ^= x << 13, x ^= x >> 7, x ^= x << 17;
		in.time_ns = (int64_t)x >> (x % 61);
		in.late_ns = x & 64 ? -1 : (int64_t)(x >> (1 + x % 50));
		in.seq = (uint32_t)(x >> (x % 64));
		in.which = x & 1 ? EDGE_ASSERT : EDGE_CLEAR;
		in.by = (enum stamp_by)(x % 3);
		n = watchlog_write(buf, sizeof(buf), "pps0", &in);
		assert_int_equal(buf[n - 1], '\n');
		assert_int_equal(watchlog_read(buf, n - 1, &e, &source), 1);
		assert_true(e.time_ns == in.time_ns && e.late_ns == in.late_ns);
		assert_true(e.seq == in.seq && e.which == in.which && e.by == in.by);
	}
}

/* The days: 40587 is 1 January 1970 and 60000 is 25 February 2023 (date -d). */
static void clockstats(void **state)
{
	static const struct {
		int64_t time_ns;
		const char *line;
	} rows[] = {
		{ 1677283200 * NS_PER_S, "60000 0.000 PPS(3) 412 16 0 1 2\n" },
		{ 1677283200 * NS_PER_S + 86399999999999, "60000 86399.999 PPS(3) 412 16 0 1 2\n" },
		{ 0, "40587 0.000 PPS(3) 412 16 0 1 2\n" },
		{ -1, "40586 86399.999 PPS(3) 412 16 0 1 2\n" },
		{ INT64_MIN, "-66165 763.145 PPS(3) 412 16 0 1 2\n" },
		{ INT64_MAX, "147338 85636.854 PPS(3) 412 16 0 1 2\n" },
	};
	const struct clockstats c = { .unit = 3, .seq = 412, .used = 16, .errors = 1, .no_pulse = 2 };
	const struct clockstats most = { UINT32_MAX, UINT32_MAX, UINT64_MAX, UINT64_MAX,
					 UINT64_MAX, UINT64_MAX };
	char buf[WATCHLOG_LINE_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t n = clockstats_write(buf, sizeof(buf), rows[i].time_ns, &c);

		assert_string_equal(buf, rows[i].line);
		assert_int_equal(n, strlen(buf));
	}
	assert_true(clockstats_write(buf, sizeof(buf), INT64_MIN, &most) > 0);
	assert_int_equal(clockstats_write(buf, 20, 0, &c), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_by_hand),
		cmocka_unit_test(what_is_no_edge),
		cmocka_unit_test(blanks_and_comments_around),
		cmocka_unit_test(names_from_outside),
		cmocka_unit_test(longest_line_fits),
		cmocka_unit_test(round_trips),
		cmocka_unit_test(clockstats),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
