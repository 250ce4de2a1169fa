// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A modem line of a port, by TIOCMIWAIT.  It waits without a limit, holds up the removal
 * of a card that is pulled meanwhile (uart_wait_modem_status() keeps a reference that
 * uart_remove_one_port() waits for) and is ended by a signal alone: a ticker's.
 */
#include "kind.h"

#include <errno.h>
#include <linux/serial.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>

#include "../sys/tty.h"

#define ALL_LINES (TIOCM_CAR | TIOCM_CTS | TIOCM_DSR | TIOCM_RNG)
#define PROBE_NS NS_PER_MS
#define SETTLE_MAX 4
/* Ticks without an edge until the line itself is looked at, and from then on. */
#define QUIET_TICKS 2
#define QUIET_AGAIN 80
#define QUIET_LOOK_NS (NS_PER_S * 11 / 10)
#define QUIET_STEP_NS (2 * NS_PER_MS)
#define COUNT_LATE_NS (100 * NS_PER_MS)	/* an adapter's driver hears of an edge so late */

struct miwait {
	int bit;
	int lines;		/* TIOCM_* at the last look */
	uint32_t count;		/* of our line's edges, then */
	int64_t looked_ns;	/* CLOCK_REALTIME before that look */
	struct edge_counts counts;
};

/* ---- open ---- */

/* It is there when it waits; EINVAL, ENOTTY, EIO: it is not (cp210x, a pty). */
static int try_wait(int fd)
{
	int rc = ioctl(fd, TIOCMIWAIT, ALL_LINES);

	return rc < 0 && errno != EINTR ? -errno : 0;
}

/* In the caller's thread, whose signals are as before then. */
static int probe(int fd)
{
	sigset_t ours, before;
	struct ticker ticker;
	int err;

	source_signal_catch();
	err = ticker_begin(&ticker);
	if (err)
		return err;
	sigemptyset(&ours);
	sigaddset(&ours, SOURCE_SIGNAL);
	pthread_sigmask(SIG_UNBLOCK, &ours, &before);
	ticker_arm(&ticker, PROBE_NS);
	err = try_wait(fd);
	ticker_end(&ticker);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return err;
}

static uint32_t count_of(const struct serial_icounter_struct *count, enum source_line line)
{
	switch (line) {
	case LINE_CTS:
		return (uint32_t)count->cts;
	case LINE_DSR:
		return (uint32_t)count->dsr;
	case LINE_RI:
		return (uint32_t)count->rng;
	case LINE_DCD:
		break;
	}
	return (uint32_t)count->dcd;
}

/* The counter and the levels of one moment: TIOCMGET itself may find an edge and count it. */
static int look(struct source *s, uint32_t *count, int *lines)
{
	struct serial_icounter_struct before, after;

	if (ioctl(s->fd, TIOCGICOUNT, &after) < 0)
		return -errno;
	for (int i = 0; i < SETTLE_MAX; i++) {
		before = after;
		if (ioctl(s->fd, TIOCMGET, lines) < 0 || ioctl(s->fd, TIOCGICOUNT, &after) < 0)
			return -errno;
		if (count_of(&before, s->wish.line) == count_of(&after, s->wish.line))
			break;
	}
	*count = count_of(&after, s->wish.line);
	return 0;
}

static int miwait_open(struct source *s)
{
	struct miwait *w = calloc(1, sizeof(*w));
	int err;

	if (!w)
		return -ENOMEM;
	err = port_open(s);
	if (err)
		goto err_free;
	err = probe(s->fd);
	if (!err)
		err = look(s, &w->count, &w->lines);
	if (err)
		goto err_close;
	w->bit = port_line_bit(s->wish.line);
	s->state = w;
	return 0;

err_close:
	source_close_fd(s);
err_free:
	free(w);
	return err;
}

static void miwait_close(struct source *s)
{
	source_close_fd(s);
	free(s->state);
	s->state = NULL;
}

/* ---- edges ---- */

static enum pulse_edge edge_to(bool level)
{
	return level ? EDGE_ASSERT : EDGE_CLEAR;
}

static int put_edge(struct source *s, struct miwait *w, int64_t time_ns, int64_t late_ns,
		    bool level, uint32_t moved)
{
	struct edge e = {
		.time_ns = time_ns,
		.late_ns = late_ns,
		.which = edge_to(level),
		.by = STAMP_USER,
	};

	/* a UART counts RI's end alone, an adapter's driver both of its edges: no number */
	if (s->wish.line != LINE_RI)
		e.seq = edge_count(&w->counts, e.which, moved);
	return source_put(s, SOURCE_EDGE, &e, w->lines, 0);
}

/*
 * What has happened since the last look: the first edge at `woken_ns`, bounded by
 * `late_ns`; when the count has moved on meanwhile, the last one between then and now.
 */
