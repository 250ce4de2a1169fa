// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Measure the receiver once: width and polarity of its pulse while both edges
 * are captured (the first daemon narrows that to one, for everybody), then by
 * the receive counter when its sentences come.  Counters only: nothing is read
 * from the port, and nothing here asks TIOCMGET, which would steal an edge.
 */
#include "hold.h"

#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <linux/serial.h>
#include <time.h>

#define FIRST_NS (1200 * NS_PER_MS)	/* a pulse and its other edge fit in */
#define QUICK_STEPS 3			/* so many at FIRST_NS, while daemons start */
#define SAMPLE_NS (5 * NS_PER_MS)
#define BURST_NS NS_PER_S
#define SHAPELESS_STEPS 5		/* then the burst is measured without the shape */

static int64_t realtime_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return t.tv_sec * NS_PER_S + t.tv_nsec;
}

void meter_init(struct hold *hold)
{
	struct meter *m = &hold->meter;

	m->state = hold->h.pps[0] ? METER_SHAPE : METER_DONE;
	m->shape = hold->h.shape;
	m->shape_at_ns = hold->h.shape_at_ns;
	m->due_ns = hold->since_ns + FIRST_NS;
}

void meter_restart(struct hold *hold)
{
	hold->meter = (struct meter) { .due_ns = hold_now_ns() + FIRST_NS };
}

void meter_again(struct hold *hold)
{
	struct meter *m = &hold->meter;

	m->burst_at_ns = 0;
	if (!hold->h.pps[0])
		return;
	m->state = METER_SHAPE;
	m->steps = 0;
	m->due_ns = hold_now_ns() + FIRST_NS;
}

int meter_timeout_ms(const struct hold *hold)
{
	const struct meter *m = &hold->meter;
	int64_t left_ns;

	if (m->state == METER_DONE || hold->pauser)
		return WAIT_FOR_EVER;
	left_ns = m->due_ns - hold_now_ns();
	return left_ns <= 0 ? 0 : (int)((left_ns + NS_PER_MS - 1) / NS_PER_MS);
}

/* Patience shares the watch's wake-ups. */
static void later(struct hold *hold)
{
	struct meter *m = &hold->meter;

	m->state = METER_SHAPE;
	m->due_ns = m->steps < QUICK_STEPS ? hold_now_ns() + FIRST_NS : hold->watch.due_ns;
}

/* The on-time edge; of a pulse of unknown shape the one that moves. */
static const struct stamp *on_time(const struct meter *m, const struct stamp *assert_edge,
				   const struct stamp *clear_edge)
{
	if (m->shape.edge == EDGE_CLEAR)
		return clear_edge;
	if (m->shape.edge == EDGE_UNKNOWN && assert_edge->seq == m->last_assert.seq)
		return clear_edge;
	return assert_edge;
}

static void step_shape(struct hold *hold)
{
	struct meter *m = &hold->meter;
	struct stamp assert_edge, clear_edge;
	bool moved;

	m->steps++;
	if (hold_read_edges(hold, &assert_edge, &clear_edge) < 0) {
		later(hold);
		return;
	}
	moved = assert_edge.seq != m->last_assert.seq || clear_edge.seq != m->last_clear.seq;
	if (m->shape.edge == EDGE_UNKNOWN && moved &&
	    pulse_shape(&assert_edge, &clear_edge, &m->shape) == 0)
		m->shape_at_ns = hold_now_ns();
	if (moved && (m->shape.edge != EDGE_UNKNOWN || m->steps >= SHAPELESS_STEPS)) {
		const int64_t age_ns = realtime_ns() - on_time(m, &assert_edge, &clear_edge)->time_ns;

		/* the burst is watched from the next pulse on; a stepped clock asks for patience */
		prctl(PR_SET_TIMERSLACK, 0, 0, 0, 0);	/* as it was before the watch's */
		m->state = hold->h.no_sentences ? METER_DONE : METER_ALIGN;
		m->due_ns = hold_now_ns() + NS_PER_S - (age_ns % NS_PER_S + NS_PER_S) % NS_PER_S;
	} else {
		later(hold);
	}
	m->last_assert = assert_edge;
	m->last_clear = clear_edge;
}

static int read_rx(const struct hold *hold, uint32_t *rx)
{
	struct serial_icounter_struct count;

	if (ioctl(hold->h.tty_fd, TIOCGICOUNT, &count) < 0)
		return -1;	/* a driver that does not count */
	*rx = (uint32_t)count.rx;
	return 0;
}

/* The pulse is due now (to the timer's millisecond): watch what follows it. */
static void step_align(struct hold *hold)
{
	struct meter *m = &hold->meter;

	m->pulse_ns = m->due_ns;
	burst_begin(&m->burst);
	m->state = METER_BURST;
}

static void step_burst(struct hold *hold)
{
	struct meter *m = &hold->meter;
	const int64_t now_ns = hold_now_ns();
	struct stamp assert_edge, clear_edge;
	uint32_t rx;

	if (read_rx(hold, &rx) < 0) {
		m->state = METER_DONE;
		return;
	}
	burst_sample(&m->burst, (int32_t)((now_ns - m->pulse_ns) / NS_PER_MS), rx);
	m->due_ns = now_ns + SAMPLE_NS;
	if (now_ns - m->pulse_ns < BURST_NS)
		return;
	/* measured from a pulse that did not come, it would mean nothing */
	if (hold_read_edges(hold, &assert_edge, &clear_edge) < 0 ||
	    (assert_edge.seq == m->last_assert.seq && clear_edge.seq == m->last_clear.seq)) {
		later(hold);
		return;
	}
	m->burst_at_ns = now_ns;
	m->state = METER_DONE;
}

void meter_step(struct hold *hold)
{
	if (hold_now_ns() < hold->meter.due_ns)
		return;
	if (hold->meter.state == METER_SHAPE)
		step_shape(hold);
	else if (hold->meter.state == METER_ALIGN)
		step_align(hold);
	if (hold->meter.state == METER_BURST)
		step_burst(hold);
}
