// SPDX-License-Identifier: GPL-2.0-or-later
/* Ask systemd to restart units. */
#include "systemd.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define UNITS_ARGS_MAX 70	/* an argument for each letter and comma of a table's restart= */

/* sd_booted(3) */
static int is_booted(void)
{
	return access("/run/systemd/system", F_OK) == 0;
}

/* In the child.  By its full path: we are root, and PATH is the caller's. */
static void exec_systemctl(char *units)
{
	const char *argv[UNITS_ARGS_MAX + 5] = { "systemctl", "--no-block", "try-restart", "--" };
	size_t n = 4;
	sigset_t none;

	for (char *unit = strtok(units, ","); unit && n < UNITS_ARGS_MAX + 4;
	     unit = strtok(NULL, ","))
		argv[n++] = unit;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	execv("/usr/bin/systemctl", (char **)argv);
	execv("/bin/systemctl", (char **)argv);
	_exit(127);
}

int systemd_try_restart(const char *units)
{
	int status, err = 0;
	char *copy;
	pid_t child;

	if (!*units || !is_booted())
		return 0;
	copy = strdup(units);
	if (!copy)
		return -ENOMEM;
	child = fork();
	if (child == 0)
		exec_systemctl(copy);
	free(copy);
	if (child < 0)
		return -errno;
	while (waitpid(child, &status, 0) < 0 && !err)
		err = errno == EINTR ? 0 : -errno;
	if (err)
		return err;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -EIO;
}
