// SPDX-License-Identifier: GPL-2.0-or-later
/* Columns, ranges, bins and texts of pictures.  What is expected is reckoned by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <string.h>
#include <cmocka.h>

#include "plotdata.h"
#include "plottext.h"

#define MANY 1000000

static double v[MANY];

/* ---- columns ---- */

static void test_each_sample_is_in_one_column(void **state)
{
	static const size_t sizes[] = { 1, 3, PLOT_COLUMNS_MAX, PLOT_COLUMNS_MAX + 1, 99991, MANY };

	(void)state;
	for (size_t k = 0; k < sizeof(sizes) / sizeof(sizes[0]); k++) {
		const size_t n = sizes[k], columns = plot_columns(n);
		size_t next = 0;

		assert_true(columns <= PLOT_COLUMNS_MAX && columns <= n && columns > 0);
		for (size_t i = 0; i < n; i++)
			v[i] = (double)i;
		for (size_t i = 0; i < columns; i++) {
			const struct plot_column c = plot_column(v, n, columns, i);

			assert_int_equal(c.first, next);
			assert_true(c.n > 0 && c.n <= n / columns + 1);
			assert_int_equal(c.count, c.n);
			next = c.first + c.n;
			assert_true(c.low == (double)c.first && c.high == (double)next - 1);
			assert_true(fabs(c.mean - (c.low + c.high) / 2) < 1e-6);
		}
		assert_int_equal(next, n);
	}
	assert_int_equal(plot_columns(0), 0);
}

/* One sample in a million is seen, wherever it is. */
static void test_extremes_stay(void **state)
{
	static const size_t at[] = { 0, 666, 667, 123456, MANY - 1 };
	const size_t columns = plot_columns(MANY);

	(void)state;
	for (size_t k = 0; k < sizeof(at) / sizeof(at[0]); k++) {
		double low = 0, high = 0;

		memset(v, 0, sizeof(v));
		v[at[k]] = 1e-3;
		v[MANY - 1 - at[k]] = -2e-3;
		for (size_t i = 0; i < columns; i++) {
			const struct plot_column c = plot_column(v, MANY, columns, i);

			low = fmin(low, c.low);
			high = fmax(high, c.high);
		}
		assert_true(high == 1e-3 && low == -2e-3);
	}
}

static void test_missing_samples(void **state)
{
	struct plot_column c;

	(void)state;
	for (size_t i = 0; i < 3000; i++)
		v[i] = NAN;
	v[1] = 5e-6;
	c = plot_column(v, 3000, 1500, 0);
	assert_true(c.count == 1 && c.n == 2 && c.low == 5e-6 && c.high == 5e-6 && c.mean == 5e-6);
	c = plot_column(v, 3000, 1500, 1);
	assert_true(c.count == 0 && isnan(c.low) && isnan(c.high) && isnan(c.mean));
	v[0] = INFINITY;
	assert_int_equal(plot_column(v, 3000, 1500, 0).count, 1);
}

/* ---- ranges ---- */

static struct plot_spread spread(double low, double high, double farthest)
{
	return (struct plot_spread){
		.all = { low - farthest, high + farthest }, .inner = { low, high },
		.middle = { low + (high - low) / 4, high - (high - low) / 4 }, .count = 1000,
	};
}

static void test_room(void **state)
{
	struct plot_range r = plot_room((struct plot_range){ -1e-6, 3e-6 });

	(void)state;
	assert_true(fabs(r.low + 1.2e-6) < 1e-12 && fabs(r.high - 3.2e-6) < 1e-12);
	r = plot_room((struct plot_range){ -4e-5, -4e-5 });
	assert_true(r.low < -4e-5 && r.high > -4e-5);
	r = plot_room((struct plot_range){ 0, 0 });
	assert_true(r.low < 0 && r.high > 0);
	r = plot_room((struct plot_range){ NAN, NAN });
	assert_true(r.low < 0 && r.high > 0);
}

static void test_who_shares_an_axis(void **state)
{
	const struct plot_spread alike[] = { spread(-1e-6, 1e-6, 0), spread(5e-6, 9e-6, 1) };
	const struct plot_spread apart[] = { spread(-1e-6, 1e-6, 0), spread(-1e-3, 1e-3, 0) };
	/* as narrow as the first, and far from it */
	const struct plot_spread far[] = { spread(-1e-6, 1e-6, 0), spread(1, 1.000001, 0) };
	const struct plot_spread empty = { { NAN, NAN }, { NAN, NAN }, { NAN, NAN }, 0, 0 };
	const struct plot_spread with_none[] = { empty, spread(-1e-6, 1e-6, 0) };

	(void)state;
	assert_true(plot_fits_together(alike, 2));
	assert_false(plot_fits_together(apart, 2));
	assert_false(plot_fits_together(far, 2));
	assert_true(plot_fits_together(with_none, 2));
	assert_true(plot_fits_together(&apart[1], 1));
}

