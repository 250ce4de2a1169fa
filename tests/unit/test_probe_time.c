// SPDX-License-Identifier: GPL-2.0-or-later
/* What the live probe does while time passes: sampling, listening, signals. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#include <cmocka.h>

#include "sys/borrow.h"
#include "sys/probe.h"
#include "sys/signals.h"

#define LONG_MS 60000		/* whatever takes longer does not come */
#define LOOKS 1000

static char buf[PROBE_TAPE_MAX];
static int master, slave;
static char tty[64];		/* "pts/3" */
static struct termios before;
static struct probe *probe;

/* ---- series ---- */

static char root[64];

static void put(const char *file, const char *text)
{
	char path[256];
	FILE *f;

	snprintf(path, sizeof(path), "%s%s", root, file);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static void make_dirs(void)
{
	static const char *const dirs[] = { "/sys", "/sys/class", "/sys/class/pps",
					    "/sys/class/pps/pps0" };
	char path[256];

	strcpy(root, "/tmp/gpsppsctl-time-XXXXXX");
	assert_non_null(mkdtemp(root));
	for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++) {
		snprintf(path, sizeof(path), "%s%s", root, dirs[i]);
		assert_int_equal(mkdir(path, 0755), 0);
	}
}

static void remove_dirs(void)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf %s", root);
	assert_int_equal(system(command), 0);
}

static void test_series(void **state)
{
	long long real, us[3], end;
	int n = 0;

	(void)state;
	make_dirs();
	put("/sys/class/pps/pps0/assert", "1700000000.500000000#1\n");
	put("/sys/class/pps/pps0/clear", "\n");
	probe = probe_open_root(root);
	assert_int_equal(probe_get(probe, "watch:+pps7", buf, sizeof(buf)), -EAGAIN);
	assert_int_equal(probe_get(probe, "watch:pps0", buf, sizeof(buf)), -EINVAL);
	assert_int_equal(probe_get(probe, "watch:+pps0", buf, sizeof(buf)), 0);
	probe_sleep_ms(probe, 120);
	put("/sys/class/pps/pps0/assert", "1700000001.500000000#2\n");
	put("/sys/class/pps/pps0/clear", "1700000001.600000000#1\n");
	probe_sleep_ms(probe, 120);
	assert_true(probe_get(probe, "series:+pps0", buf, sizeof(buf)) > 0);
	assert_int_equal(sscanf(buf, "real %lld\n"
				"%lld assert 1700000000.500000000#1\n"
				"%lld assert 1700000001.500000000#2\n"
				"%lld clear 1700000001.600000000#1\n"
				"%lld end%n", &real, &us[0], &us[1], &us[2], &end, &n), 5);
	assert_int_equal(n, strlen(buf));
	/* in their order, and not before they were there: how much later is the machine's affair */
	assert_true(us[0] < us[1] && us[1] >= 120000 && us[1] <= us[2] && us[2] <= end);
	assert_true(end >= 240000);
	assert_int_equal(probe_get(probe, "series:+pps0", buf, sizeof(buf)), -ENOENT);
	probe_close(probe);
	remove_dirs();
}

/* ---- listening ---- */

static int open_pty(void **state)
{
	(void)state;
	if (openpty(&master, &slave, NULL, NULL, NULL) < 0)
		return -1;
	snprintf(tty, sizeof(tty), "%s", ttyname(slave) + strlen("/dev/"));
	tcgetattr(slave, &before);
	probe = probe_open_live();
	return 0;
}

static int close_pty(void **state)
{
	(void)state;
	close(slave);
	close(master);
	return 0;
}

static int ask(const char *prefix, const char *suffix)
{
	return probe_getf(probe, buf, sizeof(buf), "%s:%s%s", prefix, tty, suffix);
}

/*
 * What was in the port before is skipped.  Each sleep looks at least once, so that
 * the steps are done however late a busy machine lets us look.
 */
static void settle(void)
{
	for (int i = 0; i < 10; i++)
		probe_sleep_ms(probe, BORROW_SKIP_MS);
}

/* Say it, and come back when it (as the tape writes it) was heard. */
static void hear(const char *text, const char *written)
{
	assert_int_equal(write(master, text, strlen(text)), strlen(text));
	for (int i = 0; i < LOOKS; i++) {
		probe_sleep_ms(probe, 20);
		assert_true(ask("heard", "/on") > 0);
		if (strstr(buf, written))
			return;
	}
	fail_msg("\"%s\" was not heard: %s", written, buf);
}

/* A pty hands data on in a thread of the kernel's: a little later. */
static void expect_sent(const char *text)
{
	struct pollfd pfd = { .fd = master, .events = POLLIN };
	char line[64] = "";
	size_t n = 0;

	while (n < strlen(text)) {
		ssize_t got;

		assert_int_equal(poll(&pfd, 1, LONG_MS), 1);
		got = read(master, line + n, sizeof(line) - 1 - n);
		assert_true(got > 0);
		n += (size_t)got;
	}
	assert_string_equal(line, text);
}

