// SPDX-License-Identifier: GPL-2.0-or-later
/* setup's plan, of what was found and of the files as they are. */
#include "setup.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int setup_make_plan(struct setup *s)
{
	const struct setup_reader reader = setup_files_reader(s->files);
	int err;

	if (s->has_plan)
		setup_plan_free(&s->plan);
	memset(&s->plan, 0, sizeof(s->plan));
	err = setup_plan_make(&s->in, &reader, &s->plan);
	s->has_plan = true;
	if (!err)
		return 0;
	if (err == -EINVAL)
		msg_error(s->in.port, "%s", s->plan.why_not);
	else
		msg_error(NULL, "%s", err == -ENOMEM ? "out of memory" : strerror(-err));
	return EXIT_TROUBLE;
}

/*
 * A gpsd that was started by hand, or got the port from its own udev rule (USBAUTO), is in no
 * file that could be changed: beside it the daemon would get half of the sentences.
 */
int setup_check_gpsd(const struct setup *s)
{
	const struct holder *h;

	if (s->in.image || s->in.daemon == SETUP_GPSD || strstr(s->plan.stop, "gpsd.service"))
		return 0;
	h = facts_holder(&s->clinic.patients[0].facts, ROLE_GPSD);
	if (!h)
		return 0;
	msg_error(s->in.port, "gpsd[%d] has the port open, and its configuration does not say so", h->pid);
	msg_hint("--daemon gpsd+%s leaves it to gpsd; or end gpsd first: systemctl stop gpsd.socket gpsd",
		 setup_daemon_name(s->in.daemon));
	return EXIT_TROUBLE;
}

size_t setup_count(const struct setup *s, bool by_hand)
{
	size_t n = 0;

	for (size_t i = 0; i < s->plan.n; i++)
		n += (s->plan.steps[i].kind == SETUP_BY_HAND) == by_hand;
	return n;
}
