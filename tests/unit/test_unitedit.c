// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "unitedit.h"
#include "unittab.h"

static struct unitedit edit;

/* The table with baud= of a line set to 9600. */
static const char *after(const char *text, unsigned int line)
{
	static char buf[1024];
	int n = unitedit_option(text, strlen(text), line, "baud=", "9600", &edit);

	assert_int_equal(n, 0);
	n = unitedit_apply(text, strlen(text), &edit, buf, sizeof(buf) - 1);
	assert_true(n >= 0);
	buf[n] = '\0';
	return buf;
}

static void replaced(void **state)
{
	(void)state;
	assert_string_equal(after("0 /dev/ttyS0 baud=4800 restart=ntpd.service\n", 1),
			    "0 /dev/ttyS0 baud=9600 restart=ntpd.service\n");
	assert_string_equal(edit.before, "0 /dev/ttyS0 baud=4800 restart=ntpd.service");
	assert_string_equal(edit.after, "0 /dev/ttyS0 baud=9600 restart=ntpd.service");
	/* only its line; comments, blanks, line ends and a missing last one stay */
	assert_string_equal(after("# baud=1\r\n\n0 ttyS0 baud=4800\n1\tttyS1\t baud=4800  # baud=4800\r\n2 ttyS2", 4),
			    "# baud=1\r\n\n0 ttyS0 baud=4800\n1\tttyS1\t baud=9600  # baud=4800\r\n2 ttyS2");
	assert_string_equal(after("0 ttyS0 baud=115200", 1), "0 ttyS0 baud=9600");
}

static void added(void **state)
{
	(void)state;
	assert_string_equal(after("0 ttyS0\n", 1), "0 ttyS0 baud=9600\n");
	assert_string_equal(after("0 ttyS0", 1), "0 ttyS0 baud=9600");
	assert_string_equal(after("0 ttyS0 restart=a.service # the roof\r\n", 1),
			    "0 ttyS0 restart=a.service baud=9600 # the roof\r\n");
	assert_string_equal(after("0 ttyS0# baud=4800\n", 1), "0 ttyS0 baud=9600# baud=4800\n");
}

static const char *with(const char *text, int err)
{
	static char buf[256];
	int n;

	assert_int_equal(err, 0);
	n = unitedit_apply(text, strlen(text), &edit, buf, sizeof(buf) - 1);
	assert_true(n >= 0);
	buf[n] = '\0';
	return buf;
}

/* An option that goes takes the blanks before it along; one that is not there changes nothing. */
static void taken_out(void **state)
{
	static const char text[] = "0 a\n1 ttyS0\tholder=none  baud=1 # holder=none\r\n2 b holder=none";
	const size_t len = sizeof(text) - 1;

	(void)state;
	assert_string_equal(with(text, unitedit_option(text, len, 2, "holder=", NULL, &edit)),
			    "0 a\n1 ttyS0  baud=1 # holder=none\r\n2 b holder=none");
	assert_string_equal(with(text, unitedit_option(text, len, 3, "holder=", NULL, &edit)),
			    "0 a\n1 ttyS0\tholder=none  baud=1 # holder=none\r\n2 b");
	assert_string_equal(with(text, unitedit_option(text, len, 1, "holder=", NULL, &edit)), text);
}

static void renumbered(void **state)
{
	static const char text[] = "0 a\n\t12\tttyS0 baud=12 # 12\r\n# 3";
	const size_t len = sizeof(text) - 1;
	char line[UNITEDIT_LINE_MAX + 2];

	(void)state;
	assert_string_equal(with(text, unitedit_unit(text, len, 2, 7, &edit)),
			    "0 a\n\t7\tttyS0 baud=12 # 12\r\n# 3");
	assert_int_equal(unitedit_unit(text, len, 3, 7, &edit), -ENOENT);
	assert_int_equal(unitedit_unit(text, len, 4, 7, &edit), -ENOENT);
	memset(line, 'x', sizeof(line));
	line[1] = ' ';
	assert_int_equal(unitedit_unit(line, UNITEDIT_LINE_MAX, 1, 7, &edit), -ENOSPC);
	assert_int_equal(unitedit_unit(line, UNITEDIT_LINE_MAX - 1, 1, 255, &edit), -ENOSPC);
}

static void refused(void **state)
{
	char text[UNITEDIT_LINE_MAX + 2], buf[16];

	(void)state;
	assert_int_equal(unitedit_option("", 0, 1, "baud=", "9600", &edit), -ENOENT);
	assert_int_equal(unitedit_option("0 a\n", 4, 2, "baud=", "9600", &edit), -ENOENT);
	assert_int_equal(unitedit_option("0 a\n", 4, 0, "baud=", "9600", &edit), -ENOENT);
	assert_int_equal(unitedit_option("  # a\n", 6, 1, "baud=", "9600", &edit), -ENOENT);
	memset(text, 'x', sizeof(text));
	assert_int_equal(unitedit_option(text, UNITEDIT_LINE_MAX, 1, "baud=", "9600", &edit),
			 -ENOSPC);
	/* it fits as it is, and not with the option */
	assert_int_equal(unitedit_option(text, UNITEDIT_LINE_MAX - 5, 1, "baud=", "9600", &edit),
			 -ENOSPC);
	assert_int_equal(unitedit_option("0 a baud=4800\n", 14, 1, "baud=", "9600", &edit), 0);
	assert_int_equal(unitedit_apply("0 a baud=4800\n", 14, &edit, buf, 13), -ENOSPC);
	assert_int_equal(unitedit_apply("0 a baud=4800\n", 14, &edit, buf, 14), 14);
}

/* What was edited is still a table, with the new speed. */
static void is_a_table(void **state)
{
	const char *text = after("0 ttyS0 # x\n1 ttyS1 baud=4800\n", 1);
	struct unittab_error err;
	struct unittab tab;

	(void)state;
	assert_int_equal(unittab_parse(text, strlen(text), &tab, &err), 0);
	assert_int_equal(tab.n, 2);
	assert_int_equal(tab.units[0].baud, 9600);
	assert_int_equal(tab.units[1].baud, 4800);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(replaced),
		cmocka_unit_test(added),
		cmocka_unit_test(taken_out),
		cmocka_unit_test(renumbered),
		cmocka_unit_test(refused),
		cmocka_unit_test(is_a_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
