// SPDX-License-Identifier: GPL-2.0-or-later
/* setup --json: one object, of what was found, changed and verified. */
#include "setup.h"

#include "../sys/output.h"

static struct out *measured(const struct setup *s)
{
	struct out *o = out_object();

	out_fact(o, "baud", s->in.baud);
	out_text(o, "edge", s->in.edge == EDGE_ASSERT ? "assert" :
		 s->in.edge == EDGE_CLEAR ? "clear" : NULL);
	out_fact(o, "width_us", s->found.width_us);
	out_fact(o, "delay_ms", s->in.delay_ms);
	out_fact(o, "delay_from_ms", s->in.delay_from_ms);
	out_fact(o, "delay_to_ms", s->in.delay_to_ms);
	out_fact(o, "fix", s->found.fix);
	out_fact(o, "satellites", s->found.satellites);
	out_text(o, "not_measured", s->found.note[0] ? s->found.note : NULL);
	return o;
}

static void add_step(struct out *list, const struct setup_step *step)
{
	static const char *const kinds[] = {
		[SETUP_WRITE] = "write", [SETUP_SYMLINK] = "symlink",
		[SETUP_REMOVE] = "remove", [SETUP_BY_HAND] = "by_hand",
	};
	struct out *o = out_object();

	out_text(o, "kind", kinds[step->kind]);
	out_text(o, "path", step->path);
	out_text(o, "text", step->kind == SETUP_REMOVE ? NULL : step->text);
	out_text(o, "why", step->why);
	out_add(list, o);
}

void setup_json_steps(struct setup *s)
{
	if (!s->o->json)
		return;
	if (!s->steps)
		s->steps = out_array();
	for (size_t i = 0; i < s->plan.n; i++)
		add_step(s->steps, &s->plan.steps[i]);
}

static struct out *verified(const struct setup_proof *p)
{
	struct out *o = out_object();

	out_bool(o, "pulse", p->pulse);
	out_text(o, "cause", p->cause);
	out_bool(o, "selected", p->used);
	return o;
}

void setup_put_json(struct setup *s)
{
	struct out *o = out_object();

	out_number(o, "version", 1);
	out_text(o, "port", s->in.port);
	out_text(o, "tty", s->in.tty);
	out_number(o, "unit", s->in.unit);
	out_text(o, "daemon", setup_daemon_name(s->in.daemon));
	out_text(o, "taker", setup_daemon_name(s->in.daemon == SETUP_GPSD ? s->in.taker : s->in.daemon));
	out_child(o, "measured", measured(s));
	out_child(o, "steps", s->steps);
	s->steps = NULL;
	out_text(o, "stop", s->plan.stop);
	out_text(o, "start", s->plan.start);
	out_bool(o, "applied", s->applied);
	if (s->proof.looked)
		out_child(o, "verified", verified(&s->proof));
	else
		out_null(o, "verified");
	out_print(o);
}
