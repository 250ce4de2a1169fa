/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Between the files that choose what feed is fed from. */
#ifndef GPSPPSCTL_FEED_CHOOSE_H
#define GPSPPSCTL_FEED_CHOOSE_H

#include "../port.h"
#include "feed.h"

struct feed_chooser {
	const struct feed *f;
	struct feed_chosen *c;
	size_t nth;
	bool quiet;
	struct port_list ports;
	struct pulse_list pulses;
	const struct port *port;	/* NULL: sysfs does not list it (a pty) */
	const struct unit *row;		/* of the table; or NULL */
	unsigned int role;
	char reader[48];		/* "ntpd[731]" reads the port; "" nobody does */
	/* what our holder says */
	long held_unit;			/* -1: nothing */
	char held_pps[SURVEY_NAME_MAX];
};

/* One line and a hint (NULL: none), unless we are to be quiet.  EXIT_TROUBLE. */
__attribute__((format(printf, 4, 5)))
int feed_refuse(const struct feed_chooser *ch, const char *object, const char *hint,
		const char *fmt, ...);

/* No such port or source.  EXIT_TROUBLE. */
int feed_no_such(const struct feed_chooser *ch, const char *what, int err);

/*
 * feed_choose_pulse.c: a source by its name in sysfs, as a device or as a link (NULL: it
 * is something else); take it; the pulse of the port that was chosen.
 */
const struct pulse *feed_find_pps(const struct feed_chooser *ch, const char *what);
int feed_take_pps(struct feed_chooser *ch, const struct pulse *pulse);
int feed_take_gpio(struct feed_chooser *ch, const char *chip, unsigned int offset);
int feed_choose_pulse(struct feed_chooser *ch);

/* feed_who.c: who has the port, and may we read beside them?  0 or an exit code. */
int feed_who(struct feed_chooser *ch);

#endif
