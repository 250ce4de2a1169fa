/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where pulses come from.  Each kind of source is one file and one object; a source
 * waits in a thread of its own (PPS_FETCH and TIOCMIWAIT can only be waited for one at
 * a time) and puts what it sees into one pipe, an event a write(), so that the reader
 * has one descriptor for any number of them.  Part of the OS edge: it judges nothing.
 */
#ifndef GPSPPSCTL_SOURCE_H
#define GPSPPSCTL_SOURCE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "../edge.h"

#define SOURCE_NAME_MAX 64

enum source_line { LINE_DCD, LINE_CTS, LINE_DSR, LINE_RI };

/* What the caller wants watched. */
struct source_wish {
	char name[SOURCE_NAME_MAX];	/* as shown and logged: "pps0", "ttyS0:cts", "gpiochip0:17" */
	char path[128];			/* "/dev/pps0", "/dev/ttyS0", "/dev/gpiochip0" */
	enum source_line line;		/* of a port */
	unsigned int offset;		/* of a GPIO chip */
	int64_t period_ns;		/* expected, for polling in a predicted window; 0: 1 s */
};

enum source_event_kind {
	SOURCE_EDGE,	/* .edge, and .lines of a port */
	SOURCE_LINES,	/* the first look at a port, or other modem lines changed: .lines */
	SOURCE_GONE,	/* the port or source went away: -errno in .err; the thread has ended */
};

/* At most PIPE_BUF bytes, so that each write() is whole. */
struct source_event {
	unsigned int index;		/* the caller's number of the source */
	enum source_event_kind kind;
	struct edge edge;
	int lines;			/* TIOCM_* as last seen; -1: not known */
	int err;
};

struct source;

struct source_kind {
	const char *name;		/* "pps", "sysfs", "miwait", "poll", "gpio" */
	enum stamp_by by;
	/* Open and prove that it can be waited for.  0 or -errno; s->fd is the source's. */
	int (*open)(struct source *s);
	/* Until s->stop; each wait may be interrupted by a signal.  0 or -errno. */
	int (*run)(struct source *s);
	/* Put back what open() changed, and close. */
	void (*close)(struct source *s);
};

struct source {
	struct source_wish wish;
	const struct source_kind *kind;
	unsigned int index;
	int fd;
	int out;			/* the pipe's end to write to */
	pthread_t thread;
	bool running;
	atomic_bool stop;
	void *state;			/* of the kind */
};

extern const struct source_kind source_pps, source_sysfs, source_miwait, source_poll,
	source_gpio;

/*
 * Choose the best kind that works for the wish and open it: a PPS source by PPS_FETCH,
 * else (no right to open it) by sysfs; a port's line by TIOCMIWAIT, else by polling
 * (also later, where TIOCMIWAIT turns out to hear of nothing: each edge says who took its
 * stamp); a GPIO line.  0, or -errno of the last that was tried.  Ports that N_PPS or others
 * have are the caller's to refuse.
 */
int source_open(struct source *s, const struct source_wish *wish);
/*
 * Begin to wait, in a thread with a small stack that writes events of `index` to `out`;
 * what happened before is not reported.  `s` stays where it is until source_stop().  The
 * thread is interrupted by SIGUSR2, which the program leaves alone.  0 or -errno.
 */
int source_start(struct source *s, unsigned int index, int out);
/* End the thread, put back and close.  Works at any time, also twice, also all zero. */
void source_stop(struct source *s);

#endif
