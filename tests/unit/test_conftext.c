// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "daemon/args.h"
#include "daemon/conftext.h"
#include "daemon/envfile.h"

static struct word word_of(const char *text)
{
	return (struct word){ text, strlen(text) };
}

static void test_words(void **state)
{
	static const char text[] = " \tone#two\r\vthree";
	const char *p = text, *end = text + strlen(text);

	(void)state;
	assert_true(word_is(conf_word(&p, end), "one#two"));
	assert_true(word_is(conf_word(&p, end), "three"));
	assert_int_equal(conf_word(&p, end).len, 0);
	assert_true(conf_same(word_of("RefClock"), "refclock"));
	assert_false(conf_same(word_of("refclock"), "refclocks"));
	assert_false(conf_same(word_of("refclocks"), "refclock"));
	assert_false(word_is(word_of("pps"), "PPS"));
}

static void test_copies_and_quotations(void **state)
{
	char buf[8];

	(void)state;
	assert_true(conf_copy(buf, sizeof(buf), word_of("1234567")));
	assert_string_equal(buf, "1234567");
	assert_false(conf_copy(buf, sizeof(buf), word_of("12345678")));
	assert_string_equal(buf, "");
	assert_false(conf_copy(buf, sizeof(buf), (struct word){ "a\0b", 3 }));
	conf_quote(buf, sizeof(buf), "a\x1b\xff~", 4);
	assert_string_equal(buf, "a??~");
	conf_quote(buf, sizeof(buf), "1234567", 7);
	assert_string_equal(buf, "1234567");
	conf_quote(buf, sizeof(buf), "12345678", 8);
	assert_string_equal(buf, "1234...");
}

