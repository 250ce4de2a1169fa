// SPDX-License-Identifier: GPL-2.0-or-later
/* The state in words. */
#include "feeder_inside.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define S_TEXT 32

struct text {
	char *buf;
	size_t size;
	const struct feeder *f;
	int64_t raw_ns;
};

__attribute__((format(printf, 2, 3)))
static void say(const struct text *t, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(t->buf, t->size, format, args);
	va_end(args);
}

/* "0.412 s": the same in every locale. */
static const char *s_text(char text[S_TEXT], int64_t ns)
{
	const int64_t ms = (llabs(ns) + NS_PER_MS / 2) / NS_PER_MS;

	snprintf(text, S_TEXT, "%s%" PRId64 ".%03d s", ns < 0 && ms ? "-" : "", ms / MS_PER_S,
		 (int)(ms % MS_PER_S));
	return text;
}

static int64_t whole_s(int64_t ns)
{
	return ns > 0 ? ns / NS_PER_S : 0;
}

static const char *seconds_are_fed(const struct feeder *f)
{
	return f->config.mode == FEED_BOTH && f->numbering.state == NUMBERING_SURE ?
	       "; seconds are fed" : "";
}

/* ---- one for each state ---- */

static void well(const struct text *t)
{
	static const char *const what[] = {
		[FEED_BOTH] = "pulses and seconds", [FEED_PULSES] = "pulses",
		[FEED_SECONDS] = "seconds",
	};
	const struct feeder *f = t->f;
	char text[S_TEXT];

	if (f->config.mode == FEED_PULSES)
		say(t, "pulses are fed; the clock is %s off them",
		    s_text(text, llabs(f->clock.off_ns)));
	else if (f->numbering.delay_ns >= 0)
		say(t, "%s are fed; sentences begin %s after the pulse", what[f->config.mode],
		    s_text(text, f->numbering.delay_ns));
	else if (f->config.seconds_delay_ns >= 0)
		say(t, "%s are fed; sentences are taken to begin %s after them",
		    what[f->config.mode], s_text(text, f->config.seconds_delay_ns));
	else
		say(t, "%s are fed; no pulse tells how late the sentences are",
		    what[f->config.mode]);
}

static void holdover(const struct text *t)
{
	const int64_t since_ns = t->raw_ns - t->f->numbering.heard_ns;

	say(t, "no valid sentence for %" PRId64 " s; pulses are fed for %" PRId64 " s more",
	    whole_s(since_ns), whole_s(t->f->config.holdover_ns - since_ns));
}

static void no_pulse(const struct text *t)
{
	const char *more = seconds_are_fed(t->f);

	if (t->f->pulse.seen)
		say(t, "no pulse for %" PRId64 " s%s", whole_s(t->raw_ns - t->f->pulse.edge_ns),
		    more);
	else
		say(t, "no pulse yet, after %" PRId64 " s%s",
		    whole_s(t->raw_ns - t->f->pulse.begun_ns), more);
}

static void locking(const struct text *t)
{
	const struct feeder_pulse *p = &t->f->pulse;

	if (p->good_seen && t->raw_ns - p->good_ns < 3 * NS_PER_S)
		say(t, "pulses come regularly since %u of them: not sure of them yet", p->settled);
	else
		say(t, "pulses come, but not regularly yet");
}

static void two_pulses(const struct text *t)
{
	const struct feeder_pulse *p = &t->f->pulse;
	char text[S_TEXT];

	say(t, "two trains of pulses, %s apart: which one is on time is not known",
	    s_text(text, llabs(filter_fold(p->two_ns - p->good_ns, NS_PER_S))));
}

static void rate(const struct text *t)
{
	say(t, "%" PRId64 " pulses a second: only 1 and 0.5 are fed%s",
	    t->f->filter.period_ns ? NS_PER_S / t->f->filter.period_ns : 0,
	    seconds_are_fed(t->f));
}

static void width(const struct text *t)
{
	const int64_t told_ns = t->f->config.width_ns, width_ns = t->f->pulse.width_ns;
	char is[S_TEXT], should[S_TEXT];

	s_text(is, width_ns);
	if (told_ns && width_ns < 0)
		say(t, "the other edge of the pulse does not come: its width is not known");
	else if (told_ns)
		say(t, "the pulse is %s wide, not %s", is, s_text(should, told_ns));
	else if (t->f->config.filter.edge == EDGE_UNKNOWN)
		say(t, "the pulse is %s wide, about half of the period: which edge is on time is "
		    "not known", is);
	else
		say(t, "the pulse is %s wide: its other edge seems to be the one on time", is);
}

