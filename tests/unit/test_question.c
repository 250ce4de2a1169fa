/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A question on a terminal, and all that its user may type. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <pty.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "cmd/question.c"
#include "sys/signals.h"

#define PATIENCE_S 20

static int user;		/* the terminal's other end */

static int sit_down(void **state)
{
	int terminal;

	(void)state;
	alarm(PATIENCE_S);
	if (openpty(&user, &terminal, NULL, NULL, NULL) || dup2(terminal, STDIN_FILENO) < 0)
		return -1;
	close(terminal);
	return 0;
}

static int get_up(void **state)
{
	(void)state;
	close(user);
	return 0;
}

static void type(const char *text)
{
	assert_int_equal(write(user, text, strlen(text)), strlen(text));
}

static bool ask(char answer[8])
{
	return question_read("", answer, 8);
}

static void a_line_is_an_answer(void **state)
{
	char answer[8];

	(void)state;
	type("yes\nno\n\n");
	assert_true(ask(answer));
	assert_string_equal(answer, "yes");
	assert_true(ask(answer));
	assert_string_equal(answer, "no");
	assert_true(ask(answer));
	assert_string_equal(answer, "");
}

static void no_answer_to_the_next_question(void **state)
{
	char answer[8];

	(void)state;
	type("no, by no means yes\nand\n");
	assert_true(ask(answer));
	assert_string_equal(answer, "no, by ");
	assert_true(ask(answer));
	assert_string_equal(answer, "and");
}

static void ctrl_d_is_no_answer(void **state)
{
	char answer[8];

	(void)state;
	type("\4");
	assert_false(ask(answer));
	type("y\4\4");
	assert_false(ask(answer));
}

static void a_terminal_that_goes_away(void **state)
{
	char answer[8];

	(void)state;
	close(user);
	assert_false(ask(answer));
}

/* As when it comes just before we wait for the answer. */
static void ctrl_c_before_the_wait(void **state)
{
	char answer[8];

	(void)state;
	signals_catch();
	raise(SIGINT);
	assert_false(ask(answer));
	signals_release();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_line_is_an_answer, sit_down, get_up),
		cmocka_unit_test_setup_teardown(no_answer_to_the_next_question, sit_down, get_up),
		cmocka_unit_test_setup_teardown(ctrl_d_is_no_answer, sit_down, get_up),
		cmocka_unit_test_setup_teardown(a_terminal_that_goes_away, sit_down, NULL),
		cmocka_unit_test_setup_teardown(ctrl_c_before_the_wait, sit_down, get_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
