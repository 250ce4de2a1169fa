// SPDX-License-Identifier: GPL-2.0-or-later
/* diag --fix: what is shown, asked and run; and that each cure of a check is one safe command. */
#include "patient.h"

#include <stdbool.h>
#include <sys/mman.h>
#include <unistd.h>

#include "sys/rearm.h"

static bool has_terminal;
static int rearm_result;
static char rearmed[32];

static int fake_isatty(int fd)
{
	assert_true(fd == STDIN_FILENO || fd == STDERR_FILENO);
	return has_terminal;
}

static int fake_rearm(const char *tty)
{
	snprintf(rearmed, sizeof(rearmed), "%s", tty);
	return rearm_result;
}

#define isatty fake_isatty
#define rearm_port fake_rearm
#include "cmd/diag_fix.c"
#include "cmd/question.c"

static struct finding cause;
static char out_text[4096], err_text[4096];
static bool was_applied;

static int setup(void **state)
{
	(void)state;
	healthy();
	memset(&verdict, 0, sizeof(verdict));
	memset(&cause, 0, sizeof(cause));
	cause.id = "uart.msi-off";
	cause.severity = SEV_FAIL;
	strcpy(cause.headline, "NO PULSE: the interrupt is off");
	verdict.cause = &cause;
	has_terminal = false;
	rearm_result = 0;
	rearmed[0] = '\0';
	return 0;
}

static void read_all(int fd, char *buf)
{
	ssize_t n = pread(fd, buf, 4095, 0);

	buf[n > 0 ? n : 0] = '\0';
	close(fd);
}

/* The exit code, with what was written, and `answer` on stdin. */
static int fix(const char *answer, bool yes)
{
	const int out = memfd_create("out", 0), err = memfd_create("err", 0);
	const int old_out = dup(STDOUT_FILENO), old_err = dup(STDERR_FILENO);
	int in[2], code;

	assert_int_equal(pipe(in), 0);
	assert_int_equal(write(in[1], answer, strlen(answer)), strlen(answer));
	close(in[1]);
	dup2(in[0], STDIN_FILENO);
	close(in[0]);
	fflush(NULL);
	dup2(out, STDOUT_FILENO);
	dup2(err, STDERR_FILENO);
	was_applied = true;
	code = diag_fix(&facts, &verdict, yes, &was_applied);
	fflush(NULL);
	dup2(old_out, STDOUT_FILENO);
	dup2(old_err, STDERR_FILENO);
	close(old_out);
	close(old_err);
	read_all(out, out_text);
	read_all(err, err_text);
	return code;
}

static void command(const char *text)
{
	cause.cure = CURE_COMMAND;
	strcpy(cause.fix, text);
}

static void assert_said(const char *text)
{
	if (!strstr(err_text, text))
		fail_msg("\"%s\" is not in \"%s\"", text, err_text);
}

/* ---- what leads to a cure ---- */

static void a_healthy_port_needs_none(void **state)
{
	(void)state;
	verdict.cause = NULL;
	assert_int_equal(fix("", true), 0);
	assert_false(was_applied);
	assert_string_equal(err_text, "");
}

static void some_have_no_cure(void **state)
{
	(void)state;
	strcpy(cause.fix, "move the antenna");
	assert_int_equal(fix("", true), 1);
	assert_false(was_applied);
	assert_string_equal(err_text,
		"gpsppsctl: /dev/ttyS1: uart.msi-off has no cure that a program could apply\n"
		"gpsppsctl: hint: move the antenna\n");
}

static void nobody_is_asked_without_a_terminal(void **state)
{
	(void)state;
	cause.cure = CURE_REARM;
	assert_int_equal(fix("y\n", false), 2);
	assert_false(was_applied);
	assert_string_equal(rearmed, "");
	assert_said("no terminal to ask on; --yes agrees\n");
	assert_null(strstr(err_text, "apply?"));
}

static void only_a_yes_applies(void **state)
{
	static const struct {
		const char *answer;
		bool applies;
	} cases[] = {
		{ "y\n", true }, { "Y\n", true }, { " yes\n", true },
		{ "n\n", false }, { "\n", false }, { "", false }, { "apply\n", false },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		setup(state);
		cause.cure = CURE_REARM;
		has_terminal = true;
		assert_int_equal(fix(cases[i].answer, false), cases[i].applies ? 0 : 1);
		assert_int_equal(was_applied, cases[i].applies);
		assert_string_equal(rearmed, cases[i].applies ? "ttyS1" : "");
		assert_said("NO PULSE: the interrupt is off (uart.msi-off)\n");
		assert_said("arm the UART's modem-status interrupt again; pps0 stays\napply? [y/N] ");
		assert_int_equal(!strstr(err_text, "nothing was changed"), cases[i].applies);
		/* Ctrl-D ends no line */
		assert_int_equal(!strstr(err_text, "[y/N] \n"), *cases[i].answer != '\0');
	}
}

/* ---- the cures ---- */

static void a_failing_rearm_is_told(void **state)
{
	static const struct {
		int err, code;
		const char *says;
	} cases[] = {
		{ -ENODEV, 2, "cannot turn the interrupt on again: N_PPS is not on the port" },
		{ -EACCES, 2, "hint: run it as root: sudo gpsppsctl diag --fix ttyS1\n" },
		{ -EIO, 3, "cannot turn the interrupt on again: Input/output error" },
	};

	(void)state;
	cause.cure = CURE_REARM;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		rearm_result = cases[i].err;
		assert_int_equal(fix("", true), cases[i].code);
		assert_false(was_applied);
		assert_said(cases[i].says);
	}
}

