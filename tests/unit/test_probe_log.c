// SPDX-License-Identifier: GPL-2.0-or-later
/* Lines of this boot, from the files of a machine without a journal. */
#include "tree.h"
#include "sys/probe.h"

static char buf[8192];
static struct probe *probe;

static int set_up(void **state)
{
	(void)state;
	begin_tree();
	put_dir("/var/log");
	probe = probe_open_root(root);
	return probe ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	probe_close(probe);
	return remove_tree();
}

static int get(const char *key)
{
	return probe_get(probe, key, buf, sizeof(buf));
}

#define BOOT(version) "Nov 21 03:00:01 box kernel: [    0.000000] Linux version " version " (gcc)\n"

static void this_boot_alone(void **state)
{
	(void)state;
	put_file("/var/log/syslog",
		 "Nov 20 01:00:00 box ntpd[700]: of a boot before\n"
		 BOOT("6.1.0")
		 "Nov 21 03:00:02 box ntpd[731]: first\n"
		 "Nov 21 03:00:03 box chronyd[800]: not asked for\n"
		 "Nov 21 03:00:04 box sshd[2]: Linux version ntpd[1]: I am none\n"
		 "Nov 21 03:00:05 box ntpd[731]: second\n");
	assert_true(get("log:ntpd") > 0);
	assert_string_equal(buf, "Nov 21 03:00:02 box ntpd[731]: first\n"
				 "Nov 21 03:00:04 box sshd[2]: Linux version ntpd[1]: I am none\n"
				 "Nov 21 03:00:05 box ntpd[731]: second\n");
	assert_true(get("log:kernel") > 0);
	assert_string_equal(buf, BOOT("6.1.0"));
	assert_int_equal(get("log:gpsd"), 0);
	assert_string_equal(buf, "");
}

static void the_file_that_has_them(void **state)
{
	(void)state;
	put_file("/var/log/messages", "Nov 21 03:00:02 box kernel: [ 1.0] x\n");
	put_file("/var/log/daemon.log", "Nov 21 03:00:02 box gpsd[5]: here\n");
	assert_true(get("log:gpsd") > 0);
	assert_string_equal(buf, "Nov 21 03:00:02 box gpsd[5]: here\n");
}

static void no_log_at_all(void **state)
{
	(void)state;
	assert_int_equal(get("log:ntpd"), -ENOENT);
	assert_int_equal(get("log:sshd"), -EINVAL);
	assert_int_equal(get("log:"), -EINVAL);
}

static void not_for_us(void **state)
{
	char path[128];

	(void)state;
	if (!geteuid())
		skip();
	put_file("/var/log/syslog", "Nov 21 03:00:02 box ntpd[731]: first\n");
	snprintf(path, sizeof(path), "%s/var/log/syslog", root);
	assert_int_equal(chmod(path, 0), 0);
	assert_int_equal(get("log:ntpd"), -EACCES);
}

/* Of more than fits the newest lines, whole. */
static void the_newest(void **state)
{
	static char text[400000];
	size_t n = 0;

	(void)state;
	for (int i = 10000; i < 19000; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "Nov 21 03:00 box ntpd[7]: %d\n", i);
	put_file("/var/log/syslog", text);
	assert_true(get("log:ntpd") > (int)sizeof(buf) - 64);
	assert_memory_equal(buf, "Nov 21 03:00 box ntpd[7]: 1", 27);
	assert_non_null(strstr(buf, " 18999\n"));
	assert_string_equal(strstr(buf, " 18999\n"), " 18999\n");
}

static void put_bytes(const char *path, const char *bytes, size_t n)
{
	char full[512];
	FILE *f;

	put_file(path, "");
	snprintf(full, sizeof(full), "%s%s", root, path);
	f = fopen(full, "w");
	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, n, f), n);
	fclose(f);
}

static void the_end_of_a_file(void **state)
{
	(void)state;
	put_file("/var/log/ntp.log", "one\ntwo\nthree\n");
	assert_int_equal(get("tail:/var/log/ntp.log"), 14);
	assert_string_equal(buf, "one\ntwo\nthree\n");
	assert_int_equal(probe_get(probe, "tail:/var/log/ntp.log", buf, 10), 6);
	assert_string_equal(buf, "three\n");
	assert_int_equal(probe_get(probe, "tail:/var/log/ntp.log", buf, 4), 0);
	assert_int_equal(get("tail:/var/log"), -EISDIR);
	assert_int_equal(get("tail:/var/log/none"), -ENOENT);
	/* behind a crash */
	put_bytes("/var/log/torn", "one\n\0\0\0two\n", 11);
	assert_int_equal(get("tail:/var/log/torn"), 11);
	assert_string_equal(buf, "one\n???two\n");
	put_file("/var/log/empty", "");
	assert_int_equal(get("tail:/var/log/empty"), 0);
}

/* A copied tree has no daemons to ask. */
static void nobody_to_ask(void **state)
{
	(void)state;
	assert_int_equal(get("ntpq:"), -ENOENT);
	assert_int_equal(get("chronyc:sources"), -ENOENT);
	assert_int_equal(get("gpsd:devices"), -ENOENT);
	assert_int_equal(get("gpsd:watch"), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(this_boot_alone, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_file_that_has_them, set_up, tear_down),
		cmocka_unit_test_setup_teardown(no_log_at_all, set_up, tear_down),
		cmocka_unit_test_setup_teardown(not_for_us, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_newest, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_end_of_a_file, set_up, tear_down),
		cmocka_unit_test_setup_teardown(nobody_to_ask, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
