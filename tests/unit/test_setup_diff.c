// SPDX-License-Identifier: GPL-2.0-or-later
/* Unified diffs: what stands in them, and the real diff and patch beside them. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "tree.h"
#include "setup/diff.h"

#define ROUNDS 120

static int set_up(void **state)
{
	(void)state;
	begin_tree();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	return remove_tree();
}

/* ---- by hand ---- */

static const struct {
	const char *name, *before, *after, *diff;
} cases[] = {
	{ "the same", "a\nb\n", "a\nb\n", "" },
	{ "both empty", "", "", "" },
	{ "a line in the middle", "1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nfive\n6\n7\n8\n9\n",
	  "--- /etc/x\n+++ /etc/x\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n" },
	{ "a line before all", "1\n2\n3\n4\n", "0\n1\n2\n3\n4\n",
	  "--- /etc/x\n+++ /etc/x\n@@ -1,3 +1,4 @@\n+0\n 1\n 2\n 3\n" },
	{ "six lines between two changes are one hunk", "a\n1\n2\n3\n4\n5\n6\nb\n", "1\n2\n3\n4\n5\n6\n",
	  "--- /etc/x\n+++ /etc/x\n@@ -1,8 +1,6 @@\n-a\n 1\n 2\n 3\n 4\n 5\n 6\n-b\n" },
	{ "seven are two", "a\n1\n2\n3\n4\n5\n6\n7\nb\n", "1\n2\n3\n4\n5\n6\n7\n",
	  "--- /etc/x\n+++ /etc/x\n@@ -1,4 +1,3 @@\n-a\n 1\n 2\n 3\n"
	  "@@ -6,4 +5,3 @@\n 5\n 6\n 7\n-b\n" },
	{ "a new file", NULL, "x\ny\n", "--- /dev/null\n+++ /etc/x\n@@ -0,0 +1,2 @@\n+x\n+y\n" },
	{ "a file that goes", "x\n", NULL, "--- /etc/x\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n" },
	{ "a new file with nothing in it", NULL, "", "--- /dev/null\n+++ /etc/x\n" },
	{ "it was empty", "", "x\n", "--- /etc/x\n+++ /etc/x\n@@ -0,0 +1 @@\n+x\n" },
	{ "no feed at its end", "x\ny", "x\ny\n",
	  "--- /etc/x\n+++ /etc/x\n@@ -1,2 +1,2 @@\n x\n-y\n\\ No newline at end of file\n+y\n" },
	{ "no feed in either", "x\ny", "z\ny",
	  "--- /etc/x\n+++ /etc/x\n@@ -1,2 +1,2 @@\n-x\n+z\n y\n\\ No newline at end of file\n" },
	{ "a carriage return", "x\r\n", "x\n",
	  "--- /etc/x\n+++ /etc/x\n@@ -1 +1 @@\n-x\\015\n+x\n" },
	{ "what a terminal would obey", "\033[2J\a\x7f\n", "\tplain\n",
	  "--- /etc/x\n+++ /etc/x\n@@ -1 +1 @@\n-\\033[2J\\007\\177\n+\tplain\n" },
	{ "letters, and bytes that are none", "f\xc3\xbcr\n", "f\xfcr \xc2\x9b\n",
	  "--- /etc/x\n+++ /etc/x\n@@ -1 +1 @@\n-f\xc3\xbcr\n+f\\374r \\302\\233\n" },
	{ "half a letter at the end", "a\n", "a\n\xc3",
	  "--- /etc/x\n+++ /etc/x\n@@ -1 +1,2 @@\n a\n+\\303\n\\ No newline at end of file\n" },
};

/* A copy without a NUL behind it: the sanitizers see who reads on. */
static char *exactly(const char *text)
{
	char *copy = text ? malloc(strlen(text) ? strlen(text) : 1) : NULL;

	if (text)
		memcpy(copy, text, strlen(text));
	return copy;
}

static char *diff_of(const char *before, const char *after)
{
	char *a = exactly(before), *b = exactly(after);
	char *diff = diff_unified("/etc/x", a, before ? strlen(before) : 0, b,
				  after ? strlen(after) : 0);

	free(a);
	free(b);
	assert_non_null(diff);
	return diff;
}

static void by_hand(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *diff = diff_of(cases[i].before, cases[i].after);

		if (strcmp(diff, cases[i].diff) != 0)
			print_message("# %s\n", cases[i].name);
		assert_string_equal(diff, cases[i].diff);
		free(diff);
	}
}

static void a_nul_is_shown(void **state)
{
	char *diff = diff_unified("/etc/\033x", "a\0b\n", 4, "", 0);

	(void)state;
	assert_string_equal(diff, "--- \"/etc/\\033x\"\n+++ \"/etc/\\033x\"\n@@ -1 +0,0 @@\n-a\\000b\n");
	free(diff);
}

/* ---- beside the real programs ---- */

#define TEXT_MAX 65536

/* Few different lines, so that many of them meet. */
static void random_text(char *text, unsigned int lines, unsigned int kinds)
{
	size_t len = 0;

	text[0] = '\0';
	for (unsigned int i = 0; i < lines; i++)
		len += (size_t)sprintf(text + len, "line %ld\n", random() % kinds);
	if (len && random() % 4 == 0)
		text[len - 1] = '\0';
}

