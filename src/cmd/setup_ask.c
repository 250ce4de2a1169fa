// SPDX-License-Identifier: GPL-2.0-or-later
/* setup's questions. */
#include "setup.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../sys/signals.h"

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

int setup_read_answer(const char *question, char *answer, size_t size)
{
	fflush(stdout);
	fputs(question, stderr);
	fflush(stderr);
	if (fgets(answer, (int)size, stdin))
		return 0;
	/* Ctrl-C, Ctrl-D: the question's line has not ended */
	fputc('\n', stderr);
	if (signals_seen())
		return EXIT_TROUBLE;
	msg_error("setup", "nothing was changed");
	return EXIT_NO;
}

int setup_ask(const struct setup *s, const char *question)
{
	char answer[16];
	int code = setup_can_ask(s->o);

	if (code || s->o->yes)
		return code;
	code = setup_read_answer(question, answer, sizeof(answer));
	if (code || is_yes(answer))
		return code;
	msg_error("setup", "nothing was changed");
	return EXIT_NO;
}
