// SPDX-License-Identifier: GPL-2.0-or-later
/* setup's questions. */
#include "setup.h"

#include "../sys/signals.h"
#include "question.h"

int setup_can_ask(const struct setup_options *o)
{
	if (o->yes || question_can_be_asked())
		return 0;
	msg_error("setup", "nothing was changed: there is no terminal to ask on");
	msg_hint("--yes agrees to all of it, --dry-run shows it");
	return EXIT_TROUBLE;
}

int setup_read_answer(const char *question, char *answer, size_t size)
{
	if (question_read(question, answer, size))
		return 0;
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
	if (code || question_is_yes(answer))
		return code;
	msg_error("setup", "nothing was changed");
	return EXIT_NO;
}
