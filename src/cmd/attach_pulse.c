// SPDX-License-Identifier: GPL-2.0-or-later
/* attach: look for the first pulse. */
#include "attach.h"

#include "../sys/notify.h"
#include "../sys/tty.h"

#define LOOK_MS 2500		/* two seconds' pulses, and a moment */
#define SHAPE_MS 1200		/* the other edge comes within a second of the first */
#define PAUSE_MS 20

static bool see_edges(struct attaching *a, const struct stamp *a0, const struct stamp *c0)
{
	struct stamp assert_edge, clear_edge;

	if (ppsdev_read(a->probe, a->port.pps, &assert_edge, &clear_edge) < 0)
		return false;
	if (assert_edge.seq == a0->seq && clear_edge.seq == c0->seq)
		return false;
	if (assert_edge.seq != a0->seq && clear_edge.seq != c0->seq)
		pulse_shape(&assert_edge, &clear_edge, &a->shape);
	return true;
}

/* Look for the first edge, then a little for the other one.  Ends early on a signal or hang-up. */
static void look_for_pulse(struct attaching *a, int64_t timeout_ms)
{
	const int64_t start_ns = probe_now_ns(a->probe);
	int64_t end_ns = start_ns + timeout_ms * NS_PER_MS;
	struct stamp a0, c0;

	a->looked = true;
	if (ppsdev_read(a->probe, a->port.pps, &a0, &c0) < 0)
		return;
	while (a->shape.edge == EDGE_UNKNOWN && !attach_is_interrupted() && !tty_is_gone(a->port.fd)) {
		const int64_t now_ns = probe_now_ns(a->probe);

		if (see_edges(a, &a0, &c0) && !a->pulse_seen) {
			a->pulse_seen = true;
			a->pulse_after_ms = (now_ns - start_ns) / NS_PER_MS;
			end_ns = now_ns + SHAPE_MS * (int64_t)NS_PER_MS;
		}
		if (now_ns >= end_ns)
			return;
		probe_sleep_ms(a->probe, PAUSE_MS);
	}
}

int attach_await_pulse(struct attaching *a, const struct attach_options *o)
{
	if (!a->port.pps[0])
		a->looked = false;	/* it is another port's, or nobody's */
	else if (o->wait_pulse_s)
		look_for_pulse(a, o->wait_pulse_s * 1000);
	else if (!o->daemon && !notify_wanted())
		look_for_pulse(a, LOOK_MS);
	if (tty_is_gone(a->port.fd)) {
		msg_error(a->plan.node, "the port went away");
		return EXIT_GONE;
	}
	if (attach_is_interrupted())
		return o->once || o->daemon ? EXIT_NO : 0;	/* else it is the holder's */
	if (a->pulse_seen)
		return 0;
	if (o->wait_pulse_s) {
		msg_error(a->plan.node, "no pulse within %ld s", o->wait_pulse_s);
		msg_hint("gpsppsctl diag %s", a->plan.node);
	}
	attach_tell_driver(a);
	return o->wait_pulse_s && (o->once || o->daemon) ? EXIT_NO : 0;
}
