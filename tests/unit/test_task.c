// SPDX-License-Identifier: GPL-2.0-or-later
/* Programs beside the holder: what becomes of them, whatever they do, and what is told of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "hold/hold.h"

#define WAIT_MS 10000

static struct hold holder;
static char dir[40], program[64], systemctl[64], seen[64];
static char noted[8][EVENT_LINE_MAX], said[8][EVENT_LINE_MAX];
static int n_noted, n_said;
static int64_t later_ns;	/* than it is */
static bool is_booted;

/* ---- what a task calls ---- */

int64_t hold_now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_BOOTTIME, &t);
	return t.tv_sec * NS_PER_S + t.tv_nsec + later_ns;
}

void hold_say(const struct hold *hold, const char *fmt, ...)
{
	va_list ap;

	(void)hold;
	assert_true(n_said < 8);
	va_start(ap, fmt);
	vsnprintf(said[n_said++], EVENT_LINE_MAX, fmt, ap);
	va_end(ap);
}

void events_note(struct hold *hold, const char *what, const char *fmt, ...)
{
	va_list ap;
	int n;

	(void)hold;
	assert_true(n_noted < 8);
	n = snprintf(noted[n_noted], EVENT_LINE_MAX, "%s ", what);
	va_start(ap, fmt);
	vsnprintf(noted[n_noted++] + n, EVENT_LINE_MAX - (size_t)n, fmt, ap);
	va_end(ap);
}

static bool fake_is_booted(void)
{
	return is_booted;
}

__attribute__((noreturn))
static void fake_become(const char *verb, const char *units)
{
	execl(systemctl, "systemctl", verb, units, (char *)NULL);
	_exit(127);
}

#define systemd_is_booted fake_is_booted
#define systemd_become fake_become
#include "hold/task.c"

/* ---- programs, and the holder's loop ---- */

static void write_script(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755);

	assert_true(fd >= 0);
	assert_true(dprintf(fd, "#!/bin/sh\n%s\n", text) > 0);
	close(fd);
}

static int setup(void **state)
{
	(void)state;
	memset(&holder, 0, sizeof(holder));
	n_noted = n_said = 0;
	later_ns = 0;
	is_booted = true;
	strcpy(dir, "/tmp/gpsppsctl-task-XXXXXX");
	assert_non_null(mkdtemp(dir));
	snprintf(program, sizeof(program), "%s/gpsppsctl", dir);
	snprintf(systemctl, sizeof(systemctl), "%s/systemctl", dir);
	snprintf(seen, sizeof(seen), "%s/seen", dir);
	strcpy(holder.h.tty, "ttyS1");
	holder.program = program;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	unlink(program);
	unlink(systemctl);
	unlink(seen);
	assert_int_equal(rmdir(dir), 0);
	/* no child of ours is left, running or dead */
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	return 0;
}

/* As the holder does it, until nothing is left to do. */
static void run_tasks(void)
{
	for (int ms = 0; holder.tasks.n; ms += 5) {
		assert_true(ms < WAIT_MS);
		if (task_timeout_ms(&holder) == 0)
			task_step(&holder);
		task_reap(&holder);
		usleep(5000);
	}
	assert_int_equal(task_timeout_ms(&holder), WAIT_FOR_EVER);
}

static void read_seen(char *text, size_t size)
{
	int fd = open(seen, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, text, size - 1);

	text[n > 0 ? n : 0] = '\0';
	if (fd >= 0)
		close(fd);
}

static void await_seen(void)
{
	char text[512];

	for (int ms = 0; ms < WAIT_MS; ms += 5) {
		read_seen(text, sizeof(text));
		if (text[0])
			return;
		usleep(5000);
	}
	fail_msg("the program did not run");
}

