/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A probe that answers from a record (record.h): to the letter, and at once. */
#ifndef GPSPPSCTL_PROBE_TREE_H
#define GPSPPSCTL_PROBE_TREE_H

#include "probe.h"

/* NULL and errno; EBADMSG: the directory is no record, or one of another version. */
struct probe *probe_open_tree(const char *dir);

/* How many keys were asked that the record has no answer to (-ENODATA), and the first. */
unsigned int probe_tree_missing(struct probe *p, const char **first);

#endif
