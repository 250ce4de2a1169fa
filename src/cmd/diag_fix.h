/* SPDX-License-Identifier: GPL-2.0-or-later */
/* diag --fix: the cure of a verdict, shown, agreed to and applied. */
#ifndef GPSPPSCTL_DIAG_FIX_H
#define GPSPPSCTL_DIAG_FIX_H

#include <stdbool.h>

#include "../diagnose.h"
#include "../portfacts.h"

/*
 * Show the cure of the verdict's cause on stderr, ask (`yes`: do not), apply it.
 * Returns an exit code; *applied says that it was done without an error, so that
 * a new diagnosis is worth its time.  0 and not applied: there is no cause.
 *
 * The facts must be those of the machine that this runs on, never a recording's.
 */
int diag_fix(const struct port_facts *f, const struct verdict *v, bool yes, bool *applied);

#endif
