/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What was heard on a port: the probe's key heard:TTY.  The first line (timed.h)
 * ends in "baud BAUD"; each other one has the bytes of a read, printable ASCII
 * but the backslash as it is, all else as \xHH.  Or the text is one line,
 * "refused ERRNO WHY".
 */
#ifndef GPSPPSCTL_HEARD_H
#define GPSPPSCTL_HEARD_H

#include "portfacts.h"

/* Nothing was heard and nothing tried: every value absent, no obstacle. */
void heard_nothing(struct sentence_facts *s);

/*
 * 0; or -EINVAL for a text that is none, with *s as heard_nothing() leaves it.
 * Sets nothing of found_baud and allow: who listens knows those.
 */
int heard_parse(const char *text, struct sentence_facts *s);

#endif