static int open_fds(void)
{
	int n = 0;

	for (int fd = 0; fd < 256; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

static void diag_prints(const char *script)
{
	const int fds = open_fds();

	n_noted = n_said = 0;
	write_script(program, script);
	task_cause(&holder);
	run_tasks();
	assert_int_equal(open_fds(), fds);
}

static void expect_cause(const char *text)
{
	char note[EVENT_LINE_MAX];

	assert_int_equal(n_noted, 1);
	assert_int_equal(n_said, 1);
	snprintf(note, sizeof(note), "cause %s", text);
	assert_string_equal(noted[0], note);
	assert_string_equal(said[0], text);
}

/* ---- the cause ---- */

static void the_cause_is_told(void **state)
{
	(void)state;
	diag_prints("echo '/dev/ttyS1   no pulse on DCD, and characters arrive      signal.absent'\n"
		    "echo '  seen   whatever'\nexit 1");
	expect_cause("signal.absent: no pulse on DCD, and characters arrive");
	/* a headline as wide as the page: diag leaves two blanks */
	diag_prints("echo '/dev/ttyUSB10 IRQ 4. does not come  uart.irq-dead'; exit 1");
	expect_cause("uart.irq-dead: IRQ 4. does not come");
}

static void it_is_asked_for_this_port(void **state)
{
	char text[64];

	(void)state;
	write_script(program, "echo \"$@\" >\"${0%/*}/seen\"");
	task_cause(&holder);
	run_tasks();
	read_seen(text, sizeof(text));
	assert_string_equal(text, "diag /dev/ttyS1\n");
}

static void no_fault_no_cause(void **state)
{
	(void)state;
	diag_prints("echo '/dev/ttyS1   healthy: 1 pulse/s on assert'");
	assert_int_equal(n_noted + n_said, 0);
	diag_prints("exit 3");	/* the port is gone */
	assert_int_equal(n_noted + n_said, 0);
	diag_prints("echo '/dev/ttyS1   no fault found, and no pulse seen'; exit 2");
	expect_cause("unknown: no fault found, and no pulse seen");
}

static void nonsense_is_no_cause(void **state)
{
	static const char *const scripts[] = {
		"exit 1", "echo; exit 1", "echo 'sh: not found: signal.absent'; exit 1",
		"echo signal.absent; exit 1", "echo '/dev/ttyS1'; exit 1",
		"echo '/dev/ttyS1  '; exit 1", "echo '/dev/ttyS1  signal.absent' >&2; exit 1",
		"printf '\\000/dev/ttyS1  x  signal.absent\\n'; exit 1",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(scripts) / sizeof(scripts[0]); i++) {
		diag_prints(scripts[i]);
		expect_cause("unknown: gpsppsctl diag ended with code 1");
	}
	diag_prints("kill -SEGV $$");
	expect_cause("unknown: gpsppsctl diag was killed by signal 11");
	/* not an id at its end: it is all headline */
	diag_prints("echo '/dev/ttyS1  all is Lost.now'; exit 1");
	expect_cause("unknown: all is Lost.now");
}

static void escapes_are_not_passed_on(void **state)
{
	(void)state;
	diag_prints("printf '/dev/ttyS1  red \\033[31m\\007\\233 \\177 \\t.   signal.absent\\nx'; exit 1");
	expect_cause("signal.absent: red ?[31m?? ? ?.");
}

static void a_long_line_is_cut(void **state)
{
	(void)state;
	/* far more than a line, and less than a pipe holds */
	diag_prints("printf '/dev/ttyS1  '; head -c 9000 /dev/zero | tr '\\0' y; exit 1");
	assert_int_equal(n_noted, 1);
	assert_int_equal(strncmp(noted[0], "cause unknown: yyyyyyyyyy", 25), 0);
	assert_true(strlen(noted[0]) == EVENT_LINE_MAX - 1);
}

static void a_program_that_is_not_there(void **state)
{
	(void)state;
	task_cause(&holder);
	run_tasks();
	expect_cause("unknown: gpsppsctl diag cannot be run");
	/* attach did not know its own name */
	n_noted = n_said = 0;
	holder.program = "";
	task_cause(&holder);
	assert_int_equal(holder.tasks.n, 0);
	assert_int_equal(n_noted + n_said, 0);
}

/* ---- what it is given ---- */

/* A shell would mend its signals itself. */
static void write_awk(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755);

	assert_true(fd >= 0);
	assert_true(dprintf(fd, "#!/usr/bin/awk -f\nBEGIN { "
			    "while ((getline line <\"/proc/self/status\") > 0) "
			    "if (line ~ /^Sig(Blk|Ign)/) print line >\"%s\" }\n", seen) > 0);
	close(fd);
}

static void a_child_has_its_signals(void **state)
{
	unsigned long blocked, ignored;
	char text[512];
	sigset_t set, old;

	(void)state;
	/* as in the holder: held back, and one ignored */
	sigfillset(&set);
	sigprocmask(SIG_BLOCK, &set, &old);
	signal(SIGHUP, SIG_IGN);
	write_awk(program);
	task_cause(&holder);
	run_tasks();
	signal(SIGHUP, SIG_DFL);
	sigprocmask(SIG_SETMASK, &old, NULL);
	read_seen(text, sizeof(text));
	assert_int_equal(sscanf(text, "SigBlk: %lx SigIgn: %lx", &blocked, &ignored), 2);
	assert_int_equal(blocked, 0);
	/* but those of glibc's own, 32 and 33, which it lets nobody change */
	assert_int_equal(ignored & ~(3ul << 31), 0);
}

static void a_child_has_nothing_of_ours(void **state)
{
	char text[512], slack[32];
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	(void)state;
	/* as in the holder: nothing is left open for others, */
	for (int i = 3; i < 256; i++)
		fcntl(i, F_SETFD, FD_CLOEXEC);
	/* and timers are loose */
	prctl(PR_SET_TIMERSLACK, 1000000000, 0, 0, 0);
	setenv("NOTIFY_SOCKET", "/nowhere", 1);
	write_script(program,
		     "exec >\"${0%/*}/seen\"\n"
		     "cat /proc/self/timerslack_ns\n"
		     "echo \"notify=$NOTIFY_SOCKET\"\n"
		     "ls /proc/self/fd | tr '\\n' ' '");
	task_cause(&holder);
	prctl(PR_SET_TIMERSLACK, 0, 0, 0, 0);
	run_tasks();
	unsetenv("NOTIFY_SOCKET");
	close(fd);
	read_seen(text, sizeof(text));
	snprintf(slack, sizeof(slack), "%d\n", 50000);
	assert_int_equal(strncmp(text, slack, strlen(slack)), 0);
	assert_non_null(strstr(text, "notify=\n"));
	/* the streams, and the directory that ls reads */
	assert_non_null(strstr(text, "\n0 1 2 3 "));
}

/* ---- who stays too long ---- */

static void who_hangs_is_killed(void **state)
{
	int64_t before;

	(void)state;
	/* with its own child, which has the pipe, too; and TERM does not impress it */
	write_script(program, "trap '' TERM; echo '/dev/ttyS1  x  a.b'\n"
		     "sleep 300 & echo $! >\"${0%/*}/seen\"; wait; sleep 300");
	task_cause(&holder);
	await_seen();
	task_reap(&holder);
	assert_int_equal(holder.tasks.n, 1);
	before = hold_now_ns();
	later_ns += 29 * NS_PER_S;
	assert_in_range(task_timeout_ms(&holder), 1, 1000);
	task_step(&holder);		/* not yet */
	task_reap(&holder);
	assert_int_equal(holder.tasks.n, 1);
	assert_false(holder.tasks.was_killed);
	later_ns += NS_PER_S;
	assert_int_equal(task_timeout_ms(&holder), 0);
	run_tasks();
	assert_true(hold_now_ns() - before < (30 + WAIT_MS / 1000) * NS_PER_S);
	expect_cause("unknown: gpsppsctl diag did not end within 30 s");
}

/* A dead child whom nobody reaps, as in a container, is not. */
static bool is_alive(int pid)
{
	char path[32], state = 'Z';
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	f = fopen(path, "re");
	if (f && fscanf(f, "%*d %*s %c", &state) != 1)
		state = 'Z';
	if (f)
		fclose(f);
	return state != 'Z';
}

static void its_children_die_with_it(void **state)
{
	char text[32];
	int pid;

	(void)state;
	write_script(program, "sleep 300 & echo $! >\"${0%/*}/seen\"; sleep 300");
	task_cause(&holder);
	await_seen();
	read_seen(text, sizeof(text));
	pid = (int)strtol(text, NULL, 10);
	assert_true(pid > 1);
	later_ns += 31 * NS_PER_S;
	run_tasks();
	for (int ms = 0; is_alive(pid); ms += 5) {
		if (ms >= WAIT_MS)
			kill(pid, SIGKILL);
		assert_true(ms < WAIT_MS);
		usleep(5000);
	}
}

static void a_pipe_that_stays_open_holds_up_nobody(void **state)
{
	char text[32];

	(void)state;
	/* the background child has the pipe and lives on */
	diag_prints("sleep 300 & echo $! >\"${0%/*}/seen\"\n"
		    "echo '/dev/ttyS1  it is so  signal.rate'; exit 1");
	expect_cause("signal.rate: it is so");
	diag_prints("sleep 300 & echo $! >>\"${0%/*}/seen\"; exit 1");
	expect_cause("unknown: gpsppsctl diag ended with code 1");
	read_seen(text, sizeof(text));
	for (char *p = text; *p; p += strcspn(p, "\n"), p += *p == '\n')
		kill((pid_t)strtol(p, NULL, 10), SIGKILL);
}

static void who_prints_too_much_is_killed(void **state)
{
	(void)state;
	write_script(program, "echo x >\"${0%/*}/seen\"; exec cat /dev/zero");
	task_cause(&holder);
	await_seen();
	usleep(100000);
	task_reap(&holder);
	assert_int_equal(holder.tasks.n, 1);	/* it waits for a reader */
	later_ns += 31 * NS_PER_S;
	run_tasks();
	expect_cause("unknown: gpsppsctl diag did not end within 30 s");
}

/* ---- units ---- */

static void units_are_passed_on(void **state)
{
	static const char *const odd[] = {
		"alarm.service", "a.service,b@x\\x2dy.timer", "-x.service", "$(id);'\".service",
		"a b.service",
	};
	char text[256], want[256];

	(void)state;
	write_script(systemctl, "printf '%s|%s' \"$1\" \"$2\" >\"${0%/*}/seen\"");
	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		n_noted = 0;
		task_units(&holder, "try-restart", odd[i]);
		run_tasks();
		read_seen(text, sizeof(text));
		snprintf(want, sizeof(want), "try-restart|%s", odd[i]);
		assert_string_equal(text, want);
		assert_int_equal(n_noted, 1);
		assert_int_equal(n_said, 0);
	}
	assert_string_equal(noted[0], "units try-restart a?b.service");
	n_noted = 0;
	task_units(&holder, "start", "\033[31m\n.service");
	run_tasks();
	assert_string_equal(noted[0], "units start ?[31m?.service");
	n_noted = 0;
	task_units(&holder, "start", "");
	assert_int_equal(holder.tasks.n, 0);
	assert_int_equal(n_noted, 0);
}

