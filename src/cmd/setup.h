/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts of setup: find, look, plan, show, apply, verify; undo; print. */
#ifndef GPSPPSCTL_SETUP_H
#define GPSPPSCTL_SETUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "../setup/plan.h"
#include "../sys/changes.h"
#include "../unittab.h"
#include "cmd.h"
#include "diag.h"

#define SETUP_DAEMON_FOUND (-1)		/* no --daemon */

struct setup_options {
	const char *port;		/* as typed; NULL: to be found */
	const char *root;		/* directory of an image; NULL: this machine */
	const char *print;		/* name of a fragment; NULL */
	int daemon, taker;		/* enum setup_daemon, or SETUP_DAEMON_FOUND */
	long unit;			/* -1: not said */
	long wait_s;			/* for the pulse and the daemon */
	bool yes, dry_run, undo, json, help;
	char *const *words;		/* all of it as typed, NULL behind the last */
};

/* What the port is, before and after it was looked at. */
struct setup_found {
	char tty[SURVEY_NAME_MAX];	/* "ttyS0" */
	const char *baud_from;		/* half a line: where the speed comes from */
	struct fact width_us, fix, satellites;
	bool heard;			/* sentences came */
	bool busy;			/* somebody reads it who is no time daemon: "agetty[512]" */
	char reader[48];
	char note[160];			/* why a measured value is missing; "" */
};

/* What was seen of the result, last. */
struct setup_proof {
	bool looked, pulse, healthy, used;
	const char *cause;		/* its id; NULL: none */
	int64_t cause_s;		/* since when it is that one */
	char text[DIAG_LINE_MAX];	/* as it is told while we wait */
};

struct setup_files;
struct out;

struct setup {
	const struct ctx *ctx;
	const struct setup_options *o;
	const char *root;		/* "" or the image's directory */
	struct clinic clinic;		/* as diag sees the machine; probe NULL: not looked at */
	pid_t holder;			/* our own child while we measure */
	char stopped[64];		/* a unit that was stopped to measure; "" none */
	bool applied;			/* it was begun: what was stopped stays so */
	struct setup_found found;
	char port[UNIT_PORT_MAX];	/* what in.port points to */
	struct setup_in in;
	struct changes *changes;
	struct setup_files *files;
	struct setup_plan plan;
	bool has_plan;
	struct setup_proof proof;
	struct out *steps;		/* --json: all that were planned */
};

/* setup_options.c: 0 or an exit code after a message. */
void setup_usage(void);
int setup_parse_options(int argc, char **argv, struct setup_options *o);

/* setup_print.c: --print NAME [PORT]; "list" names them.  An exit code. */
int setup_print(const struct ctx *ctx, const struct setup_options *o);

/*
 * setup_ask.c: a question on the terminal.  0 for yes; EXIT_NO; EXIT_TROUBLE after a message
 * when there is nobody to ask.
 */
int setup_ask(const struct setup *s, const char *question);
/* A line of another question's answer.  Ctrl-C: EXIT_TROUBLE, which setup's end tells. */
int setup_read_answer(const char *question, char *answer, size_t size);
/* Could be asked, or need not be?  0 or EXIT_TROUBLE after a message. */
int setup_can_ask(const struct setup_options *o);

/*
 * setup_look.c.  setup_glance(): one look of diag's at `what` ("": all that matter), in the
 * clinic.  setup_look(): measure the port, fill s->in and s->found.  0 or an exit code.
 */
int setup_glance(struct setup *s, const char *what, bool active, int wait_ms);
int setup_look(struct setup *s);
/* The same of a port that nobody can look at: of an image. */
int setup_imagine(struct setup *s);

/*
 * setup_measure.c: a port that nobody has is listened to and attached for a while; one that has
 * a login prompt, when that may be stopped (setup_resume() starts it again).
 * setup_await_attach(): a service of ours that begins in this moment, as at boot, listens
 * already, and answers when it holds the port: true, for 15 s at most.
 */
