// SPDX-License-Identifier: GPL-2.0-or-later
/* The reply to "status": control.h says what its lines mean. */
#include "hold.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

struct text {
	char *buf;
	size_t size, n;
};

__attribute__((format(printf, 2, 3)))
static void add(struct text *t, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(t->buf + t->n, t->size - t->n, fmt, ap);
	va_end(ap);
	if (n > 0 && (size_t)n < t->size - t->n)
		t->n += (size_t)n;
	else
		t->buf[t->n] = '\0';	/* a line that does not fit is left out whole */
}

static long seconds_since(int64_t then_ns)
{
	return (long)((hold_now_ns() - then_ns) / NS_PER_S);
}

static void add_measured(struct text *t, const struct meter *m)
{
	if (m->shape.edge != EDGE_UNKNOWN)
		add(t, "pulse %s %ld %ld\n", m->shape.edge == EDGE_ASSERT ? "assert" : "clear",
		    (long)(m->shape.width_ns / 1000), seconds_since(m->shape_at_ns));
	if (m->burst_at_ns)
		add(t, "burst %d %d %u %ld\n", m->burst.first_ms, m->burst.last_ms,
		    m->burst.chars, seconds_since(m->burst_at_ns));
}

static void add_counts(struct text *t, const struct hold *hold)
{
	struct stamp assert_edge, clear_edge;
	int64_t age_ns;

	if (!hold->h.pps[0] || hold_read_edges(hold, &assert_edge, &clear_edge) < 0)
		return;
	add(t, "asserts %u\nclears %u\n", assert_edge.seq, clear_edge.seq);
	age_ns = look_age_ns(&assert_edge, &clear_edge);
	if (age_ns >= 0)
		add(t, "age %lld\n", (long long)(age_ns / NS_PER_MS));
}

static void add_tally(struct text *t, const struct tally *tally)
{
	add(t, "losses %u\nheals %u\nreattached %u\n", tally->losses, tally->heals,
	    tally->reattached);
	if (tally->lost_ns)
		add(t, "lost %ld\n", seconds_since(tally->lost_ns));
}

static void add_pauser(struct text *t, const struct hold *hold)
{
	const pid_t pid = hold->pauser ? server_peer(hold->pauser) : 0;

	if (pid)
		add(t, "paused %d\n", (int)pid);
}

size_t status_write(const struct hold *hold, char *buf, size_t size)
{
	const struct handover_port *h = &hold->h;
	struct text t = { .buf = buf, .size = size - 1 };	/* room for the empty line */

	add(&t, "port %s\npid %d\nunit %u\n", h->tty, (int)getpid(), h->unit);
	add(&t, "since %ld\nbaud %u\n", seconds_since(hold->since_ns), h->baud);
	if (h->pps[0])
		add(&t, "pps %s\n", h->pps);
	if (h->no_pulse || h->no_sentences)
		add(&t, "only %s\n", h->no_pulse ? "sentences" : "pulse");
	add(&t, "links %s\n", h->links == LINKS_SELF ? "self" : "udev");
	add(&t, "termios %o %o %o %o\n", h->mode.c_iflag, h->mode.c_oflag, h->mode.c_cflag,
	    h->mode.c_lflag);
	add_measured(&t, &hold->meter);
	add_counts(&t, hold);
	add_tally(&t, &hold->tally);
	add_pauser(&t, hold);
	t.buf[t.n++] = '\n';
	return t.n;
}
