// SPDX-License-Identifier: GPL-2.0-or-later
/* Lines put together in a buffer: numbers, escapes, commas, and no more than fits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "sys/line.h"

static struct line l;

static int empty(void **state)
{
	(void)state;
	memset(&l, 0, sizeof(l));
	return 0;
}

static void assert_line(const char *text)
{
	assert_int_equal(l.len, strlen(text));
	assert_memory_equal(l.text, text, l.len);
	l.len = 0;
}

static void test_numbers(void **state)
{
	(void)state;
	line_digits(&l, 0, 1);
	assert_line("0");
	line_digits(&l, 0, 0);
	assert_line("");
	line_digits(&l, 7, 3);
	assert_line("007");
	line_digits(&l, UINT64_MAX, 1);
	assert_line("18446744073709551615");
	line_decimal(&l, 42, 0);
	assert_line("42");
	line_decimal(&l, 42, 1);
	assert_line("4.2");
	line_decimal(&l, -5, 3);
	assert_line("-0.005");
	line_decimal(&l, 0, 1);
	assert_line("0.0");
	line_decimal(&l, INT64_MIN, 18);
	assert_line("-9.223372036854775808");
}

static void test_wire_for_people(void **state)
{
	(void)state;
	line_wire(&l, "a ~\\\x1b\x7f\x80\xff\0!", 10);
	assert_line("a ~\\x5c\\x1b\\x7f\\x80\\xff\\x00!");
}

static void test_wire_as_json(void **state)
{
	(void)state;
	line_json_wire(&l, NULL, "a\"\\\x1f\x7f\x80\xff\0z", 9);
	assert_line("\"a\\\"\\\\\\u001f\\u007f\\u0080\\u00ff\\u0000z\"");
	line_json_wire(&l, NULL, "", 0);
	assert_line("\"\"");
}

static void test_columns(void **state)
{
	(void)state;
	line_column(&l, "ab", 4);
	line_column(&l, "long", 6);
	line_add(&l, "x");
	assert_line("ab  long x");
}

static void test_commas(void **state)
{
	(void)state;
	line_open(&l, NULL, '{');
	line_json_number(&l, "n", 1);
	line_json_bool(&l, "t", true);
	line_json_null(&l, "z");
	line_open(&l, "list", '[');
	line_open(&l, NULL, '{');
	line_json_text(&l, "s", "{");
	line_close(&l, '}');
	line_open(&l, NULL, '{');
	line_close(&l, '}');
	line_json_number(&l, NULL, 2);
	line_close(&l, ']');
	line_json_bool(&l, "f", false);
	line_close(&l, '}');
	assert_line("{\"n\":1,\"t\":true,\"z\":null,\"list\":[{\"s\":\"{\"},{},2],\"f\":false}");
}

static void test_no_more_than_fits(void **state)
{
	static char much[LINE_SIZE];

	(void)state;
	memset(much, '\n', sizeof(much));
	line_json_wire(&l, NULL, much, sizeof(much));
	assert_true(l.full);
	assert_true(l.len <= LINE_SIZE);
	line_add(&l, "x");	/* nothing behind what is missing */
	assert_true(l.text[l.len - 1] != 'x');
}

static void test_write(void **state)
{
	char got[16] = "";
	FILE *f = tmpfile(), *full = fopen("/dev/full", "w");

	(void)state;
	assert_non_null(f);
	l.full = true;
	l.len = 2;
	memcpy(l.text, "ab", 2);
	assert_int_equal(line_write(&l, f), 0);
	assert_int_equal(l.len, 0);
	assert_false(l.full);
	rewind(f);
	assert_int_equal(fread(got, 1, sizeof(got), f), 3);
	assert_string_equal(got, "ab\n");
	fclose(f);
	if (full) {
		setvbuf(full, NULL, _IONBF, 0);
		line_add(&l, "x");
		assert_true(line_write(&l, full) < 0);
		fclose(full);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_numbers, empty),
		cmocka_unit_test_setup(test_wire_for_people, empty),
		cmocka_unit_test_setup(test_wire_as_json, empty),
		cmocka_unit_test_setup(test_columns, empty),
		cmocka_unit_test_setup(test_commas, empty),
		cmocka_unit_test_setup(test_no_more_than_fits, empty),
		cmocka_unit_test_setup(test_write, empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
