// SPDX-License-Identifier: GPL-2.0-or-later
/* The holder's memory: what a line looks like, how many are kept, and what survives. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "hold/events.c"

static char dir[40], path[64];
static struct hold holder;

static int setup(void **state)
{
	(void)state;
	memset(&holder, 0, sizeof(holder));
	strcpy(dir, "/tmp/gpsppsctl-events-XXXXXX");
	assert_non_null(mkdtemp(dir));
	snprintf(holder.h.socket, sizeof(holder.h.socket), "%s/ttyS1.sock", dir);
	snprintf(path, sizeof(path), "%s/ttyS1.events", dir);
	umask(0022);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	unlink(path);
	assert_int_equal(rmdir(dir), 0);	/* nothing else was left there */
	return 0;
}

/* The lines of the file; the newest in `last`. */
static int lines(char *first, char *last)
{
	char line[1024];
	FILE *f = fopen(path, "re");
	int n = 0;

	assert_non_null(f);
	while (fgets(line, sizeof(line), f)) {
		assert_true(strlen(line) <= 200 && line[strlen(line) - 1] == '\n');
		if (!n++)
			strcpy(first, line);
		strcpy(last, line);
	}
	fclose(f);
	return n;
}

static void write_file(const char *text)
{
	FILE *f = fopen(path, "we");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static void a_line_an_event(void **state)
{
	char first[1024], last[1024], *text;
	struct stat st;

	(void)state;
	assert_true(events_open(&holder));
	events_note(&holder, "flags", "0x%x -> 0x%x", 0x840, 0x40);
	events_note(&holder, "back", "again");
	assert_int_equal(lines(first, last), 2);
	assert_true(labs(strtol(first, &text, 10) - (long)time(NULL)) <= 2);
	assert_string_equal(text, " flags 0x840 -> 0x40\n");
	assert_non_null(strstr(last, " back again\n"));
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0644);
}

static void a_long_line_is_cut(void **state)
{
	char first[1024], last[1024], text[600];

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	events_open(&holder);
	events_note(&holder, "lost", "%s", text);
	events_note(&holder, "back", "again");
	assert_int_equal(lines(first, last), 2);
	assert_int_equal(strlen(first), 200);
	assert_non_null(strstr(last, " back again\n"));
}

static void the_newest_are_kept(void **state)
{
	char first[1024], last[1024];

	(void)state;
	events_open(&holder);
	for (int i = 0; i < 120; i++)
		events_note(&holder, "lost", "number %d, and some words more so that blocks do not match", i);
	assert_int_equal(lines(first, last), 120);
	assert_non_null(strstr(first, "number 0,"));
	events_note(&holder, "lost", "number 120, the last");
	assert_int_equal(lines(first, last), 100);
	assert_non_null(strstr(first, "number 21,"));
	assert_non_null(strstr(last, "number 120,"));
	/* and the next holder counts on */
	for (int i = 0; i < 10; i++)
		events_note(&holder, "lost", "again %d", i);
	memset(&holder.events, 0, sizeof(holder.events));
	events_open(&holder);
	for (int i = 10; i < 21; i++)
		events_note(&holder, "lost", "again %d", i);
	assert_int_equal(lines(first, last), 100);
	assert_non_null(strstr(first, "number 42,"));
	assert_non_null(strstr(last, "again 20\n"));
}

static void an_end_without_a_word_is_seen(void **state)
{
	static const struct {
		const char *text;
		bool ended;
	} cases[] = {
		{ "", true },
		{ "1700000000 attached as pps0\n", false },
		{ "1700000000 attached as pps0\n1700000009 detached by request of x[1]\n", true },
		{ "1700000000 attached as pps0\n1700000009 hangup gone\n", true },
		{ "1700000009 detached by request\n1700000010 attached as pps0\n1700000011 lost no\n", false },
		{ "1700000009 lost detached hangup\n", false },
		{ "no event at all\n", false },
		{ "word\n", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		write_file(cases[i].text);
		if (events_open(&holder) != cases[i].ended)
			fail_msg("\"%s\"", cases[i].text);
	}
}

static void without_a_place_nothing_happens(void **state)
{
	(void)state;
	strcpy(holder.h.socket, "/nonexistent/ttyS1.sock");
	assert_true(events_open(&holder));
	for (int i = 0; i < 300; i++)
		events_note(&holder, "lost", "%d", i);
	assert_int_equal(access("/nonexistent", F_OK), -1);
}

/* Nobody may make a root's program write elsewhere. */
static void a_link_in_its_place_is_not_followed(void **state)
{
	char target[80];

	(void)state;
	snprintf(target, sizeof(target), "%s.target", path);
	assert_int_equal(symlink(target, path), 0);
	events_open(&holder);
	events_note(&holder, "lost", "x");
	assert_int_equal(access(target, F_OK), -1);
}

static void a_name_is_one_plain_word(void **state)
{
	char who[48], want[48];
	int status;
	pid_t pid;

	(void)state;
	prctl(PR_SET_NAME, "a b\n\033c");
	events_who(getpid(), who, sizeof(who));
	prctl(PR_SET_NAME, "test_events");
	snprintf(want, sizeof(want), "a?b??c[%d]", (int)getpid());
	assert_string_equal(who, want);
	pid = fork();
	if (!pid)
		_exit(0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	events_who(pid, who, sizeof(who));
	snprintf(want, sizeof(want), "a process that has ended[%d]", (int)pid);
	assert_string_equal(who, want);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_line_an_event),
		TEST(a_long_line_is_cut),
		TEST(the_newest_are_kept),
		TEST(an_end_without_a_word_is_seen),
		TEST(without_a_place_nothing_happens),
		TEST(a_link_in_its_place_is_not_followed),
		TEST(a_name_is_one_plain_word),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
