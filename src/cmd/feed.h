/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts of the feed command: choose, hold, wait, judge, give. */
#ifndef GPSPPSCTL_FEED_H
#define GPSPPSCTL_FEED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../feeder.h"
#include "../nmea.h"
#include "../source/source.h"
#include "../sys/borrow.h"
#include "../sys/chronysock.h"
#include "../sys/line.h"
#include "../sys/probe.h"
#include "../sys/realtime.h"
#include "../sys/shm.h"
#include "../unittab.h"
#include "cmd.h"

#define FEED_PORTS_MAX 16
#define FEED_DELAY_FOUND INT64_MIN	/* no --delay */

struct feed_options {
	char **ports;
	size_t n;
	enum feed_mode mode;		/* --pulse-only, --seconds-only */
	long unit;			/* -1: by the table, else by place */
	long shm;			/* first unit; -1: twice the unit, or none with --sock */
	const char *sock;		/* "auto": /run/chrony.TTY.sock; NULL: none */
	const char *pulse;		/* a source: PPS, PORT, gpiochipN:M; NULL: the table's, the port's */
	enum source_line line;
	bool line_given;
	enum pulse_edge edge;
	int64_t offset_ns, delay_ns, holdover_ns;
	long gate_us, ppm, width_ms;	/* width_ms 0: any */
	long baud, count, timeout_s;	/* 0: not said */
	long priority, wakeup_latency_us;	/* 0; -1 */
	const char *calibrate;		/* another source */
	bool ignore_clock, json, quiet, help;
};

/* What one port is fed from, and to whom. */
struct feed_chosen {
	char tty[64];			/* "ttyS0"; "" with a pulse alone */
	char port[72];			/* "/dev/ttyS0", else the source's name */
	enum feed_mode mode;		/* the options', but for a unit without a pulse */
	unsigned int unit, baud;
	bool in_table;			/* what the port is for is known there */
	bool no_uart;			/* a USB gadget: characters have no duration */
	bool has_pulse, has_sentences;
	struct source_wish wish;	/* of the pulse */
	bool by_kernel;			/* wish is a ppsN; else a line that we wait for ourselves */
	bool is_held;			/* somebody keeps the port attached, and nobody reads it */
	bool needs_holder;		/* nobody has it, and the kernel shall stamp: attach first */
	char holder[48];		/* "gpsppsctl[412]"; "" nobody */
	int shm;			/* first unit; -1: none */
	char sock[108];			/* "": none */
};

struct feed_port {
	const char *what;		/* as it was named */
	size_t nth;
	struct feed_chosen chosen;
	struct feeder feeder;
	struct source source;
	unsigned int generation;	/* of the source: what an old one has left in the pipe is old */
	struct borrow said;		/* the sentences; .fd -1: none */
	struct nmea parser;
	struct shm_unit shm[2];		/* by enum sample_kind */
	struct chronysock sock;
	pid_t holder;			/* our own child, gpsppsctl attach; 0: none */
	bool was_held;			/* by a holder that is not ours: it will come back */
	bool told;			/* state was */
	enum feed_state state;		/* as it was told */
	enum feed_state seen, before;	/* at the last look, and at the one before */
	bool pulse_gone, said_gone;	/* looked for again each second */
	int64_t gone_ns;		/* CLOCK_MONOTONIC since when both are */
	int64_t fed_ns;			/* CLOCK_MONOTONIC of the last sample */
	int target_err[3];		/* what was said last of SHM by kind, and SOCK; 0: all is well */
};

struct feed {
	const struct ctx *ctx;
	const struct feed_options *o;
	struct probe *probe;
	struct unittab units;
	struct feed_port *ports;
	size_t n;
	int pipe[2];
	struct realtime realtime;
	struct line line;
	int out_err;			/* stdout takes no more: -errno */
	bool done, silent;		/* --count is reached; --timeout has passed */
	bool is_service;
	int code;			/* the end's, when a port is why */
	uint64_t counted;
	int64_t tick_ns;		/* CLOCK_MONOTONIC of the next one */
};

/* feed_options.c: 0 or an exit code after a message. */
void feed_usage(void);
int feed_parse_options(int argc, char **argv, struct feed_options *o);

/*
 * feed_choose.c: what is there, without opening a port.  0 or an exit code after a
 * message; `quiet`: without one.  feed_choose() opens its own probe and reads the table.
 */
int feed_look(const struct feed *f, size_t nth, bool quiet, struct feed_chosen *c);
int feed_choose(const struct ctx *ctx, const struct feed_options *o, size_t nth,
		struct feed_chosen *c);

/* feed_open.c: each 0 or an exit code after a message; feed_close() works at any time. */
int feed_open_targets(struct feed *f, struct feed_port *p);
int feed_open_said(struct feed *f, struct feed_port *p, bool quiet);
int feed_open_pulse(struct feed *f, struct feed_port *p, bool quiet);
int feed_begin_feeder(struct feed *f, struct feed_port *p);
void feed_close(struct feed_port *p);

/* feed_holder.c: attach the port by a child of ours, and let go of it. */
int feed_attach(struct feed *f, struct feed_port *p);
void feed_detach(struct feed_port *p);
/* The child's exit code when it has ended by itself, else -1. */
int feed_holder_ended(struct feed_port *p);

/* feed_loop.c */
void feed_loop(struct feed *f);
struct instant feed_now(void);
/* --timeout has passed. */
bool feed_is_silent(const struct feed *f, const struct feed_port *p, int64_t mono_ns);

/* feed_follow.c: the pulse or the sentences have gone; once a second: look for them again. */
void feed_lose_pulse(struct feed *f, struct feed_port *p, int err);
void feed_lose_said(struct feed *f, struct feed_port *p, int err);
void feed_follow(struct feed *f, struct feed_port *p);

/* feed_said.c: take what has come. */
void feed_said_take(struct feed *f, struct feed_port *p);

/* feed_give.c: to whom it is due. */
void feed_give(struct feed *f, struct feed_port *p, const struct sample *samples, size_t n);

/* feed_start.c */
void feed_tell_start(struct feed *f);

/* feed_tell.c: what is said to people and to the service manager. */
void feed_tell_state(struct feed *f, struct feed_port *p);
void feed_tell_status(struct feed *f);
void feed_tell_summary(struct feed *f);
/* A line with the time of day, of something that has changed. */
__attribute__((format(printf, 3, 4)))
void feed_say(struct feed *f, const struct feed_port *p, const char *fmt, ...);
void feed_put(struct feed *f);

/* feed_json.c */
void feed_json_sample(struct feed *f, const struct feed_port *p, const struct sample *s);
void feed_json_state(struct feed *f, const struct feed_port *p, const char *text);
void feed_json_message(struct feed *f, const struct feed_port *p, const char *text);
/* `type`: "status", "summary" */
void feed_json_sums(struct feed *f, const struct feed_port *p, const char *type);

/* feed_calibrate.c: --calibrate.  An exit code. */
int feed_calibrate(const struct ctx *ctx, const struct feed_options *o);

#endif
