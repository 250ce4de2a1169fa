// SPDX-License-Identifier: GPL-2.0-or-later
/* What watch writes down, on real files: whole lines whatever has happened before. */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>
#include <cmocka.h>

#include "cmd/watch_log.c"

#define LINE1 "1795237317.000000250 pps0 assert 412 kernel -\n"
#define LINE2 "1795237318.000000250 pps0 assert 413 kernel -\n"

static int64_t now_ns;
static struct watch_options options;
static struct watch w;
static struct watch_source source;
static struct watch_source *sources[] = { &source };
static char path[64];

int64_t watch_now_ns(void)
{
	return now_ns;
}

/* 2026-01-02 00:01:04.5 UTC: MJD 61042, as 2000-01-01 is 51544 and 26 years have 7 leap days */
int64_t watch_real_ns(void)
{
	return INT64_C(1767312064500000000);
}

static int setup(void **state)
{
	(void)state;
	strcpy(path, "/tmp/gpsppsctl-watch.XXXXXX");
	close(mkstemp(path));
	memset(&w, 0, sizeof(w));
	memset(&source, 0, sizeof(source));
	memset(&options, 0, sizeof(options));
	strcpy(source.chosen.wish.name, "pps0");
	w.o = &options;
	w.v = sources;
	w.n = 1;
	w.log.fd = w.clockstats.fd = -1;
	now_ns = 0;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	unlink(path);
	return 0;
}

static void put(const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static void expect(const char *text)
{
	char got[1024];
	FILE *f = fopen(path, "r");

	assert_non_null(f);
	got[fread(got, 1, sizeof(got) - 1, f)] = '\0';
	fclose(f);
	assert_string_equal(got, text);
}

/* The i-th pulse. */
static void edge(int i)
{
	const struct edge e = {
		.time_ns = (1795237317 + i) * NS_PER_S + 250, .late_ns = -1,
		.seq = 412 + (uint32_t)i, .which = EDGE_ASSERT, .by = STAMP_KERNEL,
	};

	watch_log_edge(&w, &source, &e);
}

static void begin_log(void)
{
	options.log = path;
	assert_int_equal(watch_files_open(&w), 0);
}

static void test_lines(void **state)
{
	(void)state;
	begin_log();
	edge(0);
	edge(1);
	expect(WATCHLOG_FIRST LINE1 LINE2);
	assert_int_equal(watch_files_close(&w, EXIT_NO), EXIT_NO);
	/* a second run goes on behind it */
	begin_log();
	edge(1);
	assert_int_equal(watch_files_close(&w, EXIT_DONE), EXIT_DONE);
	expect(WATCHLOG_FIRST LINE1 LINE2 WATCHLOG_FIRST LINE2);
}

static void test_torn_by_a_crash(void **state)
{
	(void)state;
	put(WATCHLOG_FIRST "1795237300.0000");
	begin_log();
	edge(0);
	watch_files_close(&w, EXIT_DONE);
	expect(WATCHLOG_FIRST "1795237300.0000\n" WATCHLOG_FIRST LINE1);
}

/* So much room that the second line is cut: it is ended, when there is room again. */
static void test_full_disk(void **state)
{
	struct rlimit was, limit;

	(void)state;
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &was);
	limit = was;
	limit.rlim_cur = strlen(WATCHLOG_FIRST LINE1) + 10;
	begin_log();
	setrlimit(RLIMIT_FSIZE, &limit);
	edge(0);
	edge(1);
	edge(1);
	setrlimit(RLIMIT_FSIZE, &was);
	expect(WATCHLOG_FIRST LINE1 "1795237318");
	edge(1);
	assert_int_equal(w.log.lost, 2);
	assert_int_equal(watch_files_close(&w, EXIT_DONE), EXIT_TROUBLE);
	expect(WATCHLOG_FIRST LINE1 "1795237318\n" LINE2);
}

static void test_no_such_place(void **state)
{
	(void)state;
	options.log = "/nonexistent/x";
	assert_int_equal(watch_files_open(&w), EXIT_TROUBLE);
}

static void test_clockstats(void **state)
{
	(void)state;
	options.clockstats = path;
	assert_int_equal(watch_files_open(&w), 0);
	/* nothing has come yet: no line */
	now_ns = 64 * NS_PER_S;
	watch_files_tick(&w, now_ns);
	expect("");
	source.begun = true;
	source.chosen.unit = 3;
	source.seq = 500;
	source.filter.fates[PULSE_USED] = 60;
	source.filter.missed = 4;
	watch_files_tick(&w, now_ns + 63 * NS_PER_S);
	expect("");
	watch_files_tick(&w, now_ns + 64 * NS_PER_S);
	expect("61042 64.500 PPS(3) 500 60 0 0 4\n");
	/* what came since, at the end */
	source.seq = 510;
	source.filter.fates[PULSE_USED] = 69;
	assert_int_equal(watch_files_close(&w, EXIT_DONE), EXIT_DONE);
	expect("61042 64.500 PPS(3) 500 60 0 0 4\n61042 64.500 PPS(3) 510 9 0 0 0\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_lines, setup, teardown),
		cmocka_unit_test_setup_teardown(test_torn_by_a_crash, setup, teardown),
		cmocka_unit_test_setup_teardown(test_full_disk, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_such_place, setup, teardown),
		cmocka_unit_test_setup_teardown(test_clockstats, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
