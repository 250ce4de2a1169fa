// SPDX-License-Identifier: GPL-2.0-or-later
/* Who holds a node that is gone: a file in /dev/shm, where anybody may make one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hold/hold.h"

static struct hold holder;
static char noted[EVENT_LINE_MAX], said[EVENT_LINE_MAX];
static int n_noted, n_said;

void hold_say(const struct hold *hold, const char *fmt, ...)
{
	va_list ap;

	(void)hold;
	va_start(ap, fmt);
	vsnprintf(said, sizeof(said), fmt, ap);
	va_end(ap);
	n_said++;
}

void events_note(struct hold *hold, const char *what, const char *fmt, ...)
{
	va_list ap;

	(void)hold;
	assert_string_equal(what, "handle");
	va_start(ap, fmt);
	vsnprintf(noted, sizeof(noted), fmt, ap);
	va_end(ap);
	n_noted++;
}

void events_who(pid_t pid, char *buf, size_t size)
{
	snprintf(buf, size, "x[%d]", (int)pid);
}

#include "hold/handles.c"

static char name[24], path[40];

static int make_node(void)
{
	int fd;

	snprintf(name, sizeof(name), "shm/gpspps-%d", (int)getpid());
	snprintf(path, sizeof(path), "/dev/%s", name);
	fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		skip();		/* no /dev/shm here */
	return fd;
}

static void nobody_is_not_told(void **state)
{
	int fd = make_node();

	(void)state;
	handles_tell(&holder, name);		/* it is there still: a live handle */
	unlink(path);
	close(fd);
	handles_tell(&holder, name);
	assert_int_equal(n_noted + n_said, 0);
}

static void who_holds_it_is_told(void **state)
{
	char want[EVENT_LINE_MAX];
	int fd = make_node(), other = dup(fd);

	(void)state;
	unlink(path);
	handles_tell(&holder, name);
	assert_int_equal(n_noted, 1);
	/* once, though it has two handles */
	snprintf(want, sizeof(want), "of %s, which is gone, held by x[%d]: to be restarted", name,
		 (int)getpid());
	assert_string_equal(noted, want);
	snprintf(want, sizeof(want), "%s is gone; restart x[%d]", name, (int)getpid());
	assert_string_equal(said, want);
	/* not that of another device whose name begins or ends like it */
	name[strlen(name) - 1] = '\0';
	n_noted = 0;
	handles_tell(&holder, name);
	handles_tell(&holder, "shm/gpspps-");
	assert_int_equal(n_noted, 0);
	close(fd);
	close(other);
}

static void many_are_cut_short(void **state)
{
	int fd = make_node();
	pid_t children[6];

	(void)state;
	n_noted = n_said = 0;
	for (size_t i = 0; i < 6; i++) {
		children[i] = fork();
		if (!children[i]) {
			pause();
			_exit(0);
		}
	}
	unlink(path);
	handles_tell(&holder, name);
	for (size_t i = 0; i < 6; i++) {
		kill(children[i], SIGKILL);
		waitpid(children[i], NULL, 0);
	}
	close(fd);
	assert_int_equal(n_noted, 1);
	assert_non_null(strstr(noted, " and others: to be restarted"));
	assert_non_null(strstr(said, " and others"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nobody_is_not_told),
		cmocka_unit_test(who_holds_it_is_told),
		cmocka_unit_test(many_are_cut_short),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
