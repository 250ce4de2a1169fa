// SPDX-License-Identifier: GPL-2.0-or-later
/* Who has a node open, where not every process can be looked into. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "fakeprobe.h"
#include "sys/probe_holders.h"

static int holders(const struct fake_line *script, const char *node, char *text, size_t size)
{
	struct holder_scan scan = { 0 };
	struct probe *p = fake_open(script);
	int n = holders_get(&scan, p, node, text, size);

	holders_forget(&scan);
	probe_close(p);
	return n;
}

/* Root without capabilities may list what NTPsec has open, and not follow it. */
static void test_links_that_are_refused(void **state)
{
	static const struct fake_line script[] = {
		{ 0, "list:/proc", "7\n8\nself", 0 },
		{ 0, "list:/proc/7/fd", "0\n1", 0 },
		{ 0, "link:/proc/7/fd/0", "", -EACCES }, { 0, "link:/proc/7/fd/1", "", -EACCES },
		{ 0, "list:/proc/8/fd", "0\n5", 0 },
		{ 0, "link:/proc/8/fd/0", "/dev/null", 0 }, { 0, "link:/proc/8/fd/5", "/dev/ttyS2", 0 },
		{ 0, "file:/proc/8/comm", "cat", 0 },
		{ 0 },
	};
	char text[128];

	(void)state;
	assert_int_equal(holders(script, "ttyS1", text, sizeof(text)), -EACCES);
	assert_true(holders(script, "ttyS2", text, sizeof(text)) > 0);
	assert_string_equal(text, "8 cat");
	assert_true(holders(script, "", text, sizeof(text)) > 0);
	assert_string_equal(text, "ttyS2 8 cat\n* 0 1");
}

/* A descriptor that was closed meanwhile is none. */
static void test_links_that_are_gone(void **state)
{
	static const struct fake_line script[] = {
		{ 0, "list:/proc", "7", 0 }, { 0, "list:/proc/7/fd", "0\n1", 0 },
		{ 0, "link:/proc/7/fd/1", "/dev/null", 0 }, { 0 },
	};
	char text[128];

	(void)state;
	assert_int_equal(holders(script, "ttyS1", text, sizeof(text)), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_links_that_are_refused),
		cmocka_unit_test(test_links_that_are_gone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