static int take(struct source *s, struct miwait *w, int64_t woken_ns, int64_t late_ns)
{
	const bool was = w->lines & w->bit;
	const int lines_were = w->lines;
	const int64_t looked_ns = source_now(CLOCK_REALTIME);
	uint32_t count = 0, moved;
	int64_t now_ns;
	bool is;
	int err = look(s, &count, &w->lines);

	if (err)
		return err;
	now_ns = source_now(CLOCK_REALTIME);
	is = w->lines & w->bit;
	moved = count - w->count;
	w->count = count;
	w->looked_ns = looked_ns;
	if (!moved)
		return w->lines == lines_were ? 0 :
		       source_put(s, SOURCE_LINES, NULL, w->lines, 0);
	if (moved == 1 || (moved % 2 == 0) != (was == is) || s->wish.line == LINE_RI)
		return put_edge(s, w, woken_ns, late_ns, is, moved);
	err = put_edge(s, w, woken_ns, late_ns, !was, 1);
	return err ? err : put_edge(s, w, now_ns, now_ns - woken_ns, is, moved - 1);
}

/* Edges while we were at work: at most so old as the last look.  There may be more. */
static int take_slipped(struct source *s, struct miwait *w)
{
	struct serial_icounter_struct count;
	int64_t now_ns;

	for (;;) {
		now_ns = source_now(CLOCK_REALTIME);
		if (ioctl(s->fd, TIOCGICOUNT, &count) < 0)
			return -errno;
		if (count_of(&count, s->wish.line) == w->count)
			return 0;
		int err = take(s, w, now_ns, now_ns - w->looked_ns);

		if (err || atomic_load(&s->stop))
			return err;
	}
}

/* A while after the line was seen to move. */
static int confirm_uncounted(struct source *s, const struct miwait *w)
{
	const int64_t until_ns = source_now(CLOCK_MONOTONIC) + COUNT_LATE_NS;
	uint32_t count;
	int lines, err;

	while (source_sleep_until(until_ns) && !atomic_load(&s->stop))
		;	/* a tick */
	err = look(s, &count, &lines);
	return err || count != w->count ? err : -EOPNOTSUPP;
}

/*
 * The drivers of many UARTs (samsung, meson, qcom_geni, lpuart) and of some
 * adapters wait for interrupts that they never take: the line moves, the count does not.
 */
static int check_quiet(struct source *s, const struct miwait *w)
{
	const int64_t end_ns = source_now(CLOCK_MONOTONIC) + QUIET_LOOK_NS;
	int64_t now_ns;
	uint32_t count;
	int lines, err;

	while ((now_ns = source_now(CLOCK_MONOTONIC)) < end_ns && !atomic_load(&s->stop)) {
		err = look(s, &count, &lines);
		if (err || count != w->count)
			return err;
		if ((lines ^ w->lines) & w->bit)
			return confirm_uncounted(s, w);
		source_sleep_until(now_ns + QUIET_STEP_NS);
	}
	return 0;
}

static int on_tick(struct source *s, const struct miwait *w, unsigned int quiet)
{
	if (tty_is_gone(s->fd))
		return -ENODEV;
	if (quiet == QUIET_TICKS || quiet % QUIET_AGAIN == 0)
		return check_quiet(s, w);
	return 0;
}

/* -EOPNOTSUPP: it waits for edges of which the driver does not hear. */
static int wait_for_edges(struct source *s, struct miwait *w, struct ticker *ticker)
{
	unsigned int quiet = 0;
	int64_t now_ns;
	int err = 0, rc;

	while (!err && !atomic_load(&s->stop)) {
		ticker_arm(ticker, SOURCE_TICK_NS);
		err = take_slipped(s, w);
		if (err)
			break;
		rc = ioctl(s->fd, TIOCMIWAIT, ALL_LINES);
		now_ns = source_now(CLOCK_REALTIME);
		quiet = rc ? quiet + 1 : 0;
		if (!rc)
			err = take(s, w, now_ns, -1);
		else if (errno != EINTR)
			err = -errno;
		else
			err = on_tick(s, w, quiet);
	}
	return err;
}

static int miwait_run(struct source *s)
{
	struct miwait *w = s->state;
	struct ticker ticker;
	int err = ticker_begin(&ticker);

	if (err)
		return err;
	w->looked_ns = source_now(CLOCK_REALTIME);
	err = look(s, &w->count, &w->lines);
	if (!err) {
		w->counts.seq[0] = w->counts.seq[1] = w->count / 2;
		err = source_put(s, SOURCE_LINES, NULL, w->lines, 0);
	}
	if (!err)
		err = wait_for_edges(s, w, &ticker);
	ticker_end(&ticker);
	return err == -EOPNOTSUPP ? source_watch_level(s, port_look) : err;
}

const struct source_kind source_miwait = {
	.name = "miwait",
	.by = STAMP_USER,
	.open = miwait_open,
	.run = miwait_run,
	.close = miwait_close,
};
