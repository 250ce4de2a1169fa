/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Logs that are read: whole ones, cut ones, and files that are none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "source/log.h"

#define EDGE1 "1795237317.100177999 pps0 assert 412 kernel -\n"
#define EDGE2 "1795237317.100187999 ttyS0:cts assert - user -\n"
#define EDGE3 "1795237317.200177999 pps0 clear 411 kernel -\n"
#define EDGE4 "1795237318.100187999 ttyS0:cts assert - poll 250\n"

static struct log l;
static char path[32];
static FILE *file;

static int setup(void **state)
{
	int fd;

	(void)state;
	strcpy(path, "/tmp/gpsppsctl-XXXXXX");
	fd = mkstemp(path);
	file = fd < 0 ? NULL : fdopen(fd, "w");
	return file ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	if (file)
		fclose(file);
	log_close(&l);
	return unlink(path);
}

static void end_file(void)
{
	assert_int_equal(fclose(file), 0);
	file = NULL;
}

/* The sources and times of all edges, a word each. */
static char told[1024];

static void add_all(void)
{
	struct word source;
	struct edge e;

	while (log_next(&l, &e, &source)) {
		const size_t len = strlen(told);

		snprintf(told + len, sizeof(told) - len, "%.*s@%lld ", (int)source.len, source.s,
			 (long long)(e.time_ns - 1795237317 * NS_PER_S));
	}
}

static void read_all(const char *from)
{
	told[0] = '\0';
	assert_int_equal(log_open(&l, from), 0);
	while (log_fill(&l))
		add_all();
	assert_int_equal(l.fd, -1);
}

static void expect(const char *text, uint64_t edges, uint64_t bad, bool cut)
{
	assert_string_equal(told, text);
	assert_int_equal(l.edges, edges);
	assert_int_equal(l.bad, bad);
	assert_int_equal(l.cut, cut);
	assert_int_equal(l.err, 0);
}

static void all_sources_in_their_order(void **state)
{
	struct word source;
	struct edge e;

	(void)state;
	fputs("# gpsppsctl watch 1\n" EDGE1 EDGE2 "\n" EDGE3 EDGE4, file);
	end_file();
	read_all(path);
	expect("pps0@100177999 ttyS0:cts@100187999 pps0@200177999 ttyS0:cts@1100187999 ",
	       4, 0, false);
	assert_int_equal(log_open(&l, path), 0);
	assert_true(log_fill(&l));
	assert_true(log_next(&l, &e, &source));
	assert_true(word_is(source, "pps0"));
	assert_int_equal(e.which, EDGE_ASSERT);
	assert_int_equal(e.seq, 412);
	assert_int_equal(e.by, STAMP_KERNEL);
	assert_int_equal(e.late_ns, -1);
	for (int i = 0; i < 3; i++)
		assert_true(log_next(&l, &e, &source));
	assert_int_equal(e.by, STAMP_POLL);
	assert_int_equal(e.late_ns, 250);
	assert_int_equal(fcntl(l.fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
}

static void cut_by_a_crash(void **state)
{
	(void)state;
	fputs(EDGE1 "1795237318.1001", file);
	end_file();
	read_all(path);
	expect("pps0@100177999 ", 1, 0, true);
}

/* A piece ends anywhere; what the line before it was is not lost. */
static void a_pipe_in_pieces(void **state)
{
	static const char text[] = EDGE1 EDGE2 "what is this\n" EDGE3;
	int fds[2], was = dup(STDIN_FILENO);

	(void)state;
	assert_int_equal(pipe(fds), 0);
	assert_int_equal(dup2(fds[0], STDIN_FILENO), STDIN_FILENO);
	close(fds[0]);
	told[0] = '\0';
	assert_int_equal(log_open(&l, "-"), 0);
	for (size_t i = 0; i < sizeof(text) - 1; i++) {
		assert_int_equal(write(fds[1], text + i, 1), 1);
		assert_true(log_fill(&l));
		add_all();
	}
	close(fds[1]);
	assert_false(log_fill(&l));
	expect("pps0@100177999 ttyS0:cts@100187999 pps0@200177999 ", 3, 1, false);
	dup2(was, STDIN_FILENO);
	close(was);
}

/* What was good is taken, also behind a line that is too long. */
static void a_line_without_end(void **state)
{
	char *zeros = calloc(1, 4 << 20);

	(void)state;
	assert_non_null(zeros);
	fputs(EDGE1, file);
	fwrite(zeros, 1, 4 << 20, file);
	free(zeros);
	/* what ends that line would be good if it stood alone */
	fputs(EDGE3 EDGE4, file);
	end_file();
	read_all(path);
	expect("pps0@100177999 ttyS0:cts@1100187999 ", 2, 1, false);
}

/* That it is cut is not worth saying of a line that is none. */
static void a_line_too_long_at_the_end(void **state)
{
	(void)state;
	fputs(EDGE1, file);
	for (int i = 0; i < 100000; i++)
		fputc('x', file);
	end_file();
	read_all(path);
	expect("pps0@100177999 ", 1, 1, false);
}

/* A sparse terabyte: it is given up, and soon. */
static void zeros_without_end(void **state)
{
	(void)state;
	assert_int_equal(ftruncate(fileno(file), (off_t)1 << 40), 0);
	end_file();
	read_all(path);
	expect("", 0, 1, false);
	assert_in_range(l.bytes, 1 << 20, 2 << 20);
}

static void what_cannot_be_read(void **state)
{
	(void)state;
	assert_int_equal(log_open(&l, "/tmp/no-such-log"), -ENOENT);
	log_close(&l);
	assert_int_equal(log_open(&l, "/tmp"), -EISDIR);
	log_close(&l);
	assert_int_equal(l.fd, -1);
	end_file();
	read_all(path);
	expect("", 0, 0, false);
	assert_int_equal(l.bytes, 0);
	/* it can be opened, and its first page cannot be read */
	assert_int_equal(log_open(&l, "/proc/self/mem"), 0);
	assert_false(log_fill(&l));
	assert_int_equal(l.err, -EIO);
	assert_int_equal(l.fd, -1);
}

#define WITH_FILE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_FILE(all_sources_in_their_order),
		WITH_FILE(cut_by_a_crash),
		WITH_FILE(a_pipe_in_pieces),
		WITH_FILE(a_line_without_end),
		WITH_FILE(a_line_too_long_at_the_end),
		WITH_FILE(zeros_without_end),
		WITH_FILE(what_cannot_be_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
