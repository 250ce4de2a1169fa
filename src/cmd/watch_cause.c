// SPDX-License-Identifier: GPL-2.0-or-later
/* Why there is no pulse, in diag's words: one line, and how to see more. */
#include "watch_choose.h"

#include <stdio.h>
#include <string.h>

#include "cmd.h"
#include "diag.h"

/* Who waited for a pulse has seen that there is none; a receiver says something in so long. */
#define LOOK_MS DIAG_LISTEN_MIN_MS

static void say(const char *object, const struct patient *p, long seconds)
{
	const struct finding *cause = p->verdict.cause;
	char waited[48] = "";

	if (seconds)
		snprintf(waited, sizeof(waited), "no pulse for %ld s: ", seconds);
	msg_error(object, "%s%s: %s", waited, cause->id, cause->headline);
}

/* The first one that has a cause. */
static const struct patient *find(const struct clinic *c)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->patients[i].verdict.cause)
			return &c->patients[i];
	return NULL;
}

static void object_of(const struct patient *p, const char *what, char *text, size_t size)
{
	const struct port_facts *f = &p->facts;

	if (what)
		snprintf(text, size, "%s", what);
	else
		snprintf(text, size, "/dev/%s", f->pulse_only ? f->pulse.name : f->port.name);
}

bool watch_say_cause(const struct ctx *ctx, const char *what, long seconds)
{
	static struct clinic c;		/* too much for a stack of a small machine */
	struct diag_options o = { .wait_ms = LOOK_MS };
	const struct patient *p = NULL;
	char object[96];
	int answer;

	snprintf(o.what, sizeof(o.what), "%s", what ? what : "");
	memset(&c, 0, sizeof(c));
	if (!diag_open_probe(&c, NULL) && !load_table(ctx, &c.units) &&
	    !diag_look(&c, &o, &answer))
		p = find(&c);
	if (p) {
		object_of(p, what, object, sizeof(object));
		say(object, p, seconds);
	}
	diag_forget(&c);
	probe_close(c.probe);
	return p != NULL;
}