static void test_zoom(void **state)
{
	struct plot_spread s[] = { spread(-1e-6, 1e-6, 0), spread(0, 2e-6, 0) };
	struct plot_range zoom;

	(void)state;
	assert_false(plot_zoom(s, 2, &zoom));
	s[1] = spread(0, 2e-6, 1e-3);
	assert_true(plot_zoom(s, 2, &zoom));
	/* the inner ranges are -1 to 2 us: not more than their width beyond, and both in it */
	assert_true(zoom.low >= -4e-6 && zoom.low < -1e-6 && zoom.high <= 5e-6 && zoom.high > 2e-6);
	/* all but a few are one and the same value: there is nothing to be seen closer */
	s[0] = spread(1e-6, 1e-6, 1e-3);
	assert_false(plot_zoom(s, 1, &zoom));
}

/* ---- bins ---- */

static void test_bins_hold_all(void **state)
{
	uint64_t count[PLOT_BINS_MAX], below, above, sum = 0;
	struct plot_spread s = spread(-0.9, 0.9, 0.1);
	const struct plot_range shown = { -0.5, 0.5 };
	struct plot_bins b;

	(void)state;
	/* -1 to 1 in steps that no binary number has */
	for (size_t i = 0; i < 100001; i++)
		v[i] = -1 + (double)i * 2e-5;
	s.count = 100001;
	b = plot_bins(shown, &s, 1);
	/* 2 * 0.9 / 100001^(1/3) = 0.0388: 26 bins in a range of 1 */
	assert_int_equal(b.n, 26);
	plot_count(v, 100001, &b, count, &below, &above);
	for (size_t i = 0; i < b.n; i++)
		sum += count[i];
	assert_int_equal(sum + below + above, 100001);
	assert_true(below == 25000 && above <= 25000 && above >= 24500);
}

static void test_how_many_bins(void **state)
{
	const struct plot_range shown = { 0, 1 };
	struct plot_spread s = spread(0, 1, 0);

	(void)state;
	s.count = 3;
	assert_int_equal(plot_bins(shown, &s, 1).n, 8);
	s.count = 30000000;
	assert_in_range(plot_bins(shown, &s, 1).n, 100, PLOT_BINS_MAX);
	s.middle = (struct plot_range){ 0.5, 0.5 };
	assert_in_range(plot_bins(shown, &s, 1).n, 1, PLOT_BINS_MAX);
}

/* What never changes is in one bin, and that is around it. */
static void test_one_value(void **state)
{
	const struct plot_spread s = { { 4e-5, 4e-5 }, { 4e-5, 4e-5 }, { 4e-5, 4e-5 }, 0, 100 };
	const struct plot_bins b = plot_bins(plot_room(s.all), &s, 1);
	uint64_t count[PLOT_BINS_MAX], below, above;
	size_t full = 0;

	(void)state;
	for (size_t i = 0; i < 100; i++)
		v[i] = 4e-5;
	plot_count(v, 100, &b, count, &below, &above);
	assert_true(below == 0 && above == 0);
	for (size_t i = 0; i < b.n; i++)
		if (count[i]) {
			assert_int_equal(count[i], 100);
			assert_true(fabs(b.low + ((double)i + 0.5) * b.width - 4e-5) < b.width / 100);
			full++;
		}
	assert_int_equal(full, 1);
}

/*
 * Equally many of each of 1000 values as they are in a file with seven digits: so many must be
 * in each bin, too, though no binary number is just that.
 */
static void test_steps(void **state)
{
	struct plot_spread s = { { 0.0123457, 0.0124456 }, { 0.0123957, 0.0124406 },
				 { 0.0123707, 0.0124206 }, 0, 50000 };
	uint64_t count[PLOT_BINS_MAX], below, above;
	struct plot_bins b;

	(void)state;
	for (size_t i = 0; i < 50000; i++)
		v[i] = (double)(123457 + i * 7 % 1000) / 1e7;
	s.step = plot_step(v, 50000);
	assert_true(fabs(s.step - 1e-7) < 1e-12);
	b = plot_bins((struct plot_range){ 0.0123457, 0.0124456 }, &s, 1);
	plot_count(v, 50000, &b, count, &below, &above);
	assert_true(below == 0 && above == 0);
	for (size_t i = 0; i + 1 < b.n; i++)
		assert_int_equal(count[i], count[0]);
	for (size_t i = 0; i < 50000; i++)
		v[i] = sin((double)i);
	assert_true(plot_step(v, 50000) == 0);
	assert_true(plot_step(v, 0) == 0 && plot_step(v, 1) == 0);
}

/* ---- texts ---- */

static void test_units(void **state)
{
	(void)state;
	assert_string_equal(plot_unit(1).name, "s");
	assert_string_equal(plot_unit(-0.43).name, "ms");
	assert_string_equal(plot_unit(1e-6).name, "us");
	/* it would be printed as 1000 ns */
	assert_string_equal(plot_unit(999.96e-9).name, "us");
	assert_string_equal(plot_unit(999.9e-9).name, "ns");
	assert_string_equal(plot_unit(1e-20).name, "ps");
	assert_string_equal(plot_unit(0).name, "ns");
	assert_true(plot_unit(1e-6).scale == 1e6);
}

