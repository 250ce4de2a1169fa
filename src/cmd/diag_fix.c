// SPDX-License-Identifier: GPL-2.0-or-later
/* diag --fix: the cure of a verdict, shown, agreed to and applied. */
#include "diag_fix.h"

#include <ctype.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../sys/rearm.h"
#include "cmd.h"
#include "question.h"

#define SHELL_NOT_FOUND 127	/* sh(1) */

struct patch {
	const struct port_facts *facts;
	const struct finding *cause;
	char node[SURVEY_NAME_MAX + 8];		/* "/dev/ttyS0" */
};

/* ---- the two cures ---- */

static int apply_rearm(const struct patch *p)
{
	int err = rearm_port(p->facts->port.name);

	if (!err)
		return EXIT_DONE;
	msg_error(p->node, "cannot turn the interrupt on again: %s",
		  err == -ENODEV ? "N_PPS is not on the port any more" : strerror(-err));
	if (err == -EACCES || err == -EPERM)
		msg_hint("run it as root: sudo gpsppsctl diag --fix %s", p->facts->port.name);
	return err == -ENXIO || err == -EIO ? EXIT_GONE : EXIT_TROUBLE;
}

/* A command may name gpsppsctl, which need not be in PATH: a build tree's, or sudo's. */
static void put_own_directory_first(void)
{
	const char *path = getenv("PATH");
	char own[1024], all[4096];

	program_directory(own, sizeof(own));
	if (own[0] && snprintf(all, sizeof(all), "%s:%s", own,
			       path ? path : "/usr/sbin:/usr/bin:/sbin:/bin") < (int)sizeof(all))
		setenv("PATH", all, 1);
}

/* Its results are news for stderr: stdout has the verdict. */
static void be_command(const char *command)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	dup2(STDERR_FILENO, STDOUT_FILENO);
	put_own_directory_first();
	execl("/bin/sh", "sh", "-c", command, (char *)NULL);
	_exit(SHELL_NOT_FOUND);
}

/* The status of waitpid(2), or -errno. */
static int run_command(const char *command)
{
	int status;
	pid_t pid, got;

	fflush(NULL);
	pid = fork();
	if (pid < 0)
		return -errno;
	if (!pid)
		be_command(command);
	do
		got = waitpid(pid, &status, 0);
	while (got < 0 && errno == EINTR);
	return got < 0 ? -errno : status;
}

static int apply_command(const struct patch *p)
{
	const int status = run_command(p->cause->fix);

	if (!status)
		return EXIT_DONE;
	if (status < 0)
		msg_error(p->node, "cannot run the command: %s", strerror(-status));
	else if (WIFSIGNALED(status))
		msg_error(p->node, "the command was ended by signal %d", WTERMSIG(status));
	else
		msg_error(p->node, "the command failed with exit code %d", WEXITSTATUS(status));
	if (geteuid())
		msg_hint("run it as root: sudo gpsppsctl diag --fix %s", p->facts->port.name);
	return EXIT_TROUBLE;
}

static int (*const apply[])(const struct patch *p) = {
	[CURE_REARM] = apply_rearm,
	[CURE_COMMAND] = apply_command,
};

/* ---- what leads to them ---- */

static void show(const struct patch *p)
{
	const struct finding *cause = p->cause;

	msg_error(p->node, "%s (%s)", cause->headline, cause->id);
	if (cause->cure == CURE_REARM)
		fprintf(stderr, "  to do  arm the UART's modem-status interrupt again; %s stays\n",
			p->facts->pulse.name);
	else
		fprintf(stderr, "  to do  %s\n", cause->fix);
}

/* 0 to go on, or an exit code. */
static int ask(const struct patch *p)
{
	char answer[16];

	if (!question_can_be_asked()) {
		msg_error(p->node, "nothing was changed: there is no terminal to ask on; --yes agrees");
		return EXIT_TROUBLE;
	}
	if (question_read("apply? [y/N] ", answer, sizeof(answer)) && question_is_yes(answer))
		return 0;
	msg_error(p->node, "nothing was changed");
	return EXIT_NO;
}

/* The kernel's names and ours are plain words: a shell reads nothing else into them. */
static bool is_plain(const char *name)
{
	while (isalnum((unsigned char)*name) || (*name && strchr("._-", *name)))
		name++;
	return !*name;
}

static bool is_curable(const struct patch *p)
{
	const struct port_facts *f = p->facts;

	return p->cause->cure != CURE_NONE && is_plain(f->port.name) &&
	       is_plain(f->pulse.name) && is_plain(f->gps.name) && is_plain(f->gpspps.name);
}

static int say_incurable(const struct patch *p)
{
	msg_error(p->node, "%s has no cure that a program could apply", p->cause->id);
	msg_hint("%s", p->cause->fix);
	return EXIT_NO;
}

int diag_fix(const struct port_facts *f, const struct verdict *v, bool yes, bool *applied)
{
	struct patch p = { .facts = f, .cause = v->cause };
	int code;

	*applied = false;
	if (!p.cause)
		return EXIT_DONE;
	snprintf(p.node, sizeof(p.node), "/dev/%s", f->port.name[0] ? f->port.name : f->pulse.name);
	if (!is_curable(&p))
		return say_incurable(&p);
	show(&p);
	code = yes ? 0 : ask(&p);
	if (code)
		return code;
	code = apply[p.cause->cure](&p);
	*applied = code == EXIT_DONE;
	return code;
}
