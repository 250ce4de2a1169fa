/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts of the diag command: choose, gather (listening meanwhile), print. */
#ifndef GPSPPSCTL_DIAG_H
#define GPSPPSCTL_DIAG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../diagnose.h"
#include "../ntplines.h"
#include "../portfacts.h"
#include "../sys/gather_daemon.h"
#include "../sys/probe.h"
#include "../unittab.h"
#include "../words.h"
#include "diag_options.h"

/* More than three pulses a second apart; the counters need no more. */
#define DIAG_WAIT_MS 3200
/* A receiver says something every second: silence in less proves nothing. */
#define DIAG_LISTEN_MIN_MS 1300

/* How a port is listened to, for as long as it is. */
enum diag_ear {
	EAR_NONE,
	EAR_HELD,
	EAR_FREE,
};

/* One port or source: its facts, and what they mean. */
struct patient {
	struct port_facts facts;
	struct verdict verdict;
	enum diag_ear ear;
	char watched[2 * SURVEY_NAME_MAX];	/* "TTY+PPS"; "" when it is not */
};

/* One run: what is there, and whom we look at. */
struct clinic {
	struct probe *probe;
	struct unittab units;
	struct port_list ports;
	struct pulse_list pulses;
	struct kernel_facts kernel;
	struct host_facts host;
	struct daemon_list daemons;
	struct system_facts system;
	struct patient *patients;
	size_t n;
	bool impatient;		/* end the window when a file of ours changes ... */
	uint32_t glance;	/* a sum over those files; 0: not looked yet */
	bool startled;		/* ... as it has: what was gathered is of before and after */
	bool forgives;		/* a port that is missing is EXIT_GONE, without a message */
	struct daemon_list before;	/* an impatient clinic's: as the last look saw them */
	int64_t asked_ns;	/* they were asked then; 0: not yet */
	bool ask;		/* a verdict has changed since: ask them again */
	bool said;		/* they need not be asked this time */
};

/* So old may be what daemons said when we look again and again. */
#define DIAG_ASK_NS INT64_C(60000000000)

/* Open the machine, or the record; what was open before is closed.  0 or an exit code. */
int diag_open_probe(struct clinic *c, const char *sysroot);

/*
 * Choose, gather, decide.  0 with the answer (EXIT_DONE, EXIT_NO, EXIT_TROUBLE), or
 * an exit code after a message.
 */
int diag_look(struct clinic *c, const struct diag_options *o, int *answer);
/* Of one look all but the probe and the table. */
void diag_forget(struct clinic *c);
/* The same; but what the daemons said may be of use to the next look. */
void diag_forget_but_said(struct clinic *c);

struct out;

/* --follow: until a signal.  An exit code. */
int diag_follow(struct clinic *c, const struct diag_options *o);

/*
 * Whom to look at: `what`, a port or a source; NULL: all that matter.  0, or an
 * exit code after a message.
 */
int diag_choose(struct clinic *c, const char *what);

/* So often an impatient clinic looks whether something has changed. */
#define DIAG_GLANCE_MS 200

/* All facts of all patients, over a window of wait_ms (0: what is to be seen at once). */
void diag_gather(struct clinic *c, bool active, int wait_ms);

/*
 * Hear what the receivers say, where design allows it: a port that somebody only
 * keeps attached; an idle one when `active`.  Between the two time must pass.
 * Fills f->sentences, with the obstacle when it was not to be.
 */
void diag_listen_begin(struct clinic *c, bool active);
void diag_listen_end(struct clinic *c, bool active);
/* Instead of both, where too little time is to pass. */
void diag_listen_skip(struct clinic *c);

/* --list: all ids, a line each.  --explain: one of them, or "all".  An exit code. */
void diag_list(bool json);
int diag_explain(const char *id, bool json);

/* A comm or a link's target may hold anything: no control code reaches a terminal. */
void diag_put_clean(const char *s);
/* A labelled line of the report, broken at blanks; a command is never broken (wrap false). */
void diag_put_line(const char *label, const char *text, bool wrap);
#define DIAG_LINE_MAX 1024

/* Append to such a line. */
#define diag_add(line, ...) text_add(line, DIAG_LINE_MAX, __VA_ARGS__)
/* The first line of a port's report; the id of its cause, or NULL. */
void diag_put_headline(const struct port_facts *f, const char *text, const char *id);
void diag_put_healthy(const struct port_facts *f);
/* What the daemons make of this port's clocks: their marks, in words. */
void diag_put_daemons(const struct port_facts *f);
struct out *diag_daemons_json(const struct port_facts *f);
/* `verbose`: also what is fine, what was skipped, and the lines for the daemons. */
void diag_print_text(const struct patient *p, bool verbose);
/* What to write into the daemons' files for this port. */
void diag_lines(const struct port_facts *f, struct ntplines *lines);
void diag_print_json(const struct patient *patients, size_t n);

#endif
