// SPDX-License-Identifier: GPL-2.0-or-later
/* A change of a receiver (receiver/change.h) on a port. */
#include "receiver_port.h"

#include <string.h>

#include "../sys/signals.h"
#include "cmd.h"

static void hear_change(struct receiver_port *w, const struct receiver_message *m)
{
	receiver_change_hear(&w->change, m);
}

static int set_speed(struct receiver_port *w, unsigned int baud)
{
	/* what was begun at the old speed is no sentence at the new one */
	memset(&w->parser, 0, sizeof(w->parser));
	memset(&w->packets, 0, sizeof(w->packets));
	return borrow_set_baud(&w->port, baud);
}

/* The number of characters that came meanwhile, or -errno. */
static ssize_t act(struct receiver_port *w, struct receiver_change *c,
		   enum receiver_action action, int64_t wake_ns)
{
	switch (action) {
	case RECEIVER_WAIT:
		return receiver_port_take(w, receiver_port_slice_ms(w, wake_ns));
	case RECEIVER_WRITE:
		receiver_progress(w, c->undoing ? "put back: step" : "step",
				  (long)w->report.n_sent + 1, "sent");
		return receiver_port_write(w, c->out, c->len);
	case RECEIVER_SET_SPEED:
		receiver_progress(w, "listening at", c->baud, "baud");
		return set_speed(w, c->baud);
	case RECEIVER_INTEND:
		if (receiver_journal_intend(w, c))
			receiver_change_interrupt(c, probe_now_ns(w->probe));
		return 0;
	case RECEIVER_ENDED:
		break;
	}
	return 0;
}

int receiver_transact(struct receiver_port *w, struct receiver_change *c)
{
	enum receiver_action action;
	int64_t wake_ns;
	ssize_t n;

	w->hear = hear_change;
	for (;;) {
		action = receiver_change_step(c, probe_now_ns(w->probe), &wake_ns);
		if (action == RECEIVER_ENDED)
			return 0;
		n = act(w, c, action, wake_ns);
		if (n < 0)
			return receiver_port_gone(w, (int)n);
		if (action == RECEIVER_WAIT)
			receiver_change_count(c, (uint64_t)n);
		/* the questions that follow a watch make it forget what it has seen */
		if (c->phase == PHASE_WATCH)
			w->report.sends = c->seen;
		if (signals_seen())
			receiver_change_interrupt(c, probe_now_ns(w->probe));
	}
}