static void units_that_fail_are_told(void **state)
{
	(void)state;
	write_script(systemctl, "exit 5");
	task_units(&holder, "start", "a.service");
	run_tasks();
	assert_string_equal(noted[0], "units start a.service: ended with code 5");
	assert_string_equal(said[0], "systemctl start a.service: ended with code 5");
	unlink(systemctl);
	task_units(&holder, "start", "a.service");
	run_tasks();
	assert_string_equal(noted[1], "units start a.service: cannot be run");
}

static void without_systemd_it_is_told_once(void **state)
{
	(void)state;
	is_booted = false;
	task_units(&holder, "start", "");
	assert_int_equal(n_noted, 0);
	for (int i = 0; i < 3; i++)
		task_units(&holder, "start", "a.service");
	assert_int_equal(holder.tasks.n, 0);
	assert_int_equal(n_noted, 1);
	assert_string_equal(noted[0], "units start a.service: systemd is not the init of this machine");
}

/* ---- several ---- */

static void one_at_a_time_in_their_order(void **state)
{
	char text[256];

	(void)state;
	write_script(program, "echo 'diag begins' >>\"${0%/*}/seen\"; sleep 0.1\n"
		     "echo 'diag ends' >>\"${0%/*}/seen\"");
	write_script(systemctl, "echo \"$1 $2\" >>\"${0%/*}/seen\"; sleep 0.05");
	task_units(&holder, "start", "a");
	task_cause(&holder);
	task_cause(&holder);		/* one answer is enough */
	task_units(&holder, "start", "b");
	assert_int_equal(holder.tasks.n, 3);
	run_tasks();
	read_seen(text, sizeof(text));
	assert_string_equal(text, "start a\ndiag begins\ndiag ends\nstart b\n");
}