int setup_measure(struct setup *s);
bool setup_await_attach(const struct setup *s);
int setup_stop_getty(struct setup *s);
void setup_resume(struct setup *s);
/* What a look at the port has told, taken into s->in and s->found. */
void setup_take(struct setup *s, const struct port_facts *f);

/* setup_find.c: which port has the receiver: s->found.tty.  0 or an exit code. */
int setup_find(struct setup *s);

/*
 * setup_port.c: what is typed leads to s->found.tty; its unit and its name in the table;
 * what the machine is.  0 or an exit code.
 */
int setup_name_port(struct setup *s, const char *typed);
int setup_choose_unit(struct setup *s);
void setup_machine(struct setup *s);
enum setup_init setup_find_init(struct setup *s);

/*
 * setup_daemon.c.  setup_check_daemon(): could any get it, and is the one that was named there?
 * setup_choose_daemon(): which gets it.  0 or an exit code.
 */
int setup_check_daemon(const struct setup *s);
int setup_choose_daemon(struct setup *s);
/* Its row in the clinic, or NULL. */
const struct daemon *setup_daemon_of_clinic(const struct setup *s, enum setup_daemon d);

/* setup_files.c: the files below the root as they are.  NULL without memory. */
struct setup_files *setup_files_new(struct setup *s);
void setup_files_free(struct setup_files *f);
/* They have changed since. */
void setup_files_forget(struct setup_files *f);
/* Is it still as it was read? */
bool setup_files_is_same(struct setup_files *f, const char *path);
struct setup_reader setup_files_reader(struct setup_files *f);
bool setup_exists(struct setup *s, const char *path);

/* setup_plan.c: make (or make anew) s->plan.  0 or an exit code. */
int setup_make_plan(struct setup *s);
/* Will gpsd, if it has the port, let it go?  0 or an exit code. */
int setup_check_gpsd(const struct setup *s);
/* How many of its steps a program makes, and how many are left to the reader. */
size_t setup_count(const struct setup *s, bool by_hand);

/*
 * setup_show.c.  setup_put(): a line of the report, whose text is somebody else's.
 * setup_delay_text(): half a line, how late the sentences end.
 */
void setup_put(const char *name, const char *text);
void setup_delay_text(const struct setup *s, char text[DIAG_LINE_MAX]);
void setup_show_found(const struct setup *s);
int setup_show_plan(struct setup *s);
void setup_show_by_hand(const struct setup *s);

/* setup_json.c: instead of all of these; the plan's steps are added, at the end all is printed. */
void setup_json_steps(struct setup *s);
void setup_put_json(struct setup *s);

/* setup_apply.c: make the steps, stop and start.  0 or an exit code. */
int setup_apply(struct setup *s);

/* setup_run.c: a program of the system's, its output dropped; what it says is told when it fails. */
int setup_run(const char *const argv[]);
bool setup_is_active(const char *unit);
/* `systemctl VERB UNIT...`, a unit at a time; each that fails is a line.  How many failed. */
unsigned int setup_systemctl(const char *verb, const char *units);
/* Each line of `text` by the shell.  How many failed. */
unsigned int setup_shell(const char *text);
/* systemd and udev read their files anew; udev looks at the port (of --undo "tty*") once more. */
void setup_reload(const struct setup *s);

/*
 * setup_units.c: which units ran before, for --undo.  setup_units_stop(): those that did not.
 * setup_units_start(): those that did; then nothing is noted any more.  Between them, when the
 * files are put back, setup_units_leave(): the holders of ports that the table named until now
 * (s->clinic.units).
 */
int setup_units_note(const struct setup *s);
bool setup_units_noted(void);
void setup_units_stop(void);
void setup_units_leave(const struct setup *s);
void setup_units_start(void);

/* setup_init.c: of --undo without systemd, before and behind the files. */
void setup_init_stop(const struct setup *s);
void setup_init_end(const struct setup *s, const struct unittab *units);

/* setup_verify.c: an exit code. */
int setup_verify(struct setup *s);

/* setup_undo.c: an exit code.  setup_stands(): there is something to undo. */
int setup_undo(struct setup *s);
bool setup_stands(const struct setup *s);

#endif
