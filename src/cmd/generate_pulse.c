// SPDX-License-Identifier: GPL-2.0-or-later
/* generate's pulse: sleep, spin, begin, sleep, end. */
#include <errno.h>
#include <string.h>

#include "../sys/signals.h"
#include "generate.h"

static void say_set(struct generate *g, struct clocks now)
{
	g->set++;
	msg_error(g->path, "the clock was set by %+.3f s",
		  (double)pulsetrain_set_by(&g->train, now) / NS_PER_S);
}

/* TRAIN_SPIN, TRAIN_LATE, or TRAIN_SLEEP: we are to end. */
static enum train_step wait_for_due(struct generate *g, struct clocks *now)
{
	int64_t wake_ns = 0, late_ns;
	enum train_step step;

	while (!signals_seen()) {
		pulseout_clocks(now);
		step = pulsetrain_look(&g->train, *now, &wake_ns);
		if (step == TRAIN_SPIN || step == TRAIN_LATE)
			return step;
		if (step == TRAIN_SET) {
			say_set(g, *now);
			pulsetrain_begin(&g->train, *now);
		} else if (!pulseout_sleep(wake_ns, &late_ns)) {
			pulsetrain_woken(&g->train, late_ns);
		}
	}
	return TRAIN_SLEEP;
}

/* The end has the same margin as the beginning.  A signal ends it at once. */
static int end_pulse(struct generate *g, int64_t mono_ns)
{
	int64_t late_ns;
	int err = pulseout_sleep(mono_ns - g->train.margin_ns, &late_ns);

	return pulseout_end(&g->out, err ? 0 : mono_ns);
}

static int make(struct generate *g, struct generate_pulse *p, struct clocks looked)
{
	const int64_t call_ns = pulsetrain_call_ns(&g->train);
	struct bracket b = { 0 };
	int err;

	err = pulseout_begin(&g->out, call_ns, g->train.late_ns, &b);
	p->late_ns = b.before_ns - call_ns;
	if (err)
		return err;
	p->made = true;
	p->mono_ns = b.mono_ns;
	p->bracket_ns = b.after_ns - b.before_ns;
	p->offset_ns = b.before_ns + p->bracket_ns / 2 - p->due_ns;
	p->spun_ns = b.before_ns - looked.real_ns;
	pulsetrain_called(&g->train, p->bracket_ns);
	return end_pulse(g, b.mono_ns + g->o->width_ns);
}

int generate_make(struct generate *g, struct generate_pulse *p)
{
	struct clocks now = { 0 };
	enum train_step step;
	int err;

	do {
		step = wait_for_due(g, &now);
		memset(p, 0, sizeof(*p));
		p->due_ns = g->train.due_ns;
		p->lag_ns = g->train.lag_ns;
		p->late_ns = now.real_ns - pulsetrain_call_ns(&g->train);
		err = step == TRAIN_SPIN ? make(g, p, now) : 0;
	} while (err == -EAGAIN);	/* the clock went back while we read it */
	if (err == -ETIME)
		return 0;
	if (err || step != TRAIN_SLEEP)
		return err;
	return -EINTR;
}
