/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The words of the diag command's line. */
#ifndef GPSPPSCTL_DIAG_OPTIONS_H
#define GPSPPSCTL_DIAG_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#define DIAG_RUN_MAX 1200

struct diag_options {
	bool active, follow, fix, yes, quiet, verbose, list, json, help;
	const char *explain;			/* an id, or NULL */
	const char *record, *sysroot;		/* directories, or NULL */
	int wait_ms;				/* -1: not given */
	char table[512];
	char what[512];				/* a port or a source; "": all that matter */
};

void diag_usage(void);

/* 0, or an exit code after a message.  `table` is the path that -C gave. */
int diag_parse_options(int argc, char **argv, const char *table, struct diag_options *o);

/*
 * How a run was called belongs to its record: "table PATH", "active 0|1",
 * "wait_ms N" and "what PORT", a line each.
 */
void diag_write_run(const struct diag_options *o, char *text, size_t size);
/* What the command line does not say, the record does.  Changes text. */
void diag_read_run(struct diag_options *o, char *text);

#endif
