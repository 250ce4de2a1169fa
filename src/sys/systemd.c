// SPDX-License-Identifier: GPL-2.0-or-later
/* Ask systemd to restart units. */
#include "systemd.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* An argument for each letter and comma of the list. */
#define UNITS_ARGS_MAX (SYSTEMD_UNITS_MAX / 2 + 1)

#define CANNOT_RUN 127	/* as a shell's */

bool systemd_is_booted(void)
{
	return access("/run/systemd/system", F_OK) == 0;
}

/* By its full path: we are root, and PATH is the caller's. */
void systemd_become(const char *verb, const char *units)
{
	const char *argv[UNITS_ARGS_MAX + 5] = { "systemctl", "--no-block", verb, "--" };
	char copy[SYSTEMD_UNITS_MAX];
	size_t n = 4;

	if ((size_t)snprintf(copy, sizeof(copy), "%s", units) >= sizeof(copy))
		_exit(CANNOT_RUN);
	for (char *unit = strtok(copy, ","); unit && n < UNITS_ARGS_MAX + 4;
	     unit = strtok(NULL, ","))
		argv[n++] = unit;
	execv("/usr/bin/systemctl", (char **)argv);
	execv("/bin/systemctl", (char **)argv);
	_exit(CANNOT_RUN);
}

/* In the child. */
static void try_restart(const char *units)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	systemd_become("try-restart", units);
}

int systemd_try_restart(const char *units)
{
	int status, err = 0;
	pid_t child;

	if (!*units || !systemd_is_booted())
		return 0;
	child = fork();
	if (child == 0)
		try_restart(units);
	if (child < 0)
		return -errno;
	while (waitpid(child, &status, 0) < 0 && !err)
		err = errno == EINTR ? 0 : -errno;
	if (err)
		return err;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -EIO;
}