static void a_command_runs_with_its_comment(void **state)
{
	(void)state;
	command("echo done; exit 0     # or: echo other; exit 3");
	assert_int_equal(fix("", true), 0);
	assert_true(was_applied);
	/* stdout is the verdict's */
	assert_string_equal(out_text, "");
	assert_said("  to do  echo done; exit 0     # or: echo other; exit 3\ndone\n");
}

static void a_failing_command_is_told(void **state)
{
	(void)state;
	command("exit 7");
	assert_int_equal(fix("", true), 2);
	assert_false(was_applied);
	assert_said("/dev/ttyS1: the command failed with exit code 7\n");
	command("kill -9 $$");
	assert_int_equal(fix("", true), 2);
	assert_said("/dev/ttyS1: the command was ended by signal 9\n");
}

/* A command names gpsppsctl, and means the one that has named it. */
static void our_own_directory_is_the_first(void **state)
{
	char dir[1024], want[1100];

	(void)state;
	program_directory(dir, sizeof(dir));
	snprintf(want, sizeof(want), "\n%s:", dir);
	command("echo \"$PATH\"");
	assert_int_equal(fix("", true), 0);
	assert_said(want);
}

static void signals_held_back_are_free_in_the_command(void **state)
{
	sigset_t set;

	(void)state;
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	command("kill $$; exit 0");
	assert_int_equal(fix("", true), 2);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	assert_said("ended by signal 15");
}

/* A recording's names may be anything. */
static void a_strange_name_reaches_no_shell(void **state)
{
	(void)state;
	command("echo run");
	strcpy(facts.port.name, "ttyS1;id");
	assert_int_equal(fix("", true), 1);
	setup(state);
	command("echo run");
	strcpy(facts.pulse.name, "pps0 x");
	assert_int_equal(fix("", true), 1);
	setup(state);
	command("echo run");
	strcpy(facts.port.name, "ttyUSB0");
	assert_int_equal(fix("", true), 0);
}

/* ---- the cures that checks name ---- */

static void not_attached(void)
{
	facts.pulse.name[0] = '\0';
	facts.port.pps = fact_text_from(-ENOENT, "");
	facts.port.ldisc = fact_from(0, LDISC_TTY);
	facts.port.holders.n = 0;
}

static void not_attached_nor_in_the_table(void)
{
	not_attached();
	facts.unit = fact_from(-ENOENT, 0);
	facts.gps.name[0] = facts.gpspps.name[0] = '\0';
}

static void not_attached_without_udev(void)
{
	not_attached();
	facts.kernel.udev = fact_from(0, 0);
}

static void login_prompt(void)
{
	hold(0, 99, "agetty");
}

static void no_gps_link(void)
{
	facts.gps.exists = fact_from(0, 0);
	facts.gps.target = fact_text_from(-ENOENT, "");
}

static void wrong_pps_link_without_udev(void)
{
	facts.kernel.udev = fact_from(0, 0);
	set_text(&facts.gpspps.target, "pps1");
}

static const struct {
	void (*break_it)(void);
	const char *id, *command;
} cures[] = {
	{ not_attached, "ldisc.not-attached",
	  "systemctl restart gpsppsctl@ttyS1.service     # or: gpsppsctl attach --daemon /dev/ttyS1" },
	{ not_attached_nor_in_the_table, "ldisc.not-attached", "gpsppsctl attach --daemon /dev/ttyS1" },
	{ not_attached_without_udev, "ldisc.not-attached", "gpsppsctl attach --daemon /dev/ttyS1" },
	{ login_prompt, "port.getty", "systemctl disable --now serial-getty@ttyS1.service" },
	{ no_gps_link, "link.gps-missing",
	  "udevadm trigger --action=add --subsystem-match=tty --sysname-match=ttyS1 && udevadm settle" },
	{ wrong_pps_link_without_udev, "link.pps-wrong", "ln -sfn pps0 /dev/gpspps0" },
};

static void checks_name_commands(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cures) / sizeof(cures[0]); i++) {
		healthy();
		cures[i].break_it();
		diagnose(&facts, &verdict);
		assert_non_null(verdict.cause);
		assert_string_equal(verdict.cause->id, cures[i].id);
		assert_int_equal(verdict.cause->cure, CURE_COMMAND);
		assert_string_equal(verdict.cause->fix, cures[i].command);
	}
	/* and none where nothing is wrong */
	healthy();
	diagnose(&facts, &verdict);
	for (size_t i = 0; i < verdict.n; i++)
		assert_int_equal(verdict.findings[i].cure, CURE_NONE);
}

#define TEST(name) cmocka_unit_test_setup(name, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_healthy_port_needs_none),
		TEST(some_have_no_cure),
		TEST(nobody_is_asked_without_a_terminal),
		TEST(only_a_yes_applies),
		TEST(a_failing_rearm_is_told),
		TEST(a_command_runs_with_its_comment),
		TEST(a_failing_command_is_told),
		TEST(our_own_directory_is_the_first),
		TEST(signals_held_back_are_free_in_the_command),
		TEST(a_strange_name_reaches_no_shell),
		TEST(checks_name_commands),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
