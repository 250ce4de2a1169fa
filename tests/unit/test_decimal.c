// SPDX-License-Identifier: GPL-2.0-or-later
/* Decimal numbers: every double to its last bit (glibc's strtod() is the judge), and ns. */
/* LDFLAGS: -lm */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "decimal.h"
#include "words_of.h"

/* The double, or NAN where all of the text is no number; HUGE_VAL beyond all. */
static double number(const char *text)
{
	char *copy = exact(text);
	const char *end = copy + strlen(text);
	struct decimal d;
	double value = NAN;

	if (decimal_read(copy, end, &d) == end && decimal_double(&d, 0, &value) == -ERANGE)
		value = HUGE_VAL;
	free(copy);
	return value;
}

static void must_be(const char *text, double want)
{
	const double got = number(text);

	if (memcmp(&got, &want, sizeof(got)))
		fail_msg("%s is %a, not %a", text, got, want);
}

static void as_strtod(const char *text)
{
	must_be(text, strtod(text, NULL));
}

static void numbers(void **state)
{
	static const char *const good[] = {
		"0", "1", "-1", "+1", "12.", ".5", "-.5", "0.000000001", "-0.000001234", "1e-9",
		"1E+05", "9007199254740992", "9007199254740993", "9007199254740995",
		"9007199254740993.00000000000000000000000000001", "1.7976931348623157e308",
		"2.2250738585072011e-308", "2.2250738585072014e-308", "4.9e-324", "2.47e-324",
		"2.4703282292062327e-324", "2.4703282292062328e-324", "3e-400", "1e-22", "1e22",
		"1e23", "8.41e21", "1.234567890123456789e-07", "0.3", "2.675", "1.005",
		"123456789012345678901234567890", "0.000000000000000000000000000000123",
		"1.100000000000000000000000000000000000000000000e-6", "5e-324", "6.9e-310",
		"4503599627370496.5", "4503599627370497.5", "45035996273704965e-1",
		"1448997445238699", "7.8459735791271921e65", "0e99999999999999999999",
		"1e-99999999999999999999", "00000000000000000000000000000001.5",
		/* halfway between 1 and the next double, to the last place and just beside */
		"1.00000000000000011102230246251565404236316680908203125",
		"1.00000000000000011102230246251565404236316680908203124",
		"1.00000000000000011102230246251565404236316680908203126",
		"1.00000000000000033306690738754696212708950042724609375",
	};
	static const char *const bad[] = {
		"", "-", "+", ".", "-.", "e5", ".e5", "1e", "1e+", "1e-", "--1", "+-1", "1,5", "1 ",
		" 1", "0x10", "0x1p3", "nan", "inf", "-inf", "NaN", "1.2.3", "1f", "1d5", "1_000",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		as_strtod(good[i]);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		must_be(bad[i], NAN);
	must_be("1.8e308", HUGE_VAL);
	must_be("-1e309", HUGE_VAL);
	must_be("1.7976931348623159e308", HUGE_VAL);
	must_be("1e99999999999999999999", HUGE_VAL);
	/* and no minus before nothing */
	must_be("-0.000", 0.0);
}

static uint64_t random64(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

static void random_numbers(void **state)
{
	uint64_t seed = 88172645463325252ULL;
	char text[500];

	(void)state;
	for (unsigned int i = 0; i < 60000; i++) {
		const uint64_t bits = random64(&seed);
		double v;

		memcpy(&v, &bits, sizeof(v));
		if (i % 3)	/* of a common size, too */
			v = (double)(int64_t)bits * pow(10, -(int)(random64(&seed) % 40));
		if (!isfinite(v))
			continue;
		snprintf(text, sizeof(text), "%.*g", (int)(i % 23), v);
		if (strlen(text) < 400 && strtod(text, NULL) != 0)
			as_strtod(text);
		snprintf(text, sizeof(text), "%" PRIu64 "%019" PRIu64 "e-%u", bits,
			 random64(&seed) % UINT64_C(10000000000000000000), (unsigned int)(bits % 400));
		if (strtod(text, NULL) != 0)
			as_strtod(text);
		snprintf(text, sizeof(text), "%" PRIu64 "e-%u", bits >> i % 10, i % 45);
		as_strtod(text);
		/* half a bit beside a double: what 64 bits cannot decide */
		snprintf(text, sizeof(text), "%.*f", (int)(i % 12) + 1,
			 (double)(bits >> 11) / 512 + 1.0 / 1024);
		as_strtod(text);
	}
}

/* So many that only the last digit of a line decides, and a line that is only digits. */
static void long_numbers(void **state)
{
	const size_t n = 1000000;
	char *text = malloc(n + 40);

	(void)state;
	memset(text, '0', n);
	memcpy(text, "9007199254740993.", 17);
	strcpy(text + n, "0");
	must_be(text, 9007199254740992.0);	/* a tie, to the even one */
	strcpy(text + n, "1");
	must_be(text, 9007199254740994.0);
	memset(text, '7', n);
	text[n] = '\0';
	must_be(text, HUGE_VAL);
	strcpy(text + n, "e-999998");
	must_be(text, 77.77777777777777);
	memcpy(text, "0.", 2);
	memset(text + 2, '0', n - 2);
	strcpy(text + n, "1e1000000");		/* 10^-(n - 1) * 10^n */
	must_be(text, 10.0);
	free(text);
}

static void shifts(void **state)
{
	static const char text[] = "123.4 ns";
	struct decimal d;
	double v;

	(void)state;
	/* it ends where the number does */
	assert_ptr_equal(decimal_read(text, text + sizeof(text) - 1, &d), text + 5);
	/* not 123.4 * 1e-9, which is a bit off */
	assert_int_equal(decimal_double(&d, -9, &v), 0);
	assert_true(v == 123.4e-9);
	assert_int_equal(decimal_double(&d, 3, &v), 0);
	assert_true(v == 123400);
	assert_int_equal(decimal_double(&d, 308, &v), -ERANGE);
}

static int64_t ns_of(const char *text, int *err, double *rest)
{
	char *copy = exact(text);
	struct decimal d;
	int64_t ns = -1;

	assert_true(decimal_read(copy, copy + strlen(text), &d) == copy + strlen(text));
	*err = decimal_scaled(&d, 9, &ns, rest);
	free(copy);
	return ns;
}

static void whole_units(void **state)
{
	static const struct {
		const char *text;
		int64_t ns;
		double rest;
	} rows[] = {
		{ "1795237317.100177999", INT64_C(1795237317100177999), 0 },
		{ "1795237317", INT64_C(1795237317000000000), 0 },
		{ "1.795237317100177999e+09", INT64_C(1795237317100177999), 0 },
		{ "1795237317100177999e-9", INT64_C(1795237317100177999), 0 },
		{ "-0.000000001", -1, 0 },
		{ "0.1234567895", 123456789, 0.5 },
		{ "-12.345678901250", INT64_C(-12345678901), -0.25 },
		{ "1795237317.1001779999999999999999", INT64_C(1795237317100177999), 0 },
		{ "9223372036.854775807", INT64_MAX, 0 },
		{ "0.000000000001", 0, 0.001 },
		{ "0.00000000000000009999999999999999999", 0, 1e-7 },
		{ "0", 0, 0 }, { "0e400", 0, 0 }, { "1e-300", 0, 0 },
		{ "0.00000000000000000000000000000000001", 0, 0 },
	};
	static const char *const far[] = {
		"9223372036.854775808", "1e10", "1e300", "99999999999999999999", "-1e18",
		"1e9999999999999999999",
	};
	double rest;
	int err;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const int64_t ns = ns_of(rows[i].text, &err, &rest);

		if (err || ns != rows[i].ns || fabs(rest - rows[i].rest) > 1e-12)
			fail_msg("%s: %d, %" PRId64 " and %g", rows[i].text, err, ns, rest);
	}
	for (size_t i = 0; i < sizeof(far) / sizeof(far[0]); i++) {
		ns_of(far[i], &err, NULL);
		if (err != -ERANGE)
			fail_msg("%s was taken", far[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers),
		cmocka_unit_test(random_numbers),
		cmocka_unit_test(long_numbers),
		cmocka_unit_test(shifts),
		cmocka_unit_test(whole_units),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
