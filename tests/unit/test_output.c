// SPDX-License-Identifier: GPL-2.0-or-later
/* What reaches stdout, read back from a file in its place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sys/output.h"

static char got[4096];
static FILE *file;
static int saved;

static int begin(void **state)
{
	(void)state;
	fflush(stdout);
	file = tmpfile();
	saved = dup(STDOUT_FILENO);
	return file && saved >= 0 && dup2(fileno(file), STDOUT_FILENO) >= 0 ? 0 : -1;
}

static void end_output(void)
{
	size_t n;

	fflush(stdout);
	dup2(saved, STDOUT_FILENO);
	close(saved);
	rewind(file);
	n = fread(got, 1, sizeof(got) - 1, file);
	got[n] = '\0';
	fclose(file);
}

static void test_json_values(void **state)
{
	struct out *o = out_object(), *a = out_array();

	(void)state;
	out_text(o, "t", "a\"\\/\n");
	out_text(o, "none", NULL);
	out_number(o, "n", -5);
	out_real(o, "r", 0.1, 3);
	out_real(o, "nan", NAN, 3);
	out_bool(o, "b", true);
	out_fact(o, "absent", fact_from(-ENOENT, 0));
	out_fact(o, "denied", fact_from(-EACCES, 0));
	out_fact(o, "fact", fact_from(0, 7));
	out_add_text(a, "x");
	out_child(o, "a", a);
	out_child(o, "empty", out_array());
	out_print(o);
	end_output();
	assert_string_equal(got, "{\"t\":\"a\\\"\\\\/\\n\",\"none\":null,\"n\":-5,\"r\":0.100,"
			    "\"nan\":null,\"b\":true,\"absent\":null,\"denied\":null,\"fact\":7,"
			    "\"a\":[\"x\"],\"empty\":[]}\n");
}

/* Bytes from a receiver: UTF-8 stays, anything else becomes U+FFFD. */
static void test_json_hostile_bytes(void **state)
{
	struct out *o = out_object();

	(void)state;
	out_text(o, "k", "\xc3\xa9 \xff \xc3( \xed\xa0\x80 \x1b[0m");
	out_print(o);
	end_output();
	assert_string_equal(got, "{\"k\":\"\xc3\xa9 \xef\xbf\xbd \xef\xbf\xbd( "
			    "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd \\u001b[0m\"}\n");
}

static const struct out_column columns[] = {
	{ .name = "PORT" },
	{ .name = "AGE", .right = true },
	{ .name = "MORE", .optional = true },
};

static void row(struct out_table *t)
{
	const char *cells[] = { "ttyS0", NULL, "more" };

	out_table_row(t, cells);
}

static void test_table(void **state)
{
	struct out_table *t = out_table_new(columns, 3);

	(void)state;
	row(t);
	out_table_print(t, true);
	t = out_table_new(columns, 3);
	assert_int_equal(out_table_select(t, "more,port", NULL), 0);
	row(t);
	out_table_print(t, false);
	t = out_table_new(columns, 3);
	assert_int_equal(out_table_select(t, "+MORE", NULL), 0);
	out_table_print(t, true);	/* without a row: the headings */
	end_output();
	assert_string_equal(got, "PORT  AGE\nttyS0   -\nmore ttyS0\nPORT AGE MORE\n");
}

static void test_table_bad_column(void **state)
{
	struct out_table *t = out_table_new(columns, 3);
	const char *bad = NULL;

	(void)state;
	assert_int_equal(out_table_select(t, "PORT,POR", &bad), -EINVAL);
	assert_string_equal(bad, "POR");
	assert_int_equal(out_table_select(t, "", &bad), -EINVAL);
	out_table_print(t, false);
	end_output();
	assert_string_equal(got, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_json_values, begin),
		cmocka_unit_test_setup(test_json_hostile_bytes, begin),
		cmocka_unit_test_setup(test_table, begin),
		cmocka_unit_test_setup(test_table_bad_column, begin),
	};

	return cmocka_run_group_tests_name("output", tests, NULL, NULL);
}
