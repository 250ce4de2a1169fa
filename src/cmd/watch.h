/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts of the watch command: wait, judge, show, write down. */
#ifndef GPSPPSCTL_WATCH_H
#define GPSPPSCTL_WATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../nmea.h"
#include "../pulsefilter.h"
#include "../source/log.h"
#include "../sys/borrow.h"
#include "../sys/line.h"
#include "../watchview.h"
#include "watch_choose.h"

/* The sentences of a port that we opened ourselves. */
struct watch_said {
	struct borrow port;		/* port.fd -1: none are read */
	struct nmea parser;
	char fix[48];			/* "3D, 9 satellites" */
	int fix_kind, satellites;	/* -1: not said yet */
	uint64_t chars;			/* since begun_ns */
	int64_t begun_ns;		/* CLOCK_MONOTONIC */
	/* the burst behind the pulse that is shown next */
	int64_t first_ns, last_ns;	/* CLOCK_REALTIME of its characters; 0: none came */
};

/* What a sentence says of the pulse before it. */
struct watch_named {
	char type[NMEA_TYPE_MAX + 1];	/* "RMC"; "" when no sentence has come */
	int64_t second;			/* since the epoch */
	int64_t delay_ns;		/* from the pulse to its end */
};

/* One source of pulses; what is shown of it is watch.views[index]. */
struct watch_source {
	struct watch_chosen chosen;	/* of a log's source only wish.name and .what are filled */
	struct source source;
	bool waiting;			/* its thread has been started and has not ended */
	size_t index;
	bool begun;			/* the filter has its configuration */
	struct filter filter;
	int64_t *ring, *sorted, *work;	/* of config.length */
	enum stamp_by by;
	uint64_t on_time;		/* pulses */
	uint64_t count[3];		/* of them by enum pulse_edge */
	uint32_t seq;			/* of the newest of them */
	int64_t second;			/* of the strip's newest place; 0: it is empty */
	struct watch_said said;
	/* The pulse, and its other edge, that wait for a sentence to name them. */
	struct judged held[2];
	size_t n_held;
	int64_t held_until_ns;		/* CLOCK_MONOTONIC */
	uint64_t cs_used, cs_missed;	/* filter's counts at the last line of clockstats */
};

/* A file that whole lines are appended to. */
struct watch_file {
	const char *path;
	int fd;				/* -1: none */
	bool torn;			/* it ends within a line */
	bool mute;			/* the screen is up: what fails is said at the end */
	int err;			/* of the first write that failed; 0: none did */
	uint64_t lost;			/* lines that were not written */
};

/* A log that is read. */
struct watch_replay {
	const char *name;
	struct log log;
	uint64_t edges;			/* of it that found a source: there may be too many */
};

struct watch {
	const struct ctx *ctx;
	const struct watch_options *o;
	struct watch_source **v;
	struct view_source *views;
	size_t n;
	struct watch_replay **replays;
	size_t n_replays;
	int pipe[2];
	size_t n_waiting;		/* sources whose thread runs */
	struct watch_file log, clockstats;
	int64_t sync_ns, clockstats_ns;	/* CLOCK_MONOTONIC of the next one */
	int64_t heard_ns;		/* CLOCK_MONOTONIC of the newest pulse, else of the start */
	int64_t draw_ns;		/* of the next picture */
	int64_t shown_ns;		/* a log's own time: of its newest edge */
	bool screen, done, silent;
	size_t name_width;
	struct line line;
	int out_err;			/* stdout takes no more: -errno */
};

/* ---- watch_loop.c ---- */

int64_t watch_now_ns(void);		/* CLOCK_MONOTONIC */
int64_t watch_real_ns(void);		/* CLOCK_REALTIME */
/* Until all is over, a signal comes, or w->done. */
void watch_loop(struct watch *w);

/* ---- watch_source.c: what is watched ---- */

/* A new one, not started; `chosen` is copied.  NULL after a message. */
struct watch_source *watch_add(struct watch *w, const struct watch_chosen *chosen);
/* Open them all and start their threads.  0, or an exit code after a message. */
int watch_start(struct watch *w);
void watch_stop(struct watch *w);
void watch_free(struct watch *w);
/* It went away, or its thread has ended with an error. */
void watch_lose(struct watch *w, struct watch_source *s, int err);

/* ---- watch_judge.c: one edge through the pipeline ---- */

void watch_edge(struct watch *w, struct watch_source *s, const struct edge *e);
/* Show the pulse that waits for its sentence; `named` NULL: none came. */
void watch_release(struct watch *w, struct watch_source *s, const struct watch_named *named);
/* Seconds in which nothing came become places of the strip. */
void watch_strip_until(struct watch *w, struct watch_source *s, int64_t second);
/* It began: a pulse, neither the edge that is not on time nor one that was there before. */
bool watch_is_on_time(const struct judged *p);

/* ---- watch_said.c: sentences ---- */

/* Open the idle port at the speed where it makes sense.  0, or an exit code after a message. */
int watch_said_open(struct watch *w, struct watch_source *s);
/* Take what has come. */
void watch_said_take(struct watch *w, struct watch_source *s);
/* A new pulse is there: what was heard is of the one before. */
void watch_said_pulse(struct watch *w, struct watch_source *s);

/* ---- watch_replay.c: logs ---- */

int watch_replay_open(struct watch *w, const char *path);
/* One piece of it; at its end r->log.fd is -1. */
void watch_replay_take(struct watch *w, struct watch_replay *r);
/* A file that is no log: an exit code after a message. */
int watch_replay_judge(const struct watch_replay *r);

/* ---- watch_log.c: files that are written ---- */

/* --log, --clockstats.  0, or an exit code after a message. */
int watch_files_open(struct watch *w);
void watch_log_edge(struct watch *w, const struct watch_source *s, const struct edge *e);
/* Lines of clockstats that are due, and what is written to the disk. */
void watch_files_tick(struct watch *w, int64_t now_ns);
/* EXIT_TROUBLE when lines were lost, after a message; else `code`. */
int watch_files_close(struct watch *w, int code);

/* ---- watch_text.c, watch_json.c: the line of a pulse, and the summary ---- */

void watch_text_pulse(struct watch *w, const struct watch_source *s, const struct judged *p,
		      const struct watch_named *named);
void watch_text_summary(struct watch *w, const struct watch_source *s);
void watch_json_pulse(struct watch *w, const struct watch_source *s, const struct judged *p,
		      const struct watch_named *named);
void watch_json_summary(struct watch *w, const struct watch_source *s);
/* Write w->line, and remember when stdout takes no more. */
void watch_put(struct watch *w);

#endif
