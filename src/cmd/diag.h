/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts of the diag command. */
#ifndef GPSPPSCTL_DIAG_H
#define GPSPPSCTL_DIAG_H

#include <stdbool.h>
#include <stddef.h>

#include "../diagnose.h"
#include "../portfacts.h"

/* One port or source: its facts, and what they mean. */
struct patient {
	struct port_facts facts;
	struct verdict verdict;
};

/*
 * Hear what the receiver says, where design allows it: a port that somebody only
 * keeps attached; an idle one when `active`.  Fills f->sentences, with the
 * obstacle when it was not to be.
 */
void diag_listen(struct port_facts *f, bool active);

/* --list: all ids, a line each.  --explain: one of them, or "all".  An exit code. */
void diag_list(bool json);
int diag_explain(const char *id, bool json);

/* `verbose`: also what is fine, what was skipped, and the lines for the daemons. */
void diag_print_text(const struct patient *p, bool verbose);
void diag_print_json(const struct patient *patients, size_t n);

#endif
