// SPDX-License-Identifier: GPL-2.0-or-later
/* Questions on the terminal. */
#include "question.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

bool question_can_be_asked(void)
{
	return isatty(STDIN_FILENO) && isatty(STDERR_FILENO);
}

bool question_read(const char *question, char *answer, size_t size)
{
	fflush(stdout);
	fputs(question, stderr);
	fflush(stderr);
	if (fgets(answer, (int)size, stdin))
		return true;
	fputc('\n', stderr);
	return false;
}

bool question_is_yes(const char *answer)
{
	answer += strspn(answer, " \t");
	return *answer == 'y' || *answer == 'Y';
}
