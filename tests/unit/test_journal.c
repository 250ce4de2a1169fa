// SPDX-License-Identifier: GPL-2.0-or-later
/* The journal's file, and the exchange of a file's text. */
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
#include <sys/stat.h>
#include <unistd.h>

#include "sys/journal.h"
#include "sys/replace.h"

static char dir[64], state_dir[80];

static int setup(void **state)
{
	(void)state;
	strcpy(dir, "/tmp/test_journal.XXXXXX");
	if (!mkdtemp(dir))
		return -1;
	snprintf(state_dir, sizeof(state_dir), "%s/state", dir);
	return 0;
}

static int teardown(void **state)
{
	char command[128];

	(void)state;
	snprintf(command, sizeof(command), "rm -r %s", dir);
	return system(command);
}

static char *in_state(const char *name)
{
	static char path[160];

	snprintf(path, sizeof(path), "%s/%s", state_dir, name);
	return path;
}

static void expect_text(struct journal *j, const char *text)
{
	char buf[100] = "";
	ssize_t n = journal_read(j, buf, sizeof(buf) - 1);

	assert_int_equal(n, strlen(text));
	assert_memory_equal(buf, text, strlen(text));
}

static void it_survives_its_writer(void **state)
{
	struct journal j;

	(void)state;
	assert_int_equal(journal_open_found(&j, state_dir, "ttyS0"), -ENOENT);
	assert_int_equal(journal_open(&j, state_dir, "ttyS0"), 0);
	assert_false(j.has_text);
	expect_text(&j, "");
	assert_int_equal(journal_write(&j, "first\n", 6), 0);
	assert_int_equal(journal_write(&j, "two\n", 4), 0);
	expect_text(&j, "two\n");
	journal_close(&j);

	assert_int_equal(journal_open_found(&j, state_dir, "ttyS0"), 0);
	assert_true(j.has_text);
	expect_text(&j, "two\n");
	assert_int_equal(journal_clear(&j), 0);
	expect_text(&j, "");
	journal_close(&j);
	assert_int_equal(access(in_state("receiver-ttyS0"), F_OK), -1);
	journal_close(&j);	/* once is enough, twice does no harm */
}

static void one_at_a_time(void **state)
{
	struct journal one, two, other;

	(void)state;
	assert_int_equal(journal_open(&one, state_dir, "ttyS0"), 0);
	assert_int_equal(journal_open(&two, state_dir, "ttyS0"), -EWOULDBLOCK);
	assert_int_equal(journal_open(&other, state_dir, "pts/3"), 0);
	assert_int_equal(access(in_state("receiver-pts-3"), F_OK), 0);
	journal_close(&other);
	journal_close(&one);
	assert_int_equal(journal_open(&two, state_dir, "ttyS0"), 0);
	journal_close(&two);
}

static void what_is_not_understood_is_kept(void **state)
{
	struct journal j, two;

	(void)state;
	assert_int_equal(journal_open(&j, state_dir, "ttyS0"), 0);
	assert_int_equal(journal_write(&j, "\xff\xfe", 2), 0);
	assert_int_equal(journal_set_aside(&j), 0);
	assert_false(j.has_text);
	assert_int_equal(access(in_state("receiver-ttyS0.bad"), F_OK), 0);
	/* the new one is locked like the old one */
	assert_int_equal(journal_open(&two, state_dir, "ttyS0"), -EWOULDBLOCK);
	assert_int_equal(journal_write(&j, "x", 1), 0);
	expect_text(&j, "x");
	journal_close(&j);
	assert_int_equal(access(in_state("receiver-ttyS0"), F_OK), 0);
}

static void too_long_or_no_place(void **state)
{
	struct journal j;
	char buf[4];

	(void)state;
	assert_int_equal(journal_open(&j, "/proc/no-such/place", "ttyS0"), -ENOENT);
	assert_int_equal(journal_open(&j, "/dev/null", "ttyS0"), -ENOTDIR);
	assert_int_equal(journal_open(&j, state_dir, "ttyS0"), 0);
	assert_int_equal(journal_write(&j, "1234", 4), 0);
	assert_int_equal(journal_read(&j, buf, sizeof(buf)), -EFBIG);
	journal_close(&j);
	/* neither a link nor anything but a file is taken for a journal */
	assert_int_equal(symlink("/etc/passwd", in_state("receiver-ttyS1")), 0);
	assert_int_equal(journal_open(&j, state_dir, "ttyS1"), -ELOOP);
	assert_int_equal(mkfifo(in_state("receiver-ttyS2"), 0600), 0);
	assert_int_equal(journal_open(&j, state_dir, "ttyS2"), -EINVAL);
}

static void a_full_disk_leaves_it_empty(void **state)
{
	struct journal j;

	(void)state;
	assert_int_equal(journal_open(&j, state_dir, "ttyS0"), 0);
	close(j.fd);
	j.fd = open("/dev/full", O_RDWR);
	assert_true(journal_write(&j, "x", 1) < 0);
	assert_false(j.has_text);
	journal_close(&j);
	assert_int_equal(access(in_state("receiver-ttyS0"), F_OK), -1);
}

static void expect_file(const char *path, const char *text, mode_t mode)
{
	char buf[64] = "";
	struct stat st;
	FILE *f = fopen(path, "r");

	assert_non_null(f);
	assert_int_equal(fread(buf, 1, sizeof(buf) - 1, f), strlen(text));
	assert_string_equal(buf, text);
	assert_int_equal(fstat(fileno(f), &st), 0);
	assert_int_equal(st.st_mode & 07777, mode);
	fclose(f);
}

static void a_text_is_exchanged(void **state)
{
	char path[160], link[160];
	struct stat st;

	(void)state;
	snprintf(path, sizeof(path), "%s/table", dir);
	snprintf(link, sizeof(link), "%s/link", dir);
	assert_int_equal(replace_file(path, "one", 3), 0);
	expect_file(path, "one", 0644);
	assert_int_equal(chmod(path, 0640), 0);
	assert_int_equal(symlink("table", link), 0);
	assert_int_equal(replace_file(link, "longer", 6), 0);
	expect_file(path, "longer", 0640);
	assert_int_equal(lstat(link, &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	/* never a file in the place of a device */
	assert_int_equal(replace_file("/dev/null", "x", 1), 0);
	assert_int_equal(stat("/dev/null", &st), 0);
	assert_true(S_ISCHR(st.st_mode));
	snprintf(link, sizeof(link), "%s/no/table", dir);
	assert_int_equal(replace_file(link, "x", 1), -ENOENT);
	expect_file(path, "longer", 0640);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(it_survives_its_writer),
		TEST(one_at_a_time),
		TEST(what_is_not_understood_is_kept),
		TEST(too_long_or_no_place),
		TEST(a_full_disk_leaves_it_empty),
		TEST(a_text_is_exchanged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
