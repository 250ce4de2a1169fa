// SPDX-License-Identifier: GPL-2.0-or-later
/* The record of a run, and its replay. */
#include <dirent.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "fakeprobe.h"
#include "sys/probe_record.h"
#include "sys/probe_tree.h"
#include "sys/record.h"

static char dir[64];
static char buf[4096];

static int set_up(void **state)
{
	(void)state;
	strcpy(dir, "/tmp/gpsppsctl-record-XXXXXX");
	return mkdtemp(dir) ? 0 : -1;
}

static int tear_down(void **state)
{
	char command[128];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	return system(command);
}

static const char *path_of(const char *file)
{
	static char path[512];

	snprintf(path, sizeof(path), "%s/%s", dir, file);
	return path;
}

/* The whole file, with its last line end. */
static const char *content(const char *file)
{
	static char text[4096];
	FILE *f = fopen(path_of(file), "r");
	size_t n;

	if (!f)
		return "(no file)";
	n = fread(text, 1, sizeof(text) - 1, f);
	text[n] = '\0';
	fclose(f);
	return text;
}

static void put(const char *file, const char *text)
{
	FILE *f = fopen(path_of(file), "w");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

/* ---- names ---- */

static const char *name(const char *key, unsigned int nth)
{
	static char text[RECORD_NAME_MAX];

	record_name(key, nth, text, sizeof(text));
	return text;
}

static void test_names_can_be_read(void **state)
{
	(void)state;
	assert_string_equal(name("file:/sys/class/tty/ttyS0/io_type", 1),
			    "file:@sys@class@tty@ttyS0@io_type");
	assert_string_equal(name("tty:ttyS0/icount", 2), "tty:ttyS0@icount~2");
	assert_string_equal(name("watch:ttyS0+pps0", 1), "watch:ttyS0+pps0");
	assert_string_equal(name("clock:", 1), "clock:");
}

static void test_names_are_unambiguous(void **state)
{
	(void)state;
	assert_string_equal(name("file:/a@b", 1), "file:@a%40b");
	assert_string_equal(name("file:/a~2", 1), "file:@a%7E2");
	assert_string_equal(name("file:/a%40b", 1), "file:@a%2540b");
	assert_string_equal(name("file:/a b\xc3\xa4", 1), "file:@a%20b%C3%A4");
}

static void test_long_keys_stay_apart(void **state)
{
	char a[400], b[400], first[RECORD_NAME_MAX];

	(void)state;
	memset(a, 'x', sizeof(a));
	a[399] = '\0';
	strcpy(b, a);
	b[390] = 'y';
	strcpy(first, name(a, 1));
	assert_true(strlen(first) < 255);
	assert_string_not_equal(first, name(b, 1));
	assert_string_equal(first, name(a, 1));
}

/* ---- recording ---- */

static const struct fake_line script[] = {
	{ 0, "file:/sys/class/tty/ttyS0/type", "4", 0 },
	{ 0, "file:/empty", "", 0 },
	{ 0, "file:/bang", "! ENOENT", 0 },
	{ 0, "file:/two", "one\ntwo\n", 0 },
	{ 0, "tty:ttyS0/icount", "", -EAGAIN },
	{ 0, "strange:", "", -1234 },
	{ 0, "list:/dev", "ttyS10\nttyS2\ngps0", 0 },
	{ 0, "list:/none", "", -EACCES },
	{ 0, "list:/hollow", "", 0 },
	{ 0, "file:/pulse", "100.0#1", 0 },
	{ 1, "file:/pulse", "103.0#4", 0 },
	{ 0, NULL, NULL, 0 },
};

static struct probe *record(void)
{
	struct probe *p = probe_open_record(fake_open(script), dir);

	assert_non_null(p);
	return p;
}

static void test_answers_are_files(void **state)
{
	struct probe *p = record();

	(void)state;
	assert_int_equal(probe_get(p, "file:/sys/class/tty/ttyS0/type", buf, sizeof(buf)), 1);
	assert_int_equal(probe_get(p, "tty:ttyS0/icount", buf, sizeof(buf)), -EAGAIN);
	assert_int_equal(probe_get(p, "strange:", buf, sizeof(buf)), -1234);
	assert_int_equal(probe_get(p, "file:/bang", buf, sizeof(buf)), 8);
	assert_int_equal(probe_get(p, "file:/two", buf, sizeof(buf)), 8);
	assert_null(probe_trouble(p));
	probe_close(p);
	assert_string_equal(content("VERSION"), "gpsppsctl recording 1\n");
	assert_string_equal(content("0/file:@sys@class@tty@ttyS0@type"), "4\n");
	assert_string_equal(content("0/tty:ttyS0@icount"), "! EAGAIN\n");
	assert_string_equal(content("0/strange:"), "! 1234\n");
	assert_string_equal(content("0/file:@bang"), "\\! ENOENT\n");
	assert_string_equal(content("0/file:@two"), "one\ntwo\n\n");
}

static void test_directory_must_be_empty(void **state)
{
	struct probe *inner = fake_open(script);

	(void)state;
	put("mine", "x");
	assert_null(probe_open_record(inner, dir));
	assert_int_equal(errno, ENOTEMPTY);
	assert_string_equal(content("mine"), "x");
	assert_null(probe_open_record(inner, path_of("no/such/place")));
	assert_int_equal(errno, ENOENT);
	assert_null(probe_open_record(inner, path_of("mine")));
	assert_int_equal(errno, ENOTDIR);
	probe_close(inner);
}

static void test_unwritable_record_is_told_once(void **state)
{
	struct probe *p = record();

	(void)state;
	/* root may write anywhere: a file in the place of the directory stops it, too */
	put("0", "");
	assert_int_equal(probe_get(p, "file:/two", buf, sizeof(buf)), 8);
	assert_string_equal(buf, "one\ntwo\n");
	probe_get(p, "file:/bang", buf, sizeof(buf));
	assert_non_null(probe_trouble(p));
	assert_non_null(strstr(probe_trouble(p), "/0: cannot write: File exists"));
	probe_close(p);
}

/* ---- replay ---- */

struct transcript {
	char text[8192];
	size_t len;
};

static void say(struct transcript *t, const char *key, int n, const char *value)
{
	t->len += snprintf(t->text + t->len, sizeof(t->text) - t->len, "%s=%d:%s\n", key, n,
			   n < 0 ? "" : value);
}

static void ask_list(struct probe *p, struct transcript *t, const char *where)
{
	char **names = NULL;
	int n = probe_list(p, where, &names);

	say(t, where, n, "");
	for (int i = 0; i < n; i++)
		say(t, where, i, names[i]);
	probe_free_names(names, n);
}

static void ask_all(struct probe *p, struct transcript *t)
{
	static const char *const keys[] = {
		"file:/sys/class/tty/ttyS0/type", "file:/empty", "file:/bang", "file:/two",
		"tty:ttyS0/icount", "strange:", "file:/absent", "file:/pulse", "file:/pulse",
	};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		say(t, keys[i], probe_get(p, keys[i], buf, sizeof(buf)), buf);
	say(t, "small", probe_get(p, "file:/two", buf, 4), buf);
	ask_list(p, t, "/dev");
	ask_list(p, t, "/none");
	ask_list(p, t, "/hollow");
	for (int i = 0; i < 3; i++) {
		snprintf(buf, sizeof(buf), "%lld", (long long)probe_now_ns(p));
		say(t, "now", 0, buf);
	}
}

static void run(struct probe *p, struct transcript *t)
{
	t->len = 0;
	ask_all(p, t);
	probe_sleep_ms(p, 3200);
	ask_all(p, t);
	probe_sleep_ms(p, 2);
	ask_all(p, t);
}

static void test_replay_to_the_letter(void **state)
{
	static struct transcript live, replayed;
	struct probe *p = record();
	const char *first;

	(void)state;
	run(p, &live);
	probe_close(p);
	assert_non_null(strstr(live.text, "/dev=1:ttyS2\n"));
	assert_non_null(strstr(live.text, "file:/pulse=7:103.0#4\n"));
	assert_non_null(strstr(live.text, "small=3:one\n"));
	p = probe_open_tree(dir);
	assert_non_null(p);
	run(p, &replayed);
	assert_string_equal(live.text, replayed.text);
	assert_int_equal(probe_tree_missing(p, &first), 0);
	assert_null(probe_trouble(p));
	probe_close(p);
}

/* Several different answers in one instant come in their order, the last one stays. */
static void test_order_within_an_instant(void **state)
{
	struct probe *p;

	(void)state;
	put("VERSION", "gpsppsctl recording 1\n");
	mkdir(path_of("0"), 0755);
	put("0/ioport:3f9", "05\n");
	put("0/ioport:3f9~3", "0d\n");
	p = probe_open_tree(dir);
	assert_non_null(p);
	for (int i = 0; i < 5; i++) {
		assert_int_equal(probe_get(p, "ioport:3f9", buf, sizeof(buf)), 2);
		assert_string_equal(buf, i < 2 ? "05" : "0d");
	}
	probe_close(p);
}

static void test_edited_tree_takes_the_newest_before(void **state)
{
	const char *first;
	struct probe *p;

	(void)state;
	put("VERSION", "gpsppsctl recording 1\n");
	mkdir(path_of("0"), 0755);
	mkdir(path_of("1"), 0755);
	put("0/file:@a", "old\n");
	put("0/file:@a~2", "newer");
	put("1/file:@b", "! EPERM");
	p = probe_open_tree(dir);
	assert_non_null(p);
	assert_int_equal(probe_get(p, "file:/b", buf, sizeof(buf)), -ENODATA);
	assert_int_equal(probe_get(p, "file:/b", buf, sizeof(buf)), -ENODATA);
	assert_int_equal(probe_get(p, "file:/c", buf, sizeof(buf)), -ENODATA);
	probe_sleep_ms(p, 1);
	probe_sleep_ms(p, 1);
	probe_sleep_ms(p, 1);
	/* never asked before, and not of this instant */
	probe_get(p, "file:/a", buf, sizeof(buf));
	assert_string_equal(buf, "newer");
	assert_int_equal(probe_get(p, "file:/b", buf, sizeof(buf)), -EPERM);
	assert_int_equal(probe_tree_missing(p, &first), 2);
	assert_string_equal(first, "file:/b");
	assert_null(probe_trouble(p));
	probe_close(p);
}

static void test_corrupt_tree(void **state)
{
	struct probe *p;

	(void)state;
	assert_null(probe_open_tree(dir));
	assert_int_equal(errno, EBADMSG);
	put("VERSION", "gpsppsctl recording 99\n");
	assert_null(probe_open_tree(dir));
	assert_int_equal(errno, EBADMSG);
	assert_null(probe_open_tree(path_of("nowhere")));
	assert_int_equal(errno, ENOENT);
	put("VERSION", "gpsppsctl recording 1\n");
	mkdir(path_of("0"), 0755);
	put("0/file:@a", "! EWHATEVER\n");
	mkdir(path_of("0/file:@b"), 0755);
	put("0/now", "half past nine\n");
	p = probe_open_tree(dir);
	assert_non_null(p);
	assert_int_equal(probe_get(p, "file:/a", buf, sizeof(buf)), -ENODATA);
	assert_int_equal(probe_get(p, "file:/b", buf, sizeof(buf)), -ENODATA);
	assert_int_equal(probe_now_ns(p), 0);
	put("0/now", "-9223372036854775808\n");
	assert_int_equal(probe_now_ns(p), 0);
	/* the first is told */
	assert_non_null(strstr(probe_trouble(p), "/0/file:@a: this makes no sense"));
	probe_close(p);
}

/* ---- redaction on the way ---- */

static const struct fake_line private_script[] = {
	{ 0, "file:/proc/sys/kernel/hostname", "mybasement", 0 },
	{ 0, "list:/dev/serial/by-id", "usb-FTDI_FT232R_A50285BI-if00-port0", 0 },
	{ 0, "real:/dev/serial/by-id/usb-FTDI_FT232R_A50285BI-if00-port0", "/dev/ttyUSB0", 0 },
	{ 0, "table:/home/alice/gps.conf", "0 ttyS0 # of mybasement", 0 },
	{ 0, NULL, NULL, 0 },
};

static bool holds(const char *word)
{
	char command[256];

	snprintf(command, sizeof(command), "find %s | grep -q %s || grep -rq %s %s", dir, word,
		 word, dir);
	return system(command) == 0;
}

/* What is redacted must be found again when a key is made of it. */
static void test_redacted_names_lead_on(void **state)
{
	struct probe *p = probe_open_record(fake_open(private_script), dir);
	char **names, key[256];

	(void)state;
	assert_non_null(p);
	assert_int_equal(probe_list(p, "/dev/serial/by-id", &names), 1);
	assert_null(strstr(names[0], "A50285BI"));
	assert_int_equal(strlen(names[0]), strlen("usb-FTDI_FT232R_A50285BI-if00-port0"));
	snprintf(key, sizeof(key), "real:/dev/serial/by-id/%s", names[0]);
	probe_free_names(names, 1);
	assert_int_equal(probe_get(p, key, buf, sizeof(buf)), 12);
	probe_get(p, "table:/home/alice/gps.conf", buf, sizeof(buf));
	assert_string_equal(buf, "0 ttyS0 # of hostxxxxxx");
	probe_record_say(p, "run:", "what /dev/serial/by-id/usb-FTDI_FT232R_A50285BI-if00-port0");
	probe_close(p);
	assert_false(holds("A50285BI"));
	assert_false(holds("mybasement"));
	assert_false(holds("alice"));
	assert_true(holds("ttyUSB0"));

	p = probe_open_tree(dir);
	assert_non_null(p);
	assert_int_equal(probe_get(p, key, buf, sizeof(buf)), 12);
	assert_int_equal(probe_get(p, "run:", buf, sizeof(buf)), 58);
	/* how it was called leads to the same port */
	snprintf(key, sizeof(key), "real:%.200s", buf + strlen("what "));
	assert_int_equal(probe_get(p, key, buf, sizeof(buf)), 12);
	probe_close(p);
}

#define TEST(t) cmocka_unit_test_setup_teardown(t, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_names_can_be_read),
		TEST(test_names_are_unambiguous),
		TEST(test_long_keys_stay_apart),
		TEST(test_answers_are_files),
		TEST(test_directory_must_be_empty),
		TEST(test_unwritable_record_is_told_once),
		TEST(test_replay_to_the_letter),
		TEST(test_order_within_an_instant),
		TEST(test_edited_tree_takes_the_newest_before),
		TEST(test_corrupt_tree),
		TEST(test_redacted_names_lead_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
