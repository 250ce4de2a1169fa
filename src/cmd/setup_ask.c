// SPDX-License-Identifier: GPL-2.0-or-later
/* setup's questions. */
#include "setup.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

int setup_can_ask(const struct setup_options *o)
{
	if (o->yes || (isatty(STDIN_FILENO) && isatty(STDERR_FILENO)))
		return 0;
	msg_error("setup", "nothing was changed: there is no terminal to ask on");
	msg_hint("--yes agrees to all of it, --dry-run shows it");
	return EXIT_TROUBLE;
}

static bool is_yes(const char *answer)
{
	answer += strspn(answer, " \t");
	return *answer == 'y' || *answer == 'Y';
}

int setup_ask(const struct setup *s, const char *question)
{
	char answer[16];
	int code = setup_can_ask(s->o);

	if (code || s->o->yes)
		return code;
	fflush(stdout);
	fputs(question, stderr);
	fflush(stderr);
	if (fgets(answer, sizeof(answer), stdin) && is_yes(answer))
		return 0;
	msg_error("setup", "nothing was changed");
	return EXIT_NO;
}
