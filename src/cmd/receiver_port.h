/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The receiver command's work on its port: who has it, listening, sending. */
#ifndef GPSPPSCTL_RECEIVER_PORT_H
#define GPSPPSCTL_RECEIVER_PORT_H

#include "../sys/borrow.h"
#include "../sys/probe.h"
#include "receiver_show.h"

struct receiver_options {
	const char *port;
	const char *sentences, *enable, *disable;
	bool defaults, dry_run, json, help;
	unsigned int baud;		/* 0: not named */
	int seconds;
};

struct receiver_port {
	struct probe *probe;
	char tty[64];			/* "ttyS0" */
	char path[72];			/* "/dev/ttyS0" */
	struct borrow port;
	char reader[48];		/* "ntpd[731]" with BORROW_BESIDE */
	struct nmea parser;
	/* The same bytes with the line's polarity inverted (see nmea_uninvert()). */
	struct nmea mirror;
	uint64_t mirror_good;
	uint64_t rx;			/* TIOCGICOUNT of the last look */
	struct receiver_report report;
	struct receiver_request request;	/* what report.request and .change point at */
	struct receiver_change change;
};

/*
 * Find out who has the port, and open it accordingly.  `baud` is for a port
 * that nobody has; `baud_asked`: the user named it, so no other one will do.
 * Before, w is all zero but for port.fd and port.control, which are -1.
 * 0, or an exit code after a message; receiver_port_close() in any case.
 */
int receiver_port_open(struct receiver_port *w, const char *what, unsigned int baud,
		       bool baud_asked);
void receiver_port_close(struct receiver_port *w);

/* Listen anew for so long and fill w->report.  0, or an exit code after a message. */
int receiver_port_listen(struct receiver_port *w, int seconds);

/* Nothing to work with: say what there was instead, and what to do.  EXIT_NO. */
int receiver_explain(const struct receiver_port *w);

/*
 * Nothing intelligible at this speed: listen for a moment at the others.  True
 * with the port at the speed where there are sentences; false with it as before.
 */
bool receiver_port_scan(struct receiver_port *w);

/* Ask each make that can be asked who it is; true when one answered. */
bool receiver_port_ask(struct receiver_port *w);

/* Carry out a change that was begun.  0 when it ended by itself, or an exit code. */
int receiver_port_change(struct receiver_port *w, struct receiver_change *c);

/* Do what --sentences, --enable, --disable or --defaults ask for.  An exit code. */
int receiver_change_sentences(struct receiver_port *w, const struct receiver_options *o);

#endif
