// SPDX-License-Identifier: GPL-2.0-or-later
/* feed's JSON: a sample, a change of state, the sums. */
#include "feed.h"

#define NS_PLACES 9

static void begin(struct line *l, const char *type, const struct feed_port *p)
{
	line_open(l, NULL, '{');
	line_json_decimal(l, "version", 1, 0);
	line_json_text(l, "type", type);
	line_json_text(l, "port", p->chosen.port);
}

static void end(struct feed *f)
{
	line_close(&f->line, '}');
	feed_put(f);
}

void feed_json_sample(struct feed *f, const struct feed_port *p, const struct sample *s)
{
	static const char *const leaps[] = {
		[LEAP_NONE] = "none", [LEAP_INSERT] = "insert", [LEAP_DELETE] = "delete",
	};
	struct line *l = &f->line;

	begin(l, "sample", p);
	line_json_text(l, "kind", s->kind == SAMPLE_PULSE ? "pulse" : "seconds");
	line_json_decimal(l, "true", s->true_ns, NS_PLACES);
	line_json_decimal(l, "stamp", s->stamp_ns, NS_PLACES);
	line_json_decimal(l, "offset_ns", s->stamp_ns - s->true_ns, 0);
	line_json_bool(l, "numbered", s->is_numbered);
	if (s->seq)
		line_json_decimal(l, "seq", s->seq, 0);
	else
		line_json_null(l, "seq");
	line_json_text(l, "leap", leaps[s->leap]);
	end(f);
}

void feed_json_state(struct feed *f, const struct feed_port *p, const char *text)
{
	struct line *l = &f->line;

	begin(l, "state", p);
	line_json_decimal(l, "time", feed_now().real_ns, NS_PLACES);
	line_json_text(l, "state", feed_state_names[p->state]);
	line_json_text(l, "text", text);
	end(f);
}

void feed_json_message(struct feed *f, const struct feed_port *p, const char *text)
{
	struct line *l = &f->line;

	begin(l, "message", p);
	line_json_decimal(l, "time", feed_now().real_ns, NS_PLACES);
	line_json_text(l, "text", text);
	end(f);
}

static void add_targets(struct line *l, const struct feed_port *p)
{
	line_open(l, "shm", '[');
	for (int kind = SAMPLE_SECONDS; kind <= SAMPLE_PULSE; kind++)
		if (p->shm[kind].time)
			line_json_decimal(l, NULL, p->shm[kind].unit, 0);
	line_close(l, ']');
	if (p->chosen.sock[0])
		line_json_text(l, "sock", p->chosen.sock);
	else
		line_json_null(l, "sock");
}

void feed_json_sums(struct feed *f, const struct feed_port *p, const char *type)
{
	const struct feeder *feeder = &p->feeder;
	struct line *l = &f->line;
	char realtime[128];

	realtime_tell(&f->realtime, realtime, sizeof(realtime));
	begin(l, type, p);
	line_json_text(l, "pulse", p->chosen.has_pulse ? p->chosen.wish.name : "");
	add_targets(l, p);
	line_json_text(l, "state", feed_state_names[p->seen]);
	line_json_number(l, "seconds", feeder->given[SAMPLE_SECONDS]);
	line_json_number(l, "pulses", feeder->given[SAMPLE_PULSE]);
	line_json_number(l, "dropped", feeder->dropped);
	line_json_number(l, "clock_steps", feeder->clock_steps);
	if (feeder->numbering.delay_ns >= 0)
		line_json_decimal(l, "sentence_delay_ns", feeder->numbering.delay_ns, 0);
	else
		line_json_null(l, "sentence_delay_ns");
	line_json_text(l, "realtime", realtime);
	end(f);
}
