/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts of the generate command: open, wait, pulse, listen, tell. */
#ifndef GPSPPSCTL_GENERATE_H
#define GPSPPSCTL_GENERATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../pulsetally.h"
#include "../pulsetrain.h"
#include "../source/source.h"
#include "../sys/line.h"
#include "../sys/ppsport.h"
#include "../sys/pulseout.h"
#include "../sys/realtime.h"
#include "cmd.h"

struct generate_options {
	const char *port;
	const char *loopback;		/* another port, or NULL */
	int line;			/* TIOCM_RTS, TIOCM_DTR */
	int64_t period_ns, phase_ns, width_ns, late_ns;
	long count;			/* of pulses that are made; 0: no limit */
	long priority, wakeup_latency_us;	/* 0, -1: as it is */
	bool inverted, quiet, json, help;
};

/* One pulse, or one that was left out. */
struct generate_pulse {
	bool made;
	int64_t due_ns;			/* CLOCK_REALTIME */
	int64_t late_ns;		/* left out: what it would have been */
	/* made: */
	int64_t offset_ns;		/* of the middle of the call from due_ns */
	int64_t bracket_ns;		/* the whole of the call */
	int64_t spun_ns;		/* before it */
	int64_t lag_ns;			/* by which it was begun earlier */
	int64_t mono_ns;		/* CLOCK_MONOTONIC then */
	bool arrived;			/* at the other port: */
	int64_t arrived_ns;		/* the kernel's stamp from due_ns */
	enum pulse_edge edge;
};

/* The other port, whose DCD the pulse comes to. */
struct generate_loopback {
	char tty[64], path[72];		/* "ttyS1", "/dev/ttyS1" */
	char pps[PPS_NAME_MAX];
	struct ppsport port;		/* what we attached ourselves; .fd -1: it was there */
	struct source source;
	int pipe[2];
	struct pulsetally arrivals;
	uint64_t edges[3];		/* by enum pulse_edge */
	unsigned int unheard;		/* pulses in a row */
	int err;			/* it went away: -errno */
};

struct generate {
	const struct generate_options *o;
	struct probe *probe;
	char tty[64], path[72];		/* "ttyS0", "/dev/ttyS0" */
	char name[72];			/* "ttyS0:rts" */
	struct pulseout out;
	struct pulsetrain train;
	struct realtime realtime;
	struct generate_loopback loopback;
	struct pulsetally offsets, brackets;
	unsigned int set;		/* so often the clock was set */
	struct line line;
	int out_err;			/* stdout takes no more: -errno */
};

/* ---- generate_options.c: 0, or an exit code after a message ---- */

void generate_usage(void);
int generate_parse_options(int argc, char **argv, struct generate_options *o);
/* "rts", "dtr" */
const char *generate_line_name(int line);

/* ---- generate_port.c: 0, or an exit code after a message ---- */

/* Its name, and that nobody has it. */
int generate_find_port(const char *what, char *tty, size_t size);
int generate_check_idle(struct probe *probe, const char *tty);
int generate_open(struct generate *g);
/* An exit code, after a message. */
int generate_lose(const char *path, const char *what, int err);

/* ---- generate_pulse.c ---- */

/*
 * Wait for the next pulse and make it, or leave it out.  0; -EINTR: we are to end, the
 * pulse may have been made; -errno of the port.
 */
int generate_make(struct generate *g, struct generate_pulse *p);

/* ---- generate_loopback.c ---- */

/* The source of the other port, attached if it is not.  0, or an exit code after a message. */
int generate_loopback_open(struct generate *g);
void generate_loopback_close(struct generate *g);
/* Where the pulse has come to, waiting until just before the next one. */
void generate_listen(struct generate *g, struct generate_pulse *p);
/* Nothing comes: the answer is no. */
bool generate_is_silent(const struct generate *g);
/* EXIT_NO, after a message. */
int generate_say_silent(const struct generate *g);

/* ---- generate_text.c, generate_json.c ---- */

void generate_text_begin(struct generate *g);
void generate_text_pulse(struct generate *g, const struct generate_pulse *p);
void generate_text_summary(struct generate *g);
void generate_json_begin(struct generate *g);
void generate_json_pulse(struct generate *g, const struct generate_pulse *p);
void generate_json_summary(struct generate *g);
/* Write g->line, and remember when stdout takes no more. */
void generate_put(struct generate *g);

#endif
