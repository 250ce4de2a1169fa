/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is known of a source of the kernel before its first pulse. */
#ifndef GPSPPSCTL_WATCH_ABOUT_H
#define GPSPPSCTL_WATCH_ABOUT_H

#include "../port.h"
#include "../unittab.h"
#include "watch_choose.h"

struct probe;

/*
 * Fill w->about, .off, .unit and .burst_*: what it is made of, what a daemon has switched
 * off, and what its holder has measured.
 */
void watch_about_pulse(struct probe *probe, const struct pulse *pulse,
		       const struct unittab *units, struct watch_chosen *w);

/*
 * A port's line may only be waited for where nobody has the port: 0, or an exit code
 * after a message.
 */
int watch_check_idle(struct probe *probe, enum source_line which, const char *tty);
/* `who` has it: what can be had instead.  An exit code. */
int watch_refuse_held(enum source_line which, const char *tty, const char *who);

#endif
