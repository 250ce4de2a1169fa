/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The receiver command's work on its port: who has it, listening, asking, sending. */
#ifndef GPSPPSCTL_RECEIVER_PORT_H
#define GPSPPSCTL_RECEIVER_PORT_H

#include "../sys/borrow.h"
#include "../sys/journal.h"
#include "../sys/probe.h"
#include "../unittab.h"
#include "cmd.h"
#include "receiver_options.h"
#include "receiver_show.h"

struct receiver_port {
	const struct receiver_options *o;
	const char *table;		/* path of the table of units */
	struct probe *probe;
	char tty[64];			/* "ttyS0" */
	char path[72];			/* "/dev/ttyS0" */
	struct borrow port;
	struct journal journal;
	char reader[48];		/* "ntpd[731]" with BORROW_BESIDE */
	unsigned int unit;		/* of the table's line or the holder; only with has_unit */
	bool has_unit;

	/* what arrives: cut into messages, each given to hear() */
	struct nmea parser;
	struct binary packets;
	/* The same bytes with the line's polarity inverted (see nmea_uninvert()). */
	struct nmea mirror;
	uint64_t mirror_good;
	uint64_t rx;			/* TIOCGICOUNT of the last look */
	void (*hear)(struct receiver_port *w, const struct receiver_message *m);
	const struct receiver_step *asked;	/* the step that waits for its answer */
	enum receiver_answer answer;

	struct receiver_report report;
	struct receiver_request request;	/* what report.request and .change point at */
	struct receiver_change change;
};

/* ---- receiver_port.c ---- */

/*
 * Find out who has the port, and open it accordingly.  A port that nobody has gets
 * the speed of --at, else the table's, else 4800; with --at no other one will do.
 * Before, w is all zero but for o, and for port.fd, port.control and journal.fd, which
 * are -1.  0, or an exit code after a message; receiver_port_close() in any case.
 */
int receiver_port_open(const struct ctx *ctx, struct receiver_port *w);
void receiver_port_close(struct receiver_port *w);

/* ---- receiver_work.c ---- */

/* -ENODEV and its like, said.  An exit code. */
int receiver_port_gone(const struct receiver_port *w, int err);

/* Take what comes within timeout_ms to hear().  The number of characters, or -errno. */
ssize_t receiver_port_take(struct receiver_port *w, int timeout_ms);

/* Milliseconds until then, but no more than a signal may wait. */
int receiver_port_slice_ms(const struct receiver_port *w, int64_t until_ns);

/* Listen anew for so long and fill w->report.  0, or an exit code after a message. */
int receiver_port_listen(struct receiver_port *w, int seconds);

/*
 * Nothing intelligible at this speed: listen for a moment at the others.  True
 * with the port at the speed where there is something; false with it as before.
 */
bool receiver_port_scan(struct receiver_port *w);

/* Nothing to work with: say what there was instead, and what to do.  EXIT_NO. */
int receiver_explain(const struct receiver_port *w);

/* On a terminal, say what takes its time. */
void receiver_progress(const struct receiver_port *w, const char *what, long number,
		       const char *unit);

/* Send, and keep a note of it for the report.  0 or -errno. */
int receiver_port_write(struct receiver_port *w, const char *bytes, size_t len);

/* ---- receiver_ask.c ---- */

/* Ask each make that can be asked who it is; true when one answered. */
bool receiver_ask_make(struct receiver_port *w);

/* What it is set to, into report.settings.  Where the make has no such questions: nothing. */
void receiver_ask_settings(struct receiver_port *w);

/* Out of a binary mode in which it hears no sentence.  0, or an exit code after a message. */
int receiver_leave_binary(struct receiver_port *w);

/* ---- receiver_request.c: the options, in terms of a make.  0, or an exit code. ---- */

int receiver_make_request(struct receiver_port *w, struct receiver_request *req);
/* It can do that, and the user has heard what is to be said against it. */
int receiver_check_request(const struct receiver_port *w, const struct receiver_request *req);

/* ---- actions.  An exit code; the report is printed. ---- */

int receiver_change_it(struct receiver_port *w);	/* receiver_change.c */
int receiver_send_it(struct receiver_port *w);		/* receiver_send.c */
int receiver_save_it(struct receiver_port *w);		/* receiver_save.c */

/* ---- receiver_save.c ---- */

/* The request that a --save file makes.  0, or an exit code after a message. */
int receiver_restore_request(struct receiver_port *w, struct receiver_request *req);

/* ---- receiver_transact.c ---- */

/* Carry out a change that was begun.  0 when it ended by itself, or an exit code. */
int receiver_transact(struct receiver_port *w, struct receiver_change *c);

/* ---- receiver_journal.c ---- */

/* Is there one of a change that has not ended?  Opens it; 0, or an exit code. */
int receiver_journal_find(struct receiver_port *w);

/* For a change of ours, before it begins.  0, or an exit code after a message. */
int receiver_journal_begin(struct receiver_port *w);

/* Write what is intended.  0, or an exit code after a message. */
int receiver_journal_intend(struct receiver_port *w, const struct receiver_change *c);

/* It has ended, in the old or the new state. */
void receiver_journal_end(struct receiver_port *w, const struct receiver_change *c);

/*
 * The change of a run that was killed: mend it, and say what was done.  Behind it
 * the report is of a new census.  0, or an exit code after a message.
 */
int receiver_journal_resume(struct receiver_port *w);

/* ---- receiver_speed.c ---- */

/*
 * The receiver speaks at port.baud from now on: tell the holder, and the table
 * where it has a line for this port.  0, or an exit code after a message.
 */
int receiver_keep_speed(struct receiver_port *w);

/* What receiver_keep_speed() would do to the table.  0, or an exit code. */
int receiver_show_table(struct receiver_port *w, unsigned int baud);

#endif