static void check_is_as_before(void)
{
	struct termios now;

	tcgetattr(slave, &now);
	assert_int_equal(now.c_lflag, before.c_lflag);
	assert_int_equal(now.c_iflag, before.c_iflag);
	assert_memory_equal(now.c_cc, before.c_cc, sizeof(now.c_cc));
}

static void test_listen(void **state)
{
	unsigned int baud;
	int n = 0;

	(void)state;
	assert_int_equal(write(master, "old\n", 4), 4);
	assert_int_equal(ask("listen", "/free/9600"), 0);
	settle();
	hear("$GP\\\x01", " $GP\\x5c\\x01\n");
	hear("RMC\r\n", " RMC\\x0d\\x0a\n");
	assert_true(ask("heard", "") > 0);
	assert_int_equal(sscanf(buf, "real %*d baud %u\n%*d $GP\\x5c\\x01\n%*d RMC\\x0d\\x0a\n"
				"%*d end%n", &baud, &n), 1);
	assert_int_equal(baud, 9600);
	assert_int_equal(n, strlen(buf));
	check_is_as_before();
	assert_int_equal(ask("heard", ""), -ENOENT);
	probe_close(probe);
}

static void test_listen_at_another_speed(void **state)
{
	(void)state;
	assert_int_equal(ask("listen", "/free/4800"), 0);
	settle();
	hear("rubbish", " rubbish\n");
	assert_int_equal(ask("listen", "/free/38400"), 0);
	settle();
	hear("sense", " sense\n");
	assert_true(ask("heard", "") > 0);
	assert_non_null(strstr(buf, " baud 38400\n"));
	assert_non_null(strstr(buf, " sense\n"));
	assert_null(strstr(buf, "rubbish"));
	probe_close(probe);
}

static void test_ask_a_garmin(void **state)
{
	(void)state;
	assert_int_equal(ask("ask", "/$PGRMCE"), -EAGAIN);
	assert_int_equal(ask("listen", "/free/4800"), 0);
	assert_int_equal(ask("ask", "/$PGRMO,,2"), -EINVAL);
	assert_int_equal(ask("ask", "/$PGRMCEX"), -EINVAL);
	assert_int_equal(ask("ask", "/$PGRMCE"), 0);
	expect_sent("$PGRMCE*0E\r\n");
	/* a pty has no modem lines; one that is not ours is not asked */
	assert_int_equal(ask("tty", "/modem"), -ENOTTY);
	assert_int_equal(probe_get(probe, "tty:ttyS9/modem", buf, sizeof(buf)), -EAGAIN);
	probe_close(probe);
}

static void test_refusals(void **state)
{
	(void)state;
	assert_int_equal(ask("listen", ""), -EINVAL);
	assert_int_equal(ask("listen", "/free/"), -EINVAL);
	assert_int_equal(ask("listen", "/free/12345"), -EINVAL);
	assert_int_equal(probe_get(probe, "listen:ttyX9/free/4800", buf, sizeof(buf)), -ENOENT);
	check_is_as_before();
	probe_close(probe);
}

static void test_port_that_goes_away(void **state)
{
	(void)state;
	assert_int_equal(ask("listen", "/free/4800"), 0);
	settle();
	close(master);
	for (int i = 0; i < LOOKS && ask("heard", "/on") != -ENODEV; i++)
		probe_sleep_ms(probe, 20);
	assert_int_equal(ask("heard", ""), -ENODEV);
	probe_close(probe);
	master = open("/dev/null", O_RDONLY);
}

/* A signal ends the wait, and the end of the probe puts the port back. */
static void test_signal(void **state)
{
	int64_t begin = probe_now_ns(probe);
	pid_t child;

	(void)state;
	assert_int_equal(ask("listen", "/free/4800"), 0);
	signals_catch();
	child = fork();
	if (!child) {
		usleep(100000);
		kill(getppid(), SIGTERM);
		_exit(0);
	}
	probe_sleep_ms(probe, LONG_MS);
	signals_release();
	assert_true(signals_seen());
	assert_true(probe_now_ns(probe) - begin < LONG_MS * INT64_C(1000000));
	waitpid(child, NULL, 0);
	probe_close(probe);
	check_is_as_before();
}

#define WITH_PTY(t) cmocka_unit_test_setup_teardown(t, open_pty, close_pty)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_series),
		WITH_PTY(test_listen),
		WITH_PTY(test_listen_at_another_speed),
		WITH_PTY(test_ask_a_garmin),
		WITH_PTY(test_refusals),
		WITH_PTY(test_port_that_goes_away),
		WITH_PTY(test_signal),	/* last: it stays seen */
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
