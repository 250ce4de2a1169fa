/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * RTS or DTR of a port as an output.  To open a port raises both lines (tty_port.c,
 * tty_port_block_til_ready()): ours is idle again a moment later, before anything else.
 * HUPCL is on meanwhile, so that the line falls even when we are killed.
 */
#ifndef GPSPPSCTL_PULSEOUT_H
#define GPSPPSCTL_PULSEOUT_H

#include <stdbool.h>
#include <stdint.h>
#include <termios.h>

#include "../pulsetrain.h"

struct pulseout {
	int fd;			/* -1: none */
	int line;		/* TIOCM_RTS or TIOCM_DTR */
	bool inverted;		/* idle high */

	/* private from here on */
	struct termios found;
	bool changed;
};

/* The clock before and after the call in whose middle the line has moved, or so. */
struct bracket {
	int64_t before_ns, after_ns;	/* CLOCK_REALTIME */
	int64_t mono_ns;		/* CLOCK_MONOTONIC at before_ns */
};

/*
 * "ttyS0", which nobody else has: it is ours alone then, except root's (TIOCEXCL).  0 or
 * -errno, with everything as before; -ENOTTY, -EINVAL: it has no such lines.
 */
int pulseout_open(struct pulseout *o, const char *tty, int line, bool inverted);
/* The line low, termios as found.  0 or -errno; -1 in fd is fine. */
int pulseout_close(struct pulseout *o);

/*
 * Read the clock until it is `call_ns`, then begin the pulse.  0; -EAGAIN: the clock went
 * back meanwhile; -ETIME: it is later by more than `late_ns`, b->before_ns says what it is;
 * -errno: the port is gone, or will not have it.
 */
int pulseout_begin(const struct pulseout *o, int64_t call_ns, int64_t late_ns,
		   struct bracket *b);
/* Read CLOCK_MONOTONIC until it is `mono_ns`, then end it.  0 or -errno. */
int pulseout_end(const struct pulseout *o, int64_t mono_ns);

/* Both clocks at one moment, unless we are interrupted again and again. */
void pulseout_clocks(struct clocks *now);
/* Until then of CLOCK_MONOTONIC; how late it was.  0, or -EINTR: a signal came. */
int pulseout_sleep(int64_t mono_ns, int64_t *late_ns);

#endif