static void what_is_too_much_is_left_out(void **state)
{
	char text[256];

	(void)state;
	write_script(systemctl, "echo \"$2\" >>\"${0%/*}/seen\"; sleep 0.05");
	for (char c = 'a'; c < 'g'; c++)
		task_units(&holder, "start", (char[]){ c, '\0' });
	assert_int_equal(n_noted, 2);
	assert_string_equal(noted[0], "units start e: is left out: too much to do already");
	run_tasks();
	read_seen(text, sizeof(text));
	assert_string_equal(text, "a\nb\nc\nd\n");
}

/* ---- the port's end ---- */

static void the_end_of_a_port_ends_its_diag(void **state)
{
	char text[32];

	(void)state;
	write_script(program, "echo x >\"${0%/*}/seen\"; exec sleep 300");
	write_script(systemctl, "echo never >\"${0%/*}/seen\"");
	task_cause(&holder);
	task_units(&holder, "start", "a");
	await_seen();
	task_end(&holder);
	holder.has_ended = true;
	run_tasks();
	/* nothing new was begun, and the last word of a port's memory is its end */
	read_seen(text, sizeof(text));
	assert_string_equal(text, "x\n");
	assert_int_equal(n_noted + n_said, 0);
}

static void the_end_of_a_port_leaves_systemctl(void **state)
{
	char text[32];

	(void)state;
	write_script(systemctl, "sleep 0.1; echo done >>\"${0%/*}/seen\"");
	task_units(&holder, "start", "a");
	task_units(&holder, "start", "b");
	task_end(&holder);
	holder.has_ended = true;
	run_tasks();
	read_seen(text, sizeof(text));
	assert_string_equal(text, "done\n");
	assert_int_equal(n_noted + n_said, 0);
	task_end(&holder);		/* with nothing to do */
	assert_int_equal(holder.tasks.n, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_cause_is_told),
		TEST(it_is_asked_for_this_port),
		TEST(no_fault_no_cause),
		TEST(nonsense_is_no_cause),
		TEST(escapes_are_not_passed_on),
		TEST(a_long_line_is_cut),
		TEST(a_program_that_is_not_there),
		TEST(a_child_has_its_signals),
		TEST(a_child_has_nothing_of_ours),
		TEST(who_hangs_is_killed),
		TEST(its_children_die_with_it),
		TEST(a_pipe_that_stays_open_holds_up_nobody),
		TEST(who_prints_too_much_is_killed),
		TEST(units_are_passed_on),
		TEST(units_that_fail_are_told),
		TEST(without_systemd_it_is_told_once),
		TEST(one_at_a_time_in_their_order),
		TEST(what_is_too_much_is_left_out),
		TEST(the_end_of_a_port_ends_its_diag),
		TEST(the_end_of_a_port_leaves_systemctl),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
