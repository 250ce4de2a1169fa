// SPDX-License-Identifier: GPL-2.0-or-later
/* Questions on the terminal. */
#include "question.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../sys/signals.h"

#define LOOK_MS 100

bool question_can_be_asked(void)
{
	return isatty(STDIN_FILENO) && isatty(STDERR_FILENO);
}

/* Ctrl-C may come behind a look at it and before a read(2), which would then wait for ever. */
static bool is_typed(char *c)
{
	struct pollfd terminal = { .fd = STDIN_FILENO, .events = POLLIN };

	while (poll(&terminal, 1, LOOK_MS) <= 0)
		if (signals_seen())
			return false;
	return read(STDIN_FILENO, c, 1) == 1;
}

bool question_read(const char *question, char *answer, size_t size)
{
	size_t n = 0;
	char c = '\0';

	fflush(stdout);
	fputs(question, stderr);
	fflush(stderr);
	while (is_typed(&c) && c != '\n')
		if (n < size - 1)
			answer[n++] = c;
	answer[n] = '\0';
	if (c == '\n')
		return true;
	fputc('\n', stderr);
	return false;
}

bool question_is_yes(const char *answer)
{
	answer += strspn(answer, " \t");
	return *answer == 'y' || *answer == 'Y';
}
