// SPDX-License-Identifier: GPL-2.0-or-later
/* setup's programs of the system: systemctl, udevadm, a shell's lines. */
#include "setup.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define UNIT_NAME_MAX 256
#define SAID_MAX 512
#define NOT_EXECUTED 127

static void be_program(const char *const argv[], int out)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	dup2(null, STDIN_FILENO);
	dup2(out, STDOUT_FILENO);
	dup2(out, STDERR_FILENO);
	/* not the caller's: we are root */
	setenv("PATH", "/usr/sbin:/usr/bin:/sbin:/bin", 1);
	execvp(argv[0], (char *const *)argv);
	_exit(NOT_EXECUTED);
}

/* Its first line is the one that says why. */
static void hear(int fd, char said[SAID_MAX])
{
	char rest[SAID_MAX] = "";
	size_t len = 0;
	ssize_t n = 1;

	while (n > 0 || (n < 0 && errno == EINTR)) {
		const bool full = len == SAID_MAX - 1;

		n = read(fd, full ? rest : said + len, full ? sizeof(rest) : SAID_MAX - 1 - len);
		if (n > 0 && !full)
			len += (size_t)n;
	}
	said[len] = '\0';
	said[strcspn(said, "\n")] = '\0';
}

static int tell(const char *const argv[], int status, const char *said)
{
	char command[SAID_MAX] = "";
	size_t len = 0;

	for (size_t i = 0; argv[i] && len < sizeof(command); i++)
		len += (size_t)snprintf(command + len, sizeof(command) - len, "%s%s", i ? " " : "",
					argv[i]);
	if (status > 0 && WIFEXITED(status) && WEXITSTATUS(status) == NOT_EXECUTED)
		msg_error(command, "%s", *said ? said : "there is no such program");
	else
		msg_error(command, "%s", *said ? said : "it failed");
	return -EIO;
}

/* The status of waitpid(2), or -1; its first line in `said`. */
static int run(const char *const argv[], char said[SAID_MAX])
{
	int pipes[2], status;
	pid_t pid;

	said[0] = '\0';

	fflush(NULL);
	if (pipe2(pipes, O_CLOEXEC) < 0)
		return -1;
	pid = fork();
	if (!pid)
		be_program(argv, pipes[1]);
	close(pipes[1]);
	if (pid > 0)
		hear(pipes[0], said);
	close(pipes[0]);
	if (pid < 0)
		return -1;
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	return status;
}

int setup_run(const char *const argv[])
{
	char said[SAID_MAX];
	const int status = run(argv, said);

	return status ? tell(argv, status, said) : 0;
}

bool setup_is_active(const char *unit)
{
	const char *const argv[] = { "systemctl", "is-active", "--quiet", "--", unit, NULL };
	char said[SAID_MAX];

	return run(argv, said) == 0;
}

/* Started for the sake of one file, AppArmor's service would enforce every profile there is. */
static const char *verb_for(const char *verb, const char *unit)
{
	return !strcmp(verb, "restart") && !strcmp(unit, "apparmor.service") ? "try-restart" : verb;
}

unsigned int setup_systemctl(const char *verb, const char *units)
{
	unsigned int failed = 0;

	while (*(units += strspn(units, " "))) {
		const size_t n = strcspn(units, " ");
		char unit[UNIT_NAME_MAX];
		const char *argv[] = { "systemctl", verb, "--", unit, NULL };

		snprintf(unit, sizeof(unit), "%.*s", (int)n, units);
		argv[1] = verb_for(verb, unit);
		failed += setup_run(argv) != 0;
		units += n;
	}
	return failed;
}

unsigned int setup_shell(const char *text)
{
	unsigned int failed = 0;

	while (*text) {
		const size_t n = strcspn(text, "\n");
		char line[SAID_MAX];
		const char *const argv[] = { "sh", "-c", line, NULL };

		snprintf(line, sizeof(line), "%.*s", (int)n, text);
		failed += n && setup_run(argv) != 0;
		text += n + (text[n] == '\n');
	}
	return failed;
}

void setup_reload(const struct setup *s)
{
	static const char *const daemon[] = { "systemctl", "daemon-reload", NULL };
	static const char *const rules[] = { "udevadm", "control", "--reload", NULL };
	static const char *const pulses[] = { "udevadm", "trigger", "--action=change",
					      "--subsystem-match=pps", NULL };
	static const char *const settle[] = { "udevadm", "settle", "--timeout=30", NULL };
	const char *const port[] = { "udevadm", "trigger", "--action=change",
				     "--subsystem-match=tty", "--sysname-match", s->found.tty, NULL };

	if (s->in.init == SETUP_SYSTEMD)
		setup_run(daemon);
	if (access("/run/udev/control", F_OK))
		return;
	setup_run(rules);
	setup_run(port);
	setup_run(pulses);
	setup_run(settle);
}
