// SPDX-License-Identifier: GPL-2.0-or-later
/* udev's rules: what they match, which links they make. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "udevrule.h"

static struct udevrule_reader rd;
static struct rule_fact rule;

static void begin(const char *text)
{
	udevrule_begin(&rd, text, strlen(text));
}

static void read_one(const char *text)
{
	begin(text);
	assert_true(udevrule_next(&rd, &rule));
}

static void test_lines(void **state)
{
	(void)state;
	begin("# a comment\n\n"
	      "KERNEL==\"pps0\", SYMLINK+=\"gpspps0\"\n"
	      "  # another\n"
	      "SUBSYSTEM==\"tty\", \\\n  KERNEL==\"ttyS0\", \\\n  SYMLINK+=\"gps0 gps7\"\n"
	      "GROUP=\"dialout\"");
	assert_true(udevrule_next(&rd, &rule));
	assert_int_equal(rule.at.line, 3);
	assert_string_equal(rule.at.text, "KERNEL==\"pps0\", SYMLINK+=\"gpspps0\"");
	assert_string_equal(rule.kernel, "pps0");
	assert_string_equal(rule.links, "gpspps0");
	assert_true(udevrule_next(&rd, &rule));
	assert_int_equal(rule.at.line, 5);
	assert_string_equal(rule.kernel, "ttyS0");
	assert_string_equal(rule.links, "gps0 gps7");
	assert_true(udevrule_next(&rd, &rule));
	assert_int_equal(rule.at.line, 8);
	assert_string_equal(rule.links, "");
	assert_false(udevrule_next(&rd, &rule));
}

static void test_what_identifies(void **state)
{
	static const struct {
		const char *text;
		bool identifies;
	} rows[] = {
		{ "KERNEL==\"pps0\", SYMLINK+=\"gpspps0\"", false },
		{ "SUBSYSTEM==\"pps\", ATTR{path}==\"/dev/ttyS0\", SYMLINK+=\"gpspps0\"", true },
		{ "KERNEL==\"ttyUSB0\", ATTRS{idVendor}==\"067b\", SYMLINK+=\"gps0\"", true },
		{ "KERNEL==\"ttyUSB0\", ENV{ID_PATH}==\"pci-0\", SYMLINK+=\"gps0\"", true },
		/* an assignment picks nothing out */
		{ "KERNEL==\"ttyUSB0\", ENV{ID_MM_DEVICE_IGNORE}=\"1\", SYMLINK+=\"gps0\"", false },
		{ "ATTR{power/control}=\"on\", SYMLINK+=\"gps0\"", false },
		{ "KERNEL==\"ttyUSB0\",MODE=\"0666\",SYMLINK=\"gps0\"", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		read_one(rows[i].text);
		if (rule.identifies != rows[i].identifies)
			fail_msg("%s: %d", rows[i].text, rule.identifies);
	}
}

/* What a jump left out is left out up to the label. */
static void test_jumps(void **state)
{
	(void)state;
	begin("SUBSYSTEM!=\"tty\", GOTO=\"end\"\n"
	      "KERNEL==\"ttyUSB0\", SYMLINK+=\"gps0\"\n"
	      "ATTRS{idVendor}!=\"1546\", GOTO=\"end\"\n"
	      "KERNEL==\"ttyUSB1\", SYMLINK+=\"gps1\"\n"
	      "LABEL=\"end\"\n"
	      "KERNEL==\"ttyUSB2\", SYMLINK+=\"gps2\"\n");
	for (int i = 0; udevrule_next(&rd, &rule); i++)
		assert_int_equal(rule.identifies, i == 2 || i == 3);
}

static void test_links_given(void **state)
{
	(void)state;
	read_one("ATTRS{idVendor}==\"1546\", SYMLINK+=\"gps%n\"");
	assert_true(udevrule_links(&rule, "gps"));
	assert_false(udevrule_links(&rule, "gpspps"));
	assert_true(udevrule_gives(&rule, "ttyACM0", "gps0"));
	assert_true(udevrule_gives(&rule, "ttyACM12", "gps12"));
	assert_false(udevrule_gives(&rule, "ttyACM1", "gps0"));
	assert_false(udevrule_gives(&rule, "ttyACM1", ""));
	read_one("KERNEL==\"ttyUSB[0-9]*\", SYMLINK+=\"serial/$kernel gps$number\"");
	assert_true(udevrule_gives(&rule, "ttyUSB3", "gps3"));
	assert_true(udevrule_gives(&rule, "ttyUSB3", "serial/ttyUSB3"));
	assert_false(udevrule_gives(&rule, "ttyACM3", "gps3"));
	read_one("KERNEL==\"pps0\", SYMLINK+=\"gpspps0\"");
	assert_true(udevrule_gives(&rule, "pps0", "gpspps0"));
	assert_false(udevrule_gives(&rule, "pps1", "gpspps0"));
}

static void test_numbers(void **state)
{
	static const struct {
		const char *text;
		bool by_number;
	} rows[] = {
		{ "KERNEL==\"pps0\", SYMLINK+=\"gpspps0\"", true },
		{ "KERNEL==\"pps*\", SYMLINK+=\"gpspps%n\"", true },
		{ "KERNEL==\"ttyACM0\", SYMLINK+=\"gps0\"", true },
		{ "KERNEL==\"ttyUSB*\", SYMLINK+=\"gps0\"", false },
		{ "KERNEL==\"ttyS0\", SYMLINK+=\"gps0\"", false },
		{ "KERNEL==\"ttyAMA0\", SYMLINK+=\"gps0\"", false },
		{ "KERNEL==\"pps0\", ATTR{name}==\"serial0\", SYMLINK+=\"gpspps0\"", false },
		{ "SYMLINK+=\"gps%n\"", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		read_one(rows[i].text);
		if (udevrule_by_number(&rule) != rows[i].by_number)
			fail_msg("%s: not %d", rows[i].text, rows[i].by_number);
	}
}

/* Whatever stands there: it ends, and what is quoted is printable. */
static void test_nonsense(void **state)
{
	static const char *const texts[] = {
		"KERNEL", "KERNEL==", "KERNEL==\"", "KERNEL==\"pps0", "KERNEL{==\"pps0\"",
		"\\", "\\\n\\\n\\", "=\"x\"", ",,,,", "ATTR{", "SYMLINK+=\"\\", "{}{}{}", "\"\"\"",
		"SYMLINK+=\"gps%\"", "\033[2J\a", "KERNEL = = \"x\" SYMLINK",
	};
	char many[8192];

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		begin(texts[i]);
		while (udevrule_next(&rd, &rule)) {
			assert_null(strchr(rule.at.text, '\033'));
			udevrule_gives(&rule, "pps0", "gps0");
			udevrule_by_number(&rule);
		}
	}
	/* one rule that is longer than its room, of links that are */
	memset(many, 'x', sizeof(many));
	memcpy(many, "SYMLINK+=\"", 10);
	udevrule_begin(&rd, many, sizeof(many));
	assert_true(udevrule_next(&rd, &rule));
	assert_string_equal(rule.links, "");
	assert_false(udevrule_next(&rd, &rule));
	/* a NUL byte */
	udevrule_begin(&rd, "KERNEL==\"p\0s\"\nGROUP=\"x\"", 24);
	assert_true(udevrule_next(&rd, &rule));
	assert_string_equal(rule.kernel, "");
	assert_true(udevrule_next(&rd, &rule));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_what_identifies),
		cmocka_unit_test(test_jumps),
		cmocka_unit_test(test_links_given),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_nonsense),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