static void no_sentences(const struct text *t)
{
	const struct feeder_said *s = &t->f->said;

	if (!s->seen)
		say(t, "no sentence with %s yet, after %" PRId64 " s",
		    s->fraction ? "a whole second" : "a time",
		    whole_s(t->raw_ns - t->f->pulse.begun_ns));
	else if (t->raw_ns - s->seen_ns > feeder_vouch_ns(t->f))
		say(t, "no sentence with a time for %" PRId64 " s",
		    whole_s(t->raw_ns - s->seen_ns));
	else
		say(t, "no sentence that vouches for %" PRId64 " s",
		    whole_s(t->raw_ns - t->f->numbering.heard_ns));
}

static void no_fix(const struct text *t)
{
	if (t->f->numbering.heard_ns)
		say(t, "the receiver has no fix, for %" PRId64 " s",
		    whole_s(t->raw_ns - t->f->numbering.heard_ns));
	else
		say(t, "the receiver has no fix yet, after %" PRId64 " s",
		    whole_s(t->raw_ns - t->f->pulse.begun_ns));
}

static void numbering(const struct text *t)
{
	const struct numbering *n = &t->f->numbering;
	const unsigned int run = n->pairs.n > n->chain.n ? n->pairs.n : n->chain.n;

	if (n->leap.waits)
		say(t, "the month begins: a sentence has to say whether a leap second was");
	else if (!n->has_last && t->f->said.n > NUMBERING_PAIRS)
		say(t, "no sentence says the date: the second is not known");
	else
		say(t, "not sure of the second yet: %u of %d sentences agree",
		    run < NUMBERING_PAIRS ? run : NUMBERING_PAIRS - 1, NUMBERING_PAIRS);
}

static void say_off(const struct text *t, const char *what)
{
	const int64_t off_s = t->f->numbering.off_s;

	say(t, "the sentences are %lld s %s %s", llabs(off_s),
	    off_s < 0 ? "behind" : "ahead of", what);
}

static void contradicted(const struct text *t)
{
	char what[S_TEXT * 3];

	snprintf(what, sizeof(what), "what was counted, for %" PRId64 " s%s",
		 whole_s(t->raw_ns - t->f->numbering.heard_ns),
		 t->f->numbering.leap.missed ? ", since the month began: a leap second?" :
		 ": nothing is fed until they agree");
	say_off(t, what);
}

static void refused(const struct text *t)
{
	say_off(t, "the synchronised clock: nothing is fed until they agree");
}

static void ambiguous(const struct text *t)
{
	say(t, "the sentences begin too near to a pulse to say whether before or after it");
}

static void clock_far(const struct text *t)
{
	char text[S_TEXT];

	say(t, "the clock is %s off the pulses: more than 0.4 s do not tell which second it is",
	    s_text(text, llabs(t->f->clock.off_ns)));
}

void feeder_tell(const struct feeder *f, enum feed_state state, const struct instant *now,
		 char *buf, size_t size)
{
	static void (*const tellers[N_FEED_STATES])(const struct text *t) = {
		[FEED_WELL] = well,
		[FEED_HOLDOVER] = holdover,
		[FEED_NO_PULSE] = no_pulse,
		[FEED_LOCKING] = locking,
		[FEED_TWO_PULSES] = two_pulses,
		[FEED_RATE] = rate,
		[FEED_WIDTH] = width,
		[FEED_NO_SENTENCES] = no_sentences,
		[FEED_NO_FIX] = no_fix,
		[FEED_NUMBERING] = numbering,
		[FEED_CONTRADICTED] = contradicted,
		[FEED_AMBIGUOUS] = ambiguous,
		[FEED_REFUSED] = refused,
		[FEED_CLOCK_FAR] = clock_far,
	};
	const struct text t = { buf, size, f, feeder_now(f, now) };

	if (state < N_FEED_STATES)
		tellers[state](&t);
	else if (size)
		buf[0] = '\0';
}