static void test_seconds(void **state)
{
	static const struct {
		const char *text;
		int err;
		int64_t ns;
		const char *rest;
	} rows[] = {
		{ "0.5", 0, 500000000, "" },
		{ " -0.5 x", 0, -500000000, " x" },
		{ "+.15", 0, 150000000, "" },
		{ "3.", 0, 3000000000, "" },
		{ "1e-3", 0, 1000000, "" },
		{ "1E+1", 0, 10000000000, "" },
		{ "0.0000000005", 0, 1, "" },
		{ "0.00000000049", 0, 0, "" },
		{ "1e-9", 0, 1, "" },
		{ "-1e-99999999999", 0, 0, "" },
		{ "0e99999999999", 0, 0, "" },
		{ "0.1234567891234567891234567891", 0, 123456789, "" },
		{ "9223372036", 0, 9223372036000000000, "" },
		{ "9223372037", -ERANGE, 0, NULL },
		{ "123456789012345678901234567890", -ERANGE, 0, NULL },
		{ "1e99", -ERANGE, 0, NULL },
		{ "0.5ms", 0, 500000000, "ms" },
		{ "2e", -ERANGE, 0, NULL },
		{ "2e-x", -ERANGE, 0, NULL },
		{ "0x1p-3", -ERANGE, 0, NULL },
		{ "inf", -ERANGE, 0, NULL },
		{ "-nan", -ERANGE, 0, NULL },
		{ "", -EINVAL, 0, NULL },
		{ ".", -EINVAL, 0, NULL },
		{ "-", -EINVAL, 0, NULL },
		{ "lock", -EINVAL, 0, NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *p = rows[i].text, *end = p + strlen(p);
		int64_t ns = 0;

		assert_int_equal(conf_seconds(&p, end, &ns), rows[i].err);
		assert_int_equal(ns, rows[i].ns);
		assert_string_equal(p, rows[i].rest ? rows[i].rest : rows[i].text);
	}
}

static void test_integers(void **state)
{
	static const struct {
		const char *text;
		int err, value;
		const char *rest;
	} rows[] = {
		{ "4", 0, 4, "" },
		{ " -2,", 0, -2, "," },
		{ "+3.5", 0, 3, ".5" },
		{ "0x10", 0, 0, "x10" },
		{ "2147483647", 0, INT_MAX, "" },
		{ "-2147483648", 0, INT_MIN, "" },
		{ "2147483648", -ERANGE, 0, NULL },
		{ "99999999999999999999999", -ERANGE, 0, NULL },
		{ "- 1", -EINVAL, 0, NULL },
		{ "", -EINVAL, 0, NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *p = rows[i].text, *end = p + strlen(p);
		int value = 0;

		assert_int_equal(conf_int(&p, end, &value), rows[i].err);
		assert_int_equal(value, rows[i].value);
		assert_string_equal(p, rows[i].rest ? rows[i].rest : rows[i].text);
	}
}

/* ---- command lines ---- */

static const struct args_long longs[] = { { "speed", 's' }, { "sockfile", 'F' }, { NULL, 0 } };

static void expect(struct args *a, int letter, const char *text)
{
	struct word value = { "", 0 };

	assert_int_equal(args_next(a, &value), letter);
	if (text)
		assert_true(word_is(value, text));
}

#define BEGIN(a, text, l) args_begin(a, text, sizeof(text) - 1, "abs:F:", l)

static void test_options_as_getopt_takes_them(void **state)
{
	struct args a;

	(void)state;
	BEGIN(&a, "/usr/sbin/x\0-ab\0-s9600\0first\0-as\0" "4800\0-\0-z\0--\0-b\0", NULL);
	expect(&a, 'a', "");
	expect(&a, 'b', "");
	expect(&a, 's', "9600");
	expect(&a, ARGS_OPERAND, "first");
	expect(&a, 'a', "");
	expect(&a, 's', "4800");
	expect(&a, ARGS_OPERAND, "-");
	expect(&a, ARGS_UNKNOWN, "z");
	expect(&a, ARGS_OPERAND, "-b");
	expect(&a, ARGS_END, NULL);
	expect(&a, ARGS_END, NULL);
}

static void test_long_options(void **state)
{
	struct args a;

	(void)state;
	BEGIN(&a, "x\0--speed=4800\0--sp\0" "9600\0--sockfile\0/s\0--what\0--=x\0--speed", longs);
	expect(&a, 's', "4800");
	expect(&a, 's', "9600");
	expect(&a, 'F', "/s");
	expect(&a, ARGS_UNKNOWN, "--what");
	expect(&a, ARGS_UNKNOWN, "--=x");
	expect(&a, ARGS_MISSING, NULL);
	expect(&a, ARGS_END, NULL);
}

static void test_a_command_line_that_is_none(void **state)
{
	struct args a;

	(void)state;
	args_begin(&a, "", 0, "a", NULL);
	expect(&a, ARGS_END, NULL);
	BEGIN(&a, "x\0-s", NULL);	/* cut: no NUL at its end */
	expect(&a, ARGS_MISSING, NULL);
	expect(&a, ARGS_END, NULL);
	BEGIN(&a, "x\0-:\0-\xff\0", NULL);
	expect(&a, ARGS_UNKNOWN, ":");
	expect(&a, ARGS_UNKNOWN, "\xff");
	expect(&a, ARGS_END, NULL);
}

/* ---- /etc/default ---- */

static char value[64];

static int get(const char *text)
{
	return envfile_value(text, strlen(text), "V", value, sizeof(value));
}

/* systemd's env-file.c, parse_env_file_internal() */
static void test_values(void **state)
{
	static const struct {
		const char *text, *value;
	} rows[] = {
		{ "V=a\n", "a" },
		{ "V=\"a b\"\n", "a b" },
		{ "V='a \"$x\" \\'\n", "a \"$x\" \\" },
		{ "V=a b  \n", "a b" },
		{ "  V =  a", "a" },
		{ "V=\n", "" },
		{ "V=", "" },
		{ "V=one\nV=two\n", "two" },
		{ "#V=one\n;V=two\nV=three # no comment\n", "three # no comment" },
		{ "# a=\"\nV=b\n", "b" },
		{ ";a='\nV=b\n", "b" },
		{ "V=\"a\" # no comment\n", "a# no comment" },
		{ "V=a\"b\"\n", "a\"b\"" },
		{ "V=\"a\"'b'\n", "ab" },
		{ "V=\"a\\\"\\$\\n\\\nb\"\n", "a\"$\\nb" },
		{ "V=a\\\nb\\ \n", "ab " },
		{ "nothing\n=x\nWV=no\nVW=no\nV=yes\r\n", "yes" },
		{ "V=\"open\n", "open\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(get(rows[i].text), 0);
		assert_string_equal(value, rows[i].value);
	}
}

static void test_values_that_are_none(void **state)
{
	char small[4];

	(void)state;
	assert_int_equal(get(""), -ENOENT);
	assert_int_equal(get("export V=a\n"), -ENOENT);	/* to systemd, a bad name */
	assert_int_equal(get("# V=a\nW=V=b\n"), -ENOENT);
	assert_int_equal(envfile_value("V=abc", 5, "V", small, sizeof(small)), 0);
	assert_int_equal(envfile_value("V=abcd", 6, "V", small, sizeof(small)), -ENOSPC);
	assert_string_equal(small, "");
	assert_int_equal(envfile_value("V=\0b", 4, "V", small, sizeof(small)), 0);
	assert_string_equal(small, "");
}

static void test_split(void **state)
{
	char args[16] = "x";
	int n = envfile_split(" -n  \"a b\"c\t'' ", args, 2, sizeof(args));

	(void)state;
	assert_int_equal(n, 11);
	assert_memory_equal(args, "x\0-n\0a bc\0\0", 11);
	assert_int_equal(envfile_split("  ", args, 2, sizeof(args)), 2);
	assert_int_equal(envfile_split("12345678901234", args, 2, sizeof(args)), -ENOSPC);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_copies_and_quotations),
		cmocka_unit_test(test_seconds),
		cmocka_unit_test(test_integers),
		cmocka_unit_test(test_options_as_getopt_takes_them),
		cmocka_unit_test(test_long_options),
		cmocka_unit_test(test_a_command_line_that_is_none),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_values_that_are_none),
		cmocka_unit_test(test_split),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