/* Some lines of it go, some are doubled, some are new. */
static void change_text(const char *text, char *changed, unsigned int percent)
{
	size_t len = 0;

	while (*text) {
		const size_t n = strcspn(text, "\n") + (strchr(text, '\n') != NULL);
		const bool hit = (unsigned int)random() % 100 < percent;
		const int times = hit ? (int)(random() % 3) : 1;

		for (int i = 0; i < times; i++) {
			memcpy(changed + len, text, n);
			len += n;
		}
		if (hit && (!len || changed[len - 1] == '\n'))
			len += (size_t)sprintf(changed + len, "new %ld\n", random() % 10);
		text += n;
	}
	changed[len] = '\0';
}

static char *read_file(const char *name)
{
	static char text[4 * TEXT_MAX];
	char path[128];
	size_t n;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", root, name);
	f = fopen(path, "r");
	assert_non_null(f);
	n = fread(text, 1, sizeof(text) - 1, f);
	fclose(f);
	text[n] = '\0';
	return text;
}

static int run(const char *command)
{
	char line[512];

	snprintf(line, sizeof(line), "cd %s && %s", root, command);
	return system(line);
}

/* Lines that go or come, the two of the head not counted. */
static int count_changes(const char *diff)
{
	int n = -2;

	for (; diff && *diff; diff = strchr(diff, '\n') + 1)
		n += *diff == '+' || *diff == '-';
	return n;
}

/* patch makes the one of the other, and diff(1) needs no fewer lines. */
static void check_pair(const char *before, const char *after)
{
	char *diff = diff_of(before, after);

	put_file("/a", before);
	put_file("/b", after);
	put_file("/patch", diff);
	assert_int_equal(run("cp a got && { [ ! -s patch ] || patch -s -u got patch; }"), 0);
	assert_string_equal(read_file("got"), after);
	assert_int_equal(run("diff -u --minimal a b >theirs") > 256, 0);
	if (strcmp(before, after) != 0)
		assert_true(count_changes(diff) <= count_changes(read_file("theirs")));
	free(diff);
}

static void patch_applies_it(void **state)
{
	static char before[TEXT_MAX], after[TEXT_MAX];

	(void)state;
	srandom(20);
	for (int i = 0; i < ROUNDS; i++) {
		random_text(before, random() % 60, 2 + random() % 40);
		if (i % 2)
			random_text(after, random() % 60, 2 + random() % 40);
		else
			change_text(before, after, random() % 60);
		check_pair(before, after);
	}
}

/* The name of the file is patch's to read, too. */
static void patch_finds_it(void **state)
{
	static const char *const names[] = {
		"plain", "with a blank", "a\ttab", "quote\"d", "back\\slash", "\\t", "esc\033[2Jape",
		"f\xc3\xbcr", "no utf \xfc", "feed\nin it", "end ",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char path[64], *diff = diff_unified(names[i], "a\n\\033\tb\nc", 10, "a\nc\n", 4);

		snprintf(path, sizeof(path), "/%s", names[i]);
		put_file(path, "a\n\\033\tb\nc");
		put_file("/patch", diff);
		assert_null(strpbrk(diff, "\033\a\r"));
		assert_int_equal(run("patch -s -u -p0 <patch"), 0);
		assert_string_equal(read_file(names[i]), "a\nc\n");
		free(diff);
	}
}

static void too_different_is_replaced(void **state)
{
	static char before[TEXT_MAX], after[TEXT_MAX];
	size_t a = 0, b = 0;

	(void)state;
	a += (size_t)sprintf(before + a, "the same\n");
	b += (size_t)sprintf(after + b, "the same\n");
	for (int i = 0; i < 1500; i++) {
		a += (size_t)sprintf(before + a, "before %d\n%s", i, i % 10 ? "" : "both\n");
		b += (size_t)sprintf(after + b, "after %d\n%s", i, i % 10 ? "" : "both\n");
	}
	put_file("/a", before);
	put_file("/b", after);
	char *diff = diff_of(before, after);

	put_file("/patch", diff);
	assert_int_equal(count_changes(diff), 2 * (1500 + 150));
	assert_int_equal(run("cp a got && patch -s -u got patch && cmp got b"), 0);
	free(diff);
}

/* As diff -u itself says it, where there is but one shortest way. */
static void to_the_letter(void **state)
{
	static char before[TEXT_MAX], after[TEXT_MAX];
	size_t a = 0, b = 0;
	char *diff;

	(void)state;
	srandom(4);
	for (int i = 0; i < 800; i++) {
		if (random() % 10)
			a += (size_t)sprintf(before + a, "line %d\n", i);
		if (random() % 10)
			b += (size_t)sprintf(after + b, "line %d\n", i);
	}
	put_file("/a", before);
	put_file("/b", after);
	assert_int_equal(run("diff -u --label /etc/x --label /etc/x a b >theirs") > 256, 0);
	diff = diff_of(before, after);
	assert_string_equal(diff, read_file("theirs"));
	free(diff);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(by_hand),
		cmocka_unit_test(a_nul_is_shown),
		cmocka_unit_test_setup_teardown(patch_applies_it, set_up, tear_down),
		cmocka_unit_test_setup_teardown(patch_finds_it, set_up, tear_down),
		cmocka_unit_test_setup_teardown(too_different_is_replaced, set_up, tear_down),
		cmocka_unit_test_setup_teardown(to_the_letter, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