static void test_decades(void **state)
{
	char text[PLOT_DECADE_SIZE];

	(void)state;
	assert_string_equal(plot_decade(-12, text), "10\xe2\x81\xbb\xc2\xb9\xc2\xb2");
	assert_string_equal(plot_decade(0, text), "10\xe2\x81\xb0");
	assert_string_equal(plot_decade_seconds(0, text), "1 s");
	assert_string_equal(plot_decade_seconds(3, text), "1000 s");
	assert_string_equal(plot_decade_seconds(4, text), "10\xe2\x81\xb4 s");
	assert_string_equal(plot_decade_seconds(-1, text), "100 ms");
	assert_string_equal(plot_decade_seconds(-6, text), "1 us");
	assert_string_equal(plot_decade_seconds(-8, text), "10 ns");
	assert_string_equal(plot_decade_seconds(-12, text), "1 ps");
	assert_string_equal(plot_decade_seconds(-13, text), "10\xe2\x81\xbb\xc2\xb9 ps");
}

static void test_marks_of_time(void **state)
{
	(void)state;
	for (double span_s = 1e-3; span_s < 3e9; span_s *= 1.1) {
		const double marks = span_s / plot_time_step(span_s);

		assert_true(marks <= 8.01);
		/* 100 days after 28: one mark then, at worst */
		assert_true(marks > 0.79);
	}
	assert_true(plot_time_step(3600) == 600);
	assert_true(plot_time_step(86400) == 10800);
	assert_true(plot_time_step(7 * 86400) == 86400);
}

static void assert_name(const char *name, const char *expected)
{
	char text[PLOT_NAME_SIZE];

	assert_string_equal(plot_name(name, text), expected);
}

static void test_names(void **state)
{
	char text[PLOT_NAME_SIZE], longest[1001];

	(void)state;
	assert_name("", "");
	assert_name("refclocks.log: GPPS", "refclocks.log: GPPS");
	assert_name("M\xc3\xbcnchen \xe2\x82\xac \xf0\x9f\x9b\xb0",
		    "M\xc3\xbcnchen \xe2\x82\xac \xf0\x9f\x9b\xb0");
	assert_name("a\n\x1b[2J\x7f", "a\\x0a\\x1b[2J\\x7f");
	/* no UTF-8: cut off, overlong, a surrogate, beyond the last one, C1 */
	assert_name("\xc3", "\\xc3");
	assert_name("\xc0\xaf", "\\xc0\\xaf");
	assert_name("\xed\xa0\x80", "\\xed\\xa0\\x80");
	assert_name("\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80");
	assert_name("\xc2\x9b", "\\xc2\\x9b");
	/* a mark that turns the direction of all that follows */
	assert_name("a\xe2\x80\xae" "b", "a\\xe2\\x80\\xaeb");
	memset(longest, 'x', 1000);
	longest[1000] = '\0';
	memcpy(longest, "begin", 5);
	memcpy(longest + 997, "end", 3);
	plot_name(longest, text);
	/* 43 letters and one for what is left out, of 3 bytes */
	assert_int_equal(strlen(text), PLOT_NAME_LETTERS - 1 + 3);
	assert_memory_equal(text, "begin", 5);
	assert_string_equal(text + strlen(text) - 3, "end");
	for (size_t i = 0; i + 4 <= 1000; i += 4)
		memcpy(longest + i, "\xf0\x9f\x9b\xb0", 4);
	assert_true(strlen(plot_name(longest, text)) < PLOT_NAME_SIZE - 1);
}

static void test_quotes(void **state)
{
	char text[64];

	(void)state;
	assert_string_equal(plot_quote("a'b`id`\"$x\n", text, sizeof(text)),
			    "a\xe2\x80\x99" "b\xe2\x80\x98id\xe2\x80\x98\"$x?");
	assert_string_equal(plot_escape("<a b=\"c'd&\">", text, sizeof(text)),
			    "&lt;a b=&quot;c&#39;d&amp;&quot;&gt;");
	/* what does not fit is left out, and nothing is cut in two */
	assert_string_equal(plot_escape("a<b", text, 5), "a");
	assert_string_equal(plot_escape("a<b", text, 6), "a&lt;");
	assert_string_equal(plot_quote("", text, 1), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_sample_is_in_one_column),
		cmocka_unit_test(test_extremes_stay),
		cmocka_unit_test(test_missing_samples),
		cmocka_unit_test(test_room),
		cmocka_unit_test(test_who_shares_an_axis),
		cmocka_unit_test(test_zoom),
		cmocka_unit_test(test_bins_hold_all),
		cmocka_unit_test(test_how_many_bins),
		cmocka_unit_test(test_one_value),
		cmocka_unit_test(test_steps),
		cmocka_unit_test(test_units),
		cmocka_unit_test(test_decades),
		cmocka_unit_test(test_marks_of_time),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_quotes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
