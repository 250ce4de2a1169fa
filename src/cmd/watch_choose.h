/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What watch is to watch: the words of its line turned into sources. */
#ifndef GPSPPSCTL_WATCH_CHOOSE_H
#define GPSPPSCTL_WATCH_CHOOSE_H

#include <stdbool.h>
#include <stddef.h>

#include "../source/source.h"
#include "cmd.h"
#include "watch_options.h"

#define WATCH_MAX 256		/* sources at a time */

enum watch_what {
	WATCH_PPS,		/* a source of the kernel */
	WATCH_LINE,		/* a modem line of a port that nobody has */
	WATCH_GPIO,
	WATCH_LOG,		/* what was written before: names its sources itself */
};

struct watch_chosen {
	enum watch_what what;
	struct source_wish wish;
	char tty[64];		/* the port that it is of; "" without */
	char port[72];		/* "/dev/ttyS0", for messages and for diag; else as wish.name */
	char about[96];		/* "ttyS0" or the name in sysfs; of a line how it is read */
	char off[192];		/* what a daemon has switched off; "" nothing */
	unsigned int baud;	/* of the sentences of an idle port */
	unsigned int unit;	/* of /dev/gpsppsN, else of ppsN */
	int burst_begin_ms, burst_end_ms;	/* by the holder, after the pulse; -1 */
	long burst_age_s;	/* measured so long ago */
	int load_percent;	/* of the line, by that; -1 */
};

struct watch_list {
	struct watch_chosen *v;
	size_t n;
};

/*
 * From the names, or without names all sources that belong to a port, a GPIO or the
 * table.  0, or an exit code after a message.  EXIT_NO, without a message: there is none.
 */
int watch_choose(const struct ctx *ctx, const struct watch_options *o, struct watch_list *list);
void watch_free_list(struct watch_list *list);
/* "gpiochip0:17", "gpiochip0/17", also below /dev: no line of a GPIO chip otherwise. */
bool watch_parse_gpio(const char *what, char *chip, size_t size, unsigned int *offset);

/* --last: an exit code. */
int watch_last(const struct ctx *ctx, const struct watch_options *o);

/*
 * In one line why there is no pulse at `what` (a port or a source, as diag takes it; NULL:
 * all that matter), and how to see more.  `seconds`: waited so long; 0: not at all.
 * False when diag names no cause.
 */
bool watch_say_cause(const struct ctx *ctx, const char *what, long seconds);

#endif
