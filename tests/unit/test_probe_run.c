// SPDX-License-Identifier: GPL-2.0-or-later
/* Programs that are run for what they print. */
#include <limits.h>
#include <signal.h>
#include <time.h>

#include "tree.h"
#include "sys/probe_run.h"

static char buf[65536];

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

static void put_program(const char *name, const char *text, mode_t mode)
{
	char path[64], full[160];

	snprintf(path, sizeof(path), "/bin/%s", name);
	put_file(path, text);
	snprintf(full, sizeof(full), "%s%s", root, path);
	assert_int_equal(chmod(full, mode), 0);
}

static int run_with(const char *name, struct run r, size_t size)
{
	const char *argv[] = { name, "-x", "a b", NULL };
	char dirs[256];

	snprintf(dirs, sizeof(dirs), "%s/none:%s/bin", root, root);
	r.argv = argv;
	r.dirs = dirs;
	return run_program(&r, buf, size);
}

static int run_plain(const char *name)
{
	return run_with(name, (struct run){ .timeout_ms = 30000 }, sizeof(buf));
}

static void what_it_prints(void **state)
{
	(void)state;
	put_program("says", "#!/bin/sh\necho \"$#:$1:$2\"\necho no >&2\n", 0755);
	assert_int_equal(run_plain("says"), 9);
	assert_string_equal(buf, "2:-x:a b\n");
}

static void errors_stand_behind(void **state)
{
	(void)state;
	put_program("errs", "#!/bin/sh\necho first >&2\nprintf second\nexit 1\n", 0755);
	assert_int_equal(run_with("errs", (struct run){ .timeout_ms = 30000, .errors = true },
				  sizeof(buf)), 13);
	assert_string_equal(buf, "second\nfirst\n");
}

static void nothing_of_our_environment(void **state)
{
	(void)state;
	setenv("LC_ALL", "de_DE.UTF-8", 1);
	setenv("PYTHONPATH", "/tmp", 1);
	setenv("LD_PRELOAD", "", 1);
	put_program("envs", "#!/bin/sh\necho \"$LC_ALL,$PYTHONPATH,$PATH\"; pwd; read x || echo end\n",
		    0755);
	assert_true(run_plain("envs") > 0);
	assert_string_equal(buf, "C,,/usr/bin:/usr/sbin:/bin:/sbin\n/\nend\n");
}

static void how_it_can_fail(void **state)
{
	(void)state;
	put_program("fails", "#!/bin/sh\nexit 1\n", 0755);
	put_program("open", "#!/bin/sh\necho no\n", 0757);
	put_program("group", "#!/bin/sh\necho no\n", 0775);
	put_program("plain", "no program\n", 0644);
	put_program("quiet", "#!/bin/sh\n", 0755);
	put_dir("/bin/dir");
	assert_int_equal(run_plain("missing"), -ENOENT);
	assert_int_equal(run_plain("dir"), -ENOENT);
	assert_int_equal(run_plain("plain"), -ENOENT);
	assert_int_equal(run_plain("open"), -EPERM);
	assert_int_equal(run_plain("group"), -EPERM);
	assert_int_equal(run_plain("fails"), -EIO);
	assert_string_equal(buf, "");
	assert_int_equal(run_plain("quiet"), 0);
}

/* As root only root's own. */
static void somebody_elses_program(void **state)
{
	char path[128];

	(void)state;
	if (geteuid())
		skip();
	put_program("his", "#!/bin/sh\necho no\n", 0755);
	snprintf(path, sizeof(path), "%s/bin/his", root);
	assert_int_equal(chown(path, 12345, 0), 0);
	assert_int_equal(run_plain("his"), -EPERM);
}

static double seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/* Its children end with it: one of them has the pipe still open. */
static void a_slow_one_is_killed(void **state)
{
	const double begin = seconds();
	long pid;

	(void)state;
	put_program("slow", "#!/bin/sh\nsleep 600 &\necho $!\nwait\n", 0755);
	assert_true(run_with("slow", (struct run){ .timeout_ms = 1500 }, sizeof(buf)) > 0);
	pid = strtol(buf, NULL, 10);
	assert_true(pid > 1);
	for (int i = 0; i < 1000 && kill((pid_t)pid, 0) == 0; i++) {
		char stat[64], text[256] = "";
		FILE *f;

		/* a zombie whose parent, process 1, does not reap is dead enough */
		snprintf(stat, sizeof(stat), "/proc/%ld/stat", pid);
		f = fopen(stat, "r");
		if (f && fgets(text, sizeof(text), f) && strstr(text, ") Z "))
			i = 1000;
		if (f)
			fclose(f);
		usleep(10000);
	}
	put_program("mute", "#!/bin/sh\nexec sleep 600\n", 0755);
	assert_int_equal(run_with("mute", (struct run){ .timeout_ms = 200 }, sizeof(buf)), -ETIMEDOUT);
	/* it closes what it prints to, and goes on */
	put_program("closed", "#!/bin/sh\nexec sleep 600 >/dev/null 2>&1\n", 0755);
	assert_int_equal(run_with("closed", (struct run){ .timeout_ms = 200 }, sizeof(buf)),
			 -ETIMEDOUT);
	assert_true(seconds() - begin < 300);
}

static void a_flood_is_cut(void **state)
{
	const double begin = seconds();

	(void)state;
	put_program("flood", "#!/bin/sh\nexec yes 0123456789\n", 0755);
	assert_int_equal(run_with("flood", (struct run){ .timeout_ms = 200000 }, 4096), 4095);
	assert_memory_equal(buf, "0123456789\n0123", 15);
	assert_true(seconds() - begin < 150);
	assert_int_equal(buf[4095], '\0');
}

/* Of a log the end counts, and a line is whole. */
static void the_newest_is_kept(void **state)
{
	static const struct run newest = { .timeout_ms = 60000, .newest = true };
	int n;

	(void)state;
	put_program("log", "#!/bin/sh\nseq 10000 29999\n", 0755);
	n = run_with("log", newest, 4096);
	assert_true(n > 1000 && n < 4096);
	assert_string_equal(buf + n - 12, "29998\n29999\n");
	assert_int_equal(n % 6, 0);
	assert_int_equal(strlen(buf), n);
	/* a line without an end */
	put_program("long", "#!/bin/sh\nhead -c 20000 /dev/zero\n", 0755);
	n = run_with("long", newest, 4096);
	assert_true(n > 0 && n < 4096);
	assert_int_equal(strlen(buf), n);
	assert_int_equal(buf[0], '?');
}

/* Only questions that change nothing. */
static void chronyc_is_asked_nothing_else(void **state)
{
	(void)state;
	assert_int_equal(probe_run_chronyc("makestep", buf, sizeof(buf)), -EINVAL);
	assert_int_equal(probe_run_chronyc("", buf, sizeof(buf)), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_it_prints, set_up, tear_down),
		cmocka_unit_test_setup_teardown(errors_stand_behind, set_up, tear_down),
		cmocka_unit_test_setup_teardown(nothing_of_our_environment, set_up, tear_down),
		cmocka_unit_test_setup_teardown(how_it_can_fail, set_up, tear_down),
		cmocka_unit_test_setup_teardown(somebody_elses_program, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_slow_one_is_killed, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_flood_is_cut, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_newest_is_kept, set_up, tear_down),
		cmocka_unit_test(chronyc_is_asked_nothing_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
